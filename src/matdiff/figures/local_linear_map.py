"""A map of the plane near a point, and the linear map that its Jacobian puts in its place."""
import numpy as np
import traitlets

from .base import Figure, Limits, Number, Vector, require_inside
from .formula import Map


class LocalLinearMap(Figure):
    """Drag the point, the size of the patch and the tip of v: the true image and the parallelogram under J.

    f: two formulas in x1, x2 (strings or SymPy expressions), or a dict name -> two formulas to choose from.
    point, direction: 2 numbers.  epsilon: half the side of the patch.  limits: (low, high) per axis.
    magnified: whether the picture of the image starts magnified by 1/epsilon.

    Read-outs: value f(x), J (rows are outputs), Jv, true = f(x + v) - f(x), gap: the largest distance between
    f(x + d) and f(x) + J d on a 9 x 9 grid of the patch, det, singular_values (largest first).

    >>> LocalLinearMap(("x1*x2", "x1 + x2**2"), point=(1, 2)).readouts()["J"]
    array([[2., 1.],
           [1., 4.]])
    """

    kind = "local-linear-map"
    point = Vector(2, (1, 1)).tag(sync=True)
    epsilon = Number(0.5, 1e-3, 10).tag(sync=True)
    direction = Vector(2, (1, 0)).tag(sync=True)
    limits = Limits(((-2, 2), (-2, 2))).tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    magnified = traitlets.Bool(False).tag(sync=True)
    formulas = traitlets.Dict().tag(sync=True)

    def __init__(self, f, point=(1, 1), epsilon=0.5, direction=(1, 0), limits=((-2, 2), (-2, 2)), label="",
                 chosen=None, magnified=False):
        maps = f if isinstance(f, dict) else {"f": f}
        if not maps:
            raise ValueError("f must name at least one map, like {'polar': ('x1*cos(x2)', 'x1*sin(x2)')}")
        self.maps = {str(name): Map(pair) for name, pair in maps.items()}
        formulas = {name: one.javascript() for name, one in self.maps.items()}
        super().__init__(point=point, epsilon=epsilon, direction=direction, limits=limits, formulas=formulas,
                         magnified=magnified,
                         chosen=next(iter(self.maps)) if chosen is None else chosen,
                         label=label or "A patch of the plane, its image under f and under the Jacobian")
        require_inside(self.point, self.limits)

    @traitlets.validate("chosen")
    def _known(self, proposal):
        if proposal["value"] not in self.maps:
            known = ", ".join(self.maps)
            raise traitlets.TraitError(f"chosen must be one of {known}; got {proposal['value']!r}")
        return proposal["value"]

    @property
    def f(self):
        """The map that is shown."""
        return self.maps[self.chosen]

    def readouts(self):
        x, v = np.array(self.point), np.array(self.direction)
        value, J = self.f.value(x), self.f.jacobian(x)
        offsets = np.linspace(-self.epsilon, self.epsilon, 9)
        gaps = [np.linalg.norm(self.f.value(x + d) - value - J @ d)
                for d in ([a, b] for a in offsets for b in offsets)]
        return {"value": value, "J": J, "Jv": J @ v, "true": self.f.value(x + v) - value,
                "gap": float(max(gaps)), "det": float(np.linalg.det(J)),
                "singular_values": np.linalg.svd(J, compute_uv=False)}
