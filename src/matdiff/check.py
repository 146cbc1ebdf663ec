"""Is this derivative right, and if not, what is wrong with it?

The verdict compares the claim with a numerical derivative and its error bound, at the input given and at a general
input nearby. Nothing is refused in one pass: before a refusal the noise of both sides is measured. What is wrong is
found by `diagnose`.

Keyword arguments that are not listed go to the function and to the claim, each those that it has parameters for.
"""
import html
import inspect
import re
import traceback
import warnings
from dataclasses import dataclass

import numpy as np

from . import numeric
from .diagnose import Case, Point, diagnose, show, sizes_of

from .palette import DARK, LIGHT
from .replay import Traced
from .vec import sym, vec

FULL = 1000     # inputs up to which the verdict uses the whole derivative; beyond, directions
BLOCK = 6       # beyond, a block of this many rows and columns is taken for the diagnosis
LOOSE = 1e-3    # a bound above this part of the derivative's size decides nothing


@dataclass(frozen=True)
class Check:
    """The verdict on a claimed derivative.

    passed    whether the claim is right
    mistake   the mistake's name (`matdiff.diagnose.MISTAKES` lists them), or None
    message   one or two sentences
    expected, given   the two numbers that matter: the entry that differs most, or the two shapes
    also      names of other mistakes that would explain the claim as well
    details   the traceback of your own function, where one was raised
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
    """Is `grad` the gradient of the scalar function `f` at X?

    f(X) -> number; grad(X) -> array of X's shape, or that array itself.
    terms      {name: array or function}: the summands of the right gradient, so that a missing one can be named
    symmetric  X is a symmetric matrix: the gradient is then the projection sym(G)
    sizes      {"m": 12}: numbers that a constant may be named by
    Raises only for arguments that are no functions or arrays; a wrong claim is a `Check` that says so.

    >>> import numpy as np
    >>> A, x = np.array([[1., 2.], [0., 3.]]), np.array([1., 4.])
    >>> check_gradient(lambda x: x @ A @ x, lambda x: (A + A.T) @ x, x)
    ✓ The gradient is right.
    """
    return _check("gradient", f, grad, X, terms, symmetric, sizes, kwargs)


def check_jacobian(F, J, X, *, terms=None, sizes=None, **kwargs):
    """Is `J` the Jacobian ∂vec F/∂vec X (column-major, size of F × size of X)?  Keywords as in `check_gradient`.

    >>> import numpy as np
    >>> A, x = np.array([[1., 2.], [0., 3.], [1., 1.]]), np.array([1., 4.])
    >>> check_jacobian(lambda x: A @ x, A, x)
    ✓ The Jacobian is right.
    """
    return _check("Jacobian", F, J, X, terms, False, sizes, kwargs)


def check_differential(F, dF, X, *, sizes=None, **kwargs):
    """Is `dF(X, dX)` the differential of F: linear in dX, of F(X)'s shape?

    >>> import numpy as np
    >>> X = np.array([[1., 2.], [0., 3.]])
    >>> check_differential(lambda X: X @ X, lambda X, dX: dX @ X + X @ dX, X)
    ✓ The differential is right.
    """
    if not callable(dF):
        raise TypeError(f"dF must be a function of X and dX, got {_kind(dF)}; "
                        "for an array of partial derivatives use check_jacobian.")
    return _check("differential", F, dF, X, None, False, sizes, kwargs)


# Arguments ------------------------------------------------------------------------------------------------------

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


def _accepting(function, extra):
    """The function with those of the extra keyword arguments that it has parameters for."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        extra = {k: v for k, v in extra.items() if k in {p.name for p in parameters}}
    return (lambda *args: function(*args, **extra)) if extra else function


def _variable(function):
    """What the function calls its variable, for the sentences."""
    try:
        first = next(iter(inspect.signature(function).parameters.values()), None)
    except (TypeError, ValueError):
        return "X"
    return first.name if first and first.kind in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD) else "X"


def _named_sizes(sizes):
    if not isinstance(sizes or {}, dict) or not all(isinstance(n, (int, np.integer)) for n in (sizes or {}).values()):
        raise TypeError(f"sizes must be a dictionary of names and whole numbers, as {{'m': 12}}, got {_kind(sizes)}.")
    return dict(sizes or {})


