"""A Gaussian in the plane as an ellipse: its likelihood, the gradients, and its divergence to another one."""
import numpy as np
import traitlets

from .base import Figure, Limits, Vector, require_inside
from .matrix_entry_explorer import Matrix

NARROWEST = 0.05  # no half-axis is dragged shorter than this


class Ellipse(Vector):
    """A trait that holds a Gaussian as five numbers: mean, a half-axis, and the length of the one across it.

    The half-axes are standard deviations, so the covariance is positive definite whatever is dragged.
    """

    def __init__(self, **options):
        super().__init__(5, (0, 0, 1, 0, 1), **options)

    def validate(self, obj, value):
        five = super().validate(obj, value)
        if np.hypot(*five[2:4]) < NARROWEST or five[4] < NARROWEST:
            raise traitlets.TraitError(f"{self.name} must have half-axes of at least {NARROWEST:g}; got "
                                       f"{np.hypot(*five[2:4]):g} and {five[4]:g}")
        return five


class GaussianEllipse(Figure):
    """Drag a Gaussian's mean and axes, or the data: log-likelihood, its gradients, KL to another Gaussian.

    points: data, shape (N, 2), or none.  mean: 2 numbers.  covariance: (2, 2), symmetric, positive definite.
    other: None, or the (mean, covariance) of a second Gaussian q.  limits: (low, high) per axis.  arrows:
    whether the pulls of the points and the gradients are drawn.  step: None, or a trial step of the mean, two
    numbers; needs points.

    Read-outs: mean, Sigma, Lambda = inverse of Sigma.  With points: S, the second moment about the mean;
    log-likelihood, the mean over the points; its gradients by mean, Sigma and Lambda (symmetric matrices).
    With step: it; predicted and actual change of the log-likelihood when the mean takes it; natural, the
    gradient by the mean times Sigma, which is the way to the points' mean; turn, the angle between the two in
    degrees, None where they are nought.
    With other: entropy; KL = KL(p, q) and KL back = KL(q, p), each half the sum of its four terms: trace,
    distance of the means, log of the ratio of determinants, minus the dimension.

    >>> figure = GaussianEllipse([(1, 0), (-1, 1), (0, 2)], mean=(0, 1), covariance=[[1, 0], [0, 2]])
    >>> figure.readouts()["gradient Sigma"].round(3)
    array([[-0.167, -0.083],
           [-0.083, -0.167]])
    """

    kind = "gaussian-ellipse"
    points = Matrix(default_value=None, allow_none=True).tag(sync=True)
    gaussian = Ellipse().tag(sync=True)
    other = Ellipse(allow_none=True).tag(sync=True)
    limits = Limits(((-4, 4), (-3, 3))).tag(sync=True)
    arrows = traitlets.Bool(True).tag(sync=True)
    step = Vector(2, (1, 0), allow_none=True).tag(sync=True)

    def __init__(self, points=None, mean=(0, 0), covariance=((1, 0), (0, 1)), other=None,
                 limits=((-4, 4), (-3, 3)), arrows=True, label="", step=None):
        if step is not None and points is None:
            raise ValueError("step is a trial step of the mean towards points; give points, or no step")
        super().__init__(points=points, step=step, gaussian=ellipse(mean, covariance),
                         other=None if other is None else ellipse(*other), limits=limits, arrows=arrows,
                         label=label or "A Gaussian whose mean and axes can be dragged")
        for i, point in enumerate(self.points or ()):
            require_inside(point, self.limits, f"points[{i}]")

    @traitlets.validate("points")
    def _pairs(self, proposal):
        rows = proposal["value"]
        if rows is not None and len(rows[0]) != 2:
            raise traitlets.TraitError(f"points must have shape (N, 2); got {np.shape(rows)}")
        return rows

    @property
    def mean(self):
        """The mean, shape (2,)."""
        return np.array(self.gaussian[:2])

    @property
    def covariance(self):
        """The covariance, shape (2, 2)."""
        return covariance_of(self.gaussian)

    def readouts(self):
        mean, Sigma = self.mean, self.covariance
        said = {"mean": mean, "Sigma": Sigma, "Lambda": np.linalg.inv(Sigma)}
        if self.points is not None:
            said |= likelihood(np.array(self.points), mean, Sigma)
        if self.step is not None:
            said |= self._trial(said)
        if self.other is not None:
            p, q = (mean, Sigma), (np.array(self.other[:2]), covariance_of(self.other))
            there, back = divergence_terms(p, q), divergence_terms(q, p)
            said |= {"other mean": q[0], "other Sigma": q[1],
                     "entropy": float(np.log(2 * np.pi * np.e) + np.linalg.slogdet(Sigma)[1] / 2),
                     "KL": float(there.sum() / 2), "KL terms": there,
                     "KL back": float(back.sum() / 2), "KL back terms": back}
        return said

    def _trial(self, said):
        """What a step of the mean promises and brings, and how far the gradient turns from the natural one."""
        step, slope = np.array(self.step), said["gradient mean"]
        there = likelihood(np.array(self.points), self.mean + step, self.covariance)
        natural = self.covariance @ slope
        turn = np.arctan2(slope[0] * natural[1] - slope[1] * natural[0], slope @ natural)
        return {"step": step, "predicted": float(slope @ step),
                "actual": there["log-likelihood"] - said["log-likelihood"], "natural": natural,
                "turn": abs(float(np.degrees(turn))) if slope.any() else None}


