"""Run a function again with one step of its chain rule done wrongly.

`Tape` runs the reader's own NumPy code on an array that reports every operation it takes part in. A second
run, at X + tV, may then change one operation: hold an operand at its old value, let the perturbation pass as
if the slope were one, use a constant matrix transposed … The slope of such a run is the derivative that a
person gets who makes this very slip, whatever the function is. No rule for any operation is needed, since
everything is a difference of values.
"""
import time
from dataclasses import dataclass
from typing import Callable

import numpy as np

BILINEAR = {"matmul", "multiply", "dot", "vdot", "inner", "outer", "kron", "tensordot", "einsum",
            "trace_product"}
REDUCTIONS = {"sum", "mean", "add.reduce", "max", "amax", "maximum.reduce"}
PRODUCTS = {"matmul", "dot"}
METHODS = ("dot", "reshape", "ravel", "flatten", "transpose", "trace", "diagonal", "copy", "sum", "prod",
           "max", "min", "cumsum", "cumprod", "clip", "squeeze", "swapaxes", "take", "repeat", "round",
           "choose", "compress", "conj", "conjugate", "argmax", "argmin", "argsort", "nonzero",
           "searchsorted", "all", "any", "astype", "__getitem__")
BUDGET = 20_000     # what all runs for one diagnosis may cost: one for an operation, more for large arrays
# seconds after which no further run is begun; only functions that are slow by themselves get there
PATIENCE = 6.0


# What ends a run is no Exception, so that the reader's own `except Exception` does not swallow it.

class Diverged(BaseException):
    """The function took another path than when it was recorded."""


class Untraceable(BaseException):
    """The function cannot be followed step by step: no fault of its author."""


class Spent(BaseException):
    """No more runs: what they may cost together is used up."""


class Budget:
    """What runs may cost together. Counted, not timed, so that every machine gives the same name."""

    def __init__(self, units=BUDGET):
        self.units, self.start = units, time.monotonic()

    def pay(self, units):
        self.units -= units
        if self.units < 0:
            raise Spent

    def demand(self, units):
        """Stop before work that would not end within the budget."""
        if units > self.units or time.monotonic() - self.start > PATIENCE:
            raise Spent


class Traced(np.ndarray):
    """An array that tells its tape about every operation it takes part in."""
    tape = None

    def __array_finalize__(self, parent):
        self.tape = getattr(parent, "tape", None)

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        if out is not None:
            options["out"] = tuple(plain(o) for o in out)
        return self.tape.step(name, getattr(ufunc, method), inputs, options)

    def __array_function__(self, function, types, args, options):
        if function.__name__ in OPENED and isinstance(args[0], Traced) and not (
                len(args) > 2 or set(options) - {"axis", "keepdims", "ddof"}):
            return OPENED[function.__name__](*args, **options)
        return self.tape.step(function.__name__, function, args, options)

    @property
    def T(self):
        return self.tape.step("transpose", np.transpose, (self,), {})

    def mean(self, *args, **options):
        return np.mean(self, *args, **options)

    def var(self, *args, **options):
        return np.var(self, *args, **options)

    def std(self, *args, **options):
        return np.std(self, *args, **options)

    def __iter__(self):
        return (self[i] for i in range(len(self)))


def variance(X, axis=None, keepdims=False, ddof=0):
    squares = np.square(X - np.mean(X, axis=axis, keepdims=True))
    if not ddof:
        return np.mean(squares, axis=axis, keepdims=keepdims)
    total = np.sum(squares, axis=axis, keepdims=keepdims)
    return total / (X.size // max(np.size(total), 1) - ddof)


def deviation(X, axis=None, keepdims=False, ddof=0):
    return np.sqrt(variance(X, axis, keepdims, ddof))


def norm(X, *order, axis=None, keepdims=False):
    if order and order != (2,) or order and np.ndim(X) > 1 and axis is None:
        return X.tape.step("norm", np.linalg.norm, (X, *order), {"axis": axis, "keepdims": keepdims})
    return np.sqrt(np.sum(np.square(X), axis=axis, keepdims=keepdims))


# Functions whose steps are looked at one by one.
OPENED = {"var": variance, "std": deviation, "norm": norm}


def _method(name):
    def method(self, *args, **options):
        return self.tape.step(name.strip("_"), getattr(np.ndarray, name), (self, *args), options)
    return method


for _name in METHODS:
    setattr(Traced, _name, _method(_name))


def plain(value):
    return value.view(np.ndarray) if isinstance(value, Traced) else value


def leaves(value):
    """The arrays in nested arguments, left to right."""
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, np.ndarray) or isinstance(value, np.inexact):
        yield value


