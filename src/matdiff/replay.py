"""Run a function again with one step of its chain rule done wrongly.

`Tape` runs the reader's own NumPy code on an array that reports every operation it takes part in. A second run, at
X + tV, may then change one operation: hold an operand at its old value, let the perturbation pass as if the slope were
one, use a constant matrix transposed … The slope of such a run is the derivative that a person gets who makes this
very slip, whatever the function is. No rule for any operation is needed, since everything is a difference of values.
"""
from dataclasses import dataclass
from typing import Callable

import numpy as np

BILINEAR = {"matmul", "multiply", "dot", "vdot", "inner", "outer", "kron", "tensordot", "einsum", "trace_product"}
PRODUCTS = {"matmul", "dot"}
METHODS = ("dot", "reshape", "ravel", "flatten", "transpose", "trace", "diagonal", "copy", "sum", "prod", "max",
           "min", "cumsum", "clip", "squeeze", "swapaxes", "__getitem__")


class Diverged(Exception):
    """The function took another path than when it was recorded."""


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
        if function.__name__ in OPENED and not set(options) - {"axis", "keepdims"}:
            return OPENED[function.__name__](*args, **options)
        return self.tape.step(function.__name__, function, args, options)

    @property
    def T(self):
        return self.tape.step("transpose", np.transpose, (self,), {})

    def mean(self, axis=None, keepdims=False):
        return np.mean(self, axis=axis, keepdims=keepdims)

    def var(self, axis=None, keepdims=False):
        return variance(self, axis, keepdims)

    def std(self, axis=None, keepdims=False):
        return np.sqrt(variance(self, axis, keepdims))

    def __iter__(self):
        return (self[i] for i in range(len(self)))


def variance(X, axis=None, keepdims=False):
    centred = X - np.mean(X, axis=axis, keepdims=True)
    return np.mean(np.square(centred), axis=axis, keepdims=keepdims)


def norm(X, *order, axis=None, keepdims=False):
    if order and order != (2,) or order and np.ndim(X) > 1 and axis is None:
        return X.tape.step("norm", np.linalg.norm, (X, *order), {"axis": axis, "keepdims": keepdims})
    return np.sqrt(np.sum(np.square(X), axis=axis, keepdims=keepdims))


# Functions whose steps are looked at one by one.
OPENED = {"var": variance, "std": lambda X, axis=None, keepdims=False: np.sqrt(variance(X, axis, keepdims)),
          "norm": norm}


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
    elif isinstance(value, np.ndarray) or isinstance(value, np.floating):
        yield value


def refill(value, fill):
    """The same nested arguments with their arrays taken from an iterator."""
    if isinstance(value, (tuple, list)):
        items = [refill(item, fill) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, np.ndarray) or isinstance(value, np.floating):
        return next(fill)
    return value


@dataclass(frozen=True)
class Step:
    """One recorded operation: its name, how to call it on other operands, operands, which of them move, result."""
    index: int
    name: str
    call: Callable
    operands: tuple
    moving: tuple
    output: object

    def at(self, slot, value):
        """The operation with one operand replaced, the others as recorded."""
        return self.call([value if i == slot else o for i, o in enumerate(self.operands)])

    @property
    def elementwise(self):
        """One operand moves and the result has its shape."""
        return len(self.moving) == 1 and np.shape(self.output) == np.shape(self.operands[self.moving[0]])


class Tape:
    """The recorded operations of f at X, and runs near X in which some are changed.

    What all runs may cost together is limited, counted in operations and numbers, so that every machine agrees.
    """

    def __init__(self, f, X, budget=12_000):
        self.f, self.X, self.budget = f, np.array(X, float), budget
        self.edits, self.swaps, self.steps, self.recording = {}, (), [], True
        self.always = {}
        self.value = self.run(self.X)
        self.recording = False
        self.always = self.shifts()

    def run(self, X, edits=None, swaps=()):
        """f(X) with the edits {index: edit(step, operands) -> result}, and constant matrices swapped for others."""
        self.edits, self.swaps, self.count = {**self.always, **(edits or {})}, swaps, 0
        x = np.array(X, float).view(Traced)
        x.tape = self
        with np.errstate(all="ignore"):
            return np.array(plain(np.asarray(self.f(x))), float)

    def step(self, name, function, args, options):
        if not self.recording and self.count not in self.edits and not self.swaps:
            return self.unchanged(name, function, args, options)
        operands = [np.array(plain(a)) if self.recording else plain(a) for a in leaves(args)]
        call = lambda values: function(*refill(args, iter(values)), **options)
        if self.recording:
            result = call(operands)
            moving = tuple(i for i, a in enumerate(leaves(args)) if isinstance(a, Traced))
            self.steps.append(Step(self.count, name, call, tuple(operands), moving, copied(result)))
        else:
            recorded = self.steps[self.count] if self.count < len(self.steps) else None
            if recorded is None or recorded.name != name:
                raise Diverged
            if self.swaps:
                operands = [o if i in recorded.moving else swap(o, self.swaps) for i, o in enumerate(operands)]
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
        self.budget -= 1 + np.size(result) // 500
        if self.budget < 0:
            raise Diverged
        return self.wrap(result)

    def wrap(self, result):
        if isinstance(result, tuple):
            parts = [self.wrap(r) for r in result]
            return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
        if isinstance(result, (np.ndarray, np.floating)) and np.asarray(result).dtype.kind in "fiub":
            traced = np.asarray(plain(result)).view(Traced)
            traced.tape = self
            return traced
        return result

    def slope(self, V, edits=None, fine=True, swaps=()):
        """The derivative along V of the function as changed by the edits."""
        return central(lambda t: self.run(self.X + t * V, edits, swaps), self.reach(), fine)

    def slope_after(self, step, W):
        """The derivative of f in the result of one step, along W: what comes before that step is left out."""
        return central(lambda t: self.run(self.X, {step.index: lambda s, o: s.output + t * W}), self.reach())

    def slope_before(self, step, V):
        """The derivative of one step's result along V: what comes after that step is left out."""
        def result(t):
            seen = []
            self.run(self.X + t * V, {step.index: lambda s, o: seen.append(s.call(o)) or seen[0]})
            return np.array(plain(seen[0]), float)
        return central(result, self.reach())

    def shifts(self):
        """A maximum subtracted for safety changes no derivative: it is held in every run, as on paper."""
        maxima = {s.index: lambda s, o: s.output for s in self.steps if s.name in ("max", "amax", "maximum.reduce")}
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


