"""vec and Kronecker products."""
from .entry import Identity, Wrong

VALUES = "two values are compared; the checker names mistakes in derivatives"

ENTRIES = (
    # Kronecker algebra
    Identity(
        "Kronecker product, multiplied", "A: m n, B: p q, C: n k, D: q m",
        of=(r"(A \otimes B)(C \otimes D)", "np.kron(A, B) @ np.kron(C, D)"),
        equals=(r"(AC) \otimes (BD)", "np.kron(A @ C, B @ D)"),
        reason=r"Block $(i, j)$ of the left side is $\sum_r (A_{ir}B)(C_{rj}D) = (AC)_{ij}\,BD$.",
        wrong=(Wrong(r"(BD) \otimes (AC)", "np.kron(B @ D, A @ C)", None,
                     "as if a transpose turned the factors round",
                     unnamed=VALUES),),
        note="Needs no more than that $AC$ and $BD$ exist.",
        refs="S06-C18", chapter=6, section="sec-6-kron", also="mixed product rule"),

    Identity(
        "Kronecker product, transposed", "A: m n, B: p q",
        of=(r"(A \otimes B)^\top", "np.kron(A, B).T"),
        equals=(r"A^\top \otimes B^\top", "np.kron(A.T, B.T)"),
        reason="Block $(i, j)$ is $A_{ij}B$; transposed it stands at $(j, i)$ as $A_{ij}B^\\top$.",
        wrong=(Wrong(r"B^\top \otimes A^\top", "np.kron(B.T, A.T)", None,
                     "the order turns round for $AB$, not for $A \\otimes B$",
                     unnamed=VALUES),),
        refs="G06.3a", chapter=6, section="sec-6-kron"),

    Identity(
        "Kronecker product, inverted", "A: m m invertible, B: n n invertible",
        of=(r"(A \otimes B)^{-1}", "inv(np.kron(A, B))"),
        equals=(r"A^{-1} \otimes B^{-1}", "np.kron(inv(A), inv(B))"),
        reason=r"$(A \otimes B)(A^{-1} \otimes B^{-1}) = I \otimes I$ by the mixed product.",
        conditions={"$A$ is invertible": "A = np.ones((m, m))", "$B$ is invertible": "B = np.ones((n, n))"},
        wrong=(Wrong(r"B^{-1} \otimes A^{-1}", "np.kron(inv(B), inv(A))", None,
                     "the order turns round for $AB$, not for $A \\otimes B$", unnamed=VALUES),),
        symbolic="the inverse of a 4 × 4 matrix of symbols takes seconds",
        refs="G06.3b", chapter=6, section="sec-6-kron"),

    Identity(
        "Kronecker product, pseudo-inverse", "A: p m, B: n q",
        of=(r"(A \otimes B)^+", "pinv(np.kron(A, B))"),
        equals=(r"A^+ \otimes B^+", "np.kron(pinv(A), pinv(B))"),
        reason=r"The four conditions of a pseudo-inverse hold factor by factor, by the mixed product.",
        wrong=(Wrong(r"B^+ \otimes A^+", "np.kron(pinv(B), pinv(A))", None,
                     "the order turns round for $AB$, not for $A \\otimes B$", unnamed=VALUES),),
        note=r"So $X = A^+CB^+$ solves $AXB = C$ in the sense of least squares, and is the shortest "
             "such $X$.",
        symbolic="a pseudo-inverse",
        refs="", chapter=6, section="sec-6-solve"),

    Identity(
        "trace of a Kronecker product of constants", "A: m m, B: n n",
        of=(r"\operatorname{tr}(A \otimes B)", "np.trace(np.kron(A, B))"),
        equals=(r"\operatorname{tr}A\,\operatorname{tr}B", "np.trace(A) * np.trace(B)"),
        reason="The blocks on the diagonal are $A_{ii}B$.",
        wrong=(Wrong(r"\operatorname{tr}A + \operatorname{tr}B", "np.trace(A) + np.trace(B)", None,
                     "eigenvalues are multiplied, not added", unnamed=VALUES),),
        refs="G06.3c", chapter=6, section="sec-6-kron"),

    Identity(
        "determinant of a Kronecker product", "A: m m, B: n n",
        of=(r"\det(A \otimes B)", "det(np.kron(A, B))"),
        equals=(r"\det(A)^n\det(B)^m", "det(A)**n * det(B)**m"),
        reason=r"$A \otimes B = (A \otimes I_n)(I_m \otimes B)$: $n$ copies of $A$ and $m$ copies of $B$.",
        wrong=(Wrong(r"\det(A)\det(B)", "det(A) * det(B)", None, "as for $AB$", unnamed=VALUES),
               Wrong(r"\det(A)^m\det(B)^n", "det(A)**m * det(B)**n", None, "each with its own size",
                     unnamed=VALUES)),
        refs="G06.3d", chapter=6, section="sec-6-kron"),

    Identity(
        "eigenvalues of a Kronecker product", "A: m m, B: n n",
        of=(r"(A \otimes B)(U \otimes V)", """
            U, V = eig(A)[1], eig(B)[1]
            return np.kron(A, B) @ np.kron(U, V)"""),
        equals=(r"\begin{aligned}[t]&(U \otimes V)\\"
                r"&\cdot\operatorname{diag}(\boldsymbol\lambda \otimes \boldsymbol\mu)\end{aligned}", """
            (lam, U), (mu, V) = eig(A), eig(B)
            return np.kron(U, V) @ np.diag(np.kron(lam, mu))"""),
        reason=r"$A\mathbf{u} = \lambda\mathbf{u}$ and $B\mathbf{v} = \mu\mathbf{v}$ give $(A \otimes "
               r"B)(\mathbf{u} \otimes \mathbf{v}) = \lambda\mu\,(\mathbf{u} \otimes \mathbf{v})$.",
        wrong=(Wrong(r"(U \otimes V)\operatorname{diag}(\lambda_i + \mu_j)", """
                   (lam, U), (mu, V) = eig(A), eig(B)
                   return np.kron(U, V) @ np.diag(np.add.outer(lam, mu).ravel())""", None,
                     r"these belong to $A \otimes I + I \otimes B$", unnamed=VALUES),),
        note="The eigenvalues are all products $\\lambda_i\\mu_j$; they may be complex.",
        symbolic="eigenvectors",
        refs="G06.3e", chapter=6, section="sec-6-kron"),

    # vec of a product
    Identity(
        "columns of AX", "X: m n, A: p m",
        of=("AX", "A @ X"),
        equals=(r"[A\mathbf{x}_1, \dots, A\mathbf{x}_n]",
                "np.stack([A @ X[:, j] for j in range(n)], axis=1)"),
        reason=r"Entry $(i, j)$ is $\sum_k A_{ik}X_{kj}$: column $j$ of $X$ alone.",
        refs="S06-C06", chapter=6, section="sec-6-identity"),

    Identity(
        "rows of XB", "X: m n, B: n q",
        of=(r"(XB)_{i,:}", "X @ B"),
        equals=(r"\sum_j X_{ij}B_{j,:}",
                "np.stack([sum(X[i, j] * B[j] for j in range(n)) for i in range(m)])"),
        reason="Row $i$ of $X$ holds the weights with which the rows of $B$ are added.",
        refs="S06-C09", chapter=6, section="sec-6-identity"),

    Identity(
        "vec of AX", "X: m n, A: p m",
        of=(r"\operatorname{vec}(AX)", "vec(A @ X)"),
        equals=(r"(I_n \otimes A)\operatorname{vec}X", "np.kron(np.eye(n), A) @ vec(X)"),
        reason=r"$A\mathbf{x}_1, \dots, A\mathbf{x}_n$ one below the other: $n$ copies of $A$ along the "
               "diagonal.",
        wrong=(Wrong(r"(A \otimes I_n)\operatorname{vec}X", "np.kron(A, np.eye(n)) @ vec(X)", None,
                     "right if rows are stacked",
                     unnamed=VALUES),),
        refs="S06-C05 S06-C07 S06-C15", chapter=6, section="sec-6-identity"),

    Identity(
        "vec of XB", "X: m n, B: n q",
        of=(r"\operatorname{vec}(XB)", "vec(X @ B)"),
        equals=(r"(B^\top \otimes I_m)\operatorname{vec}X", "np.kron(B.T, np.eye(m)) @ vec(X)"),
        reason=r"Column $j$ of $XB$ is $\sum_l B_{lj}\mathbf{x}_l$: block $(j, l)$ of the matrix is "
               "$B_{lj}I$.",
        wrong=(Wrong(r"(I_m \otimes B^\top)\operatorname{vec}X", "np.kron(np.eye(m), B.T) @ vec(X)", None,
                     "right if rows are stacked", unnamed=VALUES),),
        refs="S06-C08 S06-C13", chapter=6, section="sec-6-identity"),

    Identity(
        "vec of AXB", "X: m n, A: p m, B: n q",
        of=(r"\operatorname{vec}(AXB)", "vec(A @ X @ B)"),
        equals=(r"(B^\top \otimes A)\operatorname{vec}X", "np.kron(B.T, A) @ vec(X)"),
        reason=r"Column $j$ of $AXB$ is $\sum_l B_{lj}A\mathbf{x}_l$: block $(j, l)$ of the matrix is "
               "$B_{lj}A$.",
        wrong=(Wrong(r"(A \otimes B^\top)\operatorname{vec}X", "np.kron(A, B.T) @ vec(X)", None,
                     "right if rows are stacked",
                     unnamed=VALUES),),
        refs="S04-C08 S06-C11 S06-C19 S06-C29", chapter=6, section="sec-6-identity"),

    Identity(
        "vec of AXB in two steps", "X: m n, A: p m, B: n q",
        of=(r"\operatorname{vec}((AX)B)", "vec((A @ X) @ B)"),
        equals=(r"(B^\top \otimes I_p)(I_n \otimes A)\operatorname{vec}X", """
            vec_AX = np.kron(np.eye(n), A) @ vec(X)
            return np.kron(B.T, np.eye(p)) @ vec_AX"""),
        reason="First the rule for $AX$, then that for $XB$ with $AX$, which has $p$ rows, in place of $X$.",
        refs="S06-C14 S06-C16", chapter=6, section="sec-6-identity"),

    Identity(
        "Kronecker product from its two steps", "A: p m, B: n q",
        of=(r"(B^\top \otimes I_p)(I_n \otimes A)", "np.kron(B.T, np.eye(p)) @ np.kron(np.eye(n), A)"),
        equals=(r"B^\top \otimes A", "np.kron(B.T, A)"),
        reason=r"The mixed product: $(B^\top I_n) \otimes (I_pA)$.",
        refs="S06-C17", chapter=6, section="sec-6-identity"),

    Identity(
        "vec of an outer product", "a: m, b: n",
        of=(r"\operatorname{vec}(\mathbf{a}\mathbf{b}^\top)", "vec(np.outer(a, b))"),
        equals=(r"\mathbf{b} \otimes \mathbf{a}", "np.kron(b, a)"),
        reason=r"Column $j$ is $b_j\mathbf{a}$.",
        wrong=(Wrong(r"\mathbf{a} \otimes \mathbf{b}", "np.kron(a, b)", None, "right if rows are stacked",
                     unnamed=VALUES),),
        refs="G06.4b", chapter=6, section="sec-6-vec"),

    Identity(
        "vec with a diagonal matrix inside", "d: k, A: m k, C: k n",
        of=(r"\operatorname{vec}(A\operatorname{diag}(\mathbf{d})C)", "vec(A @ np.diag(d) @ C)"),
        jacobian=(r"C^\top * A",
                  "np.stack([np.kron(C[j], A[:, j]) for j in range(k)], axis=1)"),
        reason=r"$A\operatorname{diag}(\mathbf{d})C = \sum_j d_j\,\mathbf{a}_jC_{j,:}$, a sum of outer "
               "products.",
        wrong=(Wrong(r"C^\top \otimes A", "np.kron(C.T, A)", "shape",
                     "the Jacobian by a full matrix: only $k$ of its $k^2$ columns belong here"),),
        note=r"Linear in $\mathbf{d}$: the value is $(C^\top * A)\,\mathbf{d}$. $*$ is the product of Khatri "
             r"and Rao, the Kronecker product column by column; column $j$ is $C_{j,:}^\top \otimes "
             r"\mathbf{a}_j$.",
        refs="G06.8", chapter=6, section="sec-6-never", also="Khatri-Rao"),

    # Traces as inner products
    Identity(
        "trace as an inner product", "A: m n, B: m n",
        of=(r"\operatorname{tr}(A^\top B)", "np.trace(A.T @ B)"),
        equals=(r"\operatorname{vec}(A)^\top\operatorname{vec}(B)", "vec(A) @ vec(B)"),
        reason=r"Both are $\sum_{ij} A_{ij}B_{ij}$.",
        wrong=(Wrong(r"\operatorname{vec}(A^\top)^\top\operatorname{vec}(B)", "vec(A.T) @ vec(B)", None,
                     "the transpose was taken along", unnamed=VALUES),),
        refs="G06.4a", chapter=6, section="sec-6-vec"),

    Identity(
        "trace of four factors", "A: m n, B: n k, C: k p, D: p m",
        of=(r"\operatorname{tr}(ABCD)", "np.trace(A @ B @ C @ D)"),
        equals=(r"\begin{aligned}[t]&\operatorname{vec}(D^\top)^\top\\"
                r"&\cdot(C^\top \otimes A)\operatorname{vec}B\end{aligned}",
                "vec(D.T) @ np.kron(C.T, A) @ vec(B)"),
        reason=r"$\operatorname{tr}(ABC \cdot D) = \operatorname{vec}(D^\top)^\top\operatorname{vec}(ABC)$, "
               "and the rule for $AXB$.",
        wrong=(Wrong(r"\operatorname{vec}(D)^\top(C^\top \otimes A)\operatorname{vec}B",
                     "vec(D) @ np.kron(C.T, A) @ vec(B)", None,
                     "the transpose on $D$ was forgotten", unnamed=VALUES),),
        refs="G06.4c", chapter=6, section="sec-6-identity"),

    Identity(
        "quadratic trace, stacked", "X: m n, A: m m, B: n n",
        of=(r"\operatorname{tr}(AXBX^\top)", "np.trace(A @ X @ B @ X.T)"),
        equals=(r"\operatorname{vec}(X)^\top(B^\top \otimes A)\operatorname{vec}X",
                "vec(X) @ np.kron(B.T, A) @ vec(X)"),
        reason=r"$\operatorname{tr}(X^\top \cdot AXB) = \operatorname{vec}(X)^\top\operatorname{vec}(AXB)$: "
               r"a quadratic form in $\operatorname{vec}X$.",
        wrong=(Wrong(r"\operatorname{vec}(X)^\top(A \otimes B)\operatorname{vec}X",
                     "vec(X) @ np.kron(A, B) @ vec(X)", None,
                     "right if rows are stacked and $B$ is symmetric", unnamed=VALUES),),
        note=r"$B \otimes A^\top$, the transpose, gives the same number.",
        refs="S06-C22 S06-C23", chapter=6, section="sec-6-quadratic"),

    Identity(
        "quadratic trace", "X: m n, A: m m, B: n n",
        of=(r"\operatorname{tr}(AXBX^\top)", "np.trace(A @ X @ B @ X.T)"),
        gradient=(r"AXB + A^\top XB^\top", "A @ X @ B + A.T @ X @ B.T"),
        hessian=(r"B^\top \otimes A + B \otimes A^\top", "np.kron(B.T, A) + np.kron(B, A.T)"),
        equals=(r"\operatorname{tr}(X^\top AXB)", "np.trace(X.T @ A @ X @ B)"),
        reason=r"$Q + Q^\top$ times $\operatorname{vec}X$ with $Q = B^\top \otimes A$, un-stacked column by "
               "column.",
        wrong=(Wrong("2AXB", "2 * A @ X @ B", "not symmetrised", "right if $A$ and $B$ are symmetric"),
               Wrong("AXB", "A @ X @ B", "missing product-rule term", "one of the two $X$ was held"),
               Wrong(r"\text{rows of } (Q + Q^\top)\operatorname{vec}X", """
                   Q = np.kron(B.T, A)
                   return ((Q + Q.T) @ vec(X)).reshape(m, n)""", "row-major vec",
                   "NumPy's reshape fills rows"),
               Wrong(r"2(B^\top \otimes A)", "2 * np.kron(B.T, A)", "not symmetrised",
                     "a Hessian is symmetric", form="hessian")),
        other=(r"B^\top X^\top A^\top + BX^\top A", "B.T @ X.T @ A.T + B @ X.T @ A"),
        note=r"The source stops at $2(B^\top \otimes A)\operatorname{vec}X$, which needs $B^\top \otimes A$ "
             "symmetric.",
        refs="CB117 G06.5 S06-C27 S06-C28 E10", chapter=6, section="sec-6-quadratic",
        also="trace of AXBX^T, trace of X^T AXB, trace of X^T BXC"),

    Identity(
        "quadratic form of a symmetric matrix", "x: n, Q: n n symmetric",
        of=(r"\mathbf{x}^\top Q\mathbf{x}", "x @ Q @ x"),
        gradient=(r"2Q\mathbf{x}", "2 * Q @ x"),
        hessian=("2Q", "2 * Q"),
        reason=r"$(Q + Q^\top)\mathbf{x}$ with $Q^\top = Q$.",
        conditions={"$Q$ is symmetric": "Q: n n"},
        wrong=(Wrong(r"Q\mathbf{x}", "Q @ x", "factor", r"$\mathbf{x}$ stands there twice"),),
        other=(r"2\mathbf{x}^\top Q", "2 * x @ Q"),
        refs="S06-C25", chapter=6, section="sec-6-quadratic"),

    # Commutation
    Identity(
        "commutation matrix", "X: m n",
        of=(r"K_{mn}\operatorname{vec}X", "commutation_matrix(m, n) @ vec(X)"),
        equals=(r"\operatorname{vec}(X^\top)", "vec(X.T)"),
        reason=r"Entry $X_{ij}$ is number $i + mj$ of $\operatorname{vec}X$ and number $j + ni$ of "
               r"$\operatorname{vec}(X^\top)$ (counted from 0).",
        wrong=(Wrong(r"\operatorname{vec}X", "vec(X)", None, "the entries are the same, their order is not",
                     unnamed=VALUES),),
        refs="G06.1a", chapter=6, section="sec-6-commutation"),

    Identity(
        "transposed variable between two matrices", "X: m n, A: p n, B: m q",
        of=(r"AX^\top B", "A @ X.T @ B"),
        jacobian=(r"(B^\top \otimes A)K_{mn}", "np.kron(B.T, A) @ commutation_matrix(m, n)"),
        differential=(r"A\,dX^\top B", "A @ dX.T @ B"),
        reason=r"$\operatorname{vec}(AX^\top B) = (B^\top \otimes A)\operatorname{vec}(X^\top)$, and "
               r"$\operatorname{vec}(X^\top) = K_{mn}\operatorname{vec}X$.",
        wrong=(Wrong(r"B^\top \otimes A", "np.kron(B.T, A)", "row-major vec",
                     r"this acts on $\operatorname{vec}(X^\top)$"),),
        refs="G06.1b", chapter=6, section="sec-6-commutation", also="AX^TB"),

    Identity(
        "commutation matrix, transposed", "Y: n m",
        of=(r"K_{mn}^\top\operatorname{vec}Y", "commutation_matrix(m, n).T @ vec(Y)"),
        equals=(r"K_{nm}\operatorname{vec}Y", "commutation_matrix(n, m) @ vec(Y)"),
        reason="A permutation's transpose is its inverse, and transposing twice changes nothing.",
        wrong=(Wrong(r"K_{mn}\operatorname{vec}Y", "commutation_matrix(m, n) @ vec(Y)", None,
                     "symmetric only if $m = n$",
                     unnamed=VALUES),),
        refs="G06.1c", chapter=6, section="sec-6-commutation"),

    Identity(
        "commutation matrix, inverted", "Y: n m",
        of=(r"K_{mn}^{-1}\operatorname{vec}Y", "inv(commutation_matrix(m, n)) @ vec(Y)"),
        equals=(r"\operatorname{vec}(Y^\top)", "vec(Y.T)"),
        reason=r"$K_{nm}K_{mn}\operatorname{vec}X = \operatorname{vec}((X^\top)^\top)$, so $K_{mn}^{-1} = "
               "K_{nm}$.",
        refs="G06.1d", chapter=6, section="sec-6-commutation"),

    Identity(
        "commutation matrix swaps a Kronecker product", "A: m n, B: p q",
        of=(r"K_{pm}(A \otimes B)K_{nq}",
            "commutation_matrix(p, m) @ np.kron(A, B) @ commutation_matrix(n, q)"),
        equals=(r"B \otimes A", "np.kron(B, A)"),
        reason=r"$\operatorname{vec}(BX^\top A^\top)$, once by the rule for $AXB$, once as the transpose of "
               r"$AXB^\top$.",
        wrong=(Wrong(r"A \otimes B", "np.kron(A, B)", None, "a Kronecker product does not commute by itself",
                     unnamed=VALUES),),
        refs="G06.1e", chapter=6, section="sec-6-commutation"),

    # Duplication and elimination
    Identity(
        "duplication matrix", "S: n n symmetric",
        of=(r"D_n\operatorname{vech}S", "duplication_matrix(n) @ vech(S)"),
        equals=(r"\operatorname{vec}S", "vec(S)"),
        reason="Every free entry is copied to the two places where it stands.",
        conditions={"$S$ is symmetric": "S: n n"},
        refs="G06.2a", chapter=6, section="sec-6-symmetric"),

    Identity(
        "elimination matrix", "A: n n",
        of=(r"L_n\operatorname{vec}A", "elimination_matrix(n) @ vec(A)"),
        equals=(r"\operatorname{vech}A", "vech(A)"),
        reason="It picks the entries on and below the diagonal.",
        wrong=(Wrong(r"\operatorname{vech}\tfrac{A + A^\top}{2}", "vech(sym(A))", None,
                     "the pseudo-inverse $D_n^+$ averages; $L_n$ picks",
                     unnamed=VALUES),),
        refs="G06.2b", chapter=6, section="sec-6-symmetric"),

    Identity(
        "duplication matrix, pseudo-inverse", "A: n n",
        of=(r"D_n^+\operatorname{vec}A", "pinv(duplication_matrix(n)) @ vec(A)"),
        equals=(r"(D_n^\top D_n)^{-1}D_n^\top\operatorname{vec}A", """
            D = duplication_matrix(n)
            return inv(D.T @ D) @ D.T @ vec(A)"""),
        reason=r"The columns of $D_n$ are independent; $D_n^\top D_n$ is diagonal with 1 and 2.",
        wrong=(Wrong(r"D_n^\top\operatorname{vec}A", "duplication_matrix(n).T @ vec(A)", None,
                     "the transpose adds each pair instead of averaging it", unnamed=VALUES),),
        note=r"It gives $\operatorname{vech}$ of the symmetric part.",
        symbolic="a pseudo-inverse",
        refs="G06.2c", chapter=6, section="sec-6-symmetric"),

    Identity(
        "duplication matrix times its pseudo-inverse", "A: n n",
        of=(r"D_nD_n^+\operatorname{vec}A",
            "D = duplication_matrix(n)\nreturn D @ inv(D.T @ D) @ D.T @ vec(A)"),
        equals=(r"\tfrac12(I + K_{nn})\operatorname{vec}A",
                "(vec(A) + commutation_matrix(n, n) @ vec(A)) / 2"),
        reason=r"Both project on the symmetric matrices: $\operatorname{vec}\tfrac12(A + A^\top)$.",
        wrong=(Wrong(r"\operatorname{vec}A", "vec(A)", None, "right if $A$ is symmetric", unnamed=VALUES),),
        refs="G06.2d", chapter=6, section="sec-6-symmetric"),

    # Rows instead of columns
    Identity(
        "row-major vec", "X: m n",
        of=(r"\operatorname{vec}_r(X)", "X.ravel()"),
        equals=(r"K_{mn}\operatorname{vec}X", "commutation_matrix(m, n) @ vec(X)"),
        reason=r"The rows of $X$ are the columns of $X^\top$: $\operatorname{vec}_r(X) = "
               r"\operatorname{vec}(X^\top)$.",
        wrong=(Wrong(r"\operatorname{vec}X", "vec(X)", None, "NumPy and PyTorch stack rows",
                     unnamed=VALUES),),
        refs="G06.6a", chapter=6, section="sec-6-vec", also="ravel flatten reshape"),

    Identity(
        "row-major vec of AXB", "X: m n, A: p m, B: n q",
        of=(r"\operatorname{vec}_r(AXB)", "(A @ X @ B).ravel()"),
        equals=(r"(A \otimes B^\top)\operatorname{vec}_r(X)", "np.kron(A, B.T) @ X.ravel()"),
        reason=r"$\operatorname{vec}(B^\top X^\top A^\top)$ by the rule for columns.",
        wrong=(Wrong(r"(B^\top \otimes A)\operatorname{vec}_r(X)", "np.kron(B.T, A) @ X.ravel()", None,
                     "the formula for columns on rows", unnamed=VALUES),),
        refs="G06.6b", chapter=6, section="sec-6-identity"),

    Identity(
        "row-major Jacobian of AXB", "A: p m, B: n q",
        of=(r"\frac{\partial\operatorname{vec}_r(AXB)}{\partial\operatorname{vec}_r X}", """
            units = np.eye(m * n).reshape(-1, m, n)         # in the order of the rows
            return np.stack([(A @ E @ B).ravel() for E in units], axis=1)"""),
        equals=(r"A \otimes B^\top", "np.kron(A, B.T)"),
        reason="Column by column the images of the unit matrices; this is what NumPy and PyTorch give.",
        wrong=(Wrong(r"B^\top \otimes A", "np.kron(B.T, A)", None, "the Jacobian for columns",
                     unnamed=VALUES),),
        refs="G04.6", chapter=4, section="sec-4-axb"),

    # Sylvester's equation
    Identity(
        "Sylvester equation, stacked", "X: m n, A: m m, B: n n",
        of=(r"\operatorname{vec}(AX + XB)", "vec(A @ X + X @ B)"),
        equals=(r"\begin{aligned}[t]&(I_n \otimes A\\&\;{}+ B^\top \otimes I_m)\operatorname{vec}X\end{aligned}",
                "(np.kron(np.eye(n), A) + np.kron(B.T, np.eye(m))) @ vec(X)"),
        reason="The rules for $AX$ and for $XB$, added.",
        wrong=(Wrong(r"(I_n \otimes A + B \otimes I_m)\operatorname{vec}X",
                     "(np.kron(np.eye(n), A) + np.kron(B, np.eye(m))) @ vec(X)", None,
                     "the transpose on $B$ was forgotten",
                     unnamed=VALUES),),
        refs="G06.7a", chapter=6, section="sec-6-solve"),

    Identity(
        "solution of a Sylvester equation",
        "C: m n, A: m m, B: n n; A = A + 4 * np.eye(m); B = B + 4 * np.eye(n)",
        of=(r"\mathcal{S}^{-1}(C)",
            "unvec(solve(np.kron(np.eye(n), A) + np.kron(B.T, np.eye(m)), vec(C)), (m, n))"),
        differential=(r"\begin{aligned}[t]&\mathcal{S}^{-1}(dC\\&\;{}- dA\,X - X\,dB)\end{aligned}", """
            solution = lambda C: unvec(solve(np.kron(np.eye(n), A) + np.kron(B.T, np.eye(m)), vec(C)), (m, n))
            X = solution(C)
            return solution(dC - dA @ X - X @ dB)"""),
        pullback=(r"(\mathcal{S}^*)^{-1}(G)",
                  "unvec(solve(np.kron(np.eye(n), A.T) + np.kron(B, np.eye(m)), vec(G)), (m, n))"),
        reason="Differentiate both sides: $dX$ solves the same equation with another right side.",
        conditions={"$A$ and $-B$ have no eigenvalue in common":
                    "A = np.diag(np.arange(1.0, m + 1)); B = -np.diag(np.arange(1.0, n + 1))"},
        wrong=(Wrong(r"\mathcal{S}^{-1}(dC)", """
                   L = np.kron(np.eye(n), A) + np.kron(B.T, np.eye(m))
                   return unvec(solve(L, vec(dC)), (m, n))""", None, "right if $A$ and $B$ are constants",
                     unnamed="several inputs move, and the checker sees them as one vector"),
               Wrong(r"\mathcal{S}^{-1}(G)", """
                   L = np.kron(np.eye(n), A) + np.kron(B.T, np.eye(m))
                   return unvec(solve(L, vec(G)), (m, n))""", None, "right if $A$ and $B$ are symmetric",
                     form="pullback",
                     unnamed="$A$ and $B$ stand inside a system that is solved, out of the checker's reach")),
        note=r"$\mathcal{S}(X) = AX + XB$, so that $X = \mathcal{S}^{-1}(C)$ solves $AX + XB = C$; "
             r"$\mathcal{S}^*(Y) = A^\top Y + YB^\top$.",
        symbolic="a system of four equations with symbols throughout",
        refs="G06.7b", chapter=6, section="sec-6-solve", also="Lyapunov"),
)
