"""The determinant's box: its numbers against matdiff, and what its buttons promise, in a browser."""
import numpy as np
import pytest
import traitlets
from figures_page import differences, follow

import matdiff
from matdiff.figures import DeterminantBox
from matdiff.figures.density_map import signed_area

WIDE = ((-9, 9), (-9, 9))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("function", ["det", "log"])
def test_gradient_and_changes_are_those_of_matdiff(function, seed):
    rng = np.random.default_rng(seed)
    X, dX = rng.normal(size=(2, 2, 2))
    f = np.linalg.det if function == "det" else lambda X: np.log(abs(np.linalg.det(X)))
    got = DeterminantBox(X, dX, function, WIDE).readouts()
    np.testing.assert_allclose(got["gradient"], matdiff.gradient(f, X), rtol=1e-7, atol=1e-9)
    assert got["predicted"] == pytest.approx(matdiff.directional_derivative(f, X, dX), rel=1e-6)
    assert got["actual"] == pytest.approx(f(X + dX) - f(X)) and got["det"] == pytest.approx(np.linalg.det(X))


@pytest.mark.parametrize("seed", range(3))
def test_no_push_of_the_same_length_grows_faster_than_the_gradient(seed):
    rng = np.random.default_rng(seed)
    figure = DeterminantBox(rng.normal(size=(2, 2)), np.zeros((2, 2)), limits=WIDE)
    steepest = figure.readouts()["gradient"]

    def rate(push):
        figure.push = push / np.linalg.norm(push)
        return figure.readouts()["predicted"]

    assert max(rate(push) for push in rng.normal(size=(200, 2, 2))) < rate(steepest)


def test_the_gap_is_the_determinant_of_the_push():
    got = DeterminantBox([[3, 1], [2, 4]], [[1, -0.5], [0.5, 2]]).readouts()
    assert got["actual"] - got["predicted"] == pytest.approx(np.linalg.det(got["dX"])) == 2.25


def test_a_push_along_the_other_column_changes_nothing():
    got = DeterminantBox([[3, 1], [2, 4]], [[0.5, 0], [2, 0]]).readouts()
    assert got["predicted"] == got["actual"] == 0


def test_a_flat_box_has_a_gradient_but_its_logarithm_has_none():
    flat = [[1, 2], [3, 6]]
    got = DeterminantBox(flat, [[0.1, 0], [0, 0]]).readouts()
    assert got["det"] == 0 and got["log|det|"] is None
    np.testing.assert_array_equal(got["gradient"], [[6, -3], [-2, 1]])
    got = DeterminantBox(flat, [[0.1, 0], [0, 0]], "log").readouts()
    assert got["gradient"] is got["predicted"] is got["actual"] is None
    assert not DeterminantBox([[0, 0], [0, 0]]).readouts()["gradient"].any()  # rank n - 2


def test_rounding_alone_makes_no_area():
    assert 0.3 * 0.3 - 0.9 * 0.1 != 0 == signed_area([[0.3, 0.9], [0.1, 0.3]])


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: DeterminantBox(np.eye(3)), r"matrix must have shape \(2, 2\); got \(3, 3\)"),
    (lambda: DeterminantBox(push=[1, 2]), "push must be a matrix of finite numbers"),
    (lambda: DeterminantBox(function="trace"), "'det', 'log'"),
    (lambda: DeterminantBox([[9, 0], [0, 1]]), "column 1 of matrix has x1 = 9, outside the limits"),
    (lambda: DeterminantBox(push=[[0, 0], [0, 5]]), r"column 2 of matrix \+ push has x2 = 9, outside the limits"),
    (lambda: DeterminantBox(limits=((1, 8), (-3, 8))), "the corner 0 of the parallelogram has x1 = 0, outside"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


@pytest.mark.browser
@pytest.mark.parametrize("function", ["det", "log"])
@pytest.mark.parametrize("matrix", [[[3, 1], [2, 4]], [[1, 3], [4, -2]]])
def test_the_buttons_do_what_they_say(alone, matrix, function):
    shown = alone(DeterminantBox(matrix, [[1, -0.5], [0.5, 1]], function))
    shown.control("steepest").click()
    now = shown.readouts()
    push, gradient = np.array(now["dX"]), np.array(now["gradient"])
    assert np.linalg.norm(push) == pytest.approx(np.sqrt(2.5))  # as long as before
    np.testing.assert_allclose(push / np.linalg.norm(push), gradient / np.linalg.norm(gradient))
    shown.control("along").click()
    assert shown.readouts()["predicted"] == pytest.approx(0, abs=1e-12)
    assert shown.readouts()["actual"] == pytest.approx(0, abs=1e-12) and np.any(shown.readouts()["dX"])
    shown.control("zero").click()
    now = shown.readouts()
    assert now["det"] == 0 and now["log|det|"] is None
    assert (now["gradient"] is None) == (function == "log")
    shown.control("steepest").click()  # out of the flat box, by any function
    assert np.linalg.det(np.array(now["X"]) + shown.readouts()["dX"]) > 1


@pytest.mark.browser
def test_a_flip_is_said_and_coloured(alone):
    shown = alone(DeterminantBox())
    label = shown.root.locator(".md-label", has_text="area")
    assert label.text_content() == "area 10" and "role-output" in label.get_attribute("class")
    shown.press("column-1", "Home", *["PageDown"] * 2)  # to the left and down: behind the first column
    assert shown.readouts()["det"] > 0
    shown.press("column-1", "End", *["PageDown"] * 2)
    det = shown.readouts()["det"]
    assert det < 0 and "flipped" in label.text_content() and "role-wrong" in label.get_attribute("class")
    assert shown.handle("column-1").get_attribute("aria-valuetext").endswith(f"determinant −{-det:g}")
    shown.control("zero").click()
    assert shown.root.locator(".md-label", has_text="flat").count() == 1


@pytest.mark.browser
def test_the_logarithm_falls_to_its_pole(alone):
    """The curve is drawn well below the panel beside a push that makes the box flat."""
    figure = DeterminantBox([[2, 3.5], [3, 1]], [[1, 0.3], [-0.5, 1.2]], "log")
    shown = alone(figure)
    curve = shown.root.locator("[data-panel=along] path.role-output").get_attribute("d")
    heights = [float(point.split()[1]) for point in curve.replace("L", "M").split("M") if point.strip()]
    floor = float(shown.root.locator("[data-panel=along]").get_attribute("height"))
    assert max(heights) > floor > np.median(heights)
    assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
