"""vec and Kronecker products."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
