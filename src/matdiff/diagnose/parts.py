"""A part of the derivative wrong by itself: one term of two, one example of a batch, one step skipped.

The function's tape tells what each part contributes. What the claim has in the place of one term is diagnosed
as a claim of its own; the other term is taken as right.
"""
import copy
from dataclasses import replace

import numpy as np

from ..replay import Diverged, inner, mark, push
from ..vec import vec
from .case import Finding, Point, describe, said
from .chain import along, directions, extra_factor, only_inner_diagonal, replayed, stops_short
from .multiples import constants, near, plain
from .probes import chain_of
from .rewrites import lent
from .slips import hold, part_of, said_of
from .structure import line_factor, own_jacobian
from .twists import by_twists

SMALL = 100         # inputs up to which the terms of a derivative are computed in full
PURSE = 10_000        # units of runs for all terms together
LONGEST = 120       # steps that are looked at two at a time
ROWS = 60           # examples of a batch that are looked at one by one
OF_GRADIENTS = (only_inner_diagonal, extra_factor)
IN_A_TERM = (replayed, line_factor, only_inner_diagonal, extra_factor, stops_short)


def one_term_wrong(case):
    """All but one term is right: what stands in its place is diagnosed by itself."""
    p = case.first
    if p.claim.shape != p.truth.shape or case.gave != case.out or p.truth.size < 2 or p.X.size > SMALL:
        return
    tapes, seen = [lent(tape, PURSE) for tape in case.tapes()], []
    for step in sorted(tapes[0].steps, key=lambda s: (s.name not in ("add", "subtract"), -s.index)):
        for slot in step.moving if len(step.moving) == 2 else ():
            part = term(case, tapes, step, slot)
            if part is None or any(np.allclose(part.first.truth, G, rtol=1e-6, atol=0) for G in seen):
                continue
            seen.append(part.first.truth)
            finding = first_finding(part)
            if finding:
                yield replace(finding, also=(), message=describe(
                    case, f"one of its terms is wrong, what X contributes through {part_of(step, slot)}: "
                          f"there {said(part, finding)}"))
                return


def term(case, tapes, step, slot):
    """The case of one term alone: only one operand of the step moves. None where it is no proper part."""
    held = {step.index: hold(1 - slot if slot < 2 else 0)}
    parts, points = [], []
    for p, tape in zip(case.points, tapes):
        part = with_held(tape, held)
        truth = whole_slope(case, part)
        claim = p.claim - (p.truth - truth)
        size = p.size()
        if not np.isfinite(truth).all() or min(np.abs(A).max() for A in (truth, p.truth - truth, claim)
                                               ) < 1e-7 * size:
            return None
        parts.append(part)
        points.append(Point(p.X, truth, p.bound + 1e-9 * size, claim, p.scale))
    only = lambda X: parts[0].run(X)
    return replace(case, f=only, budget=parts[0].budget, claim=None, points=tuple(points), terms={},
                   passed_first=False, recorded={(only, i): part for i, part in enumerate(parts)})


def half_and_a_term(case):
    """Not symmetrised, and besides a term that does not move with X is missing."""
    if case.kind != "gradient" or case.claim is None or case.first.claim.shape != case.shape or len(
            case.points) < 2 or case.first.truth.size < 2 or radial(case):
        return
    tapes = case.tapes()
    through = along_itself(tapes[0])
    for step in tapes[0].steps:
        for slot in step.moving if step.name in ("add", "subtract") and len(step.moving) == 2 else ():
            if through and not lacks_along_itself(case.first, through(step, slot)):
                continue
            held = {step.index: hold(1 - slot)}
            still, again = (whole_slope(case, with_held(tape, held)) for tape in tapes)
            if not still.any() or not np.allclose(still, again, rtol=1e-9, atol=0):
                continue
            whole = replace(case, claim=lambda X: case.claim(X) + still, points=tuple(
                replace(p, claim=p.claim + still) for p in case.points))
            for found in own_jacobian(whole) if radial(whole) else ():
                if found.name == "not symmetrised":
                    text = f"the term that X contributes through {part_of(step, slot)} is missing"
                    yield replace(found, name="not symmetrised and missing product-rule term",
                                  message=describe(case, f"{text}, and {said(whole, found)}"))
                    return


def along_itself(tape):
    """How f moves along X itself, through one operand of a step alone; None where sweeps cannot tell."""
    if not tape.linked:
        return None
    forth = tape.forward(tape.X)

    def through(step, slot):
        moves = tape.moves(step, forth, tape.X)
        return inner(tape.worth[step.index], push(step, {slot: moves[slot]})) if slot in moves else 0.0
    return through