def ellipse(mean, covariance):
    """The five numbers of a Gaussian, the longer half-axis first, pointing to the right."""
    try:
        mean, Sigma = np.asarray(mean, float), np.asarray(covariance, float)
    except (TypeError, ValueError):
        mean, Sigma = np.empty(0), np.empty(0)
    if mean.shape != (2,) or Sigma.shape != (2, 2) or not np.isfinite([*mean, *Sigma.flat]).all():
        raise ValueError("a Gaussian needs a mean of shape (2,) and a covariance of shape (2, 2), finite "
                         f"numbers; got shapes {mean.shape} and {Sigma.shape}")
    if not np.allclose(Sigma, Sigma.T) or np.linalg.eigvalsh(Sigma)[0] <= 0:
        raise ValueError(f"covariance must be symmetric and positive definite; got {Sigma.tolist()}")
    variances, axes = np.linalg.eigh(Sigma)
    axis = np.sqrt(variances[1]) * axes[:, 1]
    return (*mean, *(axis if tuple(axis) > (0, 0) else -axis), np.sqrt(variances[0]))


def covariance_of(five):
    """The covariance whose half-axes are `five[2:4]` and, across it, one of length `five[4]`."""
    _, _, a, b, width = five
    share = width**2 / (a * a + b * b)
    both = (1 - share) * a * b
    return np.array([[a * a + share * b * b, both], [both, b * b + share * a * a]])


def likelihood(points, mean, Sigma):
    """The mean log-density of the points, and its gradients."""
    E, Lambda = points - mean, np.linalg.inv(Sigma)
    S = E.T @ E / len(E)
    return {"S": S,
            "log-likelihood": float(-(2 * np.log(2 * np.pi) + np.linalg.slogdet(Sigma)[1]
                                      + np.trace(Lambda @ S)) / 2),
            "gradient mean": Lambda @ E.mean(axis=0),
            "gradient Sigma": (Lambda @ S @ Lambda - Lambda) / 2, "gradient Lambda": (Sigma - S) / 2}


def divergence_terms(p, q):
    """The four terms whose half sum is KL(p, q), for Gaussians (mean, covariance)."""
    Lambda, apart = np.linalg.inv(q[1]), q[0] - p[0]
    return np.array([np.trace(Lambda @ p[1]), apart @ Lambda @ apart,
                     np.linalg.slogdet(q[1])[1] - np.linalg.slogdet(p[1])[1], -len(apart)])
