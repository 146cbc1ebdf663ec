"""Follow a function step by step: run it again with one step done wrongly, or sweep through its derivative.

`tape` records what the reader's own NumPy code does, runs it again with changes, and carries perturbations
forwards and weights backwards through the recorded steps; `rules` has the derivative of a single step.
"""
from .rules import BILINEAR, LINEAR, NoRule, central, inner, pull, push, summed_to
from .tape import (PRODUCTS, REDUCTIONS, Budget, Diverged, Spent, Step, Tape, Traced, Untraceable, mark,
                   numbers)

__all__ = ["BILINEAR", "Budget", "Diverged", "LINEAR", "NoRule", "PRODUCTS", "REDUCTIONS", "Spent", "Step",
           "Tape", "Traced", "Untraceable", "central", "inner", "mark", "numbers", "pull", "push",
           "summed_to"]
