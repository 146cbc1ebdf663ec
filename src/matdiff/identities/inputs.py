"""Inputs of an identity, drawn from one line such as "x: n, A: n n symmetric".

Before the colon the name, after it the sizes and then what kind of array it is; no size means a number.
Letters stand for sizes that differ pairwise; N is larger than all others. What a kind does not say is done by
statements after a semicolon, in the names drawn so far: "X: N n, b: N; b = X @ X[0]".
"""

import re
from dataclasses import dataclass

import numpy as np

# Three sets of sizes: pairwise different, in no fixed order, so that a formula cannot pass for its shape.
SIZES = (
    {"m": 4, "n": 3, "k": 2, "p": 5, "q": 6, "N": 8},
    {"m": 2, "n": 4, "k": 3, "p": 6, "q": 5, "N": 7},
    {"m": 5, "n": 2, "k": 4, "p": 3, "q": 6, "N": 9},
)


def rotation(rng, n):
    """A random orthogonal matrix, of either determinant."""
    return np.linalg.qr(rng.normal(size=(n, n)))[0]


def invertible(rng, shape):
    """Square, singular values from 1/2 to 2, of either sign of the determinant, not symmetric."""
    n = shape[0]
    return rotation(rng, n) * rng.uniform(0.5, 2, n) @ rotation(rng, n)


def positive_determinant(rng, shape):
    X = invertible(rng, shape)
    X[0] *= np.sign(np.linalg.det(X))
    return X


def symmetric(rng, shape):
    X = rng.normal(size=shape)
    return (X + X.T) / 2


def positive_definite(rng, shape):
    """Symmetric, eigenvalues from 1/2 to 3, pairwise apart."""
    Q = rotation(rng, shape[0])
    return Q * np.linspace(0.5, 3, shape[0]) @ Q.T


def distinct_eigenvalues(rng, shape):
    """Symmetric, eigenvalues of both signs, pairwise at least 1/2 apart."""
    Q = rotation(rng, shape[0])
    return Q * (np.arange(shape[0]) - shape[0] / 2 + rng.uniform(0, 0.5, shape[0])) @ Q.T


def one_hot(rng, shape):
    return np.eye(shape[-1])[rng.integers(shape[-1], size=shape[:-1])]


def probabilities(rng, shape):
    """Positive, of sum 1 along the last axis."""
    P = rng.uniform(0.2, 1, shape)
    return P / P.sum(axis=-1, keepdims=True)


KINDS = {
    "": lambda rng, shape: rng.normal(size=shape),
    "positive": lambda rng, shape: rng.uniform(0.5, 2, shape),
    "nonzero": lambda rng, shape: rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape),
    "symmetric": symmetric,
    "skew": lambda rng, shape: np.triu(X := rng.normal(size=shape), 1) - np.triu(X, 1).T,
    "diagonal": lambda rng, shape: np.diag(rng.uniform(0.5, 2, shape[0])),
    "lower triangular": lambda rng, shape: (
        np.tril(rng.normal(size=shape), -1) + np.diag(rng.uniform(0.5, 2, shape[0]))
    ),
    "upper triangular": lambda rng, shape: (
        np.triu(rng.normal(size=shape), 1) + np.diag(rng.uniform(0.5, 2, shape[0]))
    ),
    "positive definite": positive_definite,
    "distinct eigenvalues": distinct_eigenvalues,
    "invertible": invertible,
    "positive determinant": positive_determinant,
    "orthogonal": lambda rng, shape: rotation(rng, shape[0]),
    "orthonormal columns": lambda rng, shape: np.linalg.qr(rng.normal(size=shape))[0],
    "unit": lambda rng, shape: (x := rng.normal(size=shape)) / np.linalg.norm(x),
    "one-hot": one_hot,
    "probabilities": probabilities,
    "0 or 1": lambda rng, shape: rng.integers(2, size=shape).astype(float),
    "complex": lambda rng, shape: rng.normal(size=shape) + 1j * rng.normal(size=shape),
    "power": lambda rng, shape: 3,
}


@dataclass(frozen=True)
class Input:
    """One input: its name, its sizes as letters, its kind."""

    name: str
    sizes: tuple
    kind: str

    def draw(self, rng, sizes):
        value = KINDS[self.kind](rng, tuple(sizes[s] for s in self.sizes))
        return (
            value
            if self.sizes or self.kind == "power"
            else complex(value)
            if self.kind == "complex"
            else float(value)
        )

    def __str__(self):
        return f"{self.name}: {' × '.join(self.sizes) or 'number'} {self.kind}".strip()


def parse(text):
    """The inputs and the statements of a line such as "x: n, A: n n symmetric; x = A @ x".

    Raises ValueError for what cannot be read.

    >>> inputs, then = parse("x: n, A: n n positive definite")
    >>> [str(i) for i in inputs], then
    (['x: n', 'A: n × n positive definite'], '')
    """
    text, _, then = text.partition(";")
    inputs = []
    for part in text.split(","):
        name, colon, rest = part.partition(":")
        words = rest.split()
        sizes = tuple(w for w in words if w in SIZES[0])
        kind = " ".join(words[len(sizes) :])
        if not colon or not name.strip().isidentifier() or kind not in KINDS:
            raise ValueError(
                f'"{part.strip()}" is no input; expected a name, a colon, sizes ({", ".join(SIZES[0])}) and '
                f'one of the kinds {", ".join(filter(None, KINDS))}, as in "A: n n symmetric".'
            )
        inputs.append(Input(name.strip(), sizes, kind))
    return tuple(inputs), then.strip()


def letters(*texts):
    """The size letters that these lines use."""
    return {s for text in texts for i in parse(text)[0] for s in i.sizes}