class _Refused(Exception):
    """Something of the user's that ends the check: carries the Check."""


def _stop(mistake, message, **more):
    raise _Refused(Check(False, mistake, message, **more))


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
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind == "c" and not array.imag.any():
        array = array.real
    if array.dtype.kind not in "biuf":
        _stop("not an array", f"{what} returned {_kind(value)}, where real numbers are expected.")
    if not np.isfinite(array).all():
        bad = np.argwhere(~np.isfinite(array))[0]
        where = f" at entry {show(tuple(bad))}" if array.ndim else ""
        _stop("not finite", f"{what} returned {array[tuple(bad)]}{where}; is X outside its domain?")
    return array


# The check ------------------------------------------------------------------------------------------------------

def _check(kind, f, claim, X, terms, symmetric, sizes, extra):
    if not callable(f):
        raise TypeError(f"f must be a function of X, got {_kind(f)}.")
    X = _as_input(X)
    if symmetric and not _is_symmetric(X):
        raise ValueError(f"symmetric=True needs a symmetric X, got shape {X.shape} that is not.")
    X = sym(X) if symmetric else X
    function, answer = _accepting(f, extra), _accepting(claim, extra) if callable(claim) else claim
    try:
        return _Judge(kind, function, answer, X, terms or {}, symmetric, _named_sizes(sizes), _variable(f)).verdict()
    except _Refused as refusal:
        return refusal.args[0]


