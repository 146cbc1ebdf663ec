"""A chapter's notebook in JupyterLite on the same site, in headless Chromium that knows no other host."""
import json
import re

import nbformat
import pytest
from conftest import BOOK, SITE, WITHOUT_PYTHON
from python_page import recorded, served, source
from test_cells import LONG, agree, stored
from test_site import NUMBERED

from bookbuild import lite, notebook

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("site")]
NAME = NUMBERED[0]      # all chapters run in test_cells.py; here one goes all the way through JupyterLite
FILE = f"{NAME.split('/')[1]}.ipynb"
STORE = "JupyterLite Storage - /lite/"
FILES = """name => new Promise((done, fail) => { const asked = indexedDB.open(name); asked.onerror = () => fail(asked.error);
  asked.onsuccess = () => { const all = asked.result.transaction("files").objectStore("files").getAll();
    all.onsuccess = () => { asked.result.close(); done(Object.fromEntries(all.result.map(f => [f.name, f.content]))); }; }; })"""
WHEN = """([name, file]) => new Promise((done, fail) => { const asked = indexedDB.open(name); asked.onerror = () => fail(asked.error);
  asked.onsuccess = () => { const one = asked.result.transaction("files").objectStore("files").get(file);
    one.onsuccess = () => { asked.result.close(); done(one.result?.last_modified ?? null); }; }; })"""
PUT = """([name, file, edition]) => new Promise(done => { const asked = indexedDB.open(name);
  asked.onupgradeneeded = () => asked.result.createObjectStore("files");
  asked.onsuccess = () => { const work = asked.result.transaction("files", "readwrite");
    work.objectStore("files").put({name: file, path: file, content: {metadata: {matdiff: {edition}}, mine: true}}, file);
    work.oncomplete = () => { asked.result.close(); done(); }; }; })"""
STATE = """() => { const all = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map(e => e.textContent);
  return [all.filter(t => /\\[\\d+\\]/.test(t)).length, all.filter(t => /\\[\\*\\]/.test(t)).length]; }"""


@pytest.fixture(scope="module")
def address(site):
    source()
    if not (site / lite.FOLDER).is_dir():
        pytest.skip(f"{WITHOUT_PYTHON}: it was built without JupyterLite, and the build said why")
    with served(site, 8250) as address:
        yield address


@pytest.fixture(scope="module")
def browser(address, tmp_path_factory):
    with recorded(tmp_path_factory.mktemp("net") / "log.json") as browser:
        yield browser


@pytest.fixture
def page(browser, address):
    """A chapter's page in a browser that has never been here, without its formulas."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    context.set_default_timeout(LONG)
    page.route("**/_static/mathjax/**", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"{address}{NAME}.html")
    yield page
    context.close()


def press_open(page):
    page.locator(".md-open").click()


def opened(page):
    page.wait_for_url("**/lite/notebooks/**", timeout=LONG)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=LONG)


def first_cell(page):
    return page.locator(".jp-CodeCell .cm-content").first


def save(page):
    """Save, and wait until the browser's storage has it: the notebook as it is kept."""
    before = page.evaluate(WHEN, [STORE, FILE])
    page.keyboard.press("Control+s")
    page.wait_for_function(f"async given => (await ({WHEN})(given[0])) !== given[1]", arg=[[STORE, FILE], before], timeout=LONG, polling=500)
    return page.evaluate(FILES, STORE)[FILE]


def settled(page):
    """The notebook when all its cells have run and their last outputs have arrived: two savings a second apart agree."""
    kept = None
    for _ in range(120):
        before, kept = kept, save(page)["cells"]
        if kept == before and all(c["execution_count"] for c in kept if c["cell_type"] == "code"):
            return kept
        page.wait_for_timeout(1000)
    pytest.fail("the notebook does not come to rest")


def menu(page, *path):
    for name in path:
        page.get_by_role("menuitem", name=name, exact=True).click()


