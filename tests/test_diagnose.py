"""Every name is given where it belongs, and never to a claim that was drawn at random."""
import time

import numpy as np
import pytest

from matdiff import check_differential, check_gradient, check_jacobian, gradient, jacobian
from matdiff import diagnose
from matdiff.diagnose import MISTAKES, example_names

NAMES = example_names() | dict(check_gradient=check_gradient, check_jacobian=check_jacobian,
                               check_differential=check_differential)


@pytest.fixture(autouse=True)
def no_fault_of_ours_is_forgiven(monkeypatch):
    """A test of the diagnosis may fail on what the reader's functions raise, but not on an undefined name."""
    monkeypatch.setattr(diagnose, "FORGIVEN", (ArithmeticError, ValueError, TypeError, IndexError))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.name)
def test_every_name_has_a_running_example(mistake):
    check = eval(mistake.example, dict(NAMES))
    assert check.mistake == mistake.name, check
    assert len(check.message) > 20


# Claims that must stay unknown ------------------------------------------------------------------------------

def functions(rng):
    """(check, numerical derivative, f, X): the shapes and kinds of steps that the book's functions have."""
    A, B, D, W = (rng.normal(size=s) for s in ((4, 4), (3, 3), (7, 4), (4, 3)))
    X, S, x, y = (rng.normal(size=s) for s in ((4, 3), (4, 4), 4, 7))
    softmax = lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    for f, at in ((lambda x: x @ A @ x, x), (lambda x: np.sum((D @ x - y) ** 2) / 7, x), (np.linalg.norm, x),
                  (lambda x: (x @ A @ x) / (x @ x), x), (lambda x: np.log(np.exp(D @ x).sum()), x),
                  (lambda X: np.trace(A @ X @ B @ X.T), X), (lambda X: np.sum((np.tanh(D @ X)) ** 2), X),
                  (lambda X: -np.mean(np.log(softmax(D @ X))[:, 0]), X),
                  (lambda X: np.linalg.slogdet(X)[1], S)):
        yield check_gradient, gradient, f, at
    for F, at in ((lambda x: np.tanh(D @ x), x), (softmax, x), (lambda X: A @ X @ B, X),
                  (lambda x: x * (A @ x), x)):
        yield check_jacobian, jacobian, F, at


def random_claims(rng, G, derivative, f, X):
    """Claims without sense: drawn, drawn and moving with X, and nearly right ones."""
    R, M = rng.normal(size=G.shape), rng.normal(size=(G.size, X.size))
    few = G + 0.0
    few.flat[rng.choice(G.size, 3, replace=False)] += rng.normal(size=3) * np.abs(G).max()
    yield from (R, lambda X: R, lambda X: np.sin(M @ X.ravel()).reshape(G.shape), few,
                rng.permutation(G.ravel()).reshape(G.shape),
                lambda X: (M @ X.ravel()).reshape(G.shape), G + 0.01 * np.abs(G).max() * R,
                G * (1 + 0.05 * R),
                lambda X: derivative(f, X) + 0.1 * R, lambda X: derivative(f, X) * (1 + 0.05 * R),
                G * (1 + 1e-6 * R), rng.integers(-3, 4, G.shape).astype(float))


@pytest.mark.parametrize("seed", range(2))
def test_a_random_claim_is_never_given_a_name(seed):
    rng = np.random.default_rng(seed)
    count = 0
    for check, derivative, f, X in functions(rng):
        for claim in random_claims(rng, np.asarray(derivative(f, X)), derivative, f, X):
            result = check(f, claim, X)
            assert result.mistake == "unknown" and not result.passed, result
            assert " should be " in result.message
            count += 1
    assert count >= 150


def test_a_random_claim_of_another_shape_is_a_matter_of_shape():
    rng = np.random.default_rng(7)
    f, x = lambda x: np.sum(x**3), rng.normal(size=4)
    for shape in ((), (3,), (5, 4), (4, 5), (4, 4), (2, 2), (4, 1), (1, 4)):
        assert check_gradient(f, rng.normal(size=shape), x).mistake == "shape"


# Combinations, and what else fits ---------------------------------------------------------------------------

A, B, D, W, X, x, y = (NAMES[k] for k in "ABDWXxy")


@pytest.mark.parametrize("claim, name", [
    (lambda X: -2 * (A.T @ A @ X).T, "transposed and sign"),
    (lambda X: 6 * (A.T @ A @ X).T, "transposed and factor"),
    (lambda X: -A.T @ A @ X, "sign and factor")])
def test_combinations_of_two(claim, name):
    assert check_gradient(lambda X: np.sum((A @ X) ** 2), claim, X).mistake == name


def test_row_major_sides_are_said():
    J = np.kron(B.T, A)
    rows = np.arange(12).reshape(4, 3, order="F").ravel()
    for claim, side in ((J[rows], "output side"), (J[:, rows], "input side")):
        check = check_jacobian(lambda X: A @ X @ B, claim, X)
        assert check.mistake == "row-major vec" and side in check.message
    both = check_jacobian(lambda X: A @ X @ B, J[rows][:, rows], X)
    assert {both.mistake, *both.also} == {"kronecker order", "row-major vec"}


@pytest.mark.parametrize("claim, name", [
    (lambda x: 2 * D.T @ (D @ x + y) + 0.6 * x, "sign"), (lambda x: 2 * D.T @ (D @ x - y) - 0.6 * x, "sign"),
    (lambda x: 2 * D.T @ (D @ x) + 0.6 * x, "missing product-rule term"),
    (lambda x: 2 * D.T @ (D @ x - y), "missing product-rule term"),
    (lambda x: 2 * D.T @ (D @ x - y) + 0.3 * x, "factor")])