def copied(result):
    if isinstance(result, tuple):
        return result
    return np.array(result)


# What is done wrongly at one step: (name of the mistake, sentence, edit) ----------------------------------------

def edge(slot, change):
    """One operand's perturbation is changed."""
    def edit(step, operands):
        values = list(operands)
        values[slot] = step.operands[slot] + change(values[slot] - step.operands[slot])
        return step.call(values)
    return edit


def rule(slope):
    """The result moves by slope(step, perturbation) instead of by its derivative; one operand moves."""
    def edit(step, operands):
        slot = step.moving[0]
        return step.output + slope(step, operands[slot] - step.operands[slot])
    return edit


def product(slot, wrong):
    """In a product, the term of one moving operand is computed wrongly; wrong(step, slot, perturbation)."""
    def edit(step, operands):
        total = step.output
        for s in step.moving:
            moved = operands[s] - step.operands[s]
            total = total + (wrong(step, s, moved) if s == slot else step.at(s, moved))
        return total
    return edit


def other(step, slot):
    """The slot of the other factor of a product of two."""
    return 1 - slot


def with_other(change):
    def wrong(step, slot, moved):
        values = list(step.operands)
        values[slot], values[other(step, slot)] = moved, change(step.operands[other(step, slot)])
        return step.call(values)
    return wrong


def swapped(step, slot, moved):
    values = list(step.operands)
    values[slot] = moved
    return step.call(values[::-1])


def elementwise(step, slot, moved):
    return moved * step.operands[other(step, slot)]


def matrix_product(step, slot, moved):
    values = list(step.operands)
    values[slot] = moved
    return values[0] @ values[1]


def is_square(A):
    return np.ndim(A) == 2 and A.shape[0] == A.shape[1] and A.shape[0] > 1


def slips(step):
    """(name, sentence, edit) for everything that is often done wrongly at this step."""
    if not isinstance(step.output, np.ndarray) or not step.moving:
        return
    said = f"`{step.name}`"
    if step.elementwise and step.name not in ("getitem", "copy", "reshape", "ravel", "transpose"):
        yield from slopes(step, said)
    if step.name in ("matmul", "multiply", "dot") and len(step.operands) == 2:
        yield from products(step, said)
    if step.name == "inv":
        for text, slope in (("left", lambda s, d: -s.output @ s.output @ d),
                            ("right", lambda s, d: -d @ s.output @ s.output)):
            yield "wrong order", f"both inverses stand on the {text} of the step, at {said}", rule(slope)
    yield from other_function(step, said)
    for slot in step.moving:
        if is_square(step.operands[slot]):
            yield "transposed", f"one factor is transposed, at {said}", edge(slot, np.transpose)
            yield ("only diagonal", f"only the diagonal was carried through {said}",
                   edge(slot, lambda d: np.diag(np.diag(d))))


def held(step):
    """(sentence, edit): something that moves with X taken as constant: a result, or one operand of two that move."""
    if not isinstance(step.output, np.ndarray) or not step.moving:
        return
    yield f"through the result of `{step.name}`", lambda s, o: s.output
    if len(step.moving) > 1:
        for slot in step.moving:
            yield f"from operand {slot + 1} of `{step.name}`", edge(slot, np.zeros_like)


