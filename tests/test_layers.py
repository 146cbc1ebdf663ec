"""Layers: against loops, against numerical derivatives, each as the adjoint of its forward map; errors; the data."""
import hashlib
import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matdiff import check_gradient, directional_derivative, gradient, layers
from matdiff.data import digits
from matdiff.layers import windows as windows_module

SEEDS = (0, 1)


def draw(seed, *shapes):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=shape) for shape in shapes]
    return arrays[0] if len(arrays) == 1 else arrays


def close(a, b, tolerance=1e-12):
    np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * (1 + np.abs(b).max(initial=0)))


# ------------------------------------------------------------------------- convolutions against loops

# X, W, and what the windows are: rectangular, uneven, with groups, with strides that leave pixels out.
CASES = {
    "plain": ((2, 3, 7, 6), (4, 3, 3, 2), {}),
    "stride": ((2, 3, 7, 6), (4, 3, 3, 2), {"stride": 2, "padding": 1}),
    "stride larger than the kernel": ((3, 2, 9, 8), (5, 2, 2, 1), {"stride": (3, 4)}),
    "dilation": ((2, 3, 8, 9), (4, 3, 3, 2), {"stride": (3, 2), "padding": (2, 1), "dilation": (1, 3)}),
    "dilation meets stride": ((1, 2, 9, 11), (3, 2, 3, 3), {"stride": (2, 4), "dilation": 2}),
    "uneven padding": ((2, 3, 5, 4), (2, 3, 4, 5), {"padding": ((3, 0), (1, 2)), "stride": (1, 2)}),
    "groups": ((2, 6, 5, 7), (4, 3, 2, 3), {"groups": 2, "padding": 1, "stride": (2, 1)}),
    "one kernel for each channel": ((2, 3, 5, 6), (6, 1, 3, 2), {"groups": 3}),
    "one pixel": ((3, 4, 2, 5), (2, 4, 1, 1), {"stride": (1, 2)}),
    "padding beyond the image": ((1, 2, 1, 2), (3, 2, 3, 3), {"padding": 4, "stride": 3}),
    "a kernel as large as the image": ((2, 2, 3, 4), (5, 2, 3, 4), {}),
    "no image": ((0, 2, 3, 4), (5, 2, 2, 2), {}),
}


def corners(padding):
    (top, bottom), (left, right) = windows_module.margins(padding)
    return top, bottom, left, right


def two(value):
    return (value, value) if np.ndim(value) == 0 else value


