"""How entries are shown: a card for a chapter, a sheet with everything, a table to filter; as text too.

TeX stands between \\( and \\), which JupyterLab and the site both set. What JupyterLab's own style sheet would
turn round (cells to the right, lists afloat) is said in the elements; the site's style sheet does the rest.
"""
import html
import re
import textwrap
from dataclasses import dataclass

from ..palette import DARK, LIGHT
from .search import GREEK, words

LAYOUTS = {"denominator": "derivatives have the shape of the variable, inputs before outputs",
           "numerator": "derivatives have rows for outputs and columns for inputs"}
LOOKED_AT = 3   # inputs that a verdict looks at
SCALAR = ("gradient", "hessian", "conjugate")      # forms of functions that give one number
CALLED = {"equals": "right-hand side", "conjugate": "conjugate gradient"}
LEFT = 'style="text-align: left; vertical-align: top"'


# TeX

def symbol(name):
    """A name as TeX: vectors are bold. `symbol("x")` is for vectors, `symbol("X")` for matrices."""
    if name in GREEK:
        return rf"\{name}"
    return name if name[0].isupper() else rf"\mathbf{{{name}}}"


def variable(entry):
    """The variable's TeX: a bold small letter if it is a vector, a plain one if it is a number."""
    first = entry.parsed[0][0]
    return symbol(first.name) if first.sizes or first.name in GREEK else first.name


def transposed(tex):
    """A formula with a ⊤, in brackets where it is not one symbol."""
    alone = re.fullmatch(r"\\?\w+|\\(?:mathbf|boldsymbol)\{?\\?\w+\}?", tex)
    return tex + r"^\top" if alone else rf"\left({tex}\right)^\top"


def function_name(entry):
    return "f" if entry.form in SCALAR else "F"


def left_sides(entry):
    """What is written before the result, for each form: as the book writes it."""
    x, f = variable(entry), function_name(entry)
    by_vec = rf"\frac{{\partial\operatorname{{vec}}F}}{{\partial\operatorname{{vec}}{x}}}"
    return {
        "gradient": r"\nabla f",
        "jacobian": "J" if "matrix" not in entry.shape else by_vec,
        "differential": f"d{f}",
        "hessian": r"\nabla^2 f",
        "pullback": rf"\nabla_{{{x}}}\langle G, F\rangle",
        "conjugate": rf"2\frac{{\partial f}}{{\partial\bar{{{x}}}}}",
        "equals": f,
    }


def statement(entry, layout=None):
    """The lines "left = right" of an entry, in TeX: as the book writes them, or all in one layout.

    `layout` is "denominator" or "numerator"; raises ValueError for any other. Gradients are transposed in the
    numerator layout, Jacobians in the denominator layout; differentials are the same in both.

    >>> from matdiff.identities import get
    >>> for left, right in statement(get("quadratic form"), "numerator")[1:]: print(left, "=", right)
    \\frac{\\partial f}{\\partial \\mathbf{x}} = \\mathbf{x}^\\top(A + A^\\top)
    \\nabla^2 f = A + A^\\top
    """
    if layout not in (None, *LAYOUTS):
        raise ValueError(f"layout is {layout!r}; expected one of {', '.join(LAYOUTS)}.")
    if entry.form == "equals":
        return [(entry.of[0], entry.equals[0])]
    left = left_sides(entry)
    lines = [(function_name(entry), entry.of[0])]
    for form in entry.forms:
        tex = getattr(entry, form)[0]
        if form == "gradient" and layout == "numerator":
            lines.append((rf"\frac{{\partial f}}{{\partial {variable(entry)}}}", other_layout(entry, form)))
        elif form == "jacobian" and layout == "denominator":
            lines.append((transposed(left[form]), other_layout(entry, form)))
        else:
            lines.append((left[form], tex))
    return lines


def other_layout(entry, form):
    """A result transposed: as the entry writes it, if it does; a derivative by a number is its own transpose."""
    tex = getattr(entry, form)[0]
    if entry.other and form == entry.form:
        return entry.other[0]
    return transposed(tex) if entry.parsed[0][0].sizes else tex


