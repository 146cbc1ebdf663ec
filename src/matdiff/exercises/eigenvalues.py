"""Exercises of chapter 9: eigenvalues, eigenvectors, and what stays smooth where they meet.

Symmetric matrices are drawn with gaps of at least 0.7 and turned out of the axes; the others are not
symmetric and their eigenvectors far from orthogonal.
"""
import numpy as np

from ..check import Check
from . import Exercise, Option, Wrong
from .judging import numbers


def turned(rng, values):
    """A symmetric matrix with these eigenvalues, its axes turned at random."""
    Q = np.linalg.qr(rng.normal(size=(len(values), len(values))))[0]
    A = Q @ np.diag(values) @ Q.T
    return (A + A.T) / 2


def spread(rng, n=4):
    """Ascending eigenvalues, at least 0.7 apart, none near 0 or 1."""
    return np.cumsum(rng.uniform(0.7, 1.2, size=n)) - 2.2


def direction(rng, n=4):
    H = rng.normal(size=(n, n))
    return (H + H.T) / 2


def draw_symmetric(rng):
    return {"A": turned(rng, spread(rng))}


def draw_index(rng):
    return {**draw_symmetric(rng), "i": int(rng.integers(1, 3))}


def draw_line(rng):
    return {**draw_symmetric(rng), "H": direction(rng), "i": int(rng.integers(1, 3))}


def draw_general(rng):
    """Real eigenvalues 1, 2, 4, right and left eigenvectors of length 1 for the one in the middle."""
    P = np.eye(3) + rng.uniform(-0.5, 0.5, size=(3, 3))
    A = P @ np.diag([1.0, 2.0, 4.0]) @ np.linalg.inv(P)
    x, y = P[:, 1], np.linalg.inv(P)[1]
    return {"A": A, "H": rng.normal(size=(3, 3)), "x": x / np.linalg.norm(x), "y": y / np.linalg.norm(y)}


def draw_wide(rng):
    left, right = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in (3, 5))
    return {"A": left @ np.diag([2.5, 1.7, 0.8]) @ right[:3]}


def draw_pair(rng):
    W = rng.normal(size=(4, 6))
    return {"A": turned(rng, spread(rng)), "B": W @ W.T / 6 + np.eye(4) / 2, "dA": direction(rng),
            "dB": direction(rng), "i": 1}


def draw_data(rng):
    """Seven observations far from the origin, with a clear first axis."""
    return {"X": rng.normal(size=(7, 3)) * np.array([3, 1, 0.5]) @ np.linalg.qr(rng.normal(size=(3, 3)))[0]
            + np.array([2, -1, 3])}


def draw_upstream(rng):
    return {**draw_symmetric(rng), "lbar": rng.normal(size=4), "Vbar": rng.normal(size=(4, 4))}


def draw_group(rng):
    return {"A": turned(rng, np.array([0.0, 1.0, 3.0, 3.0])), "H": direction(rng)}


def judge_follow(answer, rng):
    """Lines with a true crossing, lines without: eigenvectors in the columns that nowhere jump."""
    lines = []
    for _ in range(8):
        Q = np.linalg.qr(rng.normal(size=(4, 4)))[0]
        start, speed = np.array([0.0, 1.0, 3.0, -2.0]), np.array([2.0, -1.0, 0.0, 0.5])
        lines.append((Q @ np.diag(start) @ Q.T, Q @ np.diag(speed) @ Q.T))
    lines += [(turned(rng, np.array([-1.0, 0.4, 2.0])), direction(rng, 3) / 4) for _ in range(3)]
    ts = np.linspace(0, 1, 41)
    for A, H in lines:
        A, H, n = (A + A.T) / 2, (H + H.T) / 2, len(A)
        V = numbers(answer(A.copy(), H.copy(), ts.copy()))
        if V.shape != (41, n, n):
            return Check(False, "shape", f"For {n} × {n} matrices and 41 places the answer has shape "
                                         f"{V.shape}; (41, {n}, {n}) is expected, a matrix for each place.")
        for check in (eigenvectors(A, H, ts, V), continuous(V)):
            if not check:
                return check
    return Check(True, None, "Every vector stays an eigenvector and keeps its direction.")


def eigenvectors(A, H, ts, V):
    """Are the columns of each V[k] orthonormal eigenvectors of A + ts[k] H?"""
    def off(V):
        M = np.array([v.T @ (A + t * H) @ v for t, v in zip(ts, V)])
        return max(np.abs(M - M * np.eye(len(A))).max(),
                   np.abs(V.mT @ V - np.eye(len(A))).max())
    if off(V) < 1e-6:
        return Check(True, None, "")
    if off(V.mT) < 1e-6:
        return Check(False, "transposed", "The eigenvectors stand in the rows of your matrices; put them in "
                                          "the columns, as `eigh` does.")
    return Check(False, "unknown", "The columns are not orthonormal eigenvectors of $A+tH$ at every place.")


