"""Every exercise holds what it promises; the exercise system says one sentence to whatever it is given."""
import csv
import dataclasses
import subprocess
import sys
import types
from fractions import Fraction
from pathlib import Path

import nbformat
import numpy as np
import pytest

import matdiff
from bookbuild import editions, grade, notebook
from bookbuild import exercises as tool
from matdiff import Check, exercises
from matdiff.exercises import (SESSION, Exercise, Option, Wrong, check_exercise, exercises_of, hint,
                               progress, reset)
from matdiff.exercises.judging import build, inputs
from matdiff.exercises.validate import numbering, problems, topics

CHAPTERS = sorted((Path(__file__).parent.parent / "chapters").glob("[0-9][0-9]_*.ipynb"))
ALL = [exercise for chapter in topics() for exercise in exercises_of(chapter)]


# Every specification of the book

@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.number)
def test_specification(exercise):
    """The solution passes, every wrong answer is refused and called by its name; all is there."""
    found = problems(exercise)
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize("chapter", topics())
def test_numbers_are_consecutive(chapter):
    assert numbering(chapter) == []


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.number)
def test_untouched_stub_and_solution_as_in_the_notebook(exercise):
    """The generated cells, run as they stand: the stub is not attempted, the solution passes."""
    space = {"np": np, "check_exercise": check_exercise} | {n: getattr(matdiff, n) for n in matdiff_names()}
    assert "not attempted yet" in repr(run_cell(tool.stub(exercise).source, dict(space)))
    said = run_cell(tool.solution(exercise).source, dict(space))
    assert said.passed and repr(said).startswith(f"✓ Exercise {exercise.number}: right")


def matdiff_names():
    return [n for n, v in vars(matdiff).items() if callable(v) and not n.startswith("_")]


def run_cell(source, space):
    """The value of the cell's last line."""
    *head, last = source.strip().splitlines()
    exec("\n".join(head), space)
    return eval(last, space)


# A small topic of its own: one exercise of each kind

A_B = {"draw": lambda rng: {"x": rng.normal(size=4), "A": rng.normal(size=(4, 4)), "b": rng.normal(size=4)}}


def judge_double(answer, rng):
    x = rng.normal(size=3)
    given = answer(x, 2)
    if np.shape(given) != (3,):
        return Check(False, "shape", "Three numbers are expected.")
    right = np.allclose(given, 2 * x)
    return Check(right, None if right else "unknown", "Twice x." if right else "Not twice x.")


GRADIENT = Exercise(
    number="99.1", title="A quadratic form", kind="gradient", **A_B,
    prompt=r"Give $\nabla f$ of $f(\mathbf x)=\mathbf x^\top A\mathbf x-\mathbf b^\top\mathbf x$, shape (4,).",
    function="x @ A @ x - b @ x", solution="(A + A.T) @ x - b", hints=("x occurs twice.", "Transpose `one` of two."),
    wrong=(Wrong("2 * A @ x - b", "only for symmetric input", "Right only if $A$ is symmetric.", hint=2),
           Wrong("A @ x - b", "missing product-rule term", "The left x was held fixed."),
           Wrong("b - (A + A.T) @ x", "sign", "Turned round.")),
    after="Now the Hessian.")
JACOBIAN = Exercise(
    number="99.2", title="A map", kind="jacobian", draw=lambda rng: {"x": rng.normal(size=3), "A": rng.normal(size=(4, 3))},
    prompt=r"Jacobian of $\sin(A\mathbf x)$, shape $4\times3$.", function="np.sin(A @ x)",
    solution="np.cos(A @ x)[:, None] * A", hints=("Chain rule.", "Rows."),
    wrong=(Wrong("A", "missing chain factor", "Slope left out."), Wrong("-np.cos(A @ x)[:, None] * A", "sign", "Sign."),
           Wrong("2 * np.cos(A @ x)[:, None] * A", "factor", "Twice.")), after="More.")
DIFFERENTIAL = Exercise(
    number="99.3", title="A square", kind="differential", draw=lambda rng: {"X": rng.normal(size=(3, 3))},
    prompt="Differential of $X^2$, shape (3, 3).", function="X @ X", solution="dX @ X + X @ dX",
    hints=("Two terms.", "Keep the order."),
    wrong=(Wrong("2 * X @ dX", "not symmetrised", "They do not commute."), Wrong("X @ dX", "missing product-rule term", "One."),
           Wrong("-dX @ X - X @ dX", "sign", "Sign.")), after="The cube.")
VALUE = Exercise(
    number="99.4", title="A number", kind="value", prompt="The number $1/3$ and no other, shape ().",
    solution="1 / 3", hints=("Divide.", "By three."),
    wrong=(Wrong("3", "unknown", "Upside down."), Wrong("-1 / 3", "sign", "Sign."), Wrong("1 / 9", "unknown", "Squared.")),
    after="And 1/7?")
PAIR = Exercise(
    number="99.5", title="Two parts", kind="value", draw=lambda rng: {"x": rng.normal(size=3)},
    prompt="The length of x in R^3 and the unit vector, shape (3,).",
    solution="n = np.linalg.norm(x)\nreturn n, x / n", hints=("Length.", "Divide."),
    wrong=(Wrong("n = np.linalg.norm(x)\nreturn n, x", "shape", "Not divided."),
           Wrong("n = x @ x\nreturn n, x / n", "missing square root", "Root."),
           Wrong("n = np.linalg.norm(x)\nreturn n, -x / n", "sign", "Sign.")), after="More.")
SHAPE = Exercise(
    number="99.6", title="A shape", kind="shape", prompt="The shape of a vector of $3$ numbers, as a tuple: shape?",
    solution="(3,)", hints=("One axis.", "Three."),
    wrong=(Wrong("(3, 1)", "shape", "A column."), Wrong("(1, 3)", "shape", "A row."), Wrong("()", "shape", "A number.")),
    after="And of a matrix?")
CHOICE = Exercise(
    number="99.7", title="Which one", kind="choice", **A_B, prompt=r"Which is $\nabla(\mathbf x^\top A\mathbf x)$?",
    solution="(A + A.T) @ x", hints=("Try it.", "Twice."), options={
        "a": Option("$2Ax$", False, "Only for symmetric $A$.", body="2 * A @ x"),
        "b": Option("$(A+A^T)x$", True, "Both terms.", body="(A + A.T) @ x"),
        "c": Option("$Ax$", False, "One term.", body="A @ x"),
        "d": Option("it is 0", False, "It is not.", test=lambda rng: False)}, after="More.")
