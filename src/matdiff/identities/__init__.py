"""The catalogue: identities of matrix calculus, each of which runs.

`get(name)` gives an entry, `find(...)` searches, `entries()` lists all. An entry verifies itself,
`entry.check(seed)`, and shows itself, `entry.show()`. One file per topic; importing the package reads none.
"""

import difflib
from dataclasses import replace
from functools import lru_cache
from importlib import import_module

from . import display
from .entry import FORMS, SHAPES, Identity, Views, Wrong
from .search import asked, fits, plain, words

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


def entries(topic=None):
    """All entries of a topic, or of the whole catalogue, in order. Raises LookupError for an unknown topic.

    >>> len(entries("vectors")) > 30
    True
    """
    if topic is None:
        return tuple(entry for name in TOPICS for entry in _entries(name))
    if not isinstance(topic, str) or topic not in TOPICS:
        raise LookupError(f"There is no topic {topic!r}; there are {', '.join(TOPICS)}.")
    return _entries(topic)


@lru_cache
def _entries(topic):
    return tuple(replace(e, topic=topic) for e in import_module(f"{__name__}.{topic}").ENTRIES)


def get(name):
    """The entry of this name. Raises LookupError that names the nearest, TypeError if it is no text.

    >>> get("quadratic form").result[0]
    '(A + A^\\\\top)\\\\mathbf{x}'
    """
    if not isinstance(name, str):
        raise TypeError(f'name is {name!r}; expected the name of an entry, as in get("quadratic form").')
    known = {e.name.lower(): e for e in entries()}
    wanted = name.strip().lower()
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, 3, 0.5) or [e.name for e in find(name)[:3]]
        hint = f" The nearest are: {', '.join(near)}." if near and wanted else " find() searches it."
        raise LookupError(f"The catalogue has no entry {name!r}.{hint}")
    return known[wanted]


def find(text="", *, topic=None, input=None, output=None, cookbook=None, claim=None):
    """The entries that fit everything asked for, those whose name says it first: a tuple, empty if none fits.

    text      words, or their beginnings, that occur in the name, the formulas, the code or the references
    topic     one of `TOPICS`
    input, output   "scalar", "vector" or "matrix": the variable and the value of the function
    cookbook  a number of the Matrix Cookbook, 32 to 144
    claim     a claim, gap or correction of the source document, "S07-C16", "G01.2" or "E12"
    Raises LookupError for an unknown topic, shape or number, TypeError if text or claim is no text.

    >>> [e.name for e in find(cookbook=81)]
    ['quadratic form']
    """
    for argument, value in (("text", text), ("claim", claim or "")):
        if not isinstance(value, str):
            example = {"text": '"log det"', "claim": 'claim="S07-C16"'}[argument]
            raise TypeError(f"{argument} is {value!r}; expected words, as in find({example}).")
    for argument, shape in (("input", input), ("output", output)):
        if shape not in (None, *SHAPES):
            raise LookupError(f"{argument} is {shape!r}; expected one of {', '.join(SHAPES)}.")
    if cookbook is not None and cookbook not in range(32, 145):
        raise LookupError(f"cookbook is {cookbook!r}; expected one of its numbers 32 to 144, on derivatives.")
    question = asked(text)
    found = [e for e in entries(topic)
             if fits(question, words(e)) and input in (None, e.shape[0]) and output in (None, e.shape[1])
             and (cookbook is None or f"CB{cookbook}" in e.numbers) and (claim is None or refers(e, claim))]
    return Found(sorted(found, key=lambda e: not fits(question, plain(e.name))))


def refers(entry, claim):
    """Does it refer to this claim, or to a part of it?  Parts are lettered."""
    wanted = claim.strip().upper()
    return any(ref == wanted or ref[:-1] == wanted and ref[-1].isalpha() for ref in entry.refs.upper().split())


class Found(tuple):
    """Entries that were found, one a line; in a notebook a table."""

    def __getitem__(self, at):
        return Found(super().__getitem__(at)) if isinstance(at, slice) else super().__getitem__(at)

    def __repr__(self):
        return "\n".join(map(repr, self)) or "No entry fits."

    def _repr_html_(self):
        return display.table(self, "What was found") if self else "<p>No entry fits.</p>"


def table(topic):
    """The entries of a topic as a table to read and filter. Raises LookupError for an unknown topic.

    >>> "linear form" in repr(table("vectors"))
    True
    """
    if topic is None:
        raise LookupError(f"topic is None; expected one of {', '.join(TOPICS)}.")
    found = entries(topic)
    return display.Shown("\n".join(map(repr, found)), display.table(found, TOPICS[topic], topic))


def views(*names):
    """The four views of these entries one below the other: indices, einsum, differential, matrix form.

    Raises LookupError for an unknown name, or an entry that has no views.

    >>> views("linear form")
    ✓ linear form: a @ x (x: n; a: n); gradient: a. It holds at 3 of 3 inputs tried.
    """
    if not names:
        raise LookupError('Give the names of entries, as in views("quadratic form").')
    found = [get(name) for name in names]
    without = [e.name for e in found if e.views is None]
    if without:
        raise LookupError(f"No four views are written for {', '.join(without)}; they are for "
                          "[e.name for e in entries() if e.views].")
    return display.Shown("\n".join(map(repr, found)), display.views(found))
