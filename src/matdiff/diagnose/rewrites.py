"""The claim's own formula with one part of it changed: what makes it right is what was done wrongly.

The claim is run again on its tape with one value replaced, a result on the way or an array of the data: by
its transpose, its negative, a multiple; multiplied by, divided by or replaced by something that the function
computes. No number is fitted but a multiple, and that one has to be a named constant, so that a formula made
right in this way, entry by entry and at every point, tells what is missing.
"""
import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Callable

import numpy as np

from ..replay import PRODUCTS, Budget, Diverged, Spent, Tape, pull
from ..vec import vec
from .case import Finding, describe, names_of
from .multiples import constants, exponent, near
from .slips import OPPOSITE, is_square, remembered, said_of

UNARY = {"exp": np.exp, "log": np.log, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "sqrt": np.sqrt,
         "square": np.square, "reciprocal": np.reciprocal, "inv": np.linalg.inv}
RANK = ("sign", "transposed", "factor", "missing product-rule term", "missing chain factor", "wrong order",
        "elementwise product", "wrong normalisation", "extra chain factor", "only for orthogonal input")
FACTORED = (*PRODUCTS, "multiply", "divide", "power", "square", "sqrt", "reciprocal", "einsum", "outer")
MASK = "the mask in your formula"
LONGEST = 40    # steps of a claim; beyond, it is a loop that nobody reads as one formula
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

    @property
    def first(self):
        return self.at[0]


def rewritten(case):
    """The claim's own program with one value changed, or two exchanged, is right, at every point."""
    yield from right_when(case, other_steps, changes)
    yield from right_when(case, exchanged, lambda case, claim, site, known: ())


def substituted(case):
    """The same with one value of the function put in the place of another: a weaker explanation."""
    return right_when(case, lambda claim, step, known: (), substitutes)


def right_when(case, of_steps, of_sites):
    """What makes the claim right, of of_steps(claim, step, known) and of_sites(case, claim, site, known)."""
    if case.claim is None or case.first.claim.size < 2 or len(case.points) < 2 or not case.first.claim.any():
        return
    if case.gave != case.out or case.first.claim.shape != case.first.truth.shape:
        return
    if "formula" not in case.recorded:
        formula = Formula(case)
        case.recorded["formula"] = formula, [replace(K, used=is_factor(formula, K)) for K in values(case)]
    claim, known = case.recorded["formula"]
    if not 0 < len(claim.tapes[0].steps) <= LONGEST:
        return
    found = []
    try:
        found += [hit for step in claim.tapes[0].steps for hit in of_steps(claim, step, known)]
        for site in sites(claim.tapes[0].steps) if not any(MASK in text for _, text in found) else ():
            found += of_sites(case, claim, site, known)     # (a mask turned round is a wrong sign as well)
    except Spent:       # what was found till then counts
        pass
    found.sort(key=lambda hit: RANK.index(hit[0]) if hit[0] in RANK else len(RANK))
    seen = set()
    for name, text in found:
        if name not in seen:
            seen.add(name)
            yield Finding(name, describe(case, text))


