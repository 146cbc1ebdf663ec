"""Structured matrices."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
