"""The site in headless Chromium, at the width of a laptop and of a phone, cut off from every host but localhost."""
import ast
import gzip
import json
import re
import statistics
import threading
from contextlib import contextmanager
from functools import cache
from importlib.metadata import distribution
from urllib.parse import urlsplit

import numpy as np
import pytest
from conftest import BOOK, SITE, chromium
from test_site import CHAPTERS, NUMBERED, PAGES

from bookbuild import notebook, serve

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("site")]
WIDTHS = {"laptop": (1280, 800), "phone": (390, 844)}
FIRST_LOAD = 900_000  # bytes, compressed
FRAME = 16.0  # milliseconds
FEW = 1e-7  # relative difference between JavaScript's and NumPy's numbers

# Keeps the state objects that the page's script reads: it changes them while the reader drags.
WATCH_STATE = """(() => {
  const parse = JSON.parse;
  window.models = {};
  JSON.parse = (...given) => {
    const result = parse(...given);
    if (result && result.state) Object.assign(window.models, result.state);
    return result;
  };
})()"""
# Formulas wider than what holds them, apart from those that scroll inside a table.
WIDE = """() => [...document.querySelectorAll('article div.math')].filter(e => e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.scrollWidth} px in ${e.clientWidth}: ${e.textContent.trim().slice(0, 60)}`)"""
BEYOND = """() => [...document.querySelectorAll('article *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
  && !e.closest('.pst-scrollable-table-container, pre, div.math, svg, .output, mjx-assistive-mml'))
  .map(e => e.outerHTML.slice(0, 80))"""

# Pictures that do not load, once they are asked for.
LOST_PICTURES = """() => Promise.all([...document.images].map(i => { i.loading = "eager"; return i.decode().then(() => null, () => i.src); }))
  .then(lost => lost.filter(Boolean))"""


@pytest.fixture(scope="module")
def address(site):
    with serve.server(site, 8100) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    path = chromium()
    if path is None:
        pytest.fail("no Chromium or Chrome in PATH, and the browser tests are required here: install chromium")
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        # Not even a worker or a prefetch finds another host: names other than localhost do not resolve.
        browser = playwright.chromium.launch(executable_path=path, args=[
            "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost"])
        yield browser
        browser.close()


class Visit:
    """A page that is open, and what went wrong on it."""

    def __init__(self, page, address):
        self.page, self.address, self.faults, self.responses = page, address, [], {}
        page.on("console", lambda m: self.faults.append(f"console {m.type}: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url}"))
        page.on("response", self.keep)
        page.route("**/*", self.guard)

    def guard(self, route):
        if urlsplit(route.request.url).hostname == "localhost":
            route.continue_()
        else:
            self.faults.append(f"asked another host: {route.request.url}")
            route.abort()

    def keep(self, response):
        self.responses[response.url] = response
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    def open(self, name):
        self.page.goto(self.address + name, wait_until="load")
        self.page.wait_for_function("() => !window.MathJax || (MathJax.startup && MathJax.startup.promise)")
        self.page.evaluate("() => window.MathJax && MathJax.startup.promise")
        self.page.wait_for_load_state("networkidle")
        return self.page


