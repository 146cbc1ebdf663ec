"""A part of the derivative that is wrong by itself: one term of two, one example of a batch, one step skipped.

The function's tape tells what each part contributes. What the claim has in the place of one term is diagnosed
as a claim of its own; the other term is taken as right.
"""
import copy
from dataclasses import replace

import numpy as np

from ..replay import Diverged, Spent, Untraceable
from ..vec import vec
from .case import Finding, Point, describe, entry
from .chain import along, directions, extra_factor, only_inner_diagonal, replayed
from .multiples import constants, multiple, near
from .slips import edge, part_of, said_of
from .structure import line_factor
from .twists import by_twists

SMALL = 100         # inputs up to which the terms of a derivative are computed in full
ROWS = 60           # examples of a batch that are looked at one by one
IN_A_TERM = (replayed, line_factor, only_inner_diagonal, extra_factor)


def one_term_wrong(case):
    """All but one term is right: what stands in its place is diagnosed by itself."""
    p = case.first
    if p.claim.shape != p.truth.shape or case.gave != case.out or p.truth.size < 2 or p.X.size > SMALL:
        return
    tapes = case.tapes()
    for step in tapes[0].steps:
        for slot in step.moving if len(step.moving) == 2 else ():
            part = term(case, tapes, step, slot)
            finding = part and first_finding(part)
            if finding:
                text = finding.message.removeprefix(f"Not the {case.kind}: ").removesuffix("." + entry(part))
                yield replace(finding, also=(), message=describe(
                    case, f"one of its terms is wrong, what X contributes through {part_of(step, slot)}: "
                          f"there {text}"))
                return


def term(case, tapes, step, slot):
    """The case of one term alone: only one operand of the step moves. None where it is no proper part."""
    held = {step.index: edge(1 - slot if slot < 2 else 0, np.zeros_like)}
    parts, points = [], []
    for p, tape in zip(case.points, tapes):
        part = copy.copy(tape)
        part.always = {**tape.always, **held}
        truth = whole_slope(case, part)
        claim = p.claim - (p.truth - truth)
        size = p.size()
        if not np.isfinite(truth).all() or min(np.abs(A).max() for A in (truth, p.truth - truth, claim)
                                               ) < 1e-7 * size:
            return None
        parts.append(part)
        points.append(Point(p.X, truth, p.bound + 1e-9 * size, claim, p.scale))
    only = lambda X: parts[0].run(X)
    return replace(case, f=only, claim=None, points=tuple(points), terms={}, passed_first=False,
                   recorded={(only, i): part for i, part in enumerate(parts)})


def whole_slope(case, tape):
    """The derivative of a tape's function in all directions, shaped as the claim is."""
    units = np.eye(tape.X.size).reshape((-1,) + tape.X.shape[::-1])
    columns = [vec(tape.slope(np.transpose(E))) for E in units]
    if case.kind == "gradient":
        return np.reshape([c.item() for c in columns], tape.X.shape, order="F")
    return np.stack(columns, axis=1)


def first_finding(part):
    """The simplest explanation of one term; an unnamed multiple explains nothing here."""
    found = [f for _, f in sorted(by_twists(part), key=lambda pair: pair[0]) if " times yours" not in f.message]
    for test in IN_A_TERM if not found else ():
        try:
            found = list(test(part))
        except (Exception, Diverged):       # the reader's functions away from X
            continue
        if found:
            break
    return found[0] if found else None


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
            if any(fits(row, c) for c in multiples):
                yield Finding("missing product-rule term", describe(
                    case, f"of {count} summands only one is there, that of index {i}"))
                return
            if any(fits(total - row, c) for c in multiples):
                yield Finding("missing product-rule term", describe(
                    case, f"of {count} summands one is missing, that of index {i}"))
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
    if case.kind != "gradient" or C.shape != G.shape or C.size < 2 or not C.any() or not (C == C.flat[0]).all():
        return
    tapes = case.tapes()
    for step in tapes[0].steps[:-1]:
        if np.size(step.output) == 1 and isinstance(step.output, (np.ndarray, np.inexact)) and all(
                (p.claim == p.claim.flat[0]).all() and near(
                    p.claim.flat[0], tape.slope_after(tape.steps[step.index], np.ones(np.shape(step.output))).item())
                for p, tape in zip(case.points, tapes)):
            yield Finding("missing chain factor", describe(
                case, f"it is the derivative in the value of {said_of(step)}, the same for all entries; the "
                      "derivative of that value itself is missing"))
            return


def skipped(case):
    """The Jacobian between two steps of the function, as of a softmax, left out."""
    C, G = case.first.claim, case.first.truth
    if case.kind != "gradient" or C.shape != G.shape or not C.any() or C.size < 3:
        return
    tape, V = case.tapes()[0], np.random.default_rng(22).normal(size=(4,) + case.shape)
    mine = along(case, C, V)
    steps = [s for s in tape.steps if isinstance(s.output, np.ndarray) and 2 <= s.output.size <= 40]
    tape.demand(45 * len(steps))
    back = {s.index: np.array([float(tape.slope_after(s, E.reshape(s.output.shape)).item())
                               for E in np.eye(s.output.size)]) for s in steps}
    forth = {s.index: np.array([vec_rows(tape.slope_before(s, v)) for v in V]) for s in steps}
    for early in steps:
        for late in steps:
            if late.index > early.index and late.output.shape == early.output.shape:
                fit = forth[early.index] @ back[late.index]
                if fit.any() and np.abs(mine - fit).max() <= 1e-7 * np.abs(mine).max():
                    yield Finding("missing chain factor", describe(
                        case, f"the derivative on the way from {said_of(early)} to {said_of(late)} is missing"))
                    return


def vec_rows(A):
    return np.asarray(A).ravel()
