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

    f takes a number, real or complex; `slope` is the true f'(x). Errors of zero are drawn at the rounding unit,
    2.2e-16, so that a logarithmic axis can show them.
    """
    ax = _axes(ax)
    h = np.logspace(-1, -16, 61)
    curves = {
        "forward": ([(f(x + k) - f(x)) / k for k in h], "direction", "o"),
        "central": ([(f(x + k) - f(x - k)) / (2 * k) for k in h], "output", "s"),
        "complex step": ([np.imag(f(x + 1j * k)) / k for k in h], "variable", "^"),
    }
    for name, (slopes, role, marker) in curves.items():
        error = np.maximum(np.abs(np.array(slopes) - slope), np.finfo(float).eps)
        ax.loglog(h, error, color=LIGHT[role], linestyle=DASHES[role], marker=marker, markersize=3,
                  linewidth=1, label=name)
    ax.set(xlabel="step $h$", ylabel="error")
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


def prediction(f, g, x, limits, ax=None):
    """Level curves of f and, dashed, those of its linear prediction f(x) + gᵀ(y − x), at the same heights.

    f takes a point of shape (2,); g and x have shape (2,). Near x the two families lie on one another.
    """
    ax = _axes(ax)
    x, g = np.asarray(x, float), np.asarray(g, float)
    x1, x2 = (np.linspace(low, high, 81) for low, high in limits)
    values = np.array([[f(np.array([a, b])) for a in x1] for b in x2])
    heights = f(x) + np.linalg.norm(g) * np.linspace(-1, 1, 9) * (limits[0][1] - limits[0][0]) / 2
    ax.contour(x1, x2, values, heights, colors=LIGHT["output"], linewidths=1)
    plane = f(x) + g[0] * (x1 - x[0]) + g[1] * (x2[:, None] - x[1])
    ax.contour(x1, x2, plane, heights, colors=LIGHT["gradient"], linewidths=1, linestyles="--")
    ax.plot(*x, "o", color=LIGHT["variable"])
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=limits[0], ylim=limits[1], aspect="equal")
    ax.grid(False)
    return ax


def slopes_around(f, x, partials, ax=None):
    """The slope of f at x in every unit direction, and the cosine that the partial derivatives predict.

    f takes a point of shape (2,); x and partials have shape (2,). One-sided slopes, with a step of 1e-6.
    """
    ax = _axes(ax)
    angle = np.linspace(0, 2 * np.pi, 181)
    directions = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    slopes = np.array([(f(x + 1e-6 * u) - f(x)) / 1e-6 for u in directions])
    degrees = np.rad2deg(angle)
    ax.plot(degrees, slopes, color=LIGHT["output"], label="slope of $f$")
    ax.plot(degrees, directions @ np.asarray(partials, float), color=LIGHT["gradient"], linestyle="--",
            label="predicted")
    ax.set(xlabel="direction (degrees)", ylabel="slope", xticks=range(0, 361, 90))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    return ax


def along_line(f, x, v, slope, h=(-1, 1), ax=None):
    """f(x + hv) against h, with the tangent of the given slope; the upper axis is the distance travelled.

    f takes an array of x's shape; v has that shape too; slope is the rate per unit of h.
    """
    ax = _axes(ax)
    x, v, length = np.asarray(x, float), np.asarray(v, float), np.linalg.norm(v)
    steps = np.linspace(*h, 121)
    ax.plot(steps, [f(x + s * v) for s in steps], color=LIGHT["output"], label=r"$f(\mathbf{x}+h\mathbf{v})$")
    ax.plot(steps, f(x) + slope * steps, color=LIGHT["gradient"], linestyle="--", label="tangent")
    ax.plot(0, f(x), "o", color=LIGHT["variable"])
    ax.set(xlabel="$h$", ylabel="$f$")
    distance = ax.secondary_xaxis("top", functions=(lambda s: s * length, lambda s: s / length))
    distance.set_xlabel(r"distance $h\Vert\mathbf{v}\Vert$")
    ax.legend()
    return ax


def gradient_field(grad, limits=((-3, 3), (-3, 3)), scale=1.0, n=6, ax=None):
    """Gradient arrows on an n × n grid of points, `scale` times their length.

    grad takes a point of shape (2,) and returns shape (2,); an even n avoids the middle of the rectangle.
    """
    ax = _axes(ax)
    points = np.array([[a, b] for a in np.linspace(*limits[0], n + 2)[1:-1]
                       for b in np.linspace(*limits[1], n + 2)[1:-1]])
    arrows = scale * np.array([grad(p) for p in points])
    ax.quiver(*points.T, *arrows.T, color=LIGHT["gradient"], angles="xy", scale_units="xy", scale=1,
              width=0.009)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=limits[0], ylim=limits[1], aspect="equal")
    ax.grid(False)
    return ax


def support_lines(f, t, slopes, limits=(-1, 3), ax=None):
    """A convex function of one variable and lines through (t, f(t)), by slope: dotted where they cross f."""
    ax = _axes(ax)
    s = np.linspace(*limits, 201)
    values = np.array([f(a) for a in s])
    ax.plot(s, values, color=LIGHT["output"], linewidth=2.4)
    for slope in slopes:
        line = f(t) + slope * (s - t)
        role = "gradient" if np.all(line <= values + 1e-12) else "wrong"
        ax.plot(s, line, color=LIGHT[role], linestyle=DASHES[role], linewidth=1.2)
        ax.annotate(f"{slope:g}", (s[-1], line[-1]), xytext=(4, 0), textcoords="offset points",
                    ha="left", va="center", color=LIGHT[role], fontsize=9)
    ax.plot(t, f(t), "o", color=LIGHT["variable"])
    ax.set(xlabel="$t$")
    return ax


__all__ += ["prediction", "slopes_around", "along_line", "gradient_field", "support_lines"]


__all__ += ["column_products", "linear_layer"]


def column_products(X, G, entry, name="G", ax=None):
    """Entry (a, b) of XᵀG as column a of X times column b of G: three tables, the parts that meet outlined.

    X is (m, d), G is (m, k), entry = (a, b) counted from 0; `name` is what the picture calls G.
    """
    ax = _axes(ax)
    X, G = np.asarray(X, float), np.asarray(G, float)
    (a, b), (m, d), k = entry, X.shape, G.shape[1]
    product = X.T @ G
    _table(ax, X, (0, 0), "$X$", "output", column=a)
    _table(ax, G, (d + 1, 0), f"${name}$", "upstream", column=b)
    _table(ax, product, (d + k + 2.6, (m - d) / 2), f"$X^\\top {name}$", "gradient", cell=entry)
    terms = " + ".join(f"{_number(x)}·{_number(g)}" for x, g in zip(X[:, a], G[:, b]))
    ax.text((d + 2 * k + 2.6) / 2, m + 0.55, f"{terms} = {product[a, b]:g}".replace("-", "−"),
            ha="center", va="center", color=LIGHT["output"])
    ax.set(xlim=(-0.2, d + 2 * k + 2.8), ylim=(m + 1, -0.9), aspect="equal")
    ax.axis("off")
    return ax


def _number(value):
    """A number as a factor: negative ones in brackets."""
    return f"({value:g})" if value < 0 else f"{value:g}"


def _table(ax, M, corner, title, role, column=None, cell=None):
    """The entries of M at corner = (x, y), one column or one cell outlined in the role's colour."""
    x, y = corner
    rows, columns = M.shape
    for (i, j), value in np.ndenumerate(M):
        chosen = j == column or (i, j) == cell
        ax.text(x + j + 0.5, y + i + 0.5, f"{value:g}".replace("-", "−"), ha="center", va="center",
                color=LIGHT[role] if chosen else LIGHT["output"], fontweight="bold" if chosen else "normal")
    ax.text(x + columns / 2, y - 0.4, title, ha="center", va="center", color=LIGHT[role], fontsize=12)
    ax.add_patch(plt.Rectangle(corner, columns, rows, fill=False, edgecolor=LIGHT["output"], linewidth=0.8))
    j, i, height = (column, 0, rows) if cell is None else (cell[1], cell[0], 1)
    ax.add_patch(plt.Rectangle((x + j, y + i), 1, height, facecolor=LIGHT[role], alpha=0.13, linewidth=0))
    ax.add_patch(plt.Rectangle((x + j, y + i), 1, height, fill=False, edgecolor=LIGHT[role], linewidth=1.8))