def open_page(browser, address, name, width="laptop", theme="light", watch=False):
    """(context, visit): a page, opened as a reader would, in a context of its own."""
    size = dict(zip(("width", "height"), WIDTHS[width]))
    context = browser.new_context(viewport=size, has_touch=width == "phone")
    context.add_init_script(f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')")
    if watch:
        context.add_init_script(WATCH_STATE)
    visit = Visit(context.new_page(), address)
    visit.open(name)
    return context, visit


@pytest.fixture
def visit(browser, address):
    contexts = []

    def go(*where, **how):
        context, visit = open_page(browser, address, *where, **how)
        contexts.append(context)
        return visit

    yield go
    for context in contexts:
        context.close()


# Pages. To open one costs a chapter's MathJax five to ten seconds of a processor: it is opened once, every second page as
# on a phone in the dark, and looked at in all ways in this one opening, the last of which change it. Then the window takes
# the other width, and the reader the other theme.

OPENED = [(name, *(("laptop", "light"), ("phone", "dark"))[k % 2]) for k, name in enumerate(PAGES)]
WITH_FIGURES = [CHAPTERS[0], *NUMBERED, "chapters/four_views"]
OTHER = {"light": "dark", "dark": "light", "laptop": "phone", "phone": "laptop"}


@pytest.fixture(scope="module", params=OPENED, ids="-".join)
def opened(request, browser, address):
    name, width, theme = request.param
    context, visit = open_page(browser, address, name, width, theme, watch=True)
    visit.name, visit.width, visit.theme = request.param
    yield visit
    context.close()


def test_no_fault(opened):
    """No console message, no failed request, no other host."""
    assert opened.faults == []


def test_first_load_is_light(opened):
    """What arrives before the reader scrolls: the pictures further down are fetched on the way."""
    sizes = {url: len(gzip.compress(response.body())) for url, response in list(opened.responses.items())}
    assert sum(sizes.values()) <= FIRST_LOAD, sorted(((n, url) for url, n in sizes.items()), reverse=True)[:8]


def test_formulas_are_drawn(opened):
    page = opened.page
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert page.locator("article .math").count() == page.locator("article .math:has(mjx-container)").count()
    assert not re.search(r"\$\$|\\\(|\\begin\{", page.locator("main").inner_text())


def fits(page):
    assert page.evaluate(BEYOND) == [] and page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(WIDE) == []    # a formula that is wider would scroll inside itself; the book breaks it instead


def wears(page, theme):
    assert page.evaluate("() => document.documentElement.dataset.theme") == theme
    background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", background)[:3])) > 380) == (theme == "light")


def test_nothing_is_wider_than_the_window(opened):
    fits(opened.page)


def test_theme_and_pictures(opened):
    wears(opened.page, opened.theme)
    assert opened.page.evaluate(LOST_PICTURES) == []


def widen(page, width):
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width])))


def put_on(page, theme):
    """By the theme's own button, which goes round light, dark, and as the system has it."""
    for _ in range(3):
        if page.evaluate("() => document.documentElement.dataset.theme") == theme:
            return
        page.locator("button.theme-switch-button").first.evaluate("e => e.click()")
    pytest.fail(f"the button for the theme does not lead to {theme}")


def test_the_other_width_and_the_other_theme(opened):
    """There and back."""
    page = opened.page
    widen(page, OTHER[opened.width])
    fits(page)
    put_on(page, OTHER[opened.theme])
    wears(page, OTHER[opened.theme])
    fits(page)
    widen(page, opened.width)
    fits(page)
    put_on(page, opened.theme)
    wears(page, opened.theme)
    assert opened.faults == []


# Figures

FIGURES = '.matdiff-figure[data-figure]'


@contextmanager
def no_windows():
    """Matplotlib without a window, and the book's styles undone afterwards."""
    import matplotlib
    import matplotlib.pyplot as plt
    backend = matplotlib.get_backend()
    matplotlib.use("agg")
    with plt.rc_context():
        yield
    plt.close("all")
    matplotlib.use(backend)


@cache
def figures_in_python(name):
    """The figures that a page shows, made anew by the code that it shows, in order."""
    from bookbuild.site import Figures
    source = BOOK / f"{name}.md"
    if source.is_file():
        return [eval(text, {}, Figures()) for text in re.findall(r"^`{3,}\{draggable\}\s+(.+)$", source.read_text(), re.M)]
    from matdiff.figures import Figure
    shown = []
    space = {"display": lambda *values: shown.extend(v for v in values if isinstance(v, Figure))}
    import matplotlib.pyplot as plt
    with no_windows(), pytest.MonkeyPatch.context() as patch:
        patch.chdir(BOOK / "chapters")
        for cell in notebook.read(BOOK / f"{name}.ipynb").cells:
            if cell.cell_type == "code":
                value = last_value(cell.source, space)
                if isinstance(value, Figure) and any(notebook.VIEW in o.get("data", {}) for o in cell.outputs):
                    shown.append(value)
                plt.close("all")    # as the notebook's kernel does after each cell
    return shown


def last_value(source, space):
    """Run a cell; the value of its last expression, as a notebook would show it."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), space)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), space) if last else None


def readouts(figure):
    """What a figure on the page says, as numbers."""
    return figure.evaluate("""root => Object.fromEntries([...root.querySelectorAll("[data-readout]")]
        .map(e => [e.dataset.readout, JSON.parse(e.dataset.value)]))""")


def differs(page, python):
    """Read-outs whose numbers on the page are not those of matdiff."""
    def same(a, b):
        if a is None or isinstance(b, (str, bool)):
            return a == b or b is not None and np.ndim(b) == 0 and np.isnan(b)
        return np.shape(a) == np.shape(b) and np.allclose(np.array(a, float), np.array(b, float), rtol=FEW, atol=1e-9)
    return {k: (page.get(k, "missing"), python[k]) for k in python if k not in page or not same(page[k], python[k])}


def follow(figure, state):
    """Give the Python figure the state that the reader's dragging has led to."""
    with figure.hold_trait_notifications():
        for key, value in state.items():
            if key in figure.traits(sync=True) and not key.startswith("_") and key not in ("label", "layout"):
                if json.loads(json.dumps(getattr(figure, key))) != value:
                    figure.set_trait(key, value)
    return figure


