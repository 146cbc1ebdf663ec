"""Derivatives without formulas, with a bound on their error.

Every derivative is taken along lines X + t d, where d is measured in units of max(1, |x|) per coordinate.

1. A *test line* in a general direction is differenced and extrapolated; its scatter measures the noise of F.
2. *Complex step* (Squire & Trapp 1998): Im F(X + ih d) / h has no subtraction and is exact to round-off, but
   it is nonsense for code that is not analytic (abs, max, conj, norm). It is taken only if it agrees with the
   test line in every output, and its bound is what that comparison could have missed.
3. *Extrapolated differences* (Romberg) otherwise, with smaller steps where a coordinate has not settled.

Many functions work on a stack of inputs as they stand. Where a trial shows that, all points go in together.
"""
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

EPS = np.finfo(float).eps
FIRST = 0.0377                           # first step; no round number, lest it match a period or a grid
TINY = 1e-30                             # complex step: its square is lost beside 1
BLOCK = 2**16                            # numbers evaluated together; more would leave the cache
RATIO = 1.9                              # between steps; not 2, or fast waves would look like slow ones
LEVELS = RATIO ** -np.arange(4.0)        # the steps of one extrapolation, in units of the first
# First steps, one stage after the other: 2^-k FIRST in units of max(1, |x|), then, for very small x, of |x|.
STAGES = [(2.0**-k, False) for k in (0, 3, 8, 13, 18, 23, 28)] + [(2.0**-k, True) for k in (0, 5, 10)]


def _romberg():
    """Romberg's table as a matrix acting on the levels: six entries, then their changes against a parent."""
    row, values, changes = np.eye(4), [], []
    for k in (1, 2, 3):
        new = row[1:] + (row[1:] - row[:-1]) / (RATIO ** (2 * k) - 1)
        values.append(new)
        changes.append(new - row[:-1])
        row = new
    return np.concatenate(values + changes)


ROMBERG = _romberg()                     # (k, level): (1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3), twice
ENTRY_LEVEL = np.array([1, 2, 3, 2, 3, 3])
PARENTS = ((1, 0), (2, 1), (3, 1), (4, 2), (4, 3), (5, 4))  # (entry, an entry that it builds on)
# What is left of nine values on a line when polynomials up to degree 5 and a kink in the middle are taken out.
NODES = np.concatenate([LEVELS, -LEVELS, [0]])
ROUGH = np.linalg.qr(np.column_stack([np.vander(NODES, 6), np.abs(NODES)]), mode="complete")[0][:, 7:].T


@dataclass(frozen=True)
class Derivative:
    """A derivative, a bound on its error (entry by entry), how it was found, and how many points it took."""
    value: np.ndarray
    error: np.ndarray
    method: str
    evaluations: int


# ------------------------------------------------------------------------------ what readers call

def directional_derivative(F, X, V, *, full_output=False):
    """Derivative of F at X in the direction V, the limit of (F(X + tV) - F(X)) / t for t to 0.

    F takes an array like X and returns a number or an array; put further arguments into a lambda. X is a
    number, a vector, a matrix or an array with more axes, V has its shape, the result has the shape of F(X).
    With `full_output=True` the result is a `Derivative`: `value`, `error` (a bound for every entry),
    `method`, `evaluations`. Where F has no derivative, at a kink or at the edge of its domain, the bound says
    so: it is as large as the jump, or infinite beside a value of nan.

    Raises TypeError or ValueError if X, V or F(X) are not finite real numbers, if V has another shape than X,
    or if two calls at the same X differ. Errors that F itself raises at X pass through.

    >>> A = np.array([[1., 2.], [3., 4.]])
    >>> directional_derivative(lambda X: X @ X, A, np.eye(2)).round(8)
    array([[2., 4.],
           [6., 8.]])
    """
    with _quiet():
        fun = _Function(F, X, "F")
        V = _numbers(V, "V")
        if V.shape != fun.X.shape:
            raise ValueError(f"V has shape {V.shape}, X has shape {fun.X.shape}: "
                             "a direction needs the shape of its point.")
        reach = np.max(np.abs(V.ravel()) / fun.scale, initial=0.0)
        lines = _Lines(fun.X, np.arange(V.size)[None], V.ravel()[None] / reach if reach else V.ravel()[None])
        value, error, method = _derive(fun, lines, np.ones(1))
        return _answer(fun, *(reach * a.reshape(fun.shape) for a in (value, error)), method, full_output)


