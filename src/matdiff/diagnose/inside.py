"""What stands between two steps of a function: a factor, a slope, a Jacobian, taken for another or left out.

With the weight that a step's result carries and the way it moves along a probe, any factor there, entry by
entry, can be tried by one inner product; so everything that the function computes is tried at once.
"""
import numpy as np

from ..replay import PRODUCTS, REDUCTIONS, inner
from ..vec import vec
from .case import Finding, describe
from .multiples import multiple, near
from .probes import ENOUGH, chain_of
from .slips import said_of

WIDEST = 4000       # entries of a step's result
LONGEST = 60        # steps looked at; a loop is not followed further
DIAGONAL = 40       # entries of a Jacobian's diagonal that are asked for one after the other

FACTORS = (("{}", lambda v: v), ("(1 - {})", lambda v: 1 - v), ("{0} (1 - {0})", lambda v: v * (1 - v)),
           ("(1 - {}²)", lambda v: 1 - v * v), ("{}²", lambda v: v * v), ("2 {}", lambda v: 2 * v),
           ("the root of {}", lambda v: np.sqrt(v)))
ONE = (("1", np.ones_like),)
SLOPES = FACTORS[:-1] + (("1 + {}²", lambda v: 1 + v * v), ("1 + {}", lambda v: 1 + v),
                         ("the sign of {}", np.sign), ("the mask {} > 0", lambda v: (v > 0) * 1.0),
                         ("the mask {} < 0", lambda v: (v < 0) * 1.0), ("1/{}", lambda v: 1 / v),
                         ("exp({})", np.exp))


def fitting(case):
    """The probes of a case whose claim has the right shape and whose steps can be swept; None otherwise."""
    C, G = case.first.claim, case.first.truth
    if C.shape != G.shape or not C.any() or C.size < 2 or case.gave != case.out:
        return None
    chain = chain_of(case)
    names = [[s.name for s in tape.steps] for tape in chain.tapes]
    return chain if all(t.linked for t in chain.tapes) and names[0] == names[-1] else None


def places(chain):
    """Where a factor may stand: at X (None) and at the results of steps that are arrays, of moderate size."""
    tape = chain.tapes[0]
    if 2 <= tape.X.size <= WIDEST:
        yield None
    for step in tape.steps[:LONGEST]:
        if isinstance(step.output, np.ndarray) and step.output.dtype.kind == "f" and (
                2 <= step.output.size <= WIDEST) and chain.probe(0, 0).forth[step.index] is not None \
                and chain.probe(0, 0).back[step.index] is not None:
            yield step.index


def shape_at(tape, place):
    return tape.X.shape if place is None else tape.steps[place].output.shape


def worth(probe, place):
    return probe.root if place is None else probe.back[place]


def motion(probe, place):
    return probe.V if place is None else probe.forth[place]


def named_values(tape, shape):
    """What the function computes or uses in this shape; of a long loop the first steps."""
    if tape.X.shape == shape:
        yield "X", tape.X
    for step in tape.steps[:LONGEST]:
        if np.shape(step.output) == shape and step.output.dtype.kind == "f":
            yield said_of(step).removeprefix("the "), step.output
        for i, K in enumerate(step.operands):
            if i not in step.moving and np.shape(K) == shape:
                yield "from the data", np.asarray(K)


class Factors:
    """All factors of one shape that can be made of what the function computes, at each point."""

    def __init__(self, chain, shape):
        self.values = [list(named_values(tape, shape)) for tape in chain.tapes]
        self.slopes = [[(f"slope of {said_of(chain.steps[later])}", slopes(i))
                        for later, slopes in later_slopes(chain, shape)] for i in range(len(chain.tapes))]
        self.made = {}
        steps = chain.steps
        sums = {s.sources[0][0] for s in steps if s.name == "sqrt" and s.sources and s.sources[0]}
        lengths = [said_of(s) for s in steps if s.name == "sqrt" or s.index in sums]
        self.lengths = {text.format(said.removeprefix("the ")) for said in lengths for text, _ in FACTORS}

    def alike(self, i):
        """Has another point the same values?"""
        return len(self.values[i]) == len(self.values[0])

    def table(self, i, formulas, power=1):
        """(texts, one factor a row) at point i."""
        key = (i, id(formulas), power)
        if key not in self.made:
            values = self.values[i] + (self.slopes[i] if formulas is FACTORS else [])
            texts = [text.format(said) for said, _ in values for text, _ in formulas]
            rows = np.zeros((0, 0))
            if values:
                V = np.stack([np.ravel(v) for _, v in values])
                rows = np.stack([formula(V) for _, formula in formulas], axis=1).reshape(len(texts), -1)
            self.made[key] = texts, rows if power == 1 else rows ** power
        return self.made[key]


