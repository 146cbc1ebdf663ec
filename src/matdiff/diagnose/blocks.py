"""Of an input too large for its whole derivative: where the claim differs, and a block to look at."""
from dataclasses import dataclass

import numpy as np

EDGE = {1: 12, 2: 6, 3: 3}      # entries of a block along each axis, by the number of axes; 2 for more


@dataclass(frozen=True)
class Block:
    """The rows and columns of X, and of F(X), that a diagnosis looks at; all else is held."""
    inputs: tuple       # an array of indices for each axis of X
    outputs: tuple      # the same for F(X)
    shape: tuple        # of X
    out: tuple          # of F(X)
    where: str = ""     # all that differs, where that is known

    def rows(self):
        return column_major(self.outputs, self.out)

    def columns(self):
        return column_major(self.inputs, self.shape)

    def whole(self, kind, at):
        """An index of the block's derivative as one of the whole derivative."""
        if kind == "gradient":
            return tuple(int(pick[i]) for pick, i in zip(self.inputs, at))
        return int(self.rows()[at[0]]), int(self.columns()[at[1]])


def column_major(picks, shape):
    """The places of a block's entries in vec of the whole."""
    places = np.arange(int(np.prod(shape))).reshape(shape, order="F")
    return (places[np.ix_(*picks)] if picks else places).ravel(order="F")


def block_around(entry, output, shape, out):
    """A block that holds this entry of X and of F(X). Axes of one length share their indices, as in a
    trace."""
    rng, picks = np.random.default_rng(9), {}
    for length, edge in [(n, EDGE.get(len(s), 2)) for s in (shape, out) for n in s]:
        known = [i for i, n in (*zip(entry, shape), *zip(output, out)) if n == length]
        rest = np.setdiff1d(np.arange(length), known)
        more = rng.choice(rest, min(len(rest), max(edge - len(set(known)), 0)), replace=False)
        picks.setdefault(length, np.union1d(known, more).astype(int))
    return Block(tuple(picks[n] for n in shape), tuple(picks[n] for n in out), shape, out)


def bisect(gaps, shape):
    """The index of an entry that differs, by halving one axis after the other.

    gaps(ranges): how far claim and truth differ along each of a few directions cut to these ranges:
    (directions, outputs). It is linear, so that one half tells about the other.
    """
    ranges = [np.arange(n) for n in shape]
    left = gaps(ranges)
    for axis in range(len(shape)):
        while len(ranges[axis]) > 1:
            low, high = np.array_split(ranges[axis], 2)
            half = gaps(ranges[:axis] + [low] + ranges[axis + 1:])
            lower = np.linalg.norm(half) >= np.linalg.norm(left - half)
            ranges[axis], left = (low, half) if lower else (high, left - half)
    return tuple(int(r[0]) for r in ranges), int(np.abs(left).max(axis=0).argmax())
