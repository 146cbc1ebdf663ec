"""Pseudo-inverses."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