CODE = Exercise(
    number="99.8", title="Write it", kind="code", name="double", prompt="Write `double(x, n)`: n times x, both given.",
    solution="return n * x", judge=judge_double, hints=("Multiply.", "By n."),
    wrong=(Wrong("3 * x", "unknown", "Three times."), Wrong("(n * x)[:1]", "shape", "One only."),
           Wrong("-n * x", "sign", "Turned round.")), after="More.")
TINY = (GRADIENT, JACOBIAN, DIFFERENTIAL, VALUE, PAIR, SHAPE, CHOICE, CODE)


@pytest.fixture(autouse=True)
def session():
    """Each test begins as a new session does."""
    reset()
    yield
    reset()


@pytest.fixture
def tiny(monkeypatch):
    topic = types.ModuleType("matdiff.exercises.tiny")
    topic.EXERCISES = TINY
    monkeypatch.setitem(sys.modules, topic.__name__, topic)
    monkeypatch.setitem(exercises.TOPICS, "99", "tiny")
    return topic


@pytest.mark.parametrize("exercise", TINY, ids=lambda e: e.kind)
def test_the_small_topic_is_valid(exercise):
    """What the tests below rely on; names of mistakes aside, which the book's own topics are tested for."""
    assert [p for p in problems(exercise) if "is no name" not in p] == []


# What the validator finds

def changed(exercise, **fields):
    return dataclasses.replace(exercise, **fields)


@pytest.mark.parametrize("exercise, sentence", [
    (changed(GRADIENT, solution="2 * A @ x - b"), "the solution does not pass its own check"),
    (changed(GRADIENT, wrong=GRADIENT.wrong[:2]), "2 typical wrong answers; at least 3"),
    (changed(GRADIENT, hints=("One.",)), "1 hints; at least 2"),
    (changed(GRADIENT, prompt="Differentiate."), "states no shape"),
    (changed(GRADIENT, prompt="`answer(A, x)` has shape (4,)."), "states the arguments ['A', 'x'], drawn are ['x', 'A', 'b']"),
    (changed(GRADIENT, after=""), "nothing is said in `after`"),
    (changed(GRADIENT, kind="tensor"), "kind 'tensor' is none of"),
    (changed(GRADIENT, solution="(A + A.T @ x"), "the solution is no Python"),
    (changed(GRADIENT, function=None), "needs `draw` and `function`"),
    (changed(GRADIENT, wrong=(*GRADIENT.wrong, Wrong("A @ x + A.T @ x - b", "factor", "x"))), "wrong 4 (factor)"),
    (changed(GRADIENT, wrong=(*GRADIENT.wrong, Wrong("3 * A @ x - b", "bad luck", "x"))), "'bad luck' is no name of"),
    (changed(GRADIENT, wrong=(*GRADIENT.wrong, Wrong("A @ x - b", "sign", "x"))), "named 'missing product-rule term'"),
    (changed(GRADIENT, wrong=(*GRADIENT.wrong, Wrong("3 * A @ x", "sign", " "))), "does not say why"),
    (changed(GRADIENT, wrong=(*GRADIENT.wrong, Wrong("3 * A @ x", "sign", "x", hint=3))), "there is no hint 3"),
    (changed(CHOICE, options=CHOICE.options | {"c": changed(CHOICE.options["c"], true=True)}), "2 options are true"),
    (changed(CHOICE, options=CHOICE.options | {"c": changed(CHOICE.options["c"], body="A @ x + A.T @ x")}),
     "option c is marked False, its test says [True"),
    (changed(CHOICE, options=CHOICE.options | {"c": changed(CHOICE.options["c"], body=None)}), "needs either a body or a test"),
    (changed(CODE, prompt="Write it."), "states its arguments"),
    (changed(CODE, judge=lambda answer, rng: Check(True, None, "ok")), "it passes"),
])
def test_validator_finds(exercise, sentence):
    assert any(sentence in problem for problem in problems(exercise)), problems(exercise)


def test_validator_finds_numbers_out_of_order(tiny):
    tiny.EXERCISES = (GRADIENT, DIFFERENTIAL)
    assert numbering("99") == ["exercise 99.3 stands where 99.2 is expected"]


# What a learner is told

@pytest.mark.parametrize("answer", [..., None, lambda x, A, b: ...])
def test_not_attempted(tiny, answer):
    verdict = check_exercise("99.1", answer)
    assert repr(verdict) == "○ Exercise 99.1: not attempted yet." and not verdict and verdict.mistake is None
    assert "not attempted yet" in verdict._repr_html_() and progress("99").rows[0][2] == "not attempted"


@pytest.mark.parametrize("number", [e.number for e in TINY])
def test_every_stub_is_not_attempted(tiny, number):
    exercise = exercises.find(number)
    verdict = run_cell(tool.stub(exercise).source, {"check_exercise": check_exercise})
    assert repr(verdict) == f"○ Exercise {number}: not attempted yet."


def test_right_says_what_comes_next(tiny):
    verdict = check_exercise("99.1", lambda x, A, b: (A + A.T) @ x - b)
    assert verdict and repr(verdict) == "✓ Exercise 99.1: right. Next: Now the Hessian."
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.passed = False


def test_typical_wrong_answer_has_its_own_name_and_sentence(tiny):
    verdict = check_exercise("99.1", lambda x, A, b: A @ x + A @ x - b)
    assert not verdict and verdict.mistake == "only for symmetric input"
    assert verdict.message == "Exercise 99.1: Right only if $A$ is symmetric."


def test_other_wrong_answers_get_the_checkers_diagnosis(tiny):
    verdict = check_exercise("99.1", lambda x, A, b: 3 * ((A + A.T) @ x - b))
    assert verdict.mistake == "factor" and verdict.expected is not None


def test_hints_are_pointed_to_from_the_second_wrong_answer_on(tiny):
    def said():
        return check_exercise("99.1", lambda x, A, b: x).message
    assert "hint(" not in said()
    assert 'hint("99.1", 1)' in said() and 'hint("99.1", 2)' in said() and 'hint("99.1", 2)' in said()
    own = check_exercise("99.1", lambda x, A, b: 2 * A @ x - b).message
    assert own.endswith('Stuck? `hint("99.1", 2)` helps.')
    reset("99.1")
    check_exercise("99.1", lambda x, A, b: 2 * A @ x - b)
    assert 'hint("99.1", 2)' in check_exercise("99.1", lambda x, A, b: 2 * A @ x - b).message


def test_a_hint_that_was_read_is_not_pointed_to_again(tiny):
    def said():
        return check_exercise("99.1", lambda x, A, b: x).message
    hint("99.1")
    assert "hint(" not in said() and 'hint("99.1", 2)' in said()
    hint("99.1")
    assert 'hint("99.1", 2)' in said()  # none is left: the one that says most


