"""Where the windows of a kernel lie in an image; their pixels as columns, and the way back.

Window i of a kernel with stride s and dilation d reads row s i + d u of the padded image at its tap u. Write
d u = s q + r: that is row i + q of *lane* r, which holds every s-th row from r on. The same with columns.
Within a lane the windows lie side by side whatever the stride, so a tap's pixels for all windows are one run
of memory (and at the end of each row a few too many, which are dropped). To copy such runs is what is fast.
"""
import math
from itertools import product

import numpy as np

from .inputs import integer, margins, numbers, pair, shaped

BLOCK = 2**21       # bytes of columns at a time: what stays in the cache


class Axis:
    """The windows along one axis: how many, and for each tap its lane and its place in it."""

    def __init__(self, size, kernel, stride, padding, dilation):
        before, after = padding
        self.kernel, self.stride, self.dilation = kernel, stride, dilation
        self.span, self.padded = dilation * (kernel - 1) + 1, before + size + after
        self.count = (self.padded - self.span) // stride + 1
        steps = [divmod(dilation * u, stride) for u in range(kernel)]
        residues = sorted({r for _, r in steps})
        self.taps = [(residues.index(r), q) for q, r in steps]      # lane, first place
        self.beyond = max(q for q, _ in steps)
        self.lanes = [self._lane(r, size, before) for r in residues]

    def _lane(self, r, size, before):
        """The slice of the image that lane r holds, and where in the lane it lies; the rest is padding."""
        first = max(0, -((r - before) // self.stride))
        pixel = self.stride * first + r - before
        n = max(0, min(self.count + self.beyond - first, -((pixel - size) // self.stride)))
        return slice(pixel, pixel + self.stride * n, self.stride), slice(first, first + n)

    def pixels(self, u):
        """What tap u reads of the padded image."""
        start = self.dilation * u
        return slice(start, start + self.stride * (self.count - 1) + 1, self.stride)


class Windows:
    """The windows of a kernel (kh, kw) in images (H, W): `count` down and across, `number` in all."""

    def __init__(self, image, kernel, stride=1, padding=0, dilation=1):
        kernel, self.padding = pair(kernel, "kernel", 1), margins(padding)
        stride, dilation = pair(stride, "stride", 1), pair(dilation, "dilation", 1)
        self.rows, self.cols = (Axis(*side) for side in zip(image, kernel, stride, self.padding, dilation))
        self.image, self.kernel, self.area = tuple(image), kernel, kernel[0] * kernel[1]
        self.count, self.number = (self.rows.count, self.cols.count), self.rows.count * self.cols.count
        if min(self.count) < 1:
            dilated = "" if max(dilation) == 1 else f" of {_by(kernel)} taps"
            span, padded = (self.rows.span, self.cols.span), (self.rows.padded, self.cols.padded)
            raise ValueError(f"The kernel{dilated} spans {_by(span)} pixels and the padded image has "
                             f"{_by(padded)}: expected a kernel that fits in; padding= adds zeros.")
        self.width = self.cols.count + self.cols.beyond
        # One row more than the windows need: the last run of a tap that starts within a row ends in the next.
        self.height = self.rows.count + self.rows.beyond + (self.cols.beyond > 0)

    def taps(self):
        return product(range(self.kernel[0]), range(self.kernel[1]))

    def blocks(self, images, channels, dtype):
        """Slices of the images, slices of the windows' rows, and an array for the columns of one of each.

        Columns are about BLOCK bytes at a time, all in the same memory, one after another.
        """
        down, row = self.count[0], max(1, channels * self.area * self.width)
        most = BLOCK // (row * dtype.itemsize)
        some, rows = min(max(1, most // down), max(1, images)), min(max(1, most), down)
        return ([slice(n, min(n + some, images)) for n in range(0, images, some)],
                [slice(i, min(i + rows, down)) for i in range(0, down, rows)],
                np.empty(some * rows * row, dtype))

    def no_lanes(self, images, channels, dtype):
        """(C, lanes down, lanes across, N, height, width) of zeros."""
        lanes = len(self.rows.lanes), len(self.cols.lanes)
        return np.zeros((channels, *lanes, images, self.height, self.width), dtype)

    def lanes(self, X):
        """Images (N, C, H, W), padded, as their lanes."""
        Y = self.no_lanes(len(X), X.shape[1], X.dtype)
        for lane, pixels, places in self._pixels_and_places():
            Y[lane][places] = X[pixels].swapaxes(0, 1)
        return Y

    def unlane(self, Y, X):
        """Lanes back in their images, without the padding; a pixel that no lane holds stays as it is."""
        for lane, pixels, places in self._pixels_and_places():
            X[pixels] = Y[lane][places].swapaxes(0, 1)

    def _pixels_and_places(self):
        for (a, (x, i)), (b, (y, j)) in product(enumerate(self.rows.lanes), enumerate(self.cols.lanes)):
            yield (slice(None), a, b), (..., x, y), (..., i, j)

    def columns(self, Y, rows, buffer, groups=1):
        """What the windows in these rows read: (groups, C/groups × kh × kw, N × rows × width), from lanes."""
        out = self.room(Y, rows, buffer)
        for u, v in self.taps():
            out[:, u, v] = self._run(Y, u, v, rows)
        return out.reshape(groups, len(Y) // groups * self.area, -1)

    def room(self, Y, rows, buffer):
        """The part of the buffer that the columns take: (C, kh, kw, N, rows × width)."""
        shape = self._shape(Y, rows)
        return buffer[:math.prod(shape)].reshape(shape)

    def add(self, columns, Y, rows):
        """The adjoint of `columns`: what each window returns is added where it was read."""
        columns = columns.reshape(self._shape(Y, rows))
        for u, v in self.taps():
            run = self._run(Y, u, v, rows)
            run += columns[:, u, v]

    def _shape(self, Y, rows):
        return len(Y), *self.kernel, Y.shape[3], (rows.stop - rows.start) * self.width

    def _run(self, Y, u, v, rows):
        (a, i), (b, j) = self.rows.taps[u], self.cols.taps[v]
        start, stop = ((i + row) * self.width + j for row in (rows.start, rows.stop))
        return Y[:, a, b].reshape(len(Y), Y.shape[3], self.height * self.width)[..., start:stop]

    def spread(self, G):
        """Outputs (N, K, rows, across) as (K, N, rows, width), zeros where the runs have too many."""
        out = np.empty((G.shape[1], len(G), G.shape[2], self.width), G.dtype)
        out[..., :self.count[1]] = G.swapaxes(0, 1)
        out[..., self.count[1]:] = 0
        return out

    def unspread(self, Z, images, rows):
        """The other way, (groups, K/groups, N × rows × width) as (N, K, rows, across)."""
        Z = Z.reshape(Z.shape[0] * Z.shape[1], images, rows.stop - rows.start, self.width)
        return Z[..., :self.count[1]].swapaxes(0, 1)


def im2col(X, kernel, *, stride=1, padding=0, dilation=1):
    """The windows of X as the rows of a matrix: (N × windows, C × kh × kw).

    X is a batch of images (N, C, H, W), an image (H, W), a batch of signals (N, C, L) or a signal (L,); the
    kernel is an integer or (kh, kw). Rows go through images, then down, then across; in a row a window stands
    channel by channel, row by row, as `W.reshape(K, -1)` has it. Entries in several windows are copied.

    Raises ValueError if the kernel does not fit in the padded image.

    >>> im2col(np.array([2, 0, 1, 3, -1, 4]), 3)
    array([[ 2.,  0.,  1.],
           [ 0.,  1.,  3.],
           [ 1.,  3., -1.],
           [ 3., -1.,  4.]])
    """
    X = np.asarray(numbers(X, "X"))
    shape, windows = _batch(X.shape, "X", kernel, stride, padding, dilation)
    (N, C), rows = shape[:2], slice(0, windows.count[0])
    buffer = np.empty(C * windows.area * N * windows.count[0] * windows.width, X.dtype)
    columns = windows.columns(windows.lanes(X.reshape(shape)), rows, buffer)
    columns = windows.unspread(columns, N, rows).transpose(0, 2, 3, 1)
    return columns.reshape(N * windows.number, C * windows.area)


def col2im(columns, shape, kernel, *, stride=1, padding=0, dilation=1):
    """The adjoint of `im2col`: every entry is added to the pixel that it was copied from; X's shape is given.

    <im2col(X), Y> = <X, col2im(Y)>. It is not the inverse: col2im(im2col(X)) is X times the number of windows
    that read each pixel, and 0 where a stride leaves a pixel out. Errors as for `im2col`.

    >>> col2im(np.ones((4, 4)), (3, 3), 2)          # how often a 2 × 2 window reads each pixel
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    shape = tuple(shape) if isinstance(shape, list) else shape
    batch, windows = _batch(shape, "shape", kernel, stride, padding, dilation)
    N, C = batch[:2]
    taps = C * windows.area
    columns = shaped(columns, "columns", (N * windows.number, taps), "that of im2col")
    runs = windows.spread(columns.reshape(N, *windows.count, taps).transpose(0, 3, 1, 2))
    Y = windows.no_lanes(N, C, columns.dtype)
    windows.add(runs, Y, slice(0, windows.count[0]))
    X = np.zeros(batch, columns.dtype)
    windows.unlane(Y, X)
    return X.reshape(shape)


def _batch(shape, name, kernel, stride, padding, dilation):
    """The shape as that of a batch of images, and the windows in them; a signal is an image of one row."""
    if not isinstance(shape, tuple) or len(shape) not in (1, 2, 3, 4):
        given = f"is {shape}" if name == "shape" else f"has shape {shape}"
        raise ValueError(f"{name} {given}: expected (N, C, H, W), (H, W), (N, C, L) or (L,).")
    leading = tuple(shape[:2]) if len(shape) > 2 else (1, 1)
    if len(shape) % 2 == 0:
        return (*leading, *shape[-2:]), Windows(shape[-2:], kernel, stride, padding, dilation)
    return (*leading, 1, shape[-1]), Windows((1, shape[-1]), *signal(kernel, stride, padding, dilation))


def signal(kernel, stride, padding, dilation):
    """Sizes along a signal as those of an image of one row; padding is an integer or (before, after)."""
    kernel, stride = integer(kernel, "kernel", 1), integer(stride, "stride", 1)
    side = pair(padding, "padding", 0, "before and after")
    return (1, kernel), (1, stride), ((0, 0), side), (1, integer(dilation, "dilation", 1))


def _by(size):
    return " × ".join(map(str, size))
