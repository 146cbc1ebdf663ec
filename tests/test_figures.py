"""The draggable figures: their numbers against matdiff, their JavaScript against NumPy, and both in a browser."""
import json
import re
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import distribution

import numpy as np
import pytest
import sympy
import traitlets
from figures_page import Browsing, Shown, differences, follow, gallery
from py_mini_racer import MiniRacer

import matdiff
from matdiff import figures, identities, palette
from matdiff.figures import (AttentionExplorer,
                             BlockBuilder, ComputationGraph, DensityMap, DeterminantBox, DifferenceCurve, EigenExplorer, ForwardBackward, FourViews, GaussianEllipse, GradientExplorer,
                             InverseExplorer, LocalLinearMap,
                             EliminationReach, FrameTurner,
                             PrincipalAxes,
                             ConvolutionStepper,
                             LeastSquaresGeometry, LineFit, SingularValueFilter,
                             PenaltyPaths, UnitBall,
                             KroneckerCovariance,
                             StructureExplorer, TangentSpace,
                             BatchNetwork, NetworkTraining,
                             MatrixEntryExplorer, StepSizeCurve, TrainingStepper, VecStacks)
from matdiff.figures import four_views
from matdiff.figures.difference_curve import complex_javascript
from matdiff.figures.formula import Formula, Map, parse
from matdiff.figures.gradient_explorer import length, steepest
from matdiff.figures.pages import module
from matdiff.identities.code import function

F = "x1**2 + 3*x1*x2 - x2"
POINTS = [(2, 1), (-1.3, 0.4), (0.7, -2.1)]
SCALARS = [F, "exp(-x1**2) * sin(x2) + x1", "log(1 + exp(x1 - 2*x2))", "sqrt(1 + x1**2 + x2**2)", "Abs(x1)**3 + tanh(x2)",
           "Max(0, x1 - x2) + x2", "Piecewise((x1**2, x1 < 1), (2*x1 - 1, True)) * x2", "(1 - x1)^2 + 100 (x2 - x1^2)^2",
           "x1/(1 + x2**2) + pi", "atan(x1*x2) + 2"]
MAPS = {"product": ("x1*x2", "x1 + x2**2"), "polar": ("x1*cos(x2)", "x1*sin(x2)"),
        "swirl": ("x1*cos(x1**2 + x2**2) - x2*sin(x1**2 + x2**2)", "x1*sin(x1**2 + x2**2) + x2*cos(x1**2 + x2**2)")}
X, W = [[1, 2], [0, 1], [1, -1], [2, 0]], [[1, 0, 2], [0.5, -1, 1]]  # 4 x 2 and 2 x 3
Y = [[1, 0, 1], [0, 0, 2], [1, 3, 0], [-1, 0.5, 1]]
BATCH = dict(X=[[1, 0, 2, -1], [0, 1, 1, 1]], W1=[[1, -1, 0], [0, 1, 1], [1, 0, -1], [1, 0, 2]], b1=[[-1, 0, 1]],
             W2=[[2], [-1], [1]], b2=[[1]], Y=[[1], [6]])
