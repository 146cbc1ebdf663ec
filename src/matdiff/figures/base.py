"""The class that all draggable figures share, and traits that check themselves."""
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from .pages import css, module, page, static_state


class Vector(traitlets.TraitType):
    """A trait that holds `size` finite numbers as a tuple; takes any sequence or array of them."""

    def __init__(self, size, default, **options):
        self.size = size
        super().__init__(default_value=tuple(float(x) for x in default), **options)

    def validate(self, obj, value):
        array = _numbers(value)
        if array is None or array.shape != (self.size,):
            example = ", ".join(f"{x:g}" for x in self.default_value)
            raise traitlets.TraitError(f"{self.name} must be {self.size} finite numbers, like ({example}); "
                                       f"got {value!r}")
        return tuple(float(x) for x in array)


class Number(traitlets.TraitType):
    """A trait that holds one finite number within (low, high)."""

    def __init__(self, default, low=-np.inf, high=np.inf, **options):
        self.low, self.high = low, high
        super().__init__(default_value=float(default), **options)

    def validate(self, obj, value):
        array = _numbers(value)
        if array is None or array.shape != () or not self.low <= array <= self.high:
            within = ("" if np.isinf(self.low) and np.isinf(self.high)
                      else f" between {self.low:g} and {self.high:g}")
            raise traitlets.TraitError(f"{self.name} must be a finite number{within}; got {value!r}")
        return float(array)


class Limits(traitlets.TraitType):
    """A trait that holds one (low, high) for each axis."""

    def __init__(self, default, **options):
        super().__init__(default_value=tuple(tuple(float(x) for x in pair) for pair in default), **options)

    def validate(self, obj, value):
        array = _numbers(value)
        axes = len(self.default_value)
        if array is None or array.shape != (axes, 2) or not (array[:, 0] < array[:, 1]).all():
            example = ", ".join(f"({low:g}, {high:g})" for low, high in self.default_value)
            raise traitlets.TraitError(f"{self.name} must be one (low, high) per axis with low < high, "
                                       f"like ({example}); got {value!r}")
        return tuple(tuple(float(x) for x in pair) for pair in array)


def _numbers(value):
    """value as an array of finite floats, or None."""
    try:
        array = np.asarray(value, float)
    except (TypeError, ValueError):
        return None
    return array if np.isfinite(array).all() else None


def require_inside(point, limits, name="point"):
    """Raise one clear sentence if a point lies outside the limits."""
    for value, (low, high), axis in zip(point, limits, ("x1", "x2")):
        if not low <= value <= high:
            raise ValueError(f"{name} has {axis} = {value:g}, outside the limits ({low:g}, {high:g}); "
                             "move it or widen limits")


def rounded(value, digits=4):
    """A number, array or text as a short stable text.

    >>> rounded(2/3), rounded([7.0, -0.0]), rounded(1e-17), rounded(None)
    ('0.6667', '(7, 0)', '0', 'none')
    """
    if value is None or isinstance(value, (str, bool)):
        return "none" if value is None else str(value)
    if np.ndim(value):
        return f"({', '.join(rounded(entry, digits) for entry in value)})"
    if np.isnan(value):
        return "none"
    return "0" if abs(value) < 1e-9 else f"{float(value):.{digits}g}"


class Figure(anywidget.AnyWidget):
    """A figure to drag.  A kind sets `kind` and `readouts()`; its JavaScript module has the same name.

    What the page shows is what `readouts()` returns: a dict of numbers, arrays and texts, computed with NumPy
    from the traits.  In JupyterLab the traits follow the reader's dragging.
    """

    kind = None
    label = traitlets.Unicode("").tag(sync=True)
    _kind = traitlets.Unicode("").tag(sync=True)

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if vars(cls).get("kind"):  # not for the subclasses that anywidget makes on the fly
            cls._esm = module(cls.kind)
            cls._css = css()

    def __init__(self, **traits):
        super().__init__(_kind=self.kind, **traits)

    def readouts(self):
        """The numbers that the page shows, by name."""
        raise NotImplementedError

    def _printed(self, name, value):
        """A read-out in the figure's repr: the same on every machine."""
        return rounded(value)

    def __repr__(self):
        numbers = ", ".join(f"{name}={self._printed(name, value)}" for name, value in self.readouts().items())
        return f"{type(self).__name__}({numbers})"

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        return {**data, "text/plain": repr(self)}, metadata  # whole, where anywidget cuts it off

    def save_html(self, path):
        """Write the figure as one HTML file that works without Python, server or network; its path."""
        state = {key: value for key, value in self.get_state().items() if key != "layout"}
        path = Path(path)
        path.write_text(page(self.model_id, state, self.label or self.kind), encoding="utf-8")
        return path


__all__ = ["Figure", "Limits", "Number", "Vector", "require_inside", "rounded", "static_state"]
