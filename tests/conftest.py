"""What the tests share: the book's folder, its notebooks, and the search for a browser."""
import os
import shutil
from pathlib import Path

import pytest

# The tests run side by side: a team of threads for each small matrix product would only make them wait for each other.
for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

BOOK = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((BOOK / "chapters").glob("*.ipynb"))
SITE = BOOK / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REQUIRED = any(os.environ.get(name, "").lower() in ("1", "true") for name in ("CI", "MATDIFF_REQUIRE_BROWSER"))


def chromium():
    """The path of Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_configure(config):
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # this environment's kernel, not one of the user's


def pytest_collection_modifyitems(items):
    if chromium() or REQUIRED:
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium or Chrome in PATH"))


def pytest_terminal_summary(terminalreporter):
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(r.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests need {', '.join(BROWSERS[:-1])} or {BROWSERS[-1]} in PATH: "
                              "pages, figures and mathematics were not looked at in a browser.", red=True)


@pytest.fixture(scope="session")
def site():
    """The folder of the built site, which has to be newer than what it was built from."""
    built = SITE / "searchindex.js"
    assert built.is_file(), "the site is not built: run `make site` (or python -m bookbuild site)"
    sources = [BOOK / "_config.yml", BOOK / "_toc.yml", BOOK / "intro.md", *NOTEBOOKS, *(BOOK / "assets").glob("book.css")]
    stale = [p.name for p in sources if p.stat().st_mtime > built.stat().st_mtime]
    assert not stale, f"the site is older than {', '.join(stale)}: run `make site`"
    return SITE
