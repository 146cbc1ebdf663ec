"""What figures of a cloud of points share: the points, the one moved last, and where it was before."""
import numpy as np
import traitlets

from .base import Figure, Limits, require_inside
from .matrix_entry_explorer import Matrix


class Cloud(Figure):
    """Points of the plane, each of which can be dragged; a kind says how many it needs, `least`."""

    least = 2
    points = Matrix(default_value=((-1.0, 0.0), (1.0, 0.0))).tag(sync=True)
    picked = traitlets.Tuple(traitlets.Int(min=0), default_value=(0,)).tag(sync=True)
    start = traitlets.Tuple(traitlets.Float(), traitlets.Float(), default_value=(-1.0, 0.0)).tag(sync=True)
    limits = Limits(((-4, 4), (-3, 3))).tag(sync=True)

    def __init__(self, points, picked, limits, label, **others):
        super().__init__(points=points, picked=(picked,), limits=limits, label=label, **others)
        for i, point in enumerate(self.points):
            require_inside(point, self.limits, f"points[{i}]")
        if picked >= len(self.points):
            raise ValueError(f"picked is {picked}, but there are {len(self.points)} points, counted from 0")
        self.start = self.points[picked]

    @traitlets.validate("points")
    def _pairs(self, proposal):
        rows = proposal["value"]
        if len(rows[0]) != 2 or len(rows) < self.least:
            raise traitlets.TraitError(f"points must have shape (N, 2) with N at least {self.least}; got "
                                       f"{np.shape(rows)}")
        return rows
