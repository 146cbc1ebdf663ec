"""Exercises of chapter 8: inverses, linear solves, covariance and precision.

Matrices are square where they have to be, never symmetric unless the prompt says so, and far from singular:
`draw_square` bounds the condition number.
"""
import numpy as np

from ..check import Check, check_gradient
from . import Exercise, Option, Wrong
from .judging import in_plain_words, numbers


def draw_square(rng, n=3, name="X"):
    """A matrix whose singular values lie between 0.7 and 2, not symmetric."""
    left, right = (np.linalg.qr(rng.normal(size=(n, n)))[0] for _ in "lr")
    return {name: left @ np.diag(rng.uniform(0.7, 2, size=n)) @ right}


def draw_entry(rng):
    return {**draw_square(rng, 4), "i": 1, "j": 3, "k": 2, "l": 0}


def draw_bilinear(rng):
    return {**draw_square(rng), "a": rng.normal(size=3), "b": rng.normal(size=3)}


def draw_trace(rng):
    return {**draw_square(rng), "A": rng.normal(size=(2, 3)), "B": rng.normal(size=(3, 2))}


def draw_backward(rng):
    return {**draw_square(rng), "Ybar": rng.normal(size=(3, 3))}


def draw_solve(rng):
    return {**draw_square(rng, 4, "A"), "x": rng.normal(size=4), "xbar": rng.normal(size=4)}


def draw_gaussian(rng, name="Sigma"):
    """A symmetric positive definite matrix, and N = 7 residuals."""
    A = draw_square(rng)["X"]
    return {name: A @ A.T, "E": rng.normal(size=(7, 3))}


def draw_precision(rng):
    return draw_gaussian(rng, "Lambda")


def draw_tall(rng):
    return {"X": rng.normal(size=(5, 3)), "A": rng.normal(size=(3, 3))}


def draw_path(rng):
    """A number near 0, a matrix far from singular and a short direction: X + tV stays invertible."""
    return {"t": float(rng.uniform(0.1, 0.2)), **draw_square(rng), "V": rng.normal(size=(3, 3)) / 4}


def draw_rank_one(rng):
    """1 + t v'Yu stays away from 0: t is short."""
    return {**draw_square(rng, 4, "Y"), "u": rng.normal(size=4), "v": rng.normal(size=4),
            "t": float(rng.uniform(0.05, 0.1))}


def judge_solve_backward(answer, rng):
    """Both gradients of <xbar, x>, A'x = b, against numerical derivatives: the first that fails is heard."""
    data = draw_solve(rng)
    A, x, xbar = data["A"], data["x"], data["xbar"]
    b = A.T @ x
    given = answer(A, x, xbar)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        count = f"{len(given)} things" if isinstance(given, (tuple, list)) else "one thing"
        return Check(False, "shape", "Return two things, `Abar, bbar`: an array shaped like `A` and one "
                                     f"shaped like `x`; this returned {count}.")
    Abar, bbar = numbers(given[0], "`Abar`"), numbers(given[1], "`bbar`")
    if Abar.shape == (4,) and bbar.shape == (4, 4):
        return Check(False, "wrong order", "The two stand in the other order: first `Abar`, then `bbar`.")
    right_b = np.linalg.solve(A, xbar)
    check = check_gradient(lambda b: xbar @ np.linalg.solve(A.T, b), bbar, b)
    if not check:
        return in_plain_words(check, right_b, bbar, data)
    check = check_gradient(lambda A: xbar @ np.linalg.solve(A.T, b), Abar, A)
    if not check:
        said = in_plain_words(check, -np.outer(x, right_b), Abar, data)
        return Check(False, said.mistake, f"`bbar` is right. {said.message}")
    return Check(True, None, "Both gradients agree with numerical derivatives.")


# Beginnings that answers share.
Y = "Y = np.linalg.inv(X)\nreturn "
S = "S = E.T @ E / len(E)\nL = np.linalg.inv(Sigma)\nreturn "
OF_LAMBDA = "S = E.T @ E / len(E)\nreturn "
M = "M = np.linalg.inv(X.T @ X)\nreturn "
YT = "Y = np.linalg.inv(X + t * V)\nreturn "