def gradient(f, X, *, full_output=False):
    """Gradient of the scalar function f at X, in the shape of X: df = <gradient, dX>.

    Arguments, `full_output` and errors as for `directional_derivative`; f(X) has to be a single number.

    >>> gradient(lambda x: x @ x, np.array([1., 2., 3.])).round(8)
    array([2., 4., 6.])
    """
    with _quiet():
        fun = _Function(f, X, "f")
        fun.need_scalar("gradient", "use jacobian for a function with several outputs")
        value, error, method = _derive_by_coordinates(fun)
        return _answer(fun, value.reshape(fun.X.shape), error.reshape(fun.X.shape), method, full_output)


def jacobian(F, X, *, full_output=False):
    """Jacobian of F at X: d vec F / d vec X, of shape (size of F(X), size of X), where vec stacks columns.

    For vectors this is the usual matrix, rows are outputs; for a scalar F it is the gradient's transpose.
    Arguments, `full_output` and errors as for `directional_derivative`.

    >>> A, B = np.array([[1., 2.], [3., 4.], [5., 6.]]), np.array([[1., 0., 2., 1.]])
    >>> J = jacobian(lambda X: A @ X @ B, np.ones((2, 1)))
    >>> J.shape, np.allclose(J, np.kron(B.T, A))
    ((12, 2), True)

    With rows stacked instead, as NumPy's `ravel` does, the same derivative is `np.kron(A, B.T)`.
    """
    with _quiet():
        fun = _Function(F, X, "F")
        value, error, method = _derive_by_coordinates(fun)

        def column_major(a):
            return a.reshape(fun.X.shape + fun.shape).reshape(a.shape, order="F").T
        return _answer(fun, column_major(value), column_major(error), method, full_output)


def hessian(f, X, *, full_output=False):
    """Hessian of the scalar function f at X: symmetric, a row and a column for each entry of vec X.

    Arguments, `full_output` and errors as for `directional_derivative`; f(X) has to be a single number.

    >>> hessian(lambda x: x[0]**2 * x[1], np.array([3., 5.])).round(6)
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    with _quiet():
        fun = _Function(f, X, "f")
        fun.need_scalar("hessian", "take the outputs one by one")
        value, error, method = _second_derivatives(fun)
        vec_order = np.arange(fun.X.size).reshape(fun.X.shape).ravel(order="F")
        H, bound = (a[np.ix_(vec_order, vec_order)] for a in (value, error))
        return _answer(fun, H, bound, method, full_output)


def confirmed(f, X, gradient):
    """A gradient found in another way, with a bound on its error, if a test line agrees with it; else None.

    One line in a general direction costs a few calls of f, where `gradient` needs one or more for each entry.
    """
    with _quiet():
        fun, weights = _Function(f, X, "f"), _generic(np.size(X))
        fun.need_scalar("confirmed", "take the outputs one by one")
        fun.stacks = False      # to find out would take more calls than it saves
        test = _TestLine(fun, fun.scale * weights)
        test.run()
        value = np.reshape(gradient, (-1, 1)) * fun.scale[:, None]
        found = _confirmed(value, weights, test) if test.settled and np.isfinite(value).all() else None
        if found is None:
            return None
        value, error = found
        error = np.fmin(error, _agreement(fun, test, weights, value))
        value, error = (np.reshape(a / fun.scale[:, None], fun.X.shape) for a in (value, error))
        return _answer(fun, value, error, "confirmed", True)


def _agreement(fun, test, weights, value):
    """A sharper bound where a complex step along the test line, found apart from the value, agrees with it."""
    try:
        other = fun.imaginary(test.lines[[0]])[0]
    except _Refused:
        return np.inf
    if not test.confirms(other):
        return np.inf
    # A formula may lose what is below the rounding of f, as 1 - tanh² does where tanh is flat.
    rounding = 64 * EPS * (np.abs(weights) @ np.abs(value) + test.size)
    return (16 * np.abs(weights @ value - other) + rounding) / np.abs(weights)[:, None]


def _answer(fun, value, error, method, full_output):
    fun.check_repeatable()
    if fun.trouble and np.isnan(value).all():
        raise ValueError(f"{fun.name} has a value at X, but at no point close by: {fun.trouble}.") from None
    return Derivative(value[()], error[()], method, fun.evaluations) if full_output else value[()]


# ------------------------------------------------------------------------------------ the methods

def _derive_by_coordinates(fun):
    """Derivatives by every coordinate: value and bound (inputs, outputs) in NumPy's order, and the method."""
    n = fun.X.size
    weights = _generic(n)
    value, error, method = _derive(fun, _Lines(fun.X, np.arange(n)[:, None], fun.scale[:, None]), weights)
    return value / fun.scale[:, None], error / fun.scale[:, None], method


