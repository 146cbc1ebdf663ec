"""Exercises of chapter 3: Jacobians, products with a Jacobian, inverse and implicit maps, densities."""
from functools import reduce

import numpy as np

from ..check import check_gradient
from . import Exercise, Option, Wrong
from .judging import in_plain_words, numbers


def affine(rng):
    return {"x": rng.normal(size=5), "A": rng.normal(size=(3, 5)), "b": rng.normal(size=3)}


def scaled(rng):
    return {"x": rng.normal(size=5), "a": rng.normal(size=5)}


def self_product(rng):
    return {"x": rng.normal(size=4), "A": rng.normal(size=(4, 4))}


def scores(rng):
    return {"z": rng.normal(size=4)}


def point(rng):
    return {"x": 1 + rng.normal(size=4)}


def layer(rng):
    return {"x": rng.normal(size=5), "W": 0.5 * rng.normal(size=(3, 5)), "u": rng.normal(size=3)}


def two_maps(rng):
    return {"x": rng.normal(size=3), "F": rng.normal(size=(3, 3)), "G": rng.normal(size=(3, 3))}


def mirror(rng):
    """A linear map that turns space inside out: its determinant is negative."""
    A = np.eye(3) + 0.4 * rng.normal(size=(3, 3))
    A[0] *= -np.sign(np.linalg.det(A))
    return {"y": rng.normal(size=3), "A": A, "b": rng.normal(size=3)}


def bowl(rng):
    return {"u": rng.uniform(0.5, 1.5), "v": rng.uniform(-1.5, -0.5)}


def equilibrium(rng):
    W = rng.normal(size=(4, 4))
    return {"theta": rng.normal(size=2), "W": 0.5 * W / np.linalg.norm(W, 2), "U": rng.normal(size=(4, 2))}


def stack_of_layers(rng, sizes):
    """Layers tanh(Wx), each a pair of the function and its pull-back."""
    weights = [rng.normal(size=shape) / np.sqrt(shape[1]) for shape in zip(sizes[1:], sizes)]

    def pair(W):
        def f(x):
            return np.tanh(W @ x)

        def vjp(x, u):
            return W.T @ ((1 - np.tanh(W @ x)**2) * u)
        return f, vjp
    return [pair(W) for W in weights]


def pull_back(layers, x, u):
    """Jᵀu of the composition, layer by layer."""
    if not layers:
        return u
    (f, vjp), *rest = layers
    return vjp(x, pull_back(rest, f(x), u))


def judge_pull(answer, rng):
    """Equal widths first, because there the usual slips run; then widths that all differ."""
    for sizes in ((4, 4, 4, 4), (5, 4, 3, 2)):
        layers = stack_of_layers(rng, sizes)
        x, u = rng.normal(size=sizes[0]), rng.normal(size=sizes[-1])
        given = numbers(answer(layers, x, u))
        check = check_gradient(lambda x: u @ reduce(lambda z, layer: layer[0](z), layers, x), given, x)
        if not check:
            return in_plain_words(check, pull_back(layers, x, u), given)
    return check


FIXED_POINT = """x = np.zeros(4)
for _ in range(50):
    x = np.tanh(W @ x + U @ theta)
"""

