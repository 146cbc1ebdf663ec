"""Tests that follow the function's own chain rule with a step done wrongly, left out or taken for another."""
from itertools import combinations

import numpy as np

from ..replay import PRODUCTS, Diverged, inner
from .case import Finding, describe, show
from .changed import along, directions, mended, only_diagonal, only_symmetric_constant
from .inside import extra_factor, only_inner_diagonal, product_of_slopes, stops_short, wrong_order
from .multiples import constants, near, plain
from .probes import ENOUGH, chain_of
from .slips import held, hold, part_of, product, reckoned, said_of, slips, with_other

__all__ = ["along", "directions", "extra_factor", "held_terms", "mended", "only_diagonal",
           "only_inner_diagonal", "only_symmetric_constant", "product_of_slopes", "replayed", "stops_short",
           "wrong_order"]


# One step done wrongly --------------------------------------------------------------------------------------

def replayed(case):
    """The function's own chain rule with one step done wrongly, compared along random probes."""
    C, G = case.first.claim, case.first.truth
    if C.shape not in (G.shape, G.shape[::-1]) or not C.any() or case.gave != case.out:
        return
    chain, hits = chain_of(case), []
    chain.tapes[0].demand(len(chain.steps))
    either = C.shape == C.shape[::-1] and C.ndim == 2
    ways = (False, True) if either else (C.shape != G.shape,)
    cs = np.array([1.0, -1.0] + [s / v for v in constants(case) for s in (1, -1)] + [3.0])
    first = chain.probe(0, 0)
    tried = [(step, *slip) for step in chain.used for slip in (
        *held_slips(step), *slips(step), *dropped(step), *ones_for_a_matrix(step), *over_another_axis(step))
        if step.index in chain.live or hasattr(slip[-1], "slot")]     # an edit of the value counts everywhere
    slopes = np.array([slope_or_nan(first, step, edit) for step, _, _, edit in tried])
    fit = {turned: (np.abs(claimed(first, turned) - np.outer(slopes, cs)) <= 1e-7 * first.size).any(axis=1)
           for turned in ways}     # at the first probe
    for k, (step, name, text, edit) in enumerate(tried):
        for turned in ways if slopes[k] else ():
            c = slip_fits(chain, step, edit, turned, slopes[k], cs) if fit[turned][k] else None
            if c is not None:
                name = scalar_name(step, name)
                if name == "missing chain factor" and not near(abs(c), 1) and not all_passes(first, step):
                    continue        # the constant would stand before other terms too
                hits.append(slip_finding(case, name, text, c, turned))
    hits = [hit for hit in hits if hit is not None]
    if not hits and C.shape == G.shape:
        hits = list(data_left_out(case, chain))
    hits.sort(key=lambda f: (f.name.count(" and "), PRIORITY.get(f.name.split(" and ")[-1], 9)))
    yield from (*half_a_square(case, chain), *hits)


def half_a_square(case, chain):
    """Of a product of something with itself both parts of the derivative are the same, and one is missing."""
    fit = case.first.claim.shape == case.first.truth.shape
    for step in chain.live.values() if fit else ():
        if len(step.moving) != 2 or not isinstance(step.output, np.ndarray):
            continue
        if all(one_of_two_alike(probe, chain.at(i, step)) for i, probe in chain.each()):
            yield Finding("factor", describe(
                case, f"a factor 2 is missing in one of its terms: both operands of {said_of(step)} "
                      "contribute the same, and that is there only once"),
                also=("missing product-rule term",))
            return


def one_of_two_alike(probe, step):
    """Do both operands of this step contribute the same along a probe, and does the claim lack it once?"""
    if step is None or len(step.moving) != 2:
        return False
    parts = [probe.truth - slope_or_nan(probe, step, hold(slot)) for slot in step.moving]
    gap = probe.truth - probe.claim
    return all(abs(part - gap) <= 1e-7 * probe.size for part in parts) and abs(gap) > 1e-6 * probe.size


def all_passes(probe, step):
    """Does all that X contributes pass through this step, and one operand of it?"""
    if len(step.moving) > 1:
        return False
    if not probe.tape.linked or probe.back[step.index] is None or probe.forth[step.index] is None:
        return True
    through = inner(probe.back[step.index], probe.forth[step.index])
    return abs(through - probe.truth) <= 1e-7 * probe.size


