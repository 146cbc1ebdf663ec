"""Derivatives without formulas (provisional: being replaced by the real thing behind the same names)."""
import numpy as np
from .vec import vec


def directional_derivative(F, X, V, *, full_output=False):
    X = np.asarray(X, float); V = np.asarray(V, float)
    h = 1e-3
    d = lambda t: (np.asarray(F(X + t * V), float) - np.asarray(F(X - t * V), float)) / (2 * t)
    a, b, c = d(h), d(h / 2), d(h / 4)
    r1, r2 = (4 * b - a) / 3, (4 * c - b) / 3
    return (16 * r2 - r1) / 15


def gradient(f, X, *, full_output=False):
    X = np.asarray(X, float)
    G = np.empty(X.shape)
    for i in np.ndindex(X.shape):
        E = np.zeros(X.shape); E[i] = 1
        G[i] = directional_derivative(f, X, E)
    return G


def jacobian(F, X, *, full_output=False):
    X = np.asarray(X, float)
    cols = []
    for k in range(X.size):
        E = np.zeros(X.size); E[k] = 1
        cols.append(vec(directional_derivative(F, X, E.reshape(X.shape, order="F"))))
    return np.stack(cols, axis=1)


def hessian(f, X, *, full_output=False):
    return jacobian(lambda x: gradient(f, x), X)