def test_an_answer_that_raises_is_a_wrong_one_too(tiny):
    assert "hint(" not in check_exercise("99.1", lambda x, A, b: A @ b[:2]).message
    verdict = check_exercise("99.1", lambda x, A, b: A + b[:2])
    assert verdict.mistake == "raises" and verdict.message.endswith('Stuck? `hint("99.1", 1)` helps.')
    assert "hint(" not in check_exercise("99.2", lambda x, A: None).message
    assert "hint(" not in check_exercise("99.2", lambda x, A: None).message  # `return` is missing, not a hint


def test_an_answer_that_does_not_move_hears_so(tiny):
    same = "Your answer is the same for all inputs that were drawn, the right one is not."
    for number, answer in [("99.1", lambda x, A, b: [1, 2, 3, 4]), ("99.5", lambda x: (1.5, [1, 2, 3]))]:
        assert same in check_exercise(number, answer).message
    assert same not in check_exercise("99.1", lambda x, A, b: x).message
    assert same not in check_exercise("99.1", lambda x, A, b: 1).message  # the shape is what is wrong with it


def test_attempts_draw_anew_and_sessions_repeat(tiny):
    def first_inputs():
        seen = []
        check_exercise("99.1", lambda x, A, b: seen.append(x) or 0 * x)
        return seen[0].tolist()

    def session():
        reset()
        return [first_inputs() for _ in range(3)]

    once = session()
    assert session() == once and len({tuple(x) for x in once}) == 3


@pytest.mark.parametrize("number, answer", [
    ("99.1", lambda x, A, b: ((A + A.T) @ x - b).tolist()),
    ("99.1", lambda x, A, b: ((A + A.T) @ x - b).astype(np.float32)),
    ("99.1", lambda A, x, b: (A + A.T) @ x - b),
    ("99.1", lambda u, M, c: M @ u + M.T @ u - c),
    ("99.1", lambda x, A, b, k=1: A @ x + A.T @ x - b),
    ("99.1", lambda *args: (args[1] + args[1].T) @ args[0] - args[2]),
    ("99.2", lambda x, A: np.diag(np.cos(A @ x)) @ A),
    ("99.3", lambda X, dX: X @ dX + dX @ X), ("99.3", lambda dX, X: X @ dX + dX @ X),
    ("99.4", 1 / 3), ("99.4", Fraction(1, 3)), ("99.4", np.array(1 / 3)), ("99.4", 0.3333),
    ("99.4", lambda: 1 / 3), ("99.4", np.float32(1 / 3)), ("99.4", 1 / 3 + 0j),
    ("99.5", lambda x: (np.sqrt(x @ x), (x / np.sqrt(x @ x)).tolist())), ("99.5", lambda x: [np.sqrt(x @ x), x / np.sqrt(x @ x)]),
    ("99.6", (3,)), ("99.6", [3]), ("99.6", 3), ("99.6", np.zeros(3).shape), ("99.6", np.array([3])), ("99.6", lambda: (3,)),
    ("99.7", "b"), ("99.7", "B"), ("99.7", "(b)"), ("99.7", " b "), ("99.7", lambda: "b"),
    ("99.8", lambda x, n: n * x), ("99.8", lambda x, n: x * float(n)),
])
def test_right_in_another_form(tiny, number, answer):
    verdict = check_exercise(number, answer)
    assert verdict, verdict


def raises(*args):
    raise KeyError("weights")


@pytest.mark.parametrize("number, answer, sentence", [
    ("99.1", raises, "raised KeyError: 'weights' (called with x of shape (4,), A of shape (4, 4), b of shape (4,))"),
    ("99.1", lambda x, A, b: A.T @ np.ones((3, 2)), "the sizes of the product do not fit, 4 against 3"),
    ("99.1", lambda x, A, b: A[:3] + b[:2], "the shapes (3, 4) and (2,) do not fit where `+`, `-`, `*` or `/` works entry by entry"),
    ("99.1", lambda x, A, b: b @ (x @ x), "a factor of the product `@` is a number; numbers are multiplied with `*`"),
    ("99.4", [[1, 2], [3]], "because its rows have different lengths: [[1, 2], [3]]"),
    ("99.1", lambda x, A: x, "Your function takes (x, A); it is called with (x, A, b)."),
    ("99.1", lambda x, A, b: x * np.nan, "has nan at entry (0,)"),
    ("99.1", lambda x, A, b: np.log(-np.abs(x)), "has nan"),
    ("99.1", lambda x, A, b: x / 0, "inf"),
    ("99.1", lambda x, A, b: [[1], [2, 3]], "is a list that NumPy cannot read"),
    ("99.1", lambda x, A, b: "A @ x", "is text, 'A @ x'"),
    ("99.1", lambda x, A, b: {1, 2}, "of type set"),
    ("99.1", lambda x, A, b: print, "is a function"),
    ("99.1", lambda x, A, b: np.random.default_rng().normal(size=4), "another answer each time"),
    ("99.1", np.zeros(4), "A function is expected, `def answer(x, A, b): return …`, and this is an array"),
    ("99.1", "A @ x", "and this is text"),
    ("99.1", lambda x, A, b: x[:, None] @ np.ones((1, 7)), "yours has shape (4, 7)"),
    ("99.3", lambda X: X, "it is called with (X, dX)"),
    ("99.1", lambda x, A, b: None, "Your function returned nothing; is `return` missing?"),
    ("99.1", lambda x, A, b: x > 0, "is an array of True and False, where a number or an array of numbers is expected"),
    ("99.1", lambda x, A, b: exit(), "ends the session"), ("99.1", lambda x, A, b: sys.exit(), "ends the session"),
    ("99.1", lambda x, A, b: x[:, None] * 0 + 1, "yours has shape (4, 1)"),
    ("99.2", lambda x, A: (np.cos(A @ x)[:, None] * A).T, "The numbers are right, the layout is another one: shape (4, 3)"),
    ("99.3", lambda X, dX: None, "returned nothing"), ("99.3", lambda X, dX: dX > 0, "True and False"),
    ("99.4", True, "The answer is True, where a number"), ("99.4", np.bool_(False), "where a number"),
    ("99.4", [1 / 3], "The numbers are right, the shape is not: the answer has shape (1,); one number is expected"),
    ("99.4", np.full((1, 1), 1 / 3), "The numbers are right, the shape is not"),
    ("99.4", 2 / 3, "should be multiplied by 0.5"), ("99.4", -0.3333, "Sign."), ("99.4", 0.1111, "Squared."), ("99.4", 0.7, "The answer is not right: yours is 0.7."),
    ("99.5", lambda x: (True, x), "Part 1 of the answer is True"), ("99.5", lambda x: (None, x), "Part 1 of the answer is None"),
    ("99.5", lambda x: (np.sqrt(x @ x), x / np.sqrt(x @ x), 3), "2 parts are asked for, yours has 3"),
    ("99.6", True, "The answer is True"), ("99.6", (True, True), "True and False"),
    ("99.6", "(3,)", "The answer is text, '(3,)'; a tuple such as (2, 5) is expected"),
    ("99.7", True, "one letter"), ("99.8", lambda x, n: exit(), "ends the session"),
    ("99.8", lambda x, n: None, "returned nothing"),
    ("99.4", "1/3", "is text"), ("99.4", [1, 2], "shape (2,)"), ("99.4", 0.33, "Close, but not right to four digits"),
    ("99.4", float("nan"), "nan"), ("99.4", {}, "dictionary"),
    ("99.5", lambda x: x @ x, "2 parts are asked for, yours has 1"), ("99.5", lambda x: (np.sqrt(x @ x), x[:2]), "Part 2"),
    ("99.6", (1, 2, 3), "tuple of 1 number, yours has 3"), ("99.6", (4,), "Not (4,)"), ("99.6", "3", "text"),
    ("99.7", "e", 'Answer with one letter, "a", "b", "c" or "d"; this is \'e\''), ("99.7", 2, "one letter"),
    ("99.8", 3, "A function is expected, and this is a number"), ("99.8", lambda x: x, "it is called with (x, n)"),
    ("99.8", raises, "raised KeyError"), ("99.8", lambda x, n: "xxx", "Three numbers"),
    ("99.8", lambda x, n: [object()] * 3, "This cannot be judged (TypeError"),
    ("99.8", lambda x, n: (v for v in x), "Your function returned something of type generator: <generator object"),
    ("99.4", 1e308, "yours is 1e+308"), ("0.3", lambda G, dX: 1e308, "yours is 1e+308"),
    ("99.1", lambda x, A, b: raises, "is a function, <function raises>;"),
    ("3.15", lambda layers, x, u: "W", "The answer is text, 'W'"), ("3.15", lambda layers, x, u: x * np.nan, "The answer has nan at entry (0,)"),
    ("3.15", lambda layers, x, u: np.sin(x), "No common mistake explains it. 4 of 4 entries differ"),
])
def test_one_sentence_whatever_is_given(tiny, number, answer, sentence, recwarn):
    verdict = check_exercise(number, answer)
    assert not verdict and sentence in verdict.message, verdict
    assert "\n" not in repr(verdict) and "Traceback" not in verdict._repr_html_() and len(recwarn) == 0


