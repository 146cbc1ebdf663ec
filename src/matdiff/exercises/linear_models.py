"""Exercises of chapter 16: least squares and its neighbours, leverage, logistic and Poisson regression.

Tables have singular values between 0.7 and 2, so that no direction is weak and wrong terms are never small.
"""
import numpy as np

from ..check import Check
from . import Exercise, Option, Wrong
from .judging import numbers


def draw_table(rng, m=7, d=3):
    """A table of m examples with d features, far from losing rank."""
    left, right = np.linalg.qr(rng.normal(size=(m, d)))[0], np.linalg.qr(rng.normal(size=(d, d)))[0]
    return left @ np.diag(rng.uniform(0.7, 2, size=d)) @ right


def draw_fit(rng):
    return {"X": draw_table(rng), "y": rng.normal(size=7)}


def draw_outputs(rng):
    return {"W": rng.normal(size=(3, 4)), "X": draw_table(rng), "Y": rng.normal(size=(7, 4))}


def draw_smooth(rng):
    return {"w": rng.normal(size=4), "X": draw_table(rng, 7, 4), "y": rng.normal(size=7),
            "D": rng.normal(size=(3, 4)), "lam": float(rng.uniform(0.3, 0.9))}


def draw_weighted(rng):
    """The targets first: they are what moves."""
    return {"y": rng.normal(size=7), "X": draw_table(rng), "s": rng.uniform(0.5, 2, size=7)}


def draw_labels(rng):
    return {"w": rng.normal(size=3), "X": 2 * draw_table(rng), "y": rng.permutation([0.0, 1, 0, 1, 1, 0, 1])}


def draw_counts(rng):
    return {"w": rng.normal(size=3), "X": draw_table(rng), "y": rng.integers(0, 6, size=7).astype(float),
            "o": rng.normal(size=7)}


def ridge_by(X, y, shift):
    return np.linalg.solve(X.T @ X + shift * np.eye(X.shape[1]), X.T @ y)


def judge_ridge(answer, rng):
    """A wide and a tall table: the value, and that no system larger than min(m, d) was solved."""
    for m, d in ((4, 9), (9, 4)):
        X, y, lam = rng.normal(size=(m, d)), rng.normal(size=m), float(rng.uniform(0.3, 0.9))
        place = f"For a table with {m} examples and {d} features"
        with largest_system() as solved:
            w = numbers(answer(X.copy(), y.copy(), lam), "`w`")
        if w.shape != (d,):
            return Check(False, "shape", f"{place} there are {d} weights, shape ({d},); this has shape "
                                         f"{w.shape}.")
        right = ridge_by(X, y, m * lam)
        if not np.allclose(w, right, rtol=1e-6, atol=1e-9):
            shifts = ((lam, "the shift is $\\lambda$: right for a loss that sums"),
                      (d * lam, "the shift is $d\\lambda$, with the number of features"),
                      (2 * m * lam, "the shift is $2m\\lambda$"), (lam / m, "the shift is $\\lambda/m$"))
            for shift, what in shifts:
                if np.allclose(w, ridge_by(X, y, shift), rtol=1e-6, atol=1e-9):
                    return Check(False, "factor", f"{place} {what}. With $\\frac1{{2m}}$ before the squares "
                                                  "it is $m\\lambda$, $m$ the number of examples.")
            return Check(False, "unknown", f"{place} the gradient of the loss does not vanish at your `w`.")
        if max(solved, default=0) > min(m, d):
            return Check(False, "unknown", f"{place} the weights are right, but a system with {max(solved)} "
                                           f"equations was solved where {min(m, d)} are enough.")
    return Check(True, None, "Both tables: the gradient vanishes, and no system was larger than min(m, d).")


class largest_system:
    """The sizes of the systems that `np.linalg.solve` and `np.linalg.inv` get while this is open."""

    def __enter__(self):
        self.kept, sizes = (np.linalg.solve, np.linalg.inv), []

        def heard(f):
            def ask(a, *more):
                sizes.append(np.shape(a)[-1])
                return f(a, *more)
            return ask

        np.linalg.solve, np.linalg.inv = map(heard, self.kept)
        return sizes

    def __exit__(self, *error):
        np.linalg.solve, np.linalg.inv = self.kept