def refill(value, fill):
    """The same nested arguments with their arrays taken from an iterator."""
    if isinstance(value, (tuple, list)):
        items = [refill(item, fill) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, np.ndarray) or isinstance(value, np.inexact):
        return next(fill)
    return value


@dataclass(frozen=True)
class Step:
    """One recorded operation: its name, how to call it on other operands, operands, which of them move,
    result."""
    index: int
    name: str
    call: Callable
    operands: tuple
    moving: tuple
    output: object
    axis: object = ()           # of a sum, mean or maximum; () for all else
    along: Callable | None = None

    def at(self, slot, value):
        """The operation with one operand replaced, the others as recorded."""
        return self.call([value if i == slot else o for i, o in enumerate(self.operands)])

    @property
    def elementwise(self):
        """One operand moves and the result has its shape."""
        return len(self.moving) == 1 and np.shape(self.output) == np.shape(self.operands[self.moving[0]])


class Tape:
    """The recorded operations of f at X, and runs near X in which some are changed."""

    def __init__(self, f, X, budget=None):
        self.f, self.X, self.budget = f, np.array(X, float), budget or Budget()
        self.edits, self.swaps, self.steps, self.always, self.heard = {}, (), [], {}, None
        self.value, self.cost = self.record()
        self.analytic = False
        self.always = self.shifts()
        self.analytic = self.takes_complex_steps()

    def record(self):
        """The first run: its value, and what a run costs. A tape that computes something else is of no
        use."""
        before, self.recording = self.budget.units, True
        try:
            value = self.run(self.X)
            with np.errstate(all="ignore"):
                same = np.array_equal(value, np.asarray(self.f(np.array(self.X)), float), equal_nan=True)
        except Exception as error:
            raise Untraceable from error
        if not same:
            raise Untraceable
        self.recording = False
        return value, before - self.budget.units

    def demand(self, slopes):
        """Stop before a test that needs more slopes than the budget has room for."""
        self.budget.demand(slopes * self.cost * (1 if self.analytic else 4))

    def run(self, X, edits=None, swaps=()):
        """f(X) with the edits {index: edit(step, operands) -> result}, and constant matrices swapped for
        others."""
        self.edits, self.swaps, self.count = {**self.always, **(edits or {})}, swaps, 0
        x = np.array(X).view(Traced)
        x.tape = self
        with np.errstate(all="ignore"):
            return numbers(self.f(x))

    def step(self, name, function, args, options):
        if not self.recording and self.count not in self.edits and not self.swaps:
            return self.unchanged(name, function, args, options)
        operands = [np.array(plain(a)) if self.recording else plain(a) for a in leaves(args)]
        call = lambda values: function(*refill(args, iter(values)), **options)
        if self.recording:
            result = call(operands)
            moving = tuple(i for i, a in enumerate(leaves(args)) if isinstance(a, Traced))
            self.steps.append(Step(self.count, name, call, tuple(operands), moving, copied(result),
                                   *reduction(name, function, args, options)))
        else:
            recorded = self.steps[self.count] if self.count < len(self.steps) else None
            if recorded is None or recorded.name != name:
                raise Diverged
            if self.swaps:
                operands = [o if i in recorded.moving else swap(o, self.swaps)
                            for i, o in enumerate(operands)]
            edit = self.edits.get(self.count)
            result = edit(recorded, operands) if edit else call(operands)
        return self.next(result)

    def unchanged(self, name, function, args, options):
        """The usual case in a run, without a look at the operands."""
        if self.count >= len(self.steps) or self.steps[self.count].name != name:
            raise Diverged
        if any(isinstance(a, (tuple, list)) for a in args):
            args = refill(args, map(plain, leaves(args)))
        return self.next(function(*map(plain, args), **options))

    def next(self, result):
        self.count += 1
        self.budget.pay(1 + np.size(result) // 500)
        if self.heard is not None:
            self.heard.append(result)
        return self.wrap(result)

    def wrap(self, result):
        if isinstance(result, tuple):
            parts = [self.wrap(r) for r in result]
            return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
        if isinstance(result, (np.ndarray, np.inexact)) and np.asarray(result).dtype.kind in "fiubc":
            traced = np.asarray(plain(result)).view(Traced)
            traced.tape = self
            return traced
        return result

    def slope(self, V, edits=None, fine=True, swaps=()):
        """The derivative along V of the function as changed by the edits."""
        return self.derivative(lambda t: self.run(self.X + t * V, edits, swaps), fine)

    def derivative(self, value, fine=True):
        """The derivative at 0 of value(t): by a complex step where that is known to be right, else by
        differences."""
        if not self.analytic:
            return central(value, self.reach(), fine)
        h = 1e-20 * self.reach()
        return np.imag(value(1j * h)) / h

    def takes_complex_steps(self):
        """Does a complex step give the derivative that differences give?"""
        V = np.random.default_rng(18).normal(size=self.X.shape)
        differences = self.slope(V)
        self.analytic = True
        try:
            return bool(np.allclose(self.slope(V), differences, rtol=1e-6,
                                    atol=1e-7 * np.abs(differences).max(initial=0)))
        except (Exception, Diverged):
            return False
        finally:
            self.analytic = False

    def slope_after(self, step, W):
        """The derivative of f in the result of one step, along W: what comes before that step is left out."""
        return self.derivative(lambda t: self.run(self.X, {step.index: lambda s, o: s.output + t * W}))

    def onward(self, step, W):
        """How the results of all steps move when the result of one moves along W; a list, one for each
        step."""
        def results(t):
            self.heard = []
            self.run(self.X, {step.index: lambda s, o: s.output + t * W})
            return [np.asarray(plain(r)) if isinstance(r, np.ndarray) else None for r in self.heard]
        h = (1e-20j if self.analytic else 1e-5) * self.reach()
        ahead, back = results(h), results(0 if self.analytic else -h)
        self.heard = None
        if self.analytic:
            return [None if a is None else np.imag(a) / abs(h) for a in ahead]
        return [None if a is None else (a - b) / (2 * h) for a, b in zip(ahead, back)]

    def slope_before(self, step, V):
        """The derivative of one step's result along V: what comes after that step is left out."""
        def result(t):
            seen = []
            self.run(self.X + t * V, {step.index: lambda s, o: seen.append(s.call(o)) or seen[0]})
            return numbers(seen[0])
        return self.derivative(result)

    def shifts(self):
        """A maximum subtracted for safety changes no derivative: it is held in every run, as on paper."""
        maxima = {s.index: lambda s, o: s.output
                  for s in self.steps if s.name in ("max", "amax", "maximum.reduce")}
        if not maxima:
            return {}
        V = np.random.default_rng(16).normal(size=self.X.shape)
        free, fixed = self.slope(V), self.slope(V, maxima)
        return maxima if np.allclose(free, fixed, rtol=1e-7, atol=1e-9 * np.abs(free).max(initial=0)) else {}

    def reach(self):
        """The unit of a step: the size of X."""
        return np.abs(self.X).max(initial=0) or 1.0

    def constants(self):
        """The arrays that take part without moving."""
        return [o for s in self.steps for i, o in enumerate(s.operands) if i not in s.moving]


def numbers(value):
    """A plain array of real or complex numbers."""
    array = np.array(plain(np.asarray(value)))
    return array if array.dtype.kind == "c" else array.astype(float)


def central(value, unit, fine=True):
    """The derivative at 0 of value(t) by a central difference, extrapolated once where it has to be fine."""
    h = unit * (1e-3 if fine else 1e-4)
    at = lambda t: (value(t) - value(-t)) / (2 * t)
    return (4 * at(h / 2) - at(h)) / 3 if fine else at(h)


def swap(operand, swaps):
    """A constant operand, or what stands for it: the same matrix, or its transpose."""
    for old, new in swaps:
        if np.shape(operand) == old.shape and np.array_equal(operand, old):
            return new
        if np.shape(operand) == old.T.shape and np.array_equal(operand, old.T):
            return new.T
    return operand


def reduction(name, function, args, options):
    """The axis of a sum, mean or maximum, and the same along another axis: along(values, axis, keepdims or
    None)."""
    if name not in REDUCTIONS or len(args) > 2:
        return (), None

    def along(values, axis, keepdims=None):
        changed = {**options, "axis": axis} | ({} if keepdims is None else {"keepdims": keepdims})
        return function(values[0], **changed)
    return (args[1] if len(args) == 2 else options.get("axis", 0 if name.endswith("reduce") else None)), along


def copied(result):
    if isinstance(result, tuple):
        return result
    return np.array(result)
