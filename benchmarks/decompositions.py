"""Derivatives of decompositions: matdiff beside PyTorch and JAX, one thread, double precision.

    python -m pip install -r benchmarks/requirements-checkers.txt
    python benchmarks/decompositions.py

The first table: time of the decomposition and the gradient of a loss with random weights on every factor,
forward plus backward; the tools take turns, each time is the best of many runs. JAX is compiled beforehand.
The second: the gradient of a sum of entries of exp(A) where two eigenvalues of A are close, relative to the
exact one. A peer that is not installed is left out.
"""
import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
import time

import numpy as np

from matdiff import decompositions as dec

try:
    import torch
    torch.set_num_threads(1)
except ImportError:
    torch = None
try:
    import jax
    import jax.numpy as jnp
    jax.config.update("jax_enable_x64", True)
except ImportError:
    jax = None

SIZES = (20, 50, 100)
rng = np.random.default_rng(13)


def general(n):
    return rng.normal(size=(n, n))


def symmetric(n):
    A = general(n)
    return (A + A.T) / 2


def positive(n):
    A = general(n)
    return A @ A.T / n + np.eye(n)


def tall(n):
    return rng.normal(size=(2 * n, n))


def polar_by_svd(xp):
    def polar(A):
        U, s, Vt = xp.linalg.svd(A, full_matrices=False)
        return U @ Vt, (Vt.T * s) @ Vt
    return polar


def exp_by_eigh(xp):
    def exp(A):
        lam, V = xp.linalg.eigh(A)
        return (V * xp.exp(lam)) @ V.T
    return exp


# name, point, its factors in PyTorch, in JAX (only those that move)
ROWS = [
    ("lu", general, lambda A: torch.linalg.lu(A)[1:], lambda A: jax.scipy.linalg.lu(A)[1:]),
    ("cholesky", positive, lambda A: torch.linalg.cholesky(A), lambda A: jnp.linalg.cholesky(A)),
    ("qr", tall, lambda A: torch.linalg.qr(A), lambda A: jnp.linalg.qr(A)),
    ("eigh", symmetric, lambda A: torch.linalg.eigh(A), lambda A: jnp.linalg.eigh(A)),
    ("eigvalsh", symmetric, lambda A: torch.linalg.eigvalsh(A), lambda A: jnp.linalg.eigvalsh(A)),
    ("exp of symmetric", symmetric, lambda A: exp_by_eigh(torch)(A), lambda A: exp_by_eigh(jnp)(A)),
    ("svd", tall, lambda A: torch.linalg.svd(A, full_matrices=False),
     lambda A: jnp.linalg.svd(A, full_matrices=False)),
    ("svdvals", tall, lambda A: torch.linalg.svdvals(A), lambda A: jnp.linalg.svd(A, compute_uv=False)),
    ("polar", tall, lambda A: polar_by_svd(torch)(A), lambda A: polar_by_svd(jnp)(A)),
    ("pinv", tall, lambda A: torch.linalg.pinv(A), lambda A: jnp.linalg.pinv(A)),
]
SOURCE = {"eigvalsh": "eigh", "svdvals": "svd", "polar": "svd", "pinv": "svd"}   # what `factors` is


def as_tuple(F):
    return tuple(F) if isinstance(F, (tuple, list)) else (F,)


def ours(name, A, bars):
    if name == "exp of symmetric":
        def run():
            lam, V = factors = dec.eigh(A)
            F = (V * np.exp(lam)) @ V.T
            return F, dec.symmetric_function_vjp(A, *bars, np.exp, np.exp, factors=factors)
        return run
    source, vjp = getattr(dec, SOURCE.get(name, name)), getattr(dec, name + "_vjp")
    value = {"polar": dec.polar, "pinv": dec.pinv}.get(name, lambda A, factors: factors)

    def run():
        factors = source(A)
        return value(A, factors=factors), vjp(A, *bars, factors=factors)
    return run


