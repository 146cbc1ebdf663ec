"""Exercises of chapter 14: the matrix normal and its scores, flip-flop, probabilistic PCA, the matrix t.

X is n x p with n = 3 and p = 4, or 2 x 3 where numbers are worked by hand. Covariances are drawn symmetric with
eigenvalues between 0.5 and 2; that of the rows is called U, that of the columns V.
"""
import numpy as np

from ..check import Check
from . import Exercise, Option, Wrong
from .judging import numbers


def covariance(rng, n):
    """Symmetric, with eigenvalues between 0.5 and 2, not diagonal."""
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return Q @ np.diag(np.linspace(0.5, 2, n) if n > 1 else [1.0]) @ Q.T


def draw_mean(rng):
    return {"M": rng.normal(size=(3, 4)), "X": rng.normal(size=(5, 3, 4)), "U": covariance(rng, 3),
            "V": covariance(rng, 4)}


def draw_column(rng):
    return {"V": covariance(rng, 4), "E": 2 * rng.normal(size=(3, 4)), "U": covariance(rng, 3)}


def draw_both(rng):
    return {"U": covariance(rng, 3), "V": covariance(rng, 4)}


def draw_gaussian(rng):
    return {"Sigma": covariance(rng, 3), "X": 2 * rng.normal(size=(7, 3))}


def draw_factor(rng):
    L = np.tril(rng.normal(size=(3, 3)), -1) + np.diag(rng.uniform(0.7, 1.5, size=3))
    return {"L": L, "K": covariance(rng, 3), "p": 4}


def draw_loadings(rng):
    return {"W": rng.normal(size=(5, 2)), "S": covariance(rng, 5), "s2": 0.7, "n": 9}


def draw_t(rng):
    return {"M": rng.normal(size=(3, 4)), "X": 2 * rng.normal(size=(3, 4)), "U": covariance(rng, 3),
            "V": covariance(rng, 4), "nu": 2.5}


def draw_generating(rng):
    return {"Sigma": covariance(rng, 3), "mu": rng.normal(size=3), "a": rng.normal(size=3) / 2}


def judge_logpdf(answer, rng):
    """Against the normal of vec X with the whole covariance; the nearest slip is named."""
    X, M, U, V = (rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), covariance(rng, 3) * 3, covariance(rng, 4))
    given = numbers(answer(X, M, U, V), "the log-density")
    if given.shape != ():
        return Check(False, "shape", "One matrix has one log-density: return a number, not an array of shape "
                                     f"{given.shape}.")
    E = X - M
    logs = {name: np.linalg.slogdet(C)[1] for name, C in (("U", U), ("V", V))}
    q = np.sum(E * np.linalg.solve(U, np.linalg.solve(V, E.T).T))
    c = -6 * np.log(2 * np.pi)
    if np.isclose(given, c - 2 * logs["U"] - 1.5 * logs["V"] - q / 2):
        return Check(True, None, "It agrees with the 12-variate normal of the stacked matrix.")
    slips = (
        ("factor", c - 1.5 * logs["U"] - 2 * logs["V"] - q / 2,
         "Each determinant got its own size as power. $V\\otimes U$ repeats $U$ once per *column*: $|U|^p|V|^n$."),
        ("factor", c - logs["U"] - 0.75 * logs["V"] - q / 2,
         "The log-determinants count half: $\\log|U|$ is *twice* the sum of the logs of the factor's diagonal."),
        ("factor", c - 4 * logs["U"] - 3 * logs["V"] - q / 2,
         "The log-determinants count twice: the density has the *root* of $|V\\otimes U|$."),
        ("sign", c - 2 * logs["U"] - 1.5 * logs["V"] + q / 2,
         "The quadratic form has the wrong sign: the density has to fall away from the mean."),
        ("sign", c + 2 * logs["U"] + 1.5 * logs["V"] - q / 2,
         "The log-determinants have the wrong sign: a wide distribution is low."),
        ("factor", c - 2 * logs["U"] - 1.5 * logs["V"] - q, "The quadratic form has a factor one half."),
        ("missing product-rule term", -2 * logs["U"] - 1.5 * logs["V"] - q / 2,
         "The constant $-\\frac{np}2\\log2\\pi$ is missing."),
        ("missing product-rule term", c - q / 2, "The log-determinants are missing."),
    )
    for mistake, value, sentence in slips:
        if np.isclose(given, value):
            return Check(False, mistake, sentence)
    return Check(False, "unknown", "The value is another one. Check in turn the constant, the two "
                                   "log-determinants and the square of the whitened residual.")


