"""Wrong derivatives as learners and practitioners write them, with the names that a fair teacher accepts.

A problem is a generator. It draws its arrays and yields the question (the check, the function, the point and
perhaps the check's keywords), then the right claim, then wrong ones, a line each:

    names, claim

`names` are alternatives between bars. "a + b" is a claim with two slips: both are to be said, in the name or
in the sentence. "unknown" stands where no name of the table fits honestly; beside a name it means that either
will do. They were decided before the checker was asked, and are changed only where the reading of the table
changes.
`python benchmarks/diagnosis.py` asks.
"""
import numpy as np

from matdiff import check_differential, check_gradient, check_jacobian, vec

PROBLEMS = []
RIGHT = "right"
# Slips for which the table has more than one fair name.
SYMMETRIC = "not symmetrised | only for symmetric input | transposed"      # right if A = A'
HALF = "not symmetrised | missing product-rule term"                        # one of the two places of x
SLOPE = "missing chain factor | extra chain factor | unknown"               # a wrong derivative of tanh, ...
HELD = "missing product-rule term"                                          # a term left out, or held


class Draw:
    """Random arrays of one seed: draw(4, 3) is normal, the others say what they are."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def __call__(self, *shape):
        return self.rng.normal(size=shape)

    def positive(self, *shape):
        return self.rng.uniform(0.5, 2, shape)

    def spd(self, n):
        S = self(n, n)
        return S @ S.T + np.eye(n)

    def one_hot(self, n, classes):
        return np.eye(classes)[self.rng.permutation(np.arange(n) % classes)]

    def mask(self, *shape):
        return (self.rng.permutation(np.arange(np.prod(shape))) % 3 > 0).reshape(shape).astype(float)


def problem(topic):
    """Adds a generator to PROBLEMS, under its topic."""
    def add(generator):
        PROBLEMS.append((topic, generator))
        return generator
    return add


def claims(generator, seed):
    """The question (check, f, X, keywords), and the list of (names, claim) of which the first is right."""
    (check, f, X, *keywords), *rest = generator(Draw(seed))
    return (check, f, X, *(keywords or [{}])), rest


inv, eye, trace, norm, kron = np.linalg.inv, np.eye, np.trace, np.linalg.norm, np.kron


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def softmax(t):
    e = np.exp(t - t.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def expm(X):
    """The matrix exponential, by its series."""
    term, total = eye(len(X)), eye(len(X))
    for k in range(1, 25):
        term = term @ X / k
        total = total + term
    return total


def commutation(m, n):
    """K vec X = vec X' for X of shape m x n."""
    return eye(m * n)[np.arange(m * n).reshape(n, m).ravel(order="F")]


@problem("quadratic forms")
def quadratic_with_linear_term(draw):
    A, b, x = draw(4, 4), draw(4), draw(4)
    yield check_gradient, lambda x: x @ A @ x + b @ x, x
    yield RIGHT, lambda x: (A + A.T) @ x + b
    yield SYMMETRIC, lambda x: 2 * A @ x + b
    yield SYMMETRIC, 2 * A.T @ x + b
    yield HALF, lambda x: A @ x + b
    yield HELD, lambda x: (A + A.T) @ x
    yield "sign", lambda x: (A + A.T) @ x - b
    yield "factor", lambda x: (A + A.T) @ x / 2 + b / 2
    yield "not symmetrised + missing product-rule term", lambda x: 2 * A @ x
    yield "shape", lambda x: ((A + A.T) @ x + b)[:, None]


@problem("quadratic forms")
def rayleigh_quotient(draw):
    A, x = draw(4, 4), draw(4)
    yield check_gradient, lambda x: x @ A @ x / (x @ x), x
    r = lambda x: x @ A @ x / (x @ x)
    yield RIGHT, lambda x: ((A + A.T) @ x - 2 * r(x) * x) / (x @ x)
    yield SYMMETRIC, lambda x: 2 * (A @ x - r(x) * x) / (x @ x)
    yield HELD, lambda x: (A + A.T) @ x / (x @ x)
    yield "sign", lambda x: ((A + A.T) @ x + 2 * r(x) * x) / (x @ x)
    yield "wrong normalisation | missing chain factor", lambda x: (A + A.T) @ x - 2 * r(x) * x
    yield "wrong normalisation", lambda x: ((A + A.T) @ x - 2 * r(x) * x) / norm(x)
    yield "missing product-rule term | unknown", lambda x: (A + A.T) @ x / (2 * x)
    yield "factor | missing product-rule term", lambda x: ((A + A.T) @ x - r(x) * x) / (x @ x)
    yield "wrong normalisation | missing chain factor", \
        lambda x: ((A + A.T) @ x - 2 * (x @ A @ x) * x) / (x @ x)


@problem("least squares")
def mean_squared_error(draw):
    D, y, x = draw(9, 4), draw(9), draw(4)
    yield check_gradient, lambda x: np.mean((D @ x - y) ** 2), x
    yield RIGHT, lambda x: 2 * D.T @ (D @ x - y) / 9

    def last_example_only(x):
        for row, target in zip(D, y):
            g = 2 * (row @ x - target) * row / 9
        return g

    yield "factor", lambda x: 2 * D.T @ (D @ x - y)
    yield "factor", lambda x: D.T @ (D @ x - y) / 9
    yield "factor", lambda x: 2 * D.T @ (D @ x - y) / 4
    yield "sign", lambda x: 2 * D.T @ (y - D @ x) / 9
    yield "sign + factor", lambda x: D.T @ (y - D @ x)
    yield "shape | missing chain factor", lambda x: 2 * (D @ x - y) / 9
    yield "not summed over the batch", lambda x: 2 * (D @ x - y)[:, None] * D / 9
    yield HELD, lambda x: 2 * D.T @ D @ x / 9
    yield "not summed over the batch | missing product-rule term | unknown", last_example_only


@problem("least squares")
def weighted_least_squares(draw):
    D, y, M, x = draw(7, 4), draw(7), draw(7, 7), draw(4)
    yield check_gradient, lambda x: (y - D @ x) @ M @ (y - D @ x), x
    yield RIGHT, lambda x: D.T @ (M + M.T) @ (D @ x - y)

    def loops(x):
        g = np.zeros(4)
        for i in range(7):
            for j in range(7):
                g -= M[i, j] * D[i] * (y[j] - D[j] @ x)
        return g

    yield SYMMETRIC, lambda x: 2 * D.T @ M @ (D @ x - y)
    yield HALF, loops
    yield "sign", lambda x: D.T @ (M + M.T) @ (y - D @ x)
    yield "missing chain factor", lambda x: 2 * D.T @ (D @ x - y)
    yield HELD, lambda x: D.T @ (M + M.T) @ D @ x
    yield "shape | missing chain factor", lambda x: (M + M.T) @ (D @ x - y)
    yield "only for diagonal input | elementwise product | only diagonal | unknown", \
        lambda x: 2 * D.T @ (np.diag(M) * (D @ x - y))
    yield "wrong order | raises", lambda x: (M + M.T) @ D.T @ (D @ x - y)


@problem("ridge")
def ridge(draw):
    D, y, w = draw(8, 5), draw(8), draw(5)
    yield check_gradient, lambda w, lam: np.sum((D @ w - y) ** 2) / 2 + lam * np.sum(w**2), w, {"lam": 0.7}
    yield RIGHT, lambda w, lam: D.T @ (D @ w - y) + 2 * lam * w

    def one_weight_free(w, lam):
        g = D.T @ (D @ w - y) + 2 * lam * w
        g[0] -= 2 * lam * w[0]
        return g

    yield HELD, lambda w, lam: D.T @ (D @ w - y)
    yield "factor", lambda w, lam: D.T @ (D @ w - y) + lam * w
    yield "sign", lambda w, lam: D.T @ (D @ w - y) - 2 * lam * w
    yield "sign", lambda w, lam: D.T @ (y - D @ w) + 2 * lam * w
    yield "missing chain factor | missing product-rule term | does not move with X | unknown", \
        lambda w, lam: D.T @ (D @ w - y) + 2 * lam
    yield "missing product-rule term | unknown", one_weight_free
    yield "factor", lambda w, lam: 2 * D.T @ (D @ w - y) + 2 * lam * w


@problem("ridge")
def tikhonov(draw):
    D, y, L, x = draw(8, 4), draw(8), draw(5, 4), draw(4)
    yield check_gradient, lambda x: np.mean((D @ x - y) ** 2) + np.mean((L @ x) ** 2), x
    yield RIGHT, lambda x: 2 * D.T @ (D @ x - y) / 8 + 2 * L.T @ L @ x / 5
    yield "factor", lambda x: 2 * D.T @ (D @ x - y) / 8 + 2 * L.T @ L @ x
    yield "factor", lambda x: 2 * D.T @ (D @ x - y) / 8 + 2 * L.T @ L @ x / 8
    yield "factor", lambda x: D.T @ (D @ x - y) / 8 + L.T @ L @ x / 5
    yield HELD, lambda x: 2 * D.T @ (D @ x - y) / 8
    yield "sign", lambda x: 2 * D.T @ (D @ x - y) / 8 - 2 * L.T @ L @ x / 5
    yield "missing chain factor | unknown", lambda x: 2 * D.T @ (D @ x - y) / 8 + 2 * x / 5
    yield HELD, lambda x: 2 * D.T @ D @ x / 8 + 2 * L.T @ L @ x / 5


@problem("logistic regression")
def logistic(draw):
    Z, w = draw(11, 4), draw(4)
    t = (draw(11) > 0).astype(float)
    yield check_gradient, lambda w: np.mean(np.log(1 + np.exp(Z @ w)) - t * (Z @ w)), w
    yield RIGHT, lambda w: Z.T @ (sigmoid(Z @ w) - t) / 11

    def loop_forgets_target(w):
        g = np.zeros_like(w)
        for z in Z:
            g += z * sigmoid(z @ w)
        return g / 11

    yield "sign", lambda w: Z.T @ (t - sigmoid(Z @ w)) / 11
    yield "factor", lambda w: Z.T @ (sigmoid(Z @ w) - t)
    yield "extra chain factor", \
        lambda w: Z.T @ ((sigmoid(Z @ w) - t) * sigmoid(Z @ w) * (1 - sigmoid(Z @ w))) / 11
    yield HELD, loop_forgets_target
    yield "missing chain factor | unknown", lambda w: Z.T @ (Z @ w - t) / 11
    yield "missing chain factor | unknown", lambda w: Z.T @ ((Z @ w > 0) - t) / 11
    yield "not summed over the batch", lambda w: Z * (sigmoid(Z @ w) - t)[:, None] / 11


@problem("logistic regression")
def logistic_margin(draw):
    Z, w = draw(12, 5), draw(5)
    t = np.sign(draw(12))
    yield check_gradient, lambda w: np.sum(np.logaddexp(0, -t * (Z @ w))) + 0.1 * w @ w, w
    yield RIGHT, lambda w: -Z.T @ (t * sigmoid(-t * (Z @ w))) + 0.2 * w

    def in_place(w):
        g = 0.1 * w
        for z, label in zip(Z, t):
            g -= label * z * sigmoid(-label * (z @ w))
        return g

    yield "sign", lambda w: Z.T @ (t * sigmoid(-t * (Z @ w))) + 0.2 * w
    yield "missing chain factor | sign | unknown", lambda w: -Z.T @ (t * sigmoid(t * (Z @ w))) + 0.2 * w
    yield "missing chain factor | missing chain factor + sign", \
        lambda w: -Z.T @ sigmoid(-t * (Z @ w)) + 0.2 * w
    yield "factor | missing product-rule term", in_place
    yield HELD, lambda w: -Z.T @ (t * sigmoid(-t * (Z @ w)))
    yield "factor", lambda w: -Z.T @ (t * sigmoid(-t * (Z @ w))) / 12 + 0.2 * w
    yield "extra chain factor", \
        lambda w: -Z.T @ (t * sigmoid(-t * (Z @ w)) * sigmoid(t * (Z @ w))) + 0.2 * w
    yield "unknown", lambda w: Z.T @ (sigmoid(Z @ w) - t) + 0.2 * w


@problem("softmax cross-entropy")
def softmax_regression(draw):
    Z, T, W = draw(10, 4), draw.one_hot(10, 3), draw(4, 3)
    yield check_gradient, lambda W: -np.sum(T * np.log(softmax(Z @ W))) / 10, W
    yield RIGHT, lambda W: Z.T @ (softmax(Z @ W) - T) / 10
    yield "sign", lambda W: Z.T @ (T - softmax(Z @ W)) / 10
    yield "factor", lambda W: Z.T @ (softmax(Z @ W) - T)
    yield "transposed", lambda W: (softmax(Z @ W) - T).T @ Z / 10
    yield "extra chain factor", \
        lambda W: Z.T @ ((softmax(Z @ W) - T) * softmax(Z @ W) * (1 - softmax(Z @ W))) / 10
    yield HELD, lambda W: Z.T @ softmax(Z @ W) / 10
    yield HELD, lambda W: -Z.T @ T / 10
    yield "factor", lambda W: Z.T @ (softmax(Z @ W) - T) / 30
    yield "wrong axis | wrong normalisation | unknown", lambda W: Z.T @ (softmax((Z @ W).T).T - T) / 10
    yield "only diagonal | missing product-rule term | unknown", \
        lambda W: -Z.T @ (T * (1 - softmax(Z @ W))) / 10


@problem("softmax cross-entropy")
def logits_with_temperature(draw):
    T, L, tau = 0.9 * draw.one_hot(7, 4) + 0.025, draw(7, 4), 2.5
    yield check_gradient, lambda L: -np.mean(np.sum(T * np.log(softmax(L / tau)), axis=1)), L
    yield RIGHT, lambda L: (softmax(L / tau) - T) / (7 * tau)

    def hard_labels(L):
        p = softmax(L / tau)
        p[np.arange(7), T.argmax(axis=1)] -= 1
        return p / (7 * tau)

    yield "factor", lambda L: (softmax(L / tau) - T) / 7
    yield "factor", lambda L: (softmax(L / tau) - T) / tau
    yield "factor", lambda L: (softmax(L / tau) - T) / (28 * tau)
    yield "sign", lambda L: (T - softmax(L / tau)) / (7 * tau)
    yield "missing chain factor | missing product-rule term | unknown", \
        lambda L: (softmax(L) - T) / (7 * tau)
    yield "unknown", hard_labels
    yield "wrong axis | wrong normalisation | unknown", \
        lambda L: (np.exp(L / tau) / np.exp(L / tau).sum(axis=0) - T) / (7 * tau)
    yield HELD, lambda L: softmax(L / tau) / (7 * tau)
    yield "missing chain factor", lambda L: -T / softmax(L / tau) / (7 * tau)
    yield "factor", lambda L: (softmax(L / tau) - T) * 4 / (7 * tau)


@problem("norms")
def norm_of_residual(draw):
    D, y, x = draw(7, 4), draw(7), draw(4)
    yield check_gradient, lambda x: norm(D @ x - y), x
    yield RIGHT, lambda x: D.T @ (D @ x - y) / norm(D @ x - y)
    yield "missing chain factor | wrong normalisation", lambda x: D.T @ (D @ x - y)
    yield "wrong normalisation | extra chain factor | missing chain factor", \
        lambda x: D.T @ (D @ x - y) / norm(D @ x - y) ** 2
    yield "factor", lambda x: 2 * D.T @ (D @ x - y) / norm(D @ x - y)
    yield "factor", lambda x: D.T @ (D @ x - y) / (2 * norm(D @ x - y))
    yield "missing chain factor | wrong normalisation | factor", lambda x: 2 * D.T @ (D @ x - y)
    yield "wrong normalisation | missing chain factor | unknown", lambda x: D.T @ (D @ x - y) / norm(x)
    yield "wrong normalisation | missing chain factor | extra chain factor | unknown", \
        lambda x: D.T @ (D @ x - y) / np.abs(D @ x - y).sum()
    yield "shape | missing chain factor", lambda x: (D @ x - y) / norm(D @ x - y)


@problem("norms")
def cubic_norm(draw):
    X, C = draw(4, 3), draw(4, 3)
    yield check_gradient, lambda X: np.sum(np.abs(X - C) ** 3) ** (1 / 3), X
    size = lambda X: np.sum(np.abs(X - C) ** 3) ** (1 / 3)
    yield RIGHT, lambda X: (X - C) * np.abs(X - C) / size(X) ** 2
    yield "missing chain factor | wrong normalisation", lambda X: (X - C) * np.abs(X - C)
    yield "factor", lambda X: 3 * (X - C) * np.abs(X - C) / size(X) ** 2
    yield "factor", lambda X: (X - C) * np.abs(X - C) / size(X) ** 2 / 3
    yield "wrong normalisation | extra chain factor | missing chain factor", \
        lambda X: (X - C) * np.abs(X - C) / size(X)
    yield "missing chain factor | unknown", lambda X: (X - C) ** 2 / size(X) ** 2
    yield "missing chain factor | wrong normalisation | unknown", \
        lambda X: (X - C) / norm(X - C)
    yield "missing chain factor", lambda X: np.abs(X - C) / size(X) ** 2


@problem("norms")
def frobenius_norm(draw):
    A, X = draw(5, 4), draw(4, 3)
    yield check_gradient, lambda X: np.linalg.norm(A @ X), X
    yield RIGHT, lambda X: A.T @ A @ X / norm(A @ X)
    yield "wrong normalisation | missing chain factor", lambda X: A.T @ A @ X
    yield "wrong normalisation | missing chain factor | unknown", lambda X: A.T @ A @ X / norm(X)
    yield "only for orthogonal input | missing chain factor | unknown", lambda X: X / norm(X)
    yield "factor", lambda X: 2 * A.T @ A @ X / norm(A @ X)
    yield "shape | missing chain factor", lambda X: A @ X / norm(A @ X)
    yield "elementwise product | unknown", lambda X: (A**2).T @ (A @ X) / norm(A @ X)
    yield "transposed", lambda X: X.T @ A.T @ A / norm(A @ X)
    yield "wrong axis | wrong normalisation | unknown", lambda X: A.T @ A @ X / norm(A @ X, axis=0)


@problem("log-sum-exp")
def log_sum_exp(draw):
    D, b, x = draw(6, 4), draw(6), draw(4)
    yield check_gradient, lambda x: np.log(np.sum(np.exp(D @ x + b))), x
    yield RIGHT, lambda x: D.T @ softmax(D @ x + b)
    yield "missing chain factor | wrong normalisation", lambda x: D.T @ np.exp(D @ x + b)
    yield "missing chain factor", lambda x: np.ones(4) / np.sum(np.exp(D @ x + b))
    yield "shape | missing chain factor", lambda x: softmax(D @ x + b)
    yield "missing product-rule term | unknown", lambda x: D.T @ softmax(D @ x)
    yield "unknown | does not move with X", lambda x: D.T @ np.ones(6)
    yield "missing chain factor", lambda x: D.T @ np.ones(6) / np.sum(np.exp(D @ x + b))


@problem("log-sum-exp")
def soft_maximum(draw):
    x, tau = draw(6), 0.6
    yield check_gradient, lambda x: tau * np.log(np.mean(np.exp(x / tau))), x
    yield RIGHT, lambda x: softmax(x / tau)
    yield "factor", lambda x: softmax(x / tau) / 6
    yield "factor", lambda x: tau * softmax(x / tau)
    yield "factor", lambda x: softmax(x / tau) / tau
    yield "missing chain factor | unknown", softmax
    yield "unknown", lambda x: (x == x.max()).astype(float)
    yield "missing chain factor | wrong normalisation", lambda x: np.exp(x / tau)
    yield "wrong normalisation | missing chain factor | unknown", \
        lambda x: np.exp(x / tau) / norm(np.exp(x / tau))
    yield "missing chain factor", lambda x: 1 / np.sum(np.exp(x / tau)) * np.ones(6)


@problem("traces")
def trace_linear(draw):
    A, B, X = draw(5, 4), draw(3, 5), draw(4, 3)
    yield check_gradient, lambda X: trace(A @ X @ B), X
    yield RIGHT, lambda X: A.T @ B.T
    yield "transposed", lambda X: B @ A
    yield "factor", lambda X: 2 * A.T @ B.T
    yield "missing chain factor | shape | raises", lambda X: A.T
    yield "sign", lambda X: -A.T @ B.T
    yield "raises", lambda X: A @ B
    yield "missing chain factor | does not move with X | unknown", lambda X: X
    yield "missing chain factor | elementwise product | only diagonal | unknown", \
        lambda X: np.ones((4, 1)) * np.diag(B @ A)
    yield "extra chain factor | elementwise product | unknown", lambda X: X * (A.T @ B.T)


@problem("traces")
def trace_quadratic(draw):
    A, B, X = draw(4, 4), draw(3, 3), draw(4, 3)
    yield check_gradient, lambda X: trace(X.T @ A @ X @ B), X
    yield RIGHT, lambda X: A @ X @ B + A.T @ X @ B.T

    def transposes_forgotten(X):
        first = A @ X @ B
        return first + first

    yield SYMMETRIC, transposes_forgotten
    yield HALF, lambda X: A @ X @ B
    yield HALF, lambda X: A.T @ X @ B.T
    yield SYMMETRIC, lambda X: A @ X @ B + A @ X @ B.T
    yield SYMMETRIC, lambda X: (A + A.T) @ X @ B
    yield "transposed", lambda X: (A @ X @ B + A.T @ X @ B.T).T
    yield "sign", lambda X: A @ X @ B - A.T @ X @ B.T
    yield "factor | not symmetrised", lambda X: (A @ X @ B + A.T @ X @ B.T) / 2
    yield "only for symmetric input | transposed | not symmetrised", lambda X: A @ X @ B.T + A.T @ X @ B


@problem("traces")
def trace_of_square(draw):
    A, B, X = draw(3, 4), draw(3, 4), draw(4, 3)
    yield check_gradient, lambda X: trace(A @ X @ B @ X), X
    yield RIGHT, lambda X: (B @ X @ A + A @ X @ B).T
    yield "transposed", lambda X: B @ X @ A + A @ X @ B
    yield HELD + " | not symmetrised", lambda X: (B @ X @ A).T
    yield "not symmetrised | missing product-rule term | unknown", lambda X: 2 * (A @ X @ B).T
    yield "sign", lambda X: (B @ X @ A - A @ X @ B).T
    yield "transposed | wrong order | raises", lambda X: B.T @ X @ A.T + A.T @ X @ B.T
    yield "factor | not symmetrised", lambda X: (B @ X @ A + A @ X @ B).T / 2
    yield "factor", lambda X: 2 * (B @ X @ A + A @ X @ B).T


@problem("determinants")
def determinant(draw):
    X = draw(4, 4)
    yield check_gradient, np.linalg.det, X
    yield RIGHT, lambda X: np.linalg.det(X) * inv(X).T
    yield "transposed | only for symmetric input", lambda X: np.linalg.det(X) * inv(X)
    yield "missing chain factor", lambda X: inv(X).T
    yield "missing chain factor + transposed | missing chain factor + only for symmetric input", \
        lambda X: inv(X)
    yield "sign", lambda X: -np.linalg.det(X) * inv(X).T
    yield "unknown | only for orthogonal input | missing chain factor | extra chain factor", \
        lambda X: np.linalg.det(X) * X
    yield "only diagonal | only for diagonal input", lambda X: np.linalg.det(X) * np.diag(np.diag(inv(X)))
    yield "missing chain factor | extra chain factor | only for orthogonal input | unknown", \
        lambda X: inv(X).T / np.linalg.det(X)
    yield "only for diagonal input | elementwise product | unknown", \
        lambda X: np.diag(np.prod(np.diag(X)) / np.diag(X))


