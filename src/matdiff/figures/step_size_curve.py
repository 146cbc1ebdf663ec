"""How far to go against the gradient: the function along the step, its tangent and its parabola."""
import numpy as np
import traitlets

from .base import Figure, Limits, Number, Vector, require_inside
from .formula import Formula


class StepSizeCurve(Figure):
    """Drag the start and the step size: phi(eta) = f(x - eta g) with its tangent and its parabola.

    f: formula in x1, x2 (string or SymPy expression).  point: 2 numbers.  eta: the step size, not negative.
    limits: (low, high) per axis.

    Read-outs: eta; eta*, which minimises the parabola, and 2eta*, both None where f does not curve upwards
    along the gradient g; 1/L and 2/L with L the largest eigenvalue of the Hessian H, None unless L > 0;
    change = phi(eta) - phi(0), and what tangent and parabola say of it.

    >>> StepSizeCurve("x1**2 + 2*x2**2", point=(2, 1), eta=0.1).readouts()["eta*"]
    0.3333333333333333
    """

    kind = "step-size-curve"
    point = Vector(2, (2, 1)).tag(sync=True)
    eta = Number(0.1, 0).tag(sync=True)
    limits = Limits(((-3, 3), (-3, 3))).tag(sync=True)
    formula = traitlets.Dict().tag(sync=True)

    def __init__(self, f, point=(2, 1), eta=0.1, limits=((-3, 3), (-3, 3)), label=""):
        self.f = Formula(f)
        super().__init__(point=point, eta=eta, limits=limits, formula=self.f.javascript(),
                         label=label or f"A gradient step on {self.f} and the function along it")
        require_inside(self.point, self.limits)

    def readouts(self):
        x = np.array(self.point)
        g, H = self.f.gradient(x), self.f.hessian(x)
        square, curvature, L = g @ g, g @ H @ g, np.linalg.eigvalsh(H)[-1]
        best = float(square / curvature) if curvature > 0 else None
        safe = float(1 / L) if L > 0 else None
        tangent = -self.eta * square
        return {"eta": self.eta, "eta*": best, "2eta*": best and 2 * best, "1/L": safe,
                "2/L": safe and 2 * safe, "change": self.f.value(x - self.eta * g) - self.f.value(x),
                "tangent": float(tangent), "parabola": float(tangent + self.eta**2 * curvature / 2)}
