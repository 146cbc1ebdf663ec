"""Eigenvalues and eigenvectors."""
from .entry import Identity, Views, Wrong

ROOTS = "eigenvalues are roots of polynomials"

ENTRIES = (
    # Eigenvalues
    Identity(
        "sum of the eigenvalues", "A: n n",
        of=(r"\sum_i\lambda_i(A)", "eig(A)[0].sum().real"),
        gradient=("I", "np.eye(n)"),
        reason=r"The sum is $\operatorname{tr}A$, for every square $A$: complex eigenvalues come in pairs.",
        wrong=(Wrong(r"\mathbf{1}\mathbf{1}^\top", "np.ones((n, n))", None,
                     "each entry was thought to add to the sum",
                     unnamed="right on the diagonal, one instead of zero elsewhere"),),
        other=("I", "np.eye(n)"),
        refs="CB65", chapter=9, section="sec-9-smooth", symbolic=ROOTS, also="trace"),

    Identity(
        "product of the eigenvalues", "A: n n invertible",
        of=(r"\prod_i\lambda_i(A)", "np.prod(eig(A)[0]).real"),
        gradient=(r"\det(A)\,A^{-\top}", "det(A) * inv(A).T"),
        reason=r"The product is $\det A$, and $\partial\det A/\partial A_{ij}$ is a cofactor, "
               r"$\det(A)\,(A^{-1})_{ji}$.",
        conditions={"$A$ is invertible": "A[0] = 0 * A[0]"},
        wrong=(Wrong(r"\det(A)\,A^{-1}", "det(A) * inv(A)", "transposed",
                     "the derivative in the other layout"),
               Wrong(r"A^{-\top}", "inv(A).T", None, "the derivative of its logarithm",
                     unnamed="off by a factor that moves, and right for rotations: two names fit")),
        other=(r"\det(A)\,A^{-1}", "det(A) * inv(A)"),
        note="At a singular $A$ it is the adjugate, transposed.",
        refs="CB66", chapter=9, section="sec-9-smooth", symbolic=ROOTS, also="determinant"),

    Identity(
        "eigenvalue of a symmetric matrix", "A: n n distinct eigenvalues; i = 1",
        of=(r"\lambda_i(A)", "eigh(sym(A))[0][i]"),
        gradient=(r"\mathbf{v}_i\mathbf{v}_i^\top", """
            v = eigh(A)[1][:, i]
            return np.outer(v, v)"""),
        differential=(r"\mathbf{v}_i^\top dA\,\mathbf{v}_i", """
            v = eigh(A)[1][:, i]
            return v @ dA @ v"""),
        reason=r"$\mathbf{v}^\top$ times $dA\,\mathbf{v} + A\,d\mathbf{v} = d\lambda\,\mathbf{v} + "
               r"\lambda\,d\mathbf{v}$: the terms in $d\mathbf{v}$ cancel.",
        conditions={r"$\lambda_i$ is simple": "A = np.eye(n)", "$A$ is symmetric": "A: n n"},
        wrong=(Wrong(r"\operatorname{diag}(\mathbf{v}_i\odot\mathbf{v}_i)", "np.diag(eigh(A)[1][:, i]**2)",
                     "only diagonal", "only the diagonal of $A$ was moved"),
               Wrong(r"2\mathbf{v}_i\mathbf{v}_i^\top - \operatorname{diag}(\mathbf{v}_i\odot\mathbf{v}_i)",
                     """
                   v = eigh(A)[1][:, i]
                   return 2 * np.outer(v, v) - np.diag(v * v)""", "off-diagonal doubled",
                     "the partial derivatives over the free entries: $A_{ij}$ moves with $A_{ji}$"),
               Wrong(r"\lambda_i\mathbf{v}_i\mathbf{v}_i^\top", """
                   lam, V = eigh(sym(A))
                   return lam[i] * np.outer(V[:, i], V[:, i])""", "extra chain factor",
                     "that is the summand of $A$ itself")),
        other=(r"\mathbf{v}_i\mathbf{v}_i^\top", """
            v = eigh(A)[1][:, i]
            return np.outer(v, v)"""),
        views=Views(
            indices=(r"\frac{\partial\lambda_i}{\partial A_{kl}} = \sum_{ab} "
                     r"v_a\,\tfrac12(\delta_{ak}\delta_{bl} + \delta_{al}\delta_{bk})\,v_b", """
                v, G = eigh(A)[1][:, i], np.zeros((n, n))
                for k in range(n):
                    for l in range(n):
                        for a in range(n):
                            for b in range(n):
                                E = ((a == k) * (b == l) + (a == l) * (b == k)) / 2
                                G[k, l] += v[a] * E * v[b]
                return G"""),
            einsum=("v_kv_l", """
                v = eigh(A)[1][:, i]
                return np.einsum('k,l->kl', v, v)"""),
            differential=(r"d\lambda_i = \mathbf{v}_i^\top\operatorname{sym}(dA)\,\mathbf{v}_i", """
                v = eigh(A)[1][:, i]
                return v @ sym(dA) @ v"""),
            steps=("Entries $(k, l)$ and $(l, k)$ move together, half each; the deltas leave $v_kv_l$ "
                   "from either half.",
                   r"Multiply by $dA_{kl}$ and sum: a quadratic form in $\mathbf{v}$, in which only $dA$'s "
                   "symmetric part counts.",
                   r"$\mathbf{v}^\top dA\,\mathbf{v} = \operatorname{tr}(\mathbf{v}\mathbf{v}^\top dA)$: "
                   "before $dA$ stands the gradient.")),
        refs="CB67 S09-C03 G09.1 E11", chapter=9, section="sec-9-value", symbolic=ROOTS,
        also="Rayleigh quotient simple eigenvector"),

    Identity(
        "eigenvalue of a general matrix",
        "A: n n; P = np.eye(n) + rng.normal(size=(n, n)) / (2 * n); A = P * np.arange(1.0, n + 1) @ inv(P)",
        of=(r"\lambda_{\max}(A)", "np.max(eig(A)[0].real)"),
        gradient=(r"\frac{\mathbf{y}\mathbf{x}^\top}{\mathbf{y}^\top\mathbf{x}}", """
            lam, X = eig(A)
            mu, Y = eig(A.T)
            x, y = X[:, lam.argmax()], Y[:, mu.argmax()]
            return np.outer(y, x) / (y @ x)"""),
        differential=(r"\frac{\mathbf{y}^\top dA\,\mathbf{x}}{\mathbf{y}^\top\mathbf{x}}", """
            lam, X = eig(A)
            mu, Y = eig(A.T)
            x, y = X[:, lam.argmax()], Y[:, mu.argmax()]
            return y @ dA @ x / (y @ x)"""),
        reason=r"The left eigenvector, $\mathbf{y}^\top A = \lambda\mathbf{y}^\top$, cancels "
               r"$A\,d\mathbf{x}$ against $\lambda\,d\mathbf{x}$.",
        conditions={r"$\lambda$ is real and simple": "A = np.triu(np.ones((n, n)))"},
        wrong=(Wrong(r"\frac{\mathbf{x}\mathbf{x}^\top}{\mathbf{x}^\top\mathbf{x}}", """
                   lam, X = eig(A)
                   x = X[:, lam.argmax()]
                   return np.outer(x, x) / (x @ x)""", "only for symmetric input",
                     "left and right eigenvectors agree if $A$ is symmetric"),
               Wrong(r"\frac{\mathbf{x}\mathbf{y}^\top}{\mathbf{y}^\top\mathbf{x}}", """
                   lam, X = eig(A)
                   mu, Y = eig(A.T)
                   x, y = X[:, lam.argmax()], Y[:, mu.argmax()]
                   return np.outer(x, y) / (y @ x)""", "transposed", "the derivative in the other layout"),
               Wrong(r"\mathbf{y}\mathbf{x}^\top", """
                   lam, X = eig(A)
                   mu, Y = eig(A.T)
                   return np.outer(Y[:, mu.argmax()], X[:, lam.argmax()])""", "only for symmetric input",
                     r"unit vectors do not make $\mathbf{y}^\top\mathbf{x} = 1$")),
        other=(r"\frac{\mathbf{x}\mathbf{y}^\top}{\mathbf{y}^\top\mathbf{x}}", """
            lam, X = eig(A)
            mu, Y = eig(A.T)
            x, y = X[:, lam.argmax()], Y[:, mu.argmax()]
            return np.outer(x, y) / (y @ x)"""),
        note=r"$A\mathbf{x} = \lambda\mathbf{x}$ and $\mathbf{y}^\top A = \lambda\mathbf{y}^\top$. Both "
             r"are unit vectors in the code, which leaves $\mathbf{y}^\top\mathbf{x}$ below 1.",
        refs="G09.2a E11", chapter=9, section="sec-9-general", symbolic=ROOTS,
        also="left and right eigenvectors nonsymmetric"),

    Identity(
        "complex eigenvalue", "A: n n, B: n n",
        of=(r"\lambda(A + \mathrm{i}B)", """
            lam = eig(A + 1j * B)[0]
            lam = lam[lam.real.argmax()]
            return np.array([lam.real, lam.imag])"""),
        differential=(r"\frac{\mathbf{y}^{\mathsf H}dA\,\mathbf{x}}{\mathbf{y}^{\mathsf H}\mathbf{x}}", """
            lam, X = eig(A + 1j * B)
            mu, Y = eig((A + 1j * B).conj().T)
            x, y = X[:, lam.real.argmax()], Y[:, mu.real.argmax()]
            rate = y.conj() @ dA @ x / (y.conj() @ x)
            return np.array([rate.real, rate.imag])"""),
        reason=r"As for real ones, with $\mathbf{y}^{\mathsf H}(A + \mathrm{i}B) = "
               r"\lambda\mathbf{y}^{\mathsf H}$.",
        conditions={r"$\lambda$ is simple": "A = np.triu(np.ones((n, n))); B = A"},
        wrong=(Wrong(r"\frac{\mathbf{y}^\top dA\,\mathbf{x}}{\mathbf{y}^\top\mathbf{x}}", """
                   lam, X = eig(A + 1j * B)
                   mu, Y = eig((A + 1j * B).conj().T)
                   x, y = X[:, lam.real.argmax()], Y[:, mu.real.argmax()]
                   rate = y @ dA @ x / (y @ x)
                   return np.array([rate.real, rate.imag])""", None,
                     "the left eigenvector was not conjugated",
                     unnamed="which factor is conjugated is no name of the checker's"),),
        note=r"$\mathbf{x}$ and $\mathbf{y}$ are the right and left eigenvector. In the code: real and "
             "imaginary part of the eigenvalue with the largest real part.",
        refs="G09.2b", chapter=9, section="sec-9-general", symbolic=ROOTS),

    Identity(
        "repeated eigenvalue, one-sided rates",
        "t:, V: N n orthonormal columns, H: N N symmetric; t = 0 * t; A = -V @ V.T",
        of=(r"(\lambda_1, \ldots, \lambda_n)(A + tH)", """
            lam = eigh(A + t * H)[0][:n]
            return lam if t >= 0 else lam[::-1]     # before t = 0 in the other order"""),
        differential=(r"\operatorname{eig}(V^\top HV)\,dt", "eigh(V.T @ H @ V)[0] * dt"),
        reason=r"On the span of $V$ the matrix is $\lambda I$: every basis of it is one of eigenvectors, "
               "and $H$ chooses.",
        conditions={"$V$ is an orthonormal basis": "V = 2 * V",
                    "its columns belong to one eigenvalue": "A = A @ A - np.outer(V[:, 0], V[:, 0])",
                    "$H$ is symmetric": "H: N N"},
        wrong=(Wrong(r"\operatorname{diag}(V^\top HV)\,dt", "np.sort(np.diag(V.T @ H @ V)) * dt", None,
                     "the rule for simple eigenvalues, for the basis that happens to be there",
                     unnamed="eigenvalues and diagonal of one matrix have only their sum in common"),
               Wrong(r"\tfrac1n\operatorname{tr}(V^\top HV)\,\mathbf{1}\,dt",
                     "np.trace(V.T @ H @ V) / n * np.ones(n) * dt", None,
                     "the mean rate: the group was thought to stay together",
                     unnamed="one number for several")),
        note="At $t = 0$ these $n$ eigenvalues are equal, $V$ is a basis of their eigenvectors, and $t$ "
             "grows from 0.",
        refs="G09.3 E11", chapter=9, section="sec-9-meet", symbolic=ROOTS,
        also="multiple degenerate crossing"),

    Identity(
        "second derivative of an eigenvalue along a line",
        "t:, A: n n distinct eigenvalues, H: n n symmetric; t = 0 * t; i = 1",
        of=(r"\frac{d}{dt}\lambda_i(A + tH)", """
            v = eigh(A + t * H)[1][:, i]
            return v @ H @ v"""),
        gradient=(r"2\sum_{j\ne i}\frac{(\mathbf{v}_j^\top H\mathbf{v}_i)^2}{\lambda_i - \lambda_j}", """
            lam, V = eigh(A + t * H)
            c = V.T @ H @ V[:, i]
            return 2 * sum(c[j]**2 / (lam[i] - lam[j]) for j in range(n) if j != i)"""),
        reason=r"$\lambda' = \mathbf{v}^\top H\mathbf{v}$ and both $\mathbf{v}$ move: $\lambda'' = "
               r"2\,\mathbf{v}^\top H\,\mathbf{v}'$.",
        conditions={r"$\lambda_i$ is simple": "A = np.eye(n); H = np.ones((n, n))",
                    "$A$ and $H$ are symmetric": "A: n n, H: n n"},
        wrong=(Wrong(r"2\sum_{j\ne i}\frac{(\mathbf{v}_j^\top H\mathbf{v}_i)^2}{\lambda_j - \lambda_i}", """
                   lam, V = eigh(A + t * H)
                   c = V.T @ H @ V[:, i]
                   return 2 * sum(c[j]**2 / (lam[j] - lam[i]) for j in range(n) if j != i)""", "sign",
                     "eigenvalues repel: the largest is pushed up, the smallest down"),
               Wrong(r"\sum_{j\ne i}\frac{(\mathbf{v}_j^\top H\mathbf{v}_i)^2}{\lambda_i - \lambda_j}", """
                   lam, V = eigh(A + t * H)
                   c = V.T @ H @ V[:, i]
                   return sum(c[j]**2 / (lam[i] - lam[j]) for j in range(n) if j != i)""", "factor",
                     r"one of the two $\mathbf{v}$ was held")),
        refs="G09.5", chapter=9, section="sec-9-second", symbolic=ROOTS, also="level repulsion"),

    Identity(
        "generalised eigenvalue", "A: n n symmetric, B: n n positive definite; i = 1",
        of=(r"\lambda_i(A, B)", """
            K = inv(cholesky(sym(B)))
            return eigh(K @ sym(A) @ K.T)[0][i]"""),
        differential=(r"\mathbf{v}^\top(dA - \lambda_i\,dB)\,\mathbf{v}", """
            K = inv(cholesky(B))
            lam, W = eigh(K @ A @ K.T)
            v = K.T @ W[:, i]
            return v @ (dA - lam[i] * dB) @ v"""),
        reason=r"$\mathbf{v}^\top$ times $dA\,\mathbf{v} = d\lambda\,B\mathbf{v} + \lambda\,dB\,\mathbf{v} "
               r"+ (\lambda B - A)\,d\mathbf{v}$; the last term vanishes.",
        conditions={r"$\lambda_i$ is simple": "A = 2 * B", "$A$ is symmetric": "A: n n",
                    "$B$ is positive definite": "B = -B"},
        wrong=(Wrong(r"\mathbf{v}^\top(dA + \lambda\,dB)\,\mathbf{v}", """
                   K = inv(cholesky(sym(B)))
                   lam, W = eigh(K @ sym(A) @ K.T)
                   v = K.T @ W[:, i]
                   return v @ (sym(dA) + lam[i] * sym(dB)) @ v""", None,
                     r"a larger $B$ makes $\lambda$ smaller: $\lambda$ is a quotient",
                     unnamed="one of two terms, of another input, has the other sign"),
               Wrong(r"\mathbf{v}^\top dA\,\mathbf{v}", """
                   K = inv(cholesky(sym(B)))
                   v = K.T @ eigh(K @ sym(A) @ K.T)[1][:, i]
                   return v @ dA @ v""", None, "$B$ was held",
                     unnamed="the term of a whole input is missing"),
               Wrong(r"\mathbf{v}^\top(dA - dB)\,\mathbf{v}", """
                   K = inv(cholesky(sym(B)))
                   v = K.T @ eigh(K @ sym(A) @ K.T)[1][:, i]
                   return v @ (dA - dB) @ v""", None, r"the $\lambda$ before $B\mathbf{v}$ was lost",
                     unnamed="one of two terms is off by a factor that moves")),
        note=r"$A\mathbf{v} = \lambda_iB\mathbf{v}$ and $\mathbf{v}^\top B\mathbf{v} = 1$.",
        refs="G09.9", chapter=9, section="sec-9-general", symbolic=ROOTS),

    # Eigenvectors
    Identity(
        "eigenvector of a symmetric matrix", "A: n n distinct eigenvalues; i = 1",
        of=(r"\mathbf{v}_i(A)", """
            v = eigh(sym(A))[1][:, i]
            return v * np.sign(v[0])"""),
        jacobian=(r"\bigl(\mathbf{v}_i^\top\otimes(\lambda_iI - A)^+\bigr)N", """
            lam, V = eigh(A)
            v = V[:, i] * np.sign(V[0, i])
            N = (np.eye(n * n) + commutation_matrix(n, n)) / 2
            return np.kron(v, pinv(lam[i] * np.eye(n) - A, rcond=1e-9)) @ N"""),
        differential=(r"\sum_{j\ne i}\frac{\mathbf{v}_j^\top dA\,\mathbf{v}_i}{\lambda_i - "
                      r"\lambda_j}\,\mathbf{v}_j", """
            lam, V = eigh(A)
            v = V[:, i] * np.sign(V[0, i])
            return sum(V[:, j] @ dA @ v / (lam[i] - lam[j]) * V[:, j] for j in range(n) if j != i)"""),
        reason=r"$\mathbf{v}_j^\top$ times the differential of $A\mathbf{v}_i = \lambda_i\mathbf{v}_i$; "
               r"along $\mathbf{v}_i$ nothing, for $\lVert\mathbf{v}_i\rVert = 1$.",
        conditions={r"$\lambda_i$ is simple": "A = np.eye(n)", "$A$ is symmetric": "A: n n"},
        wrong=(Wrong(r"\sum_{j\ne i}(\mathbf{v}_j^\top dA\,\mathbf{v}_i)\,\mathbf{v}_j", """
                   V = eigh(A)[1]
                   v = V[:, i] * np.sign(V[0, i])
                   return sum(V[:, j] @ dA @ v * V[:, j] for j in range(n) if j != i)""", None,
                     "the gaps were forgotten", form="differential",
                     unnamed="a factor for each eigenvector, not for an entry"),
               Wrong(r"\bigl(\mathbf{v}_i^\top\otimes(A - \lambda_iI)^+\bigr)N", """
                   lam, V = eigh(sym(A))
                   v, N = V[:, i] * np.sign(V[0, i]), (np.eye(n * n) + commutation_matrix(n, n)) / 2
                   return np.kron(v, pinv(sym(A) - lam[i] * np.eye(n), rcond=1e-9)) @ N""", "sign",
                     "the gap was taken the other way round"),
               Wrong(r"\mathbf{v}_i^\top\otimes(\lambda_iI - A)^+", """
                   lam, V = eigh(sym(A))
                   v = V[:, i] * np.sign(V[0, i])
                   return np.kron(v, pinv(lam[i] * np.eye(n) - sym(A), rcond=1e-9))""", None,
                     "right for a symmetric $dA$; for one entry alone it is not symmetrised",
                     unnamed="the columns of pairs of entries are still to be averaged")),
        note=r"$N = \frac12(I + K)$ takes the symmetric part of $dA$. In short $d\mathbf{v}_i = "
             r"(\lambda_iI - A)^+dA\,\mathbf{v}_i$; the other eigenvalues may repeat. The sign of "
             r"$\mathbf{v}_i$ is kept, here by a positive first entry.",
        refs="CB68 S09-C05 G09.4", chapter=9, section="sec-9-vector", symbolic=ROOTS,
        also="resolvent perturbation"),

    Identity(
        "symmetric eigendecomposition, pulled back", "A: n n distinct eigenvalues",
        of=(r"(\boldsymbol\lambda, V)", """
            lam, V = eigh(sym(A))
            return np.vstack([lam, V * np.sign(V[0])])"""),
        pullback=(r"\operatorname{sym}(VMV^\top)", """
            lam, V = eigh(A)
            V, lam_bar, V_bar = V * np.sign(V[0]), G[0], G[1:]
            Phi = 1 / (lam - lam[:, None] + np.eye(n)) - np.eye(n)
            return sym(V @ (np.diag(lam_bar) + Phi * (V.T @ V_bar)) @ V.T)"""),
        reason=r"The adjoints of $d\boldsymbol\lambda = \operatorname{diag}(V^\top dA\,V)$ and $dV = "
               r"V(\Phi\odot V^\top dA\,V)$.",
        conditions={"the eigenvalues are distinct": "A = np.eye(n)", "$A$ is symmetric": "A: n n"},
        wrong=(Wrong(r"V[\operatorname{diag}\bar{\boldsymbol\lambda} + \Phi\odot(V^\top\bar V)]V^\top", """
                   lam, V = eigh(sym(A))
                   V, lam_bar, V_bar = V * np.sign(V[0]), G[0], G[1:]
                   Phi = 1 / (lam - lam[:, None] + np.eye(n)) - np.eye(n)
                   return V @ (np.diag(lam_bar) + Phi * (V.T @ V_bar)) @ V.T""", "not symmetrised",
                     "$A$ moves among the symmetric matrices only"),
               Wrong(r"\operatorname{sym}\bigl(V[\operatorname{diag}\bar{\boldsymbol\lambda} - "
                     r"\Phi\odot(V^\top\bar V)]V^\top\bigr)", """
                   lam, V = eigh(sym(A))
                   V, lam_bar, V_bar = V * np.sign(V[0]), G[0], G[1:]
                   Phi = 1 / (lam - lam[:, None] + np.eye(n)) - np.eye(n)
                   return sym(V @ (np.diag(lam_bar) - Phi * (V.T @ V_bar)) @ V.T)""", None,
                     r"$\Phi_{ij}$ with $\lambda_i - \lambda_j$ below",
                     unnamed="one of two terms has the other sign")),
        note=r"$A = V\Lambda V^\top$, $M = \operatorname{diag}\bar{\boldsymbol\lambda} + \Phi\odot"
             r"(V^\top\bar V)$; $\Phi_{ij} = \frac{1}{\lambda_j - \lambda_i}$, $\Phi_{ii} = 0$. It grows "
             "as two eigenvalues meet.",
        refs="G09.6", chapter=9, section="sec-9-backward", symbolic=ROOTS, also="backward eigh"),

    # What stays smooth
    Identity(
        "sum of a function of the eigenvalues",
        "A: n n; Q = qr(rng.normal(size=(n, n)))[0]; A = Q * np.maximum(np.arange(n), 1.0) @ Q.T",
        of=(r"\sum_i\varphi(\lambda_i)", "np.sin(eigh(sym(A))[0]).sum()"),
        gradient=(r"V\operatorname{diag}(\varphi'(\lambda_i))V^\top", """
            lam, V = eigh(A)
            return V * np.cos(lam) @ V.T"""),
        reason=r"$\sum_i\varphi'(\lambda_i)\,\mathbf{v}_i^\top dA\,\mathbf{v}_i$; where $\lambda$ repeats, "
               "any orthonormal basis gives the same.",
        conditions={"$A$ is symmetric": "A[0, 1] = A[0, 1] + 1"},
        wrong=(Wrong(r"\operatorname{diag}(\varphi'(\lambda_i))", "np.diag(np.cos(eigh(A)[0]))", None,
                     "not turned back to the axes of $A$", unnamed="right in other axes"),
               Wrong(r"\varphi'(A) \text{ entry by entry}", "np.cos(A)", "elementwise product",
                     "the function was applied to the entries")),
        other=(r"V\operatorname{diag}(\varphi'(\lambda_i))V^\top", """
            lam, V = eigh(A)
            return V * np.cos(lam) @ V.T"""),
        note=r"$\varphi = \sin$ in the code. Two eigenvalues are equal there: the sum is smooth although "
             "they are not.",
        refs="G09.7", chapter=9, section="sec-9-smooth", symbolic=ROOTS, also="spectral function"),

    Identity(
        "matrix function of a symmetric matrix",
        "A: n n symmetric; Q = qr(rng.normal(size=(n, n)))[0]; A = Q * np.maximum(np.arange(n), 1.0) @ Q.T",
        of=("f(A)", """
            lam, V = eigh(sym(A))
            return V * np.exp(lam) @ V.T"""),
        differential=(r"V(D\odot V^\top dA\,V)V^\top", """
            lam, V = eigh(A)
            f, gap = np.exp(lam), lam[:, None] - lam
            D = np.where(abs(gap) < 1e-9, f, (f[:, None] - f) / (gap + (abs(gap) < 1e-9)))
            return V @ (D * (V.T @ dA @ V)) @ V.T"""),
        pullback=(r"V(D\odot V^\top\operatorname{sym}(G)V)V^\top", """
            lam, V = eigh(A)
            f, gap = np.exp(lam), lam[:, None] - lam
            D = np.where(abs(gap) < 1e-9, f, (f[:, None] - f) / (gap + (abs(gap) < 1e-9)))
            return V @ (D * (V.T @ sym(G) @ V)) @ V.T"""),
        reason=r"In the axes of $A$: $d(A^k)_{ij} = \sum_{a+b=k-1}\lambda_i^a\,dA_{ij}\,\lambda_j^b$, a "
               r"divided difference of $\lambda^k$.",
        conditions={"$A$ is symmetric": "A[0] = A[0] + 1"},
        wrong=(Wrong(r"f'(A)\,dA", """
                   lam, V = eigh(sym(A))
                   return V * np.exp(lam) @ V.T @ sym(dA)""", "wrong order", "right if $A$ and $dA$ commute",
                     form="differential"),
               Wrong(r"V(f'(\Lambda)\odot V^\top dA\,V)V^\top", """
                   lam, V = eigh(A)
                   return V @ (np.diag(np.exp(lam)) * (V.T @ dA @ V)) @ V.T""", None,
                     "the eigenvalues move, the eigenvectors were held", form="differential",
                     unnamed="only the diagonal in the axes of $A$")),
        note=r"$A = V\Lambda V^\top$, $f = \exp$ in the code. $D_{ij} = \frac{f(\lambda_i) - "
             r"f(\lambda_j)}{\lambda_i - \lambda_j}$, and $f'(\lambda_i)$ where $\lambda_i = \lambda_j$, "
             r"also for $i \ne j$: two eigenvalues are equal in the code.",
        refs="G09.10", chapter=9, section="sec-9-functions", symbolic=ROOTS,
        also="Daleckii Krein divided differences matrix exponential"),

    Identity(
        "projector on a group of eigenvectors",
        "A: N N symmetric, Q: N n orthonormal columns; A = 2 * np.eye(N) - Q @ Q.T",
        of=(r"\sum_{i\in I}\mathbf{v}_i\mathbf{v}_i^\top", """
            V = eigh(sym(A))[1][:, :n]      # I: the n smallest eigenvalues
            return V @ V.T"""),
        differential=(r"\sum_{i\in I,\,j\notin I}\frac{\mathbf{v}_j^\top dA\,\mathbf{v}_i}{\lambda_i - "
                      r"\lambda_j}(\mathbf{v}_j\mathbf{v}_i^\top + \mathbf{v}_i\mathbf{v}_j^\top)", """
            lam, V = eigh(A)
            U, W = V[:, :n], V[:, n:]
            dU = W @ ((W.T @ dA @ U) / (lam[:n] - lam[n:, None]))
            return dU @ U.T + U @ dU.T"""),
        reason=r"$d(\mathbf{v}_i\mathbf{v}_i^\top)$ has two terms; pairs inside $I$ cancel, so their gaps "
               "may be zero.",
        conditions={"there is a gap between $I$ and the rest": "A = np.eye(N)",
                    "$A$ is symmetric": "A[0] = A[0] + 1"},
        wrong=(Wrong(r"\sum_{i\in I,\,j\notin I}\frac{\mathbf{v}_j^\top dA\,\mathbf{v}_i}{\lambda_i - "
                     r"\lambda_j}\mathbf{v}_j\mathbf{v}_i^\top", """
                   lam, V = eigh(sym(A))
                   U, W = V[:, :n], V[:, n:]
                   return W @ ((W.T @ sym(dA) @ U) / (lam[:n] - lam[n:, None])) @ U.T""", None,
                     r"the second $\mathbf{v}_i$ was held",
                     unnamed="the missing term is the transpose of the other, which only the steps of "
                             "eigh would show"),
               Wrong(r"\sum_{i\in I,\,j\notin I}\frac{\mathbf{v}_j^\top dA\,\mathbf{v}_i}{\lambda_j - "
                     r"\lambda_i}(\mathbf{v}_j\mathbf{v}_i^\top + \mathbf{v}_i\mathbf{v}_j^\top)", """
                   lam, V = eigh(sym(A))
                   U, W = V[:, :n], V[:, n:]
                   dU = W @ ((W.T @ sym(dA) @ U) / (lam[n:, None] - lam[:n]))
                   return dU @ U.T + U @ dU.T""", "sign", "the gap was taken the other way round")),
        note="$A$ is drawn with the eigenvalue 1 for the columns of $Q$ and 2 for the rest. Inside the "
             "group, and outside, all eigenvalues are equal here: no single eigenvector has a derivative, "
             "the projector has.",
        refs="G09.8", chapter=9, section="sec-9-projector", symbolic=ROOTS, also="spectral subspace"),
)