def fits(chain, factors, formulas, power, weight, wanted, signs=(1, -1)):
    """(text, sign, number) of the first factor between weight and motion that gives the claim at every probe.

    weight(probe, i): what each entry of the factor counts at point i; wanted(probe, i): what is to come out.
    """
    texts, rows = factors.table(0, formulas, power)
    first = chain.probe(0, 0)
    values, goal = rows @ weight(first, 0).ravel() if texts else np.zeros(0), wanted(first, 0)
    for sign in signs:
        for n in np.flatnonzero(np.abs(sign * values - goal) <= 1e-7 * first.size):
            if all(factors.alike(i) and abs(
                    sign * factors.table(i, formulas, power)[1][n] @ weight(probe, i).ravel()
                    - wanted(probe, i)) <= 1e-7 * probe.size for i, probe in chain.each()):
                return texts[n], sign, n
    return None


def extra_factor(case):
    """A factor too many, one too few, or a wrong slope, entry by entry: something else that f computes."""
    chain = fitting(case)
    if chain is None:
        return
    chain.tapes[0].demand(4 * min(len(chain.steps), LONGEST))
    made = {}
    for place in places(chain):
        shape = shape_at(chain.tapes[0], place)
        factors = made.get(shape) or made.setdefault(shape, Factors(chain, shape))
        found = wrong_slope(case, chain, place, factors) or whole_factor(case, chain, place, factors)
        if found is not None:
            yield found
            return


def whole_factor(case, chain, place, factors):
    through = lambda p: inner(worth(p, place), motion(p, place))
    alone = all(abs(through(p) - p.truth) <= 1e-9 * abs(p.truth) for _, p in chain.each(2))
    for power, word in ((1, "extra chain factor"), (-1, "missing chain factor")):
        found = fits(chain, factors, FACTORS, power, lambda p, i: worth(p, place) * motion(p, place),
                     lambda p, i: p.claim - p.truth + through(p), (1, -1) if alone else (1,))
        if found:
            how = "too much" if power == 1 else "missing"
            if found[0] in factors.lengths:
                word, text = "wrong normalisation", f"a power of a length is {how}"
                return finding(case, word, text, found[1], place, chain)
            return finding(case, word, f"entry by entry a factor {found[0]} is {how}", found[1], place, chain)
    return None


def finding(case, word, text, sign, place, chain):
    where = f", at {said_of(chain.steps[place])}" if place is not None else ""
    turned = ", and the sign is the opposite" if sign < 0 else ""
    return Finding(word + (" and sign" if sign < 0 else ""), describe(case, text + where + turned),
                   also=("elementwise product",))


def wrong_slope(case, chain, place, factors):
    """The slope of what follows entry by entry on a place, in one operation or several, replaced by something
    else."""
    steps = entrywise(chain, place)
    for formulas, (later, slopes) in ((f, each) for f in (ONE, SLOPES) for each in steps):
        found = fits(chain, factors, formulas, 1, lambda p, i: p.back[later] * motion(p, place),
                     lambda p, i: p.claim - p.truth + inner(p.back[later], slopes(i) * motion(p, place)),
                     (1,))
        if not found:
            continue
        name = said_of(chain.steps[later])
        through = [inner(p.back[later], slopes(i) * motion(p, place)) for i, p in chain.each()]
        if not all(near(value, p.truth) for value, (_, p) in zip(through, chain.each())):
            name += " in one of its terms"
        if formulas is ONE:
            return Finding("missing chain factor", describe(case, f"the slope of {name} is missing"))
        if left_out(chain, factors, found[2], slopes):
            return Finding("missing product-rule term", describe(
                case, f"something constant was left out in {name}: there stands {found[0]} alone"))
        same = found[0] == said_of(chain.steps[later]).removeprefix("the ")
        where = f"the value of {said_of(chain.steps[later])}" if same else found[0]
        return Finding("missing chain factor", describe(
            case, f"the slope of {name} is wrong: {where} stands in its place"))
    return None