@problem("determinants")
def gram_logdet(draw):
    X = draw(6, 3)
    yield check_gradient, lambda X: np.linalg.slogdet(X.T @ X)[1] / 2, X
    yield RIGHT, lambda X: X @ inv(X.T @ X)
    yield "transposed", np.linalg.pinv
    yield "factor", lambda X: 2 * X @ inv(X.T @ X)
    yield "missing chain factor | shape", lambda X: inv(X.T @ X)
    yield "missing chain factor | only for orthogonal input", lambda X: X
    yield "missing chain factor | extra chain factor | only for orthogonal input", \
        lambda X: np.linalg.det(X.T @ X) * X @ inv(X.T @ X)
    yield "sign", lambda X: -X @ inv(X.T @ X)
    yield "unknown | wrong order | missing chain factor | only for orthogonal input", \
        lambda X: X @ X.T @ X


@problem("determinants")
def logdet_of_a_sum(draw):
    A, B, X = draw(4, 3), draw(5, 4), draw(3, 5)
    yield check_gradient, lambda X: np.linalg.slogdet(eye(4) + A @ X @ B)[1], X
    M = lambda X: inv(eye(4) + A @ X @ B)
    yield RIGHT, lambda X: A.T @ M(X).T @ B.T
    yield "transposed", lambda X: B @ M(X) @ A
    yield "transposed | only for symmetric input | unknown", lambda X: A.T @ M(X) @ B.T
    yield "missing chain factor | missing product-rule term | does not move with X", lambda X: A.T @ B.T
    yield "missing chain factor | shape", lambda X: M(X).T
    yield "missing chain factor | extra chain factor", \
        lambda X: np.linalg.det(eye(4) + A @ X @ B) * A.T @ M(X).T @ B.T
    yield "missing product-rule term | unknown", lambda X: A.T @ np.linalg.pinv(A @ X @ B).T @ B.T
    yield "missing chain factor | only for orthogonal input", \
        lambda X: A.T @ (eye(4) + A @ X @ B).T @ B.T


@problem("inverses")
def bilinear_in_the_inverse(draw):
    a, b, X = draw(4), draw(4), draw(4, 4) + 3 * eye(4)
    yield check_gradient, lambda X: a @ inv(X) @ b, X
    yield RIGHT, lambda X: -inv(X).T @ np.outer(a, b) @ inv(X).T
    yield "sign", lambda X: inv(X).T @ np.outer(a, b) @ inv(X).T
    yield "transposed", lambda X: -inv(X) @ np.outer(b, a) @ inv(X)
    yield "only for symmetric input | transposed", lambda X: -inv(X) @ np.outer(a, b) @ inv(X)
    yield "only for symmetric input | transposed | wrong order", \
        lambda X: -inv(X).T @ np.outer(b, a) @ inv(X).T
    yield "missing chain factor", lambda X: -np.outer(a, b) @ inv(X).T
    yield "wrong order | unknown", lambda X: -inv(X @ X).T @ np.outer(a, b)
    yield "elementwise product | unknown", lambda X: -np.outer(a, b) / X**2
    yield "unknown | elementwise product | missing chain factor | extra chain factor", \
        lambda X: -np.outer(a, b) * inv(X).T**2


@problem("inverses")
def inverse_jacobian(draw):
    X = draw(3, 3) + 2 * eye(3)
    yield check_jacobian, inv, X
    yield RIGHT, lambda X: -kron(inv(X).T, inv(X))
    yield "sign", lambda X: kron(inv(X).T, inv(X))
    yield "kronecker order | row-major vec", lambda X: -kron(inv(X), inv(X).T)
    yield "kronecker order | transposed | only for symmetric input", lambda X: -kron(inv(X), inv(X))
    yield "only diagonal | elementwise product | unknown", lambda X: -np.diag(vec(inv(X) ** 2))
    yield "missing chain factor", lambda X: -kron(eye(3), inv(X))
    yield "wrong order | unknown | missing chain factor", lambda X: -kron(eye(3), inv(X) @ inv(X))
    yield "elementwise product | only diagonal | unknown", lambda X: -np.diag(1 / vec(X) ** 2)
    yield "only for orthogonal input | missing chain factor | extra chain factor | unknown", \
        lambda X: -kron(X, X.T)


@problem("powers")
def trace_of_a_power(draw):
    A, X = draw(4, 4), draw(4, 4)
    yield check_gradient, lambda X: trace(A @ X @ X @ X), X

    def right(X):
        return (A @ X @ X + X @ A @ X + X @ X @ A).T

    def one_place_short(X):
        total = np.zeros((4, 4))
        for k in range(2):
            total += np.linalg.matrix_power(X, k) @ A @ np.linalg.matrix_power(X, 2 - k)
        return total.T

    yield RIGHT, right
    yield "transposed", lambda X: right(X).T
    yield "missing product-rule term | wrong order", lambda X: 3 * (A @ X @ X).T
    yield HELD, one_place_short
    yield HELD, lambda X: (A @ X @ X).T
    yield "elementwise product | unknown", lambda X: 3 * A * X**2
    yield "wrong order | unknown", lambda X: 3 * (X @ A @ X).T
    yield "factor", lambda X: 3 * right(X)


@problem("powers")
def cube_differential(draw):
    X = draw(4, 4)
    yield check_differential, lambda X: X @ X @ X, X
    yield RIGHT, lambda X, dX: dX @ X @ X + X @ dX @ X + X @ X @ dX
    yield "wrong order | missing product-rule term", lambda X, dX: 3 * X @ X @ dX
    yield "elementwise product", lambda X, dX: 3 * X**2 * dX
    yield HELD, lambda X, dX: dX @ X @ X + X @ X @ dX
    yield "missing product-rule term", lambda X, dX: X @ X @ dX
    yield "not linear in dX | missing product-rule term", lambda X, dX: dX @ X @ X + X @ dX @ dX + X @ X @ dX
    yield "wrong order | not symmetrised", lambda X, dX: dX @ X @ X + X @ X @ dX + X @ X @ dX
    yield "sign", lambda X, dX: dX @ X @ X - X @ dX @ X + X @ X @ dX
    yield "transposed", lambda X, dX: dX @ X @ X + X @ dX.T @ X + X @ X @ dX


@problem("powers")
def square_jacobian(draw):
    X = draw(3, 3)
    yield check_jacobian, lambda X: X @ X, X
    yield RIGHT, lambda X: kron(X.T, eye(3)) + kron(eye(3), X)
    yield "kronecker order | row-major vec", lambda X: kron(X, eye(3)) + kron(eye(3), X.T)
    yield HELD, lambda X: kron(eye(3), X)
    yield "not symmetrised | missing product-rule term | unknown", lambda X: 2 * kron(eye(3), X)
    yield "transposed | kronecker order | only for symmetric input", \
        lambda X: kron(X, eye(3)) + kron(eye(3), X)
    yield "only diagonal | elementwise product", lambda X: np.diag(2 * vec(X))
    yield "shape", lambda X: 2 * X


@problem("Gram matrices")
def gram_fit(draw):
    S, X = draw(3, 3), draw(5, 3)
    yield check_gradient, lambda X: np.sum((X.T @ X - S) ** 2), X
    yield RIGHT, lambda X: 2 * X @ ((X.T @ X - S) + (X.T @ X - S).T)
    yield SYMMETRIC, lambda X: 4 * X @ (X.T @ X - S)
    yield SYMMETRIC, lambda X: 4 * X @ (X.T @ X - S.T)
    yield HALF, lambda X: 2 * X @ (X.T @ X - S)
    yield "missing chain factor | shape", lambda X: 2 * (X.T @ X - S)
    yield "transposed", lambda X: 2 * ((X.T @ X - S) + (X.T @ X - S).T) @ X.T
    yield "factor", lambda X: X @ ((X.T @ X - S) + (X.T @ X - S).T)
    yield HELD, lambda X: 4 * X @ X.T @ X
    yield "sign", lambda X: 2 * X @ (2 * X.T @ X + S + S.T)


@problem("Gram matrices")
def gram_jacobian(draw):
    X = draw(4, 3)
    yield check_jacobian, lambda X: X.T @ X, X
    yield RIGHT, lambda X: (eye(9) + commutation(3, 3)) @ kron(eye(3), X.T)
    yield HELD + " | not symmetrised", lambda X: kron(eye(3), X.T)
    yield "not symmetrised | missing product-rule term | unknown", lambda X: 2 * kron(eye(3), X.T)
    yield "shape | layout | kronecker order | raises", \
        lambda X: (eye(9) + commutation(3, 3)) @ kron(X.T, eye(3)).T
    yield "row-major vec | kronecker order", lambda X: (eye(9) + commutation(3, 3)) @ kron(X.T, eye(3))
    yield "sign", lambda X: (eye(9) - commutation(3, 3)) @ kron(eye(3), X.T)
    yield "layout", lambda X: kron(eye(3), X) @ (eye(9) + commutation(3, 3))


@problem("Gram matrices")
def outer_differential(draw):
    X, M = draw(4, 3), draw(3, 3)
    yield check_differential, lambda X: X @ M @ X.T, X
    yield RIGHT, lambda X, dX: dX @ M @ X.T + X @ M @ dX.T
    yield "missing product-rule term", lambda X, dX: dX @ M @ X.T
    yield "only for symmetric input | not symmetrised | transposed", \
        lambda X, dX: dX @ M @ X.T + (dX @ M @ X.T).T
    yield "not symmetrised | missing product-rule term", lambda X, dX: 2 * X @ M @ dX.T
    yield "missing chain factor", lambda X, dX: dX @ X.T + X @ dX.T
    yield "sign", lambda X, dX: dX @ M @ X.T - X @ M @ dX.T
    yield "raises", lambda X, dX: dX @ M @ X.T + X @ M @ dX
    yield "missing chain factor", lambda X, dX: dX @ M @ X.T + X @ dX.T


@problem("Kronecker products")
def kron_differential(draw):
    A, X = draw(2, 5), draw(4, 3)
    yield check_differential, lambda X: kron(X, A), X
    yield RIGHT, lambda X, dX: kron(dX, A)
    yield "kronecker order", lambda X, dX: kron(A, dX)
    yield "not linear in dX | extra chain factor | unknown", lambda X, dX: kron(dX, A) + kron(X, A)
    yield "not linear in dX | missing product-rule term | unknown", lambda X, dX: kron(X + dX, A)
    yield "sign", lambda X, dX: -kron(dX, A)
    yield "factor", lambda X, dX: 2 * kron(dX, A)
    yield "transposed | kronecker order | shape", lambda X, dX: kron(dX.T, A)


@problem("Kronecker products")
def kron_fit(draw):
    A, C, X = draw(2, 5), draw(8, 15), draw(4, 3)
    blocks = lambda R: R.reshape(4, 2, 3, 5)
    yield check_gradient, lambda X: np.sum((kron(X, A) - C) ** 2) / 2, X
    yield RIGHT, lambda X: np.einsum("iajb,ab->ij", blocks(kron(X, A) - C), A)

    def blocks_read_wrongly(X):
        R, G = kron(X, A) - C, np.zeros((4, 3))
        for i in range(4):
            for j in range(3):
                G[i, j] = np.sum(A * R[i:i + 2, j:j + 5])
        return G

    yield HELD, lambda X: np.sum(A**2) * X
    yield "missing chain factor", lambda X: blocks(kron(X, A) - C).sum(axis=(1, 3))
    yield "unknown | not a gradient", blocks_read_wrongly
    yield "sign", lambda X: np.einsum("iajb,ab->ij", blocks(C - kron(X, A)), A)
    yield "factor", lambda X: 2 * np.einsum("iajb,ab->ij", blocks(kron(X, A) - C), A)
    yield "not summed over the batch | shape | missing chain factor", lambda X: kron(X, A) - C


@problem("AXB")
def axb_jacobian(draw):
    A, B, X = draw(5, 4), draw(3, 2), draw(4, 3)
    yield check_jacobian, lambda X: A @ X @ B, X
    yield RIGHT, kron(B.T, A)
    yield "layout", kron(B, A.T)
    yield "kronecker order | row-major vec", kron(A, B.T)
    yield "kronecker order | shape", lambda X: kron(A.T, B.T)
    yield "kronecker order | shape", lambda X: kron(B, A)
    yield "factor", lambda X: 2 * kron(B.T, A)
    yield "shape | missing chain factor", lambda X: kron(eye(3), A)


@problem("AXB")
def sylvester_like(draw):
    A, B, X = draw(4, 4), draw(3, 3), draw(4, 3)
    yield check_jacobian, lambda X: A @ X + X @ B, X
    yield RIGHT, lambda X: kron(eye(3), A) + kron(B.T, eye(4))
    yield "row-major vec | kronecker order", lambda X: kron(A, eye(3)) + kron(eye(4), B.T)
    yield "kronecker order | transposed | only for symmetric input", \
        lambda X: kron(eye(3), A) + kron(B, eye(4))
    yield HELD, lambda X: kron(eye(3), A)
    yield "missing product-rule term | unknown", lambda X: kron(B.T, A)
    yield "sign", lambda X: kron(eye(3), A) - kron(B.T, eye(4))
    yield "kronecker order | transposed | only for symmetric input", \
        lambda X: kron(eye(3), A.T) + kron(B.T, eye(4))


@problem("AXB")
def fit_of_axb(draw):
    A, B, C, X = draw(6, 4), draw(3, 5), draw(6, 5), draw(4, 3)
    yield check_gradient, lambda X: np.sum((A @ X @ B - C) ** 2), X
    yield RIGHT, lambda X: 2 * A.T @ (A @ X @ B - C) @ B.T
    yield "missing chain factor | shape", lambda X: 2 * A.T @ (A @ X @ B - C)
    yield "factor", lambda X: A.T @ (A @ X @ B - C) @ B.T
    yield "transposed", lambda X: 2 * B @ (A @ X @ B - C).T @ A
    yield "sign", lambda X: 2 * A.T @ (C - A @ X @ B) @ B.T
    yield "raises", lambda X: 2 * A @ (A @ X @ B - C) @ B
    yield "wrong order | raises", lambda X: 2 * B.T @ (A @ X @ B - C) @ A.T
    yield HELD, lambda X: 2 * A.T @ A @ X @ B @ B.T
    yield "sign", lambda X: 2 * A.T @ (A @ X @ B + C) @ B.T


@problem("AXB")
def transposed_inside(draw):
    A, B, X = draw(5, 3), draw(4, 2), draw(4, 3)
    yield check_differential, lambda X: A @ X.T @ B, X
    yield RIGHT, lambda X, dX: A @ dX.T @ B
    yield "sign", lambda X, dX: -A @ dX.T @ B
    yield "raises | transposed", lambda X, dX: A @ dX @ B
    yield "not linear in dX | does not move with X | unknown", lambda X, dX: A @ X.T @ B
    yield "transposed | layout", lambda X, dX: B.T @ dX @ A.T
    yield "factor", lambda X, dX: A @ dX.T @ B / 2
    yield "not linear in dX | extra chain factor | unknown", lambda X, dX: A @ (X + dX).T @ B


@problem("transposes")
def transpose_jacobian(draw):
    A, X = draw(5, 3), draw(4, 3)
    yield check_jacobian, lambda X: A @ X.T, X
    yield RIGHT, lambda X: kron(eye(4), A) @ commutation(4, 3)
    yield "row-major vec | transposed | missing chain factor", lambda X: kron(eye(4), A)
    yield "row-major vec", lambda X: kron(A, eye(4))
    yield "row-major vec | kronecker order | transposed | unknown", \
        lambda X: kron(A, eye(4)) @ commutation(4, 3)
    yield "factor", lambda X: kron(eye(4), A) @ commutation(4, 3) / 2
    yield "row-major vec | transposed | unknown", lambda X: kron(eye(4), A) @ commutation(3, 4)


@problem("transposes")
def skew_energy(draw):
    X = draw(4, 4)
    yield check_gradient, lambda X: np.sum((X - X.T) ** 2), X
    yield RIGHT, lambda X: 4 * (X - X.T)
    yield "factor | missing product-rule term | not symmetrised", lambda X: 2 * (X - X.T)
    yield "missing product-rule term", lambda X: 4 * X
    yield "sign | transposed", lambda X: 4 * (X.T - X)
    yield "sign", lambda X: 4 * (X + X.T)
    yield "one triangle", lambda X: 4 * np.triu(X - X.T)
    yield "off-diagonal doubled | factor", lambda X: 8 * (X - X.T)


@problem("matrix exponential")
def trace_of_exponential(draw):
    A, X = draw(4, 4), draw(4, 4) / 2
    yield check_gradient, lambda X: trace(A @ expm(X)), X

    def right(X):
        nodes, weights = np.polynomial.legendre.leggauss(20)
        return sum(w / 2 * (expm((1 + s) / 2 * X) @ A @ expm((1 - s) / 2 * X)).T
                   for s, w in zip(nodes, weights))

    yield RIGHT, right
    yield "wrong order | only for symmetric input | missing product-rule term | unknown", \
        lambda X: (A @ expm(X)).T
    yield "wrong order | missing product-rule term | unknown", lambda X: (expm(X) @ A).T
    yield "elementwise product | unknown", lambda X: A.T * np.exp(X)
    yield "missing chain factor | unknown", lambda X: expm(X).T
    yield "transposed", lambda X: right(X).T
    yield "missing chain factor | missing product-rule term | does not move with X", lambda X: A.T


@problem("matrix exponential")
def exponential_differential(draw):
    X = draw(3, 3) / 2
    yield check_differential, expm, X
    block = lambda X, dX: expm(np.block([[X, dX], [0 * X, X]]))[:3, 3:]
    yield RIGHT, block
    yield "wrong order | missing product-rule term | unknown", lambda X, dX: expm(X) @ dX
    yield "wrong order | missing product-rule term | unknown", lambda X, dX: dX @ expm(X)
    yield "elementwise product", lambda X, dX: expm(X) * dX
    yield "missing chain factor | missing product-rule term | does not move with X", lambda X, dX: dX
    yield "missing product-rule term", lambda X, dX: dX + (X @ dX + dX @ X) / 2
    yield "not linear in dX", lambda X, dX: expm(X + dX) - expm(X)
    yield "not linear in dX", lambda X, dX: expm(dX)
    yield "unknown | wrong order | missing product-rule term", \
        lambda X, dX: (expm(X) @ dX + dX @ expm(X)) / 2


@problem("eigenvalues")
def largest_eigenvalue(draw):
    S = draw(5, 5)
    S = (S + S.T) / 2
    yield check_gradient, lambda S: np.linalg.eigvalsh((S + S.T) / 2)[-1], S, {"symmetric": True}

    def top(S):
        return np.linalg.eigh(S)[1][:, -1]

    yield RIGHT, lambda S: np.outer(top(S), top(S))
    yield "factor", lambda S: 2 * np.outer(top(S), top(S))
    yield "unknown | not a gradient", \
        lambda S: np.outer(np.linalg.eigh(S)[1][-1], np.linalg.eigh(S)[1][-1])
    yield "wrong entry", lambda S: np.outer(np.linalg.eigh(S)[1][:, 0], np.linalg.eigh(S)[1][:, 0])
    yield "off-diagonal doubled", lambda S: np.outer(top(S), top(S)) * (2 - eye(5))
    yield "only diagonal", lambda S: np.diag(top(S) ** 2)
    yield "extra chain factor", lambda S: np.linalg.eigvalsh(S)[-1] * np.outer(top(S), top(S))
    yield "one triangle", lambda S: np.tril(np.outer(top(S), top(S)))


@problem("eigenvalues")
def eigenvalue_gap(draw):
    S = draw(4, 4)
    S = S + S.T
    yield check_gradient, lambda S: np.log(np.ptp(np.linalg.eigvalsh((S + S.T) / 2))), S, {"symmetric": True}

    def spectral(S, top=1, bottom=1):
        values, V = np.linalg.eigh(S)
        return (top * np.outer(V[:, -1], V[:, -1]) - bottom * np.outer(V[:, 0], V[:, 0])) / np.ptp(values)

    gap = lambda S: np.ptp(np.linalg.eigvalsh(S))
    yield RIGHT, spectral
    yield "missing chain factor", lambda S: gap(S) * spectral(S)
    yield HELD, lambda S: spectral(S, bottom=0)
    yield "sign", lambda S: spectral(S, bottom=-1)
    yield "off-diagonal doubled", lambda S: spectral(S) * (2 - eye(4))
    yield "off-diagonal halved", lambda S: spectral(S) * (1 + eye(4)) / 2
    yield "only diagonal", lambda S: spectral(S) * eye(4)
    yield "missing chain factor | extra chain factor | wrong normalisation", lambda S: spectral(S) / gap(S)


@problem("normalisation")
def unit_vector(draw):
    x = draw(5)
    yield check_jacobian, lambda x: x / norm(x), x

    def not_squared(x):
        return eye(5) / norm(x) - np.outer(x, x) / norm(x)

    yield RIGHT, lambda x: eye(5) / norm(x) - np.outer(x, x) / norm(x) ** 3
    yield HELD + " | only diagonal", lambda x: eye(5) / norm(x)
    yield "wrong normalisation | missing chain factor", lambda x: eye(5) - np.outer(x, x) / norm(x) ** 2
    yield "wrong normalisation", not_squared
    yield "wrong normalisation", lambda x: eye(5) / norm(x) - np.outer(x, x) / norm(x) ** 2
    yield "sign", lambda x: eye(5) / norm(x) + np.outer(x, x) / norm(x) ** 3
    yield "only diagonal", lambda x: np.diag(1 / norm(x) - x**2 / norm(x) ** 3)
    yield "only diagonal | shape | elementwise product | unknown", lambda x: 1 / norm(x) - x**2 / norm(x) ** 3
    yield "factor", lambda x: eye(5) / norm(x) - np.outer(x, x) / (2 * norm(x) ** 3)


@problem("normalisation")
def cosine_similarity(draw):
    a, x = draw(5), draw(5)
    yield check_gradient, lambda x: a @ x / (norm(a) * norm(x)), x
    cosine = lambda x: a @ x / (norm(a) * norm(x))
    yield RIGHT, lambda x: a / (norm(a) * norm(x)) - cosine(x) * x / norm(x) ** 2
    yield HELD, lambda x: a / (norm(a) * norm(x))
    yield "factor | wrong normalisation", lambda x: a / norm(x) - (a @ x) * x / norm(x) ** 3
    yield "sign", lambda x: a / (norm(a) * norm(x)) + cosine(x) * x / norm(x) ** 2
    yield "wrong normalisation", lambda x: a / (norm(a) * norm(x)) - cosine(x) * x / norm(x)
    yield "wrong normalisation", lambda x: a / (norm(a) * norm(x)) - cosine(x) * x
    yield "factor", lambda x: a / (norm(a) * norm(x)) - 2 * cosine(x) * x / norm(x) ** 2
    yield "wrong normalisation | missing chain factor", lambda x: a / norm(a) - cosine(x) * x / norm(x)


