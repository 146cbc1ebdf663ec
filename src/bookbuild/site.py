"""Sphinx extension: the site needs no other server. `python -m bookbuild site` builds it.

MathJax and its fonts are copied from the package sphinx-mathjax-offline; the draggable figures are one script,
written from `matdiff.figures` and loaded only where a page has figures; what the theme loads for nothing is dropped.
"""
import argparse
import html
import json
import os
import re
import shutil
import sys
from importlib import import_module
from pathlib import Path

import click
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from matdiff import figures, palette

from . import api, catalogue, icons, runnable
from .notebook import STATE, VIEW

MATHJAX = "mathjax/tex-chtml.js"
# What this MathJax may ask for later: its fonts, extensions that a formula names, what its menu offers.
MATHJAX_PARTS = ["tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions", "a11y", "sre"]
FIGURES, COLOURS = "matdiff-figures.js", "matdiff-colours.css"
FONT_AWESOME = "scripts/fontawesome.js"  # 1.5 MB; the icon font, which the theme loads anyway, shows the same icons
WITHOUT_SCRIPT = "This figure can be dragged. It is drawn by JavaScript, which is switched off here. What it says at first:"


def trimmed(head):
    """The theme's part of the page's head without Font Awesome's script; the search index no longer blocks the page."""
    head = re.sub(rf"\s*<!--[^>]*icons -->\s*<script[^>]*{FONT_AWESOME}[^>]*></script>", "", head)
    return re.sub(r'<script src="([^"]*(?:searchtools|language_data|searchindex)\.js[^"]*)">',
                  r'<script defer src="\1">', head)


class FigureSlots(SphinxPostTransform):
    """A place for each widget, with its text for readers without JavaScript. Runs before myst-nb picks one form of it."""

    default_priority = 3
    formats = ("html",)

    def run(self, **kwargs):
        for bundle in list(self.document.findall(nodes.container)):
            forms = {n.get("mime_type"): n for n in bundle.children if isinstance(n, nodes.container)}
            if bundle.get("nb_element") != "mime_bundle" or VIEW not in forms:
                continue
            text = forms["text/plain"].astext() if "text/plain" in forms else ""
            view = forms[VIEW].children[0].astext()
            forms[VIEW].children = [nodes.raw("", slot(view, text), format="html")]


class KeepPunctuation(SphinxPostTransform):
    """No line begins with the comma or full stop that follows inline mathematics: browsers would break there."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for formula in list(self.document.findall(nodes.math)):
            after = formula.next_node(descend=False, siblings=True)
            mark = re.match(r"[.,;:!?)\]’”]+", after) if isinstance(after, nodes.Text) else None
            if not mark:
                continue
            parent = formula.parent
            place = parent.index(formula)
            parent[place:place + 2] = [nodes.raw("", '<span class="nobreak">', format="html"), formula,
                                       nodes.Text(mark[0]), nodes.raw("", "</span>", format="html"),
                                       nodes.Text(after[mark.end():])]


class Figures(dict):
    """The names that such a figure may use: loaded when asked for."""

    def __missing__(self, name):
        if name in figures.__all__:
            return getattr(figures, name)
        raise KeyError(name)


class Draggable(SphinxDirective):
    """A figure on a page that is no notebook: `{draggable} GradientExplorer("x1**2 * x2", label="…")`."""

    required_arguments, final_argument_whitespace, has_content = 1, True, False

    def run(self):
        try:
            figure = eval(self.arguments[0], {}, Figures())
        except Exception as error:  # whatever the expression raises is a fault of the page
            raise self.error(f"{{draggable}} {self.arguments[0]}: {type(error).__name__}: {error}") from error
        model = f"{self.env.docname}-{self.env.new_serialno('draggable')}"
        state = {"state": {model: figures.static_state({"state": figure.get_state()})}}
        scripts = script(STATE, state) + script(VIEW, {"model_id": model})
        return [nodes.raw("", slot(scripts, repr(figure)), format="html")]


def script(kind, content):
    return f'<script type="{kind}">{json.dumps(content).replace("</", "<" + chr(92) + "/")}</script>'


class LazyPictures(SphinxPostTransform):
    """Pictures are fetched when the reader comes near them: a chapter's first load stays light."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for image in self.document.findall(nodes.image):
            image["loading"] = "lazy"