def test_the_answers_own_traceback_is_kept(tiny):
    details = check_exercise("99.1", raises).details
    assert "KeyError: 'weights'" in details and "in raises" in details and "judging.py" not in details


@pytest.mark.parametrize("number, sentence", [
    ("99.44", "There is no exercise 99.44. The nearest is 99.4; the chapter has 99.1 to 99.8."),
    ("98.1", "There is no chapter 98"), (99.1, "a text in quotes"), (None, "a text in quotes"), ("", "There is no chapter")])
def test_unknown_numbers(tiny, number, sentence):
    assert sentence in repr(check_exercise(number, 1)) and sentence in repr(hint(number))


def test_inputs_are_copies(tiny):
    def spoil(x, A, b):
        g = (A + A.T) @ x - b
        x[:], A[:], b[:] = 0, 0, 0
        return g
    assert check_exercise("99.1", spoil)


@pytest.mark.parametrize("wrong", CODE.wrong, ids=lambda w: w.mistake)
def test_code_is_known_by_what_it_says_on_the_way(tiny, wrong):
    verdict = check_exercise("99.8", build(CODE, wrong.body))
    assert (verdict.mistake, verdict.message) == (wrong.mistake, f"Exercise 99.8: {wrong.why}")


def test_the_card_shows_mathematics_and_code_and_escapes(tiny):
    shown = check_exercise("99.1", lambda x, A, b: 2 * A @ x - b)
    card = shown._repr_html_()
    assert r'<span class="math tex2jax_process">\(A\)</span>' in card
    assert exercises.inline('<p title="$a$ `b`">`c` &lt; **d**</p>') == \
        '<p title="$a$ `b`"><code>c</code> &lt; <strong>d</strong></p>'
    assert "<b>" not in check_exercise("99.1", lambda x, A, b: "<b>")._repr_html_()


def test_a_card_does_not_show_unknown_as_a_name(tiny):
    verdict = check_exercise("99.8", lambda x, n: 3 * x)
    assert verdict.mistake == "unknown" and "unknown" not in verdict._repr_html_()
    assert "<em>sign</em>" in check_exercise("99.8", lambda x, n: -n * x)._repr_html_()


def test_prints_of_an_answer_are_shown_once(tiny, capsys):
    def talking(x, A, b):
        print("here", x.shape)
        return x
    check_exercise("99.1", talking)
    check_exercise("99.8", lambda x, n: print("there") or x)
    assert capsys.readouterr().out == "here (4,)\nthere\n"


def test_the_checker_hears_the_variables_own_name_and_only_given_letters(tiny, monkeypatch):
    import inspect

    from matdiff.exercises import judging
    seen = []

    def spy(f, claim, X, **keywords):
        seen.append((next(iter(inspect.signature(f).parameters)), keywords))
        return Check(True, None, "The gradient is right.")
    monkeypatch.setitem(judging.CHECKS, "gradient", spy)
    for number in ("99.1", "2.6"):
        check_exercise(number, build(exercises.find(number), exercises.find(number).solution))
    assert seen[0] == ("x", {}) and seen[-1] == ("b", {"sizes": {"m": 5, "d": 3, "k": 4}})


@pytest.mark.parametrize("exercise", [e for e in ALL if (e.keywords or {}).get("sizes")], ids=lambda e: e.number)
def test_letters_are_sizes_of_the_data(exercise):
    data = inputs(exercise, 0)
    sizes = {n for value in data.values() for n in np.shape(value)}
    assert set(exercise.keywords["sizes"].values()) <= sizes


@pytest.mark.parametrize("said", ["at `add` the factor `add` is missing", "operand 1 of `divide` is missing",
                                  "the factor at the difference is missing", "through the result of `matmul`",
                                  "entry by entry a factor slope of log² is missing, at exp."])
def test_words_about_the_references_code_are_replaced_by_the_entries(tiny, monkeypatch, said):
    from matdiff.exercises import judging
    monkeypatch.setitem(judging.CHECKS, "gradient", lambda *args, **keywords: Check(False, "missing chain factor", said))
    verdict = check_exercise("99.1", lambda x, A, b: (A + A.T) @ x - b + np.array([0, 1, 0, 0]))
    assert said not in verdict.message and verdict.mistake == "unknown"
    assert "This is not right: 1 of 4 entries differs (counted from 0): [1] should be" in verdict.message


