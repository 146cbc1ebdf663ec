"""The graph of a small network: its numbers against matdiff, its switches, what it refuses, what it shows."""
import numpy as np
import pytest
import traitlets
from figures_page import Browsing, Shown, differences, follow

import matdiff
from matdiff.figures import ComputationGraph
from matdiff.figures.computation_graph import ACTIVATIONS

PENCIL = dict(weights=[[[1, 0], [-1, 1], [2, -2]], [[2, -1, 4]]], x=(1, 2), target=(3,))
ALL = 8  # steps of a network of two layers


def random(sizes, rng, **more):
    weights = [rng.normal(size=(rows, columns)) for columns, rows in zip(sizes, sizes[1:])]
    return ComputationGraph(weights, x=rng.normal(size=sizes[0]), target=rng.normal(size=sizes[-1]),
                            biases=[rng.normal(size=rows) for rows in sizes[1:]], done=4 * len(weights), **more)


def loss(graph):
    """The loss as a function of the arrays by name, written down once more."""
    def of(**arrays):
        h = arrays["x"]
        for l in range(1, len(graph.weights) + 1):
            z = arrays[f"W{l}"] @ h + arrays.get(f"b{l}", 0)
            h = {"relu": np.maximum(z, 0), "tanh": np.tanh(z), "sigmoid": 1 / (1 + np.exp(-z)), "identity": z}[graph.activation]
        return np.sum((z - arrays["t"])**2) / 2
    return of


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 3, 4, 2), (3, 2)])
def test_every_gradient_is_that_of_matdiff(sizes, activation):
    graph = random(sizes, np.random.default_rng(len(sizes)), activation=activation)
    inputs, got, of = graph._inputs(), graph.readouts(), loss(graph)
    assert got["L"] == pytest.approx(of(**inputs))
    for name in set(inputs) - {"t"}:
        want = matdiff.gradient(lambda array: of(**inputs | {name: array}), inputs[name])
        np.testing.assert_allclose(got[f"gradient {name}"], want, rtol=1e-7, atol=1e-9)
    for l in range(1, len(sizes)):  # a sensitivity at z_l is the gradient by a bias that is added there
        np.testing.assert_array_equal(got[f"delta {l}"], got[f"gradient b{l}"])


@pytest.mark.parametrize("picked", [("x", 1, 0), ("t", 0, 0), ("W1", 2, 1), ("b1", 1, 0), ("W2", 0, 2)])
def test_a_nudge_agrees_with_the_chain(picked):
    got = random((2, 3, 1), np.random.default_rng(5), activation="tanh", picked=picked).readouts()
    assert got["slope"] == pytest.approx(got["difference"], rel=1e-6) and got["verdict"] == "agree"


def test_the_numbers_for_a_pencil():
    got = ComputationGraph(**PENCIL, done=ALL).readouts()
    assert got["L"] == 2 and got["delta 2"] == [-2]
    np.testing.assert_array_equal(got["pulled 1"], [-4, 2, -8])
    np.testing.assert_array_equal(got["delta 1"], [-4, 2, 0])
    np.testing.assert_array_equal(got["gradient W1"], [[-4, -8], [2, 4], [0, 0]])
    np.testing.assert_array_equal(got["gradient W2"], [[-2, -2, 0]])
    np.testing.assert_array_equal(got["gradient x"], [-6, 2])


def test_forgotten_slopes_are_wrong_where_a_unit_is_off_and_nowhere_else():
    wrong = ComputationGraph(**PENCIL, done=ALL, slopes=False)
    np.testing.assert_array_equal(wrong.readouts()["gradient W1"], [[-4, -8], [2, 4], [-8, -16]])
    np.testing.assert_array_equal(wrong.readouts()["gradient x"], [-22, 18])
    for i in range(3):
        wrong.picked = ("W1", i, 1)
        assert wrong.readouts()["verdict"] == ("differ" if i == 2 else "agree")
    for i in range(3):
        wrong.picked = ("W2", 0, i)
        assert wrong.readouts()["verdict"] == "agree"