def torchs(factor, A, bars):
    A, bars = torch.tensor(A, requires_grad=True), [torch.tensor(b) for b in bars]

    def run():
        A.grad = None
        torch.autograd.backward(as_tuple(factor(A)), bars)
        return A.grad
    return run


def jaxs(factor, A, bars):
    @jax.jit
    def both(A, bars):
        F, pull = jax.vjp(lambda A: as_tuple(factor(A)), A)
        return F, pull(tuple(bars))[0]
    A, bars = jnp.array(A), [jnp.array(b) for b in bars]
    return lambda: jax.block_until_ready(both(A, bars))


def best(runs, seconds=1.0):
    """The best time of each; they take turns."""
    for run in runs:
        run()
    times, end = [[] for _ in runs], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[0]) < 5:
        for run, kept in zip(runs, times):
            start = time.perf_counter()
            run()
            kept.append(time.perf_counter() - start)
    return [min(kept) for kept in times]


def moving(factors):
    return [F for F in as_tuple(factors) if F.dtype.kind == "f"]


def speed():
    print(f"{'forward + backward':18} {'n':>4} {'matdiff':>10} {'PyTorch':>10} {'JAX':>10}   matdiff/PyTorch")
    ratios = {}
    for name, make, in_torch, in_jax in ROWS:
        for n in SIZES:
            A = make(n)
            F = dec.symmetric_function(A, np.exp) if name == "exp of symmetric" else getattr(dec, name)(A)
            bars = [rng.normal(size=x.shape) for x in moving(F)]
            runs = [ours(name, A, bars)]
            runs += [torchs(in_torch, A, bars)] if torch else []
            runs += [jaxs(in_jax, A, bars)] if jax else []
            times = iter(best(runs))
            mine, theirs, third = next(times), next(times) if torch else np.nan, next(times) if jax else np.nan
            ratios.setdefault(name, []).append(mine / theirs)
            print(f"{name:18} {n:4} " + " ".join(f"{1e3 * t:7.3f} ms" for t in (mine, theirs, third))
                  + f"   {mine / theirs:.2f}", flush=True)
    print("\nmatdiff/PyTorch, geometric mean over sizes")
    for name, r in sorted(ratios.items(), key=lambda item: np.mean(np.log(item[1]))):
        print(f"  {name:18} {np.exp(np.mean(np.log(r))):.2f}")
    print(f"  {'all':18} {np.exp(np.mean(np.log(list(ratios.values())))):.2f}")


def exact(lam, V, G):
    """Its divided differences of exp by expm1, in the axes that A was made with."""
    x, y = lam[:, None], lam[None, :]
    gap = np.where(x == y, 1, x - y)
    D = np.exp(y) * np.where(x == y, 1, np.expm1(gap) / gap)
    return V @ (D * (V.T @ G @ V)) @ V.T


def accuracy():
    """A = diag(λ) in axes that are turned by exact quarter turns and sign changes, so that A is exact too."""
    print("\nrelative error of the gradient of <G, exp(A)>, two eigenvalues a gap apart\n"
          f"{'gap':>8} {'matdiff':>10} {'PyTorch':>10} {'JAX':>10}")
    V = np.kron(np.eye(2), np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2)
    G = symmetric(8)
    for gap in (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 0):
        step = round(gap * 2**46) / 2**46
        lam = np.array([0.5, 0.5 + step, -1, 2, 1.25, -0.75, 0.25, 1.5])
        A, truth = (V * lam) @ V.T, exact(lam, V, G)
        found = [dec.symmetric_function_vjp(A, G, np.exp, np.exp)]
        if torch:
            found.append(torchs(exp_by_eigh(torch), A, [G])().numpy())
        if jax:
            found.append(np.asarray(jaxs(exp_by_eigh(jnp), A, [G])()[1]))
        errors = [np.abs((X + X.T) / 2 - truth).max() / np.abs(truth).max() for X in found]
        print(f"{gap:8.0e} " + " ".join(f"{error:10.0e}" for error in errors))


if __name__ == "__main__":
    speed()
    accuracy()
