"""Distributions."""
import textwrap

from .entry import Identity, Wrong

# What several entries begin with: the logarithm of the multivariate gamma function.
GAMMA = """
from math import lgamma
gamma = lambda a: n * (n - 1) / 4 * np.log(np.pi) + sum(lgamma(a - j / 2) for j in range(n))"""
LOGS = "SymPy does not split the logarithm of a determinant of symbols into its factors"
TWO_INVERSES = "inverses of two matrices of symbols, summed over samples: SymPy takes five seconds"
TWO = "two arrays are compared, not two derivatives"
NUMBERS = "two numbers are compared, not two derivatives"


def after(*steps):
    """Code that begins with these lines."""
    return "\n".join(textwrap.dedent(lines).strip() for lines in steps)


ENTRIES = (
    # The matrix normal distribution: vec X ~ N(vec M, V ⊗ U), E = X - M

    Identity(
        "density of the matrix normal", "X: n p, M: n p, U: n n positive definite, V: p p positive definite",
        of=(r"\log p(X)", """
            e, C = vec(X - M), np.kron(V, U)
            return -(n * p * np.log(2 * np.pi) + slogdet(C)[1] + e @ solve(C, e)) / 2"""),
        equals=(r"\begin{aligned}&c - \tfrac p2\log|U| - \tfrac n2\log|V|\\"
                r"&{}- \tfrac12\operatorname{tr}(U^{-1}EV^{-1}E^\top)\end{aligned}", """
            E = X - M
            return -(n * p * np.log(2 * np.pi) + p * slogdet(U)[1] + n * slogdet(V)[1]
                     + np.trace(inv(U) @ E @ inv(V) @ E.T)) / 2"""),
        reason=r"$|V\otimes U| = |U|^p|V|^n$, and $(V^{-1}\otimes U^{-1})\operatorname{vec}E = "
               r"\operatorname{vec}(U^{-1}EV^{-1})$.",
        conditions={"$U$ and $V$ are symmetric": "U: n n invertible, V: p p invertible"},
        wrong=(Wrong(r"c - \tfrac n2\log|U| - \tfrac p2\log|V| - \dots", """
                     E = X - M
                     return -(n * p * np.log(2 * np.pi) + n * slogdet(U)[1] + p * slogdet(V)[1]
                              + np.trace(inv(U) @ E @ inv(V) @ E.T)) / 2""", None,
                     "each determinant with its own size: it has that of the other", unnamed=NUMBERS),),
        note=r"$\operatorname{vec}X\sim N(\operatorname{vec}M, V\otimes U)$, $E = X - M$, $c = -\frac{np}2\log2\pi$; "
             r"$U$ belongs to the rows, $V$ to the columns.",
        refs="S14-C11", chapter=14, section="sec-14-density", symbolic=LOGS, also="log-density"),

    Identity(
        "density of the matrix normal against its peak",
        "X: n p, M: n p, U: n n positive definite, V: p p positive definite",
        of=(r"\log p(X) - \log p(M)", """
            log_p = lambda e: -(slogdet(np.kron(V, U))[1] + e @ solve(np.kron(V, U), e)) / 2
            return log_p(vec(X - M)) - log_p(0 * vec(X - M))"""),
        equals=(r"-\tfrac12\operatorname{tr}(U^{-1}EV^{-1}E^\top)",
                "-np.trace(inv(U) @ (X - M) @ inv(V) @ (X - M).T) / 2"),
        reason="The determinants do not depend on $X$ and $M$; they cancel.",
        wrong=(Wrong(r"\tfrac12\operatorname{tr}(U^{-1}EV^{-1}E^\top)",
                     "np.trace(inv(U) @ (X - M) @ inv(V) @ (X - M).T) / 2", None,
                     "with the sign lost, the density would grow away from its mean", unnamed=NUMBERS),),
        note=r"$E = X - M$.",
        refs="S14-C06", chapter=14, section="sec-14-density",
        symbolic="the inverse of a Kronecker product of symbols: SymPy takes three seconds"),

    Identity(
        "scale of the two covariances",
        "X: n p, M: n p, U: n n positive definite, V: p p positive definite, c: positive",
        of=(r"\log p(X\mid cU, V/c)", """
            E, U, V = X - M, c * U, V / c
            return -(p * slogdet(U)[1] + n * slogdet(V)[1] + np.trace(inv(U) @ E @ inv(V) @ E.T)) / 2"""),
        equals=(r"\log p(X\mid U, V)", """
            E = X - M
            return -(p * slogdet(U)[1] + n * slogdet(V)[1] + np.trace(inv(U) @ E @ inv(V) @ E.T)) / 2"""),
        reason=r"$\tfrac1cV\otimes cU = V\otimes U$: only the Kronecker product is determined.",
        note=r"The constant $-\frac{np}2\log2\pi$ is left out on both sides.",
        refs="G14.2d E28", chapter=14, section="sec-14-scale", also="identifiability"),

    Identity(
        "second moment of the rows", "U: n n positive definite, V: p p positive definite",
        of=(r"\mathbb E[EE^\top]", """
            C = np.kron(V, U).reshape(p, n, p, n)       # C[k, i, l, j] is the covariance of E_ik and E_jl
            return np.einsum('kikj->ij', C)"""),
        equals=(r"\operatorname{tr}(V)\,U", "np.trace(V) * U"),
        reason=r"$\mathbb E[E_{ik}E_{jl}] = V_{kl}U_{ij}$; in $EE^\top$ the columns $k = l$ are added up.",
        wrong=(Wrong("U", "U", None, "the name of a row covariance was taken at its word", unnamed=TWO),
               Wrong(r"p\,U", "p * U", None, r"right if $\operatorname{tr}V = p$", unnamed=TWO)),
        note=r"In the same way $\mathbb E[E^\top E] = \operatorname{tr}(U)\,V$.",
        refs="S14-C03 E28", chapter=14, section="sec-14-scale", also="row covariance"),

    # Its scores

    Identity(
        "weighted square of a matrix, in the mean",
        "M: n p, X: n p, U: n n positive definite, V: p p positive definite",
        of=(r"\operatorname{tr}(U^{-1}EV^{-1}E^\top),\; E = X - M",
            "np.trace(inv(U) @ (X - M) @ inv(V) @ (X - M).T)"),
        gradient=(r"-2U^{-1}EV^{-1}", "-2 * inv(U) @ (X - M) @ inv(V)"),
        reason=r"$E$ stands there twice, $dE = -dM$, and $U$ and $V$ are symmetric: two equal terms.",
        conditions={"$U$ is symmetric": "U: n n invertible", "$V$ is symmetric": "V: p p invertible"},
        wrong=(Wrong(r"2U^{-1}EV^{-1}", "2 * inv(U) @ (X - M) @ inv(V)", "sign",
                     "that is the gradient in $X$"),
               Wrong(r"-U^{-1}EV^{-1}", "-inv(U) @ (X - M) @ inv(V)", "factor",
                     "one of the two $E$ was held")),
        other=(r"-2V^{-1}E^\top U^{-1}", "-2 * inv(V) @ (X - M).T @ inv(U)"),
        refs="S14-C08", chapter=14, section="sec-14-mean"),

    Identity(
        "matrix normal, score in the mean",
        "M: n p, X: n p, U: n n positive definite, V: p p positive definite",
        of=(r"\log p(X\mid M, U, V)", """
            E = X - M
            return -(p * slogdet(U)[1] + n * slogdet(V)[1] + np.trace(inv(U) @ E @ inv(V) @ E.T)) / 2"""),
        gradient=(r"U^{-1}EV^{-1}", "inv(U) @ (X - M) @ inv(V)"),
        hessian=(r"-V^{-1}\otimes U^{-1}", "-np.kron(inv(V), inv(U))"),
        reason=r"$-\tfrac12\nabla_M\operatorname{tr}(U^{-1}EV^{-1}E^\top)$ with $dE = -dM$: two signs "
               r"cancel. At $M = X$ it is the maximum.",
        conditions={"$U$ is symmetric": "U: n n invertible", "$V$ is symmetric": "V: p p invertible"},
        wrong=(Wrong(r"-U^{-1}EV^{-1}", "-inv(U) @ (X - M) @ inv(V)", "sign",
                     r"the minus of $-\frac12\operatorname{tr}$ lost: an ascent would run away from the "
                     r"data"),
               Wrong(r"-U^{-1}\otimes V^{-1}", "-np.kron(inv(U), inv(V))", "kronecker order",
                     "right for stacked rows", form="hessian")),
        other=(r"V^{-1}E^\top U^{-1}", "inv(V) @ (X - M).T @ inv(U)"),
        note=r"$E = X - M$. The Fisher information of the mean is $V^{-1}\otimes U^{-1}$.",
        refs="S14-C07 S14-C09 S14-C10 S14-C23 G14.1a G14.3a E01", chapter=14, section="sec-14-mean",
        also="log-likelihood gradient"),

    Identity(
        "matrix normal, score in the row covariance",
        "U: n n positive definite, X: n p, M: n p, V: p p positive definite",
        of=(r"\log p(X\mid M, U, V)", """
            E, U = X - M, sym(U)
            return -(p * slogdet(U)[1] + n * slogdet(V)[1] + np.trace(inv(U) @ E @ inv(V) @ E.T)) / 2"""),
        gradient=(r"-\tfrac p2U^{-1} + \tfrac12U^{-1}EV^{-1}E^\top U^{-1}", """
            E = X - M
            return (inv(U) @ E @ inv(V) @ E.T @ inv(U) - p * inv(U)) / 2"""),
        reason=r"$d\log|U| = \operatorname{tr}(U^{-1}dU)$ and $dU^{-1} = -U^{-1}dU\,U^{-1}$; the result is "
               r"symmetric.",
        conditions={"$U$ is symmetric": "U: n n invertible", "$V$ is symmetric": "V: p p invertible"},
        wrong=(Wrong(r"-\tfrac n2U^{-1} + \tfrac12U^{-1}EV^{-1}E^\top U^{-1}", """
                     E = X - M
                     return (inv(U) @ E @ inv(V) @ E.T @ inv(U) - n * inv(U)) / 2""", None,
                     r"$|U|$ has the power $p$, the number of columns",
                     unnamed="one of two terms is off by a factor"),
               Wrong(r"-\tfrac p2U^{-1} - \tfrac12U^{-1}EV^{-1}E^\top U^{-1}", """
                     E = X - M
                     return -(inv(U) @ E @ inv(V) @ E.T @ inv(U) + p * inv(U)) / 2""", None,
                     "the minus of the inverse's derivative lost",
                     unnamed="one of two terms has the other sign"),
               Wrong(r"2G - \operatorname{diag}G", """
                     E = X - M
                     G = (inv(U) @ E @ inv(V) @ E.T @ inv(U) - p * inv(U)) / 2
                     return 2 * G - np.diag(np.diag(G))""", "off-diagonal doubled",
                     "the partial derivatives over the free entries")),
        other=(r"-\tfrac p2U^{-1} + \tfrac12U^{-1}EV^{-1}E^\top U^{-1}", """
            E = X - M
            return (inv(U) @ E @ inv(V) @ E.T @ inv(U) - p * inv(U)) / 2"""),
        note=r"$E = X - M$. With a prior its gradient is added.",
        refs="S14-C14 S14-C24 G14.1b", chapter=14, section="sec-14-covariances",
        also="log-likelihood gradient"),

    Identity(
        "matrix normal, score in the column covariance",
        "V: p p positive definite, X: n p, M: n p, U: n n positive definite",
        of=(r"\log p(X\mid M, U, V)", """
            E, V = X - M, sym(V)
            return -(p * slogdet(U)[1] + n * slogdet(V)[1] + np.trace(inv(U) @ E @ inv(V) @ E.T)) / 2"""),
        gradient=(r"-\tfrac n2V^{-1} + \tfrac12V^{-1}E^\top U^{-1}EV^{-1}", """
            E = X - M
            return (inv(V) @ E.T @ inv(U) @ E @ inv(V) - n * inv(V)) / 2"""),
        reason=r"As in $U$, with $E$ for $E^\top$, $U$ for $V$ and $n$ for $p$: $X^\top$ has the two "
               r"covariances exchanged.",
        conditions={"$V$ is symmetric": "V: p p invertible", "$U$ is symmetric": "U: n n invertible"},
        wrong=(Wrong(r"-\tfrac n2V^{-1} + \tfrac12V^{-1}EU^{-1}E^\top V^{-1}", """
                     E = X - M
                     return inv(V) @ E @ inv(U) @ E.T @ inv(V) / 2 - n * inv(V) / 2""", "raises",
                     "$E$ was not turned: the sizes do not fit"),
               Wrong(r"-nV^{-1} + V^{-1}E^\top U^{-1}EV^{-1}", """
                     E = X - M
                     return inv(V) @ E.T @ inv(U) @ E @ inv(V) - n * inv(V)""", "factor",
                     r"without the $\tfrac12$ in front")),
        other=(r"-\tfrac n2V^{-1} + \tfrac12V^{-1}E^\top U^{-1}EV^{-1}", """
            E = X - M
            return (inv(V) @ E.T @ inv(U) @ E @ inv(V) - n * inv(V)) / 2"""),
        note=r"$E = X - M$.",
        refs="S14-C15 S14-C25 G14.1c", chapter=14, section="sec-14-covariances",
        symbolic="as in the row covariance, where SymPy checks "
                                                            "it", also="log-likelihood gradient"),

    Identity(
        "log-determinant of a Kronecker covariance", "U: n n positive definite, V: p p positive definite",
        of=(r"\log|V\otimes U|", "slogdet(np.kron(V, sym(U)))[1]"),
        gradient=(r"p\,U^{-1}", "p * inv(U)"),
        reason=r"$|V\otimes U| = |V|^n|U|^p$ and $\nabla_U\log|U| = U^{-1}$.",
        conditions={"$U$ is symmetric": "U: n n invertible"},
        wrong=(Wrong(r"U^{-1}", "inv(U)", "factor", r"$|V\otimes U|$ taken for $|V||U|$"),
               Wrong(r"p\,(2U^{-1} - I\odot U^{-1})", "p * (2 * inv(U) - np.diag(np.diag(inv(U))))",
                     "off-diagonal doubled", "the partial derivatives over the free entries")),
        other=(r"p\,U^{-1}", "p * inv(U)"),
        note="For $p = 1$ it is $U^{-1}$, the gradient of $\\log|U|$ at a symmetric $U$.",
        refs="S14-C12", chapter=14, section="sec-14-covariances"),

    Identity(
        "trace of U^-1 A, symmetric", "U: n n positive definite, A: n n symmetric",
        of=(r"\operatorname{tr}(U^{-1}A)", "np.trace(inv(sym(U)) @ A)"),
        gradient=(r"-U^{-1}AU^{-1}", "-inv(U) @ A @ inv(U)"),
        reason=r"In general $-U^{-\top}A^\top U^{-\top}$; the transposes make no difference here.",
        conditions={"$U$ is symmetric": "U: n n invertible", "$A$ is symmetric": "A: n n"},
        wrong=(Wrong(r"U^{-1}AU^{-1}", "inv(U) @ A @ inv(U)", "sign",
                     "the minus of the inverse's derivative lost"),
               Wrong(r"-U^{-2}A", "-inv(U) @ inv(U) @ A", "wrong order", "the rule for numbers")),
        other=(r"-U^{-1}AU^{-1}", "-inv(U) @ A @ inv(U)"),
        note=r"$A = EV^{-1}E^\top$ in the matrix normal is symmetric.",
        refs="S14-C13 E13", chapter=14, section="sec-14-covariances"),

    # Estimates

    Identity(
        "matrix normal sample, in the mean",
        "M: n p, X: N n p, U: n n positive definite, V: p p positive definite",
        of=(r"\sum_i\log p(X_i\mid M, U, V)", """
            E = X - M
            return -np.sum(E * (inv(U) @ E @ inv(V))) / 2"""),
        gradient=(r"N\,U^{-1}(\bar X - M)V^{-1}", "N * inv(U) @ (X.mean(axis=0) - M) @ inv(V)"),
        reason=r"$\sum_iU^{-1}(X_i - M)V^{-1}$. It vanishes at $\hat M = \bar X$, whatever $U$ and $V$ are.",
        conditions={"$U$ is symmetric": "U: n n invertible", "$V$ is symmetric": "V: p p invertible"},
        wrong=(Wrong(r"U^{-1}(\bar X - M)V^{-1}", "inv(U) @ (X.mean(axis=0) - M) @ inv(V)", "factor",
                     "the mean over the samples for their sum"),
               Wrong(r"U^{-1}(X_i - M)V^{-1}", "inv(U) @ (X - M) @ inv(V)", "not summed over the batch",
                     "one score for each sample")),
        other=(r"N\,V^{-1}(\bar X - M)^\top U^{-1}", "N * inv(V) @ (X.mean(axis=0) - M).T @ inv(U)"),
        note=r"The code leaves out what does not depend on $M$.",
        refs="G14.2a", chapter=14, section="sec-14-sample", also="maximum likelihood MLE"),

    Identity(
        "matrix normal sample, in the row covariance",
        "U: n n positive definite, X: N n p, M: n p, V: p p positive definite",
        of=(r"\sum_i\log p(X_i\mid M, U, V)", """
            E, U = X - M, sym(U)
            return -(N * p * slogdet(U)[1] + np.sum(E * (inv(U) @ E @ inv(V)))) / 2"""),
        gradient=(r"\tfrac{Np}2U^{-1}(\hat U - U)U^{-1}", """
            E = X - M
            best = np.einsum('iab,bc,idc->ad', E, inv(V), E) / (N * p)
            return N * p * inv(U) @ (best - U) @ inv(U) / 2"""),
        reason=r"The score in $U$, summed: it vanishes at $\hat U = \frac1{Np}\sum_iE_iV^{-1}E_i^\top$.",
        conditions={"$U$ is symmetric": "U: n n invertible", "$V$ is symmetric": "V: p p invertible"},
        wrong=(Wrong(r"\hat U = \tfrac1N\sum_iE_iV^{-1}E_i^\top", """
                     E = X - M
                     best = np.einsum('iab,bc,idc->ad', E, inv(V), E) / N
                     return N * p * inv(U) @ (best - U) @ inv(U) / 2""", None,
                     "every sample has $p$ columns, each of which counts",
                     unnamed="one of two terms is off by a factor"),
               Wrong(r"\tfrac{Np}2(\hat U - U)", """
                     E = X - M
                     return (np.einsum('iab,bc,idc->ad', E, inv(V), E) - N * p * U) / 2""",
                     "missing chain factor",
                     "it has the same zero, but is not the gradient")),
        other=(r"\tfrac{Np}2U^{-1}(\hat U - U)U^{-1}", """
            E = X - M
            best = np.einsum('iab,bc,idc->ad', E, inv(V), E) / (N * p)
            return N * p * inv(U) @ (best - U) @ inv(U) / 2"""),
        note=r"$E_i = X_i - M$. $\hat U$ needs $V$, and $\hat V$ needs $U$: the two are taken in turn, the "
             r"flip-flop.",
        refs="G14.2b", chapter=14, section="sec-14-flipflop",
        symbolic=TWO_INVERSES, also="maximum likelihood MLE flip-flop"),

    Identity(
        "matrix normal sample, in the column covariance",
        "V: p p positive definite, X: N n p, M: n p, U: n n positive definite",
        of=(r"\sum_i\log p(X_i\mid M, U, V)", """
            E, V = X - M, sym(V)
            return -(N * n * slogdet(V)[1] + np.sum(E * (inv(U) @ E @ inv(V)))) / 2"""),
        gradient=(r"\tfrac{Nn}2V^{-1}(\hat V - V)V^{-1}", """
            E = X - M
            best = np.einsum('iab,ac,icd->bd', E, inv(U), E) / (N * n)
            return N * n * inv(V) @ (best - V) @ inv(V) / 2"""),
        reason=r"The score in $V$, summed: it vanishes at $\hat V = \frac1{Nn}\sum_iE_i^\top U^{-1}E_i$.",
        conditions={"$V$ is symmetric": "V: p p invertible", "$U$ is symmetric": "U: n n invertible"},
        wrong=(Wrong(r"\hat V = \tfrac1{Np}\sum_iE_i^\top U^{-1}E_i", """
                     E = X - M
                     best = np.einsum('iab,ac,icd->bd', E, inv(U), E) / (N * p)
                     return N * n * inv(V) @ (best - V) @ inv(V) / 2""", None,
                     "$n$ and $p$ change places with $U$ and $V$",
                     unnamed="one of two terms is off by a factor"),),
        other=(r"\tfrac{Nn}2V^{-1}(\hat V - V)V^{-1}", """
            E = X - M
            best = np.einsum('iab,ac,icd->bd', E, inv(U), E) / (N * n)
            return N * n * inv(V) @ (best - V) @ inv(V) / 2"""),
        note=r"$E_i = X_i - M$.",
        refs="G14.2c", chapter=14, section="sec-14-flipflop",
        symbolic=TWO_INVERSES, also="maximum likelihood MLE flip-flop"),

    Identity(
        "Fisher information as the covariance of the score", "Sigma: n n positive definite",
        of=(r"\operatorname{cov}\nabla_{\!\operatorname{vech}\Sigma}\log p", """
            P = inv(Sigma)                                      # the score is J vec(xxᵀ), up to a constant
            J = duplication_matrix(n).T @ np.kron(P, P) / 2
            fourth = np.kron(Sigma, Sigma) @ (np.eye(n * n) + commutation_matrix(n, n))
            return J @ fourth @ J.T"""),
        equals=(r"\tfrac12D^\top\!(\Sigma^{-1}\!\otimes\Sigma^{-1})D", """
            P, D = inv(Sigma), duplication_matrix(n)
            return D.T @ np.kron(P, P) @ D / 2"""),
        reason=r"$\operatorname{cov}\operatorname{vec}(\mathbf{x}\mathbf{x}^\top) = (\Sigma\otimes\Sigma)(I "
               r"+ K)$ for a Gaussian, and $KD = D$.",
        conditions={r"$\Sigma$ is symmetric": "Sigma: n n invertible"},
        note=r"$\mathbf{x}\sim N(\boldsymbol\mu, \Sigma)$ with $n$ entries; $D = D_n$ is the duplication matrix.",
        wrong=(Wrong(r"\tfrac12\Sigma^{-1}\otimes\Sigma^{-1}", "np.kron(inv(Sigma), inv(Sigma)) / 2", "shape",
                     r"for $\operatorname{vec}\Sigma$, whose entries are not free"),
               Wrong(r"D^\top(\Sigma^{-1}\otimes\Sigma^{-1})D", """
                     P, D = inv(Sigma), duplication_matrix(n)
                     return D.T @ np.kron(P, P) @ D""", None,
                     r"the two terms of $I + K$ counted, the halves not",
                     unnamed=TWO)),
        refs="G14.3b", chapter=14, section="sec-14-fisher", also="Isserlis Wick"),

    # Samples and maps

    Identity(
        "covariance of a matrix normal sample", "A: n m, B: p k, Z: m k",
        of=(r"\operatorname{cov}\operatorname{vec}(M + AZB^\top)", """
            units = [unvec(e, (m, k)) for e in np.eye(m * k)]       # one entry of Z at a time
            J = np.stack([vec(A @ Z @ B.T) for Z in units], axis=1)
            return J @ J.T"""),
        equals=(r"BB^\top\otimes AA^\top", "np.kron(B @ B.T, A @ A.T)"),
        reason=r"$\operatorname{vec}(AZB^\top) = (B\otimes A)\operatorname{vec}Z$ and "
               r"$\operatorname{cov}\operatorname{vec}Z = I$.",
        wrong=(Wrong(r"AA^\top\otimes BB^\top", "np.kron(A @ A.T, B @ B.T)", None, "right for stacked "
                                                                                   "rows", unnamed=TWO),),
        note=r"The entries of $Z$ are independent with variance 1. So $X = M + AZB^\top$ samples $U = "
             r"AA^\top$, $V = BB^\top$.",
        refs="G14.4a", chapter=14, section="sec-14-white", also="sampling Cholesky"),

    Identity(
        "linear map of a matrix normal", "U: n n positive definite, V: p p positive definite, C: m n, D: p q",
        of=(r"\operatorname{cov}\operatorname{vec}(CXD)", """
            J = np.kron(D.T, C)
            return J @ np.kron(V, U) @ J.T"""),
        equals=(r"D^\top VD\otimes CUC^\top", "np.kron(D.T @ V @ D, C @ U @ C.T)"),
        reason=r"$\operatorname{vec}(CXD) = (D^\top\otimes C)\operatorname{vec}X$, and products of Kronecker "
               r"products go factor by factor.",
        wrong=(Wrong(r"CUC^\top\otimes D^\top VD", "np.kron(C @ U @ C.T, D.T @ V @ D)", None,
                     "right for stacked rows", unnamed=TWO),),
        note=r"With the mean, $CXD\sim\mathcal{MN}(CMD, CUC^\top, D^\top VD)$.",
        refs="G14.4b", chapter=14, section="sec-14-maps"),

    Identity(
        "entropy of the matrix normal", "U: n n positive definite, V: p p positive definite",
        of=(r"\mathrm{H}(X)", "slogdet(2 * np.pi * np.e * np.kron(V, U))[1] / 2"),
        equals=(r"\begin{aligned}&\tfrac{np}2\log2\pi e\\&{}+ \tfrac p2\log|U| + \tfrac n2\log|V|\end{aligned}", """
            return (n * p * np.log(2 * np.pi * np.e) + p * slogdet(U)[1] + n * slogdet(V)[1]) / 2"""),
        reason=r"The entropy of a Gaussian, $\frac12\log|2\pi e\,\Sigma|$, with $\Sigma = V\otimes U$.",
        wrong=(Wrong(r"\tfrac{np}2\log2\pi e + \tfrac n2\log|U| + \tfrac p2\log|V|", """
                     return (n * p * np.log(2 * np.pi * np.e) + n * slogdet(U)[1] + p * slogdet(V)[1]) / 2""",
                     None,
                     "each determinant has the power of the other size", unnamed=NUMBERS),),
        refs="G14.5a", chapter=14, section="sec-14-maps", symbolic=LOGS),

    Identity(
        "KL divergence of matrix normals",
        "X: n p, Y: n p, U: n n positive definite, V: p p positive definite, S: n n positive definite, "
        "T: p p positive definite",
        of=(r"\mathrm{KL}(p\,\Vert\,q)", """
            d, C, B = vec(Y - X), np.kron(V, U), np.kron(T, S)
            return (np.trace(solve(B, C)) + d @ solve(B, d) - n * p + slogdet(B)[1] - slogdet(C)[1]) / 2"""),
        equals=(r"\begin{aligned}\tfrac12\bigl[&\operatorname{tr}(S^{-1}U)\operatorname{tr}(T^{-1}V)\\"
                r"&{}+ \operatorname{tr}(S^{-1}\Delta T^{-1}\Delta^\top)\\"
                r"&{}+ p\log\tfrac{|S|}{|U|} + n\log\tfrac{|T|}{|V|}\\&{}- np\bigr]\end{aligned}", """
            D = Y - X
            means = np.trace(inv(S) @ D @ inv(T) @ D.T)
            dets = p * (slogdet(S)[1] - slogdet(U)[1]) + n * (slogdet(T)[1] - slogdet(V)[1])
            return (np.trace(inv(S) @ U) * np.trace(inv(T) @ V) + means - n * p + dets) / 2"""),
        reason=r"That of two Gaussians; the trace of a Kronecker product is the product of the traces.",
        wrong=(Wrong(r"\operatorname{tr}(S^{-1}U) + \operatorname{tr}(T^{-1}V) \text{ in front}", """
                     D = Y - X
                     means = np.trace(inv(S) @ D @ inv(T) @ D.T)
                     dets = p * (slogdet(S)[1] - slogdet(U)[1]) + n * (slogdet(T)[1] - slogdet(V)[1])
                     return (np.trace(inv(S) @ U) + np.trace(inv(T) @ V) + means - n * p + dets) / 2""", None,
                     "as if rows and columns were independent of each other", unnamed=NUMBERS),),
        note=r"$p = \mathcal{MN}(X, U, V)$, $q = \mathcal{MN}(Y, S, T)$, and $\Delta = Y - X$ is the difference of "
             r"the means.",
        refs="G14.5b", chapter=14, section="sec-14-maps", symbolic=LOGS, also="relative entropy"),

    # The matrix t

    Identity(
        "matrix t as a mixture of matrix normals",
        "X: n p, M: n p, U: n n positive definite, V: p p positive definite, nu: positive, S: n n positive "
        "definite",
        of=(r"\log p(X)", after(GAMMA, """
            def wishart(Psi, k):                        # S is inverse Wishart
                power = k * slogdet(Psi)[1] - k * n * np.log(2) - (k + n + 1) * slogdet(S)[1]
                return (power - np.trace(inv(S) @ Psi)) / 2 - gamma(k / 2)
            A, k = (X - M) @ inv(V) @ (X - M).T, nu + n - 1
            c = n * p * np.log(2 * np.pi) + n * slogdet(V)[1]
            normal = -(c + p * slogdet(S)[1] + np.trace(inv(S) @ A)) / 2
            return normal + wishart(U, k) - wishart(U + A, k + p)""")),
        equals=(r"\begin{aligned}&\log\tfrac{\Gamma_n(a/2)}{\pi^{np/2}\,\Gamma_n((a-p)/2)}\\"
                r"&{}- \tfrac p2\log|U| - \tfrac n2\log|V|\\"
                r"&{-\tfrac a2}\log|I{+}U^{-1}EV^{-1}E^\top|\end{aligned}", after(GAMMA, """
            E, a = X - M, (nu + n + p - 1) / 2
            const = gamma(a) - gamma(a - p / 2) - n * p / 2 * np.log(np.pi)
            scale = p / 2 * slogdet(U)[1] + n / 2 * slogdet(V)[1]
            return const - scale - a * slogdet(np.eye(n) + inv(U) @ E @ inv(V) @ E.T)[1]""")),
        reason=r"Bayes: $p(X\mid S)\,p(S)/p(S\mid X)$, whatever $S$ is. $S\mid X$ is inverse Wishart again, with $U + "
               r"EV^{-1}E^\top$ and $p$ more degrees.",
        wrong=(Wrong(r"\bigl(1 + \tfrac1\nu\operatorname{tr}(U^{-1}EV^{-1}E^\top)\bigr)^{-(\nu+np)/2}",
                     after(GAMMA, """
                     E, a = X - M, (nu + n + p - 1) / 2
                     const = gamma(a) - gamma(a - p / 2) - n * p / 2 * np.log(np.pi)
                     scale = p / 2 * slogdet(U)[1] + n / 2 * slogdet(V)[1]
                     tail = np.log(1 + np.trace(inv(U) @ E @ inv(V) @ E.T) / nu)
                     return const - scale - (nu + n * p) / 2 * tail"""), None,
                     r"that is the multivariate t of $\operatorname{vec}X$, mixed over one number",
                     unnamed=NUMBERS),),
        note=r"$E = X - M$, $a = \nu + n + p - 1$, $X\mid S\sim\mathcal{MN}(M, S, V)$, $S$ inverse Wishart with "
             r"scale $U$ and $\nu + n - 1$ degrees.",
        refs="G14.6a E07", chapter=14, section="sec-14-t",
        symbolic="gamma functions", also="density heavy tails"),

    Identity(
        "matrix t, score in the mean",
        "M: n p, X: n p, U: n n positive definite, V: p p positive definite, nu: positive",
        of=(r"\log p(X\mid M)", """
            E = X - M
            return -(nu + n + p - 1) / 2 * slogdet(np.eye(n) + inv(U) @ E @ inv(V) @ E.T)[1]"""),
        gradient=(r"a\,(U + EV^{-1}E^\top)^{-1}EV^{-1}", """
            E = X - M
            return (nu + n + p - 1) * inv(U + E @ inv(V) @ E.T) @ E @ inv(V)"""),
        reason=r"$d\log|U + EV^{-1}E^\top|$ has two equal terms, and $dE = -dM$.",
        conditions={"$U$ is symmetric": "U: n n invertible", "$V$ is symmetric": "V: p p invertible"},
        wrong=(Wrong(r"\frac{\nu + np}{\nu + q}U^{-1}EV^{-1},\; q = \operatorname{tr}(U^{-1}EV^{-1}E^\top)", """
                     E = X - M
                     W = inv(U) @ E @ inv(V)
                     return (nu + n * p) / (nu + np.trace(W @ E.T)) * W""", None,
                     r"the score of the multivariate t of $\operatorname{vec}X$",
                     unnamed="another distribution"),
               Wrong(r"a\,U^{-1}EV^{-1}", "(nu + n + p - 1) * inv(U) @ (X - M) @ "
                                                          "inv(V)", None,
                     "the matrix normal's score, scaled: far samples would pull as hard",
                     unnamed="another matrix is inverted")),
        other=(r"a\,V^{-1}E^\top(U + EV^{-1}E^\top)^{-1}", """
            E = X - M
            return (nu + n + p - 1) * inv(V) @ E.T @ inv(U + E @ inv(V) @ E.T)"""),
        note=r"$E = X - M$, $a = \nu + n + p - 1$. The code leaves out what does not depend on $M$.",
        refs="G14.6b", chapter=14, section="sec-14-t",
        symbolic="a determinant of inverses of symbols: SymPy takes ten seconds"),

    Identity(
        "score of the matrix t, by rows or by columns",
        "E: n p, U: n n positive definite, V: p p positive definite",
        of=(r"(U + EV^{-1}E^\top)^{-1}EV^{-1}", "inv(U + E @ inv(V) @ E.T) @ E @ inv(V)"),
        equals=(r"U^{-1}E(V + E^\top U^{-1}E)^{-1}", "inv(U) @ E @ inv(V + E.T @ inv(U) @ E)"),
        reason=r"$(U + EV^{-1}E^\top)U^{-1}E = EV^{-1}(V + E^\top U^{-1}E)$: $E$ is pushed through.",
        conditions={"$U$ is invertible": "U[:] = 0"},
        wrong=(Wrong(r"E(V + E^\top U^{-1}E)^{-1}", "E @ inv(V + E.T @ inv(U) @ E)", None,
                     r"$U^{-1}$ lost on the way", unnamed=TWO),),
        refs="S14-C22", chapter=14, section="sec-14-t",
        symbolic="nested inverses of symbols: SymPy takes four seconds",
        also="push-through"),

    Identity(
        "multivariate t, score in the mean",
        "M: n p, X: n p, U: n n positive definite, V: p p positive definite, nu: positive",
        of=(r"\log p(X\mid M)", """
            E = X - M
            return -(nu + n * p) / 2 * np.log(1 + np.trace(inv(U) @ E @ inv(V) @ E.T) / nu)"""),
        gradient=(r"\frac{\nu + np}{\nu + q}\,U^{-1}EV^{-1}", """
            E = X - M
            W = inv(U) @ E @ inv(V)
            return (nu + n * p) / (nu + np.trace(W @ E.T)) * W"""),
        reason=r"$-\frac{\nu+np}2\,d\log(\nu + t)$ with $dt = -2\operatorname{tr}(V^{-1}E^\top U^{-1}dM)$.",
        conditions={"$U$ is symmetric": "U: n n invertible", "$V$ is symmetric": "V: p p invertible"},
        wrong=(Wrong(r"(1 + \tfrac{np}\nu)\,U^{-1}EV^{-1}", "(1 + n * p / nu) * inv(U) @ (X - M) @ "
                                                            "inv(V)", "missing chain factor",
                     r"right at $E = 0$ only"),),
        other=(r"\frac{\nu + np}{\nu + q}\,V^{-1}E^\top U^{-1}", """
            E = X - M
            W = inv(V) @ E.T @ inv(U)
            return (nu + n * p) / (nu + np.trace(E @ W)) * W"""),
        note=r"$E = X - M$, $q = \operatorname{tr}(U^{-1}EV^{-1}E^\top)$. The t distribution of "
             r"$\operatorname{vec}X$ with scale $V\otimes U$; often called matrix t, "
             r"which it is, up to $\nu$, for one row or one column only. The code leaves out what does not "
             r"depend on $M$.",
        refs="E07", chapter=14, section="sec-14-t"),

    # Other distributions

    Identity(
        "Wishart, score in the matrix",
        "S: p p positive definite, V: p p positive definite, nu: positive; nu = nu + p",
        of=(r"\log p(S),\; S\sim W_p(V, \nu)", """
            S = sym(S)
            return (nu - p - 1) / 2 * slogdet(S)[1] - np.trace(inv(V) @ S) / 2"""),
        gradient=(r"\tfrac{\nu - p - 1}2S^{-1} - \tfrac12V^{-1}", "(nu - p - 1) / 2 * inv(S) - inv(V) / 2"),
        reason=r"$\nabla\log|S| = S^{-1}$, and the trace is linear in $S$.",
        conditions={"$S$ is symmetric": "S: p p invertible", "$V$ is symmetric": "V: p p invertible"},
        wrong=(Wrong(r"\tfrac\nu2S^{-1} - \tfrac12V^{-1}", "nu / 2 * inv(S) - inv(V) / 2", None,
                     "that belongs to the likelihood as a function of $V$",
                     unnamed="one of two terms is off by a factor"),
               Wrong(r"\tfrac{\nu - p - 1}2S^{-1}", "(nu - p - 1) / 2 * inv(S)", None,
                     "the term that is linear was lost",
                     unnamed="the term that is missing does not move with $S$")),
        other=(r"\tfrac{\nu - p - 1}2S^{-1} - \tfrac12V^{-1}", "(nu - p - 1) / 2 * inv(S) - inv(V) / 2"),
        note="The code leaves out what does not depend on $S$.",
        refs="G14.7", chapter=14, section="sec-14-symmetry", also="log-density"),

    Identity(
        "covariance of probabilistic PCA", "W: p k, Z: n k, s2: positive, L: k k; L = np.eye(k)",
        of=(r"\operatorname{cov}\operatorname{vec}X", """
            J = np.kron(W, np.eye(n))                   # vec(ZWᵀ) = (W ⊗ I) vec Z
            return J @ np.kron(L, np.eye(n)) @ J.T + s2 * np.eye(n * p)"""),
        equals=(r"(WW^\top + \sigma^2I)\otimes I", "np.kron(W @ W.T + s2 * np.eye(p), np.eye(n))"),
        reason=r"$(W\otimes I)(W\otimes I)^\top = WW^\top\otimes I$, and independent covariances are added.",
        conditions={"the rows of $Z$ have covariance $I$": "L = np.diag(np.arange(1.0, k + 1))"},
        wrong=(Wrong(r"I\otimes(WW^\top + \sigma^2I)", "np.kron(np.eye(n), W @ W.T + s2 * np.eye(p))", None,
                     "right for stacked rows", unnamed=TWO),),
        note=r"$X = ZW^\top + \varepsilon$; $Z$ is independent of $\varepsilon$, and the data are centred. A "
             r"covariance $L$ of the rows of $Z$ gives $WLW^\top$.",
        refs="S14-C18 S14-C17 E19", chapter=14, section="sec-14-ppca", also="PPCA latent factor"),

    Identity(
        "probabilistic PCA, in the loadings", "W: q k, S: q q positive definite, s2: positive",
        of=(r"\begin{aligned}&-\tfrac12\bigl(\log|C| + \operatorname{tr}(C^{-1}S)\bigr),\\&C = WW^\top + "
            r"\sigma^2I\end{aligned}", """
            C = W @ W.T + s2 * np.eye(q)
            return -(slogdet(C)[1] + np.trace(inv(C) @ S)) / 2"""),
        gradient=(r"C^{-1}(S - C)C^{-1}W", """
            C = W @ W.T + s2 * np.eye(q)
            return inv(C) @ (S - C) @ inv(C) @ W"""),
        reason=r"$\nabla_C = \frac12C^{-1}(S - C)C^{-1}$ and $dC = dW\,W^\top + W\,dW^\top$: two equal "
               r"terms.",
        conditions={"$S$ is symmetric": "S: q q"},
        wrong=(Wrong(r"\tfrac12C^{-1}(S - C)C^{-1}W", """
                     C = W @ W.T + s2 * np.eye(q)
                     return inv(C) @ (S - C) @ inv(C) @ W / 2""", "factor", "one of the two $W$ was held"),
               Wrong(r"\tfrac12C^{-1}(S - C)C^{-1}", """
                     C = W @ W.T + s2 * np.eye(q)
                     return inv(C) @ (S - C) @ inv(C) / 2""", "shape", r"the inner derivative is missing")),
        other=(r"W^\top C^{-1}(S - C)C^{-1}", """
            C = W @ W.T + s2 * np.eye(q)
            return W.T @ inv(C) @ (S - C) @ inv(C)"""),
        note=r"$S$ is the covariance of the sample; for $N$ rows $N$ times that.",
        refs="S14-C19 E19", chapter=14, section="sec-14-ppca", also="PPCA log-likelihood"),

    Identity(
        "probabilistic PCA, best loadings",
        "S: q q positive definite, R: k k orthogonal, W: q k; lam, V = eigh(S); "
        "s2 = lam[:-k].mean(); W = V[:, -k:] * np.sqrt(lam[-k:] - s2) @ R",
        of=(r"S\,(WW^\top + \sigma^2I)^{-1}W", "S @ inv(W @ W.T + s2 * np.eye(q)) @ W"),
        equals=("W", "W"),
        reason=r"$C\mathbf{v}_j = \lambda_j\mathbf{v}_j = S\mathbf{v}_j$ for $W = V_k(\Lambda_k - "
               r"\sigma^2I)^{1/2}R$: so the gradient vanishes.",
        conditions={r"the lengths are $\sqrt{\lambda_j - \sigma^2}$": "W = V[:, -k:] * np.sqrt(lam[-k:]) @ R",
                    "$R$ is orthogonal": "W = W + V[:, :k]"},
        note=r"Any $k$ eigenvectors with $\lambda_j > \sigma^2$ do; the largest maximise.",
        refs="G14.8a E19", chapter=14, section="sec-14-ppca", symbolic="eigenvectors",
        also="PPCA maximum likelihood Tipping Bishop"),

    Identity(
        "probabilistic PCA, best noise", "v: positive, S: q q positive definite, R: k k orthogonal, W: q k; "
        "lam, V = eigh(S); v = lam[:-k].mean() / 2; W = V[:, -k:] * np.sqrt(lam[-k:] - v) @ R",
        of=(r"-\tfrac12\bigl(\log|C| + \operatorname{tr}(C^{-1}S)\bigr)", """
            C = W @ W.T + v * np.eye(q)
            return -(slogdet(C)[1] + np.trace(inv(C) @ S)) / 2"""),
        gradient=(r"\frac1{2v^2}\Bigl(\sum_{j>k}\lambda_j - (q - k)\,v\Bigr)", """
            return (np.sum(lam[:-k]) - (q - k) * v) / (2 * v**2)"""),
        reason=r"$\frac12\operatorname{tr}C^{-1}(S - C)C^{-1}$; on the $k$ best directions $S = C$, on the "
               r"rest $C = vI$. It vanishes at the mean of the $\lambda_j$ left over.",
        conditions={r"$W$ is the best for this $v$": "W = W / 2"},
        wrong=(Wrong(r"\frac1{2v^2}\Bigl(\sum_j\lambda_j - q\,v\Bigr)", "(np.sum(lam) - q * v) / (2 * "
                                                                        "v**2)", None,
                     "all directions counted, also those that $W$ accounts for",
                     unnamed="of two numbers any is a multiple of the other"),),
        other=(r"\frac1{2v^2}\Bigl(\sum_{j>k}\lambda_j - (q - k)\,v\Bigr)",
               "(np.sum(lam[:-k]) - (q - k) * v) / (2 * v**2)"),
        note=r"$v = \sigma^2$, $C = WW^\top + vI$, with $W = V_k(\Lambda_k - vI)^{1/2}R$ held; so "
             r"$\hat\sigma^2 = \frac1{q-k}\sum_{j>k}\lambda_j$.",
        refs="G14.8b", chapter=14, section="sec-14-ppca",
        symbolic="eigenvectors", also="PPCA maximum likelihood"),

    Identity(
        "Gaussian expectation, in the mean", "mu: n, Sigma: n n positive definite, W: k n, c: k; W = W / 2",
        of=(r"\mathbb E h(\mathbf{x}),\; \mathbf{x}\sim N(\boldsymbol\mu, \Sigma)",
            "c @ np.exp(W @ mu + np.sum(W @ Sigma * W, axis=1) / 2)"),
        gradient=(r"\mathbb E\,\nabla h(\mathbf{x})",
                  "W.T @ (c * np.exp(W @ mu + np.sum(W @ Sigma * W, axis=1) / 2))"),
        hessian=(r"\mathbb E\,\nabla^2h(\mathbf{x})", """
            weights = c * np.exp(W @ mu + np.sum(W @ Sigma * W, axis=1) / 2)
            return W.T @ np.diag(weights) @ W"""),
        reason=r"$\mathbf{x} = \boldsymbol\mu + L\mathbf{z}$ with $\mathbf{z}\sim N(0, I)$: $\boldsymbol\mu$ "
               r"moves inside the expectation.",
        wrong=(Wrong(r"\nabla h(\boldsymbol\mu)", "W.T @ (c * np.exp(W @ mu))", "missing product-rule term",
                     "the gradient at the mean for the mean of the gradient"),),
        other=(r"\mathbb E\,\nabla h(\mathbf{x})^\top",
               "W.T @ (c * np.exp(W @ mu + np.sum(W @ Sigma * W, axis=1) / 2))"),
        note=r"The code takes $h = \sum_kc_ke^{\mathbf{w}_k^\top\mathbf{x}}$, where $\mathbb "
             r"Ee^{\mathbf{w}^\top\mathbf{x}} = e^{\mathbf{w}^\top\boldsymbol\mu + "
             r"\mathbf{w}^\top\Sigma\mathbf{w}/2}$.",
        refs="G14.9a", chapter=14, section="sec-14-average", also="reparametrisation Bonnet"),

    Identity(
        "Gaussian expectation, in the covariance",
        "Sigma: n n positive definite, mu: n, W: k n, c: k; W = W / 2",
        of=(r"\mathbb E h(\mathbf{x}),\; \mathbf{x}\sim N(\boldsymbol\mu, \Sigma)",
            "c @ np.exp(W @ mu + np.sum(W @ sym(Sigma) * W, axis=1) / 2)"),
        gradient=(r"\tfrac12\mathbb E\,\nabla^2h(\mathbf{x})", """
            weights = c * np.exp(W @ mu + np.sum(W @ Sigma * W, axis=1) / 2)
            return W.T @ np.diag(weights) @ W / 2"""),
        reason=r"$\mathbb Eh(\mathbf{x} + \sqrt t\,\mathbf{z}) = \mathbb Eh + \frac "
               r"t2\operatorname{tr}(\mathbb E\nabla^2h\,D) + \dots$ for $\mathbf{z}\sim N(0, D)$.",
        wrong=(Wrong(r"\mathbb E\,\nabla^2h(\mathbf{x})", """
                     weights = c * np.exp(W @ mu + np.sum(W @ Sigma * W, axis=1) / 2)
                     return W.T @ np.diag(weights) @ W""", "factor",
                     r"the $\frac12$ of the second order lost"),
               Wrong(r"\tfrac12\nabla^2h(\boldsymbol\mu)", "W.T @ np.diag(c * np.exp(W @ mu)) @ W / 2",
                     "does not move with X",
                     r"the second derivative at the mean, where $\Sigma$ plays no part")),
        other=(r"\tfrac12\mathbb E\,\nabla^2h(\mathbf{x})", """
            weights = c * np.exp(W @ mu + np.sum(W @ Sigma * W, axis=1) / 2)
            return W.T @ np.diag(weights) @ W / 2"""),
        note=r"The code takes $h = \sum_kc_ke^{\mathbf{w}_k^\top\mathbf{x}}$.",
        refs="G14.9b", chapter=14, section="sec-14-average", also="Price Stein"),
)
