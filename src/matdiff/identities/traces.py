"""Traces."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
