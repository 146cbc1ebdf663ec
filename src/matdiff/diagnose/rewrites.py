"""The claim's own formula with one part of it changed: what makes it right is what was done wrongly.

The claim is run again on its tape with one value replaced, a result on the way or an array of the data: by
its transpose, its negative, a multiple; multiplied by, divided by or replaced by something that the function
computes. No number is fitted but a multiple, and that one has to be a named constant, so that a formula made
right in this way, entry by entry and at every point, tells what is missing.
"""
import copy
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from typing import Callable, NamedTuple

import numpy as np

from ..replay import BILINEAR, LINEAR, PRODUCTS, Budget, Diverged, NoRule, Spent, Tape, mark, pull, summed_to
from ..vec import vec
from .case import Finding, describe, names_of
from .multiples import constants, exponent, near
from .slips import OPPOSITE, inverse, is_square, said_of

UNARY = {"exp": np.exp, "log": np.log, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "sqrt": np.sqrt,
         "square": np.square, "reciprocal": np.reciprocal, "inv": np.linalg.inv}
RANK = ("sign", "transposed", "factor", "missing product-rule term", "missing chain factor", "wrong order",
        "elementwise product", "wrong normalisation", "extra chain factor", "only for orthogonal input")
FACTORED = (*PRODUCTS, "multiply", "divide", "power", "square", "sqrt", "reciprocal", "einsum", "outer")
MASK = "the mask in your formula"
ADDING = {"add", "subtract", "negative"}
BENT = {"exp", "log", "tanh", "sin", "cos", "sqrt", "square", "reciprocal", "inv", "det", "slogdet", "divide"}
LONGEST = 40    # steps of a claim; beyond, it is a loop that nobody reads as one formula
TOGETHER = 4000     # entries of values that are tried in one run
PURSE = 2500    # units of runs for one search
WIDEST = 10_000     # entries of a value


@dataclass(frozen=True)
class Site:
    """Where a claim may be changed: the result of one step, or an operand of one step or several alike."""
    steps: tuple            # of the claim's tape, by number
    slot: int | None        # None: the result
    value: np.ndarray       # at the first point
    constant: bool
    elsewhere: tuple = ()   # the sides of it at which a matrix factor is tried at another site

    @cached_property
    def mark(self):
        return mark(self.value)

    def edits(self, change):
        if self.slot is None:       # at the X of the record, where the operands are as they were
            return {i: lambda s, o: change(s.output) for i in self.steps}
        return {i: lambda s, o: s.call([change(a) if k == self.slot else a for k, a in enumerate(o)])
                for i in self.steps}


@dataclass(frozen=True)
class Value:
    """Something that the function uses or computes, at each point: for a factor, a summand, a substitute."""
    said: str
    at: tuple
    kind: str               # "X", "data" or the step's name
    inputs: tuple = ()      # what the step was made of, at the first point
    divides: bool = False   # does the function divide by it?
    rooted: bool = False    # does it take the root of it?
    used: bool = True       # does the claim multiply or divide by it, or by a power of it?
    number: int = 0         # among all values
    place: int = 0          # among the values of this shape

    @cached_property
    def first(self):
        return self.at[0]

    @cached_property
    def shape(self):
        return np.shape(self.first)

    @cached_property
    def mark(self):
        return mark(self.first)

    @cached_property
    def made_of(self):
        """The marks of the step's operands."""
        return {mark(part) for part in self.inputs}


def rewritten(case):
    """The claim's own program with one value changed, or two exchanged, is right, at every point."""
    yield from right_when(case, other_steps, changes)
    yield from right_when(case, exchanged, None)


def substituted(case):
    """The same with one value of the function put in the place of another: a weaker explanation."""
    return right_when(case, lambda claim, step, known: (), substitutes)


def right_when(case, of_steps, of_sites):
    """What makes the claim right, of of_steps(claim, step, known) and of_sites(case, claim, site, known)."""
    if case.claim is None or case.first.claim.size < 2 or len(case.points) < 2 or not case.first.claim.any():
        return
    if case.gave != case.out or case.first.claim.shape != case.first.truth.shape:
        return
    claim = formula_of(case)
    known = claim.known
    if not 0 < len(claim.tapes[0].steps) <= LONGEST:
        return
    found = []
    try:
        found += [hit for step in claim.tapes[0].steps for hit in of_steps(claim, step, known)]
        for site in claim.sites if of_sites and not any(MASK in text for _, text in found) else ():
            found += of_sites(case, claim, site, known)     # (a mask turned round is a wrong sign as well)
    except Spent:       # what was found till then counts
        pass
    found.sort(key=lambda hit: RANK.index(hit[0]) if hit[0] in RANK else len(RANK))
    seen = set()
    for name, text in found:
        if name not in seen:
            seen.add(name)
            yield Finding(name, describe(case, text))


def formula_of(case):
    """The claim as a program, shared by all tests."""
    if "formula" not in case.recorded:
        case.recorded["formula"] = Formula(case)
    return case.recorded["formula"]


def lent(tape, units):
    """The same tape with a purse of its own, so that a search leaves the rest to others."""
    other = copy.copy(tape)
    other.budget = Budget(units)
    return other


