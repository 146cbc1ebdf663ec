"""One weight at a time: the tables of Z = XW, a squared error, and its answer to each entry of W and X."""
import numpy as np
import traitlets

from .base import Figure, Number


class Matrix(traitlets.TraitType):
    """A matrix of finite numbers, of the given shape if there is one, held as a tuple of rows."""

    def __init__(self, shape=None, **options):
        self.shape = shape
        super().__init__(**options)

    def validate(self, obj, value):
        try:
            array = np.asarray(value, float)
        except (TypeError, ValueError):
            array = np.empty(0)
        if array.ndim != 2 or not array.size or not np.isfinite(array).all():
            raise traitlets.TraitError(f"{self.name} must be a matrix of finite numbers, two axes; "
                                       f"got {value!r}")
        if self.shape not in (None, array.shape):
            raise traitlets.TraitError(f"{self.name} must have shape {self.shape}; got {array.shape}")
        return tuple(tuple(float(x) for x in row) for row in array)


class MatrixEntryExplorer(Figure):
    """Tables X, W, Z = XW, Y and G; drag an entry of W or X up or down and watch the loss answer.

    X: (m, d).  W: (d, k).  Y: (m, k).  loss: "half" |R|^2 / 2, "mean" |R|^2 / (2m), "library" |R|^2 / (mk),
    with R = XW - Y.  G is the gradient at Z.  picked: ("W" or "X", row, column), the entry that is dragged.
    `start` is its value when it was picked: predicted and actual change are counted from there.

    Read-outs: loss; slope, the partial derivative by the picked entry; terms, the products it is the sum of;
    predicted and actual change of the loss; gradient, with respect to W or X.

    >>> figure = MatrixEntryExplorer(np.eye(2), [[1, 0], [0, 1]], [[0, 0], [0, 3]])
    >>> figure.readouts()["gradient"]
    array([[ 1.,  0.],
           [ 0., -2.]])
    """

    kind = "matrix-entry-explorer"
    X = Matrix(default_value=((0.0,),)).tag(sync=True)
    W = Matrix(default_value=((0.0,),)).tag(sync=True)
    Y = Matrix(default_value=((0.0,),)).tag(sync=True)
    loss = traitlets.Enum(("half", "mean", "library"), default_value="half").tag(sync=True)
    picked = traitlets.Tuple(traitlets.Enum(("W", "X")), traitlets.Int(min=0), traitlets.Int(min=0),
                             default_value=("W", 0, 0)).tag(sync=True)
    start = Number(0).tag(sync=True)

    def __init__(self, X, W, Y, loss="half", picked=("W", 0, 0), label=""):
        super().__init__(X=X, W=W, Y=Y, loss=loss, picked=picked,
                         label=label or "Tables of a linear layer, an entry of which can be dragged")
        table, i, j = self.picked
        self.start = getattr(self, table)[i][j]

    @traitlets.validate("X", "W", "Y", "picked")
    def _fit_together(self, proposal):
        now = {name: getattr(self, name) for name in ("X", "W", "Y", "picked")}
        now[proposal["trait"].name] = proposal["value"]
        (m, d), (rows, k), target = (np.shape(now[name]) for name in "XWY")
        if rows != d or target != (m, k):
            raise traitlets.TraitError(f"X {(m, d)}, W {(rows, k)} and Y {target} do not fit: "
                                       "W needs a row for each column of X, Y the shape of X @ W")
        table, i, j = now["picked"]
        shape = np.shape(now[table])
        if i >= shape[0] or j >= shape[1]:
            raise traitlets.TraitError(f"picked names entry ({i}, {j}) of {table}, which has shape {shape}")
        return proposal["value"]

    def _factor(self):
        m, k = np.shape(self.Y)
        return {"half": 1, "mean": 1 / m, "library": 2 / (m * k)}[self.loss]

    def _loss(self, X, W):
        return self._factor() / 2 * np.sum((X @ W - np.array(self.Y))**2)

    def readouts(self):
        X, W, Y = np.array(self.X), np.array(self.W), np.array(self.Y)
        table, i, j = self.picked
        G = self._factor() * (X @ W - Y)
        gradient, terms = (X.T @ G, X[:, i] * G[:, j]) if table == "W" else (G @ W.T, G[i] * W[j])
        before = {"X": X.copy(), "W": W.copy()}
        moved = float(before[table][i, j] - self.start)
        before[table][i, j] = self.start
        G0 = self._factor() * (before["X"] @ before["W"] - Y)
        slope = (before["X"].T @ G0 if table == "W" else G0 @ before["W"].T)[i, j]
        return {"loss": float(self._loss(X, W)), "slope": float(gradient[i, j]), "terms": terms,
                "predicted": float(slope * moved), "actual": float(self._loss(X, W) - self._loss(**before)),
                "gradient": gradient}