def slopes(step, said):
    """The slope of an elementwise function left out, replaced, or taken at the wrong place."""
    name, slot = "missing chain factor", step.moving[0]
    yield name, f"the derivative of {said} is missing", rule(lambda s, d: d)
    yield name, f"the value of {said} stands where its slope belongs", rule(lambda s, d: s.output * d)
    yield (name, f"the slope of {said} is taken at the wrong point, its own result",
           rule(lambda s, d: s.at(slot, s.output + d) - s.at(slot, s.output)))
    yield ("extra chain factor", f"the slope of {said} is there twice",
           rule(lambda s, d: s.at(slot, s.operands[slot] + s.at(slot, s.operands[slot] + d) - s.output) - s.output))
    if step.name in ("square", "power", "multiply"):
        yield name, f"the argument of {said} is missing, only the constant is left", rule(lambda s, d: 2 * d)
    if step.name == "tanh":
        yield (name, f"the slope of {said} uses its argument where its value belongs",
               rule(lambda s, d: (1 - s.operands[slot] ** 2) * d))


def products(step, said):
    """The other factor of a product transposed, left out, on the wrong side, multiplied elementwise."""
    for slot in step.moving:
        factor = step.operands[other(step, slot)]
        if step.name != "multiply":
            if is_square(factor):
                yield ("only for symmetric input", f"the matrix in {said} is to be transposed, or is not: right only "
                       "if it is symmetric", product(slot, with_other(np.transpose)))
                yield ("missing chain factor", f"the factor in {said} is missing",
                       product(slot, with_other(lambda A: np.eye(len(A)))))
                yield ("only for diagonal input", f"only the diagonal of the matrix in {said} is used",
                       product(slot, with_other(lambda A: np.diag(np.diag(A)))))
                yield ("only for orthogonal input", f"the inverse of the matrix in {said} stands where its transpose "
                       "belongs", product(slot, with_other(lambda A: np.linalg.inv(A).T)))
            if is_square(factor) and is_square(step.operands[slot]) or factor.ndim == 2 == step.operands[slot].ndim:
                yield "wrong order", f"the factors of {said} stand in the wrong order", product(slot, swapped)
            yield "elementwise product", f"the product {said} is taken elementwise", product(slot, elementwise)
        else:
            yield "missing chain factor", f"the factor in {said} is missing", product(slot, with_other(np.ones_like))
            yield "elementwise product", f"a matrix product stands where {said} belongs", product(slot, matrix_product)


def other_function(step, said):
    """The derivative of another function: a constant left out, with the other sign, transposed."""
    for slot, K in enumerate(step.operands):
        if slot in step.moving:
            continue
        if step.name in ("add", "subtract"):
            yield ("missing product-rule term", f"the constant in {said} was left out", constant(slot, np.zeros_like))
            yield "sign", f"the constant in {said} has the wrong sign", constant(slot, np.negative)
        if step.name in ("multiply", "divide"):
            yield "missing chain factor", f"the factor in {said} was left out", constant(slot, np.ones_like)
        if is_square(K):
            yield "transposed", f"the matrix in {said} is transposed", constant(slot, np.transpose)


def constant(slot, change):
    def edit(step, operands):
        values = list(operands)
        values[slot] = change(values[slot])
        return step.call(values)
    return edit


# What is to be changed in a claim, at one of its own steps: (name, sentence, edit) ------------------------------

OPPOSITE = {"add": np.subtract, "subtract": np.add}


def mends(step):
    """(name, sentence, edit) for what a claim often does wrongly at one of its steps; edit(step, operands)."""
    said = f"`{step.name}`"
    if step.name in OPPOSITE and len(step.operands) == 2:
        yield "sign", f"a sign is wrong, at {said}", lambda s, o: OPPOSITE[s.name](*o)
    if step.name in PRODUCTS and len(step.operands) == 2:
        if all(np.ndim(o) == 2 for o in step.operands):
            yield ("wrong order", f"the factors of a product stand in the wrong order, at {said}",
                   lambda s, o: s.call(o[::-1]))
        yield "elementwise product", "a matrix product stands where an elementwise one belongs", lambda s, o: o[0] * o[1]
    if step.name == "multiply" and len(step.operands) == 2:
        yield "elementwise product", "an elementwise product stands where a matrix product belongs", lambda s, o: o[0] @ o[1]
        for slot in (0, 1):
            if np.shape(step.operands[slot]) == np.shape(step.output) != ():
                yield ("extra chain factor", f"a factor is too much, at {said}",
                       lambda s, o, slot=slot: o[1 - slot] * np.ones_like(o[slot]))
    for slot, K in enumerate(step.operands):
        if is_square(K) and step.name != "transpose":
            name = "transposed" if slot in step.moving else "only for symmetric input"
            yield (name, f"a matrix is to be transposed, at {said}",
                   lambda s, o, slot=slot: s.call([a.T if i == slot else a for i, a in enumerate(o)]))
    if step.name == "transpose" and is_square(step.output):
        yield "transposed", "a matrix is not to be transposed", lambda s, o: o[0]
    if step.elementwise and step.name in ("tanh", "exp", "sin", "cos", "log", "sqrt", "square", "negative"):
        yield "missing chain factor", f"{said} does not belong here", lambda s, o: o[0]
