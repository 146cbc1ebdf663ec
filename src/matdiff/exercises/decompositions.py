"""Exercises of chapter 13: LU, Cholesky, QR, singular values, polar factor, and what stays smooth.

Triangular factors are drawn with a diagonal away from 0, rectangular matrices with singular values apart.
"""
import numpy as np

from ..check import Check, check_gradient
from . import Exercise, Option, Wrong
from .judging import in_plain_words, numbers


def draw_lu(rng, n=4):
    """L with ones on its diagonal, U with a diagonal between 1 and 2, and a direction."""
    L = np.tril(rng.normal(size=(n, n)), -1) + np.eye(n)
    U = np.triu(rng.normal(size=(n, n)), 1) + np.diag(rng.uniform(1, 2, size=n))
    return {"L": L, "U": U, "dA": rng.normal(size=(n, n))}


def draw_general(rng):
    """A matrix with non-zero leading minors, not symmetric."""
    factors = draw_lu(rng)
    return {"A": factors["L"] @ factors["U"]}


def draw_cholesky(rng):
    """A symmetric positive definite matrix, and weights that are not symmetric."""
    X = rng.normal(size=(4, 4))
    return {"Sigma": X @ X.T + np.eye(4), "C": rng.normal(size=(4, 4))}


def draw_tall(rng):
    """A 5 by 3 matrix with singular values near 3, 2 and 1."""
    left, right = np.linalg.qr(rng.normal(size=(5, 3)))[0], np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return {"A": left * (np.array([3, 2, 1]) + rng.uniform(-0.2, 0.2, size=3)) @ right.T}


def thin_qr(A):
    """Q and R with a positive diagonal of R."""
    Q, R = np.linalg.qr(A)
    signs = np.sign(np.diag(R))
    return Q * signs, signs[:, None] * R


def draw_qr(rng):
    Q, R = thin_qr(draw_tall(rng)["A"])
    return {"Q": Q, "R": R, "dA": rng.normal(size=(5, 3))}


def draw_qr_backward(rng):
    data = draw_qr(rng)
    return {"Q": data["Q"], "R": data["R"], "Qbar": rng.normal(size=(5, 3)), "Rbar": rng.normal(size=(3, 3))}


def draw_covariance(rng):
    """Eigenvalues 2, 2, 5, 5: two ties."""
    V, dSigma = np.linalg.qr(rng.normal(size=(4, 4)))[0], rng.normal(size=(4, 4))
    return {"Sigma": V * [2, 2, 5, 5] @ V.T, "dSigma": dSigma + dSigma.T}


def judge_qr_backward(answer, rng):
    """The gradient of <Qbar, Q> + <Rbar, R> against a numerical one."""
    data = draw_qr_backward(rng)
    Q, R, Qbar, Rbar = data.values()
    given = numbers(answer(Q, R, Qbar, Rbar), "`Abar`")

    def loss(A):
        Q, R = thin_qr(A)
        return np.sum(Qbar * Q) + np.sum(Rbar * R)

    check = check_gradient(loss, given, Q @ R)
    if check:
        return Check(True, None, "The gradient agrees with a numerical one.")
    M = R @ Rbar.T - Qbar.T @ Q
    right = np.linalg.solve(R, (Qbar + Q @ (np.tril(M) + np.tril(M, -1).T)).T).T
    return in_plain_words(check, right, given, data)


def skew_at_qr(of):
    """test(rng): is of(Q, dQ, C) skew for the thin QR of a tall matrix?"""
    def test(rng):
        A, dA, h = draw_tall(rng)["A"], rng.normal(size=(5, 3)), 1e-6
        Q, R = thin_qr(A)
        dQ = (thin_qr(A + h * dA)[0] - thin_qr(A - h * dA)[0]) / (2 * h)
        X = of(Q, dQ, Q.T @ dA @ np.linalg.inv(R))
        return X.shape[0] == X.shape[1] and bool(np.abs(X + X.T).max() < 1e-6)
    return test


def smooth_at_ties(of):
    """test(rng): does of(U, s, Vt) move as fast forwards as backwards where all singular values are 2?"""
    def test(rng):
        A, dA, h = 2 * np.linalg.qr(rng.normal(size=(5, 3)))[0], rng.normal(size=(5, 3)), 1e-6
        before, here, after = (of(*np.linalg.svd(A + t * dA, full_matrices=False)) for t in (-h, 0, h))
        return bool(np.abs(after - 2 * here + before).max() < 1e-3 * h)
    return test


