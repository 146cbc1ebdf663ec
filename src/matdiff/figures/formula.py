"""The mathematics of a figure has one source, a SymPy expression: for JavaScript and for NumPy."""
import numpy as np
import sympy
from sympy.core.sympify import SympifyError
from sympy.parsing.sympy_parser import (convert_xor, implicit_multiplication, parse_expr,
                                        standard_transformations)
from sympy.printing.codeprinter import PrintMethodNotImplementedError
from sympy.printing.jscode import JavascriptCodePrinter

_READING = standard_transformations + (convert_xor, implicit_multiplication)


class _Printer(JavascriptCodePrinter):
    """SymPy's JavaScript printer, with squares as products: they round as NumPy's do."""

    def _print_Pow(self, expr):
        if expr.exp == 2 and expr.base.is_Symbol:
            return f"({expr.base.name}*{expr.base.name})"
        return super()._print_Pow(expr)


def javascript(expression):
    """The text of a SymPy expression in JavaScript.

    >>> javascript(sympy.exp(-sympy.Symbol("x")**2))
    'Math.exp(-(x*x))'
    """
    # Second derivatives of |x| or max(0, x) hold a delta function: nought almost everywhere, so nought here.
    expression = expression.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)
    try:
        return _Printer({"strict": True}).doprint(expression)
    except PrintMethodNotImplementedError as error:
        raise ValueError(f"the figure cannot show {expression}: JavaScript has no counterpart of one of its "
                         "functions; use exp, log, sqrt, sin, tanh, Abs, Max, Piecewise") from error


def parse(f, names, what="f"):
    """f, a SymPy expression or a string, in real symbols of the given names alone.

    >>> parse("x1^2 + 3 x1 x2 - x2", ("x1", "x2"))
    x1**2 + 3*x1*x2 - x2
    >>> parse("x + y", ("x1", "x2"))
    Traceback (most recent call last):
    ValueError: f uses x, y; it may only use x1, x2
    """
    real = {name: sympy.Symbol(name, real=True) for name in names}
    if isinstance(f, str):
        try:
            f = parse_expr(f, local_dict=dict(real), transformations=_READING)
        except (SympifyError, SyntaxError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{what} = {f!r} is not a formula that SymPy can read; "
                             f"write for example '{names[0]}**2 + exp({names[-1]})'") from error
    elif callable(f):
        raise ValueError(f"{what} is a Python function; a figure needs a formula, "
                         f"a string or a SymPy expression in {', '.join(names)}")
    try:
        f = sympy.sympify(f)
    except SympifyError as error:
        raise ValueError(f"{what} must be a string or a SymPy expression, not {type(f).__name__}") from error
    if not isinstance(f, sympy.Expr):
        raise ValueError(f"{what} must be one scalar expression, not {type(f).__name__}")
    unknown = sorted({symbol.name for symbol in f.free_symbols} - set(names))
    unknown += sorted({str(call.func) for call in f.atoms(sympy.core.function.AppliedUndef)})
    if unknown:
        raise ValueError(f"{what} uses {', '.join(unknown)}; it may only use {', '.join(names)}")
    return f.subs({symbol: real[symbol.name] for symbol in f.free_symbols})


def _quietly(function, x):
    """Outside of its domain a function is nan, as on the page: no warning."""
    with np.errstate(all="ignore"):
        return function(*x)


class Formula:
    """A scalar function of named real variables with its derivatives.

    `value(x)`, `gradient(x)`, `hessian(x)` take one array of the variables; `javascript()` is for the page.

    >>> f = Formula("x1**2 + 3*x1*x2 - x2", ("x1", "x2"))
    >>> f.value([2, 1]), f.gradient([2, 1])
    (9.0, array([7., 5.]))
    """

    def __init__(self, f, names=("x1", "x2"), what="f"):
        self.names = tuple(names)
        self.expression = parse(f, self.names, what)
        symbols = [sympy.Symbol(name, real=True) for name in names]
        self._derivatives = [sympy.diff(self.expression, symbol) for symbol in symbols]
        self._second = [[sympy.diff(entry, symbol) for symbol in symbols] for entry in self._derivatives]
        no_delta = [[entry.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero) for entry in row]
                    for row in self._second]
        self._value = sympy.lambdify(symbols, self.expression, "numpy")
        self._gradient = sympy.lambdify(symbols, self._derivatives, "numpy")
        self._hessian = sympy.lambdify(symbols, no_delta, "numpy")

    def at(self, *x):
        """The value at one number for each variable, complex ones too."""
        return _quietly(self._value, x)

    def value(self, x):
        return float(_quietly(self._value, np.asarray(x, float)))

    def gradient(self, x):
        return np.array(_quietly(self._gradient, np.asarray(x, float)), float)

    def hessian(self, x):
        return np.array(_quietly(self._hessian, np.asarray(x, float)), float)

    def javascript(self, second=True):
        """Names and printed expressions: value, gradient and, where wanted, hessian."""
        printed = {"names": list(self.names), "value": javascript(self.expression),
                   "gradient": [javascript(entry) for entry in self._derivatives]}
        if second:
            printed["hessian"] = [[javascript(entry) for entry in row] for row in self._second]
        return printed

    def __str__(self):
        return str(self.expression)


class Map:
    """A map from R^n to R^m, a sequence of expressions, with its Jacobian (rows are outputs).

    >>> polar = Map(("x1*cos(x2)", "x1*sin(x2)"))
    >>> polar.value([2, 0]), polar.jacobian([2, 0]).diagonal()
    (array([2., 0.]), array([1., 2.]))
    """

    def __init__(self, f, names=("x1", "x2"), size=2):
        if isinstance(f, str) or not hasattr(f, "__len__") or len(f) != size:
            raise ValueError(f"f must be {size} expressions in {', '.join(names)}, "
                             "for example ('x1*x2', 'x1 + x2**2')")
        self.names = tuple(names)
        self.components = [Formula(entry, names, f"f[{i}]") for i, entry in enumerate(f)]

    def value(self, x):
        return np.array([entry.value(x) for entry in self.components])

    def jacobian(self, x):
        return np.array([entry.gradient(x) for entry in self.components])

    def javascript(self):
        """Names and printed expressions: value and jacobian."""
        printed = [entry.javascript(second=False) for entry in self.components]
        return {"names": list(self.names), "value": [entry["value"] for entry in printed],
                "jacobian": [entry["gradient"] for entry in printed]}

    def __str__(self):
        return f"({', '.join(str(entry) for entry in self.components)})"
