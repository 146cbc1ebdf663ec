"""Exercises of chapter 5: composition, pulling back through layers, shared weights, cost, second order.

Sizes differ wherever a shape could pass by luck: 5 inputs, 3 hidden units, 4 or 2 outputs, batches of 6 or 7.
"""
import numpy as np

from ..check import Check, check_gradient
from . import Exercise, Option, Wrong
from .judging import Unfit, in_plain_words, numbers


def layer(rng):
    return {"x": rng.normal(size=5), "A": rng.normal(size=(3, 5))}


def fitted_layer(rng):
    """The input first: it is the variable."""
    return {**layer(rng), "b": rng.normal(size=3), "y": rng.uniform(0.1, 0.9, size=3)}


def fitted_weights(rng):
    """The weights first."""
    data = fitted_layer(rng)
    return {"A": data.pop("A"), **data}


def block(rng):
    return {"x": rng.normal(size=5), "W1": rng.normal(size=(3, 5)) / 2, "W2": rng.normal(size=(5, 3))}


def square_factor(rng):
    return {"X": rng.normal(size=(5, 3)), "W": rng.normal(size=(3, 3)), "C": rng.normal(size=(5, 3))}


def tied(rng):
    return {"W": rng.normal(size=(3, 5)) / 2, "x": rng.normal(size=5)}


def batch(rng):
    return {"W1": rng.normal(size=(5, 3)) / 2, "W2": rng.normal(size=(3, 2)), "X": rng.normal(size=(6, 5)),
            "Y": rng.normal(size=(6, 2))}


def recurrent(rng):
    return {"W": rng.normal(size=(3, 3)) / 2, "U": rng.normal(size=(3, 2)), "X": rng.normal(size=(3, 2)),
            "h": rng.normal(size=3), "c": rng.normal(size=3)}


def curved(rng):
    return {"x": rng.normal(size=3), "A": rng.normal(size=(4, 3)) / 2, "y": rng.normal(size=4)}


# Code that is judged by running it

def through(Ws, bs, X):
    """What feeds each layer, and what leaves the last one: tanh everywhere but there."""
    Hs = [X]
    for W, b in zip(Ws[:-1], bs):
        Hs.append(np.tanh(Hs[-1] @ W + b))
    return Hs, Hs[-1] @ Ws[-1] + bs[-1]


def pulled_back(Ws, Hs, G):
    """The right answer of exercise 5.14."""
    grads = []
    for l in range(len(Ws) - 1, -1, -1):
        grads.append((Hs[l].T @ G, G.sum(axis=0)))
        G = G @ Ws[l].T
        if l > 0:
            G = G * (1 - Hs[l]**2)
    return grads[::-1], G


def judge_backward(answer, rng):
    """Each gradient against a numerical one, last layer first, as the learner's loop meets them."""
    widths = (3, 5, 4, 2)
    Ws = [rng.normal(size=shape) / 2 for shape in zip(widths, widths[1:])]
    bs = [rng.normal(size=k) for k in widths[1:]]
    X, Y = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
    Hs, Z = through(Ws, bs, X)
    kept = [W.copy() for W in Ws]
    given = answer(Ws, Hs, Z - Y)
    parts = isinstance(given, (tuple, list)) and len(given) == 2 and isinstance(given[0], (tuple, list))
    if not parts or len(given[0]) != 3 or not all(isinstance(pair, (tuple, list)) and len(pair) == 2
                                                  for pair in given[0]):
        return Check(False, "shape", "Return two things: a list with a pair (gradient of W, gradient of b) "
                     "for each of the layers, first layer first, and the gradient of X.")
    if not all(map(np.array_equal, Ws, kept)):
        return Check(False, "unknown", "The weights have changed. A backward pass reads them; the step comes "
                     "after all gradients are known.")
    loss = lambda Ws, bs, X: np.sum((through(Ws, bs, X)[1] - Y)**2) / 2
    right, at_X = pulled_back(Ws, Hs, Z - Y)
    for l in (2, 1, 0):
        put = lambda those, new: [*those[:l], new, *those[l + 1:]]
        for name, n, old, f in (("W", 0, Ws[l], lambda W: loss(put(Ws, W), bs, X)),
                                ("b", 1, bs[l], lambda b: loss(Ws, put(bs, b), X))):
            claim = numbers(given[0][l][n], f"The gradient of {name} in layer {l + 1}")
            check = check_gradient(f, claim.ravel() if name == "b" else claim, old)  # one row will do for b
            if not check:
                said = in_plain_words(check, right[l][n], claim)
                return Check(False, said.mistake, f"The gradient of {name} in layer {l + 1}: {said.message}")
    claim = numbers(given[1], "The gradient of X")
    check = check_gradient(lambda X: loss(Ws, bs, X), claim, X)
    return check if check else in_plain_words(check, at_X, claim)


