"""Every page looked over by axe-core: what a reader with a screen reader, a keyboard or weak eyes would stumble on.

In a file of its own, since it takes as long as all other tests in the browser.
"""
from importlib.metadata import distribution

import pytest
from test_browser import address, browser, visit  # noqa: F401 (fixtures)
from test_site import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("site")]

# Without the glyphs of formulas, tens of thousands of elements that MathJax and the browser answer for.
AXE = """() => axe.run({exclude: ["mjx-container", "math"]}, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa"]}).then(result => result.violations
  .filter(v => ["serious", "critical"].includes(v.impact))
  .flatMap(v => v.nodes.slice(0, 5).map(n => `${v.id}: ${n.html.slice(0, 120)}: ${n.failureSummary.slice(0, 200)}`)))"""


@pytest.mark.parametrize("width, theme", [("laptop", "light"), ("phone", "dark")])
@pytest.mark.parametrize("name", PAGES)
def test_accessibility(visit, name, width, theme):
    """axe-core, WCAG 2 A and AA, everything unfolded: nothing serious."""
    page = visit(name, width, theme).page
    # Of hundreds of rows alike a few from each topic, looked at one after the other as a reader would.
    page.evaluate("""() => document.querySelectorAll("table.identities, table.identity-views").forEach(
        table => [...table.rows].slice(4).forEach(row => row.remove()))""")
    for line in page.locator(".identity-line:visible").all():
        line.scroll_into_view_if_needed()
    axe = next(f for f in distribution("axe-playwright-python").files if f.name == "axe.min.js")
    page.add_script_tag(content=axe.locate().read_text(encoding="utf-8"))
    page.evaluate("() => document.querySelectorAll('article details').forEach(d => d.open = true)")
    # What has just been unfolded fades in: colours are judged when it has.
    page.evaluate("() => document.getAnimations().forEach(a => { try { a.finish(); } catch { a.cancel(); } })")
    assert page.evaluate(AXE) == []
