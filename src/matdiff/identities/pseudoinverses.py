"""Pseudo-inverses."""
from .entry import Identity, Wrong

PINV = "a pseudo-inverse is made from singular values"
SLOW = "a Gram matrix of six symbols, inverted and differentiated: SymPy takes ten seconds"
TWO = "two arrays are compared, not two derivatives"

# An A of low rank is drawn as a product BC. Round-off leaves singular values near 1e-16 in it: the code cuts
# them off by rcond.

ENTRIES = (
    # The four conditions

    Identity(
        "pseudo-inverse between two copies of the matrix", "A: N q, B: N k, C: k q; A = B @ C",
        of=(r"AA^+A", "A @ pinv(A, rcond=1e-9) @ A"),
        equals=("A", "A"),
        reason=r"With $A = U\Sigma V^\top$ it is $\Sigma\Sigma^+\Sigma = \Sigma$: "
               r"$\sigma\cdot\frac1\sigma\cdot\sigma$, and $0\cdot0\cdot0$.",
        wrong=(Wrong(r"AA^\top A", "A @ A.T @ A", None, r"$A^+ = A^\top$ needs singular values 1 and 0",
                     unnamed=TWO),),
        note="The first of Penrose's four conditions, for every $A$, of any rank.",
        refs="S12-C05", chapter=12, section="sec-12-definition", symbolic=PINV,
        also="Moore Penrose generalised inverse"),

    Identity(
        "matrix between two copies of its pseudo-inverse", "A: N q, B: N k, C: k q; A = B @ C",
        of=(r"A^+AA^+", "pinv(A, rcond=1e-9) @ A @ pinv(A, rcond=1e-9)"),
        equals=(r"A^+", "pinv(A, rcond=1e-9)"),
        reason=r"So $A$ is the pseudo-inverse of $A^+$. Penrose's second condition.",
        refs="S12-C06", chapter=12, section="sec-12-definition", symbolic=PINV,
        also="Moore Penrose reflexive"),

    Identity(
        "projection on the columns, by the pseudo-inverse", "A: N q, B: N k, C: k q; A = B @ C",
        of=(r"(AA^+)^\top", "(A @ pinv(A, rcond=1e-9)).T"),
        equals=(r"AA^+", "A @ pinv(A, rcond=1e-9)"),
        reason=r"$AA^+ = U_rU_r^\top$, with the left singular vectors of the $r$ positive $\sigma_i$. "
               r"Penrose's third condition.",
        wrong=(Wrong("I", "np.eye(N)", None, "as for an inverse; right for full row rank", unnamed=TWO),),
        note=r"If $A$ is complex, the transpose has to be conjugated.",
        refs="S12-C07", chapter=12, section="sec-12-definition", symbolic=PINV,
        also="Moore Penrose column space"),

    Identity(
        "projection on the rows, by the pseudo-inverse", "A: N q, B: N k, C: k q; A = B @ C",
        of=(r"(A^+A)^\top", "(pinv(A, rcond=1e-9) @ A).T"),
        equals=(r"A^+A", "pinv(A, rcond=1e-9) @ A"),
        reason=r"$A^+A = V_rV_r^\top$, with the right singular vectors. Penrose's fourth condition.",
        wrong=(Wrong("I", "np.eye(q)", None, "as for an inverse; right for full column rank", unnamed=TWO),),
        note=r"If $A$ is complex, the transpose has to be conjugated.",
        refs="S12-C08", chapter=12, section="sec-12-definition", symbolic=PINV,
        also="Moore Penrose row space"),

    # In closed form

    Identity(
        "pseudo-inverse by SVD", "A: N q, B: N k, C: k q; A = B @ C",
        of=(r"A^+", "pinv(A, rcond=1e-9)"),
        equals=(r"V\Sigma^+U^\top", """
            U, s, Vt = svd(A)
            plus = np.zeros((q, N))
            plus[range(k), range(k)] = 1 / s[:k]       # k is the rank
            return Vt.T @ plus @ U.T"""),
        reason=r"It meets the four conditions, because $U$ and $V$ are orthogonal and $\Sigma^+$ meets them "
               r"for $\Sigma$.",
        conditions={"$k$ is the rank of $A$": "A[:, 0] = A[:, 0] + A[::-1, 1]**2"},
        wrong=(Wrong(r"V\Sigma^\top U^\top", "A.T", None, r"the singular values were not inverted",
                     unnamed=TWO),),
        refs="S12-C10", chapter=12, section="sec-12-svd", symbolic=PINV),

    Identity(
        "pseudo-inverse of a rectangular diagonal matrix", "s: k positive, Z: N q; Z = 0 * Z",
        of=(r"\operatorname{diag}(\sigma_1, \dots, \sigma_k, 0, \dots)^+", """
            Sigma = Z.copy()
            Sigma[range(k), range(k)] = s
            return pinv(Sigma)"""),
        equals=(r"\operatorname{diag}(\tfrac1{\sigma_1}, \dots, \tfrac1{\sigma_k}, 0, \dots)^\top", """
            plus = Z.T.copy()
            plus[range(k), range(k)] = 1 / s
            return plus"""),
        reason="Each number is inverted on its own, and zero stays zero: only so all four conditions hold.",
        conditions={r"$\sigma_1, \dots, \sigma_k$ are not 0": "s[0] = 0"},
        refs="S12-C12", chapter=12, section="sec-12-svd", symbolic=PINV),

    Identity(
        "pseudo-inverse of full column rank", "A: N k",
        of=(r"A^+", "pinv(A)"),
        equals=(r"(A^\top A)^{-1}A^\top", "inv(A.T @ A) @ A.T"),
        reason=r"Times $A$ from the right it is $I$, from the left it is symmetric: the four conditions.",
        conditions={"$A$ has full column rank": "A[:, 0] = 0"},
        wrong=(Wrong(r"A^\top", "A.T", None, "right for orthonormal columns", unnamed=TWO),),
        refs="S12-C15", chapter=12, section="sec-12-svd", symbolic=PINV,
        also="left inverse normal equations"),

    Identity(
        "pseudo-inverse of full row rank", "A: k N",
        of=(r"A^+", "pinv(A)"),
        equals=(r"A^\top(AA^\top)^{-1}", "A.T @ inv(A @ A.T)"),
        reason=r"Times $A$ from the left it is $I$, from the right it is symmetric: the four conditions.",
        conditions={"$A$ has full row rank": "A[0] = 0"},
        refs="G12.3a", chapter=12, section="sec-12-svd", symbolic=PINV, also="right inverse"),

    Identity(
        "pseudo-inverse of an invertible matrix", "A: n n invertible",
        of=(r"A^+", "pinv(A)"),
        equals=(r"A^{-1}", "inv(A)"),
        reason=r"$A^{-1}$ meets the four conditions, and one matrix only does.",
        conditions={"$A$ is invertible": "A[0] = 0"},
        wrong=(Wrong(r"(A^\top A + \lambda I)^{-1}A^\top", "solve(A.T @ A + np.eye(n) / 9, A.T)", None,
                     r"the pseudo-inverse was thought to regularise: it inverts every $\sigma_i > 0$, "
                     r"however small",
                     unnamed=TWO),),
        refs="S12-C02 E17", chapter=12, section="sec-12-rank", symbolic=PINV),

    Identity(
        "pseudo-inverse of a product", "A: N k, B: k q",
        of=(r"(AB)^+", "pinv(A @ B, rcond=1e-9)"),
        equals=(r"B^+A^+", "pinv(B) @ pinv(A)"),
        reason=r"$A^+A = I$ and $BB^+ = I$: then $AB\,B^+A^+ = AA^+$ and $B^+A^+AB = B^+B$ are symmetric.",
        conditions={"$A$ has full column rank": "A[:, 1] = A[:, 0]", "$B$ has full row rank": "B[1] = B[0]"},
        wrong=(Wrong(r"A^{+\top}B^{+\top}", "pinv(A).T @ pinv(B).T", "shape",
                     "each factor by itself, in the old order"),),
        refs="G12.8b", chapter=12, section="sec-12-product", symbolic=PINV, also="reverse order law"),

    Identity(
        "pseudo-inverse of any product", "A: N k, B: k q; A[:, 1] = A[:, 0]; B[1] = 2 * B[0]",
        of=(r"(AB)^+", "pinv(A @ B, rcond=1e-9)"),
        equals=(r"(A^+AB)^+(ABB^+)^+", """
            plus = lambda X: pinv(X, rcond=1e-9)
            return plus(plus(A) @ A @ B) @ plus(A @ B @ plus(B))"""),
        reason=r"$A^+AB$ has the row space of $AB$, and $ABB^+$ its column space; the projections $A^+A$ and "
               "$BB^+$ keep what lies between.",
        wrong=(Wrong(r"B^+A^+", "pinv(B, rcond=1e-9) @ pinv(A, rcond=1e-9)", None,
                     "right for full column rank of $A$ and full row rank of $B$", unnamed=TWO),),
        chapter=12, section="sec-12-product", symbolic=PINV, also="reverse order law"),

    # Its derivative

    Identity(
        "pseudo-inverse", "B: N k, C: k q",
        of=(r"A^+,\; A = BC", "pinv(B @ C, rcond=1e-9)"),
        differential=(r"\begin{aligned}&-A^+dA\,A^+\\&{}+ A^+A^{+\top}dA^\top(I - AA^+)\\"
                      r"&{}+ (I - A^+A)\,dA^\top A^{+\top}A^+\end{aligned}", """
            A, dA = B @ C, dB @ C + B @ dC
            P = pinv(A, rcond=1e-9)
            return (-P @ dA @ P + P @ P.T @ dA.T @ (np.eye(N) - A @ P)
                    + (np.eye(q) - P @ A) @ dA.T @ P.T @ P)"""),
        reason=r"Differentiate $A^+ = A^+AA^+$; the rest comes from $(AA^+)^\top = AA^+$, multiplied by "
               r"$A^+$, and from $(A^+A)^\top = A^+A$.",
        conditions={"the rank stays the same": "B[:, 1] = B[:, 0]"},
        wrong=(Wrong(r"-A^+dA\,A^+", """
                     P = pinv(B @ C, rcond=1e-9)
                     return -P @ (dB @ C + B @ dC) @ P""", None, "the rule of the inverse",
                     unnamed="two of three terms are missing, and two inputs move"),
               Wrong(r"-A^+dA\,A^+ + A^+A^{+\top}dA^\top(I - AA^+)", """
                     A, dA = B @ C, dB @ C + B @ dC
                     P = pinv(A, rcond=1e-9)
                     return -P @ dA @ P + P @ P.T @ dA.T @ (np.eye(N) - A @ P)""", None,
                     "complete for full column rank",
                     unnamed="one of three terms is missing, and two inputs move")),
        note=r"$A = BC$ keeps the rank $k$ while $B$ and $C$ move.",
        refs="G12.1a", chapter=12, section="sec-12-corners", symbolic=PINV,
        also="Golub Pereyra constant rank"),

    Identity(
        "pseudo-inverse of full column rank, pulled back", "A: N k",
        of=(r"A^+,\; M = (A^\top A)^{-1}", "solve(A.T @ A, A.T)"),
        jacobian=(r"\begin{aligned}&-A^{+\top}\otimes A^+\\&{}+ ((I - AA^+)\otimes M)\\"
                  r"&\quad{}\cdot K_{Nk}\end{aligned}", """
            P, M = solve(A.T @ A, A.T), inv(A.T @ A)
            return -np.kron(P.T, P) + np.kron(np.eye(N) - A @ P, M) @ commutation_matrix(N, k)"""),
        differential=(r"\begin{aligned}&-A^+dA\,A^+\\&{}+ M\,dA^\top(I - AA^+)\end{aligned}", """
            P = solve(A.T @ A, A.T)
            return -P @ dA @ P + solve(A.T @ A, dA.T @ (np.eye(N) - A @ P))"""),
        pullback=(r"\begin{aligned}&-A^{+\top}GA^{+\top}\\"
                  r"&{}+ (I - AA^+)G^\top M\end{aligned}", """
            P = solve(A.T @ A, A.T)
            return -P.T @ G @ P.T + (np.eye(N) - A @ P) @ G.T @ inv(A.T @ A)"""),
        reason=r"Differentiate $(A^\top A)A^+ = A^\top$; and $A^+A = I$ makes the third term of the general "
               r"rule vanish.",
        conditions={"$A$ has full column rank": "A[:, 0] = 0"},
        wrong=(Wrong(r"-A^{+\top}\otimes A^+", """
                     P = solve(A.T @ A, A.T)
                     return -np.kron(P.T, P)""", "missing product-rule term", "the Jacobian of the inverse"),
               Wrong(r"-A^{+\top}GA^{+\top}", """
                     P = solve(A.T @ A, A.T)
                     return -P.T @ G @ P.T""", "missing product-rule term",
                     "the rule of the inverse, pulled back",
                     form="pullback")),
        refs="G12.1b", chapter=12, section="sec-12-differential", symbolic=SLOW),

    Identity(
        "projection on the columns", "A: N k",
        of=(r"P,\; P = AA^+", "A @ solve(A.T @ A, A.T)"),
        differential=(r"\begin{aligned}&D + D^\top,\\&D = (I - P)\,dA\,A^+\end{aligned}", """
            plus = solve(A.T @ A, A.T)
            D = (np.eye(N) - A @ plus) @ dA @ plus
            return D + D.T"""),
        pullback=(r"(I - P)(G + G^\top)A^{+\top}", """
            plus = solve(A.T @ A, A.T)
            return (np.eye(N) - A @ plus) @ (G + G.T) @ plus.T"""),
        reason=r"$dP\,A = (I - P)\,dA$ from $PA = A$; times $A^+$ it is $dP\,P$, and $dP = dP\,P + "
               r"(dP\,P)^\top$ from $P^2 = P$.",
        conditions={"the rank stays the same": "A[:, 0] = 0"},
        wrong=(Wrong(r"(I - P)\,dA\,A^+", """
                     plus = solve(A.T @ A, A.T)
                     return (np.eye(N) - A @ plus) @ dA @ plus""", "missing product-rule term",
                     r"$P$ stays symmetric, so $dP$ is"),
               Wrong(r"dA\,A^+ + (dA\,A^+)^\top", """
                     plus = solve(A.T @ A, A.T)
                     return dA @ plus + (dA @ plus).T""", "missing product-rule term",
                     r"$A^+$ moves as well: what stays inside the columns does not turn $P$")),
        note="$P = AA^+$.",
        refs="G12.2", chapter=12, section="sec-12-backward", symbolic=SLOW, also="hat matrix column space"),

    # Least squares

    Identity(
        "least-squares solution of least norm", "A: N q, B: N k, C: k q, b: N; A = B @ C",
        of=(r"\operatorname*{argmin}_{\mathbf{x}}\lVert A\mathbf{x} - \mathbf{b}\rVert^2", """
            return np.linalg.lstsq(A, b, rcond=1e-9)[0]     # of many minimisers the shortest"""),
        equals=(r"A^+\mathbf{b}", "pinv(A, rcond=1e-9) @ b"),
        reason=r"$AA^+\mathbf{b}$ is the nearest point of the column space, and $A^+\mathbf{b}$ has no part "
               r"in the null space of $A$.",
        wrong=(Wrong(r"A^\top\mathbf{b}", "A.T @ b", None, "right for orthonormal columns", unnamed=TWO),),
        note="The only minimiser if $A$ has full column rank, else the one of least norm.",
        refs="S12-C14", chapter=12, section="sec-12-rooms", symbolic=PINV, also="minimum norm"),

    Identity(
        "all least-squares solutions", "A: N q, B: N k, C: k q, b: N, z: q; A = B @ C",
        of=(r"A^\top\!A\bigl(A^+\mathbf{b} + (I - A^+A)\mathbf{z}\bigr)", """
            P = pinv(A, rcond=1e-9)
            return A.T @ A @ (P @ b + z - P @ A @ z)"""),
        equals=(r"A^\top\mathbf{b}", "A.T @ b"),
        reason=r"$A(I - A^+A) = 0$: $\mathbf{z}$ adds what $A$ does not see. $(I - A^+A)\mathbf{z}$ runs "
               r"through the whole null space.",
        wrong=(Wrong(r"A^\top\!A\,\mathbf{z}", "A.T @ A @ z", None,
                     r"with the projection on the rows, $A^+A$, in its place",
                     unnamed=TWO),),
        note=r"The normal equations, for every $\mathbf{z}$. The shortest solution has $\mathbf{z} = 0$.",
        refs="G12.3b", chapter=12, section="sec-12-rooms", symbolic=PINV, also="null space general solution"),

    Identity(
        "least squares, in the matrix and the right side", "A: N k, b: N",
        of=(r"A^+\mathbf{b}", "solve(A.T @ A, A.T @ b)"),
        differential=(r"\begin{aligned}&A^+(d\mathbf{b} - dA\,\mathbf{x})\\"
                      r"&{}+ (A^\top A)^{-1}dA^\top\mathbf{r}\end{aligned}", """
            x = solve(A.T @ A, A.T @ b)
            r = b - A @ x
            return solve(A.T @ A, A.T @ (db - dA @ x) + dA.T @ r)"""),
        pullback=(r"\begin{aligned}&\mathbf{r}\mathbf{z}^\top - A\mathbf{z}\mathbf{x}^\top,\\"
                  r"&\mathbf{z} = (A^\top A)^{-1}G\end{aligned}", """
            x, z = solve(A.T @ A, A.T @ b), solve(A.T @ A, G)
            return np.outer(b - A @ x, z) - np.outer(A @ z, x)"""),
        reason=r"Differentiate $A^\top\mathbf{r} = 0$: $dA^\top\mathbf{r} + A^\top(d\mathbf{b} - "
               r"dA\,\mathbf{x} - A\,d\mathbf{x}) = 0$.",
        conditions={"$A$ has full column rank": "A[:, 0] = 0"},
        wrong=(Wrong(r"A^+(d\mathbf{b} - dA\,\mathbf{x})", """
                     x = solve(A.T @ A, A.T @ b)
                     return solve(A.T @ A, A.T @ (db - dA @ x))""", None,
                     r"right where the residual is 0, as for a square system",
                     unnamed="one of three terms is missing, and two inputs move"),
               Wrong(r"-A\mathbf{z}\mathbf{x}^\top", """
                     x, z = solve(A.T @ A, A.T @ b), solve(A.T @ A, G)
                     return -np.outer(A @ z, x)""", "missing product-rule term",
                     "the rule of a square system", form="pullback")),
        note=r"$\mathbf{x} = A^+\mathbf{b}$, $\mathbf{r} = \mathbf{b} - A\mathbf{x}$; $G$, here a vector, is "
             r"the gradient that comes from above.",
        refs="G12.4a", chapter=12, section="sec-12-backward", symbolic=SLOW, also="sensitivity adjoint"),

    Identity(
        "least squares, pulled back to the right side", "b: N, A: N k",
        of=(r"A^+\mathbf{b}", "solve(A.T @ A, A.T @ b)"),
        pullback=(r"A\mathbf{z},\; \mathbf{z} = (A^\top A)^{-1}G", "A @ solve(A.T @ A, G)"),
        reason=r"$\mathbf{x}$ is linear in $\mathbf{b}$: pulled back by $A^{+\top} = A(A^\top A)^{-1}$.",
        conditions={"$A$ has full column rank": "A[:, 0] = 0"},
        wrong=(Wrong(r"AG", "A @ G", "missing chain factor",
                     r"$A^{+\top}$ taken for $A$: right for orthonormal columns"),),
        note=r"$G$, here a vector, is the gradient that comes from above.",
        refs="G12.4b", chapter=12, section="sec-12-backward", also="adjoint"),

    Identity(
        "variable projection", "A: N k, b: N",
        of=(r"\tfrac12\lVert(I - AA^+)\mathbf{b}\rVert^2", """
            r = b - A @ solve(A.T @ A, A.T @ b)
            return r @ r / 2"""),
        gradient=(r"-\mathbf{r}\mathbf{x}^\top", """
            x = solve(A.T @ A, A.T @ b)
            return -np.outer(b - A @ x, x)"""),
        reason=r"$\mathbf{x}$ minimises, so its own movement adds nothing: $A$ moves in "
               r"$\tfrac12\lVert\mathbf{b} - A\mathbf{x}\rVert^2$ with $\mathbf{x}$ held.",
        conditions={"$A$ has full column rank": "A[:, 0] = 0"},
        wrong=(Wrong(r"\mathbf{r}\mathbf{x}^\top", """
                     x = solve(A.T @ A, A.T @ b)
                     return np.outer(b - A @ x, x)""", "sign", r"$d\mathbf{r} = -dA\,\mathbf{x} - \dots$"),
               Wrong(r"-2\mathbf{r}\mathbf{x}^\top", """
                     x = solve(A.T @ A, A.T @ b)
                     return -2 * np.outer(b - A @ x, x)""", "factor", r"without the $\tfrac12$ in front")),
        other=(r"-\mathbf{x}\mathbf{r}^\top", """
            x = solve(A.T @ A, A.T @ b)
            return -np.outer(x, b - A @ x)"""),
        note=r"$\mathbf{x} = A^+\mathbf{b}$, $\mathbf{r} = \mathbf{b} - A\mathbf{x}$.",
        refs="G12.7", chapter=12, section="sec-12-varpro", symbolic=SLOW, also="envelope theorem Danskin"),

    Identity(
        "weighted least squares", "W: N N positive definite, A: N k, b: N",
        of=(r"\operatorname*{argmin}_{\mathbf{x}}\,\mathbf{r}^\top W\mathbf{r},\;\mathbf{r} = \mathbf{b} - "
            r"A\mathbf{x}", """
            L = cholesky(W)                         # W = LLᵀ: the length of Lᵀr
            return np.linalg.lstsq(L.T @ A, L.T @ b, rcond=None)[0]"""),
        differential=(r"(A^\top WA)^{-1}A^\top dW\,\mathbf{r}", """
            H = A.T @ W @ A
            r = b - A @ solve(H, A.T @ W @ b)
            return solve(H, A.T @ dW @ r)"""),
        equals=(r"(A^\top WA)^{-1}A^\top W\mathbf{b}", "solve(A.T @ W @ A, A.T @ W @ b)"),
        reason=r"The gradient is $-2A^\top W\mathbf{r} = 0$; differentiated, $A^\top dW\,\mathbf{r} = A^\top "
               r"WA\,d\mathbf{x}$.",
        conditions={"$W$ is positive definite": "W = -W", "$A$ has full column rank": "A[:, 0] = 0"},
        wrong=(Wrong(r"(A^\top A)^{-1}A^\top\mathbf{b}", "solve(A.T @ A, A.T @ b)", None,
                     "the weights left out",
                     form="equals", unnamed=TWO),
               Wrong(r"(A^\top WA)^{-1}A^\top dW\,\mathbf{b}", "solve(A.T @ W @ A, A.T @ dW @ b)",
                     None, r"$A^\top WA$ was held", form="differential",
                     unnamed="the term that is missing holds the solution itself")),
        refs="G12.8a", chapter=12, section="sec-12-weights", symbolic=PINV, also="generalised least squares"),

    # Damping and rank

    Identity(
        "regularised pseudo-inverse", "A: N q, B: N k, C: k q, lam: positive; A = B @ C",
        of=(r"\begin{bmatrix}A\\\sqrt\lambda\,I\end{bmatrix}^+\begin{bmatrix}I\\0\end{bmatrix}", """
            return pinv(np.vstack([A, np.sqrt(lam) * np.eye(q)]), rcond=1e-9)[:, :N]"""),
        equals=(r"(A^\top A + \lambda I)^{-1}A^\top", "solve(A.T @ A + lam * np.eye(q), A.T)"),
        reason=r"$\lVert A\mathbf{x} - \mathbf{b}\rVert^2 + \lambda\lVert\mathbf{x}\rVert^2$ is least "
               r"squares with the rows of $\sqrt\lambda\,I$ added, which has full column rank.",
        conditions={r"$\lambda > 0$": "lam = 0; A[:, 0] = 0"},
        wrong=(Wrong(r"A^+", "pinv(A, rcond=1e-9)", None, r"the limit $\lambda\to0$", unnamed=TWO),
               Wrong(r"(A^\top A + \lambda^2I)^{-1}A^\top", "solve(A.T @ A + lam**2 * np.eye(q), A.T)", None,
                     r"the added rows are $\sqrt\lambda$", unnamed=TWO)),
        refs="S12-C18", chapter=12, section="sec-12-ridge", symbolic=PINV, also="ridge Tikhonov damped"),

    Identity(
        "filter factors", "A: N q, B: N k, C: k q, lam: positive; A = B @ C",
        of=(r"(A^\top A + \lambda I)^{-1}A^\top", "solve(A.T @ A + lam * np.eye(q), A.T)"),
        equals=(r"\sum_i\frac{\sigma_i}{\sigma_i^2 + \lambda}\,\mathbf{v}_i\mathbf{u}_i^\top", """
            U, s, Vt = svd(A, full_matrices=False)
            return (Vt.T * (s / (s**2 + lam))) @ U.T"""),
        reason=r"$A = U\Sigma V^\top$ makes every factor diagonal in $V$ and $U$.",
        conditions={r"$\lambda > 0$": "lam = 0; A[:, 0] = 0"},
        wrong=(Wrong(r"\sum_i\frac1{\sigma_i + \lambda}\mathbf{v}_i\mathbf{u}_i^\top", """
                     U, s, Vt = svd(A, full_matrices=False)
                     return (Vt.T / (s + lam)) @ U.T""", None,
                     r"$\lambda$ is added to the squares; here directions with $\sigma_i = 0$ would come in",
                     unnamed=TWO),),
        note=r"Where $\sigma_i^2\gg\lambda$ the factor is nearly $1/\sigma_i$, where $\sigma_i^2\ll\lambda$ "
             r"nearly 0.",
        refs="G12.5a E17", chapter=12, section="sec-12-ridge", symbolic=PINV, also="ridge Tikhonov damping"),

    Identity(
        "distance of the regularised pseudo-inverse", "A: N q, B: N k, C: k q, lam: positive; A = B @ C",
        of=(r"\lVert A^+_\lambda - A^+\rVert_2", """
            return norm(solve(A.T @ A + lam * np.eye(q), A.T) - pinv(A, rcond=1e-9), 2)"""),
        equals=(r"\frac{\lambda}{\sigma_r(\sigma_r^2 + \lambda)}", """
            s = svd(A)[1][k - 1]            # the smallest that is not 0
            return lam / (s * (s**2 + lam))"""),
        reason=r"$\frac1\sigma - \frac\sigma{\sigma^2 + \lambda} = \frac\lambda{\sigma(\sigma^2 + \lambda)}$ "
               r"is largest for the smallest $\sigma_i > 0$.",
        note=r"$A^+_\lambda = (A^\top A + \lambda I)^{-1}A^\top$, the regularised pseudo-inverse.",
        conditions={"$r$ is the rank of $A$": "A[:, 0] = A[:, 0] + A[::-1, 1]**2 / 9"},
        wrong=(Wrong(r"\frac{\lambda}{\sigma_r^2 + \lambda}", """
                     s = svd(A)[1][k - 1]
                     return lam / (s**2 + lam)""", None,
                     r"the relative error, in the direction of $\mathbf{v}_r$",
                     unnamed=TWO),),
        refs="G12.5b", chapter=12, section="sec-12-ridge", symbolic=PINV),

    Identity(
        "norm of the pseudo-inverse near a change of rank", "h: positive; h = h / 9",
        of=(r"\lVert A_h^+\rVert_2,\; A_h = \operatorname{diag}(1, h)",
            "norm(pinv(np.diag(np.array([1, h]))), 2)"),
        gradient=(r"-1/h^2", "-1 / h**2"),
        equals=(r"1/h", "1 / h"),
        reason=r"$A_h^+ = \operatorname{diag}(1, 1/h)$ while $0 < h\le 1$.",
        conditions={r"$h\ne0$": "h = 0", r"$h\le1$": "h = 3"},
        wrong=(Wrong(r"1", "1", None, r"$\lVert A_0^+\rVert = 1$, taken to be the limit", form="equals",
                     unnamed=TWO),),
        other=(r"-1/h^2", "-1 / h**2"),
        note=r"But $A_0^+ = \operatorname{diag}(1, 0)$: the pseudo-inverse is not continuous where the rank "
             r"changes.",
        refs="G12.6a", chapter=12, section="sec-12-small", symbolic=PINV, also="discontinuity"),

    Identity(
        "numerical rank", "B: N k, C: k q",
        of=(r"\#\{i: \sigma_i(BC) > \tau\}", """
            s = svd(B @ C)[1]
            tau = max(N, q) * np.finfo(float).eps * s[0]
            return np.sum(s > tau)"""),
        equals=("k", "k"),
        reason=r"$\operatorname{rank}BC = k$. Round-off moves each $\sigma_i$ by about "
               r"$\tau = \max(N, q)\,\varepsilon_{\text{mach}}\,\sigma_1$ at most.",
        conditions={"$B$ and $C$ have rank $k$": "B[:, 1] = B[:, 0]"},
        wrong=(Wrong(r"\#\{i: \sigma_i > 0\}", "np.sum(svd(B @ C)[1] > 0)", None,
                     "computed zeros are not zero: round-off counts as rank", unnamed=TWO),),
        refs="G12.6b", chapter=12, section="sec-12-rank", symbolic="round-off is what it is about",
        also="matrix_rank cut-off tolerance"),
)