CLOUD, CLASSES = [(-2, 1), (-1, -1.5), (0.5, 1), (1, 1), (2, -0.5)], [0, 0, 0, 1, 1]
IMAGE = [[1, 0, 2, 1, 3], [3, 1, 0, 2, -1], [0, 2, 1, 1, 2], [2, -1, 3, 0, 1]]
FIGURES = {
    "gradient": lambda: GradientExplorer(F),
    "gradient, max": lambda: GradientExplorer("x1**2 + 3*x2**2 - x2", point=(1, 0.4), ruler="max"),
    "gradient, P": lambda: GradientExplorer(F, point=(1, -1), ruler=[[2, 1], [1, 1]]),
    "gradient, skew": lambda: GradientExplorer("1.5*x1**2 + x1*x2 + x2**2 - x1", point=(1.5, -1), skew=True, skew_part=1),
    "step size": lambda: StepSizeCurve("x1**2 + x1*x2 + 2*x2**2 - x1", point=(2, 1.5), eta=0.2),
    "step size, Rosenbrock": lambda: StepSizeCurve("(1 - x1)**2 + 2*(x2 - x1**2)**2", point=(-1.2, 1), eta=0.02),
    "differences": lambda: DifferenceCurve("exp(x)*sin(x)"),
    "map": lambda: LocalLinearMap(MAPS, point=(0.8, 0.6)),
    "map, flipped": lambda: LocalLinearMap(MAPS["product"], point=(1, -0.5), direction=(-0.5, 0.8), magnified=True),
    "entries": lambda: MatrixEntryExplorer(X, W, Y),
    "entries of X": lambda: MatrixEntryExplorer(X, W, Y, loss="library", picked=("X", 3, 1)),
    "training": lambda: TrainingStepper(CLOUD, CLASSES, weights=(0.3, -0.2, 0.1)),
    "training, sum": lambda: TrainingStepper(CLOUD, CLASSES, eta=4, reduction="sum", weights=(2, 1, -1)),
    "density": lambda: DensityMap([[1, 2], [0.5, -1]]),
    "density, bars forgotten": lambda: DensityMap([[1, 2], [0.5, -1]], bars=False),
    "box": lambda: DeterminantBox(),
    "box, log": lambda: DeterminantBox([[2, 3.5], [3, 1]], push=[[1, 0.3], [-0.5, 1.2]], function="log"),
    "box, flat": lambda: DeterminantBox([[3, 1.5], [2, 1]], push=[[0.5, -1], [-1, 1]]),
    "layers": lambda: ForwardBackward(),
    "layers, forward": lambda: ForwardBackward((3, 4, 2, 5), mode="forward", seed=2, done=2),
    "stacks": lambda: VecStacks(picked=(1, 0)),
    "stacks, symmetric": lambda: VecStacks([[1, 2, 4], [2, 3, 5], [4, 5, 6]], picked=(2, 1), symmetric=True),
    "blocks": lambda: BlockBuilder(X[:3], W, [[1, 0, 2], [2, 1, 0], [-1, 3, 1]], picked=(1, 2), row=3),
    "blocks of the inverse": lambda: BlockBuilder.of_inverse([[2, 1], [0, 1]], [[1, 0], [2, -1]], picked=(1, 0)),
    "graph": lambda: ComputationGraph([[[1, 0], [-1, 1], [2, -2]], [[2, -1, 4]]], x=(1, 2), target=(3,), done=8),
    "graph, tanh": lambda: ComputationGraph(sizes=(2, 3, 4, 2), biases=[(1, -1, 0.5), (0, 0, 1, 0.2), (0.1, 0.3)], activation="tanh",
                                            x=(0.3, -0.25), target=(1, -2.25), done=12, picked=("b2", 3, 0)),
    "views": lambda: FourViews(["quadratic form", "trace of AXB", "Gram matrix of the columns"]),
    "views, later": lambda: FourViews("trace of X^T BX", step=2, picked=(1, 0)),
    "two covariances": lambda: KroneckerCovariance([[2, 1], [1, 1]], [[1, 0.5, 0], [0.5, 2, 0], [0, 0, 4]], W, picked=(1, 4)),
    "ellipse": lambda: GaussianEllipse(CLOUD, (0.4, -0.3), [[1, 0.3], [0.3, 0.6]]),
    "ellipse, a step": lambda: GaussianEllipse(CLOUD[:1], (0.4, -0.3), [[1, 0.3], [0.3, 0.6]], step=(0.7, 0.5)),
    "ellipse, two": lambda: GaussianEllipse(mean=(-1, 0.2), covariance=[[0.5, 0.2], [0.2, 0.8]], other=((1, 0), [[2, -0.5], [-0.5, 1]])),
    "inverse": lambda: InverseExplorer([[1, 2], [3, 5]], picked=(0, 1)),
    "least squares": lambda: LeastSquaresGeometry(),
    "least squares, ridge": lambda: LeastSquaresGeometry([[1, 1.5], [0, 1], [0.5, -0.5]], b=(-1, 1, 0.5), ridge=0.2, symbols=("X", "w", "y")),
    "least squares, parallel": lambda: LeastSquaresGeometry([[1, -2], [0.5, -1], [0.5, -1]], ridge=0.05),
    "line": lambda: LineFit([(1, 2), (2, 2.5), (4, 5), (5, 3.5), (9, 7)], picked=4),
    "line, Huber": lambda: LineFit([(-2, 1), (-1, 1.5), (0, 4), (1, 1), (3, -2)], picked=2, huber=0.5, limits=((-4, 4), (-3, 6))),
    "windows": lambda: ConvolutionStepper(IMAGE, [[1, 0, -1], [2, 1, 0]], view="image", step=4),
    "windows, padded": lambda: ConvolutionStepper(IMAGE, [[1, 0, -1], [2, 1, 0]], view="kernel", step=7, stride=2, padding=1, mistake="averaged"),
    "windows, signal": lambda: ConvolutionStepper([[2, 0, 1, 3, -1]], [[1, 2, -1]], [[1, -1, 2]], step=1),
    "filter": lambda: SingularValueFilter(np.vander(np.linspace(-1, 1, 7), 5), np.arange(7) % 3, lam=0.02, cutoff=0.3),
    "filter, rank 2": lambda: SingularValueFilter([[1, 2, 3], [2, 4, 6.01], [0, 0, 1e-3], [3, 6, 9.02]], (1, 0, 2, -1)),
    "tangent, circle": lambda: TangentSpace(),
    "tangent, sphere": lambda: TangentSpace((0.5, -0.5, 0.6), (0.4, 1.1, 0.3), eta=0.2, doubled=True),
    "structure": lambda: StructureExplorer(step=np.reshape(range(9), (3, 3)) / 10),
    "structure, skew": lambda: StructureExplorer([[1, 2], [6, 3]], [[0.1, 0.2], [0.2, -0.3]], "skew"),
    "inverse, no transpose": lambda: InverseExplorer([[2, 0.5], [-1, 1.5]], picked=(1, 0), transposed=False),
    "frames": lambda: FrameTurner(),
    "frames, mirrored": lambda: FrameTurner([[0.6, 2], [1.8, -0.4]], push=(0.5, -0.3), pushed=2),
    "reach": lambda: EliminationReach(),
    "reach, Cholesky": lambda: EliminationReach(factor="cholesky", picked=(2, 1), push=-0.4),
    "eigen": lambda: EigenExplorer([[5, 2], [2, 2]], [[0, 1], [1, 0]]),
    "eigen, crossing": lambda: EigenExplorer([[2, 0], [0, 2]], [[1, 0], [0, -1]], epsilon=-0.4, delta=0.1),
    "axes": lambda: PrincipalAxes(CLOUD),
    "axes, not centred": lambda: PrincipalAxes(np.add(CLOUD, (1.5, 1)), picked=2, centred=False),
    "ball": lambda: UnitBall(),
    "ball, corner": lambda: UnitBall((0, 0.85), "circulant", "spectral", pick=0.4),
    "ball, Schatten": lambda: UnitBall((-0.3, 0.7), "triangular", "schatten", p=1.5),
    "attention": lambda: AttentionExplorer(),
    "attention, saturated": lambda: AttentionExplorer((2, 0.5), [(2.5, 1), (-1, 0.5), (0.3, -1.2), (1.5, -2)], (1, 2, -1, 0.5), push=(0.3, -0.4), scale=3),
    "penalty": lambda: PenaltyPaths(X, [2, 1, 1, -1], weights=(-2, 2)),
    "batch network": lambda: BatchNetwork(**BATCH, picked=("W1", 2, 0), start=1.4),
    "batch network, no mask": lambda: BatchNetwork(**BATCH | {"W1": [[1, -1, 0], [0, 1, 1], [1, 0.7, -1], [1, 0, 2]]}, mistake="no mask",
                                                   picked=("b1", 0, 1), start=-0.6),
    "two moons": lambda: NetworkTraining(eta=0.5),
    "two moons, wrong sign": lambda: NetworkTraining(hidden=3, seed=2, mistake="wrong sign", probe=(0.5, -0.4)),
    "penalty, half": lambda: PenaltyPaths(X, [2, 1, 1, -1], weights=(2, -2), eta=0.02, lam=0.5, steps=60, constant="half"),
}


@pytest.fixture(params=FIGURES)
def figure(request):
    return FIGURES[request.param]()


# Read-outs against matdiff

