"""Exercises of chapter 1, scalar by vector: gradients of numbers that depend on a vector."""
import numpy as np

from . import Exercise, Option, Wrong
from .judging import numbers
from ..check import Check


def normals(rng, **shapes):
    """Gaussian arrays by name."""
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def positive_definite(rng, n):
    """A random positive definite n × n matrix, well away from the identity."""
    M = rng.normal(size=(n, n))
    return M @ M.T + 0.5 * np.eye(n)


# --- Exercise 1.11: each statement is tried on random quadratics f(x) = ½ xᵀHx − bᵀx, H positive definite

def _quadratic(rng, n=3):
    H, b, x = positive_definite(rng, n), rng.normal(size=n), rng.normal(size=n)
    return (lambda x: 0.5 * x @ H @ x - b @ x), H @ x - b, x


def _sideways_is_level(rng):
    f, g, x = _quadratic(rng)
    v = rng.normal(size=3)
    v -= (v @ g) / (g @ g) * g
    return bool(np.isclose(f(x + v), f(x)))


def _slope_is_bounded(rng):
    f, g, x = _quadratic(rng)
    V = rng.normal(size=(1000, 3))
    bound = np.linalg.norm(g) * np.linalg.norm(V, axis=1)
    return bool(np.all(V @ g < bound) and np.isclose(3 * g @ g, np.linalg.norm(g) * np.linalg.norm(3 * g)))


def _every_step_descends(rng):
    f, g, x = _quadratic(rng)
    return all(f(x - eta * g) < f(x) for eta in (0.01, 0.1, 1, 10, 100))


def _slope_is_the_projection(rng):
    f, g, x = _quadratic(rng)
    v = rng.normal(size=3)
    return bool(np.isclose(g @ v, g @ v / np.linalg.norm(g)))


# --- Exercise 1.13: a slope g is a subgradient of the hinge at 1 if its line stays below the hinge everywhere

def _is_subgradient(g):
    def stays_below(rng):
        y = 1 + rng.uniform(-3, 3, size=1000)
        return bool(np.all(np.maximum(0, 1 - y) >= g * (y - 1)))
    return stays_below


def _no_subgradient(rng):
    return not any(_is_subgradient(g)(rng) for g in np.linspace(-2, 2, 401))


# --- Exercise 1.15: the learner's own gradient check

def _smooth(x):
    return np.sum(x ** 2 * np.sin(x))


def _smooth_gradient(x):
    return 2 * x * np.sin(x) + x ** 2 * np.cos(x)


def _kinked(x):
    return np.sum(np.abs(x))


def _described(result):
    return f"{len(result)} things" if isinstance(result, (tuple, list)) else f"one {type(result).__name__}"


def _both_sides(points, x):
    """Are there two points with x in their middle?"""
    return any(np.abs(p + q - 2 * x).max() < 1e-3 * np.abs(p - q).max() for p in points for q in points)


