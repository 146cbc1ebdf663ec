"""Exercises that run in the page: which cells, and what their interpreter needs to know.

Of the ways to run Python in a page this is the small one: a worker over Pyodide, about a hundred lines, against 200 kB for
PyScript's editor and 9 s for an embedded JupyterLite. Before its first use a page carries one short script; a plain text
area is the editor, which readers' aids know.
"""
import ast
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from . import editions, licences, lite, notebook, pyodide

FOLDER, SCRIPT, STYLE = "pyodide", "matdiff-cells.js", "matdiff-cells.css"
OFF = "MATDIFF_PYTHON"      # "off": the site without Python
BROWSER = Path(__file__).parent / "browser"
STUB = "matdiff-stub"


def read(name):
    return (BROWSER / name).read_text(encoding="utf-8")


class Stubs(SphinxPostTransform):
    """Marks the cells in which a reader answers an exercise."""

    default_priority = 2
    formats = ("html",)

    def run(self, **kwargs):
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") == "cell_code" and cell.get("cell_metadata", {}).get("part") == "stub":
                cell["classes"].append(STUB)


def bound(source):
    """{name: the statement that imports it} of the imports at the top level of a cell."""
    found = {}
    for node in ast.parse(source).body:
        for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
            alone = (ast.Import(names=[alias]) if isinstance(node, ast.Import)
                     else ast.ImportFrom(module=node.module, names=[alias], level=0))
            found[(alias.asname or alias.name).partition(".")[0]] = ast.unparse(ast.fix_missing_locations(alone))
    return found


def imports_of(path):
    """What an answer on this page may use without importing it: what the class editions import, and the chapter."""
    from .exercises import generated, plain
    found = bound(editions.imports())
    for cell in notebook.read(path).cells:
        if cell.cell_type == "code" and not generated(cell):
            found |= bound(plain(cell.source))
    return found


def extras():
    """{"matdiff.figures": distributions to load}: what parts of matdiff need besides NumPy, from pyproject.toml."""
    own = pyodide.own()
    return {f"matdiff.{extra}": [n for n in own.needs((extra,)) if n not in own.needs()]
            for extra in pyodide.read_project()["optional-dependencies"]}


def assemble(app):
    """The folder with Python, or a sentence that says why the site has none."""
    app.python_in_browser = app.jupyterlite = None
    if app.builder.format != "html":
        return
    if os.environ.get(OFF, "").lower() in ("off", "0", "no"):
        return say(f"Python in the browser: left out, because {OFF} says so")
    try:
        kernel = tuple(lite.kernel(lite.environment(pyodide.CACHE)))
    except pyodide.Unavailable as reason:
        kernel = ()
        say(f"Run in browser: left out, exercises run in the page all the same; {reason}")
    try:
        app.python_in_browser = made = pyodide.assemble(Path(app.outdir, FOLDER), kernel=kernel)
    except pyodide.Refused as reason:
        raise ExtensionError(f"Python in the browser: {reason}") from None
    except pyodide.Unavailable as reason:
        return say(f"Python in the browser: left out, the site has no buttons to run anything; {reason}")
    say(made.sentence)
    values = {"SESSION": read("session.py"), "EXTRAS": extras(), "LOCK": f"{pyodide.PAGE_LOCK}?{made.edition}"}
    worker = read("worker.js")
    for name, value in values.items():
        worker = worker.replace(f"__{name}__", json.dumps(value))
    Path(app.outdir, FOLDER, "worker.js").write_text(worker, encoding="utf-8")
    if kernel:
        lite.build(Path(app.outdir, lite.FOLDER), chapters(app), pyodide.CACHE)
        app.jupyterlite = lite.environment(pyodide.CACHE)


def chapters(app):
    """The notebooks of the book."""
    return sorted(Path(app.srcdir, "chapters").glob("*.ipynb"))


def say(sentence):
    print(sentence, file=sys.stderr, flush=True)


def page(app, pagename, templatename, context, doctree):
    """The script, and what it has to know, on pages with exercises."""
    made = app.python_in_browser
    licences.link(context)
    notebook_here = Path(app.srcdir, f"{pagename}.ipynb")
    if made is not None and app.jupyterlite and doctree is not None and notebook_here in chapters(app):
        root = context["pathto"]("", resource=True)
        context["body"] = context["body"].replace("</h1>", "</h1>" + lite.button(pagename, notebook_here, root), 1)
        app.add_css_file(STYLE)
        app.add_js_file(lite.SCRIPT, defer="defer")
    if made is None or doctree is None or not any(STUB in c["classes"] for c in doctree.findall(nodes.container)):
        return
    knows = {"worker": f"{context['pathto'](FOLDER, resource=True)}/worker.js?{made.edition}",
             "others": urlsplit(pyodide.distribution()).hostname if made.source == "cdn" else "",
             "imports": imports_of(app.env.doc2path(pagename))}
    text = json.dumps(knows).replace("</", "<\\/")
    context["body"] += f'<script type="application/json" id="matdiff-python">{text}</script>'
    app.add_css_file(STYLE)
    app.add_js_file(SCRIPT, defer="defer")


def files(app, exception):
    if exception is None and app.builder.format == "html":
        licences.write(app.outdir, app.python_in_browser, app.jupyterlite)
    if exception is None and app.python_in_browser is not None:
        for target, name in ((SCRIPT, "cells.js"), (STYLE, "cells.css"), (lite.SCRIPT, "launch.js")):
            Path(app.outdir, "_static", target).write_text(read(name), encoding="utf-8")


def setup(app):
    app.add_post_transform(Stubs)
    app.connect("builder-inited", assemble)
    app.connect("html-page-context", page)
    app.connect("build-finished", files)
