"""Norms."""
from .entry import Identity, Views, Wrong

EQUALITY = "an equality, no derivative: nothing is differentiated that a mistake could be named after"

ENTRIES = (
    # Vectors
    Identity(
        "square of a number", "x:",
        of=("x^2", "x**2"),
        gradient=("2x", "2 * x"),
        hessian=("2", "np.array([[2]])"),
        reason=r"$d(x\,x) = dx\,x + x\,dx$, and numbers commute.",
        wrong=(Wrong("x", "x", "factor", "one of the two factors was held"),),
        refs="S10-C08", chapter=10, section="sec-10-frobenius"),

    Identity(
        "squared Euclidean distance", "x: n, a: n",
        of=(r"\lVert\mathbf{x} - \mathbf{a}\rVert^2", "norm(x - a)**2"),
        gradient=(r"2(\mathbf{x} - \mathbf{a})", "2 * (x - a)"),
        hessian=("2I", "2 * np.eye(n)"),
        reason=r"$d(\mathbf{r}^\top\mathbf{r}) = d\mathbf{r}^\top\mathbf{r} + \mathbf{r}^\top d\mathbf{r} "
               r"= 2\mathbf{r}^\top d\mathbf{r}$ with $\mathbf{r} = \mathbf{x} - \mathbf{a}$.",
        wrong=(Wrong(r"\mathbf{x} - \mathbf{a}", "x - a", "factor",
                     r"the derivative of $\frac12\lVert\mathbf{x} - \mathbf{a}\rVert^2$"),
               Wrong(r"\frac{\mathbf{x} - \mathbf{a}}{\lVert\mathbf{x} - \mathbf{a}\rVert}",
                     "(x - a) / norm(x - a)", "wrong normalisation",
                     "the derivative of the distance, not of its square"),
               Wrong(r"2\lVert\mathbf{x} - \mathbf{a}\rVert", "2 * norm(x - a)", "shape",
                     "the rule for numbers with the norm in place of the number")),
        other=(r"2(\mathbf{x} - \mathbf{a})^\top", "2 * (x - a)"),
        note=r"With $\mathbf{a} = 0$: $\nabla\lVert\mathbf{x}\rVert^2 = 2\mathbf{x}$.",
        refs="CB131", chapter=10, section="sec-10-frobenius", also="squared Euclidean norm"),

    Identity(
        "Euclidean distance", "x: n, a: n",
        of=(r"\lVert\mathbf{x} - \mathbf{a}\rVert", "norm(x - a)"),
        gradient=(r"\frac{\mathbf{x} - \mathbf{a}}{\lVert\mathbf{x} - \mathbf{a}\rVert}",
                  "(x - a) / norm(x - a)"),
        hessian=(r"\frac{I}{\lVert\mathbf{x} - \mathbf{a}\rVert} - \frac{(\mathbf{x} - "
                 r"\mathbf{a})(\mathbf{x} - \mathbf{a})^\top}{\lVert\mathbf{x} - \mathbf{a}\rVert^3}", """
            u = (x - a) / norm(x - a)
            return (np.eye(n) - np.outer(u, u)) / norm(x - a)"""),
        reason=r"$d\sqrt{s} = \frac{ds}{2\sqrt{s}}$ with $s = \lVert\mathbf{x} - \mathbf{a}\rVert^2$: the "
               "2 cancels.",
        conditions={r"$\mathbf{x} \ne \mathbf{a}$": "x = a.copy()"},
        wrong=(Wrong(r"2(\mathbf{x} - \mathbf{a})", "2 * (x - a)", "wrong normalisation",
                     "the derivative of the square"),
               Wrong(r"\frac{\mathbf{x} - \mathbf{a}}{2\lVert\mathbf{x} - \mathbf{a}\rVert}",
                     "(x - a) / (2 * norm(x - a))", "factor",
                     "the root was differentiated, the square below it was not"),
               Wrong(r"\frac{\mathbf{x}}{\lVert\mathbf{x} - \mathbf{a}\rVert}", "x / norm(x - a)",
                     "missing product-rule term",
                     r"$\mathbf{a}$ was dropped as a constant before differentiating")),
        views=Views(
            indices=(r"\frac{\partial f}{\partial x_k} = \frac{x_k - a_k}{\sqrt{\sum_i (x_i - a_i)^2}}", """
                g, s = np.zeros(n), 0.0
                for i in range(n):
                    s += (x[i] - a[i])**2
                for k in range(n):
                    g[k] = 2 * (x[k] - a[k]) / (2 * np.sqrt(s))
                return g"""),
            einsum=(r"r_k\,(r_ir_i)^{-1/2},\quad \mathbf{r} = \mathbf{x} - \mathbf{a}",
                    "(x - a) * np.einsum('i,i->', x - a, x - a)**-0.5"),
            differential=(r"df = \frac{2\,(\mathbf{x} - \mathbf{a})^\top d\mathbf{x}}{2\lVert\mathbf{x} - "
                          r"\mathbf{a}\rVert}", "2 * (x - a) @ dx / (2 * norm(x - a))"),
            steps=("The sum below the root is an einsum without a free index: one number for all $k$.",
                   r"Multiply by $dx_k$ and sum over $k$: the root's $\frac{1}{2\sqrt{s}}$ times $ds$.",
                   r"Cancel the 2; what stands before $d\mathbf{x}$, transposed, is the gradient.")),
        refs="CB129", chapter=1, section="sec-1-rules", also="Euclidean norm of a difference"),

    Identity(
        "unit vector away from a point", "x: n, a: n",
        of=(r"\frac{\mathbf{x} - \mathbf{a}}{\lVert\mathbf{x} - \mathbf{a}\rVert}", "(x - a) / norm(x - a)"),
        jacobian=(r"\frac{I}{\lVert\mathbf{x} - \mathbf{a}\rVert} - \frac{(\mathbf{x} - "
                  r"\mathbf{a})(\mathbf{x} - \mathbf{a})^\top}{\lVert\mathbf{x} - \mathbf{a}\rVert^3}", """
            r = x - a
            return np.eye(n) / norm(r) - np.outer(r, r) / norm(r)**3"""),
        reason=r"Product rule for $\mathbf{r}\cdot\frac{1}{\lVert\mathbf{r}\rVert}$, $\mathbf{r} = "
               r"\mathbf{x} - \mathbf{a}$: the length moves too, along $\mathbf{r}$.",
        conditions={r"$\mathbf{x} \ne \mathbf{a}$": "x = a.copy()"},
        wrong=(Wrong(r"\frac{I}{\lVert\mathbf{x} - \mathbf{a}\rVert}", "np.eye(n) / norm(x - a)",
                     "missing product-rule term", "the length was held"),
               Wrong(r"\frac{I - (\mathbf{x} - \mathbf{a})(\mathbf{x} - \mathbf{a})^\top}{\lVert\mathbf{x} "
                     r"- \mathbf{a}\rVert}", "(np.eye(n) - np.outer(x - a, x - a)) / norm(x - a)",
                     "wrong normalisation", r"right if $\mathbf{x} - \mathbf{a}$ is a unit vector")),
        other=(r"\frac{I}{\lVert\mathbf{x} - \mathbf{a}\rVert} - \frac{(\mathbf{x} - "
               r"\mathbf{a})(\mathbf{x} - \mathbf{a})^\top}{\lVert\mathbf{x} - \mathbf{a}\rVert^3}", """
            r = x - a
            return np.eye(n) / norm(r) - np.outer(r, r) / norm(r)**3"""),
        note="A symmetric matrix: both layouts agree. It is the Hessian of the distance.",
        refs="CB130", chapter=3, section="sec-3-norms", also="normalised vector direction"),

    # The Frobenius norm
    Identity(
        "squared Frobenius norm", "X: m n",
        of=(r"\lVert X\rVert_F^2", "norm(X)**2"),
        gradient=("2X", "2 * X"),
        differential=(r"2\operatorname{tr}(X^\top dX)", "2 * np.trace(X.T @ dX)"),
        hessian=("2I_{mn}", "2 * np.eye(m * n)"),
        equals=(r"\operatorname{tr}(X^\top X)", "np.trace(X.T @ X)"),
        reason=r"Entry $j$ on the diagonal of $X^\top X$ is the sum of squares of column $j$; and "
               r"$d\operatorname{tr}(X^\top X) = \operatorname{tr}(dX^\top X) + \operatorname{tr}(X^\top "
               "dX)$; the two are equal.",
        wrong=(Wrong(r"2X^\top", "2 * X.T", "transposed",
                     r"$dX$ was pulled out of $\operatorname{tr}(X^\top dX)$ as it stands"),
               Wrong("X", "X", "factor", r"the derivative of $\frac12\lVert X\rVert_F^2$"),
               Wrong(r"\frac{X}{\lVert X\rVert_F}", "X / norm(X)", "wrong normalisation",
                     "the derivative of the norm, not of its square")),
        other=(r"2X^\top", "2 * X.T"),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \sum_{ij}2X_{ij}\,\delta_{ik}\delta_{jl}", """
                G = np.zeros((m, n))
                for k in range(m):
                    for l in range(n):
                        for i in range(m):
                            for j in range(n):
                                G[k, l] += 2 * X[i, j] * (i == k) * (j == l)
                return G"""),
            einsum=(r"2X_{ij}\,\delta_{ik}\delta_{jl}",
                    "2 * np.einsum('ij,ik,jl->kl', X, np.eye(m), np.eye(n))"),
            differential=(r"df = \operatorname{tr}(dX^\top X) + \operatorname{tr}(X^\top dX)",
                          "np.trace(dX.T @ X) + np.trace(X.T @ dX)"),
            steps=("Each square moves with its own entry alone: two Kronecker deltas pick it.",
                   r"Multiply by $dX_{kl}$ and sum: $\sum_{ij} 2X_{ij}\,dX_{ij}$ is the trace of $X^\top "
                   "dX$, twice.",
                   r"A trace is that of its transpose, so both terms are $\langle X, dX\rangle$.")),
        refs="CB132 S07-C13 S10-C04 S10-C10 S10-C11 S10-C12 E54", chapter=10, section="sec-10-frobenius",
        also="trace of X^T X"),

    Identity(
        "Frobenius norm", "X: m n",
        of=(r"\lVert X\rVert_F", "norm(X)"),
        gradient=(r"\frac{X}{\lVert X\rVert_F}", "X / norm(X)"),
        hessian=(r"\frac{1}{\lVert X\rVert_F}\Bigl(I - \frac{\operatorname{vec}X\operatorname{vec}(X)^"
                 r"\top}{\lVert X\rVert_F^2}\Bigr)",
                 "(np.eye(m * n) - np.outer(vec(X), vec(X)) / norm(X)**2) / norm(X)"),
        reason=r"$d\sqrt{s} = \frac{ds}{2\sqrt{s}}$ with $s = \lVert X\rVert_F^2$, $ds = 2\langle X, "
               r"dX\rangle$.",
        conditions={r"$X \ne 0$": "X = 0 * X"},
        wrong=(Wrong("2X", "2 * X", "wrong normalisation",
                     r"the derivative of the square; right where $\lVert X\rVert_F = \frac12$"),
               Wrong(r"\frac{X}{\lVert X\rVert_F^2}", "X / norm(X)**2", "wrong normalisation",
                     "the root was forgotten below"),
               Wrong(r"\operatorname{sign}X", "np.sign(X)", "elementwise product",
                     r"$\frac{x}{|x|}$, entry by entry")),
        other=(r"\frac{X^\top}{\lVert X\rVert_F}", "X.T / norm(X)"),
        refs="G10.1a E54", chapter=10, section="sec-10-frobenius"),

    Identity(
        "power of the Frobenius norm", "X: m n, r: positive",
        of=(r"\lVert X\rVert_F^r", "norm(X)**r"),
        gradient=(r"r\lVert X\rVert_F^{r-2}X", "r * norm(X)**(r - 2) * X"),
        reason=r"$r\,s^{r-1}$ with $s = \lVert X\rVert_F$, times $\frac{X}{s}$.",
        conditions={r"$X \ne 0$": "X = 0 * X"},
        wrong=(Wrong(r"r\lVert X\rVert_F^{r-1}X", "r * norm(X)**(r - 1) * X", "wrong normalisation",
                     "the rule for numbers, without the length of the inner derivative"),
               Wrong(r"\lVert X\rVert_F^{r-2}X", "norm(X)**(r - 2) * X", "factor",
                     "the exponent did not come down")),
        other=(r"r\lVert X\rVert_F^{r-2}X^\top", "r * norm(X)**(r - 2) * X.T"),
        note=r"For $r \ge 2$ it holds at $X = 0$ too; $r = 2$ gives $2X$.",
        refs="G10.1b", chapter=10, section="sec-10-frobenius"),

    Identity(
        "least squares in a factor of AXB", "X: n p, A: m n, B: p q, C: m q",
        of=(r"\tfrac12\lVert AXB - C\rVert_F^2", "norm(A @ X @ B - C)**2 / 2"),
        gradient=(r"A^\top(AXB - C)B^\top", "A.T @ (A @ X @ B - C) @ B.T"),
        hessian=(r"BB^\top\otimes A^\top A", "np.kron(B @ B.T, A.T @ A)"),
        reason=r"$\langle R, A\,dX\,B\rangle = \langle A^\top RB^\top, dX\rangle$ with $R = AXB - C$.",
        wrong=(Wrong(r"2A^\top(AXB - C)B^\top", "2 * A.T @ (A @ X @ B - C) @ B.T", "factor",
                     r"the $\frac12$ was overlooked"),
               Wrong(r"B(AXB - C)^\top A", "B @ (A @ X @ B - C).T @ A", "transposed",
                     "the derivative in the other layout"),
               Wrong(r"A^\top(AXB + C)B^\top", "A.T @ (A @ X @ B + C) @ B.T", None,
                     "the sign of $C$ was lost", unnamed="one of two terms: a name at some inputs only")),
        other=(r"B(AXB - C)^\top A", "B @ (A @ X @ B - C).T @ A"),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \sum_{ij}A_{ik}R_{ij}B_{lj}", """
                R, D = A @ X @ B - C, np.zeros((n, p))
                for k in range(n):
                    for l in range(p):
                        for i in range(m):
                            for j in range(q):
                                D[k, l] += A[i, k] * R[i, j] * B[l, j]
                return D"""),
            einsum=("A_{ik}R_{ij}B_{lj}", "np.einsum('ik,ij,lj->kl', A, A @ X @ B - C, B)"),
            differential=(r"df = \langle R, A\,dX\,B\rangle", "np.sum((A @ X @ B - C) * (A @ dX @ B))"),
            steps=("Each residual $R_{ij}$ moves with $X_{kl}$ by $A_{ik}B_{lj}$; the indices that are "
                   "summed are $i$ and $j$.",
                   r"Multiply by $dX_{kl}$ and sum: $\sum_{kl}A_{ik}\,dX_{kl}B_{lj}$ is entry $(i, j)$ of "
                   r"$A\,dX\,B$.",
                   r"$A$ and $B$ change sides in the inner product and are transposed: $\langle A^\top "
                   r"RB^\top, dX\rangle$.")),
        refs="G10.5", chapter=10, section="sec-10-ridge", also="residual regression"),

    # Ridge and weight decay
    Identity(
        "ridge, minimiser", "X: N n, y: N, lam: positive",
        of=(r"\operatorname*{argmin}_{\mathbf{w}}\,\tfrac{1}{2N}\lVert X\mathbf{w} - \mathbf{y}\rVert^2 + "
            r"\tfrac{\lambda}{2}\lVert\mathbf{w}\rVert^2", """
            rows = np.vstack([X / np.sqrt(N), np.sqrt(lam) * np.eye(n)])
            return np.linalg.lstsq(rows, np.concatenate([y / np.sqrt(N), np.zeros(n)]), rcond=None)[0]"""),
        equals=(r"(X^\top X + N\lambda I)^{-1}X^\top\mathbf{y}",
                "solve(X.T @ X + N * lam * np.eye(n), X.T @ y)"),
        reason=r"$\frac1N X^\top(X\mathbf{w} - \mathbf{y}) + \lambda\mathbf{w} = 0$; times $N$, which "
               r"multiplies $\lambda$ too.",
        conditions={r"$\lambda > 0$, or $X$ has full column rank": "lam = 0.0; X[:, 0] = X[:, 1]"},
        wrong=(Wrong(r"(X^\top X + \lambda I)^{-1}X^\top\mathbf{y}",
                     "solve(X.T @ X + lam * np.eye(n), X.T @ y)", None,
                     r"it belongs to $\frac12\lVert X\mathbf{w} - \mathbf{y}\rVert^2$, a loss without the "
                     "mean", unnamed=EQUALITY),),
        refs="S10-C15 G10.8a E03", chapter=10, section="sec-10-ridge",
        symbolic="least squares by orthogonal factors, np.linalg.lstsq"),

    Identity(
        "ridge, path of the minimiser", "lam: positive, X: N k, y: N",
        of=(r"(X^\top X + N\lambda I)^{-1}X^\top\mathbf{y}", "solve(X.T @ X + N * lam * np.eye(k), X.T @ y)"),
        differential=(r"-N(X^\top X + N\lambda I)^{-1}\mathbf{w}\,d\lambda", """
            H = X.T @ X + N * lam * np.eye(k)
            w = solve(H, X.T @ y)
            return -N * solve(H, w) * dlam"""),
        reason=r"Differentiate $(X^\top X + N\lambda I)\mathbf{w} = X^\top\mathbf{y}$: "
               r"$N\,d\lambda\,\mathbf{w} + (X^\top X + N\lambda I)\,d\mathbf{w} = 0$.",
        wrong=(Wrong(r"-(X^\top X + N\lambda I)^{-1}\mathbf{w}\,d\lambda", """
                   H = X.T @ X + N * lam * np.eye(k)
                   return -solve(H, solve(H, X.T @ y)) * dlam""", "factor",
                     "the inner derivative $N$ is missing"),
               Wrong(r"N(X^\top X + N\lambda I)^{-1}\mathbf{w}\,d\lambda", """
                   H = X.T @ X + N * lam * np.eye(k)
                   return N * solve(H, solve(H, X.T @ y)) * dlam""", "sign",
                     "an inverse moves against its matrix"),
               Wrong(r"-N\mathbf{w}\,d\lambda", "-N * solve(X.T @ X + N * lam * np.eye(k), X.T @ y) * dlam",
                     "missing chain factor",
                     r"one inverse short: the equation was not solved for $d\mathbf{w}$")),
        note=r"$\mathbf{w}$ is the minimiser itself.",
        refs="G10.8b", chapter=10, section="sec-10-ridge"),

    Identity(
        "cross-entropy with an L2 penalty",
        "W: n k, X: N n, Y: N k probabilities, lam: positive; Y[:, 0] = 1 - Y[:, 1:].sum(axis=1)",
        of=(r"-\tfrac1N\langle Y, \log P\rangle + \tfrac{\lambda}{2}\lVert W\rVert_F^2", """
            Z = X @ W
            log_P = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
            return -np.sum(Y * log_P) / N + lam / 2 * np.sum(W**2)"""),
        gradient=(r"\tfrac1N X^\top(P - Y) + \lambda W", """
            E = np.exp(X @ W)
            P = E / E.sum(axis=1, keepdims=True)
            return X.T @ (P - Y) / N + lam * W"""),
        reason="Two terms, two constants: the penalty does not see the batch, "
               r"$\nabla\frac{\lambda}{2}\lVert W\rVert_F^2 = \lambda W$.",
        conditions={"the rows of $Y$ sum to 1": "Y = 2 * Y"},
        wrong=(Wrong(r"\tfrac1N X^\top(P - Y) + 2\lambda W", """
                   E = np.exp(X @ W)
                   return X.T @ (E / E.sum(axis=1, keepdims=True) - Y) / N + 2 * lam * W""", "factor",
                     r"the $\frac12$ before the penalty was overlooked"),
               Wrong(r"\tfrac1N X^\top(P - Y)", """
                   E = np.exp(X @ W)
                   return X.T @ (E / E.sum(axis=1, keepdims=True) - Y) / N""", "missing product-rule term",
                     "the penalty was left to the optimiser"),
               Wrong(r"X^\top(P - Y) + \lambda W", """
                   E = np.exp(X @ W)
                   return X.T @ (E / E.sum(axis=1, keepdims=True) - Y) + lam * W""", "factor",
                     r"the mean's $\frac1N$ was forgotten")),
        note="$P$ is the softmax of the rows of $XW$; in a network the first term is what backpropagation "
             "gives.",
        refs="S10-C19 E54", chapter=10, section="sec-10-decay", also="weight decay regularization softmax"),

    Identity(
        "weight decay in a plain gradient step", "W: n k, G: n k, lam: positive, eta: positive",
        of=(r"W - \eta(G + \lambda W)", "W - eta * (G + lam * W)"),
        equals=(r"(1 - \eta\lambda)W - \eta G", "(1 - eta * lam) * W - eta * G"),
        reason=r"The penalty's gradient $\lambda W$ enters the step as it is.",
        wrong=(Wrong(r"(1 - \lambda)W - \eta G", "(1 - lam) * W - eta * G", None,
                     "the decay is the step length times the penalty", unnamed=EQUALITY),
               Wrong(r"(1 - \eta\lambda)W - \eta\,G/|G + \lambda W|",
                     "(1 - eta * lam) * W - eta * G / np.abs(G + lam * W)", None,
                     "the step of an adaptive method, which rescales the penalty together with the gradient",
                     unnamed=EQUALITY)),
        note=r"AdamW decays as on the right, $(1 - \eta\lambda)W - \eta\,\hat m/(\sqrt{\hat v} + "
             r"\varepsilon)$, with moments of $G$ alone. Adam on the penalised loss divides $\lambda W$ by "
             r"$\sqrt{\hat v}$: another step.",
        refs="G10.9 E26", chapter=10, section="sec-10-decay", also="AdamW SGD L2 regularization"),

    # Through the singular values
    Identity(
        "spectral norm", "X: N n",
        of=(r"\lVert X\rVert_2", "norm(X, 2)"),
        gradient=(r"\mathbf{u}_1\mathbf{v}_1^\top", """
            U, s, Vt = svd(X)
            return np.outer(U[:, 0], Vt[0])"""),
        reason=r"$\sigma_1 = \mathbf{u}_1^\top X\mathbf{v}_1$, and unit vectors turn at right angles to "
               "themselves.",
        conditions={r"$\sigma_1 > \sigma_2$": "X: N n orthonormal columns"},
        wrong=(Wrong(r"\mathbf{v}_1\mathbf{u}_1^\top", """
                   U, s, Vt = svd(X)
                   return np.outer(Vt[0], U[:, 0])""", "transposed", "the derivative in the other layout"),
               Wrong(r"2\sigma_1\mathbf{u}_1\mathbf{v}_1^\top", """
                   U, s, Vt = svd(X)
                   return 2 * s[0] * np.outer(U[:, 0], Vt[0])""", "missing chain factor",
                     r"the derivative of the square, $\lambda_{\max}(X^\top X)$"),
               Wrong(r"UV^\top", """
                   U, s, Vt = svd(X, full_matrices=False)
                   return U @ Vt""", None, "the nuclear norm's gradient",
                     unnamed="the gradient of another norm")),
        other=(r"\mathbf{v}_1\mathbf{u}_1^\top", """
            U, s, Vt = svd(X)
            return np.outer(Vt[0], U[:, 0])"""),
        refs="G10.2a", chapter=10, section="sec-10-svd", symbolic="singular values",
        also="operator 2-norm largest singular value"),

    Identity(
        "equal singular values, one-sided rates",
        "t:, U: N n orthonormal columns, V: n n orthogonal, H: N n; t = 0 * t; X = 2 * U @ V.T",
        of=(r"(\sigma_1, \ldots, \sigma_n)(X + tH)", """
            s = svd(X + t * H)[1]
            return s if t >= 0 else s[::-1]         # before t = 0 in the other order"""),
        differential=(r"\operatorname{eig}\bigl(\operatorname{sym}(U^\top HV)\bigr)\,dt",
                      "eigh(sym(U.T @ H @ V))[0][::-1] * dt"),
        reason=r"On the pair of subspaces of one singular value, $X$ is a multiple of $UV^\top$: only "
               r"$U^\top HV$ splits it.",
        conditions={"$U$, $V$ belong to one singular value": "X[:, 0] = 2 * X[:, 0]"},
        wrong=(Wrong(r"\operatorname{diag}(U^\top HV)\,dt", "np.sort(np.diag(U.T @ H @ V))[::-1] * dt", None,
                     "the rule for simple singular values, for the basis that happens to be there",
                     unnamed="eigenvalues and diagonal of one matrix have only their sum in common"),
               Wrong(r"\sigma(U^\top HV)\,dt", "svd(U.T @ H @ V)[1] * dt", None,
                     "not symmetrised: singular values of the block",
                     unnamed="the symmetric part stands inside the eigenvalues")),
        note=r"At $t = 0$, $X = \sigma UV^\top$, and $t$ grows from 0. The first is the slope of $\lVert X "
             r"+ tH\rVert_2$: the largest $\langle\mathbf{u}\mathbf{v}^\top, H\rangle$ over unit pairs "
             r"$\mathbf{u} = U\mathbf{c}$, $\mathbf{v} = V\mathbf{c}$, whose convex hull is the "
             "subdifferential.",
        refs="G10.2b", chapter=10, section="sec-10-corners", symbolic="singular values",
        also="spectral norm subdifferential tie repeated"),

    Identity(
        "nuclear norm", "X: N n",
        of=(r"\lVert X\rVert_*", 'norm(X, "nuc")'),
        gradient=(r"UV^\top", """
            U, s, Vt = svd(X, full_matrices=False)
            return U @ Vt"""),
        reason=r"$d\sum_i\sigma_i = \sum_i\mathbf{u}_i^\top dX\,\mathbf{v}_i = \langle UV^\top, dX\rangle$.",
        conditions={"$X$ has full rank": "X[:, 0] = X[:, 1]"},
        wrong=(Wrong(r"\mathbf{u}_1\mathbf{v}_1^\top", """
                   U, s, Vt = svd(X)
                   return np.outer(U[:, 0], Vt[0])""", None, "the first direction only: the spectral norm",
                     unnamed="the gradient of another norm"),
               Wrong(r"VU^\top", """
                   U, s, Vt = svd(X, full_matrices=False)
                   return (U @ Vt).T""", "transposed", "the derivative in the other layout"),
               Wrong(r"USV^\top", "X", "only for orthogonal input", "all of the decomposition was put back")),
        other=(r"VU^\top", """
            U, s, Vt = svd(X, full_matrices=False)
            return (U @ Vt).T"""),
        note=r"The sum of the singular values; $X = USV^\top$ is the thin decomposition.",
        refs="G10.3a", chapter=10, section="sec-10-svd", symbolic="singular values", also="trace norm"),

    Identity(
        "nuclear norm at low rank, one-sided rate", "t:, X: N n, H: N n; t = 0 * t; X[:, 0] = X[:, 1]",
        of=(r"\lVert X + tH\rVert_*", """
            s = svd(X + t * H)[1]
            return s[:-1].sum() + np.sign(t) * s[-1]    # smooth; for t >= 0 it is the norm"""),
        differential=(r"\bigl(\langle UV^\top, H\rangle + \lVert U_\perp^\top HV_\perp\rVert_*\bigr)\,dt", """
            U, s, Vt = svd(X)
            r = n - 1
            return (np.sum(U[:, :r] @ Vt[:r] * H) + norm(U[:, r:].T @ H @ Vt[r:].T, "nuc")) * dt"""),
        reason=r"It is $\max\langle UV^\top + W, H\rangle$ over the subdifferential: $W$ may be any "
               r"$U_\perp CV_\perp^\top$ with $\lVert C\rVert_2 \le 1$.",
        conditions={"$X$ has rank $n - 1$": "X[:, 0] = 2 * X[:, 1] + H[:, 0]"},
        wrong=(Wrong(r"\langle UV^\top, H\rangle\,dt", """
                   U, s, Vt = svd(X)
                   return np.sum(U[:, :n - 1] @ Vt[:n - 1] * H) * dt""", None,
                     "the zero singular value was forgotten: it grows from 0",
                     unnamed="a number at one point: any other value would explain it as well"),
               Wrong(r"\langle U_nV_n^\top, H\rangle\,dt", """
                   U, s, Vt = svd(X, full_matrices=False)
                   return np.sum(U @ Vt * H) * dt""", None,
                     "the full-rank formula, with the vectors that svd happens to return",
                     unnamed="a number at one point: any other value would explain it as well")),
        note=r"At $t = 0$, and $t$ grows from 0. $U_\perp$, $V_\perp$ complete the singular vectors of "
             r"$\sigma_i > 0$.",
        refs="G10.3b", chapter=10, section="sec-10-corners", symbolic="singular values",
        also="subdifferential slope rank deficient"),

    Identity(
        "subgradient of the nuclear norm", "X: N n, C: n n; X[:, 0] = X[:, 1]; C = C / (2 * norm(C))",
        of=(r"\bigl(\langle Y, X\rangle, \lVert Y\rVert_2\bigr)", """
            U, s, Vt = svd(X)
            r = n - 1
            W = U[:, r:n] @ C[r:, r:] @ Vt[r:]
            Y = U[:, :r] @ Vt[:r] + W
            return np.array([np.sum(Y * X), norm(Y, 2)])"""),
        equals=(r"\bigl(\lVert X\rVert_*, 1\bigr)", 'np.array([norm(X, "nuc"), 1.0])'),
        reason=r"$U^\top W = 0$ and $WV = 0$: $W$ does not see $X$, and $\lVert W\rVert_2 \le 1$ keeps the "
               "spectral norm at 1.",
        conditions={r"$\lVert W\rVert_2 \le 1$": "C = 9 * np.eye(n)",
                    r"$U^\top W = 0$: $r$ is the rank": "X[:, 0] = 2 * X[:, 1] + X[0, 0]"},
        wrong=(Wrong(r"\bigl(\lVert X\rVert_F, 1\bigr)", "np.array([norm(X), 1.0])", None,
                     "the norm of another pair of duals; right at rank 1", unnamed=EQUALITY),),
        note=r"$Y = UV^\top + W$, with singular vectors of $\sigma_i > 0$ only. The two equations make it "
             r"a subgradient: $\lVert Z\rVert_* \ge \langle Y, Z\rangle$ for all $Z$, with equality at $X$.",
        refs="G10.3c", chapter=10, section="sec-10-corners", symbolic="singular values",
        also="subdifferential certificate"),

    Identity(
        "nuclear norm by duality", "X: N n",
        of=(r"\lVert X\rVert_*", 'norm(X, "nuc")'),
        equals=(r"\langle X, UV^\top\rangle", """
            U, s, Vt = svd(X, full_matrices=False)
            return np.sum(X * (U @ Vt))"""),
        reason=r"$\langle X, Y\rangle = \sum_i\sigma_i\,\mathbf{u}_i^\top Y\mathbf{v}_i \le "
               r"\sum_i\sigma_i$ if $\lVert Y\rVert_2 \le 1$; $UV^\top$ attains it.",
        wrong=(Wrong(r"\langle X, X\rangle/\lVert X\rVert_2", "np.sum(X * X) / norm(X, 2)", None,
                     "$X$ itself, scaled into the ball: the Frobenius norm's choice", unnamed=EQUALITY),),
        note=r"So it is the largest $\langle X, Y\rangle$ with $\lVert Y\rVert_2 \le 1$; $X = USV^\top$ is "
             "the thin decomposition.",
        refs="G10.7a", chapter=10, section="sec-10-dual", symbolic="singular values", also="dual norm"),

    Identity(
        "proximal map of the nuclear norm", "X: N n, tau: positive; tau = tau / 2 * norm(X, 2)",
        of=(r"(\langle X - Z, Z\rangle, \lVert X - Z\rVert_2)", """
            U, s, Vt = svd(X, full_matrices=False)
            Z = U * np.maximum(s - tau, 0) @ Vt
            return np.array([np.sum((X - Z) * Z), norm(X - Z, 2)])"""),
        equals=(r"(\tau\lVert Z\rVert_*, \tau)", """
            Z_norm = np.maximum(svd(X)[1] - tau, 0).sum()
            return np.array([tau * Z_norm, tau])"""),
        reason=r"So $\frac{X - Z}{\tau}$ is a subgradient at $Z$, and $Z$ minimises $\frac12\lVert Z - "
               r"X\rVert_F^2 + \tau\lVert Z\rVert_*$.",
        conditions={r"$\tau \le \sigma_1$ (else $Z = 0$)": "tau = 3 * norm(X, 2)"},
        wrong=(Wrong(r"\bigl(\tau\lVert X\rVert_*, \tau\bigr)", 'np.array([tau * norm(X, "nuc"), tau])', None,
                     "$X$ and its threshold were mixed up", unnamed=EQUALITY),),
        note=r"$Z = U(S - \tau I)_+V^\top$ for $X = USV^\top$: the singular values are lowered by $\tau$, "
             "but not below 0.",
        refs="G10.7b", chapter=10, section="sec-10-prox", symbolic="singular values",
        also="prox soft thresholding svt"),

    Identity(
        "Schatten norm", "X: N n, r: positive; r = r + 1",
        of=(r"\lVert\boldsymbol\sigma(X)\rVert_r", "norm(svd(X)[1], r)"),
        gradient=(r"\frac{U\operatorname{diag}(\sigma_i^{r-1})V^\top}{\lVert\boldsymbol\sigma\rVert_r^{r-1}}",
                  """
            U, s, Vt = svd(X, full_matrices=False)
            return U * (s / norm(s, r))**(r - 1) @ Vt"""),
        reason=r"$\frac{\partial\lVert\boldsymbol\sigma\rVert_r}{\partial\sigma_i} = "
               r"\bigl(\frac{\sigma_i}{\lVert\boldsymbol\sigma\rVert_r}\bigr)^{r-1}$, and $d\sigma_i = "
               r"\mathbf{u}_i^\top dX\,\mathbf{v}_i$.",
        conditions={r"$X \ne 0$": "X = 0 * X"},
        wrong=(Wrong(r"U\operatorname{diag}(\sigma_i^{r-1})V^\top", """
                   U, s, Vt = svd(X, full_matrices=False)
                   return U * s**(r - 1) @ Vt""", "missing chain factor",
                     r"the derivative of $\frac1r\sum\sigma_i^r$"),
               Wrong(r"\frac{X}{\lVert\boldsymbol\sigma\rVert_r}", "X / norm(svd(X)[1], r)", None,
                     "as for the Frobenius norm, $r = 2$",
                     unnamed="the singular values are off by a factor each")),
        other=(r"\frac{V\operatorname{diag}(\sigma_i^{r-1})U^\top}{\lVert\boldsymbol\sigma\rVert_r^{r-1}}",
               """
            U, s, Vt = svd(X, full_matrices=False)
            return (U * (s / norm(s, r))**(r - 1) @ Vt).T"""),
        note="Full rank is not needed for $r > 1$. $r = 2$ is the Frobenius norm; $r = 1$ the nuclear "
             "norm, which needs it.",
        refs="G10.4", chapter=10, section="sec-10-svd", symbolic="singular values"),

    # Entries and rows
    Identity(
        "group norm over rows", "X: m n",
        of=(r"\sum_i\lVert\mathbf{x}_i\rVert_2", "norm(X, axis=1).sum()"),
        gradient=(r"\operatorname{diag}(\lVert\mathbf{x}_i\rVert)^{-1}X",
                  "X / norm(X, axis=1, keepdims=True)"),
        reason="Each row is in one term only: a Euclidean norm.",
        conditions={"no row is zero": "X[0] = 0 * X[0]"},
        wrong=(Wrong(r"X\operatorname{diag}(\lVert X\mathbf{e}_j\rVert)^{-1}", "X / norm(X, axis=0)",
                     "wrong axis", "the norms were taken over the other axis"),
               Wrong(r"\frac{X}{\lVert X\rVert_F}", "X / norm(X)", "wrong axis", "one length for all rows"),
               Wrong(r"\operatorname{sign}X", "np.sign(X)", "elementwise product",
                     "as if each row had one entry")),
        other=(r"X^\top\operatorname{diag}(\lVert\mathbf{x}_i\rVert)^{-1}", "X.T / norm(X, axis=1)"),
        note=r"$\mathbf{x}_i$ is the $i$-th row: each row is divided by its length.",
        refs="G10.6a", chapter=10, section="sec-10-entries", also="group lasso l21"),

    Identity(
        "sum of absolute values", "X: m n nonzero",
        of=(r"\sum_{ij}|X_{ij}|", "np.abs(X).sum()"),
        gradient=(r"\operatorname{sign}X", "np.sign(X)"),
        reason=r"$d|x| = \operatorname{sign}(x)\,dx$ off zero, for each entry by itself.",
        conditions={"no entry is zero": "X[0, 0] = 0"},
        wrong=(Wrong("|X|", "np.abs(X)", "missing chain factor", "the value was taken for the slope"),
               Wrong(r"-\operatorname{sign}X", "-np.sign(X)", "sign", "the direction that makes it smaller"),
               Wrong(r"\mathbf{1}\mathbf{1}^\top", "np.ones((m, n))", "missing chain factor",
                     "as if all entries were positive")),
        other=(r"\operatorname{sign}X^\top", "np.sign(X.T)"),
        refs="G10.6b", chapter=10, section="sec-10-entries", symbolic="np.abs has a kink",
        also="lasso l1 norm entrywise"),

    Identity(
        "induced 1-norm", "X: m n nonzero",
        of=(r"\max_j\sum_i|X_{ij}|", "norm(X, 1)"),
        gradient=(r"\operatorname{sign}(X\mathbf{e}_j)\,\mathbf{e}_j^\top", """
            j = np.argmax(np.abs(X).sum(axis=0))
            return np.sign(X) * (np.arange(n) == j)"""),
        reason="Only the column $j$ with the largest sum counts, and in it each entry with its sign.",
        conditions={"one column alone has the largest sum": "X = 0 * X + 1", "it holds no zero": "X[0] = 0"},
        wrong=(Wrong(r"\operatorname{sign}X", "np.sign(X)", None,
                     "all columns, as for the sum of all |entries|",
                     unnamed="the gradient of another norm"),
               Wrong(r"\mathbf{e}_i\operatorname{sign}(\mathbf{e}_i^\top X)", """
                   i = np.argmax(np.abs(X).sum(axis=1))
                   return np.sign(X) * (np.arange(m) == i)[:, None]""", None,
                     r"the row with the largest sum: the induced $\infty$-norm",
                     unnamed="the gradient of another norm")),
        note=r"It is the largest $\lVert X\mathbf{v}\rVert_1$ with $\lVert\mathbf{v}\rVert_1 = 1$.",
        chapter=10, section="sec-10-induced", symbolic="np.abs has a kink",
        also="operator norm maximum absolute column sum"),

    Identity(
        "induced infinity-norm", "X: m n nonzero",
        of=(r"\max_i\sum_j|X_{ij}|", "norm(X, np.inf)"),
        gradient=(r"\mathbf{e}_i\operatorname{sign}(\mathbf{e}_i^\top X)", """
            i = np.argmax(np.abs(X).sum(axis=1))
            return np.sign(X) * (np.arange(m) == i)[:, None]"""),
        reason="Only the row $i$ with the largest sum counts, and in it each entry with its sign.",
        conditions={"one row alone has the largest sum": "X = 0 * X + 1", "it holds no zero": "X[:, 0] = 0"},
        wrong=(Wrong(r"\operatorname{sign}X", "np.sign(X)", None, "all rows, as for the sum of all |entries|",
                     unnamed="the gradient of another norm"),
               Wrong("the largest entry alone", """
                   return np.sign(X) * (np.abs(X) == np.abs(X).max())""", None,
                     r"the largest $|X_{ij}|$ is another norm", unnamed="the gradient of another norm")),
        note=r"It is the largest $\max_i|(X\mathbf{v})_i|$ with all $|v_j| \le 1$, and the induced 1-norm of "
             r"$X^\top$.",
        chapter=10, section="sec-10-induced", symbolic="np.abs has a kink",
        also="operator norm maximum absolute row sum"),

    Identity(
        "lasso away from its kinks", "w: n nonzero, X: N n, y: N, lam: positive",
        of=(r"\tfrac{1}{2N}\lVert X\mathbf{w} - \mathbf{y}\rVert^2 + \lambda\sum_j|w_j|",
            "norm(X @ w - y)**2 / (2 * N) + lam * np.abs(w).sum()"),
        gradient=(r"\tfrac1NX^\top(X\mathbf{w} - \mathbf{y}) + \lambda\operatorname{sign}\mathbf{w}",
                  "X.T @ (X @ w - y) / N + lam * np.sign(w)"),
        reason=r"Two terms; $d|w| = \operatorname{sign}(w)\,dw$ off zero.",
        conditions={"no weight is zero": "w[0] = 0"},
        wrong=(Wrong(r"\tfrac1NX^\top(X\mathbf{w} - \mathbf{y}) + \lambda\mathbf{w}",
                     "X.T @ (X @ w - y) / N + lam * w", None, "ridge's penalty",
                     unnamed="the gradient of another penalty"),
               Wrong(r"X^\top(X\mathbf{w} - \mathbf{y}) + \lambda\operatorname{sign}\mathbf{w}",
                     "X.T @ (X @ w - y) + lam * np.sign(w)", "factor", r"the mean's $\frac1N$ was forgotten"),
               Wrong(r"\tfrac1NX^\top(X\mathbf{w} - \mathbf{y})", "X.T @ (X @ w - y) / N",
                     "missing product-rule term", "the penalty was left out")),
        note=r"At $w_j = 0$ any number from $-\lambda$ to $\lambda$ may stand for the penalty's slope: that "
             r"keeps weights at zero.",
        chapter=10, section="sec-10-lasso", symbolic="np.abs has a kink",
        also="l1 penalty sparse regression"),

    Identity(
        "soft threshold", "x: n, tau: positive; x[0] = 3; x[1] = -tau / 2",
        of=(r"\operatorname{sign}(x_i)\,(|x_i| - \tau)_+", "np.sign(x) * np.maximum(np.abs(x) - tau, 0)"),
        jacobian=(r"\operatorname{diag}[\,|x_i| > \tau\,]", "np.diag((np.abs(x) > tau).astype(float))"),
        reason=r"Entry by entry: flat from $-\tau$ to $\tau$, of slope 1 outside.",
        conditions={r"no $|x_i| = \tau$": "x[0] = tau"},
        wrong=(Wrong("I", "np.eye(n)", "missing product-rule term",
                     "subtracting a constant changes no slope: but "
                     "below the threshold nothing moves"),
               Wrong(r"\operatorname{diag}(x_i)\,[\,|x_i| > \tau\,]", "np.diag(x * (np.abs(x) > tau))", None,
                     "the kept value for the slope", unnamed="named at some inputs only")),
        note=r"It minimises $\frac12\lVert\mathbf{z} - \mathbf{x}\rVert^2 + \tau\sum_i|z_i|$ over "
             r"$\mathbf{z}$. $(t)_+$ is $\max(t, 0)$; $[\dots]$ is 1 where the condition holds, else 0.",
        chapter=10, section="sec-10-prox", symbolic="np.abs has a kink",
        also="proximal map l1 shrinkage lasso"),
)