@pytest.mark.parametrize("f", SCALARS)
@pytest.mark.parametrize("x", POINTS)
def test_derivatives_of_a_formula_are_those_of_matdiff(f, x):
    formula = Formula(f)
    np.testing.assert_allclose(formula.gradient(x), matdiff.gradient(formula.value, np.array(x, float)), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(formula.hessian(x), matdiff.jacobian(formula.gradient, np.array(x, float)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("f", MAPS.values(), ids=MAPS)
def test_jacobian_of_a_map_is_that_of_matdiff(f):
    for x in POINTS:
        np.testing.assert_allclose(Map(f).jacobian(x), matdiff.jacobian(Map(f).value, np.array(x, float)), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("x", POINTS)
def test_gradient_explorer_against_matdiff(x):
    v = np.array([0.6, -1.1])
    f = lambda x: x[0]**2 + 3 * x[0] * x[1] - x[1]
    got = GradientExplorer(F, point=x, direction=v).readouts()
    x = np.array(x, float)
    slope = matdiff.directional_derivative(f, x, v)
    np.testing.assert_allclose(got["gradient"], matdiff.gradient(f, x), rtol=1e-8)
    assert got["D_v f"] == got["predicted"] == pytest.approx(slope)
    assert got["D_u f"] == pytest.approx(slope / np.linalg.norm(v))
    assert got["cos"] == pytest.approx(slope / np.linalg.norm(v) / np.linalg.norm(matdiff.gradient(f, x)))
    assert got["actual"] == pytest.approx(f(x + v) - f(x)) and got["f"] == pytest.approx(f(x))
    assert got["difference"] == pytest.approx(v[0]**2 + 3 * v[0] * v[1])  # the second-order part, by hand


@pytest.mark.parametrize("ruler", ["euclidean", "max", ((2.0, 1.0), (1.0, 1.0))])
def test_no_step_of_unit_length_climbs_faster_than_the_steepest(ruler, rng=np.random.default_rng(3)):
    for g in rng.normal(size=(5, 2)):
        best = steepest(g, ruler)
        assert length(best, ruler) == pytest.approx(1)
        others = rng.normal(size=(500, 2))
        assert max(g @ v / length(v, ruler) for v in others) <= g @ best * (1 + 1e-12)


def test_a_skew_part_moves_the_wrong_formula_and_nothing_else():
    figure = FIGURES["gradient, skew"]()
    before = figure.readouts()
    figure.skew_part = -2.5
    after = figure.readouts()
    assert set(differences(before, after)) == {"A", "wrong"}
    np.testing.assert_allclose((after["A"] + after["A"].T) / 2, [[3, 1], [1, 2]])


def test_step_size_curve_of_a_quadratic():
    A, b, x = np.array([[2, 1], [1, 4.0]]), np.array([-1, 0.0]), np.array([2, 1.5])
    got = StepSizeCurve("x1**2 + x1*x2 + 2*x2**2 - x1", point=x, eta=0.3).readouts()
    g = A @ x + b
    assert got["eta*"] == pytest.approx(g @ g / (g @ A @ g))
    assert got["1/L"] == pytest.approx(1 / np.linalg.eigvalsh(A)[-1]) and got["1/L"] <= got["eta*"]
    assert got["change"] == pytest.approx(got["parabola"]) == pytest.approx(-0.3 * g @ g + 0.045 * g @ A @ g)
    again = StepSizeCurve("x1**2 + x1*x2 + 2*x2**2 - x1", point=x, eta=got["2eta*"]).readouts()
    assert again["change"] == pytest.approx(0, abs=1e-12)  # back to the starting height


def test_step_size_curve_says_where_there_is_no_best_step():
    got = StepSizeCurve("-x1**2 - x2**2", point=(1, 1)).readouts()
    assert got["eta*"] is got["2eta*"] is got["1/L"] is got["2/L"] is None


@pytest.mark.parametrize(("h", "forward", "central", "complex_"), [(1e-2, 1.36e-2, 4.53e-5, 4.53e-5), (1e-4, 1.36e-4, 4.53e-9, 4.53e-9)])
def test_difference_curve_shows_first_and_second_order(h, forward, central, complex_):
    got = DifferenceCurve("exp(x)", x=1, h=h).readouts()
    np.testing.assert_allclose([got["forward"], got["central"], got["complex"]], [forward, central, complex_], rtol=2e-2)


def test_complex_step_is_exact_for_smooth_and_nonsense_for_abs():
    assert DifferenceCurve("exp(x)*sin(x)", h=1e-12).readouts()["complex"] < 2e-15
    assert DifferenceCurve("Abs(x)", x=0.5, h=1e-12).readouts()["complex"] == pytest.approx(1)


@pytest.mark.parametrize("name", MAPS)
def test_local_linear_map_against_matdiff(name):
    figure = LocalLinearMap(MAPS, chosen=name, point=(0.8, 0.6), direction=(-0.3, 0.4))
    got, x, v = figure.readouts(), np.array([0.8, 0.6]), np.array([-0.3, 0.4])
    J = matdiff.jacobian(figure.f.value, x)
    np.testing.assert_allclose(got["J"], J, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(got["Jv"], matdiff.directional_derivative(figure.f.value, x, v), rtol=1e-7)
    np.testing.assert_allclose(got["true"], figure.f.value(x + v) - figure.f.value(x))
    assert got["det"] == pytest.approx(np.linalg.det(J)) == pytest.approx(np.sign(got["det"]) * np.prod(got["singular_values"]))
    wide = got["gap"]
    figure.epsilon /= 2
    if name == "product":  # quadratic: the gap is quartered exactly
        assert figure.readouts()["gap"] == pytest.approx(wide / 4)


@pytest.mark.parametrize("loss", ["half", "mean", "library"])
@pytest.mark.parametrize("picked", [("W", 1, 2), ("X", 3, 0)])
def test_matrix_entry_explorer_against_matdiff(loss, picked):
    figure = MatrixEntryExplorer(X, W, Y, loss=loss, picked=picked)
    factor = {"half": 1 / 2, "mean": 1 / 8, "library": 1 / 12}[loss]  # m = 4, mk = 12
    of = {"W": lambda W: factor * np.sum((np.array(X) @ W - Y)**2), "X": lambda X: factor * np.sum((X @ np.array(W) - Y)**2)}
    table, i, j = picked
    old = np.array({"W": W, "X": X}[table], float)
    slopes = matdiff.gradient(of[table], old)
    got = figure.readouts()
    np.testing.assert_allclose(got["gradient"], slopes, rtol=1e-9, atol=1e-12)
    assert got["slope"] == pytest.approx(slopes[i, j]) == pytest.approx(np.sum(got["terms"]))
    assert got["loss"] == pytest.approx(of[table](old)) and got["predicted"] == got["actual"] == 0
    new = old.copy()
    new[i, j] += 0.7
    setattr(figure, table, new)
    got = figure.readouts()
    assert got["predicted"] == pytest.approx(0.7 * slopes[i, j])
    assert got["actual"] == pytest.approx(of[table](new) - of[table](old)) and got["actual"] > got["predicted"]


@pytest.mark.parametrize(("reduction", "factor"), [("mean", 1 / 5), ("sum", 1)])
def test_training_stepper_against_matdiff(reduction, factor):
    x, y, w = np.array(CLOUD, float), np.array(CLASSES), np.array([0.3, -0.2, 0.1])
    loss = lambda w: factor * sum(np.log(1 + np.exp((1 - 2 * label) * (p @ w[:2] + w[2]))) for p, label in zip(x, y))
    figure = TrainingStepper(CLOUD, CLASSES, eta=0.5, reduction=reduction, weights=w)
    for made in range(3):
        got, slope = figure.readouts(), matdiff.gradient(loss, w)
        assert got["loss"] == pytest.approx(loss(w)) and got["steps"] == made
        np.testing.assert_allclose([*got["gradient_w"], got["gradient_b"]], slope, rtol=1e-8)
        assert 2 / got["safe step"] >= np.linalg.eigvalsh(matdiff.hessian(loss, w))[-1]
        assert got["accuracy"] == np.mean((x @ w[:2] + w[2] > 0) == y) and got["length"] == pytest.approx(np.hypot(*w[:2]))
        figure.step()
        w = w - 0.5 * slope
    steepest = np.linalg.eigvalsh(matdiff.hessian(loss, np.zeros(3)))[-1]  # nowhere is the curvature larger
    assert got["safe step"] == pytest.approx(2 / steepest, rel=1e-6)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_below_the_safe_step_the_loss_falls_from_any_weights(reduction, rng=np.random.default_rng(4)):
    labels = [0, 1, 0, 1, 1]  # no line separates them
    for _ in range(10):
        figure = TrainingStepper(CLOUD, labels, reduction=reduction, weights=rng.normal(size=3) * 3)
        figure.eta = 0.99 * figure.readouts()["safe step"]
        losses = []
        for _ in range(40):
            losses.append(figure.readouts()["loss"])
            figure.step()
        assert (np.diff(losses) <= 1e-12).all()


def test_a_safe_mean_step_is_none_for_the_sum():
    figure = TrainingStepper(CLOUD, [0, 1, 0, 1, 1], weights=(0, 0, 0))
    figure.eta = 0.99 * figure.readouts()["safe step"]
    figure.reduction = "sum"
    assert figure.eta == pytest.approx(0.99 * 5 * figure.readouts()["safe step"])  # m = 5
    losses = []
    for _ in range(10):
        losses.append(figure.readouts()["loss"])
        figure.step()
    assert max(np.diff(losses)) > 0


def test_training_stepper_far_out_overflows_nowhere():
    got = TrainingStepper([(1, 0), (-1, 0)], [0, 1], weights=(1000, 0, 0)).readouts()
    assert got["loss"] == 1000 and got["accuracy"] == 0
    assert got["safe step"] == pytest.approx(8)  # X'X = 2 I, the mean: 2 / (1/4 * 2 / 2)


@pytest.mark.parametrize("matrix", [[[1, 2], [0.5, -1]], [[2, 0.3], [-0.1, 1.5]]])
def test_density_map_keeps_the_mass_unless_the_bars_are_forgotten(matrix):
    det = np.linalg.det(matdiff.jacobian(lambda x: np.array(matrix, float) @ x, np.array([0.3, 0.8])))
    got = DensityMap(matrix).readouts()
    assert got["det"] == pytest.approx(det) and got["area"] == pytest.approx(abs(det))
    assert got["density"] == pytest.approx(1 / abs(det)) and got["mass"] == pytest.approx(1)
    wrong = DensityMap(matrix, bars=False).readouts()
    assert wrong["density"] == pytest.approx(1 / det) and wrong["mass"] == pytest.approx(np.sign(det))


def test_density_map_on_a_line_has_no_density():
    got = DensityMap([[0.3, 0.9], [0.1, 0.3]]).readouts()  # 0.3 * 0.3 - 0.9 * 0.1 is -1.4e-17 in floating point
    assert got["det"] == got["area"] == 0 and got["density"] is got["mass"] is None


@pytest.mark.parametrize("widths", [(5, 4, 3, 1), (3, 4, 2, 5)])
def test_forward_and_backward_give_columns_and_rows_of_the_jacobian(widths):
    A, B, C = ForwardBackward(widths).jacobians()
    J = matdiff.jacobian(lambda x: C @ (B @ (A @ x)), np.zeros(widths[0]))
    for seed in range(widths[0]):
        np.testing.assert_allclose(ForwardBackward(widths, "forward", seed, done=3).readouts()["vector"], J[:, seed], atol=1e-9)
    for seed in range(widths[-1]):
        got = ForwardBackward(widths, "backward", seed, done=3).readouts()
        np.testing.assert_allclose(got["vector"], J[seed], atol=1e-9)
    assert got["one pass"] == A.size + B.size + C.size
    assert (got["columns"], got["rows"]) == (got["one pass"] * widths[0], got["one pass"] * widths[-1])
    assert got["cheaper"] == ("forward" if widths[0] < widths[-1] else "backward")


# One source of the mathematics: what SymPy prints for JavaScript is what NumPy computes

def nested(entry):
    return f"[{', '.join(map(nested, entry))}]" if isinstance(entry, list) else entry


@pytest.mark.parametrize("name", [e.name for e in identities.entries() if e.views])
def test_what_four_views_adds_up_is_the_derivative(name):
    """The sums of products that the page forms are the closed form, entry by entry."""
    entry, data = identities.get(name), four_views.seen(name)
    given = entry.draw(sizes=four_views.SIZES)
    body = function(entry.result[1], tuple(given))
    truth = np.asarray(body(*given.values()))
    added = four_views.summed(data["terms"], data["rest"])
    np.testing.assert_allclose(added.reshape(truth.shape), truth, atol=1e-12)
    assert all("<math" in view["math"] and "&" not in view["math"].replace("&#x", "") for view in data["views"])


def test_an_einsum_that_is_squared_cannot_be_stepped_through():
    entry = replace(identities.get("quadratic form"), views=replace(
        identities.get("quadratic form").views, einsum=("", "np.einsum('kj,j->k', A, x) ** 2")))
    with pytest.raises(ValueError, match="not linear in its einsums"):
        four_views.contraction(entry, entry.draw())


@pytest.mark.parametrize("f", SCALARS)
def test_javascript_and_numpy_agree(f, rng=np.random.default_rng(1)):
    formula, engine = Formula(f), MiniRacer()
    printed = formula.javascript()
    for x in rng.normal(size=(20, 2)):
        text = f"(({', '.join(printed['names'])}) => {nested([printed['value'], printed['gradient'], printed['hessian']])})({x[0]}, {x[1]})"
        value, gradient, hessian = json.loads(engine.eval(f"JSON.stringify({text})"))
        np.testing.assert_allclose(value, formula.value(x), rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(gradient, formula.gradient(x), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(hessian, formula.hessian(x), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("f", ["x**3 - 2/x", "exp(x)*sin(x) + cosh(x)", "tanh(3*x) - sinh(x)", "log(x**2 + 1) + cos(x)**-3",
                               "sqrt(x) + atan(x)", "x**x + tan(x)", "x**2.5 + x**Rational(-1, 3)", "Abs(x) + sign(x)", "Max(x, 1) + Min(x, 2)"])
@pytest.mark.parametrize("z", [0.7 + 1e-9j, 1.5 + 1e-200j, 2.4 + 0.3j])
def test_complex_arithmetic_of_the_page_is_numpys(f, z):
    text = module("difference-curve")
    arithmetic = text[text.index("const C = {"):text.index("const LOWEST")]
    expression = complex_javascript(parse(f, ("x",)))
    got = json.loads(MiniRacer().eval(f"(() => {{ {arithmetic} const x = [{z.real}, {z.imag}]; return JSON.stringify({expression}); }})()"))
    want = complex(Formula(f, ("x",)).at(z))
    np.testing.assert_allclose(got, [want.real, want.imag], rtol=5e-13, atol=0)


# What a reader may get wrong: one sentence each

@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: GradientExplorer("x + y"), "f uses x, y; it may only use x1, x2"),
    (lambda: GradientExplorer("g(x1)"), "f uses g; it may only use"),
    (lambda: GradientExplorer("x1 +* x2"), "not a formula that SymPy can read"),
    (lambda: GradientExplorer(lambda x: x), "f is a Python function; a figure needs a formula"),
    (lambda: GradientExplorer(np.ones(2)), "f must be"),
    (lambda: GradientExplorer("erf(x1)"), "JavaScript has no counterpart"),
    (lambda: GradientExplorer(F, point=(5, 1)), r"point has x1 = 5, outside the limits \(-3, 3\)"),
    (lambda: GradientExplorer(F, point=(1, 2, 3)), "point must be 2 finite numbers"),
    (lambda: GradientExplorer(F, point="ab"), "point must be 2 finite numbers"),
    (lambda: GradientExplorer(F, direction=(np.nan, 1)), "direction must be 2 finite numbers"),
    (lambda: GradientExplorer(F, limits=((3, -3), (0, 1))), "low < high"),
    (lambda: GradientExplorer(F, ruler="manhattan"), "ruler must be"),
    (lambda: GradientExplorer(F, ruler=[[1, 2], [2, 1]]), "ruler must be"),
    (lambda: GradientExplorer("x1**3", skew=True), "needs a quadratic f"),
    (lambda: GradientExplorer("exp(x2)", skew=True), "needs a quadratic f"),
    (lambda: StepSizeCurve(F, eta=-1), "eta must be a finite number"),
    (lambda: DifferenceCurve("x1"), "f uses x1; it may only use x"),
    (lambda: DifferenceCurve("log(x)", x=-1), "no finite value"),
    (lambda: DifferenceCurve("x**2", x=3), "outside the limits"),
    (lambda: DifferenceCurve("x**2", h=0), "h must be a finite number between 1e-16 and 1"),
    (lambda: LocalLinearMap("x1*x2"), "f must be 2 expressions"),
    (lambda: LocalLinearMap(("x1", "x3")), r"f\[1\] uses x3"),
    (lambda: LocalLinearMap({}), "f must name at least one map"),
    (lambda: LocalLinearMap(MAPS, chosen="flow"), "chosen must be one of product, polar, swirl"),
    (lambda: MatrixEntryExplorer([1, 2], W, Y), "X must be a matrix of finite numbers, two axes"),
    (lambda: MatrixEntryExplorer(X, [[1, np.inf]], Y), "W must be a matrix of finite numbers"),
    (lambda: MatrixEntryExplorer(X, np.transpose(W), Y), r"X \(4, 2\), W \(3, 2\) and Y \(4, 3\) do not fit: W needs a row for"),
    (lambda: MatrixEntryExplorer(X, W, np.transpose(Y)), "Y the shape of X @ W"),
    (lambda: MatrixEntryExplorer(X, W, Y, picked=("W", 2, 0)), r"picked names entry \(2, 0\) of W, which has shape \(2, 3\)"),
    (lambda: MatrixEntryExplorer(X, W, Y, loss="huber"), "'half', 'mean', 'library'"),
    (lambda: TrainingStepper([(1, 2)], [1]), r"points must be two or more pairs of finite numbers, an array of shape \(m, 2\)"),
    (lambda: TrainingStepper("ab", [1, 0]), "points must be two or more pairs"),
    (lambda: TrainingStepper(CLOUD, [0, 1]), "labels must be 5 zeros and ones, one for each point; got 2"),
    (lambda: TrainingStepper(CLOUD, [-1, -1, 1, 1, 1]), "labels must be zeros and ones, one for each point"),
    (lambda: TrainingStepper([(9, 0), (0, 0)], [0, 1]), r"points\[0\] has x1 = 9, outside the limits"),
    (lambda: TrainingStepper(CLOUD, CLASSES, eta=0), "eta must be a finite number between"),
    (lambda: TrainingStepper(CLOUD, CLASSES, weights=(1, 2)), "weights must be 3 finite numbers"),
    (lambda: TrainingStepper(CLOUD, CLASSES, reduction="none"), "'mean', 'sum'"),
    (lambda: DensityMap(np.eye(3)), r"matrix must have shape \(2, 2\); got \(3, 3\)"),
    (lambda: DensityMap([1, 2]), "matrix must be a matrix of finite numbers"),
    (lambda: DensityMap([[1, 2], [3, 1]]), "column 1 of matrix has x2 = 3, outside the limits"),
    (lambda: FourViews("no such"), "The catalogue has no entry 'no such'"),
    (lambda: FourViews("determinant lemma"), '"determinant lemma" has no four views'),
    (lambda: FourViews([]), "identities is empty"),
    (lambda: FourViews(chosen=1), "chosen counts the identities from 0: give 0 to 0, got 1"),
    (lambda: ForwardBackward((5, 4, 3)), r"widths must be 4 whole numbers from 1 to 6, like \(5, 4, 3, 1\)"),
    (lambda: ForwardBackward((5, 4, 3, 7)), "widths must be 4 whole numbers from 1 to 6"),
    (lambda: ForwardBackward((5, 4, 3.5, 1)), "widths must be 4 whole numbers"),
    (lambda: ForwardBackward(seed=1), "seed counts the outputs from 0: give 0 to 0, got 1"),
    (lambda: ForwardBackward(mode="forward", seed=5), "seed counts the inputs from 0: give 0 to 4, got 5"),
    (lambda: ForwardBackward(mode="sideways"), "'forward', 'backward'"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, LookupError, traitlets.TraitError), match=sentence):
        make()


def test_traits_check_themselves_later_too():
    figure = GradientExplorer(F)
    with pytest.raises(traitlets.TraitError, match="point must be 2 finite numbers"):
        figure.point = (1, 2, 3)
    figure.point = np.array([1, 2])
    assert figure.point == (1.0, 2.0) and figure.readouts()["f"] == 5


@pytest.mark.parametrize(("name", "trait", "value", "sentence"), [
    ("entries", "picked", ("X", 4, 0), "which has shape"), ("entries", "W", [[1, 2]], "do not fit"),
    ("training", "labels", [0, 1], "labels must be 5"), ("training", "points", CLOUD[:3], "labels must be 3"),
    ("density", "matrix", [[1, 2]], "matrix must have shape"), ("layers", "widths", (0, 1, 1, 1), "widths must be"),
    ("layers", "seed", 1, "seed counts the outputs")])
def test_what_does_not_fit_is_refused_later_too(name, trait, value, sentence):
    figure = FIGURES[name]()
    before = repr(figure)
    with pytest.raises(traitlets.TraitError, match=sentence):
        setattr(figure, trait, value)
    assert repr(figure) == before


def test_the_seed_stays_in_a_layer_that_narrows():
    figure = FIGURES["layers, forward"]()
    figure.widths = (2, 4, 2, 5)
    assert figure.seed == 1
    figure.widths, figure.mode = (5, 1, 1, 1), "backward"
    assert figure.seed == 0


def test_symbols_with_any_assumptions_will_do():
    x1, x2 = sympy.symbols("x1 x2", positive=True)
    assert GradientExplorer(x1**2 + 3 * x1 * x2 - x2).readouts()["f"] == 9


# What travels

def test_import_matdiff_loads_none_of_it():
    code = "import sys, matdiff; print(sorted({'sympy', 'anywidget', 'ipywidgets', 'traitlets'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_bundle_needs_neither_sympy_nor_anywidget():
    code = "import sys; from matdiff.figures import bundle; bundle(); print(sorted({'sympy', 'anywidget'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_bundle_holds_every_kind_once():
    text = figures.bundle()
    assert {"gradient-explorer", "step-size-curve", "difference-curve", "local-linear-map"} <= set(figures.kinds())
    for kind in figures.kinds():
        assert text.count(f'kinds["{kind}"] = ') == 1
    assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE)
    for colour in (*palette.LIGHT.values(), *palette.DARK.values()):
        assert colour in text


def test_every_class_has_its_kind():
    classes = {name: getattr(figures, name) for name in figures._CLASSES if name != "Figure"}
    assert {cls.kind for cls in classes.values()} == set(figures.kinds())
    with pytest.raises(AttributeError, match="matdiff.figures has no 'Nothing'"):
        figures.Nothing


@pytest.mark.parametrize("kind", figures.kinds())
def test_colours_come_from_the_palette_alone(kind):
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", module(kind))


def test_the_stored_state_is_small(figure):
    kept = figures.static_state({"model_name": "AnyModel", "state": figure.get_state()})
    text = json.dumps(kept)
    most = 6000 * len(figure.identities) if isinstance(figure, FourViews) else 3000   # formulas and code travel along
    assert len(text) < most and kept["state"]["_kind"] == figure.kind
    assert not {"_esm", "_css", "layout"} & set(kept["state"])
    assert figures.static_state(kept) == kept


def test_other_widgets_keep_their_state():
    other = {"model_name": "LayoutModel", "state": {"width": None}}
    assert figures.static_state(other) is other


def test_repr_is_one_stable_line(figure):
    text = repr(figure)
    assert "\n" not in text and text.startswith(type(figure).__name__ + "(")
    assert figure._repr_mimebundle_()[0]["text/plain"] == text


# In the browser: all figures stand on one page

@pytest.fixture(scope="module")
def everything(chrome, tmp_path_factory):
    """The page with all figures."""
    browsing = Browsing(chrome)
    browsing.open(gallery({name: make() for name, make in FIGURES.items()}, tmp_path_factory.mktemp("figures") / "all.html"))
    yield browsing
    browsing.context.close()


@pytest.fixture
def shown(everything, request):
    """The figure that the test names, as it was at the start; faults of the page count against the test."""
    name = request.node.callspec.params["name"]
    everything.width(390 if request.node.callspec.params.get("way") == "touch" else 1280)
    found = Shown(everything, list(FIGURES).index(name), name)
    found.reset()
    yield found
    assert everything.faults == []


@pytest.fixture
def browsing(chrome):
    """browsing(...): another page, closed after the test."""
    opened = []

    def go(path, **options):
        opened.append(Browsing(chrome, **options))
        opened[-1].open(path)
        return opened[-1]

    yield go
    for one in opened:
        one.context.close()


@pytest.fixture
def alone(browsing, tmp_path):
    """alone(figure): a figure as save_html writes it."""
    return lambda figure, **options: Shown(browsing(figure.save_html(tmp_path / "figure.html"), **options), 0, figure.model_id)


@pytest.mark.browser
@pytest.mark.parametrize("way", ["press", "drag", "touch"])
@pytest.mark.parametrize("name", FIGURES)
def test_a_drag_says_what_numpy_says(shown, name, way, record_property):
    figure, times = FIGURES[name](), []
    assert differences(shown.readouts(), figure.readouts()) == {}
    for handle in shown.handles():
        shown.reset()
        before = shown.state()
        if way == "press":
            for key in ("PageDown", "ArrowRight", "ArrowUp", "Shift+ArrowUp"):
                shown.press(handle, key)
                times.append(shown.milliseconds())
        else:
            for _ in range(3):  # a busy machine may lose a finger's touch; its owner would try again
                getattr(shown, way)(handle, -23, -44)
                if shown.state() != before:
                    break
        assert shown.state() != before, handle
        assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}, handle
    if times:  # an answer takes less than a frame
        record_property(name, float(np.median(times)))
        assert np.median(times) < 16
    shown.reset()
    assert differences(shown.readouts(), FIGURES[name]().readouts()) == {}


@pytest.mark.browser
@pytest.mark.parametrize("name", FIGURES)
def test_every_control_says_what_numpy_says(shown, name):
    figure = FIGURES[name]()
    for control in shown.controls():
        if control == "run":
            continue  # has its own test
        before = shown.state()
        for _ in shown.use(control):
            assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}, control
            if before == shown.state():  # what changes nothing here must change the page's other controls
                assert control in ("zero", "next-seed", f"step-{before.get('step')}", f"view-{before.get('view')}"), control
            before = shown.state()
    shown.reset()
    assert differences(shown.readouts(), FIGURES[name]().readouts()) == {}


@pytest.mark.browser
@pytest.mark.parametrize("name", FIGURES)
def test_keys_move_by_a_step_a_tenth_and_ten(shown, name):
    """Shift moves by a tenth, unless things are counted; Page keys by ten, unless an end stops them."""
    if name.startswith("layers"):
        shown.press("width-1", "ArrowDown")
        assert shown.state()["widths"][1] == FIGURES[name]().widths[1] - 1
        shown.press("width-1", "PageUp")
        assert shown.state()["widths"][1] == 6
        return
    if name.startswith("views"):
        rows, columns = FIGURES[name]().identities[0]["shape"]
        for key, step in (("ArrowDown", (1, 0)), ("ArrowLeft", (0, -1))):
            before = shown.state()["picked"]
            shown.press("entry", key)
            assert shown.state()["picked"] == [(before[0] + step[0]) % rows, (before[1] + step[1]) % columns]
        return
    for handle in shown.handles():
        if shown.handle(handle).get_attribute("role") == "radio":  # entries are pointed at one by one
            continue
        moved = []
        for key in ("ArrowUp", "Shift+ArrowUp"):
            shown.reset()
            before = numbers(shown.state())
            shown.press(handle, "ArrowUp" if key == "ArrowUp" else key)
            moved.append(max(abs(a - b) for a, b in zip(numbers(shown.state()), before)))
        assert 0 < moved[1] < moved[0], handle
        if handle not in ("h", "ruler") and name != "differences":
            assert moved[1] == pytest.approx(moved[0] / 10, rel=0.2), handle


@pytest.mark.browser
@pytest.mark.parametrize("name", FIGURES)
def test_home_and_end_go_to_the_ends_and_do_not_scroll(shown, name):
    figure = FIGURES[name]()
    for handle in shown.handles():
        shown.reset()
        shown.centre(handle)  # scrolls there
        top, values = shown.page.evaluate("scrollY"), []
        for key in ("Home", "End"):
            shown.press(handle, key)
            now = shown.handle(handle).get_attribute("aria-valuenow")
            values.append(float(now) if now else shown.state()["picked"])   # one of several entries has no number
            assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}, (handle, key)
            reached = shown.state()
            shown.press(handle, key)
            assert numbers(shown.state()) == pytest.approx(numbers(reached), abs=1e-3), (handle, key)  # no farther
        assert shown.page.evaluate("scrollY") == top
        if handle == "epsilon":  # a larger patch has its corner farther to the left
            values.reverse()
        if (name, handle) == ("step size", "step") or name.endswith("Rosenbrock"):
            assert values[0] != values[1]  # the tip runs along the step
        else:
            assert values[0] < values[1], handle


@pytest.mark.browser
@pytest.mark.parametrize(("name", "handle", "trait", "low", "high"), [
    ("differences", "h", "h", 1e-16, 1), ("differences", "x", "x", -2, 2), ("layers", "width-1", "widths", (5, 1, 3, 1), (5, 6, 3, 1)),
    ("gradient", "point", "point", (-3, 1), (3, 1)), ("map", "epsilon", "epsilon", 0.01, 2), ("step size", "step", "eta", 0, None),
    ("entries", "W-1-0", "W", [[1, 0, 2], [-9.9, -1, 1]], [[1, 0, 2], [9.9, -1, 1]])])
def test_the_ends_are_the_limits(shown, name, handle, trait, low, high):
    for key, value in (("Home", low), ("End", high)):
        shown.press(handle, key)
        if value is not None:
            np.testing.assert_allclose(np.array(shown.state()[trait], float), value, rtol=1e-12)


def numbers(state):
    """All numbers of the traits that move, in order (not where an entry was when it was picked)."""
    def flat(value):
        if isinstance(value, (list, tuple)):
            return [x for entry in value for x in flat(entry)]
        return [value] if isinstance(value, (int, float)) else []
    return [x for name in sorted(state) if name not in ("start", "picked") for x in flat(state[name])]


@pytest.mark.browser
@pytest.mark.parametrize("name", ["entries", "entries of X"])
@pytest.mark.parametrize("way", ["touch"])
def test_scrubbing_a_table_on_a_phone_does_not_scroll(shown, name, way):
    for handle in shown.handles():
        shown.centre(handle)
        top, before = shown.page.evaluate("scrollY"), shown.state()
        shown.touch(handle, 0, -60)
        assert shown.page.evaluate("scrollY") == top and top > 0
        i, j = map(int, handle.split("-")[1:])
        table = handle[0]
        assert shown.state()[table][i][j] == pytest.approx(before[table][i][j] + 1)  # a step of 0.1 for 6 pixels


@pytest.mark.browser
@pytest.mark.parametrize("name", FIGURES)
def test_every_handle_says_its_value(shown, name):
    for handle in shown.handles():
        got = shown.handle(handle).evaluate("""e => [e.getAttribute("aria-label"), e.getAttribute("aria-valuetext"),
            Number(e.getAttribute("aria-valuemin")), Number(e.getAttribute("aria-valuenow")), Number(e.getAttribute("aria-valuemax"))]""")
        if shown.handle(handle).get_attribute("role") == "radio":
            assert got[0] and shown.handle(handle).get_attribute("aria-checked") == "true", handle
            continue
        assert got[0] and got[1] and got[2] < got[4], handle
        shown.press(handle, "ArrowUp")
        assert shown.handle(handle).get_attribute("aria-valuetext") != got[1], handle


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390, 290])
def test_figures_fit_and_are_legible(everything, width):
    everything.width(width)
    assert everything.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = everything.page.evaluate("""() => [...document.querySelectorAll(".matdiff-figure")].flatMap((root, n) => {
        const faults = [], edge = root.getBoundingClientRect().right;
        for (const e of root.querySelectorAll("text, dt, dd, label, select, figcaption, .md-cell, .md-hint, button"))
            if (parseFloat(getComputedStyle(e).fontSize) < 12) faults.push([n, "small", e.textContent]);
        for (const e of root.querySelectorAll(".md-labels text, .md-axes text, .md-cell, dd, select, button"))
            if (e.checkVisibility() && !e.closest(".md-hidden") // a tick's number may stand out into the margin
                && e.getBoundingClientRect().right > edge + (e.matches(".md-tick") ? 14 : 2))
                faults.push([n, "beyond", e.textContent]);
        for (const cells of [root.querySelectorAll(".md-cell"), root.querySelectorAll(".md-axis"),
                             root.querySelectorAll("dd, .md-controls > *, .md-tablebox")]) {
            const boxes = [...cells].filter(e => !e.closest(".md-hidden") && e.textContent).map(e => [e, e.getBoundingClientRect()]);
            boxes.forEach(([e, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
                if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
                    faults.push([n, "overlap", e.textContent, other.textContent]); }));
        }
        return faults; })""")
    assert found == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(everything, scheme):
    """axe-core, WCAG 2 A and AA: nothing serious."""
    everything.page.emulate_media(color_scheme=scheme)
    axe = next(f for f in distribution("axe-playwright-python").files if f.name == "axe.min.js")
    everything.page.evaluate(axe.locate().read_text(encoding="utf-8") + "; undefined")
    found = everything.page.evaluate("""() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa"]}).then(result =>
        result.violations.filter(v => ["serious", "critical"].includes(v.impact)).flatMap(v => v.nodes.slice(0, 5)
        .map(n => `${v.id}: ${n.html.slice(0, 120)}: ${n.failureSummary.slice(0, 200)}`)))""")
    everything.page.emulate_media(color_scheme="light")
    assert found == []