@problem("normalisation")
def unit_rows(draw):
    X, G = draw(6, 3), draw(6, 3)
    unit = lambda X: X / norm(X, axis=1, keepdims=True)
    yield check_gradient, lambda X: np.sum(G * X / np.sqrt(np.sum(X**2, axis=1, keepdims=True))), X

    def backward(X, axis=1):
        U = unit(X)
        return (G - U * np.sum(G * U, axis=axis, keepdims=True)) / norm(X, axis=1, keepdims=True)

    yield RIGHT, backward
    yield HELD, lambda X: G / norm(X, axis=1, keepdims=True)
    yield "wrong axis", lambda X: backward(X, axis=0)
    yield "wrong axis | wrong normalisation | unknown", \
        lambda X: G / norm(X, axis=0) - X * np.sum(G * X, axis=0) / norm(X, axis=0) ** 3
    yield "wrong normalisation | missing chain factor | extra chain factor", \
        lambda X: backward(X) * norm(X, axis=1, keepdims=True)
    yield "wrong normalisation | unknown | wrong axis", \
        lambda X: G / norm(X) - X * np.sum(G * X) / norm(X) ** 3
    yield "missing chain factor | does not move with X | missing product-rule term", lambda X: G


@problem("layer norm")
def layer_norm(draw):
    x, g = draw(6), draw.positive(6)
    centred = lambda x: x - x.mean()
    scaled = lambda x: centred(x) / x.std()
    yield check_jacobian, lambda x: g * (x - np.mean(x)) / np.std(x), x
    yield RIGHT, lambda x: g[:, None] * (eye(6) - 1 / 6 - np.outer(scaled(x), scaled(x)) / 6) / x.std()
    yield HELD, lambda x: g[:, None] * (eye(6) - 1 / 6) / x.std()
    yield "missing product-rule term | only diagonal", lambda x: np.diag(g) / x.std()
    yield HELD, lambda x: g[:, None] * (eye(6) - np.outer(scaled(x), scaled(x)) / 6) / x.std()
    yield "missing chain factor", lambda x: (eye(6) - 1 / 6 - np.outer(scaled(x), scaled(x)) / 6) / x.std()
    yield "missing chain factor | wrong axis | transposed", \
        lambda x: g * (eye(6) - 1 / 6 - np.outer(scaled(x), scaled(x)) / 6) / x.std()
    yield "factor", lambda x: g[:, None] * (eye(6) - 1 / 6 - np.outer(scaled(x), scaled(x))) / x.std()
    yield "missing chain factor | wrong normalisation", \
        lambda x: g[:, None] * (eye(6) - 1 / 6 - np.outer(scaled(x), scaled(x)) / 6)
    yield "wrong normalisation | factor | extra chain factor | unknown", \
        lambda x: g[:, None] * (eye(6) - 1 / 6 - np.outer(centred(x), centred(x)) / 6) / x.std()


@problem("attention")
def attention_query(draw):
    Q, K, V, G = draw(5, 3), draw(6, 3), draw(6, 2), draw(5, 2)
    yield check_gradient, lambda Q: np.sum(G * (softmax(Q @ K.T / np.sqrt(3)) @ V)), Q

    def backward(Q, scale=np.sqrt(3), centre=True):
        P = softmax(Q @ K.T / np.sqrt(3))
        dP = G @ V.T
        dS = P * (dP - np.sum(P * dP, axis=1, keepdims=True)) if centre else P * dP
        return dS @ K / scale

    def columns_centred(Q):
        P, dP = softmax(Q @ K.T / np.sqrt(3)), G @ V.T
        return P * (dP - np.sum(P * dP, axis=0)) @ K / np.sqrt(3)

    yield RIGHT, backward
    yield "factor | missing chain factor", lambda Q: backward(Q, scale=1)
    yield "factor | missing chain factor", lambda Q: backward(Q, scale=3)
    yield "missing product-rule term | only diagonal", lambda Q: backward(Q, centre=False)
    yield "missing chain factor", lambda Q: G @ V.T @ K / np.sqrt(3)
    yield "wrong axis", columns_centred
    yield "only diagonal | missing product-rule term", lambda Q: (
        softmax(Q @ K.T / np.sqrt(3)) * (1 - softmax(Q @ K.T / np.sqrt(3))) * (G @ V.T)) @ K / np.sqrt(3)
    yield "transposed", lambda Q: backward(Q).T
    yield "missing chain factor + missing product-rule term | missing chain factor | unknown", \
        lambda Q: softmax(Q @ K.T / np.sqrt(3)) @ K


@problem("attention")
def attention_keys_and_values(draw):
    Q, K, V, G = draw(5, 3), draw(6, 3), draw(6, 2), draw(5, 2)
    yield check_gradient, lambda K: np.sum(G * (softmax(Q @ K.T / np.sqrt(3)) @ V)), K
    P = lambda K: softmax(Q @ K.T / np.sqrt(3))

    def backward(K, dP=G @ V.T, axis=1):
        return (P(K) * (dP - np.sum(P(K) * dP, axis=axis, keepdims=True))).T @ Q / np.sqrt(3)

    yield RIGHT, backward
    yield "missing product-rule term | only diagonal", lambda K: (P(K) * (G @ V.T)).T @ Q / np.sqrt(3)
    yield "factor", lambda K: backward(K) * np.sqrt(3)
    yield "wrong axis", lambda K: backward(K, axis=0)
    yield "missing chain factor", lambda K: (G @ V.T).T @ Q / np.sqrt(3)
    yield "raises | transposed", lambda K: (P(K) * (G @ V.T)) @ Q / np.sqrt(3)
    yield "missing chain factor", lambda K: backward(K, dP=np.tile(V.sum(axis=1), (5, 1)))
    yield "sign", lambda K: -backward(K)


@problem("attention")
def attention_value_projection(draw):
    Z, U, W, T = draw(6, 4), draw(6, 6), draw(4, 3), draw(6, 3)
    yield check_gradient, lambda W: np.mean((softmax(U) @ Z @ W - T) ** 2), W
    E = lambda W: softmax(U) @ Z @ W - T
    yield RIGHT, lambda W: (softmax(U) @ Z).T @ E(W) / 9
    yield "transposed | only for symmetric input", lambda W: (softmax(U).T @ Z).T @ E(W) / 9
    yield "missing chain factor", lambda W: Z.T @ E(W) / 9
    yield "factor", lambda W: 2 * (softmax(U) @ Z).T @ E(W)
    yield "factor", lambda W: 2 * (softmax(U) @ Z).T @ E(W) / 6
    yield "transposed", lambda W: E(W).T @ softmax(U) @ Z / 9
    yield "wrong axis | wrong normalisation | unknown", lambda W: (softmax(U.T).T @ Z).T @ E(W) / 9
    yield HELD, lambda W: (softmax(U) @ Z).T @ (softmax(U) @ Z @ W) / 9


@problem("two-layer networks")
def first_layer(draw):
    Z, Y, W, c, V, d = draw(9, 4), draw(9, 2), draw(4, 3), draw(3), draw(3, 2), draw(2)
    yield check_gradient, lambda W: np.sum((np.tanh(Z @ W + c) @ V + d - Y) ** 2) / 18, W

    def right(W):
        H = np.tanh(Z @ W + c)
        return Z.T @ ((H @ V + d - Y) @ V.T * (1 - H**2)) / 9

    def slope_of_input(W):
        A = Z @ W + c
        return Z.T @ ((np.tanh(A) @ V + d - Y) @ V.T * (1 - A**2)) / 9

    def slope_not_squared(W):
        H = np.tanh(Z @ W + c)
        return Z.T @ ((H @ V + d - Y) @ V.T * (1 - H)) / 9

    def no_second_bias(W):
        H = np.tanh(Z @ W + c)
        return Z.T @ ((H @ V - Y) @ V.T * (1 - H**2)) / 9

    def no_slope(W):
        return Z.T @ (np.tanh(Z @ W + c) @ V + d - Y) @ V.T / 9

    def bias_forgotten_in_slope(W):
        H = np.tanh(Z @ W + c)
        return Z.T @ ((H @ V + d - Y) @ V.T * (1 - np.tanh(Z @ W) ** 2)) / 9

    def no_second_layer(W):
        H = np.tanh(Z @ W + c)
        return Z.T @ ((H @ V + d - Y).sum(axis=1, keepdims=True) * (1 - H**2)) / 9

    yield RIGHT, right
    yield "missing chain factor", no_slope
    yield SLOPE, slope_of_input
    yield SLOPE, slope_not_squared
    yield HELD, no_second_bias
    yield "factor", lambda W: 9 * right(W)
    yield "factor", lambda W: right(W) / 2
    yield "transposed", lambda W: right(W).T
    yield "missing chain factor", no_second_layer
    yield SLOPE + " | missing product-rule term", bias_forgotten_in_slope


@problem("two-layer networks")
def first_bias(draw):
    Z, Y, W, c, V = draw(8, 4), draw(8, 2), draw(4, 3), draw(3), draw(3, 2)
    relu = lambda A: np.maximum(A, 0)
    yield check_gradient, lambda c: np.mean((relu(Z @ W + c) @ V - Y) ** 2), c
    delta = lambda c: (relu(Z @ W + c) @ V - Y) @ V.T * (Z @ W + c > 0) / 8
    yield RIGHT, lambda c: delta(c).sum(axis=0)
    yield "not summed over the batch", delta
    yield "wrong axis", lambda c: delta(c).sum(axis=1)
    yield "factor", lambda c: delta(c).mean(axis=0)
    yield "missing chain factor", lambda c: ((relu(Z @ W + c) @ V - Y) @ V.T / 8).sum(axis=0)
    yield "factor", lambda c: 2 * delta(c).sum(axis=0)
    yield "layout", lambda c: delta(c).sum(axis=0, keepdims=True)
    yield "missing chain factor | shape", lambda c: ((relu(Z @ W + c) @ V - Y) / 8).sum(axis=0)


@problem("two-layer networks")
def second_layer(draw):
    Z, T, W, c, V, d = draw(9, 4), draw.one_hot(9, 2), draw(4, 3), draw(3), draw(3, 2), draw(2)
    H = sigmoid(Z @ W + c)
    yield check_gradient, lambda V: -np.mean(np.sum(T * np.log(softmax(H @ V + d)), axis=1)), V
    yield RIGHT, lambda V: H.T @ (softmax(H @ V + d) - T) / 9
    yield "missing product-rule term | unknown", lambda V: H.T @ (softmax(H @ V) - T) / 9
    yield "factor", lambda V: H.T @ (softmax(H @ V + d) - T) / 18
    yield "missing chain factor | unknown", lambda V: (Z @ W + c).T @ (softmax(H @ V + d) - T) / 9
    yield "extra chain factor", lambda V: (H * (1 - H)).T @ (softmax(H @ V + d) - T) / 9
    yield "unknown", lambda V: H.T @ (sigmoid(H @ V + d) - T) / 9
    yield "transposed", lambda V: (softmax(H @ V + d) - T).T @ H / 9
    yield "missing chain factor | shape", lambda V: Z.T @ (softmax(H @ V + d) - T) / 9
    yield "sign + factor", lambda V: H.T @ (T - softmax(H @ V + d))


@problem("two-layer networks")
def network_input(draw):
    W, c, V, x = draw(6, 4), draw(6), draw(3, 6), draw(4)
    yield check_jacobian, lambda x: V @ np.tanh(W @ x + c), x
    slope = lambda x: 1 - np.tanh(W @ x + c) ** 2

    def loops(x):
        J = np.zeros((3, 4))
        for i in range(3):
            for j in range(4):
                J[i, j] = sum(V[i, k] * slope(x)[k] * W[k, j] for k in range(1, 6))
        return J

    yield RIGHT, lambda x: V @ np.diag(slope(x)) @ W
    yield "missing chain factor | does not move with X", lambda x: V @ W
    yield "layout", lambda x: W.T @ np.diag(slope(x)) @ V.T
    yield "missing product-rule term | unknown", loops
    yield SLOPE, lambda x: V @ np.diag(1 - np.tanh(W @ x + c)) @ W
    yield SLOPE + " | missing product-rule term", lambda x: V @ np.diag(1 - np.tanh(W @ x) ** 2) @ W
    yield SLOPE, lambda x: V @ np.diag(1 / np.cosh(W @ x + c)) @ W
    yield "missing chain factor | shape", lambda x: np.diag(slope(x)) @ W


@problem("gates")
def gru_state(draw):
    h, U, R, a, r = draw(5), draw(5, 5), draw(5, 5), draw(5), draw(5)
    gate, candidate = lambda h: sigmoid(U @ h + a), lambda h: np.tanh(R @ h + r)
    yield check_jacobian, lambda h: (1 - sigmoid(U @ h + a)) * h + sigmoid(U @ h + a) * np.tanh(R @ h + r), h

    def jacobian(h, through_gate=1, through_candidate=1, keep=1, slope=None):
        z, n = gate(h), candidate(h)
        dz = z * (1 - z) if slope is None else slope(z)
        return (keep * np.diag(1 - z) + through_gate * ((n - h) * dz)[:, None] * U
                + through_candidate * (z * (1 - n**2))[:, None] * R)

    yield RIGHT, jacobian
    yield HELD, lambda h: jacobian(h, through_gate=0)
    yield HELD, lambda h: jacobian(h, keep=0)
    yield HELD, lambda h: jacobian(h, through_candidate=0)
    yield "sign", lambda h: jacobian(h, through_gate=-1)
    yield "missing chain factor", lambda h: jacobian(h, slope=lambda z: 1)
    yield SLOPE, lambda h: jacobian(h, slope=lambda z: 1 - z)
    yield "transposed", lambda h: jacobian(h).T
    yield "only diagonal", lambda h: np.diag(np.diag(jacobian(h)))


@problem("gates")
def gate_weights(draw):
    U, h, x, W, a = draw(4, 4), draw(4), draw(3), draw(4, 3), draw(4)
    f = sigmoid
    yield check_gradient, lambda U: np.sum((f(U @ h + W @ x) * a + (1 - f(U @ h + W @ x)) * h) ** 2), U
    z = lambda U: f(U @ h + W @ x)
    out = lambda U: z(U) * a + (1 - z(U)) * h
    yield RIGHT, lambda U: np.outer(2 * out(U) * (a - h) * z(U) * (1 - z(U)), h)
    yield "missing chain factor", lambda U: np.outer(2 * out(U) * (a - h), h)
    yield "missing product-rule term", lambda U: np.outer(2 * out(U) * a * z(U) * (1 - z(U)), h)
    yield "transposed", lambda U: np.outer(h, 2 * out(U) * (a - h) * z(U) * (1 - z(U)))
    yield "sign", lambda U: np.outer(2 * out(U) * (a + h) * z(U) * (1 - z(U)), h)
    yield "missing chain factor", lambda U: np.outer(2 * (a - h) * z(U) * (1 - z(U)), h)
    yield "factor", lambda U: np.outer(out(U) * (a - h) * z(U) * (1 - z(U)), h)
    yield "shape | missing chain factor", lambda U: 2 * out(U) * (a - h) * z(U) * (1 - z(U))


@problem("convolution")
def kernel_of_a_convolution(draw):
    s, y, k = draw(9), draw(7), draw(3)
    yield check_gradient, lambda k: np.sum((np.convolve(s, k, "valid") - y) ** 2) / 2, k

    def right(k):
        return np.convolve(s[::-1], np.convolve(s, k, "valid") - y, "valid")

    def loop_short(k):
        e, g = np.convolve(s, k, "valid") - y, np.zeros(3)
        for i in range(len(e) - 1):
            g += e[i] * s[i:i + 3][::-1]
        return g

    yield RIGHT, right
    yield "transposed | wrong order | unknown", lambda k: right(k)[::-1]
    yield "factor", lambda k: 2 * right(k)
    yield "sign", lambda k: -right(k)
    yield "missing product-rule term | unknown", loop_short
    yield "missing product-rule term", lambda k: np.convolve(s[::-1], np.convolve(s, k, "valid"), "valid")
    yield "wrong order | unknown", lambda k: np.convolve(s, np.convolve(s, k, "valid") - y, "valid")
    yield "shape | missing chain factor", lambda k: np.convolve(s, k, "valid") - y


@problem("convolution")
def signal_of_a_convolution(draw):
    k, G, s = draw(3), draw(10), draw(8)
    yield check_gradient, lambda s: np.sum(G * np.convolve(s, k) ** 2) / 2, s
    up = lambda s: G * np.convolve(s, k)
    yield RIGHT, lambda s: np.correlate(up(s), k, "valid")
    yield "transposed | unknown | wrong order", lambda s: np.convolve(up(s), k, "valid")
    yield "unknown", lambda s: np.correlate(up(s), k, "same")[:8]
    yield "missing chain factor", lambda s: np.correlate(np.convolve(s, k), k, "valid")
    yield "factor", lambda s: 2 * np.correlate(up(s), k, "valid")
    yield "shape | missing chain factor", up
    yield "missing chain factor | missing product-rule term | does not move with X", \
        lambda s: np.correlate(G, k, "valid")


@problem("convolution")
def convolution_jacobian(draw):
    k, x = draw(3), draw(6)
    yield check_jacobian, lambda x: np.convolve(x, k, "valid"), x

    def toeplitz(k):
        J = np.zeros((4, 6))
        for i in range(4):
            J[i, i:i + 3] = k
        return J

    yield RIGHT, toeplitz(k[::-1])
    yield "transposed | wrong order | unknown", toeplitz(k)
    yield "layout", toeplitz(k[::-1]).T
    yield "missing product-rule term | only diagonal | unknown", k[-1] * eye(4, 6)
    yield "sign", -toeplitz(k[::-1])
    yield "shape", k


@problem("distances")
def distances_to_anchors(draw):
    C, w, x = draw(6, 3), draw.positive(6), draw(3)
    dist = lambda x: np.sqrt(np.sum((x - C) ** 2, axis=1))
    yield check_gradient, lambda x: np.sum(w * np.sqrt(np.sum((x - C) ** 2, axis=1))), x
    yield RIGHT, lambda x: (w / dist(x)) @ (x - C)
    yield "sign", lambda x: (w / dist(x)) @ (C - x)
    yield "missing chain factor | wrong normalisation", lambda x: w @ (x - C)
    yield "factor", lambda x: 2 * (w / dist(x)) @ (x - C)
    yield "missing chain factor", lambda x: (1 / dist(x)) @ (x - C)
    yield "wrong normalisation | extra chain factor | extra chain factor + factor | missing chain factor", \
        lambda x: (w / dist(x) ** 2) @ (x - C)
    yield "not summed over the batch", lambda x: (w / dist(x))[:, None] * (x - C)
    yield "wrong axis", lambda x: ((w / dist(x))[:, None] * (x - C)).sum(axis=1)
    yield "missing product-rule term | unknown", lambda x: np.sum(w / dist(x)) * x
    yield "missing chain factor", lambda x: np.sum(w) * x - w @ C


@problem("distances")
def squared_pairwise_distances(draw):
    X, T = draw(5, 3), draw.positive(5, 5)
    D = lambda X: np.sum((X[:, None] - X[None]) ** 2, axis=2)
    yield check_gradient, lambda X: np.sum(T * np.sum((X[:, None] - X[None]) ** 2, axis=2)), X
    S = T + T.T

    def one_sided(X):
        G = np.zeros_like(X)
        for i in range(5):
            for j in range(5):
                G[i] += 2 * T[i, j] * (X[i] - X[j])
        return G

    yield RIGHT, lambda X: 2 * (S.sum(axis=1)[:, None] * X - S @ X)
    yield "missing product-rule term | not symmetrised", one_sided
    yield SYMMETRIC, lambda X: 4 * (T.sum(axis=1)[:, None] * X - T @ X)
    yield "sign", lambda X: 2 * (S @ X - S.sum(axis=1)[:, None] * X)
    yield HELD, lambda X: 2 * S.sum(axis=1)[:, None] * X
    yield "factor", lambda X: S.sum(axis=1)[:, None] * X - S @ X
    yield "missing chain factor | unknown", lambda X: 2 * (5 * X - X.sum(axis=0))
    yield "sign", lambda X: 2 * (S.sum(axis=1)[:, None] * X + S @ X)


@problem("distances")
def mahalanobis(draw):
    L, c, x = draw(4, 4), draw(4), draw(4)
    yield check_gradient, lambda x: np.sqrt((x - c) @ L.T @ L @ (x - c)), x
    d = lambda x: norm(L @ (x - c))
    yield RIGHT, lambda x: L.T @ L @ (x - c) / d(x)
    yield "transposed | wrong order | only for symmetric input", lambda x: L @ L.T @ (x - c) / d(x)
    yield "missing chain factor | wrong normalisation", lambda x: L.T @ L @ (x - c)
    yield "factor | missing chain factor | wrong normalisation", lambda x: 2 * L.T @ L @ (x - c)
    yield "missing product-rule term", lambda x: L.T @ L @ x / d(x)
    yield "only for symmetric input | not symmetrised | transposed", lambda x: L @ L @ (x - c) / d(x)
    yield "wrong normalisation | missing chain factor | unknown", lambda x: L.T @ L @ (x - c) / norm(x - c)
    yield "factor", lambda x: L.T @ L @ (x - c) / (2 * d(x))


@problem("kernels")
def gaussian_kernel(draw):
    C, a, x, s = draw(7, 3), draw(7), draw(3) / 2, 1.3
    k = lambda x: np.exp(-np.sum((x - C) ** 2, axis=1) / (2 * s**2))
    yield check_gradient, lambda x: a @ np.exp(-np.sum((x - C) ** 2, axis=1) / (2 * s**2)), x
    yield RIGHT, lambda x: -(a * k(x)) @ (x - C) / s**2
    yield "sign", lambda x: (a * k(x)) @ (x - C) / s**2
    yield "factor", lambda x: -(a * k(x)) @ (x - C) / (2 * s**2)
    yield "factor", lambda x: -(a * k(x)) @ (x - C)
    yield "factor", lambda x: -(a * k(x)) @ (x - C) / s
    yield "missing chain factor", lambda x: -a @ (x - C) / s**2
    yield "missing chain factor", lambda x: -k(x) @ (x - C) / s**2
    yield "missing chain factor | shape", lambda x: a * k(x)
    yield "missing product-rule term | unknown", lambda x: -np.sum(a * k(x)) * x / s**2


@problem("kernels")
def polynomial_kernel(draw):
    C, a, x = draw(6, 4), draw(6), draw(4)
    yield check_gradient, lambda x: a @ (C @ x + 1) ** 3, x
    yield RIGHT, lambda x: 3 * C.T @ (a * (C @ x + 1) ** 2)
    yield "missing chain factor | shape", lambda x: 3 * a * (C @ x + 1) ** 2
    yield "factor", lambda x: C.T @ (a * (C @ x + 1) ** 2)
    yield "missing chain factor", lambda x: 3 * C.T @ (C @ x + 1) ** 2
    yield "extra chain factor | missing chain factor | unknown", lambda x: 3 * C.T @ (a * (C @ x + 1) ** 3)
    yield "missing product-rule term | missing chain factor | unknown", \
        lambda x: 3 * C.T @ (a * (C @ x) ** 2)
    yield "factor", lambda x: 2 * C.T @ (a * (C @ x + 1) ** 2)
    yield "not summed over the batch", lambda x: 3 * C * (a * (C @ x + 1) ** 2)[:, None]


