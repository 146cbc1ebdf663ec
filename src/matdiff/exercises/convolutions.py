"""Exercises of chapter 17: convolutions, forward and backward.

Images, kernels and upstream gradients have pairwise different sizes; no kernel is its own mirror image.
"""
import numpy as np

from ..check import Check
from ..layers import conv2d_vjp
from . import Exercise, Option, Wrong
from .judging import numbers


def draw_signal(rng):
    return {"x": rng.normal(size=6), "w": rng.normal(size=3), "g": rng.normal(size=4)}


def draw_layer(rng):
    return {"W": rng.normal(size=(4, 3, 3, 2)), "X": rng.normal(size=(2, 3, 7, 6)),
            "G": rng.normal(size=(2, 4, 5, 5))}


def draw_bias(rng):
    inputs = draw_layer(rng)
    return {"beta": rng.normal(size=4), **inputs}


def draw_pointwise(rng):
    return {"W": rng.normal(size=(4, 3)), "X": rng.normal(size=(2, 3, 7, 6)),
            "G": rng.normal(size=(2, 4, 7, 6))}


def draw_transposed(rng):
    return {"Z": rng.normal(size=(5, 6)), "W": rng.normal(size=(3, 2)), "G": rng.normal(size=(7, 7))}


SETTINGS = ((1, 0, 1), (2, 1, 1), (3, 2, 1), (2, 2, 2))