# Beginnings that answers share.
M = "M = np.linalg.inv(L) @ dA @ np.linalg.inv(U)\nreturn "
PHI = """L = np.linalg.cholesky(Sigma)
Y = np.linalg.inv(L)
X = L.T @ C
Phi = np.tril(X) - np.diag(np.diag(X)) / 2
"""
C = "C = Q.T @ dA @ np.linalg.inv(R)\nreturn "
USV = "U, s, Vt = np.linalg.svd(A, full_matrices=False)\nreturn "
BACK = "M = R @ Rbar.T - Qbar.T @ Q\n"
SOLVED = "return np.linalg.solve(R, (Qbar + Q @ S).T).T"
EIG = "lam, V = np.linalg.eigh(Sigma)\nr = np.sqrt(lam)\nP = V.T @ dSigma @ V\n"


EXERCISES = (
    Exercise(
        number="13.1",
        title="One entry of an LU, by hand",
        kind="value",
        prompt=r"""With pencil. The matrix of the opening, without exchanges of rows:

$$
\begin{bmatrix}2&1\\4&5\end{bmatrix}=\begin{bmatrix}1&0\\2&1\end{bmatrix}\begin{bmatrix}2&1\\0&3\end{bmatrix}.
$$

Now the entry $A_{12}$ (row 1, column 2) grows. Give $dU$, shape $2\times2$, per unit of growth.""",
        hints=(r"Do the elimination with $1+\varepsilon$ in place of $1$. Does $L$ move?",
               "The first row of $U$ is the first row of $A$. From row 2 of $A$ the double of row 1 is taken "
               "off.",
               r"$U_{12}=1+\varepsilon$ and $U_{22}=5-2(1+\varepsilon)$."),
        solution="np.array([[0.0, 1.0], [0.0, -2.0]])",
        wrong=(
            Wrong("np.array([[0.0, 1.0], [0.0, 0.0]])", "one entry",
                  "The entry itself moves. But twice row 1 is taken off row 2, so $U_{22}$ hears of it too.",
                  hint=2),
            Wrong("np.array([[0.0, 1.0], [0.0, 2.0]])", "sign",
                  "$U_{22}=5-2U_{12}$: when $U_{12}$ grows, $U_{22}$ shrinks.", hint=3),
            Wrong("np.array([[0.0, 0.0], [1.0, -2.0]])", "transposed",
                  "The 1 stands below the diagonal. $U$ is upper triangular, and so is $dU$."),
            Wrong("np.array([[0.0, 1.0], [0.0, -0.5]])", "unknown",
                  "This $-\\frac12$ belongs to the opening, where $A_{21}$ was pushed and $L$ moved. Here "
                  "$L_{21}=\\frac42$ stays.", hint=1),
        ),
        after="Push all four entries, one after the other. Which of them move $L$?",
    ),
    Exercise(
        number="13.2",
        title="Half of a Cholesky factor",
        kind="value",
        prompt=r"""With pencil.

$$
\begin{gathered}
\Sigma=\begin{bmatrix}4&2\\2&5\end{bmatrix},\quad L=\begin{bmatrix}2&0\\1&2\end{bmatrix},\\
d\Sigma=\begin{bmatrix}0&1\\1&0\end{bmatrix}.
\end{gathered}
$$

Give $dL$, shape $2\times2$.""",
        hints=(r"Write $s$ for $\Sigma_{21}$. Then $L_{21}=\frac s2$.",
               r"$L_{22}=\sqrt{5-L_{21}^2}=\sqrt{5-\frac{s^2}4}$, at $s=2$.",
               r"$\frac{dL_{22}}{ds}=-\frac{s}{4L_{22}}$."),
        solution="np.array([[0.0, 0.0], [0.5, -0.25]])",
        wrong=(
            Wrong("np.array([[0.0, 0.0], [0.5, -0.5]])", "factor",
                  r"The diagonal is twice too large: in $\Phi$ it is halved.", hint=3),
            Wrong("np.array([[0.0, 0.5], [0.0, -0.25]])", "transposed",
                  "The numbers are right; $L$ is *lower* triangular."),
            Wrong("np.array([[0.0, 0.0], [0.25, -0.125]])", "factor",
                  r"Half of it: as if only one of the two entries of $d\Sigma$ were 1. A symmetric matrix "
                  "moves in both places at once.", hint=1),
            Wrong("np.array([[0.0, 0.0], [0.5, 0.0]])", "one entry",
                  r"$L_{22}$ moves too: $L_{21}^2+L_{22}^2=\Sigma_{22}$ stays.", hint=2),
            Wrong("np.array([[0.0, 0.25], [0.25, -0.125]])", "unknown",
                  r"This is $\frac12d\Sigma\,L^{-\top}$, the rule for a square root of a number. It is not "
                  "even lower triangular.", hint=1),
        ),
        after=r"Check it with $\Phi(L^{-1}d\Sigma\,L^{-\top})$.",
    ),
    Exercise(
        number="13.3",
        title="Which one is skew",
        kind="choice",
        prompt=r"""$A=QR$ is the thin QR of a $5\times3$ matrix with independent columns, and $A$ moves by any
$dA$. Which of these is always skew?""",
        hints=("Write down the shapes first.", r"Differentiate $Q^\top Q=I$."),
        solution='"b"',
        options={
            "a": Option("$dQ$", False, r"It is $5\times3$: only a square matrix can be skew.",
                        test=skew_at_qr(lambda Q, dQ, C: dQ), mistake="shape"),
            "b": Option(r"$Q^\top dQ$", True, r"$dQ^\top Q+Q^\top dQ=0$, and that says that it is skew.",
                        test=skew_at_qr(lambda Q, dQ, C: Q.T @ dQ)),
            "c": Option(r"$dQ\,Q^\top$", False,
                        r"Skew for a square $Q$ only. For a tall one $dQ\,Q^\top+Q\,dQ^\top=d(QQ^\top)$, and "
                        "that moves with the column space.",
                        test=skew_at_qr(lambda Q, dQ, C: dQ @ Q.T), mistake="transposed"),
            "d": Option(r"$Q^\top dA\,R^{-1}$", False,
                        r"It is skew *plus* upper triangular: $Q^\top dQ+dR\,R^{-1}$.",
                        test=skew_at_qr(lambda Q, dQ, C: C), mistake="missing product-rule term"),
        },
        after="For which one of the other three does it become true if $A$ is square?",
    ),
    Exercise(
        number="13.4",
        title="The lower factor",
        kind="value",
        prompt=r"""$A=LU\in\mathbb R^{4\times4}$, without exchanges of rows, moves by $dA$. Give $dL$, shape
$4\times4$, from `L`, `U` and `dA`. (`np.tril(X, -1)` is the part strictly below the diagonal.)""",
        hints=(r"$dA=dL\,U+L\,dU$. Multiply from both sides so that each term becomes triangular.",
               r"$M=L^{-1}dA\,U^{-1}=L^{-1}dL+dU\,U^{-1}$. Which part of $M$ is $L^{-1}dL$?",
               "The ones on the diagonal of $L$ stay, so it is the *strictly* lower part."),
        draw=draw_lu,
        solution=M + "L @ np.tril(M, -1)",
        wrong=(
            Wrong("np.tril(dA @ np.linalg.inv(U), -1)", "missing chain factor",
                  "Only $U$ was stripped. That is right if $L=I$, or if only the last row of $A$ "
                  "moves.", hint=1),
            Wrong("L @ np.tril(np.linalg.inv(L) @ dA, -1)", "missing chain factor",
                  "Only $L$ was stripped. That is right if $U=I$.", hint=1),
            Wrong(M + "L @ np.tril(M)", "extra chain factor",
                  r"The diagonal of $M$ belongs to $U$. Your $dL$ moves the ones on the diagonal of $L$.",
                  hint=3),
            Wrong(M + "np.tril(M, -1)", "missing chain factor",
                  "This is $L^{-1}dL$: it still has to be wrapped in $L$.", hint=2),
            Wrong(M + "np.tril(M, -1) @ L", "wrong order",
                  "$L$ stands on the other side: the strictly lower part is $L^{-1}dL$.", hint=2),
            Wrong(M + "L @ np.triu(M)", "one triangle",
                  "The wrong half of $M$: the upper part belongs to $dU$.", hint=2),
            Wrong(M + "np.triu(M) @ U", "unknown", "This is $dU$, the other factor.", hint=2),
            Wrong("L @ np.tril(np.linalg.inv(U) @ dA @ np.linalg.inv(L), -1)", "wrong order",
                  r"The factors were taken off on the wrong sides: $A=LU$, so $L$ goes from the left, $U$ "
                  "from the right.", hint=1),
            Wrong(M + "M", "missing product-rule term",
                  r"$M$ holds both pieces, and neither is wrapped yet: $L^{-1}dL$ is its strictly lower "
                  "part.",
                  hint=2),
            Wrong("dA @ np.linalg.inv(U)", "missing product-rule term",
                  "$U$ was held. It moves too, and takes the upper part of $M$.", hint=1),
        ),
        after=r"Write $dU$ as well, and test $dL\,U+L\,dU=dA$.",
    ),
    Exercise(
        number="13.5",
        title="Back through a solve",
        kind="value",
        prompt=r"""With pencil. $A$ is the matrix of 13.1, and

$$
A\mathbf x=\begin{bmatrix}4\\14\end{bmatrix}.
$$

The loss is $6x_1$. Give its gradient $\bar A$, shape $2\times2$.""",
        hints=(r"$\mathbf x=(1,2)$. One more solve gives $\bar{\mathbf b}$: "
               r"$A^\top\bar{\mathbf b}=(6,0)^\top$.",
               r"$\bar{\mathbf b}=(5,-1)$. And $\bar A=-\bar{\mathbf b}\,\mathbf x^\top$.",
               r"$-\begin{bmatrix}5\\-1\end{bmatrix}\begin{bmatrix}1&2\end{bmatrix}$"),
        solution="np.array([[-5.0, -10.0], [1.0, 2.0]])",
        wrong=(
            Wrong("np.array([[-5.0, 1.0], [-10.0, 2.0]])", "transposed",
                  r"This is $-\mathbf x\,\bar{\mathbf b}^\top$: the row belongs to $\mathbf x$.", hint=2),
            Wrong("np.array([[5.0, 10.0], [-1.0, -2.0]])", "sign",
                  "The minus of the sandwich is missing."),
            Wrong("np.array([[-5.0, -10.0], [4.0, 8.0]])", "only for symmetric input",
                  r"Solved with $A$ instead of $A^\top$. The two agree for symmetric $A$ only.", hint=1),
            Wrong("np.array([[-20.0, -70.0], [4.0, 14.0]])", "missing chain factor",
                  r"This is $-\bar{\mathbf b}\,\mathbf b^\top$: the row is the solution $\mathbf x$, not the "
                  "right-hand side.", hint=2),
            Wrong("np.array([[-6.0, -12.0], [0.0, 0.0]])", "missing chain factor",
                  r"This is $-\bar{\mathbf x}\,\mathbf x^\top$: the solve with $A^\top$ is missing.", hint=1),
        ),
        after="With $L$ and $U$ at hand: which two triangular systems are solved, and in which order?",
    ),
    Exercise(
        number="13.6",
        title="The sum of the logarithms of the pivots",
        kind="gradient",
        prompt=r"""$f(A)=\sum_i\log|U_{ii}|$, with $A=LU\in\mathbb R^{4\times4}$, general, and without
exchanges of rows. Use the rule backwards, or see through the sum. Give $\nabla_Af$, shape $4\times4$.""",
        hints=(r"$\bar L=0$ and $\bar U=\operatorname{diag}(1/U_{ii})$. What is $\operatorname{triu}(\bar "
               r"UU^\top)$?",
               r"$\bar UU^\top$ is *lower* triangular with ones on its diagonal, so its upper part is $I$.",
               r"$L^{-\top}I\,U^{-\top}=(LU)^{-\top}$."),
        draw=draw_general,
        function="np.linalg.slogdet(A)[1]",
        solution="np.linalg.inv(A).T",
        wrong=(
            Wrong("np.linalg.inv(A)", "transposed",
                  r"The transpose is missing: both factors arrive as $L^{-\top}$ and $U^{-\top}$.", hint=3),
            Wrong("np.diag(1 / np.diag(A))", "only for diagonal input",
                  "The pivots are not the diagonal of $A$; all entries of $A$ move them.", hint=1),
            Wrong("2 * np.linalg.inv(A).T", "factor",
                  r"Twice too much: that is the gradient of $\log(\det A)^2$."),
            Wrong("np.linalg.det(A) * np.linalg.inv(A).T", "extra chain factor",
                  r"The gradient of $\det A$. The logarithm divides it by $\det A$."),
        ),
        after="Which function of $A$ is it?",
    ),
    Exercise(
        number="13.7",
        title="The triangular factor of QR",
        kind="value",
        prompt=r"""$A=QR$, the thin QR of a $5\times3$ matrix, moves by $dA$. Give $dR$, shape
$3\times3$, from `Q`, `R` and `dA`.""",
        hints=(r"$C=Q^\top dA\,R^{-1}=\Omega+dR\,R^{-1}$, skew plus upper.",
               r"Below the diagonal $C$ is $\Omega$, so "
               r"$\Omega=\operatorname{stril}C-\operatorname{stril}(C)^\top$.",
               r"$dR=(C-\Omega)R$. In NumPy: `W = np.tril(C, -1)` and `C - W + W.T`."),
        draw=draw_qr,
        solution=C + "(C - np.tril(C, -1) + np.tril(C, -1).T) @ R",
        wrong=(
            Wrong(C + "np.triu(C) @ R", "missing product-rule term",
                  r"The upper part of $C$ holds a piece of $\Omega$ too, the mirror image of its lower "
                  "half.", hint=2),
            Wrong(C + "C - np.tril(C, -1) + np.tril(C, -1).T", "missing chain factor",
                  r"This is $dR\,R^{-1}$: it still has to be wrapped in $R$.", hint=3),
            Wrong(C + "(np.triu(C) + np.tril(C).T) @ R", "factor",
                  "The diagonal is there twice. Only what lies *strictly* below it is mirrored.", hint=3),
            Wrong(C + "(np.tril(C, -1) - np.tril(C, -1).T) @ R", "unknown",
                  r"This is $\Omega R$, the piece of $dQ$. What is left of $C$ belongs to $dR$.", hint=3),
            Wrong("Q.T @ dA", "missing product-rule term",
                  "$Q$ was held. Your $dR$ is not even triangular.", hint=1),
            Wrong("np.triu(Q.T @ dA)", "one triangle",
                  "$Q$ was held, and what did not fit was cut off.", hint=1),
            Wrong(C + "R @ (C - np.tril(C, -1) + np.tril(C, -1).T)", "wrong order",
                  r"$R$ stands on the other side: the upper piece is $dR\,R^{-1}$.", hint=3),
            Wrong(C + "(C - np.tril(C, -1) - np.tril(C, -1).T) @ R", "sign",
                  r"$\Omega$ above the diagonal is *minus* the mirror image, and it is taken off: plus.",
                  hint=3),
            Wrong(C + "(C + C.T) / 2 @ R", "not symmetrised",
                  "The symmetric part of $C$: that is the split of the polar factor, and $dR$ would not be "
                  "triangular.", hint=1),
        ),
        after=r"Test $dQ\,R+Q\,dR=dA$ with the $dQ$ of this chapter.",
    ),
    Exercise(
        number="13.8",
        title="Cubes of singular values",
        kind="gradient",
        prompt=r"$f(A)=\sum_i\sigma_i^3$ with $A\in\mathbb R^{5\times3}$, its singular values distinct. Give "
               r"$\nabla_Af$, shape $5\times3$.",
        hints=(r"$df=\sum_i3\sigma_i^2\,d\sigma_i$.",
               r"$d\sigma_i=\langle\mathbf u_i\mathbf v_i^\top,dA\rangle$.",
               r"$\sum_i3\sigma_i^2\mathbf u_i\mathbf v_i^\top=3US^2V^\top$; `U * s**2 @ Vt`."),
        draw=draw_tall,
        function="np.sum(np.linalg.svd(A, compute_uv=False)**3)",
        solution=USV + "3 * U * s**2 @ Vt",
        wrong=(
            Wrong("3 * A @ A.T @ A", "extra chain factor",
                  r"This is $3US^3V^\top$: one $\sigma_i$ too much. $d\sigma_i$ brings "
                  r"$\mathbf u_i\mathbf v_i^\top$ and no $\sigma_i$.", hint=2),
            Wrong("3 * A**2", "elementwise product",
                  "The rule for numbers, entry by entry. Singular values are not the entries.", hint=1),
            Wrong(USV + "3 * (U * s**2 @ Vt).T", "transposed",
                  r"The gradient has the shape of $A$: $\mathbf u_i$ runs down, $\mathbf v_i$ across.",
                  hint=2),
            Wrong(USV + "U * s**2 @ Vt", "factor", "The exponent 3 comes down as a factor.", hint=1),
            Wrong(USV + "3 * U * s @ Vt", "missing chain factor",
                  r"One $\sigma_i$ is missing: the slope of $\sigma^3$ is $3\sigma^2$.", hint=1),
            Wrong("2 * A", "unknown",
                  r"This is the gradient of $\sum_i\sigma_i^2$, the squared Frobenius norm.", hint=1),
            Wrong(USV + "3 * U @ Vt", "missing chain factor",
                  r"The outer derivative $3\sigma_i^2$ lost its $\sigma_i^2$.", hint=1),
        ),
        after=r"Your rule holds even where singular values tie. Why, and what is the gradient of "
              r"$\sum_i\sigma_i^2$?",
    ),
    Exercise(
        number="13.9",
        title="Smooth at ties",
        kind="choice",
        prompt=r"""$A\in\mathbb R^{5\times3}$ has orthonormal columns times $2$: all three singular values are
equal. Which of these has a derivative there?""",
        hints=("Which of them depend on the order, or on the choice of axes?",
               r"In $UV^\top$ differences of singular values cancel, sums stay."),
        solution='"c"',
        options={
            "a": Option(r"$\sigma_1$, the largest singular value", False,
                        r"It has a kink, like the larger of two numbers where they tie.",
                        test=smooth_at_ties(lambda U, s, Vt: s[0]), mistake="unknown"),
            "b": Option(r"$\mathbf u_1\mathbf u_1^\top$, free of signs", False,
                        "Free of signs, but not of the choice: any unit vector of the column space serves as "
                        r"$\mathbf u_1$.",
                        test=smooth_at_ties(lambda U, s, Vt: np.outer(U[:, 0], U[:, 0])), mistake="unknown"),
            "c": Option("$UV^\\top$, the polar factor", True,
                        "Only rank matters here: sums of singular values stand where the SVD has "
                        "differences.",
                        test=smooth_at_ties(lambda U, s, Vt: U @ Vt)),
            "d": Option(r"$\sigma_1-\sigma_3$, the spread", False,
                        "It is zero there and positive nearby in almost every direction: a kink.",
                        test=smooth_at_ties(lambda U, s, Vt: s[0] - s[2]), mistake="unknown"),
        },
        after=r"And $\sigma_1+\sigma_2+\sigma_3$? And $\sigma_1\sigma_2\sigma_3$?",
    ),
    Exercise(
        number="13.10",
        title="Back to a covariance",
        kind="gradient",
        prompt=r"""$f(\Sigma)=\langle C,L\rangle=\sum_{ij}C_{ij}L_{ij}$ with
$\Sigma=LL^\top\in\mathbb R^{4\times4}$ symmetric positive definite, $L$ its Cholesky factor and
$C\in\mathbb R^{4\times4}$ general. Give the gradient on the symmetric matrices, shape $4\times4$ (`Sigma` in
code).""",
        hints=(r"$df=\langle C,L\,\Phi(N)\rangle$ with $N=L^{-1}d\Sigma\,L^{-\top}$. Move $L$ to the other "
               "side.",
               r"$\Phi$ is its own adjoint: $\langle X,\Phi(N)\rangle=\langle\Phi(X),N\rangle$.",
               r"Then move the sandwich: $\langle\Phi,L^{-1}d\Sigma\,L^{-\top}\rangle=\langle L^{-\top}\Phi "
               r"L^{-1},d\Sigma\rangle$, and take the symmetric part."),
        draw=draw_cholesky,
        function="np.sum(C * np.linalg.cholesky((Sigma + Sigma.T) / 2))",
        solution=PHI + "G = Y.T @ Phi @ Y\nreturn (G + G.T) / 2",
        keywords={"symmetric": True},
        wrong=(
            Wrong(PHI + "return Y.T @ Phi @ Y", "not symmetrised",
                  "The symmetric part is still to be taken.", hint=3),
            Wrong(PHI + "G = Y.T @ np.tril(X) @ Y\nreturn (G + G.T) / 2", "missing chain factor",
                  r"$\Phi$ halves the diagonal; here it is whole.", hint=2),
            Wrong(PHI + "G = Y @ Phi @ Y.T\nreturn (G + G.T) / 2", "transposed",
                  r"The sandwich moves over transposed: $L^{-\top}$ on the left, $L^{-1}$ on the right.",
                  hint=3),
            Wrong(PHI + "X = L @ C\nPhi = np.tril(X) - np.diag(np.diag(X)) / 2\n"
                  "G = Y.T @ Phi @ Y\nreturn (G + G.T) / 2", "transposed",
                  r"$L$ moves over as $L^\top$: it is $\Phi(L^\top C)$.", hint=1),
            Wrong(PHI + "G = C @ Y / 2\nreturn (G + G.T) / 2", "missing chain factor",
                  r"The adjoint of $\frac12d\Sigma\,L^{-\top}$, the rule for numbers: every entry of "
                  r"$L^\top C$ was halved. $\Phi$ cuts off the upper triangle, and halves the diagonal only.",
                  hint=2),
            Wrong(PHI + "G = Y.T @ np.tril(X, -1) @ Y\nreturn (G + G.T) / 2", "missing chain factor",
                  r"The diagonal is missing: $\Phi$ keeps half of it.", hint=2),
        ),
        after=r"Put $C=2\operatorname{diag}(1/L_{ii})$ and compare with $\Sigma^{-1}$. Why does it come out?",
    ),
    Exercise(
        number="13.11",
        title="A plane that moves",
        kind="value",
        prompt=r"""With pencil. $A=\operatorname{diag}(2,2,1)$ and $dA=E_{13}$, a 1 in row 1, column 3. The
first two right singular vectors have no derivative. The projector on their plane has. Give $dP_2$, shape
$3\times3$.""",
        hints=(r"$d(A^\top A)=dA^\top A+A^\top dA$, and that is $2(E_{13}+E_{31})$.",
               r"Only the pair $i=1$, $j=3$ is touched, and the gap is $\sigma_1^2-\sigma_3^2=4-1$.",
               r"$\frac23(\mathbf v_3\mathbf v_1^\top+\mathbf v_1\mathbf v_3^\top)$."),
        solution="2 / 3 * np.array([[0.0, 0, 1], [0, 0, 0], [1, 0, 0]])",
        wrong=(
            Wrong("2 * np.array([[0.0, 0, 1], [0, 0, 0], [1, 0, 0]])", "factor",
                  r"The gap of the singular values, $2-1$. Right singular vectors belong to $A^\top A$: the "
                  "gap of the squares.", hint=2),
            Wrong("2 / 3 * np.array([[0.0, 0, 1], [0, 0, 0], [0, 0, 0]])", "one entry",
                  r"A projector is symmetric, and so is $dP_2$.", hint=3),
            Wrong("-2 / 3 * np.array([[0.0, 0, 1], [0, 0, 0], [1, 0, 0]])", "sign",
                  r"The gap was taken the other way round: it is $\sigma_i^2-\sigma_j^2$ with $i\le k<j$.",
                  hint=2),
            Wrong("1 / 3 * np.array([[0.0, 0, 1], [0, 0, 0], [1, 0, 0]])", "unknown",
                  r"That is the answer for the *left* vectors, or for a push of $A_{31}$. Here "
                  r"$\sigma_1=2$ multiplies.", hint=1),
            Wrong("np.zeros((3, 3))", "unknown",
                  "The plane does tilt. What has no derivative are its two axes.", hint=1),
        ),
        after="Do the same for the left singular vectors. Why is the factor another one?",
    ),
    Exercise(
        number="13.12",
        title="QR, backwards",
        kind="code",
        name="qr_backward",
        prompt=r"""Write `qr_backward(Q, R, Qbar, Rbar)` for the thin QR of a $5\times3$ matrix. It gets $Q$
($5\times3$), $R$ ($3\times3$) and the gradients that have arrived at them, and returns $\bar A$, shape
$5\times3$ (a solve is enough; no inverse is needed):

$$
\begin{gathered}
\bar A=[\bar Q+Q\operatorname{copyltu}M]\,R^{-\top},\\
M=R\bar R^\top-\bar Q^\top Q .
\end{gathered}
$$

$\operatorname{copyltu}M$ is the symmetric matrix with the lower triangle of $M$. (A loss knows nothing of $R$
below the diagonal: `Rbar` may hold anything there.)""",
        hints=("`np.tril(M) + np.tril(M, -1).T` is symmetric and has the diagonal once.",
               r"$XR^{-\top}$ is a solve: $(R^{-1}X^\top)^\top$.",
               r"Test $\langle\bar A,dA\rangle$ against $\langle\bar Q,dQ\rangle+\langle\bar R,dR\rangle$."),
        draw=draw_qr_backward,
        judge=judge_qr_backward,
        solution=BACK + "S = np.tril(M) + np.tril(M, -1).T\n" + SOLVED,
        wrong=(
            Wrong(BACK + "S = (M + M.T) / 2\n" + SOLVED, "one triangle",
                  r"The symmetric part of $M$ mixes both triangles. $\operatorname{copyltu}$ copies the "
                  "lower one.", hint=1),
            Wrong(BACK + "S = np.tril(M) + np.tril(M).T\n" + SOLVED, "factor",
                  "The diagonal is there twice.", hint=1),
            Wrong(BACK + "S = np.tril(M)\n" + SOLVED, "one triangle",
                  "Half of the symmetric matrix: the mirror image is missing.", hint=1),
            Wrong("M = R @ Rbar.T + Qbar.T @ Q\nS = np.tril(M) + np.tril(M, -1).T\n" + SOLVED, "sign",
                  r"In $M$ the second term has a minus."),
            Wrong("M = Rbar @ R.T - Qbar.T @ Q\nS = np.tril(M) + np.tril(M, -1).T\n" + SOLVED, "transposed",
                  r"The first term is $R\bar R^\top$; this one is its transpose."),
            Wrong("M = R @ Rbar.T - Q.T @ Qbar\nS = np.tril(M) + np.tril(M, -1).T\n" + SOLVED, "transposed",
                  r"The second term is $\bar Q^\top Q$; this one is its transpose."),
            Wrong(BACK + "S = np.tril(M) + np.tril(M, -1).T\nreturn np.linalg.solve(R, (Qbar - Q @ S).T).T",
                  "sign", r"$Q\operatorname{copyltu}M$ is added. The minus stands inside $M$."),
            Wrong(BACK + "S = np.tril(M) + np.tril(M, -1).T\nreturn np.linalg.solve(R.T, (Qbar + Q @ S).T).T",
                  "transposed", r"This multiplies by $R^{-1}$; asked for is $R^{-\top}$.", hint=2),
            Wrong(BACK + "S = np.triu(M) + np.triu(M, 1).T\n" + SOLVED, "one triangle",
                  "The upper triangle of $M$ was copied, or the lower one of $M^\\top$. It is the lower one "
                  "of $M$ that counts.", hint=1),
            Wrong("return Qbar @ np.linalg.inv(R).T + Q @ Rbar", "missing product-rule term",
                  "Each factor moved while the other was held."),
        ),
        after="Why does the part of `Rbar` below the diagonal not matter? Look at which entries of $M$ it "
              "reaches.",
    ),
    Exercise(
        number="13.13",
        title="Whitening with ties",
        kind="value",
        prompt=r"""$W=\Sigma^{-1/2}$ whitens data with covariance $\Sigma\in\mathbb R^{4\times4}$. The
$\Sigma$ that you get has the eigenvalues $2,2,5,5$; it moves by a symmetric $d\Sigma$. Give $dW$, shape
$4\times4$, from `Sigma` and `dSigma`, by a formula: no small steps, and no division by zero where eigenvalues
tie.""",
        hints=(r"$dW=V(K\odot V^\top d\Sigma\,V)V^\top$ with the divided differences $K_{ij}$ of "
               r"$\lambda^{-1/2}$.",
               r"Write $a=\sqrt{\lambda_i}$, $b=\sqrt{\lambda_j}$ and simplify "
               r"$\dfrac{\frac1a-\frac1b}{a^2-b^2}$ before you divide.",
               r"$K_{ij}=-\dfrac1{ab(a+b)}$, which holds for $a=b$ too."),
        draw=draw_covariance,
        solution=EIG + "K = -1 / (np.outer(r, r) * (r[:, None] + r))\nreturn V @ (K * P) @ V.T",
        wrong=(
            Wrong(EIG + "return -V * r**-3 @ V.T @ dSigma / 2", "wrong order",
                  r"$-\frac12\Sigma^{-3/2}d\Sigma$, the rule for numbers: right only if $\Sigma$ and "
                  r"$d\Sigma$ commute.", hint=1),
            Wrong(EIG + "K = 1 / (np.outer(r, r) * (r[:, None] + r))\nreturn V @ (K * P) @ V.T", "sign",
                  r"$\lambda^{-1/2}$ falls as $\lambda$ grows: $K$ is negative.", hint=3),
            Wrong(EIG + "D = lam[:, None] - lam\ntie = abs(D) < 1e-9\n"
                  "K = np.where(tie, 0, (1 / r[:, None] - 1 / r) / (D + tie))\nreturn V @ (K * P) @ V.T",
                  "unknown", r"Where eigenvalues tie, and on the diagonal, $K$ was put to 0. It is the slope "
                  r"there, $-\frac12\lambda^{-3/2}$.", hint=3),
            Wrong(EIG + "return V @ np.diag(-np.diag(P) / (2 * r**3)) @ V.T", "only diagonal",
                  r"Only the diagonal of $V^\top d\Sigma\,V$ was kept: the eigenvectors were held.", hint=1),
            Wrong(EIG + "K = 1 / (r[:, None] + r)\nreturn V @ (K * P) @ V.T", "unknown",
                  r"These are the divided differences of $\sqrt\lambda$: the differential of $\Sigma^{1/2}$.",
                  hint=2),
            Wrong(EIG + "K = -1 / (np.outer(r, r) * (r[:, None] + r))\nreturn V.T @ (K * P) @ V",
                  "transposed", "The wrapping is turned round: $V$ on the left, $V^\\top$ on the right."),
            Wrong("W = np.linalg.inv(np.linalg.cholesky(Sigma))\nreturn -W @ dSigma @ W / 2", "unknown",
                  r"Another whitening, $L^{-1}$, and the rule for numbers. Asked for is the symmetric "
                  r"$\Sigma^{-1/2}$.", hint=1),
        ),
        after=r"Test $dW\,\Sigma\,W+W\,d\Sigma\,W+W\,\Sigma\,dW=0$. What does it say?",
    ),
)