@problem("kernels")
def gaussian_gram_matrix(draw):
    X, Y = draw(4, 3), draw(4, 4)
    K = lambda X: np.exp(-np.sum((X[:, None] - X[None]) ** 2, axis=2) / 6)
    yield check_gradient, lambda X: np.sum(Y * np.exp(-np.sum((X[:, None] - X[None]) ** 2, axis=2) / 6)), X

    def backward(M, X):
        return -(M.sum(axis=1)[:, None] * X - M @ X) / 3

    yield RIGHT, lambda X: backward((Y + Y.T) * K(X), X)
    yield SYMMETRIC, lambda X: backward(2 * Y * K(X), X)
    yield HALF, lambda X: backward(Y * K(X), X)
    yield "missing chain factor", lambda X: backward(Y + Y.T, X)
    yield "sign", lambda X: -backward((Y + Y.T) * K(X), X)
    yield "missing chain factor", lambda X: backward(2 * K(X), X)
    yield "elementwise product", lambda X: backward((Y + Y.T) @ K(X), X)
    yield "factor", lambda X: 3 * backward((Y + Y.T) * K(X), X)
    yield "factor", lambda X: backward((Y + Y.T) * K(X), X) / 2


@problem("Gaussian log-likelihood")
def gaussian_mean(draw):
    Z, P, mu = draw(8, 4), draw(4, 4), draw(4)
    P = P @ P.T + eye(4)
    yield check_gradient, lambda mu: -np.sum((Z - mu) @ inv(P) * (Z - mu)) / 2, mu
    yield RIGHT, lambda mu: inv(P) @ np.sum(Z - mu, axis=0)
    yield "sign", lambda mu: inv(P) @ np.sum(mu - Z, axis=0)
    yield "factor", lambda mu: inv(P) @ np.mean(Z - mu, axis=0)
    yield "factor", lambda mu: 2 * inv(P) @ np.sum(Z - mu, axis=0)
    yield "missing chain factor | only for orthogonal input", lambda mu: np.sum(Z - mu, axis=0)
    yield "missing chain factor | only for orthogonal input", lambda mu: P @ np.sum(Z - mu, axis=0)
    yield "not summed over the batch", lambda mu: (Z - mu) @ inv(P)
    yield "missing product-rule term", lambda mu: inv(P) @ Z.sum(axis=0)
    yield "factor", lambda mu: inv(P) @ (np.sum(Z, axis=0) - mu)
    yield "only for diagonal input | only diagonal", lambda mu: np.sum(Z - mu, axis=0) / np.diag(P)


@problem("Gaussian log-likelihood")
def gaussian_covariance(draw):
    Z, P = draw(9, 3), draw.spd(3)
    S = Z.T @ Z
    yield (check_gradient, lambda P: -9 / 2 * np.linalg.slogdet(P)[1] - trace(S @ inv(P)) / 2, P,
           {"symmetric": True})
    yield RIGHT, lambda P: -9 / 2 * inv(P) + inv(P) @ S @ inv(P) / 2
    yield "sign", lambda P: 9 / 2 * inv(P) - inv(P) @ S @ inv(P) / 2
    yield "sign", lambda P: -9 / 2 * inv(P) - inv(P) @ S @ inv(P) / 2
    yield HELD, lambda P: inv(P) @ S @ inv(P) / 2
    yield HELD, lambda P: -9 / 2 * inv(P)
    yield "factor", lambda P: -inv(P) / 2 + inv(P) @ S @ inv(P) / 2
    yield "factor", lambda P: -9 * inv(P) + inv(P) @ S @ inv(P)
    yield "missing chain factor", lambda P: -9 / 2 * inv(P) + S @ inv(P) / 2
    yield "off-diagonal doubled", lambda P: (-9 / 2 * inv(P) + inv(P) @ S @ inv(P) / 2) * (2 - eye(3))


@problem("Gaussian log-likelihood")
def cholesky_factor(draw):
    L, z = np.tril(draw(4, 4)), draw(4)
    L[np.diag_indices(4)] = draw.positive(4)
    # Only the lower triangle of L is read.
    half = lambda L: np.linalg.solve(np.tril(L), z)
    yield (check_gradient,
           lambda L: np.sum(np.log(np.diag(L))) + np.sum(np.linalg.solve(np.tril(L), z) ** 2) / 2, L)
    full = lambda L: -np.outer(np.linalg.solve(L.T, half(L)), half(L))
    yield RIGHT, lambda L: np.tril(full(L)) + np.diag(1 / np.diag(L))
    yield "missing chain factor | not a gradient | unknown", lambda L: full(L) + np.diag(1 / np.diag(L))
    yield HELD, lambda L: np.tril(full(L))
    yield "sign", lambda L: -np.tril(full(L)) + np.diag(1 / np.diag(L))
    yield "missing product-rule term | only diagonal", lambda L: np.diag(1 / np.diag(L))
    yield "factor", lambda L: 2 * np.tril(full(L)) + np.diag(1 / np.diag(L))
    yield "only diagonal", lambda L: np.diag(np.diag(full(L)) + 1 / np.diag(L))
    yield "missing chain factor | missing product-rule term | unknown", lambda L: np.tril(full(L)) + eye(4)
    yield "missing chain factor", lambda L: -np.tril(np.outer(half(L), half(L))) + np.diag(1 / np.diag(L))


@problem("Gaussian log-likelihood")
def precision(draw):
    Z, P, mu = draw(9, 3), draw.spd(3), draw(3)
    S = (Z - mu).T @ (Z - mu) / 9
    yield (check_gradient,
           lambda P: np.linalg.slogdet(P)[1] / 2 - np.mean(np.sum((Z - mu) @ P * (Z - mu), axis=1)) / 2,
           P, {"symmetric": True})
    yield RIGHT, lambda P: (inv(P) - S) / 2
    yield "sign", lambda P: (S - inv(P)) / 2
    yield "factor", lambda P: (inv(P) - 9 * S) / 2
    yield "factor", lambda P: inv(P) - S
    yield "missing chain factor | only for orthogonal input | unknown", lambda P: (P - S) / 2
    yield "missing product-rule term | unknown", lambda P: (inv(P) - Z.T @ Z / 9) / 2
    yield "off-diagonal doubled", lambda P: inv(P) - S - np.diag(np.diag(inv(P) - S)) / 2
    yield HELD, lambda P: inv(P) / 2
    yield "only diagonal", lambda P: np.diag(np.diag(inv(P) - S)) / 2


@problem("projections")
def projection_residual(draw):
    y, X = draw(6), draw(6, 2)
    H = lambda X: X @ inv(X.T @ X) @ X.T
    yield check_gradient, lambda X: y @ X @ inv(X.T @ X) @ X.T @ y, X
    yield RIGHT, lambda X: 2 * (eye(6) - H(X)) @ np.outer(y, y) @ X @ inv(X.T @ X)
    yield "factor", lambda X: (eye(6) - H(X)) @ np.outer(y, y) @ X @ inv(X.T @ X)
    yield "missing product-rule term | missing chain factor", lambda X: 2 * np.outer(y, y) @ X @ inv(X.T @ X)
    yield "missing chain factor | only for orthogonal input", \
        lambda X: 2 * (eye(6) - H(X)) @ np.outer(y, y) @ X
    yield "sign", lambda X: -2 * (eye(6) - H(X)) @ np.outer(y, y) @ X @ inv(X.T @ X)
    yield "missing chain factor | unknown", lambda X: 2 * H(X) @ np.outer(y, y) @ X @ inv(X.T @ X)
    yield "sign | unknown", lambda X: 2 * (eye(6) + H(X)) @ np.outer(y, y) @ X @ inv(X.T @ X)


@problem("projections")
def projection_on_a_line(draw):
    a, b = draw(4), draw(4)
    yield check_jacobian, lambda a: a * (a @ b) / (a @ a), a

    def jacobian(a, left=1, outer=1, norm=-2, over=1):
        """(a'b I + ab' - 2 a'b aa' / a'a) / a'a, with its terms to spoil."""
        return (left * (a @ b) * eye(4) + outer * np.outer(a, b)
                + norm * (a @ b) / (a @ a) ** over * np.outer(a, a)) / (a @ a)

    yield RIGHT, jacobian
    yield HELD, lambda a: jacobian(a, norm=0)
    yield HELD + " | only diagonal", lambda a: (a @ b) * eye(4) / (a @ a)
    yield HELD, lambda a: jacobian(a, outer=0)
    yield "transposed", lambda a: jacobian(a, outer=0) + np.outer(b, a) / (a @ a)
    yield "sign", lambda a: jacobian(a, norm=2)
    yield "factor | missing product-rule term", lambda a: jacobian(a, norm=-1)
    yield "missing product-rule term", lambda a: np.outer(a, a) / (a @ a)
    yield "wrong normalisation", lambda a: jacobian(a, over=0)


@problem("masked and weighted losses")
def masked_factorisation(draw):
    U, V, Y, M = draw(6, 2), draw(5, 2), draw(6, 5), draw.mask(6, 5)
    yield check_gradient, lambda U: np.sum((M * (U @ V.T - Y)) ** 2) / 2 + 0.2 * np.sum(U**2), U

    def observed_wrong_way(U):
        E = U @ V.T - Y
        E[M > 0] = 0
        return E @ V + 0.4 * U

    yield RIGHT, lambda U: (M * (U @ V.T - Y)) @ V + 0.4 * U
    yield "missing chain factor", lambda U: (U @ V.T - Y) @ V + 0.4 * U
    yield HELD, lambda U: (M * (U @ V.T - Y)) @ V
    yield "factor", lambda U: (M * (U @ V.T - Y)) @ V + 0.2 * U
    yield "factor", lambda U: 2 * (M * (U @ V.T - Y)) @ V + 0.4 * U
    yield "missing chain factor | unknown", lambda U: (M * (U @ V.T) - Y) @ V + 0.4 * U
    yield "sign", lambda U: (M * (Y - U @ V.T)) @ V + 0.4 * U
    yield "unknown | missing chain factor", observed_wrong_way
    yield "missing chain factor | shape", lambda U: M * (U @ V.T - Y)


@problem("masked and weighted losses")
def weighted_mean_of_losses(draw):
    Z, y, v, x = draw(8, 4), draw(8), draw.positive(8), draw(4)
    yield check_gradient, lambda x: np.sum(v * (Z @ x - y) ** 2) / np.sum(v), x
    yield RIGHT, lambda x: 2 * Z.T @ (v * (Z @ x - y)) / v.sum()

    def loop_returns_early(x):
        g = np.zeros(4)
        for i in range(8):
            g += 2 * v[i] * (Z[i] @ x - y[i]) * Z[i] / v.sum()
            return g

    yield "factor", lambda x: 2 * Z.T @ (v * (Z @ x - y))
    yield "factor", lambda x: 2 * Z.T @ (v * (Z @ x - y)) / 8
    yield "missing chain factor", lambda x: 2 * Z.T @ (Z @ x - y) / v.sum()
    yield "extra chain factor", lambda x: 2 * Z.T @ (v**2 * (Z @ x - y)) / v.sum()
    yield "missing chain factor | unknown", lambda x: 2 * Z.T @ (v * (Z @ x) - y) / v.sum()
    yield "missing product-rule term | not summed over the batch | unknown", loop_returns_early
    yield "not summed over the batch", lambda x: 2 * (v * (Z @ x - y))[:, None] * Z / v.sum()
    yield "sign", lambda x: 2 * Z.T @ (v * (y - Z @ x)) / v.sum()


@problem("masked and weighted losses")
def masked_mean(draw):
    X, Y, M = draw(5, 4), draw(5, 4), draw.mask(5, 4)
    yield check_gradient, lambda X: np.sum(M * (np.exp(X) - Y) ** 2) / np.sum(M), X
    yield RIGHT, lambda X: 2 * M * (np.exp(X) - Y) * np.exp(X) / M.sum()
    yield "missing chain factor", lambda X: 2 * M * (np.exp(X) - Y) / M.sum()
    yield "missing chain factor", lambda X: 2 * (np.exp(X) - Y) * np.exp(X) / M.sum()
    yield "factor", lambda X: 2 * M * (np.exp(X) - Y) * np.exp(X) / 20
    yield "factor", lambda X: 2 * M * (np.exp(X) - Y) * np.exp(X)
    yield HELD, lambda X: 2 * M * np.exp(X) * np.exp(X) / M.sum()
    yield "sign", lambda X: 2 * M * (np.exp(X) + Y) * np.exp(X) / M.sum()
    yield "elementwise product", lambda X: 2 * (M * (np.exp(X) - Y)) @ np.exp(X).T @ np.ones((5, 4)) / M.sum()


@problem("cumulative sums")
def sum_of_squared_cumulative_sums(draw):
    w, x = draw.positive(6), draw(6)
    yield check_gradient, lambda x: np.sum(w * np.cumsum(x) ** 2), x
    up = lambda x: 2 * w * np.cumsum(x)
    yield RIGHT, lambda x: np.cumsum(up(x)[::-1])[::-1]

    def starts_too_late(x):
        g = np.zeros(6)
        for i in range(6):
            for j in range(i + 1, 6):
                g[i] += 2 * w[j] * x[:j + 1].sum()
        return g

    yield "transposed | wrong order | unknown", lambda x: np.cumsum(up(x))
    yield "missing chain factor | missing product-rule term | only diagonal", up
    yield "missing product-rule term | unknown", starts_too_late
    yield "factor", lambda x: np.cumsum(up(x)[::-1])[::-1] / 2
    yield "missing chain factor", lambda x: 2 * np.cumsum(np.cumsum(x)[::-1])[::-1]
    yield "missing chain factor | unknown | missing product-rule term", \
        lambda x: 2 * np.cumsum((w * x)[::-1])[::-1]


@problem("cumulative sums")
def cumulative_product(draw):
    x = draw.positive(5)
    yield check_jacobian, np.cumprod, x
    yield RIGHT, lambda x: np.tril(np.cumprod(x)[:, None] / x)
    yield "transposed", lambda x: np.triu(np.cumprod(x) / x[:, None])
    yield "unknown | extra chain factor", lambda x: np.cumprod(x)[:, None] / x
    yield "only diagonal", lambda x: np.diag(np.cumprod(x) / x)
    yield "missing chain factor", lambda x: np.tril(np.tile(np.cumprod(x)[:, None], (1, 5)))
    yield "missing chain factor | does not move with X", lambda x: np.tril(np.ones((5, 5)))
    yield "unknown | transposed | missing chain factor", lambda x: np.tril(np.cumprod(x) / x[:, None])


@problem("generalised linear models")
def poisson_regression(draw):
    Z, w, exposure = draw(10, 3) / 2, draw(3), draw.positive(10)
    n = np.arange(10) % 4.0
    rate = lambda w: exposure * np.exp(Z @ w)
    yield check_gradient, lambda w: np.sum(exposure * np.exp(Z @ w) - n * (Z @ w)), w
    yield RIGHT, lambda w: Z.T @ (rate(w) - n)
    yield "missing chain factor", lambda w: Z.T @ (np.exp(Z @ w) - n)
    yield "sign", lambda w: Z.T @ (n - rate(w))
    yield "factor", lambda w: Z.T @ (rate(w) - n) / 10
    yield HELD, lambda w: Z.T @ rate(w)
    yield "extra chain factor", lambda w: Z.T @ ((rate(w) - n) * rate(w))
    yield "sign", lambda w: Z.T @ (rate(w) + n)
    yield "missing chain factor | unknown", lambda w: Z.T @ (exposure * (Z @ w) - n)


@problem("generalised linear models")
def huber(draw):
    Z, y, w = draw(10, 4), 2 * draw(10), draw(4)
    loss = lambda r: np.where(np.abs(r) < 1, r**2 / 2, np.abs(r) - 0.5)
    yield check_gradient, lambda w: np.sum(np.where(np.abs(Z @ w - y) < 1, (Z @ w - y) ** 2 / 2,
                                                    np.abs(Z @ w - y) - 0.5)), w
    r = lambda w: Z @ w - y
    yield RIGHT, lambda w: Z.T @ np.clip(r(w), -1, 1)
    yield "missing chain factor", lambda w: Z.T @ r(w)
    yield "missing chain factor", lambda w: Z.T @ np.where(np.abs(r(w)) < 1, r(w), 1)
    yield "missing product-rule term | unknown", lambda w: Z.T @ np.where(np.abs(r(w)) < 1, r(w), 0)
    yield "sign", lambda w: -Z.T @ np.clip(r(w), -1, 1)
    yield "missing chain factor", lambda w: Z.T @ np.sign(r(w))
    yield "unknown | extra chain factor | missing chain factor", lambda w: Z.T @ loss(r(w))


@problem("elementwise functions")
def swish(draw):
    x = draw(6)
    yield check_jacobian, lambda x: x * sigmoid(x), x
    s = sigmoid
    yield RIGHT, lambda x: np.diag(s(x) + x * s(x) * (1 - s(x)))
    yield HELD, lambda x: np.diag(s(x))
    yield HELD, lambda x: np.diag(x * s(x) * (1 - s(x)))
    yield "missing product-rule term | missing chain factor | unknown", lambda x: np.diag(s(x) * (1 - s(x)))
    yield "sign", lambda x: np.diag(s(x) - x * s(x) * (1 - s(x)))
    yield "shape | only diagonal | elementwise product", lambda x: s(x) + x * s(x) * (1 - s(x))
    yield "missing chain factor", lambda x: np.diag(s(x) + x * s(x))
    yield "missing chain factor | unknown", lambda x: np.diag(s(x) + x * (1 - s(x)))


@problem("elementwise functions")
def softplus_matrix(draw):
    W, X = draw(5, 4), draw(4, 3)
    yield check_gradient, lambda X: np.sum(np.log1p(np.exp(W @ X)) ** 2), X
    soft = lambda X: np.log1p(np.exp(W @ X))
    yield RIGHT, lambda X: 2 * W.T @ (soft(X) * sigmoid(W @ X))
    yield "missing chain factor", lambda X: 2 * W.T @ soft(X)
    yield "missing chain factor", lambda X: W.T @ sigmoid(W @ X)
    yield "shape | missing chain factor", lambda X: 2 * soft(X) * sigmoid(W @ X)
    yield SLOPE, lambda X: 2 * W.T @ (soft(X) * np.exp(W @ X))
    yield SLOPE, lambda X: 2 * W.T @ (soft(X) / (1 + np.exp(W @ X)))
    yield "elementwise product | raises", lambda X: 2 * W.T @ (soft(X) @ sigmoid(W @ X))
    yield "factor", lambda X: W.T @ (soft(X) * sigmoid(W @ X))
    yield "missing chain factor | unknown", lambda X: 2 * W.T @ (soft(X) * sigmoid(soft(X)))


@problem("differentials")
def sandwich(draw):
    A, X = draw(4, 4), draw(4, 3)
    yield check_differential, lambda X: X.T @ A @ X, X
    yield RIGHT, lambda X, dX: dX.T @ A @ X + X.T @ A @ dX
    yield "missing product-rule term | not symmetrised", lambda X, dX: 2 * X.T @ A @ dX
    yield HELD, lambda X, dX: X.T @ A @ dX
    yield "transposed | only for symmetric input", lambda X, dX: dX.T @ A.T @ X + X.T @ A @ dX
    yield "sign", lambda X, dX: dX.T @ A @ X - X.T @ A @ dX
    yield "not linear in dX | missing product-rule term", lambda X, dX: dX.T @ A @ dX
    yield "not linear in dX", lambda X, dX: (X + dX).T @ A @ (X + dX) - X.T @ A @ X
    yield "transposed", lambda X, dX: dX.T @ A.T @ X + X.T @ A.T @ dX
    yield "raises", lambda X, dX: dX @ A @ X + X.T @ A @ dX


@problem("differentials")
def differential_of_inverse(draw):
    A, X = draw(4, 4), draw(4, 4) + 3 * eye(4)
    yield check_differential, lambda X: inv(X) @ A, X
    yield RIGHT, lambda X, dX: -inv(X) @ dX @ inv(X) @ A
    yield "sign", lambda X, dX: inv(X) @ dX @ inv(X) @ A
    yield "missing chain factor", lambda X, dX: -inv(X) @ dX @ A
    yield "wrong order", lambda X, dX: -inv(X) @ inv(X) @ dX @ A
    yield "wrong order", lambda X, dX: -dX @ inv(X) @ inv(X) @ A
    yield "not linear in dX", lambda X, dX: inv(dX) @ A
    yield "wrong order", lambda X, dX: -inv(X) @ dX @ A @ inv(X)
    yield "missing chain factor | missing product-rule term", lambda X, dX: -inv(X) @ dX @ inv(X)
    yield "transposed | only for symmetric input", lambda X, dX: -inv(X).T @ dX @ inv(X).T @ A


@problem("differentials")
def hadamard_product(draw):
    A, B, X = draw(5, 4), draw(5, 4), draw(4, 3)
    yield check_differential, lambda X: (A @ X) * (B @ X), X
    yield RIGHT, lambda X, dX: (A @ dX) * (B @ X) + (A @ X) * (B @ dX)
    yield HELD, lambda X, dX: (A @ dX) * (B @ X)
    yield "not linear in dX | missing product-rule term", lambda X, dX: (A @ dX) * (B @ dX)
    yield "sign", lambda X, dX: (A @ dX) * (B @ X) - (A @ X) * (B @ dX)
    yield "missing product-rule term | not symmetrised | unknown", lambda X, dX: 2 * (A @ dX) * (B @ X)
    yield "elementwise product", lambda X, dX: (A * B) @ (2 * X * dX)
    yield "missing chain factor | does not move with X", lambda X, dX: A @ dX + B @ dX
    yield "elementwise product | shape | raises", lambda X, dX: (A @ dX) @ (B @ X).T + (A @ X) @ (B @ dX).T


@problem("differentials")
def differential_of_logdet(draw):
    X = draw(4, 4)
    yield check_differential, lambda X: np.log(np.abs(np.linalg.det(X))), X
    yield RIGHT, lambda X, dX: trace(inv(X) @ dX)
    yield "transposed | only for symmetric input", lambda X, dX: trace(inv(X).T @ dX)
    yield "shape", lambda X, dX: inv(X) @ dX
    yield "extra chain factor | missing chain factor", lambda X, dX: np.linalg.det(X) * trace(inv(X) @ dX)
    yield "sign", lambda X, dX: -trace(inv(X) @ dX)
    yield "transposed | only for symmetric input | elementwise product", lambda X, dX: np.sum(inv(X) * dX)
    yield "unknown | not linear in dX", lambda X, dX: np.log(np.abs(np.linalg.det(dX)))
    yield "elementwise product | only diagonal | unknown | only for diagonal input", \
        lambda X, dX: trace(dX / X)
    yield "missing chain factor | missing product-rule term | does not move with X", lambda X, dX: trace(dX)


