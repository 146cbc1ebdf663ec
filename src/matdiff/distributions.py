"""Distributions of vectors and matrices: log-density, its gradients, samples, maximum likelihood.

======================  ==========================================  ==================================
NAME                    of one observation                          parameters
======================  ==========================================  ==================================
`normal`                x (d,): N(mean, Sigma)                      mean (d,), Sigma (d, d)
`matrix_normal`         X (n, p): vec X ~ N(vec M, V ⊗ U)           M (n, p), U (n, n), V (p, p)
`multivariate_t`        X (n, p): vec X ~ t_ν(vec M, V ⊗ U)         M, U, V, nu > 0
`matrix_t`              X (n, p): a matrix normal whose row         M, U, V, nu > 0
                        covariance is inverse Wishart
`ppca`                  x (d,): N(mean, W Wᵀ + s2 I)                W (d, k), s2 > 0, mean (d,)
======================  ==========================================  ==================================

- `NAME_logpdf(X, ...)`: the log-density of each observation; leading axes of X are a stack of them.
- `NAME_gradients(X, ...)`: the gradients of the sum of the log-densities over the stack.
- `NAME_sample(..., rng, size=None)`: drawn with the given numpy.random.Generator.
- `normal_fit`, `matrix_normal_fit`, `ppca_fit`: maximum likelihood from a stack of observations.
- `normal_information`, `matrix_normal_information`: Fisher's, of one observation.

The multivariate t and the matrix t are two distributions: the first divides all of X by the root of one
random number, the second multiplies X by the inverse root of a random matrix. They agree, with nu U in place
of U, only if n = 1 or p = 1. A covariance is symmetric: its gradient is the symmetric one, which is also
that of the formula with n² free entries, and `free_entries` makes of it the partials over vech.

The method throughout: whiten the residual from both sides, Z = A⁻¹ (X - M) B⁻ᵀ with U = A Aᵀ and V = B Bᵀ.
Each log-density is a function of Z alone, minus p log|A| + n log|B|. If R is minus the gradient of that
function, the gradients for M, U, V are A⁻ᵀ R B⁻¹, ½ A⁻ᵀ (R Zᵀ - p I) A⁻¹ and ½ B⁻ᵀ (Rᵀ Z - n I) B⁻¹. What
tells the distributions apart is R. No inverse is formed, and no Kronecker product.

A covariance that is not positive definite, and too few samples, raise numpy.linalg.LinAlgError, a
ValueError; other unfit input ValueError or TypeError.
References: Gupta and Nagar, Matrix Variate Distributions (2000); Dutilleul, The MLE algorithm for the matrix
normal distribution (1999); Tipping and Bishop, Probabilistic principal component analysis (1999).
"""
from itertools import count
from math import gcd, lgamma
from typing import NamedTuple

import numpy as np
from numpy.linalg import LinAlgError, solve

from .decompositions import _numbers, _symmetric
from .vec import duplication_matrix, vec

LOG_2PI = np.log(2 * np.pi)
EPS = np.finfo(float).eps


class NormalGradients(NamedTuple):
    """Of a vector's log-density: shapes (d,) and (d, d), the latter symmetric."""
    mean: np.ndarray
    Sigma: np.ndarray


class MatrixGradients(NamedTuple):
    """Of a matrix's log-density: M (n, p), U (n, n) and V (p, p), both symmetric, and a number.

    `scale` is the slope by log c of the log-density with c U in place of U; with c V in place of V it is the
    same. So no slope is left along (c U, V / c), which is the same distribution.
    """
    M: np.ndarray
    U: np.ndarray
    V: np.ndarray
    scale: float


class PPCAGradients(NamedTuple):
    """Of the log-density of probabilistic PCA: W (d, k), s2 a number, mean (d,)."""
    W: np.ndarray
    s2: float
    mean: np.ndarray


# -------------------------------------------------------------------------------- normal, of a vector

