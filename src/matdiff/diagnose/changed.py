"""The function and the claim run again with a matrix of theirs swapped, or the claim with a step changed."""
from itertools import chain

import numpy as np

from ..vec import vec
from .case import Finding, describe, square
from .rewrites import LONGEST, formula_of
from .slips import mends, other_axes, other_products
from .structure import DIAGONAL, STRUCTURED, only_structured


def only_diagonal(case):
    """Right for diagonal X only, or for a diagonal matrix in the function: the weakest of all
    explanations."""
    yield from only_structured(case, DIAGONAL)
    yield from only_symmetric_constant(case, DIAGONAL)


def directions(case):
    n = int(np.prod(case.shape))
    if len(case.points) > 1:
        return case.normal(13, min(n, 2))
    if n <= 4 and not case.symmetric:
        return np.eye(n).reshape((n,) + case.shape)
    return case.normal(13, 4)


def along(case, A, V):
    """The derivative A applied to each direction, one after the other."""
    return np.concatenate([np.atleast_1d(np.vdot(A, v) if case.kind == "gradient" else A @ vec(v))
                           for v in V])


def only_symmetric_constant(case, structures=STRUCTURED):
    """Right when a matrix that both function and claim use is symmetric or orthogonal."""
    if case.claim is None or case.first.claim.shape != case.first.truth.shape or case.gave != case.out:
        return
    p, V = case.first, directions(case)
    if case.kind == "differential":
        return
    function, claim = case.tapes()[0], case.tapes(case.claim)[0]
    found = matrices(function)
    special = {word: [(A, structure(A)) for A in found] for word, structure in structures}
    for which in [slice(i, i + 1) for i in range(len(found))] + [slice(None)] * (len(found) > 1):
        for word, _ in structures:
            swaps = tuple(special[word][which])
            value = claim.run(claim.X, swaps=swaps)
            if value.shape == p.truth.shape and value.any() and all(
                    fits(along(case, value, [v]), vec(function.slope(v, swaps=swaps))) for v in V):
                yield from symmetric_finding(case, word)
                return


def fits(mine, slope):
    return bool(np.abs(mine - slope).max() <= 1e-7 * np.abs(slope).max())


def matrices(tape):
    """The different square matrices, not symmetric ones, that the function uses."""
    found = []
    for K in tape.constants():
        if square(np.asarray(K)) and not np.allclose(K, K.T) and not any(
                K.shape == A.shape and (np.array_equal(K, A) or np.array_equal(K, A.T)) for A in found):
            found.append(np.asarray(K))
    return found


def symmetric_finding(case, word):
    radial = all(abs(np.vdot(p.claim - p.truth, p.X)) <= 1e-8 * np.linalg.norm(p.truth) * np.linalg.norm(p.X)
                 for p in case.points) if case.kind == "gradient" else False
    text = f"it is right only if a matrix in the function is {word}"
    if word == "symmetric" and radial:
        yield Finding("not symmetrised", describe(case, f"{text}; in general (A + Aᵀ)/2 stands for A"),
                      also=("only for symmetric input",))
    else:
        yield Finding(f"only for {word} input", describe(case, text),
                      also=("transposed",) if word != "diagonal" else ())


def mended(case):
    """The claim's own program with one step changed is right, at every point."""
    C, G = case.first.claim, case.first.truth
    if case.claim is None or case.kind == "differential" or C.shape != G.shape or not C.any() or C.size < 2:
        return
    tapes, data = case.tapes(case.claim), case.tapes()[0].constants()
    single = ((name, text, {step.index: edit})
              for step in tapes[0].steps for name, text, edit in mends(step, data))
    short = len(case.points) > 1 and len(tapes[0].steps) <= LONGEST
    may_be_right = formula_of(case).may_be_right if short else lambda edits, budget: True
    for name, text, edits in chain(single, other_axes(tapes[0].steps), other_products(tapes[0].steps)):
        if edits and may_be_right(edits, case.budget) and all(
                mends_it(tape, p, edits) for tape, p in zip(tapes, case.points)):
            yield Finding(name, describe(case, text), also=("transposed",) if "symmetric" in name else ())


def mends_it(tape, p, edits):
    try:
        value = tape.run(tape.X, edits)
    except Exception:       # the change does not fit the shapes here
        return False
    if value.shape != p.truth.shape or not np.isrealobj(value):
        return False
    k = np.abs(p.claim - p.truth).argmax()      # one entry first
    return abs(value.item(k) - p.truth.item(k)) <= 1e-3 * p.size() and bool(
        (np.abs(value - p.truth) <= 10 * p.tolerance()).all())