EXERCISES = (
    Exercise(
        number="3.1", title="The shape of a chain", kind="shape",
        prompt=r"""$\mathbf f:\mathbb R^7\to\mathbb R^4$ and $\mathbf g:\mathbb R^4\to\mathbb R^2$ are
differentiable. What is the shape of the Jacobian of
$\mathbf h(\mathbf x)=\mathbf g(\mathbf f(\mathbf x))$?
Answer with a pair of integers.""",
        hints=(r"Rows are outputs of $\mathbf h$, columns are its inputs.",
               r"$J_{\mathbf h}=J_{\mathbf g}J_{\mathbf f}$ is $(2\times4)(4\times7)$."),
        solution="(2, 7)",
        wrong=(Wrong("(7, 2)", "layout",
                     "One gradient per column is the other convention; this book puts outputs in rows."),
               Wrong("(2, 4)", "missing chain factor",
                     "That is the Jacobian of g alone; its inputs are not x."),
               Wrong("(4, 7)", "missing chain factor",
                     "That is the Jacobian of f alone; its outputs are not h."),
               Wrong("(4, 4)", "wrong order",
                     "The middle sizes meet and are summed over; they do not stay. With these sizes the "
                     "factors in the other order do not even multiply.")),
        after=(r"Now take a scalar function of $\mathbf h$: what are the shapes of its Jacobian and of its "
               "gradient?")),
    Exercise(
        number="3.2", title="An affine map", kind="jacobian",
        prompt=r"""$\mathbf f(\mathbf x)=A\mathbf x+\mathbf b$ with $\mathbf x\in\mathbb R^5$,
$A\in\mathbb R^{3\times5}$, $\mathbf b\in\mathbb R^3$. Give the Jacobian, a $3\times5$ array.""",
        hints=(r"Write $d\mathbf f$ for a step $d\mathbf x$. What happens to $\mathbf b$?",
               r"$d\mathbf f=A\,d\mathbf x$, and the Jacobian is the matrix in front of $d\mathbf x$."),
        draw=affine, function="A @ x + b", solution="A",
        wrong=(Wrong("A @ x + b", "shape",
                     "This is the value of the map at x, not the table of its slopes."),
               Wrong("A.T", "layout",
                     "One gradient per column; this book lays gradients in rows, one for each output."),
               Wrong("np.ones((3, 5))", "missing chain factor",
                     "Every input would count the same for every output: the coefficients are missing."),
               Wrong("A.sum(axis=0)", "shape",
                     "The rows were added up: that is a pull-back with a vector of ones, right only for "
                     "one output."),
               Wrong("A * x", "missing chain factor",
                     "Column j still carries the value of x_j. These are the contributions to the output, "
                     "not the slopes; right when every x_j is 1.")),
        after=r"What is the Jacobian of $A\mathbf x+\mathbf b$ with respect to $\mathbf b$?"),
    Exercise(
        number="3.3", title="Two rows by hand", kind="value",
        prompt=r"""$\mathbf f(\mathbf x)=\big(x_1x_2x_3,\;x_1+e^{x_2}\big)$. Give the Jacobian at
$\mathbf x=(1,0,2)$ as a $2\times3$ array of numbers.""",
        hints=("One row per output: write two gradients and lay them down.",
               r"First row $(x_2x_3,\;x_1x_3,\;x_1x_2)$, second row $(1,\;e^{x_2},\;0)$. And $e^0=1$."),
        solution="np.array([[0, 2, 0], [1, 1, 0]])",
        wrong=(Wrong("np.array([[0, 2, 0], [1, 0, 0]])", "one entry",
                     "The exponential was treated as a constant because its value at 0 is 1. Its slope "
                     "there is 1 too."),
               Wrong("np.array([[0, 2, 0], [1, 1, 1]])", "one entry",
                     "The second output does not contain the third input: that slope is 0."),
               Wrong("np.array([1, 3, 0])", "shape",
                     "The two rows were added: that is a pull-back with a vector of ones."),
               Wrong("np.array([[0, 1], [2, 1], [0, 0]])", "layout",
                     "One gradient per column; this book lays gradients in rows.")),
        after="Which step, to first order, leaves both outputs as they are? The table shows it at once."),
    Exercise(
        number="3.4", title="A number times a vector", kind="jacobian",
        prompt=r"""$\mathbf f(\mathbf x)=(\mathbf a^\top\mathbf x)\,\mathbf x$ with
$\mathbf a,\mathbf x\in\mathbb R^5$. Give the Jacobian, a $5\times5$ array.""",
        hints=(r"Two factors move. Write $d\mathbf f$ as the sum of two terms.",
               r"$d\mathbf f=\mathbf x\,(\mathbf a^\top d\mathbf x)+(\mathbf a^\top\mathbf x)\,d\mathbf x$.",
               r"The first term has the matrix $\mathbf x\mathbf a^\top$: `np.outer(x, a)`."),
        draw=scaled, function="(a @ x) * x", solution="np.outer(x, a) + (a @ x) * np.eye(5)",
        wrong=(Wrong("(a @ x) * np.eye(5)", "missing product-rule term",
                     "The number in front moves with x too."),
               Wrong("np.outer(x, a)", "missing product-rule term",
                     "The vector moves as well as the number in front."),
               Wrong("np.outer(a, x) + (a @ x) * np.eye(5)", "transposed",
                     "The output index belongs to x and comes first. Right when a and x are parallel."),
               Wrong("np.outer(x, a) + a @ x", "unknown",
                     "NumPy adds the number to all 25 entries. It belongs on the diagonal: times the "
                     "identity."),
               Wrong("2 * (a @ x) * np.eye(5)", "only diagonal",
                     "The slope 2ax of the scalar case carried over: right only in one dimension.")),
        after=r"What is its determinant? Compare $(\mathbf a^\top\mathbf x)^5$ with what NumPy gives."),
    Exercise(
        number="3.5", title="Elementwise product with a matrix inside", kind="jacobian",
        prompt=r"""$\mathbf f(\mathbf x)=\mathbf x\odot(A\mathbf x)$ with $\mathbf x\in\mathbb R^4$,
$A\in\mathbb R^{4\times4}$, not symmetric. Give the Jacobian, a $4\times4$ array.""",
        hints=(r"Both factors move: $d\mathbf f=d\mathbf x\odot(A\mathbf x)+\mathbf x\odot(A\,d\mathbf x)$.",
               r"$\mathbf c\odot\mathbf v=\operatorname{diag}(\mathbf c)\,\mathbf v$: the factor scales "
               "rows.",
               r"$\operatorname{diag}(A\mathbf x)+\operatorname{diag}(\mathbf x)A$, and `x[:, None] * A` "
               "is the second term."),
        draw=self_product, function="x * (A @ x)", solution="np.diag(A @ x) + x[:, None] * A",
        wrong=(Wrong("x[:, None] * A", "missing product-rule term", "The factor in front moves too."),
               Wrong("A @ x + x[:, None] * A", "unknown",
                     "NumPy adds the vector Ax to every row. It belongs on the diagonal: np.diag(A @ x)."),
               Wrong("np.diag(A @ x)", "missing product-rule term",
                     "The x inside the matrix product moves too."),
               Wrong("np.diag(A @ x) + A * x", "wrong axis",
                     "This scales the columns of A; x_i multiplies row i, as `x[:, None] * A` does. Right "
                     "only on the diagonal."),
               Wrong("np.diag(A @ x + x * np.diag(A))", "only diagonal",
                     "Every output depends on every input, through the matrix: only the diagonal of the "
                     "table was kept.")),
        after="Add the four outputs: which gradient do you get, and where have you met it in chapter 1?"),
    Exercise(
        number="3.6", title="Softmax", kind="jacobian",
        prompt=r"""$\mathbf p=\operatorname{softmax}(\mathbf z)$, that is $p_i=e^{z_i}/\sum_ke^{z_k}$, with
$\mathbf z\in\mathbb R^4$. Give the Jacobian $\partial\mathbf p/\partial\mathbf z$, a $4\times4$ array.""",
        hints=(r"$p_i=e^{z_i}/s$ with $s=\sum_ke^{z_k}$: how does $s$ move when $z_j$ moves?",
               r"$\partial p_i/\partial z_j=p_i(\delta_{ij}-p_j)$.",
               "The four outputs add up to 1, so each column must add up to 0."),
        draw=scores, function="np.exp(z) / np.exp(z).sum()",
        solution="p = np.exp(z) / np.exp(z).sum()\nreturn np.diag(p) - np.outer(p, p)",
        wrong=(Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.diag(p * (1 - p))", "only diagonal",
                     "The rule of the sigmoid, entry by entry. The denominator couples all outputs."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.diag(p)", "missing product-rule term",
                     "Only the numerator was differentiated; the denominator moves too."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.outer(p, p) - np.diag(p)", "sign",
                     "Each probability must rise with its own score."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn p - np.outer(p, p)", "unknown",
                     "NumPy adds the vector p to every row. It belongs on the diagonal: np.diag(p)."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.diag(p) - p @ p", "unknown",
                     "`p @ p` is one number. Entry (i, j) needs the product of p_i and p_j: np.outer(p, p)."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.diag(p) - p * p", "unknown",
                     "`p * p` is a vector, subtracted from every row. Entry (i, j) needs the product of p_i "
                     "and p_j: np.outer(p, p)."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.eye(4) - np.outer(p, p)",
                     "missing chain factor",
                     "In p_i(δ_ij − p_j) the p_i multiplies the δ as well: p stands on the diagonal, not 1."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn p * (1 - p)", "shape",
                     "Four slopes for sixteen pairs: this is the diagonal alone, as a vector.")),
        after=r"Push $\mathbf v=\mathbf 1$ forward. Why must the answer be zero?"),
    Exercise(
        number="3.7", title="Log-softmax", kind="jacobian",
        prompt=r"""$\mathbf f(\mathbf z)=\log\operatorname{softmax}(\mathbf z)$, that is
$f_i=z_i-\log\sum_ke^{z_k}$, with $\mathbf z\in\mathbb R^4$. Give the Jacobian, a $4\times4$ array. (It
is not symmetric.)""",
        hints=(r"The same number $\log\sum_ke^{z_k}$ is subtracted from every output. What is its gradient?",
               r"$d\log\sum_ke^{z_k}=\mathbf p^\top d\mathbf z$, so "
               r"$d\mathbf f=d\mathbf z-\mathbf 1\,(\mathbf p^\top d\mathbf z)$."),
        draw=scores, function="z - np.log(np.exp(z).sum())",
        solution="p = np.exp(z) / np.exp(z).sum()\nreturn np.eye(4) - np.outer(np.ones(4), p)",
        wrong=(Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.eye(4) - np.outer(p, np.ones(4))",
                     "transposed",
                     "Every row subtracts the same p, so p lies down. Unnoticed when all scores are equal."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.diag(1 - p)", "only diagonal",
                     "Raising one score lowers the log-probability of all the others as well."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.diag(p) - np.outer(p, p)",
                     "missing chain factor",
                     "This is the table of softmax; the logarithm divides row i by p_i."),
               Wrong("p = np.exp(z) / np.exp(z).sum()\nreturn np.eye(4) - np.outer(p, p)",
                     "missing chain factor",
                     "Row i is multiplied by p_i, as in the table of softmax; here every row subtracts p "
                     "itself."),
               Wrong("np.eye(4)", "missing product-rule term", "The number that is subtracted moves too.")),
        after=("The loss of one sample is minus one of these outputs. Which vector is minus that row, and "
               "where was it in chapter 2?")),
    Exercise(
        number="3.8", title="Length one", kind="jacobian",
        prompt=r"""$\mathbf f(\mathbf x)=\mathbf x/\lVert\mathbf x\rVert$ with $\mathbf x\in\mathbb R^4$,
$\mathbf x\ne\mathbf 0$. Give the Jacobian, a $4\times4$ array.""",
        hints=(r"Which step $d\mathbf x$ changes nothing at all? It must be sent to zero.",
               r"$d\lVert\mathbf x\rVert=\mathbf u^\top d\mathbf x$ with "
               r"$\mathbf u=\mathbf x/\lVert\mathbf x\rVert$; then the quotient rule.",
               r"$\frac1{\lVert\mathbf x\rVert}(I-\mathbf u\mathbf u^\top)$."),
        draw=point, function="x / np.sqrt(x @ x)",
        solution="r = np.linalg.norm(x)\nu = x / r\nreturn (np.eye(4) - np.outer(u, u)) / r",
        wrong=(Wrong("np.eye(4) / np.linalg.norm(x)", "missing product-rule term",
                     "The length moves too. Right only for steps at right angles to x."),
               Wrong("r = np.linalg.norm(x)\nreturn (np.eye(4) - np.outer(x, x)) / r",
                     "missing chain factor",
                     "The outer product needs unit vectors. Passes when x has length one."),
               Wrong("u = x / np.linalg.norm(x)\nreturn np.eye(4) - np.outer(u, u)", "factor",
                     "The factor 1/‖x‖ is missing: a far point turns less. Passes when x has length one.")),
        after="Find the rank of this table, and say why it cannot be 4."),
    Exercise(
        number="3.9", title="Layer normalisation", kind="jacobian",
        prompt=r"""$\mathbf y=(\mathbf x-\mu\mathbf 1)/s$ with $\mu=\frac1n\sum_ix_i$,
$s^2=\frac1n\sum_i(x_i-\mu)^2$ and $n=4$ (NumPy's `x.mean()` and `x.std()`). Give the Jacobian, a
$4\times4$ array.""",
        hints=(r"Both $\mu$ and $s$ move. Two steps must be sent to zero: $\mathbf 1$ and $\mathbf x$.",
               r"$d\mu=\frac1n\mathbf 1^\top d\mathbf x$ and $ds=\frac1n\mathbf y^\top d\mathbf x$.",
               r"$\frac1s\big(I-\frac1n\mathbf 1\mathbf 1^\top-\frac1n\mathbf y\mathbf y^\top\big)$."),
        draw=point, function="c = x - x.mean()\nreturn c / np.sqrt((c * c).mean())",
        solution="s = x.std()\ny = (x - x.mean()) / s\nreturn (np.eye(4) - 1 / 4 - np.outer(y, y) / 4) / s",
        wrong=(Wrong("(np.eye(4) - 1 / 4) / x.std()", "missing product-rule term",
                     "The spread s was treated as a constant, but it moves with x."),
               Wrong("np.eye(4) / x.std()", "missing product-rule term",
                     "Mean and spread were both treated as constants."),
               Wrong("s = x.std()\n"
                     "y = (x - x.mean()) / s\n"
                     "return (np.eye(4) - 1 / 4 - np.outer(y, y) / 3) / s", "factor",
                     "The divisor n - 1 of the sample variance slipped in; the layer divides by n."),
               Wrong("y = (x - x.mean()) / x.std()\n"
                     "return (np.eye(4) - 1 / 4 - np.outer(y, y)) / x.std()", "factor",
                     "The last term lacks its 1/n: the spread is a mean, so ds is (1/n) y · dx.", hint=2),
               Wrong("s = x.std()\ny = (x - x.mean()) / s\nreturn np.eye(4) - 1 / 4 - np.outer(y, y) / 4",
                     "factor",
                     "The factor 1/s is missing. Passes when the input has spread one already.")),
        after=(r"The library adds $\varepsilon$ inside the root. Steps along $\mathbf 1$ and along "
               r"$\mathbf x$ change nothing here. Which of the two still changes nothing then?")),
    Exercise(
        number="3.10", title="Pull a sensitivity through a layer", kind="gradient",
        prompt=r"""$\mathbf t=\tanh(W\mathbf x)$ with $\mathbf x\in\mathbb R^5$, $W\in\mathbb R^{3\times5}$. A
sensitivity $\mathbf u\in\mathbb R^3$ arrives from above. Give $J^\top\mathbf u$, five numbers, that is
the gradient of $\mathbf u^\top\tanh(W\mathbf x)$, without building $J$.""",
        hints=(r"$J=\operatorname{diag}(1-\mathbf t\odot\mathbf t)\,W$. Transpose it.",
               "The operation that came last is undone first: slope of tanh, then the matrix.",
               r"$W^\top\big((1-\mathbf t\odot\mathbf t)\odot\mathbf u\big)$."),
        draw=layer, function="u @ np.tanh(W @ x)",
        solution="t = np.tanh(W @ x)\nreturn W.T @ ((1 - t**2) * u)",
        wrong=(Wrong("W.T @ u", "missing chain factor",
                     "The weights alone. Right only where the slope of tanh is 1, at z = 0."),
               Wrong("W.T @ ((1 - np.tanh(W @ x)) * u)", "missing chain factor",
                     "The slope of tanh is 1 - t², with the square."),
               Wrong("W.T @ (np.tanh(W @ x) * u)", "missing chain factor",
                     "The value of tanh stands where its slope belongs."),
               Wrong("(1 - np.tanh(W @ x)**2) * u", "shape",
                     "Stopped halfway: this is the sensitivity to z = Wx. One more step leads to x."),
               Wrong("W.T @ (1 - np.tanh(W @ x)**2)", "missing chain factor",
                     "u is missing: this pulls back a vector of ones."),
               Wrong("W.T @ ((1 - np.tanh(W @ x)**2)**2 * u)", "extra chain factor",
                     "The slope of tanh is there twice."),
               Wrong("W.T @ ((1 - np.tanh(u)**2) * u)", "missing chain factor",
                     "The slope is needed where tanh was evaluated, at z = Wx, not at u."),
               Wrong("(1 - np.tanh(W @ x)**2)[:, None] * W", "shape",
                     "You returned J. What is asked is Jᵀu, five numbers."),
               Wrong("-(W.T @ ((1 - np.tanh(W @ x)**2) * u))", "sign",
                     "The slope of tanh is 1 - t², not t² - 1.")),
        after=(r"Compare `u @ (J @ v)` with `answer(...) @ v` for a random $\mathbf v$: the dot-product "
               "test.")),
    Exercise(
        number="3.11", title="Which chain is right?", kind="choice",
        prompt=r"""$\mathbf f(\mathbf x)=\tanh(F\mathbf x)$ and $\mathbf g(\mathbf y)=\tanh(G\mathbf y)$ both
map $\mathbb R^3$ to $\mathbb R^3$, so that every product below can be formed. Which one is the Jacobian
of $\mathbf h(\mathbf x)=\mathbf g(\mathbf f(\mathbf x))$ at $\mathbf x$?""",
        hints=(r"Follow one step: $d\mathbf x$ first meets $\mathbf f$. Which matrix must stand next to it?",
               r"$\mathbf g$ never sees $\mathbf x$. At which point is its slope needed?"),
        draw=two_maps, solution="jacobian(lambda y: np.tanh(G @ np.tanh(F @ y)), x)",
        options={
            "a": Option(r"$J_{\mathbf g}(\mathbf x)\,J_{\mathbf f}(\mathbf x)$", False,
                        "The order is right, but g is differentiated at x, which it never sees. Right "
                        "only where the slope of g does not change, as for affine g.",
                        "(1 - np.tanh(G @ x)**2)[:, None] * G @ ((1 - np.tanh(F @ x)**2)[:, None] * F)"),
            "b": Option(r"$J_{\mathbf f}(\mathbf x)\,J_{\mathbf g}(\mathbf f(\mathbf x))$", False,
                        "The points are right, but the step would meet g before f. Right only if the two "
                        "commute.",
                        "f = np.tanh(F @ x)\n"
                        "return (1 - f**2)[:, None] * F @ ((1 - np.tanh(G @ f)**2)[:, None] * G)"),
            "c": Option(r"$J_{\mathbf g}(\mathbf f(\mathbf x))\,J_{\mathbf f}(\mathbf x)$", True,
                        "Each map is differentiated at the point that enters it, and the inner one stands "
                        "next to the step.",
                        "f = np.tanh(F @ x)\n"
                        "return (1 - np.tanh(G @ f)**2)[:, None] * G @ ((1 - f**2)[:, None] * F)"),
            "d": Option(r"$J_{\mathbf f}(\mathbf x)^\top J_{\mathbf g}(\mathbf f(\mathbf x))^\top$", False,
                        "This is the transpose of the Jacobian: the matrix that pulls sensitivities back.",
                        "f = np.tanh(F @ x)\n"
                        "return ((1 - f**2)[:, None] * F).T @ ((1 - np.tanh(G @ f)**2)[:, None] * G).T"),
        },
        after=r"For which $G$ would (a) be right at every $\mathbf x$ if $\mathbf g(\mathbf y)=G\mathbf y$?"),
    Exercise(
        number="3.12", title="What is held fixed", kind="value",
        prompt=r"""Polar coordinates: $x=r\cos\theta$, $y=r\sin\theta$. At $r=3$, $\theta=\pi/6$, give
$\partial\theta/\partial x$ with $y$ held fixed. One number.""",
        hints=(r"The derivative of the inverse map is the inverse of the whole $2\times2$ table.",
               r"In $J^{-1}$ rows are $(r,\theta)$ and columns are $(x,y)$: which entry is asked for?",
               r"$-\sin\theta/r$."),
        solution="-np.sin(np.pi / 6) / 3",
        wrong=(Wrong("-1 / (3 * np.sin(np.pi / 6))", "unknown",
                     "One over a single entry of J. That would hold r fixed, not y; right only for a "
                     "diagonal table."),
               Wrong("-3 * np.sin(np.pi / 6)", "unknown",
                     "This is the slope of x against the angle: the entry of J, not of its inverse."),
               Wrong("np.sin(np.pi / 6) / 3", "sign",
                     "Moving right at fixed height turns the pointer down: the angle falls."),
               Wrong("np.cos(np.pi / 6) / 3", "one entry",
                     "This is the slope of the angle against y, the neighbour in the row.")),
        after=(r"Show that $\partial r/\partial x$ equals $\partial x/\partial r$. Why does that not "
               "contradict the rule?")),
    Exercise(
        number="3.13", title="A density after a reflection", kind="value",
        prompt=r"""$\mathbf x\in\mathbb R^3$ is standard normal, with density
$p_X(\mathbf x)=(2\pi)^{-3/2}e^{-\lVert\mathbf x\rVert^2/2}$, and $\mathbf y=A\mathbf x+\mathbf b$ with
$A\in\mathbb R^{3\times3}$, $\det A<0$. Give the density $p_Y(\mathbf y)$, one positive number.""",
        hints=(r"First find the $\mathbf x$ that was carried to $\mathbf y$: `np.linalg.solve(A, y - b)`.",
               r"Volume grows by $|\det A|$, so the density shrinks by it.",
               r"$p_Y(\mathbf y)=p_X(\mathbf x)/|\det A|$."),
        draw=mirror,
        solution=("x = np.linalg.solve(A, y - b)\n"
                  "p = (2 * np.pi)**-1.5 * np.exp(-x @ x / 2)\n"
                  "return p / abs(np.linalg.det(A))"),
        wrong=(Wrong("x = np.linalg.solve(A, y - b)\n"
                     "p = (2 * np.pi)**-1.5 * np.exp(-x @ x / 2)\n"
                     "return p / np.linalg.det(A)", "sign",
                     "A negative density. Without the bars the formula is right only for maps that keep "
                     "orientation."),
               Wrong("x = np.linalg.solve(A, y - b)\n"
                     "p = (2 * np.pi)**-1.5 * np.exp(-x @ x / 2)\n"
                     "return p * abs(np.linalg.det(A))", "factor",
                     "Multiplied where it should be divided: where space is stretched, the density falls."),
               Wrong("x = np.linalg.solve(A, y - b)\nreturn (2 * np.pi)**-1.5 * np.exp(-x @ x / 2)",
                     "missing chain factor",
                     "The density was carried along unchanged. Right only when volumes are kept."),
               Wrong("x = np.linalg.solve(A, y - b)\n"
                     "return -1.5 * np.log(2 * np.pi) - x @ x / 2 - np.linalg.slogdet(A)[1]", "unknown",
                     "That is the logarithm of the density."),
               Wrong("p = (2 * np.pi)**-1.5 * np.exp(-y @ y / 2)\nreturn p / abs(np.linalg.det(A))",
                     "unknown",
                     "The old density has to be taken at the x that was carried to y, not at y."),
               Wrong("x = np.linalg.solve(A, y)\n"
                     "p = (2 * np.pi)**-1.5 * np.exp(-x @ x / 2)\n"
                     "return p / abs(np.linalg.det(A))", "missing product-rule term",
                     "The shift b was forgotten: y = Ax + b, so x solves Ax = y − b."),
               Wrong("x = y - b\n"
                     "p = (2 * np.pi)**-1.5 * np.exp(-x @ x / 2)\n"
                     "return p / abs(np.linalg.det(A))", "unknown",
                     "The old density has to be taken at the point that was carried to y.")),
        after=("Write the logarithm of it with `np.linalg.slogdet`. Why a logarithm? Look at "
               "`np.prod(np.full(1000, 0.1))`.")),
    Exercise(
        number="3.14", title="Area on a bowl", kind="value",
        prompt=r"""$(u,v)\mapsto(u,\;v,\;u^2+v^2)$ lays the plane onto a bowl in $\mathbb R^3$. By which
factor is a small area at $(u,v)$ stretched? One number, written with `u` and `v`.""",
        hints=(r"The Jacobian is $3\times2$: no determinant. What replaces it?",
               r"$\sqrt{\det(J^\top J)}$ with "
               r"$J^\top J=\begin{bmatrix}1+4u^2&4uv\\4uv&1+4v^2\end{bmatrix}$."),
        draw=bowl, solution="np.sqrt(1 + 4 * u**2 + 4 * v**2)",
        wrong=(Wrong("1 + 4 * u**2 + 4 * v**2", "unknown",
                     "The determinant of JᵀJ is the square of the factor."),
               Wrong("1", "unknown",
                     "Only the upper square block was used: that is the area seen from above."),
               Wrong("np.sqrt((1 + 4 * u**2) * (1 + 4 * v**2))", "only diagonal",
                     "The lengths of the two columns multiplied: right only when they are at right "
                     "angles, as on the axes.")),
        after="Where is the factor 1, and what does the bowl look like there?"),
    Exercise(
        number="3.15", title="Reverse mode in a few lines", kind="code", name="pull",
        prompt=r"""Write `pull(layers, x, u)`. `layers` is a list of pairs `(f, vjp)`, in the order in which
they act; `vjp(x, u)` returns $J_{\mathbf f}(\mathbf x)^\top\mathbf u$. The function returns
$J_{\mathbf h}(\mathbf x)^\top\mathbf u$ for the composition $\mathbf h$ of all layers, an array with
the shape of `x`.""",
        hints=("First run forward, and keep what enters each layer.",
               "Then go through the layers from last to first; each `vjp` needs the point that entered "
               "its layer."),
        solution="""points = []
for f, vjp in layers:
    points.append(x)
    x = f(x)
for f, vjp in reversed(layers):
    u = vjp(points.pop(), u)
return u""",
        wrong=(Wrong("for f, vjp in layers:\n    x, u = f(x), vjp(x, u)\nreturn u", "wrong order",
                     "This is the loop of the forward mode: it runs whenever all layers have the same "
                     "width."),
               Wrong("for f, vjp in reversed(layers):\n    u = vjp(x, u)\nreturn u", "unknown",
                     "Every slope at the first input: right only for linear layers."),
               Wrong("points = []\n"
                     "for f, vjp in layers:\n"
                     "    x = f(x)\n"
                     "    points.append(x)\n"
                     "for f, vjp in reversed(layers):\n"
                     "    u = vjp(points.pop(), u)\n"
                     "return u", "unknown",
                     "Each slope one layer too late: the point was stored after the layer instead of "
                     "before.")),
        judge=judge_pull,
        after="Count: how many numbers had to be stored, and how many would the forward mode have stored?"),
    Exercise(
        number="3.16", title="A layer that feeds itself", kind="jacobian",
        prompt=r"""An equilibrium layer returns the $\mathbf x\in\mathbb R^4$ that solves
$\mathbf x=\tanh(W\mathbf x+U\boldsymbol\theta)$, with $W\in\mathbb R^{4\times4}$,
$\lVert W\rVert_2=0.5$, $U\in\mathbb R^{4\times2}$. Give $\partial\mathbf x/\partial\boldsymbol\theta$,
a $4\times2$ array. (Find $\mathbf x$ by repeating the right-hand side from zero, 50 times.)""",
        hints=(r"Take the differential of both sides; $d\mathbf x$ appears twice.",
               r"With $D=\operatorname{diag}(1-\mathbf x\odot\mathbf x)$: "
               r"$d\mathbf x=D(W\,d\mathbf x+U\,d\boldsymbol\theta)$.",
               "$(I-DW)^{-1}DU$, by `np.linalg.solve`."),
        draw=equilibrium, function=FIXED_POINT + "return x",
        solution=FIXED_POINT + "D = np.diag(1 - x**2)\nreturn np.linalg.solve(np.eye(4) - D @ W, D @ U)",
        wrong=(Wrong(FIXED_POINT + "return (1 - x**2)[:, None] * U", "missing chain factor",
                     "The feedback was forgotten: this is what one round of the loop contributes on its "
                     "own."),
               Wrong(FIXED_POINT + "D = np.diag(1 - x**2)\nreturn np.linalg.solve(np.eye(4) - W @ D, D @ U)",
                     "wrong order",
                     "The slopes scale the rows of W, not its columns. Right when all slopes are equal."),
               Wrong(FIXED_POINT + "D = np.diag(1 - x**2)\n"
                     "return -np.linalg.solve(np.eye(4) - D @ W, D @ U)", "sign",
                     "The minus of the implicit rule was applied after the terms had already changed sides."),
               Wrong(FIXED_POINT + "D = np.diag(1 - x**2)\nreturn np.linalg.solve(np.eye(4) + D @ W, D @ U)",
                     "sign",
                     "The feedback changes sign when it goes to the other side: I − DW."),
               Wrong(FIXED_POINT + "D = np.diag(1 - x**2)\n"
                     "return np.linalg.solve(np.eye(4) - D @ W.T, D @ U)",
                     "transposed", "W transposed belongs to the pull-back; a step forward meets W."),
               Wrong(FIXED_POINT + "D = np.diag(1 - x**2)\nreturn np.linalg.solve(np.eye(4) - D @ W, U)",
                     "missing chain factor",
                     "The slope D is missing in front of U: both arrivals pass through tanh."),
               Wrong(FIXED_POINT + "D = np.diag(1 - x**2)\n"
                     "return np.linalg.solve(np.eye(4) - D @ W, D @ U).T",
                     "layout",
                     "One column for each output; this book has one row for each output, 4 × 2."),
               Wrong(FIXED_POINT + "return np.linalg.solve(np.eye(4) - W, U)", "missing chain factor",
                     "The slope of tanh is missing on both sides: right for a linear layer.")),
        after=(r"The pull-back $U^\top D(I-W^\top D)^{-1}\mathbf u$ needs one linear solve. Write it and "
               "test it with dot products.")),
)
