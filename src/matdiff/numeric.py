"""Derivatives without formulas, with a bound on their error: complex step where it is proved right, else differences.

Every derivative is taken along lines X + t d. In units of max(1, |x|) per coordinate, t starts at 0.04.

1. A *test line* in a random direction is differenced and extrapolated; its scatter measures the function's noise.
2. *Complex step* (Squire & Trapp 1998): Im F(X + ih d) / h has no subtraction and is exact to round-off, but it is
   nonsense for code that is not analytic (abs, max, conj, norm). It is taken only if it agrees with the test line in
   every output, and its bound is what that comparison could have missed.
3. *Extrapolated differences* (Romberg) otherwise, with smaller steps where a coordinate has not settled.

Many functions work on a stack of inputs as they stand. Where a trial shows that, all points go in together.
"""
import warnings
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

EPS = np.finfo(float).eps
TINY = 1e-30                                      # complex step: its square is lost beside 1
BLOCK = 2**16                                     # numbers evaluated together; more would leave the cache
LEVELS = np.array([8, 4, 2, 1]) / 8               # steps of one extrapolation, in units of the first
GRID = np.array([8, 4, 2, 1, 3]) / 8              # the same and 3/8: nine equally spaced points about the middle
# First steps to try: (factor, whether relative to |x| instead of max(1, |x|)).
STAGES = [(2.0**-k, False) for k in (0, 3, 8)] + [(2.0**-k, True) for k in (0, 3)] + \
         [(2.0**-k, False) for k in (13, 18, 23, 28)] + [(2.0**-8, True)]


@dataclass(frozen=True)
class Derivative:
    """A derivative, a bound on its error (entry by entry), how it was found, and how often the function was asked."""
    value: np.ndarray
    error: np.ndarray
    method: str
    evaluations: int


# ---------------------------------------------------------------------------------------------- what readers call

def directional_derivative(F, X, V, *, full_output=False):
    """Derivative of F at X in the direction V: the limit of (F(X + tV) - F(X)) / t. It has the shape of F(X).

    F takes an array like X and returns a number or an array; further arguments go into a closure. V has X's shape.
    With `full_output=True` the result is a `Derivative`: value, error bound, method, evaluations.

    >>> A = np.array([[1., 2.], [3., 4.]])
    >>> directional_derivative(lambda X: X @ X, A, np.eye(2)).round(8)
    array([[2., 4.],
           [6., 8.]])
    """
    with _quiet():
        fun = _Function(F, X, "F")
        V = _numbers(V, "V")
        if V.shape != fun.X.shape:
            raise ValueError(f"V has shape {V.shape} but X has shape {fun.X.shape}: a direction has the shape of its point.")
        reach = np.max(np.abs(V.ravel()) / fun.scale, initial=0.0)
        if reach == 0:
            value, error, method = np.zeros((1, fun.size)), np.zeros((1, fun.size)), "exact"
        else:
            value, error, method = _derive(fun, _Rows(V.ravel()[None] / reach))
        return _answer(fun, reach * value[0].reshape(fun.shape), reach * error[0].reshape(fun.shape), method, full_output)


def gradient(f, X, *, full_output=False):
    """Gradient of the scalar function f at X, in the shape of X: df = <gradient, dX>.

    >>> gradient(lambda x: x @ x, np.array([1., 2., 3.])).round(8)
    array([2., 4., 6.])
    """
    with _quiet():
        fun = _Function(f, X, "f")
        fun.need_scalar("gradient", "use jacobian for a function with several outputs")
        value, error, method = _derive(fun, _Coordinates(fun.scale))
        value, error = (a / fun.scale[:, None] for a in (value, error))
        return _answer(fun, value.reshape(fun.X.shape), error.reshape(fun.X.shape), method, full_output)


