"""Tests that need neither a list nor the function's steps: rows, totals, special inputs, the claim's own
Jacobian."""
from dataclasses import replace
from itertools import combinations

import numpy as np

from .. import numeric
from ..replay import Untraceable, central
from ..vec import sym, vec
from .case import Finding, describe, fits_at, said, show, square
from .multiples import bluntness, multiple, multiples, near
from .slips import said_of
from .twists import by_twists


def missing_terms(case):
    """The terms that the caller names: one or more of them absent, or with the wrong sign."""
    if not case.terms or case.first.claim.shape != case.first.truth.shape:
        return
    p = case.first
    terms = {k: np.asarray(t(p.X) if callable(t) else t, float) for k, t in case.terms.items()}
    close = lambda A: (np.abs(p.claim - A) <= 10 * p.tolerance() + 1e-9 * p.size()).all()
    for count in range(1, len(terms) + 1):
        for names in combinations(terms, count):
            gone = sum(terms[k] for k in names)
            said = ("the term " if count == 1 else "the terms ") + " and ".join(f"“{k}”" for k in names)
            verb = "is" if count == 1 else "are"
            if np.shape(gone) == p.truth.shape and close(p.truth - gone) and p.claim.any():
                yield Finding("missing product-rule term", describe(case, f"{said} {verb} missing"))
            elif np.shape(gone) == p.truth.shape and close(p.truth - 2 * gone):
                yield Finding("sign", describe(
                    case, f"{said} {'has' if count == 1 else 'have'} the opposite sign"))


def line_factor(case):
    """Every row, or every column, is off by a factor of its own."""
    p = case.first
    if p.truth.ndim != 2 or p.claim.shape != p.truth.shape or min(p.truth.shape) < 2:
        return
    if multiples(case, lambda G: G) is not None:    # one number for all rows: see `own_scalar`
        return
    for axis, word in ((0, "row"), (1, "column")):
        if all(lines_fit(q.truth if axis == 0 else q.truth.T, q.claim if axis == 0 else q.claim.T, q.bound)
               for q in case.points):
            yield Finding("missing chain factor", describe(
                case, line_said(*((p.truth, p.claim) if axis == 0 else (p.truth.T, p.claim.T)), word)))


def line_said(G, C, word):
    """Which rows or columns are off, and by what."""
    scale = {i: float(np.vdot(g, c) / np.vdot(g, g)) for i, (g, c) in enumerate(zip(G, C)) if g.any()}
    off = [i for i, c in scale.items() if not near(c, 1, 1e-4)]
    if len(off) == 1:
        return f"only {word} {off[0]} is off, it is {show(scale[off[0]])} times what it should be"
    side = "left" if word == "row" else "right"
    return (f"every {word} is off by a factor of its own, so that a diagonal matrix on the {side} is missing "
            "or too much")


def lines_fit(G, C, bound):
    """Row i of the claim is r_i times row i of the truth, r_i not zero, on enough rows to prove it."""
    proofs = 0
    for g, c in zip(G, C):
        if not g.any() and not c.any():
            continue
        if multiple(c, g, bound) is None:
            return False
        proofs += np.count_nonzero(g) - 1
    return proofs >= 2


