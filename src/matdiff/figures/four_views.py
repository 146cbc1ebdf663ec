"""One derivative four times: indices, einsum, differential, matrix form. Step from one to the next."""

import ast
import html
from functools import lru_cache

import numpy as np
import traitlets
from latex2mathml.converter import convert

from ..identities import get
from ..identities.code import NAMES, function
from ..identities.display import source_code
from ..identities.entry import Identity
from .base import Figure

STEPS = ("indices", "einsum", "differential", "matrix")
SIZES = {"m": 3, "n": 2, "k": 2, "p": 2, "q": 2, "N": 4}  # small enough to read on a phone


class Recorder:
    """NumPy whose einsum is counted, and returns what it is told to."""

    def __init__(self, answers=None):
        self.calls, self.answers = [], answers

    def __getattr__(self, name):
        return getattr(np, name)

    def einsum(self, subscripts, *operands):
        value = np.einsum(subscripts, *operands)
        self.calls.append((subscripts.replace(" ", ""), operands, value.shape))
        return value if self.answers is None else self.answers[len(self.calls) - 1]


def operand_names(code):
    """The text of the operands of each einsum in a piece of code, in the order in which Python calls them."""
    calls = [
        n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Call) and ast.unparse(n.func) == "np.einsum"
    ]
    calls.sort(key=lambda n: (n.lineno, n.col_offset))
    return [[ast.unparse(a) for a in n.args[1:]] for n in calls]


def contraction(entry, given):
    """The einsum view as sums of products: for each einsum its operands, and where its entries go.

    Returns (terms, result, rest). A term has "letters" (of each operand), "out", "names", "arrays" and "to":
    for each entry of the result, counted by rows, a list of (entry of the einsum, coefficient). `rest` is
    what no einsum adds. The code has to be linear in its einsums; those that give one number, a length say, may
    stand anywhere else.
    Raises ValueError otherwise.
    """
    code = source_code(entry.views.einsum[1])
    run = lambda np_: np.asarray(function(code, tuple(given), {**NAMES, "np": np_})(*given.values()), float)
    first = Recorder()
    result = run(first)
    for held in (lambda shape: False, lambda shape: shape == ()):
        with np.errstate(all="ignore"):
            terms, rest = places(first.calls, operand_names(code), run, held)
            if np.allclose(summed(terms, rest), result):
                return terms, result, rest
    raise ValueError(f'The einsum view of "{entry.name}" is not linear in its einsums: {code}')


def places(calls, names, run, held):
    """The terms, and what is left when all einsums are zero but those that are held at their value."""
    still = [
        np.einsum(subscripts, *operands) if held(shape) else np.zeros(shape)
        for subscripts, operands, shape in calls
    ]
    rest = run(Recorder(still))
    terms = []
    for t, ((subscripts, operands, shape), of) in enumerate(zip(calls, names)):
        if held(shape):
            continue
        letters, out = subscripts.split("->")
        to = [[] for _ in range(rest.size)]
        for at in np.ndindex(*shape):
            unit = np.zeros(shape)
            unit[at] = 1
            for place, c in enumerate((run(Recorder([*still[:t], unit, *still[t + 1 :]])) - rest).ravel()):
                if c:
                    to[place].append([list(at), float(c)])
        terms.append(
            {
                "letters": letters.split(","),
                "out": out,
                "names": of,
                "arrays": [np.asarray(a, float).tolist() for a in operands],
                "to": to,
            }
        )
    return terms, rest


def summed(terms, rest):
    """The result that the terms add up to: what the page computes."""
    total = np.array(rest, float).ravel()
    for term in terms:
        value = np.einsum(",".join(term["letters"]) + "->" + term["out"], *map(np.asarray, term["arrays"]))
        for place, goes in enumerate(term["to"]):
            total[place] += sum(c * value[tuple(at)] for at, c in goes)
    return total.reshape(np.shape(rest))


def mathml(tex, display="block"):
    """TeX as MathML, which a browser sets without help; a transpose is a plain T, as on the page.

    The converter knows lines that are aligned by the name of `split` alone.
    """
    return convert(tex.replace(r"\top", r"\mathsf{T}").replace("{aligned}", "{split}"), display=display)


