"""An entry of the catalogue: a function, its derivative in closed form, and what is known about the two."""

import re
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from .. import numeric
from ..check import Check, check_differential, check_gradient, check_jacobian
from ..vec import vec
from . import display
from .code import function, run
from .inputs import SIZES, parse

# The forms a result may have, and what each of them is.
FORMS = {
    "gradient": "has the shape of the variable: df = ⟨G, dX⟩",
    "jacobian": "∂vec F/∂vec X, outputs × inputs, columns stacked",
    "differential": "linear in the d of each input that moves",
    "hessian": "∂²f/∂vec X ∂vec Xᵀ",
    "pullback": "the gradient of ⟨G, F(X)⟩ for an upstream gradient G of F's shape",
    "conjugate": "2 ∂f/∂z̄ of a real function of complex z: the direction of steepest ascent",
    "equals": "the same array",
}


SHAPES = ("scalar", "vector", "matrix")
# what code raises where a condition of it fails
BREAKS = (np.linalg.LinAlgError, ArithmeticError, ValueError, IndexError)


@dataclass(frozen=True)
class Wrong:
    """A tempting wrong form: its TeX and code, the name that the checker gives it, and why it tempts.

    `mistake` None needs `unnamed`, the reason why no name fits. `form` says which of the entry's results it
    is mistaken for; without it the first.
    """

    tex: str
    code: str
    mistake: str | None
    why: str
    form: str | None = None
    unnamed: str = ""


@dataclass(frozen=True)
class Views:
    """One derivative four times: by indices, as an einsum, by the differential; the fourth is the result.

    Each is (TeX, code). The code of `indices` and `einsum` gives the array; that of `differential` gives the
    number (or array) that belongs to one d of the variable. `steps` are three sentences: what is done from
    each view to the next.
    """

    indices: tuple[str, str]
    einsum: tuple[str, str]
    differential: tuple[str, str]
    steps: tuple[str, str, str]


