"""BlockBuilder: its numbers against NumPy and matdiff, what it says on the page, what it refuses."""
import numpy as np
import pytest
import traitlets
from figures_page import Browsing, Shown, browser, differences, follow, gallery

import matdiff
from matdiff.figures import BlockBuilder
from matdiff.figures.block_builder import PRODUCTS

A, X = [[1, 2], [0, -1], [3, 1]], [[1, 0, 2], [3, -1, 4]]  # 3 x 2 and 2 x 3
B, WIDE = [[1, 0, 2], [2, 1, 0], [-1, 3, 1]], [[1, 0, 1, 2], [0, 1, 0, -1], [1, 0, 2, 0]]  # 3 x 3 and 3 x 4
RIGHT = {("columns", "kron(B.T, A)"), ("rows", "kron(A, B.T)")}


@pytest.mark.parametrize("order", ["columns", "rows"])
@pytest.mark.parametrize("product", PRODUCTS)
def test_the_sides_agree_for_the_right_pairing_alone(order, product):
    got = BlockBuilder(A, X, B, order=order, product=product).readouts()
    assert (got["difference"] == 0) is ((order, product) in RIGHT)


@pytest.mark.parametrize("product", ["kron(B, A)", "kron(A, B)"])
def test_without_the_transpose_a_wide_matrix_does_not_fit(product):
    got = BlockBuilder(A, X, WIDE, product=product).readouts()
    assert got["product"] is got["difference"] is None and len(got["stack"]) == 12


def test_a_symmetric_B_hides_the_missing_transpose():
    assert BlockBuilder(A, X, [[1, 2, 0], [2, 0, 3], [0, 3, 1]], product="kron(B, A)").readouts()["difference"] == 0


@pytest.mark.parametrize(("order", "product"), sorted(RIGHT))
def test_an_entry_s_column_is_the_jacobian_s(order, product):
    flat = "F" if order == "columns" else "C"
    F = lambda X: np.array(A) @ X @ np.array(WIDE)
    size, at = (len(A) * len(WIDE[0]), 6), np.array(X, float)
    J = matdiff.jacobian(lambda x: F(x.reshape((2, 3), order=flat)).ravel(order=flat), at.ravel(order=flat))
    for picked in np.ndindex(2, 3):
        got = [BlockBuilder(A, X, WIDE, order, product, picked, row).readouts() for row in range(size[0])]
        column = J[:, got[0]["place"] - 1]
        np.testing.assert_allclose([one["entry"] for one in got], column, atol=1e-9)
        np.testing.assert_allclose(got[0]["effect"].ravel(order=flat), column, atol=1e-9)
        for one in got:
            (a, b), (c, d) = one["of A"] - 1, one["of B"] - 1
            assert one["entry"] == A[a][b] * WIDE[c][d] and (b, c) == picked


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_block_is_where_the_big_matrix_has_it(product):
    left, right = ({"A": A, "B": B, "B.T": np.transpose(B)}[name] for name in PRODUCTS[product])
    whole = np.kron(left, right).reshape(len(left), len(right), len(left[0]), len(right[0]))  # block row, row, ...
    for picked in np.ndindex(2, 3):
        for row in range(9):
            got = BlockBuilder(A, X, B, product=product, picked=picked, row=row).readouts()
            i, j = got["block"] - 1
            assert got["entry"] == whole[i, row % len(right), j, (got["place"] - 1) % len(right[0])]


@pytest.mark.parametrize("order", ["columns", "rows"])
def test_the_inverse_against_matdiff(order, at=np.array([[2, 1, 0], [0, 1, -1], [1, 0, 3.0]])):
    dX = np.array([[1, 0, 2], [-1, 1, 0], [0, 3, 1.0]])
    slope = matdiff.directional_derivative(np.linalg.inv, at, dX)
    flat = "F" if order == "columns" else "C"
    for product in list(PRODUCTS)[:3]:
        got = BlockBuilder.of_inverse(at, dX, order, product).readouts()
        np.testing.assert_allclose(got["stack"], slope.ravel(order=flat), atol=1e-9)
        assert (got["difference"] < 1e-12) is ((order, product) in RIGHT)


