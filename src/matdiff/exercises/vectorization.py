"""Exercises of chapter 6: stacks, Kronecker products, and equations whose unknown is a matrix.

Matrices are rectangular and their sizes differ in pairs wherever the question allows it, so that factors in
the other order, or a stack by rows, cannot be right by luck.
"""
import tracemalloc

import numpy as np

from ..check import Check
from . import Exercise, Option, Wrong
from .judging import compare, numbers


def draw_product(rng):
    """A X B with X 2 × 3."""
    return {"X": rng.normal(size=(2, 3)), "A": rng.normal(size=(4, 2)), "B": rng.normal(size=(3, 5))}


def draw_by_rows(rng):
    """The same, X as its rows one after the other."""
    data = draw_product(rng)
    return {"x": data.pop("X").ravel(), **data}


def draw_stacked(rng):
    """A 2 × 2 and B 3 × 2 around a stacked X, 2 × 3."""
    return {"x": rng.normal(size=6), "A": rng.normal(size=(2, 2)), "B": rng.normal(size=(3, 2))}


def draw_rulers(rng):
    return {"X": rng.normal(size=(2, 3)), "A": rng.normal(size=(2, 2)), "B": rng.normal(size=(3, 3))}


def draw_fit(rng):
    return {**draw_product(rng), "C": rng.normal(size=(4, 5))}


def draw_transposed(rng):
    return {"X": rng.normal(size=(2, 3)), "A": rng.normal(size=(4, 3)), "B": rng.normal(size=(2, 5))}


def draw_diagonal(rng):
    return {"d": rng.normal(size=3), "A": rng.normal(size=(5, 3)), "C": rng.normal(size=(3, 4)),
            "Y": rng.normal(size=(5, 4))}


def draw_free(rng):
    return {"s": rng.normal(size=6), "A": rng.normal(size=(3, 3))}


def draw_sylvester(rng):
    """A and B far from the case in which an eigenvalue of A is minus one of B."""
    return {"A": rng.normal(size=(2, 2)) + 4 * np.eye(2), "B": rng.normal(size=(3, 3)) + 4 * np.eye(3),
            "C": rng.normal(size=(2, 3)), "G": rng.normal(size=(2, 3))}


def kron_of(factors):
    """The Kronecker product of all factors, from left to right, written out."""
    big = np.eye(1)
    for A in factors:
        big = np.kron(big, A)
    return big


LARGE = 12        # three factors of 12 × 12: 24 megabytes written out, some kilobytes otherwise
MEGABYTES = 4


def judge_kron_matvec(answer, rng):
    """One, two and three factors against the written-out product; then how much memory it takes."""
    for shapes in ([(4, 3)], [(2, 3), (4, 5)], [(2, 3), (4, 5), (3, 2)]):
        factors = [rng.normal(size=shape) for shape in shapes]
        v = rng.normal(size=np.prod([columns for _, columns in shapes]))
        truth = kron_of(factors) @ v
        given = numbers(answer([A.copy() for A in factors], v.copy()))
        count = f"{len(factors)} factor{'s' * (len(factors) > 1)}"
        check = compare(truth, given, who=f"The answer for {count}")
        if check:
            continue
        if compare(kron_of(factors[::-1]) @ v, given):
            return Check(False, "kronecker order", "This is the product in the opposite order. In a stack by "
                         "rows the first factor belongs to the first axis, the slowest one.")
        if given.shape == truth.shape and compare(np.sort(truth), np.sort(given)):
            return Check(False, "row-major vec", f"For {count} all numbers are there, in another order: the "
                         "way in and the way out have to use the same order of stacking.")
        return check
    factors, v = list(rng.normal(size=(3, LARGE, LARGE))), rng.normal(size=LARGE**3)
    tracemalloc.start()
    try:
        given = numbers(answer(factors, v))
        peak = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    if peak > MEGABYTES:
        return Check(False, "unknown", f"The numbers are right. But three factors of {LARGE} × {LARGE} take "
                     f"{peak:.0f} megabytes, because the product is written out; the task is to do without.")
    check = compare(kron_of(factors) @ v, given, who="The answer for three larger factors")
    said = "Right for one, two and three factors, and nothing was written out."
    return Check(True, None, said) if check else check