def jacobian(F, X, *, full_output=False):
    """Jacobian of F at X: the matrix d vec F / d vec X of shape (size of F(X), size of X), vec stacking columns.

    For vectors this is the usual matrix, rows are outputs; for a scalar F it is the gradient's transpose.

    >>> A, B = np.array([[1., 2.], [3., 4.], [5., 6.]]), np.array([[1., 0., 2., 1.]])
    >>> J = jacobian(lambda X: A @ X @ B, np.ones((2, 1)))
    >>> J.shape, np.allclose(J, np.kron(B.T, A))
    ((12, 2), True)
    """
    with _quiet():
        fun = _Function(F, X, "F")
        value, error, method = _derive(fun, _Coordinates(fun.scale))
        value, error = (_column_major(a / fun.scale[:, None], fun) for a in (value, error))
        return _answer(fun, value, error, method, full_output)


def hessian(f, X, *, full_output=False):
    """Hessian of the scalar function f at X: symmetric, (size of X) squared, in the order of vec X (columns stacked).

    >>> hessian(lambda x: x[0]**2 * x[1], np.array([3., 5.])).round(6)
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    with _quiet():
        fun = _Function(f, X, "f")
        fun.need_scalar("hessian", "differentiate each output on its own")
        n = fun.X.size
        rows, cols = np.triu_indices(n)
        value, error = _differences(fun, _Pairs(fun.scale, rows, cols), order=2)
        H, bound = np.zeros((n, n)), np.zeros((n, n))
        # q(d), the second derivative along d, gives the mixed ones: q(a + b) = q(a) + q(b) + 2 H(a, b).
        H[rows, cols], bound[rows, cols] = value[:, 0], error[:, 0]
        q, e = H.diagonal().copy(), bound.diagonal().copy()
        H, bound = (H - q[:, None] - q) / 2, (bound + e[:, None] + e) / 2
        H[range(n), range(n)], bound[range(n), range(n)] = q, e
        H, bound = ((np.triu(A) + np.triu(A, 1).T) / np.outer(fun.scale, fun.scale) for A in (H, bound))
        order = np.arange(n).reshape(fun.X.shape).ravel(order="F")
        H, bound = (A[np.ix_(order, order)] for A in (H, bound))
        return _answer(fun, H, bound, "extrapolated differences", full_output)


def _column_major(a, fun):
    """(inputs, outputs), both in NumPy's order of rows, to (outputs, inputs), both in the order of vec."""
    return a.reshape(fun.X.shape + fun.shape).reshape(a.shape, order="F").T


def _answer(fun, value, error, method, full_output):
    fun.check_repeatable()
    if not full_output:
        return value[()]
    return Derivative(value[()], error[()], method, fun.evaluations)


# ---------------------------------------------------------------------------------------------- methods

def _derive(fun, directions):
    """Derivatives along the directions: value and error bound (directions, outputs), and the method's name."""
    line = _TestLine(fun, directions.test())
    step = _complex_step(fun, directions, line)
    if step:
        return *step, "complex step"
    if len(directions) == 1:
        return line.value, line.error, "extrapolated differences"
    return *_differences(fun, directions, line), "extrapolated differences"


def _complex_step(fun, directions, line):
    """Value and bound by complex step, or None if it is refused: real or single precision, or not confirmed."""
    if not line.settled or not fun.size:
        return None
    v = line.direction
    try:
        if not line.confirms(fun.imaginary(v[None])[0]):  # one evaluation spares most refusals the rest
            return None
        value = np.empty((len(directions), fun.size))
        for rows in _blocks(np.arange(len(directions)), max(fun.X.size, fun.size)):
            value[rows] = fun.imaginary(directions[rows])
    except _Refused:
        return None
    weights = directions.weights
    if not line.confirms(weights @ value, np.abs(weights) @ np.abs(value)):
        return None
    # A wrong entry (j, i) would have moved output i of the test line by |v_j| times its error.
    missed = line.error[0] + 4 * np.abs(weights @ value - line.value[0])
    return value, missed / np.abs(weights)[:, None] + 8 * EPS * np.abs(value)


def _differences(fun, directions, line=None, order=1):
    """Values and bounds by extrapolated central differences, with smaller steps for directions that do not settle."""
    line = line or _TestLine(fun, fun.scale * _generic(fun.X.size), stages=0)
    best = _Best(len(directions), fun.size)
    todo = np.arange(len(directions))
    for stage in range(len(STAGES)):
        h = directions.steps(stage, fun)
        todo = todo[h[todo] > 0]
        if not todo.size:
            break
        noise = line.noise(stage)
        for rows in _blocks(todo, 8 * max(fun.X.size, fun.size)):
            up, down = fun.along(directions[rows], h[rows], LEVELS)
            best.merge(rows, *_extrapolate(up, down, fun.value, h[rows], noise, order), noise / line.size(fun))
        todo = todo[best.unsettled()[todo]]
        if not todo.size:
            break
    return best.value, best.error


