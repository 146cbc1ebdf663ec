"""Losses: one number for a batch. `g` is the gradient for the loss itself, mostly 1."""
import numpy as np

from .activations import sigmoid
from .dense import softmax
from .inputs import common, numbers, shaped


def mean_squared_error(Z, Y):
    """‖Z - Y‖² / (number of entries), as libraries have it. Z and Y have the same shape.

    >>> mean_squared_error(np.array([[3, 5]]), np.array([[1, 6]]))
    np.float64(2.5)
    """
    D = _difference(Z, Y)
    return np.mean(D * D)


def mean_squared_error_vjp(Z, Y, g=1.0):
    """The gradient for Z: 2 (Z - Y) / (number of entries).

    >>> mean_squared_error_vjp(np.array([[3, 5]]), np.array([[1, 6]]))
    array([[ 2., -1.]])
    """
    D = _difference(Z, Y)
    return D * D.dtype.type(2 * g / D.size)


def squared_error(Z, Y):
    """‖Z - Y‖² / (2m), m being the number of rows: half of the squared length of a row's error, on average.

    >>> squared_error(np.array([[3], [5]]), np.array([[1], [6]]))
    np.float64(1.25)
    """
    D = _difference(Z, Y)
    return np.sum(D * D) / D.dtype.type(2 * len(D))


def squared_error_vjp(Z, Y, g=1.0):
    """The gradient for Z: (Z - Y) / m.

    >>> squared_error_vjp(np.array([[3], [5]]), np.array([[1], [6]]))
    array([[ 1. ],
           [-0.5]])
    """
    D = _difference(Z, Y)
    return D * D.dtype.type(g / len(D))


def cross_entropy(Z, labels):
    """-(1/m) Σ_i Σ_j Y_ij log softmax(Z)_ij, without overflow: Z (m, k), labels m integers 0 ... k - 1.

    In place of the labels a matrix Y (m, k) of weights, not negative: one-hot rows, probabilities.

    Raises ValueError for a label outside the classes.

    >>> cross_entropy(np.array([[0, np.log(3)], [0, 0]]), [1, 0]).round(12) == np.round(np.log(8 / 3) / 2, 12)
    np.True_
    >>> cross_entropy(np.zeros((2, 3)), [1, 3])
    Traceback (most recent call last):
    ValueError: label 1 is 3: expected classes from 0 to 2, one for each column of Z.
    """
    Z, Y = _targets(Z, labels)
    Z = Z - Z.max(1, keepdims=True)
    logs = Z - np.log(np.exp(Z).sum(1, keepdims=True))
    return -np.sum(Y * logs) / Z.dtype.type(len(Z))


def cross_entropy_vjp(Z, labels, g=1.0):
    """The gradient for Z: (diag(Y 1) P - Y)/m with P = softmax(Z), so (P - Y)/m where Y's rows add up to 1.

    Errors as for `cross_entropy`.

    >>> cross_entropy_vjp(np.array([[0, np.log(3)], [0, 0]]), [1, 0]).round(12)
    array([[ 0.125, -0.125],
           [-0.25 ,  0.25 ]])
    """
    Z, Y = _targets(Z, labels)
    return (Y.sum(1, keepdims=True) * softmax(Z) - Y) * Z.dtype.type(g / len(Z))


def logistic(z, y):
    """The mean of log(1 + exp(z)) - y z, without overflow: logits z, labels y from 0 to 1, in the same shape.

    It is the cross-entropy of two classes with the logits 0 and z. Raises ValueError for a label outside
    0 to 1.

    >>> logistic(np.array([0, 1000]), np.array([1, 1])).round(4)
    np.float64(0.3466)
    """
    z, y = _labelled(z, y)
    return np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))


def logistic_vjp(z, y, g=1.0):
    """The gradient for z: (sigmoid(z) - y) / (number of entries). Errors as for `logistic`.

    >>> logistic_vjp(np.array([0, np.log(3)]), np.array([1, 0]))
    array([-0.25 ,  0.375])
    """
    z, y = _labelled(z, y)
    return (sigmoid(z) - y) * z.dtype.type(g / z.size)


def _difference(Z, Y):
    Z = _some(numbers(Z, "Z"), "Z")
    Z, Y = common(Z, shaped(Y, "Y", Z.shape, "that of Z"))
    return Z - Y


def _targets(Z, labels):
    """Z, and the labels as rows of weights."""
    Z, labels = _some(numbers(Z, "Z", "m, k"), "Z"), np.asarray(labels)
    m, k = Z.shape
    if labels.ndim == 2:
        Y = shaped(labels, "labels", Z.shape, "that of Z, or one integer for each row of Z")
        if Y.min() < 0:
            raise ValueError(f"labels has a weight of {Y.min():.3g}: expected weights that are not negative.")
        return Z, Y.astype(Z.dtype, copy=False)
    if labels.shape != (m,) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels has shape {labels.shape} and dtype {labels.dtype}: expected {m} integers, "
                         f"one for each row of Z, or weights in Z's shape, {Z.shape}.")
    bad = np.flatnonzero((labels < 0) | (labels >= k))
    if bad.size:
        raise ValueError(f"label {bad[0]} is {labels[bad[0]]}: expected classes from 0 to {k - 1}, one for "
                         "each column of Z.")
    Y = np.zeros((m, k), Z.dtype)
    Y[np.arange(m), labels] = 1
    return Z, Y


def _labelled(z, y):
    z = _some(numbers(z, "z"), "z")
    z, y = common(z, shaped(y, "y", z.shape, "that of z"))
    bad = y[(y < 0) | (y > 1)]
    if bad.size:
        raise ValueError(f"y has the label {bad[0]:.3g}: expected labels from 0 to 1.")
    return z, y


def _some(Z, name):
    if Z.size == 0:
        raise ValueError(f"{name} has shape {Z.shape}: expected at least one entry, the loss is a mean.")
    return Z
