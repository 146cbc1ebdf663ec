"""Matrix calculus that runs: numerical derivatives, checks that name the mistake, and exercises that answer back."""
from .check import Check, check_differential, check_gradient, check_jacobian
from .numeric import directional_derivative, gradient, hessian, jacobian
from .vec import (commutation_matrix, duplication_matrix, elimination_matrix,
                  skew, sym, unvec, unvech, vec, vech)

__version__ = "0.1.0"
