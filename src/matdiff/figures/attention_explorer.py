"""A query that looks at four keys: the weights, the output, and what goes back to scores, query and keys."""
import numpy as np
import traitlets

from .base import Figure, Limits, Number, Vector, require_inside
from .matrix_entry_explorer import Matrix

KEYS = ((2.0, 1.0), (-1.0, 1.6), (-1.8, -0.8), (1.2, -1.6))


class AttentionExplorer(Figure):
    """Drag a query, four keys of the plane or their values: p = softmax(scale K q), and the output is p·v.

    q: (2,), the query.  K: (4, 2), the keys.  v: (4,), the values.  push: (2,), the step of the query that is
    tried.  scale: from 0.05 to 4; 1/√d is 1/√2 in the plane.  limits: (low, high) of the plane's axes
    and of the values.

    Read-outs: scores; P; output; with the upstream gradient 1 for the output, Sbar for the scores, qbar for
    the query and Kbar for the keys; predicted and actual change of the output when the query makes the push.

    >>> figure = AttentionExplorer(q=(np.log(2), 0), K=[(0, 1), (1, 0), (0, 2), (0, -1)],
    ...                            v=(5, 2, 9, 5), scale=1, limits=((-3, 3), (-2, 2), (0, 10)))
    >>> figure.readouts()["P"].round(12), round(figure.readouts()["output"], 12)
    (array([0.2, 0.4, 0.2, 0.2]), 4.6)
    """

    kind = "attention-explorer"
    q = Vector(2, (0, 0)).tag(sync=True)
    K = Matrix((4, 2), default_value=KEYS).tag(sync=True)
    v = Vector(4, (0, 0, 0, 0)).tag(sync=True)
    push = Vector(2, (0, 0)).tag(sync=True)
    scale = Number(1, 0.05, 4).tag(sync=True)
    limits = Limits(((-3, 3), (-2.5, 2.5), (-4, 4))).tag(sync=True)

    def __init__(self, q=(0.8, 0.3), K=KEYS, v=(3, -1, -2, 1), push=(-0.6, 0.6), scale=np.sqrt(0.5),
                 limits=((-3, 3), (-2.5, 2.5), (-4, 4)), label=""):
        super().__init__(q=q, K=K, v=v, push=push, scale=scale, limits=limits,
                         label=label or "A query and four keys in the plane, and the values that they weigh")
        places = {"q": self.q, "q after the push": np.add(self.q, self.push),
                  **{f"K[{i}]": key for i, key in enumerate(self.K)}}
        for name, place in places.items():
            require_inside(place, self.limits, name)
        low, high = self.limits[2]
        for i, value in enumerate(self.v):
            if not low <= value <= high:
                raise ValueError(f"v[{i}] is {value:g}, outside the limits ({low:g}, {high:g}); move it or "
                                 "widen limits")

    def readouts(self):
        q, K, v, push = (np.array(x) for x in (self.q, self.K, self.v, self.push))
        scores, P, output = attend(q, K, v, self.scale)
        Sbar = P * (v - output)
        qbar = self.scale * Sbar @ K
        return {"scores": scores, "P": P, "output": float(output), "Sbar": Sbar, "qbar": qbar,
                "Kbar": self.scale * np.outer(Sbar, q), "predicted": float(qbar @ push),
                "actual": float(attend(q + push, K, v, self.scale)[2] - output)}


def attend(q, K, v, scale):
    """Scores, weights and output of one query."""
    scores = scale * K @ q
    E = np.exp(scores - scores.max())
    P = E / E.sum()
    return scores, P, P @ v
