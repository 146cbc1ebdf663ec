"""Penalty against decay: the figure's paths against closed forms, and what its text promises."""
import numpy as np
import pytest
import traitlets

import matdiff
from matdiff.figures import PenaltyPaths
from matdiff.figures.penalty_paths import adam, adamw, gradient_descent

X, Y = np.array([[1, 2], [0, 1], [1, -1], [2, 0.0]]), np.array([2, 1, 1, -1.0])
C = {"half": 1, "mean": 1 / 4}


def loss(w, lam, constant):
    return C[constant] / 2 * np.sum((X @ w - Y)**2) + lam / 2 * w @ w


@pytest.mark.parametrize("constant", C)
@pytest.mark.parametrize("lam", [0, 0.3, 2])
def test_the_minimiser_has_gradient_nought(constant, lam):
    got = PenaltyPaths(X, Y, lam=lam, constant=constant).readouts()["minimiser"]
    np.testing.assert_allclose(matdiff.gradient(lambda w: loss(w, lam, constant), got), 0, atol=1e-9)
    shift = lam * (4 if constant == "mean" else 1)
    np.testing.assert_allclose(got, np.linalg.solve(X.T @ X + shift * np.eye(2), X.T @ Y))


def test_without_penalty_dependent_columns_have_no_single_minimiser():
    assert PenaltyPaths([[1, 2], [2, 4]], [1, 1], lam=0).readouts()["minimiser"] is None


@pytest.mark.parametrize("constant", C)
def test_gradient_descent_is_its_closed_form(constant):
    figure = PenaltyPaths(X, Y, weights=(-2, 1), eta=0.05, lam=0.4, steps=37, constant=constant)
    got = figure.readouts()
    A = C[constant] * X.T @ X + 0.4 * np.eye(2)
    away = np.linalg.matrix_power(np.eye(2) - 0.05 * A, 37) @ (np.array([-2, 1]) - got["minimiser"])
    np.testing.assert_allclose(got["gradient descent"], got["minimiser"] + away)
    assert got["losses"][0] == pytest.approx(loss(got["gradient descent"], 0.4, constant))
    np.testing.assert_allclose(got["lengths"][0], np.linalg.norm(got["gradient descent"]))


@pytest.mark.parametrize("g", [(1, 0.01), (-3, 2), (1e-3, -50)])
def test_under_a_constant_gradient_the_moments_leave_its_signs(g):
    """m / sqrt(v) is sign(g): AdamW's closed form."""
    w, eta, lam = np.array([1.0, -2]), 0.1, 0.2
    got = adamw(lambda w: np.array(g), w, eta, lam, 25)
    shrink = (1 - eta * lam)**np.arange(26)[:, None]
    np.testing.assert_allclose(got, shrink * w - (1 - shrink) / lam * np.sign(g), atol=1e-4)
    without = adam(lambda w: np.array(g), w, eta, 0, 25)
    np.testing.assert_allclose(without, w - eta * np.arange(26)[:, None] * np.sign(g), atol=1e-4)


def test_adam_against_pytorch_like_reference(rng=np.random.default_rng(7)):
    """An independent spelling of Adam: bias-corrected means as weighted sums over all steps so far."""
    w, seen, eta, lam = rng.normal(size=2), [], 0.05, 0.3
    slope = lambda w: X.T @ (X @ w - Y)
    path = adam(slope, w, eta, lam, 30)
    for t in range(1, 31):
        seen.append(slope(w) + lam * w)
        weigh = lambda beta, power: sum(beta**(t - 1 - i) * g**power for i, g in enumerate(seen)) * (1 - beta) / (1 - beta**t)
        w = w - eta * weigh(0.9, 1) / (np.sqrt(weigh(0.999, 2)) + 1e-8)
        np.testing.assert_allclose(path[t], w, rtol=1e-9)


def test_a_path_that_runs_away_has_no_end():
    figure = PenaltyPaths(X, Y, weights=(2, 2), eta=2, constant="half", steps=400)
    got = figure.readouts()
    assert got["gradient descent"] is got["lengths"] is got["losses"] is None and got["AdamW"] is not None
    assert len(gradient_descent(lambda w: X.T @ (X @ w - Y), np.ones(2), 2, 0.1, 400)) < 20


def test_with_time_the_penalty_ends_at_the_minimiser_and_decay_elsewhere():
    got = PenaltyPaths(X, Y, weights=(-2, 2), eta=0.03, lam=0.5, steps=400).readouts()
    distance = {name: np.linalg.norm(got[name] - got["minimiser"]) for name in ("gradient descent", "Adam", "AdamW")}
    assert distance["gradient descent"] < 0.01 and distance["Adam"] < 0.02 and distance["AdamW"] > 0.1


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: PenaltyPaths([[1, 2, 3]], [1]), r"X \(1, 3\) and y \(1, 1\) do not fit: X needs two columns"),
    (lambda: PenaltyPaths(X, [1, 2]), "y a number for each row of X"),
    (lambda: PenaltyPaths(X, Y, weights=(9, 0)), "weights has x1 = 9, outside the limits"),
    (lambda: PenaltyPaths(X, Y, eta=0), "eta must be a finite number between 0.001 and 2"),
    (lambda: PenaltyPaths(X, Y, lam=-1), "lam must be a finite number between 0 and 10"),
    (lambda: PenaltyPaths(X, Y, constant="m"), "'half', 'mean'")])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


@pytest.mark.browser
def test_a_path_that_runs_away_is_none_on_the_page_too(alone):
    shown = alone(PenaltyPaths(X, Y, weights=(2, 2), eta=2, constant="half", steps=400))
    assert shown.readouts()["gradient descent"] is None and shown.readouts()["AdamW"] is not None
    assert shown.browsing.faults == []
