"""Jacobians of matrix functions."""
from .entry import Identity, Views, Wrong

ENTRIES = (
    # Linear functions
    Identity(
        "matrix by its own entries", "X: m n",
        of=("X", "X"),
        jacobian=(r"I_{mn}", "np.eye(m * n)"),
        differential=("dX", "dX"),
        reason=r"$\partial X_{kl}/\partial X_{ij} = \delta_{ik}\delta_{lj}$: with $X_{ij}$ alone the "
               r"single-entry matrix $E^{ij} = \mathbf{e}_i\mathbf{e}_j^\top$ moves.",
        wrong=(Wrong(r"K_{mn}", "commutation_matrix(m, n)", "row-major vec",
                     r"$\delta_{il}\delta_{kj}$: the indices of the entry crosswise"),),
        other=(r"I_{mn}", "np.eye(m * n)"),
        views=Views(
            indices=(r"\frac{\partial X_{kl}}{\partial X_{ij}} = \delta_{ik}\delta_{lj}", """
                J = np.zeros((m * n, m * n))
                for k, l in np.ndindex(m, n):
                    for i, j in np.ndindex(m, n):
                        J[k + m*l, i + m*j] = (i == k) * (l == j)
                return J"""),
            einsum=(r"\delta_{ki}\,\delta_{lj}",
                    "np.einsum('ki,lj->lkji', np.eye(m), np.eye(n)).reshape(m*n, m*n)"),
            differential=("dF = dX", "dX"),
            steps=("The two conditions are two identity matrices, one for the rows and one for the columns.",
                   r"Contracted with $dX_{ij}$ each of them renames an index: $dX_{kl}$ is left.",
                   r"Stacked, $\operatorname{vec}dF = I\operatorname{vec}dX$.")),
        refs="CB32 CB73", chapter=4, section="sec-4-array"),

    Identity(
        "Ax", "x: n, A: m n",
        of=(r"A\mathbf{x}", "A @ x"),
        jacobian=("A", "A"),
        differential=(r"A\,d\mathbf{x}", "A @ dx"),
        pullback=(r"A^\top\mathbf{g}", "A.T @ G"),
        reason=r"A linear map is its own differential; $n$ numbers in, $m$ out: the Jacobian is "
               r"$m \times n$.",
        wrong=(Wrong(r"A\mathbf{g}", "A @ G", "raises", "the transpose was forgotten, and the shapes tell",
                     form="pullback"),
               Wrong(r"A\mathbf{x}", "A @ x", "shape", "the value, not the matrix that gives it")),
        other=(r"A^\top", "A.T"),
        refs="S03-C18", chapter=3, section="sec-3-stock"),

    Identity(
        "AX", "X: m n, A: p m",
        of=("AX", "A @ X"),
        jacobian=(r"I_n \otimes A", "np.kron(np.eye(n), A)"),
        differential=(r"A\,dX", "A @ dX"),
        pullback=(r"A^\top G", "A.T @ G"),
        reason="Column $j$ of $AX$ is $A$ times column $j$ of $X$: $n$ blocks $A$ along the diagonal.",
        wrong=(Wrong(r"A \otimes I_n", "np.kron(A, np.eye(n))", "kronecker order",
                     "right if rows are stacked"),
               Wrong("A", "A", "shape", "the Jacobian of one column")),
        other=(r"I_n \otimes A^\top", "np.kron(np.eye(n), A.T)"),
        views=Views(
            indices=(r"\frac{\partial F_{ij}}{\partial X_{kl}} = A_{ik}\,\delta_{lj}", """
                J = np.zeros((p * n, m * n))
                for i, j in np.ndindex(p, n):
                    for k in range(m):
                        J[i + p*j, k + m*j] = A[i, k]
                return J"""),
            einsum=(r"A_{ik}\,\delta_{jl}", "np.einsum('ik,jl->jilk', A, np.eye(n)).reshape(p*n, m*n)"),
            differential=(r"dF = A\,dX", "A @ dX"),
            steps=(r"The loop visits $l = j$ only; in the einsum an identity matrix says so.",
                   r"Contracted with $dX_{kl}$: $\delta$ renames $l$ to $j$, the sum over $k$ is a matrix "
                   "product.",
                   r"$\operatorname{vec}(A\,dX\,I) = (I \otimes A)\operatorname{vec}dX$.")),
        chapter=0, section="sec-0-vec"),

    Identity(
        "XB", "X: m n, B: n q",
        of=("XB", "X @ B"),
        jacobian=(r"B^\top \otimes I_m", "np.kron(B.T, np.eye(m))"),
        differential=(r"dX\,B", "dX @ B"),
        pullback=(r"GB^\top", "G @ B.T"),
        reason=r"$\partial(XB)_{ij}/\partial X_{kl} = \delta_{ik}B_{lj}$: row $i$ of $XB$ depends on row $i$ "
               "of $X$ alone.",
        wrong=(Wrong(r"I_m \otimes B^\top", "np.kron(np.eye(m), B.T)", "kronecker order",
                     "right if rows are stacked"),),
        other=(r"B \otimes I_m", "np.kron(B, np.eye(m))"),
        views=Views(
            indices=(r"\frac{\partial F_{ij}}{\partial X_{kl}} = \delta_{ik}B_{lj}", """
                J = np.zeros((m * q, m * n))
                for i, j in np.ndindex(m, q):
                    for l in range(n):
                        J[i + m*j, i + m*l] = B[l, j]
                return J"""),
            einsum=(r"\delta_{ik}B_{lj}", "np.einsum('ik,lj->jilk', np.eye(m), B).reshape(m*q, m*n)"),
            differential=(r"dF = dX\,B", "dX @ B"),
            steps=(r"The loop visits $k = i$ only; in the einsum an identity matrix says so.",
                   r"Contracted with $dX_{kl}$: $\delta$ renames $k$ to $i$, the sum over $l$ is a matrix "
                   "product.",
                   r"$\operatorname{vec}(I\,dX\,B) = (B^\top \otimes I)\operatorname{vec}dX$.")),
        refs="CB74", chapter=4, section="sec-4-axb"),

    Identity(
        "AXB", "X: m n, A: p m, B: n q",
        of=("AXB", "A @ X @ B"),
        jacobian=(r"B^\top \otimes A", "np.kron(B.T, A)"),
        differential=(r"A\,dX\,B", "A @ dX @ B"),
        pullback=(r"A^\top GB^\top", "A.T @ G @ B.T"),
        reason=r"$dF = A\,dX\,B$, and $\operatorname{vec}(A\,dX\,B) = (B^\top \otimes "
               r"A)\operatorname{vec}dX$.",
        wrong=(Wrong(r"A \otimes B^\top", "np.kron(A, B.T)", "kronecker order", "right if rows are stacked"),
               Wrong(r"B \otimes A", "np.kron(B, A)", "kronecker order",
                     "the transpose on $B$ was forgotten"),
               Wrong(r"AGB", "A @ G @ B", "raises", "the transposes were forgotten, and the shapes tell",
                     form="pullback")),
        other=(r"B \otimes A^\top", "np.kron(B, A.T)"),
        views=Views(
            indices=(r"\frac{\partial F_{ij}}{\partial X_{kl}} = A_{ik}B_{lj}", """
                J = np.zeros((p * q, m * n))
                for i, j in np.ndindex(p, q):
                    for k, l in np.ndindex(m, n):
                        J[i + p*j, k + m*l] = A[i, k] * B[l, j]
                return J"""),
            einsum=(r"A_{ik}B_{lj}", "np.einsum('ik,lj->jilk', A, B).reshape(p*q, m*n)"),
            differential=(r"dF = A\,dX\,B", "A @ dX @ B"),
            steps=("Nothing is summed: four letters in, four letters out, in the order in which columns are "
                   "stacked.",
                   r"Contracted with $dX_{kl}$ the sums over $k$ and $l$ are two matrix products.",
                   r"Column $j$ of $A\,dX\,B$ is $\sum_l B_{lj}A\,dX_{:,l}$: block $(j, l)$ of the matrix is "
                   "$B_{lj}A$.")),
        note=r"That $\operatorname{vec}dF = J\operatorname{vec}dX$ is how $J = "
             r"\partial\operatorname{vec}F/\partial\operatorname{vec}X$ is defined.",
        refs="S04-C05 S04-C09 G18.1d G18.2a", chapter=4, section="sec-4-axb",
        also="identification table adjoint table"),

    Identity(
        "transpose", "X: m n",
        of=(r"X^\top", "X.T"),
        jacobian=(r"K_{mn}", "commutation_matrix(m, n)"),
        differential=(r"(dX)^\top", "dX.T"),
        pullback=(r"G^\top", "G.T"),
        reason="A linear map is its own differential; $K_{mn}$ is by definition its matrix on stacked "
               "columns.",
        wrong=(Wrong(r"I_{mn}", "np.eye(m * n)", "row-major vec",
                     "the entries are the same, but not in the same order"),),
        other=(r"K_{nm}", "commutation_matrix(n, m)"),
        views=Views(
            indices=(r"\frac{\partial F_{ij}}{\partial X_{kl}} = \delta_{il}\delta_{jk}", """
                J = np.zeros((n * m, m * n))
                for i, j in np.ndindex(n, m):
                    J[i + n*j, j + m*i] = 1
                return J"""),
            einsum=(r"\delta_{il}\,\delta_{jk}",
                    "np.einsum('il,jk->jilk', np.eye(n), np.eye(m)).reshape(n*m, m*n)"),
            differential=(r"dF = (dX)^\top", "dX.T"),
            steps=("Each condition is an identity matrix; the letters stand crosswise.",
                   r"Contracted with $dX_{kl}$: $k$ becomes $j$ and $l$ becomes $i$, so $dF_{ij} = dX_{ji}$.",
                   r"One 1 in every row and column: the permutation that carries $\operatorname{vec}dX$ into "
                   r"$\operatorname{vec}dX^\top$.")),
        refs="CB44 G04.1 G18.2b", chapter=4, section="sec-4-transpose",
        also="commutation matrix adjoint table"),

    Identity(
        "transpose times matrix", "X: m n, A: m q",
        of=(r"X^\top A", "X.T @ A"),
        jacobian=(r"(A^\top \otimes I_n)K_{mn}", "np.kron(A.T, np.eye(n)) @ commutation_matrix(m, n)"),
        differential=(r"(dX)^\top A", "dX.T @ A"),
        pullback=(r"AG^\top", "A @ G.T"),
        reason=r"$\partial(X^\top A)_{ij}/\partial X_{kl} = \delta_{il}A_{kj}$: first transpose, then "
               "multiply by $A$ from the right.",
        wrong=(Wrong(r"A^\top \otimes I_n", "np.kron(A.T, np.eye(n))", "row-major vec",
                     r"the Jacobian by $X^\top$: the order of the stack was forgotten"),
               Wrong(r"GA^\top", "G @ A.T", "transposed", "the gradient by $X^\\top$", form="pullback")),
        other=(r"K_{nm}(A \otimes I_n)", "commutation_matrix(n, m) @ np.kron(A, np.eye(n))"),
        refs="CB75", chapter=4, section="sec-4-transpose"),

    # Layers
    Identity(
        "affine layer by its weights", "W: n k, X: m n, b: k",
        of=(r"XW + \mathbf{1}\mathbf{b}^\top", "X @ W + b"),
        jacobian=(r"I_k \otimes X", "np.kron(np.eye(k), X)"),
        pullback=(r"X^\top G", "X.T @ G"),
        reason=r"$dL = \operatorname{tr}(G^\top X\,dW) = \operatorname{tr}((X^\top G)^\top dW)$ for every "
               r"loss with $\nabla_ZL = G$.",
        wrong=(Wrong(r"GX^\top", "G @ X.T", "raises",
                     "the factors in the order of the formula; the shapes tell", form="pullback"),
               Wrong(r"X \otimes I_k", "np.kron(X, np.eye(k))", "kronecker order",
                     "right if rows are stacked")),
        other=(r"I_k \otimes X^\top", "np.kron(np.eye(k), X.T)"),
        refs="S02-C17 G04.5a", chapter=2, section="sec-2-layer",
        also="linear dense backpropagation"),

    Identity(
        "affine layer by its input", "X: m n, W: n k, b: k",
        of=(r"XW + \mathbf{1}\mathbf{b}^\top", "X @ W + b"),
        jacobian=(r"W^\top \otimes I_m", "np.kron(W.T, np.eye(m))"),
        pullback=(r"GW^\top", "G @ W.T"),
        reason=r"$dZ = dX\,W$, so $dL = \operatorname{tr}(G^\top dX\,W) = \operatorname{tr}((GW^\top)^\top "
               "dX)$.",
        wrong=(Wrong("GW", "G @ W", "raises", "the transpose was forgotten; for square $W$ no shape tells",
                     form="pullback"),
               Wrong(r"I_m \otimes W^\top", "np.kron(np.eye(m), W.T)", "kronecker order",
                     "right if rows are stacked")),
        other=(r"W \otimes I_m", "np.kron(W, np.eye(m))"),
        refs="S04-C24 G04.5b", chapter=4, section="sec-4-layer", also="linear dense backpropagation"),

    Identity(
        "affine layer by its bias", "b: k, X: m n, W: n k",
        of=(r"XW + \mathbf{1}\mathbf{b}^\top", "X @ W + b"),
        jacobian=(r"I_k \otimes \mathbf{1}_m", "np.kron(np.eye(k), np.ones((m, 1)))"),
        pullback=(r"G^\top\mathbf{1}", "G.T @ np.ones(m)"),
        reason="The same bias is added to each of the $m$ rows, so its gradient is the sum over the rows.",
        wrong=(Wrong("G", "G", "not summed over the batch", "one gradient per example", form="pullback"),
               Wrong(r"G\mathbf{1}", "G @ np.ones(k)", "wrong axis", "summed over the outputs",
                     form="pullback"),
               Wrong(r"\mathbf{1}_m \otimes I_k", "np.kron(np.ones((m, 1)), np.eye(k))", "row-major vec",
                     "right if rows are stacked")),
        other=(r"I_k \otimes \mathbf{1}_m^\top", "np.kron(np.eye(k), np.ones((1, m)))"),
        refs="G04.5c G18.2d", chapter=4, section="sec-4-layer",
        also="linear dense backpropagation adjoint table"),

    # Powers
    Identity(
        "square of a matrix", "X: n n",
        of=("X^2", "X @ X"),
        jacobian=(r"X^\top \otimes I + I \otimes X", "np.kron(X.T, np.eye(n)) + np.kron(np.eye(n), X)"),
        differential=(r"dX\,X + X\,dX", "dX @ X + X @ dX"),
        pullback=(r"GX^\top + X^\top G", "G @ X.T + X.T @ G"),
        reason=r"The product rule; $dX$ and $X$ do not commute, so the two terms do not add up to $2X\,dX$.",
        wrong=(Wrong(r"2(I \otimes X)", "2 * np.kron(np.eye(n), X)", "missing product-rule term",
                     "$2X\\,dX$, as for numbers: one term twice, the other not at all"),
               Wrong(r"I \otimes X", "np.kron(np.eye(n), X)", "missing product-rule term",
                     "one factor was held")),
        other=(r"X \otimes I + I \otimes X^\top", "np.kron(X, np.eye(n)) + np.kron(np.eye(n), X.T)"),
        views=Views(
            indices=(r"\frac{\partial F_{ij}}{\partial X_{kl}} = \delta_{ik}X_{lj} + X_{ik}\delta_{lj}", """
                J = np.zeros((n * n, n * n))
                for i, j in np.ndindex(n, n):
                    for k, l in np.ndindex(n, n):
                        J[i + n*j, k + n*l] = (i == k) * X[l, j] + X[i, k] * (l == j)
                return J"""),
            einsum=(r"\delta_{ik}X_{lj} + X_{ik}\delta_{lj}", """
                I = np.eye(n)
                J = np.einsum('ik,lj->jilk', I, X) + np.einsum('ik,lj->jilk', X, I)
                return J.reshape(n*n, n*n)"""),
            differential=(r"dF = dX\,X + X\,dX", "dX @ X + X @ dX"),
            steps=("One einsum for each place in which $X$ stands in $X_{ir}X_{rj}$.",
                   r"Contracted with $dX_{kl}$ the first is $dX\,X$, the second $X\,dX$.",
                   r"$\operatorname{vec}(I\,dX\,X)$ "
                   r"and $\operatorname{vec}(X\,dX\,I)$ by the rule for $AXB$.")),
        refs="G04.2a", chapter=4, section="sec-4-powers"),

    Identity(
        "power of a matrix", "X: n n, k: power",
        of=("X^k", "matrix_power(X, k)"),
        jacobian=(r"\sum_{i=0}^{k-1}(X^\top)^{k-1-i} \otimes X^i",
                  "sum(np.kron(matrix_power(X.T, k-1-i), matrix_power(X, i)) for i in range(k))"),
        differential=(r"\sum_{i=0}^{k-1}X^i\,dX\,X^{k-1-i}",
                      "sum(matrix_power(X, i) @ dX @ matrix_power(X, k-1-i) for i in range(k))"),
        pullback=(r"\sum_{i=0}^{k-1}(X^\top)^iG\,(X^\top)^{k-1-i}",
                  "sum(matrix_power(X.T, i) @ G @ matrix_power(X.T, k-1-i) for i in range(k))"),
        reason="Every one of the $k$ factors moves once, in its place; with $X_{ij}$ alone $dX$ is $E^{ij}$.",
        wrong=(Wrong(r"kX^{k-1}\,dX", "k * matrix_power(X, k-1) @ dX", "wrong order",
                     "right if $X$ and $dX$ commute, as numbers do", form="differential"),
               Wrong(r"k\,(I \otimes X^{k-1})", "k * np.kron(np.eye(n), matrix_power(X, k-1))", "wrong order",
                     "the same as a Jacobian: every $dX$ was moved to the right")),
        other=(r"\sum_{i=0}^{k-1}X^{k-1-i} \otimes (X^\top)^i",
               "sum(np.kron(matrix_power(X, k-1-i), matrix_power(X.T, i)) for i in range(k))"),
        refs="CB90 G04.2b", chapter=4, section="sec-4-powers"),

    # Products of X with itself
    Identity(
        "Gram matrix of the columns", "X: m n",
        of=(r"X^\top X", "X.T @ X"),
        jacobian=(r"(I_{n^2} + K_{nn})(I_n \otimes X^\top)",
                  "(np.eye(n * n) + commutation_matrix(n, n)) @ np.kron(np.eye(n), X.T)"),
        differential=(r"(dX)^\top X + X^\top dX", "dX.T @ X + X.T @ dX"),
        pullback=(r"X(G + G^\top)", "X @ (G + G.T)"),
        reason=r"$dF = S + S^\top$ with $S = X^\top dX$, and $\operatorname{vec}(S^\top) = "
               r"K\operatorname{vec}S$.",
        wrong=(Wrong(r"2(I_n \otimes X^\top)", "2 * np.kron(np.eye(n), X.T)", "missing product-rule term",
                     r"$2X^\top dX$ is not symmetric, $dF$ is"),
               Wrong(r"I_n \otimes X^\top", "np.kron(np.eye(n), X.T)", "missing product-rule term",
                     "the other factor was held"),
               Wrong("2XG", "2 * X @ G", "not symmetrised", "right if $G$ is symmetric, as it often is",
                     form="pullback")),
        other=(r"(I_n \otimes X)(I_{n^2} + K_{nn})",
               "np.kron(np.eye(n), X) @ (np.eye(n * n) + commutation_matrix(n, n))"),
        views=Views(
            indices=(r"\frac{\partial F_{ij}}{\partial X_{kl}} = \delta_{il}X_{kj} + X_{ki}\delta_{lj}", """
                J = np.zeros((n * n, m * n))
                for i, j in np.ndindex(n, n):
                    for k in range(m):
                        J[i + n*j, k + m*i] += X[k, j]
                        J[i + n*j, k + m*j] += X[k, i]
                return J"""),
            einsum=(r"\delta_{il}X_{kj} + X_{ki}\delta_{lj}", """
                I = np.eye(n)
                J = np.einsum('il,kj->jilk', I, X) + np.einsum('ki,lj->jilk', X, I)
                return J.reshape(n*n, m*n)"""),
            differential=(r"dF = (dX)^\top X + X^\top dX", "dX.T @ X + X.T @ dX"),
            steps=("One einsum for each place in which $X$ stands in $X_{ri}X_{rj}$.",
                   r"Contracted with $dX_{kl}$ the first is $(dX)^\top X$, the second $X^\top dX$, its "
                   "transpose.",
                   r"$\operatorname{vec}(X^\top dX) = (I \otimes X^\top)\operatorname{vec}dX$, and $K$ adds "
                   "the transpose.")),
        refs="G04.3a", chapter=4, section="sec-4-gram"),

    Identity(
        "Gram matrix of the rows", "X: m n",
        of=(r"XX^\top", "X @ X.T"),
        jacobian=(r"(I_{m^2} + K_{mm})(X \otimes I_m)",
                  "(np.eye(m * m) + commutation_matrix(m, m)) @ np.kron(X, np.eye(m))"),
        differential=(r"dX\,X^\top + X\,(dX)^\top", "dX @ X.T + X @ dX.T"),
        pullback=(r"(G + G^\top)X", "(G + G.T) @ X"),
        reason=r"$dF = S + S^\top$ with $S = dX\,X^\top$, and $\operatorname{vec}S = (X \otimes "
               r"I)\operatorname{vec}dX$.",
        wrong=(Wrong(r"2(X \otimes I_m)", "2 * np.kron(X, np.eye(m))", "missing product-rule term",
                     r"$2\,dX\,X^\top$ is not symmetric, $dF$ is"),
               Wrong("2GX", "2 * G @ X", "not symmetrised", "right if $G$ is symmetric", form="pullback")),
        other=(r"(X^\top \otimes I_m)(I_{m^2} + K_{mm})",
               "np.kron(X.T, np.eye(m)) @ (np.eye(m * m) + commutation_matrix(m, m))"),
        refs="G04.3b", chapter=4, section="sec-4-gram"),

    Identity(
        "weighted Gram matrix", "X: m n, B: m m",
        of=(r"X^\top BX", "X.T @ B @ X"),
        jacobian=(r"\begin{aligned}&I_n \otimes X^\top B\\&{}+ (X^\top B^\top \otimes I_n)K_{mn}\end{aligned}",
                  "np.kron(np.eye(n), X.T @ B) + np.kron(X.T @ B.T, np.eye(n)) @ commutation_matrix(m, n)"),
        differential=(r"X^\top B\,dX + (dX)^\top BX", "X.T @ B @ dX + dX.T @ B @ X"),
        pullback=(r"BXG^\top + B^\top XG", "B @ X @ G.T + B.T @ X @ G"),
        reason=r"$\partial F_{kl}/\partial X_{ij} = \delta_{lj}(X^\top B)_{ki} + \delta_{kj}(BX)_{il}$; with "
               r"$X_{ij}$ alone $dF = X^\top BE^{ij} + E^{ji}BX$.",
        wrong=(Wrong(r"2(I_n \otimes X^\top B)", "2 * np.kron(np.eye(n), X.T @ B)",
                     "missing product-rule term",
                     "$2X^\\top B\\,dX$: one term twice, the other not at all"),
               Wrong(r"I_n \otimes X^\top B", "np.kron(np.eye(n), X.T @ B)", "missing product-rule term",
                     r"$X^\top$ was held"),
               Wrong(r"2BXG", "2 * B @ X @ G", "only for symmetric input",
                     "right if $B$ and $G$ are symmetric", form="pullback")),
        other=(r"I_n \otimes B^\top X + K_{nm}(BX \otimes I_n)",
               "np.kron(np.eye(n), B.T @ X) + commutation_matrix(n, m) @ np.kron(B @ X, np.eye(n))"),
        views=Views(
            indices=(r"\frac{\partial F_{kl}}{\partial X_{ij}} = \delta_{lj}(X^\top B)_{ki} + "
                     r"\delta_{kj}(BX)_{il}", """
                J = np.zeros((n * n, m * n))
                for k, l in np.ndindex(n, n):
                    for i, r in np.ndindex(m, m):
                        J[k + n*l, i + m*l] += X[r, k] * B[r, i]
                        J[k + n*l, i + m*k] += B[i, r] * X[r, l]
                return J"""),
            einsum=(r"X_{rk}B_{ri}\delta_{lj} + B_{ir}X_{rl}\delta_{kj}", """
                I = np.eye(n)
                J = np.einsum('rk,ri,lj->lkji', X, B, I) + np.einsum('ir,rl,kj->lkji', B, X, I)
                return J.reshape(n*n, m*n)"""),
            differential=(r"dF = X^\top B\,dX + (dX)^\top BX", "X.T @ B @ dX + dX.T @ B @ X"),
            steps=("The two sums over $r$ are $X^\\top B$ and $BX$; one einsum for each place in which $X$ "
                   "stands.",
                   r"Contracted with $dX_{ij}$: $X^\top B\,dX$ and $(dX)^\top BX$.",
                   r"The first by the rule for $AX$, the second by that for $X^\top A$.")),
        refs="CB79 CB80", chapter=4, section="sec-4-gram"),

    # Entry by entry
    Identity(
        "Hadamard product with a constant", "X: m n, C: m n",
        of=(r"C \odot X", "C * X"),
        jacobian=(r"\operatorname{diag}(\operatorname{vec}C)", "np.diag(vec(C))"),
        differential=(r"C \odot dX", "C * dX"),
        pullback=(r"C \odot G", "C * G"),
        reason="Entry $ij$ of the value depends on entry $ij$ of $X$ alone.",
        wrong=(Wrong(r"\operatorname{diag}(\text{rows of } C)", "np.diag(C.ravel())", "row-major vec",
                     "NumPy's ravel stacks rows"),
               Wrong(r"I_n \otimes C", "np.kron(np.eye(n), C)", "shape",
                     "the Jacobian of the matrix product")),
        other=(r"\operatorname{diag}(\operatorname{vec}C)", "np.diag(vec(C))"),
        views=Views(
            indices=(r"\frac{\partial F_{ij}}{\partial X_{kl}} = C_{ij}\,\delta_{ik}\delta_{jl}", """
                J = np.zeros((m * n, m * n))
                for i, j in np.ndindex(m, n):
                    J[i + m*j, i + m*j] = C[i, j]
                return J"""),
            einsum=(r"C_{ij}\,\delta_{ik}\delta_{jl}",
                    "np.einsum('ij,ik,jl->jilk', C, np.eye(m), np.eye(n)).reshape(m*n, m*n)"),
            differential=(r"dF = C \odot dX", "C * dX"),
            steps=("The loop visits the diagonal only; in the einsum two identity matrices say so.",
                   r"Contracted with $dX_{kl}$: both $\delta$ rename, and $C_{ij}\,dX_{ij}$ is left.",
                   r"An elementwise product of stacked columns is a product with a diagonal matrix.")),
        refs="G04.4a G18.2c", chapter=4, section="sec-4-elementwise",
        also="elementwise product mask adjoint table"),

    Identity(
        "elementwise function of a matrix", "X: m n",
        of=(r"\varphi(X)", "np.sin(X)"),
        jacobian=(r"\operatorname{diag}(\operatorname{vec}\varphi'(X))", "np.diag(vec(np.cos(X)))"),
        differential=(r"\varphi'(X) \odot dX", "np.cos(X) * dX"),
        pullback=(r"\varphi'(X) \odot G", "np.cos(X) * G"),
        reason=r"$dF_{ij} = \varphi'(X_{ij})\,dX_{ij}$, entry by entry.",
        wrong=(Wrong(r"\operatorname{diag}(\text{rows of } \varphi'(X))", "np.diag(np.cos(X).ravel())",
                     "row-major vec",
                     "NumPy's ravel stacks rows"),
               Wrong("I", "np.eye(m * n)", "missing chain factor", r"the slope $\varphi'$ was forgotten")),
        other=(r"\operatorname{diag}(\operatorname{vec}\varphi'(X))", "np.diag(vec(np.cos(X)))"),
        note=r"$\varphi$ acts entry by entry. Shown for $\varphi = \sin$.",
        refs="G04.4b", chapter=4, section="sec-4-elementwise", also="activation"),

    # The matrix exponential
    Identity(
        "matrix exponential", "X: n n",
        of=("e^X", """
            E = T = np.eye(n)
            for i in range(1, 32):
                T = T @ X / i
                E = E + T
            return E"""),
        differential=(r"\int_0^1 e^{sX}\,dX\,e^{(1-s)X}\,ds", """
            P = [np.eye(n)]
            for i in range(1, 32):
                P.append(P[-1] @ X / i)
            exp = lambda s: sum(s**i * P[i] for i in range(32))
            rule = zip(*np.polynomial.legendre.leggauss(12))        # on [-1, 1]
            return sum(w / 2 * exp((1 + t) / 2) @ dX @ exp((1 - t) / 2) for t, w in rule)"""),
        pullback=(r"\int_0^1 e^{sX^\top}G\,e^{(1-s)X^\top}\,ds", """
            P = [np.eye(n)]
            for i in range(1, 32):
                P.append(P[-1] @ X.T / i)
            exp = lambda s: sum(s**i * P[i] for i in range(32))
            rule = zip(*np.polynomial.legendre.leggauss(12))
            return sum(w / 2 * exp((1 + t) / 2) @ G @ exp((1 - t) / 2) for t, w in rule)"""),
        reason="$e^X = (e^{X/N})^N$: each of the $N$ factors moves once, and the sum over them becomes the "
               "integral.",
        wrong=(Wrong(r"e^X\,dX", """
                   E = T = np.eye(n)
                   for i in range(1, 32):
                       T = T @ X / i
                       E = E + T
                   return E @ dX""", "wrong order", "right if $X$ and $dX$ commute"),
               Wrong(r"(e^{X_{ij}}) \odot dX", "np.exp(X) * dX", None, "NumPy's `exp` works entry by entry",
                     unnamed="the slope of another function, entry by entry")),
        symbolic="a power series and an integral",
        refs="G04.8a", chapter=4, section="sec-4-exponential"),

    Identity(
        "matrix exponential of a block matrix", "X: n n, H: n n",
        of=(r"\exp\begin{bmatrix}X & H\\0 & X\end{bmatrix}_{12}", """
            Z = np.block([[X, H], [np.zeros((n, n)), X]])
            E = T = np.eye(2 * n)
            for i in range(1, 50):
                T = T @ Z / i
                E = E + T
            return E[:n, n:]"""),
        equals=(r"\int_0^1 e^{sX}He^{(1-s)X}\,ds", """
            P = [np.eye(n)]
            for i in range(1, 32):
                P.append(P[-1] @ X / i)
            exp = lambda s: sum(s**i * P[i] for i in range(32))
            rule = zip(*np.polynomial.legendre.leggauss(12))        # on [-1, 1]
            return sum(w / 2 * exp((1 + t) / 2) @ H @ exp((1 - t) / 2) for t, w in rule)"""),
        reason=r"Power $k$ of the block matrix holds $\sum_i X^iHX^{k-1-i}$ at the upper right: the "
               "differential of $X^k$ along $H$.",
        note=r"So one exponential of twice the size gives $e^X$ and its differential along $H = dX$.",
        symbolic="a power series and an integral",
        refs="G04.8b", chapter=4, section="sec-4-exponential"),

    # Normalisations
    Identity(
        "normalisation to length one", "x: n",
        of=(r"\frac{\mathbf{x}}{\lVert\mathbf{x}\rVert}", "x / norm(x)"),
        jacobian=(r"\frac{1}{\lVert\mathbf{x}\rVert}\Bigl(I - "
                  r"\frac{\mathbf{x}\mathbf{x}^\top}{\lVert\mathbf{x}\rVert^2}\Bigr)",
                  "(np.eye(n) - np.outer(x, x) / norm(x)**2) / norm(x)"),
        reason=r"$d\frac{\mathbf{x}}{r} = \frac{d\mathbf{x}}{r} - \frac{\mathbf{x}}{r^2}\,dr$ with $dr = "
               r"\mathbf{x}^\top d\mathbf{x}/r$: what lies along $\mathbf{x}$ is lost.",
        conditions={r"$\mathbf{x} \ne \mathbf{0}$": "x = 0 * x"},
        wrong=(Wrong(r"\frac{1}{\lVert\mathbf{x}\rVert}(I - \mathbf{x}\mathbf{x}^\top)",
                     "(np.eye(n) - np.outer(x, x)) / norm(x)",
                     "wrong normalisation", "right if $\\mathbf{x}$ has length one already"),
               Wrong(r"I/\lVert\mathbf{x}\rVert", "np.eye(n) / norm(x)", "missing product-rule term",
                     "the length was held")),
        views=Views(
            indices=(r"\frac{\partial f_i}{\partial x_j} = \frac{\delta_{ij}}{r} - \frac{x_ix_j}{r^3}", """
                J, r = np.zeros((n, n)), np.sqrt(sum(x[i]**2 for i in range(n)))
                for i, j in np.ndindex(n, n):
                    J[i, j] = (i == j) / r - x[i] * x[j] / r**3
                return J"""),
            einsum=(r"\delta_{ij}/r - x_ix_j/r^3", """
                r = np.sqrt(np.einsum('i,i->', x, x))
                return np.eye(n) / r - np.einsum('i,j->ij', x, x) / r**3"""),
            differential=(r"d\mathbf{f} = \frac{d\mathbf{x}}{r} - \frac{\mathbf{x}\,(\mathbf{x}^\top "
                          r"d\mathbf{x})}{r^3}",
                          "r = norm(x)\nreturn dx / r - x * (x @ dx) / r**3"),
            steps=("A product without a sum, two letters in and two out, is an outer product.",
                   r"Contracted with $dx_j$: $\delta$ gives $d\mathbf{x}$, the second term the number "
                   r"$\mathbf{x}^\top d\mathbf{x}$.",
                   r"$\mathbf{x}(\mathbf{x}^\top d\mathbf{x}) = (\mathbf{x}\mathbf{x}^\top)d\mathbf{x}$: "
                   r"take $d\mathbf{x}$ out to the right.")),
        refs="G03.2", chapter=3, section="sec-3-norms"),

    Identity(
        "layer normalisation", "x: n",
        of=(r"(\mathbf{x} - \mu\mathbf{1})/s", """
            mu = np.sum(x) / n
            s = np.sqrt(np.sum((x - mu)**2) / n)
            return (x - mu) / s"""),
        jacobian=(r"\frac1s\Bigl(I - \frac1n\mathbf{1}\mathbf{1}^\top - "
                  r"\frac1n\mathbf{y}\mathbf{y}^\top\Bigr)", """
            mu = np.sum(x) / n
            s = np.sqrt(np.sum((x - mu)**2) / n)
            y = (x - mu) / s
            return (np.eye(n) - np.ones((n, n)) / n - np.outer(y, y) / n) / s"""),
        reason=r"$d\mu = \tfrac1n\mathbf{1}^\top d\mathbf{x}$ and $ds = \tfrac1n\mathbf{y}^\top d\mathbf{x}$ "
               r"in $d\mathbf{y} = (d\mathbf{x} - \mathbf{1}\,d\mu - \mathbf{y}\,ds)/s$.",
        conditions={r"$\mathbf{x}$ is not constant": "x = np.ones(n)"},
        wrong=(Wrong(r"\tfrac1s(I - \tfrac1n\mathbf{1}\mathbf{1}^\top)", """
                   s = np.sqrt(np.sum((x - np.sum(x) / n)**2) / n)
                   return (np.eye(n) - np.ones((n, n)) / n) / s""", "missing product-rule term",
                   "$s$ was held"),
               Wrong(r"\tfrac1s I", "np.eye(n) / np.sqrt(np.sum((x - np.sum(x) / n)**2) / n)",
                     "missing product-rule term",
                     r"$\mu$ and $s$ were held")),
        note=r"$\mathbf{y}$ is the value; mean and variance are over the $n$ entries, $s^2 = "
             r"\tfrac1n\sum_i(x_i - \mu)^2$.",
        refs="G03.8", chapter=3, section="sec-3-norms"),

    Identity(
        "softmax", "x: n",
        of=(r"\operatorname{softmax}(\mathbf{x})", "np.exp(x) / np.sum(np.exp(x))"),
        jacobian=(r"\operatorname{diag}(\mathbf{p}) - \mathbf{p}\mathbf{p}^\top",
                  "p = np.exp(x) / np.sum(np.exp(x))\nreturn np.diag(p) - np.outer(p, p)"),
        pullback=(r"\mathbf{p} \odot (\mathbf{g} - (\mathbf{p}^\top\mathbf{g})\mathbf{1})",
                  "p = np.exp(x) / np.sum(np.exp(x))\nreturn p * (G - p @ G)"),
        reason=r"$d\log p_i = dx_i - \mathbf{p}^\top d\mathbf{x}$; multiply by $p_i$. The matrix is "
               "symmetric and its rows sum to 0.",
        wrong=(Wrong(r"\operatorname{diag}(\mathbf{p} \odot (\mathbf{1} - \mathbf{p}))",
                     "p = np.exp(x) / np.sum(np.exp(x))\nreturn np.diag(p * (1 - p))", "only diagonal",
                     "the slope of the logistic function: every output feels every input"),
               Wrong(r"\mathbf{p}\mathbf{p}^\top - \operatorname{diag}(\mathbf{p})",
                     "p = np.exp(x) / np.sum(np.exp(x))\nreturn np.outer(p, p) - np.diag(p)", "sign",
                     "more of $x_i$ raises $p_i$"),
               Wrong(r"\operatorname{diag}(\mathbf{p})", "np.diag(np.exp(x) / np.sum(np.exp(x)))",
                     "missing product-rule term", "the sum below was held")),
        other=(r"\operatorname{diag}(\mathbf{p}) - \mathbf{p}\mathbf{p}^\top",
               "p = np.exp(x) / np.sum(np.exp(x))\nreturn np.diag(p) - np.outer(p, p)"),
        views=Views(
            indices=(r"\frac{\partial p_i}{\partial x_j} = p_i(\delta_{ij} - p_j)", """
                J, p = np.zeros((n, n)), np.exp(x) / np.sum(np.exp(x))
                for i, j in np.ndindex(n, n):
                    J[i, j] = p[i] * ((i == j) - p[j])
                return J"""),
            einsum=(r"p_i\,\delta_{ij} - p_i\,p_j", """
                p = np.exp(x) / np.sum(np.exp(x))
                return np.einsum('i,ij->ij', p, np.eye(n)) - np.einsum('i,j->ij', p, p)"""),
            differential=(r"d\mathbf{p} = \mathbf{p} \odot d\mathbf{x} - \mathbf{p}\,(\mathbf{p}^\top "
                          r"d\mathbf{x})", """
                p = np.exp(x) / np.sum(np.exp(x))
                return p * dx - p * (p @ dx)"""),
            steps=(r"$\delta_{ij}$ is the identity matrix; the second product has no sum and is an outer "
                   "product.",
                   r"Contracted with $dx_j$: an elementwise product, and the number $\mathbf{p}^\top "
                   r"d\mathbf{x}$ times $\mathbf{p}$.",
                   r"$\mathbf{p} \odot d\mathbf{x} = \operatorname{diag}(\mathbf{p})\,d\mathbf{x}$ and "
                   r"$\mathbf{p}(\mathbf{p}^\top d\mathbf{x}) = \mathbf{p}\mathbf{p}^\top d\mathbf{x}$.")),
        note=r"$\mathbf{p} = e^{\mathbf{x}}/\mathbf{1}^\top e^{\mathbf{x}}$ is the value.",
        refs="G03.3a", chapter=3, section="sec-3-softmax"),

    Identity(
        "log-softmax", "x: n",
        of=(r"\log\operatorname{softmax}(\mathbf{x})", "x - np.log(np.sum(np.exp(x)))"),
        jacobian=(r"I - \mathbf{1}\mathbf{p}^\top",
                  "p = np.exp(x) / np.sum(np.exp(x))\nreturn np.eye(n) - np.outer(np.ones(n), p)"),
        pullback=(r"\mathbf{g} - (\mathbf{1}^\top\mathbf{g})\,\mathbf{p}",
                  "p = np.exp(x) / np.sum(np.exp(x))\nreturn G - np.sum(G) * p"),
        reason=r"The gradient of $\log\mathbf{1}^\top e^{\mathbf{x}}$ is $\mathbf{p}$; the same number is "
               "taken off every entry.",
        wrong=(Wrong(r"I - \mathbf{p}\mathbf{1}^\top",
                     "p = np.exp(x) / np.sum(np.exp(x))\nreturn np.eye(n) - np.outer(p, np.ones(n))",
                     "transposed",
                     "column and row were exchanged; the matrix is square, so no shape tells"),
               Wrong(r"I - \mathbf{p}\mathbf{p}^\top",
                     "p = np.exp(x) / np.sum(np.exp(x))\nreturn np.eye(n) - np.outer(p, p)", None,
                     "a mixture with the rule for softmax",
                     unnamed="row $i$ of one term has a factor $p_i$ too much")),
        other=(r"I - \mathbf{p}\mathbf{1}^\top",
               "p = np.exp(x) / np.sum(np.exp(x))\nreturn np.eye(n) - np.outer(p, np.ones(n))"),
        note=r"$\mathbf{p} = \operatorname{softmax}(\mathbf{x})$, and $\log\mathbf{p} = \mathbf{x} - "
             r"\mathbf{1}\log(\mathbf{1}^\top e^{\mathbf{x}})$.",
        refs="G03.3b", chapter=3, section="sec-3-softmax"),
)
