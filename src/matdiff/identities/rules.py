"""Rules of differentials and the chain rule."""
from .entry import Identity, Views, Wrong

ENTRIES = (
    # Differentials of sums and products
    Identity(
        "constant matrix", "X: m n, A: p q",
        of=("A", "A"),
        jacobian=("0", "np.zeros((p * q, m * n))"),
        differential=("0", "0 * A"),
        reason="$A$ stays where it is when $X$ moves.",
        refs="CB33", chapter=0, section="sec-0-differentials"),

    Identity(
        "number times matrix", "X: m n, a:",
        of=("aX", "a * X"),
        differential=(r"da\,X + a\,dX", "da * X + a * dX"),
        reason="The product rule; a constant $a$ has $da = 0$ and comes out of the differential.",
        wrong=(Wrong(r"a\,dX", "a * dX", None, "right if $a$ is a constant",
                     unnamed="several inputs move, and the checker sees them as one vector"),
               Wrong(r"da\,dX", "da * dX", "not linear in dX",
                     "the differential of a product is no product")),
        refs="CB34", chapter=0, section="sec-0-differentials"),

    Identity(
        "sum of matrices", "X: m n, Y: m n",
        of=("X + Y", "X + Y"),
        differential=(r"dX + dY", "dX + dY"),
        reason="$(X + dX) + (Y + dY) - (X + Y) = dX + dY$: addition is linear.",
        refs="CB35", chapter=0, section="sec-0-differentials"),

    Identity(
        "trace as a linear map", "X: n n",
        of=(r"\operatorname{tr}X", "np.trace(X)"),
        differential=(r"\operatorname{tr}(dX)", "np.trace(dX)"),
        pullback=(r"g\,I", "G * np.eye(n)"),
        reason="A linear map is its own differential: trace and $d$ may change places.",
        wrong=(Wrong(r"g\,\mathbf{1}\mathbf{1}^\top", "G * np.ones((n, n))", None,
                     "the gradient of the sum of all entries, not of those on the diagonal", form="pullback",
                     unnamed="ones off the diagonal belong to another function, the sum of all entries"),),
        refs="CB36 G18.2e", chapter=0, section="sec-0-differentials", also="adjoint table"),

    Identity(
        "product of matrices", "X: m k, Y: k n",
        of=("XY", "X @ Y"),
        differential=(r"dX\,Y + X\,dY", "dX @ Y + X @ dY"),
        reason=r"In $(X + dX)(Y + dY)$ the term $dX\,dY$ is of second order; the factors keep their places.",
        wrong=(Wrong(r"dX\,dY", "dX @ dY", "not linear in dX", "the differential of a product is no product"),
               Wrong(r"X\,dY", "X @ dY", None, "$X$ was held",
                     unnamed="several inputs move, and the checker sees them as one vector")),
        refs="CB37", chapter=0, section="sec-0-differentials"),

    Identity(
        "product of three matrices", "X: m n, A: p m, B: n q",
        of=("AXB", "A @ X @ B"),
        differential=(r"dA\,XB + A\,dX\,B + AX\,dB", "dA @ X @ B + A @ dX @ B + A @ X @ dB"),
        reason="The product rule twice: every factor moves once, in its place.",
        wrong=(Wrong(r"A\,dX\,B", "A @ dX @ B", None, "right if $A$ and $B$ are constants",
                     unnamed="several inputs move, and the checker sees them as one vector"),
               Wrong(r"dA\,dX\,dB", "dA @ dX @ dB", "not linear in dX",
                     "all three at once is of third order")),
        refs="G04.7", chapter=4, section="sec-4-axb"),

    Identity(
        "elementwise product of matrices", "X: m n, Y: m n",
        of=(r"X \odot Y", "X * Y"),
        differential=(r"dX \odot Y + X \odot dY", "dX * Y + X * dY"),
        reason="The product rule of numbers, entry by entry.",
        wrong=(Wrong(r"dX \odot dY", "dX * dY", "not linear in dX",
                     "the differential of a product is no product"),
               Wrong(r"dX \odot Y", "dX * Y", None, "$Y$ was held",
                     unnamed="several inputs move, and the checker sees them as one vector")),
        refs="CB38", chapter=0, section="sec-0-differentials", also="Hadamard"),

    Identity(
        "Kronecker product of matrices", "X: m n, Y: p q",
        of=(r"X \otimes Y", "np.kron(X, Y)"),
        differential=(r"dX \otimes Y + X \otimes dY", "np.kron(dX, Y) + np.kron(X, dY)"),
        reason="Every entry is a product $X_{ij}Y_{kl}$ of one factor of each.",
        wrong=(Wrong(r"dX \otimes dY", "np.kron(dX, dY)", "not linear in dX",
                     "the differential of a product is no product"),
               Wrong(r"dX \otimes Y", "np.kron(dX, Y)", None, "$Y$ was held",
                     unnamed="several inputs move, and the checker sees them as one vector")),
        refs="CB39", chapter=0, section="sec-0-differentials"),

    # What a differential says
    Identity(
        "loss of a matrix by its differential", "Z: m n, C: m n",
        of=(r"\sum_{ij}\sin(C_{ij}Z_{ij})", "np.sum(np.sin(C * Z))"),
        gradient=(r"C \odot \cos(C \odot Z)", "C * np.cos(C * Z)"),
        differential=(r"\operatorname{tr}(G^\top dZ)", "G = C * np.cos(C * Z)\nreturn np.trace(G.T @ dZ)"),
        reason=r"$dL = \sum_{ij} G_{ij}\,dZ_{ij} = \operatorname{tr}(G^\top dZ)$: what stands before $dZ$ is "
               "the gradient.",
        wrong=(Wrong(r"G \odot I", "C * np.cos(C * Z) * np.eye(m, n)", "only diagonal",
                     r"$L(Z)$ is a number already; $\operatorname{tr}f(Z)$ of a matrix $f(Z)$ loses all "
                     "entries off the diagonal"),),
        note=r"For every loss $L(Z)$, with $G = \nabla_Z L$. The trace of the number $L$ says nothing; the "
             "trace that helps is the one in $dL$.",
        refs="S02-C07 G18.1b E14", chapter=2, section="sec-2-definition",
        also="identification table trace trick"),

    Identity(
        "trace trick with G held", "W: n k, X: m n",
        of=(r"\tfrac12\lVert XW\rVert_F^2", "np.sum((X @ W)**2) / 2"),
        gradient=(r"X^\top G", "G = X @ W\nreturn X.T @ G"),
        differential=(r"\operatorname{tr}\bigl((X^\top G)^\top dW\bigr)", "np.trace((X.T @ X @ W).T @ dW)"),
        reason=r"$dL = \operatorname{tr}(G^\top dZ)$ and $dZ = X\,dW$; $G$ is taken at its value and not "
               "differentiated again.",
        wrong=(Wrong(r"2X^\top G", "2 * X.T @ X @ W", "factor",
                     r"$\operatorname{tr}(G^\top XW)$ was differentiated with $G = XW$ moving too"),
               Wrong(r"GX^\top", "X @ W @ X.T", "raises",
                     r"the factors do not fit: $m \times k$ times $n \times m$")),
        note="Here $G = XW$; for any other loss $G$ is its gradient at $Z = XW$.",
        refs="S02-C10 E14", chapter=2, section="sec-2-layer"),

    # Product rules of vector functions, each for an example with every factor moving
    Identity(
        "number times vector function", "x: n, b: n, A: m n",
        of=(r"\varphi(\mathbf{x})\,\mathbf{u}(\mathbf{x})", "np.exp(b @ x) * np.sin(A @ x)"),
        jacobian=(r"\varphi J_{\mathbf{u}} + \mathbf{u}\,\nabla\varphi^\top", """
            phi, grad_phi = np.exp(b @ x), np.exp(b @ x) * b
            u, Ju = np.sin(A @ x), np.diag(np.cos(A @ x)) @ A
            return phi * Ju + np.outer(u, grad_phi)"""),
        reason=r"$d(\varphi\mathbf{u}) = \varphi\,d\mathbf{u} + \mathbf{u}\,d\varphi$ with $d\varphi = "
               r"\nabla\varphi^\top d\mathbf{x}$.",
        wrong=(Wrong(r"\varphi J_{\mathbf{u}}", "np.exp(b @ x) * np.diag(np.cos(A @ x)) @ A",
                     "missing product-rule term", r"$\varphi$ looks like a constant"),
               Wrong(r"\mathbf{u}\,\nabla\varphi^\top", "np.outer(np.sin(A @ x), np.exp(b @ x) * b)",
                     "missing product-rule term", r"$\mathbf{u}$ was held")),
        other=(r"\varphi J_{\mathbf{u}}^\top + \nabla\varphi\,\mathbf{u}^\top",
               "np.exp(b @ x) * (A.T @ np.diag(np.cos(A @ x)) + np.outer(b, np.sin(A @ x)))"),
        note=r"Shown for $\varphi = e^{\mathbf{b}^\top\mathbf{x}}$ and $\mathbf{u} = \sin(A\mathbf{x})$.",
        refs="G03.4a", chapter=3, section="sec-3-product-rules"),

    Identity(
        "inner product of vector functions", "x: n, A: m n, B: m n",
        of=(r"\mathbf{u}(\mathbf{x})^\top\mathbf{v}(\mathbf{x})", "np.sin(A @ x) @ (B @ x)**2"),
        gradient=(r"J_{\mathbf{u}}^\top\mathbf{v} + J_{\mathbf{v}}^\top\mathbf{u}", """
            u, Ju = np.sin(A @ x), np.diag(np.cos(A @ x)) @ A
            v, Jv = (B @ x)**2, np.diag(2 * B @ x) @ B
            return Ju.T @ v + Jv.T @ u"""),
        reason=r"$d(\mathbf{u}^\top\mathbf{v}) = \mathbf{v}^\top J_{\mathbf{u}}\,d\mathbf{x} + "
               r"\mathbf{u}^\top J_{\mathbf{v}}\,d\mathbf{x}$.",
        wrong=(Wrong(r"J_{\mathbf{u}}^\top\mathbf{v}", "A.T @ (np.cos(A @ x) * (B @ x)**2)",
                     "missing product-rule term", r"$\mathbf{v}$ was held"),
               Wrong(r"J_{\mathbf{u}}^\top\mathbf{v} - J_{\mathbf{v}}^\top\mathbf{u}",
                     "A.T @ (np.cos(A @ x) * (B @ x)**2) - 2 * B.T @ ((B @ x) * np.sin(A @ x))",
                     "sign", "the sign of the cross product's rule")),
        other=(r"\mathbf{v}^\top J_{\mathbf{u}} + \mathbf{u}^\top J_{\mathbf{v}}", """
            u, Ju = np.sin(A @ x), np.diag(np.cos(A @ x)) @ A
            v, Jv = (B @ x)**2, np.diag(2 * B @ x) @ B
            return v @ Ju + u @ Jv"""),
        note=r"Shown for $\mathbf{u} = \sin(A\mathbf{x})$ and $\mathbf{v} = B\mathbf{x} \odot B\mathbf{x}$.",
        refs="G03.4b", chapter=3, section="sec-3-product-rules"),

    Identity(
        "elementwise product of vector functions", "x: n, A: m n, B: m n",
        of=(r"\mathbf{u}(\mathbf{x}) \odot \mathbf{v}(\mathbf{x})", "np.sin(A @ x) * (B @ x)**2"),
        jacobian=(r"\operatorname{diag}(\mathbf{v})J_{\mathbf{u}} + "
                  r"\operatorname{diag}(\mathbf{u})J_{\mathbf{v}}", """
            u, Ju = np.sin(A @ x), np.diag(np.cos(A @ x)) @ A
            v, Jv = (B @ x)**2, np.diag(2 * B @ x) @ B
            return np.diag(v) @ Ju + np.diag(u) @ Jv"""),
        reason=r"Row $i$ is the product rule of $u_iv_i$: row $i$ of $J_{\mathbf{u}}$ times $v_i$, and the "
               "other way round.",
        wrong=(Wrong(r"\operatorname{diag}(\mathbf{v})J_{\mathbf{u}}",
                     "np.diag((B @ x)**2 * np.cos(A @ x)) @ A", "missing product-rule term",
                     r"$\mathbf{v}$ was held"),),
        other=(r"J_{\mathbf{u}}^\top\operatorname{diag}(\mathbf{v}) + "
               r"J_{\mathbf{v}}^\top\operatorname{diag}(\mathbf{u})", """
            u, Ju = np.sin(A @ x), np.diag(np.cos(A @ x)) @ A
            v, Jv = (B @ x)**2, np.diag(2 * B @ x) @ B
            return Ju.T @ np.diag(v) + Jv.T @ np.diag(u)"""),
        note=r"Shown for $\mathbf{u} = \sin(A\mathbf{x})$ and $\mathbf{v} = B\mathbf{x} \odot B\mathbf{x}$.",
        refs="G03.4c", chapter=3, section="sec-3-product-rules", also="Hadamard"),

    # The chain rule
    Identity(
        "chain rule of numbers", "x:",
        of=("h(g(x))", "np.sin(x**3)"),
        gradient=(r"h'(g(x))\,g'(x)", "np.cos(x**3) * 3 * x**2"),
        reason="$g$ stretches $dx$ by $g'(x)$, then $h$ stretches by $h'$ at the point $g(x)$.",
        wrong=(Wrong(r"h'(x)\,g'(x)", "np.cos(x) * 3 * x**2", None, "the outer slope was taken at $x$",
                     unnamed="one number cannot tell a slope at the wrong point from any other wrong number"),
               Wrong("h'(g(x))", "np.cos(x**3)", "missing chain factor", "the inner slope was forgotten")),
        other=(r"h'(g(x))\,g'(x)", "np.cos(x**3) * 3 * x**2"),
        note=r"Shown for $h = \sin$ and $g(x) = x^3$.",
        refs="S05-C01", chapter=5, section="sec-5-composition"),

    Identity(
        "Jacobian of a scalar function", "x: n, b: n",
        of=(r"\sin(\mathbf{b}^\top\mathbf{x})", "np.sin(b @ x)"),
        gradient=(r"\cos(\mathbf{b}^\top\mathbf{x})\,\mathbf{b}", "np.cos(b @ x) * b"),
        jacobian=(r"\cos(\mathbf{b}^\top\mathbf{x})\,\mathbf{b}^\top", "np.cos(b @ x) * b[None, :]"),
        differential=(r"\cos(\mathbf{b}^\top\mathbf{x})\,\mathbf{b}^\top d\mathbf{x}",
                      "np.cos(b @ x) * b @ dx"),
        reason=r"$df = \mathbf{a}^\top d\mathbf{x}$ is read as $\nabla f = \mathbf{a}$, a column, and as "
               r"$J_f = \mathbf{a}^\top$, one row.",
        wrong=(Wrong(r"\mathbf{b}", "b", "missing chain factor", "the slope of the sine was forgotten"),),
        note=r"For every number $f(\mathbf{x})$ that has a gradient, $J_f = \nabla f^\top$. The source calls "
             r"both, the $1 \times n$ row and the $n \times 1$ column, $\partial f/\partial\mathbf{x}$.",
        refs="S03-C17 G18.1a E46", chapter=3, section="sec-3-layout", also="identification table"),

    Identity(
        "chain rule", "x: n, A: m n, B: p m",
        of=(r"\mathbf{g}(\mathbf{f}(\mathbf{x}))", "np.sin(B @ np.tanh(A @ x))"),
        jacobian=(r"J_{\mathbf{g}}(\mathbf{f}(\mathbf{x}))\,J_{\mathbf{f}}(\mathbf{x})", """
            f = np.tanh(A @ x)
            Jf = np.diag(1 - f**2) @ A          # m × n
            Jg = np.diag(np.cos(B @ f)) @ B     # p × m, at f(x)
            return Jg @ Jf                      # p × n"""),
        reason=r"$d\mathbf{f} = J_{\mathbf{f}}\,d\mathbf{x}$ goes into $d\mathbf{g} = "
               r"J_{\mathbf{g}}\,d\mathbf{f}$: the maps act from right to left.",
        wrong=(Wrong(r"J_{\mathbf{g}}(\mathbf{f}(\mathbf{x}))\,A",
                     "np.diag(np.cos(B @ np.tanh(A @ x))) @ B @ A",
                     "missing chain factor", r"the slope of $\tanh$ in $J_{\mathbf{f}}$ was forgotten"),
               Wrong(r"J_{\mathbf{f}}\,J_{\mathbf{g}}", """
                   f = np.tanh(A @ x)
                   return np.diag(1 - f**2) @ A @ np.diag(np.cos(B @ f)) @ B""",
                     "raises", "written in the order in which the maps act; the shapes do not fit")),
        other=(r"J_{\mathbf{f}}^\top J_{\mathbf{g}}^\top", """
            f = np.tanh(A @ x)
            return A.T @ np.diag(1 - f**2) @ B.T @ np.diag(np.cos(B @ f))"""),
        note=r"Shown for $\mathbf{f} = \tanh(A\mathbf{x})$ and $\mathbf{g}(\mathbf{u}) = \sin(B\mathbf{u})$. "
             r"Shapes: $(p \times m)(m \times n) = p \times n$.",
        refs="S03-C13 S05-C03 S05-C04 S05-C05 S05-C06", chapter=3, section="sec-3-chain"),

    Identity(
        "chain rule through a matrix", "X: m n, B: n m, C: m n",
        of=("g(U(X))", "U = X @ B @ X\nreturn np.sum(C * U**2) / 2"),
        gradient=(r"\operatorname{vec}^{-1}(J^\top\operatorname{vec}\nabla_U g)", """
            U = X @ B @ X
            J = np.kron((B @ X).T, np.eye(m)) + np.kron(np.eye(n), X @ B)
            return unvec(J.T @ vec(C * U), (m, n))"""),
        reason=r"$dg = \sum_{kl}\frac{\partial g}{\partial U_{kl}}\,dU_{kl} = \operatorname{vec}(\nabla_U "
               r"g)^\top J\operatorname{vec}dX$ with $J = "
               r"\partial\operatorname{vec}U/\partial\operatorname{vec}X$.",
        wrong=(Wrong(r"\nabla_U g", "C * (X @ B @ X)", "missing chain factor",
                     "the inner derivative was forgotten"),
               Wrong(r"\operatorname{vec}^{-1}(J\operatorname{vec}\nabla_U g)", """
                   J = np.kron((B @ X).T, np.eye(m)) + np.kron(np.eye(n), X @ B)
                   return unvec(J @ vec(C * (X @ B @ X)), (m, n))""", "transposed",
                     "the order of the scalar chain rule, without the transpose"),
               Wrong(r"(\nabla_U g)(BX)^\top", "C * (X @ B @ X) @ (B @ X).T", "missing product-rule term",
                     "the second $X$ in $U$ was held")),
        views=Views(
            indices=(r"\frac{\partial g}{\partial X_{ij}} = \sum_{kl}\frac{\partial g}{\partial U_{kl}}"
                     r"\frac{\partial U_{kl}}{\partial X_{ij}}", """
                U, g = X @ B @ X, np.zeros((m, n))
                for i, j in np.ndindex(m, n):
                    E = np.zeros((m, n))
                    E[i, j] = 1
                    dU = E @ B @ X + X @ B @ E
                    for k, l in np.ndindex(m, n):
                        g[i, j] += C[k, l] * U[k, l] * dU[k, l]
                return g"""),
            einsum=(r"(\nabla_U g)_{kl}\,T_{klij}", """
                T = np.einsum('ki,jl->klij', np.eye(m), B @ X) + np.einsum('ki,lj->klij', X @ B, np.eye(n))
                return np.einsum('kl,klij->ij', C * (X @ B @ X), T)"""),
            differential=(r"dg = \operatorname{tr}\bigl((\nabla_U g)^\top dU\bigr)",
                          "np.trace((C * (X @ B @ X)).T @ (dX @ B @ X + X @ B @ dX))"),
            steps=(r"The numbers $\partial U_{kl}/\partial X_{ij}$ are an array $T$ with four axes; the sum "
                   "over $k$ and $l$ contracts two of them.",
                   r"Multiplied by $dX_{ij}$ and summed, $T$ turns into $dU$, and the double sum is a trace.",
                   r"With columns stacked $T$ is a matrix, and to contract it with $\nabla_U g$ on its "
                   "output side is to multiply by its transpose.")),
        note=r"Shown for $U = XBX$ and $g = \tfrac12\sum_{kl} C_{kl}U_{kl}^2$. The dot in $\frac{\partial "
             r"L}{\partial Z}\cdot\frac{\partial Z}{\partial X}$ is this double sum, not a matrix product.",
        refs="CB135 CB136 CB137 S05-C12 G05.1 E46", chapter=5, section="sec-5-dot"),

    Identity(
        "chain rule with several paths", "x: n, A: m n, B: p n, C: m p",
        of=(r"L(\mathbf{u}(\mathbf{x}), \mathbf{v}(\mathbf{x}))", "np.tanh(A @ x) @ C @ (B @ x)**2"),
        gradient=(r"J_{\mathbf{u}}^\top\nabla_{\mathbf{u}}L + J_{\mathbf{v}}^\top\nabla_{\mathbf{v}}L", """
            u, Ju = np.tanh(A @ x), np.diag(1 - np.tanh(A @ x)**2) @ A
            v, Jv = (B @ x)**2, np.diag(2 * B @ x) @ B
            return Ju.T @ (C @ v) + Jv.T @ (C.T @ u)"""),
        reason=r"$dL = \nabla_{\mathbf{u}}L^\top d\mathbf{u} + \nabla_{\mathbf{v}}L^\top d\mathbf{v}$: what "
               "reaches $L$ by two paths is counted on both.",
        wrong=(Wrong(r"J_{\mathbf{u}}^\top\nabla_{\mathbf{u}}L",
                     "A.T @ ((1 - np.tanh(A @ x)**2) * (C @ (B @ x)**2))",
                     "missing product-rule term", "one path was overlooked"),),
        note=r"Shown for $L = \mathbf{u}^\top C\mathbf{v}$, $\mathbf{u} = \tanh(A\mathbf{x})$, $\mathbf{v} = "
             r"B\mathbf{x} \odot B\mathbf{x}$.",
        refs="G05.2", chapter=5, section="sec-5-roads"),

    Identity(
        "chain rule of second order", "x: n, A: m n, c: m",
        of=(r"g(\mathbf{u}(\mathbf{x}))", "(c @ (A @ x)**2)**2 / 2"),
        gradient=(r"J_{\mathbf{u}}^\top\nabla g", """
            u, Ju = (A @ x)**2, np.diag(2 * A @ x) @ A
            return Ju.T @ (c @ u * c)"""),
        hessian=(r"J_{\mathbf{u}}^\top(\nabla^2g)J_{\mathbf{u}} + \sum_k"
                 r"\frac{\partial g}{\partial u_k}\nabla^2u_k", """
            u, Ju = (A @ x)**2, np.diag(2 * A @ x) @ A
            dg, Hg = c @ u * c, np.outer(c, c)
            return Ju.T @ Hg @ Ju + sum(dg[i] * 2 * np.outer(A[i], A[i]) for i in range(m))"""),
        reason=r"In $J_{\mathbf{u}}^\top\nabla g$ both factors move with $\mathbf{x}$: the slopes of $g$ and "
               r"the Jacobian of $\mathbf{u}$.",
        wrong=(Wrong(r"J_{\mathbf{u}}^\top(\nabla^2g)J_{\mathbf{u}}", """
                   Ju = np.diag(2 * A @ x) @ A
                   return Ju.T @ np.outer(c, c) @ Ju""", "missing product-rule term",
                     r"right if $\mathbf{u}$ is affine; Gauss–Newton keeps only this term",
                     form="hessian"),),
        note=r"Shown for $u_k = (A\mathbf{x})_k^2$ and $g = \tfrac12(\mathbf{c}^\top\mathbf{u})^2$.",
        refs="G05.4", chapter=5, section="sec-5-second"),

    Identity(
        "chain rule by differentials and adjoints", "X: m n, A: n n, C: m m",
        of=(r"(\Phi \circ \Psi)(X)", "Y = X @ A @ X.T\nreturn C * Y**2"),
        differential=(r"D\Phi(\Psi(X))\bigl[D\Psi(X)[dX]\bigr]", """
            Y = X @ A @ X.T
            dY = dX @ A @ X.T + X @ A @ dX.T
            return 2 * C * Y * dY"""),
        pullback=(r"D\Psi(X)^*\bigl[D\Phi(\Psi(X))^*[G]\bigr]", """
            Y = X @ A @ X.T
            H = 2 * C * Y * G
            return H @ X @ A.T + H.T @ X @ A"""),
        reason="Linear maps are composed; the adjoint of a composition is the composition of the adjoints, "
               "the last one first.",
        wrong=(Wrong(r"HXA + H^\top XA", """
                   H = 2 * C * (X @ A @ X.T) * G
                   return H @ X @ A + H.T @ X @ A""", "only for symmetric input",
                     "the adjoint of $dX \\mapsto dX\\,AX^\\top$ holds $A^\\top$", form="pullback"),),
        note=r"Shown for $\Psi(X) = XAX^\top$ and $\Phi(Y) = C \odot Y \odot Y$; $H = D\Phi^*[G]$ in the "
             "code.",
        refs="G05.5", chapter=5, section="sec-5-adjoint"),

    # Networks as compositions
    Identity(
        "activation of Ax", "x: n, A: m n",
        of=(r"\sigma(A\mathbf{x})", "np.tanh(A @ x)"),
        jacobian=(r"\operatorname{diag}(\sigma'(A\mathbf{x}))\,A", "np.diag(1 - np.tanh(A @ x)**2) @ A"),
        differential=(r"\sigma'(A\mathbf{x}) \odot (A\,d\mathbf{x})", "(1 - np.tanh(A @ x)**2) * (A @ dx)"),
        pullback=(r"A^\top(\sigma'(A\mathbf{x}) \odot \mathbf{g})", "A.T @ ((1 - np.tanh(A @ x)**2) * G)"),
        reason=r"$d\sigma(\mathbf{z}) = \sigma'(\mathbf{z}) \odot d\mathbf{z}$ and $d\mathbf{z} = "
               r"A\,d\mathbf{x}$; what stands before $d\mathbf{x}$ is $J$.",
        wrong=(Wrong("A", "A", "missing chain factor", "the slope of the activation was forgotten"),
               Wrong(r"\operatorname{diag}(\sigma'(A\mathbf{x}))", "np.diag(1 - np.tanh(A @ x)**2)", "shape",
                     "the derivative by $A\\mathbf{x}$, not by $\\mathbf{x}$"),),
        other=(r"A^\top\operatorname{diag}(\sigma'(A\mathbf{x}))", "A.T @ np.diag(1 - np.tanh(A @ x)**2)"),
        views=Views(
            indices=(r"\frac{\partial h_i}{\partial x_j} = \sigma'(z_i)\,A_{ij}", """
                J = np.zeros((m, n))
                for i in range(m):
                    z = sum(A[i, k] * x[k] for k in range(n))
                    for j in range(n):
                        J[i, j] = (1 - np.tanh(z)**2) * A[i, j]
                return J"""),
            einsum=(r"\sigma'(z)_i\,A_{ij}", "np.einsum('i,ij->ij', 1 - np.tanh(A @ x)**2, A)"),
            differential=(r"d\mathbf{h} = \sigma'(\mathbf{z}) \odot (A\,d\mathbf{x})",
                          "(1 - np.tanh(A @ x)**2) * (A @ dx)"),
            steps=("Nothing is summed: $i$ stays on both factors, so the einsum scales row $i$.",
                   "Multiply by $dx_j$ and sum over $j$: row $i$ of $A\\,d\\mathbf{x}$, times its slope.",
                   "An elementwise product with a vector is a product with the diagonal matrix of that "
                   "vector.")),
        note=r"Shown for $\sigma = \tanh$.",
        refs="S05-C15 S05-C17 G18.1c", chapter=5, section="sec-5-layer", also="identification table layer"),

    Identity(
        "Jacobian by products (JVP and VJP)", "x: n, A: m n, B: m n",
        of=(r"\mathbf{f}(\mathbf{x})", "np.sin(A @ x) * (B @ x)"),
        jacobian=(r"\bigl[J\mathbf{e}_1, \dots, J\mathbf{e}_n\bigr]", """
            jvp = lambda v: np.cos(A @ x) * (A @ v) * (B @ x) + np.sin(A @ x) * (B @ v)
            return np.stack([jvp(e) for e in np.eye(n)], axis=1)"""),
        differential=(r"\tfrac{d}{dt}\mathbf{f}(\mathbf{x} + t\,d\mathbf{x})\big|_{t=0}",
                      "np.cos(A @ x) * (A @ dx) * (B @ x) + np.sin(A @ x) * (B @ dx)"),
        pullback=(r"J^\top\mathbf{g}", "A.T @ (np.cos(A @ x) * (B @ x) * G) + B.T @ (np.sin(A @ x) * G)"),
        reason=r"A product with $J$ is a derivative along a line, one with $J^\top$ the gradient of a "
               "number; neither needs the whole of $J$.",
        wrong=(Wrong(r"\operatorname{diag}(\sin(A\mathbf{x}))\,B", "np.diag(np.sin(A @ x)) @ B",
                     "missing product-rule term", "one factor was held"),),
        note=r"Shown for $\mathbf{f} = \sin(A\mathbf{x}) \odot B\mathbf{x}$. The whole $J$ takes $n$ "
             "products with unit vectors from the right or $m$ from the left.",
        refs="G03.1", chapter=3, section="sec-3-products"),

    Identity(
        "deep network by its input", "x: n, A: m n, B: p m, C: q p",
        of=(r"C\sigma(B\sigma(A\mathbf{x}))", "C @ np.tanh(B @ np.tanh(A @ x))"),
        jacobian=(r"C\,D_2\,B\,D_1\,A", """
            h1 = np.tanh(A @ x)
            h2 = np.tanh(B @ h1)
            return C @ np.diag(1 - h2**2) @ B @ np.diag(1 - h1**2) @ A"""),
        reason=r"A composition $f^{(3)} \circ f^{(2)} \circ f^{(1)}$: the Jacobians multiply, each at its "
               "own input.",
        wrong=(Wrong(r"C\,B\,D_1\,A",
                     "C @ B @ np.diag(1 - np.tanh(A @ x)**2) @ A",
                     "missing chain factor", "the slope of one activation was forgotten"),
               Wrong("CBA", "C @ B @ A", None, "right without activations",
                     unnamed="two factors are missing at once")),
        other=(r"A^\top D_1\,B^\top D_2\,C^\top", """
            h1 = np.tanh(A @ x)
            h2 = np.tanh(B @ h1)
            return A.T @ np.diag(1 - h1**2) @ B.T @ np.diag(1 - h2**2) @ C.T"""),
        note=r"$D_l = \operatorname{diag}(\sigma'(\mathbf{z}_l))$ of layer $l$. Shown for $\sigma = \tanh$; "
             "the last layer has no activation.",
        refs="S05-C08", chapter=5, section="sec-5-layer"),

    Identity(
        "loss of a deep network by its input", "x: n, A: m n, B: p m, y: p",
        of=(r"\ell(B\sigma(A\mathbf{x}))", "np.sum((B @ np.tanh(A @ x) - y)**2) / 2"),
        gradient=(r"J_1^\top J_2^\top\,\nabla\ell", """
            h = np.tanh(A @ x)
            J1, J2 = np.diag(1 - h**2) @ A, B
            return J1.T @ J2.T @ (B @ h - y)"""),
        reason=r"$d\ell = \nabla\ell^\top J_2J_1\,d\mathbf{x}$; the gradient is the transposed row, so the "
               "order turns round.",
        wrong=(Wrong(r"A^\top B^\top\nabla\ell", "A.T @ B.T @ (B @ np.tanh(A @ x) - y)",
                     "missing chain factor",
                     "the slope of the activation was forgotten"),
               Wrong(r"\nabla\ell\,J_2\,J_1", """
                   h = np.tanh(A @ x)
                   return (B @ h - y)[:, None] @ B @ np.diag(1 - h**2) @ A""", "raises",
                     r"with a column $\nabla\ell$ the product $(p \times 1)(p \times m)$ does not exist")),
        other=(r"\nabla\ell^\top J_2\,J_1", """
            h = np.tanh(A @ x)
            return (B @ h - y) @ B @ np.diag(1 - h**2) @ A"""),
        note=r"Shown for $\ell(\mathbf{u}) = \tfrac12\lVert\mathbf{u} - \mathbf{y}\rVert^2$ and $\sigma = "
             r"\tanh$. The product in the order of the layers, last first, needs rows throughout.",
        refs="S05-C10 E46", chapter=5, section="sec-5-pull"),

    Identity(
        "signal at a hidden layer", "z: n, B: m n, y: m",
        of=(r"\ell(B\sigma(\mathbf{z}))", "np.sum((B @ np.tanh(z) - y)**2) / 2"),
        gradient=(r"(B^\top\boldsymbol\delta_{+}) \odot \sigma'(\mathbf{z})", """
            delta_next = B @ np.tanh(z) - y
            return (B.T @ delta_next) * (1 - np.tanh(z)**2)"""),
        reason=r"The signal $\boldsymbol\delta_{+}$ of the layer above goes back through $B^\top$, then "
               "through the slope of the activation.",
        wrong=(Wrong(r"B^\top\boldsymbol\delta_{+}", "B.T @ (B @ np.tanh(z) - y)", "missing chain factor",
                     "the slope of the activation was forgotten"),),
        note=r"In layers: $\boldsymbol\delta^{(l)} = ((W^{(l+1)})^\top\boldsymbol\delta^{(l+1)}) \odot "
             r"\sigma'(\mathbf{z}^{(l)})$. Shown for $\tfrac12\lVert\cdot - \mathbf{y}\rVert^2$ and $\tanh$.",
        refs="G05.3a", chapter=5, section="sec-5-training", also="backpropagation delta"),

    Identity(
        "weights of a hidden layer", "W: m n, h: n, b: m, B: p m, y: p",
        of=(r"\ell(B\sigma(W\mathbf{h} + \mathbf{b}))", "np.sum((B @ np.tanh(W @ h + b) - y)**2) / 2"),
        gradient=(r"\boldsymbol\delta\,\mathbf{h}^\top", """
            s = np.tanh(W @ h + b)
            delta = (B.T @ (B @ s - y)) * (1 - s**2)
            return np.outer(delta, h)"""),
        reason=r"$d\ell = \boldsymbol\delta^\top d\mathbf{z}$ and $d\mathbf{z} = dW\,\mathbf{h}$: "
               r"$\boldsymbol\delta^\top dW\,\mathbf{h} = \langle\boldsymbol\delta\mathbf{h}^\top, "
               r"dW\rangle$.",
        wrong=(Wrong(r"(B^\top\boldsymbol\delta_{+})\mathbf{h}^\top",
                     "np.outer(B.T @ (B @ np.tanh(W @ h + b) - y), h)",
                     "missing chain factor", "the slope of the activation was forgotten"),),
        other=(r"\mathbf{h}\,\boldsymbol\delta^\top", """
            s = np.tanh(W @ h + b)
            return np.outer(h, (B.T @ (B @ s - y)) * (1 - s**2))"""),
        note=r"$\boldsymbol\delta$ is the signal at the layer, $\nabla_{\mathbf{z}}\ell$ with $\mathbf{z} = "
             r"W\mathbf{h} + \mathbf{b}$; $\boldsymbol\delta_{+}$ is that of the layer above.",
        refs="G05.3b", chapter=5, section="sec-5-training", also="backpropagation"),

    Identity(
        "bias of a hidden layer", "b: m, W: m n, h: n, B: p m, y: p",
        of=(r"\ell(B\sigma(W\mathbf{h} + \mathbf{b}))", "np.sum((B @ np.tanh(W @ h + b) - y)**2) / 2"),
        gradient=(r"\boldsymbol\delta", """
            s = np.tanh(W @ h + b)
            return (B.T @ (B @ s - y)) * (1 - s**2)"""),
        reason=r"$d\mathbf{z} = d\mathbf{b}$: the bias feels the signal as it is.",
        wrong=(Wrong(r"B^\top\boldsymbol\delta_{+}", "B.T @ (B @ np.tanh(W @ h + b) - y)",
                     "missing chain factor",
                     "the slope of the activation was forgotten"),),
        note=r"$\boldsymbol\delta$ is the signal at the layer, $\nabla_{\mathbf{z}}\ell$ with $\mathbf{z} = "
             r"W\mathbf{h} + \mathbf{b}$; $\boldsymbol\delta_{+}$ is that of the layer above.",
        refs="G05.3c", chapter=5, section="sec-5-training", also="backpropagation"),

    Identity(
        "shared weights of a recurrent network", "W: n n, U: n m, X: k m, h: n",
        of=(r"\sum_t \ell(\mathbf{h}_t)", """
            H = [h]
            for x in X:
                H.append(np.tanh(W @ H[-1] + U @ x))
            return sum(h_t @ h_t for h_t in H[1:]) / 2"""),
        gradient=(r"\sum_t \boldsymbol\delta_t\,\mathbf{h}_{t-1}^\top", """
            H, delta, total = [h], np.zeros(n), np.zeros((n, n))
            for x in X:
                H.append(np.tanh(W @ H[-1] + U @ x))
            for t in range(k, 0, -1):
                delta = (1 - H[t]**2) * (W.T @ delta + H[t])
                total = total + np.outer(delta, H[t - 1])
            return total"""),
        reason=r"$\boldsymbol\delta_t = \sigma'(\mathbf{z}_t) \odot (W^\top\boldsymbol\delta_{t+1} + "
               r"\nabla\ell(\mathbf{h}_t))$; every step uses the same $W$, so its gradients add.",
        wrong=(Wrong(r"\boldsymbol\delta_T\,\mathbf{h}_{T-1}^\top", """
                   H = [h]
                   for x in X:
                       H.append(np.tanh(W @ H[-1] + U @ x))
                   return np.outer((1 - H[k]**2) * H[k], H[k - 1])""",
                     "missing product-rule term", "only the last of the steps in which $W$ stands"),),
        note=r"Shown for $\mathbf{h}_t = \tanh(W\mathbf{h}_{t-1} + U\mathbf{x}_t)$ and $\ell = "
             r"\tfrac12\lVert\mathbf{h}_t\rVert^2$.",
        symbolic="two nested tanh of three sums each: minutes",
        refs="G05.6", chapter=5, section="sec-5-shared", also="RNN backpropagation through time"),

    Identity(
        "residual block", "x: n, A: m n, B: n m",
        of=(r"\mathbf{x} + \mathbf{f}(\mathbf{x})", "x + B @ np.tanh(A @ x)"),
        jacobian=(r"I + J_{\mathbf{f}}", "np.eye(n) + B @ np.diag(1 - np.tanh(A @ x)**2) @ A"),
        reason=r"A sum: the identity passes $d\mathbf{x}$ on unchanged.",
        wrong=(Wrong(r"J_{\mathbf{f}}", "B @ np.diag(1 - np.tanh(A @ x)**2) @ A", "missing product-rule term",
                     "the path around the block was forgotten"),),
        other=(r"I + J_{\mathbf{f}}^\top", "np.eye(n) + A.T @ np.diag(1 - np.tanh(A @ x)**2) @ B.T"),
        note=r"Shown for $\mathbf{f} = B\tanh(A\mathbf{x})$.",
        refs="G05.7", chapter=5, section="sec-5-roads"),

    # Inverse and implicit functions, change of variables
    Identity(
        "inverse map", "y: n, A: n n invertible, x: n nonzero; y = A @ x**3",
        of=(r"\mathbf{f}^{-1}(\mathbf{y})", "np.cbrt(solve(A, y))"),
        jacobian=(r"J_{\mathbf{f}}(\mathbf{x})^{-1}", """
            x = np.cbrt(solve(A, y))
            return inv(A @ np.diag(3 * x**2))"""),
        reason=r"Differentiate $\mathbf{f}^{-1}(\mathbf{f}(\mathbf{x})) = \mathbf{x}$: "
               r"$J_{\mathbf{f}^{-1}}J_{\mathbf{f}} = I$.",
        conditions={r"$\det J_{\mathbf{f}}(\mathbf{x}) \ne 0$": "x[0] = 0; y = A @ x**3"},
        wrong=(Wrong(r"J_{\mathbf{f}}(\mathbf{x})", "A @ np.diag(3 * np.cbrt(solve(A, y))**2)", None,
                     "the map's own Jacobian",
                     unnamed="no name says that a matrix stands where its inverse belongs"),
               Wrong(r"1/J_{\mathbf{f}}(\mathbf{x}) \text{ entrywise}",
                     "1 / (A @ np.diag(3 * np.cbrt(solve(A, y))**2))", None,
                     "the rule for functions of one number, entry by entry",
                     unnamed="entries inverted one by one resemble no entry of the inverse")),
        note=r"Shown for $\mathbf{f}(\mathbf{x}) = A\mathbf{x}^3$ (cubes entry by entry): at $x_1 = 0$ it is "
             "still one-to-one, but its inverse has no derivative.",
        symbolic="cube roots of symbols",
        refs="G03.5", chapter=3, section="sec-3-inverse"),

    Identity(
        "implicit function", "theta: k positive, A: n n positive definite, C: n k positive, b: n",
        of=(r"\mathbf{x}(\theta)", "solve(A + np.diag(C @ theta), b)"),
        jacobian=(r"-\Phi_{\mathbf{x}}^{-1}\,\Phi_\theta", """
            Phi_x = A + np.diag(C @ theta)
            Phi_theta = np.diag(solve(Phi_x, b)) @ C
            return -inv(Phi_x) @ Phi_theta"""),
        reason=r"Along the solutions $d\Phi = \Phi_{\mathbf{x}}\,d\mathbf{x} + \Phi_\theta\,d\theta = "
               r"\mathbf{0}$; solve for $d\mathbf{x}$.",
        conditions={r"$\Phi_{\mathbf{x}}$ is invertible": "A = -np.diag(C @ theta)"},
        wrong=(Wrong(r"\Phi_{\mathbf{x}}^{-1}\,\Phi_\theta", """
                   Phi_x = A + np.diag(C @ theta)
                   return inv(Phi_x) @ np.diag(solve(Phi_x, b)) @ C""", "sign",
                   "the minus sign was forgotten"),),
        note=r"$\mathbf{x}(\theta)$ solves $\Phi(\mathbf{x}, \theta) = \mathbf{0}$; $\Phi_{\mathbf{x}}$ and "
             r"$\Phi_\theta$ are its Jacobians. Shown for $\Phi = (A + "
             r"\operatorname{diag}(C\theta))\mathbf{x} - \mathbf{b}$.",
        refs="G03.6", chapter=3, section="sec-3-implicit"),

    Identity(
        "density after a change of variables", "y: n, A: n n invertible, b: n",
        of=(r"\log p_Y(\mathbf{y})", """
            S, r = A @ A.T, y - b       # y = A x + b is normal with mean b, covariance A Aᵀ
            return -r @ solve(S, r) / 2 - np.log(det(2 * np.pi * S)) / 2"""),
        equals=(r"\log p_X(\mathbf{x}) - \log\lvert\det J_{\mathbf{f}}(\mathbf{x})\rvert", """
            x = solve(A, y - b)         # x is standard normal
            return -x @ x / 2 - n * np.log(2 * np.pi) / 2 - slogdet(A)[1]"""),
        reason=r"A small volume around $\mathbf{x}$ becomes $\lvert\det J_{\mathbf{f}}\rvert$ times as "
               "large; its probability stays.",
        conditions={r"$\det J_{\mathbf{f}}(\mathbf{x}) \ne 0$": "A = np.ones((n, n))"},
        wrong=(Wrong(r"\log p_X(\mathbf{x}) + \log\lvert\det J_{\mathbf{f}}(\mathbf{x})\rvert", """
                   x = solve(A, y - b)
                   return -x @ x / 2 - n * np.log(2 * np.pi) / 2 + slogdet(A)[1]""", None,
                     "stretching thins a density out; it does not add to it",
                     unnamed="an equality of values: no derivative is checked"),),
        note=r"Shown for $\mathbf{f}(\mathbf{x}) = A\mathbf{x} + \mathbf{b}$ and a standard normal "
             r"$\mathbf{x}$, where $p_Y$ is known otherwise.",
        refs="G03.7", chapter=3, section="sec-3-volume"),

    # einsum
    Identity(
        "einsum, pulled back", "X: m n, Y: n k",
        of=(r"X_{ab}Y_{bc}", "np.einsum('ab,bc->ac', X, Y)"),
        pullback=(r"G_{ac}Y_{bc}", "np.einsum('ac,bc->ab', G, Y)"),
        reason=r"$\langle G, F\rangle = G_{ac}X_{ab}Y_{bc}$: what stands beside $X_{ab}$, summed over the "
               "letters that $X$ has not.",
        wrong=(Wrong(r"G_{bc}Y_{ac}", "np.einsum('bc,ac->ab', G, Y)", "transposed",
                     "the letters of the result were mixed up"),),
        note="Exchange the output with the operand: `ab,bc->ac` becomes `ac,bc->ab`.",
        refs="G18.5", chapter=18, section="sec-18-einsum"),
)