# Beginnings that answers share.
FIT = "R = A @ np.diag(d) @ C - Y\nreturn "
SOLVER = r"""def solve(A, B, C):    # AX + XB = C
    big = np.kron(np.eye(3), A) + np.kron(B.T, np.eye(2))
    return unvec(np.linalg.solve(big, vec(C)), (2, 3))

X = solve(A, B, C)
"""

EXERCISES = (
    Exercise(
        number="6.1",
        title="Columns first",
        kind="value",
        prompt=r"""With pencil: $\operatorname{vec}\begin{bmatrix}1&2&3\\4&5&6\end{bmatrix}$, a vector of
shape (6,), as a list or an array.""",
        hints=("The whole first column comes first.",
               "After the first column, $1$ and $4$, the second: four more numbers."),
        solution="np.array([1, 4, 2, 5, 3, 6])",
        wrong=(
            Wrong("np.array([1, 2, 3, 4, 5, 6])", "unknown",
                  r"This is $\operatorname{vec}_r$, the rows one after the other: what `ravel` does unless "
                  "it is told otherwise."),
            Wrong("np.array([[1, 4], [2, 5], [3, 6]])", "shape",
                  "This is the transpose, still a matrix. Read its rows off one after the other, and the "
                  "stack by columns appears."),
            Wrong("np.array([5, 7, 9])", "shape",
                  "The columns were added up. They are stacked: six numbers stay six numbers."),
            Wrong("np.array([4, 1, 5, 2, 6, 3])", "unknown",
                  "Each column stands on its head: it is read from the top."),
        ),
        after=r"Put it back into a $2\times3$ matrix with `reshape`, once with `order='F'`, once without.",
    ),
    Exercise(
        number="6.2",
        title="A Kronecker product by hand",
        kind="value",
        prompt=r"With pencil: $\mathbf a\otimes\mathbf b$ for $\mathbf a=(1,2)$ and $\mathbf b=(0,3,1)$, a "
               "vector of shape (6,).",
        hints=(r"Replace each entry of $\mathbf a$ by that entry times the whole of $\mathbf b$.",
               r"First $1\cdot\mathbf b=(0,3,1)$, then $2\cdot\mathbf b$."),
        solution="np.array([0, 3, 1, 0, 6, 2])",
        wrong=(
            Wrong("np.array([0, 0, 3, 6, 1, 2])", "unknown",
                  r"This is $\mathbf b\otimes\mathbf a$. The first vector says which block, the second what "
                  "stands inside."),
            Wrong("np.array([[0, 3, 1], [0, 6, 2]])", "shape",
                  r"The outer product $\mathbf a\mathbf b^\top$ holds the same numbers as a matrix; its "
                  "rows, one after the other, are the answer."),
            Wrong("np.array([0, 6])", "shape",
                  "An entry-by-entry product of a part. Every entry of one meets every entry of the other: "
                  "six products."),
        ),
        after=r"Of which matrix is $\mathbf a\otimes\mathbf b$ the $\operatorname{vec}$?",
    ),
    Exercise(
        number="6.3",
        title="Find one product",
        kind="value",
        prompt=r"""Let $A\in\mathbb R^{2\times3}$ and $B\in\mathbb R^{4\times5}$. In which row and which
column of $A\otimes B$ stands $a_{13}\,b_{42}$? Answer with two numbers, `[row, column]`, counted from 1.""",
        hints=("First find the block, then the place inside it.",
               r"$a_{13}$ is in block row 1, block column 3. Each block is as large as $B$.",
               "Two whole blocks stand to the left of it, so the column is $2\\cdot5$ and then some."),
        solution="np.array([4, 12])",
        wrong=(
            Wrong("np.array([7, 6])", "unknown",
                  r"That is its place in $B\otimes A$, where $b_{42}$ picks the block and $a_{13}$ the place "
                  "inside."),
            Wrong("np.array([4, 10])", "unknown",
                  "To the left stand two blocks, and a block is 5 columns wide; 4 is its number of rows."),
            Wrong("np.array([12, 4])", "unknown", "The two are swapped: the row comes first."),
            Wrong("np.array([4, 17])", "unknown",
                  "Three blocks were counted to the left of the third: there are two."),
        ),
        after=r"Check it with `np.kron` of two matrices that have a single 1 each.",
    ),
    Exercise(
        number="6.4",
        title="A determinant without the matrix",
        kind="value",
        prompt=r"""$A\in\mathbb R^{2\times2}$ has determinant $3$ and $B\in\mathbb R^{3\times3}$ has
determinant $2$. What is $\det(A\otimes B)$? One number.""",
        hints=(r"$A\otimes B=(A\otimes I_3)(I_2\otimes B)$: the determinant of each factor.",
               r"$I_2\otimes B$ has two copies of $B$ along its diagonal: $\det(B)^2$."),
        solution="108",
        wrong=(
            Wrong("72", "unknown",
                  "The exponents are swapped. There are as many copies of $B$ as $A$ has rows: the exponent "
                  r"of $\det B$ is the size of $A$."),
            Wrong("6", "unknown",
                  "Determinants multiply for ordinary products of one size. Here each factor occurs several "
                  "times."),
            Wrong("36", "unknown",
                  r"$\det(A)^2\det(B)^2$: the size of $A$ was taken for both exponents. That of $\det A$ is "
                  "the size of $B$."),
            Wrong("216", "unknown",
                  r"$\det(A)^3\det(B)^3$: the size of $B$ was taken for both exponents. That of $\det B$ is "
                  "the size of $A$."),
        ),
        after=r"And $\operatorname{tr}(A\otimes B)$, if the traces are $5$ and $-1$?",
    ),
    Exercise(
        number="6.5",
        title="The same map, by rows",
        kind="jacobian",
        prompt=r"""NumPy hands you $\mathbf x=\operatorname{vec}_rX\in\mathbb R^6$, the *rows* of
$X\in\mathbb R^{2\times3}$ one after the other, and wants $\operatorname{vec}_r(AXB)\in\mathbb R^{20}$,
with $A\in\mathbb R^{4\times2}$ and $B\in\mathbb R^{3\times5}$. Give the $20\times6$ Jacobian of this map.""",
        hints=("Think of the opening of the chapter: by rows the left factor comes first.",
               r"$\operatorname{vec}_r(AXB)=\operatorname{vec}(B^\top X^\top A^\top)$, and the rule by "
               r"columns for that product is $(A^\top)^\top\otimes B^\top$."),
        draw=draw_by_rows,
        function="(A @ x.reshape(2, 3) @ B).ravel()",
        solution="np.kron(A, B.T)",
        wrong=(
            Wrong("np.kron(B.T, A)", "kronecker order",
                  "The formula for stacks by columns. It has the right shape and mixes up the entries."),
            Wrong("np.kron(A, B)", "shape",
                  "The transpose on $B$ is missing: $XB$ combines with the *columns* of $B$ as weights, by "
                  "rows as by columns."),
            Wrong("np.kron(B, A.T)", "shape",
                  r"Every transpose is at the wrong factor; $B\otimes A^\top$ is the adjoint of the rule by "
                  r"columns, $6\times20$."),
            Wrong("np.kron(A, B.T).T", "layout",
                  "The right numbers on their side: rows are outputs, so the table has 20 of them."),
        ),
        after="With `commutation_matrix(4, 5)` and `commutation_matrix(2, 3)`, get it from `np.kron(B.T, "
              "A)`.",
    ),
    Exercise(
        number="6.6",
        title="A trace as one dot product",
        kind="gradient",
        prompt=r"""$\operatorname{tr}(A^\top XB)$ is linear in $X\in\mathbb R^{2\times3}$, with
$A\in\mathbb R^{2\times2}$ and $B\in\mathbb R^{3\times2}$. So it is $\mathbf c^\top\mathbf x$ with
$\mathbf x=\operatorname{vec}X\in\mathbb R^6$, stacked by columns. Give $\mathbf c$, of shape (6,): the
gradient in $\mathbf x$.""",
        hints=(r"Cycle the trace until $X$ stands last: $\operatorname{tr}(BA^\top X)$.",
               r"$\operatorname{tr}(P^\top X)=\operatorname{vec}(P)^\top\operatorname{vec}X$. Here "
               r"$P^\top=BA^\top$."),
        draw=draw_stacked,
        function="np.trace(A.T @ unvec(x, (2, 3)) @ B)",
        solution="vec(A @ B.T)",
        wrong=(
            Wrong("vec(B @ A.T)", "unknown",
                  r"These are the entries of $AB^\top$ by rows. Either $BA^\top$ was stacked, what stands "
                  "before $X$ in the trace, not yet transposed; or `ravel` was used; or it was written "
                  r"$(A\otimes B)\operatorname{vec}I$, with the factors in the order of a stack by rows."),
            Wrong("vec(A.T @ B.T)", "unknown",
                  r"$A$ lost its transpose: this belongs to $\operatorname{tr}(AXB)$. In "
                  r"$\operatorname{tr}(A^\top XB)$ what stands before $X$ is $BA^\top$ after cycling; its "
                  r"transpose is $AB^\top$."),
            Wrong("A @ B.T", "shape", "The right numbers, not stacked: the gradient in $X$ instead of in "
                                      r"$\operatorname{vec}X$."),
        ),
        after=r"Show that $\mathbf c=(B\otimes A)\operatorname{vec}I_2$, too.",
    ),
    Exercise(
        number="6.7",
        title="Two rulers",
        kind="gradient",
        prompt=r"$L(X)=\operatorname{tr}(AXBX^\top)$ with $X\in\mathbb R^{2\times3}$ and *general* "
               r"$A\in\mathbb R^{2\times2}$, $B\in\mathbb R^{3\times3}$. Give $\nabla_XL$, of shape (2, 3).",
        hints=("$X$ stands there twice: one term for each.",
               r"Holding the second $X$: $\operatorname{tr}(A\,dX\,BX^\top)=\langle A^\top "
               r"XB^\top,dX\rangle$.",
               r"Holding the first one: $\operatorname{tr}(AXB\,dX^\top)=\langle AXB,dX\rangle$."),
        draw=draw_rulers,
        function="np.trace(A @ X @ B @ X.T)",
        solution="A @ X @ B + A.T @ X @ B.T",
        wrong=(
            Wrong("2 * A @ X @ B", "not symmetrised",
                  "Takes the two terms to be equal. They are if $A$ and $B$ are both symmetric, or both "
                  "skew."),
            Wrong("A @ X @ B", "missing product-rule term", "One of the two $X$ was held."),
            Wrong("A @ X @ B.T + A.T @ X @ B", "unknown",
                  "In each term one transpose too many or too few. Both factors are transposed, or none."),
            Wrong("(A + A.T) @ X @ (B + B.T)", "factor",
                  "Symmetrising each factor by itself makes four terms out of two; two of them do not "
                  "belong here."),
        ),
        after="For which nonzero $A$ and $B$ is $L=0$ for every $X$? (Look at the gradient.)",
    ),
    Exercise(
        number="6.8",
        title="The Hessian of a fit",
        kind="jacobian",
        prompt=r"""$\frac12\lVert AXB-C\rVert_F^2$ with $X\in\mathbb R^{2\times3}$,
$A\in\mathbb R^{4\times2}$, $B\in\mathbb R^{3\times5}$, $C\in\mathbb R^{4\times5}$ has the gradient
$A^\top(AXB-C)B^\top$. Give the Hessian in $\operatorname{vec}X$, $6\times6$: the Jacobian of that
gradient, stacked by columns.""",
        hints=(r"Only $A^\top A\,X\,BB^\top$ moves with $X$.",
               r"$\operatorname{vec}(PXQ)=(Q^\top\otimes P)\operatorname{vec}X$ with $P=A^\top A$ and "
               r"$Q=BB^\top$."),
        draw=draw_fit,
        function="A.T @ (A @ X @ B - C) @ B.T",
        solution="np.kron(B @ B.T, A.T @ A)",
        wrong=(
            Wrong("np.kron(A.T @ A, B @ B.T)", "kronecker order",
                  "The factor from the right of $X$ comes first. As it stands it is the Hessian for a stack "
                  "by rows."),
            Wrong("np.kron(B.T @ B, A @ A.T)", "shape",
                  r"$20\times20$: this is $JJ^\top$. The Hessian is $J^\top J$ with $J=B^\top\otimes A$."),
            Wrong("np.kron(B.T, A)", "shape",
                  r"This is the Jacobian $J$ of $AXB$, $20\times6$. The Hessian is $J^\top J$."),
            Wrong("2 * np.kron(B @ B.T, A.T @ A)", "factor", r"The $\frac12$ has taken care of the 2."),
        ),
        after="What are its eigenvalues, in terms of the singular values of $A$ and $B$?",
    ),
    Exercise(
        number="6.9",
        title="The variable is transposed",
        kind="jacobian",
        prompt=r"""$F(X)=AX^\top B$ with $X\in\mathbb R^{2\times3}$, $A\in\mathbb R^{4\times3}$,
$B\in\mathbb R^{2\times5}$. Give $\partial\operatorname{vec}F/\partial\operatorname{vec}X$, $20\times6$.
`commutation_matrix` is at hand.""",
        hints=(r"First forget that $X^\top$ is a transpose: what is $\operatorname{vec}F$ in terms of "
               r"$\operatorname{vec}(X^\top)$?",
               r"Then $\operatorname{vec}(X^\top)=K_{mn}\operatorname{vec}X$. Which sizes are $m$ and $n$?"),
        draw=draw_transposed,
        function="A @ X.T @ B",
        solution="np.kron(B.T, A) @ commutation_matrix(2, 3)",
        wrong=(
            Wrong("np.kron(B.T, A)", "row-major vec",
                  r"This acts on $\operatorname{vec}(X^\top)$, which is the stack of $X$ by rows."),
            Wrong("np.kron(B.T, A) @ commutation_matrix(3, 2)", "unknown",
                  r"The sizes are those of $X$, $2\times3$, not of its transpose. $K_{32}$ has the same "
                  "shape and is the inverse shuffle.", hint=2),
            Wrong("np.kron(A, B.T) @ commutation_matrix(2, 3)", "kronecker order",
                  "The factor from the right of the variable comes first, transposed or not."),
            Wrong("commutation_matrix(4, 5) @ np.kron(B.T, A)", "row-major vec",
                  "The shuffle belongs on the side of the input; on the left it reorders $F$."),
        ),
        after="In a program `np.kron(B.T, A)[:, places]` does it without a second matrix. Which list is "
              r"`places`? (Not the one that takes $\operatorname{vec}X$ to $\operatorname{vec}_rX$: why?)",
    ),
    Exercise(
        number="6.10",
        title="Which Hessian is right?",
        kind="choice",
        prompt=r"""Which is the Hessian of $\operatorname{tr}(AXBX^\top)$ in $\operatorname{vec}X$, for
*general* square $A\in\mathbb R^{2\times2}$ and $B\in\mathbb R^{3\times3}$?""",
        hints=(r"As a quadratic form in $\mathbf x=\operatorname{vec}X$ it is $\mathbf x^\top Q\mathbf x$, "
               r"with Hessian $Q+Q^\top$.",
               "A Kronecker product is transposed factor by factor, without turning the order round."),
        draw=draw_rulers,
        solution="np.kron(B.T, A) + np.kron(B, A.T)",
        options={
            "a": Option(r"$2\,B^\top\otimes A$", False,
                        "A Hessian is symmetric, and this is not, unless $B^\\top\\otimes A$ happens to be.",
                        body="2 * np.kron(B.T, A)", mistake="not symmetrised"),
            "b": Option(r"$A\otimes B^\top+A^\top\otimes B$", False,
                        "Right for the rows stacked: the Hessian in $\\operatorname{vec}_rX$.",
                        body="np.kron(A, B.T) + np.kron(A.T, B)", mistake="row-major vec"),
            "c": Option(r"$B^\top\otimes A+A^\top\otimes B$", False,
                        "The second term was transposed like an ordinary product, with the order turned "
                        "round. The sum is not symmetric.",
                        body="np.kron(B.T, A) + np.kron(A.T, B)", mistake="kronecker order"),
            "d": Option(r"$B^\top\otimes A+B\otimes A^\top$", True,
                        r"$Q+Q^\top$ with $Q=B^\top\otimes A$.",
                        body="np.kron(B.T, A) + np.kron(B, A.T)"),
        },
        after="When is it positive definite? Its eigenvalues are easy if $A$ and $B$ are symmetric.",
    ),
    Exercise(
        number="6.11",
        title="Only a diagonal may move",
        kind="gradient",
        prompt=r"""$L(\mathbf d)=\frac12\lVert A\operatorname{diag}(\mathbf d)C-Y\rVert_F^2$ with
$\mathbf d\in\mathbb R^3$, $A\in\mathbb R^{5\times3}$, $C\in\mathbb R^{3\times4}$,
$Y\in\mathbb R^{5\times4}$. Give $\nabla_{\mathbf d}L$, of shape (3,).""",
        hints=(r"$dL=\langle R,A\operatorname{diag}(d\mathbf d)C\rangle$ with the residual $R$. Move $A$ and "
               "$C$ to the other side.",
               r"$\langle A^\top RC^\top,\operatorname{diag}(d\mathbf d)\rangle$ sees the diagonal of "
               r"$A^\top RC^\top$ only."),
        draw=draw_diagonal,
        function="np.sum((A @ np.diag(d) @ C - Y) ** 2) / 2",
        solution=FIT + "np.diag(A.T @ R @ C.T)",
        wrong=(
            Wrong(FIT + "A.T @ R @ C.T", "shape",
                  "The gradient by a full matrix in the middle. Only its diagonal entries can move."),
            Wrong(FIT + "(A.T @ R @ C.T).sum(axis=1)", "unknown",
                  r"The rows of $A^\top RC^\top$ were added up. The diagonal entries are what $\mathbf d$ "
                  "moves."),
            Wrong(FIT + "-np.diag(A.T @ R @ C.T)", "sign", "The residual is model minus data."),
            Wrong(FIT + "2 * np.diag(A.T @ R @ C.T)", "factor", r"The $\frac12$ meets the 2 of the square."),
            Wrong(FIT + "d * np.diag(A.T @ R @ C.T)", "extra chain factor",
                  r"$\mathbf d$ itself is not a factor of its own gradient: $d\operatorname{diag}(\mathbf "
                  r"d)=\operatorname{diag}(d\mathbf d)$."),
        ),
        after=r"Write it with the Khatri–Rao product, $(C^\top*A)^\top\operatorname{vec}R$. Which form "
              "needs less memory?",
    ),
    Exercise(
        number="6.12",
        title="By the free entries",
        kind="gradient",
        prompt=r"""$S\in\mathbb R^{3\times3}$ is symmetric, $\mathbf s=\operatorname{vech}S\in\mathbb R^6$
are its free entries (lower triangle, by columns), and $f=\operatorname{tr}(AS)$ with a general
$A\in\mathbb R^{3\times3}$. Give the six partial derivatives by $\mathbf s$, of shape (6,).""",
        hints=("$S_{21}$ stands at two places. What does a small change of it do to the sum "
               r"$\sum_{ij}A_{ji}S_{ij}$?",
               r"$D_3^\top\operatorname{vec}(A^\top)$; or: $A+A^\top$ off the diagonal, and on it …"),
        draw=draw_free,
        function="np.trace(A @ unvech(s))",
        solution="duplication_matrix(3).T @ vec(A.T)",
        wrong=(
            Wrong("vech((A + A.T) / 2)", "unknown",
                  r"This is the gradient on symmetric matrices, $\operatorname{sym}(A)$, cut down to its "
                  "free entries: half of the truth off the diagonal, where two entries move."),
            Wrong("vech(A + A.T)", "unknown",
                  "Right off the diagonal, doubled on it: $S_{11}$ stands at one place only."),
            Wrong("vech(A.T)", "unknown",
                  "One entry of each pair was picked, as $L_3$ does. $S_{21}$ and $S_{12}$ are one free "
                  r"entry, and the chain rule adds both, as $D_3^\top$ does."),
        ),
        after="Both lists predict the same change. Where does the missing factor 2 hide in "
              r"$\langle\operatorname{sym}A,dS\rangle$?",
    ),
    Exercise(
        number="6.13",
        title="A Kronecker product that is never built",
        kind="code",
        name="kron_matvec",
        prompt=r"""Write `kron_matvec(factors, v)`: the product
$(A_1\otimes A_2\otimes\cdots\otimes A_k)\,\mathbf v$ for a list of matrices of any shapes, without
`np.kron` and without any matrix larger than the factors. `factors` may hold one, two or more; $\mathbf v$
has as many entries as the product has columns.""",
        hints=(r"Two factors by rows: $\mathbf v$ becomes $V$, `v.reshape(q1, q2)`, and the answer is "
               r"$A_1VA_2^\top$, flattened by rows.",
               r"For $k$ factors make $\mathbf v$ an array with $k$ axes, one for each factor's columns, and "
               "apply each factor along its own axis.",
               "`np.tensordot(T, A, axes=(0, 1))` applies `A` along the first axis and puts the result "
               "last. After $k$ of them the axes are in order again."),
        judge=judge_kron_matvec,
        solution="""T = v.reshape([A.shape[1] for A in factors])
for A in factors:
    T = np.tensordot(T, A, axes=(0, 1))
return T.ravel()""",
        wrong=(
            Wrong("""T = v.reshape([A.shape[1] for A in factors], order="F")
for A in factors:
    T = np.tensordot(T, A, axes=(0, 1))
return T.ravel(order="F")""", "kronecker order",
                  "By columns on the way in and out the first axis moves fastest, and fastest is the *last* "
                  "factor."),
            Wrong("""T = v.reshape([A.shape[1] for A in factors])
for A in factors:
    T = np.tensordot(T, A, axes=(0, 1))
return T.ravel(order="F")""", "row-major vec",
                  "In by rows, out by columns: every number is right and stands at another place.", hint=1),
            Wrong("""big = np.eye(1)
for A in factors:
    big = np.kron(big, A)
return big @ v""", "unknown",
                  r"Right, and of no use where it matters: three factors of $100\times100$ would take 8 "
                  "terabytes."),
            Wrong("""T = v.reshape([A.shape[1] for A in factors])
for A in factors:
    T = np.tensordot(T, A, axes=(0, 1))
return T""", "shape", "The numbers are there, still with an axis for each factor: flatten them."),
        ),
        after=r"How many multiplications does it take for $k$ factors of $n\times n$, and how many would the "
              "matrix?",
    ),
    Exercise(
        number="6.14",
        title="Back through a Sylvester equation",
        kind="value",
        prompt=r"""$X\in\mathbb R^{2\times3}$ solves $AX+XB=C$ with $A\in\mathbb R^{2\times2}$,
$B\in\mathbb R^{3\times3}$, and $L=\langle G,X\rangle$ with a constant $G\in\mathbb R^{2\times3}$. Return
the three gradients $\nabla_CL$, $\nabla_AL$, $\nabla_BL$, of shapes (2, 3), (2, 2), (3, 3), as a tuple. A
solver is quickly written with `np.kron`, `vec` and `unvec`.""",
        hints=(r"Start with $C$: $dX=\mathcal S^{-1}(dC)$, and $\langle G,\mathcal "
               r"S^{-1}(dC)\rangle=\langle\Lambda,dC\rangle$. Which equation does $\Lambda$ solve?",
               r"The adjoint of $X\mapsto AX+XB$ is $\Lambda\mapsto A^\top\Lambda+\Lambda B^\top$: solve "
               r"$A^\top\Lambda+\Lambda B^\top=G$.",
               r"For $A$ the right-hand side is $-dA\,X$ instead of $dC$: "
               r"$\langle\Lambda,-dA\,X\rangle=\langle-\Lambda X^\top,dA\rangle$."),
        draw=draw_sylvester,
        solution=SOLVER + """L = solve(A.T, B.T, G)
return L, -L @ X.T, -X.T @ L""",
        wrong=(
            Wrong(SOLVER + """L = solve(A, B, G)
return L, -L @ X.T, -X.T @ L""", "unknown",
                  "The forward equation was solved for $G$. A sensitivity goes back through the *adjoint* "
                  r"equation, $A^\top\Lambda+\Lambda B^\top=G$; the two agree for symmetric $A$ "
                  "and $B$.", hint=2),
            Wrong(SOLVER + """L = solve(A.T, B.T, G)
return L, L @ X.T, X.T @ L""", "sign",
                  r"$dA\,X$ and $X\,dB$ stand on the right-hand side with a minus.", hint=3),
            Wrong(SOLVER + """L = solve(A.T, B.T, G)
return L, -X @ L.T, -L.T @ X""", "transposed",
                  r"Read off without transposing back: $\langle\Lambda,dA\,X\rangle=\langle\Lambda "
                  r"X^\top,dA\rangle$.",
                  hint=3),
            Wrong(SOLVER + """L = solve(A.T, B.T, G)
return L, -L @ X.T, -L.T @ X""", "transposed",
                  r"The gradient by $A$ is right. For $B$: $\langle\Lambda,X\,dB\rangle=\langle "
                  r"X^\top\Lambda,dB\rangle$.",
                  hint=3),
        ),
        after="All three gradients cost one more solve. How many would differences take?",
    ),
)