def is_factor(formula, K):
    """Does the formula multiply or divide by this value, or by a power of it?"""
    return K.kind == "data" or any(s.name in FACTORED and any(same(o, K.first) for o in s.operands)
                                   for s in formula.tapes[0].steps)


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
        tape, self.known_affine = self.tapes[0], {}
        self.U = np.random.default_rng(28).normal(size=np.shape(tape.value))
        self.worth = tape.backward(self.U)[0] if tape.linked else [None] * len(tape.steps)
        value = vec(tape.value) if self.vectorised else tape.value
        self.lacking = self.wanted[0] - value if value.shape == self.wanted[0].shape else np.array(np.nan)
        self.telling = [int(np.abs(p.claim - p.truth).argmax()) for p in self.points]
        if self.vectorised:
            self.telling = [int(np.abs(p.claim @ vec(V) - w).argmax())
                            for p, w in zip(self.points, self.wanted)]
        self.lacks = float(np.vdot(vec(self.U) if self.vectorised else self.U, self.lacking))
        blur = np.max(self.slack[0]) + 1e-9 * np.abs(self.wanted[0]).max()
        self.blur = float(np.abs(self.U).sum() * blur)
        self.lack_size = np.abs(self.U).max() * np.abs(self.lacking).sum()

    def run(self, j, edits):
        """What the changed formula gives at point j; None where the change does not fit."""
        try:
            value = self.tapes[j].run(self.tapes[j].X, edits)
        except (Exception, Diverged):   # the shapes do not fit here, or the program goes another way
            return None
        value = vec(value) if self.vectorised else value
        return value if value.shape == self.wanted[j].shape and np.isrealobj(value) else None

    def may_be_right(self, edits):
        """A quick look at the result, weighed to a number, where it is affine in the step that changes."""
        (index, edit), *more = edits.items()
        step = self.tapes[0].steps[index]
        if more or not isinstance(step.output, np.ndarray) or not self.is_affine(index):
            return True
        self.tapes[0].budget.pay(1)
        try:
            moved = edit(step, list(step.operands)) - step.output
        except Exception:       # the change does not fit the shapes here
            return False
        if np.shape(moved) != np.shape(step.output):
            return True
        size = np.abs(self.worth[index] * moved).sum() + self.lack_size
        return bool(abs(np.vdot(self.worth[index], moved) - self.lacks) <= 1e-5 * size)

    def weight(self, site):
        """What every entry at a site counts in the weighed result; None where that is not affine in it."""
        (index, *more), v = site.steps, site.value
        if more or self.worth[index] is None or not self.is_affine(index):
            return None
        W, step = self.worth[index], self.tapes[0].steps[index]
        if site.slot is not None:
            linear = step.name in PRODUCTS or step.name in ("multiply", "add", "subtract")
            W = pull(step, site.slot, W) if linear else None
        return Weight(W, v) if np.shape(W) == np.shape(v) and np.asarray(v).dtype.kind == "f" else None

    def promises(self, weight, how=None, factor=None):
        """Does a change of a site bring what is lacking, as one number says?  True where it cannot say."""
        if how is None:
            return True
        M = getattr(weight, how)
        if how != "times" and M.shape != np.shape(factor):
            return True
        self.tapes[0].budget.pay(1)
        number = float(np.vdot(M, factor) if M.shape == np.shape(factor) else np.sum(M * factor))
        size = weight.length(how) * np.sqrt(np.vdot(factor, factor) * (M.size / np.size(factor)))
        return abs(number - weight.now - self.lacks) <= self.blur + 1e-9 * (size + abs(weight.now))

    def is_affine(self, index):
        """Is the result an affine function of what this step gives?"""
        if index not in self.known_affine:
            worth, step = self.worth[index], self.tapes[0].steps[index]
            self.known_affine[index] = False
            if isinstance(worth, np.ndarray) and step.output.dtype.kind == "f":
                move = np.random.default_rng(29).normal(size=step.output.shape) * np.abs(step.output).max()
                value = self.run(0, {index: lambda s, o: s.output + move})
                if value is not None:
                    change = np.vdot(vec(self.U) if self.vectorised else self.U, value - (
                        self.wanted[0] - self.lacking))
                    self.known_affine[index] = bool(abs(change - np.vdot(worth, move)) <= 1e-8 * (
                        np.abs(worth * move).sum()))
        return self.known_affine[index]

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


class Weight:
    """What every entry of a value v counts in a number, and so every entry of a factor of v."""

    def __init__(self, W, v):
        self.W, self.v, self.now, self.lengths = W, v, float(np.vdot(W, v)), {}

    def length(self, how):
        if how not in self.lengths:
            self.lengths[how] = np.linalg.norm(getattr(self, how))
        return self.lengths[how]

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
    outputs, users = [], {}
    for step in steps:
        for slot in step.moving:
            users.setdefault((step.sources[slot] or (None,))[0], []).append(step)
    for step in steps:
        for slot, K in enumerate(step.operands):
            if not any(same(K, out) for out in outputs):
                alike = tuple(s.index for s in steps if slot < len(s.operands) and same(s.operands[slot], K))
                yield Site((step.index,), slot, K, slot not in step.moving, tried_elsewhere(step, slot))
                if len(alike) > 1 and alike[0] == step.index:
                    yield Site(alike, slot, K, slot not in step.moving)
        if isinstance(step.output, np.ndarray):
            outputs.append(step.output)
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
    tapes, found, names = case.tapes(), [], names_of(case.f)

    def add(said, at, kind, **more):
        if np.size(at[0]) > WIDEST or np.asarray(at[0]).dtype.kind != "f" or any(
                same(at[0], v.first) for v in found):
            return
        if np.ndim(at[0]) == 0 and kind == "data":
            return      # a number: a multiple, which is looked for by itself
        divides = any(s.name == "divide" and len(s.operands) == 2 and same(s.operands[1], at[0])
                      for s in tapes[0].steps)
        rooted = any(s.name == "sqrt" and same(s.operands[0], at[0]) and is_length(s, tapes[0])
                     for s in tapes[0].steps)
        found.append(Value(said, at, kind, divides=divides, rooted=rooted, **more))

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
    if np.size(step.output) == 1:
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
    weight, near_by = claim.weight(site), known
    if weight is None:      # within a function: what is missing there is X or data, no result
        near_by = [K for K in known
                   if K.kind in ("X", "data") or any(same(site.value, part) for part in K.inputs)]
    for name, text, change in (*alone(site, known), *with_values(site, near_by)):
        if weight is not None and not claim.promises(weight, *getattr(change, "told", ())):
            continue
        if claim.right(lambda j: site.edits(lambda v: change(v, j))) and claim.matters(
                site.edits(lambda v: 2 * change(v, 0)), 1):
            yield name, text
    yield from scaled(case, claim, site)


