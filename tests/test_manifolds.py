"""Projections and retractions: idempotent, at right angles, and of first order, for whatever is drawn."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matdiff import commutation_matrix, duplication_matrix, skew, sym, unvec, vec, vech
from matdiff.manifolds import (STRUCTURES, exp_orthogonal, exp_positive, free_partials, project, project_horizontal,
                               project_tangent, retract_cayley, retract_polar, retract_qr)

ENTRIES = st.floats(-10, 10)
RETRACTIONS = [retract_qr, retract_polar, retract_cayley]


@st.composite
def square(draw):
    n = draw(st.integers(1, 5))
    return draw(arrays(float, (n, n), elements=ENTRIES))


@st.composite
def points(draw, least=1):
    """Q with orthonormal columns, and two matrices of its shape."""
    n = draw(st.integers(least, 5))
    p = draw(st.integers(1, n))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return np.linalg.qr(rng.normal(size=(n, p)))[0], *rng.normal(size=(2, n, p))


def free_parts(n, structure):
    """The matrices of a structure that belong to its free entries, one each, by hand."""
    E = lambda i, j: np.outer(np.eye(n)[i], np.eye(n)[j])
    pairs = [(i, j) for i in range(n) for j in range(n)]
    return {"free": [E(i, j) for i, j in pairs],
            "symmetric": [E(i, j) + E(j, i) if i > j else E(i, i) for i, j in pairs if i >= j],
            "skew": [E(i, j) - E(j, i) for i, j in pairs if i > j],
            "lower": [E(i, j) for i, j in pairs if i >= j], "diagonal": [E(i, i) for i in range(n)],
            "toeplitz": [np.eye(n, k=-k) for k in range(1 - n, n)]}[structure]


@pytest.mark.parametrize("structure", STRUCTURES)
@given(square())
@settings(max_examples=40, deadline=None)
def test_linear_projections_are_orthogonal_projections(structure, G):
    P = project(G, structure)
    np.testing.assert_allclose(project(P, structure), P, atol=1e-12)
    parts = free_parts(len(G), structure)
    for part in parts:                                                 # the rest is at right angles to the structure
        assert np.sum((G - P) * part) == pytest.approx(0, abs=1e-9)
        np.testing.assert_allclose(project(part, structure), part)
    least = np.linalg.lstsq(np.array([part.ravel() for part in parts]).T, G.ravel(), rcond=None)[0] if parts else []
    np.testing.assert_allclose(P, sum((c * part for c, part in zip(least, parts)), np.zeros(G.shape)), atol=1e-9)


@pytest.mark.parametrize("structure", STRUCTURES)
@given(square())
@settings(max_examples=40, deadline=None)
def test_free_partials_are_the_pairings_with_the_parts(structure, G):
    D = free_partials(G, structure)
    for part in free_parts(len(G), structure):
        i, j = np.argwhere(part)[-1] if structure != "symmetric" else np.argwhere(part)[0]
        assert np.sign(part[i, j]) * D[i, j] == pytest.approx(np.sum(G * part), abs=1e-9)


def test_the_two_arrays_by_the_duplication_matrix(rng=np.random.default_rng(1)):
    G, D, n = rng.normal(size=(4, 4)), duplication_matrix(4), 4
    np.testing.assert_allclose(vech(free_partials(G, "symmetric")), D.T @ vec(G))
    np.testing.assert_allclose(vec(project(G, "symmetric")), D @ np.linalg.pinv(D) @ vec(G))
    np.testing.assert_allclose(vec(project(G, "skew")), (vec(G) - commutation_matrix(n, n) @ vec(G)) / 2)


def test_a_toeplitz_matrix_need_not_be_square(rng=np.random.default_rng(2)):
    G = rng.normal(size=(3, 5))
    for k in range(-4, 3):
        np.testing.assert_allclose(np.diagonal(free_partials(G, "toeplitz"), -k), np.trace(G, -k))
        np.testing.assert_allclose(np.diagonal(project(G, "toeplitz"), -k), np.diagonal(G, -k).mean())


@given(points())
@settings(max_examples=60, deadline=None)
def test_the_tangent_projection_is_one(drawn):
    Q, G, H = drawn
    P, p = project_tangent(Q, G), Q.shape[1]
    np.testing.assert_allclose(sym(Q.T @ P), 0, atol=1e-12)            # it is tangent
    np.testing.assert_allclose(project_tangent(Q, P), P, atol=1e-12)   # idempotent
    assert np.sum((G - P) * project_tangent(Q, H)) == pytest.approx(0, abs=1e-10)  # what is dropped is at right angles
    if len(Q) == p:
        np.testing.assert_allclose(P, (G - Q @ G.T @ Q) / 2, atol=1e-12)
        np.testing.assert_allclose(P, Q @ skew(Q.T @ G), atol=1e-12)
    if p == 1:
        np.testing.assert_allclose(P[:, 0], project_tangent(Q[:, 0], G[:, 0]), atol=1e-12)
    rank = np.linalg.matrix_rank(np.array([project_tangent(Q, unvec(e, Q.shape)).ravel() for e in np.eye(Q.size)]), tol=1e-9)
    assert rank == len(Q) * p - p * (p + 1) // 2                        # the dimension
    across = project_horizontal(Q, G)
    np.testing.assert_allclose(project_horizontal(Q, across), across, atol=1e-12)
    np.testing.assert_allclose(project_tangent(Q, across), across, atol=1e-12)
    np.testing.assert_allclose(Q.T @ across, 0, atol=1e-12)


@pytest.mark.parametrize("retract", RETRACTIONS)
@given(points())
@settings(max_examples=30, deadline=None)
def test_a_retraction_stays_on_the_set_and_starts_along_the_step(retract, drawn):
    Q, G, _ = drawn
    xi = project_tangent(Q, G)
    for t in (0, 0.1, 3):
        end = retract(Q, t * xi)
        np.testing.assert_allclose(end.T @ end, np.eye(Q.shape[1]), atol=1e-11)
    np.testing.assert_allclose(retract(Q, 0 * xi), Q, atol=1e-14)
    slope = (retract(Q, 1e-5 * xi) - retract(Q, -1e-5 * xi)) / 2e-5
    np.testing.assert_allclose(slope, xi, atol=1e-6 * (1 + np.abs(xi).max()**3))


@given(points())
@settings(max_examples=30, deadline=None)
def test_the_formulas_of_the_retractions(drawn):
    Q, G, _ = drawn
    xi, p = project_tangent(Q, G), Q.shape[1]
    lam, V = np.linalg.eigh(np.eye(p) + xi.T @ xi)
    np.testing.assert_allclose(retract_polar(Q, xi), (Q + xi) @ (V / np.sqrt(lam)) @ V.T, atol=1e-10)
    W, I = G @ Q.T - Q @ G.T, np.eye(len(Q))
    curve = np.linalg.solve(I + W / 2, (I - W / 2) @ Q)
    np.testing.assert_allclose(retract_cayley(Q, -(G - Q @ G.T @ Q)), curve, atol=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_the_exponential_of_an_orthogonal_matrix(seed):
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    xi = project_tangent(Q, rng.normal(size=(4, 4)))
    end = exp_orthogonal(Q, xi)
    np.testing.assert_allclose(end.T @ end, np.eye(4), atol=1e-12)
    assert np.linalg.det(end) == pytest.approx(np.linalg.det(Q))        # no step changes the component
    many = Q
    for _ in range(1000):                                               # the exponential is many small steps
        many = retract_cayley(many, many @ (Q.T @ xi) / 1000)
    np.testing.assert_allclose(end, many, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_exponential_of_a_positive_matrix(seed):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(3, 3))
    Sigma, xi = A @ A.T + 0.1 * np.eye(3), sym(rng.normal(size=(3, 3)))
    for t in (-30, -1, 0, 1, 30):
        assert np.linalg.eigvalsh(exp_positive(Sigma, t * xi * 0.1))[0] > 0
    np.testing.assert_allclose(exp_positive(Sigma, 0 * xi), Sigma, atol=1e-12)
    h = 1e-5
    np.testing.assert_allclose((exp_positive(Sigma, h * xi) - exp_positive(Sigma, -h * xi)) / (2 * h), xi, atol=1e-6)
    B = rng.normal(size=(3, 3)) + 2 * np.eye(3)                         # the metric does not see a change of basis
    np.testing.assert_allclose(exp_positive(B @ Sigma @ B.T, B @ xi @ B.T), B @ exp_positive(Sigma, xi) @ B.T, rtol=1e-8)


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: project(np.eye(2), "hollow"), "structure must be one of free, symmetric"),
    (lambda: project(np.ones((2, 3)), "symmetric"), "square"),
    (lambda: free_partials(np.ones((2, 3)), "symmetric"), "square"),
    (lambda: free_partials(np.ones((2, 3)), "skew"), "square"),
    (lambda: project([1, 2], "lower"), "G must be a matrix, two axes"),
    (lambda: project_tangent(2 * np.eye(2), np.eye(2)), "Q must have orthonormal columns"),
    (lambda: project_tangent(np.eye(2), np.eye(3)), r"G must have the shape of the point, \(2, 2\); got \(3, 3\)"),
    (lambda: retract_polar(np.array([1.0, 0]), np.zeros(2)), r"Q must have 2 axes; got shape \(2,\)"),
    (lambda: exp_orthogonal(np.eye(3)[:, :2], np.zeros((3, 2))), "Q must be square"),
    (lambda: exp_positive(-np.eye(2), np.eye(2)), "Sigma must be positive definite; its smallest eigenvalue is -1"),
    (lambda: exp_positive(np.eye(2), [[0, 1], [0, 0]]), r"xi must be symmetric; take sym\(xi\)"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
