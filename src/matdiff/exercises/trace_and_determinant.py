"""Exercises of chapter 7: traces, determinants, their logarithms, and Gaussians.

Matrices that only have to fit are rectangular and pairwise different; square ones are never symmetric unless
the exercise says so.
"""
import numpy as np

from ..check import Check, check_gradient
from . import Exercise, Option, Wrong
from .judging import Unfit, compare, in_plain_words, numbers


def draw_two_traces(rng):
    return {"X": rng.normal(size=(3, 4)), "A": rng.normal(size=(4, 3)), "B": rng.normal(size=(3, 4))}


def draw_ring(rng):
    return {name: rng.normal(size=(3, 3)) for name in "ABC"}


def draw_quadratic(rng):
    return {"X": rng.normal(size=(2, 3)), "A": rng.normal(size=(3, 3)), "B": rng.normal(size=(2, 3))}


def draw_between(rng):
    return {"X": rng.normal(size=(3, 4)), "A": rng.normal(size=(4, 3)), "B": rng.normal(size=(4, 3))}


def draw_tall(rng):
    return {"X": rng.normal(size=(5, 3))}


def draw_covariance(rng):
    M = rng.normal(size=(3, 3))
    return {"S": M @ M.T + np.eye(3)}


def draw_design(rng):
    return {"w": rng.uniform(0.5, 2, size=5), "X": rng.normal(size=(5, 3))}


def draw_square(rng):
    """Away from singular, so that the Hessian is well conditioned."""
    return {"X": rng.normal(size=(3, 3)) + 2 * np.eye(3)}


def draw_sample(rng):
    """Points, mean, precision."""
    M = rng.normal(size=(3, 3))
    return {"X": rng.normal(size=(6, 3)), "mu": rng.normal(size=3), "L": M @ M.T + np.eye(3)}


def adjugate(X):
    """The adjugate from minors, the reference of 7.11."""
    n = len(X)
    adj = np.ones((n, n))
    for i, j in np.ndindex(n, n):
        adj[j, i] = (-1) ** (i + j) * np.linalg.det(np.delete(np.delete(X, i, 0), j, 1))
    return np.where(np.abs(adj) < 1e-12 * np.linalg.norm(X) ** (n - 1), 0, adj)  # rounding, not an entry


def judge_adjugate(answer, rng):
    """Invertible, then of rank n - 1, n - 2 and of size 1: what the first that fails says."""
    full = rng.normal(size=(4, 4))
    flat, line = full.copy(), full.copy()
    flat[3] = flat[0] - 2 * flat[1]
    line[2:] = flat[2:] = np.array([[1, 1], [1, -2]]) @ full[:2]
    flat[2] = full[2]
    cases = ((full, "an invertible matrix"), (flat, "a singular matrix of rank 3, size 4"),
             (line, "a matrix of rank 2, size 4"), (np.array([[5.0]]), "a matrix of size 1"))
    for number, (X, kind) in enumerate(cases):
        truth = adjugate(X)
        try:
            given = numbers(answer(X.copy()))
        except Unfit as unfit:
            if number == 0 or unfit.mistake not in ("raises", "not finite"):
                raise
            fate = "raises an error" if unfit.mistake == "raises" else "returns nan or inf"
            return Check(False, unfit.mistake, f"Right for an invertible matrix; for {kind} it {fate}. The "
                         "adjugate is a table of determinants: nothing has to be inverted or divided.",
                         details=unfit.details)
        check = near_zero(truth, given)
        if check:
            continue
        if number == 0:
            return first_slip(X, truth, given, check)
        return Check(False, check.mistake, f"Right for an invertible matrix, not for {kind}. {check.message}")
    return Check(True, None,
                 "It agrees at invertible matrices, at rank $n-1$, at rank $n-2$, where it is zero, and for "
                 "$n=1$.")


def near_zero(truth, given):
    """Compared in the size of the matrix; a truth of zero, up to rounding, is met by a small answer."""
    if given.shape == truth.shape and np.abs(given - truth).max() < 1e-9 * max(1, np.abs(truth).max()):
        return Check(True, None, "Right.")
    return compare(truth, given)


def first_slip(X, truth, given, check):
    """At an invertible matrix the usual slips have names."""
    signs = np.array([[(-1) ** (i + j) for j in range(4)] for i in range(4)])
    if check.mistake == "transposed":
        return Check(False, "transposed",
                     "This is the table of cofactors, the gradient of the determinant; the adjugate is its "
                     "transpose.")
    if compare(truth, signs * given):
        return Check(False, "sign", "The minors are right; the chessboard of signs $(-1)^{i+j}$ is missing.")
    if compare(truth, np.linalg.det(X) * given):
        return Check(False, "missing chain factor",
                     "This is the inverse. The adjugate is the determinant times it.")
    return check


