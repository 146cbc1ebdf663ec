"""Exercises of chapter 12: pseudo-inverses, least squares, ridge.

Tall matrices have singular values between 0.7 and 2, so that wrong terms are never small; matrices of low
rank are products.
"""
import numpy as np

from ..check import Check, check_gradient
from . import Exercise, Option, Wrong
from .judging import in_plain_words, numbers


def draw_tall(rng, m=5, n=3):
    """An m by n matrix of full column rank, far from losing it."""
    left, right = np.linalg.qr(rng.normal(size=(m, n)))[0], np.linalg.qr(rng.normal(size=(n, n)))[0]
    return {"A": left @ np.diag(rng.uniform(0.7, 2, size=n)) @ right}


def draw_system(rng):
    return {**draw_tall(rng), "b": rng.normal(size=5)}


def draw_right_side(rng):
    return {"b": rng.normal(size=5), **draw_tall(rng)}


def draw_loss(rng):
    return {**draw_system(rng), "lam": float(rng.uniform(0.3, 0.9)), "xbar": rng.normal(size=3)}


def draw_ridge(rng):
    """λ first: it is what moves."""
    return {"lam": float(rng.uniform(0.3, 0.9)), **draw_system(rng)}


def draw_weights(rng):
    return {"w": rng.uniform(0.5, 2, size=5), **draw_system(rng)}


def draw_path(rng):
    """Two factors that move with t, and stay far from losing rank 2."""
    U, V = draw_tall(rng, 5, 2)["A"], draw_tall(rng, 4, 2)["A"]
    return {"t": float(rng.uniform(0.1, 0.2)), "U": U, "V": V, "E": rng.normal(size=(5, 2)) / 4,
            "F": rng.normal(size=(4, 2)) / 4}


def judge_ridge_backward(answer, rng):
    """The three gradients of <xbar, x> against numerical derivatives: the first that fails is heard."""
    data = draw_loss(rng)
    A, b, lam, xbar = data.values()
    given = answer(A, b, lam, xbar)
    if not isinstance(given, (tuple, list)) or len(given) != 3:
        count = f"{len(given)} things" if isinstance(given, (tuple, list)) else "one thing"
        return Check(False, "shape", "Return three things, `Abar, bbar, lambar`: an array shaped like `A`, "
                                     f"one shaped like `b`, and a number; this returned {count}.")
    names = "Abar", "bbar", "lambar"
    Abar, bbar, lambar = (numbers(part, f"`{name}`") for part, name in zip(given, names))
    if Abar.shape == b.shape and bbar.shape == A.shape:
        return Check(False, "wrong order",
                     "The first two stand in the other order: first `Abar`, then `bbar`.")

    def loss(A, b, lam):
        return xbar @ np.linalg.solve(A.T @ A + lam * np.eye(3), A.T @ b)

    H = A.T @ A + lam * np.eye(3)
    z, x = np.linalg.solve(H, xbar), np.linalg.solve(H, A.T @ b)
    parts = (("bbar", bbar, A @ z, lambda b: loss(A, b, lam), b),
             ("lambar", lambar, -z @ x, lambda lam: loss(A, b, lam), lam),
             ("Abar", Abar, np.outer(b - A @ x, z) - np.outer(A @ z, x), lambda A: loss(A, b, lam), A))
    for name, part, truth, function, at in parts:
        check = check_gradient(function, part, at)
        if not check:
            said = in_plain_words(check, truth, part, data)
            return Check(False, said.mistake, f"`{name}`: {said.message}")
    return Check(True, None, "All three gradients agree with numerical derivatives.")


CONDITIONS = {"AA⁺A = A": lambda A, P: (A @ P @ A, A), "A⁺AA⁺ = A⁺": lambda A, P: (P @ A @ P, P),
              "AA⁺ is symmetric": lambda A, P: (A @ P, (A @ P).T),
              "A⁺A is symmetric": lambda A, P: (P @ A, (P @ A).T)}


