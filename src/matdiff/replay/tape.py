"""Run a function again with one step of its chain rule done wrongly.

`Tape` runs the reader's own NumPy code on an array that reports every operation it takes part in. A second
run, at X + tV, may then change one operation: hold an operand at its old value, let the perturbation pass as
if the slope were one, use a constant matrix transposed … The slope of such a run is the derivative that a
person gets who makes this very slip, whatever the function is.

Where every operand is known to be the result of an earlier step, the recorded steps are run instead of the
reader's code, which is much faster, and `sweeps` can go through them backwards.
"""
import copy
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Callable

import numpy as np

from .rules import ANALYTIC, MOVES, ZERO, central, elementwise, imaginary, inner, pull, push

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
    source = None       # (step, part of its result) that this array is; (-1, None) is X

    def __array_finalize__(self, parent):
        self.tape = getattr(parent, "tape", None)

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        into = {} if out is None else {"out": tuple(plain(o) for o in out)}
        return self.tape.step(name, getattr(ufunc, method), inputs, options, into)

    def __array_function__(self, function, types, args, options):
        if function.__name__ in OPENED and isinstance(args[0], Traced) and not (
                len(args) > 2 or set(options) - {"axis", "keepdims", "ddof"}):
            return OPENED[function.__name__](*args, **options)
        if function.__name__ in FACTORS:
            return self.factors(function, args, options)
        return self.tape.step(function.__name__, function, args, options)

    def factors(self, function, args, options):
        """A decomposition: each of its factors is a step of its own."""
        result = function(*refill(args, map(plain, leaves(args))), **options)
        if not isinstance(result, tuple):
            return self.tape.step(function.__name__, function, args, options)
        parts = [self.tape.step(function.__name__, lambda *a, k=k, **o: function(*a, **o)[k], args, options)
                 for k in range(len(result))]
        return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)

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
    order = () if order == ("fro",) and np.ndim(X) == 2 else order
    if order and order != (2,) or order and np.ndim(X) > 1 and axis is None:
        return X.tape.step("norm", np.linalg.norm, (X, *order), {"axis": axis, "keepdims": keepdims})
    return np.sqrt(np.sum(np.square(X), axis=axis, keepdims=keepdims))


def differences(X, axis=-1):
    at = lambda part: (slice(None),) * (axis % X.ndim) + (part,)
    return X[at(slice(1, None))] - X[at(slice(None, -1))]


def pinv(X, **options):
    """By the inverse of the Gram matrix, unless that costs too many digits."""
    if X.ndim != 2 or options or not np.linalg.cond(plain(X)) < 1e3:
        return X.tape.step("pinv", np.linalg.pinv, (X,), options)
    tall = len(X) >= X.shape[1]
    return np.linalg.inv(X.T @ X) @ X.T if tall else X.T @ np.linalg.inv(X @ X.T)


# Functions whose steps are looked at one by one.
OPENED = {"diff": differences, "var": variance, "std": deviation, "norm": norm, "pinv": pinv}
# Functions that give several arrays.
FACTORS = {"eigh", "eig", "svd", "qr", "lstsq"}


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


def caller(function, args, options):
    """The call as a function of its arrays alone."""
    if all(isinstance(a, (np.ndarray, np.inexact)) for a in args):
        return lambda values: function(*values, **options)
    if any(isinstance(a, (tuple, list)) for a in args):
        return lambda values: function(*refill(args, iter(values)), **options)
    places = [i for i, a in enumerate(args) if isinstance(a, (np.ndarray, np.inexact))]

    def call(values):
        filled = list(args)
        for i, value in zip(places, values):
            filled[i] = value
        return function(*filled, **options)
    return call