def judge_backward(answer, rng):
    """Both gradients at four settings of stride, padding and dilation, on images that are not square."""
    X, W = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(4, 3, 3, 2))
    for s, p, d in SETTINGS:
        size = [(n + 2*p - d*(k - 1) - 1) // s + 1 for n, k in zip(X.shape[2:], W.shape[2:])]
        G = rng.normal(size=(2, 4, *size))
        Xbar, Wbar, _ = conv2d_vjp(X, W, G, stride=s, padding=p, dilation=d)
        given = answer(X.copy(), W.copy(), G.copy(), s, p, d)
        if not isinstance(given, tuple) or len(given) != 2:
            return Check(False, "shape", "`backward` has to return two arrays, the gradients of X and of W.")
        setting = f"stride {s}, padding {p}, dilation {d}"
        for name, got, right in zip("XW", map(numbers, given), (Xbar, Wbar)):
            if got.shape != right.shape:
                return Check(False, "shape", f"At {setting} the gradient of {name} has shape {got.shape}: a "
                                             f"gradient has the shape of its variable, {right.shape}.")
            if np.allclose(got, right, rtol=1e-6, atol=1e-9):
                continue
            last = _last_wins(X, W, G, s, p, d)
            if name == "X" and np.allclose(got, last, rtol=1e-6, atol=1e-9):
                return Check(False, "missing product-rule term",
                             f"At {setting} the gradient of X holds the last contribution of each entry "
                              "only. "
                             "An entry that is read several times gets the sum: `+=`.")
            return Check(False, "unknown", f"At {setting} the gradient of {name} is off by "
                                           f"{np.abs(got - right).max():.2g}; its shape is right.")
    return Check(True, None, "Right for every stride, padding and dilation that was tried.")


def _last_wins(X, W, G, s, p, d):
    """The gradient of X if contributions are written over one another, weight by weight."""
    rows, cols = G.shape[2:]
    total = np.zeros((*X.shape[:2], X.shape[2] + 2*p, X.shape[3] + 2*p))
    for u, v in np.ndindex(W.shape[2:]):
        total[:, :, d*u:d*u + s*rows:s, d*v:d*v + s*cols:s] = np.einsum('boij,oc->bcij', G, W[:, :, u, v])
    return total[:, :, p:p + X.shape[2], p:p + X.shape[3]]


# Beginnings that answers share.
WINDOWS = "P = np.lib.stride_tricks.sliding_window_view(X, (3, 2), axis=(2, 3))\n"
BACKWARD = """p, s = padding, stride
Xp = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))
Xbar, Wbar = np.zeros_like(Xp), np.zeros_like(W)
rows, cols = G.shape[2:]
for u, v in np.ndindex(W.shape[2:]):
    i, j = dilation * u, dilation * v
    at = np.s_[:, :, i:i + s*rows:s, j:j + s*cols:s]
    Wbar[:, :, u, v] = np.einsum('boij,bcij->oc', G, Xp[at])
    Xbar[at] += np.einsum('boij,oc->bcij', G, W[:, :, u, v])
h, w = X.shape[2:]
"""
RETURN = "return Xbar[:, :, p:p + h, p:p + w], Wbar"
SCATTER = """Y = np.zeros((7, 7))
for u, v in np.ndindex(3, 2):
    Y[u:u + 5, v:v + 6] += W[u, v] * Z
return np.sum(G * Y)"""
GATHERED = "P = np.lib.stride_tricks.sliding_window_view(G, (3, 2))\n"


EXERCISES = (
    Exercise(
        number="17.1",
        title="Outputs and the kernel's gradient, by hand",
        kind="value",
        prompt=r"""With pencil. $\mathbf x=(1,-1,2,0,3)$, $\mathbf w=(2,1)$, stride 1, no padding, and the
upstream gradient $\mathbf g=(1,0,-1,2)$. Give the outputs $\mathbf z$, shape `(4,)`, and the gradient of the
kernel, shape `(2,)`.""",
        hints=("There are four windows of two entries: $(1,-1)$, $(-1,2)$, $(2,0)$, $(0,3)$.",
               r"$\bar{\mathbf w}=\sum_ig_i\cdot(\text{window }i)$."),
        solution="""return (np.array([1.0, 0.0, 4.0, 3.0]),
        np.array([-1.0, 5.0]))""",
        wrong=(
            Wrong("""return (np.array([1.0, 0.0, 4.0, 3.0]),
        np.array([5.0, -1.0]))""", "wrong order",
                  "The outputs are right, and both numbers of the gradient too, but they have changed "
                  "places. The first weight meets the first entry of each window.", hint=2),
            Wrong("""return (np.array([-1.0, 3.0, 2.0, 6.0]),
        np.array([-1.0, 5.0]))""", "wrong order",
                  "The gradient is right. The outputs were made with the kernel turned round, by a "
                  "convolution in the sense of signal processing: here $z_1=2\\cdot1+1\\cdot(-1)$.", hint=1),
            Wrong("""return (np.array([1.0, 0.0, 4.0, 3.0]),
        np.array([-0.25, 1.25]))""", "factor",
                  "The outputs are right. The gradient is the mean over the four positions; a weight that is "
                  "used four times collects the sum.", hint=2),
            Wrong("""return (np.array([1.0, 0.0, 4.0, 3.0]),
        np.array([0.0, 6.0]))""", "not summed over the batch",
                  "The outputs are right. In the gradient stands the last window alone; the others use the "
                  "same weights.", hint=2),
        ),
        after="How does the gradient change if only $x_5$ does?",
    ),
    Exercise(
        number="17.2",
        title="The input's gradient, by hand",
        kind="value",
        prompt=r"""The same numbers: $\mathbf x=(1,-1,2,0,3)$, $\mathbf w=(2,1)$, $\mathbf g=(1,0,-1,2)$. Give
the gradient of the input, shape `(5,)`.""",
        hints=(r"Write $g_i\cdot(2,1)$ below the entries $i$ and $i+1$ that window $i$ reads.",
               r"Add the columns. Their total has to be $\sum_ig_i\cdot\sum_kw_k=2\cdot3$."),
        solution="np.array([2.0, 1.0, -2.0, 3.0, 2.0])",
        wrong=(
            Wrong("np.array([1.0, 2.0, -1.0, 0.0, 4.0])", "wrong order",
                  "The kernel was turned round: this scatters $g_i\\cdot(1,2)$. Each entry gets back the "
                  "weight that it was read with.", hint=1),
            Wrong("np.array([2.0, 0.0, -2.0, 4.0, 2.0])", "missing product-rule term",
                  "Where two windows overlap, the second was written over the first. Both count.", hint=2),
            Wrong("np.array([2.0, 0.5, -1.0, 1.5, 2.0])", "factor",
                  "Overlaps were averaged. That would undo the copying of im2col; a gradient adds.", hint=2),
            Wrong("np.array([2.0, -1.0, 3.0])", "shape",
                  "A gradient has the shape of its variable: the input has five entries.", hint=1),
        ),
        after="Which kernels of length 2 would give the same answer when turned round?",
    ),
    Exercise(
        number="17.3",
        title="How many positions?",
        kind="value",
        prompt=r"""A signal of $n=11$ entries, a kernel of $k=3$, stride $s=2$, padding $p=1$ on both sides,
dilation $\delta=2$. How many outputs are there? A number.""",
        hints=(r"With dilation 2 the kernel reaches over $\delta(k-1)+1=5$ entries.",
               "The padded signal has 13. The first entry of a window may be the 1st, 3rd, 5th, … as long as "
               "five fit."),
        solution="5",
        wrong=(
            Wrong("6", "factor",
                  "The dilation was left out: the kernel reaches over 5 entries, not 3.", hint=1),
            Wrong("4", "factor",
                  "The padding was left out: the window slides over 13 entries, not 11. (Or the window at "
                  "the beginning was not counted.)", hint=2),
            Wrong("9", "factor",
                  "The stride was left out: every second position only.", hint=2),
        ),
        after="Which inputs of the signal are read by no window, and what is their gradient?",
    ),
    Exercise(
        number="17.4",
        title="How often is each pixel read?",
        kind="value",
        prompt=r"""A $4\times5$ image under a kernel of $2\times3$, stride 1, no padding. Give the array of
shape
$4\times5$ that says how many windows read each pixel.""",
        hints=(r"It is $\mathrm{col2im}$ of ones; along one axis count by hand first.",
               "Down: $(1,2,2,1)$. Across: $(1,2,3,2,1)$. What is the count of a pixel?"),
        solution="np.outer([1.0, 2, 2, 1], [1, 2, 3, 2, 1])",
        wrong=(
            Wrong("np.full((4, 5), 6.0)", "wrong axis",
                  "Six is right in the middle only. Near the border fewer windows reach a pixel; a corner is "
                  "read once.", hint=2),
            Wrong("np.outer([1.0, 2, 3, 2, 1], [1, 2, 2, 1])", "transposed",
                  "Rows and columns changed places: the image has four rows.", hint=2),
            Wrong("np.ones((4, 5))", "missing product-rule term",
                  "That would be so if col2im undid im2col. It adds up all copies.", hint=1),
            Wrong("np.add.outer([1.0, 2, 2, 1], [1, 2, 3, 2, 1])", "elementwise product",
                  "Counts along the two axes multiply: each position down goes with each position across.",
                  hint=2),
        ),
        after="With which padding would every pixel be read six times?",
    ),
    Exercise(
        number="17.5",
        title="Which is the input's gradient?",
        kind="choice",
        prompt=r"""$\mathbf z$ is the correlation of $\mathbf x\in\mathbb R^6$ with $\mathbf w\in\mathbb R^3$,
stride 1, no padding; $\mathbf g\in\mathbb R^4$ is the gradient at $\mathbf z$. Which is $\bar{\mathbf
x}$?""",
        hints=(r"Test $\mathbf g=\mathbf e_1$: the answer has to be $(w_1,w_2,w_3,0,0,0)$.",
               r"Or write $T$ down, four rows with $w_1,w_2,w_3$, and read off its transpose."),
        draw=draw_signal,
        solution="np.convolve(g, w)",
        options={
            "a": Option(r"$\mathbf g$, padded by two zeros on each side, correlated with $\mathbf w$", False,
                        "It turns the kernel round: from $\\mathbf e_1$ it makes $(w_3,w_2,w_1,0,0,0)$. "
                        "Right for kernels that are their own mirror image.", "np.convolve(g, w[::-1])",
                        mistake="wrong order"),
            "b": Option(r"$\mathbf g$, padded by two zeros on each side, correlated with $\mathbf w$ read "
                        "backwards", True,
                        "That is the full convolution, `np.convolve(g, w)`: the forward pass correlates, the "
                        "backward pass convolves.", "np.convolve(g, w)"),
            "c": Option(r"the rows of $\mathbf g\mathbf w^\top$ put back to their places, overlaps averaged",
                        False,
                        "It takes the adjoint for an inverse. Contributions add.",
                        "np.convolve(g, w) / np.array([1, 2, 3, 3, 2, 1])", mistake="factor"),
            "d": Option(r"$\mathbf g$ correlated with $\mathbf w$, without padding", False,
                        "It has two entries; a gradient has the shape of its variable.",
                        "np.correlate(g, w, 'valid')", mistake="shape"),
        },
        after="Which of the four are right for a kernel of one weight?",
    ),
    Exercise(
        number="17.6",
        title="The kernels of a layer",
        kind="gradient",
        prompt=r"""A layer: images $X$ of shape `(2, 3, 7, 6)` (images, channels, rows, columns), kernels
$W$ of
shape `(4, 3, 3, 2)`, stride 1, no padding, outputs $Z$ of shape `(2, 4, 5, 5)`, and
$f(W)=\langle G,Z\rangle$. Give the gradient of $W$, shape `(4, 3, 3, 2)`. The windows are
`np.lib.stride_tricks.sliding_window_view(X, (3, 2), axis=(2, 3))`, of shape `(2, 3, 5, 5, 3, 2)`.""",
        hints=("The forward pass is the `einsum` `'ocuv,bcijuv->boij'` of kernels and windows.",
               "To pull back, exchange the output with the operand that is asked for. Which letters are "
               "summed now?"),
        draw=draw_layer,
        function=WINDOWS + "return np.sum(G * np.einsum('ocuv,bcijuv->boij', W, P))",
        solution=WINDOWS + "return np.einsum('boij,bcijuv->ocuv', G, P)",
        wrong=(
            Wrong(WINDOWS + "return np.einsum('oij,cijuv->ocuv', G[0], P[0])", "not summed over the batch",
                  "The first image alone. All images go through the same kernels.", hint=2),
            Wrong(WINDOWS + "return np.einsum('boij,bcijuv->ocuv', G, P) / 25", "factor",
                  "The mean over the 25 positions. A shared weight collects the sum; a mean belongs to "
                  "the loss, and is then in $G$ already.", hint=2),
            Wrong(WINDOWS + "return np.einsum('boij,bcijuv->ocuv', G, P)[..., ::-1, ::-1]", "wrong order",
                  "The kernels' gradient is not turned. Only the way back to the *image* runs through a "
                  "kernel backwards.", hint=1),
            Wrong(WINDOWS + """rows = P.transpose(0, 2, 3, 1, 4, 5).reshape(50, 18)
return (G.reshape(50, 4).T @ rows).reshape(W.shape)""", "wrong axis",
                  "The shape is right, the pairing is not: before $G$ is flattened, its channels have to "
                  "be moved to the end, `G.transpose(0, 2, 3, 1)`.", hint=1),
        ),
        after="The same gradient with one matrix product: which reshapes does it take?",
    ),
    Exercise(
        number="17.7",
        title="The bias",
        kind="gradient",
        prompt=r"""The same layer with a bias, $\beta\in\mathbb R^4$ (`beta`), added to each channel of the
output: $f(\beta)=\langle G,Z+\beta\rangle$ with $G$ of shape `(2, 4, 5, 5)`. Give the gradient of $\beta$,
shape
`(4,)`.""",
        hints=(r"$\beta_o$ enters every position of every image in channel $o$.",
               "Sum over all axes of $G$ but that of the channels, number 1."),
        draw=draw_bias,
        function=WINDOWS + "return np.sum(G * (np.einsum('ocuv,bcijuv->boij', W, P) + beta[:, None, None]))",
        solution="G.sum(axis=(0, 2, 3))",
        wrong=(
            Wrong("G.sum(axis=(2, 3))", "not summed over the batch",
                  "Summed over positions only: this has a row for each image, and all images share the bias.",
                  hint=2),
            Wrong("G.sum(axis=0)", "wrong axis",
                  "Summed over the images only: each position would have a bias of its own.", hint=1),
            Wrong("G.mean(axis=(0, 2, 3))", "factor",
                  "A mean instead of the sum: 50 numbers go into each entry.", hint=2),
            Wrong("G[0].sum(axis=(1, 2))", "not summed over the batch",
                  "The first image alone.", hint=1),
        ),
        after="What is the gradient of the bias if the layer is followed by a batch normalisation?",
    ),
    Exercise(
        number="17.8",
        title="Kernels of one pixel",
        kind="gradient",
        prompt=r"""A $1\times1$ convolution, $Z_{boij}=\sum_cW_{oc}X_{bcij}$: kernels $W\in\mathbb
R^{4\times3}$,
images $X$ of shape `(2, 3, 7, 6)`, and $f(W)=\langle G,Z\rangle$ with $G$ of shape `(2, 4, 7, 6)`. Give the
gradient of $W$, shape `(4, 3)`.""",
        hints=("Every pixel is a sample of three numbers, and the layer is an affine layer.",
               r"$\bar W_{oc}=\sum_{bij}G_{boij}X_{bcij}$."),
        draw=draw_pointwise,
        function="np.sum(G * np.einsum('bcij,oc->boij', X, W))",
        solution="np.einsum('boij,bcij->oc', G, X)",
        wrong=(
            Wrong("np.einsum('boij,bcij->co', G, X)", "transposed",
                  "The rows of $W$ belong to the outputs here: `->oc`.", hint=2),
            Wrong("np.einsum('oij,cij->oc', G[0], X[0])", "not summed over the batch",
                  "The first image alone.", hint=2),
            Wrong("np.einsum('boij,bcxy->oc', G, X)", "elementwise product",
                  "Every pixel of $G$ was paired with every pixel of $X$. The same letters `ij` on both "
                  "sides pair a pixel with itself.", hint=2),
            Wrong("np.einsum('boij,bcij->oc', G, X) / 84", "factor",
                  "The mean over 84 pixels instead of the sum.", hint=1),
        ),
        after="Write it as one matrix product of two matrices with 84 rows.",
    ),
    Exercise(
        number="17.9",
        title="Back through two poolings",
        kind="value",
        prompt=r"""With pencil. $2\times2$ pooling of

$$
X=\begin{bmatrix}1&4&2&0\\3&0&1&5\end{bmatrix},
$$

with the upstream gradient $G=(2,-1)$. Give two arrays of shape $2\times4$: the gradient of $X$ for max
pooling,
then for average pooling.""",
        hints=("Max: which entry of each window was the largest? It alone moves the output, with slope 1.",
               r"Average: each of four entries has the slope $\frac14$."),
        solution="""return (np.array([[0.0, 2, 0, 0], [0, 0, 0, -1]]),
        np.array([[0.5, 0.5, -0.25, -0.25]] * 2))""",
        wrong=(
            Wrong("""return (np.array([[2.0, 2, -1, -1]] * 2),
        np.array([[0.5, 0.5, -0.25, -0.25]] * 2))""", "factor",
                  "The second is right. In the first every entry of a window gets the whole gradient; "
                  "only the winner moved the output.", hint=1),
            Wrong("""return (np.array([[0.0, 2, 0, 0], [0, 0, 0, -1]]),
        np.array([[2.0, 2, -1, -1]] * 2))""", "factor",
                  "The first is right. The second is the gradient of a sum: the mean has the slope 1/4.",
                  hint=2),
            Wrong("""return (np.array([[0.0, 8, 0, 0], [0, 0, 0, -5]]),
        np.array([[0.5, 0.5, -0.25, -0.25]] * 2))""", "missing chain factor",
                  "The second is right. In the first the winners' values were multiplied in; the slope of a "
                  "maximum is 1.", hint=1),
            Wrong("""return (np.array([[0.5, 0.5, -0.25, -0.25]] * 2),
        np.array([[0.0, 2, 0, 0], [0, 0, 0, -1]]))""", "wrong order",
                  "Both are right and in the other order: max first.", hint=1),
        ),
        after="What is a gradient of the maximum where two entries tie?",
    ),
    Exercise(
        number="17.10",
        title="Stride two",
        kind="value",
        prompt=r"""$\mathbf w=(1,2,-1)$ slides over $n=5$ inputs with stride 2, $\mathbf g=(3,-2)$. Give
the matrix
$T$ with $\mathbf z=T\mathbf x$, shape $2\times5$, and the gradient of the input, shape `(5,)`.""",
        hints=("The second row of $T$ is the first, shifted by two places.",
               r"$\bar{\mathbf x}=T^\top\mathbf g$. Only $x_3$ is read twice."),
        solution="""return (np.array([[1.0, 2, -1, 0, 0], [0, 0, 1, 2, -1]]),
        np.array([3.0, 6, -5, -4, 2]))""",
        wrong=(
            Wrong("""return (np.array([[1.0, 2, -1, 0, 0], [0, 1, 2, -1, 0]]),
        np.array([3.0, 4, -7, 2, 0]))""", "wrong order",
                  "That is stride 1: the second window has moved by one place only.", hint=1),
            Wrong("""return (np.array([[1.0, 2, -1, 0, 0], [0, 0, 1, 2, -1]]),
        np.array([3.0, 6, -2, -4, 2]))""", "missing product-rule term",
                  "$T$ is right. The third input is read by both windows, and the second contribution was "
                  "written over the first: $3\\cdot(-1)+(-2)\\cdot1$.", hint=2),
            Wrong("""return (np.array([[1.0, 2, -1, 0, 0], [0, 0, 1, 2, -1]]),
        np.array([3.0, 6, -2.5, -4, 2]))""", "factor",
                  "$T$ is right. The two contributions to the third input were averaged; they add.", hint=2),
            Wrong("""return (np.array([[1.0, 2, -1, 0, 0], [0, 0, 1, 2, -1]]),
        np.array([-3.0, 6, 5, -4, -2]))""", "wrong order",
                  "$T$ is right. The kernel was turned round on the way back: the first column of $T$ is "
                  "$(1,0)$, so the first entry is $3\\cdot1$.", hint=2),
        ),
        after="With stride 3 and $n=6$, which inputs get a gradient from one window only?",
    ),
    Exercise(
        number="17.11",
        title="The whole backward pass",
        kind="code",
        name="backward",
        prompt=r"""Write `backward(X, W, G, stride, padding, dilation)`: for images `X` of shape `(b, c, h,
w)`,
kernels `W` of shape `(o, c, k, l)` and the upstream gradient `G`, return the pair of the gradients of `X`
and `W`.
NumPy alone, no function of `matdiff.layers`. It is tried at four settings of stride, padding and
dilation.""",
        hints=("Loop over the entries $(u,v)$ of the kernel, not over the positions: entry $(u,v)$ reads "
               "a slice of the padded images, all positions at once.",
               "That slice begins at `dilation * u` and takes steps of `s = stride`: "
               "`Xp[:, :, i:i + s*rows:s, j:j + s*cols:s]`, with `rows, cols = "
               "G.shape[2:]`.",
               "`'boij,bcij->oc'` of `G` and the slice is entry $(u,v)$ of all kernels' gradients; "
               "`'boij,oc->bcij'` of `G` and `W[:, :, u, v]` is *added* to the same slice of the images' "
               "gradient. Last, cut the padding off."),
        judge=judge_backward,
        solution=BACKWARD + RETURN,
        wrong=(
            Wrong(BACKWARD.replace("Xbar[at] +=", "Xbar[at] =") + RETURN, "missing product-rule term",
                  "`=` where `+=` belongs: an entry that is read several times keeps the last "
                  "contribution only.",
                  hint=3),
            Wrong(BACKWARD + "return Xbar, Wbar", "shape",
                  "The padding still hangs on the gradient of `X`: cut it off.", hint=3),
            Wrong(BACKWARD.replace("G, W[:, :, u, v]", "G, W[:, :, -1 - u, -1 - v]") + RETURN,
                  "unknown",
                  "The kernel was turned round in addition. A pixel gets back the weight that it was read "
                  "with: the same `u, v`.", hint=3),
            Wrong(BACKWARD.replace("s*rows:s", "rows").replace("s*cols:s", "cols")
                  + RETURN, "unknown", "The slices have no step: right for stride 1 only.", hint=2),
        ),
        after="How much more memory would the matrix of all windows take, and is it worth it?",
    ),
    Exercise(
        number="17.12",
        title="Onward: the transposed convolution as a layer",
        kind="gradient",
        prompt=r"""A transposed convolution scatters: $Y_{i+u,\,j+v}$ gets $W_{uv}Z_{ij}$, added up over
all $i,j,u,v$.
Here $Z\in\mathbb R^{5\times6}$, $W\in\mathbb R^{3\times2}$, so $Y\in\mathbb R^{7\times7}$, and
$f(Z)=\langle G,Y\rangle$ with $G\in\mathbb R^{7\times7}$. Give the gradient of $Z$, shape $5\times6$.""",
        hints=("The layer is the adjoint of a correlation with $W$. What is the adjoint of an adjoint?",
               r"$\bar Z_{ij}=\sum_{uv}W_{uv}G_{i+u,\,j+v}$: the windows of $G$, weighed with $W$."),
        draw=draw_transposed,
        function=SCATTER,
        solution=GATHERED + "return np.einsum('ijuv,uv->ij', P, W)",
        wrong=(
            Wrong(GATHERED + "return np.einsum('ijuv,uv->ij', P, W[::-1, ::-1])", "wrong order",
                  "The kernel was turned round. One of the two passes runs through it backwards, and here "
                  "that is the forward one.", hint=1),
            Wrong("G[:5, :6] * W[0, 0]", "missing product-rule term",
                  "One weight alone: $Z_{ij}$ was scattered to six places and collects from all of them.",
                  hint=2),
            Wrong(GATHERED + "return np.einsum('ijuv,uv->ij', P, W) / 6", "factor",
                  "A mean over the six places; contributions add.", hint=2),
            Wrong("np.ones((5, 6)) * W.sum()", "missing chain factor",
                  "The upstream gradient $G$ was left out.", hint=2),
        ),
        after=r"And the gradient of $W$? The layer is linear in $W$ too.",
    ),
)