def replayed_in_a_loop(case):
    """The same slip at all steps that do the same, as in a loop."""
    C, G = case.first.claim, case.first.truth
    if C.shape != G.shape or not C.any() or case.gave != case.out:
        return
    chain = chain_of(case)
    cs = np.array([1.0, -1.0] + [s / v for v in constants(case) for s in (1, -1)])
    for steps in repeated(chain.steps):
        for slips_there in zip(*(list(all_slips(s)) for s in steps)):
            if len({name for name, _, _ in slips_there}) > 1:
                continue
            name, text, _ = slips_there[0]
            edits = {s.index: edit for s, (_, _, edit) in zip(steps, slips_there)}
            first = chain.probe(0, 0)
            slope = slope_of_many(first, edits)
            if not slope or not (np.abs(first.claim - slope * cs) <= 1e-7 * first.size).any():
                continue
            c = float(cs[np.abs(cs - first.claim / slope).argmin()])
            if near(abs(c), 1) or name != "missing chain factor" or all(all_passes(first, s) for s in steps):
                if all(abs(p.claim - c * slope_of_many(p, edits)) <= 1e-7 * p.size for _, p in chain.each()):
                    name = scalar_name(steps[0], name)
                    finding = slip_finding(case, name, f"{text}, wherever it is", c, False)
                    if finding is not None:
                        yield finding
                        return


def all_slips(step):
    return (*held_slips(step), *slips(step), *dropped(step))


def repeated(steps):
    """Groups of steps that do the same on the same shapes, of moderate number."""
    groups = {}
    for step in steps:
        if isinstance(step.output, np.ndarray) and step.moving:
            key = step.name, step.moving, tuple(np.shape(o) for o in step.operands)
            groups.setdefault(key, []).append(step)
    return [group for group in groups.values() if 2 <= len(group) <= LOOP]


LOOP = 12


def slope_of_many(probe, edits):
    """The slope with several steps done wrongly; nan where that cannot be."""
    try:
        tape = probe.tape
        slope = (tape.slope_from(edits, probe.forth, probe.V) if tape.linked and tape.analytic
                 else tape.slope(probe.V, edits))
    except (Exception, Diverged):       # the slip does not fit the shapes here, or f takes another path
        return np.nan
    return float(np.vdot(probe.U, slope)) if np.shape(slope) == np.shape(probe.U) else np.nan


def scalar_name(step, name):
    """A number that is missing or too much at a step is a factor, and no link of a chain."""
    if name not in ("missing chain factor", "extra chain factor") or step.name not in (
            "multiply", "divide") or len(step.moving) != 1:
        return name
    slot = step.moving[0]
    numbers = all(np.size(o) == 1 for i, o in enumerate(step.operands) if i != slot)
    linear = numbers and np.allclose(step.at(slot, 2 * step.operands[slot]), 2 * step.output)   # not below
    return "factor" if linear else name


# Functions of one argument that no constant and no sign stands for.
FUNCTIONS = ("exp", "log", "log1p", "expm1", "tanh", "sin", "cos", "arctan", "absolute", "sinh", "cosh",
             "max", "amax", "maximum.reduce")


def dropped(step):
    """Something left out of a sum or difference in the function's value, while it moves as it should; or a
    function of one argument left out altogether."""
    if len(step.moving) == 1 == len(step.operands) and isinstance(step.output, np.ndarray) and (
            step.name in FUNCTIONS):
        yield ("missing chain factor", f"{said_of(step)} is missing, in value and slope",
               reckoned(lambda s, o: o[0] + 0.0))
    if step.name not in ("add", "subtract") or len(step.operands) != 2:
        return
    for slot in (0, 1):
        if np.shape(step.operands[1 - slot]) == np.shape(step.output):
            yield ("missing product-rule term",
                   f"{part_of(step, slot)} was left out where your formula uses its value",
                   replaced(lambda s, slot=slot: s.at(slot, np.zeros_like(s.operands[slot]))))
            if len(step.moving) == 2:
                yield ("missing product-rule term", f"{part_of(step, slot)} was left out of the function",
                       absent(slot))


def over_another_axis(step):
    """A sum or mean along one axis of a matrix, differentiated or taken along the other one."""
    if step.along is None or step.axis not in (0, 1, -1) or np.ndim(step.operands[0]) != 2:
        return
    old, new = step.axis % 2, 1 - step.axis % 2
    said = f"{said_of(step)} is taken over axis {new} where it belongs over axis {old}"
    yield "wrong axis", f"{said}, in its derivative", reckoned(
        lambda s, o: s.output + s.along([o[0] - s.operands[0]], new, True))
    yield "wrong axis", said, reckoned(lambda s, o: s.along(o, new, True))


OTHER_PRODUCTS = ("kron", "einsum", "convolve", "correlate", "outer", "tensordot")


def ones_for_a_matrix(step):
    """The matrix of a product left out on the way back, as if its entries were ones."""
    for slot in step.moving if step.name in (*PRODUCTS, *OTHER_PRODUCTS) and len(step.operands) == 2 else ():
        if np.ndim(step.operands[1 - slot]) == 2 or step.name in OTHER_PRODUCTS:
            yield ("missing chain factor", f"the matrix in {said_of(step)} is missing: a sum stands for it",
                   product(slot, with_other(np.ones_like)))


