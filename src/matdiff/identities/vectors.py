"""Linear and quadratic forms of vectors."""
from .entry import Identity, Views, Wrong

ENTRIES = (
    Identity(
        "quadratic form", "x: n, A: n n",
        of=(r"\mathbf{x}^\top A\mathbf{x}", "x @ A @ x"),
        gradient=(r"(A + A^\top)\mathbf{x}", "(A + A.T) @ x"),
        hessian=(r"A + A^\top", "A + A.T"),
        reason=r"$df = d\mathbf{x}^\top A\mathbf{x} + \mathbf{x}^\top A\,d\mathbf{x}$: $\mathbf{x}$ stands there twice.",
        wrong=(Wrong(r"2A\mathbf{x}", "2 * A @ x", "not symmetrised", "right if $A$ is symmetric"),
               Wrong(r"A\mathbf{x}", "A @ x", "missing product-rule term", "one of the two factors was held")),
        other=(r"\mathbf{x}^\top(A + A^\top)", "x @ (A + A.T)"),
        views=Views(
            indices=(r"\frac{\partial f}{\partial x_k} = \sum_j A_{kj}x_j + \sum_i x_iA_{ik}", """
                g = np.zeros(n)
                for k in range(n):
                    for j in range(n):
                        g[k] += A[k, j] * x[j] + x[j] * A[j, k]
                return g"""),
            einsum=(r"A_{kj}x_j + A_{ik}x_i", "np.einsum('kj,j->k', A, x) + np.einsum('ik,i->k', A, x)"),
            differential=(r"df = d\mathbf{x}^\top A\mathbf{x} + \mathbf{x}^\top A\,d\mathbf{x}", "dx @ A @ x + x @ A @ dx"),
            steps=("A sum over a repeated index is an einsum: the index that stays is $k$.",
                   "Multiply by $dx_k$ and sum over $k$: the two sums are the two terms of the product rule.",
                   "Both terms are numbers: transpose the second, and $d\\mathbf{x}^\\top$ comes out to the left.")),
        refs="CB81 S16-C05", chapter=1, section="sec-1-rules"),

    Identity(
        "weighted residual in the signal", "s: n, x: m, A: m n, W: m m symmetric",
        of=(r"(\mathbf{x} - A\mathbf{s})^\top W(\mathbf{x} - A\mathbf{s})", "(x - A @ s) @ W @ (x - A @ s)"),
        gradient=(r"-2A^\top W(\mathbf{x} - A\mathbf{s})", "-2 * A.T @ W @ (x - A @ s)"),
        reason=r"$d\mathbf{r} = -A\,d\mathbf{s}$ in $2\mathbf{r}^\top W\,d\mathbf{r}$.",
        conditions={"$W$ is symmetric": "W: m m"},
        wrong=(Wrong(r"2A^\top W(\mathbf{x} - A\mathbf{s})", "2 * A.T @ W @ (x - A @ s)", "sign",
                     r"the inner derivative of $\mathbf{x} - A\mathbf{s}$ is $-A$"),),
        refs="CB84", chapter=1),
)