def both_layouts(entry):
    """Does the choice of a layout change what is written?"""
    return statement(entry, "numerator") != statement(entry, "denominator")


def aligned(lines):
    rows = r"\\[0.2em]".join(f"{left} &= {right}" for left, right in lines)
    return rf"\begin{{aligned}}{rows}\end{{aligned}}"


# Pieces of HTML and text

def inline(tex):
    return rf'<span class="math notranslate nohighlight">\({html.escape(tex, quote=False)}\)</span>'


def display(tex):
    return rf'<div class="math notranslate nohighlight">\[{html.escape(tex, quote=False)}\]</div>'


def prose(text):
    """A line of text with $mathematics$ and `code` as HTML."""
    marked = {"$": lambda part: inline(part[1:-1]),
              "`": lambda part: f"<code>{html.escape(part[1:-1])}</code>"}
    parts = filter(None, re.split(r"(\$[^$]+\$|`[^`]+`)", text))
    return "".join(marked.get(part[0], lambda plain: html.escape(plain, quote=False))(part) for part in parts)


def capital(text):
    """The text with a capital, unless it begins with a symbol.

    >>> capital("quadratic form"), capital("a^T X^-1 b")
    ('Quadratic form', 'a^T X^-1 b')
    """
    return text if text[1:2] == "^" else text[:1].upper() + text[1:]


def sentence(text):
    """With a capital and a full stop."""
    return capital(text).rstrip(".") + ("" if text.endswith(("?", ":")) else ".")


def source_code(code):
    return textwrap.dedent(code).strip()


def one_line(code):
    lines = (line.partition("#")[0].strip() for line in source_code(code).splitlines())
    return "; ".join(filter(None, lines))


def listing(code):
    style = "text-align: left; white-space: pre-wrap"
    return f'<pre class="identity-code" style="{style}">{html.escape(source_code(code))}</pre>'


def described(rows):
    """Pairs (title, HTML) as a list."""
    told = "".join(f'<dt style="float: none; width: auto; margin: 0">{title}</dt>'
                   f'<dd style="width: auto; margin: 0">{what}</dd>' for title, what in rows)
    return f'<dl style="display: grid; grid-template-columns: 9em minmax(0, 1fr); gap: .2em 1em">{told}</dl>'


# What is said of an entry

def size(one):
    """One input in words: "A: n × n, symmetric"."""
    shape = " × ".join(one.sizes) or ("a whole number" if one.kind == "power" else "a number")
    return f"{one.name}: {shape}" + (f", {one.kind}" if one.kind not in ("", "power") else "")


def made(entry):
    """What is made of other inputs, {name: the line that makes it}; how an input is drawn is no part of it."""
    lines = {}
    for line in filter(None, map(str.strip, entry.parsed[1].split(";"))):
        name, equals, value = line.partition("=")
        used = re.findall(r"\w+", value)
        if equals and name.strip().isidentifier() and name.strip() not in used and "rng" not in used:
            lines[name.strip()] = line
    return lines


def shapes(entry):
    """The inputs in words: "x: n; A: n × n, symmetric"; what is made of others as the line that makes it."""
    lines = made(entry)
    return "; ".join([*(size(i) for i in entry.parsed[0] if i.name not in lines), *lines.values()])


# another input laid out anew, "s = vech(S)": no single letter is its size
LAID_OUT = re.compile(r"\w+ = (\w+\(\w+\)|\w+\.\w+\(\))")


def written(entry):
    """The sizes of the inputs that the statement shows; an example's own constants are on the sheet."""
    tex = "".join(left + right for left, right in statement(entry))
    letters = re.sub(r"\\operatorname\*?\{[^}]*\}|\\[a-zA-Z]+", " ", tex)
    seen = lambda name: name == entry.variable or symbol(name) in tex or name in letters
    lines = {name: line for name, line in made(entry).items() if LAID_OUT.fullmatch(line)}
    shown = [i for i in entry.parsed[0] if seen(i.name)]
    return "; ".join([*(size(i) for i in shown if i.name not in lines),
                      *(lines[i.name] for i in shown if i.name in lines)])


