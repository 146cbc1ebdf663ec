"""Tests that run the function, or the claim, again with one of its steps changed."""
from itertools import chain, combinations

import numpy as np

from ..vec import vec
from .case import Finding, describe, show, square
from .multiples import constants, multiple, near, plain
from .slips import held, mends, other_axes, said_of, slips
from .structure import DIAGONAL, STRUCTURED, only_structured


def only_diagonal(case):
    """Right for diagonal X only, or for a diagonal matrix in the function: the weakest of all
    explanations."""
    yield from only_structured(case, DIAGONAL)
    yield from only_symmetric_constant(case, DIAGONAL)


def held_terms(case):
    """A term of the derivative missing, or multiplied: what comes through one step of f, or through two."""
    C, G = case.first.claim, case.first.truth
    if C.shape != G.shape or not C.any() or case.gave != case.out or C.size < 2:
        return
    tapes, V = case.tapes(), directions(case)
    tapes[0].demand(2 * len(tapes[0].steps) * len(V))
    gap = np.concatenate([along(case, p.claim - p.truth, V) for p in case.points[:2]])
    total = np.concatenate([along(case, p.truth, V) for p in case.points[:2]])
    terms, found = list(distinct_terms(tapes, V, total)), []
    slack = 1e-7 * max(np.abs(total).max(), np.abs(gap).max())
    equations = len(gap) if case.kind != "gradient" else min(len(V), C.size) * len(tapes)
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


def directions(case):
    n = int(np.prod(case.shape))
    if len(case.points) > 1:
        return np.random.default_rng(13).normal(size=(min(n, 2),) + case.shape)
    if n <= 4:
        return np.eye(n).reshape((n,) + case.shape)
    return np.random.default_rng(13).normal(size=(4,) + case.shape)


def along(case, A, V):
    """The derivative A applied to each direction, one after the other."""
    return np.concatenate([np.atleast_1d(np.vdot(A, v) if case.kind == "gradient" else A @ vec(v))
                           for v in V])


def distinct_terms(tapes, V, total):
    """(sentence, values): what each step contributes to the derivative, where it is a part, not all of it."""
    seen = []
    for step in tapes[0].steps:
        for text, edit in held(step):
            values = []
            for tape in tapes:
                values += [vec(tape.slope(v, {step.index: edit})) for v in V]
            term = total - np.concatenate(values)
            size = np.abs(total).max()
            if not np.isfinite(term).all() or np.abs(term).max() < 1e-7 * size:
                continue
            if any(np.allclose(term, t, rtol=0, atol=1e-7 * size) for t in seen + [total]):
                continue
            seen.append(term)
            yield text, term


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


def replayed(case):
    """The function's own chain rule with one step done wrongly, compared along random directions."""
    C, G = case.first.claim, case.first.truth
    if C.shape not in (G.shape, G.shape[::-1]) or not C.any() or case.gave != case.out:
        return
    tapes, hits = case.tapes(), []
    tapes[0].demand(3 * len(tapes[0].steps))
    for step in tapes[0].steps:
        for name, text, edit in (*held_slips(step), *slips(step)):
            either = C.shape == C.shape[::-1] and C.ndim == 2
            for turned in (False, True) if either else (C.shape != G.shape,):
                c = slip_fits(case, tapes, step, edit, turned)
                if c is not None:
                    hits.append(slip_finding(case, name, text, c, turned))
    hits = [hit for hit in hits if hit is not None]
    hits.sort(key=lambda f: (f.name.count(" and "), PRIORITY.get(f.name.split(" and ")[-1], 9)))
    yield from hits


def held_slips(step):
    for text, edit in held(step):
        yield "missing product-rule term", f"the term that X contributes {text} is missing", edit


PRIORITY = {"not symmetrised": 0, "missing product-rule term": 1, "missing chain factor": 2, "sign": 3,
            "only for symmetric input": 4, "transposed": 5, "factor": 6}