def moving_multiple(case):
    """A multiple of the truth, or of its transpose, everywhere, but another one at each point."""
    cs = multiples(case, lambda G: G)
    if cs is None and square(case.first.truth) and case.kind == "gradient":
        turned = replace(case, points=tuple(replace(p, claim=p.claim.T) for p in case.points))
        if multiples(turned, lambda G: G):
            yield from (replace(f, name="transposed and " + f.name, message=describe(
                case, "it is the transpose, and " + said(turned, f))) for f in moving_multiple(turned))
        return
    if cs is None or len(cs) < 2 or case.first.truth.size < 2:
        return
    ratio = cs[0] / cs[1]
    if near(ratio, 1, 100 * bluntness(case)):
        return
    X = [np.linalg.norm(p.X) for p in case.points]
    values = [np.asarray(case.f(p.X), float) for p in case.points]
    lengths = norms(case)
    for length in lengths:
        a = power(ratio, length[0] / length[1])
        if a is not None:
            yield Finding("wrong normalisation",
                          describe(case, "a norm or standard deviation that the function computes "
                          + ("is missing as a factor, or divided by once too often" if a < 0 else
                             "is there as a factor too much, or not divided by")),
                          also=("missing chain factor",))
            return
    if case.kind == "gradient" and values[0].size == 1 and np.ravel(values[1])[0] != 0:
        quotient = float(np.ravel(values[0])[0] / np.ravel(values[1])[0])
        if all(near(c, float(np.ravel(v)[0])) for c, v in zip(cs, values)) and not rooted(case):
            yield Finding("extra chain factor", describe(
                case, "the value of the function itself is there as a factor, which does not belong there"))
            return
        for a, text in ((1, "f"), (-1, "1/f"), (0.5, "√f"), (-0.5, "1/√f"), (2, "f²"), (-2, "1/f²")):
            if quotient > 0 and near(ratio, quotient ** -a):
                yield Finding("missing chain factor",
                              describe(case, f"a factor that moves with X is missing, "
                              f"proportional to {text}"))
                return
    for a, text in ((1, "‖X‖"), (-1, "1/‖X‖"), (2, "‖X‖²"), (-2, "1/‖X‖²"), (3, "‖X‖³"), (-3, "1/‖X‖³")):
        if near(ratio, (X[0] / X[1]) ** -a):
            yield Finding("wrong normalisation",
                          describe(case, f"a factor proportional to {text} is missing"),
                          also=("missing chain factor",))
            return


OFF_BY = {1: ("extra chain factor", "is a factor too much"),
          -1: ("extra chain factor", "is divided by, which is too much"),
          2: ("missing chain factor", "is a factor where it should be divided by"),
          -2: ("missing chain factor", "is divided by where it should be a factor")}


def own_scalar(case):
    """A number that the claim computes is the factor by which the claim is off."""
    cs = multiples(case, lambda G: G)
    if cs is None or len(cs) < 2 or near(cs[0], cs[1], 1e-4):
        return
    if case.claim is None or case.first.truth.size < 2:
        return
    V = case.normal(35)     # a differential is looked at along one dX
    claim = case.claim if case.kind != "differential" else lambda X: case.claim(X, V)
    for steps in zip(*(tape.steps for tape in case.tapes(claim))):
        numbers = [float(np.ravel(step.output)[0]) for step in steps if step.size == 1]
        for power, (name, how) in OFF_BY.items() if len(numbers) == 2 and all(numbers) else ():
            if all(near(abs(c), abs(number) ** power, 1e-6) for c, number in zip(cs, numbers)):
                yield Finding(name, describe(case, f"the number from {said_of(steps[0])} {how}"))
                return


def points_the_right_way(case):
    """A multiple of the truth that moves with X, whatever it is."""
    cs = multiples(case, lambda G: G)
    if cs is not None and len(cs) > 1 and case.first.truth.size > 1 and not near(
            cs[0] / cs[1], 1, 100 * bluntness(case)):
        yield Finding("missing chain factor",
                      describe(case, "it points the right way, but a scalar factor that moves "
                      "with X is missing or too much"))


def rooted(case):
    """Does the function end with a root or a power, whose slope has the value of the function in it?"""
    return any(s.name in ("sqrt", "power") for s in traced(case)[0][-1:])


def traced(case):
    """The steps of f at both points; none where f cannot be followed, as an eigenvalue."""
    try:
        return [tape.steps for tape in case.tapes()]
    except Untraceable:
        return [], []


def power(ratio, base):
    """The small power a with ratio = base**a, or None."""
    if base <= 0 or ratio <= 0 or near(base, 1, 1e-3):
        return None
    a = np.log(ratio) / np.log(base)
    return round(a) if a and abs(a) <= 4 and near(a, round(a), 1e-5) else None


def norms(case):
    """The lengths, roots of a sum or mean of squares, that the function computes, at both points."""
    first, second = traced(case)
    for before, step, other in zip(first, first[1:], second[1:]):
        if step.name == "sqrt" and before.name in ("sum",
                                                   "mean") and step.output.size == 1 == other.size:
            yield float(np.ravel(step.output)[0]), float(np.ravel(other.output)[0])


