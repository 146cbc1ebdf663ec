"""Convolutions: matdiff beside PyTorch, JAX and the textbook's im2col, one thread.

    python -m pip install -r benchmarks/requirements-checkers.txt
    python benchmarks/layers.py

32 images, 16 kernels of 3 × 3, padding 1. Time of the forward pass and of all three gradients, relative to
PyTorch's; the tools take turns, each time is the best of many runs. JAX is compiled beforehand. The textbook
gathers windows by index arrays and scatters with np.add.at. Memory is the peak that NumPy asks for, forward
and backward, in units of input plus output. A peer that is not installed is left out.
"""
import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
import time
import tracemalloc

import numpy as np

from matdiff.layers import conv2d, conv2d_vjp

try:
    import torch
    torch.set_num_threads(1)
except ImportError:
    torch = None
try:
    import jax
    jax.config.update("jax_enable_x64", True)
except ImportError:
    jax = None

N, K, KERNEL, PADDING = 32, 16, 3, 1
CASES = [(C, size, stride) for C in (3, 8, 16) for size in (28, 32) for stride in (1, 2)]
SECONDS = 3
rng = np.random.default_rng(17)


def ours(X, W, b, G, stride):
    def run():
        sizes = {"stride": stride, "padding": PADDING}
        return conv2d(X, W, b, **sizes), *conv2d_vjp(X, W, G, **sizes)
    return run


def textbook(X, W, b, G, stride):
    """Windows by index arrays, one matrix product, np.add.at for the way back."""
    (_, C, H, L), (rows, cols), p = X.shape, G.shape[2:], PADDING
    c, u, v = (i.ravel()[:, None] for i in np.indices((C, KERNEL, KERNEL)))
    i, j = (i.ravel() for i in np.indices((rows, cols)))
    at = (slice(None), c, u + stride * i, v + stride * j)
    kernels = W.reshape(K, -1)

    def run():
        columns = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))[at].transpose(1, 2, 0).reshape(len(c), -1)
        Z = (kernels @ columns).reshape(K, rows, cols, N).transpose(3, 0, 1, 2) + b[:, None, None]
        g = G.transpose(1, 2, 3, 0).reshape(K, -1)
        Wbar, back = (g @ columns.T).reshape(W.shape), (kernels.T @ g).reshape(len(c), -1, N)
        Xbar = np.zeros((N, C, H + 2 * p, L + 2 * p), X.dtype)
        np.add.at(Xbar, at, back.transpose(2, 0, 1))
        return Z, Xbar[:, :, p:-p, p:-p], Wbar, g.sum(1)
    return run


def torchs(X, W, b, G, stride):
    X, W, b = (torch.tensor(A, requires_grad=True) for A in (X, W, b))
    G = torch.tensor(G)

    def run():
        X.grad = W.grad = b.grad = None
        Z = torch.nn.functional.conv2d(X, W, b, stride, PADDING)
        Z.backward(G)
        return Z.detach(), X.grad, W.grad, b.grad
    return run


def jaxs(X, W, b, G, stride):
    @jax.jit
    def both(X, W, b, G):
        def layer(X, W, b):
            Z = jax.lax.conv_general_dilated(X, W, (stride, stride), [(PADDING, PADDING)] * 2)
            return Z + b[:, None, None]
        Z, pull = jax.vjp(layer, X, W, b)
        return Z, *pull(G)
    given = [jax.numpy.array(A) for A in (X, W, b, G)]
    return lambda: jax.block_until_ready(both(*given))


TOOLS = {"matdiff": ours, "textbook": textbook}
TOOLS |= {"PyTorch": torchs} if torch else {}
TOOLS |= {"JAX": jaxs} if jax else {}


def best(runs):
    """The best time of each; they take turns."""
    times, end = [[] for _ in runs], time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(times[0]) < 5:
        for run, kept in zip(runs, times):
            start = time.perf_counter()
            run()
            kept.append(time.perf_counter() - start)
    return [min(kept) for kept in times]


def peak(run):
    tracemalloc.start()
    run()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def table(dtype):
    unit = "PyTorch" if torch else "matdiff"
    print(f"\n{np.dtype(dtype)}: time, and relative to {unit}; memory of matdiff and the textbook\n"
          f"{'channels':>8} {'pixels':>6} {'stride':>6} {unit:>10} "
          + " ".join(f"{name:>9}" for name in TOOLS if name != unit) + f" {'memory':>8} {'textbook':>9}")
    ratios = []
    for C, size, stride in CASES:
        out = (size + 2 * PADDING - KERNEL) // stride + 1
        shapes = (N, C, size, size), (K, C, KERNEL, KERNEL), (K,), (N, K, out, out)
        X, W, b, G = given = [rng.normal(size=shape).astype(dtype) for shape in shapes]
        runs = {name: tool(*given, stride) for name, tool in TOOLS.items()}
        results = {name: run() for name, run in runs.items()}
        for name, result in results.items():       # all compute the same
            for A, B in zip(result, results["matdiff"], strict=True):
                np.testing.assert_allclose(A, B, atol=(1e-10 if dtype == np.float64 else 1e-2))
        times = dict(zip(runs, best(list(runs.values()))))
        others = [times[name] / times[unit] for name in TOOLS if name != unit]
        ratios.append(others)
        memory = [peak(runs[name]) / (X.nbytes + G.nbytes) for name in ("matdiff", "textbook")]
        print(f"{C:8} {size:6} {stride:6} {1e3 * times[unit]:7.2f} ms "
              + " ".join(f"{r:9.2f}" for r in others) + f" {memory[0]:8.1f} {memory[1]:9.1f}", flush=True)
    mean = np.exp(np.mean(np.log(ratios), 0))
    print(f"{'geometric mean':>33} " + " ".join(f"{r:9.2f}" for r in mean))


if __name__ == "__main__":
    table(np.float64)
    table(np.float32)
