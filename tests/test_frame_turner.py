"""Frames that turn: their angles against NumPy and small steps, what an edge says, and what is drawn."""
import numpy as np
import pytest
import traitlets
from figures_page import differences, follow

from matdiff.figures import FrameTurner
from matdiff.figures.frame_turner import FRAMES, frames, turn

MATRICES = [[[2, -0.6], [0.5, 1.4]], [[0.6, 2], [1.8, -0.4]], [[-1.3, 0.2], [0.7, 2.4]], [[0.1, -2], [1.5, 0.3]]]


@pytest.mark.parametrize("A", MATRICES)
@pytest.mark.parametrize("pushed", [1, 2])
def test_the_prediction_is_the_turn_to_first_order(A, pushed):
    push = np.array([0.7, -0.4])
    misses = {name: [] for name in FRAMES}
    for t in (1e-3, 5e-4):
        got = FrameTurner(A, t * push, pushed).readouts()
        for name in FRAMES:
            misses[name].append(abs(got[f"{name} true"] - got[f"{name} predicted"]))
    for name, (coarse, fine) in misses.items():
        assert coarse < 1e-2 and (coarse < 1e-9 or 3.8 < coarse / fine < 4.2), name      # of second order


@pytest.mark.parametrize("A", MATRICES)
def test_frames_are_those_of_numpy(A):
    got = frames(np.array(A, float))
    U, s, Vt = np.linalg.svd(A)
    np.testing.assert_allclose(got["U"] * s @ got["V"].T, A, atol=1e-12)
    np.testing.assert_allclose(got["polar"], U @ Vt, atol=1e-12)
    R = got["QR"].T @ A
    assert abs(R[1, 0]) < 1e-12 and (np.diag(R) > 0).all()
    said = FrameTurner(A).readouts()
    assert said["F21"] == pytest.approx(1 / (s[0]**2 - s[1]**2))
    np.testing.assert_allclose(said["sigma"], s)


@pytest.mark.parametrize("A", MATRICES)
def test_the_second_column_turns_nothing_of_qr_and_the_first_one_by_its_angle(A):
    got = FrameTurner(A, (0.2, 0.1), pushed=2).readouts()
    assert got["QR predicted"] == pytest.approx(0, abs=1e-12) == got["QR true"]
    got = FrameTurner(A, (0.2, 0.1), pushed=1).readouts()
    a = np.array(A, float)[:, 0]
    assert got["QR true"] == pytest.approx(turn(a, a + [0.2, 0.1], line=False))
    assert got["QR predicted"] == pytest.approx(np.degrees((a[0] * 0.1 - a[1] * 0.2) / (a @ a)))
    np.testing.assert_allclose(got["Omega"], -got["Omega"].T, atol=1e-15)
    along = FrameTurner(A, a / 5, pushed=1).readouts()
    assert along["QR predicted"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("g", "rate"), [(1, 1 / 3), (0.1, 1 / 0.21), (0.01, 1 / 0.0201)])
def test_near_a_circle_one_frame_spins_and_the_other_does_not(g, rate):
    got = FrameTurner(np.diag([1 + g, 1]), (1e-3, 0), pushed=2).readouts()
    assert abs(got["U predicted"]) == pytest.approx(np.degrees(1e-3 * rate))
    assert abs(got["polar predicted"]) == pytest.approx(np.degrees(1e-3 / (2 + g)))


def test_edges_have_no_frames():
    circle = FrameTurner([[0.6, -0.8], [0.8, 0.6]]).readouts()
    assert circle["F21"] is circle["U predicted"] is circle["V true"] is None
    assert circle["polar predicted"] is not None and circle["QR true"] is not None
    flat = FrameTurner([[0.3, 0.9], [0.1, 0.3]]).readouts()     # 0.3 * 0.3 - 0.9 * 0.1 is -1.4e-17
    assert flat["Omega"] is None and all(flat[f"{name} {what}"] is None for name in FRAMES for what in ("predicted", "true"))


def test_a_line_comes_back_after_half_a_turn():
    p = np.array([1.0, 0])
    for degrees, line, wanted in ((170, True, -10), (170, False, 170), (-91, True, 89), (90, True, 90), (-90, True, 90), (180, False, 180)):
        q = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        assert turn(p, q, line) == pytest.approx(wanted)


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: FrameTurner(np.eye(3)), r"matrix must have shape \(2, 2\)"),
    (lambda: FrameTurner([[4, 0], [0, 1]]), "column 1 of matrix has x1 = 4, outside the limits"),
    (lambda: FrameTurner(push=(1, 2, 3)), "push must be 2 finite numbers"),
    (lambda: FrameTurner(pushed=3), "pushed")])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


@pytest.mark.browser
@pytest.mark.parametrize("matrix", [[[1, 0], [0, 1]], [[0.6, 0.8], [0.8, -0.6]], [[1, 2], [0.5, 1]], [[0, 1], [0, 1]]])
def test_the_page_says_what_numpy_says_at_the_edges(alone, matrix):
    figure = FrameTurner(matrix, (0.5, 0.25), 2)
    shown = alone(figure)
    assert differences(shown.readouts(), figure.readouts()) == {}
    said = shown.root.get_by_text("no derivative")
    assert sum(said.nth(k).is_visible() for k in range(4)) == (4 if figure.readouts()["Omega"] is None else 2)
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        shown.press("column-0", key)
        assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}


@pytest.mark.browser
def test_a_push_through_the_line_flips_the_frames(alone):
    """The determinant changes its sign: the second axes of QR and polar stand on the other side."""
    figure = FrameTurner([[1, 0], [0, 1]], (0.3, -2), 2)
    shown = alone(figure)
    assert differences(shown.readouts(), figure.readouts()) == {}
    second = lambda: shown.root.evaluate("""root => root.querySelectorAll("[data-panel=dials] .md-curve.role-output")[1].getAttribute("d")""")
    first = second()
    shown.press("push", "PageUp", "PageUp", "PageUp")
    assert second() != first
