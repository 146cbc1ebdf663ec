"""The API page: autodoc on docstrings that are written as plain text.

Our docstrings are read in a terminal: a list of arguments is two columns, code stands in `backquotes`. This turns them
into what Sphinx reads, without a change to the docstrings.
"""
import inspect
import re
import textwrap

from sphinx.util.docutils import SphinxDirective

from matdiff.diagnose import MISTAKES

ROW = re.compile(r"^([\w, ]{1,28}?)\s{2,}(\S.*)$")     # "name   what it is", two spaces or more between
SPECIAL = re.compile(r"([\\*|_])")


def paragraphs(lines):
    """Blocks of lines between empty ones."""
    block = []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []


def text(line):
    """One line as reStructuredText: `code` and {"a": dict} as code, everything else as it stands."""
    parts = re.split(r"(`[^`]+`|\{[^{}]+\})", line)
    return "".join(f"``{p.strip('`')}``" if p[:1] in ("`", "{") else SPECIAL.sub(r"\\\1", p).replace("<", "\\<") for p in parts)


def pairs(block):
    """Rows of two columns as (name, text), or None where the block is no such list."""
    rows = []
    for line in block:
        found = ROW.match(line)
        if found and not line.startswith(" "):
            rows.append([found[1], found[2]])
        elif rows and line.startswith(" "):
            rows[-1][1] += " " + line.strip()
        else:
            return None
    return rows or None


def restructured(lines):
    """A docstring's lines as reStructuredText."""
    out = []
    for block in paragraphs(textwrap.dedent("\n".join(lines)).splitlines()):
        table = split_list(block)
        if block[0].startswith(">>>"):
            out += block
        elif table:
            before, rows, after = table
            out += [text(line) for line in before] + [""] * bool(before)
            for name, what in rows:
                out += [f"``{name}``", f"    {text(what)}"]
            out += [""] * bool(after) + [text(line) for line in after]
        elif all(line.startswith("    ") for line in block):
            out += ["::", "", *block]
        else:
            out += [text(line.strip()) for line in block]
        out.append("")
    return out


def split_list(block):
    """A block as (lines before, rows of a list, lines after), or None if it holds no list."""
    starts = [n for n, line in enumerate(block) if ROW.match(line) and not line.startswith(" ")]
    if not starts:
        return None
    last = starts[-1] + 1
    while last < len(block) and block[last].startswith(" "):
        last += 1
    rows = pairs(block[starts[0]:last])
    return (block[:starts[0]], rows, block[last:]) if rows else None


def docstring(app, what, name, obj, options, lines):
    lines[:] = restructured(lines)


def signature(app, what, name, obj, options, text, returns):
    """A figure's own signature: its base class hides it."""
    if what == "class" and name.startswith("matdiff.figures."):
        own = inspect.signature(obj.__init__)
        return str(own.replace(parameters=list(own.parameters.values())[1:])), returns


class Mistakes(SphinxDirective):
    """The table of the mistakes that a check may name, each with its smallest example."""

    def run(self):
        lines = ["| name | what it means | smallest example |", "|---|---|---|"]
        lines += [f"| **{m.name}** | {m.meaning} | `{m.example}` |" for m in MISTAKES]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app):
    app.add_directive("mistakes", Mistakes)
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", docstring)
    app.connect("autodoc-process-signature", signature)
