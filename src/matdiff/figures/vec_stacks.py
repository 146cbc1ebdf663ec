"""A matrix between its stacks by columns and by rows, and the permutation that carries one into the other."""
import numpy as np
import traitlets

from ..vec import unvec, unvech, vec, vech
from .base import Figure
from .matrix_entry_explorer import Matrix

MOST = 4  # rows and columns: sixteen places in a stack still fit a phone


class VecStacks(Figure):
    """Drag the entries of X and see where each of them stands in vec X and in the stack by rows.

    X: (m, n), both from 1 to 4.  picked: (row, column) of the entry that is looked at, counted from 0.
    symmetric: whether X is kept symmetric; vech X then stands in place of the stack by rows, and the
    duplication matrix in place of the commutation matrix.

    Read-outs, places counted from 1: by columns and by rows, the picked entry's places; order, from which
    place of vec X each place of the stack by rows is filled; cycles and fixed points of that shuffle.
    If symmetric: vech, the entry's place there; duplicated, from which place of vech X each place of vec X
    is filled; eliminated, from which place of vec X each place of vech X is.  What does not apply is None.

    >>> VecStacks([[1, 4], [2, 5], [3, 6]], picked=(1, 0)).readouts()["cycles"]
    '(2 3 5 4)'
    """

    kind = "vec-stacks"
    X = Matrix(default_value=((0.0,),)).tag(sync=True)
    picked = traitlets.Tuple(traitlets.Int(min=0), traitlets.Int(min=0), default_value=(0, 0)).tag(sync=True)
    symmetric = traitlets.Bool(False).tag(sync=True)

    def __init__(self, X=((1, 4), (2, 5), (3, 6)), picked=(0, 0), symmetric=False, label=""):
        super().__init__(X=X, picked=picked, symmetric=symmetric,
                         label=label or "A matrix between its stack by columns and its stack by rows")

    @traitlets.validate("X", "picked", "symmetric")
    def _fit_together(self, proposal):
        now = {name: getattr(self, name) for name in ("X", "picked", "symmetric")}
        now[proposal["trait"].name] = proposal["value"]
        X, (i, j) = np.array(now["X"]), now["picked"]
        most = f"the figure shows 1 to {MOST} rows and columns"
        if max(X.shape) > MOST:
            raise traitlets.TraitError(f"X has shape {X.shape}; {most}")
        if now["symmetric"] and (X.shape[0] != X.shape[1] or (X != X.T).any()):
            raise traitlets.TraitError(f"symmetric=True needs a symmetric X; got {X.tolist()}")
        if i >= X.shape[0] or j >= X.shape[1]:
            raise traitlets.TraitError(f"picked names entry ({i}, {j}) of X, which has shape {X.shape}")
        return proposal["value"]

    def readouts(self):
        m, n = np.shape(self.X)
        i, j = self.picked
        places = unvec(np.arange(1, m * n + 1), (m, n))  # where each entry stands in vec X
        values = {"entry": self.X[i][j], "by columns": int(places[i, j]), "by rows": i * n + j + 1, "order": places.ravel(),
                  "cycles": cycles(vec(np.arange(1, m * n + 1).reshape(m, n))),
                  "fixed": np.flatnonzero(places.ravel() == np.arange(1, m * n + 1)) + 1,
                  "vech": None, "duplicated": None, "eliminated": None}
        if self.symmetric:
            free = unvech(np.arange(1, n * (n + 1) // 2 + 1))
            values |= {"by rows": None, "order": None, "cycles": None, "fixed": None,
                       "vech": int(free[i, j]), "duplicated": vec(free), "eliminated": vech(places)}
        return values


def cycles(to):
    """The cycles of the permutation that carries place k to place to[k - 1], as text; fixed points left out.

    >>> cycles([1, 3, 2, 5, 4]), cycles([1, 2])
    ('(2 3)(4 5)', 'none')
    """
    left, found = set(range(1, len(to) + 1)), []
    while left:
        cycle = [min(left)]
        while (following := int(to[cycle[-1] - 1])) != cycle[0]:
            cycle.append(following)
        left -= set(cycle)
        if len(cycle) > 1:
            found.append(f"({' '.join(map(str, cycle))})")
    return "".join(found) or "none"