def fewest(widths):
    """The right answer of exercise 5.15, by trying every last product."""
    if len(widths) == 2:
        return 0
    return min(fewest(widths[:k + 1]) + fewest(widths[k:]) + widths[0] * widths[k] * widths[-1]
               for k in range(1, len(widths) - 1))


def judge_fewest(answer, rng):
    """Chains whose best order is forward, backward and neither; then random ones."""
    cases = [(1000, 50, 200, 1), (1, 200, 50, 1000), (6, 6, 1, 6, 6), (10, 3), (4, 4, 4)]
    cases += [tuple(int(n) for n in rng.integers(1, 30, size=6)) for _ in range(3)]
    for widths in cases:
        given = numbers(answer(list(widths)))
        if given.shape != ():
            raise Unfit(f"One number is expected; for {widths} the answer has shape {given.shape}.", "shape")
        if given != fewest(widths):
            more = "more than needed" if given > fewest(widths) else "fewer than any order needs"
            return Check(False, "unknown", f"For widths {widths} the answer is {given:g}, {more}: the best "
                         f"order takes {fewest(widths)} multiplications.")
    return Check(True, None, "Right, for chains of one to five factors.")


SIGMOID = "s = 1 / (1 + np.exp(-(A @ x + b)))\n"
DELTA = SIGMOID + "delta = (s - y) * s * (1 - s)\n"
TIED = "t = np.tanh(W @ x)\ne = W.T @ t - x\n"
BATCH = "H = np.tanh(X @ W1)\nG = (H @ W2 - Y) / 6\n"
UNROLLED = """H = [h]
for x in X:
    H.append(np.tanh(W @ H[-1] + U @ x))
"""
BACK_THROUGH_TIME = UNROLLED + """delta, total = (1 - H[3]**2) * c, 0
for t in (3, 2, 1):
    total = total + np.outer(delta, H[t - 1])
    delta = (1 - H[t - 1]**2) * (W.T @ delta)
return total"""
RESIDUAL = "t = np.tanh(A @ x)\nr = t - y\n"
CURVED = RESIDUAL + """J = (1 - t**2)[:, None] * A
second = -2 * r * t * (1 - t**2)
"""