def _extrapolate(up, down, middle, h, noise, order):
    """Romberg's table over four halvings: best value, bound, and the part of the bound that is noise, entry by entry.

    up, down: (levels, directions, outputs), F at X + t d and X - t d for t = h, h/2, h/4, h/8.
    """
    t = LEVELS[:, None, None] * h[:, None]
    if order == 1:
        row = list((up - down) / (2 * t))
        bend = np.abs(up - middle + (down - middle)) / t              # halves with t, unless there is a kink
        weight = 1.7
    else:
        row = list((up - middle + (down - middle)) / t**2)
        odd = up - down
        bend = 4 * np.abs(odd[:-1] - 2 * odd[1:]) / t[:-1]**2         # the same for the first derivative
        weight = 6.5
    value, error, floor = np.zeros_like(row[0]), np.full_like(row[0], np.inf), np.zeros_like(row[0])
    shrink = [0 * r for r in row]
    for k in range(1, len(LEVELS)):
        new, bounds = [], []
        for j in range(len(row) - 1):
            c = row[j + 1] + (row[j + 1] - row[j]) / (4**k - 1)
            # The change against the coarser parent; never trusted to fall a thousandfold at once (that is luck).
            e = np.fmax(np.abs(c - row[j]), 1e-3 * np.fmax(shrink[j + 1], bounds[-1] if bounds else 0))
            e = np.where(np.isfinite(c), e, np.inf)
            new.append(c)
            bounds.append(e)
            level = k + j
            if level >= 2:
                f = weight * noise / t[level] ** order
                total = 2 * e + f
                better = total < error
                value, error, floor = np.where(better, c, value), np.where(better, total, error), np.where(better, f, floor)
        row, shrink = new, bounds
    smooth = (bend[-1] <= 0.7 * bend[-2]) & (bend[-2] <= 0.7 * bend[-3])
    error = np.where(smooth, error, np.fmax(error, bend[-1]))
    return np.where(np.isfinite(error), value, np.nan), error, floor


class _Best:
    """The best value so far of each entry."""

    def __init__(self, directions, outputs):
        self.value = np.full((directions, outputs), np.nan)
        self.error = np.full((directions, outputs), np.inf)
        self.limited = np.zeros((directions, outputs), bool)

    def merge(self, rows, value, error, floor, relative_noise):
        old, e = self.value[rows], self.error[rows]
        # Two sharp answers that exclude each other: structure at two scales, or steps. The bound covers both.
        sharp = (e <= 0.1 * np.abs(old)) & (error <= 0.1 * np.fmax(np.abs(old), np.abs(value)))
        quarrel = sharp & (np.abs(old - value) > e + error)
        gap = np.where(quarrel, np.abs(old - value), 0)
        better = error < e
        self.value[rows] = np.where(better, value, old)
        self.error[rows] = np.where(better, error, e) + gap
        # Nothing is gained by smaller steps where noise is the larger part.
        limited = (error <= 4 * floor) & ((relative_noise <= 1e-12) | (error <= 1e-4 * np.abs(value).max(axis=0)))
        self.limited[rows] = np.where(better, limited, self.limited[rows])

    def unsettled(self):
        row = np.max(np.abs(self.value), axis=0, initial=0, where=np.isfinite(self.value))
        return ~((self.error <= 1e-11 * row) | self.limited).all(axis=1)