@problem("statistics")
def variance(draw):
    x = draw(7)
    yield check_gradient, lambda x: np.sum((x - np.mean(x)) ** 2) / 6, x

    def in_place(x):
        x = x.copy()
        x -= x.mean()
        x *= 2 / 7
        return x

    yield RIGHT, lambda x: 2 * (x - x.mean()) / 6
    yield "factor", in_place
    yield "factor", lambda x: (x - x.mean()) / 6
    yield HELD, lambda x: 2 * x / 6
    yield "extra chain factor | factor", lambda x: 2 * (x - x.mean()) * (1 - 1 / 7) / 6
    yield "factor | missing product-rule term", lambda x: 2 * (x - x.sum()) / 6
    yield "sign", lambda x: 2 * (x.mean() - x) / 6
    yield "shape", lambda x: np.mean(2 * (x - x.mean()) / 6)


@problem("statistics")
def covariance_energy(draw):
    X, W = draw(7, 3), draw(3, 3)
    centred = lambda X: X - X.mean(axis=0)
    yield check_gradient, lambda X: np.sum(W * (centred(X).T @ centred(X))) / 7, X
    yield RIGHT, lambda X: centred(X) @ (W + W.T) / 7
    yield SYMMETRIC, lambda X: 2 * centred(X) @ W / 7
    yield HALF, lambda X: centred(X) @ W / 7
    yield "missing product-rule term", lambda X: X @ (W + W.T) / 7
    yield "factor", lambda X: centred(X) @ (W + W.T)
    yield "factor", lambda X: centred(X) @ (W + W.T) / 6
    yield "wrong axis", lambda X: (X - X.mean(axis=1, keepdims=True)) @ (W + W.T) / 7
    yield "wrong axis | unknown | wrong normalisation", lambda X: (X - X.mean()) @ (W + W.T) / 7


@problem("entropies")
def entropy_of_softmax(draw):
    z = draw(5)
    p = softmax
    H = lambda z: -np.sum(softmax(z) * np.log(softmax(z)))
    yield check_gradient, lambda z: -np.sum(softmax(z) * np.log(softmax(z))), z
    yield RIGHT, lambda z: -p(z) * (np.log(p(z)) + H(z))
    yield "missing chain factor", lambda z: -np.log(p(z)) - 1
    yield "sign", lambda z: p(z) * (np.log(p(z)) + H(z))
    yield "missing product-rule term | unknown | only diagonal", lambda z: -p(z) * np.log(p(z))
    yield "missing product-rule term | only diagonal", lambda z: -p(z) * (1 - p(z)) * (np.log(p(z)) + 1)
    yield "sign", lambda z: -p(z) * (np.log(p(z)) - H(z))
    yield "missing chain factor", lambda z: -(np.log(p(z)) + H(z))


@problem("entropies")
def divergence(draw):
    p, z = softmax(draw(5)), draw(5)
    yield check_gradient, lambda z: np.sum(p * np.log(p / softmax(z))) + 0.1 * np.sum(softmax(z) ** 2), z
    q = softmax
    yield RIGHT, lambda z: q(z) - p + 0.2 * q(z) * (q(z) - q(z) @ q(z))
    yield "sign", lambda z: p - q(z) - 0.2 * q(z) * (q(z) - q(z) @ q(z))
    yield "sign", lambda z: p - q(z) + 0.2 * q(z) * (q(z) - q(z) @ q(z))
    yield HELD, lambda z: q(z) - p
    yield "missing chain factor", lambda z: -p / q(z) + 0.2 * q(z)
    yield "missing chain factor", lambda z: q(z) - p + 0.2 * q(z)
    yield "only diagonal | missing product-rule term", lambda z: q(z) - p + 0.2 * q(z) ** 2 * (1 - q(z))
    yield "factor", lambda z: q(z) - p + 0.1 * q(z) * (q(z) - q(z) @ q(z))


@problem("polynomials")
def rosenbrock(draw):
    x = draw(5)
    yield check_gradient, lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2), x

    def gradient(x, first=-400, second=200, third=-2):
        g = np.zeros_like(x)
        g[:-1] = first * x[:-1] * (x[1:] - x[:-1] ** 2) + third * (1 - x[:-1])
        g[1:] += second * (x[1:] - x[:-1] ** 2)
        return g

    def overwritten(x):
        g = np.zeros_like(x)
        for i in range(4):
            g[i] = -400 * x[i] * (x[i + 1] - x[i] ** 2) - 2 * (1 - x[i])
            g[i + 1] = 200 * (x[i + 1] - x[i] ** 2)
        return g

    yield RIGHT, gradient
    yield "factor", lambda x: gradient(x, first=-200)
    yield "sign", lambda x: gradient(x, third=2)
    yield HELD, lambda x: gradient(x, second=0)
    yield "missing product-rule term | not a gradient | unknown", overwritten
    yield HELD, lambda x: gradient(x, third=0)


@problem("polynomials")
def curve_fit(draw):
    t, y, c = np.linspace(-1, 1, 9), draw(9), draw(4)
    T = t[:, None] ** np.arange(4)
    yield check_gradient, lambda c: np.mean((np.polyval(c[::-1], t) - y) ** 2) / 2, c
    e = lambda c: T @ c - y

    def highest_first(c):
        return np.array([e(c) @ t ** (3 - k) for k in range(4)]) / 9

    yield RIGHT, lambda c: T.T @ e(c) / 9
    yield "wrong order | missing chain factor | unknown", highest_first
    yield "factor", lambda c: T.T @ e(c)
    yield "factor", lambda c: 2 * T.T @ e(c) / 9
    yield "unknown | extra chain factor | missing chain factor", \
        lambda c: np.array([k * e(c) @ t ** max(k - 1, 0) for k in range(4)]) / 9
    yield "not summed over the batch", lambda c: e(c)[:, None] * T / 9
    yield "wrong axis | missing chain factor | unknown", lambda c: e(c).sum() * T.sum(axis=0) / 9


@problem("classifiers")
def squared_hinge(draw):
    Z, w, b = draw(9, 4), draw(4), 0.3
    t = np.sign(draw(9))
    yield check_gradient, lambda w: np.sum(np.maximum(0, 1 - t * (Z @ w + b)) ** 2), w
    slack = lambda w: np.maximum(0, 1 - t * (Z @ w + b))
    yield RIGHT, lambda w: -2 * Z.T @ (t * slack(w))
    yield "sign", lambda w: 2 * Z.T @ (t * slack(w))
    yield "factor", lambda w: -Z.T @ (t * slack(w))
    yield "missing chain factor", lambda w: -2 * Z.T @ slack(w)
    yield "missing chain factor", lambda w: -Z.T @ (t * (slack(w) > 0))
    yield "missing chain factor", lambda w: -2 * Z.T @ (t * (1 - t * (Z @ w + b)))
    yield "wrong axis | raises", lambda w: -2 * (Z * t * slack(w)).sum(axis=0)


@problem("classifiers")
def triplet(draw):
    W, a, p, n = draw(4, 3), draw(3), draw(3), draw(3)
    yield check_gradient, lambda W: np.sum((W @ (a - p)) ** 2) - np.sum((W @ (a - n)) ** 2), W
    outer = lambda v: np.outer(v, v)
    yield RIGHT, lambda W: 2 * W @ (outer(a - p) - outer(a - n))
    yield "sign", lambda W: 2 * W @ (outer(a - p) + outer(a - n))
    yield HELD, lambda W: 2 * W @ outer(a - p)
    yield "factor", lambda W: W @ (outer(a - p) - outer(a - n))
    yield "transposed", lambda W: 2 * (outer(a - p) - outer(a - n)) @ W.T
    yield "missing chain factor | shape", lambda W: 2 * (outer(a - p) - outer(a - n))
    yield "missing product-rule term | unknown", lambda W: 2 * W @ (outer(p) - outer(n))
    yield "elementwise product | unknown", lambda W: 2 * W * ((a - p) ** 2 - (a - n) ** 2)


@problem("classifiers")
def principal_components(draw):
    X, W = draw(7, 4), draw(4, 2)
    E = lambda W: X - X @ W @ W.T
    yield check_gradient, lambda W: np.sum((X - X @ W @ W.T) ** 2), W
    yield RIGHT, lambda W: -2 * (X.T @ E(W) + E(W).T @ X) @ W
    yield HALF, lambda W: -2 * X.T @ E(W) @ W
    yield "not symmetrised | missing product-rule term", lambda W: -4 * X.T @ E(W) @ W
    yield "missing product-rule term + factor | missing product-rule term | unknown", \
        lambda W: -2 * X.T @ X @ W
    yield "sign", lambda W: 2 * (X.T @ E(W) + E(W).T @ X) @ W
    yield "sign + not symmetrised", lambda W: 4 * X.T @ E(W) @ W
    yield "missing chain factor | shape", lambda W: -2 * E(W) @ W
    yield "missing product-rule term", lambda W: -4 * X.T @ X @ W


@problem("symmetric variables")
def logdet_symmetric(draw):
    P, S = draw.spd(4), draw.spd(4)
    yield check_gradient, lambda P: np.linalg.slogdet(P)[1] - trace(S @ P), P, {"symmetric": True}
    yield RIGHT, lambda P: inv(P) - S
    yield "off-diagonal doubled", lambda P: 2 * (inv(P) - S) - np.diag(np.diag(inv(P) - S))
    yield "off-diagonal halved", lambda P: ((inv(P) - S) + np.diag(np.diag(inv(P) - S))) / 2
    yield "one triangle", lambda P: np.triu(inv(P) - S)
    yield "sign", lambda P: inv(P) + S
    yield HELD, lambda P: inv(P)
    yield "missing chain factor | missing product-rule term | does not move with X", lambda P: eye(4) - S
    yield "factor", lambda P: 2 * inv(P) - S


@problem("symmetric variables")
def energy_of_a_stiffness(draw):
    K, v = draw.spd(4), draw(4)
    yield check_gradient, lambda K: v @ inv(K) @ v, K, {"symmetric": True}
    u = lambda K: inv(K) @ v
    yield RIGHT, lambda K: -np.outer(u(K), u(K))
    yield "sign", lambda K: np.outer(u(K), u(K))
    yield "off-diagonal doubled", lambda K: -np.outer(u(K), u(K)) * (2 - eye(4))
    yield "off-diagonal halved", lambda K: -np.outer(u(K), u(K)) * (1 + eye(4)) / 2
    yield "one triangle", lambda K: -np.tril(np.outer(u(K), u(K)))
    yield "missing chain factor", lambda K: -np.outer(v, v) @ inv(K)
    yield "unknown | wrong order", lambda K: -inv(K) @ inv(K) @ np.outer(v, v)
    yield "one row or column", lambda K: np.vstack([-np.outer(u(K), u(K))[:1], np.zeros((3, 4))])


@problem("embeddings")
def embedding_lookup(draw):
    E, w, index = draw(5, 3), draw(3), np.array([0, 2, 2, 4, 1, 2, 0])
    yield check_gradient, lambda E: np.sum(np.tanh(E[index] @ w)), E
    up = lambda E: (1 - np.tanh(E[index] @ w) ** 2)[:, None] * w

    def repeated_rows_lost(E):
        g = np.zeros_like(E)
        g[index] += up(E)
        return g

    def added(E, up):
        g = np.zeros_like(E)
        np.add.at(g, index, up)
        return g

    yield RIGHT, lambda E: added(E, up(E))
    yield "missing product-rule term | not summed over the batch | missing chain factor", repeated_rows_lost
    yield "shape | not summed over the batch", up
    yield "missing chain factor", lambda E: added(E, np.tile(w, (7, 1)))
    yield "missing chain factor", lambda E: added(E, (1 - np.tanh(E[index] @ w) ** 2)[:, None] * np.ones(3))
    yield "missing chain factor | extra chain factor | factor", \
        lambda E: added(E, up(E)) / np.maximum(1, np.bincount(index, minlength=5))[:, None]
    yield "missing chain factor | unknown | extra chain factor", \
        lambda E: (1 - np.tanh(E @ w) ** 2)[:, None] * w


@problem("embeddings")
def max_pooling(draw):
    W, X = draw(3), draw(6, 3)
    yield check_gradient, lambda X: np.sum(W * np.max(X, axis=0) ** 2), X
    top = lambda X: (X == X.max(axis=0)).astype(float)
    yield RIGHT, lambda X: 2 * top(X) * W * X.max(axis=0)
    yield "missing chain factor", lambda X: 2 * top(X) * X.max(axis=0)
    yield "missing chain factor", lambda X: top(X) * W
    yield "not summed over the batch | missing chain factor | extra chain factor", lambda X: 2 * W * X
    yield "wrong axis", lambda X: 2 * W * X * (X == X.max(axis=1, keepdims=True))
    yield "shape", lambda X: 2 * W * X.max(axis=0)
    yield "one entry | unknown", lambda X: 2 * W * X * (X == X.max())
    yield "factor", lambda X: top(X) * W * X.max(axis=0)


@problem("batch norm")
def batch_norm(draw):
    X, W, gain, n = draw(8, 3), draw(8, 3), draw.positive(3), 8
    yield check_gradient, lambda X: np.sum(W * gain * (X - X.mean(axis=0)) / X.std(axis=0)), X

    def backward(X, mean=True, spread=True, scale=gain, axis=0, divide=True, n=n):
        hat = (X - X.mean(axis=0)) / X.std(axis=0)
        d = W * scale
        g = d - mean * d.sum(axis=axis, keepdims=True) / n
        g = g - spread * hat * (d * hat).sum(axis=axis, keepdims=True) / n
        return g / X.std(axis=0) if divide else g

    yield RIGHT, backward
    yield HELD, lambda X: backward(X, mean=False, spread=False)
    yield HELD, lambda X: backward(X, spread=False)
    yield HELD, lambda X: backward(X, mean=False)
    yield "missing chain factor", lambda X: backward(X, scale=1)
    yield "missing chain factor | wrong normalisation", lambda X: backward(X, divide=False)
    yield "wrong axis", lambda X: backward(X, axis=1)
    yield "factor", lambda X: backward(X, n=1)
    yield "missing chain factor | wrong normalisation | wrong axis | unknown", \
        lambda X: backward(X, divide=False) / X.std()


@problem("dynamics")
def implicit_step(draw):
    A, b, h, x = draw(4, 4), draw(4), 0.1, draw(4)
    yield check_jacobian, lambda x: np.linalg.solve(eye(4) - h * A, x + h * np.sin(x) * b), x
    M = inv(eye(4) - h * A)
    yield RIGHT, lambda x: M @ (eye(4) + h * np.diag(b * np.cos(x)))
    yield "missing chain factor", lambda x: eye(4) + h * np.diag(b * np.cos(x))
    yield "wrong order", lambda x: (eye(4) + h * np.diag(b * np.cos(x))) @ M
    yield "missing product-rule term | does not move with X", M
    yield "sign", lambda x: M @ (eye(4) - h * np.diag(b * np.cos(x)))
    yield "missing product-rule term", lambda x: h * M @ np.diag(b * np.cos(x))
    yield "missing chain factor", lambda x: M @ (eye(4) + h * np.diag(np.cos(x)))
    yield "missing chain factor | missing product-rule term | does not move with X", \
        lambda x: M @ (eye(4) + h * np.diag(b))


@problem("attention")
def self_attention(draw):
    X, Wq, Wk, Wv, G = draw(5, 4), draw(4, 3), draw(4, 3), draw(4, 2), draw(5, 2)
    weights = lambda X: softmax(X @ Wq @ (X @ Wk).T / np.sqrt(3))
    yield check_gradient, lambda X: np.sum(G * (weights(X) @ X @ Wv)), X

    def backward(X, scale=np.sqrt(3), value=1, key=1, axis=1, turn=False, jacobian="full"):
        Q, K, V, P = X @ Wq, X @ Wk, X @ Wv, weights(X)
        dP = G @ V.T
        dS = {"full": P * (dP - np.sum(dP * P, axis=axis, keepdims=True)), "diagonal": P * (1 - P) * dP,
              "held": P * dP}[jacobian] / scale
        dK = dS @ Q if turn else dS.T @ Q
        return dS @ K @ Wq.T + key * dK @ Wk.T + value * P.T @ G @ Wv.T

    yield RIGHT, backward
    yield HELD, lambda X: backward(X, value=0)
    yield HELD, lambda X: backward(X, key=0)
    yield "factor", lambda X: backward(X, scale=1)
    yield "wrong axis", lambda X: backward(X, axis=0)
    yield "transposed", lambda X: backward(X, turn=True)
    yield "only diagonal", lambda X: backward(X, jacobian="diagonal")
    yield HELD + " | only diagonal", lambda X: backward(X, jacobian="held")


@problem("attention")
def attention_weights(draw):
    K, q = draw(5, 3), draw(3)
    p = lambda q: softmax(K @ q / np.sqrt(3))
    yield check_jacobian, p, q
    yield RIGHT, lambda q: (np.diag(p(q)) - np.outer(p(q), p(q))) @ K / np.sqrt(3)
    yield HELD + " | only diagonal", lambda q: np.diag(p(q)) @ K / np.sqrt(3)
    yield "only diagonal", lambda q: np.diag(p(q) * (1 - p(q))) @ K / np.sqrt(3)
    yield "factor", lambda q: (np.diag(p(q)) - np.outer(p(q), p(q))) @ K
    yield "sign", lambda q: (np.diag(p(q)) + np.outer(p(q), p(q))) @ K / np.sqrt(3)
    yield "shape | missing chain factor", lambda q: (np.diag(p(q)) - np.outer(p(q), p(q))) / np.sqrt(3)


@problem("normalisation")
def layer_norm_loss(draw):
    X, G, eps = draw(5, 4), draw(5, 4), 0.1
    spread = lambda X: np.sqrt(X.var(axis=1, keepdims=True) + eps)
    hat = lambda X: (X - X.mean(axis=1, keepdims=True)) / spread(X)
    yield check_gradient, lambda X: np.sum(G * hat(X)), X
    row = lambda A: A.mean(axis=1, keepdims=True)
    yield RIGHT, lambda X: (G - row(G) - hat(X) * row(G * hat(X))) / spread(X)
    yield HELD, lambda X: (G - row(G)) / spread(X)
    yield HELD, lambda X: G / spread(X)
    yield HELD, lambda X: (G - hat(X) * row(G * hat(X))) / spread(X)
    yield "sign", lambda X: (G - row(G) + hat(X) * row(G * hat(X))) / spread(X)
    yield "wrong normalisation | missing chain factor", lambda X: G - row(G) - hat(X) * row(G * hat(X))
    yield "factor", lambda X: (G - row(G) - 4 * hat(X) * row(G * hat(X))) / spread(X)
    yield "wrong axis", lambda X: (G - G.mean(axis=0) - hat(X) * row(G * hat(X))) / spread(X)


@problem("normalisation")
def root_mean_square_norm(draw):
    x = draw(5)
    r = lambda x: np.sqrt(np.mean(x**2) + 0.01)
    yield check_jacobian, lambda x: x / r(x), x
    yield RIGHT, lambda x: (eye(5) - np.outer(x, x) / (5 * r(x) ** 2)) / r(x)
    yield HELD, lambda x: eye(5) / r(x)
    yield "factor", lambda x: (eye(5) - np.outer(x, x) / r(x) ** 2) / r(x)
    yield "sign", lambda x: (eye(5) + np.outer(x, x) / (5 * r(x) ** 2)) / r(x)
    yield "only diagonal | elementwise product", lambda x: (eye(5) - np.diag(x * x) / (5 * r(x) ** 2)) / r(x)
    yield "wrong normalisation | missing chain factor", \
        lambda x: (eye(5) - np.outer(x, x) / (5 * r(x))) / r(x)


@problem("kernels")
def length_scales(draw):
    C, x, a, s = draw(6, 3), draw(3), draw(6), draw.positive(3)
    k = lambda s: np.exp(-np.sum((x - C) ** 2 / (2 * s**2), axis=1))
    yield check_gradient, lambda s: a @ k(s), s
    yield RIGHT, lambda s: (a * k(s)) @ (x - C) ** 2 / s**3
    yield "sign", lambda s: -(a * k(s)) @ (x - C) ** 2 / s**3
    yield "missing chain factor | extra chain factor | wrong normalisation", \
        lambda s: (a * k(s)) @ (x - C) ** 2 / s**2
    yield "missing chain factor", lambda s: a @ (x - C) ** 2 / s**3
    yield "factor", lambda s: (a * k(s)) @ (x - C) ** 2 / (2 * s**3)
    yield "missing chain factor", lambda s: (a * k(s)) @ (x - C) / s**3
    yield "missing chain factor", lambda s: k(s) @ (x - C) ** 2 / s**3


@problem("kernels")
def marginal_likelihood(draw):
    Z, y, theta = draw(6, 2), draw(6), 0.5 * draw(3)
    D = np.sum((Z[:, None] - Z[None]) ** 2, axis=2)
    part = lambda t: np.exp(t[0]) * np.exp(-D / (2 * np.exp(2 * t[1])))
    K = lambda t: part(t) + np.exp(t[2]) * eye(6)
    yield check_gradient, lambda t: y @ inv(K(t)) @ y / 2 + np.linalg.slogdet(K(t))[1] / 2, theta

    def slopes(t, fit=1, volume=1, chain=True):
        alpha = inv(K(t)) @ y
        W = volume * inv(K(t)) - fit * np.outer(alpha, alpha)
        dK = part(t), part(t) * D / np.exp((2 if chain else 3) * t[1]), np.exp(t[2]) * eye(6)
        return np.array([np.sum(W * d) / 2 for d in dK])

    yield RIGHT, slopes
    yield HELD, lambda t: slopes(t, volume=0)
    yield HELD, lambda t: slopes(t, fit=0)
    yield "sign", lambda t: slopes(t, fit=-1)
    yield "factor", lambda t: 2 * slopes(t)
    yield "missing chain factor | extra chain factor", lambda t: slopes(t, chain=False)
    yield "factor", lambda t: slopes(t, fit=2)


@problem("kernels")
def likelihood_of_a_kernel(draw):
    y, K = draw(4), draw.spd(4)
    yield check_gradient, lambda K: y @ inv(K) @ y + np.linalg.slogdet(K)[1], K, {"symmetric": True}
    alpha = lambda K: inv(K) @ y
    yield RIGHT, lambda K: inv(K) - np.outer(alpha(K), alpha(K))
    yield "sign", lambda K: inv(K) + np.outer(alpha(K), alpha(K))
    yield HELD, lambda K: inv(K)
    yield "missing chain factor | missing product-rule term", lambda K: inv(K) - np.outer(alpha(K), y)
    yield "off-diagonal doubled", \
        lambda K: (inv(K) - np.outer(alpha(K), alpha(K))) * (2 - eye(4))
    yield "elementwise product | only diagonal", lambda K: inv(K) - np.diag(alpha(K) * alpha(K))


