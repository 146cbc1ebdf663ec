"""How small should h be?  Forward and central differences and the complex step, their errors against h."""
import numpy as np
import sympy
import traitlets

from .base import Figure, Limits, Number, rounded
from .formula import Formula

_EPS = np.finfo(float).eps
_FUNCTIONS = {sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan",
              sympy.sinh: "sinh", sympy.cosh: "cosh", sympy.tanh: "tanh", sympy.atan: "atan",
              sympy.Abs: "abs", sympy.sign: "sign", sympy.Max: "max", sympy.Min: "min"}


def complex_javascript(expression):
    """The expression as calls of the figure's complex functions: NumPy's complex arithmetic, in JavaScript.

    >>> complex_javascript(sympy.Symbol("x")**2 + 1)
    'C.add([1, 0], C.power(x, 2))'
    """
    if expression.is_Symbol:
        return expression.name
    if expression.is_number:
        return f"[{float(expression)!r}, 0]" if not expression.is_Integer else f"[{int(expression)}, 0]"
    if expression.is_Pow and expression.exp.is_Integer:
        return f"C.power({complex_javascript(expression.base)}, {int(expression.exp)})"
    inside = ", ".join(complex_javascript(part) for part in expression.args)
    if expression.is_Pow:
        root = expression.exp == sympy.Rational(1, 2)
        return f"C.sqrt({complex_javascript(expression.base)})" if root else f"C.raise({inside})"
    if expression.is_Add or expression.is_Mul:
        return f"C.{'add' if expression.is_Add else 'multiply'}({inside})"
    if expression.func not in _FUNCTIONS:
        known = ", ".join(function.__name__ for function in _FUNCTIONS)
        raise ValueError(f"this figure cannot evaluate {expression} at complex numbers; "
                         f"it knows powers and {known}")
    return f"C.{_FUNCTIONS[expression.func]}({inside})"


class DifferenceCurve(Figure):
    """Drag x and h: the secant under a microscope, and the errors of three difference formulas against h.

    f: formula in x (string or SymPy expression).  x: where.  h: the step, 1e-16 to 1.
    limits: (low, high) of x.

    Read-outs: x, h, derivative; forward, central, complex: the absolute errors of the three formulas. Where
    round-off rules (about eps |f| / h) they are noise that differs from machine to machine.

    >>> DifferenceCurve("exp(x)", x=1, h=1e-3)
    DifferenceCurve(x=1, h=0.001, derivative=2.718, forward=0.00136, central=4.53e-07, complex=4.53e-07)
    """

    kind = "difference-curve"
    x = Number(1).tag(sync=True)
    h = Number(1e-3, 1e-16, 1).tag(sync=True)
    limits = Limits(((-2, 2),)).tag(sync=True)
    formula = traitlets.Dict().tag(sync=True)

    def __init__(self, f, x=1.0, h=1e-3, limits=(-2, 2), label=""):
        self.f = Formula(f, ("x",))
        pair = (limits,) if np.shape(limits) == (2,) else limits
        formula = {**self.f.javascript(second=False), "complex": complex_javascript(self.f.expression)}
        super().__init__(x=x, h=h, limits=pair, formula=formula,
                         label=label or f"Difference quotients of {self.f} and their errors against h")
        low, high = self.limits[0]
        if not low <= self.x <= high:
            raise ValueError(f"x = {self.x:g} is outside the limits ({low:g}, {high:g}); "
                             "move it or widen limits")
        if not np.isfinite(self.f.value([self.x])):
            raise ValueError(f"f = {self.f} has no finite value at x = {self.x:g}")

    def readouts(self):
        x, h = self.x, self.h
        slope = float(self.f.gradient([x])[0])
        f = self.f.at
        estimates = {"forward": (f(x + h) - f(x)) / h, "central": (f(x + h) - f(x - h)) / (2 * h),
                     "complex": np.imag(f(x + 1j * h)) / h}
        return {"x": x, "h": h, "derivative": slope,
                **{name: float(abs(estimate - slope)) for name, estimate in estimates.items()}}

    def _printed(self, name, value):
        """Errors that are mostly round-off are called so: their digits are noise."""
        if name not in ("forward", "central", "complex"):
            return rounded(value) if name != "h" else f"{value:.4g}"
        noise = _EPS * max(abs(self.f.value([self.x])), abs(self.readouts()["derivative"]))
        floor = noise if name == "complex" else noise / self.h
        return "round-off" if value < 100 * floor else f"{value:.3g}"