def _derive(fun, lines, weights):
    """Derivatives along the lines, confirmed by the test line in the direction of their weighted sum."""
    if not lines.moving or not fun.size:
        return np.zeros((len(lines), fun.size)), np.zeros((len(lines), fun.size)), "exact"
    test = _TestLine(fun, lines.sum(weights))
    test.run()
    found = _complex_step(fun, lines, weights, test)
    if found:
        return *found, "complex step"
    if len(lines) == 1:
        return test.best.value, test.best.bound, "extrapolated differences"
    return *_differences(fun, lines, test), "extrapolated differences"


def _complex_step(fun, lines, weights, test):
    """Value and bound by complex step, or None: output real or in single precision, or not confirmed."""
    if not test.settled:
        return None
    value = np.empty((len(lines), fun.size))
    try:
        if not fun.stacks and not test.confirms(fun.imaginary(test.lines[[0]])[0]):
            return None                                    # one call has spared the others
        for rows in _blocks(np.arange(len(lines)), max(fun.X.size, fun.size)):
            value[rows] = fun.imaginary(lines[rows])
    except _Refused:
        return None
    return _confirmed(value, weights, test)


def _confirmed(value, weights, test):
    """The value with its bound, or None if the test line does not agree with it."""
    along = weights @ value
    if not test.confirms(along):
        return None
    # An error in entry (j, i) would have moved output i of the test line by |weight j| times as much.
    missed = test.best.bound[0] + 4 * np.abs(along - test.best.value[0])
    return value, missed / np.abs(weights)[:, None] + 8 * EPS * np.abs(value)


def _differences(fun, lines, test, order=1):
    """Value and bound by extrapolated central differences, in smaller steps where lines have not settled."""
    best = _Best(len(lines), fun.size)
    todo = np.arange(len(lines))
    for stage in range(len(STAGES)):
        h = lines.steps(stage)
        noise = test.noise(stage)
        for rows in _blocks(todo[h[todo] > 0], 8 * max(fun.X.size, fun.size)):
            values = fun.along(lines[rows], h[rows])
            best.merge(rows, *_extrapolate(*values, h[rows], lines.place[rows], noise, order), noise)
        todo = todo[best.unsettled(test.size)[todo]]
        if todo.size:
            todo = todo[best.unsettled(test.size, test.least_noise_after(stage))[todo]]
        if not todo.size:
            break
    return best.value, best.bound


