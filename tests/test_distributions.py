"""Distributions: densities against scipy.stats, gradients against differences, samples against their moments, the edges."""
import numpy as np
import pytest
import scipy.stats as st
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.linalg import LinAlgError, inv

from matdiff import directional_derivative, duplication_matrix, gradient, hessian, sym, unvech, vec, vech
from matdiff import distributions as dist

SEEDS = (0, 1, 2)
SHAPES = [(2, 3), (4, 2), (3, 3), (1, 3), (3, 1), (1, 1)]
NU = 2.7


def spread(rng, n):
    """A covariance, not diagonal, with eigenvalues that are neither tiny nor equal."""
    A = rng.normal(size=(n, n))
    return A @ A.T + np.diag(rng.uniform(0.5, 2, size=n))


def draw(seed, shape, stack=()):
    """X, M, U, V."""
    rng, (n, p) = np.random.default_rng(seed), shape
    return 2 * rng.normal(size=stack + shape), rng.normal(size=shape), spread(rng, n), spread(rng, p)


# name: (log-density, gradients, sample) of X, M, U, V, and what scipy.stats says
CASES = {
    "normal": (dist.matrix_normal_logpdf, dist.matrix_normal_gradients, dist.matrix_normal_sample, (),
               lambda X, M, U, V: st.matrix_normal.logpdf(X, M, U, V)),
    "multivariate t": (dist.multivariate_t_logpdf, dist.multivariate_t_gradients, dist.multivariate_t_sample, (NU,),
                       lambda X, M, U, V: st.multivariate_t.logpdf(vec(X), vec(M), np.kron(V, U), df=NU)),
    "matrix t": (dist.matrix_t_logpdf, dist.matrix_t_gradients, dist.matrix_t_sample, (NU,),
                 lambda X, M, U, V: st.matrix_t.logpdf(X, M, U, V, df=NU)),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CASES)
def test_log_density_is_that_of_scipy(name, shape, seed):
    logpdf, _, _, nu, theirs = CASES[name]
    X, M, U, V = draw(seed, shape)
    assert logpdf(X, M, U, V, *nu) == pytest.approx(theirs(X, M, U, V), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_normal_of_a_vector(seed):
    rng = np.random.default_rng(seed)
    X, mean, Sigma = rng.normal(size=(5, 2, 4)), rng.normal(size=4), spread(rng, 4)
    np.testing.assert_allclose(dist.normal_logpdf(X, mean, Sigma), st.multivariate_normal.logpdf(X, mean, Sigma), rtol=1e-12)
    slopes = dist.normal_gradients(X, mean, Sigma)
    np.testing.assert_allclose(slopes.mean, gradient(lambda m: dist.normal_logpdf(X, np.real(m), Sigma).sum(), mean), rtol=1e-6)
    np.testing.assert_allclose(slopes.Sigma, gradient(lambda S: dist.normal_logpdf(X, mean, sym(np.real(S))).sum(), Sigma),
                               rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CASES)
def test_a_stack_is_a_loop(name, shape):
    logpdf, gradients, _, nu, _ = CASES[name]
    X, M, U, V = draw(3, shape, (2, 4))
    got = logpdf(X, M, U, V, *nu)
    assert got.shape == (2, 4)
    total = gradients(X, M, U, V, *nu)
    each = [[gradients(X[i, j], M, U, V, *nu) for j in range(4)] for i in range(2)]
    for k, G in enumerate(total):
        np.testing.assert_allclose(G, sum(one[k] for row in each for one in row), atol=1e-12)
    assert got[1, 2] == pytest.approx(logpdf(X[1, 2], M, U, V, *nu))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CASES)