def test_a_chapter_runs_in_jupyterlite_and_its_changes_stay(page, address):
    """Opened by its button, run whole, compared, a figure dragged, changed, left, opened again, set aside for a fresh copy."""
    start = page.evaluate("() => Date.now()")
    press_open(page)
    opened(page)
    menu(page, "Run", "Run All Cells")
    page.wait_for_function(f"() => (({STATE})()[0]) > 0", timeout=LONG)
    first = page.evaluate("() => Date.now()") - start
    page.wait_for_function(f"() => {{ const [ran, left] = ({STATE})(); return ran > 0 && left === 0; }}", timeout=LONG, polling=500)
    print(f"{NAME} in JupyterLite: first cell after {first / 1000:.1f} s, all after {(page.evaluate('() => Date.now()') - start) / 1000:.1f} s")

    # Text outputs are the stored ones
    kept = [nbformat.from_dict(cell) for cell in settled(page)]
    ours = [c for c in notebook.read(BOOK / f"{NAME}.ipynb").cells if c.cell_type == "code"]
    theirs = [c for c in kept if c.cell_type == "code"]
    errors = [o.evalue for c in theirs for o in c.outputs if o.output_type == "error"]
    assert errors == []
    for mine, now in zip(ours, theirs, strict=True):
        for output in now.outputs:  # a text of several lines is kept as a list of lines
            for key, value in output.get("data", {}).items():
                output.data[key] = "".join(value) if isinstance(value, list) else value
        (printed, texts, pictures), (said, values, drawn) = stored(mine), stored(now)
        assert agree(printed, said) and pictures == drawn and all(map(agree, texts, values)) and len(texts) == len(values), mine.source

    # A figure answers, with Python behind it
    figure = page.locator(".matdiff-figure[data-ready=true]").first
    figure.scroll_into_view_if_needed()
    handle = figure.locator("[data-handle]").first
    before = figure.locator("[data-readout]").all_inner_texts()
    handle.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert figure.locator("[data-readout]").all_inner_texts() != before

    # What was changed is there again
    first_cell(page).scroll_into_view_if_needed()
    first_cell(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type("  # mine")
    assert "# mine" in json.dumps(save(page))
    page.reload()
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=LONG)
    assert first_cell(page).inner_text().endswith("# mine")

    # Two tabs: the second one to save is asked
    other = page.context.new_page()
    other.goto(page.url)
    opened(other)
    for tab in (other, page):
        first_cell(tab).click()
        tab.keyboard.press("Control+End")
        tab.keyboard.type("!")
        tab.keyboard.press("Control+s")
        tab.wait_for_timeout(1500)
    assert "has changed on disk" in page.locator(".jp-Dialog").inner_text()
    page.locator(".jp-Dialog").get_by_text("Cancel").click()
    other.close()

    # A fresh copy, and the reader's beside it
    page.goto(f"{address}{NAME}.html")
    page.locator(".md-fresh").click()
    page.locator(".md-launch-says", has_text="kept beside it").wait_for()
    files = page.evaluate(FILES, STORE)
    assert FILE not in files and len(files) == 1 and "# mine" in json.dumps(files) and "(my copy" in next(iter(files))
    press_open(page)
    opened(page)
    assert "# mine" not in first_cell(page).inner_text()


def test_a_reader_of_an_older_edition_is_told(page):
    page.evaluate(PUT, [STORE, FILE, "an older one"])
    press_open(page)
    dialog = page.locator("dialog.md-dialog")
    assert "a new edition of it has appeared" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert dialog.count() == 0 and "/chapters/" in page.url
    press_open(page)
    dialog.get_by_text("keep mine beside it").click()
    opened(page)
    assert any("(my copy" in name and content["mine"] for name, content in page.evaluate(FILES, STORE).items() if content and "mine" in content)


def test_a_copy_of_this_edition_is_opened_without_a_question(page):
    page.evaluate(PUT, [STORE, FILE, lite.edition(notebook.read(BOOK / f"{NAME}.ipynb"))])
    press_open(page)
    page.wait_for_url("**/lite/notebooks/**")


def test_without_a_copy_there_is_nothing_to_freshen(page):
    page.locator(".md-fresh").click()
    page.locator(".md-launch-says", has_text="You have not changed this chapter").wait_for()
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0, "the question itself leaves nothing behind"


def test_storage_forbidden_is_said_before_the_work(browser, address):
    context = browser.new_context()
    context.add_init_script("indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); }")
    page = context.new_page()
    page.goto(f"{address}{NAME}.html")
    press_open(page)
    assert "keeps nothing for this site" in page.locator("dialog.md-dialog").inner_text()
    context.close()


def test_an_old_browser_is_told(browser, address):
    context = browser.new_context()
    context.add_init_script("delete window.WebAssembly")
    page = context.new_page()
    page.goto(f"{address}{NAME}.html")
    press_open(page)
    assert "too old to run Python" in page.locator(".md-launch-says").inner_text()
    context.close()


def test_every_notebook_is_there_and_python_is_this_sites(address):
    """The configuration: no address of another host for Python or its packages."""
    config = json.loads((SITE / lite.FOLDER / "jupyter-lite.json").read_text())["jupyter-config-data"]
    kernel = config["litePluginSettings"][f"{lite.KERNEL}:kernel"]
    assert kernel["pyodideUrl"].startswith("./") and kernel["disablePyPIFallback"] is True
    assert {p.name for p in (SITE / lite.FOLDER / "files").iterdir()} == {p.name for p in (BOOK / "chapters").glob("*.ipynb")}
    for name in NUMBERED:
        page = (SITE / f"{name}.html").read_text(encoding="utf-8")
        link = re.search(r'class="md-open" href="([^"]+)"', page)[1]
        assert link == f"../lite/notebooks/index.html?path={name.split('/')[1]}.ipynb"
