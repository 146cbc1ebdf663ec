"""Exercises of chapter 10: norms, their gradients and corners, ridge, weight decay, proximal maps.

Matrices are rectangular, of full rank and with distinct singular values, as random ones are: a formula that
needs a tie or a zero row is asked for separately.
"""
import numpy as np

from ..check import Check
from . import Exercise, Option, Wrong
from .judging import numbers


def draw_wide(rng):
    return {"X": rng.normal(size=(3, 5))}


def draw_small(rng):
    return {"X": rng.normal(size=(2, 3))}


def draw_sandwich(rng):
    return {"X": rng.normal(size=(2, 3)), "A": rng.normal(size=(4, 2)), "B": rng.normal(size=(3, 5)),
            "C": rng.normal(size=(4, 5))}


def draw_classes(rng):
    return {"W": rng.normal(size=(4, 3)), "X": rng.normal(size=(6, 4)),
            "Y": np.eye(3)[rng.integers(3, size=6)], "lam": float(rng.uniform(0.2, 0.9))}


def draw_step(rng):
    """Weights whose penalty turns the sign of at least one gradient."""
    w = rng.uniform(1, 2, size=5) * rng.choice([-1, 1], size=5)
    g = -np.sign(w) * rng.uniform(0.3, 2, size=5)
    g[1] = -0.1 * w[1]
    return {"w": w, "g": g, "eta": float(rng.uniform(0.05, 0.2)), "lam": float(rng.uniform(0.4, 0.8))}


def draw_ridge(rng):
    return {"lam": float(rng.uniform(0.2, 0.9)), "X": rng.normal(size=(7, 3)), "y": rng.normal(size=7)}


def draw_lasso(rng):
    """The entry of X'y that is largest in absolute value is negative."""
    X, y = rng.normal(size=(7, 4)), rng.normal(size=7)
    pulls = X.T @ y
    return {"X": X, "y": -y * np.sign(pulls[np.argmax(np.abs(pulls))])}


def judge_shrink(answer, rng):
    """The rows' proximal map: one row is long, one is shorter than tau, one is zero."""
    tau = float(rng.uniform(0.5, 0.9))  # below 1: a factor 1 - tau is not 0
    X = rng.normal(size=(4, 3))
    X = X / np.linalg.norm(X, axis=1, keepdims=True) * np.array([[3.0], [0.5], [0.0], [2.0]]) * tau
    with np.errstate(divide="ignore", invalid="ignore"):
        given = answer(X.copy(), tau)
    if given is None or np.shape(given) != X.shape:
        return Check(False, "shape", f"Return one matrix, the shape of `X`: {X.shape} here; this returned "
                                     f"{'nothing' if given is None else np.shape(given)}.")
    Z = np.asarray(given, float)
    if not np.isfinite(Z).all():
        return Check(False, "not finite", "A row of zeros came back as nan: 0/0. Divide by "
                                          "`np.maximum(length, tau)`, say: a row that is not longer than "
                                          "`tau` becomes zero anyway.")
    Z = numbers(Z, "`Z`")
    lengths = np.linalg.norm(X, axis=1, keepdims=True)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    right = X * np.maximum(1 - tau / np.maximum(lengths, tau), 0)
    if np.allclose(Z, right, rtol=1e-6, atol=1e-9):
        return Check(True, None, "Every row passes: a long one leaves the subgradient x/|x|, a short one is "
                                 "zero.")
    others = (
        (np.sign(X) * np.maximum(np.abs(X) - tau, 0), "elementwise product",
         "This lowers the entries, one by one: the proximal map of the sum of absolute values. Here a whole "
         "row is shortened and keeps its direction."),
        (X * np.maximum(1 - tau / np.maximum(np.linalg.norm(X, axis=0), tau), 0), "wrong axis",
         "The lengths are those of the columns: sum over `axis=1`, with `keepdims=True`."),
        (X * np.where(lengths > tau, 1.0, 0.0), "missing product-rule term",
         "Short rows are zero, as they should be, but long ones came back as they were. They are shorter by "
         "`tau`."),
        (X * np.where(lengths > 0, 1 - tau / np.where(lengths > 0, lengths, 1), 0), "sign",
         "A row shorter than `tau` came back reversed: the factor 1 - tau/length is negative there. Clamp it "
         "at 0."),
        (U * np.maximum(s - tau, 0) @ Vt, "only for orthogonal input",
         "This lowers the singular values: the proximal map of the nuclear norm. Here each row is shortened "
         "by itself."),
        (X * (1 - tau), "missing chain factor",
         "All rows were scaled by the same factor. The factor of a row is 1 - tau/length, with its own "
         "length."),
        (X / (1 + tau), "factor",
         "All rows were scaled by 1/(1 + tau): that belongs to the *squared* norm, which never makes a "
         "zero."),
    )
    for wrong, mistake, said in others:
        if np.allclose(Z, wrong, rtol=1e-6, atol=1e-9):
            return Check(False, mistake, said)
    worst = int(np.argmax(np.linalg.norm(Z - right, axis=1)))
    return Check(False, "unknown", f"Row {worst} of length {lengths[worst, 0]:.3g} should come back with "
                                   f"length {np.linalg.norm(right[worst]):.3g} for tau = {tau:.3g}; yours "
                                   f"has {np.linalg.norm(Z[worst]):.3g}.")