def left_out(chain, factors, number, slopes):
    """Does what stands in the place of a slope differ from it by something constant, as data are?"""
    gaps = [factors.table(i, SLOPES)[1][number] - slopes(i).ravel() for i in range(len(chain.tapes))]
    data = [np.broadcast_to(K, slopes(0).shape).ravel() for K in chain.tapes[0].constants()
            if np.ndim(K) and np.shape(K) in (slopes(0).shape, slopes(0).shape[1:])]
    if len(gaps) > 1:
        varied = np.ptp(gaps[0]) > 1e-6 * np.abs(gaps[0]).max()
        return varied and alike(gaps[1], gaps[0]) and not alike(slopes(1), slopes(0))
    return any(abs(gaps[0] @ K) >= (1 - 1e-9) * np.linalg.norm(gaps[0]) * np.linalg.norm(K) > 0 for K in data)


def entrywise(chain, place):
    if place not in chain.entrywise:
        chain.entrywise[place] = list(find_entrywise(chain, place))
    return chain.entrywise[place]


def find_entrywise(chain, place):
    """(step, its slope as a function of the point) of the later steps that depend entry by entry on this
    place."""
    shape, tape = shape_at(chain.tapes[0], place), chain.tapes[0]
    users = [(s, slot) for s in tape.steps for slot, source in s.arrivals
             if source == (-1 if place is None else place, None)]
    if all(mixes(step, slot) for step, slot in users):
        return
    W = np.random.default_rng(21).normal(size=shape)
    ones = [onward(tape, place, np.ones(shape))]

    def slopes(i, later):
        while len(ones) <= i:
            ones.append(onward(chain.tapes[len(ones)], place, np.ones(shape)))
        return ones[i][later]
    for step, probe, one in zip(tape.steps, onward(tape, place, W), ones[0]):
        if np.shape(one) != shape or one is None or chain.probe(0, 0).back[step.index] is None:
            continue
        if step.index != place and alike(probe, one * W) and one.any() and np.ptp(one) > 1e-6 * np.abs(
                one).max():
            yield step.index, lambda i, later=step.index: slopes(i, later)


def mixes(step, slot):
    """Does a step add up what has different places in an operand?"""
    if step.name in PRODUCTS and len(step.operands) == 2:
        other = step.operands[1 - slot]
        return np.ndim(other) == 1 or np.count_nonzero(other) > max(other.shape)    # no diagonal matrix
    return step.name in REDUCTIONS and step.size < np.size(step.operands[slot])


def later_slopes(chain, shape):
    """The slopes of what depends entry by entry on the first step of a shape."""
    for place in places(chain):
        if shape_at(chain.tapes[0], place) == shape:
            found = entrywise(chain, place)
            if found:
                return found
    return []


def alike(A, B):
    return np.abs(A - B).max() <= 1e-8 * np.abs(B).max()


def onward(tape, place, W):
    """How the results of all steps move when the value at a place moves along W."""
    return tape.forward(W, place)


def only_inner_diagonal(case):
    """The Jacobian between two steps of the function, as of a softmax, cut to its diagonal."""
    chain = fitting(case)
    if chain is None:
        return
    tape = chain.tapes[0]
    for place in places(chain):
        shape = shape_at(tape, place)
        if int(np.prod(shape)) > DIAGONAL:
            continue
        mixing = list(mixed(chain, place, shape))
        if not mixing:
            continue
        columns = [[onward(t, place, E.reshape(shape)) for E in np.eye(int(np.prod(shape)))]
                   for t in chain.tapes]
        for later in mixing:
            diagonal = [np.array([column[later].flat[j] for j, column in enumerate(points)]).reshape(shape)
                        for points in columns]
            fit = [np.sum(p.back[later] * diagonal[i] * motion(p, place)) for i, p in chain.each()]
            rest = [p.truth - inner(p.back[later], onward(p.tape, place, motion(p, place))[later])
                    for _, p in chain.each()]      # what does not come this way
            if any(fit) and all(abs(p.claim - value - other) <= 1e-7 * p.size
                                for value, other, (i, p) in zip(fit, rest, chain.each())):
                start = "X" if place is None else said_of(tape.steps[place])
                yield Finding("only diagonal", describe(
                    case, f"a Jacobian inside the chain, from {start} to {said_of(tape.steps[later])}, is "
                          "cut to its diagonal"))
                return