def replaced(value):
    """The result has another value and moves as it does."""
    def edit(step, operands):
        return value(step) + (step.call(operands) - step.output)
    edit.slot = None
    return edit


def absent(slot):
    """One operand is zero, in value and motion."""
    def edit(step, operands):
        return step.call([np.zeros_like(o) if i == slot else o for i, o in enumerate(operands)])
    edit.slot = None
    return edit


def data_left_out(case, chain):
    """An array of the data, as labels are, with zeros in its place, and ones in that of 1 minus the array; or
    all arrays that are added."""
    data = []
    for K in map(np.asarray, chain.tapes[0].constants()):
        if K.size > 1 and not any(K.shape == L.shape and np.array_equal(K, L) for L in data):
            data.append(K)
    groups = []
    for K in data:
        other = [L for L in data if L.shape == K.shape and np.array_equal(K + L, np.ones(K.shape))]
        groups.append(((K, 0.0 * K), *((L, np.ones(L.shape)) for L in other)))
    added = [o for s in chain.steps if s.name in ("add", "subtract") for i, o in enumerate(s.operands)
             if i not in s.moving and np.size(o) > 1]
    for swaps in (*groups, *[tuple((K, 0.0 * K) for K in added)] * (len(added) > 1)):
        if all(abs(slope_swapped(p, swaps) - p.claim) <= 1e-7 * p.size for _, p in chain.each()):
            yield Finding("missing product-rule term", describe(
                case, "an array of the data was left out, as if it were zero"))
            return


def slope_swapped(probe, swaps):
    try:
        slope = probe.tape.slope(probe.V, swaps=swaps)
    except (Exception, Diverged):       # f takes another path
        return np.nan
    return float(np.vdot(probe.U, slope)) if np.shape(slope) == np.shape(probe.U) else np.nan


def held_slips(step):
    for text, edit in held(step):
        yield "missing product-rule term", f"the term that X contributes {text} is missing", edit


PRIORITY = {"missing product-rule term": 0, "not symmetrised": 1, "missing chain factor": 2, "sign": 3,
            "only for symmetric input": 4, "transposed": 5, "factor": 6}


def slip_fits(chain, step, edit, turned, slope, cs):
    """The constant by which the wrong chain rule gives the claim, at every probe, or None."""
    first = chain.probe(0, 0)
    c = float(cs[np.abs(cs - claimed(first, turned) / slope).argmin()])
    if abs(claimed(first, turned) - c * slope) > 1e-7 * first.size:
        return None
    for i, probe in chain.each():
        there = chain.at(i, step)
        if there is None or not abs(claimed(probe, turned) - c * slope_or_nan(probe, there, edit)) <= (
                1e-7 * probe.size):
            return None
    return c


def claimed(probe, turned):
    return probe.turned_claim if turned else probe.claim


def slope_or_nan(probe, step, edit):
    """The slope at a probe with one slip; 0 where that is nothing beside the right one."""
    try:
        slope = probe.slope(step, edit)
    except (Exception, Diverged):       # the slip does not fit the shapes here, or f takes another path
        return np.nan
    return 0.0 if abs(slope) <= 1e-12 * abs(probe.truth) else slope


def slip_finding(case, name, text, c, turned):
    if name == "missing product-rule term" and near(c, 2) and case.kind == "Jacobian":
        return Finding(name, describe(case, "one of two terms is taken twice instead of both"),
                       also=("not symmetrised",))
    if name == "missing product-rule term" and near(abs(c), 2):
        sign, said = ("", "") if c > 0 else (" and sign", ", and the sign is the opposite")
        return Finding("not symmetrised" + sign,
                       describe(case, f"one of two terms is taken twice instead of both{said}"),
                       also=("missing product-rule term",))
    if name == "missing product-rule term" and near(c, 3) and "all arguments" in text:
        return Finding("not symmetrised", describe(case, "one of three terms is taken three times instead of "
                                                         "all three once"), also=(name,))
    if name == "missing product-rule term" and near(c, 3):
        return Finding(name,
                       describe(case, "one of three terms is taken three times instead of all three once"))
    found = plain(case, [c], 9)
    if near(c, 3) and " times yours" in found[1]:
        return None
    if turned and name == "only for symmetric input" and case.kind == "Jacobian":
        name, turned = "wrong order", False
        text = f"a diagonal matrix stands on the wrong side ({text.split(' is ')[0]})"
    if turned and name == "transposed" and case.kind == "Jacobian":
        name, turned, text = "wrong order", False, "two factors stand in the wrong order"
    if "slope belongs" in text and found[0]:
        return None     # a constant on top of a wrong slope is a coincidence of sizes
    if name == "missing chain factor" and found[0] == "factor":
        text, found = f"{text}, but for a constant", ("", "")   # it belongs to the factor that is missing
    names = [n for n in ("transposed" if turned else "", name, found[0]) if n]
    sentence = ", and ".join(s for s in (text, "it is the transpose" if turned else "", found[1]) if s)
    also = {"only for symmetric input": ("transposed",)}.get(name, ())
    return Finding(" and ".join(dict.fromkeys(names)), describe(case, sentence), also=also)


