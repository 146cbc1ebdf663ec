"""Distributions."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