def judge_line_check(line_check, rng):
    """Judge `line_check(f, g, x, rng) -> (claimed, measured, method)` on a smooth and a kinked function."""
    seed = int(rng.integers(2 ** 32))
    x = np.array([0.8, -1.3, 2.1, -0.4, 1.7])
    v = np.random.default_rng(seed).normal(size=x.size)
    answers, points = [], []

    def kinked(y):
        """Σ|xᵢ|, which notes the real points where it is asked."""
        if not np.iscomplexobj(y):
            points.append(np.array(y))
        return _kinked(y)

    for f, g in ((_smooth, _smooth_gradient(x)), (kinked, np.sign(x))):
        result = line_check(f, g, x, np.random.default_rng(seed))
        if not isinstance(result, (tuple, list)) or len(result) != 3:
            return Check(False, "shape", "Return three things, the claimed slope, the measured slope and the "
                                         f"method's name; yours returns {_described(result)}.")
        claimed, measured, method = result
        claimed, measured = numbers(claimed, "The claimed slope"), numbers(measured, "The measured slope")
        if np.shape(claimed) or np.shape(measured):
            return Check(False, "shape", "A slope is one number; yours have the shapes "
                                         f"{np.shape(claimed)} and {np.shape(measured)}.")
        answers.append((float(np.real(claimed)), float(np.real(measured)), method))
    (claimed, measured, method), (claimed_abs, measured_abs, method_abs) = answers
    ratio = measured / claimed
    length = np.linalg.norm(v)
    if not np.isclose(ratio, 1, rtol=1e-4):
        cause = {"2": 2.0, "1/2": 0.5, "‖v‖": length, "1/‖v‖": 1 / length, "−1": -1.0}
        name = next((name for name, c in cause.items() if np.isclose(ratio, c, rtol=1e-4)), None)
        if name is None:
            return Check(False, "unknown", f"For a right gradient you claim the slope {claimed:.4g} and "
                                           f"measure {measured:.4g}; they should agree.")
        why = {"2": "The two points of a central difference are 2h apart.",
               "1/2": "Divide the central difference by 2h, not by 4h.",
               "−1": "One of the two differences runs backwards."}
        return Check(False, "sign" if name == "−1" else "factor",
                     f"For a right gradient your measured slope is {name} times the claimed one. "
                     + why.get(name, "Use the same v, at the same length, on both sides."))
    if not np.isclose(claimed, _smooth_gradient(x) @ v, rtol=1e-6):
        return Check(False, "unknown",
                     f"Both slopes agree, but not along the direction asked for: there g @ v is "
                     f"{_smooth_gradient(x) @ v:.4g}, yours is {claimed:.4g}. Draw "
                     "`v = rng.normal(size=x.size)` once, from the `rng` given, and do not rescale it.")
    if not np.isclose(measured_abs, claimed_abs, rtol=1e-4):
        return Check(False, "factor", f"For f = Σ|xᵢ| you measure {measured_abs:.4g} where the slope is "
                     f"{claimed_abs:.4g}. np.abs of a complex number is its modulus, a real number, so "
                     "the complex step sees no change. Believe it only where it agrees with the difference.")
    if method == "central difference" == method_abs:
        return Check(False, "unknown", "Both slopes are right, but the complex step is never reported. "
                     "For Σxᵢ² sin xᵢ it agrees with the difference to about 1e-9: measure by it as well, "
                     "take the imaginary part with np.imag, and compare with a tolerance, not with ==.")
    if method_abs != "central difference" or method != "complex step":
        return Check(False, "unknown", f"Both slopes are right, but you report {method!r} for Σxᵢ² sin xᵢ "
                     f"and {method_abs!r} for Σ|xᵢ|; expected 'complex step' and 'central difference'.")
    if not np.isclose(ratio, 1, rtol=1e-12):
        return Check(False, "unknown", "Where the complex step is valid, return its value: it agrees with "
                     f"the claim to round-off, yours to 1e{np.floor(np.log10(abs(ratio - 1))):.0f}.")
    if not _both_sides(points, x):
        return Check(False, "unknown",
                     "The slopes are right, but f is asked on one side only: a central difference goes "
                     "h forward and h back along v, which is far more accurate.")
    wrong = _smooth_gradient(x) * np.array([1, 1, 1.01, 1, 1])
    claimed, measured, _ = line_check(_smooth, wrong, x, np.random.default_rng(seed))
    if np.isclose(measured, wrong @ v, rtol=1e-9) and not np.isclose(claimed, wrong @ v, rtol=1e-6):
        return Check(False, "wrong order",
                     "The first two are swapped: the claimed slope `g @ v` comes first, then the "
                     "measured one.")
    if np.isclose(claimed, measured, rtol=1e-6):
        return Check(False, "unknown", "A gradient with one entry 1 % off passes: draw v from a Gaussian, "
                                       "so that no entry is left out.")
    return Check(True, None, "Both slopes agree for a right gradient, and |x| falls back on differences.")


LINE_CHECK = """\
v = rng.normal(size=x.size)
h = 1e-5
claimed = g @ v
central = (f(x + h * v) - f(x - h * v)) / (2 * h)
exact = np.imag(f(x + 1e-30j * v)) / 1e-30
if np.isclose(exact, central, rtol=1e-6, atol=1e-8):
    return claimed, exact, "complex step"
return claimed, central, "central difference\""""

SOFTMAX = "p = np.exp(A @ x + b)\np = p / p.sum()\n"