def linear_layer(m=5, d=3, k=4, ax=None):
    """The layer Z = XW + 1b as blocks in true proportion, and the three products that leave G.

    W stands above Z and X to its left, so that row i of X meets column b of W in entry (i, b) of Z.
    """
    ax = _axes(ax)
    gap, bias = 2.2, 0.8
    left = top = d + gap          # the corner of Z; y runs downwards
    right, middle = left + k, left + k / 2
    low = top + m + gap

    def block(name, size, role, x, y, width, height):
        ax.add_patch(plt.Rectangle((x, y), width, height, facecolor=LIGHT[role] + "22",
                                   edgecolor=LIGHT[role], linewidth=1.4))
        ax.text(x + width / 2, y + height / 2, name, ha="center", va="center", color=LIGHT[role], fontsize=11)
        ax.text(x + width + 0.15, y + 0.1, size, ha="left", va="top", color=LIGHT["output"], fontsize=9)

    def product(label, start, end, at, **align):
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": LIGHT["gradient"], "shrinkA": 2,
                                                "linewidth": 1.8, "shrinkB": 2, "mutation_scale": 14})
        ax.text(*at, label, color=LIGHT["gradient"], **align)

    block("$X$", f"${m}\\times{d}$", "output", 0, top, d, m)
    block("$W$", f"${d}\\times{k}$", "variable", left, 0, k, d)
    block("$Z,\\ G=\\nabla_Z L$", f"${m}\\times{k}$", "upstream", left, top, k, m)
    block("$\\mathbf{b}$", f"$1\\times{k}$", "variable", left, low, k, bias)
    product("$\\nabla_W L=X^\\top G$", (middle, top), (middle, d),
            (middle + 0.25, top - gap / 2), va="center")
    product("$\\nabla_X L$\n$=GW^\\top$", (left, top + m / 2), (d, top + m / 2),
            (d + gap / 2, top + m / 2 + 0.3), ha="center", va="top")
    product("$\\nabla_{\\mathbf{b}} L=\\mathbf{1}^\\top G$", (middle, top + m), (middle, low),
            (middle + 0.25, low - gap / 2), va="center")
    ax.set(xlim=(-0.2, right + 1.6), ylim=(low + bias + 0.2, -0.2), aspect="equal")
    ax.axis("off")
    return ax