EXERCISES = (
    Exercise(
        number="8.1",
        title="Rates by hand",
        kind="value",
        prompt=r"""With pencil. Let

$$
X=\begin{bmatrix}2&1\\5&3\end{bmatrix},\qquad X^{-1}=\begin{bmatrix}3&-1\\-5&2\end{bmatrix}.
$$

The entry $X_{21}$ (row 2, column 1) grows. Write down the $2\times2$ table of the rates at which the
entries of $X^{-1}$ move.""",
        hints=("The rates are minus a column of the inverse times a row of the inverse. The entry $(k,l)$ "
               "that moves picks column $k$ and row $l$.",
               "Here $k=2$ and $l=1$: column 2 is $(-1,2)$, row 1 is $(3,-1)$.",
               r"$-\begin{bmatrix}-1\\2\end{bmatrix}\begin{bmatrix}3&-1\end{bmatrix}$: multiply each by "
               "each, and mind the minus."),
        solution="np.array([[3.0, -1.0], [-6.0, 2.0]])",
        wrong=(
            Wrong("np.array([[-3.0, 1.0], [6.0, -2.0]])", "sign",
                  r"Column and row are right, the minus of $-X^{-1}dX\,X^{-1}$ is missing. As with $1/x$: "
                  "when $X$ grows, its inverse shrinks."),
            Wrong("np.array([[15.0, -6.0], [-25.0, 10.0]])", "unknown",
                  "This is minus column 1 times row 2: the rates for the entry $X_{12}$. The entry $(k,l)$ "
                  "picks *column* $k$ and *row* $l$.", hint=1),
            Wrong("np.array([[-3.0, 5.0], [6.0, -10.0]])", "unknown",
                  "This multiplies column 2 by *column* 1, and the minus is missing. What stands to the "
                  "right of $dX$ is a row of $X^{-1}$.", hint=2),
            Wrong("np.array([[3.0, -5.0], [-6.0, 10.0]])", "only for symmetric input",
                  "Column 2 times *column* 1, laid down. To the right of $dX$ stands a row of $X^{-1}$; "
                  "the two agree only if $X$ is symmetric.", hint=2),
            Wrong("np.array([[5.0, 0.0], [-9.0, 0.0]])", "wrong order",
                  "This is $-X^{-2}dX$: both inverses stand on the left. One belongs on either side of $dX$.",
                  hint=1),
            Wrong("np.array([[3.0, -6.0], [-1.0, 2.0]])", "transposed",
                  "The numbers are right and the table is transposed: the column runs down, the row runs "
                  "across."),
            Wrong("np.array([[0.0, 0.0], [-0.04, 0.0]])", "elementwise product",
                  "The rule $-1/x^2$ for the one entry that moved. Inverting does not work entry by entry: "
                  "all four entries of $X^{-1}$ move."),
        ),
        after="Raise $X_{21}$ to 5.1 and compare the exact inverse with the prediction.",
    ),
    Exercise(
        number="8.2",
        title="One entry by one entry",
        kind="value",
        prompt=r"""Let $X\in\mathbb R^{4\times4}$ be invertible. Give the number
$\partial(X^{-1})_{ij}/\partial X_{kl}$ for the indices `i, j, k, l` that are handed in, counted from 0.""",
        hints=(r"Put $dX=E_{kl}$ into the sandwich: $-X^{-1}E_{kl}X^{-1}$ is a column times a row.",
               "Of column $k$ you need entry $i$, of row $l$ entry $j$.",
               "In the product $i$ stands first, then $k$, then $l$, then $j$: the indices of $X$ are the "
               "inner ones."),
        draw=draw_entry,
        solution=Y + "-Y[i, k] * Y[l, j]",
        wrong=(
            Wrong(Y + "-Y[i, j] * Y[k, l]", "elementwise product",
                  "The entries of the inverse at both places, multiplied. But $(i,j)$ and $(k,l)$ do not "
                  "stay together: $k$ and $l$ are the inner indices of a product of three."),
            Wrong(Y + "-Y[i, k] * Y[j, l]", "transposed",
                  "The right factor is transposed: what stands to the right of $dX$ is *row* $l$ of the "
                  "inverse, so its first index is $l$."),
            Wrong(Y + "-Y[k, i] * Y[l, j]", "transposed",
                  "The left factor is transposed: to the left of $dX$ stands column $k$, and you need its "
                  "entry $i$."),
            Wrong(Y + "-Y[k, i] * Y[j, l]", "transposed",
                  "Both factors are transposed: column $k$ has the entries $(X^{-1})_{ik}$, row $l$ the "
                  "entries $(X^{-1})_{lj}$. Right if $X$ is symmetric."),
            Wrong(Y + "Y[i, k] * Y[l, j]", "sign",
                  "The right two entries; the minus of the sandwich is missing."),
            Wrong("-1 / X[k, l]**2", "elementwise product",
                  "The rule $-1/x^2$ for the entry that moves. Inverting does not work entry by entry: "
                  "$(X^{-1})_{kl}$ is not $1/X_{kl}$."),
            Wrong(Y + "-Y[i, l] * Y[k, j]", "wrong order",
                  "$k$ and $l$ changed places: that is the rate by the entry $X_{lk}$."),
        ),
        after=r"Sum $\partial(X^{-1})_{ij}/\partial X_{ij}$ over all $i$ and $j$. One trace is enough to "
              "write it; how?",
    ),
    Exercise(
        number="8.3",
        title="Where the transpose goes",
        kind="choice",
        prompt=r"""$X\in\mathbb R^{3\times3}$ is invertible and vec stacks columns. Which is
$\partial\operatorname{vec}X^{-1}/\partial\operatorname{vec}X$ for every such $X$?""",
        hints=(r"$\operatorname{vec}(AZB)=(B^\top\otimes A)\operatorname{vec}Z$. Which factor of the "
               "sandwich is $A$, which is $B$?",
               r"Test each on $X=\begin{bmatrix}1&1\\0&1\end{bmatrix}$ with $dX=E_{11}$, where the true "
               r"change is $\begin{bmatrix}-1&1\\0&0\end{bmatrix}$."),
        draw=draw_square,
        solution="np.kron(-np.linalg.inv(X).T, np.linalg.inv(X))",
        options={
            "a": Option(r"$-X^{-1}\otimes X^{-1}$", False,
                        "The right slice of the sandwich goes into the left factor, transposed. Without "
                        "the transpose it is right for symmetric $X$ only.",
                        "-np.kron(np.linalg.inv(X), np.linalg.inv(X))", mistake="only for symmetric input"),
            "b": Option(r"$-X^{-1}\otimes X^{-\top}$", False,
                        "Right if rows are stacked, as NumPy and PyTorch do. For stacked columns the "
                        "factors stand the other way round.",
                        "-np.kron(np.linalg.inv(X), np.linalg.inv(X).T)", mistake="row-major vec"),
            "c": Option(r"$-X^{-\top}\otimes X^{-1}$", True,
                        r"$A=B=X^{-1}$ in $(B^\top\otimes A)$: the right slice is transposed and comes "
                        "first.",
                        "-np.kron(np.linalg.inv(X).T, np.linalg.inv(X))"),
            "d": Option(r"$X^{-\top}\otimes X^{-1}$", False,
                        "The factors are right; the minus of the sandwich is missing.",
                        "np.kron(np.linalg.inv(X).T, np.linalg.inv(X))", mistake="sign"),
        },
        after="For which $X$ do all of a, b and c agree?",
    ),
    Exercise(
        number="8.4",
        title="Between two vectors",
        kind="gradient",
        prompt=r"$f(X)=\mathbf a^\top X^{-1}\mathbf b$ with $X\in\mathbb R^{3\times3}$ invertible and "
               r"$\mathbf a,\mathbf b\in\mathbb R^3$. Give $\nabla_Xf$.",
        hints=(r"$df=-(\mathbf a^\top X^{-1})\,dX\,(X^{-1}\mathbf b)$: a row, $dX$, a column.",
               r"$\mathbf p^\top dX\,\mathbf q=\langle\mathbf p\mathbf q^\top,dX\rangle$. What are "
               r"$\mathbf p$ and $\mathbf q$?",
               r"$\mathbf p=X^{-\top}\mathbf a$ and $\mathbf q=X^{-1}\mathbf b$; `np.outer` makes the "
               "table."),
        draw=draw_bilinear,
        function="a @ np.linalg.inv(X) @ b",
        solution=Y + "-np.outer(Y.T @ a, Y @ b)",
        wrong=(
            Wrong(Y + "-np.outer(Y @ a, Y.T @ b)", "only for symmetric input",
                  r"This is $-X^{-1}\mathbf a\mathbf b^\top X^{-1}$. A factor that leaves the left side of "
                  "$dX$ arrives transposed; without the transposes it is right for symmetric $X$ "
                  "only.", hint=2),
            Wrong(Y + "-np.outer(Y @ b, Y.T @ a)", "transposed",
                  "Column before row, as they stand around $dX$ in a trace. The gradient is the transpose "
                  "of that.", hint=2),
            Wrong(Y + "np.outer(Y.T @ a, Y @ b)", "sign", "The minus of the sandwich is missing."),
            Wrong("-np.outer(a, b) / X**2", "elementwise product",
                  "The rule for $1/x$, entry by entry. Each entry of $X$ moves all of $X^{-1}$."),
            Wrong("np.outer(a, b)", "missing chain factor",
                  r"The gradient of $\mathbf a^\top Y\mathbf b$ in $Y=X^{-1}$; the step from $X$ to $Y$ is "
                  "missing."),
            Wrong(Y + "-np.outer(Y.T @ Y.T @ a, b)", "wrong order",
                  "Both inverses stand on one side, as in $-x^{-2}$: one belongs on either side of "
                  r"$\mathbf a\mathbf b^\top$."),
        ),
        after=r"What becomes of it for $\mathbf a=\mathbf e_i$ and $\mathbf b=\mathbf e_j$? Compare with "
              "8.2.",
    ),
    Exercise(
        number="8.5",
        title="A trace with an inverse",
        kind="gradient",
        prompt=r"$f(X)=\operatorname{tr}(AX^{-1}B)$ with $A\in\mathbb R^{2\times3}$, $X\in\mathbb "
               r"R^{3\times3}$ invertible, $B\in\mathbb R^{3\times2}$. Give $\nabla_Xf$.",
        hints=(r"$df=-\operatorname{tr}(AX^{-1}dX\,X^{-1}B)$. Rotate until $dX$ is last.",
               r"$df=-\operatorname{tr}(X^{-1}BAX^{-1}\,dX)$. Only $BA$ has the right shape, not $AB$.",
               r"What stands before $dX$ is $G^\top$: transpose it once."),
        draw=draw_trace,
        function="np.trace(A @ np.linalg.inv(X) @ B)",
        solution=Y + "-(Y @ B @ A @ Y).T",
        wrong=(
            Wrong(Y + "-Y @ B @ A @ Y", "transposed",
                  r"Read off before transposing: $df=\operatorname{tr}(G^\top dX)$, so what stands before "
                  r"$dX$ is $G^\top$.", hint=3),
            Wrong(Y + "(Y @ B @ A @ Y).T", "sign", "The minus of the sandwich is missing."),
            Wrong(Y + "-Y.T @ Y.T @ A.T @ B.T", "wrong order",
                  "Both inverses stand on one side. One stands on either side of $dX$, so on either side "
                  r"of $A^\top B^\top$."),
            Wrong("A.T @ B.T", "missing chain factor",
                  r"The gradient of $\operatorname{tr}(AYB)$ in $Y=X^{-1}$. The step from $X$ to $Y$ is "
                  "missing."),
            Wrong(Y + "-Y.T @ B @ A @ Y.T", "transposed",
                  "Only the inverses were transposed. Transposing the whole product turns $BA$ into "
                  r"$A^\top B^\top$ as well.", hint=3),
        ),
        after=r"Put $A=B=I$: the gradient of $\operatorname{tr}X^{-1}$. Which power of $X$ stands in it?",
    ),
    Exercise(
        number="8.6",
        title="Backwards through an inverse",
        kind="gradient",
        prompt=r"""$Y=X^{-1}$ stands inside a larger loss, and the gradient $\bar Y\in\mathbb R^{3\times3}$
at $Y$ has arrived. Give $\bar X$, the gradient at $X\in\mathbb R^{3\times3}$. (It is
$\nabla_X\langle\bar Y,X^{-1}\rangle$ with $\bar Y$ held fixed.)""",
        hints=(r"$\langle\bar Y,dY\rangle=-\langle\bar Y,X^{-1}dX\,X^{-1}\rangle$.",
               "A left factor crosses the inner product as its transpose on the left, a right factor as "
               "its transpose on the right."),
        draw=draw_backward,
        function="np.sum(Ybar * np.linalg.inv(X))",
        solution=Y + "-Y.T @ Ybar @ Y.T",
        wrong=(
            Wrong(Y + "-Y @ Ybar @ Y", "only for symmetric input",
                  r"The forward rule used backwards. The adjoint of $dX\mapsto -Y\,dX\,Y$ has both factors "
                  "transposed.", hint=2),
            Wrong(Y + "-Ybar * Y * Y", "elementwise product",
                  "The rule for $1/x$ in each entry, where the backward rule is $-\\bar y\\,y^2$."),
            Wrong(Y + "-Y.T @ Y.T @ Ybar", "wrong order",
                  "Both factors stand on the left. One of them came from the right of $dX$ and stays there."),
            Wrong(Y + "Y.T @ Ybar @ Y.T", "sign", "The minus of the sandwich is missing."),
            Wrong(Y + "-Y @ Ybar.T @ Y", "transposed",
                  r"This is $\bar X^\top$: what stands before $dX$ in the trace, not yet transposed."),
        ),
        after=r"Check 8.4 with it: for $f=\mathbf a^\top Y\mathbf b$ the arriving gradient is $\bar "
              r"Y=\mathbf a\mathbf b^\top$.",
    ),
    Exercise(
        number="8.7",
        title="Backwards through a transposed solve",
        kind="code",
        name="solve_backward",
        prompt=r"""Now the system has the transpose: $A^\top\mathbf x=\mathbf b$ with
$A\in\mathbb R^{4\times4}$. Write `solve_backward(A, x, xbar)`. It gets the solution
$\mathbf x\in\mathbb R^4$ and the gradient $\bar{\mathbf x}\in\mathbb R^4$ that has arrived there, and
returns the pair `Abar, bbar`: the gradients at $A$, shape $4\times4$, and at $\mathbf b$, shape `(4,)`.
One call of `np.linalg.solve` is enough, and no inverse is formed.""",
        hints=(r"Differentiate $A^\top\mathbf x=\mathbf b$: $A^\top d\mathbf x=d\mathbf b-dA^\top\mathbf x$.",
               r"$\langle\bar{\mathbf x},A^{-\top}\mathbf r\rangle=\langle A^{-1}\bar{\mathbf x},\mathbf "
               r"r\rangle$: $\bar{\mathbf b}$ solves a system with the transpose of $A^\top$.",
               r"With $\bar{\mathbf b}$ in hand: $-\langle\bar{\mathbf b},dA^\top\mathbf x\rangle=-\mathbf "
               r"x^\top dA\,\bar{\mathbf b}$, a row, $dA$, a column."),
        draw=draw_solve,
        judge=judge_solve_backward,
        solution="""bbar = np.linalg.solve(A, xbar)
return -np.outer(x, bbar), bbar""",
        wrong=(
            Wrong("""bbar = np.linalg.solve(A.T, xbar)
return -np.outer(x, bbar), bbar""", "transposed",
                  r"Solved with $A^\top$ once more. Backwards the system has the transpose of $A^\top$, "
                  "which is $A$; the two agree only for symmetric $A$.", hint=2),
            Wrong("""bbar = np.linalg.solve(A, xbar)
return -np.outer(bbar, x), bbar""", "transposed",
                  r"`bbar` is right; `Abar` is transposed. That is the gradient at $A^\top$, with "
                  r"$\bar{\mathbf b}$ running down.", hint=3),
            Wrong("""bbar = np.linalg.solve(A, xbar)
return np.outer(x, bbar), bbar""", "sign",
                  "`bbar` is right. $A$ stands on the other side of the equation, so `Abar` has a "
                  "minus.", hint=1),
            Wrong("""bbar = A @ xbar
return -np.outer(x, bbar), bbar""", "unknown",
                  r"This multiplies by $A$. It has to be solved: $A\bar{\mathbf b}=\bar{\mathbf "
                  "x}$.", hint=2),
            Wrong("""bbar = np.linalg.solve(A, xbar)
return -np.outer(xbar, bbar), bbar""", "unknown",
                  r"`bbar` is right. In `Abar` the solution $\mathbf x$ belongs where $\bar{\mathbf x}$ "
                  r"stands: $dA^\top$ meets $\mathbf x$.", hint=3),
            Wrong("""bbar = np.linalg.solve(A, xbar)
return bbar, -np.outer(x, bbar)""", "wrong order",
                  "The two stand in the other order: first `Abar`, then `bbar`."),
        ),
        after=r"Let $\mathbf b$ and $\mathbf x$ have several columns. Which product takes the place of "
              "`np.outer`?",
    ),
    Exercise(
        number="8.8",
        title="A covariance",
        kind="gradient",
        prompt=r"""$f(\Sigma)=\frac N2\big(\log\det\Sigma+\operatorname{tr}(\Sigma^{-1}S)\big)$ with a
symmetric positive definite $\Sigma\in\mathbb R^{3\times3}$ and $S=\frac1NE^\top E$ from residuals
$E\in\mathbb R^{7\times3}$, $N=7$. Give $\nabla_\Sigma f$, symmetric, of shape $3\times3$.""",
        hints=(r"$d\log\det\Sigma=\operatorname{tr}(\Sigma^{-1}d\Sigma)$, and the trace holds a sandwich.",
               r"$d\operatorname{tr}(\Sigma^{-1}S)=-\operatorname{tr}(\Sigma^{-1}S\Sigma^{-1}d\Sigma)$. "
               r"The whole must be zero at $\Sigma=S$.",
               r"In NumPy: `S = E.T @ E / N` with `N = len(E)`, and `L = np.linalg.inv(Sigma)`."),
        draw=draw_gaussian,
        function="""N = len(E)
logdet = np.linalg.slogdet(Sigma)[1]
return N / 2 * (logdet + np.trace(np.linalg.solve(Sigma, E.T @ E / N)))""",
        solution=S + "len(E) / 2 * (L - L @ S @ L)",
        keywords={"symmetric": True, "sizes": {"N": 7}},
        wrong=(
            Wrong(S + "len(E) / 2 * (L + L @ S @ L)", "sign",
                  r"The second term has a minus, that of $d\Sigma^{-1}$. Only so can the gradient vanish, "
                  r"at $\Sigma=S$.", hint=2),
            Wrong(S + "(L - L @ S @ L) / 2", "factor",
                  "$N$ got lost: this is the gradient per observation."),
            Wrong(S + "len(E) / 2 * (L - S)", "missing chain factor",
                  "A mixture with the gradient in the precision, where $S$ stands alone. Here it stands in "
                  r"a sandwich. It passes at $\Sigma=I$.", hint=2),
            Wrong(S + "len(E) * (L - L @ S @ L)", "factor", r"The $\frac12$ is still there."),
            Wrong(S + "-len(E) / 2 * L @ S @ L", "missing product-rule term",
                  r"$\log\det\Sigma$ was left out: it has the gradient $\Sigma^{-1}$.", hint=1),
            Wrong(S[:-len("return ")] + "G = len(E) / 2 * (L - L @ S @ L)\nreturn 2 * G - "
                  "np.diag(np.diag(G))",
                  "off-diagonal doubled",
                  "These are the partial derivatives over the six free entries. The gradient counts an "
                  "entry off the diagonal once in each of its two places."),
        ),
        after=r"Which $\Sigma$ makes the gradient zero? Is it the smallest value, and how do you know?",
    ),
    Exercise(
        number="8.9",
        title="The precision",
        kind="gradient",
        prompt=r"""The same loss in the precision $\Lambda=\Sigma^{-1}\in\mathbb R^{3\times3}$, symmetric
positive definite: $f(\Lambda)=\frac N2\big(\operatorname{tr}(\Lambda S)-\log\det\Lambda\big)$ with
$S=\frac1NE^\top E$, $N=7$. Give $\nabla_\Lambda f$, shape $3\times3$ (`Lambda` in code).""",
        hints=(r"No sandwich is needed: the trace is linear in $\Lambda$.",
               r"$d\log\det\Lambda=\operatorname{tr}(\Lambda^{-1}d\Lambda)$.",
               r"The gradient is $\frac N2$ times a difference that is zero at $\Lambda^{-1}=S$."),
        draw=draw_precision,
        function="""N = len(E)
logdet = np.linalg.slogdet(Lambda)[1]
return N / 2 * (np.trace(Lambda @ E.T @ E / N) - logdet)""",
        solution=OF_LAMBDA + "len(E) / 2 * (S - np.linalg.inv(Lambda))",
        keywords={"symmetric": True, "sizes": {"N": 7}},
        wrong=(
            Wrong(OF_LAMBDA + "len(E) / 2 * (np.linalg.inv(Lambda) - S)", "sign",
                  "The gradient of the log-likelihood itself; the loss is its negative."),
            Wrong(OF_LAMBDA + "len(E) / 2 * (S - Lambda)", "missing chain factor",
                  r"The slope of $\log\det\Lambda$ is $\Lambda^{-1}$, as $1/\lambda$ is that of "
                  r"$\log\lambda$. It passes at $\Lambda=I$.", hint=2),
            Wrong(OF_LAMBDA + "len(E) * (S - np.linalg.inv(Lambda))", "factor",
                  r"The $\frac12$ got lost."),
            Wrong(OF_LAMBDA + "len(E) / 2 * S", "missing product-rule term",
                  r"$-\log\det\Lambda$ was left out; without it nothing keeps $\Lambda$ from growing."),
        ),
        after=r"Put $d\Lambda=-\Lambda\,d\Sigma\,\Lambda$ into $\langle\nabla_\Lambda f,d\Lambda\rangle$: "
              "the gradient of 8.8 comes out.",
    ),
    Exercise(
        number="8.10",
        title="Below the inverse, twice",
        kind="gradient",
        prompt=r"$f(X)=\operatorname{tr}(MA)$ with $M=(X^\top X)^{-1}$, $X\in\mathbb R^{5\times3}$ of full "
               r"column rank and $A\in\mathbb R^{3\times3}$ **not** symmetric. Give $\nabla_Xf$, shape "
               r"$5\times3$.",
        hints=(r"$dM=-M\,d(X^\top X)\,M$, and $d(X^\top X)=dX^\top X+X^\top dX$.",
               r"Two terms: $-\operatorname{tr}(M\,dX^\top X\,MA)$ and $-\operatorname{tr}(MX^\top "
               r"dX\,MA)$. $M$ is symmetric.",
               r"The second term gives $-XMA^\top M$, the first $-XMAM$: read each off, and add."),
        draw=draw_tall,
        function="np.trace(np.linalg.inv(X.T @ X) @ A)",
        solution=M + "-X @ M @ (A + A.T) @ M",
        wrong=(
            Wrong(M + "-2 * X @ M @ A @ M", "not symmetrised",
                  "Takes the two terms to be equal. They are if $A$ is symmetric; else one holds $A$ and "
                  r"the other $A^\top$.", hint=2),
            Wrong(M + "-X @ M @ A @ M", "missing product-rule term",
                  "One of the two $X$ below the inverse was held.", hint=1),
            Wrong(M + "-M @ (A + A.T) @ M @ X.T", "transposed",
                  "The transpose, of shape $3\\times5$: the gradient has the shape of $X$."),
            Wrong(M + "X @ M @ (A + A.T) @ M", "sign", "The minus of the sandwich is missing."),
            Wrong(M + "-M @ (A + A.T) @ M", "shape",
                  r"This is the step to $X^\top X$ only; the factor $X$ of its differential is missing.",
                  hint=1),
            Wrong(M + "-X @ M @ (A + A.T)", "only for orthogonal input",
                  "One $M$ is missing: the sandwich has one on either side. Right where the columns of $X$ "
                  "are orthonormal, so $M=I$.", hint=1),
            Wrong(M + "-X @ (A + A.T) @ M @ M", "wrong order",
                  r"One $M$ stands on either side of $A$; here both stand on the right.", hint=2),
        ),
        after="With $A=I$ this is the total variance of least squares, up to a factor. Which rows of $X$ "
              "would you lengthen to make it small?",
    ),
    Exercise(
        number="8.11",
        title="The second differential",
        kind="differential",
        prompt=r"""Let $G(t)=\frac{d}{dt}(X+tV)^{-1}=-Y\,V\,Y$ with $Y=(X+tV)^{-1}$, both $X$ and $V$ of
shape $3\times3$. Give its differential $dG$ for a change `dt` of the number $t$, shape $3\times3$: the
second differential of the inverse.""",
        hints=(r"$V$ is held. Each of the two $Y$ moves: $dY=-Y\,V\,Y\,dt$.",
               r"$dG=-dY\,V\,Y-Y\,V\,dY$, and both terms are the same product of five factors.",
               r"Two minuses cancel; the 2 stays."),
        draw=draw_path,
        function="Y = np.linalg.inv(X + t * V)\nreturn -Y @ V @ Y",
        solution=YT + "2 * Y @ V @ Y @ V @ Y * dt",
        wrong=(
            Wrong(YT + "Y @ V @ Y @ V @ Y * dt", "factor",
                  "This is the term of the series. Taylor puts a half before the second differential, so "
                  "the differential itself has a 2."),
            Wrong(YT + "-2 * Y @ V @ Y @ V @ Y * dt", "sign",
                  r"Two minuses: one of $G$, one of $dY$. They cancel.", hint=3),
            Wrong(YT + "2 * Y @ V @ V @ Y @ Y * dt", "wrong order",
                  r"The factors changed places. $Y$ and $V$ alternate: $Y\,V\,Y\,V\,Y$.", hint=2),
            Wrong(YT + "2 * Y @ V @ Y @ V @ Y", "not linear in dX",
                  "The rate is right. A differential is the rate times the change: the factor `dt` is "
                  "missing."),
            Wrong(YT + "-Y @ V @ Y * dt", "missing chain factor",
                  r"This is $G\,dt$, the change of the inverse. $G$ holds the inverse twice, and each of "
                  "the two moves.", hint=1),
            Wrong(YT + "2 * Y @ V @ Y * dt", "missing chain factor",
                  r"$dY$ is a whole sandwich, $-Y\,V\,Y\,dt$, not $Y\,dt$.", hint=1),
        ),
        after="Plot what is left of $(X+tV)^{-1}$ after the orders 0, 1 and 2, on logarithmic axes. Which "
              "slopes?",
    ),
    Exercise(
        number="8.12",
        title="A step of rank one, exactly",
        kind="value",
        prompt=r"""$X\in\mathbb R^{4\times4}$ itself is not handed in, only its inverse $Y=X^{-1}$, with
$\mathbf u,\mathbf v\in\mathbb R^4$ and a number $t$. Give $(X+t\,\mathbf u\mathbf v^\top)^{-1}$, shape
$4\times4$, exactly and without another inverse.""",
        hints=(r"Sum the series: with the number $\alpha=\mathbf v^\top Y\mathbf u$ its terms are "
               r"$Y-tY\mathbf u\mathbf v^\top Y+t^2\alpha\,Y\mathbf u\mathbf v^\top Y-\dots$",
               r"From the second term on it is geometric: $-t(1-t\alpha+t^2\alpha^2-\dots)$ times "
               r"$Y\mathbf u\mathbf v^\top Y$.",
               r"$1-t\alpha+t^2\alpha^2-\dots=\frac1{1+t\alpha}$. In NumPy: `np.outer(Y @ u, v @ Y)`."),
        draw=draw_rank_one,
        solution="Y - t * np.outer(Y @ u, v @ Y) / (1 + t * v @ Y @ u)",
        wrong=(
            Wrong("Y - t * np.outer(Y @ u, v @ Y)", "missing chain factor",
                  r"The sandwich: right for small $t$ only. The exact formula divides by $1+t\,\mathbf "
                  r"v^\top Y\mathbf u$.", hint=2),
            Wrong("Y - t * np.outer(Y @ u, v @ Y) * (1 - t * v @ Y @ u)", "unknown",
                  r"The first three terms of the series. All of them together have $\frac1{1+t\alpha}$ "
                  r"where $1-t\alpha$ stands.", hint=2),
            Wrong("Y - t * np.outer(Y @ u, v @ Y) / (1 - t * v @ Y @ u)", "sign",
                  r"The sign in the denominator: the series alternates, and $1-q+q^2-\dots=\frac1{1+q}$.",
                  hint=3),
            Wrong("Y + t * np.outer(Y @ u, v @ Y) / (1 + t * v @ Y @ u)", "sign",
                  "The minus of the sandwich is missing."),
            Wrong("Y - t * np.outer(Y @ v, u @ Y) / (1 + t * u @ Y @ v)", "transposed",
                  r"$\mathbf u$ and $\mathbf v$ changed places: this is the inverse of $X+t\,\mathbf "
                  r"v\mathbf u^\top$."),
            Wrong("Y - t * np.outer(Y @ u, Y @ v) / (1 + t * v @ Y @ u)", "transposed",
                  r"To the right stands $\mathbf v^\top Y$, a row: `v @ Y`. `Y @ v` is another vector "
                  "unless $Y$ is symmetric."),
            Wrong("Y - t * np.outer(Y @ u, v @ Y) / (1 + v @ Y @ u)", "missing chain factor",
                  r"In the denominator $t$ is missing: $1+t\,\mathbf v^\top Y\mathbf u$.", hint=3),
            Wrong("Y - t * np.outer(Y @ u, v @ Y) / (1 + t * v @ u)", "missing chain factor",
                  r"In the denominator $Y$ is missing: $\alpha=\mathbf v^\top Y\mathbf u$.", hint=1),
            Wrong("Y - np.outer(Y @ u, v @ Y) / (1 + v @ Y @ u)", "missing chain factor",
                  r"This is for $t=1$: $t$ multiplies the change and stands in the denominator too."),
        ),
        after=r"For which $t$ does it blow up, and what is $\det(X+t\,\mathbf u\mathbf v^\top)$ there?",
    ),
)
