"""Rules of differentials and the chain rule."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
