"""A network of two layers on a small batch: every table with its gradient, and one entry to drag."""
import numpy as np
import traitlets

from .base import Figure, Number
from .matrix_entry_explorer import Matrix

WIDEST = 4
TABLES = ("X", "W1", "b1", "W2", "b2", "Y")
MISTAKES = ("none", "no mask", "no mean")


class BatchNetwork(Figure):
    """Z1 = X W1 + b1, A1 = max(Z1, 0), Z2 = A1 W2 + b2, L = ‖Z2 − Y‖²/(2m): tables of values and gradients.

    Rows are the m samples. Drag any entry of X, the weights, the biases or Y; a curve shows the loss along
    that entry, and the tangent that the backward pass gives where the entry stood when it was picked.

    X: (m, d).  W1: (d, h).  b1: (1, h).  W2: (h, o).  b2: (1, o).  Y: (m, o).  No side is longer than four.
    mistake: "none", "no mask" (the slopes of the ReLU are forgotten) or "no mean" (the factor 1/m is).
    picked: (table, row, column).  start: the value of that entry where the tangent touches; without it the
    present one.

    Read-outs: entry and L; slope, the entry of the gradient at `start`; predicted and actual, the changes of
    L from there; delta 1, delta 2, at A1, gradient X, W1, b1, W2, b2, Y at the present values.

    >>> figure = BatchNetwork([[1, 2]], [[1], [1]], [[-1]], [[3]], [[0]], [[5]])
    >>> figure.readouts()["L"], figure.readouts()["gradient W1"].tolist()
    (0.5, [[3.0], [6.0]])
    """

    kind = "batch-network"
    X = Matrix(default_value=((0.0,),)).tag(sync=True)
    W1 = Matrix(default_value=((0.0,),)).tag(sync=True)
    b1 = Matrix(default_value=((0.0,),)).tag(sync=True)
    W2 = Matrix(default_value=((0.0,),)).tag(sync=True)
    b2 = Matrix(default_value=((0.0,),)).tag(sync=True)
    Y = Matrix(default_value=((0.0,),)).tag(sync=True)
    mistake = traitlets.Enum(MISTAKES, default_value="none").tag(sync=True)
    picked = traitlets.Tuple(traitlets.Enum(TABLES), traitlets.Int(min=0), traitlets.Int(min=0),
                             default_value=("W1", 0, 0)).tag(sync=True)
    start = Number(0).tag(sync=True)

    def __init__(self, X, W1, b1, W2, b2, Y, mistake="none", picked=("W1", 0, 0), start=None, label=""):
        super().__init__(X=X, W1=W1, b1=b1, W2=W2, b2=b2, Y=Y, mistake=mistake, picked=picked,
                         label=label or "A network of two layers on a batch, with all its gradients")
        table, i, j = self.picked
        self.start = getattr(self, table)[i][j] if start is None else start

    @traitlets.validate(*TABLES, "picked")
    def _fit_together(self, proposal):
        now = {name: getattr(self, name) for name in (*TABLES, "picked")}
        now[proposal["trait"].name] = proposal["value"]
        shapes = {name: np.shape(now[name]) for name in TABLES}
        (m, d), h, o = shapes["X"], shapes["W1"][1], shapes["W2"][1]
        fitting = {"X": (m, d), "W1": (d, h), "b1": (1, h), "W2": (h, o), "b2": (1, o), "Y": (m, o)}
        for name in TABLES:
            if shapes[name] != fitting[name]:
                raise traitlets.TraitError(f"{name} has shape {shapes[name]}; X {shapes['X']}, W1 "
                                           f"{shapes['W1']} and W2 {shapes['W2']} ask for {fitting[name]}")
        if max(m, d, h, o) > WIDEST:
            raise traitlets.TraitError(f"No side may be longer than {WIDEST}; got {m} samples and the "
                                       f"widths {d}, {h}, {o}")
        table, i, j = now["picked"]
        if not np.less((i, j), shapes[table]).all():
            raise traitlets.TraitError(f"picked names entry ({i}, {j}) of {table}, which has shape "
                                       f"{shapes[table]}")
        return proposal["value"]

    def passes(self, moved=None):
        """The loss and the gradients by name, with the picked entry at `moved`, as `mistake` has them."""
        X, W1, b1, W2, b2, Y = tables = [np.array(getattr(self, name)) for name in TABLES]
        table, i, j = self.picked
        if moved is not None:
            tables[TABLES.index(table)][i, j] = moved
        Z1 = X @ W1 + b1
        A1 = np.maximum(Z1, 0)
        residual = A1 @ W2 + b2 - Y
        m = len(X)
        delta2 = residual if self.mistake == "no mean" else residual / m
        at_A1 = delta2 @ W2.T
        delta1 = at_A1 if self.mistake == "no mask" else at_A1 * (Z1 > 0)
        return float(np.sum(residual**2) / (2 * m)), {
            "delta 1": delta1, "delta 2": delta2, "at A1": at_A1, "gradient X": delta1 @ W1.T,
            "gradient W1": X.T @ delta1, "gradient b1": delta1.sum(axis=0, keepdims=True),
            "gradient W2": A1.T @ delta2, "gradient b2": delta2.sum(axis=0, keepdims=True),
            "gradient Y": -delta2}

    def readouts(self):
        table, i, j = self.picked
        entry = getattr(self, table)[i][j]
        L, gradients = self.passes()
        first, there = self.passes(self.start)
        slope = float(there[f"gradient {table}"][i, j])
        return {"entry": entry, "L": L, "slope": slope, "predicted": slope * (entry - self.start),
                "actual": L - first, **gradients}