def normal_logpdf(X, mean, Sigma):
    """The log-density of N(mean, Sigma) at X (..., d): mean (d,), Sigma (d, d).

    >>> normal_logpdf([1.0, 0.0], [0.0, 0.0], np.eye(2)).round(4)
    np.float64(-2.3379)
    """
    return matrix_normal_logpdf(*_as_columns(X, mean, Sigma))


def normal_gradients(X, mean, Sigma):
    """(mean, Sigma): the gradients of the log-density, summed over the rows of X (..., d).

    For one row, with e = x - mean: Σ⁻¹e and ½ (Σ⁻¹ e eᵀ Σ⁻¹ - Σ⁻¹).

    >>> normal_gradients([3.0, 1.0], [1.0, 1.0], [[2.0, 0.0], [0.0, 1.0]]).mean
    array([1., 0.])
    """
    slopes = matrix_normal_gradients(*_as_columns(X, mean, Sigma))
    return NormalGradients(slopes.M[:, 0], slopes.U)


def normal_sample(mean, Sigma, rng, size=None):
    """Draws of N(mean, Sigma), shape (size..., d): mean + A z with Σ = A Aᵀ and z standard normal.

    >>> normal_sample([1.0, 2.0], np.eye(2), np.random.default_rng(0), size=3).shape
    (3, 2)
    """
    mean = _vector(mean, "mean")
    Sigma = _covariance(Sigma, "Sigma", len(mean), "the mean's entries")
    return matrix_normal_sample(mean[:, None], Sigma, np.eye(1), rng, size)[..., 0]


class NormalFit(NamedTuple):
    """What `normal_fit` returns: mean (d,), Sigma (d, d)."""
    mean: np.ndarray
    Sigma: np.ndarray


def normal_fit(X):
    """Mean and covariance (divided by N) of the rows of X (N, d): the maximum of the likelihood.

    Raises LinAlgError if the rows do not span the space: then the likelihood has no maximum.

    >>> normal_fit([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]]).Sigma
    array([[1., 0.],
           [0., 1.]])
    """
    X = _sample(X, 2, "X", "(N, d)")
    N, d = X.shape
    if N <= d:
        raise LinAlgError(f"X has {N} samples of {d} numbers: a covariance of full rank needs at least "
                          f"{d + 1}.")
    mean = X.mean(axis=0)
    E = X - mean
    _need_variation(E[..., None], X[..., None], 1, "column")
    A = _best_factor(E[..., None], "Sigma")
    return NormalFit(mean, A @ A.T)


def normal_information(Sigma):
    """Fisher's information of one x ~ N(mean, Sigma): (that of mean, that of vech Sigma).

    Σ⁻¹ (d, d), and ½ Dᵀ (Σ⁻¹ ⊗ Σ⁻¹) D of size d (d + 1)/2 with D the duplication matrix. Between the two
    there is none.

    >>> normal_information([[2.0]])
    (array([[0.5]]), array([[0.125]]))
    """
    P = _inverse(_factor(Sigma, "Sigma"))
    D = duplication_matrix(len(P))
    return P, D.T @ np.kron(P, P) @ D / 2


def _as_columns(X, mean, Sigma):
    """A vector as a matrix of one column."""
    mean = _vector(mean, "mean")
    X = _numbers(X, "X")
    if X.ndim < 1 or X.shape[-1] != len(mean):
        raise ValueError(f"X has shape {X.shape}: expected {len(mean)} numbers in its last axis, as in mean.")
    Sigma = _covariance(Sigma, "Sigma", len(mean), "the mean's entries")
    return X[..., None], mean[:, None], Sigma, np.eye(1)


# ------------------------------------------------------------------------------- normal, of a matrix