def continuous(V):
    """Does each column go on where the one before it pointed?"""
    inner = np.einsum("kai,kai->ki", V[:-1], V[1:])
    k, i = np.unravel_index(np.abs(inner).argmin(), inner.shape)
    if abs(inner[k, i]) < 0.5:
        return Check(False, "wrong order", f"Column {i} changes its place between steps {k} and {k + 1}: the "
                     f"inner product of the two is {abs(inner[k, i]):.2f}. `eigh` sorts by size, so where "
                      "two "
                     "eigenvalues cross their columns are swapped.")
    k, i = np.unravel_index(inner.argmin(), inner.shape)
    if inner[k, i] < 0:
        return Check(False, "sign", f"Column {i} is turned round between steps {k} and {k + 1}: the inner "
                     f"product of the two is {inner[k, i]:.2f}.")
    return Check(True, None, "")


# Beginnings that answers share.
LAM_V = "lam, V = np.linalg.eigh(A)\n"
AT_V = LAM_V + "v = V[:, i]\nreturn "
OTHERS = LAM_V + "v, o = V[:, i], np.arange(4) != i\nmix = V[:, o].T @ H @ v\nreturn "
SVD = "U, s, Vt = np.linalg.svd(A)\nreturn "
PAIR = """K = np.linalg.inv(np.linalg.cholesky(B))
lam, W = np.linalg.eigh(K @ A @ K.T)
v, lam = K.T @ W[:, i], lam[i]
return """
CENTRED = """E = X - X.mean(axis=0)
v = np.linalg.eigh(E.T @ E)[1][:, -1]
return """
BACK = LAM_V + """V = V * np.sign(V[0])
Phi = 1 / (lam - lam[:, None] + np.eye(4)) - np.eye(4)
"""
GROUP = LAM_V + """U, W = V[:, 2:], V[:, :2]
X = W @ ((W.T @ H @ U) / (lam[2:] - lam[:2, None])) @ U.T
return """
STACKED = "V = np.array([np.linalg.eigh(A + t * H)[1] for t in ts])\n"
MATCH = "    V[k] = V[k][:, np.abs(V[k - 1].T @ V[k]).argmax(axis=1)]\n"
ALIGN = "    V[k] = V[k] * np.sign(np.sum(V[k - 1] * V[k], axis=0))\n"
STEPS = "for k in range(1, len(ts)):\n"


