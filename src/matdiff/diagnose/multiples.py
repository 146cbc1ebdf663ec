"""Constant multiples: which number stands between claim and truth, and what it is called."""
from dataclasses import replace
from itertools import permutations

import numpy as np

from ..replay import Diverged, Spent, Untraceable
from .case import show


def sizes_of(shape):
    """Letters for the sizes of a vector or matrix: n, or m and n."""
    return dict(zip("mn" if len(shape) == 2 else "n", shape))


AXES = ("the number of rows of", "the number of columns of")


def with_sizes(case):
    """The case with all sizes that a constant may be named by: the caller's names, and where else a size
    stands.

    A letter is only ever the caller's; a size of X or of f's data is a number and the place where it stands.
    """
    places = {}
    for axis, size in enumerate(case.shape):
        what = AXES[axis] if axis < 2 else "an axis of"
        what = "the number of entries of" if len(case.shape) == 1 else what
        places.setdefault(size, f"{what} X")
    try:
        for K in case.tapes()[0].constants():
            for axis, size in enumerate(np.shape(K)[:2]):
                what = "the number of entries of" if np.ndim(K) == 1 else AXES[axis]
                places.setdefault(size, f"{what} an array in the function")
        for step in case.tapes()[0].steps:      # an exponent is the likelier source of a number
            places |= {k: "an exponent in the function" for k in [exponent(step)] if k}
    except (Untraceable, Diverged, Spent):      # f cannot be followed; its data stay unknown
        pass
    places = {size: place for size, place in places.items() if size > 2 and size not in case.sizes.values()}
    return replace(case, places=places)


def exponent(step):
    """k, where an operation raises to the power k and nothing else moves; 0 elsewhere."""
    if step.name == "square":
        return 2
    if step.name != "power" or len(step.moving) != 1 or step.moving[0] != 0:
        return 0
    base, result = np.ravel(step.operands[0])[0], np.ravel(step.output)[0]
    with np.errstate(all="ignore"):
        k = np.log(abs(float(result))) / np.log(abs(float(base)))
    return int(round(k)) if np.isfinite(k) and near(k, round(k)) else 0


def constants(case):
    """{value: how it is written}: the multiples that a slip typically leaves."""
    names = {2.0: "2", 0.5: "1/2", 4.0: "4", 0.25: "1/4"}
    for (a, m), (b, n) in permutations(case.sizes.items(), 2):
        names.setdefault(m / n, f"{a}/{b}, {a} = {m} and {b} = {n}")
    for name, n in case.sizes.items():
        for value, text in ((n, name), (1 / n, f"1/{name}"), (2 * n, f"2{name}"), (0.5 / n, f"1/(2{name})"),
                            (n / 2, f"{name}/2"), (2 / n, f"2/{name}"), (n * n, f"{name}²"),
                            (1 / n**2, f"1/{name}²"),
                            ((n - 1) / n, f"({name} - 1)/{name}"), (n / (n - 1), f"{name}/({name} - 1)")):
            names.setdefault(float(value), f"{text}, {name} = {n}")
    for n, place in case.places.items():
        for value, text in ((n, f"{n}"), (1 / n, f"1/{n}"), (2 / n, f"2/{n}"), (n / 2, f"{n}/2"),
                            (n / (n - 1), f"{n}/{n - 1}"), ((n - 1) / n, f"{n - 1}/{n}")):
            names.setdefault(float(value), f"{text}, and {n} is {place}")
    return names


def multiple(claim, twisted, bound):
    """The number c with claim = c * twisted, entry by entry; None where there is none."""
    if claim.shape != twisted.shape or not np.abs(twisted).max(initial=0) > 0:
        return None
    big = np.unravel_index(np.abs(twisted).argmax(), twisted.shape)
    c = float(np.vdot(twisted, claim) / np.vdot(twisted, twisted))
    if c == 0 or abs(c * twisted[big]) < 1e-12 * np.abs(claim).max():
        return None
    least = 1e-10 * abs(c * twisted[big]) + 10 * abs(c) * bound.max(initial=0)
    if abs(claim[big] - c * twisted[big]) > 1e-8 * abs(c * twisted[big]) + least:
        return None     # one entry first
    slack = 1e-8 * np.abs(c * twisted) + least
    return c if (np.abs(claim - c * twisted) <= slack).all() else None


def multiples(case, twist):
    """The multiple at each point, or None."""
    found = []
    for p in case.points:
        twisted = twist(p.truth)
        c = None if twisted is None else multiple(p.claim, twisted, p.bound)
        if c is None or not nearer(p, c * twisted):
            return None
        found.append(c)
    return found


def nearer(p, explained):
    """Is the claim much nearer to this than to the truth?  Within the noise of a function all fits."""
    if p.claim.shape != p.truth.shape:
        return True
    return np.abs(p.claim - explained).max() <= 0.05 * np.abs(p.claim - p.truth).max()


def near(c, value, slack=1e-6):
    return abs(c - value) <= slack * abs(value)


def bluntness(case):
    """How far two multiples may differ that are the same, as far as the truth is known."""
    return 1e-6 + max(20 * p.bound.max(initial=0) / (p.size() or 1.0) for p in case.points)


def plain(case, cs, entries):
    """("" | "sign" | "factor", sentence) for a multiple that is the same at all points, None where it proves
    nothing."""
    c, slack = cs[0], bluntness(case)
    if not all(near(other, c, slack) for other in cs):
        return None
    if near(c, 1, slack):
        return "", ""
    if near(c, -1, slack):
        return "sign", "the sign is the opposite"
    for value, text in constants(case).items():
        written, _, size = text.partition(",")
        size = size and "," + size          # names what the size is
        said = f"a factor {written} is missing{size}"
        if value in (0.5, 0.25):
            said = (f"it is {'twice' if value == 0.5 else 'four times'} the right value, so that a factor "
                    f"{1 / value:.0f} is too much, or {written} is missing")
        for s, sign in ((1, ""), (-1, ", and the sign is the opposite")):
            if near(c, s / value, slack):
                return ("factor" if s == 1 else "sign and factor"), said + sign
    if entries * len(cs) < 2:
        return None
    return ("factor" if c > 0 else "sign and factor",
            f"the right value is {show(1 / c)} times yours")
