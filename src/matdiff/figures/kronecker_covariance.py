"""The two covariances of a matrix normal, a sample that follows them, and the covariance of its stack."""
import numpy as np
import traitlets

from .base import Figure
from .matrix_entry_explorer import Matrix

LEAST = 0.05  # no squared pivot of a covariance is dragged below this


class KroneckerCovariance(Figure):
    """Drag the entries of U and V: the sample X = A Z Bᵀ and the covariance of its stack follow.

    U: (n, n) and V: (p, p), symmetric, positive definite, with U = A Aᵀ and V = B Bᵀ (Cholesky).  Z: (n, p),
    the noise; it stays.  order: "columns" or "rows", how X is stacked; the covariance of the stack is V ⊗ U or
    U ⊗ V.  picked: (row, column) of the big matrix, so a pair of entries of X.

    Read-outs: U; V; X; first and second, the places in X, from 1, of the two entries picked; covariance and
    correlation of the two; moment, tr(V) U, the mean of X Xᵀ; log-density of X; big, the big matrix.

    >>> figure = KroneckerCovariance([[2, 1], [1, 1]], np.diag([1, 2, 4]), np.ones((2, 3)), picked=(0, 3))
    >>> figure.readouts()["second"], figure.readouts()["covariance"]
    (array([2, 2]), 0.0)
    >>> figure.readouts()["moment"]
    array([[14.,  7.],
           [ 7.,  7.]])
    """

    kind = "kronecker-covariance"
    U = Matrix(default_value=((1.0,),)).tag(sync=True)
    V = Matrix(default_value=((1.0,),)).tag(sync=True)
    Z = Matrix(default_value=((1.0,),)).tag(sync=True)
    order = traitlets.Enum(("columns", "rows"), default_value="columns").tag(sync=True)
    picked = traitlets.Tuple(traitlets.Int(min=0), traitlets.Int(min=0), default_value=(0, 0)).tag(sync=True)

    def __init__(self, U, V, Z, order="columns", picked=(0, 0), label=""):
        super().__init__(U=U, V=V, Z=Z, order=order, picked=picked,
                         label=label or "Two covariances, a sample, and the covariance of its stack")

    @traitlets.validate("U", "V")
    def _covariance(self, proposal):
        name, C = proposal["trait"].name, np.array(proposal["value"])
        if C.shape[0] != C.shape[1] or not np.array_equal(C, C.T) or np.linalg.eigvalsh(C)[0] <= 0:
            raise traitlets.TraitError(f"{name} must be symmetric and positive definite; got {C.tolist()}")
        if np.diag(np.linalg.cholesky(C)).min() ** 2 < LEAST * (1 - 1e-9):
            raise traitlets.TraitError(f"{name} must have squared pivots of at least {LEAST:g}; got "
                                       f"{C.tolist()}")
        return proposal["value"]

    @traitlets.validate("Z", "picked")
    def _fit_together(self, proposal):
        now = {name: getattr(self, name) for name in ("U", "V", "Z", "picked")}
        now[proposal["trait"].name] = proposal["value"]
        n, p = len(now["U"]), len(now["V"])
        if np.shape(now["Z"]) != (n, p):
            raise traitlets.TraitError(f"Z {np.shape(now['Z'])} must have a row for each row of U {(n, n)} and a "
                                       f"column for each column of V {(p, p)}")
        if max(now["picked"]) >= n * p:
            raise traitlets.TraitError(f"picked names entry {tuple(now['picked'])} of the big matrix, which has "
                                       f"shape {(n * p, n * p)}")
        return proposal["value"]

    def readouts(self):
        U, V, Z = np.array(self.U), np.array(self.V), np.array(self.Z)
        A, B = np.linalg.cholesky(U), np.linalg.cholesky(V)
        flatten = "F" if self.order == "columns" else "C"
        (i, j), (k, m) = (np.unravel_index(place, Z.shape, order=flatten) for place in self.picked)
        big = np.kron(V, U) if self.order == "columns" else np.kron(U, V)
        volume = len(V) * np.log(np.diag(A)).sum() + len(U) * np.log(np.diag(B)).sum()
        return {"U": U, "V": V, "X": A @ Z @ B.T, "first": np.array([i, j]) + 1, "second": np.array([k, m]) + 1,
                "covariance": float(U[i, k] * V[j, m]),
                "correlation": float(U[i, k] * V[j, m] / np.sqrt(U[i, i] * U[k, k] * V[j, j] * V[m, m])),
                "moment": np.trace(V) * U,
                "log-density": float(-Z.size / 2 * np.log(2 * np.pi) - volume - np.sum(Z**2) / 2), "big": big}
