"""The catalogue: identities of matrix calculus, each of which runs.

`get(name)` gives an entry, `find(...)` searches, `entries()` lists all. An entry verifies itself,
`entry.check(seed)`, and shows itself, `entry.show()`. One file per topic; importing the package reads none of them.
"""

import difflib
import re
from dataclasses import replace
from functools import lru_cache
from importlib import import_module

import numpy as np

from . import display
from .entry import FORMS, Identity, Views, Wrong, output

__all__ = ["FORMS", "TOPICS", "Identity", "Views", "Wrong", "entries", "find", "get", "table", "views"]

# Topic: its title. The file of the same name holds ENTRIES.
TOPICS = {
    "rules": "Rules of differentials and the chain rule",
    "vectors": "Linear and quadratic forms",
    "products": "Jacobians of matrix functions",
    "kronecker": "vec and Kronecker products",
    "traces": "Traces",
    "determinants": "Determinants",
    "inverses": "Inverses",
    "eigenvalues": "Eigenvalues and eigenvectors",
    "norms": "Norms",
    "structured": "Structured matrices",
    "pseudoinverses": "Pseudo-inverses",
    "decompositions": "Decompositions",
    "distributions": "Distributions",
    "linear_models": "Linear models",
    "networks": "Layers, losses and backpropagation",
    "convolutions": "Convolutions",
    "complex_variables": "Complex variables",
}


@lru_cache
def entries(topic=None):
    """All entries of a topic, or of the whole catalogue, in order. Raises LookupError for an unknown topic.

    >>> len(entries("vectors")) > 0
    True
    """
    if topic is None:
        return tuple(entry for name in TOPICS for entry in entries(name))
    if topic not in TOPICS:
        raise LookupError(f"There is no topic {topic!r}; there are {', '.join(TOPICS)}.")
    return tuple(replace(e, topic=topic) for e in import_module(f"{__name__}.{topic}").ENTRIES)


def get(name):
    """The entry of this name. Raises LookupError that names the nearest.

    >>> get("quadratic form").result[0]
    '(A + A^\\\\top)\\\\mathbf{x}'
    """
    known = {e.name: e for e in entries()}
    if name not in known:
        nearest = difflib.get_close_matches(str(name), known, 3, 0.3) or [e.name for e in find(str(name))[:3]]
        raise LookupError(
            f"The catalogue has no entry {name!r}."
            + (f" The nearest are: {', '.join(nearest)}." if nearest else " find() searches it.")
        )
    return known[name]


def find(text="", *, topic=None, input=None, output=None, cookbook=None, claim=None):
    """The entries that fit everything asked for, those whose name says it first: a tuple, empty if none fits.

    text      words that occur in the name, the formulas or the code
    topic     one of `TOPICS`
    input, output   "scalar", "vector" or "matrix": the variable and the value of the function
    cookbook  a number of the Matrix Cookbook
    claim     a claim or gap of the source document, "S07-C16" or "G01.2"
    Raises LookupError for an unknown topic or shape.

    >>> [e.name for e in find(cookbook=81)]
    ['quadratic form']
    """
    for argument, shape in (("input", input), ("output", output)):
        if shape not in (None, *SHAPES):
            raise LookupError(f"{argument} is {shape!r}; expected one of {', '.join(SHAPES)}.")
    wanted = [w for w in re.split(r"\s+", plain(text)) if w]
    found = [
        e
        for e in entries(topic)
        if all(w in searched(e) for w in wanted)
        and input in (None, shape_of(e)[0])
        and output in (None, shape_of(e)[1])
        and (cookbook is None or f"CB{cookbook}" in e.numbers)
        and (claim is None or any(re.fullmatch(f"{re.escape(claim)}[a-z]?", n) for n in e.numbers))
    ]
    return Found(sorted(found, key=lambda e: not all(w in plain(e.name) for w in wanted)))


class Found(tuple):
    """Entries that were found, one a line; in a notebook a table."""

    def __repr__(self):
        return "\n".join(map(repr, self)) or "No entry fits."

    def _repr_html_(self):
        return (
            display.table([(e, *shape_of(e)) for e in self], "What was found")
            if self
            else "<p>No entry fits.</p>"
        )


SHAPES = ("scalar", "vector", "matrix")


@lru_cache(maxsize=None)
def shape_of(entry):
    """What goes in and what comes out: ("matrix", "scalar")."""
    given = entry.draw()
    return tuple(SHAPES[min(np.ndim(v), 2)] for v in (given[entry.variable], output(entry, given)))


def plain(text):
    """Text without the marks of TeX, so that "log det" is found in r"\\log\\det X"."""
    return re.sub(r"[\\{}$^_|]+|mathbf|operatorname", " ", text).lower()


@lru_cache(maxsize=None)
def searched(entry):
    words = (entry.name, entry.also, entry.of[0], entry.result[0], entry.of[1], entry.topic)
    return plain(" ".join(words))


def table(topic):
    """The entries of a topic as a table to read and filter. Raises LookupError for an unknown topic."""
    found = entries(topic)
    page = display.table([(entry, *shape_of(entry)) for entry in found], TOPICS[topic], topic)
    return display.Shown("\n".join(map(repr, found)), page)


def views(*names):
    """The four views of these entries one below the other: indices, einsum, differential, matrix form."""
    found = [get(name) for name in names]
    without = [e.name for e in found if e.views is None]
    if without:
        raise LookupError(
            f"No four views are written for {', '.join(without)}; [e.name for e in entries() if e.views] are."
        )
    return display.Shown("\n".join(map(repr, found)), display.views(found))