@dataclass(
    frozen=True, eq=False, repr=False
)  # two entries are never the same: a set and a cache may hold them
class Identity:
    """A function, its derivative in closed form, and what is known about them. Everything in it runs.

    name        what people call it
    inputs      "x: n, A: n n symmetric" (see `matdiff.identities.inputs`); the variable comes first
    of          (TeX, code) of the function, in the names of the inputs
    gradient, jacobian, differential, hessian, pullback, conjugate, equals
                (TeX, code) of its derivative, in one form or several; see `FORMS`
    reason      one line of TeX or text: why it holds
    conditions  {condition: what breaks it}: inputs that replace others, "A: n n", or statements, "x = 0 * x"
    wrong       tempting wrong forms
    other       (TeX, code) of the first result transposed, where that has a form of its own
    refs        "CB81 S16-C05 G01.2a E12": the Matrix Cookbook, claims, gaps and errata of the source document
    note        what is wrong with a printed form, or what to mind
    chapter     where it is derived
    section     the label of that section, for a link
    symbolic    why SymPy cannot check it, if so
    views       the four views of a core identity
    also        other words to find it by
    """

    name: str
    inputs: str
    of: tuple[str, str]
    gradient: tuple[str, str] | None = None
    jacobian: tuple[str, str] | None = None
    differential: tuple[str, str] | None = None
    hessian: tuple[str, str] | None = None
    pullback: tuple[str, str] | None = None
    conjugate: tuple[str, str] | None = None
    equals: tuple[str, str] | None = None
    reason: str = ""
    conditions: dict[str, str] = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()
    other: tuple[str, str] | None = None
    refs: str = ""
    note: str = ""
    chapter: int | None = None
    section: str = ""
    symbolic: str = ""
    views: Views | None = None
    also: str = ""
    topic: str = ""  # filled in by the catalogue

    def __post_init__(self):
        if not self.forms:
            raise ValueError(f'"{self.name}" has no result; give one of {", ".join(FORMS)}.')
        self.parsed  # raises where the inputs cannot be read

    # What it consists of

    @cached_property
    def parsed(self):
        return parse(self.inputs)

    @property
    def forms(self):
        """The forms in which the result is given, first the main one."""
        return tuple(f.name for f in fields(self) if f.name in FORMS and getattr(self, f.name))

    @property
    def form(self):
        return self.forms[0]

    @property
    def result(self):
        return getattr(self, self.form)

    @property
    def variable(self):
        return self.parsed[0][0].name

    @cached_property
    def shape(self):
        """What goes in and what comes out, each "scalar", "vector" or "matrix"."""
        given = self.draw()
        return tuple(SHAPES[min(np.ndim(v), 2)] for v in (given[self.variable], output(self, given)))

    @property
    def numbers(self):
        """The references that count towards coverage: Cookbook numbers, claims and gaps."""
        return tuple(r for r in self.refs.split() if not r.startswith("E"))

    def draw(self, seed=0, shape=None, broken="", sizes=None):
        """Inputs that meet the conditions, with the sizes by their letters; or that break one of them."""
        for argument, value in (("seed", seed), ("shape", 0 if shape is None else shape)):
            if not isinstance(value, (int, np.integer)) or value < 0:
                raise TypeError(f"{argument} is {value!r}; expected a whole number, 0 or more.")
        sizes = sizes or SIZES[(seed if shape is None else shape) % len(SIZES)]
        rng = np.random.default_rng([seed, 17])
        inputs, then = self.parsed
        replaced, meddle = ((), broken) if "=" in broken else (parse(broken)[0] if broken else (), "")
        kinds = {i.name: i for i in inputs} | {i.name: i for i in replaced}
        used = {s for i in kinds.values() for s in i.sizes}
        space = {s: n for s, n in sizes.items() if s in used}
        space = {i.name: i.draw(rng, sizes) for i in kinds.values()} | space
        for statements in filter(None, (then, meddle)):
            drawn = run(statements, space | {"rng": rng})
            space = {name: drawn[name] for name in drawn if name != "rng"}
        return space

    # Whether it holds

    def check(self, seed=0, shape=None, broken=""):
        """Does it hold for inputs drawn with this seed and set of sizes?  A `Check` says so, for all forms.

        The closed form is compared with the numerical derivative and its error bound, at the inputs drawn and
        nowhere else. `broken` replaces inputs, as the values of `conditions` do.

        >>> from matdiff.identities import get
        >>> get("quadratic form").check(seed=1).passed
        True
        """
        given = self.draw(seed, shape, broken)
        verdicts = [self.compare(form, given) for form in self.forms] + (
            [self.transposed(given)] if self.other else []
        )
        return next((v for v in verdicts if not v), verdicts[0])

    def compare(self, form, given):
        """One form of the result against the numerical derivative."""
        try:
            with np.errstate(all="ignore"):
                truth, bound = TRUTH[form](self, given)
                claim = np.asarray(CLAIM[form](self, getattr(self, form)[1], given))
        except BREAKS as error:
            said = f"There the {display.CALLED.get(form, form)} of {self.name} has no value"
            return Check(False, "raises", f"{said}: {str(error).rstrip('.')}.")
        return agreement(self, form, truth, bound, claim)

    def transposed(self, given):
        """The other layout against the transpose of the main result, where both have a value."""
        try:
            with np.errstate(all="ignore"):
                claim, other = (
                    CLAIM[self.form](self, code, given) for code in (self.result[1], self.other[1])
                )
        except BREAKS as error:
            return Check(
                False,
                "raises",
                f"There the other layout of {self.name} has no value: {str(error).rstrip('.')}.",
            )
        return agreement(self, "other layout", np.transpose(claim), 0.0, np.asarray(other))

    def counterexamples(self, seed=0):
        """{condition: the Check that fails without it}."""
        return {says: self.check(seed, broken=broken) for says, broken in self.conditions.items()}

    def seen(self, seed=0):
        """The four views of the derivative as four arrays, by their names; the views have to be given."""
        if self.views is None:
            raise LookupError(f'No four views are written for "{self.name}".')
        given = self.draw(seed)
        by_code = lambda code: np.asarray(CLAIM[self.form](self, code, given))
        return {
            "indices": by_code(self.views.indices[1]),
            "einsum": by_code(self.views.einsum[1]),
            "differential": from_differential(self, given),
            "matrix": by_code(self.result[1]),
        }

    # How it looks

    def statement(self, layout=None):
        """The lines (left, right) in TeX: as the book writes them, or in one layout."""
        return display.statement(self, layout)

    def show(self):
        """Everything known of it: layouts, conditions and what breaks them, code, wrong forms, references."""
        return display.show(self)

    def __repr__(self):
        return display.text(self)

    def _repr_html_(self):
        return display.card(self)

    def diagnosis(self, wrong, seed=0):
        """What the checker says to a tempting wrong form."""
        if not isinstance(wrong, Wrong):
            raise TypeError(f"wrong is {wrong!r}; expected one of this entry's `wrong`, or a Wrong.")
        form, given = wrong.form or self.form, self.draw(seed)
        sizes = {s: n for s, n in given.items() if s in SIZES[0]}
        return JUDGE[form](self, wrong.code, given, sizes)