def test_forgotten_transposes_do_not_fit_or_are_wrong():
    stuck = ComputationGraph(**PENCIL, done=ALL, transposes=False).readouts()
    assert stuck["gradient W1"] is stuck["gradient x"] is stuck["delta 1"] is stuck["slope"] is stuck["verdict"] is None
    np.testing.assert_array_equal(stuck["gradient W2"], [[-2, -2, 0]])
    square = ComputationGraph(sizes=(2, 2, 2), activation="identity", target=(1, -1), done=ALL, transposes=False)
    W1, W2 = map(np.array, square.weights)
    delta = W2 @ W1 @ square.x - square.target
    np.testing.assert_allclose(square.readouts()["gradient x"], W1 @ W2 @ delta)
    assert square.readouts()["verdict"] == "differ"


def test_a_node_that_is_not_visited_says_nothing():
    graph, known = ComputationGraph(**PENCIL), []
    for graph.done in range(ALL + 1):
        known.append({name for name, value in graph.readouts().items() if value is not None})
    assert known[:4] == [{"entry"}] * 4 and known[4] == {"entry", "L", "difference"}
    new = [later - before for before, later in zip(known[4:], known[5:])]
    assert new == [{"delta 2"}, {"pulled 1", "gradient W2"}, {"delta 1"}, {"gradient W1", "gradient x", "slope", "verdict"}]


def test_at_a_kink_there_is_no_verdict():
    graph = ComputationGraph(**PENCIL | {"x": (1, 1)}, done=ALL, picked=("x", 0, 0))  # z_2 = z_3 = 0
    assert graph.readouts()["verdict"] == "kink"
    graph.activation = "tanh"
    assert graph.readouts()["verdict"] == "agree"


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: ComputationGraph([1, 2]), "weights must be one matrix of finite numbers for each layer, at most 3 layers and 4 units"),
    (lambda: ComputationGraph(7), "weights must be one matrix"),
    (lambda: ComputationGraph([]), "weights must be one matrix"),
    (lambda: ComputationGraph([[[1, np.nan]]]), "weights must be one matrix of finite numbers"),
    (lambda: ComputationGraph([[[1, 2]], [[1, 2]]]), r"x 2, weights \(1, 2\), \(1, 2\) and target 1 do not fit: a matrix has a column"),
    (lambda: ComputationGraph(x=(1, 2, 3)), "x 3, weights .* do not fit"),
    (lambda: ComputationGraph(target=(1, 2)), "target 2 do not fit"),
    (lambda: ComputationGraph(target="a"), "target must be 1 to 4 finite numbers; got 'a'"),
    (lambda: ComputationGraph(biases=[[1]]), r"biases must be one vector per layer, of 3, 1 numbers, or \(\); got 1"),
    (lambda: ComputationGraph(biases=3), "biases must be one vector of finite numbers for each layer"),
    (lambda: ComputationGraph(sizes=(2, 9, 1)), r"sizes must be 2 to 4 whole numbers from 1 to 4, input first, like \(2, 3, 1\)"),
    (lambda: ComputationGraph(sizes=(2,)), "sizes must be 2 to 4 whole numbers"),
    (lambda: ComputationGraph(picked=("W3", 0, 0)), "picked names 'W3'; the graph has x, t, W1, W2"),
    (lambda: ComputationGraph(picked=("W1", 2, 2)), r"picked names entry \(2, 2\) of W1, which has shape \(3, 2\)"),
    (lambda: ComputationGraph(done=9), "done counts the visits to nodes, 0 to 8; got 9"),
    (lambda: ComputationGraph(activation="gelu"), "'relu', 'tanh', 'sigmoid', 'identity'"),
])
def test_a_mistake_gets_one_clear_sentence(make, sentence):
    with pytest.raises((ValueError, traitlets.TraitError), match=sentence):
        make()


