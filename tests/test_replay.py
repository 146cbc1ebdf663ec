"""The recorded steps of a function: sweeps through them, and what a verdict by them costs and sees."""
import sys

import numpy as np
import pytest

from matdiff import check_gradient, numeric
from matdiff.replay import Budget, Tape

draw = np.random.default_rng(41)
M4, M3, M7, M43, u = (draw.normal(size=s) for s in ((4, 4), (3, 3), (7, 4), (4, 3), 4))
Z, S4 = draw.normal(size=(4, 3)), draw.normal(size=(4, 4))
rows = np.array([0, 2, 1, 0])


def softmax(T):
    E = np.exp(T - T.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("f, X", [
    (lambda X: np.sum((M4 @ X @ M3)**2), Z), (lambda X: np.trace(M4 @ X @ M3 @ X.T), Z),
    (lambda X: np.linalg.slogdet(X)[1], S4), (lambda X: np.linalg.det(X)**2, S4),
    (lambda X: u @ np.linalg.solve(X, u), S4), (lambda X: np.trace(np.linalg.inv(X)), S4),
    (lambda X: -np.mean(np.log(softmax(M7 @ X))[:, 0]), Z), (lambda X: np.sum(np.maximum(M7 @ X, 0)**2), Z),
    (lambda X: np.abs(X).sum() + np.minimum(X, M43).sum(), Z), (lambda X: np.linalg.norm(X, "fro"), Z),
    (lambda X: float(np.sum(np.tanh(X))), Z), (lambda X: np.std(X) + np.var(X, axis=0).sum(), Z),
    (lambda X: X[1, 2] * X[0].sum() + X[rows, rows % 3].sum(), Z), (lambda X: np.prod(X), Z),
    (lambda X: np.einsum("ij,kj,ik->", X, X, M4), Z), (lambda X: np.sum(np.outer(X[0], X[:, 1])**3), Z),
    (lambda X: np.sum(np.kron(X, M4)**2), Z), (lambda X: np.sum(np.where(X > 0, X**2, 0.1 * X)), Z),
    (lambda X: np.concatenate([X[0], X[1]**2]).sum() + X.clip(-0.5, 0.5).sum(), Z),
    (lambda X: np.logaddexp(X, M43).sum() + X.max(axis=1).sum(), Z), (lambda X: sum(x @ x for x in X), Z),
    (lambda X: np.cumsum(X, axis=1)[:, 1] @ u, Z), (lambda X: np.linalg.eigvalsh(X.T @ X)[-1], Z)])
def test_a_sweep_gives_the_gradient_and_its_transpose_the_slope(f, X):
    tape = Tape(f, X)
    assert tape.linked
    G, V = numeric.gradient(f, X), np.random.default_rng(42).normal(size=X.shape)
    np.testing.assert_allclose(tape.gradient(), G, rtol=1e-7, atol=1e-8 * np.abs(G).max())
    slope = tape.part(tape.forward(V), tape.root, V)
    np.testing.assert_allclose(np.sum(slope), np.vdot(G, V), rtol=1e-7, atol=1e-8 * np.abs(G).max())


def test_a_tape_that_lost_its_way_is_not_believed():
    """np.asarray takes one term out of sight; the test line sees it all the same."""
    f = lambda X: np.sum(X**2) + np.sum(np.asarray(X)**3)
    G = Tape(f, Z).gradient()
    np.testing.assert_allclose(G, 2 * Z)
    assert numeric.confirmed(f, Z, G) is None
    assert check_gradient(f, lambda X: 2 * X + 3 * X**2, Z) and not check_gradient(f, lambda X: 2 * X, Z)


def test_what_is_computed_twice_is_one_step():
    sigmoid = lambda t: 1 / (1 + np.exp(-t))
    tape = Tape(lambda X: np.sum(sigmoid(M7 @ X) * (1 - sigmoid(M7 @ X))), Z)
    used = {source[0] for s in tape.merged().steps for source in s.sources if source and s.name == "multiply"}
    assert {tape.steps[i].name for i in used} == {"divide", "subtract"}
    np.testing.assert_allclose(tape.merged().gradient()[:, :1], tape.gradient()[:, :1])
    first = tape.merged().backward(1.0)[0]
    assert sum(w is not None for w in first) < len(tape.steps) - 3


@pytest.mark.parametrize("n", [10, 100])
def test_a_verdict_needs_few_calls(n):
    rng, count = np.random.default_rng(43), [0]
    M, X, Y = rng.normal(size=(3, n, n)) / np.sqrt(n)

    def f(X):
        count[0] += 1
        return np.sum((np.tanh(M @ X) - Y)**2) / 2

    def right(X):
        T = np.tanh(M @ X)
        return M.T @ ((T - Y) * (1 - T**2))
    assert check_gradient(f, right, X)
    assert count[0] <= 60
    assert check_gradient(f, lambda X: 2 * right(X), X).mistake == "factor"
    assert count[0] <= 160


def work(run):
    """How many functions are called: the same on every machine, unlike seconds."""
    count = [0]

    def note(frame, event, arg):
        count[0] += event in ("call", "c_call")
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count[0]


@pytest.mark.parametrize("n", [10, 100])
@pytest.mark.parametrize("which", ["layer", "trace", "cross-entropy"])
def test_a_diagnosis_that_ends_unknown_stays_affordable(which, n, monkeypatch):
    rng, asked, units = np.random.default_rng(45), [0], [0]
    A, B, X, Y, R = rng.normal(size=(5, n, n)) / np.sqrt(n)
    T = np.eye(n)[rng.integers(n, size=n)]
    f, right = {
        "layer": (lambda X: np.sum((np.tanh(B @ X) - Y)**2) / 2,
                  lambda X: B.T @ ((np.tanh(B @ X) - Y) * (1 - np.tanh(B @ X)**2))),
        "trace": (lambda X: np.trace(X @ A @ X.T @ B), lambda X: B @ X @ A + B.T @ X @ A.T),
        "cross-entropy": (lambda X: -np.sum(T * np.log(softmax(B @ X))) / n,
                          lambda X: B.T @ (softmax(B @ X) - T) / n)}[which]

    def counted(X):
        asked[0] += 1
        return f(X)

    def pay(budget, cost, usual=Budget.pay):
        units[0] += cost
        usual(budget, cost)
    monkeypatch.setattr(Budget, "pay", pay)
    assert check_gradient(f, right, X)      # once before: what is made at first use does not count
    least = work(lambda: check_gradient(f, right, X))
    one_run = Tape(f, X).cost
    for claim in (R, lambda X: right(X) + 0.1 * R):
        asked[0] = units[0] = 0
        assert check_gradient(counted, claim, X).mistake == "unknown"
        assert asked[0] <= 120                  # 21 to 93
        assert units[0] <= 400 * one_run        # what runs of the recorded steps cost: 30 to 290
        assert work(lambda: check_gradient(f, claim, X)) <= 30 * least      # 2 to 19


def test_what_is_lost_below_the_rounding_of_f_is_no_mistake():
    X = 60 + np.abs(Z)      # where tanh is flat, 1 - tanh² is 0 and the slope is not
    assert check_gradient(lambda X: 3 + np.sum(np.tanh(X) * M43), lambda X: (1 - np.tanh(X)**2) * M43, X)


def test_one_tiny_entry_off_by_a_millionth_is_seen():
    M, Y, X = np.random.default_rng(44).normal(size=(3, 10, 10)) / 3
    T = np.tanh(M @ X)
    G = M.T @ ((T - Y) * (1 - T**2))
    for k in np.argsort(np.abs(G), axis=None)[:5]:
        claim = G.copy()
        claim.flat[k] *= 1 + 1e-6
        assert not check_gradient(lambda X: np.sum((np.tanh(M @ X) - Y)**2) / 2, claim, X)


@pytest.mark.parametrize("f, steps", [
    (lambda X: np.linalg.svd(X, full_matrices=False)[0][0] @ X[0], "svd svd svd"),
    (lambda X: np.linalg.qr(X)[1][0, 2], "qr qr"),
    (lambda X: np.linalg.eigh(X.T @ X)[0][-1], "eigh eigh"),
    (lambda X: np.linalg.lstsq(X, X[:, 0] ** 2, rcond=None)[0][1], "lstsq lstsq lstsq lstsq")])
def test_each_factor_of_a_decomposition_is_a_step(f, steps):
    X = np.random.default_rng(4).normal(size=(5, 3))
    tape = Tape(f, X)
    assert " ".join(step.name for step in tape.steps if step.name in steps.split()) == steps
    V = np.random.default_rng(5).normal(size=X.shape)
    assert np.isclose(tape.slope(V), numeric.directional_derivative(f, X, V), rtol=1e-6)


@pytest.mark.parametrize("shape", [(5, 3), (2, 4)])
def test_a_pseudo_inverse_is_looked_into(shape):
    X = np.random.default_rng(6).normal(size=shape)
    assert "inv" in [step.name for step in Tape(np.linalg.pinv, X).steps]
    X[1] = X[0]
    X[:, 1] = X[:, 0]       # the Gram matrix of a matrix that has lost rank has no inverse
    assert [step.name for step in Tape(np.linalg.pinv, X).steps] == ["pinv"]
