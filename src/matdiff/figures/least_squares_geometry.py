"""Least squares as geometry: the plane of two columns in space, b above it, and the coefficients."""
import numpy as np
import traitlets

from ..decompositions import pinv, svd
from .base import Figure, Limits, Number, Vector
from .matrix_entry_explorer import Matrix

ROUNDING = 1e-12  # a singular value below this share of the largest one is nought: the columns are parallel


class LeastSquaresGeometry(Figure):
    """Drag two columns in space and b: the nearest point of their plane, the residual, the coefficients x.

    A: (3, 2).  b: 3 numbers.  ridge: None, or a λ from 1e-6 to 1e3: then the path of the ridge solutions is
    drawn, with a handle for λ.  symbols: what A, x and b are called.  view: turn and tilt in degrees.
    limits: (low, high) per coefficient.  reach: how far the drawing of space goes from its origin.

    Read-outs: sigma_1, sigma_2; norm A+, the largest singular value of the pseudo-inverse; x = A⁺b; norm x;
    fit = AA⁺b; norm r, the length of b - Ax.  With ridge: lambda; ridge x; norm ridge r.

    >>> LeastSquaresGeometry([[2, 0], [0, 1], [0, 0]], b=(1, 1, 2)).readouts()["x"]
    array([0.5, 1. ])
    """

    kind = "least-squares-geometry"
    A = Matrix((3, 2), default_value=((1.0, 0.0), (0.0, 1.0), (0.0, 0.0))).tag(sync=True)
    b = Vector(3, (0, 0, 1)).tag(sync=True)
    ridge = Number(1, 1e-6, 1e3, allow_none=True).tag(sync=True)
    symbols = traitlets.Tuple(*3 * [traitlets.Unicode()], default_value=("A", "x", "b")).tag(sync=True)
    view = Vector(2, (0, 0)).tag(sync=True)
    limits = Limits(((-2, 2), (-2, 2))).tag(sync=True)
    reach = Number(3, 0.1, 1e6).tag(sync=True)

    def __init__(self, A=((2, 1), (-0.4, 1.5), (0.2, 0.6)), b=(2, 0.6, 2.2), ridge=None,
                 symbols=("A", "x", "b"), view=(25, 22), limits=((-2, 2), (-2, 2)), reach=2.6, label=""):
        super().__init__(A=A, b=b, ridge=ridge, symbols=symbols, view=view, limits=limits, reach=reach,
                         label=label or "The plane of two columns in space, and the nearest point in it")
        far = max(np.abs(self.b).max(), np.abs(self.A).max())
        if far > self.reach:
            raise ValueError(f"A and b must stay within reach = {self.reach:g} of the origin in each "
                             f"coordinate; the largest entry is {far:g}: make reach larger")

    def readouts(self):
        A, b = np.array(self.A), np.array(self.b)
        U, s, Vt = svd(A)
        s = np.where(s > ROUNDING * s[0], s, 0)
        plus = pinv(A, rtol=ROUNDING, factors=(U, s, Vt))
        x = plus @ b
        said = {"sigma_1": float(s[0]), "sigma_2": float(s[1]), "norm A+": float(np.linalg.norm(plus, 2)),
                "x": x, "norm x": float(np.linalg.norm(x)), "fit": A @ x,
                "norm r": float(np.linalg.norm(b - A @ x))}
        if self.ridge is not None:
            damped = np.linalg.solve(A.T @ A + self.ridge * np.eye(2), A.T @ b)
            said |= {"lambda": self.ridge, "ridge x": damped,
                     "norm ridge r": float(np.linalg.norm(b - A @ damped))}
        return said