# Beginnings that answers share.
SVD = "U, s, Vt = np.linalg.svd(X, full_matrices=False)\nreturn "
P = "E = np.exp(X @ W)\nP = E / E.sum(axis=1, keepdims=True)\nreturn "
H = """m, d = X.shape
H = X.T @ X + m * lam * np.eye(d)
w = np.linalg.solve(H, X.T @ y)
return """
SIZE = "f = np.sqrt(np.sum(X**2))\nreturn "
LENGTHS = "lengths = np.sqrt((X**2).sum(axis=1, keepdims=True))\n"


EXERCISES = (
    Exercise(
        number="10.1",
        title="The norm, by hand",
        kind="value",
        prompt=r"""With pencil. Give the gradient of $\lVert X\rVert_F$ at

$$
X=\begin{bmatrix}1&2&0\\2&0&-4\end{bmatrix},
$$

a $2\times3$ table.""",
        hints=("The sum of the squares is a square itself.",
               r"$d\sqrt s=\frac{ds}{2\sqrt s}$ with $s=\lVert X\rVert_F^2=25$, and "
               r"$ds=\langle2X,dX\rangle$."),
        solution="np.array([[1.0, 2, 0], [2, 0, -4]]) / 5",
        wrong=(
            Wrong("np.array([[2.0, 4, 0], [4, 0, -8]])", "factor",
                  r"This is $2X$, the gradient of the *square*. The norm is its root, and the root adds the "
                  r"factor $\frac1{2\lVert X\rVert_F}$.", hint=2),
            Wrong("np.array([[1.0, 2, 0], [2, 0, -4]]) / 25", "factor",
                  r"Divided by $25$, the squared norm. The gradient of this norm has length 1.", hint=1),
            Wrong("np.array([[1.0, 1, 0], [1, 0, -1]])", "elementwise product",
                  r"These are the signs: the gradient of the sum of absolute values."),
            Wrong("np.array([[1.0, 2, 0], [2, 0, -4]]) / 10", "factor",
                  r"The root was differentiated, $\frac1{2\sqrt s}$, but $ds=2\langle X,dX\rangle$ brings a "
                  "2 that cancels.", hint=2),
        ),
        after="What is the length of your table? Of every such table?",
    ),
    Exercise(
        number="10.2",
        title="Least squares between two factors",
        kind="gradient",
        prompt=r"""$f(X)=\frac12\lVert AXB-C\rVert_F^2$ with $A\in\mathbb R^{4\times2}$,
$X\in\mathbb R^{2\times3}$, $B\in\mathbb R^{3\times5}$, $C\in\mathbb R^{4\times5}$. Give $\nabla_Xf$.""",
        hints=(r"With $R=AXB-C$: $df=\langle R,dR\rangle$ and $dR=A\,dX\,B$.",
               r"A left factor crosses the inner product as its transpose on the left, a right factor on the "
               "right."),
        draw=draw_sandwich,
        function="np.sum((A @ X @ B - C)**2) / 2",
        solution="A.T @ (A @ X @ B - C) @ B.T",
        wrong=(
            Wrong("2 * A.T @ (A @ X @ B - C) @ B.T", "factor",
                  r"Twice too much: the $\frac12$ before the norm cancels the 2 of the square."),
            Wrong("B @ (A @ X @ B - C).T @ A", "transposed",
                  "The right numbers, transposed: the gradient has the shape of $X$, $2\\times3$."),
            Wrong("A @ X @ B - C", "shape",
                  "This is the residual, the gradient at the output. The factors $A$ and $B$ have still to "
                  "be "
                  "crossed.", hint=2),
            Wrong("A.T @ (A @ X @ B) @ B.T", "missing product-rule term",
                  "$C$ was left out of the residual."),
        ),
        after=r"Where is it zero? Compare $A^\top AXBB^\top=A^\top CB^\top$ with the normal equations.",
    ),
    Exercise(
        number="10.3",
        title="The norm, cubed",
        kind="gradient",
        prompt=r"$f(X)=\lVert X\rVert_F^3$ with $X\in\mathbb R^{2\times3}$. Give $\nabla_Xf$.",
        hints=(r"Chain rule through $s=\lVert X\rVert_F$: $df=3s^2\,ds$.",
               r"$ds=\langle X/s,dX\rangle$. One power of $s$ cancels.",
               "A test: with $cX$ for $X$ the function grows by $c^3$, so the gradient by $c^2$."),
        draw=draw_small,
        function="np.sum(X**2)**1.5",
        solution=SIZE + "3 * f * X",
        wrong=(
            Wrong(SIZE + "3 * f**2 * X", "wrong normalisation",
                  r"$3s^2$ is the outer slope, but the inner one is $X/s$, not $X$: a power of the norm is "
                  r"too "
                  "much.", hint=2),
            Wrong("3 * np.abs(X) * X", "elementwise product",
                  "The rule for $|x|^3$, entry by entry. The norm binds all entries together."),
            Wrong(SIZE + "f * X", "factor", "The exponent has to come down as a factor.", hint=1),
            Wrong(SIZE + "3 * f**2", "shape",
                  "A number. The inner derivative, which has the shape of $X$, is missing.", hint=2),
        ),
        after=r"For which powers $p$ does $\lVert X\rVert_F^p$ have a gradient at $X=0$?",
    ),
    Exercise(
        number="10.4",
        title="Ridge with one weight",
        kind="value",
        prompt=r"""With pencil. $X=(1,1,1)^\top\in\mathbb R^{3\times1}$, $\mathbf y=(2,4,6)^\top$,
$\lambda=1$, one weight $w$ and the loss

$$
\frac1{2m}\lVert Xw-\mathbf y\rVert^2+\frac\lambda2w^2 .
$$

Which $w$ minimises it?""",
        hints=(r"$m=3$. Differentiate first, and multiply by $m$ only then.",
               r"$\frac13(3w-12)+w=0$."),
        solution="2.0",
        wrong=(
            Wrong("3.0", "unknown",
                  r"This is $\frac{12}{3+1}$: the shift $\lambda$ belongs to a loss without the mean. "
                  r"Multiplying the equation by $m$ multiplies $\lambda$ too.", hint=1),
            Wrong("3.6", "unknown",
                  r"This is $\frac{12}{3+\frac13}$: $\lambda$ was divided by $m$, where it has to be "
                  "multiplied.", hint=2),
            Wrong("4.0", "unknown", "Least squares: the penalty was not differentiated.", hint=2),
            Wrong("12 / 9", "unknown",
                  r"This is $\frac{12}{3+6}$: the penalty's slope was taken as $2\lambda w$. The $\frac12$ "
                  "cancels the 2.", hint=2),
        ),
        after="And for the same three rows, written down twice?",
    ),
    Exercise(
        number="10.5",
        title="The spectral norm's gradient",
        kind="choice",
        prompt=r"""$X\in\mathbb R^{3\times5}$ has $\sigma_1>\sigma_2$ and the thin decomposition
$U\operatorname{diag}(\boldsymbol\sigma)V^\top$. Which is the gradient of $\lVert X\rVert_2$?""",
        hints=(r"$\sigma_1=\mathbf u_1^\top X\mathbf v_1$. To first order only $X$ moves.",
               r"The gradient's nuclear norm must be 1, and $\langle G,X\rangle=\sigma_1$. Which options "
               r"pass "
               "both?"),
        draw=draw_wide,
        solution="U, s, Vt = np.linalg.svd(X)\nreturn np.outer(U[:, 0], Vt[0])",
        options={
            "a": Option(r"$UV^\top$", False,
                        "That moves all singular values: the gradient of their sum, the nuclear norm.",
                        "np.linalg.svd(X, full_matrices=False)[0] @ "
                        "np.linalg.svd(X, full_matrices=False)[2]"),
            "b": Option(r"$2\sigma_1\mathbf u_1\mathbf v_1^\top$", False,
                        r"The gradient of the square, $\lambda_{\max}(X^\top X)$: its root has one factor "
                        r"more.",
                        "2 * np.linalg.svd(X)[1][0] * np.outer(np.linalg.svd(X)[0][:, 0], "
                        "np.linalg.svd(X)[2][0])"),
            "c": Option(r"$\mathbf u_1\mathbf v_1^\top$", True,
                        r"$d\sigma_1=\mathbf u_1^\top dX\,\mathbf v_1=\langle\mathbf u_1\mathbf v_1^\top,"
                        r"dX\rangle$.",
                        "np.outer(np.linalg.svd(X)[0][:, 0], np.linalg.svd(X)[2][0])"),
            "d": Option(r"$\mathbf v_1\mathbf u_1^\top$", False,
                        r"That is $5\times3$: the gradient has the shape of $X$.",
                        "np.outer(np.linalg.svd(X)[2][0], np.linalg.svd(X)[0][:, 0])"),
        },
        after=r"`svd` may return $-\mathbf u_1$ and $-\mathbf v_1$ instead. Does the answer change?",
    ),
    Exercise(
        number="10.6",
        title="Lengths of rows",
        kind="gradient",
        prompt=r"""$f(X)=\sum_i\lVert\mathbf x_i\rVert_2$ over the rows $\mathbf x_i$ of
$X\in\mathbb R^{3\times5}$, none of them zero. Give $\nabla_Xf$.""",
        hints=("Rows do not talk to each other: each is in one term only.",
               r"The row $i$ of the gradient is $\mathbf x_i/\lVert\mathbf x_i\rVert$; `keepdims=True` keeps "
               "the lengths as a column."),
        draw=draw_wide,
        function="np.sqrt((X**2).sum(axis=1)).sum()",
        solution=LENGTHS + "return X / lengths",
        wrong=(
            Wrong("X / np.sqrt((X**2).sum(axis=0))", "wrong axis",
                  "Here the columns were normalised. A row's length sums over `axis=1`.", hint=2),
            Wrong("X / np.sqrt(np.sum(X**2))", "wrong axis",
                  "One length for all of $X$: the gradient of the Frobenius norm. Each row has its own.",
                  hint=1),
            Wrong("np.sign(X)", "elementwise product",
                  "The signs: right if every row had one entry only."),
            Wrong("2 * X", "missing chain factor",
                  "The gradient of the sum of the *squared* lengths. The root of each adds a factor.",
                  hint=2),
        ),
        after="What is the dual norm here, the one that is 1 for your gradient?",
    ),
    Exercise(
        number="10.7",
        title="The largest column",
        kind="gradient",
        prompt=r"""The induced 1-norm of $X\in\mathbb R^{3\times5}$ is the largest column sum of absolute
values, $f(X)=\max_j\sum_i|X_{ij}|$. Give $\nabla_Xf$ where one column alone is largest and no entry is
zero.""",
        hints=("A maximum moves only with the column that attains it; all others have gradient zero.",
               "In that column each entry counts with its sign. `j = np.argmax(np.abs(X).sum(axis=0))`."),
        draw=draw_wide,
        function="np.abs(X).sum(axis=0).max()",
        solution="G = np.zeros(X.shape)\nj = np.argmax(np.abs(X).sum(axis=0))\nG[:, j] = np.sign(X[:, j])\n"
                 "return G",
        wrong=(
            Wrong("np.sign(X)", "extra chain factor",
                  "All columns: the gradient of the sum over all entries. Only the largest column moves the "
                  "maximum.", hint=1),
            Wrong("G = np.zeros(X.shape)\ni = np.argmax(np.abs(X).sum(axis=1))\nG[i] = np.sign(X[i])\n"
                  "return G", "wrong axis", "The largest *row*: the induced norm for the largest entry of a "
                  "vector."),
            Wrong("G = np.zeros(X.shape)\nG[:, np.argmax(np.abs(X).sum(axis=0))] = 1\nreturn G",
                  "missing chain factor",
                  "The right column; an entry that is negative counts with a minus.", hint=2),
            Wrong("np.sign(X) * (np.abs(X) == np.abs(X).max())", "one entry",
                  "Only the largest entry. The norm is the largest *sum* of a column."),
        ),
        after="Make two columns equally large. What are the slopes if one of them grows, and if it shrinks?",
    ),
    Exercise(
        number="10.8",
        title="The nuclear norm",
        kind="gradient",
        prompt=r"$f(X)=\lVert X\rVert_*$, the sum of the singular values of $X\in\mathbb R^{3\times5}$, of "
               r"rank 3. Give $\nabla_Xf$.",
        hints=(r"$d\sigma_i=\mathbf u_i^\top dX\,\mathbf v_i$. Add them up.",
               r"$\sum_i\mathbf u_i\mathbf v_i^\top=UV^\top$, from the thin decomposition.",
               "`U, s, Vt = np.linalg.svd(X, full_matrices=False)`: the third is $V^\\top$ already."),
        draw=draw_wide,
        function="np.linalg.svd(X, compute_uv=False).sum()",
        solution=SVD + "U @ Vt",
        wrong=(
            Wrong(SVD + "np.outer(U[:, 0], Vt[0])", "unknown",
                  "The first direction only: the gradient of the spectral norm. All three singular values "
                  "are "
                  "in the sum.", hint=1),
            Wrong(SVD + "(U @ Vt).T", "transposed",
                  "The right numbers, transposed: the gradient has the shape of $X$."),
            Wrong("X / np.sqrt(np.sum(X**2))", "unknown",
                  "The gradient of the Frobenius norm, which keeps the proportions of the singular values. "
                  "Here "
                  "all directions count alike.", hint=2),
            Wrong(SVD + "U * s @ Vt", "only for orthogonal input",
                  "All of the decomposition was put back: this is $X$. Each singular value has slope 1, so "
                  "the "
                  r"middle factor is $I$.", hint=2),
        ),
        after=r"Compute $(XX^\top)^{-1/2}X$. Why is it the same matrix?",
    ),
    Exercise(
        number="10.9",
        title="Cross-entropy with a penalty",
        kind="gradient",
        prompt=r"""A batch of $m=6$ rows $X\in\mathbb R^{6\times4}$, weights $W\in\mathbb R^{4\times3}$,
targets $Y\in\mathbb R^{6\times3}$ (one-hot), $P$ the softmax of the rows of $XW$, and

$$
f(W)=-\frac1m\langle Y,\log P\rangle+\frac\lambda2\lVert W\rVert_F^2 .
$$

Give $\nabla_Wf$ (`lam` in code).""",
        hints=("Two terms, two constants: the penalty does not see the batch.",
               r"The gradient at the logits is $\frac1m(P-Y)$; the layer brings $X^\top$."),
        draw=draw_classes,
        function="""Z = X @ W
log_P = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
return -np.sum(Y * log_P) / len(X) + lam / 2 * np.sum(W**2)""",
        solution=P + "X.T @ (P - Y) / len(X) + lam * W",
        keywords={"sizes": {"m": 6}},
        wrong=(
            Wrong(P + "X.T @ (P - Y) / len(X) + 2 * lam * W", "factor",
                  r"The penalty's part is twice too large: $\frac\lambda2$ stands before the norm, and the "
                  "half cancels the 2.", hint=1),
            Wrong(P + "X.T @ (P - Y) + lam * W", "factor",
                  r"The data term's $\frac1m$ is missing; the penalty's part is right.", hint=1),
            Wrong(P + "X.T @ (P - Y) / len(X)", "missing product-rule term",
                  "The penalty was left out. An optimiser may add it, but then it is not in this gradient.",
                  hint=1),
            Wrong(P + "(X.T @ (P - Y) + lam * W) / len(X)", "factor",
                  r"The penalty was averaged over the batch too. It stands outside of the mean.", hint=1),
            Wrong(P + "X.T @ (P - Y) / len(X) - lam * W", "sign",
                  "The penalty's part has the wrong sign: decay is what the *step* does, with the minus of "
                  "the step."),
        ),
        after="A library sums over the batch and keeps the same `lam`. Is its penalty stronger or weaker?",
    ),
    Exercise(
        number="10.10",
        title="AdamW, first step",
        kind="value",
        prompt=r"""Give the weights after the *first* step of AdamW from $\mathbf w\in\mathbb R^5$, where
the data term has the gradient $\mathbf g$; step size $\eta$, decay $\lambda$ (`eta`, `lam`), and
$\varepsilon=0$. No entry of $\mathbf g$ is zero.""",
        hints=(r"In the first step $\hat{\mathbf m}=\mathbf g$ and $\hat{\mathbf v}=\mathbf g^2$, entry by "
               "entry. What is left of the quotient?",
               r"The decay stands beside the step: $(1-\eta\lambda)\mathbf w$ minus $\eta$ times the signs."),
        draw=draw_step,
        solution="(1 - eta * lam) * w - eta * np.sign(g)",
        wrong=(
            Wrong("w - eta * np.sign(g + lam * w)", "missing product-rule term",
                  "Adam with the penalty in the loss: the decay went through the division, and only signs "
                  "are "
                  "left of it.", hint=2),
            Wrong("(1 - eta * lam) * w - eta * g", "missing chain factor",
                  "The decay is right. Adam divides the step by the root of the mean square: of $g$ its sign "
                  "is left.", hint=1),
            Wrong("(1 - lam) * w - eta * np.sign(g)", "missing chain factor",
                  r"The step is right. The decay is multiplied by the step size: $1-\eta\lambda$.", hint=2),
            Wrong("w - eta * np.sign(g)", "missing product-rule term",
                  "Adam without any decay.", hint=2),
        ),
        after=r"Multiply the data term by 1000. Which of AdamW, Adam with a penalty and SGD notice?",
    ),
    Exercise(
        number="10.11",
        title="How ridge moves",
        kind="differential",
        prompt=r"""$\mathbf w(\lambda)\in\mathbb R^3$ minimises
$\frac1{2m}\lVert X\mathbf w-\mathbf y\rVert^2+\frac\lambda2\lVert\mathbf w\rVert^2$ with
$X\in\mathbb R^{7\times3}$, $m=7$. Give $d\mathbf w$ for a change `dlam` of $\lambda$ (`lam`).""",
        hints=("Differentiate the normal equations, not the inverse.",
               r"$(X^\top X+m\lambda I)\mathbf w=X^\top\mathbf y$: on the left both factors move.",
               r"$m\,d\lambda\,\mathbf w+(X^\top X+m\lambda I)\,d\mathbf w=\mathbf 0$."),
        draw=draw_ridge,
        function="m, d = X.shape\nreturn np.linalg.solve(X.T @ X + m * lam * np.eye(d), X.T @ y)",
        solution=H + "-m * np.linalg.solve(H, w) * dlam",
        keywords={"sizes": {"m": 7}},
        wrong=(
            Wrong(H + "-np.linalg.solve(H, w) * dlam", "factor",
                  r"The inner derivative of $m\lambda$ is missing.", hint=3),
            Wrong(H + "m * np.linalg.solve(H, w) * dlam", "sign",
                  "A larger penalty makes the weights shorter, not longer.", hint=3),
            Wrong(H + "-m * w * dlam", "missing chain factor",
                  r"The equation was not solved for $d\mathbf w$: one inverse is missing.", hint=3),
            Wrong(H + "-m * np.linalg.solve(H, w)", "not linear in dX",
                  "The rate is right; a differential is the rate times the change, `dlam`."),
        ),
        after=r"Show that $\frac{d}{d\lambda}\lVert\mathbf w\rVert^2<0$ unless $\mathbf w=\mathbf 0$.",
    ),
    Exercise(
        number="10.12",
        title="Shrink the rows",
        kind="code",
        name="shrink_rows",
        prompt=r"""Write `shrink_rows(X, tau)`, the proximal map of the group norm: the $Z$ that minimises

$$
\tfrac12\lVert Z-X\rVert_F^2+\tau\sum_i\lVert\mathbf z_i\rVert_2
$$

over matrices with the rows $\mathbf z_i$. Rows of $X$ may be zero; $\tau>0$.""",
        hints=("Each row stands alone. A row of $Z$ points the same way as that of $X$; only its length "
               "changes.",
               r"For one row: $\frac{\mathbf x-\mathbf z}\tau=\frac{\mathbf z}{\lVert\mathbf z\rVert}$ if "
               r"$\mathbf z\ne0$, and $\lVert\mathbf x\rVert\le\tau$ if $\mathbf z=0$.",
               r"The factor of a row is $\max(0,1-\tau/\lVert\mathbf x\rVert)$. Mind $0/0$."),
        judge=judge_shrink,
        draw=lambda rng: {"X": rng.normal(size=(4, 3)), "tau": 0.9},
        solution=LENGTHS + "return X * np.maximum(1 - tau / np.maximum(lengths, tau), 0)",
        wrong=(
            Wrong("np.sign(X) * np.maximum(np.abs(X) - tau, 0)", "elementwise product",
                  "Entries were lowered one by one; a whole row keeps its direction.", hint=1),
            Wrong(LENGTHS + "L = np.where(lengths > 0, lengths, tau)\nreturn X * (1 - tau / L)",
                  "sign", "Rows shorter than $\\tau$ were turned round.", hint=3),
            Wrong(LENGTHS + "return X * (lengths > tau)", "missing product-rule term",
                  "Long rows have to become shorter by $\\tau$.", hint=2),
            Wrong("X / (1 + tau)", "factor", "That is the proximal map of the squared norm.", hint=2),
            Wrong(SVD + "U * np.maximum(s - tau, 0) @ Vt", "only for orthogonal input",
                  "The singular values were lowered: the nuclear norm's map, right only where the rows "
                  "stand at right angles to each other.", hint=1),
            Wrong(LENGTHS + "return X / lengths * np.maximum(lengths - tau, 0)", "not finite",
                  r"A zero row gives $0/0$.", hint=3),
            Wrong("lengths = np.sqrt((X**2).sum(axis=0))\n"
                  "return X * np.maximum(1 - tau / np.maximum(lengths, tau), 0)", "wrong axis",
                  "These are the lengths of the columns."),
        ),
        after="Use it in proximal gradient steps for a regression with several outputs: whole features drop "
              "out.",
    ),
    Exercise(
        number="10.13",
        title="A smooth stand-in for the rank",
        kind="gradient",
        prompt=r"""$f(X)=\lVert X\rVert_*/\lVert X\rVert_F$ lies between $1$, at rank one, and $\sqrt3$ for
$X\in\mathbb R^{3\times5}$. Give $\nabla_Xf$ at full rank.""",
        hints=("Quotient rule, with the two gradients of this chapter.",
               r"$\nabla\lVert X\rVert_*=UV^\top$, $\nabla\lVert X\rVert_F=X/\lVert X\rVert_F$.",
               r"A test: $f(cX)=f(X)$, so $\langle\nabla f,X\rangle=0$."),
        draw=draw_wide,
        function="np.linalg.svd(X, compute_uv=False).sum() / np.sqrt(np.sum(X**2))",
        solution="U, s, Vt = np.linalg.svd(X, full_matrices=False)\nf = np.sqrt(np.sum(X**2))\n"
                 "return U @ Vt / f - s.sum() / f**3 * X",
        wrong=(
            Wrong("U, s, Vt = np.linalg.svd(X, full_matrices=False)\nreturn U @ Vt / np.sqrt(np.sum(X**2))",
                  "missing product-rule term",
                  "The norm below was held. It moves with $X$ as well.", hint=1),
            Wrong("U, s, Vt = np.linalg.svd(X, full_matrices=False)\nf = np.sqrt(np.sum(X**2))\n"
                  "return U @ Vt / f + s.sum() / f**3 * X", "sign",
                  "The second term of a quotient has a minus.", hint=1),
            Wrong("U, s, Vt = np.linalg.svd(X, full_matrices=False)\nf = np.sqrt(np.sum(X**2))\n"
                  "return U @ Vt / f - s.sum() / f**2 * X", "unknown",
                  r"In the second term the inner derivative $X/\lVert X\rVert_F$ brings one more power "
                  r"below: "
                  r"$\lVert X\rVert_F^3$.", hint=2),
            Wrong("U, s, Vt = np.linalg.svd(X, full_matrices=False)\nf = np.sqrt(np.sum(X**2))\n"
                  "return U @ Vt / f - 2 * s.sum() / f**3 * X", "factor",
                  r"The second term is twice too large: $\nabla\lVert X\rVert_F=X/\lVert X\rVert_F$, "
                  r"without a 2.",
                  hint=2),
        ),
        after="Follow the negative gradient for a while. What becomes of the singular values?",
    ),
    Exercise(
        number="10.14",
        title="When the lasso gives up",
        kind="value",
        prompt=r"""Give the smallest $\lambda$ for which $\mathbf w=\mathbf 0$ minimises

$$
\frac1{2m}\lVert X\mathbf w-\mathbf y\rVert^2+\lambda\sum_j|w_j|,
$$

for the $X\in\mathbb R^{7\times4}$ and $\mathbf y\in\mathbb R^7$ that are handed in, $m=7$.""",
        hints=(r"At $\mathbf w=\mathbf 0$ zero must be a subgradient of the whole.",
               r"The data term's gradient there is $-\frac1mX^\top\mathbf y$; the penalty offers every "
               r"vector "
               r"whose entries lie between $-\lambda$ and $\lambda$."),
        draw=draw_lasso,
        solution="np.abs(X.T @ y).max() / len(y)",
        wrong=(
            Wrong("np.abs(X.T @ y).max()", "factor", r"The mean's $\frac1m$ is missing.", hint=2),
            Wrong("(X.T @ y).max() / len(y)", "unknown",
                  "The absolute value is missing: a strong negative pull makes a weight negative.", hint=2),
            Wrong("np.linalg.norm(X.T @ y) / len(y)", "unknown",
                  "The Euclidean length. The dual of the sum of absolute values is the largest absolute "
                  "value: the weight that is pulled hardest wakes up first.", hint=2),
            Wrong("np.abs(X.T @ y).sum() / len(y)", "unknown",
                  "The sum of all pulls. Each weight has its own corner: the largest pull decides.", hint=2),
        ),
        after="Which weight wakes up first when the penalty falls below that value, and with which sign?",
    ),
    Exercise(
        number="10.15",
        title="Slopes at a tie",
        kind="value",
        prompt=r"""Both singular values of $X\in\mathbb R^{3\times2}$ are $3$:

$$
X=\begin{bmatrix}3&0\\0&3\\0&0\end{bmatrix},\qquad
H=\begin{bmatrix}2&1\\5&2\\4&-7\end{bmatrix}.
$$

Give the slopes of $\lVert X+tH\rVert_2$ at $t=0$, first to the right, then to the left, as an array of
two numbers (each the limit of $\frac{\lVert X+tH\rVert_2-3}t$).""",
        hints=(r"$U^\top HV$ is the upper block of $H$. The third row does not count: it stands at right "
               "angles to the columns of $X$.",
               "Symmetrise the block before you take eigenvalues.",
               r"To the right the largest eigenvalue of $\begin{bmatrix}2&3\\3&2\end{bmatrix}$, to the left "
               "the smallest."),
        solution="np.array([5.0, -1.0])",
        wrong=(
            Wrong("np.array([2.0, 2.0])", "unknown",
                  r"$\mathbf u_1^\top H\mathbf v_1$ for the basis that happens to be there. At a tie any "
                  r"pair "
                  "of the subspace may be the first: take the best.", hint=1),
            Wrong("np.linalg.svd(np.array([[2.0, 1], [5, 2]]))[1]", "unknown",
                  "Singular values of the block. It has to be symmetrised, and its *eigenvalues* count: a "
                  "skew part only turns the vectors.", hint=2),
            Wrong("np.linalg.eigvals(np.array([[2.0, 1], [5, 2]]))", "unknown",
                  "Eigenvalues of the block as it stands. Symmetrise it first.", hint=2),
            Wrong("np.array([5.0, 5.0])", "unknown",
                  "Right to the right. To the left, $t<0$, the larger value belongs to the *smallest* "
                  "eigenvalue.", hint=3),
            Wrong("np.array([-1.0, 5.0])", "wrong order",
                  "The two numbers are right; first comes the slope to the right, where the norm is larger "
                  "by the largest eigenvalue.", hint=3),
            Wrong("np.array([5.0, 1.0])", "sign",
                  "Two-sided: the second is the limit of the quotient with negative $t$, which is the "
                  "smallest eigenvalue itself.", hint=3),
        ),
        after=r"Is there an $H\ne0$ for which both slopes agree? What has to be true of its block?",
    ),
)
