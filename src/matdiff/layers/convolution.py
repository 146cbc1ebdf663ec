"""Convolutions of images and signals, and their adjoints.

Everything is matrix products with the columns of `windows`, in blocks that stay in the cache. The columns are
made again for the backward pass: that costs less than to read them from memory, and nothing is kept.
"""
import numpy as np

from .inputs import common, integer, margins, pair, pixels, shaped
from .windows import Windows, signal


def conv2d(X, W, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Z[n, k, i, j] = b[k] + Σ_cuv W[k, c, u, v] X[n, c, s i + d u - p, s j + d v - p], X being 0 outside.

    X (N, C, H, W), W (K, C/groups, kh, kw) and b (K,) give Z (N, K, H', W') with
    H' = ⌊(H + 2p - d(kh - 1) - 1)/s⌋ + 1. As in the field this is cross-correlation; convolution turns the
    kernel round: W[:, :, ::-1, ::-1]. Stride s, padding p and dilation d are integers or (rows, columns),
    padding also ((top, bottom), (left, right)). With groups, channels and kernels fall into so many parts,
    and each part of the kernels sees its own channels. A stride may leave pixels at the end unread.

    Raises ValueError if shapes do not fit, groups do not divide them, or the kernel is larger than the padded
    image.

    >>> X, W = np.array([[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1]]), np.array([[1, 0, -1], [2, 1, 0]])
    >>> conv2d(X[None, None], W[None, None])[0, 0]
    array([[6., 1.],
           [5., 4.]])
    """
    X, W, windows = _given(X, W, stride, padding, dilation, groups)
    if b is not None:
        X, W, b = common(X, W, _bias(b, "b", len(W)))
    return _correlate(X, W, windows, groups, b)


def conv2d_jvp(X, W, b=None, dX=None, dW=None, db=None, *, stride=1, padding=0, dilation=1, groups=1):
    """(Z, dZ) of `conv2d` when X, W and b move by dX, dW and db; what is None stays.

    Z is linear in each: dZ = conv(dX, W) + conv(X, dW) + db. Errors as for `conv2d`.

    >>> X, W = np.array([[[[1., 2, 3]]]]), np.array([[[[1., 10]]]])
    >>> conv2d_jvp(X, W, dW=np.array([[[[0., 1]]]]))
    (array([[[[21., 32.]]]]), array([[[[2., 3.]]]]))
    """
    X, W, windows = _given(X, W, stride, padding, dilation, groups)
    Z, dZ = _correlate(X, W, windows, groups), 0
    if dX is not None:
        dZ = dZ + _correlate(*common(shaped(dX, "dX", X.shape, "that of X"), W), windows, groups)
    if dW is not None:
        dZ = dZ + _correlate(*common(X, shaped(dW, "dW", W.shape, "that of W")), windows, groups)
    dZ = np.zeros_like(Z) + dZ
    return Z if b is None else _with_bias(Z, b), dZ if db is None else _with_bias(dZ, db, "db")


def conv2d_vjp(X, W, G, *, stride=1, padding=0, dilation=1, groups=1):
    """(Xbar, Wbar, bbar): the gradients for X, W and b from G, that for Z.

    Wbar[k, c, u, v] = Σ_nij G[n, k, i, j] X[n, c, s i + d u - p, s j + d v - p], Xbar scatters G W along the
    same indices, and bbar sums G over images and positions. A pixel that no window reads gets 0. Errors as
    for `conv2d`.

    >>> X, W, G = np.array([[[[1., 2, 3]]]]), np.array([[[[1., 10]]]]), np.array([[[[1., -1]]]])
    >>> conv2d_vjp(X, W, G)
    (array([[[[  1.,   9., -10.]]]]), array([[[[-1., -1.]]]]), array([0.]))
    """
    X, W, windows = _given(X, W, stride, padding, dilation, groups)
    G = np.asarray(shaped(G, "G", (len(X), len(W), *windows.count), "that of the output"))
    X, W, G = common(X, W, G)
    return *_pull_back(G, windows, groups, X, W), G.sum((0, 2, 3))


def conv_transpose2d(Z, W, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    """The adjoint of `conv2d` for its input, as a layer: <conv2d(X, W), Z> = <X, conv_transpose2d(Z, W)>.

    Z (N, K, H, W), W (K, C/groups, kh, kw), the same W as for `conv2d`, b (C,) gives (N, C, H', W'),
    H' = (H - 1) s - 2p + d(kh - 1) + 1 + output_padding. Several sizes H' have the same H under a stride:
    output_padding, less than the stride, says which is meant. Errors as for `conv2d`.

    >>> conv_transpose2d(np.array([[[[1., 0, 2]]]]), np.array([[[[1., 2, 3]]]]), stride=2)
    array([[[[1., 2., 3., 0., 2., 4., 6.]]]])
    """
    Z, W, windows = _given_transposed(Z, W, stride, padding, dilation, groups, output_padding)
    X, _ = _pull_back(Z, windows, groups, W=W)
    return X if b is None else _with_bias(X, b)


def conv_transpose2d_vjp(Z, W, G, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    """(Zbar, Wbar, bbar) from G, the gradient for the output of `conv_transpose2d`.

    The adjoint of the adjoint is the convolution: Zbar = conv2d(G, W). Wbar is that of `conv2d` with G for
    its input and Z for its upstream gradient. Errors as for `conv2d`.

    >>> Z, W, G = np.array([[[[1., 0, 2]]]]), np.array([[[[1., 2, 3]]]]), np.arange(7.).reshape(1, 1, 1, 7)
    >>> conv_transpose2d_vjp(Z, W, G, stride=2)
    (array([[[[ 8., 20., 32.]]]]), array([[[[ 8., 11., 14.]]]]), array([21.]))
    """
    Z, W, windows = _given_transposed(Z, W, stride, padding, dilation, groups, output_padding)
    G = np.asarray(shaped(G, "G", (len(Z), W.shape[1] * groups, *windows.image), "that of the output"))
    Z, W, G = common(Z, W, G)
    _, Wbar = _pull_back(Z, windows, groups, X=G)
    return _correlate(G, W, windows, groups), Wbar, G.sum((0, 2, 3))


def conv1d(X, W, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """`conv2d` for signals: X (N, C, L), W (K, C/groups, k), b (K,) gives Z (N, K, L').

    Stride, padding and dilation are integers, padding also (before, after). Errors as for `conv2d`.

    >>> conv1d(np.array([[[2, 0, 1, 3, -1, 4]]]), np.array([[[1, 2, -1]]]))
    array([[[ 1., -1.,  8., -3.]]])
    """
    X, W = _signals(X, W)
    return conv2d(X, W, b, **_of_a_row(stride, padding, dilation), groups=groups)[:, :, 0]


def conv1d_vjp(X, W, G, *, stride=1, padding=0, dilation=1, groups=1):
    """(Xbar, Wbar, bbar) of `conv1d` from G, the gradient for Z. Errors as for `conv2d`.

    >>> X, W, G = np.array([[[2, 0, 1, 3, -1, 4]]]), np.array([[[1, 2, -1]]]), np.array([[[1, -1, 2, 1]]])
    >>> conv1d_vjp(X, W, G)
    (array([[[ 1.,  1., -1.,  6.,  0., -1.]]]), array([[[7., 4., 0.]]]), array([3.]))
    """
    X, W = _signals(X, W)
    G = pixels(G, "G", "N, K, L'")[:, :, None]
    Xbar, Wbar, bbar = conv2d_vjp(X, W, G, **_of_a_row(stride, padding, dilation), groups=groups)
    return Xbar[:, :, 0], Wbar[:, :, 0], bbar


# ------------------------------------------------------------------------- the products, block by block

def _correlate(X, W, windows, groups, b=None):
    """Kernels times columns, plus the bias."""
    Z = np.empty((len(X), len(W), *windows.count), X.dtype)
    kernels = W.reshape(groups, len(W) // groups, -1)
    blocks, strips, buffer = windows.blocks(len(X), X.shape[1], X.dtype)
    for images in blocks:
        Y = windows.lanes(X[images])
        for rows in strips:
            z = kernels @ windows.columns(Y, rows, buffer, groups)
            if b is not None:
                z += b.reshape(groups, -1, 1)
            Z[images, :, rows] = windows.unspread(z, Y.shape[3], rows)
    return Z


def _pull_back(G, windows, groups, X=None, W=None):
    """(Xbar, Wbar): the first needs W, the second X, and is None without.

    Kernels, transposed, times upstream gradients, added where the columns were read; and upstream gradients
    times columns, transposed, summed over the blocks.
    """
    (N, K), C = G.shape[:2], X.shape[1] if W is None else W.shape[1] * groups
    taps = C // groups * windows.area
    Xbar, Wbar = np.zeros((N, C, *windows.image), G.dtype), np.zeros((groups, K // groups, taps), G.dtype)
    blocks, strips, buffer = windows.blocks(N, C, G.dtype)
    for images in blocks:
        Ybar = windows.no_lanes(len(G[images]), C, G.dtype)
        Y = None if X is None else windows.lanes(X[images])
        for rows in strips:
            g = windows.spread(G[images, :, rows]).reshape(groups, K // groups, -1)
            if X is not None:
                Wbar += g @ windows.columns(Y, rows, buffer, groups).mT
            if W is not None:
                columns = windows.room(Ybar, rows, buffer).reshape(groups, taps, -1)
                windows.add(np.matmul(W.reshape(groups, K // groups, taps).mT, g, out=columns), Ybar, rows)
        windows.unlane(Ybar, Xbar[images])
    return None if W is None else Xbar, None if X is None else Wbar.reshape(K, C // groups, *windows.kernel)


# ------------------------------------------------------------------------------------------- inputs

def _given(X, W, stride, padding, dilation, groups):
    X, W = pixels(X, "X", "N, C, H, W"), pixels(W, "W", "K, C/groups, kh, kw")
    C, K = X.shape[1], len(W)
    if not C or not K:
        raise ValueError(f"X has {C} channels and W {K} kernels: expected at least one of each.")
    if integer(groups, "groups", 1) and C % groups:
        raise ValueError(f"X has {C} channels and groups is {groups}: expected a number that divides them.")
    _kernels_divide(K, groups)
    if W.shape[1] != C // groups:
        raise ValueError(f"W has {W.shape[1]} channels, X has {C} and groups is {groups}: each kernel sees "
                         f"{C // groups}, expected W (K, {C // groups}, ...).")
    return *common(X, W), Windows(X.shape[2:], W.shape[2:], stride, padding, dilation)


def _given_transposed(Z, W, stride, padding, dilation, groups, output_padding):
    Z, W = pixels(Z, "Z", "N, K, H, W"), pixels(W, "W", "K, C/groups, kh, kw")
    _kernels_divide(len(W), integer(groups, "groups", 1))
    if Z.shape[1] != len(W):
        raise ValueError(f"W has {len(W)} kernels and Z {Z.shape[1]} channels: expected a channel of Z for "
                         "each kernel.")
    size = []
    sides = zip(Z.shape[2:], W.shape[2:], pair(stride, "stride", 1), margins(padding),
                pair(dilation, "dilation", 1), pair(output_padding, "output_padding", 0))
    for n, k, s, (before, after), d, extra in sides:
        if extra >= s:
            raise ValueError(f"output_padding is {extra} and the stride {s}: expected less than the stride.")
        size.append((n - 1) * s - before - after + d * (k - 1) + 1 + extra)
    if min(size) < 1:
        raise ValueError(f"The padding, {padding}, leaves nothing of the output, {size[0]} × {size[1]}: "
                         "expected less.")
    return *common(Z, W), Windows(size, W.shape[2:], stride, padding, dilation)


def _kernels_divide(K, groups):
    if K % groups:
        raise ValueError(f"W has {K} kernels and groups is {groups}: expected a number that divides them.")


def _with_bias(Z, b, name="b"):
    return Z + _bias(b, name, Z.shape[1])[:, None, None]


def _bias(b, name, channels):
    return np.asarray(shaped(b, name, (channels,), "one for each channel of the output"))


def _signals(X, W):
    return pixels(X, "X", "N, C, L")[:, :, None], pixels(W, "W", "K, C/groups, k")[:, :, None]


def _of_a_row(stride, padding, dilation):
    _, stride, padding, dilation = signal(1, stride, padding, dilation)
    return {"stride": stride, "padding": padding, "dilation": dilation}
