"""Logistic regression in the plane, one gradient step at a time: points to drag, mean or sum, a safe step."""
import numpy as np
import traitlets

from .base import Figure, Limits, Number, Vector, require_inside


class Points(traitlets.TraitType):
    """Two or more points of the plane, as a tuple of pairs."""

    def validate(self, obj, value):
        try:
            array = np.asarray(value, float)
        except (TypeError, ValueError):
            array = np.empty(0)
        if array.ndim != 2 or array.shape[1] != 2 or len(array) < 2 or not np.isfinite(array).all():
            raise traitlets.TraitError(f"{self.name} must be two or more pairs of finite numbers, "
                                       f"an array of shape (m, 2); got {value!r}")
        return tuple(tuple(float(x) for x in pair) for pair in array)


class Labels(traitlets.TraitType):
    """Zeros and ones, as a tuple of integers."""

    def validate(self, obj, value):
        labels = np.asarray(value).ravel().tolist()
        if not labels or not all(y in (0, 1) for y in labels):
            raise traitlets.TraitError(f"{self.name} must be zeros and ones, one for each point; "
                                       f"got {value!r}")
        return tuple(int(y) for y in labels)


class TrainingStepper(Figure):
    """Logistic regression with bias on points of the plane; step, run, drag a point across the line.

    points: shape (m, 2).  labels: m zeros and ones.  eta: the step size, positive.
    reduction: "mean" or "sum" of the m losses.  weights: where to start, (w1, w2, b).
    `step(n)` makes n gradient steps from Python.

    Read-outs: loss; gradient_w, gradient_b; accuracy, the share of points on the right side; length, that
    of w; safe step, below which no step from any weights raises the loss: 2 / (1/4 largest eigenvalue of
    X'X), X the points with a column of ones, and m times that for the mean; steps made so far.

    >>> figure = TrainingStepper([(1, 2), (-1, 0)], [1, 0])
    >>> figure.step(3)
    >>> figure.readouts()["accuracy"]
    1.0
    """

    kind = "training-stepper"
    points = Points(default_value=((1.0, 0.0), (-1.0, 0.0))).tag(sync=True)
    labels = Labels(default_value=(1, 0)).tag(sync=True)
    eta = Number(1, 1e-3, 1e3).tag(sync=True)
    reduction = traitlets.Enum(("mean", "sum"), default_value="mean").tag(sync=True)
    weights = Vector(3, (0, 0, 0)).tag(sync=True)
    steps = traitlets.Int(0, min=0).tag(sync=True)
    limits = Limits(((-4, 4), (-4, 4))).tag(sync=True)

    def __init__(self, points, labels, eta=1.0, reduction="mean", weights=(0, 0, 0),
                 limits=((-4, 4), (-4, 4)), label=""):
        super().__init__(points=points, labels=labels, eta=eta, reduction=reduction, weights=weights,
                         limits=limits, label=label or "Logistic regression on points that can be dragged")
        for i, point in enumerate(self.points):
            require_inside(point, self.limits, f"points[{i}]")

    @traitlets.validate("points", "labels")
    def _one_label_each(self, proposal):
        pair = {"points": self.points, "labels": self.labels, proposal["trait"].name: proposal["value"]}
        m, given = len(pair["points"]), len(pair["labels"])
        if m != given:
            raise traitlets.TraitError(f"labels must be {m} zeros and ones, one for each point; got {given}")
        return proposal["value"]

    def _parts(self):
        """The points with a column of ones, the logits, the labels, and the factor of the reduction."""
        X = np.column_stack([self.points, np.ones(len(self.points))])
        z = X @ np.array(self.weights)
        return X, z, np.array(self.labels), 1 / len(X) if self.reduction == "mean" else 1.0

    def _gradient(self):
        X, z, y, factor = self._parts()
        return factor * X.T @ (sigmoid(z) - y)

    def step(self, count=1):
        """Make gradient steps with the present eta and reduction."""
        for _ in range(count):
            self.weights = np.array(self.weights) - self.eta * self._gradient()
            self.steps += 1

    def readouts(self):
        X, z, y, factor = self._parts()
        g = self._gradient()
        steepest = factor * np.linalg.eigvalsh(X.T @ X)[-1] / 4  # sigmoid' is at most 1/4
        return {"loss": float(factor * np.sum(np.logaddexp(0, z) - y * z)), "gradient_w": g[:2],
                "gradient_b": float(g[2]), "accuracy": float(np.mean((z > 0) == y)),
                "length": float(np.linalg.norm(self.weights[:2])),
                "safe step": float(2 / steepest), "steps": self.steps}


def sigmoid(z):
    """1 / (1 + exp(-z)), without overflow on either side."""
    return np.exp(-np.logaddexp(0, -z))
