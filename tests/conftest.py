"""What the tests share: the book's folder, its notebooks, and the search for a browser."""
import os
import re
import shutil
from pathlib import Path

import pytest

from bookbuild import check

# The tests run side by side: a team of threads for each small matrix product would only make them wait for each other.
for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

BOOK = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((BOOK / "chapters").glob("*.ipynb"))
SITE = BOOK / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WITHOUT_PYTHON = "the site cannot run Python by itself"  # begins the reason of a test that is skipped for that
REQUIRED = any(os.environ.get(name, "").lower() in ("1", "true") for name in ("CI", "MATDIFF_REQUIRE_BROWSER"))


def chromium():
    """The path of Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="module")
def nothing_forgiven():
    """The diagnosis forgives the reader's functions any exception away from X. Its own must not hide among them: here only
    LinAlgError is forgiven, which functions raise where a matrix is not invertible or not positive definite."""
    from numpy.linalg import LinAlgError
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matdiff.diagnose.FORGIVEN", (LinAlgError,))
        yield


@pytest.fixture(scope="module")
def chrome():
    """Chromium, cut off from every host."""
    from figures_page import browser  # which imports from here
    with browser() as started:
        yield started


@pytest.fixture
def alone(chrome, tmp_path):
    """alone(figure): the figure on a page of its own; a fault of the page is one of the test."""
    from figures_page import Browsing, Shown
    opened = []

    def show(figure):
        opened.append(Browsing(chrome))
        opened[-1].open(figure.save_html(tmp_path / "figure.html"))
        return Shown(opened[-1], 0, figure.model_id)

    yield show
    assert [browsing.faults for browsing in opened] == [[] for _ in opened]
    for browsing in opened:
        browsing.context.close()


def pytest_configure(config):
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # this environment's kernel, not one of the user's


# What several processes share out (pytest -n auto --dist loadfile): not whole files but groups, the long ones first.
# A notebook has one kernel, a page of the site is opened once for all that is looked at; the files named here need
# nothing in common, so that their tests go one by one to whoever is free. Any other file stays together.
ALONE = ("test_identities.py", "test_exercises.py", "test_numeric.py", "test_check.py", "test_diagnose.py", "test_vec.py", "test_replay.py")
PAGE = re.compile(r"test_browser\.py::.*\[(.+\.html)-(?:laptop|phone)-(?:light|dark)\]$")
CELLS = re.compile(r"test_cells\.py::(test_\w+\[chapters/.+)\]$")
FIGURE = re.compile(r"test_figures\.py::.*\[(.+?)(?:-press|-drag|-touch)?\]$")


def group(nodeid):
    """The name of the group that a test belongs to."""
    file = nodeid.split("::")[0]
    found = PAGE.search(nodeid) or CELLS.search(nodeid) or FIGURE.search(nodeid)
    return f"{file} {found[1]}" if found else nodeid if file.endswith(ALONE) else file


def rank(item):
    """Pages by their size, notebooks, files, figures; last what fills the gaps."""
    page = PAGE.search(item.nodeid)
    if page:
        file = SITE / page[1]
        return 0, -file.stat().st_size if file.is_file() else 0, page[1]
    name = item.path.name
    return (1 if name.endswith((".ipynb", "test_lite.py")) or CELLS.search(item.nodeid) else 4 if name in ALONE else 3 if name == "test_figures.py" else 2), 0, ""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Groups(LoadFileScheduling):
        _split_scope = staticmethod(group)

    config.option.loadscopereorder = False  # in the order of `rank`, and not by the number of tests
    return Groups(config, log)


def pytest_collection_modifyitems(items):
    items.sort(key=rank)
    if chromium() or REQUIRED:
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium or Chrome in PATH"))


def pytest_terminal_summary(terminalreporter):
    terminalreporter.section("lengths of code cells", sep="-")
    for line in check.rhythm(NOTEBOOKS):
        terminalreporter.line(line)
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(r.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests need {', '.join(BROWSERS[:-1])} or {BROWSERS[-1]} in PATH: "
                              "pages, figures and mathematics were not looked at in a browser.", red=True)


    without = [r for r in terminalreporter.stats.get("skipped", []) if WITHOUT_PYTHON in str(r.longrepr)]
    if without:
        terminalreporter.section("PYTHON IN THE BROWSER WAS NOT TRIED", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(without)} tests: {without[0].longrepr[2]}", red=True)


@pytest.fixture(scope="session")
def site():
    """The folder of the built site, which has to be newer than what it was built from."""
    built = SITE / "searchindex.js"
    assert built.is_file(), "the site is not built: run `make site` (or python -m bookbuild site)"
    sources = [BOOK / "_config.yml", BOOK / "_toc.yml", BOOK / "intro.md", *NOTEBOOKS, *(BOOK / "assets").glob("book.css")]
    stale = [p.name for p in sources if p.stat().st_mtime > built.stat().st_mtime]
    assert not stale, f"the site is older than {', '.join(stale)}: run `make site`"
    return SITE