EXERCISES = (
    Exercise(
        number="5.1", title="Three factors, each at its own point", kind="value",
        prompt=r"""$h(x)=e^{\sin(x^2)}$. Give $h'(0.7)$: one number, four digits, or the formula in
NumPy.""",
        hints=("Three functions stand inside one another: square, sine, exponential. Three slopes multiply.",
               r"The slope of the sine is taken at $x^2$, that of the exponential at $\sin(x^2)$.",
               r"$e^{\sin(x^2)}\cos(x^2)\,2x$."),
        solution="np.exp(np.sin(0.49)) * np.cos(0.49) * 1.4",
        wrong=(Wrong("np.exp(np.sin(0.49)) * np.cos(0.49)", "unknown",
                     "The slope 2x of the innermost square is missing."),
               Wrong("np.cos(0.49) * 1.4", "unknown",
                     "The exponential is its own slope: it stays as a factor."),
               Wrong("np.exp(np.sin(0.49)) * np.cos(0.7) * 1.4", "unknown",
                     "The sine was fed x²; its slope is the cosine of x², not of x. The slope was taken at "
                     "the "
                     "wrong point."),
               Wrong("np.exp(np.cos(0.49)) * 1.4", "unknown",
                     "The slope of the sine went into the exponential. The exponential's slope is taken at "
                     "its "
                     "own input, the sine."),
               Wrong("-np.exp(np.sin(0.49)) * np.cos(0.49) * 1.4", "sign",
                     "The slope of the sine is plus the cosine.")),
        after=r"For which $x$ near $1$ is $h'(x)=0$, and which of the three factors makes it so?"),
    Exercise(
        number="5.2", title="Two tables", kind="value",
        prompt=r"""At the right points $J_{\mathbf f}=\begin{bmatrix}1&2\\0&1\\3&-1\end{bmatrix}$
and $J_{\mathbf g}=\begin{bmatrix}1&0&2\\0&-1&1\end{bmatrix}$. Give the Jacobian of
$\mathbf h(\mathbf x)=\mathbf g(\mathbf f(\mathbf x))$, a $2\times2$ array of numbers.""",
        hints=("A step meets the inner map first: its table stands next to the step, on the right.",
               r"$J_{\mathbf g}J_{\mathbf f}$ is $(2\times3)(3\times2)$."),
        solution="np.array([[7, 0], [3, -2]])",
        wrong=(Wrong("np.array([[7, 3], [0, -2]])", "transposed",
                     "That is the table that pulls sensitivities back. Outputs go down, inputs go across."),
               Wrong("np.array([[1, -2, 4], [0, -1, 1], [3, 1, 5]])", "shape",
                     "The factors in the order in which the maps act. A step would meet g first, and the "
                     "result "
                     "would have three outputs."),
               Wrong("np.array([[1, 0, 6], [0, -1, -1]])", "shape",
                     "Entries multiplied in their places after a transpose. The sum over the middle values "
                     "is "
                     "missing.")),
        after=r"Pull $\mathbf u=(1,1)$ back in two steps without forming the product. How many "
              r"multiplications is "
              "that?"),
    Exercise(
        number="5.3", title="The Jacobian of a sigmoid layer", kind="jacobian",
        prompt=r"""$\mathbf h(\mathbf x)=\sigma(A\mathbf x)$ with the sigmoid
$\sigma(t)=1/(1+e^{-t})$, entry by entry, $\mathbf x\in\mathbb R^5$, $A\in\mathbb R^{3\times5}$.
Give the Jacobian, a $3\times5$ array.""",
        hints=(r"$\sigma'=\sigma(1-\sigma)$: the slope can be read off the value.",
               r"Entry $i$ of $d\mathbf h$ is $\sigma'(z_i)$ times entry $i$ of $A\,d\mathbf x$. So row "
               r"$i$ of $A$ "
               "is scaled.",
               "`(s * (1 - s))[:, None] * A` with `s` the value of the layer."),
        draw=layer, function="1 / (1 + np.exp(-A @ x))",
        solution="s = 1 / (1 + np.exp(-A @ x))\nreturn (s * (1 - s))[:, None] * A",
        wrong=(Wrong("A", "missing chain factor",
                     "The slopes of the sigmoid are missing: the weights are the Jacobian before it."),
               Wrong("s = 1 / (1 + np.exp(-A @ x))\nreturn s[:, None] * A", "missing chain factor",
                     "The value of the sigmoid stands where its slope s(1 − s) belongs."),
               Wrong("s = 1 / (1 + np.exp(-A @ x))\nreturn A.T * (s * (1 - s))", "layout",
                     "One gradient per column; this book has one row for each output."),
               Wrong("s = 1 / (1 + np.exp(-A @ x))\nreturn s * (1 - s)", "shape",
                     "These are the three slopes; the rows of A that they scale are missing."),
               Wrong("s = 1 / (1 + np.exp(-x))\nreturn A * (s * (1 - s))", "unknown",
                     "The slopes were taken at x and scale columns. The sigmoid is fed Ax: three slopes, "
                     "one for each "
                     "row.")),
        after="How large can an entry of this table be, whatever $x$ is? Remember it for a network of "
              "thirty such "
              "layers."),
    Exercise(
        number="5.4", title="A network for the pencil", kind="value",
        prompt=r"""The network of the chapter's opening, with new numbers: $\mathbf x=(2,-1)$,
$W_1=\begin{bmatrix}1&0\\-1&1\\2&-2\end{bmatrix}$, ReLU, $W_2=\begin{bmatrix}2&-1&1\end{bmatrix}$,
$L=\frac12(y-9)^2$. Give $\nabla_{W_1}L$, a $3\times2$ array of numbers. Take a pencil.""",
        hints=(r"Forward: $\mathbf z_1=(2,-3,6)$. Which unit is off?",
               r"$y=10$, so $\delta_2=1$. Back through $W_2^\top$ come $(2,-1,1)$; a unit that is off "
               r"passes nothing on.",
               r"$\boldsymbol\delta_1=(2,0,1)$, and $\nabla_{W_1}L=\boldsymbol\delta_1\mathbf x^\top$."),
        solution="np.array([[4, -2], [0, 0], [2, -1]])",
        wrong=(Wrong("np.array([[4, -2], [-2, 1], [2, -1]])", "unknown",
                     "The second unit is off, and its slope is 0: nothing comes back through it. The slope "
                     "of the "
                     "ReLU is missing.", hint=1),
               Wrong("np.array([[4, 0, 2], [-2, 0, -1]])", "transposed",
                     "A gradient has the shape of its variable: W₁ is 3 × 2."),
               Wrong("np.array([2, 0, 1])", "shape",
                     "That is the sensitivity of the three units. Each row of W₁ still multiplies it by "
                     "the input."),
               Wrong("np.array([[2, 0, 6]])", "shape",
                     "That is the gradient by W₂: what feeds a layer multiplies what comes back to it."),
               Wrong("np.array([[40, -20], [0, 0], [20, -10]])", "factor",
                     "The target is missing: what arrives at y is y − 9, not y."),
               Wrong("np.array([[-4, 2], [0, 0], [-2, 1]])", "sign",
                     "The loss falls when y goes down, so the sensitivity of y is plus one.")),
        after=r"Which single number of $\mathbf x$ would you change, and to what, to wake the second unit? What "
              "do the other two do then?"),
    Exercise(
        number="5.5", title="Back to the input", kind="gradient",
        prompt=r"""$L(\mathbf x)=\frac12\lVert\sigma(A\mathbf x+\mathbf b)-\mathbf y\rVert^2$,
$\sigma$ the sigmoid, $\mathbf x\in\mathbb R^5$, $A\in\mathbb R^{3\times5}$,
$\mathbf b,\mathbf y\in\mathbb R^3$. Give $\nabla_{\mathbf x}L$.""",
        hints=(r"Three stations: $\mathbf z=A\mathbf x+\mathbf b$, $\mathbf s=\sigma(\mathbf z)$, $L$. "
               r"Start at $L$.",
               r"At $\mathbf s$ arrives $\mathbf s-\mathbf y$; at $\mathbf z$ that, entry by entry times "
               r"$\mathbf s\odot(1-\mathbf s)$.",
               r"$\nabla_{\mathbf x}L=A^\top\boldsymbol\delta$."),
        draw=fitted_layer, function=SIGMOID + "return np.sum((s - y)**2) / 2",
        solution=DELTA + "return A.T @ delta",
        wrong=(Wrong(SIGMOID + "return A.T @ (s - y)", "missing chain factor",
                     "The slopes s(1 − s) of the sigmoid are missing on the way back. Right for a layer "
                     "without "
                     "activation."),
               Wrong(DELTA + "return -A.T @ delta", "sign",
                     "That is the direction of descent; the gradient points up."),
               Wrong(DELTA + "return delta", "shape",
                     "That is the sensitivity at z, three numbers; x has five. The pull through A is "
                     "missing."),
               Wrong(SIGMOID + "return A.T @ ((s - y) * s)", "missing chain factor",
                     "The value of the sigmoid stands where its slope belongs: the factor 1 − s is missing."),
               Wrong(DELTA + "return 2 * A.T @ delta", "factor",
                     "The half in the loss cancels the 2 of the square.")),
        after="A step of the *input* along this vector raises the loss fastest. That is how adversarial examples "
              "are made. Would it update $A$?"),
    Exercise(
        number="5.6", title="What training needs", kind="gradient",
        prompt=r"""The same loss, $L=\frac12\lVert\sigma(A\mathbf x+\mathbf b)-\mathbf y\rVert^2$
with the sigmoid, as a function of $A\in\mathbb R^{3\times5}$. Give $\nabla_AL$, a $3\times5$ array.""",
        hints=(r"$\boldsymbol\delta=\nabla_{\mathbf z}L$ is the same as before. Only the last step differs.",
               r"$dL=\boldsymbol\delta^\top dA\,\mathbf x=\langle\boldsymbol\delta\mathbf x^\top,dA\rangle$.",
               "`np.outer(delta, x)`."),
        draw=fitted_weights, function=SIGMOID + "return np.sum((s - y)**2) / 2",
        solution=DELTA + "return np.outer(delta, x)",
        wrong=(Wrong(DELTA + "return np.outer(x, delta)", "transposed",
                     "Rows belong to the units, columns to the inputs: δ comes first."),
               Wrong(SIGMOID + "return np.outer(s - y, x)", "missing chain factor",
                     "The slopes s(1 − s) are missing: row i lacks a factor of its own."),
               Wrong(DELTA + "return delta", "shape",
                     "That is the gradient of the bias. For A each row is multiplied by the input x."),
               Wrong(DELTA + "return A.T @ delta", "shape",
                     "That is the gradient of the input: five numbers cannot update fifteen weights."),
               Wrong(DELTA + "return np.outer(delta, np.ones(5))", "missing chain factor",
                     "The input is missing: a weight moves z by as much as the input that it multiplies.")),
        after=r"All of $\nabla_AL$ has rank one. What rank can it have for a batch of $N$ examples?"),
    Exercise(
        number="5.7", title="A road around the block", kind="jacobian",
        prompt=r"""A residual block: $\mathbf h(\mathbf x)=\mathbf x+W_2\tanh(W_1\mathbf x)$ with
$\mathbf x\in\mathbb R^5$, $W_1\in\mathbb R^{3\times5}$, $W_2\in\mathbb R^{5\times3}$. Give the
Jacobian, a $5\times5$ array.""",
        hints=("Two roads lead from x to the output. What is the Jacobian of the road around the block?",
               r"With $D=\operatorname{diag}(1-\tanh^2(W_1\mathbf x))$ the other road has $W_2DW_1$."),
        draw=block, function="x + W2 @ np.tanh(W1 @ x)",
        solution="d = 1 - np.tanh(W1 @ x)**2\nreturn np.eye(5) + W2 @ (d[:, None] * W1)",
        wrong=(Wrong("d = 1 - np.tanh(W1 @ x)**2\nreturn W2 @ (d[:, None] * W1)", "missing product-rule term",
                     "The road around the block is missing: it contributes the identity."),
               Wrong("np.eye(5) + W2 @ W1", "missing chain factor",
                     "The slopes of tanh are missing between the two matrices."),
               Wrong("d = 1 - np.tanh(W1 @ x)**2\nreturn np.eye(5) + (W2 @ (d[:, None] * W1)).T", "layout",
                     "That is the transpose: the factors were written in the order in which sensitivities "
                     "go back."),
               Wrong("d = 1 - np.tanh(W1 @ x)**2\nreturn 1 + W2 @ (d[:, None] * W1)", "unknown",
                     "NumPy adds 1 to all 25 entries; the identity has it on the diagonal only.")),
        after="Multiply thirty such Jacobians with small weights, and thirty without the identity. Compare "
              "the norms."),
    Exercise(
        number="5.8", title="Which product is the boxed dot?", kind="choice",
        prompt=r"""$L$ is a function of $Z=XW$ with $X\in\mathbb R^{5\times3}$,
$W\in\mathbb R^{3\times3}$ not symmetric, and $G=\nabla_ZL\in\mathbb R^{5\times3}$ is known. Which
one is $\nabla_XL$?""",
        hints=(r"$dL=\langle G,dZ\rangle$ and $dZ=dX\,W$.",
               r"$\operatorname{tr}(G^\top dX\,W)=\operatorname{tr}(WG^\top dX)$: what stands before $dX$, "
               r"transposed."),
        draw=square_factor,
        solution="gradient(lambda V: np.sum(np.sin(C * (V @ W))), X)",
        options={
            "a": Option(r"$GW$", False,
                        "The rule read as a matrix product. The shapes allow it here because W is square; "
                        "right only if W is "
                        "symmetric.", "C * np.cos(C * (X @ W)) @ W", mistake="only for symmetric input"),
            "b": Option(r"$X^\top G$", False,
                        "That is the gradient of the other factor, W: its shape is 3 × 3.",
                        "X.T @ (C * np.cos(C * (X @ W)))"),
            "c": Option(r"$GW^\top$", True,
                        "The adjoint of multiplying by W from the right is multiplying by its transpose "
                        "from the right.",
                        "C * np.cos(C * (X @ W)) @ W.T"),
            "d": Option(r"$WG^\top$", False,
                        "This is the matrix that stands before dX inside the trace. The gradient is its "
                        "transpose.",
                        "W @ (C * np.cos(C * (X @ W))).T"),
        },
        after=r"Do the same for $Z=AX$ and for $Z=AXB$. On which side does each transpose land?"),
    Exercise(
        number="5.9", title="One matrix, used twice", kind="gradient",
        prompt=r"""A tied autoencoder reads and writes with the same weights:
$L(W)=\frac12\lVert W^\top\tanh(W\mathbf x)-\mathbf x\rVert^2$, $W\in\mathbb R^{3\times5}$,
$\mathbf x\in\mathbb R^5$. Give $\nabla_WL$, a $3\times5$ array.""",
        hints=("Give the two uses names of their own, $V$ and $W$, differentiate by each, and add.",
               r"With $\mathbf t=\tanh(W\mathbf x)$ and $\mathbf e=W^\top\mathbf t-\mathbf x$ the outer "
               r"use gives "
               r"$\mathbf t\,\mathbf e^\top$.",
               r"The inner use: pull $\mathbf e$ back through $W^\top$, that is $W\mathbf e$, then through "
               r"$\tanh$, "
               r"then $\cdot\,\mathbf x^\top$."),
        draw=tied, function=TIED + "return e @ e / 2",
        solution=TIED + "return np.outer(t, e) + np.outer((1 - t**2) * (W @ e), x)",
        wrong=(Wrong(TIED + "return np.outer(t, e)", "missing product-rule term",
                     "Only the use on the outside was counted. W stands inside the tanh too."),
               Wrong(TIED + "return np.outer((1 - t**2) * (W @ e), x)", "missing product-rule term",
                     "Only the use inside the tanh was counted. W writes the output too."),
               Wrong(TIED + "return np.outer(t, e) + np.outer(W @ e, x)", "missing chain factor",
                     "On the inner road the slopes 1 − t² of tanh are missing."),
               Wrong(TIED + "return np.outer(e, t) + np.outer(x, (1 - t**2) * (W @ e))", "transposed",
                     "Both terms lie on their side: W is 3 × 5."),
               Wrong(TIED + "return 2 * np.outer(t, e)", "unknown",
                     "Two uses do not mean twice the same term: each has its own road.")),
        after="Check each term by itself: differentiate with respect to one copy while the other is held."),
    Exercise(
        number="5.10", title="The price of an order", kind="value",
        prompt=r"""$J_1\in\mathbb R^{50\times1000}$, $J_2\in\mathbb R^{200\times50}$,
$J_3\in\mathbb R^{1\times200}$. How many multiplications of numbers does $J_3J_2J_1$ take in the
best order? One integer.""",
        hints=(r"A product of an $a\times b$ and a $b\times c$ matrix takes $abc$ multiplications.",
               r"There are two orders. Start from the single row: $(J_3J_2)J_1$.",
               r"$1\cdot200\cdot50+1\cdot50\cdot1000$."),
        solution="60_000",
        wrong=(Wrong("10_200_000", "factor",
                     "That is the other order, from the inputs: a 200 × 1000 table is formed on the way."),
               Wrong("60_200", "unknown",
                     "The numbers that are stored were counted. Here the multiplications are asked for."),
               Wrong("10_000", "factor",
                     "That is the first of two products; the row still has to go through J₁."),
               Wrong("10_000_000", "factor",
                     "That is the first product of the other order: all of J₂J₁.")),
        after="Now let the loss have 1000 outputs instead of 1. Which order wins, and by how much?"),
    Exercise(
        number="5.11", title="A hidden layer and a batch", kind="gradient",
        prompt=r"""Rows are examples: $X\in\mathbb R^{6\times5}$, $H=\tanh(XW_1)$,
$L=\frac1{2\cdot6}\lVert HW_2-Y\rVert_F^2$ with $W_1\in\mathbb R^{5\times3}$,
$W_2\in\mathbb R^{3\times2}$, $Y\in\mathbb R^{6\times2}$. Give $\nabla_{W_1}L$, a $5\times3$ array.""",
        hints=(r"Start with $G=\frac16(HW_2-Y)$, the gradient at the output.",
               r"Back through $W_2$ comes $GW_2^\top$, a $6\times3$ array; then the slopes $1-H\odot H$, "
               r"entry by entry.",
               r"$\nabla_{W_1}L=X^\top\Delta$ with $\Delta=(GW_2^\top)\odot(1-H\odot H)$."),
        draw=batch, function="return np.sum((np.tanh(X @ W1) @ W2 - Y)**2) / 12",
        solution=BATCH + "return X.T @ ((G @ W2.T) * (1 - H**2))",
        keywords={"sizes": {"N": 6}},
        wrong=(Wrong(BATCH + "return X.T @ (G @ W2.T)", "missing chain factor",
                     "The slopes 1 − H² of tanh are missing: a number of its own for every example and "
                     "unit."),
               Wrong(BATCH + "return ((G @ W2.T) * (1 - H**2)).T @ X", "transposed",
                     "Columns for rows: W₁ has a row for each input and a column for each unit."),
               Wrong("H = np.tanh(X @ W1)\nreturn X.T @ (((H @ W2 - Y) @ W2.T) * (1 - H**2))", "factor",
                     "The loss is a mean over 6 examples; its 1/6 belongs into G."),
               Wrong(BATCH + "return H.T @ G", "shape",
                     "That is the gradient of W₂. For W₁ the signal has to go back through W₂ and tanh "
                     "first."),
               Wrong(BATCH + "return X.T @ ((G @ W2.T) * H)", "missing chain factor",
                     "The value of tanh stands where its slope 1 − H² belongs.")),
        after=r"$X^\top\Delta$ is a sum of six outer products. Which one does example 3 contribute?"),
    Exercise(
        number="5.12", title="The same weights at every step", kind="gradient",
        prompt=r"""A recurrent network: $\mathbf h_t=\tanh(W\mathbf h_{t-1}+U\mathbf x_t)$ for
$t=1,2,3$, and $L=\mathbf c^\top\mathbf h_3$. The start $\mathbf h_0$ is `h`, the rows of `X` are
the $\mathbf x_t$. $W\in\mathbb R^{3\times3}$, $U\in\mathbb R^{3\times2}$. Give $\nabla_WL$.""",
        hints=(r"Unroll: give every step its own $W_t$. Its gradient is $\boldsymbol\delta_t\mathbf "
               r"h_{t-1}^\top$.",
               r"$\boldsymbol\delta_3=(1-\mathbf h_3^2)\odot\mathbf c$ and "
               r"$\boldsymbol\delta_t=(1-\mathbf h_t^2)\odot W^\top\boldsymbol\delta_{t+1}$.",
               "Add over all three uses."),
        draw=recurrent, function=UNROLLED + "return c @ H[3]", solution=BACK_THROUGH_TIME,
        wrong=(Wrong(UNROLLED + "return np.outer((1 - H[3]**2) * c, H[2])", "missing product-rule term",
                     "Only the last of the three uses of W was counted; the earlier steps moved with it."),
               Wrong(BACK_THROUGH_TIME.replace("np.outer(delta, H[t - 1])", "np.outer(H[t - 1], delta)"),
                     "transposed",
                     "What comes back stands first, what was fed in second."),
               Wrong(BACK_THROUGH_TIME.replace("(1 - H[t - 1]**2) * (W.T @ delta)", "W.T @ delta"), "unknown",
                     "Between the steps the slopes 1 − h² of tanh are missing."),
               Wrong(BACK_THROUGH_TIME.replace("np.outer(delta, H[t - 1])", "np.outer(delta, H[t])"),
                     "unknown",
                     "Each sensitivity was paired with what its step gave, h_t, instead of what it was "
                     "fed, the h "
                     "before."),
               Wrong(BACK_THROUGH_TIME.replace("W.T @ delta", "W @ delta"), "unknown",
                     "A sensitivity goes back through the transpose of W. Without it this is right only "
                     "for symmetric W.")),
        after=r"Let $\mathbf h_0=\mathbf 0$ and $U=0$: what is the gradient, and why is that no way to "
              r"begin training?"),
    Exercise(
        number="5.13", title="Two terms of a Hessian", kind="jacobian",
        prompt=r"""$L(\mathbf x)=\frac12\lVert\mathbf r\rVert^2$ with
$\mathbf r=\tanh(A\mathbf x)-\mathbf y$, $A\in\mathbb R^{4\times3}$. Its gradient is
$A^\top\big(\mathbf r\odot(1-\mathbf t\odot\mathbf t)\big)$, $\mathbf t=\tanh(A\mathbf x)$. Give the
Hessian, a $3\times3$ array.""",
        hints=(r"The rule of second order with $g=\frac12\lVert\cdot\rVert^2$: $\nabla^2g=I$ and $\partial "
               r"g/\partial r_k=r_k$.",
               r"The second term needs $\tanh''=-2\tanh(1-\tanh^2)$.",
               r"$J^\top J+A^\top\operatorname{diag}(\mathbf q)\,A$ with "
               r"$J=\operatorname{diag}(1-\mathbf t\odot\mathbf t)A$ and "
               r"$\mathbf q=-2\,\mathbf r\odot\mathbf t\odot(1-\mathbf t\odot\mathbf t)$."),
        draw=curved, function=RESIDUAL + "return A.T @ (r * (1 - t**2))",
        solution=CURVED + "return J.T @ J + A.T @ (second[:, None] * A)",
        wrong=(Wrong(CURVED + "return J.T @ J", "missing product-rule term",
                     "The Gauss–Newton matrix: the curvature of tanh itself is missing. Right only where "
                     "the residuals "
                     "are zero or the map is affine."),
               Wrong(CURVED + "return 2 * J.T @ J + A.T @ (second[:, None] * A)", "unknown",
                     "The half in the loss cancels the 2 of the square: J′J has the factor 1."),
               Wrong(CURVED + "return J.T @ J - A.T @ (second[:, None] * A)", "unknown",
                     "The second slope of tanh is negative where tanh is positive: the sign of the second "
                     "term is wrong."),
               Wrong(CURVED + "return A.T @ (second[:, None] * A)", "missing product-rule term",
                     "The first term is missing: the slopes of the loss move too."),
               Wrong(CURVED + "return J @ J.T + np.diag(second)", "shape",
                     "That is a table for the four residuals; the Hessian belongs to the three inputs.")),
        after=r"Find an $\mathbf x$ and a $\mathbf y$ at which this Hessian has a negative eigenvalue. Can "
              r"$J^\top J$ have one?"),
    Exercise(
        number="5.14", title="The backward pass of any depth", kind="code", name="backward",
        prompt=r"""Write `backward(Ws, Hs, G)` for a network with rows as examples: $H_0=X$,
$H_l=\tanh(H_{l-1}W_l+\mathbf b_l)$, and a last layer without activation. `Ws` holds the weights,
first layer first; `Hs` holds $H_0,H_1,\dots$, what feeds each layer; `G` is the gradient at the
output, one row per example. Return `grads, GX`: the list of pairs
$(\nabla_{W_l}L,\nabla_{\mathbf b_l}L)$, first layer first, and $\nabla_XL$.""",
        hints=("Go through the layers from last to first. At each, `G` is the gradient at its output "
               "before the activation.",
               r"`(H.T @ G, G.sum(axis=0))` is the pair of a layer fed by `H`; then `G @ W.T` is the "
               r"gradient at `H`.",
               r"To go on, multiply by the slope of the activation that made `H`, $1-H\odot H$. The input "
               r"$X$ was made by "
               "none."),
        solution="""grads = []
for l in range(len(Ws) - 1, -1, -1):
    grads.append((Hs[l].T @ G, G.sum(axis=0)))
    G = G @ Ws[l].T
    if l > 0:
        G = G * (1 - Hs[l]**2)
return grads[::-1], G""",
        judge=judge_backward,
        wrong=(Wrong("""grads = []
for l in range(len(Ws) - 1, -1, -1):
    grads.append((Hs[l].T @ G, G.sum(axis=0)))
    G = G @ Ws[l].T
return grads[::-1], G""", "missing chain factor",
                     "The slopes of tanh are missing. The last layer is right, every earlier one is not."),
               Wrong("""grads = []
for l in range(len(Ws) - 1, -1, -1):
    grads.append((Hs[l].T @ G, G.mean(axis=0)))
    G = G @ Ws[l].T
    if l > 0:
        G = G * (1 - Hs[l]**2)
return grads[::-1], G""", "factor",
                     "A bias is shared by all examples of the batch: its gradient is the sum over the "
                     "rows. A mean belongs "
                     "to the loss, and is in G already if the loss has one."),
               Wrong("""grads = []
for l in range(len(Ws) - 1, -1, -1):
    grads.append((Hs[l].T @ G, G.sum(axis=0)))
    Ws[l] -= 0.1 * grads[-1][0]
    G = G @ Ws[l].T
    if l > 0:
        G = G * (1 - Hs[l]**2)
return grads[::-1], G""", "unknown",
                     "The weights were updated before the signal had passed them: the layers below learn "
                     "from weights "
                     "that were never used."),
               Wrong("""grads = []
for l in range(len(Ws) - 1, -1, -1):
    grads.append((Hs[l].T @ G, G.sum(axis=0)))
    G = (G @ Ws[l].T) * (1 - Hs[l]**2)
return grads[::-1], G""", "unknown",
                     "One slope too many: the input was made by no activation. All weights are right, the "
                     "gradient of X "
                     "is not.")),
        after="Train with it: the three lines of gradient descent are in this chapter. Then break one line "
              "and watch "
              "whether the loss still falls."),
    Exercise(
        number="5.15", title="The best order of a long chain", kind="code", name="fewest",
        prompt=r"""Write `fewest(widths)`: the smallest number of multiplications in which the
product of a chain of Jacobians can be formed. `widths` is a list of sizes from input to output:
$J_k$ has the shape `widths[k]` × `widths[k-1]`, so `[1000, 50, 200, 1]` stands for exercise 5.10
and a list of two sizes, one single Jacobian, costs 0.""",
        hints=("The last product to be carried out splits the chain in two. Try every place of the split.",
               "Each part is a shorter chain with a best order of its own. So: `fewest` of the left, plus "
               "`fewest` of the "
               "right, plus the last product.",
               "Split at `k`: the last product costs `widths[0] * widths[k] * widths[-1]`. Without "
               "remembering results the "
               "number of tries explodes with the length; `functools.cache` on tuples mends that."),
        solution="""def best(i, j):
    if j - i == 1:
        return 0
    return min(widths[i] * widths[k] * widths[j]
               + best(i, k) + best(k, j) for k in range(i + 1, j))
return best(0, len(widths) - 1)""",
        judge=judge_fewest,
        wrong=(Wrong("total = 0\nfor k in range(1, len(widths) - 1):\n"
                     "    total += widths[0] * widths[k] * widths[k + 1]\nreturn total", "unknown",
                     "Forward mode: always from the input. Best only where the input is narrow."),
               Wrong("total = 0\nfor k in range(1, len(widths) - 1):\n"
                     "    total += widths[-1] * widths[k] * widths[k - 1]\nreturn total", "unknown",
                     "Reverse mode: always from the output. Best for one output, not for a bottleneck in "
                     "the middle."),
               Wrong("""ahead = sum(widths[0] * widths[k] * widths[k + 1] for k in range(1, len(widths) - 1))
back = sum(widths[-1] * widths[k] * widths[k - 1] for k in range(1, len(widths) - 1))
return min(ahead, back)""", "unknown",
                     "The better of forward and reverse. With a bottleneck in the middle both lose against "
                     "meeting "
                     "there."),
               Wrong("""widths, total = list(widths), 0
while len(widths) > 2:
    k = max(range(1, len(widths) - 1), key=lambda k: widths[k])
    total += widths[k - 1] * widths[k] * widths[k + 1]
    del widths[k]
return total""", "unknown",
                     "Greedy: the widest layer is removed first. Often good, not always the best.")),
        after="For which widths is neither forward nor reverse the best? Look for an hourglass."),
)
