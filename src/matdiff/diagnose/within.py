"""A part of what X contributes through one value of the function: some of its entries, some of its terms.

The weight that every entry of a value carries, times the way it moves along a probe, is what X contributes
through this entry. So entries, rows, triangles and the terms of an expanded square are told apart by sums.
"""
from dataclasses import replace
from itertools import combinations

import numpy as np

from ..replay.rules import find_slope, slope
from .case import Finding, describe, show
from .inside import fitting, motion, places, shape_at, worth
from .multiples import constants, plain
from .slips import FLAT, said_of

MOST = 40       # rows, columns or entries of one value that are told apart


def part_of_a_value(case):
    """The part that X contributes through some entries of a value is missing, alone there, or multiplied."""
    chain = fitting(case)
    if chain is None:
        return
    cs = np.array([0.0, -1.0, *constants(case)])
    for place in places(chain):
        two = [(0, chain.probe(0, k)) for k in (0, 1)]
        if place is not None and any(True for _ in parts_at(case, chain, place, two, cs)):      # left open
            found = next(parts_at(case, chain, place, list(chain.each()), cs), None)
            if found is not None:
                yield found
                return


def parts_at(case, chain, place, probes, cs):
    """The findings at one place that fit these probes."""
    claim, truth = (np.array([getattr(p, what) for _, p in probes]) for what in ("claim", "truth"))
    slack, shape = 1e-7 * np.array([p.size for _, p in probes]), shape_at(chain.tapes[0], place)
    shares = np.array([worth(p, place) * motion(p, place) for _, p in probes])
    through = shares.reshape(len(probes), -1).sum(axis=1)
    for name, text, sums in regions(shares, shape):
        step = chain.steps[place]
        hit = part_missing(sums, claim - truth, slack, cs)
        if hit is not None and text(0):
            yield part_finding(case, name, text(hit[0]), hit[1], said_of(step))
        rest = truth - through      # what does not come through this value is right
        hit = part_missing(sums, claim - rest, slack, np.array([2.0]))
        if hit is not None:
            name = "missing product-rule term" if name.startswith("one ") else name
            yield Finding(name, describe(
                case, f"of what X contributes through the value of {said_of(step).removeprefix('the ')}, "
                      f"only {text(hit[0])} is there"), also=("missing product-rule term",))


def part_missing(sums, gap, slack, cs):
    """(region, c) where gap = (c - 1) times what the region contributes, at every probe; None elsewhere."""
    with np.errstate(all="ignore"):
        c = 1 + gap @ sums / np.sum(sums * sums, axis=0)
    residual = np.abs(gap[:, None] - (c - 1) * sums)
    for i in np.flatnonzero((residual <= slack[:, None]).all(axis=0)):
        near = cs[np.abs(cs - c[i]) <= 1e-5 * np.maximum(1, np.abs(cs))]
        if len(near) and (np.abs(sums[:, i]) > 1e-4 * np.abs(sums).max()).any():
            return i, float(near[0])
    return None


def regions(shares, shape):
    """(name if it stands alone, number -> words, what each region contributes at each probe)."""
    flat = shares.reshape(len(shares), -1)
    if len(shape) == 2:
        for axis, word in ((2, "row"), (1, "column")):
            if 1 < shape[2 - axis] <= MOST:
                yield ("one row", lambda i, word=word: f"{word} {i}", shares.sum(axis=axis))
        if shape[0] == shape[1]:
            for name, cut in (("only diagonal", lambda S: S * np.eye(shape[0])), ("one triangle", np.tril),
                              ("one triangle", np.triu)):
                words = {np.tril: "the lower triangle", np.triu: "the upper triangle"}
                words = words.get(cut, "the diagonal")
                yield name, lambda i, words=words: words, cut(shares).sum(axis=(1, 2))[:, None]
            for words, k, cut in (("what lies below the diagonal", -1, np.tril),
                                  ("what lies above the diagonal", 1, np.triu)):
                yield ("one triangle", lambda i, words=words: words,
                       cut(shares, k).sum(axis=(1, 2))[:, None])
    if flat.shape[1] <= MOST:
        yield ("one entry", lambda i: f"entry {show(tuple(map(int, np.unravel_index(i, shape))))}", flat)


def part_finding(case, name, region, c, value):
    value = value.removeprefix("the ")
    text = f"what X contributes through {region} of the value of {value}"
    if c == 0:
        return Finding("missing product-rule term", describe(case, f"{text} is missing"))
    if c == -1:
        return Finding("sign", describe(case, f"{text} has the wrong sign"))
    return Finding("factor", describe(case, f"{text} is taken {show(c)} times"))


# The square of a sum ----------------------------------------------------------------------------------------

SQUARED = ("square", "power", "multiply")