def test_a_singular_matrix_has_no_such_numbers():
    got = BlockBuilder.of_inverse([[1, 2], [2, 4]], [[1, 0], [0, 1]], picked=(1, 0)).readouts()
    assert got["place"] == 2 and got["stack"] is got["product"] is got["entry"] is got["effect"] is None


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: BlockBuilder(X, X, B), r"A \(2, 3\), X \(2, 3\) and B \(3, 3\) do not fit: A needs a column for each row of X"),
    (lambda: BlockBuilder(A, X, X), r"A \(3, 2\), X \(2, 3\) and B \(2, 3\) do not fit: .* B a row for each column of X"),
    (lambda: BlockBuilder(A, [1, 2], B), "X must be a matrix of finite numbers"),
    (lambda: BlockBuilder(A, X, B, picked=(2, 0)), r"picked names entry \(2, 0\) of X, which has shape \(2, 3\)"),
    (lambda: BlockBuilder(A, X, B, order="F"), "'columns', 'rows'"),
    (lambda: BlockBuilder(A, X, B, product="A @ B"), "kron"),
    (lambda: BlockBuilder.of_inverse(X, X), r"X \(2, 3\) and dX \(2, 3\) must be square and of one size"),
    (lambda: BlockBuilder.of_inverse(B, [[1, 2], [3, 4]]), r"X \(3, 3\) and dX \(2, 2\) must be square and of one size"),
    (lambda: BlockBuilder.of_inverse(B, B, product="kron(A, B)"), "of_inverse takes product"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


def test_what_does_not_fit_is_refused_later_too():
    figure = BlockBuilder(A, X, B)
    with pytest.raises(traitlets.TraitError, match="do not fit"):
        figure.B = X
    assert figure.readouts()["difference"] == 0


# In the browser

PAGE = {"wide": lambda: BlockBuilder(A, X, WIDE, picked=(1, 2), row=3),
        "inverse": lambda: BlockBuilder.of_inverse([[2, 1, 0], [0, 1, -1], [1, 0, 3]], np.eye(3), picked=(2, 1)),
        "singular": lambda: BlockBuilder.of_inverse([[1, 2], [2, 4]], np.eye(2))}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with browser() as started:
        browsing = Browsing(started)
        browsing.open(gallery({name: make() for name, make in PAGE.items()}, tmp_path_factory.mktemp("blocks") / "all.html"))
        yield browsing
        assert browsing.faults == []


@pytest.fixture
def shown(page, request):
    found = Shown(page, list(PAGE).index(request.param), request.param)
    found.reset()
    return found


def words(shown):
    return shown.root.locator(".md-sum").all_text_contents()


@pytest.mark.browser
@pytest.mark.parametrize("shown", PAGE, indirect=True)
def test_every_pairing_says_what_numpy_says(shown):
    """JavaScript and NumPy, in all orders of factors and stacks and with another entry picked."""
    figure = PAGE[shown.name]()
    options = shown.control("product").evaluate("e => [...e.options].map(o => o.value)")
    for order in ("rows", "columns"):
        shown.control("order").select_option(order)
        for product in options:
            shown.control("product").select_option(product)
            assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
    if shown.name == "singular":
        assert "no inverse" in words(shown)[0]
        shown.press("point-0-0", "PageUp")
        assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
        assert shown.readouts()["difference"] is not None and "no inverse" not in words(shown)[0]


@pytest.mark.browser
@pytest.mark.parametrize("shown", ["wide"], indirect=True)
def test_pointing_at_the_big_matrix_picks_the_entry_of_X(shown):
    shown.root.locator('[data-entry="7-2"]').click()  # row 8, column 3: entry (1, 2) of X, column by column
    assert (shown.state()["picked"], shown.state()["row"]) == ([0, 1], 7)
    x, entry = words(shown)
    assert "X12 = 0 is number 3 of 6" in x and "column 1 of A times row 2 of B" in x
    assert "B23 · A21 = 0 · 0 = 0" in entry and "in block (3, 2)" in entry
    shown.press("entry", "ArrowDown", "ArrowRight")
    assert (shown.state()["picked"], shown.state()["row"]) == ([1, 1], 8)
    shown.handle("X-0-2").focus()
    assert shown.state()["picked"] == [0, 2] and "X13 = 2 is number 5 of 6" in words(shown)[0]


@pytest.mark.browser
@pytest.mark.parametrize("shown", ["wide"], indirect=True)
def test_what_does_not_fit_is_said_and_cannot_be_pointed_at(shown):
    shown.control("product").select_option("kron(B, A)")  # 9 x 8 where 12 x 6 is wanted
    assert shown.root.locator('[data-readout="difference"]').text_content() == "9 × 8 does not fit"
    before = shown.state()["picked"]
    shown.root.locator('[data-entry="0-7"]').click()
    assert shown.state()["picked"] == before
    shown.control("product").select_option("kron(A, B)")
    assert shown.root.locator('[data-readout="difference"]').text_content() == "9 × 8 does not fit"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("shown", ["wide"], indirect=True)
def test_rows_of_the_stacks_stand_beside_those_of_the_big_matrix(shown, width):
    shown.browsing.width(width)
    tops = shown.root.evaluate("""root => [[...root.querySelectorAll(".md-square[data-entry$='-0']")],
        [...root.querySelectorAll("[data-table=left] .md-cell")]].map(all => all.map(e => e.getBoundingClientRect().top))""")
    assert len(tops[0]) == len(tops[1]) == 12
    np.testing.assert_allclose(tops[0], tops[1], atol=1.5)
    shown.browsing.width(1280)


@pytest.mark.browser
def test_a_notebook_s_stored_state_has_no_point_and_is_drawn_all_the_same(page, tmp_path):
    """What is None does not reach the stored notebook: the page has to do without."""
    figure = BlockBuilder(A, X, WIDE)
    path = figure.save_html(tmp_path / "figure.html")
    text = path.read_text(encoding="utf-8")
    assert '"point": null, ' in text
    path.write_text(text.replace('"point": null, ', ""), encoding="utf-8")
    page.page.goto(path.as_uri())
    assert differences(Shown(page, 0, figure.model_id).readouts(), figure.readouts()) == {}
