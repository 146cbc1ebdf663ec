"""matdiff's numerical derivatives beside numdifftools and SciPy, in one run.

    python -m pip install -r benchmarks/requirements.txt
    python benchmarks/numeric.py

The first table has smooth functions with closed-form derivatives, the second awkward ones: kinks, norms,
functions that refuse complex input, noise. Every tool gets the same functions; scipy.differentiate, which
needs vectorised ones, gets a stack of inputs in one call where the function allows it and a loop where not.
Times are the best of several runs, the tools taking turns; "ratio" is the geometric mean over workloads of
time / matdiff's time.
"Silently wrong": off by more than 1e-3 of the largest entry with no error estimate that says so.
"Bound holds": workloads on which the tool's own error estimate covers the true error of every entry.
"""
import time
import tracemalloc
import warnings

import numdifftools as nd
import numpy as np
import scipy
from scipy.differentiate import jacobian as scipy_jacobian
from scipy.optimize._numdiff import approx_derivative

from matdiff import jacobian, unvec, vec

rng = np.random.default_rng(7)
A, B, W = rng.normal(size=(7, 4)), rng.normal(size=(5, 6)), rng.normal(size=(9, 12))
X, x, y = rng.normal(size=(4, 5)), rng.normal(size=12), rng.normal(size=9)
S = rng.normal(size=(5, 5)) + 5 * np.eye(5)
P = S @ S.T
Z, L = rng.normal(size=(8, 12)), rng.integers(0, 2, 8).astype(float)
inv = np.linalg.inv