def matrix_normal_logpdf(X, M, U, V):
    """The log-density of the matrix normal at X (..., n, p): M (n, p), U (n, n) of rows, V (p, p) of columns.

    -½ (np log 2π + p log|U| + n log|V| + tr(U⁻¹ E V⁻¹ Eᵀ)), E = X - M.

    >>> matrix_normal_logpdf([[2.0, 0.0, 4.0], [1.0, 2.0, 0.0]], np.zeros((2, 3)), [[2.0, 1.0], [1.0, 1.0]],
    ...                      np.diag([1.0, 2.0, 4.0])).round(4)
    np.float64(-12.5931)
    """
    A, B, Z = _whitened(X, M, U, V)
    n, p = Z.shape[-2:]
    return -(n * p * LOG_2PI + np.sum(Z * Z, axis=(-2, -1))) / 2 - _log_volume(A, B)


def matrix_normal_gradients(X, M, U, V):
    """(M, U, V, scale): the gradients of the log-density, summed over the stack X (..., n, p).

    For one matrix, with E = X - M: U⁻¹ E V⁻¹, ½ (U⁻¹ E V⁻¹ Eᵀ U⁻¹ - p U⁻¹), ½ (V⁻¹ Eᵀ U⁻¹ E V⁻¹ - n V⁻¹), and
    ½ (tr(U⁻¹ E V⁻¹ Eᵀ) - np). Note p with U and n with V.

    >>> slopes = matrix_normal_gradients([[2.0, 0.0, 4.0], [1.0, 2.0, 0.0]], np.zeros((2, 3)),
    ...                                  [[2.0, 1.0], [1.0, 1.0]], np.diag([1.0, 2.0, 4.0]))
    >>> slopes.M.round(12) + 0.0, slopes.U.round(12)
    (array([[ 1., -1.,  1.],
           [ 0.,  2., -1.]]), array([[ 2. , -2.5],
           [-2.5,  3. ]]))
    """
    A, B, Z = _whitened(X, M, U, V)
    return _unwhitened(A, B, Z, Z)


def matrix_normal_sample(M, U, V, rng, size=None):
    """Draws of the matrix normal, shape (size..., n, p): M + A Z Bᵀ, U = A Aᵀ, V = B Bᵀ, Z standard normal.

    >>> matrix_normal_sample(np.zeros((2, 3)), np.eye(2), np.eye(3), np.random.default_rng(0), size=5).shape
    (5, 2, 3)
    """
    M, A, B = _parameters(M, U, V)
    return M + A @ _generator(rng).normal(size=_shape(size) + M.shape) @ B.T


def _has_one_maximum(N, n, p):
    """Whether N samples of shape (n, p) have one maximum with probability 1; the mean takes one of them."""
    if n == p > 1:
        return N > 3
    have, need = (N - 1) * n * p, n * n + p * p - gcd(n, p) ** 2
    return have > need or have == need and gcd(n, p) == 1


def _need_variation(E, X, axis, what):
    """Raise if the residuals E of X are round-off in one row (axis 1) or column (axis 2)."""
    others = tuple({0, 1, 2} - {axis})
    still = np.abs(E).max(others) <= len(X) * EPS * np.abs(X).max(others)
    if still.any():
        raise LinAlgError(f"{what} {still.argmax()} of X, from 0, is the same in all {len(X)} samples: leave it "
                          "out, its variance is 0.")


class MatrixNormalFit(NamedTuple):
    """What `matrix_normal_fit` returns: the estimates, tr V = p, and the log-likelihood after each round."""
    M: np.ndarray
    U: np.ndarray
    V: np.ndarray
    log_likelihood: np.ndarray


