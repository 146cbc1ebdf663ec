"""An identity checked by SymPy at 2 × 2 and 2 × 3: the entry's own code, run on symbols instead of numbers.

NumPy carries arrays of symbols through +, *, @, sums and traces as they are. What it cannot carry (exp, inv,
det …) has a stand-in here.
"""

import numpy as np
import sympy as sp

from .code import NAMES, function, run
from .entry import moving

# All square; then 2 × 3, unless a matrix is square in n. N is larger than the others only there.
SMALL = ({**dict.fromkeys("mnkpq", 2), "N": 2}, {**dict.fromkeys("mkpq", 2), "n": 3, "N": 3})
SYMBOLIC_KINDS = {
    "",
    "positive",
    "nonzero",
    "symmetric",
    "skew",
    "diagonal",
    "lower triangular",
    "upper triangular",
    "positive definite",
    "distinct eigenvalues",
    "invertible",
    "positive determinant",
    "power",
    "probabilities",
    "one-hot",
    "0 or 1",
}


class NotSymbolic(TypeError):
    """This entry uses what SymPy cannot express; the message says what."""


def elementwise(f):
    lifted = np.frompyfunc(f, 1, 1)
    return lambda X: lifted(np.asarray(X, dtype=object))


def matrix(f):
    """A function of a SymPy matrix as one of an array."""

    def on_array(X):
        out = f(sp.Matrix(X))
        return np.array(out.tolist(), dtype=object) if isinstance(out, sp.MatrixBase) else out

    return on_array


def inverse(X):
    """By the adjugate. SymPy's own would first try to prove that the determinant is not zero, which takes far longer."""
    return X.adjugate() / X.det()


def norm(X, ord=None, axis=None, keepdims=False):
    if ord not in (None, 2, "fro") or (ord == 2 and np.ndim(X) == 2 and axis is None):
        raise NotSymbolic(f"norm(…, {ord})")
    squares = np.sum(np.asarray(X, dtype=object) ** 2, axis=axis, keepdims=keepdims)
    return elementwise(sp.sqrt)(squares) if np.ndim(squares) else sp.sqrt(squares)


class Symbols:
    """NumPy as the catalogue's code sees it, on arrays of symbols."""

    exp, log, sqrt, sin, cos, tanh, cosh = (
        staticmethod(elementwise(f)) for f in (sp.exp, sp.log, sp.sqrt, sp.sin, sp.cos, sp.tanh, sp.cosh)
    )
    pi = sp.pi

    @staticmethod
    def eye(n, m=None):
        return np.eye(n, m, dtype=int).astype(object)

    identity = eye

    @staticmethod
    def ones(shape):
        return np.ones(shape, dtype=int).astype(object)

    @staticmethod
    def zeros(shape):
        return np.zeros(shape, dtype=int).astype(object)

    zeros_like = staticmethod(lambda X: np.zeros(np.shape(X), dtype=int).astype(object))
    ones_like = staticmethod(lambda X: np.ones(np.shape(X), dtype=int).astype(object))

    def __getattr__(self, name):
        if name in (
            "abs",
            "sign",
            "maximum",
            "where",
            "sort",
            "argmax",
            "max",
            "linalg",
            "real",
            "imag",
            "conj",
        ):
            raise NotSymbolic(f"np.{name}")
        return getattr(np, name)


def refuse(name):
    def stand_in(*args, **kwargs):
        raise NotSymbolic(name)

    return stand_in


def whole(value):
    """Exact numbers: what matdiff's own matrices hold as floats are ones, zeros and halves."""
    return elementwise(lambda v: sp.Rational(float(v)) if isinstance(v, (float, np.floating)) else v)(value)


def exact(f):
    return lambda *args: whole(f(*args))


def columns(X):
    """vec, for symbols."""
    return np.asarray(X, dtype=object).reshape(-1, order="F")


def half(X):
    """vech, for symbols: column by column from the diagonal down."""
    return np.concatenate([X[j:, j] for j in range(len(X))])


def symmetric_from(x):
    """unvech, for symbols."""
    n = int((np.sqrt(8 * len(x) + 1) - 1) / 2)
    X = np.zeros((n, n), dtype=object)
    X[np.triu_indices(n)] = x  # rows of the upper triangle are columns of the lower one
    return X + np.triu(X, 1).T


SYMBOLIC = {
    **NAMES,
    **{
        name: refuse(name)
        for name in ("cholesky", "eig", "eigh", "eigvalsh", "matrix_rank", "pinv", "qr", "svd")
    },
    "np": Symbols(),
    "norm": norm,
    "inv": matrix(inverse),
    "det": matrix(lambda X: X.det()),
    "solve": lambda A, B: matrix(inverse)(A) @ B,
    "slogdet": lambda X: (1, sp.log(sp.Matrix(X).det() ** 2) / 2),
    **{
        name: exact(NAMES[name])
        for name in ("commutation_matrix", "duplication_matrix", "elimination_matrix")
    },
    "vec": columns,
    "unvec": lambda x, shape: np.reshape(x, shape, order="F"),
    "vech": half,
    "unvech": symmetric_from,
    "sym": lambda X: (X + X.T) / sp.Integer(2),
    "skew": lambda X: (X - X.T) / sp.Integer(2),
}


