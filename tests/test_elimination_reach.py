"""What one entry reaches: against factors by small steps, the pattern of elimination, and the page."""
import numpy as np
import pytest
import traitlets
from figures_page import differences, follow
from numpy.linalg import LinAlgError

from matdiff import decompositions as dec
from matdiff.figures import EliminationReach
from matdiff.figures.elimination_reach import CHOLESKY, LU

ALL = [(i, j) for i in range(4) for j in range(4)]


def factors(name, A):
    return dec.lu(A, pivot=False)[1:] if name == "lu" else (dec.cholesky(A),)


@pytest.mark.parametrize("name", ["lu", "cholesky"])
@pytest.mark.parametrize("picked", ALL)
def test_prediction_and_truth_meet_at_small_pushes(name, picked):
    A = np.array(LU if name == "lu" else CHOLESKY)
    errors = []
    for push in (1e-2, 5e-3):
        got = EliminationReach(factor=name, picked=picked, push=push).readouts()
        dA = np.zeros((4, 4))
        dA[picked] = push
        if name == "cholesky":
            dA[picked[::-1]] = push
        for letter, old, new in zip("LU", factors(name, A), factors(name, A + dA)):
            np.testing.assert_allclose(got[f"{letter} true"], new - old, atol=1e-14)
        errors.append(got["error"])
    assert errors[0] < 1e-10 or 3.7 < errors[0] / errors[1] < 4.3             # of second order, or 0


@pytest.mark.parametrize("picked", ALL)
def test_what_elimination_reaches(picked):
    """Down the column or along the row to the diagonal, then what stands right and below: all of it, no more."""
    A = np.random.default_rng(0).normal(size=(4, 4)) + 5 * np.eye(4)
    got = EliminationReach(A, picked=picked, push=1).readouts()
    (k, l), m = picked, max(picked)
    L, U = np.zeros((2, 4, 4), bool)
    if k <= l:
        U[k:l + 1, l] = True
    else:
        L[k, l:k] = U[k, k:] = True
    L[m + 1:, m] = L[m + 1:, m + 1:] = U[m + 1:, m + 1:] = True
    np.testing.assert_array_equal(np.abs(got["L predicted"]) > 1e-12, np.tril(L, -1))
    np.testing.assert_array_equal(np.abs(got["U predicted"]) > 1e-12, np.triu(U))
    np.testing.assert_array_equal(np.abs(got["L true"]) > 1e-12, np.tril(L, -1))
    np.testing.assert_array_equal(np.abs(got["U true"]) > 1e-12, np.triu(U))


def test_the_example_of_the_docstring_by_hand():
    got = EliminationReach([[2, 1], [4, 5]], picked=(1, 0), push=0.5).readouts()
    np.testing.assert_allclose(got["L true"], [[0, 0], [0.25, 0]])
    np.testing.assert_allclose(got["U true"], [[0, 0], [0, -0.25]])
    assert got["answers"] == 2 and got["of"] == 4 and got["error"] == pytest.approx(0, abs=1e-15)


def test_where_the_moved_matrix_has_no_factors_there_is_no_truth():
    got = EliminationReach([[1, 0], [0, 2]], picked=(0, 0), push=-1).readouts()
    assert got["L true"] is got["error"] is None and got["U predicted"][0, 0] == -1
    got = EliminationReach([[1, 0], [0, 2]], "cholesky", (0, 0), -1).readouts()
    assert got["L true"] is got["error"] is got["U predicted"] is None


@pytest.mark.parametrize(("make", "error", "sentence"), [
    (lambda: EliminationReach(np.ones((2, 3))), traitlets.TraitError, r"shape \(2, 3\); it must be square"),
    (lambda: EliminationReach(np.ones((2, 2)), picked=(0, 0)), LinAlgError, "pivot 2 of 2 is 0"),
    (lambda: EliminationReach(LU, "cholesky"), ValueError, "A is not symmetric"),
    (lambda: EliminationReach([[1, 2], [2, 1]], "cholesky", (0, 0)), LinAlgError, "pivot 2 of 2 is -3"),
    (lambda: EliminationReach(picked=(4, 0)), traitlets.TraitError, "picked names entry"),
    (lambda: EliminationReach(push=2), traitlets.TraitError, "between -1 and 1")])
def test_a_mistake_gets_one_clear_sentence(make, error, sentence):
    with pytest.raises(error, match=sentence):
        make()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["lu", "cholesky"])
def test_every_entry_says_what_numpy_says(alone, name):
    figure = EliminationReach(factor=name, picked=(0, 0))
    shown = alone(figure)
    for push in ("Home", "End"):
        shown.control("push").press(push)
        for i, j in ALL:
            shown.root.locator(f'[data-entry="{i}-{j}"]').click()
            assert shown.state()["picked"] == [i, j]
            assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}


@pytest.mark.browser
def test_the_page_says_none_where_there_is_no_truth(alone):
    figure = EliminationReach([[1, 0], [0, 2]], picked=(0, 0), push=-1)
    shown = alone(figure)
    assert differences(shown.readouts(), figure.readouts()) == {}
    assert shown.root.locator(".md-cell", has_text="none").count() == 4       # one of L, three of U
