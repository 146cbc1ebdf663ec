"""The catalogue: every entry holds, every condition is needed, every tempting wrong form is found out."""
import re
from collections import Counter

import numpy as np
import pytest

from matdiff.diagnose import MISTAKES
from matdiff.identities import TOPICS, entries, find, get, table, views
from matdiff.identities.inputs import parse

# What the catalogue has to cover: the Matrix Cookbook (2012), numbers 32 to 144; of the source document every identity
# and row of a table; every gap.
COOKBOOK = range(32, 145)
CLAIMS = {
    1: "5 13 15 16", 2: "4 7 8 10 14 15 16 17 18 19 20", 3: "13 17 18", 4: "5 8 9 20 24 26 27",
    5: "1 3 4 5 6 8 10 12 15 17", 6: "5 6 7 8 9 11 13 14 15 16 17 18 19 22 23 24 25 27 28 29",
    7: "2 3 4 6 8 10 11 13 14 15 16 21", 8: "3 4 6 7 8 9 10 11 12 16 18 19 20 21", 9: "3 5",
    10: "4 8 9 10 11 12 14 15 19", 11: "2 4 9 10 15 18", 12: "5 6 7 8 10 12 14 15 18", 13: "3 8 9 17 21 22 23",
    14: "6 7 8 9 10 11 12 13 14 15 18 23 24 25", 15: "4 5 6 7 9 10 11 14 15 16", 16: "4 5 6 7 8 10 18 19 20 21",
    17: "7 9 10 18 20 21 22 24 28 29",
}
GAPS = {1: 9, 2: 8, 3: 8, 4: 8, 5: 7, 6: 8, 7: 10, 8: 9, 9: 11, 10: 9, 11: 7, 12: 8, 13: 7, 14: 9, 15: 7, 16: 10, 17: 9, 18: 5}
# Rows and remarks that state no identity: what they say instead. They are taught in their chapters.
NO_IDENTITY = {
    "G01.7": "the descent lemma, an inequality; for a quadratic it is an equality, which has an entry",
    "G09.11": "two inequalities: how far eigenvalues and eigenvectors move at most",
    "G15.7": "a bound on the norm of a product of layers' Jacobians, an inequality",
}

WANTED = ({f"CB{n}" for n in COOKBOOK} | {f"S{s:02}-C{int(c):02}" for s, cs in CLAIMS.items() for c in cs.split()}
          | {f"G{s:02}.{i}" for s, n in GAPS.items() for i in range(1, n + 1)}) - set(NO_IDENTITY)

every = pytest.mark.parametrize("entry", entries(), ids=lambda e: f"{e.topic}:{e.name}")
having = lambda what: pytest.mark.parametrize("entry", [e for e in entries() if getattr(e, what)], ids=lambda e: f"{e.topic}:{e.name}")


# Every entry

@every
def test_it_holds(entry):
    for seed in range(3):
        for shape in range(3):
            verdict = entry.check(seed, shape)
            assert verdict, f"{entry.name}, seed {seed}, sizes {shape}: {verdict}"


MEETS = {
    "positive": lambda X: np.all(X > 0),
    "nonzero": lambda X: np.all(X != 0),
    "symmetric": lambda X: np.allclose(X, X.T),
    "skew": lambda X: np.allclose(X, -X.T),
    "diagonal": lambda X: np.count_nonzero(X - np.diag(np.diag(X))) == 0,
    "lower triangular": lambda X: np.allclose(X, np.tril(X)),
    "upper triangular": lambda X: np.allclose(X, np.triu(X)),
    "positive definite": lambda X: np.allclose(X, X.T) and np.linalg.eigvalsh(X)[0] > 0.1,
    "distinct eigenvalues": lambda X: np.allclose(X, X.T) and np.diff(np.linalg.eigvalsh(X)).min() > 0.1,
    "invertible": lambda X: np.linalg.cond(X) < 100,
    "positive determinant": lambda X: np.linalg.det(X) > 0,
    "orthogonal": lambda X: np.allclose(X.T @ X, np.eye(len(X))),
    "orthonormal columns": lambda X: np.allclose(X.T @ X, np.eye(X.shape[1])),
    "unit": lambda X: np.isclose(np.linalg.norm(X), 1),
    "one-hot": lambda X: np.all(np.sort(X)[..., -1] == 1) and np.all(X.sum(axis=-1) == 1),
    "probabilities": lambda X: np.all(X > 0) and np.allclose(X.sum(axis=-1), 1),
    "0 or 1": lambda X: np.all((X == 0) | (X == 1)),
    "complex": lambda X: np.iscomplexobj(X),
}


