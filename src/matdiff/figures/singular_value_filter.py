"""What an inverse, a cut-off and a ridge do to each singular value, and the coefficients that come out."""
import numpy as np
import traitlets

from ..decompositions import EPS, svd
from .base import Figure, Number, _numbers
from .matrix_entry_explorer import Matrix


class Numbers(traitlets.TraitType):
    """A trait that holds one or more finite numbers as a tuple."""

    def validate(self, obj, value):
        array = _numbers(value)
        if array is None or array.ndim != 1 or not array.size:
            raise traitlets.TraitError(f"{self.name} must be one or more finite numbers; got {value!r}")
        return tuple(float(x) for x in array)


class SingularValueFilter(Figure):
    """Drag the cut-off and λ: the factor of each singular value of A, and what becomes of A⁺b.

    A: (m, n), not zero.  b: m numbers.  lam: λ > 0.  cutoff: τ > 0; both are moved into the drawing, which
    goes from a tenth of the smallest positive singular value to three times the largest.
    A singular value that is 0 up to round-off, max(m, n) · 2.2e-16 of the largest, is not drawn and never
    inverted.

    Read-outs: sigma, those that are drawn; tau; lambda; kept, how many pass the cut-off; for each of
    "inverse" 1/σ, "cut-off" and "ridge" σ/(σ² + λ) the coefficients x, their norm, and the residual's.

    >>> figure = SingularValueFilter(np.diag([1, 1e-8]), b=(1, 1e-3), lam=1e-4, cutoff=1e-6)
    >>> figure.readouts()["x inverse"], figure.readouts()["x cut-off"]
    (array([1.e+00, 1.e+05]), array([1., 0.]))
    """

    kind = "singular-value-filter"
    sigma = Numbers((1.0,)).tag(sync=True)
    data = Numbers((1.0,)).tag(sync=True)          # b in the directions u_i
    V = Matrix(default_value=((1.0,),)).tag(sync=True)
    rest = Number(0).tag(sync=True)          # the length of b outside the column space
    lam = Number(1, 0).tag(sync=True)
    cutoff = Number(1, 0).tag(sync=True)

    def __init__(self, A, b, lam=0.1, cutoff=0.1, label=""):
        try:
            A, b = np.asarray(A, float), np.asarray(b, float)
        except (TypeError, ValueError):
            A, b = np.empty(0), np.empty(0)
        if A.ndim != 2 or b.shape != A.shape[:1] or not (np.isfinite(A).all() and np.isfinite(b).all()):
            raise ValueError("A must be a matrix and b a vector with a number for each row of A, all finite; "
                             f"got shapes {A.shape} and {b.shape}")
        if not A.any():
            raise ValueError("A is zero: it has no singular value to draw; give it an entry that is not 0")
        if not (lam > 0 and cutoff > 0):
            raise ValueError(f"lam and cutoff must be above 0; got {lam!r} and {cutoff!r}")
        U, s, Vt = svd(A)
        kept = s > max(A.shape) * EPS * s[0]
        data = U.T @ b
        low, high = s[kept][-1] / 10, 3 * s[0]
        super().__init__(sigma=s[kept], data=data[kept], V=Vt[kept].T,
                         rest=np.linalg.norm(b - U[:, kept] @ data[kept]),
                         lam=np.clip(lam, low**2, high**2), cutoff=np.clip(cutoff, low, high),
                         label=label or "What becomes of each singular value, and the coefficients")

    def factors(self):
        """The factor of each singular value, for the inverse, the cut-off and the ridge."""
        s = np.array(self.sigma)
        return {"inverse": 1 / s, "cut-off": np.where(s > self.cutoff, 1 / s, 0),
                "ridge": s / (s**2 + self.lam)}

    def readouts(self):
        s, data, V = np.array(self.sigma), np.array(self.data), np.array(self.V)
        said = {"sigma": s, "tau": self.cutoff, "lambda": self.lam, "kept": int(np.sum(s > self.cutoff))}
        for name, factor in self.factors().items():
            x = V @ (factor * data)
            left = np.linalg.norm([*(1 - s * factor) * data, self.rest])
            said |= {f"x {name}": x, f"norm x {name}": float(np.linalg.norm(x)),
                     f"norm r {name}": float(left)}
        return said
