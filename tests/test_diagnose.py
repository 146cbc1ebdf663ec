"""Every name is given where it belongs, and never to a claim that was drawn at random."""
import time

import numpy as np
import pytest

from matdiff import check_differential, check_gradient, check_jacobian, gradient, jacobian
from matdiff import diagnose
from matdiff.diagnose import MISTAKES, example_names

pytestmark = pytest.mark.usefixtures("nothing_forgiven")

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

A, B, D, W, X, b, x, y = (NAMES[k] for k in "ABDWXbxy")


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


def top_projection(X):
    """v vᵀ for the eigenvector v of the largest eigenvalue of the symmetric part of X."""
    v = np.linalg.eigh((X + X.T) / 2)[1][:, -1]
    return np.outer(v, v)


@pytest.mark.parametrize("f, claim, point, name", [
    (lambda x: np.sum((D @ x - y)**2) + 0.3 * x @ x, lambda x: 2 * D.T @ (D @ x - y), x,
     "missing product-rule term"),
    (lambda x: np.sum((D @ x - y)**2) + 0.3 * x @ x, lambda x: 2 * D.T @ (D @ x - y) - 0.6 * x, x, "sign"),
    (lambda x: x @ A @ x / 2, lambda x: -A @ x, x, "not symmetrised and sign"),
    (lambda x: np.linalg.norm(D @ x - y), lambda x: D.T @ (D @ x - y), x, "wrong normalisation"),
    (lambda X: np.linalg.slogdet(X)[1], lambda X: 1 / X, NAMES["S"], "elementwise product"),
    (grams, lambda X: 4 * X**3, X, "elementwise product"),
    (grams, lambda X: 4 * X, X, "missing chain factor"),
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


n = weights[:4]
inv = np.linalg.inv


@pytest.mark.parametrize("check, f, claim, point, name, said", [
    # the claim's own formula, with one part of it changed
    (check_gradient, lambda x: np.linalg.norm(x - b), lambda x: x / np.linalg.norm(x - b), x,
     "missing product-rule term", "left out"),
    (check_gradient, lambda x: np.sum(weights * (D @ x - y)**2) / 2,
     lambda x: D.T @ (weights * (D @ x) - y), x,
     "missing chain factor", "`weights`"),
    (check_gradient, lambda x: np.sin(n @ x) * (x @ x),
     lambda x: np.cos(n @ x) * (x @ x) + 2 * np.sin(n @ x) * x, x, "missing chain factor", "`n`"),
    (check_gradient, lambda x: (n @ x) / (1 + x @ x),
     lambda x: n / (1 + x @ x) - 2 * x * (n @ x) / (1 + x @ x), x, "missing chain factor", "division"),
    (check_gradient, lambda x: weights @ np.maximum(D @ x, 0), lambda x: D.T @ (weights * (D @ x < 0)), x,
     "missing chain factor", "mask"),
    (check_gradient, lambda x: np.sum((np.tanh(D @ x) - y)**2) / 2,
     lambda x: D.T @ ((D @ x - y) * (1 - np.tanh(D @ x)**2)), x, "missing chain factor", "tanh"),
    (check_gradient, lambda X: np.trace(A @ inv(X)), lambda X: -(A @ inv(X)).T, NAMES["S"],
     "missing chain factor", "on the left"),
    (check_gradient, lambda X: np.linalg.slogdet(X)[1], lambda X: X.T, NAMES["S"],
     "missing chain factor", "inverse"),
    (check_jacobian, softmax, lambda z: np.eye(4) - np.outer(softmax(z), softmax(z)), x,
     "missing chain factor", "entry by entry"),
    (check_differential, lambda X: W * X * X, lambda X, dX: 2 * W * W * X * dX, X,
     "extra chain factor", "`W`"),
    # numbers and values that do not belong there, what is left of an inverse, half of a square
    (check_differential, lambda X: np.linalg.slogdet(X)[1],
     lambda X, dX: np.linalg.det(X) * np.trace(inv(X) @ dX), NAMES["S"], "extra chain factor", "from det"),
    (check_gradient, lambda X: n @ np.linalg.solve(X, b) + np.linalg.slogdet(X)[1],
     lambda X: np.linalg.det(X) * inv(X).T - np.outer(inv(X).T @ n, inv(X) @ b), NAMES["S"],
     "extra chain factor", "from det"),
    (check_gradient, lambda X: np.linalg.eigvalsh((X + X.T) / 2)[-1],
     lambda X: np.linalg.eigh((X + X.T) / 2)[0][-1] * top_projection(X), NAMES["S"] + NAMES["S"].T,
     "extra chain factor", "value of the function itself"),
    (check_gradient, lambda x: weights @ np.exp(D @ x),
     lambda x: D.T @ (weights * D.dot(x) * np.exp(D @ x)), x, "extra chain factor", "too much"),
    (check_gradient, lambda X: np.trace(A @ inv(X)), lambda X: -A.T, NAMES["S"], "missing chain factor",
     "only the minus sign"),
    (check_gradient, lambda x: np.sum((D @ x - y)**2) + 0.3 * x @ x,
     lambda x: 2 * D.T @ (D @ x - y) + 0.3 * x, x, "factor", "both operands of the product @"),
    (check_gradient, lambda x: x @ x, lambda x: 0 * x, x, "unknown", "all entries of yours are"),
    (check_gradient, lambda X: np.sum((D @ X @ B - batch[:, :3])**2) / 2,
     lambda X: D.T @ D @ X - D.T @ batch[:, :3] @ B.T, X, "missing chain factor", "`B` and its transpose"),
    (check_jacobian, lambda X: X @ B @ X.T, lambda X: np.kron(np.eye(4), X @ B.T) + np.kron(
        X @ B, np.eye(4)) @ np.eye(12)[np.arange(12).reshape(3, 4).T.ravel()], X, "kronecker order",
     "every ⊗"),
    (check_differential, lambda X: inv(X), lambda X, dX: -inv(X).T @ dX @ inv(X).T, NAMES["S"], "transposed",
     "both dX and the result"),
    # one term, one example, one step
    (check_gradient, lambda x: np.sum((D @ x - y)**2) + 0.3 * x @ x,
     lambda x: 2 * D.T @ (D @ x - y) + 0.6, x, "missing chain factor", "one of its terms"),
    (check_gradient, lambda X: np.sum(W * np.log(X) - np.exp(X)), lambda X: W * X - np.exp(X), X**2 + 0.3,
     "missing chain factor", "X stands in its place"),
    (check_gradient, lambda x: np.mean((D @ x - y)**2), lambda x: 2 * D[2] * (D[2] @ x - y[2]), x,
     "missing product-rule term", "of 7 summands only one is there, that of index 2"),
    (check_gradient, lambda x: np.sum((D @ x - y)**2), lambda x: 2 * D[1:].T @ (D @ x - y)[1:], x,
     "missing product-rule term", "one is missing, that of index 0"),
    (check_gradient, lambda x: np.exp(x @ A @ x / 9), lambda x: np.full(4, np.exp(x @ A @ x / 9)), x,
     "missing chain factor", "the same for all entries"),
    (check_gradient, lambda X: weights @ softmax_rows(D @ X) @ n[:3],
     lambda X: D.T @ np.outer(weights, n[:3]), X, "missing chain factor", "on the way"),
    # right for special input only
    (check_gradient, lambda X: np.linalg.det(X), lambda X: np.linalg.det(X) * np.eye(4), NAMES["S"],
     "missing chain factor", "the inverse"),
    (check_gradient, lambda X: n @ np.linalg.solve(X, b), lambda X: -np.outer(n, b) @ inv(X) @ inv(X),
     NAMES["S"], "wrong order", "multiple of the identity"),
    (check_gradient, lambda x: np.linalg.norm(D @ x)**3, lambda x: 3 * np.linalg.norm(D @ x) * x, x,
     "missing chain factor", "missing on the left: the product of `D`, transposed, and `D`"),
    (check_gradient, lambda X: np.trace(A @ X @ B @ X.T), lambda X: 2 * A.T @ X @ B, X,
     "only for symmetric input", "every matrix"),
    (check_differential, lambda X: np.linalg.slogdet(X)[1], lambda X, dX: np.trace(dX), NAMES["S"],
     "missing chain factor", "the inverse"),
    (check_gradient, lambda X: np.sum(W * X / np.linalg.norm(X, axis=1, keepdims=True)),
     lambda X: (W - X * np.sum(W * X, axis=1, keepdims=True)) / np.linalg.norm(X, axis=1, keepdims=True), X,
     "wrong normalisation", "length"),
    # kernels, running sums, factors of a Kronecker product
    (check_gradient, lambda x: weights[:3] @ np.correlate(x, y[:2]),
     lambda x: np.correlate(weights[:3], y[:2], "full"), x, "wrong order", "backwards"),
    (check_gradient, lambda k: np.sum((np.correlate(y, k) - weights[:5])**2),
     lambda k: 2 * np.correlate(y, np.correlate(y, k) - weights[:5])[::-1], x[:3],
     "wrong order", "backwards"),
    (check_gradient, lambda x: n @ np.cumsum(x), lambda x: np.cumsum(n), x, "transposed", "running sum"),
    (check_jacobian, lambda X: np.kron(X, y[:2, None]),
     lambda X: jacobian(lambda X: np.kron(y[:2, None], X), X), X, "kronecker order", "other order"),
    # a factor that is the function itself, or a power of X
    (check_gradient, lambda x: np.sum(n / x), lambda x: -n, x, "missing chain factor", "1/X²"),
    (check_gradient, lambda x: np.sum(np.sin(x)), lambda x: np.cos(x) * np.sin(x).sum(), x,
     "extra chain factor", "value of the function itself"),
    (check_jacobian, lambda X: W * X, lambda X: np.diag((W * X).ravel(order="F")), X, "extra chain factor",
     "product")])
def test_what_a_formula_lacks(check, f, claim, point, name, said):
    result = check(f, claim, point)
    assert result.mistake == name and said in result.message, result


@pytest.mark.parametrize("check, f, claim, point, name, said", [
    (check_gradient, lambda X: np.linalg.det(X), lambda X: inv(X), NAMES["S"],
     "transposed and missing chain factor", "it is the transpose, and"),
    (check_gradient, lambda x: x @ A @ x + n @ x, lambda x: 2 * A @ x, x,
     "not symmetrised and missing product-rule term", "is missing, and"),
    (check_gradient, lambda x: np.sum((D @ x - y)**2), lambda x: -2 * D.T @ y, x,
     "missing product-rule term", "left out"),
    (check_gradient, lambda X: np.sum((A @ X @ NAMES["P"][:, ::-1] - 1)**2) / 2,
     lambda X: NAMES["P"][:, ::-1].T @ (A @ X @ NAMES["P"][:, ::-1] - 1) @ A.T, NAMES["S"],
     "wrong order", "changed places"),
    (check_gradient, lambda x: np.std(x), lambda x: x / (4 * np.std(x)), x,
     "missing product-rule term", "x stands in your formula where the difference belongs"),
    (check_gradient, lambda x: np.sum((x - x.mean())**2), lambda x: 2 * x, x,
     "missing product-rule term", "difference"),
    (check_gradient, lambda X: np.sum((D @ X @ B)**2) / 2,
     lambda X: D.T @ (D @ X @ B).sum(1, keepdims=True) + 0 * X, X, "missing chain factor", "a mere sum"),
    (check_jacobian, lambda x: x * softmax(A @ x), lambda x: np.diag(softmax(A @ x)) + x[:, None] * A * (
        softmax(A @ x) * (1 - softmax(A @ x)))[:, None], x, "only diagonal", "cut to its diagonal"),
    (check_gradient, lambda z: -np.sum(softmax(z) * np.log(softmax(z))), lambda z: -np.log(softmax(z)) - 1, x,
     "missing chain factor", "from there the chain goes on"),
    (check_gradient, lambda X: np.sum((D @ X - 1)**2), lambda X: D.T @ (D @ X - 1) * 2 + 0.3 * np.abs(
        D.T @ (D @ X - 1)).max() * np.sin(X + W), X, "unknown", "no common mistake")])
def test_two_slips_and_what_was_left_out(check, f, claim, point, name, said):
    result = check(f, claim, point)
    assert result.mistake == name and said in result.message, result


def test_a_wrong_term_that_is_divided_away_proves_nothing():
    """In a large problem a division by a sum of squares makes any term too small to see."""
    rng = np.random.default_rng(4)
    E, Z, Y, R = rng.normal(size=(4, 40, 40))
    slope = lambda X: 2 * E.T @ (E @ X - Y)
    check = check_gradient(lambda X: np.sum((E @ X - Y)**2), lambda X: slope(X) + 0.1 * R, Z)
    assert check.mistake == "unknown", check


def test_noise_gives_no_name():
    """Where the truth is known to two digits, a claim that is one per cent off fits many an explanation."""
    for seed in range(6):
        rng = np.random.default_rng(seed)
        E, Z = rng.normal(size=(5, 4)), rng.normal(size=(4, 3))
        rough = lambda X: np.asarray(E @ X @ B, np.float32).astype(float)
        check = check_jacobian(rough, lambda X: 1.01 * np.kron(B.T, E), Z)
        assert check.mistake in ("unknown", "factor", "not finite", "too noisy to decide"), check


@pytest.mark.parametrize("f, claim, said", [
    (lambda X: np.sum(W * X**3), lambda X: W * X**2, "3 is an exponent in the function"),
    (lambda X: np.sum(W * X), 2 * W, "twice the right value, so that a factor 2 is too much"),
    (lambda X: np.sum(W * X), W.sum(), "one number, the sum of all entries"),
    (lambda X: np.sum(W * X), W.mean(axis=0), "along axis 0, as a mean"),
    (lambda X: np.sum(W * X), np.array([[1], [1], [5], [1]]) * W, "only row 2 is off, it is 5 times")])
def test_the_sentence_says_what_happened(f, claim, said):
    check = check_gradient(f, claim, X)
    assert not check and said in check.message, check


def test_several_terms_are_listed_by_name():
    terms = {"the slope": lambda x: 2 * D.T @ (D @ x - y), "the penalty": 2 * x, "a third": b}
    check = check_gradient(lambda x: np.sum((D @ x - y)**2) + x @ x + b @ x,
                           lambda x: 2 * D.T @ (D @ x - y), x, terms=terms)
    assert "the terms “the penalty” and “a third” are missing" in check.message


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


@pytest.mark.parametrize("n", [2, 3])
def test_a_name_for_a_kind_of_input_holds_for_all_of_it(n):
    """inv(X).T is the gradient of det at rotations, and not at reflections: not at orthogonal X."""
    for seed in range(4):
        Z = np.random.default_rng(seed).normal(size=(n, n))
        assert check_gradient(np.linalg.det, lambda X: np.linalg.inv(X).T, Z).mistake == "missing chain factor"


def test_a_triangular_input_stands_for_no_kind():
    """The orthogonal matrix of a triangular one has only ones and minus ones, at which all products agree."""
    inv = np.linalg.inv
    check = check_differential(inv, lambda X, dX: -inv(X) @ inv(X) @ dX, np.array([[1.0, 1.0], [0.0, 2.0]]))
    assert check.mistake == "wrong order", check


def test_of_a_kronecker_product_the_fewest_changes_are_said():
    K, Z = np.random.default_rng(3).normal(size=(2, 3, 3))
    check = check_jacobian(lambda X: K @ X @ K, np.kron(K, K), Z)
    assert check.mistake == "kronecker order" and "one factor is transposed" in check.message, check
    assert "other order" not in check.message


@pytest.mark.parametrize("n", [4, 40])
@pytest.mark.parametrize("change, name", [(lambda G, R: G, None), (lambda G, R: 2 * G, "factor"),
                                          (lambda G, R: G + 0.1 * R, "unknown")])
def test_a_symmetric_variable_is_moved_along_symmetric_directions(n, change, name):
    """eigh reads one triangle: a claim that uses it is right on symmetric matrices and nowhere else."""
    S, R = np.random.default_rng(n).normal(size=(2, n, n))
    S, R, others = (S + S.T) / np.sqrt(n), R + R.T, []

    def claim(X):
        if not np.allclose(X, X.T):
            others.append(X)
        values, Q = np.linalg.eigh(X)
        return change(Q @ np.diag(np.exp(values)) @ Q.T, R)

    check = check_gradient(lambda X: np.sum(np.exp(np.linalg.eigvalsh(X))), claim, S, symmetric=True)
    assert check.mistake == name and not others, check


skew = lambda X: np.sum((X - X.T)**2)
penalty = lambda X: np.sum((A @ X - 1)**2) + np.sum((X.T @ X - np.eye(4))**2)
entropy = lambda z: b @ softmax(z) + softmax(z) @ np.log(softmax(z))


def rounds(x):
    total = 0.0
    for row, target in zip(D, y):
        total = total + np.log1p((row @ x - target)**2)
    return total


@pytest.mark.parametrize("check, f, claim, point, name, said", [
    # a part of one value, a term of an expanded square, a summand inside a slope
    (check_gradient, lambda X: np.log(np.ptp(np.linalg.eigvalsh(X + X.T))),
     lambda X: 2 * np.outer(*[np.linalg.eigh(X + X.T)[1][:, -1]] * 2) / np.ptp(np.linalg.eigvalsh(X + X.T)),
     NAMES["S"], "missing product-rule term", "entry [0] of the value of eigenvalues is missing"),
    (check_gradient, skew, lambda X: 4 * X, NAMES["S"], "missing product-rule term", "2ab, was left out"),
    (check_gradient, skew, lambda X: 4 * (X + X.T), NAMES["S"], "sign", "2ab, has the wrong sign"),
    (check_gradient, lambda x: np.sqrt(np.sum((D @ x - y)**2)), lambda x: -D.T @ y / np.linalg.norm(D @ x - y), x,
     "missing product-rule term", "left out of the sum that stands inside"),
    # a mechanism says more than an input at which it does not show
    (check_gradient, penalty, lambda X: 2 * A.T @ (A @ X - 1) + 2 * X @ (X.T @ X - np.eye(4)), NAMES["S"],
     "factor", "right for orthogonal X only"),
    # an inner function is another one; a Jacobian is left out of one term; data as they are; a loop
    (check_gradient, lambda x: np.sqrt((x - b) @ A.T @ A @ (x - b)),
     lambda x: A @ A.T @ (x - b) / np.linalg.norm(A @ (x - b)), x, "transposed", "wherever it stands"),
    (check_gradient, entropy, lambda z: softmax(z) * (b - b @ softmax(z)) + np.log(softmax(z)) + 1, x,
     "missing chain factor", "one of its terms is wrong"),
    (check_gradient, lambda x: np.sum((np.tanh(D) @ x - y)**2),
     lambda x: (np.tanh(D)**2).T @ (np.tanh(D) @ x - y) * 2, x, "elementwise product", "belongs"),
    (check_gradient, rounds, lambda x: 2 * D.T @ (D @ x - y), x, "missing chain factor", "wherever it is"),
    # entries for matrices, axes, lengths
    (check_gradient, lambda X: np.trace(inv(X.T @ X)), lambda X: -2 * X @ (1 / (X.T @ X)**2), X,
     "elementwise product", "matrix products belong"),
    (check_gradient, lambda x: np.linalg.norm(A @ x), lambda x: A.T @ A @ x / np.linalg.norm(x - b), x,
     "wrong normalisation", "not the one that the function computes"),
    (check_differential, lambda X: (A @ X) * (X @ B), lambda X, dX: A @ dX + dX @ B, X,
     "missing chain factor", "each without the other factor")])
def test_parts_of_a_formula(check, f, claim, point, name, said):
    result = check(f, claim, point)
    assert result.mistake == name and said in result.message, result


@pytest.mark.parametrize("f, claim, said", [
    (lambda X: (X @ X[0])[2] ** 2, lambda X: gradient(lambda Y: (Y @ Y[0])[1] ** 2, X), "entry 1, and the function takes entry 2"),
    (lambda X: np.sum((X @ X.T)[1] ** 3), lambda X: gradient(lambda Y: np.sum((Y @ Y.T)[3] ** 3), X), "row 3, and the function takes row 1"),
    (lambda X: np.sum(np.exp(X)[:, 2] ** 3) * X[0, 0], lambda X: gradient(lambda Y: np.sum(np.exp(Y)[:, 0] ** 3) * Y[0, 0], X),
     "column 0, and the function takes column 2"),
    (lambda X: np.linalg.svd(X)[1][0], lambda X: np.outer(np.linalg.svd(X)[0][:, 1], np.linalg.svd(X)[2][1]), "entry 1"),
])
def test_the_derivative_of_another_entry(f, claim, said):
    check = check_gradient(f, claim, np.random.default_rng(8).normal(size=(4, 3)))
    assert check.mistake == "wrong entry" and said in check.message


def test_one_entry_of_each_row_is_no_column():
    """As many entries as a column has, but not one: what picks them has no name, and the search goes on."""
    X, columns = np.random.default_rng(15).normal(size=(7, 4)), np.array([0, 2, 1, 3, 0, 2, 1])
    check = check_gradient(lambda X: np.sum(np.tanh(X)[np.arange(7), columns]), lambda X: 1 - np.tanh(X)**2, X)
    assert not check and "StopIteration" not in check.message