def drag(page, handle, dx, dy):
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()


def mouse(page, handle, look):
    """Drag to the right and up; says whether what `look` sees moved."""
    before = look()
    if handle.get_attribute("role") == "radio":     # one of several entries: drag to its neighbour
        other = handle.locator("xpath=following-sibling::*[1] | preceding-sibling::*[1]").first
        ours, theirs = handle.bounding_box(), other.bounding_box()
        drag(page, handle, theirs["x"] - ours["x"], theirs["y"] - ours["y"])
    else:
        drag(page, handle, 17, -11)
    return look() != before


def keyboard(page, handle, look):
    """Arrows both ways (a handle may stand at its end), fine and coarse; says whether something moved."""
    handle.focus()
    seen = [look()]
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowLeft", "PageUp", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        seen.append(look())
    return any(a != b for a, b in zip(seen, seen[1:]))


# What follows drags figures and asks axe-core, which takes minutes where a chapter's formulas are tens of thousands of
# elements. MathJax and the browser answer for those: of a formula its place and its words stay. The words of code
# of one kind are alike: of each kind a few stay apart from the rest.
THIN = """() => {
  const formulas = [...document.querySelectorAll("mjx-container")], places = formulas.map(e => e.getBoundingClientRect());
  formulas.forEach((e, i) => {
    Object.assign(e.style, {display: "inline-block", overflow: "hidden", width: places[i].width + "px", height: places[i].height + "px"});
    e.textContent = e.querySelector("math")?.textContent ?? e.textContent;
  });
  document.querySelectorAll("math").forEach(e => { e.textContent = e.textContent; });
  const seen = {};
  document.querySelectorAll(".highlight pre span[class]").forEach(e => {
    seen[e.className] = (seen[e.className] ?? 0) + 1;
    if (seen[e.className] > 3 && !e.children.length) e.replaceWith(e.textContent);
  });
  document.querySelectorAll(".highlight pre").forEach(e => e.normalize());
}"""

# What stands around the figures, away and back again: the browser would lay it out and draw it after every move.
AWAY = """away => document.querySelectorAll("article section > *").forEach(e => {
  if (!e.matches("section, .matdiff-figure, :has(.matdiff-figure)")) e.style.display = away ? "none" : ""; })"""


def nudge(page, handle, look):
    """Arrows until something moves."""
    before = look()
    handle.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
        if look() != before:
            return True
    return False


def ways(labels):
    """How each handle is moved: by mouse and all keys; of many alike, numbered, all but the first and the last by a key alone."""
    alike = {}
    for label in labels:
        alike.setdefault(label.rstrip("0123456789-"), []).append(label)
    ends = {label for group in alike.values() for label in (group[0], group[-1])}
    return [(mouse, keyboard) if label in ends else (nudge,) for label in labels]


def shows_figures(opened):
    """The page's name without its ending, if it is one of those with figures."""
    name = opened.name.removesuffix(".html")
    return name if name in WITH_FIGURES else None


def test_figures_say_that_they_can_be_dragged(opened):
    roots = opened.page.locator(FIGURES).all()
    assert bool(roots) == bool(shows_figures(opened))
    for figure in roots:
        assert "drag" in figure.inner_text().lower()
        assert figure.get_attribute("aria-label") or figure.get_attribute("aria-labelledby") or \
            figure.locator("[aria-label]").count()


@pytest.fixture
def bare(opened):
    """The page without what costs time while figures are dragged."""
    opened.page.evaluate(THIN)
    opened.page.evaluate(AWAY, True)
    yield opened
    opened.page.evaluate(AWAY, False)