def matrix_normal_fit(X, *, V=None, tol=1e-12, rounds=10_000):
    """Maximum likelihood of a matrix normal for the samples X (N, n, p), by flip-flop.

    M is the mean of the samples. Then in turn, from V = I or the given one, each the best for the other:
    U = 1/(Np) Σ Eᵢ V⁻¹ Eᵢᵀ and V = 1/(Nn) Σ Eᵢᵀ U⁻¹ Eᵢ. Only V ⊗ U is determined; the factors are returned
    with tr V = p. It ends when the log-likelihood grows by less than `tol` per number in X.

    Raises LinAlgError if the samples are too few for one maximum of the likelihood, if a row or a column of X
    never varies, if a covariance loses its rank on the way, or if `rounds` do not do. Enough are
    N - 1 > n/p + p/n samples. References: Dutilleul (1999); for how many samples exactly, Derksen and Makam,
    Maximum likelihood estimation for matrix normal models via quiver representations (2021).

    >>> rng = np.random.default_rng(0)
    >>> fit = matrix_normal_fit(matrix_normal_sample(np.ones((2, 3)), np.eye(2), np.eye(3), rng, size=9))
    >>> fit.V.shape, bool(np.isclose(np.trace(fit.V), 3)), bool((np.diff(fit.log_likelihood) > -1e-9).all())
    ((3, 3), True, True)
    """
    X = _sample(X, 3, "X", "(N, n, p)")
    N, n, p = X.shape
    if not _has_one_maximum(N, n, p):
        least = next(N for N in count(2) if _has_one_maximum(N, n, p))
        raise LinAlgError(f"X has {N} samples of shape {n} × {p}: the likelihood has one maximum from {least} "
                          "samples on.")
    M = X.mean(axis=0)
    E = X - M
    _need_variation(E, X, 1, "row")
    _need_variation(E, X, 2, "column")
    B = np.eye(p) if V is None else _factor(_covariance(V, "V", p, "the columns of X"), "V")
    heights = []
    for _ in range(rounds):
        A = _best_factor(_from_right(B, E), "U")
        B = _best_factor(_from_left(A, E).mT, "V")
        # With V the best for U, the trace in the log-likelihood is N n p.
        heights.append(-N * (n * p * (LOG_2PI + 1) / 2 + _log_volume(A, B)))
        if len(heights) > 1 and heights[-1] - heights[-2] <= tol * X.size:
            break
    else:
        raise LinAlgError(f"The likelihood still grows after {rounds} rounds: more samples than {N}, or more "
                          "`rounds`, are needed.")
    U, V = A @ A.T, B @ B.T
    scale = np.trace(V) / p
    return MatrixNormalFit(M, scale * U, V / scale, np.array(heights))


def matrix_normal_information(U, V):
    """Fisher's information of one X ~ MN(M, U, V): (that of vec M, that of vech U and vech V together).

    V⁻¹ ⊗ U⁻¹, of size np, and for the covariances the blocks p/2 Dᵀ(U⁻¹ ⊗ U⁻¹)D, n/2 Dᵀ(V⁻¹ ⊗ V⁻¹)D and
    between them ½ (Dᵀ vec U⁻¹)(Dᵀ vec V⁻¹)ᵀ. The second matrix is singular: it gives nothing for the
    direction (vech U, -vech V), along which the distribution stays.

    >>> _, both = matrix_normal_information([[4.0]], [[1.0]])
    >>> both, both @ [4.0, -1.0]
    (array([[0.03125, 0.125  ],
           [0.125  , 0.5    ]]), array([0., 0.]))
    """
    P, Q = (_inverse(_factor(C, name)) for C, name in ((U, "U"), (V, "V")))
    n, p = len(P), len(Q)
    D, C = duplication_matrix(n), duplication_matrix(p)
    between = np.outer(D.T @ vec(P), C.T @ vec(Q)) / 2
    return np.kron(Q, P), np.block([[D.T @ np.kron(P, P) @ D * p / 2, between],
                                    [between.T, C.T @ np.kron(Q, Q) @ C * n / 2]])


# -------------------------------------------------------------------------- two heavier-tailed cousins