@every
def test_its_sampler_keeps_its_conditions(entry):
    """What is drawn is finite, and of the kind that the line of inputs says, also after its statements."""
    for seed in range(3):
        given = entry.draw(seed)
        for name, value in given.items():
            assert np.isfinite(value).all(), f"{entry.name}: {name} = {value}"
        for i in entry.parsed[0]:
            assert i.kind not in MEETS or MEETS[i.kind](given[i.name]), f"{entry.name}: {i.name} is not {i.kind}: {given[i.name]}"


@having("conditions")
def test_each_condition_is_needed(entry):
    for says, broken in entry.conditions.items():
        failing = [not entry.check(seed, broken=broken) for seed in range(3)]
        assert all(failing), f'{entry.name} holds without "{says}" at {broken!r}, seeds {[s for s, f in enumerate(failing) if not f]}'


@having("wrong")
def test_each_wrong_form_is_named(entry):
    for wrong in entry.wrong:
        assert bool(wrong.mistake) != bool(wrong.unnamed), f"{entry.name}, {wrong.code}: a name, or a reason why there is none"
        for seed in range(2):
            verdict = entry.diagnosis(wrong, seed)
            assert not verdict or verdict.mistake == "layout", f"{entry.name}: {wrong.code} passes at seed {seed}: {verdict}"
            if wrong.mistake:
                assert verdict.mistake == wrong.mistake, f"{entry.name}, {wrong.code}: {verdict.mistake}: {verdict}"


@every
def test_it_holds_symbolically(entry):
    from matdiff.identities import symbolic
    if entry.symbolic:
        return      # the entry says why SymPy cannot: `test_what_is_not_symbolic_says_why` counts them
    assert symbolic.check(entry), entry.name


@having("views")
def test_the_four_views_agree(entry):
    seen = entry.seen()
    for name, array in seen.items():
        assert array.shape == seen["matrix"].shape, f"{entry.name}: {name} has shape {array.shape}"
        np.testing.assert_allclose(array, seen["matrix"], atol=1e-12, err_msg=f"{entry.name}: {name}")


# Numbers and names

@every
def test_its_references_exist(entry):
    known = {"CB": r"CB(3[2-9]|[4-9]\d|1[0-3]\d|14[0-4])", "S": r"S\d\d-C\d\d[a-z]?", "G": r"G\d\d\.\d+[a-z]?", "E": r"E\d\d"}
    for r in entry.refs.split():
        assert any(re.fullmatch(p, r) for p in known.values()), f"{entry.name} refers to {r}, which is not of any known form"
        bare = re.sub(r"(?<=\d)[a-z]$", "", r)
        assert bare in WANTED or r.startswith(("E", "S")) and bare not in NO_IDENTITY, f"{entry.name} refers to {r}, which does not exist"
    if entry.chapter is not None:
        assert 0 <= entry.chapter <= 18


@every
def test_what_it_says_is_complete(entry):
    assert entry.reason, f"{entry.name} says no reason"
    assert entry.chapter is not None, f"{entry.name} says no chapter"
    for says, broken in entry.conditions.items():
        assert "$" in says or " " in says, f"{entry.name}: {says!r} is no sentence"
        assert broken, f'{entry.name}: the condition "{says}" has no counterexample'
    for wrong in entry.wrong:
        assert wrong.why and (wrong.mistake is None or wrong.mistake in {m.name for m in MISTAKES}), f"{entry.name}: {wrong}"


def test_names_are_unique():
    twice = [name for name, n in Counter(e.name for e in entries()).items() if n > 1]
    assert not twice, f"more than one entry is called {twice}"


def test_nothing_is_counted_twice():
    where = {}
    for e in entries():
        for number in e.numbers:
            where.setdefault(number, []).append(e.name)
    assert not {n: names for n, names in where.items() if len(names) > 1}
    same = Counter((e.of[1], e.inputs, e.result[1]) for e in entries())
    assert not [key for key, n in same.items() if n > 1]


def test_parts_are_lettered_without_holes():
    parts = {}
    for number in (n for e in entries() for n in e.numbers if n[-1].isalpha()):
        parts.setdefault(number[:-1], []).append(number[-1])
    bare = {n for e in entries() for n in e.numbers}
    for number, letters in parts.items():
        assert sorted(letters) == [chr(97 + i) for i in range(len(letters))], f"{number}: {sorted(letters)}"
        assert number not in bare, f"{number} stands there with and without a letter"
        assert len(letters) > 1, f"{number}a is alone"