def judge_left_out(answer, rng):
    """Against refits, with the shift m·lam held fixed."""
    X, y, lam = draw_table(rng, 8, 3), rng.normal(size=8), float(rng.uniform(0.1, 0.3))
    given = numbers(answer(X.copy(), y.copy(), lam), "The residuals")
    if given.shape != (8,):
        return Check(False, "shape", f"One number for each of the 8 examples, shape (8,); this has shape "
                                     f"{given.shape}.")

    def refits(shift):
        fits = [ridge_by(np.delete(X, i, 0), np.delete(y, i), shift) for i in range(8)]
        return np.array([y[i] - X[i] @ w for i, w in enumerate(fits)])

    if np.allclose(given, refits(8 * lam), rtol=1e-6, atol=1e-9):
        return Check(True, None, "The same as eight refits.")
    r = y - X @ ridge_by(X, y, 8 * lam)
    plain = np.sum(np.linalg.qr(X)[0]**2, axis=1)
    ridged = np.sum(X.T * np.linalg.solve(X.T @ X + 8 * lam * np.eye(3), X.T), axis=0)
    told = ((r, "missing chain factor",
             "These are the residuals of the one fit, which has seen every example."),
            (-refits(8 * lam), "sign", "Right up to the sign: a residual is data minus fit."),
            (r / (1 - plain), "missing product-rule term",
             "The leverages are those without a penalty. In ridge $H=X(X^\\top X+m\\lambda I)^{-1}X^\\top$."),
            (r * (1 - ridged), "factor", "Multiplied by $1-h_{ii}$ where it has to be divided."),
            (refits(7 * lam), "factor", "These are refits with the shift $7\\lambda$; here it is held at "
                                        "$8\\lambda$."),
            (refits(lam), "factor", "The shift is $\\lambda$; for the loss with $\\frac1{2m}$ it is "
                                    "$m\\lambda$."))
    for values, name, sentence in told:
        if np.allclose(given, values, rtol=1e-6, atol=1e-9):
            return Check(False, name, sentence)
    return Check(False, "unknown", "They differ from what refits without each example miss.")


# Beginnings that answers share.
FIT = "K = np.linalg.inv(X.T @ X)\nr = y - X @ K @ X.T @ y\nh = X[0] @ K @ X[0]\nreturn "
SMOOTH = "m = len(y)\ng = X.T @ (X @ w - y)\nreturn "
WEIGHTED = "B = np.linalg.solve(X.T @ (s[:, None] * X), X.T * s)\nreturn "
SIGMA = "p = 1 / (1 + np.exp(-X @ w))\nreturn "
LEFT_OUT = """m, d = X.shape
H = X @ np.linalg.solve(X.T @ X + m * lam * np.eye(d), X.T)
r = y - H @ y
return """


def ridge_answer(shift="m * lam", back="X.T @ "):
    return f"""m, d = X.shape
if m < d:
    return {back}np.linalg.solve(X @ X.T + {shift} * np.eye(m), y)
return np.linalg.solve(X.T @ X + {shift} * np.eye(d), X.T @ y)"""


POINTS = r"""
$$
X=\begin{bmatrix}1&0\\1&1\\0&1\end{bmatrix},\qquad\mathbf y=\begin{bmatrix}1\\2\\4\end{bmatrix}.
$$
"""

