"""Exercises of chapter 18, across the book: read off, pull back, check, and layers of your own.

Sizes are pairwise different wherever a transpose or an axis could hide.
"""
import numpy as np

from ..check import Check
from . import Exercise, Option, Wrong


def draw_trace(rng):
    return {"X": rng.normal(size=(4, 3)), "B": rng.normal(size=(4, 2)), "C": rng.normal(size=(3, 2))}


def draw_einsum(rng):
    return {"Y": rng.normal(size=(3, 4)), "X": rng.normal(size=(6, 2, 3)), "G": rng.normal(size=(6, 2, 4))}


def draw_layer_norm(rng):
    return {"X": rng.normal(size=(5, 3)), "gamma": rng.uniform(0.5, 2, size=3) * (1, -1, 1),
            "G": rng.normal(size=(5, 3))}


def draw_rms(rng):
    return {"X": rng.normal(size=(5, 3)), "G": rng.normal(size=(5, 3))}


def draw_attention(rng):
    """Three queries, five keys, d = 4, values of two numbers."""
    return {"K": rng.normal(size=(5, 4)), "Q": rng.normal(size=(3, 4)), "V": rng.normal(size=(5, 2)),
            "G": rng.normal(size=(3, 2))}


def draw_three_uses(rng):
    return {"X": rng.normal(size=(5, 3)),
            **{f"W{name}": rng.normal(size=(3, k)) for name, k in (("q", 4), ("k", 4), ("v", 2))},
            **{f"{name}bar": rng.normal(size=(5, k)) for name, k in (("Q", 4), ("K", 4), ("V", 2))}}


def draw_argmin(rng):
    """A positive definite A, not near the identity, and a minimiser away from 0."""
    R = rng.normal(size=(3, 3))
    return {"theta": rng.uniform(1, 2, size=2), "A": R @ R.T / 2 + np.eye(3),
            "B": rng.uniform(1, 2, size=(3, 2))}


def draw_complex(rng):
    pair = lambda *shape: rng.normal(size=shape) + 1j * rng.normal(size=shape)
    return {"z": pair(3), "A": pair(4, 3), "b": pair(4)}


def exposes(kind):
    """test(rng): does an input of this kind tell 3 X² from the gradient 3 (X²)ᵀ of tr X³?"""
    def test(rng):
        X = rng.normal(size=(3, 3))
        X = {"identity": np.eye(3), "symmetric": X + X.T, "zero": 0 * X, "random": X}[kind]
        return not np.allclose(X @ X, (X @ X).T)
    return test


TRIES = 200  # directions, each with four questions


def judge_check(answer, rng):
    """Does `check` accept the gradients of tr X and tr X³, near 0 and far out, and refuse 3 X² for tr X³?"""
    X = np.array([[1.0, 2.0], [-1.0, 1.5]]) + 0.2 * rng.normal(size=(2, 2))
    cube = lambda X: np.trace(X @ X @ X)
    far = 1000 * X
    heard = np.array([[said(answer, np.trace, np.eye(2), X, rng), said(answer, cube, 3 * (X @ X).T, X, rng),
                       not said(answer, cube, 3 * X @ X, X, rng),
                       said(answer, cube, 3 * (far @ far).T, far, rng)] for _ in range(TRIES)])
    linear, right, refused, large = TRIES - heard.sum(axis=0)
    if linear or right:
        what = "tr X" if linear else "tr X³"
        return Check(False, "too noisy to decide", f"Your check refuses the right gradient of {what}, "
                                                   f"{linear or right} times of {TRIES}.")
    if refused:
        return Check(False, "this input cannot decide", "Your check accepts 3 X² for tr X³, a transposed "
                                                        f"gradient, {refused} times of {TRIES}.")
    if large:
        return Check(False, "too noisy to decide", "Your check refuses the right gradient where the "
            "entries of X are about 1000: scale h with X, and the tolerance with the slope.")
    return Check(True, None, f"In {TRIES} directions the right gradients passed and the transposed one did "
                             f"not.")


