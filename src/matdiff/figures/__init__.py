"""The draggable figures: a thin Python class and a JavaScript module each.

Needs the packages of `pip install matdiff[figures]` (SymPy, anywidget); `import matdiff` alone loads none of
them. A figure is an ipywidgets widget: in JupyterLab it is live, dragging moves its traits.  On a static
page, where there is no kernel, one classic script brings the same JavaScript to life.

What a static page holds
------------------------
- `<script type="application/vnd.jupyter.widget-state+json">`: {"state": {model_id: {"state": {...}}}}, which
  myst-nb writes from the notebook's metadata.  A model needs the key `_kind` and the figure's own traits,
  that is all that `static_state(model)` keeps: not `_esm`, `_css`, `_model_*`, `_view_*`, `layout`.
  (LayoutModels are not needed either.)
- Where the figure shall stand: a
  `<script type="application/vnd.jupyter.widget-view+json">{"model_id": ...}</script>`.
- `<script src="...">` with the text of `bundle()`, once, anywhere, `defer` or not; it works from file:// too,
  asks for nothing, brings its style sheet along, and says so in place of a widget that needs Python.

What a reader's program finds on the page
-----------------------------------------
- root: `.matdiff-figure[data-figure="gradient-explorer"][data-ready="true"]`; `data-milliseconds` is how long
  the last answer to a drag took.
- handles: `[data-handle="point"]`, role slider, in the order of Tab; arrow keys move by a step, Shift+arrow
  by a tenth of it, Page keys by ten, Home and End go to the lowest and highest value; `aria-valuetext` says
  the value.
- controls: native inputs `[data-control="..."]`; every figure has the button `[data-control="reset"]`.
- read-outs: `[data-readout="gradient"]`, text rounded for reading, `data-value` the full JSON number, array
  (a matrix by rows) or null for "does not exist"; the names and numbers are those of `Figure.readouts()`.

How to add a kind
-----------------
`new_kind.js` beside this file (imports `./stage.js` alone, in one statement; one
`export default { render }`), `new_kind.py` with a `Figure` subclass whose `kind = "new-kind"`, and a line in
`_CLASSES` below.
"""
from importlib import import_module

from .pages import bundle, css, kinds, static_state

_CLASSES = {
    "GradientExplorer": "gradient_explorer",
    "StepSizeCurve": "step_size_curve",
    "DifferenceCurve": "difference_curve",
    "LocalLinearMap": "local_linear_map",
    "MatrixEntryExplorer": "matrix_entry_explorer",
    "DensityMap": "density_map",
    "DeterminantBox": "determinant_box",
    "ForwardBackward": "forward_backward",
    "TrainingStepper": "training_stepper",
    "FourViews": "four_views",
    "GaussianEllipse": "gaussian_ellipse",
    "InverseExplorer": "inverse_explorer",
    "VecStacks": "vec_stacks",
    "BlockBuilder": "block_builder",
    "KroneckerCovariance": "kronecker_covariance",
    "ComputationGraph": "computation_graph",
    "FrameTurner": "frame_turner",
    "EliminationReach": "elimination_reach",
    "EigenExplorer": "eigen_explorer",
    "PrincipalAxes": "principal_axes",
    "LeastSquaresGeometry": "least_squares_geometry",
    "SingularValueFilter": "singular_value_filter",
    "UnitBall": "unit_ball",
    "PenaltyPaths": "penalty_paths",
    "TangentSpace": "tangent_space",
    "StructureExplorer": "structure_explorer",
    "LineFit": "line_fit",
    "BatchNetwork": "batch_network",
    "NetworkTraining": "network_training",
    "AttentionExplorer": "attention_explorer",
    "ConvolutionStepper": "convolution_stepper",
    "Figure": "base",
}

__all__ = [*_CLASSES, "bundle", "css", "kinds", "static_state"]


def __getattr__(name):
    """Load a kind when it is asked for: building the site needs `bundle` alone."""
    if name not in _CLASSES:
        raise AttributeError(f"matdiff.figures has no {name!r}; it has {', '.join(_CLASSES)}")
    return getattr(import_module(f".{_CLASSES[name]}", __name__), name)


def __dir__():
    return sorted(__all__)
