"""The eigen explorer: its numbers against matdiff and NumPy, and what it says where two eigenvalues meet."""
import numpy as np
import pytest
import traitlets
from figures_page import Browsing, Shown, differences, follow

import matdiff
from matdiff import decompositions
from matdiff.figures import EigenExplorer

LINES = [([[5, 2], [2, 2]], [[0, 1], [1, 0]], 0.3, 0), ([[1, -0.5], [-0.5, 3]], [[2, 1], [1, -1]], -0.4, 0.2),
         ([[2, 0], [0, 2]], [[1, 0], [0, -1]], 0.1, -0.05), ([[-1, 0.3], [0.3, 0.5]], [[1, 2], [2, 1]], 0.7, 0)]
TURN = np.array([[0, 1], [1, 0]])


@pytest.mark.parametrize(("A", "H", "epsilon", "delta"), LINES)
def test_the_rates_are_those_of_matdiff(A, H, epsilon, delta):
    got = EigenExplorer(A, H, epsilon, delta).readouts()
    at = lambda t: np.array(A) + t * np.array(H, float) + delta * TURN
    np.testing.assert_allclose(got["M"], at(epsilon))
    np.testing.assert_allclose(got["eigenvalues"], np.linalg.eigvalsh(at(epsilon))[::-1], atol=1e-12)
    rates = matdiff.jacobian(lambda t: np.linalg.eigvalsh(at(t)), epsilon).ravel()[::-1]
    np.testing.assert_allclose(got["rates"], rates, rtol=1e-7, atol=1e-8)
    (lam, V), (_, dV) = decompositions.eigh_jvp(at(epsilon), np.array(H, float))
    assert abs(got["turning"]) == pytest.approx(np.linalg.norm(dV[:, 1]))
    assert got["gap"] == pytest.approx(lam[1] - lam[0]) and got["one-sided rates"] is None
    turn = got["angle"], np.degrees(got["turning"])
    later = EigenExplorer(A, H, epsilon + 1e-5, delta).readouts()["angle"]
    assert (later - turn[0]) / 1e-5 == pytest.approx(turn[1], rel=1e-3)


@pytest.mark.parametrize(("A", "H", "epsilon", "delta"), LINES)
def test_the_smallest_gap_is_the_smallest_of_all_places(A, H, epsilon, delta):
    got = EigenExplorer(A, H, epsilon, delta).readouts()["smallest gap"]
    gaps = [np.ptp(np.linalg.eigvalsh(np.array(A) + t * np.array(H) + delta * TURN)) for t in np.linspace(-6, 6, 24001)]
    assert got == pytest.approx(min(gaps), abs=2e-3) and got <= min(gaps) + 1e-12


def test_at_a_crossing_there_are_one_sided_rates_and_nothing_else():
    H = [[1, 2], [2, -0.5]]
    got = EigenExplorer(H=H).readouts()
    assert got["gap"] == got["smallest gap"] == 0
    assert {name for name, value in got.items() if value is None} == {"rates", "angle", "mixing", "turning"}
    np.testing.assert_allclose(got["one-sided rates"], np.linalg.eigvalsh(H)[::-1])
    top = lambda t: np.linalg.eigvalsh(2 * np.eye(2) + t * np.array(H))[1]
    assert (top(1e-3) - 2) / 1e-3 == pytest.approx(got["one-sided rates"][0])
    assert (2 - top(-1e-3)) / 1e-3 == pytest.approx(got["one-sided rates"][1])


@pytest.mark.parametrize("delta", [0.2, 0.05, 0.01])
def test_the_closer_they_pass_the_faster_they_turn(delta):
    got = EigenExplorer(delta=delta).readouts()     # diag(1, -1) at the middle of an avoided crossing
    assert got["smallest gap"] == pytest.approx(2 * delta) and got["angle"] == pytest.approx(45)
    assert got["turning"] == pytest.approx(-1 / (2 * delta))


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: EigenExplorer([[1, 2], [3, 4]]), r"A must be symmetric; it has 2 at \[0, 1\] and 3 at \[1, 0\]"),
    (lambda: EigenExplorer(H=np.eye(3)), r"H must have shape \(2, 2\); got \(3, 3\)"),
    (lambda: EigenExplorer(epsilon=2), "epsilon must lie between -span and span = 1; got 2"),
    (lambda: EigenExplorer(delta=1.5), "delta must be a finite number between -1 and 1"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises(traitlets.TraitError, match=sentence):
        make()


@pytest.mark.browser
def test_the_page_stays_sound_through_a_crossing(chrome, tmp_path):
    figure = EigenExplorer(epsilon=-0.1)
    browsing = Browsing(chrome)
    browsing.open(figure.save_html(tmp_path / "figure.html"))
    shown = Shown(browsing, 0, figure.model_id)
    for there in (-0.05, 0, 0.05):
        shown.press("place", "ArrowRight")
        assert shown.state()["epsilon"] == pytest.approx(there, abs=1e-12)
        assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
        hidden = shown.root.locator("dd[data-readout='rates']").is_hidden(), shown.root.locator("text=no axes").is_visible()
        assert hidden == (there == 0, there == 0)
    shown.press("A-0-1", "ArrowUp")      # its twin moves along
    assert shown.state()["A"] == [[2, 0.1], [0.1, 2]]
    assert browsing.faults == []
    browsing.context.close()


@pytest.mark.browser
def test_the_green_arrow_is_the_rate_of_the_axis(alone):
    """It runs from the end of the first axis towards the derivative of lambda1 v1."""
    A, H = np.array([[2, 0.6], [0.6, 1]]), np.array([[0.5, 2], [2, -1]])
    page = alone(EigenExplorer(A, H))

    def end(t):
        lam, V = np.linalg.eigh(A + t * H)
        return lam[1] * V[:, 1] * np.sign(V[0, 1])

    velocity = (end(1e-6) - end(-1e-6)) / 2e-6
    path = page.root.locator("[data-panel=plane] path.md-curve.role-gradient").first.get_attribute("d")
    start, tip = (np.array(point.split(" "), float) for point in path[1:].split("L"))
    step = (tip - start) * [1, -1]   # pixels run downwards
    assert step @ velocity / np.linalg.norm(step) / np.linalg.norm(velocity) > 0.99


@pytest.mark.browser
def test_the_end_of_the_first_axis_stays_below_the_pointer(alone):
    """Dragged all the way round it does not jump to the other end; the second axis keeps its length."""
    figure = EigenExplorer([[2, 0.4], [0.4, 1]], [[0, 1], [1, 0]], epsilon=0.2)
    page = alone(figure)
    small = page.readouts()["eigenvalues"][1]
    for dx, dy in ((-60, -40), (-70, 30), (10, 80)):
        x, y = page.centre("axis")
        page.drag("axis", dx, dy)
        np.testing.assert_allclose(page.centre("axis"), [x + dx, y + dy], atol=1.5)
        assert page.readouts()["eigenvalues"][1] == pytest.approx(small, abs=1e-3)
        assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}
    page.press("axis", "Home")          # never as short as the second one: the direction would be lost
    assert page.readouts()["gap"] == pytest.approx(0.1, abs=1e-3)
