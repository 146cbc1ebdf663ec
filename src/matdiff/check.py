"""Is this derivative right, and if not, what is wrong with it?

The verdict compares the claim with a numerical derivative and its error bound, at the input given and at a
general input nearby. Nothing is refused in one pass: before a refusal the noise of both sides is measured.
What is wrong is found by `diagnose`.

Keyword arguments that are not listed go to the function and to the claim, each those that it
has parameters for.
"""
import copy
import difflib
import html
import inspect
import re
import traceback
import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from . import numeric
from .diagnose import Case, Point, bisect, block_around, diagnose, show, sizes_of, unknown
from .palette import DARK, LIGHT
from .replay import Budget, Diverged, Spent, Tape, Traced, Untraceable, central
from .vec import sym, vec

FULL = 1000     # inputs up to which the verdict uses the whole derivative; beyond, directions and a block
WIDE = 100_000  # entries of a Jacobian up to which it does
HUGE = 1e100    # a value above it is divided by itself before it is differentiated
LOOSE = 1e-3    # a bound above this part of the derivative's size decides nothing


@dataclass(frozen=True)
class Check:
    """The verdict on a claimed derivative: what `check_gradient` and its like return. True where it passed.

    passed    whether the claim is right
    mistake   the mistake's name (`matdiff.diagnose.MISTAKES` lists them), or None
    message   one or two sentences
    expected, given   the two numbers that matter: the entry that differs most, or the two shapes
    also      names of other mistakes that would explain the claim as well
    details   the traceback of your own function, where one was raised
    Its text is ✓ or ✗ and the message; in a notebook it is a card. It cannot be changed.

    >>> check = Check(False, "sign", "The sign is the opposite.", expected=2.0, given=-2.0)
    >>> check
    ✗ The sign is the opposite.
    >>> bool(check), check.mistake
    (False, 'sign')
    """
    passed: bool
    mistake: str | None
    message: str
    expected: object = None
    given: object = None
    also: tuple = ()
    details: str | None = None

    def __bool__(self):
        return self.passed

    def __repr__(self):
        return ("✓ " if self.passed else "✗ ") + self.message

    def _repr_html_(self):
        role = "gradient" if self.passed else "wrong"
        word = "Right" if self.passed else "Wrong"
        name = f" <em>{html.escape(self.mistake)}</em>" if self.mistake not in (None, "unknown") else ""
        mark = "✓" if self.passed else "✗"
        edge = f"light-dark({LIGHT[role]}, {DARK[role]})"
        return (f'<div role="status" aria-label="{word}: {html.escape(self.message, quote=True)}" '
                f'style="border-left: 4px solid {LIGHT[role]}; border-left-color: {edge}; '
                f'background: {LIGHT[role]}1f; color: inherit; padding: .5em .8em; margin: .3em 0">'
                f'<strong>{mark} {word}</strong>{name}<br>{html.escape(self.message)}</div>')


def check_gradient(f, grad, X, *, terms=None, symmetric=False, sizes=None, **kwargs):
    """Is `grad` the gradient of the scalar function `f` at X?  A `Check` says so, or names the mistake.

    f          function: f(X) is one number
    grad       the claim: a function, grad(X) of X's shape, or the array that it would return
    X          array of real numbers, of any shape
    terms      {name: array or function}: the summands of the right gradient, so that a missing one can be
               named
    symmetric  X is a symmetric matrix: the gradient is then the projection sym(G)
    sizes      {"m": 12}: numbers that a constant may be named by
    Other keyword arguments go to f and grad, each those that it has parameters for.

    A wrong claim, or one that raises, is no error but a `Check` that says so. Raises TypeError or ValueError
    if X is no array of finite real numbers, f no function, `grad` neither function nor array, or if a keyword
    is of the wrong kind or taken by nobody.

    >>> import numpy as np
    >>> A, x = np.array([[1., 2.], [0., 3.]]), np.array([1., 4.])
    >>> check_gradient(lambda x: x @ A @ x, lambda x: (A + A.T) @ x, x)
    ✓ The gradient is right.
    >>> check = check_gradient(lambda x: x @ A @ x, lambda x: -(A + A.T) @ x, x)
    >>> check.passed, check.mistake, check.expected, check.given
    (False, 'sign', 26.0, -26.0)
    """
    return _check("gradient", f, grad, X, terms, symmetric, sizes, kwargs)


def check_jacobian(F, J, X, *, terms=None, sizes=None, **kwargs):
    """Is `J` the Jacobian ∂vec F/∂vec X?  A `Check` says so, or names the mistake.

    F       function: F(X) is an array of any shape
    J       the claim: a function or an array of shape (size of F(X), size of X), with vec column-major
    X       array of real numbers, of any shape
    The other layout, J transposed or with one index for each axis, is accepted and named "layout". Keywords
    and errors as in `check_gradient`.

    >>> import numpy as np
    >>> A, x = np.array([[1., 2.], [0., 3.], [1., 1.]]), np.array([1., 4.])
    >>> check_jacobian(lambda x: A @ x, A, x)
    ✓ The Jacobian is right.
    >>> check_jacobian(lambda x: A @ x, A.T, x).mistake
    'layout'
    >>> check_jacobian(lambda x: A @ x, 2 * A, x).mistake
    'factor'
    """
    return _check("Jacobian", F, J, X, terms, False, sizes, kwargs)


