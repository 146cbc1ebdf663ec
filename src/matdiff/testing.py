"""Checks for your own test suite: the same sentence as an AssertionError.

    from matdiff.testing import assert_gradient

    def test_my_loss():
        assert_gradient(loss, my_gradient, X)
"""
from .check import check_differential, check_gradient, check_jacobian

__all__ = ["assert_gradient", "assert_jacobian", "assert_differential"]


def _demand(check):
    """Raise with the check's sentence (and the traceback of the user's own code) unless it passed."""
    __tracebackhide__ = True
    if not check:
        name = f"{check.mistake}: " if check.mistake else ""
        raise AssertionError(name + check.message + (f"\n\n{check.details}" if check.details else ""))


def assert_gradient(f, grad, X, **options):
    """Fail unless `grad` is the gradient of `f` at X; arguments as in `matdiff.check_gradient`.

    Returns None. Raises AssertionError with the mistake's name and the check's sentence, and with the
    traceback if your own function raised; TypeError or ValueError for arguments that cannot be checked.

    >>> import numpy as np
    >>> x = np.array([1., 2., 3.])
    >>> assert_gradient(lambda x: x @ x, lambda x: 2 * x, x)
    >>> assert_gradient(lambda x: x @ x, lambda x: x, x)
    Traceback (most recent call last):
    AssertionError: factor: Not the gradient: a factor 2 is missing. Entry [2] should be 6, yours is 3.
    """
    __tracebackhide__ = True
    _demand(check_gradient(f, grad, X, **options))


def assert_jacobian(F, J, X, **options):
    """Fail unless `J` is the Jacobian of `F` at X; arguments as in `matdiff.check_jacobian`.

    Returns None; raises as `assert_gradient`. The other layout passes.

    >>> import numpy as np
    >>> x = np.array([1., 2., 3.])
    >>> assert_jacobian(lambda x: x**2, lambda x: np.diag(2 * x), x)
    >>> assert_jacobian(lambda x: x**2, lambda x: np.diag(-2 * x), x)
    Traceback (most recent call last):
    AssertionError: sign: Not the Jacobian: the sign is the opposite. Entry [2, 2] should be 6, yours is -6.
    """
    __tracebackhide__ = True
    _demand(check_jacobian(F, J, X, **options))


def assert_differential(F, dF, X, **options):
    """Fail unless `dF(X, dX)` is the differential of `F` at X; arguments as in `matdiff.check_differential`.

    Returns None; raises as `assert_gradient`.

    >>> import numpy as np
    >>> X = np.array([[1., 2.], [3., 4.]])
    >>> assert_differential(lambda X: X.T, lambda X, dX: dX.T, X)
    >>> assert_differential(lambda X: X.T, lambda X, dX: dX, X)     # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AssertionError: transposed: Not the differential: ...
    """
    __tracebackhide__ = True
    _demand(check_differential(F, dF, X, **options))
