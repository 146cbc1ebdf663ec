"""The built site as files: it asks no other host for anything, its links lead somewhere, its figures have what they need."""
import re
from functools import cache
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import BOOK, SITE

from bookbuild import licences
from bookbuild.notebook import STATE, VIEW
from bookbuild.site import COLOURS, FIGURES

LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "object": "data"}
TOC = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
NUMBERED = [name for name in CHAPTERS if re.match(r"chapters/\d\d_", name)]     # the others are reference pages
OTHERS = {"_static", "lite", "pyodide"}     # what is no page of the book; JupyterLite's requests are recorded in test_lite.py
PAGES = [f"{name}.html" for name in (*CHAPTERS, "search")]

pytestmark = pytest.mark.usefixtures("site")


@cache
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def places(path):
    """The ids of a page: every page links to hundreds of them, so they are looked up and not searched for."""
    return {tag["id"] for tag in soup(path).find_all(id=True)}


def foreign(url):
    return bool(urlsplit(url).netloc) and not url.startswith("data:")


def test_every_page_of_the_contents_is_there_and_no_other():
    built = {p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html") if not OTHERS & set(p.relative_to(SITE).parts)}
    assert built - {licences.PAGE} == {*PAGES, "index.html"}


@pytest.mark.parametrize("page", PAGES)
def test_page_loads_nothing_from_elsewhere(page):
    html = soup(SITE / page)
    urls = [tag.get(attribute, "") for name, attribute in LOADING.items() for tag in html.find_all(name)]
    urls += [tag.get("href", "") for tag in html.find_all("link") if "canonical" not in tag.get("rel", [])]
    assert [u for u in urls if foreign(u)] == []
    inline = "".join(tag.get_text() for tag in html.find_all(["script", "style"]) if not tag.get("type", "").endswith("json"))
    assert not re.search(r"https?://|\bimport\(|requirejs|unpkg|jsdelivr", inline)


def test_style_sheets_load_nothing_from_elsewhere():
    faults = [f"{p.name}: {url}" for p in SITE.rglob("*.css") if "lite" not in p.relative_to(SITE).parts
              for url in re.findall(r"url\(['\"]?([^)'\"]+)|@import\s+['\"]([^'\"]+)", p.read_text(encoding="utf-8"))
              for url in url if foreign(url)]
    assert faults == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    """Files and anchors, the page's scripts and styles included."""
    faults = []
    for tag in soup(SITE / page).find_all(href=True) + soup(SITE / page).find_all(src=True):
        parts = urlsplit(tag.get("href") or tag.get("src"))
        if parts.scheme or parts.netloc:
            continue
        target = (SITE / page).parent / unquote(parts.path) if parts.path else SITE / page
        if not target.exists():
            faults.append(f"{tag.name}: {parts.path} is no file")
        elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in places(target):
            faults.append(f"{tag.name}: {parts.path}#{parts.fragment} is no place on that page")
    assert faults == []


@pytest.mark.parametrize("page", PAGES)
def test_page_is_readable_by_machines(page):
    """A language, a title, one first heading, alternative text for every picture."""
    html = soup(SITE / page)
    assert html.html.get("lang") == "en" and html.title.get_text().strip()
    assert len((html.find("article") or html.find("main")).find_all("h1")) == 1
    assert [img.get("src") for img in html.find_all("img") if not img.get("alt", "").strip() and "logo" not in img.get("class", [""])[0]] == []


@pytest.mark.parametrize("page", PAGES)
def test_figures_have_what_they_need(page):
    """State for every figure, the script once on pages with figures and nowhere else, words for readers without JavaScript."""
    html = soup(SITE / page)
    views = html.find_all("script", type=VIEW)
    scripts = [tag for tag in html.find_all("script", src=True) if FIGURES in tag["src"]]
    assert len(scripts) == bool(views)
    states = "".join(tag.get_text() for tag in html.find_all("script", type=STATE))
    for view in views:
        model = re.search(r'"model_id": "([^"]+)"', view.get_text())[1]
        assert f'"{model}"' in states
        assert "JavaScript" in view.parent.find("noscript").get_text() and view.parent.find("noscript").find("pre")
    assert '"_esm"' not in states


@pytest.mark.parametrize("chapter", NUMBERED)
def test_a_chapter_has_two_figures_or_more(chapter):
    assert len(soup(SITE / f"{chapter}.html").find_all("script", type=VIEW)) >= 2


def test_what_the_theme_adds_for_nothing_is_gone():
    assert not list(SITE.rglob("fontawesome.js")) and not list(SITE.rglob("*.map"))
    for page in PAGES:
        text = (SITE / page).read_text(encoding="utf-8")
        assert not re.search(r"fontawesome\.js|thebe|require\.min|html-manager", text), page


def test_colours_come_from_the_palette():
    from matdiff import palette
    text = (SITE / "_static" / COLOURS).read_text(encoding="utf-8")
    assert all(f"--md-{role}: {colour};" in text for role, colour in {**palette.LIGHT}.items())
    assert all(f"--md-{role}: {colour};" in text for role, colour in {**palette.DARK}.items())


def test_the_notebook_can_be_downloaded():
    for name in CHAPTERS:
        if (BOOK / f"{name}.ipynb").is_file():
            links = [a["href"] for a in soup(SITE / f"{name}.html").find_all("a", href=True) if a["href"].endswith(".ipynb")]
            assert any("_sources" in link for link in links), name
