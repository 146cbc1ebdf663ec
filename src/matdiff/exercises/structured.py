"""Exercises of chapter 11: structured matrices, tangent spaces, retractions.

Points of curved sets are drawn by QR, so that they lie on them to rounding; A and G are never symmetric.
"""
import numpy as np

from ..check import Check
from ..manifolds import exp_orthogonal
from ..vec import skew
from . import Exercise, Option, Wrong
from .judging import numbers


def orthonormal(rng, n, p):
    return np.linalg.qr(rng.normal(size=(n, p)))[0]


def positive_definite(rng, n=3):
    """A symmetric matrix with eigenvalues between 0.5 and 2."""
    Q = orthonormal(rng, n, n)
    S = Q @ np.diag(rng.uniform(0.5, 2, size=n)) @ Q.T
    return (S + S.T) / 2


def draw_free(rng):
    return {"G": rng.normal(size=(4, 4))}


def draw_bilinear(rng):
    S = rng.normal(size=(3, 3))
    return {"S": S + S.T, "x": rng.normal(size=3), "y": rng.normal(size=3)}


def draw_toeplitz(rng):
    return {"G": rng.normal(size=(3, 4))}


def draw_covariance(rng):
    return {"Sigma": positive_definite(rng), "A": rng.normal(size=(3, 3))}


def draw_cholesky(rng):
    return {"L": np.linalg.cholesky(positive_definite(rng)), "A": rng.normal(size=(3, 3))}


def draw_orthogonal(rng):
    return {"Q": orthonormal(rng, 3, 3), "G": rng.normal(size=(3, 3))}


def draw_stiefel(rng):
    return {"Q": orthonormal(rng, 5, 2), "G": rng.normal(size=(5, 2))}


def draw_sphere(rng):
    x = rng.normal(size=4)
    return {"x": x / np.linalg.norm(x), "A": rng.normal(size=(4, 4))}


def clouds(rng):
    """(slope, best): the gradient of a Procrustes problem in three dimensions, and its solution."""
    X = rng.normal(size=(40, 3)) * [2, 1.5, 1]
    turn = exp_orthogonal(np.eye(3), skew(rng.uniform(-2, 2, size=(3, 3))))  # a rotation
    Y = X @ turn + 0.1 * rng.normal(size=(40, 3))
    U, _, Vt = np.linalg.svd(X.T @ Y)
    return (lambda Q: X.T @ (X @ Q - Y) / 40), U @ Vt


def judge_descent(answer, rng):
    """After a few steps it must still be orthogonal, after many at the closed form."""
    slope, best = clouds(rng)
    few = numbers(answer(slope, np.eye(3), 0.05, 6), "`descend`")
    if few.shape != (3, 3):
        return Check(False, "shape", f"`descend` has to return the last $Q$, of shape (3, 3); this has shape "
                                     f"{few.shape}.")
    off = np.linalg.norm(few.T @ few - np.eye(3))
    if off > 1e-9:
        return Check(False, "only for orthogonal input",
                     f"After six steps $Q$ is not orthogonal any more: QᵀQ is off from I by {off:.2g}. Look "
                     "at what becomes of a tangent step.")
    last = numbers(answer(slope, np.eye(3), 0.1, 400), "`descend`")
    far = np.linalg.norm(last - best)
    if far > 1e-6:
        return Check(False, "unknown", f"$Q$ stays orthogonal, but after 400 steps it is {far:.2g} away from "
                                       "the best orthogonal matrix.")
    return Check(True, None, "It stays orthogonal and ends at the closed form.")


def judge_geodesic(answer, rng):
    """A step down the geodesic: on the cone for a long step, of first order for a short one."""
    Sigma, G = positive_definite(rng), rng.normal(size=(3, 3))
    end = numbers(answer(Sigma, G, 3.0), "`step`")
    if end.shape != (3, 3):
        return Check(False, "shape", "`step` has to return the new covariance, of shape (3, 3); this has "
                                     f"shape {end.shape}.")
    if not np.allclose(end, end.T, atol=1e-8 * np.abs(end).max()):
        return Check(False, "not symmetrised", "The result is not symmetric. G need not be: take its "
                                               "symmetric part.")
    low = np.linalg.eigvalsh(end)[0]
    if low <= 0:
        return Check(False, "missing chain factor", f"For $t=3$ the result has the eigenvalue {low:.3g}: a "
                                                    "straight step leaves the cone.")
    h = 1e-4
    slope = (numbers(answer(Sigma, G, h)) - numbers(answer(Sigma, G, -h))) / (2 * h)
    right = -Sigma @ (G + G.T) / 2 @ Sigma
    if not np.allclose(slope, right, atol=1e-5):
        return Check(False, "unknown", "It stays positive definite, but at $t=0$ it does not start along "
                                       "minus the Riemannian gradient.")
    root = np.linalg.cholesky(Sigma)
    lam, V = np.linalg.eigh(np.linalg.solve(root, np.linalg.solve(root, right).T))
    exact = root @ (V * np.exp(3 * lam)) @ V.T @ root.T
    if not np.allclose(end, exact, rtol=1e-6, atol=1e-8):
        return Check(False, "unknown", "It starts in the right direction and stays positive definite, but "
                                       "for $t=3$ it is not on the geodesic.")
    return Check(True, None, "On the cone for a long step, and on the geodesic.")