def said(answer, *arguments):
    """The verdict as True or False; raises TypeError for anything else."""
    verdict = answer(*arguments)
    if not isinstance(verdict, (bool, np.bool_)):
        raise TypeError(f"check must return True or False; it returned {type(verdict).__name__}")
    return bool(verdict)


# Functions under study, and beginnings that answers share.
LAYER = """
Xc = X - X.mean(axis=1, keepdims=True)
Y = gamma * Xc / np.sqrt(np.mean(Xc**2, axis=1, keepdims=True) + 1e-5)
return np.sum(G * Y)
"""
LN = """
Xc = X - X.mean(axis=1, keepdims=True)
s = np.sqrt(np.mean(Xc**2, axis=1, keepdims=True) + 1e-5)
Xh, H = Xc / s, gamma * G
mean = lambda A: A.mean(axis=1, keepdims=True)
return """
RMS = """
r = np.sqrt(np.mean(X**2, axis=1, keepdims=True))
Xh = X / r
mean = lambda A: A.mean(axis=1, keepdims=True)
return """
ATTENTION = """
S = Q @ K.T / 2
E = np.exp(S)
P = E / E.sum(axis=1, keepdims=True)
return np.sum(G * (P @ V))
"""
P = """
E = np.exp(Q @ K.T / 2)
P = E / E.sum(axis=1, keepdims=True)
Pbar = G @ V.T
"""
SBAR = P + "Sbar = P * (Pbar - (P * Pbar).sum(axis=1, keepdims=True))\nreturn "
MINIMISER = """
x = np.linalg.solve(A, B @ theta) / 2
for _ in range(30):
    slope = A @ x + x**3 - B @ theta
    x = x - np.linalg.solve(A + np.diag(3 * x**2), slope)
return """
CHECK = """
D = {D}
h = {h}
slope = {slope}
return abs(slope - np.sum(G * D)) <= 1e-6 * max(1, abs(slope))
"""
GAUSSIAN, STEP = "rng.normal(size=X.shape)", "6e-6 * max(1, np.abs(X).max())"
CENTRAL = "(f(X + h * D) - f(X - h * D)) / (2 * h)"

