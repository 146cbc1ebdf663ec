"""Exercises of chapter 4: four indices, two ways to stack, products, Gram matrices, powers, backward passes."""
import numpy as np

from ..check import check_jacobian
from . import Exercise, Option, Wrong
from .judging import in_plain_words, numbers


def one_sided(rng):
    return {"X": rng.normal(size=(2, 3)), "B": rng.normal(size=(3, 5))}


def flattened(rng):
    return {"x": rng.normal(size=6), "A": rng.normal(size=(4, 2))}


def shifted(rng):
    return {"X": rng.normal(size=(2, 3)), "C": rng.normal(size=(2, 3))}


def table(rng):
    return {"X": rng.normal(size=(2, 3))}


def square(rng):
    return {"X": rng.normal(size=(3, 3))}


def mixed(rng):
    return {"X": rng.normal(size=(2, 3)), "A": rng.normal(size=(4, 2))}


def layer(rng):
    return {"W": rng.normal(size=(3, 2)), "X": rng.normal(size=(5, 3))}


def upstream(rng):
    return {"X": rng.normal(size=(2, 3)), "G": rng.normal(size=(3, 3))}


def ratings(rng):
    return {"U": rng.normal(size=(6, 2)), "V": rng.normal(size=(5, 2)), "R": rng.normal(size=(6, 5)),
            "M": (rng.uniform(size=(6, 5)) < 0.7).astype(float)}


def judge_jacobian_of(answer, rng):
    """On three maps, with shapes that differ: X'X, AXB and the transpose."""
    X, A, B = rng.normal(size=(2, 3)), rng.normal(size=(4, 2)), rng.normal(size=(3, 5))
    maps = ((lambda X: A @ X @ B, lambda dX: A @ dX @ B), (lambda X: X.T, lambda dX: dX.T),
            (lambda X: X.T @ X, lambda dX: dX.T @ X + X.T @ dX))
    for F, dF in maps:
        given = numbers(answer(dF, 2, 3))
        check = check_jacobian(F, given, X)
        if not check:
            truth = np.stack([dF(E.reshape((2, 3), order="F")).ravel(order="F") for E in np.eye(6)], axis=1)
            return in_plain_words(check, truth, given)
    return check


SERIES = """E = T = np.eye(3)
for k in range(1, 40):
    T = T @ X / k
    E = E + T
"""

