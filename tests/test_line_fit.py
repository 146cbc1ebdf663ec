"""A line and its points: the read-outs against NumPy's fits and matdiff's derivatives, and points that fix no line."""
import numpy as np
import pytest
import traitlets
from figures_page import differences, follow
from scipy.optimize import minimize

import matdiff
from matdiff.figures import LineFit
from matdiff.figures.line_fit import Line, fit

POINTS = np.array([(1, 2), (2, 2.5), (4, 5), (5, 3.5), (9, 7)])
NAMES = {"w", "h", "r", "left out", "without", "dw/dy", "predicted", "actual"}


def solve(points):
    X = np.column_stack([np.ones(len(points)), points[:, 0]])
    return np.linalg.lstsq(X, points[:, 1], rcond=None)[0]


@pytest.mark.parametrize("i", [0, 3, 4])
def test_the_readouts_are_those_of_numpy(i):
    got = LineFit(POINTS, picked=i).readouts()
    X, y = np.column_stack([np.ones(5), POINTS[:, 0]]), POINTS[:, 1]
    w, rest = solve(POINTS), solve(np.delete(POINTS, i, axis=0))
    np.testing.assert_allclose(got["w"], w)
    assert got["h"] == pytest.approx((X @ np.linalg.pinv(X))[i, i]) and got["r"] == pytest.approx(y[i] - X[i] @ w)
    np.testing.assert_allclose(got["without"], rest)
    assert got["left out"] == pytest.approx(y[i] - X[i] @ rest) == pytest.approx(got["r"] / (1 - got["h"]))
    np.testing.assert_allclose(got["dw/dy"], np.linalg.pinv(X)[:, i])
    assert got["predicted"].tolist() == got["actual"].tolist() == [0, 0]


@pytest.mark.parametrize("i", range(5))
def test_a_push_is_the_derivative_of_the_solution(i):
    def of(point):
        moved = POINTS.copy()
        moved[i] = point
        return solve(moved)
    J = matdiff.jacobian(of, POINTS[i])
    np.testing.assert_allclose(np.column_stack([fit(POINTS).push(i, e) for e in np.eye(2)]), J, rtol=1e-6, atol=1e-8)


def test_up_and_down_the_prediction_is_exact_and_sideways_it_is_not():
    figure = LineFit(POINTS, picked=4)
    up, side = POINTS.copy(), POINTS.copy()
    up[4, 1] -= 5
    figure.points = up
    np.testing.assert_allclose(figure.readouts()["predicted"], figure.readouts()["actual"])
    missed = []
    for dx in (0.2, 0.1):
        side[4, 0] = 9 - dx
        figure.points = side
        missed.append(np.linalg.norm(figure.readouts()["predicted"] - figure.readouts()["actual"]))
    assert missed[1] > 1e-5 and 3.5 < missed[0] / missed[1] < 4.5


def test_all_leverages_together_are_two():
    assert sum(LineFit(POINTS, picked=i).readouts()["h"] for i in range(5)) == pytest.approx(2)


def test_a_point_that_alone_fixes_the_slope_has_leverage_one():
    got = LineFit([(8, 6.58), (8, 5.76), (8, 7.71), (19, 12.5)], picked=3, limits=((4, 20), (4, 14))).readouts()
    assert got["h"] == pytest.approx(1) and got["r"] == pytest.approx(0, abs=1e-12)
    assert {name for name, value in got.items() if value is None} == {"left out", "without"}


def test_where_all_x_are_equal_no_line_is_the_best():
    got = LineFit([(8, 6), (8, 5), (8, 7)], huber=1).readouts()
    assert got == dict.fromkeys(NAMES | {"huber w", "weight"})


@pytest.mark.parametrize("c", [0.3, 1, 100])
def test_the_huber_line_minimises_its_loss(c):
    wild = POINTS + np.outer(np.arange(5) == 2, (0, 4))
    got = LineFit(wild, picked=2, huber=c).readouts()

    def loss(w):
        r = np.abs(wild[:, 1] - w[0] - w[1] * wild[:, 0])
        return np.sum(np.where(r < c, r**2 / 2, c * r - c**2 / 2))
    assert loss(got["huber w"]) == pytest.approx(minimize(loss, solve(wild), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).fun, rel=1e-7)
    assert (got["weight"] < 1) == (c < 100)
    if c == 100:
        np.testing.assert_allclose(got["huber w"], got["w"])


def test_a_weighted_line_counts_a_point_as_often_as_its_weight_says():
    counts = np.array([1, 3, 2, 1, 4])
    np.testing.assert_allclose(Line(POINTS, counts).w, solve(np.repeat(POINTS, counts, axis=0)))


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: LineFit([(1, 2), (2, 3)]), r"points must have shape \(N, 2\) with N at least 3; got \(2, 2\)"),
    (lambda: LineFit([(1, 2, 3)] * 4), r"got \(4, 3\)"),
    (lambda: LineFit(POINTS + 5), r"points\[4\] has x1 = 14, outside the limits"),
    (lambda: LineFit(POINTS, picked=5), "picked is 5, but there are 5 points"),
    (lambda: LineFit(POINTS, huber=0), "huber must be a finite number between 0.001 and 1e\\+06"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


# In the browser

@pytest.mark.browser
def test_another_point_begins_another_prediction(alone):
    figure = LineFit(POINTS)
    page = alone(figure)
    page.drag("point-3", 30, -40)
    assert page.state()["picked"] == [3] and page.state()["start"] == list(POINTS[3])
    page.press("point-3", "ArrowUp")         # goes on from the same start
    assert page.state()["start"] == list(POINTS[3])
    page.press("point-0", "ArrowUp")
    assert page.state()["picked"] == [0] and page.state()["start"] == list(POINTS[0])
    assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}


@pytest.mark.browser
def test_the_area_of_a_point_is_its_leverage(alone):
    page = alone(LineFit(POINTS))
    radii = page.root.locator(".md-grip").evaluate_all("all => all.map(e => Number(e.getAttribute('r')))")
    leverages = [LineFit(POINTS, picked=i).readouts()["h"] for i in range(5)]
    np.testing.assert_allclose(np.square(radii) / leverages, 225, rtol=0.03)


@pytest.mark.browser
def test_the_page_stays_sound_where_no_line_is_the_best(alone):
    figure = LineFit([(8, 6), (8, 5), (8, 7)], huber=1)
    page = alone(figure)
    assert page.root.locator("text=no line is the best").is_visible() and page.readouts() == dict.fromkeys(NAMES | {"huber w", "weight"})
    page.press("point-1", "ArrowRight")
    assert page.readouts()["h"] == pytest.approx(1) and page.readouts()["without"] is None
    assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}
    assert page.browsing.faults == []
