"""One entry of a matrix is pushed: which entries of its triangular factors answer, how much, how truly."""
import numpy as np
import traitlets
from numpy.linalg import LinAlgError

from .. import decompositions as dec
from .base import Figure, Number
from .matrix_entry_explorer import Matrix

SMALL = 1e-9  # a pivot below this share of the largest entry of A is nought
LU = ((2.0, 1, -1, 1), (4, 5, -1, 0), (-2, 2, 6, -2), (2, -2, 2, 6))
CHOLESKY = ((4.0, 2, -2, 2), (2, 5, 1, 3), (-2, 1, 6, -2), (2, 3, -2, 7))


class EliminationReach(Figure):
    """Point at an entry of A; tables show how L and U of A = LU, or L of A = LLᵀ, move when it is pushed.

    matrix: A, shape (n, n), n from 2 to 5, without exchanges of rows; for "cholesky" symmetric positive
    definite.  factor: "lu" or "cholesky".  picked: (row, column), counted from 0, of the entry that is pushed;
    for "cholesky" its mirror image is pushed too.  push: by how much, from -1 to 1.

    Read-outs: entry, its value; answers, how many entries of the factors move; of, how many could; L predicted
    and U predicted, the differentials; L true and U true, the changes; error, the Frobenius norm of what the
    prediction misses. None for what does not exist: U of "cholesky", true changes to a matrix without factors.

    >>> figure = EliminationReach([[2, 1], [4, 5]], picked=(1, 0), push=1)
    >>> figure.readouts()["L predicted"], figure.readouts()["U predicted"]
    (array([[0. , 0. ],
           [0.5, 0. ]]), array([[ 0. ,  0. ],
           [ 0. , -0.5]]))
    """

    kind = "elimination-reach"
    matrix = Matrix(default_value=((1.0, 0.0), (0.0, 1.0))).tag(sync=True)
    factor = traitlets.Enum(("lu", "cholesky"), default_value="lu").tag(sync=True)
    picked = traitlets.Tuple(traitlets.Int(min=0), traitlets.Int(min=0), default_value=(0, 0)).tag(sync=True)
    push = Number(0.5, -1, 1).tag(sync=True)

    def __init__(self, matrix=None, factor="lu", picked=(1, 2), push=0.5, label=""):
        if matrix is None:
            matrix = LU if factor == "lu" else CHOLESKY
        super().__init__(factor=factor, matrix=matrix, picked=picked, push=push,
                         label=label or "A matrix, an entry of which is pushed, and its triangular factors")
        self._factors(np.array(self.matrix))

    @traitlets.validate("matrix", "picked")
    def _fit_together(self, proposal):
        now = {"matrix": self.matrix, "picked": self.picked, proposal["trait"].name: proposal["value"]}
        rows, columns = np.shape(now["matrix"])
        if rows != columns or not 2 <= rows <= 5:
            raise traitlets.TraitError(f"matrix has shape {(rows, columns)}; it must be square, from 2 by 2 to "
                                       "5 by 5")
        if max(now["picked"]) >= rows:
            raise traitlets.TraitError(f"picked names entry {now['picked']} of a matrix of shape {(rows, rows)}")
        return proposal["value"]

    def _factors(self, A):
        """(L, U) or (L,), raising LinAlgError or ValueError where A has none."""
        if self.factor == "cholesky":
            return dec.cholesky(A),
        _, L, U = dec.lu(A, pivot=False)
        if np.abs(np.diag(U)).min() <= SMALL * np.abs(A).max():
            raise LinAlgError("a pivot of the LU factors is 0")
        return L, U

    def readouts(self):
        A, dA = np.array(self.matrix), np.zeros(np.shape(self.matrix))
        dA[self.picked] = self.push
        if self.factor == "cholesky":
            dA[self.picked[::-1]] = self.push
        before = self._factors(A)
        predicted = (dec.lu_jvp(A, dA, factors=(np.arange(len(A)), *before))[1] if self.factor == "lu"
                     else dec.cholesky_jvp(A, dA, factors=before[0])[1:])
        true = [new - old for new, old in zip(self._moved(A + dA), before)]
        said = {"entry": float(A[self.picked]), "answers": int(sum(reached(F) for F in predicted)),
                "of": len(A)**2 if self.factor == "lu" else len(A) * (len(A) + 1) // 2}
        for k, name in enumerate("LU"):
            said[f"{name} predicted"] = predicted[k] if k < len(predicted) else None
            said[f"{name} true"] = true[k] if k < len(true) else None
        missed = [t - p for t, p in zip(true, predicted)]
        return {**said, "error": float(np.sqrt(sum(np.sum(m**2) for m in missed))) if missed else None}

    def _moved(self, A):
        try:
            return self._factors(A)
        except LinAlgError:
            return ()


def reached(F):
    """How many entries are not 0, up to round-off."""
    return np.count_nonzero(np.abs(F) > 1e-10)
