"""What a layer may be given: each fault gets one sentence."""
import numpy as np


def numbers(X, name, axes=None):
    """X as an array of real floating numbers; `axes`, "N, C, H, W" say, are those that it has to have.

    Subclasses of arrays stay, so that the checker can follow a function through a layer; not np.matrix, whose
    products are others.
    """
    try:
        A = np.asarray(X) if isinstance(X, np.matrix) else np.asanyarray(X)
    except ValueError:
        raise TypeError(f"{name} is a list of rows of different lengths: expected an array.") from None
    if A.dtype.kind not in "biuf":
        given = "None" if X is None else f"a {type(X).__name__} of dtype {A.dtype}"
        raise TypeError(f"{name} is {given}: expected an array of real numbers.")
    if axes is not None and A.ndim != len(axes.split(",")):
        raise ValueError(f"{name} has shape {A.shape}: expected {len(axes.split(','))} axes, ({axes}).")
    return A if A.dtype.kind == "f" else A.astype(float)


def common(*arrays):
    """The arrays in the one dtype that holds them all."""
    dtype = np.result_type(*(A.dtype for A in arrays))
    return tuple(A if A.dtype == dtype else A.astype(dtype) for A in arrays)


def shaped(X, name, shape, why):
    """X as numbers, in this shape and no other."""
    X = numbers(X, name)
    if X.shape != tuple(shape):
        raise ValueError(f"{name} has shape {X.shape}: expected {tuple(shape)}, {why}.")
    return X


def pixels(X, name, axes):
    """Numbers as a plain array: what works pixel by pixel in memory of its own."""
    return np.asarray(numbers(X, name, axes))


def optional(X, name, shape, why):
    """X in this shape, zeros where it is None."""
    return np.zeros(shape, np.int8) if X is None else shaped(X, name, shape, why)


def integer(value, name, least):
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} is {value!r}: expected an integer from {least}.")
    return int(value)


def pair(value, name, least, sides="for rows and columns"):
    """An integer for both sides alike, or one for each."""
    if not isinstance(value, (tuple, list, np.ndarray)):
        return (integer(value, name, least),) * 2
    if len(value) != 2:
        raise ValueError(f"{name} is {value!r}: expected an integer, or two, {sides}.")
    return tuple(integer(entry, f"an entry of {name}", least) for entry in value)


def margins(value):
    """Padding as ((top, bottom), (left, right)): from one integer, two (rows, columns) or four."""
    if not isinstance(value, (tuple, list, np.ndarray)):
        return (pair(value, "padding", 0),) * 2
    if len(value) != 2:
        raise ValueError(f"padding is {value!r}: expected an integer, (rows, columns) or "
                         "((top, bottom), (left, right)).")
    return tuple(pair(side, "padding", 0, "before and after") for side in value)
