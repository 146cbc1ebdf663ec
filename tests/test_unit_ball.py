"""Unit balls: norms, gradients and fans against NumPy and matdiff; the JavaScript's singular values against NumPy."""
import json

import numpy as np
import pytest
import traitlets
from py_mini_racer import MiniRacer

import matdiff
from matdiff.figures import UnitBall
from matdiff.figures.pages import module
from matdiff.figures.unit_ball import NORMS, PLANES, dual, extreme, many, size

KINKS = {"spectral": np.array([[0, 2.0], [-2, 0]]), "nuclear": np.outer([1, 2], [3, -1.0]), "l1": np.array([[1, 0], [0, -2.0]])}


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("seed", range(3))
def test_where_there_is_one_gradient_it_is_that_of_matdiff(norm, seed):
    X, H = np.random.default_rng(seed).normal(size=(2, 2, 2))
    slopes = matdiff.gradient(lambda X: size(X, norm, 2.5), X)
    np.testing.assert_allclose(extreme(X, H, norm, 2.5), slopes, rtol=1e-6, atol=1e-8)
    assert not many(X, norm)


@pytest.mark.parametrize("norm", NORMS)
def test_norms_are_those_of_numpy(norm, rng=np.random.default_rng(1)):
    X = rng.normal(size=(2, 2))
    s = np.linalg.svd(X)[1]
    want = {"frobenius": np.linalg.norm(X), "spectral": s[0], "nuclear": s.sum(), "l1": np.abs(X).sum(), "schatten": (s**3).sum()**(1 / 3)}
    assert size(X, norm, 3) == pytest.approx(want[norm])


@pytest.mark.parametrize("norm", NORMS)
def test_the_dual_norm_is_the_largest_inner_product_over_the_ball(norm, rng=np.random.default_rng(2)):
    for G in rng.normal(size=(4, 2, 2)):
        ball = [X / size(X, norm, 3) for X in rng.normal(size=(4000, 2, 2))]
        best = extreme(G, G, {"spectral": "nuclear", "nuclear": "spectral"}.get(norm, norm), 1.5) if norm != "l1" else None
        found = max(np.sum(G * X) for X in ball)
        assert 0.85 * dual(G, norm, 3) <= found <= dual(G, norm, 3) * (1 + 1e-12)
        if best is not None:                      # the dual norm's gradient attains it
            assert size(best, norm, 3) == pytest.approx(1) and np.sum(G * best) == pytest.approx(dual(G, norm, 3))


@pytest.mark.parametrize("norm", KINKS)
def test_at_a_kink_the_fan_ends_where_the_slopes_are(norm, rng=np.random.default_rng(3)):
    X = KINKS[norm]
    assert many(X, norm)
    for H in rng.normal(size=(6, 2, 2)):
        G = extreme(X, H, norm)
        t = 1e-7
        assert np.sum(G * H) == pytest.approx((size(X + t * H, norm) - size(X, norm)) / t, abs=1e-5)
        assert dual(G, norm) == pytest.approx(1) and np.sum(G * X) == pytest.approx(size(X, norm))
        others = rng.normal(size=(200, 2, 2))     # a subgradient: the plane lies below the norm everywhere
        assert all(size(Z, norm) >= np.sum(G * Z) - 1e-12 for Z in others)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("point", [(1, 0), (0, -0.7), (0.6, 0.6), (-0.5, 0.5), (0.9, 0.4), (0.35, -1.2)])
def test_every_arrow_gives_the_norm_back_and_has_dual_norm_one(plane, norm, point):
    figure = UnitBall(point, plane, norm)
    for figure.pick in (-1, -0.3, 0, 1):
        got = figure.readouts()
        assert got["<G,X>"] == pytest.approx(got["norm"]) and got["dual norm"] == pytest.approx(1)
        across = np.array([-point[1], point[0]]) / np.hypot(*point)
        assert got["slopes"][0] - 1e-12 <= got["rates"] @ across <= got["slopes"][1] + 1e-12
        wide = got["slopes"][1] - got["slopes"][0]
        assert got["subgradients"] == "many" or wide == pytest.approx(0, abs=1e-9)


def test_at_nought_the_norm_itself_is_the_slope_both_ways():
    got = UnitBall((0, 0), norm="frobenius").readouts()
    np.testing.assert_allclose(got["slopes"], [-1, 1])
    assert got["subgradients"] == "many" and got["norm"] == got["<G,X>"] == got["dual norm"] == 0


def test_a_plane_may_miss_the_kink():
    """Matrices of one column have rank 1: the nuclear norm's ball looks round there, and yet there is no gradient."""
    got = UnitBall((0.6, 0.8), "column", "nuclear").readouts()
    np.testing.assert_allclose(got["slopes"], 0, atol=1e-12)
    assert got["subgradients"] == "many"


