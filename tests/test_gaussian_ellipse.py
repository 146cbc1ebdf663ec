"""The Gaussian ellipse: its numbers against matdiff and NumPy, its buttons and what it draws."""
from types import SimpleNamespace

import numpy as np
import pytest
import traitlets
from figures_page import Browsing, Shown, differences, follow, gallery

import matdiff
from matdiff.figures import GaussianEllipse
from matdiff.figures.gaussian_ellipse import covariance_of, ellipse

POINTS = np.array([(-2, 1), (-1, -1.5), (0.5, 1), (1, 1), (2, -0.5)])
MEAN, SIGMA = np.array([0.4, -0.3]), np.array([[1, 0.3], [0.3, 0.6]])
OTHER = np.array([-1, 0.2]), np.array([[2, -0.5], [-0.5, 1]])


def log_likelihood(mean, Sigma):
    """The mean of log N(x; mean, Sigma), written out; an array that is not symmetric is symmetrised."""
    Sigma = (Sigma + Sigma.T) / 2
    E = POINTS - mean
    return -np.log(2 * np.pi) - np.log(np.linalg.det(Sigma)) / 2 - np.mean(np.sum(E @ np.linalg.inv(Sigma) * E, axis=1)) / 2


def test_the_gradients_are_those_of_matdiff():
    got = GaussianEllipse(POINTS, MEAN, SIGMA).readouts()
    assert got["log-likelihood"] == pytest.approx(log_likelihood(MEAN, SIGMA))
    np.testing.assert_allclose(got["gradient mean"], matdiff.gradient(lambda m: log_likelihood(m, SIGMA), MEAN), rtol=1e-7)
    np.testing.assert_allclose(got["gradient Sigma"], matdiff.gradient(lambda S: log_likelihood(MEAN, S), SIGMA), rtol=1e-7)
    Lambda = np.linalg.inv(SIGMA)
    of_precision = lambda L: log_likelihood(MEAN, np.linalg.inv((L + L.T) / 2))
    np.testing.assert_allclose(got["gradient Lambda"], matdiff.gradient(of_precision, Lambda), rtol=1e-7)
    np.testing.assert_allclose(got["Lambda"], Lambda)
    np.testing.assert_allclose(got["S"], (POINTS - MEAN).T @ (POINTS - MEAN) / 5)


def test_a_trial_step_of_the_mean():
    """Promise and truth; the gradient times Sigma is the way to the points' mean, and the angle between the two."""
    step = np.array([0.8, -0.3])
    got = GaussianEllipse(POINTS, MEAN, SIGMA, step=step).readouts()
    assert got["predicted"] == pytest.approx(matdiff.directional_derivative(lambda m: log_likelihood(m, SIGMA), MEAN, step))
    assert got["actual"] == pytest.approx(log_likelihood(MEAN + step, SIGMA) - log_likelihood(MEAN, SIGMA))
    np.testing.assert_allclose(got["natural"], POINTS.mean(axis=0) - MEAN)
    g, n = got["gradient mean"], got["natural"]
    assert np.cos(np.radians(got["turn"])) == pytest.approx(g @ n / np.linalg.norm(g) / np.linalg.norm(n))
    round_one = GaussianEllipse(POINTS, MEAN, 0.7 * np.eye(2), step=step).readouts()
    assert round_one["turn"] == pytest.approx(0, abs=1e-6)
    at_best = GaussianEllipse([(1, 0.5)], (1, 0.5), SIGMA, step=step).readouts()
    assert at_best["turn"] is None and at_best["predicted"] == 0 and at_best["actual"] < 0


def test_the_divergence_is_an_average_over_samples(rng=np.random.default_rng(5)):
    got = GaussianEllipse(mean=MEAN, covariance=SIGMA, other=OTHER).readouts()

    def log_p(x, mean, Sigma):
        E = x - mean
        return -np.log(2 * np.pi) - np.linalg.slogdet(Sigma)[1] / 2 - np.sum(E @ np.linalg.inv(Sigma) * E, axis=1) / 2

    p, q = (MEAN, SIGMA), OTHER
    for name, (of, to) in {"KL": (p, q), "KL back": (q, p)}.items():
        x = rng.multivariate_normal(*of, size=400_000)
        assert got[name] == pytest.approx(np.mean(log_p(x, *of) - log_p(x, *to)), abs=0.01)
        assert got[name] == pytest.approx(got[f"{name} terms"].sum() / 2) and got[name] > 0
    assert got["entropy"] == pytest.approx(-np.mean(log_p(rng.multivariate_normal(*p, size=400_000), *p)), abs=0.01)
    same = GaussianEllipse(mean=MEAN, covariance=SIGMA, other=(MEAN, SIGMA)).readouts()
    assert same["KL"] == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(same["KL terms"], [2, 0, 0, -2], atol=1e-12)


@pytest.mark.parametrize("Sigma", [SIGMA, np.eye(2), np.diag([0.2, 3]), [[2, -1.9], [-1.9, 2]]])
def test_five_numbers_hold_any_covariance(Sigma):
    five = ellipse(MEAN, Sigma)
    np.testing.assert_allclose(covariance_of(five), Sigma, atol=1e-12)
    assert np.hypot(*five[2:4]) >= five[4]


