"""Layers, losses and backpropagation.

The m examples of a batch are the rows of X; what a layer gives is XW + 1b^T.
"""
from .entry import Identity, Views, Wrong

# A network of two layers: tanh after the first, none after the second.
TWO_LAYERS = """
A = np.tanh(X @ W + b)
Z = A @ V + c
"""
# Three layers with the signals Z before and S after the activation, and the way back. Lists count from 1.
THREE_LAYERS = """
W, bias = [None, A, B, C], [None, a, b, c]
Z, S = [None], [X]
for l in (1, 2, 3):
    Z.append(S[l - 1] @ W[l] + bias[l])
    S.append(np.tanh(Z[l]))
"""
BACKWARDS = """
Delta = [None, None, None, (Z[3] - Y) / m]
for l in (2, 1):
    Delta[l] = (Delta[l + 1] @ W[l + 1].T) * (1 - S[l]**2)
"""
BATCH_NORM = """
s = np.sqrt(np.sum((X - np.sum(X, axis=0) / m)**2, axis=0) / m)
Xhat = (X - np.sum(X, axis=0) / m) / s
"""
ATTENTION = """
P = np.exp(Q @ K.T / np.sqrt(n))
P = P / np.sum(P, axis=1, keepdims=True)
"""
SIGNAL_AT_SCORES = """
dP = G @ V.T
dS = P * (dP - np.sum(P * dP, axis=1, keepdims=True))
"""

