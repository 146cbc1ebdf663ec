"""A small network as a graph: values travel forward, sensitivities back, node by node."""
import numpy as np
import traitlets

from .base import Figure
from .forward_backward import slopes as whole_numbers
from .training_stepper import sigmoid

LAYERS, WIDEST = 3, 4
STEP = 1e-4  # of the finite difference

ACTIVATIONS = {
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),  # at the kink: nought
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z)**2),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "identity": (lambda z: z, np.ones_like),
}


class Arrays(traitlets.TraitType):
    """Up to three arrays of finite numbers with `axes` axes, no side longer than four, as nested tuples."""

    def __init__(self, axes, **options):
        self.axes = axes
        super().__init__(default_value=(), **options)

    def validate(self, obj, value):
        try:
            arrays = [np.asarray(entry, float) for entry in value]
        except (TypeError, ValueError):
            arrays = [np.nan]
        fits = [np.ndim(a) == self.axes and 0 < min(a.shape) and max(a.shape) <= WIDEST
                and np.isfinite(a).all() for a in arrays]
        if not all(fits) or len(fits) > LAYERS or not fits and self.axes == 2:  # there may be no biases
            what = {1: "one vector", 2: "one matrix"}[self.axes]
            raise traitlets.TraitError(f"{self.name} must be {what} of finite numbers for each layer, at "
                                       f"most {LAYERS} layers and {WIDEST} units in each; got {value!r}")
        return tuple(_tuples(array) for array in arrays)


class Units(traitlets.TraitType):
    """The numbers of one to four units, as a tuple."""

    def validate(self, obj, value):
        try:
            array = np.asarray(value, float)
        except (TypeError, ValueError):
            array = np.empty(0)
        if array.ndim != 1 or not 0 < array.size <= WIDEST or not np.isfinite(array).all():
            raise traitlets.TraitError(f"{self.name} must be 1 to {WIDEST} finite numbers; got {value!r}")
        return _tuples(array)


def _tuples(array):
    return tuple(map(_tuples, array)) if np.ndim(array) else float(array)