def check_differential(F, dF, X, *, sizes=None, **kwargs):
    """Is `dF` the differential of F at X?  A `Check` says so, or names the mistake.

    F       function: F(X) is an array of any shape
    dF      the claim: a function, dF(X, dX) linear in dX and of F(X)'s shape
    X       array of real numbers, of any shape; dX has its shape
    Keywords and errors as in `check_gradient`; a dF that is no function raises TypeError.

    >>> import numpy as np
    >>> X = np.array([[1., 2.], [0., 3.]])
    >>> check_differential(lambda X: X @ X, lambda X, dX: dX @ X + X @ dX, X)
    ✓ The differential is right.
    >>> check_differential(lambda X: X @ X, lambda X, dX: 2 * X @ dX, X).passed
    False
    """
    if not callable(dF):
        raise TypeError(f"dF must be a function of X and dX, got {_kind(dF)}; "
                        "for an array of partial derivatives use check_jacobian.")
    return _check("differential", F, dF, X, None, False, sizes, kwargs)


# Arguments --------------------------------------------------------------------------------------------------

def _kind(value):
    return f"a {type(value).__name__}"


def _as_input(X):
    """X as an array of doubles, or one sentence."""
    try:
        A = np.asarray(X)
    except ValueError:
        raise ValueError("X must be an array of numbers; the rows given have different lengths.") from None
    if A.dtype.kind not in "biuf":
        raise TypeError(f"X must be an array of real numbers, got {_kind(X)} of {A.dtype.name} entries.")
    if A.size == 0:
        raise ValueError(f"X has no entries (shape {A.shape}); give at least one number.")
    if not np.isfinite(A).all():
        raise ValueError("X holds nan or infinity; derivatives are checked at finite inputs.")
    return A.astype(float)


def _accepted(function, extra):
    """Those of the extra keyword arguments that the function has parameters for."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        extra = {k: v for k, v in extra.items() if k in {p.name for p in parameters}}
    return extra


def _accepting(function, extra):
    """The function with those of the extra keyword arguments that it has parameters for."""
    extra = _accepted(function, extra)
    return (lambda *args: function(*args, **extra)) if extra else function


KEYWORDS = {"gradient": ("terms", "symmetric", "sizes"), "Jacobian": ("terms", "sizes"),
            "differential": ("sizes",)}


def _known(kind, f, claim, extra):
    """One sentence for a keyword argument that nobody takes."""
    known = [*KEYWORDS[kind], *(p for g in (f, claim) if callable(g) for p in _parameters(g)[1:])]
    for name in extra:
        if not any(callable(g) and name in _accepted(g, extra) for g in (f, claim)):
            near = difflib.get_close_matches(name, known, 1)
            raise TypeError(f"check_{kind.lower()} has no keyword {name}, and neither has your function"
                            + (f"; is {near[0]} meant?" if near else ".")
                            + f" It takes {', '.join(KEYWORDS[kind])} and the parameters of your functions.")


def _parameters(function):
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _named_terms(terms, X):
    """The terms as they are, or one sentence."""
    if not isinstance(terms or {}, dict):
        raise TypeError(f"terms must be a dictionary of names and arrays or functions, as "
                        f"{{'penalty': lambda x: 2 * x}}, "
                        f"got {_kind(terms)}.")
    for name, term in (terms or {}).items():
        value = _call(term, (X,), f"The term {name}") if callable(term) else term
        try:
            numbers = np.asarray(value).dtype.kind in "iuf"
        except ValueError:
            numbers = False
        if not numbers:
            raise TypeError(f"terms[{name!r}] must be an array of numbers or a function of X, got "
                            f"{_kind(term)}.")
    return dict(terms or {})


def _variable(function):
    """What the function calls its variable, for the sentences."""
    try:
        first = next(iter(inspect.signature(function).parameters.values()), None)
    except (TypeError, ValueError):
        return "X"
    return first.name if first and first.kind in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD) else "X"


def _named_sizes(sizes):
    if not isinstance(sizes or {}, dict) or not all(
            isinstance(n, (int, np.integer)) for n in (sizes or {}).values()):
        raise TypeError(f"sizes must be a dictionary of names and whole numbers, as {{'m': 12}}, got "
                        f"{_kind(sizes)}.")
    return dict(sizes or {})


class _Refused(Exception):
    """Something of the user's that ends the check: carries the Check."""


def _stop(mistake, message, **more):
    raise _Refused(Check(False, mistake, message, **more))


def _not_linear(**numbers):
    _stop("not linear in dX",
          "Your differential is not linear in dX: its value at a sum is not the sum of its "
          "values.", **numbers)


def _call(function, args, what):
    """The function's value as an array of real numbers, or a Check that says why not."""
    try:
        with np.errstate(all="ignore"):
            value = function(*(np.array(a) for a in args))
    except Exception as error:
        text = str(error).splitlines()[0] if str(error) else ""
        _stop("raises", f"{what} raised {type(error).__name__}" + (f": {text.rstrip('.')}." if text else "."),
              details=traceback.format_exc())
    return _as_numbers(value, what)


def _as_numbers(value, what):
    if value is None:
        _stop("not an array", f"{what} returned None; is a return statement missing?")
    several = isinstance(value, tuple) and len(value) > 1 and any(
        np.ndim(part) for part in value if part is not None)
    if several and what.startswith("Your"):
        _stop("not an array",
              f"{what} returned {len(value)} values, one of them an array; return one array alone.")
    try:
        array = np.asarray(value)
    except ValueError:
        if isinstance(value, (list, tuple)):
            _stop("not an array",
                  f"{what}'s rows have different lengths; give every row the same number of entries.")
        array = np.asarray(None)
    if array.dtype.kind == "b" and what.startswith("Your"):
        _stop("not an array",
              f"{what} is True/False, where real numbers are expected; multiply it by 1.0 if a mask "
              "of ones and zeros is meant.")
    if array.dtype.kind == "c" and not array.imag.any():
        array = array.real
    if array.dtype.kind not in "biuf":
        _stop("not an array", f"{what} returned {_kind(value)}, where real numbers are expected.")
    if not np.isfinite(array).all():
        bad = np.argwhere(~np.isfinite(array))[0]
        where = f" at entry {show(tuple(bad))}" if array.ndim else ""
        _stop("not finite", f"{what} returned {array[tuple(bad)]}{where}; is X outside its domain?")
    return array