def test_gradients_are_derivatives(name, shape, seed):
    logpdf, gradients, _, nu, _ = CASES[name]
    X, M, U, V = draw(seed, shape, (3,))
    got = gradients(X, M, U, V, *nu)

    def along(make):
        """How the log-likelihood moves with what `make` makes of a number, at 0."""
        return directional_derivative(lambda t: logpdf(X, *make(np.real(t)), *nu).sum(), 0.0, 1.0)

    rng = np.random.default_rng(seed + 50)
    for _ in range(3):
        dM, dU, dV = rng.normal(size=M.shape), sym(rng.normal(size=U.shape)), sym(rng.normal(size=V.shape))
        assert along(lambda t: (M + t * dM, U, V)) == pytest.approx(np.sum(got.M * dM), rel=1e-6, abs=1e-6)
        assert along(lambda t: (M, U + t * dU, V)) == pytest.approx(np.sum(got.U * dU), rel=1e-6, abs=1e-6)
        assert along(lambda t: (M, U, V + t * dV)) == pytest.approx(np.sum(got.V * dV), rel=1e-6, abs=1e-6)
    assert along(lambda t: (M, np.exp(t) * U, V)) == pytest.approx(got.scale, rel=1e-6, abs=1e-6)
    assert along(lambda t: (M, U, np.exp(t) * V)) == pytest.approx(got.scale, rel=1e-6, abs=1e-6)
    assert got.scale == pytest.approx(np.sum(got.U * U)) == pytest.approx(np.sum(got.V * V))
    np.testing.assert_array_equal(got.U, got.U.T)
    np.testing.assert_array_equal(got.V, got.V.T)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mean_is_pulled_towards_the_data(seed):
    """The sign: a step along the gradient for M goes up, and the slope at M = 0 < X = 1 is +1."""
    assert dist.matrix_normal_gradients([[1.0]], [[0.0]], [[1.0]], [[1.0]]).M == 1
    X, M, U, V = draw(seed, (2, 3))
    G = dist.matrix_normal_gradients(X, M, U, V).M
    np.testing.assert_allclose(G, inv(U) @ (X - M) @ inv(V), rtol=1e-10)
    assert dist.matrix_normal_logpdf(X, M + 1e-3 * G, U, V) > dist.matrix_normal_logpdf(X, M, U, V)


def test_without_symmetry_the_formula_has_the_same_gradient_at_a_symmetric_covariance():
    """Of n² free entries in the formula with its inverses; the partials over vech are the other array."""
    X, M, U, V = draw(4, (3, 2))
    E = X - M

    def formula(U):
        return -(2 * np.log(np.linalg.det(U)) + np.trace(inv(U) @ E @ inv(V) @ E.T)) / 2

    G = dist.matrix_normal_gradients(X, M, U, V).U
    np.testing.assert_allclose(gradient(formula, U), G, rtol=1e-8, atol=1e-9)
    free = gradient(lambda u: formula(unvech(u)), vech(U))
    np.testing.assert_allclose(vech(dist.free_entries(G)), free, rtol=1e-8, atol=1e-9)
    with pytest.raises(ValueError, match="not symmetric"):
        dist.free_entries(np.triu(np.ones((3, 3))))


@given(some.integers(0, 2**32 - 1), some.floats(1e-3, 1e3), some.sampled_from(list(CASES)), some.sampled_from(SHAPES))
@settings(max_examples=40, deadline=None)
def test_rows_columns_and_scale_may_be_exchanged(seed, c, name, shape):
    """Xᵀ has the covariances exchanged; (cU, V/c) is the same law; C X D has CUCᵀ and DᵀVD."""
    logpdf, gradients, _, nu, _ = CASES[name]
    X, M, U, V = draw(seed, shape)
    here = logpdf(X, M, U, V, *nu)
    near = {"rel": 1e-9, "abs": 1e-9}
    assert logpdf(X.T, M.T, V, U, *nu) == pytest.approx(here, **near)
    assert logpdf(X, M, c * U, V / c, *nu) == pytest.approx(here, **near)
    G, T = gradients(X, M, U, V, *nu), gradients(X.T, M.T, V, U, *nu)
    np.testing.assert_allclose(T.U, G.V, rtol=1e-6, atol=1e-8 * abs(G.V).max())
    rng = np.random.default_rng(seed)
    C, D = (np.linalg.qr(rng.normal(size=(k, k)))[0] * rng.uniform(0.5, 2, size=k) for k in shape)
    moved = logpdf(C @ X @ D, C @ M @ D, sym(C @ U @ C.T), sym(D.T @ V @ D), *nu)
    volume = shape[1] * np.linalg.slogdet(C)[1] + shape[0] * np.linalg.slogdet(D)[1]
    assert moved == pytest.approx(here - volume, **near)


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (1, 1)])
def test_the_two_t_agree_for_one_row_or_column(shape):
    X, M, U, V = draw(5, shape)
    assert dist.matrix_t_logpdf(X, M, NU * U, V, NU) == pytest.approx(dist.multivariate_t_logpdf(X, M, U, V, NU))