class _TestLine:
    """F along one general direction: its derivative there, and the noise of F at the scale of each step."""

    def __init__(self, fun, direction, stages=len(STAGES)):
        self.fun, self.direction = fun, direction
        self.noises = []
        self.best = _Best(1, fun.size)
        self.top = np.abs(fun.value)
        self.settled = False
        for stage in range(stages):
            if self._advance() and not self.best.unsettled()[0]:
                self.settled = True
                break
        self.value, self.error = self.best.value, self.best.error

    def size(self, fun):
        return np.where(self.top > 0, self.top, 1)

    def _advance(self):
        """One stage further: differences along the line, noise from the table of differences."""
        fun, stage = self.fun, len(self.noises)
        h = _first_step(self.direction[None], stage, fun)
        if not h[0] > 0:
            self.noises.append(None)
            return False
        up, down = fun.along(self.direction[None], h, GRID, single=True)
        noise = self._measure(up[:, 0], down[:, 0])
        self.noises.append(noise)
        if noise is None:
            return False
        self.best.merge([0], *_extrapolate(up[:4], down[:4], fun.value, h, noise, 1), noise / self.size(fun))
        return True

    def _measure(self, up, down):
        """Noise of each output from seventh and eighth differences (More & Wild 2011): smooth parts drop out."""
        # rows of GRID: 8 4 2 1 3
        table = np.stack([down[1], down[4], down[2], down[3], self.fun.value, up[3], up[2], up[4], up[1]])
        if not np.isfinite(table).all():
            return None
        self.top = np.fmax(self.top, np.abs(table).max(axis=0))
        seven = np.diff(table, 7, axis=0)
        sigma = np.fmax(np.sqrt((seven**2).mean(axis=0) / 3432), np.abs(seven[1] - seven[0]) / np.sqrt(12870))
        noise = np.fmax(8 * sigma, 4 * EPS * self.top)
        flat = (table == table[0]).all(axis=0)
        before = next((n for n in reversed(self.noises) if n is not None), None)
        if before is not None:   # plateaus as narrow as single precision's are round-off, wider ones are steps
            noise = np.where(flat & (before <= 1e-6 * self.top), before, noise)
        together = np.sqrt((noise**2).mean()) if noise.size else 0.0
        return np.fmax(noise, np.minimum(together, 1000 * noise))

    def noise(self, stage):
        while len(self.noises) <= stage:
            self._advance()
        known = [n for n in self.noises[:stage + 1] if n is not None]
        if known:
            return known[-1]
        while len(self.noises) < len(STAGES):
            self._advance()
            if self.noises[-1] is not None:
                return self.noises[-1]
        return 64 * EPS * np.abs(self.fun.value)

    def confirms(self, along, size=None):
        """Whether a derivative along the line agrees with the difference in every output, and that means something."""
        size = np.abs(along) if size is None else size
        agrees = np.abs(along - self.value[0]) <= 2 * self.error[0]
        sharp = (self.error[0] <= 1e-6 * size) | self.best.limited[0]
        return bool((agrees & sharp).all())


# ---------------------------------------------------------------------------------------------- directions

def _generic(n):
    """Random weights of either sign, none near zero and no two alike."""
    rng = np.random.default_rng(20231)
    return rng.uniform(0.5, 1.5, n) * rng.choice([-1.0, 1.0], n) if n > 1 else np.ones(n)


def _first_step(d, stage, fun):
    """First step along each direction at this stage; 0 where the stage adds nothing."""
    factor, relative = STAGES[stage]
    if not relative:
        return np.full(len(d), 0.04 * factor)
    x = np.abs(fun.X.ravel())
    moved = (d != 0) & (x > 0) & (x < 1)
    with np.errstate(divide="ignore"):
        reach = np.min(np.where(moved, x / np.where(d != 0, np.abs(d), 1), np.inf), axis=1, initial=np.inf)
    return np.where(np.isfinite(reach), 0.04 * factor * reach, 0)


class _Rows:
    """Directions given as the rows of a matrix."""

    def __init__(self, rows):
        self.rows, self.weights = rows, np.ones(len(rows))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return self.rows[index]

    def test(self):
        return self.weights @ self.rows

    def steps(self, stage, fun):
        return _first_step(self.rows, stage, fun)


