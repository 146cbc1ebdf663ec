"""The names that a check may give, each with its smallest example."""
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mistake:
    """A name that a check may give: what it means, and its smallest example (in the names of
    `example_names`)."""
    name: str
    meaning: str
    example: str


MISTAKES = (
    Mistake("layout",
            "right, in the other layout: accepted and said so (a row for a column, n × m for an m × n "
            "Jacobian, one index per axis)", "check_jacobian(lambda x: D @ x, D.T, x)"),
    Mistake("shape", "right numbers in a wrong shape, or the wrong number of entries",
            "check_gradient(lambda x: b @ x, lambda x: b[:, None], x)"),
    Mistake("transposed", "the transpose, or with one factor transposed",
            "check_gradient(lambda X: np.sum(W * X), lambda X: W.T, X)"),
    Mistake("sign", "the whole, or one term, has the opposite sign",
            "check_gradient(lambda x: b @ x, lambda x: -b, x)"),
    Mistake("factor", "a constant is missing or too much: 2, 1/2, 1/m, …",
            "check_gradient(lambda x: np.mean((D @ x - y)**2), lambda x: 2 * D.T @ (D @ x - y), x, "
            "sizes={'m': 7})"),
    Mistake("row-major vec", "vec read rows instead of columns, on one side or both",
            "check_jacobian(lambda X: X.T, lambda X: np.eye(12), X)"),
    Mistake("kronecker order", "A ⊗ B for Bᵀ ⊗ A, or a factor of it transposed",
            "check_jacobian(lambda X: A @ X @ B, lambda X: np.kron(A, B.T), X)"),
    Mistake("not symmetrised", "2Ax for (A + Aᵀ)x: right only if A is symmetric",
            "check_gradient(lambda x: x @ A @ x, lambda x: 2 * A @ x, x)"),
    Mistake("off-diagonal doubled", "partial derivatives over the free entries of a symmetric matrix",
            "check_gradient(lambda X: b @ X @ b, 2 * np.outer(b, b) - np.diag(b * b), P, symmetric=True)"),
    Mistake("off-diagonal halved", "the entries off the diagonal are half of the gradient's",
            "check_gradient(lambda X: b @ X @ b, (np.outer(b, b) + np.diag(b * b)) / 2, P, symmetric=True)"),
    Mistake("one triangle", "only the lower or the upper triangle is there",
            "check_gradient(lambda X: np.sum(A * X), lambda X: np.tril(A), S)"),
    Mistake("elementwise product", "* for @, or @ for *",
            "check_gradient(lambda X: np.sum((A @ X)**2) / 2, lambda X: A.T * (A @ X), S)"),
    Mistake("missing chain factor",
            "a factor of the chain rule is missing, for all, a row, a column or an entry",
            "check_jacobian(lambda x: np.tanh(D @ x), lambda x: D, x)"),
    Mistake("extra chain factor", "a factor that does not belong there, entry by entry",
            "check_gradient(lambda x: np.sum(c * (D @ x)**2), lambda x: 2 * D.T @ (c * c * (D @ x)), x)"),
    Mistake("missing product-rule term", "something that moves with X was held, or a term was left out",
            "check_gradient(lambda x: (b @ x) * np.sum(x**3), lambda x: b * np.sum(x**3), x)"),
    Mistake("wrong axis", "summed over the wrong axis",
            "check_gradient(lambda r: np.sum((D @ W + r)**2) / 2, lambda r: (D @ W + r).sum(axis=1), "
            "np.ones(3))"),
    Mistake("not summed over the batch", "one gradient per example, still to be added up",
            "check_gradient(lambda r: np.sum((D @ W + r)**2) / 2, lambda r: D @ W + r, np.ones(3))"),
    Mistake("only diagonal", "right on the diagonal, zero elsewhere",
            "check_jacobian(lambda z: np.exp(z) / np.exp(z).sum(), lambda z: np.diag(np.exp(z) / "
            "np.exp(z).sum()"
            " * (1 - np.exp(z) / np.exp(z).sum())), x)"),
    Mistake("one entry", "right in one entry, zero elsewhere",
            "check_gradient(lambda x: b @ x, np.where(np.arange(4) == 0, b, 0), x)"),
    Mistake("wrong entry", "the derivative of another entry, row, column or eigenvalue than the one asked for",
            "check_gradient(lambda X: np.exp(D @ X @ c[:3])[0], "
            "lambda X: np.exp(D @ X @ c[:3])[1] * np.outer(D[1], c[:3]), X)"),
    Mistake("one row or column", "right in one row or column, zero elsewhere",
            "check_gradient(lambda X: np.sum(W * X), np.where(np.arange(3) == 0, W, 0), X)"),
    Mistake("only for symmetric input", "right where X, or a matrix in f, is symmetric",
            "check_gradient(lambda X: np.sum((A @ X)**2), lambda X: 2 * A @ A @ X, X)"),
    Mistake("only for orthogonal input", "right where X, or a matrix in f, is orthogonal",
            "check_gradient(lambda X: np.linalg.slogdet(X)[1], lambda X: X, S)"),
    Mistake("only for diagonal input", "right where X, or a matrix in f, is diagonal",
            "check_gradient(lambda X: np.linalg.slogdet(X)[1], lambda X: np.diag(1 / np.diag(X)), S)"),
    Mistake("wrong order", "the factors of a product stand in the wrong order",
            "check_differential(lambda X: A @ X, lambda X, dX: dX @ A, S)"),
    Mistake("wrong normalisation", "a power of the norm of X is missing or too much",
            "check_jacobian(lambda x: x / np.linalg.norm(x), lambda x: (np.eye(4) - np.outer(x, x)) "
            "/ np.linalg.norm(x), x)"),
    Mistake("does not move with X", "a claim that stays where the derivative moves",
            "check_gradient(lambda x: np.sum(x**3), lambda x: 3 * x0**2, x0)"),
    Mistake("not a gradient",
            "one entry or more are right, but the claim's own Jacobian is not symmetric: it is the "
            "gradient of no function",
            "check_gradient(lambda x: x[0] * x[1]**2, lambda x: np.array([x[1]**2, x[0] + x[1]]), x[:2])"),
    Mistake("not linear in dX", "a differential that is not linear in dX",
            "check_differential(lambda X: X**2, lambda X, dX: dX**2, X)"),
    Mistake("this input cannot decide",
            "right at this X, where a wrong formula is right as well: accepted and said so",
            "check_gradient(lambda X: np.linalg.slogdet(X)[1], np.linalg.inv(P), P)"),
    Mistake("function not smooth here", "there is a kink at this X, so no derivative",
            "check_gradient(lambda x: np.abs(x).sum(), np.array([5., 1.]), np.array([0., 1.]))"),
    Mistake("too noisy to decide", "right as far as can be told: the function is noisier than the question",
            "check_gradient(lambda x: float(x @ x) + 10 * np.sin(1e12 * x.sum()), lambda x: 2 * x, x)"),
    Mistake("not finite", "nan or infinity from the function or the claim",
            "check_gradient(lambda x: np.sum(x**2), lambda x: x / 0., x)"),
    Mistake("raises", "the function or the claim raised an exception",
            "check_gradient(lambda x: np.sum(x**2), lambda x: D.T @ x, x)"),
    Mistake("not an array", "the claim returned None, text or a ragged list",
            "check_gradient(lambda x: np.sum(x**2), lambda x: None, x)"),
    Mistake("unknown", "no common mistake explains it; the entries that differ most are listed",
            "check_gradient(lambda x: np.sum(x**2), np.array([1., 2., 7., 4.]), x)"),
)


def example_names():
    """The arrays that the examples of MISTAKES use: of pairwise different sizes, none symmetric except P."""
    rng = np.random.default_rng(2)
    normal = lambda *shape: rng.normal(size=shape)
    names = dict(np=np, A=normal(4, 4), B=normal(3, 3), D=normal(7, 4), W=normal(4, 3), S=normal(4, 4),
                 X=normal(4, 3),
                 x=normal(4), x0=normal(4), b=normal(4), y=normal(7), c=rng.uniform(0.5, 2, 7))
    return names | {"P": names["S"] @ names["S"].T + np.eye(4)}