def test_the_two_t_differ_elsewhere():
    """diag(1, 1) and diag(√2, 0) have the same trace, so one multivariate t, but determinants 4 and 3."""
    O, I = np.zeros((2, 2)), np.eye(2)
    both, one = np.eye(2), np.diag([np.sqrt(2), 0])
    assert dist.multivariate_t_logpdf(both, O, I, I, NU) == pytest.approx(dist.multivariate_t_logpdf(one, O, I, I, NU))
    gap = dist.matrix_t_logpdf(one, O, I, I, NU) - dist.matrix_t_logpdf(both, O, I, I, NU)
    assert gap == pytest.approx((NU + 3) / 2 * np.log(4 / 3))


def test_matrix_t_is_a_mixture_over_inverse_wishart():
    """By Bayes at one S: p(X) = p(X | S) p(S) / p(S | X), whatever S is."""
    X, M, U, V = draw(6, (3, 2))
    E, k = X - M, NU + 2
    for seed in SEEDS:
        S = spread(np.random.default_rng(seed), 3)
        mixed = (st.matrix_normal.logpdf(X, M, S, V) + st.invwishart.logpdf(S, k, U)
                 - st.invwishart.logpdf(S, k + 2, U + E @ inv(V) @ E.T))
        assert dist.matrix_t_logpdf(X, M, U, V, NU) == pytest.approx(mixed, rel=1e-11)


# ---------------------------------------------------------------------------------------- stability

@pytest.mark.parametrize("t, times", [("multivariate_t", 1), ("matrix_t", None)])
def test_many_degrees_of_freedom_are_the_normal(t, times):
    X, M, U, V = draw(7, (2, 3))
    nu = 1e11
    got = getattr(dist, f"{t}_logpdf")(X, M, U * (times or nu), V, nu)
    assert got == pytest.approx(dist.matrix_normal_logpdf(X, M, U, V), abs=1e-8)
    slopes = getattr(dist, f"{t}_gradients")(X, M, U * (times or nu), V, nu)
    np.testing.assert_allclose(slopes.M, dist.matrix_normal_gradients(X, M, U, V).M, rtol=1e-8)


@pytest.mark.parametrize("x", [0.3, 7, 99.0, 101.0, 1e3, 1e5, 1e12])
@pytest.mark.parametrize("h", [0.5, 1, 2.5, 6])
def test_ratio_of_gamma_functions(x, h):
    """Against products where h is whole; elsewhere by two half steps."""
    def ratio(h):
        return dist._log_gamma_ratio(x, h)
    if h == int(h):
        assert ratio(h) == pytest.approx(np.log(x + np.arange(h)).sum(), rel=1e-13, abs=1e-13)
    else:
        assert ratio(h) + dist._log_gamma_ratio(x + h, h) == pytest.approx(np.log(x + np.arange(2 * h)).sum(), rel=1e-13)


def test_far_away_and_thin():
    """No overflow 1e150 away, no loss with variances 20 orders apart."""
    X, M, U, V = draw(8, (2, 3))
    for name in ("multivariate t", "matrix t"):
        logpdf, gradients, _, nu, _ = CASES[name]
        far = [logpdf(10.0**k * X, 0 * M, U, V, *nu) for k in (100, 101, 150)]
        power = (NU + 6) if name == "multivariate t" else 2 * (NU + 4)          # of 1/|X|, two singular values
        assert far[1] - far[0] == pytest.approx(-power * np.log(10), rel=1e-9)
        assert far[2] - far[0] == pytest.approx(-50 * power * np.log(10), rel=1e-9)
        assert np.isfinite(gradients(1e100 * X, 0 * M, U, V, *nu).M).all()
    thin, x = np.diag([1e-20, 1.0, 1e20]), np.array([1e-10, 1.0, 1e10])
    assert dist.normal_logpdf(x, np.zeros(3), thin) == pytest.approx(-1.5 - 1.5 * np.log(2 * np.pi))
    np.testing.assert_allclose(dist.normal_gradients(x, np.zeros(3), thin).mean, 1 / x)
    big = np.diag(np.full(400, 1e-3))                                          # the determinant itself is 0
    assert dist.normal_logpdf(np.zeros(400), np.zeros(400), big) == pytest.approx(200 * np.log(1e3 / 2 / np.pi))


