"""What a slip does to a right answer, and what is still to be done to a claim."""
import numpy as np

from ..vec import sym, vec
from .case import Finding, describe, show, square
from .multiples import multiple, multiples, near, plain


def flat_twists(case):
    """(name, sentence, twist) for answers of the truth's own shape or a permutation of it."""
    yield "", "", lambda G: G
    if case.first.truth.ndim == 2:
        yield ("only diagonal", "only the diagonal is there",
               lambda G: G * np.eye(*G.shape) if min(G.shape) > 1 else None)
    if case.kind == "gradient":
        yield from gradient_twists(case)
    else:
        yield from jacobian_twists(case)
    if case.first.truth.ndim == 2:
        yield ("only diagonal", "only the diagonal is there, as a vector",
               lambda G: np.diag(G) if min(G.shape) > 1 else None)
        yield "one triangle", "only the lower triangle is there", lambda G: np.tril(G) if square(G) else None
        yield "one triangle", "only the upper triangle is there", lambda G: np.triu(G) if square(G) else None


def off(G, scale):
    """G with its entries off the diagonal scaled."""
    return np.where(np.eye(len(G), dtype=bool), G, scale * G)


def gradient_twists(case):
    if len(case.shape) == 2:
        yield "transposed", "this is the transpose", lambda G: G.T
    if len(case.shape) == 2 and not case.square:
        yield ("row-major vec", "rows and columns were mixed up when a vector was folded back into a matrix",
               lambda G: G.ravel().reshape(G.shape, order="F"))
        yield ("row-major vec", "rows and columns were mixed up when a vector was folded back into a matrix",
               lambda G: G.ravel(order="F").reshape(G.shape))
    if case.square:
        yield ("off-diagonal doubled",
               "the entries off the diagonal are doubled: these are the partial derivatives "
               "over the free entries of a symmetric matrix", lambda G: off(G, 2))
        yield ("off-diagonal halved", "the entries off the diagonal are halved", lambda G: off(G, 0.5))
        yield ("off-diagonal doubled",
               "these are the partial derivatives over the free entries of a symmetric matrix "
               "(each entry off the diagonal is counted twice)", lambda G: G + G.T - np.diag(np.diag(G)))
        for word, triangle in (("lower", np.tril), ("upper", np.triu)):
            yield ("one triangle",
                   f"only the {word} triangle is there, with its entries off the diagonal doubled: one "
                   "derivative for each free entry of a symmetric matrix", lambda G, t=triangle: t(off(G, 2)))
        yield ("only for symmetric input", "it is symmetrised, as for a symmetric variable", sym)


def jacobian_twists(case):
    """vec read in rows on either side; the factors of a Kronecker product in other order or transposed."""
    swap_out, swap_in = reading(case.out), reading(case.shape)
    matrix = case.kind == "Jacobian"
    if swap_out is not None:
        yield ("row-major vec" if matrix else "transposed",
               "vec reads rows on the output side" if matrix else "the result is transposed",
               lambda J: J[swap_out])
    if swap_in is not None:
        yield ("row-major vec" if matrix else "transposed",
               "vec reads rows on the input side" if matrix else "dX is transposed", lambda J: J[:, swap_in])
    if swap_out is not None and swap_in is not None:
        yield ("row-major vec" if matrix else "transposed",
               "vec reads rows on both sides" if matrix else "both dX and the result are transposed",
               lambda J: J[swap_out][:, swap_in])
    if matrix:
        yield "transposed", "this is the transpose", lambda J: J.T if square(J) else None
    if len(case.out) == 2 == len(case.shape):
        for axis, what in ((1, "column"), (0, "row")):
            yield ("only diagonal",
                   f"each {what} of the result depends only on the same {what} of X: the other blocks "
                   "are missing", lambda J, axis=axis: J * same_line(case, axis))


def same_line(case, axis):
    """Where an entry of the result and an entry of X lie in the same row (axis 0) or column."""
    of_out, of_in = (vec(np.indices(shape)[axis]) for shape in (case.out, case.shape))
    return of_out[:, None] == of_in


def reading(shape):
    """The permutation that reads a matrix by rows instead of columns; None where both are the same."""
    if len(shape) != 2 or min(shape) < 2:
        return None
    return np.arange(shape[0] * shape[1]).reshape(shape, order="F").ravel()


def kronecker_factors(J, out, shape):
    """(P, Q) with J = P ⊗ Q, P of (out[1], shape[1]) and Q of (out[0], shape[0]), or None (van Loan: rank
    one)."""
    a, b = (out + (1, 1))[:2]
    m, n = (shape + (1, 1))[:2]
    R = J.reshape(b, a, n, m).transpose(0, 2, 1, 3).reshape(b * n, a * m)
    i, j = np.unravel_index(np.abs(R).argmax(), R.shape)
    if R[i, j] == 0 or not np.allclose(np.outer(R[:, j], R[i]) / R[i, j], R, rtol=1e-7,
                                       atol=1e-9 * abs(R[i, j])):
        return None
    return (R[:, j] / R[i, j]).reshape(b, n), R[i].reshape(a, m)