__all__ += ["local_map"]


def local_map(f, J, point, epsilon, ax=None):
    """The image of a square grid around a point, and the parallelogram that the Jacobian makes of the square.

    f takes and returns arrays of shape (2,); J is its 2 × 2 Jacobian at `point`; epsilon is half the square's side.
    """
    ax = _axes(ax)
    point, J = np.asarray(point, float), np.asarray(J, float)
    centre = f(point)
    for fixed in np.linspace(-epsilon, epsilon, 5):
        for moving in (0, 1):
            steps = np.full((41, 2), fixed)
            steps[:, moving] = np.linspace(-epsilon, epsilon, 41)
            ax.plot(*np.array([f(point + step) for step in steps]).T, "-", color=LIGHT["output"], linewidth=0.9)
    corners = epsilon * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    ax.plot(*(centre + corners @ J.T).T, color=LIGHT["gradient"], linestyle="--", linewidth=1.8)
    ax.plot(*centre, "o", color=LIGHT["variable"], markersize=5)
    ax.set(xlabel="$f_1$", ylabel="$f_2$", aspect="equal")
    return ax


__all__ += ["index_ring"]


def index_ring(matrices="ABC", indices="ijk", ax=None):
    """The trace of a product as a closed walk: indices at the corners, matrices on the sides, clockwise.

    One letter for each; the first matrix leads from the first index to the second.
    """
    ax = _axes(ax)
    angle = np.pi / 2 - 2 * np.pi * np.arange(len(indices)) / len(indices)
    corners = np.column_stack([np.cos(angle), np.sin(angle)])
    for start, end, index, name in zip(corners, np.roll(corners, -1, axis=0), indices, matrices):
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": LIGHT["output"], "shrinkA": 13,
                                                "shrinkB": 13, "linewidth": 1.4, "mutation_scale": 14})
        ax.text(*start, f"${index}$", ha="center", va="center", color=LIGHT["output"], fontsize=14)
        ax.text(*0.68 * (start + end), f"${name}$", ha="center", va="center", color=LIGHT["variable"], fontsize=14)
    ax.set(xlim=(-1.25, 1.25), ylim=(-0.95, 1.2), aspect="equal")
    ax.axis("off")
    return ax