def test_figures_answer_and_say_what_matdiff_says(bare):
    """Each handle of each figure, by mouse and by keyboard: the read-outs move, and are those of the Python figure."""
    name, page = shows_figures(bare), bare.page
    if name is None:
        return      # the test above has seen that there are none
    twins = figures_in_python(name)
    roots = page.locator(FIGURES)
    assert roots.count() == len(twins) >= 1
    state_of = page.evaluate("""() => [...document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]')]
        .map(s => JSON.parse(s.textContent).model_id).filter(id => window.models[id].state._kind)""")
    times = []
    for n, twin in enumerate(twins):
        figure = roots.nth(n)
        assert figure.get_attribute("data-ready") == "true"
        where = f"figure {n + 1} of {name}, {twin.kind}"

        def agree(after):
            state = page.evaluate("id => window.models[id].state", state_of[n])
            assert differs(readouts(figure), follow(twin, state).readouts()) == {}, f"{where}, {after}"

        agree("as it opens")
        handles = figure.locator("[data-handle]")
        assert handles.count() >= 1, where
        labels = handles.evaluate_all("all => all.map(e => e.dataset.handle)")
        for h, (label, moves) in enumerate(zip(labels, ways(labels))):
            handle = handles.nth(h)
            for way in moves:
                if not handle.is_visible():
                    continue
                assert way(page, handle, lambda: readouts(figure)), f"{where}: {label} does not answer to the {way.__name__}"
                agree(f"{label} moved by {way.__name__}")
                times.append(float(figure.get_attribute("data-milliseconds")))
        widen(page, OTHER[bare.width])
        handle = next(h for h in handles.all() if h.is_visible())
        assert (nudge if handle.get_attribute("role") == "radio" else mouse)(page, handle, lambda: readouts(figure)), \
            f"{where} does not answer on the {OTHER[bare.width]}"
        agree(f"dragged on the {OTHER[bare.width]}")
        widen(page, bare.width)
    assert statistics.median(times) < FRAME, times
    assert bare.faults == []


def test_hints_open_and_close(opened):
    if shows_figures(opened) not in NUMBERED:
        return
    hint = opened.page.locator("div.admonition.hint").first
    text, title = hint.locator("p:not(.admonition-title)").first, hint.locator("p.admonition-title")
    assert not text.is_visible()
    title.click()
    text.wait_for(state="visible")
    title.click()
    text.wait_for(state="hidden")


# Accessibility, last: it unfolds everything.

AXE = """([include, rules]) => axe.run({include, exclude: ["mjx-container", "math"]}, {runOnly: rules, resultTypes: ["violations"], preload: false})
  .then(result => result.violations.filter(v => ["serious", "critical"].includes(v.impact))
  .flatMap(v => v.nodes.slice(0, 5).map(n => `${v.id}: ${n.html.slice(0, 120)}: ${n.failureSummary.slice(0, 200)}`)))"""


# What has just been unfolded, or changed its colour, fades in: colours are judged when it has.
FADED = "() => document.getAnimations().forEach(a => { try { a.finish(); } catch { a.cancel(); } })"


def test_accessibility(opened):
    """axe-core, WCAG 2 A and AA, everything unfolded: nothing serious. And of what chapters draw the colours in the other theme."""
    page = opened.page
    page.evaluate(THIN)
    # Of hundreds of rows alike a few from each topic, looked at one after the other as a reader would.
    page.evaluate("""() => document.querySelectorAll("table.identities, table.identity-views").forEach(
        table => [...table.rows].slice(4).forEach(row => row.remove()))""")
    for line in page.locator(".identity-line:visible").all():
        line.scroll_into_view_if_needed()
    axe = next(f for f in distribution("axe-playwright-python").files if f.name == "axe.min.js")
    page.add_script_tag(content=axe.locate().read_text(encoding="utf-8"))
    page.evaluate("() => document.querySelectorAll('article details').forEach(d => d.open = true)")
    page.evaluate(FADED)
    # The theme makes what scrolls reachable by Tab 300 ms after the last change of size.
    page.evaluate("() => { dispatchEvent(new Event('resize')); return new Promise(done => setTimeout(done, 500)); }")
    assert page.evaluate(AXE, [["html"], ["wcag2a", "wcag2aa", "wcag21aa"]]) == []
    put_on(page, OTHER[opened.theme])
    page.evaluate(FADED)
    own = [part for part in (".matdiff-figure", ".cell_output") if page.locator(part).count()]
    assert not own or page.evaluate(AXE, [own, ["color-contrast"]]) == []


# The site as a whole

def test_search_finds_words_of_the_book(visit):
    page = visit("search.html?q=gradient").page
    page.wait_for_selector("#search-results li a")
    assert "chapters/" in page.locator("#search-results li a").first.get_attribute("href")


def test_pages_open_as_files_too(browser):
    """A page on a stick or in an e-mail, without a server."""
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(request.url))
    page.goto((SITE / f"{CHAPTERS[1]}.html").as_uri())
    page.wait_for_selector("mjx-container")
    page.wait_for_selector("[data-figure][data-ready=true]")
    page.close()
    assert faults == []