def test_only_what_the_checker_cannot_explain_is_called_unexplained(tiny, monkeypatch):
    from matdiff.exercises import judging
    monkeypatch.setitem(judging.CHECKS, "gradient", lambda *args, **keywords: Check(False, "unknown", "unexplained"))
    verdict = check_exercise("99.1", lambda x, A, b: (A + A.T) @ x - b + np.array([0, 1, 0, 0]))
    assert "No common mistake explains it. 1 of 4 entries differs" in verdict.message


@pytest.mark.parametrize("said, plain", [
    ("a factor is missing, the one in the product *.", "a factor of a product is missing."),
    ("a factor is there twice, the one in the product @.", "a factor of a product is there twice."),
    ("through the left factor of the product @ is missing", "through the left factor of a product is missing")])
def test_a_sign_of_the_references_code_is_not_shown(tiny, monkeypatch, said, plain):
    from matdiff.exercises import judging
    monkeypatch.setitem(judging.CHECKS, "gradient", lambda *args, **keywords: Check(False, "sign", said))
    verdict = check_exercise("99.1", lambda x, A, b: x)
    assert plain in verdict.message and verdict.mistake == "sign"


def test_plain_words_of_the_checker_stay(tiny, monkeypatch):
    from matdiff.exercises import judging
    said = "the slope of `tanh` is missing at `x`".replace("at", "for")
    monkeypatch.setitem(judging.CHECKS, "gradient", lambda *args, **keywords: Check(False, "missing chain factor", said))
    assert said in check_exercise("99.1", lambda x, A, b: x).message


def test_differing_entries_are_told_apart_by_enough_digits():
    from matdiff.exercises.judging import compare
    T = np.arange(6.0).reshape(2, 3) + 1.23456
    G = T.copy()
    G[1, 2] += 1e-4
    check = compare(T, G)
    assert "1 of 6 entries differs (counted from 0): [1, 2] should be 6.23456, yours is 6.23466." in check.message
    hidden = compare(T, G + [[0, 1, 0], [0, 0, 0]], reveal=False).message
    assert "2 of 6 entries differ" in hidden and "2.235" not in hidden and "3.235 at [0, 1]" in hidden


def test_one_rule_for_shapes():
    """A row for a column passes and the book's shape is named; right numbers in any other shape are named so."""
    from matdiff.exercises.judging import compare
    v = np.array([1.0, 2, 3])
    for truth, given in [(v, v[None]), (v[None], v[:, None]), (v[:, None], v[None])]:
        check = compare(truth, given)
        assert check and check.message == f"Right, written with shape {given.shape}; this book uses {truth.shape}."
    for truth, given in [(v, v[:, None]), (v[None], v), (np.float64(3), [3]), (np.float64(3), [[3]]), (v[None], v[None, None])]:
        check = compare(truth, given)
        assert check.mistake == "shape" and "The numbers are right, the shape is not" in check.message
    assert compare(np.float64(3), np.array(3)) and compare(v, [1, 2, 3])
    assert compare(np.arange(6).reshape(2, 3), np.arange(6).reshape(2, 3).T).mistake == "transposed"


def test_a_factor_is_the_same_at_every_draw():
    value = changed(GRADIENT, kind="value", function=None, wrong=())
    gradient = changed(GRADIENT, wrong=())
    from matdiff.exercises.judging import judge
    right = build(GRADIENT, GRADIENT.solution)
    for exercise in (value, gradient):
        assert judge(exercise, lambda x, A, b: 5 * right(x, A, b)).mistake == "factor"
        check = judge(exercise, lambda x, A, b: (3 + b[0]) * right(x, A, b))
        assert check.mistake == "unknown" and "the factor changes with the inputs" in check.message
    number = changed(value, solution="x @ A @ x")
    assert judge(number, lambda x, A, b: 7 * x @ A @ x).message == "The right number is 0.1429 times yours."
    assert "is expected, yours is" in judge(number, lambda x, A, b: b @ x).message


CENTRAL = {
    "right": ("(F(X + h * V) - F(X - h * V)) / 2 / h", ""),
    "fourth order": ("C = lambda h: (F(X + h * V) - F(X - h * V)) / (2 * h)\nreturn (4 * C(h / 2) - C(h)) / 3",
                     "More accurate than asked"),
    "complex step": ("np.imag(F(X + 1e-30j * V)) / 1e-30", "More accurate than asked"),
    "/2*h": ("(F(X + h * V) - F(X - h * V)) / 2 * h", "write `/ (2 * h)`"),
    "not divided": ("F(X + h * V) - F(X - h * V)", "not yet divided by 2h"),
    "unit V": ("V = V / np.linalg.norm(V)\nreturn (F(X + h * V) - F(X - h * V)) / (2 * h)", "V was scaled to length 1"),
    "over the norm": ("(F(X + h * V) - F(X - h * V)) / (2 * h * np.linalg.norm(V))", "Divided by ‖V‖"),
    "no bracket": ("F(X + h * V) - F(X - h * V) / (2 * h)", "brackets"),
    "plus": ("(F(X + h * V) + F(X - h * V)) / (2 * h)", "there is a plus"),
    "no V": ("(F(X + h) - F(X - h)) / (2 * h)", "along V"),
    "V for h V": ("(F(X + V) - F(X - V)) / (2 * h)", "The step is V and not h * V"),
    "backward": ("(F(X) - F(X - h * V)) / h", "one side"),
    "half the step": ("(F(X + h / 2 * V) - F(X - h / 2 * V)) / h", "step h/2"),
    "complex": ("F(X + 1j * h * V)", "entries differ"),
    "zero": ("0 * F(X)", "entries differ"),
    "nan": ("np.nan * F(X)", "has nan"),
}


@pytest.mark.parametrize("name", CENTRAL)
def test_the_central_difference_is_compared_with_itself(name, recwarn):
    body, sentence = CENTRAL[name]
    verdict = check_exercise("0.9", build(exercises.find("0.9"), body))
    assert verdict.passed == (name == "right") and sentence in verdict.message and not recwarn.list
    assert "e-" not in verdict.message  # no raw digits


LINE = """v = rng.normal(size=x.size)
central = (f(x + 1e-5 * v) - f(x - 1e-5 * v)) / 2e-5
exact = np.imag(f(x + 1e-30j * v)) / 1e-30
if np.isclose(exact, central, rtol=1e-6, atol=1e-8):
    return g @ v, exact, "complex step"
return g @ v, central, "central difference\""""