def prose(text):
    """A sentence with $mathematics$ as HTML."""
    parts = text.split("$")
    return "".join(
        mathml(part, "inline") if n % 2 else html.escape(part, quote=False) for n, part in enumerate(parts)
    )


@lru_cache(maxsize=None)
def seen(name):
    """What the page needs to know of one identity."""
    entry = get(name)
    if entry.views is None:
        raise ValueError(
            f'"{name}" has no four views; the entries that have them: [e.name for e in entries() if e.views].'
        )
    given = entry.draw(sizes=SIZES)
    terms, result, rest = contraction(entry, given)
    views, steps = entry.views, ("", *entry.views.steps)
    of_each = {
        "indices": views.indices,
        "einsum": views.einsum,
        "differential": views.differential,
        "matrix": entry.result,
    }
    variable = np.shape(given[entry.variable])
    return {
        "name": entry.name,
        "function": mathml(f"{'f' if entry.form == 'gradient' else 'F'} = {entry.of[0]}", "inline"),
        "form": entry.form,
        "variable": entry.variable,
        "views": [
            {
                "name": name,
                "math": mathml(of_each[name][0]),
                "code": source_code(of_each[name][1]),
                "step": prose(step),
            }
            for name, step in zip(STEPS, steps)
        ],
        "terms": terms,
        "rest": np.atleast_2d(rest.T).T.tolist() if rest.ndim < 2 else rest.tolist(),
        "vector": result.ndim == 1,
        "shape": list(np.shape(np.atleast_2d(result.T).T)),
        "input": list(variable),
    }


class FourViews(Figure):
    """Steps through the four views of a derivative; pick an entry and see what is multiplied and added.

    identities: a name of the catalogue or several, with views. step: 0 to 3, indices, einsum, differential,
    matrix form. picked: row and column of the entry looked at. chosen: which of the identities.

    Read-outs: identity, view, entry (its value), products (how many of them are added).

    >>> FourViews("quadratic form").readouts()["view"]
    'indices'
    """

    kind = "four-views"
    identities = traitlets.List().tag(sync=True)
    chosen = traitlets.Int(0, min=0).tag(sync=True)
    step = traitlets.Int(0, min=0, max=len(STEPS) - 1).tag(sync=True)
    picked = traitlets.List(traitlets.Int(min=0), default_value=[0, 0], minlen=2, maxlen=2).tag(sync=True)

    def __init__(self, identities="quadratic form", chosen=0, step=0, picked=(0, 0), label=""):
        names = [identities] if isinstance(identities, (str, Identity)) else identities
        if not isinstance(names, (list, tuple)):
            raise ValueError(f"identities is {identities!r}; expected the name of an entry of the catalogue, or a "
                             "list of names.")
        names = [e.name if isinstance(e, Identity) else e for e in names]
        if not names:
            raise ValueError("identities is empty: give the name of one entry of the catalogue, or several.")
        super().__init__(
            identities=[seen(name) for name in names],
            chosen=chosen,
            step=step,
            picked=list(picked),
            label=label or "Four views of a derivative: " + ", ".join(names),
        )

    @traitlets.validate("chosen")
    def _is_there(self, proposal):
        if proposal["value"] >= len(self.identities):
            raise traitlets.TraitError(
                f"chosen counts the identities from 0: give 0 to {len(self.identities) - 1}, "
                f"got {proposal['value']}"
            )
        return proposal["value"]

    def readouts(self):
        data = self.identities[self.chosen]
        rows, columns = data["shape"]
        i, j = min(self.picked[0], rows - 1), min(self.picked[1], columns - 1)
        total = summed(data["terms"], data["rest"])
        place = i * columns + j
        products = sum(
            len(term["to"][place]) * int(np.prod(summed_sizes(term) or [1])) for term in data["terms"]
        )
        return {
            "identity": data["name"],
            "view": STEPS[self.step],
            "entry": float(total[i, j]),
            "products": products,
        }


def summed_sizes(term):
    """The sizes of the letters that an einsum sums over."""
    sizes = {
        letter: n
        for letters, array in zip(term["letters"], term["arrays"])
        for letter, n in zip(letters, np.shape(array))
    }
    return [n for letter, n in sizes.items() if letter not in term["out"]]
