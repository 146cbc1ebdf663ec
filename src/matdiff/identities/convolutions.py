"""Convolutions: each output is a product of the kernel with a window of the input.

As in libraries the kernel is not turned round: what is called a convolution here is a cross-correlation.
"""
from .entry import Identity, Views, Wrong

# The windows of a signal x and of an image X, one a row; in an image row by row.
WINDOWS = "Xcol = np.stack([x[i:i + k] for i in range(N - k + 1)])\n"
WINDOWS_2D = """
h, w = q - k + 1, N - n + 1         # positions down and across
Xcol = np.stack([X[i:i + k, j:j + n].ravel() for i in range(h) for j in range(w)])
"""
# Stride s, padding pad, dilation d. Windows of a batch X (b c x y): P has the axes b c i j u v.
LAYER = """
X0 = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
rows, cols = ((size + 2*pad - d*(length - 1) - 1) // s + 1 for size, length in zip(X.shape[2:], W.shape[2:]))
I = s * np.arange(rows)[:, None] + d * np.arange(W.shape[2])
J = s * np.arange(cols)[:, None] + d * np.arange(W.shape[3])
P = X0[:, :, I[:, None, :, None], J[None, :, None, :]]
"""
FORWARD = LAYER + "return np.einsum('ocuv,bcijuv->boij', W, P) + beta[:, None, None]"
# Small images with several channels, and kernels of 2 × 3 (in the symbolic check 2 × 2 or 2 × 3).
BATCH = "X = X[:2, :2, :4, :5]"
KERNELS = "W = W[:3, :2, :2, :3]"
SETTING = "s = 2; pad = 1; d = 2"

