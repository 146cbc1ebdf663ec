"""Right for special input only: the identity, vectors of length one, symmetric or orthogonal data.

At such input several formulas are one. Which of them was taken is read off from where the claim is right.
"""
import numpy as np

from .. import numeric
from ..replay import Diverged, central, mark
from ..vec import vec
from .case import Finding, describe, fits_at, square
from .chain import along, directions
from .multiples import near
from .slips import alike
from .structure import STRUCTURED, may_fit


def reflection(X):
    """A matrix both symmetric and orthogonal."""
    v = np.random.default_rng(25).normal(size=len(X))
    return np.eye(len(X)) - 2 * np.outer(v, v) / (v @ v)


def right_at(case, X):
    """Is the claim right at this X?  Outside of the domain of f it is not."""
    try:
        p = case.evaluate(X) if may_fit(case, X) else None
    except (Exception, Diverged):
        return False
    return p is not None and fits_at(p)


def only_identity(case):
    """Right where X is the identity, or a multiple of it: a factor is missing, or the order is wrong."""
    if case.claim is None or not case.square or len(case.shape) != 2 or case.first.truth.size < 2:
        return
    one = np.eye(len(case.first.X))
    mirror = reflection(one)
    if case.symmetric and all(right_at(case, Q) for Q in (mirror, -mirror, one)):
        yield Finding("only for orthogonal input", describe(
            case, "it is right for orthogonal X only: an inverse is missing, or one is too much"))
    elif right_at(case, one):
        if right_at(case, 2 * one) and not right_at(case, np.diag(1.0 + np.arange(len(one)))):
            yield Finding("wrong order", describe(
                case, "it is right where X is a multiple of the identity, which may stand anywhere in a "
                      "product: here the factors stand in the wrong order"))
        elif not right_at(case, 2 * one):
            yield Finding("missing chain factor", describe(
                case, "it is right where X is the identity, but not at its multiples: a factor that depends "
                      "on X is missing or too much"), also=("only for orthogonal input",))


def only_zero(case):
    """A claim that does not move, and is right where X is zero: what moves was left out."""
    p = case.first
    if p.claim.shape != p.truth.shape or p.truth.size < 2 or case.gave != case.out or not p.claim.any():
        return
    if any(not np.array_equal(p.claim, q.claim) for q in case.points):
        return
    V = directions(case)[0]     # one direction first, since the whole derivative costs more
    slope = vec(central(lambda t: np.asarray(case.f(t * V), float), 1.0))
    if not np.allclose(slope, along(case, p.claim, [V]), rtol=1e-4, atol=1e-6 * np.abs(slope).max()):
        return
    derivative = numeric.gradient if case.kind == "gradient" else numeric.jacobian
    zero, two = (derivative(case.f, t * p.X) for t in (0, 2))
    close = lambda A, B: np.isfinite(A).all() and np.allclose(A, B, rtol=1e-6, atol=1e-9 * np.abs(A).max())
    if not close(zero, p.claim):
        return
    if close(two + zero, 2 * p.truth):      # a sum, of which one term is proportional to X
        yield Finding("missing product-rule term", describe(
            case, "it is right only where X is zero: all that moves with X was left out"),
            also=("does not move with X",))
    else:
        yield Finding("does not move with X", describe(
            case, "it stays the same wherever X is, the right one moves; only where X is zero they agree"),
            also=("missing chain factor",))


def only_rows_of_norm_one(case):
    """Right where every row, or every column, of X has length one."""
    if case.claim is None or case.symmetric or len(case.shape) != 2 or min(case.shape) < 2:
        return
    draws = np.random.default_rng(26).normal(size=(2,) + case.shape)
    for axis, word in ((1, "row"), (0, "column")):
        if all(right_at(case, X / np.linalg.norm(X, axis=axis, keepdims=True)) for X in draws):
            yield Finding("wrong normalisation", describe(
                case, f"it is right only where every {word} of X has norm 1: a power of these norms is "
                      "missing"), also=("missing chain factor",))
            return


