"""Layers, losses and backpropagation."""
from .entry import Identity, Views, Wrong

ENTRIES = ()
