"""Functions of each entry, and their slopes.

Backward they multiply the upstream gradient by the slope, entry by entry. The map is its own adjoint, so that
`relu_vjp(Z, dZ)` is also how relu(Z) moves when Z moves by dZ.
"""
from math import erfc, pi, sqrt

import numpy as np

from .inputs import common, numbers, shaped


def relu(Z):
    """max(z, 0), entry by entry.

    >>> relu(np.array([-1, 0, 2]))
    array([0., 0., 2.])
    """
    return np.maximum(numbers(Z, "Z"), 0)


def relu_vjp(Z, G):
    """The gradient for Z from G, that for relu(Z): G where z > 0, else 0.

    At z = 0 the slope is 0 from the left and 1 from the right; 0 is taken, as libraries do. A central
    difference says 1/2 there.

    >>> relu_vjp(np.array([-1, 0, 2]), np.array([5, 6, 7]))
    array([0., 0., 7.])
    """
    return _times(Z, G, lambda Z: Z > 0)


def tanh(Z):
    """The hyperbolic tangent, entry by entry.

    >>> tanh(np.array([0, 0.5])).round(4)
    array([0.    , 0.4621])
    """
    return np.tanh(numbers(Z, "Z"))


def tanh_vjp(Z, G):
    """The gradient for Z from G, that for A = tanh(Z): G (1 - A²).

    >>> tanh_vjp(np.array([0, 2]), np.array([1, 1])).round(4)
    array([1.    , 0.0707])
    """
    return _times(Z, G, lambda Z: 1 - np.tanh(Z)**2)


def sigmoid(Z):
    """1 / (1 + exp(-z)), entry by entry, without overflow.

    >>> sigmoid(np.array([-1000, 0, np.log(3)]))
    array([0.  , 0.5 , 0.75])
    """
    Z = numbers(Z, "Z")
    small = np.exp(-np.abs(Z))
    return np.where(Z < 0, small, 1) / (1 + small)


def sigmoid_vjp(Z, G):
    """The gradient for Z from G, that for σ = sigmoid(Z): G σ(1 - σ).

    >>> sigmoid_vjp(np.array([0, np.log(3)]), np.array([1, 16])).round(12)
    array([0.25, 3.  ])
    """
    return _times(Z, G, lambda Z: sigmoid(Z) * sigmoid(-Z))


def softplus(Z):
    """log(1 + exp(z)), entry by entry, without overflow.

    >>> softplus(np.array([-1000, 0, 1000])).round(4)
    array([0.000e+00, 6.931e-01, 1.000e+03])
    """
    Z = numbers(Z, "Z")
    return np.logaddexp(np.zeros((), Z.dtype), Z)


def softplus_vjp(Z, G):
    """The gradient for Z from G, that for softplus(Z): G sigmoid(Z).

    >>> softplus_vjp(np.array([0, np.log(3)]), np.array([1, 4]))
    array([0.5, 3. ])
    """
    return _times(Z, G, sigmoid)


def gelu(Z):
    """z Φ(z), entry by entry, Φ being the standard normal distribution function, exact (not the tanh form).

    NumPy has no error function: this one calls Python's for each entry. Reference: Hendrycks, Gimpel (2016).

    >>> gelu(np.array([-1, 0, 1])).round(4)
    array([-0.1587,  0.    ,  0.8413])
    """
    Z = numbers(Z, "Z")
    return Z * _Phi(Z)


def gelu_vjp(Z, G):
    """The gradient for Z from G, that for gelu(Z): G (Φ(z) + z φ(z)), φ being the standard normal density.

    >>> gelu_vjp(np.array([0, 1]), np.array([1, 1])).round(4)
    array([0.5   , 1.0833])
    """
    return _times(Z, G, lambda Z: _Phi(Z) + Z * np.exp(-Z * Z / 2) / sqrt(2 * pi))


def _Phi(Z):
    return np.frompyfunc(lambda z: erfc(-z / sqrt(2)) / 2, 1, 1)(Z.astype(float)).astype(Z.dtype)


def _times(Z, G, slope):
    Z = numbers(Z, "Z")
    Z, G = common(Z, shaped(G, "G", Z.shape, "that of Z"))
    return G * slope(Z)