# ------------------------------------------------------------------------------------------- samples

def close(got, wanted, N, times=6):
    """Within some standard errors of a mean of N numbers of about this size."""
    np.testing.assert_allclose(got, wanted, atol=times * abs(np.asarray(wanted)).max() * np.sqrt(3 / N))


@pytest.mark.parametrize("name", CASES)
def test_samples_have_the_moments(name):
    """Of vec X: mean vec M, and V ⊗ U, which the two t multiply by ν/(ν - 2) and 1/(ν - 2)."""
    _, _, sample, nu, _ = CASES[name]
    nu = 9.0 if nu else None
    _, M, U, V = draw(9, (2, 3))
    N = 200_000
    X = sample(M, U, V, *([nu] if nu else []), np.random.default_rng(1), N)
    assert X.shape == (N, 2, 3)
    stacked = X.mT.reshape(N, 6)
    factor = {"normal": 1, "multivariate t": 9 / 7, "matrix t": 1 / 7}[name]
    covariance = factor * np.kron(V, U)
    close(np.cov(stacked.T), covariance, N)
    np.testing.assert_allclose(stacked.mean(axis=0), vec(M), atol=6 * np.sqrt(covariance.max() / N))


@pytest.mark.parametrize("name", ["multivariate t", "matrix t"])
def test_samples_of_the_t_follow_their_law(name):
    """Kolmogorov-Smirnov: q/np is F for the one; for the other 1/|I + ZZᵀ| is a product of betas."""
    _, _, sample, (nu,), _ = CASES[name]
    _, M, U, V = draw(10, (2, 3))
    rng = np.random.default_rng(2)
    X = sample(M, U, V, nu, rng, 20_000)
    Z = np.linalg.solve(np.linalg.cholesky(U), np.linalg.solve(np.linalg.cholesky(V), (X - M).mT).mT)
    if name == "multivariate t":
        assert st.kstest((Z**2).sum((1, 2)) / 6, st.f(6, nu).cdf).pvalue > 1e-3
        return
    ratio = 1 / np.linalg.det(np.eye(2) + Z @ Z.mT)
    wilks = rng.beta((nu + 1) / 2, 3 / 2, 20_000) * rng.beta(nu / 2, 3 / 2, 20_000)
    assert st.ks_2samp(ratio, wilks).pvalue > 1e-3


def test_samples_repeat_and_take_any_size():
    _, M, U, V = draw(11, (2, 3))
    for _, _, sample, nu, _ in CASES.values():
        for size, shape in ((None, ()), (3, (3,)), ((2, 5), (2, 5))):
            one, two = (sample(M, U, V, *nu, np.random.default_rng(4), size) for _ in "ab")
            assert one.shape == shape + (2, 3)
            np.testing.assert_array_equal(one, two)
    assert dist.normal_sample(M[0], V, np.random.default_rng(4), (2, 5)).shape == (2, 5, 3)


# --------------------------------------------------------------------------------- maximum likelihood

def test_normal_fit_is_stationary_and_scipys():
    X = np.random.default_rng(12).normal(size=(30, 3)) @ np.array([[1, 2, 0], [0, 1, 1], [0, 0, 2.0]])
    fit = dist.normal_fit(X)
    np.testing.assert_allclose(fit.mean, st.multivariate_normal.fit(X)[0])
    np.testing.assert_allclose(fit.Sigma, st.multivariate_normal.fit(X)[1])
    for G in dist.normal_gradients(X, *fit):
        np.testing.assert_allclose(G, 0, atol=1e-11)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape, N", [((4, 3), 40), ((2, 5), 8), ((3, 3), 5), ((1, 3), 9), ((6, 2), 12)])
