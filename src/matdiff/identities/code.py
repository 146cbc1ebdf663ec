"""The code of the catalogue: expressions and short bodies in NumPy, with the names of `numpy.linalg` at hand.

import numpy as np
from numpy.linalg import cholesky, det, eigh, inv, norm, pinv, qr, slogdet, solve, svd
from matdiff import commutation_matrix, duplication_matrix, skew, sym, unvec, vec, vech
"""

import linecache
import textwrap

import numpy as np

from ..vec import (commutation_matrix, duplication_matrix, elimination_matrix, skew, sym, unvec, unvech, vec,
                   vech)

LINALG = ("cholesky", "det", "eig", "eigh", "eigvalsh", "inv", "matrix_power", "matrix_rank", "norm", "pinv",
          "qr", "slogdet", "solve", "svd")
VEC = (commutation_matrix, duplication_matrix, elimination_matrix, skew, sym, unvec, unvech, vec, vech)

NAMES = {
    "np": np,
    **{name: getattr(np.linalg, name) for name in LINALG},
    **{function.__name__: function for function in VEC},
}


def function(body, arguments, names=NAMES, title="identity"):
    """The function of these arguments with this body: an expression, or statements that end in `return`."""
    body = textwrap.dedent(body).strip()
    lines = body if "return" in body else f"return {body}"
    text = f"def {title}({', '.join(arguments)}):\n" + textwrap.indent(lines, "    ")
    place = f"<{title} {abs(hash(text))}>"
    linecache.cache[place] = len(text), None, text.splitlines(keepends=True), place  # for tracebacks
    space = dict(names)
    exec(compile(text, place, "exec"), space)
    return space[title]


def run(statements, space, names=NAMES):
    """The statements carried out in these names; the names afterwards."""
    space = dict(space)
    exec(statements, {**names}, space)
    return space