def _second_derivatives(fun):
    """All second derivatives, in NumPy's order: value, bound, method."""
    n = fun.X.size
    if not n:
        return np.zeros((0, 0)), np.zeros((0, 0)), "exact"
    units = np.outer(fun.scale, fun.scale)
    slope, _, method = _derive(fun, _Lines(fun.X, np.arange(n)[:, None], fun.scale[:, None]), _generic(n))
    if method == "complex step":
        try:
            slopes = _Slopes(fun, slope[:, 0])
            coordinates = _Lines(fun.X, np.arange(n)[:, None], fun.scale[:, None])
            H, E = _differences(slopes, coordinates, _TestLine(slopes, fun.scale * _generic(n)))
            return (H + H.T) / 2 / units, np.fmax(E, E.T) / units, "differences of complex steps"
        except _Refused:
            pass
    return *(a / units for a in _second_differences(fun)), "extrapolated differences"


def _second_differences(fun):
    """Second derivatives from those along lines: q(a + b) = q(a) + q(b) + 2 H(a, b)."""
    n = fun.X.size
    i, j = np.triu_indices(n)
    pairs = np.stack([i, j], axis=1)
    lines = _Lines(fun.X, pairs, fun.scale[pairs], first=0.2)
    q, bound = _differences(fun, lines, _TestLine(fun, fun.scale * _generic(n)), order=2)
    H, E = np.zeros((n, n)), np.zeros((n, n))
    H[i, j] = H[j, i] = q[:, 0]
    E[i, j] = E[j, i] = bound[:, 0]
    own, e, same = np.diag(H), np.diag(E), np.eye(n, dtype=bool)
    return np.where(same, H, (H - (own + own[:, None])) / 2), np.where(same, E, (E + (e + e[:, None])) / 2)


class _Slopes:
    """The gradient of f by complex step, in units of `scale`, as a function to be differenced in its turn."""

    def __init__(self, fun, value):
        self.fun, self.X, self.scale, self.value, self.size = fun, fun.X, fun.scale, value, fun.X.size

    def along(self, d, h, learn=False):
        points = self.fun.points(d, h)
        values = np.empty((len(points), self.size))
        for rows in _blocks(np.arange(len(points)), self.size**2):
            moved = points[rows][:, None] + 1j * TINY * np.diag(self.scale)
            f = self.fun(moved.reshape(-1, *self.X.shape)).reshape(len(rows), self.size)
            real = self.fun(points[rows].reshape(-1, *self.X.shape))
            # Outside its domain a real function may have complex values, like log at -1: no slope there.
            same = np.abs(f.real - real) <= 1e-8 * (np.abs(real) + np.abs(self.fun.value))
            values[rows] = np.where(same, f.imag / TINY, np.nan)
        return *values.reshape(2, len(LEVELS), len(d), self.size), self.value


def _extrapolate(up, down, middle, h, place, noise, order=1):
    """Romberg's table over four steps: best value, its bound, and the part of the bound that is noise.

    up, down: (levels, lines, outputs), F at X + t d and X - t d for t = h * LEVELS; middle: F at X.
    """
    t = LEVELS[:, None, None] * h[:, None]
    even, odd = (up - middle) + (down - middle), up - down
    if order == 1:
        level, weight = odd / (2 * t), 1.7
        bend = np.abs(even) / t                            # falls with t, unless there is a kink
    else:
        level, weight = even / t**2, 6.5
        bend = 4 * np.abs(odd[:-1] - RATIO * odd[1:]) / t[:-1] ** 2    # the same for the first derivative
    values, changes = (ROMBERG @ level.reshape(4, -1)).reshape(2, 6, *level.shape[1:])
    np.abs(changes, out=changes)
    for entry, parent in PARENTS:                          # a change that falls a thousandfold is luck
        np.fmax(changes[entry], 1e-3 * changes[parent], out=changes[entry])
    step = t[ENTRY_LEVEL]
    floors = weight * noise / step**order + EPS * place[:, None] * np.abs(values) / step
    bounds = 2 * changes + floors
    bounds[0] = np.inf                                     # the first entry has nothing to be judged by
    bounds[~np.isfinite(bounds)] = np.inf
    best = (bounds.argmin(axis=0), *np.ogrid[:level.shape[1], :level.shape[2]])
    value, bound, floor = values[best], bounds[best], floors[best]
    smooth = (bend[-1] <= 0.7 * bend[-2]) & (bend[-2] <= 0.7 * bend[-3])
    bound = np.where(smooth, bound, np.fmax(bound, bend[-1]))
    visible = 1e3 * EPS * (np.abs(middle) + np.abs(up[-1])) / t[-1] ** order
    bound = np.where(_diverges(level, visible) | _diverges(bend, visible), np.inf, bound)
    return np.where(bound < np.inf, value, np.nan), bound, floor