def multivariate_t_logpdf(X, M, U, V, nu):
    """The log-density at X (..., n, p) of the t distribution of vec X with scale V ⊗ U and nu degrees.

    Up to a constant -½ (p log|U| + n log|V|) - (ν + np)/2 log(1 + q/ν), q = tr(U⁻¹ E V⁻¹ Eᵀ), E = X - M.
    A vector is the case V = [[1]].

    >>> multivariate_t_logpdf([[1.0]], [[0.0]], [[1.0]], [[1.0]], 1).round(4)         # Cauchy: -log 2π
    np.float64(-1.8379)
    """
    nu = _degrees(nu)
    A, B, Z = _whitened(X, M, U, V)
    size = Z.shape[-2] * Z.shape[-1]
    constant = _log_gamma_ratio(nu / 2, size / 2) - size / 2 * np.log(nu * np.pi)
    tail = _log_one_plus_square(np.linalg.norm(Z, axis=(-2, -1)) / np.sqrt(nu))
    return constant - (nu + size) / 2 * tail - _log_volume(A, B)


def multivariate_t_gradients(X, M, U, V, nu):
    """(M, U, V, scale): as `matrix_normal_gradients`, the residual weighted by (ν + np)/(ν + q).

    >>> multivariate_t_gradients([[1.0]], [[0.0]], [[1.0]], [[1.0]], 3).M
    array([[1.]])
    """
    nu = _degrees(nu)
    A, B, Z = _whitened(X, M, U, V)
    q = np.sum(Z * Z, axis=(-2, -1), keepdims=True)
    return _unwhitened(A, B, Z, (nu + Z.shape[-2] * Z.shape[-1]) / (nu + q) * Z)


def multivariate_t_sample(M, U, V, nu, rng, size=None):
    """Draws of the t of vec X, shape (size..., n, p): M + A Z Bᵀ √(ν/w), w chi-square with nu degrees.

    >>> multivariate_t_sample(np.zeros((2, 3)), np.eye(2), np.eye(3), 4, np.random.default_rng(0)).shape
    (2, 3)
    """
    nu, rng = _degrees(nu), _generator(rng)
    M, A, B = _parameters(M, U, V)
    Z = rng.normal(size=_shape(size) + M.shape)
    w = rng.chisquare(nu, size=_shape(size) + (1, 1))
    return M + A @ (Z * np.sqrt(nu / w)) @ B.T


def matrix_t_logpdf(X, M, U, V, nu):
    """The log-density at X (..., n, p) of the matrix t with nu degrees of freedom.

    Up to a constant -½ (p log|U| + n log|V|) - a/2 log|I + U⁻¹ E V⁻¹ Eᵀ|, a = ν + n + p - 1, E = X - M. It is
    the matrix normal MN(M, S, V) over an inverse Wishart S with scale U and ν + n - 1 degrees.
    Reference: Gupta and Nagar (2000), chapter 4.

    >>> matrix_t_logpdf([[1.0]], [[0.0]], [[1.0]], [[1.0]], 1).round(4)               # Cauchy: -log 2π
    np.float64(-1.8379)
    """
    nu = _degrees(nu)
    A, B, Z = _whitened(X, M, U, V)
    n, p = Z.shape[-2:]
    constant = sum(_log_gamma_ratio((nu + j) / 2, p / 2) for j in range(n)) - n * p / 2 * np.log(np.pi)
    tail = np.sum(_log_one_plus_square(np.linalg.svd(Z, compute_uv=False)), axis=-1)
    return constant - (nu + n + p - 1) / 2 * tail - _log_volume(A, B)


def matrix_t_gradients(X, M, U, V, nu):
    """(M, U, V, scale): as `matrix_normal_gradients`, each singular value s of Z weighted by a/(1 + s²).

    So the gradient for M is a (U + E V⁻¹ Eᵀ)⁻¹ E V⁻¹ with a = ν + n + p - 1.

    >>> matrix_t_gradients([[1.0]], [[0.0]], [[1.0]], [[1.0]], 3).M
    array([[2.]])
    """
    nu = _degrees(nu)
    A, B, Z = _whitened(X, M, U, V)
    P, s, Qt = np.linalg.svd(Z, full_matrices=False)
    length = np.hypot(1, s)                                   # its square may overflow
    weighted = (nu + sum(Z.shape[-2:]) - 1) * (s / length) / length
    return _unwhitened(A, B, Z, P @ (weighted[..., None] * Qt))


