"""The draggable figures: their numbers against matdiff, their JavaScript against NumPy, and both in a browser."""
import json
import re
import subprocess
import sys

import numpy as np
import pytest
import sympy
import traitlets
from figures_page import FigurePage, browser, differences, follow
from py_mini_racer import MiniRacer

import matdiff
from matdiff import figures, palette
from matdiff.figures import DifferenceCurve, GradientExplorer, LocalLinearMap, StepSizeCurve
from matdiff.figures.difference_curve import complex_javascript
from matdiff.figures.formula import Formula, Map, parse
from matdiff.figures.gradient_explorer import length, steepest
from matdiff.figures.pages import module

F = "x1**2 + 3*x1*x2 - x2"
POINTS = [(2, 1), (-1.3, 0.4), (0.7, -2.1)]
SCALARS = [F, "exp(-x1**2) * sin(x2) + x1", "log(1 + exp(x1 - 2*x2))", "sqrt(1 + x1**2 + x2**2)", "Abs(x1)**3 + tanh(x2)",
           "Max(0, x1 - x2) + x2", "Piecewise((x1**2, x1 < 1), (2*x1 - 1, True)) * x2", "(1 - x1)^2 + 100 (x2 - x1^2)^2",
           "x1/(1 + x2**2) + pi", "atan(x1*x2) + 2"]
MAPS = {"product": ("x1*x2", "x1 + x2**2"), "polar": ("x1*cos(x2)", "x1*sin(x2)"),
        "swirl": ("x1*cos(x1**2 + x2**2) - x2*sin(x1**2 + x2**2)", "x1*sin(x1**2 + x2**2) + x2*cos(x1**2 + x2**2)")}
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


# One source of the mathematics: what SymPy prints for JavaScript is what NumPy computes

def nested(entry):
    return f"[{', '.join(map(nested, entry))}]" if isinstance(entry, list) else entry


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
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


def test_traits_check_themselves_later_too():
    figure = GradientExplorer(F)
    with pytest.raises(traitlets.TraitError, match="point must be 2 finite numbers"):
        figure.point = (1, 2, 3)
    figure.point = np.array([1, 2])
    assert figure.point == (1.0, 2.0) and figure.readouts()["f"] == 5


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
    assert len(text) < 3000 and kept["state"]["_kind"] == figure.kind
    assert not {"_esm", "_css", "layout"} & set(kept["state"])
    assert figures.static_state(kept) == kept


def test_other_widgets_keep_their_state():
    other = {"model_name": "LayoutModel", "state": {"width": None}}
    assert figures.static_state(other) is other


def test_repr_is_one_stable_line(figure):
    text = repr(figure)
    assert "\n" not in text and text.startswith(type(figure).__name__ + "(")
    assert figure._repr_mimebundle_()[0]["text/plain"] == text


# In the browser

@pytest.fixture(scope="module")
def chrome():
    with browser() as started:
        yield started


@pytest.fixture
def page_of(chrome, tmp_path):
    """page_of(figure, ...): the figure on a page of its own, closed after the test."""
    opened = []

    def go(figure, **options):
        opened.append(FigurePage(chrome, figure, tmp_path / "figure.html", **options))
        return opened[-1]

    yield go
    for shown in opened:
        shown.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("way", ["drag", "touch", "press"])
@pytest.mark.parametrize("name", FIGURES)
def test_a_drag_says_what_numpy_says(page_of, name, way):
    figure = FIGURES[name]()
    shown = page_of(figure, width=390 if way == "touch" else 1280, touch=way == "touch")
    assert differences(shown.readouts(), figure.readouts()) == {}
    for handle in shown.handles():
        before = shown.readouts()
        if way == "press":
            shown.press(handle, "ArrowRight", "ArrowUp", "Shift+ArrowUp", "PageDown")
        else:
            getattr(shown, way)(handle, -23, -14)
        after = shown.readouts()
        assert after != before, handle
        assert differences(after, follow(figure, shown.state()).readouts()) == {}, handle
    assert shown.faults == []
    before = shown.readouts()
    shown.root.locator('[data-control="reset"]').click()
    assert shown.readouts() != before
    assert differences(shown.readouts(), FIGURES[name]().readouts()) == {}


@pytest.mark.browser
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_fits_and_is_legible(page_of, name):
    shown = page_of(FIGURES[name]())
    for width in (1280, 390, 290):
        shown.page.set_viewport_size({"width": width, "height": 900})
        shown.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        fits(shown)


def fits(shown):
    assert shown.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    sizes = shown.root.evaluate("""root => [...root.querySelectorAll("text, dt, dd, label, .md-hint, button")]
        .map(e => parseFloat(getComputedStyle(e).fontSize))""")
    assert min(sizes) >= 12
    beyond = shown.root.evaluate("""root => [...root.querySelectorAll(".md-labels text")].filter(e => !e.hasAttribute("hidden"))
        .filter(e => e.getBoundingClientRect().right > root.getBoundingClientRect().right + 2).map(e => e.textContent)""")
    assert beyond == []


@pytest.mark.browser
@pytest.mark.parametrize(("page", "scheme", "dark"), [
    ("", "light", False), ("", "dark", True), ("data-theme='light'", "dark", False), ("data-theme='dark'", "light", True)])
def test_the_theme_decides_and_else_the_system(page_of, page, scheme, dark):
    shown = page_of(FIGURES["gradient"](), scheme=scheme)
    if page:
        shown.page.evaluate(f"document.documentElement.dataset.theme = {page.split('=')[1]}")
    want = (palette.DARK if dark else palette.LIGHT)["variable"]
    assert shown.root.evaluate("e => getComputedStyle(e).getPropertyValue('--md-variable')").strip() == want


@pytest.mark.browser
def test_screen_readers_are_told(page_of):
    shown = page_of(GradientExplorer(F, label="The opening function"))
    assert shown.page.get_by_role("group", name="The opening function").count() == 1
    point = shown.page.get_by_role("slider", name="point x")
    assert point.get_attribute("aria-valuetext") == "x = (2, 1), f = 9"
    shown.press("point", "ArrowLeft")
    assert point.get_attribute("aria-valuetext").startswith("x = (1.9, 1)")
    shown.page.wait_for_function("document.querySelector('[role=status]').textContent.startsWith('predicted change')")


@pytest.mark.browser
def test_a_drag_answers_within_a_frame(page_of, record_property):
    for name in FIGURES:
        shown, times = page_of(FIGURES[name]()), []
        for handle in shown.handles():
            for _ in range(5):
                shown.press(handle, "ArrowLeft")
                times.append(shown.milliseconds())
        shown.page.close()
        record_property(name, float(np.median(times)))
        assert np.median(times) < 16


@pytest.mark.browser
def test_a_widget_that_needs_python_says_so(chrome, tmp_path):
    path = FIGURES["gradient"]().save_html(tmp_path / "figure.html")
    path.write_text(path.read_text("utf-8").replace('"_kind": "gradient-explorer"', '"_other": ""'), encoding="utf-8")
    page = chrome.new_page()
    page.goto(path.as_uri())
    assert page.get_by_text("This widget needs Python").count() == 1
