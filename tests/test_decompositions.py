"""Decompositions: forward against numerical derivatives, backward against forward, the edges against their errors."""
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.linalg import LinAlgError

from matdiff import decompositions as dec
from matdiff import directional_derivative, gradient

SEEDS = (0, 1, 2)
SHAPES = [(4, 4), (6, 3), (3, 5), (1, 1), (4, 1), (1, 4)]
SQUARE = [(1, 1), (2, 2), (5, 5)]


def sym(X):
    return (X + X.mT) / 2


def draw(seed, shape, stack=()):
    return np.random.default_rng(seed).normal(size=stack + shape)


def positive(X):
    return X @ X.mT + np.eye(X.shape[-1])


def spread(A):
    """The same singular vectors, singular values 1, 2, 3, ... apart."""
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return (U * (1 + np.arange(s.shape[-1]))[::-1]) @ Vt


def same(x):
    return x


CASES = {  # name: shapes, what makes a point and a direction of a general matrix
    "lu": (SQUARE, same, same), "cholesky": (SQUARE, positive, sym), "qr": (SHAPES, same, same),
    "eigh": (SQUARE, sym, sym), "eigvalsh": (SQUARE, sym, sym), "svd": (SHAPES, spread, same),
    "svdvals": (SHAPES, spread, same), "polar": (SHAPES, spread, same), "pinv": (SHAPES, spread, same),
    "projector right 1": (SHAPES, spread, same), "projector left 1": (SHAPES, spread, same),
    "projector right 2": ([(4, 4), (6, 3), (3, 5), (2, 6)], spread, same),
    "projector left 3": ([(4, 4), (6, 3), (3, 5)], spread, same),
    "projector eigen 1": (SQUARE, sym, sym), "projector eigen 2": ([(2, 2), (5, 5)], sym, sym)}