def substitutes(case, claim, site, known):
    """(name, sentence) for a value of the function that belongs where another one stands."""
    for other in known:
        if np.ndim(other.first) == 0 or not same(site.value, other.first):
            continue        # else any formula would do that computes anything at all
        for K in known:
            fit = np.shape(K.first) == np.shape(other.first) and K is not other and K.kind != "data"
            if fit and claim.right(lambda j: site.edits(lambda v: K.at[j])):
                yield ("missing chain factor", f"{K.said} belongs in your formula, where {other.said} stands")


def other_data(case):
    """The claim uses data where the function uses something computed from them, or the other way round."""
    named = [A for A in names_of(case.f).values()]

    def of_sites(case, claim, site, known):
        v = site.value
        if not site.constant or np.ndim(v) == 0 or any(same(v, K.first) or same(v, K.first.T) for K in known):
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
        if np.allclose(v, made, rtol=1e-9, atol=0):
            squared = formula is np.square and np.ndim(A) == 2      # as one writes A² for AᵀA
            yield ("elementwise product" if squared else "extra chain factor",
                   f"{text.format(K.said)} stands in your formula, where {K.said} belongs")
        elif np.allclose(A, mine, rtol=1e-9, atol=0):
            yield "missing chain factor", f"in your formula {text.format('what stands there')} belongs"


OF_DATA = (("the square of {}", np.square), ("the slope of a sigmoid, {0} (1 - {0}),", lambda v: v * (1 - v)),
           ("1 - the square of {}", lambda v: 1 - v * v), ("1/{}", np.reciprocal), ("|{}|", np.abs),
           ("exp of {}", np.exp), ("the cube of {}", lambda v: v ** 3))


def other_lengths(claim, step, known):
    """The claim divides by another length than the function."""
    if step.name != "sqrt" or any(same(step.output, K.first) for K in known):
        return
    for K in known:
        if K.kind == "length" and np.size(K.first) == np.size(step.output) == 1 and claim.right(
                lambda j: {step.index: lambda s, o: K.at[j].reshape(np.shape(s.output))}):
            yield "wrong normalisation", "a length in your formula is not the one that the function computes"


def scaled(case, claim, site):
    """The value at a site is to be multiplied by a named constant, or by -1."""
    one, two = claim.run(0, {}), claim.run(0, site.edits(lambda v: 2 * v))
    if one is None or two is None or not np.isfinite(two).all():
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
    """Changes of a value by itself: (name, sentence, change(value, point))."""
    v, inverse = site.value, remembered(np.linalg.inv)
    if is_square(v):
        yield "transposed", "a matrix in your formula is to be transposed", lambda v, j: v.T
        yield ("only for orthogonal input", "a matrix stands in your formula where its inverse belongs",
               lambda v, j: inverse(v))
        yield ("only for orthogonal input",
               "a matrix stands in your formula where its inverse, transposed, belongs; for an orthogonal "
               "matrix both are the same", lambda v, j: inverse(v).T)
    if np.ndim(v) == 1 and np.size(v) > 2:
        yield ("wrong order", "a vector in your formula is to be read backwards", lambda v, j: v[::-1])
    for name in {k.kind for k in known} & UNARY.keys() if np.ndim(v) and not site.constant else ():
        yield ("missing chain factor", f"{said_plainly(name)} is missing in your formula",
               lambda v, j, g=inverse if name == "inv" else UNARY[name]: g(v))
    if np.ndim(v) and not site.constant:
        yield "sign", "a sign inside your formula is wrong", lambda v, j: -v


def said_plainly(name):
    return {"inv": "an inverse", "square": "a square", "sqrt": "a square root",
            "reciprocal": "a reciprocal"}.get(name, name)


