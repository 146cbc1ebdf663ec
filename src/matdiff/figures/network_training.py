"""A network 2 – h – 1 learns two half-moons, step by step; its gradient may have a mistake."""
import numpy as np
import traitlets

from .base import Figure, Limits, Number, Vector, require_inside
from .matrix_entry_explorer import Matrix
from .training_stepper import Labels, Points, sigmoid

MISTAKES = ("none", "no mask", "wrong sign", "sum")
MOST = 80  # points
LOST = 1e4  # a loss at which a run stops


def two_moons(m=60, noise=0.15, seed=0):
    """m points on two half circles that reach into each other, with noise: points (m, 2) and labels (m,).

    >>> points, labels = two_moons(8)
    >>> points.shape, labels.tolist()
    ((8, 2), [0, 1, 0, 1, 0, 1, 0, 1])
    """
    rng, labels = np.random.default_rng(seed), np.arange(m) % 2
    angle = rng.uniform(0, np.pi, m)
    arc = np.column_stack([np.cos(angle), np.sin(angle)]) * np.where(labels, -1, 1)[:, None]
    middle = np.where(labels[:, None], (0.5, 0.25), (-0.5, -0.25))
    return np.round(arc + middle + rng.normal(scale=noise, size=(m, 2)), 2), labels


class NetworkTraining(Figure):
    """Hidden ReLU units and logistic loss (the mean) on points of the plane: step, and choose a mistake.

    points: shape (m, 2), at most 80.  labels: m zeros and ones.  Without them: `two_moons()`.  hidden and
    seed: how many units, and the generator their first weights are drawn with (normal, variance 2/fan-in).
    units: one row for each hidden unit instead, (weight of x1, weight of x2, bias, weight to the output).
    bias: that of the output.  eta: step size.  mistake: of the gradient that is used, "none", "no mask",
    "wrong sign" or "sum" (in place of the mean).  probe: a point to drag.  `step(n)` steps from Python.

    Read-outs: loss; accuracy; norm 1, norm 2, lengths of the gradient that is used, hidden and output layer;
    error 1, error 2, how far it is from the right one, relative to that; at the probe: p, the probability of
    class 1, and active, how many units are on; steps made.

    >>> figure = NetworkTraining(seed=1)
    >>> before = figure.readouts()["loss"]
    >>> figure.step(10)
    >>> figure.readouts()["loss"] < before
    True
    """

    kind = "network-training"
    points = Points(default_value=((1.0, 0.0), (-1.0, 0.0))).tag(sync=True)
    labels = Labels(default_value=(1, 0)).tag(sync=True)
    units = Matrix(default_value=((1.0, 0.0, 0.0, 1.0),)).tag(sync=True)
    bias = Number(0).tag(sync=True)
    eta = Number(0.5, 1e-3, 1e2).tag(sync=True)
    mistake = traitlets.Enum(MISTAKES, default_value="none").tag(sync=True)
    probe = Vector(2, (0, 0)).tag(sync=True)
    steps = traitlets.Int(0, min=0).tag(sync=True)
    limits = Limits(((-2.4, 2.4), (-1.8, 1.8))).tag(sync=True)

    def __init__(self, points=None, labels=None, hidden=8, seed=0, units=None, bias=0.0, eta=0.5,
                 mistake="none", probe=(0, 0), limits=((-2.4, 2.4), (-1.8, 1.8)), label=""):
        if (points is None) != (labels is None):
            raise ValueError("points and labels belong together: give both, or neither for two_moons()")
        if points is None:
            points, labels = two_moons()
        if units is None:
            rng = np.random.default_rng(seed)
            units = np.column_stack([rng.normal(size=(hidden, 2)), np.zeros(hidden),
                                     rng.normal(size=hidden) * np.sqrt(2 / hidden)]).round(2)
        super().__init__(points=points, labels=labels, units=units, bias=bias, eta=eta, mistake=mistake,
                         probe=probe, limits=limits, label=label or "A small network learns two half-moons")
        for i, point in enumerate(self.points):
            require_inside(point, self.limits, f"points[{i}]")
        require_inside(self.probe, self.limits, "probe")

    @traitlets.validate("points", "labels", "units")
    def _fit_together(self, proposal):
        now = {name: getattr(self, name) for name in ("points", "labels", "units")}
        now[proposal["trait"].name] = proposal["value"]
        m, given, rows = len(now["points"]), len(now["labels"]), np.shape(now["units"])
        if m != given:
            raise traitlets.TraitError(f"labels must be {m} zeros and ones, one for each point; got {given}")
        if m > MOST:
            raise traitlets.TraitError(f"points may be {MOST} at most; got {m}")
        if rows[1] != 4:
            raise traitlets.TraitError("units must have four columns: weights of x1 and x2, bias, weight to "
                                       f"the output; got shape {rows}")
        return proposal["value"]

    def _forward(self, X):
        W, b, v = np.split(np.array(self.units).T, [2, 3])
        Z = X @ W + b
        return Z, np.maximum(Z, 0) @ v[0] + self.bias

    def gradients(self, mistake="none"):
        """The gradients for units, in the shape of units, and for bias."""
        X, y = np.array(self.points), np.array(self.labels)
        Z, z = self._forward(X)
        delta = (sigmoid(z) - y) * {"wrong sign": -1, "sum": len(y)}.get(mistake, 1) / len(y)
        back = np.outer(delta, np.array(self.units)[:, 3])
        if mistake != "no mask":
            back = back * (Z > 0)
        return np.column_stack([back.T @ X, back.sum(axis=0), np.maximum(Z, 0).T @ delta]), delta.sum()

    def step(self, count=1):
        """Make gradient steps with the present eta and mistake, until the loss is beyond 10⁴."""
        for _ in range(count):
            if not self.readouts()["loss"] < LOST:
                break
            by_units, by_bias = self.gradients(self.mistake)
            self.units = np.array(self.units) - self.eta * by_units
            self.bias -= self.eta * by_bias
            self.steps += 1

    def readouts(self):
        y = np.array(self.labels)
        _, z = self._forward(np.array(self.points))
        used, right = (_layers(*self.gradients(mistake)) for mistake in (self.mistake, "none"))
        at_probe, logit = self._forward(np.array([self.probe]))
        lengths = [float(np.linalg.norm(g)) for g in used]
        errors = [float(np.linalg.norm(g - r) / size) if (size := np.linalg.norm(r)) > 1e-100 else None
                  for g, r in zip(used, right)]
        return {"loss": float(np.mean(np.logaddexp(0, z) - y * z)), "accuracy": float(np.mean((z > 0) == y)),
                "norm 1": lengths[0], "norm 2": lengths[1], "error 1": errors[0], "error 2": errors[1],
                "p": float(sigmoid(logit[0])), "active": int(np.sum(at_probe > 0)), "steps": self.steps}


def _layers(by_units, by_bias):
    """The gradient of the hidden layer and that of the output layer."""
    return by_units[:, :3], np.append(by_units[:, 3], by_bias)
