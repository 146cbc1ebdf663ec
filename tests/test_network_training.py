"""The network that learns two moons: its gradients against matdiff, its mistakes, its steps on the page."""
import numpy as np
import pytest
import traitlets
from figures_page import differences

import matdiff
from matdiff import layers
from matdiff.figures import NetworkTraining
from matdiff.figures.network_training import two_moons


def loss(figure, units, bias):
    W, b, v = units[:, :2].T, units[:, 2], units[:, 3]
    z = layers.relu(layers.affine(np.array(figure.points), W, b)) @ v + bias
    return layers.logistic(z, np.array(figure.labels, float))


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_is_that_of_matdiff(seed):
    figure = NetworkTraining(seed=seed, bias=0.3)
    figure.step(5)  # away from a start with equal biases
    units = np.array(figure.units)
    by_units, by_bias = figure.gradients()
    np.testing.assert_allclose(by_units, matdiff.gradient(lambda U: loss(figure, U, figure.bias), units), rtol=1e-6, atol=1e-9)
    assert by_bias == pytest.approx(matdiff.gradient(lambda c: loss(figure, units, c), figure.bias))
    assert figure.readouts()["loss"] == pytest.approx(loss(figure, units, figure.bias))


def test_mistakes_are_the_mistakes_they_say():
    right = NetworkTraining(seed=1).gradients()
    for mistake, factor in (("wrong sign", -1), ("sum", 60)):
        wrong = NetworkTraining(seed=1).gradients(mistake)
        np.testing.assert_allclose(wrong[0], factor * right[0])
        assert wrong[1] == pytest.approx(factor * right[1])
    wrong = NetworkTraining(seed=1).gradients("no mask")
    np.testing.assert_array_equal(wrong[0][:, 3], right[0][:, 3])  # the output layer does not notice
    assert wrong[1] == right[1] and not np.allclose(wrong[0][:, :3], right[0][:, :3])


def test_a_run_without_the_mask_falls_but_not_as_far():
    right, wrong = NetworkTraining(), NetworkTraining(mistake="no mask")
    before = right.readouts()["loss"]
    right.step(300)
    wrong.step(300)
    assert right.readouts()["accuracy"] == 1 and right.readouts()["loss"] < 0.1
    assert 0.2 < wrong.readouts()["loss"] < 0.5 * before and wrong.readouts()["accuracy"] < 0.9


def test_a_lost_run_stops():
    figure = NetworkTraining(mistake="wrong sign", eta=5)
    figure.step(200)
    made = figure.steps
    assert made < 200 and figure.readouts()["loss"] > 1e4
    figure.step()
    assert figure.steps == made


def test_two_moons_are_the_same_each_time_and_not_separable_by_a_line():
    points, labels = two_moons()
    assert points.shape == (60, 2) and labels.sum() == 30
    np.testing.assert_array_equal(points, two_moons()[0])
    X = np.column_stack([points, np.ones(60)])
    w, *_ = np.linalg.lstsq(X, 2 * labels - 1, rcond=None)
    assert np.mean((X @ w > 0) == labels) < 0.95


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: NetworkTraining([(0, 0), (1, 1)]), "points and labels belong together"),
    (lambda: NetworkTraining([(0, 0), (1, 1)], [0, 1, 1]), "labels must be 2 zeros and ones, one for each point; got 3"),
    (lambda: NetworkTraining([(0, 0), (3, 1)], [0, 1]), r"points\[1\] has x1 = 3, outside the limits"),
    (lambda: NetworkTraining(probe=(0, 5)), "probe has x2 = 5, outside the limits"),
    (lambda: NetworkTraining(units=[[1, 2, 3]]), r"units must have four columns: .* got shape \(1, 3\)"),
    (lambda: NetworkTraining(*two_moons(82)), "points may be 80 at most; got 82"),
    (lambda: NetworkTraining(mistake="typo"), "'none', 'no mask', 'wrong sign', 'sum'"),
    (lambda: NetworkTraining(eta=0), "eta must be a finite number between"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


@pytest.mark.browser
@pytest.mark.parametrize("mistake", ["none", "no mask", "wrong sign", "sum"])
def test_steps_on_the_page_are_those_of_python(alone, mistake):
    figure = NetworkTraining(seed=3, mistake=mistake, eta=0.05)
    page = alone(figure)
    page.control("step").click()
    page.control("ten").click()
    figure.step(11)
    assert page.state()["steps"] == 11
    assert differences(page.readouts(), figure.readouts()) == {}
    page.control("again").click()
    assert page.state()["steps"] == 0 and page.readouts()["loss"] == pytest.approx(NetworkTraining(seed=3).readouts()["loss"])
