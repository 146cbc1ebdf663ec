"""ConvolutionStepper: its numbers against matrices written out, what it puts together, and what it refuses."""
import numpy as np
import pytest
import traitlets
from figures_page import differences, follow

import matdiff
from matdiff.figures import ConvolutionStepper

X = np.array([[1, 0, 2, 1, 3], [3, 1, 0, 2, -1], [0, 2, 1, 1, 2], [2, -1, 3, 0, 1]])
W = np.array([[1, 0, -1], [2, 1, 0]])
SETTINGS = [(1, 0, 1), (2, 1, 1), (3, 2, 1), (1, 1, 2), (2, 0, 2)]


def by_loops(X, W, s, p, d):
    """Z by the definition, on signals along the row alone."""
    sides = [(1, 0, 1) if len(X) == 1 else (s, p, d), (s, p, d)]
    X = np.pad(X, [(sides[0][1],) * 2, (p, p)])
    size = [(n - b * (k - 1) - 1) // a + 1 for n, k, (a, _, b) in zip(X.shape, W.shape, sides)]
    Z = np.zeros(size, np.result_type(X, W))
    for i, j in np.ndindex(*size):
        for u, v in np.ndindex(W.shape):
            Z[i, j] += W[u, v] * X[sides[0][0] * i + sides[0][2] * u, s * j + d * v]
    return Z


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("image", [X, X[:1]], ids=["image", "signal"])
def test_the_numbers_are_derivatives_of_the_definition(image, setting):
    kernel = W if len(image) > 1 else np.array([[1, 2, -1]])
    figure = ConvolutionStepper(image, kernel, None, "kernel", 0, *setting)
    got = figure.readouts()
    np.testing.assert_allclose(got["Z"], by_loops(image, kernel, *setting), atol=1e-12)
    G = np.array(figure.upstream)[:got["Z"].shape[0], :got["Z"].shape[1]]
    pair = lambda X, W: np.sum(G * by_loops(X, W, *setting))
    np.testing.assert_allclose(got["kernel"], matdiff.gradient(lambda W: pair(image, W), kernel.astype(float)), atol=1e-8)
    np.testing.assert_allclose(got["image"], matdiff.gradient(lambda X: pair(X, kernel), image.astype(float)), atol=1e-8)
    assert np.sum(got["reads"]) <= kernel.size * G.size  # what is read of the padding is not counted


def test_the_opening_of_the_chapter():
    said = {mistake: ConvolutionStepper([[2, 0, 1, 3, -1, 4]], [[1, 2, -1]], [1, -1, 2, 1], "image", 3,
                                        mistake=mistake).readouts() for mistake in ("none", "turned", "averaged", "overwritten")}
    np.testing.assert_allclose(said["none"]["so far"], [[1, 1, -1, 6, 0, -1]])
    np.testing.assert_allclose(said["turned"]["so far"], [[-1, 3, -3, 2, 4, 1]])
    np.testing.assert_allclose(said["averaged"]["so far"], [[1, 1/2, -1/3, 2, 0, -1]])
    np.testing.assert_allclose(said["overwritten"]["so far"], [[1, -1, 2, 1, 2, -1]])
    assert said["none"]["off by"] == 0 and all(said[m]["off by"] > 1 for m in ("turned", "averaged", "overwritten"))


@pytest.mark.parametrize("view", ["forward", "kernel", "image"])
def test_what_is_so_far_grows_into_the_whole(view):
    parts = [ConvolutionStepper(X, W, view=view, step=step, stride=2, padding=1).readouts() for step in range(9)]
    whole = parts[-1][{"forward": "Z", "kernel": "kernel", "image": "image"}[view]]
    np.testing.assert_allclose(parts[-1]["so far"], whole)
    assert any(np.abs(part["so far"] - whole).max() > 0.5 for part in parts[:-1])
    later = ConvolutionStepper(X, W, view=view, step=99, stride=2, padding=1).readouts()
    np.testing.assert_allclose(later["so far"], whole)  # a step beyond the last window is the last


def test_a_mistake_gets_one_clear_sentence():
    with pytest.raises(traitlets.TraitError, match=r"image and kernel do not fit\. .*expected a kernel that fits in"):
        ConvolutionStepper(X[:1], W)
    with pytest.raises(traitlets.TraitError, match="do not fit"):
        ConvolutionStepper(X, np.ones((3, 3)), dilation=2)
    with pytest.raises(ValueError, match=r"upstream has shape \(9, 1\), the output at most \(7, 7\)"):
        ConvolutionStepper(X, W, np.ones((9, 1)))
    with pytest.raises(traitlets.TraitError, match="stride"):
        ConvolutionStepper(X, W, stride=4)


@pytest.mark.browser
def test_steps_put_the_gradient_together_and_begin_again(alone):
    figure = ConvolutionStepper(X, W, view="image", stride=2)
    shown = alone(figure)
    for step in (1, 2, 3, 0, 1):  # four windows
        shown.control("step").click()
        assert shown.state()["step"] == step
        assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
    shown.control("back").click()
    assert shown.state()["step"] == 0
    cells = shown.root.locator("figure").last.locator(".md-cell").all_text_contents()
    np.testing.assert_allclose([float(text.replace("−", "-")) for text in cells], shown.readouts()["so far"][0]
                               + [x for row in shown.readouts()["so far"][1:] for x in row])


@pytest.mark.browser
def test_sizes_follow_the_options_and_the_window_stays_inside(alone):
    figure = ConvolutionStepper(X, W, view="kernel", step=8)
    shown = alone(figure)
    shown.control("padding").select_option("2")
    assert shown.readouts()["size"] == [7, 7]
    assert shown.root.locator(".md-outside").count() == 8 * 9 - 20
    assert "Window 9 of 49" in shown.root.inner_text()
    shown.control("stride").select_option("3")
    assert shown.readouts()["size"] == [3, 3] and shown.state()["step"] == 8
    shown.control("padding").select_option("0")
    assert shown.readouts()["size"] == [1, 1] and shown.state()["step"] == 0
    assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}


@pytest.mark.browser
@pytest.mark.parametrize("padding", [0, 2])
def test_it_fits_a_phone(alone, padding):
    shown = alone(ConvolutionStepper(X, W, view="image", padding=padding))
    shown.browsing.width(390)
    assert shown.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