def with_values(site, known):
    """Changes of a value by something that the function uses or computes."""
    v = site.value
    for K in known:
        yield from factors(v, K)
        if np.ndim(v) and np.ndim(K.first) == 2:
            both = is_square(K.first) and K.kind == "data"
            both = ((lambda K: K + K.T, ", plus its transpose"),) if both else ()
            for A, side in ((lambda K: K, ""), (lambda K: K.T, ", transposed"), *both):
                if A(K.first).shape[-1] == v.shape[0] and "left" not in site.elsewhere:
                    yield ("missing chain factor", f"a matrix factor is missing on the left: {K.said}{side}",
                           telling(lambda v, j, K=K, A=A: A(K.at[j]) @ v, "left", A(K.first)))
                if A(K.first).shape[0] == v.shape[-1] and np.ndim(v) == 2 and "right" not in site.elsewhere:
                    yield ("missing chain factor", f"a matrix factor is missing on the right: {K.said}{side}",
                           telling(lambda v, j, K=K, A=A: v @ A(K.at[j]), "right", A(K.first)))
        if np.ndim(v) and not same(K.first, v):
            yield from instead(v, K, known)


def telling(change, how, factor):
    """A change of a value v that is linear in a factor, told so that a site's weight can judge it."""
    change.told = how, factor
    return change


def factors(v, K):
    """Multiplied or divided by a value, entry by entry."""
    if np.ndim(K.first) and not fits(v, K.first):
        return
    scalar = np.ndim(K.first) == 0
    name = "wrong normalisation" if K.kind == "length" or K.rooted else None
    said = K.said if not name else "a length that the function computes" + (", squared" if K.rooted else "")
    how = "" if scalar else ", entry by entry"
    for shape in shapes(v, K.first):
        missing = (name or "missing chain factor", f"in your formula a factor is missing{how}: {said}")
        extra = (name or "extra chain factor", f"in your formula a factor is too much{how}: {said}")
        below = (name or "missing chain factor", f"in your formula a division is missing{how}: by {said}")
        extra, missing, below = (extra, missing, below) if K.used else (below, missing, below)
        laid = K.first.reshape(shape)
        yield *(extra if K.divides and K.used else missing), telling(
            lambda v, j, s=shape: v * K.at[j].reshape(s), "times", laid)
        yield *(below if K.divides else extra), telling(
            lambda v, j, s=shape: v / K.at[j].reshape(s), "times", 1 / laid)


def fits(v, K):
    return np.shape(v) == np.shape(K) or np.ndim(v) == 2 and np.ndim(K) == 1 and len(K) in np.shape(v) or (
        np.ndim(v) == 0 and np.ndim(K) == 1)


def shapes(v, K):
    """How a value is laid beside another: as it is; a vector as a row, or as a column, of a matrix."""
    if np.ndim(v) == 2 and np.ndim(K) == 1:
        return [(1, -1)] * (v.shape[1] in (1, len(K))) + [(-1, 1)] * (v.shape[0] in (1, len(K)))
    return [np.shape(K)]


def said_of_value(v, known):
    return next((K.said for K in known if same(K.first, v)), "something else")


def instead(v, K, known):
    """A summand left out; a function left out."""
    if K.kind == "data" and fits(v, K.first):
        for shape in shapes(v, K.first):
            for sign in (1, -1):
                yield ("missing product-rule term", f"{K.said} was left out in your formula",
                       lambda v, j, a=sign, s=shape: v + a * K.at[j].reshape(s))
    elif np.shape(K.first) != np.shape(v) and not (K.kind in ("add", "subtract") and any(
            same(v, part) for part in K.inputs)):
        return
    elif K.kind in ("add", "subtract") and any(same(v, part) for part in K.inputs):
        where, here = K.said.removeprefix("the value of "), said_of_value(v, known)
        done = "added" if K.kind == "add" else "subtracted"
        yield ("missing product-rule term",
               f"{here} stands in your formula where {where} belongs: what is {done} there was left out",
               lambda v, j: K.at[j])
    elif any(same(v, part) for part in K.inputs):
        yield ("missing chain factor", f"{K.said.removeprefix('the value of ')} is missing in your formula",
               lambda v, j: K.at[j])


def other_steps(claim, step, known):
    """One operation of the claim replaced by another, left out, or with its operands exchanged."""
    yield from other_lengths(claim, step, known)
    for name, text, edit in exchanges(step, known):
        if claim.right(lambda j: {step.index: edit}):
            yield name, text


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
            if np.shape(kept) == np.shape(step.output) and any(same(gone, K.first) for K in known):
                yield ("extra chain factor", f"your formula has a factor too much, in {said}",
                       lambda s, o, slot=slot: o[slot])
