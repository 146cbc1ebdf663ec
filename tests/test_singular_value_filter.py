"""The filter of singular values: its numbers against NumPy and matdiff, its ends, what is drawn."""
import numpy as np
import pytest
from figures_page import differences, follow

import matdiff
from matdiff.figures import SingularValueFilter

A = np.vander(np.linspace(-1, 1, 7), 5)
B = np.arange(7) % 3


def test_three_ways_to_solve_against_numpy():
    got = SingularValueFilter(A, B, lam=0.02, cutoff=0.43).readouts()
    s = np.linalg.svd(A, compute_uv=False)
    np.testing.assert_allclose(got["sigma"], s)
    np.testing.assert_allclose(got["x inverse"], np.linalg.lstsq(A, B, rcond=None)[0], atol=1e-13)
    np.testing.assert_allclose(got["x cut-off"], np.linalg.pinv(A, rcond=0.43 / s[0]) @ B, atol=1e-13)
    np.testing.assert_allclose(got["x ridge"], np.linalg.solve(A.T @ A + 0.02 * np.eye(5), A.T @ B), atol=1e-13)
    assert got["kept"] == np.sum(s > 0.43) == 3
    for name in ("inverse", "cut-off", "ridge"):
        x = got[f"x {name}"]
        assert got[f"norm x {name}"] == pytest.approx(np.linalg.norm(x))
        assert got[f"norm r {name}"] == pytest.approx(np.linalg.norm(A @ x - B))
        assert got["norm x inverse"] >= got[f"norm x {name}"] and got["norm r inverse"] <= got[f"norm r {name}"]


def test_the_ridge_curve_is_highest_at_the_root_of_lambda():
    lam = 0.3
    factor = lambda s: s / (s**2 + lam)
    assert matdiff.gradient(factor, np.sqrt(lam)) == pytest.approx(0, abs=1e-10)
    assert factor(np.sqrt(lam)) == pytest.approx(1 / (2 * np.sqrt(lam)))


def test_a_singular_value_of_round_off_is_left_out():
    low = np.outer([1, 2, 3, 4], [1, 0, 2]) + np.outer([1, 0, 1, -1], [0, 1, 1])
    figure = SingularValueFilter(low, (1, 2, 0, 1))
    assert len(figure.sigma) == 2
    np.testing.assert_allclose(figure.readouts()["x inverse"], np.linalg.pinv(low, rcond=1e-12) @ [1, 2, 0, 1])


def test_what_is_out_of_the_drawing_is_moved_into_it():
    figure = SingularValueFilter(np.diag([1, 0.01]), (1, 1), lam=1e9, cutoff=1e-9)
    assert figure.lam == 9 and figure.cutoff == 0.001


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: SingularValueFilter(np.eye(2), (1, 2, 3)), r"got shapes \(2, 2\) and \(3,\)"),
    (lambda: SingularValueFilter([1, 2], 1), "A must be a matrix"),
    (lambda: SingularValueFilter("ab", (1, 2)), "A must be a matrix"),
    (lambda: SingularValueFilter([[1, np.nan]], (1,)), "all finite"),
    (lambda: SingularValueFilter(np.zeros((2, 3)), (1, 2)), "A is zero"),
    (lambda: SingularValueFilter(np.eye(2), (1, 2), lam=0), "lam and cutoff must be above 0; got 0"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


# In the browser

@pytest.mark.browser
def test_a_cut_off_that_passes_a_singular_value_drops_its_direction(alone):
    figure = SingularValueFilter(A, B, lam=0.02, cutoff=0.1)
    page = alone(figure)
    kept = []
    for _ in range(6):
        kept.append(page.readouts()["kept"])
        page.press("cutoff", "PageUp")
        assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}
    assert kept == [int(np.sum(np.array(figure.sigma) > 0.1 * 10**(k / 2))) for k in range(6)] and kept[0] == 5


@pytest.mark.browser
def test_lambda_is_dragged_at_the_top_of_its_curve(alone):
    page = alone(SingularValueFilter(A, B, lam=0.02, cutoff=0.1))
    x, y = page.centre("lambda")
    page.drag("lambda", 50, 30)
    lam = page.state()["lam"]
    assert lam > 0.02
    at, height = page.centre("lambda")
    assert at == pytest.approx(x + 50, abs=1.5) and height > y     # the top sinks: 1 / (2 √λ)
    axis = page.root.locator("[data-panel=filter] svg").bounding_box()
    path = page.root.evaluate("root => [...root.querySelectorAll('[data-panel=filter] path.md-curve')].at(2).getAttribute('d')")
    points = np.array([point.split(" ") for point in path[1:].split("L")], float)
    highest = points[points[:, 1].argmin()]
    grip = page.root.locator('[data-handle="lambda"]').get_attribute("transform")
    np.testing.assert_allclose(highest, [float(t) for t in grip[10:-1].split(" ")], atol=3)
    assert axis["width"] > 100


@pytest.mark.browser
def test_the_ends_of_the_handles_are_those_of_the_axis(alone):
    figure = SingularValueFilter(A, B)
    page = alone(figure)
    low, high = figure.sigma[-1] / 10, 3 * figure.sigma[0]
    for handle, trait, power in (("cutoff", "cutoff", 1), ("lambda", "lam", 2)):
        for key, end in (("Home", low), ("End", high)):
            page.press(handle, key)
            assert page.state()[trait] == pytest.approx(end**power, rel=1e-5)
            assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}
