"""What each checker of derivatives says to each mistake, side by side, with the time it takes.

    python benchmarks/checkers.py

Peers are optional (benchmarks/requirements-checkers.txt): scipy.optimize.check_grad as it is usually used
(below 1e-6 times the gradient's norm), torch.autograd.gradcheck, jax.test_util.check_grads and
autograd.test_util.check_grads at their defaults. A peer checks a derivative that its own machinery would use,
so each claim is wrapped as its custom rule.
"""
import os
import statistics
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np

from matdiff import check_gradient
from matdiff.diagnose import MISTAKES as NAMES

rng = np.random.default_rng(20)
A, S, B, D, W, X, Y, x, y, b, A10, X10 = (rng.normal(size=shape) for shape in (
    (4, 4), (4, 4), (3, 3), (7, 4), (4, 3), (4, 3), (7, 3), 4, 7, 4, (10, 10), (10, 10)))
P = S @ S.T + np.eye(4)
inv = np.linalg.inv


def one_off(G):
    G = G.copy()
    G[3, 5] *= 1 + 1e-6
    return G


quadratic, squares = lambda x: x @ A @ x, lambda x: np.sum((D @ x - y) ** 2) / 7
layer = lambda W: np.sum((np.tanh(D @ W) - Y) ** 2) / 2
logdet, trace = lambda X: np.linalg.slogdet(X)[1], lambda X: np.trace(A @ X @ B @ X.T)
big = lambda X: np.sum((A10 @ X) ** 2)

MISTAKES = [  # what is wrong, f, claim, X
    ("nothing", quadratic, lambda x: (A + A.T) @ x, x),
    ("sign", quadratic, lambda x: -(A + A.T) @ x, x),
    ("2Ax for (A + A')x", quadratic, lambda x: 2 * A @ x, x),
    ("half of a product rule", quadratic, lambda x: A @ x, x),
    ("no 1/m", squares, lambda x: 2 * D.T @ (D @ x - y), x),
    ("no data term", squares, lambda x: 2 * D.T @ D @ x / 7, x),
    ("residual, A' forgotten", squares, lambda x: 2 * (D @ x - y) / 7, x),
    ("(n,1) for (n,)", quadratic, lambda x: ((A + A.T) @ x)[:, None], x),
    ("transpose", trace, lambda X: (A @ X @ B + A.T @ X @ B.T).T, X),
    ("one of two terms", trace, lambda X: A @ X @ B, X),
    ("no slope of tanh", layer, lambda W: D.T @ (np.tanh(D @ W) - Y), W),
    ("tanh for its slope", layer, lambda W: D.T @ ((np.tanh(D @ W) - Y) * np.tanh(D @ W)), W),
    ("bias not summed", lambda r: np.sum((D @ W + r) ** 2) / 2, lambda r: D @ W + r, np.ones(3)),
    ("bias on wrong axis", lambda r: np.sum((D @ W + r) ** 2) / 2, lambda r: (D @ W + r).sum(1), np.ones(3)),
    ("inv(X), general X", logdet, lambda X: inv(X), S),
    ("inv(X), symmetric X", logdet, lambda X: inv(X), P),
    ("one of 100 off 1e-6", big, lambda X: one_off(2 * A10.T @ A10 @ X), X10),
    ("norm not divided", np.linalg.norm, lambda x: 1.0 * x, x),
    ("random", quadratic, b, x),
]
small = lambda a: np.asarray(a, np.float32)
u = np.array([0.3, 0.9, 0.5, 1.2])
vectors = np.linalg.qr(S)[0]
close = vectors @ np.diag([1, 2, 3, 3.0001]) @ vectors.T
thin = vectors @ np.diag([1, 2, 3, 1e-7])
softmax = lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum()
top = lambda X: np.linalg.eigh((X + X.T) / 2)[1][:, -1]


def decay(x):
    """x' = -x^3, each entry by itself, by two hundred steps."""
    for _ in range(200):
        x = x - 0.025 * x**3
    return np.sum(x)