def slip_fits(case, tapes, step, edit, turned):
    """The multiple by which the wrong chain rule gives the claim, in all directions and at all points, or
    None."""
    rng = np.random.default_rng(13)
    V = rng.normal(size=case.shape)
    c = slip_multiple(case, case.first, tapes[0], step, edit, turned, V, False, 1e-4)
    if c is None or not any(near4(c, value) for value in slip_constants(case)):
        return None
    c = min(slip_constants(case), key=lambda value: abs(value - c))
    for p, tape in zip(case.points, tapes):
        for _ in range(3):
            fine = slip_multiple(case, p, tape, step, edit, turned, rng.normal(size=case.shape), True, 1e-7)
            if fine is None or abs(fine - c) > 1e-6 * abs(c):
                return None
    return c


def everywhere(tape, step, edit):
    """The edit of a constant at all steps that use this constant in the same way."""
    slot = getattr(edit, "slot", None)
    if slot is None:
        return {step.index: edit}
    K = step.operands[slot]
    return {s.index: edit for s in tape.steps if s.name == step.name and len(s.operands) == len(step.operands)
            and slot not in s.moving and np.array_equal(s.operands[slot], K)}


def slip_constants(case):
    return [1.0, -1.0] + [s / v for v in constants(case) for s in (1, -1)]


def near4(c, value):
    return abs(c - value) <= 1e-3 * abs(value)


def slip_multiple(case, p, tape, step, edit, turned, V, fine, slack):
    try:
        slope = tape.slope(V, everywhere(tape, step, edit), fine)
    except Exception:       # the slip does not fit the shapes here, or f takes another path
        return None
    C = p.claim.T if turned else p.claim
    mine = np.vdot(C, V) if case.kind == "gradient" else C @ vec(V)
    size = np.linalg.norm(C) * (np.linalg.norm(V) if case.kind != "gradient" else 1)
    slope, mine = vec(slope), np.atleast_1d(mine)
    if slope.shape != mine.shape or not np.isfinite(slope).all() or not slope.any():
        return None
    c = float(np.vdot(slope, mine) / np.vdot(slope, slope))
    return c if c and (np.abs(mine - c * slope) <= slack * size).all() else None


def slip_finding(case, name, text, c, turned):
    if name == "missing product-rule term" and near(c, 2) and case.kind == "Jacobian":
        return Finding(name, describe(case, "one of two terms is taken twice instead of both"),
                       also=("not symmetrised",))
    if name == "missing product-rule term" and near(abs(c), 2):
        sign, said = ("", "") if c > 0 else (" and sign", ", and the sign is the opposite")
        return Finding("not symmetrised" + sign,
                       describe(case, f"one of two terms is taken twice instead of both{said}"),
                       also=("missing product-rule term",))
    if name == "missing product-rule term" and near(c, 3):
        return Finding(name,
                       describe(case, "one of three terms is taken three times instead of all three once"))
    found = plain(case, [c], 9)
    if turned and name == "only for symmetric input" and case.kind == "Jacobian":
        name, turned = "wrong order", False
        text = f"a diagonal matrix stands on the wrong side ({text.split(' is ')[0]})"
    if "slope belongs" in text and found[0]:
        return None     # a constant on top of a wrong slope is a coincidence of sizes
    if name == "missing chain factor" and found[0] == "factor":
        found = ("", found[1])      # a constant belongs to the factor that is missing
    names = [n for n in ("transposed" if turned else "", name, found[0]) if n]
    sentence = ", and ".join(s for s in (text, "it is the transpose" if turned else "", found[1]) if s)
    also = {"only for symmetric input": ("transposed",)}.get(name, ())
    return Finding(" and ".join(dict.fromkeys(names)), describe(case, sentence), also=also)


