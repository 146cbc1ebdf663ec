"""Exercises of chapter 15: layers, heads, any depth, batch normalisation, curvature.

Rows are samples, sizes differ pairwise, and activations are smooth where a difference has to be taken.
"""
import numpy as np

from ..check import Check, check_gradient
from . import Exercise, Option, Wrong
from .judging import in_plain_words, numbers


def draw_signal(rng):
    return {"delta": rng.normal(size=(5, 3))}


def draw_two_layers(rng):
    """X, weights, biases and targets of a tanh network with m, d, h, o = 5, 3, 4, 2."""
    return {"X": rng.normal(size=(5, 3)), "W1": rng.normal(size=(3, 4)), "b1": rng.normal(size=4),
            "W2": rng.normal(size=(4, 2)), "b2": rng.normal(size=2), "Y": rng.normal(size=(5, 2))}


def draw_weights_first(rng):
    data = draw_two_layers(rng)
    return {"W1": data.pop("W1"), **data}


def draw_outputs(rng):
    return {"Z": rng.normal(size=(5, 3)), "Y": rng.normal(size=(5, 3))}


def draw_kept(rng):
    """What is kept of a tanh layer, A = tanh(Z), and the signal behind the next layer."""
    return {"A1": np.tanh(rng.normal(size=(5, 4))), "W2": rng.normal(size=(4, 3)),
            "delta2": rng.normal(size=(5, 3))}


def draw_stored(rng):
    return {"W": rng.normal(size=(4, 3)), "X": rng.normal(size=(5, 3)), "G": rng.normal(size=(5, 4))}


def draw_logits(rng):
    return {"Z": rng.normal(size=(5, 4)), "Y": np.eye(4)[rng.integers(0, 4, size=5)]}


def draw_tied(rng):
    return {"W": rng.normal(size=(3, 2)), "X": rng.normal(size=(5, 3))}


def draw_block(rng):
    return {"X": rng.normal(size=(5, 3)), "W1": rng.normal(size=(3, 4)), "W2": rng.normal(size=(4, 3)),
            "G": rng.normal(size=(5, 3))}


def draw_batch_norm(rng):
    return {"X": rng.normal(size=(5, 3)), "gamma": rng.uniform(0.5, 2, size=3),
            "G": rng.normal(size=(5, 3))}


def draw_regression(rng):
    return {"W": rng.normal(size=(4, 3)), "X": rng.normal(size=(5, 4)),
            "Y": np.eye(3)[rng.integers(0, 3, size=5)]}


def draw_layer_norm(rng):
    return {"X": rng.normal(size=(5, 4)), "G": rng.normal(size=(5, 4))}


def residual_loss(X, labels, Ws):
    """Residual layers H + relu(H W), a last layer without, and the mean cross-entropy."""
    H = X
    for W in Ws[:-1]:
        H = H + np.maximum(H @ W, 0)
    Z = H @ Ws[-1]
    Z = Z - Z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(Z)), labels])


def residual_gradients(X, labels, Ws):
    """The right answer of exercise 15.13."""
    kept = [X]
    for W in Ws[:-1]:
        kept.append(kept[-1] + np.maximum(kept[-1] @ W, 0))
    P = np.exp(kept[-1] @ Ws[-1])
    P /= P.sum(axis=1, keepdims=True)
    delta = (P - np.eye(P.shape[1])[labels]) / len(X)
    grads, delta = [kept[-1].T @ delta], delta @ Ws[-1].T
    for W, H in zip(Ws[-2::-1], kept[-2::-1]):
        through = delta * (H @ W > 0)
        grads.append(H.T @ through)
        delta = delta + through @ W.T
    return grads[::-1]


def judge_residual(answer, rng):
    """Each gradient against a numerical one, the last layer first, at two depths."""
    for depth in (2, 4):
        X, labels = rng.normal(size=(7, 3)), rng.integers(0, 4, size=7)
        Ws = [rng.normal(size=(3, 3)) / 2 for _ in range(depth - 1)] + [rng.normal(size=(3, 4))]
        kept = [W.copy() for W in Ws]
        given = answer(X, labels, Ws)
        if not isinstance(given, (tuple, list)) or len(given) != depth:
            what = f"{len(given)} things" if isinstance(given, (tuple, list)) else "one thing"
            return Check(False, "shape", f"Return a list with a gradient for each of the {depth} matrices "
                                         f"in `Ws`, first layer first; this returned {what}.")
        if not all(map(np.array_equal, Ws, kept)):
            return Check(False, "unknown", "The weights have changed. A backward pass reads them; the step "
                                           "comes after all gradients are known.")
        right = residual_gradients(X, labels, Ws)
        for l in reversed(range(depth)):
            claim = numbers(given[l], f"The gradient of matrix {l + 1}")
            put = lambda W: [*Ws[:l], W, *Ws[l + 1:]]
            check = check_gradient(lambda W: residual_loss(X, labels, put(W)), claim, Ws[l])
            if not check:
                said = in_plain_words(check, right[l], claim)
                return Check(False, said.mistake, f"With {depth} matrices, the gradient of matrix {l + 1}: "
                                                  f"{said.message}")
    return Check(True, None, "All gradients agree with numerical ones, with two matrices and with four.")