@pytest.mark.browser
@pytest.mark.parametrize("kind", {make().kind: name for name, make in FIGURES.items()}.items(), ids=lambda kind: kind[0])
def test_a_saved_figure_stands_alone(alone, kind):
    figure = FIGURES[kind[1]]()
    shown = alone(figure)
    assert shown.root.get_attribute("data-figure") == figure.kind
    assert differences(shown.readouts(), figure.readouts()) == {} and shown.browsing.faults == []


# A run of TrainingStepper

@pytest.mark.browser
def test_a_run_makes_its_steps_and_no_others(alone):
    """The steps are those of Python; Reset, Pause, Weights to 0 and the removal of the figure end a run."""
    figure = FIGURES["training"]()
    shown = alone(figure)
    run, steps = shown.control("run"), lambda: shown.state()["steps"]
    run.click()
    assert run.text_content() == "Pause"
    shown.page.wait_for_function("name => models[name].state.steps >= 5", arg=figure.model_id)
    run.click()
    made = steps()
    assert run.text_content() == "Run"
    shown.page.wait_for_timeout(150)
    assert steps() == made
    figure.step(made)
    assert differences(shown.readouts(), figure.readouts()) == {}
    run.click()
    shown.page.wait_for_function("([name, made]) => models[name].state.steps > made", arg=[figure.model_id, made])
    shown.reset()
    shown.page.wait_for_timeout(150)
    assert steps() == 0 and run.text_content() == "Run"
    run.click()
    shown.page.wait_for_function("name => models[name].state.steps >= 2", arg=figure.model_id)
    shown.control("zero").click()
    shown.page.wait_for_timeout(150)
    assert steps() == 0 and run.text_content() == "Run" and shown.state()["weights"] == [0, 0, 0]
    run.click()
    shown.page.evaluate("document.querySelector('.matdiff-figure').remove()")
    made = steps()
    shown.page.wait_for_timeout(150)
    assert steps() == made