@problem("principal components")
def trace_ratio(draw):
    S, W = draw.spd(5), draw(5, 2)
    N = lambda W: inv(W.T @ W)
    yield check_gradient, lambda W: trace(inv(W.T @ W) @ W.T @ S @ W), W
    yield RIGHT, lambda W: 2 * (S @ W - W @ N(W) @ W.T @ S @ W) @ N(W)
    yield HELD, lambda W: 2 * S @ W @ N(W)
    yield "sign", lambda W: 2 * (S @ W + W @ N(W) @ W.T @ S @ W) @ N(W)
    yield "factor", lambda W: (S @ W - W @ N(W) @ W.T @ S @ W) @ N(W)
    yield "missing chain factor | only for orthogonal input", lambda W: 2 * (S @ W - W @ N(W) @ W.T @ S @ W)
    yield "only for orthogonal input", lambda W: 2 * (S @ W - W @ W.T @ S @ W)


@problem("softmax cross-entropy")
def regularised_softmax_regression(draw):
    Z, T, W, lam = draw(9, 4), draw.one_hot(9, 3), draw(4, 3), 0.3
    yield (check_gradient,
           lambda W: -np.mean(np.sum(T * np.log(softmax(Z @ W)), axis=1)) + lam * np.sum(W**2), W)
    yield RIGHT, lambda W: Z.T @ (softmax(Z @ W) - T) / 9 + 2 * lam * W
    yield HELD, lambda W: Z.T @ (softmax(Z @ W) - T) / 9
    yield "factor", lambda W: Z.T @ (softmax(Z @ W) - T) / 9 + lam * W
    yield "factor", lambda W: (Z.T @ (softmax(Z @ W) - T) + 2 * lam * W) / 9
    yield "sign", lambda W: Z.T @ (T - softmax(Z @ W)) / 9 + 2 * lam * W
    yield HELD, lambda W: Z.T @ softmax(Z @ W) / 9 + 2 * lam * W
    yield "factor", lambda W: Z.T @ (softmax(Z @ W) - T) + 2 * lam * W
    yield "wrong axis | wrong normalisation", \
        lambda W: Z.T @ (np.exp(Z @ W) / np.exp(Z @ W).sum(axis=0) - T) / 9 + 2 * lam * W


@problem("matrix factorisation")
def poisson_factorisation(draw):
    W, H, Y = draw.positive(6, 2), draw.positive(2, 5), draw.positive(6, 5)
    yield check_gradient, lambda H: np.sum(W @ H - Y * np.log(W @ H)), H
    yield RIGHT, lambda H: W.T @ (1 - Y / (W @ H))
    yield HELD, lambda H: -W.T @ (Y / (W @ H))
    yield "sign", lambda H: W.T @ (Y / (W @ H) - 1)
    yield "sign", lambda H: W.T @ (1 + Y / (W @ H))
    yield "missing chain factor", lambda H: W.T @ (1 - 1 / (W @ H))
    yield "missing chain factor | extra chain factor", lambda H: W.T @ (1 - Y / (W @ H) ** 2)
    yield "shape | missing chain factor", lambda H: 1 - Y / (W @ H)
    yield "missing chain factor | " + HELD, lambda H: W.T @ (W @ H - Y)


@problem("state estimation")
def kalman_gain(draw):
    H, P, R, K = draw(2, 4), draw.spd(4), draw.spd(2), draw(4, 2)
    yield check_gradient, lambda K: trace((eye(4) - K @ H) @ P @ (eye(4) - K @ H).T + K @ R @ K.T), K
    yield RIGHT, lambda K: -2 * (eye(4) - K @ H) @ P @ H.T + 2 * K @ R
    yield "sign", lambda K: 2 * (eye(4) - K @ H) @ P @ H.T + 2 * K @ R
    yield HELD, lambda K: -2 * (eye(4) - K @ H) @ P @ H.T
    yield HELD, lambda K: -2 * P @ H.T + 2 * K @ R
    yield HALF + " | factor", lambda K: -2 * (eye(4) - K @ H) @ P @ H.T + K @ R
    yield "missing chain factor", lambda K: -2 * (eye(4) - K @ H) @ H.T + 2 * K @ R
    yield "transposed", lambda K: (-2 * (eye(4) - K @ H) @ P @ H.T + 2 * K @ R).T
    yield "factor | " + HALF, lambda K: -(eye(4) - K @ H) @ P @ H.T + K @ R


@problem("orthogonality")
def soft_procrustes(draw):
    A, B, Q = draw(7, 3), draw(7, 3), draw(3, 3)
    yield check_gradient, lambda Q: np.sum((A @ Q - B) ** 2) + np.sum((Q.T @ Q - eye(3)) ** 2), Q
    yield RIGHT, lambda Q: 2 * A.T @ (A @ Q - B) + 4 * Q @ (Q.T @ Q - eye(3))
    yield "factor | " + HALF, lambda Q: 2 * A.T @ (A @ Q - B) + 2 * Q @ (Q.T @ Q - eye(3))
    yield HELD, lambda Q: -2 * A.T @ B + 4 * Q @ (Q.T @ Q - eye(3))
    yield HELD, lambda Q: 2 * A.T @ (A @ Q - B) + 4 * Q @ Q.T @ Q
    yield "transposed | only for symmetric input", \
        lambda Q: 2 * A.T @ (A @ Q - B) + 4 * Q @ (Q @ Q.T - eye(3))
    yield "sign", lambda Q: 2 * A.T @ (A @ Q - B) + 4 * Q @ (eye(3) - Q.T @ Q)
    yield "missing chain factor", lambda Q: 2 * A.T @ (A @ Q - B) + 4 * (Q.T @ Q - eye(3))


@problem("log-sum-exp")
def weighted_log_sum_exp(draw):
    w, X, C = draw.positive(4), draw(5, 4), draw(5, 4)
    total = lambda X: np.sum(w * np.exp(X), axis=1, keepdims=True)
    yield check_gradient, lambda X: np.sum(np.log(np.sum(w * np.exp(X), axis=1))) - np.sum(C * X), X
    yield RIGHT, lambda X: w * np.exp(X) / total(X) - C
    yield HELD, lambda X: w * np.exp(X) / total(X)
    yield "missing chain factor", lambda X: np.exp(X) / total(X) - C
    yield "missing chain factor", lambda X: 1 / total(X) - C
    yield "wrong axis | wrong normalisation", lambda X: w * np.exp(X) / np.sum(w * np.exp(X), axis=0) - C
    yield "sign", lambda X: w * np.exp(X) / total(X) + C
    yield "missing chain factor | wrong normalisation", lambda X: w * np.exp(X) - C
    yield "factor", lambda X: (w * np.exp(X) / total(X) - C) / 5


@problem("similarities")
def cosine_of_a_projection(draw):
    W, x, a = draw(4, 3), draw(3), draw(4)
    yield check_gradient, lambda W: a @ W @ x / norm(W @ x), W
    u = lambda W: W @ x
    yield RIGHT, lambda W: np.outer(a / norm(u(W)) - a @ u(W) * u(W) / norm(u(W)) ** 3, x)
    yield HELD, lambda W: np.outer(a / norm(u(W)), x)
    yield "transposed", lambda W: np.outer(x, a / norm(u(W)) - a @ u(W) * u(W) / norm(u(W)) ** 3)
    yield "shape | missing chain factor", lambda W: a / norm(u(W)) - a @ u(W) * u(W) / norm(u(W)) ** 3
    yield "wrong normalisation | missing chain factor", \
        lambda W: np.outer(a / norm(u(W)) - a @ u(W) * u(W) / norm(u(W)) ** 2, x)
    yield "sign", lambda W: np.outer(a / norm(u(W)) + a @ u(W) * u(W) / norm(u(W)) ** 3, x)
    yield "missing chain factor", lambda W: np.outer(a / norm(u(W)) - u(W) / norm(u(W)) ** 3, x)


@problem("similarities")
def contrastive(draw):
    A, B, tau = draw(6, 3), draw(6, 3), 0.7
    P = lambda A: softmax(A @ B.T / tau)
    yield check_gradient, lambda A: -np.mean(np.log(np.diag(softmax(A @ B.T / tau)))), A
    yield RIGHT, lambda A: (P(A) - eye(6)) @ B / (6 * tau)
    yield "factor", lambda A: (P(A) - eye(6)) @ B / 6
    yield "sign", lambda A: (eye(6) - P(A)) @ B / (6 * tau)
    yield HELD, lambda A: P(A) @ B / (6 * tau)
    yield "transposed", lambda A: (P(A) - eye(6)).T @ B / (6 * tau)
    yield "wrong axis | wrong normalisation", lambda A: (softmax(B @ A.T / tau).T - eye(6)) @ B / (6 * tau)
    yield "missing chain factor | shape", lambda A: (P(A) - eye(6)) / (6 * tau)
    yield HELD, lambda A: -B / (6 * tau)


@problem("gaussians")
def factor_analysis(draw):
    U, d, r = draw(5, 2), draw.positive(5), draw(5)
    S = lambda U: np.diag(d) + U @ U.T
    yield check_gradient, lambda U: r @ inv(S(U)) @ r / 2 + np.linalg.slogdet(S(U))[1] / 2, U
    yield RIGHT, lambda U: inv(S(U)) @ U - inv(S(U)) @ np.outer(r, r) @ inv(S(U)) @ U
    yield "sign", lambda U: inv(S(U)) @ U + inv(S(U)) @ np.outer(r, r) @ inv(S(U)) @ U
    yield HELD, lambda U: inv(S(U)) @ U
    yield HALF + " | factor", lambda U: (inv(S(U)) @ U - inv(S(U)) @ np.outer(r, r) @ inv(S(U)) @ U) / 2
    yield "missing chain factor | shape", lambda U: (inv(S(U)) - inv(S(U)) @ np.outer(r, r) @ inv(S(U))) / 2
    yield "missing chain factor", lambda U: inv(S(U)) @ U - np.outer(r, r) @ inv(S(U)) @ U
    yield HELD, lambda U: -inv(S(U)) @ np.outer(r, r) @ inv(S(U)) @ U
    yield HALF + " | factor", lambda U: inv(S(U)) @ U - inv(S(U)) @ np.outer(r, r) @ inv(S(U)) @ U / 2


@problem("gaussians")
def diagonal_plus_low_rank(draw):
    U, d = draw(5, 2), draw.positive(5)
    S = lambda d: np.diag(d) + U @ U.T
    yield check_gradient, lambda d: np.linalg.slogdet(S(d))[1] - np.sum(np.log(d)), d
    yield RIGHT, lambda d: np.diag(inv(S(d))) - 1 / d
    yield "shape", lambda d: inv(S(d)) - np.diag(1 / d)
    yield HELD, lambda d: np.diag(inv(S(d)))
    yield "sign", lambda d: np.diag(inv(S(d))) + 1 / d
    yield "wrong axis | unknown", lambda d: inv(S(d)).sum(axis=1) - 1 / d
    yield "elementwise product | only diagonal | only for diagonal input", lambda d: 1 / np.diag(S(d)) - 1 / d


@problem("cumulative")
def running_total(draw):
    x, y = draw(6), draw(6)
    yield check_gradient, lambda x: np.mean((np.cumsum(x) - y) ** 2), x
    yield RIGHT, lambda x: 2 * np.cumsum((np.cumsum(x) - y)[::-1])[::-1] / 6
    yield "transposed | wrong order", lambda x: 2 * np.cumsum(np.cumsum(x) - y) / 6
    yield "missing chain factor", lambda x: 2 * (np.cumsum(x) - y) / 6
    yield "factor", lambda x: 2 * np.cumsum((np.cumsum(x) - y)[::-1])[::-1]
    yield "sign", lambda x: 2 * np.cumsum((y - np.cumsum(x))[::-1])[::-1] / 6
    yield HELD, lambda x: 2 * np.cumsum(np.cumsum(x)[::-1])[::-1] / 6


@problem("contractions")
def cubic_form(draw):
    T, x = draw(4, 4, 4), draw(4)
    first, second, third = (lambda x, k=k: np.einsum(f"ijk,{k[0]},{k[1]}->{k[2]}", T, x, x)
                            for k in ("jki", "ikj", "ijk"))
    yield check_gradient, lambda x: np.einsum("ijk,i,j,k->", T, x, x, x) / 3, x
    yield RIGHT, lambda x: (first(x) + second(x) + third(x)) / 3
    yield SYMMETRIC, first
    yield HELD + " | not symmetrised", lambda x: first(x) / 3
    yield HELD + " | not symmetrised", lambda x: (first(x) + second(x)) / 3
    yield "factor", lambda x: first(x) + second(x) + third(x)
    yield "sign", lambda x: (first(x) + second(x) - third(x)) / 3


@problem("contractions")
def batched_bilinear(draw):
    Y, Z, A, t = draw(7, 3), draw(7, 4), draw(3, 4), draw(7)
    score = lambda A: np.einsum("bi,ij,bj->b", Y, A, Z)
    yield check_gradient, lambda A: np.mean((score(A) - t) ** 2), A
    yield RIGHT, lambda A: 2 * np.einsum("b,bi,bj->ij", score(A) - t, Y, Z) / 7
    yield "not summed over the batch", lambda A: 2 * np.einsum("b,bi,bj->bij", score(A) - t, Y, Z) / 7
    yield "transposed", lambda A: 2 * np.einsum("b,bi,bj->ji", score(A) - t, Y, Z) / 7
    yield "missing chain factor", lambda A: 2 * Y.T @ Z / 7
    yield HELD, lambda A: 2 * np.einsum("b,bi,bj->ij", score(A), Y, Z) / 7
    yield "factor", lambda A: 2 * np.einsum("b,bi,bj->ij", score(A) - t, Y, Z)
    yield "elementwise product | wrong axis | missing chain factor | unknown", \
        lambda A: 2 * np.sum(score(A) - t) * Y.T @ Z / 7


@problem("averages")
def weighted_average(draw):
    w, v, target = draw.positive(5), draw(5), 0.4
    mean = lambda w: w @ v / np.sum(w)
    yield check_gradient, lambda w: (w @ v / np.sum(w) - target) ** 2, w
    yield RIGHT, lambda w: 2 * (mean(w) - target) * (v - mean(w)) / np.sum(w)
    yield HELD, lambda w: 2 * (mean(w) - target) * v / np.sum(w)
    yield "missing chain factor", lambda w: (v - mean(w)) / np.sum(w)
    yield "sign", lambda w: 2 * (mean(w) - target) * (v + mean(w)) / np.sum(w)
    yield "wrong normalisation | missing chain factor", lambda w: 2 * (mean(w) - target) * (v - mean(w))
    yield HELD, lambda w: 2 * mean(w) * (v - mean(w)) / np.sum(w)
    yield "missing chain factor | wrong normalisation", \
        lambda w: 2 * (mean(w) - target) * (v - w @ v) / np.sum(w)


@problem("robust losses")
def pseudo_huber(draw):
    Z, y, w, delta = draw(8, 3), draw(8), draw(3), 1.5
    r = lambda w: Z @ w - y
    root = lambda w: np.sqrt(1 + (r(w) / delta) ** 2)
    yield check_gradient, lambda w: np.sum(delta**2 * (root(w) - 1)), w
    yield RIGHT, lambda w: Z.T @ (r(w) / root(w))
    yield "missing chain factor | wrong normalisation", lambda w: Z.T @ r(w)
    yield "factor", lambda w: Z.T @ (r(w) / root(w)) / 2
    yield "factor", lambda w: Z.T @ (r(w) / root(w)) / delta**2
    yield "missing chain factor", lambda w: delta**2 * Z.T @ (1 / (2 * root(w)))
    yield "shape | missing chain factor", lambda w: r(w) / root(w)
    yield "sign", lambda w: -Z.T @ (r(w) / root(w))
    yield "missing chain factor | extra chain factor | wrong normalisation", \
        lambda w: Z.T @ (r(w) / root(w) ** 2)


@problem("robust losses")
def student_t(draw):
    Z, y, w, nu = draw(8, 3), draw(8), draw(3), 4.0
    r = lambda w: y - Z @ w
    yield check_gradient, lambda w: (nu + 1) / 2 * np.sum(np.log(1 + r(w) ** 2 / nu)), w
    yield RIGHT, lambda w: -(nu + 1) * Z.T @ (r(w) / (nu + r(w) ** 2))
    yield "sign", lambda w: (nu + 1) * Z.T @ (r(w) / (nu + r(w) ** 2))
    yield "factor", lambda w: -(nu + 1) / 2 * Z.T @ (r(w) / (nu + r(w) ** 2))
    yield "factor", lambda w: -(nu + 1) * Z.T @ (r(w) / (nu + r(w) ** 2)) / nu
    yield "missing chain factor", lambda w: -(nu + 1) / nu * Z.T @ r(w)
    yield "missing chain factor", lambda w: -(nu + 1) / 2 * Z.T @ (1 / (1 + r(w) ** 2 / nu))
    yield "sign", lambda w: -(nu + 1) * Z.T @ (r(w) / (nu - r(w) ** 2))


@problem("robust losses")
def focal_loss(draw):
    z, gamma = draw(6), 2.0
    p = sigmoid
    yield check_gradient, lambda z: -np.sum((1 - sigmoid(z)) ** gamma * np.log(sigmoid(z))), z
    yield RIGHT, lambda z: gamma * (1 - p(z)) ** gamma * p(z) * np.log(p(z)) - (1 - p(z)) ** (gamma + 1)
    yield HELD, lambda z: -(1 - p(z)) ** (gamma + 1)
    yield HELD, lambda z: gamma * (1 - p(z)) ** gamma * p(z) * np.log(p(z))
    yield "sign", lambda z: -gamma * (1 - p(z)) ** gamma * p(z) * np.log(p(z)) - (1 - p(z)) ** (gamma + 1)
    yield "factor", lambda z: (1 - p(z)) ** gamma * p(z) * np.log(p(z)) - (1 - p(z)) ** (gamma + 1)
    yield "missing chain factor", \
        lambda z: gamma * (1 - p(z)) ** (gamma - 1) * np.log(p(z)) - (1 - p(z)) ** gamma / p(z)


@problem("inverse")
def optimal_design(draw):
    X = draw(6, 3)
    N = lambda X: inv(X.T @ X)
    yield check_gradient, lambda X: trace(inv(X.T @ X)), X
    yield RIGHT, lambda X: -2 * X @ N(X) @ N(X)
    yield "sign", lambda X: 2 * X @ N(X) @ N(X)
    yield "missing chain factor", lambda X: -2 * X @ N(X)
    yield "factor | " + HALF, lambda X: -X @ N(X) @ N(X)
    yield "elementwise product", lambda X: -2 * X @ (N(X) * N(X))
    yield "elementwise product", lambda X: -2 * X @ (1 / (X.T @ X) ** 2)
    yield "shape | missing chain factor", lambda X: -N(X) @ N(X)
    yield "transposed", lambda X: -2 * N(X) @ N(X) @ X.T


@problem("projections")
def projector(draw):
    X = draw(5, 2)
    plus = lambda X: inv(X.T @ X) @ X.T
    P = lambda X: X @ plus(X)
    yield check_differential, lambda X: X @ inv(X.T @ X) @ X.T, X
    half = lambda X, dX: (eye(5) - P(X)) @ dX @ plus(X)
    yield RIGHT, lambda X, dX: half(X, dX) + half(X, dX).T
    yield HALF, half
    yield HELD, lambda X, dX: dX @ plus(X) + (dX @ plus(X)).T
    yield "sign", lambda X, dX: half(X, dX) - half(X, dX).T
    yield "factor | not symmetrised", lambda X, dX: 2 * half(X, dX)
    yield "sign", lambda X, dX: (eye(5) + P(X)) @ dX @ plus(X) + ((eye(5) + P(X)) @ dX @ plus(X)).T


@problem("inverse")
def inverse_gram(draw):
    X = draw(5, 3)
    N = lambda X: inv(X.T @ X)
    yield check_differential, lambda X: inv(X.T @ X), X
    yield RIGHT, lambda X, dX: -N(X) @ (dX.T @ X + X.T @ dX) @ N(X)
    yield HALF, lambda X, dX: -N(X) @ X.T @ dX @ N(X)
    yield "sign", lambda X, dX: N(X) @ (dX.T @ X + X.T @ dX) @ N(X)
    yield "wrong order", lambda X, dX: -N(X) @ N(X) @ (dX.T @ X + X.T @ dX)
    yield "missing chain factor", lambda X, dX: -N(X) @ (dX.T @ X + X.T @ dX)
    yield "not symmetrised | factor", lambda X, dX: -2 * N(X) @ X.T @ dX @ N(X)
    yield "elementwise product", lambda X, dX: -N(X) * (dX.T @ X + X.T @ dX) * N(X)
    yield "missing chain factor", lambda X, dX: dX.T @ X + X.T @ dX


@problem("graphs")
def graph_smoothness(draw):
    W, x = draw.positive(5, 5), draw(5)
    yield check_gradient, lambda x: np.sum(W * (x[:, None] - x[None]) ** 2), x
    out = lambda M, x: M.sum(axis=1) * x - M @ x
    yield RIGHT, lambda x: 2 * out(W + W.T, x)
    yield SYMMETRIC, lambda x: 4 * out(W, x)
    yield HALF, lambda x: 2 * out(W, x)
    yield HELD, lambda x: 2 * (W + W.T).sum(axis=1) * x
    yield "sign", lambda x: 2 * ((W + W.T).sum(axis=1) * x + (W + W.T) @ x)
    yield "factor | not symmetrised", lambda x: out(W + W.T, x)
    yield HELD, lambda x: -2 * (W + W.T) @ x


@problem("variational")
def latent_code(draw):
    Z, s = draw(4), draw(4)
    yield check_gradient, lambda s: np.sum(np.exp(s) + Z**2 - 1 - s) / 2, s
    yield RIGHT, lambda s: (np.exp(s) - 1) / 2
    yield HELD, lambda s: np.exp(s) / 2
    yield "factor", lambda s: np.exp(s) - 1
    yield "sign", lambda s: (np.exp(s) + 1) / 2
    yield "missing chain factor | extra chain factor", lambda s: (1 - np.exp(-s)) / 2
    yield "missing chain factor | extra chain factor", lambda s: (np.exp(2 * s) - 1) / 2


@problem("neural networks")
def residual_block(draw):
    W, V, b, x = draw(5, 4), draw(4, 5), draw(5), draw(4)
    t = lambda x: np.tanh(W @ x + b)
    yield check_jacobian, lambda x: x + V @ np.tanh(W @ x + b), x
    yield RIGHT, lambda x: eye(4) + V @ np.diag(1 - t(x) ** 2) @ W
    yield HELD, lambda x: V @ np.diag(1 - t(x) ** 2) @ W
    yield "missing chain factor", lambda x: eye(4) + V @ W
    yield "missing chain factor", lambda x: eye(4) + V @ np.diag(1 - t(x)) @ W
    yield "transposed", lambda x: eye(4) + (V @ np.diag(1 - t(x) ** 2) @ W).T
    yield "sign", lambda x: eye(4) - V @ np.diag(1 - t(x) ** 2) @ W


