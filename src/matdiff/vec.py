"""vec, its relatives, and the matrices that carry one into the other. Columns are stacked throughout.

NumPy flattens by rows, `X.ravel()`; vec stacks columns, `X.ravel(order="F")`. Formulas with Kronecker
products change with the order: vec(A X B) = (Bᵀ ⊗ A) vec X, but by rows the matrix is A ⊗ Bᵀ.
Reference: Magnus and Neudecker, Matrix Differential Calculus, chapters 2 and 3.
"""
from operator import index

import numpy as np


def vec(X):
    """Stack the columns of X, one below the other: (m, n) to (m·n,).

    A vector counts as one column and a number as a 1 × 1 matrix; arrays with more axes are stacked with the
    first index running fastest. The type of the entries is kept. Inverse: `unvec`.

    >>> X = np.array([[1, 2, 3],
    ...               [4, 5, 6]])
    >>> vec(X)
    array([1, 4, 2, 5, 3, 6])
    >>> X.ravel()               # NumPy's own order, by rows
    array([1, 2, 3, 4, 5, 6])
    """
    return _array(X, "X").reshape(-1, order="F")


def unvec(x, shape):
    """The array of this shape whose `vec` is x.

    Raises ValueError if x is no vector or its size does not match.

    >>> unvec(np.array([1, 4, 2, 5, 3, 6]), (2, 3))
    array([[1, 2, 3],
           [4, 5, 6]])
    >>> np.arange(1, 7).reshape(2, 3)      # NumPy's reshape fills rows
    array([[1, 2, 3],
           [4, 5, 6]])
    """
    x = _vector(x, "x")
    shape = tuple(_size(n, "each entry of shape") for n in np.atleast_1d(shape))
    if np.prod(shape, dtype=int) != x.size:
        raise ValueError(f"x has {x.size} entries, shape {shape} needs {np.prod(shape, dtype=int)}.")
    return x.reshape(shape, order="F")


def vech(X):
    """Stack the columns of the square matrix X from the diagonal downwards: (n, n) to (n(n + 1)/2,).

    For a symmetric matrix these are its free entries. What stands above the diagonal is not looked at.
    Raises ValueError if X is not square. Inverse for symmetric matrices: `unvech`.

    >>> vech(np.array([[1, 9, 9],
    ...                [2, 4, 9],
    ...                [3, 5, 6]]))
    array([1, 2, 3, 4, 5, 6])
    """
    X = _square(X)
    return X[_lower(len(X))]


def unvech(x):
    """The symmetric matrix whose `vech` is x: (n(n + 1)/2,) to (n, n).

    Raises ValueError if the size of x is not 1, 3, 6, 10, ...

    >>> unvech(np.array([1, 2, 3, 4, 5, 6]))
    array([[1, 2, 3],
           [2, 4, 5],
           [3, 5, 6]])
    """
    x = _vector(x, "x")
    n = int((np.sqrt(8 * x.size + 1) - 1) / 2)
    if n * (n + 1) // 2 != x.size:
        raise ValueError(f"x has {x.size} entries: expected n(n + 1)/2 of them, that is 1, 3, 6, 10, ...")
    X = np.empty((n, n), x.dtype)
    rows, cols = _lower(n)
    X[rows, cols] = X[cols, rows] = x
    return X


def commutation_matrix(m, n):
    """K with K vec(X) = vec(Xᵀ) for X of shape (m, n): a permutation, (m·n) × (m·n).

    It swaps Kronecker products: K_pm (A ⊗ B) K_nq = B ⊗ A for A (m, n) and B (p, q). It carries the order by
    rows into the order by columns: `vec(X) = commutation_matrix(n, m) @ X.ravel()` for X (m, n).

    >>> X = np.array([[1, 2, 3],
    ...               [4, 5, 6]])
    >>> commutation_matrix(2, 3) @ vec(X)
    array([1., 2., 3., 4., 5., 6.])
    >>> commutation_matrix(3, 2) @ X.ravel()
    array([1., 4., 2., 5., 3., 6.])
    """
    m, n = _size(m, "m"), _size(n, "n")
    return np.eye(m * n)[vec(unvec(np.arange(m * n), (m, n)).T)]


def duplication_matrix(n):
    """D with D vech(S) = vec(S) for every symmetric S of shape (n, n): n² × n(n + 1)/2, of zeros and ones.

    A symmetric matrix looks the same by rows and by columns, so D serves for both orders.

    >>> duplication_matrix(2)
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """
    n = _size(n, "n")
    free = n * (n + 1) // 2
    return np.eye(free)[vec(unvech(np.arange(free)))]


def elimination_matrix(n):
    """L with L vec(A) = vech(A) for every A of shape (n, n): n(n + 1)/2 × n², of zeros and ones.

    L picks entries and L D = I with the duplication matrix D. It is not the pseudo-inverse D⁺, which averages
    each pair (i, j), (j, i). Of `A.ravel()`, by rows, the same L picks the entries on and above the diagonal.

    >>> elimination_matrix(2)
    array([[1., 0., 0., 0.],
           [0., 1., 0., 0.],
           [0., 0., 0., 1.]])
    """
    n = _size(n, "n")
    return np.eye(n * n)[vech(unvec(np.arange(n * n), (n, n)))]


def sym(X):
    """The symmetric part (X + Xᵀ)/2 of a square matrix: the symmetric matrix next to it.

    >>> sym(np.array([[1., 4.], [2., 3.]]))
    array([[1., 3.],
           [3., 3.]])
    """
    X = _square(X)
    return (X + X.T) / 2


def skew(X):
    """The skew part (X - Xᵀ)/2 of a square matrix, so that X = sym(X) + skew(X).

    >>> skew(np.array([[1., 4.], [2., 3.]]))
    array([[ 0.,  1.],
           [-1.,  0.]])
    """
    X = _square(X)
    return (X - X.T) / 2


def _lower(n):
    """Row and column of each entry on or below the diagonal, column by column."""
    cols, rows = np.triu_indices(n)
    return rows, cols


def _array(X, name):
    try:
        A = np.asarray(X)
    except ValueError:
        raise TypeError(f"{name} is a list of rows of different lengths: expected an array.") from None
    if A.dtype.kind not in "biufc":
        given = "None" if X is None else f"a {type(X).__name__} of dtype {A.dtype}"
        raise TypeError(f"{name} is {given}: expected an array of numbers.")
    return A


def _vector(x, name):
    x = _array(x, name)
    if x.ndim != 1:
        raise ValueError(f"{name} has shape {x.shape}: expected a vector, vec({name}) makes one.")
    return x


def _square(X):
    X = _array(X, "X")
    if X.ndim != 2 or X.shape[0] != X.shape[1]:
        raise ValueError(f"X has shape {X.shape}: expected a square matrix.")
    return X


def _size(n, name):
    try:
        size = index(n)
    except TypeError:
        raise TypeError(f"{name} is {n!r}: expected a whole number.") from None
    if size < 0:
        raise ValueError(f"{name} is {size}: expected a whole number, 0 or more.")
    return size