@pytest.mark.browser
def test_a_run_is_done_at_once_where_motion_is_reduced(alone):
    figure = FIGURES["training"]()
    shown = alone(figure, reduced_motion="reduce")
    shown.control("run").click()
    assert shown.state()["steps"] == 200 and shown.control("run").text_content() == "Run"
    figure.step(200)
    assert differences(shown.readouts(), figure.readouts()) == {}


# What is drawn

PATH = "(root, at) => root.querySelectorAll(`[data-panel=${at[0]}] path.md-curve`)[at[1]].getAttribute('d')"


def pieces_of(path):
    """The pieces of a path of M and L, each an array of pixels."""
    return [np.array([point.split(" ") for point in piece.split("L")], float) for piece in path.split("M")[1:]]


@pytest.mark.browser
def test_a_loss_of_another_kind_begins_another_curve(alone):
    shown = alone(FIGURES["training"]())
    title = lambda: shown.root.locator("[data-panel=loss] .md-axis").nth(1).text_content()
    for _ in range(3):
        shown.control("step").click()
    course, = pieces_of(shown.root.evaluate(PATH, ["loss", 0]))
    assert len(course) == 4 and title() == "loss L (mean)"
    shown.control("reduction").select_option("sum")
    course, = pieces_of(shown.root.evaluate(PATH, ["loss", 0]))
    assert len(course) == 1 and title() == "loss L (sum)"
    shown.control("step").click()
    course, = pieces_of(shown.root.evaluate(PATH, ["loss", 0]))
    assert len(course) == 2


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_marks_of_the_training_stand_free(alone, width):
    """No class under its ring, no half dot at the edge of the panel."""
    shown = alone(TrainingStepper([*CLOUD, (4, 4), (4, -4)], [*CLASSES, 0, 1], weights=(-1, 0.1, 0)))
    shown.browsing.width(width)
    found = shown.root.evaluate("""root => {
        const middle = e => { const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; };
        const apart = (a, b) => Math.hypot(middle(a)[0] - middle(b)[0], middle(a)[1] - middle(b)[1]);
        const all = (panel, what) => [...root.querySelectorAll(`[data-panel=${panel}] ${what}`)];
        const names = all("plane", ".md-label"), grips = all("plane", ".md-grip"), [dot] = all("loss", "circle");
        const edge = all("loss", "svg")[0].getAttribute("x");
        return {rings: all("plane", "circle.md-dot").map((ring, i) => ring.hasAttribute("hidden") ? null : apart(ring, names[i])),
                grips: grips.map(grip => Math.min(...names.map(name => apart(grip, name)))),
                free: dot.getBoundingClientRect().x - dot.ownerSVGElement.ownerSVGElement.getBoundingClientRect().x - edge}; }""")
    rings = [distance for distance in found["rings"] if distance is not None]
    assert 3 <= len(rings) < 7 and min(rings) > 13 + 4  # its radius, half a figure
    assert min(found["grips"]) > 7 + 4 and found["free"] >= 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_an_error_of_nought_is_drawn_calmly(alone, width):
    shown = alone(FIGURES["differences"]())
    shown.browsing.width(width)
    course = pieces_of(shown.root.evaluate(PATH, ["errors", 2]))
    floor = max(piece[:, 1].max() for piece in course)
    on_floor = [piece for piece in course if (piece[:, 1] == floor).any()]
    assert on_floor and all((piece[:, 1] == floor).all() and np.ptp(piece[:, 0]) > 0 for piece in on_floor)
    tick = shown.root.locator("[data-panel=errors] .md-tick", has_text=re.compile("^0$")).bounding_box()
    top = shown.root.locator("[data-panel=errors]").bounding_box()["y"]
    assert abs(tick["y"] + tick["height"] / 2 - top - floor) < 4  # the line says 0
    ticks = [tick.bounding_box() for tick in shown.root.locator("[data-panel=errors] .md-tick").all()]
    grip = shown.handle("h").locator(".md-grip").bounding_box()
    assert not any(apart(grip, tick) < 0 for tick in ticks) and grip["y"] > top + floor


