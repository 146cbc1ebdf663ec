"""Least squares in space: the numbers against NumPy and matdiff, the jump at parallel columns, what is drawn."""
import json

import numpy as np
import pytest
import traitlets
from figures_page import differences, follow
from py_mini_racer import MiniRacer

import matdiff
from matdiff.figures import LeastSquaresGeometry
from matdiff.figures.pages import module

A, B = np.array([[2, 1], [-0.4, 1.5], [0.2, 0.6]]), np.array([1.2, 1.6, 2.2])


def test_the_readouts_are_those_of_numpy():
    got = LeastSquaresGeometry(A, B, ridge=0.3).readouts()
    x = np.linalg.lstsq(A, B, rcond=None)[0]
    np.testing.assert_allclose(got["x"], x)
    np.testing.assert_allclose([got["sigma_1"], got["sigma_2"]], np.linalg.svd(A, compute_uv=False))
    assert got["norm A+"] == pytest.approx(1 / got["sigma_2"])
    assert got["norm r"] == pytest.approx(np.linalg.norm(B - A @ x)) and got["norm x"] == pytest.approx(np.linalg.norm(x))
    loss = lambda x: np.sum((A @ x - B)**2) + 0.3 * np.sum(x**2)
    np.testing.assert_allclose(matdiff.gradient(loss, got["ridge x"]), 0, atol=1e-8)
    assert got["norm ridge r"] > got["norm r"] and np.linalg.norm(got["ridge x"]) < got["norm x"]


def test_parallel_columns_have_the_shortest_solution_and_their_neighbours_a_long_one():
    a = np.array([1, 0.5, 0.5])
    flat = LeastSquaresGeometry(np.column_stack([a, 2 * a]), B).readouts()
    assert flat["sigma_2"] == 0 and flat["norm A+"] == pytest.approx(1 / np.sqrt(5 * a @ a))
    np.testing.assert_allclose(flat["x"], np.array([1, 2]) / 5 * (a @ B) / (a @ a))
    norms = [LeastSquaresGeometry(np.column_stack([a, 2 * a + [0, 0, h]]), B).readouts()["norm x"] for h in (1e-1, 1e-2, 1e-3)]
    np.testing.assert_allclose(np.divide(norms[1:], norms[:-1]), 10, rtol=0.1)
    assert norms[0] > 3 * flat["norm x"]


def test_columns_of_zeros_have_nothing_to_solve():
    got = LeastSquaresGeometry(np.zeros((3, 2)), B).readouts()
    assert got["norm A+"] == got["norm x"] == 0 and got["norm r"] == pytest.approx(np.linalg.norm(B))