def matrix_t_sample(M, U, V, nu, rng, size=None):
    """Draws of the matrix t, shape (size..., n, p): M + A T⁻ᵀ Z Bᵀ, T Tᵀ Wishart with ν + n - 1 degrees.

    T is lower triangular: standard normal below the diagonal, roots of chi-squares on it (Bartlett).

    >>> matrix_t_sample(np.zeros((2, 3)), np.eye(2), np.eye(3), 4, np.random.default_rng(0), size=5).shape
    (5, 2, 3)
    """
    nu, rng = _degrees(nu), _generator(rng)
    M, A, B = _parameters(M, U, V)
    n = len(M)
    T = np.tril(rng.normal(size=_shape(size) + (n, n)), -1)
    T[..., range(n), range(n)] = np.sqrt(rng.chisquare(nu + np.arange(n)[::-1], size=_shape(size) + (n,)))
    Z = rng.normal(size=_shape(size) + M.shape)
    return M + A @ solve(T.mT, Z) @ B.T


# ------------------------------------------------------------------------------- probabilistic PCA

def ppca_logpdf(X, W, s2, mean=None):
    """The log-density of each row of X (..., d), x = mean + W z + noise: W (d, k), s2 > 0, mean (d,) or 0.

    z ~ N(0, I) and the noise ~ N(0, s2 I) are independent, so x ~ N(mean, C) with C = W Wᵀ + s2 I.

    >>> ppca_logpdf([1.0, 0.0], [[1.0], [0.0]], 1.0).round(4)
    np.float64(-2.4345)
    """
    W, s2, mean = _loadings(W, s2, mean)
    return normal_logpdf(X, mean, W @ W.T + s2 * np.eye(len(W)))


def ppca_gradients(X, W, s2, mean=None):
    """(W, s2, mean): the gradients of the log-density, summed over the rows of X (..., d).

    With G the one for C = W Wᵀ + s2 I: 2 G W and tr G, for W stands in C twice.

    >>> ppca_gradients([1.0, 0.0], [[1.0], [0.0]], 1.0).W
    array([[-0.25],
           [ 0.  ]])
    """
    W, s2, mean = _loadings(W, s2, mean)
    slopes = normal_gradients(X, mean, W @ W.T + s2 * np.eye(len(W)))
    return PPCAGradients(2 * slopes.Sigma @ W, float(np.trace(slopes.Sigma)), slopes.mean)


def ppca_sample(W, s2, rng, size=None, mean=None):
    """Draws of mean + W z + noise, shape (size..., d).

    >>> ppca_sample([[1.0], [0.0], [2.0]], 0.5, np.random.default_rng(0), size=4).shape
    (4, 3)
    """
    W, s2, mean = _loadings(W, s2, mean)
    d, k = W.shape
    rng = _generator(rng)
    return (mean + rng.normal(size=_shape(size) + (k,)) @ W.T
            + np.sqrt(s2) * rng.normal(size=_shape(size) + (d,)))


class PPCAFit(NamedTuple):
    """What `ppca_fit` returns: W (d, k), s2 and mean (d,); W R with any orthogonal R is as good."""
    W: np.ndarray
    s2: float
    mean: np.ndarray