def expanded_square(case):
    """(a + b)² = a² + b² + 2ab, with one of these terms forgotten or with the wrong sign."""
    chain = fitting(case)
    if chain is None:
        return
    probes = list(chain.each())
    gap = np.array([p.claim - p.truth for _, p in probes])
    slack = 1e-7 * np.array([p.size for _, p in probes])
    for step, inner in squares(chain):
        terms = np.array([four_terms(p, chain.at(i, step), chain.at(i, inner)) for i, p in probes])
        for name, text, removed in FORGOTTEN:
            lost = terms @ removed
            if np.abs(lost).max() > 10 * slack.max() and (np.abs(gap + lost) <= slack).all():
                yield Finding(name, describe(case, f"in the square of {said_of(inner)} {text}"))
                return


# What goes missing of a·da, b·db, b·da and a·db, in multiples of their right contribution.
FORGOTTEN = tuple((name, text, np.array(removed, float)) for name, text, removed in (
    ("missing product-rule term", "the product of both, 2ab, was left out", (0, 0, 1, 1)),
    ("missing product-rule term", "only the product of both, 2ab, is there: the squares are missing",
     (1, 1, 0, 0)),
    ("sign", "the product of both, 2ab, has the wrong sign", (0, 0, 2, 2)),
))


def squares(chain):
    """(the square, the sum or difference that is squared)."""
    for step in chain.steps:
        if step.name not in SQUARED or chain.probe(0, 0).back[step.index] is None or not step.moving:
            continue
        source = step.sources[step.moving[0]]
        inner = chain.steps[source[0]] if source and source[0] >= 0 else None
        if inner is None or inner.name not in ("add", "subtract") or len(inner.moving) != 2:
            continue
        u = step.operands[step.moving[0]]
        if np.shape(step.output) == np.shape(u) and np.allclose(step.output, u * u):
            yield step, inner


def four_terms(probe, step, inner):
    """What a·da, b·db, b·da and a·db contribute along a probe."""
    a, b = inner.operands
    s = 1 if inner.name == "add" else -1
    found = probe.moves(inner)
    da, db = (found.get(slot, np.zeros(np.shape(inner.operands[slot]))) for slot in (0, 1))
    W = 2 * probe.back[step.index]
    return [np.sum(W * part) for part in (a * da, b * db, s * b * da, s * a * db)]


# A sum inside a slope ---------------------------------------------------------------------------------------

def part_of_a_sum(case):
    """The slope of a function of a sum, taken where only some of the summands are."""
    chain = fitting(case)
    if chain is None:
        return
    probes = list(chain.each())
    gap = np.array([p.claim - p.truth for _, p in probes])
    slack = 1e-7 * np.array([p.size for _, p in probes])
    for step in chain.steps:
        if len(step.moving) != 1 or not step.of_entries or step.name in FLAT or chain.probe(0, 0).back[
                step.index] is None:
            continue
        count = len(summands(chain.tapes[0], step))
        for some in subsets(count):
            for sign in (1, -1) if step.name in ("square", "power") else (1,):
                moved = [slope_of_some(p, chain.at(i, step), some, sign) for i, p in probes]
                if None not in moved and (np.abs(gap - moved) <= slack).all():
                    yield Finding("missing product-rule term", describe(
                        case, f"in the slope of {said_of(step)} something was left out of the sum that "
                              "stands inside"))
                    return


def subsets(count):
    """Proper parts of so many summands."""
    return [s for k in range(1, count) for s in combinations(range(count), k)] if count <= 4 else []


def summands(tape, step):
    """The signed terms of the sum that a step is applied to."""
    return list(terms_of(tape, step.operands[step.moving[0]], step.sources[step.moving[0]], 1, 0))


def terms_of(tape, value, source, sign, depth):
    inner = tape.steps[source[0]] if source and source[0] >= 0 and source[1] is None else None
    if inner is None or depth > 3 or inner.name not in ("add", "subtract") or len(inner.operands) != 2:
        yield sign * value
        return
    for slot in (0, 1):
        turned = -sign if slot and inner.name == "subtract" else sign
        yield from terms_of(tape, inner.operands[slot], inner.sources[slot] if slot in inner.moving else None,
                            turned, depth + 1)


def slope_of_some(probe, step, some, sign):
    """What changes along a probe if the slope is taken at these summands alone; None where that has no
    value."""
    slot, terms = step.moving[0], summands(probe.tape, step)
    d, here = probe.moves(step).get(slot), step.operands[slot]
    if d is None or len(terms) <= max(some):
        return None
    there = np.broadcast_to(sum(terms[i] for i in some), np.shape(here))
    wrong = find_slope(replace(step, operands=tuple(there if i == slot else o for i, o in enumerate(
        step.operands)), output=step.at(slot, there)), slot)
    return float(np.sum(probe.back[step.index] * (sign * wrong - slope(step, slot)) * d))