# The check --------------------------------------------------------------------------------------------------

def _check(kind, f, claim, X, terms, symmetric, sizes, extra):
    if not callable(f):
        raise TypeError(f"f must be a function of X, got {_kind(f)}.")
    X = _as_input(X)
    if symmetric and not _is_symmetric(X):
        raise ValueError(f"symmetric=True needs a symmetric X, got shape {X.shape} that is not.")
    X = sym(X) if symmetric else X
    _known(kind, f, claim, extra)
    function, answer = _accepting(f, extra), _accepting(claim, extra) if callable(claim) else claim
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")     # of runs that the reader did not ask for
            terms, sizes = _named_terms(terms, X), _named_sizes(sizes)
            return _Judge(kind, function, answer, X, terms, symmetric, sizes, _variable(f)).verdict()
    except _Refused as refusal:
        return refusal.args[0]


class _Judge:
    """One check: the truth and the claim at a few points, the verdict, and the reason for a refusal."""

    def __init__(self, kind, f, claim, X, terms, symmetric, sizes, variable="X", block=None):
        self.block = block      # of a large input, if this is only a part of a check
        self.kind, self.f, self.claim, self.X, self.variable = kind, f, claim, X, variable
        self.terms, self.symmetric, self.sizes, self.remembers = terms, symmetric, sizes, False
        self.budget, self.tapes = Budget(), {}      # tapes: the steps of f, by the bytes of X
        value = _call(f, (X,), "The function")
        self.out, self.blur = value.shape, 1e-4 if value.dtype in (np.float32, np.float16) else 0.0
        size = np.abs(value).max(initial=0)
        self.unit = float(size) if size > HUGE else 1.0
        if kind == "gradient" and np.prod(self.out, dtype=int) != 1:
            _stop("shape", f"The function returns shape {self.out}, a gradient needs a single number; "
                           "use check_jacobian.", expected=(), given=self.out)

    def verdict(self):
        if self.is_large():
            return _Large(self).verdict()
        here = self.point(self.X, self.claimed_or_kink())
        if self.agrees(here):
            return self.accept(here)
        if self.reads_one_triangle(here):
            self.symmetric = True       # as Cholesky's factor does: X is meant as a symmetric variable
            return self.verdict()
        return self.refuse(here)

    def claimed_or_kink(self):
        """The claim at X. Where it is not finite since f has a kink there, that is said first."""
        try:
            return self.claimed(self.X)
        except _Refused as refusal:
            check = refusal.args[0]
            if check.mistake == "not finite" and self.kind != "differential":
                nothing = np.zeros(self.X.shape if self.kind == "gradient"
                                   else (int(np.prod(self.out)), self.X.size))
                if self.kink(self.point(self.X, nothing)):
                    said = check.message.removesuffix("; is X outside its domain?")
                    _stop("function not smooth here",
                          f"The function has a kink at this X, where no {self.kind} "
                          f"exists. {said}.")
            raise

    def is_large(self):
        entries = self.X.size * (1 if self.kind == "gradient" else int(np.prod(self.out)))
        return self.block is None and bool(self.X.ndim) and (self.X.size > FULL or entries > WIDE)

    def reads_one_triangle(self, p):
        if self.symmetric or self.kind != "gradient" or not _is_symmetric(p.X):
            return False
        lower, upper = (np.abs(triangle(p.truth, k)).max() for triangle, k in ((np.tril, -1), (np.triu, 1)))
        return min(lower, upper) <= p.bound.max() < 1e-3 * max(lower, upper)

    # What is known at a point

    def traced(self, X):
        """The gradient by one sweep backwards through the steps of f, where a test line confirms it."""
        if self.kind != "gradient":
            return None
        try:
            tape = Tape(self.f, X, self.budget)
            guess = tape.gradient() if tape.linked else None
            found = None if guess is None else numeric.confirmed(self.scalar, X, guess)
        except (Exception, Diverged, Spent, Untraceable):
            return None         # the slower way says what is wrong, if anything is
        if found is None:
            return None
        self.tapes[X.tobytes()] = tape
        return found.value, found.error

    def scalar(self, X):
        value = self.f(X)
        one = self.kind == "gradient" and np.ndim(value) and np.size(value) == 1
        return np.reshape(value, ()) if one else value

    def derivative(self, how, *args):
        """A numerical derivative with its bound."""
        f = self.scalar if self.kind == "gradient" and self.out else self.f
        if self.unit != 1:      # squares of its values would overflow
            f = lambda X, f=f: f(X) / self.unit
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")     # of runs that the reader did not ask for
                result = how(f, *args, full_output=True)
        except Exception as error:
            if "not deterministic" in str(error) and not self.remembers:
                # its noise is then like that of rounding
                self.f, self.remembers = _remembering(self.f), True
                return self.derivative(how, *args)
            _stop("raises", f"The function raised {type(error).__name__} near X: {str(error).splitlines()[0]}"
                  if str(error) else f"The function raised {type(error).__name__} near X.",
                  details=traceback.format_exc())
        value, bound = np.asarray(result.value, float), np.abs(np.asarray(result.error, float))
        if not np.isfinite(value).all():
            found = self.rough(f, how, *args)
            if found is None:
                _stop("not finite",
                      "The function's derivative at X is not finite; is X on the edge of its domain?")
            value, bound = found
        bound = np.where(np.isnan(bound), np.inf, np.broadcast_to(bound, value.shape))
        return value * self.unit, bound * self.unit

    def rough(self, f, how, X, *V):
        """Plain differences and how far they differ, of a function whose derivative noise or size hide.

        None where they grow as the steps get smaller: at a jump, under a root, on the edge of a domain.
        """
        units = np.eye(X.size).reshape((-1,) + X.shape[::-1])
        lines, values = list(V) or [np.transpose(E) for E in units], []
        with np.errstate(all="ignore"):
            for h in (1e-2, 3e-3, 1e-3):
                t = h * _size(X) / max(np.abs(L).max() for L in lines)
                rows = [vec(as_array(f(X + t * L)) - as_array(f(X - t * L))) / (2 * t) for L in lines]
                values.append(np.stack(rows, axis=1))
        sizes = [np.abs(D).max(initial=0) for D in values]
        if not np.isfinite(values).all() or sizes[2] > 1.5 * sizes[1] > 1.5 * 1.5 * sizes[0]:
            return None
        middle, spread = values[2], np.ptp(values, axis=0)
        bound = 3 * np.maximum(spread, 1e-2 * sizes[2])
        shape = self.out if V else X.shape if self.kind == "gradient" else middle.shape
        return middle.reshape(shape, order="F"), bound.reshape(shape, order="F")

    def point(self, X, given=None):
        """Truth, bound and claim at X."""
        truth, bound = self.traced(X) or self.derivative(
            numeric.gradient if self.kind == "gradient" else numeric.jacobian, X)
        if self.symmetric:
            truth, bound = sym(truth), sym(bound)
        scale = np.abs(self.f(np.array(X))).max() / _size(X)
        return Point(X, truth, bound, self.claimed(X) if given is None else given, float(scale))

    def claimed(self, X):
        """The claim at X; a differential becomes its matrix, one column for each entry of X."""
        if self.kind == "differential":
            return self.matrix(X)
        if not callable(self.claim):
            return self.array()
        return _call(self.claim, (X,), "Your " + self.kind)

    def array(self):
        value = self.claim
        if isinstance(value, str) or np.asarray(value, dtype=object).dtype == object and value is None:
            raise TypeError(f"the claim must be a function or an array of numbers, got {_kind(value)}.")
        return _as_numbers(value, "Your " + self.kind)

    def matrix(self, X):
        if not self.is_linear(X):
            _not_linear()
        units = np.eye(X.size).reshape((-1,) + X.shape[::-1])
        values = [_call(self.claim, (X, np.transpose(E)), "Your differential") for E in units]
        self.gave = values[0].shape
        V = np.random.default_rng(3).normal(size=X.shape)
        M = np.stack([vec(v) for v in values], axis=1)
        along = vec(_call(self.claim, (X, V), "Your differential"))
        if not np.allclose(M @ vec(V), along, rtol=1e-4, atol=1e-6 * np.abs(M).max(initial=0)):
            _not_linear(expected=float(show((M @ vec(V)).flat[0])), given=float(show(along.flat[0])))
        return M

    def is_linear(self, X):
        """Asked in general directions first: at a unit matrix a wrong claim may raise, as an inverse does."""
        V, W = _gaussian(10, 2, X.shape)
        v, w, both = (np.asarray(_call(self.claim, (X, D), "Your differential"), float)
                      for D in (V, W, V - 2 * W))
        size = max(np.abs(v).max(initial=0), np.abs(w).max(initial=0))
        return both.shape == v.shape and np.allclose(v - 2 * w, both, rtol=1e-4, atol=1e-4 * size)

    # Agreement

    def agrees(self, p):
        if p.claim.shape != p.truth.shape or not self.same_shape():
            return False
        gap = np.abs(p.claim - p.truth)
        # of a function that answers in single precision
        if (gap <= p.tolerance() + self.blur * p.size()).all():
            return True
        if self.block is not None:      # of a claim that is known to be wrong: no doubt is left
            return bool((gap <= p.tolerance() + _single(p.claim, p.truth)).all())
        return bool((gap <= p.tolerance() + self.noise(p, gap)).all() or self.forgiven(p))

    def same_shape(self):
        return self.kind != "differential" or self.gave == self.out

    def noise(self, p, gap):
        """How much the claim shakes: in the last digits of X, and against a smooth curve through X.

        Not measured where the gap is larger than any noise that is allowed for.
        """
        single = _single(p.claim, p.truth)
        if not callable(self.claim):
            return single
        rng = np.random.default_rng(4)
        draw = lambda: self.of_a_kind(rng.normal(size=p.X.shape))
        far = self.beside(p.X + 0.3 * _size(p.X) * draw())
        most = LOOSE * max(p.size(), 0.0 if far is None else np.abs(far).max())
        if (gap > p.tolerance() + most + single).any():
            return most + single
        shaken = [self.beside(p.X * (1 + 4e-16 * draw())) for _ in range(3)]
        last = max((np.abs(s - p.claim).max() for s in shaken if s is not None), default=0.0)
        return min(10 * last + 5 * self.roughness(p), most) + single

    def roughness(self, p):
        """The smallest third difference of the claim along a line: nearly zero where it is smooth to
        round-off."""
        V = self.of_a_kind(np.random.default_rng(5).normal(size=p.X.shape)) * _size(p.X)
        rough = [0.0]
        for h in (1e-4, 1e-5, 1e-6):
            line = [self.beside(p.X + k * h * V) for k in (-2, -1, 0, 1, 2)]
            if all(c is not None for c in line):
                rough.append(np.abs(np.diff(line, 3, axis=0)).max() / np.sqrt(20))
        return min(rough[1:], default=0.0)

    def of_a_kind(self, V):
        """A direction that X may move along."""
        return sym(V) if self.symmetric else V

    def beside(self, X):
        try:
            return self.claimed(X)
        except _Refused:
            return None

    def forgiven(self, p):
        """Measured once more along the line where claim and truth differ: do they differ there?

        Not of a truth that two ways have given, where the gap is no small one.
        """
        gap = p.claim - p.truth
        if p.X.tobytes() in self.tapes and np.abs(gap).max() > LOOSE * p.size() + 1e3 * p.bound.max():
            return False
        V = gap if self.kind == "gradient" else self.unvec(gap[np.abs(gap).max(axis=1).argmax()], p.X)
        V = V / np.abs(V).max()
        try:
            slope, bound = self.derivative(numeric.directional_derivative, p.X,
                                           sym(V) if self.symmetric else V)
        except _Refused:
            return False
        mine = np.vdot(p.claim, V) if self.kind == "gradient" else p.claim @ vec(V)
        if np.max(bound) > 0.1 * np.abs(gap).max():
            return False    # too blunt to contradict the first measurement
        return bool((np.abs(mine - vec(slope)) <= 3 * vec(bound) + 1e-9 * np.abs(mine)).all())

    def unvec(self, v, X):
        return v.reshape(X.shape, order="F")

    # Verdicts

    def accept(self, here):
        what = self.kind
        rough = self.not_differentiable(here)
        if rough is not None:
            return rough
        beside = self.general(here)
        if beside is None:
            return self.undecided(here) if loose(here) else Check(True, None, f"The {what} is right.")
        if callable(self.claim):
            still = None if self.agrees(beside) else self.unread(here, beside)
            beside = beside if still is None else self.general(here, still) or beside
            further = None if self.agrees(beside) else self.general(beside, still)
            if further is None and not self.agrees(beside):
                return self.wrong_beside(here, [beside])
            if further is not None and not self.agrees(further):    # once may be noise
                return self.wrong_beside(here, [beside, further])
            if not (loose(here) and loose(beside)):
                note = " The function has a kink at this X; judged beside it." if self.kink(here) else ""
                return Check(True, None, f"The {what} is right.{note}")
        doubt = self.undecided(here, beside)
        return Check(True, None, f"The {what} is right.") if doubt is None else doubt

    def wrong_beside(self, here, points):
        """Right at this X, wrong near it."""
        check = self.explain(points, passed_first=True)
        if check.mistake == "does not move with X" and self.kink(here):
            return Check(False, "function not smooth here",
                         f"The function has a kink at this X, where no {self.kind} "
                         f"exists; near it there is one, and yours is wrong there: it should be "
                         f"{show(check.expected)} "
                         f"where yours is {show(check.given)}.", check.expected, check.given)
        return check

    def undecided(self, here, beside=None):
        """Right as far as can be seen: say so where this input, a kink or noise keeps the rest from sight."""
        if loose(here) and (beside is None or here.bound.max() > LOOSE * beside.size()):
            if self.kink(here) and not self.between(here):
                return self.refuse(here)
            if self.kink(here):
                return Check(True, "function not smooth here", f"The function has a kink at this X, where no "
                             f"{self.kind} exists; your value lies between the one-sided slopes.")
            part = 10.0 ** np.ceil(np.log10(here.bound.max() / max(here.size(), 1e-300)))
            return Check(True, "too noisy to decide",
                         f"Your {self.kind} agrees, but the function is so noisy that "
                         "errors below "
                         + (f"{show(part)} of its size" if part < 1 else "the size of the derivative itself")
                         + " cannot be seen.")
        if beside is None or callable(self.claim):
            return None
        if here.size() < 1e-9 * beside.size():
            return Check(True, "this input cannot decide",
                         f"Right at this X, but the {self.kind} is zero here, so "
                         "that every multiple of yours passes too; try a general X.")
        if _is_symmetric(here.truth) and not _is_symmetric(beside.truth):
            return Check(True, "this input cannot decide",
                         f"Right at this X, but here the {self.kind} equals its "
                         "transpose, so that the transposed formula passes too; try an X that is not "
                         "symmetric.")
        return None

    def refuse(self, here):
        if self.kink(here):
            return Check(False, "function not smooth here",
                         f"The function has a kink at this X, and your {self.kind} "
                         "lies outside its one-sided slopes.", *_worst(here))
        beside = self.general(here) if callable(self.claim) else None
        still = None if beside is None else self.unread(here, beside)
        beside = beside if still is None else self.general(here, still) or beside
        return self.explain([here] if beside is None else [here, beside])

    def explain(self, points, passed_first=False):
        case = Case(self.kind, self.f, self.claim if callable(self.claim) else None, tuple(points), self.out,
                    getattr(self, "gave", self.out), self.terms, self.symmetric, self.sizes, self.evaluate,
                    passed_first, block=self.block, budget=self.budget)
        for i, p in enumerate(points[:2]):
            if p.X.tobytes() in self.tapes:
                case.recorded[self.f, i] = self.tapes[p.X.tobytes()]
        return self.worded(diagnose(case), points[0])

    def worded(self, finding, point):
        expected, given = finding.numbers or _worst(point)
        message = re.sub(r"\bX\b", self.variable, finding.message)
        return Check(finding.accepted, finding.name, message, expected, given, finding.also)

    def evaluate(self, X):
        """A further point for the diagnosis, or None outside the domain."""
        try:
            _call(self.f, (X,), "The function")
            return self.point(X)
        except _Refused:
            return None

    def unread(self, here, beside):
        """The triangle of X that is zero, where f does not read it: X is then meant as a triangular matrix."""
        if self.kind != "gradient" or here.X.ndim != 2 or min(here.X.shape) < 2:
            return None
        for cut, k in ((np.triu, 1), (np.tril, -1)):
            half = cut(np.ones(here.X.shape, bool), k)
            if not here.X[half].any() and (np.abs(beside.truth) <= beside.tolerance())[half].all():
                return half
        return None

    def general(self, here, still=None):
        """A general point near X: no symmetry, no zeros, no equal entries but those that are to stay still;
        nearer, then of X's kind, if f refuses."""
        X = here.X
        rng = np.random.default_rng(6)
        step = rng.uniform(-1, 1, X.shape) * np.where(X == 0, _size(X), X)
        step = step if still is None else np.where(still, 0.0, step)
        symmetric = X.ndim == 2 and _is_symmetric(X)
        for shake in [0.2, 0.02, 0.002]:
            for S in ([sym(step)] if self.symmetric else [step, sym(step)] if symmetric else [step]):
                p = self.evaluate(X + shake * S)
                if p is not None and (p.bound.max() <= 1e-4 * p.size() or loose(here)):
                    return p
        return None

    def kink(self, here):
        """Do the one-sided slopes through X differ, the more clearly the nearer?"""
        if not loose(here):
            return False
        bends = []
        for h in (1e-3, 1e-4, 1e-5):
            slopes = [self.one_sided(here, self.of_a_kind(V) * _size(here.X), h)
                      for V in _gaussian(7, 3, here.X.shape)]
            bends.append(max(np.abs(up - down).max() for up, down in slopes))
        size = max(here.size(), np.abs(here.claim).max(initial=0))
        return bends[0] > 1e-2 * size and 0.5 * bends[0] < bends[2] < 2 * bends[0]

    def one_sided(self, here, V, h):
        """The difference quotients of f along V, forwards and backwards."""
        with np.errstate(all="ignore"):
            up, mid, down = (vec(np.asarray(self.f(here.X + t * V), float)) for t in (h, 0, -h))
        return (up - mid) / h, (mid - down) / h

    def not_differentiable(self, here):
        """Partial derivatives may exist where the function has no derivative: do they predict other
        directions?"""
        if here.X.size < 2 or here.X.tobytes() in self.tapes or self.kink(here):
            return None     # or a general direction has confirmed them
        for V in _gaussian(19, 2, here.X.shape):
            V = sym(V) if self.symmetric else V
            mine = np.atleast_1d(np.vdot(here.claim, V) if self.kind == "gradient" else here.claim @ vec(V))
            size = max(np.abs(mine).max(), 1e-3 * here.scale * np.abs(V).max(), 1e-300)
            slopes = np.array([self.one_sided(here, V * _size(here.X), h)
                               for h in (1e-3, 1e-4, 1e-5)]) / _size(here.X)
            gaps = np.abs(slopes - mine).max(axis=(1, 2))
            size = max(size, np.abs(slopes).max())
            if not (gaps > 1e-2 * size).all() or gaps.max() > 2 * gaps.min():
                continue
            slope, bound = map(vec, self.derivative(numeric.directional_derivative, here.X, V))
            if not (np.abs(slope - mine) > 10 * bound + 1e-3 * size).any():
                continue
            inside = ((slopes.min(axis=1) <= mine) & (mine <= slopes.max(axis=1))).all()
            worst = np.unravel_index(np.abs(slopes[2] - mine).argmax(), slopes[2].shape)
            return Check(bool(inside), "function not smooth here",
                         "The function has partial derivatives at this X but "
                         "is not differentiable there: along a general direction it changes at the rate "
                         f"{show(slopes[2][worst])}, where they predict {show(mine[worst[1]])}.",
                         float(show(slopes[2][worst])), float(show(mine[worst[1]])))
        return None

    def between(self, here):
        """Does the claim lie between the one-sided slopes, along every axis?"""
        for at in np.ndindex(here.X.shape) if self.kind == "gradient" else ():
            E = np.zeros(here.X.shape)
            E[at] = _size(here.X)
            slopes = np.concatenate(self.one_sided(here, E, 1e-5)) / _size(here.X)
            slack = 1e-3 * np.abs(slopes).max() + 1e-9 * here.scale
            if not slopes.min() - slack <= here.claim[at] <= slopes.max() + slack:
                return False
        return True

    def slope_of(self, claim, V):
        """What the claim says about the direction V."""
        if self.kind == "gradient":
            return np.atleast_1d(np.vdot(claim, V))
        if self.kind == "Jacobian":
            return claim @ vec(V)
        return vec(_call(self.claim, (self.X, V), "Your differential"))