class _Coordinates:
    """The coordinate directions, each as long as its unit."""

    def __init__(self, scale):
        self.scale, self.weights = scale, _generic(scale.size)

    def __len__(self):
        return self.scale.size

    def __getitem__(self, index):
        d = np.zeros((len(index), self.scale.size))
        d[range(len(index)), index] = self.scale[index]
        return d

    def test(self):
        return self.weights * self.scale

    def steps(self, stage, fun):
        factor, relative = STAGES[stage]
        x = np.abs(fun.X.ravel())
        return np.where((x > 0) & (x < 1), 0.04 * factor * x, 0) if relative else np.full(x.size, 0.04 * factor)


class _Pairs:
    """Coordinate directions (i, i) and sums of two (i, j), each coordinate as long as its unit."""

    def __init__(self, scale, rows, cols):
        self.scale, self.i, self.j = scale, rows, cols

    def __len__(self):
        return self.i.size

    def __getitem__(self, index):
        d = np.zeros((len(index), self.scale.size))
        i, j = self.i[index], self.j[index]
        d[range(len(index)), i] = self.scale[i]
        d[range(len(index)), j] = self.scale[j]
        return d

    def steps(self, stage, fun):
        factor, relative = STAGES[stage]
        x = np.abs(fun.X.ravel())
        small = np.fmin(*(np.where(x > 0, x, np.inf)[k] for k in (self.i, self.j)))
        return np.where(small < 1, 0.1 * factor * small, 0) if relative else np.full(len(self), 0.1 * factor)