# Beginnings that answers share.
E_SUM = "E = (X - M).sum(axis=0)\nreturn "
V_SCORE = "A, B = np.linalg.inv(U), np.linalg.inv(V)\nreturn "
S_INV = "S, P = X.T @ X / 7, np.linalg.inv(Sigma)\nreturn "
G_U = "P = np.linalg.inv(L @ L.T)\nG = (P @ K @ P - p * P) / 2\nreturn "
C_INV = "P = np.linalg.inv(W @ W.T + s2 * np.eye(5))\nreturn "
T_HEAD = "E, P = X - M, np.linalg.inv(U)\nreturn "
FACTORS = "E, A, B = X - M, np.linalg.cholesky(U), np.linalg.cholesky(V)\n"
WHITE = FACTORS + "Z = np.linalg.solve(B, np.linalg.solve(A, E).T).T\n"
LOGS = "a, b = np.log(np.diag(A)).sum(), np.log(np.diag(B)).sum()\nreturn "

EXERCISES = (
    Exercise(
        number="14.1",
        title="Which way the mean is pulled",
        kind="value",
        prompt=r"""With pencil. A residual, $n=3$ and $p=2$, and the two covariances:

$$
E=X-M=\begin{bmatrix}2&1\\2&0\\4&4\end{bmatrix},
$$

$$
U=\begin{bmatrix}1&0&0\\0&2&0\\0&0&4\end{bmatrix},\qquad V=\begin{bmatrix}2&1\\1&1\end{bmatrix}.
$$

Give $\nabla_M\log p(X)$ of the matrix normal, shape $3\times2$.""",
        hints=(r"It is $U^{-1}EV^{-1}$. $U^{-1}$ divides the rows by 1, 2 and 4.",
               r"$V^{-1}=\begin{bmatrix}1&-1\\-1&2\end{bmatrix}$ stands on the right.",
               "The first row: $(2,1)V^{-1}=(2-1,\\,-2+2)$."),
        solution="np.array([[1.0, 0.0], [1.0, -1.0], [0.0, 1.0]])",
        wrong=(
            Wrong("np.array([[-1.0, 0.0], [-1.0, 1.0], [0.0, -1.0]])", "sign",
                  "The numbers are right, the sign is not: the mean is pulled *towards* the datum. Two minus "
                  "signs meet, that of the exponent and that of $E=X-M$."),
            Wrong("np.array([[2.0, 1.0], [1.0, 0.0], [1.0, 1.0]])", "unknown",
                  "This is $U^{-1}E$: the covariance of the columns has to act too, from the right.", hint=2),
            Wrong("np.array([[5.0, 3.0], [8.0, 4.0], [48.0, 32.0]])", "unknown",
                  "This is $UEV$. The score divides by the covariances: where the spread is small, the pull is "
                  "strong.", hint=1),
            Wrong("np.array([[1.0, 0.0], [2.0, -2.0], [0.0, 4.0]])", "unknown",
                  "This is $EV^{-1}$: the rows still have to be divided by 1, 2 and 4.", hint=1),
        ),
        after="The entry $(2,2)$ of $E$ is 0, and yet the mean is pulled there. By what?",
    ),
    Exercise(
        number="14.2",
        title="The covariance of the columns",
        kind="gradient",
        prompt=r"""The log-density of the matrix normal is

$$
\begin{aligned}
\log p=c&-\tfrac p2\log|U|-\tfrac n2\log|V|\\
&-\tfrac12\operatorname{tr}(U^{-1}EV^{-1}E^\top),
\end{aligned}
$$

here with $E\in\mathbb R^{3\times4}$, so $n=3$, $p=4$. Give the gradient in the symmetric positive definite
$V\in\mathbb R^{4\times4}$.""",
        hints=("Start from the gradient in $U$ and make *three* swaps: which pairs change places?",
               r"$V$ is used once for each *row* of $X$: the determinant has the power $n$.",
               r"$-\frac n2V^{-1}+\frac12V^{-1}(\dots)V^{-1}$, and between stands $E^\top U^{-1}E$."),
        draw=draw_column,
        function="return -(4 * np.linalg.slogdet(U)[1] + 3 * np.linalg.slogdet(V)[1] "
                 "+ np.trace(np.linalg.inv(U) @ E @ np.linalg.inv(V) @ E.T)) / 2",
        solution=V_SCORE + "-3 / 2 * B + B @ E.T @ A @ E @ B / 2",
        keywords={"symmetric": True, "sizes": {"n": 3, "p": 4}},
        wrong=(
            Wrong(V_SCORE + "-4 / 2 * B + B @ E.T @ A @ E @ B / 2", "factor",
                  "The first term has $p$ where $n$ belongs: only $E$ was turned. It passes for $n=p$.", hint=1),
            Wrong(V_SCORE + "-3 / 2 * B + B @ E.T @ A @ E @ B", "factor",
                  r"The second term has lost its $\frac12$."),
            Wrong(V_SCORE + "-3 / 2 * B - B @ E.T @ A @ E @ B / 2", "sign",
                  "The second term has a plus: the minus of the exponent meets the minus of the inverse's "
                  "differential."),
            Wrong(V_SCORE[:-7] + "G = -3 / 2 * B + B @ E.T @ A @ E @ B / 2\n"
                  "return 2 * G - np.diag(np.diag(G))", "off-diagonal doubled",
                  "These are the partial derivatives over the ten free entries. The gradient counts an entry "
                  "beside the diagonal once in each of its two places."),
            Wrong(V_SCORE + "B @ E.T @ A @ E @ B / 2", "missing product-rule term",
                  r"The determinant was left out. Without it nothing keeps $V$ from growing.", hint=3),
        ),
        after="Multiply by $V$ on both sides and set the result to zero. Which estimate comes out?",
    ),
    Exercise(
        number="14.3",
        title="Many matrices, one mean",
        kind="gradient",
        prompt=r"""`X` of shape $5\times3\times4$ holds $N=5$ independent samples of
$\mathcal{MN}(M,U,V)$. Give the gradient of $\sum_i\log p(X_i)$ in $M\in\mathbb R^{3\times4}$.""",
        hints=("Gradients of a sum add up, and the score is linear in $E_i=X_i-M$.",
               r"$U^{-1}\bigl(\sum_iE_i\bigr)V^{-1}$. In NumPy: `(X - M).sum(axis=0)`."),
        draw=draw_mean,
        function="E = X - M\nreturn -np.sum(E * (np.linalg.inv(U) @ E @ np.linalg.inv(V))) / 2",
        solution=E_SUM + "np.linalg.inv(U) @ E @ np.linalg.inv(V)",
        keywords={"sizes": {"N": 5}},
        wrong=(
            Wrong("E = X - M\nreturn np.linalg.inv(U) @ E @ np.linalg.inv(V)", "not summed over the batch",
                  "One score for each sample, shape (5, 3, 4). $M$ is shared, so they are added up.", hint=1),
            Wrong("E = (X - M).mean(axis=0)\nreturn np.linalg.inv(U) @ E @ np.linalg.inv(V)", "factor",
                  "The mean of the scores; asked is the gradient of the *sum*, which is 5 times as large."),
            Wrong(E_SUM + "-np.linalg.inv(U) @ E @ np.linalg.inv(V)", "sign",
                  "The sign is turned round: ascending would drive $M$ away from the data. $dE=-dM$ brings a "
                  "second minus."),
            Wrong(E_SUM + "U @ E @ V", "unknown",
                  "Multiplied by the covariances where they have to be divided by.", hint=2),
        ),
        after=r"For which $M$ is it zero, and why do $U$ and $V$ not matter there?",
    ),
    Exercise(
        number="14.4",
        title="What NumPy's order makes of it",
        kind="choice",
        prompt=r"""$X\sim\mathcal{MN}(0,U,V)$ has shape $3\times4$. Which matrix is the covariance of
`X.ravel()`, which stacks the *rows*?""",
        hints=("Look at the first two entries of the stack, $X_{11}$ and $X_{12}$.",
               r"$\operatorname{cov}(X_{ij},X_{kl})=U_{ik}V_{jl}$: the first two entries have variances $U_{11}V_{11}$ "
               r"and $U_{11}V_{22}$."),
        draw=draw_both,
        solution="np.kron(U, V)",
        options={
            "a": Option(r"$V\otimes U$", False,
                        "That is the covariance when columns are stacked, of `X.ravel(order='F')`. Here the "
                        "second entry is the neighbour in the *row*.", "np.kron(V, U)", mistake="row-major vec"),
            "b": Option(r"$U\otimes V$", True,
                        "Along a row the first index stays and the second runs, so $V$ is the inner factor.",
                        "np.kron(U, V)"),
            "c": Option(r"$(U\otimes V)^{-1}$", False,
                        "The order is right, but this is the precision, what stands in the exponent.",
                        "np.linalg.inv(np.kron(U, V))"),
            "d": Option(r"$A\otimes B$ with $U=AA^\top$, $V=BB^\top$", False,
                        "The order is right, but this is a factor of the covariance: what noise is multiplied "
                        "with.", "np.kron(np.linalg.cholesky(U), np.linalg.cholesky(V))"),
        },
        after="For which $U$ and $V$ would a test not notice that the two orders were mixed up?",
    ),
    Exercise(
        number="14.5",
        title="A log-density without an inverse",
        kind="code",
        name="logpdf",
        prompt=r"""Write `logpdf(X, M, U, V)`, the log-density of $\mathcal{MN}(M,U,V)$ at one
$X\in\mathbb R^{3\times4}$, a number. Use two Cholesky factors $U=AA^\top$, $V=BB^\top$ and the whitened
residual $Z=A^{-1}EB^{-\top}$; no inverse, no Kronecker product.""",
        hints=(r"The trace is $\lVert Z\rVert_F^2$, and $\log|U|=2\sum_i\log A_{ii}$.",
               "`Z = solve(B, solve(A, E).T).T`: from the right one solves with the transposes.",
               r"$-\frac{np}2\log2\pi$, then $-p\sum_i\log A_{ii}$ and $-n\sum_j\log B_{jj}$, and last "
               r"$-\frac12\lVert Z\rVert_F^2$."),
        judge=judge_logpdf,
        solution=WHITE + LOGS + "-6 * np.log(2 * np.pi) - 4 * a - 3 * b - np.sum(Z**2) / 2",
        wrong=(
            Wrong(WHITE + LOGS + "-6 * np.log(2 * np.pi) - 3 * a - 4 * b - np.sum(Z**2) / 2", "factor",
                  "Each determinant got its own size as power. $V\\otimes U$ repeats $U$ once per *column*: "
                  "$|U|^p|V|^n$."),
            Wrong(WHITE + LOGS + "-6 * np.log(2 * np.pi) - 2 * a - 1.5 * b - np.sum(Z**2) / 2", "factor",
                  "The log-determinants count half: $\\log|U|$ is *twice* the sum of the logs of the factor's "
                  "diagonal."),
            Wrong(WHITE + LOGS + "-6 * np.log(2 * np.pi) - 4 * a - 3 * b + np.sum(Z**2) / 2", "sign",
                  "The quadratic form has the wrong sign: the density has to fall away from the mean."),
            Wrong(WHITE + LOGS + "-4 * a - 3 * b - np.sum(Z**2) / 2", "missing product-rule term",
                  r"The constant $-\frac{np}2\log2\pi$ is missing."),
            Wrong(WHITE + "return -6 * np.log(2 * np.pi) - np.sum(Z**2) / 2", "missing product-rule term",
                  "The log-determinants are missing."),
            Wrong(FACTORS + "Z = np.linalg.solve(A, E) @ np.linalg.inv(B)\n" + LOGS
                  + "-6 * np.log(2 * np.pi) - 4 * a - 3 * b - np.sum(Z**2) / 2", "transposed",
                  "On the right of $E$ stands $B^{-1}$ where $B^{-\\top}$ belongs: $V^{-1}=B^{-\\top}B^{-1}$. It passes "
                  "for a diagonal $V$.", hint=2),
            Wrong(WHITE + LOGS + "-np.log(2 * np.pi) / 2 - 4 * a - 3 * b - np.sum(Z**2) / 2", "factor",
                  "The constant is that of one number; $X$ has $np=12$.", hint=3),
            Wrong(WHITE + LOGS + "-6 * np.log(2 * np.pi) - a - b - np.sum(Z**2) / 2", "factor",
                  "Each log-determinant counts once; $V\\otimes U$ repeats $U$ for each of the $p$ columns and $V$ "
                  "for each of the $n$ rows.", hint=3),
            Wrong("E = X - M\nA, B = np.linalg.cholesky(U), np.linalg.cholesky(V)\n"
                  "Z = np.linalg.solve(B, np.linalg.solve(A, E).T).T\n" + LOGS
                  + "np.exp(-6 * np.log(2 * np.pi) - 4 * a - 3 * b - np.sum(Z**2) / 2)", "unknown",
                  "This is the density; asked is its logarithm. Leave out the exponential."),
        ),
        after="Set $U=10^{-200}I$. Which of your terms would break if you had used `np.linalg.det`?",
    ),
    Exercise(
        number="14.6",
        title="The covariance of rows with mean zero",
        kind="gradient",
        prompt=r"""$N=7$ rows $\mathbf x_i\sim\mathcal N(\mathbf 0,\Sigma)$ stand in `X` of shape $7\times3$. Up to
a constant $\log L=-\frac N2\bigl(\log|\Sigma|+\operatorname{tr}(\Sigma^{-1}S)\bigr)$ with $S=\frac1NX^\top X$. Give its
gradient in the symmetric $\Sigma\in\mathbb R^{3\times3}$.""",
        hints=("It must be zero at $\\Sigma=S$.",
               r"$d\log|\Sigma|=\operatorname{tr}(\Sigma^{-1}d\Sigma)$ and "
               r"$d\operatorname{tr}(\Sigma^{-1}S)=-\operatorname{tr}(\Sigma^{-1}S\Sigma^{-1}d\Sigma)$."),
        draw=draw_gaussian,
        function="return -7 / 2 * (np.linalg.slogdet(Sigma)[1] + np.trace(np.linalg.inv(Sigma) @ X.T @ X / 7))",
        solution=S_INV + "-7 / 2 * (P - P @ S @ P)",
        keywords={"symmetric": True, "sizes": {"N": 7}},
        wrong=(
            Wrong("S, P = X.T @ X / 7, np.linalg.inv(Sigma)\nG = -7 / 2 * (P - P @ S @ P)\n"
                  "return 2 * G - np.diag(np.diag(G))", "off-diagonal doubled",
                  "These are the partial derivatives over the six free entries, not the gradient."),
            Wrong(S_INV + "-7 / 2 * (P + P @ S @ P)", "sign",
                  "Between the two terms stands a minus; with a plus the gradient is nowhere zero.", hint=1),
            Wrong(S_INV + "-7 / 2 * (P - np.linalg.inv(S))", "unknown",
                  "It has the right zero and the wrong slope: $S$ stands between two $\\Sigma^{-1}$ and is not "
                  "inverted itself.", hint=2),
            Wrong(S_INV + "-(P - P @ S @ P) / 2", "factor",
                  "The gradient for one row; there are seven."),
            Wrong(S_INV + "7 / 2 * (P - P @ S @ P)", "sign",
                  "The gradient of the loss $-\\log L$. The likelihood itself grows towards $S$."),
        ),
        after=r"With $G$ the gradient, the natural gradient is $\frac2N\Sigma G\Sigma$. Where does one step of length 1 lead?",
    ),
    Exercise(
        number="14.7",
        title="Staying positive definite",
        kind="gradient",
        prompt=r"""Write $U=LL^\top$ with a lower triangular $L\in\mathbb R^{3\times3}$. Then $U$ stays
positive definite wherever $L$ goes, as long as no diagonal entry of $L$ is 0. With
$K=EV^{-1}E^\top$ and $p=4$ the part of $\log p$ that moves is
$f(L)=-\frac p2\log|U|-\frac12\operatorname{tr}(U^{-1}K)$. Give its gradient in the free entries of $L$: shape
$3\times3$, zeros above the diagonal.""",
        hints=(r"$G=\nabla_Uf=\frac12(U^{-1}KU^{-1}-pU^{-1})$ is known, and "
               r"$dU=dL\,L^\top+L\,dL^\top$.",
               r"$\langle G,dU\rangle=2\langle GL,dL\rangle$ because $G$ is symmetric.",
               "Only the lower triangle of $L$ moves: `np.tril`."),
        draw=draw_factor,
        function="L = np.tril(L)\nU = L @ L.T\n"
                 "return -p / 2 * np.linalg.slogdet(U)[1] - np.trace(np.linalg.inv(U) @ K) / 2",
        solution=G_U + "np.tril(2 * G @ L)",
        wrong=(
            Wrong(G_U + "np.tril(G @ L)", "factor",
                  "Half of it: $L$ stands in $LL^\\top$ twice, and both move.", hint=2),
            Wrong(G_U + "2 * G @ L", "unknown",
                  "Right below and on the diagonal. Above it $L$ is zero and does not move: mask with "
                  "`np.tril`.", hint=3),
            Wrong(G_U + "np.tril(2 * L @ G)", "wrong order",
                  "The factors stand in the wrong order: $\\langle G,dL\\,L^\\top\\rangle=\\langle GL,dL\\rangle$.",
                  hint=2),
            Wrong(G_U + "np.tril(G)", "missing chain factor",
                  "This is the gradient in $U$, masked; the step from $L$ to $U$ is missing.", hint=1),
        ),
        after="Why does a step of gradient ascent in $U$ itself sometimes leave the covariances, and why does one "
              "in $L$ not?",
    ),
    Exercise(
        number="14.8",
        title="Half of a flip-flop",
        kind="value",
        prompt=r"""One sample, $N=1$, with known mean and known $V$. For which $U$ is the score
$-\frac p2U^{-1}+\frac12U^{-1}EV^{-1}E^\top U^{-1}$ zero? Give its value, shape $2\times2$, for

$$
E=\begin{bmatrix}2&0&4\\1&2&0\end{bmatrix},\qquad V=\begin{bmatrix}1&0&0\\0&2&0\\0&0&4\end{bmatrix}.
$$""",
        hints=("Multiply the score by $U$ from the left and from the right.",
               r"$pU=EV^{-1}E^\top$, and $p$ is the number of columns.",
               r"$EV^{-1}=\begin{bmatrix}2&0&1\\1&1&0\end{bmatrix}$."),
        solution="np.array([[8 / 3, 2 / 3], [2 / 3, 1.0]])",
        wrong=(
            Wrong("np.array([[4.0, 1.0], [1.0, 1.5]])", "unknown",
                  "Divided by $n=2$. The factor comes from $\\frac p2$: each of the $p=3$ columns is one "
                  "observation of a column with covariance proportional to $U$.", hint=2),
            Wrong("np.array([[8.0, 2.0], [2.0, 3.0]])", "unknown",
                  "This is $EV^{-1}E^\\top$, not yet divided by $p=3$.", hint=2),
            Wrong("np.array([[20 / 3, 2 / 3], [2 / 3, 5 / 3]])", "unknown",
                  "This is $\\frac1pEE^\\top$: the columns have different variances, and $V^{-1}$ weighs them.",
                  hint=3),
            Wrong("np.array([[68 / 3, 2 / 3], [2 / 3, 3.0]])", "unknown",
                  "This is $\\frac1pEVE^\\top$: noisy columns have to count less, so $V^{-1}$ stands between.", hint=3),
            Wrong("np.array([[0.45, -0.3], [-0.3, 1.2]])", "unknown",
                  "This is the inverse of the answer: a precision.", hint=1),
        ),
        after="With one sample, is the next half of the flip-flop possible? Look at the rank of "
              "$E^\\top U^{-1}E$.",
    ),
    Exercise(
        number="14.9",
        title="The loadings of probabilistic PCA",
        kind="gradient",
        prompt=r"""$\log L=-\frac n2\bigl(\log|C|+\operatorname{tr}(C^{-1}S)\bigr)$ with $C=WW^\top+\sigma^2I$,
$W\in\mathbb R^{5\times2}$, a symmetric $S\in\mathbb R^{5\times5}$, $\sigma^2$ as `s2` and $n$ rows of data. Give
$\nabla_W\log L$.""",
        hints=(r"First the gradient in $C$: $G=-\frac n2(C^{-1}-C^{-1}SC^{-1})$.",
               r"$dC=dW\,W^\top+W\,dW^\top$, so $\langle G,dC\rangle=2\langle GW,dW\rangle$."),
        draw=draw_loadings,
        function="C = W @ W.T + s2 * np.eye(5)\n"
                 "return -n / 2 * (np.linalg.slogdet(C)[1] + np.trace(np.linalg.inv(C) @ S))",
        solution=C_INV + "n * (P @ S @ P - P) @ W",
        wrong=(
            Wrong(C_INV + "n / 2 * (P @ S @ P - P) @ W", "factor",
                  "Half of it: $W$ stands in $C$ twice.", hint=2),
            Wrong(C_INV + "n * (P - P @ S @ P) @ W", "sign",
                  "The gradient of the loss; the log-likelihood grows the other way."),
            Wrong(C_INV + "-n * P @ W", "missing product-rule term",
                  "Only the determinant was differentiated: the data have dropped out.", hint=1),
            Wrong(C_INV + "n * (P @ S @ P - P)", "shape",
                  "This is $2\\nabla_C$, shape $5\\times5$; the factor $W$ of its differential is missing.", hint=2),
            Wrong(C_INV + "n * (S - W @ W.T - s2 * np.eye(5)) @ W", "missing chain factor",
                  "$C^{-1}$ is missing on both sides of $S-C$: the same zero, another slope.", hint=1),
            Wrong(C_INV + "n * (P @ S @ W - W)", "missing chain factor",
                  "This is $n(C^{-1}S-I)W$: one $C^{-1}$ is missing. The differential of $C^{-1}$ brings two.", hint=1),
        ),
        after="Where is it zero? $W=0$ is one place; is that a maximum?",
    ),
    Exercise(
        number="14.10",
        title="Probabilistic PCA without a loop",
        kind="value",
        prompt=r"""The covariance of centred data is $S=\operatorname{diag}(5,3,1.5,0.5)$. Fit probabilistic PCA with
$k=2$ factors by maximum likelihood. Give the matrix $C=WW^\top+\sigma^2I$ of the fit, shape $4\times4$: it does not depend
on the rotation $R$.""",
        hints=(r"$\sigma^2$ is the mean of the eigenvalues that are not kept.",
               r"$WW^\top$ has the eigenvalues $\lambda_j-\sigma^2$, $j\le k$.",
               "On the kept directions $C$ agrees with $S$."),
        solution="np.diag([5.0, 3.0, 1.0, 1.0])",
        wrong=(
            Wrong("np.diag([6.0, 4.0, 1.0, 1.0])", "unknown",
                  r"The noise is counted twice: $W$ has the lengths $\sqrt{\lambda_j-\sigma^2}$, not "
                  r"$\sqrt{\lambda_j}$ as the loadings of plain PCA.", hint=2),
            Wrong("np.diag([5.0, 3.0, 1.5, 0.5])", "unknown",
                  "This is $S$ itself. Two factors and one noise level cannot tell the last two directions "
                  "apart.", hint=1),
            Wrong("np.diag([5.0, 3.0, 0.0, 0.0])", "unknown",
                  "This has no noise: its determinant is zero, and so is the likelihood of any data off the plane.",
                  hint=1),
            Wrong("np.diag([4.0, 2.0, 0.0, 0.0])", "unknown",
                  r"This is $WW^\top$ alone; $C$ has the noise $\sigma^2I$ as well.", hint=3),
            Wrong("np.diag([5.0, 3.0, 2.0, 2.0])", "unknown",
                  r"The *sum* of the two eigenvalues that are left; $\sigma^2$ is their mean.", hint=1),
            Wrong("np.diag([5.0, 3.0, 0.5, 0.5])", "unknown",
                  r"The sum $1.5+0.5$ was divided by 4; $\sigma^2$ is the mean over the $p-k=2$ directions that are "
                  "left.", hint=1),
            Wrong("np.diag([5.0, 3.0, 2.5, 2.5])", "unknown",
                  "The mean of all four eigenvalues; only those left over count as noise.", hint=1),
        ),
        after=r"Hold $\sigma^2=0.1$ instead. Then any two eigenvectors make $\nabla_W$ zero. Which two give the "
              "*smallest* likelihood?",
    ),
    Exercise(
        number="14.11",
        title="The pull of an outlier",
        kind="gradient",
        prompt=r"""The matrix t with $X,M\in\mathbb R^{3\times4}$ and $\nu$ (`nu`) degrees of freedom: up to a constant
$\log p=-\frac a2\log|U+EV^{-1}E^\top|$, $a=\nu+n+p-1=\nu+6$, $E=X-M$. Give $\nabla_M\log p$.""",
        hints=(r"$d\log|Q|=\operatorname{tr}(Q^{-1}dQ)$ with $Q=U+EV^{-1}E^\top$.",
               r"$dQ=dE\,V^{-1}E^\top+EV^{-1}dE^\top$: two equal terms in the trace, and $dE=-dM$.",
               r"$a\,(U+EV^{-1}E^\top)^{-1}EV^{-1}$."),
        draw=draw_t,
        function="E = X - M\nQ = U + E @ np.linalg.inv(V) @ E.T\nreturn -(nu + 6) / 2 * np.linalg.slogdet(Q)[1]",
        solution="E, B = X - M, np.linalg.inv(V)\nreturn (nu + 6) * np.linalg.solve(U + E @ B @ E.T, E @ B)",
        wrong=(
            Wrong("E = X - M\nF = np.linalg.inv(U) @ E @ np.linalg.inv(V)\n"
                  "return (nu + 12) / (nu + np.sum(E * F)) * F", "unknown",
                  r"That is the score of the multivariate t of $\operatorname{vec}X$, where one number divides the "
                  "whole pull. The two agree for one row or one column only.", hint=1),
            Wrong("E, B = X - M, np.linalg.inv(V)\nreturn (nu + 12) * np.linalg.solve(U + E @ B @ E.T, E @ B)",
                  "factor", "The factor is $a=\\nu+n+p-1$; $\\nu+np$ belongs to the multivariate t."),
            Wrong("E, B = X - M, np.linalg.inv(V)\nreturn -(nu + 6) * np.linalg.solve(U + E @ B @ E.T, E @ B)",
                  "sign", "$dE=-dM$ brings a second minus: the mean is pulled towards the datum.", hint=2),
            Wrong("E = X - M\nreturn (nu + 6) * np.linalg.inv(U) @ E @ np.linalg.inv(V)", "unknown",
                  "The matrix normal's score times $a$: a far datum would pull with all its length. Here "
                  r"$EV^{-1}E^\top$ stands in the inverse as well.", hint=3),
            Wrong("E = X - M\nreturn np.linalg.inv(U) @ E @ np.linalg.inv(V)", "unknown",
                  "This is the matrix normal's score: a far datum would pull with all its length. The t lets go.",
                  hint=1),
            Wrong("E, B = X - M, np.linalg.inv(V)\n"
                  "return (nu + 6) * np.linalg.solve(np.eye(3) + np.linalg.solve(U, E @ B @ E.T), E @ B)", "unknown",
                  r"$U^{-1}$ got lost: $(U+K)^{-1}=(I+U^{-1}K)^{-1}U^{-1}$ with $K=EV^{-1}E^\top$.", hint=3),
            Wrong("E, B = X - M, np.linalg.inv(V)\nreturn (nu + 6) / 2 * np.linalg.solve(U + E @ B @ E.T, E @ B)",
                  "factor", "$E$ stands in $Q$ twice, and the two terms are equal.", hint=2),
        ),
        after=r"Let $E$ be $s$ times a fixed matrix of rank 3. What becomes of the pull as $s\to\infty$?",
    ),
    Exercise(
        number="14.12",
        title="A gradient through an average",
        kind="gradient",
        prompt=r"""$\mathbf x\sim\mathcal N(\boldsymbol\mu,\Sigma)$ in $\mathbb R^3$, and
$g(\Sigma)=\mathbb E\,e^{\mathbf a^\top\mathbf x}=e^{\mathbf a^\top\boldsymbol\mu+\frac12\mathbf a^\top\Sigma\mathbf a}$. Give
$\nabla_\Sigma g$ for the symmetric $\Sigma\in\mathbb R^{3\times3}$, and compare it with $\frac12\mathbb E\,\nabla^2h$,
$h(\mathbf x)=e^{\mathbf a^\top\mathbf x}$.""",
        hints=(r"$d(\mathbf a^\top\Sigma\mathbf a)=\langle\mathbf a\mathbf a^\top,d\Sigma\rangle$.",
               r"$\nabla^2e^{\mathbf a^\top\mathbf x}=\mathbf a\mathbf a^\top e^{\mathbf a^\top\mathbf x}$: take the average "
               "and a half."),
        draw=draw_generating,
        function="return np.exp(a @ mu + a @ Sigma @ a / 2)",
        solution="np.outer(a, a) * np.exp(a @ mu + a @ Sigma @ a / 2) / 2",
        keywords={"symmetric": True},
        wrong=(
            Wrong("np.outer(a, a) * np.exp(a @ mu + a @ Sigma @ a / 2)", "factor",
                  r"The $\frac12$ in the exponent got lost."),
            Wrong("np.outer(a, a) / 2", "missing chain factor",
                  "The outer derivative is missing: $e^u$ has the slope $e^u$.", hint=1),
            Wrong("G = np.outer(a, a) * np.exp(a @ mu + a @ Sigma @ a / 2) / 2\n"
                  "return 2 * G - np.diag(np.diag(G))", "off-diagonal doubled",
                  "These are the partial derivatives over the six free entries, not the gradient."),
            Wrong("a * np.exp(a @ mu + a @ Sigma @ a / 2)", "shape",
                  r"That is the gradient in $\boldsymbol\mu$, shape $(3,)$."),
            Wrong("np.outer(a, a) * np.exp(a @ mu) / 2", "missing chain factor",
                  r"The second derivative of $h$ at the mean, not its average: $\Sigma$ has dropped out.", hint=2),
        ),
        after=r"The same rule holds for every smooth $h$ that does not grow too fast. In one dimension, with $h(x)=x^4$: "
              r"$\mathbb Eh=\mu^4+6\mu^2\sigma^2+3\sigma^4$. Does the slope in $\sigma^2$ agree?",
    ),
)
