"""Linear models."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