def only_symmetric_constant(case, structures=STRUCTURED):
    """Right when a matrix that both function and claim use is symmetric or orthogonal."""
    if case.claim is None or case.first.claim.shape != case.first.truth.shape or case.gave != case.out:
        return
    p, V = case.first, directions(case)
    if case.kind == "differential":
        return
    function, claim = case.tapes()[0], case.tapes(case.claim)[0]
    found = matrices(function)
    for group in [[A] for A in found] + ([found] if len(found) > 1 else []):
        for word, structure in structures:
            swaps = tuple((A, structure(A)) for A in group)
            value = claim.run(p.X, swaps=swaps)
            slope = np.concatenate([vec(function.slope(v, swaps=swaps)) for v in V])
            if slope.any() and value.shape == p.truth.shape and np.allclose(
                    along(case, value, V), slope, rtol=0, atol=1e-7 * np.abs(slope).max()):
                yield from symmetric_finding(case, word)
                return


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
    for name, text, edits in chain(single, other_axes(tapes[0].steps)):
        if edits and all(mends_it(tape, p, edits) for tape, p in zip(tapes, case.points)):
            yield Finding(name, describe(case, text), also=("transposed",) if "symmetric" in name else ())


def mends_it(tape, p, edits):
    try:
        value = tape.run(p.X, edits)
    except Exception:       # the change does not fit the shapes here
        return False
    return value.shape == p.truth.shape and bool((np.abs(value - p.truth) <= 10 * p.tolerance()).all())


# where a chain of elementwise steps begins
LINEAR = {"matmul", "dot", "einsum", "tensordot", "add", "subtract"}
FACTORS = (("{}", lambda v: v), ("(1 - {})", lambda v: 1 - v), ("{0} (1 - {0})", lambda v: v * (1 - v)),
           ("(1 - {}²)", lambda v: 1 - v * v), ("{}²", lambda v: v * v), ("2 {}", lambda v: 2 * v),
           ("the root of {}", lambda v: np.sqrt(v)))
SLOPES = FACTORS[:-2] + (("1", np.ones_like), ("1 + {}²", lambda v: 1 + v * v), ("1 + {}", lambda v: 1 + v),
                         ("the sign of {}", np.sign), ("the mask {} > 0", lambda v: (v > 0) * 1.0),
                         ("the mask {} < 0", lambda v: (v < 0) * 1.0), ("1/{}", lambda v: 1 / v))


def only_inner_diagonal(case):
    """The Jacobian between two steps of the function, as of a softmax, cut to its diagonal."""
    C, G = case.first.claim, case.first.truth
    if case.kind != "gradient" or C.shape != G.shape or not C.any() or C.size < 3:
        return
    tape, V = case.tapes()[0], np.random.default_rng(22).normal(size=(4,) + case.shape)
    mine = along(case, C, V)
    for step in tape.steps:
        shape = np.shape(step.output)
        if not isinstance(step.output, np.ndarray) or not 2 <= step.output.size <= 40:
            continue
        ones, W = tape.onward(step, np.ones(shape)), np.random.default_rng(21).normal(size=shape)
        mixing = [s for s, a, b in zip(tape.steps, ones, tape.onward(step, W)) if s.index > step.index
                  and a is not None
                  and a.shape == shape and b.any() and not np.allclose(b, a * W, rtol=1e-6, atol=1e-9)]
        if not mixing:
            continue
        columns = [tape.onward(step, E.reshape(shape)) for E in np.eye(step.output.size)]
        forth = [tape.slope_before(step, v) for v in V]
        for later in mixing:
            diagonal = np.array([column[later.index].flat[i]
                                 for i, column in enumerate(columns)]).reshape(shape)
            back = np.array([float(tape.slope_after(later, E.reshape(shape)).item())
                             for E in np.eye(diagonal.size)])
            fit = np.array([np.vdot(back.reshape(shape) * diagonal, d) for d in forth])
            if fit.any() and np.abs(mine - fit).max() <= 1e-7 * np.abs(mine).max():
                yield Finding("only diagonal", describe(case, "a Jacobian inside the chain, from "
                              f"{said_of(step)} to {said_of(later)}, is cut to its diagonal"))
                return