def _diverges(level, visible):
    """Whether the levels grow like a negative power of the step, as at a jump or under a root."""
    level = np.abs(level)
    growth = level[1:] / np.where(level[:-1] > 0, level[:-1], 1)
    slowest, fastest = growth.min(axis=0), growth.max(axis=0)
    return (level[-1] > visible) & (slowest > 1.1) & (fastest < 1.05 * slowest)


class _Best:
    """The best value so far of each entry (line, output)."""

    def __init__(self, lines, outputs):
        self.value = np.full((lines, outputs), np.nan)
        self.error = np.full((lines, outputs), np.inf)
        self.doubt = np.zeros((lines, outputs))           # how far apart sharp answers were
        self.noise = np.zeros((lines, outputs))           # the function's noise where the value was found
        self.noisy = np.zeros((lines, outputs), bool)     # whether noise is the larger part of the bound

    @property
    def bound(self):
        return self.error + self.doubt

    def merge(self, rows, value, error, floor, noise):
        old, e = self.value[rows], self.error[rows]
        better = error < e
        # Answers that exclude each other: a vague one is dropped; if both are sharp the bound covers both.
        # So it does where F is flat now and was steep before: that may be the stairs of rounding.
        apart = (np.abs(old - value) > e + error) & (error <= 0.1 * np.fmax(np.abs(old), np.abs(value)))
        sharp = (e <= 0.1 * np.abs(old)) | (value == 0)
        better |= apart & ~sharp
        self.doubt[rows] = np.fmax(self.doubt[rows], np.where(apart & sharp, np.abs(old - value) + e, 0))
        self.value[rows] = np.where(better, value, old)
        self.error[rows] = np.where(better, error, e)
        self.noise[rows] = np.where(better, noise, self.noise[rows])
        self.noisy[rows] = np.where(better, error <= 4 * floor, self.noisy[rows])

    def unsettled(self, size, least=0.0):
        """Lines on which a smaller step may still gain; not where noise is all that is left.

        size: of each output; least: its smallest noise at later stages: only structure gets quieter there.
        """
        row = np.max(np.abs(self.value), axis=0, initial=0, where=np.isfinite(self.value))
        noise_only = self.noisy & ((self.noise <= 1e-12 * size) | (self.noise <= 100 * least))
        return ~((self.error <= 1e-10 * row) | noise_only).all(axis=1)


