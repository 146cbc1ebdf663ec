"""A unit square full of dots under a linear map: area, determinant, density, and the mass that stays."""
import numpy as np
import traitlets

from .base import Figure, Limits, require_inside
from .matrix_entry_explorer import Matrix

ROUNDING = 1e-12  # a determinant below this share of its two products is nought


def signed_area(matrix):
    """The determinant of a 2 by 2 matrix, exactly 0 where rounding alone keeps it from being so.

    >>> signed_area([[0.3, 0.9], [0.1, 0.3]])
    0.0
    """
    (a, b), (c, d) = matrix
    det = a * d - b * c
    return float(det) if abs(det) > ROUNDING * (abs(a * d) + abs(b * c)) else 0.0


class DensityMap(Figure):
    """Drag the images of the two unit steps, the columns of A, and see what becomes of a uniform density.

    matrix: A, shape (2, 2).  bars: whether the density is divided by |det A|, or by det A, as if the bars
    were forgotten.  limits: (low, high) per axis.

    Read-outs: A; det; area of the image of the unit square; density on it, None where det A = 0; mass =
    density times area.

    >>> DensityMap([[1, 2], [0.5, -1]]).readouts()["density"]
    0.5
    """

    kind = "density-map"
    matrix = Matrix((2, 2), default_value=((1.0, 0.0), (0.0, 1.0))).tag(sync=True)
    bars = traitlets.Bool(True).tag(sync=True)
    limits = Limits(((-3, 3), (-2.5, 2.5))).tag(sync=True)

    def __init__(self, matrix=((1.0, 2.0), (0.5, -1.0)), bars=True, limits=((-3, 3), (-2.5, 2.5)),
                 label=""):
        super().__init__(matrix=matrix, bars=bars, limits=limits,
                         label=label or "Dots of a unit square under a 2 by 2 matrix")
        for j, column in enumerate(np.transpose(self.matrix)):
            require_inside(column, self.limits, f"column {j + 1} of matrix")

    def readouts(self):
        det = signed_area(self.matrix)
        divisor = abs(det) if self.bars else det
        density = 1 / divisor if det else None
        return {"A": np.array(self.matrix), "det": det, "area": abs(det), "density": density,
                "mass": None if density is None else density * abs(det)}