def lacks_along_itself(p, term):
    """Is the claim right along X once the term is added?"""
    gap = np.vdot(p.claim - p.truth, p.X) + term
    return abs(gap) <= 1e-6 * (np.linalg.norm(p.truth) * np.linalg.norm(p.X) + abs(term))


def radial(case):
    """Is the claim right along X itself, as 2Ax is for (A + Aᵀ)x?"""
    return all(abs(np.vdot(p.claim - p.truth, p.X)) <= 1e-7 * np.linalg.norm(p.truth) * np.linalg.norm(p.X)
               for p in case.points)


def with_held(tape, held):
    """The same tape with edits that are made in every run."""
    part = copy.copy(tape)
    part.forget("swept", "analytic")        # of the whole function
    part.always, part.tangents = {**tape.always, **held}, {}
    return part


def whole_slope(case, tape):
    """The derivative of a tape's function in all directions, shaped as the claim is."""
    if case.kind == "gradient" and tape.linked:
        return tape.backward(np.ones(np.shape(tape.value)))[1]
    units = np.eye(tape.X.size).reshape((-1,) + tape.X.shape[::-1])
    columns = [vec(tape.slope(np.transpose(E))) for E in units]
    if case.kind == "gradient":
        return np.reshape([c.item() for c in columns], tape.X.shape, order="F")
    return np.stack(columns, axis=1)


def first_finding(part):
    """The simplest explanation of one term; an unnamed multiple explains nothing here."""
    found = [f for _, f in sorted(by_twists(part), key=lambda pair: pair[0])
             if " times yours" not in f.message]
    for test in IN_A_TERM if not found else ():
        try:
            found = list(test(part))
        except (Exception, Diverged):       # the reader's functions away from X
            continue
        if found:
            break
    return found[0] if found else None


def seen_as_a_gradient(case):
    """A Jacobian or differential weighed to one number by random weights: tests that know gradients alone."""
    if case.kind == "gradient" or case.gave != case.out or case.first.claim.shape != case.first.truth.shape:
        return
    cases = [weighed(case, U) for U in np.random.default_rng(27).normal(size=(2,) + case.out)]
    for test in OF_GRADIENTS:
        first, second = (next(iter(test(part)), None) for part in cases)
        if first and second and first.name == second.name and said(cases[0], first) == said(cases[1], second):
            yield replace(first, message=describe(case, said(cases[0], first)))
            return


def weighed(case, U):
    """The case of the number <U, F>."""
    fold = lambda J: (vec(U) @ J).reshape(case.shape, order="F")
    bound = lambda p: np.full(case.shape, np.abs(U).sum() * p.bound.max())
    points = tuple(Point(p.X, fold(p.truth), bound(p), fold(p.claim), p.scale) for p in case.points)
    return replace(case, kind="gradient", f=lambda X: np.sum(U * case.f(X)), claim=None, points=points,
                   out=(), gave=(), terms={}, recorded={})


def worth_of_a_value(case):
    """The derivative with respect to a value that the function computes at several places."""
    C, G = case.first.claim, case.first.truth
    if case.kind != "gradient" or not C.any() or C.size < 2:
        return
    tape, places = case.tapes()[0], {}
    for step in tape.steps if tape.linked else ():
        if np.shape(step.output) == C.shape and isinstance(step.output, np.ndarray):
            places.setdefault((step.name, mark(step.output)), []).append(step)
    for alike in places.values():
        worths, step = [tape.worth[s.index] for s in alike], alike[0]
        if len(alike) > 1 and all(w is not None for w in worths) and np.allclose(
                sum(worths), C, rtol=1e-6, atol=1e-9 * np.abs(C).max()):
            text = (f"it is the derivative with respect to the value of {said_of(step)}; from there the "
                    "chain goes on to X")
            yield Finding("missing chain factor" if C.shape == G.shape else "shape", describe(case, text))
            return


