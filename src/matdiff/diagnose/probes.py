"""The derivative along random probes, and how a slip at one step changes it.

A probe is a direction V of X and a weight U on f(X): the claim says <U, C vec V> about it. A sweep forwards
along V and one backwards from U make a slip at any step cheap: what the result of that step moves wrongly,
weighed by what it is worth, is all that changes.
"""
from dataclasses import replace
from functools import cached_property

import numpy as np

from ..replay import inner, pull, push
from ..vec import sym, vec

ENOUGH = 4      # probes at each point that an explanation has to fit


class Probe:
    """One direction of X and one weight on f(X), with what follows from them for every step of f."""

    def __init__(self, case, point, tape, number):
        rng = np.random.default_rng((13, number))
        self.kind, self.tape, self.point, self.number, self.places = case.kind, tape, point, number, {}
        self.V = rng.normal(size=case.shape)
        self.V = sym(self.V) if case.symmetric else self.V
        self.U = np.ones(np.shape(tape.value)) if case.kind == "gradient" else rng.normal(size=case.out)

    def of(self, A):
        """What a derivative A says about this probe."""
        if self.kind == "gradient":
            return float(np.vdot(A, self.V))
        return float(vec(self.U) @ A @ vec(self.V))

    @cached_property
    def truth(self):
        return self.of(self.point.truth)

    @cached_property
    def claim(self):
        return self.of(self.point.claim)

    @cached_property
    def turned_claim(self):
        return self.of(self.point.claim.T)

    @cached_property
    def size(self):
        """What a derivative of the claim's size may say at most."""
        C = self.point.claim
        largest = np.abs(C).max(initial=0) or 1.0       # its square may overflow
        return largest * np.linalg.norm(C / largest) * np.linalg.norm(self.V) * np.linalg.norm(self.U)

    @cached_property
    def forth(self):
        """How every step's result moves when X moves along V."""
        return self.tape.forward(self.V)

    @cached_property
    def swept(self):
        return self.tape.swept if self.kind == "gradient" else self.tape.backward(self.U)

    @property
    def back(self):
        """What every step's result is worth."""
        return self.swept[0]

    @property
    def root(self):
        """What X is worth: the derivative of <U, f>."""
        return self.swept[1]

    def slope(self, step, edit):
        """The derivative when this step is done wrongly."""
        local = self.local(step, edit) if self.tape.linked else None
        if local is not None:
            return local
        edits = everywhere(self.tape, step, edit)
        if self.tape.linked and self.tape.analytic:
            slope = self.tape.slope_from(edits, self.forth, self.V)
        else:
            slope = self.tape.slope(self.V, edits)
        return float(np.vdot(self.U, slope)) if np.shape(slope) == np.shape(self.U) else np.nan

    def local(self, step, edit):
        """The same by this step alone; None if the edit changes its value too, and so the rest."""
        if hasattr(edit, "slot"):       # a constant changed, and so the value
            return None
        at = self.here(step)
        if at.worth is None or not at.moves:
            return self.truth
        knows = hasattr(edit, "counts") and at.simple
        wrong = edit.counts(at) if knows else inner(at.worth, push(step, at.moves, edit))
        return self.truth + wrong - at.total

    def moves(self, step):
        """{slot: perturbation} of a step's operands."""
        return self.tape.moves(step, self.forth, self.V)

    def here(self, step):
        if step.index not in self.places:
            self.places[step.index] = Place(self, step)
        return self.places[step.index]


class Place:
    """What a probe says of one step: how its operands move, what they and its result are worth."""

    def __init__(self, probe, step):
        self.probe, self.step, self.worth = probe, step, probe.back[step.index]
        self.parts, self.factors = {}, {}
        self.moves = {} if self.worth is None else probe.moves(step)
        self.simple = step.index not in probe.tape.always and all(
            (step.index, slot) in probe.swept[2] for slot in self.moves)

    @cached_property
    def total(self):
        """What the step contributes along the probe."""
        return inner(self.worth, self.probe.forth[self.step.index])

    def share(self, slot):
        """What the entries of an operand count."""
        return self.probe.swept[2][self.step.index, slot]

    def part(self, slot):
        """What comes through one operand."""
        if slot not in self.parts:
            self.parts[slot] = inner(self.share(slot), self.moves[slot])
        return self.parts[slot]

    def others(self, slot):
        """What comes through all other operands."""
        return sum(self.part(s) for s in self.moves if s != slot)

    def on_other(self, slot):
        """Of a product of two, what the entries of the other factor count where this one moves alone."""
        if slot not in self.factors:
            operands = list(self.step.operands)
            operands[slot] = self.moves[slot]
            self.factors[slot] = pull(replace(self.step, operands=tuple(operands)), 1 - slot, self.worth)
        return self.factors[slot]


class Chain:
    """The probes of a case, made when they are asked for."""

    def __init__(self, case):
        self.case, self.tapes, self.made = case, [tape.merged() for tape in case.tapes()], {}
        self.steps, self.entrywise = self.tapes[0].steps, {}     # entrywise: see `inside`
        for i, tape in enumerate(self.tapes):       # a tape that lost its way is run again instead
            if tape.linked and not near_enough(self.probe(i, 0), i == 0):
                tape.linked = False
                self.made.clear()

    @cached_property
    def live(self):
        """{number: step} of the steps through which X moves f."""
        linked = self.tapes[0].linked
        return {s.index: s for s in self.steps if not linked or self.probe(0, 0).back[s.index] is not None}

    @cached_property
    def used(self):
        """The steps whose results go into the value of f: not those computed a second time."""
        tape, needed = self.tapes[0], set()
        for step in reversed(self.steps) if tape.linked else ():
            if step.index == tape.root[0] or step.index in needed:
                needed |= {step.index, *(source[0] for _, source in step.arrivals)}
        return [s for s in self.steps if s.index in needed or not tape.linked]

    def probe(self, i, k):
        if (i, k) not in self.made:
            self.made[i, k] = Probe(self.case, self.case.points[i], self.tapes[i], k)
        return self.made[i, k]

    def each(self, count=ENOUGH):
        """(number of the point, probe) of the first probes."""
        return ((i, self.probe(i, k)) for i in range(len(self.tapes)) for k in range(count))

    def at(self, i, step):
        """The same step at another point; None where the function went another way."""
        steps = self.tapes[i].steps
        same = step.index < len(steps) and steps[step.index].name == step.name
        return steps[step.index] if same else None


def chain_of(case):
    """The probes of a case, shared by all tests."""
    if "chain" not in case.recorded:
        case.recorded["chain"] = Chain(case)
    return case.recorded["chain"]


def near_enough(probe, both):
    """Does the sweep backwards give the derivative that is known, or do both sweeps?"""
    gap = abs(np.vdot(probe.root, probe.V) - probe.truth)
    if both:
        moved = probe.tape.part(probe.forth, probe.tape.root, probe.V)
        forth = inner(probe.U, None if moved is None else np.reshape(moved, np.shape(probe.U)))
        gap = max(gap, abs(forth - probe.truth))
    size = np.linalg.norm(probe.point.truth) * np.linalg.norm(probe.V) * np.linalg.norm(probe.U)
    return gap <= 1e-6 * size + 10 * np.abs(probe.point.bound).max(initial=0) * probe.V.size


def everywhere(tape, step, edit):
    """The edit of a constant at all steps that use this constant in the same way."""
    slot = getattr(edit, "slot", None)
    if slot is None:
        return {step.index: edit}
    return {s.index: edit for s in tape.steps if s.name == step.name and len(s.operands) == len(step.operands)
            and s.marks.get(slot) == step.marks[slot]}