@problem("survival")
def cox_partial_likelihood(draw):
    Z, w = draw(7, 3), draw(3)              # sorted by time: the risk set of i is i, i+1, …
    risk = np.triu(np.ones((7, 7)))
    yield check_gradient, lambda w: np.sum(np.log(risk @ np.exp(Z @ w)) - Z @ w), w
    q = lambda w: risk * np.exp(Z @ w) / (risk @ np.exp(Z @ w))[:, None]
    yield RIGHT, lambda w: Z.T @ (q(w).sum(axis=0) - 1)
    yield HELD, lambda w: Z.T @ q(w).sum(axis=0)
    yield "sign", lambda w: Z.T @ (1 - q(w).sum(axis=0))
    yield "factor", lambda w: Z.T @ (q(w).sum(axis=0) - 1) / 7
    yield "wrong axis | wrong normalisation", \
        lambda w: Z.T @ ((risk * np.exp(Z @ w) / (risk @ np.exp(Z @ w))).sum(axis=0) - 1)
    yield "missing chain factor | wrong normalisation", lambda w: Z.T @ (risk.T @ np.exp(Z @ w) - 1)
    yield "transposed | wrong order | only for symmetric input", \
        lambda w: Z.T @ (np.exp(Z @ w) * (risk @ (1 / (risk @ np.exp(Z @ w)))) - 1)


@problem("heteroscedastic")
def learned_variance(draw):
    Z, y, v = draw(9, 3), draw(9), draw(3)
    m = draw(9)
    s = lambda v: Z @ v                     # log of the variance
    yield check_gradient, lambda v: np.mean((y - m) ** 2 * np.exp(-(Z @ v)) + Z @ v) / 2, v
    yield RIGHT, lambda v: Z.T @ (1 - (y - m) ** 2 * np.exp(-s(v))) / 18
    yield HELD, lambda v: -Z.T @ ((y - m) ** 2 * np.exp(-s(v))) / 18
    yield "sign", lambda v: Z.T @ (1 + (y - m) ** 2 * np.exp(-s(v))) / 18
    yield "sign | missing chain factor", lambda v: Z.T @ (1 - (y - m) ** 2 * np.exp(s(v))) / 18
    yield "factor", lambda v: Z.T @ (1 - (y - m) ** 2 * np.exp(-s(v))) / 9
    yield "missing chain factor", lambda v: Z.T @ (1 - (y - m) * np.exp(-s(v))) / 18
    yield "missing chain factor | missing product-rule term", lambda v: Z.T @ (1 - np.exp(-s(v))) / 18


@problem("regularisers")
def spectral_penalty(draw):
    A, W, y, x = draw(6, 4), draw(6, 4), draw(6), draw(4)
    yield check_gradient, lambda W: np.sum((W @ x - y) ** 2) / 2 + trace((W.T @ W) @ (W.T @ W)) / 4, W
    yield RIGHT, lambda W: np.outer(W @ x - y, x) + W @ W.T @ W
    yield HELD, lambda W: np.outer(W @ x - y, x)
    yield HELD, lambda W: np.outer(W @ x, x) + W @ W.T @ W
    yield "raises", lambda W: np.outer(x, W @ x - y) + W @ W.T @ W
    yield "factor", lambda W: np.outer(W @ x - y, x) + 4 * W @ W.T @ W
    yield "elementwise product", lambda W: np.outer(W @ x - y, x) + W**3
    yield "missing chain factor | shape", lambda W: (W @ x - y)[:, None] + W @ W.T @ W
    yield "sign", lambda W: np.outer(y - W @ x, x) + W @ W.T @ W


@problem("regularisers")
def smooth_lasso(draw):
    Z, y, w, e = draw(9, 4), draw(9), draw(4), 0.1
    root = lambda w: np.sqrt(w**2 + e)
    yield check_gradient, lambda w: np.mean((Z @ w - y) ** 2) / 2 + 0.3 * np.sum(np.sqrt(w**2 + e)), w
    yield RIGHT, lambda w: Z.T @ (Z @ w - y) / 9 + 0.3 * w / root(w)
    yield "factor", lambda w: Z.T @ (Z @ w - y) / 9 + 0.15 * w / root(w)
    yield "missing chain factor | extra chain factor", lambda w: Z.T @ (Z @ w - y) / 9 + 0.3 / root(w)
    yield "missing product-rule term | missing chain factor | unknown", \
        lambda w: Z.T @ (Z @ w - y) / 9 + 0.3 * np.sign(w)
    yield HELD, lambda w: Z.T @ (Z @ w - y) / 9
    yield "factor", lambda w: Z.T @ (Z @ w - y) + 0.3 * w / root(w)
    yield "missing chain factor", lambda w: Z.T @ (Z @ w - y) / 9 + 0.3 * w
    yield HELD + " | unknown", lambda w: Z.T @ (Z @ w - y) / 9 + 0.3 * w / np.abs(w)


@problem("classifiers")
def label_smoothing(draw):
    Z, T, W, s = draw(8, 4), draw.one_hot(8, 3), draw(4, 3), 0.1
    Q = (1 - s) * T + s / 3
    P = lambda W: softmax(Z @ W)
    yield check_gradient, lambda W: -np.mean(np.sum(Q * np.log(softmax(Z @ W)), axis=1)), W
    yield RIGHT, lambda W: Z.T @ (P(W) - Q) / 8
    yield "unknown | missing product-rule term | missing chain factor", lambda W: Z.T @ (P(W) - T) / 8
    yield "factor", lambda W: Z.T @ (P(W) - Q) / 24
    yield "missing chain factor", lambda W: -Z.T @ (Q / P(W)) / 8
    yield "only diagonal | missing product-rule term", lambda W: -Z.T @ (Q * (1 - P(W))) / 8
    yield "extra chain factor", lambda W: Z.T @ ((P(W) - Q) * P(W)) / 8
    yield "missing product-rule term", lambda W: Z.T @ P(W) / 8
    yield "not summed over the batch", lambda W: Z[:, :, None] * (P(W) - Q)[:, None] / 8


@problem("classifiers")
def multiclass_hinge(draw):
    Z, T, W = draw(8, 4), draw.one_hot(8, 3), draw(4, 3)
    margin = lambda W: 1 + Z @ W - np.sum(T * (Z @ W), axis=1, keepdims=True)
    yield check_gradient, lambda W: np.sum((1 - T) * np.maximum(0, margin(W))) / 8, W
    on = lambda W: (1 - T) * (margin(W) > 0)
    yield RIGHT, lambda W: Z.T @ (on(W) - T * on(W).sum(axis=1, keepdims=True)) / 8
    yield HELD, lambda W: Z.T @ on(W) / 8
    yield HELD, lambda W: -Z.T @ (T * on(W).sum(axis=1, keepdims=True)) / 8
    yield "sign", lambda W: Z.T @ (on(W) + T * on(W).sum(axis=1, keepdims=True)) / 8
    yield "missing chain factor", \
        lambda W: Z.T @ ((1 - T) - T * (1 - T).sum(axis=1, keepdims=True)) / 8 + 0 * W
    yield "factor", lambda W: Z.T @ (on(W) - T * on(W).sum(axis=1, keepdims=True))
    yield "missing chain factor | extra chain factor | unknown", lambda W: Z.T @ (on(W) - T) / 8


@problem("recurrent networks")
def two_steps(draw):
    W, U, h, x1, x2, y = draw(4, 4), draw(4, 3), draw(4), draw(3), draw(3), draw(4)
    h1 = lambda W: np.tanh(W @ h + U @ x1)
    h2 = lambda W: np.tanh(W @ h1(W) + U @ x2)
    yield check_gradient, lambda W: np.sum((np.tanh(W @ np.tanh(W @ h + U @ x1) + U @ x2) - y) ** 2) / 2, W
    d2 = lambda W: (h2(W) - y) * (1 - h2(W) ** 2)
    d1 = lambda W: (W.T @ d2(W)) * (1 - h1(W) ** 2)
    yield RIGHT, lambda W: np.outer(d2(W), h1(W)) + np.outer(d1(W), h)
    yield HELD, lambda W: np.outer(d2(W), h1(W))
    yield HELD, lambda W: np.outer(d1(W), h)
    yield "transposed | only for symmetric input", \
        lambda W: np.outer(d2(W), h1(W)) + np.outer((W @ d2(W)) * (1 - h1(W) ** 2), h)
    yield "missing chain factor", lambda W: np.outer(d2(W), h1(W)) + np.outer(W.T @ d2(W), h)
    yield "missing chain factor", \
        lambda W: np.outer(h2(W) - y, h1(W)) + np.outer((W.T @ (h2(W) - y)) * (1 - h1(W) ** 2), h)
    yield "transposed", lambda W: (np.outer(d2(W), h1(W)) + np.outer(d1(W), h)).T
    yield "missing chain factor", lambda W: np.outer(d2(W), h1(W)) + np.outer(d2(W) * (1 - h1(W) ** 2), h)


@problem("iterations")
def newton_schulz(draw):
    A, X = draw(3, 3), draw(3, 3)
    yield check_differential, lambda X: X @ (2 * eye(3) - A @ X), X
    yield RIGHT, lambda X, dX: dX @ (2 * eye(3) - A @ X) - X @ A @ dX
    yield HELD, lambda X, dX: dX @ (2 * eye(3) - A @ X)
    yield HELD, lambda X, dX: -X @ A @ dX
    yield "sign", lambda X, dX: dX @ (2 * eye(3) - A @ X) + X @ A @ dX
    yield "wrong order", lambda X, dX: dX @ (2 * eye(3) - A @ X) - A @ X @ dX
    yield "factor | missing product-rule term | unknown", lambda X, dX: dX @ (eye(3) - A @ X) - X @ A @ dX
    yield "not symmetrised | missing product-rule term", lambda X, dX: 2 * dX - 2 * X @ A @ dX
    yield "wrong order | transposed", lambda X, dX: (2 * eye(3) - A @ X) @ dX - X @ A @ dX


@problem("iterations")
def power_step(draw):
    A, x = draw(4, 4), draw(4)
    u = lambda x: A @ x
    yield check_jacobian, lambda x: A @ x / norm(A @ x), x
    P = lambda x: eye(4) - np.outer(u(x), u(x)) / (u(x) @ u(x))
    yield RIGHT, lambda x: P(x) @ A / norm(u(x))
    yield HELD, lambda x: A / norm(u(x))
    yield "missing chain factor | shape", lambda x: P(x) / norm(u(x))
    yield "wrong order", lambda x: A @ P(x) / norm(u(x))
    yield "wrong normalisation | missing chain factor", lambda x: P(x) @ A
    yield "wrong normalisation | missing chain factor", \
        lambda x: (eye(4) - np.outer(u(x), u(x))) @ A / norm(u(x))
    yield "wrong normalisation | missing chain factor | unknown", lambda x: P(x) @ A / norm(x)
    yield "sign", lambda x: (eye(4) + np.outer(u(x), u(x)) / (u(x) @ u(x))) @ A / norm(u(x))


@problem("orthogonality")
def cayley_transform(draw):
    A = draw(3, 3)
    M = lambda A: inv(eye(3) + A)
    yield check_differential, lambda A: (eye(3) - A) @ inv(eye(3) + A), A
    yield RIGHT, lambda A, dA: -dA @ M(A) - (eye(3) - A) @ M(A) @ dA @ M(A)
    yield HELD, lambda A, dA: -dA @ M(A)
    yield HELD, lambda A, dA: -(eye(3) - A) @ M(A) @ dA @ M(A)
    yield "sign", lambda A, dA: -dA @ M(A) + (eye(3) - A) @ M(A) @ dA @ M(A)
    yield "missing chain factor", lambda A, dA: -dA @ M(A) - (eye(3) - A) @ dA @ M(A)
    yield "wrong order", lambda A, dA: -dA @ M(A) - (eye(3) - A) @ M(A) @ M(A) @ dA
    yield "sign | not symmetrised | missing product-rule term", \
        lambda A, dA: -dA @ M(A) - (eye(3) + A) @ M(A) @ dA @ M(A)


@problem("mixtures")
def mixture_of_gaussians(draw):
    x, mu = draw(7), draw(3)
    prior = np.array([0.2, 0.5, 0.3])
    dens = lambda mu: prior * np.exp(-(x[:, None] - mu) ** 2 / 2)
    yield check_gradient, lambda mu: -np.sum(np.log(np.exp(-(x[:, None] - mu) ** 2 / 2) @ prior)), mu
    resp = lambda mu: dens(mu) / dens(mu).sum(axis=1, keepdims=True)
    yield RIGHT, lambda mu: -np.sum(resp(mu) * (x[:, None] - mu), axis=0)
    yield "sign", lambda mu: np.sum(resp(mu) * (x[:, None] - mu), axis=0)
    yield "missing chain factor | wrong normalisation", \
        lambda mu: -np.sum(dens(mu) * (x[:, None] - mu), axis=0)
    yield "not summed over the batch", lambda mu: -resp(mu) * (x[:, None] - mu)
    yield "missing chain factor", lambda mu: -np.sum(resp(mu), axis=0)
    yield "wrong axis", \
        lambda mu: -np.sum(dens(mu) / dens(mu).sum(axis=0) * (x[:, None] - mu), axis=0)
    yield HELD, lambda mu: -np.sum(resp(mu) * x[:, None], axis=0)
    yield "missing chain factor", \
        lambda mu: -np.sum(dens(mu) / prior / dens(mu).sum(axis=1, keepdims=True) * (x[:, None] - mu), axis=0)


@problem("time series")
def autoregression(draw):
    x, a = draw(9), draw(2)
    lag = np.stack([x[1:-1], x[:-2]], axis=1)
    r = lambda a: x[2:] - a[0] * x[1:-1] - a[1] * x[:-2]
    yield check_gradient, lambda a: np.mean((x[2:] - a[0] * x[1:-1] - a[1] * x[:-2]) ** 2), a
    yield RIGHT, lambda a: -2 * lag.T @ r(a) / 7
    yield "sign", lambda a: 2 * lag.T @ r(a) / 7
    yield "factor", lambda a: -2 * lag.T @ r(a) / 9
    yield "factor", lambda a: -lag.T @ r(a) / 7
    yield "not summed over the batch", lambda a: -2 * lag * r(a)[:, None] / 7
    yield HELD, lambda a: -2 * lag.T @ x[2:] / 7
    yield "one entry", lambda a: np.array([-2 * x[1:-1] @ r(a) / 7, 0])


@problem("time series")
def smoothing_penalty(draw):
    y, x = draw(8), draw(8)
    D = np.diff(eye(8), axis=0)
    yield check_gradient, lambda x: np.sum((x - y) ** 2) / 2 + 2 * np.sum(np.diff(x) ** 2), x
    yield RIGHT, lambda x: x - y + 4 * D.T @ np.diff(x)
    yield "factor", lambda x: x - y + 2 * D.T @ np.diff(x)
    yield "sign", lambda x: x - y - 4 * D.T @ np.diff(x)
    yield HELD, lambda x: x - y
    yield HELD + " | not symmetrised", lambda x: x - y + 4 * np.append(0, np.diff(x))
    yield "raises", lambda x: x - y + 4 * np.diff(x)


@problem("covariances")
def gaussian_divergence(draw):
    L, S = draw(3, 3) / 2 + 2 * eye(3), draw.spd(3)
    P = inv(S)
    yield check_gradient, lambda L: (trace(P @ L @ L.T) - np.linalg.slogdet(L @ L.T)[1]) / 2, L
    yield RIGHT, lambda L: P @ L - inv(L).T
    yield "transposed | only for symmetric input", lambda L: P @ L - inv(L)
    yield HELD, lambda L: P @ L
    yield "sign", lambda L: P @ L + inv(L).T
    yield "factor | " + HALF, lambda L: P @ L - inv(L).T / 2
    yield "factor", lambda L: 2 * (P @ L - inv(L).T)
    yield "missing chain factor", lambda L: L - inv(L).T
    yield "missing chain factor | " + HELD, lambda L: (P - inv(L @ L.T)) / 2
    yield "elementwise product", lambda L: P @ L - 1 / L.T


@problem("covariances")
def correlation(draw):
    a, y = draw(6), draw(6)
    y = y - y.mean()
    c = lambda a: a - a.mean()
    yield check_gradient, lambda a: (a - a.mean()) @ y / (norm(a - a.mean()) * norm(y)), a
    rho = lambda a: c(a) @ y / (norm(c(a)) * norm(y))
    yield RIGHT, lambda a: y / (norm(c(a)) * norm(y)) - rho(a) * c(a) / norm(c(a)) ** 2
    yield HELD, lambda a: y / (norm(c(a)) * norm(y))
    yield HELD, lambda a: y / (norm(c(a)) * norm(y)) - rho(a) * a / norm(c(a)) ** 2
    yield "sign", lambda a: y / (norm(c(a)) * norm(y)) + rho(a) * c(a) / norm(c(a)) ** 2
    yield "wrong normalisation | missing chain factor", \
        lambda a: y / (norm(c(a)) * norm(y)) - rho(a) * c(a) / norm(c(a))
    yield "factor | missing chain factor | wrong normalisation", \
        lambda a: y / norm(c(a)) - rho(a) * norm(y) * c(a) / norm(c(a)) ** 2
    yield "missing chain factor | wrong normalisation", lambda a: y - rho(a) * c(a) * norm(y) / norm(c(a))


@problem("kernels")
def kernel_ridge(draw):
    Z, y, a, lam = draw(6, 2), draw(6), draw(6), 0.4
    K = np.exp(-np.sum((Z[:, None] - Z[None]) ** 2, axis=2))
    yield check_gradient, lambda a: np.sum((K @ a - y) ** 2) + lam * a @ K @ a, a
    yield RIGHT, lambda a: 2 * K @ (K @ a - y) + 2 * lam * K @ a
    yield "missing chain factor", lambda a: 2 * (K @ a - y) + 2 * lam * K @ a
    yield "missing chain factor", lambda a: 2 * K @ (K @ a - y) + 2 * lam * a
    yield "factor | not symmetrised | missing product-rule term", lambda a: 2 * K @ (K @ a - y) + lam * K @ a
    yield HELD, lambda a: 2 * K @ (K @ a - y)
    yield "sign", lambda a: 2 * K @ (y - K @ a) + 2 * lam * K @ a
    yield "missing chain factor", lambda a: 2 * (K @ a - y) + 2 * lam * a


@problem("batches")
def batched_quadratic(draw):
    X, A = draw(6, 4), draw(4, 4)
    q = lambda X: np.einsum("ni,ij,nj->n", X, A, X)
    yield check_gradient, lambda X: np.sum(np.log1p(np.einsum("ni,ij,nj->n", X, A, X) ** 2)), X
    w = lambda X: (2 * q(X) / (1 + q(X) ** 2))[:, None]
    yield RIGHT, lambda X: w(X) * (X @ (A + A.T))
    yield SYMMETRIC, lambda X: 2 * w(X) * (X @ A)
    yield SYMMETRIC, lambda X: 2 * w(X) * (X @ A.T)
    yield HALF, lambda X: w(X) * (X @ A)
    yield "missing chain factor", lambda X: X @ (A + A.T) / (1 + q(X) ** 2)[:, None]
    yield "missing chain factor", lambda X: X @ (A + A.T) * 2 * q(X)[:, None]
    yield "wrong order | raises", lambda X: (A + A.T) @ X * w(X)
    yield "missing chain factor", lambda X: w(X) * X


@problem("geometry")
def angle_between_planes(draw):
    R, P, Q = draw(3, 3), draw(5, 3), draw(5, 3)
    yield check_gradient, lambda R: np.sum(np.linalg.norm(P @ R.T - Q, axis=1)), R
    D = lambda R: P @ R.T - Q
    d = lambda R: np.sqrt(np.sum(D(R) ** 2, axis=1, keepdims=True))
    yield RIGHT, lambda R: (D(R) / d(R)).T @ P
    yield "transposed", lambda R: P.T @ (D(R) / d(R))
    yield "wrong normalisation | missing chain factor", lambda R: D(R).T @ P
    yield "wrong normalisation | extra chain factor | missing chain factor", \
        lambda R: (D(R) / d(R) ** 2).T @ P
    yield "wrong normalisation | missing chain factor | unknown", lambda R: D(R).T @ P / norm(D(R))
    yield "wrong axis | wrong normalisation", \
        lambda R: (D(R) / np.sqrt(np.sum(D(R) ** 2, axis=0, keepdims=True))).T @ P
    yield HELD, lambda R: -(Q / d(R)).T @ P
    yield "factor", lambda R: 2 * (D(R) / d(R)).T @ P


@problem("stacked variables")
def bilinear_model(draw):
    A, b = draw(3, 3), draw(6)
    yield check_gradient, lambda z: z[:3] @ A @ z[3:] + 0.5 * z @ z, b
    yield RIGHT, lambda z: np.append(A @ z[3:], A.T @ z[:3]) + z
    yield "transposed | only for symmetric input", lambda z: np.append(A @ z[3:], A @ z[:3]) + z
    yield HELD, lambda z: np.append(A @ z[3:], np.zeros(3)) + z
    yield HELD, lambda z: np.append(A @ z[3:], A.T @ z[:3])
    yield "factor", lambda z: np.append(A @ z[3:], A.T @ z[:3]) + 2 * z
    yield "sign", lambda z: np.append(A @ z[3:], -A.T @ z[:3]) + z
    yield "wrong order", lambda z: np.append(A.T @ z[:3], A @ z[3:]) + z


@problem("attention")
def additive_attention(draw):
    H, W, u, q, v = draw(6, 3), draw(4, 3), draw(4), draw(4), draw(6)
    t = lambda q: np.tanh(H @ W.T + q)
    a = lambda q: softmax(t(q) @ u)
    yield check_gradient, lambda q: softmax(np.tanh(H @ W.T + q) @ u) @ v, q
    s = lambda q: a(q) * (v - a(q) @ v)
    yield RIGHT, lambda q: ((1 - t(q) ** 2) * u).T @ s(q)
    yield HELD + " | only diagonal", lambda q: ((1 - t(q) ** 2) * u).T @ (a(q) * v)
    yield "only diagonal", lambda q: ((1 - t(q) ** 2) * u).T @ (a(q) * (1 - a(q)) * v)
    yield "missing chain factor", lambda q: (1 - t(q) ** 2).T @ s(q)
    yield "missing chain factor", lambda q: ((1 - t(q)) * u).T @ s(q)
    yield "missing chain factor", lambda q: ((1 - t(q) ** 2) * u).T @ (v - a(q) @ v)
    yield "sign", lambda q: ((1 - t(q) ** 2) * u).T @ (a(q) * (v + a(q) @ v))


@problem("generative models")
def evidence_bound(draw):
    W, x, m, e = draw(5, 3), draw(5), draw(3), draw(3)
    yield check_gradient, lambda m: np.sum((x - np.tanh(W @ (m + e))) ** 2) / 2 + m @ m / 2, m
    h = lambda m: np.tanh(W @ (m + e))
    yield RIGHT, lambda m: -W.T @ ((x - h(m)) * (1 - h(m) ** 2)) + m
    yield HELD, lambda m: -W.T @ ((x - h(m)) * (1 - h(m) ** 2))
    yield "sign", lambda m: W.T @ ((x - h(m)) * (1 - h(m) ** 2)) + m
    yield "missing chain factor", lambda m: -W.T @ (x - h(m)) + m
    yield "factor", lambda m: -W.T @ ((x - h(m)) * (1 - h(m) ** 2)) + 2 * m
    yield "missing product-rule term | unknown", \
        lambda m: -W.T @ ((x - np.tanh(W @ m)) * (1 - np.tanh(W @ m) ** 2)) + m
    yield HELD, lambda m: W.T @ (h(m) * (1 - h(m) ** 2)) + m