# Beginnings that answers share.
TANH = "A1 = np.tanh(X @ W1 + b1)\ndelta2 = (A1 @ W2 + b2 - Y) / len(X)\n"
BACK = TANH + "delta1 = (delta2 @ W2.T) * (1 - A1**2)\n"
SOFT = "P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)\nreturn "
TIED = "A = np.tanh(X @ W)\nD = (A @ W.T - X) / len(X)\ndelta = (D @ W) * (1 - A**2)\nreturn "
BLOCK = "A = np.tanh(X @ W1)\ndelta = (G @ W2.T) * (1 - A**2)\nreturn "
NORM = "s = X.std(axis=0)\nXhat = (X - X.mean(axis=0)) / s\nH = gamma * G\nreturn "
REGRESSION = "P = np.exp(X @ W) / np.exp(X @ W).sum(axis=1, keepdims=True)\nS = X @ dW\nreturn "
ROWS = ("s = X.std(axis=1, keepdims=True)\nXhat = (X - X.mean(axis=1, keepdims=True)) / s\n"
        "mean = lambda T: T.mean(axis=1, keepdims=True)\nreturn ")
PUSH = "A1 = np.tanh(X @ W1 + b1)\nR = A1 @ W2 + b2 - Y\nreturn "


EXERCISES = (
    Exercise(
        number="15.1",
        title="A bias by hand",
        kind="value",
        prompt=r"""With pencil. Three samples went through a layer with two units. The signal at its
output, $3\times2$, is

$$
\Delta=\begin{bmatrix}1&2\\0&-1\\4&0.5\end{bmatrix}.
$$

Write down the gradient of the loss for the layer's bias.""",
        hints=("How many numbers has the bias? One for each unit.",
               "Every sample uses the same bias, so what they say is added up: the rows are added together.",
               "First unit: $1+0+4$."),
        solution="np.array([5.0, 1.5])",
        wrong=(
            Wrong("np.array([3.0, -1.0, 4.5])", "shape",
                  "One sum for each *sample*. The bias has one number for each *unit*: add the rows "
                  "together.", hint=1),
            Wrong("np.array([[1.0, 2.0], [0.0, -1.0], [4.0, 0.5]])", "shape",
                  "The signal itself, one row per sample. The samples share the bias, so their rows are "
                  "added.", hint=2),
            Wrong("np.array([5 / 3, 0.5])", "factor",
                  r"The mean over the samples. If the loss has a mean, $\frac1m$ is in $\Delta$ already; "
                  r"here "
                  "comes a sum.", hint=2),
            Wrong("np.array([1.5, 5.0])", "unknown", "The two units have changed places."),
        ),
        after="Which gradient would come out if every sample had a bias of its own?",
    ),
    Exercise(
        number="15.2",
        title="The mean over all entries",
        kind="gradient",
        prompt=r"""$L=$ `np.mean((Z - Y)**2)`, as libraries define it, with $Z,Y\in\mathbb R^{5\times3}$.
Give $\nabla_ZL$.""",
        hints=("How many numbers is the mean taken over?",
               "The square gives a $2$, and here no half waits to cancel it.",
               "Fifteen entries."),
        draw=draw_outputs,
        function="np.mean((Z - Y)**2)",
        solution="2 * (Z - Y) / Z.size",
        wrong=(
            Wrong("(Z - Y) / len(Z)", "factor",
                  r"That belongs to $\frac1{2m}\lVert Z-Y\rVert_F^2$. It agrees with this loss only if there "
                  "are two outputs.", hint=1),
            Wrong("(Z - Y) / Z.size", "factor", "The $2$ of the square is missing.", hint=2),
            Wrong("2 * (Z - Y) / len(Z)", "factor", "Averaged over the samples only: the outputs count too.",
                  hint=3),
            Wrong("2 * (Z - Y)", "factor", "The gradient of the sum; the mean was forgotten.", hint=1),
            Wrong("2 * (Y - Z) / Z.size", "sign", r"The difference is the other way round: $L$ grows where "
                  "$Z$ is above $Y$ and rises further."),
        ),
        after=r"With a step $\eta$ for one of the two losses, which step does the same for the other?",
    ),
    Exercise(
        number="15.3",
        title="The signal from kept values",
        kind="value",
        prompt=r"""A hidden layer has kept its values $A_1=\tanh(Z_1)$, in $\mathbb R^{5\times4}$, and thrown
$Z_1$ away. Behind it stands $Z_2=A_1W_2+\mathbf 1\mathbf b_2^\top$ with $W_2\in\mathbb R^{4\times3}$, and
$\Delta_2\in\mathbb R^{5\times3}$ has arrived. Give $\Delta_1$, the gradient at $Z_1$, from `A1, W2,
delta2`.""",
        hints=(r"First back through the matrix, then through the activation.",
               r"The slope of $\tanh$ at $z$ is $1-\tanh^2z$, and $\tanh z$ is what was kept.",
               r"$(\Delta_2W_2^\top)\odot(1-A_1\odot A_1)$: the product first."),
        draw=draw_kept,
        solution="(delta2 @ W2.T) * (1 - A1**2)",
        wrong=(
            Wrong("(delta2 @ W2.T) * (1 - np.tanh(A1)**2)", "unknown",
                  r"This takes $\tanh$ of the values, which are $\tanh$ already.", hint=2),
            Wrong("delta2 @ W2.T", "unknown", r"The slopes of the activation are missing: this is the "
                                              r"gradient at "
                  "$A_1$.", hint=1),
            Wrong("(delta2 @ W2.T) * (1 - A1)", "unknown", "The square is missing in the slope.", hint=2),
            Wrong("(delta2 @ W2.T) * A1 * (1 - A1)", "unknown", "That slope belongs to the logistic "
                  "function.",
                  hint=2),
            Wrong("(delta2 @ W2.T) * (A1 > 0)", "unknown", "That slope belongs to the ReLU.", hint=2),
        ),
        after=r"Where is the signal largest against $\Delta_2W_2^\top$: at values near $0$ or near $\pm1$?",
    ),
    Exercise(
        number="15.4",
        title="The gradient of the input",
        kind="gradient",
        prompt=r"""A network of two layers with $\tanh$ and a loss:

$$
\begin{aligned}
A_1&=\tanh(XW_1+\mathbf 1\mathbf b_1^\top),\\
Z_2&=A_1W_2+\mathbf 1\mathbf b_2^\top,\\
L&=\tfrac1{2m}\lVert Z_2-Y\rVert_F^2,
\end{aligned}
$$

with $X\in\mathbb R^{5\times3}$, $W_1\in\mathbb R^{3\times4}$ and $W_2\in\mathbb R^{4\times2}$. Give
$\nabla_XL$.""",
        hints=(r"You need $\Delta_1$; then one more step back.",
               r"$Z_1=XW_1+\dots$, so $X$ has on its right the factor $W_1$.",
               r"$\Delta_1W_1^\top$, and no slope after it: $X$ went through no activation."),
        draw=draw_two_layers,
        function="np.sum((np.tanh(X @ W1 + b1) @ W2 + b2 - Y)**2) / (2 * len(X))",
        solution=BACK + "return delta1 @ W1.T",
        wrong=(
            Wrong(BACK + "return W1 @ delta1.T", "transposed",
                  "The transpose of the gradient: it must have the shape of $X$.", hint=2),
            Wrong(TANH + "return delta2 @ W2.T @ W1.T", "missing chain factor",
                  r"The slopes of $\tanh$ between the two matrices are missing.", hint=1),
            Wrong(BACK + "return X.T @ delta1", "shape",
                  "That is the gradient of $W_1$: what came in, transposed, times the signal.", hint=2),
            Wrong(BACK + "return len(X) * delta1 @ W1.T", "factor",
                  r"Without the $\frac1m$ of the loss, which stands in $\Delta_2$."),
            Wrong(BACK + "return (delta1 @ W1.T) * (1 - np.tanh(X)**2)", "extra chain factor",
                  "One slope too many: $X$ was made by no activation.", hint=3),
        ),
        after="Move $X$ a little along this gradient and look how the loss grows: so adversarial examples "
              "are "
              "made.",
    ),
    Exercise(
        number="15.5",
        title="Weights that are stored the other way",
        kind="gradient",
        prompt=r"""Libraries store $W\in\mathbb R^{4\times3}$, outputs by inputs, and compute
$Z=XW^\top$ with $X\in\mathbb R^{5\times3}$. The gradient $G\in\mathbb R^{5\times4}$ at $Z$ has arrived.
Give the
gradient for $W$. (It is $\nabla_W\langle G,XW^\top\rangle$ with $G$ held fixed.)""",
        hints=("It has the shape of $W$, $4\\times3$. Which product of $G$ and $X$ has?",
               r"$\langle G,X\,dW^\top\rangle=\operatorname{tr}(G^\top X\,dW^\top)$.",
               r"$\operatorname{tr}(M\,dW^\top)=\langle M,dW\rangle$."),
        draw=draw_stored,
        function="np.sum(G * (X @ W.T))",
        solution="G.T @ X",
        wrong=(
            Wrong("X.T @ G", "transposed",
                  "The gradient for $W^\\top$. It has the shape $3\\times4$.", hint=1),
            Wrong("G.T @ X / len(X)", "factor",
                  "A mean belongs to the loss; then it is in $G$ already.", hint=2),
            Wrong("np.outer(G[0], X[0])", "unknown", "The first sample's part alone: the samples add up."),
            Wrong("G @ W", "shape", "That is the gradient for $X$."),
            Wrong("G.T @ X / 2", "factor", "A half from nowhere: $Z$ is linear in $W$."),
        ),
        after="And the gradient for $X$ in this layout?",
    ),
    Exercise(
        number="15.6",
        title="Which signal at the logits?",
        kind="choice",
        prompt=r"""$Y\in\mathbb R^{5\times4}$ has one-hot rows, $P=\operatorname{softmax}(Z)$ row by row,
and $L$ is the
mean over the samples of $-\log$ of the right class's probability. Which is $\nabla_ZL$?""",
        hints=(r"Differentiate $\log\sum_je^{z_j}-\mathbf y^\top\mathbf z$ for one sample.",
               "Adding one number to a whole row of $Z$ changes nothing, so the rows of the gradient sum to "
               "zero. And $L$ must fall when the right class's logit grows."),
        draw=draw_logits,
        solution=SOFT + "(P - Y) / len(Z)",
        options={
            "a": Option(r"$P-Y$", False, "This belongs to the sum of the losses, not to their mean. It "
                                         "points "
                        "the right way, so training hides it in the step size.", SOFT + "P - Y",
                        mistake="factor"),
            "b": Option(r"$\frac1m(P-Y)$", True, r"$\mathbf p$ from the logarithm of the sum, $-\mathbf "
                                                 r"y$ from "
                        r"the linear term, $\frac1m$ from the mean.", SOFT + "(P - Y) / len(Z)"),
            "c": Option(r"$\frac1m(P-Y)\odot P\odot(1-P)$", False, "A slope of softmax a second time. It "
                  "is the "
                        "habit from squared errors behind a sigmoid.",
                        SOFT + "(P - Y) / len(Z) * P * (1 - P)",
                        mistake="extra chain factor"),
            "d": Option(r"$\frac1m(Y-P)$", False, "The opposite: going down along it walks uphill.",
                        SOFT + "(Y - P) / len(Z)", mistake="sign"),
        },
        after="What changes if a sample counts twice, so that its row of $Y$ sums to $2$?",
    ),
    Exercise(
        number="15.7",
        title="The first weights",
        kind="gradient",
        prompt=r"""The loss of exercise 15.4 once more. Give $\nabla_{W_1}L$ with $W_1\in\mathbb "
                  "R^{3\times4}$.""",
        hints=(r"A layer with input $X$ and signal $\Delta_1$.",
               r"$\Delta_1=(\Delta_2W_2^\top)\odot(1-A_1\odot A_1)$ and $\Delta_2=\frac1m(Z_2-Y)$.",
               r"$X^\top\Delta_1$."),
        draw=draw_weights_first,
        function="np.sum((np.tanh(X @ W1 + b1) @ W2 + b2 - Y)**2) / (2 * len(X))",
        solution=BACK + "return X.T @ delta1",
        wrong=(
            Wrong(TANH + "return X.T @ (delta2 @ W2.T)", "missing chain factor",
                  r"The slopes of $\tanh$ are missing: the forgotten mask of this chapter.", hint=2),
            Wrong(BACK + "return delta1.T @ X", "transposed", "Right for a layer $XW^\\top$; here $W_1$ "
                  "is inputs "
                  "by outputs.", hint=1),
            Wrong(BACK + "return len(X) * X.T @ delta1", "factor", r"The $\frac1m$ of the loss was "
                  r"forgotten at the "
                  "head, and every gradient behind it is too large.", hint=2),
            Wrong(BACK + "return 2 * X.T @ delta1", "factor", "The half of the loss cancels the $2$ of the "
                  "square."),
            Wrong(BACK + "return A1.T @ delta2", "shape", "That is the gradient of $W_2$."),
            Wrong("A1 = np.tanh(X @ W1 + b1)\ndelta2 = (A1 @ W2 + b2 - Y) / len(X)\n"
                  "return X.T @ ((delta2 @ W2.T) * (1 - (X @ W1 + b1)**2))", "missing chain factor",
                  r"$1-a^2$ wants the value $a=\tanh z$, not $z$.", hint=2),
        ),
        after="Set all of $W_2$ to zero. Which gradients vanish? And which if $W_1$ is zero too?",
    ),
    Exercise(
        number="15.8",
        title="A weight used twice",
        kind="gradient",
        prompt=r"""A tied autoencoder uses one matrix on the way in and, transposed, on the way out:
$L=\frac1{2m}\lVert\tanh(XW)W^\top-X\rVert_F^2$ with $X\in\mathbb R^{5\times3}$,
$W\in\mathbb R^{3\times2}$. Give
$\nabla_WL$.""",
        hints=("Pretend that there are two matrices, $V$ on the way in and $W^\\top$ on the way out. Then "
               "add.",
               r"On the way in: $X^\top\Delta_1$ with $D=\frac1m(\tanh(XW)W^\top-X)$ and "
               r"$\Delta_1=(DW)\odot(1-A\odot A)$.",
               r"On the way out the layer is $AW^\top$, so its part is $D^\top A$."),
        draw=draw_tied,
        function="np.sum((np.tanh(X @ W) @ W.T - X)**2) / (2 * len(X))",
        solution=TIED + "X.T @ delta + D.T @ A",
        wrong=(
            Wrong(TIED + "X.T @ delta", "missing product-rule term",
                  "Only the way in. The matrix is used a second time, and contributions add.", hint=3),
            Wrong(TIED + "D.T @ A", "missing product-rule term", "Only the way out.", hint=2),
            Wrong(TIED + "2 * X.T @ delta", "unknown",
                  "Twice the one part. The two uses are different: they contribute different terms.", hint=3),
            Wrong("A = np.tanh(X @ W)\nD = (A @ W.T - X) / len(X)\nreturn X.T @ D @ W + D.T @ A",
                  "missing chain factor", r"On the way in the slopes of $\tanh$ are missing.", hint=2),
            Wrong(TIED + "len(X) * (X.T @ delta + D.T @ A)", "factor", r"The $\frac1m$ of the loss is "
                  r"missing."),
        ),
        after="Without the tanh this is principal component analysis. What does the gradient become?",
    ),
    Exercise(
        number="15.9",
        title="Through a residual block",
        kind="gradient",
        prompt=r"""$Y=X+\tanh(XW_1)W_2$ with $X\in\mathbb R^{5\times3}$, $W_1\in\mathbb R^{3\times4}$,
$W_2\in\mathbb R^{4\times3}$. The gradient $G$ at $Y$ has arrived. Give the gradient at $X$. (It is
$\nabla_X\langle G,Y\rangle$ with $G$ held fixed.)""",
        hints=("From $X$ two roads lead to $Y$; what comes back along both is added.",
               "Around the block nothing happens to $G$.",
               r"Through it: $\Delta W_1^\top$ with $\Delta=(GW_2^\top)\odot(1-A\odot A)$."),
        draw=draw_block,
        function="np.sum(G * (X + np.tanh(X @ W1) @ W2))",
        solution=BLOCK + "G + delta @ W1.T",
        wrong=(
            Wrong(BLOCK + "delta @ W1.T", "missing product-rule term", "The road around the block is "
                  "missing.",
                  hint=2),
            Wrong(BLOCK + "1 + delta @ W1.T", "unknown",
                  "The slope of $X$ by itself is $1$, but what comes back along that road is $G$ times it.",
                  hint=2),
            Wrong("return G + G @ W2.T @ W1.T", "missing chain factor", r"The slopes of $\tanh$ are missing.",
                  hint=3),
            Wrong("return G", "missing product-rule term", "Only the road around the block.", hint=3),
            Wrong(BLOCK + "G - delta @ W1.T", "unknown", "The two roads are added, not subtracted."),
        ),
        after="Why does a signal survive thirty such blocks with small weights, but not thirty plain layers?",
    ),
    Exercise(
        number="15.10",
        title="Back through batch normalisation",
        kind="gradient",
        prompt=r"""Every column of $X\in\mathbb R^{5\times3}$ is given the mean $0$ and the (biased)
deviation $1$ and is
then scaled: $Y=\hat X\operatorname{diag}(\boldsymbol\gamma)$. The gradient $G$ at $Y$ has arrived. Give
the gradient
at $X$. (It is $\nabla_X\langle G,Y\rangle$; take $\epsilon=0$.)""",
        hints=(r"For one column, $d\hat{\mathbf x}=\frac1s(d\mathbf x-\mathbf 1\,d\mu-\hat{\mathbf x}\,ds)$.",
               r"$d\mu=\frac1m\mathbf 1^\top d\mathbf x$ and $ds=\frac1m\hat{\mathbf x}^\top d\mathbf x$: "
               r"the matrix in "
               "front of $d\\mathbf x$ is symmetric.",
               r"With $H=\gamma G$, column by column: $\frac1s(H-\langle H\rangle-\hat X\langle "
               r"H\odot\hat X\rangle)$, "
               "where the brackets are means over the batch."),
        draw=draw_batch_norm,
        function="np.sum(G * gamma * (X - np.mean(X, axis=0)) / np.std(X, axis=0))",
        solution=NORM + "(H - H.mean(axis=0) - Xhat * (H * Xhat).mean(axis=0)) / s",
        wrong=(
            Wrong(NORM + "H / s", "missing product-rule term",
                  "Mean and deviation were held fixed. In training both move with $X$.", hint=1),
            Wrong(NORM + "(H - H.mean(axis=0)) / s", "missing product-rule term", "The deviation was held "
                  "fixed.",
                  hint=2),
            Wrong(NORM + "(H - H.mean(axis=1, keepdims=True)"
                  "\n        - Xhat * (H * Xhat).mean(axis=1, keepdims=True)) / s", "unknown",
                  "The means run over the units. Batch normalisation takes them over the samples, axis "
                  "0.", hint=3),
            Wrong("s = X.std(axis=0)\nXhat = (X - X.mean(axis=0)) / s\n"
                  "return (G - G.mean(axis=0) - Xhat * (G * Xhat).mean(axis=0)) / s", "unknown",
                  r"The scale $\boldsymbol\gamma$ is missing."),
            Wrong(NORM + "(H - H.sum(axis=0) - Xhat * (H * Xhat).sum(axis=0)) / s", "unknown",
                  r"Sums where means belong: $\frac1m$ stands in $d\mu$ and in $ds$.", hint=2),
        ),
        after="Add up each column of your answer. Why must it be zero?",
    ),
    Exercise(
        number="15.11",
        title="Forward mode",
        kind="differential",
        prompt=r"""The loss of exercise 15.4. Let $W_1$ move by $dW_1$ and everything else stay. Give $dL$,
a number, by
pushing the change forwards: no transpose is needed.""",
        hints=(r"$dZ_1=X\,dW_1$. How does $A_1=\tanh Z_1$ move?",
               r"$dZ_2=dA_1\,W_2$, and $L$ answers with $\frac1m\langle Z_2-Y,dZ_2\rangle$.",
               r"$\langle A,B\rangle$ is `np.sum(A * B)`."),
        draw=draw_weights_first,
        function="np.sum((np.tanh(X @ W1 + b1) @ W2 + b2 - Y)**2) / (2 * len(X))",
        solution=PUSH + "np.sum(R * (((1 - A1**2) * (X @ dW1)) @ W2)) / len(X)",
        wrong=(
            Wrong(PUSH + "np.sum(R * (X @ dW1 @ W2)) / len(X)", "missing chain factor",
                  r"The slopes of $\tanh$ are missing.", hint=1),
            Wrong(PUSH + "np.sum(R * (((1 - A1**2) * (X @ dW1)) @ W2))", "factor",
                  r"The $\frac1m$ of the loss is missing.", hint=2),
            Wrong(PUSH + "2 * np.sum(R * (((1 - A1**2) * (X @ dW1)) @ W2)) / len(X)", "factor",
                  "The half of the loss cancels the $2$ of the square.", hint=2),
            Wrong(PUSH + "-np.sum(R * (((1 - A1**2) * (X @ dW1)) @ W2)) / len(X)", "sign",
                  "The error is output minus target."),
        ),
        after=r"Compare with $\langle\nabla_{W_1}L,dW_1\rangle$ of exercise 15.7. How many passes would "
              r"the whole "
              "gradient take this way?",
    ),
    Exercise(
        number="15.12",
        title="Curvature of softmax regression",
        kind="differential",
        prompt=r"""$\nabla L(W)=\frac1mX^\top(P-Y)$ with $P=\operatorname{softmax}(XW)$ row by row,
$X\in\mathbb R^{5\times4}$,
$W\in\mathbb R^{4\times3}$. Give the differential of this gradient for a step $dW$: the Hessian applied to
$dW$,
without the Hessian.""",
        hints=("Only $P$ moves. Its logits move by $S=X\\,dW$.",
               r"In a row $d\mathbf p=(\operatorname{diag}(\mathbf p)-\mathbf p\mathbf p^\top)\,\mathbf "
               r"s$: two terms.",
               r"$dP=P\odot S-P\odot$ (row sums of $P\odot S$)."),
        draw=draw_regression,
        function="P = np.exp(X @ W) / np.exp(X @ W).sum(axis=1, keepdims=True)\nreturn X.T @ (P - Y) / "
                 "len(X)",
        solution=REGRESSION.removesuffix("return ") + """PS = P * S
return X.T @ (PS - P * PS.sum(axis=1, keepdims=True)) / len(X)""",
        wrong=(
            Wrong(REGRESSION + "X.T @ (P * S) / len(X)", "missing product-rule term",
                  "The sum below in softmax moves too: a second term.", hint=2),
            Wrong(REGRESSION + "X.T @ (P * (1 - P) * S) / len(X)", "only diagonal",
                  "Only the diagonal of softmax's Jacobian: classes compete, every logit moves every "
                  "probability.",
                  hint=2),
            Wrong(REGRESSION + "X.T @ (P * S - P * (P * S).sum(axis=1, keepdims=True))", "factor",
                  r"The $\frac1m$ is missing."),
            Wrong(REGRESSION + "X.T @ S / len(X)", "missing chain factor",
                  "The curvature of least squares. Softmax has been left out.", hint=1),
            Wrong(REGRESSION + "X.T @ (P * S - P * (P * S).sum(axis=0)) / len(X)", "unknown",
                  "The sum runs over the samples. Softmax works in each row, axis 1.", hint=3),
        ),
        after="For which $dW\\ne0$ is the answer zero? (Add the same column to every column of $W$.)",
    ),
    Exercise(
        number="15.13",
        title="A residual network of any depth",
        kind="code",
        name="gradients",
        prompt=r"""Write `gradients(X, labels, Ws)` for a residual network with rows as samples and no biases:
$H_0=X$, $H_l=H_{l-1}+\max(H_{l-1}W_l,0)$ for all matrices but the last, logits $Z=H_{K-1}W_K$, and the
loss is
the mean cross-entropy of softmax with the integer `labels`. `Ws` holds the matrices, first layer first;
all but the last
are square. Return the list of the gradients $\nabla_{W_l}L$, first layer first.""",
        hints=(r"On the way out keep every $H_l$. The head gives $\Delta=\frac1m(P-Y)$; "
               r"`np.eye(k)[labels]` is $Y$.",
               r"At a block two things come back to $H_{l-1}$: the signal itself, around, and what went "
               r"through "
               r"ReLU and $W_l$.",
               "In the loop: `through = delta * (H @ W > 0)`, the gradient is `H.T @ through`, and then "
               "`delta = delta + through @ W.T`."),
        solution="""kept = [X]
for W in Ws[:-1]:
    kept.append(kept[-1] + np.maximum(kept[-1] @ W, 0))
E = np.exp(kept[-1] @ Ws[-1])
P = E / E.sum(axis=1, keepdims=True)
delta = (P - np.eye(P.shape[1])[labels]) / len(X)
grads = [kept[-1].T @ delta]
delta = delta @ Ws[-1].T
for W, H in zip(Ws[-2::-1], kept[-2::-1]):
    through = delta * (H @ W > 0)
    grads.append(H.T @ through)
    delta = delta + through @ W.T
return grads[::-1]""",
        judge=judge_residual,
        wrong=(
            Wrong("""kept = [X]
for W in Ws[:-1]:
    kept.append(kept[-1] + np.maximum(kept[-1] @ W, 0))
E = np.exp(kept[-1] @ Ws[-1])
P = E / E.sum(axis=1, keepdims=True)
delta = (P - np.eye(P.shape[1])[labels]) / len(X)
grads = [kept[-1].T @ delta]
delta = delta @ Ws[-1].T
for W, H in zip(Ws[-2::-1], kept[-2::-1]):
    grads.append(H.T @ delta)
    delta = delta + delta @ W.T
return grads[::-1]""", "missing chain factor",
                  "The mask of the ReLU is missing. The last matrix is right, every earlier one is not.",
                  hint=3),
            Wrong("""kept = [X]
for W in Ws[:-1]:
    kept.append(kept[-1] + np.maximum(kept[-1] @ W, 0))
E = np.exp(kept[-1] @ Ws[-1])
P = E / E.sum(axis=1, keepdims=True)
delta = P - np.eye(P.shape[1])[labels]
grads = [kept[-1].T @ delta]
delta = delta @ Ws[-1].T
for W, H in zip(Ws[-2::-1], kept[-2::-1]):
    through = delta * (H @ W > 0)
    grads.append(H.T @ through)
    delta = delta + through @ W.T
return grads[::-1]""", "factor", r"The mean of the loss was forgotten at the head: $\frac1m$.", hint=1),
            Wrong("""kept = [X]
for W in Ws[:-1]:
    kept.append(kept[-1] + np.maximum(kept[-1] @ W, 0))
E = np.exp(kept[-1] @ Ws[-1])
P = E / E.sum(axis=1, keepdims=True)
delta = (P - np.eye(P.shape[1])[labels]) / len(X)
grads = [kept[-1].T @ delta]
delta = delta @ Ws[-1].T
for W, H in zip(Ws[-2::-1], kept[-2::-1]):
    through = delta * (H @ W > 0)
    grads.append(H.T @ through)
    delta = through @ W.T
return grads[::-1]""", "missing product-rule term",
                  "The road around the blocks was forgotten on the way back. It shows from two blocks "
                  "on.", hint=2),
            Wrong("""kept = [X]
for W in Ws[:-1]:
    kept.append(kept[-1] + np.maximum(kept[-1] @ W, 0))
E = np.exp(kept[-1] @ Ws[-1])
P = E / E.sum(axis=1, keepdims=True)
delta = (P - np.eye(P.shape[1])[labels]) / len(X)
grads = [kept[-1].T @ delta]
delta = delta @ Ws[-1].T
for W, H in zip(Ws[-2::-1], kept[-2::-1]):
    through = delta * (H @ W > 0)
    grads.append(H.T @ through)
    delta = delta + through @ W.T
return grads""", "unknown", "The list starts with the last layer. Turn it round.", hint=3),
        ),
        after="Train it on the digits. Does depth help there?",
    ),
    Exercise(
        number="15.14",
        title="Layer normalisation",
        kind="gradient",
        prompt=r"""Now each *row* of $X\in\mathbb R^{5\times4}$ is given its own mean $0$ and (biased)
deviation $1$: $Y=\hat X$,
with no scale and no $\epsilon$. The gradient $G$ at $Y$ has arrived. Give the gradient at $X$. (It is
$\nabla_X\langle G,\hat X\rangle$.)""",
        hints=("Take batch normalisation and let rows and columns change places.",
               "The means now run along a row, `axis=1, keepdims=True`, over the four features."),
        draw=draw_layer_norm,
        function="np.sum(G * (X - np.mean(X, axis=1, keepdims=True)) / np.std(X, axis=1, keepdims=True))",
        solution=ROWS + "(G - mean(G) - Xhat * mean(G * Xhat)) / s",
        wrong=(
            Wrong(ROWS + "G / s", "missing product-rule term", "Mean and deviation of the row were held "
                  "fixed.",
                  hint=1),
            Wrong(ROWS + "(G - mean(G)) / s", "missing product-rule term", "The deviation was held "
                  "fixed.", hint=1),
            Wrong(ROWS + "(G - G.mean(axis=0) - Xhat * (G * Xhat).mean(axis=0)) / s", "unknown",
                  "The means run over the batch, as in batch normalisation. Here a row stands alone.",
                  hint=2),
            Wrong(ROWS + "G - mean(G) - Xhat * mean(G * Xhat)", "unknown",
                  "The division by the deviation is missing."),
        ),
        after="One sample alone, $m=1$: what does batch normalisation make of it, what layer normalisation?",
    ),
)