@pytest.mark.parametrize("old, new, sentence", [
    ("", "", ""), ("return g @ v, exact", "return exact, g @ v", "swapped"),
    ("rng.normal(size=x.size)", "np.ones(x.size)", "not along the direction asked for"),
    ("(f(x + 1e-5 * v) - f(x - 1e-5 * v)) / 2e-5", "(f(x + 1e-8 * v) - f(x)) / 1e-8", "on one side only"),
    ("return g @ v, exact", "return None, exact", "The claimed slope is None"),
    ("return g @ v, exact", "return True, exact", "The claimed slope is True")])
def test_line_check_is_judged_by_what_it_does(old, new, sentence):
    verdict = check_exercise("1.15", build(exercises.find("1.15"), LINE.replace(old, new) if old else LINE))
    assert verdict.passed == (not old) and sentence in verdict.message, verdict


SOFTMAX_RIGHT = """Z = X @ W - (X @ W).max(axis=1, keepdims=True)
t, s = np.exp(Z).sum(axis=1, keepdims=True), Y.sum(axis=1, keepdims=True)
loss, grad = (np.sum(s * np.log(t)) - np.sum(Y * Z)) / 5, X.T @ (s * np.exp(Z) / t - Y) / 5
return loss, grad"""


@pytest.mark.parametrize("said, sentence", [
    ("[loss, grad]", ""), ("loss, grad, 3", "this returned 3 things"), ("grad", "this returned one thing"),
    ("None, grad", "The loss is None"), ("loss, None", "`grad` is None"), ("loss > 0, grad", "The loss is"),
    ("grad, loss", "first the loss, a number, then `grad`"),
    ("loss * 5, grad", "The gradient is right. The loss is the sum over the examples; divide by $m$."),
    ("loss / 4, grad", "The loss is the mean over all $mk$ entries; divide by $m$ alone."),
    ("-np.sum(Y * np.log(np.exp(Z) / t)) / 5, grad", "the gradient is finite and the loss is not"),
    ("loss * np.exp(X @ W).max() / np.exp(X @ W).max(), grad * np.exp(X @ W).max() / np.exp(X @ W).max()", "subtract each row's maximum"),
    ("loss * 2, grad", "The gradient is right. The loss should be multiplied by 0.5"),
    ("loss + 1e-4, grad", "is expected, yours is"), ("np.full(5, loss), grad", "average over examples"),
    ("-np.sum(Y * np.log(np.exp(Z) / t + 1e-12)) / 5, grad", "never take log(P)"),
    ("-np.sum(Y * np.log(np.exp(Z) / t + 1e-9)) / 5, grad", "Do not shift the logarithm")])
def test_softmax_loss_and_gradient(said, sentence):
    body = SOFTMAX_RIGHT.replace("return loss, grad", f"return {said}")
    verdict = check_exercise("2.13", build(exercises.find("2.13"), body))
    assert verdict.passed == (said == "[loss, grad]") and sentence in verdict.message, verdict


@pytest.mark.parametrize("number", [e.number for e in ALL if "terms" in (e.keywords or {})])
def test_terms_add_up_and_are_named(number):
    """The terms of a specification sum to its solution; an answer with one of them turned round hears which."""
    exercise = exercises.find(number)
    terms = {name: build(exercise, body) for name, body in exercise.keywords["terms"].items()}
    data, solution = inputs(exercise, 5), build(exercise, exercise.solution)
    assert np.allclose(sum(term(**data) for term in terms.values()), solution(**data))
    name = list(terms)[0]
    reset()
    names = list(data)

    def turned(*values):
        given = dict(zip(names, values))
        return solution(**given) - 2 * terms[name](**given)
    verdict = check_exercise(number, turned)
    assert verdict.mistake == "sign" and name in verdict.message, verdict


def test_formulas_that_no_checker_sees():
    """The weighted residual of 2.9 and the softmax loss of 2.13 and 2.14 against numerical derivatives."""
    from matdiff.exercises import scalar_by_matrix as topic
    exercise = exercises.find("2.9")
    data = inputs(exercise, 3)
    rest = {name: value for name, value in data.items() if name != "W"}
    solution = build(exercise, exercise.solution)

    def weighted(W):
        R = W.T @ data["X"].T - data["Y"].T  # written the other way round, R transposed
        return np.einsum("ai,ab,bi->", R, data["M"], R) / 2
    assert not np.allclose(data["M"], data["M"].T)
    assert matdiff.check_gradient(weighted, lambda W: solution(W, **rest), data["W"])
    data = topic.draw_hessian(np.random.default_rng(4))
    X, Y = data["X"], data["Y"]
    assert not np.allclose(Y.sum(axis=1), 1)
    assert matdiff.check_gradient(lambda W: topic.softmax_loss(X, W, Y), lambda W: topic.softmax_gradient(X, W, Y), data["W"])
    exercise = exercises.find("2.14")
    hessian = matdiff.hessian(lambda W: topic.softmax_loss(X, W, Y), data["W"])
    assert np.allclose(build(exercise, exercise.solution)(**data), hessian, atol=1e-6)


def test_value_exercises_say_what_differs():
    assert "should be multiplied by 2" in check_exercise("0.3", lambda G, dX: np.sum(G * dX) / 2).message
    reset()
    message = check_exercise("0.3", lambda G, dX: G.sum()).message
    assert "is expected, yours is" in message
    message = check_exercise("2.1", [[2, 9], [2, 0], [-2, 12]]).message
    assert "1 of 6 entries differs (counted from 0): yours is 12 at [2, 1]" in message and "11" not in message


# Hints and progress

def test_hints_come_one_by_one(tiny):
    assert [repr(hint("99.1")) for _ in range(3)] == [
        "Hint 1 of 2: x occurs twice.", "Hint 2 of 2: Transpose `one` of two.", "Hint 2 of 2, the last: Transpose `one` of two."]
    assert hint("99.1", 1)._repr_markdown_() == "**Hint 1 of 2.** x occurs twice."
    assert repr(hint("99.1", 3)) == "Exercise 99.1 has the hints 1 to 2; this is 3."


def test_progress(tiny):
    assert repr(progress()).startswith("Nothing tried yet")
    check_exercise("99.1", lambda x, A, b: x)
    check_exercise("99.1", lambda x, A, b: x)
    check_exercise("99.7", "b")
    check_exercise("99.7", "a")
    check_exercise("99.2", ...)
    text = repr(progress("99"))
    assert "✗ 99.1  A quadratic form  tried, 2 tries" in text and "✓ 99.7  Which one         solved" in text
    assert text.endswith("1 solved, 1 tried, 6 not attempted") and repr(progress()) == text == repr(progress(99))
    assert progress("99")._repr_html_().count("<tr>") == 1 + len(TINY)
    assert "no chapter 98" in repr(progress("98"))


