"""Which common mistake explains a wrong derivative.

A diagnosis is a search through short lists, simplest first:

`twists`   what a slip does to a right answer (transpose it, keep its diagonal, read its rows as columns …): the claim
           is compared with a multiple of the twisted truth. A constant multiple on top makes combinations of two.
`REPAIRS`  what would still have to be done to the claim (sum it, symmetrise it).
`TESTS`    structure that needs no list: factors of rows and columns, equal totals, the claim's own Jacobian, the claim
           at symmetric, diagonal, orthogonal inputs, and `replay`, which differentiates the function once more with
           one step of the chain rule done wrongly.

A name is given only where every entry fits, at every point looked at; what fits nothing is "unknown".
To add a mistake: one function in a list below, one row in MISTAKES with its smallest example.
"""
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Callable

import numpy as np

from . import numeric
from .replay import Diverged, Tape, central, held, mends, slips
from .vec import commutation_matrix, sym, vec


def show(value):
    """A number or a tuple of indices, as messages print it: four digits, the same on every machine."""
    if isinstance(value, tuple):
        return "[" + ", ".join(str(int(i)) for i in value) + "]"
    return f"{float(value):.4g}"


@dataclass(frozen=True)
class Point:
    """What is known at one input: the numerical derivative, the bound of its error, the claim, a scale."""
    X: np.ndarray
    truth: np.ndarray
    bound: np.ndarray
    claim: np.ndarray
    scale: float = 0.0      # of a derivative, judged by f(X) and X alone

    def size(self):
        return np.abs(self.truth).max(initial=0.0)

    def tolerance(self):
        return 3 * self.bound + 1e-9 * np.abs(self.truth) + 1e-11 * self.size()


@dataclass(frozen=True)
class Finding:
    """One explanation: the mistake's name, its sentence, what else fits, whether the answer is accepted."""
    name: str
    message: str
    also: tuple = ()
    accepted: bool = False
    numbers: tuple | None = None


@dataclass(frozen=True)
class Case:
    """A refused claim and what may be asked about it."""
    kind: str                 # gradient | Jacobian | differential
    f: Callable
    claim: Callable | None    # None: the claim is an array, known at one point only
    points: tuple
    out: tuple                # the shape of f(X)
    gave: tuple               # the shape that a claimed differential has
    terms: dict
    symmetric: bool
    sizes: dict
    evaluate: Callable        # X -> Point or None
    passed_first: bool = False  # right at the X given, wrong at a general point

    @property
    def first(self):
        return self.points[0]

    @property
    def shape(self):
        return self.first.X.shape

    @property
    def square(self):
        return len(self.shape) == 2 and self.shape[0] == self.shape[1]


# The names ------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Mistake:
    """A name that a check may give: what it means, and its smallest example (in the names of `example_names`)."""
    name: str
    meaning: str
    example: str