class _Large:
    """A check of many entries: Gaussian directions for the verdict, a block of X and F(X) for the diagnosis.

    No more is ever differentiated in full than such a block.
    """

    def __init__(self, judge):
        self.judge, self.kind, self.X, self.out = judge, judge.kind, judge.X, judge.out
        self.shape = self.X.shape if self.kind == "gradient" else (int(np.prod(self.out)), self.X.size)
        if self.kind == "differential":
            if not judge.is_linear(self.X):
                _not_linear()
            judge.gave = _call(judge.claim, (self.X, np.ones(self.X.shape)), "Your differential").shape
            self.given = self.claim = None
        else:
            self.given = judge.claimed(self.X)
            self.claim = self.in_order()

    def in_order(self):
        """The claim in the layout of the truth; None where its shape fits no layout."""
        shape, given = self.shape, self.given
        if given.shape == shape:
            return given
        if self.kind == "gradient":
            row = given.shape == (1, *shape) and len(shape) == 1
            return given[0] if row else given.T if given.shape == shape[::-1] else None
        if given.shape == shape[::-1]:
            return given.T
        if given.shape == self.out + self.X.shape:
            return given.transpose(tuple(reversed(range(len(self.out)))) + tuple(
                len(self.out) + k for k in reversed(range(self.X.ndim)))).reshape(shape)
        return given.reshape(shape) if given.ndim == 1 and shape[0] == 1 and given.size == shape[1] else None

    def verdict(self):
        if self.kind == "differential" and self.judge.gave not in (self.out, self.out[::-1]) or (
                self.kind != "differential" and self.claim is None):
            return self.of_another_shape()
        fits = self.kind != "differential" or self.judge.same_shape()
        agreed = self.agreement(4) if fits else [False]
        skew = self.judge.symmetric and not _is_symmetric(self.claim)
        if False not in agreed and not skew:
            if self.given is not None and self.given.shape != self.shape:
                return self.block((0,) * self.X.ndim, (0,) * len(self.out))     # is this layout accepted?
            further = [self.moved(shake) for shake in (0.2, 0.02)] if callable(self.judge.claim) else []
            if further and all(p is not None and False in p.agreement(1) for p in further):   # once: noise
                return further[0].refuse(True)
            return Check(True, *((None, f"The {self.kind} is right.") if True in agreed else
                                 ("too noisy to decide",
                                  f"Your {self.kind} agrees as far as the function's noise "
                                  "lets one see.")))
        if not skew and self.reads_one_triangle():
            self.judge.symmetric = True
            return self.verdict()
        return self.refuse(fits)

    def moved(self, shake):
        """The same check at a general point near X, or None outside of the domain."""
        judge, step = copy.copy(self.judge), np.random.default_rng(6).uniform(-1, 1, self.X.shape)
        step = step * np.where(self.X == 0, _size(self.X), self.X)
        judge.X = self.X + shake * (sym(step) if judge.symmetric else step)
        try:
            _call(judge.f, (judge.X,), "The function")
            there = _Large(judge)
        except _Refused:
            return None
        return there if there.kind == "differential" or there.claim is not None else None

    def refuse(self, fits):
        skew = self.judge.symmetric and not _is_symmetric(self.claim)
        if skew:
            entry, output = np.unravel_index(np.abs(self.claim - self.claim.T).argmax(), self.X.shape), 0
        else:
            entry, output = self.farthest() if fits else ((0,) * self.X.ndim, 0)
        where = self.alone(entry) if fits and not skew else ""
        check = self.block(entry, np.unravel_index(output, self.out, order="F"), where)
        if check.mistake in (None, "layout"):
            return self.nowhere()
        if where and where not in check.message:
            check = replace(check,
                            message=f"{check.message} All that differs is {where.removesuffix(' alone')}.")
        return check

    @cached_property
    def whole(self):
        """Truth, bound and claim in full, where the function's steps give them; None elsewhere."""
        found = self.judge.traced(self.X)
        if found is None or self.claim is None:
            return None
        truth, bound = map(sym, found) if self.judge.symmetric else found
        scale = np.abs(self.judge.f(np.array(self.X))).max() / _size(self.X)
        return Point(self.X, truth, bound, self.claim, float(scale))

    def agreement(self, count):
        """Whether the claim agrees in all entries, or along some directions; None: too blunt to tell."""
        if self.whole is not None:
            return [self.judge.agrees(self.whole) and (None if loose(self.whole) else True)]
        rng, agreed = np.random.default_rng(8), []
        while len(agreed) < count and False not in agreed:
            agreed.append(self.agrees(rng.normal(size=self.X.shape)))
        return agreed

    def farthest(self):
        """The entry of X, and that of F(X), where claim and truth differ most."""
        if self.whole is None:
            return bisect(self.gaps, self.X.shape)
        gap = np.abs(self.whole.claim - self.whole.truth)
        return tuple(map(int, np.unravel_index(gap.argmax(), gap.shape))), 0

    def agrees(self, V):
        """Does the claim agree along this direction?  None where the measurement is too blunt to tell."""
        V = sym(V) if self.judge.symmetric else V
        slope, bound = self.judge.derivative(numeric.directional_derivative, self.X, V)
        mine = self.judge.slope_of(self.claim, V)
        size = np.abs(mine).max(initial=0) if self.claim is None else np.linalg.norm(
            self.claim, axis=None if self.kind == "gradient" else 1)
        blur = 0.0 if self.claim is None else _single(self.claim, self.claim) * np.sqrt(self.X.size)
        if not (np.abs(mine - vec(slope)) <= 3 * vec(bound) + 1e-9 * size + blur).all():
            return False
        return True if np.max(bound) <= LOOSE * np.max(size) else None

    def gaps(self, ranges):
        """How far claim and truth differ along two directions cut to these ranges; a plain difference will
        do."""
        mask, rows = np.zeros(self.X.shape), []
        mask[np.ix_(*ranges)] = 1
        for V in _gaussian(10, 2, self.X.shape) * mask:
            V = sym(V) if self.judge.symmetric else V
            slope = central(lambda t: np.asarray(self.judge.f(self.X + t * V), float), _size(self.X),
                            fine=False)
            rows.append(self.judge.slope_of(self.claim, V) - vec(slope))
        return np.array(rows)

    def alone(self, entry):
        """All that differs, in words, if it is one entry, one row or one column of X."""
        V, what = _gaussian(11, 1, self.X.shape)[0], "" if self.kind == "gradient" else " of X"
        mirror = [entry, entry[::-1]] if self.judge.symmetric else [entry]
        parts = [(f"entry {show(tuple(entry))}", mirror)]
        if self.X.ndim == 2 and not self.judge.symmetric:
            parts += [(f"row {entry[0]}", [np.s_[entry[0], :]]), (f"column {entry[1]}", [np.s_[:, entry[1]]])]
        for text, places in parts:
            if self.whole is not None:
                off = np.abs(self.whole.claim - self.whole.truth) > 10 * self.whole.tolerance()
                for at in places:
                    off[at] = False
                if not off.any():
                    return f"{text}{what} alone"
                continue
            rest = V.copy()
            for at in places:
                rest[at] = 0
            if self.agrees(rest):
                return f"{text}{what} alone"
        return ""

    def reads_one_triangle(self):
        """Does f look at one triangle only of a symmetric X, as Cholesky's factor does?"""
        if self.judge.symmetric or self.kind != "gradient" or not _is_symmetric(self.X):
            return False
        V = _gaussian(12, 1, self.X.shape)[0]
        lower, upper = (self.judge.derivative(numeric.directional_derivative, self.X, T)[0]
                        for T in (np.tril(V, -1), np.triu(V, 1)))
        return bool(min(abs(lower), abs(upper)) < 1e-9 * max(abs(lower), abs(upper)))

    def of_another_shape(self):
        """No layout: still to be summed over an axis, or of a wrong shape."""
        if self.kind == "gradient":
            for axis in range(self.given.ndim):
                total = self.given.sum(axis=axis)
                if total.size == self.X.size and len(self.given.shape) > 1:
                    self.claim = total.reshape(self.shape)
                    if self.agrees(_gaussian(13, 1, self.X.shape)[0]):
                        return self.explain(self.claim)
        return self.explain(np.broadcast_to(0.0, self.shape))

    def explain(self, truth):
        bound = np.broadcast_to(0.0, self.shape)
        claim = bound if self.given is None else self.given
        case = Case(self.kind, self.judge.f, None, (Point(self.X, truth, bound, claim),), self.out,
                    getattr(self.judge, "gave", self.out), {}, self.judge.symmetric, self.judge.sizes,
                    lambda X: None)
        return self.judge.worded(diagnose(case) if truth.any() else unknown(case), case.first)

    def nowhere(self):
        """Wrong along a general direction, right wherever one looks closer."""
        V = np.random.default_rng(8).normal(size=self.X.shape)
        V = sym(V) if self.judge.symmetric else V
        slope = vec(self.judge.derivative(numeric.directional_derivative, self.X, V)[0])
        mine = self.judge.slope_of(self.claim, V)
        at = np.abs(mine - slope).argmax()
        return Check(False, "unknown",
                     f"The {self.kind} is not right: along a general direction the function changes "
                     f"at the rate {show(slope[at])}, yours predicts {show(mine[at])}.",
                     float(show(slope[at])), float(show(mine[at])))

    def block(self, entry, output, where=""):
        """The same check with all held but a block of X, and only a block of F(X) looked at."""
        part = replace(block_around(entry, output, self.X.shape, self.out), where=where)
        at, seen = np.ix_(*part.inputs), np.ix_(*part.outputs)

        def whole(Y, rest=self.X):
            if np.shape(Y) != self.X[at].shape:
                raise ValueError("a block has one shape")
            X = rest.astype(np.result_type(rest, Y))
            X[at] = Y
            return X

        def within(Y):
            return Y.tape.step("embed", whole, (Y,), {}) if isinstance(Y, Traced) else whole(Y)

        def of_value(value):
            return as_array(value)[seen] if self.out and self.kind != "gradient" else value

        take = self.taken(part)
        if self.kind == "differential":
            turn = self.judge.gave != self.out
            mine = np.ix_(*part.outputs[::-1]) if turn else seen
            held = np.zeros(self.X.shape)
            mine = mine if self.out else ()
            claim = lambda Y, dY: as_array(self.judge.claim(whole(Y), whole(dY, held)))[mine]
        elif callable(self.judge.claim) and self.given.size <= WIDE:
            claim = lambda Y: take(as_array(self.judge.claim(within(Y))))
        else:
            claim = take(self.given)
        terms = {name: (lambda Y, t=t: take(as_array(t(within(Y))))) if callable(t) else take(np.asarray(t))
                 for name, t in self.judge.terms.items()}
        return _Judge(self.kind, lambda Y: of_value(self.judge.f(within(Y))), claim, self.X[at], terms,
                      self.judge.symmetric, {**sizes_of(self.X.shape), **self.judge.sizes},
                      self.judge.variable, part).verdict()

    def taken(self, part):
        """From a claim, in its own layout, what belongs to the block."""
        inputs, outputs = part.inputs, part.outputs
        if self.kind == "gradient":
            rows = inputs if self.given.shape == self.shape else (
                [[0], *inputs] if self.given.ndim > self.X.ndim else inputs[::-1])
        elif self.kind == "differential":
            return None
        elif self.given.shape == self.shape:
            rows = part.rows(), part.columns()
        elif self.given.shape == self.shape[::-1]:
            rows = part.columns(), part.rows()
        else:
            rows = (part.columns(),) if self.given.ndim == 1 else (*outputs, *inputs)
        return lambda value: value[np.ix_(*rows)]