class Formula:
    """A claim as a program that can be changed, with what it should give at each point."""

    def __init__(self, case):
        self.points = case.points[:2]
        if case.kind == "differential":
            V = np.random.default_rng(24).normal(size=case.shape)
            pairs = [np.stack([p.X, V]) for p in self.points]
            claim = lambda Z: case.claim(Z[0], Z[1])
            self.tapes = [Tape(claim, Z, Budget(PURSE)) for Z in pairs]
            self.wanted = [p.truth @ vec(V) for p in self.points]
            self.slack = [10 * p.tolerance() @ np.abs(vec(V)) for p in self.points]
        else:
            self.tapes = [lent(tape, PURSE) for tape in case.tapes(case.claim)]
            self.wanted = [p.truth for p in self.points]
            self.slack = [10 * p.tolerance() for p in self.points]
        self.vectorised = case.kind == "differential"
        self.known_affine, self.known_regions = {}, {}
        used = {mark(o) for s in self.tapes[0].steps if s.name in FACTORED for o in s.operands}
        taken = list(hidden(self.tapes))
        self.known = [replace(K, used=K.kind == "data" or K.mark in used or any(
            proportional(h, K.at) for h in taken)) for K in values(case)]
        self.given = vec(self.tapes[0].value) if self.vectorised else self.tapes[0].value
        fit = self.given.shape == self.wanted[0].shape
        self.lacking = self.wanted[0] - self.given if fit else np.array(np.nan)
        self.telling = [int(np.abs(p.claim - p.truth).argmax()) for p in self.points]
        if self.vectorised:
            self.telling = [int(np.abs(p.claim @ vec(V) - w).argmax())
                            for p, w in zip(self.points, self.wanted)]
        weights = np.random.default_rng(28).normal(size=(2,) + np.shape(self.tapes[0].value))
        self.weights = [vec(U) if self.vectorised else U for U in weights]
        self.lacks = [float(np.vdot(U, self.lacking)) for U in self.weights]
        self.slip = np.max(self.slack[0]) + 1e-9 * np.abs(self.wanted[0]).max()
        self.blur = float(np.abs(weights[0]).sum() * self.slip)
        self.lack_size = np.abs(weights[0]).max() * np.abs(self.lacking).sum()
        tape = self.tapes[0]        # what the results of its steps are worth, weighed in two ways
        try:
            self.worths = [tape.backward(U)[0] for U in weights] if tape.linked else None
        except NoRule:
            self.worths = None
        self.worths = self.worths or [[None] * len(tape.steps)] * 2

    @property
    def worth(self):
        return self.worths[0]

    @cached_property
    def sites(self):
        return list(sites(self.tapes[0].steps))

    @cached_property
    def pools(self):
        """{shape: what the function uses or computes in this shape, one value a row}."""
        rows = {}
        for K in self.known:
            rows.setdefault(K.shape, []).append(np.ravel(K.first))
        return {shape: Pool(np.stack(found)) for shape, found in rows.items()}

    @cached_property
    def users(self):
        """{step: those that use its result}; -1 for the formula's value."""
        users = {step.index: set() for step in self.tapes[0].steps}
        for step in self.tapes[0].steps:
            for _, source in step.arrivals:
                users.get(source[0], set()).add(step.index)
        users.get(self.tapes[0].root[0], set()).add(-1)
        return users

    def run(self, j, edits):
        """What the changed formula gives at point j; None where the change does not fit."""
        try:
            value = self.tapes[j].run(self.tapes[j].X, edits)
        except (Exception, Diverged):   # the shapes do not fit here, or the program goes another way
            return None
        value = vec(value) if self.vectorised else value
        return value if value.shape == self.wanted[j].shape and np.isrealobj(value) else None

    def may_be_right(self, edits, budget=None):
        """A quick look at the first step that all changes have to pass and from which on the formula is
        affine: does what changes there, weighed to a number, bring what is lacking?"""
        steps = self.region(tuple(edits))
        if steps is None:
            return True
        moved = self.moved(steps, edits, budget)
        if moved is None or np.shape(moved) != np.shape(steps[-1].output):
            return moved is not None
        worth = self.worth[steps[-1].index]
        size = np.abs(worth * moved).sum() + self.lack_size
        return bool(abs(np.vdot(worth, moved) - self.lacks[0]) <= 1e-5 * size)

    def may_be_a_multiple(self, edits):
        """The same for what is lacking being a multiple of what changes: two numbers tell."""
        steps = self.region(tuple(edits))
        moved = None if steps is None else self.moved(steps, edits)
        if moved is None or np.shape(moved) != np.shape(steps[-1].output):
            return steps is None or moved is not None
        one, two = (float(np.vdot(worth[steps[-1].index], moved)) for worth in self.worths)
        sizes = [float(np.abs(worth[steps[-1].index] * moved).sum()) for worth in self.worths]
        slips = [np.abs(U).sum() * self.slip + 1e-6 * size for U, size in zip(self.weights, sizes)]
        a, b = self.lacks
        return abs(one * b - two * a) <= (abs(one) + abs(a)) * slips[1] + (abs(two) + abs(b)) * slips[0]

    def plausible(self, site, changes):
        """Of (sentence, change) those that a quick look at many at once leaves open."""
        steps, many = self.region(site.steps), max(1, TOGETHER // max(1, np.size(site.value)))
        changes = iter(changes)
        while block := list(islice(changes, many)):
            yield from block if steps is None or many == 1 else self.still_open(site, steps, block)

    def still_open(self, site, steps, block):
        """The same for one block, in one run of the steps from the site to where the formula is affine."""
        v = site.value
        values = [value_or_none(change, v) for _, change in block]
        fit = [k for k, new in enumerate(values)
               if new is not None and new.shape == v.shape and new.dtype.kind == "f"]
        moved = self.stacks_moved(site, steps, np.array([values[k] for k in fit])) if fit else None
        if moved is not None:
            W, numbers = self.worth[steps[-1].index].ravel(), moved.reshape(len(fit), -1)
            size = np.abs(numbers) @ np.abs(W) + self.lack_size
            for k, is_open in zip(fit, np.abs(numbers @ W - self.lacks[0]) <= 1e-5 * size):
                values[k] = values[k] if is_open else None
        return [entry for entry, new in zip(block, values) if new is not None]

    def stacks_moved(self, site, steps, stack):
        """How the result of the last of these steps changes for a stack of values at the site; None where
        they have to be looked at one by one."""
        self.tapes[0].budget.pay(price(steps, len(stack)))
        results = {}
        for step in steps:
            operands = [Tape.part(results, source, None) if source and source[0] in results else o
                        for o, source in zip(step.operands, step.sources)]
            stacks = {slot for slot, source in step.arrivals if source[0] in results}
            if step.index in site.steps and site.slot is not None:
                operands[site.slot] = stack
                stacks.add(site.slot)
            results[step.index] = stack if step.index in site.steps and site.slot is None else (
                of_stacks(step, operands, stacks))
            if results[step.index] is None:
                return None
        return results[steps[-1].index] - steps[-1].output

    def moved(self, steps, edits, budget=None):
        """How the result of the last of these steps changes; None where an edit does not fit the shapes."""
        (budget or self.tapes[0].budget).pay(price(steps))
        results = {}
        try:
            for step in steps:
                operands = list(step.operands)
                for slot, source in step.arrivals:
                    if source[0] in results:
                        operands[slot] = Tape.part(results, source, None)
                edit = edits.get(step.index)
                results[step.index] = edit(step, operands) if edit else step.call(operands)
            return results[steps[-1].index] - steps[-1].output
        except (Exception, Diverged):
            return None

    def region(self, edited):
        """The steps from those edited to the first one that all changes have to pass and in which the formula
        is affine; None where there is no such step."""
        if edited not in self.known_regions:
            self.known_regions[edited] = self.find_region(edited) if self.tapes[0].linked else None
        return self.known_regions[edited]

    def find_region(self, edited):
        waiting, steps = {}, []
        for step in self.tapes[0].steps[min(edited):]:
            if step.index in edited or any(source[0] in waiting for _, source in step.arrivals):
                steps.append(step)
                waiting[step.index] = set(self.users[step.index])
                for users in waiting.values():
                    users.discard(step.index)
                alone = [index for index, users in waiting.items() if users] == [step.index]
                if alone and step.index >= max(edited) and self.is_affine(step.index):
                    return steps
        return None

    def weight(self, site):
        """What every entry at a site counts in the weighed result; None where that is not affine in it."""
        (index, *more), v = site.steps, site.value
        if more or self.worth[index] is None or not self.is_affine(index):
            return None
        W, step = self.worth[index], self.tapes[0].steps[index]
        if site.slot is not None:
            linear = step.name in PRODUCTS or step.name in ("multiply", "add", "subtract")
            W = pull(step, site.slot, W) if linear else None
        fits = W is not None and np.shape(W) == np.shape(v) and np.asarray(v).dtype.kind == "f"
        return Weight(self, W, v) if fits else None

    def is_affine(self, index):
        """Is the result an affine function of what this step gives?"""
        if index not in self.known_affine:
            worth, step = self.worth[index], self.tapes[0].steps[index]
            self.known_affine[index] = False
            if isinstance(worth, np.ndarray) and step.output.dtype.kind == "f":
                structure = self.seems_affine(index)
                if structure is not None:
                    self.known_affine[index] = structure
                    return structure
                move = np.random.default_rng(29).normal(size=step.output.shape) * np.abs(step.output).max()
                value = self.run(0, {index: lambda s, o: s.output + move})
                if value is not None:
                    change = np.vdot(self.weights[0], value - self.given)
                    self.known_affine[index] = bool(abs(change - np.vdot(worth, move)) <= 1e-8 * (
                        np.abs(worth * move).sum()))
        return self.known_affine[index]

    def seems_affine(self, index):
        """The same by the names of the steps that follow; None where these do not tell."""
        moved = {index}
        for step in self.tapes[0].steps[index + 1:]:
            slots = [slot for slot, source in step.arrivals if source[0] in moved]
            if not slots:
                continue
            if step.name == "divide" and len(step.operands) == 1:
                return None         # by a number, or of a number
            if step.name in ADDING or step.name in LINEAR and len(step.moving) == 1 or (
                    len(slots) == 1 and (step.name in BILINEAR or (step.name, slots[0]) == ("divide", 0))):
                moved.add(step.index)
            else:
                return False if step.name in BENT or step.name in BILINEAR else None
        return True

    def right(self, edits_at):
        """Does the change, edits_at(point), make the formula right?"""
        if not self.may_be_right(edits_at(0)):
            return False
        for j in range(len(self.tapes)):
            value = self.run(j, edits_at(j))
            if value is None or not self.one_is_right(j, value) or not (
                    np.abs(value - self.wanted[j]) <= self.slack[j]).all():
                return False
        return self.matters(edits_at(0)) and not self.vanishes(edits_at(0))

    def one_is_right(self, j, value):
        """A quick look at the entry that differed most."""
        k = self.telling[j]
        return abs(value.item(k) - self.wanted[j].item(k)) <= self.slack[j].item(k)

    def matters(self, edits, times=2):
        """Does the result still depend on what was changed?  Else a wrong term was made too small to see."""
        twice = self.run(0, {i: lambda s, o, edit=edit: times * edit(s, o) for i, edit in edits.items()})
        least = 1e-3 * np.abs(self.wanted[0]).max() + 100 * np.max(self.slack[0])
        return twice is None or bool(np.abs(twice - self.wanted[0]).max() > least)

    def vanishes(self, edits):
        """Is something on the way zero after the change alone?  Then a wrong term drops out by chance."""
        tape = self.tapes[0]
        results = tape.follow(tape.X, edits) if tape.linked else []
        return any(isinstance(s.output, np.ndarray) and s.output.dtype.kind == "f" and s.output.any()
                   and np.abs(r).max() <= 1e-12 * np.abs(s.output).max() for s, r in zip(tape.steps, results))


def hidden(tapes):
    """What a claim's program takes for constant though it moves with X, as A.dot(x) does: at each point."""
    for first, second in zip(*(tape.steps for tape in tapes)):
        for slot, h in enumerate(first.operands):
            there = second.operands[slot] if slot < len(second.operands) else None
            if slot not in first.moving and np.ndim(h) and np.shape(h) == np.shape(there):
                if not same(h, there):
                    yield h, there


def proportional(h, at):
    """Is h, entry by entry, something that stays times this value?"""
    return np.shape(h[0]) == np.shape(at[0]) and np.allclose(h[0] * at[1], h[1] * at[0], rtol=1e-9, atol=0)


def price(steps, stack=1):
    """What a run of some steps costs: one unit if it is one step, hardly more than the change itself."""
    return 1 if len(steps) == 1 else sum(1 + stack * step.size // 500 for step in steps)


def value_or_none(change, v):
    """A change of a value at the first point; None where it does not fit the shapes."""
    try:
        return np.asarray(change(v, 0))
    except Exception:
        return None


def of_stacks(step, operands, stacks):
    """A step's results where the operands in these slots are stacks of arrays; None where that is no one
    call."""
    dims = [np.ndim(o) for o in step.operands]
    if step.of_entries and all(dims[slot] == step.output.ndim for slot in stacks):
        return step.call(operands)
    if step.name not in PRODUCTS or len(dims) != 2:
        return None
    if dims == [2, 2] or stacks == {0}:
        return np.matmul(*operands) if dims != [2, 1] else None
    return operands[1] @ operands[0].T if stacks == {1} and dims[1] == 1 else None


class Pool:
    """Values of one shape, one a row, with the length of each; and one over them."""

    def __init__(self, rows):
        self.size = rows.shape[1]
        self.rows, self.below = ((A, np.linalg.norm(A, axis=1)) for A in (rows, 1 / rows))


class Weight:
    """What every entry of a value v counts in a number, and so every entry of a factor of v."""

    def __init__(self, claim, W, v):
        self.claim, self.W, self.v, self.now = claim, W, v, float(np.vdot(W, v))
        self.columns = {}

    def promises(self, way, shape):
        """Which values of a shape bring what is lacking, as one number says; None where it cannot say."""
        column, most = self.column(way, shape)
        if column is None:
            return None
        self.claim.tapes[0].budget.pay(1)
        rows, norms = self.claim.pools[shape].below if way.how == "over" else self.claim.pools[shape].rows
        now = 0.0 if way.how in ("plus", "minus") else self.now
        wanted = -self.claim.lacks[0] if way.how == "minus" else now + self.claim.lacks[0]
        return abs(rows @ column - wanted) <= self.claim.blur + 1e-9 * (most * norms + abs(now))

    def column(self, way, shape):
        """What every entry of another value counts if the value is changed in this way, and how much all of
        them may count at most; (None, 0) where a number does not tell."""
        key = shape, way.how if way.laid is None else (way.how in ("times", "over"), way.laid)
        if key not in self.columns:
            self.columns[key] = self.find_column(way, shape)
        return self.columns[key]

    def find_column(self, way, shape):
        if way.how.endswith(" gram"):       # not linear in the value
            return None, 0.0
        if way.laid is None:
            M = getattr(self, way.how.split()[0])
            if way.how.endswith(" both"):
                M = M + M.T
            M = M.T if way.how.endswith(" turned") else M
            return (M.ravel(), np.linalg.norm(M)) if M.shape == shape else (None, 0.0)
        M = self.times if way.how in ("times", "over") else self.W
        if np.ndim(M) < len(way.laid):      # a number would become a vector
            return None, 0.0
        column = summed_to(M, way.laid).ravel()
        fit = len(column) == self.claim.pools[shape].size
        return (column, np.linalg.norm(M) * np.sqrt(M.size / len(column))) if fit else (None, 0.0)

    @property
    def instead(self):
        return self.W

    @cached_property
    def times(self):
        return self.W * self.v

    @cached_property
    def left(self):
        return np.outer(self.W, self.v) if self.v.ndim == 1 else self.W @ np.swapaxes(self.v, -1, -2)

    @cached_property
    def right(self):
        return np.swapaxes(self.v, -1, -2) @ self.W


def sites(steps):
    """The results of all steps, and their operands that are no results: X and the data.

    What lies within a function that is written in several steps, as 1 / (1 + exp(-z)) is, is left out.
    """
    outputs, users, places = set(), {}, {}
    for step in steps:
        for slot, K in enumerate(step.operands):
            places.setdefault((slot, mark(K)), []).append(step.index)
        for slot in step.moving:
            users.setdefault((step.sources[slot] or (None,))[0], []).append(step)
    for step in steps:
        for slot, K in enumerate(step.operands):
            if mark(K) not in outputs:
                alike = tuple(places[slot, mark(K)])
                yield Site((step.index,), slot, K, slot not in step.moving, tried_elsewhere(step, slot))
                if len(alike) > 1 and alike[0] == step.index:
                    yield Site(alike, slot, K, slot not in step.moving)
        if isinstance(step.output, np.ndarray):
            outputs.add(mark(step.output))
        within = lambda s: s.elementwise and len(s.operands) == 1
        inside = within(step) and step.index in users and all(map(within, users[step.index]))
        if isinstance(step.output, np.ndarray) and not inside:
            yield Site((step.index,), None, step.output, False)


def tried_elsewhere(step, slot):
    """(AB)C is A(BC), so that of a product one place is enough for a factor in the middle, or at an end."""
    if step.name not in PRODUCTS or len(step.operands) != 2 or any(np.ndim(o) != 2 for o in step.operands):
        return ()
    return ("left",) if slot == 0 else ("left", "right")


def same(A, B):
    if A is B or np.shape(A) != np.shape(B):
        return A is B
    A, B = np.asarray(A), np.asarray(B)
    return A.size == 0 or A.item(0) == B.item(0) and np.array_equal(A, B)       # one entry first


def values(case):
    """What the function uses and computes, each once."""
    tapes, found, names, seen = case.tapes(), [], names_of(case.f), Counter()
    below = {mark(s.operands[1]) for s in tapes[0].steps if s.name == "divide" and len(s.operands) == 2}
    roots = {mark(s.operands[0]) for s in tapes[0].steps if s.name == "sqrt" and is_length(s, tapes[0])}

    def add(said, at, kind, **more):
        if np.size(at[0]) > WIDEST or np.asarray(at[0]).dtype.kind != "f":
            return
        if np.ndim(at[0]) == 0 and kind == "data":
            return      # a number: a multiple, which is looked for by itself
        me, shape = mark(at[0]), np.shape(at[0])
        if me not in seen:
            found.append(Value(said, at, kind, divides=me in below, rooted=me in roots, number=len(found),
                               place=seen[shape], **more))
            seen.update([me, shape])

    add("X", tuple(t.X for t in tapes), "X")
    for first, *others in zip(*(t.steps for t in tapes)):
        for slot, K in enumerate(first.operands):
            if slot not in first.moving:
                add(data_said(K, names), tuple(s.operands[slot] for s in (first, *others)), "data")
        if isinstance(first.output, np.ndarray) and len(found) < 40:
            add(f"the value of {said_of(first)}", tuple(s.output for s in (first, *others)),
                "length" if first.name == "sqrt" and is_length(first, tapes[0]) else first.name,
                inputs=first.operands)
    return found


def is_length(step, tape):
    """Is this root one number, or taken of sums or means?"""
    if step.size == 1:
        return True
    for _ in range(3):
        source = step.sources[step.moving[0]] if step.moving else None
        if not source or source[0] < 0:
            return False
        step = tape.steps[source[0]]
        if step.along is not None:
            return True
    return False


def data_said(K, names):
    """The data as the function's author calls them, or as what they are."""
    for name, A in names.items():
        if same(A, K):
            return f"`{name}`"
        if same(A.T, K):
            return f"`{name}`, transposed"
    return {1: "a vector of the data", 2: "a matrix of the data"}.get(np.ndim(K), "the data")


def changes(case, claim, site, known):
    """(name, sentence) of all changes of the value at one site that make the formula right."""
    weight = claim.weight(site)     # None within a function: what is missing there is X or data, no result
    near_by = known if weight else [
        K for K in known if K.kind in ("X", "data") or site.mark in K.made_of]
    for said, change in claim.plausible(site, chain(alone(site, known),
                                                    with_values(site, near_by, known, weight))):
        if claim.right(lambda j: site.edits(lambda v: change(v, j))) and claim.matters(
                site.edits(lambda v: 2 * change(v, 0)), 1):
            yield said()
    yield from scaled(case, claim, site)


def substitutes(case, claim, site, known):
    """(name, sentence) for a value of the function that belongs where another one stands."""
    for other in known:
        if other.shape == () or site.mark != other.mark:
            continue        # else any formula would do that computes anything at all
        for K in known:
            fit = K.shape == other.shape and K is not other and K.kind != "data"
            if fit and claim.right(lambda j: site.edits(lambda v: K.at[j])):
                yield ("missing chain factor", f"{K.said} belongs in your formula, where {other.said} stands")


def other_data(case):
    """The claim uses data where the function uses something computed from them, or the other way round."""
    named = [A for A in names_of(case.f).values()]

    def of_sites(case, claim, site, known):
        v = site.value
        if not site.constant or np.ndim(v) == 0 or any(site.mark in (K.mark, mark(K.first.T)) for K in known):
            return
        for K in (K for K in known if K.kind == "data"):
            for A in (K.first, K.first.T) if np.ndim(K.first) == 2 else (K.first,):
                if np.shape(A) == np.shape(v):
                    for name, text in told_of(v, A, K, named):
                        if claim.right(lambda j: site.edits(lambda v: A)):
                            yield name, text
    return right_when(case, lambda claim, step, known: (), of_sites)


def told_of(v, A, K, named):
    """What a constant v of the claim has to do with the data A of the function."""
    if any(same(v, B) or same(v, B.T) for B in named):
        yield ("missing chain factor", "data stand in your formula as they are, where the function uses "
                                       "something computed from them")
    for text, formula in OF_DATA:
        with np.errstate(all="ignore"):
            made, mine = formula(A), formula(v)
        if close(v, made):
            squared = formula is np.square and np.ndim(A) == 2      # as one writes A² for AᵀA
            yield ("elementwise product" if squared else "extra chain factor",
                   f"{text.format(K.said)} stands in your formula, where {K.said} belongs")
        elif close(A, mine):
            yield "missing chain factor", f"in your formula {text.format('what stands there')} belongs"


def close(A, B):
    """Are these the same up to rounding?  One entry first."""
    return abs(A.item(0) - B.item(0)) <= 1e-9 * abs(B.item(0)) and np.allclose(A, B, rtol=1e-9, atol=0)


OF_DATA = (("the square of {}", np.square), ("the slope of a sigmoid, {0} (1 - {0}),", lambda v: v * (1 - v)),
           ("1 - the square of {}", lambda v: 1 - v * v), ("1/{}", np.reciprocal), ("|{}|", np.abs),
           ("exp of {}", np.exp), ("the cube of {}", lambda v: v ** 3))


def other_lengths(claim, step, known):
    """The claim divides by another length than the function."""
    if step.name != "sqrt" or mark(step.output) in {K.mark for K in known}:
        return
    for K in known:
        if K.kind == "length" and np.size(K.first) == step.size == 1 and claim.right(
                lambda j: {step.index: lambda s, o: K.at[j].reshape(np.shape(s.output))}):
            yield "wrong normalisation", "a length in your formula is not the one that the function computes"


def scaled(case, claim, site):
    """The value at a site is to be multiplied by a named constant, or by -1."""
    twice = site.edits(lambda v: 2 * v)
    if not claim.may_be_a_multiple(twice):
        return
    one, two = claim.given, claim.run(0, twice)
    if two is None or not np.isfinite(two).all() or one.shape != two.shape:
        return
    D, gap = two - one, claim.wanted[0] - one
    if not D.any() or not gap.any():
        return
    c = 1 + float(np.vdot(D, gap) / np.vdot(D, D))
    if (np.abs(gap - (c - 1) * D) > claim.slack[0] + 1e-6 * np.abs(D).max()).any():
        return
    for value, text in [(1.0, ""), (3.0, "1/3"), (1 / 3, "3"), *constants(case).items()]:
        for sign in (1, -1):
            if near(c, sign * value) and c != 1 and claim.right(
                    lambda j: site.edits(lambda v: sign * value * v)):
                what = "one part of your formula"
                if value == 1:
                    yield "sign", f"the sign of {what} is wrong"
                else:
                    turned = " and its sign is the opposite" if sign < 0 else ""
                    yield ("factor" if sign > 0 else "sign and factor",
                           f"{what} is to be multiplied by {text_of(value, text)}{turned}")
                return


def text_of(value, text):
    return f"{value:.4g}" if value in (3.0, 1 / 3) and text in ("3", "1/3") else text


def alone(site, known):
    """Changes of a value by itself: (sentence, change(value, point))."""
    v = site.value
    if is_square(v):
        yield (lambda: ("transposed", "a matrix in your formula is to be transposed")), lambda v, j: v.T
        yield ((lambda: ("only for orthogonal input",
                         "a matrix stands in your formula where its inverse belongs")),
               lambda v, j: inverse(v))
        yield ((lambda: ("only for orthogonal input",
                         "a matrix stands in your formula where its inverse, transposed, belongs; for an "
                         "orthogonal matrix both are the same")), lambda v, j: inverse(v).T)
    if np.ndim(v) == 1 and np.size(v) > 2:
        yield ((lambda: ("wrong order", "a vector in your formula is to be read backwards")),
               lambda v, j: v[::-1])
    for name in {k.kind for k in known} & UNARY.keys() if np.ndim(v) and not site.constant else ():
        yield ((lambda name=name: ("missing chain factor",
                                   f"{said_plainly(name)} is missing in your formula")),
               lambda v, j, g=inverse if name == "inv" else UNARY[name]: g(v))
    if np.ndim(v) and not site.constant:
        yield (lambda: ("sign", "a sign inside your formula is wrong")), lambda v, j: -v


def said_plainly(name):
    return {"inv": "an inverse", "square": "a square", "sqrt": "a square root",
            "reciprocal": "a reciprocal"}.get(name, name)


class Way(NamedTuple):
    """One way to change a value by values of one shape: of(value, other)."""
    how: str
    of: Callable
    said: Callable      # (other, all) -> name and sentence
    suits: Callable = lambda K: True
    laid: tuple | None = None       # how the other is laid beside the value, entry by entry


def with_values(site, near_by, known, weight):
    """(sentence, change) for changes of a value by something that the function uses or computes; with a
    weight only what this leaves open."""
    groups, found = {}, []
    for K in near_by:
        groups.setdefault(K.shape, []).append(K)
    for shape, group in groups.items():
        for order, way in enumerate(ways(site, shape)):
            promised = weight.promises(way, shape) if weight else None
            if promised is None or promised.any():
                found += [(K.number, order, K, way) for K in group
                          if way.suits(K) and (promised is None or promised[K.place])]
    for *_, K, way in sorted(found, key=lambda entry: entry[:2]):
        yield (lambda K=K, way=way: way.said(K, known)), lambda v, j, K=K, of=way.of: of(v, K.at[j])


def ways(site, shape):
    """All ways in which a value at a site may be changed by values of one shape."""
    v, around = site.value, np.shape(site.value)
    for laid in shapes(around, shape):
        yield Way("times", lambda v, K, s=laid: v * K.reshape(s), lambda K, _: factor_said(
            K, "extra" if K.divides and K.used else "missing"), laid=laid)
        yield Way("over", lambda v, K, s=laid: v / K.reshape(s), lambda K, _: factor_said(
            K, "below" if K.divides or not K.used else "extra"), laid=laid)
    turns = TURNS[:3 if shape[:1] == shape[1:] else 2] if v.ndim and len(shape) == 2 else ()
    for turned, A, side in turns:
        rows, columns = shape[::-1] if turned == " turned" else shape
        suits = (lambda K: K.kind == "data") if turned == " both" else lambda K: True
        if columns == around[0] and "left" not in site.elsewhere:
            yield Way("left" + turned, lambda v, K, A=A: A(K) @ v, lambda K, _, side=side: (
                "missing chain factor", f"a matrix factor is missing on the left: {K.said}{side}"), suits)
        if rows == around[-1] and v.ndim == 2 and "right" not in site.elsewhere:
            yield Way("right" + turned, lambda v, K, A=A: v @ A(K), lambda K, _, side=side: (
                "missing chain factor", f"a matrix factor is missing on the right: {K.said}{side}"), suits)
    for axis, A, said in GRAMS if v.ndim and len(shape) == 2 and site.slot is None else ():
        for side, end in (("left", 0), ("right", -1))[:v.ndim]:
            if shape[axis] == around[end]:
                yield Way(f"{side} gram", lambda v, K, A=A, end=end: A(K) @ v if end == 0 else v @ A(K),
                          lambda K, _, side=side, said=said: (
                    "missing chain factor", f"a matrix factor is missing on the {side}: {said.format(K.said)}"),
                    lambda K: K.kind == "data")
    for laid in shapes(around, shape) if v.ndim else ():
        for how, sign in (("plus", 1), ("minus", -1)):
            yield Way(how, lambda v, K, a=sign, s=laid: v + a * K.reshape(s), lambda K, _: (
                "missing product-rule term", f"{K.said} was left out in your formula"),
                lambda K: K.kind == "data" and K.mark != site.mark, laid)
    if v.ndim:
        yield Way("instead", lambda v, K: K, lambda K, known: instead_said(site, K, known), lambda K: (
            K.kind in ("add", "subtract") or K.kind != "data" and shape == around)
            and site.mark in K.made_of and K.mark != site.mark)


GRAMS = ((0, lambda K: K @ K.T, "the product of {} and its transpose"),
         (1, lambda K: K.T @ K, "the product of {0}, transposed, and {0}"))
TURNS = (("", np.asarray, ""), (" turned", np.transpose, ", transposed"),
         (" both", lambda K: K + K.T, ", plus its transpose"))      # (how, the factor, words)


def factor_said(K, what):
    """The name and the sentence of a factor that is missing, is too much, or is missing below the line."""
    name = "wrong normalisation" if K.kind == "length" or K.rooted else None
    said = K.said if not name else "a length that the function computes" + (", squared" if K.rooted else "")
    how = "" if K.shape == () else ", entry by entry"
    text = {"missing": f"a factor is missing{how}:", "extra": f"a factor is too much{how}:",
            "below": f"a division is missing{how}: by"}[what]
    name = name or ("extra" if what == "extra" else "missing") + " chain factor"
    return name, f"in your formula {text} {said}"


def instead_said(site, K, known):
    """A summand or a function left out: what the function makes of a value belongs where that stands."""
    where = K.said.removeprefix("the value of ")
    if K.kind not in ("add", "subtract"):
        return "missing chain factor", f"{where} is missing in your formula"
    here = next((L.said for L in known if L.mark == site.mark), "something else")
    done = "added" if K.kind == "add" else "subtracted"
    return ("missing product-rule term",
            f"{here} stands in your formula where {where} belongs: what is {done} there was left out")


def shapes(v, K):
    """How an array of shape K is laid beside one of shape v: as it is; a vector as a row or a column of a
    matrix."""
    if len(v) == 2 and len(K) == 1:
        return [(1, -1)] * (v[1] in (1, *K)) + [(-1, 1)] * (v[0] in (1, *K)) if K[0] in v else []
    return [K] if K in (v, ()) or v == () and len(K) == 1 else []


def other_steps(claim, step, known):
    """One operation of the claim replaced by another, left out, or with its operands exchanged."""
    yield from other_lengths(claim, step, known)
    yield from number_too_much(claim, step, known)
    yield from all_kroneckers(claim, step)
    for name, text, edit in exchanges(step, known):
        if claim.right(lambda j: {step.index: edit}):
            yield name, text


def all_kroneckers(claim, step):
    """The factors of several Kronecker products, all in the other order; asked at the first of them."""
    those = [s.index for s in claim.tapes[0].steps if s.name == "kron" and len(s.operands) == 2]
    if len(those) > 1 and step.index == those[0] and claim.right(
            lambda j: {i: lambda s, o: s.call(o[::-1]) for i in those}):
        yield "kronecker order", "the factors of every ⊗ are to be exchanged"


def number_too_much(claim, step, known):
    """A number that only the claim computes, as a determinant, stands where none belongs."""
    if step.size != 1 or not step.moving or mark(step.output) in {K.mark for K in known}:
        return
    if claim.right(lambda j: {step.index: lambda s, o: np.ones_like(s.output)}):
        yield "extra chain factor", f"the number from {said_of(step)} is a factor too much in your formula"


COMPARISONS = ("greater", "less", "greater_equal", "less_equal")


def exchanged(claim, step, known):
    """Two arrays of the data, one at this step and one at a later one, have changed places."""
    mine, theirs = constants_of(step), [
        (later, *pair) for later in claim.tapes[0].steps[step.index + 1:] for pair in constants_of(later)]
    for slot, K in mine:
        for later, other, L in theirs:
            if np.shape(K) != np.shape(L) or same(K, L):
                continue
            edits = {step.index: put(slot, L), later.index: put(other, K)}
            if claim.right(lambda j: edits):
                yield "wrong order", "two factors of your formula have changed places"


def constants_of(step):
    """(slot, array) of the matrices and vectors of the data that a product uses."""
    if step.name not in PRODUCTS and step.name not in ("multiply", "solve", "outer"):
        return []
    return [(i, K) for i, K in enumerate(step.operands) if i not in step.moving and np.size(K) > 1]


def put(slot, value):
    return lambda s, o: s.call([value if i == slot else a for i, a in enumerate(o)])


def laid_wrongly(step):
    """A vector that meets a square matrix as a row, where it belongs there as a column."""
    if step.name not in ("multiply", "divide", "add", "subtract") or len(step.operands) != 2:
        return
    for slot in (0, 1):
        v, A = step.operands[slot], step.operands[1 - slot]
        if is_square(A) and np.ndim(v) == 1:
            yield ("wrong axis", f"a vector is laid along the rows of a matrix where it belongs along its "
                   f"columns, in {said_of(step)}",
                   lambda s, o, slot=slot: s.call([a[:, None] if i == slot else a for i, a in enumerate(o)]))
        elif is_square(A) and np.shape(v) == (len(A), 1):
            yield ("wrong axis", f"a vector is laid along the columns of a matrix where it belongs along its "
                   f"rows, in {said_of(step)}",
                   lambda s, o, slot=slot: s.call([a.T if i == slot else a for i, a in enumerate(o)]))


def exchanges(step, known):
    said = said_of(step)
    if step.name in COMPARISONS:
        yield ("missing chain factor", f"{MASK} is the wrong way round",
               lambda s, o: ~s.call(o))
    if step.name == "sign":
        yield ("missing chain factor",
               "the sign stands in your formula where a mask of ones and zeros belongs",
               lambda s, o: (o[0] > 0) * 1.0)
    if len(step.operands) == 2 and step.name in ("kron", "subtract", "outer"):
        name = {"kron": "kronecker order", "subtract": "sign"}.get(step.name, "wrong order")
        yield name, f"the two parts of {said} are to be exchanged", lambda s, o: s.call(o[::-1])
    if len(step.operands) == 2 and step.name in OPPOSITE:
        yield "sign", f"a sign in your formula is wrong, at {said}", lambda s, o: OPPOSITE[s.name](*o)
    yield from laid_wrongly(step)
    if step.name in ("square", "power") and np.ndim(step.operands[0]) == 2:
        k, turned = exponent(step), lambda A: np.swapaxes(A, -1, -2)
        for text, edit in {3: [("X Xᵀ X", lambda s, o: o[0] @ turned(o[0]) @ o[0])],
                           2: [("XᵀX", lambda s, o: turned(o[0]) @ o[0]),
                               ("XXᵀ", lambda s, o: o[0] @ turned(o[0]))]}.get(k, []):
            yield "elementwise product", f"the entries are raised to a power where {text} belongs", edit
    if len(step.operands) == 2 and step.name in ("correlate", "convolve"):
        yield ("wrong order", "a vector in your formula is to be read backwards: correlation stands for "
               "convolution, or the other way round", lambda s, o: s.call([o[0], o[1][::-1]]))
    if step.name in ("square", "power") and is_square(step.operands[0]) and exponent(step) > 1:
        yield ("elementwise product", "the entries are raised to a power where the matrix is to be",
               lambda s, o: np.linalg.matrix_power(o[0], exponent(s)))
    if len(step.operands) == 2 and step.name in ("multiply", "divide", *PRODUCTS):
        for slot in (0, 1):
            kept, gone = step.operands[slot], step.operands[1 - slot]
            if np.shape(kept) == np.shape(step.output) and mark(gone) in {K.mark for K in known}:
                yield ("extra chain factor", f"your formula has a factor too much, in {said}",
                       lambda s, o, slot=slot: o[slot])
