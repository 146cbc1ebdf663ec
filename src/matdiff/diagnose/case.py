"""A refused claim: what is known about it, and how a finding is worded."""
import inspect
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

from ..replay import Budget, Tape
from .blocks import Block


def show(value):
    """A number or a tuple of indices, as messages print it: four digits, the same on every machine."""
    if isinstance(value, tuple):
        return "[" + ", ".join(str(int(i)) for i in value) + "]"
    return f"{float(value) + 0.0:.4g}"


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
    block: Block | None = None  # of a large input, whose part this case is
    places: dict = field(default_factory=dict)      # {size: where it stands}, besides the caller's
    recorded: dict = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    def tapes(self, function=None):
        """The steps of f (or of the claim) at the first two points, recorded once for all tests."""
        function = function or self.f
        for i, p in enumerate(self.points[:2]):
            if (function, i) not in self.recorded:
                self.recorded[function, i] = Tape(function, p.X, self.budget)
        return [self.recorded[function, i] for i in range(len(self.points[:2]))]

    def whole(self, at):
        """An index as the reader counts, who knows nothing of a block."""
        return tuple(at) if self.block is None else self.block.whole(self.kind, at)

    def normal(self, seed, *count):
        """Gaussian directions of X; symmetric ones of a symmetric variable."""
        V = np.random.default_rng(seed).normal(size=count + self.shape)
        return (V + np.swapaxes(V, -1, -2)) / 2 if self.symmetric else V

    @property
    def first(self):
        return self.points[0]

    @property
    def shape(self):
        return self.first.X.shape

    @property
    def square(self):
        return len(self.shape) == 2 and self.shape[0] == self.shape[1]


def names_of(function, depth=3):
    """{name: array} of the data that a function uses: what its author calls them."""
    if depth == 0:
        return {}
    names = dict(getattr(function, "keywords", {}))         # of functools.partial
    try:
        used = inspect.getclosurevars(getattr(function, "func", function))
        names |= {**used.globals, **used.nonlocals}
    except (TypeError, ValueError):     # no Python function, or one that is not yet complete
        pass
    inner = [names_of(v, depth - 1) for v in names.values() if inspect.isfunction(v)]
    return {k: v for found in (*inner, names) for k, v in found.items() if isinstance(v, np.ndarray)}


def square(G):
    return G.ndim == 2 and G.shape[0] == G.shape[1] and G.shape[0] > 1


def describe(case, sentence, ok=False):
    numbers = "" if ok else entry(case)
    return (f"Right, {sentence}." if ok else f"Not the {case.kind}: {sentence}.{numbers}")


def said(case, finding):
    """A finding's sentence without what stands before and behind it, to be put into another one."""
    return finding.message.removeprefix(f"Not the {case.kind}: ").removesuffix("." + entry(case))


def entry(case):
    """Where truth and claim differ most, as a sentence."""
    p = case.first
    if p.claim.shape != p.truth.shape or case.gave != case.out or p.truth.ndim == 0:
        return ""
    at = np.unravel_index(np.abs(p.claim - p.truth).argmax(), p.truth.shape)
    truth, claim = pair(p.truth[at], p.claim[at])
    return f" {place(case, at)} should be {truth}, yours is {claim}."


def place(case, at):
    """An entry as the reader sees it: of a differential, in the indices of dF and for one entry of dX."""
    at = case.whole(at)
    if case.kind != "differential":
        return f"Entry {show(at)}"
    shapes = (case.out, case.shape) if case.block is None else (case.block.out, case.block.shape)
    row, column = (np.unravel_index(k, shape, order="F") for k, shape in zip(at, shapes))
    entry = f"entry {show(tuple(row))} of dF" if case.out else "dF"
    where = f" at {show(tuple(column))} and 0 elsewhere" if case.shape else ""
    return f"For a dX of 1{where}, {entry}"


def pair(truth, claim):
    """Two numbers with as many digits as it takes to tell them apart."""
    for digits in range(4, 16):
        texts = [f"{float(v) + 0.0:.{digits}g}" for v in (truth, claim)]      # no minus zero
        if texts[0] != texts[1]:
            break
    return texts


def fits_at(p):
    return p.claim.shape == p.truth.shape and p.size() > 0 and p.claim.any() and bool(
        (np.abs(p.claim - p.truth) <= 10 * p.tolerance()).all())
