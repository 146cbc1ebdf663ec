"""Structured matrices."""
from .entry import Identity, Views, Wrong

EQUALITY = "an equality, no derivative: nothing is differentiated that a mistake could be named after"
MANIFOLD = "orthonormal columns"

ENTRIES = (
    # Linear structures: what a gradient G of all entries becomes
    Identity(
        "linear structure, pulled back", "t: k, S: k m n",
        of=(r"\sum_k t_kS_k", "np.tensordot(t, S, 1)"),
        pullback=(r"\bigl(\operatorname{tr}(G^\top S_k)\bigr)_k",
                  "np.array([np.trace(G.T @ S_k) for S_k in S])"),
        reason=r"$df = \langle G, dX\rangle$ and $dX = \sum_k S_k\,dt_k$; $S_k = \partial X/\partial t_k$, "
               "also where $X$ is not linear.",
        wrong=(Wrong(r"\bigl(\langle G, S_k\rangle/\lVert S_k\rVert_F^2\bigr)_k",
                     "np.array([np.sum(G * S_k) / np.sum(S_k**2) for S_k in S])", None,
                     "coordinates of the projection, not partial derivatives",
                     unnamed="each entry has its own factor"),),
        refs="CB133", chapter=11, section="sec-11-linear", also="structure matrices parametrised"),

    Identity(
        "symmetric matrix, pulled back to its free entries", "s: q, S: n n symmetric; s = vech(S)",
        of=(r"S(\mathbf{s})", "unvech(s)"),
        jacobian=(r"[\operatorname{vec}(E_{ij} + E_{ji} - \delta_{ij}E_{ii})]_{i\ge j}", """
            columns = []
            for j in range(n):
                for i in range(j, n):
                    S_ij = np.zeros((n, n))
                    S_ij[i, j] = S_ij[j, i] = 1
                    columns.append(vec(S_ij))
            return np.stack(columns, axis=1)"""),
        pullback=(r"\operatorname{vech}(G + G^\top - G\odot I)", "vech(G + G.T - G * np.eye(n))"),
        reason="One free entry off the diagonal fills two places, one on the diagonal a single one.",
        wrong=(Wrong(r"\operatorname{vech}(G)", "vech(G)", None,
                     "the second place of each entry was forgotten", form="pullback",
                     unnamed="half of the terms are missing, off the diagonal only"),
               Wrong(r"\operatorname{vech}(G + G^\top)", "vech(G + G.T)", None,
                     "the diagonal was counted twice", form="pullback",
                     unnamed="a factor on the diagonal only"),
               Wrong(r"\operatorname{vech}(\operatorname{sym}G)", "vech(sym(G))", None,
                     "the gradient on the symmetric matrices, taken for partial derivatives", form="pullback",
                     unnamed="a factor off the diagonal only")),
        note=r"$S(\mathbf{s})$ is the symmetric matrix with $\operatorname{vech}S = \mathbf{s}$. The "
             "columns of the Jacobian are the structure matrices; it is the duplication matrix. As a step "
             r"in $S$ the array $G + G^\top - G\odot I$ is twice too long off the diagonal.",
        refs="CB134 CB138 G11.1a E45", chapter=11,
        section="sec-11-free", also="vech duplication structure matrix"),

    Identity(
        "symmetric matrix, pulled back", "X: n n",
        of=(r"\operatorname{sym}X", "sym(X)"),
        jacobian=(r"\tfrac12(I + K_{nn})", "(np.eye(n * n) + commutation_matrix(n, n)) / 2"),
        differential=(r"\operatorname{sym}(dX)", "sym(dX)"),
        pullback=(r"\operatorname{sym}(G)", "sym(G)"),
        reason=r"The skew part of $G$ does not see a symmetric $dS$: $\langle G, dS\rangle = "
               r"\langle\operatorname{sym}G, dS\rangle$.",
        wrong=(Wrong("G", "G", "not symmetrised",
                     "the gradient of all entries: a step along it leaves the symmetric matrices",
                     form="pullback"),
               Wrong(r"G + G^\top - G\odot I", "G + G.T - G * np.eye(n)", "off-diagonal doubled",
                     "the partial derivatives over the free entries", form="pullback"),
               Wrong(r"G + G^\top", "G + G.T", "factor", "both places were counted in full",
                     form="pullback")),
        refs="G11.1b E45", chapter=11, section="sec-11-linear", also="projection on symmetric matrices"),

    Identity(
        "skew-symmetric matrix, pulled back", "X: n n",
        of=(r"\operatorname{skew}X", "skew(X)"),
        jacobian=(r"\tfrac12(I - K_{nn})", "(np.eye(n * n) - commutation_matrix(n, n)) / 2"),
        pullback=(r"\operatorname{skew}(G)", "skew(G)"),
        reason="The symmetric part of $G$ does not see a skew $dX$.",
        wrong=(Wrong(r"G - G^\top", "G - G.T", "factor", "both places were counted in full",
                     form="pullback"),
               Wrong(r"\operatorname{sym}(G)", "sym(G)", None, "the other half", form="pullback",
                     unnamed="it is at right angles to the gradient"),
               Wrong(r"\operatorname{skew}(G^\top)", "skew(G.T)", "sign",
                     r"$\operatorname{skew}(G^\top) = -\operatorname{skew}G$", form="pullback")),
        refs="G11.4a", chapter=11, section="sec-11-others"),

    Identity(
        "triangular matrix, pulled back", "X: n n",
        of=(r"\operatorname{tril}X", "np.tril(X)"),
        pullback=(r"\operatorname{tril}(G)", "np.tril(G)"),
        reason="What is above the diagonal does not move.",
        wrong=(Wrong("G", "G", "missing chain factor",
                     "not masked: a step along it fills the upper triangle"),
               Wrong(r"\operatorname{tril}(G^\top)", "np.tril(G.T)", "transposed",
                     "transposed before the mask")),
        refs="G11.4b", chapter=11, section="sec-11-others", also="lower Cholesky factor mask"),

    Identity(
        "Toeplitz matrix nearest to B", "t: q, B: m n; t = np.resize(t, m + n - 1)",
        of=(r"\tfrac12\lVert T(\mathbf{t}) - B\rVert_F^2", """
            T = t[np.arange(m)[:, None] - np.arange(n) + n - 1]     # t runs from t_(1-n) to t_(m-1)
            return np.sum((T - B)**2) / 2"""),
        gradient=(r"\Bigl(\sum_{i-j=k}(T - B)_{ij}\Bigr)_k", """
            G = t[np.arange(m)[:, None] - np.arange(n) + n - 1] - B
            return np.array([np.trace(G, -k) for k in range(1 - n, m)])"""),
        reason="Each $t_k$ fills one diagonal, so the entries of $G = T - B$ on it are added; so for "
               "every $f(T)$ with gradient $G$.",
        wrong=(Wrong(r"\Bigl(\sum_{j-i=k}(T - B)_{ij}\Bigr)_k", """
                   G = t[np.arange(m)[:, None] - np.arange(n) + n - 1] - B
                   return np.array([np.trace(G, k) for k in range(1 - n, m)])""", None,
                     "NumPy counts its diagonals to the right",
                     unnamed="diagonals of different lengths change places"),
               Wrong(r"\Bigl(\operatorname{mean}_{i-j=k}(T - B)_{ij}\Bigr)_k", """
                   G = t[np.arange(m)[:, None] - np.arange(n) + n - 1] - B
                   return np.array([np.diagonal(G, -k).mean() for k in range(1 - n, m)])""", None,
                     "the average on a diagonal: the projected gradient, no partial derivative",
                     unnamed="each entry has its own factor")),
        note="$T_{ij} = t_{i-j}$. The means on the diagonals give the projection of $B$ on the Toeplitz "
             "matrices.",
        refs="G11.4c", chapter=11, section="sec-11-others", also="constant diagonals"),

    Identity(
        "low-rank product, pulled back to its first factor", "U: m k, V: n k",
        of=(r"UV^\top", "U @ V.T"),
        differential=(r"dU\,V^\top + U\,dV^\top", "dU @ V.T + U @ dV.T"),
        pullback=("GV", "G @ V"),
        reason=r"$\langle G, dU\,V^\top\rangle = \langle GV, dU\rangle$.",
        wrong=(Wrong(r"V^\top G^\top", "V.T @ G.T", "transposed", "the derivative in the other layout",
                     form="pullback"),
               Wrong(r"GV(V^\top V)^{-1}", "G @ V @ inv(V.T @ V)", None,
                     "solved for $U$ instead of differentiated", form="pullback",
                     unnamed="a matrix too much that mixes all entries of a row")),
        refs="G11.4d", chapter=11, section="sec-11-others", also="matrix factorisation"),

    Identity(
        "low-rank product, pulled back to its second factor", "V: n k, U: m k",
        of=(r"UV^\top", "U @ V.T"),
        pullback=(r"G^\top U", "G.T @ U"),
        reason=r"$\langle G, U\,dV^\top\rangle = \langle G^\top U, dV\rangle$; shapes decide.",
        wrong=(Wrong(r"U^\top G", "U.T @ G", "transposed", r"the gradient with respect to $V^\top$"),),
        refs="G11.4e", chapter=11, section="sec-11-others", also="matrix factorisation"),

    Identity(
        "Cholesky product, pulled back", "L: n n lower triangular",
        of=(r"LL^\top", "np.tril(L) @ np.tril(L).T"),
        pullback=(r"\operatorname{tril}\bigl((G + G^\top)L\bigr)", "np.tril((G + G.T) @ L)"),
        reason=r"$\langle G, dL\,L^\top + L\,dL^\top\rangle = \langle(G + G^\top)L, dL\rangle$, then the "
               "mask.",
        conditions={"$L$ is lower triangular": "L: n n"},
        wrong=(Wrong(r"\operatorname{tril}(GL)", "np.tril(G @ np.tril(L))", "missing product-rule term",
                     "one of the two $L$ was held"),
               Wrong(r"\operatorname{tril}(2GL)", "np.tril(2 * G @ np.tril(L))", "not symmetrised",
                     "right for a symmetric $G$"),
               Wrong(r"(G + G^\top)L", "(G + G.T) @ np.tril(L)", None,
                     "not masked: a step along it fills the upper triangle",
                     unnamed="right where it counts; the rest should be zero")),
        note=r"$\Sigma = LL^\top$ stays positive semidefinite, whatever $L$ becomes.",
        refs="G11.5 E37", chapter=11,
        section="sec-11-positive", also="positive definite covariance parametrisation"),

    # A symmetric variable
    Identity(
        "trace with a symmetric variable, entries moved one by one", "S: n n symmetric, A: n n",
        of=(r"\operatorname{tr}(SA)", "np.trace(S @ A)"),
        gradient=(r"A^\top", "A.T"),
        reason=r"$\operatorname{tr}(SA) = \sum_{ij}S_{ij}A_{ji}$: the symmetry of $S$ is not used.",
        wrong=(Wrong("A", "A", "transposed", "$S_{ij}$ meets $A_{ji}$, not $A_{ij}$"),),
        other=("A", "A"),
        note=r"$S = S^\top$, $A = E_{12}$: $f = S_{21}$, so its gradient is $E_{21}$.",
        refs="S11-C02 E05", chapter=11, section="sec-11-linear"),

    Identity(
        "trace with a symmetric variable", "S: n n symmetric, A: n n",
        of=(r"\operatorname{tr}(SA)", "np.trace(sym(S) @ A)"),
        gradient=(r"\tfrac12(A + A^\top)", "sym(A)"),
        differential=(r"\operatorname{tr}(A\,dS)", "np.trace(A @ sym(dS))"),
        reason=r"$\langle A^\top, dS\rangle = \langle\operatorname{sym}A, dS\rangle$ for every symmetric "
               r"$dS$; $\operatorname{sym}A$ is symmetric itself.",
        wrong=(Wrong("A", "A", "not symmetrised", "a step along it leaves the symmetric matrices"),
               Wrong(r"A + A^\top - A\odot I", "A + A.T - A * np.eye(n)", "off-diagonal doubled",
                     "the partial derivatives over the free entries"),
               Wrong(r"A + A^\top", "A + A.T", "factor", "both places were counted in full")),
        other=(r"\tfrac12(A + A^\top)", "sym(A)"),
        views=Views(
            indices=(r"\frac{\partial f}{\partial S_{kl}} = \sum_{ij}\tfrac12(\delta_{ik}\delta_{jl} + "
                     r"\delta_{il}\delta_{jk})A_{ji}", """
                D = np.zeros((n, n))
                for k in range(n):
                    for l in range(n):
                        for i in range(n):
                            for j in range(n):
                                D[k, l] += ((i == k) * (j == l) + (i == l) * (j == k)) / 2 * A[j, i]
                return D"""),
            einsum=(r"\tfrac12A_{ji}(\delta_{ik}\delta_{jl} + \delta_{il}\delta_{jk})", """
                I = np.eye(n)
                return (np.einsum('ji,ik,jl->kl', A, I, I) + np.einsum('ji,il,jk->kl', A, I, I)) / 2"""),
            differential=(r"df = \operatorname{tr}(A\operatorname{sym}(dS))", "np.trace(A @ sym(dS))"),
            steps=("Entries $(k, l)$ and $(l, k)$ move together, half each: two pairs of deltas.",
                   "Multiply by $dS_{kl}$ and sum: both halves meet the same $A_{ji}$, so $dS$ enters by "
                   "its symmetric part.",
                   r"$\langle A^\top, \operatorname{sym}dS\rangle = \langle\operatorname{sym}A, "
                   r"dS\rangle$: sym is its own adjoint.")),
        note=r"$S$ moves among the symmetric matrices. Three answers, three questions: $A^\top$ if the "
             r"entries move one by one, $A + A^\top - A\odot I$ for the free entries.",
        refs="S11-C04 E05 E45", chapter=11, section="sec-11-linear", also="projection"),

    Identity(
        "trace with a symmetric variable, free entries", "s: q, S: n n symmetric, A: n n; s = vech(S)",
        of=(r"\operatorname{tr}(AS(\mathbf{s}))", "np.trace(A @ unvech(s))"),
        gradient=(r"\operatorname{vech}(A + A^\top - A\odot I)", "vech(A + A.T - A * np.eye(n))"),
        reason="$s_{ij}$ off the diagonal stands in two places, which meet $A_{ji}$ and $A_{ij}$.",
        wrong=(Wrong(r"\operatorname{vech}(\operatorname{sym}A)", "vech(sym(A))", None,
                     "the gradient on the symmetric matrices", unnamed="a factor off the diagonal only"),
               Wrong(r"\operatorname{vech}(A)", "vech(A)", None, "the symmetry was ignored",
                     unnamed="half of the terms are missing, off the diagonal only")),
        note=r"$\operatorname{vech}S = \mathbf{s}$. The Cookbook's form, a matrix, holds in this reading "
             "only.",
        refs="CB139", chapter=11, section="sec-11-free"),

    Identity(
        "determinant of a symmetric matrix, free entries", "s: q, S: n n positive definite; s = vech(S)",
        of=(r"\det S(\mathbf{s})", "det(unvech(s))"),
        gradient=(r"\det(S)\operatorname{vech}(2S^{-1} - S^{-1}\odot I)", """
            S = unvech(s)
            return det(S) * vech(2 * inv(S) - inv(S) * np.eye(n))"""),
        reason=r"$G = \det(S)\,S^{-1}$ is symmetric, so $G + G^\top - G\odot I = 2G - G\odot I$.",
        conditions={"$S$ is invertible": "S[:, 0] = S[0] = 0.0; s = vech(S)"},
        wrong=(Wrong(r"\det(S)\operatorname{vech}(S^{-1})", """
                   S = unvech(s)
                   return det(S) * vech(inv(S))""", "not a gradient",
                     "the gradient on the symmetric matrices, cut to its half"),
               Wrong(r"\operatorname{vech}(2S^{-1} - S^{-1}\odot I)", """
                   S = unvech(s)
                   return vech(2 * inv(S) - inv(S) * np.eye(n))""", "missing chain factor",
                     "the derivative of the logarithm")),
        note=r"$\operatorname{vech}S = \mathbf{s}$. The Cookbook's form, a matrix, holds in this reading "
             r"only; the gradient on the symmetric matrices is $\det(S)\,S^{-1}$.",
        refs="CB140", chapter=11, section="sec-11-free"),

    Identity(
        "log det of a symmetric matrix, free entries",
        "s: q, S: n n positive definite; s = vech(S)",
        of=(r"\log\det S(\mathbf{s})", "slogdet(unvech(s))[1]"),
        gradient=(r"\operatorname{vech}(2S^{-1} - S^{-1}\odot I)", """
            S = unvech(s)
            return vech(2 * inv(S) - inv(S) * np.eye(n))"""),
        reason=r"$G = S^{-1}$ is symmetric, so $G + G^\top - G\odot I = 2G - G\odot I$.",
        conditions={"$S$ is invertible": "S[:, 0] = S[0] = 0.0; s = vech(S)"},
        wrong=(Wrong(r"\operatorname{vech}(S^{-1})", "vech(inv(unvech(s)))", "not a gradient",
                     "the gradient on the symmetric matrices, cut to its half"),
               Wrong(r"\operatorname{vech}(2S^{-1})", "vech(2 * inv(unvech(s)))", None,
                     "the diagonal was counted twice", unnamed="a factor on the diagonal only")),
        note=r"$\operatorname{vech}S = \mathbf{s}$. The Cookbook's form, a matrix, holds in this reading "
             "only; the gradient on the symmetric matrices is $S^{-1}$.",
        refs="CB141 G07.2b", chapter=11, section="sec-11-free"),

    Identity(
        "log-determinant plus trace", "Sigma: n n positive definite, A: n n",
        of=(r"\log\det\Sigma + \operatorname{tr}(A\Sigma)", "slogdet(Sigma)[1] + np.trace(A @ Sigma)"),
        gradient=(r"\Sigma^{-1} + A^\top", "inv(Sigma) + A.T"),
        reason=r"$d\log\det\Sigma = \operatorname{tr}(\Sigma^{-1}d\Sigma)$: both matrices are transposed, "
               r"and $\Sigma^{-1}$ is symmetric.",
        conditions={r"$\Sigma$ is symmetric": "Sigma[0, 1] = Sigma[0, 1] + 0.3",
                    r"$\Sigma$ is invertible": "Sigma[:, 0] = Sigma[0] = 0.0"},
        wrong=(Wrong(r"\Sigma^{-1} + A", "inv(Sigma).T + A", "only for symmetric input",
                     r"$\operatorname{tr}(A\Sigma)$ was differentiated to $A$"),),
        other=(r"\Sigma^{-1} + A", "inv(Sigma) + A"),
        note="The two layouts agree if $A$ is symmetric, as a matrix of sums of squares is.",
        refs="S11-C09 E05", chapter=11, section="sec-11-likelihood", also="Gaussian likelihood covariance"),

    Identity(
        "log-determinant plus trace, symmetric variable", "Sigma: n n positive definite, A: n n",
        of=(r"\log\det\Sigma + \operatorname{tr}(A\Sigma)",
            "slogdet(sym(Sigma))[1] + np.trace(A @ sym(Sigma))"),
        gradient=(r"\Sigma^{-1} + \tfrac12(A + A^\top)", "sym(inv(Sigma) + A)"),
        reason=r"The projection of $\Sigma^{-1} + A^\top$ on the symmetric matrices, $\frac12[(\Sigma^{-1} "
               r"+ A) + (\Sigma^{-1} + A)^\top]$.",
        conditions={r"$\Sigma$ is symmetric": "Sigma[0, 1] = Sigma[0, 1] + 0.3",
                    r"$\Sigma$ is invertible": "Sigma[:, 0] = Sigma[0] = 0.0"},
        wrong=(Wrong(r"\tfrac12(\Sigma^{-1} + A + \Sigma^{-1} + A)^\top", """
                   M = inv(sym(Sigma)) + A
                   return (M + M).T / 2""", "not symmetrised",
                     "the transpose stands on both halves: it symmetrises nothing"),
               Wrong(r"2M - M\odot I,\ M = \operatorname{sym}(\Sigma^{-1} + A)", """
                   M = sym(inv(sym(Sigma)) + A)
                   return 2 * M - M * np.eye(n)""", "off-diagonal doubled",
                     "the partial derivatives over the free entries")),
        other=(r"\Sigma^{-1} + \tfrac12(A + A^\top)", "sym(inv(Sigma) + A)"),
        note=r"$\Sigma$ moves among the symmetric matrices.",
        refs="S11-C10 E06", chapter=11, section="sec-11-likelihood", also="Gaussian likelihood covariance"),

    # Diagonal and Toeplitz
    Identity(
        "trace with a diagonal variable", "X: n n diagonal, A: n n",
        of=(r"\operatorname{tr}(AX)", "np.trace(A @ (X * np.eye(n)))"),
        gradient=(r"A\odot I", "A * np.eye(n)"),
        reason=r"$\operatorname{tr}(AX) = \sum_i A_{ii}X_{ii}$: only the diagonal moves.",
        wrong=(Wrong(r"A^\top", "A.T", "missing chain factor",
                     "the gradient of all entries: $X$ moves on its diagonal only"),),
        other=(r"A\odot I", "A * np.eye(n)"),
        refs="CB142", chapter=11, section="sec-11-others"),

    Identity(
        "trace with a Toeplitz matrix", "t: q, A: n m; t = np.resize(t, m + n - 1)",
        of=(r"\operatorname{tr}(AT(\mathbf{t}))", """
            T = t[np.arange(m)[:, None] - np.arange(n) + n - 1]     # t runs from t_(1-n) to t_(m-1)
            return np.trace(A @ T)"""),
        gradient=(r"\Bigl(\sum_{i-j=k}A_{ji}\Bigr)_k", "np.array([np.trace(A, k) for k in range(1 - n, m)])"),
        reason=r"$\operatorname{tr}(AT) = \sum_{ij}A_{ji}t_{i-j}$: the diagonals of $A^\top$ are summed.",
        wrong=(Wrong(r"\Bigl(\sum_{i-j=k}A_{ij}\Bigr)_k",
                     "np.array([np.trace(A, -k) for k in range(1 - n, m)])", None,
                     "the transpose was forgotten",
                     unnamed="the diagonals of a matrix and of its transpose change places"),),
        note="$T_{ij} = t_{i-j}$, of any shape. As a matrix, with the sum for $k = i - j$ at $(i, j)$, it "
             "is the form of the Cookbook.",
        refs="CB143", chapter=11, section="sec-11-others"),

    Identity(
        "trace with a symmetric Toeplitz matrix", "t: n, A: n n",
        of=(r"\operatorname{tr}(AT(\mathbf{t}))", """
            i = np.arange(n)
            T = t[(i[:, None] - i) * (-1)**(i[:, None] < i)]        # |i - j|
            return np.trace(A @ T)"""),
        gradient=(r"\Bigl(\sum_{|i-j|=k}A_{ij}\Bigr)_k", """
            both = [np.trace(A, k) + np.trace(A, -k) for k in range(1, n)]
            return np.array([np.trace(A), *both])"""),
        reason="$t_k$ fills two diagonals, $t_0$ one.",
        wrong=(Wrong(r"\Bigl(\sum_{j-i=k}A_{ij}\Bigr)_k", "np.array([np.trace(A, k) for k in range(n)])",
                     None, "the second diagonal was forgotten",
                     unnamed="half of the terms are missing, but for $t_0$"),
               Wrong(r"\Bigl(\sum_{i-j=k}(A_{ij} + A_{ji})\Bigr)_k",
                     "np.array([np.trace(A, k) + np.trace(A, -k) for k in range(n)])", None,
                     "the main diagonal was counted twice", unnamed="a factor in the first entry only")),
        note="$T_{ij} = t_{|i-j|}$, $k$ from 0.",
        refs="CB144", chapter=11, section="sec-11-others"),

    # Orthogonal matrices
    Identity(
        "Cayley transform of a skew matrix", "X: n n",
        of=("(I - S)^{-1}(I + S)", """
            S = skew(X)
            return solve(np.eye(n) - S, np.eye(n) + S)"""),
        differential=(r"2Q(I + S)^{-1}dS\,(I - S)^{-1}", """
            M = inv(np.eye(n) - skew(X))
            Q = M @ (np.eye(n) + skew(X))
            return Q @ (2 * M.T @ skew(dX) @ M)"""),
        reason=r"$(I - S)Q = I + S$ gives $(I - S)\,dQ = dS\,(I + Q)$, and $I + Q = 2(I - S)^{-1}$; last, "
               r"$(I - S)^{-1} = Q(I + S)^{-1}$.",
        wrong=(Wrong(r"\operatorname{skew}(Q\,\Omega)", """
                   M = inv(np.eye(n) - skew(X))
                   Q = M @ (np.eye(n) + skew(X))
                   return skew(Q @ (2 * M.T @ skew(dX) @ M))""", "only for symmetric input",
                     "$dQ$ itself was taken for skew: of these it is so at $Q = I$ only, where $X$ is "
                     "symmetric"),),
        note=r"$S = \operatorname{skew}X$, $Q$ is the value, $\Omega$ what stands after it, a skew matrix. "
             r"$Q^\top Q = I$ gives $Q^\top dQ + dQ^\top Q = 0$ for every orthogonal $Q$: $Q^\top dQ$ is "
             r"skew, $dQ$ need not be. Where $Q = \Omega$ is a turn by $90^\circ$, $dQ = -I$ is symmetric.",
        refs="S11-C15 E08", chapter=11, section="sec-11-retract", also="tangent vectors orthogonal group"),

    Identity(
        "projection on the tangent space of the orthogonal group", "B: n n, Q: n n orthogonal",
        of=(r"\operatorname*{argmin}_{Q^\top D\text{ skew}}\,\lVert B - D\rVert_F", """
            M = (np.eye(n * n) + commutation_matrix(n, n)) @ np.kron(np.eye(n), Q.T)
            return unvec(vec(B) - pinv(M) @ M @ vec(B), (n, n))     # M is 0 on tangent vectors"""),
        equals=(r"\tfrac12(B - QB^\top Q)", "(B - Q @ B.T @ Q) / 2"),
        reason=r"$B = Q\operatorname{sym}(Q^\top B) + Q\operatorname{skew}(Q^\top B)$, and $Q$ keeps the "
               "right angle between the two.",
        conditions={"$Q$ is orthogonal": "Q: n n invertible"},
        wrong=(Wrong(r"B - QB^\top Q", "B - Q @ B.T @ Q", None,
                     "twice as long: applied again, it doubles again", unnamed=EQUALITY),
               Wrong(r"\operatorname{skew}(B)", "skew(B)", None, "the tangent space at $I$",
                     unnamed=EQUALITY),
               Wrong(r"(I - QQ^\top)B", "B - Q @ Q.T @ B", None,
                     "zero for a square $Q$: it belongs to subspaces", unnamed=EQUALITY)),
        refs="S11-C18 G11.2a E04", chapter=11,
        section="sec-11-orthogonal", symbolic=MANIFOLD, also="Riemannian gradient"),

    Identity(
        "projection on the tangent space of the Stiefel manifold", "B: N n, Q: N n orthonormal columns",
        of=(r"\operatorname*{argmin}_{Q^\top D\text{ skew}}\lVert B - D\rVert", """
            M = (np.eye(n * n) + commutation_matrix(n, n)) @ np.kron(np.eye(n), Q.T)
            return unvec(vec(B) - pinv(M) @ M @ vec(B), (N, n))"""),
        equals=(r"B - Q\operatorname{sym}(Q^\top B)", "B - Q @ sym(Q.T @ B)"),
        reason="At right angles to the tangent vectors are the $QS$ with symmetric $S$.",
        conditions={"$Q$ has orthonormal columns": "Q: N n"},
        wrong=(Wrong(r"\tfrac12(B - QB^\top Q)", "(B - Q @ B.T @ Q) / 2", None, "right for square $Q$ only",
                     unnamed=EQUALITY),
               Wrong(r"B - QB^\top Q", "B - Q @ B.T @ Q", None,
                     "right for one column only; otherwise the canonical metric's", unnamed=EQUALITY),
               Wrong(r"(I - QQ^\top)B", "B - Q @ Q.T @ B", None, "it loses the turns inside the span",
                     unnamed=EQUALITY)),
        refs="G11.2b E04", chapter=11,
        section="sec-11-stiefel", symbolic=MANIFOLD, also="Riemannian gradient orthonormal columns"),

    Identity(
        "gradient in the canonical metric of the Stiefel manifold",
        "B: N n, Q: N n orthonormal columns, D: N n; D = D - Q @ sym(Q.T @ D)",
        of=(r"\operatorname{tr}\bigl(Z^\top(I - \tfrac12QQ^\top)D\bigr)", """
            Z = B - Q @ B.T @ Q
            return np.trace(Z.T @ (D - Q @ Q.T @ D / 2))"""),
        equals=(r"\langle B, D\rangle", "np.sum(B * D)"),
        reason=r"$(I - \frac12QQ^\top)Z = B - Q\operatorname{sym}(Q^\top B)$, and $QS$ with symmetric $S$ "
               "does not see a tangent $D$.",
        conditions={"$D$ is a tangent vector": "D = B.copy()", "$Q$ has orthonormal columns": "Q = 2 * Q"},
        wrong=(Wrong(r"2\langle B, D\rangle", "2 * np.sum(B * D)", None,
                     "the metric's half was taken for the whole", unnamed=EQUALITY),),
        note=r"$Z = B - QB^\top Q$. So $Z$ is the Riemannian gradient for the gradient $B$; in the metric "
             "of the surrounding space it is the projection.",
        refs="G11.2c E04", chapter=11, section="sec-11-stiefel", symbolic=MANIFOLD),

    Identity(
        "projection on horizontal vectors of the Grassmann manifold", "B: N n, Q: N n orthonormal columns",
        of=(r"\operatorname*{argmin}_{Q^\top D = 0}\,\lVert B - D\rVert_F", """
            M = np.kron(np.eye(n), Q.T)
            return unvec(vec(B) - pinv(M) @ M @ vec(B), (N, n))"""),
        equals=(r"(I - QQ^\top)B", "B - Q @ (Q.T @ B)"),
        reason="Only the span of $Q$ counts: a change inside it, $QC$, is no change.",
        conditions={"$Q$ has orthonormal columns": "Q: N n"},
        wrong=(Wrong(r"B - Q\operatorname{sym}(Q^\top B)", "B - Q @ sym(Q.T @ B)", None,
                     "the turns inside the span are still there", unnamed=EQUALITY),),
        refs="G11.7b", chapter=11, section="sec-11-stiefel", symbolic=MANIFOLD, also="subspace"),

    Identity(
        "unit sphere, pulled back", "x: n unit",
        of=(r"\frac{\mathbf{x}}{\lVert\mathbf{x}\rVert}", "x / norm(x)"),
        pullback=(r"(I - \mathbf{x}\mathbf{x}^\top)\mathbf{g}", "G - x * (x @ G)"),
        reason=r"$d\frac{\mathbf{x}}{\lVert\mathbf{x}\rVert} = (I - "
               r"\mathbf{x}\mathbf{x}^\top)\,d\mathbf{x}$ at a unit vector: what points outwards is taken "
               "off.",
        conditions={r"$\lVert\mathbf{x}\rVert = 1$": "x: n"},
        wrong=(Wrong(r"\mathbf{g}", "G / norm(x)", "missing product-rule term",
                     "not projected: a step along it leaves the sphere at once"),
               Wrong(r"(I + \mathbf{x}\mathbf{x}^\top)\mathbf{g}", """
                   u = x / norm(x)
                   return (G + u * (u @ G)) / norm(x)""", "sign", "the outward part was added")),
        refs="G11.7a", chapter=11,
        section="sec-11-stiefel", symbolic="unit vectors", also="Riemannian gradient tangent"),

    # Steps that stay on the set
    Identity(
        "retraction by QR", "t:, Q: N n orthonormal columns, xi: N n; t = 0 * t; xi = xi - Q @ sym(Q.T @ xi)",
        of=(r"\operatorname{qf}(Q + t\,\xi)", """
            Y, R = qr(Q + t * xi)
            return Y * np.sign(np.diag(R))"""),
        differential=(r"\xi\,dt", "xi * dt"),
        reason="The step is tangent, so it leaves the set at second order only: there is nothing to mend "
               "at first order.",
        conditions={r"$\xi$ is tangent": "xi = xi + Q", "$Q$ has orthonormal columns": "Q = 2 * Q"},
        wrong=(Wrong(r"\tfrac12(\xi - Q\xi^\top Q)\,dt", "(xi - Q @ xi.T @ Q) / 2 * dt", None,
                     "projected as if $Q$ were square", unnamed="only the part outside the span is off"),),
        note=r"$\operatorname{qf}$ is the factor $Q$ of QR with $\operatorname{diag}R > 0$. Here $t = 0$.",
        refs="G11.3a E39", chapter=11, section="sec-11-retract", symbolic=MANIFOLD),

    Identity(
        "retraction by the polar factor",
        "t:, Q: N n orthonormal columns, xi: N n; t = 0 * t; xi = xi - Q @ sym(Q.T @ xi)",
        of=(r"(Q + t\xi)(I + t^2\xi^\top\xi)^{-1/2}", """
            lam, V = eigh(np.eye(n) + t**2 * xi.T @ xi)
            return (Q + t * xi) @ V / np.sqrt(lam) @ V.T"""),
        differential=(r"\xi\,dt", "xi * dt"),
        reason=r"The second factor is $I - \frac12t^2\xi^\top\xi + \ldots$: it moves at second order only.",
        wrong=(Wrong(r"(\xi - \tfrac12Q\xi^\top\xi)\,dt", "(xi - Q @ xi.T @ xi / 2) * dt", None,
                     "the second order was taken for the first", unnamed="a term of second order"),),
        note="Here $t = 0$.",
        refs="G11.3b", chapter=11, section="sec-11-retract", symbolic=MANIFOLD),

    Identity(
        "polar factor of a tangent step", "xi: N n, Q: N n orthonormal columns; xi = xi - Q @ sym(Q.T @ xi)",
        of=(r"(Q + \xi)(I + \xi^\top\xi)^{-1/2}", """
            lam, V = eigh(np.eye(n) + xi.T @ xi)
            return (Q + xi) @ V / np.sqrt(lam) @ V.T"""),
        equals=(r"UV^\top", """
            U, s, Vt = svd(Q + xi, full_matrices=False)
            return U @ Vt"""),
        reason=r"$(Q + \xi)^\top(Q + \xi) = I + \xi^\top\xi$, because $Q^\top\xi + \xi^\top Q = 0$.",
        conditions={r"$\xi$ is tangent": "xi = xi + Q @ np.ones((n, n))",
                    "$Q$ has orthonormal columns": "Q = 2 * Q"},
        wrong=(Wrong(r"Q + \xi", "Q + xi", None, "projected, and then not pulled back: it is off the set",
                     unnamed=EQUALITY),),
        note=r"$Q + \xi = USV^\top$ is the thin decomposition.",
        refs="G11.3c E39", chapter=11, section="sec-11-retract", symbolic=MANIFOLD),

    Identity(
        "Cayley curve", "t:, Q: N n orthonormal columns, B: N n; t = 0 * t",
        of=(r"(I + \tfrac{t}{2}W)^{-1}(I - \tfrac{t}{2}W)Q", """
            W = B @ Q.T - Q @ B.T
            return solve(np.eye(N) + t / 2 * W, (np.eye(N) - t / 2 * W) @ Q)"""),
        differential=(r"-(B - QB^\top Q)\,dt", "-(B - Q @ B.T @ Q) * dt"),
        reason=r"$Y'(0) = -WQ$ and $Q^\top Q = I$; $W$ is skew, so $Y(t)$ keeps orthonormal columns.",
        conditions={"$Q$ has orthonormal columns": "Q = 2 * Q"},
        wrong=(Wrong(r"-\tfrac12(B - QB^\top Q)\,dt", "-(B - Q @ B.T @ Q) / 2 * dt", None,
                     "one of the two factors was held",
                     unnamed="the formula is for $t = 0$, the checker looks at other $t$ too"),
               Wrong(r"(B - QB^\top Q)\,dt", "(B - Q @ B.T @ Q) * dt", None, "the curve descends",
                     unnamed="the formula is for $t = 0$, the checker looks at other $t$ too")),
        note=r"$W = BQ^\top - QB^\top$. Here $t = 0$; with $B$ a gradient the curve descends.",
        refs="G11.3d", chapter=11, section="sec-11-retract", symbolic=MANIFOLD, also="retraction"),

    # Positive definite matrices
    Identity(
        "gradient in the affine-invariant metric", "B: n n, Sigma: n n positive definite, D: n n symmetric",
        of=(r"\operatorname{tr}(\Sigma^{-1}\xi\,\Sigma^{-1}D)", """
            xi = Sigma @ sym(B) @ Sigma
            return np.trace(inv(Sigma) @ xi @ inv(Sigma) @ D)"""),
        equals=(r"\langle B, D\rangle", "np.sum(B * D)"),
        reason=r"$\Sigma^{-1}\xi\,\Sigma^{-1} = \operatorname{sym}B$, and the skew part of $B$ does not "
               "see $D$.",
        conditions={"$D$ is symmetric": "D: n n", r"$\Sigma$ is invertible": "Sigma = 0 * Sigma"},
        wrong=(Wrong(r"\langle B, \Sigma D\Sigma\rangle", "np.sum(B * (Sigma @ D @ Sigma))", None,
                     "the metric was left out", unnamed=EQUALITY),),
        note=r"$\xi = \Sigma\operatorname{sym}(B)\Sigma$. So $\xi$ is the Riemannian gradient of a "
             "function with gradient $B$.",
        refs="G11.6a", chapter=11, section="sec-11-metric", also="SPD manifold natural gradient"),

    Identity(
        "exponential map of the positive definite matrices",
        "t:, Sigma: n n positive definite, D: n n symmetric; t = 0 * t",
        of=(r"\Sigma^{1/2}\exp(t\,\Sigma^{-1/2}D\,\Sigma^{-1/2})\Sigma^{1/2}", """
            mu, U = eigh(Sigma)
            root = U * np.sqrt(mu) @ U.T
            lam, V = eigh(t * inv(root) @ D @ inv(root))
            return root @ V * np.exp(lam) @ V.T @ root"""),
        differential=(r"D\,dt", "D * dt"),
        reason=r"$\exp(tM) = I + tM + \ldots$; and $RMR$ with $M = R^{-1}DR^{-1}$ is $D$.",
        conditions={r"$\Sigma$ is positive definite": "Sigma = -Sigma", "$D$ is symmetric": "D: n n"},
        wrong=(Wrong(r"\Sigma D\,\Sigma\,dt", "Sigma @ D @ Sigma * dt", None,
                     "the roots were put back once too often", unnamed="matrices too much on both sides"),),
        note=r"Here $t = 0$. It stays positive definite for every symmetric $D$ and every $t$; $\Sigma + "
             "tD$ does not.",
        refs="G11.6b", chapter=11,
        section="sec-11-metric", symbolic="eigenvalues", also="SPD geodesic affine invariant"),
)