def _blocks(index, width):
    """The index in pieces whose inputs and outputs stay in the processor's cache."""
    size = max(2, BLOCK // max(1, width))
    return (index[k:k + size] for k in range(0, len(index), size))


# ---------------------------------------------------------------------------------------------- the user's function

class _Refused(Exception):
    """The function does not take complex input, or does not give double-precision complex output."""


class _Function:
    """The user's function made safe: it gets copies and its results are copied; it is nan where it cannot be computed."""

    def __init__(self, F, X, name):
        if not callable(F):
            raise TypeError(f"{name} has to be a function of X, not {_what(F)}.")
        self.F, self.name = F, name
        self.X = _numbers(X, "X")
        self.scale = np.fmax(1, np.abs(self.X.ravel()))
        self.batched = None
        self.evaluations = 0
        first = self._real(F(self._argument(self.X)), at_X=True)   # the function's own errors pass as they are
        self.shape, self.size, self.evaluations = first.shape, first.size, 1
        self.value = first.ravel()
        if not np.isfinite(self.value).all():
            raise ValueError(f"{name}(X) is not finite ({_first_bad(first)}): "
                             "a derivative exists only where the function has a value.")
        self.largest = np.abs(self.value).max(initial=0)
        self.check_repeatable()

    def need_scalar(self, caller, advice):
        if self.size != 1:
            raise ValueError(f"{caller} needs a function with one number as its value, but f(X) has shape {self.shape}: {advice}.")

    def check_repeatable(self):
        """Ask once more at X: the same point has to give the same value."""
        self.evaluations += 1
        again = self._real(self.F(self._argument(self.X)), at_X=True)
        gap = np.abs(again.ravel() - self.value).max(initial=0) if again.shape == self.shape else np.inf
        if not gap <= 1e-10 * self.largest:
            raise ValueError(f"{self.name} is not deterministic: two calls at the same X differ by {gap:.1g}. Draw random "
                             "numbers outside the function, or seed a new generator inside, and keep no state between calls.")

    def along(self, d, h, grid, single=False):
        """F at X + t d and X - t d for t = h * grid: two arrays (grid, directions, outputs)."""
        t = np.concatenate([grid, -grid])[:, None] * h
        points = (self.X.ravel() + t[:, :, None] * d).reshape(-1, *self.X.shape)
        values = self._one_by_one(points) if single else self(points)
        if single and not self.batched:
            self._try_batch(points, values)
        finite = np.abs(values[np.isfinite(values)])
        self.largest = max(self.largest, finite.max(initial=0))
        values = values.reshape(2, len(grid), len(d), self.size)
        return values[0], values[1]

    def imaginary(self, d):
        """Im F(X + ih d) / h for each row d: (directions, outputs)."""
        points = (self.X.ravel() + 1j * TINY * d).reshape(-1, *self.X.shape)
        return self(points).imag / TINY

    def __call__(self, points):
        """F at each of the points (k, *shape of X): an array (k, outputs)."""
        if self.batched and len(points) > 1:
            try:
                values = self._kind(self.F(points.copy()), points)
            except _Refused:
                raise
            except Exception:
                values = None
            if values is not None and values.shape == (len(points), *self.shape):
                self.evaluations += len(points)
                return values.reshape(len(points), -1)
        return self._one_by_one(points)

    def _one_by_one(self, points):
        self.evaluations += len(points)
        values = np.empty((len(points), self.size), points.dtype)
        for k, x in enumerate(points):
            try:
                y = self.F(self._argument(x))
            except Exception as error:
                if points.dtype.kind == "c":
                    raise _Refused from error
                values[k] = np.nan     # outside the domain: a smaller step may be inside
                continue
            values[k] = self._shaped(self._kind(y, points)).ravel()
        return values

    def _try_batch(self, points, values):
        """Does F work on a stack of inputs? Only if each row is what a call of its own gives."""
        k = len(points)
        while k in self.X.shape or k in self.shape:
            k += 1
        stack = np.concatenate([points, np.broadcast_to(self.X, (k - len(points), *self.X.shape))])
        try:
            rows = np.array(self.F(stack), float)
        except Exception:
            return
        self.evaluations += k
        if rows.shape == (k, *self.shape):
            rows = rows.reshape(k, -1)[:len(points)]
            close = np.abs(rows - values) <= 1e-12 * np.abs(values).max(axis=0, initial=0)
            self.batched = bool((close | (np.isnan(rows) & np.isnan(values))).all())

    def _kind(self, y, points):
        if points.dtype.kind != "c":
            return self._real(y)
        y = np.array(y)
        if y.dtype != complex:
            raise _Refused
        return y

    def _shaped(self, y):
        if y.shape != self.shape:
            raise ValueError(f"{self.name} returned shape {self.shape} at X but {y.shape} near by: "
                             "the shape of its value must not depend on the numbers in X.")
        return y

    def _argument(self, x):
        """A copy, so that a function that writes into its argument does no harm; a number for a 0-d array."""
        return x.copy() if x.ndim else x[()]

    def _real(self, y, at_X=False):
        try:
            y = np.array(y)
        except ValueError:
            raise TypeError(f"{self.name}(X) returned rows of different lengths: expected a number or an array.") from None
        if y.dtype.kind == "c":
            raise TypeError(f"{self.name}(X) is complex: differentiate its real and imaginary parts separately.")
        if y.dtype.kind not in "iufb":
            raise TypeError(f"{self.name}(X) returned {_what(y[()] if y.ndim == 0 else y)}: expected a number or an array of numbers.")
        return y.astype(float)


# ---------------------------------------------------------------------------------------------- input

def _numbers(X, name):
    """X as an array of double-precision numbers, or one sentence that says what is wrong with it."""
    if isinstance(X, (np.matrix, np.ma.MaskedArray)):
        raise TypeError(f"{name} is a {type(X).__name__}: expected a plain array, as np.asarray gives.")
    try:
        A = np.asarray(X)
    except ValueError:
        raise ValueError(f"{name} is a list with rows of different lengths: expected a number, vector or matrix.") from None
    if A.dtype.kind == "c":
        raise TypeError(f"{name} is complex: expected real numbers (differentiate by the real and imaginary parts).")
    if A.dtype.kind not in "iuf":
        raise TypeError(f"{name} is {_what(X)}: expected a number or an array of real numbers.")
    A = np.array(A, float, order="C")
    if not np.isfinite(A).all():
        raise ValueError(f"{name} holds {_first_bad(A)}: expected finite numbers.")
    return A


def _what(y):
    if y is None:
        return "None (is a return missing?)"
    if isinstance(y, np.ndarray):
        return f"an array of dtype {y.dtype}"
    return f"a {type(y).__name__}"


def _first_bad(A):
    index = tuple(map(int, np.argwhere(~np.isfinite(A))[0]))
    return f"{A[index]}" + (f" at {index}" if index else "")


@contextmanager
def _quiet():
    """At trial points nan and overflow are expected; a complex number cast to a real one is an error."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        yield
