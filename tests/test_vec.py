"""vec, its relatives and their matrices: the algebra on random rectangular shapes, and what bad input is told."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matdiff import (commutation_matrix, duplication_matrix, elimination_matrix, skew, sym, unvec, unvech, vec, vech)

algebra = settings(deadline=None, max_examples=40)
sizes = st.integers(1, 5)
whole = st.integers(-9, 9)                       # whole numbers: every identity below holds without round-off


@st.composite
def matrices(draw, *links):
    """Matrices whose shapes are named by letters: "mn np" gives A (m, n) and B (n, p)."""
    size = {letter: draw(sizes) for letter in sorted({c for link in links for c in link})}
    return [draw(arrays(float, tuple(size[c] for c in link), elements=whole)) for link in links]


@algebra
@given(matrices("mn", "np", "pq"))
def test_vec_of_a_product(data):
    A, X, B = data
    assert np.array_equal(vec(A @ X @ B), np.kron(B.T, A) @ vec(X))
    assert np.array_equal((A @ X @ B).ravel(), np.kron(A, B.T) @ X.ravel())


@algebra
@given(matrices("mn", "mn"))
def test_trace_is_an_inner_product_of_vecs(data):
    A, B = data
    assert np.trace(A.T @ B) == vec(A) @ vec(B)


@algebra
@given(matrices("mn"))
def test_vec_stacks_columns_and_unvec_undoes_it(data):
    X, = data
    m, n = X.shape
    assert np.array_equal(vec(X), np.concatenate([X[:, j] for j in range(n)]))
    assert np.array_equal(unvec(vec(X), (m, n)), X)


@algebra
@given(matrices("mn"))
def test_commutation_transposes_and_is_orthogonal(data):
    X, = data
    m, n = X.shape
    K = commutation_matrix(m, n)
    assert np.array_equal(K @ vec(X), vec(X.T))
    assert np.array_equal(K.T, commutation_matrix(n, m))
    assert np.array_equal(K @ K.T, np.eye(m * n))
    assert np.array_equal(commutation_matrix(n, m) @ X.ravel(), vec(X))


@algebra
@given(matrices("mn", "pq"))
def test_commutation_swaps_kronecker_factors(data):
    A, B = data
    (m, n), (p, q) = A.shape, B.shape
    assert np.array_equal(commutation_matrix(p, m) @ np.kron(A, B) @ commutation_matrix(n, q), np.kron(B, A))


@algebra
@given(matrices("mn", "pq"))
def test_vec_of_a_kronecker_product(data):
    A, B = data
    (m, n), (p, q) = A.shape, B.shape
    expected = np.kron(np.kron(np.eye(n), commutation_matrix(q, m)), np.eye(p)) @ np.kron(vec(A), vec(B))
    assert np.array_equal(vec(np.kron(A, B)), expected)


@algebra
@given(matrices("nn"))
def test_duplication_and_elimination(data):
    A, = data
    n = len(A)
    S = A + A.T
    D, L = duplication_matrix(n), elimination_matrix(n)
    assert np.array_equal(L @ vec(A), vech(A))
    assert np.array_equal(D @ vech(S), vec(S))
    assert np.array_equal(L @ D, np.eye(n * (n + 1) // 2))
    assert np.array_equal(unvech(vech(S)), S)
    assert np.allclose(np.linalg.pinv(D), np.linalg.inv(D.T @ D) @ D.T)
    assert np.allclose(np.linalg.pinv(D) @ vec(A), vech(sym(A)))
    assert np.allclose(D @ np.linalg.pinv(D), (np.eye(n * n) + commutation_matrix(n, n)) / 2)


@algebra
@given(matrices("nn", "nn"))
def test_symmetric_and_skew_parts(data):
    A, B = data
    assert np.array_equal(sym(A) + skew(A), A)
    assert np.array_equal(sym(A), sym(A).T) and np.array_equal(skew(A), -skew(A).T)
    assert np.trace(sym(A).T @ skew(B)) == 0
    n = len(A)
    assert np.array_equal((np.eye(n * n) + commutation_matrix(n, n)) @ vec(A) / 2, vec(sym(A)))


def test_elimination_is_not_the_pseudo_inverse_of_duplication():
    assert not np.allclose(elimination_matrix(2), np.linalg.pinv(duplication_matrix(2)))


@pytest.mark.parametrize("dtype", [int, np.float32, complex, bool])
def test_types_are_kept(dtype):
    X = np.arange(6).reshape(2, 3).astype(dtype)
    S = np.eye(3).astype(dtype)
    assert vec(X).dtype == unvec(vec(X), (2, 3)).dtype == X.dtype
    assert vech(S).dtype == unvech(vech(S)).dtype == S.dtype


def test_lists_numbers_and_vectors():
    assert vec([[1, 2], [3, 4]]).tolist() == [1, 3, 2, 4]
    assert vec(3.0).tolist() == [3.0]
    assert vec([1, 2, 3]).tolist() == [1, 2, 3]
    T = np.arange(24).reshape(2, 3, 4)
    assert np.array_equal(unvec(vec(T), (2, 3, 4)), T) and vec(T)[1] == T[1, 0, 0]
    assert unvec([1, 2, 3], 3).tolist() == [1, 2, 3]


def test_arguments_stay_as_they_were():
    x = np.arange(6.0)
    unvech(x)[0, 0] = 99
    assert x[0] == 0


@pytest.mark.parametrize("call, error, sentence", [
    (lambda: vech(np.ones((2, 3))), ValueError, "shape (2, 3): expected a square matrix"),
    (lambda: sym(np.ones(3)), ValueError, "shape (3,): expected a square matrix"),
    (lambda: skew(np.ones((3, 2))), ValueError, "expected a square matrix"),
    (lambda: unvech(np.ones(5)), ValueError, "5 entries: expected n(n + 1)/2"),
    (lambda: unvech(np.ones((2, 3))), ValueError, "expected a vector"),
    (lambda: unvec(np.ones(6), (2, 2)), ValueError, "6 entries, shape (2, 2) needs 4"),
    (lambda: unvec(np.ones((2, 3)), (3, 2)), ValueError, "expected a vector"),
    (lambda: unvec(np.ones(6), (2.5, 3)), TypeError, "expected a whole number"),
    (lambda: unvec(np.ones(6), (-1, 3)), ValueError, "0 or more"),
    (lambda: vec([[1, 2], [3]]), TypeError, "rows of different lengths"),
    (lambda: vec(None), TypeError, "X is None"),
    (lambda: vec("ab"), TypeError, "expected an array of numbers"),
    (lambda: vec(np.array([object()])), TypeError, "dtype object"),
    (lambda: commutation_matrix(2.0, 3), TypeError, "m is 2.0: expected a whole number"),
    (lambda: duplication_matrix(-1), ValueError, "n is -1"),
])
def test_bad_input_gets_one_clear_sentence(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
