"""Linear and quadratic forms of vectors."""
from .entry import Identity, Views, Wrong

ENTRIES = (
    # Linear forms

    Identity(
        "linear form", "x: n, a: n",
        of=(r"\mathbf{a}^\top\mathbf{x}", "a @ x"),
        gradient=(r"\mathbf{a}", "a"),
        reason=r"$df = \mathbf{a}^\top d\mathbf{x}$: the gradient of a linear function is its coefficients.",
        wrong=(Wrong(r"\mathbf{a}\odot\mathbf{x}", "a * x", "extra chain factor",
                     r"the terms of the sum, before they are differentiated"),
               Wrong(r"\mathbf{x}", "x", None, r"which of the two is the variable was mixed up",
                     unnamed="two vectors that have nothing to do with each other")),
        other=(r"\mathbf{a}^\top", "a"),
        views=Views(
            indices=(r"\frac{\partial f}{\partial x_k} = \sum_i a_i\delta_{ik}", """
                g = np.zeros(n)
                for k in range(n):
                    for i in range(n):
                        g[k] += a[i] * (i == k)
                return g"""),
            einsum=(r"a_i\delta_{ik}", "np.einsum('i,ik->k', a, np.eye(n))"),
            differential=(r"df = \mathbf{a}^\top d\mathbf{x}", "a @ dx"),
            steps=(r"$\partial x_i/\partial x_k$ is $\delta_{ik}$, an identity matrix: "
                   "the sum over $i$ is an einsum.",
                   r"Multiply by $dx_k$ and sum over $k$: the identity matrix drops out.",
                   r"What stands before $d\mathbf{x}$, transposed, is the gradient.")),
        refs="CB69 S16-C06", chapter=1, section="sec-1-rules"),

    Identity(
        "bilinear form of two vectors", "x: m, A: m n, y: n",
        of=(r"\mathbf{x}^\top A\mathbf{y}", "x @ A @ y"),
        gradient=(r"A\mathbf{y}", "A @ y"),
        differential=(r"d\mathbf{x}^\top A\mathbf{y} + \mathbf{x}^\top dA\,\mathbf{y} + "
                      r"\mathbf{x}^\top A\,d\mathbf{y}",
                      "dx @ A @ y + x @ dA @ y + x @ A @ dy"),
        reason="The product rule, factor by factor; "
               r"with $A$ and $\mathbf{y}$ held only the first term stays.",
        wrong=(Wrong(r"\mathbf{x}^\top A\,d\mathbf{y}", "x @ A @ dy", None, r"only the last factor was moved",
                     form="differential",
                     unnamed="a term is missing, but to the checker the inputs that move are one vector"),
               Wrong(r"d\mathbf{x}^\top dA\,d\mathbf{y}", "dx @ dA @ dy", "not linear in dX",
                     "a $d$ on every factor at once, instead of on one after the other",
                     form="differential")),
        other=(r"\mathbf{y}^\top A^\top", "y @ A.T"),
        chapter=1, section="sec-1-rules"),

    Identity(
        "bilinear form, by its matrix", "X: m n, a: m, b: n",
        of=(r"\mathbf{a}^\top X\mathbf{b}", "a @ X @ b"),
        gradient=(r"\mathbf{a}\mathbf{b}^\top", "np.outer(a, b)"),
        reason=r"$\mathbf{a}^\top dX\,\mathbf{b} = \operatorname{tr}(\mathbf{b}\mathbf{a}^\top dX) = "
               r"\langle\mathbf{a}\mathbf{b}^\top, dX\rangle$.",
        wrong=(Wrong(r"\mathbf{b}\mathbf{a}^\top", "np.outer(b, a)", "transposed",
                     r"what stands before $dX$ in the trace is the transpose of the gradient"),
               Wrong(r"(\mathbf{a}\mathbf{b}^\top) \odot X", "np.outer(a, b) * X", "extra chain factor",
                     r"the terms $a_iX_{ij}b_j$, before they are differentiated")),
        other=(r"\mathbf{b}\mathbf{a}^\top", "np.outer(b, a)"),
        views=Views(
            indices=(r"\frac{\partial f}{\partial X_{kl}} = \sum_{ij} a_i\,\delta_{ik}\delta_{jl}\,b_j", """
                D = np.zeros((m, n))
                for k in range(m):
                    for l in range(n):
                        for i in range(m):
                            for j in range(n):
                                D[k, l] += a[i] * (i == k) * (j == l) * b[j]
                return D"""),
            einsum=(r"a_kb_l", "np.einsum('k,l->kl', a, b)"),
            differential=(r"df = \mathbf{a}^\top dX\,\mathbf{b}", "a @ dX @ b"),
            steps=(r"The two deltas set $i=k$ and $j=l$: no sum is left, both indices stay.",
                   r"Multiply by $dX_{kl}$ and sum over both: a row, a matrix and a column.",
                   "A number is its own trace: turn the factors round until $dX$ stands last, "
                   "and transpose the rest.")),
        refs="CB70", chapter=2, section="sec-2-definition"),

    Identity(
        "bilinear form of a transpose", "X: n m, a: m, b: n",
        of=(r"\mathbf{a}^\top X^\top\mathbf{b}", "a @ X.T @ b"),
        gradient=(r"\mathbf{b}\mathbf{a}^\top", "np.outer(b, a)"),
        reason=r"The number is its own transpose: $\mathbf{b}^\top X\mathbf{a}$.",
        wrong=(Wrong(r"\mathbf{a}\mathbf{b}^\top", "np.outer(a, b)", "transposed",
                     r"the order of the letters in the function was kept"),),
        other=(r"\mathbf{a}\mathbf{b}^\top", "np.outer(a, b)"),
        refs="CB71", chapter=2, section="sec-2-definition"),

    Identity(
        "quadratic form, by its matrix", "X: n n, a: n",
        of=(r"\mathbf{a}^\top X\mathbf{a}", "a @ X @ a"),
        gradient=(r"\mathbf{a}\mathbf{a}^\top", "np.outer(a, a)"),
        equals=(r"\mathbf{a}^\top X^\top\mathbf{a}", "a @ X.T @ a"),
        reason=r"$\mathbf{a}^\top X\mathbf{b}$ with $\mathbf{b} = \mathbf{a}$; "
               "a number is its own transpose.",
        wrong=(Wrong(r"2\mathbf{a}\mathbf{a}^\top", "2 * np.outer(a, a)", "factor",
                     r"$\mathbf{a}$ stands there twice, but $X$ is the variable, and it stands there once"),
               Wrong(r"\operatorname{diag}(\mathbf{a}\odot\mathbf{a})", "np.diag(a * a)", "only diagonal",
                     r"as if only the squares $X_{ii}a_i^2$ were in the sum")),
        refs="CB72", chapter=2, section="sec-2-definition"),

    # Quadratic forms of a vector

    Identity(
        "quadratic form", "x: n, A: n n",
        of=(r"\mathbf{x}^\top A\mathbf{x}", "x @ A @ x"),
        gradient=(r"(A + A^\top)\mathbf{x}", "(A + A.T) @ x"),
        hessian=(r"A + A^\top", "A + A.T"),
        reason=r"$df = d\mathbf{x}^\top A\mathbf{x} + \mathbf{x}^\top A\,d\mathbf{x}$: "
               r"$\mathbf{x}$ stands there twice.",
        wrong=(Wrong(r"2A\mathbf{x}", "2 * A @ x", "not symmetrised", "right if $A$ is symmetric"),
               Wrong(r"A\mathbf{x}", "A @ x", "missing product-rule term",
                     "one of the two factors was held")),
        other=(r"\mathbf{x}^\top(A + A^\top)", "x @ (A + A.T)"),
        views=Views(
            indices=(r"\frac{\partial f}{\partial x_k} = \sum_j A_{kj}x_j + \sum_i x_iA_{ik}", """
                g = np.zeros(n)
                for k in range(n):
                    for j in range(n):
                        g[k] += A[k, j] * x[j] + x[j] * A[j, k]
                return g"""),
            einsum=(r"A_{kj}x_j + A_{ik}x_i", "np.einsum('kj,j->k', A, x) + np.einsum('ik,i->k', A, x)"),
            differential=(r"df = d\mathbf{x}^\top A\mathbf{x} + \mathbf{x}^\top A\,d\mathbf{x}",
                          "dx @ A @ x + x @ A @ dx"),
            steps=("A sum over a repeated index is an einsum: the index that stays is $k$.",
                   "Multiply by $dx_k$ and sum over $k$: the two sums are the two terms of the product rule.",
                   r"Both terms are numbers: transpose the second, and $d\mathbf{x}^\top$ "
                   "comes out to the left.")),
        refs="CB81 S06-C24 S16-C05", chapter=1, section="sec-1-rules"),

    Identity(
        "dot product of a vector with itself", "x: n",
        of=(r"\mathbf{x}^\top\mathbf{x}", "x @ x"),
        gradient=(r"2\mathbf{x}", "2 * x"),
        hessian=(r"2I", "2 * np.eye(n)"),
        equals=(r"\sum_i x_i^2 = \lVert\mathbf{x}\rVert^2", "norm(x)**2"),
        reason=r"$d(\mathbf{x}^\top\mathbf{x}) = d\mathbf{x}^\top\mathbf{x} + \mathbf{x}^\top d\mathbf{x} = "
               r"2\mathbf{x}^\top d\mathbf{x}$.",
        wrong=(Wrong(r"\mathbf{x}", "x", "factor", r"that belongs to $\frac12\lVert\mathbf{x}\rVert^2$"),
               Wrong(r"\mathbf{x}/\lVert\mathbf{x}\rVert", "x / norm(x)", "missing chain factor",
                     r"the gradient of the norm: the factor is $2\lVert\mathbf{x}\rVert$")),
        other=(r"2\mathbf{x}^\top", "2 * x"),
        note="As a square it is smooth everywhere, also at the origin, where the norm is not.",
        refs="S01-C05 S10-C09 E34", chapter=1, section="sec-1-rules", also="squared length norm"),

    Identity(
        "weight penalty", "w: n, lam: positive",
        of=(r"\tfrac\lambda2\lVert\mathbf{w}\rVert^2", "lam / 2 * w @ w"),
        gradient=(r"\lambda\mathbf{w}", "lam * w"),
        hessian=(r"\lambda I", "lam * np.eye(n)"),
        reason=r"The 2 of $d\lVert\mathbf{w}\rVert^2 = 2\mathbf{w}^\top d\mathbf{w}$ cancels the half.",
        wrong=(Wrong(r"2\lambda\mathbf{w}", "2 * lam * w", "factor",
                     r"that belongs to $\lambda\lVert\mathbf{w}\rVert^2$"),
               Wrong(r"\lambda\mathbf{1}", "lam + 0 * w", "missing chain factor",
                     r"the slope of $\lambda w$, not of $\tfrac\lambda2w^2$")),
        refs="S10-C14", chapter=10, section="sec-10-ridge", also="weight decay l2 regularization ridge"),

    Identity(
        "quadratic with a linear term", "x: n, A: n n, b: n",
        of=(r"\mathbf{x}^\top A\mathbf{x} + \mathbf{b}^\top\mathbf{x}", "x @ A @ x + b @ x"),
        gradient=(r"(A + A^\top)\mathbf{x} + \mathbf{b}", "(A + A.T) @ x + b"),
        hessian=(r"A + A^\top", "A + A.T"),
        reason=r"The gradient of a sum is the sum of the gradients; $\mathbf{b}$ does not move, "
               "so it leaves the Hessian.",
        wrong=(Wrong(r"2A\mathbf{x} + \mathbf{b}", "2 * A @ x + b", "not symmetrised",
                     "right if $A$ is symmetric"),
               Wrong(r"2A", "2 * A", "not symmetrised", "a Hessian is symmetric; $2A$ need not be",
                     form="hessian")),
        other=(r"\mathbf{x}^\top(A + A^\top) + \mathbf{b}^\top", "x @ (A + A.T) + b"),
        refs="CB96 CB97 CB98", chapter=1, section="sec-1-second"),

    Identity(
        "energy of a linear system", "x: n, A: n n, b: n",
        of=(r"\tfrac12\mathbf{x}^\top A\mathbf{x} - \mathbf{b}^\top\mathbf{x}", "x @ A @ x / 2 - b @ x"),
        gradient=(r"\tfrac12(A + A^\top)\mathbf{x} - \mathbf{b}", "(A + A.T) @ x / 2 - b"),
        hessian=(r"\tfrac12(A + A^\top)", "(A + A.T) / 2"),
        reason=r"Half of $(A + A^\top)\mathbf{x}$, minus $\mathbf{b}$: "
               r"for symmetric $A$ it vanishes where $A\mathbf{x} = \mathbf{b}$.",
        wrong=(Wrong(r"A\mathbf{x} - \mathbf{b}", "A @ x - b", "not symmetrised",
                     "the residual of the system: right if $A$ is symmetric"),
               Wrong(r"\tfrac12 A\mathbf{x} - \mathbf{b}", "A @ x / 2 - b", "missing product-rule term",
                     "one of the two factors was held")),
        refs="G01.2", chapter=1, section="sec-1-second"),

    Identity(
        "product of two affine maps", "x: n, B: m n, b: m, C: m k, D: k n, d: k",
        of=(r"(B\mathbf{x} + \mathbf{b})^\top C(D\mathbf{x} + \mathbf{d})", "(B @ x + b) @ C @ (D @ x + d)"),
        gradient=(r"\begin{aligned}&B^\top C(D\mathbf{x} + \mathbf{d})\\&+ D^\top C^\top(B\mathbf{x} + "
                  r"\mathbf{b})\end{aligned}",
                  "B.T @ C @ (D @ x + d) + D.T @ C.T @ (B @ x + b)"),
        hessian=(r"B^\top CD + D^\top C^\top B", "B.T @ C @ D + D.T @ C.T @ B"),
        reason=r"Two factors move: $(B\,d\mathbf{x})^\top C(\cdot) + (\cdot)^\top CD\,d\mathbf{x}$.",
        wrong=(Wrong(r"B^\top C(D\mathbf{x} + \mathbf{d})", "B.T @ C @ (D @ x + d)",
                     "missing product-rule term",
                     "the second factor was held"),),
        refs="CB78", chapter=1, section="sec-1-rules"),

    Identity(
        "product of two vector functions", "x: n, B: m n, A: m k, C: k n",
        of=(r"\mathbf{s}(\mathbf{x})^\top A\,\mathbf{r}(\mathbf{x})", """
            s, r = (B @ x)**3, (C @ x)**2
            return s @ A @ r"""),
        gradient=(r"J_{\mathbf{s}}^\top A\mathbf{r} + J_{\mathbf{r}}^\top A^\top\mathbf{s}", """
            s, r = (B @ x)**3, (C @ x)**2
            Js, Jr = 3 * (B @ x)[:, None]**2 * B, 2 * (C @ x)[:, None] * C
            return Js.T @ A @ r + Jr.T @ A.T @ s"""),
        reason=r"$d\mathbf{s}^\top A\mathbf{r} + \mathbf{s}^\top A\,d\mathbf{r}$ with "
               r"$d\mathbf{s} = J_{\mathbf{s}}\,d\mathbf{x}$, $d\mathbf{r} = J_{\mathbf{r}}\,d\mathbf{x}$.",
        wrong=(Wrong(r"J_{\mathbf{s}}^\top A\mathbf{r}", """
                     r = (C @ x)**2
                     return (3 * (B @ x)[:, None]**2 * B).T @ A @ r""", "missing product-rule term",
                     r"$\mathbf{r}$ moves as well"),),
        note=r"The code takes $\mathbf{s} = (B\mathbf{x})^3$ and $\mathbf{r} = (C\mathbf{x})^2$, "
             "entry by entry.",
        refs="CB93", chapter=3, section="sec-3-product-rules"),

    Identity(
        "ratio of two squared lengths", "x: n, A: m n, B: n n",
        of=(r"\frac{\lVert A\mathbf{x}\rVert^2}{\lVert B\mathbf{x}\rVert^2}",
            "(A @ x) @ (A @ x) / ((B @ x) @ (B @ x))"),
        gradient=(r"\frac{2A^\top A\mathbf{x}}{\mathbf{x}^\top B^\top B\mathbf{x}}"
                  r" - \frac{2\,\mathbf{x}^\top A^\top A\mathbf{x}\,B^\top B\mathbf{x}}{(\mathbf{x}^\top "
                  r"B^\top B\mathbf{x})^2}", """
            p, q = x @ A.T @ A @ x, x @ B.T @ B @ x
            return 2 * A.T @ A @ x / q - 2 * p * B.T @ B @ x / q**2"""),
        reason=r"The quotient rule with $\nabla p = 2A^\top A\mathbf{x}$ and "
               r"$\nabla q = 2B^\top B\mathbf{x}$.",
        conditions={r"$B\mathbf{x}\neq0$": "x = 0 * x"},
        wrong=(Wrong(r"\frac{2A^\top A\mathbf{x}}{\mathbf{x}^\top BB\mathbf{x}}"
                     r" - \frac{2\,\mathbf{x}^\top A^\top A\mathbf{x}\,B^\top B\mathbf{x}}{(\mathbf{x}^\top "
                     r"B^\top B\mathbf{x})^2}", """
                     p, q = x @ A.T @ A @ x, x @ B.T @ B @ x
                     return 2 * A.T @ A @ x / (x @ B @ B @ x) - 2 * p * B.T @ B @ x / q**2""",
                     "only for symmetric input",
                     "a transpose was lost: right if $B$ is symmetric"),
               Wrong(r"\frac{2A^\top A\mathbf{x}}{\mathbf{x}^\top B^\top B\mathbf{x}}",
                     "2 * A.T @ A @ x / (x @ B.T @ B @ x)",
                     "missing product-rule term", "the denominator moves as well")),
        note=r"The Cookbook prints the first denominator of (95) as $\mathbf{x}^\top BB\mathbf{x}$: "
             "a transpose is missing, and without it no $B$ but a square one fits.",
        symbolic="the fractions grow too long",
        refs="CB94 CB95", chapter=1, section="sec-1-rules", also="Rayleigh quotient"),

    # Weighted squared residuals

    Identity(
        "weighted residual in the signal", "s: n, x: m, A: m n, W: m m symmetric",
        of=(r"(\mathbf{x} - A\mathbf{s})^\top W(\mathbf{x} - A\mathbf{s})", "(x - A @ s) @ W @ (x - A @ s)"),
        gradient=(r"-2A^\top W(\mathbf{x} - A\mathbf{s})", "-2 * A.T @ W @ (x - A @ s)"),
        reason=r"$d\mathbf{r} = -A\,d\mathbf{s}$ in $2\mathbf{r}^\top W\,d\mathbf{r}$.",
        conditions={"$W$ is symmetric": "W: m m"},
        wrong=(Wrong(r"2A^\top W(\mathbf{x} - A\mathbf{s})", "2 * A.T @ W @ (x - A @ s)", "sign",
                     r"the inner derivative of $\mathbf{x} - A\mathbf{s}$ is $-A$"),),
        refs="CB84", chapter=1, section="sec-1-rules"),

    Identity(
        "weighted distance", "x: n, s: n, W: n n symmetric",
        of=(r"(\mathbf{x} - \mathbf{s})^\top W(\mathbf{x} - \mathbf{s})", "(x - s) @ W @ (x - s)"),
        gradient=(r"2W(\mathbf{x} - \mathbf{s})", "2 * W @ (x - s)"),
        hessian=(r"2W", "2 * W"),
        reason=r"A quadratic form in $\mathbf{r} = \mathbf{x} - \mathbf{s}$, "
               r"and $d\mathbf{r} = d\mathbf{x}$.",
        conditions={"$W$ is symmetric": "W: n n"},
        wrong=(Wrong(r"W(\mathbf{x} - \mathbf{s})", "W @ (x - s)", "factor",
                     r"$\mathbf{r}$ stands there twice"),
               Wrong(r"2W\mathbf{x}", "2 * W @ x", "missing product-rule term",
                     r"as if $\mathbf{s}$ were 0")),
        note=r"Without symmetry it is $(W + W^\top)(\mathbf{x} - \mathbf{s})$.",
        refs="CB85", chapter=1, section="sec-1-rules", also="Mahalanobis"),

    Identity(
        "weighted distance, by the centre", "s: n, x: n, W: n n symmetric",
        of=(r"(\mathbf{x} - \mathbf{s})^\top W(\mathbf{x} - \mathbf{s})", "(x - s) @ W @ (x - s)"),
        gradient=(r"-2W(\mathbf{x} - \mathbf{s})", "-2 * W @ (x - s)"),
        hessian=(r"2W", "2 * W"),
        reason=r"$d\mathbf{r} = -d\mathbf{s}$; the second time the sign returns.",
        conditions={"$W$ is symmetric": "W: n n"},
        wrong=(Wrong(r"2W(\mathbf{x} - \mathbf{s})", "2 * W @ (x - s)", "sign",
                     r"the gradient by $\mathbf{x}$, not by $\mathbf{s}$"),
               Wrong(r"-2W", "-2 * W", "sign", "the sign counts once more", form="hessian")),
        refs="CB86", chapter=1, section="sec-1-rules"),

    Identity(
        "weighted residual in the data", "x: m, s: n, A: m n, W: m m symmetric",
        of=(r"(\mathbf{x} - A\mathbf{s})^\top W(\mathbf{x} - A\mathbf{s})", "(x - A @ s) @ W @ (x - A @ s)"),
        gradient=(r"2W(\mathbf{x} - A\mathbf{s})", "2 * W @ (x - A @ s)"),
        hessian=(r"2W", "2 * W"),
        reason=r"$d\mathbf{r} = d\mathbf{x}$ in $2\mathbf{r}^\top W\,d\mathbf{r}$.",
        conditions={"$W$ is symmetric": "W: m m"},
        wrong=(Wrong(r"-2W(\mathbf{x} - A\mathbf{s})", "-2 * W @ (x - A @ s)", "sign",
                     r"the minus belongs to $\mathbf{s}$"),),
        refs="CB87", chapter=1, section="sec-1-rules"),

    Identity(
        "weighted residual in the mixing matrix", "A: m n, x: m, s: n, W: m m symmetric",
        of=(r"(\mathbf{x} - A\mathbf{s})^\top W(\mathbf{x} - A\mathbf{s})", "(x - A @ s) @ W @ (x - A @ s)"),
        gradient=(r"-2W(\mathbf{x} - A\mathbf{s})\mathbf{s}^\top", "-2 * np.outer(W @ (x - A @ s), s)"),
        reason=r"$d\mathbf{r} = -dA\,\mathbf{s}$, "
               r"and $\mathbf{u}^\top dA\,\mathbf{s} = \langle\mathbf{u}\mathbf{s}^\top, dA\rangle$.",
        conditions={"$W$ is symmetric": "W: m m"},
        wrong=(Wrong(r"-2\mathbf{s}(\mathbf{x} - A\mathbf{s})^\top W", "-2 * np.outer(s, W @ (x - A @ s))",
                     "transposed",
                     "read off the trace without the transpose"),
               Wrong(r"2W(\mathbf{x} - A\mathbf{s})\mathbf{s}^\top", "2 * np.outer(W @ (x - A @ s), s)",
                     "sign",
                     r"the inner derivative is $-dA\,\mathbf{s}$")),
        refs="CB88", chapter=2, section="sec-2-weighted"),

    # Quadratic in a matrix

    Identity(
        "square of the sum of all entries", "X: m n",
        of=(r"\sum_{klij} X_{kl}X_{ij}", "np.einsum('kl,ij->', X, X)"),
        gradient=(r"2\Bigl(\sum_{kl}X_{kl}\Bigr)\mathbf{1}\mathbf{1}^\top",
                  "2 * np.sum(X) * np.ones((m, n))"),
        reason=r"It is $s^2$ with $s = \mathbf{1}^\top X\mathbf{1}$, "
               r"and $ds = \langle\mathbf{1}\mathbf{1}^\top, dX\rangle$.",
        wrong=(Wrong(r"2X", "2 * X", "elementwise product",
                     r"that belongs to $\sum_{kl}X_{kl}^2$: the two pairs of indices are not tied"),
               Wrong(r"\Bigl(\sum_{kl}X_{kl}\Bigr)\mathbf{1}\mathbf{1}^\top", "np.sum(X) * np.ones((m, n))",
                     "factor",
                     "$X$ stands there twice")),
        refs="CB76", chapter=2, section="sec-2-definition"),

    Identity(
        "inner product of two images", "X: m n, b: n, c: n",
        of=(r"\mathbf{b}^\top X^\top X\mathbf{c}", "b @ X.T @ X @ c"),
        gradient=(r"X(\mathbf{b}\mathbf{c}^\top + \mathbf{c}\mathbf{b}^\top)",
                  "X @ (np.outer(b, c) + np.outer(c, b))"),
        reason=r"$(dX\,\mathbf{b})^\top X\mathbf{c} + (X\mathbf{b})^\top dX\,\mathbf{c}$: "
               "an outer product for each.",
        wrong=(Wrong(r"2X\mathbf{b}\mathbf{c}^\top", "2 * X @ np.outer(b, c)", "not symmetrised",
                     r"right if $\mathbf{b} = \mathbf{c}$"),
               Wrong(r"X\mathbf{b}\mathbf{c}^\top", "X @ np.outer(b, c)", "missing product-rule term",
                     "only the second $X$ was moved")),
        refs="CB77", chapter=2, section="sec-2-definition"),

    Identity(
        "bilinear form of two images", "X: m n, D: m m, b: n, c: n",
        of=(r"\mathbf{b}^\top X^\top DX\mathbf{c}", "b @ X.T @ D @ X @ c"),
        gradient=(r"D^\top X\mathbf{b}\mathbf{c}^\top + DX\mathbf{c}\mathbf{b}^\top",
                  "D.T @ X @ np.outer(b, c) + D @ X @ np.outer(c, b)"),
        reason=r"The second $X$ gives $D^\top X\mathbf{b}$ times $\mathbf{c}^\top$, "
               r"the first $DX\mathbf{c}$ times $\mathbf{b}^\top$.",
        wrong=(Wrong(r"DX(\mathbf{b}\mathbf{c}^\top + \mathbf{c}\mathbf{b}^\top)",
                     "D @ X @ (np.outer(b, c) + np.outer(c, b))",
                     "only for symmetric input", "right if $D$ is symmetric"),
               Wrong(r"DX\mathbf{c}\mathbf{b}^\top", "D @ X @ np.outer(c, b)", "missing product-rule term",
                     "only the first $X$ was moved")),
        refs="CB82", chapter=2, section="sec-2-definition"),

    Identity(
        "quadratic form of an affine image", "X: m n, D: m m, b: n, c: m",
        of=(r"(X\mathbf{b} + \mathbf{c})^\top D(X\mathbf{b} + \mathbf{c})", "(X @ b + c) @ D @ (X @ b + c)"),
        gradient=(r"(D + D^\top)(X\mathbf{b} + \mathbf{c})\mathbf{b}^\top",
                  "np.outer((D + D.T) @ (X @ b + c), b)"),
        reason=r"With $\mathbf{z} = X\mathbf{b} + \mathbf{c}$: "
               r"$\nabla_{\mathbf{z}} = (D + D^\top)\mathbf{z}$ and $d\mathbf{z} = dX\,\mathbf{b}$.",
        wrong=(Wrong(r"2D(X\mathbf{b} + \mathbf{c})\mathbf{b}^\top", "2 * np.outer(D @ (X @ b + c), b)",
                     "not symmetrised",
                     "right if $D$ is symmetric"),
               Wrong(r"\mathbf{b}\,(X\mathbf{b} + \mathbf{c})^\top(D + D^\top)",
                     "np.outer(b, (D + D.T) @ (X @ b + c))",
                     "transposed", "read off the trace without the transpose")),
        refs="CB83", chapter=2, section="sec-2-weighted"),

    # What a gradient and a Hessian say

    Identity(
        "directional derivative", "x: n, B: m n",
        of=(r"\varphi(\mathbf{x})", "norm(B @ x)"),
        differential=(r"\nabla\varphi^\top d\mathbf{x} = \sum_i\partial_i\varphi\,dx_i", """
            gradient = B.T @ (B @ x) / norm(B @ x)
            return np.sum(gradient * dx)"""),
        reason=r"Differentiable means: one vector $\nabla\varphi$ gives the slope along every direction, "
               "of any length.",
        conditions={r"$\varphi$ is differentiable at $\mathbf{x}$": "x = 0 * x"},
        wrong=(Wrong(r"\frac{\nabla\varphi^\top d\mathbf{x}}{\lVert\nabla\varphi\rVert}", """
                     gradient = B.T @ (B @ x) / norm(B @ x)
                     return gradient @ dx / norm(gradient)""", "extra chain factor",
                     r"the projection of $d\mathbf{x}$ on the gradient is a length, not a rate"),),
        note=r"The code takes $\varphi = \lVert B\mathbf{x}\rVert$. "
             "At the origin it has a slope in every direction, upwards in opposite ones "
             "too, and no gradient.",
        refs="S01-C15 S01-C16 E22 E32 E33", chapter=1, section="sec-1-directional"),

    Identity(
        "expansion to second order", "h: , x: n, v: n, B: m n; h = 0 * h",
        of=(r"\varphi(\mathbf{x} + h\mathbf{v})", "np.sum(np.sin(B @ (x + h * v)))"),
        gradient=(r"\nabla\varphi^\top\mathbf{v}", """
            gradient = B.T @ np.cos(B @ (x + h * v))
            return gradient @ v"""),
        hessian=(r"\mathbf{v}^\top\nabla^2\varphi\,\mathbf{v}", """
            hessian = -(B.T * np.sin(B @ (x + h * v))) @ B
            return v[None] @ hessian @ v[:, None]       # 1 × 1"""),
        reason=r"Slope and curvature of $h\mapsto\varphi(\mathbf{x} + h\mathbf{v})$ at 0: "
               r"$\varphi + h\,\nabla\varphi^\top\mathbf{v} + "
               r"\tfrac{h^2}2\mathbf{v}^\top\nabla^2\varphi\,\mathbf{v} + o(h^2)$.",
        wrong=(Wrong(r"\nabla^2\varphi\,\mathbf{v}", """
                     hessian = -(B.T * np.sin(B @ (x + h * v))) @ B
                     return hessian @ v""", "shape",
                     r"along $\mathbf{v}$ the curvature is one number", form="hessian"),
               Wrong(r"\tfrac12\mathbf{v}^\top\nabla^2\varphi\,\mathbf{v}", """
                     hessian = -(B.T * np.sin(B @ (x + h * v))) @ B
                     return v[None] @ hessian @ v[:, None] / 2""", "factor",
                     "the half belongs to the expansion, not to the derivative", form="hessian")),
        note=r"The code takes $\varphi = \sum_k\sin((B\mathbf{x})_k)$. "
             "With the remainder written out it is an equality.",
        refs="S01-C13 G01.1a", chapter=1, section="sec-1-second", also="Taylor"),

    Identity(
        "Hessian, the Jacobian of the gradient", "x: n, B: m n",
        of=(r"\nabla f(\mathbf{x})", "B.T @ np.cos(B @ x)"),
        jacobian=(r"\nabla^2f", "-(B.T * np.sin(B @ x)) @ B"),
        reason=r"$(\nabla^2f)_{ij} = \partial_i\partial_jf = \partial_j\partial_if$: "
               "which step comes first does not matter.",
        wrong=(Wrong(r"\operatorname{diag}(\partial_i^2f)", "np.diag(np.diag(-(B.T * np.sin(B @ x)) @ B))",
                     "only diagonal",
                     "each partial derivative was differentiated by its own variable alone"),),
        other=(r"\nabla^2f", "-(B.T * np.sin(B @ x)) @ B"),
        note=r"The code takes $f = \sum_k\sin((B\mathbf{x})_k)$. "
             "The second derivatives have to be continuous: $xy(x^2 - y^2)/(x^2 + y^2)$ has $-1$ and $1$ "
             "for the two orders at the origin.",
        refs="G01.1b", chapter=1, section="sec-1-second"),

    Identity(
        "product of two functions", "x: n, B: m n, c: n",
        of=(r"u(\mathbf{x})\,v(\mathbf{x})", "np.sum((B @ x)**2) * np.sin(c @ x)"),
        gradient=(r"u\,\nabla v + v\,\nabla u", """
            u, v = np.sum((B @ x)**2), np.sin(c @ x)
            gu, gv = 2 * B.T @ (B @ x), c * np.cos(c @ x)
            return u * gv + v * gu"""),
        reason=r"$d(uv) = u\,dv + v\,du$, as for numbers.",
        wrong=(Wrong(r"\nabla u\odot\nabla v", "2 * B.T @ (B @ x) * c * np.cos(c @ x)",
                     "missing product-rule term",
                     "the product of the derivatives"),
               Wrong(r"v\,\nabla u", "2 * B.T @ (B @ x) * np.sin(c @ x)", "missing product-rule term",
                     "$v$ was held")),
        note=r"The code takes $u = \lVert B\mathbf{x}\rVert^2$ and $v = \sin(\mathbf{c}^\top\mathbf{x})$.",
        refs="G01.5a", chapter=1, section="sec-1-rules"),

    Identity(
        "quotient of two functions", "x: n, B: m n, c: n",
        of=(r"u(\mathbf{x})/v(\mathbf{x})", "np.sum((B @ x)**2) / (c @ x)"),
        gradient=(r"\frac{v\,\nabla u - u\,\nabla v}{v^2}", """
            u, v = np.sum((B @ x)**2), c @ x
            gu, gv = 2 * B.T @ (B @ x), c
            return (v * gu - u * gv) / v**2"""),
        reason=r"$d(u/v) = du/v - u\,dv/v^2$, as for numbers.",
        conditions={r"$v(\mathbf{x})\neq0$": "c = 0 * c"},
        wrong=(Wrong(r"\frac{u\,\nabla v - v\,\nabla u}{v^2}", """
                     u, v = np.sum((B @ x)**2), c @ x
                     return (u * c - v * 2 * B.T @ (B @ x)) / v**2""", "sign", "the order of the two terms"),
               Wrong(r"\nabla u/v", "2 * B.T @ (B @ x) / (c @ x)", "missing product-rule term",
                     "$v$ was held")),
        note=r"The code takes $u = \lVert B\mathbf{x}\rVert^2$ and $v = \mathbf{c}^\top\mathbf{x}$.",
        refs="G01.5b", chapter=1, section="sec-1-rules"),

    Identity(
        "function of a function", "x: n, B: m n",
        of=(r"\varphi(u(\mathbf{x}))", "np.exp(np.sum(np.sin(B @ x)))"),
        gradient=(r"\varphi'(u)\,\nabla u", "np.exp(np.sum(np.sin(B @ x))) * B.T @ np.cos(B @ x)"),
        reason=r"$d\varphi = \varphi'(u)\,du$: a number times the gradient inside.",
        wrong=(Wrong(r"\varphi'(u)", "np.exp(np.sum(np.sin(B @ x)))", "shape",
                     "the inner derivative is missing"),
               Wrong(r"\nabla u", "B.T @ np.cos(B @ x)", "missing chain factor",
                     "the outer derivative is missing")),
        note=r"The code takes $u = \sum_k\sin((B\mathbf{x})_k)$ and $\varphi = \exp$.",
        refs="G01.5c", chapter=1, section="sec-1-rules"),

    Identity(
        "affine substitution", "x: n, A: m n, b: m, c: m",
        of=(r"\varphi(A\mathbf{x} + \mathbf{b})", "np.sum(c * np.sin(A @ x + b))"),
        gradient=(r"A^\top\,\nabla\varphi(A\mathbf{x} + \mathbf{b})", "A.T @ (c * np.cos(A @ x + b))"),
        hessian=(r"A^\top\,\nabla^2\varphi(A\mathbf{x} + \mathbf{b})\,A",
                 "A.T @ np.diag(-c * np.sin(A @ x + b)) @ A"),
        reason=r"$d\mathbf{z} = A\,d\mathbf{x}$ in $\nabla\varphi^\top d\mathbf{z}$, and once more.",
        wrong=(Wrong(r"\nabla\varphi(A\mathbf{x} + \mathbf{b})", "c * np.cos(A @ x + b)", "shape",
                     r"without $A^\top$ the gradient is left in the space of $\mathbf{z}$"),
               Wrong(r"A^\top\,\nabla\varphi(A\mathbf{x})", "A.T @ (c * np.cos(A @ x))",
                     "missing product-rule term",
                     r"taken at $A\mathbf{x}$")),
        other=(r"\nabla\varphi^\top A", "(c * np.cos(A @ x + b)) @ A"),
        note=r"The code takes $\varphi(\mathbf{z}) = \sum_kc_k\sin z_k$.",
        refs="G01.6", chapter=1, section="sec-1-rules"),

    # Norm and log-sum-exp

    Identity(
        "Euclidean norm", "x: n",
        of=(r"\lVert\mathbf{x}\rVert", "norm(x)"),
        gradient=(r"\frac{\mathbf{x}}{\lVert\mathbf{x}\rVert}", "x / norm(x)"),
        hessian=(r"\frac1{\lVert\mathbf{x}\rVert}\Bigl(I - "
                 r"\frac{\mathbf{x}\mathbf{x}^\top}{\lVert\mathbf{x}\rVert^2}\Bigr)",
                 "(np.eye(n) - np.outer(x, x) / norm(x)**2) / norm(x)"),
        reason=r"From $f^2 = \mathbf{x}^\top\mathbf{x}$ follows $2f\,df = 2\mathbf{x}^\top d\mathbf{x}$.",
        conditions={r"$\mathbf{x}\neq0$": "x = 0 * x"},
        wrong=(Wrong(r"2\mathbf{x}", "2 * x", "wrong normalisation", "that belongs to the square"),
               Wrong(r"\frac1{\lVert\mathbf{x}\rVert}(I - \mathbf{x}\mathbf{x}^\top)",
                     "(np.eye(n) - np.outer(x, x)) / norm(x)", "wrong normalisation",
                     "right on the unit sphere", form="hessian")),
        refs="G01.3", chapter=1, section="sec-1-rules"),

    Identity(
        "log-sum-exp", "x: n",
        of=(r"\log\sum_i e^{x_i}", "np.log(np.sum(np.exp(x)))"),
        gradient=(r"\mathbf{p} = \operatorname{softmax}(\mathbf{x})", "np.exp(x) / np.sum(np.exp(x))"),
        hessian=(r"\operatorname{diag}(\mathbf{p}) - \mathbf{p}\mathbf{p}^\top", """
            p = np.exp(x) / np.sum(np.exp(x))
            return np.diag(p) - np.outer(p, p)"""),
        reason=r"$df = ds/s$ with $s = \sum_ie^{x_i}$ and $ds = \sum_ie^{x_i}dx_i$.",
        wrong=(Wrong(r"e^{\mathbf{x}}", "np.exp(x)", "missing chain factor",
                     "the logarithm around the sum was forgotten"),
               Wrong(r"\operatorname{diag}(\mathbf{p}\odot(\mathbf{1} - \mathbf{p}))", """
                     p = np.exp(x) / np.sum(np.exp(x))
                     return np.diag(p * (1 - p))""", "only diagonal",
                     "every probability depends on every entry", form="hessian")),
        other=(r"\mathbf{p}^\top", "np.exp(x) / np.sum(np.exp(x))"),
        views=Views(
            indices=(r"\frac{\partial f}{\partial x_k} = \frac{\sum_i\delta_{ik}e^{x_i}}{\sum_i e^{x_i}}", """
                g = np.zeros(n)
                for k in range(n):
                    for i in range(n):
                        g[k] += (i == k) * np.exp(x[i])
                s = 0
                for i in range(n):
                    s += np.exp(x[i])
                return g / s"""),
            einsum=(r"\delta_{ik}e^{x_i}\big/\,e^{x_i}1_i", """
                e = np.exp(x)
                return np.einsum('ik,i->k', np.eye(n), e) / np.einsum('i,i->', e, np.ones(n))"""),
            differential=(r"df = \frac{ds}{s},\quad ds = \sum_i e^{x_i}dx_i", """
                s, ds = np.sum(np.exp(x)), np.sum(np.exp(x) * dx)
                return ds / s"""),
            steps=(r"A sum without a second factor is an einsum with ones; the delta keeps the index $k$.",
                   r"Multiply by $dx_k$ and sum over $k$: above the line stands $ds$, below it $s$.",
                   r"What stands before $dx_i$ is $e^{x_i}/s$: the softmax, entry by entry.")),
        refs="G01.4", chapter=1, section="sec-1-rules", also="softmax"),

    # Descent

    Identity(
        "one step of gradient descent", "x: n, A: n n symmetric, b: n, eta: positive",
        of=(r"f(\mathbf{x} - \eta\,\mathbf{g}),\ \mathbf{g} = \nabla f(\mathbf{x})", """
            f = lambda x: x @ A @ x / 2 - b @ x
            return f(x - eta * (A @ x - b))"""),
        equals=(r"f(\mathbf{x}) - \eta\,\mathbf{g}^\top\mathbf{g} + \tfrac{\eta^2}2\mathbf{g}^\top "
                r"A\mathbf{g}", """
            g = A @ x - b
            return x @ A @ x / 2 - b @ x - eta * g @ g + eta**2 / 2 * g @ A @ g"""),
        reason="The expansion of a quadratic ends at second order, "
               r"and $\mathbf{g}^\top A\mathbf{g}\le L\lVert\mathbf{g}\rVert^2$, with $L$ the largest "
               r"eigenvalue, makes it the descent lemma: a decrease for $0 < \eta < 2/L$.",
        conditions={"$A$ is symmetric": "A: n n"},
        wrong=(Wrong(r"f(\mathbf{x}) - \eta\,\mathbf{g}^\top\mathbf{g}", """
                     g = A @ x - b
                     return x @ A @ x / 2 - b @ x - eta * g @ g""", None,
                     "true to first order, for small steps only",
                     unnamed="two numbers are compared, not two derivatives"),),
        note=r"The code takes $f = \tfrac12\mathbf{x}^\top A\mathbf{x} - \mathbf{b}^\top\mathbf{x}$.",
        refs="E21", chapter=1, section="sec-1-second"),

    Identity(
        "steepest descent by the ruler of P", "g: n, P: n n positive definite",
        of=(r"\operatorname*{argmin}_{\mathbf{v}^\top P\mathbf{v} = 1}\,\mathbf{g}^\top\mathbf{v}", """
            L = cholesky(P)                 # u = Lᵀv has Euclidean length 1
            u = -solve(L, g) / norm(solve(L, g))
            return solve(L.T, u)"""),
        equals=(r"-\frac{P^{-1}\mathbf{g}}{\sqrt{\mathbf{g}^\top P^{-1}\mathbf{g}}}",
                "-solve(P, g) / np.sqrt(g @ solve(P, g))"),
        reason=r"With $P = LL^\top$ and $\mathbf{u} = L^\top\mathbf{v}$ it is the Euclidean case: "
               r"$\mathbf{u}$ opposite to $L^{-1}\mathbf{g}$.",
        conditions={"$P$ is positive definite": "P = P - 2 * np.eye(n)", r"$\mathbf{g}\neq0$": "g = 0 * g"},
        wrong=(Wrong(r"-\mathbf{g}/\lVert\mathbf{g}\rVert", "-g / norm(g)", None,
                     "steepest by the Euclidean ruler",
                     unnamed="two directions are compared, not two derivatives"),
               Wrong(r"-P\mathbf{g}/\sqrt{\mathbf{g}^\top P\mathbf{g}}", "-P @ g / np.sqrt(g @ P @ g)", None,
                     "cheap directions have to be preferred: the inverse",
                     unnamed="two directions are compared, not two derivatives")),
        symbolic="Cholesky factors are not among the stand-ins",
        refs="G01.8a", chapter=1, section="sec-1-steepest", also="preconditioned natural gradient"),

    Identity(
        "steepest descent by the largest entry", "g: n nonzero",
        of=(r"\operatorname*{argmin}_{\max_i|v_i| = 1}\,\mathbf{g}^\top\mathbf{v}", """
            corners = 2 * np.array(list(np.ndindex(*n * [2]))) - 1
            return corners[np.argmin(corners @ g)]"""),
        equals=(r"-\operatorname{sign}(\mathbf{g})", "-np.sign(g)"),
        reason="Every coordinate goes as far as it may, downhill: a corner of the cube. "
               "The code tries all corners.",
        conditions={"no entry of the gradient is 0": "g[0] = 0"},
        wrong=(Wrong(r"-\mathbf{g}/\max_i|g_i|", "-g / np.max(np.abs(g))", None,
                     "the gradient scaled to the cube does not use the room in the other coordinates",
                     unnamed="two directions are compared, not two derivatives"),),
        symbolic="argmin and sign",
        refs="G01.8b", chapter=1, section="sec-1-steepest"),

    # Checking a gradient

    Identity(
        "central difference", "x: n, B: m n, h: positive",
        of=(r"\frac{f(\mathbf{x} + h\mathbf{e}_j) - f(\mathbf{x} - h\mathbf{e}_j)}{2h}", """
            f = lambda x: np.sum((B @ x)**3)
            return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(n)])"""),
        equals=(r"\partial_jf + \tfrac{h^2}6\,\partial_j^3f + O(h^4)",
                "B.T @ (3 * (B @ x)**2) + h**2 * np.sum(B**3, axis=0)"),
        reason="The even powers of $h$ cancel: what is left over begins with $h^2$.",
        wrong=(Wrong(r"\partial_jf", "B.T @ (3 * (B @ x)**2)", None,
                     "right for quadratics, and as $h$ goes to 0",
                     unnamed="two arrays are compared, not two derivatives"),),
        note=r"The code takes the cubic $f = \sum_k(B\mathbf{x})_k^3$, "
             "where nothing of higher order follows.",
        refs="G01.9a", chapter=1, section="sec-1-check", also="finite differences"),

    Identity(
        "complex step", "x: n, B: m n, h: positive",
        of=(r"\operatorname{Im}f(\mathbf{x} + ih\mathbf{e}_j)/h", """
            f = lambda x: np.sum((B @ x)**3)
            return np.array([np.imag(f(x + 1j * h * e)) / h for e in np.eye(n)])"""),
        equals=(r"\partial_jf - \tfrac{h^2}6\,\partial_j^3f + O(h^4)",
                "B.T @ (3 * (B @ x)**2) - h**2 * np.sum(B**3, axis=0)"),
        reason=r"$f(x + ih) = f + ih\,f' - \tfrac{h^2}2f'' - i\tfrac{h^3}6f''' + \dots$: "
               "no nearby numbers are subtracted, so $h$ may be as small as one likes.",
        wrong=(Wrong(r"\partial_jf + \tfrac{h^2}6\,\partial_j^3f",
                     "B.T @ (3 * (B @ x)**2) + h**2 * np.sum(B**3, axis=0)", None,
                     "the remainder of the central difference; $i^3 = -i$ turns its sign",
                     unnamed="two arrays are compared, not two derivatives"),),
        symbolic="np.imag",
        note=r"The code takes the cubic $f = \sum_k(B\mathbf{x})_k^3$. "
             "In general $f$ has to be real analytic.",
        refs="G01.9b", chapter=1, section="sec-1-check"),
)