def equal_totals(case):
    """All entries of claim and truth have the same sum: summed over the wrong axis."""
    p = case.first
    if case.kind != "gradient" or p.truth.size < 2 or p.claim.size < 2:
        return
    for q in case.points:
        total, scale = q.truth.sum(), np.abs(q.truth).sum()
        if np.array_equal(np.sort(q.truth, axis=None).round(9), np.sort(q.claim, axis=None).round(9)):
            return      # the right numbers in another order: the total proves nothing
        if abs(total) < 1e-3 * scale or abs(q.claim.sum() - total) > 1e-9 * scale + 3 * q.bound.sum():
            return
    if constant_total(case.points) or max(np.ndim(o) for s in case.tapes()[0].steps for o in s.operands) < 2:
        return      # as for probabilities; or there are no two axes to take one for the other
    tapes = case.tapes()[:1] + (case.tapes(case.claim)[:1] if case.claim else [])
    along_an_axis = any(isinstance(s.axis, int) for tape in tapes for s in tape.steps)
    if p.claim.shape == p.truth.shape and not along_an_axis:
        return
    yield Finding("wrong axis",
                  describe(case, "the total of all entries is right, but it was summed over the wrong "
                                         "axis"))


def orthogonal(X, seed=33):
    """An orthogonal matrix made of X, also where X is triangular or diagonal."""
    R = np.random.default_rng(seed).normal(size=X.shape)
    return np.linalg.qr(X + 0.3 * (np.abs(X).max() or 1) * R)[0]


STRUCTURED = (("symmetric", sym), ("orthogonal", orthogonal))


DIAGONAL = (("diagonal", lambda X: np.diag(np.diag(X))),)


def only_here(case):
    """A claim that fits nothing in general, but was asked about at a symmetric X: look at that X alone."""
    here = [p for p in case.points if square(p.X) and np.allclose(p.X, p.X.T)]
    if here and (len(case.points) > 1 or case.claim is not None):
        alone = replace(case, points=(here[0],), claim=None)
        yield from (finding for _, finding in sorted(by_twists(alone), key=lambda pair: pair[0]))


def only_structured(case, structures=STRUCTURED):
    """Right for symmetric or orthogonal X only."""
    if case.claim is None or case.symmetric or len(case.shape) != 2 or not (
            2 <= case.shape[1] <= case.shape[0]):
        return
    X = case.first.X
    if not case.square:     # of a tall matrix the columns can be orthonormal, and no more
        structures = [(word, structure) for word, structure in structures if word == "orthogonal"]
    elif np.allclose(X, X.T):
        X = X + 0.3 * np.random.default_rng(11).normal(size=X.shape) * (np.abs(X).max() or 1)
    for word, structure in structures:
        p = case.evaluate(structure(X)) if may_fit(case, structure(X)) else None
        if p is not None and fits_at(p) and all(may_fit(case, Y, True) for Y in alike(structure, X)):
            yield Finding(f"only for {word} input", describe(case, f"it is right for {word} X only"))
            return


def alike(structure, X):
    """Others of the same kind: a name has to hold for all; orthogonal ones of either determinant."""
    draws = X + 0.3 * (np.abs(X).max() or 1) * np.random.default_rng(34).normal(size=(2,) + X.shape)
    for Y in map(structure, draws):
        yield Y
        if structure is orthogonal:
            yield Y * np.where(np.arange(Y.shape[1]) == 0, -1, 1)


def may_fit(case, X, outside=False):
    """A quick look along one direction, before the whole derivative at X is asked for.

    outside: the answer where f or the claim has no value.
    """
    V = case.normal(23)
    if case.kind == "differential":
        mine = vec(np.asarray(case.claim(X, V), float))
    else:
        C = np.asarray(case.claim(np.array(X)), float)
        if C.shape != case.first.truth.shape:
            return False
        mine = np.atleast_1d(np.vdot(C, V) if case.kind == "gradient" else C @ vec(V))
    unit = np.abs(X).max()
    values = []
    slope = vec(central(lambda t: values.append(np.asarray(case.f(X + t * V), float)) or values[-1], unit))
    if mine.shape != slope.shape or not (np.isfinite(mine).all() and np.isfinite(slope).all()):
        return outside
    rounding = 1e-10 * np.abs(values[0]).max() / unit
    return bool(np.abs(mine - slope).max() <= 1e-6 * (np.abs(mine).max() + np.abs(slope).max()) + rounding)