def decay_gradient(x):
    slope = np.ones_like(x)
    for _ in range(200):
        slope, x = slope * (1 - 0.075 * x**2), x - 0.025 * x**3
    return slope


RIGHT = [  # right claims that are hard to confirm
    ("log at 1e-6", lambda x: np.sum(np.log(x)), lambda x: 1 / x, 1e-6 * np.abs(x)),
    ("square root at 1e-8", lambda x: np.sum(np.sqrt(x)), lambda x: 0.5 / np.sqrt(x), 1e-8 * u),
    ("pole at distance 5e-4", lambda x: np.sum(1 / (x - 0.4995)), lambda x: -1 / (x - 0.4995) ** 2,
     np.array([0.5, 0.7])),
    ("stiff", lambda x: np.sum(np.exp(30 * x)), lambda x: 30 * np.exp(30 * x), np.abs(x)),
    ("steep tanh", lambda x: np.sum(np.tanh(1e3 * x)), lambda x: 1e3 / np.cosh(1e3 * x) ** 2, 1e-3 * u),
    ("sin 100 x", lambda x: np.sum(np.sin(100 * x)), lambda x: 100 * np.cos(100 * x), u),
    ("power 12", lambda x: np.sum(x**12), lambda x: 12 * x**11, x),
    ("bell, far out", lambda x: np.exp(-x @ x), lambda x: -2 * x * np.exp(-x @ x), 2 * u),
    ("noise 1e-8", lambda x: np.round(np.sum(x * x), 8), lambda x: 2 * x, x),
    ("wave of 1e-8", lambda x: x @ x + 1e-8 * np.sin(1e12 * x.sum()), lambda x: 2 * x, x),
    ("single precision in f", lambda x: float(small(x) @ small(x)), lambda x: 2 * x, x),
    ("single precision layer", lambda x: float(np.sum(np.tanh(small(D) @ small(x)))),
     lambda x: D.T @ (1 - np.tanh(D @ x) ** 2), x),
    ("values of 1e8", lambda x: 1e8 * np.sum(np.sin(x)), lambda x: 1e8 * np.cos(x), x),
    ("values of 1e-8", lambda x: 1e-8 * np.sum(np.sin(x)), lambda x: 1e-8 * np.cos(x), x),
    ("offset of 1e8", lambda x: 1e8 + x @ x, lambda x: 2 * x, x),
    ("inputs of 1e8", lambda x: x @ A @ x, lambda x: (A + A.T) @ x, 1e8 * x),
    ("inputs of 1e-8", lambda x: np.sum(np.sin(x)), np.cos, 1e-8 * x),
    ("inputs 1e-6 to 1e6", lambda x: np.sum(x**2), lambda x: 2 * x, np.array([1e-6, 1.0, 1e3, 1e6])),
    ("kink at distance 1e-4", lambda x: np.sum(np.abs(x)), np.sign, np.array([1e-4, -2e-4, 1.0])),
    ("largest of two close", np.max, lambda x: (x == x.max()) * 1.0, np.array([1, 1 + 1e-4, 0.5])),
    ("log-sum-exp of 1e3", lambda x: 1e3 + np.log(np.sum(np.exp(1e3 * x - 1e3))),
     lambda x: 1e3 * softmax(1e3 * x), 1 + 1e-3 * u),
    ("eigenvalue, gap 1e-4", lambda X: np.linalg.eigvalsh((X + X.T) / 2)[-1],
     lambda X: np.outer(top(X), top(X)), close),
    ("nearly singular", lambda X: np.linalg.slogdet(X)[1], lambda X: inv(X).T, thin),
    ("many small steps", decay, decay_gradient, u),
    ("Rosenbrock, 1e6", lambda x: 1e6 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2,
     lambda x: 2e6 * (x[1] - x[0] ** 2) * np.array([-2 * x[0], 1]) - 2 * (1 - x[0]) * np.eye(2)[0], u[:2]),
]


def ours(f, claim, X):
    check = check_gradient(f, claim, X)
    return "accepts" if check else check.mistake


