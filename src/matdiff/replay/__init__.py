"""Follow a function step by step: run it again with one step done wrongly, or sweep through its derivative.

`tape` records what the reader's own NumPy code does, runs it again with changes, and carries perturbations
forwards and weights backwards through the recorded steps; `rules` has the derivative of a single step.
"""
from .rules import NoRule, central, inner, pull, push
from .tape import PRODUCTS, Budget, Diverged, Spent, Step, Tape, Traced, Untraceable, numbers

__all__ = ["Budget", "Diverged", "NoRule", "PRODUCTS", "Spent", "Step", "Tape", "Traced", "Untraceable",
           "central", "inner", "numbers", "pull", "push"]