def ppca_fit(X, k):
    """Maximum likelihood of probabilistic PCA with k factors for the rows of X (N, d), in closed form.

    With the eigenvalues λ of the covariance of the rows (divided by N), falling: s2 is the mean of the d - k
    smallest, and W = V_k (Λ_k - s2 I)^½ with the k first eigenvectors. Reference: Tipping and Bishop (1999).

    Raises LinAlgError if the rows lie in a space of k dimensions or fewer: then s2 would be 0.

    >>> X = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> fit = ppca_fit(X, 1)
    >>> round(fit.s2, 12), (fit.W @ fit.W.T).round(12) + 0.0
    (0.5, array([[1.5, 0. ],
           [0. , 0. ]]))
    """
    X = _sample(X, 2, "X", "(N, d)")
    N, d = X.shape
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 0 < k < d:
        raise ValueError(f"k is {k!r}: expected a number of factors between 1 and {d - 1}, one less than the "
                         f"{d} columns of X.")
    mean = X.mean(axis=0)
    _, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    lam = np.zeros(d)
    lam[:len(s)] = s**2 / N
    s2 = lam[k:].mean()
    if N <= k + 1 or s2 <= d * EPS * lam[0]:
        raise LinAlgError(f"The {N} rows of X lie in a space of {k} dimensions or fewer: no noise is left "
                          f"for s2, and the likelihood has no maximum; take fewer factors than {k}, or more "
                          "rows.")
    return PPCAFit(Vt[:k].T * np.sqrt(lam[:k] - s2), float(s2), mean)


def _loadings(W, s2, mean):
    W = _numbers(W, "W")
    if W.ndim != 2:
        raise ValueError(f"W has shape {W.shape}: expected (d, k), a column for each factor.")
    mean = np.zeros(len(W)) if mean is None else _vector(mean, "mean")
    if mean.shape != (len(W),):
        raise ValueError(f"mean has shape {mean.shape}: expected {(len(W),)}, a number for each row of W.")
    return W, _positive(s2, "s2", "a variance"), mean


# ------------------------------------------------------------------------------------ the two layouts

def free_entries(G):
    """The partials over the free entries of a symmetric matrix, from its gradient G (n, n): 2G - diag(G).

    An entry beside the diagonal stands in two places, so its partial is twice that of one place. Put into
    vech it is the gradient for vech; as a matrix it is no gradient.

    >>> free_entries([[1.0, 2.0], [2.0, 3.0]])
    array([[1., 4.],
           [4., 3.]])
    """
    G = _symmetric(G, "G")
    return 2 * G - G * np.eye(G.shape[-1])


# ---------------------------------------------------------------------------------------- whitening

def _whitened(X, M, U, V):
    """A, B and Z = A⁻¹ (X - M) B⁻ᵀ with U = A Aᵀ, V = B Bᵀ."""
    X = _numbers(X, "X")
    M, A, B = _parameters(M, U, V)
    if X.shape[-2:] != M.shape:
        raise ValueError(f"X has shape {X.shape}: expected that of M, {M.shape}, in its last two axes.")
    return A, B, _from_left(A, _from_right(B, X - M))


def _unwhitened(A, B, Z, R):
    """The gradients for M, U, V from the weighted residual R, summed over the stack."""
    n, p = Z.shape[-2:]
    N = Z[..., 0, 0].size
    Z, R = Z.reshape(N, n, p), R.reshape(N, n, p)
    rows = np.einsum("aij,akj->ik", R, Z) - N * p * np.eye(n)
    columns = np.einsum("aji,ajk->ik", R, Z) - N * n * np.eye(p)
    return MatrixGradients(solve(B.T, solve(A.T, R.sum(axis=0)).T).T, _sandwich(A, rows) / 2,
                           _sandwich(B, columns) / 2, float(np.trace(rows) / 2))


def _sandwich(A, S):
    """A⁻ᵀ S A⁻¹ for a symmetric S, symmetric to the last digit."""
    S = solve(A.T, solve(A.T, S).T)
    return (S + S.T) / 2


def _from_left(A, E):
    """A⁻¹ E for a stack E, with one factorisation."""
    rows = np.moveaxis(E, -2, 0)
    return np.moveaxis(solve(A, rows.reshape(len(A), -1)).reshape(rows.shape), 0, -2)


def _from_right(B, E):
    """E B⁻ᵀ for a stack E."""
    return _from_left(B, E.mT).mT


def _log_volume(A, B):
    """p log|A| + n log|B|, half of log|V ⊗ U|."""
    return len(B) * np.log(np.diag(A)).sum() + len(A) * np.log(np.diag(B)).sum()