EXERCISES = (
    Exercise(
        number="9.1",
        title="A rate by hand",
        kind="value",
        prompt=r"""With pencil. Let

$$
A=\begin{bmatrix}2&2\\2&-1\end{bmatrix},\qquad H=\begin{bmatrix}1&3\\3&0\end{bmatrix}.
$$

At which rate does the *larger* eigenvalue of $A+\varepsilon H$ move at $\varepsilon=0$? Give one
number.""",
        hints=(r"The larger eigenvalue of $A$ is $3$. Solve $(A-3I)\mathbf v=\mathbf 0$.",
               r"$\mathbf v$ is a multiple of $(2,1)$. Make its length $1$ before you use it.",
               r"$\frac15\begin{bmatrix}2&1\end{bmatrix}H\begin{bmatrix}2\\1\end{bmatrix}$, and the two "
               r"rates add up to $\operatorname{tr}H=1$."),
        solution="16 / 5",
        wrong=(
            Wrong("16", "unknown", r"The vector $(2,1)$ has length $\sqrt5$. Divide by $\mathbf "
                                   r"v^\top\mathbf "
                  "v=5$.", hint=2),
            Wrong("-11 / 5", "unknown", r"This is the rate of the smaller eigenvalue, $-2$, with the vector "
                  "$(1,-2)$.", hint=1),
            Wrong("2", "one entry", r"Of the two entries $3$ of $H$ only one was counted: $\mathbf v^\top "
                  "H\\mathbf v$ holds $2\\,v_1v_2H_{12}$.", hint=3),
            Wrong("1", "only diagonal", "This is the diagonal entry $H_{11}$, right for a diagonal $A$ only.",
                  hint=1),
            Wrong("16 / 25", "unknown", "Divided by the length to the fourth power: one $5$ too "
                                        "much.", hint=3),
            Wrong("(1 + np.sqrt(37)) / 2", "unknown", "This is an eigenvalue of $H$ itself, the fastest rate "
                  r"any unit vector could have. The vector is that of $A$.", hint=1),
        ),
        after="At which rate does the other one move? Use the trace.",
    ),
    Exercise(
        number="9.2",
        title="The gradient of one eigenvalue",
        kind="gradient",
        prompt=r"$f(A)=\lambda_i(A)$, eigenvalue number $i$ (from 0, ascending) of a symmetric "
               r"$A\in\mathbb R^{4\times4}$ whose eigenvalues are all simple. Give $\nabla_Af$, symmetric, "
               r"shape $4\times4$.",
        hints=(r"$d\lambda_i=\mathbf v_i^\top dA\,\mathbf v_i$. Write it as a trace, $\operatorname{tr}"
               r"(\mathbf v_i\mathbf v_i^\top dA)$.",
               r"In NumPy the eigenvector is a *column*, `V[:, i]`. The trace of the answer is $1$.",
               "`np.outer` makes the table."),
        draw=draw_index,
        function="return np.linalg.eigvalsh(sym(A))[i]",
        solution=AT_V + "np.outer(v, v)",
        keywords={"symmetric": True},
        wrong=(
            Wrong(AT_V + "2 * np.outer(v, v) - np.diag(v * v)", "off-diagonal doubled",
                  "These are the partial derivatives over the free entries, where $A_{12}$ moves with "
                  "$A_{21}$. The gradient counts each place once.", hint=1),
            Wrong(AT_V + "np.diag(v * v)", "only diagonal",
                  "Off the diagonal $A$ moves as well; $dA_{12}$ meets $v_1v_2$.", hint=1),
            Wrong(AT_V + "lam[i] * np.outer(v, v)", "extra chain factor",
                  r"That is the summand $\lambda_i\mathbf v_i\mathbf v_i^\top$ of $A$. The rate does not "
                  r"depend on $\lambda_i$.", hint=1),
            Wrong(LAM_V + "return np.outer(V[i], V[i])", "transposed",
                  "`V[i]` is a row. The eigenvectors are the columns of $V$.", hint=2),
            Wrong(LAM_V + "return np.outer(V[:, 3 - i], V[:, 3 - i])", "unknown",
                  "Counted from the largest eigenvalue. `eigh` sorts them in ascending order, as the "
                  "exercise does: `V[:, i]`.", hint=2),
            Wrong(AT_V + "-np.outer(v, v)", "sign",
                  "There is no minus: a push along the axis makes it longer."),
            Wrong("return np.eye(4)", "unknown", "That is the gradient of the *sum* of the eigenvalues, the "
                  "trace.", hint=1),
        ),
        after=r"Add up the gradients of all four. Why is it $I$?",
    ),
    Exercise(
        number="9.3",
        title="Without symmetry",
        kind="choice",
        prompt=r"""$A\in\mathbb R^{3\times3}$ is not symmetric. $\lambda$ is real and simple,
$A\mathbf x=\lambda\mathbf x$ and $\mathbf y^\top A=\lambda\mathbf y^\top$, both vectors of length 1.
Which is the rate of $\lambda$ along $A+\varepsilon H$?""",
        hints=(r"Differentiate $A\mathbf x=\lambda\mathbf x$. Which vector on the left makes $A\,d\mathbf x$ "
               r"equal to $\lambda\,d\mathbf x$?",
               r"Test each on $A=\begin{bmatrix}2&1\\0&3\end{bmatrix}$, $\lambda=3$, with $H=E_{21}$. The "
               "true rate is $1$."),
        draw=draw_general,
        solution="y @ H @ x / (y @ x)",
        options={
            "a": Option(r"$\mathbf x^\top H\mathbf x$", False,
                        r"$\mathbf x^\top$ is no left eigenvector unless $A$ is symmetric (or normal). For "
                        r"the matrix of hint 2 it gives $\frac12$; the true rate is $1$.",
                        "x @ H @ x", mistake="only for symmetric input"),
            "b": Option(r"$\mathbf y^\top H\mathbf x$", False,
                        r"The right two vectors. But $\mathbf y^\top dA\,\mathbf x=d\lambda\,\mathbf y^\top"
                        r"\mathbf x$, and $\mathbf y^\top\mathbf x$ is in general not 1 although both are "
                        "unit vectors: they need not point the same way.",
                        "y @ H @ x", mistake="only for symmetric input"),
            "c": Option(r"$\frac{\mathbf x^\top H\mathbf y}{\mathbf y^\top\mathbf x}$", False,
                        r"Left and right changed places: that is the rate along $H^\top$.",
                        "x @ H @ y / (y @ x)", mistake="transposed"),
            "d": Option(r"$\frac{\mathbf y^\top H\mathbf x}{\mathbf y^\top\mathbf x}$", True,
                        r"The left eigenvector cancels the two terms with $d\mathbf x$.",
                        "y @ H @ x / (y @ x)"),
        },
        after=r"What happens to the rate as $\mathbf y^\top\mathbf x$ becomes small?",
    ),
    Exercise(
        number="9.4",
        title="A double eigenvalue splits",
        kind="value",
        prompt=r"""With pencil. Let $A=\operatorname{diag}(3,3,1)$ and

$$
H=\begin{bmatrix}1&2&5\\2&-2&1\\5&1&7\end{bmatrix}.
$$

The eigenvalue $3$ is repeated. At which two rates does it split along $A+tH$ as $t$ grows from $0$? Give
two numbers, shape `(2,)`, the larger first.""",
        hints=(r"The formula for a simple eigenvalue is of no use: every vector $(a,b,0)$ is an eigenvector "
               "for 3.",
               r"The rates are the eigenvalues of $V^\top HV$, where the columns of $V$ are $\mathbf e_1$ "
               r"and "
               r"$\mathbf e_2$.",
               r"That is the block $\begin{bmatrix}1&2\\2&-2\end{bmatrix}$, with trace $-1$ and determinant "
               "$-6$."),
        solution="np.array([2.0, -3.0])",
        wrong=(
            Wrong("np.array([1.0, -2.0])", "only diagonal",
                  r"The rule for simple eigenvalues, applied to $\mathbf e_1$ and $\mathbf e_2$. They are a "
                  "basis among many, and $H$ mixes them.", hint=2),
            Wrong("np.array([-3.0, 2.0])", "wrong order", "The right two, in the other order: the larger "
                  "first."),
            Wrong("np.array([-0.5, -0.5])", "unknown",
                  "The mean rate of the two. The group does not stay together.", hint=2),
            Wrong("np.linalg.eigvalsh([[1, 2, 5], [2, -2, 1], [5, 1, 7]])[::-1]", "shape",
                  "The eigenvalues of all of $H$. Only the block of the repeated eigenvalue counts at first "
                  "order.", hint=2),
            Wrong("np.array([5.0, 0.0])", "unknown", "Those are eigenvalues $3+2$ and $3-3$ at $t=1$ to "
                                                     "first "
                  "order. The rates themselves are asked for.", hint=3),
        ),
        after=r"And as $t$ grows from $0$ along $-H$? Which rates do the *ordered* eigenvalues have there?",
    ),
    Exercise(
        number="9.5",
        title="A sum of fourth powers",
        kind="gradient",
        prompt=r"$f(A)=\sum_i\lambda_i^4$ for a symmetric $A\in\mathbb R^{4\times4}$. Give $\nabla_Af$, "
               r"shape "
               r"$4\times4$.",
        hints=(r"$\sum_i\varphi(\lambda_i)$ has the gradient "
               r"$V\operatorname{diag}(\varphi'(\lambda_i))V^\top$.",
               r"$V\operatorname{diag}(\lambda_i^3)V^\top$ is a power of $A$. Or: $\sum_i\lambda_i^4="
               r"\operatorname{tr}A^4$.",
               "A matrix power, `A @ A @ A`."),
        draw=draw_symmetric,
        function="return np.sum(np.linalg.eigvalsh(sym(A))**4)",
        solution="4 * A @ A @ A",
        keywords={"symmetric": True},
        wrong=(
            Wrong("4 * A**3", "elementwise product",
                  "`A**3` cubes every entry. The power of the *matrix* is meant.", hint=3),
            Wrong(LAM_V + "return 4 * np.diag(lam**3)", "only diagonal",
                  "Right in the axes of $A$; it has not been turned back, $V\\cdot V^\\top$ is missing.",
                  hint=1),
            Wrong("A @ A @ A", "factor", r"$\varphi'(\lambda)=4\lambda^3$: the 4 is missing."),
            Wrong("4 * A @ A @ A @ A", "extra chain factor", r"The power goes down by one: $\lambda^4$ has "
                  r"the slope $4\lambda^3$.", hint=2),
            Wrong(LAM_V + "return 4 * V.T @ np.diag(lam**3) @ V", "transposed",
                  r"$V$ and $V^\top$ changed places: the eigenvectors are the columns, so $A=V\Lambda "
                  r"V^\top$.",
                  hint=1),
        ),
        after="It needs no simple eigenvalues. Why?",
    ),
    Exercise(
        number="9.6",
        title="The second singular value",
        kind="gradient",
        prompt=r"$f(A)=\sigma_2(A)$, the second largest singular value of $A\in\mathbb R^{3\times5}$, simple "
               r"and positive. Give $\nabla_Af$, shape $3\times5$.",
        hints=(r"$\sigma=\mathbf u^\top A\mathbf v$ with unit vectors, and $d\mathbf u\perp\mathbf u$, "
               r"$d\mathbf v\perp\mathbf v$.",
               r"$d\sigma=\mathbf u^\top dA\,\mathbf v=\langle\mathbf u\mathbf v^\top,dA\rangle$.",
               "`np.linalg.svd` returns $U$, $\\sigma$ and $V^\\top$: $\\mathbf u_2$ is a column of `U`, "
               "$\\mathbf v_2$ a row of `Vt`. Counted from 0 both have index 1."),
        draw=draw_wide,
        function="return np.linalg.svd(A, compute_uv=False)[1]",
        solution=SVD + "np.outer(U[:, 1], Vt[1])",
        wrong=(
            Wrong(SVD + "np.outer(Vt[1], U[:, 1])", "transposed",
                  r"This is $\mathbf v\mathbf u^\top$, of shape $5\times3$. The gradient has the shape of "
                  r"$A$.",
                  hint=2),
            Wrong(SVD + "2 * s[1] * np.outer(U[:, 1], Vt[1])", "extra chain factor",
                  r"That is the gradient of $\sigma_2^2$, an eigenvalue of $AA^\top$.", hint=1),
            Wrong(SVD + "np.outer(U[1], Vt[1])", "transposed",
                  "`U[1]` is a row of $U$. The left singular vectors are its columns.", hint=3),
            Wrong(SVD + "np.outer(U[:, 2], Vt[2])", "unknown",
                  "Counted from 0 the second one has index 1. This is the third.", hint=3),
            Wrong(SVD + "s[1] * np.outer(U[:, 1], Vt[1])", "extra chain factor",
                  "That is the summand of $A$ itself.", hint=2),
            Wrong(SVD + "-np.outer(U[:, 1], Vt[1])", "sign",
                  "There is no minus: a push along the pair makes it longer."),
        ),
        after=r"At which matrices $A$ does it have no gradient?",
    ),
    Exercise(
        number="9.7",
        title="How an eigenvector turns",
        kind="value",
        prompt=r"$A\in\mathbb R^{4\times4}$ is symmetric with simple eigenvalues, $H\in\mathbb R^{4\times4}$ "
               r"symmetric. Give $\dot{\mathbf v}_i$ along $A+\varepsilon H$ at $\varepsilon=0$, shape "
               r"`(4,)`, "
               r"for the vector $\mathbf v_i$ that `np.linalg.eigh(A)` returns as column $i$ (from 0).",
        hints=(r"Differentiate $A\mathbf v_i=\lambda_i\mathbf v_i$ and multiply by $\mathbf v_j^\top$, "
               r"$j\ne i$.",
               r"The component along $\mathbf v_j$ is $\frac{\mathbf v_j^\top H\mathbf v_i}{\lambda_i-"
               r"\lambda_j}$; along $\mathbf v_i$ it is 0.",
               r"Or in one line, $(\lambda_iI-A)^+H\mathbf v_i$ with `np.linalg.pinv`."),
        draw=draw_line,
        solution=OTHERS + "V[:, o] @ (mix / (lam[i] - lam[o]))",
        wrong=(
            Wrong(OTHERS + "V[:, o] @ (mix / (lam[o] - lam[i]))", "sign",
                  r"The gap the other way round. It is $\lambda_i-\lambda_j$: the own eigenvalue first.",
                  hint=2),
            Wrong(OTHERS + "V[:, o] @ mix", "missing chain factor", "The gaps are missing.", hint=2),
            Wrong(OTHERS + "V[:, o] @ (mix / (lam[i] - lam[o])) + (v @ H @ v) * v", "unknown",
                  r"A component along $\mathbf v_i$ would change its length. There is none.", hint=2),
            Wrong(OTHERS + "V[:, o] @ (mix / (lam[i] - lam[o])**2)", "unknown",
                  "The gap stands there once, not squared.", hint=1),
            Wrong(OTHERS + "mix / (lam[i] - lam[o])", "shape",
                  r"These are the components along the other three eigenvectors. Multiply by the vectors and "
                  "add up.", hint=2),
            Wrong(LAM_V + "return np.linalg.solve(lam[i] * np.eye(4) - A + 1e-9 * np.eye(4), H @ V[:, i])",
                  "unknown",
                  r"$\lambda_iI-A$ is singular, and a small number added to it lets the component along "
                  r"$\mathbf v_i$ explode. The pseudo-inverse leaves it out.", hint=3),
        ),
        after=r"Which $H$ of length 1 turns $\mathbf v_i$ fastest?",
    ),
    Exercise(
        number="9.8",
        title="Second order",
        kind="value",
        prompt=r"$A,H\in\mathbb R^{4\times4}$ are symmetric, $\lambda_i$ (index `i` from 0, ascending) is "
               r"simple. Give the number $\lambda_i''(0)$ along $A+tH$.",
        hints=(r"$\lambda_i'=\mathbf v_i^\top H\mathbf v_i$, and both $\mathbf v_i$ move.",
               r"$\lambda_i''=2\,\mathbf v_i^\top H\dot{\mathbf v}_i$ with the turn of 9.7.",
               r"On $A=\operatorname{diag}(1,3)$, $H=\begin{bmatrix}0&1\\1&0\end{bmatrix}$ it gives $-1$ and "
               "$1$: the two repel."),
        draw=draw_line,
        solution=OTHERS + "2 * np.sum(mix**2 / (lam[i] - lam[o]))",
        wrong=(
            Wrong(OTHERS + "np.sum(mix**2 / (lam[i] - lam[o]))", "factor",
                  r"Only one of the two $\mathbf v_i$ moved, or: this is the coefficient of $t^2$, which is "
                  r"$\frac12\lambda_i''$.", hint=1),
            Wrong(OTHERS + "2 * np.sum(mix**2 / (lam[o] - lam[i]))", "sign",
                  "So eigenvalues would attract each other. The gap is that of the turn, own eigenvalue "
                  "first.", hint=3),
            Wrong(OTHERS + "2 * np.sum(mix / (lam[i] - lam[o]))", "missing chain factor",
                  r"$\mathbf v_j^\top H\mathbf v_i$ stands there twice: once in the turn, once in $\mathbf "
                  r"v_i^\top H\dot{\mathbf v}_i$.", hint=2),
            Wrong(AT_V + "v @ H @ v", "unknown",
                  r"This is the first derivative, $\lambda_i'$. Differentiate it once more.", hint=1),
            Wrong("return 0.0", "unknown",
                  r"The line is straight in $A$, the eigenvalue along it is not: $\mathbf v_i$ "
                  r"turns.", hint=1),
            Wrong(OTHERS + "2 * np.sum(mix**2 / (lam[i] - lam[o])**2)", "unknown",
                  "The gap is not squared. (This is twice the squared speed of the turn.)", hint=2),
        ),
        after="Add it up over all $i$. Why is the sum zero?",
    ),
    Exercise(
        number="9.9",
        title="Two matrices move",
        kind="value",
        prompt=r"""$A\mathbf v=\lambda B\mathbf v$ with symmetric $A,B\in\mathbb R^{4\times4}$, $B$ positive
definite, and eigenvalue number $i$ (from 0, ascending) simple. Both move, by symmetric $dA$ and $dB$. Give
the number $d\lambda_i$.

With `K = np.linalg.inv(np.linalg.cholesky(B))` the eigenvalues are those of $KAK^\top$, and its
eigenvectors $\mathbf w$ give $\mathbf v=K^\top\mathbf w$ with $\mathbf v^\top B\mathbf v=1$.""",
        hints=(r"Differentiate both sides. On the left stand $dA\,\mathbf v+A\,d\mathbf v$, on the right "
               r"three terms: $d\lambda\,B\mathbf v$, $\lambda\,dB\,\mathbf v$ and $\lambda B\,d\mathbf v$.",
               r"Multiply by $\mathbf v^\top$. The terms with $d\mathbf v$ cancel, and $\mathbf v^\top "
               r"B\mathbf "
               "v=1$.",
               r"What is left is $\mathbf v^\top dA\,\mathbf v=d\lambda+\lambda\,\mathbf v^\top dB\,\mathbf "
               r"v$."),
        draw=draw_pair,
        solution=PAIR + "v @ (dA - lam * dB) @ v",
        wrong=(
            Wrong(PAIR + "v @ (dA + lam * dB) @ v", "sign",
                  r"A larger $B$ makes $\lambda$ smaller: it is a quotient, $\frac{\mathbf v^\top A\mathbf "
                  r"v}{\mathbf v^\top B\mathbf v}$.", hint=3),
            Wrong(PAIR + "v @ dA @ v", "missing product-rule term", "$B$ was held.", hint=1),
            Wrong(PAIR + "v @ (dA - dB) @ v", "missing chain factor",
                  r"The $\lambda$ before $dB\,\mathbf v$ got lost.", hint=1),
            Wrong(PAIR + "v @ (dA - lam * dB) @ v * lam", "extra chain factor",
                  r"$\lambda$ stands before $dB$ alone.", hint=3),
            Wrong(PAIR + "v @ (dA - lam * dB) @ v / (v @ v)", "wrong normalisation",
                  r"Divided by $\mathbf v^\top\mathbf v$. Here the length is measured by $B$: $\mathbf "
                  r"v^\top "
                  r"B\mathbf v=1$.", hint=2),
            Wrong("C = np.linalg.solve(B, A)\nlam, V = np.linalg.eigh((C + C.T) / 2)\nv = V[:, i]\n"
                  "return v @ (dA - lam[i] * dB) @ v", "only for symmetric input",
                  r"$B^{-1}A$ is not symmetric, and `eigh` does not see it.", hint=2),
        ),
        after=r"Put $B=I$ and $dB=0$. And what does $dA=A$, $dB=B$ give, and why?",
    ),
    Exercise(
        number="9.10",
        title="The largest variance",
        kind="gradient",
        prompt=r"Rows of $X\in\mathbb R^{7\times3}$ are observations, and $f(X)=\lambda_{\max}(C)$ is the "
               r"largest eigenvalue of their covariance $C=\frac17E^\top E$, where $E$ is $X$ with the "
               r"column means subtracted. Give $\nabla_Xf$, shape $7\times3$.",
        hints=(r"$df=\mathbf v^\top dC\,\mathbf v$ with $dC=\frac17(dE^\top E+E^\top dE)$.",
               r"Both terms are equal under $\mathbf v^\top\cdot\mathbf v$: $df=\frac27\mathbf v^\top E^\top "
               r"dE\,\mathbf v$.",
               r"The columns of $E$ add up to zero, so $dX$ may stand for $dE$: $df=\frac27\langle E\mathbf "
               r"v\mathbf v^\top,dX\rangle$."),
        draw=draw_data,
        function="E = X - X.mean(axis=0)\nreturn np.linalg.eigvalsh(E.T @ E / len(X))[-1]",
        solution=CENTRED + "2 / len(X) * np.outer(E @ v, v)",
        wrong=(
            Wrong(CENTRED + "2 / len(X) * np.outer(X @ v, v)", "unknown",
                  "Without centring. A shift of all observations would change the variance.", hint=3),
            Wrong("v = np.linalg.eigh(X.T @ X)[1][:, -1]\nreturn 2 / len(X) * np.outer(X @ v, v)", "unknown",
                  r"Nowhere centred: this is the gradient of $\lambda_{\max}(\frac17X^\top X)$. Subtract the "
                  "column means first.", hint=1),
            Wrong(CENTRED + "1 / len(X) * np.outer(E @ v, v)", "factor",
                  "$E$ stands in $E^\\top E$ twice.", hint=1),
            Wrong(CENTRED + "2 * np.outer(E @ v, v)", "factor", r"The $\frac17$ of the covariance got lost."),
            Wrong(CENTRED + "2 / len(X) * np.outer(v, E @ v)", "transposed",
                  "The gradient has the shape of $X$, a row for each observation.", hint=3),
            Wrong(CENTRED + "2 / len(X) * E", "missing chain factor",
                  r"This is the gradient of the *total* variance $\operatorname{tr}C$: the projection on the "
                  r"first axis, $\mathbf v\mathbf v^\top$, is missing.", hint=2),
        ),
        after=r"Which observations does it leave alone?",
    ),
    Exercise(
        number="9.11",
        title="Follow the eigenvectors",
        kind="code",
        name="follow",
        prompt=r"""Write `follow(A, H, ts)`. $A$ and $H$ are symmetric $n\times n$ matrices and `ts` an
ascending array of numbers in small steps. Return an array of shape `(len(ts), n, n)`: at index $k$ the
eigenvectors of $A+t_kH$ as columns, such that each column goes on where the one before it pointed, *through
crossings of eigenvalues too*. The columns need not be sorted by eigenvalue.""",
        hints=("`eigh` sorts by eigenvalue and picks signs as it likes. Undo both, step by step.",
               r"`np.abs(V_old.T @ V_new)` has an entry near 1 where two columns belong together. "
               "`argmax(axis=1)` says which new column follows each old one.",
               "Reorder the columns first. Then multiply each by the sign of its inner product with the one "
               "before."),
        judge=judge_follow,
        solution=STACKED + STEPS + MATCH + ALIGN + "return V",
        wrong=(
            Wrong(STACKED + STEPS + ALIGN + "return V", "wrong order",
                  "The signs are right. Where two eigenvalues cross, `eigh` swaps their columns.", hint=2),
            Wrong(STACKED + STEPS + MATCH + "return V", "sign",
                  "The order is right. The signs still jump.", hint=3),
            Wrong(STACKED + "return V", "wrong order", "This is what `eigh` returns, with its order by size.",
                  hint=1),
            Wrong(STACKED + STEPS + MATCH + ALIGN + "return V.mT", "transposed",
                  "The eigenvectors stand in the rows.", hint=1),
            Wrong("return np.array([np.linalg.eigvalsh(A + t * H) for t in ts])", "shape",
                  "These are the eigenvalues.", hint=1),
        ),
        after="What does it do at an avoided crossing if the steps are longer than the gap?",
    ),
    Exercise(
        number="9.12",
        title="Backwards through the decomposition",
        kind="gradient",
        prompt=r"""$A=V\operatorname{diag}(\boldsymbol\lambda)V^\top$ is symmetric, $4\times4$, with simple
eigenvalues in ascending order and the signs of $V$ such that its first row is positive. The loss is
$f(A)=\bar{\boldsymbol\lambda}^\top\boldsymbol\lambda+\langle\bar V,V\rangle$ with fixed `lbar`, shape
`(4,)`, and `Vbar`, shape $4\times4$. Give $\bar A=\nabla_Af$, symmetric, shape $4\times4$.""",
        hints=(r"$dV=V(\Phi\odot V^\top dA\,V)$ with $\Phi_{ij}=\frac1{\lambda_j-\lambda_i}$, "
               r"$\Phi_{ii}=0$, and $d\boldsymbol\lambda=\operatorname{diag}(V^\top dA\,V)$.",
               r"Move each factor across the inner product: $\langle\bar V,V(\Phi\odot P)\rangle="
               r"\langle\Phi\odot(V^\top\bar V),P\rangle$ with $P=V^\top dA\,V$.",
               r"Fix the signs first, `V = V * np.sign(V[0])`. At the end take the symmetric part."),
        draw=draw_upstream,
        function=LAM_V.replace("eigh(A)", "eigh(sym(A))")
        + "return lbar @ lam + np.sum(Vbar * V * np.sign(V[0]))",
        solution=BACK + "return sym(V @ (np.diag(lbar) + Phi * (V.T @ Vbar)) @ V.T)",
        keywords={"symmetric": True},
        wrong=(
            Wrong(BACK + "return sym(V @ (np.diag(lbar) - Phi * (V.T @ Vbar)) @ V.T)", "unknown",
                  r"$\Phi$ with the opposite sign: $\Phi_{ij}$ has $\lambda_j-\lambda_i$ below.", hint=1),
            Wrong(BACK.replace("V = V * np.sign(V[0])\n", "")
                  + "return sym(V @ (np.diag(lbar) + Phi * (V.T @ Vbar)) @ V.T)", "unknown",
                  "The signs of $V$ are those that `eigh` happened to choose. The loss takes the $V$ of the "
                  "prompt, with a positive first row.", hint=3),
            Wrong(BACK + "return V @ (np.diag(lbar) + Phi * (V.T @ Vbar)) @ V.T", "not symmetrised",
                  "$A$ moves among the symmetric matrices: the gradient is the symmetric part.", hint=3),
            Wrong(BACK + "return sym(V @ (Phi * (V.T @ Vbar)) @ V.T)", "missing product-rule term",
                  r"The eigenvalues move too: $\operatorname{diag}\bar{\boldsymbol\lambda}$ is missing.",
                  hint=1),
            Wrong(BACK + "return sym(V @ np.diag(lbar) @ V.T)", "missing product-rule term",
                  r"The eigenvectors were held.", hint=1),
            Wrong(BACK + "return sym(V.T @ (np.diag(lbar) + Phi * (V.T @ Vbar)) @ V)", "transposed",
                  r"$V$ and $V^\top$ changed places on the way back: $V^\top dA\,V$ has the adjoint "
                  r"$V\cdot V^\top$.", hint=2),
            Wrong(BACK + "return sym(V @ (np.diag(lbar) + Phi * Vbar) @ V.T)", "missing chain factor",
                  r"$\bar V$ has to be written in the axes of $A$ first, $V^\top\bar V$.", hint=2),
        ),
        after=r"Make two eigenvalues nearly equal. For which $\bar V$ does $\bar A$ stay small?",
    ),
    Exercise(
        number="9.13",
        title="A projector, where single vectors are lost",
        kind="value",
        prompt=r"""$A\in\mathbb R^{4\times4}$ is symmetric with the eigenvalues $0,1,3,3$, and $P$ is the
orthogonal projector on the plane that belongs to $3$. Give $\dot P$ along $A+\varepsilon H$, $H$ symmetric,
where $P$ follows the two largest eigenvalues. Shape $4\times4$. A single eigenvector of that plane has no
derivative; $P$ has.""",
        hints=(r"$P=\mathbf v_3\mathbf v_3^\top+\mathbf v_4\mathbf v_4^\top$. In $d(\mathbf v\mathbf "
               r"v^\top)$ "
               "there are two terms, and the pair inside the group cancels.",
               r"Only pairs across the gap remain: $\frac{\mathbf v_j^\top H\mathbf v_i}{\lambda_i-\lambda_j}"
               r"(\mathbf v_j\mathbf v_i^\top+\mathbf v_i\mathbf v_j^\top)$ with $i$ inside, $j$ outside.",
               "Let `U = V[:, 2:]` and `W = V[:, :2]`. The mixings are `W.T @ H @ U`, and each is divided by "
               "its own gap, 3 or 2."),
        draw=draw_group,
        solution=GROUP + "X + X.T",
        wrong=(
            Wrong(GROUP + "X", "not symmetrised",
                  r"One of the two terms of $d(\mathbf v\mathbf v^\top)$; the other is its "
                  r"transpose.", hint=1),
            Wrong(GROUP + "-X - X.T", "sign",
                  r"The gap the other way round: it is $\lambda_i-\lambda_j$ with $i$ inside the group.",
                  hint=2),
            Wrong(LAM_V + "U, W = V[:, 2:], V[:, :2]\nX = W @ W.T @ H @ U @ U.T\nreturn X + X.T",
                  "missing chain factor", "The gaps are missing.", hint=2),
            Wrong(LAM_V + "U, W = V[:, 2:], V[:, :2]\nX = W @ W.T @ H @ U @ U.T / 2\nreturn X + X.T",
                  "unknown", "Every pair has been divided by the same gap, 2. The eigenvalue 0 is 3 away.",
                  hint=3),
            Wrong(GROUP + "U @ U.T", "unknown", r"This is $P$ itself.", hint=1),
            Wrong(LAM_V + "U = V[:, 2:]\nreturn U @ U.T @ H + H @ U @ U.T", "unknown",
                  r"This is $PH+HP$. $P$ moves out of its plane only, $P\dot PP=0$, and the gaps are "
                  r"missing.",
                  hint=2),
        ),
        after=r"Check that $P\dot PP=0$ and $\operatorname{tr}\dot P=0$. What do they say?",
    ),
)
