r"""`python -m bookbuild tex [FILE…]`: every formula through KaTeX in strict mode.

The strict build finds broken references, not broken TeX: MathJax shows a red word and goes on. KaTeX in strict mode
refuses what TeX would refuse. It also knows what the reader's JupyterLab cannot: macros of our own.
"""
import argparse
import atexit
import html
import json
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from . import notebook

STRICT = {"throwOnError": True, "strict": "error", "trust": False}
PATIENCE = 120  # seconds for one file's formulas; they take about one
DISPLAY = {"math_block", "math_block_label", "amsmath"}


@dataclass(frozen=True)
class Formula:
    tex: str
    display: bool
    cell: int | None = None  # counted from 1; None in a Markdown file

    def where(self, path):
        return f"{path}" + (f", cell {self.cell}" if self.cell else "")


@cache
def engine():
    """A JavaScript engine with KaTeX in it."""
    from py_mini_racer import MiniRacer
    script = next(f for f in distribution("sphinxcontrib-katex").files if f.name == "katex.min.js")
    racer = MiniRacer()
    atexit.register(racer.close)  # left to the interpreter's end, it deadlocks in every fourth process of a busy machine
    racer.eval(script.locate().read_text(encoding="utf-8"))
    return racer


@cache
def katex():
    """A function from formulas to KaTeX's complaints about them, None where it has none.

    All formulas go over in one call: thousands of small calls have been seen to hang the engine.
    """
    engine().eval(f"""function complaints(formulas) {{
        return formulas.map(([tex, display]) => {{
            try {{ katex.renderToString(tex, Object.assign({{displayMode: display}}, {json.dumps(STRICT)})); return null; }}
            catch (error) {{ return error.message; }}
        }});
    }}""")
    return lambda formulas: list(engine().call("complaints", [(f.tex, f.display) for f in formulas], timeout_sec=PATIENCE))


def parser():
    md = MarkdownIt("commonmark").enable("table").use(myst_role_plugin)
    return md.use(colon_fence_plugin).use(amsmath_plugin).use(dollarmath_plugin, double_inline=True)


def formulas(path):
    """The formulas of a Markdown file or a notebook, those in its stored outputs included."""
    if Path(path).suffix == ".ipynb":
        for n, cell in enumerate(notebook.read(path).cells, 1):
            if cell.cell_type == "markdown":
                yield from in_markdown(cell.source, n)
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if "text/latex" in data:
                    yield Formula(data["text/latex"].strip().strip("$").removeprefix(r"\displaystyle"), True, n)
                yield from in_markdown(data.get("text/markdown", ""), n)
                yield from in_html(data.get("text/html", ""), n)
    else:
        yield from in_markdown(Path(path).read_text(encoding="utf-8"))


def in_markdown(text, cell=None):
    """The formulas of a Markdown text, those in admonitions, dropdowns and math directives included."""
    tokens = parser().parse(text)
    while tokens:
        token = tokens.pop(0)
        tokens[:0] = token.children or []
        if token.type in DISPLAY:
            yield Formula(token.content, True, cell)
        elif token.type in ("math_inline", "math_inline_double"):
            yield Formula(token.content, token.type.endswith("double"), cell)
        elif token.type == "myst_role" and token.meta["name"] == "math":
            yield Formula(token.content, False, cell)
        elif token.type in ("fence", "colon_fence") and token.info.strip().startswith("{"):
            if token.info.strip().startswith("{math}"):
                yield Formula(without_options(token.content), True, cell)
            elif not token.info.strip().startswith(("{code", "{eval", "{raw")):
                title = token.info.partition("}")[2]
                tokens[:0] = parser().parse(title) + parser().parse(without_options(token.content))


def in_html(page, cell=None):
    r"""The formulas between \( and \) or \[ and \] in HTML."""
    for inline, display in re.findall(r"\\\((.*?)\\\)|\\\[(.*?)\\\]", page, re.S):
        yield Formula(html.unescape(inline or display), bool(display), cell)


def without_options(text):
    """A directive's body without its leading `:option: value` lines."""
    lines = text.splitlines()
    while lines and lines[0].lstrip().startswith(":") and not lines[0].startswith(":::"):
        lines.pop(0)
    return "\n".join(lines)


def problems(path):
    """One sentence for each formula that KaTeX refuses: file, cell, formula, message."""
    found = list(formulas(path))
    for formula, said in zip(found, katex()(found)):
        if said:
            yield f"{formula.where(path)}: {formula.tex.strip()!r}: {said}"


def sources():
    return sorted(Path(".").glob("*.md")) + sorted(Path("chapters").glob("*.ipynb"))


def main(args):
    options = argparse.ArgumentParser(prog="python -m bookbuild tex", description="Every formula through KaTeX in strict mode.")
    options.add_argument("files", nargs="*", type=Path, help="default: *.md and chapters/*.ipynb")
    files, found, count = options.parse_args(args).files or sources(), [], 0
    for path in files:
        count += sum(1 for _ in formulas(path))
        found += problems(path)
    print("\n".join(found) if found else f"{count} formulas in {len(files)} files: nothing to mend")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
