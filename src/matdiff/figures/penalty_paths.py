"""Two weights, a squared error and a penalty: decay as a term of the loss, and as a step of its own."""
import numpy as np
import traitlets

from .base import Figure, Limits, Number, Vector, require_inside
from .matrix_entry_explorer import Matrix

FAR = 1e6  # a path that goes further has no end
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class PenaltyPaths(Figure):
    """Drag the start: gradient descent and Adam on the penalised loss, AdamW beside them, and where they go.

    The loss is c |Xw - y|^2 + lam/2 |w|^2 with c = 1/2 (constant="half") or 1/(2m) ("mean").
    X: (m, 2).  y: m numbers, as a matrix (m, 1) or a vector.  weights: where to start, 2 numbers.
    eta: step size.  lam: penalty, not negative.  steps: how many, 0 to 400.  limits: (low, high) per axis.

    Read-outs: minimiser, of the penalised loss, None if there are several; after the steps: gradient descent
    (with the penalty or with decay, that is one path), Adam with the penalty, AdamW; their lengths; losses,
    with the penalty, in that order.  A path that runs away has no end: None.

    >>> figure = PenaltyPaths([[1, 0], [1, 2], [0, 1]], [1, 2, 0], lam=1, constant="mean", steps=0)
    >>> figure.readouts()["minimiser"].round(3)
    array([0.444, 0.389])
    """

    kind = "penalty-paths"
    X = Matrix(default_value=((1.0, 0.0), (0.0, 1.0))).tag(sync=True)
    y = Matrix(default_value=((1.0,), (1.0,))).tag(sync=True)
    weights = Vector(2, (0, 0)).tag(sync=True)
    eta = Number(0.1, 1e-3, 2).tag(sync=True)
    lam = Number(0.1, 0, 10).tag(sync=True)
    steps = traitlets.Int(100, min=0, max=400).tag(sync=True)
    constant = traitlets.Enum(("half", "mean"), default_value="mean").tag(sync=True)
    limits = Limits(((-3, 3), (-3, 3))).tag(sync=True)

    def __init__(self, X, y, weights=(0, 0), eta=0.1, lam=0.1, steps=100, constant="mean",
                 limits=((-3, 3), (-3, 3)), label=""):
        super().__init__(X=X, y=np.reshape(y, (-1, 1)), weights=weights, eta=eta, lam=lam, steps=steps,
                         constant=constant, limits=limits,
                         label=label or "Paths of three optimisers with a penalty on two weights")
        require_inside(self.weights, self.limits, "weights")

    @traitlets.validate("X", "y")
    def _fit_together(self, proposal):
        pair = {"X": self.X, "y": self.y, proposal["trait"].name: proposal["value"]}
        (m, n), target = np.shape(pair["X"]), np.shape(pair["y"])
        if n != 2 or target != (m, 1):
            raise traitlets.TraitError(f"X {(m, n)} and y {target} do not fit: X needs two columns, one for "
                                       "each weight, and y a number for each row of X")
        return proposal["value"]

    def _data(self):
        """H and q of the data term's gradient H w - q."""
        X, y = np.array(self.X), np.array(self.y)[:, 0]
        c = 1 / len(X) if self.constant == "mean" else 1.0
        return c * X.T @ X, c * X.T @ y

    def _loss(self, w):
        X, y = np.array(self.X), np.array(self.y)[:, 0]
        c = 1 / len(X) if self.constant == "mean" else 1.0
        return float(c / 2 * np.sum((X @ w - y)**2) + self.lam / 2 * w @ w)

    def readouts(self):
        H, q = self._data()
        slope = lambda w: H @ w - q
        ends = [end(path(slope, np.array(self.weights), self.eta, self.lam, self.steps))
                for path in (gradient_descent, adam, adamw)]
        A = H + self.lam * np.eye(2)
        regular = np.linalg.det(A) > 1e-9 * np.trace(A)**2
        lengths = [None if w is None else float(np.linalg.norm(w)) for w in ends]
        losses = [None if w is None else self._loss(w) for w in ends]
        return {"minimiser": np.linalg.solve(A, q) if regular else None, "gradient descent": ends[0],
                "Adam": ends[1], "AdamW": ends[2],
                "lengths": None if None in lengths else np.array(lengths),
                "losses": None if None in losses else np.array(losses)}


def end(path):
    """The last point of a path, or None if it runs away."""
    return path[-1] if np.linalg.norm(path[-1]) <= FAR else None


def walk(step, w, count):
    """The points of `count` steps, from w on, until they run away."""
    path = [w]
    for t in range(1, count + 1):
        if np.linalg.norm(path[-1]) > FAR:
            break
        path.append(step(path[-1], t))
    return np.array(path)


def gradient_descent(slope, w, eta, lam, count):
    """Plain gradient steps on the penalised loss: the same as decay, (1 - eta lam) w - eta slope(w).

    >>> gradient_descent(lambda w: np.array([1, 0.01]), np.ones(2), 0.1, 0.1, 3)[-1].round(4)
    array([0.6733, 0.9673])
    """
    return walk(lambda w, t: (1 - eta * lam) * w - eta * slope(w), w, count)


def adam(slope, w, eta, lam, count):
    """Adam on the penalised loss: the penalty's gradient goes through the moments (Kingma and Ba 2015).

    >>> adam(lambda w: np.array([1, 0.01]), np.ones(2), 0.1, 0.1, 3)[-1].round(4)
    array([0.7001, 0.7014])
    """
    moments = Moments()
    return walk(lambda w, t: w - eta * moments.direction(slope(w) + lam * w, t), w, count)


def adamw(slope, w, eta, lam, count):
    """AdamW: moments of the data term alone, and decay beside them (Loshchilov and Hutter 2019).

    >>> adamw(lambda w: np.array([1, 0.01]), np.ones(2), 0.1, 0.1, 3)[-1].round(4)
    array([0.6733, 0.6733])
    """
    moments = Moments()
    return walk(lambda w, t: (1 - eta * lam) * w - eta * moments.direction(slope(w), t), w, count)


class Moments:
    """Adam's running means of gradients and of their squares."""

    def __init__(self):
        self.m = self.v = 0.0

    def direction(self, g, t):
        """The t-th step, counted from 1, for gradient g, without the step size."""
        self.m = BETA1 * self.m + (1 - BETA1) * g
        self.v = BETA2 * self.v + (1 - BETA2) * g**2
        return self.m / (1 - BETA1**t) / (np.sqrt(self.v / (1 - BETA2**t)) + EPSILON)
