"""A step dX with a structure: the gradient of all entries, its projection, the free partial derivatives."""
import numpy as np
import traitlets

from ..manifolds import STRUCTURES, free_partials, project
from .base import Figure
from .matrix_entry_explorer import Matrix


class StructureExplorer(Figure):
    """Drag an entry of the step dX: its partners move along. Which array pairs with dX to the true change?

    f(X) = <G, X>, so that df = <G, dX> exactly.  gradient: G, shape (n, n).  step: dX, shape (n, n), of which
    the part that has the structure counts.  structure: "free", "symmetric", "skew", "lower", "diagonal" or
    "toeplitz".  picked: (row, column) of the step's entry that was dragged last.

    Read-outs: dX; projection of G on the structure; partials, those by the free entries, each at all its
    places; df; the pairings of both arrays with dX; counted once, the partials times their free entries, each
    once; outside, how far G sticks out of the structure.

    >>> figure = StructureExplorer([[1, 2], [6, 3]], [[0.1, 0.2], [0.2, -0.3]])
    >>> said = figure.readouts()
    >>> [round(said[name], 9) for name in ("df", "with projection", "with partials", "counted once")]
    [0.8, 0.8, 2.4, 0.8]
    """

    kind = "structure-explorer"
    gradient = Matrix(default_value=((0.0,),)).tag(sync=True)
    step = Matrix(default_value=((0.0,),)).tag(sync=True)
    structure = traitlets.Enum(STRUCTURES, default_value="symmetric").tag(sync=True)
    picked = traitlets.Tuple(traitlets.Int(min=0), traitlets.Int(min=0), default_value=(0, 0)).tag(sync=True)

    def __init__(self, gradient=((1, 2, -1), (6, 3, 0), (2, 4, -2)), step=None, structure="symmetric",
                 picked=(1, 0), label=""):
        if step is None:
            step = np.zeros(np.shape(gradient))
        super().__init__(gradient=gradient, step=step, structure=structure, picked=picked,
                         label=label or "A step with a structure, an entry of which can be dragged")
        self.step = project(self.step, self.structure)

    @traitlets.validate("gradient", "step", "picked")
    def _fit_together(self, proposal):
        now = {name: getattr(self, name) for name in ("gradient", "step", "picked")}
        now[proposal["trait"].name] = proposal["value"]
        G, dX = np.shape(now["gradient"]), np.shape(now["step"])
        if G != dX or G[0] != G[1]:
            raise traitlets.TraitError(f"gradient {G} and step {dX} must be square and of the same size")
        if max(now["picked"]) >= G[0]:
            raise traitlets.TraitError(f"picked names entry {now['picked']} of a matrix of shape {G}")
        return proposal["value"]

    def readouts(self):
        G = np.array(self.gradient)
        dX = project(self.step, self.structure)
        projection, partials = project(G, self.structure), free_partials(G, self.structure)
        return {"dX": dX, "projection": projection, "partials": partials, "df": float(np.sum(G * dX)),
                "with projection": float(np.sum(projection * dX)),
                "with partials": float(np.sum(partials * dX)),
                "counted once": float(np.sum((partials * dX)[first_places(self.structure, len(G))])),
                "outside": float(np.linalg.norm(G - projection))}


def first_places(structure, n):
    """True where a free entry of an n by n matrix stands for the first time: one place for each of them."""
    places = {"free": np.ones((n, n)), "symmetric": np.tril(np.ones((n, n))),
              "skew": np.tril(np.ones((n, n)), -1), "lower": np.tril(np.ones((n, n))), "diagonal": np.eye(n),
              "toeplitz": np.eye(1, n) + np.eye(n, 1)}
    return places[structure] > 0