def test_without_javascript(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + CHAPTERS[1] + ".html")
    assert page.locator("noscript p").first.is_visible()
    assert "JavaScript" in page.locator("article").inner_text()
    context.close()


# The catalogue's page

CATALOGUE = "chapters/identities.html"
VISIBLE = "() => [...document.querySelectorAll('table.identities tr[id]')].filter(r => r.offsetParent).map(r => r.id)"
# As the page opens: nothing is asked for.
NOTHING = """() => { for (const field of document.querySelectorAll(".identities-bar :is(input, select)")) {
    field.value = field.options ? field.options[0].value : "";
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {bubbles: true}));
} }"""


@pytest.fixture(scope="module")
def identities(browser, address):
    """The catalogue's page, opened once: it is the largest of all."""
    context, visit = open_page(browser, address, CATALOGUE)
    yield visit.page
    context.close()


@pytest.fixture
def catalogue(identities):
    identities.evaluate(NOTHING)
    return identities


def test_the_catalogue_is_filtered_by_words_topic_and_shape(catalogue):
    page = catalogue
    everything = page.evaluate(VISIBLE)
    page.fill("input[name=words]", "log det")
    some = page.evaluate(VISIBLE)
    assert "identity-log-det" in some and 1 < len(some) < len(everything) / 4
    assert f"{len(some)} of" in page.inner_text(".identities-count")
    page.fill("input[name=words]", "")
    page.select_option("select[name=topic]", "traces")
    page.select_option("select[name=output]", "scalar")
    traces = page.evaluate(VISIBLE)
    assert traces and all("trace" in name for name in traces[:5])
    assert not page.evaluate("() => !!document.querySelector('#determinants')?.offsetParent"), "the heading of an empty topic"
    page.fill("input[name=words]", "no such identity")
    assert page.evaluate(VISIBLE) == [] and page.inner_text(".identities-count").startswith("0 of")


def test_the_page_finds_what_python_finds(catalogue):
    from matdiff.identities import find
    from matdiff.identities.display import anchor
    page = catalogue
    for question in ("log det", "tr(AXB)", r"\\log\\det X", "λ", "Cookbook 81", "S16-C05", "pseudoinverse", "X^{-1}", "softm", "of the"):
        page.fill("input[name=words]", question)
        assert set(page.evaluate(VISIBLE)) == {anchor(e) for e in find(question)}, question


def test_the_layout_holds_for_the_whole_page_and_in_the_address(catalogue):
    page = catalogue
    shown = "() => new Set([...document.querySelectorAll('.identity-line')].filter(e => e.offsetParent).map(e => e.dataset.layout))"
    page.select_option("select[name=layout]", "numerator")
    layouts = page.evaluate(f"() => [...({shown})()]")
    assert layouts and all("numerator" in layout for layout in layouts)
    assert "layout=numerator" in page.url
    page.reload()
    assert page.input_value("select[name=layout]") == "numerator"


def test_a_link_to_an_identity_opens_it(visit):
    page = visit(CATALOGUE + "?words=trace#identity-log-det").page
    assert page.evaluate("() => document.querySelector('#identity-log-det details').open")
    assert page.evaluate("() => !!document.querySelector('#identity-log-det').offsetParent"), "the filter still hides it"


def test_the_catalogue_is_readable_without_javascript(browser, address):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto(address + CATALOGUE)
        assert not page.locator(".identities-bar").count()
        row = page.locator("#identity-log-det")
        assert row.is_visible() and row.locator("math").first.is_visible()
        row.locator("summary").click()
        assert "inv(X).T" in row.inner_text()
        assert not page.locator("text=/\\\\\\\\(frac|mathbf|nabla)/").count(), "TeX that nobody has set"
    finally:
        context.close()


def test_the_catalogue_prints_whole(catalogue):
    page = catalogue
    page.emulate_media(media="print")
    assert not page.locator(".identities-bar").is_visible()
    assert page.locator("#identity-log-det").is_visible()
    page.emulate_media(media="screen")


def test_typing_in_the_catalogue_is_quick(catalogue):
    page = catalogue
    times = page.evaluate("""() => ["l", "lo", "log", "log d", "log det", "", "inverse"].map(text => {
        const field = document.querySelector("input[name=words]"); field.value = text;
        const before = performance.now(); field.dispatchEvent(new Event("input", {bubbles: true}));
        document.body.offsetHeight; return performance.now() - before; })""")
    assert statistics.median(times) < 100, times