MISTAKES = (
    Mistake("layout", "right, in the other layout: accepted and said so (a row for a column, n × m for an m × n "
            "Jacobian, one index per axis)", "check_jacobian(lambda x: D @ x, D.T, x)"),
    Mistake("shape", "right numbers in a wrong shape, or the wrong number of entries",
            "check_gradient(lambda x: b @ x, lambda x: b[:, None], x)"),
    Mistake("transposed", "the transpose, or with one factor transposed",
            "check_gradient(lambda X: np.sum(W * X), lambda X: W.T, X)"),
    Mistake("sign", "the whole, or one term, has the opposite sign",
            "check_gradient(lambda x: b @ x, lambda x: -b, x)"),
    Mistake("factor", "a constant is missing or too much: 2, 1/2, 1/m, …",
            "check_gradient(lambda x: np.mean((D @ x - y)**2), lambda x: 2 * D.T @ (D @ x - y), x, sizes={'m': 7})"),
    Mistake("row-major vec", "vec read rows instead of columns, on one side or both",
            "check_jacobian(lambda X: X.T, lambda X: np.eye(12), X)"),
    Mistake("kronecker order", "A ⊗ B for Bᵀ ⊗ A, or a factor of it transposed",
            "check_jacobian(lambda X: A @ X @ B, lambda X: np.kron(A, B.T), X)"),
    Mistake("not symmetrised", "2Ax for (A + Aᵀ)x: right only if A is symmetric",
            "check_gradient(lambda x: x @ A @ x, lambda x: 2 * A @ x, x)"),
    Mistake("off-diagonal doubled", "partial derivatives over the free entries of a symmetric matrix",
            "check_gradient(lambda X: b @ X @ b, 2 * np.outer(b, b) - np.diag(b * b), P, symmetric=True)"),
    Mistake("off-diagonal halved", "the entries off the diagonal are half of the gradient's",
            "check_gradient(lambda X: b @ X @ b, (np.outer(b, b) + np.diag(b * b)) / 2, P, symmetric=True)"),
    Mistake("one triangle", "only the lower or the upper triangle is there",
            "check_gradient(lambda X: np.sum(A * X), lambda X: np.tril(A), S)"),
    Mistake("elementwise product", "* for @, or @ for *",
            "check_gradient(lambda X: np.sum((A @ X)**2) / 2, lambda X: A.T * (A @ X), S)"),
    Mistake("missing chain factor", "a factor of the chain rule is missing, for all, a row, a column or an entry",
            "check_jacobian(lambda x: np.tanh(D @ x), lambda x: D, x)"),
    Mistake("extra chain factor", "a factor that does not belong there, entry by entry",
            "check_gradient(lambda x: np.sum(c * (D @ x)**2), lambda x: 2 * D.T @ (c * c * (D @ x)), x)"),
    Mistake("missing product-rule term", "something that moves with X was held, or a term was left out",
            "check_gradient(lambda x: (b @ x) * np.sum(x**3), lambda x: b * np.sum(x**3), x)"),
    Mistake("wrong axis", "summed over the wrong axis",
            "check_gradient(lambda r: np.sum((D @ W + r)**2) / 2, lambda r: (D @ W + r).sum(axis=1), np.ones(3))"),
    Mistake("not summed over the batch", "one gradient per example, still to be added up",
            "check_gradient(lambda r: np.sum((D @ W + r)**2) / 2, lambda r: D @ W + r, np.ones(3))"),
    Mistake("only diagonal", "right on the diagonal, zero elsewhere",
            "check_jacobian(lambda z: np.exp(z) / np.exp(z).sum(), lambda z: np.diag(np.exp(z) / np.exp(z).sum()"
            " * (1 - np.exp(z) / np.exp(z).sum())), x)"),
    Mistake("one entry", "right in one entry, zero elsewhere",
            "check_gradient(lambda x: b @ x, np.where(np.arange(4) == 0, b, 0), x)"),
    Mistake("one row or column", "right in one row or column, zero elsewhere",
            "check_gradient(lambda X: np.sum(W * X), np.where(np.arange(3) == 0, W, 0), X)"),
    Mistake("only for symmetric input", "right where X, or a matrix in f, is symmetric",
            "check_gradient(lambda X: np.sum((A @ X)**2), lambda X: 2 * A @ A @ X, X)"),
    Mistake("only for orthogonal input", "right where X, or a matrix in f, is orthogonal",
            "check_gradient(lambda X: np.linalg.slogdet(X)[1], lambda X: X, S)"),
    Mistake("only for diagonal input", "right where X, or a matrix in f, is diagonal",
            "check_gradient(lambda X: np.linalg.slogdet(X)[1], lambda X: np.diag(1 / np.diag(X)), S)"),
    Mistake("wrong order", "the factors of a product stand in the wrong order",
            "check_differential(lambda X: A @ X, lambda X, dX: dX @ A, S)"),
    Mistake("wrong normalisation", "a power of the norm of X is missing or too much",
            "check_jacobian(lambda x: x / np.linalg.norm(x), lambda x: (np.eye(4) - np.outer(x, x)) "
            "/ np.linalg.norm(x), x)"),
    Mistake("does not move with X", "a claim that stays where the derivative moves",
            "check_gradient(lambda x: np.sum(x**3), lambda x: 3 * x0**2, x0)"),
    Mistake("not a gradient", "one entry or more are right, but the claim's own Jacobian is not symmetric: it is the "
            "gradient of no function",
            "check_gradient(lambda x: x[0] * x[1]**2, lambda x: np.array([x[1]**2, x[0] + x[1]]), x[:2])"),
    Mistake("not linear in dX", "a differential that is not linear in dX",
            "check_differential(lambda X: X**2, lambda X, dX: dX**2, X)"),
    Mistake("this input cannot decide", "right at this X, where a wrong formula is right as well: accepted and said so",
            "check_gradient(lambda X: np.linalg.slogdet(X)[1], np.linalg.inv(P), P)"),
    Mistake("function not smooth here", "there is a kink at this X, so no derivative",
            "check_gradient(lambda x: np.abs(x).sum(), np.array([5., 1.]), np.array([0., 1.]))"),
    Mistake("too noisy to decide", "right as far as can be told: the function is noisier than the question",
            "check_gradient(lambda x: float(x @ x) + 10 * np.sin(1e12 * x.sum()), lambda x: 2 * x, x)"),
    Mistake("not finite", "nan or infinity from the function or the claim",
            "check_gradient(lambda x: np.sum(x**2), lambda x: x / 0., x)"),
    Mistake("raises", "the function or the claim raised an exception",
            "check_gradient(lambda x: np.sum(x**2), lambda x: D.T @ x, x)"),
    Mistake("not an array", "the claim returned None, text or a ragged list",
            "check_gradient(lambda x: np.sum(x**2), lambda x: None, x)"),
    Mistake("unknown", "no common mistake explains it; the entries that differ most are listed",
            "check_gradient(lambda x: np.sum(x**2), np.array([1., 2., 7., 4.]), x)"),
)


def example_names():
    """The arrays that the examples of MISTAKES use: of pairwise different sizes, none symmetric except P."""
    rng = np.random.default_rng(2)
    normal = lambda *shape: rng.normal(size=shape)
    names = dict(np=np, A=normal(4, 4), B=normal(3, 3), D=normal(7, 4), W=normal(4, 3), S=normal(4, 4), X=normal(4, 3),
                 x=normal(4), x0=normal(4), b=normal(4), y=normal(7), c=rng.uniform(0.5, 2, 7))
    return names | {"P": names["S"] @ names["S"].T + np.eye(4)}


# Multiples ------------------------------------------------------------------------------------------------------

def sizes_of(shape):
    """Letters for the sizes of a vector or matrix: n, or m and n."""
    return dict(zip("mn" if len(shape) == 2 else "n", shape))


def with_sizes(case):
    """The case with all sizes that a constant may be named by: the caller's names, those of X, those of f's data."""
    known = dict(case.sizes)
    for letter, size in sizes_of(case.shape).items():
        if size not in known.values():
            known.setdefault(letter, size)
    try:
        data = [n for K in Tape(case.f, case.first.X).constants() for n in np.shape(K)]
    except Exception:           # f cannot be followed; its data stay unknown
        data = []
    for size in data:
        free = [letter for letter in "mnkpqr" if letter not in known]
        if size not in known.values() and free:
            known[free[0]] = size
    return replace(case, sizes={name: size for name, size in known.items() if size > 2})


