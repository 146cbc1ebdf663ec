"""A window that slides over an image: the row of im2col it makes, and how the gradient goes back."""
import numpy as np
import traitlets

from ..layers import conv2d, conv2d_vjp
from .base import Figure
from .matrix_entry_explorer import Matrix

MOST_PADDING = 2


def along(image, kernel, stride, padding, dilation):
    """What conv2d is told: a signal, an image of one row, has neither stride, padding nor dilation down.

    >>> along([[1, 2, 3]], [[1, 1]], 2, 1, 1)
    {'stride': (1, 2), 'padding': (0, 1), 'dilation': (1, 1)}
    """
    flat = np.shape(image)[0] == 1
    pair = lambda across, still: (still if flat else across, across)
    return {"stride": pair(stride, 1), "padding": pair(padding, 0), "dilation": pair(dilation, 1)}


def positions(image, kernel, **options):
    """How many windows there are, down and across; an error if the kernel does not fit."""
    X, W = (np.zeros((1, 1, *np.shape(A))) for A in (image, kernel))
    return conv2d(X, W, **options).shape[2:]


def pattern(shape):
    """An upstream gradient to begin with: small whole numbers without symmetry."""
    i, j = np.indices(shape)
    return (3 * i + 2 * j + i * j + 1) % 5 - 1.0


class ConvolutionStepper(Figure):
    """Step through the windows of a convolution; drag the entries of image X, kernel W and gradient G at Z.

    image: X, (h, w); one row makes it a signal.  kernel: W, no larger than X.  upstream: G, the top left part
    of which is used; what is missing is filled with small whole numbers.  stride 1 to 3, padding 0 to 2,
    dilation 1 or 2, of signals along the row alone.  view: "forward", "kernel" or "image", what is put
    together window by window; step: the window, counted from 0.  mistake: how the gradient of X is spoilt,
    "none", "overwritten", "averaged" or "turned".

    Read-outs: Z and size; both gradients, whole; reads, how many windows read each entry of X; so far, what
    the windows up to the present one make; off by, how far the spoilt gradient of X is from the right one.

    >>> figure = ConvolutionStepper([[2, 0, 1, 3, -1, 4]], [[1, 2, -1]], [[1, -1, 2, 1]])
    >>> figure.readouts()["kernel"], figure.readouts()["image"]
    (array([[7., 4., 0.]]), array([[ 1.,  1., -1.,  6.,  0., -1.]]))
    """

    kind = "convolution-stepper"
    image = Matrix(default_value=((1.0, 0.0, 2.0),)).tag(sync=True)
    kernel = Matrix(default_value=((1.0, 2.0),)).tag(sync=True)
    upstream = Matrix(default_value=((0.0,),)).tag(sync=True)
    view = traitlets.Enum(("forward", "kernel", "image"), default_value="forward").tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    stride = traitlets.Int(1, min=1, max=3).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=MOST_PADDING).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=2).tag(sync=True)
    mistake = traitlets.Enum(("none", "overwritten", "averaged", "turned"),
                             default_value="none").tag(sync=True)

    def __init__(self, image, kernel, upstream=None, view="forward", step=0, stride=1, padding=0, dilation=1,
                 mistake="none", label=""):
        super().__init__(image=image, kernel=kernel, view=view, step=step, stride=stride, padding=padding,
                         dilation=dilation, mistake=mistake,
                         label=label or "A kernel that slides over an image, forward and backward")
        whole = pattern(self._most())
        if upstream is not None:
            given = np.atleast_2d(np.asarray(upstream, float))
            if given.ndim != 2 or np.any(np.greater(given.shape, whole.shape)):
                raise ValueError(f"upstream has shape {given.shape}, the output at most {whole.shape}: give "
                                 "a matrix that is no larger")
            whole[:given.shape[0], :given.shape[1]] = given
        self.upstream = whole

    def _most(self):
        """The shape of the largest output: stride and dilation 1, all the padding."""
        return positions(self.image, self.kernel, **along(self.image, self.kernel, 1, MOST_PADDING, 1))

    @traitlets.validate("image", "kernel", "upstream", "stride", "padding", "dilation")
    def _fit_together(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        now = {key: getattr(self, key) for key in ("image", "kernel", "stride", "padding", "dilation")}
        if name in now:
            now[name] = value
            try:
                positions(now["image"], now["kernel"], **along(**now))
            except ValueError as error:
                raise traitlets.TraitError(f"image and kernel do not fit. {error}") from None
        return value

    def _layer(self, X, W, G=None):
        options = along(self.image, self.kernel, self.stride, self.padding, self.dilation)
        X, W = (np.array(A, float)[None, None] for A in (X, W))
        if G is None:
            return conv2d(X, W, **options)[0, 0]
        Xbar, Wbar, _ = conv2d_vjp(X, W, np.array(G, float)[None, None], **options)
        return Xbar[0, 0], Wbar[0, 0]

    def _scatter(self, G, until):
        """The gradient of X that the windows up to `until` make, with the mistake that is chosen."""
        X, W = np.array(self.image), np.array(self.kernel)
        if self.mistake == "turned":
            W = W[::-1, ::-1]
        one_by_one = []
        for place in range(until + 1):
            one = np.zeros(G.shape)
            one.flat[place] = 1
            one_by_one.append((self._layer(X, W, G * one)[0], self._layer(X, np.ones(W.shape), one)[0] > 0))
        total = sum(part for part, _ in one_by_one)
        if self.mistake == "averaged":
            reads = self._layer(X, np.ones(W.shape), np.ones(G.shape))[0]
            return total / np.maximum(reads, 1)
        if self.mistake == "overwritten":
            total = np.zeros(X.shape)
            for part, read in one_by_one:
                total[read] = part[read]
        return total

    def readouts(self):
        X, W = np.array(self.image), np.array(self.kernel)
        Z = self._layer(X, W)
        G = np.array(self.upstream)[:Z.shape[0], :Z.shape[1]]
        Xbar, Wbar = self._layer(X, W, G)
        step = min(self.step, Z.size - 1)
        seen = (np.arange(Z.size) <= step).reshape(Z.shape)
        so_far = {"forward": lambda: np.where(seen, Z, 0), "kernel": lambda: self._layer(X, W, G * seen)[1],
                  "image": lambda: self._scatter(G, step)}[self.view]()
        return {"Z": Z, "size": np.array(Z.shape), "kernel": Wbar, "image": Xbar,
                "reads": self._layer(X, np.ones(W.shape), np.ones(G.shape))[0], "so far": so_far,
                "off by": float(np.linalg.norm(self._scatter(G, Z.size - 1) - Xbar))}