class _TestLine:
    """F along one general line: its derivative there, and the noise of F as seen at each stage."""

    def __init__(self, fun, direction):
        # Many coordinates move together: shorter steps than along one.
        n = max(1, fun.X.size)
        self.fun, self.lines = fun, _Lines(fun.X, np.arange(n)[None], direction[None], FIRST / 2 * n**-0.25)
        self.noises = []                                   # one for each stage done; None: F was not finite
        self.best, self.settled = _Best(1, fun.size), False
        self.largest = np.abs(fun.value)

    @property
    def size(self):
        return np.where(self.largest > 0, self.largest, 1)

    def run(self):
        while not self.settled and len(self.noises) < len(STAGES):
            self.settled = self.advance() is not None and not self.best.unsettled(self.size)[0]

    def advance(self):
        """One stage further."""
        h = self.lines.steps(len(self.noises))
        noise = None
        if h[0] > 0:
            up, down, middle = self.fun.along(self.lines[[0]], h, learn=True)
            if np.isfinite(up).all() and np.isfinite(down).all():
                noise = self.measure(np.concatenate([up[:, 0], down[:, 0], middle[None]]) - middle)
                found = _extrapolate(up, down, middle, h, self.lines.place, noise)
                self.best.merge(np.array([0]), *found, noise)
        self.noises.append(noise)
        return noise

    def measure(self, table):
        """Noise of each output: what is left of its values less that at X when smooth parts are taken out.

        More & Wild (2011) do so with tables of differences.
        """
        self.largest = np.fmax(self.largest, np.abs(self.fun.value + table).max(axis=0))
        noise = np.fmax(10 * np.sqrt(np.mean((ROUGH @ table) ** 2, axis=0)), 4 * EPS * self.largest)
        before = next((n for n in reversed(self.noises) if n is not None), None)
        if before is not None:     # stairs as narrow as single precision's are noise, wider ones are steps
            noise = np.where((table == 0).all(axis=0) & (before <= 1e-6 * self.largest.max()), before, noise)
        # One output may look quiet by luck: all noise counts, but not across great differences of size.
        return np.fmax(noise, np.minimum(np.sqrt(np.mean(noise**2)), 100 * noise))

    def noise(self, stage):
        """The noise at this stage, or at the nearest one where it is known."""
        while len(self.noises) <= stage:
            self.advance()
        while all(n is None for n in self.noises) and len(self.noises) < len(STAGES):
            self.advance()
        order = self.noises[stage::-1] + self.noises[stage + 1:]
        return next((n for n in order if n is not None), 64 * EPS * np.abs(self.fun.value))

    def least_noise_after(self, stage):
        return np.min([self.noise(s) for s in range(stage + 1, len(STAGES))], axis=0, initial=np.inf)

    def confirms(self, along):
        """Whether a derivative along the line agrees with a sharp difference in every output."""
        value, error = self.best.value[0], self.best.bound[0]
        sharp = (error <= 1e-6 * np.abs(along)) | self.best.noisy[0]
        return bool((sharp & (np.abs(along - value) <= 2 * error)).all())


# ------------------------------------------------------------------------------------------ lines

@lru_cache(8)
def _generic(n):
    """Random weights of either sign, none near zero and no two alike."""
    rng = np.random.default_rng(20231)
    return rng.uniform(0.5, 1.5, n) * rng.choice([-1.0, 1.0], n) if n != 1 else np.ones(1)


class _Lines:
    """Lines through X. Along line k the coordinates which[k] move at the speeds speed[k], the others stay."""

    def __init__(self, X, which, speed, first=FIRST):
        self.which, self.speed, self.first, self.dimension = which, speed, first, X.size
        self.moving = bool(np.any(speed != 0))
        x, v = np.abs(X.ravel())[which], np.abs(speed)
        # How far until a small coordinate has doubled, if that is too little for the common steps.
        reach = np.min(np.where((x > 0) & (v > 0), x / np.where(v > 0, v, 1), np.inf), axis=1, initial=np.inf)
        self.reach = np.where(reach < STAGES[6][0], reach, 0)
        # Size of the one moving coordinate in units of t, for rounding X + t d.
        self.place = x[:, 0] / v[:, 0] if which.shape[1] == 1 else np.zeros(len(which))

    def __len__(self):
        return len(self.which)

    def __getitem__(self, rows):
        d = np.zeros((len(rows), self.dimension))
        d[np.arange(len(rows))[:, None], self.which[rows]] = self.speed[rows]
        return d

    def sum(self, weights):
        """The weighted sum of the directions."""
        d = np.zeros(self.dimension)
        np.add.at(d, self.which, weights[:, None] * self.speed)
        return d

    def steps(self, stage):
        """First step on each line at this stage; 0 where the stage has nothing to offer."""
        factor, relative = STAGES[stage]
        return self.first * factor * (self.reach if relative else np.ones(len(self)))