def judge_pinv(answer, rng):
    """Penrose's conditions at a tall, a wide, a low and a zero matrix."""
    cases = {"a 5 × 3 matrix of rank 3": rng.normal(size=(5, 3)),
             "a 3 × 4 matrix of rank 3": rng.normal(size=(3, 4)),
             "a 5 × 4 matrix of rank 2": rng.normal(size=(5, 2)) @ rng.normal(size=(2, 4)),
             "a 2 × 3 matrix of zeros": np.zeros((2, 3)),
             "a 5 × 3 matrix of rank 3, times 1e-20": 1e-20 * rng.normal(size=(5, 3))}
    for name, A in cases.items():
        P = numbers(answer(A.copy()), "`my_pinv`")
        if P.shape != A.T.shape:
            return Check(False, "transposed" if P.shape == A.shape else "shape",
                         f"For {name} the pseudo-inverse has shape {A.T.shape}; this has shape {P.shape}.")
        if not np.isfinite(P).all():
            return Check(False, "not finite", f"For {name} the result has entries that are not finite. "
                                              "Where is something divided by 0?")
        for equation, sides in CONDITIONS.items():
            left, right = sides(A, P)
            if not np.allclose(left, right, rtol=0, atol=1e-8 * max(np.abs(right).max(), np.abs(left).max())):
                return Check(False, "unknown", f"For {name} it is not true that {equation}.")
    return Check(True, None, "All four conditions hold for every matrix tried.")


# Beginnings that answers share.
P = "P = np.linalg.pinv(A)\nreturn "
M = "P, M = np.linalg.pinv(A), np.linalg.inv(A.T @ A)\nreturn "
X = "P, M = np.linalg.pinv(A), np.linalg.inv(A.T @ A)\nx = P @ b\nr = b - A @ x\nreturn "
WEIGHTED = """H = A.T @ (w[:, None] * A)
r = b - A @ np.linalg.solve(H, A.T @ (w * b))
"""
RIDGE = "H = A.T @ A + lam * np.eye(3)\nx = np.linalg.solve(H, A.T @ b)\nreturn "
PATH = """A = (U + t * E) @ (V + t * F).T
dA = (E @ (V + t * F).T + (U + t * E) @ F.T) * dt
P = np.linalg.pinv(A, rcond=1e-9)
L, R = A @ P, P @ A
return """
BACK = """H = A.T @ A + lam * np.eye(3)
x, z = np.linalg.solve(H, A.T @ b), np.linalg.solve(H, xbar)
r = b - A @ x
"""


def svd_answer(keep="k = s > max(A.shape) * np.finfo(float).eps * s[0]", back="Vt[k].T @ (U[:, k] / s[k]).T"):
    return f"""U, s, Vt = np.linalg.svd(A, full_matrices=False)
{keep}
return {back}"""