def _remembering(f):
    """The function, made to say the same each time it is asked at one X."""
    said = {}

    def remembered(X):
        key = (np.asarray(X).tobytes(), np.asarray(X).dtype)
        if key not in said:
            said[key] = f(X)
        return said[key]
    return remembered


def as_array(value):
    return value if isinstance(value, np.ndarray) else np.asarray(value)


def loose(p):
    """Is the bound too wide to decide, beside the derivative and beside the size of f itself?"""
    return bool(p.bound.max() > max(LOOSE * p.size(), 1e-9 * p.scale))


def _single(claim, truth):
    """Room for a claim that holds no more than single precision."""
    if claim.dtype == np.float16:
        return 1e-2 * np.abs(truth).max(initial=0)
    rounded = claim.dtype == np.float32 or (np.array_equal(claim, claim.astype(np.float32))
                                            and not np.array_equal(claim, np.round(claim, 3)))
    return 4e-6 * np.abs(truth).max(initial=0) if rounded else 0.0


def _size(X):
    return np.abs(X).max(initial=0) or 1.0


def _gaussian(seed, count, shape):
    return np.random.default_rng(seed).normal(size=(count,) + shape)


def _is_symmetric(A):
    square = A.ndim == 2 and A.shape[0] == A.shape[1] and A.size > 1
    return square and np.allclose(A, A.T, rtol=1e-9, atol=1e-12)


def _worst(p):
    """Expected and given at the entry that differs most, rounded; the shapes where these differ."""
    if p.claim.shape != p.truth.shape:
        return p.truth.shape, p.claim.shape
    at = np.unravel_index(np.abs(p.claim - p.truth).argmax(), p.truth.shape)
    return float(show(p.truth[at])), float(show(p.claim[at]))