def test_at_the_maximum_all_gradients_vanish_and_nowhere_else_is_better(rng=np.random.default_rng(6)):
    best = GaussianEllipse(POINTS, POINTS.mean(axis=0), np.cov(POINTS.T, bias=True)).readouts()
    for name in ("gradient mean", "gradient Sigma", "gradient Lambda"):
        np.testing.assert_allclose(best[name], 0, atol=1e-12)
    for _ in range(50):
        A = rng.normal(size=(2, 2))
        there = GaussianEllipse(POINTS, rng.normal(size=2), A @ A.T + 0.05 * np.eye(2)).readouts()
        assert there["log-likelihood"] < best["log-likelihood"]


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: GaussianEllipse(covariance=[[1, 2], [2, 1]]), "covariance must be symmetric and positive definite"),
    (lambda: GaussianEllipse(covariance=[[1, 0.5], [0, 1]]), "covariance must be symmetric and positive definite"),
    (lambda: GaussianEllipse(covariance=np.eye(3)), r"covariance of shape \(2, 2\)"),
    (lambda: GaussianEllipse(covariance="ab"), r"covariance of shape \(2, 2\)"),
    (lambda: GaussianEllipse(mean=(1, np.inf)), "finite numbers"),
    (lambda: GaussianEllipse(covariance=np.diag([1, 1e-6])), "half-axes of at least 0.05"),
    (lambda: GaussianEllipse(step=(1, 0)), "step is a trial step of the mean towards points; give points, or no step"),
    (lambda: GaussianEllipse(POINTS, step=(1, 2, 3)), "step must be 2 finite numbers"),
    (lambda: GaussianEllipse([(1, 2, 3)]), r"points must have shape \(N, 2\); got \(1, 3\)"),
    (lambda: GaussianEllipse([(9, 0)]), r"points\[0\] has x1 = 9, outside the limits"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


# In the browser

@pytest.mark.browser
@pytest.mark.parametrize("options", [{"points": POINTS}, {"other": OTHER}])
def test_a_stored_state_without_what_is_none_is_enough(chrome, tmp_path, options):
    """A notebook stores no trait that is None."""
    figure = GaussianEllipse(mean=MEAN, covariance=SIGMA, **options)
    stored = SimpleNamespace(get_state=lambda: {k: v for k, v in figure.get_state().items() if v is not None})
    browsing = Browsing(chrome)
    browsing.open(gallery({"stored": stored}, tmp_path / "stored.html"))
    page = Shown(browsing, 0, "stored")
    assert differences(page.readouts(), figure.readouts()) == {}
    page.press("mean", "ArrowUp")
    assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}
    page.reset()
    assert page.state()["gaussian"] == list(GaussianEllipse(mean=MEAN, covariance=SIGMA).gaussian)
    assert browsing.faults == []
    browsing.context.close()


@pytest.mark.browser
def test_two_buttons_lead_to_the_maximum(alone):
    page = alone(GaussianEllipse(POINTS, MEAN, SIGMA))
    page.control("best-mean").click()
    page.control("best-covariance").click()
    got = page.readouts()
    np.testing.assert_allclose(got["mean"], POINTS.mean(axis=0))
    np.testing.assert_allclose(got["Sigma"], np.cov(POINTS.T, bias=True), rtol=1e-12)
    np.testing.assert_allclose(got["gradient Sigma"], 0, atol=1e-12)


@pytest.mark.browser
def test_points_in_a_line_have_no_best_covariance_and_the_figure_stays_sound(alone):
    figure = GaussianEllipse([(-1, -1), (0, 0), (2, 2)], MEAN, SIGMA)
    page = alone(figure)
    page.control("best-mean").click()
    page.control("best-covariance").click()
    assert page.state()["gaussian"][4] == 0.05
    assert differences(page.readouts(), follow(figure, page.state()).readouts()) == {}


@pytest.mark.browser
@pytest.mark.parametrize("handle", ["axis-0", "axis-1"])
def test_an_end_that_is_dragged_takes_its_axis_along(alone, handle):
    """The end stays below the pointer; the other axis keeps its length and stands across."""
    figure = GaussianEllipse(POINTS, MEAN, SIGMA)
    page = alone(figure)
    other = 1 - int(handle[-1])
    lengths = lambda five: (np.hypot(*five[2:4]), five[4])
    before = lengths(page.state()["gaussian"])
    x, y = page.centre(handle)
    page.drag(handle, -40, -60)
    now = page.state()["gaussian"]
    np.testing.assert_allclose(page.centre(handle), [x - 40, y - 60], atol=1.5)
    assert lengths(now)[other] == pytest.approx(before[other])
    assert lengths(now)[1 - other] != pytest.approx(before[1 - other])
    page.drag("mean", 500, 300)     # into the corner: the ends may stand outside
    assert np.linalg.eigvalsh(page.readouts()["Sigma"])[0] > 0


@pytest.mark.browser
def test_the_green_arrow_at_an_end_is_the_gradient_by_that_end(alone):
    """Its direction is that of the likelihood's gradient by the first half-axis, with Sigma = A A^T."""
    figure = GaussianEllipse(POINTS, MEAN, SIGMA)
    page = alone(figure)
    _, _, a, b, width = figure.gaussian
    A = np.array([[a, -b * width / np.hypot(a, b)], [b, a * width / np.hypot(a, b)]])
    np.testing.assert_allclose(A @ A.T, SIGMA)
    slope = matdiff.gradient(lambda A: log_likelihood(MEAN, A @ A.T), A)
    drawn = page.root.evaluate("""root => [...root.querySelectorAll("path.md-curve.role-gradient")].map(e => e.getAttribute("d"))""")
    for k, path in enumerate(drawn[1:]):
        start, end = (np.array(point.split(" "), float) for point in path[1:].split("L"))
        step = (end - start) * [1, -1]  # pixels run downwards
        assert step @ slope[:, k] / np.linalg.norm(step) / np.linalg.norm(slope[:, k]) > 0.99