def test_everything_is_covered():
    covered = {re.sub(r"(?<=\d)[a-z]$", "", n) for e in entries() for n in e.numbers}
    assert not sorted(WANTED - covered), f"{len(WANTED - covered)} of {len(WANTED)} have no entry"


# Finding

def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(LookupError, match="quadratic form"):
        get("quadratik form")


def test_an_unknown_topic():
    with pytest.raises(LookupError, match="vectors"):
        entries("vektors")


def test_found_by_number_words_and_shapes():
    assert [e.name for e in find(cookbook=81)] == ["quadratic form"]
    assert get("quadratic form") in find("quadratic", input="vector", output="scalar")
    assert find("no such thing") == () and repr(find("no such thing")) == "No entry fits."
    with pytest.raises(LookupError, match="scalar, vector, matrix"):
        find(input="tensor")


@pytest.mark.parametrize(("question", "name"), [
    ("log det", "log det"), ("tr(AXB)", "trace of AXB"), (r"\log\det X", "log det"), ("81", "quadratic form"), ("CB81", "quadratic form"),
    ("Cookbook 81", "quadratic form"), ("S16-C05", "quadratic form"), ("gradient of a quadratic form", "quadratic form"),
    ("pseudoinverse", "pseudo-inverse"), ("SOFTM", "softmax"), ("λ", "eigenvalue of a symmetric matrix"),
])
def test_found_as_people_type(question, name):
    assert name in [e.name for e in find(question)]


def test_words_are_found_by_their_beginnings_only():
    assert all("sqrt" not in e.name for e in find("qr")) and get("softmax") not in find("oftmax")


def test_a_correction_finds_its_identities():
    assert find(claim="e02") and all("E02" in e.refs for e in find(claim="e02"))


@pytest.mark.parametrize(("call", "sentence"), [
    (lambda: get(None), "name is None; expected the name of an entry"), (lambda: find(3), "text is 3; expected words"),
    (lambda: find(claim=5), "claim is 5"), (lambda: find(cookbook=500), "cookbook is 500; expected one of its numbers 32 to 144"),
    (lambda: table(None), "topic is None"), (lambda: entries([]), r"There is no topic \[\]"), (lambda: views(), "Give the names of entries"),
    (lambda: views("determinant lemma"), "No four views are written for determinant lemma"),
    (lambda: get("determinant lemma").seen(), "No four views are written"), (lambda: get("softmax").check("a"), "seed is 'a'; expected a whole number"),
    (lambda: get("softmax").check(0, shape=-1), "shape is -1"), (lambda: get("softmax").diagnosis("2x"), "wrong is '2x'; expected one of"),
    (lambda: get("softmax").statement("mixed"), "layout is 'mixed'; expected one of denominator, numerator"),
])
def test_wrong_arguments_get_one_sentence(call, sentence):
    with pytest.raises((LookupError, TypeError, ValueError), match=sentence):
        call()


def test_inputs_that_cannot_be_read():
    with pytest.raises(ValueError, match="A: n n funny.*symmetric"):
        parse("x: n, A: n n funny")


@pytest.mark.parametrize("topic", TOPICS)
def test_topics_are_files_with_entries(topic):
    assert entries(topic), f"src/matdiff/identities/{topic}.py holds no entry"


def test_sections_are_labels_of_chapters():
    from pathlib import Path
    chapters = "".join(p.read_text() for p in (Path(__file__).parent.parent / "chapters").glob("*.ipynb"))
    unknown = {e.name: e.section for e in entries() if e.section and f"({e.section})=" not in chapters}
    assert not unknown, f"no chapter has these labels: {unknown}"


def test_the_page_and_python_read_words_alike():
    """The page's script keeps its own copy of what `search` leaves out and spells: the two are the same."""
    import json
    from pathlib import Path
    from matdiff.identities import search
    script = (Path(__file__).parent.parent / "assets" / "identities.js").read_text(encoding="utf-8")
    letters = re.search(r"GREEK = \{(.*?)\};", script, re.S)[1]
    assert dict(re.findall(r'(\w+): "(.)"', letters)) == search.GREEK
    assert set(json.loads(re.search(r"EMPTY = new Set\((\[.*?\])\)", script)[1])) == search.EMPTY