ENTRIES = (
    # One kernel on one signal or image
    Identity(
        "1-d convolution as a matrix product", "x: N, w: k",
        of=(r"z_i = \sum_uw_ux_{i+u}",
            "np.array([sum(w[u] * x[i + u] for u in range(k)) for i in range(N - k + 1)])"),
        equals=(r"X_{\text{col}}\mathbf{w}", WINDOWS + "return Xcol @ w"),
        reason=r"Row $i$ of $X_{\text{col}}$ is the window $(x_i, \dots, x_{i+k-1})$; entries that lie in "
               "several windows are copied.",
        wrong=(Wrong(r"\text{convolve}(\mathbf{x}, \mathbf{w})", "np.convolve(x, w, 'valid')", None,
                     "the convolution of signal processing turns the kernel round",
                     unnamed="two vectors are compared, not two derivatives"),),
        note=r"$(1, \dots, 5)$ with the kernel $(1, 10, 100)$: $(321, 432, 543)$; with the kernel turned "
             r"round $(123, 234, 345)$.",
        refs="S17-C07 E50", chapter=17, section="sec-17-windows", also="im2col cross-correlation"),

    Identity(
        "kernel of a 1-d convolution with a loss", "w: k, x: N, t: N; t = t[k-1:]",
        of=(r"\tfrac12\lVert X_{\text{col}}\mathbf{w} - \mathbf{t}\rVert^2",
            WINDOWS + "return np.sum((Xcol @ w - t)**2) / 2"),
        gradient=(r"X_{\text{col}}^\top\mathbf{g}", WINDOWS + "g = Xcol @ w - t\nreturn Xcol.T @ g"),
        differential=(r"\mathbf{g}^\top X_{\text{col}}\,d\mathbf{w}",
                      WINDOWS + "g = Xcol @ w - t\nreturn g @ Xcol @ dw"),
        reason=r"Each position $i$ adds $g_i$ times its window: $\sum_ig_i\mathbf{x}_i$, the windows being "
               r"the rows of $X_{\text{col}}$.",
        wrong=(Wrong(r"X_{\text{col}}\mathbf{g}", WINDOWS + "return Xcol @ (Xcol @ w - t)", "raises",
                     "the transpose was forgotten, and the shapes tell"),
               Wrong(r"g_i\mathbf{x}_i", WINDOWS + "return (Xcol @ w - t)[:, None] * Xcol",
                     "not summed over the batch", "one gradient per position: the kernel is shared"),
               Wrong(r"\tfrac1PX_{\text{col}}^\top\mathbf{g}",
                     WINDOWS + "return Xcol.T @ (Xcol @ w - t) / (N - k + 1)", "factor",
                     "positions are summed over, not averaged")),
        other=(r"\mathbf{g}^\top X_{\text{col}}", WINDOWS + "g = Xcol @ w - t\nreturn g @ Xcol"),
        views=Views(
            indices=(r"\frac{\partial L}{\partial w_u} = \sum_ig_ix_{i+u}", """
                D = np.zeros(k)
                for i in range(N - k + 1):
                    g = -t[i]
                    for u in range(k):
                        g += w[u] * x[i + u]
                    for u in range(k):
                        D[u] += g * x[i + u]
                return D"""),
            einsum=(r"g_i\,(X_{\text{col}})_{iu}",
                    WINDOWS + "g = np.einsum('iu,u->i', Xcol, w) - t\nreturn np.einsum('i,iu->u', g, Xcol)"),
            differential=(r"dL = \mathbf{g}^\top X_{\text{col}}\,d\mathbf{w}",
                          WINDOWS + "g = Xcol @ w - t\nreturn g @ Xcol @ dw"),
            steps=(r"$x_{i+u}$ has one index made of two; copied into $X_{\text{col}}$ it has two of its "
                   "own, and the sum over positions is an einsum.",
                   r"Multiply by $dw_u$ and sum over $u$: row $i$ of $X_{\text{col}}\,d\mathbf{w}$ is the "
                   "change of output $i$.",
                   r"What stands before $d\mathbf{w}$ is the row $\mathbf{g}^\top X_{\text{col}}$; "
                   "transposed, it is the gradient.")),
        note=r"$\mathbf{g} = \nabla_{\mathbf{z}}L$, for any loss of the outputs $\mathbf{z}$.",
        refs="S17-C09 S17-C28 S17-C29", chapter=17, section="sec-17-kernel", also="filter weights im2col"),

    Identity(
        "windows of a convolution with a loss", "X: p k, w: k, t: p",
        of=(r"\tfrac12\lVert X_{\text{col}}\mathbf{w} - \mathbf{t}\rVert^2", "np.sum((X @ w - t)**2) / 2"),
        gradient=(r"\mathbf{g}\,\mathbf{w}^\top", "np.outer(X @ w - t, w)"),
        differential=(r"\mathbf{g}^\top dX_{\text{col}}\,\mathbf{w}", "(X @ w - t) @ dX @ w"),
        reason=r"Output $i$ needs window $i$ alone, through the same kernel: $\partial z_i/\partial "
               r"\mathbf{x}_i = \mathbf{w}$.",
        wrong=(Wrong(r"\mathbf{w}\,\mathbf{g}^\top", "np.outer(w, X @ w - t)", "transposed",
                     "column and row exchanged"),
               Wrong(r"\mathbf{1}\mathbf{w}^\top", "np.outer(np.ones(p), w)", "missing chain factor",
                     "the signal was forgotten")),
        other=(r"\mathbf{w}\,\mathbf{g}^\top", "np.outer(w, X @ w - t)"),
        note="The same for signals and images: one row for each position. Entries that are copies of one "
             "entry of the input are still to be added up.",
        refs="S17-C10 S17-C22", chapter=17, section="sec-17-adjoint", also="im2col patches"),

    Identity(
        "signal of a 1-d convolution", "x: N, w: k",
        of=(r"z_i = \sum_uw_ux_{i+u}", WINDOWS + "return Xcol @ w"),
        jacobian=(r"T_{ij} = w_{j-i}", """
            T = np.zeros((N - k + 1, N))
            for i in range(N - k + 1):
                T[i, i:i + k] = w
            return T"""),
        pullback=(r"\sum_uw_ug_{j-u}", """
            D = np.zeros(N)
            for u in range(k):
                D[u:u + N - k + 1] += w[u] * G
            return D"""),
        reason=r"A Toeplitz matrix: the kernel, one place further in each row. Its transpose runs through "
               "the kernel backwards.",
        wrong=(Wrong(r"\sum_uw_{k-1-u}g_{j-u}", """
                   D = np.zeros(N)
                   for u in range(k):
                       D[u:u + N - k + 1] += w[k - 1 - u] * G
                   return D""", None, "the kernel was turned round once too often", form="pullback",
                     unnamed="the right factors at other places"),
               Wrong(r"T_{ij} = w_{k-1-(j-i)}", """
                   T = np.zeros((N - k + 1, N))
                   for i in range(N - k + 1):
                       T[i, i:i + k] = w[::-1]
                   return T""", None, "the matrix of the convolution of signal processing",
                     unnamed="the right factors at other places")),
        note=r"$g_i$ counts as 0 outside: $\mathbf{g}$ with $k - 1$ zeros on each side.",
        refs="E50", chapter=17, section="sec-17-input", also="Toeplitz transposed convolution"),

    Identity(
        "2-d convolution as a matrix product", "X: q N, W: k n",
        of=(r"\sum_{uv}W_{uv}X_{i+u,\,j+v}", """
            at = lambda i, j: sum(W[u, v] * X[i + u, j + v] for u in range(k) for v in range(n))
            return np.array([[at(i, j) for j in range(N - n + 1)] for i in range(q - k + 1)])"""),
        equals=(r"\operatorname{reshape}(X_{\text{col}}\mathbf{w})",
                WINDOWS_2D + "return (Xcol @ W.ravel()).reshape(h, w)"),
        reason="One window a row, positions row by row and windows row by row: so both are put back row by "
               "row.",
        wrong=(Wrong(r"\operatorname{vec}^{-1}(X_{\text{col}}\mathbf{w})",
                     WINDOWS_2D + "return unvec(Xcol @ W.ravel(), (h, w))", None,
                     "columns stacked: for a square output it is the transposed image",
                     unnamed="two arrays are compared, not two derivatives"),),
        refs="S17-C18 E31", chapter=17, section="sec-17-images", also="im2col row-major"),

    Identity(
        "error of a convolution", "z: p, t: p",
        of=(r"\tfrac12\lVert\mathbf{z} - \mathbf{t}\rVert^2", "np.sum((z - t)**2) / 2"),
        gradient=(r"\mathbf{z} - \mathbf{t}", "z - t"),
        reason=r"One square for every position; it is $\mathbf{g}$, where the way back begins.",
        wrong=(Wrong(r"\mathbf{t} - \mathbf{z}", "t - z", "sign", "the target first"),
               Wrong(r"2(\mathbf{z} - \mathbf{t})", "2 * (z - t)", "factor", "the loss is halved")),
        refs="S17-C20", chapter=17, section="sec-17-images"),

    Identity(
        "kernel of a 2-d convolution with a loss", "W: k n, X: q N",
        of=(r"\tfrac12\lVert X_{\text{col}}\operatorname{rows}(W)\rVert^2",
            WINDOWS_2D + "return np.sum((Xcol @ W.ravel())**2) / 2"),
        gradient=(r"\operatorname{reshape}(X_{\text{col}}^\top\mathbf{g})",
                  WINDOWS_2D + "g = Xcol @ W.ravel()\nreturn (Xcol.T @ g).reshape(k, n)"),
        reason=r"Laid out row by row the kernel is a vector; its gradient $X_{\text{col}}^\top\mathbf{g}$ is "
               "put back row by row.",
        wrong=(Wrong(r"\operatorname{vec}^{-1}(X_{\text{col}}^\top\mathbf{g})",
                     WINDOWS_2D + "return unvec(Xcol.T @ Xcol @ W.ravel(), (k, n))", "row-major vec",
                     "columns stacked where rows were laid out"),
               Wrong(r"\tfrac1P\operatorname{reshape}(X_{\text{col}}^\top\mathbf{g})",
                     WINDOWS_2D + "return (Xcol.T @ Xcol @ W.ravel()).reshape(k, n) / (h * w)", "factor",
                     "positions are summed over, not averaged")),
        note=r"Shown for $L = \tfrac12\lVert\mathbf{z}\rVert^2$, so $\mathbf{g} = \mathbf{z}$.",
        refs="S17-C21", chapter=17, section="sec-17-images", also="filter weights im2col"),

    # Sizes
    Identity(
        "output size of a convolution", "x: N, w: k; pad = 2; s = 1 + N % 3",
        of=(r"\text{number of positions}", "len(range(0, N + 2*pad - k + 1, s))"),
        equals=(r"\Bigl\lfloor\frac{n + 2p - k}{s}\Bigr\rfloor + 1", "(N + 2*pad - k) // s + 1"),
        reason=r"A window may begin at $0, s, 2s, \dots$ up to $n + 2p - k$.",
        conditions={"the kernel fits: $n + 2p \\ge k$": "k = N + 2*pad + s + 1"},
        wrong=(Wrong(r"\Bigl\lfloor\frac{n + 2p - k}{s}\Bigr\rfloor", "(N + 2*pad - k) // s", None,
                     "the window at 0 was not counted",
                     unnamed="two numbers are compared, not two derivatives"),),
        note=r"Length $n$, padding $p$ on both sides, stride $s$. The size stays the same for $s = 1$ and "
             r"$2p = k - 1$ only.",
        refs="S17-C24 E43", chapter=17, section="sec-17-sizes", also="stride padding arithmetic"),

    Identity(
        "output size of a dilated convolution", "x: N, w: k; pad = 4; s = 1 + N % 3; d = 3",
        of=("P",
            "sum(i % s == 0 and i + d*(k - 1) < N + 2*pad for i in range(N + 2*pad))"),
        equals=(r"\Bigl\lfloor\frac{n + 2p - \delta(k - 1) - 1}{s}\Bigr\rfloor + 1",
                "(N + 2*pad - d*(k - 1) - 1) // s + 1"),
        reason=r"With gaps a kernel of $k$ entries reaches over $\delta(k - 1) + 1$ entries of the input.",
        conditions={r"the kernel fits: $n + 2p > \delta(k - 1)$": "k = N + 2*pad"},
        wrong=(Wrong(r"\Bigl\lfloor\frac{n + 2p - \delta k}{s}\Bigr\rfloor + 1", "(N + 2*pad - d*k) // s + 1",
                     None, "$k$ entries have $k - 1$ gaps between them",
                     unnamed="two numbers are compared, not two derivatives"),),
        note=r"$P$ is the number of positions.",
        refs="G17.6a", chapter=17, section="sec-17-sizes", also="stride padding arithmetic"),

    Identity(
        "output size of a transposed convolution", "g: n, w: k; s = 3; d = 2; pad = 1; extra = n % 3",
        of=("n", "len(g)"),
        equals=(r"\begin{aligned}&\Bigl\lfloor\tfrac{t + 2p - \delta(k - 1) - 1}{s}\Bigr\rfloor + 1,\\ "
                r"&t = (n - 1)s - 2p\\ &\quad + \delta(k - 1) + 1 + e\end{aligned}", """
            t = (n - 1)*s - 2*pad + d*(k - 1) + 1 + extra
            return (t + 2*pad - d*(k - 1) - 1) // s + 1"""),
        reason=r"The adjoint goes back from $n$ outputs to a signal of length $t$; a convolution of that "
               r"length has $n$ outputs: $\lfloor n - 1 + e/s\rfloor + 1$.",
        conditions={"the output padding $e$ is below the stride": "extra = s"},
        wrong=(Wrong(r"t = ns - 2p + \delta(k - 1) + 1 + e",
                     "t = n*s - 2*pad + d*(k - 1) + 1 + extra\nreturn (t + 2*pad - d*(k - 1) - 1) // s + 1",
                     None, "$n$ positions are $n - 1$ strides apart",
                     unnamed="two numbers are compared, not two derivatives"),),
        note=r"$t$ is the size of the transposed convolution of $n$ entries.",
        refs="G17.6b", chapter=17, section="sec-17-transposed",
        also="deconvolution stride padding arithmetic"),

    # A layer: batch, channels, stride, padding, dilation
    Identity(
        "convolution layer as a matrix product",
        f"X: p n q N, W: m n q N, beta: m; {BATCH}; {KERNELS}; beta = beta[:3]; {SETTING}",
        of=(r"\begin{aligned}&\beta_o + \sum_{cuv}W_{ocuv}X_{bcxy},\\ &x = si + \delta u - p,\\ "
            r"&y = sj + \delta v - p\end{aligned}", """
            def entry(b, c, x, y):      # 0 outside
                inside = 0 <= x < X.shape[2] and 0 <= y < X.shape[3]
                return X[b, c, x, y] if inside else 0
            size = lambda axis: (X.shape[axis] + 2*pad - d*(W.shape[axis] - 1) - 1) // s + 1
            Z = np.zeros((len(X), len(W), size(2), size(3)))
            for b, o, i, j in np.ndindex(Z.shape):
                Z[b, o, i, j] = beta[o] + sum(W[o, c, u, v] * entry(b, c, s*i + d*u - pad, s*j + d*v - pad)
                                              for c, u, v in np.ndindex(W.shape[1:]))
            return Z"""),
        equals=(r"\begin{aligned}&X_{\text{col}}W_{\text{mat}}^\top\\ "
                r"&{}+ \mathbf{1}\boldsymbol\beta^\top\end{aligned}", LAYER + """
Xcol = P.transpose(0, 2, 3, 1, 4, 5).reshape(-1, W[0].size)     # rows b i j, columns c u v
Z = Xcol @ W.reshape(len(W), -1).T + beta
return Z.reshape(len(X), rows, cols, len(W)).transpose(0, 3, 1, 2)"""),
        reason=r"Row $(b, i, j)$ of $X_{\text{col}}$ is the window at that position, row $o$ of "
               r"$W_{\text{mat}}$ the kernel of that output channel.",
        wrong=(Wrong(r"\text{the rows of }Z\text{ in the order }b, o, i, j", LAYER + """
Xcol = P.transpose(0, 2, 3, 1, 4, 5).reshape(-1, W[0].size)
Z = Xcol @ W.reshape(len(W), -1).T + beta
return Z.reshape(len(X), len(W), rows, cols)""", None,
                     "the channels come last in the product; they have to be moved",
                     unnamed="two arrays are compared, not two derivatives"),),
        note="Indices from 0. The code takes stride 2, padding 1 and dilation 2.",
        refs="G17.1 G17.5a", chapter=17, section="sec-17-layer", also="im2col conv2d"),

    Identity(
        "kernels of a convolution layer",
        f"W: m n q N, X: p n q N, beta: m; {BATCH}; {KERNELS}; beta = beta[:3]; {SETTING}",
        of=(r"X_{\text{col}}W_{\text{mat}}^\top + \mathbf{1}\boldsymbol\beta^\top", FORWARD),
        pullback=(r"\operatorname{reshape}(G^\top X_{\text{col}})", LAYER + """
Xcol = P.transpose(0, 2, 3, 1, 4, 5).reshape(-1, W[0].size)     # rows b i j, columns c u v
Gmat = G.transpose(0, 2, 3, 1).reshape(-1, len(W))              # rows b i j, columns o
return (Gmat.T @ Xcol).reshape(W.shape)"""),
        reason=r"$\bar W_{ocuv} = \sum_{bij}G_{boij}X_{b,\,c,\,si+\delta u-p,\,sj+\delta v-p}$: each "
               "position of each example adds its window.",
        wrong=(Wrong(r"G_{boij}P_{bcijuv}\text{ of the first example}",
                     LAYER + "return np.einsum('oij,cijuv->ocuv', G[0], P[0])", None,
                     "the sum over the batch was forgotten",
                     unnamed="one of the sum's terms alone, which no name is for"),
               Wrong(r"\tfrac1bG^\top X_{\text{col}}",
                     LAYER + "return np.einsum('boij,bcijuv->ocuv', G, P) / len(X)", "factor",
                     "the mean over the batch is a part of the loss, so it is in $G$ already")),
        refs="G17.2a G17.5b", chapter=17, section="sec-17-layer", also="filter weights conv2d"),

    Identity(
        "bias of a convolution layer",
        f"beta: m, X: p n q N, W: m n q N; {BATCH}; {KERNELS}; beta = beta[:3]; {SETTING}",
        of=(r"X_{\text{col}}W_{\text{mat}}^\top + \mathbf{1}\boldsymbol\beta^\top", FORWARD),
        pullback=(r"G^\top\mathbf{1}", "np.sum(G, axis=(0, 2, 3))"),
        reason=r"$\bar\beta_o = \sum_{bij}G_{boij}$: one bias for all examples and positions.",
        wrong=(Wrong(r"\sum_{ij}G_{boij}", "np.sum(G, axis=(2, 3))", "not summed over the batch",
                     "summed over the positions alone"),),
        note=r"$G$ with one row for each example and position, as $X_{\text{col}}$ has.",
        refs="G17.2b G17.5d", chapter=17, section="sec-17-layer", also="conv2d"),

    Identity(
        "windows of a convolution layer", "X: N q, W: m q, beta: m",
        of=(r"X_{\text{col}}W_{\text{mat}}^\top + \mathbf{1}\boldsymbol\beta^\top", "X @ W.T + beta"),
        pullback=(r"GW_{\text{mat}}", "G @ W"),
        reason=r"$dZ = dX_{\text{col}}W_{\text{mat}}^\top$, so the gradient takes "
               r"$(W_{\text{mat}}^\top)^\top$.",
        wrong=(Wrong(r"GW_{\text{mat}}^\top", "G @ W.T", "raises",
                     "the rule for the layer $XW$; the shapes tell"),),
        refs="G17.5c", chapter=17, section="sec-17-layer", also="im2col patches"),

    Identity(
        "input of a convolution layer",
        f"X: p n q N, W: m n q N, beta: m; {BATCH}; {KERNELS}; beta = beta[:3]; {SETTING}",
        of=(r"X_{\text{col}}W_{\text{mat}}^\top + \mathbf{1}\boldsymbol\beta^\top", FORWARD),
        pullback=(r"\mathrm{col2im}(GW_{\text{mat}})", """
            b, c, height, width = X.shape
            D = np.zeros((b, c, height + 2*pad, width + 2*pad))
            for i, j in np.ndindex(G.shape[2:]):
                for u, v in np.ndindex(W.shape[2:]):
                    D[:, :, s*i + d*u, s*j + d*v] += G[:, :, i, j] @ W[:, :, u, v]
            return D[:, :, pad:pad + height, pad:pad + width]"""),
        reason=r"$\bar X_{bcxy} = \sum_oW_{ocuv}G_{boij}$, summed over all $i, u$ with $si + \delta u - p = "
               r"x$ and $j, v$ with $sj + \delta v - p = y$: what was read there is added there.",
        wrong=(Wrong(r"\text{the last window wins}", """
                   b, c, height, width = X.shape
                   D = np.zeros((b, c, height + 2*pad, width + 2*pad))
                   for i, j in np.ndindex(G.shape[2:]):
                       for u, v in np.ndindex(W.shape[2:]):
                           D[:, :, s*i + d*u, s*j + d*v] = G[:, :, i, j] @ W[:, :, u, v]
                   return D[:, :, pad:pad + height, pad:pad + width]""", None,
                     "col2im is no inverse of im2col: where windows overlap it adds",
                     unnamed="terms are missing in some entries only"),),
        refs="G17.3 G17.5e", chapter=17, section="sec-17-sizes", also="conv2d transposed convolution"),

    Identity(
        "input of a convolution layer with stride 1",
        f"X: p n q N, W: m n q N; {BATCH}; {KERNELS}",
        of=(r"\sum_{cuv}W_{ocuv}X_{b,\,c,\,i+u,\,j+v}", """
            P = np.lib.stride_tricks.sliding_window_view(X, W.shape[2:], axis=(2, 3))
            return np.einsum('ocuv,bcijuv->boij', W, P)"""),
        pullback=(r"\sum_{ouv}W^\circ_{ocuv}\,G^0_{b,\,o,\,x+u,\,y+v}", """
            kh, kw = W.shape[2:]
            G0 = np.pad(G, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
            P = np.lib.stride_tricks.sliding_window_view(G0, (kh, kw), axis=(2, 3))
            return np.einsum('ocuv,boijuv->bcij', W[:, :, ::-1, ::-1], P)"""),
        reason=r"Entry $x$ was read by position $i = x - u$ with weight $u$: the kernel is run through "
               "backwards, summed over the output channels.",
        wrong=(Wrong(r"\sum_{ouv}W_{ocuv}\,G^0_{b,\,o,\,x+u,\,y+v}", """
                   kh, kw = W.shape[2:]
                   G0 = np.pad(G, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
                   P = np.lib.stride_tricks.sliding_window_view(G0, (kh, kw), axis=(2, 3))
                   return np.einsum('ocuv,boijuv->bcij', W, P)""", None,
                     "the kernel was not turned by 180°",
                     unnamed="the right factors at other places"),),
        note=r"$W^\circ$ is the kernel turned by 180°; $G^0$ is $G$ with $k - 1$ zeros on each side: the "
             "full convolution.",
        refs="G17.4", chapter=17, section="sec-17-layer", also="conv2d full convolution"),

    # im2col and col2im
    Identity(
        "im2col, pulled back", "X: q N, W: k n",
        of=(r"\mathrm{im2col}(X)", WINDOWS_2D + "return Xcol"),
        pullback=(r"\mathrm{col2im}(G)", """
            D = np.zeros((q, N))
            positions = [(i, j) for i in range(q - k + 1) for j in range(N - n + 1)]
            for row, (i, j) in zip(G, positions):
                D[i:i + k, j:j + n] += row.reshape(k, n)
            return D"""),
        reason=r"im2col copies entries: it is linear. Its adjoint, with $\langle\mathrm{im2col}(X), "
               r"Y\rangle = \langle X, \mathrm{col2im}(Y)\rangle$, adds the copies up.",
        wrong=(Wrong(r"\mathrm{col2im}(G)/\text{counts}", """
                   D, counts = np.zeros((q, N)), np.zeros((q, N))
                   positions = [(i, j) for i in range(q - k + 1) for j in range(N - n + 1)]
                   for row, (i, j) in zip(G, positions):
                       D[i:i + k, j:j + n] += row.reshape(k, n)
                       counts[i:i + k, j:j + n] += 1
                   return D / counts""", None,
                     "the inverse, which averages the copies; the adjoint adds them",
                     unnamed="a factor for each entry that is no slope of the function"),),
        refs="G17.7a E50", chapter=17, section="sec-17-adjoint", also="adjoint scatter fold unfold"),

    Identity(
        "col2im after im2col", "X: q N, W: k n",
        of=(r"\mathrm{col2im}(\mathrm{im2col}(X))", WINDOWS_2D + """
D, positions = np.zeros((q, N)), [(i, j) for i in range(h) for j in range(w)]
for row, (i, j) in zip(Xcol, positions):
    D[i:i + k, j:j + n] += row.reshape(k, n)
return D"""),
        equals=(r"X \odot \text{counts}", """
            times = lambda size, length: np.convolve(np.ones(size - length + 1), np.ones(length))
            return X * np.outer(times(q, k), times(N, n))"""),
        reason=r"Every copy of an entry comes back to its place: the entry times the number of windows that "
               "hold it.",
        wrong=(Wrong("X", "X", None, "col2im does not undo im2col where windows overlap",
                     unnamed="two arrays are compared, not two derivatives"),),
        note=r"$3 \times 3$ with windows of $2 \times 2$: counts 1, 2, 1 / 2, 4, 2 / 1, 2, 1.",
        refs="G17.7b E50", chapter=17, section="sec-17-adjoint", also="fold unfold"),

    # Pooling
    Identity(
        "max pooling", "X: q N; X = X[:4, :6]",
        of=(r"\max_{uv}X_{2i+u,\,3j+v}", "np.max(X.reshape(2, 2, 2, 3), axis=(1, 3))"),
        pullback=(r"G_{ij}\text{ at the largest }X", """
            D = np.zeros((4, 6))
            for i, j in np.ndindex(2, 2):
                window = X[2*i:2*i + 2, 3*j:3*j + 3]
                u, v = np.unravel_index(np.argmax(window), (2, 3))
                D[2*i + u, 3*j + v] = G[i, j]
            return D"""),
        reason="Close by, the output is the largest entry of its window, and that entry alone counts.",
        conditions={"no window has its largest entry twice": "X = 0 * X"},
        wrong=(Wrong(r"\tfrac1{k^2}G_{ij}\text{ everywhere}", "np.kron(G, np.ones((2, 3))) / 6", None,
                     "the rule for the average",
                     unnamed="the gradient of another function"),),
        symbolic="the largest entry",
        note="At a tie there is no derivative; libraries choose one of the entries.",
        refs="G17.8a", chapter=17, section="sec-17-pooling", also="argmax subgradient"),

    Identity(
        "average pooling", "X: q N; X = X[:4, :6]",
        of=(r"Z_{ij} = \tfrac1{kl}\sum_{uv}X_{ki+u,\,lj+v}", "np.mean(X.reshape(2, 2, 2, 3), axis=(1, 3))"),
        pullback=(r"\tfrac1{kl}G \otimes \mathbf{1}\mathbf{1}^\top", "np.kron(G, np.ones((2, 3))) / 6"),
        reason=r"Each of the $kl$ entries of a window has the slope $1/kl$.",
        wrong=(Wrong(r"G \otimes \mathbf{1}\mathbf{1}^\top", "np.kron(G, np.ones((2, 3)))", "factor",
                     "the sum, not the average"),
               Wrong(r"\tfrac1{kl}\mathbf{1}\mathbf{1}^\top \otimes G",
                     "np.kron(np.ones((2, 3)), G) / 6", None, "the blocks the other way round",
                     unnamed="the right entries at other places")),
        symbolic="windows of fixed size",
        note=r"Windows of $k \times l$ that do not overlap; for $k \times k$ each entry gets $g/k^2$.",
        refs="G17.8b", chapter=17, section="sec-17-pooling", also="mean pooling"),

    # Special cases
    Identity(
        "1 x 1 convolution", "X: p n q N, W: m n",
        of=(r"Z_{boij} = \sum_cW_{oc}X_{bcij}", "np.einsum('oc,bcij->boij', W, X)"),
        equals=(r"X_{\text{flat}}W^\top", """
            flat = X.transpose(0, 2, 3, 1).reshape(-1, n)       # one row for each pixel
            return (flat @ W.T).reshape(p, q, N, m).transpose(0, 3, 1, 2)"""),
        reason="Each window is one pixel with its channels: a layer, applied to every pixel.",
        wrong=(Wrong(r"X_{\text{flat}}\text{ by reshape alone}", """
                   flat = X.reshape(-1, n)
                   return (flat @ W.T).reshape(p, q, N, m).transpose(0, 3, 1, 2)""", None,
                     "the channels have to be moved to the end first",
                     unnamed="two arrays are compared, not two derivatives"),),
        refs="G17.9a", chapter=17, section="sec-17-layer", also="pointwise convolution"),

    Identity(
        "kernels of a depthwise convolution", f"W: n q N, X: p n q N; {BATCH}; W = W[:2, :2, :3]",
        of=(r"\sum_{uv}W_{cuv}X_{b,\,c,\,i+u,\,j+v}", """
            P = np.lib.stride_tricks.sliding_window_view(X, W.shape[1:], axis=(2, 3))
            return np.einsum('cuv,bcijuv->bcij', W, P)"""),
        pullback=(r"\sum_{bij}G_{bcij}X_{b,\,c,\,i+u,\,j+v}", """
            P = np.lib.stride_tricks.sliding_window_view(X, W.shape[1:], axis=(2, 3))
            return np.einsum('bcij,bcijuv->cuv', G, P)"""),
        reason="Each channel has a kernel of its own and gives one output: there is no sum over channels.",
        wrong=(Wrong(r"\sum_{b,\,ij,\,c'}G_{bcij}X_{b,\,c',\,i+u,\,j+v}", """
                   P = np.lib.stride_tricks.sliding_window_view(X, W.shape[1:], axis=(2, 3))
                   return np.einsum('bcij,bdijuv->cuv', G, P)""", None,
                     "summed over the input channels as well",
                     unnamed="terms of other channels are added"),),
        refs="G17.9b", chapter=17, section="sec-17-layer", also="grouped convolution"),
)