def product_of_slopes(case):
    """(uv)' = u'v'."""
    C, G = case.first.claim, case.first.truth
    if case.kind != "gradient" or C.shape != G.shape or not C.any() or not 3 <= C.size <= 100:
        return
    tape = case.tapes()[0]
    for step in tape.steps:
        if step.name not in ("multiply", "divide") or len(step.moving) != 2 or np.size(step.output) != 1:
            continue
        u, v = (np.array([np.ravel(slope_of(tape, step, slot, E.reshape(case.shape)))[0]
                          for E in np.eye(C.size)])
                .reshape(case.shape) for slot in (0, 1))
        E = u * v if step.name == "multiply" else u / v
        c = multiple(C, E, case.first.bound) if np.isfinite(E).all() else None
        if c is not None and near(abs(c), 1):
            yield Finding("missing product-rule term", describe(
                case, "the slopes of both factors are multiplied, where each belongs with the other factor "
                      "itself"
                if step.name == "multiply"
                else "the slope of the numerator is divided by that of the denominator"))
            return


def slope_of(tape, step, slot, V):
    """The derivative of one operand of a step along V."""
    def operand(t):
        seen = []
        tape.run(tape.X + t * V, {step.index: lambda s, o: seen.append(o[slot]) or s.call(o)})
        return np.asarray(seen[0])
    return tape.derivative(operand)


def extra_factor(case):
    """A factor too many, or one too few, entry by entry at one step: something else that the function
    computes."""
    C, G = case.first.claim, case.first.truth
    if case.kind != "gradient" or C.shape != G.shape or not C.any() or C.size < 2:
        return
    tape, p = case.tapes()[0], case.first
    V = np.random.default_rng(17).normal(size=(4,) + case.shape)
    mine = along(case, C, V)
    start = [(None, case.shape, G.ravel(), list(V))] if p.X.size <= 200 else []
    inner = ((s, np.shape(s.output), *there_and_back(tape, s, V)) for s in tape.steps
             if s.name in LINEAR and isinstance(s.output, np.ndarray) and 2 <= s.output.size <= 100)
    for at, shape, back, forth in chain(start, inner):
        inside = at and len(mine) > 3
        found = wrong_slope(case, tape, at, mine, back.reshape(shape), forth) if inside else None
        if found is not None:
            yield found
            return
        weights = np.array([(back.reshape(shape) * d).ravel() for d in forth])
        for source, v in [("that equals the gradient", back.reshape(shape)), *named_values(tape, shape)]:
            for text, factor in FACTORS:
                for sign, word in ((1, "extra chain factor"), (-1, "missing chain factor")):
                    if sign == -1 and source == "that equals the gradient":
                        continue        # ones, whatever the gradient is
                    if reproduces(mine, weights, factor(v) ** sign, p.bound):
                        yield Finding(word,
                                      describe(case, f"entry by entry a factor {text.format(source)} is "
                                      f"{'too much' if sign == 1 else 'missing'}"
                                                     + (f", at {said_of(at)}" if at else "")),
                                      also=("elementwise product",))
                        return


def reproduces(mine, weights, E, bound=np.zeros(0)):
    """Does the factor E, entry by entry, lead to the claim along all directions?  One direction is asked
    first."""
    E = E.ravel()
    if not abs(abs(weights[0] @ E) - abs(mine[0])) <= 1e-6 * np.abs(mine).max():
        return False
    fit = weights @ E
    c = multiple(mine, fit, bound) if np.isfinite(fit).all() else None
    return c is not None and near(abs(c), 1)


def wrong_slope(case, tape, step, mine, back, forth):
    """The slope of what follows entry by entry on a step, in one operation or several, replaced by something
    else."""
    for name, slope in entrywise(tape, step, back.shape):
        weights = np.array([(back / slope * d).ravel() for d in forth])
        if not np.isfinite(weights).all():
            continue
        for source, v in named_values(tape, back.shape):
            for text, factor in SLOPES:
                if reproduces(mine, weights, factor(v)):
                    text = text.format(source)
                    return Finding("missing chain factor", describe(
                        case, f"the slope of {name} is missing" if text == "1" else
                        f"the slope of {name} is wrong: {text} stands in its place"))
    return None