def apart(a, b):
    """The pixels between two boxes, negative where they overlap."""
    return max(max(a[x], b[x]) - min(a[x] + a[size], b[x] + b[size]) for x, size in (("x", "width"), ("y", "height")))


@pytest.mark.browser
@pytest.mark.parametrize("skew", [0, 0.2, -0.2])
@pytest.mark.parametrize("point", [(1.5, -1), (0.4, 1), (0.5, -2), (-1, -1.2), (-1, 1)])
def test_two_arrows_alike_have_two_legible_labels(alone, point, skew):
    shown = alone(GradientExplorer("1.5*x1**2 + x1*x2 + x2**2 - x1", point=point, skew=True, skew_part=skew))
    labels = [shown.root.locator("[data-panel=plane] .md-label", has_text=text).bounding_box() for text in ("∇", "(")]
    assert apart(*labels) > -3  # boxes are higher than letters


@pytest.mark.browser
@pytest.mark.parametrize("name", FIGURES)
def test_the_hint_names_the_keys_where_there_is_room(shown, name):
    assert shown.root.get_by_text("Or Tab and arrow keys.").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_predicted_and_actual_stand_side_by_side(alone, width):
    shown = alone(FIGURES["entries"](), is_mobile=width == 390)
    shown.browsing.width(width)
    shown.press("W-1-0", *["ArrowUp"] * 7, *["Shift+ArrowUp"] * 3)
    terms, predicted, actual = (shown.root.locator(f'[data-readout="{name}"]') for name in ("terms", "predicted", "actual"))
    label = terms.locator("xpath=../dt")
    assert predicted.bounding_box()["y"] == actual.bounding_box()["y"]
    assert abs(terms.bounding_box()["y"] - label.bounding_box()["y"]) < 5
    if width == 390:  # a finger
        sizes = [cell.bounding_box() for cell in shown.root.locator(".md-scrub").all()]
        assert min(min(size["width"], size["height"]) for size in sizes) >= 40
        assert shown.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.browser
