"""The network on a batch: its gradients against matdiff and matdiff.layers, its mistakes, what it refuses."""
import numpy as np
import pytest
import traitlets

import matdiff
from matdiff import layers
from matdiff.figures import BatchNetwork
from matdiff.figures.batch_network import TABLES

OPENING = dict(X=[[1, 0, 2, -1], [0, 1, 1, 1]], W1=[[1, -1, 0], [0, 1, 1], [1, 0, -1], [1, 0, 2]], b1=[[-1, 0, 1]],
               W2=[[2], [-1], [1]], b2=[[1]], Y=[[1], [6]])


def random(rng, **more):
    shapes = dict(X=(3, 2), W1=(2, 4), b1=(1, 4), W2=(4, 2), b2=(1, 2), Y=(3, 2))
    return BatchNetwork(**{name: rng.normal(size=shape) for name, shape in shapes.items()}, **more)


def loss(**tables):
    Z = layers.affine(layers.relu(layers.affine(tables["X"], tables["W1"], tables["b1"][0])), tables["W2"], tables["b2"][0])
    return layers.squared_error(Z, tables["Y"])


@pytest.mark.parametrize("seed", range(3))
def test_every_gradient_is_that_of_matdiff(seed):
    figure = random(np.random.default_rng(seed))
    tables = {name: np.array(getattr(figure, name)) for name in TABLES}
    got = figure.readouts()
    assert got["L"] == pytest.approx(loss(**tables))
    for name in TABLES:
        want = matdiff.gradient(lambda table: loss(**tables | {name: table}), tables[name])
        np.testing.assert_allclose(got[f"gradient {name}"], want, rtol=1e-7, atol=1e-9)


def test_the_numbers_of_the_opening():
    got = BatchNetwork(**OPENING, picked=("W1", 2, 0)).readouts()
    assert got["L"] == 1.25 and got["slope"] == 3 and got["actual"] == got["predicted"] == 0
    np.testing.assert_array_equal(got["delta 2"], [[1], [-0.5]])
    np.testing.assert_array_equal(got["delta 1"], [[2, 0, 0], [-1, 0.5, -0.5]])
    np.testing.assert_array_equal(got["gradient W1"], [[2, 0, 0], [-1, 0.5, -0.5], [3, 0.5, -0.5], [-3, 0.5, -0.5]])
    np.testing.assert_array_equal(got["gradient X"], [[2, 0, 2, 2], [-1.5, 0, -0.5, -2]])


def test_predicted_and_actual_change_are_counted_from_the_start():
    figure = random(np.random.default_rng(4), picked=("b1", 0, 2))
    for step in (1e-3, 1e-4):
        b1 = np.array(figure.b1)
        b1[0, 2] = figure.start + step
        figure.b1 = b1
        got = figure.readouts()
        assert got["predicted"] == pytest.approx(got["slope"] * step)
        assert got["actual"] == pytest.approx(got["predicted"], rel=20 * step)


def test_mistakes_are_the_mistakes_they_say():
    right, masked, mean = (BatchNetwork(**OPENING, mistake=mistake).readouts() for mistake in ("none", "no mask", "no mean"))
    np.testing.assert_array_equal(masked["delta 1"], [[2, -1, 1], [-1, 0.5, -0.5]])
    np.testing.assert_array_equal(masked["gradient W2"], right["gradient W2"])
    for name in ("gradient X", "gradient W1", "gradient b1", "gradient W2", "gradient b2", "gradient Y"):
        np.testing.assert_allclose(mean[name], 2 * right[name])
    assert masked["L"] == mean["L"] == right["L"]


@pytest.mark.parametrize(("change", "sentence"), [
    ({"W1": [[1, 2]]}, r"W1 has shape \(1, 2\); X \(2, 4\), W1 \(1, 2\) and W2 \(3, 1\) ask for \(4, 2\)"),
    ({"b1": [-1, 0, 1]}, "b1 must be a matrix of finite numbers, two axes"),
    ({"b2": [[1, 2]]}, r"b2 has shape \(1, 2\); .* ask for \(1, 1\)"),
    ({"Y": [[1], [np.nan]]}, "Y must be a matrix of finite numbers"),
    ({"X": np.ones((5, 4)), "Y": np.ones((5, 1))}, "No side may be longer than 4; got 5 samples and the widths 4, 3, 1"),
    ({"picked": ("W1", 4, 0)}, r"picked names entry \(4, 0\) of W1, which has shape \(4, 3\)"),
    ({"picked": ("W3", 0, 0)}, "'X', 'W1', 'b1', 'W2', 'b2', 'Y'"),
    ({"mistake": "typo"}, "'none', 'no mask', 'no mean'"),
])
def test_a_mistake_gets_one_clear_sentence(change, sentence):
    with pytest.raises(traitlets.TraitError, match=sentence):
        BatchNetwork(**OPENING | change)


# In the browser

@pytest.mark.browser
def test_picking_an_entry_moves_the_tangent_there(alone):
    page = alone(BatchNetwork(**OPENING, picked=("W1", 2, 0)))
    page.press("b1-0-1", "PageUp")
    assert page.state()["picked"] == ["b1", 0, 1] and page.state()["start"] == 0
    got = page.readouts()
    assert got["slope"] == 0.5 and got["predicted"] == pytest.approx(0.5) and got["entry"] == 1
    page.control("touch").click()
    assert page.state()["start"] == 1 and page.readouts()["predicted"] == 0


@pytest.mark.browser
def test_what_is_wrong_is_marked(alone):
    page = alone(BatchNetwork(**OPENING))
    false = lambda: {node: page.root.locator(f'[data-node="{node}"] .md-false').count() for node in ("X", "Z1", "A1", "W1", "b1", "W2")}
    assert not any(false().values())
    page.control("mistake").select_option("no mask")  # (0, −1, 1) too much in row 1
    assert false() == {"X": 3, "Z1": 2, "A1": 0, "W1": 6, "b1": 2, "W2": 0}