def verdict(entry):
    """How many of the inputs looked at the entry holds for: (right, all)."""
    return sum(bool(entry.check(seed)) for seed in range(LOOKED_AT)), LOOKED_AT


def said(entry):
    right, n = verdict(entry)
    what = f"holds at {right}" if right == n else f"fails at {n - right}"
    return right == n, f"{what} of {n} inputs tried"


def conditions(entry):
    return ", ".join(map(prose, entry.conditions))


def linked(text, label):
    """Text that the site turns into a link to the place with this label, if it has it."""
    return f'<span class="identity-derived" data-section="{label}">{html.escape(text)}</span>'


def references(entry):
    """Where it stands elsewhere: numbers of the Cookbook, corrections, claims of the source document, the chapter."""
    refs = entry.refs.split()
    cookbook = [linked(f"({r[2:]})", f"cookbook-{r[2:]}") for r in refs if r.startswith("CB")]
    errata = [linked(r, r.lower()) for r in refs if r.startswith("E")]
    claims = [r for r in refs if r[0] in "SG"]
    place = entry.section or f"ch-{entry.chapter}"
    chapter = [] if entry.chapter is None else [linked(f"chapter {entry.chapter}", place)]
    parts = [("Matrix Cookbook ", cookbook), ("corrections ", errata), ("source document ", claims),
             ("", chapter)]
    return " · ".join(f"{title}{', '.join(items)}" for title, items in parts if items)


def rows(entry):
    """What a sheet tells beyond the statement: (title, HTML)."""
    yield "Why", prose(sentence(entry.reason))
    if entry.note:
        yield "Mind", prose(sentence(entry.note))
    for says, broken in entry.conditions.items():
        yield f"Without “{prose(says)}”", html.escape(entry.check(broken=broken).message)
    codes = [(function_name(entry), entry.of[1]),
             *((CALLED.get(form, form), getattr(entry, form)[1]) for form in entry.forms)]
    yield "In NumPy", "".join(f"<div><small>{name}</small>{listing(code)}</div>" for name, code in codes)
    for wrong in entry.wrong:
        name = f" <em>{html.escape(wrong.mistake)}</em>" if wrong.mistake else ""
        yield "Tempting, and wrong", f"{inline(wrong.tex)}{name}: {prose(sentence(wrong.why))}"
    yield "See", references(entry)


# Cards, sheets, tables

def card(entry):
    """One identity with its verdict, for a chapter."""
    ok, result = said(entry)
    role, mark = ("gradient", "✓") if ok else ("wrong", "✗")
    needs = f"if {conditions(entry)}" if entry.conditions else ""
    told = "".join(f'<span style="display: inline-block; margin-right: 1.2em">{part}</span>'
                   for part in (html.escape(written(entry)), needs, f"{mark} {result}") if part)
    edge = f"light-dark({LIGHT[role]}, {DARK[role]})"
    return (f'<div class="identity-card" role="group" aria-label="Identity: {html.escape(entry.name)}" '
            f'style="border-left: 4px solid {LIGHT[role]}; border-left-color: {edge}; '
            f'background: {LIGHT[role]}14; color: inherit; padding: .5em .8em; margin: .3em 0">'
            f"<strong>{html.escape(capital(entry.name))}</strong> {display(aligned(statement(entry)))}"
            f"<small>{told}</small></div>")


def sheet(entry):
    """Everything that the catalogue knows of an identity."""
    layouts = "".join(f"<p><small>{name} layout: {what}</small></p>{display(aligned(statement(entry, name)))}"
                      for name, what in LAYOUTS.items()) if both_layouts(entry) else ""
    inputs = [("Inputs", f"<code>{html.escape(entry.inputs)}</code>")]
    return f'{card(entry)}<div class="identity-sheet">{layouts}{described([*inputs, *rows(entry)])}</div>'


def anchor(entry):
    return "identity-" + re.sub(r"[^a-z0-9]+", "-", entry.name.lower()).strip("-")


