"""Jacobians of matrix functions."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