def constants(case):
    """{value: how it is written}: the multiples that a slip typically leaves."""
    names = {2.0: "2", 0.5: "1/2", 4.0: "4", 0.25: "1/4"}
    for name, n in case.sizes.items():
        for value, text in ((n, name), (1 / n, f"1/{name}"), (2 * n, f"2{name}"), (0.5 / n, f"1/(2{name})"),
                            (n / 2, f"{name}/2"), (2 / n, f"2/{name}"), (n * n, f"{name}²"), (1 / n**2, f"1/{name}²"),
                            ((n - 1) / n, f"({name} - 1)/{name}"), (n / (n - 1), f"{name}/({name} - 1)")):
            names.setdefault(float(value), f"{text}, {name} = {n}")
    return names


def multiple(claim, twisted, bound):
    """The number c with claim = c * twisted, entry by entry; None where there is none."""
    if claim.shape != twisted.shape or not np.abs(twisted).max(initial=0) > 0:
        return None
    big = np.unravel_index(np.abs(twisted).argmax(), twisted.shape)
    c = float(np.vdot(twisted, claim) / np.vdot(twisted, twisted))
    if c == 0 or abs(c * twisted[big]) < 1e-12 * np.abs(claim).max():
        return None
    slack = 1e-8 * np.abs(c * twisted) + 1e-10 * abs(c * twisted[big]) + 10 * abs(c) * bound.max(initial=0)
    return c if (np.abs(claim - c * twisted) <= slack).all() else None


def multiples(case, twist):
    """The multiple at each point, or None."""
    found = []
    for p in case.points:
        twisted = twist(p.truth)
        c = None if twisted is None else multiple(p.claim, twisted, p.bound)
        if c is None:
            return None
        found.append(c)
    return found


def near(c, value, slack=1e-6):
    return abs(c - value) <= slack * abs(value)


def bluntness(case):
    """How far two multiples may differ that are the same, as far as the truth is known."""
    return 1e-6 + max(20 * p.bound.max(initial=0) / (p.size() or 1.0) for p in case.points)


def plain(case, cs, entries):
    """("" | "sign" | "factor", sentence) for a multiple that is the same at all points, None where it proves nothing."""
    c, slack = cs[0], bluntness(case)
    if not all(near(other, c, slack) for other in cs):
        return None
    if near(c, 1, slack):
        return "", ""
    if near(c, -1, slack):
        return "sign", "the sign is the opposite"
    for value, text in constants(case).items():
        written, _, size = text.partition(",")
        size = size and "," + size
        for s, sign in ((1, ""), (-1, " and the sign is the opposite")):
            if near(c, s / value, slack):
                return ("factor" if s == 1 else "sign and factor"), f"a factor {written} is missing{size}{sign}"
    if entries * len(cs) < 2:
        return None
    return ("factor" if c > 0 else "sign and factor",
            f"the right value is {show(1 / c)} times yours")


# Twists: what a slip does to a right answer ---------------------------------------------------------------------

def flat_twists(case):
    """(name, sentence, twist) for answers of the truth's own shape or a permutation of it."""
    yield "", "", lambda G: G
    if case.kind == "gradient":
        yield from gradient_twists(case)
    else:
        yield from jacobian_twists(case)
    if case.first.truth.ndim == 2:
        yield "only diagonal", "only the diagonal is there", lambda G: G * np.eye(*G.shape) if min(G.shape) > 1 else None
        yield "only diagonal", "only the diagonal is there, as a vector", lambda G: np.diag(G) if min(G.shape) > 1 else None
        yield "one triangle", "only the lower triangle is there", lambda G: np.tril(G) if square(G) else None
        yield "one triangle", "only the upper triangle is there", lambda G: np.triu(G) if square(G) else None