def _best_factor(F, name):
    """The Cholesky factor of 1/(Np) Σ F Fᵀ, from a stack F (N, n, p)."""
    N, n, p = F.shape
    rows = np.moveaxis(F, 1, 0).reshape(n, -1)
    C = rows @ rows.T / (N * p)
    try:
        A = np.linalg.cholesky(C)
    except LinAlgError:
        A = np.zeros(C.shape)
    if (np.diag(A) ** 2 <= n * EPS * np.diag(C)).any():       # squared: what a row has that those above lack
        raise LinAlgError(f"The estimate of {name} has lost its rank: the samples are linearly dependent, or "
                          f"too few, {N}.")
    return A


def _inverse(A):
    """(A Aᵀ)⁻¹, symmetric to the last digit."""
    return _sandwich(A, np.eye(len(A)))


# ------------------------------------------------------------------------------------ stable functions

def _log_one_plus_square(s):
    """log(1 + s²), without overflow, and exact for small s."""
    return np.where(s < 1e8, np.log1p(np.minimum(s, 1e8) ** 2), 2 * np.log(np.maximum(s, 1)))


def _log_gamma_ratio(x, h):
    """log Γ(x + h) - log Γ(x); for large x by Stirling's series, where the two would cancel."""
    if x < 100:
        return lgamma(x + h) - lgamma(x)
    y = x + h
    tail = (1 / y - 1 / x) / 12 - (y**-3 - x**-3) / 360 + (y**-5 - x**-5) / 1260
    return h * np.log(y) + (x - 0.5) * np.log1p(h / x) - h + tail


# -------------------------------------------------------------------------------------------- inputs

def _factor(C, name):
    """The Cholesky factor of a covariance."""
    C = _symmetric(C, name)
    if C.ndim != 2:
        raise ValueError(f"{name} has shape {C.shape}: expected one square, symmetric matrix.")
    try:
        return np.linalg.cholesky(C)
    except LinAlgError:
        lam = np.linalg.eigvalsh(C)
        raise LinAlgError(f"{name} is not positive definite, its eigenvalues go from {lam[0]:.3g} to "
                          f"{lam[-1]:.3g}: expected positive ones only.") from None


def _covariance(C, name, size, of):
    C = _symmetric(C, name)
    if C.shape != (size, size):
        raise ValueError(f"{name} has shape {C.shape}: expected {(size, size)}, for {of}.")
    return C


def _parameters(M, U, V):
    """M and the Cholesky factors of U and V."""
    M = _numbers(M, "M")
    if M.ndim != 2:
        raise ValueError(f"M has shape {M.shape}: expected a matrix (n, p).")
    n, p = M.shape
    return (M, _factor(_covariance(U, "U", n, "the rows of M"), "U"),
            _factor(_covariance(V, "V", p, "the columns of M"), "V"))


def _vector(x, name):
    x = _numbers(x, name)
    if x.ndim != 1:
        raise ValueError(f"{name} has shape {x.shape}: expected a vector (d,).")
    return x


def _sample(X, axes, name, shape):
    X = _numbers(X, name)
    if X.ndim != axes or not X.size:
        raise ValueError(f"{name} has shape {X.shape}: expected a stack of samples, {shape}.")
    return X


def _positive(x, name, what):
    x = _numbers(x, name)
    if x.ndim or x <= 0:
        given = f"of shape {x.shape}" if x.ndim else f"{x:.6g}"
        raise ValueError(f"{name} is {given}: expected {what}, a number greater than 0.")
    return float(x)


def _degrees(nu):
    return _positive(nu, "nu", "degrees of freedom")


def _generator(rng):
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is a {type(rng).__name__}: expected a numpy.random.Generator, such as "
                        "np.random.default_rng(0).")
    return rng


def _shape(size):
    """The leading axes of the draws."""
    shape = () if size is None else tuple(np.atleast_1d(size).tolist())
    if not all(isinstance(k, int) and k >= 0 for k in shape):
        raise ValueError(f"size is {size!r}: expected None, a number of draws or a tuple of such.")
    return shape
