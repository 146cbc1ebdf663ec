"""Unit balls of matrix norms in a plane of 2 x 2 matrices, their gradients, and where there are many."""
import numpy as np
import traitlets

from .base import Figure, Limits, Number, Vector, require_inside

TIE = 1e-9  # singular values that differ by less, compared with the larger, are one; entries likewise are 0
PLANES = {  # X = a E1 + b E2
    "diagonal": (((1, 0), (0, 0)), ((0, 0), (0, 1))),
    "circulant": (((1, 0), (0, 1)), ((0, 1), (1, 0))),
    "triangular": (((1, 0), (0, 1)), ((0, 1), (0, 0))),
    "column": (((1, 0), (0, 0)), ((0, 0), (1, 0))),
}
NORMS = ("frobenius", "spectral", "nuclear", "l1", "schatten")


class UnitBall(Figure):
    """Drag X in a plane of 2 x 2 matrices: a norm's unit ball, the gradient, the fan where there are many.

    point: (a, b) of X = a E1 + b E2.  plane: "diagonal" [[a, 0], [0, b]], "circulant" [[a, b], [b, a]],
    "triangular" [[a, b], [0, a]] or "column" [[a, 0], [b, 0]].  norm: "frobenius", "spectral", "nuclear",
    "l1" (the sum of absolute values) or "schatten" with its p.  pick, from -1 to 1: which arrow of a fan.

    Read-outs: X; singular values; norm; subgradients, "one" or "many", in the space of all matrices; G, the
    gradient, or the picked subgradient; rates (<G, E1>, <G, E2>), the drawn arrow; <G,X>, always the norm;
    dual norm of G, 1 for every X but 0; slopes of the norm to the left and right of X, across the way to 0.

    >>> figure = UnitBall((1, 0), norm="nuclear")
    >>> figure.readouts()["slopes"], figure.readouts()["G"]
    (array([-1.,  1.]), array([[1., 0.],
           [0., 0.]]))
    """

    kind = "unit-ball"
    point = Vector(2, (0.9, 0.4)).tag(sync=True)
    plane = traitlets.Enum(tuple(PLANES), default_value="diagonal").tag(sync=True)
    norm = traitlets.Enum(NORMS, default_value="spectral").tag(sync=True)
    p = Number(3, 1.05, 20).tag(sync=True)
    pick = Number(0, -1, 1).tag(sync=True)
    limits = Limits(((-1.6, 1.6), (-1.6, 1.6))).tag(sync=True)

    def __init__(self, point=(0.9, 0.4), plane="diagonal", norm="spectral", p=3.0, pick=0.0,
                 limits=((-1.6, 1.6), (-1.6, 1.6)), label=""):
        super().__init__(point=point, plane=plane, norm=norm, p=p, pick=pick, limits=limits,
                         label=label or "The unit ball of a norm, with a matrix to drag and its gradient")
        require_inside(self.point, self.limits)

    def readouts(self):
        E = np.array(PLANES[self.plane], float)
        a, b = self.point
        across = np.array([-b, a]) / np.hypot(a, b) if a or b else np.array([1.0, 0.0])
        X, H = np.tensordot(self.point, E, 1), np.tensordot(across, E, 1)
        left, right = (extreme(X, direction, self.norm, self.p) for direction in (-H, H))
        G = (left + right) / 2 + self.pick * (right - left) / 2
        return {"X": X, "singular values": np.linalg.svd(X, compute_uv=False),
                "norm": size(X, self.norm, self.p), "subgradients": "many" if many(X, self.norm) else "one",
                "G": G, "rates": np.tensordot(E, G, 2), "<G,X>": float(np.sum(G * X)),
                "dual norm": dual(G, self.norm, self.p),
                "slopes": np.array([np.sum(left * H), np.sum(right * H)])}


def size(X, norm, p=2):
    """The norm of a matrix: "frobenius", "spectral", "nuclear", "l1" or "schatten" with its p.

    >>> [size([[3, 0], [0, 4]], norm) for norm in ("frobenius", "spectral", "nuclear", "l1")]
    [5.0, 4.0, 7.0, 7.0]
    """
    if norm == "l1":
        return float(np.abs(X).sum())
    order = {"frobenius": 2, "spectral": np.inf, "nuclear": 1, "schatten": p}[norm]
    return float(np.linalg.norm(np.linalg.svd(X, compute_uv=False), order))


def dual(G, norm, p=2):
    """The dual norm: the largest <G, X> over the unit ball of a norm."""
    if norm == "l1":
        return float(np.abs(G).max())
    other = {"frobenius": "frobenius", "spectral": "nuclear", "nuclear": "spectral", "schatten": "schatten"}
    return size(G, other[norm], p / (p - 1))


def many(X, norm):
    """Whether a norm has more than one subgradient at a 2 x 2 matrix X."""
    s = np.linalg.svd(X, compute_uv=False)
    if norm == "l1":
        return bool((np.abs(X) <= TIE * np.abs(X).max()).any())
    return bool(s[0] == 0 or norm == "spectral" and s[0] - s[1] <= TIE * s[0]
                or norm == "nuclear" and s[1] <= TIE * s[0])


def extreme(X, H, norm, p=2):
    """The subgradient of a norm at a 2 x 2 matrix X that is largest along H: <it, H> is the slope there.

    Watson, "Characterization of the subdifferential of some matrix norms", Linear Algebra Appl. 170 (1992).

    >>> extreme(np.diag([1.0, 0]), np.diag([0.0, -1]), "nuclear")
    array([[ 1.,  0.],
           [ 0., -1.]])
    """
    if not X.any():  # all matrices of dual norm at most 1: the largest along H is a gradient at H
        return extreme(H, X, norm, p) if H.any() else X
    if norm == "l1":
        zero = np.abs(X) <= TIE * np.abs(X).max()
        return np.where(zero, np.sign(H), np.sign(X))
    U, s, Vt = np.linalg.svd(X)
    first, second = np.outer(U[:, 0], Vt[0]), np.outer(U[:, 1], Vt[1])
    if norm == "spectral":
        if s[0] - s[1] > TIE * s[0]:
            return first
        Q = X / s[0]  # all Q C with C symmetric, positive semidefinite, of trace 1
        values, vectors = np.linalg.eigh((Q.T @ H + H.T @ Q) / 2)
        if values[1] - values[0] <= TIE:
            return Q / 2
        return Q @ np.outer(vectors[:, 1], vectors[:, 1])
    if norm == "nuclear":
        if s[1] > TIE * s[0]:
            return first + second
        along = np.sum(second * H)  # all first + c second with |c| at most 1
        return first + (np.sign(along) if abs(along) > TIE else 0.0) * second
    order = 2 if norm == "frobenius" else p
    s = np.where(s > TIE * s[0], s, 0.0)  # near p = 1 a power would make much of rounding
    weights = (s / np.linalg.norm(s, order))**(order - 1)
    return weights[0] * first + weights[1] * second
