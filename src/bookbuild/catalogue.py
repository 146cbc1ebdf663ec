"""The catalogue on the site: its formulas are set when the site is built, its entries link to their chapters.

A page of hundreds of formulas set by MathJax takes a phone seconds. KaTeX writes them as MathML instead, which
browsers set themselves, with JavaScript or without.
"""
import html
import re
from functools import cache

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

TABLE, VIEWS = 'class="identities"', 'class="identity-views"'
DERIVED = re.compile(r'<span class="identity-derived" data-section="([\w-]+)">([^<]*)</span>')
FORMULA = re.compile(r'<(span|div) class="math notranslate nohighlight">\\[\[(](.*?)\\[\])]</\1>', re.S)
SCRIPT = "identities.js"

logger = logging.getLogger(__name__)


@cache
def mathml():
    """A function from a list of TeX to MathML; it raises where KaTeX in strict mode refuses."""
    from .tex import PATIENCE, engine
    engine().eval("""function mathml(formulas) {
        const options = {output: "mathml", throwOnError: true, strict: "error", displayMode: true};
        return formulas.map(tex => katex.renderToString(tex, options));
    }""")
    return lambda formulas: engine().call("mathml", list(formulas), timeout_sec=PATIENCE)


def set_formulas(page):
    """HTML with its formulas as MathML, without the TeX that KaTeX keeps beside it, small enough for a table."""
    made = iter(mathml()([html.unescape(tex) for _, tex in FORMULA.findall(page)]))

    def small(found):
        math = next(made).replace(' display="block"', ' display="inline" displaystyle="true"')
        math = re.sub(r"<annotation.*?</annotation>", "", math, flags=re.S)
        return re.sub(r"(<mo>\u2061</mo>)(?=<m(?:i|sup|sub|over)>)", r'\1<mspace width="0.1667em"></mspace>', math)

    return FORMULA.sub(small, page)


class Catalogue(SphinxPostTransform):
    """Sets the formulas of the reference table, and links every entry of the catalogue to where it is derived."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        page = needs_script(self.document)      # a page of the catalogue; in chapters MathJax sets the cards
        for raw in list(self.document.findall(nodes.raw)):
            text = raw.astext()
            if "identity-" not in text:
                continue
            text = DERIVED.sub(self.link, text)
            if page:
                text = set_formulas(text)
            raw.children = [nodes.Text(text)]
            raw.rawsource = text

    def link(self, found):
        """A label as a link; a label that no page has is a warning, and so an error of the build."""
        label, title = found[1], found[2]
        labels = self.env.domains["std"].anonlabels
        if label not in labels and label.startswith(("ch-", "cookbook-")):
            return title    # a chapter that is still to come, a formula that needs no correction
        if label not in labels:
            logger.warning("the catalogue refers to the section %r, which no page has", label, location=self.env.docname)
            return title
        page, place = labels[label][:2]
        return f'<a href="{self.app.builder.get_relative_uri(self.env.docname, page)}#{place}">{title}</a>'


def needs_script(doctree):
    return doctree is not None and any(TABLE in raw.astext() or VIEWS in raw.astext() for raw in doctree.findall(nodes.raw))
