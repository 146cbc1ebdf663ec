"""Exercises of chapter 0: shapes, layouts, vec, differentials, and numerical checks."""
import numpy as np

from ..check import Check
from . import Exercise, Option, Wrong
from .judging import difference, near, numbers

STEPS = {"a": 1e-1, "b": 6e-6, "c": 1e-9, "d": 1e-15}
COMPLEX = {
    "a": lambda x: np.abs(x).sum(),
    "b": lambda x: np.sqrt((x ** 2).sum()),
    "c": lambda x: np.linalg.norm(x),
    "d": lambda x: np.vdot(x, x),
}


def _best_step(letter):
    """Is this step the one with the smallest error of the central difference of exp at 1?"""
    error = {k: abs((np.exp(1 + h) - np.exp(1 - h)) / (2 * h) - np.e) for k, h in STEPS.items()}
    return min(error, key=error.get) == letter


def _complex_step_works(letter, rng):
    """Does the complex step give the slope of this function along a random direction?"""
    f, x, v, h = COMPLEX[letter], rng.normal(size=4), rng.normal(size=4), 1e-6
    central = (f(x + h * v) - f(x - h * v)) / (2 * h)
    return bool(np.isclose(np.imag(f(x + 1e-30j * v)) / 1e-30, central, rtol=1e-4))


def _judge_central(answer, rng):
    """Compare with the central difference itself at h = 0.01, where other formulas differ from it visibly."""
    A, X, V = rng.normal(size=(4, 2)), rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    h = 1e-2

    def F(Y):
        return np.sin(A @ Y)

    def central(V, h):
        return (F(X + h * V) - F(X - h * V)) / (2 * h)

    right, exact = central(V, h), np.cos(A @ X) * (A @ V)
    given = numbers(answer(F, X, V, h))
    if given.shape != right.shape:
        return Check(False, "shape", f"F(X) has shape {right.shape}, so has its directional derivative; "
                                     f"yours has {given.shape}.")
    if near(given, right, 1e-9):
        return Check(True, None, "This is the central difference: halve h, and its error falls by four.")
    ahead, behind, unit = F(X + h * V), F(X - h * V), V / np.linalg.norm(V)
    slips = (
        ("factor", "The two points are 2h apart.", 2 * right),
        ("factor", "Half of what it should be: the two points are 2h apart, not 4h.", right / 2),
        ("factor", "Too small by h²: `/ 2 * h` divides by 2 and multiplies by h; write `/ (2 * h)`.",
         right * h * h),
        ("factor", "The difference is not yet divided by 2h, the distance of the two points.", right * 2 * h),
        ("factor", "The difference is divided by 2 but not by h.", right * h),
        ("factor", "Divided by ‖V‖: the derivative along V is a rate per unit of h, not per unit distance.",
         right / np.linalg.norm(V)),
        ("factor",
         "V was scaled to length 1: the derivative along V is a rate per unit of h, not per unit distance.",
         central(unit, h)),
        ("sign", "Forward minus back, not the other way round.", -right),
        ("sign", "Forward minus back: there is a plus between the two values.", (ahead + behind) / (2 * h)),
        ("unknown", "Only the second value is divided: put brackets round the difference.",
         ahead - behind / (2 * h)),
        ("missing chain factor", "The step does not go along V: the two points are X + h * V and X - h * V.",
         central(np.ones_like(V), h)),
        ("missing chain factor", "The step is V and not h * V: the two points are X + h * V and X - h * V.",
         (F(X + V) - F(X - V)) / (2 * h)),
        ("unknown",
         "A difference to one side: right in the limit, but its error only halves when h is halved.",
         (ahead - F(X)) / h),
        ("unknown",
         "A difference to one side: right in the limit, but its error only halves when h is halved.",
         (F(X) - behind) / h),
        ("unknown", "This is the central difference of step h/2: go h forward and h back.",
         central(V, h / 2)),
    )
    for name, sentence, value in slips:
        if near(given, value, 1e-9):
            return Check(False, name, sentence)
    if np.abs(given - exact).max() < 0.5 * np.abs(right - exact).max():
        return Check(False, "unknown",
                     "More accurate than asked: this is not the central difference of step h.")
    return Check(False, *difference(right, given, "The difference quotient", 1e-9))


