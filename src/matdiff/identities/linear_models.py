"""Linear models: least squares, ridge, logistic regression, principal components.

N examples are the rows of X, n features its columns.
"""
from .entry import Identity, Views, Wrong

ENTRIES = (
    # The loss of least squares

    Identity(
        "squared residual of least squares", "w: n, X: N n, y: N",
        of=(r"\tfrac1{2N}\lVert X\mathbf{w} - \mathbf{y}\rVert^2", "norm(X @ w - y)**2 / (2 * N)"),
        gradient=(r"\tfrac1NX^\top(X\mathbf{w} - \mathbf{y})", "X.T @ (X @ w - y) / N"),
        hessian=(r"\tfrac1NX^\top X", "X.T @ X / N"),
        equals=(r"\tfrac1{2N}(X\mathbf{w} - \mathbf{y})^\top(X\mathbf{w} - \mathbf{y})",
                "(X @ w - y) @ (X @ w - y) / (2 * N)"),
        reason=r"$dL = \tfrac1N\mathbf{r}^\top d\mathbf{r}$ with $d\mathbf{r} = X\,d\mathbf{w}$. "
               "The Hessian is a Gram matrix, so stationary means minimal.",
        wrong=(Wrong(r"X^\top(X\mathbf{w} - \mathbf{y})", "X.T @ (X @ w - y)", "factor",
                     "the sum of squares, not the mean"),
               Wrong(r"\tfrac1NX^\top(\mathbf{y} - X\mathbf{w})", "X.T @ (y - X @ w) / N", "sign",
                     "the residual the other way round"),
               Wrong(r"\tfrac1N\operatorname{diag}(X\mathbf{w} - \mathbf{y})X",
                     "X * (X @ w - y)[:, None] / N",
                     "not summed over the batch",
                     "one gradient for each example")),
        other=(r"\tfrac1N(X\mathbf{w} - \mathbf{y})^\top X", "(X @ w - y) @ X / N"),
        views=Views(
            indices=(r"\frac{\partial L}{\partial w_k} = \frac1N\sum_i X_{ik}\Bigl(\sum_j X_{ij}w_j - "
                     r"y_i\Bigr)", """
                g = np.zeros(n)
                for k in range(n):
                    for i in range(N):
                        r = -y[i]
                        for j in range(n):
                            r += X[i, j] * w[j]
                        g[k] += X[i, k] * r / N
                return g"""),
            einsum=(r"\tfrac1N\bigl(X_{ik}X_{ij}w_j - X_{ik}y_i\bigr)",
                    "(np.einsum('ik,ij,j->k', X, X, w) - np.einsum('ik,i->k', X, y)) / N"),
            differential=(r"dL = \tfrac1N(X\mathbf{w} - \mathbf{y})^\top X\,d\mathbf{w}",
                          "(X @ w - y) @ (X @ dw) / N"),
            steps=("Multiply out: the sums over $j$ inside and over $i$ outside become repeated indices.",
                   r"Multiply by $dw_k$ and sum over $k$: $X_{ik}dw_k$ is the change of residual $i$.",
                   r"What stands before $d\mathbf{w}$ is a row: transposed, it is the gradient.")),
        note="Averaged over the $N$ examples and halved; libraries average over all entries and do not "
             "halve.",
        refs="S02-C04 S16-C04 S16-C08 S16-C19 S16-C20 G16.1a E25", chapter=2, section="sec-2-squared",
        also="MSE quadratic loss"),

    Identity(
        "squared residual, multiplied out", "w: n, X: N n, y: N",
        of=(r"2NL", "norm(X @ w - y)**2"),
        equals=(r"\mathbf{w}^\top X^\top X\mathbf{w} - 2\mathbf{y}^\top X\mathbf{w} + "
                r"\mathbf{y}^\top\mathbf{y}", "w @ X.T @ X @ w - 2 * y @ X @ w + y @ y"),
        reason=r"The two mixed terms are numbers, each the transpose of the other.",
        wrong=(Wrong(r"\mathbf{w}^\top X^\top X\mathbf{w} - \mathbf{y}^\top X\mathbf{w} + "
                     r"\mathbf{y}^\top\mathbf{y}",
                     "w @ X.T @ X @ w - y @ X @ w + y @ y", None, "there are two mixed terms",
                     unnamed="two numbers are compared, not two derivatives"),),
        note=r"$L(\mathbf{w}) = \tfrac1{2N}\lVert X\mathbf{w} - \mathbf{y}\rVert^2$.",
        refs="S16-C07", chapter=16, section="sec-16-loss"),

    Identity(
        "gradient descent on least squares", "w: n, X: N n, y: N, eta: positive",
        of=(r"\mathbf{w}_+ - \mathbf{w}^\star", """
            best = pinv(X) @ y
            return w - eta * X.T @ (X @ w - y) / N - best"""),
        equals=(r"\bigl(I - \tfrac\eta NX^\top X\bigr)(\mathbf{w} - \mathbf{w}^\star)", """
            best = pinv(X) @ y
            return (np.eye(n) - eta / N * X.T @ X) @ (w - best)"""),
        reason=r"$\nabla L = \tfrac1NX^\top X(\mathbf{w} - \mathbf{w}^\star)$, so a step multiplies the "
               r"error by a matrix, of norm below 1 for $0 < \eta < 2/\lambda_{\max}(\tfrac1NX^\top X)$ and "
               "$X$ of full column rank.",
        wrong=(Wrong(r"\bigl(I - \eta X^\top X\bigr)(\mathbf{w} - \mathbf{w}^\star)", """
                     best = pinv(X) @ y
                     return (np.eye(n) - eta * X.T @ X) @ (w - best)""", None,
                     "the mean in the loss was forgotten",
                     unnamed="two vectors are compared, not two derivatives"),),
        symbolic="the pseudo-inverse",
        note=r"$\mathbf{w}_+ = \mathbf{w} - \eta\,\nabla L(\mathbf{w})$ is the next step, "
             r"$\mathbf{w}^\star = X^+\mathbf{y}$ the end.",
        refs="G16.1b", chapter=16, section="sec-16-descent", also="convergence"),

    Identity(
        "rank of the Gram matrix", "A: N k, B: k n; X = A @ B",
        of=(r"\operatorname{rank}(X^\top X)", "matrix_rank(X.T @ X)"),
        equals=(r"\operatorname{rank}X", "matrix_rank(X)"),
        reason=r"$X^\top X\mathbf{v} = 0$ gives $\lVert X\mathbf{v}\rVert^2 = 0$: "
               "the two have the same null space. "
               "So the loss is strictly convex exactly for full column rank.",
        wrong=(Wrong(r"n,\ \text{the number of columns}", "n", None, "right for full column rank",
                     unnamed="two numbers are compared, not two derivatives"),),
        symbolic="the rank",
        note="For complex $X$ it takes $X^{\\mathsf H}X$.",
        refs="G16.1c", chapter=16, section="sec-16-normal", also="strictly convex"),

    # Its solution

    Identity(
        "least-squares solution", "X: N n, y: N",
        of=(r"\operatorname*{argmin}_{\mathbf{w}}\,\lVert X\mathbf{w} - \mathbf{y}\rVert^2", "pinv(X) @ y"),
        equals=(r"(X^\top X)^{-1}X^\top\mathbf{y}", "solve(X.T @ X, X.T @ y)"),
        reason=r"The gradient vanishes where $X^\top X\mathbf{w} = X^\top\mathbf{y}$, the normal equations; "
               "the Hessian is not negative.",
        conditions={"$X$ has full column rank": "X[:, 1] = 0"},
        wrong=(Wrong(r"X^\top\mathbf{y}", "X.T @ y", None, "right if the columns are orthonormal",
                     unnamed="two vectors are compared, not two derivatives"),),
        symbolic="the pseudo-inverse",
        note=r"Without full rank $X^+\mathbf{y}$ is the shortest of the minimisers. "
             r"To compute it, take QR or SVD of $X$: $X^\top X$ squares the condition number.",
        refs="S16-C10 S16-C21 E16 E51", chapter=16, section="sec-16-normal", also="normal equation OLS"),

    Identity(
        "residual orthogonal to the columns", "X: N n, y: N",
        of=(r"X^\top(X\mathbf{w}^\star - \mathbf{y})", "X.T @ (X @ solve(X.T @ X, X.T @ y) - y)"),
        equals=(r"0", "np.zeros(n)"),
        reason="The normal equations, moved to one side: "
               r"$X\mathbf{w}^\star$ is the projection of $\mathbf{y}$ on the column space.",
        wrong=(Wrong(r"\mathbf{y} - X\mathbf{w}^\star = 0", "y - X @ solve(X.T @ X, X.T @ y)", "shape",
                     "the residual is orthogonal to the columns, it does not vanish"),),
        symbolic="the fractions of the inverse grow too long",
        note=r"$\mathbf{w}^\star$ is the solution. It holds for every minimiser, also where $X$ lacks full "
             "rank; the code needs the rank, for it inverts.",
        refs="S16-C18", chapter=16, section="sec-16-projection", also="normal equation"),

    Identity(
        "least squares by QR", "X: N n, y: N",
        of=(r"X^+\mathbf{y}", "pinv(X) @ y"),
        equals=(r"R^{-1}Q^\top\mathbf{y}", """
            Q, R = qr(X)
            return solve(R, Q.T @ y)"""),
        reason=r"With $X = QR$ it is $X^\top X = R^\top R$, and $R^\top$ cancels in the normal equations.",
        conditions={"$X$ has full column rank": "X[:, 1] = 0"},
        wrong=(Wrong(r"Q^\top\mathbf{y}", "qr(X)[0].T @ y", None,
                     "the coefficients for the columns of $Q$, not for those of $X$",
                     unnamed="two vectors are compared, not two derivatives"),),
        symbolic="QR",
        refs="G16.2a E16", chapter=16, section="sec-16-solve"),

    Identity(
        "least squares by SVD", "A: N k, B: k n, y: N; X = A @ B",
        of=(r"X^+\mathbf{y}", "pinv(X) @ y"),
        equals=(r"\sum_{\sigma_i > 0}\frac{\mathbf{u}_i^\top\mathbf{y}}{\sigma_i}\mathbf{v}_i", """
            U, s, Vt = svd(X, full_matrices=False)
            r = matrix_rank(X)
            return Vt[:r].T @ ((U.T @ y)[:r] / s[:r])"""),
        reason=r"In the singular bases $X$ is diagonal, and each $\sigma_i > 0$ is inverted by itself.",
        wrong=(Wrong(r"\sum_i\frac{\mathbf{u}_i^\top\mathbf{y}}{\sigma_i}\mathbf{v}_i", """
                     U, s, Vt = svd(X, full_matrices=False)
                     return Vt.T @ (U.T @ y / s)""", None,
                     r"a $\sigma_i$ that is 0 up to rounding must not be inverted",
                     unnamed="two vectors are compared, not two derivatives"),),
        symbolic="SVD",
        refs="G16.2b", chapter=16, section="sec-16-solve"),

    Identity(
        "condition of the normal equations", "X: N n",
        of=(r"\kappa(X^\top X)", "np.linalg.cond(X.T @ X)"),
        equals=(r"\kappa(X)^2", "np.linalg.cond(X)**2"),
        reason=r"The eigenvalues of $X^\top X$ are the squares of the singular values of $X$.",
        wrong=(Wrong(r"\kappa(X)", "np.linalg.cond(X)", None,
                     "the price of forming the product is overlooked",
                     unnamed="two numbers are compared, not two derivatives"),),
        symbolic="singular values",
        refs="G16.2c E16", chapter=16, section="sec-16-solve"),

    Identity(
        "ridge, primal and dual", "X: N n, y: N, lam: positive",
        of=(r"\mathbf{w}_\lambda", "solve(X.T @ X + N * lam * np.eye(n), X.T @ y)"),
        equals=(r"X^\top(XX^\top + N\lambda I)^{-1}\mathbf{y}",
                "X.T @ solve(X @ X.T + N * lam * np.eye(N), y)"),
        reason=r"$X^\top(XX^\top + cI) = (X^\top X + cI)X^\top$: multiply by the two inverses.",
        conditions={r"$\lambda > 0$, unless $X$ is square and invertible": "lam = 0; X[1:] = X[0]"},
        wrong=(Wrong(r"(X^\top X + \lambda I)^{-1}X^\top\mathbf{y}",
                     "solve(X.T @ X + lam * np.eye(n), X.T @ y)", None,
                     r"without the $N$ it belongs to a loss that sums and does not average",
                     unnamed="two vectors are compared, not two derivatives"),),
        symbolic="the fractions of the inverse grow too long",
        note=r"The primal form is $\mathbf{w}_\lambda = (X^\top X + N\lambda I)^{-1}X^\top\mathbf{y}$, the "
             r"minimiser of $\tfrac1{2N}\lVert X\mathbf{w} - \mathbf{y}\rVert^2 + "
             r"\tfrac\lambda2\lVert\mathbf{w}\rVert^2$.",
        refs="G16.3 E03", chapter=16, section="sec-16-neighbours"),

    # The hat matrix

    Identity(
        "hat matrix is a projection", "X: N n",
        of=(r"HH^\top", """
            H = X @ solve(X.T @ X, X.T)
            return H @ H.T"""),
        equals=(r"H = X(X^\top X)^{-1}X^\top", "X @ solve(X.T @ X, X.T)"),
        reason=r"In $H H^\top$ the middle $X^\top X$ meets its inverse. "
               r"$H = HH^\top$ says both $H = H^\top$ and $H^2 = H$.",
        wrong=(Wrong(r"XX^\top", "X @ X.T", None, "right if the columns are orthonormal",
                     unnamed="two matrices are compared, not two derivatives"),),
        conditions={"$X$ has full column rank": "X[:, 1] = 0"},
        symbolic="the fractions of the inverse grow too long",
        refs="G16.4a", chapter=16, section="sec-16-projection"),

    Identity(
        "trace of the hat matrix", "X: N n",
        of=(r"\operatorname{tr}\bigl(X(X^\top X)^{-1}X^\top\bigr)", "np.trace(X @ solve(X.T @ X, X.T))"),
        equals=(r"n", "n"),
        reason=r"Turned round, it is the trace of $(X^\top X)^{-1}X^\top X = I$.",
        wrong=(Wrong(r"N", "N", None, "the trace of the identity on all examples, not on the fitted space",
                     unnamed="two numbers are compared, not two derivatives"),),
        conditions={"$X$ has full column rank": "X[:, 1] = 0"},
        symbolic="the fractions of the inverse grow too long",
        note="$n$ is the number of columns; without the condition the trace of the projection is the rank.",
        refs="G16.4b", chapter=16, section="sec-16-projection", also="degrees of freedom"),

    Identity(
        "leave-one-out residual", "X: N n, y: N",
        of=(r"y_i - \mathbf{x}_i^\top\mathbf{w}^\star_{(-i)}", """
            without = lambda i: (np.delete(X, i, 0), np.delete(y, i))
            fit = lambda X, y: solve(X.T @ X, X.T @ y)
            return np.array([y[i] - X[i] @ fit(*without(i)) for i in range(N)])"""),
        equals=(r"\frac{r_i}{1 - h_{ii}}", """
            H = X @ solve(X.T @ X, X.T)
            return (y - H @ y) / (1 - np.diag(H))"""),
        reason=r"Sherman–Morrison for $X^\top X - \mathbf{x}_i\mathbf{x}_i^\top$: "
               "all $N$ refits from one fit.",
        conditions={"$h_{ii} < 1$: the others determine the fit": "X[:, 0] = 0 * y; X[0, 0] = 1"},
        wrong=(Wrong(r"r_i", "y - X @ solve(X.T @ X, X.T @ y)", None,
                     "the residual of a fit that has seen example $i$ is too small",
                     unnamed="two vectors are compared, not two derivatives"),),
        symbolic="at 2 × 2 nothing is left to fit",
        note=r"$r_i$ is the residual of the fit to all, $h_{ii}$ an entry on the diagonal of "
             r"$H = X(X^\top X)^{-1}X^\top$.",
        refs="G16.4c", chapter=16, section="sec-16-leverage", also="cross-validation PRESS"),

    # Variants

    Identity(
        "least squares with several outputs", "X: N n, Y: N k",
        of=(r"W^\star",
            "np.column_stack([pinv(X) @ Y[:, j] for j in range(k)])"),
        equals=(r"(X^\top X)^{-1}X^\top Y", "solve(X.T @ X, X.T @ Y)"),
        reason=r"The loss is a sum over the columns of $Y$, and each has its own column of $W$.",
        conditions={"$X$ has full column rank": "X[:, 1] = 0"},
        wrong=(Wrong(r"\tfrac1k(X^\top X)^{-1}X^\top Y", "solve(X.T @ X, X.T @ Y) / k", None,
                     "to average the loss over the outputs does not move its minimiser",
                     unnamed="two matrices are compared, not two derivatives"),),
        symbolic="the pseudo-inverse",
        note=r"$W^\star$ minimises $\lVert XW - Y\rVert_F^2$.",
        refs="G16.5a", chapter=16, section="sec-16-neighbours"),

    Identity(
        "generalised least squares", "X: N n, y: N, Omega: N N positive definite",
        of=(r"\mathbf{w}^\star", """
            L = cholesky(Omega)             # L⁻¹r is white
            return pinv(solve(L, X)) @ solve(L, y)"""),
        equals=(r"(X^\top\Omega^{-1}X)^{-1}X^\top\Omega^{-1}\mathbf{y}", """
            P = inv(Omega)
            return solve(X.T @ P @ X, X.T @ P @ y)"""),
        reason=r"With $\Omega = LL^\top$ it is least squares with $L^{-1}X$ and $L^{-1}\mathbf{y}$.",
        conditions={r"$\Omega$ is positive definite": "Omega = Omega - 2 * np.eye(N)",
                    "$X$ has full column rank": "X[:, 1] = 0"},
        wrong=(Wrong(r"(X^\top\Omega X)^{-1}X^\top\Omega\mathbf{y}",
                     "solve(X.T @ Omega @ X, X.T @ Omega @ y)", None,
                     "large variances get large weights: the inverse was forgotten",
                     unnamed="two vectors are compared, not two derivatives"),),
        symbolic="Cholesky factors and the pseudo-inverse",
        note=r"$\mathbf{w}^\star$ minimises $\mathbf{e}^\top\Omega^{-1}\mathbf{e}$ with $\mathbf{e} = "
             r"X\mathbf{w} - \mathbf{y}$.",
        refs="G16.5b", chapter=16, section="sec-16-neighbours",
        also="generalized least squares weighted Aitken GLS"),

    Identity(
        "intercept by centring", "X: N n, y: N",
        of=(r"(b^\star, \mathbf{w}^\star)",
            "pinv(np.column_stack([np.ones(N), X])) @ y"),
        equals=(r"(\bar y - \bar{\mathbf{x}}^\top\mathbf{w},\ \mathbf{w})", """
            Xc, yc = X - np.mean(X, axis=0), y - np.mean(y)
            w = solve(Xc.T @ Xc, Xc.T @ yc)
            return np.append(np.mean(y) - np.mean(X, axis=0) @ w, w)"""),
        reason=r"$\partial L/\partial b = 0$ puts $b$ at $\bar y - \bar{\mathbf{x}}^\top\mathbf{w}$; "
               "put in, it centres both sides.",
        conditions={r"the centred $X$ has full column rank": "X[:, 1] = 1"},
        wrong=(Wrong(r"(\bar y, \mathbf{w})", """
                     Xc, yc = X - np.mean(X, axis=0), y - np.mean(y)
                     return np.append(np.mean(y), solve(Xc.T @ Xc, Xc.T @ yc))""", None,
                     "the intercept of the centred features, not of the given ones",
                     unnamed="two vectors are compared, not two derivatives"),),
        symbolic="the pseudo-inverse",
        note=r"$b^\star, \mathbf{w}^\star$ minimise $\lVert X\mathbf{w} + b\mathbf{1} - \mathbf{y}\rVert$; "
             r"$\mathbf{w} = (X_c^\top X_c)^{-1}X_c^\top\mathbf{y}_c$ with the centred $X_c$ "
             r"and $\mathbf{y}_c$.",
        refs="G16.6", chapter=16, section="sec-16-projection", also="bias"),

    Identity(
        "constrained least squares", "X: N n, y: N, A: n n, c: n; A = A[1:]; c = c[1:]",
        of=(r"\mathbf{w}^\star", """
            w = pinv(A) @ c                         # one solution, and a basis of all steps from it
            Z = svd(A)[2][len(A):].T
            return w + Z @ pinv(X @ Z) @ (y - X @ w)"""),
        equals=(r"\mathbf{w}\text{ of }K\begin{bmatrix}\mathbf{w}\\\boldsymbol\nu\end{bmatrix} = "
                r"\begin{bmatrix}X^\top\mathbf{y}\\\mathbf{c}\end{bmatrix}", """
            K = np.block([[X.T @ X, A.T], [A, np.zeros((len(A), len(A)))]])
            return solve(K, np.append(X.T @ y, c))[:n]"""),
        reason=r"Stationary for the Lagrangian $\tfrac12\lVert\mathbf{r}\rVert^2 + "
               r"\boldsymbol\nu^\top(A\mathbf{w} - \mathbf{c})$, and feasible.",
        conditions={"$A$ has full row rank": "A[0] = 0",
                    "no direction is free in both $X$ and $A$": "X[:, 1] = 0; A[:, 1] = 0"},
        wrong=(Wrong(r"(X^\top X)^{-1}X^\top\mathbf{y}", "solve(X.T @ X, X.T @ y)", None,
                     "the constraint was left out",
                     unnamed="two vectors are compared, not two derivatives"),),
        symbolic="the pseudo-inverse and SVD",
        note=r"$\mathbf{w}^\star$ minimises $\lVert X\mathbf{w} - \mathbf{y}\rVert$ under $A\mathbf{w} = "
             r"\mathbf{c}$; $K = \begin{bmatrix}X^\top X & A^\top\\A & 0\end{bmatrix}$.",
        refs="G16.9", chapter=16, section="sec-16-neighbours", also="KKT Lagrange multipliers"),

    # How the solution moves

    Identity(
        "sensitivity of least squares", "X: N n, y: N",
        of=(r"(X^\top X)^{-1}X^\top\mathbf{y}", "solve(X.T @ X, X.T @ y)"),
        differential=(r"K\bigl[dX^\top\mathbf{r} + X^\top(d\mathbf{y} - dX\,\mathbf{w}^\star)\bigr]", """
            w = solve(X.T @ X, X.T @ y)
            r = y - X @ w
            return solve(X.T @ X, dX.T @ r + X.T @ (dy - dX @ w))"""),
        reason=r"Differentiate $X^\top X\mathbf{w} = X^\top\mathbf{y}$ and solve for $d\mathbf{w}$.",
        conditions={"$X$ has full column rank": "X[:, 1] = 0"},
        wrong=(Wrong(r"(X^\top X)^{-1}X^\top(d\mathbf{y} - dX\,\mathbf{w}^\star)", """
                     w = solve(X.T @ X, X.T @ y)
                     return solve(X.T @ X, X.T @ (dy - dX @ w))""", None,
                     r"the first $X^\top$ was held: right if the residual vanishes",
                     unnamed="a term is missing, but to the checker the inputs that move are one vector"),
               Wrong(r"X^+d\mathbf{y}", "solve(X.T @ X, X.T @ dy)", None, "only the data were moved",
                     unnamed="to the checker the inputs that move are one vector")),
        symbolic="the fractions of the inverse grow too long",
        note=r"$\mathbf{w}^\star$ is the solution, $\mathbf{r} = \mathbf{y} - X\mathbf{w}^\star$, "
             r"$K = (X^\top X)^{-1}$.",
        refs="G16.7", chapter=16, section="sec-16-leverage", also="perturbation"),

    Identity(
        "argmin of a weighted fit, by its weights", "theta: N, X: N n, y: N",
        of=(r"\operatorname*{argmin}_{\mathbf{w}}f(\mathbf{w}, \boldsymbol\theta)", """
            E = np.diag(np.exp(theta))
            return solve(X.T @ E @ X, X.T @ E @ y)"""),
        jacobian=(r"-(\nabla^2_{\mathbf{w}\mathbf{w}}f)^{-1}\,\nabla^2_{\mathbf{w}\boldsymbol\theta}f", """
            E = np.diag(np.exp(theta))
            w = solve(X.T @ E @ X, X.T @ E @ y)
            fww, fwt = X.T @ E @ X, X.T @ E @ np.diag(X @ w - y)
            return -solve(fww, fwt)"""),
        reason=r"Differentiate $\nabla_{\mathbf{w}}f(\mathbf{w}^\star(\boldsymbol\theta), "
               r"\boldsymbol\theta) = 0$: $\nabla^2_{\mathbf{w}\mathbf{w}}f\,d\mathbf{w} + "
               r"\nabla^2_{\mathbf{w}\boldsymbol\theta}f\,d\boldsymbol\theta = 0$.",
        conditions={r"$\nabla^2_{\mathbf{w}\mathbf{w}}f$ is invertible": "X[:, 1] = 0"},
        wrong=(Wrong(r"(\nabla^2_{\mathbf{w}\mathbf{w}}f)^{-1}\,\nabla^2_{\mathbf{w}\boldsymbol\theta}f", """
                     E = np.diag(np.exp(theta))
                     w = solve(X.T @ E @ X, X.T @ E @ y)
                     return solve(X.T @ E @ X, X.T @ E @ np.diag(X @ w - y))""", "sign",
                     "the second term was not moved to the other side"),),
        symbolic="the fractions of the inverse grow too long",
        note=r"The code takes $f = \tfrac12\sum_ie^{\theta_i}(\mathbf{x}_i^\top\mathbf{w} - y_i)^2$: "
             "examples whose weights may move.",
        refs="G18.3", chapter=18, section="sec-18-argmin", also="differentiating an argmin implicit bilevel optimization"),

    # Other losses of the residuals

    Identity(
        "Huber loss of the residuals", "w: n, X: N n, y: N, c: positive",
        of=(r"\sum_i\rho_c(y_i - \mathbf{x}_i^\top\mathbf{w})", """
            r = np.abs(y - X @ w)
            return np.sum(np.where(r <= c, r**2 / 2, c * r - c**2 / 2))"""),
        gradient=(r"-X^\top\boldsymbol\psi", "-X.T @ np.clip(y - X @ w, -c, c)"),
        reason=r"$\rho_c$ has the slope $r$ up to $c$ and $\pm c$ beyond, without a kink.",
        wrong=(Wrong(r"-X^\top\mathbf{r}", "-X.T @ (y - X @ w)", None,
                     "least squares: the large residuals were not clipped",
                     unnamed="it is the gradient of another function, right where no residual exceeds $c$"),),
        symbolic="pieces",
        note=r"$\rho_c(r) = \tfrac12r^2$ for $|r| \le c$ and $c|r| - \tfrac12c^2$ beyond; "
             r"$\psi_i$ is $r_i = y_i - \mathbf{x}_i^\top\mathbf{w}$ clipped to $[-c, c]$.",
        chapter=16, section="sec-16-robust", also="robust regression M-estimator IRLS"),

    # Logistic regression and other generalised linear models

    Identity(
        "logistic loss, by its logits", "z: N, y: N 0 or 1",
        of=(r"\tfrac1N\sum_i\bigl(\log(1 + e^{z_i}) - y_iz_i\bigr)",
            "np.mean(np.log(1 + np.exp(z)) - y * z)"),
        gradient=(r"\tfrac1N(\sigma(\mathbf{z}) - \mathbf{y})", "(1 / (1 + np.exp(-z)) - y) / N"),
        reason=r"$\log(1 + e^z)$ has the slope $e^z/(1 + e^z) = \sigma(z)$.",
        wrong=(Wrong(r"\tfrac1N(\mathbf{z} - \mathbf{y})", "(z - y) / N", "missing chain factor",
                     r"$\hat{\mathbf{y}}$ was read as the logits, as in linear regression"),
               Wrong(r"\sigma(\mathbf{z}) - \mathbf{y}", "1 / (1 + np.exp(-z)) - y", "factor",
                     "the sum, not the mean")),
        refs="S02-C14 S02-C15 E51", chapter=2, section="sec-2-logistic", also="sigmoid cross-entropy"),

    Identity(
        "logistic loss, by its weights", "w: n, X: N n, y: N 0 or 1",
        of=(r"\tfrac1N\sum_i\bigl(\log(1 + e^{z_i}) - y_iz_i\bigr)", """
            z = X @ w
            return np.mean(np.log(1 + np.exp(z)) - y * z)"""),
        gradient=(r"\tfrac1NX^\top(\sigma(X\mathbf{w}) - \mathbf{y})",
                  "X.T @ (1 / (1 + np.exp(-X @ w)) - y) / N"),
        hessian=(r"\tfrac1NX^\top\operatorname{diag}(\boldsymbol\sigma(1 - \boldsymbol\sigma))X", """
            p = 1 / (1 + np.exp(-X @ w))
            return X.T @ np.diag(p * (1 - p)) @ X / N"""),
        reason=r"$\mathbf{z} = X\mathbf{w}$: the gradient by the logits, multiplied by $X^\top$. "
               r"$\boldsymbol\sigma = \sigma(X\mathbf{w})$ has the slopes "
               r"$\boldsymbol\sigma(1 - \boldsymbol\sigma)$.",
        wrong=(Wrong(r"X^\top(\sigma(X\mathbf{w}) - \mathbf{y})", "X.T @ (1 / (1 + np.exp(-X @ w)) - y)",
                     "factor", "the sum, not the mean"),
               Wrong(r"\tfrac1NX^\top(X\mathbf{w} - \mathbf{y})", "X.T @ (X @ w - y) / N",
                     "missing chain factor",
                     r"$\hat{\mathbf{y}}$ was read as $X\mathbf{w}$, as in linear regression")),
        other=(r"\tfrac1N(\sigma(X\mathbf{w}) - \mathbf{y})^\top X",
               "(1 / (1 + np.exp(-X @ w)) - y) @ X / N"),
        refs="S02-C16 E51", chapter=2, section="sec-2-logistic", also="sigmoid cross-entropy"),

    Identity(
        "Newton step of logistic regression", "w: n, X: N n, y: N 0 or 1",
        of=(r"\mathbf{w}_+", """
            p = 1 / (1 + np.exp(-X @ w))
            S = np.diag(p * (1 - p))
            return w - solve(X.T @ S @ X, X.T @ (p - y))"""),
        equals=(r"(X^\top SX)^{-1}X^\top S\mathbf{t}", """
            p = 1 / (1 + np.exp(-X @ w))
            S = np.diag(p * (1 - p))
            return solve(X.T @ S @ X, X.T @ S @ (X @ w - (p - y) / (p * (1 - p))))"""),
        reason=r"$\mathbf{w} = (X^\top SX)^{-1}X^\top SX\mathbf{w}$: "
               "each step is a weighted least-squares fit.",
        conditions={"$X$ has full column rank": "X[:, 1] = 0"},
        wrong=(Wrong(r"(X^\top X)^{-1}X^\top\bigl(X\mathbf{w} - (\boldsymbol\sigma - \mathbf{y})\bigr)", """
                     p = 1 / (1 + np.exp(-X @ w))
                     return solve(X.T @ X, X.T @ (X @ w - (p - y)))""", None, "the weights were left out",
                     unnamed="two vectors are compared, not two derivatives"),),
        note=r"$\mathbf{w}_+ = \mathbf{w} - (X^\top SX)^{-1}X^\top(\boldsymbol\sigma - \mathbf{y})$ and "
             r"$\mathbf{t} = X\mathbf{w} - S^{-1}(\boldsymbol\sigma - \mathbf{y})$ with "
             r"$S = \operatorname{diag}(\boldsymbol\sigma(1 - \boldsymbol\sigma))$, "
             r"$\boldsymbol\sigma = \sigma(X\mathbf{w})$. The loss has no minimiser in closed form; "
             "the step is repeated until it stands still.",
        symbolic="the fractions of the inverse grow too long",
        refs="G16.8", chapter=16, section="sec-16-logistic", also="IRLS"),

    Identity(
        "Poisson loss, by its weights", "w: n, X: N n, y: N",
        of=(r"\tfrac1N\sum_i(e^{z_i} - y_iz_i),\ \mathbf{z} = X\mathbf{w}", """
            z = X @ w
            return np.mean(np.exp(z) - y * z)"""),
        gradient=(r"\tfrac1NX^\top(e^{X\mathbf{w}} - \mathbf{y})", "X.T @ (np.exp(X @ w) - y) / N"),
        hessian=(r"\tfrac1NX^\top\operatorname{diag}(e^{X\mathbf{w}})X",
                 "X.T @ np.diag(np.exp(X @ w)) @ X / N"),
        reason=r"$e^z - yz$ has the slope $e^z - y$ and the curvature $e^z$; $d\mathbf{z} = X\,d\mathbf{w}$.",
        wrong=(Wrong(r"\tfrac1NX^\top(X\mathbf{w} - \log\mathbf{y})",
                     "X.T @ (X @ w - np.log(np.abs(y))) / N", None,
                     "least squares on the logarithms, another fit",
                     unnamed="it is the gradient of another function"),),
        note=r"The mean of a count is modelled as $e^{z_i}$; $\log(y_i!)$, which does not move with "
             r"$\mathbf{w}$, is left out.",
        chapter=16, section="sec-16-glm", also="count regression GLM log link"),

    # Principal components

    Identity(
        "gap to the largest eigenvalues", "C: N N symmetric, V: N n orthonormal columns",
        of=(r"\gamma(V)",
            "np.sum(eigvalsh(C)[-n:]) - np.trace(V.T @ C @ V)"),
        equals=(r"\begin{aligned}&\sum_{i\le n}(\lambda_i - \lambda_n)(1 - \lVert "
                r"V^\top\mathbf{q}_i\rVert^2)\\"
                r"&+ \sum_{i > n}(\lambda_n - \lambda_i)\lVert V^\top\mathbf{q}_i\rVert^2\end{aligned}", """
            ascending, Q = eigh(C)
            lam, inside = ascending[::-1], np.sum((V.T @ Q[:, ::-1])**2, axis=0)
            top = (lam[:n] - lam[n - 1]) @ (1 - inside[:n])
            return top + (lam[n - 1] - lam[n:]) @ inside[n:]"""),
        reason=r"$\operatorname{tr}(V^\top CV) = \sum_i\lambda_i\lVert V^\top\mathbf{q}_i\rVert^2$, "
               "and these squares add up to $n$. No term is negative, and all vanish for the leading "
               r"eigenvectors: $\max_V\operatorname{tr}(V^\top CV) = \sum_{i\le n}\lambda_i$.",
        conditions={r"$V^\top V = I$": "V: N n", "$C$ is symmetric": "C: N N"},
        wrong=(Wrong(r"\sum_{i > n}(\lambda_n - \lambda_i)\lVert V^\top\mathbf{q}_i\rVert^2", """
                     ascending, Q = eigh(C)
                     lam, inside = ascending[::-1], np.sum((V.T @ Q[:, ::-1])**2, axis=0)
                     return (lam[n - 1] - lam[n:]) @ inside[n:]""", None,
                     "what is missed of the leading directions costs as well",
                     unnamed="two numbers are compared, not two derivatives"),),
        symbolic="eigenvalues",
        note=r"$\gamma(V) = \sum_{i\le n}\lambda_i - \operatorname{tr}(V^\top CV)$. "
             "Principal components are an eigenproblem, without normal equations; "
             "$C$ is a covariance only of centred data.",
        refs="G16.10a E18 E42", chapter=16, section="sec-16-neighbours", also="PCA Ky Fan Rayleigh"),

    Identity(
        "stationary subspace of a covariance",
        "C: N N symmetric, R: n n orthogonal; V = eigh(C)[1][:, -n:] @ R",
        of=(r"CV", "C @ V"),
        equals=(r"V\Lambda,\ \Lambda = V^\top CV", "V @ (V.T @ C @ V)"),
        reason=r"On $V^\top V = I$ the gradient $2CV$ of $\operatorname{tr}(V^\top CV)$ must have no part "
               r"along the constraint: $(I - VV^\top)CV = 0$.",
        conditions={"$C$ maps the span of the columns of $V$ into itself": "V = qr(V + C[:, :n])[0]",
                    r"$V^\top V = I$": "V = 2 * V"},
        wrong=(Wrong(r"V\operatorname{diag}(\lambda_1, \dots, \lambda_n)", "V @ np.diag(eigvalsh(C)[-n:])",
                     None,
                     "right if the columns of $V$ are eigenvectors themselves; "
                     r"$\Lambda$ need not be diagonal",
                     unnamed="two matrices are compared, not two derivatives"),),
        symbolic="eigenvectors",
        refs="G16.10b", chapter=16, section="sec-16-neighbours", also="PCA"),
)