def kronecker_twists(case):
    """Every order and transposition of the two factors."""
    if case.kind != "Jacobian" or len(case.out) != 2 or len(case.shape) != 2:
        return
    ways = [(o, p, q) for o in (0, 1) for p in (0, 1) for q in (0, 1)][1:]
    for order, flip_p, flip_q in sorted(ways, key=sum):     # the fewest changes first
        def twist(J, order=order, flip_p=flip_p, flip_q=flip_q):
            factors = kronecker_factors(J, case.out, case.shape)
            if factors is None:
                return None
            P, Q = factors[0].T if flip_p else factors[0], factors[1].T if flip_q else factors[1]
            return np.kron(Q, P) if order else np.kron(P, Q)
        what = ["the right factors stand in the other order" if order else "",
                "the first is transposed" if flip_p else "", "the second is transposed" if flip_q else ""]
        if not order:
            what = ["one factor is transposed, the " + ("first" if flip_p else "second")
                    if flip_p != flip_q else "both factors are transposed"]
        yield "kronecker order", "a Kronecker product: " + " and ".join(w for w in what if w), twist


def shape_twists(case):
    """(name, sentence, twist, accepted): right numbers in another shape."""
    shape, truth = case.first.claim.shape, case.first.truth.shape
    if case.kind == "Jacobian":
        yield from jacobian_shapes(case, shape, truth)
    elif case.kind == "gradient":
        yield from gradient_shapes(case, shape, truth)
    elif case.gave != case.out:
        yield ("transposed" if case.gave == case.out[::-1] and min(case.out) > 1 else "shape",
               f"the differential has the shape of the function's value, {case.out}, yours has {case.gave}",
               lambda J: J, False)
        if case.gave == case.out[::-1] and reading(case.out) is not None:
            swap = reading(case.out)
            yield "transposed", "the result is transposed", lambda J: J[swap], False


def gradient_shapes(case, shape, truth):
    n = int(np.prod(truth))
    vector = n == max(truth, default=1)
    row_for_column = shape == truth[::-1] and len(truth) == 2 or shape == (1, n) and len(truth) == 1
    if vector and row_for_column:
        yield ("layout", "written in the other layout, as a row where the book writes a column"
               if shape[0] == 1 else
               "written in the other layout, as a column", lambda G: G.reshape(shape), True)
    elif shape == truth[::-1]:
        yield "transposed", "this is the transpose", lambda G: G.T, False
    elif int(np.prod(shape)) == n:
        text = f"the numbers are right but the shape is not: X has shape {truth}, your gradient {shape}"
        yield "shape", text, lambda G: G.reshape(shape), False
        yield "shape", text, lambda G: G.reshape(shape, order="F"), False
    own = "though every entry of X has a derivative of its own"
    for word, add in (("sum", np.sum), ("mean", np.mean)) if n > 1 else ():
        if int(np.prod(shape)) == 1:
            yield ("shape", f"it is one number, the {word} of all entries of the gradient, {own}",
                   lambda G, add=add: fold(np.ravel(add(G)), shape), False)
        for axis in range(len(truth)) if int(np.prod(shape)) > 1 else ():
            yield ("shape",
                   f"the entries of the gradient are put together along axis {axis}, as a {word}, {own}",
                   lambda G, add=add, axis=axis: fold(add(G, axis=axis), shape), False)


def jacobian_shapes(case, shape, truth):
    if shape == truth[::-1] and truth[0] != truth[1]:
        yield "layout", "written in the other layout, one column for each output", lambda J: J.T, True
    if shape == case.out + case.shape and len(shape) > 2:
        yield ("layout", "written with one index for each axis of the output and of the input",
               lambda J: unfold(J, case), True)
    if len(shape) == 1 and 1 in truth and shape[0] == max(truth):
        yield "layout", "written as a vector", lambda J: J.ravel(), True
    if int(np.prod(shape)) == int(np.prod(truth)):
        text = (f"the numbers are right but the shape is not: the Jacobian is {truth[0]} × {truth[1]}, "
                f"yours {shape}")
        yield "shape", text, lambda J: J.reshape(shape), False
        yield "shape", text, lambda J: J.reshape(shape, order="F"), False
        yield "shape", text, lambda J: J.T.reshape(shape), False
    for axis, text in enumerate(("rows", "columns")):
        yield ("shape", f"these are the {text} of the Jacobian added up, as one backward pass gives them"
               if not axis
               else "these are the columns of the Jacobian added up",
               lambda J, axis=axis: fold(J.sum(axis=axis), shape), False)


def fold(v, shape):
    return v.reshape(shape) if v.size == int(np.prod(shape)) else None