@pytest.mark.parametrize("seed", range(5))
def test_the_pages_solver_is_numpys(seed):
    """One rotation of the columns is the SVD, also near parallel columns, where the normal equations lose half the digits."""
    rng = np.random.default_rng(seed)
    text = module("least-squares-geometry")
    engine = MiniRacer()
    engine.eval("const dot = (a, b) => a.reduce((s, x, i) => s + x * b[i], 0), norm = a => Math.hypot(...a), scale = (a, t) => a.map(x => t * x),"
                "add = (a, b, t = 1) => a.map((x, i) => x + t * b[i]);"
                + text[text.index("const ROUNDING"):text.index("\n", text.index("const ROUNDING"))] + "\n"
                + text[text.index("function svdOf"):text.index("function render")])
    for apart, rtol in ((1, 1e-13), (1e-4, 1e-9)):
        a = rng.normal(size=3)
        M = np.column_stack([a, 2 * a + apart * rng.normal(size=3)])
        b = rng.normal(size=3)
        for lam in (0, 0.1):
            pairs, x = json.loads(engine.eval(f"(() => {{ const p = svdOf({M.T.tolist()}); return JSON.stringify([p, solve(p, {b.tolist()}, {lam})]); }})()"))
            U, s, Vt = np.linalg.svd(M, full_matrices=False)
            np.testing.assert_allclose([pair["sigma"] for pair in pairs], s, rtol=rtol)
            np.testing.assert_allclose(x, Vt.T @ (s / (s**2 + lam) * (U.T @ b)), rtol=rtol * 100)


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: LeastSquaresGeometry(np.eye(2)), r"A must have shape \(3, 2\); got \(2, 2\)"),
    (lambda: LeastSquaresGeometry(b=(1, 2)), "b must be 3 finite numbers"),
    (lambda: LeastSquaresGeometry(b=(1, 2, 9)), "largest entry is 9: make reach larger"),
    (lambda: LeastSquaresGeometry(ridge=0), "ridge must be a finite number between 1e-06 and 1000"),
    (lambda: LeastSquaresGeometry(symbols=("A", "x")), "symbols"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


# In the browser

def set_angle(page, degrees):
    page.control("angle").evaluate("(e, value) => { e.value = value; e.dispatchEvent(new Event('input')); }", degrees)


@pytest.mark.browser
def test_the_angle_closes_runs_off_and_jumps_back(alone):
    figure = LeastSquaresGeometry(A, B)
    page = alone(figure)
    lengths, plane = np.linalg.norm(A, axis=0), np.cross(*A.T)
    seen = {}
    for degrees in (60, 10, 1, 0, 1, 60):
        set_angle(page, degrees)
        assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}
        now = np.array(page.state()["A"])
        np.testing.assert_allclose(np.linalg.norm(now, axis=0), lengths)
        np.testing.assert_allclose(now.T @ plane, 0, atol=1e-12)     # the plane is kept, also through 0
        seen[degrees] = page.readouts()
    assert seen[0]["sigma_2"] == 0 and seen[0]["norm A+"] < 1 < seen[60]["norm A+"] * 2
    assert seen[1]["norm A+"] > 8 * seen[10]["norm A+"] > 16 * seen[60]["norm A+"]
    assert seen[1]["norm x"] > 5 * seen[0]["norm x"]


@pytest.mark.browser
@pytest.mark.parametrize("handle", ["column-0", "column-1", "b"])
def test_a_tip_follows_the_pointer_and_keeps_its_depth(alone, handle):
    figure = LeastSquaresGeometry(A, B, view=(40, 30))
    page = alone(figure)
    turn, tilt = np.radians(figure.view)
    towards = np.array([np.cos(tilt) * np.cos(turn), np.cos(tilt) * np.sin(turn), np.sin(tilt)])
    tip = lambda state: np.array(state["b"] if handle == "b" else np.transpose(state["A"])[int(handle[-1])])
    x, y = page.centre(handle)
    before = tip(page.state())
    page.drag(handle, -35, 25)
    np.testing.assert_allclose(page.centre(handle), [x - 35, y + 25], atol=1.5)
    assert towards @ tip(page.state()) == pytest.approx(towards @ before, abs=1e-3)


@pytest.mark.browser
def test_the_mouse_turns_space_and_moves_no_number(alone):
    page = alone(LeastSquaresGeometry(A, B))
    before, (turn, tilt) = page.readouts(), page.state()["view"]
    box = page.root.locator("[data-panel=space]").bounding_box()
    page.page.mouse.move(box["x"] + 15, box["y"] + 15)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 75, box["y"] + 35, steps=3)
    page.page.mouse.up()
    assert page.state()["view"] == [turn - 30, tilt + 10] and page.readouts() == before
    page.reset()
    assert page.state()["view"] == [turn, tilt]


@pytest.mark.browser
def test_the_point_of_the_ridge_slides_along_its_path(alone):
    figure = LeastSquaresGeometry(A, B, ridge=0.3)
    page = alone(figure)
    x, y = page.centre("ridge")
    page.drag("ridge", -40, 30)
    strength = page.state()["ridge"]
    assert strength > 0.3
    page.press("ridge", "PageUp")
    assert page.state()["ridge"] == pytest.approx(strength * 10**0.5, rel=1e-4)
    page.press("ridge", "Home")
    assert page.state()["ridge"] == 1e3       # the left end of the path is the origin
    np.testing.assert_allclose(page.readouts()["ridge x"], 0, atol=0.01)
    page.press("ridge", "End")
    np.testing.assert_allclose(page.readouts()["ridge x"], page.readouts()["x"], rtol=1e-4)