def test_the_pages_own_solution_is_no_try_of_the_reader(tiny):
    for exercise in TINY:
        assert run_cell(tool.solution(exercise).source, {"np": np, "check_exercise": check_exercise})
    assert {state for _, _, state, _ in progress("99").rows} == {"not attempted"} and not SESSION


def test_topics_are_loaded_when_asked_for():
    code = ("import sys, matdiff.exercises as e; loaded = lambda: sorted(n for n in e.TOPICS.values()"
            " if 'matdiff.exercises.' + n in sys.modules); a = loaded(); e.exercises_of('0'); print(a, loaded())")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] ['notation']"


# Into a notebook

def chapter_notebook(folder):
    nb = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell("# 99 · Tiny", id="title"),
        nbformat.v4.new_code_cell("import numpy as np\nfrom matdiff.exercises import check_exercise", id="imports"),
        nbformat.v4.new_markdown_cell("```\n## Exercises\n```", id="fenced"),
        nbformat.v4.new_markdown_cell("(sec-99-exercises)=\n## Exercises\n\nTry them.", id="heading"),
        nbformat.v4.new_markdown_cell("An author's own cell.", id="own"),
        nbformat.v4.new_markdown_cell("## Summary", id="summary")])
    path = folder / "99_tiny.ipynb"
    notebook.write(path, nb)
    return path


def test_cells_are_written_once_and_in_place(tiny, tmp_path, capsys):
    path = chapter_notebook(tmp_path)
    assert tool.main(["--check", str(path)]) == 1
    assert f"{path} is out of date" in capsys.readouterr().err
    assert tool.main([str(path)]) == 0 and tool.main(["--check", str(path)]) == 0
    first = path.read_bytes()
    assert tool.main([str(path)]) == 0 and path.read_bytes() == first
    nb = notebook.read(path)
    nbformat.validate(nb)
    ids = [c.id for c in nb.cells]
    assert ids[:6] == ["title", "imports", "fenced", "heading", "own", "exercise-99-1-prompt"] and ids[-1] == "summary"
    parts = [c.metadata.part for c in nb.cells if c.metadata.get("exercise") == "99.7"]
    assert parts == ["prompt", "stub", "hints", "solution", "why"]


def test_the_form_of_the_cells(tiny):
    prompt, stub, hints, solution = tool.cells_of(GRADIENT)
    assert prompt.source.startswith("(exercise-99-1)=\n### 99.1 · A quadratic form\n\nGive")
    assert stub.source == 'def answer(x, A, b):\n    return ...  # shape (4,)\n\ncheck_exercise("99.1", answer)'
    assert hints.source.startswith(":::{admonition} Hint 1\n:class: dropdown hint\nx occurs twice.\n:::\n\n:::{admonition} Hint 2")
    assert solution.source == \
        'def solution(x, A, b):\n    return (A + A.T) @ x - b\n\ncheck_exercise("99.1", solution)'
    assert solution.metadata.tags == ["hide-cell"]
    assert solution.metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}
    assert solution.metadata.mystnb.code_prompt_show == "Show the solution"
    assert tool.stub(DIFFERENTIAL).source.startswith("def answer(X, dX):\n    return ...  # shape (3, 3)")
    assert tool.stub(VALUE).source.startswith("answer = ...  # a number\n")
    assert tool.stub(PAIR).source.startswith("def answer(x):\n    return ...  # a number, shape (3,)\n")
    assert tool.stub(CHOICE).source.startswith('answer = ...  # "a", "b", "c" or "d"\n')
    assert tool.stub(CODE).source.startswith("def double(x, n):\n    return ...\n")
    assert tool.prompt(CHOICE).source.endswith("\n\n- (a) $2Ax$\n- (b) $(A+A^T)x$\n- (c) $Ax$\n- (d) it is 0")


def test_outputs_stay_where_the_source_stays(tiny, tmp_path):
    path = chapter_notebook(tmp_path)
    tool.main([str(path)])
    nb = notebook.read(path)
    stored = nbformat.v4.new_output("stream", text="stored")
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [stored], 7
    notebook.write(path, nb)
    tiny.EXERCISES = (changed(GRADIENT, solution="A @ x + A.T @ x - b", title="Other"), *TINY[1:-1])
    assert tool.main([str(path)]) == 0
    cells = {c.id: c for c in notebook.read(path).cells}
    assert cells["exercise-99-1-stub"].outputs == [stored] and cells["exercise-99-1-stub"].execution_count == 7
    assert cells["exercise-99-1-solution"].outputs == [] and "Other" in cells["exercise-99-1-prompt"].source
    assert not any(name.startswith("exercise-99-8") for name in cells)


def test_a_notebook_without_the_heading_is_named(tiny, tmp_path, capsys):
    path = chapter_notebook(tmp_path)
    nb = notebook.read(path)
    nb.cells = nb.cells[:2]
    notebook.write(path, nb)
    before = path.read_bytes()
    assert tool.main([str(path)]) == 2 and path.read_bytes() == before
    assert "`## Exercises` occurs 0 times" in capsys.readouterr().err
    assert tool.main([str(tmp_path / "tiny.ipynb")]) == 2


def test_names_that_the_notebook_does_not_import_are_said(tiny, tmp_path, capsys):
    tiny.EXERCISES = (changed(GRADIENT, solution="2 * sym(A) @ x - b"),)
    tool.main([str(chapter_notebook(tmp_path))])
    assert "not imported by the notebook: sym" in capsys.readouterr().out


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_chapters_have_their_current_exercises(path):
    status, said = tool.update(path, check=True)
    assert status == 0, "\n".join(said)
    assert len(said) == 1, "\n".join(said)  # nothing too wide, nothing that is not imported


# Editions for a class

@pytest.mark.parametrize("chapter", topics())
def test_student_edition_holds_no_solution(chapter):
    nb = editions.build(chapter, "student")
    nbformat.validate(nb)
    parts = {c.metadata.part for c in nb.cells if "part" in c.metadata}
    assert parts == {"prompt", "stub", "hints"} and not any(c.get("outputs") for c in nb.cells)
    code = "\n".join(c.source for c in nb.cells if c.cell_type == "code")
    assert "solution" not in code and code.count("check_exercise(") == len(exercises_of(chapter))
    for exercise in exercises_of(chapter):
        body = exercise.solution.strip()
        if exercise.kind != "choice":
            assert f"return {body}" not in code and (len(body) < 12 or body not in code)
        else:
            assert f'"{exercise.number}", "' not in code
            shown = "\n".join(c.source for c in nb.cells if c.metadata.get("exercise") == exercise.number)
            assert not any(option.why in shown for option in exercise.options.values())


