"""The parallelogram of two columns: its signed area, that area's gradient, and what a push changes."""
import numpy as np
import traitlets

from .base import Figure, Limits, require_inside
from .density_map import signed_area
from .matrix_entry_explorer import Matrix


class DeterminantBox(Figure):
    """Drag the two columns of X, and a push dX of them; see how the signed area answers.

    matrix, push: X and dX, shape (2, 2).  function: "det", or "log" for log |det X|.  limits: (low, high) per
    axis, with 0 in between.

    Read-outs: X; det; log|det|; gradient of the chosen function, shape (2, 2); dX; predicted = <gradient, dX>
    and actual change from X to X + dX.  What does not exist where a determinant is 0 is None.

    >>> figure = DeterminantBox([[3, 1], [2, 4]], push=[[0.1, -0.2], [0.3, 0.1]])
    >>> figure.readouts()["gradient"]
    array([[ 4., -2.],
           [-1.,  3.]])
    >>> round(figure.readouts()["predicted"], 4), round(figure.readouts()["actual"], 4)
    (0.8, 0.87)
    """

    kind = "determinant-box"
    matrix = Matrix((2, 2), default_value=((3.0, 1.0), (2.0, 4.0))).tag(sync=True)
    push = Matrix((2, 2), default_value=((0.0, 0.0), (0.0, 0.0))).tag(sync=True)
    function = traitlets.Enum(("det", "log"), default_value="det").tag(sync=True)
    limits = Limits(((-3, 8), (-3, 8))).tag(sync=True)

    def __init__(self, matrix=((3.0, 1.0), (2.0, 4.0)), push=((1.0, -0.5), (0.5, 1.0)), function="det",
                 limits=((-3, 8), (-3, 8)), label=""):
        super().__init__(matrix=matrix, push=push, function=function, limits=limits,
                         label=label or "The parallelogram of the columns of X and a push of them")
        require_inside((0, 0), self.limits, "the corner 0 of the parallelogram")
        X, dX = np.array(self.matrix), np.array(self.push)
        for j in (0, 1):
            require_inside(X[:, j], self.limits, f"column {j + 1} of matrix")
            require_inside(X[:, j] + dX[:, j], self.limits, f"column {j + 1} of matrix + push")

    def _value(self, X):
        det = signed_area(X)
        if self.function == "det":
            return det
        return float(np.log(abs(det))) if det else None

    def readouts(self):
        X, dX = np.array(self.matrix), np.array(self.push)
        (a, b), (c, d) = X
        det, cofactors = signed_area(X), np.array([[d, -c], [-b, a]])
        gradient = cofactors if self.function == "det" else cofactors / det if det else None
        before, after = self._value(X), self._value(X + dX)
        return {"X": X, "det": det, "log|det|": float(np.log(abs(det))) if det else None,
                "gradient": gradient, "dX": dX,
                "predicted": None if gradient is None else float(np.sum(gradient * dX)),
                "actual": None if before is None or after is None else after - before}