def javascript():
    """The mathematics of the module, callable with X, H, norm and p."""
    text = module("unit-ball")
    text = text[text.index("const TIE"):text.index("function render")].replace(text[text.index("const TURNS"):text.index("const minus")], "")
    helpers = """const dot = (a, b) => a.reduce((s, x, i) => s + x * b[i], 0), norm = (a) => Math.hypot(...a),
        add = (a, b, t = 1) => a.map((x, i) => x + t * b[i]), scale = (a, t) => a.map((x) => t * x);"""
    engine = MiniRacer()
    engine.eval(helpers + text)
    return lambda *given: json.loads(engine.eval(f"""((X, H, name, p) => JSON.stringify(
        [size(X, name, p), dual(X, name, p), many(X, name), extreme(X, H, name, p)]))(...{json.dumps(given)})"""))


def test_the_page_computes_what_numpy_computes(rng=np.random.default_rng(4)):
    page = javascript()
    cases = [*rng.normal(size=(30, 2, 2)), *KINKS.values(), np.zeros((2, 2)), np.diag([1.0, -1]), np.array([[0, 0], [0, -3.0]])]
    for X in cases:
        for norm in NORMS:
            for p in (1.05, 3, 20):
                H = rng.normal(size=(2, 2))
                value, other, several, G = page(X.ravel().tolist(), H.ravel().tolist(), norm, p)
                assert value == pytest.approx(size(X, norm, p), rel=1e-11)
                assert other == pytest.approx(dual(X, norm, p), rel=1e-11) and several == many(X, norm)
                np.testing.assert_allclose(np.reshape(G, (2, 2)), extreme(X, H, norm, p), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: UnitBall((2, 0)), r"point has x1 = 2, outside the limits \(-1.6, 1.6\)"),
    (lambda: UnitBall(norm="max"), "'frobenius', 'spectral', 'nuclear'"), (lambda: UnitBall(plane="all"), "'diagonal', 'circulant'"),
    (lambda: UnitBall(p=1), "p must be a finite number between 1.05 and 20"), (lambda: UnitBall(pick=2), "pick must be a finite number between -1 and 1")])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


@pytest.mark.browser
@pytest.mark.parametrize(("norm", "plane", "point"), [("spectral", "diagonal", (0.9, 0.4)), ("nuclear", "diagonal", (0.9, 0.4)),
                                                      ("l1", "circulant", (-0.3, 0.8)), ("spectral", "triangular", (0.3, -0.7))])
def test_the_corner_button_finds_the_nearest_fan(alone, norm, plane, point):
    shown = alone(UnitBall(point, plane, norm))
    before = shown.readouts()
    shown.control("corner").click()
    after = shown.readouts()
    assert after["subgradients"] == "many" and after["slopes"][1] - after["slopes"][0] > 0.5
    assert after["norm"] == pytest.approx(before["norm"])
    turned = np.degrees(np.arccos(np.dot(point, shown.state()["point"]) / np.linalg.norm(point) / np.linalg.norm(shown.state()["point"])))
    assert turned <= (90 if plane == "triangular" else 45)


@pytest.mark.browser
def test_a_drag_stops_where_corners_lie(alone):
    shown = alone(UnitBall((0.9, 0.4)))
    shown.drag("point", -31, 17)
    steps = np.array(shown.state()["point"]) / 0.05
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)


@pytest.mark.browser
def test_a_round_ball_has_its_only_corner_at_nought(alone):
    shown = alone(UnitBall((0.9, 0.4), norm="frobenius"))
    shown.control("corner").click()
    assert shown.state()["point"] == [0, 0] and shown.readouts()["subgradients"] == "many"


@pytest.mark.browser
@pytest.mark.parametrize(("plane", "norm", "point"), [("diagonal", "schatten", (0.9, 0.4)), ("triangular", "nuclear", (0.3, -0.7)), ("circulant", "l1", (0, 0.85))])
def test_the_arrow_stands_at_a_right_angle_to_the_curve_and_no_fan_leaves_the_panel(alone, plane, norm, point):
    """The bold arrow has the direction of the rates."""
    shown = alone(UnitBall(point, plane, norm))
    drawn = shown.root.evaluate("""root => { const svg = root.querySelector("[data-panel=plane]");
        const box = e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; };
        const heads = [...svg.querySelectorAll("path.md-head-of.role-gradient")].filter(e => !e.hasAttribute("hidden"));
        return {heads: heads.map(box), frame: box(svg), d: [...svg.querySelectorAll("path.md-head-of.role-gradient")].at(-1).getAttribute("d"),
                grip: box(svg.querySelector(".md-grip"))}; }""")
    tip = np.array(drawn["d"][1:].split("L")[0].split(" "), float) + drawn["frame"][:2]
    start = (np.array(drawn["grip"][:2]) + drawn["grip"][2:]) / 2
    step, rates = (tip - start) * [1, -1], np.array(shown.readouts()["rates"])
    assert step @ rates / np.linalg.norm(step) / np.linalg.norm(rates) > 0.999
    heads, frame = np.array(drawn["heads"]), drawn["frame"]
    assert (heads[:, :2] > frame[:2]).all() and (heads[:, 2:] < frame[2:]).all()
    if norm != "l1":   # smooth here: along the curve the norm does not change
        t = 1e-5 * np.array([-rates[1], rates[0]])
        moved = [UnitBall(np.add(point, s * t), plane, norm).readouts()["norm"] for s in (-1, 1)]
        assert abs(moved[1] - moved[0]) < 1e-8
