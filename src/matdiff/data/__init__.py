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


LONGLEY = """
60323  83.0 234289 2356 1590 107608  61122  88.5 259426 2325 1456 108632
60171  88.2 258054 3682 1616 109773  61187  89.5 284599 3351 1650 110929
63221  96.2 328975 2099 3099 112075  63639  98.1 346999 1932 3594 113270
64989  99.0 365385 1870 3547 115094  63761 100.0 363112 3578 3350 116219
66019 101.2 397469 2904 3048 117388  67857 104.6 419180 2822 2857 118734
68169 108.4 442769 2936 2798 120445  66513 110.8 444546 4681 2637 121950
68655 112.6 482704 3813 2552 123366  69564 114.2 502601 3931 2514 125368
69331 115.7 518173 4806 2572 127852  70551 116.9 554894 4007 2827 130081
"""


def longley():
    """Sixteen years of American figures, 1947 to 1962: a table (16, 6) and employment in thousands (16,).

    Columns: price deflator, gross national product, unemployed, armed forces, population, year. They are
    nearly dependent, which makes this a test of regression programs.

    Source: J. W. Longley, Journal of the American Statistical Association 62 (1967) 819-841; one of NIST's
    Statistical Reference Datasets, with certified coefficients.

    >>> X, employed = longley()
    >>> certified = [15.0618722713733, -0.0358191792925910, -2.02022980381683, -1.03322686717359,
    ...              -0.0511041056535807, 1829.15146461355]
    >>> w, *_ = np.linalg.lstsq(X - X.mean(axis=0), employed - employed.mean(), rcond=None)
    >>> np.allclose(w, certified, rtol=1e-9)
    True
    """
    table = np.array(LONGLEY.split(), float).reshape(16, 6)
    return np.column_stack([table[:, 1:], np.arange(1947.0, 1963)]), table[:, 0]