def only_special_data(case):
    """Right if the function's own data were special, as they are not: the claim takes them for it."""
    C, G = case.first.claim, case.first.truth
    if case.claim is None or case.kind == "differential" or C.shape != G.shape:
        return
    function, claim = case.tapes()[0], case.tapes(case.claim)[0]
    data = different(function.constants())
    used = [multiples_of(tape, data) for tape in (function, claim)]
    matrices = [A for A in data if np.ndim(A) == 2 and min(A.shape) > 1]
    vectors = [a for a in data if np.ndim(a) == 1 and len(a) > 1]
    # several, since of a function in pieces one X sees one piece
    here = [function.X] + [p.X for p in case.points[1:2]] + [0.3 * function.X]
    unit = [X / np.linalg.norm(X) for X in here]
    ask = lambda Xs, special: all(fits_with(case, function, claim, X, *(swaps(u, special) for u in used))
                                  for X in Xs)
    own = [A for A in matrices if square(A) and not np.allclose(A, A.T)]
    for word, structure in STRUCTURED:
        for group in [[A] for A in own] + [own] * (len(own) > 1):
            if not known_wrong(used, group) and ask(here, [(A, structure(A)) for A in group]):
                yield Finding(f"only for {word} input", describe(
                    case, f"it is right only if {'a matrix' if len(group) == 1 else 'every matrix'} in the "
                          f"function is {word}"), also=("transposed",))
                return
    for A in matrices:
        one = np.eye(*A.shape)
        if ask(here, [(A, one)]) and not ask(here, [(A, 2 * one)]):
            yield Finding("missing chain factor", describe(
                case, "it is right only if a matrix in the function is the identity: that matrix is missing "
                      "as a factor"))
            return
    for Xs in (here, unit) if vectors else ():
        for group in [[a] for a in vectors] + [vectors] * (len(vectors) > 1):
            if ask(Xs, [(a, a / np.linalg.norm(a)) for a in group]):
                yield Finding("wrong normalisation", describe(
                    case, "it is right only if a vector in the function"
                          f"{' and X have' if Xs is unit else ' has'} norm 1: a power of a norm is "
                          "missing"), also=("missing chain factor",))
                return


def known_wrong(used, group):
    """Are these data there as they are, not as a multiple?  Then `only_symmetric_constant` has looked."""
    return all(near(number, 1, 1e-12)
               for mine in used for _, A, number, _ in mine if any(A is B for B in group))


def different(constants):
    """The arrays among the constants, each once, also where one is a multiple or the transpose of another."""
    found = []
    for K in {mark(K): np.asarray(K) for K in constants}.values():
        if K.dtype.kind == "f" and K.any() and not any(alike(K, A) or alike(K.T, A) for A in found):
            found.append(K)
    return found


def fits_with(case, function, claim, X, theirs, mine):
    """Is the claim the derivative of the function, once both use the special data?"""
    value = claim.run(claim.X if X is function.X else X, swaps=mine)
    if value.shape != case.first.truth.shape:
        return False
    for v in directions(case):
        slope = vec(function.slope(v, swaps=theirs) if X is function.X else
                    function.derivative(lambda t: function.run(X + t * v, swaps=theirs)))
        if not slope.any() or not np.allclose(along(case, value, [v]), slope, rtol=0,
                                              atol=1e-7 * np.abs(slope).max()):
            return False
    return True


def multiples_of(tape, data):
    """(K, A, number, turned) for the constants of a tape that are a multiple of one of the data, or of its
    transpose."""
    return [(K, A, np.vdot(A.T if turned else A, K) / np.vdot(A, A), turned)
            for K in {mark(K): np.asarray(K) for K in tape.constants()}.values() for A in data
            for turned in [not alike(K, A)] if not turned or alike(K, A.T)]


def swaps(used, special):
    """(old, new) for these constants, once the data are special."""
    return tuple((K, number * (new.T if turned else new))
                 for B, new in special for K, A, number, turned in used if A is B)
