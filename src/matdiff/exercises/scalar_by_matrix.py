"""Exercises of chapter 2: the gradient of a number by a matrix.

Sizes are m = 5 examples, d = 3 features, k = 4 outputs wherever they occur, so that no transposed or
reordered product has the right shape by luck.
"""
import numpy as np

from ..check import Check, check_gradient
from . import Exercise, Option, Wrong
from .judging import Unfit, compare, in_plain_words, numbers

M, D, K = 5, 3, 4
LETTERS = {"sizes": {"m": M, "d": D, "k": K}}   # what the chapter calls its sizes


def draw_regression(rng):
    """Weights first, then inputs and targets."""
    return {"W": rng.normal(size=(D, K)), "X": rng.normal(size=(M, D)), "Y": rng.normal(size=(M, K))}


def draw_wide(rng):
    """Six outputs: with four, 2/(mk) and 1/(2m) would be the same number."""
    return {"W": rng.normal(size=(D, 6)), "X": rng.normal(size=(M, D)), "Y": rng.normal(size=(M, 6))}


def draw_bias(rng):
    data = draw_regression(rng)
    return {"b": rng.normal(size=(1, K)), **data}


def draw_library(rng):
    return {"W": rng.normal(size=(K, D)), "X": rng.normal(size=(M, D)), "b": rng.normal(size=(1, K)),
            "Y": rng.normal(size=(M, K))}


def draw_sandwich(rng):
    return {"W": rng.normal(size=(D, K)), "A": rng.normal(size=(6, D)), "B": rng.normal(size=(K, 2)),
            "Y": rng.normal(size=(6, 2))}


def draw_weighted(rng):
    return {**draw_regression(rng), "M": rng.normal(size=(K, K))}


def draw_logistic(rng):
    return {"w": rng.normal(size=D), "X": rng.normal(size=(M, D)), "y": rng.uniform(size=M),
            "c": rng.uniform(0.5, 3, size=M)}


def draw_tied(rng):
    return {"W": rng.normal(size=(D, 2)), "X": rng.normal(size=(M, D))}


def draw_targets(rng):
    """Non-negative targets whose rows do not sum to one."""
    X, W = rng.normal(size=(M, D)), rng.normal(size=(D, K))
    return {"X": X, "W": W, "Y": rng.uniform(0.2, 1, size=(M, K))}


def draw_hessian(rng):
    """The same, weights first."""
    data = draw_targets(rng)
    return {"W": data.pop("W"), **data}


def softmax_loss(X, W, Y):
    """Mean cross-entropy of softmax(XW) against any targets, without overflow."""
    Z = X @ W
    top = Z.real.max(axis=1, keepdims=True)
    lse = np.log(np.exp(Z - top).sum(axis=1)) + top[:, 0]
    return (Y.sum(axis=1) * lse - (Y * Z).sum(axis=1)).mean()


def softmax_gradient(X, W, Y):
    """The gradient of `softmax_loss` in W."""
    Z = X @ W
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return X.T @ (Y.sum(axis=1, keepdims=True) * E / E.sum(axis=1, keepdims=True) - Y) / len(X)


def judge_softmax(answer, rng):
    """Gradient, loss and large logits, in this order: the first that fails is what the learner hears."""
    data = draw_targets(rng)
    X, W, Y = data["X"], data["W"], data["Y"]
    given = answer(X, W, Y)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        count = f"{len(given)} things" if isinstance(given, (tuple, list)) else "one thing"
        return Check(False, "shape", "Return two things, `loss, grad`: a number and an array shaped like "
                     f"`W`; this returned {count}.")
    loss, grad = numbers(given[0], "The loss"), numbers(given[1], "`grad`")
    claim = check_gradient(lambda W: softmax_loss(X, W, Y), lambda W: numbers(answer(X, W, Y)[1]), W,
                           **LETTERS)
    if np.shape(loss) == W.shape and np.shape(grad) == ():
        return Check(False, "wrong order", "The two stand in the other order: first the loss, a number, then "
                     "`grad`, an array shaped like `W`.")
    if not claim:
        return in_plain_words(claim, softmax_gradient(X, W, Y), grad, data)
    truth = softmax_loss(X, W, Y)
    check = compare(truth, loss, who="The loss")
    if not check:
        said = check.message + " Add up over classes and average over examples." * (check.mistake == "shape")
        for factor, slip in ((M, "The loss is the sum over the examples; divide by $m$."),
                             (1 / K, "The loss is the mean over all $mk$ entries; divide by $m$ alone.")):
            if compare(factor * truth, loss):
                check, said = Check(False, "factor", ""), slip
        return Check(False, check.mistake, f"The gradient is right. {said}")
    big = 1000 * np.sign(X @ W) @ np.linalg.pinv(W)  # inputs that make some logits about a thousand
    loss, grad = answer(big, W, Y)
    try:
        grad = numbers(grad)
    except Unfit as unfit:
        if unfit.mistake != "not finite":
            raise
        return Check(False, "not finite", "Right for small logits. With logits near 1000 it returns nan or "
                     "inf: subtract each row's maximum from Z before the exponential, and never take log(P).")
    try:
        loss = numbers(loss)
    except Unfit as unfit:
        if unfit.mistake != "not finite":
            raise
        return Check(False, "not finite", "Right for small logits. With logits near 1000 the gradient is "
                     "finite and the loss is not, because entries of P are 0: never take log(P); write it as "
                     "Z minus its log-sum-exp.")
    check = compare((softmax_loss(big, W, Y), softmax_gradient(big, W, Y)), (loss, grad))
    if not check:
        return Check(False, "not finite", "Right for small logits, not near 1000, where entries of P are 0: "
                     "never take log(P), shifted or cut off or not; write log P as Z minus its log-sum-exp.")
    return Check(True, None,
                 "Loss and gradient agree, rows that do not sum to 1 and logits near 1000 included.")


