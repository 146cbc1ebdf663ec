"""Variables with a structure: where a gradient points inside of it, and steps that do not leave it.

Linear structures (symmetric, skew, triangular, diagonal, Toeplitz): `project` gives the gradient among the
matrices of the structure, `free_partials` the partial derivatives by its free entries.
Curved ones (unit vectors, orthogonal matrices, orthonormal columns, positive definite matrices): a
projection on the tangent space at a point, and retractions, which take a tangent step and end on the set.
References: Absil, Mahony and Sepulchre, Optimization Algorithms on Matrix Manifolds (2008); Edelman, Arias
and Smith, The geometry of algorithms with orthogonality constraints (1998); Boumal, An Introduction to
Optimization on Smooth Manifolds (2023).
"""
import numpy as np

from .decompositions import polar, qr, symmetric_function
from .vec import skew, sym

# ----------------------------------------------------------------------------------- linear structures


def _along_diagonals(G, what):
    """what(diagonal), written at every place of that diagonal."""
    T = np.empty(G.shape)
    for k in range(1 - G.shape[0], G.shape[1]):
        rows = np.arange(max(0, -k), min(G.shape[0], G.shape[1] - k))
        T[rows, rows + k] = what(np.diagonal(G, k))
    return T


# name: (projection, partial derivatives by the free entries)
_LINEAR = {
    "free": (np.copy, np.copy),
    "symmetric": (sym, lambda G: 2 * sym(G) - np.diag(np.diag(G))),
    "skew": (skew, lambda G: 2 * skew(G)),
    "lower": (np.tril, np.tril),
    "diagonal": (lambda G: G * np.eye(*G.shape), lambda G: G * np.eye(*G.shape)),
    "toeplitz": (lambda G: _along_diagonals(G, np.mean), lambda G: _along_diagonals(G, np.sum)),
}
STRUCTURES = tuple(_LINEAR)


def project(G, structure):
    """The matrix of this structure that is nearest to G: the gradient inside it, if G is that of all entries.

    structure: "free", "symmetric", "skew", "lower", "diagonal" or "toeplitz". G: (m, n), square for the
    symmetric and the skew. Raises ValueError with a sentence for anything else.

    >>> project(np.array([[1., 2.], [6., 3.]]), "symmetric")
    array([[1., 4.],
           [4., 3.]])
    """
    return _linear(structure)[0](_matrix(G, "G"))


def free_partials(G, structure):
    """The partial derivatives by the free entries, each at all the places where its entry stands.

    As `project`, which gives another array: a free entry that stands in two places moves both at once.

    >>> free_partials(np.array([[1., 2.], [6., 3.]]), "symmetric")
    array([[1., 8.],
           [8., 3.]])
    """
    return _linear(structure)[1](_matrix(G, "G"))


# ---------------------------------------------------------------------- tangent spaces, and the way back


def project_tangent(Q, G):
    """The tangent vector at Q next to G: G - Q sym(Qᵀ G).

    Q: orthonormal columns, (n, p): square, an orthogonal matrix, for which it is (G - Q Gᵀ Q)/2; or a unit
    vector (n,), for which it is (I - x xᵀ) g. G has the shape of Q.
    Raises ValueError if Q has no orthonormal columns or the shapes differ.

    >>> project_tangent(np.array([[0., -1.], [1., 0.]]), np.array([[1., 2.], [3., 4.]]))
    array([[2.5, 0. ],
           [0. , 2.5]])
    """
    Q, G = _point(Q), _like(G, Q, "G")
    if Q.ndim == 1:
        return G - Q * (Q @ G)
    return G - Q @ sym(Q.T @ G)


def project_horizontal(Q, G):
    """The part of G that turns the span of Q: (I - Q Qᵀ) G.

    For functions of the span alone, the Grassmann manifold. Q: (n, p), orthonormal columns; G: as Q.

    >>> project_horizontal(np.eye(3)[:, :2], np.arange(6.).reshape(3, 2))
    array([[0., 0.],
           [0., 0.],
           [4., 5.]])
    """
    Q, G = _point(Q), _like(G, Q, "G")
    return G - Q @ (Q.T @ G)


def retract_qr(Q, xi):
    """The orthonormal columns of Q + xi by QR with diag(R) > 0; of a vector, Q + xi divided by its length.

    Q: (n, p), orthonormal columns, or a unit vector (n,). xi: a tangent vector at Q, shaped like it.
    Raises LinAlgError if the columns of Q + xi are not independent; those of a tangent step always are.

    >>> retract_qr(np.array([1., 0.]), np.array([0., 0.75]))
    array([0.8, 0.6])
    """
    Q, xi = _point(Q), _like(xi, Q, "xi")
    return qr((Q + xi).reshape(len(Q), -1))[0].reshape(Q.shape)