def unfold(J, case):
    """Rows and columns as axes of the output and the input."""
    a, b = len(case.out), len(case.shape)
    T = J.reshape(case.out[::-1] + case.shape[::-1])
    return T.transpose(tuple(range(a))[::-1] + tuple(range(a, a + b))[::-1])


def all_twists(case):
    if case.first.claim.shape != case.first.truth.shape or case.gave != case.out:
        for name, text, twist, accepted in shape_twists(case):
            yield name, text, twist, accepted
        plain_shape = case.gave == case.out
        for name, text, twist in kronecker_twists(case):
            yield name, text, twist, False
        if plain_shape:
            for name, text, twist in flat_twists(case):
                if name == "only diagonal":
                    yield name, text, twist, False
        return
    for name, text, twist in (*kronecker_twists(case), *flat_twists(case)):
        yield name, text, twist, False


def seen(case, twist):
    """Does the twist change the truth by more than the noise in it?"""
    def differs(p):
        twisted = twist(p.truth)
        return twisted.shape != p.truth.shape or bool(
            np.abs(twisted - p.truth).max(initial=0) > 20 * p.bound.max(initial=0))
    return any(differs(p) for p in case.points)


def by_twists(case):
    """All explanations by one twist and a constant multiple, with their cost."""
    for name, text, twist, accepted in all_twists(case):
        cs = multiples(case, twist)
        if cs is None or name and not seen(case, twist):
            continue
        entries = int(np.count_nonzero(twist(case.first.truth)))
        found = plain(case, cs, entries)
        if found is None or not (name or found[0]) or name and found[0] and entries * len(cs) < 2:
            continue
        if name == "shape" and found[1].startswith("the right value"):
            continue        # a sum and any multiple of it: too little to name it by
        names = [n for n in (name, found[0]) if n]
        ok = accepted and not found[0]
        cost = len(" and ".join(names).split(" and ")) + (found[1].startswith("the right value") and 1)
        sentence = ", and ".join(s for s in (text, found[1]) if s)
        yield cost, Finding(" and ".join(names), describe(case, sentence, ok), accepted=ok)


# Repairs: what is still to be done to the claim -------------------------------------------------------------

def not_summed(case):
    """The claim summed over an axis is a multiple of the truth."""
    shape, truth = case.first.claim.shape, case.first.truth.shape
    if case.kind != "gradient" or int(np.prod(shape)) <= int(np.prod(truth)):
        return
    for axis in range(len(shape)):
        cs = [multiple(np.sum(p.claim, axis=axis).reshape(truth), p.truth, p.bound)
              if np.sum(p.claim, axis=axis).size == p.truth.size else None for p in case.points]
        found = plain(case, cs, case.first.truth.size) if None not in cs else None
        if found is not None:
            extra = f", and {found[1]}" if found[0] else ""
            yield Finding(" and ".join(n for n in ("not summed over the batch", found[0]) if n), describe(
                case, f"it is still to be summed over axis {axis}: X acts on all {shape[axis]} entries "
                      f"there{extra}"))


def not_symmetrised(case):
    """The symmetric part of the claim, or the sum of it and its transpose, is right."""
    p = case.first
    if not square(p.truth) or p.claim.shape != p.truth.shape or case.gave != case.out:
        return
    cs = [multiple(sym(p.claim), p.truth, p.bound) for p in case.points]
    if np.allclose(case.first.claim, case.first.claim.T) or None in cs:
        return
    if all(near(c, 1) for c in cs) or all(near(c, 0.5) for c in cs):
        yield Finding("not symmetrised",
                      describe(case, "its symmetric part is right, so (G + Gᵀ)/2 is still to be "
                      "taken" if near(cs[0], 1) else "the sum of it and its transpose is right"))


def masked(case):
    """Right in one entry, one row or one column, zero elsewhere."""
    p = case.first
    if p.claim.shape != p.truth.shape or p.truth.size < 2 or p.truth.ndim == 0:
        return
    if any(not right_where_nonzero(q) for q in case.points) or not p.claim.any():
        return
    where = np.argwhere(p.claim)
    if len(where) == 1 and np.count_nonzero(p.truth) > 1:
        yield Finding("one entry",
                      describe(case,
                               f"only entry {show(case.whole(where[0]))} is there, the others are zero"))
    for axis, word in enumerate(("row", "column")[:p.truth.ndim] if p.truth.ndim == 2 else ()):
        if len(set(where[:, axis])) == 1 and len(where) > 1:
            yield Finding("one row or column",
                          describe(case, f"only {word} {case.whole(where[0])[axis]} is there"))


def right_where_nonzero(p):
    mask = p.claim != 0
    return (np.abs(p.claim - p.truth) <= 10 * p.tolerance())[mask].all()


REPAIRS = (not_summed, not_symmetrised, masked)