class _Judge:
    """One check: the truth and the claim at a few points, the verdict, and the reason for a refusal."""

    def __init__(self, kind, f, claim, X, terms, symmetric, sizes, variable="X"):
        self.kind, self.f, self.claim, self.X, self.variable = kind, f, claim, X, variable
        self.terms, self.symmetric, self.sizes, self.remembers = terms, symmetric, sizes, False
        value = _call(f, (X,), "The function")
        self.out, self.blur = value.shape, 1e-4 if value.dtype in (np.float32, np.float16) else 0.0
        if kind == "gradient" and np.prod(self.out, dtype=int) != 1:
            _stop("shape", f"The function returns shape {self.out}, a gradient needs a single number; "
                           "use check_jacobian.", expected=(), given=self.out)

    def verdict(self):
        given = self.claimed(self.X)
        if self.X.size > FULL:
            return self.by_directions(given)
        here = self.point(self.X, given)
        if self.agrees(here):
            return self.accept(here)
        if self.reads_one_triangle(here):
            self.symmetric = True       # as Cholesky's factor does: X can only be meant as a symmetric variable
            return self.verdict()
        return self.refuse(here)

    def reads_one_triangle(self, p):
        if self.symmetric or self.kind != "gradient" or not _is_symmetric(p.X):
            return False
        lower, upper = (np.abs(triangle(p.truth, k)).max() for triangle, k in ((np.tril, -1), (np.triu, 1)))
        return min(lower, upper) <= p.bound.max() < 1e-3 * max(lower, upper)

    # What is known at a point

    def scalar(self, X):
        value = self.f(X)
        return np.reshape(value, ()) if self.kind == "gradient" and np.ndim(value) and np.size(value) == 1 else value

    def derivative(self, how, *args):
        """A numerical derivative with its bound."""
        f = self.scalar if self.kind == "gradient" and self.out else self.f
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")     # of runs that the reader did not ask for
                result = how(f, *args, full_output=True)
        except Exception as error:
            if "not deterministic" in str(error) and not self.remembers:
                self.f, self.remembers = _remembering(self.f), True     # its noise is then like that of rounding
                return self.derivative(how, *args)
            _stop("raises", f"The function raised {type(error).__name__} near X: {str(error).splitlines()[0]}"
                  if str(error) else f"The function raised {type(error).__name__} near X.",
                  details=traceback.format_exc())
        value, bound = np.asarray(result.value, float), np.abs(np.asarray(result.error, float))
        if not np.isfinite(value).all():
            _stop("not finite", "The function's derivative at X is not finite; is X on the edge of its domain?")
        return value, np.where(np.isnan(bound), np.inf, np.broadcast_to(bound, value.shape))

    def point(self, X, given=None):
        """Truth, bound and claim at X."""
        truth, bound = self.derivative(numeric.gradient if self.kind == "gradient" else numeric.jacobian, X)
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
            _stop("not linear in dX", "Your differential is not linear in dX: its value at a sum is not the sum of "
                  "its values.")
        units = np.eye(X.size).reshape((-1,) + X.shape[::-1])
        values = [_call(self.claim, (X, np.transpose(E)), "Your differential") for E in units]
        self.gave = values[0].shape
        V = np.random.default_rng(3).normal(size=X.shape)
        M = np.stack([vec(v) for v in values], axis=1)
        along = vec(_call(self.claim, (X, V), "Your differential"))
        if not np.allclose(M @ vec(V), along, rtol=1e-4, atol=1e-6 * np.abs(M).max(initial=0)):
            _stop("not linear in dX", "Your differential is not linear in dX: its value at a sum is not the sum "
                  "of its values.", expected=float(show((M @ vec(V)).flat[0])), given=float(show(along.flat[0])))
        return M

    def is_linear(self, X):
        """Asked in general directions first: at a unit matrix a wrong claim may raise, as an inverse does."""
        V, W = _gaussian(10, 2, X.shape)
        v, w, both = (np.asarray(_call(self.claim, (X, D), "Your differential"), float) for D in (V, W, V - 2 * W))
        size = max(np.abs(v).max(initial=0), np.abs(w).max(initial=0))
        return both.shape == v.shape and np.allclose(v - 2 * w, both, rtol=1e-4, atol=1e-4 * size)

    # Agreement

    def agrees(self, p):
        if p.claim.shape != p.truth.shape or not self.same_shape():
            return False
        gap = np.abs(p.claim - p.truth)
        if (gap <= p.tolerance() + self.blur * p.size()).all():     # of a function that answers in single precision
            return True
        return bool((gap <= p.tolerance() + self.noise(p)).all() or self.forgiven(p))

    def same_shape(self):
        return self.kind != "differential" or self.gave == self.out

    def noise(self, p):
        """How much the claim shakes: in the last digits of X, and against a smooth curve through X."""
        if not callable(self.claim):
            return _single(p.claim, p.truth)
        rng = np.random.default_rng(4)
        shaken = [self.beside(p.X * (1 + 4e-16 * rng.normal(size=p.X.shape))) for _ in range(3)]
        last = max((np.abs(s - p.claim).max() for s in shaken if s is not None), default=0.0)
        far = self.beside(p.X + 0.3 * _size(p.X) * rng.normal(size=p.X.shape))
        most = LOOSE * max(p.size(), 0.0 if far is None else np.abs(far).max())
        return min(10 * last + 5 * self.roughness(p), most) + _single(p.claim, p.truth)

    def roughness(self, p):
        """The smallest third difference of the claim along a line: nearly zero where it is smooth to round-off."""
        V = np.random.default_rng(5).normal(size=p.X.shape) * _size(p.X)
        rough = [0.0]
        for h in (1e-4, 1e-5, 1e-6):
            line = [self.beside(p.X + k * h * V) for k in (-2, -1, 0, 1, 2)]
            if all(c is not None for c in line):
                rough.append(np.abs(np.diff(line, 3, axis=0)).max() / np.sqrt(20))
        return min(rough[1:], default=0.0)

    def beside(self, X):
        try:
            return self.claimed(X)
        except _Refused:
            return None

    def forgiven(self, p):
        """Measured once more along the line where claim and truth differ: do they differ there?"""
        gap = p.claim - p.truth
        V = gap if self.kind == "gradient" else self.unvec(gap[np.abs(gap).max(axis=1).argmax()], p.X)
        V = V / np.abs(V).max()
        try:
            slope, bound = self.derivative(numeric.directional_derivative, p.X, sym(V) if self.symmetric else V)
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
            further = None if self.agrees(beside) else self.general(beside)
            if further is None and not self.agrees(beside):
                return self.explain([beside], passed_first=True)
            if further is not None and not self.agrees(further):    # once may be noise
                return self.explain([beside, further], passed_first=True)
            if not (loose(here) and loose(beside)):
                note = " The function has a kink at this X; judged beside it." if self.kink(here) else ""
                return Check(True, None, f"The {what} is right.{note}")
        doubt = self.undecided(here, beside)
        return Check(True, None, f"The {what} is right.") if doubt is None else doubt

    def undecided(self, here, beside=None):
        """Right as far as can be seen: say so where this input, a kink or noise keeps the rest from sight."""
        if loose(here) and (beside is None or here.bound.max() > LOOSE * beside.size()):
            if self.kink(here) and not self.between(here):
                return self.refuse(here)
            if self.kink(here):
                return Check(True, "function not smooth here", f"The function has a kink at this X, where no "
                             f"{self.kind} exists; your value lies between the one-sided slopes.")
            part = 10.0 ** np.ceil(np.log10(here.bound.max() / max(here.size(), 1e-300)))
            return Check(True, "too noisy to decide", f"Your {self.kind} agrees, but the function is so noisy that "
                         "errors below "
                         + (f"{show(part)} of its size" if part < 1 else "the size of the derivative itself")
                         + " cannot be seen.")
        if beside is None or callable(self.claim):
            return None
        if here.size() < 1e-9 * beside.size():
            return Check(True, "this input cannot decide", f"Right at this X, but the {self.kind} is zero here, so "
                         "that every multiple of yours passes too; try a general X.")
        if _is_symmetric(here.truth) and not _is_symmetric(beside.truth):
            return Check(True, "this input cannot decide", f"Right at this X, but here the {self.kind} equals its "
                         "transpose, so that the transposed formula passes too; try an X that is not symmetric.")
        return None

    def refuse(self, here):
        if self.kink(here):
            return Check(False, "function not smooth here", f"The function has a kink at this X, and your {self.kind} "
                         "lies outside its one-sided slopes.", *_worst(here))
        beside = self.general(here) if callable(self.claim) else None
        return self.explain([here] if beside is None else [here, beside])

    def explain(self, points, passed_first=False):
        case = Case(self.kind, self.f, self.claim if callable(self.claim) else None, tuple(points), self.out,
                    getattr(self, "gave", self.out), self.terms, self.symmetric, self.sizes, self.evaluate,
                    passed_first)
        finding = diagnose(case)
        expected, given = finding.numbers or _worst(points[0])
        message = re.sub(r"\bX\b", self.variable, finding.message)
        return Check(finding.accepted, finding.name, message, expected, given, finding.also)

    def evaluate(self, X):
        """A further point for the diagnosis, or None outside the domain."""
        try:
            _call(self.f, (X,), "The function")
            return self.point(X)
        except _Refused:
            return None

    def general(self, here):
        """A general point near X: no symmetry, no zeros, no equal entries; nearer, then of X's kind, if f refuses."""
        X = here.X
        rng = np.random.default_rng(6)
        step = rng.uniform(-1, 1, X.shape) * np.where(X == 0, _size(X), X)
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
            slopes = [self.one_sided(here, V * _size(here.X), h) for V in _gaussian(7, 3, here.X.shape)]
            bends.append(max(np.abs(up - down).max() for up, down in slopes))
        size = max(here.size(), np.abs(here.claim).max(initial=0))
        return bends[0] > 1e-2 * size and 0.5 * bends[0] < bends[2] < 2 * bends[0]

    def one_sided(self, here, V, h):
        """The difference quotients of f along V, forwards and backwards."""
        with np.errstate(all="ignore"):
            up, mid, down = (vec(np.asarray(self.f(here.X + t * V), float)) for t in (h, 0, -h))
        return (up - mid) / h, (mid - down) / h

    def not_differentiable(self, here):
        """Partial derivatives may exist where the function has no derivative: do they predict other directions?"""
        if here.X.size < 2 or self.kink(here):
            return None
        for V in _gaussian(19, 2, here.X.shape):
            V = sym(V) if self.symmetric else V
            mine = np.atleast_1d(np.vdot(here.claim, V) if self.kind == "gradient" else here.claim @ vec(V))
            size = max(np.abs(mine).max(), 1e-3 * here.scale * np.abs(V).max(), 1e-300)
            slopes = np.array([self.one_sided(here, V * _size(here.X), h) for h in (1e-3, 1e-4, 1e-5)]) / _size(here.X)
            gaps = np.abs(slopes - mine).max(axis=(1, 2))
            size = max(size, np.abs(slopes).max())
            if not (gaps > 1e-2 * size).all() or gaps.max() > 2 * gaps.min():
                continue
            slope, bound = map(vec, self.derivative(numeric.directional_derivative, here.X, V))
            if not (np.abs(slope - mine) > 10 * bound + 1e-3 * size).any():
                continue
            inside = ((slopes.min(axis=1) <= mine) & (mine <= slopes.max(axis=1))).all()
            worst = np.unravel_index(np.abs(slopes[2] - mine).argmax(), slopes[2].shape)
            return Check(bool(inside), "function not smooth here", "The function has partial derivatives at this X but "
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

    # Many inputs

    def by_directions(self, given):
        """Beyond FULL inputs: Gaussian directions for the verdict, a block of X for the diagnosis."""
        rng = np.random.default_rng(8)
        shape = self.X.shape if self.kind == "gradient" else (int(np.prod(self.out)), self.X.size)
        if given.shape == shape and self.same_shape():
            agreed = [self.along(given, rng) for _ in range(4)]
            if False not in agreed:
                return Check(True, *((None, f"The {self.kind} is right.") if True in agreed else
                                     ("too noisy to decide", f"Your {self.kind} agrees as far as the function's noise "
                                      "lets one see.")))
        block = self.block(given) if self.kind == "gradient" else None
        if block is None:
            here = self.point(self.X, given)
            return self.refuse(here) if not self.agrees(here) else self.accept(here)
        return block

    def along(self, given, rng):
        """Does the claim agree along one Gaussian direction?  None where the measurement is too blunt to tell."""
        V = rng.normal(size=self.X.shape)
        V = sym(V) if self.symmetric else V
        slope, bound = self.derivative(numeric.directional_derivative, self.X, V)
        mine, size = ((np.vdot(given, V), np.linalg.norm(given)) if self.kind == "gradient"
                      else (given @ vec(V), np.linalg.norm(given, axis=1)))
        slack = 3 * vec(bound) + 1e-9 * size + _single(given, given) * np.sqrt(self.X.size)
        if not (np.abs(mine - vec(slope)) <= slack).all():
            return False
        return True if np.max(bound) <= LOOSE * np.max(size) else None

    def block(self, given):
        """The same check with all of X held but a block of rows and columns."""
        if given.shape not in (self.X.shape, self.X.shape[::-1]):
            return None
        rng = np.random.default_rng(9)
        pick = [np.sort(rng.choice(n, min(n, BLOCK), replace=False)) for n in self.X.shape]
        if self.X.ndim == 2 and self.X.shape[0] == self.X.shape[1]:
            pick[1] = pick[0]
        at = np.ix_(*pick)
        mine = at if given.shape == self.X.shape else np.ix_(*pick[::-1])

        def whole(Y):
            X = self.X.astype(np.result_type(self.X, Y))
            X[at] = Y
            return X

        def within(Y):
            return Y.tape.step("embed", whole, (Y,), {}) if isinstance(Y, Traced) else whole(Y)

        claim = (lambda Y: as_array(self.claim(within(Y)))[mine]) if callable(self.claim) else given[mine]
        part = _Judge(self.kind, lambda Y: self.f(within(Y)), claim, self.X[at], {}, self.symmetric,
                      {**sizes_of(self.X.shape), **self.sizes}, self.variable)
        result = part.verdict()
        return None if result.passed else result


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
    return A.ndim == 2 and A.shape[0] == A.shape[1] and A.size > 1 and np.allclose(A, A.T, rtol=1e-9, atol=1e-12)


def _worst(p):
    """Expected and given at the entry that differs most, rounded; the shapes where these differ."""
    if p.claim.shape != p.truth.shape:
        return p.truth.shape, p.claim.shape
    at = np.unravel_index(np.abs(p.claim - p.truth).argmax(), p.truth.shape)
    return float(show(p.truth[at])), float(show(p.claim[at]))