def agreement(entry, form, truth, bound, claim):
    """Right if every entry of the claim is within the bound, wrong with the entry that differs most."""
    if claim.shape != np.shape(truth):
        said = f"The {display.CALLED.get(form, form)} of {entry.name} has shape {np.shape(truth)}"
        return Check(False, "shape", f"{said}, the formula gives {claim.shape}.", np.shape(truth), claim.shape)
    size = max(np.abs(truth).max(initial=0.0), 1e-3)
    if not (np.isfinite(truth).all() and np.max(bound, initial=0.0) < 1e-3 * size):
        return Check(False, "function not smooth here", f"There {entry.name} has no derivative.")
    gap = np.abs(claim - truth)
    if (gap <= 3 * bound + 1e-9 * size).all():  # nan is not
        return Check(True, None, f"{entry.name[:1].upper()}{entry.name[1:]} holds.")
    at = [int(i) for i in np.unravel_index(np.nanargmax(gap) if np.isfinite(gap).any() else 0, gap.shape)]
    right, given = np.asarray(truth)[tuple(at)], claim[tuple(at)]
    where = f"Entry {at} of the {form}" if at else f"The {form}"
    return Check(False, None, f"{where} is {right:.4g}, the formula gives {given:.4g}.", right, given)


def from_differential(entry, given):
    """The array whose product with every d is what the differential's code gives: one unit d at a time."""
    X, d = given[entry.variable], function(entry.views.differential[1], (*given, f"d{entry.variable}"))
    units = np.eye(np.size(X)).reshape(-1, *np.shape(X))
    values = np.array([d(*given.values(), unit) for unit in units])
    if entry.form == "gradient":
        return values.reshape(np.shape(X))
    columns = [vec(values[i]) for i in np.arange(np.size(X)).reshape(np.shape(X)).ravel(order="F")]
    return np.stack(columns, axis=1)


# Each form: the numerical truth with its bound, the claim as an array, what the checker says to a claim.


def arguments(entry, given, **changed):
    return [changed.get(name, given[name]) for name in given]


def studied(entry, given):
    """The function of the variable alone."""
    f = function(entry.of[1], given)
    return lambda x: f(*arguments(entry, given, **{entry.variable: x}))


def claimed(entry, code, given, *more):
    """The claim as a function of the variable (and `more`)."""
    f = function(code, (*given, *more))
    return lambda x, *rest: f(*arguments(entry, given, **{entry.variable: x}), *rest)


def output(entry, given):
    return np.asarray(studied(entry, given)(given[entry.variable]))


def upstream(entry, given):
    shape = output(entry, given).shape
    return np.random.default_rng(7).normal(size=shape)


def pulled(entry, given):
    F, G = studied(entry, given), upstream(entry, given)
    return lambda x: np.sum(G * F(x))


def moving(entry, code):
    """The inputs whose d the code uses."""
    used = set(re.findall(r"\bd(\w+)\b", code))
    return [i.name for i in entry.parsed[0] if i.name in used]


def motion(entry, given):
    """A direction for every input that moves."""
    rng = np.random.default_rng(11)
    names = moving(entry, entry.differential[1])
    directions = {name: rng.normal(size=np.shape(given[name])) for name in names}
    symmetric = {
        i.name
        for i in entry.parsed[0]
        if i.kind in ("symmetric", "positive definite", "distinct eigenvalues")
    }
    return {name: (d + d.T) / 2 if name in symmetric else d for name, d in directions.items()}


def along(entry, given, directions):
    """t ↦ F at the inputs moved by t times their directions."""
    f = function(entry.of[1], given)
    return lambda t: f(*arguments(entry, given, **{v: given[v] + t * d for v, d in directions.items()}))


def pair(derivative):
    """Value and bound of a numerical derivative."""
    return derivative.value, derivative.error


def truth_of_differential(entry, given):
    F = along(entry, given, motion(entry, given))
    return pair(numeric.directional_derivative(F, 0.0, 1.0, full_output=True))


