"""The tangent space figure: its three walks against NumPy, and how far they stray."""
import numpy as np
import pytest
import traitlets

from matdiff.figures import TangentSpace
from matdiff.figures.tangent_space import walk
from matdiff.manifolds import project_tangent, retract_qr

PLACES = [((0.8, 0.6), (0.1, -1.5)), ((-0.3, 0.9), (1.2, -0.4)), ((0.5, -0.5, 0.6), (0.4, 1.1, 0.3))]


@pytest.mark.parametrize(("x", "G"), PLACES)
def test_the_readouts_are_those_of_manifolds(x, G):
    said = TangentSpace(x, G, eta=0.2).readouts()
    x, G = np.array(x) / np.linalg.norm(x), np.array(G)
    P = project_tangent(x, G)
    np.testing.assert_allclose(said["projection"], P)
    assert said["slope"] == said["predicted"] == pytest.approx(np.linalg.norm(P))
    assert said["raw 1"] == pytest.approx(abs(np.sum((x - 0.2 * G)**2) - 1))
    assert said["tangent 1"] == pytest.approx(0.04 * P @ P)  # Pythagoras
    assert said["kept 1"] == pytest.approx(0, abs=1e-14)
    y, worst = x, 0
    for _ in range(50):
        y = retract_qr(y, -0.2 * project_tangent(y, G))
        worst = max(worst, abs(y @ y - 1))
    assert said["f kept"] == pytest.approx(G @ y) and said["kept 50"] <= worst + 1e-14
    assert said["lowest"] == pytest.approx(-np.linalg.norm(G)) and said["f kept"] < said["f"]


@pytest.mark.parametrize(("x", "G"), PLACES)
def test_a_raw_step_leaks_at_first_order_a_tangent_one_at_second(x, G):
    fine, coarse = (TangentSpace(x, G, eta=eta).readouts() for eta in (1e-3, 2e-3))
    assert coarse["raw 1"] / fine["raw 1"] == pytest.approx(2, rel=0.02)
    assert coarse["tangent 1"] / fine["tangent 1"] == pytest.approx(4, rel=1e-6)


def test_twice_as_long_predicts_twice_the_slope():
    right, twice = TangentSpace().readouts(), TangentSpace(doubled=True).readouts()
    assert twice["predicted"] == 2 * twice["slope"] == 2 * right["slope"]
    assert twice["tangent 1"] == pytest.approx(4 * right["tangent 1"])


def test_a_rotation_is_a_point_of_the_circle():
    """<G, Q(t)> in the plane of the rotations: half of G's trace and of G21 - G12, the same projection."""
    Q, G = np.array([[0.6, -0.8], [0.8, 0.6]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    said = TangentSpace(Q[:, 0], (np.trace(G) / 2, (G[1, 0] - G[0, 1]) / 2)).readouts()
    P = (G - Q @ G.T @ Q) / 2
    np.testing.assert_allclose(P, [[said["projection"][0], -said["projection"][1]], said["projection"][::-1]])
    assert 2 * said["f"] == pytest.approx(np.sum(G * Q))


def test_a_walk_out_of_hand_has_no_end():
    figure = TangentSpace((1, 0.01), (2.5, 0), eta=1, doubled=True)
    assert figure.readouts()["tangent 50"] is None and figure.readouts()["kept 50"] == pytest.approx(0, abs=1e-14)
    assert len(walk(figure.point, figure.gradient, 1, "tangent", 2, 50)) < 51


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: TangentSpace((0, 0)), "point must be 2 or 3 finite numbers, not all 0"),
    (lambda: TangentSpace((1, 0, 0, 0), (1, 0, 0, 0)), "point must be 2 or 3 finite numbers; got"),
    (lambda: TangentSpace((1, 0), (1, 0, 0)), "the same size; got 2 and 3 numbers"),
    (lambda: TangentSpace(eta=2), "eta must be a finite number between 0.001 and 1"),
    (lambda: TangentSpace().set_trait("point", (2, 0)), "point must have length 1; got .* of length 2"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


@pytest.mark.browser
def test_a_point_of_the_sphere_stays_on_it(alone):
    figure = TangentSpace((0.1, -0.9, 0.4), (1, 0, 1))
    shown = alone(figure)
    for dx, dy in ((60, 20), (-400, 10), (0, 300)):  # beyond the rim too
        shown.drag("point", dx, dy)
        point = shown.state()["point"]
        assert np.linalg.norm(point) == pytest.approx(1)
    assert shown.readouts()["kept 50"] < 1e-12
