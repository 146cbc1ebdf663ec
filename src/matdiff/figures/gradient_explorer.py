"""Contours, a point, a direction and the gradient: what the derivative promises and what happens."""
import numpy as np
import traitlets

from .base import Figure, Limits, Number, Vector, require_inside
from .formula import Formula


class Ruler(traitlets.TraitType):
    """How steps are measured: "euclidean", "max", or a symmetric positive definite 2 x 2 matrix P."""

    def validate(self, obj, value):
        if isinstance(value, str):
            if value in ("euclidean", "max"):
                return value
        else:
            try:
                P = np.asarray(value, float)
                if P.shape == (2, 2) and np.array_equal(P, P.T) and np.linalg.eigvalsh(P).min() > 0:
                    return tuple(tuple(float(x) for x in row) for row in P)
            except (TypeError, ValueError):
                pass
        raise traitlets.TraitError('ruler must be "euclidean", "max" or a symmetric positive definite 2 x 2 '
                                   f"matrix; got {value!r}")


def length(v, ruler):
    """The length of v by a ruler: |v|, max |v_i| or sqrt(v' P v)."""
    if ruler == "euclidean":
        return float(np.linalg.norm(v))
    if ruler == "max":
        return float(np.abs(v).max())
    return float(np.sqrt(v @ np.array(ruler) @ v))


def steepest(g, ruler):
    """The step of unit length along which a function with gradient g rises fastest (nought if g is)."""
    if not g.any():
        return np.zeros(2)
    if ruler == "max":
        return np.sign(g)
    v = g if ruler == "euclidean" else np.linalg.solve(np.array(ruler), g)
    return v / length(v, ruler)


class GradientExplorer(Figure):
    """Drag the point and the tip of v; see the gradient, predicted and actual change, and the cosine curve.

    f: formula in x1, x2 (string or SymPy expression).  point, direction: 2 numbers.
    limits: (low, high) per axis.
    ruler: how steps are measured, "euclidean", "max" or a 2 x 2 matrix P; D_u f has u = v / length of v.
    skew=True (quadratic f only) adds a slider for a skew part of the matrix: `skew_part` moves the wrong
    formula Ax + b and nothing else.

    Read-outs: f, gradient, length, D_v f, D_u f, cos, predicted, actual, difference; with a ruler also
    steepest and steepest_rate; with skew also A and wrong.

    >>> GradientExplorer("x1**2 + 3*x1*x2 - x2", point=(2, 1)).readouts()["gradient"]
    array([7., 5.])
    """

    kind = "gradient-explorer"
    point = Vector(2, (2, 1)).tag(sync=True)
    direction = Vector(2, (1, -1)).tag(sync=True)
    limits = Limits(((-3, 3), (-3, 3))).tag(sync=True)
    ruler = Ruler(default_value="euclidean").tag(sync=True)
    skew_part = Number(0, -5, 5).tag(sync=True)
    formula = traitlets.Dict().tag(sync=True)
    quadratic = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)

    def __init__(self, f, point=(2, 1), direction=(1, -1), limits=((-3, 3), (-3, 3)), ruler="euclidean",
                 skew=False, label="", skew_part=0.0):
        self.f = Formula(f)
        super().__init__(point=point, direction=direction, limits=limits, ruler=ruler, skew_part=skew_part,
                         formula=self.f.javascript(second=False),
                         quadratic=self._quadratic() if skew else None,
                         label=label or f"Contours of {self.f} with a point, a direction and the gradient")
        require_inside(self.point, self.limits)

    def _quadratic(self):
        """A (symmetric), b and c of f = 1/2 x'Ax + b'x + c."""
        origin = np.zeros(2)
        A = self.f.hessian(origin)
        if not np.isfinite(A).all() or self.f.expression.diff("x1", 3) or any(
                entry.free_symbols for row in self.f._second for entry in row):
            raise ValueError(f"skew=True needs a quadratic f, and {self.f} is none")
        return {"A": A.tolist(), "b": self.f.gradient(origin).tolist(), "c": self.f.value(origin)}

    def readouts(self):
        x, v = np.array(self.point), np.array(self.direction)
        fx, g = self.f.value(x), self.f.gradient(x)
        size, slope = length(v, self.ruler), float(g @ v)
        euclidean = np.linalg.norm(g) * np.linalg.norm(v)
        actual = self.f.value(x + v) - fx
        values = {"f": fx, "gradient": g, "length": size, "D_v f": slope,
                  "D_u f": slope / size if size else None, "cos": slope / euclidean if euclidean else None,
                  "predicted": slope, "actual": actual, "difference": actual - slope}
        if self.ruler != "euclidean":
            best = steepest(g, self.ruler)
            values |= {"steepest": best, "steepest_rate": float(g @ best)}
        if self.quadratic:
            A = np.array(self.quadratic["A"]) + self.skew_part * np.array([[0, 1], [-1, 0]])
            values |= {"A": A, "wrong": A @ x + np.array(self.quadratic["b"])}
        return values
