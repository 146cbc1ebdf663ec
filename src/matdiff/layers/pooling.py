"""Pooling: one number for each window of each channel, and the way back."""
import numpy as np

from .inputs import common, pair, pixels, shaped
from .windows import Windows


def max_pool2d(X, size, *, stride=None, padding=0):
    """The largest entry of each window: X (N, C, H, W) gives (N, C, H', W').

    The stride is the size unless given. Padding takes no part. A stride may leave pixels at the end unread.

    Raises ValueError if the window does not fit in the padded image, or is no larger than the padding.

    >>> X = np.array([[[[1, 4, 2, 0], [3, 0, 1, 5]]]])
    >>> max_pool2d(X, 2)
    array([[[[4., 5.]]]])
    """
    X, windows = _given(X, size, stride, padding)
    return _largest(_padded(X, windows, -np.inf), windows)


def max_pool2d_vjp(X, G, size, *, stride=None, padding=0):
    """The gradient for X from G, that for the output: it goes to the largest entry of each window.

    Entries that tie for the largest share it equally. That is a choice: at a tie there is no derivative, any
    shares that add up to 1 give a subgradient, and libraries often give all to the first. Errors as for
    `max_pool2d`.

    >>> max_pool2d_vjp(np.array([[[[1, 4, 2, 5], [3, 0, 1, 5]]]]), np.array([[[[2, -1]]]]), 2)
    array([[[[ 0. ,  2. ,  0. , -0.5],
             [ 0. ,  0. ,  0. , -0.5]]]])
    """
    X, windows = _given(X, size, stride, padding)
    padded = _padded(X, windows, -np.inf)
    Z = _largest(padded, windows)
    X, G = common(X, shaped(G, "G", Z.shape, "that of the output"))
    won = [padded[at] == Z for at in _taps(windows)]
    share = G / np.maximum(sum(won, start=np.zeros(Z.shape, X.dtype)), 1)
    return _back([share * w for w in won], windows)


def avg_pool2d(X, size, *, stride=None, padding=0):
    """The mean of each window: X (N, C, H, W) gives (N, C, H', W'); padding counts as zeros.

    The stride is the size unless given. Errors as for `max_pool2d`.

    >>> avg_pool2d(np.array([[[[1, 4, 2, 0], [3, 0, 1, 5]]]]), 2)
    array([[[[2., 2.]]]])
    """
    X, windows = _given(X, size, stride, padding)
    padded = _padded(X, windows, 0)
    Z = sum((padded[at] for at in _taps(windows)), start=np.zeros((*X.shape[:2], *windows.count), X.dtype))
    Z /= windows.area
    return Z


def avg_pool2d_vjp(X, G, size, *, stride=None, padding=0):
    """The gradient for X from G, that for the output: each entry of a window of k pixels gets 1/k of it.

    Of X only the shape counts: the layer is linear. Errors as for `max_pool2d`.

    >>> avg_pool2d_vjp(np.ones((1, 1, 2, 4)), np.array([[[[2, -1]]]]), 2)
    array([[[[ 0.5 ,  0.5 , -0.25, -0.25],
             [ 0.5 ,  0.5 , -0.25, -0.25]]]])
    """
    X, windows = _given(X, size, stride, padding)
    X, G = common(X, shaped(G, "G", (*X.shape[:2], *windows.count), "that of the output"))
    return _back([G / windows.area] * windows.area, windows)


def _largest(padded, windows):
    first, *others = _taps(windows)
    Z = padded[first].copy()
    for at in others:
        np.maximum(Z, padded[at], out=Z)
    return Z


def _taps(windows):
    """What each tap reads of the padded image."""
    return [(..., windows.rows.pixels(u), windows.cols.pixels(v)) for u, v in windows.taps()]


def _padded(X, windows, value):
    if not np.any(windows.padding):
        return X
    return np.pad(X, ((0, 0), (0, 0), *windows.padding), constant_values=value)


def _back(shares, windows):
    """What each tap returns, added where it was read, without the padding."""
    out = np.zeros((*shares[0].shape[:2], windows.rows.padded, windows.cols.padded), shares[0].dtype)
    for at, share in zip(_taps(windows), shares):
        out[at] += share
    (top, _), (left, _) = windows.padding
    return out[..., top:top + windows.image[0], left:left + windows.image[1]]


def _given(X, size, stride, padding):
    X, size = pixels(X, "X", "N, C, H, W"), pair(size, "size", 1)
    windows = Windows(X.shape[2:], size, size if stride is None else stride, padding)
    if any(max(side) >= k for side, k in zip(windows.padding, size)):
        raise ValueError(f"The padding, {padding}, is as large as the window, {size[0]} × {size[1]}: a "
                         "window would see padding alone, expected less.")
    return X, windows