def retract_polar(Q, xi):
    """The matrix with orthonormal columns next to Q + xi: (Q + xi)(I + xiᵀ xi)^(-1/2) for a tangent xi.

    Q: (n, p), orthonormal columns. xi: shaped like it.

    >>> retract_polar(np.eye(2), np.array([[0., -0.75], [0.75, 0.]])).round(12)
    array([[ 0.8, -0.6],
           [ 0.6,  0.8]])
    """
    Q, xi = _point(Q, axes=(2,)), _like(xi, Q, "xi")
    return polar(Q + xi)[0]


def retract_cayley(Q, xi):
    """(I - W/2)⁻¹ (I + W/2) Q with a skew W for which W Q = xi: no square root, no QR.

    Of these W the one that is zero at right angles to Q and xi.
    Q: (n, p), orthonormal columns. xi: a tangent vector, shaped like it.

    >>> retract_cayley(np.eye(2), np.array([[0., -1.], [1., 0.]]))
    array([[ 0.6, -0.8],
           [ 0.8,  0.6]])
    """
    Q, xi = _point(Q, axes=(2,)), _like(xi, Q, "xi")
    half = xi @ Q.T - Q @ (Q.T @ xi) @ Q.T / 2
    W, I = half - half.T, np.eye(len(Q))
    return np.linalg.solve(I - W / 2, (I + W / 2) @ Q)


def exp_orthogonal(Q, xi):
    """Q exp(Qᵀ xi): where the straightest curve from Q with velocity xi is at time 1.

    Q: (n, n), orthogonal. xi: a tangent vector: Qᵀ xi is skew; otherwise its skew part is taken.

    >>> exp_orthogonal(np.eye(2), np.array([[0., -np.pi / 2], [np.pi / 2, 0.]])).round(12) + 0.0
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    Q, xi = _point(Q, axes=(2,)), _like(xi, Q, "xi")
    if Q.shape[0] != Q.shape[1]:
        raise ValueError(f"Q must be square, an orthogonal matrix; got shape {Q.shape}: use retract_qr or "
                         "retract_polar for orthonormal columns.")
    lam, V = np.linalg.eigh(1j * skew(Q.T @ xi))      # i times a skew matrix is Hermitian
    return Q @ ((V * np.exp(-1j * lam)) @ V.conj().T).real


def exp_positive(Sigma, xi):
    """Σ^½ exp(Σ^-½ xi Σ^-½) Σ^½, positive definite whatever the symmetric xi is.

    The geodesic of the affine-invariant metric tr(Σ⁻¹ xi Σ⁻¹ zeta), at time 1. Sigma: (n, n), symmetric
    positive definite. xi: (n, n), symmetric. Raises ValueError if they are not.

    >>> exp_positive(np.diag([4., 1.]), np.diag([-8., 0.])).round(3)
    array([[0.541, 0.   ],
           [0.   , 1.   ]])
    """
    lam, V = np.linalg.eigh(_symmetric(Sigma, "Sigma"))
    if lam[0] <= 0:
        raise ValueError(f"Sigma must be positive definite; its smallest eigenvalue is {lam[0]:.3g}.")
    root, back = (V * np.sqrt(lam)) @ V.T, (V / np.sqrt(lam)) @ V.T
    inner = back @ _symmetric(_like(xi, Sigma, "xi"), "xi") @ back
    return sym(root @ symmetric_function(sym(inner), np.exp) @ root)


# --------------------------------------------------------------------------------------- what is given

def _linear(structure):
    if structure not in _LINEAR:
        raise ValueError(f"structure must be one of {', '.join(STRUCTURES)}; got {structure!r}.")
    return _LINEAR[structure]


def _matrix(G, name):
    G = np.asarray(G, float)
    if G.ndim != 2:
        raise ValueError(f"{name} must be a matrix, two axes; got shape {G.shape}.")
    return G


def _point(Q, axes=(1, 2)):
    """Q as an array, if its columns are orthonormal (a vector is a column)."""
    Q = np.asarray(Q, float)
    if Q.ndim not in axes:
        raise ValueError(f"Q must have {' or '.join(map(str, axes))} axes; got shape {Q.shape}.")
    columns = Q.reshape(len(Q), -1)
    off = np.abs(columns.T @ columns - np.eye(columns.shape[1])).max()
    if not off < 1e-6:
        raise ValueError("Q must have orthonormal columns (length 1, at right angles); an entry of QᵀQ is "
                         f"off by {off:.2g}: take the Q of np.linalg.qr.")
    return Q


def _like(X, Q, name):
    X = np.asarray(X, float)
    if X.shape != np.shape(Q):
        raise ValueError(f"{name} must have the shape of the point, {np.shape(Q)}; got {X.shape}.")
    return X


def _symmetric(S, name):
    S = _matrix(S, name)
    if S.shape[0] != S.shape[1] or not np.allclose(S, S.T, rtol=1e-8, atol=1e-10 * np.abs(S).max()):
        raise ValueError(f"{name} must be symmetric; take sym({name}).")
    return S
