"""The exercises' cells on the page, and every chapter in the reader's own Python, in headless Chromium.

Chapters run through the page's worker: that is the same Python, NumPy and `matdiff` as in JupyterLite, without 6 s of
another program's start for each.
"""
import gzip
import html
import os
import re
from contextlib import contextmanager
from importlib.metadata import distribution

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import BOOK, SITE
from python_page import recorded, served, source
from test_site import NUMBERED

from bookbuild import notebook, runnable
from bookbuild.exercises import key
from matdiff.exercises import check_exercise, exercises_of, reset
from matdiff.exercises.judging import build
from matdiff.exercises.judging import source as written

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("site")]
GROWS = 30_000          # bytes, compressed, before Run is pressed
LONG = 180_000          # milliseconds that a chapter may take on a busy machine
LATER = 200             # milliseconds for a result once Python runs


@pytest.fixture(scope="module")
def address(site):
    source()
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def browser(address, tmp_path_factory):
    with recorded(tmp_path_factory.mktemp("net") / "log.json") as browser:
        yield browser


class Reading:
    """A chapter's page, without its formulas, which cost a processor five seconds and are looked at elsewhere."""

    def __init__(self, context, address, name):
        self.page, self.faults = context.new_page(), []
        self.page.set_default_timeout(LONG)
        self.page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        self.page.on("console", lambda m: self.faults.append(f"console: {m.text}") if m.type == "error" else None)
        self.page.route("**/mathjax/**", lambda route: route.fulfill(body="", content_type="text/javascript"))
        self.page.goto(f"{address}{name}.html", wait_until="load")

    def cell(self, number):
        return self.page.locator(f'.md-cell[data-exercise="{number}"]')

    def press(self, number, button):
        self.cell(number).get_by_role("button", name=button).click()

    def write(self, number, text):
        self.cell(number).locator("textarea").fill(text)

    def wait(self, number):
        self.page.wait_for_function("n => !document.querySelector(`.md-cell[data-exercise='${n}']`).hasAttribute('data-running')",
                                    arg=number, timeout=LONG)
        return self.cell(number).locator(".md-outputs").inner_text().strip()

    def answer(self, number, text, button="Run"):
        """What the page says to this text."""
        self.write(number, text)
        self.press(number, f"{button} exercise")
        return self.wait(number)


@pytest.fixture
def reading(browser, address):
    contexts = []

    @contextmanager
    def opened(name, **options):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        yield Reading(context, address, name)

    def go(name, **options):
        with opened(name, **options) as it:
            return it

    yield go
    for context in contexts:
        context.close()


# Every chapter, top to bottom

RUN = """([address, cells]) => new Promise((done) => {
  const worker = new Worker(address, {type: "module"}), said = cells.map(() => []), ends = [], start = performance.now();
  worker.onerror = (event) => done({lost: event.message});
  setTimeout(() => done({lost: `not ready after 15 minutes: ${ends.length} of ${cells.length} cells`}), 900_000);
  worker.onmessage = ({data}) => {
    if (data.kind === "lost") done({lost: data.text});
    if (data.id === undefined) return;
    said[data.id].push(data);
    if (data.kind === "done") ends[data.id] = performance.now() - start;
    if (data.kind === "done" && data.id === cells.length - 1) {
      worker.terminate();
      done({said, ends});
    }
  };
  cells.forEach((code, id) => worker.postMessage({id, code}));
})"""


NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")
ENTRY = re.compile(r"(?:\[\d+(?:, \d+)?\] )?should be ([-\d.e]+), yours (?:is )?([-\d.e]+)[.;]")


def unit(number):
    """One in the last place of a number as it is printed."""
    digits, _, power = number.partition("e")
    return 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))


def agree(ours, theirs):
    """The same text. A rounded number may differ by one in its last place, where round-off decides at a half; and of
    entries that are wrong by the same amount round-off may choose another one to name."""
    masked = [re.sub(r"\[\d+(, \d+)?\]", "[]", ENTRY.sub("", text)) for text in (ours, theirs)]
    gaps = [sorted(abs(float(a) - float(b)) for a, b in ENTRY.findall(text)) for text in (ours, theirs)]
    if gaps[0] and masked[0] == masked[1]:
        return gaps[0] == pytest.approx(gaps[1], rel=2e-3)
    numbers = [NUMBER.findall(text) for text in (ours, theirs)]
    return NUMBER.sub("#", ours) == NUMBER.sub("#", theirs) and all(
        abs(float(a) - float(b)) <= 1.001 * max(unit(a), unit(b)) for a, b in zip(*numbers))