def entrywise(tape, step, shape):
    """(name, slope) of the later steps that depend entry by entry on the result of this one."""
    W = np.random.default_rng(21).normal(size=shape)
    for later, ones, probe in zip(tape.steps, tape.onward(step, np.ones(shape)), tape.onward(step, W)):
        if ones is not None and later.index > step.index and ones.shape == shape and np.allclose(
                probe, ones * W, rtol=1e-6, atol=1e-9) and ones.any() and not np.allclose(ones, ones.flat[0]):
            yield said_of(later), ones


def there_and_back(tape, step, V):
    """The derivative in the result of a step, and the derivative of that result along each direction."""
    shape = np.shape(step.output)
    back = [float(tape.slope_after(step, E.reshape(shape)).item()) for E in np.eye(step.output.size)]
    return np.array(back), [tape.slope_before(step, v) for v in V]


def named_values(tape, shape):
    """What the function computes or uses in this shape; of a long loop the first steps."""
    if tape.X.shape == shape:
        yield "X", tape.X
    for step in tape.steps[:60]:
        if np.shape(step.output) == shape and step.output.dtype.kind == "f":
            yield said_of(step).removeprefix("the "), step.output
        for i, K in enumerate(step.operands):
            if i not in step.moving and np.shape(K) == shape:
                yield "from the data", np.asarray(K)


def stops_short(case):
    """The derivative in the result of one of the function's steps: the chain rule was not followed to its
    end."""
    C, G = case.first.claim, case.first.truth
    if not C.any() or C.size < 2:
        return
    tape, rng = case.tapes()[0], np.random.default_rng(14)
    tape.demand(len(tape.steps))
    for step in tape.steps[:-1]:
        shape = np.shape(step.output)
        if isinstance(step.output, tuple) or not stops_here(case, C, tape, step, shape, rng):
            continue
        text = (f"it is the derivative with respect to the value of {said_of(step)}; from there the chain "
                "goes on to X")
        if C.shape == G.shape:
            yield Finding("missing chain factor", describe(case, text))
        else:
            yield Finding("shape", describe(case, f"{text}, whose shape is {case.shape}"),
                          also=("missing chain factor",), numbers=(G.shape, C.shape))


def stops_here(case, C, tape, step, shape, rng):
    if C.shape != (shape if case.kind == "gradient" else (int(np.prod(case.out)), int(np.prod(shape)))):
        return False
    for _ in range(3):
        W = rng.normal(size=shape)
        slope = vec(tape.slope_after(step, W))
        mine = np.atleast_1d(np.vdot(C, W) if case.kind == "gradient" else C @ vec(W))
        if not np.allclose(slope, mine, rtol=0, atol=1e-7 * np.linalg.norm(C)):
            return False
    return True


def wrong_order(case):
    """A Jacobian of a composition with its two factors in the wrong order, or one of them missing."""
    C = case.first.claim
    if case.kind == "gradient" or C.shape != case.first.truth.shape or not C.any():
        return
    tape, rng = case.tapes()[0], np.random.default_rng(15)
    V = rng.normal(size=(3, int(np.prod(case.shape))))
    mine = [C @ v for v in V]
    fits = lambda values: all(np.allclose(a, b, rtol=0, atol=1e-7 * np.linalg.norm(C))
                              for a, b in zip(values, mine))
    fold_in = lambda v: v.reshape(case.shape, order="F")
    for step in tape.steps[:-1]:
        shape = np.shape(step.output)
        if isinstance(step.output, tuple) or int(np.prod(shape)) != len(C):
            continue
        if fits([vec(tape.slope_before(step, fold_in(v))) for v in V]):
            yield Finding("missing chain factor",
                          describe(case, f"it is the Jacobian of {said_of(step)}, a step "
                          "on the way; what follows is missing"))
        elif C.shape[0] == C.shape[1] and fits([vec(tape.slope_before(step, fold_in(vec(tape.slope_after(
                step, v.reshape(shape, order="F")))))) for v in V]):
            yield Finding("wrong order",
                          describe(case, "the two Jacobians of a composition are multiplied in the "
                          "wrong order: the outer one stands on the left"))