def rows(g):
    """A gradient as the row that a Jacobian has."""
    return vec(g)[None]


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def softmax(t):
    e = np.exp(t - t.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def softmax_jacobian(t):
    p = softmax(t)
    return np.diag(p) - np.outer(p, p)


def row_jacobian(x, r, s):
    """Of x -> W2 tanh(W1 x) and the like: r (1 - tanh^2) s."""
    return r @ np.diag(1 - np.tanh(s @ x) ** 2) @ s


commutation = np.eye(20)[vec(unvec(np.arange(20), (4, 5)).T)]
W2 = rng.normal(size=(3, 9))
AA, BB, XX = (rng.normal(size=(20, 20)) for _ in range(3))

# name, function, point, Jacobian d vec F / d vec X
SMOOTH = [
    ("sum of squares", lambda x: (x**2).sum(-1), x, rows(2 * x)),
    ("linear map", lambda x: (W @ x[..., None])[..., 0], x, W),
    ("quadratic form", lambda x: ((x @ (W.T @ W)) * x).sum(-1), x, rows(2 * W.T @ W @ x)),
    ("least squares", lambda x: (((W @ x[..., None])[..., 0] - y) ** 2).sum(-1) / 2, x,
     rows(W.T @ (W @ x - y))),
    ("log-sum-exp", lambda x: np.log(np.exp(x).sum(-1)), x, rows(softmax(x))),
    ("softmax", softmax, x, softmax_jacobian(x)),
    ("elementwise tanh", np.tanh, X, np.diag(1 - np.tanh(vec(X)) ** 2)),
    ("elementwise sin(exp)", lambda x: np.sin(np.exp(x)), x, np.diag(np.cos(np.exp(x)) * np.exp(x))),
    ("two layers", lambda x: W2 @ np.tanh(W @ x), x, row_jacobian(x, W2, W)),
    ("logistic loss", lambda x: np.mean(np.log1p(np.exp(Z @ x)) - L * (Z @ x)), x,
     rows(Z.T @ (sigmoid(Z @ x) - L) / 8)),
    ("A X B", lambda X: A @ X @ B, X, np.kron(B.T, A)),
    ("A X B, 20 x 20", lambda X: AA @ X @ BB, XX, np.kron(BB.T, AA)),
    ("X X'", lambda X: X @ X.swapaxes(-1, -2), X,
     np.kron(X, np.eye(4)) + np.kron(np.eye(4), X) @ commutation),
    ("trace X'X A A'", lambda X: np.trace(X.T @ (A.T @ A) @ X), X, rows(2 * A.T @ A @ X)),
    ("inverse", inv, S, -np.kron(inv(S).T, inv(S))),
    ("determinant", np.linalg.det, S, rows(np.linalg.det(S) * inv(S).T)),
    ("log-determinant", lambda S: np.log(np.linalg.det(S)), P, rows(inv(P).T)),
    ("matrix cube", lambda S: S @ S @ S, S,
     sum(np.kron(np.linalg.matrix_power(S, 2 - k).T, np.linalg.matrix_power(S, k)) for k in range(3))),
    ("solve", lambda S: np.linalg.solve(S, y[:5]), S, -np.kron(inv(S) @ y[:5], inv(S))),
    ("Rosenbrock", lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(), x, None),
    ("scalar exp(sin t)", lambda t: np.exp(np.sin(t)), np.array(0.7),
     np.array([[np.exp(np.sin(0.7)) * np.cos(0.7)]])),
    ("Frobenius norm", lambda X: np.sqrt((X**2).sum((-1, -2))), X, rows(X / np.linalg.norm(X))),
]
g = np.zeros(12)
g[:-1] = -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
g[1:] += 200 * (x[1:] - x[:-1] ** 2)
SMOOTH = [(n, f, p, rows(g) if J is None else J) for n, f, p, J in SMOOTH]

_, Q = np.linalg.eigh(P)
U, sv, Vt = np.linalg.svd(X, full_matrices=False)


def buffer(x):
    out = np.zeros(12)
    for i in range(12):
        out[i] = np.sin(x[i]) * x[0]
    return out


AWKWARD = [
    ("sum of |x|", lambda x: np.abs(x).sum(-1), x, rows(np.sign(x))),
    ("x'x by vdot", lambda x: np.vdot(x, x), x, rows(2 * x)),
    ("norm", np.linalg.norm, X, rows(X / np.linalg.norm(X))),
    ("x conj(x)", lambda x: x * np.conj(x), x, np.diag(2 * x)),
    ("largest entry", lambda x: x.max(-1), x, rows((x == x.max()).astype(float))),
    ("sorted", lambda x: np.sort(x), x, np.eye(12)[np.argsort(x)]),
    ("ReLU layer", lambda x: np.maximum(W @ x, 0), x, (W @ x > 0)[:, None] * W),
    ("clip", lambda x: np.clip(x, -0.5, 0.5), x, np.diag((np.abs(x) < 0.5).astype(float))),
    ("slogdet", lambda S: np.linalg.slogdet(S)[1], S, rows(inv(S).T)),
    ("smallest eigenvalue", lambda P: np.linalg.eigh(P)[0][0], P, None),
    ("largest singular value", lambda X: np.linalg.svd(X)[1][0], X, rows(np.outer(U[:, 0], Vt[0]))),
    ("real buffer", buffer, x, np.diag(np.cos(x) * x[0]) + np.outer(np.sin(x), np.eye(12)[0])),
    ("float(x)", lambda x: float(x[0]) * x[1] + x[2] ** 2, x,
     rows(np.array([x[1], x[0], 2 * x[2], *np.zeros(9)]))),
    ("single precision", lambda x: np.float64((x.astype(np.float32) ** 2).sum()), x, rows(2 * x)),
    ("noise of 1e-9", lambda x: (x**2).sum() + 1e-9 * np.sin(1e13 * x.sum()), x, rows(2 * x)),
    ("log at 1e-6", lambda x: np.log(np.array(x, float)).sum(-1), np.array([1e-6, 1.0, 3.0]),
     rows(np.array([1e6, 1, 1 / 3]))),
    ("pole nearby", lambda t: 1 / (np.real(t) - 1), np.array(1.001), np.array([[-1e6]])),
    ("abs of positive", lambda x: np.abs(x) * x, np.abs(x), np.diag(2 * np.abs(x))),
    ("kink near by", lambda x: np.abs(x - 1e-3).sum(-1), np.zeros(3), rows(-np.ones(3))),
    ("real part", lambda x: np.sin(x.real) + x, x, np.diag(np.cos(x) + 1)),
]
# The smallest eigenvalue's closed form for a function that reads the lower triangle only.
G = np.outer(Q[:, 0], Q[:, 0])
lower = rows(np.tril(2 * G) - np.diag(np.diag(G)))
AWKWARD = [(n, f, p, lower if J is None else J) for n, f, p, J in AWKWARD]


# ----------------------------------------------------------------- the tools: (F, X) -> value, error or None

def with_matdiff(F, X):
    r = jacobian(F, X, full_output=True)
    return r.value, r.error


def flat(F, X):
    return lambda z: vec(F(unvec(z, X.shape)))


def with_numdifftools(F, X):
    r = nd.Jacobian(flat(F, X), full_output=True)(vec(X))
    return np.atleast_2d(r.estimate), np.atleast_2d(r.error_estimate)


def with_numdifftools_complex(F, X):
    J = nd.Jacobian(flat(F, X), method="complex")(vec(X))
    return np.atleast_2d(J), None


def stack_allowed(F, X):
    try:
        out = np.asarray(F(np.broadcast_to(X, (3, *X.shape)) + np.arange(3).reshape(3, *[1] * X.ndim) * 1e-3))
        ones = [np.asarray(F(X + k * 1e-3)) for k in range(3)]
        return out.shape == (3, *ones[0].shape) and np.allclose(out, ones, rtol=1e-12, atol=0)
    except Exception:
        return False


def with_scipy_differentiate(F, X):
    stacked = stack_allowed_cache[id(F)]

    def f(z):                                     # (inputs, ...) -> (outputs, ...)
        points = np.moveaxis(z.reshape(X.size, -1), 0, 1)
        points = points.reshape(-1, *X.shape[::-1]).transpose(0, *range(X.ndim, 0, -1))
        out = np.asarray(F(points)) if stacked else np.array([F(p) for p in points])
        out = out.transpose(0, *range(out.ndim - 1, 0, -1)).reshape(len(points), -1)
        return np.moveaxis(out, 0, 1).reshape(-1, *z.shape[1:])
    r = scipy_jacobian(f, vec(X))
    return np.atleast_2d(r.df), np.atleast_2d(r.error)


def with_three_points(F, X):
    return np.atleast_2d(approx_derivative(flat(F, X), vec(X), method="3-point")), None


TOOLS = {
    "matdiff": with_matdiff,
    "SciPy approx_derivative, 3-point": with_three_points,
    "scipy.differentiate.jacobian": with_scipy_differentiate,
    "numdifftools (default)": with_numdifftools,
    "numdifftools (complex)": with_numdifftools_complex,
}
stack_allowed_cache = {}


def judge(tool, F, X, J):
    """Relative error, silently wrong, bound holds (None where the tool gives none); or None if it raises."""
    try:
        value, error = tool(F, X)
    except Exception:
        return None
    value = value.reshape(J.shape)
    size = np.abs(J).max() or 1.0
    gap = np.nan_to_num(np.abs(value - J), nan=np.inf)
    holds = None
    if error is not None:
        allowed = 8 * np.finfo(float).eps * np.abs(J)   # the closed form has round-off too
        bound = np.nan_to_num(error, nan=np.inf, posinf=np.inf).reshape(J.shape)
        holds = bool((gap <= bound + allowed).all())
    return gap.max() / size, bool(np.isfinite(value).all() and gap.max() > 1e-3 * size and not holds), holds


def clock(F, X, rounds=5, budget=0.03):
    """Best time of each tool, the tools taking turns so that a busy machine is unfair to none."""
    best = dict.fromkeys(TOOLS, np.inf)
    for _ in range(rounds):
        for tool, run in TOOLS.items():
            begin = now = time.perf_counter()
            while now - begin < budget:
                start = now
                try:
                    run(F, X)
                except Exception:
                    break
                now = time.perf_counter()
                best[tool] = min(best[tool], now - start)
    return best


def table(title, workloads):
    results = {name: [] for name in TOOLS}
    for _, F, X, J in workloads:
        stack_allowed_cache[id(F)] = stack_allowed(F, X)
        times = clock(F, X)
        for tool, run in TOOLS.items():
            found = judge(run, F, X, J)
            results[tool].append(found and (times[tool], *found))
    n = len(workloads)
    print(f"\n{title}: {n} workloads")
    heads = f"{'time, ratio':>12}{'worst error':>13}{'silently wrong':>16}{'bound holds':>13}{'fails':>7}"
    print(f"{'':34}{heads}")
    for tool, found in results.items():
        both = [(m[0], ref[0]) for m, ref in zip(found, results["matdiff"]) if m and ref]
        ratio = np.exp(np.mean([np.log(a / b) for a, b in both]))
        done = [m for m in found if m]
        bounds = [m[3] for m in done if m[3] is not None]
        holds = f"{sum(bounds)} of {n}" if bounds else "none given"
        worst, wrong = max((m[1] for m in done), default=np.nan), sum(m[2] for m in done)
        print(f"{tool:34}{ratio:12.2f}{worst:13.1e}{wrong:16d}{holds:>13}{n - len(done):7d}")
    return results


def details(title, workloads, results):
    print(f"\n{title}, one by one: milliseconds (relative error)")
    print(f"{'':24}" + "".join(f"{t.split(' (')[0][:20]:>22}" for t in TOOLS))
    for k, (name, *_) in enumerate(workloads):
        cells = (results[t][k] for t in TOOLS)
        cells = (f"{m[0] * 1e3:.2f} ({m[1]:.0e})" if m else "fails" for m in cells)
        print(f"{name:24}" + "".join(f"{c:>22}" for c in cells))


def memory():
    print("\nPeak memory of the Jacobian of A X B, 20 x 20")
    for tool, run in TOOLS.items():
        F = SMOOTH[11][1]
        stack_allowed_cache[id(F)] = True
        run(F, XX)
        tracemalloc.start()
        run(F, XX)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"{tool:34}{peak / 2**20:10.1f} MiB")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    print(f"NumPy {np.__version__}, SciPy {scipy.__version__}, numdifftools {nd.__version__}")
    for title, workloads in (("Smooth", SMOOTH), ("Awkward", AWKWARD)):
        details(title, workloads, table(title, workloads))
    memory()