def by_loops(X, W, stride=1, padding=0, dilation=1, groups=1):
    """The definition: every output one window, one product."""
    top, bottom, left, right = corners(padding)
    (s, t), (d, e) = two(stride), two(dilation)
    X = np.pad(X, ((0, 0), (0, 0), (top, bottom), (left, right)))
    (N, C, H, L), (K, c, kh, kw) = X.shape, W.shape
    Z = np.zeros((N, K, (H - d * (kh - 1) - 1) // s + 1, (L - e * (kw - 1) - 1) // t + 1))
    for n, k, i, j in np.ndindex(Z.shape):
        first = k // (K // groups) * c
        window = X[n, first:first + c, s * i:s * i + d * kh:d, t * j:t * j + e * kw:e]
        Z[n, k, i, j] = np.sum(W[k] * window[:, :kh, :kw])
    return Z


@pytest.fixture(params=[2**21, 2000, 1], ids=["one block", "small blocks", "row by row"])
def block(request, monkeypatch):
    """Images in blocks, and rows of one image in blocks, give the same."""
    monkeypatch.setattr(windows_module, "BLOCK", request.param)


@pytest.mark.parametrize("case", CASES)
def test_convolution_is_its_definition(case, block):
    x, w, sizes = CASES[case]
    X, W, b = draw(0, x, w, w[:1])
    Z = by_loops(X, W, **sizes)
    close(layers.conv2d(X, W, **sizes), Z)
    close(layers.conv2d(X, W, b, **sizes), Z + b[:, None, None])


@pytest.mark.parametrize("case", CASES)
def test_convolution_backward_is_the_adjoint(case, block):
    """<A x, y> = <x, Aᵀ y> for the map of X and that of W, which are linear, and for b."""
    x, w, sizes = CASES[case]
    X, W, dX, dW = draw(1, x, w, x, w)
    G = draw(2, layers.conv2d(X, W, **sizes).shape)
    Xbar, Wbar, bbar = layers.conv2d_vjp(X, W, G, **sizes)
    assert (Xbar.shape, Wbar.shape, bbar.shape) == (x, w, w[:1])
    close(np.sum(Xbar * dX), np.sum(G * by_loops(dX, W, **sizes)), 1e-11)
    close(np.sum(Wbar * dW), np.sum(G * by_loops(X, dW, **sizes)), 1e-11)
    close(bbar, G.sum((0, 2, 3)))


@pytest.mark.parametrize("case", [c for c in CASES if c != "no image"])
def test_convolution_against_numerical_derivatives(case):
    """Of a loss that is smooth and not linear: every entry of W and b, and X along a direction."""
    x, w, sizes = CASES[case]
    X, W, b, dX = draw(3, x, w, w[:1], x)

    def loss(X, W, b):
        return np.sum(np.sin(layers.conv2d(X, W, b, **sizes)))
    Xbar, Wbar, bbar = layers.conv2d_vjp(X, W, np.cos(layers.conv2d(X, W, b, **sizes)), **sizes)
    close(np.sum(Xbar * dX), directional_derivative(lambda X: loss(X, W, b), X, dX), 1e-8)
    close(Wbar, gradient(lambda W: loss(X, W, b), W), 1e-8)
    close(bbar, gradient(lambda b: loss(X, W, b), b), 1e-8)


@pytest.mark.parametrize("case", CASES)
def test_convolution_forward_mode(case):
    x, w, sizes = CASES[case]
    X, W, b, dX, dW, db = draw(4, x, w, w[:1], x, w, w[:1])
    Z, dZ = layers.conv2d_jvp(X, W, b, dX, dW, db, **sizes)
    close(Z, layers.conv2d(X, W, b, **sizes))
    close(dZ, by_loops(dX, W, **sizes) + by_loops(X, dW, **sizes) + db[:, None, None])
    close(layers.conv2d_jvp(X, W, dW=dW, **sizes)[1], by_loops(X, dW, **sizes))
    close(layers.conv2d_jvp(X, W, **sizes)[1], 0 * Z)


@pytest.mark.parametrize("case", [c for c in CASES if c != "padding beyond the image"])
def test_transposed_convolution(case, block):
    """It is the input gradient of conv2d, for every size of image that the stride maps to the same output."""
    x, w, sizes = CASES[case]
    X, W = draw(5, x, w)
    Z = draw(6, layers.conv2d(X, W, **sizes).shape)
    least = layers.conv_transpose2d(Z, W, **sizes).shape[2:]
    extra = tuple(a - b for a, b in zip(x[2:], least))
    b = draw(7, x[1:2])
    Y = layers.conv_transpose2d(Z, W, b, output_padding=extra, **sizes)
    close(Y - b[:, None, None], layers.conv2d_vjp(X, W, Z, **sizes)[0])
    Zbar, Wbar, bbar = layers.conv_transpose2d_vjp(Z, W, X, output_padding=extra, **sizes)
    close(Zbar, by_loops(X, W, **sizes))
    dW = draw(8, w)
    moved = layers.conv_transpose2d(Z, dW, output_padding=extra, **sizes)
    close(np.sum(Wbar * dW), np.sum(X * moved), 1e-11)
    close(bbar, X.sum((0, 2, 3)))


def test_padding_may_cut_the_transposed_convolution():
    Z, W = draw(9, (1, 3, 3, 3), (3, 2, 3, 3))
    sizes = {"padding": 4, "stride": 3}
    close(layers.conv_transpose2d(Z, W, **sizes), layers.conv2d_vjp(np.zeros((1, 2, 1, 1)), W, Z, **sizes)[0])


def test_signals_are_images_of_one_row():
    X, W, b = draw(0, (2, 4, 9), (6, 2, 3), (6,))
    sizes = {"stride": 2, "padding": (2, 1), "dilation": 2, "groups": 2}
    Z = layers.conv1d(X, W, b, **sizes)
    as_images = {"stride": (1, 2), "padding": ((0, 0), (2, 1)), "dilation": (1, 2), "groups": 2}
    close(Z, by_loops(X[:, :, None], W[:, :, None], **as_images)[:, :, 0] + b[:, None])
    G = draw(1, Z.shape)
    Xbar, Wbar, bbar = layers.conv1d_vjp(X, W, G, **sizes)
    close(Xbar, gradient(lambda X: np.sum(G * layers.conv1d(X, W, b, **sizes)), X), 1e-9)
    close(Wbar, gradient(lambda W: np.sum(G * layers.conv1d(X, W, b, **sizes)), W), 1e-9)
    close(bbar, G.sum((0, 2)))


def test_convolve_is_the_input_gradient():
    """With stride 1 the input gradient is the full convolution: correlation forward, convolution back."""
    x, w, g = draw(0, 6, 3, 4)
    Xbar, Wbar, _ = layers.conv1d_vjp(x[None, None], w[None, None], g[None, None])
    close(Xbar[0, 0], np.convolve(g, w))
    close(Wbar[0, 0], layers.im2col(x, 3).T @ g)


# ------------------------------------------------------------------------------------ windows as rows

sizes_of_windows = st.tuples(*[st.tuples(
    st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), st.integers(0, 3), st.integers(1, 3))] * 2)


@settings(max_examples=150, deadline=None)
@given(sizes_of_windows, st.integers(0, 5), st.integers(0, 5), st.integers(1, 2), st.integers(1, 3))
def test_windows_of_all_shapes(sides, more_rows, more_cols, N, C):
    """Sizes, what each row holds, and the exact adjoint, for all that fits."""
    (kernel, stride, before, after, dilation), shape = zip(*sides), []
    for k, b, a, d, more in zip(kernel, before, after, dilation, (more_rows, more_cols)):
        shape.append(max(1, d * (k - 1) + 1 - a - b) + more)
    padding = tuple(zip(before, after))
    sizes = {"stride": stride, "padding": padding, "dilation": dilation}
    X = np.arange(1.0, 1 + N * C * shape[0] * shape[1]).reshape(N, C, *shape)
    columns = layers.im2col(X, kernel, **sizes)
    padded = np.pad(X, ((0, 0), (0, 0), *padding))
    count = [(n + b + a - d * (k - 1) - 1) // s + 1
             for n, k, s, b, a, d in zip(shape, kernel, stride, before, after, dilation)]
    rows = [padded[n, :, stride[0] * i:, stride[1] * j:]
            [:, :dilation[0] * kernel[0]:dilation[0], :dilation[1] * kernel[1]:dilation[1]]
            [:, :kernel[0], :kernel[1]].ravel() for n, i, j in product(range(N), *map(range, count))]
    np.testing.assert_array_equal(columns, rows)
    Y = np.arange(columns.size).reshape(columns.shape) % 7         # integers: the sums are exact
    assert np.sum(columns * Y) == np.sum(X * layers.col2im(Y, X.shape, kernel, **sizes))


@pytest.mark.parametrize("shape, kernel, taps", [((7,), 3, 3), ((2, 3, 7), 4, 12), ((5, 6), (2, 3), 6), ((2, 3, 5, 6), 2, 12),
                                                ((0, 3, 5, 6), 2, 12)])
def test_windows_of_signals_images_and_batches(shape, kernel, taps):
    X = draw(0, shape)
    columns = layers.im2col(X, kernel, stride=2, padding=1)
    Y = draw(1, columns.shape)
    assert columns.shape[1] == taps
    close(np.sum(columns * Y), np.sum(X * layers.col2im(Y, shape, kernel, stride=2, padding=1)))


def test_columns_make_the_convolution():
    X, W = draw(0, (2, 3, 7, 6), (4, 3, 3, 2))
    Z = layers.conv2d(X, W, stride=2, padding=1)
    columns = layers.im2col(X, (3, 2), stride=2, padding=1)
    close((columns @ W.reshape(4, -1).T).reshape(2, *Z.shape[2:], 4).transpose(0, 3, 1, 2), Z)


# ------------------------------------------------------------------------------------------- pooling

POOLS = {"halves": (2, {}), "overlap": ((3, 2), {"stride": (2, 1)}), "gaps": ((2, 1), {"stride": 3}),
         "padding": (3, {"stride": 2, "padding": ((1, 2), (0, 1))}), "one pixel": (1, {})}


def pooled_by_loops(X, size, reduce, fill, stride=None, padding=0):
    top, bottom, left, right = corners(padding)
    (k, l), (s, t) = two(size), two(size if stride is None else stride)
    X = np.pad(X, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    Z = np.zeros((*X.shape[:2], (X.shape[2] - k) // s + 1, (X.shape[3] - l) // t + 1))
    for i, j in np.ndindex(Z.shape[2:]):
        Z[..., i, j] = reduce(X[..., s * i:s * i + k, t * j:t * j + l], axis=(2, 3))
    return Z


@pytest.mark.parametrize("case", POOLS)
def test_pooling(case):
    size, sizes = POOLS[case]
    X = draw(0, (2, 1, 5, 6)) - 5                      # all negative: padding by zeros would win
    Z = layers.max_pool2d(X, size, **sizes)
    close(Z, pooled_by_loops(X, size, np.max, -np.inf, **sizes))
    close(layers.avg_pool2d(X, size, **sizes), pooled_by_loops(X, size, np.mean, 0, **sizes))
    G = draw(1, Z.shape)
    for pool, vjp in ((layers.max_pool2d, layers.max_pool2d_vjp), (layers.avg_pool2d, layers.avg_pool2d_vjp)):
        close(vjp(X, G, size, **sizes), gradient(lambda X: np.sum(G * pool(X, size, **sizes)), X), 1e-8)


def test_ties_share():
    X = np.array([[[[2.0, 2, 0], [1, 2, 0]]]])
    np.testing.assert_allclose(layers.max_pool2d_vjp(X, np.array([[[[3.0]]]]), (2, 3)), [[[[1, 1, 0], [0, 1, 0]]]])


def test_average_pooling_is_a_convolution():
    X = draw(0, (2, 3, 7, 6))
    W = np.full((3, 1, 2, 3), 1 / 6)
    close(layers.avg_pool2d(X, (2, 3), stride=2), layers.conv2d(X, W, groups=3, stride=2))


# ------------------------------------------------------------------- activations, dense layers, losses

ACTIVATIONS = ("relu", "tanh", "sigmoid", "softplus", "gelu")


def both(name):
    return getattr(layers, name), getattr(layers, name + "_vjp")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", (*ACTIVATIONS, "softmax"))
def test_entrywise_and_softmax(name, seed):
    f, vjp = both(name)
    Z, G = draw(seed, (4, 3), (4, 3))
    close(vjp(Z, G), gradient(lambda Z: np.sum(G * f(Z)), Z), 1e-9)
    close(vjp(Z, G), directional_derivative(f, Z, G), 1e-9)           # its own adjoint


@pytest.mark.parametrize("name", (*ACTIVATIONS, "softmax"))
def test_far_out_nothing_overflows(name):
    f, vjp = both(name)
    Z = np.array([[-1e4, -30, 0, 30, 1e4]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(f(Z)).all() and np.isfinite(vjp(Z, np.ones_like(Z))).all()


def test_values_that_are_known():
    np.testing.assert_allclose(layers.sigmoid(np.array([-40.0])), np.exp(-40), rtol=1e-15)
    np.testing.assert_allclose(layers.sigmoid_vjp(np.array([40.0]), np.ones(1)), np.exp(-40), rtol=1e-14)
    np.testing.assert_allclose(layers.gelu(np.array([-8.0])), -8 * 6.220960574271785e-16, rtol=1e-12)
    np.testing.assert_array_equal(layers.relu_vjp(np.array([0.0, -0.0]), np.ones(2)), 0)


@pytest.mark.parametrize("leading", [(5,), (), (2, 3)])
def test_affine(leading):
    X, W, b, dX, dW, db = draw(0, (*leading, 4), (4, 3), 3, (*leading, 4), (4, 3), 3)
    Z, dZ = layers.affine_jvp(X, W, b, dX, dW, db)
    close(Z, X @ W + b)
    close(dZ, dX @ W + X @ dW + db)
    close(layers.affine_jvp(X, W, dX=dX)[1], dX @ W)
    G = draw(1, Z.shape)
    bars = layers.affine_vjp(X, W, G)
    assert [bar.shape for bar in bars] == [X.shape, W.shape, b.shape]
    close(sum(np.sum(bar * d) for bar, d in zip(bars, (dX, dW, db))), np.sum(G * dZ))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("stack", [(), (2,)])
def test_attention(stack, masked):
    Q, K, V, G = draw(0, (*stack, 3, 4), (*stack, 5, 4), (*stack, 5, 2), (*stack, 3, 2))
    mask = np.tri(3, 5, 1, dtype=bool) if masked else None
    f = layers.attention
    bars = layers.attention_vjp(Q, K, V, G, mask=mask)
    close(bars[0], gradient(lambda Q: np.sum(G * f(Q, K, V, mask=mask)), Q), 1e-8)
    close(bars[1], gradient(lambda K: np.sum(G * f(Q, K, V, mask=mask)), K), 1e-8)
    close(bars[2], gradient(lambda V: np.sum(G * f(Q, K, V, mask=mask)), V), 1e-8)
    if masked:
        close(f(Q, K, V, mask=mask)[..., :1, :], f(Q[..., :1, :], K[..., :2, :], V[..., :2, :]))


@pytest.mark.parametrize("name, shape, along, features", [
    ("batch_norm", (5, 3), (0,), (3,)), ("batch_norm", (3, 2, 4, 5), (0, 2, 3), (2,)),
    ("layer_norm", (4, 3), (1,), (3,)), ("layer_norm", (2, 4, 3), (2,), (3,))])
def test_normalization(name, shape, along, features):
    f, vjp = both(name)
    X, gamma, beta, G = draw(0, shape, features, features, shape)
    standard = f(X, np.ones(features), np.zeros(features), eps=0)
    close(standard.mean(along), 0 * standard.mean(along), 1e-12)
    close(standard.var(along), np.ones_like(standard.mean(along)), 1e-12)
    bars = vjp(X, gamma, G, eps=0.1)
    close(bars[0], gradient(lambda X: np.sum(G * f(X, gamma, beta, eps=0.1)), X), 1e-8)
    close(bars[1], gradient(lambda gamma: np.sum(G * f(X, gamma, beta, eps=0.1)), gamma), 1e-8)
    close(bars[2], gradient(lambda beta: np.sum(G * f(X, gamma, beta, eps=0.1)), beta), 1e-8)


LABELS = np.array([2, 0, 2, 1, 0])
LOSSES = {"mean_squared_error": draw(3, (5, 3)), "squared_error": draw(3, (5, 3)), "cross_entropy": LABELS,
          "logistic": np.random.default_rng(0).random((5, 3))}


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name):
    f, vjp = both(name)
    Z, Y = draw(0, (5, 3)), LOSSES[name]
    close(vjp(Z, Y), gradient(lambda Z: f(Z, Y), Z), 1e-9)
    close(vjp(Z, Y, 2.5), 2.5 * vjp(Z, Y))


def test_constants_of_losses():
    Z, Y = draw(0, (5, 3), (5, 3))
    close(layers.mean_squared_error(Z, Y), np.mean((Z - Y)**2))
    close(layers.squared_error(Z, Y), np.sum((Z - Y)**2) / 10)
    close(layers.cross_entropy(Z, LABELS), -np.mean(np.log(layers.softmax(Z)[np.arange(5), LABELS])))


def test_cross_entropy_of_weights():
    Z, weights = draw(0, (5, 3)), np.random.default_rng(1).random((5, 3))
    close(layers.cross_entropy_vjp(Z, weights), gradient(lambda Z: layers.cross_entropy(Z, weights), Z), 1e-9)
    one_hot = np.eye(3)[LABELS]
    close(layers.cross_entropy(Z, one_hot), layers.cross_entropy(Z, LABELS))
    close(layers.cross_entropy_vjp(Z, one_hot), (layers.softmax(Z) - one_hot) / 5)


def test_logistic_is_a_cross_entropy_of_two_classes():
    z, y = draw(0, 6), np.array([0, 1, 1, 0, 1, 0])
    close(layers.logistic(z, y), layers.cross_entropy(np.stack([0 * z, z], 1), y))


def test_losses_far_out():
    Z = np.array([[1e4, -1e4], [-1e4, 1e4]])
    with np.errstate(all="raise", under="ignore"):
        assert layers.cross_entropy(Z, [0, 0]) == 1e4
        np.testing.assert_allclose(layers.cross_entropy_vjp(Z, [0, 0]), [[0, 0], [-0.5, 0.5]])
        assert layers.logistic(Z, np.array([[1, 0], [1, 0]])) == 5e3


# ------------------------------------------------------------------------------------- kinds of numbers

def outputs(dtype):
    def cast(*arrays):
        return [A.astype(dtype) for A in arrays]
    X, W, b = cast(*draw(0, (2, 4, 5, 6), (6, 2, 3, 2), 6))
    Z = layers.conv2d(X, W, b, groups=2)
    (Zb,) = cast(layers.conv2d_vjp(X, W, Z, groups=2)[0])
    yield from (Z, Zb, layers.im2col(X, 2), layers.col2im(layers.im2col(X, 2), X.shape, 2))
    yield from layers.conv2d_jvp(X, W, b, X, W, b, groups=2)
    yield from (layers.conv_transpose2d(Z, W, groups=2), *layers.conv_transpose2d_vjp(Z, W, X, groups=2))
    for pool, vjp in (both("max_pool2d"), both("avg_pool2d")):
        yield from (pool(X, 2), vjp(X, pool(X, 2), 2))
    A, V, c = cast(*draw(1, (5, 3), (3, 4), 4))
    yield from (layers.affine(A, V, c), *layers.affine_vjp(A, V, layers.affine(A, V, c)), *layers.affine_jvp(A, V, c, dW=V))
    for name in (*ACTIVATIONS, "softmax"):
        f, vjp = both(name)
        yield from (f(A), vjp(A, A))
    gamma = np.ones(3, dtype)
    yield from (layers.batch_norm(A, gamma, gamma), *layers.batch_norm_vjp(A, gamma, A))
    yield from (layers.layer_norm(A, gamma, gamma), *layers.layer_norm_vjp(A, gamma, A))
    yield from (layers.attention(A, A, A), *layers.attention_vjp(A, A, A, A))
    for name, Y in {**LOSSES, "cross_entropy, one-hot": np.eye(3, dtype=int)[LABELS]}.items():
        f, vjp = both(name.partition(",")[0])
        Y = Y if Y.dtype.kind == "i" else Y.astype(dtype)
        yield from (f(A, Y), vjp(A, Y))


def test_single_precision_stays_single():
    for single, double in zip(outputs(np.float32), outputs(np.float64), strict=True):
        assert single.dtype == np.float32 and double.dtype == np.float64
        np.testing.assert_allclose(single, double, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("x, w, sizes", [((32, 8, 32, 32), (16, 8, 3, 3), {"padding": 1}),
                                         ((1, 4, 300, 250), (4, 4, 5, 5), {"stride": 2})])
def test_memory_is_a_few_times_input_and_output(x, w, sizes):
    """Not the columns of all windows: they would take 9 and 25/4 times the input. One large image counts too."""
    X, W = draw(0, x, w)
    G = draw(1, layers.conv2d(X, W, **sizes).shape)
    for run in (lambda: layers.conv2d(X, W, **sizes), lambda: layers.conv2d_vjp(X, W, G, **sizes)):
        tracemalloc.start()
        run()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 4 * (X.nbytes + G.nbytes)


def test_inputs_stay_as_they_are():
    X, W, b, G = draw(0, (2, 3, 5, 6), (4, 3, 2, 2), 4, (2, 4, 4, 5))
    kept = [A.copy() for A in (X, W, b, G)]
    layers.conv2d(X, W, b)
    layers.conv2d_jvp(X, W, b, X, W, b)
    layers.conv2d_vjp(X, W, G)
    layers.max_pool2d_vjp(X, layers.max_pool2d(X, 2), 2)
    for A, B in zip((X, W, b, G), kept):
        np.testing.assert_array_equal(A, B)


def test_arrays_in_any_order_of_memory():
    X, W = draw(0, (6, 5, 3, 2), (2, 2, 3, 4))
    Xt, Wt = X.T, W.T
    close(layers.conv2d(Xt, Wt[:, :, ::-1]), by_loops(Xt, Wt[:, :, ::-1]))


# ------------------------------------------------------------------- the checker sees through a layer

SAMPLES, HIDDEN, OUT = draw(5, (5, 4), (4, 6), (6, 3))


def hidden_gradient(W, act, slope, m=1):
    Z = layers.affine(SAMPLES, W)
    Abar, _, _ = layers.affine_vjp(act(Z), OUT, m * layers.cross_entropy_vjp(layers.affine(act(Z), OUT), LABELS))
    return layers.affine_vjp(SAMPLES, W, slope(Z, Abar))[1]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_gradient_through_layers_is_judged(name):
    act, vjp = both(name)

    def loss(W):
        return layers.cross_entropy(layers.affine(act(layers.affine(SAMPLES, W)), OUT), LABELS)
    assert check_gradient(loss, lambda W: hidden_gradient(W, act, vjp), HIDDEN).passed
    assert check_gradient(loss, lambda W: hidden_gradient(W, act, lambda Z, G: G), HIDDEN).mistake == "missing chain factor"
    assert check_gradient(loss, lambda W: hidden_gradient(W, act, vjp, m=5), HIDDEN).mistake == "factor"


def test_a_softmax_cut_to_its_diagonal_is_named():
    R, W = draw(6, (5, 3), (4, 3))

    def wrong(W):
        P = layers.softmax(SAMPLES @ W)
        return SAMPLES.T @ (P * (1 - P) * R)
    assert check_gradient(lambda W: np.sum(R * layers.softmax(SAMPLES @ W)), wrong, W).mistake == "only diagonal"


def test_a_normalization_with_its_statistics_held_fixed_is_named():
    R, gamma = draw(7, (5, 4), 4)
    for norm, axis in ((layers.layer_norm, 1), (layers.batch_norm, 0)):
        check = check_gradient(lambda X: np.sum(R * norm(X, gamma, gamma)),
                               lambda X: gamma * R / np.sqrt(X.var(axis, keepdims=True) + 1e-5), SAMPLES)
        assert check.mistake == "missing product-rule term"


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_matrices_of_the_old_kind_become_arrays():
    A = np.matrix(SAMPLES)
    assert type(layers.softmax(A)) is np.ndarray
    close(layers.softmax_vjp(A, A), layers.softmax_vjp(SAMPLES, SAMPLES))


# ---------------------------------------------------------------------------------------------- errors

X, W, G = np.ones((2, 3, 5, 6)), np.ones((4, 3, 3, 2)), np.ones((2, 4, 3, 5))
ERRORS = {
    "large kernel": (lambda: layers.conv2d(X, np.ones((4, 3, 6, 2))), r"kernel spans 6 × 2 .* image has 5 × 6: .*padding="),
    "large when dilated": (lambda: layers.conv2d(X, W, dilation=3), r"kernel of 3 × 2 taps spans 7 × 4 pixels"),
    "large window": (lambda: layers.max_pool2d(X, 7), "spans 7 × 7"),
    "large signal": (lambda: layers.conv1d(X[0], np.ones((4, 5, 9))), "spans 1 × 9"),
    "groups": (lambda: layers.conv2d(X, W, groups=2), "X has 3 channels and groups is 2: .* divides"),
    "groups and kernels": (lambda: layers.conv2d(X, W[:, :1], groups=3), "W has 4 kernels and groups is 3: .* divides"),
    "channels": (lambda: layers.conv2d(X, W[:, :2]), r"W has 2 channels, X has 3 .* expected W \(K, 3,"),
    "axes": (lambda: layers.conv2d(X[0], W), r"X has shape \(3, 5, 6\): expected 4 axes, \(N, C, H, W\)"),
    "bias": (lambda: layers.conv2d(X, W, np.ones(3)), r"b has shape \(3,\): expected \(4,\), one for each channel"),
    "upstream": (lambda: layers.conv2d_vjp(X, W, X), r"G has shape .* expected \(2, 4, 3, 5\), that of the output"),
    "direction": (lambda: layers.conv2d_jvp(X, W, dW=X), r"dW has shape .* that of W"),
    "stride": (lambda: layers.conv2d(X, W, stride=0), "stride is 0: expected an integer from 1"),
    "stride in part": (lambda: layers.conv2d(X, W, stride=(1, 1.5)), "an entry of stride is 1.5"),
    "stride of three": (lambda: layers.conv2d(X, W, stride=(1, 2, 3)), "expected an integer, or two"),
    "padding": (lambda: layers.conv2d(X, W, padding=-1), "padding is -1: expected an integer from 0"),
    "padding of three": (lambda: layers.conv2d(X, W, padding=(1, 2, 3)), r"\(\(top, bottom\), \(left, right\)\)"),
    "uneven padding": (lambda: layers.conv2d(X, W, padding=((1, 2), (3,))), r"padding is \(3,\): .* before and after"),
    "stride of a signal": (lambda: layers.conv1d(X[0], X[0], stride=(1, 2)), r"stride is \(1, 2\): expected an integer"),
    "kernel of a signal": (lambda: layers.im2col(np.ones(5), (2, 3)), r"kernel is \(2, 3\): expected an integer"),
    "padding of a signal": (lambda: layers.conv1d(X[0], X[0], padding=(1, 2, 3)), "or two, before and after"),
    "size for a shape": (lambda: layers.col2im(np.ones((4, 4)), 9, 2), r"shape is 9: expected \(N, C, H, W\)"),
    "no kernel": (lambda: layers.conv2d(X, W[:0]), "W 0 kernels: expected at least one"),
    "true": (lambda: layers.conv2d(X, W, dilation=True), "dilation is True: expected an integer"),
    "transposed channels": (lambda: layers.conv_transpose2d(X, W), "W has 4 kernels and Z 3 channels"),
    "transposed groups": (lambda: layers.conv_transpose2d(G, W, groups=3), "W has 4 kernels and groups is 3"),
    "output padding": (lambda: layers.conv_transpose2d(G, W, output_padding=1), "less than the stride"),
    "nothing left": (lambda: layers.conv_transpose2d(G, W, padding=3), "leaves nothing of the output, -1 × 0"),
    "pool of padding": (lambda: layers.max_pool2d(X, 2, padding=2), "a window would see padding alone"),
    "pool upstream": (lambda: layers.avg_pool2d_vjp(X, X, 2), r"G has shape .* expected \(2, 3, 2, 3\)"),
    "columns": (lambda: layers.col2im(np.ones((3, 4)), (5, 6), 2), r"columns has shape \(3, 4\): expected \(20, 4\)"),
    "columns of nothing": (lambda: layers.im2col(np.ones((1, 2, 3, 4, 5)), 2), r"X has shape \(1, 2, 3, 4, 5\): expected \(N, C, H, W\)"),
    "affine": (lambda: layers.affine(np.ones((2, 3)), np.ones((4, 5))), r"expected X \(\.\.\., d\) and W \(d, h\)"),
    "affine bias": (lambda: layers.affine(np.ones((2, 3)), np.ones((3, 5)), np.ones((1, 5))), r"expected \(5,\), one for"),
    "affine upstream": (lambda: layers.affine_vjp(np.ones((2, 3)), np.ones((3, 5)), np.ones((5, 2))), r"expected \(2, 5\)"),
    "activation": (lambda: layers.relu_vjp(np.ones(3), np.ones(4)), r"G has shape \(4,\): expected \(3,\), that of Z"),
    "keys": (lambda: layers.attention(np.ones((2, 3)), np.ones((4, 2)), np.ones((4, 2))), r"expected \(n, d\), \(k, d\)"),
    "mask": (lambda: layers.attention(*[np.ones((2, 3))] * 3, mask=np.ones((2, 2))), "mask has .* of True and False"),
    "blind": (lambda: layers.attention(*[np.ones((2, 3))] * 3, mask=np.array([[True, True], [False, False]])),
              "mask has a row without True"),
    "gamma": (lambda: layers.batch_norm(X, np.ones(6), np.ones(3)), r"gamma has shape \(6,\): expected \(3,\)"),
    "no batch": (lambda: layers.layer_norm(np.ones(3), np.ones(3), np.ones(3)), "expected a batch"),
    "class": (lambda: layers.cross_entropy(np.ones((2, 3)), [0, 3]), "label 1 is 3: expected classes from 0 to 2"),
    "negative class": (lambda: layers.cross_entropy_vjp(np.ones((2, 3)), [-1, 0]), "label 0 is -1"),
    "labels as floats": (lambda: layers.cross_entropy(np.ones((2, 3)), [0.0, 1.0]), "dtype float64: expected 2 integers"),
    "number of labels": (lambda: layers.cross_entropy(np.ones((2, 3)), [0, 1, 2]), "expected 2 integers, one for each row"),
    "weights": (lambda: layers.cross_entropy(np.ones((1, 2)), [[-0.5, 1.5]]), "weight of -0.5"),
    "targets": (lambda: layers.squared_error(np.ones((5, 1)), np.ones(5)), r"Y has shape \(5,\): expected \(5, 1\)"),
    "logistic": (lambda: layers.logistic(np.ones(2), np.array([1, -1])), "label -1: expected labels from 0 to 1"),
    "no rows": (lambda: layers.cross_entropy(np.ones((0, 3)), []), "expected at least one entry"),
}
TYPES = {
    "None": (lambda: layers.relu(None), "Z is None"),
    "complex": (lambda: layers.conv2d(1j * X, W), "X is a ndarray of dtype complex128: expected an array of real numbers"),
    "ragged": (lambda: layers.affine([[1.0], [1.0, 2.0]], W), "X is a list of rows of different lengths"),
    "words": (lambda: layers.softmax(["a"]), "Z is a list of dtype"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_bad_input_gets_one_sentence(name):
    call, words = ERRORS[name]
    with pytest.raises(ValueError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize("name", TYPES)
def test_what_is_no_array_of_numbers(name):
    call, words = TYPES[name]
    with pytest.raises(TypeError, match=words):
        call()


# ------------------------------------------------------------------------------------------------ data

def test_digits_are_the_published_ones():
    """The counts are those that UCI publishes for the test part."""
    images, labels = digits()
    assert images.shape == (1797, 8, 8) and labels.shape == (1797,)
    assert images.dtype.kind == labels.dtype.kind == "i"
    assert (images.min(), images.max()) == (0, 16)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    stored = images.astype(np.uint8).tobytes() + labels.astype(np.uint8).tobytes()
    assert hashlib.sha256(stored).hexdigest() == "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"
