"""Decompositions."""
import textwrap

from .entry import Identity, Wrong

# The factors, made unique. LU needs no square roots, so it runs on symbols too.
LU = """
L, U = np.eye(n), 1 * A
for j in range(n):
    L[j + 1:, j] = U[j + 1:, j] / U[j, j]
    U[j + 1:] = U[j + 1:] - np.outer(L[j + 1:, j], U[j])"""
QR = """
Q, R = qr(A)
signs = np.sign(np.diag(R))             # diag(R) > 0
Q, R = Q * signs, signs[:, None] * R"""
SVD = """
U, s, Vt = svd(A, full_matrices=False)
signs = np.sign(Vt[:, 0])               # the first entry of each v is positive
U, V = U * signs, Vt.T * signs"""
GAPS = """
F = s**2 - s[:, None]**2 + np.eye(len(s))
F = 1 / F - np.eye(len(s))"""
ROOTS = "orthogonal factors are made with square roots"
SVALUES = "singular values are roots of polynomials"
INSIDE = "the term that is missing is none of a step of the code: the steps are inside svd"
TWO = "two arrays are compared, not two derivatives"


def after(*steps):
    """Code whose first lines are a decomposition."""
    return "\n".join(textwrap.dedent(lines).strip() for lines in steps)


ENTRIES = (
    # LU

    Identity(
        "product of the LU factors", "L: n n lower triangular, U: n n upper triangular",
        of=(r"LU", "L @ U"),
        differential=(r"dL\,U + L\,dU", "dL @ U + L @ dU"),
        reason=r"$(L + dL)(U + dU) = LU + dL\,U + L\,dU + dL\,dU$, and the last term is of second order.",
        wrong=(Wrong(r"dL\,dU", "dL @ dU", "not linear in dX", "the product of the derivatives"),
               Wrong(r"dL\,U + L\,dU + dL\,dU", "dL @ U + L @ dU + dL @ dU", "not linear in dX",
                     "that is the whole increment")),
        refs="S13-C03", chapter=13, section="sec-13-lu"),

    Identity(
        "LU factors", "A: n n, B: n n lower triangular, C: n n upper triangular; A = B @ C",
        of=(r"(L, U),\; A = LU", after(LU, "return np.vstack([L, U])")),
        differential=(r"\begin{aligned}&(L\operatorname{stril}M,\; \operatorname{triu}(M)\,U),\\&M = "
                      r"L^{-1}dA\,U^{-1}\end{aligned}",
                      after(LU, """
            M = inv(L) @ dA @ inv(U)
            return np.vstack([L @ np.tril(M, -1), np.triu(M) @ U])""")),
        pullback=(r"\begin{aligned}&L^{-\top}[\operatorname{stril}(L^\top\bar L)\\"
                  r"&{}+ \operatorname{triu}(\bar UU^\top)]\,U^{-\top}\end{aligned}", after(LU, """
            L_bar, U_bar = G[:n], G[n:]
            M = np.tril(L.T @ L_bar, -1) + np.triu(U_bar @ U.T)
            return inv(L).T @ M @ inv(U).T""")),
        reason=r"$L^{-1}dA\,U^{-1} = L^{-1}dL + dU\,U^{-1}$: strictly lower the one, upper the other.",
        conditions={"no leading minor is 0": "A[0, 0] = 0"},
        wrong=(Wrong(r"(dA\,U^{-1}, L^{-1}dA)", after(LU, """
                     return np.vstack([dA @ inv(U), inv(L) @ dA])"""), None,
                     "each factor moved while the other was held", form="differential",
                     unnamed="two blocks, each with a term too much"),
               Wrong(r"(L\operatorname{tril}M, \operatorname{striu}(M)\,U)", after(LU, """
                     M = inv(L) @ dA @ inv(U)
                     return np.vstack([L @ np.tril(M), np.triu(M, 1) @ U])"""), None,
                     "the diagonal given to the wrong factor: that of $L$ stays 1", form="differential",
                     unnamed="part of one block stands in the other")),
        note=r"Without exchanges of rows; $\operatorname{stril}$ is the part below the diagonal, $\bar L$ "
             r"and $\bar U$ are the gradients that come from above.",
        refs="G13.1", chapter=13, section="sec-13-lu", also="Gaussian elimination backward"),

    Identity(
        "LU factors, largest entry on top",
        "A: n n, B: n n lower triangular, C: n n upper triangular; B = B / 9 + np.eye(n); A = B @ C; A[:2] = "
        "A[1::-1]",
        of=(r"(L, U),\; PA = LU", after("""
            top = np.abs(A[:, 0]).argmax()
            A = np.vstack([A[top], np.delete(A, top, 0)])""", LU, "return np.vstack([L, U])")),
        differential=(r"\begin{aligned}&(L\operatorname{stril}M,\; \operatorname{triu}(M)\,U),\\&M = "
                      r"L^{-1}P\,dA\,U^{-1}\end{aligned}",
                      after("""
            top = np.abs(A[:, 0]).argmax()
            P = np.vstack([np.eye(n)[top], np.delete(np.eye(n), top, 0)])
            A = P @ A""", LU, """
            M = inv(L) @ P @ dA @ inv(U)
            return np.vstack([L @ np.tril(M, -1), np.triu(M) @ U])""")),
        reason=r"Near $A$ the same row is the largest: $P$ is constant, and $PA = LU$ is a case without "
               r"exchanges.",
        conditions={"one entry of the first column is the largest": "A[:, 0] = 1",
                    "no leading minor of $PA$ is 0": "A[:, :2] = 1; A[0, :2] = 2"},
        wrong=(Wrong(r"M = L^{-1}dA\,U^{-1}", after("""
                     top = np.abs(A[:, 0]).argmax()
                     A = np.vstack([A[top], np.delete(A, top, 0)])""", LU, """
                     M = inv(L) @ dA @ inv(U)
                     return np.vstack([L @ np.tril(M, -1), np.triu(M) @ U])"""), "only for diagonal input",
                     "right where no rows change places; those of $dA$ have to as well"),),
        note="An exchange of rows does no harm. Only where two entries tie does the choice, and so the "
             "value, jump.",
        refs="S13-C21 S13-C05 E52", chapter=13, section="sec-13-pivots",
        symbolic="a choice by size", also="pivoting"),

    # Cholesky

    Identity(
        "Cholesky factor", "Sigma: n n positive definite",
        of=(r"L,\; \Sigma = LL^\top", "cholesky(sym(Sigma))"),
        differential=(r"L\,\Phi(L^{-1}d\Sigma\,L^{-\top})", """
            L = cholesky(Sigma)
            M = inv(L) @ dSigma @ inv(L).T
            return L @ (np.tril(M) - np.diag(np.diag(M)) / 2)"""),
        pullback=(r"\operatorname{sym}\bigl(L^{-\top}\Phi(L^\top\bar L)L^{-1}\bigr)", """
            L = cholesky(Sigma)
            M = L.T @ G
            return sym(inv(L).T @ (np.tril(M) - np.diag(np.diag(M)) / 2) @ inv(L))"""),
        reason=r"$L^{-1}d\Sigma\,L^{-\top} = L^{-1}dL + (L^{-1}dL)^\top$: a lower triangle and its mirror "
               r"image, which share the diagonal.",
        conditions={r"$\Sigma$ is positive definite": "Sigma = -Sigma"},
        wrong=(Wrong(r"L\operatorname{tril}(L^{-1}d\Sigma\,L^{-\top})", """
                     L = cholesky(Sigma)
                     return L @ np.tril(inv(L) @ dSigma @ inv(L).T)""", None, "the diagonal was not halved",
                     form="differential", unnamed="a factor 2 in part of the entries, before a product"),
               Wrong(r"\tfrac12d\Sigma\,L^{-\top}", """
                     L = cholesky(Sigma)
                     return dSigma @ inv(L).T / 2""", None,
                     r"$dL\,L^\top = \frac12d\Sigma$: as if $L$ were symmetric",
                     form="differential", unnamed="a triangle is missing within a product"),
               Wrong(r"L^{-\top}\Phi(L^\top\bar L)L^{-1}", """
                     L = cholesky(sym(Sigma))
                     M = L.T @ G
                     return inv(L).T @ (np.tril(M) - np.diag(np.diag(M)) / 2) @ inv(L)""", "not symmetrised",
                     r"$\Sigma$ moves among the symmetric matrices only", form="pullback")),
        note=r"$\Phi$ takes the lower triangle and halves the diagonal; $\bar L$ is the gradient from above.",
        refs="G13.2", chapter=13, section="sec-13-cholesky", symbolic=ROOTS, also="backward"),

    # QR

    Identity(
        "QR, the orthonormal factor", "A: N n",
        of=(r"Q,\; A = QR", after(QR, "return Q")),
        differential=(r"Q\Omega + (I - QQ^\top)\,dA\,R^{-1}", after(QR, """
            B = dA @ inv(R)
            C = np.tril(Q.T @ B, -1)
            return Q @ (C - C.T) + B - Q @ Q.T @ B""")),
        reason=r"$dA\,R^{-1} = dQ + Q\,dR\,R^{-1}$. Below its diagonal $C = Q^\top dA\,R^{-1}$ is $Q^\top "
               r"dQ$ alone, which is skew.",
        conditions={"$A$ has full column rank": "A[:, 1] = A[:, 0]"},
        wrong=(Wrong(r"Q\Omega", after(QR, """
                     C = np.tril(Q.T @ dA @ inv(R), -1)
                     return Q @ (C - C.T)"""), None,
                     "right for a square matrix; a tall one leaves its column space",
                     unnamed="the term that is missing holds $R^{-1}$, which only the steps of qr would "
                             "show"),
               Wrong(r"dA\,R^{-1}", after(QR, "return dA @ inv(R)"), None, "$R$ was held",
                     unnamed="a factor and a product are held together inside qr")),
        note=r"$\Omega = \operatorname{stril}C - \operatorname{stril}(C)^\top$ and $\operatorname{diag}R > "
             r"0$. $dQ$ itself is not skew: not even square. What holds is $dA = dQ\,R + Q\,dR$.",
        refs="G13.3a S13-C08 S13-C10 E08 E20", chapter=13, section="sec-13-qr",
        symbolic=ROOTS, also="Gram Schmidt"),

    Identity(
        "QR, the triangular factor", "A: N n",
        of=(r"R,\; A = QR", after(QR, "return R")),
        differential=(r"(C - \Omega)R,\; C = Q^\top dA\,R^{-1}", after(QR, """
            C = Q.T @ dA @ inv(R)
            return (C - np.tril(C, -1) + np.tril(C, -1).T) @ R""")),
        reason=r"$C = Q^\top dQ + dR\,R^{-1}$: take off the skew part, and an upper triangle is left.",
        conditions={"$A$ has full column rank": "A[:, 1] = A[:, 0]"},
        wrong=(Wrong(r"Q^\top dA", after(QR, "return Q.T @ dA"), None, "$Q$ was held",
                     unnamed="the term of a factor inside qr is missing"),
               Wrong(r"\operatorname{triu}(Q^\top dA)", after(QR, "return np.triu(Q.T @ dA)"),
                     "only diagonal",
                     "each column of $R$ was moved by its own column of $A$ alone")),
        note=r"$\Omega = \operatorname{stril}C - \operatorname{stril}(C)^\top$, $\operatorname{diag}R > 0$.",
        refs="G13.3b", chapter=13, section="sec-13-qr", symbolic=ROOTS),

    Identity(
        "QR, pulled back", "A: N n",
        of=(r"(Q, R),\; A = QR", after(QR, "return np.vstack([Q, R])")),
        pullback=(r"\begin{aligned}&[\bar Q + Q\operatorname{copyltu}M]R^{-\top},\\&M = R\bar R^\top - \bar "
                  r"Q^\top Q\end{aligned}", after(QR, """
            Q_bar, R_bar = G[:N], G[N:]
            M = R @ np.triu(R_bar).T - Q_bar.T @ Q
            return (Q_bar + Q @ (np.tril(M) + np.tril(M, -1).T)) @ inv(R).T""")),
        reason=r"The adjoints of $dQ$ and $dR$, each of which uses $\operatorname{stril}C$ twice, once "
               r"transposed.",
        conditions={"$A$ has full column rank": "A[:, 1] = A[:, 0]"},
        wrong=(Wrong(r"\bar QR^{-\top} + Q\bar R", after(QR, "return G[:N] @ inv(R).T + Q @ G[N:]"), None,
                     "each factor moved while the other was held", unnamed="several terms differ"),
               Wrong(r"[\bar Q + Q\operatorname{tril}M]R^{-\top}", after(QR, """
                     Q_bar, R_bar = G[:N], G[N:]
                     M = R @ np.triu(R_bar).T - Q_bar.T @ Q
                     return (Q_bar + Q @ np.tril(M)) @ inv(R).T"""), None, "half of the symmetric matrix",
                     unnamed="one triangle within a product")),
        note=r"$\operatorname{copyltu}M$ is symmetric with the lower triangle of $M$. $\bar Q$ and $\bar R$ "
             r"come from above; of $\bar R$ the upper triangle counts.",
        refs="G13.3c", chapter=13, section="sec-13-qr-back", symbolic=ROOTS, also="backward adjoint"),

    Identity(
        "orthonormality of the QR factor", "A: N n",
        of=(r"Q^\top Q,\; A = QR", after(QR, "return Q.T @ Q")),
        differential=(r"Q^\top dQ + dQ^\top Q", after(QR, """
            B = dA @ inv(R)
            C = np.tril(Q.T @ B, -1)
            dQ = Q @ (C - C.T) + B - Q @ Q.T @ B
            return Q.T @ dQ + dQ.T @ Q""")),
        equals=("I", "np.eye(n)"),
        reason=r"$Q^\top Q = I$ stays: so $Q^\top dQ$ is skew, the tangent space of the Stiefel manifold.",
        conditions={"$A$ has full column rank": "A[:, 1] = 0"},
        refs="S13-C09", chapter=13, section="sec-13-qr", symbolic=ROOTS, also="tangent space Stiefel"),

    Identity(
        "turn of the QR factor within its columns",
        "A: N n, Z: N n orthonormal columns, T: n n upper triangular; A = Z @ T",
        of=(r"Q_0^\top Q(A)", after(QR, "return Z.T @ Q             # Z, which is held, is Q at this A")),
        differential=(r"\operatorname{stril}C - \operatorname{stril}(C)^\top,\; C = Q^\top dA\,R^{-1}",
                      after(QR, """
            C = np.tril(Q.T @ dA @ inv(R), -1)
            return C - C.T""")),
        reason=r"$Q^\top dQ$ is skew, and its lower half is that of $C$, for $dR\,R^{-1}$ has none.",
        conditions={"$Q_0$ is $Q$ at this $A$": "A = A[::-1] + 1"},
        wrong=(Wrong(r"\operatorname{skew}C", after(QR, "return skew(Q.T @ dA @ inv(R))"), None,
                     r"$dA\,R^{-1}$ projected on the tangent space: tangent, but not the derivative",
                     unnamed="two triangles are averaged instead of one being copied"),
               Wrong(r"C", after(QR, "return Q.T @ dA @ inv(R)"), None, "$R$ was held",
                     unnamed="the term of a factor inside qr is missing")),
        note="What a derivative is projected on is the tangent space, not the manifold; and the projection "
             "alone does not give it.",
        refs="S13-C22 E39", chapter=13, section="sec-13-qr", symbolic=ROOTS, also="Stiefel projection"),

    # SVD

    Identity(
        "singular value", "A: N n; i = 1",
        of=(r"\sigma_i(A)", "svd(A)[1][i]"),
        gradient=(r"\mathbf{u}_i\mathbf{v}_i^\top", """
            U, s, Vt = svd(A)
            return np.outer(U[:, i], Vt[i])"""),
        differential=(r"\mathbf{u}_i^\top dA\,\mathbf{v}_i", """
            U, s, Vt = svd(A)
            return U[:, i] @ dA @ Vt[i]"""),
        reason=r"$\sigma = \mathbf{u}^\top A\mathbf{v}$, and the terms of $d\mathbf{u}$ and $d\mathbf{v}$ "
               r"vanish: $\mathbf{u}\perp d\mathbf{u}$, $\mathbf{v}\perp d\mathbf{v}$.",
        conditions={r"$\sigma_i$ is simple": "A = np.eye(N)[:, :n]", r"$\sigma_i > 0$": "A[:, 1:] = 0"},
        wrong=(Wrong(r"\mathbf{v}_i\mathbf{u}_i^\top", """
                     U, s, Vt = svd(A)
                     return np.outer(Vt[i], U[:, i])""", "transposed", "the gradient has the shape of $A$"),
               Wrong(r"\sigma_i\mathbf{u}_i\mathbf{v}_i^\top", """
                     U, s, Vt = svd(A)
                     return s[i] * np.outer(U[:, i], Vt[i])""", None,
                     r"that is the summand of $A$, and the gradient of $\frac12\sigma_i^2$",
                     unnamed="a number that moves is too much, which a factor for each row explains as "
                             "well")),
        other=(r"\mathbf{v}_i\mathbf{u}_i^\top", """
            U, s, Vt = svd(A)
            return np.outer(Vt[i], U[:, i])"""),
        note=r"The other singular values may repeat. In a thin SVD, $dS = \operatorname{diag}(U^\top "
             r"dA\,V)$.",
        refs="S13-C17 S13-C18 G13.4a", chapter=13, section="sec-13-svd", symbolic=SVALUES),

    Identity(
        "left singular vectors", "A: N n",
        of=(r"U,\; A = USV^\top", after(SVD, "return U")),
        differential=(r"\begin{aligned}&U[\Gamma\odot(PS + SP^\top)]\\"
                      r"&{}+ (I - UU^\top)\,dA\,VS^{-1}\end{aligned}", after(SVD, GAPS, """
            P, S = U.T @ dA @ V, np.diag(s)
            B = dA @ V / s
            return U @ (F * (P @ S + S @ P.T)) + B - U @ U.T @ B""")),
        reason=r"$P = \Omega S + dS - S\Psi$ with skew $\Omega = U^\top dU$, $\Psi = V^\top dV$: $PS + "
               r"SP^\top$ leaves $\Omega S^2 - S^2\Omega$ off the diagonal.",
        conditions={r"the $\sigma_i$ are distinct": "A = np.eye(N)[:, :n]",
                    r"all $\sigma_i > 0$": "A = np.outer(A[:, 0], A[0])"},
        wrong=(Wrong(r"U[\Gamma\odot(PS + SP^\top)]", after(SVD, GAPS, """
                     P, S = U.T @ dA @ V, np.diag(s)
                     return U @ (F * (P @ S + S @ P.T))"""), None,
                     "right where $U$ is square", unnamed=INSIDE),
               Wrong(r"dA\,VS^{-1}", after(SVD, "return dA @ V / s"), None, "$V$ and $S$ were held",
                     unnamed=INSIDE)),
        note=r"Thin SVD, $P = U^\top dA\,V$, $\Gamma_{ij} = \frac1{\sigma_j^2 - \sigma_i^2}$, $\Gamma_{ii} = "
             r"0$. The signs are kept, here by a positive first entry of each $\mathbf{v}_i$.",
        refs="G13.4b S13-C19", chapter=13, section="sec-13-svd", symbolic=SVALUES),

    Identity(
        "right singular vectors", "A: n N",
        of=(r"V,\; A = USV^\top", after(SVD, "return V")),
        differential=(r"\begin{aligned}&V[\Gamma\odot(SP + P^\top S)]\\"
                      r"&{}+ (I - VV^\top)\,dA^\top US^{-1}\end{aligned}", after(SVD, GAPS, """
            P, S = U.T @ dA @ V, np.diag(s)
            B = dA.T @ U / s
            return V @ (F * (S @ P + P.T @ S)) + B - V @ V.T @ B""")),
        reason=r"The left singular vectors of $A^\top$: exchange $U$ and $V$, and transpose $dA$.",
        conditions={r"the $\sigma_i$ are distinct": "A = np.eye(N)[:n]",
                    r"all $\sigma_i > 0$": "A = np.outer(A[:, 0], A[0])"},
        wrong=(Wrong(r"V[\Gamma\odot(SP + P^\top S)]", after(SVD, GAPS, """
                     P, S = U.T @ dA @ V, np.diag(s)
                     return V @ (F * (S @ P + P.T @ S))"""), None,
                     "right where $V$ is square", unnamed=INSIDE),
               Wrong(r"dA^\top US^{-1}", after(SVD, "return dA.T @ U / s"), None,
                     "$U$ and $S$ were held", unnamed=INSIDE)),
        note=r"Thin SVD, $P = U^\top dA\,V$, $\Gamma_{ij} = \frac1{\sigma_j^2 - \sigma_i^2}$, $\Gamma_{ii} = "
             r"0$.",
        refs="G13.4c", chapter=13, section="sec-13-svd", symbolic=SVALUES),

    Identity(
        "turn of one singular vector towards another", "A: N n, w: n; w = svd(A)[2][1]",
        of=(r"\mathbf{w}^\top\mathbf{v}_1(A)", """
            v = svd(A)[2][0]
            return w @ v * np.sign(v[0])                # w is held: v_2 at this A"""),
        gradient=(r"\frac{\sigma_1\mathbf{u}_1\mathbf{v}_2^\top + "
                  r"\sigma_2\mathbf{u}_2\mathbf{v}_1^\top}{\sigma_1^2 - \sigma_2^2}", """
            s, v = svd(A)[1], svd(A)[2][0]
            v = v * np.sign(v[0])
            return (np.outer(A @ v, w) + np.outer(A @ w, v)) / (s[0]**2 - s[1]**2)"""),
        reason=r"$\mathbf{v}_2^\top d(A^\top\!A)\,\mathbf{v}_1 = (\sigma_1^2 - "
               r"\sigma_2^2)\,\mathbf{v}_2^\top d\mathbf{v}_1$, from $A^\top\!A\,\mathbf{v}_1 = "
               r"\sigma_1^2\mathbf{v}_1$.",
        conditions={r"$\sigma_1\ne\sigma_2$": "A = np.eye(N)[:, :n]; w = np.eye(n)[1]",
                    r"$\mathbf{w}$ is $\mathbf{v}_2$": "w = w + svd(A)[2][0]"},
        wrong=(Wrong(r"\frac{\mathbf{u}_1\mathbf{v}_2^\top}{\sigma_1 - \sigma_2}", """
                     s, v = svd(A)[1], svd(A)[2][0]
                     return np.outer(A @ v / s[0], w) * np.sign(v[0]) / (s[0] - s[1])""", None,
                     r"the rule of eigenvectors, $\frac{\mathbf{v}_2^\top dA\,\mathbf{v}_1}{\lambda_1 - "
                     r"\lambda_2}$",
                     unnamed=r"it holds at one $A$ only, the one whose $\mathbf{v}_2$ is held"),
               Wrong(r"\frac{\sigma_1\mathbf{u}_1\mathbf{v}_2^\top + "
                     r"\sigma_2\mathbf{u}_2\mathbf{v}_1^\top}{\sigma_2^2 - \sigma_1^2}", """
                     s, v = svd(A)[1], svd(A)[2][0]
                     v = v * np.sign(v[0])
                     return (np.outer(A @ v, w) + np.outer(A @ w, v)) / (s[1]**2 - s[0]**2)""", None,
                     "the gap taken the other way round",
                     unnamed=r"it holds at one $A$ only, the one whose $\mathbf{v}_2$ is held")),
        other=(r"\frac{\sigma_1\mathbf{v}_2\mathbf{u}_1^\top + "
               r"\sigma_2\mathbf{v}_1\mathbf{u}_2^\top}{\sigma_1^2 - \sigma_2^2}", """
            s, v = svd(A)[1], svd(A)[2][0]
            v = v * np.sign(v[0])
            return (np.outer(w, A @ v) + np.outer(v, A @ w)) / (s[0]**2 - s[1]**2)"""),
        note=r"It grows without bound as the two singular values meet.",
        refs="S13-C23", chapter=13, section="sec-13-edges", symbolic=SVALUES, also="degenerate gap"),

    Identity(
        "SVD, pulled back", "A: m n",
        of=(r"(\boldsymbol\sigma, U, V),\; A = USV^\top", after(SVD, "return np.vstack([s, U, V])")),
        pullback=(r"\begin{aligned}&[U(\operatorname{diag}\bar{\boldsymbol\sigma}\\"
                  r"&{}+ \Gamma\odot(U^\top\bar U{-}\bar U^\top U)S\\"
                  r"&{}+ S\,\Gamma\odot(V^\top\bar V{-}\bar V^\top V))\\"
                  r"&{}+ (I - UU^\top)\bar US^{-1}]V^\top\\"
                  r"&{}+ US^{-1}\bar V^\top(I - VV^\top)\end{aligned}", after(SVD, GAPS, """
            s_bar, U_bar, V_bar = G[0], G[1:m + 1], G[m + 1:]
            M = F * (U.T @ U_bar - U_bar.T @ U) * s + s[:, None] * F * (V.T @ V_bar - V_bar.T @ V)
            B, C = U_bar / s, V_bar / s
            return U @ (np.diag(s_bar) + M) @ V.T + (B - U @ U.T @ B) @ V.T + U @ (C - V @ V.T @ C).T""")),
        reason=r"The adjoints of $d\boldsymbol\sigma$, $dU$ and $dV$; the terms of $PS + SP^\top$ are each "
               r"other's transposes.",
        conditions={r"the $\sigma_i$ are distinct": "A = np.eye(m, n)",
                    r"all $\sigma_i > 0$": "A = np.outer(A[:, 0], A[0])"},
        wrong=(Wrong(r"U\operatorname{diag}(\bar{\boldsymbol\sigma})V^\top", after(SVD,
                                                                                   "return U * G[0] @ "
                                                                                   "V.T"), None,
                     "the vectors were held", unnamed="the terms of two of three outputs are missing"),
               Wrong(r"U\operatorname{diag}(\bar{\boldsymbol\sigma})V^\top + \bar USV^\top + US\bar "
                     r"V^\top", after(SVD, """
                     s_bar, U_bar, V_bar = G[0], G[1:m + 1], G[m + 1:]
                     return U * s_bar @ V.T + U_bar * s @ V.T + U * s @ V_bar.T"""), None,
                     r"the differential of $USV^\top$ with bars instead of $d$",
                     unnamed="several terms differ")),
        note=r"Thin SVD, $\Gamma_{ij} = \frac1{\sigma_j^2 - \sigma_i^2}$, $\Gamma_{ii} = 0$. A loss should "
             r"not depend on the signs of the vectors.",
        refs="G13.5", chapter=13, section="sec-13-signs", symbolic=SVALUES, also="backward adjoint"),

    # What stays smooth

    Identity(
        "polar factor", "A: m n; U, s, Vt = svd(A, full_matrices=False); s[1] = s[0]; A = U * s @ Vt",
        of=(r"UV^\top,\; A = USV^\top", """
            U, s, Vt = svd(A, full_matrices=False)
            return U @ Vt"""),
        differential=(r"\begin{aligned}&U[E\odot(P - P^\top)]V^\top\\&{+}(I{-}UU^\top)dA\,VS^{-1}V^\top\\"
                      r"&{+}US^{-1}U^\top dA(I{-}VV^\top)\end{aligned}", """
            U, s, Vt = svd(A, full_matrices=False)
            P, E = U.T @ dA @ Vt.T, 1 / (s[:, None] + s)
            B, C = dA @ Vt.T / s @ Vt, U / s @ U.T @ dA
            return U @ (E * (P - P.T)) @ Vt + B - U @ U.T @ B + C - C @ Vt.T @ Vt"""),
        pullback=(r"\begin{aligned}&U[E\odot(P - P^\top)]V^\top\\&{+}(I{-}UU^\top)GVS^{-1}V^\top\\"
                  r"&{+}US^{-1}U^\top G(I{-}VV^\top)\end{aligned}", """
            U, s, Vt = svd(A, full_matrices=False)
            P, E = U.T @ G @ Vt.T, 1 / (s[:, None] + s)
            B, C = G @ Vt.T / s @ Vt, U / s @ U.T @ G
            return U @ (E * (P - P.T)) @ Vt + B - U @ U.T @ B + C - C @ Vt.T @ Vt"""),
        reason=r"$dQ = dU\,V^\top + U\,dV^\top$; in the sum $\sigma_j - \sigma_i$ cancels out of $\sigma_j^2 "
               r"- \sigma_i^2$. The map is its own adjoint.",
        conditions={"$A$ has full rank": "A = np.outer(A[:, 0], A[0])"},
        wrong=(Wrong(r"U[E\odot(P - P^\top)]V^\top", """
                     U, s, Vt = svd(A, full_matrices=False)
                     P, E = U.T @ dA @ Vt.T, 1 / (s[:, None] + s)
                     return U @ (E * (P - P.T)) @ Vt""", None, "right for a square matrix",
                     form="differential", unnamed=INSIDE),
               Wrong(r"dA - Q\operatorname{sym}(Q^\top dA)", """
                     U, s, Vt = svd(A, full_matrices=False)
                     return dA - U @ Vt @ sym((U @ Vt).T @ dA)""", None,
                     "the projection on the tangent space: right if $A$ has orthonormal columns",
                     form="differential",
                     unnamed="a factor for each pair of singular vectors, not for an entry")),
        note=r"$Q = UV^\top$, $E_{ij} = \frac1{\sigma_i + \sigma_j}$; $P = U^\top dA\,V$, and pulled back $P "
             r"= U^\top GV$. Two singular values are equal here: $U$ and $V$ have no derivative, $Q$ has.",
        refs="G13.6", chapter=13, section="sec-13-smooth", symbolic=SVALUES, also="orthogonal Procrustes"),

    Identity(
        "projection on the leading right singular vectors",
        "A: q N; k = 2; U, s, Vt = svd(A, full_matrices=False); s[1] = s[0]; A = U * s @ Vt",
        of=(r"V_kV_k^\top", """
            V = svd(A)[2][:k].T
            return V @ V.T"""),
        differential=(r"\begin{aligned}\sum_{i\le k<j}&\frac{\mathbf{v}_j^\top d(A^\top\!A)\,\mathbf{v}_i}"
                      r"{\sigma_i^2 - \sigma_j^2}\\&\cdot(\mathbf{v}_j\mathbf{v}_i^\top + "
                      r"\mathbf{v}_i\mathbf{v}_j^\top)\end{aligned}", """
            U, s, Vt = svd(A)
            gaps = s[:k]**2 - np.append(s[k:], np.zeros(N - q))[:, None]**2     # σ = 0 beyond the rank
            dC, V, W = dA.T @ A + A.T @ dA, Vt[:k].T, Vt[k:].T
            D = W @ ((W.T @ dC @ V) / gaps) @ V.T
            return D + D.T"""),
        reason=r"The projector on a group of eigenvectors of $A^\top\!A$; pairs within the group cancel.",
        conditions={r"$\sigma_k > \sigma_{k+1}$": "A = U @ Vt"},
        wrong=(Wrong(r"\text{with } \mathbf{v}_j^\top dA^\top\!A\,\mathbf{v}_i", """
                     U, s, Vt = svd(A)
                     gaps = s[:k]**2 - np.append(s[k:], np.zeros(N - q))[:, None]**2
                     V, W = Vt[:k].T, Vt[k:].T
                     D = W @ ((W.T @ dA.T @ A @ V) / gaps) @ V.T
                     return D + D.T""", None, r"of the two $A$ in $A^\top\!A$ one was held", unnamed=INSIDE),
               Wrong(r"\text{with } \sigma_i - \sigma_j", """
                     U, s, Vt = svd(A)
                     gaps = s[:k] - np.append(s[k:], np.zeros(N - q))[:, None]
                     dC, V, W = dA.T @ A + A.T @ dA, Vt[:k].T, Vt[k:].T
                     D = W @ ((W.T @ dC @ V) / gaps) @ V.T
                     return D + D.T""", None, r"the eigenvalues of $A^\top\!A$ are the squares",
                     unnamed="a factor for each pair of singular vectors, not for an entry")),
        note=r"$\mathbf{v}_j$ runs through a full orthonormal basis, with $\sigma_j = 0$ beyond the rank. "
             r"Here $\sigma_1 = \sigma_2$ and $k = 2$: neither vector has a derivative, the plane has.",
        refs="G13.7", chapter=13, section="sec-13-projector", symbolic=SVALUES, also="PCA subspace"),

    Identity(
        "error of the best approximation of rank k", "A: q N; k = 2",
        of=(r"\min_{\operatorname{rank}B\le k}\tfrac12\lVert A - B\rVert_F^2", """
            U, s, Vt = svd(A)
            return norm(A - U[:, :k] * s[:k] @ Vt[:k])**2 / 2"""),
        gradient=(r"A - A_k", """
            U, s, Vt = svd(A)
            return A - U[:, :k] * s[:k] @ Vt[:k]"""),
        equals=(r"\tfrac12\sum_{i>k}\sigma_i^2", "np.sum(svd(A)[1][k:]**2) / 2"),
        reason=r"$B = A_k$ minimises, so its own movement adds nothing; or $\sum_{i>k}\sigma_i\,d\sigma_i$.",
        conditions={r"$\sigma_k > \sigma_{k+1}$": "A = np.eye(q, N)"},
        wrong=(Wrong("A", "A", None, r"$A_k$ goes with $A$: what it holds costs nothing",
                     unnamed="a matrix is missing that moves with $A$"),
               Wrong(r"2(A - A_k)", """
                     U, s, Vt = svd(A)
                     return 2 * (A - U[:, :k] * s[:k] @ Vt[:k])""", "factor",
                     r"without the $\tfrac12$ in front")),
        other=(r"A^\top - A_k^\top", """
            U, s, Vt = svd(A)
            return A.T - Vt[:k].T * s[:k] @ U[:, :k].T"""),
        note=r"$A_k = \sum_{i\le k}\sigma_i\mathbf{u}_i\mathbf{v}_i^\top$.",
        refs="S13-C14", chapter=13, section="sec-13-low-rank",
        symbolic=SVALUES, also="Eckart Young low rank"),

    Identity(
        "principal components by SVD", "X: N n; k = 2; X = X - X.mean(axis=0)",
        of=(r"XV_k", """
            V = eigh(X.T @ X / N)[1][:, ::-1][:, :k]        # the largest eigenvalues first
            return X @ V * np.sign(V[0])"""),
        equals=(r"U_kS_k,\; X = USV^\top", """
            U, s, Vt = svd(X)
            return U[:, :k] * s[:k] * np.sign(Vt[:k, 0])"""),
        reason=r"$\tfrac1NX^\top X = V\tfrac{S^2}NV^\top$: the same $V$, and $XV = US$.",
        conditions={r"the $\sigma_i$ are distinct": "X = np.eye(N)[:, :n]"},
        wrong=(Wrong(r"U_k", "svd(X)[0][:, :k]", None, "the components scaled to length 1", unnamed=TWO),),
        note=r"$V\Lambda V^\top = \tfrac1NX^\top X$, the largest eigenvalue first; the columns of $X$ have "
             r"mean 0. Component $j$ has the variance $\sigma_j^2/N$. The signs are "
             r"kept, here by a positive first entry of each $\mathbf{v}_j$.",
        refs="S13-C13 S13-C20", chapter=13, section="sec-13-used", symbolic=SVALUES, also="PCA"),
)
