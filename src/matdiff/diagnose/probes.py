"""The derivative along random probes, and how a slip at one step changes it.

A probe is a direction V of X and a weight U on f(X): the claim says <U, C vec V> about it. A sweep forwards
along V and one backwards from U make a slip at any step cheap: what the result of that step moves wrongly,
weighed by what it is worth, is all that changes.
"""
from functools import cached_property

import numpy as np

from ..replay import inner, push
from ..vec import sym, vec

ENOUGH = 4      # probes at each point that an explanation has to fit


class Probe:
    """One direction of X and one weight on f(X), with what follows from them for every step of f."""

    def __init__(self, case, point, tape, number):
        rng = np.random.default_rng((13, number))
        self.kind, self.tape, self.point, self.number = case.kind, tape, point, number
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
        return np.linalg.norm(self.point.claim) * np.linalg.norm(self.V) * np.linalg.norm(self.U)

    @cached_property
    def forth(self):
        """How every step's result moves when X moves along V."""
        return self.tape.forward(self.V)

    @cached_property
    def swept(self):
        return self.tape.backward(self.U)

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
        worth = self.back[step.index]
        if hasattr(edit, "slot"):       # a constant changed, and so the value
            return None
        if worth is None:
            return self.truth
        found = self.moves(step)
        if not found:
            return self.truth
        wrong = push(step, found, edit)
        return self.truth + inner(worth, wrong) - inner(worth, self.forth[step.index])

    def moves(self, step):
        """{slot: perturbation} of a step's operands."""
        return self.tape.moves(step, self.forth, self.V)


class Chain:
    """The probes of a case, made when they are asked for."""

    def __init__(self, case):
        self.case, self.tapes, self.made = case, [tape.merged() for tape in case.tapes()], {}
        self.steps, self.entrywise = self.tapes[0].steps, {}     # entrywise: see `inside`
        for i, tape in enumerate(self.tapes):       # a tape that lost its way is run again instead
            probe = self.probe(i, 0)
            if tape.linked and not near_enough(probe):
                tape.linked = False
                self.made.clear()

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


def near_enough(probe):
    """Do both sweeps give the derivative that is known?"""
    moved = probe.tape.part(probe.forth, probe.tape.root, probe.V)
    forth = inner(probe.U, None if moved is None else np.reshape(moved, np.shape(probe.U)))
    size = np.linalg.norm(probe.point.truth) * np.linalg.norm(probe.V) * np.linalg.norm(probe.U)
    gap = max(abs(forth - probe.truth), abs(np.vdot(probe.root, probe.V) - probe.truth))
    return gap <= 1e-6 * size + 10 * np.abs(probe.point.bound).max(initial=0) * probe.V.size


def everywhere(tape, step, edit):
    """The edit of a constant at all steps that use this constant in the same way."""
    slot = getattr(edit, "slot", None)
    if slot is None:
        return {step.index: edit}
    K = step.operands[slot]
    return {s.index: edit for s in tape.steps if s.name == step.name and len(s.operands) == len(step.operands)
            and slot not in s.moving and np.array_equal(s.operands[slot], K)}