def test_flip_flop_climbs_to_a_stationary_point(shape, N, seed):
    _, M, U, V = draw(seed, shape)
    X = dist.matrix_normal_sample(M, U, V, np.random.default_rng(seed + 20), N)
    fit = dist.matrix_normal_fit(X)
    height = dist.matrix_normal_logpdf(X, fit.M, fit.U, fit.V).sum()
    assert fit.log_likelihood[-1] == pytest.approx(height, rel=1e-12)
    assert (np.diff(fit.log_likelihood) > -1e-9 * abs(height)).all()
    assert height > dist.matrix_normal_logpdf(X, M, U, V).sum()
    assert np.trace(fit.V) == pytest.approx(shape[1])
    slopes = dist.matrix_normal_gradients(X, fit.M, fit.U, fit.V)
    for G, C in ((slopes.U, fit.U), (slopes.V, fit.V)):
        np.testing.assert_allclose(C @ G @ C, 0, atol=1e-4 * N * abs(C).max())
    np.testing.assert_allclose(slopes.M, 0, atol=1e-9 * N * abs(inv(fit.U)).max())


def test_flip_flop_recovers_the_parameters():
    """With many samples, at the rate that Fisher's information says."""
    _, M, U, V = draw(3, (4, 3))
    V = V * 3 / np.trace(V)
    for N in (100, 10_000):
        fit = dist.matrix_normal_fit(dist.matrix_normal_sample(M, U, V, np.random.default_rng(5), N))
        close(fit.M, M + 0 * fit.M, N, 8)
        close(fit.U, U, N)
        close(fit.V, V, N)


def test_flip_flop_does_not_depend_on_its_start():
    _, M, U, V = draw(1, (3, 2))
    X = dist.matrix_normal_sample(M, U, V, np.random.default_rng(6), 12)
    one, two = dist.matrix_normal_fit(X), dist.matrix_normal_fit(X, V=[[3.0, 2.9], [2.9, 4.0]])
    np.testing.assert_allclose(np.kron(one.V, one.U), np.kron(two.V, two.U), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1), (2, 2), (3, 3), (2, 3), (4, 3), (2, 4), (5, 3)])
def test_how_many_samples_have_one_maximum(shape):
    """From that number on two starts lead to one V ⊗ U."""
    N = next(N for N in range(2, 20) if dist._has_one_maximum(N, *shape))
    start = spread(np.random.default_rng(0), shape[1])
    X = np.random.default_rng(1).normal(size=(N,) + shape)
    one, two = dist.matrix_normal_fit(X, tol=1e-13), dist.matrix_normal_fit(X, V=start, tol=1e-13)
    large = np.kron(one.V, one.U)
    np.testing.assert_allclose(np.kron(two.V, two.U), large, atol=0.002 * abs(large).max())
    with pytest.raises(LinAlgError, match=f"one maximum from {N} samples on"):
        dist.matrix_normal_fit(X[:-1])


@pytest.mark.parametrize("shape, N", [((2, 2), 3), ((3, 3), 3), ((2, 4), 3), ((5, 3), 3), ((1, 3), 3)])
def test_fewer_samples_have_many_or_none(monkeypatch, shape, N):
    assert not dist._has_one_maximum(N, *shape)
    monkeypatch.setattr(dist, "_has_one_maximum", lambda *_: True)
    X = np.random.default_rng(1).normal(size=(N,) + shape)
    try:
        one, two = dist.matrix_normal_fit(X), dist.matrix_normal_fit(X, V=spread(np.random.default_rng(0), shape[1]))
    except LinAlgError as error:
        assert "lost its rank" in str(error) or "still grows" in str(error)
    else:
        large = np.kron(one.V, one.U)
        assert abs(np.kron(two.V, two.U) - large).max() > 0.01 * abs(large).max()


# --------------------------------------------------------------------------------- probabilistic PCA