def scipy_peer():
    from scipy.optimize import check_grad

    def peer(f, claim, X):
        flat = lambda x: f(x.reshape(X.shape))
        grad = lambda x: np.ravel(claim(x.reshape(X.shape)))
        error = check_grad(flat, grad, np.ravel(X))
        return "accepts" if error <= 1e-6 * np.linalg.norm(grad(np.ravel(X))) else "rejects"
    return peer


def torch_peer():
    import torch

    def peer(f, claim, X):
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, X):
                ctx.save_for_backward(X)
                return torch.tensor(float(f(X.detach().numpy())), dtype=torch.float64)

            @staticmethod
            def backward(ctx, up):
                return up * torch.tensor(claim(ctx.saved_tensors[0].detach().numpy()), dtype=torch.float64)
        good = torch.autograd.gradcheck(F.apply, torch.tensor(X, requires_grad=True), raise_exception=False)
        return "accepts" if good else "rejects"
    return peer


def jax_peer():
    import jax
    jax.config.update("jax_enable_x64", True)
    from jax.test_util import check_grads

    def peer(f, claim, X):
        like = jax.ShapeDtypeStruct((), np.float64)
        value = lambda X: jax.pure_callback(lambda X: np.float64(f(np.asarray(X))), like, X)
        F = jax.custom_vjp(value)
        F.defvjp(lambda X: (value(X), X), lambda X, up: (up * np.asarray(claim(np.asarray(X))),))
        try:
            check_grads(F, (X,), order=1, modes=["rev"])
        except AssertionError:
            return "rejects"
        return "accepts"
    return peer


def autograd_peer():
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    def peer(f, claim, X):
        F = primitive(lambda X: float(f(X)))
        defvjp(F, lambda value, X: lambda up: up * claim(X))
        try:
            check_grads(F, modes=["rev"], order=1)(X)
        except AssertionError:
            return "rejects"
        return "accepts"
    return peer


def available():
    peers = {"matdiff": ours}
    for name, build in (("scipy", scipy_peer), ("torch", torch_peer), ("jax", jax_peer),
                        ("autograd", autograd_peer)):
        try:
            peers[name] = build()
        except ImportError:
            peers[name] = None
    return peers


def asked(peer, f, claim, X):
    """What a checker says, and the least of three times in milliseconds."""
    function = claim if callable(claim) else lambda X: claim
    times, said = [], "not installed"
    for _ in range(3 if peer else 0):
        start = time.perf_counter()
        try:
            with np.errstate(all="ignore"):
                said = peer(f, claim if peer is ours else function, X)
        except Exception as error:
            said = f"raises {type(error).__name__}"
        times.append(1e3 * (time.perf_counter() - start))
    return said, min(times, default=float("nan"))


WIDTH = 2 + max(len(mistake.name) for mistake in NAMES)


def table(title, rows, peers):
    print(f"\n{title}\n" + f"{'':26s}" + "".join(f"{name:>{WIDTH}s}" for name in peers))
    times, answers = {name: [] for name in peers}, {name: [] for name in peers}
    for what, f, claim, X in rows:
        line = f"{what:26s}"
        for name, peer in peers.items():
            said, ms = asked(peer, f, claim, X)
            times[name].append(ms)
            answers[name].append(said)
            line += f"{said:>{WIDTH}s}"
        print(line)
    print(f"{f'accepted, of {len(rows)}':26s}"
          + "".join(f"{answers[name].count('accepts'):{WIDTH}d}" for name in peers))
    print(f"{'median, ms':26s}" + "".join(f"{statistics.median(times[name]):{WIDTH}.2f}" for name in peers))


def main():
    import warnings
    warnings.simplefilter("ignore")
    peers = available()
    print(f"NumPy {np.__version__}, Python {sys.version.split()[0]}; times: least of three")
    table("Wrong claims (the first row is right)", MISTAKES, peers)
    table("Right claims", RIGHT, peers)
    table("The same, one per cent wrong", [(w, f, lambda X, g=g: 1.01 * g(X), X) for w, f, g, X in RIGHT],
          peers)


if __name__ == "__main__":
    main()
