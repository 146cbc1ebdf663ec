"""A symmetric matrix that moves along a line: its eigenvalues, its axes, and how the gap turns them."""
import numpy as np
import traitlets

from .base import Figure, Number
from .matrix_entry_explorer import Matrix

ROUNDING = 1e-9  # eigenvalues this close count as equal


class EigenExplorer(Figure):
    """Drag ε along A + εH, an axis of the ellipse, or entries of A and H: axes turn, eigenvalues draw curves.

    A, H: symmetric, shape (2, 2).  epsilon: the place on the line, between -span and span.  delta: added to
    both entries off the diagonal; for a diagonal A and H it keeps the two curves apart.  The matrix shown is
    M = A + εH + δ[[0, 1], [1, 0]]; the ellipse is the image of the unit circle under M.

    Read-outs: M; eigenvalues, the larger first; gap between them; smallest gap along the whole line; rates
    of the eigenvalues by ε, vᵀHv; angle of v1 in degrees; mixing v2ᵀHv1 with v2 a quarter turn ahead of v1;
    turning, mixing over gap, in radians per ε.  Where the eigenvalues are equal there are no axes: rates,
    angle, mixing and turning are None, and `one-sided rates` are the eigenvalues of H.

    >>> said = EigenExplorer([[5, 2], [2, 2]], [[0, 1], [1, 0]]).readouts()
    >>> said["eigenvalues"].round(6), said["rates"].round(6), round(said["turning"], 6)
    (array([6., 1.]), array([ 0.8, -0.8]), 0.12)
    """

    kind = "eigen-explorer"
    A = Matrix((2, 2), default_value=((2.0, 0.0), (0.0, 2.0))).tag(sync=True)
    H = Matrix((2, 2), default_value=((1.0, 0.0), (0.0, -1.0))).tag(sync=True)
    epsilon = Number(0).tag(sync=True)
    delta = Number(0, -1, 1).tag(sync=True)
    span = Number(1, 0.1, 10).tag(sync=True)

    def __init__(self, A=((2, 0), (0, 2)), H=((1, 0), (0, -1)), epsilon=0, delta=0, span=1, label=""):
        super().__init__(A=A, H=H, span=span, delta=delta,
                         label=label or "A symmetric matrix that moves along a line, and its axes")
        self.epsilon = epsilon

    @traitlets.validate("A", "H")
    def _symmetric(self, proposal):
        rows = proposal["value"]
        if rows[0][1] != rows[1][0]:
            raise traitlets.TraitError(f"{proposal['trait'].name} must be symmetric; it has {rows[0][1]:g} "
                                       f"at [0, 1] and {rows[1][0]:g} at [1, 0]")
        return rows

    @traitlets.validate("epsilon")
    def _within(self, proposal):
        if abs(proposal["value"]) > self.span:
            raise traitlets.TraitError(f"epsilon must lie between -span and span = {self.span:g}; got "
                                       f"{proposal['value']:g}")
        return proposal["value"]

    def readouts(self):
        H, turn = np.array(self.H), np.array([[0, 1], [1, 0]])
        M = np.array(self.A) + self.epsilon * H + self.delta * turn
        (p, q), (h, k) = half_difference(M), half_difference(H)
        middle, gap = np.trace(M) / 2, 2 * np.hypot(p, q)
        smallest = gap if h == k == 0 else 2 * abs(p * k - q * h) / np.hypot(h, k)
        said = {"M": M, "eigenvalues": np.array([middle + gap / 2, middle - gap / 2]), "gap": float(gap),
                "smallest gap": float(smallest),
                **dict.fromkeys(("rates", "angle", "mixing", "turning", "one-sided rates"))}
        if gap < ROUNDING:
            return said | {"one-sided rates": np.trace(H) / 2 + np.hypot(h, k) * np.array([1, -1])}
        angle = np.arctan2(q, p) / 2
        v1, v2 = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        mixing = v2 @ H @ v1
        return said | {"rates": np.array([v1 @ H @ v1, v2 @ H @ v2]), "angle": float(np.degrees(angle)),
                       "mixing": float(mixing), "turning": float(mixing / gap)}


def half_difference(M):
    """(p, q): a symmetric 2 by 2 matrix is a multiple of I plus p [[1, 0], [0, -1]] + q [[0, 1], [1, 0]]."""
    return (M[0, 0] - M[1, 1]) / 2, M[0, 1]