ENTRIES = (
    # A layer with a loss
    Identity(
        "gradient read off a differential", "W: n k, X: m n, Y: m k",
        of=(r"\sum_{ij}dL[E^{ij}]\,E^{ij}", """
            dL = lambda dW: np.trace((X @ W - Y).T @ X @ dW)
            E = lambda i, j: np.outer(np.eye(n)[i], np.eye(k)[j])
            return sum(dL(E(i, j)) * E(i, j) for i, j in np.ndindex(n, k))"""),
        equals=(r"\nabla_WL", "X.T @ (X @ W - Y)"),
        reason=r"$dL$ is linear in $dW$, so its values on the single-entry matrices decide it: exactly one "
               r"matrix has $dL = \operatorname{tr}((\nabla_WL)^\top dW)$ for every $dW$.",
        wrong=(Wrong(r"(\nabla_WL)^\top", "(X @ W - Y).T @ X", "shape",
                     r"$\operatorname{tr}(M\,dW)$ holds the transpose of the gradient"),),
        note=r"Shown for $L = \tfrac12\lVert XW - Y\rVert_F^2$ with $dL = \operatorname{tr}((XW - "
             r"Y)^\top X\,dW)$.",
        refs="G02.1", chapter=2, section="sec-2-definition", also="definition unique Frobenius"),

    Identity(
        "weights of a layer with a loss", "W: n k, X: m n, b: k, C: m k",
        of=(r"\ell(XW + \mathbf{1}\mathbf{b}^\top)", "np.sum(C * np.sin(X @ W + b))"),
        gradient=(r"X^\top G", "G = C * np.cos(X @ W + b)\nreturn X.T @ G"),
        differential=(r"\operatorname{tr}(G^\top X\,dW)",
                      "G = C * np.cos(X @ W + b)\nreturn np.trace(G.T @ X @ dW)"),
        reason=r"$dL = \operatorname{tr}(G^\top dZ)$ with $dZ = X\,dW$, and "
               r"$G^\top X = (X^\top G)^\top$.",
        wrong=(Wrong(r"G^\top X", "G = C * np.cos(X @ W + b)\nreturn G.T @ X", "transposed",
                     r"what stands before $dW$ in the trace; it is right for a layer $XW^\top$"),
               Wrong(r"GX^\top", "G = C * np.cos(X @ W + b)\nreturn G @ X.T", "raises",
                     r"the factors in the order of $dZ = X\,dW$"),
               Wrong(r"\tfrac1mX^\top G", "G = C * np.cos(X @ W + b)\nreturn X.T @ G / m", "factor",
                     "the mean over the batch is a part of the loss, so it is in $G$ already")),
        other=(r"G^\top X", "G = C * np.cos(X @ W + b)\nreturn G.T @ X"),
        views=Views(
            indices=(r"\frac{\partial L}{\partial W_{jl}} = \sum_iX_{ij}G_{il}", """
                G, D = C * np.cos(X @ W + b), np.zeros((n, k))
                for j in range(n):
                    for l in range(k):
                        for i in range(m):
                            D[j, l] += X[i, j] * G[i, l]
                return D"""),
            einsum=(r"X_{ij}\,G_{il}", "G = C * np.cos(X @ W + b)\nreturn np.einsum('ij,il->jl', X, G)"),
            differential=(r"dL = \operatorname{tr}(G^\top X\,dW)",
                          "G = C * np.cos(X @ W + b)\nreturn np.trace(G.T @ X @ dW)"),
            steps=("The sum runs over the examples: $i$ stands on both factors and not in the result.",
                   r"Multiply by $dW_{jl}$ and sum over $j$ and $l$: $X_{ij}dW_{jl}$ is $dZ_{il}$, and "
                   r"$\sum_{il}G_{il}dZ_{il}$ is a trace.",
                   r"$\operatorname{tr}(M^\top dW)$ belongs to the gradient $M$; here $M^\top = G^\top X$.")),
        note=r"$Z = XW + \mathbf{1}\mathbf{b}^\top$ and $G = \nabla_ZL$. Shown for $\ell(Z) = "
             r"\sum_{il}C_{il}\sin Z_{il}$.",
        refs="S15-C11 G02.2a", chapter=2, section="sec-2-layer", also="dense linear backpropagation"),

    Identity(
        "input of a layer with a loss", "X: m n, W: n k, b: k, C: m k",
        of=(r"\ell(XW + \mathbf{1}\mathbf{b}^\top)", "np.sum(C * np.sin(X @ W + b))"),
        gradient=(r"GW^\top", "G = C * np.cos(X @ W + b)\nreturn G @ W.T"),
        differential=(r"\operatorname{tr}(G^\top dX\,W)",
                      "G = C * np.cos(X @ W + b)\nreturn np.trace(G.T @ dX @ W)"),
        reason=r"$\operatorname{tr}(G^\top dX\,W) = \operatorname{tr}(WG^\top dX)$, and "
               r"$WG^\top = (GW^\top)^\top$.",
        wrong=(Wrong("GW", "G = C * np.cos(X @ W + b)\nreturn G @ W", "raises",
                     "the transpose was forgotten; for square $W$ no shape tells"),
               Wrong(r"CW^\top", "C @ W.T", "missing chain factor", "the slope of the loss was forgotten")),
        other=(r"WG^\top", "G = C * np.cos(X @ W + b)\nreturn W @ G.T"),
        views=Views(
            indices=(r"\frac{\partial L}{\partial X_{ij}} = \sum_lG_{il}W_{jl}", """
                G, D = C * np.cos(X @ W + b), np.zeros((m, n))
                for i in range(m):
                    for j in range(n):
                        for l in range(k):
                            D[i, j] += G[i, l] * W[j, l]
                return D"""),
            einsum=(r"G_{il}\,W_{jl}", "G = C * np.cos(X @ W + b)\nreturn np.einsum('il,jl->ij', G, W)"),
            differential=(r"dL = \operatorname{tr}(G^\top dX\,W)",
                          "G = C * np.cos(X @ W + b)\nreturn np.trace(G.T @ dX @ W)"),
            steps=("The sum runs over the outputs: $l$ stands on both factors and not in the result.",
                   r"Multiply by $dX_{ij}$ and sum over $i$ and $j$: $dX_{ij}W_{jl}$ is $dZ_{il}$, and "
                   r"$\sum_{il}G_{il}dZ_{il}$ is a trace.",
                   r"Move $W$ to the front of the trace: $\operatorname{tr}(WG^\top dX)$, and $WG^\top$ is "
                   "the transpose of the gradient.")),
        note=r"$G = \nabla_ZL$ at $Z = XW + \mathbf{1}\mathbf{b}^\top$. Row $i$ needs example $i$ alone.",
        refs="G02.2b", chapter=2, section="sec-2-layer", also="dense linear backpropagation"),

    Identity(
        "bias of a layer with a loss", "b: k, X: m n, W: n k, C: m k",
        of=(r"\ell(XW + \mathbf{1}\mathbf{b}^\top)", "np.sum(C * np.sin(X @ W + b))"),
        gradient=(r"G^\top\mathbf{1}", "G = C * np.cos(X @ W + b)\nreturn np.sum(G, axis=0)"),
        differential=(r"\mathbf{1}^\top G\,d\mathbf{b}",
                      "G = C * np.cos(X @ W + b)\nreturn np.ones(m) @ G @ db"),
        reason=r"$dZ = \mathbf{1}\,d\mathbf{b}^\top$: the same change in every row, so the rows of $G$ are "
               "added up.",
        wrong=(Wrong("G", "C * np.cos(X @ W + b)", "not summed over the batch", "one row per example"),
               Wrong(r"G\mathbf{1}", "np.sum(C * np.cos(X @ W + b), axis=1)", "wrong axis",
                     "summed over the outputs"),
               Wrong(r"\tfrac1mG^\top\mathbf{1}", "np.sum(C * np.cos(X @ W + b), axis=0) / m", "factor",
                     "the mean over the batch is a part of the loss, so it is in $G$ already")),
        other=(r"\mathbf{1}^\top G", "G = C * np.cos(X @ W + b)\nreturn np.ones(m) @ G"),
        views=Views(
            indices=(r"\frac{\partial L}{\partial b_l} = \sum_iG_{il}", """
                G, g = C * np.cos(X @ W + b), np.zeros(k)
                for i in range(m):
                    for l in range(k):
                        g[l] += G[i, l]
                return g"""),
            einsum=(r"1_i\,G_{il}", "G = C * np.cos(X @ W + b)\nreturn np.einsum('il->l', G)"),
            differential=(r"dL = \mathbf{1}^\top G\,d\mathbf{b}",
                          "G = C * np.cos(X @ W + b)\nreturn np.ones(m) @ G @ db"),
            steps=("A letter that stands on the one factor and not in the result is summed over: here the "
                   "examples.",
                   r"Multiply by $db_l$ and sum over $l$: $\sum_{il}G_{il}\,db_l$, a product from both "
                   "sides.",
                   r"What stands before $d\mathbf{b}$ is a row; transposed, it is the gradient.")),
        note=r"$G = \nabla_ZL$ at $Z = XW + \mathbf{1}\mathbf{b}^\top$. A bias kept as a row has the row "
             r"$\mathbf{1}^\top G$.",
        refs="G02.2c E48", chapter=2, section="sec-2-layer", also="batch broadcasting"),

    Identity(
        "loss of AWB", "W: m n, A: p m, B: n q, C: p q",
        of=(r"\ell(AWB)", "np.sum(C * np.sin(A @ W @ B))"),
        gradient=(r"A^\top GB^\top", "G = C * np.cos(A @ W @ B)\nreturn A.T @ G @ B.T"),
        differential=(r"\operatorname{tr}(G^\top A\,dW\,B)",
                      "G = C * np.cos(A @ W @ B)\nreturn np.trace(G.T @ A @ dW @ B)"),
        reason=r"$\operatorname{tr}(G^\top A\,dW\,B) = \operatorname{tr}(BG^\top A\,dW)$; the gradient is "
               "the transpose of what stands before $dW$.",
        wrong=(Wrong(r"BG^\top A", "B @ (C * np.cos(A @ W @ B)).T @ A", "transposed",
                     "what stands before $dW$"),
               Wrong("AGB", "A @ (C * np.cos(A @ W @ B)) @ B", "raises",
                     "the transposes were forgotten, and the shapes tell")),
        other=(r"BG^\top A", "G = C * np.cos(A @ W @ B)\nreturn B @ G.T @ A"),
        note=r"$G = \nabla_Z\ell$ at $Z = AWB$. Shown for $\ell(Z) = \sum_{ij}C_{ij}\sin Z_{ij}$.",
        refs="G02.7a", chapter=2, section="sec-2-placements"),

    Identity(
        "transpose between two matrices", "W: m n, A: p n, B: m q",
        of=(r"AW^\top B", "A @ W.T @ B"),
        jacobian=(r"(B^\top \otimes A)K_{mn}", "np.kron(B.T, A) @ commutation_matrix(m, n)"),
        differential=(r"A\,(dW)^\top B", "A @ dW.T @ B"),
        pullback=(r"BG^\top A", "B @ G.T @ A"),
        reason=r"$\operatorname{tr}(G^\top A\,dW^\top B)$ is the trace of its own transpose, "
               r"$\operatorname{tr}((BG^\top A)^\top dW)$.",
        wrong=(Wrong(r"B^\top \otimes A", "np.kron(B.T, A)", "row-major vec",
                     r"the Jacobian by $W^\top$"),
               Wrong(r"A^\top GB^\top", "A.T @ G @ B.T", "transposed", r"the gradient by $W^\top$",
                     form="pullback")),
        refs="G02.7b", chapter=2, section="sec-2-placements"),

    Identity(
        "layer with its weights transposed", "W: k n, X: m n, b: k",
        of=(r"XW^\top + \mathbf{1}\mathbf{b}^\top", "X @ W.T + b"),
        jacobian=(r"(I_k \otimes X)K_{kn}", "np.kron(np.eye(k), X) @ commutation_matrix(k, n)"),
        differential=(r"X\,(dW)^\top", "X @ dW.T"),
        pullback=(r"G^\top X", "G.T @ X"),
        reason=r"$\operatorname{tr}(G^\top X\,dW^\top) = \operatorname{tr}(dW\,X^\top G)$, the inner product "
               r"of $dW$ with $(X^\top G)^\top$.",
        wrong=(Wrong(r"X^\top G", "X.T @ G", "transposed", "the rule for the layer $XW$", form="pullback"),
               Wrong(r"I_k \otimes X", "np.kron(np.eye(k), X)", "row-major vec",
                     r"the Jacobian by $W^\top$")),
        note="Libraries keep the weights as outputs × inputs.",
        refs="G02.7c", chapter=2, section="sec-2-placements", also="torch linear dense"),

    # Squared errors
    Identity(
        "squared error of a layer", "W: n k, X: m n, Y: m k",
        of=(r"\tfrac12\lVert XW - Y\rVert_F^2", "np.sum((X @ W - Y)**2) / 2"),
        gradient=(r"X^\top(XW - Y)", "X.T @ (X @ W - Y)"),
        hessian=(r"I_k \otimes X^\top X", "np.kron(np.eye(k), X.T @ X)"),
        reason=r"$G = XW - Y$. The columns of $W$ do not meet: the Hessian is a block $X^\top X$ for each.",
        wrong=(Wrong(r"\tfrac1mX^\top(XW - Y)", "X.T @ (X @ W - Y) / m", "factor",
                     "the mean over the batch, which this loss does not take"),
               Wrong(r"X^\top(Y - XW)", "X.T @ (Y - X @ W)", "sign", "the residual the other way round"),
               Wrong(r"X^\top X \otimes I_k", "np.kron(X.T @ X, np.eye(k))", "kronecker order",
                     "right if rows are stacked", form="hessian")),
        note="Half the sum of the squares; with more than one output it is the Frobenius norm.",
        refs="S02-C18", chapter=2, section="sec-2-squared", also="regression SSE"),

    Identity(
        "squared error of a layer, mean over the batch", "W: n k, X: m n, Y: m k",
        of=(r"\tfrac1{2m}\lVert XW - Y\rVert_F^2", "np.sum((X @ W - Y)**2) / (2 * m)"),
        gradient=(r"\tfrac1mX^\top(XW - Y)", "X.T @ (X @ W - Y) / m"),
        reason=r"$G = \tfrac1m(XW - Y)$: the mean is a part of the loss.",
        wrong=(Wrong(r"X^\top(XW - Y)", "X.T @ (X @ W - Y)", "factor",
                     "the gradient of half the sum of the squares"),
               Wrong(r"\tfrac2mX^\top(XW - Y)", "2 * X.T @ (X @ W - Y) / m", "factor",
                     "the loss is halved, so the 2 of the square goes")),
        note=r"The source labels $\tfrac12\lVert XW - Y\rVert^2$ as MSE, although no mean is taken there.",
        refs="S02-C19 E15 E51", chapter=2, section="sec-2-squared", also="MSE regression"),

    Identity(
        "mean squared error over all entries", "W: n k, X: m n, Y: m k",
        of=(r"\tfrac1{mk}\lVert XW - Y\rVert_F^2", "np.mean((X @ W - Y)**2)"),
        gradient=(r"\tfrac2{mk}X^\top(XW - Y)", "2 * X.T @ (X @ W - Y) / (m * k)"),
        reason=r"$G = \tfrac2{mk}(XW - Y)$: libraries average over examples and outputs and do not halve.",
        wrong=(Wrong(r"\tfrac2mX^\top(XW - Y)", "2 * X.T @ (X @ W - Y) / m", "factor",
                     "averaged over the examples alone"),
               Wrong(r"\tfrac1{mk}X^\top(XW - Y)", "X.T @ (X @ W - Y) / (m * k)", "factor",
                     "this loss is not halved, so the 2 of the square stays")),
        refs="G02.8", chapter=2, section="sec-2-squared", also="MSE torch"),

    Identity(
        "weighted squared error of a layer", "W: n k, X: m n, Y: m k, M: m m",
        of=(r"\tfrac12\operatorname{tr}((XW - Y)^\top M(XW - Y))",
            "R = X @ W - Y\nreturn np.trace(R.T @ M @ R) / 2"),
        gradient=(r"X^\top\operatorname{sym}(M)(XW - Y)", "X.T @ sym(M) @ (X @ W - Y)"),
        reason=r"$dL = \tfrac12\operatorname{tr}(dR^\top MR + R^\top M\,dR)$ and $dR = X\,dW$: both $M$ "
               r"and $M^\top$ appear.",
        wrong=(Wrong(r"X^\top M(XW - Y)", "X.T @ M @ (X @ W - Y)", "not symmetrised",
                     "right if $M$ is symmetric, as weights mostly are"),
               Wrong(r"\tfrac12X^\top M(XW - Y)", "X.T @ M @ (X @ W - Y) / 2", "missing product-rule term",
                     "one of the two residuals was held")),
        note=r"$\operatorname{sym}(M) = \tfrac12(M + M^\top)$.",
        refs="G02.6", chapter=2, section="sec-2-weighted", also="generalized least squares"),

    # Logistic and softmax losses
    Identity(
        "curvature of the logistic loss", "w: n, X: N n, y: N 0 or 1",
        of=(r"\tfrac1NX^\top(\sigma(X\mathbf{w}) - \mathbf{y})",
            "X.T @ (1 / (1 + np.exp(-X @ w)) - y) / N"),
        jacobian=(r"\tfrac1NX^\top\operatorname{diag}(\boldsymbol\sigma \odot (\mathbf{1} - "
                  r"\boldsymbol\sigma))X", """
            p = 1 / (1 + np.exp(-X @ w))
            return X.T @ np.diag(p * (1 - p)) @ X / N"""),
        differential=(r"\tfrac1NX^\top(\boldsymbol\sigma \odot (\mathbf{1} - \boldsymbol\sigma) \odot "
                      r"X\,d\mathbf{w})", """
            p = 1 / (1 + np.exp(-X @ w))
            return X.T @ (p * (1 - p) * (X @ dw)) / N"""),
        reason=r"$d\boldsymbol\sigma = \boldsymbol\sigma \odot (\mathbf{1} - \boldsymbol\sigma) \odot X\,"
               r"d\mathbf{w}$; $\mathbf{v}^\top H\mathbf{v}$ is a sum of squares, so the loss is convex.",
        wrong=(Wrong(r"\tfrac1NX^\top X", "X.T @ X / N", "missing chain factor",
                     r"the Hessian of least squares: the slope of $\sigma$ was forgotten"),
               Wrong(r"X^\top\operatorname{diag}(\boldsymbol\sigma \odot (\mathbf{1} - \boldsymbol\sigma))X",
                     "p = 1 / (1 + np.exp(-X @ w))\nreturn X.T @ np.diag(p * (1 - p)) @ X", "factor",
                     "the sum, not the mean")),
        note=r"The Jacobian of the gradient is the Hessian of the loss. $\boldsymbol\sigma = "
             r"\sigma(X\mathbf{w})$; $m$ examples.",
        refs="G02.4", chapter=2, section="sec-2-logistic", also="Hessian convex"),

    Identity(
        "softmax and cross-entropy, by the logits",
        "Z: m k, Y: m k probabilities; Y[:, -1] = 1 - np.sum(Y[:, :-1], axis=1)",
        of=(r"-\tfrac1m\sum_{ij}Y_{ij}\log P_{ij}", """
            P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
            return -np.sum(Y * np.log(P)) / m"""),
        gradient=(r"\tfrac1m(P - Y)", """
            P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
            return (P - Y) / m"""),
        reason=r"$\partial\log P_{ij}/\partial Z_{il} = \delta_{jl} - P_{il}$, and $\sum_jY_{ij} = 1$.",
        conditions={"the rows of $Y$ add up to 1": "Y[0] = 2 * Y[0]"},
        wrong=(Wrong("P - Y", """
                   P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
                   return P - Y""", "factor", "the sum over the examples, not the mean"),
               Wrong(r"\tfrac1m(Y - P)", """
                   P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
                   return (Y - P) / m""", "sign", "the minus of the loss was forgotten"),
               Wrong(r"-\tfrac1mY \odot (1 - P)", """
                   P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
                   return -Y * (1 - P) / m""", "only diagonal",
                     "of the softmax's Jacobian only the diagonal was taken")),
        views=Views(
            indices=(r"\frac{\partial L}{\partial Z_{il}} = -\frac1m\sum_jY_{ij}(\delta_{jl} - P_{il})", """
                P, D = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True), np.zeros((m, k))
                for i in range(m):
                    for l in range(k):
                        for j in range(k):
                            D[i, l] -= Y[i, j] * ((j == l) - P[i, l]) / m
                return D"""),
            einsum=(r"-\tfrac1m(Y_{ij}\,\delta_{jl} - Y_{ij}\,P_{il})", """
                P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
                return -(np.einsum('ij,jl->il', Y, np.eye(k)) - np.einsum('ij,il->il', Y, P)) / m"""),
            differential=(r"dL = -\tfrac1m\sum_{ij}Y_{ij}\Bigl(dZ_{ij} - \sum_lP_{il}\,dZ_{il}\Bigr)", """
                P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
                return -np.sum(Y * (dZ - np.sum(P * dZ, axis=1, keepdims=True))) / m"""),
            steps=(r"$\delta_{jl}$ is the identity matrix; in the second product $j$ stands on $Y$ alone, so "
                   "it is summed there.",
                   r"Multiply by $dZ_{il}$ and sum over $i$ and $l$: $dZ_{ij}$ minus the mean of its row, "
                   r"weighted by $P_{il}$, is $d\log P_{ij}$.",
                   r"$\sum_jY_{ij} = 1$: every row of $P$ is taken once, and $P - Y$ stands before $dZ$.")),
        note=r"$P = \operatorname{softmax}(Z)$, row by row.",
        refs="G02.3 G15.2 E15", chapter=2, section="sec-2-softmax", also="classification head logits"),

    Identity(
        "cross-entropy with any targets", "Z: m k, Y: m k positive",
        of=(r"-\sum_{ij}Y_{ij}\log P_{ij}", """
            P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
            return -np.sum(Y * np.log(P))"""),
        gradient=(r"\operatorname{diag}(Y\mathbf{1})P - Y", """
            P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
            return np.diag(np.sum(Y, axis=1)) @ P - Y"""),
        reason=r"$\sum_jY_{ij}(\delta_{jl} - P_{il}) = Y_{il} - (Y\mathbf{1})_iP_{il}$.",
        wrong=(Wrong("P - Y", """
                   P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
                   return P - Y""", "missing chain factor",
                     "right if the rows of $Y$ add up to 1"),),
        note=r"$P = \operatorname{softmax}(Z)$, row by row; summed over the examples.",
        refs="E15", chapter=2, section="sec-2-softmax", also="label weights"),

    Identity(
        "softmax regression, by its weights",
        "W: n k, X: m n, Y: m k probabilities; Y[:, -1] = 1 - np.sum(Y[:, :-1], axis=1)",
        of=(r"-\tfrac1m\sum_{ij}Y_{ij}\log P_{ij}", """
            P = np.exp(X @ W)
            P = P / np.sum(P, axis=1, keepdims=True)
            return -np.sum(Y * np.log(P)) / m"""),
        gradient=(r"\tfrac1mX^\top(P - Y)", """
            P = np.exp(X @ W)
            P = P / np.sum(P, axis=1, keepdims=True)
            return X.T @ (P - Y) / m"""),
        hessian=(r"\tfrac1m\sum_iS_i\otimes\mathbf{x}_i\mathbf{x}_i^\top", """
            P = np.exp(X @ W)
            P = P / np.sum(P, axis=1, keepdims=True)
            terms = (np.kron(np.diag(p) - np.outer(p, p), np.outer(x, x)) for p, x in zip(P, X))
            return sum(terms) / m"""),
        reason=r"$G = \tfrac1m(P - Y)$, then $X^\top G$. Row $i$: $d\mathbf{p}_i = "
               r"(\operatorname{diag}(\mathbf{p}_i) - \mathbf{p}_i\mathbf{p}_i^\top)\,dW^\top\mathbf{x}_i$.",
        conditions={"the rows of $Y$ add up to 1": "Y[0] = 2 * Y[0]"},
        wrong=(Wrong(r"X^\top(P - Y)", """
                   P = np.exp(X @ W)
                   P = P / np.sum(P, axis=1, keepdims=True)
                   return X.T @ (P - Y)""", "factor", "the sum over the examples, not the mean"),
               Wrong(r"\begin{aligned}\tfrac1m\sum_i\,&\mathbf{x}_i\mathbf{x}_i^\top \otimes\\"
                     r"&(\operatorname{diag}(\mathbf{p}_i) - \mathbf{p}_i\mathbf{p}_i^\top)\end{aligned}", """
                   P = np.exp(X @ W)
                   P = P / np.sum(P, axis=1, keepdims=True)
                   terms = (np.kron(np.outer(x, x), np.diag(p) - np.outer(p, p)) for p, x in zip(P, X))
                   return sum(terms) / m""", None, "right if rows are stacked",
                     form="hessian", unnamed="two names are true of it: kronecker order and row-major vec")),
        symbolic="second derivatives of fractions of exponentials: seconds",
        note=r"$P = \operatorname{softmax}(XW)$ with rows $\mathbf{p}_i^\top$, "
             r"$S_i = \operatorname{diag}(\mathbf{p}_i) - \mathbf{p}_i\mathbf{p}_i^\top$; $X$ has rows "
             r"$\mathbf{x}_i^\top$.",
        refs="S02-C20 G02.5 E15", chapter=2, section="sec-2-softmax", also="multinomial logistic Hessian"),

    # A network of two layers
    Identity(
        "error at the output of a network", "Z: m p, Y: m p",
        of=(r"\tfrac1{2m}\lVert Z - Y\rVert_F^2", "np.sum((Z - Y)**2) / (2 * m)"),
        gradient=(r"\tfrac1m(Z - Y)", "(Z - Y) / m"),
        reason="One square for every entry; the first signal of the way back.",
        wrong=(Wrong("Z - Y", "Z - Y", "factor", "the mean over the batch was forgotten"),
               Wrong(r"\tfrac1{mp}(Z - Y)", "(Z - Y) / (m * p)", "factor",
                     "this loss does not average over the outputs")),
        refs="S15-C04", chapter=15, section="sec-15-derivation", also="delta backpropagation"),

    Identity(
        "weights of the output layer", "V: k p, W: n k, b: k, c: p, X: m n, Y: m p",
        of=(r"\tfrac1{2m}\lVert AV + \mathbf{1}\mathbf{c}^\top - Y\rVert_F^2",
            TWO_LAYERS + "return np.sum((Z - Y)**2) / (2 * m)"),
        gradient=(r"A^\top\Delta", TWO_LAYERS + "return A.T @ (Z - Y) / m"),
        reason=r"A layer with input $A$: what came in, transposed, times the signal "
               r"$\Delta = \tfrac1m(Z - Y)$.",
        wrong=(Wrong(r"X^\top\Delta", TWO_LAYERS + "return X.T @ (Z - Y) / m", "shape",
                     "the input of the network, not that of the layer"),
               Wrong(r"\Delta^\top A", TWO_LAYERS + "return (Z - Y).T @ A / m", "transposed",
                     r"right for a layer $AV^\top$"),
               Wrong(r"mA^\top\Delta", TWO_LAYERS + "return A.T @ (Z - Y)", "factor",
                     "the mean over the batch was forgotten")),
        note=r"$A = \phi(XW + \mathbf{1}\mathbf{b}^\top)$, $Z = AV + \mathbf{1}\mathbf{c}^\top$. Shown for "
             r"$\phi = \tanh$.",
        refs="S15-C05 S15-C14", chapter=15, section="sec-15-derivation", also="backpropagation MLP"),

    Identity(
        "bias of the output layer", "c: p, V: k p, W: n k, b: k, X: m n, Y: m p",
        of=(r"\tfrac1{2m}\lVert AV + \mathbf{1}\mathbf{c}^\top - Y\rVert_F^2",
            TWO_LAYERS + "return np.sum((Z - Y)**2) / (2 * m)"),
        gradient=(r"\Delta^\top\mathbf{1}", TWO_LAYERS + "return np.sum((Z - Y) / m, axis=0)"),
        reason=r"The bias is added to every row, so the rows of $\Delta = \tfrac1m(Z - Y)$ are added up.",
        wrong=(Wrong(r"\Delta\mathbf{1}", TWO_LAYERS + "return np.sum((Z - Y) / m, axis=1)", "wrong axis",
                     "a row-wise sum: one number for each example instead of each output"),
               Wrong(r"\Delta", TWO_LAYERS + "return (Z - Y) / m", "not summed over the batch",
                     "one row per example")),
        note=r"$A = \phi(XW + \mathbf{1}\mathbf{b}^\top)$, $Z = AV + \mathbf{1}\mathbf{c}^\top$. The sum "
             "runs over the rows: down each column.",
        refs="S15-C06 E48", chapter=15, section="sec-15-derivation", also="backpropagation MLP"),

    Identity(
        "signal at the hidden layer, for a batch", "H: m k, V: k p, c: p, Y: m p",
        of=(r"\tfrac1{2m}\lVert\phi(H)V + \mathbf{1}\mathbf{c}^\top - Y\rVert_F^2",
            "np.sum((np.tanh(H) @ V + c - Y)**2) / (2 * m)"),
        gradient=(r"(\Delta V^\top) \odot \phi'(H)", """
            A = np.tanh(H)
            Delta = (A @ V + c - Y) / m
            return (Delta @ V.T) * (1 - A**2)"""),
        reason=r"$dL = \operatorname{tr}(\Delta^\top dA\,V)$ with $dA = \phi'(H) \odot dH$.",
        wrong=(Wrong(r"\Delta V^\top", "A = np.tanh(H)\nreturn (A @ V + c - Y) @ V.T / m",
                     "missing chain factor", "the slope of the activation was forgotten"),
               Wrong(r"\Delta V", "A = np.tanh(H)\nreturn (A @ V + c - Y) @ V * (1 - A**2) / m", "raises",
                     "the transpose was forgotten, and the shapes tell"),
               Wrong(r"(\Delta V^\top) \odot H", "(np.tanh(H) @ V + c - Y) @ V.T * H / m",
                     "missing chain factor", "what goes into the activation in place of the slope there")),
        note=r"$H = XW + \mathbf{1}\mathbf{b}^\top$ is what goes into the activation, $\Delta$ the signal of "
             r"the layer above. Shown for $\phi = \tanh$.",
        refs="S15-C07 S15-C16", chapter=15, section="sec-15-derivation", also="delta backpropagation"),

    Identity(
        "weights of the hidden layer, for a batch", "W: n k, b: k, V: k p, c: p, X: m n, Y: m p",
        of=(r"\begin{aligned}&\tfrac1{2m}\lVert\phi(H)V + \mathbf{1}\mathbf{c}^\top - Y\rVert_F^2,\\ "
            r"&H = XW + \mathbf{1}\mathbf{b}^\top\end{aligned}",
            TWO_LAYERS + "return np.sum((Z - Y)**2) / (2 * m)"),
        gradient=(r"X^\top\Delta_1", TWO_LAYERS + """
Delta = (Z - Y) / m
Delta_1 = (Delta @ V.T) * (1 - A**2)
return X.T @ Delta_1"""),
        reason=r"A layer with input $X$ and the signal $\Delta_1 = (\Delta V^\top) \odot \phi'(H)$.",
        wrong=(Wrong(r"X^\top\Delta V^\top", TWO_LAYERS + "return X.T @ (Z - Y) @ V.T / m",
                     "missing chain factor", "the slope of the activation was forgotten"),
               Wrong(r"mX^\top\Delta_1",
                     TWO_LAYERS + "return X.T @ ((Z - Y) @ V.T * (1 - A**2))", "factor",
                     "the mean over the batch was forgotten")),
        note=r"$H = XW + \mathbf{1}\mathbf{b}^\top$, $\Delta = \tfrac1m(Z - Y)$ with the output $Z$. Shown "
             r"for $\phi = \tanh$.",
        refs="S15-C09 S15-C15", chapter=15, section="sec-15-derivation", also="backpropagation MLP"),

    Identity(
        "bias of the hidden layer, for a batch", "b: k, W: n k, V: k p, c: p, X: m n, Y: m p",
        of=(r"\begin{aligned}&\tfrac1{2m}\lVert\phi(H)V + \mathbf{1}\mathbf{c}^\top - Y\rVert_F^2,\\ "
            r"&H = XW + \mathbf{1}\mathbf{b}^\top\end{aligned}",
            TWO_LAYERS + "return np.sum((Z - Y)**2) / (2 * m)"),
        gradient=(r"\Delta_1^\top\mathbf{1}", TWO_LAYERS + """
Delta = (Z - Y) / m
Delta_1 = (Delta @ V.T) * (1 - A**2)
return np.sum(Delta_1, axis=0)"""),
        reason=r"$dH = \mathbf{1}\,d\mathbf{b}^\top$: the rows of the signal $\Delta_1$ are added up.",
        wrong=(Wrong(r"\Delta_1\mathbf{1}",
                     TWO_LAYERS + "return np.sum((Z - Y) @ V.T * (1 - A**2), axis=1) / m", "wrong axis",
                     "a row-wise sum: one number for each example instead of each unit"),
               Wrong(r"\Delta_1", TWO_LAYERS + "return (Z - Y) @ V.T * (1 - A**2) / m",
                     "not summed over the batch", "one row per example")),
        note=r"$\Delta_1 = (\Delta V^\top) \odot \phi'(H)$ as for the weights. Shown for $\phi = \tanh$.",
        refs="S15-C10 E48", chapter=15, section="sec-15-derivation", also="backpropagation MLP"),

    # Any number of layers, shown for three
    Identity(
        "signal at the first of three layers", "H: m k, B: k p, C: p q, b: p, c: q, Y: m q",
        of=(r"\begin{aligned}&\tfrac1{2m}\lVert AC + \mathbf{1}\mathbf{c}^\top - Y\rVert_F^2,\\ &A = "
            r"\phi(\phi(H)B + \mathbf{1}\mathbf{b}^\top)\end{aligned}", """
            A = np.tanh(np.tanh(H) @ B + b)
            return np.sum((A @ C + c - Y)**2) / (2 * m)"""),
        gradient=(r"(\Delta_2B^\top) \odot \phi'(H)", """
            A1 = np.tanh(H)
            A2 = np.tanh(A1 @ B + b)
            Delta_3 = (A2 @ C + c - Y) / m
            Delta_2 = (Delta_3 @ C.T) * (1 - A2**2)
            return (Delta_2 @ B.T) * (1 - A1**2)"""),
        reason=r"The same step once for each layer, from the last to the first: $\Delta_l = "
               r"(\Delta_{l+1}W_{l+1}^\top) \odot \phi'(Z_l)$.",
        wrong=(Wrong(r"((\Delta_3C^\top)B^\top) \odot \phi'(H)", """
                   A1 = np.tanh(H)
                   A2 = np.tanh(A1 @ B + b)
                   return ((A2 @ C + c - Y) @ C.T @ B.T) * (1 - A1**2) / m""", "missing chain factor",
                     "the slope of the layer between was forgotten"),),
        symbolic="nested tanh of sums: minutes",
        refs="G15.1a", chapter=15, section="sec-15-depth", also="delta backpropagation recursion"),

    Identity(
        "weights of the first of three layers",
        "A: n k, B: k p, C: p q, a: k, b: p, c: q, X: m n, Y: m q",
        of=(r"\begin{aligned}&\tfrac1{2m}\lVert Z_3 - Y\rVert_F^2,\ S_0 = X,\\ &Z_l = S_{l-1}W_l + "
            r"\mathbf{1}\mathbf{b}_l^\top,\\ &S_l = \phi(Z_l)\end{aligned}",
            THREE_LAYERS + "return np.sum((Z[3] - Y)**2) / (2 * m)"),
        gradient=(r"S_0^\top\Delta_1", THREE_LAYERS + BACKWARDS + "return S[0].T @ Delta[1]"),
        reason=r"In every layer $dL = \operatorname{tr}(\Delta_l^\top S_{l-1}\,dW_l)$ with the signal "
               r"$\Delta_l = \nabla_{Z_l}L$.",
        wrong=(Wrong(r"S_1^\top\Delta_1", THREE_LAYERS + BACKWARDS + "return S[1].T @ Delta[1]", "shape",
                     "what the layer gives, not what it gets"),
               Wrong(r"S_0^\top(\Delta_2W_2^\top)",
                     THREE_LAYERS + BACKWARDS + "return S[0].T @ Delta[2] @ W[2].T", "missing chain factor",
                     "the slope of the activation was forgotten")),
        symbolic="nested tanh of sums: minutes",
        note=r"Any layer: $\nabla_{W_l}L = S_{l-1}^\top\Delta_l$. Shown for the first of three, where the "
             "whole way back is needed.",
        refs="G15.1b", chapter=15, section="sec-15-depth", also="backpropagation MLP deep"),

    Identity(
        "bias of the first of three layers",
        "a: k, A: n k, B: k p, C: p q, b: p, c: q, X: m n, Y: m q",
        of=(r"\begin{aligned}&\tfrac1{2m}\lVert Z_3 - Y\rVert_F^2,\ S_0 = X,\\ &Z_l = S_{l-1}W_l + "
            r"\mathbf{1}\mathbf{b}_l^\top,\\ &S_l = \phi(Z_l)\end{aligned}",
            THREE_LAYERS + "return np.sum((Z[3] - Y)**2) / (2 * m)"),
        gradient=(r"\Delta_1^\top\mathbf{1}",
                  THREE_LAYERS + BACKWARDS + "return np.sum(Delta[1], axis=0)"),
        reason=r"$dZ_l = \mathbf{1}\,d\mathbf{b}_l^\top$: the rows of the signal are added up.",
        wrong=(Wrong(r"\Delta_1\mathbf{1}", THREE_LAYERS + BACKWARDS + "return np.sum(Delta[1], axis=1)",
                     "wrong axis", "one number for each example instead of each unit"),
               Wrong(r"\Delta_1", THREE_LAYERS + BACKWARDS + "return Delta[1]",
                     "not summed over the batch", "one row per example")),
        symbolic="nested tanh of sums: minutes",
        note=r"Any layer: $\nabla_{\mathbf{b}_l}L = \Delta_l^\top\mathbf{1}$.",
        refs="G15.1c", chapter=15, section="sec-15-depth", also="backpropagation MLP deep"),

    Identity(
        "input of three layers",
        "X: m n, A: n k, B: k p, C: p q, a: k, b: p, c: q, Y: m q",
        of=(r"\begin{aligned}&\tfrac1{2m}\lVert Z_3 - Y\rVert_F^2,\ S_0 = X,\\ &Z_l = S_{l-1}W_l + "
            r"\mathbf{1}\mathbf{b}_l^\top,\\ &S_l = \phi(Z_l)\end{aligned}",
            THREE_LAYERS + "return np.sum((Z[3] - Y)**2) / (2 * m)"),
        gradient=(r"\Delta_1W_1^\top", THREE_LAYERS + BACKWARDS + "return Delta[1] @ W[1].T"),
        reason=r"$dZ_1 = dX\,W_1$: one more step back, without a slope, since $X$ went through no "
               "activation.",
        wrong=(Wrong(r"(\Delta_1W_1^\top) \odot \phi'(X)",
                     THREE_LAYERS + BACKWARDS + "return (Delta[1] @ W[1].T) * (1 - np.tanh(X)**2)",
                     "extra chain factor", "the step between two layers, one time too often"),
               Wrong(r"\Delta_1W_1", THREE_LAYERS + BACKWARDS + "return Delta[1] @ W[1]", "raises",
                     "the transpose was forgotten, and the shapes tell")),
        symbolic="nested tanh of sums: minutes",
        note="Training does not need it; a layer below, or an attack on the input, does.",
        refs="G15.1d E35", chapter=15, section="sec-15-depth", also="backpropagation adversarial saliency"),

    # Activations
    Identity(
        "logistic function", "z: n",
        of=(r"\sigma(\mathbf{z})", "1 / (1 + np.exp(-z))"),
        jacobian=(r"\operatorname{diag}(\boldsymbol\sigma \odot (\mathbf{1} - \boldsymbol\sigma))",
                  "p = 1 / (1 + np.exp(-z))\nreturn np.diag(p * (1 - p))"),
        pullback=(r"\mathbf{g} \odot \boldsymbol\sigma \odot (\mathbf{1} - \boldsymbol\sigma)",
                  "p = 1 / (1 + np.exp(-z))\nreturn G * p * (1 - p)"),
        reason=r"$\sigma'(z) = e^{-z}/(1 + e^{-z})^2$, and $e^{-z}/(1 + e^{-z}) = 1 - \sigma(z)$.",
        wrong=(Wrong(r"\mathbf{g} \odot \mathbf{z} \odot (\mathbf{1} - \mathbf{z})", "G * z * (1 - z)",
                     "missing chain factor", r"$\sigma(1 - \sigma)$ with the input in place of the value",
                     form="pullback"),
               Wrong(r"\mathbf{g} \odot \boldsymbol\sigma", "G / (1 + np.exp(-z))", "missing chain factor",
                     r"the factor $\mathbf{1} - \boldsymbol\sigma$ was forgotten", form="pullback")),
        note=r"$\boldsymbol\sigma = \sigma(\mathbf{z})$ is the value.",
        refs="G15.3a", chapter=15, section="sec-15-mask", also="sigmoid activation"),

    Identity(
        "hyperbolic tangent", "z: n",
        of=(r"\tanh\mathbf{z}", "np.tanh(z)"),
        jacobian=(r"\operatorname{diag}(\mathbf{1} - \mathbf{a} \odot \mathbf{a})",
                  "a = np.tanh(z)\nreturn np.diag(1 - a**2)"),
        pullback=(r"\mathbf{g} \odot (\mathbf{1} - \mathbf{a} \odot \mathbf{a})",
                  "a = np.tanh(z)\nreturn G * (1 - a**2)"),
        reason=r"$(\sinh/\cosh)' = (\cosh^2 - \sinh^2)/\cosh^2 = 1 - \tanh^2$.",
        wrong=(Wrong(r"\mathbf{g} \odot (\mathbf{1} - \mathbf{z} \odot \mathbf{z})", "G * (1 - z**2)",
                     "missing chain factor", r"$1 - a^2$ with the input in place of the value",
                     form="pullback"),
               Wrong(r"\mathbf{g} \odot (\mathbf{1} - \mathbf{a})", "G * (1 - np.tanh(z))",
                     "missing chain factor", "the square was forgotten", form="pullback")),
        note=r"$\mathbf{a} = \tanh\mathbf{z}$ is the value.",
        refs="G15.3b", chapter=15, section="sec-15-mask", also="tanh activation"),

    Identity(
        "softplus", "z: n",
        of=(r"\log(1 + e^{\mathbf{z}})", "np.log(1 + np.exp(z))"),
        jacobian=(r"\operatorname{diag}(\sigma(\mathbf{z}))", "np.diag(1 / (1 + np.exp(-z)))"),
        pullback=(r"\mathbf{g} \odot \sigma(\mathbf{z})", "G / (1 + np.exp(-z))"),
        reason=r"$e^z/(1 + e^z) = 1/(1 + e^{-z}) = \sigma(z)$.",
        wrong=(Wrong(r"\mathbf{g}/(1 + e^{\mathbf{z}})", "G / (1 + np.exp(z))", "missing chain factor",
                     "the slope of $e^z$ inside was forgotten", form="pullback"),),
        refs="G15.3c", chapter=15, section="sec-15-mask", also="activation"),

    Identity(
        "GELU", "z: n",
        of=(r"\mathbf{z} \odot \Phi(\mathbf{z})", """
            from math import erf, sqrt
            Phi = np.array([(1 + erf(t / sqrt(2))) / 2 for t in z])
            return z * Phi"""),
        jacobian=(r"\operatorname{diag}(\Phi(\mathbf{z}) + \mathbf{z} \odot \varphi(\mathbf{z}))", """
            from math import erf, sqrt
            Phi = np.array([(1 + erf(t / sqrt(2))) / 2 for t in z])
            phi = np.exp(-z**2 / 2) / np.sqrt(2 * np.pi)
            return np.diag(Phi + z * phi)"""),
        reason=r"The product rule with $\Phi' = \varphi$, the density of the standard normal distribution.",
        wrong=(Wrong(r"\operatorname{diag}(\Phi(\mathbf{z}))", """
                   from math import erf, sqrt
                   return np.diag([(1 + erf(t / sqrt(2))) / 2 for t in z])""", None,
                     r"$\Phi$ was held, as if it were a mask",
                     unnamed="the checker does not see inside Python's error function"),
               Wrong(r"\operatorname{diag}(\varphi(\mathbf{z}))",
                     "np.diag(np.exp(-z**2 / 2) / np.sqrt(2 * np.pi))", None,
                     "the derivative of a product is no product",
                     unnamed="several terms differ")),
        symbolic="the error function of Python's math",
        note=r"$\Phi$ is the distribution function of the standard normal distribution.",
        refs="G15.3d", chapter=15, section="sec-15-mask", also="activation"),

    Identity(
        "rectifier", "z: n nonzero",
        of=(r"\max(\mathbf{z}, 0)", "np.maximum(z, 0)"),
        jacobian=(r"\operatorname{diag}([\mathbf{z} > 0])", "np.diag(1.0 * (z > 0))"),
        pullback=(r"\mathbf{g} \odot [\mathbf{z} > 0]", "G * (z > 0)"),
        reason="Slope 1 to the right of 0 and slope 0 to the left.",
        conditions={"no entry is 0": "z[0] = 0"},
        wrong=(Wrong(r"\mathbf{g} \odot \max(\mathbf{z}, 0)", "G * np.maximum(z, 0)",
                     "missing chain factor", "the value, not the slope", form="pullback"),),
        symbolic="np.maximum",
        note=r"At 0 every slope from 0 to 1 is a subgradient; libraries take 0. $[\cdot]$ is 1 where it is "
             "true, else 0.",
        refs="E29", chapter=15, section="sec-15-mask", also="ReLU activation subgradient"),

    # Batch normalisation
    Identity(
        "batch normalisation, by its input", "X: m n, gamma: n, beta: n",
        of=(r"\hat X\operatorname{diag}(\boldsymbol\gamma) + \mathbf{1}\boldsymbol\beta^\top",
            BATCH_NORM + "return gamma * Xhat + beta"),
        pullback=(r"\begin{aligned}\bigl[&G - \tfrac1m\mathbf{1}\mathbf{1}^\top G\\ &- \hat X \odot "
                  r"\tfrac1m\mathbf{1}\mathbf{1}^\top(G \odot \hat X)\bigr]\\ &\cdot\operatorname{diag}("
                  r"\boldsymbol\gamma/\mathbf{s})\end{aligned}",
                  BATCH_NORM + "return gamma / (m * s) * (m * G - np.sum(G, axis=0)\n"
                               "                          - Xhat * np.sum(G * Xhat, axis=0))"),
        reason=r"In column $j$: $d\hat{\mathbf{x}} = (d\mathbf{x} - \mathbf{1}\,d\mu - "
               r"\hat{\mathbf{x}}\,ds)/s$, with $d\mu = \tfrac1m\mathbf{1}^\top d\mathbf{x}$ and $ds = "
               r"\tfrac1m\hat{\mathbf{x}}^\top d\mathbf{x}$.",
        conditions={"no column of $X$ is constant": "X[:, 0] = 1"},
        wrong=(Wrong(r"G\operatorname{diag}(\boldsymbol\gamma/\mathbf{s})",
                     BATCH_NORM + "return G * gamma / s", "missing product-rule term",
                     "mean and deviation were held: right when they come from elsewhere"),
               Wrong(r"(G - \tfrac1m\mathbf{1}\mathbf{1}^\top G)\operatorname{diag}(\boldsymbol\gamma/"
                     r"\mathbf{s})", BATCH_NORM + "return (G - np.sum(G, axis=0) / m) * gamma / s",
                     "missing product-rule term", "the deviation was held")),
        symbolic="roots of means: the differences do not simplify in time",
        note=r"$\hat X$ has columns of mean 0 and deviation 1; the variance is divided by $m$. With "
             r"$\varepsilon$ added to it nothing changes but $\mathbf{s}$, and no condition is left.",
        refs="G15.4a", chapter=15, section="sec-15-batch", also="batch norm"),

    Identity(
        "batch normalisation, by its scale", "gamma: n, X: m n, beta: n",
        of=(r"\hat X\operatorname{diag}(\boldsymbol\gamma) + \mathbf{1}\boldsymbol\beta^\top",
            BATCH_NORM + "return gamma * Xhat + beta"),
        pullback=(r"(G \odot \hat X)^\top\mathbf{1}", BATCH_NORM + "return np.sum(G * Xhat, axis=0)"),
        reason=r"$dY = \hat X\operatorname{diag}(d\boldsymbol\gamma)$: each $\gamma_j$ scales its own "
               "column.",
        wrong=(Wrong(r"(G \odot X)^\top\mathbf{1}", "np.sum(G * X, axis=0)", None,
                     "the input before it was normalised", unnamed="other numbers in every entry"),
               Wrong(r"G \odot \hat X", BATCH_NORM + "return G * Xhat", "not summed over the batch",
                     "one row per example"),
               Wrong(r"(G \odot \hat X)\mathbf{1}", BATCH_NORM + "return np.sum(G * Xhat, axis=1)",
                     "wrong axis", "summed over the features")),
        refs="G15.4b", chapter=15, section="sec-15-batch", also="batch norm gamma"),

    Identity(
        "batch normalisation, by its shift", "beta: n, X: m n, gamma: n",
        of=(r"\hat X\operatorname{diag}(\boldsymbol\gamma) + \mathbf{1}\boldsymbol\beta^\top",
            BATCH_NORM + "return gamma * Xhat + beta"),
        pullback=(r"G^\top\mathbf{1}", "np.sum(G, axis=0)"),
        reason="A bias: added to every row, so the rows of $G$ are added up.",
        wrong=(Wrong(r"\boldsymbol\gamma \odot G^\top\mathbf{1}", "gamma * np.sum(G, axis=0)", None,
                     "the shift comes after the scale",
                     unnamed="a factor that acts elsewhere, on what is added to the shift"),
               Wrong("G", "G", "not summed over the batch", "one row per example")),
        refs="G15.4c", chapter=15, section="sec-15-batch", also="batch norm beta"),

    # Attention
    Identity(
        "softmax of rows, pulled back", "S: m n",
        of=(r"\operatorname{softmax}_{\text{rows}}(S)",
            "np.exp(S) / np.sum(np.exp(S), axis=1, keepdims=True)"),
        pullback=(r"P \odot \bigl(G - (P \odot G)\mathbf{1}\mathbf{1}^\top\bigr)", """
            P = np.exp(S) / np.sum(np.exp(S), axis=1, keepdims=True)
            return P * (G - (P * G) @ np.ones((n, n)))"""),
        reason=r"In each row $(\operatorname{diag}(\mathbf{p}) - \mathbf{p}\mathbf{p}^\top)\mathbf{g} = "
               r"\mathbf{p} \odot (\mathbf{g} - (\mathbf{p}^\top\mathbf{g})\mathbf{1})$.",
        wrong=(Wrong(r"P \odot G", """
                   P = np.exp(S) / np.sum(np.exp(S), axis=1, keepdims=True)
                   return P * G""", "missing product-rule term", "the sum below was held"),
               Wrong(r"P \odot (1 - P) \odot G", """
                   P = np.exp(S) / np.sum(np.exp(S), axis=1, keepdims=True)
                   return P * (1 - P) * G""", "only diagonal", "the slope of the logistic function"),
               Wrong(r"P \odot (G - \mathbf{1}\mathbf{1}^\top(P \odot G))", """
                   P = np.exp(S) / np.sum(np.exp(S), axis=1, keepdims=True)
                   return P * (G - np.ones((m, m)) @ (P * G))""", None,
                     "summed down the columns",
                     unnamed="the wrong sum is one of two terms")),
        note="$P$ is the value.",
        refs="G15.5a", chapter=15, section="sec-15-heads", also="attention weights"),

    Identity(
        "attention, by its values", "V: p q, Q: m n, K: p n",
        of=(r"\operatorname{softmax}_{\text{rows}}(QK^\top/\sqrt d)\,V", ATTENTION + "return P @ V"),
        pullback=(r"P^\top G", ATTENTION + "return P.T @ G"),
        reason=r"For given weights $P$ the output $PV$ is linear in $V$: $dO = P\,dV$.",
        wrong=(Wrong("PG", ATTENTION + "return P @ G", "raises",
                     "the transpose was forgotten; with as many queries as keys no shape tells"),
               Wrong(r"G^\top P", ATTENTION + "return G.T @ P", "transposed",
                     "what stands before $dV$ in the trace")),
        symbolic="exponentials of fractions: seconds",
        note=r"$d$ is the length of a query: the letter $n$ in the code.",
        refs="G15.5b", chapter=18, section="sec-18-attention", also="transformer"),

    Identity(
        "attention, by its queries", "Q: m n, K: p n, V: p q",
        of=(r"\operatorname{softmax}_{\text{rows}}(QK^\top/\sqrt d)\,V", ATTENTION + "return P @ V"),
        pullback=(r"\bar S K/\sqrt d", ATTENTION + SIGNAL_AT_SCORES + "return dS @ K / np.sqrt(n)"),
        reason=r"Back through $PV$: $\bar P = GV^\top$; through the softmax: $\bar S$; through "
               r"$QK^\top/\sqrt d$: $\bar SK/\sqrt d$.",
        wrong=(Wrong(r"\bar SK", ATTENTION + SIGNAL_AT_SCORES + "return dS @ K", "factor",
                     "the scores are scaled, so their signal is as well"),
               Wrong(r"(P \odot \bar P)K/\sqrt d",
                     ATTENTION + "return (P * (G @ V.T)) @ K / np.sqrt(n)", "missing product-rule term",
                     "the sum below in the softmax was held"),
               Wrong(r"\bar PK/\sqrt d", ATTENTION + "return G @ V.T @ K / np.sqrt(n)",
                     "missing chain factor", "the softmax was forgotten")),
        symbolic="exponentials of fractions: minutes",
        note=r"$\bar S = P \odot (\bar P - (P \odot \bar P)\mathbf{1}\mathbf{1}^\top)$ with "
             r"$\bar P = GV^\top$.",
        refs="G15.5c", chapter=18, section="sec-18-attention", also="transformer"),

    Identity(
        "attention, by its keys", "K: p n, Q: m n, V: p q",
        of=(r"\operatorname{softmax}_{\text{rows}}(QK^\top/\sqrt d)\,V", ATTENTION + "return P @ V"),
        pullback=(r"\bar S^\top Q/\sqrt d", ATTENTION + SIGNAL_AT_SCORES + "return dS.T @ Q / np.sqrt(n)"),
        reason=r"$dS = Q\,dK^\top/\sqrt d$: the layer with its weights transposed.",
        wrong=(Wrong(r"Q^\top\bar S/\sqrt d", ATTENTION + SIGNAL_AT_SCORES + "return Q.T @ dS / np.sqrt(n)",
                     "transposed", r"the gradient by $K^\top$"),
               Wrong(r"\bar S^\top Q", ATTENTION + SIGNAL_AT_SCORES + "return dS.T @ Q", "factor",
                     "the scores are scaled, so their signal is as well")),
        symbolic="exponentials of fractions: minutes",
        note=r"$\bar S = P \odot (\bar P - (P \odot \bar P)\mathbf{1}\mathbf{1}^\top)$ with "
             r"$\bar P = GV^\top$.",
        refs="G15.5d", chapter=18, section="sec-18-attention", also="transformer"),

    # Curvature
    Identity(
        "Hessian-vector product", "theta: n, A: m n, c: m",
        of=(r"\nabla L(\boldsymbol\theta)", "A.T @ (c * np.cos(A @ theta))"),
        differential=(r"\nabla^2L(\boldsymbol\theta)\,d\boldsymbol\theta",
                      "-A.T @ (c * np.sin(A @ theta) * (A @ dtheta))"),
        reason=r"$H\mathbf{v} = \frac{d}{d\epsilon}\nabla L(\boldsymbol\theta + \epsilon\mathbf{v})$ at "
               r"$\epsilon = 0$, with $\mathbf{v} = d\boldsymbol\theta$: a directional derivative of the "
               "gradient, never the whole $H$.",
        wrong=(Wrong(r"\mathbf{v}^\top\nabla L", "A.T @ (c * np.cos(A @ theta)) @ dtheta", "shape",
                     "the directional derivative of $L$, a number"),
               Wrong(r"A^\top(\mathbf{c} \odot \sin\mathbf{z} \odot A\mathbf{v})",
                     "A.T @ (c * np.sin(A @ theta) * (A @ dtheta))", "sign", "the slope of the cosine")),
        note=r"Shown for $L = \mathbf{c}^\top\sin(A\boldsymbol\theta)$, $\mathbf{z} = A\boldsymbol\theta$.",
        refs="G15.6a", chapter=15, section="sec-15-second", also="Pearlmutter HVP curvature"),

    Identity(
        "Gauss-Newton matrix", "theta: n, A: m n, y: m; y = np.exp(np.tanh(A @ theta)); y = y / np.sum(y)",
        of=(r"-\mathbf{y}^\top\log\operatorname{softmax}(\mathbf{z}(\boldsymbol\theta))", """
            z = np.tanh(A @ theta)
            return np.sum(y) * np.log(np.sum(np.exp(z))) - y @ z"""),
        gradient=(r"J^\top\nabla_{\mathbf{z}}\ell", """
            z = np.tanh(A @ theta)
            p = np.exp(z) / np.sum(np.exp(z))
            return A.T @ ((1 - z**2) * (np.sum(y) * p - y))"""),
        hessian=(r"J^\top\bigl(\nabla_{\mathbf{z}}^2\ell\bigr)J", """
            z = np.tanh(A @ theta)
            p, J = np.exp(z) / np.sum(np.exp(z)), np.diag(1 - z**2) @ A
            return J.T @ (np.diag(p) - np.outer(p, p)) @ J"""),
        reason=r"$\nabla^2L = J^\top(\nabla_{\mathbf{z}}^2\ell)J + \sum_k\frac{\partial\ell}{\partial "
               r"z_k}\nabla^2z_k$; the sum vanishes with $\nabla_{\mathbf{z}}\ell$.",
        conditions={r"$\nabla_{\mathbf{z}}\ell = 0$: the fit is exact": "y[0] = 2 * y[0]; y = y / np.sum(y)"},
        wrong=(Wrong(r"J^\top J", "J = np.diag(1 - np.tanh(A @ theta)**2) @ A\nreturn J.T @ J", None,
                     "right for half the squared error alone", form="hessian",
                     unnamed="a matrix is missing between two factors"),),
        symbolic="a target that is computed from the variable",
        note=r"Shown for $\mathbf{z} = \tanh(A\boldsymbol\theta)$. Elsewhere it is a part of the Hessian, "
             "the part that is never negative.",
        refs="G15.6b", chapter=15, section="sec-15-second", also="curvature generalized natural gradient"),
)