EXERCISES = (
    Exercise(
        number="0.1", title="The shape of a gradient", kind="shape",
        prompt=r"$f(X)=\operatorname{tr}(A^\top X)$ with $A,X\in\mathbb R^{3\times4}$. "
               r"What is the shape of $\nabla f(X)$? Answer with a tuple.",
        solution="(3, 4)",
        hints=("How many numbers can you change in $X$, and where do they stand?",
               "A gradient has the shape of its variable."),
        wrong=(Wrong("(4, 3)", "transposed",
                     "That is the shape of the numerator layout: one row for each column of X."),
               Wrong("(12,)", "shape", "Twelve numbers, yes; but they keep their places in the table."),
               Wrong("(1, 12)", "layout", "That is the Jacobian of f, with vec X as the variable."),
               Wrong("()", "shape",
                     "That is the shape of f(X). The gradient has one entry for each entry of X.")),
        after="Write down the shape of ∇f for f(X) = aᵀXb before you read on.",
    ),
    Exercise(
        number="0.2", title="The shape of a Jacobian", kind="shape",
        prompt=r"$F(X)=AX$ with $A\in\mathbb R^{4\times2}$ and $X\in\mathbb R^{2\times3}$. What is the "
               r"shape of $\partial\operatorname{vec}F/\partial\operatorname{vec}X$? Answer with a tuple.",
        solution="(12, 6)",
        hints=("Count the entries of $F(X)$, then those of $X$.", "Rows are outputs, columns are inputs."),
        wrong=(Wrong("(6, 12)", "layout",
                     "Rows are outputs in this book. Inputs by outputs is the other layout."),
               Wrong("(4, 2)", "shape",
                     "That is A itself. A column of X is multiplied by A, and X has three columns."),
               Wrong("(4, 3, 2, 3)", "shape",
                     "The same 72 numbers before vec flattens them; the question is about vec.")),
        after="A weight matrix has 1000 × 1000 entries. How many entries has the Jacobian of a layer?",
    ),
    Exercise(
        number="0.3", title="A predicted change", kind="value",
        prompt=r"The gradient of $f$ at $X$ is $G\in\mathbb R^{2\times3}$, and $X$ moves by "
               r"$dX\in\mathbb R^{2\times3}$. Write `answer(G, dX)`: the predicted change of $f$, one "
               r"number of shape ().",
        draw=lambda rng: {"G": rng.normal(size=(2, 3)), "dX": 0.1 * rng.normal(size=(2, 3))},
        solution="np.sum(G * dX)",
        hints=("Each entry contributes its sensitivity times how far it moves.",
               r"$\langle G,dX\rangle=\operatorname{tr}(G^\top dX)=\sum_{ij}G_{ij}\,dX_{ij}$."),
        wrong=(Wrong("np.sum(G @ dX.T)", "elementwise product",
                     "All entries of G dXᵀ were added; the trace takes only its diagonal."),
               Wrong("G * dX", "shape", "Six contributions; the prediction is their sum."),
               Wrong("np.linalg.norm(G) * np.linalg.norm(dX)", "missing chain factor",
                     "That is the largest change a step of this length could cause, right only if dX is "
                     "parallel to G.")),
        after="Which dX with ‖dX‖ = 1 makes this number largest? Chapter 1 answers.",
    ),
    Exercise(
        number="0.4", title="vec, by columns", kind="value",
        prompt=r"Write `answer(X)` that returns $\operatorname{vec}X$ of shape (6,) for "
               r"$X\in\mathbb R^{2\times3}$, with NumPy alone (without `matdiff.vec`).",
        draw=lambda rng: {"X": rng.normal(size=(2, 3))},
        solution='X.reshape(-1, order="F")',
        hints=("NumPy lays out rows unless it is told otherwise.",
               '`order="F"` means: columns first, as in Fortran.'),
        wrong=(Wrong("X.ravel()", "row-major vec", "NumPy walks along rows; vec walks down columns."),
               Wrong("X.T", "shape", "A matrix still; it has to become one column of numbers."),
               Wrong("X[:, 0]", "shape", "Only the first column; the others follow below it.")),
        after="Undo it: which call gives X back from vec X?",
    ),
    Exercise(
        number="0.5", title="Read a gradient off", kind="gradient",
        prompt=r"$f(X)=\sum_{ij}C_{ij}X_{ij}^3$ with $C,X\in\mathbb R^{3\times4}$. "
               r"Write `answer(X, C)` that returns $\nabla f(X)$, shape (3, 4).",
        draw=lambda rng: {"X": rng.normal(size=(3, 4)), "C": rng.normal(size=(3, 4))},
        function="np.sum(C * X**3)",
        solution="3 * C * X**2",
        hints=("Each entry of $X$ appears in one term only.",
               r"$df=\sum_{ij}3C_{ij}X_{ij}^2\,dX_{ij}$; read off the factor of $dX_{ij}$."),
        wrong=(Wrong("C * X**2", "factor", "The cube brings down a 3."),
               Wrong("(3 * C * X**2).T", "transposed",
                     "The numbers are right; the gradient keeps the shape of X."),
               Wrong("3 * C", "missing chain factor",
                     "The derivative of X³ is 3X², not 3; this claim does not move with X."),
               Wrong("3 * C * X", "missing chain factor", "The power falls by one: from 3 to 2, not to 1."),
               Wrong("3 * C * X**3", "extra chain factor", "The power falls by one; here it has stayed 3."),
               Wrong("-3 * C * X**2", "sign", "Nothing is subtracted here.")),
        after="What is the second derivative, and what is its shape?",
    ),
    Exercise(
        number="0.6", title="A Jacobian between matrices", kind="jacobian",
        prompt=r"$F(X)=XB$ with $X\in\mathbb R^{2\times3}$, $B\in\mathbb R^{3\times4}$. Write `answer(X, "
               r"B)` that returns "
               r"$\partial\operatorname{vec}F/\partial\operatorname{vec}X$, shape (8, 6). `np.kron` is the "
               r"Kronecker product.",
        draw=lambda rng: {"X": rng.normal(size=(2, 3)), "B": rng.normal(size=(3, 4))},
        function="X @ B",
        solution="np.kron(B.T, np.eye(2))",
        hints=(r"Column $j$ of $F$ is $\sum_kB_{kj}$ times column $k$ of $X$.",
               r"So block $(j,k)$ of the Jacobian is $B_{kj}I_2$.",
               r"Blocks $B_{kj}I$ in row $j$, column $k$: $B^\top\otimes I_2$."),
        wrong=(Wrong("np.kron(np.eye(2), B.T)", "row-major vec",
                     "This is the Jacobian for rows laid end to end, as NumPy flattens."),
               Wrong("B.T", "shape", "One row of X only; X has two."),
               Wrong("-np.kron(B.T, np.eye(2))", "sign", "A step forward moves F forward here."),
               Wrong("2 * np.kron(B.T, np.eye(2))", "factor", "F is linear in X; nothing brings down a 2.")),
        after="Find the same for F(X) = AX. On which side does the identity stand now, and what is its size?",
    ),
    Exercise(
        number="0.7", title="A differential", kind="differential",
        prompt=r"$F(X)=X^\top X$ with $X\in\mathbb R^{4\times3}$. Write `answer(X, dX)` that returns the "
               r"differential $dF$, "
               r"shape (3, 3).",
        draw=lambda rng: {"X": rng.normal(size=(4, 3))},
        function="X.T @ X",
        solution="dX.T @ X + X.T @ dX",
        hints=("$X$ appears twice: one term for each appearance.",
               r"$d(X^\top)=(dX)^\top$, and factors keep their order."),
        wrong=(Wrong("2 * X.T @ dX", "not symmetrised",
                     "The two terms are transposes of each other, not equal. As numbers they would be."),
               Wrong("X.T @ dX", "missing product-rule term", "The first X was held still."),
               Wrong("dX.T @ X", "missing product-rule term", "The second X was held still."),
               Wrong("-(dX.T @ X + X.T @ dX)", "sign",
                     "Nothing is subtracted here: both terms come with a plus.")),
        after="Why is dF symmetric for every dX?",
    ),
    Exercise(
        number="0.8", title="When the variable is symmetric", kind="value",
        prompt=r"$f(S)=\operatorname{tr}(AS)$, $A\in\mathbb R^{4\times4}$ not symmetric, and $S$ runs "
               r"through symmetric matrices "
               r"only. Write `answer(A)` that returns the gradient on symmetric matrices, the projection, "
               r"shape (4, 4).",
        draw=lambda rng: {"A": rng.normal(size=(4, 4))},
        solution="(A + A.T) / 2",
        hints=(r"Without the restriction $\nabla f=A^\top$.",
               r"A symmetric $dS$ cannot see the skew part of $A^\top$: "
               r"$\langle\operatorname{skew}(A),dS\rangle=0$."),
        wrong=(Wrong("A.T", "not symmetrised",
                     "That is the gradient on all matrices. A step along it leaves the symmetric ones."),
               Wrong("A", "transposed", "Transposed, and not symmetric either."),
               Wrong("A + A.T - np.diag(np.diag(A))", "off-diagonal doubled",
                     "These are the partials over the free entries: each off-diagonal number stands at two "
                     "places."),
               Wrong("A + A.T", "factor", "Twice the projection; note the 1/2 in sym.")),
        after="Check: the inner product with a symmetric dS is the same for Aᵀ and for your answer.",
    ),
    Exercise(
        number="0.9", title="Write the central difference", kind="code", name="central",
        prompt=r"Write `central(F, X, V, h)`: the central difference of $F$ at $X$ along $V$ with step $h$, "
               r"in the shape of $F(X)$. "
               "It is tried on a function of a 2 × 3 matrix with values of shape (4, 3).",
        draw=lambda rng: {"F": None, "X": None, "V": None, "h": None},
        solution="(F(X + h * V) - F(X - h * V)) / (2 * h)",
        judge=_judge_central,
        hints=("Step forward, step back, subtract.", "How far apart are the two points, in units of $V$?"),
        wrong=(Wrong("(F(X + h * V) - F(X - h * V)) / h", "factor", "The two points are 2h apart."),
               Wrong("(F(X + h * V) - F(X - h * V)) / 2 * h", "factor",
                     "`/ 2 * h` divides by 2 and multiplies by h: write `/ (2 * h)`."),
               Wrong("(F(X + h * V) - F(X)) / h", "unknown",
                     "Right in the limit, but the error falls only with h."),
               Wrong("(F(X - h * V) - F(X + h * V)) / (2 * h)", "sign",
                     "Forward minus back, not the other way round."),
               Wrong("F(X + h * V) - F(X - h * V) / (2 * h)", "unknown",
                     "Only the second value is divided: put brackets round the difference."),
               Wrong("(F(X + h) - F(X - h)) / (2 * h)", "missing chain factor",
                     "This moves every entry by h; the step goes along V."),
               Wrong("np.sum(F(X + h * V) - F(X - h * V)) / (2 * h)", "shape",
                     "Each output has its own rate.")),
        after="Combine two of them, with h and h/2, so that the error falls by sixteen.",
    ),
    Exercise(
        number="0.10", title="Which step?", kind="choice",
        prompt=r"Central difference of $e^x$ at $x=1$ in double precision. Which of these steps has the "
               r"smallest error?",
        solution='"b"',
        hints=("Two errors add up: one falls with $h^2$, the other grows as $1/h$.",
               r"They balance near $h=\epsilon^{1/3}$, $\epsilon=2.2\cdot10^{-16}$."),
        options={
            "a": Option("$h=10^{-1}$", False, "The formula itself is off by about h²/6 = 0.0017 times e.",
                        test=lambda rng: _best_step("a")),
            "b": Option(r"$h=6\cdot10^{-6}$", True,
                        "The cube root of the rounding unit balances the two errors.",
                        test=lambda rng: _best_step("b")),
            "c": Option("$h=10^{-9}$", False, "Rounding has taken over: about 1e-16 / 1e-9 = 1e-7.",
                        test=lambda rng: _best_step("c")),
            "d": Option("$h=10^{-15}$", False,
                        "The two function values share almost all their digits; what is left is rounding.",
                        test=lambda rng: _best_step("d")),
        },
        after="Drag h in the step figure of this chapter and find the other minimum, that of the forward "
              "difference.",
    ),
    Exercise(
        number="0.11", title="When does the complex step work?", kind="choice",
        prompt=r"Four ways to turn $x\in\mathbb R^4$ into a number. For which of them does "
               r"`np.imag(f(x + 1e-30j * v)) / 1e-30` give the slope along $v$?",
        solution='"b"',
        hints=("The code must be made of operations that know nothing of real and imaginary parts.",
               "`np.abs` of a complex number is its modulus. What does `np.linalg.norm` use inside?"),
        options={
            "a": Option("`np.abs(x).sum()`", False,
                        "abs returns the modulus, a real number: its imaginary part, and so the answer, "
                        "is 0.",
                        test=lambda rng: _complex_step_works("a", rng)),
            "b": Option("`np.sqrt((x**2).sum())`", True,
                        "Squares, a sum and a square root: all analytic here.",
                        test=lambda rng: _complex_step_works("b", rng)),
            "c": Option("`np.linalg.norm(x)`", False,
                        "The same function as the one with sqrt, but its code takes moduli: the answer is 0.",
                        test=lambda rng: _complex_step_works("c", rng)),
            "d": Option("`np.vdot(x, x)`", False,
                        "vdot conjugates its first argument; x times its conjugate is real: the answer is 0.",
                        test=lambda rng: _complex_step_works("d", rng)),
        },
        after="matdiff tries the complex step and cross-checks it, so that you need not ask.",
    ),
    Exercise(
        number="0.12", title="A second derivative", kind="jacobian",
        prompt=r"$f(X)=\frac12\lVert AX\rVert_F^2$ with $A\in\mathbb R^{4\times2}$, $X\in\mathbb "
               r"R^{2\times3}$ has the gradient "
               r"$A^\top AX$. Write `answer(X, A)` that returns its Hessian in $\operatorname{vec}X$, shape "
               r"(6, 6).",
        draw=lambda rng: {"X": rng.normal(size=(2, 3)), "A": rng.normal(size=(4, 2))},
        function="A.T @ A @ X",
        solution="np.kron(np.eye(3), A.T @ A)",
        hints=("The Hessian is the Jacobian of the gradient.",
               r"$M X$ acts on each column of $X$ alone, with $M=A^\top A$.",
               r"Column by column: $I_3\otimes M$."),
        wrong=(Wrong("np.kron(A.T @ A, np.eye(3))", "row-major vec",
                     "The same numbers for rows laid end to end."),
               Wrong("2 * np.kron(np.eye(3), A.T @ A)", "factor", "The 1/2 has cancelled the 2 already."),
               Wrong("A.T @ A", "shape", "That is one diagonal block; each column of X has one."),
               Wrong("np.diag(np.diag(np.kron(np.eye(3), A.T @ A)))", "only diagonal",
                     "Entries of one column act on each other too.")),
        after="For which A is this Hessian singular?",
    ),
)