def one_example(case):
    """Of a batch only one example is there, or all but one."""
    C, G = case.first.claim, case.first.truth
    if C.shape != G.shape or case.gave != case.out or not C.any() or C.size < 2:
        return
    tapes, V = case.tapes(), directions(case)
    mine = np.concatenate([along(case, p.claim, V) for p in case.points[:2]])
    total = np.concatenate([along(case, p.truth, V) for p in case.points[:2]])
    slack = 1e-7 * max(np.abs(mine).max(), np.abs(total).max())
    multiples = [1.0, *constants(case)]
    fits = lambda values, c: values.any() and (np.abs(mine - c * values) <= slack).all()
    for step in batches(tapes[0].steps, case.shape):
        count = len(step.output)
        rows = [np.concatenate([vec(tape.slope(v, {step.index: only_row(i)})) for tape in tapes for v in V])
                for i in range(count)]
        if not np.allclose(sum(rows), total, rtol=0, atol=slack) or sum(r.any() for r in rows) < 2:
            continue
        for i, row in enumerate(rows):
            for values, text in ((row, "only one is there"), (total - row, "one is missing")):
                c = next((c for c in multiples if fits(values, c)), None)
                if c is not None:
                    name, constant = plain(case, [c], 9)
                    yield Finding("missing product-rule term", describe(
                        case, f"of {count} summands {text}, that of index {i}"
                              + (f", and {constant}" if name else "")),
                        also=("not summed over the batch",) if values is row else ())
                    return


def batches(steps, shape):
    """Steps whose rows may be the examples of a batch, one for each length."""
    seen = set(shape[:1])
    for step in steps:
        if isinstance(step.output, np.ndarray) and step.moving and step.output.ndim and (
                2 < len(step.output) <= ROWS) and len(step.output) not in seen:
            seen.add(len(step.output))
            yield step


def only_row(i):
    def edit(step, operands):
        result = np.array(step.output, dtype=np.result_type(step.output, *operands))
        result[i] = step.call(operands)[i]
        return result
    return edit


def outer_slope_alone(case):
    """The derivative of the outer function in every entry; that of the inner one is missing."""
    C, G = case.first.claim, case.first.truth
    if case.kind != "gradient" or C.shape != G.shape or C.size < 2 or not C.any():
        return
    if any((p.claim != p.claim.flat[0]).any() for p in case.points):
        return
    tapes = case.tapes()
    for step in tapes[0].steps[:-1]:
        if step.size == 1 and isinstance(step.output, (np.ndarray, np.inexact)) and all(
                near(p.claim.flat[0], slope_in(tape, step.index)) for p, tape in zip(case.points, tapes)):
            yield Finding("missing chain factor", describe(
                case, f"it is the derivative in the value of {said_of(step)}, the same for all entries; the "
                      "derivative of that value itself is missing"))
            return


def slope_in(tape, index):
    """The derivative of f in the value of a step, where that is one number."""
    step = tape.steps[index]
    return float(tape.slope_after(step, np.ones(np.shape(step.output))).item())


def skipped(case):
    """The Jacobian between two steps of the function, as of a softmax, left out."""
    C, G = case.first.claim, case.first.truth
    if case.kind != "gradient" or C.shape != G.shape or not C.any() or C.size < 3:
        return
    tape, V = lent(chain_of(case).tapes[0], PURSE), case.normal(22, 4)
    mine = along(case, C, V)
    steps = [s for s in tape.steps if isinstance(s.output, np.ndarray) and 2 <= s.output.size <= 40]
    if len(steps) > LONGEST:
        return
    back, forth = swept(tape, steps, V) if tape.linked else asked(tape, steps, V)
    steps = [s for s in steps if s.index in back and s.index in forth]
    for early in steps:
        for late in steps:
            if late.index <= early.index or late.output.shape != early.output.shape:
                continue
            fit = forth[early.index] @ back[late.index]
            if fit.any() and np.abs(mine - fit).max() <= 1e-7 * np.abs(mine).max():
                yield Finding("missing chain factor", describe(
                    case, f"the derivative on the way from {said_of(early)} to {said_of(late)} is missing"))
                return


def swept(tape, steps, V):
    """What every entry of every step's result is worth, and how it moves along each direction."""
    moves = [tape.forward(v) for v in V]
    return ({s.index: vec_rows(tape.worth[s.index]) for s in steps if tape.worth[s.index] is not None},
            {s.index: np.array([vec_rows(m[s.index]) for m in moves]) for s in steps
             if all(m[s.index] is not None for m in moves)})


def asked(tape, steps, V):
    """The same by runs of the function."""
    tape.demand(45 * len(steps))
    return ({s.index: np.array([float(tape.slope_after(s, E.reshape(s.output.shape)).item())
                                for E in np.eye(s.output.size)]) for s in steps},
            {s.index: np.array([vec_rows(tape.slope_before(s, v)) for v in V]) for s in steps})


def vec_rows(A):
    return np.asarray(A).ravel()