def square(G):
    return G.ndim == 2 and G.shape[0] == G.shape[1] and G.shape[0] > 1


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
        yield ("off-diagonal doubled", "the entries off the diagonal are doubled: these are the partial derivatives "
               "over the free entries of a symmetric matrix", lambda G: off(G, 2))
        yield ("off-diagonal halved", "the entries off the diagonal are halved", lambda G: off(G, 0.5))
        yield ("off-diagonal doubled", "these are the partial derivatives over the free entries of a symmetric matrix "
               "(each entry off the diagonal is counted twice)", lambda G: G + G.T - np.diag(np.diag(G)))
        yield ("off-diagonal doubled", "these are the partial derivatives over the free entries of a symmetric matrix, "
               "in one triangle", lambda G: np.tril(off(G, 2)))
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
        yield "row-major vec", "vec reads rows on both sides", lambda J: J[swap_out][:, swap_in]
    if matrix:
        yield "transposed", "this is the transpose", lambda J: J.T if square(J) else None
    if len(case.out) == 2 == len(case.shape):
        for axis, what in ((1, "column"), (0, "row")):
            yield ("only diagonal", f"each {what} of the result depends only on the same {what} of X: the other blocks "
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
    """(P, Q) with J = P ⊗ Q, P of (out[1], shape[1]) and Q of (out[0], shape[0]), or None (van Loan: rank one)."""
    a, b = (out + (1, 1))[:2]
    m, n = (shape + (1, 1))[:2]
    R = J.reshape(b, a, n, m).transpose(0, 2, 1, 3).reshape(b * n, a * m)
    i, j = np.unravel_index(np.abs(R).argmax(), R.shape)
    if R[i, j] == 0 or not np.allclose(np.outer(R[:, j], R[i]) / R[i, j], R, rtol=1e-7, atol=1e-9 * abs(R[i, j])):
        return None
    return (R[:, j] / R[i, j]).reshape(b, n), R[i].reshape(a, m)


def kronecker_twists(case):
    """Every order and transposition of the two factors."""
    if case.kind != "Jacobian" or len(case.out) != 2 or len(case.shape) != 2:
        return
    for order, flip_p, flip_q in [(o, p, q) for o in (1, 0) for p in (0, 1) for q in (0, 1)][:-4] + [
            (0, 1, 0), (0, 0, 1), (0, 1, 1)]:
        def twist(J, order=order, flip_p=flip_p, flip_q=flip_q):
            factors = kronecker_factors(J, case.out, case.shape)
            if factors is None:
                return None
            P, Q = factors[0].T if flip_p else factors[0], factors[1].T if flip_q else factors[1]
            return np.kron(Q, P) if order else np.kron(P, Q)
        what = ["the right factors stand in the other order" if order else "",
                "the first is transposed" if flip_p else "", "the second is transposed" if flip_q else ""]
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
        yield ("layout", "written in the other layout, as a row where the book writes a column" if shape[0] == 1 else
               "written in the other layout, as a column", lambda G: G.reshape(shape), True)
    elif shape == truth[::-1]:
        yield "transposed", "this is the transpose", lambda G: G.T, False
    elif int(np.prod(shape)) == n:
        text = f"the numbers are right but the shape is not: X has shape {truth}, your gradient {shape}"
        yield "shape", text, lambda G: G.reshape(shape), False
        yield "shape", text, lambda G: G.reshape(shape, order="F"), False
    for axis in range(len(truth)) if n > 1 else ():
        yield ("shape", f"it is summed over axis {axis}, though every entry of X has its own derivative",
               lambda G, axis=axis: fold(G.sum(axis=axis), shape), False)


def jacobian_shapes(case, shape, truth):
    if shape == truth[::-1] and truth[0] != truth[1]:
        yield "layout", "written in the other layout, one column for each output", lambda J: J.T, True
    if shape == case.out + case.shape and len(shape) > 2:
        yield ("layout", "written with one index for each axis of the output and of the input",
               lambda J: unfold(J, case), True)
    if len(shape) == 1 and 1 in truth and shape[0] == max(truth):
        yield "layout", "written as a vector", lambda J: J.ravel(), True
    if int(np.prod(shape)) == int(np.prod(truth)):
        text = f"the numbers are right but the shape is not: the Jacobian is {truth[0]} × {truth[1]}, yours {shape}"
        yield "shape", text, lambda J: J.reshape(shape), False
        yield "shape", text, lambda J: J.reshape(shape, order="F"), False
        yield "shape", text, lambda J: J.T.reshape(shape), False
    for axis, text in enumerate(("rows", "columns")):
        yield ("shape", f"these are the {text} of the Jacobian added up, as one backward pass gives them" if not axis
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


def by_twists(case):
    """All explanations by one twist and a constant multiple, with their cost."""
    for name, text, twist, accepted in all_twists(case):
        cs = multiples(case, twist)
        if cs is None:
            continue
        entries = int(np.count_nonzero(twist(case.first.truth)))
        found = plain(case, cs, entries)
        if found is None or not (name or found[0]) or name and found[0] and entries * len(cs) < 2:
            continue
        names = [n for n in (name, found[0]) if n]
        ok = accepted and not found[0]
        cost = len(" and ".join(names).split(" and ")) + (found[1].startswith("the right value") and 1)
        sentence = ", and ".join(s for s in (text, found[1]) if s)
        yield cost, Finding(" and ".join(names), describe(case, sentence, ok), accepted=ok)


def describe(case, sentence, ok=False):
    numbers = "" if ok else entry(case)
    return (f"Right, {sentence}." if ok else f"Not the {case.kind}: {sentence}.{numbers}")


def entry(case):
    """Where truth and claim differ most, as a sentence."""
    p = case.first
    if p.claim.shape != p.truth.shape or case.gave != case.out or p.truth.ndim == 0:
        return ""
    at = np.unravel_index(np.abs(p.claim - p.truth).argmax(), p.truth.shape)
    return f" Entry {show(at)} should be {show(p.truth[at])}, yours is {show(p.claim[at])}."


# Repairs: what is still to be done to the claim -----------------------------------------------------------------

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
                case, f"it is still to be summed over axis {axis}, which X does not have: all {shape[axis]} "
                f"contributions act on the same entries{extra}"))


