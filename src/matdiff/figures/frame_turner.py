"""The orthonormal frames of a 2 by 2 matrix, and how far each turns when one of its columns is pushed."""
import numpy as np
import traitlets

from .. import decompositions as dec
from .base import Figure, Limits, Vector, require_inside
from .density_map import signed_area
from .matrix_entry_explorer import Matrix

ROUND = 1e-9  # singular values no farther apart than this share of them are those of a circle
FRAMES = ("QR", "U", "V", "polar")


class FrameTurner(Figure):
    """Drag the columns of A and a push of one of them: the frames of QR, SVD and polar factor turn.

    matrix: A, shape (2, 2).  push: dA's one column that is not 0; pushed: which one, 1 or 2.
    limits: (low, high) per axis.

    Read-outs: A; dA; Omega, the skew QᵀdQ of QR; singular values; F21 = 1/(σ1² - σ2²); and for each frame
    (QR's Q, U and V of the SVD, Q of polar) by how many degrees its first axis turns, counter-clockwise:
    predicted by the differential, and true, from A to A + dA.  An axis of U or V is a line, without sign.
    None where A has no such frame or the frame no derivative.

    >>> FrameTurner([[3, 0], [0, 1]], (1, 0), pushed=2).readouts()["polar predicted"].round(3)
    np.float64(-14.324)
    """

    kind = "frame-turner"
    matrix = Matrix((2, 2), default_value=((1.0, 0.0), (0.0, 1.0))).tag(sync=True)
    push = Vector(2, (0, 0)).tag(sync=True)
    pushed = traitlets.Enum((1, 2), default_value=1).tag(sync=True)
    limits = Limits(((-3, 3), (-3, 3))).tag(sync=True)

    def __init__(self, matrix=((2.0, -0.6), (0.5, 1.4)), push=(-0.4, 0.8), pushed=1,
                 limits=((-3, 3), (-3, 3)), label=""):
        super().__init__(matrix=matrix, push=push, pushed=pushed, limits=limits,
                         label=label or "The columns of a 2 by 2 matrix, a push, and four frames that turn")
        for j, column in enumerate(np.transpose(self.matrix)):
            require_inside(column, self.limits, f"column {j + 1} of matrix")

    def readouts(self):
        A, dA = np.array(self.matrix), np.zeros((2, 2))
        dA[:, self.pushed - 1] = self.push
        s = dec.svdvals(A)
        before, after = frames(A), frames(A + dA)
        rates = slopes(A, dA)
        said = {"A": A, "dA": dA, "sigma": s, "F21": None if is_round(s) else 1 / (s[0]**2 - s[1]**2),
                "Omega": None if rates["QR"] is None else rates["QR"]}
        for name in FRAMES:
            Q, Omega, moved = before[name], rates[name], after[name]
            said[f"{name} predicted"] = None if Omega is None else np.degrees(np.linalg.det(Q) * Omega[1, 0])
            said[f"{name} true"] = (None if Q is None or moved is None
                                    else turn(Q[:, 0], moved[:, 0], line=name in "UV"))
        return said


def is_round(s):
    """Whether singular values are those of a circle."""
    return bool(s[0] - s[1] <= ROUND * s[0])


def frames(A):
    """The orthogonal factors of A by name, None for those that A does not determine."""
    if not signed_area(A):
        return dict.fromkeys(FRAMES)
    U, s, Vt = dec.svd(A)
    unique = not is_round(s)
    return {"QR": dec.qr(A)[0], "U": U if unique else None, "V": Vt.T if unique else None,
            "polar": dec.polar(A)[0]}


def slopes(A, dA):
    """The skew QᵀdQ of each frame, None where it has no derivative."""
    found = dict.fromkeys(FRAMES)
    if not signed_area(A):
        return found
    for name, jvp in (("QR", dec.qr_jvp), ("polar", dec.polar_jvp)):
        (Q, _), (dQ, _) = jvp(A, dA)
        found[name] = Q.T @ dQ
    if not is_round(dec.svdvals(A)):
        (U, _, Vt), (dU, _, dVt) = dec.svd_jvp(A, dA)
        found |= {"U": U.T @ dU, "V": Vt @ dVt.T}
    return found


def turn(p, q, line):
    """The angle from p to q in degrees, between -180 and 180; between lines, -90 and 90."""
    angle = np.degrees(np.arctan2(p[0] * q[1] - p[1] * q[0], p @ q))
    half = 90 if line else 180
    angle = angle - 2 * half * np.round(angle / (2 * half))
    return half if half - abs(angle) < 1e-6 else angle  # there both ways are as far