@problem("recommenders")
def pairwise_ranking(draw):
    V, u, i, j = draw(6, 3), draw(3), np.array([0, 2, 5, 1]), np.array([3, 4, 1, 0])
    d = lambda u: (V[i] - V[j]) @ u
    yield check_gradient, lambda u: -np.mean(np.log(sigmoid((V[i] - V[j]) @ u))) + 0.05 * np.sum(u**2), u
    yield RIGHT, lambda u: -(V[i] - V[j]).T @ sigmoid(-d(u)) / 4 + 0.1 * u
    yield "sign", lambda u: (V[i] - V[j]).T @ sigmoid(-d(u)) / 4 + 0.1 * u
    yield "missing chain factor | sign", lambda u: -(V[i] - V[j]).T @ sigmoid(d(u)) / 4 + 0.1 * u
    yield HELD, lambda u: -V[i].T @ sigmoid(-d(u)) / 4 + 0.1 * u
    yield "factor", lambda u: -(V[i] - V[j]).T @ sigmoid(-d(u)) + 0.1 * u
    yield "extra chain factor | missing chain factor", \
        lambda u: -(V[i] - V[j]).T @ (sigmoid(-d(u)) * sigmoid(d(u))) / 4 + 0.1 * u
    yield "missing chain factor", lambda u: -(V[i] - V[j]).T @ (1 / sigmoid(d(u))) / 4 + 0.1 * u
    yield "factor", lambda u: -(V[i] - V[j]).T @ sigmoid(-d(u)) / 4 + 0.05 * u


@problem("state estimation")
def innovation_covariance(draw):
    H, P, R, r = draw(2, 4), draw.spd(4), draw.spd(2), draw(2)
    S = lambda R: H @ P @ H.T + R
    yield check_gradient, lambda R: np.linalg.slogdet(H @ P @ H.T + R)[1] + r @ inv(H @ P @ H.T + R) @ r, R, {
        "symmetric": True}
    yield RIGHT, lambda R: inv(S(R)) - inv(S(R)) @ np.outer(r, r) @ inv(S(R))
    yield HELD, lambda R: inv(S(R))
    yield "sign", lambda R: inv(S(R)) + inv(S(R)) @ np.outer(r, r) @ inv(S(R))
    yield HELD, lambda R: inv(R) - inv(R) @ np.outer(r, r) @ inv(R)
    yield "factor", lambda R: inv(S(R)) - inv(S(R)) @ np.outer(r, r) @ inv(S(R)) / 2
    yield "off-diagonal doubled", \
        lambda R: (inv(S(R)) - inv(S(R)) @ np.outer(r, r) @ inv(S(R))) * (2 - eye(2))
    yield "elementwise product | only for diagonal input | only diagonal", \
        lambda R: np.diag(1 / np.diag(S(R))) - inv(S(R)) @ np.outer(r, r) @ inv(S(R))


@problem("neural networks")
def gelu_like(draw):
    W, b, x = draw(4, 3), draw(4), draw(3)
    z = lambda x: W @ x + b
    yield check_jacobian, lambda x: (W @ x + b) * sigmoid(1.7 * (W @ x + b)), x
    s = lambda x: sigmoid(1.7 * z(x))
    yield RIGHT, lambda x: (s(x) + 1.7 * z(x) * s(x) * (1 - s(x)))[:, None] * W
    yield HELD, lambda x: s(x)[:, None] * W
    yield HELD, lambda x: (1.7 * z(x) * s(x) * (1 - s(x)))[:, None] * W
    yield "factor | missing chain factor", lambda x: (s(x) + z(x) * s(x) * (1 - s(x)))[:, None] * W
    yield "missing chain factor", lambda x: (s(x) + 1.7 * z(x) * (1 - s(x)))[:, None] * W
    yield "missing chain factor", lambda x: (s(x) + 1.7 * s(x) * (1 - s(x)))[:, None] * W
    yield "shape | missing chain factor", lambda x: np.diag(s(x) + 1.7 * z(x) * s(x) * (1 - s(x)))
    yield "sign", lambda x: (s(x) - 1.7 * z(x) * s(x) * (1 - s(x)))[:, None] * W


@problem("neural networks")
def squeeze_and_scale(draw):
    X, w, G = draw(5, 4), draw(4), draw(5, 4)
    gate = lambda X: sigmoid(X.mean(axis=0) * w)
    yield check_gradient, lambda X: np.sum(G * X * sigmoid(np.mean(X, axis=0) * w)), X
    slope = lambda X: (G * X).sum(axis=0) * gate(X) * (1 - gate(X)) * w
    yield RIGHT, lambda X: G * gate(X) + slope(X) / 5
    yield HELD, lambda X: G * gate(X)
    yield HELD, lambda X: np.tile(slope(X) / 5, (5, 1))
    yield "factor", lambda X: G * gate(X) + slope(X)
    yield "factor", lambda X: G * gate(X) + slope(X) / 4
    yield "missing chain factor", lambda X: G * gate(X) + (G * X).sum(axis=0) * gate(X) * (1 - gate(X)) / 5
    yield "missing chain factor", lambda X: G * gate(X) + (G * X).sum(axis=0) * w / 5
    yield "not summed over the batch | missing chain factor | wrong axis | unknown", \
        lambda X: G * gate(X) + G * X * gate(X) * (1 - gate(X)) * w / 5


@problem("neural networks")
def low_rank_adapter(draw):
    W, A, B, Z, Y = draw(4, 5), draw(2, 5), draw(4, 2), draw(7, 5), draw(7, 4)
    E = lambda A: Z @ (W + B @ A).T - Y
    yield check_gradient, lambda A: np.mean((Z @ (W + B @ A).T - Y) ** 2), A
    yield RIGHT, lambda A: 2 * B.T @ E(A).T @ Z / 28
    yield "factor", lambda A: 2 * B.T @ E(A).T @ Z / 7
    yield "factor", lambda A: B.T @ E(A).T @ Z / 28
    yield "transposed", lambda A: 2 * Z.T @ E(A) @ B / 28
    yield "shape | missing chain factor", lambda A: 2 * E(A).T @ Z / 28
    yield HELD, lambda A: 2 * B.T @ (Z @ (B @ A).T - Y).T @ Z / 28
    yield HELD, lambda A: 2 * B.T @ (Z @ (B @ A).T).T @ Z / 28
    yield "sign", lambda A: 2 * B.T @ (Y - Z @ (W + B @ A).T).T @ Z / 28
    yield "missing chain factor", lambda A: 2 * np.ones((2, 4)) @ E(A).T @ Z / 28


@problem("economics")
def portfolio(draw):
    S, mu, w = draw.spd(4), draw(4), draw.positive(4)
    risk = lambda w: np.sqrt(w @ S @ w)
    yield check_gradient, lambda w: w @ mu / np.sqrt(w @ S @ w) - 0.1 * np.sum(w * np.log(w)), w
    yield RIGHT, lambda w: mu / risk(w) - (w @ mu) * S @ w / risk(w) ** 3 - 0.1 * (np.log(w) + 1)
    yield HELD, lambda w: mu / risk(w) - 0.1 * (np.log(w) + 1)
    yield HELD, lambda w: mu / risk(w) - (w @ mu) * S @ w / risk(w) ** 3 - 0.1 * np.log(w)
    yield HELD, lambda w: mu / risk(w) - (w @ mu) * S @ w / risk(w) ** 3
    yield "factor", lambda w: mu / risk(w) - 2 * (w @ mu) * S @ w / risk(w) ** 3 - 0.1 * (np.log(w) + 1)
    yield "wrong normalisation | missing chain factor", \
        lambda w: mu / risk(w) - (w @ mu) * S @ w / risk(w) ** 2 - 0.1 * (np.log(w) + 1)
    yield "sign", lambda w: mu / risk(w) + (w @ mu) * S @ w / risk(w) ** 3 - 0.1 * (np.log(w) + 1)
    yield "missing chain factor", lambda w: mu / risk(w) - S @ w / risk(w) ** 3 - 0.1 * (np.log(w) + 1)


@problem("geometry")
def rotation_by_an_angle(draw):
    P, Q, t = draw(5, 2), draw(5, 2), draw(2)
    def moved(t):
        c, s = np.cos(t[0]), np.sin(t[0])
        return np.stack([c * P[:, 0] - s * P[:, 1], s * P[:, 0] + c * P[:, 1]], axis=1) * t[1]
    yield check_gradient, lambda t: np.sum((moved(t) - Q) ** 2) / 2, t
    turned = lambda t: np.stack([-np.sin(t[0]) * P[:, 0] - np.cos(t[0]) * P[:, 1],
                                 np.cos(t[0]) * P[:, 0] - np.sin(t[0]) * P[:, 1]], axis=1) * t[1]
    yield RIGHT, lambda t: np.array([np.sum((moved(t) - Q) * turned(t)),
                                     np.sum((moved(t) - Q) * moved(t)) / t[1]])
    yield "factor", lambda t: 2 * np.array([np.sum((moved(t) - Q) * turned(t)),
                                            np.sum((moved(t) - Q) * moved(t)) / t[1]])
    yield HELD, lambda t: -np.array([np.sum(Q * turned(t)), np.sum(Q * moved(t)) / t[1]])
    yield "one entry", lambda t: np.array([np.sum((moved(t) - Q) * turned(t)), 0])
    yield "sign", lambda t: -np.array([np.sum((moved(t) - Q) * turned(t)),
                                       np.sum((moved(t) - Q) * moved(t)) / t[1]])


@problem("matrix functions")
def square_root_iteration(draw):
    A, X = draw.spd(3), draw(3, 3) / 3 + 2 * eye(3)
    yield check_differential, lambda X: (X + inv(X) @ A) / 2, X
    yield RIGHT, lambda X, dX: (dX - inv(X) @ dX @ inv(X) @ A) / 2
    yield HELD, lambda X, dX: dX / 2
    yield "sign", lambda X, dX: (dX + inv(X) @ dX @ inv(X) @ A) / 2
    yield "factor", lambda X, dX: dX - inv(X) @ dX @ inv(X) @ A
    yield "wrong order", lambda X, dX: (dX - inv(X) @ inv(X) @ dX @ A) / 2
    yield "missing chain factor", lambda X, dX: (dX - inv(X) @ dX @ inv(X)) / 2
    yield "missing chain factor", lambda X, dX: (dX - inv(X) @ dX @ A) / 2
    yield "elementwise product", lambda X, dX: (dX - inv(X) * dX * inv(X) @ A) / 2
    yield "wrong order", lambda X, dX: (dX - A @ inv(X) @ dX @ inv(X)) / 2


@problem("Kronecker products")
def separable_covariance(draw):
    A, B, y = draw.spd(2), draw.spd(3), draw(6)
    yield check_gradient, lambda A: y @ kron(A, B) @ y + 3 * np.linalg.slogdet(A)[1], A, {"symmetric": True}
    Y = y.reshape(2, 3)
    yield RIGHT, lambda A: Y @ B @ Y.T + 3 * inv(A)
    yield HELD, lambda A: Y @ B @ Y.T
    yield "factor", lambda A: Y @ B @ Y.T + inv(A)
    yield "missing chain factor", lambda A: Y @ Y.T + 3 * inv(A)
    yield "sign", lambda A: Y @ B @ Y.T - 3 * inv(A)
    yield "off-diagonal doubled", lambda A: (Y @ B @ Y.T + 3 * inv(A)) * (2 - eye(2))
    yield "row-major vec | transposed | kronecker order | shape | raises", \
        lambda A: y.reshape(3, 2).T @ B @ y.reshape(3, 2) + 3 * inv(A)


@problem("loops")
def forward_by_loops(draw):
    A, c, x = draw(5, 3), draw(5), draw(3)

    def f(x):
        total = 0.0
        for i in range(5):
            total = total + np.log1p((A[i] @ x - c[i]) ** 2)
        return total / 5

    def grad(x, scale=5, square=True, shift=True, outer=True, sign=1, skip=None):
        g = np.zeros(3)
        for i in range(5):
            if i == skip:
                continue
            r = A[i] @ x - (c[i] if shift else 0)
            g = g + sign * 2 * r * A[i] / ((1 + (A[i] @ x - c[i]) ** 2) if outer else 1) / scale
        return g

    yield check_gradient, f, x
    yield RIGHT, grad
    yield "factor", lambda x: grad(x, scale=1)
    yield "missing chain factor", lambda x: grad(x, outer=False)
    yield HELD, lambda x: grad(x, shift=False)
    yield HELD, lambda x: grad(x, skip=2)
    yield "sign", lambda x: grad(x, sign=-1)
    yield "factor", lambda x: grad(x, scale=3)
    yield "factor", lambda x: grad(x) / 2


@problem("loops")
def unrolled_descent(draw):
    H, b, x = draw.spd(3), draw(3), draw(3)

    def f(x):
        y = x
        for _ in range(2):
            y = y - 0.1 * (H @ y - b)
        return y @ y / 2

    M = eye(3) - 0.1 * H
    y = lambda x: M @ (M @ x + 0.1 * b) + 0.1 * b
    yield check_gradient, f, x
    yield RIGHT, lambda x: M @ M @ y(x)
    yield "missing chain factor | missing product-rule term", lambda x: M @ y(x)
    yield "missing chain factor | missing product-rule term", lambda x: y(x)
    yield HELD, lambda x: M @ M @ M @ M @ x
    yield "sign", lambda x: -M @ M @ y(x)
    yield "factor", lambda x: 2 * M @ M @ y(x)


@problem("einsum")
def tucker_core(draw):
    C, U, V, Y = draw(2, 3), draw(5, 2), draw(4, 3), draw(5, 4)
    E = lambda C: np.einsum("ia,ab,jb->ij", U, C, V) - Y
    yield check_gradient, lambda C: np.sum((np.einsum("ia,ab,jb->ij", U, C, V) - Y) ** 2), C
    yield RIGHT, lambda C: 2 * np.einsum("ia,ij,jb->ab", U, E(C), V)
    yield "factor", lambda C: np.einsum("ia,ij,jb->ab", U, E(C), V)
    yield "transposed", lambda C: 2 * np.einsum("ia,ij,jb->ba", U, E(C), V)
    yield HELD, lambda C: -2 * np.einsum("ia,ij,jb->ab", U, Y, V)
    yield HELD, lambda C: 2 * np.einsum("ia,ij,jb->ab", U, E(C) + Y, V)
    yield "sign", lambda C: -2 * np.einsum("ia,ij,jb->ab", U, E(C), V)
    yield "missing chain factor", lambda C: 2 * np.einsum("ia,ij,jb->ab", U, np.ones((5, 4)), V)
    yield "missing chain factor", lambda C: 2 * np.einsum("ia,ij,jb->ab", U, E(C), np.ones((4, 3)))


@problem("einsum")
def multi_head_scores(draw):
    Q, K, G = draw(2, 4, 3), draw(2, 5, 3), draw(2, 4, 5)
    S = lambda Q: np.einsum("hid,hjd->hij", Q, K) / np.sqrt(3)
    P = lambda Q: np.exp(S(Q)) / np.exp(S(Q)).sum(axis=2, keepdims=True)
    yield check_gradient, lambda Q: np.sum(G * (np.exp(np.einsum("hid,hjd->hij", Q, K) / np.sqrt(3)) / np.sum(
        np.exp(np.einsum("hid,hjd->hij", Q, K) / np.sqrt(3)), axis=2, keepdims=True))), Q
    dS = lambda Q: P(Q) * (G - np.sum(G * P(Q), axis=2, keepdims=True))
    yield RIGHT, lambda Q: np.einsum("hij,hjd->hid", dS(Q), K) / np.sqrt(3)
    yield "factor", lambda Q: np.einsum("hij,hjd->hid", dS(Q), K)
    yield HELD + " | only diagonal", lambda Q: np.einsum("hij,hjd->hid", P(Q) * G, K) / np.sqrt(3)
    yield "only diagonal", lambda Q: np.einsum("hij,hjd->hid", P(Q) * (1 - P(Q)) * G, K) / np.sqrt(3)
    yield "sign", lambda Q: -np.einsum("hij,hjd->hid", dS(Q), K) / np.sqrt(3)
    yield "wrong axis", lambda Q: np.einsum(
        "hij,hjd->hid", P(Q) * (G - np.sum(G * P(Q), axis=1, keepdims=True)), K) / np.sqrt(3)
    yield "missing chain factor", lambda Q: np.einsum("hij,hjd->hid", dS(Q) / P(Q), K) / np.sqrt(3)


@problem("physics")
def spring_network(draw):
    x, rest = draw(4, 2), draw.positive(3)
    i, j = np.array([0, 1, 2]), np.array([1, 2, 3])
    length = lambda x: np.sqrt(np.sum((x[j] - x[i]) ** 2, axis=1))
    yield check_gradient, lambda x: np.sum((np.sqrt(np.sum((x[j] - x[i]) ** 2, axis=1)) - rest) ** 2) / 2, x

    def force(x, pull=1, rest=rest, unit=True):
        t = ((length(x) - rest) / (length(x) if unit else 1))[:, None] * (x[j] - x[i])
        g = np.zeros((4, 2))
        np.add.at(g, j, t)
        np.add.at(g, i, -pull * t)
        return g

    yield RIGHT, force
    yield HELD, lambda x: force(x, pull=0)
    yield "sign", lambda x: force(x, pull=-1)
    yield HELD, lambda x: force(x, rest=0)
    yield "wrong normalisation | missing chain factor", lambda x: force(x, unit=False)
    yield "factor", lambda x: 2 * force(x)
    yield "sign", lambda x: -force(x)


@problem("physics")
def coulomb_energy(draw):
    x, q = draw(3), draw(5)
    C = draw(5, 3)
    d = lambda x: np.sqrt(np.sum((x - C) ** 2, axis=1))
    yield check_gradient, lambda x: np.sum(q / np.sqrt(np.sum((x - C) ** 2, axis=1))), x
    yield RIGHT, lambda x: -(q / d(x) ** 3) @ (x - C)
    yield "sign", lambda x: (q / d(x) ** 3) @ (x - C)
    yield "wrong normalisation | missing chain factor | extra chain factor", \
        lambda x: -(q / d(x) ** 2) @ (x - C)
    yield "missing chain factor", lambda x: -(1 / d(x) ** 3) @ (x - C)
    yield "not summed over the batch", lambda x: -(q / d(x) ** 3)[:, None] * (x - C)
    yield HELD, lambda x: -np.sum(q / d(x) ** 3) * x
    yield "missing chain factor | wrong normalisation", lambda x: -np.sum(q / d(x) ** 2) * np.ones(3)
    yield "factor", lambda x: -(q / d(x) ** 3) @ (x - C) / 2


@problem("statistics")
def negative_binomial(draw):
    Z, w, r = draw(8, 3), draw(3), 2.0
    n = np.round(3 * draw.positive(8))
    mu = lambda w: np.exp(Z @ w)
    yield check_gradient, lambda w: np.sum((n + r) * np.log(r + np.exp(Z @ w)) - n * (Z @ w)), w
    yield RIGHT, lambda w: Z.T @ ((n + r) * mu(w) / (r + mu(w)) - n)
    yield HELD, lambda w: Z.T @ ((n + r) * mu(w) / (r + mu(w)))
    yield "missing chain factor", lambda w: Z.T @ ((n + r) / (r + mu(w)) - n)
    yield "sign", lambda w: Z.T @ ((n + r) * mu(w) / (r + mu(w)) + n)
    yield HELD + " | missing chain factor", lambda w: Z.T @ (n * mu(w) / (r + mu(w)) - n)
    yield "missing chain factor", lambda w: Z.T @ ((n + r) * mu(w) - n)
    yield "shape | missing chain factor", lambda w: (n + r) * mu(w) / (r + mu(w)) - n


@problem("statistics")
def partial_covariance(draw):
    X, B = draw(8, 3), draw(8, 2)
    P = B @ inv(B.T @ B) @ B.T
    R = lambda X: X - P @ X
    yield check_gradient, lambda X: np.sum(((X - P @ X).T @ (X - P @ X)) ** 2) / 4, X
    yield RIGHT, lambda X: (eye(8) - P) @ R(X) @ R(X).T @ R(X)
    yield HELD, lambda X: X @ X.T @ X
    yield "factor", lambda X: 4 * (eye(8) - P) @ R(X) @ R(X).T @ R(X)
    yield "elementwise product", lambda X: R(X) ** 3
    yield "transposed", lambda X: ((eye(8) - P) @ R(X) @ R(X).T @ R(X)).T
    yield "factor | " + HALF, lambda X: (eye(8) - P) @ R(X) @ R(X).T @ R(X) / 2


@problem("decision")
def softmax_policy(draw):
    theta, Z, r = draw(4), draw(6, 4), draw(6)
    p = lambda theta: softmax(Z @ theta)
    yield check_gradient, lambda t: -softmax(Z @ t) @ r + 0.2 * softmax(Z @ t) @ np.log(softmax(Z @ t)), theta
    adv = lambda theta: -r + 0.2 * np.log(p(theta))
    yield RIGHT, lambda theta: Z.T @ (p(theta) * (adv(theta) - p(theta) @ adv(theta)))
    yield HELD, lambda theta: Z.T @ (p(theta) * (-r + p(theta) @ r))
    yield HELD + " | only diagonal", lambda theta: Z.T @ (p(theta) * adv(theta))
    yield "only diagonal", lambda theta: Z.T @ (p(theta) * (1 - p(theta)) * (adv(theta) + 0.2))
    yield "missing chain factor", lambda theta: Z.T @ (adv(theta) + 0.2)
    yield "sign", lambda theta: -Z.T @ (p(theta) * (adv(theta) - p(theta) @ adv(theta)))
    yield "factor", lambda theta: Z.T @ (p(theta) * (-r + p(theta) @ r)) + 0.4 * Z.T @ (
        p(theta) * (np.log(p(theta)) - p(theta) @ np.log(p(theta))))


@problem("symmetric variables")
def spectral_barrier(draw):
    S, C = draw.spd(3), draw.spd(3)
    yield check_gradient, lambda S: trace(C @ S) - np.linalg.slogdet(S)[1] + np.sum(S**2) / 2, S, {
        "symmetric": True}
    yield RIGHT, lambda S: C - inv(S) + S
    yield "sign", lambda S: C + inv(S) + S
    yield HELD, lambda S: C - inv(S)
    yield "off-diagonal doubled", lambda S: (C - inv(S) + S) * (2 - eye(3))
    yield "factor", lambda S: C - inv(S) + 2 * S
    yield "elementwise product", lambda S: C - 1 / S + S
    yield HELD, lambda S: -inv(S) + S
    yield "only for diagonal input | only diagonal | missing chain factor | elementwise product", \
        lambda S: np.diag(np.diag(C)) - inv(S) + S
