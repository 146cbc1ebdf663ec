"""Numerical derivatives against closed forms, on functions made to mislead them, and on bad input."""
import math
import subprocess
import sys
import warnings
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matdiff import commutation_matrix, directional_derivative, gradient, hessian, jacobian, unvec, vec

rng = np.random.default_rng(11)
inv, det = np.linalg.inv, np.linalg.det
A, B, C = rng.normal(size=(7, 4)), rng.normal(size=(5, 6)), rng.normal(size=(3, 9))
W, y = rng.normal(size=(9, 8)), rng.normal(size=9)
X, x = rng.normal(size=(4, 5)), rng.normal(size=8)
S = rng.normal(size=(6, 6)) + 4 * np.eye(6)
P = S @ S.T
T = rng.normal(size=(2, 3, 4))


def row(g):
    """A gradient as the one row that a Jacobian has."""
    return vec(g)[None]


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def rosenbrock_gradient(x):
    g = np.zeros_like(x)
    g[:-1] = -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
    g[1:] += 200 * (x[1:] - x[:-1] ** 2)
    return g


def power_jacobian(S, k):
    power = np.linalg.matrix_power
    return sum(np.kron(power(S, k - 1 - i).T, power(S, i)) for i in range(k))


def covers(result, truth):
    """Whether the bound covers the true error of every entry, the truth's own round-off allowed for."""
    gap = np.abs(result.value - truth)
    return bool((np.isinf(result.error) | (gap <= result.error + 1e-15 * np.abs(truth))).all())


def relative_error(result, truth):
    return np.abs(result.value - truth).max() / np.abs(truth).max()


# ------------------------------------------------------------------------------------------ closed forms