EXERCISES = (
    Exercise(
        number="18.1",
        title="Read it off",
        kind="gradient",
        prompt=r"""$f(X)=\operatorname{tr}(B^\top XC)$ with $B\in\mathbb R^{4\times2}$,
$X\in\mathbb R^{4\times3}$, $C\in\mathbb R^{3\times2}$. Give $\nabla_Xf$.""",
        hints=("The trace turns: bring $dX$ to the end.",
               r"$df=\operatorname{tr}(CB^\top dX)$, and the gradient is what stands before $dX$, "
               r"transposed."),
        draw=draw_trace,
        function="np.trace(B.T @ X @ C)",
        solution="B @ C.T",
        wrong=(
            Wrong("C @ B.T", "transposed", r"This is the factor $A$ of $\operatorname{tr}(A\,dX)$. The "
                  r"gradient is $A^\top$, in the shape of $X$.", hint=2),
            Wrong("2 * B @ C.T", "factor", "There is one $X$ in the product, so there is one term."),
            Wrong("-B @ C.T", "sign", "Nothing in a trace of products changes a sign."),
            Wrong("B @ C.T * X", "extra chain factor", r"$\langle BC^\top,X\rangle$ is the value $f$ entry "
                  r"by entry. The derivative of a linear function does not contain $X$."),
        ),
        after="Which step of the three stations did you need: write $df$, bring it to the form, read off?",
    ),
    Exercise(
        number="18.2",
        title="Exchange the letters",
        kind="gradient",
        prompt=r"""A layer computes `Z = np.einsum("bik,kj->bij", X, Y)` with $X$ of shape
`(6, 2, 3)`, $Y$ of shape `(3, 4)`. From $G=\bar Z$, shape `(6, 2, 4)`, give $\bar Y$, shape `(3, 4)`.""",
        hints=("Exchange the output with the operand: the letters of $Y$ come out, those of $Z$ go in.",
               "The letters $b$ and $i$ stand in $X$ and $G$ only, so they are summed.",
               '`np.einsum("bij,bik->kj", G, X)`.'),
        draw=draw_einsum,
        function='np.sum(G * np.einsum("bik,kj->bij", X, Y))',
        solution='np.einsum("bij,bik->kj", G, X)',
        wrong=(
            Wrong('np.einsum("bij,bik->jk", G, X)', "transposed", "The letters after the arrow are those "
                  "of $Y$, in the order of $Y$: `kj`.", hint=1),
            Wrong("G[0].T @ X[0]", "unknown",
                  "Only the first example of the batch, and transposed. $Y$ is used by all six.", hint=2),
            Wrong("X[0].T @ G[0]", "not summed over the batch", "Only the first example of the batch. $Y$ "
                  "is used by all six: add.", hint=2),
            Wrong('np.einsum("bij,blk->kj", G, X)', "wrong axis", "The rows are not matched: row $i$ of "
                  "$X$ made row $i$ of $Z$. With the letter $l$ every row meets every other.", hint=2),
            Wrong('np.einsum("bij,bik->kj", G, X) / 6', "factor", "A mean over the batch. $Y$ stands in "
                  "all six examples, and uses are added; a mean belongs to the loss, which has sent it in "
                  "$G$ already."),
            Wrong('np.einsum("bij,bik->bkj", G, X)', "not summed over the batch", "One gradient for each "
                  "example: the letter $b$ is not in $Y$, so it is summed away.", hint=2),
        ),
        after="Give $\\bar X$ the same way. Is any letter summed that stands in one operand only?",
    ),
    Exercise(
        number="18.3",
        title="Backwards through a softmax, by hand",
        kind="value",
        prompt=r"""With pencil. The weights are $\mathbf p=(\frac12,\frac14,\frac14)$ and the
gradient $\bar{\mathbf p}=(2,4,0)$ has arrived. Give $\bar{\mathbf s}\in\mathbb R^3$, the gradient at the
scores.""",
        hints=(r"First the average $\langle\mathbf p,\bar{\mathbf p}\rangle$.",
               r"The average is 2. Then $\bar s_i=p_i(\bar p_i-2)$; the three numbers sum to 0."),
        solution="np.array([0, 1 / 2, -1 / 2])",
        wrong=(
            Wrong("np.array([1, 1, 0])", "unknown", r"$\mathbf p\odot\bar{\mathbf p}$: the average was not "
                  r"taken off. All three scores raised alike change nothing, "
                  r"so the numbers must sum to 0.", hint=1),
            Wrong("np.array([1 / 2, 3 / 4, 0])", "unknown", r"$p_i(1-p_i)\bar p_i$: only the diagonal of "
                  r"the Jacobian, the slope of a sigmoid. Here the other weights move too.", hint=1),
            Wrong("np.array([0, -1 / 2, 1 / 2])", "sign", r"The average was taken off the wrong way round: "
                  r"$\bar p_i$ minus the average.", hint=2),
            Wrong("np.array([0, 2, -2])", "unknown", r"$\bar{\mathbf p}$ minus its average; each entry "
                  r"still has to be multiplied by its weight $p_i$.", hint=2),
        ),
        after="Which upstream gradients are lost altogether, whatever the weights are?",
    ),
    Exercise(
        number="18.4",
        title="Backwards through a layer norm, by hand",
        kind="value",
        prompt=r"""With pencil. One row $\mathbf x=(1,1,5,5)$, layer norm with $\epsilon=0$,
$\gamma=1$, $\beta=0$. The gradient $(4,0,0,0)$ has arrived. Give $\bar{\mathbf x}\in\mathbb R^4$.""",
        hints=(r"Mean 3, deviation $s=2$, $\hat{\mathbf x}=(-1,-1,1,1)$.",
               r"Two means: $\langle G\rangle=1$ and $\langle G\odot\hat{\mathbf x}\rangle=-1$."),
        solution="np.array([1, -1, 0, 0])",
        wrong=(
            Wrong("np.array([2, 0, 0, 0])", "unknown", "Mean and deviation were held. Both move with every "
                  "entry of the row.", hint=2),
            Wrong("np.array([3 / 2, -1 / 2, -1 / 2, -1 / 2])", "unknown", r"The mean moves here, the "
                  r"deviation is held: the term $\hat{\mathbf x}\langle G\odot\hat{\mathbf x}\rangle$ is "
                  r"missing.", hint=2),
            Wrong("np.array([2, -2, 0, 0])", "factor", r"The bracket is right; the factor "
                  r"$\frac1s=\frac12$ is missing.", hint=1),
            Wrong("np.array([2, 1, -1, -1])", "unknown", r"The sign of $\langle G\odot\hat{\mathbf "
                  r"x}\rangle=-1$ was lost, or the term was added instead of taken off.", hint=2),
        ),
        after="Multiply your answer by $(1,1,1,1)$ and by $\\hat{\\mathbf x}$. Why must both products be 0?",
    ),
    Exercise(
        number="18.5",
        title="Layer norm with its scale",
        kind="gradient",
        prompt=r"""$Y=\gamma\odot\hat X$ row by row, for $X\in\mathbb R^{5\times3}$ and
$\gamma\in\mathbb R^3$: each row has its mean taken off and is divided by
$s=\sqrt{\text{variance}+10^{-5}}$, the variance being the biased one. From $G=\bar Y$, shape $5\times3$,
give $\bar X$.""",
        hints=(r"First $H=\gamma\odot G$, the gradient at $\hat X$.",
               r"$\bar X=\frac1s[H-\langle H\rangle-\hat X\odot\langle H\odot\hat X\rangle]$, the means "
               r"along each row.",
               "`keepdims=True` keeps the means as columns, so that they meet the rows."),
        draw=draw_layer_norm,
        function=LAYER,
        solution=LN + "(H - mean(H) - Xh * mean(H * Xh)) / s",
        wrong=(
            Wrong(LN + "gamma * (G - mean(G) - Xh * mean(G * Xh)) / s", "missing product-rule term",
                  r"$\gamma$ stands in front of the bracket. It belongs inside the means: $H=\gamma\odot "
                  r"G$ arrives at $\hat X$. With all $\gamma$ equal, as at the start of a training, nobody "
                  r"notices.", hint=1),
            Wrong(LN + "H / s", "missing product-rule term",
                  "Mean and deviation were held. They move with every entry of their row.", hint=2),
            Wrong(LN + "(H - mean(H)) / s", "missing product-rule term",
                  "The mean moves, the deviation is held: one term is missing.", hint=2),
            Wrong(LN + "(H - 3 * mean(H) - 3 * Xh * mean(H * Xh)) / s", "factor",
                  "Sums in place of means: both terms are three times too large.", hint=2),
            Wrong(LN + "(H - H.mean(axis=0) - Xh * (H * Xh).mean(axis=0)) / s", "wrong axis",
                  "Means down the columns: that is batch norm's axis. Layer norm's statistics belong to a "
                  "row.", hint=2),
        ),
        after=r"$\bar\gamma$ sums $G\odot\hat X$ the other way, down the columns. Why?",
    ),
    Exercise(
        number="18.6",
        title="Which input tells?",
        kind="choice",
        prompt=r"""Someone offers $3X^2$ as the gradient of $\operatorname{tr}X^3$,
$X\in\mathbb R^{3\times3}$. Which single input exposes it?""",
        hints=("The true gradient is $3(X^2)^\\top$.", "At which of these inputs is $X^2$ not symmetric?"),
        solution='"d"',
        options={
            "a": Option("$X=I_3$", False, "$X^2=I$ is symmetric: both formulas say $3I$.",
                        test=exposes("identity")),
            "b": Option("a random symmetric $X$", False,
                        "The square of a symmetric matrix is symmetric: both agree.",
                        test=exposes("symmetric")),
            "c": Option("$X=0$", False, "Both formulas say 0.", test=exposes("zero")),
            "d": Option("a random square $X$", True, "$X^2$ is not symmetric, and the transpose shows.",
                        test=exposes("random")),
        },
        after="Is a random orthogonal $X$ good enough? And a random permutation matrix, $3\\times3$?",
    ),
    Exercise(
        number="18.7",
        title="The keys",
        kind="gradient",
        prompt=r"""$O=PV$ with $P=\operatorname{softmax}_{\text{rows}}\big(\frac12QK^\top\big)$,
$Q\in\mathbb R^{3\times4}$, $K\in\mathbb R^{5\times4}$, $V\in\mathbb R^{5\times2}$. From $G=\bar O$, shape
$3\times2$, give $\bar K$.""",
        hints=(r"Four stations: $\bar P=GV^\top$, then $\bar S$, then the two factors of $S$.",
               r"$\bar S=P\odot(\bar P-(P\odot\bar P)\mathbf 1\mathbf 1^\top)$: row sums, `axis=1`.",
               r"$\langle\bar S,\frac12Q\,dK^\top\rangle=\langle\frac12\bar S^\top Q,dK\rangle$."),
        draw=draw_attention,
        function=ATTENTION,
        solution=SBAR + "Sbar.T @ Q / 2",
        wrong=(
            Wrong(SBAR + "(Sbar.T @ Q / 2).T", "transposed",
                  r"$\bar K$ has the shape of $K$, $5\times4$.", hint=3),
            Wrong(SBAR + "Sbar.T @ Q", "factor", r"The scale $\frac1{\sqrt4}=\frac12$ belongs to the "
                  r"scores, so it returns on the way back.", hint=3),
            Wrong(P + "return (P * (1 - P) * Pbar).T @ Q / 2", "only diagonal", r"$P\odot(1-P)$ is the "
                  r"diagonal of the softmax's Jacobian. A score that rises lowers all other weights of its "
                  r"row.", hint=2),
            Wrong(P + "return (P * (Pbar - (P * Pbar).sum(axis=0))).T @ Q / 2", "wrong axis", "The average "
                  "belongs to a row: the weights of one query sum to 1.", hint=2),
            Wrong(P + "return (P * Pbar).T @ Q / 2", "missing product-rule term", "The average was not "
                  "taken off: the denominator of the softmax moves as well.", hint=2),
        ),
        after=r"Mask one key for all queries. Which rows of $\bar K$ and $\bar V$ become 0, and who saw to "
            r"that?",
    ),
    Exercise(
        number="18.8",
        title="Used three times",
        kind="gradient",
        prompt=r"""In self-attention one table serves three times: $Q=XW_q$, $K=XW_k$, $V=XW_v$
with $X\in\mathbb R^{5\times3}$, $W_q,W_k\in\mathbb R^{3\times4}$, $W_v\in\mathbb R^{3\times2}$. The
gradients $\bar Q$, $\bar K$, $\bar V$ have arrived. Give $\bar X$.""",
        hints=("Each use sends back a gradient of the shape of $X$.", r"One use: $\bar QW_q^\top$. All "
            r"uses: add."),
        draw=draw_three_uses,
        function="np.sum(Qbar * (X @ Wq)) + np.sum(Kbar * (X @ Wk)) + np.sum(Vbar * (X @ Wv))",
        solution="Qbar @ Wq.T + Kbar @ Wk.T + Vbar @ Wv.T",
        wrong=(
            Wrong("Qbar @ Wq.T", "missing product-rule term", "Only the queries. Keys and values are made "
                  "of the same $X$.", hint=2),
            Wrong("Qbar @ Wq.T + Kbar @ Wk.T", "missing product-rule term", "The values are missing: $X$ "
                  "is used a third time.", hint=2),
            Wrong("(Qbar @ Wq.T + Kbar @ Wk.T + Vbar @ Wv.T) / 3", "factor",
                  "Uses are added, not averaged.", hint=2),
            Wrong("Qbar @ Wq.T - Kbar @ Wk.T + Vbar @ Wv.T", "sign",
                  "All three uses enter with a plus.", hint=2),
        ),
        after="And a residual connection, $X$ added to the output? What does it add to $\\bar X$?",
    ),
    Exercise(
        number="18.9",
        title="A minimiser that moves",
        kind="jacobian",
        prompt=r"""$\mathbf x^\star(\boldsymbol\theta)$ minimises
$\frac12\mathbf x^\top A\mathbf x+\frac14\sum_ix_i^4-\mathbf x^\top B\boldsymbol\theta$ with
$A\in\mathbb R^{3\times3}$ symmetric positive definite, $B\in\mathbb R^{3\times2}$,
$\boldsymbol\theta\in\mathbb R^2$. Give its Jacobian by $\boldsymbol\theta$, shape $3\times2$.

`matdiff` has no minimiser; the stub's first lines are Newton's method, keep them.""",
        hints=(r"At the minimiser $A\mathbf x+\mathbf x^{\odot3}=B\boldsymbol\theta$. Differentiate this "
               r"equation.",
               r"$(A+3\operatorname{diag}(x_i^2))\,d\mathbf x=B\,d\boldsymbol\theta$."),
        draw=draw_argmin,
        function=MINIMISER + "x",
        solution=MINIMISER + "np.linalg.solve(A + np.diag(3 * x**2), B)",
        wrong=(
            Wrong(MINIMISER + "np.linalg.solve(A, B)", "missing product-rule term",
                  r"The quartic term also moves: $d(\mathbf x^{\odot3})=3\,\mathbf x^{\odot2}\odot "
                  r"d\mathbf x$.", hint=1),
            Wrong(MINIMISER + "-np.linalg.solve(A + np.diag(3 * x**2), B)", "sign",
                  r"The minus of $-(\nabla^2_{\mathbf{xx}}f)^{-1}\nabla^2_{\mathbf x\boldsymbol\theta}f$ "
                  r"meets $\nabla^2_{\mathbf x\boldsymbol\theta}f=-B$.", hint=2),
            Wrong(MINIMISER + "np.linalg.solve(A + 3 * x**2, B)", "unknown",
                  "Broadcasting has added $3x_j^2$ to every entry of column $j$. It belongs on the "
                  "diagonal: `np.diag`.",
                  hint=2),
            Wrong(MINIMISER + "np.linalg.solve(A + np.diag(x**2), B)", "unknown",
                  "The slope of $x^3$ is $3x^2$.", hint=2),
        ),
        after="No step of Newton's loop was differentiated. What would unrolling the loop have cost?",
    ),
    Exercise(
        number="18.10",
        title="Write your own check",
        kind="code",
        name="check",
        prompt=r"""Write `check(f, G, X, rng)`: draw one Gaussian direction $D$ of the shape of
$X$ from `rng`, compare the central difference of $f$ along $D$ with $\langle G,D\rangle$, and return
`True` or `False`. It has to accept the gradient of $\operatorname{tr}X^3$ every time, also where the
entries of $X$ are about 1000, and to refuse $3X^2$ every time.""",
        hints=(r"`D = rng.normal(size=X.shape)`, and $\langle G,D\rangle$ is `np.sum(G * D)`.",
               r"$h=6\cdot10^{-6}$, times the largest entry of $X$ where that is larger than 1.",
               r"Compare with a tolerance of $10^{-6}$ times $\max(1,\lvert\text{slope}\rvert)$."),
        solution=CHECK.format(D=GAUSSIAN, h=STEP, slope=CENTRAL),
        judge=judge_check,
        wrong=(
            Wrong(CHECK.format(D="rng.choice([-1.0, 1.0], size=X.shape)", h=STEP, slope=CENTRAL),
                  "this input cannot decide", r"With entries $\pm1$ the two errors of a transposed "
                      r"$2\times2$ gradient cancel whenever the two signs agree: half of the time. Draw "
                      r"from a Gaussian.", hint=1),
            Wrong(CHECK.format(D=GAUSSIAN, h="1e-12", slope=CENTRAL), "too noisy to decide",
                  "The step is too short: the difference keeps only a few digits of $f$.", hint=2),
            Wrong(CHECK.format(D=GAUSSIAN, h="1e-2", slope="(f(X + h * D) - f(X)) / h"), "too noisy to "
                  "decide",
                  "A forward difference is off by about $h$ times the second derivative. Step both ways, "
                  "and shorter.",
                  hint=2),
            Wrong(CHECK.format(D=GAUSSIAN, h="6e-6", slope=CENTRAL).replace(" * max(1, abs(slope))", ""),
                  "too noisy to decide", "An absolute tolerance refuses right gradients of large "
                      "functions: compare relative to the slope.", hint=3),
            Wrong(CHECK.format(D=GAUSSIAN, h=STEP, slope=CENTRAL).replace("<= 1e-6", "<= 10"),
                  "this input cannot decide", "With so wide a tolerance wrong gradients pass.", hint=3),
        ),
        after="Find an $f$ and a point where your check accepts nonsense. Think of $|x|$ at 0.",
    ),
    Exercise(
        number="18.11",
        title="Complex least squares",
        kind="value",
        prompt=r"""$f(\mathbf z)=\lVert A\mathbf z-\mathbf b\rVert^2$ with complex
$A\in\mathbb C^{4\times3}$, $\mathbf z\in\mathbb C^3$, $\mathbf b\in\mathbb C^4$. Give the direction of
steepest ascent $2\,\partial f/\partial\bar{\mathbf z}$, three complex numbers: real part, the gradient by
the real parts; imaginary part, that by the imaginary parts.""",
        hints=(r"$df=2\operatorname{Re}(\mathbf r^{\mathsf H}A\,d\mathbf z)$ with $\mathbf r=A\mathbf "
               r"z-\mathbf b$.",
               r"Bring it to the form $\operatorname{Re}(\mathbf g^{\mathsf H}d\mathbf z)$; in NumPy "
               r"`A.conj().T`."),
        draw=draw_complex,
        solution="2 * A.conj().T @ (A @ z - b)",
        wrong=(
            Wrong("2 * A.T @ (A @ z - b)", "unknown",
                  "The conjugate was forgotten: right for real $A$.", hint=2),
            Wrong("A.conj().T @ (A @ z - b)", "factor", r"This is $\partial f/\partial\bar{\mathbf z}$. "
                  r"Steepest ascent has length 2 times that, as in the real case.", hint=1),
            Wrong("(2 * A.conj().T @ (A @ z - b)).conj()", "unknown", r"The conjugate of the answer, "
                  r"$2\,\partial f/\partial\mathbf z$: it climbs by the real parts and descends by the "
                  r"imaginary ones.",
                  hint=2),
            Wrong("2 * A.T @ (A @ z - b).conj()", "unknown", r"$2\,\partial f/\partial\mathbf z$, the "
                  r"conjugate of the answer.", hint=2),
        ),
        after="Set the answer to zero. Which normal equations are these?",
    ),
    Exercise(
        number="18.12",
        title="A layer of your own: RMS norm",
        kind="gradient",
        prompt=r"""Many language models leave out the mean: each row $\mathbf x$ of
$X\in\mathbb R^{5\times3}$ is divided by $r=\sqrt{\frac1d\lVert\mathbf x\rVert^2}$, $d=3$. From $G$, shape
$5\times3$, give $\bar X$.""",
        hints=(r"$dr=\frac1{rd}\mathbf x^\top d\mathbf x$, and $\hat{\mathbf x}=\mathbf x/r$ is a quotient.",
               r"Layer norm's formula without the mean: $\frac1r[G-\hat X\odot\langle G\odot\hat X\rangle]$.",
               "The mean $\\langle\\cdot\\rangle$ is taken along each row, with `keepdims=True`."),
        draw=draw_rms,
        function="np.sum(G * X / np.sqrt(np.mean(X**2, axis=1, keepdims=True)))",
        solution=RMS + "(G - Xh * mean(G * Xh)) / r",
        wrong=(
            Wrong(RMS + "G / r", "missing product-rule term", "$r$ was held. It moves with every entry of "
                  "its row.",
                  hint=1),
            Wrong(RMS + "(G - mean(G) - Xh * mean(G * Xh)) / r", "unknown", "That is layer norm. Here no "
                  "mean is taken off, so none comes back.", hint=2),
            Wrong(RMS + "(G - X * mean(G * Xh)) / r", "unknown", r"$X$ for $\hat X$ in front of the mean: "
                  r"a factor $\frac1r$ is missing there.", hint=1),
            Wrong(RMS + "(G - Xh * (G * Xh).sum(axis=1, keepdims=True)) / r", "factor", r"A sum for the "
                  r"mean: the second term is three times too large. The $\frac1d$ comes from $dr$.", hint=1),
        ),
        after="Now take a layer of your own: derive, check, and write down the one place that confused you.",
    ),
)