def log_likelihood(X, mu, L):
    """Of the rows of X under the Gaussian with mean mu and precision L, constant included."""
    E = X - mu
    N, d = X.shape
    return -N / 2 * (d * np.log(2 * np.pi) - np.linalg.slogdet(L)[1]) - np.sum(E @ L * E) / 2


def likelihood_gradients(X, mu, L):
    E = X - mu
    return L @ E.sum(axis=0), (len(X) * np.linalg.inv(L) - E.T @ E) / 2


def judge_likelihood(answer, rng):
    """Value, gradient in the mean, gradient in the precision, many dimensions: the first that fails."""
    data = draw_sample(rng)
    X, mu, L = data["X"], data["mu"], data["L"]
    given = answer(X, mu, L)
    if not isinstance(given, (tuple, list)) or len(given) != 3:
        count = f"{len(given)} things" if isinstance(given, (tuple, list)) else "one thing"
        return Check(False, "shape", f"Return three things, `value, by_mu, by_L`; this returned {count}.")
    truth = log_likelihood(X, mu, L)
    value = numbers(given[0], "The value")
    check = compare(truth, value, who="The value")
    if not check:
        N, d = X.shape
        slips = ((N * d / 2 * np.log(2 * np.pi), "missing product-rule term",
                  r"The constant $-\frac{Nd}2\log2\pi$ is missing; without it the value is no log-density."),
                 (-N * np.linalg.slogdet(L)[1], "sign",
                  r"$\log\det\Lambda$ enters with a plus: it is $-\log\det\Sigma$."),
                 ((1 - N) * np.linalg.slogdet(L)[1] / 2, "not summed over the batch",
                  r"Each of the $N$ points brings a $\frac12\log\det\Lambda$ of its own."),
                 (truth / N - truth, "factor",
                  "This is the mean over the $N$ points. The log-likelihood of the sample is their sum."))
        for gap, name, sentence in slips:
            if compare(truth, value - gap):
                return Check(False, name, sentence)
        return check
    claims = ((1, mu, lambda mu: log_likelihood(X, mu, L), "by_mu", {}),
              (2, L, lambda L: log_likelihood(X, mu, L), "by_L", {"symmetric": True}))
    truths = likelihood_gradients(X, mu, L)
    for place, at, f, name, more in claims:
        claim = numbers(given[place], f"`{name}`")
        check = check_gradient(f, claim, at, sizes={"N": 6}, **more)
        if not check:
            said = in_plain_words(check, truths[place - 1], claim, data)
            return Check(False, said.mistake, f"The value is right. In `{name}`: {said.message}")
    M = rng.normal(size=(400, 400)) / 20
    far = rng.normal(size=(5, 400)), np.zeros(400), 1e-3 * (M @ M.T + np.eye(400))
    try:
        right = compare(log_likelihood(*far), numbers(answer(*far)[0])).passed
    except Unfit as unfit:
        if unfit.mistake != "not finite":
            raise
        right = False
    if not right:
        return Check(False, "not finite",
                     r"Right in three dimensions. In 400 of them $\det\Lambda$ is smaller than any "
                     "floating-point number: take `np.linalg.slogdet`, or a Cholesky factor.")
    return Check(True, None, "Value and both gradients agree, in 400 dimensions too.")


def minors(place, sign="(-1) ** (i + j) * "):
    """The body of an answer to 7.11: the minor of entry (i, j) goes to this place."""
    return f"""n = len(X)
adj = np.empty((n, n))
for i in range(n):
    for j in range(n):
        minor = np.delete(np.delete(X, i, axis=0), j, axis=1)
        adj[{place}] = {sign}np.linalg.det(minor)
return adj"""


def sample_answer(log_det="np.linalg.slogdet(L)[1]",
                  value="N / 2 * (log_det - d * np.log(2 * np.pi)) - quadratic / 2",
                  by_mu="L @ E.sum(axis=0)", by_L="(N * np.linalg.inv(L) - E.T @ E) / 2"):
    """The body of an answer to 7.12, one of its parts replaced."""
    return f"""E = X - mu
N, d = X.shape
log_det, quadratic = {log_det}, np.sum(E @ L * E)
value = {value}
by_mu = {by_mu}
by_L = {by_L}
return value, by_mu, by_L"""


HESSIAN = """V = np.linalg.inv(X)
g = V.T.ravel(order="F")
K = commutation_matrix(3, 3)
"""


