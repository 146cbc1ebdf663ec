"""Which common mistake explains a wrong derivative.

A diagnosis is a search through short lists, simplest first:

`twists`   what a slip does to a right answer (transpose it, keep its diagonal, read its rows as columns …):
           the claim is compared with a multiple of the twisted truth. A constant multiple on top makes
           combinations of two.
`REPAIRS`  what would still have to be done to the claim (sum it, symmetrise it).
`TESTS`    structure that needs no list: factors of rows and columns, equal totals, the claim's own Jacobian,
           the claim at symmetric, diagonal, orthogonal inputs (`structure`, `special`); the function
           differentiated once more with one step of the chain rule done wrongly (`chain`, with the slips at
           one step in `slips`); the claim's own formula with one part changed (`rewrites`); one term or one
           example of the derivative by itself (`parts`).

A name is given only where every entry fits, at every point looked at; what fits nothing is "unknown".
To add a mistake: one function in a list below, one row in `mistakes` with its smallest example.
"""
import warnings
from dataclasses import replace

import numpy as np

from ..replay import Diverged, NoRule, Spent, Untraceable
from .blocks import Block, bisect, block_around
from .case import Case, Finding, Point, entry, pair, show
from .chain import (extra_factor, held_terms, mended, only_diagonal, only_inner_diagonal,
                    only_symmetric_constant, product_of_slopes, replayed, replayed_in_a_loop, stops_short,
                    wrong_order)
from .mistakes import MISTAKES, Mistake, example_names
from .multiples import sizes_of, with_sizes
from .parts import (half_and_a_term, one_example, one_term_wrong, outer_slope_alone,
                    seen_as_a_gradient, skipped, worth_of_a_value)
from .rewrites import other_data, rewritten, substituted
from .special import only_identity, only_rows_of_norm_one, only_special_data, only_zero
from .structure import (entry_by_entry, equal_totals, line_factor, missing_terms, moving_multiple,
                        not_a_gradient, only_here, only_structured, only_unit, own_jacobian, own_scalar,
                        points_the_right_way, slope_of_the_variable, stays, stays_the_same)
from .twists import REPAIRS, by_twists
from .variants import of_another_function
from .within import expanded_square, part_of_a_sum, part_of_a_value

__all__ = ["MISTAKES", "Mistake", "example_names", "diagnose", "unknown", "Case", "Finding", "Point",
           "Block", "bisect", "block_around", "show", "sizes_of"]

TESTS = (missing_terms, stays, slope_of_the_variable, entry_by_entry, only_structured, moving_multiple,
         only_unit, half_and_a_term, own_jacobian, only_symmetric_constant, expanded_square,
         replayed, held_terms, part_of_a_sum, mended, other_data, own_scalar, line_factor,
         only_inner_diagonal, product_of_slopes, rewritten, extra_factor, of_another_function, replayed_in_a_loop, substituted,
         points_the_right_way, outer_slope_alone, stops_short, worth_of_a_value, seen_as_a_gradient,
         only_zero, stays_the_same, one_example, part_of_a_value, skipped, only_special_data,
         only_rows_of_norm_one, only_identity, wrong_order, only_here, one_term_wrong, equal_totals,
         only_diagonal, not_a_gradient)


# What was done wrongly says more than for which X it does not matter: at an orthogonal X whole terms vanish.
MECHANISMS = (half_and_a_term, own_jacobian, replayed, held_terms, mended, own_scalar, line_factor,
              only_inner_diagonal, part_of_a_sum, expanded_square, other_data, rewritten, extra_factor,
              stops_short)
SPECIAL = (only_structured, only_symmetric_constant)


# the reader's functions may raise anything away from X: then a test explains nothing
FORGIVEN = (Exception,)


def findings(case):
    """Explanations, simplest first, as (cost, finding)."""
    if case.passed_first:
        yield from ((1, finding) for finding in only_structured(case))
    yield from by_twists(case)
    for repair in REPAIRS if told_apart(case) else ():
        yield from ((1, finding) for finding in repair(case))