EXERCISES = (
    Exercise(
        number="12.1",
        title="One column",
        kind="value",
        prompt=r"With pencil. $A=\begin{bmatrix}3\\4\end{bmatrix}$ is a $2\times1$ matrix. Write down "
               r"$A^+$, shape $1\times2$.",
        hints=(r"The column is independent, so $A^+=(A^\top A)^{-1}A^\top$.",
               r"$A^\top A=3^2+4^2$ is a number. Test: $A^+A=1$."),
        solution="np.array([[3.0, 4.0]]) / 25",
        wrong=(
            Wrong("np.array([[1 / 3, 1 / 4]])", "elementwise product",
                  r"Inverted entry by entry. Then $A^+A=1+1=2$, and it has to be 1."),
            Wrong("np.array([[3.0, 4.0]]) / 5", "factor",
                  r"Divided by the length of the column. Then $A^+A=5$: divide by its square.", hint=2),
            Wrong("np.array([[4.0, -3.0]]) / 25", "unknown",
                  r"Perpendicular to the column: then $A^+A=0$. The row has to point along the column.",
                  hint=2),
            Wrong("np.array([[3.0, 4.0]])", "factor",
                  r"This is $A^\top$. It is the pseudo-inverse only of columns of length 1.", hint=1),
        ),
        after=r"What is $AA^+$, and what does it do to the vector $(5,5)$?",
    ),
    Exercise(
        number="12.2",
        title="The shortest solution",
        kind="value",
        prompt=r"""With pencil. One equation, three unknowns:

$$
x_1+2x_2+2x_3=9 .
$$

Write down its shortest solution, shape `(3,)`.""",
        hints=(r"$A=(1\;\;2\;\;2)$ has full row rank: $\mathbf x=A^\top(AA^\top)^{-1}b$.",
               "The shortest solution lies in the row space: it is a multiple of $(1,2,2)$.",
               r"$AA^\top=1+4+4=9$, and $b=9$."),
        solution="np.array([1.0, 2.0, 2.0])",
        wrong=(
            Wrong("np.array([9.0, 0.0, 0.0])", "unknown",
                  "A solution, of length 9. The shortest is a multiple of the row $(1,2,2)$.", hint=2),
            Wrong("np.array([9.0, 4.5, 4.5])", "elementwise product",
                  "Each unknown by itself, $9/A_{1j}$: that solves three equations, not this one, whose left "
                  "side becomes 27."),
            Wrong("np.array([1.0, 2.0, 2.0]) / 9", "factor",
                  "This is $A^+$; the right side 9 has not been multiplied in."),
            Wrong("np.array([9.0, 18.0, 18.0])", "factor",
                  r"This is $A^\top b$; $(AA^\top)^{-1}=\frac19$ is missing.", hint=3),
            Wrong("np.array([3.0, 1.5, 1.5])", "elementwise product",
                  "A solution that gives each term a third of the 9. It has length 3.67; the shortest has "
                  "length 3.", hint=2),
        ),
        after="Add $(2,-1,0)$ to your solution. Is the result still a solution, and how much longer is it?",
    ),
    Exercise(
        number="12.3",
        title="Rank one",
        kind="value",
        prompt=r"""With pencil. The second row is three times the first:

$$
A=\begin{bmatrix}1&2\\3&6\end{bmatrix}.
$$

Write down $A^+$, shape $2\times2$.""",
        hints=(r"There is one positive singular value: $A=\sigma\,\mathbf u\mathbf v^\top$, and "
               r"$A^+=\frac1\sigma\,\mathbf v\mathbf u^\top$.",
               r"So $A^+=A^\top/\sigma^2$.",
               r"$\sigma^2$ is the sum of the squares of all entries, $\lVert A\rVert_F^2=50$."),
        solution="np.array([[1.0, 3.0], [2.0, 6.0]]) / 50",
        wrong=(
            Wrong("np.array([[1.0, 2.0], [3.0, 6.0]]) / 50", "transposed",
                  r"The factor is right, the transpose is missing: $A^+$ leads back, from $\mathbf u$ to "
                  r"$\mathbf v$."),
            Wrong("np.array([[1.0, 3.0], [2.0, 6.0]]) / np.sqrt(50)", "factor",
                  r"Divided by $\sigma$ once. $A^\top$ holds a $\sigma$ and $A^+$ a $\frac1\sigma$: divide "
                  r"by $\sigma^2$.", hint=2),
            Wrong("np.array([[1.0, 1 / 2], [1 / 3, 1 / 6]])", "elementwise product",
                  "Inverted entry by entry; no condition but the shape holds.", hint=1),
            Wrong("np.array([[1.0, 1 / 3], [1 / 2, 1 / 6]])", "elementwise product",
                  "Transposed and inverted entry by entry. Only singular values are inverted one by one.",
                  hint=1),
        ),
        after=r"Change the 6 to 6.01. What does `np.linalg.pinv` say now?",
    ),
    Exercise(
        number="12.4",
        title="Which room?",
        kind="choice",
        prompt=r"""$A\in\mathbb R^{5\times3}$ has full column rank, $\mathbf b\in\mathbb R^5$. Which is the
point of the column space of $A$ nearest to $\mathbf b$, for all such $A$ and $\mathbf b$?""",
        hints=("How many entries does a point of the column space have?",
               "A projection applied twice is the projection applied once."),
        draw=draw_system,
        solution="A @ np.linalg.pinv(A) @ b",
        options={
            "a": Option(r"$A^+\mathbf b$", False,
                        "These are the three coefficients, in the other room. The point has five entries.",
                        "np.linalg.pinv(A) @ b", mistake="shape"),
            "b": Option(r"$AA^+\mathbf b$", True,
                        r"The coefficients, carried over into $\mathbb R^5$.",
                        "A @ np.linalg.pinv(A) @ b"),
            "c": Option(r"$(I-AA^+)\mathbf b$", False,
                        "The residual: it points from the nearest point to $\\mathbf b$.",
                        "b - A @ np.linalg.pinv(A) @ b", mistake="unknown"),
            "d": Option(r"$A^{+\top}A^+\mathbf b$", False,
                        r"The shape is right. But $A^{+\top}$ divides by the singular values where $A$ "
                        "multiplies; it passes where all of them are 1.",
                        "np.linalg.pinv(A).T @ np.linalg.pinv(A) @ b", mistake="only for orthogonal input"),
        },
        after=r"And which matrix takes a point of $\mathbb R^3$ to the nearest point of the *row* space? "
              "What is it here?",
    ),
    Exercise(
        number="12.5",
        title="The differential, full column rank",
        kind="differential",
        prompt=r"$F(A)=A^+$ for $A\in\mathbb R^{5\times3}$ of full column rank. Give $dF$, shape "
               r"$3\times5$, for a change `dA`.",
        hints=(r"Differentiate $MA^\top$ with $M=(A^\top A)^{-1}$: both factors move.",
               r"$dM=-M(dA^\top A+A^\top dA)M$: two terms, and $M\,dA^\top$ from the other factor.",
               r"Two of the three join to $M\,dA^\top(I-AA^+)$; the third is the sandwich."),
        draw=draw_tall,
        function="np.linalg.solve(A.T @ A, A.T)",
        solution=M + "-P @ dA @ P + M @ dA.T @ (np.eye(5) - A @ P)",
        wrong=(
            Wrong(P + "-P @ dA @ P", "missing product-rule term",
                  r"The rule of the inverse. It is complete where $AA^+=I$, so for square matrices.", hint=2),
            Wrong(M + "-P @ dA @ P - M @ dA.T @ (np.eye(5) - A @ P)", "sign",
                  r"The second term comes from $M\,dA^\top$ and has a plus.", hint=3),
            Wrong(M + "-P @ dA @ P + M @ dA.T", "missing product-rule term",
                  r"$dM$ has two terms; $-M\,dA^\top AM$ was lost. It turns $I$ into $I-AA^+$.", hint=3),
            Wrong(M + "M @ dA.T @ (np.eye(5) - A @ P)", "missing product-rule term",
                  "The sandwich itself is missing: $A^\\top dA$ in $dM$.", hint=2),
            Wrong(M + "-P @ dA @ P + M @ dA.T @ A @ P", "unknown",
                  r"The wrong projection: $AA^+$ where $I-AA^+$ belongs. The term sees the residual.",
                  hint=3),
        ),
        after=r"Multiply your result by $A$ from the right and add $A^+dA$. Why must it be zero?",
    ),
    Exercise(
        number="12.6",
        title="The coefficients move",
        kind="differential",
        prompt=r"$\mathbf x=A^+\mathbf b$ with $A\in\mathbb R^{5\times3}$ of full column rank and "
               r"$\mathbf b\in\mathbb R^5$ fixed. Give $d\mathbf x$, shape `(3,)`, for a change `dA`.",
        hints=(r"Differentiate the equation $A^\top(\mathbf b-A\mathbf x)=0$.",
               r"$dA^\top\mathbf r-A^\top(dA\,\mathbf x+A\,d\mathbf x)=0$ with the residual $\mathbf "
               r"r=\mathbf b-A\mathbf x$.",
               r"Solve with $A^\top A$ for $d\mathbf x$: two terms."),
        draw=draw_system,
        function="np.linalg.solve(A.T @ A, A.T @ b)",
        solution=X + "-P @ dA @ x + M @ dA.T @ r",
        wrong=(
            Wrong(X + "-P @ dA @ x", "missing product-rule term",
                  "The rule of a square system. It is complete where the residual is zero.", hint=2),
            Wrong(X + "P @ dA @ x + M @ dA.T @ r", "sign",
                  r"What $A$ explains more, $\mathbf x$ has to explain less: $-A^+dA\,\mathbf x$.", hint=2),
            Wrong(X + "-P @ dA @ x - M @ dA.T @ r", "sign",
                  r"The residual's term has a plus: $A^\top A\,d\mathbf x=dA^\top\mathbf r-A^\top dA\,"
                  r"\mathbf x$.", hint=3),
            Wrong(X + "-P @ dA @ x + M @ dA.T @ b", "missing product-rule term",
                  r"With $\mathbf b$ in place of $\mathbf r$ the change of $(A^\top A)^{-1}$ is counted only "
                  "half.", hint=2),
            Wrong(X + "-P @ dA @ x + dA.T @ r", "missing chain factor",
                  r"The second term has to be solved with $A^\top A$ as well.", hint=3),
        ),
        after=r"Put in the three points of the opening and $dA=E_{32}$: $(\frac16,-\frac23)$ has to come "
              "out.",
    ),
    Exercise(
        number="12.7",
        title="A projection turns",
        kind="differential",
        prompt=r"$F(A)=AA^+$ for $A\in\mathbb R^{5\times3}$ of full column rank, the projection on its "
               r"columns. Give $dF$, shape $5\times5$, for a change `dA`.",
        hints=(r"Call it $L$. $LA=A$ gives $dL\,A=(I-L)\,dA$.",
               r"Times $A^+$ from the right: $dL\,L=(I-L)\,dA\,A^+$. And $L=L^2$.",
               r"$dL=dL\,L+L\,dL$, and the second is the transpose of the first."),
        draw=draw_tall,
        function="A @ np.linalg.solve(A.T @ A, A.T)",
        solution="P = np.linalg.pinv(A)\nW = (np.eye(5) - A @ P) @ dA @ P\nreturn W + W.T",
        wrong=(
            Wrong("P = np.linalg.pinv(A)\nreturn (np.eye(5) - A @ P) @ dA @ P", "missing product-rule term",
                  "Half of it. $L$ stays symmetric, so its change is: add the transpose.", hint=3),
            Wrong("P = np.linalg.pinv(A)\nreturn dA @ P + (dA @ P).T", "missing product-rule term",
                  r"$I-L$ is missing: what moves inside the column space does not turn it.", hint=1),
            Wrong("P = np.linalg.pinv(A)\nW = A @ P @ dA @ P\nreturn W + W.T", "unknown",
                  "The wrong projection: $L$ keeps what moves inside the space; $I-L$ keeps what leaves it.",
                  hint=1),
            Wrong("P = np.linalg.pinv(A)\nW = (np.eye(5) - A @ P) @ dA @ P\nreturn W - W.T", "sign",
                  "A projection stays symmetric, so the transpose is added.", hint=3),
        ),
        after=r"Try $dA=AK$ with any $K\in\mathbb R^{3\times3}$. Why is the result zero?",
    ),
    Exercise(
        number="12.8",
        title="A minimum as a loss",
        kind="gradient",
        prompt=r"$f(A)=\frac12\min_{\mathbf x}\lVert A\mathbf x-\mathbf b\rVert^2$ with $A\in\mathbb "
               r"R^{5\times3}$ of full column rank. Give $\nabla_Af$, shape $5\times3$.",
        hints=(r"With $\mathbf r=\mathbf b-A\mathbf x$ at the minimum, $A^\top\mathbf r=0$: the part with "
               r"$d\mathbf x$ drops out.",
               r"Freeze $\mathbf x$: $df=-\mathbf r^\top dA\,\mathbf x$, a row, $dA$, a column."),
        draw=draw_system,
        function="r = b - A @ np.linalg.solve(A.T @ A, A.T @ b)\nreturn r @ r / 2",
        solution=X + "-np.outer(r, x)",
        wrong=(
            Wrong(X + "-np.outer(x, r)", "transposed",
                  "The gradient has the shape of $A$: $\\mathbf r$ runs down, $\\mathbf x$ across."),
            Wrong(X + "np.outer(r, x)", "sign",
                  r"$\mathbf r=\mathbf b-A\mathbf x$ moves by $-dA\,\mathbf x$.", hint=2),
            Wrong(X + "-2 * np.outer(r, x)", "factor", r"The $\frac12$ of the loss was left out."),
            Wrong(X + "-np.outer(r, M @ x)", "missing chain factor",
                  "No solve is needed after the fit: the gradient is one outer product.", hint=1),
            Wrong(X + "-np.outer(b, x)", "unknown",
                  r"With $\mathbf b$ in place of the residual. At a perfect fit the gradient has to be zero.",
                  hint=2),
        ),
        after="Take a step against this gradient. Does the fit get better, and what does it do to the "
              "columns of $A$?",
    ),
    Exercise(
        number="12.9",
        title="Ridge, backwards",
        kind="code",
        name="ridge_backward",
        prompt=r"""The rule of the chapter goes backwards through least squares. Now through ridge,
$\mathbf x=(A^\top A+\lambda I)^{-1}A^\top\mathbf b$ with $A\in\mathbb R^{5\times3}$, $\mathbf b\in\mathbb
R^5$, $\lambda>0$. A gradient $\bar{\mathbf x}\in\mathbb R^3$ has arrived at $\mathbf x$. Write
`ridge_backward(A, b, lam, xbar)`. It returns `Abar, bbar, lambar`: the gradients at $A$, shape $5\times3$,
at $\mathbf b$, shape `(5,)`, and at $\lambda$, a number.""",
        hints=(r"Write it as an equation, $A^\top\mathbf r=\lambda\mathbf x$ with $\mathbf r=\mathbf "
               r"b-A\mathbf x$, and differentiate.",
               r"With $H=A^\top A+\lambda I$: $H\,d\mathbf x=A^\top(d\mathbf b-dA\,\mathbf x)+dA^\top\mathbf "
               r"r-\mathbf x\,d\lambda$.",
               r"Pair $\bar{\mathbf x}$ with $d\mathbf x$; with $\mathbf z=H^{-1}\bar{\mathbf x}$ every "
               r"term is an inner product, and $\mathbf z^\top dA^\top\mathbf r=\mathbf r^\top "
               r"dA\,\mathbf z$."),
        draw=draw_loss,
        judge=judge_ridge_backward,
        solution=BACK + "return np.outer(r, z) - np.outer(A @ z, x), A @ z, -z @ x",
        wrong=(
            Wrong(BACK + "return -np.outer(A @ z, x), A @ z, -z @ x", "missing product-rule term",
                  "The rule of a square system: the term with the residual is missing.", hint=2),
            Wrong(BACK + "return (np.outer(r, z) - np.outer(A @ z, x)).T, A @ z, -z @ x", "transposed",
                  "`Abar` is transposed: it has to have the shape of `A`."),
            Wrong(BACK + "z0 = np.linalg.solve(A.T @ A, xbar)\n"
                         "return np.outer(r, z0) - np.outer(A @ z0, x), A @ z0, -z0 @ x", "unknown",
                  r"Solved with $A^\top A$: the system of ridge is $A^\top A+\lambda I$.", hint=2),
            Wrong(BACK + "return np.outer(r, z) - np.outer(A @ xbar, x), A @ xbar, -z @ x",
                  "missing chain factor",
                  r"$\bar{\mathbf b}=A\mathbf z$: the gradient has to go through $H^{-1}$ first.", hint=3),
            Wrong(BACK + "return np.outer(r, z) + np.outer(A @ z, x), A @ z, -z @ x", "sign",
                  r"$dA\,\mathbf x$ has a minus.", hint=2),
            Wrong(BACK + "return np.outer(r, z) - np.outer(A @ z, x), A @ z, z @ x", "sign",
                  r"More penalty, shorter solution: $-\mathbf x\,d\lambda$.", hint=2),
            Wrong(BACK + "return A @ z, np.outer(r, z) - np.outer(A @ z, x), -z @ x", "wrong order",
                  "The first two stand in the other order: first `Abar`, then `bbar`."),
        ),
        after=r"Let $A$ have full column rank. What becomes of the first two for $\lambda\to0$?",
    ),
    Exercise(
        number="12.10",
        title="One point weighs more",
        kind="jacobian",
        prompt=r"""Weighted least squares: $\mathbf x(\mathbf w)=(A^\top WA)^{-1}A^\top W\mathbf b$ with
$W=\operatorname{diag}(\mathbf w)$, $A\in\mathbb R^{5\times3}$, $\mathbf w\in\mathbb R^5$ positive. Give the
Jacobian $\partial\mathbf x/\partial\mathbf w$, shape $3\times5$.""",
        hints=(r"Differentiate $A^\top W(\mathbf b-A\mathbf x)=0$ with $dW=\operatorname{diag}(d\mathbf w)$.",
               r"$dW\,\mathbf r=\mathbf r\odot d\mathbf w$, so $A^\top WA\,d\mathbf x=A^\top(\mathbf r\odot "
               r"d\mathbf w)$.",
               "Column $i$ is $(A^\\top WA)^{-1}$ times row $i$ of $A$ times $r_i$; `A.T * r` scales all "
               "columns at once."),
        draw=draw_weights,
        function="return np.linalg.solve(A.T @ (w[:, None] * A), A.T @ (w * b))",
        solution=WEIGHTED + "return np.linalg.solve(H, A.T * r)",
        wrong=(
            Wrong(WEIGHTED + "return np.linalg.solve(H, A.T * b)", "missing product-rule term",
                  r"$A^\top WA$ was held. Its weights move as well; they turn $\mathbf b$ into the residual.",
                  hint=1),
            Wrong(WEIGHTED + "return np.linalg.solve(H, A.T * r).T", "transposed",
                  "Outputs run down the rows of a Jacobian: $3\\times5$."),
            Wrong(WEIGHTED + "return np.linalg.solve(A.T @ A, A.T * r)", "unknown",
                  r"The system to solve is the weighted one, $A^\top WA$. Right where all weights are 1.",
                  hint=2),
            Wrong(WEIGHTED + "return np.linalg.solve(H, A.T * (w * r))", "unknown",
                  r"The weight itself has gone: $W\mathbf r$ changes by $r_i\,dw_i$, not by $w_ir_i\,dw_i$. "
                  "This is the rate by $\\log w_i$.", hint=2),
            Wrong(WEIGHTED + "return -np.linalg.solve(H, A.T * r)", "sign",
                  "More weight pulls the fit towards the point, along its residual.", hint=1),
        ),
        after="Multiply the Jacobian by $\\mathbf w$. Why does the sum vanish?",
    ),
    Exercise(
        number="12.11",
        title="Along the ridge path",
        kind="jacobian",
        prompt=r"""$\mathbf x(\lambda)=(A^\top A+\lambda I)^{-1}A^\top\mathbf b$ with $A\in\mathbb
R^{5\times3}$ and $\lambda>0$ (`lam`). Give the derivative by the number $\lambda$ as a column, shape
$3\times1$; `[:, None]` makes a column of a vector.""",
        hints=(r"Write it as an equation: $(A^\top A+\lambda I)\,\mathbf x=A^\top\mathbf b$.",
               r"Differentiate: $d\lambda\,\mathbf x+(A^\top A+\lambda I)\,d\mathbf x=0$."),
        draw=draw_ridge,
        function=RIDGE + "x",
        solution=RIDGE + "-np.linalg.solve(H, x)[:, None]",
        wrong=(
            Wrong(RIDGE + "np.linalg.solve(H, x)[:, None]", "sign",
                  "More penalty, shorter solution: the derivative points back towards 0.", hint=2),
            Wrong(RIDGE + "-np.linalg.solve(H, A.T @ b)[:, None]", "unknown",
                  r"This is $-\mathbf x$. One more solve is needed: the sandwich has the inverse on both "
                  "sides.", hint=2),
            Wrong(RIDGE + "-np.linalg.solve(H, np.linalg.solve(H, x))[:, None]", "missing chain factor",
                  r"One inverse too many: $\mathbf x$ already contains one.", hint=2),
            Wrong(RIDGE + "-x[:, None] / lam", "unknown",
                  r"As if all of $A^\top A$ were absent: right only where $\lambda$ is much larger than all "
                  r"$\sigma_i^2$.", hint=1),
            Wrong(RIDGE + "-lam * np.linalg.solve(H, x)[:, None]", "unknown",
                  r"This is the rate by $\log\lambda$; by $\lambda$ itself there is no factor $\lambda$.",
                  hint=2),
        ),
        after=r"In which singular direction does $\mathbf x$ shrink fastest at $\lambda=0$? What is its "
              "relative rate?",
    ),
    Exercise(
        number="12.12",
        title="Your own pinv",
        kind="code",
        name="my_pinv",
        prompt=r"""Write `my_pinv(A)` for any real $A\in\mathbb R^{m\times n}$, with `np.linalg.svd` but
without `np.linalg.pinv` or `lstsq`. It is tried at matrices of full rank, tall, wide, and with tiny
entries, at a $5\times4$ matrix of rank 2 that is a product of two others, and at a matrix of zeros.""",
        hints=("`U, s, Vt = np.linalg.svd(A, full_matrices=False)`. Computed zeros are about "
               "$10^{-16}$ of the largest singular value.",
               r"Keep the columns with $\sigma_i>\max(m,n)\,\varepsilon_{\text{mach}}\,\sigma_1$; "
               "`np.finfo(float).eps` is $\\varepsilon_{\\text{mach}}$. The cut-off is relative to "
               r"$\sigma_1$.",
               "`k = s > tau` marks them; then `Vt[k].T @ (U[:, k] / s[k]).T`."),
        judge=judge_pinv,
        solution=svd_answer(),
        wrong=(
            Wrong(svd_answer("k = s >= 0"), "unknown",
                  "No cut-off: singular values of $10^{-16}$, which are rounding, were inverted.", hint=2),
            Wrong(svd_answer(back="(U[:, k] / s[k]) @ Vt[k]"), "transposed",
                  "The factors stand as in $A$. The pseudo-inverse leads back: $V$ first.", hint=3),
            Wrong("return np.linalg.inv(A.T @ A) @ A.T", "raises",
                  "Only for full column rank. A wide matrix and one of low rank have a singular "
                  r"$A^\top A$."),
            Wrong(svd_answer("k = s > 1e-12"), "unknown",
                  r"The cut-off has to be relative to $\sigma_1$: a matrix whose entries are all tiny has "
                  "full rank all the same.", hint=2),
            Wrong(svd_answer("k = s > 0.5 * s[0]"), "unknown",
                  "The cut-off is far too high: directions that $A$ knows well were dropped.", hint=2),
        ),
        after="Which relative cut-off would you take for data with three reliable digits?",
    ),
    Exercise(
        number="12.13",
        title="Low rank on the move",
        kind="differential",
        prompt=r"""$A(t)=(U+tE)(V+tF)^\top$ with $U,E\in\mathbb R^{5\times2}$ and $V,F\in\mathbb
R^{4\times2}$ has rank 2 for every small $t$. Give the differential of $A(t)^+$, shape $4\times5$, for a
change `dt` of the number $t$. All three terms live here.""",
        hints=(r"First $dA$: it is $E(V+tF)^\top+(U+tE)F^\top$, times $dt$. Compute $A^+$ with "
               "`np.linalg.pinv(A, rcond=1e-9)`.",
               r"The sandwich $-A^+dA\,A^+$, then $A^+A^{+\top}dA^\top(I-AA^+)$, and its mirror image.",
               r"The third term is $(I-A^+A)\,dA^\top A^{+\top}A^+$."),
        draw=draw_path,
        function="return np.linalg.pinv((U + t * E) @ (V + t * F).T, rcond=1e-9)",
        solution=PATH + "(-P @ dA @ P + P @ P.T @ dA.T @ (np.eye(5) - L)\n"
                        "        + (np.eye(4) - R) @ dA.T @ P.T @ P)",
        wrong=(
            Wrong(PATH + "-P @ dA @ P", "unknown",
                  "The sandwich alone; column space and row space turn as well.", hint=2),
            Wrong(PATH + "-P @ dA @ P + P @ P.T @ dA.T @ (np.eye(5) - L)", "unknown",
                  "Complete for full column rank. Here $A^+A$ is not $I$, and its term is missing.", hint=3),
            Wrong(PATH + "-P @ dA @ P + (np.eye(4) - R) @ dA.T @ P.T @ P", "unknown",
                  "Complete for full row rank. Here $AA^+$ is not $I$, and its term is missing.", hint=2),
            Wrong(PATH + "(-P @ dA @ P - P @ P.T @ dA.T @ (np.eye(5) - L)\n"
                         "        - (np.eye(4) - R) @ dA.T @ P.T @ P)", "unknown",
                  "The two new terms have a plus.", hint=2),
            Wrong(PATH + "(-P @ dA @ P + P @ P.T @ dA.T\n        + dA.T @ P.T @ P)", "unknown",
                  r"The projections $I-AA^+$ and $I-A^+A$ are missing: each term fills one corner only.",
                  hint=2),
            Wrong("""A = (U + t * E) @ (V + t * F).T
dA = (E @ V.T + U @ F.T) * dt
P = np.linalg.pinv(A, rcond=1e-9)
return (-P @ dA @ P + P @ P.T @ dA.T @ (np.eye(5) - A @ P)
        + (np.eye(4) - P @ A) @ dA.T @ P.T @ P)""", "unknown",
                  r"The rule is right. But $dA$ is that of $t=0$; at $t$ the factors have moved already.",
                  hint=1),
        ),
        after="Add a multiple of a random matrix to $A$ instead. How do the norms of its pseudo-inverse grow "
              "as the multiple shrinks?",
    ),
)