def mixed(chain, place, shape):
    """The later steps of the same shape in which the entries of a place mix."""
    tape, W = chain.tapes[0], np.random.default_rng(21).normal(size=shape)
    for step, ones, probe in zip(tape.steps, onward(tape, place, np.ones(shape)), onward(tape, place, W)):
        if step.index != place and probe is not None and np.shape(probe) == shape and np.any(probe) \
                and chain.probe(0, 0).back[step.index] is not None \
                and not alike(probe, ones * W):
            yield step.index


def product_of_slopes(case):
    """(uv)' = u'v'."""
    chain = fitting(case)
    if chain is None or case.kind != "gradient" or case.first.claim.size < 3:
        return
    C, tape = case.first.claim, chain.tapes[0]
    for step in tape.steps:
        if step.name not in ("multiply", "divide") or len(step.moving) != 2 or step.size != 1 \
                or any(step.sources[slot][0] < 0 for slot in (0, 1)):
            continue
        u, v = (tape.backward(np.ones(np.shape(step.operands[slot])), step.sources[slot])[1]
                for slot in (0, 1))
        E = u * v if step.name == "multiply" else u / v
        c = multiple(C, E, case.first.bound) if np.isfinite(E).all() else None
        if c is not None and near(abs(c), 1):
            yield Finding("missing product-rule term", describe(
                case, "the slopes of both factors are multiplied, where each belongs with the other factor "
                      "itself"
                if step.name == "multiply"
                else "the slope of the numerator is divided by that of the denominator"))
            return


def stops_short(case):
    """The derivative in the result of one of the function's steps: the chain rule was not followed to its
    end."""
    C, G = case.first.claim, case.first.truth
    if not C.any() or C.size < 2 or case.gave != case.out:
        return
    chain = chain_of(case)
    for step in chain.steps[:-1] if chain.tapes[0].linked else ():
        shape = np.shape(step.output)
        if isinstance(step.output, tuple) or not stops_here(case, C, chain, step, shape):
            continue
        text = (f"it is the derivative with respect to the value of {said_of(step)}; from there the chain "
                "goes on to X")
        if C.shape == G.shape:
            yield Finding("missing chain factor", describe(case, text))
        else:
            yield Finding("shape", describe(case, f"{text}, whose shape is {case.shape}"),
                          also=("missing chain factor",), numbers=(G.shape, C.shape))


def stops_here(case, C, chain, step, shape):
    if C.shape != (shape if case.kind == "gradient" else (int(np.prod(case.out)), int(np.prod(shape)))):
        return False
    for k in range(ENOUGH):
        probe = chain.probe(0, k)
        back = probe.back[step.index]
        if back is None:
            return False
        mine = C if case.kind == "gradient" else vec(probe.U) @ C
        back = back if case.kind == "gradient" else vec(back)
        if np.abs(mine - back).max() > 1e-7 * np.abs(mine).max():
            return False
    return True


def wrong_order(case):
    """A Jacobian of a composition with its two factors in the wrong order, or one of them missing."""
    C = case.first.claim
    if case.kind == "gradient" or C.shape != case.first.truth.shape or not C.any() or case.gave != case.out:
        return
    chain = chain_of(case)
    tape, probes = chain.tapes[0], [chain.probe(0, k) for k in range(ENOUGH)]
    for step in tape.steps[:-1] if tape.linked else ():
        shape = np.shape(step.output)
        if isinstance(step.output, tuple) or int(np.prod(shape)) != len(C):
            continue
        if all(same(C @ vec(p.V), p.forth[step.index]) for p in probes):
            yield Finding("missing chain factor",
                          describe(case, f"it is the Jacobian of {said_of(step)}, a step "
                          "on the way; what follows is missing"))
        elif C.shape[0] == C.shape[1] and all(same(C @ vec(p.V), turned_round(tape, step, p.V))
                                              for p in probes):
            yield Finding("wrong order",
                          describe(case, "the two Jacobians of a composition are multiplied in the "
                          "wrong order: the outer one stands on the left"))


def same(v, A):
    return A is not None and np.allclose(vec(A), v, rtol=0, atol=1e-7 * np.linalg.norm(v))


def turned_round(tape, step, V):
    """V through what follows a step first, and then through what comes before it."""
    shape = np.shape(step.output)
    after = tape.part(tape.forward(vec(V).reshape(shape, order="F"), step.index), tape.root, V)
    if after is None:
        return None
    return tape.forward(vec(after).reshape(tape.X.shape, order="F"))[step.index]
