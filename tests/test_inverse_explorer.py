"""The inverse explorer: its numbers against matdiff and NumPy, and what it says where there is no inverse."""
import numpy as np
import pytest
import traitlets
from figures_page import Browsing, Shown, differences, follow

import matdiff
from matdiff.figures import InverseExplorer

MATRICES = [[[1, 2], [3, 5]], [[2, 0.5], [-1, 1.5]], [[-0.3, 4], [2.2, 0.1]]]


@pytest.mark.parametrize("X", MATRICES)
@pytest.mark.parametrize("picked", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_the_rates_are_a_column_of_the_jacobian(X, picked):
    X = np.array(X, float)
    J = matdiff.jacobian(np.linalg.inv, X)
    got = InverseExplorer(X, picked).readouts()
    k, l = picked
    np.testing.assert_allclose(got["rates"].ravel(order="F"), J[:, k + 2 * l], rtol=1e-7)
    assert got["largest rate"] == pytest.approx(np.linalg.norm(J, 2)) == pytest.approx(got["norm"]**2)
    assert got["condition"] == pytest.approx(np.linalg.cond(X)) and got["gap"] == 0
    np.testing.assert_allclose(got["inverse"], np.linalg.inv(X))


@pytest.mark.parametrize("X", MATRICES)
def test_without_the_transpose_it_is_the_other_kronecker_product(X):
    Y = np.linalg.inv(X)
    for k, l in np.ndindex(2, 2):
        got = InverseExplorer(X, (k, l), transposed=False).readouts()
        np.testing.assert_allclose(got["rates"].ravel(order="F"), -np.kron(Y, Y)[:, k + 2 * l])
        assert got["gap"] > 0.01
        same = InverseExplorer(np.add(X, np.transpose(X)), (k, l), transposed=False).readouts()
        assert same["gap"] == pytest.approx(0, abs=1e-12)  # symmetric: nobody notices


def test_the_error_is_that_of_the_first_order():
    figure = InverseExplorer([[1, 2], [3, 5]], (0, 1))
    errors = []
    for t in (0.01, 0.005):
        figure.X = [[1, 2 + t], [3, 5]]
        got = figure.readouts()
        true = np.linalg.inv([[1, 2 + t], [3, 5]]) - np.linalg.inv([[1, 2], [3, 5]])
        assert got["change"] == pytest.approx(np.linalg.norm(true))
        errors.append(got["error"])
        assert got["error"] == pytest.approx(np.linalg.norm(true - t * np.array([[15, -5], [-9, 3]])))
    assert 3.9 < errors[0] / errors[1] < 4.2  # second order


def test_a_singular_matrix_has_no_inverse_and_no_rates():
    got = InverseExplorer([[0.3, 0.9], [0.1, 0.3]]).readouts()  # 0.3 * 0.3 - 0.9 * 0.1 is -1.4e-17 in floating point
    assert got.pop("det") == 0 and set(got.values()) == {None}


def test_a_mistake_gets_one_clear_sentence():
    with pytest.raises(traitlets.TraitError, match=r"X must have shape \(2, 2\); got \(3, 3\)"):
        InverseExplorer(np.eye(3))
    with pytest.raises(traitlets.TraitError, match="picked"):
        InverseExplorer(picked=(0, 2))


@pytest.mark.browser
def test_the_page_stays_sound_where_there_is_no_inverse(chrome, tmp_path):
    figure = InverseExplorer([[1, 2], [2, 5]], (1, 1))
    browsing = Browsing(chrome)
    browsing.open(figure.save_html(tmp_path / "figure.html"))
    shown = Shown(browsing, 0, figure.model_id)
    for _ in range(10):
        shown.press("X-1-1", "ArrowDown")
    assert shown.state()["X"] == [[1, 2], [2, 4]]
    assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
    assert shown.readouts()["norm"] is None and shown.root.locator(".md-cell", has_text="none").count() == 8
    shown.press("X-0-1", "ArrowUp")  # picked where there is no inverse: nothing to predict from
    assert shown.readouts()["change"] is None and shown.readouts()["norm"] > 0
    assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
    assert browsing.faults == []
    browsing.context.close()