def not_symmetrised(case):
    """The symmetric part of the claim, or the sum of it and its transpose, is right."""
    if not square(case.first.truth) or case.first.claim.shape != case.first.truth.shape or case.gave != case.out:
        return
    cs = [multiple(sym(p.claim), p.truth, p.bound) for p in case.points]
    if np.allclose(case.first.claim, case.first.claim.T) or None in cs:
        return
    if all(near(c, 1) for c in cs) or all(near(c, 0.5) for c in cs):
        yield Finding("not symmetrised", describe(case, "its symmetric part is right, so (G + Gᵀ)/2 is still to be "
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
        yield Finding("one entry", describe(case, f"only entry {show(tuple(where[0]))} is there, the others are zero"))
    for axis, word in enumerate(("row", "column")[:p.truth.ndim] if p.truth.ndim == 2 else ()):
        if len(set(where[:, axis])) == 1 and len(where) > 1:
            yield Finding("one row or column", describe(case, f"only {word} {where[0, axis]} is there"))


def right_where_nonzero(p):
    mask = p.claim != 0
    return (np.abs(p.claim - p.truth) <= 10 * p.tolerance())[mask].all()


REPAIRS = (not_summed, not_symmetrised, masked)


# Tests of structure ---------------------------------------------------------------------------------------------

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
            said = " and ".join(f"`{k}`" for k in names)
            if np.shape(gone) == p.truth.shape and close(p.truth - gone) and p.claim.any():
                yield Finding("missing product-rule term", describe(case, f"the term {said} is missing"))
            elif np.shape(gone) == p.truth.shape and close(p.truth - 2 * gone):
                yield Finding("sign", describe(case, f"the term {said} has the opposite sign"))


def line_factor(case):
    """Every row, or every column, is off by a factor of its own."""
    p = case.first
    if p.truth.ndim != 2 or p.claim.shape != p.truth.shape or min(p.truth.shape) < 2:
        return
    for axis, word in ((0, "row"), (1, "column")):
        if all(lines_fit(q.truth if axis == 0 else q.truth.T, q.claim if axis == 0 else q.claim.T, q.bound)
               for q in case.points):
            yield Finding("missing chain factor", describe(
                case, f"every {word} is off by a factor of its own, so that a diagonal matrix is missing on the "
                + ("left" if axis == 0 else "right")))


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
    """A multiple of the truth everywhere, but another one at each point."""
    cs = multiples(case, lambda G: G)
    if cs is None or len(cs) < 2 or case.first.truth.size < 2:
        return
    ratio = cs[0] / cs[1]
    if near(ratio, 1, 100 * bluntness(case)):
        return
    X = [np.linalg.norm(p.X) for p in case.points]
    values = [np.asarray(case.f(p.X), float) for p in case.points]
    if case.kind == "gradient" and values[0].size == 1 and np.ravel(values[1])[0] != 0:
        quotient = float(np.ravel(values[0])[0] / np.ravel(values[1])[0])
        for a, text in ((1, "f"), (-1, "1/f"), (0.5, "√f"), (-0.5, "1/√f"), (2, "f²"), (-2, "1/f²")):
            if quotient > 0 and near(ratio, quotient ** -a):
                yield Finding("missing chain factor", describe(case, f"a factor that moves with X is missing, "
                              f"proportional to {text}"))
                return
    for a, text in ((1, "‖X‖"), (-1, "1/‖X‖"), (2, "‖X‖²"), (-2, "1/‖X‖²"), (3, "‖X‖³"), (-3, "1/‖X‖³")):
        if near(ratio, (X[0] / X[1]) ** -a):
            yield Finding("wrong normalisation", describe(case, f"a factor proportional to {text} is missing"),
                          also=("missing chain factor",))
            return
    yield Finding("missing chain factor", describe(case, "it points the right way, but a scalar factor that moves "
                  "with X is missing"))


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
    yield Finding("wrong axis", describe(case, "the total of all entries is right, but it was summed over the wrong "
                                         "axis"))


STRUCTURED = (
    ("symmetric", sym),
    ("orthogonal", lambda X: np.linalg.qr(X + 0.1 * np.eye(len(X)))[0]),
)


DIAGONAL = (("diagonal", lambda X: np.diag(np.diag(X))),)


def only_diagonal(case):
    """Right for diagonal X only, or for a diagonal matrix in the function: the weakest of all explanations."""
    yield from only_structured(case, DIAGONAL)
    yield from only_symmetric_constant(case, DIAGONAL)


def only_here(case):
    """A claim that fits nothing in general, but was asked about at a symmetric X: look at that X alone."""
    here = [p for p in case.points if square(p.X) and np.allclose(p.X, p.X.T)]
    if here and (len(case.points) > 1 or case.claim is not None):
        alone = replace(case, points=(here[0],), claim=None)
        yield from (finding for _, finding in sorted(by_twists(alone), key=lambda pair: pair[0]))


def only_structured(case, structures=STRUCTURED):
    """Right for symmetric or orthogonal X only."""
    if case.claim is None or not case.square or case.shape[0] < 2:
        return
    X = case.first.X
    if np.allclose(X, X.T):
        X = X + 0.3 * np.random.default_rng(11).normal(size=X.shape) * (np.abs(X).max() or 1)
    for word, structure in structures:
        p = case.evaluate(structure(X))
        if p is not None and fits_at(p):
            yield Finding(f"only for {word} input", describe(case, f"it is right for {word} X only"))
            return


def stays(case):
    """A claim that is the derivative at X and stays so elsewhere, or that is one for every entry."""
    if case.claim is None or len(case.points) < 2 or case.first.truth.size < 2:
        return
    p, q = case.points[:2]
    if p.claim.shape == q.claim.shape and np.array_equal(p.claim, q.claim) and p.claim.shape == p.truth.shape and (
            case.passed_first or (p.claim == 1).all()):
        yield Finding("does not move with X", describe(case, "it stays the same wherever X is, the right one moves"),
                      also=("missing chain factor",))


def not_a_gradient(case):
    """Some entries right, and the claim's own Jacobian not symmetric."""
    if case.kind != "gradient" or case.claim is None or case.first.claim.shape != case.shape or len(case.points) < 2:
        return
    right = [np.abs(p.claim - p.truth) <= 10 * p.tolerance() for p in case.points]
    together = right[0] & right[1] & (case.first.truth != 0)
    if not together.any() or 2 * together.sum() > together.size:
        return
    J = numeric.jacobian(case.claim, case.first.X)
    if not np.allclose(J, J.T, rtol=1e-5, atol=1e-6 * np.abs(J).max()):
        yield Finding("not a gradient", describe(case, f"{int(together.sum())} of {together.size} entries are right, but "
                      "no function has this gradient: its own Jacobian is not symmetric"))


def only_unit(case):
    """Right for X of norm 1 only."""
    if case.claim is None or case.first.X.size < 2:
        return
    p = case.evaluate(case.first.X / np.linalg.norm(case.first.X))
    if p is not None and fits_at(p):
        yield Finding("wrong normalisation", describe(case, "it is right only for X of norm 1: a power of the norm is "
                      "missing"), also=("missing chain factor",))


def fits_at(p):
    return p.claim.shape == p.truth.shape and p.size() > 0 and p.claim.any() and bool(
        (np.abs(p.claim - p.truth) <= 10 * p.tolerance()).all())


def own_jacobian(case):
    """The claim's own Jacobian C' is not symmetric: no gradient. Its symmetric part tells what was forgotten."""
    if case.kind != "gradient" or case.claim is None or case.first.claim.shape != case.shape \
            or case.first.truth.size < 2:
        return
    forward, backward, curved = np.array([bends(case, *pair) for pair in
                                          np.random.default_rng(12).normal(size=(3, 2) + case.shape)]).T
    size = np.abs(curved).max() + np.abs(forward).max()
    fits = lambda values: bool((np.abs(values - curved) <= 1e-5 * size).all())
    if not np.isfinite(size) or (np.abs(forward - backward) <= 1e-5 * size).all():
        return
    if fits((forward + backward) / 2):
        yield Finding("not symmetrised", describe(case, "the gradient of no function, since its own Jacobian is not "
                      "symmetric; its symmetric part is right, so a matrix A is still to be replaced by (A + Aᵀ)/2"),
                      also=("only for symmetric input",))
    elif fits(forward + backward):
        yield Finding("missing product-rule term", describe(case, "the gradient of no function, since its own "
                      "Jacobian is not symmetric; added to its transpose it is right: one half of a product rule is "
                      "missing"), also=("not symmetrised",))


def held_terms(case):
    """A term of the derivative missing, or multiplied: what comes through one step of f, or through two."""
    C, G = case.first.claim, case.first.truth
    if C.shape != G.shape or not C.any() or case.gave != case.out or C.size < 2:
        return
    tapes = [Tape(case.f, p.X) for p in case.points[:2]]
    V = directions(case)
    gap = np.concatenate([along(case, p.claim - p.truth, V) for p in case.points[:2]])
    total = np.concatenate([along(case, p.truth, V) for p in case.points[:2]])
    terms = list(distinct_terms(tapes, V, total))
    slack = 1e-7 * max(np.abs(total).max(), np.abs(gap).max())
    equations = len(gap) if case.kind != "gradient" else min(len(V), C.size) * len(tapes)
    for text, term in terms:
        yield from one_term(case, text, term, gap, slack, equations)
    if equations >= 4:
        for (text, term), (more, second) in combinations(terms, 2):
            if (np.abs(gap - term + second) <= slack).all() or (np.abs(gap + term - second) <= slack).all():
                yield Finding("not symmetrised", describe(case, f"of two terms one is taken twice instead of both: what "
                              f"comes {text} and {more}"), also=("missing product-rule term",))
            if any((np.abs(gap + term + s * second) <= slack).all() for s in (1, 2)):
                yield Finding("missing product-rule term", describe(case, f"two terms are wrong or missing, what comes "
                              f"{text} and {more}: these move with X too"))


def directions(case):
    n = int(np.prod(case.shape))
    if len(case.points) > 1:
        return np.random.default_rng(13).normal(size=(min(n, 2),) + case.shape)
    return np.eye(n).reshape((n,) + case.shape) if n <= 4 else np.random.default_rng(13).normal(size=(4,) + case.shape)


def along(case, A, V):
    """The derivative A applied to each direction, one after the other."""
    return np.concatenate([np.atleast_1d(np.vdot(A, v) if case.kind == "gradient" else A @ vec(v)) for v in V])


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
    if abs(c) < 1e-6:
        yield Finding("missing product-rule term", describe(
            case, f"the term that comes {text} is missing: it moves with X too"))
    elif near(c, -1):
        yield Finding("sign", describe(case, f"the term that comes {text} has the wrong sign"))
    elif equations >= 3:
        found = plain(case, [c], 9)
        yield Finding(found[0], describe(case, f"the term that comes {text} is multiplied by {show(c)}"))


def replayed(case):
    """The function's own chain rule with one step done wrongly, compared along random directions."""
    C, G = case.first.claim, case.first.truth
    if C.shape not in (G.shape, G.shape[::-1]) or not C.any() or case.gave != case.out:
        return
    tapes = [Tape(case.f, p.X) for p in case.points[:2]]
    hits = []
    for step in tapes[0].steps:
        for name, text, edit in (*held_slips(step), *slips(step)):
            for turned in (False, True) if C.shape == C.shape[::-1] and C.ndim == 2 else (C.shape != G.shape,):
                c = slip_fits(case, tapes, step, edit, turned)
                if c is not None:
                    hits.append(slip_finding(case, name, text, c, turned))
    hits.sort(key=lambda f: (f.name.count(" and "), PRIORITY.get(f.name.split(" and ")[-1], 9)))
    yield from hits


def held_slips(step):
    for text, edit in held(step):
        yield "missing product-rule term", f"the term that comes {text} is missing: it moves with X too", edit


PRIORITY = {"not symmetrised": 0, "missing product-rule term": 1, "missing chain factor": 2, "sign": 3,
            "only for symmetric input": 4, "transposed": 5, "factor": 6}


def slip_fits(case, tapes, step, edit, turned):
    """The multiple by which the wrong chain rule gives the claim, in all directions and at all points, or None."""
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


def slip_constants(case):
    return [1.0, -1.0] + [s / v for v in constants(case) for s in (1, -1)]


def near4(c, value):
    return abs(c - value) <= 1e-3 * abs(value)


def slip_multiple(case, p, tape, step, edit, turned, V, fine, slack):
    try:
        slope = tape.slope(V, {step.index: edit}, fine)
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
    if name == "missing product-rule term" and near(c, 2) and case.kind != "Jacobian":
        return Finding("not symmetrised", describe(case, f"one of two terms is taken twice instead of both: {text}"),
                       also=("missing product-rule term",))
    found = plain(case, [c], 9)
    if turned and name == "only for symmetric input" and case.kind == "Jacobian":
        name, turned, text = "wrong order", False, f"a diagonal matrix stands on the wrong side ({text.split(' is ')[0]})"
    if name == "missing chain factor" and found[0] == "factor":
        found = ("", found[1])      # a constant belongs to the factor that is missing
    names = [n for n in ("transposed" if turned else "", name, found[0]) if n]
    sentence = ", and ".join(s for s in (text, "it is the transpose" if turned else "", found[1]) if s)
    also = {"only for symmetric input": ("transposed",)}.get(name, ())
    return Finding(" and ".join(dict.fromkeys(names)), describe(case, sentence), also=also)


def bends(case, U, V):
    """<C'V, U> and <C'U, V> for the claim C, and the second derivative of f along U and V."""
    X, unit = case.first.X, np.abs(case.first.X).max() or 1.0
    slope = lambda V: central(lambda t: np.asarray(case.claim(X + t * V)), unit)
    value = lambda s, t: float(np.reshape(case.f(X + s * U + t * V), ()))
    return np.vdot(slope(V), U), np.vdot(slope(U), V), central(lambda s: central(lambda t: value(s, t), unit), unit)


def only_symmetric_constant(case, structures=STRUCTURED):
    """Right when a matrix that both function and claim use is symmetric or orthogonal."""
    if case.claim is None or case.first.claim.shape != case.first.truth.shape or case.gave != case.out:
        return
    p, V = case.first, directions(case)
    if case.kind == "differential":
        return
    function, claim = Tape(case.f, p.X), Tape(case.claim, p.X)
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
    tapes = [Tape(case.claim, p.X) for p in case.points[:2]]
    for step in tapes[0].steps:
        for name, text, edit in mends(step):
            if all(mends_it(tape, p, step, edit) for tape, p in zip(tapes, case.points)):
                yield Finding(name, describe(case, text), also=("transposed",) if "symmetric" in name else ())


def mends_it(tape, p, step, edit):
    try:
        value = tape.run(p.X, {step.index: edit})
    except Diverged:
        raise
    except Exception:       # the change does not fit the shapes here
        return False
    return value.shape == p.truth.shape and bool((np.abs(value - p.truth) <= 10 * p.tolerance()).all())


LINEAR = {"matmul", "dot", "einsum", "tensordot", "add", "subtract"}    # where a chain of elementwise steps begins
FACTORS = (("{}", lambda v: v), ("(1 - {})", lambda v: 1 - v), ("{0} (1 - {0})", lambda v: v * (1 - v)),
           ("(1 - {}²)", lambda v: 1 - v * v), ("{}²", lambda v: v * v), ("2 {}", lambda v: 2 * v))


def extra_factor(case):
    """A factor too many, or one too few, entry by entry at one step: something else that the function computes."""
    C, G = case.first.claim, case.first.truth
    if case.kind != "gradient" or C.shape != G.shape or not C.any() or C.size < 2:
        return
    tape, p = Tape(case.f, case.first.X), case.first
    V = np.random.default_rng(17).normal(size=(4,) + case.shape)
    mine = along(case, C, V)
    start = [("X", case.shape, G.ravel(), list(V))] if p.X.size <= 200 else []
    inner = ((s.name, np.shape(s.output), *there_and_back(tape, s, V)) for s in tape.steps
             if s.name in LINEAR and isinstance(s.output, np.ndarray) and 2 <= s.output.size <= 100)
    for at, shape, back, forth in chain(start, inner):
        for source, v in [("gradient", back.reshape(shape)), *named_values(tape, shape)]:
            for text, factor in FACTORS:
                for sign, word in ((1, "extra chain factor"), (-1, "missing chain factor")):
                    E = factor(v) ** sign
                    fit = np.array([np.vdot(E * back.reshape(shape), d) for d in forth])
                    if np.isfinite(fit).all() and multiple(mine, fit, p.bound) is not None and near(
                            abs(multiple(mine, fit, p.bound)), 1):
                        yield Finding(word, describe(case, f"at `{at}` the factor "
                                      f"{text.format(source)} is {'too much' if sign == 1 else 'missing'}"),
                                      also=("elementwise product",))
                        return


def there_and_back(tape, step, V):
    """The derivative in the result of a step, and the derivative of that result along each direction."""
    shape = np.shape(step.output)
    back = [float(tape.slope_after(step, E.reshape(shape)).item()) for E in np.eye(step.output.size)]
    return np.array(back), [tape.slope_before(step, v) for v in V]


def named_values(tape, shape):
    """What the function computes or uses in this shape."""
    if tape.X.shape == shape:
        yield "X", tape.X
    for step in tape.steps:
        if np.shape(step.output) == shape and step.output.dtype.kind == "f":
            yield f"`{step.name}`", step.output
        for i, K in enumerate(step.operands):
            if i not in step.moving and np.shape(K) == shape:
                yield f"operand {i + 1} of `{step.name}`", np.asarray(K)


def stops_short(case):
    """The derivative in the result of one of the function's steps: the chain rule was not followed to its end."""
    C, G = case.first.claim, case.first.truth
    if not C.any() or C.size < 2:
        return
    tape, rng = Tape(case.f, case.first.X), np.random.default_rng(14)
    for step in tape.steps[:-1]:
        shape = np.shape(step.output)
        if isinstance(step.output, tuple) or not stops_here(case, C, tape, step, shape, rng):
            continue
        text = f"it is the derivative in the result of `{step.name}`, a step of the function; the chain goes on to X"
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
    tape, rng = Tape(case.f, case.first.X), np.random.default_rng(15)
    V = rng.normal(size=(3, int(np.prod(case.shape))))
    mine = [C @ v for v in V]
    fits = lambda values: all(np.allclose(a, b, rtol=0, atol=1e-7 * np.linalg.norm(C)) for a, b in zip(values, mine))
    fold_in = lambda v: v.reshape(case.shape, order="F")
    for step in tape.steps[:-1]:
        shape = np.shape(step.output)
        if isinstance(step.output, tuple) or int(np.prod(shape)) != len(C):
            continue
        if fits([vec(tape.slope_before(step, fold_in(v))) for v in V]):
            yield Finding("missing chain factor", describe(case, f"it is the Jacobian of the result of `{step.name}`, "
                          "a step on the way; what follows is missing"))
        elif C.shape[0] == C.shape[1] and fits([vec(tape.slope_before(step, fold_in(vec(tape.slope_after(
                step, v.reshape(shape, order="F")))))) for v in V]):
            yield Finding("wrong order", describe(case, "the two Jacobians of a composition are multiplied in the "
                          "wrong order: the outer one stands on the left"))


TESTS = (missing_terms, stays, only_structured, moving_multiple, only_unit, line_factor, own_jacobian, only_symmetric_constant, held_terms,
         mended, replayed, extra_factor, only_here, stops_short, wrong_order, equal_totals,
         only_diagonal, not_a_gradient)


# The search -----------------------------------------------------------------------------------------------------

def findings(case):
    """Explanations, simplest first, as (cost, finding)."""
    if case.passed_first:
        yield from ((1, finding) for finding in only_structured(case))
    yield from by_twists(case)
    for repair in REPAIRS:
        yield from ((1, finding) for finding in repair(case))


def diagnose(case):
    """The simplest explanation of a wrong claim; others as simple are mentioned in `also`."""
    with np.errstate(all="ignore"):
        case = with_sizes(case)
        found = sorted(findings(case), key=lambda pair: pair[0])
        if found:
            cost, best = found[0]
            rest = [f.name for c, f in found[1:] if c == cost]
            return mention(best, rest)
        for test in TESTS if told_apart(case) else ():
            try:
                found = list(test(case))
            except Exception:   # the reader's functions may raise anything away from X: then nothing is explained
                continue
            if found:
                return mention(found[0], [f.name for f in found[1:]])
        return unknown(case)


def told_apart(case):
    """Is the claim further from the truth than the tests of structure can see?"""
    p = case.first
    return p.claim.shape != p.truth.shape or bool(np.abs(p.claim - p.truth).max(initial=0) > 1e-5 * p.size())


def mention(best, others):
    also = tuple(dict.fromkeys(n for n in best.also + tuple(others) if n != best.name))
    message = best.message + (f" It could also be: {', '.join(also)}." if also else "")
    return Finding(best.name, message, also, best.accepted, best.numbers)


def unknown(case):
    """No explanation: the shapes, or the entries that differ most."""
    p = case.first
    if case.gave != case.out:
        return Finding("shape", f"The differential has the shape of the function's value, {case.out}, yours has "
                       f"{case.gave}.", numbers=(case.out, case.gave))
    if p.claim.shape != p.truth.shape:
        what = (f"A gradient has the shape of its variable, {p.truth.shape}" if case.kind == "gradient" else
                f"The {case.kind} is {p.truth.shape[0]} × {p.truth.shape[1]} (outputs × inputs)")
        return Finding("shape", f"{what}; yours has shape {p.claim.shape}.",
                       numbers=(p.truth.shape, p.claim.shape))
    gap = np.abs(p.claim - p.truth)
    worst = [np.unravel_index(i, gap.shape) for i in np.argsort(gap, axis=None)[::-1][:3] if gap.flat[i] > 0]
    wrong = int((gap > 10 * p.tolerance()).sum())
    if gap.ndim == 0:
        return Finding("unknown", f"The {case.kind} is {show(p.truth)}, yours is {show(p.claim)}.")
    listed = "; ".join(f"{show(at)} should be {show(p.truth[at])}, yours {show(p.claim[at])}" for at in worst)
    return Finding("unknown", f"The {case.kind} differs in {wrong} of {gap.size} entries and no common mistake "
                   f"explains it. Largest differences: {listed}.")