EXERCISES = (
    Exercise(
        number="1.1", title="A sum of prices", kind="gradient",
        prompt=r"""A basket costs $f(\mathbf x)=\mathbf a^\top\mathbf x+2$: quantities
$\mathbf x\in\mathbb R^4$, prices $\mathbf a\in\mathbb R^4$, delivery $2$. Return $\nabla f(\mathbf x)$,
shape `(4,)`.""",
        hints=("What does one more unit of item $i$ cost?",
               r"$df=\mathbf a^\top d\mathbf x$: the constant has gone. Read off the factor of "
               r"$d\mathbf x$.",
               r"The gradient has the shape of $\mathbf x$, and it does not depend on $\mathbf x$ at all."),
        draw=lambda rng: normals(rng, x=4, a=4),
        function="a @ x + 2",
        solution="a",
        wrong=(Wrong("a + 2", "unknown",
                     "The 2 does not move with x, so it leaves no trace in any entry."),
               Wrong("0 * a", "unknown",
                     "Zero would mean that no quantity changes the cost. Only the constant 2 has the "
                     "derivative 0."),
               Wrong("np.ones(4)", "missing chain factor",
                     "The derivative of xᵢ in xᵢ is 1, but the price aᵢ multiplies it."),
               Wrong("a ** 2", "extra chain factor",
                     "Each price stands in f once; one more unit of item i costs aᵢ."),
               Wrong("2 * a", "factor",
                     "The 2 is added, not multiplied: an added constant leaves no trace in a gradient."),
               Wrong("a.sum()", "shape",
                     "One number can say how f changes when all quantities grow together, not when one "
                     "of them does."),
               Wrong("a * x", "extra chain factor",
                     "These are the terms of the sum, not yet differentiated: the derivative of aᵢxᵢ "
                     "in xᵢ is aᵢ.")),
        after="Now let the prices depend on the quantities, a = Ax: that is exercise 1.5."),
    Exercise(
        number="1.2", title="Half a squared distance", kind="gradient",
        prompt=r"""$f(\mathbf x)=\frac12\lVert\mathbf x-\mathbf c\rVert_2^2$ with
$\mathbf x,\mathbf c\in\mathbb R^5$. Return $\nabla f(\mathbf x)$, shape `(5,)`.""",
        hints=(r"Name the residual: $\mathbf r=\mathbf x-\mathbf c$, so that "
               r"$f=\frac12\mathbf r^\top\mathbf r$.",
               r"$d(\mathbf r^\top\mathbf r)=2\mathbf r^\top d\mathbf r$, and $d\mathbf r=d\mathbf x$.",
               r"Uphill is away from $\mathbf c$."),
        draw=lambda rng: normals(rng, x=5, c=5),
        function="0.5 * np.sum((x - c) ** 2)",
        solution="x - c",
        wrong=(Wrong("c - x", "sign",
                     "This points to c, which is where descent goes; the gradient points uphill."),
               Wrong("2 * (x - c)", "factor", "The ½ in front is there to cancel this 2."),
               Wrong("(x - c) ** 2", "unknown",
                     "The squares of the entries, not yet differentiated: the derivative of ½t² is t."),
               Wrong("(x - c) ** 2 / 2", "unknown",
                     "These are the terms of the sum, not yet differentiated."),
               Wrong("np.linalg.norm(x - c)", "shape",
                     "That is the length of the gradient, not the gradient.")),
        after="What is the gradient without the square and the ½? Its length should not depend on x "
              "(exercise 1.7)."),
    Exercise(
        number="1.3", title="Per unit of what?", kind="value",
        prompt=r"""At $\mathbf x=(2,1)$ the opening function has $\nabla f=(7,5)$. You walk along
$\mathbf v=(1,-1)$. At which rate does $f$ change **per unit distance**? Set `answer` to a number.""",
        hints=("First the rate per unit of $h$: a dot product.",
               r"One unit of $h$ carries you a distance $\lVert\mathbf v\rVert$. How long is $\mathbf v$?",
               r"Divide by $\lVert\mathbf v\rVert$, and by nothing else."),
        solution="(7 - 5) / np.sqrt(2)",
        wrong=(Wrong("2", "factor",
                     "This is the rate per unit of h. It is the rate per distance only where ‖v‖ = 1; "
                     "here ‖v‖ = √2."),
               Wrong("2 / np.sqrt(74)", "factor",
                     "You divided by ‖∇f‖: that is the projection of v on the gradient, a length, not "
                     "a rate."),
               Wrong("-np.sqrt(2)", "sign",
                     "Along v the first coordinate grows and the second falls: 7 − 5, not 5 − 7."),
               Wrong("(7 - 5) / 2", "factor", "‖v‖² = 2, but the length is its square root.")),
        after="Which unit direction would have given the largest rate, and how large is it? (√74, "
              "about 8.6.)"),
    Exercise(
        number="1.4", title="A step that changes shape", kind="shape",
        prompt=r"""`x` has shape `(3, 1)` and `g` has shape `(1, 3)`. What is the shape of `x - 0.1 * g`? Set
`answer` to a tuple.""",
        hints=("NumPy compares the shapes from the right: 1 with 3, then 3 with 1.",
               "A dimension of size 1 is repeated until it fits.",
               "Nothing is refused here: both dimensions are stretched."),
        solution="(3, 3)",
        wrong=(Wrong("(3, 1)", "shape",
                     "That is what a gradient step should give. NumPy does not know that g was meant "
                     "as a gradient: it stretches both."),
               Wrong("(1, 3)", "shape", "Both arrays are stretched, not only x."),
               Wrong("(3,)", "shape", "Broadcasting never drops a dimension: 2-D stays 2-D.")),
        after="Keep gradients in the shape of their variable and this cannot happen. Try "
              "`(np.zeros((3, 1)) - np.ones(3)).shape`."),
    Exercise(
        number="1.5", title="A quadratic, matrix not symmetric", kind="gradient",
        prompt=r"""$f(\mathbf x)=\mathbf x^\top A\mathbf x-\mathbf b^\top\mathbf x$ with
$\mathbf x,\mathbf b\in\mathbb R^4$ and any $A\in\mathbb R^{4\times4}$. Return $\nabla f(\mathbf x)$, shape
`(4,)`.""",
        hints=(r"$\mathbf x$ occurs twice in the first term, so $d$ acts twice.",
               r"$d\mathbf x^\top A\mathbf x$ is a number: transpose it to bring $d\mathbf x$ to the right.",
               "You get "
               r"$\mathbf x^\top A^\top d\mathbf x+\mathbf x^\top A\,d\mathbf x-\mathbf b^\top d\mathbf x$."),
        draw=lambda rng: normals(rng, x=4, A=(4, 4), b=4),
        function="x @ A @ x - b @ x",
        solution="(A + A.T) @ x - b",
        keywords={"terms": {"Ax": "A @ x", "Aᵀx": "A.T @ x", "−b": "-b"}},
        wrong=(Wrong("2 * A @ x - b", "not symmetrised",
                     "Copied from ax² ↦ 2ax. It is right for every symmetric A, so a test on a "
                     "covariance matrix lets it pass."),
               Wrong("A @ x - b", "missing product-rule term", "Only one of the two x was moved."),
               Wrong("(A + A.T) @ x", "missing product-rule term", "The linear term −bᵀx has dropped out."),
               Wrong("(A + A.T) @ x + b", "sign", "The linear term enters with a minus."),
               Wrong("(A + A.T) @ x - b @ x", "unknown",
                     "The linear term bᵀx itself was subtracted, one number from every entry; its gradient "
                     "is b."),
               Wrong("A.T @ x - b", "missing product-rule term", "The other x was held fixed.")),
        after="What is the Hessian? Check your guess with `hessian(f, x)`: it has to be symmetric "
              "although A is not."),
    Exercise(
        number="1.6", title="Which formula is right?", kind="choice",
        prompt=r"""Which is the gradient of
$f(\mathbf x)=(\mathbf a^\top\mathbf x)(\mathbf b^\top\mathbf x)$, $\mathbf x\in\mathbb R^3$?""",
        hints=("The product rule: each factor moves once while the other stays.",
               r"Or write $f=\mathbf x^\top A\mathbf x$ with $A=\mathbf a\mathbf b^\top$, which is not "
               "symmetric.",
               r"Swapping $\mathbf a$ and $\mathbf b$ does not change $f$. Which options survive the swap?"),
        draw=lambda rng: normals(rng, x=3, a=3, b=3),
        solution="(b @ x) * a + (a @ x) * b",
        options={
            "a": Option(r"$2(\mathbf b^\top\mathbf x)\,\mathbf a$", False,
                        "This treats A = abᵀ as symmetric. Right only where b is a multiple of a.",
                        body="2 * (b @ x) * a", mistake="not symmetrised"),
            "b": Option(r"$(\mathbf b^\top\mathbf x)\,\mathbf a+(\mathbf a^\top\mathbf x)\,\mathbf b$", True,
                        "One term for each factor, and a and b may be swapped.",
                        body="(b @ x) * a + (a @ x) * b"),
            "c": Option(r"$(\mathbf b^\top\mathbf x)\,\mathbf a$", False,
                        "Half of the product rule: the second factor was held fixed.",
                        body="(b @ x) * a", mistake="missing product-rule term"),
            "d": Option(r"$2\,\mathbf a\odot\mathbf b\odot\mathbf x$", False,
                        "Right for n = 1 only: it forgets the mixed products aᵢbⱼxᵢxⱼ with i ≠ j.",
                        body="2 * a * b * x", mistake="elementwise product"),
        },
        after="Three factors have three terms. Write them down, and check them with check_gradient."),
    Exercise(
        number="1.7", title="The length of a residual", kind="gradient",
        prompt=r"""$f(\mathbf x)=\lVert B\mathbf x-\mathbf c\rVert_2$ with $B\in\mathbb R^{5\times3}$,
$\mathbf c\in\mathbb R^5$, residual not zero. Return $\nabla f(\mathbf x)$, shape `(3,)`.""",
        hints=(r"Two steps: the norm of $\mathbf r$, then $\mathbf r=B\mathbf x-\mathbf c$.",
               r"The gradient of $\lVert\mathbf r\rVert$ with respect to $\mathbf r$ has length 1.",
               r"Carry it back to $\mathbf x$ with $B^\top$."),
        draw=lambda rng: normals(rng, x=3, B=(5, 3), c=5),
        function="np.sqrt(np.sum((B @ x - c) ** 2))",
        solution="r = B @ x - c\nreturn B.T @ r / np.linalg.norm(r)",
        wrong=(Wrong("B.T @ (B @ x - c)", "missing chain factor",
                     "That is the gradient of ½‖Bx − c‖². It passes wherever the residual has length 1."),
               Wrong("r = B @ x - c\nreturn r / np.linalg.norm(r)", "shape",
                     "The gradient with respect to r, not yet carried back to x: five numbers instead "
                     "of three."),
               Wrong("2 * B.T @ (B @ x - c)", "missing chain factor", "That is the gradient of the square."),
               Wrong("r = B @ x - c\nreturn B.T @ r / (r @ r)", "missing chain factor",
                     "Divided by ‖r‖ once too often: the gradient of ‖r‖ with respect to r is r/‖r‖.",
                     hint=2),
               Wrong("r = B @ x - c\nreturn B.T @ r / np.linalg.norm(B.T @ r)", "missing chain factor",
                     "Only the gradient with respect to r has length 1; Bᵀ changes the length.")),
        after="What happens at Bx = c? Look at the one-sided slopes there, then at exercise 1.13."),
    Exercise(
        number="1.8", title="Weighted squares, averaged", kind="gradient",
        prompt=r"""$m=7$ samples $X\in\mathbb R^{7\times3}$, targets $\mathbf y\in\mathbb R^7$, weights
$\mathbf s\in\mathbb R^7$ of the samples. For the loss

$$
L(\mathbf w)=\frac1{2m}\sum_{i=1}^m s_i\,(\mathbf x_i^\top\mathbf w-y_i)^2
$$

return $\nabla L(\mathbf w)$, shape `(3,)`.""",
        hints=(r"The residual is $\mathbf r=X\mathbf w-\mathbf y$, and $d\mathbf r=X\,d\mathbf w$.",
               r"$dL=\frac1m\sum_is_ir_i\,dr_i=\frac1m(\mathbf s\odot\mathbf r)^\top X\,d\mathbf w$.",
               r"Transpose the factor of $d\mathbf w$: $X^\top$ stands in front, $\frac1m$ stays."),
        draw=lambda rng: normals(rng, w=3, X=(7, 3), y=7) | {"s": rng.uniform(0.2, 3, size=7)},
        function="np.sum(s * (X @ w - y) ** 2) / (2 * len(y))",
        solution="X.T @ (s * (X @ w - y)) / len(y)",
        keywords={"sizes": {"m": 7}},
        wrong=(Wrong("X.T @ (s * (X @ w - y))", "factor",
                     "The 1/m of the mean is gone. The direction is right, so descent still works, "
                     "with a step m times too long."),
               Wrong("X.T @ (X @ w - y) / len(y)", "missing chain factor",
                     "Every sample counts alike here. Right only where all sᵢ are 1."),
               Wrong("X * (s * (X @ w - y))[:, None] / len(y)", "not summed over the batch",
                     "One gradient per sample, a row each: sum them over the samples."),
               Wrong("X.T @ (s * (X @ w - y)) / s.sum()", "factor",
                     "Divided by the sum of the weights. This loss divides by the number of samples, m."),
               Wrong("2 * X.T @ (s * (X @ w - y)) / len(y)", "factor", "The ½ was there to cancel the 2.")),
        after="Set all sᵢ to zero but one: what is left is the gradient of that sample alone. "
              "Averaging a few of them is what SGD does."),
    Exercise(
        number="1.9", title="Log-sum-exp after an affine map", kind="gradient",
        prompt=r"""$f(\mathbf x)=\log\sum_{i=1}^6e^{z_i}$ with $\mathbf z=A\mathbf x+\mathbf b$,
$A\in\mathbb R^{6\times3}$, $\mathbf b\in\mathbb R^6$. Return $\nabla f(\mathbf x)$, shape `(3,)`.""",
        hints=(r"First the gradient with respect to $\mathbf z$: a vector of probabilities $\mathbf p$.",
               r"$df=\mathbf p^\top d\mathbf z=\mathbf p^\top A\,d\mathbf x$.",
               r"The factor of $d\mathbf x$, transposed: $A^\top\mathbf p$ with "
               r"$p_i=e^{z_i}/\sum_je^{z_j}$."),
        draw=lambda rng: normals(rng, x=3, A=(6, 3), b=6),
        function="np.log(np.sum(np.exp(A @ x + b)))",
        solution=SOFTMAX + "return A.T @ p",
        wrong=(Wrong(SOFTMAX + "return p", "shape",
                     "The gradient with respect to z, not yet carried back to x."),
               Wrong("A.T @ np.exp(A @ x + b)", "missing chain factor",
                     "The logarithm was not differentiated: its derivative is one over the sum."),
               Wrong("A.sum(axis=0)", "missing chain factor",
                     "The rows of A are added with weight 1 each. Each belongs to one zᵢ and has the weight "
                     "pᵢ."),
               Wrong("p = np.exp(A @ x)\nreturn A.T @ p / p.sum()", "missing product-rule term",
                     "The shift b has dropped out of z = Ax + b. It is constant, but it decides the "
                     "weights."),
               Wrong(SOFTMAX + "return A.T @ (p * (1 - p))", "extra chain factor",
                     "p(1 − p) is the derivative of pᵢ in zᵢ. The log-sum-exp itself has the gradient p.")),
        after="Add 1000 to b. Your gradient should not change; does your code survive? Subtract max(z) "
              "first."),
    Exercise(
        number="1.10", title="A number times a squared length", kind="gradient",
        prompt=r"""A product of two functions:
$f(\mathbf x)=(\mathbf c^\top\mathbf x)\,\lVert\mathbf x\rVert_2^2$ with
$\mathbf x,\mathbf c\in\mathbb R^4$. Return $\nabla f(\mathbf x)$, shape `(4,)`.""",
        hints=(r"$d(gh)=g\,dh+h\,dg$ with $g=\mathbf c^\top\mathbf x$ and $h=\mathbf x^\top\mathbf x$.",
               r"$dg=\mathbf c^\top d\mathbf x$ and $dh=2\mathbf x^\top d\mathbf x$.",
               r"Each term is a number times a vector; collect what multiplies $d\mathbf x$."),
        draw=lambda rng: normals(rng, x=4, c=4),
        function="(c @ x) * (x @ x)",
        solution="2 * (c @ x) * x + (x @ x) * c",
        keywords={"terms": {"2(cᵀx)x": "2 * (c @ x) * x", "‖x‖²c": "(x @ x) * c"}},
        wrong=(Wrong("2 * (c @ x) * x", "missing product-rule term", "The first factor was held fixed."),
               Wrong("(x @ x) * c", "missing product-rule term", "The second factor was held fixed."),
               Wrong("(c @ x) * x + (x @ x) * c", "missing product-rule term",
                     "The gradient of ‖x‖² is 2x: in xᵀx both x move.", hint=2),
               Wrong("2 * c * x", "elementwise product",
                     "The product of the two gradients, entry by entry, is not that of the product.")),
        after="f is homogeneous of degree 3, so x · ∇f = 3f. A check that costs one line: try it."),
    Exercise(
        number="1.11", title="Which statement holds?", kind="choice",
        prompt=r"""$f:\mathbb R^3\to\mathbb R$ is twice continuously differentiable and
$\nabla f(\mathbf x)\neq0$. Which statement is true for every such $f$?""",
        hints=("Three of the four are true to first order only, or forget a length.",
               r"Try $f=x_1^2+x_2^2$ at $(1,0)$ with $\mathbf v=(0,1)$, then a very long step downhill.",
               r"Cauchy–Schwarz: $\mathbf g^\top\mathbf v\le\lVert\mathbf g\rVert\,\lVert\mathbf v\rVert$."),
        solution='"b"',
        options={
            "a": Option(r"If $\mathbf v\perp\nabla f(\mathbf x)$, then "
                        r"$f(\mathbf x+\mathbf v)=f(\mathbf x)$.", False,
                        "Only to first order: from (1, 0) a step (0, 1) lifts x₁² + x₂² from 1 to 2.",
                        test=_sideways_is_level),
            "b": Option(r"$D_{\mathbf v}f\le\lVert\nabla f\rVert\,\lVert\mathbf v\rVert$ for all "
                        r"$\mathbf v$, with equality only if $\mathbf v=c\,\nabla f$ with $c\ge0$.", True,
                        "This is Cauchy–Schwarz, and all that \"steepest\" means.",
                        test=_slope_is_bounded),
            "c": Option(r"$f(\mathbf x-\eta\nabla f)<f(\mathbf x)$ for every $\eta>0$.", False,
                        "Only for small steps: x² at 1 with η = 1.5 climbs from 1 to 4.",
                        test=_every_step_descends),
            "d": Option(r"$D_{\mathbf v}f$ is the scalar projection of $\mathbf v$ on $\nabla f$.", False,
                        "The projection has to be multiplied by ‖∇f‖; the two agree only where ‖∇f‖ = 1.",
                        test=_slope_is_the_projection),
        },
        after="Repair (a), (c) and (d): one condition or one factor each is enough."),
    Exercise(
        number="1.12", title="Rayleigh quotient", kind="gradient",
        prompt=r"""$R(\mathbf x)=\dfrac{\mathbf x^\top A\mathbf x}{\mathbf x^\top\mathbf x}$ with
$\mathbf x\in\mathbb R^4$, $\mathbf x\ne0$, and any $A\in\mathbb R^{4\times4}$. Return
$\nabla R(\mathbf x)$, shape `(4,)`.""",
        hints=(r"The quotient rule: $\nabla\frac fg=\frac{g\nabla f-f\nabla g}{g^2}$.",
               r"$\nabla f=(A+A^\top)\mathbf x$ and $\nabla g=2\mathbf x$.",
               "Divide through by $g$: the ratio $f/g$ that appears is $R$ itself."),
        draw=lambda rng: normals(rng, x=4, A=(4, 4)),
        function="(x @ A @ x) / (x @ x)",
        solution="R = (x @ A @ x) / (x @ x)\nreturn 2 * (sym(A) @ x - R * x) / (x @ x)",
        keywords={"terms": {"(A + Aᵀ)x/‖x‖²": "(A + A.T) @ x / (x @ x)",
                            "−2Rx/‖x‖²": "-2 * (x @ A @ x) * x / (x @ x) ** 2"}},
        wrong=(Wrong("R = (x @ A @ x) / (x @ x)\nreturn 2 * (A @ x - R * x) / (x @ x)", "not symmetrised",
                     "Right for symmetric A only, and that is where Rayleigh quotients are usually met."),
               Wrong("(A + A.T) @ x / (x @ x)", "missing product-rule term",
                     "The denominator was held fixed. It passes where R = 0."),
               Wrong("R = (x @ A @ x) / (x @ x)\nreturn ((A + A.T) @ x - R * x) / (x @ x)",
                     "missing product-rule term",
                     "The gradient of the denominator xᵀx is 2x: in it both x move.", hint=2),
               Wrong("R = (x @ A @ x) / (x @ x)\nreturn 2 * (R * x - sym(A) @ x) / (x @ x)", "sign",
                     "The two terms of the numerator are the wrong way round.")),
        after="∇R = 0 means sym(A)x = Rx: the stationary points are eigenvectors. And x · ∇R = 0 "
              "always: why?"),
    Exercise(
        number="1.13", title="A slope at a kink", kind="choice",
        prompt=r"""The hinge $\ell(t)=\max(0,1-t)$ has no derivative at $t=1$. Which of these is a
**subgradient** there?""",
        hints=("A subgradient is the slope of a line through $(1,0)$ that stays below the hinge everywhere.",
               "The one-sided slopes are $-1$ and $0$.",
               "Every slope between the one-sided ones will do."),
        solution='"c"',
        options={
            "a": Option(r"$-\frac32$", False,
                        "Too steep: at t = 0 the line is at 3/2, above the hinge, which is at 1.",
                        test=_is_subgradient(-1.5)),
            "b": Option(r"$\frac14$", False,
                        "At t = 2 the line is at 1/4, above the hinge, which is at 0.",
                        test=_is_subgradient(0.25)),
            "c": Option(r"$-\frac14$", True,
                        "The line stays below the hinge on both sides, as every slope from −1 to 0 does.",
                        test=_is_subgradient(-0.25)),
            "d": Option("none: there is no derivative at a kink", False,
                        "No derivative, but many subgradients: that is why training with a hinge or a "
                        "ReLU works.",
                        test=_no_subgradient),
        },
        after="Which slope does a central difference report at the kink? Is it a subgradient?"),
    Exercise(
        number="1.14", title="The Hessian of log-sum-exp", kind="jacobian",
        prompt=r"""In exercise 1.9 you found the gradient $\mathbf g(\mathbf x)=A^\top\mathbf p$ with
$\mathbf p=\operatorname{softmax}(A\mathbf x+\mathbf b)$, $A\in\mathbb R^{6\times3}$. Return its Jacobian,
which is the Hessian of the log-sum-exp, shape `(3, 3)`.""",
        hints=(r"The factor $A^\top$ stays; what is the Jacobian of $\mathbf p$ with respect to "
               r"$\mathbf z$?",
               "Every $p_i$ depends on every $z_j$, through the sum: "
               r"$\partial p_i/\partial z_j=p_i(\delta_{ij}-p_j)$.",
               r"$A^\top(\operatorname{diag}\mathbf p-\mathbf p\mathbf p^\top)A$."),
        draw=lambda rng: normals(rng, x=3, A=(6, 3), b=6),
        function=SOFTMAX + "return A.T @ p",
        solution=SOFTMAX + "return A.T @ (np.diag(p) - np.outer(p, p)) @ A",
        wrong=(Wrong(SOFTMAX + "return A.T @ np.diag(p) @ A", "missing product-rule term",
                     "The sum in the denominator was held fixed."),
               Wrong(SOFTMAX + "return A.T @ np.diag(p * (1 - p)) @ A", "only diagonal",
                     "pᵢ depends on all zⱼ, not on zᵢ alone: the softmax is not an elementwise function."),
               Wrong(SOFTMAX + "return A.T @ (p - np.outer(p, p)) @ A", "unknown",
                     "NumPy adds the vector p to every row of −ppᵀ. It belongs on the diagonal: np.diag(p).",
                     hint=3),
               Wrong(SOFTMAX + "return A.T @ (np.diag(p) - p @ p) @ A", "unknown",
                     "`p @ p` is one number, pᵀp. The matrix ppᵀ is np.outer(p, p).", hint=3),
               Wrong(SOFTMAX + "return np.diag(p) - np.outer(p, p)", "shape",
                     "The Hessian with respect to z, 6 × 6, not yet carried to x.")),
        after="vᵀHv is a variance, so it is never negative: the log-sum-exp is convex. Which variance?"),
    Exercise(
        number="1.15", title="Write your own gradient check", kind="code", name="line_check",
        prompt=r"""Write `line_check(f, g, x, rng)`. It draws one Gaussian direction
`v = rng.normal(size=x.size)` and returns three things: the claimed slope `g @ v`; the measured slope of $f$
along `v`; and the method.

- Measure by a central difference. Measure by a complex step too.
- If the two agree, return the complex step's value and `"complex step"`;
  otherwise the difference and `"central difference"`.

It is tried on $\sum x_i^2\sin x_i$ and on $\sum\lvert x_i\rvert$, where the complex step must be refused.""",
        hints=("Central difference: "
               r"$\bigl(f(\mathbf x+h\mathbf v)-f(\mathbf x-h\mathbf v)\bigr)/(2h)$ with $h=10^{-5}$.",
               "Complex step: `np.imag(f(x + 1e-30j * v)) / 1e-30`. Do not normalize `v` on one side only.",
               "Decide with `np.isclose(exact, central, rtol=1e-6, atol=1e-8)`."),
        draw=lambda rng: {"f": _smooth, "g": _smooth_gradient(np.ones(5)), "x": np.ones(5), "rng": rng},
        judge=judge_line_check,
        solution=LINE_CHECK,
        wrong=(Wrong("""\
v = rng.normal(size=x.size)
central = (f(x + 1e-5 * v) - f(x - 1e-5 * v)) / 1e-5
return g @ v, central, "central difference\"""", "factor",
                     "The two points are 2h apart, not h."),
               Wrong("""\
v = rng.normal(size=x.size)
u = v / np.linalg.norm(v)
return g @ v, np.imag(f(x + 1e-30j * u)) / 1e-30, "complex step\"""", "factor",
                     "Per unit of h on one side, per unit distance on the other."),
               Wrong("""\
v = rng.normal(size=x.size)
return g @ v, np.imag(f(x + 1e-30j * v)) / 1e-30, "complex step\"""", "factor",
                     "Trusts the complex step alone: for |x| it reports the slope 0.")),
        after="Give it a gradient with one entry wrong by a millionth. One direction sees it only if "
              "your tolerance is tight: that is why `check_gradient` looks at every entry."),
    Exercise(
        number="1.16", title="Steepest by another ruler", kind="value",
        prompt=r"""Lengths are measured by $\lVert\mathbf v\rVert_P=\sqrt{\mathbf v^\top P\mathbf v}$ with
$P\succ0$, $P\in\mathbb R^{4\times4}$. Among all $\mathbf v$ with $\lVert\mathbf v\rVert_P=1$, return the
one with the smallest $\mathbf g^\top\mathbf v$, shape `(4,)`.""",
        hints=(r"Write $P=R^\top R$ and $\mathbf w=R\mathbf v$: then $\lVert\mathbf w\rVert_2=1$.",
               r"$\mathbf g^\top\mathbf v=(R^{-\top}\mathbf g)^\top\mathbf w$, so $\mathbf w$ points "
               r"against $R^{-\top}\mathbf g$.",
               r"$\mathbf v\propto-P^{-1}\mathbf g$; scale it to $\lVert\mathbf v\rVert_P=1$. Compare "
               r"with 10 000 random $\mathbf v$."),
        draw=lambda rng: {"g": rng.normal(size=4), "P": positive_definite(rng, 4)},
        solution="d = np.linalg.solve(P, g)\nreturn -d / np.sqrt(g @ d)",
        wrong=(Wrong("-g / np.sqrt(g @ P @ g)", "missing chain factor",
                     "Unit length by the new ruler, but still the old direction: right for P = I."),
               Wrong("-g / np.linalg.norm(g)", "missing chain factor",
                     "That is steepest by the Euclidean ruler; P does not occur in it."),
               Wrong("d = P @ g\nreturn -d / np.sqrt(d @ P @ d)", "missing chain factor",
                     "P where P⁻¹ belongs: right for P = I."),
               Wrong("d = np.linalg.solve(P, g)\nreturn d / np.sqrt(g @ d)", "sign",
                     "That is the steepest ascent."),
               Wrong("d = np.linalg.solve(P, g)\nreturn -d / np.linalg.norm(d)", "factor",
                     "The right direction, but its length is 1 by the Euclidean ruler; ‖v‖_P is not 1."),
               Wrong("-g", "missing chain factor",
                     "The direction that is steepest by the Euclidean ruler, and not scaled; P does not "
                     "occur in it."),
               Wrong("-np.sign(g)", "missing chain factor",
                     "That is steepest where the largest entry of v is the length; P does not occur in it."),
               Wrong("-np.linalg.solve(P, g)", "factor",
                     "The right direction, not scaled to length 1: if P is the Hessian, it is the step to "
                     "the minimum of the second-order prediction.")),
        after="With P the Hessian this is the direction of Newton's method, which steps to the minimum of "
              "the second-order prediction: unscaled, one step ends in the minimum of a quadratic."),
    Exercise(
        number="1.17", title="The best step, and the step too far", kind="value",
        prompt=r"""$f(\mathbf x)=\frac12\mathbf x^\top H\mathbf x-\mathbf b^\top\mathbf x$, $H\succ0$,
$\mathbf x\in\mathbb R^4$. You go from $\mathbf x$ to $\mathbf x-\eta\,\nabla f(\mathbf x)$. Return an array
of two numbers: the $\eta$ that lowers $f$ most, and the $\eta>0$ at which $f$ is back at its starting
height.""",
        hints=(r"$\phi(\eta)=f(\mathbf x-\eta\mathbf g)$ is a parabola in $\eta$: write down its three "
               "coefficients.",
               "Its slope at 0 and its curvature: "
               r"$\phi'(0)=-\mathbf g^\top\mathbf g$ and $\phi''=\mathbf g^\top H\mathbf g$.",
               "A parabola is symmetric about its lowest point."),
        draw=lambda rng: {"x": rng.normal(size=4), "H": positive_definite(rng, 4), "b": rng.normal(size=4)},
        solution="g = H @ x - b\neta = (g @ g) / (g @ H @ g)\nreturn np.array([eta, 2 * eta])",
        wrong=(Wrong("g = H @ x\neta = (g @ g) / (g @ H @ g)\nreturn np.array([eta, 2 * eta])",
                     "missing product-rule term", "The gradient is Hx − b; here b has dropped out."),
               Wrong("g = H @ x - b\neta = (g @ g) / (g @ H @ g)\nreturn np.array([2 * eta, eta])",
                     "wrong order",
                     "The right numbers, the other way round: first the best step, then the one too far."),
               Wrong("g = H @ x - b\nL = np.linalg.eigvalsh(H)[-1]\n"
                     "return np.array([(g @ g) / (g @ H @ g), 2 / L])", "one entry",
                     "2/L is a step that is safe from every starting point. From this one the parabola is "
                     "back at its height at twice the best step."),
               Wrong("g = H @ x - b\neta = (g @ H @ g) / (g @ g)\nreturn np.array([eta, 2 * eta])", "factor",
                     "Upside down: the more curved the bowl, the shorter the step."),
               Wrong("eta = 1 / np.linalg.eigvalsh(H)[-1]\nreturn np.array([eta, 2 * eta])", "factor",
                     "The safe step 1/L. It is the best one only where g lies along the top eigenvector."),
               Wrong("g = H @ x - b\neta = (g @ g) / (g @ H @ g)\nreturn np.array([2, 4]) * eta", "factor",
                     "The ½ of the second-order term was lost on the way.")),
        after="Show that the best step is never shorter than 1/L, L the largest eigenvalue of H."),
)
