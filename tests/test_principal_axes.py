"""Principal axes: the prediction against differences and NumPy, and clouds without a first axis."""
import numpy as np
import pytest
import traitlets
from figures_page import Browsing, Shown, differences, follow

import matdiff
from matdiff.figures import PrincipalAxes
from matdiff.figures.principal_axes import levers

POINTS = np.array([(-2, 1), (-1, -1.5), (0.5, 1), (1, 1.4), (2, -0.5), (1.7, 2)])


def angle(X, centred):
    E = X - X.mean(axis=0) if centred else X
    v = np.linalg.eigh(E.T @ E)[1][:, -1]
    return np.arctan(v[1] / v[0])


@pytest.mark.parametrize("centred", [True, False])
def test_levers_are_the_gradient_of_the_angle(centred):
    slopes = matdiff.gradient(lambda X: angle(X, centred), POINTS)
    np.testing.assert_allclose(levers(POINTS, centred), slopes, rtol=1e-6, atol=1e-8)
    got = PrincipalAxes(POINTS, picked=4, centred=centred).readouts()
    assert got["lever"] == pytest.approx(np.degrees(np.linalg.norm(slopes[4])))
    E = POINTS - got["centre"]
    assert np.radians(got["lever"]) == pytest.approx(np.linalg.norm(E[4]) / (6 * got["gap"]))   # as far as the point is


@pytest.mark.parametrize("centred", [True, False])
def test_predicted_and_actual_differ_at_second_order(centred):
    figure = PrincipalAxes(POINTS, picked=1, centred=centred, limits=((-4, 4), (-4, 4)))
    assert figure.readouts()["predicted"] == figure.readouts()["actual"] == 0
    missed = []
    for t in (0.1, 0.05):
        moved = POINTS.copy()
        moved[1] += t * np.array([0.8, -1.1])
        figure.points = moved
        got = figure.readouts()
        assert got["actual"] == pytest.approx(np.degrees(angle(moved, centred) - angle(POINTS, centred)))
        missed.append(abs(got["predicted"] - got["actual"]))
    assert 3.5 < missed[0] / missed[1] < 4.5


def test_the_numbers_are_those_of_numpy():
    got = PrincipalAxes(POINTS).readouts()
    C = np.cov(POINTS.T, bias=True)
    np.testing.assert_allclose(got["C"], C)
    np.testing.assert_allclose(got["eigenvalues"], np.linalg.eigvalsh(C)[::-1])
    raw = PrincipalAxes(POINTS, centred=False).readouts()
    np.testing.assert_allclose(raw["C"], POINTS.T @ POINTS / 6)
    assert raw["centre"].tolist() == [0, 0]


def test_a_turn_over_the_upright_is_small():
    """An axis has no direction: from 89 to -89 degrees it turns by 2."""
    figure = PrincipalAxes([(-0.02, -2), (0.02, 2), (0.5, 0), (-0.5, 0)], picked=1)
    assert figure.readouts()["angle"] > 89
    figure.points = [(-0.02, -2), (-0.1, 2), (0.5, 0), (-0.5, 0)]
    got = figure.readouts()
    assert got["angle"] < -88 and 0 < got["actual"] < 3
    assert got["actual"] == pytest.approx(got["predicted"], rel=0.05)


def test_a_round_cloud_has_no_first_axis():
    got = PrincipalAxes([(1, 0), (-1, 0), (0, 1), (0, -1)]).readouts()
    assert got["gap"] == 0
    assert {name for name, value in got.items() if value is None} == {"angle", "predicted", "actual", "lever"}


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: PrincipalAxes([(1, 2, 3), (4, 5, 6)]), r"points must have shape \(N, 2\) with N at least 2; got \(2, 3\)"),
    (lambda: PrincipalAxes([(1, 2)]), "N at least 2"),
    (lambda: PrincipalAxes([(0, 0), (9, 0)]), r"points\[1\] has x1 = 9, outside the limits"),
    (lambda: PrincipalAxes(POINTS, picked=6), "picked is 6, but there are 6 points"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


@pytest.mark.browser
def test_another_point_begins_another_prediction(alone):
    figure = PrincipalAxes(POINTS)
    page = alone(figure)
    page.drag("point-3", 30, -40)
    first = page.state()
    assert first["picked"] == [3] and first["start"] == list(POINTS[3])
    page.press("point-3", "ArrowUp")         # goes on from the same start
    assert page.state()["start"] == list(POINTS[3])
    now = page.state()["points"][0]
    page.press("point-0", "ArrowUp")
    assert page.state()["picked"] == [0] and page.state()["start"] == now
    assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}


@pytest.mark.browser
def test_the_page_stays_sound_where_there_is_no_axis(chrome, tmp_path):
    figure = PrincipalAxes([(1, 0), (-1, 0), (0, 1), (0, -1)])
    browsing = Browsing(chrome)
    browsing.open(figure.save_html(tmp_path / "figure.html"))
    shown = Shown(browsing, 0, figure.model_id)
    assert shown.root.locator("text=no first axis").is_visible() and shown.readouts()["lever"] is None
    shown.press("point-0", "ArrowRight")
    assert shown.readouts()["angle"] == pytest.approx(0) and shown.readouts()["predicted"] is None
    assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
    assert browsing.faults == []
    browsing.context.close()
