"""Determinants."""
from .entry import Identity, Views, Wrong

ENTRIES = (
    # The determinant

    Identity(
        "determinant", "X: n n invertible",
        of=(r"\det X", "det(X)"),
        gradient=(r"\det(X)\,X^{-\top}", "det(X) * inv(X).T"),
        differential=(r"\det(X)\operatorname{tr}(X^{-1}dX)", "det(X) * np.trace(inv(X) @ dX)"),
        other=(r"\det(X)\,X^{-1}", "det(X) * inv(X)"),
        reason=r"$\det(X + dX) = \det X\,\det(I + X^{-1}dX)$, and $\det(I + M) = 1 + \operatorname{tr}M + "
               r"\dots$",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        wrong=(Wrong(r"\det(X)\,X^{-1}", "det(X) * inv(X)", "transposed", "right if $X$ is symmetric"),
               Wrong(r"X^{-\top}", "inv(X).T", None, r"that is the gradient of $\log\lvert\det X\rvert$",
                     unnamed="two names fit: a factor that moves with $X$ is missing, and it is 1 for "
                             "rotations")),
        views=Views(
            indices=(r"\frac{\partial\det X}{\partial X_{kl}} = (-1)^{k+l}\det X_{-k,-l}",
                     """
                g = np.zeros((n, n))
                for k in range(n):
                    for l in range(n):
                        g[k, l] = (-1)**(k + l) * det(np.delete(np.delete(X, k, 0), l, 1))
                return g"""),
            einsum=(r"\operatorname{adj}(X)_{lk}", """
                minor = lambda i, j: det(np.delete(np.delete(X, i, 0), j, 1))
                adj = np.array([[(-1)**(i + j) * minor(j, i) for j in range(n)] for i in range(n)])
                return np.einsum('lk->kl', adj)"""),
            differential=(r"d\det X = \textstyle\sum_j\det(\mathbf{x}_1, \dots, d\mathbf{x}_j, \dots, "
                          r"\mathbf{x}_n)", """
                return sum(det(np.column_stack([*X.T[:j], dX[:, j], *X.T[j + 1:]])) for j in range(n))"""),
            steps=(r"$X_{-k,-l}$ lacks row $k$ and column $l$. The adjugate holds the cofactors, indices "
                   r"exchanged.",
                   r"Multiply by $dX_{kl}$ and sum over $k$: column $l$ is replaced by $d\mathbf{x}_l$ "
                   r"(Laplace). Then sum over $l$.",
                   r"Column $j$ of $X^{-1}dX$ solves $X\mathbf{y} = d\mathbf{x}_j$; Cramer gives "
                   r"$\det(X)\operatorname{tr}(X^{-1}dX)$.")),
        refs="CB42 CB49 S07-C15", chapter=7, section="sec-7-determinant"),

    Identity(
        "Jacobi's formula", "X: n n",
        of=(r"\det X", "det(X)"),
        gradient=(r"\operatorname{adj}(X)^\top", """
            minor = lambda i, j: det(np.delete(np.delete(X, i, 0), j, 1))
            return np.array([[(-1)**(i + j) * minor(i, j) for j in range(n)] for i in range(n)])"""),
        differential=(r"\operatorname{tr}\big(\operatorname{adj}(X)\,dX\big)", """
            minor = lambda i, j: det(np.delete(np.delete(X, i, 0), j, 1))
            adj = np.array([[(-1)**(i + j) * minor(j, i) for j in range(n)] for i in range(n)])
            return np.trace(adj @ dX)"""),
        other=(r"\operatorname{adj}(X)", """
            minor = lambda i, j: det(np.delete(np.delete(X, i, 0), j, 1))
            return np.array([[(-1)**(i + j) * minor(j, i) for j in range(n)] for i in range(n)])"""),
        reason=r"$\det X = \sum_j X_{ij}C_{ij}$, and row $i$ does not occur in its cofactors $C_{ij}$.",
        wrong=(Wrong(r"\operatorname{adj}(X)", """
                     minor = lambda i, j: det(np.delete(np.delete(X, i, 0), j, 1))
                     return np.array([[(-1)**(i + j) * minor(j, i) for j in range(n)] for i in range(n)])""",
                     "transposed", r"the adjugate stands beside $dX$ under the trace"),
               Wrong(r"\text{minors}", """
                     minor = lambda i, j: det(np.delete(np.delete(X, i, 0), j, 1))
                     return np.array([[minor(i, j) for j in range(n)] for i in range(n)])""",
                     "only for diagonal input", "the chessboard of signs forgotten")),
        note=r"For every square $X$, singular or not; for an invertible one "
             r"$\operatorname{adj}X = \det(X)\,X^{-1}$.",
        refs="CB41 S07-C17 G07.1 E12", chapter=7, section="sec-7-determinant", also="adjugate cofactor"),

    Identity(
        "determinant at a singular matrix", "X: n n; X[0] = X[1]",
        of=(r"\det X", "det(X)"),
        gradient=(r"\pm\sigma_1\cdots\sigma_{n-1}\,\mathbf{u}_n\mathbf{v}_n^\top", """
            U, s, Vt = svd(X)
            return det(U) * det(Vt) * np.prod(s[:-1]) * np.outer(U[:, -1], Vt[-1])"""),
        other=(r"\pm\sigma_1\cdots\sigma_{n-1}\,\mathbf{v}_n\mathbf{u}_n^\top", """
            U, s, Vt = svd(X)
            return det(U) * det(Vt) * np.prod(s[:-1]) * np.outer(Vt[-1], U[:, -1])"""),
        reason=r"$\operatorname{adj}(U\Sigma V^\top) = \pm V\operatorname{adj}(\Sigma)\,U^\top$; of "
               r"$\operatorname{adj}\Sigma$ the last entry remains. The sign is $\det U\det V$.",
        conditions={"$X$ is singular": "X = X + np.eye(n)"},
        wrong=(Wrong(r"0", "0 * X", None, r"$\det X = 0$ put in front of $X^{-\top}$",
                     unnamed="zero is a multiple of everything"),),
        note=r"It vanishes only if the rank is $n - 2$ or less, for then $\sigma_{n-1} = 0$ too.",
        chapter=7, section="sec-7-determinant", symbolic="singular vectors"),

    Identity(
        "Laplace expansion", "X: n n",
        of=(r"\sum_k\frac{\partial\det X}{\partial X_{ik}}X_{jk}", """
            minor = lambda i, j: det(np.delete(np.delete(X, i, 0), j, 1))
            C = np.array([[(-1)**(i + j) * minor(i, j) for j in range(n)] for i in range(n)])
            return np.einsum('ik,jk->ij', C, X)"""),
        equals=(r"\delta_{ij}\det X", "det(X) * np.eye(n)"),
        reason=r"Row $i$ expanded by its own cofactors gives $\det X$; row $j$ in its place, a matrix with "
               r"two equal rows.",
        refs="CB47 CB50", chapter=7, section="sec-7-determinant", also="cofactors adjugate"),

    Identity(
        "determinant lemma", "A: n n invertible, u: n, v: n",
        of=(r"\det(A + \mathbf{u}\mathbf{v}^\top)", "det(A + np.outer(u, v))"),
        equals=(r"\det A\,(1 + \mathbf{v}^\top A^{-1}\mathbf{u})", "det(A) * (1 + v @ inv(A) @ u)"),
        reason=r"In a basis that contains $\mathbf{u}$, $I + \mathbf{u}\mathbf{v}^\top$ is triangular; $A$ "
               r"in front is a factor.",
        conditions={"$A$ is invertible": "A[1] = A[0]"},
        wrong=(Wrong(r"\det(A)\,(1 + \mathbf{u}^\top A^{-1}\mathbf{v})", "det(A) * (1 + u @ inv(A) @ v)",
                     None, "right if $A$ is symmetric",
                     unnamed="two numbers differ: there is no derivative to name"),
               Wrong(r"\det A + \mathbf{v}^\top A^{-1}\mathbf{u}", "det(A) + v @ inv(A) @ u", None,
                     r"$\det A$ stands in front of both terms",
                     unnamed="two numbers differ: there is no derivative to name")),
        refs="G07.9", chapter=7, section="sec-7-determinant",
        also="matrix determinant lemma rank one update"),

    Identity(
        "determinant along a path", "t:, A: n n invertible, B: n n",
        of=(r"\det Y(t),\; Y = A + t^2B", "det(A + t**2 * B)"),
        gradient=(r"\det(Y)\operatorname{tr}(Y^{-1}\dot Y)", """
            Y, dY = A + t**2 * B, 2 * t * B
            return det(Y) * np.trace(inv(Y) @ dY)"""),
        hessian=(r"\begin{aligned}\det(Y)\big(&\operatorname{tr}(Y^{-1}\ddot Y) + "
                 r"\operatorname{tr}(Y^{-1}\dot Y)^2\\"
                 r"&{}- \operatorname{tr}(Y^{-1}\dot YY^{-1}\dot Y)\big)\end{aligned}", """
            Y, dY, ddY = A + t**2 * B, 2 * t * B, 2 * B
            M = inv(Y) @ dY
            return det(Y) * np.atleast_2d(np.trace(inv(Y) @ ddY) + np.trace(M)**2 - np.trace(M @ M))"""),
        other=(r"\det(Y)\operatorname{tr}(Y^{-1}\dot Y)",
               "det(A + t**2 * B) * np.trace(inv(A + t**2 * B) @ (2 * t * B))"),
        reason=r"$d\det Y = \det(Y)\operatorname{tr}(Y^{-1}dY)$; the second time all three factors move.",
        conditions={"$Y$ is invertible": "A = -t**2 * B"},
        wrong=(Wrong(r"\operatorname{tr}(Y^{-1}\dot Y)", "np.trace(inv(A + t**2 * B) @ (2 * t * B))", None,
                     r"that is the derivative of $\log\lvert\det Y\rvert$",
                     unnamed="of two numbers any is a multiple of the other"),
               Wrong(r"\det(Y)\operatorname{tr}(Y^{-1}\ddot Y)", """
                     Y = A + t**2 * B
                     return det(Y) * np.atleast_2d(np.trace(inv(Y) @ (2 * B)))""",
                     "missing product-rule term", "only the path was differentiated again", "hessian")),
        refs="CB46 CB48", chapter=7, section="sec-7-determinant", also="second derivative of a determinant"),

    # Determinants of products

    Identity(
        "determinant of AXB", "X: q N, A: k q, B: N k",
        of=(r"\det(AXB)", "det(A @ X @ B)"),
        gradient=(r"\det(AXB)\,A^\top(AXB)^{-\top}B^\top", """
            Y = A @ X @ B
            return A.T @ (det(Y) * inv(Y).T) @ B.T"""),
        other=(r"\det(AXB)\,B(AXB)^{-1}A", "det(A @ X @ B) * B @ inv(A @ X @ B) @ A"),
        reason=r"$d\det Y = \det(Y)\operatorname{tr}(Y^{-1}dY)$ with $dY = A\,dX\,B$, turned.",
        conditions={"$AXB$ is invertible": "A[0] = 0"},
        wrong=(Wrong(r"\det(AXB)\,B(AXB)^{-1}A", "det(A @ X @ B) * B @ inv(A @ X @ B) @ A", "transposed",
                     r"what stands beside $dX$ is $G^\top$"),
               Wrong(r"A^\top(AXB)^{-\top}B^\top", "A.T @ inv(A @ X @ B).T @ B.T", "missing chain factor",
                     r"that is the gradient of $\log\lvert\det(AXB)\rvert$")),
        refs="G07.7", chapter=7, section="sec-7-determinant"),

    Identity(
        "determinant of AXB, square factors", "X: n n invertible, A: n n, B: n n",
        of=(r"\det(AXB)", "det(A @ X @ B)"),
        gradient=(r"\det(AXB)\,X^{-\top}", "det(A @ X @ B) * inv(X).T"),
        other=(r"\det(AXB)\,X^{-1}", "det(A @ X @ B) * inv(X)"),
        reason=r"$\det(AXB) = \det A\det X\det B$, and two of the factors are constant.",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        wrong=(Wrong(r"\det(AXB)\,X^{-1}", "det(A @ X @ B) * inv(X)", "transposed",
                     "right if $X$ is symmetric"),
               Wrong(r"\det(AXB)\,(AXB)^{-\top}", "det(A @ X @ B) * inv(A @ X @ B).T", "missing chain factor",
                     r"$\nabla\det$ at $AXB$: the inner derivative is missing")),
        refs="CB51", chapter=7, section="sec-7-determinant"),

    Identity(
        "determinant of X^T AX, X square", "X: n n invertible, A: n n",
        of=(r"\det(X^\top AX)", "det(X.T @ A @ X)"),
        gradient=(r"2\det(X^\top AX)\,X^{-\top}", "2 * det(X.T @ A @ X) * inv(X).T"),
        other=(r"2\det(X^\top AX)\,X^{-1}", "2 * det(X.T @ A @ X) * inv(X)"),
        reason=r"$\det(X^\top AX) = \det A\,(\det X)^2$; $A$ need not be symmetric.",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        wrong=(Wrong(r"\det(X^\top AX)\,X^{-\top}", "det(X.T @ A @ X) * inv(X).T", "factor",
                     "$X$ stands there twice"),
               Wrong(r"2\det(X^\top AX)\,X^{-1}", "2 * det(X.T @ A @ X) * inv(X)", "transposed",
                     "right if $X$ is symmetric")),
        refs="CB52", chapter=7, section="sec-7-determinant"),

    Identity(
        "determinant of X^T AX, A symmetric", "X: N k, A: N N symmetric",
        of=(r"\det(X^\top AX)", "det(X.T @ A @ X)"),
        gradient=(r"2\det(X^\top AX)\,AX(X^\top AX)^{-1}",
                  "2 * A @ X @ (det(X.T @ A @ X) * inv(X.T @ A @ X))"),
        other=(r"2\det(X^\top AX)\,(X^\top AX)^{-1}X^\top A",
               "2 * det(X.T @ A @ X) * inv(X.T @ A @ X) @ X.T @ A"),
        reason=r"$dY = dX^\top AX + X^\top A\,dX$ in $\det(Y)\operatorname{tr}(Y^{-1}dY)$: two equal terms.",
        conditions={"$A$ is symmetric": "A: N N", r"$X^\top AX$ is invertible": "X[:, 1] = X[:, 0]"},
        wrong=(Wrong(r"\det(X^\top AX)\,AX(X^\top AX)^{-1}", "det(X.T @ A @ X) * A @ X @ inv(X.T @ A @ X)",
                     "factor", "$X$ stands there twice"),
               Wrong(r"2\det(X^\top AX)\,(X^\top AX)^{-1}X^\top A",
                     "2 * det(X.T @ A @ X) * inv(X.T @ A @ X) @ X.T @ A",
                     "transposed", r"what stands beside $dX$ is $G^\top$")),
        refs="CB53", chapter=7, section="sec-7-determinant"),

    Identity(
        "determinant of X^T AX", "X: N k, A: N N",
        of=(r"\det Y,\; Y = X^\top AX", "det(X.T @ A @ X)"),
        gradient=(r"\det(Y)\,(AXY^{-1} + A^\top XY^{-\top})", """
            Y = X.T @ A @ X
            adj = det(Y) * inv(Y)
            return A @ X @ adj + A.T @ X @ adj.T"""),
        other=(r"\det(Y)\,(Y^{-\top}X^\top A^\top + Y^{-1}X^\top A)", """
            Y = X.T @ A @ X
            return det(Y) * (inv(Y).T @ X.T @ A.T + inv(Y) @ X.T @ A)"""),
        reason=r"$dY = dX^\top AX + X^\top A\,dX$ in $\det(Y)\operatorname{tr}(Y^{-1}dY)$; the first is "
               r"transposed.",
        conditions={r"$X^\top AX$ is invertible": "X[:, 1] = X[:, 0]"},
        wrong=(Wrong(r"2\det(Y)\,AXY^{-1}", "2 * det(X.T @ A @ X) * A @ X @ inv(X.T @ A @ X)",
                     "not symmetrised", "right if $A$ is symmetric"),
               Wrong(r"\det(Y)\,(A + A^\top)XY^{-1}", "det(X.T @ A @ X) * (A + A.T) @ X @ inv(X.T @ A @ X)",
                     "only for symmetric input", r"$Y$ is not symmetric either")),
        refs="CB54", chapter=7, section="sec-7-determinant",
        symbolic="of degree four in fifteen symbols: SymPy takes five seconds"),

    Identity(
        "determinant of X^k", "X: n n invertible, k: power",
        of=(r"\det(X^k)", "det(matrix_power(X, k))"),
        gradient=(r"k\det(X^k)\,X^{-\top}", "k * det(matrix_power(X, k)) * inv(X).T"),
        other=(r"k\det(X^k)\,X^{-1}", "k * det(matrix_power(X, k)) * inv(X)"),
        reason=r"$\det(X^k) = (\det X)^k$.",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        wrong=(Wrong(r"\det(X^k)\,X^{-\top}", "det(matrix_power(X, k)) * inv(X).T", "factor",
                     "one of the $k$ matrices $X$ moves, the others were held"),
               Wrong(r"k\det(X^k)\,X^{-1}", "k * det(matrix_power(X, k)) * inv(X)", "transposed",
                     "right if $X$ is symmetric")),
        refs="CB58", chapter=7, section="sec-7-determinant"),

    Identity(
        "determinant of the inverse", "X: n n invertible",
        of=(r"\det(X^{-1})", "det(inv(X))"),
        gradient=(r"-\det(X^{-1})\,X^{-\top}", "-det(inv(X)) * inv(X).T"),
        other=(r"-\det(X^{-1})\,X^{-1}", "-det(inv(X)) * inv(X)"),
        reason=r"$\det(X^{-1}) = 1/\det X$ has $df = -\det(X)^{-2}\,d\det X$.",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        wrong=(Wrong(r"\det(X^{-1})\,X^\top", "det(inv(X)) * X.T", "missing chain factor",
                     r"$\nabla\det$ taken at $X^{-1}$: the inner derivative is missing"),
               Wrong(r"-\det(X^{-1})\,X^{-1}", "-det(inv(X)) * inv(X)", "transposed",
                     "right if $X$ is symmetric")),
        refs="CB62", chapter=8, section="sec-8-backward"),

    # The logarithm of a determinant

    Identity(
        "log det", "X: n n positive determinant",
        of=(r"\log\det X", "np.log(det(X))"),
        gradient=(r"X^{-\top}", "inv(X).T"),
        differential=(r"\operatorname{tr}(X^{-1}dX)", "np.trace(inv(X) @ dX)"),
        other=(r"X^{-1}", "inv(X)"),
        reason=r"$d\log\det X = d\det X/\det X$, and $d\det X = \det(X)\operatorname{tr}(X^{-1}dX)$.",
        conditions={r"$\det X > 0$": "X[0] = -X[0]"},
        wrong=(Wrong(r"X^{-1}", "inv(X)", "transposed", "right if $X$ is symmetric"),
               Wrong(r"1/X_{ij}", "1 / X", None, "the rule for numbers in each entry",
                     unnamed="no entry is right, and no simple change mends it"),
               Wrong(r"\det(X)\,X^{-\top}", "det(X) * inv(X).T", None,
                     "that is the gradient before the logarithm",
                     unnamed="two names fit: a factor that moves with $X$ is too much, and it is 1 for "
                             "rotations")),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \frac{(-1)^{k+l}\det X_{-k,-l}}{\det X}", """
                g = np.zeros((n, n))
                for k in range(n):
                    for l in range(n):
                        g[k, l] = (-1)**(k + l) * det(np.delete(np.delete(X, k, 0), l, 1)) / det(X)
                return g"""),
            einsum=(r"(X^{-1})_{lk}", "np.einsum('lk->kl', inv(X))"),
            differential=(r"df = \operatorname{tr}(X^{-1}dX)", "np.trace(solve(X, dX))"),
            steps=(r"$X_{-k,-l}$ lacks row $k$ and column $l$; its signed determinant, divided by $\det X$, "
                   "is an entry of the inverse, indices exchanged.",
                   r"Multiply by $dX_{kl}$ and sum: $\sum(X^{-1})_{lk}\,dX_{kl}$ is a trace.",
                   r"Compare with $\operatorname{tr}(G^\top dX)$: $G = X^{-\top}$.")),
        note=r"Below zero take $\log\lvert\det X\rvert$, which `slogdet` gives; `det` of large matrices "
             r"overflows.",
        refs="CB43 S07-C16 E12", chapter=7, section="sec-7-logdet", also="log-determinant"),

    Identity(
        "log of the absolute determinant", "X: n n invertible",
        of=(r"\log\lvert\det X\rvert", "slogdet(X)[1]"),
        gradient=(r"X^{-\top}", "inv(X).T"),
        hessian=(r"-K_{nn}(X^{-\top}\otimes X^{-1})",
                 "-commutation_matrix(n, n) @ np.kron(inv(X).T, inv(X))"),
        other=(r"X^{-1}", "inv(X)"),
        reason=r"The derivative of $\log\lvert z\rvert$ is $1/z$ on both sides of zero.",
        conditions={"$X$ is invertible": "X[1] = X[0]"},
        wrong=(Wrong(r"X^{-1}", "inv(X)", "transposed", "right if $X$ is symmetric"),
               Wrong(r"-X^{-\top}\otimes X^{-1}", "-np.kron(inv(X).T, inv(X))", "row-major vec",
                     r"that is the Jacobian of $X^{-1}$; the gradient is $X^{-\top}$", "hessian")),
        refs="CB57 G07.2a G07.8a G18.2g", chapter=7, section="sec-7-logdet", also="log det"),

    Identity(
        "log det along a line", "t:, X: n n invertible, V: n n; t = 0 * t",
        of=(r"\log\lvert\det Y\rvert,\; Y = X + tV", "slogdet(X + t * V)[1]"),
        gradient=(r"\operatorname{tr}(Y^{-1}V)", "np.trace(inv(X + t * V) @ V)"),
        hessian=(r"-\operatorname{tr}(Y^{-1}VY^{-1}V)",
                 "-np.atleast_2d(np.trace(inv(X + t * V) @ V @ inv(X + t * V) @ V))"),
        other=(r"\operatorname{tr}(Y^{-1}V)", "np.trace(inv(X + t * V) @ V)"),
        reason=r"$d^2\log\lvert\det X\rvert = -\operatorname{tr}(X^{-1}dX\,X^{-1}dX)$ with $dX = V$: only "
               r"$Y^{-1}$ moves.",
        conditions={"$Y$ is invertible": "X = 0 * X"},
        wrong=(Wrong(r"-\operatorname{tr}(Y^{-1}V)^2", "-np.atleast_2d(np.trace(inv(X + t * V) @ V)**2)",
                     None,
                     r"$-(\dot y/y)^2$ for numbers", "hessian", unnamed="one number differs from another"),),
        refs="G07.8b", chapter=7, section="sec-7-second", also="second differential"),

    Identity(
        "log det of a symmetric matrix", "S: n n positive definite",
        of=(r"\log\det S,\; S = S^\top", "slogdet(sym(S))[1]"),
        gradient=(r"S^{-1}", "inv(S)"),
        other=(r"S^{-1}", "inv(S)"),
        reason=r"$df = \operatorname{tr}(S^{-1}dS)$ and $S^{-1}$ is symmetric itself.",
        conditions={"$S$ is symmetric": "S: n n invertible"},
        wrong=(Wrong(r"2S^{-1} - I\odot S^{-1}", "2 * inv(S) - np.diag(np.diag(inv(S)))",
                     "off-diagonal doubled", r"the partial derivatives over the free entries"),
               Wrong(r"-S^{-1}", "-inv(S)", "sign", "taken for the derivative of the inverse")),
        refs="S07-C19", chapter=7, section="sec-7-logdet"),

    Identity(
        "log det of X^T X", "X: N k",
        of=(r"\log\det(X^\top X)", "slogdet(X.T @ X)[1]"),
        gradient=(r"2X(X^\top X)^{-1}", "2 * X @ inv(X.T @ X)"),
        differential=(r"2\operatorname{tr}(X^+dX)", "2 * np.trace(solve(X.T @ X, X.T @ dX))"),
        other=(r"2X^+", "2 * pinv(X)"),
        reason=r"$\operatorname{tr}\big((X^\top X)^{-1}(dX^\top X + X^\top dX)\big)$ has two equal terms; "
               r"$X^+ = (X^\top X)^{-1}X^\top$.",
        conditions={"$X$ has full column rank": "X[:, 1] = X[:, 0]"},
        wrong=(Wrong(r"X(X^\top X)^{-1}", "X @ inv(X.T @ X)", "factor", "one of the two $X$ was held"),
               Wrong(r"2(X^\top X)^{-1}X^\top", "2 * inv(X.T @ X) @ X.T", "transposed",
                     r"$2X^+$ stands beside $dX$"),
               Wrong(r"(X^\top X)^{-1}", "inv(X.T @ X)", "shape", "the inner derivative is missing")),
        note=r"So the gradient is $2(X^+)^\top$.",
        refs="CB55 G07.6", chapter=7, section="sec-7-logdet", also="Gram matrix pseudo-inverse"),

    Identity(
        "log det of X^T X, in the pseudo-inverse", "P: n N",
        of=(r"\log\det(X^\top X),\; P = X^+", "slogdet(pinv(P).T @ pinv(P))[1]"),
        gradient=(r"-2X^\top", "-2 * pinv(P).T"),
        other=(r"-2X", "-2 * pinv(P)"),
        reason=r"$X^\top X = (PP^\top)^{-1}$, so $f = -\log\det(PP^\top)$.",
        conditions={"$X$ has full column rank": "P[1] = P[0]"},
        wrong=(Wrong(r"2X^\top", "2 * pinv(P).T", "sign", r"the inverse of $PP^\top$ was not seen"),
               Wrong(r"-2X", "-2 * pinv(P)", "transposed", "the gradient has the shape of $P$")),
        refs="CB56", chapter=7, section="sec-7-logdet", symbolic="a pseudo-inverse"),

    # Gaussians

    Identity(
        "entropy of a Gaussian", "Sigma: n n positive definite",
        of=(r"\tfrac12\log\det(2\pi e\,\Sigma)", "slogdet(2 * np.pi * np.e * sym(Sigma))[1] / 2"),
        gradient=(r"\tfrac12\Sigma^{-1}", "inv(Sigma) / 2"),
        other=(r"\tfrac12\Sigma^{-1}", "inv(Sigma) / 2"),
        reason=r"The mean of $-\log p$: the quadratic form has the mean "
               r"$\operatorname{tr}(\Sigma^{-1}\Sigma) = n$.",
        conditions={r"$\Sigma$ is symmetric": "Sigma: n n invertible"},
        wrong=(Wrong(r"\Sigma^{-1}", "inv(Sigma)", "factor", r"the $\tfrac12$ in front forgotten"),
               Wrong(r"-\tfrac12\Sigma^{-1}", "-inv(Sigma) / 2", "sign",
                     "so it stands in the log-likelihood, of which this is minus the mean")),
        note=r"Also $\tfrac12\big(n\log(2\pi e) + \log\det\Sigma\big)$: each of the $n$ dimensions brings "
             r"$2\pi e$.",
        refs="S07-C18", chapter=7, section="sec-7-gaussian", also="differential entropy normal distribution"),

    Identity(
        "KL divergence of Gaussians, in the first covariance",
        "S: n n positive definite, T: n n positive definite, d: n",
        of=(r"\mathrm{KL}\big(N(\mathbf{x}, S)\,\Vert\,N(\mathbf{y}, T)\big)", """
            S = sym(S)
            return (np.trace(inv(T) @ S) - slogdet(S)[1] + slogdet(T)[1] - n + d @ inv(T) @ d) / 2"""),
        gradient=(r"\tfrac12(T^{-1} - S^{-1})", "(inv(T) - inv(S)) / 2"),
        other=(r"\tfrac12(T^{-1} - S^{-1})", "(inv(T) - inv(S)) / 2"),
        reason=r"$\operatorname{tr}(T^{-1}S)$ is linear in $S$, and $-\log\det S$ gives $-S^{-1}$.",
        conditions={"$S$ is symmetric": "S: n n invertible", "$T$ is symmetric": "T: n n invertible"},
        wrong=(Wrong(r"\tfrac12(T^{-1} + S^{-1})", "(inv(T) + inv(S)) / 2", None,
                     r"the minus of $-\log\det S$ lost", unnamed="one of two terms has the other sign"),
               Wrong(r"T^{-1} - S^{-1}", "inv(T) - inv(S)", "factor", r"without the $\tfrac12$ in front")),
        note=r"$\mathbf{d} = \mathbf{y} - \mathbf{x}$ is the difference of the means.",
        refs="S07-C20 G07.10a E27", chapter=7, section="sec-7-gaussian"),

    Identity(
        "KL divergence of Gaussians, in the second covariance",
        "T: n n positive definite, S: n n positive definite, d: n",
        of=(r"\mathrm{KL}\big(N(\mathbf{x}, S)\,\Vert\,N(\mathbf{y}, T)\big)", """
            P = inv(sym(T))
            return (np.trace(P @ S) - slogdet(S)[1] + slogdet(sym(T))[1] - n + d @ P @ d) / 2"""),
        gradient=(r"\begin{aligned}\tfrac12\big(&T^{-1} - {}\\&T^{-1}(S + "
                  r"\mathbf{d}\mathbf{d}^\top)T^{-1}\big)\end{aligned}",
                  "(inv(T) - inv(T) @ (S + np.outer(d, d)) @ inv(T)) / 2"),
        other=(r"\begin{aligned}\tfrac12\big(&T^{-1} - {}\\&T^{-1}(S + "
               r"\mathbf{d}\mathbf{d}^\top)T^{-1}\big)\end{aligned}",
               "(inv(T) - inv(T) @ (S + np.outer(d, d)) @ inv(T)) / 2"),
        reason=r"$dT^{-1} = -T^{-1}dT\,T^{-1}$ in the trace and in the quadratic form.",
        conditions={"$T$ is symmetric": "T: n n invertible", "$S$ is symmetric": "S: n n invertible"},
        wrong=(Wrong(r"\tfrac12(T^{-1} - T^{-1}ST^{-1})", "(inv(T) - inv(T) @ S @ inv(T)) / 2",
                     None, "the means were taken as equal", unnamed="one of three terms is missing"),
               Wrong(r"\tfrac12(T^{-1} - S - \mathbf{d}\mathbf{d}^\top)", "(inv(T) - S - np.outer(d, d)) / 2",
                     "missing chain factor", r"as if $d(T^{-1})$ were $-dT$")),
        note=r"$\mathbf{d} = \mathbf{y} - \mathbf{x}$ is the difference of the means.",
        refs="G07.10b", chapter=7, section="sec-7-gaussian"),

    Identity(
        "KL divergence of Gaussians, in the first mean",
        "x: n, y: n, S: n n positive definite, T: n n positive definite",
        of=(r"\mathrm{KL}\big(N(\mathbf{x}, S)\,\Vert\,N(\mathbf{y}, T)\big)", """
            d = y - x
            return (np.trace(inv(T) @ S) - slogdet(S)[1] + slogdet(T)[1] - n + d @ inv(T) @ d) / 2"""),
        gradient=(r"-T^{-1}(\mathbf{y} - \mathbf{x})", "-inv(T) @ (y - x)"),
        hessian=(r"T^{-1}", "inv(T)"),
        other=(r"-(\mathbf{y} - \mathbf{x})^\top T^{-1}", "-(y - x) @ inv(T)"),
        reason=r"Only the quadratic form $\tfrac12\mathbf{d}^\top T^{-1}\mathbf{d}$ holds $\mathbf{x}$, and "
               r"$\mathbf{d} = \mathbf{y} - \mathbf{x}$ moves by $-d\mathbf{x}$.",
        conditions={"$T$ is symmetric": "T: n n invertible"},
        wrong=(Wrong(r"T^{-1}(\mathbf{y} - \mathbf{x})", "inv(T) @ (y - x)", "sign",
                     r"that is the gradient in $\mathbf{y}$"),
               Wrong(r"-2T^{-1}(\mathbf{y} - \mathbf{x})", "-2 * inv(T) @ (y - x)", "factor",
                     r"the $\tfrac12$ forgotten"),
               Wrong(r"-S^{-1}(\mathbf{y} - \mathbf{x})", "-inv(S) @ (y - x)", None,
                     "the wrong one of the two covariances",
                     unnamed="another matrix stands in the place of the right one")),
        refs="G07.10c", chapter=7, section="sec-7-gaussian"),
)
