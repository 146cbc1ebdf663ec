"""Inverses."""
from .entry import Identity, Views, Wrong

ENTRIES = (
    # The inverse itself

    Identity(
        "inverse", "X: n n invertible",
        of=(r"X^{-1}", "inv(X)"),
        jacobian=(r"-X^{-\top}\otimes X^{-1}", "-np.kron(inv(X).T, inv(X))"),
        differential=(r"-X^{-1}\,dX\,X^{-1}", "-inv(X) @ dX @ inv(X)"),
        pullback=(r"-X^{-\top}GX^{-\top}", "-inv(X).T @ G @ inv(X).T"),
        other=(r"-X^{-1}\otimes X^{-\top}", "-np.kron(inv(X), inv(X).T)"),
        reason=r"$XX^{-1} = I$ gives $dX\,X^{-1} + X\,d(X^{-1}) = 0$; multiply by $X^{-1}$ from the left.",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        wrong=(Wrong(r"-X^{-1}\otimes X^{-1}", "-np.kron(inv(X), inv(X))", "kronecker order",
                     "the source's form: a transpose is missing; right if $X$ is symmetric"),
               Wrong(r"-X^{-1}\otimes X^{-\top}", "-np.kron(inv(X), inv(X).T)", "kronecker order",
                     "right for stacked rows"),
               Wrong(r"-X^{-2}\,dX", "-inv(X) @ inv(X) @ dX", "wrong order", "the rule for numbers",
                     "differential"),
               Wrong(r"-dX/X_{ij}^2", "-dX / X**2", "elementwise product",
                     "the rule for numbers in each entry", "differential"),
               Wrong(r"-X^{-1}GX^{-1}", "-inv(X) @ G @ inv(X)", "only for symmetric input",
                     "the adjoint of a product has transposes", "pullback")),
        views=Views(
            indices=(r"\frac{\partial(X^{-1})_{ij}}{\partial X_{kl}} = -(X^{-1})_{ik}(X^{-1})_{lj}", """
                Y, J = inv(X), np.zeros((n * n, n * n))
                for i in range(n):
                    for j in range(n):
                        for k in range(n):
                            for l in range(n):
                                J[i + n * j, k + n * l] = -Y[i, k] * Y[l, j]
                return J"""),
            einsum=(r"-(X^{-1})_{ik}(X^{-1})_{lj}",
                    "-np.einsum('ik,lj->jilk', inv(X), inv(X)).reshape(n * n, n * n)"),
            differential=(r"d(X^{-1}) = -X^{-1}\,dX\,X^{-1}", "-inv(X) @ dX @ inv(X)"),
            steps=("Rows are numbered by $j$, then $i$, columns by $l$, then $k$: stacked columns.",
                   "Multiply by $dX_{kl}$ and sum over $k$ and $l$: a product of three matrices.",
                   r"$\operatorname{vec}(AZB) = (B^\top\otimes A)\operatorname{vec}Z$ with $A = B = "
                   r"X^{-1}$.")),
        refs="CB40 CB60 S08-C04 S08-C06 S08-C11 S08-C12 S08-C18 S08-C19 S08-C20 S08-C21 "
             "G08.1a G08.3 G18.2f E02",
        chapter=8, section="sec-8-sandwich", also="matrix inverse backward rule"),

    Identity(
        "inverse, rows stacked", "x: n, X: n n invertible; x = X.ravel()",
        of=(r"\text{rows of }X^{-1}", "inv(x.reshape(n, n)).ravel()"),
        jacobian=(r"-X^{-1}\otimes X^{-\top}", "-np.kron(inv(x.reshape(n, n)), inv(x.reshape(n, n)).T)"),
        other=(r"-X^{-\top}\otimes X^{-1}", "-np.kron(inv(x.reshape(n, n)).T, inv(x.reshape(n, n)))"),
        reason=r"Row by row $AZB$ is $(A\otimes B^\top)$ times $Z$: the factors change places.",
        conditions={"$X$ is invertible": "x[n:2 * n] = x[:n]"},
        wrong=(Wrong(r"-X^{-\top}\otimes X^{-1}", "-np.kron(inv(x.reshape(n, n)).T, inv(x.reshape(n, n)))",
                     "transposed",
                     "right for stacked columns; the two orders happen to be each other's transpose"),),
        note=r"NumPy and PyTorch flatten this way: $\mathbf{x}$ = `X.ravel()`.",
        refs="G08.1b E02", chapter=8, section="sec-8-table", also="row-major"),

    Identity(
        "inverse along a path", "t:, A: n n invertible, B: n n; B = B / 9",
        of=(r"Y(t)^{-1},\; Y = A + t^2B", "inv(A + t**2 * B)"),
        differential=(r"-Y^{-1}\dot Y\,Y^{-1}\,dt", """
            Y, dY = A + t**2 * B, 2 * t * B * dt
            return -inv(Y) @ dY @ inv(Y)"""),
        reason=r"$YY^{-1} = I$ differentiated with respect to the number $t$.",
        conditions={"$Y$ is invertible": "A = -t**2 * B"},
        wrong=(Wrong(r"-Y^{-2}\dot Y\,dt", "-inv(A + t**2 * B) @ inv(A + t**2 * B) @ (2 * t * B) * dt",
                     "wrong order", r"the rule for numbers; $\dot Y$ stands between the two inverses"),
               Wrong(r"Y^{-1}\dot Y\,Y^{-1}\,dt", "inv(A + t**2 * B) @ (2 * t * B) @ inv(A + t**2 * B) * dt",
                     "sign", r"the minus of $(1/y)' = -\dot y/y^2$")),
        note=r"The variable is $t$, and $Y$ is a function of it. In '$dX/dX$' one letter would be both.",
        refs="CB59 S08-C03 E47", chapter=8, section="sec-8-path"),

    Identity(
        "inverse times the matrix", "X: n n invertible",
        of=(r"XX^{-1}", "X @ inv(X)"),
        equals=(r"I", "np.eye(n)"),
        differential=(r"dX\,X^{-1} + X\,d(X^{-1})", "dX @ inv(X) + X @ (-inv(X) @ dX @ inv(X))"),
        reason=r"That is the definition; so the differential, by the product rule, is $dI = 0$.",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        refs="S08-C07 S08-C08 S08-C09", chapter=8, section="sec-8-sandwich"),

    Identity(
        "inverse times the matrix, which is held", "X: n n invertible, A: n n; A = X.copy()",
        of=(r"AX^{-1}\text{ at }A = X", "A @ inv(X)"),
        differential=(r"-dX\,X^{-1}", "-dX @ inv(X)"),
        reason=r"$X\,d(X^{-1}) = -dX\,X^{-1}$: the other half of $d(XX^{-1}) = 0$.",
        conditions={"the matrix that is held is $X$": "A = A + np.eye(n)"},
        wrong=(Wrong(r"-X^{-1}dX", "-inv(X) @ dX", None, r"$dX$ stands where $X$ was, on the left",
                     unnamed="it holds at one $X$ only, the one that is held"),),
        refs="S08-C10", chapter=8, section="sec-8-sandwich"),

    Identity(
        "inverse, second differential", "t:, X: n n invertible, V: n n; t = 0 * t",
        of=(r"\tfrac{d}{dt}Y^{-1},\; Y = X + tV", "-inv(X + t * V) @ V @ inv(X + t * V)"),
        differential=(r"2Y^{-1}VY^{-1}VY^{-1}\,dt", """
            Y = inv(X + t * V)
            return 2 * Y @ V @ Y @ V @ Y * dt"""),
        reason=r"In $-X^{-1}dX\,X^{-1}$ either inverse moves, and $dX = V$ stays: two equal terms.",
        conditions={"$Y$ is invertible": "X = 0 * X"},
        wrong=(Wrong(r"Y^{-1}VY^{-1}VY^{-1}\,dt", """
                     Y = inv(X + t * V)
                     return Y @ V @ Y @ V @ Y * dt""", "factor",
                     r"that is the term of the series, $\tfrac12d^2$"),
               Wrong(r"-2Y^{-1}VY^{-1}VY^{-1}\,dt", """
                     Y = inv(X + t * V)
                     return -2 * Y @ V @ Y @ V @ Y * dt""", "sign", "two signs cancel")),
        note=r"At $t = 0$ it is $d^2(X^{-1}) = 2X^{-1}dX\,X^{-1}dX\,X^{-1}$.",
        refs="G08.5", chapter=8, section="sec-8-finite"),

    Identity(
        "inverse of a symmetric matrix", "S: n n positive definite",
        of=(r"S^{-1}", "inv(S)"),
        jacobian=(r"-S^{-1}\otimes S^{-1}", "-np.kron(inv(S), inv(S))"),
        other=(r"-S^{-1}\otimes S^{-1}", "-np.kron(inv(S), inv(S))"),
        reason=r"$-S^{-\top}\otimes S^{-1}$ with $S^{-\top} = S^{-1}$; the entries of $S$ are free to move.",
        conditions={"$S$ is symmetric": "S: n n invertible"},
        wrong=(Wrong(r"-I\otimes S^{-2}", "-np.kron(np.eye(n), inv(S) @ inv(S))", "wrong order",
                     r"the rule for numbers, $-S^{-2}\,dS$"),),
        refs="S08-C16", chapter=8, section="sec-8-table", also="covariance precision"),

    Identity(
        "inverse over the free entries", "s: n, S: n n positive definite; s = vech(S)",
        of=(r"\operatorname{vech}(S^{-1}),\; \mathbf{s} = \operatorname{vech}S", "vech(inv(unvech(s)))"),
        jacobian=(r"-D_n^+(S^{-1}\otimes S^{-1})D_n", """
            Y, D = inv(unvech(s)), duplication_matrix(n)
            return -solve(D.T @ D, D.T @ np.kron(Y, Y) @ D)"""),
        reason=r"$d\operatorname{vec}S = D_n\,d\operatorname{vech}S$ before, and $D_n^+$ takes vech of what "
               r"comes out.",
        conditions={"$S$ is invertible": "s = 0 * s"},
        wrong=(Wrong(r"-D_n^\top(S^{-1}\otimes S^{-1})D_n", """
                     Y, D = inv(unvech(s)), duplication_matrix(n)
                     return -D.T @ np.kron(Y, Y) @ D""", "missing chain factor",
                     r"$D_n^\top$ adds the two places of an entry, $D_n^+$ takes their mean"),),
        note=r"$D_n^+ = (D_n^\top D_n)^{-1}D_n^\top$.",
        refs="G08.9", chapter=8, section="sec-8-free", also="duplication matrix"),

    Identity(
        "Woodbury identity", "A: n n invertible, U: n k, C: k k invertible, V: k n",
        of=(r"(A + UCV)^{-1}", "inv(A + U @ C @ V)"),
        equals=(r"B - BUE^{-1}VB", """
            B = inv(A)
            return B - B @ U @ inv(inv(C) + V @ B @ U) @ V @ B"""),
        reason=r"Multiply by $A + UCV$: the terms with $U$ cancel. It is invertible exactly where $E$ is.",
        conditions={"$A$ is invertible, $B = A^{-1}$": "A[1] = A[0]", "$C$ is invertible": "C[1] = C[0]",
                    "$E = C^{-1} + VBU$ is invertible": "A = np.eye(n); V = -inv(C) @ pinv(U)"},
        wrong=(Wrong(r"B + BUE^{-1}VB", """
                     B = inv(A)
                     return B + B @ U @ inv(inv(C) + V @ B @ U) @ V @ B""", None, "the sign is that of $-dX$",
                     unnamed="two matrices differ: there is no derivative to name"),
               Wrong(r"B - BUCVB", "inv(A) - inv(A) @ U @ C @ V @ inv(A)", None,
                     "that is the first-order change, for a small step",
                     unnamed="two matrices differ: there is no derivative to name")),
        refs="G08.6", chapter=8, section="sec-8-woodbury",
        symbolic="rational functions of sixteen symbols: SymPy takes four seconds"),

    Identity(
        "Sherman-Morrison formula", "A: n n invertible, u: n, v: n",
        of=(r"(A + \mathbf{u}\mathbf{v}^\top)^{-1}", "inv(A + np.outer(u, v))"),
        equals=(r"A^{-1} - \frac{A^{-1}\mathbf{u}\mathbf{v}^\top A^{-1}}{1 + \mathbf{v}^\top "
                r"A^{-1}\mathbf{u}}", """
            B = inv(A)
            return B - np.outer(B @ u, v @ B) / (1 + v @ B @ u)"""),
        reason=r"The Woodbury identity with one column and one row: the inner inverse is that of a number.",
        conditions={"$A$ is invertible": "A[1] = A[0]",
                    r"$\mathbf{v}^\top A^{-1}\mathbf{u} \ne -1$": "u = -A @ v / (v @ v)"},
        wrong=(Wrong(r"A^{-1} - A^{-1}\mathbf{u}\mathbf{v}^\top A^{-1}",
                     "inv(A) - np.outer(inv(A) @ u, v @ inv(A))", None,
                     r"$-X^{-1}dX\,X^{-1}$ for a step that is not small",
                     unnamed="two matrices differ: there is no derivative to name"),),
        chapter=8, section="sec-8-woodbury", also="inverse after a rank-one update"),

    # Scalars made with an inverse

    Identity(
        "a^T X^-1 b", "X: n n invertible, a: n, b: n",
        of=(r"\mathbf{a}^\top X^{-1}\mathbf{b}", "a @ inv(X) @ b"),
        gradient=(r"-X^{-\top}\mathbf{a}\mathbf{b}^\top X^{-\top}", "-np.outer(inv(X).T @ a, inv(X) @ b)"),
        other=(r"-X^{-1}\mathbf{b}\mathbf{a}^\top X^{-1}", "-np.outer(inv(X) @ b, inv(X).T @ a)"),
        reason=r"$df = -(\mathbf{a}^\top X^{-1})\,dX\,(X^{-1}\mathbf{b})$: a row, $dX$ and a column.",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        wrong=(Wrong(r"-X^{-1}\mathbf{b}\mathbf{a}^\top X^{-1}", "-np.outer(inv(X) @ b, inv(X).T @ a)",
                     "transposed", "column before row, as they stand around $dX$"),
               Wrong(r"-X^{-1}\mathbf{a}\mathbf{b}^\top X^{-1}", "-np.outer(inv(X) @ a, inv(X).T @ b)",
                     "only for symmetric input", "the transposes forgotten"),
               Wrong(r"X^{-\top}\mathbf{a}\mathbf{b}^\top X^{-\top}", "np.outer(inv(X).T @ a, inv(X) @ b)",
                     "sign", r"the minus of $d(X^{-1})$")),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = -\sum_{ij}a_i(X^{-1})_{ik}(X^{-1})_{lj}b_j", """
                Y, g = inv(X), np.zeros((n, n))
                for k in range(n):
                    for l in range(n):
                        for i in range(n):
                            for j in range(n):
                                g[k, l] -= a[i] * Y[i, k] * Y[l, j] * b[j]
                return g"""),
            einsum=(r"-a_i(X^{-1})_{ik}(X^{-1})_{lj}b_j",
                    "-np.einsum('i,ik,lj,j->kl', a, inv(X), inv(X), b)"),
            differential=(r"df = -\mathbf{a}^\top X^{-1}\,dX\,X^{-1}\mathbf{b}",
                          "-a @ inv(X) @ dX @ inv(X) @ b"),
            steps=("Four factors, two indices that repeat, two that stay.",
                   "Multiply by $dX_{kl}$ and sum: the indices read $i, k, l, j$, a chain.",
                   r"Turn the trace of the chain until $dX$ is last; the rest is $G^\top$.")),
        refs="CB61 G08.2", chapter=8, section="sec-8-backward"),

    Identity(
        "trace of AX^-1 B", "X: n n invertible, A: k n, B: n k",
        of=(r"\operatorname{tr}(AX^{-1}B)", "np.trace(A @ inv(X) @ B)"),
        gradient=(r"-(X^{-1}BAX^{-1})^\top", "-(inv(X) @ B @ A @ inv(X)).T"),
        other=(r"-X^{-1}BAX^{-1}", "-inv(X) @ B @ A @ inv(X)"),
        reason=r"$df = -\operatorname{tr}(AX^{-1}dX\,X^{-1}B) = -\operatorname{tr}(X^{-1}BAX^{-1}dX)$.",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        wrong=(Wrong(r"-X^{-1}BAX^{-1}", "-inv(X) @ B @ A @ inv(X)", "transposed",
                     "read off before transposing"),
               Wrong(r"-X^{-\top}X^{-\top}A^\top B^\top", "-inv(X).T @ inv(X).T @ A.T @ B.T", "wrong order",
                     "both inverses on one side"),
               Wrong(r"A^\top B^\top", "A.T @ B.T", "missing chain factor",
                     r"the rule for $\operatorname{tr}(AXB)$")),
        note=r"Written out it is $-X^{-\top}A^\top B^\top X^{-\top}$.",
        refs="CB63 CB124 G07.4", chapter=8, section="sec-8-backward"),

    Identity(
        "trace of (X + A)^-1", "X: n n invertible, A: n n; A = A / 9",
        of=(r"\operatorname{tr}\big((X + A)^{-1}\big)", "np.trace(inv(X + A))"),
        gradient=(r"-\big((X + A)^{-2}\big)^\top", "-(inv(X + A) @ inv(X + A)).T"),
        other=(r"-(X + A)^{-2}", "-inv(X + A) @ inv(X + A)"),
        reason=r"$df = -\operatorname{tr}(Y^{-1}dX\,Y^{-1}) = -\operatorname{tr}(Y^{-2}dX)$ with $Y = X + "
               r"A$.",
        conditions={"$X + A$ is invertible": "A = -X"},
        wrong=(Wrong(r"-(X + A)^{-2}", "-inv(X + A) @ inv(X + A)", "transposed", "the rule for numbers"),
               Wrong(r"-\big(X^{-2}\big)^\top", "-(inv(X) @ inv(X)).T", "missing product-rule term",
                     "a constant adds nothing to $dY$, but it stays in $Y$")),
        note="$X$ itself may be singular.",
        refs="CB64", chapter=8, section="sec-8-backward"),

    Identity(
        "trace of (X^T X)^-1 A", "X: N k, A: k k",
        of=(r"\operatorname{tr}(MA),\; M = (X^\top X)^{-1}", "np.trace(inv(X.T @ X) @ A)"),
        gradient=(r"-XM(A + A^\top)M", """
            M = inv(X.T @ X)
            return -X @ M @ (A + A.T) @ M"""),
        other=(r"-M(A + A^\top)MX^\top", """
            M = inv(X.T @ X)
            return -M @ (A + A.T) @ M @ X.T"""),
        reason=r"$dM = -M(dX^\top X + X^\top dX)M$: two terms, one transposed.",
        conditions={"$X$ has full column rank": "X[:, 1] = X[:, 0]"},
        wrong=(Wrong(r"-2XMAM", "-2 * X @ inv(X.T @ X) @ A @ inv(X.T @ X)", "not symmetrised",
                     "right if $A$ is symmetric"),
               Wrong(r"-XMAM", "-X @ inv(X.T @ X) @ A @ inv(X.T @ X)", "missing product-rule term",
                     "one of the two $X$ was held"),
               Wrong(r"-M(A + A^\top)MX^\top", "-inv(X.T @ X) @ (A + A.T) @ inv(X.T @ X) @ X.T", "transposed",
                     r"that is $G^\top$")),
        refs="G08.8", chapter=8, section="sec-8-backward"),

    Identity(
        "trace of (X^T CX)^-1 A", "X: N k, C: N N positive definite, A: k k",
        of=(r"\operatorname{tr}(MA),\; M = (X^\top CX)^{-1}", "np.trace(inv(X.T @ C @ X) @ A)"),
        gradient=(r"-CXM(A + A^\top)M", """
            M = inv(X.T @ C @ X)
            return -C @ X @ M @ (A + A.T) @ M"""),
        other=(r"-M(A + A^\top)MX^\top C", """
            M = inv(X.T @ C @ X)
            return -M @ (A + A.T) @ M @ X.T @ C"""),
        reason=r"$dM = -M(dX^\top CX + X^\top C\,dX)M$, and $M$ is symmetric with $C$.",
        conditions={"$C$ is symmetric": "C: N N", r"$X^\top CX$ is invertible": "X[:, 1] = X[:, 0]"},
        wrong=(Wrong(r"-2CXMAM", "-2 * C @ X @ inv(X.T @ C @ X) @ A @ inv(X.T @ C @ X)", "not symmetrised",
                     "right if $A$ is symmetric"),
               Wrong(r"-XM(A + A^\top)M", "-X @ inv(X.T @ C @ X) @ (A + A.T) @ inv(X.T @ C @ X)",
                     "missing chain factor", "$C$ forgotten")),
        refs="CB125", chapter=8, section="sec-8-backward",
        symbolic="an inverse of products of three matrices: SymPy takes twelve seconds"),

    Identity(
        "trace of (X^T CX)^-1 X^T BX", "X: N k, B: N N symmetric, C: N N positive definite",
        of=(r"\begin{aligned}&\operatorname{tr}(MX^\top BX),\\&M = (X^\top CX)^{-1}\end{aligned}",
            "np.trace(inv(X.T @ C @ X) @ X.T @ B @ X)"),
        gradient=(r"2BXM - 2CXMX^\top BXM", """
            M = inv(X.T @ C @ X)
            return 2 * B @ X @ M - 2 * C @ X @ M @ X.T @ B @ X @ M"""),
        other=(r"2MX^\top B - 2MX^\top BXMX^\top C", """
            M = inv(X.T @ C @ X)
            return 2 * M @ X.T @ B - 2 * M @ X.T @ B @ X @ M @ X.T @ C"""),
        reason=r"$\operatorname{tr}(dM\,X^\top BX)$ gives the second term, the two $X$ beside $B$ give the "
               r"first.",
        conditions={"$B$ is symmetric": "B: N N", "$C$ is symmetric": "C: N N",
                    r"$X^\top CX$ is invertible": "X[:, 1] = X[:, 0]"},
        wrong=(Wrong(r"2BXM", "2 * B @ X @ inv(X.T @ C @ X)", "missing product-rule term",
                     "the denominator was held"),
               Wrong(r"2BXM + 2CXMX^\top BXM", """
                     M = inv(X.T @ C @ X)
                     return 2 * B @ X @ M + 2 * C @ X @ M @ X.T @ B @ X @ M""", "sign",
                     r"the minus of $d(Y^{-1})$")),
        refs="CB126", chapter=8, section="sec-8-backward",
        symbolic="an inverse of products of three matrices: SymPy takes over a minute",
        also="trace ratio discriminant analysis"),

    Identity(
        "trace of (A + X^T CX)^-1 X^T BX",
        "X: N k, A: k k positive definite, B: N N symmetric, C: N N positive definite",
        of=(r"\begin{aligned}&\operatorname{tr}(MX^\top BX),\\&M = (A + X^\top CX)^{-1}\end{aligned}",
            "np.trace(inv(A + X.T @ C @ X) @ X.T @ B @ X)"),
        gradient=(r"2BXM - 2CXMX^\top BXM", """
            M = inv(A + X.T @ C @ X)
            return 2 * B @ X @ M - 2 * C @ X @ M @ X.T @ B @ X @ M"""),
        other=(r"2MX^\top B - 2MX^\top BXMX^\top C", """
            M = inv(A + X.T @ C @ X)
            return 2 * M @ X.T @ B - 2 * M @ X.T @ B @ X @ M @ X.T @ C"""),
        reason=r"As without $A$, which is constant; $M = M^\top$ needs that $A$ is symmetric too.",
        conditions={r"$A + X^\top CX$ is invertible": "A = -X.T @ C @ X", "$A$ is symmetric": "A: k k",
                    "$B$ is symmetric": "B: N N", "$C$ is symmetric": "C: N N"},
        wrong=(Wrong(r"2BXM", "2 * B @ X @ inv(A + X.T @ C @ X)", "missing product-rule term",
                     "the denominator was held"),
               Wrong(r"2BXM - 2CXM", """
                     M = inv(A + X.T @ C @ X)
                     return 2 * B @ X @ M - 2 * C @ X @ M""", "missing chain factor",
                     "numerator and denominator taken apart")),
        note="The Cookbook asks for symmetric $B$ and $C$ only; without a symmetric $A$ it fails.",
        refs="CB127", chapter=8, section="sec-8-backward",
        symbolic="an inverse of products of three matrices: SymPy takes over a minute"),

    # Linear systems

    Identity(
        "linear solve, in the right side", "b: n, A: n n invertible",
        of=(r"A^{-1}\mathbf{b}", "solve(A, b)"),
        jacobian=(r"A^{-1}", "inv(A)"),
        pullback=(r"A^{-\top}\mathbf{g}", "solve(A.T, G)"),
        other=(r"A^{-\top}", "inv(A).T"),
        reason=r"Linear in $\mathbf{b}$; backwards the system has $A^\top$.",
        conditions={"$A$ is invertible": "A[1] = A[0]"},
        wrong=(Wrong(r"A^{-1}\mathbf{g}", "solve(A, G)", "transposed",
                     "right if $A$ is symmetric, as every Hessian is", "pullback"),
               Wrong(r"A^{-\top}", "inv(A).T", "transposed", "outputs and inputs changed places")),
        refs="G08.4a", chapter=8, section="sec-8-solve"),

    Identity(
        "linear solve, in the matrix", "A: n n invertible, b: n",
        of=(r"\mathbf{x} = A^{-1}\mathbf{b}", "solve(A, b)"),
        jacobian=(r"-\mathbf{x}^\top\otimes A^{-1}", "-np.kron(solve(A, b), inv(A))"),
        differential=(r"A^{-1}(d\mathbf{b} - dA\,\mathbf{x})", "solve(A, db - dA @ solve(A, b))"),
        pullback=(r"-(A^{-\top}\mathbf{g})\,\mathbf{x}^\top", "-np.outer(solve(A.T, G), solve(A, b))"),
        other=(r"-\mathbf{x}\otimes A^{-\top}", "-np.kron(solve(A, b)[:, None], inv(A).T)"),
        reason=r"$dA\,\mathbf{x} + A\,d\mathbf{x} = d\mathbf{b}$: one more system with the same $A$, and no "
               r"inverse is formed.",
        conditions={"$A$ is invertible": "A[1] = A[0]"},
        wrong=(Wrong(r"-(A^{-1}\mathbf{g})\,\mathbf{x}^\top", "-np.outer(solve(A, G), solve(A, b))",
                     "only for symmetric input", "the same system forwards and backwards", "pullback"),
               Wrong(r"-\mathbf{x}(A^{-\top}\mathbf{g})^\top", "-np.outer(solve(A, b), solve(A.T, G))",
                     "transposed", "the factors changed places", "pullback"),
               Wrong(r"A^{-1}d\mathbf{b}", "solve(A, db)", None,
                     "forgotten that $A$ moves, as a Hessian does in a Newton step", "differential",
                     "one of two inputs is held")),
        note=r"With a Hessian $H$ and a gradient it is the differential of the Newton step "
             r"$H^{-1}\mathbf{g}$.",
        refs="G08.4b S08-C14", chapter=8, section="sec-8-newton", also="newton step implicit"),

    Identity(
        "linear solve with several right sides", "A: n n invertible, B: n k",
        of=(r"X = A^{-1}B", "solve(A, B)"),
        differential=(r"A^{-1}(dB - dA\,X)", "solve(A, dB - dA @ solve(A, B))"),
        pullback=(r"-A^{-\top}GX^\top", "-solve(A.T, G) @ solve(A, B).T"),
        reason=r"$AX = B$ has $dA\,X + A\,dX = dB$; $\langle G, dX\rangle = \langle A^{-\top}G, dB - "
               r"dA\,X\rangle$.",
        conditions={"$A$ is invertible": "A[1] = A[0]"},
        wrong=(Wrong(r"A^{-\top}GX^\top", "solve(A.T, G) @ solve(A, B).T", "sign",
                     r"$A$ stands on the other side", "pullback"),
               Wrong(r"-XG^\top A^{-1}", "-solve(A, B) @ G.T @ inv(A)", "transposed",
                     "read off before transposing", "pullback")),
        chapter=8, section="sec-8-solve"),

    # Covariance and precision

    Identity(
        "squared Mahalanobis distance, in the covariance", "Sigma: n n positive definite, x: n",
        of=(r"\mathbf{x}^\top\Sigma^{-1}\mathbf{x}", "x @ inv(sym(Sigma)) @ x"),
        gradient=(r"-\Sigma^{-1}\mathbf{x}\mathbf{x}^\top\Sigma^{-1}",
                  "-np.outer(inv(Sigma) @ x, inv(Sigma) @ x)"),
        other=(r"-\Sigma^{-1}\mathbf{x}\mathbf{x}^\top\Sigma^{-1}",
               "-np.outer(inv(Sigma) @ x, inv(Sigma) @ x)"),
        reason=r"$df = -\mathbf{x}^\top\Sigma^{-1}d\Sigma\,\Sigma^{-1}\mathbf{x}$, and the outer product is "
               r"symmetric itself.",
        conditions={r"$\Sigma$ is symmetric": "Sigma: n n invertible"},
        wrong=(Wrong(r"\Sigma^{-1}\mathbf{x}\mathbf{x}^\top\Sigma^{-1}",
                     "np.outer(inv(Sigma) @ x, inv(Sigma) @ x)", "sign", r"the minus of $d(\Sigma^{-1})$"),
               Wrong(r"\mathbf{x}\mathbf{x}^\top", "np.outer(x, x)", None,
                     r"that is the gradient in $\Sigma^{-1}$", unnamed="the gradient of another function")),
        refs="S08-C15", chapter=8, section="sec-8-covariance"),

    Identity(
        "Gaussian negative log-likelihood, in the covariance", "Sigma: n n positive definite, E: N n",
        of=(r"\tfrac N2\big(\log\det\Sigma + \operatorname{tr}(\Sigma^{-1}S)\big)", """
            return N / 2 * (slogdet(sym(Sigma))[1] + np.trace(inv(sym(Sigma)) @ E.T @ E / N))"""),
        gradient=(r"\tfrac N2(\Sigma^{-1} - \Sigma^{-1}S\Sigma^{-1})",
                  "N / 2 * (inv(Sigma) - inv(Sigma) @ (E.T @ E / N) @ inv(Sigma))"),
        other=(r"\tfrac N2(\Sigma^{-1} - \Sigma^{-1}S\Sigma^{-1})",
               "N / 2 * (inv(Sigma) - inv(Sigma) @ (E.T @ E / N) @ inv(Sigma))"),
        reason=r"$d\log\det\Sigma = \operatorname{tr}(\Sigma^{-1}d\Sigma)$ and $d\Sigma^{-1} = "
               r"-\Sigma^{-1}d\Sigma\,\Sigma^{-1}$; zero at $\Sigma = S$.",
        conditions={r"$\Sigma$ is symmetric": "Sigma: n n invertible"},
        wrong=(Wrong(r"\tfrac N2(\Sigma^{-1} + \Sigma^{-1}S\Sigma^{-1})",
                     "N / 2 * (inv(Sigma) + inv(Sigma) @ (E.T @ E / N) @ inv(Sigma))", None,
                     r"the minus of $d(\Sigma^{-1})$ lost", unnamed="one of two terms has the other sign"),
               Wrong(r"\tfrac N2(\Sigma^{-1} - S)", "N / 2 * (inv(Sigma) - E.T @ E / N)",
                     "missing chain factor", r"the $S$ of the gradient in the precision"),
               Wrong(r"\tfrac12(\Sigma^{-1} - \Sigma^{-1}S\Sigma^{-1})",
                     "(inv(Sigma) - inv(Sigma) @ (E.T @ E / N) @ inv(Sigma)) / 2", "factor", "$N$ lost")),
        note=r"Up to a constant. $S = \tfrac1NE^\top E$ is the covariance of the rows of $E$ about zero.",
        refs="G08.7a", chapter=8, section="sec-8-covariance"),

    Identity(
        "Gaussian negative log-likelihood, in the precision", "Lambda: n n positive definite, E: N n",
        of=(r"\tfrac N2\big(\operatorname{tr}(\Lambda S) - \log\det\Lambda\big)", """
            return N / 2 * (np.trace(sym(Lambda) @ E.T @ E / N) - slogdet(sym(Lambda))[1])"""),
        gradient=(r"\tfrac N2(S - \Lambda^{-1})", "N / 2 * (E.T @ E / N - inv(Lambda))"),
        other=(r"\tfrac N2(S - \Lambda^{-1})", "N / 2 * (E.T @ E / N - inv(Lambda))"),
        reason=r"The trace is linear in $\Lambda$, and $d\log\det\Lambda = "
               r"\operatorname{tr}(\Lambda^{-1}d\Lambda)$; zero at $\Lambda^{-1} = S$.",
        conditions={r"$\Lambda$ is symmetric": "Lambda: n n invertible"},
        wrong=(Wrong(r"\tfrac N2(\Lambda^{-1} - S)", "N / 2 * (inv(Lambda) - E.T @ E / N)", "sign",
                     "the gradient of the log-likelihood itself"),
               Wrong(r"N(S - \Lambda^{-1})", "N * (E.T @ E / N - inv(Lambda))", "factor",
                     r"the $\tfrac12$ lost"),
               Wrong(r"\tfrac N2(S - \Lambda)", "N / 2 * (E.T @ E / N - Lambda)", "missing chain factor",
                     r"$\Sigma$ and $\Lambda$ mixed up")),
        note=r"Up to a constant. $S = \tfrac1NE^\top E$ is the covariance of the rows of $E$ about zero.",
        refs="G08.7b", chapter=8, section="sec-8-covariance"),

    Identity(
        "Fisher information of a covariance", "s: n, S: n n positive definite; s = vech(S)",
        of=(r"\begin{aligned}&\tfrac12\big(\log\det\Sigma + "
            r"\operatorname{tr}(\Sigma^{-1}S)\big),\\&\mathbf{s} = \operatorname{vech}\Sigma\end{aligned}",
            "(slogdet(unvech(s))[1] + np.trace(inv(unvech(s)) @ S)) / 2"),
        gradient=(r"\tfrac12D_n^\top\operatorname{vec}(\Sigma^{-1} - \Sigma^{-1}S\Sigma^{-1})", """
            Y = inv(unvech(s))
            return duplication_matrix(n).T @ vec(Y - Y @ S @ Y) / 2"""),
        hessian=(r"\tfrac12D_n^\top(\Sigma^{-1}\otimes\Sigma^{-1})D_n", """
            Y, D = inv(unvech(s)), duplication_matrix(n)
            return D.T @ np.kron(Y, Y) @ D / 2"""),
        reason=r"With $M = \Sigma^{-1}d\Sigma$ it is $d^2f = \operatorname{tr}(M^2\Sigma^{-1}S) - "
               r"\tfrac12\operatorname{tr}(M^2)$; at $\Sigma = S$, the mean of $S$, half of "
               r"$\operatorname{tr}(M^2)$ remains.",
        conditions={r"$\Sigma = S$": "s = vech(S + np.eye(n))"},
        wrong=(Wrong(r"D_n^\top(\Sigma^{-1}\otimes\Sigma^{-1})D_n", """
                     Y, D = inv(unvech(s)), duplication_matrix(n)
                     return D.T @ np.kron(Y, Y) @ D""", None,
                     r"the $\tfrac12$ of the likelihood lost", "hessian",
                     r"the Hessian has this form at $\Sigma = S$ only"),),
        refs="S08-C17", chapter=8, section="sec-8-free"),
)