I8, K45 = np.eye(8), commutation_matrix(4, 5)
SMOOTH = {   # name: function, point, Jacobian
    "sum of squares": (lambda x: (x**2).sum(), x, row(2 * x)),
    "linear map": (lambda x: W @ x, x, W),
    "quadratic form": (lambda x: x @ (W.T @ W) @ x, x, row(2 * W.T @ W @ x)),
    "non-symmetric quadratic form": (lambda x: x @ W[:8] @ x, x, row((W[:8] + W[:8].T) @ x)),
    "least squares": (lambda x: ((W @ x - y) ** 2).sum() / 2, x, row(W.T @ (W @ x - y))),
    "log-sum-exp": (lambda x: np.log(np.exp(x).sum()), x, row(softmax(x))),
    "softmax": (softmax, x, np.diag(softmax(x)) - np.outer(softmax(x), softmax(x))),
    "tanh layer": (lambda x: C @ np.tanh(W @ x), x, C @ np.diag(1 - np.tanh(W @ x) ** 2) @ W),
    "logistic loss": (lambda x: np.log1p(np.exp(W @ x)).mean(), x, row(W.T @ sigmoid(W @ x) / 9)),
    "elementwise on a matrix": (lambda X: np.sin(X) * X, X, np.diag(vec(np.cos(X) * X + np.sin(X)))),
    "A X B": (lambda X: A @ X @ B, X, np.kron(B.T, A)),
    "transpose": (lambda X: X.T, X, K45),
    "X X'": (lambda X: X @ X.T, X, (np.eye(16) + commutation_matrix(4, 4)) @ np.kron(X, np.eye(4))),
    "trace X' M X": (lambda X: np.trace(X.T @ (A.T @ A) @ X), X, row(2 * A.T @ A @ X)),
    "rows of matrix to vector": (lambda X: (X**2).sum(axis=1), X, np.concatenate([2 * np.diag(c) for c in X.T], axis=1)),
    "inverse": (inv, S, -np.kron(inv(S).T, inv(S))),
    "determinant": (det, S, row(det(S) * inv(S).T)),
    "log-determinant": (lambda P: np.log(det(P)), P, row(inv(P).T)),
    "cube": (lambda S: S @ S @ S, S, power_jacobian(S, 3)),
    "solve": (lambda S: np.linalg.solve(S, y[:6]), S, -np.kron(inv(S) @ y[:6], inv(S))),
    "Kronecker with itself by trace": (lambda X: np.trace(np.kron(X @ X.T, X @ X.T)), X,
                                       row(4 * np.trace(X @ X.T) * X)),
    "Rosenbrock": (lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(), x, row(rosenbrock_gradient(x))),
    "scalar to vector": (lambda t: np.array([np.cos(t), np.sin(t), t**2]), 0.7,
                         np.array([[-np.sin(0.7)], [np.cos(0.7)], [1.4]])),
    "scalar to matrix": (lambda t: t * C, 0.7, vec(C)[:, None]),
    "three axes": (lambda T: np.einsum("ijk,ijk->k", T, T), T,
                   np.stack([vec(2 * T * (np.arange(4) == k)) for k in range(4)])),
    "few inputs count": (lambda x: x[2] ** 2 * x[5], x, row(2 * x[2] * x[5] * I8[2] + x[2] ** 2 * I8[5])),
    "outputs of great and small size": (lambda x: np.array([1e8, 1, 1e-8]) * np.sin(x[:3]), x,
                                        np.diag(np.array([1e8, 1, 1e-8]) * np.cos(x[:3])) @ I8[:3]),
    "large inputs": (lambda x: (x**2).sum(), 1e8 * x, row(2e8 * x)),
    "pole near by": (lambda x: (1 / x).sum(), np.array([1e-3, 1.0, -0.02]), row(-1 / np.array([1e-3, 1.0, -0.02]) ** 2)),
    "logarithm near 0": (lambda x: np.log(x).sum(), np.array([1e-8, 1e-3, 2.0]), row(1 / np.array([1e-8, 1e-3, 2.0]))),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions(name):
    F, point, truth = SMOOTH[name]
    result = jacobian(F, point, full_output=True)
    assert result.method == "complex step"
    assert relative_error(result, truth) <= 1e-14
    assert covers(result, truth)


def real_only(F):
    """The same function, but it cannot take complex input."""
    def G(X):
        if np.iscomplexobj(X):
            raise TypeError("real numbers only")
        return F(X)
    return G


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions_that_refuse_complex_input(name):
    F, point, truth = SMOOTH[name]
    result = jacobian(real_only(F), point, full_output=True)
    assert result.method == "extrapolated differences"
    assert relative_error(result, truth) <= 1e-10
    assert covers(result, truth)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_wrong_derivative_is_told_from_the_right_one(name):
    """Off by 1e-6 of the largest entry, in one entry: more than error and bound together."""
    F, point, truth = SMOOTH[name]
    for f in (F, real_only(F)):
        result = jacobian(f, point, full_output=True)
        wrong = truth.copy()
        k = np.unravel_index(np.abs(truth).argmax(), truth.shape)
        wrong[k] *= 1 + 1e-6
        assert np.abs(result.value - wrong)[k] > result.error[k]


def test_transposed_and_row_major_forms_are_wrong():
    J = jacobian(lambda X: A @ X @ B, X)
    assert np.allclose(J, np.kron(B.T, A)) and not np.allclose(J, np.kron(A, B.T))
    Q = rng.normal(size=(4, 4))
    g = gradient(lambda X: np.trace(Q @ X[:, :4]), X)
    assert np.allclose(g[:, :4], Q.T) and not np.allclose(g[:, :4], Q)
    assert not np.allclose(jacobian(lambda X: X.T, X), K45.T)


def test_shapes():
    assert gradient(lambda X: X.sum(), X).shape == (4, 5)
    assert jacobian(lambda X: A @ X, X).shape == (35, 20)
    assert directional_derivative(lambda X: A @ X, X, X).shape == (7, 5)
    assert hessian(lambda X: (X**3).sum(), X).shape == (20, 20)
    assert gradient(lambda t: t**2, 3.0).shape == () and jacobian(lambda t: t**2, 3.0).shape == (1, 1)
    assert gradient(lambda x: x[None] @ x[:, None], x).shape == (8,)      # a 1 x 1 value is a single number
    assert gradient(lambda T: (T**2).sum(), T).shape == (2, 3, 4)
    for empty in (np.zeros(0), np.zeros((0, 3))):
        assert gradient(lambda x: 1.0 + x.sum(), empty).shape == empty.shape
        assert hessian(lambda x: 1.0 + x.sum(), empty).shape == (0, 0)
    assert jacobian(lambda x: x[:0], x).shape == (0, 8)
    assert directional_derivative(lambda X: X @ X.T, X, 0 * X).tolist() == np.zeros((4, 4)).tolist()


def test_directional_derivative():
    V = rng.normal(size=(4, 5))
    for size in (1e-6, 1.0, 1e6):
        for F in (lambda X: A @ X @ X.T, lambda X: A @ np.abs(X) @ X.T):
            s = np.sign(X) if F(X)[0, 0] != (A @ X @ X.T)[0, 0] else 1
            truth = size * (A @ (s * V) @ X.T + A @ (s * X) @ V.T)
            result = directional_derivative(F, X, size * V, full_output=True)
            assert relative_error(result, truth) <= 1e-10 and covers(result, truth)
    assert np.isclose(directional_derivative(np.exp, 0.3, 2.0), 2 * np.exp(0.3))


# ------------------------------------------------------------------------------------------ hessians

def exponential(x):
    return np.exp(x[0] * x[1]) + x[2] ** 3 * x[0]


def exponential_hessian(a, b, c):
    e = np.exp(a * b)
    return np.array([[b * b * e, (1 + a * b) * e, 3 * c * c], [(1 + a * b) * e, a * a * e, 0], [3 * c * c, 0, 6 * c * a]])


M, Qs = rng.normal(size=(3, 3)), rng.normal(size=(2, 2))
X32 = rng.normal(size=(3, 2))
HESSIANS = {
    "exponential": (exponential, np.array([0.3, 0.5, 2.0]), exponential_hessian(0.3, 0.5, 2.0)),
    "trace X' M X Q": (lambda X: np.trace(X.T @ M @ X @ Qs), X32, np.kron(Qs.T, M) + np.kron(Qs, M.T)),
    "log-determinant": (lambda S: np.log(det(S)), S[:3, :3] + 4 * np.eye(3),
                        -commutation_matrix(3, 3) @ np.kron(inv(S[:3, :3] + 4 * np.eye(3)).T, inv(S[:3, :3] + 4 * np.eye(3)))),
    "norm": (np.linalg.norm, x, (I8 - np.outer(x, x) / (x @ x)) / np.linalg.norm(x)),
    "log-sum-exp": (lambda x: np.log(np.exp(x).sum()), x, np.diag(softmax(x)) - np.outer(softmax(x), softmax(x))),
    "scalar": (lambda t: math.sin(t), 0.4, np.array([[-math.sin(0.4)]])),
    "log near 0": (lambda x: np.log(x).sum(), np.array([1e-4, 1.0]), np.diag([-1e8, -1.0])),
    "large inputs": (lambda x: (x**3).sum(), np.array([1e4, -2e4]), np.diag([6e4, -12e4])),
}


@pytest.mark.parametrize("name", HESSIANS)
def test_hessians(name):
    f, point, truth = HESSIANS[name]
    result = hessian(f, point, full_output=True)
    assert relative_error(result, truth) <= 1e-9
    assert covers(result, truth)
    assert np.array_equal(result.value, result.value.T)


@pytest.mark.parametrize("f", [lambda x: (x * np.abs(x)).sum(), lambda x: np.abs(x).sum(), lambda x: np.maximum(x, 0).sum() ** 2])
def test_hessians_where_there_is_none(f):
    assert hessian(f, np.zeros(2), full_output=True).error.max() >= 1


# ------------------------------------------------------------------------------------------ awkward functions

def into_buffer(x):
    out = np.zeros(8)
    for i in range(8):
        out[i] = np.sin(x[i]) * x[0]
    return out


shared = np.zeros(8)


def into_shared_buffer(x):
    shared[:] = np.sin(x)
    return shared


def writes_into_argument(x):
    x *= 2
    return (x**2).sum()


def hash_noise(x):
    return hash(np.real(x).tobytes()) % 1000 / 1000


U, sv, Vt = np.linalg.svd(X, full_matrices=False)
p = np.abs(x) + 0.2
tiny = np.array([1e-6, 1e-3, 2.0])
single = np.float32
hardest = np.argsort(np.abs(x))
smallest = np.linalg.eigh(P)[1][:, 0]
AWKWARD = {   # name: function, point, Jacobian, largest relative error allowed
    "sum of |x|": (lambda x: np.abs(x).sum(), x, row(np.sign(x)), 1e-10),
    "|x| of what is positive": (lambda x: np.abs(x) * x, p, np.diag(2 * p), 1e-10),
    "analytic but for one entry": (lambda x: np.concatenate([x[:1].real, x[1:] ** 2]), x, np.diag([1, *2 * x[1:]]), 1e-10),
    "analytic but for 1e-9 of |x|": (lambda x: (x**2).sum() + 1e-9 * np.abs(x[3]), x,
                                     row(2 * x + 1e-9 * np.sign(x[3]) * I8[3]), 1e-10),
    "norm": (np.linalg.norm, X, row(X / np.linalg.norm(X)), 1e-10),
    "nuclear norm": (lambda X: np.linalg.norm(X, "nuc"), X, row(U @ Vt), 1e-9),
    "largest column sum": (lambda X: np.linalg.norm(X, 1), X,
                           row(np.sign(X) * (np.arange(5) == np.abs(X).sum(0).argmax())), 1e-10),
    "x conj(x)": (lambda x: x * np.conj(x), x, np.diag(2 * x), 1e-10),
    "vdot": (lambda x: np.vdot(x, x) + (x**3).sum(), x, row(2 * x + 3 * x**2), 1e-10),
    "real part": (lambda x: np.sin(x.real) + x, x, np.diag(np.cos(x) + 1), 1e-10),
    "astype(float)": (lambda x: (x.astype(float) ** 2).sum(), x, row(2 * x), 1e-10),
    "float()": (lambda x: float(x[0]) * x[1] + x[2] ** 2, x, row(x[1] * I8[0] + x[0] * I8[1] + 2 * x[2] * I8[2]), 1e-10),
    "math module": (lambda x: math.exp(x[0]) * math.cos(x[1]), x,
                    row(math.exp(x[0]) * (math.cos(x[1]) * I8[0] - math.sin(x[1]) * I8[1])), 1e-10),
    "real buffer": (into_buffer, x, np.diag(np.cos(x) * x[0]) + np.outer(np.sin(x), I8[0]), 1e-10),
    "one buffer for all results": (into_shared_buffer, x, np.diag(np.cos(x)), 1e-10),
    "writes into its argument": (writes_into_argument, x, row(8 * x), 1e-10),
    "returns its argument": (lambda x: x, x, I8, 1e-12),
    "returns a list": (lambda x: [x[0] * x[1], x[2]], x, np.stack([x[1] * I8[0] + x[0] * I8[1], I8[2]]), 1e-10),
    "sorts": (np.sort, x, I8[np.argsort(x)], 1e-10),
    "sorts |x|": (lambda x: np.sort(np.abs(x)), x, (I8 * np.sign(x))[hardest], 1e-10),
    "median": (lambda x: np.median(x[:7]), x, row(I8[np.argsort(x[:7])[3]]), 1e-10),
    "largest entry": (np.max, x, row(I8[x.argmax()]), 1e-10),
    "clip": (lambda x: np.clip(x, -0.5, 0.5), x, np.diag(1.0 * (np.abs(x) < 0.5)), 1e-10),
    "ReLU layer": (lambda x: np.maximum(W @ x, 0), x, (W @ x > 0)[:, None] * W, 1e-10),
    "kink at a distance of 1e-3": (lambda x: np.abs(x - 1e-3).sum(), np.zeros(3), row(-np.ones(3)), 1e-10),
    "kink at a distance of 1e-7": (lambda x: np.abs(x - 1e-7).sum(), np.zeros(3), row(-np.ones(3)), 1e-4),
    "hidden jump": (lambda x: np.where(x > 0.3, x + 5, x).sum(), np.array([0.29, 0.3001, -1.0]), row(np.ones(3)), 1e-8),
    "slogdet": (lambda S: np.linalg.slogdet(S)[1], S, row(inv(S).T), 1e-9),
    "smallest eigenvalue": (lambda P: np.linalg.eigvalsh((P + P.T) / 2)[0], P, row(np.outer(smallest, smallest)), 1e-8),
    "largest singular value": (lambda X: np.linalg.svd(X)[1][0], X, row(np.outer(U[:, 0], Vt[0])), 1e-9),
    "Cholesky factor's trace": (lambda t: np.trace(np.linalg.cholesky(np.array([[1 + t, t], [t, 2]]).real)), 0.5,
                                None, 1e-9),
    "single precision inside": (lambda x: np.float64((x.astype(single) ** 2).sum()), x, row(2 * x), 1e-3),
    "single precision outside": (lambda x: np.sin(x.astype(single)), x, np.diag(np.cos(x)), 1e-3),
    "noise of 1e-6": (lambda x: (x**2).sum() + 1e-6 * hash_noise(x), x, row(2 * x), 1e-3),
    "noise of 1e-9": (lambda x: (x**2).sum() + 1e-9 * hash_noise(x), x, row(2 * x), 1e-6),
    "wave of 1e-9": (lambda x: (x**2).sum() + 1e-9 * np.sin(1e13 * np.real(x).sum()), x, row(2 * x), 1e-6),
    "cancellation": (lambda x: (1 - np.cos(x)) / x**2, np.array([1e-5, 1e-3]), np.diag(-np.array([1e-5, 1e-3]) / 12), 1e-5),
    "log near 0": (real_only(lambda x: np.log(x).sum()), tiny, row(1 / tiny), 1e-9),
    "log that raises": (lambda x: math.log(x[0]) * x[1], tiny, row(np.array([tiny[1] / tiny[0], math.log(tiny[0]), 0])), 1e-9),
    "pole near by": (lambda t: 1 / (np.real(t) - 1), 1.001, np.array([[-1e6]]), 1e-7),
    "fast wave": (real_only(lambda t: np.sin(1e5 * t)), 0.3, np.array([[1e5 * np.cos(3e4)]]), 1e-6),
    "wave in step with round steps": (real_only(lambda t: np.sin(2000 * np.pi * t)), 0.1,
                                      np.array([[2000 * np.pi * np.cos(200 * np.pi)]]), 1e-6),
    "stairs": (lambda x: np.round(x, 2), np.array([0.3, 1.234]), np.zeros((2, 2)), None),
    "constant": (lambda x: 3.0, x, np.zeros((1, 8)), None),
    "cumulative sum along the first axis": (lambda x: np.cumsum(x, axis=0), x, np.tril(np.ones((8, 8))), 1e-12),
    "centred along the first axis": (lambda X: X - X.mean(axis=0), X, np.kron(np.eye(5), np.eye(4) - 0.25), 1e-12),
    "branch on the whole input": (lambda x: x.sum(-1) if np.sum(x) > 0 else -x.sum(-1), x,
                                  row(np.sign(x.sum()) * np.ones(8)), 1e-12),
    "matrix class": (lambda X: np.matrix(X).T, X, K45, 1e-12),
}
t0 = 0.5   # trace of the Cholesky factor: sqrt(1 + t) + sqrt(2 - t^2 / (1 + t))
q0 = 2 - t0**2 / (1 + t0)
AWKWARD["Cholesky factor's trace"] = (*AWKWARD["Cholesky factor's trace"][:2], np.array(
    [[0.5 / np.sqrt(1 + t0) - (2 * t0 * (1 + t0) - t0**2) / (1 + t0) ** 2 / (2 * np.sqrt(q0))]]), 1e-9)


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_functions_are_never_silently_wrong(name):
    F, point, truth, tolerance = AWKWARD[name]
    result = jacobian(F, point, full_output=True)
    assert covers(result, truth)
    if tolerance:
        assert relative_error(result, truth) <= tolerance


@pytest.mark.parametrize("f, slopes", [
    (lambda x: np.abs(x).sum(), (-1, 1)),
    (lambda x: np.maximum(x, 0).sum(), (0, 1)),
    (lambda x: np.linalg.norm(x), (-1, 1)),
    (lambda x: np.sqrt(np.abs(x)).sum(), (-100, 100)),
    (lambda x: (np.sign(x) + x).sum(), (1, 100)),
    (lambda x: np.sqrt(x).sum(), (100, 100)),
])
def test_at_a_kink_the_bound_reaches_both_slopes(f, slopes):
    result = gradient(f, np.zeros(2), full_output=True)
    for slope in slopes:
        assert (np.isinf(result.error) | (np.abs(result.value - slope) <= result.error)).all()


def test_a_kink_in_one_coordinate_does_not_blur_the_others():
    result = gradient(lambda x: np.abs(x).sum() + np.sin(x[2]), np.array([0.0, 1.0, -0.5]), full_output=True)
    assert result.error[0] >= 1 and (result.error[1:] <= 1e-9).all()
    assert np.allclose(result.value[1:], [1, np.cos(0.5) - 1], rtol=1e-10)


def test_smooth_to_first_order_only():
    for f in (lambda x: (x * np.abs(x)).sum(), lambda x: (np.abs(x) ** 1.5).sum(), lambda x: np.maximum(x, 0).sum() ** 2):
        result = gradient(f, np.zeros(3), full_output=True)
        assert np.abs(result.value).max() <= 1e-4 and covers(result, np.zeros(3))


# ------------------------------------------------------------------------------------------ order and counting

def test_order_of_the_extrapolation():
    """The entries of Romberg's table have errors of order h^2, h^4, h^6, h^8, measured on exp at 0."""
    from matdiff.numeric import LEVELS, ROMBERG
    h = np.array([1.6, 0.8])
    central = np.array([np.sinh(LEVELS * step) / (LEVELS * step) for step in h])
    error = np.abs(np.concatenate([central[:, :1], central @ ROMBERG[[0, 3, 5]].T], axis=1) - 1)
    assert np.allclose(np.log2(error[0] / error[1]), [2, 4, 6, 8], atol=0.15)


def test_stacks_are_used_where_they_work():
    calls = []

    def f(x):
        calls.append(x.shape)
        return (x**2).sum(-1)
    gradient(f, np.ones(300))
    assert len(calls) < 20 and any(len(shape) == 2 for shape in calls)


def test_evaluations_are_counted():
    count = 0

    def f(x):
        nonlocal count
        count += 1
        return math.sin(x[0]) * math.exp(x[1])
    result = gradient(f, np.array([0.3, 0.2]), full_output=True)
    assert result.evaluations <= count <= result.evaluations + 1     # the trial with a stack failed


def test_large_jacobian_in_little_memory():
    import tracemalloc
    L, R, Z = (rng.normal(size=(20, 20)) for _ in range(3))
    tracemalloc.start()
    jacobian(lambda X: L @ X @ R, Z)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20


# ------------------------------------------------------------------------------------------ manners

def test_the_result_is_frozen():
    result = gradient(lambda x: x @ x, x, full_output=True)
    assert result.error.shape == result.value.shape == x.shape
    with pytest.raises(FrozenInstanceError):
        result.value = 0


def test_the_point_is_left_alone_and_nothing_is_printed(capfd):
    point, before = np.array([1e-9, 0.5, 2.0]), np.array([1e-9, 0.5, 2.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gradient(lambda x: np.log(np.array(x, float)).sum() + 1 / x[0].real, point)
        gradient(lambda x: float(np.asarray(x).astype(float).sum()), point)
        gradient(writes_into_argument, point)
    assert np.array_equal(point, before)
    assert capfd.readouterr() == ("", "")


def test_importing_it_loads_numpy_alone():
    code = ("import sys; before = set(sys.modules); import numpy, matdiff.numeric, matdiff.vec; "
            "assert not {'scipy', 'matplotlib', 'IPython', 'ipywidgets', 'sympy'} & set(sys.modules)")
    subprocess.run([sys.executable, "-c", code], check=True)


def test_integers_and_lists_are_numbers_too():
    assert np.allclose(gradient(lambda x: x @ x, [1, 2, 3]), [2, 4, 6])
    assert np.allclose(gradient(lambda X: (X**2).sum(), np.arange(6).reshape(2, 3)), 2 * np.arange(6).reshape(2, 3))
    assert np.isclose(gradient(lambda t: t**3, 2), 12)
    assert np.allclose(directional_derivative(lambda x: x**2, [1, 2], [1, 0]), [2, 0])


counter, total = iter(range(10**6)), x.sum()
BAD = [
    (lambda: gradient(3.0, x), TypeError, "f is a float: expected a function"),
    (lambda: jacobian(None, x), TypeError, "F is None"),
    (lambda: gradient(lambda x: 1.0, "abc"), TypeError, "X is a str"),
    (lambda: gradient(lambda x: 1.0, None), TypeError, "X is None"),
    (lambda: gradient(lambda x: 1.0, [[1, 2], [3]]), TypeError, "rows of different lengths"),
    (lambda: gradient(lambda x: 1.0, np.array([1, None])), TypeError, "dtype object"),
    (lambda: gradient(lambda x: 1.0, np.array([1j])), TypeError, "X is complex"),
    (lambda: gradient(lambda x: 1.0, np.array([True, False])), TypeError, "dtype bool"),
    (lambda: gradient(lambda x: 1.0, np.matrix([[1.0]])), TypeError, "X is a matrix"),
    (lambda: gradient(lambda x: 1.0, [1.0, np.nan]), ValueError, "X is nan at index (1,)"),
    (lambda: gradient(lambda x: 1.0, np.array([[1.0, -np.inf]])), ValueError, "X is -inf at index (0, 1)"),
    (lambda: gradient(lambda x: None, x), TypeError, "f(X) is None (is a return missing?)"),
    (lambda: gradient(lambda x: "one", x), TypeError, "f(X) is a str"),
    (lambda: jacobian(lambda x: np.array([1, None]), x), TypeError, "F(X) is an array of dtype object"),
    (lambda: jacobian(lambda x: [[1, 2], [3]], x), TypeError, "F(X) is a list of rows of different lengths"),
    (lambda: gradient(lambda x: 1j * x[0], x), TypeError, "f(X) is complex"),
    (lambda: gradient(lambda x: x * 2, x), ValueError, "shape (8,): use jacobian"),
    (lambda: hessian(lambda x: x * 2, x), ValueError, "shape (8,): take the outputs one by one"),
    (lambda: gradient(lambda x: np.log(-1 - x[0] ** 2), x), ValueError, "f(X) is nan"),
    (lambda: gradient(lambda x: 1 / (x[0] - x[0]), x), ValueError, "without a finite value there is no derivative"),
    (lambda: directional_derivative(lambda x: x, x, x[:3]), ValueError, "V has shape (3,), X has shape (8,)"),
    (lambda: directional_derivative(lambda x: x, x, x * np.nan), ValueError, "V is nan"),
    (lambda: jacobian(lambda x: x[:1 + (x.sum() > total)], x), ValueError, "must not depend on the numbers"),
    (lambda: gradient(lambda x: x.sum() + np.random.default_rng().normal(), x), ValueError, "not deterministic"),
    (lambda: gradient(lambda x: x.sum() * (1 + 1e-3 * next(counter)), x), ValueError, "not deterministic"),
]


@pytest.mark.parametrize("k", range(len(BAD)))
@pytest.mark.filterwarnings("ignore")
def test_bad_input_gets_one_clear_sentence(k):
    call, error, sentence = BAD[k]
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 220 and "\n" not in str(caught.value)


def test_what_the_function_itself_raises_passes_through():
    def f(x):
        raise KeyError("mine")
    with pytest.raises(KeyError, match="mine"):
        gradient(f, x)
    with pytest.raises(ValueError, match="matmul"):
        gradient(lambda x: W.T @ x, x)


def test_a_value_at_one_point_only():
    def f(x):
        if not np.array_equal(x, np.ones(3)):
            raise ArithmeticError("undefined here")
        return 1.0
    with pytest.raises(ValueError, match="at no point close by: undefined here"):
        gradient(f, np.ones(3))


# ------------------------------------------------------------------------------------------ rules, on random data

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)


def draw(seed, *shapes):
    r = np.random.default_rng(seed)
    return [r.normal(size=s) for s in shapes]


def close(a, b):
    return np.allclose(a, b, rtol=1e-8, atol=1e-8)


@few
@given(seeds)
def test_linearity_in_function_and_direction(seed):
    M, Z, V1, V2 = draw(seed, (3, 4), (4, 2), (4, 2), (4, 2))
    F, G = (lambda Z: np.tanh(M @ Z)), (lambda Z: np.abs(M @ Z))
    assert close(jacobian(lambda Z: 2 * F(Z) - 3 * G(Z), Z), 2 * jacobian(F, Z) - 3 * jacobian(G, Z))
    D = [directional_derivative(F, Z, V) for V in (2 * V1 - 3 * V2, V1, V2)]
    assert close(D[0], 2 * D[1] - 3 * D[2])


@few
@given(seeds)
def test_product_rule(seed):
    M, N, Z, V = draw(seed, (3, 4), (2, 5), (4, 2), (4, 2))
    F, G = (lambda Z: np.sin(M @ Z)), (lambda Z: np.exp(Z @ N))
    left = directional_derivative(lambda Z: F(Z) @ G(Z)[:2], Z, V)
    assert close(left, directional_derivative(F, Z, V) @ G(Z)[:2] + F(Z) @ directional_derivative(G, Z, V)[:2])


@few
@given(seeds)
def test_chain_rule(seed):
    M, N, Z = draw(seed, (3, 4), (6, 3), (4, 2))
    inner, outer = (lambda Z: np.tanh(M @ Z)), (lambda Y: N @ (Y * Y))
    assert close(jacobian(lambda Z: outer(inner(Z)), Z), jacobian(outer, inner(Z)) @ jacobian(inner, Z))


@few
@given(seeds)
def test_the_four_agree(seed):
    M, Z, V = draw(seed, (4, 4), (4, 3), (4, 3))
    f = lambda Z: np.sum(np.cos(M @ Z) * Z)
    g, H = gradient(f, Z), hessian(f, Z)
    assert np.allclose(vec(g), jacobian(f, Z)[0]) and np.isclose(np.vdot(g, V), directional_derivative(f, Z, V))
    assert np.allclose(H, jacobian(lambda Z: gradient(f, Z), Z), atol=1e-6)
    assert np.allclose(unvec(H @ vec(V), (4, 3)), directional_derivative(lambda Z: gradient(f, Z), Z, V), atol=1e-6)


@few
@given(seeds)
def test_bounds_hold_on_random_kinked_networks(seed):
    M, N, z = draw(seed, (12, 5), (3, 12), (5,))
    active = M @ z > 0
    result = jacobian(real_only(lambda z: N @ np.maximum(M @ z, 0)), z, full_output=True)
    assert covers(result, N @ (active[:, None] * M))
