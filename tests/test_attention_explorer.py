"""A query and its keys: the read-outs against matdiff's layer and derivatives, what a scale does, what the marks show."""
import numpy as np
import pytest
import traitlets
from figures_page import differences, follow

import matdiff
from matdiff.figures import AttentionExplorer
from matdiff.layers import attention, attention_vjp

QUERY, VALUES = np.array([0.8, -0.3]), np.array([3, -1, -2, 0.5])
KEYS = np.array([(2, 1), (-1, 1.6), (-1.8, -0.8), (1.2, -1.6)])


@pytest.mark.parametrize("scale", [0.2, np.sqrt(0.5), 3])
def test_the_readouts_are_those_of_matdiff(scale):
    """The layer divides by √2: a query that is longer by scale √2 gives the same scores."""
    got = AttentionExplorer(QUERY, KEYS, VALUES, scale=scale).readouts()
    long = scale * np.sqrt(2)
    Q, V = long * QUERY[None], VALUES[:, None]
    np.testing.assert_allclose(got["scores"], scale * KEYS @ QUERY)
    assert got["output"] == pytest.approx(attention(Q, KEYS, V).item())
    Qbar, Kbar, Vbar = attention_vjp(Q, KEYS, V, np.ones((1, 1)))
    np.testing.assert_allclose(got["qbar"], long * Qbar[0])
    np.testing.assert_allclose(got["Kbar"], Kbar)
    np.testing.assert_allclose(got["P"], Vbar[:, 0])  # the gradient of the values is the weights


def test_the_gradients_are_derivatives_of_the_output():
    of = lambda **change: AttentionExplorer(**{"q": QUERY, "K": KEYS, "v": VALUES, "push": (0, 0)} | change).readouts()
    got = of()
    near = {"rtol": 1e-6, "atol": 1e-9}
    np.testing.assert_allclose(got["qbar"], matdiff.gradient(lambda q: of(q=q)["output"], QUERY), **near)
    np.testing.assert_allclose(got["Kbar"], matdiff.gradient(lambda K: of(K=K)["output"], KEYS), **near)
    np.testing.assert_allclose(got["P"], matdiff.gradient(lambda v: of(v=v)["output"], VALUES), **near)
    s = got["scores"]
    np.testing.assert_allclose(got["Sbar"], matdiff.gradient(lambda s: np.exp(s) @ VALUES / np.exp(s).sum(), s), **near)
    assert got["Sbar"].sum() == pytest.approx(0, abs=1e-15)


def test_what_a_prediction_misses_shrinks_with_the_square_of_the_push():
    missed = []
    for size in (0.2, 0.1, 0.05):
        got = AttentionExplorer(QUERY, KEYS, VALUES, push=(-size, 2 * size)).readouts()
        missed.append(abs(got["actual"] - got["predicted"]))
    assert 3.4 < missed[0] / missed[1] < 4.6 and 3.7 < missed[1] / missed[2] < 4.3


def test_a_large_scale_ends_all_learning_of_the_scores_and_a_small_one_too():
    lengths = {scale: np.linalg.norm(AttentionExplorer((2, 1), KEYS, VALUES, push=(0, 0), scale=scale).readouts()["qbar"])
               for scale in (0.05, 0.5, 4)}
    assert lengths[4] < 1e-4 and lengths[0.05] < lengths[0.5] / 3


def test_equal_values_need_no_query():
    got = AttentionExplorer(QUERY, KEYS, np.full(4, 1.5)).readouts()
    assert got["output"] == pytest.approx(1.5)
    np.testing.assert_allclose(np.concatenate([got["Sbar"], got["qbar"], [got["predicted"], got["actual"]]]), 0, atol=1e-15)


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: AttentionExplorer(K=[(1, 2), (3, 4)]), r"K must have shape \(4, 2\); got \(2, 2\)"),
    (lambda: AttentionExplorer(q=(1, 2, 3)), "q must be 2 finite numbers"),
    (lambda: AttentionExplorer(q=(9, 0)), "q has x1 = 9, outside the limits"),
    (lambda: AttentionExplorer(q=(2.9, 0), push=(1, 0)), "q after the push has x1 = 3.9, outside the limits"),
    (lambda: AttentionExplorer(K=KEYS * 2), r"K\[0\] has x1 = 4, outside the limits"),
    (lambda: AttentionExplorer(v=(1, 2, 7, 0)), r"v\[2\] is 7, outside the limits \(-4, 4\); move it or widen limits"),
    (lambda: AttentionExplorer(v=(1, 2)), "v must be 4 finite numbers"),
    (lambda: AttentionExplorer(scale=0), "scale must be a finite number between 0.05 and 4"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


# In the browser

@pytest.mark.browser
def test_the_marks_show_the_weights(alone):
    """Lines as wide as the weights; bars as wide too, from the output to the value: their areas sum to 0."""
    figure = AttentionExplorer()
    page = alone(figure)
    P = figure.readouts()["P"]
    widths = page.root.locator('[data-panel=plane] .md-curve.role-output').evaluate_all("all => all.map(e => +e.getAttribute('stroke-width'))")
    np.testing.assert_allclose(widths, np.maximum(0.6, 16 * P), atol=0.01)
    boxes = np.array(page.root.locator('[data-panel=bars] .md-curve.md-fill').evaluate_all(
        "all => all.map(e => { const b = e.getBBox(); return [b.x, b.y, b.width, b.height]; })"))
    np.testing.assert_allclose(boxes[:, 2] / boxes[:, 2].sum(), P, atol=0.01)
    above = np.sign(figure.readouts()["Sbar"])
    areas = above * boxes[:, 2] * boxes[:, 3]
    assert abs(areas.sum()) < 0.01 * np.abs(areas).sum()
    np.testing.assert_allclose(areas / np.abs(areas).sum(), figure.readouts()["Sbar"] / np.abs(figure.readouts()["Sbar"]).sum(), atol=0.01)


@pytest.mark.browser
def test_a_saturated_softmax_is_woken_by_the_scale(alone):
    figure = AttentionExplorer((2, 1), scale=4)
    page = alone(figure)
    assert page.readouts()["P"][0] > 0.999 and np.linalg.norm(page.readouts()["qbar"]) < 1e-3
    page.control("scale").press("Home")
    assert page.state()["scale"] == 0.05 and np.linalg.norm(page.readouts()["qbar"]) > 0.05
    assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}
    assert page.browsing.faults == []


@pytest.mark.browser
def test_the_push_stays_at_the_query_when_the_query_moves(alone):
    page = alone(AttentionExplorer())
    page.drag("query", 30, 20)
    assert page.state()["push"] == [-0.6, 0.6] and page.state()["q"] != [0.8, 0.3]