EXERCISES = (
    Exercise(
        number="16.1",
        title="A fit by hand",
        kind="value",
        prompt="With pencil. Three examples, two features:\n" + POINTS + r"""
Write down the minimiser $\mathbf w^\star$ of $\lVert X\mathbf w-\mathbf y\rVert^2$, shape `(2,)`.""",
        hints=(r"The normal equations: $X^\top X=\begin{bmatrix}2&1\\1&2\end{bmatrix}$, $X^\top\mathbf "
               r"y=(3,6)$.",
               r"Test your answer: the residual has the product 0 with both columns."),
        solution="np.array([0.0, 3.0])",
        wrong=(
            Wrong("np.array([3.0, 6.0])", "missing chain factor",
                  r"This is $X^\top\mathbf y$. It is the solution only if the columns are orthonormal; here "
                  r"$X^\top X$ has still to be solved with.", hint=1),
            Wrong("np.array([1.5, 3.0])", "only diagonal",
                  r"Each weight fitted by itself. The columns are not orthogonal: the 1 beside the diagonal "
                  r"of $X^\top X$ counts.", hint=1),
            Wrong("np.array([0.0, -3.0])", "sign", "The residual the other way round.", hint=2),
            Wrong("np.array([1.0, 4.0])", "unknown",
                  "It hits the first and the last example exactly and misses the second by 3. Least squares "
                  "spreads the error.", hint=2),
        ),
        after=r"The residual is $(1,-1,1)$. Raise $\mathbf y$ by a multiple of it: what does $\mathbf "
              r"w^\star$ do?",
    ),
    Exercise(
        number="16.2",
        title="Three fits for one",
        kind="value",
        prompt="With pencil. The fit of exercise 16.1:\n" + POINTS + r""" It has $\mathbf w^\star=(0,3)$,
residual $(1,-1,1)$, and

$$
(X^\top X)^{-1}=\frac13\begin{bmatrix}2&-1\\-1&2\end{bmatrix}.
$$

By how much would each example be missed by the fit to the *other two*? Shape `(3,)`, data minus
prediction.""",
        hints=(r"Divide each residual by $1-h_{ii}$.",
               r"$h_{ii}=\mathbf x_i^\top(X^\top X)^{-1}\mathbf x_i$, for the first row $\frac23$. The "
               r"three add up to 2."),
        solution="np.array([3.0, -3.0, 3.0])",
        wrong=(
            Wrong("np.array([1.0, -1.0, 1.0])", "missing chain factor",
                  "These are the residuals of the fit to all three. Each example has pulled it towards "
                  "itself."),
            Wrong("np.array([1.5, -1.5, 1.5])", "factor",
                  r"Divided by $h_{ii}=\frac23$; it has to be $1-h_{ii}=\frac13$.", hint=1),
            Wrong("np.array([1.0, -1.0, 1.0]) / 3", "factor",
                  "Multiplied by $1-h_{ii}$. An example that is left out is missed by more, not by "
                  "less.", hint=1),
            Wrong("np.array([-3.0, 3.0, -3.0])", "sign",
                  "The size is right; data minus prediction is asked "
                  "for."),
        ),
        after="Check one of them: the fit to the last two examples goes through both.",
    ),
    Exercise(
        number="16.3",
        title="How far may a step go?",
        kind="value",
        prompt="With pencil. The examples of exercise 16.1:\n" + POINTS + r""" The loss is $\frac1{2m}\lVert
X\mathbf w-\mathbf y\rVert^2$ with $m=3$. Below which number must the step size of gradient descent stay, so
that it converges from every start?""",
        hints=(r"The errors are multiplied by $1-\eta\lambda$, with the eigenvalues $\lambda$ of the "
               r"Hessian.",
               r"The Hessian is $\frac13\begin{bmatrix}2&1\\1&2\end{bmatrix}$; its eigenvalues are "
               r"$\frac13$ and 1."),
        solution="2.0",
        wrong=(
            Wrong("1.0", "factor", r"$1/\lambda_{\max}$: from there on the path jumps from side to side. It "
                                   r"still converges, up to $2/\lambda_{\max}$.", hint=1),
            Wrong("2 / 3", "factor", r"$X^\top X$ has the largest eigenvalue 3, the Hessian of this loss "
                                     r"$\frac13X^\top X$ has 1: the $\frac1m$ was forgotten.", hint=2),
            Wrong("2 / np.sqrt(3)", "missing chain factor",
                  r"From the singular value $\sqrt3$ of $X$. The eigenvalue of $X^\top X$ is its "
                  r"square.", hint=2),
            Wrong("6.0", "unknown", r"From the smaller eigenvalue, $2/\frac13$. The larger one sets the "
                                    r"limit.",
                  hint=2),
        ),
        after="With which step size do both errors shrink equally fast?",
    ),
    Exercise(
        number="16.4",
        title="Which vector is the foot?",
        kind="choice",
        prompt=r"$X\in\mathbb R^{7\times3}$ has full column rank, $\mathbf w^\star$ minimises $\lVert "
               r"X\mathbf w-\mathbf y\rVert$. Which is the orthogonal projection of $\mathbf y\in\mathbb "
               r"R^7$ on the column space of $X$?",
        hints=("How many entries does a point of the column space have?",
               r"If $\mathbf y$ lies in the column space already, its projection is $\mathbf y$."),
        draw=draw_fit,
        solution="X @ np.linalg.solve(X.T @ X, X.T @ y)",
        options={
            "a": Option(r"$\mathbf w^\star$", False,
                        "Three numbers: the coordinates of the foot, not the "
                        "foot.",
                        "np.linalg.solve(X.T @ X, X.T @ y)", mistake="shape"),
            "b": Option(r"$X\mathbf w^\star$", True,
                        r"A combination of the columns, and $\mathbf "
                        r"y-X\mathbf w^\star$ is perpendicular to all of "
                        r"them.", "X @ np.linalg.solve(X.T @ X, X.T @ y)"),
            "c": Option(r"$X^\top\mathbf y$", False,
                        "Three numbers again: the products of $\\mathbf y$ "
                        "with the columns.",
                        "X.T @ y", mistake="shape"),
            "d": Option(r"$\mathbf y-X\mathbf w^\star$", False,
                        "The other part: what is perpendicular to "
                        "the columns.",
                        "y - X @ np.linalg.solve(X.T @ X, X.T @ y)", mistake="unknown"),
            "e": Option(r"$XX^\top\mathbf y$", False, "Right only if the columns are orthonormal.",
                        "X @ X.T @ y", mistake="only for orthogonal input"),
        },
        after=r"Which of the five stay the same when $X$ is replaced by $XB$ with an invertible $B$?",
    ),
    Exercise(
        number="16.5",
        title="Four targets at once",
        kind="gradient",
        prompt=r"$L(W)=\frac1{2m}\lVert XW-Y\rVert_F^2$ with $X\in\mathbb R^{7\times3}$, $W\in\mathbb "
               r"R^{3\times4}$, $Y\in\mathbb R^{7\times4}$ and $m=7$. Give $\nabla_WL$, shape $3\times4$.",
        hints=("Four regressions side by side: each column of $W$ has its own gradient.",
               r"$dL=\frac1m\langle XW-Y,X\,dW\rangle$; move $X$ to the other side."),
        draw=draw_outputs,
        function="np.sum((X @ W - Y)**2) / 14",
        solution="X.T @ (X @ W - Y) / 7",
        keywords={"sizes": {"m": 7, "k": 4}},
        wrong=(
            Wrong("X.T @ (X @ W - Y) / 28", "factor",
                  r"Averaged over all 28 entries, as libraries do. This loss divides by $m=7$ alone."),
            Wrong("(X @ W - Y).T @ X / 7", "transposed",
                  "The gradient has the shape of $W$, "
                  "$3\\times4$.", hint=2),
            Wrong("X.T @ (Y - X @ W) / 7", "sign", "The residual the other way round.", hint=2),
            Wrong("X.T @ (X @ W - Y)", "factor", r"The $\frac1m$ was lost.", hint=2),
            Wrong("np.outer(X.T @ (X @ W - Y).sum(axis=1), np.ones(4)) / 7", "wrong axis",
                  "The residuals were added up over the targets. They do not mix: column $j$ of $W$ meets "
                  "column $j$ of $Y$ only.", hint=1),
        ),
        after=r"What is the Hessian, $12\times12$, in terms of $\frac1mX^\top X$ and a Kronecker product?",
    ),
    Exercise(
        number="16.6",
        title="A penalty on differences",
        kind="gradient",
        prompt=r"""Neighbouring weights shall not differ much. With $X\in\mathbb R^{7\times4}$, a matrix
$D\in\mathbb R^{3\times4}$ that takes differences (here any matrix), $m=7$ and $\lambda>0$ (`lam`), let

$$
L(\mathbf w)=\tfrac1{2m}\lVert X\mathbf w-\mathbf y\rVert^2+\tfrac\lambda2\lVert D\mathbf w\rVert^2 .
$$

Give $\nabla L$, shape `(4,)`.""",
        hints=(r"Two squared lengths, each with its own matrix.",
               r"$\frac12\lVert D\mathbf w\rVert^2$ has the gradient $D^\top D\mathbf w$."),
        draw=draw_smooth,
        function="np.sum((X @ w - y)**2) / 14 + lam / 2 * np.sum((D @ w)**2)",
        solution=SMOOTH + "g / m + lam * D.T @ D @ w",
        wrong=(
            Wrong(SMOOTH + "g / m + lam * w", "missing chain factor",
                  "Ridge: it shrinks the weights themselves. Here their differences $D\\mathbf w$ are "
                  "penalised.",
                  hint=2),
            Wrong(SMOOTH + "g / m + 2 * lam * D.T @ D @ w", "factor",
                  r"The $\frac12$ of the penalty was left out.",
                  hint=2),
            Wrong(SMOOTH + "(g + lam * D.T @ D @ w) / m", "factor",
                  r"The $\frac1m$ belongs to the first term alone.", hint=1),
            Wrong(SMOOTH + "g / m", "missing product-rule term", "The penalty was left out.", hint=1),
            Wrong(SMOOTH + "g / m - lam * D.T @ D @ w", "sign",
                  "A penalty is added to the loss, and its gradient to the gradient.", hint=2),
        ),
        after=r"Set it to zero. When is $X^\top X+m\lambda D^\top D$ invertible, although $D$ has a null "
              r"space?",
    ),
    Exercise(
        number="16.7",
        title="Which prediction follows which target?",
        kind="jacobian",
        prompt=r"""Weighted least squares: $\hat{\mathbf y}=X(X^\top SX)^{-1}X^\top S\mathbf y$ with
$S=\operatorname{diag}(\mathbf s)$, $X\in\mathbb R^{7\times3}$ and positive weights $\mathbf s\in\mathbb
R^7$. Give the Jacobian $\partial\hat{\mathbf y}/\partial\mathbf y$, shape $7\times7$.""",
        hints=(r"$\hat{\mathbf y}$ is linear in $\mathbf y$: the Jacobian is the matrix before it.",
               r"It is a projection, but along the columns of $S^{-1}$ times what is perpendicular to $X$: "
               r"it is not symmetric.",
               "`X.T * s` multiplies column $i$ of `X.T` with $s_i$."),
        draw=draw_weighted,
        function="return X @ np.linalg.solve(X.T @ (s[:, None] * X), X.T @ (s * y))",
        solution=WEIGHTED + "X @ B",
        wrong=(
            Wrong(WEIGHTED + "(X @ B).T", "transposed",
                  "Rows are predictions, columns are targets. With weights the two are not the "
                  "same.", hint=2),
            Wrong("X @ np.linalg.solve(X.T @ X, X.T)", "missing chain factor",
                  "The hat matrix without weights; right if all $s_i$ are equal.", hint=1),
            Wrong("X @ np.linalg.solve(X.T @ (s[:, None] * X), X.T)", "missing chain factor",
                  r"The weights belong before $\mathbf y$, too.", hint=3),
            Wrong(WEIGHTED + "B", "shape", "This is the Jacobian of the three weights, $3\\times7$.", hint=1),
            Wrong(WEIGHTED + "np.eye(7) - X @ B", "unknown", "The Jacobian of the residual.", hint=1),
        ),
        after="Square your matrix. Is it a projection? What is its trace?",
    ),
    Exercise(
        number="16.8",
        title="The curvature of logistic regression",
        kind="jacobian",
        prompt=r"""The gradient of the mean logistic loss is $\mathbf g(\mathbf
w)=\frac1mX^\top(\boldsymbol\sigma-\mathbf y)$ with $\sigma_i=1/(1+e^{-\mathbf x_i^\top\mathbf w})$,
$X\in\mathbb R^{7\times3}$ and $m=7$. Give its Jacobian, the Hessian of the loss, shape $3\times3$.""",
        hints=(r"$\mathbf y$ does not move. $d\boldsymbol\sigma$ is the slope of $\sigma$ times "
               r"$X\,d\mathbf w$, entry by entry.",
               r"The slope is $\sigma(1-\sigma)$.",
               "`(p * (1 - p))[:, None] * X` multiplies row $i$ of $X$ with the slope at $i$."),
        draw=draw_labels,
        function="return X.T @ (1 / (1 + np.exp(-X @ w)) - y) / 7",
        solution=SIGMA + "X.T @ ((p * (1 - p))[:, None] * X) / 7",
        wrong=(
            Wrong("X.T @ X / 7", "missing chain factor",
                  r"The Hessian of least squares. Here $\sigma$ stands between, and its slope is "
                  r"missing.", hint=1),
            Wrong("X.T @ X / 28", "does not move with X",
                  r"Right at $\mathbf w=\mathbf 0$, where all slopes are $\frac14$, and an upper bound "
                  r"elsewhere.",
                  hint=2),
            Wrong(SIGMA + "X.T @ (p[:, None] * X) / 7", "missing chain factor",
                  r"The slope of $\sigma$ is $\sigma(1-\sigma)$, not $\sigma$.", hint=2),
            Wrong(SIGMA + "X.T @ ((p * (1 - p))[:, None] * X)", "factor",
                  r"The mean was forgotten: $\frac1m$."),
            Wrong(SIGMA + "X.T @ ((p * (1 - y))[:, None] * X) / 7", "unknown",
                  r"The targets have no place here: $\mathbf g$ is linear in $\mathbf y$, and $\mathbf y$ "
                  r"does not move.", hint=1),
        ),
        after=r"Why is $\mathbf v^\top$ Hessian $\mathbf v$ never negative? And when is it zero?",
    ),
    Exercise(
        number="16.9",
        title="Counts per year",
        kind="gradient",
        prompt=r"""Counts $y_i$ that were collected over different times: with the known offsets $o_i$, the
logarithms of those times, the mean is $\mu_i=e^{z_i}$, $\mathbf z=X\mathbf w+\mathbf o$. The loss is

$$
L(\mathbf w)=\tfrac1m\sum_i(e^{z_i}-y_iz_i)
$$

with $X\in\mathbb R^{7\times3}$, $m=7$. Give $\nabla L$, shape `(3,)`.""",
        hints=(r"First the gradient in $\mathbf z$, then $d\mathbf z=X\,d\mathbf w$.",
               r"$e^z-yz$ has the slope $e^z-y$; the offset stays inside the exponential."),
        draw=draw_counts,
        function="z = X @ w + o\nreturn np.mean(np.exp(z) - y * z)",
        solution="X.T @ (np.exp(X @ w + o) - y) / 7",
        wrong=(
            Wrong("X.T @ (np.exp(X @ w) - y) / 7", "missing chain factor",
                  r"The offset is gone. As a constant added to $z$ it has no slope, but $e^z$ is taken at "
                  r"the whole $z$.", hint=2),
            Wrong("X.T @ (X @ w + o - y) / 7", "missing chain factor",
                  r"The gradient of least squares: the prediction here is $e^{\mathbf z}$, not $\mathbf "
                  r"z$.", hint=2),
            Wrong("X.T @ (np.exp(X @ w + o) - y)", "factor", r"The mean was forgotten: $\frac1m$.", hint=1),
            Wrong("X.T @ (y - np.exp(X @ w + o)) / 7", "sign",
                  "This is the gradient of the log-likelihood, which is to grow. The loss is its negative."),
            Wrong("X.T @ np.exp(X @ w + o) / 7", "missing product-rule term",
                  r"$-y_iz_i$ moves with $\mathbf w$ as well.", hint=2),
        ),
        after="Which weights $S$ does Newton's step take here?",
    ),
    Exercise(
        number="16.10",
        title="Ridge by the smaller system",
        kind="code",
        name="ridge",
        prompt=r"""Write `ridge(X, y, lam)`, the minimiser of $\frac1{2m}\lVert X\mathbf w-\mathbf
y\rVert^2+\frac\lambda2\lVert\mathbf w\rVert^2$ for $X\in\mathbb R^{m\times d}$: one call of
`np.linalg.solve`, with a system of $\min(m,d)$ equations. Return $\mathbf w$, shape `(d,)`.""",
        hints=(r"$X^\top(XX^\top+cI)=(X^\top X+cI)X^\top$: move the inverses to the other sides.",
               r"If $m<d$, solve with $XX^\top+cI_m$ and multiply by $X^\top$ afterwards.",
               r"$c=m\lambda$ in both cases, with $m$ the number of rows of $X$."),
        judge=judge_ridge,
        draw=lambda rng: {"X": rng.normal(size=(4, 9)), "y": rng.normal(size=4), "lam": 0.5},
        solution=ridge_answer(),
        wrong=(
            Wrong(ridge_answer("max(m, d) * lam"), "factor",
                  "The shift is $m\\lambda$ in both forms, $m$ the number of examples.", hint=3),
            Wrong(ridge_answer("lam"), "factor",
                  r"The shift is $\lambda$: right for a loss that sums. This one has the mean.", hint=3),
            Wrong(ridge_answer(back=""), "shape",
                  r"In the wide case the solution of the system has $m$ entries; $X^\top$ brings it to "
                  r"$d$.", hint=2),
            Wrong("m, d = X.shape\nreturn np.linalg.solve(X.T @ X + m * lam * np.eye(d), X.T @ y)", "unknown",
                  "Right, but with $d$ equations also where $m$ are enough.", hint=2),
        ),
        after="A million features, a hundred examples: how large are the two systems?",
    ),
    Exercise(
        number="16.11",
        title="The weights without one example",
        kind="value",
        prompt=r"""$X\in\mathbb R^{7\times3}$ has full column rank. By which vector do the least-squares
weights change when the *first* example is left out, $\mathbf w_{(-1)}-\mathbf w^\star$, shape `(3,)`? No
refit: one fit to all examples is enough. In the code the first row is `X[0]`.""",
        hints=(r"In the fit to all examples, put $\tilde y_1$, what the fit without it says, in place of "
               r"$y_1$. That gives $\mathbf w_{(-1)}$.",
               r"$\mathbf w$ is linear in $\mathbf y$: its change is $(X^\top X)^{-1}\mathbf x_1$ times "
               r"$\tilde y_1-y_1$.",
               r"$y_1-\tilde y_1=r_1/(1-h_{11})$."),
        draw=draw_fit,
        solution=FIT + "-K @ X[0] * r[0] / (1 - h)",
        wrong=(
            Wrong(FIT + "-K @ X[0] * r[0]", "missing chain factor",
                  r"The rate by the weight of the example, at weight one. To take it away altogether is no "
                  r"small step: divide by $1-h_{11}$.", hint=3),
            Wrong(FIT + "K @ X[0] * r[0] / (1 - h)", "sign",
                  "The example pulled the fit towards itself; without it the fit moves away.", hint=2),
            Wrong(FIT + "-K @ X[0] * y[0]", "missing product-rule term",
                  r"This leaves $y_1$ out of $X^\top\mathbf y$ but keeps the row in $X^\top X$: the same as "
                  r"a target of zero.", hint=1),
            Wrong(FIT + "-X[0] * r[0] / (1 - h)", "missing chain factor",
                  r"$(X^\top X)^{-1}$ is missing before $\mathbf x_1$.", hint=2),
            Wrong(FIT + "-K @ X[0] * r[0] / h", "factor",
                  r"Divided by $h_{11}$; it has to be $1-h_{11}$.", hint=3),
        ),
        after=r"How far do all seven predictions move together? The square of that length, divided by $d$ "
              r"and a variance, is known as Cook's distance.",
    ),
    Exercise(
        number="16.12",
        title="Left out, with a penalty",
        kind="code",
        name="left_out",
        prompt=r"""To extend the chapter: write `left_out(X, y, lam)` for ridge without an intercept, the
loss $\frac1{2m} \lVert X\mathbf w-\mathbf y\rVert^2+\frac\lambda2\lVert\mathbf w\rVert^2$. Return for each
of the $m$ examples what the fit to the others misses it by, shape `(m,)`, without a loop over refits. The
shift $m\lambda$ keeps its value when an example is left out.""",
        hints=(r"The argument of the chapter needs two things of the fit: that it is linear in $\mathbf y$, "
               r"and that a target which is hit exactly costs nothing. Both hold with a penalty.",
               r"So again $r_i/(1-h_{ii})$, now with $H=X(X^\top X+m\lambda I)^{-1}X^\top$."),
        judge=judge_left_out,
        draw=lambda rng: {"X": draw_table(rng, 8, 3), "y": rng.normal(size=8), "lam": 0.2},
        solution=LEFT_OUT + "r / (1 - np.diag(H))",
        wrong=(
            Wrong(LEFT_OUT + "r", "missing chain factor",
                  "These are the residuals of the one fit, which has seen every example.", hint=2),
            Wrong(LEFT_OUT + "r / (1 - np.sum(np.linalg.qr(X)[0]**2, axis=1))",
                  "missing product-rule term",
                  r"The leverages are those without a penalty. In ridge $H=X(X^\top X+m\lambda "
                  r"I)^{-1}X^\top$.",
                  hint=2),
            Wrong(LEFT_OUT + "r * (1 - np.diag(H))", "factor",
                  r"Multiplied by $1-h_{ii}$ where it has to be divided.", hint=2),
            Wrong(LEFT_OUT + "-r / (1 - np.diag(H))", "sign",
                  "Right up to the sign: a residual is data minus fit.", hint=2),
            Wrong(LEFT_OUT.replace("m * lam", "lam") + "r / (1 - np.diag(H))", "factor",
                  r"The shift is $\lambda$; for the loss with $\frac1{2m}$ it is $m\lambda$.", hint=2),
        ),
        after=r"Take the mean of the squares for many $\lambda$, and draw the curve of the digits for data "
              r"of your own.",
    ),
)