def run_notebook(path):
    """(what each check said, progress) of a notebook run by its own kernel."""
    nb = notebook.read(path)
    from nbclient import NotebookClient
    NotebookClient(nb, kernel_name="python3", timeout=120, extra_arguments=["--log-level=ERROR"],
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    return {c.id: "".join(o.data["text/plain"] for o in c.outputs if "data" in o) for c in nb.cells if c.cell_type == "code"}


@pytest.mark.parametrize("chapter", topics())
def test_editions_run_by_themselves(chapter, tmp_path):
    student, teacher = editions.write(chapter, tmp_path)
    said = run_notebook(student)
    stubs = [text for name, text in said.items() if name.endswith("-stub")]
    assert len(stubs) == len(exercises_of(chapter)) and all("not attempted yet" in text for text in stubs)
    assert f"0 solved, 0 tried, {len(stubs)} not attempted" in said["progress"]
    solutions = [text for name, text in run_notebook(teacher).items() if name.endswith("-solution")]
    assert len(solutions) == len(stubs) and all(text.startswith("✓") for text in solutions)


WORKED = {  # a student's wrong answer to each exercise of chapter 2, none of them among its typical ones
    "2.1": ("[[2, 9], [2, 0], [0, 11]]", "1 of 6 entries differs (counted from 0): yours is 0 at [2, 0]"),
    "2.2": ("np.trace(C.T @ W)", "A gradient has the shape of its variable, (3, 4); yours has shape ()"),
    "2.3": ("0.7 * W", "the factor changes with the inputs"),
    "2.4": ("a * b", "the shapes (3,) and (4,) do not fit where"),
    "2.5": ("X.T @ X @ W / len(X) - X.T @ Y", "one part of your formula is to be multiplied by 1/m, m = 5"),
    "2.6": ("((X @ W + b - Y) / len(X)).mean(axis=0, keepdims=True)", "a factor m is missing, m = 5"),
    "2.7": ("(X @ W.T + b - Y).T @ X / len(W)", "a factor k/m is missing, k = 4 and m = 5"),
    "2.8": ("A.T @ (A @ W @ B + Y) @ B.T", "the constant in the difference has the wrong sign"),
    "2.9": ('"c"', "(c) Twice too large"),
    "2.10": ("np.mean(c * (1 / (1 + np.exp(-X @ w)) - y))", "A gradient has the shape of its variable, (3,)"),
    "2.11": ("X.T @ ((np.tanh(X @ W) - Y) / np.cosh(X @ W))", "a square is missing in your formula"),
    "2.12": ("X.T @ (X @ W @ W.T - X) @ W - (X @ W @ W.T - X).T @ X @ W",
             "the term that W contributes through the transpose has the wrong sign"),
    "2.13": ("np.sum((X @ W - Y) ** 2)", "Return two things, `loss, grad`"),
    "2.14": ("np.kron(X.T @ X, X.T @ X)", "The Jacobian is 12 × 12 (outputs × inputs); yours has shape (9, 9)")}


def test_student_edition_worked_through(tmp_path):
    """In its own kernel, as handed out, with a wrong answer to every exercise: each hears what is wrong with it."""
    student, _ = editions.write("2", tmp_path)
    nb = notebook.read(student)
    stubs = {c.metadata.exercise: c for c in nb.cells if c.metadata.get("part") == "stub"}
    assert set(stubs) == set(WORKED)
    for number, (answer, _) in WORKED.items():
        stubs[number].source = stubs[number].source.replace("...", answer, 1)
    notebook.write(student, nb)
    said = run_notebook(student)
    for number, (_, sentence) in WORKED.items():
        heard = said[stubs[number].id]
        assert heard.startswith(f"✗ Exercise {number}: ") and sentence in heard, heard
        typical = [w.why for w in exercises.find(number).wrong]
        assert not any(why in heard for why in typical), heard
    assert f"0 solved, {len(WORKED)} tried, 0 not attempted" in said["progress"]


def test_teachers_table_names_the_wrong_answers(tiny):
    table = editions.marking_table(changed(GRADIENT, wrong=(Wrong("y = x | x\nreturn y", "sign", "$|x|$ or $\\|x\\|$ | no"),)))
    assert table.source.splitlines()[-1] == r"| `y = x \| x`<br>`return y` | sign | $\vert x\vert $ or $\Vert x\Vert $ \| no |"
    assert "| b | yes | Both terms. |" in editions.marking_table(CHOICE).source


def test_class_command(tiny, tmp_path, capsys):
    assert editions.main(["99", "--to", str(tmp_path)]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["99_tiny_student.ipynb", "99_tiny_teacher.ipynb"]
    assert editions.main(["98", "--to", str(tmp_path)]) == 2 and "no chapter 98" in capsys.readouterr().err


# Grading what comes back

def test_grading(tmp_path, capsys):
    student, _ = editions.write("0", tmp_path / "made")
    handed = tmp_path / "handed"
    handed.mkdir()

    def hand_in(name, **cells):
        nb = notebook.read(student)
        for cell in nb.cells:
            cell.source = cells.get(cell.id.replace("-", "_"), cell.source)
        notebook.write(handed / f"{name}.ipynb", nb)

    hand_in("ada", student_name='name = "Ada"', exercise_0_1_stub='check_exercise("0.1", (3, 4))',
            exercise_0_2_stub='check_exercise("0.2", (6, 12))', exercise_0_10_stub='check_exercise("0.10", "b")')
    hand_in("bob", student_name='name = "=Bob"', exercise_0_1_stub="while True: pass",
            exercise_0_2_stub='check_exercise("0.2", (12, 6))', exercise_0_4_stub="def answer(X) return X")
    hand_in("cyd", student_name="import os; os._exit(1)")
    (handed / "dan.ipynb").write_text("not a notebook")
    assert grade.main([str(handed), "--seconds", "5"]) == 0
    with open(handed / "grades.csv", newline="", encoding="utf-8") as file:
        ada, bob, cyd, dan = csv.DictReader(file)
    assert (ada["name"], ada["solved"], ada["tried"]) == ("Ada", "2", "1")
    assert (ada["0.1"], ada["0.2"], ada["0.3"], ada["0.10"], ada["note"]) == ("solved", "tried", "", "solved", "")
    assert (bob["name"], bob["0.1"], bob["0.2"]) == ("'=Bob", "", "solved")
    assert "raised or were stopped: 3, 6" in bob["note"]
    assert "DeadKernelError" in cyd["note"] and "not graded" in dan["note"]
    assert grade.main([str(tmp_path / "made" / "none")]) == 2
