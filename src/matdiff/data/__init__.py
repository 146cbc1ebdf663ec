"""Data sets that come with the book, small and free; README.md says their makers and licences."""
from importlib.resources import files

import numpy as np


def digits():
    """1,797 handwritten digits: images (1797, 8, 8), integers from 0 (paper) to 16 (ink), and labels (1797,).

    A pixel counts the inked points of a square of 4 × 4 in a scan of 32 × 32. It is the test part of the set,
    written by 13 people, in its order: neighbours are often by one hand, so shuffle before you split.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository (1998), https://doi.org/10.24432/C50P49, CC BY 4.0.

    >>> images, labels = digits()
    >>> images.shape, labels[:5]
    ((1797, 8, 8), array([0, 1, 2, 3, 4]))
    >>> images[0]
    array([[ 0,  0,  5, 13,  9,  1,  0,  0],
           [ 0,  0, 13, 15, 10, 15,  5,  0],
           [ 0,  3, 15,  2,  0, 11,  8,  0],
           [ 0,  4, 12,  0,  0,  8,  8,  0],
           [ 0,  5,  8,  0,  0,  9,  8,  0],
           [ 0,  4, 11,  0,  1, 12,  7,  0],
           [ 0,  2, 14,  5, 10, 12,  0,  0],
           [ 0,  0,  6, 13, 10,  0,  0,  0]])
    """
    with (files(__package__) / "digits.npz").open("rb") as file:
        stored = np.load(file)
        return stored["images"].astype(int), stored["labels"].astype(int)