@pytest.mark.parametrize("seed", SEEDS)
def test_ppca_gradients(seed):
    rng = np.random.default_rng(seed)
    X, W, s2, mean = rng.normal(size=(7, 4)), rng.normal(size=(4, 2)), 0.6, rng.normal(size=4)
    got = dist.ppca_gradients(X, W, s2, mean)
    height = lambda W, s2, mean: dist.ppca_logpdf(X, np.real(W), float(np.real(s2)), np.real(mean)).sum()
    np.testing.assert_allclose(got.W, gradient(lambda W: height(W, s2, mean), W), rtol=1e-6, atol=1e-7)
    assert got.s2 == pytest.approx(float(gradient(lambda s: height(W, s, mean), s2)), rel=1e-6)
    np.testing.assert_allclose(got.mean, gradient(lambda m: height(W, s2, m), mean), rtol=1e-6)
    np.testing.assert_allclose(dist.ppca_logpdf(X, W, s2, mean),
                               st.multivariate_normal.logpdf(X, mean, W @ W.T + s2 * np.eye(4)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("N, d, k", [(500, 5, 2), (30, 4, 3), (6, 9, 2)])
def test_ppca_in_closed_form_is_the_maximum(N, d, k, seed):
    rng = np.random.default_rng(seed)
    W, mean = rng.normal(size=(d, k)), rng.normal(size=d)
    X = dist.ppca_sample(W, 0.3, rng, N, mean)
    fit = dist.ppca_fit(X, k)
    best = dist.ppca_logpdf(X, *fit).sum()
    slopes = dist.ppca_gradients(X, *fit)
    for G in slopes:
        np.testing.assert_allclose(G, 0, atol=1e-8 * N / fit.s2)
    assert best >= dist.ppca_logpdf(X, W, 0.3, mean).sum()
    for _ in range(20):                                    # nowhere near is better, nor with other eigenvectors
        other = dist.ppca_logpdf(X, fit.W + 0.1 * rng.normal(size=W.shape), fit.s2 * rng.uniform(0.7, 1.4), fit.mean)
        assert other.sum() < best
    R = np.linalg.qr(rng.normal(size=(k, k)))[0]
    assert dist.ppca_logpdf(X, fit.W @ R, fit.s2, fit.mean).sum() == pytest.approx(best)


def test_ppca_recovers_what_is_determined():
    rng = np.random.default_rng(3)
    W = rng.normal(size=(5, 2))
    X = dist.ppca_sample(W, 0.25, rng, 100_000, np.arange(5.0))
    fit = dist.ppca_fit(X, 2)
    close(fit.W @ fit.W.T + fit.s2 * np.eye(5), W @ W.T + 0.25 * np.eye(5), 100_000)
    assert fit.s2 == pytest.approx(0.25, rel=0.01)


# ---------------------------------------------------------------------------------- Fisher's information

def test_information_is_the_mean_curvature():
    """Minus the Hessian of the log-density at the moments that samples have in the mean: S = Σ, mean right."""
    _, _, Sigma, _ = draw(2, (3, 2))
    of_mean, of_vech = dist.normal_information(Sigma)
    np.testing.assert_allclose(of_mean, inv(Sigma), rtol=1e-10)
    np.testing.assert_array_equal(of_mean, of_mean.T)

    def loss(s):
        S = unvech(s)
        return (np.log(np.linalg.det(S)) + np.trace(inv(S) @ Sigma)) / 2

    np.testing.assert_allclose(of_vech, hessian(loss, vech(Sigma)), rtol=1e-5, atol=1e-6)


def test_information_of_both_covariances():
    _, _, U, V = draw(3, (3, 2))
    of_mean, both = dist.matrix_normal_information(U, V)
    np.testing.assert_allclose(of_mean, inv(np.kron(V, U)), atol=1e-10)
    C = np.kron(V, U)

    def loss(uv):
        S = np.kron(unvech(uv[6:]), unvech(uv[:6]))
        return (np.log(np.linalg.det(S)) + np.trace(inv(S) @ C)) / 2

    np.testing.assert_allclose(both, hessian(loss, np.r_[vech(U), vech(V)]), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(both @ np.r_[vech(U), -vech(V)], 0, atol=1e-12 * abs(both).max())
    assert np.linalg.matrix_rank(both, tol=1e-9) == 6 + 3 - 1


def test_information_is_the_covariance_of_the_scores():
    _, M, U, V = draw(5, (2, 2))
    X = dist.matrix_normal_sample(M, U, V, np.random.default_rng(8), 100_000)
    A, B = np.linalg.cholesky(U), np.linalg.cholesky(V)
    Z = np.linalg.solve(A, np.linalg.solve(B, (X - M).mT).mT)
    whitened = Z @ Z.mT - 2 * np.eye(2)                                      # the score for U, whitened
    scores = np.linalg.solve(A.T, np.linalg.solve(A.T, whitened.mT).mT) / 2
    one = dist.matrix_normal_gradients(X[7], M, U, V).U
    np.testing.assert_allclose(scores[7], one, atol=1e-10)
    D = duplication_matrix(2)
    _, both = dist.matrix_normal_information(U, V)
    close(np.cov((D.T @ scores.mT.reshape(-1, 4).T)), both[:3, :3], 100_000, 12)


def test_a_natural_step_for_a_covariance_is_the_whole_way():
    rng = np.random.default_rng(4)
    X, Sigma = rng.normal(size=(50, 3)), spread(rng, 3)
    S = X.T @ X / 50
    D = duplication_matrix(3)
    slope = D.T @ vec(dist.normal_gradients(X, np.zeros(3), Sigma).Sigma) / 50
    step = unvech(np.linalg.solve(dist.normal_information(Sigma)[1], slope))
    np.testing.assert_allclose(step, S - Sigma, atol=1e-12)


# ------------------------------------------------------------------------------------------ bad input

X, M, U, V = np.ones((2, 3)), np.zeros((2, 3)), np.eye(2), np.eye(3)
RNG = np.random.default_rng(0)
MANY = np.random.default_rng(0).normal(size=(20, 2, 3))


@pytest.mark.parametrize("call, error, sentence", [
    (lambda: dist.matrix_normal_logpdf(X, M, np.diag([1.0, -2]), V), LinAlgError,
     r"U is not positive definite, its eigenvalues go from -2 to 1: expected positive ones only"),
    (lambda: dist.matrix_normal_logpdf(X, M, U, np.ones((3, 3))), LinAlgError, "V is not positive definite"),
    (lambda: dist.matrix_normal_logpdf(X, M, [[1, 1], [0, 1]], V), ValueError,
     r"U is not symmetric, U\[i, j\] and U\[j, i\] differ by up to 1: .*\(U \+ U.T\) / 2 makes one"),
    (lambda: dist.matrix_normal_logpdf(X, M, V, U), ValueError, r"U has shape \(3, 3\): expected \(2, 2\), for the rows of M"),
    (lambda: dist.matrix_normal_logpdf(X, M, U, U), ValueError, r"V has shape \(2, 2\): expected \(3, 3\), for the columns of M"),
    (lambda: dist.matrix_normal_logpdf(X.T, M, U, V), ValueError, r"X has shape \(3, 2\): expected that of M, \(2, 3\), in its last"),
    (lambda: dist.matrix_normal_logpdf(X, np.zeros(3), U, V), ValueError, r"M has shape \(3,\): expected a matrix \(n, p\)"),
    (lambda: dist.matrix_normal_logpdf(X * np.nan, M, U, V), ValueError, "X has entries that are nan or infinite"),
    (lambda: dist.matrix_normal_logpdf("abc", M, U, V), TypeError, "X is a str of dtype .*: expected real numbers"),
    (lambda: dist.matrix_normal_logpdf(X, M, np.stack([U, U]), V), ValueError, r"U has shape \(2, 2, 2\)"),
    (lambda: dist.matrix_normal_information(np.stack([U, U]), V), ValueError, r"U has shape \(2, 2, 2\): expected one square"),
    (lambda: dist.normal_logpdf([1, 2, 3], [0, 0], U), ValueError, "expected 2 numbers in its last axis, as in mean"),
    (lambda: dist.normal_logpdf(1.0, [0, 0], U), ValueError, r"X has shape \(\): expected 2 numbers"),
    (lambda: dist.normal_logpdf([1, 2], [0, 0], V), ValueError, r"Sigma has shape \(3, 3\): expected \(2, 2\)"),
    (lambda: dist.normal_sample([0, 0], -U, RNG), LinAlgError, "not positive definite"),
    (lambda: dist.normal_sample([[0, 0]], U, RNG), ValueError, r"mean has shape \(1, 2\): expected a vector"),
    (lambda: dist.matrix_t_logpdf(X, M, U, V, 0), ValueError, "nu is 0: expected degrees of freedom, a number greater than 0"),
    (lambda: dist.multivariate_t_gradients(X, M, U, V, -1.5), ValueError, "nu is -1.5: expected degrees of freedom"),
    (lambda: dist.matrix_t_sample(M, U, V, [1, 2], RNG), ValueError, r"nu is of shape \(2,\): expected degrees of freedom"),
    (lambda: dist.matrix_t_gradients(X, M, U, V, np.inf), ValueError, "nu has entries that are nan or infinite"),
    (lambda: dist.matrix_normal_sample(M, U, V, 7), TypeError, r"rng is a int: expected a numpy.random.Generator, such as"),
    (lambda: dist.ppca_sample(np.ones((3, 2)), 1.0, None), TypeError, "rng is a NoneType"),
    (lambda: dist.matrix_normal_fit(MANY[0]), ValueError, r"X has shape \(2, 3\): expected a stack of samples, \(N, n, p\)"),
    (lambda: dist.matrix_normal_fit(MANY[:2]), LinAlgError, "X has 2 samples of shape 2 × 3: the likelihood has one maximum from 3 samples on"),
    (lambda: dist.matrix_normal_fit(MANY * [[1], [0]] + 0.1), LinAlgError, "row 1 of X, from 0, is the same in all 20 samples: leave it out"),
    (lambda: dist.matrix_normal_fit(MANY * [1, 1, 0] + 0.1), LinAlgError, "column 2 of X, from 0, is the same in all 20 samples"),
    (lambda: dist.matrix_normal_fit(MANY @ [[1, 0, 1], [0, 1, 1], [0, 0, 0]]), LinAlgError, "estimate of V has lost its rank: the samples are linearly"),
    (lambda: dist.matrix_normal_sample(M, U, V, RNG, 2.5), ValueError, "size is 2.5: expected None, a number of draws or a tuple"),
    (lambda: dist.matrix_t_sample(M, U, V, 3, RNG, (2, -1)), ValueError, r"size is \(2, -1\): expected None"),
    (lambda: dist.matrix_normal_fit(MANY, rounds=2), LinAlgError, "still grows after 2 rounds: more samples than 20, or more `rounds`"),
    (lambda: dist.matrix_normal_fit(MANY, V=U), ValueError, r"V has shape \(2, 2\): expected \(3, 3\), for the columns of X"),
    (lambda: dist.normal_fit(MANY[:3, 0]), LinAlgError, "X has 3 samples of 3 numbers: a covariance of full rank needs at least 4"),
    (lambda: dist.normal_fit(np.full((9, 3), 0.1)), LinAlgError, "column 0 of X, from 0, is the same in all 9 samples"),
    (lambda: dist.normal_fit(MANY[:, 0] @ [[1, 0, 1], [0, 1, 1], [0, 0, 0]]), LinAlgError, "estimate of Sigma has lost its rank"),
    (lambda: dist.ppca_logpdf([1, 2, 3], np.ones((3, 2)), 0), ValueError, "s2 is 0: expected a variance, a number greater than 0"),
    (lambda: dist.ppca_logpdf([1, 2, 3], np.ones(3), 1), ValueError, r"W has shape \(3,\): expected \(d, k\), a column"),
    (lambda: dist.ppca_logpdf([1, 2, 3], np.ones((3, 2)), 1, [0, 0]), ValueError, r"mean has shape \(2,\): expected \(3,\)"),
    (lambda: dist.ppca_fit(MANY[:, 0], 3), ValueError, "k is 3: expected a number of factors between 1 and 2"),
    (lambda: dist.ppca_fit(MANY[:, 0], 1.0), ValueError, "k is 1.0: expected a number of factors"),
    (lambda: dist.ppca_fit(MANY[:2, 0], 1), LinAlgError, "rows of X lie in a space of 1 dimensions or fewer"),
    (lambda: dist.ppca_fit(np.outer(np.arange(9.0), [1, 2, 3]), 1), LinAlgError, "no noise is left for s2"),
])
def test_a_mistake_gets_one_clear_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