def stays(case):
    """A claim that is the derivative at X and stays so elsewhere, or that is one for every entry."""
    if case.claim is None or len(case.points) < 2 or case.first.truth.size < 2:
        return
    p, q = case.points[:2]
    if p.claim.shape == q.claim.shape and np.array_equal(p.claim,
                                                         q.claim) and p.claim.shape == p.truth.shape and (
            case.passed_first or (p.claim == 1).all()):
        if np.allclose(p.truth, q.truth, rtol=1e-9, atol=0):
            return
        yield Finding("does not move with X",
                      describe(case, "it stays the same wherever X is, the right one moves"),
                      also=("missing chain factor",))


def stays_the_same(case):
    """A claim of one number wherever the derivative is not zero, the same at all points."""
    if case.claim is None or len(case.points) < 2 or case.first.truth.size < 3:
        return
    p, q = case.points[:2]
    if p.claim.shape != p.truth.shape or not np.array_equal(p.claim, q.claim) or not p.claim.any():
        return
    there = p.claim != 0
    if np.ptp(p.claim[there]) == 0 and not there.all() and all(
            np.array_equal(there, r.truth != 0) for r in (p, q)):
        yield Finding("does not move with X",
                      describe(case, "it is one number wherever the right one is not zero, and stays the "
                                     "same; the right one moves"), also=("missing chain factor",))


def slope_of_the_variable(case):
    """A claim that stays where X moves, and is right but for a power of X, entry by entry."""
    if case.kind != "gradient" or case.claim is None or len(case.points) < 2 or case.first.truth.size < 2:
        return
    p, q = case.points[:2]
    if p.claim.shape != p.X.shape or not np.array_equal(p.claim, q.claim) or not (p.X.all() and q.X.all()):
        return
    for power, text in ((1, "X"), (-1, "1/X"), (2, "X²"), (-2, "1/X²")):
        cs = [multiple(p.claim, p.truth / p.X ** power, p.bound) for p in case.points]
        if None not in cs and all(near(abs(c), 1) for c in cs):
            sign = " and the sign is the opposite" if cs[0] < 0 else ""
            yield Finding("missing chain factor" + (" and sign" if sign else ""), describe(
                case, f"entry by entry a factor {text} is missing{sign}"), also=("does not move with X",))
            return


def not_a_gradient(case):
    """Some entries right, and the claim's own Jacobian not symmetric."""
    if case.kind != "gradient" or case.claim is None or case.first.claim.shape != case.shape \
            or len(case.points) < 2:
        return
    right = [np.abs(p.claim - p.truth) <= 10 * p.tolerance() for p in case.points]
    together = right[0] & right[1] & (case.first.truth != 0)
    if not together.any() or 2 * together.sum() > np.count_nonzero(case.first.truth):
        return
    J = numeric.jacobian(case.claim, case.first.X)
    if not np.allclose(J, J.T, rtol=1e-5, atol=1e-6 * np.abs(J).max()):
        yield Finding("not a gradient",
                      describe(case, f"{int(together.sum())} of {together.size} entries are right, but "
                      "no function has this gradient: its own Jacobian is not symmetric"))


def constant_total(points):
    """Does the derivative move, but not the total of its entries?"""
    p, q = points[0], points[-1]
    return not np.allclose(p.truth, q.truth, rtol=1e-6) and near(p.truth.sum(), q.truth.sum(), 1e-6)


def entry_by_entry(case):
    """What the rule for numbers gives, used on each entry of X by itself: f of 1 × 1 matrices."""
    if len(case.shape) != 2 or case.first.truth.shape != case.first.claim.shape or not case.first.claim.any():
        return
    if one_scalar(case, case.first) and all(
            agrees(scalar_rule(case, p.X), p.claim) for p in case.points):
        yield Finding("elementwise product",
                      describe(case, "the rule for numbers was used on each entry of X by "
                      "itself, as if the function worked entry by entry"), also=("only for diagonal input",))