def slot(view, text):
    return (f'<div class="matdiff-slot">{view}<noscript><p>{WITHOUT_SCRIPT}</p>'
            f"<pre>{html.escape(text)}</pre></noscript></div>")


def configure(app, config):
    config.templates_path.insert(0, str(Path(__file__).parent / "templates"))
    config.mathjax_path = MATHJAX


def page(app, pagename, templatename, context, doctree):
    """Give the template its filter, and the page the scripts that it needs."""
    context["trimmed"] = trimmed
    if "body" in context:  # entries of a bibliography are no list items to a screen reader, so it is no list
        context["body"] = context["body"].replace('<div role="list" class="citation-list">', '<div class="citation-list">')
    context["root_title"] = "Introduction"  # in the list of chapters: the book's title stands above it already
    if doctree is not None and any("matdiff-slot" in raw.astext() for raw in doctree.findall(nodes.raw)):
        app.add_js_file(FIGURES, defer="defer")
    if catalogue.needs_script(doctree):
        app.add_js_file(catalogue.SCRIPT, defer="defer")


def assets(app, exception):
    """Write the scripts and styles that the pages ask for, and drop those that none does."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    source = Path(import_module("sphinx-mathjax-offline").__file__).parent / "static" / "mathjax"
    for part in MATHJAX_PARTS:
        target = static / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (source / part).is_dir() else shutil.copy)(
            source / part, target, **({"dirs_exist_ok": True} if (source / part).is_dir() else {}))
    (static / COLOURS).write_text(colours() + icons.write(app.outdir), encoding="utf-8")
    (static / FIGURES).write_text(figures.bundle(), encoding="utf-8")
    for unused in (FONT_AWESOME, f"{FONT_AWESOME}.map", f"{FONT_AWESOME}.LICENSE.txt"):
        (static / unused).unlink(missing_ok=True)
    for source_map in static.rglob("*.map"):
        source_map.unlink()


def colours():
    """The palette as CSS variables, --md-ROLE as in the figures, for light and dark pages."""
    def rule(selector, *palettes):
        return selector + " {\n" + "".join(f"  --md-{k}: {v};\n" for p in palettes for k, v in p.items()) + "}\n"
    return (rule(":root", palette.LIGHT, palette.LIGHT_PAGE)
            + rule("html[data-theme=dark]", palette.DARK, palette.DARK_PAGE))


def setup(app):
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it even where sphinx_comments is not loaded
    app.add_css_file(COLOURS, priority=600)  # after the theme's, before book.css
    app.add_post_transform(FigureSlots)
    app.add_post_transform(KeepPunctuation)
    app.add_post_transform(LazyPictures)
    app.add_post_transform(catalogue.Catalogue)
    app.add_directive("draggable", Draggable)
    api.setup(app)
    runnable.setup(app)
    app.connect("config-inited", configure)
    app.connect("html-page-context", page)
    app.connect("build-finished", assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def main(args):
    parser = argparse.ArgumentParser(prog="python -m bookbuild site", description="Build the site; any warning is an error.")
    parser.add_argument("--quiet", action="store_true", help="show warnings and errors only")
    parser.add_argument("--wasm", help="a folder with wheels compiled for WebAssembly, as MATDIFF_WASM names it")
    parser.add_argument("--no-python", action="store_true", help="without Python in the reader's browser")
    options = parser.parse_args(args)
    if options.wasm:
        os.environ["MATDIFF_WASM"] = options.wasm
    if options.no_python:
        os.environ[runnable.OFF] = "off"
    from jupyter_book.cli.main import main as jupyter_book
    shutil.rmtree("_build/html", ignore_errors=True)  # pages that the book no longer has
    command = ["build", ".", "--all", "-W", "-n", "--keep-going", *["-q"] * options.quiet]
    try:
        jupyter_book(command, prog_name="jupyter-book", standalone_mode=False)
    except (RuntimeError, click.ClickException) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
