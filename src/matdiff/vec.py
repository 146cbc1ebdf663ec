"""vec, its relatives, and the matrices that carry one into the other. Column-major throughout."""
import numpy as np


def vec(X):
    """Stack the columns of X.  (m, n) -> (m*n,)."""
    return np.asarray(X).reshape(-1, order="F")


def unvec(x, shape):
    return np.asarray(x).reshape(shape, order="F")


def _lower(n):
    """Row and column of each entry on or below the diagonal, column by column."""
    cols, rows = np.triu_indices(n)
    return rows, cols


def vech(X):
    X = np.asarray(X)
    return X[_lower(X.shape[0])]


def unvech(x):
    x = np.asarray(x)
    n = int((np.sqrt(8 * x.size + 1) - 1) / 2)
    X = np.zeros((n, n), x.dtype)
    X[_lower(n)] = x
    return X + np.tril(X, -1).T


def commutation_matrix(m, n):
    """K with K @ vec(X) == vec(X.T) for X of shape (m, n)."""
    return np.eye(m * n)[vec(unvec(np.arange(m * n), (m, n)).T)]


def duplication_matrix(n):
    """D with D @ vech(S) == vec(S) for symmetric S."""
    index = unvech(np.arange(n * (n + 1) // 2))
    return np.eye(n * (n + 1) // 2)[vec(index)]


def elimination_matrix(n):
    """L with L @ vec(A) == vech(A)."""
    return np.eye(n * n)[vech(unvec(np.arange(n * n), (n, n)))]


def sym(X):
    X = np.asarray(X)
    return (X + X.T) / 2


def skew(X):
    X = np.asarray(X)
    return (X - X.T) / 2