EXERCISES = (
    Exercise(
        number="7.1",
        title="Two linear traces",
        kind="gradient",
        prompt=r"$f(X)=\operatorname{tr}(AX)+\operatorname{tr}(X^\top B)$ with $X\in\mathbb R^{3\times4}$, "
               r"$A\in\mathbb R^{4\times3}$, $B\in\mathbb R^{3\times4}$. Give $\nabla f$.",
        hints=(r"Write both as sums over entries: what multiplies $X_{ij}$ in $\sum_{ij}A_{ji}X_{ij}$, what "
               r"in $\sum_{ij}X_{ij}B_{ij}$?",
               r"The gradient has the shape of $X$. Which of $A$, $A^\top$ has it?"),
        draw=draw_two_traces,
        function="np.trace(A @ X) + np.trace(X.T @ B)",
        solution="A.T + B",
        wrong=(
            Wrong("A + B.T", "transposed",
                  "What stands before $dX$ in the trace, for both terms. The gradient is the transpose of "
                  "that."),
            Wrong("A.T", "missing product-rule term",
                  r"The second trace, $\operatorname{tr}(X^\top B)$, is missing."),
            Wrong("A.T - B", "sign",
                  "Both traces enter with a plus; a transposed $X$ does not change the sign."),
            Wrong("B", "missing product-rule term", r"The first trace, $\operatorname{tr}(AX)$, is missing."),
            Wrong("2 * (A.T + B)", "factor",
                  r"Nothing is squared: $f$ is linear, so $\langle\nabla f,X\rangle=f$."),
        ),
        after=r"Write $f$ as one trace, $\operatorname{tr}(C^\top X)$. What is $C$?",
    ),
    Exercise(
        number="7.2",
        title="Which turn is a turn?",
        kind="choice",
        prompt=r"""$A,B,C$ are any $3\times3$ matrices. Which of these numbers always equals
$\operatorname{tr}(ABC)$?""",
        hints=(r"Draw the ring of indices $i\to j\to k\to i$ with the matrices on its sides. In which of the "
               "four does the walk go round in the same order?",
               r"Try $A=E_{12}$, $B=E_{22}$, $C=E_{21}$: the trace of $ABC$ is 1."),
        draw=draw_ring,
        solution="np.trace(A @ B @ C)",
        options={
            "a": Option(r"$\operatorname{tr}(CAB)$", True,
                        "The last factor came to the front: a turn of the ring.",
                        body="np.trace(C @ A @ B)"),
            "b": Option(r"$\operatorname{tr}(ACB)$", False,
                        "Two neighbours changed places, which runs round the ring the other way. It is right "
                        "if all three are symmetric, or if two of them commute.", body="np.trace(A @ C @ B)",
                        mistake="only for symmetric input"),
            "c": Option(r"$\operatorname{tr}(B^\top A^\top C)$", False,
                        r"$B^\top A^\top=(AB)^\top$, but $C$ was not transposed and put in front: right is "
                        r"$\operatorname{tr}(C^\top B^\top A^\top)$.", body="np.trace(B.T @ A.T @ C)",
                        mistake="transposed"),
            "d": Option(r"$\operatorname{tr}(A)\operatorname{tr}(B)\operatorname{tr}(C)$", False,
                        "The *determinant* of a product is the product of determinants. A trace of a product "
                        r"is not; right for $1\times1$ only.", body="np.trace(A) * np.trace(B) * np.trace(C)",
                        mistake="elementwise product"),
        },
        after="Four factors have 24 orders, and four turns each. How many different traces can there be?",
    ),
    Exercise(
        number="7.3",
        title="A determinant's gradient by hand",
        kind="value",
        prompt=r"""With pencil. Give $\nabla\det X$ at
$X=\begin{bmatrix}2&5\\1&4\end{bmatrix}$, a $2\times2$ array.""",
        hints=("Entry $(i,j)$: strike out row $i$ and column $j$. One number is left.",
               "Then the chessboard of signs: minus where $i+j$ is odd.",
               r"Entry $(1,2)$: what is left is the 1 in the lower left corner, with a minus."),
        solution="np.array([[4.0, -1.0], [-5.0, 2.0]])",
        wrong=(
            Wrong("np.array([[4.0, -5.0], [-1.0, 2.0]])", "transposed",
                  r"This is the adjugate, $\det(X)X^{-1}$, which stands before $dX$ in the trace. The "
                  "gradient is its transpose."),
            Wrong("np.array([[4.0, 1.0], [5.0, 2.0]])", "unknown",
                  "The minors without the chessboard of signs: raising the 5 makes the determinant smaller.",
                  hint=2),
            Wrong("np.array([[4.0, -1.0], [-5.0, 2.0]]) / 3", "factor",
                  r"Divided by $\det X=3$ it is the gradient of $\log\lvert\det X\rvert$."),
            Wrong("np.array([[2.0, -1.0], [-5.0, 4.0]])", "unknown",
                  "The entries of the diagonal are still in their places: what is left when row 1 and column "
                  "1 are struck out is the 4."),
            Wrong("np.array([[-4.0, 1.0], [5.0, -2.0]])", "sign",
                  "The chessboard starts with a plus in the upper left corner."),
        ),
        after=r"Which $dX$ of length 1 makes this determinant grow fastest, and how fast?",
    ),
    Exercise(
        number="7.4",
        title="A quadratic trace",
        kind="gradient",
        prompt=r"$f(X)=\operatorname{tr}(XAX^\top)-2\operatorname{tr}(BX^\top)$ with $X,B\in\mathbb "
               r"R^{2\times3}$ and $A\in\mathbb R^{3\times3}$, **not** symmetric. Give $\nabla f$.",
        hints=("$X$ stands in two places of the first trace: two terms.",
               r"$\operatorname{tr}(dX\,AX^\top)=\langle XA^\top,dX\rangle$: transpose inside the trace. The "
               "other term needs no transposing.",
               r"$\operatorname{tr}(BX^\top)=\langle B,X\rangle$."),
        draw=draw_quadratic,
        function="np.trace(X @ A @ X.T) - 2 * np.trace(B @ X.T)",
        solution="X @ (A + A.T) - 2 * B",
        wrong=(
            Wrong("2 * X @ A - 2 * B", "not symmetrised",
                  "Takes the two terms of the product rule to be equal. They are, if $A$ is symmetric."),
            Wrong("X @ A - 2 * B", "missing product-rule term",
                  "The left $X$ was held: only the right one moved."),
            Wrong("X @ A.T - 2 * B", "missing product-rule term",
                  "The right $X$ was held: only the left one moved."),
            Wrong("X @ (A + A.T) / 2 - 2 * B", "factor",
                  r"Both terms of the product rule stand in full. Halved they belong to "
                  r"$\frac12\operatorname{tr}(XAX^\top)$."),
            Wrong("(A + A.T) @ X.T - 2 * B.T", "transposed",
                  r"Read off before transposing: it has the shape of $X^\top$."),
            Wrong("X @ (A + A.T)", "missing product-rule term",
                  r"The linear term $-2\operatorname{tr}(BX^\top)$ is missing."),
            Wrong("X @ (A + A.T) + 2 * B", "sign", "The linear term enters with a minus."),
        ),
        after="For a symmetric, invertible $A$: where does this gradient vanish?",
    ),
    Exercise(
        number="7.5",
        title="How far from the standard normal?",
        kind="value",
        prompt=r"""Give the number $\mathrm{KL}(1\,\Vert\,2)$ for
$\mathcal N_1=\mathcal N(\mathbf 0,\operatorname{diag}(4,1))$ and $\mathcal N_2=\mathcal N(\mathbf 0,I)$ in
the plane.""",
        hints=("Four terms and a half in front. Which of the four is zero here?",
               r"$\operatorname{tr}(I^{-1}\operatorname{diag}(4,1))=5$, and $\log\frac{4}{1}=\log4$. What is "
               "$d$?"),
        solution="(5 - np.log(4) - 2) / 2",
        wrong=(
            Wrong("5 - np.log(4)", "unknown",
                  "The trace minus the log ratio, as it is often shown. It lacks $-d$ and the half: for "
                  "equal Gaussians it would say 2."),
            Wrong("(5 - np.log(4)) / 2", "unknown",
                  "The $-d=-2$ is missing: for equal Gaussians this would be 1."),
            Wrong("5 - np.log(4) - 2", "factor", r"The $\frac12$ in front is missing."),
            Wrong("(5 / 4 + np.log(4) - 2) / 2", "unknown",
                  r"The two Gaussians are exchanged: this is $\mathrm{KL}(2\,\Vert\,1)$. The inverse belongs "
                  "to the second one."),
            Wrong("(5 + np.log(4) - 2) / 2", "unknown",
                  "The log ratio enters with a minus: a wider first Gaussian has a larger entropy, which "
                  "lowers the divergence."),
        ),
        after=r"Which $\sigma^2$ in $\mathcal N_2=\mathcal N(\mathbf 0,\sigma^2I)$ brings it closest to "
              r"$\mathcal N_1$?",
    ),
    Exercise(
        number="7.6",
        title="Twice in a row",
        kind="gradient",
        prompt=r"$f(X)=\operatorname{tr}(AXBX)$ with $X\in\mathbb R^{3\times4}$ and $A,B\in\mathbb "
               r"R^{4\times3}$. Give $\nabla f$.",
        hints=("Move one $X$ at a time; then turn until $dX$ is last.",
               r"$\operatorname{tr}(A\,dX\,BX)=\operatorname{tr}(BXA\,dX)$, and $\operatorname{tr}(AXB\,dX)$ "
               "is there already.",
               r"What stands before $dX$ is $BXA+AXB$, of shape $4\times3$. Transpose it."),
        draw=draw_between,
        function="np.trace(A @ X @ B @ X)",
        solution="(B @ X @ A + A @ X @ B).T",
        wrong=(
            Wrong("B @ X @ A + A @ X @ B", "transposed",
                  "The last step is missing: what stands before $dX$ is the gradient's transpose."),
            Wrong("(A @ X @ B).T", "missing product-rule term", "The first $X$ was held."),
            Wrong("(B @ X @ A).T", "missing product-rule term", "The second $X$ was held."),
            Wrong("2 * (A @ X @ B).T", "not symmetrised",
                  "The two terms are not equal: in one $A$ stands on the left, in the other $B$."),
            Wrong("-(B @ X @ A + A @ X @ B).T", "sign", "Nothing here brings a minus."),
        ),
        after=r"For square matrices and $A=B=I$ the answer has to be the one for $\operatorname{tr}(X^2)$. "
              "Is it?",
    ),
    Exercise(
        number="7.7",
        title="Volume of a tall matrix",
        kind="gradient",
        prompt=r"$f(X)=\det(X^\top X)$ with $X\in\mathbb R^{5\times3}$ of full column rank: the squared "
               r"volume of the box that its three columns span. Give $\nabla f$.",
        hints=(r"With $Y=X^\top X$: $df=\det(Y)\operatorname{tr}(Y^{-1}dY)$. What is $dY$?",
               r"$dY=dX^\top X+X^\top dX$. The two terms give equal traces, because $Y^{-1}$ is symmetric.",
               r"$df=2\det(Y)\operatorname{tr}(Y^{-1}X^\top dX)$. Transpose what stands before $dX$."),
        draw=draw_tall,
        function="np.linalg.det(X.T @ X)",
        solution="Y = X.T @ X\nreturn 2 * np.linalg.det(Y) * X @ np.linalg.inv(Y)",
        wrong=(
            Wrong("2 * X @ np.linalg.inv(X.T @ X)", "missing chain factor",
                  r"The gradient of $\log\det(X^\top X)$. The determinant itself stays in front."),
            Wrong("Y = X.T @ X\nreturn np.linalg.det(Y) * X @ np.linalg.inv(Y)", "factor",
                  "One of the two $X$ was held."),
            Wrong("Y = X.T @ X\nreturn 2 * np.linalg.det(Y) * np.linalg.inv(Y) @ X.T", "transposed",
                  r"What stands before $dX$, not yet transposed: it has the shape of $X^\top$."),
            Wrong("Y = X.T @ X\nreturn np.linalg.det(Y) * np.linalg.inv(Y)", "missing chain factor",
                  r"The gradient by $Y=X^\top X$, of shape $3\times3$. The chain goes on to $X$."),
            Wrong("Y = X.T @ X\nreturn -2 * np.linalg.det(Y) * X @ np.linalg.inv(Y)", "sign",
                  "No inverse was differentiated here, so there is no minus."),
        ),
        after=r"Multiply the gradient by $X^\top$ from the left. Why is the result so simple?",
    ),
    Exercise(
        number="7.8",
        title="A logarithm that always exists",
        kind="gradient",
        prompt=r"$f(X)=\frac12\log\det(I+X^\top X)$ with **any** $X\in\mathbb R^{5\times3}$: what a Gaussian "
               r"process or a linear model learns from five measurements. Give $\nabla f$.",
        hints=(r"$I+X^\top X$ is positive definite whatever $X$ is. With $M=I+X^\top X$: $d\log\det "
               r"M=\operatorname{tr}(M^{-1}dM)$.",
               r"$dM=dX^\top X+X^\top dX$: two equal terms, and the $\frac12$ in front meets them.",
               r"$df=\operatorname{tr}(M^{-1}X^\top dX)$. Transpose what stands before $dX$."),
        draw=draw_tall,
        function="np.linalg.slogdet(np.eye(3) + X.T @ X)[1] / 2",
        solution="X @ np.linalg.inv(np.eye(3) + X.T @ X)",
        wrong=(
            Wrong("2 * X @ np.linalg.inv(np.eye(3) + X.T @ X)", "factor",
                  r"The two terms of $dM$ bring a 2, and the $\frac12$ in front cancels it."),
            Wrong("X @ np.linalg.inv(np.eye(3) + X.T @ X) / 2", "factor",
                  "One of the two $X$ was held; the two terms of $dM$ have used up the half."),
            Wrong("np.linalg.inv(np.eye(3) + X.T @ X) / 2", "missing chain factor",
                  r"The gradient by $M=I+X^\top X$, of shape $3\times3$. The chain goes on to $X$."),
            Wrong("M = np.eye(3) + X.T @ X\nreturn np.linalg.det(M) * X @ np.linalg.inv(M)",
                  "extra chain factor",
                  r"The gradient of $\frac12\det M$: the logarithm has divided by $\det M$."),
            Wrong("X @ np.linalg.inv(X.T @ X)", "unknown",
                  "The $I$ under the inverse has dropped out. It is constant, its differential is zero; in "
                  "$M^{-1}$ it stays.", hint=2),
            Wrong("np.linalg.inv(np.eye(3) + X.T @ X) @ X.T", "transposed",
                  r"What stands before $dX$, not yet transposed: it has the shape of $X^\top$."),
            Wrong("-X @ np.linalg.inv(np.eye(3) + X.T @ X)", "sign",
                  r"A minus comes from $d(M^{-1})$; here $\log\det M$ is differentiated, not an inverse."),
        ),
        after=r"What does the gradient become for very small and for very large $X$?",
    ),
    Exercise(
        number="7.9",
        title="The pull of a standard normal",
        kind="gradient",
        prompt=r"""The divergence of $\mathcal N(\mathbf 0,\Sigma)$ from $\mathcal N(\mathbf 0,I)$ in
$\mathbb R^3$ is $f(\Sigma)=\frac12(\operatorname{tr}\Sigma-\log\det\Sigma-3)$, the penalty of a variational
autoencoder. $\Sigma\in\mathbb R^{3\times3}$ (`S`) is symmetric and positive definite and stays symmetric.
Give $\nabla f$ as a symmetric matrix.""",
        hints=(r"$\operatorname{tr}\Sigma=\langle I,\Sigma\rangle$ is linear.",
               r"$d\log\det\Sigma=\operatorname{tr}(\Sigma^{-1}d\Sigma)$, and $\Sigma^{-1}$ is symmetric by "
               "itself: nothing is doubled."),
        draw=draw_covariance,
        function="(np.trace(S) - np.linalg.slogdet(S)[1] - 3) / 2",
        solution="(np.eye(3) - np.linalg.inv(S)) / 2",
        keywords={"symmetric": True},
        wrong=(
            Wrong("V = np.linalg.inv(S)\nreturn (np.eye(3) - 2 * V + np.diag(np.diag(V))) / 2",
                  "off-diagonal doubled",
                  "The partial derivatives by the free entries. Each entry off the diagonal counts twice "
                  r"there; as a gradient, in $\langle G,d\Sigma\rangle$ over all entries, it must not."),
            Wrong("np.eye(3) - np.linalg.inv(S)", "factor", r"The $\frac12$ in front is missing."),
            Wrong("(np.eye(3) + np.linalg.inv(S)) / 2", "sign", r"$-\log\det\Sigma$ gives $-\Sigma^{-1}$."),
            Wrong("(np.linalg.inv(S) - np.eye(3)) / 2", "sign",
                  r"Both terms have the wrong sign: this pushes $\Sigma$ away from $I$."),
            Wrong("-np.linalg.inv(S) / 2", "missing product-rule term",
                  "The trace has dropped out. Its gradient is $I$."),
            Wrong("(1 - np.linalg.inv(S)) / 2", "unknown",
                  r"The number 1 is taken in every entry. The gradient of $\operatorname{tr}\Sigma$ is $I$, "
                  "with ones on the diagonal alone: `np.eye(3)`.", hint=1),
            Wrong("(np.eye(3) - 1 / S) / 2", "elementwise product",
                  r"`1 / S` divides entry by entry; $\Sigma^{-1}$ is the inverse of the matrix."),
        ),
        after=r"At which $\Sigma$ does it vanish? That is where the divergence is zero.",
    ),
    Exercise(
        number="7.10",
        title="Which measurement to repeat?",
        kind="gradient",
        prompt=r"""Measurement $i$, with the row $\mathbf x_i^\top$ of $X\in\mathbb R^{5\times3}$, is
repeated with weight $w_i>0$. What the design tells is $f(\mathbf w)=\log\det M$ with
$M=\sum_iw_i\mathbf x_i\mathbf x_i^\top$, a $3\times3$ matrix. Give $\nabla f$, shape $(5,)$.""",
        hints=(r"$df=\operatorname{tr}(M^{-1}dM)$ with $dM=\sum_idw_i\,\mathbf x_i\mathbf x_i^\top$.",
               r"The trace trick backwards: $\operatorname{tr}(M^{-1}\mathbf x_i\mathbf x_i^\top)=\mathbf "
               r"x_i^\top M^{-1}\mathbf x_i$.",
               "`np.sum(X @ np.linalg.inv(M) * X, axis=1)` takes the five quadratic forms at once, and `X.T "
               "@ (w[:, None] * X)` is $M$."),
        draw=draw_design,
        function="np.linalg.slogdet(X.T @ (w[:, None] * X))[1]",
        solution="M = X.T @ (w[:, None] * X)\nreturn np.sum(X @ np.linalg.inv(M) * X, axis=1)",
        wrong=(
            Wrong("M = X.T @ (w[:, None] * X)\nreturn w * np.sum(X @ np.linalg.inv(M) * X, axis=1)",
                  "extra chain factor",
                  r"$w_i$ multiplies $\mathbf x_i\mathbf x_i^\top$ in $M$; in the derivative by $w_i$ it is "
                  "gone."),
            Wrong("np.sum(X * X, axis=1)", "missing chain factor",
                  r"The squared lengths $\mathbf x_i^\top\mathbf x_i$: $M^{-1}$, the gradient of $\log\det$, "
                  "is missing in the middle."),
            Wrong("M = X.T @ (w[:, None] * X)\nreturn X @ np.linalg.inv(M) @ X.T", "shape",
                  r"A $5\times5$ table of $\mathbf x_i^\top M^{-1}\mathbf x_j$. Only its diagonal is asked "
                  "for."),
            Wrong("M = X.T @ (w[:, None] * X)\nreturn -np.sum(X @ np.linalg.inv(M) * X, axis=1)", "sign",
                  r"A minus comes from $d(M^{-1})$; here $\log\det M$ is differentiated, not an inverse."),
            Wrong("M = X.T @ (w[:, None] * X)\nreturn np.linalg.det(M) * np.sum(X @ np.linalg.inv(M) * X, "
                  "axis=1)",
                  "extra chain factor", r"The gradient of $\det M$: the logarithm has divided by it."),
            Wrong("return np.sum(X @ np.linalg.inv(X.T @ X) * X, axis=1)", "unknown",
                  r"The weights have dropped out of $M$: right where all of them are 1."),
        ),
        after=r"Add up $w_i$ times entry $i$. The sum is the number of columns of $X$, for every $\mathbf "
              "w$. Why?",
    ),
    Exercise(
        number="7.11",
        title="The adjugate without an inverse",
        kind="code",
        name="adjugate",
        prompt=r"""Write `adjugate(X)` for a square $X\in\mathbb R^{n\times n}$, singular ones included: the
matrix with $d\det X=\operatorname{tr}(\operatorname{adj}(X)\,dX)$. It is tried at an invertible $4\times4$
matrix, at singular ones of rank 3 and 2, and at a $1\times1$ matrix. Minors will do; one singular value
decomposition will do too.""",
        hints=("Minors: `np.delete(np.delete(X, i, 0), j, 1)` strikes out a row and a column; the sign is "
               "$(-1)^{i+j}$. It goes to row $j$, column $i$ of the adjugate. The determinant of a "
               r"$0\times0$ matrix is 1, in NumPy too.",
               r"By the SVD: $\operatorname{adj}(PQ)=\operatorname{adj}(Q)\operatorname{adj}(P)$, and for an "
               r"orthogonal $Q$ it is $\det(Q)\,Q^\top$.",
               r"$\det(U)\det(V)\,V\operatorname{diag}(c)\,U^\top$, where $c_i$ is the product of all "
               r"singular values but $\sigma_i$: multiply, do not divide."),
        judge=judge_adjugate,
        solution=minors("j, i"),
        wrong=(
            Wrong("return np.linalg.det(X) * np.linalg.inv(X)", "raises",
                  "Right where $X$ is invertible. The formula with the inverse says nothing about the "
                  "others."),
            Wrong(minors("i, j"), "transposed",
                  "The table of cofactors is the gradient of the determinant; the adjugate is its "
                  "transpose."),
            Wrong(minors("j, i", sign=""), "sign",
                  "The minors are right; the chessboard of signs $(-1)^{i+j}$ is missing."),
            Wrong("return np.linalg.inv(X)", "missing chain factor",
                  r"$\operatorname{adj}X=\det(X)\,X^{-1}$, where there is an inverse."),
            Wrong("return np.linalg.det(X) * np.linalg.pinv(X)", "unknown",
                  r"The pseudo-inverse does not raise, but at a singular matrix $\det X=0$ stands in front: "
                  "it returns zero, and the adjugate at rank $n-1$ is not zero.", hint=2),
        ),
        after=r"Multiply `adjugate(X)` by `X` at a singular matrix. What has to come out?",
    ),
    Exercise(
        number="7.12",
        title="A log-likelihood for many dimensions",
        kind="code",
        name="log_likelihood_and_gradients",
        prompt=r"""Write `log_likelihood_and_gradients(X, mu, L)`, which returns `value, by_mu, by_L`: the
log-likelihood of the $N$ rows of $X\in\mathbb R^{N\times d}$ under $\mathcal N(\boldsymbol\mu,\Lambda^{-1})$,
constant included, and its gradients in the mean $\boldsymbol\mu\in\mathbb R^d$ and in the symmetric precision
$\Lambda\in\mathbb R^{d\times d}$ (`L`). It is tried with $d=3$, and with $d=400$ and a $\Lambda$ whose
determinant no floating-point number can hold.""",
        hints=(r"With $E=X-\mathbf 1\boldsymbol\mu^\top$ the value is $-\frac N2(d\log2\pi-\log\det\Lambda)$ "
               r"minus $\frac12\operatorname{tr}(E\Lambda E^\top)$.",
               r"`np.sum(E @ L * E)` is that trace without the $N\times N$ product; "
               "`np.linalg.slogdet(L)[1]` is the logarithm.",
               r"In $\Lambda$: $\frac N2\Lambda^{-1}-\frac12E^\top E$. In $\boldsymbol\mu$: $\Lambda$ times "
               "the sum of the rows of $E$."),
        draw=draw_sample,
        judge=judge_likelihood,
        solution=sample_answer(),
        wrong=(
            Wrong(sample_answer(value="N / 2 * log_det - quadratic / 2"), "missing product-rule term",
                  r"The constant $-\frac{Nd}2\log2\pi$ is missing; without it the value is no log-density."),
            Wrong(sample_answer(value="-N / 2 * (log_det + d * np.log(2 * np.pi)) - quadratic / 2"),
                  "sign", r"$\log\det\Lambda$ enters with a plus: it is $-\log\det\Sigma$."),
            Wrong(sample_answer(value="(log_det - N * d * np.log(2 * np.pi) - quadratic) / 2"),
                  "not summed over the batch",
                  r"Each of the $N$ points brings a $\frac12\log\det\Lambda$ of its own."),
            Wrong(sample_answer(value="(log_det - d * np.log(2 * np.pi) - quadratic / N) / 2"), "factor",
                  "This is the mean over the $N$ points. The log-likelihood of the sample is their sum."),
            Wrong(sample_answer(log_det="np.log(np.linalg.det(L))"), "not finite",
                  "Right in three dimensions; in 400 the determinant underflows to 0 and its logarithm is "
                  r"$-\infty$."),
            Wrong(sample_answer(by_mu="-L @ E.sum(axis=0)"), "sign",
                  r"$E=X-\mathbf 1\boldsymbol\mu^\top$ moves by $-d\boldsymbol\mu$, and the quadratic form "
                  "has a minus in front: two minus signs."),
            Wrong(sample_answer(by_L="N * np.linalg.inv(L) - E.T @ E"), "factor",
                  r"Both terms carry a $\frac12$."),
            Wrong(sample_answer(by_L="(2 * N * np.linalg.inv(L) - N * np.diag(np.diag(np.linalg.inv(L))) "
                                     "- 2 * E.T @ E + np.diag(np.diag(E.T @ E))) / 2"),
                  "off-diagonal doubled",
                  r"The partial derivatives by the free entries of $\Lambda$; the gradient counts each of "
                  "its $d^2$ places once."),
            Wrong(sample_answer(by_L="(np.linalg.inv(L) - E.T @ E) / 2"), "missing chain factor",
                  r"$\Lambda^{-1}$ comes from $N$ points: $\frac N2\Lambda^{-1}$."),
        ),
        after=r"Set both gradients to zero: $\boldsymbol\mu$ is the mean of the rows, $\Lambda^{-1}$ their "
              r"covariance, divided by $N$. What goes wrong if $N\le d$?",
    ),
    Exercise(
        number="7.13",
        title="How a determinant curves",
        kind="jacobian",
        prompt=r"""The gradient of $\det$ at an invertible $X\in\mathbb R^{3\times3}$ is
$G(X)=\det(X)\,X^{-\top}$. Give its Jacobian, the Hessian of $\det$, as a $9\times9$ matrix in column-major
vec. Both factors of $G$ move. `commutation_matrix` is at hand.""",
        hints=(r"Product rule: $dG$ is $d(\det X)\,X^{-\top}$ plus $\det(X)\,d(X^{-\top})$.",
               r"The first term in vec, with $\mathbf g=\operatorname{vec}X^{-\top}$: $d\det "
               r"X=\det(X)\,\mathbf g^\top\operatorname{vec}dX$, so it is $\det(X)\,\mathbf g\mathbf "
               r"g^\top\operatorname{vec}dX$.",
               r"The second is $\det X$ times the Hessian of $\log\lvert\det X\rvert$ from the chapter, "
               r"$-K_{33}(X^{-\top}\otimes X^{-1})$."),
        draw=draw_square,
        function="np.linalg.det(X) * np.linalg.inv(X).T",
        solution=HESSIAN + "return np.linalg.det(X) * (np.outer(g, g) - K @ np.kron(V.T, V))",
        wrong=(
            Wrong(HESSIAN + "return -np.linalg.det(X) * K @ np.kron(V.T, V)", "missing product-rule term",
                  r"$\det X$ was held: the term $\det(X)\,\mathbf g\mathbf g^\top$ is missing."),
            Wrong(HESSIAN + "return np.linalg.det(X) * np.outer(g, g)", "missing product-rule term",
                  r"The inverse was held: the term with $K_{33}$ is missing."),
            Wrong(HESSIAN + "return np.linalg.det(X) * (np.outer(g, g) + K @ np.kron(V.T, V))", "sign",
                  r"$d(X^{-1})=-X^{-1}dX\,X^{-1}$ brings a minus to the second term."),
            Wrong(HESSIAN + "return np.outer(g, g) - K @ np.kron(V.T, V)", "missing chain factor",
                  r"$\det X$ stands in front of both terms."),
            Wrong(HESSIAN + "return np.linalg.det(X) * (np.outer(g, g) - np.kron(V.T, V))", "row-major vec",
                  r"$X^{-\top}$ was differentiated as if it were $X^{-1}$: its Jacobian needs the "
                  "commutation matrix in front."),
        ),
        after="In the plane this Hessian is the same for every $X$. Which matrix is it, and why does it not "
              "move?",
    ),
)
