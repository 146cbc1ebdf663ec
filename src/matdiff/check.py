"""Is this derivative right, and if not, what is wrong with it? (provisional)"""
from dataclasses import dataclass
import numpy as np
from .numeric import gradient, jacobian, directional_derivative
from .vec import vec


@dataclass(frozen=True)
class Check:
    """The verdict on a claimed derivative.  passed, mistake (short name or None), message."""
    passed: bool
    mistake: str | None
    message: str

    def __bool__(self):
        return self.passed

    def __repr__(self):
        return ("✓ " if self.passed else "✗ ") + self.message


def _judge(truth, claim, what):
    claim = np.asarray(claim, float)
    close = lambda a: a.shape == truth.shape and np.allclose(a, truth, rtol=1e-6, atol=1e-8)
    if close(claim):
        return Check(True, None, f"The {what} is right.")
    if claim.shape != truth.shape:
        if close(claim.T):
            return Check(False, "transposed", f"This is the transpose of the {what}.")
        return Check(False, "shape", f"The {what} has shape {truth.shape}, yours has {claim.shape}.")
    if close(claim.T):
        return Check(False, "transposed", f"This is the transpose of the {what}.")
    if close(-claim):
        return Check(False, "sign", f"The {what} has the opposite sign.")
    c = np.vdot(claim, truth) / np.vdot(claim, claim)
    if close(c * claim):
        return Check(False, "factor", f"The {what} is {c:.4g} times this.")
    return Check(False, "unknown", f"The {what} differs.")


def check_gradient(f, grad, X, **kwargs):
    g = grad(X) if callable(grad) else grad
    return _judge(gradient(f, X), g, "gradient")


def check_jacobian(F, J, X, **kwargs):
    j = J(X) if callable(J) else J
    return _judge(jacobian(F, X), j, "Jacobian")


def check_differential(F, dF, X, **kwargs):
    V = np.random.default_rng(0).normal(size=np.shape(X))
    return _judge(np.asarray(directional_derivative(F, X, V)), dF(X, V), "differential")
