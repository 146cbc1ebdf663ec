"""VecStacks: its places against vec, the book's matrices and NumPy; what the page draws against both."""
from math import gcd

import numpy as np
import pytest
import traitlets
from figures_page import differences, follow

from matdiff import commutation_matrix, duplication_matrix, elimination_matrix, vec, vech
from matdiff.figures import VecStacks
from matdiff.figures.vec_stacks import cycles

SHAPES = [(m, n) for m in range(1, 5) for n in range(1, 5)]
SYMMETRIC = [[1, 2, 4], [2, 3, 5], [4, 5, 6]]


def table(m, n, rng=np.random.default_rng(6)):
    return rng.permutation(m * n).reshape(m, n)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_order_is_the_commutation_matrix(shape):
    m, n = shape
    X = table(m, n)
    got = VecStacks(X).readouts()
    take = np.array(got["order"]) - 1
    np.testing.assert_array_equal(vec(X)[take], X.ravel())
    np.testing.assert_array_equal(np.eye(m * n)[take], commutation_matrix(m, n))
    assert len(got["fixed"]) == 1 + gcd(m - 1, n - 1)
    moved = {int(k) for k in got["cycles"].replace("none", "").replace(")(", " ").strip("()").split()}
    assert moved | set(got["fixed"]) == set(range(1, m * n + 1)) and not moved & set(got["fixed"])


@pytest.mark.parametrize("shape", SHAPES)
def test_the_places_of_an_entry_are_where_its_value_stands(shape):
    X = table(*shape)
    for i, j in np.ndindex(shape):
        got = VecStacks(X, picked=(i, j)).readouts()
        assert vec(X)[got["by columns"] - 1] == X[i, j] == X.ravel()[got["by rows"] - 1]


def test_a_cycle_follows_an_entry_to_its_next_place():
    """Place 2 by columns is X_21, place 3 by rows; place 3 by columns is X_31, place 5 by rows; and so on."""
    assert VecStacks([[1, 4], [2, 5], [3, 6]]).readouts()["cycles"] == "(2 3 5 4)"
    assert cycles([2, 3, 1, 4, 6, 5]) == "(1 2 3)(5 6)"


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_duplication_and_elimination(n):
    S = table(n, n)
    S = S + S.T
    got = VecStacks(S, picked=(n - 1, 0), symmetric=True).readouts()
    free = n * (n + 1) // 2
    np.testing.assert_array_equal(np.eye(free)[np.array(got["duplicated"]) - 1], duplication_matrix(n))
    np.testing.assert_array_equal(np.eye(n * n)[np.array(got["eliminated"]) - 1], elimination_matrix(n))
    assert vech(S)[got["vech"] - 1] == S[n - 1, 0]


@pytest.mark.parametrize(("trait", "value", "sentence"), [
    ("X", np.zeros((5, 2)), r"shows 1 to 4 rows and columns"), ("X", [1, 2], "must be a matrix"),
    ("X", [[1, 2], [0, 1]], "symmetric=True needs a symmetric X"), ("picked", (3, 0), r"entry \(3, 0\) of X")])
def test_what_does_not_fit_is_refused(trait, value, sentence):
    figure = VecStacks(SYMMETRIC, symmetric=True)
    before = repr(figure)
    with pytest.raises(traitlets.TraitError, match=sentence):
        setattr(figure, trait, value)
    assert repr(figure) == before


# In the browser

DOTS = """root => { const frame = root.querySelector(".md-frame"), of = (e, a) => Number(e.getAttribute(a));
    const dots = [...root.querySelectorAll("circle.md-one")];
    return { size: [of(frame, "height"), of(frame, "width")], dots: dots.map(e => [of(e, "cy") - of(frame, "y"),
        of(e, "cx") - of(frame, "x"), e.matches(".md-hollow"), e.matches(".md-chosen")]) }; }"""
STACKS = """root => [...root.querySelectorAll("svg:first-child g:nth-of-type(2) text:not(.md-axis):not(.md-tick)")]
    .map(e => Number(e.textContent.replace("−", "-")))"""