# Beginnings that answers share.
SYMMETRIC = "W = np.outer(x, y)\nreturn "
M = "M = np.linalg.inv(Sigma) + (A + A.T) / 2\nreturn "
OF_L = "G = np.linalg.inv(L @ L.T) + A.T\nreturn "
DIAGONALS = "for k in range(-3, 3)])"
QR = """
for _ in range(steps):
    G = slope(Q)
    """
SPD = """mu, U = np.linalg.eigh(Sigma)
root, back = (U * np.sqrt(mu)) @ U.T, (U / np.sqrt(mu)) @ U.T
xi = -t * Sigma @ (G + G.T) / 2 @ Sigma
"""


EXERCISES = (
    Exercise(
        number="11.1",
        title="Gradient and partials, by hand",
        kind="value",
        prompt=r"""With pencil. $f(S)=\operatorname{tr}(SA)$ for symmetric $S\in\mathbb R^{2\times2}$, with

$$
A=\begin{bmatrix}2&7\\-1&4\end{bmatrix}.
$$

Give two $2\times2$ arrays: first the gradient on the symmetric matrices, then the partial derivatives over
the three free entries, each written where it stands (so the one off the diagonal twice).""",
        hints=(r"Write $f$ out: $f=2a+(7-1)\,b+4c$, with $a,b,c$ the entries of $S$.",
               r"The partials can be read off. The gradient is $\frac12(A+A^\top)$.",
               "The two arrays differ off the diagonal only, by a factor 2."),
        solution="""return (np.array([[2.0, 3.0], [3.0, 4.0]]),
        np.array([[2.0, 6.0], [6.0, 4.0]]))""",
        wrong=(
            Wrong("""return (np.array([[2.0, 6.0], [6.0, 4.0]]),
        np.array([[2.0, 3.0], [3.0, 4.0]]))""", "wrong order",
                  "The arrays are right and in the other order: the gradient is the one with $3$, because "
                  "its inner product with $dS$ counts both places.", hint=3),
            Wrong("""return (np.array([[2.0, -1.0], [7.0, 4.0]]),
        np.array([[2.0, 6.0], [6.0, 4.0]]))""", "not symmetrised",
                  r"The second is right. The first, $A^\top$, is the gradient if the entries move one by "
                  "one; on the symmetric matrices it is projected.", hint=2),
            Wrong("""return (np.array([[2.0, 7.0], [-1.0, 4.0]]),
        np.array([[2.0, 6.0], [6.0, 4.0]]))""", "not symmetrised",
                  r"The second is right. The first is $A$ itself. A gradient on the symmetric matrices is "
                  r"symmetric: take $\frac12(A+A^\top)$.", hint=2),
            Wrong("""return (np.array([[4.0, 6.0], [6.0, 8.0]]),
        np.array([[2.0, 6.0], [6.0, 4.0]]))""", "factor",
                  r"The second is right. The first is $A+A^\top$: the half is missing.", hint=2),
            Wrong("""return (np.array([[2.0, 3.0], [3.0, 4.0]]),
        np.array([[4.0, 6.0], [6.0, 8.0]]))""", "factor",
                  "The first is right. In the second the diagonal was doubled too, but $a$ and $c$ stand "
                  "in one place only.", hint=1),
            Wrong("""return (np.array([[2.0, 3.0], [3.0, 4.0]]),
        np.array([[2.0, -1.0], [7.0, 4.0]]))""", "missing product-rule term",
                  "The first is right. In the second each place was moved alone; the free entry $b$ moves "
                  "both.", hint=1),
        ),
        after=r"Check both with $dS=\begin{bmatrix}0&1\\1&0\end{bmatrix}$: what is $df$, and how does each "
              "array say so?",
    ),
    Exercise(
        number="11.2",
        title="A symmetric matrix between two vectors",
        kind="gradient",
        prompt=r"$f(S)=\mathbf x^\top S\mathbf y$ with symmetric $S\in\mathbb R^{3\times3}$ and "
               r"$\mathbf x,\mathbf y\in\mathbb R^3$. Give the gradient on the symmetric matrices, shape "
               r"$3\times3$.",
        hints=(r"First the gradient of all entries: $df=\mathbf x^\top dS\,\mathbf y=\langle\mathbf x\mathbf "
               r"y^\top,dS\rangle$.",
               r"Then project: $\operatorname{sym}(\mathbf x\mathbf y^\top)$. In NumPy "
               "`W = np.outer(x, y)`."),
        draw=draw_bilinear,
        function="x @ S @ y",
        solution=SYMMETRIC + "(W + W.T) / 2",
        keywords={"symmetric": True},
        wrong=(
            Wrong("np.outer(x, y)", "not symmetrised",
                  "The gradient of all entries. It pairs rightly with every symmetric $dS$, but it is "
                  "not symmetric: a step along it leaves the set.", hint=2),
            Wrong("np.outer(y, x)", "transposed",
                  r"This is $\mathbf y\mathbf x^\top$, the transpose of the gradient of all entries, and "
                  "still to be projected.", hint=1),
            Wrong(SYMMETRIC + "W + W.T", "factor",
                  r"The half of $\operatorname{sym}$ is missing: applied to a symmetric matrix this "
                  "doubles it, and a projection does not.", hint=2),
            Wrong(SYMMETRIC + "W + W.T - np.diag(np.diag(W))", "off-diagonal doubled",
                  "The partial derivatives over the free entries. Their inner product with $dS$ counts "
                  "each entry off the diagonal twice.", hint=2),
            Wrong(SYMMETRIC + "(W - W.T) / 2", "sign",
                  "The skew part. A symmetric $dS$ does not see it at all: it is the other half that "
                  "counts.", hint=2),
        ),
        after=r"Put $\mathbf x=\mathbf y$. Why does nobody have to symmetrise then?",
    ),
    Exercise(
        number="11.3",
        title="From all entries to the free ones",
        kind="value",
        prompt=r"""$G\in\mathbb R^{4\times4}$ holds the partial derivatives of some $f$ by all sixteen
entries, each moved by itself, at a symmetric point. Give the partial derivatives over the ten free entries,
in the order of $\operatorname{vech}$ (columns from the diagonal down), shape `(10,)`.""",
        hints=(r"A free entry off the diagonal stands at $(i,j)$ and at $(j,i)$.",
               r"The chain rule through the duplication matrix, $\operatorname{vec}S=D\operatorname{vech}S$, "
               r"gives $D^\top\operatorname{vec}G$.",
               r"As a matrix: $G+G^\top-G\odot I$; `vech` reads the free entries off."),
        draw=draw_free,
        solution="duplication_matrix(4).T @ vec(G)",
        wrong=(
            Wrong("vech(G)", "missing product-rule term",
                  "Only the lower place of each pair was counted. The entry above the diagonal moves as "
                  "well.", hint=1),
            Wrong("vech(G.T)", "missing product-rule term",
                  "Only the upper place of each pair was counted. The entry below the diagonal moves as "
                  "well.", hint=1),
            Wrong("vech((G + G.T) / 2)", "off-diagonal halved",
                  "The free entries of the projected gradient. As partial derivatives those off the "
                  "diagonal are half as large as they should be.", hint=3),
            Wrong("vech(G + G.T)", "factor",
                  "The diagonal was counted twice: $s_{ii}$ stands in one place only.", hint=3),
            Wrong("np.linalg.pinv(duplication_matrix(4)) @ vec(G)", "off-diagonal halved",
                  r"$D^+$ averages the two places; that is the projection. A derivative adds them: "
                  r"$D^\top$.", hint=2),
            Wrong("free = G + G.T - G * np.eye(4)\nreturn free[np.tril_indices(4)]", "wrong order",
                  r"The right numbers, read row by row. $\operatorname{vech}$ reads the columns, each from "
                  "the diagonal down.", hint=3),
        ),
        after=r"What is $D^\top D$, and what has it to do with the two rulers?",
    ),
    Exercise(
        number="11.4",
        title="Constant along diagonals",
        kind="value",
        prompt=r"""$T\in\mathbb R^{3\times4}$ is Toeplitz, $T_{ij}=t_{i-j}$, and $G\in\mathbb
R^{3\times4}$ the gradient of some $f$, all twelve entries moved apart. Give the partial derivatives over
$t_{-3},t_{-2},\dots,t_2$, in this order, shape `(6,)`.""",
        hints=("Each $t_k$ fills one diagonal, and all its places move together: add.",
               r"$\partial f/\partial t_k=\sum_{i-j=k}G_{ij}$; `np.trace(G, o)` adds the diagonal with "
               "$j-i=o$.",
               "So the offset is $-k$: the first of the six is the upper right corner."),
        draw=draw_toeplitz,
        solution="np.array([np.trace(G, -k) " + DIAGONALS,
        wrong=(
            Wrong("np.array([np.diagonal(G, -k).mean() " + DIAGONALS, "factor",
                  "The means belong to the projected gradient. A partial derivative adds up all places "
                  "that move.", hint=1),
            Wrong("np.array([np.trace(G, k) " + DIAGONALS, "transposed",
                  "NumPy counts its diagonals to the right, $j-i$; here $k=i-j$.", hint=3),
            Wrong("np.array([np.trace(G, -k) for k in range(2, -4, -1)])", "wrong order",
                  "The right numbers from the last to the first: $t_{-3}$ comes first.", hint=3),
            Wrong("np.concatenate([G[0, ::-1], G[1:, 0]])", "one entry",
                  "The first row and column hold each $t_k$ once; the other places of its diagonal move "
                  "as well.", hint=1),
        ),
        after="A convolution is a Toeplitz matrix times a vector. What is this sum then called?",
    ),
    Exercise(
        number="11.5",
        title="A structure of your own",
        kind="value",
        prompt=r"""The matrices $X\in\mathbb R^{3\times4}$ whose *rows sum to zero*, $X\mathbf 1=\mathbf 0$,
are a subspace. $G\in\mathbb R^{3\times4}$ is the gradient of some $f$, all twelve entries moved
apart. Give the gradient on that subspace, shape $3\times4$.""",
        hints=(r"What is at right angles to all such matrices? A row that is constant: $\mathbf c\mathbf "
               r"1^\top$ with any $\mathbf c\in\mathbb R^3$.",
               r"Remove that part of $G$: find $\mathbf c$ so that $G-\mathbf c\mathbf 1^\top$ has rows that "
               "sum to zero.",
               r"$\mathbf c$ holds the means of the rows: $\mathbf c=\frac14G\mathbf 1$."),
        draw=draw_toeplitz,
        solution="G - G.mean(axis=1, keepdims=True)",
        wrong=(
            Wrong("G - G.mean(axis=0)", "wrong axis",
                  "Now the columns sum to zero. The means are taken along each row: `axis=1`.", hint=3),
            Wrong("G - G.sum(axis=1, keepdims=True)", "factor",
                  "Sums instead of means: the rows of the result do not sum to zero.", hint=3),
            Wrong("G - G.mean()", "wrong normalisation",
                  "One mean for all entries. Then all entries together sum to zero, the single rows do "
                  "not.", hint=2),
            Wrong("G - G.mean(axis=0) - G.mean(axis=1, keepdims=True) + G.mean()", "unknown",
                  "Too much is removed: now the columns sum to zero too, and nobody asked for that. The "
                  "result is not the nearest matrix of the subspace.", hint=1),
            Wrong("G - G[:, [0]]", "unknown",
                  "A constant was taken off each row, but not the one that makes the row sum to zero.",
                  hint=3),
            Wrong("np.repeat(G.mean(axis=1, keepdims=True), 4, axis=1)", "unknown",
                  "This is the part at right angles, the one to be removed.", hint=2),
        ),
        after="Such are the gradients of a softmax layer's scores: a constant added to a row changes "
              "nothing. Which projection makes the columns sum to zero as well?",
    ),
    Exercise(
        number="11.6",
        title="A covariance, any matrix beside it",
        kind="gradient",
        prompt=r"""$f(\Sigma)=\log\det\Sigma+\operatorname{tr}(A\Sigma)$ with a symmetric positive definite
$\Sigma\in\mathbb R^{3\times3}$ and $A\in\mathbb R^{3\times3}$ **not** symmetric. Give the gradient on the
symmetric matrices, shape $3\times3$ (`Sigma` in code).""",
        hints=(r"The gradient of all entries, at a symmetric point: $\Sigma^{-1}$, and something with $A$. "
               "Where does the transpose go?",
               r"$\Sigma^{-1}$ is symmetric already. Project the rest: $\frac12(A+A^\top)$."),
        draw=draw_covariance,
        function="np.linalg.slogdet(Sigma)[1] + np.trace(A @ Sigma)",
        solution=M + "M",
        keywords={"symmetric": True},
        wrong=(
            Wrong("np.linalg.inv(Sigma) + A", "transposed",
                  r"$\operatorname{tr}(A\Sigma)$ has the gradient $A^\top$, not $A$; and then it is to be "
                  "projected.", hint=1),
            Wrong("(np.linalg.inv(Sigma) + A).T", "not symmetrised",
                  r"The gradient of all entries, $\Sigma^{-1}+A^\top$. It is not symmetric yet. (It is "
                  "also what a transpose outside of the whole parenthesis gives.)", hint=2),
            Wrong(M + "2 * M - np.diag(np.diag(M))", "off-diagonal doubled",
                  "The partial derivatives over the six free entries. The gradient counts an entry off the "
                  "diagonal once in each of its two places."),
            Wrong("np.linalg.inv(Sigma) + A + A.T", "factor",
                  r"The half of $\operatorname{sym}(A)=\frac12(A+A^\top)$ is missing.", hint=2),
            Wrong("(A + A.T) / 2", "missing product-rule term",
                  r"$\log\det\Sigma$ was left out; its gradient is $\Sigma^{-1}$.", hint=1),
        ),
        after=r"For which $A$ has $f$ a point where the gradient is zero? Is it a minimum?",
    ),
    Exercise(
        number="11.7",
        title="Down to the Cholesky factor",
        kind="gradient",
        prompt=r"""The same function, now of $L$: $\Sigma=LL^\top$ with a lower triangular
$L\in\mathbb R^{3\times3}$,

$$
f(L)=\log\det(LL^\top)+\operatorname{tr}(ALL^\top),
$$

$A\in\mathbb R^{3\times3}$ not symmetric. Give the gradient on the lower triangular matrices, shape
$3\times3$.""",
        hints=(r"With $G=\Sigma^{-1}+A^\top$: $df=\langle G,dL\,L^\top+L\,dL^\top\rangle$.",
               r"The first term gives $GL$, the second $G^\top L$.",
               "Last the mask: what is above the diagonal does not move."),
        draw=draw_cholesky,
        function="""K = np.tril(L)
return np.linalg.slogdet(K @ K.T)[1] + np.trace(A @ K @ K.T)""",
        solution=OF_L + "np.tril((G + G.T) @ L)",
        wrong=(
            Wrong(OF_L + "np.tril(G @ L)", "missing product-rule term",
                  r"$L$ stands twice in $LL^\top$, and one of the two was held.", hint=1),
            Wrong(OF_L + "np.tril(2 * G @ L)", "not symmetrised",
                  "Takes the two terms to be equal. They are if $G$ is symmetric, and $A$ is not.", hint=2),
            Wrong("np.tril((A + A.T) @ L)", "missing product-rule term",
                  r"$\log\det$ was left out: $G=\Sigma^{-1}+A^\top$.", hint=1),
            Wrong(OF_L + "(G + G.T) @ L", "missing chain factor",
                  "Not masked: a step along it fills the upper triangle.", hint=3),
            Wrong(OF_L + "np.tril(G + G.T) @ L", "wrong order",
                  "The mask came before the product. It belongs last: it is the projection on the "
                  "triangle.", hint=3),
            Wrong(OF_L + "np.tril(L @ (G + G.T))", "wrong order",
                  r"$L$ stands on the wrong side: $\langle G,dL\,L^\top\rangle=\langle GL,dL\rangle$.",
                  hint=2),
            Wrong(OF_L + "np.tril(G.T @ L)", "missing product-rule term",
                  "Only the second of the two terms: the $L$ in front was held.", hint=1),
            Wrong(OF_L + "np.triu((G + G.T) @ L)", "transposed",
                  "The wrong triangle was kept: $L$ is *lower* triangular.", hint=3),
        ),
        after=r"What of it is the gradient of $2\sum_i\log L_{ii}$, and why is that so simple?",
    ),
    Exercise(
        number="11.8",
        title="A projection, by hand",
        kind="value",
        prompt=r"""With pencil. Project

$$
G=\begin{bmatrix}5&0\\0&-10\end{bmatrix}
$$

on the tangent space of the orthogonal $2\times2$ matrices at

$$
Q=\frac15\begin{bmatrix}3&-4\\4&3\end{bmatrix}.
$$""",
        hints=(r"$P_Q(G)=Q\operatorname{skew}(Q^\top G)$.",
               r"$Q^\top G=\begin{bmatrix}3&-8\\-4&-6\end{bmatrix}$. A skew $2\times2$ matrix has one "
               "number.",
               r"$\operatorname{skew}(Q^\top G)=\begin{bmatrix}0&-2\\2&0\end{bmatrix}$; multiply by $Q$ from "
               "the left."),
        solution="np.array([[-1.6, -1.2], [1.2, -1.6]])",
        wrong=(
            Wrong("np.array([[-3.2, -2.4], [2.4, -3.2]])", "factor",
                  r"This is $G-QG^\top Q$, twice the projection: applied again, it would double again.",
                  hint=1),
            Wrong("np.array([[0.0, -2.0], [2.0, 0.0]])", "missing chain factor",
                  r"This is $\Omega=\operatorname{skew}(Q^\top G)$. The tangent vector is $Q\Omega$.",
                  hint=3),
            Wrong("np.array([[0.0, 0.0], [0.0, 0.0]])", "missing chain factor",
                  r"$\operatorname{skew}G=0$: that is the projection on the tangent space at $I$. At $Q$ it "
                  "is the skew part of $Q^\\top G$ that counts.", hint=1),
            Wrong("np.array([[6.6, 1.2], [-1.2, -8.4]])", "unknown",
                  r"This is $Q\operatorname{sym}(Q^\top G)$, the part at right angles, which is dropped.",
                  hint=1),
            Wrong("np.array([[1.6, 1.2], [-1.2, 1.6]])", "sign",
                  r"The sign: $\operatorname{skew}M=\frac12(M-M^\top)$, not the other way round.", hint=3),
        ),
        after=r"Turn $Q$ on by a small angle, and compare the change of $\langle G,Q\rangle$ with the inner "
              "product of your answer and the change of $Q$.",
    ),
    Exercise(
        number="11.9",
        title="Which is the projection?",
        kind="choice",
        prompt=r"""$Q\in\mathbb R^{3\times3}$ is orthogonal, $G\in\mathbb R^{3\times3}$ any matrix. Which is
the orthogonal projection of $G$ on the tangent space of $O(3)$ at $Q$?""",
        hints=("A projection that is applied twice does no more than once.",
               r"Test each on a matrix that is tangent already, $G=Q\Omega$ with $\Omega^\top=-\Omega$: it "
               "has to come back."),
        draw=draw_orthogonal,
        solution="(G - Q @ G.T @ Q) / 2",
        options={
            "a": Option(r"$G-QG^\top Q$", False,
                        r"It doubles tangent vectors. For the canonical metric it is the gradient, but it is "
                        "no projection.", "G - Q @ G.T @ Q", mistake="factor"),
            "b": Option(r"$\frac12(G-G^\top)$", False,
                        "The projection on the skew matrices, the tangent space at $I$. At another $Q$ the "
                        r"skew matrix is $Q^\top dQ$.", "(G - G.T) / 2", mistake="missing chain factor"),
            "c": Option(r"$\frac12(G-QG^\top Q)$", True,
                        r"$=Q\operatorname{skew}(Q^\top G)$: tangent, and it leaves $Q\Omega$ as it is.",
                        "(G - Q @ G.T @ Q) / 2"),
            "d": Option(r"$G-QQ^\top G$", False,
                        "Zero for a square $Q$. For tall $Q$ it belongs to functions of the span alone.",
                        "G - Q @ Q.T @ G", mistake="unknown"),
        },
        after="Which of the four are right for one column, $Q=\\mathbf x$ of length 1?",
    ),
    Exercise(
        number="11.10",
        title="Two columns in five dimensions",
        kind="value",
        prompt=r"""$Q\in\mathbb R^{5\times2}$ has orthonormal columns, $Q^\top Q=I_2$, and
$G\in\mathbb R^{5\times2}$. Give the orthogonal projection of $G$ on the tangent space at $Q$, shape
$5\times2$.""",
        hints=(r"Tangent vectors have a skew $Q^\top dQ$. At right angles to them are the $QS$ with "
               "symmetric $S$.",
               r"Remove from $G$ its part of that form: $S=\operatorname{sym}(Q^\top G)$.",
               "In NumPy: `sym(Q.T @ G)`, a $2\\times2$ matrix."),
        draw=draw_stiefel,
        solution="G - Q @ sym(Q.T @ G)",
        wrong=(
            Wrong("(G - Q @ G.T @ Q) / 2", "factor",
                  "The projection for square $Q$. Here the part of $G$ outside the span of $Q$ comes out "
                  "half as long.", hint=1),
            Wrong("G - Q @ G.T @ Q", "factor",
                  "The gradient for the canonical metric; as a projection it is right for one column only. "
                  "Turns inside the span come out twice as long.", hint=1),
            Wrong("G - Q @ (Q.T @ G + G.T @ Q)", "factor",
                  r"The half of $\operatorname{sym}$ is missing: the part at right angles is removed twice.",
                  hint=2),
            Wrong("G - Q @ Q.T @ G", "missing product-rule term",
                  "Too much is removed: the turns inside the span, $Q\\Omega$, are tangent as well.",
                  hint=2),
            Wrong("Q @ sym(Q.T @ G)", "unknown",
                  "This is the part at right angles to the tangent space, the one to be removed.", hint=2),
            Wrong("G - Q @ skew(Q.T @ G)", "unknown",
                  "The wrong half was removed: tangent vectors have a skew $Q^\\top dQ$, so the skew part "
                  "stays and the symmetric one goes.", hint=1),
            Wrong("Q @ skew(Q.T @ G)", "missing product-rule term",
                  "Only the turns inside the span are left. What leads out of it, $(I-QQ^\\top)G$, is "
                  "tangent too.", hint=1),
        ),
        after="What is the dimension of this tangent space? Count it with `np.linalg.matrix_rank`.",
    ),
    Exercise(
        number="11.11",
        title="A quadratic form on the sphere",
        kind="value",
        prompt=r"""$f(\mathbf x)=\frac12\mathbf x^\top A\mathbf x$ on the unit sphere of $\mathbb R^4$, with
$A\in\mathbb R^{4\times4}$ **not** symmetric. Give the Riemannian gradient at a unit vector $\mathbf x$, in
the usual metric, shape `(4,)`.""",
        hints=(r"The gradient of all entries first: $\frac12(A+A^\top)\mathbf x$.",
               r"Then take off what points outwards: $(I-\mathbf x\mathbf x^\top)\,\mathbf g$.",
               "In NumPy: `g - x * (x @ g)`."),
        draw=draw_sphere,
        solution="g = sym(A) @ x\nreturn g - x * (x @ g)",
        wrong=(
            Wrong("A @ x", "not symmetrised",
                  r"The gradient of $\frac12\mathbf x^\top A\mathbf x$ holds $\frac12(A+A^\top)$; and it is "
                  "still to be projected.", hint=1),
            Wrong("A @ x - x * (x @ A @ x)", "only for symmetric input",
                  r"Projected, but the gradient itself is right for symmetric $A$ only: $\mathbf x$ stands "
                  "twice in $f$.", hint=1),
            Wrong("A.T @ x - x * (x @ A @ x)", "only for symmetric input",
                  r"Projected, but the gradient itself is right for symmetric $A$ only: $\mathbf x$ stands "
                  "twice in $f$.", hint=1),
            Wrong("sym(A) @ x", "missing product-rule term",
                  "Not projected: it has a part that points out of the sphere.", hint=2),
            Wrong("2 * sym(A) @ x - 2 * x * (x @ A @ x)", "factor",
                  r"The $\frac12$ of $f$ got lost.", hint=1),
            Wrong("g = sym(A) @ x\nreturn x * (x @ g)", "unknown",
                  "This is the part that points outwards, the one to be dropped.", hint=2),
        ),
        after=r"Where is it zero? Compare with the eigenvectors of $\frac12(A+A^\top)$.",
    ),
    Exercise(
        number="11.12",
        title="Relative changes of a covariance",
        kind="value",
        prompt=r"""On the positive definite $\Sigma\in\mathbb R^{3\times3}$ let changes be measured by
$\operatorname{tr}(\Sigma^{-1}\xi\,\Sigma^{-1}\zeta)$. Give the Riemannian gradient of

$$
f(\Sigma)=\log\det\Sigma+\operatorname{tr}(A\Sigma),
$$

$A\in\mathbb R^{3\times3}$ not symmetric, shape $3\times3$ (`Sigma` in code).""",
        hints=(r"In the usual metric it is $\Sigma^{-1}+\frac12(A+A^\top)$, see 11.6.",
               r"Solve $\Sigma^{-1}(\operatorname{grad}f)\,\Sigma^{-1}=\operatorname{sym}G$.",
               r"$\Sigma\,\Sigma^{-1}\Sigma=\Sigma$: one of the two terms becomes simple."),
        draw=draw_covariance,
        solution="Sigma + Sigma @ sym(A) @ Sigma",
        wrong=(
            Wrong("np.linalg.inv(Sigma) + sym(A)", "missing chain factor",
                  "The gradient in the usual metric. The other ruler puts $\\Sigma$ on both sides of it.",
                  hint=2),
            Wrong("np.eye(3) + sym(A) @ Sigma", "missing chain factor",
                  "$\\Sigma$ stands on one side only. The result is not even symmetric.", hint=2),
            Wrong("Sigma + Sigma @ A @ Sigma", "not symmetrised",
                  "$A$ was not symmetrised, so this is not symmetric.", hint=1),
            Wrong("Sigma + Sigma @ A.T @ Sigma", "not symmetrised",
                  r"$A^\top$ is the gradient of all entries; it is still to be symmetrised.", hint=1),
            Wrong("P = np.linalg.inv(Sigma)\nreturn P @ (P + sym(A)) @ P", "extra chain factor",
                  r"$\Sigma^{-1}$ on both sides: that is the metric once more. It has to be undone, with "
                  r"$\Sigma$.", hint=2),
            Wrong("Sigma + Sigma @ (A + A.T) @ Sigma", "factor",
                  r"The half of $\operatorname{sym}(A)=\frac12(A+A^\top)$ is missing.", hint=1),
            Wrong("np.eye(3) + Sigma @ sym(A) @ Sigma", "missing chain factor",
                  r"$\Sigma$ stands on both sides of $\Sigma^{-1}$ as well, and one of the two is left.",
                  hint=3),
            Wrong("Sigma @ sym(A) @ Sigma", "missing product-rule term",
                  r"$\log\det\Sigma$ was left out.", hint=3),
        ),
        after=r"For $f=\log\det\Sigma+\operatorname{tr}(\Sigma^{-1}S)$ it becomes $\Sigma-S$. Derive it.",
    ),
    Exercise(
        number="11.13",
        title="A descent that stays",
        kind="code",
        name="descend",
        prompt=r"""Write `descend(slope, Q, eta, steps)`: gradient descent on the orthogonal matrices, by
projection and retraction. `slope(Q)` gives the gradient of all entries, of the shape of
$Q\in\mathbb R^{3\times3}$; return the last $Q$. It is tried on two clouds, as in the chapter: $Q$ has to stay
orthogonal to rounding, and to reach the best orthogonal matrix.""",
        hints=("Three lines a step: the gradient, its projection, the retraction.",
               r"The step is $-\eta\cdot\frac12(G-QG^\top Q)$. Adding it to $Q$ leaves the set: take the "
               "orthogonal factor of the sum.",
               "`Q, R = np.linalg.qr(...)`, then mend the signs: `Q * np.sign(np.diag(R))`."),
        judge=judge_descent,
        solution=QR[1:] + """P = (G - Q @ G.T @ Q) / 2
    Q, R = np.linalg.qr(Q - eta * P)
    Q = Q * np.sign(np.diag(R))
return Q""",
        wrong=(
            Wrong(QR[1:] + "Q = Q - eta * (G - Q @ G.T @ Q) / 2\nreturn Q", "only for orthogonal input",
                  "Projected, but not retracted: each step leaves the set a little, and off the set the "
                  "formula is no projection any more.", hint=2),
            Wrong(QR[1:] + "Q = Q - eta * G\nreturn Q", "missing product-rule term",
                  "Neither projected nor retracted: this is descent over all matrices.", hint=1),
            Wrong(QR[1:] + "P = (G - Q @ G.T @ Q) / 2\n    Q = np.linalg.qr(Q - eta * P)[0]\nreturn Q",
                  "sign",
                  "The columns may flip in every step: NumPy's QR does not promise a positive diagonal of "
                  "$R$.", hint=3),
            Wrong(QR[1:] + """P = (G - Q @ G.T @ Q) / 2
    Q, R = np.linalg.qr(Q + eta * P)
    Q = Q * np.sign(np.diag(R))
return Q""", "sign", "Uphill: descent goes along minus the gradient.", hint=2),
            Wrong(QR[1:] + """Q, R = np.linalg.qr(Q - eta * G)
    Q = Q * np.sign(np.diag(R))
return Q""", "missing chain factor",
                  "Retracted, but not projected. QR answers to the part of $G$ at right angles to the set "
                  "as well, so the walk ends at another place.", hint=2),
            Wrong(QR[1:] + "Q = Q - eta * G\nU, s, Vt = np.linalg.svd(Q)\nreturn U @ Vt", "wrong order",
                  "Put back on the set once, at the end. The descent over all matrices ends elsewhere, and "
                  "the orthogonal matrix next to that point is not the best one: retract in every step.",
                  hint=1),
        ),
        after="Take the polar factor instead of QR. Does the number of steps change?",
    ),
    Exercise(
        number="11.14",
        title="A long step on the cone",
        kind="code",
        name="step",
        prompt=r"""Write `step(Sigma, G, t)`: from the positive definite $\Sigma\in\mathbb R^{3\times3}$ go
along the geodesic of the affine-invariant metric, with the velocity minus the Riemannian gradient, for the
time $t$. $G\in\mathbb R^{3\times3}$ is the gradient of all entries and need not be symmetric. Return the
new covariance; it has to be positive definite for $t=3$ too.""",
        hints=(r"The velocity is $\xi=-\Sigma\operatorname{sym}(G)\,\Sigma$.",
               r"$\operatorname{Exp}_\Sigma(t\xi)=\Sigma^{\frac12}\exp(t\,\Sigma^{-\frac12}\xi\,"
               r"\Sigma^{-\frac12})\,\Sigma^{\frac12}$. What is the matrix inside, if you put $\xi$ in?",
               "A root and an exponential of a symmetric matrix: `mu, U = np.linalg.eigh(Sigma)`, then "
               "`(U * np.sqrt(mu)) @ U.T`."),
        judge=judge_geodesic,
        solution=SPD + """lam, V = np.linalg.eigh(back @ xi @ back)
return root @ (V * np.exp(lam)) @ V.T @ root""",
        wrong=(
            Wrong("return Sigma - t * Sigma @ (G + G.T) / 2 @ Sigma", "missing chain factor",
                  "A straight line. Its direction is right, but a long step leaves the cone.", hint=2),
            Wrong(SPD + "lam, V = np.linalg.eigh(2 * back @ xi @ back)\nreturn root @ (V * np.exp(lam)) @ V.T "
                  "@ root", "factor",
                  r"Twice as fast: the half of $\operatorname{sym}(G)=\frac12(G+G^\top)$ is missing.", hint=1),
            Wrong("return Sigma - t * (G + G.T) / 2", "missing chain factor",
                  "The straight step of the usual metric. A long one leaves the cone.", hint=1),
            Wrong(SPD + "lam, V = np.linalg.eigh(xi)\nreturn root @ (V * np.exp(lam)) @ V.T @ root",
                  "missing chain factor",
                  r"The matrix inside the exponential is $\Sigma^{-\frac12}\xi\,\Sigma^{-\frac12}$; without "
                  "these factors the start has another direction.", hint=2),
            Wrong(SPD + "lam, V = np.linalg.eigh(-back @ xi @ back)\nreturn root @ (V * np.exp(lam)) @ V.T "
                  "@ root", "sign", "Uphill: the velocity is minus the gradient.", hint=1),
            Wrong("lam, V = np.linalg.eigh(-t * Sigma @ (G + G.T) / 2 @ Sigma)\nreturn Sigma + (V * "
                  "np.exp(lam)) @ V.T - np.eye(3)", "unknown",
                  "The exponential alone, added. It starts in the right direction, but it is another curve, "
                  "and nothing keeps it positive definite.", hint=2),
        ),
        after=r"Show that $\operatorname{Exp}_\Sigma(\xi)=\Sigma\exp(\Sigma^{-1}\xi)$. Why is the form with "
              "the roots better for a computer?",
    ),
)