def entries(result):
    """How many numbers a result has: one array, or a tuple of several."""
    return sum(map(np.size, result)) if isinstance(result, tuple) else np.size(result)


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
    where these come from, result."""
    index: int
    name: str
    call: Callable
    operands: tuple
    moving: tuple
    sources: tuple              # for each operand: (step, part of its result), or None
    output: object
    axis: object = ()           # of a sum, mean or maximum; () for all else
    along: Callable | None = None

    def at(self, slot, value):
        """The operation with one operand replaced, the others as recorded."""
        return self.call([value if i == slot else o for i, o in enumerate(self.operands)])

    @cached_property
    def cost(self):
        return 1 + self.size // 500

    @cached_property
    def size(self):
        return entries(self.output)

    @cached_property
    def arrivals(self):
        """(slot, source) of the operands that move."""
        return tuple((slot, self.sources[slot]) for slot in self.moving)

    @cached_property
    def marks(self):
        """{slot: what tells an operand that does not move from others}."""
        return {slot: mark(o) for slot, o in enumerate(self.operands) if slot not in self.moving}

    @cached_property
    def slopes(self):
        """{slot: the slope of an elementwise step}, as far as it was asked for."""
        return {}

    @cached_property
    def of_entries(self):
        """Does the step work entry by entry, on real numbers?"""
        return isinstance(self.output, np.ndarray) and self.output.dtype.kind == "f" and elementwise(self)

    @property
    def elementwise(self):
        """One operand moves and the result has its shape."""
        return len(self.moving) == 1 and np.shape(self.output) == np.shape(self.operands[self.moving[0]])


class Tape:
    """The recorded operations of f at X, and runs near X in which some are changed."""

    def __init__(self, f, X, budget=None):
        self.f, self.X, self.budget = f, np.array(X, float), budget or Budget()
        self.edits, self.swaps, self.steps, self.heard, self.linked = {}, (), [], None, False
        self.root = None        # the step, and the part of its result, that f returns
        self.reaches = {}       # {numbers of steps: the steps that change with them}
        self.tangents = {}      # {direction: how the results of all steps move}
        self.said = {}          # the arguments of each step, to find what is computed twice
        self.value, self.cost = self.record()
        self.linked = self.root is not None and all(s.sources[i] for s in self.steps for i in s.moving)

    def record(self):
        """The first run: its value, and what a run costs. A tape that computes something else is of no
        use."""
        before, self.recording = self.budget.units, True
        try:
            value = self.trace(self.X)
            with np.errstate(all="ignore"):
                again = np.asarray(self.f(np.array(self.X)), float)
            same = value.shape == again.shape and np.allclose(
                value, again, rtol=1e-12, atol=1e-12 * np.abs(again).max(initial=0), equal_nan=True)
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
        edits = dict(edits or {}) if X is self.X else {**self.always, **(edits or {})}
        with np.errstate(all="ignore"):
            if self.linked:
                return numbers(self.part(self.follow(X, edits, swaps), self.root, X))
            self.edits, self.swaps = edits, swaps
            return self.trace(X)

    def follow(self, X, edits, swaps=()):
        """The results of all recorded steps, in order, when they start from X.

        At the X of the record only what an edit or a swap changes is computed again.
        """
        results, swapped = [step.output for step in self.steps], self.swapped(swaps) if swaps else {}
        for step in self.reached((*edits, *swapped)) if X is self.X else self.steps:
            edit = edits.get(step.index)
            operands = list(step.operands)
            for slot, source in step.arrivals:
                operands[slot] = self.part(results, source, X)
            for slot, new in swapped.get(step.index, {}).items():
                operands[slot] = new
            results[step.index] = edit(step, operands) if edit else step.call(operands)
            self.budget.pay(step.cost)
        return results

    def swapped(self, swaps):
        """{step: {slot: what stands there instead}} for constants and their transposes."""
        table = {}
        for old, new in swaps:
            table.setdefault(mark(old), new)
            table.setdefault(mark(np.transpose(old)), np.transpose(new))
        found = {s.index: {slot: table[m] for slot, m in s.marks.items() if m in table} for s in self.steps}
        return {index: slots for index, slots in found.items() if slots}

    def reached(self, edited):
        """The steps that change with those of these numbers, in order."""
        if edited not in self.reaches:
            numbers, found = set(edited), []
            for step in self.steps:
                if step.index in numbers or any(source[0] in numbers for _, source in step.arrivals):
                    numbers.add(step.index)
                    found.append(step)
            self.reaches[edited] = found
        return self.reaches[edited]

    @staticmethod
    def part(results, source, X):
        index, part = source
        result = X if index < 0 else results[index]
        return result if part is None else result[part]

    def trace(self, X):
        """f(X) by the reader's own code."""
        self.count = 0
        x = np.array(X).view(Traced)
        x.tape, x.source = self, (-1, None)
        with np.errstate(all="ignore"):
            result = self.f(x)
        if self.recording:
            self.root = self.origin(result)
        return numbers(result)

    def origin(self, result):
        """The step that a value of f comes from: the last of this value where f returns a plain number."""
        if isinstance(result, Traced):
            return self.checked(result)
        if np.ndim(result) == 0:
            for step in reversed(self.steps):
                for part, value in enumerate(step.output) if isinstance(step.output, tuple) else [
                        (None, step.output)]:
                    if np.size(value) == 1 and float(np.real(value).item()) == result:
                        return (step.index, part)
        return None

    def checked(self, array):
        """Where an array comes from; None if it was written into since."""
        source = getattr(array, "source", None)
        if source is None:
            return None
        index, part = source
        before = self.X if index < 0 else self.steps[index].output
        before = before if part is None else before[part]
        return source if (before == plain(array)).all() else None

    def step(self, name, function, args, options, into=None):
        into = into or {}
        if not self.recording and self.count not in self.edits and not self.swaps:
            return self.unchanged(name, function, args, {**options, **into})
        operands = [np.array(plain(a)) if self.recording else plain(a) for a in leaves(args)]
        call = caller(function, args, options)
        if self.recording:
            moving = tuple(i for i, a in enumerate(leaves(args)) if isinstance(a, Traced))
            sources = tuple(map(self.checked, leaves(args)))
            result = function(*refill(args, iter(operands)), **options, **into)
            step = Step(self.count, name, call, tuple(operands), moving, sources, copied(result),
                        *reduction(name, function, args, options))
            self.steps.append(step)
            self.said[step.index] = args, options
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

    def merged(self):
        """A tape on which what the function computes twice is one step."""
        if not self.linked:
            return self
        tape, first, alike = copy.copy(self), list(range(len(self.steps))), {}
        tape.steps, tape.reaches = [], {}
        for step in self.steps:
            sources = tuple(s if s is None or s[0] < 0 else (first[s[0]], s[1]) for s in step.sources)
            step = step if sources == step.sources else replace(step, sources=sources)
            others = alike.setdefault((step.name, sources), [])
            first[step.index] = next((other.index for other in others if self.twice(other, step)), step.index)
            others.append(step)
            tape.steps.append(step)
        tape.root = (first[self.root[0]], self.root[1]) if self.root[0] >= 0 else self.root
        if first != list(range(len(first))):
            tape.forget("free", "swept")
        return tape

    def forget(self, *known):
        """What was found of a tape before it was changed."""
        for name in known:
            self.__dict__.pop(name, None)

    def twice(self, other, step):
        """Do two steps do the same to the same?"""
        return same(other.output, step.output) and (
            spoken(*self.said[other.index]) == spoken(*self.said[step.index]))

    def next(self, result):
        index = self.count
        self.count += 1
        self.budget.pay(1 + entries(result) // 500)
        if self.heard is not None:
            self.heard.append(result)
        return self.wrap(result, (index, None))

    def wrap(self, result, source):
        if isinstance(result, tuple):
            parts = [self.wrap(r, (source[0], i)) for i, r in enumerate(result)]
            return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
        if isinstance(result, (np.ndarray, np.inexact)) and np.asarray(result).dtype.kind in "fiubc":
            traced = np.asarray(plain(result)).view(Traced)
            traced.tape, traced.source = self, source
            return traced
        return result

    def slope(self, V, edits=None, fine=True, swaps=()):
        """The derivative along V of the function as changed by the edits."""
        if swaps and not edits and self.linked and self.large:
            return self.slope_from({i: swapping(slots) for i, slots in self.swapped(swaps).items()},
                                   self.forward_once(V), V)
        return self.derivative(lambda t: self.run(self.X + t * V, edits, swaps), fine)

    def slope_from(self, edits, tangents, V):
        """The same with edits of a linked, analytic tape, where it is known how all results move."""
        moved = {**dict(enumerate(tangents)), **self.moves_from(edits, tangents, V)}
        moved = self.motion(moved, self.root, V)
        return np.zeros(np.shape(self.value)) if moved is None else np.asarray(moved)

    @staticmethod
    def motion(tangents, source, V):
        """How what a source tells of moves; None where it does not."""
        moved = V if source[0] < 0 else tangents[source[0]]
        return moved if source[1] is None or moved is None else moved[source[1]]

    def moves_from(self, edits, tangents, V):
        """How the results of all steps that change move, by number."""
        if self.large and all(hasattr(edit, "prepare") for edit in edits.values()):
            return self.real_moves(edits, tangents, V)
        return self.complex_moves(edits, tangents, V)

    def complex_moves(self, edits, tangents, V):
        """The same by a complex step along V."""
        h, results = 1e-20, {}

        def value(source, still):
            if source[0] in results:
                return self.part(results, source, None)
            moved = self.motion(tangents, source, V)
            return still if moved is None else still + 1j * h * moved
        for step in self.reached(tuple(edits)):
            operands = [value(source, o) if i in step.moving else o
                        for i, (o, source) in enumerate(zip(step.operands, step.sources))]
            edit = edits.get(step.index) or self.always.get(step.index)
            results[step.index] = edit(step, operands) if edit else step.call(operands)
            self.budget.pay(step.cost)
        return {i: imaginary(r, h) for i, r in results.items()}

    def real_moves(self, edits, tangents, V):
        """The same where only constants change, in real arithmetic, which is faster for large arrays."""
        values, moved = {}, list(tangents)
        for step in self.reached(tuple(edits)):
            operands, held = list(step.operands), self.always.get(step.index)
            for slot, source in step.arrivals:
                if source[0] in values:
                    operands[slot] = self.part(values, source, None)
            if step.index in edits:
                edits[step.index].prepare(operands)
            if held:
                operands[held.holds] = step.operands[held.holds]
            values[step.index] = copied(step.call(operands))
            now = replace(step, operands=tuple(operands), output=values[step.index])
            moves = self.moves(now, moved, V)
            moved[step.index] = push(now, moves, held) if moves else None
            self.budget.pay(2 * step.cost)
        return {i: moved[i] for i in values}

    @cached_property
    def large(self):
        """Are there arrays for which the work counts, not the number of operations?"""
        return any(isinstance(s.output, np.ndarray) and s.output.size > 1000 for s in self.steps)

    def forward_once(self, V):
        """How the results of all steps move along V, kept for the next time."""
        if V.tobytes() not in self.tangents:
            self.tangents[V.tobytes()] = self.forward(V)
        return self.tangents[V.tobytes()]

    def derivative(self, value, fine=True):
        """The derivative at 0 of value(t): by a complex step where that is known to be right, else by
        differences."""
        if not self.analytic:
            return central(value, self.reach(), fine)
        h = 1e-20 * self.reach()
        return np.imag(value(1j * h)) / h

    @cached_property
    def analytic(self):
        """Does a complex step give the derivative that differences give?"""
        if self.linked:
            return all(s.name in ANALYTIC | MOVES | ZERO or s.index in self.always for s in self.steps)
        V, h = np.random.default_rng(18).normal(size=self.X.shape), 1e-20 * self.reach()
        differences = central(lambda t: self.run(self.X + t * V), self.reach())
        try:
            return bool(np.allclose(np.imag(self.run(self.X + 1j * h * V)) / h, differences, rtol=1e-6,
                                    atol=1e-7 * np.abs(differences).max(initial=0)))
        except (Exception, Diverged):
            return False

    def slope_after(self, step, W):
        """The derivative of f in the result of one step, along W: what comes before that step is left out."""
        if self.linked and np.size(self.value) == 1:
            return np.reshape(inner(self.worth[step.index], W), np.shape(self.value))
        return self.derivative(lambda t: self.run(self.X, {step.index: lambda s, o: s.output + t * W}))

    def slope_before(self, step, V):
        """The derivative of one step's result along V: what comes after that step is left out."""
        if self.linked:
            moved = self.forward(V)[step.index]
            return np.zeros(np.shape(step.output)) if moved is None else moved

        def result(t):
            seen = []
            self.run(self.X + t * V, {step.index: lambda s, o: seen.append(s.call(o)) or seen[0]})
            return numbers(seen[0])
        return self.derivative(result)

    # Sweeps through the recorded steps. A tape that lost its way gives a wrong derivative: who uses one
    # compares it with a difference along a general direction.

    def forward(self, V, start=None):
        """How the results of all steps move when X, or the result of the step `start`, moves along V.

        A list with an array, a tuple of arrays or None (does not move) for each step.
        """
        found = [None] * len(self.steps)
        if start is not None:
            found[start] = V
        for step in self.steps[0 if start is None else start + 1:]:
            moves = self.moves(step, found, V if start is None else None)
            if moves:
                found[step.index] = push(step, moves, self.always.get(step.index))
            self.budget.pay(step.cost)
        return found

    def moves(self, step, tangents, V):
        """{slot: perturbation} of those operands of a step that move."""
        found = {}
        for slot in step.moving:
            moved = self.motion(tangents, step.sources[slot], V)
            if moved is not None and step.operands[slot].dtype.kind in "fc":
                found[slot] = moved
        return found

    def backward(self, weight, end=None):
        """What a weight on f(X), or on what the source `end` tells of, is worth in the result of every step.

        Returns a list with an array, a tuple of arrays or None for each step, the same for X, and
        {(step, slot): what an operand counts at that step}.
        """
        found, root, shares = [None] * len(self.steps), np.zeros(self.X.shape), {}
        source = end or self.root
        if source[0] < 0:
            return found, root + weight, shares
        self.add(found, source, weight)
        for step in reversed(self.steps[:source[0] + 1]):
            if found[step.index] is None or step.name in ZERO:
                continue
            edit = self.always.get(step.index)
            for slot in step.moving:
                if step.operands[slot].dtype.kind not in "fc":
                    continue
                share = pull(step, slot, found[step.index], edit)
                if share is None:
                    continue
                shares[step.index, slot] = share
                if step.sources[slot][0] < 0:
                    root = root + share
                else:
                    self.add(found, step.sources[slot], share)
            self.budget.pay(step.cost * len(step.moving))
        return found, root, shares

    def add(self, found, source, share):
        """A further weight on a step's result, or on a part of it."""
        index, part = source
        old = found[index]
        if part is None:
            found[index] = share if old is None else old + share
        else:
            parts = list(old or [None] * len(self.steps[index].output))
            parts[part] = share if parts[part] is None else parts[part] + share
            found[index] = tuple(parts)

    @cached_property
    def free(self):
        """The sweep backwards from f, or from general weights on its entries; maxima are not held."""
        one = np.size(self.value) == 1
        self.always = {}
        try:
            return self.backward(np.ones(np.shape(self.value)) if one else
                                 np.random.default_rng(16).normal(size=np.shape(self.value)))
        finally:
            del self.always

    @cached_property
    def swept(self):
        """The sweep backwards through a function with one value."""
        return self.backward(np.ones(np.shape(self.value))) if self.always else self.free

    @property
    def worth(self):
        """What the results of all steps are worth in a function with one value."""
        return self.swept[0]

    def gradient(self):
        """The gradient of a function with one value, by one sweep backwards; maxima are not held."""
        return self.free[1]

    @cached_property
    def always(self):
        """A maximum subtracted for safety changes no derivative: it is held in every run, as on paper."""
        maxima = {s.index: kept for s in self.steps if s.name in ("max", "amax", "maximum.reduce")}
        if not maxima or self.linked:
            return maxima if all(map(self.worthless, maxima)) else {}
        self.always = {}        # while we look
        V = np.random.default_rng(16).normal(size=self.X.shape)
        free, fixed = (central(lambda t: self.run(self.X + t * V, edits), self.reach())
                       for edits in ({}, maxima))
        return maxima if np.allclose(free, fixed, rtol=1e-7, atol=1e-9 * np.abs(free).max(initial=0)) else {}

    def worthless(self, index):
        """Does the worth of a step's result cancel, beside that of what it is made of and of what uses it?"""
        worth, root, _ = self.free
        near_by = [worth[s.index] for s in self.steps
                   if any(s.sources[slot] == (index, None) for slot in s.moving)]
        near_by += [root if source[0] < 0 else worth[source[0]] for _, source in self.steps[index].arrivals]
        size = sum(np.abs(w).max() for w in near_by if isinstance(w, np.ndarray))
        return worth[index] is None or bool(np.abs(worth[index]).max() <= 1e-9 * size)

    def reach(self):
        """The unit of a step: the size of X."""
        return np.abs(self.X).max(initial=0) or 1.0

    def constants(self):
        """The arrays that take part without moving."""
        return [o for s in self.steps for i, o in enumerate(s.operands) if i not in s.moving]


def kept(step, operands):
    """An edit: the result stays as it was."""
    return step.output


kept.linear, kept.holds = lambda step, moves: None, 0


def mark(A):
    """What tells an array from others: its shape and its numbers."""
    A = np.asarray(A)
    return (A.shape, (A + 0.0).tobytes()) if A.dtype.kind in "fiub" else (A.shape, id(A))


def swapping(slots):
    """An edit: other operands, {slot: operand}, stand at a step."""
    def edit(step, operands):
        return step.call([slots.get(slot, o) for slot, o in enumerate(operands)])

    def prepare(operands):
        for slot, new in slots.items():
            operands[slot] = new
    edit.prepare = prepare
    return edit


def numbers(value):
    """A plain array of real or complex numbers."""
    array = np.array(plain(np.asarray(value)))
    return array if array.dtype.kind == "c" else array.astype(float)


def swap(operand, swaps):
    """A constant operand, or what stands for it: the same matrix, or its transpose."""
    for old, new in swaps:
        if operand is old:
            return new
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


def same(A, B):
    return isinstance(A, np.ndarray) and A.shape == B.shape and bool((A == B).all())


def spoken(*parts):
    """Arguments as text, to tell whether two calls are the same; of arrays their numbers."""
    if len(parts) != 1:
        return tuple(map(spoken, parts))
    value = parts[0]
    if isinstance(value, Traced):
        return None
    if isinstance(value, (list, tuple)):
        return tuple(spoken(v) for v in value)
    if isinstance(value, dict):
        return tuple((k, spoken(v)) for k, v in value.items())
    return value.tobytes() if isinstance(value, np.ndarray) else repr(value)


def copied(result):
    if isinstance(result, tuple):
        return result
    return np.array(result)
