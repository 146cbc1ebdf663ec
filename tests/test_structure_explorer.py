"""The explorer of structures: its arrays against NumPy, what moves along, and what stays where it is."""
import numpy as np
import pytest
import traitlets
from figures_page import differences, follow

from matdiff.figures import StructureExplorer
from matdiff.figures.structure_explorer import first_places
from matdiff.manifolds import STRUCTURES, project

G = np.array([[1, 2, -1], [6, 3, 0], [2, 4, -2]])
STEP = np.reshape(range(1, 10), (3, 3)) / 10
FREE = {"free": 9, "symmetric": 6, "skew": 3, "lower": 6, "diagonal": 3, "toeplitz": 5}


@pytest.mark.parametrize("structure", STRUCTURES)
def test_two_of_the_readings_are_the_change(structure):
    said = StructureExplorer(G, STEP, structure).readouts()
    np.testing.assert_allclose(said["dX"], project(STEP, structure))
    df = np.sum(G * said["dX"])
    assert said["df"] == pytest.approx(df) == pytest.approx(said["with projection"]) == pytest.approx(said["counted once"])
    alone = structure in ("free", "lower", "diagonal")  # every free entry stands in one place
    assert (said["with partials"] == pytest.approx(df)) == alone
    assert first_places(structure, 3).sum() == FREE[structure]
    assert said["outside"] == pytest.approx(np.linalg.norm(G - project(G, structure)))


def test_a_mistake_gets_one_clear_sentence():
    with pytest.raises(traitlets.TraitError, match=r"gradient \(2, 3\) and step \(2, 3\) must be square"):
        StructureExplorer(np.ones((2, 3)), structure="free")
    with pytest.raises(traitlets.TraitError, match=r"picked names entry \(2, 0\) of a matrix of shape \(2, 2\)"):
        StructureExplorer(np.eye(2), picked=(2, 0))
    with pytest.raises(traitlets.TraitError, match="symmetric"):
        StructureExplorer(structure="hollow")


@pytest.mark.browser
def test_partners_move_along_and_zeros_stay(alone):
    figure = StructureExplorer(G, STEP, "symmetric", picked=(1, 0))
    shown = alone(figure)
    for structure, moved in {"symmetric": (2, 0), "skew": (2, 0), "lower": (2, 0), "toeplitz": (1, 0), "diagonal": (1, 1), "free": (0, 2)}.items():
        shown.control("structure").select_option(structure)
        before = np.array(shown.readouts()["dX"])
        shown.press(f"dX-{moved[0]}-{moved[1]}", "ArrowUp", "ArrowUp")
        after = np.array(shown.readouts()["dX"])
        np.testing.assert_allclose(project(after, structure), after, atol=1e-12)
        assert after[moved] - before[moved] == pytest.approx(0.2, abs=0.01)
        assert np.count_nonzero(np.abs(after - before) > 1e-9) == {"symmetric": 2, "skew": 2, "toeplitz": 2}.get(structure, 1)
        assert differences(shown.readouts(), follow(figure, shown.state()).readouts()) == {}
        free = shown.root.locator('[data-handle^="dX-"]').count()
        assert free == {"skew": 6, "lower": 6, "diagonal": 3}.get(structure, 9)
    shown.control("structure").select_option("lower")
    zero = shown.root.get_by_label("dX, row 1, column 3")
    box, before = zero.bounding_box(), shown.readouts()
    shown.page.mouse.move(box["x"] + 5, box["y"] + 5)
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] + 5, box["y"] - 60, steps=4)
    shown.page.mouse.up()
    assert shown.readouts() == before
