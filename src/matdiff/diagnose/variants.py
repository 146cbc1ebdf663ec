"""The derivative of another function: one value on the way is that of a changed function, the rest right."""
import numpy as np

from ..replay import Diverged, inner
from .case import Finding, describe
from .inside import fitting
from .probes import everywhere
from .slips import constant, is_square, other_function, said_of

LONGEST = 30        # steps of a function; beyond, it is a loop


def of_another_function(case):
    """An inner function was differentiated that is not the one which stands there."""
    chain = fitting(case)
    if chain is None or len(chain.steps) > LONGEST or not all(t.analytic for t in chain.tapes):
        return
    first, tape = chain.probe(0, 0), chain.tapes[0]
    tape.demand(20 * len(chain.steps))
    for name, text, edits in variants(chain):
        moved = moves(first, edits(tape))
        for index in moved or ():
            if changed(first, moved, index) and all(
                    right_with(p, moves(p, edits(chain.tapes[i])), index) for i, p in chain.each()):
                where = said_of(chain.steps[index])
                yield Finding(name, describe(case, f"{text}, on the way to the value of "
                                                   f"{where.removeprefix('the ')}"))
                return


def variants(chain):
    """(name, sentence, tape -> edits): a constant of the function left out, transposed, with the other
    sign."""
    seen = []
    for step in chain.steps:
        for K in (o for i, o in enumerate(step.operands) if i not in step.moving and is_square(o)):
            if not np.allclose(K, K.T) and not any(same_matrix(K, A) for A in seen):
                seen.append(K)
                yield ("transposed", "a matrix of the data is transposed wherever it stands",
                       lambda tape, K=K: transposed(tape, K))
        for name, text, edit in other_function(step, said_of(step)):
            if getattr(edit, "slot", None) is not None:
                yield name, text, lambda tape, i=step.index, e=edit: everywhere(tape, tape.steps[i], e)


def same_matrix(A, B):
    return np.shape(A) == np.shape(B) and (np.array_equal(A, B) or np.array_equal(A, B.T))


def transposed(tape, K):
    """The edits that transpose a matrix at every step that uses it, or its transpose."""
    return {s.index: constant(i, np.transpose) for s in tape.steps for i, o in enumerate(s.operands)
            if i not in s.moving and same_matrix(o, K)}


def moves(probe, edits):
    """How the results of the changed function move, by number of the step; None where it does not run."""
    try:
        return probe.tape.moves_from(edits, probe.forth, probe.V) if edits else None
    except (Exception, Diverged):       # the change does not fit the shapes here
        return None


def right_with(probe, moved, index):
    """Is the claim what comes of this value moving as in the changed function?"""
    worth = probe.back[index]
    if moved is None or isinstance(moved[index], tuple) or not isinstance(worth, np.ndarray) or (
            np.shape(moved[index]) != worth.shape):
        return False
    slope = probe.truth + inner(worth, moved[index]) - inner(worth, probe.forth[index])
    return abs(slope - probe.claim) <= 1e-7 * probe.size


def changed(probe, moved, index):
    return probe.forth[index] is not None and probe.back[index] is not None and right_with(
        probe, moved, index)