def agrees(rule, claim):
    return rule.shape == claim.shape and np.allclose(rule, claim, rtol=1e-6, atol=1e-8 * np.abs(claim).max())


def scalar_slope(case, x):
    try:
        float(np.asarray(case.f(np.array([[x]]))).item())
    except Exception:       # the function takes no single number, or makes none of it
        return np.nan
    return float(np.ravel(central(lambda t: np.asarray(case.f(np.array([[x + t]])), float), abs(x)))[0])


def one_scalar(case, p):
    """Does the rule for numbers give the largest entry of a gradient, or of a Jacobian's diagonal?"""
    mine = vec(p.claim) if case.kind == "gradient" else np.diag(p.claim)
    k = np.abs(mine).argmax()
    return np.isclose(scalar_slope(case, vec(p.X)[k]), mine[k], rtol=1e-5)


def scalar_rule(case, X):
    entries = np.array([scalar_slope(case, x) for x in vec(X)])
    return entries.reshape(X.shape, order="F") if case.kind == "gradient" else np.diag(entries)


def only_unit(case):
    """Right for X of norm 1 only."""
    if case.claim is None or case.first.X.size < 2:
        return
    directions = case.normal(20, 2)
    units = [X / np.linalg.norm(X) for X in (case.first.X, *directions)]
    if all(may_fit(case, X) for X in units) and all(p is not None and fits_at(p)
                                                    for p in map(case.evaluate, units)):
        yield Finding("wrong normalisation",
                      describe(case, "it is right only for X of norm 1: a power of the norm is "
                      "missing"), also=("missing chain factor",))


def own_jacobian(case):
    """The claim's own Jacobian C' is not symmetric: no gradient. Its symmetric part tells what was
    forgotten."""
    if case.kind != "gradient" or case.claim is None or case.first.claim.shape != case.shape \
            or case.first.truth.size < 2:
        return
    pairs = case.normal(12, 3, 2)
    found = [bends(case, *pairs[0])]        # one pair of directions first
    if not tells(*found[0]):
        return
    forward, backward, curved = np.array(found + [bends(case, *pair) for pair in pairs[1:]]).T
    size = np.abs(curved).max() + np.abs(forward).max()
    fits = lambda values: bool((np.abs(values - curved) <= 1e-5 * size).all())
    if not np.isfinite(size):
        return
    if fits((forward + backward) / 2):
        yield Finding("not symmetrised",
                      describe(case, "it is right only if a matrix A in it is symmetric; (A + Aᵀ)/2 is still "
                               "to be taken for A (as it stands, no function has this gradient: its own "
                               "Jacobian is not symmetric)"),
                      also=("only for symmetric input",))
    elif fits(forward + backward):
        yield Finding("missing product-rule term",
                      describe(case, "one half of a product rule is missing (as it stands, no function has "
                               "this gradient: its own Jacobian is not symmetric, but the sum of that and "
                               "its transpose is right)"), also=("not symmetrised",))


def tells(forward, backward, curved):
    """Is the claim's own Jacobian not symmetric, and its symmetric part, or twice that, the right one?"""
    size = abs(curved) + abs(forward) + abs(backward)
    gaps = [abs(k * (forward + backward) - curved) for k in (0.5, 1)]
    return abs(forward - backward) > 1e-5 * size and min(gaps) <= 1e-4 * size


def bends(case, U, V):
    """<C'V, U> and <C'U, V> for the claim C, and the second derivative of f along U and V."""
    X, unit = case.first.X, np.abs(case.first.X).max() or 1.0
    slope = lambda V: central(lambda t: np.asarray(case.claim(X + t * V)), unit)
    value = lambda s, t: float(np.reshape(case.f(X + s * U + t * V), ()))
    forward, backward = np.vdot(slope(V), U), np.vdot(slope(U), V)
    if abs(forward - backward) <= 1e-5 * max(abs(forward), abs(backward)):
        return forward, backward, forward       # symmetric: f need not be asked
    return forward, backward, central(lambda s: central(lambda t: value(s, t), unit), unit)