# Beginnings that answers share.
LIBRARY = "G = (X @ W.T + b - Y) / len(X)\nreturn "
LOGISTIC = "s = 1 / (1 + np.exp(-X @ w))\nreturn "
TANH = "T = np.tanh(X @ W)\nreturn "
TIED = "R = X @ W @ W.T - X\nreturn "
SOFTMAX = "E = np.exp(X @ W)\nP = E / E.sum(axis=1, keepdims=True)\n"


def softmax_hessian(left, right, m="len(X)"):
    """The body that averages left ⊗ right over the examples."""
    return SOFTMAX + f"""H = np.zeros((W.size, W.size))
for x, p, s in zip(X, P, Y.sum(axis=1)):
    H += np.kron({left}, {right})
return H / {m}"""


EXERCISES = (
    Exercise(
        number="2.1",
        title="A table by hand",
        kind="value",
        prompt=r"""With pencil, before any code. Let

$$
X=\begin{bmatrix}1&0&2\\0&1&-1\\1&1&0\\2&0&1\end{bmatrix},\quad
XW=\begin{bmatrix}-1&4\\1&-1\\1&1\\1&2\end{bmatrix},
$$

$Y=0$ and $L=\frac12\lVert XW-Y\rVert_F^2$. Write down the $3\times2$ array
$\nabla_WL$, as nested lists or an array.""",
        hints=(r"With $Y=0$ the residual $R$ is $XW$ itself. What is $G=\nabla_ZL$?",
               "Entry $(a,b)$ is column $a$ of $X$ dotted with column $b$ of $G$. Entry $(1,1)$: "
               r"$(1,0,1,2)\cdot(-1,1,1,1)=2$.",
               "The first row is $(2, 9)$. Four more dot products."),
        solution="np.array([[2.0, 9.0], [2.0, 0.0], [-2.0, 11.0]])",
        wrong=(
            Wrong("np.array([[2.0, 2.0, -2.0], [9.0, 0.0, 11.0]])", "transposed",
                  "The dot products are right, but columns of $G$ were laid out as rows: this is "
                  r"$G^\top X$."),
            Wrong("np.array([[4.0, 18.0], [4.0, 0.0], [-4.0, 22.0]])", "factor",
                  r"The $\frac12$ is there to cancel the 2 of the square."),
            Wrong("np.array([[-2.0, -9.0], [-2.0, 0.0], [2.0, -11.0]])", "sign",
                  "The residual is prediction minus target; $Y-XW$ turns every entry round."),
            Wrong("np.array([[1.0, 3.0], [2.0, 0.0], [1.0, 2.0]])", "unknown",
                  "This is the table of the chapter's opening: there $Y$ was not 0."),
            Wrong("np.array([[9.0, 2.0], [0.0, 2.0], [11.0, -2.0]])", "wrong order",
                  "The two columns are swapped: column 1 belongs to the first output, the first column of "
                  "$XW$."),
            Wrong("np.array([[-1.0, 4.0], [1.0, -1.0], [1.0, 1.0], [1.0, 2.0]])", "missing chain factor",
                  r"This is $G=XW$, one row for each example; $X^\top G$ has one row for each input."),
        ),
        after="Change one entry of $Y$ and say, before computing, which column of the table moves.",
    ),
    Exercise(
        number="2.2",
        title="A linear function of a table",
        kind="gradient",
        prompt=r"$L(W)=\operatorname{tr}(C^\top W)$ with $C$ and $W$ both $3\times4$. Give $\nabla_WL$.",
        hints=(r"Write $L$ as a sum over entries: $\operatorname{tr}(C^\top W)=\sum_{ab}C_{ab}W_{ab}$.",
               r"Which entry of $C$ multiplies $W_{12}$? That number is $\partial L/\partial W_{12}$."),
        draw=lambda rng: {"W": rng.normal(size=(D, K)), "C": rng.normal(size=(D, K))},
        function="np.sum(C * W)",
        solution="C",
        keywords={"sizes": {"d": D, "k": K}},
        wrong=(
            Wrong("C.T", "transposed",
                  "Reads off what stands before $dW$ in the trace. The gradient is its transpose; both "
                  "agree only for symmetric $C$."),
            Wrong("C * W", "extra chain factor",
                  "These are the terms of the sum, not yet differentiated: $W_{ab}$ is multiplied by "
                  "$C_{ab}$, and that is its derivative."),
            Wrong("C * np.eye(*C.shape)", "only diagonal",
                  "Takes the trace to pick diagonal entries of $C$ and $W$. The diagonal is that of the "
                  r"product $C^\top W$, whose entries are whole sums."),
            Wrong("2 * C", "factor",
                  "A habit from squares. $L$ is linear: doubling $W$ doubles $L$, so "
                  r"$\langle\nabla L,W\rangle=L$."),
        ),
        after=r"What is $\nabla_WL$ for $L=\operatorname{tr}(CW)$, with $C$ of shape $4\times3$?",
    ),
    Exercise(
        number="2.3",
        title="Weight decay",
        kind="gradient",
        prompt=r"$L(W)=\frac\lambda2\lVert W\rVert_F^2$ with $W$ of shape $3\times4$ and a number "
               r"$\lambda>0$ (`lam`). Give $\nabla_WL$.",
        hints=(r"$\lVert W\rVert_F^2=\langle W,W\rangle$. Which rule differentiates a product?",
               r"$d\langle W,W\rangle=2\langle W,dW\rangle$. What does the $\frac\lambda2$ in front make "
               "of it?"),
        draw=lambda rng: {"W": rng.normal(size=(D, K)), "lam": float(rng.uniform(0.3, 0.8))},
        function="lam / 2 * np.sum(W * W)",
        solution="lam * W",
        keywords={"sizes": {"d": D, "k": K}},
        wrong=(
            Wrong("2 * lam * W", "factor",
                  r"Right for $\lambda\lVert W\rVert_F^2$, the same penalty without its half. Both are "
                  r"called weight decay with coefficient $\lambda$."),
            Wrong("lam * W / np.sqrt(np.sum(W * W))", "missing chain factor",
                  "The gradient of the norm, not of its square. It has the right direction and length "
                  r"$\lambda$ at every $W$."),
            Wrong("W", "factor", r"The coefficient $\lambda$ got lost: this is right for $\lambda=1$ only."),
            Wrong("lam * np.sum(W * W)", "shape",
                  "A number. The gradient has one entry for each weight."),
            Wrong("lam * W.T", "transposed",
                  r"Comes from $d\operatorname{tr}(W^\top W)=2\operatorname{tr}(W^\top dW)$, reading off "
                  r"$W^\top$ without transposing it back."),
        ),
        after=r"One step $W-\eta\nabla L$ multiplies every weight by the same number. Which one?",
    ),
    Exercise(
        number="2.4",
        title="A matrix between two vectors",
        kind="gradient",
        prompt=r"$L(W)=\mathbf a^\top W\mathbf b$ with $\mathbf a\in\mathbb R^3$, "
               r"$W\in\mathbb R^{3\times4}$, $\mathbf b\in\mathbb R^4$. Give $\nabla_WL$.",
        hints=(r"$W_{ij}$ occurs once in $\sum_{ij}a_iW_{ij}b_j$. What is it multiplied by?",
               r"$dL=\mathbf a^\top dW\,\mathbf b=\langle1,\mathbf a^\top dW\,\mathbf b\rangle$. Move both "
               r"factors to the other side: $\langle1,A\,dW\,B\rangle=\langle A^\top B^\top,dW\rangle$ with "
               r"$A=\mathbf a^\top$ and $B=\mathbf b$.",
               r"$(\mathbf a^\top)^\top\mathbf b^\top=\mathbf a\mathbf b^\top$, shape $3\times4$: "
               "`np.outer` makes it."),
        draw=lambda rng: {"W": rng.normal(size=(D, K)), "a": rng.normal(size=D), "b": rng.normal(size=K)},
        function="a @ W @ b",
        solution="np.outer(a, b)",
        keywords={"sizes": {"d": D, "k": K}},
        wrong=(
            Wrong("np.outer(b, a)", "transposed",
                  r"This is $\mathbf b\mathbf a^\top$, of shape $4\times3$: what "
                  r"stands before $dW$ in a trace, not yet transposed."),
            Wrong("np.outer(a, np.ones_like(b))", "missing chain factor",
                  r"Drops $\mathbf b$ and keeps the shape: every column is $\mathbf a$. Right only for "
                  r"$\mathbf b=\mathbf 1$."),
            Wrong("a[:, None] * W * b", "extra chain factor",
                  "These are the terms $a_iW_{ij}b_j$ of the sum, not yet differentiated."),
            Wrong("a @ W @ b", "shape", "This is $L$ itself, a number."),
        ),
        after="This gradient has rank one. Which $dW$ of length 1 raises $L$ fastest?",
    ),
    Exercise(
        number="2.5",
        title="Squared error with its constant",
        kind="gradient",
        prompt=r"$L(W)=\frac1{2m}\lVert XW-Y\rVert_F^2$ with $X\in\mathbb R^{5\times3}$, "
               r"$W\in\mathbb R^{3\times6}$, $Y\in\mathbb R^{5\times6}$, so $m=5$. Give $\nabla_WL$.",
        hints=(r"Put $R=XW-Y$ and write the first line $dL=\frac1m\langle R,dR\rangle$, constant included.",
               r"$dR=X\,dW$, and $\langle R,X\,dW\rangle=\langle X^\top R,dW\rangle$.",
               "In NumPy $m$ is `len(X)`."),
        draw=draw_wide,
        function="np.sum((X @ W - Y) ** 2) / (2 * len(X))",
        solution="X.T @ (X @ W - Y) / len(X)",
        keywords={"sizes": {"m": M, "d": D, "k": 6}},
        wrong=(
            Wrong("X.T @ (X @ W - Y)", "factor",
                  r"The gradient of $\frac12\lVert R\rVert_F^2$. Passes for $m=1$; for other $m$ it trains "
                  "as well, with a learning rate $m$ times larger than you think."),
            Wrong("X.T @ (Y - X @ W) / len(X)", "sign",
                  r"Target minus prediction. A step along $-\nabla L$ would climb."),
            Wrong("2 * X.T @ (X @ W - Y) / Y.size", "factor",
                  "The gradient of the library's mean over all $mk$ entries, off by $2/k$ here. It passes "
                  "for $k=2$."),
            Wrong("X.T @ (X @ W - Y) / (2 * len(X))", "factor",
                  r"The square gives a 2, and the $\frac12$ of the loss is there to meet it."),
            Wrong("-X.T @ Y / len(X)", "missing product-rule term",
                  r"The prediction has dropped out: this is the gradient at $W=0$, where the residual is "
                  r"$-Y$."),
            Wrong("X.T @ X @ W / len(X)", "missing product-rule term",
                  r"The target has dropped out of the residual $XW-Y$. Passes for $Y=0$."),
        ),
        after="For which number of outputs $k$ does a library's mean squared error have exactly this "
              "gradient?",
    ),
    Exercise(
        number="2.6",
        title="The bias",
        kind="gradient",
        prompt=r"$L(\mathbf b)=\frac1{2m}\lVert XW+\mathbf 1\mathbf b-Y\rVert_F^2$ with "
               r"$\mathbf b\in\mathbb R^{1\times4}$ (a row), $X\in\mathbb R^{5\times3}$, "
               r"$W\in\mathbb R^{3\times4}$, $Y\in\mathbb R^{5\times4}$. Give $\nabla_{\mathbf b}L$.",
        hints=(r"Every example uses the same $\mathbf b$: $dZ=\mathbf 1\,d\mathbf b$.",
               r"$\langle G,\mathbf 1\,d\mathbf b\rangle=\langle\mathbf 1^\top G,d\mathbf b\rangle$: add "
               "up over the examples.",
               r"`G.sum(axis=0, keepdims=True)` has the shape of $\mathbf b$. What is $G$ here?"),
        draw=draw_bias,
        function="np.sum((X @ W + b - Y) ** 2) / (2 * len(X))",
        solution="np.sum(X @ W + b - Y, axis=0, keepdims=True) / len(X)",
        keywords=LETTERS,
        wrong=(
            Wrong("(X @ W + b - Y) / len(X)", "not summed over the batch",
                  r"This is $G=\nabla_ZL$, one row for each example. The one bias serves them all; passes "
                  "for $m=1$."),
            Wrong("(X @ W + b - Y)[:1] / len(X)", "not summed over the batch",
                  "The first example alone; the other four use the same bias."),
            Wrong("(X @ W + b - Y)[0] / len(X)", "not summed over the batch",
                  "The first example alone, and as a list of four; the other examples use the same bias, a "
                  "row."),
            Wrong("(X @ W + b - Y)[:1]", "not summed over the batch",
                  r"The first row of the residual alone: add up all five and keep the $\frac1m$."),
            Wrong("np.sum(X @ W + b - Y, axis=1, keepdims=True) / len(X)", "wrong axis",
                  r"Adds over outputs instead of examples: $G\mathbf 1$ has five entries, the bias has "
                  "four."),
            Wrong("np.sum(X @ W + b - Y, axis=0, keepdims=True)", "factor",
                  r"The $\frac1m$ of the loss got lost. Averaging the rows of the residual would have kept "
                  "it."),
            Wrong("np.sum(X @ W - Y, axis=0, keepdims=True) / len(X)", "missing product-rule term",
                  r"The residual is $XW+\mathbf 1\mathbf b-Y$: $\mathbf b$ itself has dropped out. Passes "
                  r"for $\mathbf b=0$, where training starts."),
        ),
        after="Set it to zero: what does the best bias make of the column means of the residual?",
    ),
    Exercise(
        number="2.7",
        title="Weights as libraries store them",
        kind="gradient",
        prompt=r"""A library's linear layer keeps its weights as outputs × inputs:
$Z=XW^\top+\mathbf 1\mathbf b$ with
$W\in\mathbb R^{4\times3}$, $X\in\mathbb R^{5\times3}$, $\mathbf b\in\mathbb R^{1\times4}$. The loss is
$L=\frac1{2m}\lVert Z-Y\rVert_F^2$ with $m=5$. Give $\nabla_WL$.""",
        hints=(r"First $G=\nabla_ZL$, constant included. Then $dZ=X\,dW^\top$.",
               r"Move $X$ to the other side: "
               r"$\langle G,X\,dW^\top\rangle=\langle X^\top G,dW^\top\rangle$.",
               r"Transposing both sides changes no inner product: "
               r"$\langle X^\top G,dW^\top\rangle=\langle G^\top X,dW\rangle$."),
        draw=draw_library,
        function="np.sum((X @ W.T + b - Y) ** 2) / (2 * len(X))",
        solution=LIBRARY + "G.T @ X",
        keywords=LETTERS,
        wrong=(
            Wrong(LIBRARY + "X.T @ G", "transposed",
                  "The rule for $Z=XW$. Here the variable is its transpose, so the gradient is as well."),
            Wrong(LIBRARY + "G.T @ X / len(X)", "factor",
                  r"$G$ already holds the $\frac1m$; dividing twice is the usual way to lose a factor $m$."),
            Wrong("(X @ W.T - Y).T @ X / len(X)", "missing product-rule term",
                  r"The bias has dropped out of $Z=XW^\top+\mathbf 1\mathbf b$. It is no variable here, but "
                  "the residual contains it."),
            Wrong(LIBRARY.replace(" / len(X)", "") + "G.T @ X", "factor", r"The $\frac1m$ got lost."),
            Wrong("G = (Y - X @ W.T - b) / len(X)\nreturn G.T @ X", "sign",
                  "Target minus prediction."),
        ),
        after=r"Write down $\nabla_XL$ for this layer. Which of $W$, $W^\top$ stands in it?",
    ),
    Exercise(
        number="2.8",
        title="Factors on both sides",
        kind="gradient",
        prompt=r"$L(W)=\frac12\lVert AWB-Y\rVert_F^2$ with $A\in\mathbb R^{6\times3}$, "
               r"$W\in\mathbb R^{3\times4}$, $B\in\mathbb R^{4\times2}$, $Y\in\mathbb R^{6\times2}$. Give "
               r"$\nabla_WL$.",
        hints=(r"$dL=\langle R,A\,dW\,B\rangle$ with $R=AWB-Y$. Free $dW$ of its two neighbours.",
               r"A left factor crosses as $A^\top$ on the left: "
               r"$\langle R,A\,dW\,B\rangle=\langle A^\top R,dW\,B\rangle$.",
               r"A right factor crosses as $B^\top$ on the right: "
               r"$\langle R,A\,dW\,B\rangle=\langle A^\top RB^\top,dW\rangle$."),
        draw=draw_sandwich,
        function="np.sum((A @ W @ B - Y) ** 2) / 2",
        solution="A.T @ (A @ W @ B - Y) @ B.T",
        keywords={"sizes": {"d": D, "k": K}},
        wrong=(
            Wrong("B @ (A @ W @ B - Y).T @ A", "transposed",
                  r"This is $BR^\top A$, of shape $4\times3$: what stands before $dW$ in a trace, not yet "
                  r"transposed."),
            Wrong("A.T @ (A @ W @ B - Y)", "shape",
                  "Forgets the factor on the right. Passes for $B=I$."),
            Wrong("2 * A.T @ (A @ W @ B - Y) @ B.T", "factor",
                  r"The $\frac12$ of the loss has cancelled this 2."),
            Wrong("A.T @ A @ W @ B @ B.T", "missing product-rule term",
                  "The target has dropped out of the residual. Passes for $Y=0$."),
            Wrong("A.T @ (Y - A @ W @ B) @ B.T", "sign", "Target minus prediction."),
        ),
        after=r"Now let $A$ or $B$ move instead: $\nabla_AL$ and $\nabla_BL$ come the same way, by moving "
              "the other factors across.",
    ),
    Exercise(
        number="2.9",
        title="A weighted residual",
        kind="choice",
        prompt=r"""$L(W)=\frac12\operatorname{tr}(RMR^\top)$ with $R=XW-Y$ of shape $5\times4$ and a matrix
$M\in\mathbb R^{4\times4}$ between the outputs that is **not** symmetric. Which is $\nabla_WL$ for every such
$M$?""",
        hints=(r"$R$ occurs twice in $RMR^\top$: the differential has two terms.",
               r"$\operatorname{tr}(RMR^\top)=\langle RM,R\rangle$, so "
               r"$dL=\frac12\langle dR\,M,R\rangle+\frac12\langle RM,dR\rangle$. Move the $M$ of the first "
               "term across.",
               r"$dL=\frac12\langle RM^\top+RM,dR\rangle$ with $dR=X\,dW$. A quadratic form sees only the "
               r"symmetric part of its matrix, and for $M=I$ the answer must be $X^\top R$."),
        draw=draw_weighted,
        solution="X.T @ (X @ W - Y) @ (M + M.T) / 2",
        options={
            "a": Option(r"$X^\top RM$", False,
                        r"Right only for symmetric $M$: the term from the left $R$, $RM^\top$, was taken "
                        "to equal $RM$.", "X.T @ (X @ W - Y) @ M",
                        mistake="only for symmetric input"),
            "b": Option(r"$\frac12X^\top R(M+M^\top)$", True,
                        r"Both occurrences of $R$ give a term; for $M=I$ it is $X^\top R$ again.",
                        "X.T @ (X @ W - Y) @ (M + M.T) / 2"),
            "c": Option(r"$X^\top R(M+M^\top)$", False,
                        r"Twice too large: the $\frac12$ of the loss is still there. For $M=I$ it gives "
                        r"$2X^\top R$.", "X.T @ (X @ W - Y) @ (M + M.T)", mistake="factor"),
            "d": Option(r"$X^\top RM^\top$", False,
                        "The term from the left $R$, taken for both. The one from the right $R$ is $RM$; "
                        "the two agree only for symmetric $M$.",
                        "X.T @ (X @ W - Y) @ M.T", mistake="only for symmetric input"),
        },
        after=r"Draw a skew $M$, one with $M^\top=-M$. What is $L$ then, for every $W$?",
    ),
    Exercise(
        number="2.10",
        title="Logistic loss with weights",
        kind="gradient",
        prompt=r"""$L(\mathbf w)=\frac1m\sum_ic_i\big(\log(1+e^{z_i})-y_iz_i\big)$
with $\mathbf z=X\mathbf w$,
$X\in\mathbb R^{5\times3}$, labels $y_i\in[0,1]$ and given positive weights $\mathbf c\in\mathbb R^5$. Give
$\nabla_{\mathbf w}L$, of shape `(3,)`.""",
        hints=(r"First $G_i=\partial L/\partial z_i$: what is the slope of $\log(1+e^z)$?",
               r"$G=\frac1m\,\mathbf c\odot(\sigma(\mathbf z)-\mathbf y)$. The layer rule does the rest.",
               "`s = 1 / (1 + np.exp(-X @ w))`, and the weights multiply entry by entry."),
        draw=draw_logistic,
        function="z = X @ w\nreturn np.mean(c * (np.log(1 + np.exp(z)) - y * z))",
        solution=LOGISTIC + "X.T @ (c * (s - y)) / len(X)",
        keywords={"sizes": {"m": M, "d": D}},
        wrong=(
            Wrong(LOGISTIC + "X.T @ (s - y) / len(X)", "missing chain factor",
                  "The weights are left out: right only where all $c_i=1$."),
            Wrong(LOGISTIC + "X.T @ (c * s - y) / len(X)", "missing chain factor",
                  "The bracket is misplaced: the weights multiply the whole loss of an example, its label's "
                  "part as well."),
            Wrong("return X.T @ (c * (X @ w - y)) / len(X)", "missing chain factor",
                  "Takes the logit itself for the prediction, as in linear regression."),
            Wrong(LOGISTIC + "X.T @ (c * (s - y) * s * (1 - s)) / len(X)", "extra chain factor",
                  r"The slope $\sigma(1-\sigma)$ belongs to a squared error behind a sigmoid. In this loss "
                  "it has cancelled."),
            Wrong("return X.T @ (c * (np.exp(X @ w) - y)) / len(X)", "missing chain factor",
                  r"The slope of $\log(1+e^z)$ is $e^z/(1+e^z)$: the denominator is missing, so $e^z$ "
                  r"stands for $\sigma(z)$."),
            Wrong("s = 1 / (1 + np.exp(X @ w))\nreturn X.T @ (c * (s - y)) / len(X)", "sign",
                  r"The sign in the exponent: $\sigma(z)=1/(1+e^{-z})$; this is $\sigma(-z)$."),
            Wrong("s = 1 / 1 + np.exp(-X @ w)\nreturn X.T @ (c * (s - y)) / len(X)", "missing chain factor",
                  "`1 / 1 + np.exp(-z)` is $1+e^{-z}$: Python divides before it adds. Put brackets round the "
                  "denominator.", hint=3),
            Wrong(LOGISTIC + "c * (s - y) / len(X)", "shape",
                  r"This is $G=\nabla_{\mathbf z}L$, one number for each example; $X^\top G$ has one for "
                  "each weight.", hint=2),
            Wrong(LOGISTIC + "X.T @ (s - y) * c.mean() / len(X)", "unknown",
                  "The mean weight stands for all of them: each example has its own $c_i$.", hint=3),
            Wrong(LOGISTIC + "X.T @ (c * s) / len(X)", "missing product-rule term",
                  "The labels' part of the loss, $-y_iz_i$, was left out."),
            Wrong(LOGISTIC + "X.T @ (c * (y - s)) / len(X)", "sign", "Label minus prediction."),
            Wrong(LOGISTIC + "X.T @ (c * (s - y))", "factor",
                  r"The $\frac1m$ got lost."),
            Wrong(LOGISTIC + "X.T @ (c * (s - y)) / c.sum()", "factor",
                  r"Divided by $\sum_ic_i$: a weighted mean. This loss divides by the number of examples, "
                  r"$m$."),
        ),
        after="Double every $c_i$ and halve the learning rate. What changes in training?",
    ),
    Exercise(
        number="2.11",
        title="Through an activation",
        kind="gradient",
        prompt=r"$L(W)=\frac12\lVert T-Y\rVert_F^2$ with $T=\tanh(XW)$ entry by entry, "
               r"$X\in\mathbb R^{5\times3}$, $W\in\mathbb R^{3\times4}$, $Y\in\mathbb R^{5\times4}$. Give "
               r"$\nabla_WL$.",
        hints=(r"$dT=(1-T\odot T)\odot dZ$ with $Z=XW$.",
               r"An elementwise factor crosses the inner product unchanged: with $S=1-T\odot T$, "
               r"$\langle T-Y,S\odot dZ\rangle=\langle(T-Y)\odot S,dZ\rangle$.",
               r"What stands before $dZ$ is $G$; then $X^\top G$."),
        draw=draw_regression,
        function="np.sum((np.tanh(X @ W) - Y) ** 2) / 2",
        solution=TANH + "X.T @ ((T - Y) * (1 - T * T))",
        keywords=LETTERS,
        wrong=(
            Wrong(TANH + "X.T @ (T - Y)", "missing chain factor",
                  "Stops before the activation. Nearly right where all $Z$ are small, because "
                  r"$\tanh'(0)=1$."),
            Wrong(TANH + "X.T @ (1 - T * T)", "missing chain factor",
                  "The residual $T-Y$ is missing: the slope of the square, before that of tanh.", hint=2),
            Wrong(TANH + "X.T @ ((T - Y) * (1 - T))", "missing chain factor",
                  r"The slope of tanh is $1-T\odot T$; the square got lost."),
            Wrong(TANH + "X.T @ ((X @ W - Y) * (1 - T * T))", "missing chain factor",
                  r"The residual is $T-Y$: the output behind the activation, not $XW$ before it."),
            Wrong(TANH + "X.T @ (T * (1 - T * T))", "missing product-rule term",
                  "The target has dropped out of the residual $T-Y$. Passes for $Y=0$."),
            Wrong(TANH + "X.T @ ((Y - T) * (1 - T * T))", "sign", "Target minus output."),
            Wrong("Z = X @ W\nreturn X.T @ ((np.tanh(Z) - Y) * (1 - Z * Z))", "missing chain factor",
                  r"The slope formula $1-T\odot T$ wants $T$, the output, and was given $Z$."),
            Wrong(TANH + "X.T @ ((T - Y) * (1 - np.tanh(T) ** 2))", "missing chain factor",
                  "Takes the slope of tanh at $T$ instead of at $Z$: tanh was applied twice."),
        ),
        after="Which entries of $Z$ hardly teach $W$ anything, however wrong the output there is?",
    ),
    Exercise(
        number="2.12",
        title="A weight used twice",
        kind="gradient",
        prompt=r"""An autoencoder with tied weights codes by $XW$ and decodes by $W^\top$:
$L(W)=\frac12\lVert XWW^\top-X\rVert_F^2$ with $X\in\mathbb R^{5\times3}$,
$W\in\mathbb R^{3\times2}$. Give $\nabla_WL$.""",
        hints=(r"Product rule: $dR=X\,dW\,W^\top+XW\,dW^\top$ with $R=XWW^\top-X$. One term for each place "
               "where $W$ stands.",
               r"The first term is of the kind $A\,dW\,B$, the second of the kind $A\,dW^\top$.",
               r"First: $X^\top RW$. Second: $\langle R,XW\,dW^\top\rangle=\langle R^\top XW,dW\rangle$. "
               "Add them."),
        draw=draw_tied,
        function="np.sum((X @ W @ W.T - X) ** 2) / 2",
        solution=TIED + "X.T @ R @ W + R.T @ X @ W",
        keywords={"sizes": {"m": M, "d": D, "k": 2}},
        wrong=(
            Wrong(TIED + "X.T @ R @ W", "missing product-rule term",
                  r"Only the coding $W$ was moved; the decoding $W^\top$ was held fixed."),
            Wrong(TIED + "R.T @ X @ W", "missing product-rule term",
                  r"Only the decoding $W^\top$ was moved."),
            Wrong(TIED + "2 * X.T @ R @ W", "not symmetrised",
                  r"Takes the second term to equal the first. It would, if $X^\top R$ were symmetric."),
            Wrong(TIED + "2 * (X.T @ R + R.T @ X) @ W", "factor",
                  r"The $\frac12$ is still there."),
        ),
        after="For $W$ with orthonormal columns that span top right singular vectors of $X$ the gradient "
              "vanishes. Try it.",
    ),
    Exercise(
        number="2.13",
        title="Softmax regression, safe for any input",
        kind="code",
        name="softmax_loss_and_grad",
        prompt=r"""Write `softmax_loss_and_grad(X, W, Y)`, which returns the pair `loss, grad`: the mean
cross-entropy $L=-\frac1m\sum_{ic}Y_{ic}\log P_{ic}$ with $P=\operatorname{softmax}(XW)$ row by row, and
$\nabla_WL$, in one function that stands everything the chapter warned of: the entries of $Y$ are non-negative
but its rows need **not** sum to 1, and logits near $\pm1000$ give neither `nan` nor a wrong loss. Here
$X\in\mathbb R^{5\times3}$, $W\in\mathbb R^{3\times4}$, $Y\in\mathbb R^{5\times4}$.""",
        hints=(r"For one row the loss is $s\operatorname{lse}(\mathbf z)-\mathbf y^\top\mathbf z$ with "
               r"$s=\sum_cy_c$: $\log P$ is never taken.",
               "Subtract the row maximum first, with `keepdims=True`. It changes neither $P$ nor, as long "
               "as both parts of the loss use the same shifted $Z$, the loss.",
               r"$\nabla_ZL=\frac1m(\mathbf s\odot P-Y)$, where $\mathbf s$ is a column that multiplies "
               "the rows of $P$."),
        draw=draw_targets,
        judge=judge_softmax,
        solution="""Z = X @ W
Z = Z - Z.max(axis=1, keepdims=True)
E = np.exp(Z)
total = E.sum(axis=1, keepdims=True)
s = Y.sum(axis=1, keepdims=True)
loss = (np.sum(s * np.log(total)) - np.sum(Y * Z)) / len(X)
grad = X.T @ (s * E / total - Y) / len(X)
return loss, grad""",
        wrong=(
            Wrong(SOFTMAX + "return -np.sum(Y * np.log(P)) / len(X), X.T @ (P - Y) / len(X)",
                  "missing chain factor",
                  "$P-Y$ needs targets whose rows sum to 1; class weights, masks and soft labels break "
                  "that."),
            Wrong("""Z = X @ W
E = np.exp(Z - Z.max(axis=0))
P = E / E.sum(axis=0)
s = Y.sum(axis=1, keepdims=True)
return -np.sum(Y * np.log(P)) / len(X), X.T @ (s * P - Y) / len(X)""", "wrong axis",
                  "Normalises over examples instead of classes: now examples compete with one another."),
            Wrong("""Z = X @ W
E = np.exp(Z - Z.max(axis=1, keepdims=True))
P = E / E.sum(axis=1, keepdims=True)
s = Y.sum(axis=1, keepdims=True)
return -np.sum(Y * np.log(P)) / len(X), X.T @ (s * P - Y)""", "factor",
                  "A mean loss beside the gradient of the sum; passes for $m=1$."),
            Wrong("""Y = Y / Y.sum(axis=1, keepdims=True)
Z = X @ W
E = np.exp(Z - Z.max(axis=1, keepdims=True))
P = E / E.sum(axis=1, keepdims=True)
return -np.sum(Y * np.log(P)) / len(X), X.T @ (P - Y) / len(X)""", "missing chain factor",
                  "The targets were rescaled to rows that sum to 1. That is another loss: here an example "
                  "counts as much as its row of $Y$ sums to."),
            Wrong("""Z = X @ W
E = np.exp(Z - Z.max(axis=1, keepdims=True))
P = E / E.sum(axis=1, keepdims=True)
s = Y.sum(axis=1, keepdims=True)
return -np.sum(Y * np.log(P)) / len(X), X.T @ (P - s * Y) / len(X)""", "unknown",
                  r"The row sums stand at the wrong place: $\mathbf s\odot P-Y$. $P$ has rows that sum to 1 "
                  "and is to be weighted; $Y$ has its weight already.", hint=3),
            Wrong("""Z = X @ W
E = np.exp(Z - Z.max(axis=1, keepdims=True))
P = E / E.sum(axis=1, keepdims=True)
s = Y.sum(axis=1, keepdims=True)
return -np.sum(Y * np.log(P + 1e-9)) / len(X), X.T @ (s * P - Y) / len(X)""", "not finite",
                  r"Do not shift the logarithm: where $P$ is 0, $\log(P+10^{-9})$ is about $-21$ however "
                  r"wrong the prediction is. $\log P$ is $Z$ minus its log-sum-exp, without a logarithm "
                  "of $P$."),
            Wrong(SOFTMAX + """s = Y.sum(axis=1, keepdims=True)
return -np.sum(Y * np.log(P)) / len(X), X.T @ (s * P - Y) / len(X)""", "not finite",
                  "Right for small logits; `np.exp(1000)` is infinite and `inf / inf` is nan."),
        ),
        after="Add a row of zeros to $Y$ (a masked example). Which row of $G$ vanishes, and does it in "
              "`P - Y`?",
    ),
    Exercise(
        number="2.14",
        title="The Hessian of softmax regression",
        kind="jacobian",
        prompt=r"""Let the rows of $Y$ have any sums $s_i=\sum_cY_{ic}$ again, as in exercise 2.13. The
gradient $\nabla_WL=\frac1mX^\top(\mathbf s\odot P-Y)$ is itself a matrix that depends on
$W\in\mathbb R^{3\times4}$; row $i$ of $P=\operatorname{softmax}(XW)$ is multiplied by $s_i$. Give its
Jacobian $\partial\operatorname{vec}(\nabla_WL)/\partial\operatorname{vec}W$, column-major: the $12\times12$
Hessian of this loss. Here $X\in\mathbb R^{5\times3}$ and $Y\in\mathbb R^{5\times4}$.""",
        hints=(r"One example contributes $\frac1m\mathbf x(s\mathbf p-\mathbf y)^\top$, and "
               r"$\operatorname{vec}(\mathbf x\mathbf g^\top)=\mathbf g\otimes\mathbf x$.",
               r"$d\mathbf p=(\operatorname{diag}\mathbf p-\mathbf p\mathbf p^\top)\,d\mathbf z$ with "
               r"$d\mathbf z=dW^\top\mathbf x$. Neither $s$ nor $\mathbf y$ moves.",
               "`s * np.kron(np.diag(p) - np.outer(p, p), np.outer(x, x))` for each example, then the "
               "mean: the mean of products, not the product of means."),
        draw=draw_hessian,
        function="""E = np.exp(X @ W)
P = E / E.sum(axis=1, keepdims=True)
s = Y.sum(axis=1, keepdims=True)
return X.T @ (s * P - Y) / len(X)""",
        solution=softmax_hessian("s * (np.diag(p) - np.outer(p, p))", "np.outer(x, x)"),
        keywords=LETTERS,
        wrong=(
            Wrong(softmax_hessian("np.diag(p) - np.outer(p, p)", "np.outer(x, x)"), "missing chain factor",
                  "Every example counts the same here: right where all rows of $Y$ sum to 1."),
            Wrong(softmax_hessian("np.outer(x, x)", "s * (np.diag(p) - np.outer(p, p))"), "row-major vec",
                  "The factors are swapped. This is the same Hessian for a vec that stacks rows, as "
                  "NumPy's `reshape(-1)` and PyTorch do."),
            Wrong(softmax_hessian("s * np.diag(p)", "np.outer(x, x)"), "missing product-rule term",
                  r"The term $-\mathbf p\mathbf p^\top$ is missing: each $p_c$ has all the logits in its "
                  r"denominator."),
            Wrong(softmax_hessian("np.diag(p)", "np.outer(x, x)"), "missing product-rule term",
                  r"Two things are missing: the term $-\mathbf p\mathbf p^\top$, for each $p_c$ has all the "
                  "logits in its denominator, and the row sums $s_i$."),
            Wrong(softmax_hessian("s * (p - np.outer(p, p))", "np.outer(x, x)"), "unknown",
                  r"NumPy adds the vector $\mathbf p$ to every row. It belongs on the diagonal: "
                  "`np.diag(p)`.", hint=3),
            Wrong(softmax_hessian("s * (np.diag(p) + np.outer(p, p))", "np.outer(x, x)"), "sign",
                  r"The term $-\mathbf p\mathbf p^\top$ comes from the denominator, and so with a minus.",
                  hint=2),
            Wrong(softmax_hessian("s * (np.diag(p) - np.outer(p, p))", "np.outer(x, x)", m="1"), "factor",
                  r"The Hessian of the summed loss: the $\frac1m$ got lost."),
            Wrong(softmax_hessian("s * np.diag(p * (1 - p))", "np.outer(x, x)"), "only diagonal",
                  "Takes softmax for an elementwise function: right on the diagonal blocks, zero elsewhere."),
            Wrong(SOFTMAX + """C = np.zeros((4, 4))
for p, s in zip(P, Y.sum(axis=1)):
    C += s * (np.diag(p) - np.outer(p, p))
return np.kron(C / len(X), X.T @ X / len(X))""", "unknown",
                  "The product of two means. Each example has its own two factors: multiply them first, "
                  "then take the mean of the products."),
            Wrong(SOFTMAX + """q = P.mean(axis=0)
return np.kron(np.diag(q) - np.outer(q, q), X.T @ X / len(X))""", "unknown",
                  "Averages $P$ first. Each example has its own probabilities, its own $s_i$ and its own "
                  r"$\mathbf x\mathbf x^\top$: multiply them example by example, then take the mean."),
        ),
        after="Multiply the Hessian by `np.kron(np.ones(4), v)` for any `v` in three dimensions. It is "
              "zero: adding the same vector to all columns of $W$ changes no probability, so the data "
              "cannot tell such weights apart.",
    ),
)