def stored(cell):
    """What a cell printed, the texts that it showed, and how many pictures."""
    texts = [o.data.get("text/plain") for o in cell.outputs if "data" in o and "image/png" not in o.data]
    return ("".join(o.text for o in cell.outputs if o.output_type == "stream"), texts,
            sum("image/png" in o.get("data", {}) for o in cell.outputs))


def said(messages):
    shown = [m["data"] for m in messages if m["kind"] == "display"]
    return ("".join(m["text"] for m in messages if m["kind"] == "stream"), [d["text/plain"] for d in shown if "image/png" not in d],
            sum("image/png" in d for d in shown))


def differences(cells, told):
    for n, (cell, messages) in enumerate(zip(cells, told, strict=True)):
        errors = [m["text"] for m in messages if m["kind"] == "error"]
        (printed, texts, pictures), (now, values, drawn) = stored(cell), said(messages)
        if errors:
            yield f"code cell {n} raised {errors}: {cell.source[:80]!r}"
        elif not agree(printed, now) or len(texts) != len(values) or not all(map(agree, texts, values)):
            yield f"code cell {n} says {now, values}, stored is {printed, texts}"
        elif pictures != drawn:
            yield f"code cell {n} draws {drawn} pictures, stored are {pictures}"


# Python starts once for a few chapters, which saves each its 10 s of imports; MATDIFF_CHAPTERS=apart gives each its own.
APART = os.environ.get("MATDIFF_CHAPTERS") == "apart"
TOGETHER = [[name] for name in NUMBERED] if APART else [NUMBERED[n::4] for n in range(4)]
ANEW = """import sys
import matdiff.exercises
matdiff.exercises.reset()
if "matplotlib" in sys.modules:
    sys.modules["matplotlib"].rcdefaults()
globals().clear()
__name__ = "__main__";"""


def codes(name):
    return [c for c in notebook.read(BOOK / f"{name}.ipynb").cells if c.cell_type == "code"]


@pytest.mark.parametrize("names", TOGETHER, ids=" ".join)
def test_chapters_run_in_the_browser(browser, address, names):
    page = browser.new_page()
    page.goto(f"{address}search.html")
    cells = [c for name in names for c in [nbformat.v4.new_code_cell(ANEW), *codes(name)]]
    run = page.evaluate(RUN, [f"{address}pyodide/worker.js", [c.source for c in cells]])
    page.close()
    assert "lost" not in run, run
    at, faults = 0, []
    for name in names:
        end = at + 1 + len(codes(name))
        said, ends = run["said"][at:end], run["ends"][at:end]
        began = run["ends"][at - 1] if at else 0
        print(f"{name}: first output after {(ends[1] - began) / 1000:.1f} s{'' if at == 0 else ', Python was running'}, "
              f"all {len(said) - 1} cells after {(ends[-1] - began) / 1000:.1f} s")
        faults += [f"{name}: {fault}" for fault in differences(cells[at:end], said)]
        at = end
    assert faults == []


def test_the_comparison_sees_what_differs():
    said = "Entry [0, 2] should be 2.455, yours is -1.747."
    assert agree(said, "Entry [2, 0] should be -1.747, yours is 2.455.")
    assert not agree(said, "Entry [2, 0] should be -1.747, yours is 1.455.")
    several = "Largest differences: [3] should be 6, yours 1; [1] should be 1, yours -1."
    assert agree(several, several.replace("[1] should be 1, yours -1", "[4] should be 0, yours 2"))
    assert not agree(several, several.replace("yours 1;", "yours 2;"))
    assert not agree("✗ " + said, "✓ " + said)
    assert agree("(0.8438, 1)", "(0.8437, 1)") and agree("1.0e-05", "1.1e-05")
    assert not agree("1.25", "1.27") and not agree("3", "4") and not agree("shape (2, 3)", "shape (3, 2)") and not agree("[1 2]", "[2 1]")


