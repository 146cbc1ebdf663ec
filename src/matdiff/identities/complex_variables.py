"""Complex variables."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
