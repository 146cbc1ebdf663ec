"""What runs in the reader's browser: one namespace, cells run in it one after the other, their outputs sent to the page.

The worker calls `start` once and then `run` for every cell. It is no package of the book: worker.js carries its text.
"""
import ast
import base64
import builtins
import io
import json
import os
import sys
from pathlib import Path

import pyodide_js
from pyodide.code import eval_code_async
from pyodide.ffi import to_js

CELL = "<cell>"
MOST = 100_000  # characters of text that one cell may print: a loop that prints does not fill the page
space = {"__name__": "__main__"}
_emit, _extras = None, {}


class Printed(io.TextIOBase):
    """sys.stdout and sys.stderr: pieces are sent line by line, and no more than a page can show."""

    def __init__(self):
        self.piece, self.sent = "", 0

    def writable(self):
        return True

    def write(self, text):
        self.piece += text
        if "\n" in text or len(self.piece) > 1000:
            self.flush()
        return len(text)

    def flush(self):
        piece, self.piece = self.piece[:max(0, MOST - self.sent)], ""
        self.sent += len(piece)
        if piece:
            send("stream", text=piece + "\n… the rest is not shown\n" * (self.sent >= MOST))


def send(kind, **content):
    _emit(json.dumps({"kind": kind, **content}))


# Shown values

def plain(value):
    """A value's text as IPython writes it: a tuple, list or dictionary that does not fit a line has an entry a line."""
    if type(value) not in (tuple, list, dict) or not value:
        return repr(value)
    if type(value) is dict:
        parts = [f"{key!r}: " + plain(v).replace("\n", "\n" + " " * (len(repr(key)) + 2)) for key, v in value.items()]
    else:
        parts = [plain(v) for v in value]
    left, right = {tuple: "()", list: "[]", dict: "{}"}[type(value)]
    comma = "," if type(value) is tuple and len(value) == 1 else ""
    line = left + ", ".join(parts) + comma + right
    if len(line) < 80 and "\n" not in line:
        return line
    return left + ",\n".join(parts).replace("\n", "\n ") + comma + right


def data(value):
    """{MIME type: text} of a value, as a notebook would keep it."""
    if hasattr(value, "_repr_mimebundle_"):
        bundle = value._repr_mimebundle_()
        bundle = bundle[0] if isinstance(bundle, tuple) else bundle
        return {"text/plain": plain(value), **{k: v for k, v in (bundle or {}).items() if isinstance(v, str)}}
    forms = {"text/plain": plain(value)}
    if isinstance(value, type):     # a class has the methods, but nothing to show
        return forms
    for name, mime in (("html", "text/html"), ("latex", "text/latex"), ("markdown", "text/markdown"), ("svg", "image/svg+xml")):
        method = getattr(value, f"_repr_{name}_", None)
        text = method() if method else None
        if text is not None:
            forms[mime] = text
    if "text/markdown" in forms and "text/html" not in forms:
        forms["text/html"] = from_markdown(forms["text/markdown"])
    return forms


def from_markdown(text):
    """The little Markdown that hints have, as HTML."""
    import html

    from matdiff.exercises import inline
    return "".join(f"<p>{inline(html.escape(part, quote=False))}</p>" for part in text.split("\n\n"))


def display(*values):
    for value in values:
        sys.stdout.flush()
        send("display", data=data(value))


def figures():
    """Send every open Matplotlib figure as a PNG picture with its alternative text, and close it."""
    sys.stdout.flush()
    plt = sys.modules.get("matplotlib.pyplot")
    for number in plt.get_fignums() if plt else ():
        figure, png = plt.figure(number), io.BytesIO()
        figure.savefig(png, format="png", bbox_inches="tight")
        send("display", data={"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": alternative(figure)})
        plt.close(figure)


def alternative(figure):
    """What a figure says of itself in words: titles, axes, curves with a label."""
    said = [figure.get_suptitle()] if figure.get_suptitle() else []
    for ax in figure.axes:
        labels = [label for label in ax.get_legend_handles_labels()[1] if not label.startswith("_")]
        said += [text for text in (ax.get_title(), ax.get_xlabel() and f"horizontal: {ax.get_xlabel()}",
                                   ax.get_ylabel() and f"vertical: {ax.get_ylabel()}", ", ".join(labels)) if text]
    return "Picture drawn by this cell" + (": " + "; ".join(said) if said else ", without title or labels")


# A Matplotlib backend for which `plt.show()` sends the figures to the page.
BACKEND = """
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas
import matdiff_session

def show(*given, **named):
    matdiff_session.figures()
"""


# Running

def start(emit, extras):
    """`emit` takes what is to be sent, as JSON; `extras` says what importing parts of matdiff needs besides NumPy."""
    global _emit
    _emit = emit
    _extras.update(json.loads(extras))
    Path("matdiff_page.py").write_text(BACKEND)
    os.environ["MPLBACKEND"] = "module://matdiff_page"
    builtins.display = display
    builtins.input = no_input


def no_input(prompt=""):
    raise RuntimeError("input() cannot ask anything on this page: write the value into the cell")


def names(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def imports_for(code, imports):
    """The chapter's import statements that bring names which the cell uses and nothing has defined yet."""
    try:
        used = names(ast.parse(code)) - space.keys() - set(dir(builtins))
    except SyntaxError:
        return ""   # the cell's own run will say so
    return "\n".join(dict.fromkeys(statement for name, statement in imports.items() if name in used))


async def load(code):
    """Load the packages that the code imports; what cannot be had is an ImportError that says so."""
    lost = []
    parts = [name for part, needs in _extras.items() if part in code for name in needs]
    if parts:
        await pyodide_js.loadPackage(to_js(parts), messageCallback=len, errorCallback=lost.append)
    await pyodide_js.loadPackagesFromImports(code, messageCallback=len, errorCallback=lost.append)
    if lost:
        raise ImportError("a package could not be loaded. Is the network gone? Run the cell again when it is back. " + str(lost[0]))


async def run(code, imports="{}"):
    """Run one cell; True if it ended without an error."""
    sys.stdout = sys.stderr = Printed()
    try:
        before = imports_for(code, json.loads(imports))
        await load(before + "\n" + code)
        exec(compile(before, "<imports>", "exec"), space)
        send("running")
        value = await eval_code_async(code, globals=space, filename=CELL)
        if value is not None:
            space["_"] = value
            display(value)
        figures()
        return True
    except BaseException as error:  # whatever a reader's cell raises is shown, SystemExit and KeyboardInterrupt too
        sys.stdout.flush()
        send("error", text=explained(error, code))
        return False


def explained(error, code):
    """The line of the cell that failed, and the error: nothing of what lies inside the libraries."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename == CELL:
        what, line = f"{type(error).__name__}: {error.msg}", error.lineno
    else:
        line, trace = None, error.__traceback__
        while trace:
            line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == CELL else line
            trace = trace.tb_next
    lines = code.splitlines()
    if not line or line > len(lines):
        return what
    return f"Line {line}: {lines[line - 1].strip()}\n{what}"