def _blocks(rows, width):
    """The rows in pieces whose numbers fit the processor's cache."""
    size = max(2, BLOCK // max(1, width))
    return (rows[k:k + size] for k in range(0, len(rows), size))


# ---------------------------------------------------------------------------- the user's function

class _Refused(Exception):
    """The function does not take complex input, or does not return complex numbers in double precision."""


class _Function:
    """The user's function made safe: copies go in and come out; where it fails near X its value is nan."""

    def __init__(self, F, X, name):
        if not callable(F):
            raise TypeError(f"{name} is {_what(F)}: expected a function of X.")
        self.F, self.name, self.X = F, name, _numbers(X, "X")
        self.scale = np.fmax(1, np.abs(self.X.ravel()))
        self.stacks = None                                 # whether F takes a stack of inputs; None: unknown
        self.trouble = None                                # the last exception near X
        first = self._real(F(self._argument(self.X)))      # what F raises here passes as it is
        self.shape, self.size, self.evaluations, self.value = first.shape, first.size, 1, first.ravel()
        if not np.isfinite(first).all():
            raise ValueError(f"{name}(X) is {_first_bad(first)}: "
                             "without a finite value there is no derivative at X.")
        self.largest = np.abs(first).max(initial=0)
        self.check_repeatable()

    def need_scalar(self, caller, advice):
        if self.size != 1:
            raise ValueError(f"{caller} needs an f with a single number as value, "
                             f"f(X) has shape {self.shape}: {advice}.")

    def check_repeatable(self):
        """The same point has to give the same value, before and after all other calls."""
        self.evaluations += 1
        again = self._real(self.F(self._argument(self.X)))
        gap = np.abs(again.ravel() - self.value).max(initial=0) if again.shape == self.shape else np.inf
        if not gap <= 1e-10 * self.largest:
            raise ValueError(f"{self.name} is not deterministic, two calls at one X differ by {gap:.1g}: "
                             "draw random numbers outside it, and keep nothing from one call to the next.")

    def points(self, d, h):
        """X + t d and then X - t d for t = h * LEVELS, one flat point a row."""
        t = np.concatenate([LEVELS, -LEVELS])[:, None] * h
        return (self.X.ravel() + t[:, :, None] * d).reshape(-1, self.X.size)

    def along(self, d, h, learn=False):
        """F at X + t d and X - t d for t = h * LEVELS: two arrays (levels, lines, outputs); and F at X."""
        points = self.points(d, h).reshape(-1, *self.X.shape)
        values = self._learn(points) if learn and self.stacks is None else self(points)
        self.largest = max(self.largest, np.abs(values).max(initial=0, where=np.isfinite(values)))
        return *values.reshape(2, len(LEVELS), len(d), self.size), self.value

    def imaginary(self, d):
        """Im F(X + ih d) / h for each row d: (lines, outputs)."""
        return self((self.X.ravel() + 1j * TINY * d).reshape(-1, *self.X.shape)).imag / TINY

    def __call__(self, points):
        """F at each of the points (k, *shape of X): an array (k, outputs)."""
        values = self._stack(points) if self.stacks and len(points) > 1 else None
        return self._one_by_one(points) if values is None else values

    def _one_by_one(self, points):
        self.evaluations += len(points)
        values = np.empty((len(points), self.size), points.dtype)
        for k, x in enumerate(points):
            try:
                y = self._numbers(self.F(self._argument(x)), points.dtype)
            except Exception as error:
                if points.dtype == complex:
                    raise _Refused from error
                self.trouble, values[k] = error, np.nan    # outside the domain: a smaller step may be inside
                continue
            if y.shape != self.shape:
                raise ValueError(f"{self.name}(X) has shape {self.shape}, but {y.shape} at a point close by: "
                                 "the shape of the value must not depend on the numbers in X.")
            values[k] = y.ravel()
        return values

    def _stack(self, points):
        """All points in one call, or None if F does not give one value for each."""
        try:
            values = self._numbers(self.F(points.copy()), points.dtype)
        except _Refused:
            raise
        except Exception:
            return None
        self.evaluations += len(points)
        return values.reshape(len(points), -1) if values.shape == (len(points), *self.shape) else None

    def _learn(self, points):
        """F at the points, and whether it takes a stack of them: whether rows agree with single calls.

        The stack's length differs from every dimension, lest one be taken for the other.
        """
        k = len(points)
        while k in self.X.shape + self.shape:
            k += 1
        filling = np.broadcast_to(self.X, (k - len(points), *self.X.shape))
        stack = self._stack(np.concatenate([points, filling]))
        picked = [0, 3, 4]                                 # the ends and a point near the middle
        single = self._one_by_one(points[picked])
        if stack is not None:
            gap = np.abs(stack[picked] - single) <= 1e-12 * np.abs(single).max(axis=0, initial=0)
            self.stacks = bool((gap | (np.isnan(stack[picked]) & np.isnan(single))).all())
        else:
            self.stacks = False
        return stack[:len(points)] if self.stacks else self._one_by_one(points)

    def _numbers(self, y, dtype):
        if dtype != complex:
            return self._real(y)
        y = np.array(y)
        if y.dtype != complex:
            raise _Refused
        return y

    def _argument(self, x):
        """A copy, for a function may write into its argument; a plain number for an array without axes."""
        return x.copy() if x.ndim else x[()]

    def _real(self, y):
        try:
            y = np.asarray(y)
        except ValueError:
            raise TypeError(f"{self.name}(X) is a list of rows of different lengths: "
                            "expected a number or an array.") from None
        if y.dtype.kind == "c":
            raise TypeError(f"{self.name}(X) is complex: differentiate its real and imaginary parts.")
        if y.dtype.kind not in "iufb":
            raise TypeError(f"{self.name}(X) is {_what(y if y.ndim else y[()])}: "
                            "expected a number or an array of numbers.")
        return y.astype(float)


# ------------------------------------------------------------------------------------------ input

def _numbers(X, name):
    """X as an array in double precision, or one sentence that says what is wrong with it."""
    if isinstance(X, (np.matrix, np.ma.MaskedArray)):
        raise TypeError(f"{name} is a {type(X).__name__}: expected an array, np.asarray({name}) makes one.")
    try:
        A = np.asarray(X)
    except ValueError:
        raise TypeError(f"{name} is a list of rows of different lengths: "
                        "expected a number or an array.") from None
    if A.dtype.kind == "c":
        raise TypeError(f"{name} is complex: expected real numbers, say its real and imaginary parts.")
    if A.dtype.kind not in "iuf":
        raise TypeError(f"{name} is {_what(X)}: expected a number or an array of real numbers.")
    A = np.array(A, float, order="C")
    if not np.isfinite(A).all():
        raise ValueError(f"{name} is {_first_bad(A)}: expected finite numbers.")
    return A


def _what(y):
    if y is None:
        return "None (is a return missing?)"
    return f"an array of dtype {y.dtype}" if isinstance(y, np.ndarray) else f"a {type(y).__name__}"


def _first_bad(A):
    index = tuple(map(int, np.argwhere(~np.isfinite(A))[0]))
    return f"{A[index]}" + (f" at index {index}" if index else "")


@contextmanager
def _quiet():
    """Near X, nan and overflow are expected and no news; a complex number cast to a real one is an error."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        yield