def diagnose(case):
    """The simplest explanation of a wrong claim; others as simple are mentioned in `also`."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")     # of runs that the reader did not ask for
        case = with_sizes(case)
        found = sorted(findings(case), key=lambda pair: pair[0])
        if found:
            cost, best = found[0]
            rest = [f.name for c, f in found[1:] if c == cost]
            return alternatives(mention(best, rest))
        if zero(case):
            return unknown(case)
        weak = None
        for test in TESTS if told_apart(case) else ():
            if weak and test not in MECHANISMS:
                continue
            try:
                found = list(test(case))
            except (*FORGIVEN, Diverged, NoRule, Spent, Untraceable):
                continue
            best = simplest(found) if found else None
            special = best and test in SPECIAL and "orthogonal" in best.name
            if special or best and test is replayed and two_slips(best):
                weak = weak or mention(best, [f.name for f in found if f is not best])
            elif best:
                if weak and weak.name == "only for orthogonal input" != best.name:
                    best = replace(best, message=f"{best.message} (It is right for orthogonal X only.)")
                return mention(best, [f.name for f in (*found, weak) if f and f is not best])
        return weak or unknown(case)


def two_slips(finding):
    """A wrong slope and a constant beside it: one slip that explains the same is simpler."""
    return "chain factor" in finding.name and " and " in finding.name


def simplest(found):
    """The first of several explanations; but a term left out is simpler than another one taken twice."""
    if found[0].name == "not symmetrised":
        return next((f for f in found if f.name == "missing product-rule term"), found[0])
    return found[0]


def told_apart(case):
    """Is the claim further from the truth than noise, and than the tests of structure can see?"""
    p = case.first
    if p.claim.shape != p.truth.shape:
        return True
    gap = np.abs(p.claim - p.truth).max(initial=0)
    return bool(gap > 1e-5 * p.size() and gap > 20 * p.tolerance().max(initial=0))


def alternatives(finding):
    """The same finding, with the other explanations that are as simple said in its sentence."""
    if not finding.also:
        return finding
    return replace(finding,
                   message=finding.message + f" As simple, and equally right: {', '.join(finding.also)}.")


def mention(best, others):
    also = () if best.accepted else tuple(dict.fromkeys(n for n in best.also + tuple(others)
                                                        if n != best.name))
    return replace(best, also=also)


def zero(case):
    """Is the claim zero in every entry?  Then it tells nothing about how it was made."""
    return case.first.claim.shape == case.first.truth.shape and not any(p.claim.any() for p in case.points)


def the_same_numbers(p):
    """Are the entries of the claim those of the truth, in whatever order?"""
    gap = np.abs(np.sort(p.claim, axis=None) - np.sort(p.truth, axis=None))
    return bool(gap.max() <= max(10 * p.tolerance().max(), 1e-6 * p.size()))


def unknown(case):
    """No explanation: the shapes, or the entries that differ most."""
    p = case.first
    if case.gave != case.out:
        return Finding("shape",
                       f"The differential has the shape of the function's value, {case.out}, yours has "
                       f"{case.gave}.", numbers=(case.out, case.gave))
    if p.claim.shape != p.truth.shape:
        what = (f"A gradient has the shape of its variable, {p.truth.shape}" if case.kind == "gradient" else
                f"The {case.kind} is {p.truth.shape[0]} × {p.truth.shape[1]} (outputs × inputs)")
        same = "" if not p.claim.size == p.truth.size > 1 else (
            " and the same numbers: it is still to be reshaped" if the_same_numbers(p) else
            " and as many entries, but other numbers")
        return Finding("shape", f"{what}; yours has shape {p.claim.shape}{same}.",
                       numbers=(p.truth.shape, p.claim.shape))
    gap = np.abs(p.claim - p.truth)
    seen = gap > np.minimum(10 * p.tolerance(), 0.9 * gap.max())
    worst = [np.unravel_index(i, gap.shape) for i in np.argsort(gap, axis=None)[::-1][:3] if seen.flat[i]]
    wrong = int(seen.sum())
    if case.kind == "differential" and p.claim.any():
        return Finding("unknown",
                       f"The differential is not right and no common mistake explains it.{entry(case)}")
    if not p.claim.any() and gap.ndim:
        return Finding("unknown", f"The {case.kind} is not zero, but all entries of yours are.{entry(case)}")
    if gap.ndim == 0:
        return Finding("unknown", f"The {case.kind} is {show(p.truth)}, yours is {show(p.claim)}.")
    listed = "; ".join("{} should be {}, yours {}".format(show(case.whole(at)),
                                                          *pair(p.truth[at], p.claim[at]))
                       for at in worst)
    count = f"{wrong} of {gap.size} entries" if case.block is None else (
        case.block.where or f"{wrong} of the {gap.size} entries looked at")
    return Finding("unknown", f"The {case.kind} differs in {count} and no common mistake "
                   f"explains it. Largest differences: {listed}.")