EXERCISES = (
    Exercise(
        number="4.1", title="Four axes", kind="shape",
        prompt=r"""$F$ takes $X\in\mathbb R^{3\times2}$ to $F(X)\in\mathbb R^{4\times5}$. The array
$T_{ijkl}=\partial F_{ij}/\partial X_{kl}$ holds all partial derivatives. What is `T.shape`? Answer with a
tuple.""",
        hints=(r"The first two indices number the entries of $F$, the last two those of $X$.",
               "Outputs first, then inputs: four numbers whose product is 120."),
        solution="(4, 5, 3, 2)",
        wrong=(Wrong("(3, 2, 4, 5)", "layout",
                     "Inputs stand first here; in $T_{ijkl}$ the output's indices $i,j$ come first."),
               Wrong("(20, 6)", "shape",
                     "That is the flattened table. Before anything is stacked there are four axes."),
               Wrong("(4, 5, 2, 3)", "transposed",
                     "The last two axes are in the order of the transpose of X: X has 3 rows."),
               Wrong("(4, 3, 2, 5)", "wrong order",
                     "Sizes in the order of a product AXB; the axes of T follow its indices i, j, k, l.")),
        after="What is the shape of `T[1, 2]`, and of which number is it the gradient?"),
    Exercise(
        number="4.2", title="Where an entry goes", kind="value",
        prompt=r"""$X\in\mathbb R^{3\times4}$, counted from 0 as NumPy does. At which index of `vec(X)` does
`X[1, 2]` stand, and at which index of `X.ravel()`? Answer with a pair.""",
        hints=("`vec` puts whole columns one under the other. How many entries stand before column 2?",
               "`vec`: two full columns of 3, then one more entry. `ravel`: one full row of 4, then two."),
        solution="np.array([7, 6])",
        wrong=(Wrong("np.array([6, 7])", "row-major vec",
                     "Both numbers are right, in the other order: vec walks down the columns."),
               Wrong("np.array([8, 7])", "unknown", "These places are counted from 1; NumPy starts at 0."),
               Wrong("np.array([9, 5])", "wrong axis",
                     "A full column has 3 entries and a full row has 4; here each was given the other's "
                     "length."),
               Wrong("np.array([6, 6])", "row-major vec",
                     "Both are the place in the stack of rows. vec stacks columns.")),
        after="Find the only two entries of X that stand at the same index in both stacks."),
    Exercise(
        number="4.3", title="A multiple and a shift", kind="jacobian",
        prompt=r"""$F(X)=7X-C$ with $X,C\in\mathbb R^{2\times3}$. Give
$\partial\operatorname{vec}F/\partial\operatorname{vec}X$, a $6\times6$ array.""",
        hints=(r"$dF=7\,dX$: what happens to $C$?",
               "Each entry of $F$ depends on one entry of $X$, the one in the same place."),
        draw=shifted, function="7 * X - C", solution="7 * np.eye(6)",
        wrong=(Wrong("7", "shape",
                     "As a map, dX goes to 7 dX. As a table of slopes it is 7 times an identity matrix."),
               Wrong("7 * np.ones((6, 6))", "unknown",
                     "This says that each of the six outputs moves with each of the six inputs. Only the "
                     "one in the same place does."),
               Wrong("7 * np.eye(3)", "shape",
                     "One row for each entry of F: there are six."),
               Wrong("7 * np.eye(6) - np.diag(C.ravel(order='F'))", "unknown",
                     "C does not move with X; its slope is zero.")),
        after="Which order of stacking did you use? Why does it not matter here?"),
    Exercise(
        number="4.4", title="One factor on the right", kind="jacobian",
        prompt=r"""$F(X)=XB$ with $X\in\mathbb R^{2\times3}$, $B\in\mathbb R^{3\times5}$. Give
$\partial\operatorname{vec}F/\partial\operatorname{vec}X$, a $10\times6$ array.""",
        hints=(r"It is $AXB$ with $A=I$. Which size has this $I$?",
               r"$A$ stands to the left of $X$, so it has as many columns as $X$ has rows: $I_2$.",
               "`np.kron(B.T, np.eye(2))`."),
        draw=one_sided, function="X @ B", solution="np.kron(B.T, np.eye(2))",
        wrong=(Wrong("np.kron(np.eye(2), B.T)", "kronecker order",
                     "The same factors in the other order: right if rows are stacked, as ravel does."),
               Wrong("np.kron(B, np.eye(2))", "layout",
                     "The transpose on B is missing: the rows of the table now number the inputs."),
               Wrong("np.kron(B.T, np.eye(3))", "shape",
                     "The identity replaces A, and A has as many columns as X has rows: 2."),
               Wrong("B.T", "shape",
                     "That is the table for one row of X. F has ten entries and X six.")),
        after=r"Which entries of the table are zero for every $B$? Which rows of $F$ does row 1 of $X$ reach?"),
    Exercise(
        number="4.5", title="Flattened as NumPy does", kind="jacobian",
        prompt=r"""A library hands over `x`, the six entries of $X\in\mathbb R^{2\times3}$ as `X.ravel()` lists
them, row after row. The map is `(A @ x.reshape(2, 3)).ravel()` with $A\in\mathbb R^{4\times2}$. Give its
Jacobian, a $12\times6$ array.""",
        hints=(r"Rows are stacked here, on both sides. Which table belongs to $AXB$ then?",
               r"$A\otimes B^\top$ with $B=I$. How large is this $I$?",
               "`np.kron(A, np.eye(3))`: each number of $A$ acts on a whole row of $X$."),
        draw=flattened, function="(A @ x.reshape(2, 3)).ravel()", solution="np.kron(A, np.eye(3))",
        wrong=(Wrong("np.kron(np.eye(3), A)", "kronecker order",
                     "The table for stacked columns. The shape is the same; the order of the stack is not."),
               Wrong("np.kron(A, np.eye(2))", "shape",
                     "A row of X has three entries: the identity is 3 × 3."),
               Wrong("np.kron(A.T, np.eye(3))", "layout",
                     "This is the transpose: the table that carries gradients back."),
               Wrong("np.kron(A[:, ::-1], np.eye(3))", "unknown",
                     "The two rows of X were exchanged: ravel lists row 1 first.")),
        after="Undo it: which rows and columns of your table must be exchanged to get the one for `vec`?"),
    Exercise(
        number="4.6", title="The shuffle of a transpose", kind="value",
        prompt=r"""Number the entries of $\operatorname{vec}X$ from 1 to 6, for $X\in\mathbb R^{2\times3}$. In
which order do these numbers appear in $\operatorname{vec}(X^\top)$? Answer with an array of six.""",
        hints=("Write the numbers into a 2 × 3 table, column by column.",
               r"The columns of $X^\top$ are the rows of $X$: read your table row by row."),
        solution="np.array([1, 3, 5, 2, 4, 6])",
        wrong=(Wrong("np.array([1, 4, 2, 5, 3, 6])", "transposed",
                     "That is the inverse shuffle, for a 3 × 2 matrix: the entries were written row by row "
                     "and read column by column."),
               Wrong("np.array([1, 2, 3, 4, 5, 6])", "layout",
                     "The entries are the same six, but transposing moves four of them in the stack."),
               Wrong("np.array([6, 5, 4, 3, 2, 1])", "unknown",
                     "Reversing turns the table by half a turn. Transposing exchanges rows and columns."),
               Wrong("np.array([2, 4, 6, 1, 3, 5])", "unknown",
                     "The second row of X was read first; the first column of the transpose is row 1.")),
        after="Apply the shuffle again and again: after how many times is every entry back?"),
    Exercise(
        number="4.7", title="A Gram matrix", kind="jacobian",
        prompt=r"""$F(X)=XX^\top$ with $X\in\mathbb R^{2\times3}$. Give
$\partial\operatorname{vec}F/\partial\operatorname{vec}X$, a $4\times6$ array. `commutation_matrix(m, n)`
from `matdiff` is $K_{mn}$.""",
        hints=(r"$dF=S+S^\top$ with $S=dX\,X^\top$.",
               r"$\operatorname{vec}S=(X\otimes I_2)\operatorname{vec}dX$, and $K_{22}$ transposes $S$.",
               r"$(I_4+K_{22})(X\otimes I_2)$."),
        draw=table, function="X @ X.T",
        solution="K = commutation_matrix(2, 2)\nreturn (np.eye(4) + K) @ np.kron(X, np.eye(2))",
        wrong=(Wrong("2 * np.kron(X, np.eye(2))", "missing product-rule term",
                     r"The two terms of dF are transposes of each other, not equal: right on the diagonal of "
                     "F only."),
               Wrong("np.kron(X, np.eye(2))", "missing product-rule term",
                     "The second X, the one with the transpose, was held still."),
               Wrong("(np.eye(4) + commutation_matrix(2, 2)) @ np.kron(np.eye(2), X)", "kronecker order",
                     "dX stands left of the fixed factor, so that factor comes first: X ⊗ I."),
               Wrong("(np.eye(4) - commutation_matrix(2, 2)) @ np.kron(X, np.eye(2))", "sign",
                     "Minus would give a skew matrix; dF is symmetric.")),
        after=r"Which two rows of the table are equal, and why must they be?"),
    Exercise(
        number="4.8", title="A cube", kind="differential",
        prompt=r"""$F(X)=X^3$ with $X\in\mathbb R^{3\times3}$. Write `answer(X, dX)` that returns $dF$, shape
(3, 3).""",
        hints=("Three factors, three terms: each factor moves once.",
               r"Keep the places: $dX$ stands where its $X$ stood."),
        draw=square, function="X @ X @ X", solution="dX @ X @ X + X @ dX @ X + X @ X @ dX",
        wrong=(Wrong("3 * X @ X @ dX", "wrong order",
                     "All three terms were moved to one side. Right if X and dX commute."),
               Wrong("dX @ X @ X + X @ X @ dX", "missing product-rule term",
                     "The factor in the middle moves too."),
               Wrong("3 * dX @ X @ X", "wrong order",
                     "All three terms were moved to the left. Right if X and dX commute."),
               Wrong("3 * X**2 * dX", "elementwise product",
                     "In NumPy `**` and `*` work entry by entry; a matrix power needs `@`.")),
        after=r"Take the trace of your answer: why are its three terms equal there?"),
    Exercise(
        number="4.9", title="An activation, then a layer", kind="jacobian",
        prompt=r"""$F(X)=A\tanh(X)$, tanh entry by entry, with $A\in\mathbb R^{4\times2}$,
$X\in\mathbb R^{2\times3}$. Give $\partial\operatorname{vec}F/\partial\operatorname{vec}X$, a $12\times6$
array.""",
        hints=("Two maps in a chain: their tables multiply, the first map's table on the right.",
               r"$dF=A\,(S\odot dX)$ with $S=1-\tanh^2X$.",
               r"$(I_3\otimes A)\operatorname{diag}(\operatorname{vec}S)$; `vec` is in `matdiff`."),
        draw=mixed, function="A @ np.tanh(X)",
        solution="np.kron(np.eye(3), A) @ np.diag(vec(1 - np.tanh(X)**2))",
        wrong=(Wrong("np.kron(np.eye(3), A)", "missing chain factor",
                     "The slope of tanh is missing: right where it is 1, at X = 0."),
               Wrong("np.kron(np.eye(3), A) @ np.diag((1 - np.tanh(X)**2).ravel())", "row-major vec",
                     "NumPy's ravel lists rows, so the slopes stand at the wrong entries."),
               Wrong("np.kron(A, np.eye(3)) @ np.diag(vec(1 - np.tanh(X)**2))", "kronecker order",
                     "A ⊗ I belongs to stacked rows; the slopes beside it are stacked by columns."),
               Wrong("np.kron(np.eye(3), A @ (1 - np.tanh(X)**2))", "shape",
                     "The slopes multiply dX entry by entry; they are not a factor of a matrix product.")),
        after=r"In which order do the two tables stand in the transpose, the one that carries gradients back?"),
    Exercise(
        number="4.10", title="Which table is right?", kind="choice",
        prompt=r"""$Z=XW$ with $X\in\mathbb R^{5\times3}$ and $W\in\mathbb R^{3\times2}$. Which one is
$\partial\operatorname{vec}Z/\partial\operatorname{vec}W$?""",
        hints=(r"$Z$ has 10 entries and $W$ has 6. Which options have that shape?",
               r"Column $c$ of $Z$ depends on column $c$ of $W$ alone: what does that say about the blocks?"),
        draw=layer, solution="jacobian(lambda W: X @ W, W)",
        options={
            "a": Option(r"$X\otimes I_2$", False,
                        "Right shape, other order: this is the table for stacked rows, as ravel gives it.",
                        "np.kron(X, np.eye(2))", mistake="kronecker order"),
            "b": Option(r"$I_2\otimes X$", True,
                        "Two blocks, one for each column of W, and each of them is X.",
                        "np.kron(np.eye(2), X)"),
            "c": Option(r"$I_2\otimes X^\top$", False,
                        "This is the transpose, 6 × 10: the table that carries the gradient back from Z to W.",
                        "np.kron(np.eye(2), X.T)"),
            "d": Option(r"$W^\top\otimes I_5$", False,
                        "The table for the other factor: Z differentiated by X.",
                        "np.kron(W.T, np.eye(5))"),
        },
        after=r"The transpose of the right one, times $\operatorname{vec}G$: which matrix product is that?"),
    Exercise(
        number="4.11", title="Back through a Gram matrix", kind="gradient",
        prompt=r"""$F=X^\top X$ with $X\in\mathbb R^{2\times3}$, and the gradient $G\in\mathbb R^{3\times3}$,
*not* symmetric, arrives from above. Give $\nabla_XL$ for $L=\langle G,X^\top X\rangle$, shape (2, 3).""",
        hints=(r"$dL=\langle G,dX^\top X\rangle+\langle G,X^\top dX\rangle$.",
               r"The second term is $\langle XG,dX\rangle$. Transpose both sides of the first one.",
               r"$\langle G,dX^\top X\rangle=\langle G^\top,X^\top dX\rangle$, and this is "
               r"$\langle XG^\top,dX\rangle$."),
        draw=upstream, function="np.sum(G * (X.T @ X))", solution="X @ (G + G.T)",
        wrong=(Wrong("2 * X @ G", "not symmetrised",
                     "Both terms were taken for equal. Right if G is symmetric, and in many losses it is."),
               Wrong("X @ G", "missing product-rule term", "X stands there twice: one term is missing."),
               Wrong("2 * X @ G.T", "not symmetrised",
                     "Both terms were taken for the first one. The second gives XG. Right if G is symmetric."),
               Wrong("(G + G.T) @ X.T", "transposed",
                     "The gradient has the shape of X: this is its transpose."),
               Wrong("X @ (G - G.T)", "sign",
                     "The two terms add. For a symmetric G this would be zero.")),
        after=r"What is left of the gradient if $G$ is skew, $G^\top=-G$? Why must it be so?"),
    Exercise(
        number="4.12", title="Factors of a table with gaps", kind="gradient",
        prompt=r"""A table $R\in\mathbb R^{6\times5}$ is known where the mask $M$ is 1, and $M$ is 0 elsewhere.
The loss is $L=\frac12\lVert M\odot(UV^\top-R)\rVert_F^2$ with $U\in\mathbb R^{6\times2}$,
$V\in\mathbb R^{5\times2}$. Give $\nabla_UL$, shape (6, 2).""",
        hints=(r"Put $E=M\odot(UV^\top-R)$. Then $dL=\langle E,dE\rangle$.",
               r"$dE=M\odot(dU\,V^\top)$, and $M$ crosses the inner product: $M\odot E=E$ for zeros and ones.",
               r"$\langle E,dU\,V^\top\rangle=\langle EV,dU\rangle$."),
        draw=ratings, function="np.sum((M * (U @ V.T - R))**2) / 2", solution="(M * (U @ V.T - R)) @ V",
        wrong=(Wrong("(U @ V.T - R) @ V", "missing chain factor",
                     "The unknown entries pull as if R were known there: the mask is missing."),
               Wrong("(M * (U @ V.T) - R) @ V", "unknown",
                     "The mask has to cover the whole residual, R included."),
               Wrong("2 * (M * (U @ V.T - R)) @ V", "factor",
                     "The ½ of the loss has used up the 2 of the square."),
               Wrong("(M * (U @ V.T - R)).T @ U", "shape",
                     "That is the gradient by V, shape (5, 2)."),
               Wrong("-(M * (U @ V.T - R)) @ V", "sign",
                     "The residual is UVᵀ − R; with this sign a step would climb.")),
        after=r"What changes in the gradient if $M$ holds weights between 0 and 1 instead?"),
    Exercise(
        number="4.13", title="A table from a map", kind="code", name="jacobian_of",
        prompt=r"""Write `jacobian_of(dF, m, n)`. `dF` is a function that takes a step $dX\in\mathbb R^{m\times n}$
to the change $dF$, a matrix of any shape, linearly. Return the table
$\partial\operatorname{vec}F/\partial\operatorname{vec}X$, both sides stacked by columns. It is tried on
$A\,dX\,B$, on $dX^\top$ and on $dX^\top X+X^\top dX$.""",
        hints=("Column by column: the table's column for $X_{kl}$ is the stacked answer to a step that is 1 at "
               "$(k,l)$ and 0 elsewhere.",
               r"In which order come the columns? In $\operatorname{vec}X$ the row index runs fastest.",
               "Loop over `l` outside and `k` inside, collect `vec(dF(E))`, and stack with "
               "`np.stack(columns, axis=1)`."),
        draw=lambda rng: {"dF": np.transpose, "m": 2, "n": 3},
        judge=judge_jacobian_of,
        solution="""columns = []
for l in range(n):
    for k in range(m):
        E = np.zeros((m, n))
        E[k, l] = 1
        columns.append(dF(E).ravel(order="F"))
return np.stack(columns, axis=1)""",
        wrong=(Wrong("""columns = []
for k in range(m):
    for l in range(n):
        E = np.zeros((m, n))
        E[k, l] = 1
        columns.append(dF(E).ravel(order="F"))
return np.stack(columns, axis=1)""", "row-major vec",
                     "The loops are nested the other way round: the columns follow the rows of X."),
               Wrong("""columns = []
for l in range(n):
    for k in range(m):
        E = np.zeros((m, n))
        E[k, l] = 1
        columns.append(dF(E).ravel())
return np.stack(columns, axis=1)""", "row-major vec",
                     "ravel without order lists rows: the outputs are stacked in the other order."),
               Wrong("""columns = []
for l in range(n):
    for k in range(m):
        E = np.zeros((m, n))
        E[k, l] = 1
        columns.append(dF(E).ravel(order="F"))
return np.stack(columns)""", "layout",
                     "The answers were laid down as rows; each of them is a column."),
               Wrong("""columns = []
for k in range(m):
    for l in range(n):
        E = np.zeros((m, n))
        E[k, l] = 1
        columns.append(dF(E).ravel())
return np.stack(columns, axis=1)""", "row-major vec",
                     "Rows on both sides: a sound table, but not the one for vec.")),
        after=(r"Multiply from both sides with commutation matrices to get the row-major table: "
               r"$K_{pq}\,J\,K_{mn}^\top$.")),
    Exercise(
        number="4.14", title="Inside a matrix exponential", kind="differential",
        prompt=r"""$F(X)=e^X$ with $X\in\mathbb R^{3\times3}$. Write `answer(X, dX)` that returns $dF$ for *every*
$dX$, with one exponential of a larger matrix. `expm` of this chapter may be used, or a power series.""",
        hints=(r"Square $\begin{bmatrix}X&dX\\0&X\end{bmatrix}$. What stands in the upper right block?",
               "For every power the upper right block is the differential of that power, hence for every "
               "power series.",
               "`expm(np.block([[X, dX], [0 * X, X]]))[:3, 3:]`."),
        draw=square, function=SERIES + "return E",
        solution="""Z = np.block([[X, dX], [0 * X, X]])
E = T = np.eye(6)
for k in range(1, 40):
    T = T @ Z / k
    E = E + T
return E[:3, 3:]""",
        wrong=(Wrong(SERIES + "return E @ dX", "wrong order",
                     "The rule for numbers: right only if X and dX commute."),
               Wrong(SERIES + "return dX @ E", "wrong order",
                     "The same from the other side: right only if X and dX commute."),
               Wrong(SERIES + "return (E @ dX + dX @ E) / 2", "unknown",
                     "The mean of both sides is the trapezoid rule for the integral: near for small X, but "
                     "not equal."),
               Wrong("np.exp(X) * dX", "unknown",
                     "NumPy's exp works entry by entry; that is another function.")),
        after=r"Take the trace of your answer. Which short formula gives the same number?"),
)
