"""Push a step forward or pull a sensitivity back through linear maps, and count the multiplications."""
import numpy as np
import traitlets

from .base import Figure

LAYERS, WIDEST = 4, 6


class Widths(traitlets.TraitType):
    """The numbers of units in each of the four layers, 1 to 6."""

    def validate(self, obj, value):
        try:
            array = np.asarray(value, float)
        except (TypeError, ValueError):
            array = np.empty(0)
        if array.shape != (LAYERS,) or not np.isin(array, np.arange(1, WIDEST + 1)).all():
            raise traitlets.TraitError(f"{self.name} must be {LAYERS} whole numbers from 1 to {WIDEST}, like "
                                       f"(5, 4, 3, 1); got {value!r}")
        return tuple(int(n) for n in array)


def slopes(layer, rows, columns):
    """The Jacobian of a layer: small whole numbers, the same on the page."""
    i, j = np.indices((rows, columns))
    return (2 * i + 3 * j + 5 * layer + i * j) % 5 - 2


class ForwardBackward(Figure):
    """A chain of four layers; drag their widths, pick a seed, and send numbers forward or backward.

    widths: units per layer, input first.  mode: "forward" pushes a unit step of input `seed` to the outputs,
    J v; "backward" pulls a unit sensitivity of output `seed` to the inputs, J' u.  seed: counted from 0;
    falls back to the last one when its layer gets narrower.  done: how many layers it has passed.

    Read-outs: vector, what has arrived; one pass, multiplications for one seed through all layers; columns
    and rows, multiplications for the whole Jacobian by forward and by backward passes; cheaper.

    >>> ForwardBackward((5, 4, 3, 1)).readouts()["columns"], ForwardBackward((5, 4, 3, 1)).readouts()["rows"]
    (175, 35)
    """

    kind = "forward-backward"
    widths = Widths(default_value=(5, 4, 3, 1)).tag(sync=True)
    mode = traitlets.Enum(("forward", "backward"), default_value="backward").tag(sync=True)
    seed = traitlets.Int(0, min=0).tag(sync=True)
    done = traitlets.Int(0, min=0, max=LAYERS - 1).tag(sync=True)

    def __init__(self, widths=(5, 4, 3, 1), mode="backward", seed=0, done=0, label=""):
        super().__init__(widths=widths, mode=mode, seed=seed, done=done, label=label
                         or "A chain of four layers through which numbers travel forward or backward")

    def _ends(self):
        return self.widths[0] if self.mode == "forward" else self.widths[-1]

    @traitlets.validate("seed")
    def _names_an_end(self, proposal):
        if proposal["value"] >= self._ends():
            ends = "inputs" if self.mode == "forward" else "outputs"
            raise traitlets.TraitError(f"seed counts the {ends} from 0: give 0 to {self._ends() - 1}, "
                                       f"got {proposal['value']}")
        return proposal["value"]

    @traitlets.observe("widths", "mode")
    def _keep_the_seed(self, change):
        self.seed = min(self.seed, self._ends() - 1)

    def jacobians(self):
        """The Jacobian of each layer, first layer first."""
        return [slopes(k, self.widths[k + 1], self.widths[k]) for k in range(LAYERS - 1)]

    def readouts(self):
        maps = self.jacobians() if self.mode == "forward" else [J.T for J in reversed(self.jacobians())]
        vector = np.eye(maps[0].shape[1], dtype=int)[self.seed]
        for map_ in maps[:self.done]:
            vector = map_ @ vector
        once = sum(J.size for J in maps)
        columns, rows = once * self.widths[0], once * self.widths[-1]
        cheaper = "forward" if columns < rows else "backward" if rows < columns else "equal"
        return {"vector": vector, "one pass": once, "columns": columns, "rows": rows, "cheaper": cheaper}
