"""Eigenvalues and eigenvectors."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
