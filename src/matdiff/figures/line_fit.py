"""A line fitted to points: what one point does to it, its leverage, and the line without it."""
import numpy as np
import traitlets

from .base import Number
from .cloud import Cloud
from .matrix_entry_explorer import Matrix

ROUNDING = 1e-12  # a spread of x below this share of its size is none: then no line is the best
STEPS = 60        # weighted fits, one after the other, for the Huber line


class LineFit(Cloud):
    """Drag points: the least-squares line w1 + w2 x follows, and the line without the point moved last.

    points: (x, y) each, shape (N, 2), N at least 3.  huber: None, or the residual c beyond which the Huber loss
    grows linearly: then its line is drawn too.  limits: (low, high) per axis.  names: of the axes.
    `picked` is (i,), the point moved last, and `start` its place before: the change of w counts from there.

    Read-outs: w; of the picked point h, its leverage; r, its residual y - w1 - w2 x; left out, r / (1 - h), the
    residual from the line without it; without, that line's w; dw/dy; predicted (first order) and actual change
    of w.  With huber: huber w; weight, the picked point's in that fit.  None where no line is the best.

    >>> figure = LineFit([(0, 1), (1, 2), (2, 2)], picked=1, limits=((-1, 3), (0, 3)))
    >>> round(figure.readouts()["r"], 4), round(figure.readouts()["left out"], 4)
    (0.3333, 0.5)
    """

    kind = "line-fit"
    least = 3
    points = Matrix(default_value=((0.0, 0.0), (1.0, 1.0), (2.0, 1.0))).tag(sync=True)
    huber = Number(1, 1e-3, 1e6, allow_none=True).tag(sync=True)
    names = traitlets.Tuple(traitlets.Unicode(), traitlets.Unicode(), default_value=("x", "y")).tag(sync=True)

    def __init__(self, points, picked=0, huber=None, limits=((0, 10), (0, 10)), names=("*x*", "*y*"), label=""):
        super().__init__(points, picked, limits, huber=huber, names=names,
                         label=label or "Points, each of which can be dragged, and the least-squares line")

    def readouts(self):
        P, (i,) = np.array(self.points), self.picked
        before, others = P.copy(), np.ones(len(P))
        before[i], others[i] = self.start, 0
        said = dict.fromkeys(("w", "h", "r", "left out", "without", "dw/dy", "predicted", "actual"))
        if self.huber is not None:
            said |= dict.fromkeys(("huber w", "weight"))
        now, rest, first = fit(P), fit(P, others), fit(before)
        if now is not None:
            said |= {"w": now.w, "h": now.leverage(i), "r": now.residual(i), "dw/dy": now.push(i, (0, 1))}
        if rest is not None:
            said |= {"without": rest.w, "left out": rest.residual(i)}
        if now is not None and first is not None:
            said |= {"predicted": first.push(i, P[i] - before[i]), "actual": now.w - first.w}
        if now is not None and self.huber is not None:
            w, weights = huber_fit(P, self.huber)
            said |= {"huber w": w, "weight": float(weights[i])}
        return said


class Line:
    """The line that minimises sum s (y - w1 - w2 x)², by the mean and the spread of x."""

    def __init__(self, points, weights):
        self.x, self.y = points.T
        self.total = weights.sum()
        self.mean = weights @ self.x / self.total
        self.spread = weights @ (self.x - self.mean)**2
        self.exists = self.spread > ROUNDING * (weights @ self.x**2)
        if self.exists:
            self.w = self.solve(weights @ self.y, weights @ (self.x * self.y))

    def solve(self, a, b):
        """(XᵀSX)⁻¹ (a, b), with the columns 1 and x in X."""
        slope = (b - self.mean * a) / self.spread
        return np.array([a / self.total - self.mean * slope, slope])

    def residual(self, i):
        return float(self.y[i] - self.w[0] - self.w[1] * self.x[i])

    def leverage(self, i):
        return float(1 / self.total + (self.x[i] - self.mean)**2 / self.spread)

    def push(self, i, step):
        """dw = (XᵀX)⁻¹ (dXᵀ r + Xᵀ(dy - dX w)) for a step (dx, dy) of point i."""
        (dx, dy), x = step, self.x[i]
        shift = dy - dx * self.w[1]
        return self.solve(shift, dx * self.residual(i) + x * shift)


def fit(points, weights=None):
    """The least-squares line of the points, with weights or without; None where no line is the best."""
    line = Line(points, np.ones(len(points)) if weights is None else weights)
    return line if line.exists else None


def huber_fit(points, c):
    """The minimiser of the sum of Huber losses, by weighted fits: w, and the weights min(1, c / |r|)."""
    weights = np.ones(len(points))
    for _ in range(STEPS):
        line = fit(points, weights)
        r = line.y - line.w[0] - line.w[1] * line.x
        weights = c / np.maximum(np.abs(r), c)
    return line.w, weights