class ComputationGraph(Figure):
    """A network of affine layers, activations between them and the loss L = ½‖y − t‖², as a graph.

    Step forward node by node, then back node by node; drag any entry of x, the weights, the biases, t.

    weights: one matrix per layer, W_l of shape (units after, units before); at most 3 layers of 4 units.  Or
    sizes: units per layer, input first, and the weights are small whole numbers.  x: the input (1, 2, …
    without it).  target: t (zeros without it).  biases: one vector per layer, or () for none.
    activation: "relu", "tanh", "sigmoid" or "identity", after every layer but the last.
    slopes, transposes: False forgets the slopes of the activation, or the transposes of the weights, on the
    way back.  done: how many nodes have been visited.  picked: (name, row, column), the entry that is
    compared with a finite difference; names are x, t, W1, b1, W2, …

    Read-outs, None before their node is visited and where the shapes do not fit: L; delta l, the sensitivity
    of z_l; pulled l, that of h_l; gradient W l, b l and x; slope, the entry of the gradient by what is
    picked; difference, its finite difference; verdict, whether the two agree.

    >>> graph = ComputationGraph([[[1, 0], [-1, 1], [2, -2]], [[2, -1, 4]]], x=(1, 2), target=(3,), done=8)
    >>> graph.readouts()["L"], graph.readouts()["gradient x"]
    (2.0, array([-6.,  2.]))
    """

    kind = "computation-graph"
    x = Units(default_value=(1.0,)).tag(sync=True)
    weights = Arrays(2).tag(sync=True)
    biases = Arrays(1).tag(sync=True)
    target = Units(default_value=(0.0,)).tag(sync=True)
    activation = traitlets.Enum(tuple(ACTIVATIONS), default_value="relu").tag(sync=True)
    slopes = traitlets.Bool(True).tag(sync=True)
    transposes = traitlets.Bool(True).tag(sync=True)
    done = traitlets.Int(0, min=0).tag(sync=True)
    picked = traitlets.Tuple(traitlets.Unicode(), traitlets.Int(min=0), traitlets.Int(min=0),
                             default_value=("x", 0, 0)).tag(sync=True)

    def __init__(self, weights=None, x=None, target=None, biases=(), activation="relu", slopes=True,
                 transposes=True, done=0, picked=("W1", 0, 0), sizes=(2, 3, 1), label=""):
        if weights is None:
            if not 2 <= len(sizes) <= LAYERS + 1 or not set(sizes) <= set(range(1, WIDEST + 1)):
                raise ValueError(f"sizes must be 2 to {LAYERS + 1} whole numbers from 1 to {WIDEST}, input "
                                 f"first, like (2, 3, 1); got {sizes!r}")
            weights = [whole_numbers(k, rows, columns)
                       for k, (columns, rows) in enumerate(zip(sizes, sizes[1:]))]
        weights = type(self).weights.validate(self, weights)
        super().__init__(  # all at once: what fits together is judged when all is there
            weights=weights, biases=biases, activation=activation, slopes=slopes, transposes=transposes,
            x=np.arange(1, len(weights[0][0]) + 1) if x is None else x,
            target=np.zeros(len(weights[-1])) if target is None else target,
            picked=picked, done=done, label=label or "A network as a graph of nodes")

    @traitlets.validate("x", "weights", "biases", "target", "picked", "done")
    def _fit_together(self, proposal):
        now = {name: getattr(self, name) for name in ("x", "weights", "biases", "target", "picked", "done")}
        now[proposal["trait"].name] = proposal["value"]
        fault = _fault(**now)
        if fault:
            raise traitlets.TraitError(fault)
        return proposal["value"]

    def _inputs(self):
        return _named(self.x, self.weights, self.biases, self.target)

    def _layers(self, inputs):
        """One (W, b) per layer."""
        return [(inputs[f"W{l}"], inputs.get(f"b{l}", 0)) for l in range(1, len(self.weights) + 1)]

    def forward(self, inputs):
        """The values z_1, …, z_L, and what feeds each layer, x, h_1, …"""
        zs, hs, sigma = [], [inputs["x"]], ACTIVATIONS[self.activation][0]
        for W, b in self._layers(inputs):
            zs.append(W @ hs[-1] + b)
            hs.append(sigma(zs[-1]))
        return zs, hs[:-1]

    def backward(self, inputs, zs, hs):
        """Sensitivities by name, as the switches have them; None where the shapes do not fit."""
        slope = ACTIVATIONS[self.activation][1]
        delta, found = zs[-1] - inputs["t"], {"gradient t": inputs["t"] - zs[-1]}
        for l, (W, _) in reversed(list(enumerate(self._layers(inputs), 1))):
            found[f"delta {l}"] = delta
            found[f"gradient W{l}"] = None if delta is None else np.outer(delta, hs[l - 1])
            if self.biases:
                found[f"gradient b{l}"] = delta
            back = W.T if self.transposes else W
            pulled = back @ delta if delta is not None and back.shape[1] == delta.size else None
            found["gradient x" if l == 1 else f"pulled {l - 1}"] = pulled
            if l > 1:
                delta = pulled * slope(zs[l - 2]) if pulled is not None and self.slopes else pulled
        return found

    def _visit(self, name):
        """At which step a sensitivity becomes known: forward takes 2L steps, backward as many."""
        L = len(self.weights)
        if name == "gradient t":
            return 2 * L + 1
        if name == "gradient x":
            return 4 * L
        nodes_later = {"pulled ": 0, "delta ": 1}.get(name[:-1], 2)
        return 4 * L - 2 * int(name[-1]) + nodes_later

    def _difference(self):
        """The slope of L by the picked entry, from two nudges; whether a ReLU switches between them."""
        (table, i, j), ends, switches = self.picked, [], []
        for sign in (1, -1):
            moved = self._inputs()
            _rows(moved[table])[i, j] += sign * STEP  # a view: changes what `moved` holds
            zs, _ = self.forward(moved)
            ends.append(zs[-1] - moved["t"])
            switches.append([list(z > 0) for z in zs[:-1]])
        r1, r0 = ends
        # ½|r1|² − ½|r0|² as a product: the digits that both share do not cancel
        slope = float((r1 - r0) @ (r1 + r0)) / (4 * STEP)
        return slope, self.activation == "relu" and switches[0] != switches[1]

    def readouts(self):
        inputs, (table, i, j) = self._inputs(), self.picked
        zs, hs = self.forward(inputs)
        found = {name: value if self.done >= self._visit(name) else None
                 for name, value in self.backward(inputs, zs, hs).items()}
        gradient = found[f"gradient {table}"]
        slope = None if gradient is None else float(_rows(gradient)[i, j])
        loss = difference = verdict = None
        if self.done >= 2 * len(zs):
            loss = float(np.sum((zs[-1] - inputs["t"])**2) / 2)
            difference, kink = self._difference()
            if kink:
                verdict = "kink"
            elif slope is not None:
                close = abs(slope - difference) <= 1e-5 * max(1, abs(difference))
                verdict = "agree" if close else "differ"
        del found["gradient t"]
        return {"entry": float(_rows(inputs[table])[i, j]), "L": loss, "slope": slope, "difference": difference, "verdict": verdict,
                **dict(sorted(found.items()))}

    def _printed(self, name, value):
        if name == "difference" and value is not None:
            value = round(value, 6)
        return super()._printed(name, value)


def _rows(array):
    """A vector as a column, a matrix as it is; both are views."""
    return array.reshape(len(array), -1)


def _named(x, weights, biases, target):
    """All arrays that can be dragged, by name."""
    arrays = {"x": x, "t": target}
    arrays |= {f"W{l}": W for l, W in enumerate(weights, 1)}
    arrays |= {f"b{l}": b for l, b in enumerate(biases, 1)}
    return {name: np.array(value) for name, value in arrays.items()}


def _fault(x, weights, biases, target, picked, done):
    """What does not fit together, as a sentence, or None."""
    shapes = [np.shape(W) for W in weights]
    before, after = [columns for _, columns in shapes], [rows for rows, _ in shapes]
    if before != [len(x), *after[:-1]] or len(target) != after[-1]:
        return (f"x {len(x)}, weights {', '.join(map(str, shapes))} and target {len(target)} do not fit: "
                "a matrix has a column for each unit before it and a row for each after it")
    if biases and [len(b) for b in biases] != after:
        return (f"biases must be one vector per layer, of {', '.join(map(str, after))} numbers, or (); got "
                f"{', '.join(str(len(b)) for b in biases)}")
    if done > 4 * len(shapes):
        return f"done counts the visits to nodes, 0 to {4 * len(shapes)}; got {done}"
    (table, *entry), inputs = picked, _named(x, weights, biases, target)
    if table not in inputs:
        return f"picked names {table!r}; the graph has {', '.join(inputs)}"
    if not np.less(entry, _rows(inputs[table]).shape).all():
        return f"picked names entry {tuple(entry)} of {table}, which has shape {inputs[table].shape}"
    return None