def symbols(name, shape, kind):
    """An array of symbols of this kind."""
    if kind not in SYMBOLIC_KINDS:
        raise NotSymbolic(f"{name}: {kind}")
    positive = {"positive": True} if kind in ("positive", "probabilities") else {"real": True}
    X = np.empty(shape, dtype=object)
    for at in np.ndindex(*shape):
        X[at] = sp.Symbol(name + "".join(str(i) for i in at), **positive)
    if kind in ("symmetric", "positive definite", "distinct eigenvalues"):
        return np.triu(X) + np.triu(X, 1).T
    masks = {
        "skew": lambda X: np.triu(X, 1) - np.triu(X, 1).T,
        "diagonal": lambda X: np.diag(np.diag(X)),
        "lower triangular": np.tril,
        "upper triangular": np.triu,
    }
    return masks[kind](X) if kind in masks else X


def draw(entry, sizes):
    """The entry's inputs as symbols."""
    inputs, then = entry.parsed
    used = {s for i in inputs for s in i.sizes}
    space = {
        i.name: 3 if i.kind == "power" else symbols(i.name, tuple(sizes[s] for s in i.sizes), i.kind)[()]
        for i in inputs
    } | {s: sizes[s] for s in used}
    return run(then, space, SYMBOLIC) if then else space


def independent(entry, sizes):
    """The variable with all entries free, beside the inputs: it is structured after the derivative."""
    given = draw(entry, sizes)
    X = given[entry.variable]
    free = symbols("_" + entry.variable, np.shape(X), "")[()]
    return given, free, dict(zip(np.ravel(free), np.ravel(X)))


def same(difference):
    """Is every entry zero?  Decided exactly."""
    for d in np.ravel(np.asarray(difference, dtype=object)):
        d = sp.sympify(d)
        d = d.xreplace({number: sp.nsimplify(number, rational=True) for number in d.atoms(sp.Float)})
        if d != 0 and sp.expand(sp.numer(sp.together(d))) != 0 and sp.simplify(d) != 0:
            return False
    return True


def derivative(F, free):
    """∂vec F/∂vec X, as an array."""
    values, at = columns(F), columns(free)
    return np.array([[sp.diff(v, x) for x in at] for v in values], dtype=object).reshape(values.size, at.size)


def call(body, given, **changed):
    names = {**given, **changed}
    return function(body, names, SYMBOLIC)(*names.values())


def holds(entry, form, sizes):
    """Does this form hold for symbols of these sizes?"""
    body = getattr(entry, form)[1]
    given, free, back = independent(entry, sizes)
    fill = elementwise(lambda v: sp.sympify(v).subs(back))
    if form == "equals":
        return same(call(entry.of[1], given) - call(body, given))
    if form == "differential":
        t, moved = sp.Symbol("_t"), moving(entry, body)
        d = {
            v: symbols("d" + v, np.shape(given[v]), next(i.kind for i in entry.parsed[0] if i.name == v))[()]
            for v in moved
        }
        F = call(entry.of[1], given, **{v: given[v] + t * d[v] for v in moved})
        slope = elementwise(lambda v: sp.diff(v, t).subs(t, 0))(F)
        return same(slope - call(body, given, **{f"d{v}": d[v] for v in moved}))
    if form == "hessian":
        G = call(entry.gradient[1], given, **{entry.variable: free})
        return same(fill(derivative(G, free)) - call(body, given))
    F = call(entry.of[1], given, **{entry.variable: free})
    if form == "pullback":
        G = symbols("G", np.shape(F), "")[()]
        J = fill(derivative(np.sum(G * F), free))
        return same(J.reshape(np.shape(free), order="F") - call(body, given, G=G))
    if form == "conjugate":
        raise NotSymbolic("complex variables")
    J, claim = fill(derivative(F, free)), np.asarray(call(body, given), dtype=object)
    return same((J.reshape(np.shape(free), order="F") if form == "gradient" else J) - claim)


def sizes_of(entry):
    """2 × 2, and 2 × 3 where no matrix has to be square in n."""
    square = {s for i in entry.parsed[0] for s in i.sizes if i.sizes.count(s) > 1}
    return SMALL[:1] if "n" in square else SMALL


def check(entry):
    """Does every form hold symbolically?  Raises NotSymbolic where SymPy cannot express the entry."""
    return all(holds(entry, form, sizes) for sizes in sizes_of(entry) for form in entry.forms)