# An exercise of each chapter, in the page

WITH_EXERCISES = [name for name in NUMBERED if any(c.metadata.get("part") == "stub" for c in codes(name))]


def words(text):
    return "".join(text.split())    # a badge and the sentence after it are apart by style alone


def verdict(exercise, answer):
    """What this answer is told in Python, as a page shows it without formulas set."""
    reset()
    page = check_exercise(exercise.number, answer)._repr_html_()
    return words(html.unescape(BeautifulSoup(page, "html.parser").get_text()))


def tried(chapter):
    """An exercise of the chapter whose answer is an expression or a function, and its first wrong answer."""
    return next(e for e in exercises_of(chapter) if e.kind != "choice" and e.wrong)


@pytest.mark.parametrize("name", WITH_EXERCISES)
def test_an_exercise_is_solved_and_missed_in_the_page(reading, name):
    it, exercise = reading(name), tried(int(re.search(r"\d+", name)[0]))
    number, wrong = exercise.number, exercise.wrong[0]
    began = it.answer(number, it.cell(number).locator("textarea").input_value(), "Check")
    assert began == f"○ Exercise {number}: not attempted yet."
    missed = it.answer(number, written(exercise, wrong.body, exercise.name), "Check")
    assert words(missed) == verdict(exercise, build(exercise, wrong.body)) and missed.startswith("✗")
    solved = it.answer(number, written(exercise, exercise.solution, exercise.name), "Check")
    assert solved.startswith("✓"), solved
    assert it.faults == []


# The cell

