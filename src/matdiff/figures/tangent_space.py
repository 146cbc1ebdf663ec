"""A point on the circle or the sphere: its gradient, the projection, and steps that stay or leave."""
import math

import numpy as np
import traitlets

from .base import Figure, Number, _numbers

FAR = 1e3  # a walk that got this far away is given up
STEPS = 50


class Coordinates(traitlets.TraitType):
    """A trait that holds two or three finite numbers as a tuple."""

    def validate(self, obj, value):
        array = _numbers(value)
        if array is None or array.shape not in ((2,), (3,)):
            raise traitlets.TraitError(f"{self.name} must be 2 or 3 finite numbers; got {value!r}")
        return tuple(float(x) for x in array)


class TangentSpace(Figure):
    """Drag a point x of the unit circle or sphere and the gradient G of f(x) = <G, x>; step along -G.

    point: 2 or 3 numbers, shortened or stretched to length 1.  gradient: as many.  eta: the step size,
    0.001 to 1.  doubled: the projection is taken twice as long, as if its factor 1/2 were forgotten.  trail:
    whether the way of 50 steps is drawn.  A rotation by the angle t is the point (cos t, sin t).

    Three walks: raw, x - eta G; tangent, x - eta P(G) with P(G) = G - x <x, G>; kept, that divided by its
    length.  Read-outs: x; G; projection; slope, the true one in the direction of the projection, and the
    predicted one, what the projection (doubled or not) makes of it; the violation abs(|x|^2 - 1) of each walk
    after 1 step, and the largest within 50; f now, after 50 kept steps, and at its lowest.  None where a walk
    gets out of hand.

    >>> figure = TangentSpace((1, 0), (0.6, 0.8), eta=0.5)
    >>> said = figure.readouts()
    >>> said["projection"], *(round(said[name], 4) for name in ("raw 1", "tangent 1", "kept 1"))
    (array([0. , 0.8]), 0.35, 0.16, 0.0)
    """

    kind = "tangent-space"
    point = Coordinates(default_value=(1.0, 0.0)).tag(sync=True)
    gradient = Coordinates(default_value=(0.0, 1.0)).tag(sync=True)
    eta = Number(0.3, 1e-3, 1).tag(sync=True)
    doubled = traitlets.Bool(False).tag(sync=True)
    trail = traitlets.Bool(True).tag(sync=True)

    def __init__(self, point=(0.8, 0.6), gradient=(0.1, -1.5), eta=0.3, doubled=False, trail=True, label=""):
        array = _numbers(point)
        length = 0 if array is None else np.linalg.norm(array)
        if not length:
            raise ValueError("point must be 2 or 3 finite numbers, not all 0: it is put on the circle or "
                             f"sphere; got {point!r}")
        super().__init__(point=array / length, gradient=gradient, eta=eta, doubled=doubled, trail=trail,
                         label=label or "A point on a circle or sphere, its gradient and three steps")

    @traitlets.validate("point", "gradient")
    def _fit_together(self, proposal):
        now = {"point": self.point, "gradient": self.gradient, proposal["trait"].name: proposal["value"]}
        if len(now["point"]) != len(now["gradient"]):
            raise traitlets.TraitError("point and gradient must have the same size; got "
                                       f"{len(now['point'])} and {len(now['gradient'])} numbers")
        if abs(math.hypot(*now["point"]) - 1) > 1e-6:
            raise traitlets.TraitError(f"point must have length 1; got {now['point']}, of length "
                                       f"{math.hypot(*now['point']):.4g}")
        return proposal["value"]

    def readouts(self):
        x, G = self.point, self.gradient
        factor = 2 if self.doubled else 1
        along = _tangent(x, G)
        slope = math.sqrt(_dot(along, along))
        said = {"x": np.array(x), "G": np.array(G), "projection": factor * np.array(along),
                "slope": slope, "predicted": factor * slope}
        for steps in (1, STEPS):
            for how in ("raw", "tangent", "kept"):
                points = walk(x, G, self.eta, how, factor, steps)
                there = len(points) > steps
                said[f"{how} {steps}"] = max(abs(_dot(p, p) - 1) for p in points[1:]) if there else None
        end = walk(x, G, self.eta, "kept", factor, STEPS)[-1]
        return {**said, "f": _dot(G, x), "f kept": _dot(G, end), "lowest": -math.sqrt(_dot(G, G))}


def walk(x, G, eta, how, factor, steps):
    """The points of a walk, x first; it ends early where it gets out of hand.

    Number by number, in the order of the page: so both round alike, also where a walk is chaotic.
    """
    points = [x]
    for _ in range(steps):
        step = G if how == "raw" else [factor * t for t in _tangent(x, G)]
        x = [a - eta * b for a, b in zip(x, step)]
        length = math.sqrt(_dot(x, x))
        if length > FAR or not length:
            break
        if how == "kept":
            x = [a / length for a in x]
        points.append(x)
    return points


def _dot(a, b):
    return sum(p * q for p, q in zip(a, b))


def _tangent(x, G):
    """G - x <x, G>."""
    share = _dot(x, G)
    return [g - share * a for a, g in zip(x, G)]