# One term, or two, left out or multiplied -------------------------------------------------------------------

def held_terms(case):
    """A term of the derivative missing, or multiplied: what comes through one step of f, or through two."""
    C, G = case.first.claim, case.first.truth
    if C.shape != G.shape or not C.any() or case.gave != case.out or C.size < 2:
        return
    chain = chain_of(case)
    chain.tapes[0].demand(len(chain.steps) * ENOUGH)
    probes = [probe for _, probe in chain.each()]
    total = np.array([p.truth for p in probes])
    gap = np.array([p.claim for p in probes]) - total
    slack = 1e-7 * max(np.abs(total).max(), np.abs(gap).max())
    parts = list(distinct_parts(chain, np.abs(total).max()))
    if not left_open(np.array([values for *_, values in parts]).reshape(-1, 2), gap[:2], slack):
        return
    terms, found = list(distinct_terms(chain, parts, total)), []
    equations = min(ENOUGH, C.size) * len(chain.tapes)
    for text, term in terms:
        found += one_term(case, text, term, gap, slack, equations)
    yield from sorted(found, key=lambda f: ONE_TERM.index(f.name) if f.name in ONE_TERM else len(ONE_TERM))
    if equations >= 4:
        for (text, term), (more, second) in combinations(terms, 2):
            if (np.abs(gap - term + second) <= slack).all() or (np.abs(gap + term - second) <= slack).all():
                yield Finding("not symmetrised",
                              describe(case, "of two terms one is taken twice instead of both"),
                              also=("missing product-rule term",))
            if any((np.abs(gap + term + s * second) <= slack).all() for s in (1, 2)):
                yield Finding("missing product-rule term", describe(
                    case, f"two terms are missing or wrong, those that X contributes {text} and {more}"))


ONE_TERM = ("missing product-rule term", "sign", "factor")      # the simplest first, where several terms fit


def distinct_parts(chain, size):
    """(sentence, step, edit, values): what each step contributes along two probes, where it is a part of the
    derivative and not all of it."""
    first, second = chain.probe(0, 0), chain.probe(0, 1)
    seen = [0.0, first.truth]
    for step in chain.live.values():
        for text, edit in held(step):
            value = first.truth - first.slope(step, edit)
            if np.isfinite(value) and not any(abs(value - other) <= 1e-7 * size for other in seen):
                seen.append(value)      # something, and not known by one probe
                yield text, step, edit, (value, second.truth - second.slope(step, edit))


def left_open(T, gap, slack):
    """Do two probes leave it open that a multiple of a term, or two terms together, are the gap?"""
    one = np.abs(T @ (gap[1], -gap[0])) <= 2 * slack * np.abs(T).max(axis=1, initial=0)
    two = [np.abs(gap - a * T[:, None] - b * T) <= slack for a, b in ((1, -1), (-1, 1), (-1, -1), (-1, -2))]
    return bool(one.any()) or any(fit.all(axis=2).any() for fit in two)


def distinct_terms(chain, parts, total):
    """(sentence, values) of these parts along all probes."""
    for text, step, edit, _ in parts:
        term = total - np.array([slope_there(chain, i, step, edit, probe) for i, probe in chain.each()])
        if np.isfinite(term).all():
            yield text, term


def slope_there(chain, i, step, edit, probe):
    """The slope with the same step changed at another point."""
    there = chain.at(i, step)
    if there is None:
        raise Diverged
    return probe.slope(there, edit)


def one_term(case, text, term, gap, slack, equations):
    """gap = (c - 1) term: the term stands in the claim c times instead of once."""
    c = 1 + float(np.vdot(term, gap) / np.vdot(term, term))
    if (np.abs(gap - (c - 1) * term) > slack).any() or abs(c - 1) < 1e-6:
        return
    if abs(c) < slack_of(term, slack):
        yield Finding("missing product-rule term", describe(
            case, f"the term that X contributes {text} is missing"))
    elif near(c, -1, slack_of(term, slack)):
        yield Finding("sign", describe(case, f"the term that X contributes {text} has the wrong sign"))
    elif equations >= 3:
        found = plain(case, [c], 9)
        yield Finding(found[0],
                      describe(case, f"the term that X contributes {text} is taken {show(c)} times"))


def slack_of(term, slack):
    """How well the multiple of a term is known."""
    return max(1e-4, 2 * slack / np.linalg.norm(term))
