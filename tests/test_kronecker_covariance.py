"""KroneckerCovariance: its numbers against matdiff and NumPy, what dragging and the buttons do, what it refuses."""
import numpy as np
import pytest
import traitlets
from figures_page import differences, follow

from matdiff import distributions, vec
from matdiff.figures import KroneckerCovariance

U, V = np.array([[2, 1], [1, 1]]), np.array([[1, 0.5, 0], [0.5, 2, -0.3], [0, -0.3, 4]])
Z = np.array([[0.5, -1.2, 0.8], [1, 0.3, -0.6]])


@pytest.mark.parametrize("order, stack", [("columns", vec), ("rows", np.ravel)])
def test_the_numbers(order, stack):
    """Of every pair of entries: the covariance is the one that the stack of A Z Bᵀ has, Z with independent entries."""
    A, B = np.linalg.cholesky(U), np.linalg.cholesky(V)
    units = np.stack([stack(A @ z.reshape(2, 3) @ B.T) for z in np.eye(6)], axis=1)
    covariance = units @ units.T
    places = stack(np.arange(6).reshape(2, 3))
    for row in range(6):
        for column in range(6):
            got = KroneckerCovariance(U, V, Z, order, (row, column)).readouts()
            assert got["covariance"] == pytest.approx(covariance[row, column])
            scale = np.sqrt(covariance[row, row] * covariance[column, column])
            assert got["correlation"] == pytest.approx(covariance[row, column] / scale)
            for name, place in (("first", places[row]), ("second", places[column])):
                np.testing.assert_array_equal(got[name], np.array(divmod(place, 3)) + 1)
    np.testing.assert_allclose(got["big"], covariance, atol=1e-12)
    np.testing.assert_allclose(got["X"], A @ Z @ B.T)
    np.testing.assert_allclose(got["moment"], 7 * U)
    assert got["log-density"] == pytest.approx(distributions.matrix_normal_logpdf(got["X"], 0 * Z, U, V))


@pytest.mark.parametrize("make, sentence", [
    (lambda: KroneckerCovariance([[1, 2], [2, 1]], V, Z), "U must be symmetric and positive definite; got"),
    (lambda: KroneckerCovariance(U, [[1, 0.5], [0, 1]], Z[:, :2]), "V must be symmetric and positive definite; got"),
    (lambda: KroneckerCovariance(np.ones((2, 3)), V, Z), "U must be symmetric and positive definite"),
    (lambda: KroneckerCovariance(np.diag([1, 0.01]), V, Z), "U must have squared pivots of at least 0.05"),
    (lambda: KroneckerCovariance(U, V, Z.T), r"Z \(3, 2\) must have a row for each row of U \(2, 2\) and a column"),
    (lambda: KroneckerCovariance(U, V, Z, picked=(0, 6)), r"picked names entry \(0, 6\) of the big matrix, which has shape \(6, 6\)"),
    (lambda: KroneckerCovariance(U, V, Z, order="F"), "'columns', 'rows'"),
    (lambda: KroneckerCovariance(U, V, "ab"), "Z must be a matrix of finite numbers"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises(traitlets.TraitError, match=sentence):
        make()


# In the browser

@pytest.mark.browser
@pytest.mark.parametrize("handle, keys", [("U-0-1", ["End"]), ("U-1-0", ["Home"]), ("U-0-0", ["Home"]), ("V-2-2", ["Home"]),
                                          ("V-0-2", ["End"]), ("V-1-2", ["ArrowUp"] * 7)])
def test_a_dragged_matrix_stays_a_covariance(alone, handle, keys):
    """Its mirror entry follows; a key to the end goes as far as there is one, and a further one changes nothing."""
    figure = KroneckerCovariance(U, V, Z, picked=(1, 2))
    page = alone(figure)
    for key in keys:
        page.press(handle, key)
    name, i, j = handle[0], int(handle[2]), int(handle[4])
    C = np.array(page.state()[name])
    np.testing.assert_array_equal(C, C.T)
    assert C[i, j] != np.array({"U": U, "V": V}[name])[i, j]
    assert np.diag(np.linalg.cholesky(C)).min() ** 2 > 0.0499
    assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}
    if keys[0] in ("Home", "End"):
        assert np.diag(np.linalg.cholesky(C)).min() ** 2 < 0.12         # as far as it goes
        page.press(handle, keys[0])
        np.testing.assert_allclose(page.state()[name], C, atol=0.011)


@pytest.mark.browser
def test_the_scale_is_passed_and_nothing_else_moves(alone):
    figure = KroneckerCovariance(U, V, Z, picked=(1, 2))
    page = alone(figure)
    before = page.readouts()
    page.control("up").click()
    now = page.readouts()
    np.testing.assert_allclose(now["U"], 2 * U)
    np.testing.assert_allclose(now["V"], V / 2)
    for name in ("big", "X", "covariance", "correlation", "log-density", "moment"):
        np.testing.assert_allclose(now[name], before[name], atol=1e-9)
    for _ in range(12):
        page.control("up").click()
    assert np.linalg.eigvalsh(page.readouts()["V"])[0] > 0              # it stops where a pivot would be too small
    page.control("down").click()
    assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}


@pytest.mark.browser
def test_the_other_order_shows_the_same_pair(alone):
    figure = KroneckerCovariance(U, V, Z, picked=(1, 2))
    page = alone(figure)
    before = page.readouts()
    page.control("order").select_option("rows")
    now = page.readouts()
    assert page.state()["picked"] == [3, 1]
    for name in ("first", "second", "covariance", "X"):
        np.testing.assert_allclose(now[name], before[name])
    np.testing.assert_allclose(now["big"], np.kron(U, V))
    assert differences(now, follow(figure, page.state()).readouts()) == {}
