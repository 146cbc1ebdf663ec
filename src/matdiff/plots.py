"""Matplotlib pictures of the book. Every function takes `ax=None` and returns the Axes; colours come from the palette."""
import matplotlib.pyplot as plt
import numpy as np

from .palette import DASHES, LIGHT

__all__ = ["contours", "arrow", "error_curves", "matrix"]


def _axes(ax):
    return ax if ax is not None else plt.subplots()[1]


def contours(f, limits=((-3, 3), (-3, 3)), levels=12, ax=None):
    """Level curves of f over a rectangle.

    f takes a point of shape (2,) and returns a number; limits are ((x1 low, x1 high), (x2 low, x2 high)).
    """
    ax = _axes(ax)
    x1, x2 = (np.linspace(low, high, 81) for low, high in limits)
    values = np.array([[f(np.array([a, b])) for a in x1] for b in x2])
    ax.contour(x1, x2, values, levels=levels, colors=LIGHT["output"], alpha=0.45, linewidths=0.9,
               linestyles="-")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=limits[0], ylim=limits[1], aspect="equal")
    ax.grid(False)
    return ax


def arrow(start, vector, role="gradient", label=None, ax=None):
    """An arrow from `start` along `vector` (both of shape (2,)) in the colour and dashes of its role."""
    ax = _axes(ax)
    start, vector = np.asarray(start, float), np.asarray(vector, float)
    ax.annotate("", start + vector, start, arrowprops={
        "arrowstyle": "-|>", "color": LIGHT[role], "linestyle": DASHES[role], "linewidth": 1.8,
        "shrinkA": 0, "shrinkB": 0, "mutation_scale": 14})
    if label:
        ax.annotate(label, start + vector, xytext=(4, 4), textcoords="offset points", color=LIGHT[role])
    return ax


def error_curves(f, x, slope, ax=None):
    """Error of the forward, central and complex-step slope of f at x, for steps from 1e-1 to 1e-16.

    f takes a number, real or complex; `slope` is the true f'(x). Errors are relative to it; those of zero are
    drawn at the rounding unit, 2.2e-16, so that a logarithmic axis can show them.
    """
    ax = _axes(ax)
    h = np.logspace(-1, -16, 61)
    curves = {
        "forward": ([(f(x + k) - f(x)) / k for k in h], "direction", "o"),
        "central": ([(f(x + k) - f(x - k)) / (2 * k) for k in h], "variable", "s"),
        "complex step": ([np.imag(f(x + 1j * k)) / k for k in h], "gradient", "^"),
    }
    for name, (slopes, role, marker) in curves.items():
        error = np.maximum(np.abs(np.array(slopes) - slope) / abs(slope), np.finfo(float).eps)
        ax.loglog(h, error, color=LIGHT[role], linestyle=DASHES[role], marker=marker, markersize=3,
                  linewidth=1, label=name)
    ax.set(xlabel="step $h$", ylabel="relative error")
    ax.invert_xaxis()
    ax.legend()
    return ax


def matrix(M, title=None, digits=2, ax=None):
    """A matrix as a table of coloured squares with its entries written in; white is zero, purple plus, orange minus."""
    ax = _axes(ax)
    M = np.atleast_2d(np.asarray(M, float))
    top = np.abs(M).max() or 1.0
    ax.imshow(M, cmap="PuOr", vmin=-top, vmax=top)
    for (i, j), value in np.ndenumerate(M):
        ax.text(j, i, f"{round(value, digits) + 0.0:g}", ha="center", va="center",
                color="white" if abs(value) > 0.6 * top else LIGHT["output"], fontsize=9)
    ax.set(xticks=[], yticks=[], title=title or "")
    ax.spines[:].set_visible(False)
    ax.grid(False)
    return ax