@pytest.fixture(scope="module")
def running(browser, address):
    """A page with its Python, which several tests use one after the other."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Reading(context, address, NUMBERED[1])
    context.close()


def test_a_choice_is_answered_in_the_page(running):
    it = running
    exercise = next(e for e in exercises_of(1) if e.kind == "choice")
    assert it.answer(exercise.number, f'{exercise.name} = "{key(exercise)}"', "Check").startswith("✓")
    other = next(letter for letter in exercise.options if letter != key(exercise))
    assert it.answer(exercise.number, f'{exercise.name} = "{other}"', "Check").startswith("✗")


def test_a_cell_shows_what_a_notebook_shows(running):
    it = running
    assert [it.answer("1.1", "2 + 2") for _ in range(3)] == ["4"] * 3
    assert float(it.cell("1.1").get_attribute("data-milliseconds")) < LATER
    assert it.answer("1.2", "print('one')\nprint('two')\nnp.arange(3)") == "one\ntwo\n\narray([0, 1, 2])"
    assert it.answer("1.1", "_ + 1") == "array([1, 2, 3])", "one interpreter for the page"
    assert it.answer("1.1", "1;") == "" and "nothing to show" in it.cell("1.1").locator(".md-status").inner_text()
    assert "Hint 1" in it.answer("1.1", "hint('1.1')")
    assert it.answer("1.1", "import asyncio\nawait asyncio.sleep(0.01)\n'awaited'") == "'awaited'"
    assert it.answer("1.1", "input('x')").endswith("write the value into the cell")
    it.answer("1.3", "plt.plot([1, 4, 9], label='squares')\nplt.title('A curve')\nplt.xlabel('n')\nplt.show()")
    picture = it.cell("1.3").locator("img")
    assert picture.get_attribute("alt") == "Picture drawn by this cell: A curve; horizontal: n; squares"
    assert picture.evaluate("i => i.decode().then(() => i.naturalWidth)") > 200
    it.answer("1.3", "from sympy import Matrix, symbols\nMatrix([symbols('a b')])")
    assert r"\begin{matrix}" in it.cell("1.3").locator(".md-rich").inner_text()
    assert it.faults == []


def test_an_error_names_the_line_of_the_cell(running):
    it = running
    assert it.answer("1.1", "def f(x):\n    return x.shape\n\nf(3)") == "Line 2: return x.shape\nAttributeError: 'int' object has no attribute 'shape'"
    assert it.answer("1.1", "for i in range(3)\n    i") == "Line 1: for i in range(3)\nSyntaxError: expected ':'"
    assert it.answer("1.1", "np.linalg.inv(np.ones((2, 3)))").startswith("Line 1: np.linalg.inv(np.ones((2, 3)))\nLinAlgError:")
    assert it.answer("1.1", "raise SystemExit('enough')") == "Line 1: raise SystemExit('enough')\nSystemExit: enough"
    assert it.answer("1.1", "unknown") == "Line 1: unknown\nNameError: name 'unknown' is not defined"
    assert it.answer("1.1", "3") == "3"


def test_an_endless_loop_is_stopped(running):
    it = running
    it.write("1.1", "print('begun')\nwhile True:\n    pass")
    it.press("1.1", "Run exercise")
    it.page.wait_for_function("document.querySelector('.md-outputs').innerText.includes('begun')", timeout=LONG)
    it.press("1.1", "Stop Python")
    said = it.wait("1.1")
    assert said.startswith("begun") and "Stopped. Python starts anew" in said
    assert "while True" in it.cell("1.1").locator("textarea").input_value()
    assert it.answer("1.1", "6 * 7") == "42"


def test_a_loop_that_prints_does_not_fill_the_page(running):
    it = running
    said = it.answer("1.1", "for i in range(40000): print(i, 'again and again')")
    assert said.endswith("… the rest is not shown") and len(said) < 110_000


def test_by_keyboard(running):
    it = running
    text = it.cell("1.1").locator("textarea")
    text.fill("")
    text.press_sequentially("def f(x):\nreturn x\n")
    assert text.input_value() == "def f(x):\n    return x\n    "
    text.press("Shift+Tab")
    assert text.input_value() == "def f(x):\n    return x\n"
    text.press("Tab")
    text.press("Control+z")
    assert text.input_value() == "def f(x):\n    return x\n"
    text.press_sequentially("f(5)")
    text.press("Shift+Enter")
    assert it.wait("1.1") == "5"
    text.press("Escape")
    text.press("Tab")
    assert it.page.evaluate("document.activeElement.textContent") == "Run"
    it.page.keyboard.press("Enter")
    assert it.wait("1.1") == "5"
    assert it.page.evaluate("document.activeElement.textContent") == "Run", "the focus stays where it was"


def test_cells_with_results_are_accessible(running):
    """axe-core, WCAG 2 A and AA: an answer that is wrong, an error, a picture, and the button to JupyterLite."""
    it, exercise = running, tried(1)
    it.answer(exercise.number, written(exercise, exercise.wrong[0].body, exercise.name), "Check")
    it.answer("1.3", "plt.plot([1, 4, 9])\nprint('drawn')\n1 / 0")
    it.answer("1.5", "plt.plot([1, 4, 9]);")
    axe = next(f for f in distribution("axe-playwright-python").files if f.name == "axe.min.js")
    it.page.add_script_tag(content=axe.locate().read_text(encoding="utf-8"))
    for theme in ("light", "dark"):
        it.page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        assert it.page.evaluate("""() => axe.run({include: [[".md-cell"], [".md-launch"]]}, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa"]})
            .then(r => r.violations.flatMap(v => v.nodes.slice(0, 3).map(n => `${v.id}: ${n.html.slice(0, 120)}: ${n.failureSummary}`)))""") == []


def test_what_was_written_is_kept_and_reset_brings_the_stub(reading):
    it = reading(NUMBERED[1])
    stub = it.cell("1.1").locator("textarea").input_value()
    it.write("1.1", "kept = 1")
    it.page.reload()
    assert it.cell("1.1").locator("textarea").input_value() == "kept = 1"
    it.press("1.1", "Reset exercise")
    assert it.cell("1.1").locator("textarea").input_value() == stub
    it.page.reload()
    assert it.cell("1.1").locator("textarea").input_value() == stub
    assert it.page.evaluate("localStorage.length - Object.keys(localStorage).filter(k => !k.startsWith('matdiff')).length") == 0


def test_an_answer_to_an_older_edition_is_kept_and_told(reading):
    it = reading(NUMBERED[1])
    it.write("1.1", "mine = 1")
    it.page.evaluate("""() => { const key = Object.keys(localStorage).find(k => k.startsWith("matdiff answer"));
        localStorage.setItem(key, JSON.stringify({...JSON.parse(localStorage.getItem(key)), stub: "as it was"})); }""")
    it.page.reload()
    assert it.cell("1.1").locator("textarea").input_value() == "mine = 1"
    assert "has changed since you wrote" in it.cell("1.1").locator(".md-note").inner_text()


# Faults: each gets a sentence, and no work is lost

def test_the_network_gone_before_the_first_run(reading):
    it = reading(NUMBERED[1])
    it.write("1.1", "1 + 1")
    it.page.context.set_offline(True)
    it.press("1.1", "Run exercise")
    assert "Is the network gone? Your text is kept" in it.wait("1.1")
    it.page.context.set_offline(False)
    assert it.answer("1.1", "1 + 1") == "2"


def test_the_network_gone_after_python_was_loaded(reading):
    it = reading(NUMBERED[1])
    assert it.answer("1.1", "1 + 1") == "2"
    it.page.context.set_offline(True)
    assert it.answer("1.1", "np.ones(2) @ np.ones(2)") == "np.float64(2.0)"
    assert "Is the network gone?" in it.answer("1.1", "import sympy")
    it.page.context.set_offline(False)
    assert it.answer("1.1", "import sympy; str(sympy.Integer(3))") == "'3'"


@pytest.mark.parametrize("how", ["full", "forbidden"])
def test_storage_full_or_forbidden(browser, address, how):
    context = browser.new_context()
    context.add_init_script({
        "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
        "forbidden": "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"}[how])
    it = Reading(context, address, NUMBERED[1])
    it.write("1.1", "7 * 6")
    assert "keeps nothing for this site (storage is full or forbidden)" in it.cell("1.1").locator(".md-note").inner_text()
    it.press("1.1", "Run exercise")
    assert it.wait("1.1") == "42"
    context.close()


def test_two_tabs_do_not_overwrite_each_other_unasked(reading, address):
    it = reading(NUMBERED[1])
    other = Reading(it.page.context, address, NUMBERED[1])
    it.write("1.1", "first = 1")
    other.cell("1.1").locator(".md-take").wait_for()
    assert "edited in another tab" in other.cell("1.1").locator(".md-note").inner_text()
    assert "first" not in other.cell("1.1").locator("textarea").input_value()
    other.press("1.1", "Take that text")
    assert other.cell("1.1").locator("textarea").input_value() == "first = 1"


@pytest.mark.parametrize("lacks", ["WebAssembly", "Worker"])
def test_an_old_browser_is_told(browser, address, lacks):
    context = browser.new_context()
    context.add_init_script(f"delete window.{lacks}")
    it = Reading(context, address, NUMBERED[1])
    assert "too old to run Python" in it.answer("1.1", "1 + 1")
    assert it.faults == []
    context.close()


def test_a_browser_in_which_python_does_not_start_is_told(reading):
    it = reading(NUMBERED[1])
    it.page.context.route("**/pyodide.asm.wasm", lambda route: route.fulfill(body=b"no wasm", content_type="application/wasm"))
    assert "Python could not start in this browser" in it.answer("1.1", "1 + 1")


def test_a_page_that_was_opened_as_a_file(browser):
    page = browser.new_page()
    page.goto((SITE / f"{NUMBERED[1]}.html").as_uri())
    page.locator(".md-cell .md-run").first.click()
    assert "opened as a file" in page.locator(".md-outputs").first.inner_text()
    page.close()


# The page

def test_the_page_grows_little(site):
    """What is added to a chapter before Run is pressed."""
    source()
    for name in WITH_EXERCISES:
        page = (SITE / f"{name}.html").read_text(encoding="utf-8")
        knows = re.search(r'<script type="application/json" id="matdiff-python">.*?</script>', page)
        added = [knows[0].encode(), *((SITE / "_static" / file).read_bytes() for file in (runnable.SCRIPT, runnable.STYLE))]
        assert sum(len(gzip.compress(part)) for part in added) < GROWS
    assert runnable.SCRIPT not in (SITE / "intro.html").read_text(encoding="utf-8")