@pytest.mark.parametrize(("page", "scheme", "dark"), [
    ("", "light", False), ("", "dark", True), ("light", "dark", False), ("dark", "light", True)])
def test_the_theme_decides_and_else_the_system(everything, page, scheme, dark):
    everything.page.emulate_media(color_scheme=scheme)
    if page:
        everything.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", page)
    got = everything.page.evaluate("getComputedStyle(document.querySelector('.matdiff-figure')).getPropertyValue('--md-variable')")
    everything.page.evaluate("delete document.documentElement.dataset.theme")
    everything.page.emulate_media(color_scheme="light")
    assert got.strip() == (palette.DARK if dark else palette.LIGHT)["variable"]


@pytest.mark.browser
def test_tall_limits_leave_room_on_a_phone(alone):
    shown = alone(LocalLinearMap(MAPS, point=(0.8, 0.6), limits=((-1, 1), (-4, 4))))
    shown.browsing.width(390)
    heights = shown.root.evaluate("e => [...e.querySelectorAll('.md-panel')].map(p => p.getBoundingClientRect().height)")
    assert max(heights) <= 1.2 * 390
    assert differences(shown.readouts(), LocalLinearMap(MAPS, point=(0.8, 0.6), limits=((-1, 1), (-4, 4))).readouts()) == {}


@pytest.mark.browser
def test_screen_readers_are_told(alone):
    shown = alone(GradientExplorer(F, label="The opening function"))
    assert shown.page.get_by_role("group", name="The opening function").count() == 1
    point = shown.page.get_by_role("slider", name="point x")
    assert point.get_attribute("aria-valuetext") == "x = (2, 1), f = 9"
    shown.press("point", "ArrowLeft")
    assert point.get_attribute("aria-valuetext").startswith("x = (1.9, 1)")
    shown.page.wait_for_function("document.querySelector('[role=status]').textContent.startsWith('predicted change')")


@pytest.mark.browser
def test_a_widget_that_needs_python_says_so(chrome, tmp_path):
    path = FIGURES["gradient"]().save_html(tmp_path / "figure.html")
    path.write_text(path.read_text("utf-8").replace('"_kind": "gradient-explorer"', '"_other": ""'), encoding="utf-8")
    page = chrome.new_page()
    page.goto(path.as_uri())
    assert page.get_by_text("This widget needs Python").count() == 1
