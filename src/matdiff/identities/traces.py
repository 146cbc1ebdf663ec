"""Traces."""
from .entry import Identity, Views, Wrong

ENTRIES = (
    # What a trace may do

    Identity(
        "trace, linear", "A: n n, B: n n, c:, d:",
        of=(r"\operatorname{tr}(cA + dB)", "np.trace(c * A + d * B)"),
        equals=(r"c\operatorname{tr}A + d\operatorname{tr}B", "c * np.trace(A) + d * np.trace(B)"),
        reason=r"A sum over the diagonal, and sums and multiples are taken entry by entry.",
        refs="S07-C02", chapter=7, section="sec-7-cycle"),

    Identity(
        "trace of a product, factors swapped", "A: m n, B: n m",
        of=(r"\operatorname{tr}(AB)", "np.trace(A @ B)"),
        equals=(r"\operatorname{tr}(BA)", "np.trace(B @ A)"),
        reason=r"Both are $\sum_{ij}A_{ij}B_{ji}$; one matrix is $m\times m$, the other $n\times n$.",
        refs="S07-C03", chapter=7, section="sec-7-cycle", also="commute under the trace"),

    Identity(
        "trace, cyclic permutation", "A: m n, B: n k, C: k m",
        of=(r"\operatorname{tr}(ABC)", "np.trace(A @ B @ C)"),
        equals=(r"\operatorname{tr}(CAB)", "np.trace(C @ A @ B)"),
        reason=r"$\sum A_{ij}B_{jk}C_{ki}$: the indices $i \to j \to k \to i$ run in a circle, which has no "
               r"first letter.",
        note=r"Turned once more it is $\operatorname{tr}(BCA)$. Other orders are another number, where they "
             r"exist at all: $A = E_{12}$, $B = E_{22}$, $C = E_{21}$ have $\operatorname{tr}(ABC) = 1$ and "
             r"$\operatorname{tr}(ACB) = 0$.",
        refs="S07-C04", chapter=7, section="sec-7-cycle"),

    Identity(
        "trace of a product, reversed and transposed", "A: n n, B: n n, C: n n",
        of=(r"\operatorname{tr}(ABC)", "np.trace(A @ B @ C)"),
        equals=(r"\operatorname{tr}(C^\top B^\top A^\top)", "np.trace(C.T @ B.T @ A.T)"),
        reason=r"A matrix and its transpose have the same diagonal.",
        wrong=(Wrong(r"\operatorname{tr}(ACB)", "np.trace(A @ C @ B)", None,
                     "two neighbours change places: no turn of the circle",
                     unnamed="two numbers differ: there is no derivative to name"),
               Wrong(r"\operatorname{tr}(CBA)", "np.trace(C @ B @ A)", None,
                     "reversed, and the transposes forgotten",
                     unnamed="two numbers differ: there is no derivative to name")),
        refs="S07-C05", chapter=7, section="sec-7-cycle"),

    # First order

    Identity(
        "trace of X", "X: n n",
        of=(r"\operatorname{tr}X", "np.trace(X)"),
        gradient=(r"I", "np.eye(n)"),
        other=(r"I", "np.eye(n)"),
        reason=r"$d\operatorname{tr}X = \operatorname{tr}(I\,dX)$: only the diagonal counts, each entry "
               r"once.",
        wrong=(Wrong(r"\mathbf{1}\mathbf{1}^\top", "np.ones((n, n))", "elementwise product",
                     "the rule for numbers in each entry: the gradient of the sum of all"),
               Wrong(r"nI", "n * np.eye(n)", "factor",
                     "each entry of the diagonal counts once, not $n$ times")),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \sum_i \delta_{ik}\delta_{il} = \delta_{kl}", """
                g = np.zeros((n, n))
                for k in range(n):
                    for l in range(n):
                        for i in range(n):
                            g[k, l] += (i == k) * (i == l)
                return g"""),
            einsum=(r"\delta_{ik}\delta_{il}", "np.einsum('ik,il->kl', np.eye(n), np.eye(n))"),
            differential=(r"df = \operatorname{tr}(dX)", "np.trace(dX)"),
            steps=("A Kronecker delta is an entry of the identity: the sum over $i$ is an einsum.",
                   "Multiply by $dX_{kl}$ and sum over $k$ and $l$: what is left is the sum of the "
                   "$dX_{kk}$.",
                   r"Write $\operatorname{tr}(dX) = \operatorname{tr}(I^\top dX)$: beside $dX$ stands the "
                   r"gradient.")),
        refs="CB99", chapter=7, section="sec-7-linear"),

    Identity(
        "trace of XA", "X: m n, A: n m",
        of=(r"\operatorname{tr}(XA)", "np.trace(X @ A)"),
        gradient=(r"A^\top", "A.T"),
        differential=(r"\operatorname{tr}(A\,dX) + \operatorname{tr}(X\,dA)",
                      "np.trace(A @ dX) + np.trace(X @ dA)"),
        other=(r"A", "A"),
        reason=r"$df = \operatorname{tr}(A\,dX) = \operatorname{tr}\big((A^\top)^\top dX\big)$, also for "
               r"$\operatorname{tr}(AX)$.",
        wrong=(Wrong(r"A", "A", "transposed", r"$(ax)' = a$ for numbers"),
               Wrong(r"I\odot A^\top", "A.T * np.eye(m, n)", "only diagonal",
                     "a trace looks at a diagonal: that of $XA$, not of $A$")),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \sum_{ij} \delta_{ik}\delta_{jl}A_{ji} = A_{lk}",
                     """
                g = np.zeros((m, n))
                for k in range(m):
                    for l in range(n):
                        g[k, l] = A[l, k]
                return g"""),
            einsum=(r"A_{lk}", "np.einsum('lk->kl', A)"),
            differential=(r"df = \operatorname{tr}(dX\,A)", "np.trace(dX @ A)"),
            steps=(r"$f = \sum_{ij}X_{ij}A_{ji}$: the entry beside $X_{kl}$ has its indices the other way "
                   r"round.",
                   r"Multiply by $dX_{kl}$ and sum: $\sum_{kl}dX_{kl}A_{lk}$ is a trace.",
                   r"Compare with $\operatorname{tr}(G^\top dX)$ after turning: $G^\top = A$.")),
        refs="CB100 S04-C20 S07-C08", chapter=7, section="sec-7-linear", also="trace of AX"),

    Identity(
        "trace of X^T A", "X: m n, A: m n",
        of=(r"\operatorname{tr}(X^\top A)", "np.trace(X.T @ A)"),
        gradient=(r"A", "A"),
        other=(r"A^\top", "A.T"),
        reason=r"It is the inner product $\sum_{ij}X_{ij}A_{ij}$, the general linear function of $X$.",
        wrong=(Wrong(r"A^\top", "A.T", "transposed", r"taken over from $\operatorname{tr}(XA)$"),),
        refs="CB103 S07-C06", chapter=7, section="sec-7-linear", also="inner product trace of A^T X"),

    Identity(
        "trace of AX^T", "X: m n, A: m n",
        of=(r"\operatorname{tr}(AX^\top)", "np.trace(A @ X.T)"),
        gradient=(r"A", "A"),
        differential=(r"\operatorname{tr}(A\,dX^\top)", "np.trace(A @ dX.T)"),
        other=(r"A^\top", "A.T"),
        reason=r"Turned, it is $\operatorname{tr}(X^\top A) = \langle A, X\rangle$.",
        wrong=(Wrong(r"A^\top", "A.T", "transposed", r"taken over from $\operatorname{tr}(AX)$"),),
        refs="CB104", chapter=7, section="sec-7-linear"),

    Identity(
        "trace of AXB", "X: m n, A: k m, B: n k",
        of=(r"\operatorname{tr}(AXB)", "np.trace(A @ X @ B)"),
        gradient=(r"A^\top B^\top", "A.T @ B.T"),
        differential=(r"\operatorname{tr}(BA\,dX)", "np.trace(B @ A @ dX)"),
        other=(r"BA", "B @ A"),
        reason=r"$df = \operatorname{tr}(A\,dX\,B) = \operatorname{tr}(BA\,dX)$: turn until $dX$ is last, "
               r"then transpose.",
        wrong=(Wrong(r"BA", "B @ A", "transposed",
                     r"the transpose of $\operatorname{tr}(G^\top dX)$ forgotten"),),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \sum_i A_{ik}B_{li}", """
                g = np.zeros((m, n))
                for a in range(m):
                    for b in range(n):
                        for i in range(k):
                            g[a, b] += A[i, a] * B[b, i]
                return g"""),
            einsum=(r"A_{ik}B_{li}", "np.einsum('ia,bi->ab', A, B)"),
            differential=(r"df = \operatorname{tr}(A\,dX\,B)", "np.trace(A @ dX @ B)"),
            steps=(r"$f = \sum_{ikl}A_{ik}X_{kl}B_{li}$: drop $X_{kl}$, and the sum over $i$ stays.",
                   r"Multiply by $dX_{kl}$ and sum: the three factors stand in a circle again.",
                   r"Turn $B$ to the front, $\operatorname{tr}(BA\,dX)$; then $G = (BA)^\top = A^\top "
                   r"B^\top$.")),
        refs="CB101", chapter=7, section="sec-7-linear"),

    Identity(
        "trace of AX^T B", "X: m n, A: k n, B: m k",
        of=(r"\operatorname{tr}(AX^\top B)", "np.trace(A @ X.T @ B)"),
        gradient=(r"BA", "B @ A"),
        differential=(r"\operatorname{tr}(A\,dX^\top B)", "np.trace(A @ dX.T @ B)"),
        other=(r"A^\top B^\top", "A.T @ B.T"),
        reason=r"$\operatorname{tr}(A\,dX^\top B) = \operatorname{tr}(dX^\top BA) = \langle BA, dX\rangle$.",
        wrong=(Wrong(r"A^\top B^\top", "A.T @ B.T", "transposed", r"the rule for $\operatorname{tr}(AXB)$"),),
        refs="CB102", chapter=7, section="sec-7-linear"),

    Identity(
        "trace of A^T XW, in W", "W: n k, A: m k, X: m n",
        of=(r"\operatorname{tr}(A^\top XW)", "np.trace(A.T @ X @ W)"),
        gradient=(r"X^\top A", "X.T @ A"),
        other=(r"A^\top X", "A.T @ X"),
        reason=r"$df = \operatorname{tr}(A^\top X\,dW) = \operatorname{tr}\big((X^\top A)^\top dW\big)$.",
        wrong=(Wrong(r"A^\top X", "A.T @ X", "transposed", r"what stands before $dW$ is $G^\top$"),),
        refs="S02-C08 S04-C26", chapter=2, section="sec-2-layer", also="upstream gradient of a linear layer"),

    Identity(
        "trace of A^T XW, in X", "X: m n, A: m k, W: n k",
        of=(r"\operatorname{tr}(A^\top XW)", "np.trace(A.T @ X @ W)"),
        gradient=(r"AW^\top", "A @ W.T"),
        other=(r"WA^\top", "W @ A.T"),
        reason=r"$df = \operatorname{tr}(A^\top dX\,W) = \operatorname{tr}(WA^\top dX)$.",
        wrong=(Wrong(r"WA^\top", "W @ A.T", "transposed", r"what stands before $dX$ is $G^\top$"),),
        refs="S04-C27", chapter=4, section="sec-4-layer"),

    Identity(
        "trace of A kron X", "X: n n, A: m m",
        of=(r"\operatorname{tr}(A\otimes X)", "np.trace(np.kron(A, X))"),
        gradient=(r"\operatorname{tr}(A)\,I", "np.trace(A) * np.eye(n)"),
        equals=(r"\operatorname{tr}(A)\operatorname{tr}(X)", "np.trace(A) * np.trace(X)"),
        other=(r"\operatorname{tr}(A)\,I", "np.trace(A) * np.eye(n)"),
        reason=r"Diagonal block $i$ is $A_{ii}X$: together $\operatorname{tr}(A)\operatorname{tr}(X)$.",
        refs="CB105", chapter=7, section="sec-7-linear"),

    # Second order

    Identity(
        "trace of X^2", "X: n n",
        of=(r"\operatorname{tr}(X^2)", "np.trace(X @ X)"),
        gradient=(r"2X^\top", "2 * X.T"),
        hessian=(r"2K_{nn}", "2 * commutation_matrix(n, n)"),
        other=(r"2X", "2 * X"),
        reason=r"$df = \operatorname{tr}(dX\,X) + \operatorname{tr}(X\,dX)$: two terms, equal after a turn.",
        wrong=(Wrong(r"2X", "2 * X", "transposed", r"that is the gradient of $\operatorname{tr}(X^\top X)$"),
               Wrong(r"X^\top", "X.T", "factor", r"one of the two $X$ was held")),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \sum_{ij}(\delta_{ik}\delta_{jl}X_{ji} + "
                     r"X_{ij}\delta_{jk}\delta_{il})", """
                g = np.zeros((n, n))
                for k in range(n):
                    for l in range(n):
                        for i in range(n):
                            for j in range(n):
                                g[k, l] += (i == k) * (j == l) * X[j, i] + X[i, j] * (j == k) * (i == l)
                return g"""),
            einsum=(r"X_{lk} + X_{lk}", "np.einsum('lk->kl', X) + np.einsum('lk->kl', X)"),
            differential=(r"df = \operatorname{tr}(dX\,X) + \operatorname{tr}(X\,dX)",
                          "np.trace(dX @ X) + np.trace(X @ dX)"),
            steps=("The deltas name the index: in both terms the indices of $X$ come out exchanged.",
                   r"Multiply by $dX_{kl}$ and sum: a trace for each place at which $X$ stands.",
                   r"Turn the first: $\operatorname{tr}(2X\,dX)$, so $G^\top = 2X$.")),
        refs="CB106", chapter=7, section="sec-7-quadratic"),

    Identity(
        "trace of X^2 B", "X: n n, B: n n",
        of=(r"\operatorname{tr}(X^2B)", "np.trace(X @ X @ B)"),
        gradient=(r"(XB + BX)^\top", "(X @ B + B @ X).T"),
        differential=(r"\operatorname{tr}\big((XB + BX)\,dX\big)", "np.trace((X @ B + B @ X) @ dX)"),
        other=(r"XB + BX", "X @ B + B @ X"),
        reason=r"$\operatorname{tr}(dX\,XB) + \operatorname{tr}(X\,dX\,B)$, each turned until $dX$ is last.",
        wrong=(Wrong(r"2(XB)^\top", "2 * (X @ B).T", "not symmetrised",
                     "as if $X$ and $B$ could change places"),
               Wrong(r"(XB)^\top", "(X @ B).T", "missing product-rule term", "the second $X$ was held"),
               Wrong(r"XB + BX", "X @ B + B @ X", "transposed", "read off before transposing")),
        refs="CB107", chapter=7, section="sec-7-quadratic"),

    Identity(
        "trace of X^T BX", "X: m n, B: m m",
        of=(r"\operatorname{tr}(X^\top BX)", "np.trace(X.T @ B @ X)"),
        gradient=(r"(B + B^\top)X", "(B + B.T) @ X"),
        hessian=(r"I_n\otimes(B + B^\top)", "np.kron(np.eye(n), B + B.T)"),
        other=(r"X^\top(B + B^\top)", "X.T @ (B + B.T)"),
        reason=r"A quadratic form for each column $\mathbf{x}$ of $X$, $\mathbf{x}^\top B\mathbf{x}$.",
        wrong=(Wrong(r"2BX", "2 * B @ X", "not symmetrised", "right if $B$ is symmetric"),
               Wrong(r"BX", "B @ X", "missing product-rule term", "one of the two $X$ was held"),
               Wrong(r"I\otimes B", "np.kron(np.eye(n), B)", "not symmetrised",
                     "the matrix of the form, not its second derivative", "hessian")),
        note=r"$\operatorname{tr}(BXX^\top)$ and $\operatorname{tr}(XX^\top B)$ are this trace turned.",
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \sum_j B_{kj}X_{jl} + \sum_i B_{ik}X_{il}", """
                g = np.zeros((m, n))
                for k in range(m):
                    for l in range(n):
                        for i in range(m):
                            g[k, l] += B[k, i] * X[i, l] + B[i, k] * X[i, l]
                return g"""),
            einsum=(r"B_{kj}X_{jl} + B_{ik}X_{il}",
                    "np.einsum('kj,jl->kl', B, X) + np.einsum('ik,il->kl', B, X)"),
            differential=(r"df = \operatorname{tr}(dX^\top BX) + \operatorname{tr}(X^\top B\,dX)",
                          "np.trace(dX.T @ B @ X) + np.trace(X.T @ B @ dX)"),
            steps=(r"$f = \sum X_{il}B_{ij}X_{jl}$: the variable stands there twice, so there are two sums.",
                   r"Multiply by $dX_{kl}$ and sum over $k$ and $l$: one trace for each.",
                   r"Transpose the first: $\operatorname{tr}\big(X^\top(B^\top + B)\,dX\big)$.")),
        refs="CB108 CB109 CB110", chapter=7, section="sec-7-quadratic",
        also="trace of B X X^T, trace of X X^T B"),

    Identity(
        "trace of XBX^T", "X: m n, B: n n",
        of=(r"\operatorname{tr}(XBX^\top)", "np.trace(X @ B @ X.T)"),
        gradient=(r"X(B + B^\top)", "X @ (B + B.T)"),
        hessian=(r"(B + B^\top)\otimes I_m", "np.kron(B + B.T, np.eye(m))"),
        other=(r"(B + B^\top)X^\top", "(B + B.T) @ X.T"),
        reason=r"A quadratic form for each row $\mathbf{x}^\top$ of $X$, $\mathbf{x}^\top B\mathbf{x}$.",
        wrong=(Wrong(r"2XB", "2 * X @ B", "not symmetrised", "right if $B$ is symmetric"),
               Wrong(r"XB", "X @ B", "missing product-rule term", "one of the two $X$ was held"),
               Wrong(r"(B + B^\top)X^\top", "(B + B.T) @ X.T", "transposed",
                     r"what stands beside $dX$ is $G^\top$")),
        note=r"$\operatorname{tr}(BX^\top X)$ and $\operatorname{tr}(X^\top XB)$ are this trace turned. "
             "The source asks for a symmetric $B$; it need not be.",
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \sum_j B_{lj}X_{kj} + \sum_i X_{ki}B_{il}", """
                g = np.zeros((m, n))
                for k in range(m):
                    for l in range(n):
                        for i in range(n):
                            g[k, l] += B[l, i] * X[k, i] + X[k, i] * B[i, l]
                return g"""),
            einsum=(r"B_{lj}X_{kj} + X_{ki}B_{il}",
                    "np.einsum('lj,kj->kl', B, X) + np.einsum('ki,il->kl', X, B)"),
            differential=(r"df = \operatorname{tr}(dX\,BX^\top) + \operatorname{tr}(XB\,dX^\top)",
                          "np.trace(dX @ B @ X.T) + np.trace(X @ B @ dX.T)"),
            steps=(r"$f = \sum X_{ki}B_{ij}X_{kj}$: two places, two sums.",
                   r"Multiply by $dX_{kl}$ and sum over $k$ and $l$: one trace for each.",
                   r"The second is $\langle XB, dX\rangle$, the first after transposing $\langle XB^\top, "
                   r"dX\rangle$.")),
        refs="CB111 CB112 CB113 S07-C10", chapter=7, section="sec-7-quadratic",
        also="trace of B X^T X, trace of X^T X B"),

    Identity(
        "trace of XBX^T, B symmetric", "X: m n, B: n n symmetric",
        of=(r"\operatorname{tr}(XBX^\top)", "np.trace(X @ B @ X.T)"),
        gradient=(r"2XB", "2 * X @ B"),
        other=(r"2BX^\top", "2 * B @ X.T"),
        reason=r"$B + B^\top = 2B$ in the gradient $X(B + B^\top)$.",
        conditions={"$B$ is symmetric": "B: n n"},
        wrong=(Wrong(r"XB", "X @ B", "factor", "one of the two $X$ was held"),),
        note=r"With $B = \Sigma^{-1}$ and rows $\mathbf{x}_i^\top$ it is "
             r"$\sum_i\mathbf{x}_i^\top\Sigma^{-1}\mathbf{x}_i$.",
        refs="S07-C11 S07-C12", chapter=7, section="sec-7-quadratic",
        also="sum of squared Mahalanobis distances"),

    Identity(
        "trace of X^T X", "X: m n",
        of=(r"\operatorname{tr}(X^\top X)", "np.trace(X.T @ X)"),
        gradient=(r"2X", "2 * X"),
        hessian=(r"2I", "2 * np.eye(m * n)"),
        equals=(r"\operatorname{tr}(XX^\top)", "np.trace(X @ X.T)"),
        other=(r"2X^\top", "2 * X.T"),
        reason=r"It is $\sum_{ij}X_{ij}^2 = \lVert X\rVert_F^2$: each entry squared by itself.",
        wrong=(Wrong(r"2X^\top", "2 * X.T", "transposed",
                     r"that is the gradient of $\operatorname{tr}(X^2)$"),
               Wrong(r"X", "X", "factor", r"the gradient of $\tfrac12\lVert X\rVert_F^2$")),
        refs="CB115 S07-C14", chapter=7, section="sec-7-quadratic"),

    Identity(
        "weight decay as a trace", "W: m n, lam:",
        of=(r"\lambda\operatorname{tr}(W^\top W)", "lam * np.trace(W.T @ W)"),
        gradient=(r"2\lambda W", "2 * lam * W"),
        other=(r"2\lambda W^\top", "2 * lam * W.T"),
        reason=r"$d\operatorname{tr}(W^\top W) = 2\operatorname{tr}(W^\top dW)$, and $\lambda$ stays in "
               r"front.",
        wrong=(Wrong(r"\lambda W", "lam * W", "factor", r"right for $\tfrac\lambda2\lVert W\rVert_F^2$"),),
        refs="S07-C21", chapter=7, section="sec-7-quadratic", also="ridge penalty l2"),

    Identity(
        "trace of AXBX", "X: m n, A: n m, B: n m",
        of=(r"\operatorname{tr}(AXBX)", "np.trace(A @ X @ B @ X)"),
        gradient=(r"A^\top X^\top B^\top + B^\top X^\top A^\top", "A.T @ X.T @ B.T + B.T @ X.T @ A.T"),
        differential=(r"\operatorname{tr}\big((BXA + AXB)\,dX\big)",
                      "np.trace((B @ X @ A + A @ X @ B) @ dX)"),
        other=(r"AXB + BXA", "A @ X @ B + B @ X @ A"),
        reason=r"$\operatorname{tr}(A\,dX\,BX) + \operatorname{tr}(AXB\,dX)$, the first turned.",
        wrong=(Wrong(r"2A^\top X^\top B^\top", "2 * A.T @ X.T @ B.T", "not symmetrised",
                     "as if $A$ and $B$ could change places"),
               Wrong(r"A^\top X^\top B^\top", "A.T @ X.T @ B.T", "missing product-rule term",
                     "one of the two $X$ was held"),
               Wrong(r"BXA + AXB", "B @ X @ A + A @ X @ B", "transposed", "read off before transposing")),
        refs="CB114", chapter=7, section="sec-7-quadratic"),

    Identity(
        "trace of B^T X^T CXB", "X: m n, B: n k, C: m m",
        of=(r"\operatorname{tr}(B^\top X^\top CXB)", "np.trace(B.T @ X.T @ C @ X @ B)"),
        gradient=(r"(C + C^\top)XBB^\top", "(C + C.T) @ X @ B @ B.T"),
        other=(r"BB^\top X^\top(C + C^\top)", "B @ B.T @ X.T @ (C + C.T)"),
        reason=r"$\operatorname{tr}(Y^\top CY)$ with $Y = XB$, and a gradient goes back through $XB$ by "
               r"$B^\top$.",
        wrong=(Wrong(r"2CXBB^\top", "2 * C @ X @ B @ B.T", "not symmetrised", "right if $C$ is symmetric"),
               Wrong(r"CXBB^\top", "C @ X @ B @ B.T", "missing product-rule term",
                     "one of the two $X$ was held"),
               Wrong(r"(C + C^\top)XB^\top B", "(C + C.T) @ X @ (B.T @ B)", "raises",
                     r"$B^\top B$ has the wrong size")),
        refs="CB116", chapter=7, section="sec-7-quadratic"),

    Identity(
        "trace of AXBX^T C", "X: m n, A: k m, B: n n, C: m k",
        of=(r"\operatorname{tr}(AXBX^\top C)", "np.trace(A @ X @ B @ X.T @ C)"),
        gradient=(r"A^\top C^\top XB^\top + CAXB", "A.T @ C.T @ X @ B.T + C @ A @ X @ B"),
        other=(r"BX^\top CA + B^\top X^\top A^\top C^\top", "B @ X.T @ C @ A + B.T @ X.T @ A.T @ C.T"),
        reason=r"Turned it is $\operatorname{tr}(X^\top MXB)$ with $M = CA$.",
        wrong=(Wrong(r"2CAXB", "2 * C @ A @ X @ B", "not symmetrised", "right if $CA$ and $B$ are symmetric"),
               Wrong(r"CAXB", "C @ A @ X @ B", "missing product-rule term", "one of the two $X$ was held"),
               Wrong(r"A^\top C^\top XB + CAXB^\top", "A.T @ C.T @ X @ B + C @ A @ X @ B.T",
                     "only for symmetric input", "$B$ is transposed in the wrong term")),
        refs="CB118 G07.5", chapter=7, section="sec-7-quadratic"),

    Identity(
        "trace of (AXB + C)(AXB + C)^T", "X: m n, A: k m, B: n q, C: k q",
        of=(r"\operatorname{tr}\big((AXB + C)(AXB + C)^\top\big)",
            "np.trace((A @ X @ B + C) @ (A @ X @ B + C).T)"),
        gradient=(r"2A^\top(AXB + C)B^\top", "2 * A.T @ (A @ X @ B + C) @ B.T"),
        hessian=(r"2BB^\top\otimes A^\top A", "2 * np.kron(B @ B.T, A.T @ A)"),
        other=(r"2B(AXB + C)^\top A", "2 * B @ (A @ X @ B + C).T @ A"),
        reason=r"$\lVert R\rVert_F^2$ with $R = AXB + C$ has $df = 2\langle R, A\,dX\,B\rangle$.",
        wrong=(Wrong(r"2A^\top AXBB^\top", "2 * A.T @ A @ X @ B @ B.T", "missing product-rule term",
                     "$C$ was dropped: its differential is zero, $C$ is not"),
               Wrong(r"A^\top(AXB + C)B^\top", "A.T @ (A @ X @ B + C) @ B.T", "factor",
                     "the 2 of the square"),
               Wrong(r"2(AXB + C)", "2 * (A @ X @ B + C)", "shape", "the inner derivative is missing"),
               Wrong(r"2A^\top A\otimes BB^\top", "2 * np.kron(A.T @ A, B @ B.T)", "kronecker order",
                     "the order of the product", "hessian")),
        refs="CB119", chapter=7, section="sec-7-quadratic", also="least squares residual"),

    Identity(
        "trace of X kron X", "X: n n",
        of=(r"\operatorname{tr}(X\otimes X)", "np.trace(np.kron(X, X))"),
        gradient=(r"2\operatorname{tr}(X)\,I", "2 * np.trace(X) * np.eye(n)"),
        equals=(r"\operatorname{tr}(X)^2", "np.trace(X)**2"),
        other=(r"2\operatorname{tr}(X)\,I", "2 * np.trace(X) * np.eye(n)"),
        reason=r"$\operatorname{tr}(X\otimes X) = \operatorname{tr}(X)^2$, then the square of a number.",
        wrong=(Wrong(r"\operatorname{tr}(X)\,I", "np.trace(X) * np.eye(n)", "factor",
                     "one of the two $X$ was held"),
               Wrong(r"2X^\top", "2 * X.T", None, r"that is for $\operatorname{tr}(X^2)$",
                     unnamed="the gradient of another function")),
        refs="CB120", chapter=7, section="sec-7-quadratic"),

    # Higher powers

    Identity(
        "trace of X^k", "X: n n, k: power",
        of=(r"\operatorname{tr}(X^k)", "np.trace(matrix_power(X, k))"),
        gradient=(r"k(X^{k-1})^\top", "k * matrix_power(X, k - 1).T"),
        differential=(r"k\operatorname{tr}(X^{k-1}dX)", "k * np.trace(matrix_power(X, k - 1) @ dX)"),
        other=(r"kX^{k-1}", "k * matrix_power(X, k - 1)"),
        reason=r"$k$ terms $\operatorname{tr}(X^r\,dX\,X^{k-1-r})$, all equal after a turn.",
        wrong=(Wrong(r"kX^{k-1}", "k * matrix_power(X, k - 1)", "transposed", "the rule for numbers"),
               Wrong(r"kX^{\odot(k-1)}", "k * X**(k - 1)", "elementwise product", "a power of each entry"),
               Wrong(r"(X^{k-1})^\top", "matrix_power(X, k - 1).T", "factor",
                     "one $X$ moves, the others were held")),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{ab}} = \sum_{r=0}^{k-1}\sum_i "
                     r"(X^r)_{ia}(X^{k-1-r})_{bi}", """
                g = np.zeros((n, n))
                for a in range(n):
                    for b in range(n):
                        for r in range(k):
                            for i in range(n):
                                g[a, b] += matrix_power(X, r)[i, a] * matrix_power(X, k - 1 - r)[b, i]
                return g"""),
            einsum=(r"(X^r)_{ia}(X^{k-1-r})_{bi}", """
                P = np.array([matrix_power(X, r) for r in range(k)])
                return np.einsum('ria,rbi->ab', P, P[::-1])"""),
            differential=(r"df = \textstyle\sum_r\operatorname{tr}(X^r\,dX\,X^{k-1-r})",
                          "sum(np.trace(matrix_power(X, r) @ dX @ matrix_power(X, k - 1 - r)) for r in "
                          "range(k))"),
            steps=("The powers are stacked: one sum over $r$ and $i$.",
                   r"Multiply by $dX_{ab}$ and sum: $dX$ stands between $X^r$ and $X^{k-1-r}$.",
                   r"Turned, all $k$ terms are $\operatorname{tr}(X^{k-1}dX)$.")),
        refs="CB121 G07.3", chapter=7, section="sec-7-quadratic"),

    Identity(
        "trace of AX^k", "X: n n, A: n n, k: power",
        of=(r"\operatorname{tr}(AX^k)", "np.trace(A @ matrix_power(X, k))"),
        gradient=(r"\sum_{r=0}^{k-1}(X^rAX^{k-1-r})^\top",
                  "sum((matrix_power(X, r) @ A @ matrix_power(X, k - 1 - r)).T for r in range(k))"),
        other=(r"\sum_{r=0}^{k-1}X^rAX^{k-1-r}",
               "sum(matrix_power(X, r) @ A @ matrix_power(X, k - 1 - r) for r in range(k))"),
        reason=r"$dX^k = \sum_r X^{k-1-r}\,dX\,X^r$; turned, $X^rAX^{k-1-r}$ stands before $dX$.",
        wrong=(Wrong(r"k(AX^{k-1})^\top", "k * (A @ matrix_power(X, k - 1)).T", "wrong order",
                     "right if $A$ and $X$ commute"),
               Wrong(r"\textstyle\sum_r X^rAX^{k-1-r}",
                     "sum(matrix_power(X, r) @ A @ matrix_power(X, k - 1 - r) for r in range(k))",
                     "transposed", "read off before transposing")),
        refs="CB122", chapter=7, section="sec-7-quadratic"),

    Identity(
        "a^T X^k b", "X: n n, a: n, b: n, k: power",
        of=(r"\mathbf{a}^\top X^k\mathbf{b}", "a @ matrix_power(X, k) @ b"),
        gradient=(r"\sum_{r=0}^{k-1}(X^r)^\top\mathbf{a}\mathbf{b}^\top(X^{k-1-r})^\top", """
            P = [matrix_power(X, r) for r in range(k)]
            return sum(np.outer(a @ P[r], P[k - 1 - r] @ b) for r in range(k))"""),
        other=(r"\sum_{r=0}^{k-1}X^{k-1-r}\mathbf{b}\mathbf{a}^\top X^r", """
            P = [matrix_power(X, r) for r in range(k)]
            return sum(np.outer(P[k - 1 - r] @ b, a @ P[r]) for r in range(k))"""),
        reason=r"$df = \sum_r\mathbf{a}^\top X^r\,dX\,X^{k-1-r}\mathbf{b}$: a row, $dX$ and a column in each "
               r"term.",
        wrong=(Wrong(r"\textstyle\sum_r X^{k-1-r}\mathbf{b}\mathbf{a}^\top X^r", """
                     P = [matrix_power(X, r) for r in range(k)]
                     return sum(np.outer(P[k - 1 - r] @ b, a @ P[r]) for r in range(k))""", "transposed",
                     "column before row, as they stand around $dX$"),
               Wrong(r"k(X^{k-1})^\top\mathbf{a}\mathbf{b}^\top",
                     "k * np.outer(a @ matrix_power(X, k - 1), b)", "wrong order",
                     "as if the powers could be brought to one side")),
        refs="CB91", chapter=7, section="sec-7-quadratic", also="bilinear form of a power"),

    Identity(
        "a^T (X^k)^T X^k b", "X: n n, a: n, b: n, k: power",
        of=(r"\mathbf{a}^\top(X^k)^\top X^k\mathbf{b}",
            "(matrix_power(X, k) @ a) @ (matrix_power(X, k) @ b)"),
        gradient=(r"\begin{aligned}\textstyle\sum_{r=0}^{k-1}&(X^r)^\top X^k(\mathbf{a}\mathbf{b}^\top + "
                  r"\mathbf{b}\mathbf{a}^\top)\\&(X^{k-1-r})^\top\end{aligned}", """
            P = [matrix_power(X, r) for r in range(k + 1)]
            M = P[k] @ (np.outer(a, b) + np.outer(b, a))
            return sum(P[r].T @ M @ P[k - 1 - r].T for r in range(k))"""),
        reason=r"$\langle X^k\mathbf{a}, X^k\mathbf{b}\rangle$: either factor moves, by $dX^k = \sum_r "
               r"X^r\,dX\,X^{k-1-r}$.",
        wrong=(Wrong(r"\begin{aligned}\textstyle\sum_r&X^{k-1-r}\mathbf{a}\mathbf{b}^\top(X^k)^\top "
                     r"X^r\\&{}+ (X^r)^\top X^k\mathbf{a}\mathbf{b}^\top(X^{k-1-r})^\top\end{aligned}", """
                     P = [matrix_power(X, r) for r in range(k + 1)]
                     A = np.outer(a, b)
                     return sum(P[k - 1 - r] @ A @ P[k].T @ P[r] + P[r].T @ P[k] @ A @ P[k - 1 - r].T
                                for r in range(k))""",
                     "transposed", "the first half was not transposed; so the Cookbook prints it"),),
        note="The Cookbook prints the first half of the sum transposed.",
        refs="CB92", chapter=7, section="sec-7-quadratic"),

    Identity(
        "trace of B^T X^T CXX^T CXB", "X: m n, B: n k, C: m m",
        of=(r"\operatorname{tr}(B^\top X^\top CXX^\top CXB)",
            "np.trace(B.T @ X.T @ C @ X @ X.T @ C @ X @ B)"),
        gradient=(r"\begin{aligned}&CXX^\top CXBB^\top\\&{}+ C^\top XBB^\top X^\top C^\top X\\"
                  r"&{}+ CXBB^\top X^\top CX\\&{}+ C^\top XX^\top C^\top XBB^\top\end{aligned}", """
            M = B @ B.T
            return (C @ X @ X.T @ C @ X @ M + C.T @ X @ M @ X.T @ C.T @ X
                    + C @ X @ M @ X.T @ C @ X + C.T @ X @ X.T @ C.T @ X @ M)"""),
        reason=r"$X$ stands there four times, and each place gives one term.",
        wrong=(Wrong(r"4CXX^\top CXBB^\top", "4 * C @ X @ X.T @ C @ X @ B @ B.T", None,
                     "as if all four places were alike", unnamed="three of four terms differ"),
               Wrong(r"\begin{aligned}&CXX^\top CXBB^\top\\&{}+ C^\top XX^\top C^\top XBB^\top\end{aligned}",
                     "(C @ X @ X.T @ C + C.T @ X @ X.T @ C.T) @ X @ B @ B.T", "missing product-rule term",
                     "the two $X$ in the middle were held")),
        refs="CB123", chapter=7, section="sec-7-quadratic",
        symbolic="a polynomial of degree four in four matrices: SymPy takes a quarter of a minute"),

    # Functions of a matrix

    Identity(
        "trace of sin X", "X: n n",
        of=(r"\operatorname{tr}\sin X", "np.sum(np.sin(eig(X)[0])).real"),
        gradient=(r"(\cos X)^\top", """
            w, V = eig(X)
            return (V * np.cos(w) @ inv(V)).real.T"""),
        other=(r"\cos X", """
            w, V = eig(X)
            return (V * np.cos(w) @ inv(V)).real"""),
        reason=r"Under a trace each $dX^k$ is $kX^{k-1}dX$, so a power series is differentiated term by "
               r"term.",
        wrong=(Wrong(r"\cos X", """
            w, V = eig(X)
            return (V * np.cos(w) @ inv(V)).real""", "transposed", "the rule for numbers"),
               Wrong(r"\cos(X_{ij})", "np.cos(X)", "elementwise product",
                     "`np.cos` works entry by entry")),
        note=r"In the same way $\nabla\operatorname{tr}F(X) = (F'(X))^\top$ for every power series $F$.",
        refs="CB128", chapter=7, section="sec-7-quadratic",
        symbolic="the sine of a matrix needs its eigenvalues",
        also="matrix function power series"),
)
