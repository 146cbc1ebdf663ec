"""The inverse of a 2 by 2 matrix: what one entry does to all of it, and how that grows."""
import numpy as np
import traitlets

from .base import Figure, Number
from .matrix_entry_explorer import Matrix

ROUNDING = 1e-12  # a determinant below this share of its two products is nought


class InverseExplorer(Figure):
    """Drag an entry of X: its inverse, the rates by that entry, and how far a first-order prediction goes.

    X: shape (2, 2).  picked: (row, column), the entry that is dragged; `start`, its value when it was picked.
    transposed: whether the rates by the entry (k, l) are minus column k times *row* l of the inverse;
    without, minus column k times *column* l, what -(inverse ⊗ inverse) gives.

    Read-outs: det; norm of the inverse and condition, both in the spectral norm; largest rate, that of the
    inverse in its worst direction: the norm squared; inverse; rates by the picked entry, as shown; gap, how
    far these are from the true ones; change of the inverse since `start` and the error of its first-order
    prediction, both in the Frobenius norm.  None where there is no inverse.

    >>> InverseExplorer([[1, 2], [3, 5]], picked=(0, 1)).readouts()["rates"].round(6)
    array([[15., -5.],
           [-9.,  3.]])
    """

    kind = "inverse-explorer"
    X = Matrix((2, 2), default_value=((1.0, 0.0), (0.0, 1.0))).tag(sync=True)
    picked = traitlets.Tuple(traitlets.Int(min=0, max=1), traitlets.Int(min=0, max=1),
                             default_value=(0, 0)).tag(sync=True)
    start = Number(0).tag(sync=True)
    transposed = traitlets.Bool(True).tag(sync=True)

    def __init__(self, X=((1, 2), (3, 5)), picked=(0, 0), transposed=True, label=""):
        super().__init__(X=X, picked=picked, transposed=transposed,
                         label=label or "A 2 by 2 matrix, an entry of which can be dragged, and its inverse")
        self.start = self.X[self.picked[0]][self.picked[1]]

    def _rates(self, Y, transposed):
        k, l = self.picked
        return -np.outer(Y[:, k], Y[l] if transposed else Y[:, l])

    def readouts(self):
        X = np.array(self.X)
        before = X.copy()
        before[self.picked] = self.start
        det, Y, Y0 = determinant(X), inverse(X), inverse(before)
        said = dict.fromkeys(("norm", "largest rate", "condition", "inverse", "rates", "gap", "change",
                              "error"))
        if Y is not None:
            norm, rates = np.linalg.norm(Y, 2), self._rates(Y, self.transposed)
            said |= {"norm": float(norm), "largest rate": float(norm**2),
                     "condition": float(norm * np.linalg.norm(X, 2)), "inverse": Y, "rates": rates,
                     "gap": float(np.linalg.norm(rates - self._rates(Y, True)))}
            if Y0 is not None:
                predicted = (X[self.picked] - self.start) * self._rates(Y0, self.transposed)
                said |= {"change": float(np.linalg.norm(Y - Y0)),
                         "error": float(np.linalg.norm(Y - Y0 - predicted))}
        return {"det": det, **said}


def determinant(X):
    """The determinant of a 2 by 2 matrix, nought if it is no more than rounding."""
    (a, b), (c, d) = X.tolist()
    return a * d - b * c if abs(a * d - b * c) > ROUNDING * (abs(a * d) + abs(b * c)) else 0.0


def inverse(X):
    """The inverse of a 2 by 2 matrix, or None."""
    (a, b), (c, d) = X
    det = determinant(X)
    return np.array([[d, -b], [-c, a]]) / det if det else None