def claim_of_differential(entry, code, given):
    directions = motion(entry, given)
    return function(code, (*given, *(f"d{v}" for v in directions)))(*given.values(), *directions.values())


def truth_of_hessian(entry, given):
    """The gradient's own Jacobian, where the entry has the gradient in closed form; it is checked beside."""
    if entry.gradient:
        return pair(
            numeric.jacobian(
                claimed(entry, entry.gradient[1], given), given[entry.variable], full_output=True
            )
        )
    return pair(numeric.hessian(studied(entry, given), given[entry.variable], full_output=True))


def conjugate(entry, given):
    """∂f/∂Re z + i ∂f/∂Im z."""
    f, z = studied(entry, given), given[entry.variable]
    parts = [
        numeric.gradient(g, np.zeros(np.shape(z)), full_output=True)
        for g in (lambda a: f(z + a.astype(complex)), lambda b: f(z + 1j * b))
    ]
    return parts[0].value + 1j * parts[1].value, np.hypot(parts[0].error, parts[1].error)


def split(z):
    return np.stack([np.real(z), np.imag(z)])


def judge_conjugate(entry, code, given, sizes):
    f, claim = studied(entry, given), claimed(entry, code, given)
    return check_gradient(
        lambda ab: f(ab[0] + 1j * ab[1]),
        lambda ab: split(claim(ab[0] + 1j * ab[1])),
        split(given[entry.variable]),
        sizes=sizes,
    )


def judge_differential(entry, code, given, sizes):
    """By the checker: one input moves, or several, which then are one vector."""
    names = list(motion(entry, given))
    shapes = [np.shape(given[v]) for v in names]
    cuts = np.cumsum([int(np.prod(s)) for s in shapes])[:-1]
    f, d = function(entry.of[1], given), function(code, (*given, *(f"d{v}" for v in names)))
    if len(names) == 1:
        parts, pack = (lambda z: [z]), given[names[0]]
    else:
        parts = lambda z: [part.reshape(s) for part, s in zip(np.split(z, cuts), shapes)]
        pack = np.concatenate([np.ravel(given[v]) for v in names])
    at = lambda z: arguments(entry, given, **dict(zip(names, parts(z))))
    return check_differential(lambda z: f(*at(z)), lambda z, dz: d(*at(z), *parts(dz)), pack, sizes=sizes)


def judge_equality(entry, code, given, sizes):
    return agreement(
        entry,
        "value",
        output(entry, given),
        0.0,
        np.asarray(claimed(entry, code, given)(given[entry.variable])),
    )


def at_variable(entry, code, given):
    return claimed(entry, code, given)(given[entry.variable])


TRUTH = {
    "gradient": lambda e, g: pair(numeric.gradient(studied(e, g), g[e.variable], full_output=True)),
    "jacobian": lambda e, g: pair(numeric.jacobian(studied(e, g), g[e.variable], full_output=True)),
    "differential": truth_of_differential,
    "hessian": truth_of_hessian,
    "pullback": lambda e, g: pair(numeric.gradient(pulled(e, g), g[e.variable], full_output=True)),
    "conjugate": conjugate,
    "equals": lambda e, g: (output(e, g), 0.0),
}
CLAIM = {
    **dict.fromkeys(("gradient", "jacobian", "hessian", "conjugate", "equals"), at_variable),
    "differential": claim_of_differential,
    "pullback": lambda e, code, g: claimed(e, code, g, "G")(g[e.variable], upstream(e, g)),
}
JUDGE = {
    "gradient": lambda e, c, g, s: check_gradient(studied(e, g), claimed(e, c, g), g[e.variable], sizes=s),
    "jacobian": lambda e, c, g, s: check_jacobian(studied(e, g), claimed(e, c, g), g[e.variable], sizes=s),
    "hessian": lambda e, c, g, s: check_jacobian(
        claimed(e, e.gradient[1], g) if e.gradient else lambda x: numeric.gradient(studied(e, g), x),
        claimed(e, c, g),
        g[e.variable],
        sizes=s,
    ),
    "pullback": lambda e, c, g, s: check_gradient(
        pulled(e, g),
        lambda x, G=upstream(e, g), claim=claimed(e, c, g, "G"): claim(x, G),
        g[e.variable],
        sizes=s,
    ),
    "differential": judge_differential,
    "conjugate": judge_conjugate,
    "equals": judge_equality,
}