def formula(entry):
    """The statement in the layouts among which the page chooses; once, where there is no choice."""
    texts = {}
    for layout in ("book", *LAYOUTS):
        tex = aligned(statement(entry, None if layout == "book" else layout))
        texts.setdefault(tex, []).append(layout)
    return "".join(f'<div class="identity-line" data-layout="{" ".join(layouts)}"'
                   f'{"" if "book" in layouts else " hidden"}>{inline(tex)}</div>'
                   for tex, layouts in texts.items())


def row(entry, anchored):
    """One row of a table; links lead to it if anchored."""
    right, n = verdict(entry)
    into, out = entry.shape
    place = f' id="{anchor(entry)}"' if anchored else ""
    needs = f"<div>if {conditions(entry)}</div>" if entry.conditions else ""
    of = f'<span class="identity-hidden"> of {html.escape(entry.name)}</span>'
    return (f'<tr{place} data-topic="{entry.topic}" data-input="{into}" data-output="{out}" '
            f'data-text="{html.escape(" ".join(words(entry)))}">'
            f'<th scope="row" {LEFT}>{html.escape(entry.name)}'
            f'<br><small>{"✓" if right == n else "✗"} {right} of {n}</small></th>'
            f"<td {LEFT}>{formula(entry)}</td><td {LEFT}>{html.escape(shapes(entry))}{needs}"
            f"<details><summary>why, code, mistakes{of}</summary>{described(rows(entry))}</details>"
            "</td></tr>")


def table(found, title, topic=""):
    """A table of entries."""
    head = "".join(f'<th scope="col" {LEFT}>{column}</th>' for column in ("Identity", "Statement", "For"))
    body = "".join(row(entry, anchored=bool(topic)) for entry in found)
    return (f'<table class="identities" data-topic="{topic}" aria-label="{html.escape(title)}">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def views(found):
    """The four views of each entry, one below the other, with the step that leads to each."""
    def lines(entry):
        v = entry.views
        each = (("indices", v.indices), ("einsum", v.einsum), ("differential", v.differential),
                ("matrix form", entry.result))
        for (name, (tex, code)), step in zip(each, ("", *v.steps)):
            how = f"<p>{prose(step)}</p>" if step else ""
            yield f'<tr><th scope="row" {LEFT}>{name}</th><td {LEFT}>{how}'
            yield f'<div class="identity-line">{inline(tex)}</div>{listing(code)}</td></tr>'

    def body(entry):
        title = f"{html.escape(capital(entry.name))}: {inline(f'{function_name(entry)} = {entry.of[0]}')}"
        head = f'<tr><th colspan="2" scope="rowgroup" {LEFT}>{title}</th></tr>'
        return f'<tbody id="views-{anchor(entry)}">{head}{"".join(lines(entry))}</tbody>'

    return f'<table class="identity-views">{"".join(map(body, found))}</table>'


@dataclass(frozen=True)
class Shown:
    """Something to look at: HTML in a notebook, text elsewhere."""
    text: str
    page: str

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        return self.page


# As text

def text(entry):
    """The statement, its conditions and its verdict in one line."""
    ok, result = said(entry)
    given = "; ".join(f"{form}: {one_line(getattr(entry, form)[1])}" for form in entry.forms)
    needs = f" If {', '.join(entry.conditions)}." if entry.conditions else ""
    what = f"{entry.name}: {one_line(entry.of[1])} ({shapes(entry)}); {given}"
    return f"{'✓' if ok else '✗'} {what}.{needs} It {result}."


def text_sheet(entry):
    """Everything, in lines."""
    lines = [text(entry), f"  why: {entry.reason}"] + ([f"  mind: {entry.note}"] if entry.note else [])
    lines += [f"  {name} layout: " + ";  ".join(f"{left} = {right}" for left, right in statement(entry, name))
              for name in LAYOUTS if both_layouts(entry)]
    lines += [f"  without {says}: {entry.check(broken=broken).message}"
              for says, broken in entry.conditions.items()]
    lines += [f"  wrong: {one_line(w.code)} ({w.mistake or 'no name'}): {w.why}" for w in entry.wrong]
    return "\n".join([*lines, f"  inputs: {one_line(entry.inputs)}", f"  references: {entry.refs}"])


def show(entry):
    return Shown(text_sheet(entry), sheet(entry))