def test_one_term_of_two_is_wrong(claim, name):
    ridge = lambda x: np.sum((D @ x - y) ** 2) + 0.3 * np.sum(x**2)
    assert check_gradient(ridge, claim, x).mistake == name


def test_slips_inside_a_network_are_found_for_arrays_too():
    T = np.tanh(D @ X)
    loss = lambda X: np.sum((np.tanh(D @ X) - 1) ** 2) / 2
    for claim, name in ((D.T @ (T - 1), "missing chain factor"),
                        (D.T @ ((T - 1) * T), "missing chain factor"),
                        ((D.T @ ((T - 1) * (1 - T**2))).T, "transposed"), (T - 1, "shape")):
        assert check_gradient(loss, claim, X).mistake == name


softmax = lambda z: np.exp(z) / np.exp(z).sum()
batch, weights = D, np.random.default_rng(8).normal(size=7)
grams = lambda X: np.sum((X.T @ X)**2)


@pytest.mark.parametrize("f, claim, point, name", [
    (lambda x: np.sum((D @ x - y)**2) + 0.3 * x @ x, lambda x: 2 * D.T @ (D @ x - y), x,
     "missing product-rule term"),
    (lambda x: np.sum((D @ x - y)**2) + 0.3 * x @ x, lambda x: 2 * D.T @ (D @ x - y) - 0.6 * x, x, "sign"),
    (lambda x: x @ A @ x / 2, lambda x: -A @ x, x, "not symmetrised and sign"),
    (lambda x: np.linalg.norm(D @ x - y), lambda x: D.T @ (D @ x - y), x, "wrong normalisation"),
    (lambda X: np.linalg.slogdet(X)[1], lambda X: 1 / X, NAMES["S"], "elementwise product"),
    (grams, lambda X: 4 * X**3, X, "elementwise product"),
    (grams, lambda X: 4 * X, X, "only for orthogonal input"),
    (lambda x: weights[:4] @ softmax(2 * x),
     lambda x: 2 * softmax(2 * x) * (1 - softmax(2 * x)) * weights[:4], x,
     "only diagonal"),
    (lambda x: weights @ np.log1p(np.exp(D @ x)), lambda x: D.T @ weights, x, "missing chain factor"),
    (lambda x: weights @ np.tanh(D @ x), lambda x: D.T @ (weights * (1 - np.tanh(D @ x))), x,
     "missing chain factor"),
    (lambda x: np.sin(weights[:4] @ x) * (x @ x), lambda x: np.cos(weights[:4] @ x) * weights[:4] * 2 * x, x,
     "missing product-rule term"),
    (lambda X: np.sum(softmax_rows(D @ X)[:, 0]), lambda X: D.T @ wrong_axis(D @ X), X, "wrong axis")])
def test_slips_of_the_chain_rule(f, claim, point, name):
    assert check_gradient(f, claim, point).mistake == name


def softmax_rows(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


def wrong_axis(Z):
    P, U = softmax_rows(Z), np.eye(3)[[0] * 7]
    return P * (U - np.sum(P * U, axis=0, keepdims=True))


@pytest.mark.parametrize("f, claim", [
    (lambda z: 2 * np.log(np.sum(np.exp(z / 2))), softmax),     # both add up to one
    (lambda x: weights[:3] @ np.correlate(x, [1., 2]), lambda x: np.correlate(weights[:3], [1., 2], "full"))])
def test_equal_totals_alone_are_no_wrong_axis(f, claim):
    check = check_gradient(f, claim, x)
    assert not check and check.mistake != "wrong axis"


METHODS = """X.std(ddof=1) X.var(axis=0,ddof=1).sum() X.mean(axis=1,keepdims=True).sum() X.max(axis=1).sum()
X.clip(min=0).sum() X.reshape(3,4,order="F")[0].sum() X.ravel(order="F")[2] X.take([0,1],axis=0).sum()
X.repeat(2,axis=1).sum() X.item(3) X.astype(float,copy=False).sum() X.trace(offset=1)
np.std(X,axis=0,ddof=1).sum() np.linalg.norm(X,ord="fro") np.median(X) np.linalg.norm(X,axis=1).sum()
np.average(X,axis=0,weights=[1,2,3,4]).sum() np.cov(X.T,ddof=1).sum() X.tolist()[0][0]
np.sum(X,axis=0,where=[True,False,True]).sum() np.add(X,1,out=np.empty((4,3))).sum()
np.sort(X,axis=0)[0].sum() np.linalg.svd(X,compute_uv=False).sum() np.vectorize(lambda_)(X).sum()
X.view(np.ndarray).sum() float(X[0,0])""".split()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("body", METHODS)
def test_the_tape_is_never_the_readers_fault(body):
    f = eval("lambda X: " + body, {"np": np, "lambda_": lambda t: t * t})
    assert check_gradient(f, lambda X: X + 1.7, X).mistake == "unknown"


def test_large_matrices_are_named_too():
    M, Z, T = np.random.default_rng(5).normal(size=(3, 40, 40)) / 6
    loss = lambda X: np.sum((np.tanh(M @ X) - T)**2) / 40
    assert check_gradient(loss, lambda X: M.T @ (np.tanh(M @ X) - T) / 20,
                          Z).mistake == "missing chain factor"


def test_loops_and_wide_data_stay_affordable():
    def f(x):
        for _ in range(300):
            x = np.tanh(A @ x / 4)
        return np.sum(x + x0)
    x0 = x.copy()
    start = time.perf_counter()
    assert not check_gradient(lambda x: f(x) + x @ x, lambda x: 2 * x + 1.0, x)
    assert time.perf_counter() - start < 10     # about 0.4 s; minutes, if every step were replayed