# In the browser

@pytest.fixture
def shown(alone):
    graph = ComputationGraph(**PENCIL)
    return graph, alone(graph)


def cells(shown, node):
    return shown.root.locator(f'[data-node="{node}"] .md-cell')


@pytest.mark.browser
def test_steps_visit_the_nodes_there_and_back(shown):
    graph, page = shown
    words = []
    for done in range(1, ALL + 1):
        words.append(page.control("step").text_content())
        page.control("step").click()
        assert page.state()["done"] == done
        assert differences(page.readouts(), follow(graph, page.state()).readouts()) == {}
    assert words == ["Step forward"] * 4 + ["Step back"] * 4 and page.control("step").text_content() == "Start again"
    assert cells(page, "W1").all_text_contents() == ["1", "0", "−1", "1", "2", "−2", "−4", "−8", "2", "4", "0", "0"]
    page.control("step").click()
    assert page.state()["done"] == 0 and cells(page, "z1").all_text_contents() == ["·"] * 6
    for done in (4, 8, 0):
        page.control("pass").click()
        assert page.state()["done"] == done


@pytest.mark.browser
def test_what_is_wrong_is_marked_and_what_moves_is_shown(shown):
    _, page = shown
    for _ in range(2):
        page.control("pass").click()
    false = lambda: {node: page.root.locator(f'[data-node="{node}"] .md-false').all_text_contents() for node in ("x", "z1", "h1", "W1", "W2")}
    assert not any(false().values())
    page.control("forget-slopes").click()
    assert false() == {"x": ["−22", "18"], "z1": ["−8"], "h1": [], "W1": ["−8", "−16"], "W2": []}
    moves = lambda node: cells(page, node).evaluate_all("all => all.map(e => Number(e.classList.contains('md-moves')))")
    page.press("W1-2-0")  # its unit is off: it moves z_3 and nothing else
    assert moves("z1")[:3] == [0, 0, 1] and moves("h1")[:3] == [0, 0, 0] and moves("L") == [0]
    page.press("W1-0-0")
    assert moves("z1")[:3] == [1, 0, 0] and moves("h1")[:3] == [1, 0, 0] and moves("L") == [1]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "across"), [(800, True), (390, False)])
def test_the_graph_runs_across_or_down(shown, width, across):
    _, page = shown
    page.browsing.width(width)
    boxes = [page.root.locator(f'[data-node="{node}"]').bounding_box() for node in ("x", "z1", "h1", "z2", "L")]
    along = "x" if across else "y"
    assert all(a[along] < b[along] for a, b in zip(boxes, boxes[1:]))
    assert boxes[-1]["x"] + boxes[-1]["width"] <= width


@pytest.mark.browser
def test_long_numbers_turn_the_graph(chrome, tmp_path):
    """Nothing stands on anything else, and nothing beyond the edge, however long the numbers are."""
    graph = ComputationGraph([[[-0.123, 0.456], [7.89, -0.321]], [[0.654, -0.987], [-0.111, 0.222]]], x=(-0.135, 0.246),
                             target=(-3.21, 4.56), activation="tanh", done=ALL)
    browsing = Browsing(chrome)
    browsing.open(graph.save_html(tmp_path / "graph.html"))
    drawn = Shown(browsing, 0, graph.model_id).root.locator(".md-graph")
    ways = []
    for width in (1000, 664):
        browsing.width(width)
        assert drawn.evaluate("e => e.scrollWidth - e.clientWidth") <= 1
        assert drawn.evaluate("""e => [...e.querySelectorAll(".md-cell")].every(c => c.scrollWidth <= c.clientWidth + 1)""")
        ways.append("md-across" in drawn.get_attribute("class"))
    assert ways == [True, False] and browsing.faults == []
    browsing.context.close()