ALL = [(name, shape) for name, (shapes, _, _) in CASES.items() for shape in shapes]
FUNCTIONS = {"exp": (np.exp, np.exp), "sin": (np.sin, np.cos), "cube": (lambda x: x**3, lambda x: 3 * x**2),
             "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2)}


def names(name):
    """The three functions; of a projector, with their directions and how many of them."""
    name, *kind = name.split()
    given = {"of": kind[0], "k": int(kind[1])} if kind else {}
    return (partial(getattr(dec, name + suffix), **given) for suffix in ("", "_jvp", "_vjp"))


def point(name, shape, seed, stack=()):
    _, make, move = CASES[name]
    return make(draw(seed, shape, stack)), move(draw(seed + 100, shape, stack))


def moving(factors):
    """The factors that move, as a tuple: not the order of rows of an LU."""
    return tuple(F for F in (factors if isinstance(factors, tuple) else (factors,)) if F.dtype.kind == "f")


def in_frame(name, factors, start):
    """Factors with the signs that they have at the start: a column and its partner turn together."""
    if name == "eigh":
        lam, V = factors
        return lam, V * np.sign(np.sum(V * start[1], 0))
    if name == "svd":
        U, s, Vt = factors
        signs = np.sign(np.sum(U * start[0], 0))
        return U * signs, s, Vt * signs[:, None]
    return moving(factors)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name, shape", ALL)
def test_forward_is_the_derivative(name, shape, seed):
    decompose, jvp, _ = names(name)
    A, dA = point(name, shape, seed)
    factors, slopes = jvp(A, dA)
    for F, G in zip(moving(factors), moving(decompose(A)), strict=True):
        np.testing.assert_allclose(F, G, rtol=0, atol=1e-13 * (1 + abs(G).max()))
    for k, slope in enumerate(moving(slopes)):
        numeric = directional_derivative(lambda X: in_frame(name, decompose(X), moving(factors))[k], A, dA)
        np.testing.assert_allclose(slope, numeric, rtol=1e-6, atol=1e-7 * (1 + abs(slope).max()))


@pytest.mark.parametrize("shape", SHAPES)
def test_svd_by_what_has_no_signs(shape):
    """u uᵀ, v vᵀ and u vᵀ of one singular value, with NumPy's own signs."""
    A, dA = point("svd", shape, 3)
    (U, s, Vt), (dU, _, dVt) = dec.svd_jvp(A, dA)
    for i in range(len(s)):
        for k, (a, b, da, db) in enumerate([(U[:, i], U[:, i], dU[:, i], dU[:, i]), (Vt[i], Vt[i], dVt[i], dVt[i]),
                                            (U[:, i], Vt[i], dU[:, i], dVt[i])]):
            def projector(X):
                U, _, Vt = np.linalg.svd(X, full_matrices=False)
                return np.outer((U[:, i], Vt[i], U[:, i])[k], (U[:, i], Vt[i], Vt[i])[k])
            slope = np.outer(da, b) + np.outer(a, db)
            np.testing.assert_allclose(slope, directional_derivative(projector, A, dA), atol=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name, shape", ALL)
def test_backward_is_the_adjoint_of_forward(name, shape, seed):
    _, jvp, vjp = names(name)
    A, dA = point(name, shape, seed)
    factors, slopes = jvp(A, dA)
    rng = np.random.default_rng(seed)
    bars = [rng.normal(size=F.shape) for F in moving(slopes)]
    Abar = vjp(A, *bars)
    assert Abar.shape == A.shape
    total = sum(np.sum(b * d) for b, d in zip(bars, moving(slopes), strict=True))
    assert np.sum(Abar * dA) == pytest.approx(total, rel=1e-10, abs=1e-10)
    np.testing.assert_array_equal(vjp(A, *bars, factors=given_factors(name, A)), Abar)


@pytest.mark.parametrize("name, shape", ALL)
def test_backward_takes_each_factor_alone(name, shape):
    _, jvp, vjp = names(name)
    A, dA = point(name, shape, 7)
    _, slopes = jvp(A, dA)
    for k, slope in enumerate(moving(slopes)):
        bars = [None] * len(moving(slopes))
        bars[k] = draw(k, slope.shape)
        assert np.sum(vjp(A, *bars) * dA) == pytest.approx(np.sum(bars[k] * slope), rel=1e-10, abs=1e-10)


def given_factors(name, A):
    """What `factors` is: the decomposition from which the named one is computed."""
    source = {"eigvalsh": "eigh", "svdvals": "svd", "polar": "svd", "pinv": "svd"}.get(name, name)
    if source.startswith("projector"):
        source = "eigh" if "eigen" in name else "svd"
    return getattr(dec, source)(A)


@pytest.mark.parametrize("name, shape", ALL)
def test_a_stack_is_a_loop(name, shape):
    decompose, jvp, vjp = names(name)
    A, dA = point(name, shape, 4, (2, 3))
    factors, slopes = jvp(A, dA)
    bars = [draw(k, d.shape) for k, d in enumerate(moving(slopes))]
    Abar = vjp(A, *bars)
    plain = decompose(A)
    for at in np.ndindex(2, 3):
        one, slope = jvp(A[at], dA[at])
        for F, G, H in zip(moving(factors), moving(one), moving(plain), strict=True):
            np.testing.assert_allclose(F[at], G, atol=1e-12)
            np.testing.assert_allclose(H[at], G, atol=1e-12)
        for F, G in zip(moving(slopes), moving(slope), strict=True):
            np.testing.assert_allclose(F[at], G, atol=1e-10)
        np.testing.assert_allclose(Abar[at], vjp(A[at], *(b[at] for b in bars)), atol=1e-10)


@pytest.mark.parametrize("name, shape", ALL)
def test_many_directions_and_gradients_meet_one_matrix(name, shape):
    _, jvp, vjp = names(name)
    A, _ = point(name, shape, 5)
    move = CASES[name][2]
    dA = move(draw(6, shape, (3,)))
    _, slopes = jvp(A, dA)
    bars = [draw(k, d.shape) for k, d in enumerate(moving(slopes))]
    Abar = vjp(A, *bars)
    for i in range(3):
        for many, one in zip(moving(slopes), moving(jvp(A, dA[i])[1]), strict=True):
            np.testing.assert_allclose(many[i], one, atol=1e-12)
        np.testing.assert_allclose(Abar[i], vjp(A, *(b[i] for b in bars)), atol=1e-12)


@pytest.mark.parametrize("name", ["cholesky", "eigh", "eigvalsh", "projector eigen 2"])
def test_gradients_of_symmetric_matrices_are_symmetric(name):
    _, jvp, vjp = names(name)
    A, dA = point(name, (4, 4), 8)
    Abar = vjp(A, *(draw(k, d.shape) for k, d in enumerate(moving(jvp(A, dA)[1]))))
    np.testing.assert_array_equal(Abar, Abar.T)


# ------------------------------------------------------------------------------------- factors

@pytest.mark.parametrize("pivot", [True, False])
def test_lu_factors(pivot):
    A = draw(0, (6, 6), (4,)) + (0 if pivot else 9 * np.eye(6))
    p, L, U = dec.lu(A, pivot=pivot)
    np.testing.assert_allclose(L @ U, np.take_along_axis(A, p[..., None], -2), atol=1e-13)
    np.testing.assert_array_equal(np.tril(U, -1), 0)
    np.testing.assert_array_equal(np.triu(L), np.broadcast_to(np.eye(6), L.shape))
    if pivot:
        assert np.abs(L).max() <= 1 and (p != np.arange(6)).any()
    else:
        np.testing.assert_array_equal(p, np.broadcast_to(np.arange(6), p.shape))


def test_lu_without_exchanges_forward_and_backward():
    A, dA = draw(1, (5, 5)) + 6 * np.eye(5), draw(2, (5, 5))
    factors = dec.lu(A, pivot=False)
    _, slopes = dec.lu_jvp(A, dA, factors=factors)
    for k in (0, 1):
        numeric = directional_derivative(lambda X: dec.lu(X, pivot=False)[k + 1], A, dA)
        np.testing.assert_allclose(slopes[k], numeric, atol=1e-9)
    bars = draw(3, (2, 5, 5))
    assert np.sum(dec.lu_vjp(A, *bars, factors=factors) * dA) == pytest.approx(np.sum(bars * slopes))


@pytest.mark.parametrize("shape", SHAPES)
def test_qr_factors(shape):
    A = draw(0, shape, (4,))
    Q, R = dec.qr(A)
    np.testing.assert_allclose(Q @ R, A, atol=1e-13)
    np.testing.assert_allclose(Q.mT @ Q, np.broadcast_to(np.eye(min(shape)), (4,) + 2 * (min(shape),)), atol=1e-13)
    assert (np.diagonal(R, axis1=-2, axis2=-1) > 0).all() and not np.tril(R, -1).any()


def test_qr_takes_factors_with_other_signs():
    A, dA = draw(1, (5, 3)), draw(2, (5, 3))
    Q, R = np.linalg.qr(A)
    assert (np.diag(R) < 0).any()
    _, (dQ, dR) = dec.qr_jvp(A, dA, factors=(Q, R))
    np.testing.assert_allclose(dQ @ R + Q @ dR, dA, atol=1e-13)
    np.testing.assert_allclose(Q.T @ dQ, -(Q.T @ dQ).T, atol=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
def test_polar_factors(shape):
    A = draw(0, shape)
    Q, H = dec.polar(A)
    np.testing.assert_allclose(Q @ H, A, atol=1e-13)
    np.testing.assert_allclose(H, H.T)
    assert np.linalg.eigvalsh(H).min() > -1e-13


def test_polar_does_not_mind_equal_singular_values():
    Q = np.linalg.qr(draw(0, (5, 3)))[0]
    dA = draw(1, (5, 3))
    _, (dQ, dH) = dec.polar_jvp(2 * Q, dA)
    for slope, k in ((dQ, 0), (dH, 1)):
        np.testing.assert_allclose(slope, directional_derivative(lambda X: dec.polar(X)[k], 2 * Q, dA), atol=1e-8)


# --------------------------------------------------------------------- functions of a symmetric matrix

@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_function_of_a_symmetric_matrix(f, seed):
    f = FUNCTIONS[f]
    A, dA, G = sym(draw(seed, (5, 5))), sym(draw(seed + 1, (5, 5))), draw(seed + 2, (5, 5))
    F, dF = dec.symmetric_function_jvp(A, dA, *f)
    np.testing.assert_allclose(F, dec.symmetric_function(A, f[0]))
    np.testing.assert_allclose(dF, directional_derivative(lambda X: dec.symmetric_function(X, f[0]), A, dA), atol=1e-8)
    Abar = dec.symmetric_function_vjp(A, G, *f)
    np.testing.assert_array_equal(Abar, Abar.T)
    assert np.sum(Abar * dA) == pytest.approx(np.sum(G * dF))
    np.testing.assert_allclose(Abar, gradient(lambda X: np.sum(G * dec.symmetric_function(sym(X), f[0])), A),
                               atol=1e-8)


def test_function_of_a_stack():
    A, dA = sym(draw(0, (4, 4), (2, 3))), sym(draw(1, (4, 4), (2, 3)))
    F, dF = dec.symmetric_function_jvp(A, dA, np.exp, np.exp)
    for at in np.ndindex(2, 3):
        one, slope = dec.symmetric_function_jvp(A[at], dA[at], np.exp, np.exp)
        np.testing.assert_allclose(F[at], one)
        np.testing.assert_allclose(dF[at], slope, atol=1e-12)


EXACT = {  # a function, its derivative, its divided difference in a form that loses no digits
    "exp": (np.exp, np.exp, lambda x, y: np.exp(y) * np.expm1(x - y) / (x - y)),
    "log": (np.log, lambda x: 1 / x, lambda x, y: np.log1p((x - y) / y) / (x - y)),
    "sqrt": (np.sqrt, lambda x: 0.5 / np.sqrt(x), lambda x, y: 1 / (np.sqrt(x) + np.sqrt(y))),
    "inverse": (lambda x: 1 / x, lambda x: -1 / x**2, lambda x, y: -1 / (x * y)),
    "inverse root": (lambda x: x**-0.5, lambda x: -0.5 * x**-1.5,
                     lambda x, y: -1 / (np.sqrt(x * y) * (np.sqrt(x) + np.sqrt(y)))),
    "cube": (lambda x: x**3, lambda x: 3 * x**2, lambda x, y: x * x + x * y + y * y)}


@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=100, deadline=None)
@given(x=st.floats(1e-3, 30), exponent=st.floats(-15, 0.5))
def test_divided_differences_keep_their_digits(name, x, exponent):
    """At any gap, from a rounding to several times the numbers themselves."""
    f, df, exact = EXACT[name]
    y = x * (1 + 10**exponent)
    if x != y:
        D = dec.divided_differences(np.array([x, y]), f, df)
        assert D[0, 1] == D[1, 0] == pytest.approx(exact(x, y), rel=2e-13, abs=0)
        np.testing.assert_array_equal(np.diag(D), df(np.array([x, y])))


def test_divided_differences_at_a_kink():
    """max(x, 0) is not smooth between: the mean of its slope is taken from its values."""
    lam = np.array([-3e-5, 1e-5, 1e-5, 2.0])
    D = dec.divided_differences(lam, lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0)
    np.testing.assert_allclose(D, [[0, .25, .25, 2 / 2.00003], [.25, 1, 1, 1], [.25, 1, 1, 1],
                                   [2 / 2.00003, 1, 1, 1]], rtol=1e-12)


@pytest.mark.parametrize("gap", [0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3])
def test_close_eigenvalues_cost_no_accuracy(gap):
    """exp on the plane of two close eigenvalues, exactly known in the axes of A."""
    lam, dA = np.array([1.0, 1 + gap, 3.0]), sym(draw(0, (3, 3)))
    A = np.diag(lam)
    x, y = lam[:, None], lam[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = np.where(x == y, np.exp(x), np.exp(y) * np.expm1(x - y) / (x - y)) * dA
    _, dF = dec.symmetric_function_jvp(A, dA, np.exp, np.exp)
    assert np.abs(dF - exact).max() < 1e-14 * np.abs(exact).max()


# -------------------------------------------------------------------------------------- pseudo-inverse

@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", [(6, 4), (3, 5), (4, 4)])
def test_pseudo_inverse_at_constant_rank(shape, seed):
    """A = BC of rank 2 moves among the matrices of rank 2."""
    m, n = shape
    B, C, dB, dC = draw(seed, (m, 2)), draw(seed + 1, (2, n)), draw(seed + 2, (m, 2)), draw(seed + 3, (2, n))
    A, dA = B @ C, dB @ C + B @ dC
    Ap, dAp = dec.pinv_jvp(A, dA)
    np.testing.assert_allclose(Ap, np.linalg.pinv(A), atol=1e-12)
    numeric = directional_derivative(lambda t: dec.pinv((B + t * dB) @ (C + t * dC), rtol=1e-10), 0.0, 1.0)
    np.testing.assert_allclose(dAp, numeric, atol=1e-7 * (1 + abs(dAp).max()))
    G = draw(seed + 4, (n, m))
    Abar = dec.pinv_vjp(A, G)
    assert np.sum(Abar * dA) == pytest.approx(np.sum(G * dAp), rel=1e-9)
    out_U, out_V = np.eye(m) - A @ Ap, np.eye(n) - Ap @ A
    np.testing.assert_allclose(out_U @ Abar @ out_V, 0, atol=1e-11 * abs(Abar).max())     # in the tangent space


def test_pseudo_inverse_of_a_stack_of_different_ranks():
    A = np.stack([draw(0, (4, 3)), np.outer(draw(1, (4,)), draw(2, (3,))), np.zeros((4, 3))])
    np.testing.assert_allclose(dec.pinv(A), np.linalg.pinv(A), atol=1e-12)
    for k in range(3):
        np.testing.assert_allclose(dec.pinv_vjp(A, np.ones((3, 4)))[k], dec.pinv_vjp(A[k], np.ones((3, 4))),
                                   atol=1e-12)


# ------------------------------------------------------------------------------------------ projectors

TIES = {"right": [2.0, 2, 1, 1], "left": [2.0, 2, 1, 0], "eigen": [3.0, 3, -1, -1]}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (4, 4)])
@pytest.mark.parametrize("of", TIES)
def test_a_projector_needs_the_one_gap_alone(of, shape, seed):
    """Ties among the leading ones and among the others, a value that is 0 included."""
    m, n = (4, 4) if of == "eigen" else shape
    left, right = np.linalg.qr(draw(seed, (m, m)))[0][:, :4], np.linalg.qr(draw(seed + 1, (n, n)))[0][:, :4]
    right = left if of == "eigen" else right
    A, dA = left * TIES[of] @ right.T, draw(seed + 2, (m, n))
    A, dA = (sym(A), sym(dA)) if of == "eigen" else (A, dA)
    P, dP = dec.projector_jvp(A, dA, 2, of=of)
    basis = left if of == "left" else right
    np.testing.assert_allclose(P, basis[:, :2] @ basis[:, :2].T, atol=1e-12)
    np.testing.assert_allclose(dP, directional_derivative(lambda X: dec.projector(X, 2, of=of), A, dA), atol=1e-7)
    np.testing.assert_allclose(P @ dP + dP @ P, dP, atol=1e-12)                # from P² = P
    Pbar = draw(seed + 3, P.shape)
    assert np.sum(dec.projector_vjp(A, Pbar, 2, of=of) * dA) == pytest.approx(np.sum(Pbar * dP), rel=1e-10)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("of", ["right", "left"])
def test_a_projector_on_everything_stays_at_a_singular_value_of_0(of):
    A = np.eye(3, 2) * [1.0, 0.0]                          # all of the right directions lead, one with σ = 0
    A = A if of == "right" else A.T
    P, dP = dec.projector_jvp(A, draw(0, A.shape), 2, of=of)
    np.testing.assert_allclose(P, np.eye(2), atol=1e-15)
    np.testing.assert_array_equal(dP, 0)
    np.testing.assert_array_equal(dec.projector_vjp(A, draw(1, (2, 2)), 2, of=of), 0)


def test_a_projector_on_everything_stays():
    A, dA = draw(0, (5, 3)), draw(1, (5, 3))
    P, dP = dec.projector_jvp(A, dA, 3)
    np.testing.assert_allclose(P, np.eye(3), atol=1e-14)
    np.testing.assert_allclose(dP, 0, atol=1e-13)
    assert np.abs(dec.projector_jvp(A, dA, 3, of="left")[1]).max() > 0.1       # the column space moves


# -------------------------------------------------------------------------------------------- edges

TIE = np.diag([2.0, 2.0, 1.0])
RANK_1 = np.outer([1.0, 2, 3], [1.0, 1])
EDGES = {  # what is called, what the error says
    "LU, singular": (lambda: dec.lu(np.ones((2, 2))), "pivot 2 of 2 is 0: .* invertible"),
    "LU, leading minor": (lambda: dec.lu(np.eye(2)[::-1], pivot=False), "pivot 1 of 2 is 0: .* leading minors"),
    "LU, in a stack": (lambda: dec.lu(np.stack([np.eye(2), np.ones((2, 2))])), "^Matrix 1 of the stack: pivot 2"),
    "Cholesky": (lambda: dec.cholesky(np.array([[1.0, 2], [2, 1]])), "pivot 2 of 2 is -3: .* positive definite"),
    "Cholesky, in a stack": (lambda: dec.cholesky_vjp(np.stack([np.eye(2), -np.eye(2)]), np.eye(2)),
                             "^Matrix 1 of the stack: pivot 1 of 2 is -1"),
    "QR": (lambda: dec.qr_jvp(RANK_1, RANK_1), r"R\[1, 1\] is .*: QR .* first 2 columns .* independent"),
    "QR of 0": (lambda: dec.qr(np.zeros((2, 1))), r"R\[0, 0\] is 0: QR"),
    "QR, wide": (lambda: dec.qr_vjp(np.ones((2, 3)), None, np.ones((2, 3))), r"R\[1, 1\] is .* first 2 columns"),
    "eigenvectors": (lambda: dec.eigh_jvp(TIE, TIE), "eigenvalues 2 and 3 are equal, 2 and 2, apart .*1/gap"),
    "eigenvectors back": (lambda: dec.eigh_vjp(TIE, None, TIE), "eigenvalues 2 and 3 are equal.*symmetric_function"),
    "eigenvalues": (lambda: dec.eigvalsh_jvp(TIE, TIE), "eigenvalues 2 and 3 are equal, 2 and 2, apart .*kink"),
    "eigenvalues back": (lambda: dec.eigvalsh_vjp(TIE, np.array([0.0, 0, 1])),
                         "eigenvalues 2 and 3 are equal, 2, but their gradients are not, 0 and 1"),
    "SVD, tie": (lambda: dec.svd_jvp(TIE, TIE), "singular values 1 and 2 are equal, 2 and 2, apart .*1/gap"),
    "SVD, rank": (lambda: dec.svd_vjp(RANK_1, np.ones((3, 2))), "singular value 2 of 2 is .*, 0 up to round-off"),
    "SVD, in a stack": (lambda: dec.svd_jvp(np.stack([np.diag([3.0, 2, 1]), TIE]), TIE), "^Matrix 1 of the stack: "),
    "singular values": (lambda: dec.svdvals_jvp(RANK_1, RANK_1), "singular value 2 of 2 is .*, 0 up to round-off"),
    "singular values, rank": (lambda: dec.svdvals_vjp(RANK_1, np.ones(2)), "kink at 0"),
    "singular values, tie": (lambda: dec.svd_vjp(TIE, None, np.array([1.0, 0, 0])),
                             "singular values 1 and 2 are equal, 2, but their gradients are not, 1 and 0"),
    "polar": (lambda: dec.polar_jvp(RANK_1, RANK_1), "singular value 2 of 2 is .* polar factor needs full rank"),
    "projector, tie": (lambda: dec.projector(TIE, 1), "singular values 1 and 2 are equal, 2 and 2, .* on 1 leading"),
    "projector, eigen": (lambda: dec.projector_vjp(-TIE, TIE, 2, of="eigen"), "eigenvalues 2 and 3 are equal, -2 and -2"),
    "projector, rank": (lambda: dec.projector_jvp(RANK_1, RANK_1, 2, of="left"), "singular values 2 and 3 are equal, .* and 0"),
    "projector, in a stack": (lambda: dec.projector(np.stack([np.diag([3.0, 2, 1]), TIE]), 1), "^Matrix 1 of the stack: sing"),
    "pseudo-inverse": (lambda: dec.pinv_jvp(np.diag([2.0, 0]), np.eye(2)), "dA changes the rank .* entry of 1,")}


@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_is_named_with_its_numbers(edge):
    call, words = EDGES[edge]
    with pytest.raises(LinAlgError, match=words):
        call()


S = np.array([[2.0, 1], [0, 2]])
INPUTS = {
    "vector": (lambda: dec.qr(np.ones(3)), ValueError, r"A has shape \(3,\): expected a matrix"),
    "not square": (lambda: dec.lu(np.ones((2, 3))), ValueError, r"A has shape \(2, 3\): expected a square matrix"),
    "not symmetric": (lambda: dec.cholesky(S), ValueError, r"A is not symmetric, .* up to 1: .*\(A \+ A.T\) / 2"),
    "small beside a large one": (lambda: dec.eigh(np.stack([1e9 * np.eye(2), S])), ValueError,
                                 "Matrix 1 of the stack: A is not symmetric"),
    "direction not symmetric": (lambda: dec.eigh_jvp(np.diag([1.0, 2]), S), ValueError, "dA is not symmetric"),
    "shape of dA": (lambda: dec.svd_jvp(S, np.ones((2, 3))), ValueError, r"dA has shape \(2, 3\): expected that of A"),
    "shape of a gradient": (lambda: dec.qr_vjp(np.eye(3, 2), np.eye(2)), ValueError, "Qbar has shape .* that of Q"),
    "shape of a vector": (lambda: dec.svdvals_vjp(S, np.ones(3)), ValueError, "sbar has shape .* that of s"),
    "stacks": (lambda: dec.lu_jvp(np.stack([S, S]), np.ones((3, 2, 2))), ValueError, "leading axes that broadcast"),
    "nan": (lambda: dec.svd(np.array([[np.nan]])), ValueError, "A has entries that are nan or infinite"),
    "complex": (lambda: dec.svd(1j * S), TypeError, "dtype complex128: expected real numbers"),
    "None": (lambda: dec.pinv_jvp(S, None), TypeError, "dA is None"),
    "ragged": (lambda: dec.polar([[1.0], [1.0, 2.0]]), TypeError, "rows of different lengths"),
    "k": (lambda: dec.projector(S, 3), ValueError, "k is 3: expected a whole number of directions from 1 to 2"),
    "k, a half": (lambda: dec.projector(S, 0.5), ValueError, "k is 0.5: expected a whole number"),
    "of": (lambda: dec.projector(S, 1, of="top"), ValueError, "of is 'top': expected 'right', 'left' or 'eigen'"),
    "shape of dA, left": (lambda: dec.projector_jvp(np.eye(3, 2), np.eye(2), 2, of="left"), ValueError,
                          r"dA has shape \(2, 2\): expected that of A, \(3, 2\)"),
    "shape of Pbar": (lambda: dec.projector_vjp(np.eye(3, 2), np.eye(2), 2, of="left"), ValueError, "Pbar has shape .* that of P"),
    "f": (lambda: dec.symmetric_function(-np.eye(2), np.log), ValueError, "f is not finite at the eigenvalue -1"),
    "df": (lambda: dec.symmetric_function_jvp(np.diag([0.0, 1]), np.eye(2), np.sqrt, lambda x: 0.5 / np.sqrt(x)),
           ValueError, "df is not finite at the eigenvalue 0"),
    "f of one number": (lambda: dec.symmetric_function(np.eye(2), np.sum), ValueError, "works entry by entry")}


@pytest.mark.parametrize("given_", INPUTS)
def test_bad_input_gets_one_sentence(given_):
    call, error, words = INPUTS[given_]
    with pytest.raises(error, match=words):
        call()


def test_equal_values_with_equal_gradients_are_smooth():
    np.testing.assert_allclose(dec.eigvalsh_vjp(TIE, np.ones(3)), np.eye(3), atol=1e-15)
    np.testing.assert_allclose(dec.svdvals_vjp(TIE, np.ones(3)), np.eye(3), atol=1e-15)
    np.testing.assert_allclose(dec.svdvals_vjp(RANK_1, np.array([1.0, 0])), RANK_1 / np.linalg.norm(RANK_1), atol=1e-15)


@settings(max_examples=60, deadline=None)
@given(m=st.integers(1, 6), n=st.integers(1, 6), seed=st.integers(0, 10**6))
def test_the_product_and_the_structure_survive(m, n, seed):
    """Of any shape: dA = dQ R + Q dR with QᵀdQ skew and dR upper; dA = dU S Vᵀ + U dS Vᵀ + U S dVᵀ; dA = dQ H + Q dH."""
    A, dA = spread(draw(seed, (m, n))), draw(seed + 1, (m, n))
    size = np.abs(dA).max()
    (Q, R), (dQ, dR) = dec.qr_jvp(A, dA) if np.linalg.cond(A[:, :m]) < 1e4 else dec.qr_jvp(A := np.eye(m, n), dA)
    turn = 1e-12 * (size + np.abs(dQ).max() * np.abs(R).max())
    np.testing.assert_allclose(dQ @ R + Q @ dR, dA, atol=turn)
    np.testing.assert_allclose(Q.T @ dQ, -dQ.T @ Q, atol=turn + 1e-12 * np.abs(dQ).max())
    assert not np.tril(dR, -1).any()
    A = spread(draw(seed, (m, n)))
    (U, s, Vt), (dU, ds, dVt) = dec.svd_jvp(A, dA)
    np.testing.assert_allclose(dU * s @ Vt + U * ds @ Vt + U * s @ dVt, dA, atol=1e-11 * size)
    np.testing.assert_allclose(U.T @ dU, -dU.T @ U, atol=1e-11 * size)
    np.testing.assert_allclose(Vt @ dVt.T, -dVt @ Vt.T, atol=1e-11 * size)
    (Q, H), (dQ, dH) = dec.polar_jvp(A, dA)
    np.testing.assert_allclose(dQ @ H + Q @ dH, dA, atol=1e-11 * size)