def matrix(shown, shape, which):
    """The matrix of the dots for which `which(hollow, chosen)` holds."""
    got = shown.root.evaluate(DOTS)
    found, unit = np.zeros(shape), np.array(got["size"]) / shape
    for y, x, hollow, chosen in got["dots"]:
        found[int(y / unit[0]), int(x / unit[1])] += which(hollow, chosen)
    return found


@pytest.mark.browser
@pytest.mark.parametrize("shape", [(3, 2), (2, 4), (4, 4), (1, 3)])
def test_the_dots_are_the_matrix_and_the_stacks_hold_the_entries(alone, shape):
    m, n = shape
    X = table(m, n)
    shown = alone(VecStacks(X))
    np.testing.assert_array_equal(matrix(shown, (m * n, m * n), lambda *_: True), commutation_matrix(m, n))
    np.testing.assert_array_equal(shown.root.evaluate(STACKS), [*vec(X), *X.ravel()])


@pytest.mark.browser
def test_the_symmetric_dots_are_duplication_and_elimination(alone):
    shown = alone(VecStacks(SYMMETRIC, picked=(0, 2), symmetric=True))
    np.testing.assert_array_equal(matrix(shown, (9, 6), lambda *_: True), duplication_matrix(3))
    np.testing.assert_array_equal(matrix(shown, (9, 6), lambda hollow, _: not hollow), elimination_matrix(3).T)
    lit = matrix(shown, (9, 6), lambda _, chosen: chosen)
    assert np.argwhere(lit).tolist() == [[2, 2], [6, 2]]  # X_31 and X_13, one free entry
    np.testing.assert_array_equal(shown.root.evaluate(STACKS), [*vec(SYMMETRIC), *vech(SYMMETRIC)])


@pytest.mark.browser
def test_a_symmetric_matrix_stays_symmetric(alone):
    figure = VecStacks(SYMMETRIC, symmetric=True)
    shown = alone(figure)
    shown.drag("X-0-2", 0, -60)
    X = np.array(shown.state()["X"])
    assert X[0, 2] == X[2, 0] != 4 and (X == X.T).all()
    shown.control("n").press("ArrowRight")
    X = np.array(shown.state()["X"])
    assert X.shape == (4, 4) and (X == X.T).all()
    assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}


@pytest.mark.browser
def test_sizes_come_and_go_and_the_entries_come_back(alone):
    figure = VecStacks([[1, 4], [2, 5], [3, 6]], picked=(2, 1))
    shown = alone(figure)
    shown.control("m").press("Home")
    assert shown.state()["X"] == [[1, 4]] and shown.state()["picked"] == [0, 1]
    shown.control("m").press("End")
    assert shown.state()["X"] == [[1, 4], [2, 5], [3, 6], [7, 8]]
    shown.control("symmetric").check()
    X = np.array(shown.state()["X"])
    assert X.shape == (4, 4) and (X == X.T).all() and len({*X[np.tril_indices(4)]}) == 10
    assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
    shown.reset()
    assert shown.state()["X"] == [[1, 4], [2, 5], [3, 6]]


@pytest.mark.browser
def test_a_dot_picks_its_entry(alone):
    shown = alone(VecStacks([[1, 4], [2, 5], [3, 6]]))
    shown.root.locator("circle.md-one").nth(2).click()  # the dots stand in the order of the rows: X_21
    assert shown.state()["picked"] == [1, 0] and shown.readouts()["by rows"] == 3


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_places_do_not_overlap_and_entries_are_wide_enough_for_a_finger(alone, width):
    shown = alone(VecStacks(table(4, 4)))
    shown.browsing.width(width)
    boxes = [box.bounding_box() for box in shown.root.locator(".md-stacked").all()]
    assert all(a["y"] + a["height"] <= b["y"] + 1 for a, b in zip(boxes, boxes[1:]) if a["x"] == b["x"])
    sizes = [cell.bounding_box() for cell in shown.root.locator(".md-entry").all()]
    assert min(min(size["width"], size["height"]) for size in sizes) >= 36
    assert shown.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
