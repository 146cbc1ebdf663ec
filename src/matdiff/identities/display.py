"""How entries are shown: a card for a chapter, a sheet with everything, a table to filter; as text too.

TeX stands between \\( and \\), which JupyterLab and the site both set.
"""

import html
import re
import textwrap
from dataclasses import dataclass

from ..palette import DARK, LIGHT

GREEK = {
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "eta",
    "theta",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "phi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Sigma",
    "Phi",
    "Omega",
}
LAYOUTS = {
    "denominator": "derivatives have the shape of the variable, inputs before outputs",
    "numerator": "derivatives have rows for outputs and columns for inputs",
}
LOOKED_AT = 3  # inputs that a card's verdict looks at


def symbol(name):
    """A name as TeX: vectors are bold. `symbol("x")` is for vectors, `symbol("X")` for matrices."""
    if name in GREEK:
        return rf"\{name}"
    return name if name[0].isupper() else rf"\mathbf{{{name}}}"


def variable(entry):
    """The variable's TeX: a bold small letter if it is a vector, a plain one if it is a number."""
    first = entry.parsed[0][0]
    return first.name if not first.sizes else symbol(first.name)


def transposed(tex):
    return tex + r"^\top" if re.fullmatch(r"\\?\w+", tex) else rf"\left({tex}\right)^\top"


def left_sides(entry):
    """What is written before the result, for each form: as the book writes it."""
    x = variable(entry)
    scalar = entry.form in ("gradient", "hessian", "conjugate")
    f = "f" if scalar else "F"
    return {
        "gradient": r"\nabla f",
        "jacobian": rf"\frac{{\partial\operatorname{{vec}}F}}{{\partial\operatorname{{vec}}{x}}}",
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
    >>> for line in statement(get("quadratic form"), "numerator"): print(line)
    ('f', '\\\\mathbf{x}^\\\\top A\\\\mathbf{x}')
    ('\\\\frac{\\\\partial f}{\\\\partial\\\\mathbf{x}}', '\\\\mathbf{x}^\\\\top(A + A^\\\\top)')
    ('\\\\nabla^2 f', 'A + A^\\\\top')
    """
    if layout not in (None, *LAYOUTS):
        raise ValueError(f"layout is {layout!r}; expected one of {', '.join(LAYOUTS)}.")
    if entry.form == "equals":
        return [(entry.of[0], entry.equals[0])]
    left = left_sides(entry)
    lines = [("f" if entry.form in ("gradient", "hessian", "conjugate") else "F", entry.of[0])]
    for form in entry.forms:
        tex = getattr(entry, form)[0]
        other = (
            entry.other[0]
            if entry.other and form == entry.form
            else transposed(tex)
            if entry.parsed[0][0].sizes
            else tex
        )
        if form == "gradient" and layout == "numerator":
            lines.append(
                (
                    rf"\frac{{\partial f}}{{\partial {variable(entry)}}}".replace(
                        r"\partial \m", r"\partial\m"
                    ),
                    other,
                )
            )
        elif form == "jacobian" and layout == "denominator":
            lines.append((transposed(left[form]), other))
        else:
            lines.append((left[form], tex))
    return lines


def both_layouts(entry):
    """Does the choice of a layout change what is written?"""
    return statement(entry, "numerator") != statement(entry, "denominator")


def aligned(lines):
    return (
        r"\begin{aligned}"
        + r"\\".join(f"{left} &= {right}" if left else right for left, right in lines)
        + r"\end{aligned}"
    )


def inline(tex):
    return rf'<span class="math notranslate nohighlight">\({html.escape(tex, quote=False)}\)</span>'


def display(tex):
    return rf'<div class="math notranslate nohighlight">\[{html.escape(tex, quote=False)}\]</div>'


def prose(text):
    """A line of text with $mathematics$ and `code` as HTML."""
    parts = re.split(r"(\$[^$]+\$|`[^`]+`)", text)
    marked = {"$": lambda p: inline(p[1:-1]), "`": lambda p: f"<code>{html.escape(p[1:-1])}</code>"}
    return "".join(marked.get(p[:1], lambda p: html.escape(p, quote=False))(p) if p else "" for p in parts)


def sentence(text):
    """With a capital and a full stop."""
    return (
        text
        if not text
        else (text[0].upper() + text[1:]).rstrip(".") + ("" if text.endswith(("?", ":")) else ".")
    )


def shapes(entry):
    """The inputs in words: "x: n; A: n × n, symmetric"; what is made of others as the line that makes it."""
    inputs, then = entry.parsed
    made = [line.strip() for line in then.split(";") if line.strip()]
    drawn = [
        i for i in inputs if not any(re.match(rf"{i.name}\s*=(?!.*\b{i.name}\b)", line) for line in made)
    ]
    return "; ".join(
        [
            f"{i.name}: {' × '.join(i.sizes) or ('a whole number' if i.kind == 'power' else 'a number')}"
            + (f", {i.kind}" if i.kind not in ("", "power") else "")
            for i in drawn
        ]
        + made
    )


def verdict(entry):
    """How many of the inputs looked at the entry holds for: (right, all)."""
    return sum(bool(entry.check(seed)) for seed in range(LOOKED_AT)), LOOKED_AT


def said(entry):
    right, n = verdict(entry)
    return (
        right == n,
        f"holds at {right} of {n} inputs tried"
        if right == n
        else f"fails at {n - right} of {n} inputs tried",
    )


def conditions(entry):
    return ", ".join(prose(c) for c in entry.conditions)


def source_code(code):
    return textwrap.dedent(code).strip()


def one_line(code):
    return "; ".join(
        line.partition("#")[0].strip() for line in source_code(code).splitlines() if line.strip()
    )


def derived(entry):
    """Where it is derived: the site turns it into a link."""
    if entry.chapter is None:
        return ""
    place = entry.section or f"ch-{entry.chapter}"
    return f'<span class="identity-derived" data-section="{place}">chapter {entry.chapter}</span>'


def references(entry):
    """The references in words: the Cookbook's numbers, then the source document's."""
    refs = entry.refs.split()
    cookbook = [r[2:] for r in refs if r.startswith("CB")]
    rest = [r for r in refs if not r.startswith("CB")]
    words = ([f"Matrix Cookbook ({'), ('.join(cookbook)})"] if cookbook else []) + (
        [", ".join(rest)] if rest else []
    )
    return "; ".join(words)


def card(entry):
    """One identity with its verdict, for a chapter."""
    ok, words = said(entry)
    role, mark = ("gradient", "✓") if ok else ("wrong", "✗")
    needs = f"<br><small>if {conditions(entry)}</small>" if entry.conditions else ""
    return (
        f'<div class="identity-card" role="group" aria-label="Identity: {html.escape(entry.name)}" '
        f'style="border-left: 4px solid {LIGHT[role]}; '
        f'border-left-color: light-dark({LIGHT[role]}, {DARK[role]}); '
        f'background: {LIGHT[role]}14; color: inherit; padding: .5em .8em; margin: .3em 0">'
        f"<strong>{html.escape(sentence(entry.name))}</strong> {display(aligned(statement(entry)))}"
        f"<small>{html.escape(shapes(entry))}</small>{needs}<br><small>{mark} {words}</small></div>"
    )


def rows(entry):
    """What a sheet tells beyond the statement: (title, HTML)."""
    code = [entry.of[1], *(getattr(entry, form)[1] for form in entry.forms)]
    names = ["f" if entry.form in ("gradient", "hessian", "conjugate") else "F", *entry.forms]
    yield "Why", prose(sentence(entry.reason))
    if entry.note:
        yield "Mind", prose(sentence(entry.note))
    for says, broken in entry.conditions.items():
        check = entry.check(broken=broken)
        yield f"Without “{says}”", html.escape(check.message)
    yield (
        "In NumPy",
        "".join(
            f'<div><small>{n}</small><pre class="identity-code">{html.escape(source_code(c))}</pre></div>'
            for n, c in zip(names, code)
        ),
    )
    for wrong in entry.wrong:
        name = f" <em>{html.escape(wrong.mistake)}</em>" if wrong.mistake else ""
        yield "Tempting, and wrong", f"{inline(wrong.tex)}{name}: {prose(sentence(wrong.why))}"
    yield (
        "References",
        " · ".join(filter(None, (html.escape(references(entry)), derived(entry)))),
    )


def sheet(entry):
    """Everything that the catalogue knows of an identity."""
    layouts = (
        "".join(
            f"<p><small>{name} layout: {html.escape(what)}</small></p>"
            f"{display(aligned(statement(entry, name)))}"
            for name, what in LAYOUTS.items()
        )
        if both_layouts(entry)
        else ""
    )
    told = "".join(f"<dt>{prose(title)}</dt><dd>{what}</dd>" for title, what in rows(entry))
    return f'{card(entry)}<div class="identity-sheet">{layouts}<dl>{told}</dl></div>'


def anchor(entry):
    return "identity-" + re.sub(r"[^a-z0-9]+", "-", entry.name.lower()).strip("-")


def formula(entry):
    """The statement in the layouts among which the page chooses; once, where there is no choice."""
    written = {}
    for layout in ("book", *LAYOUTS):
        tex = aligned(statement(entry, None if layout == "book" else layout))
        written.setdefault(tex, []).append(layout)
    return "".join(
        f'<div class="identity-line" data-layout="{" ".join(layouts)}"'
        f'{"" if "book" in layouts else " hidden"}>'
        f"{inline(tex)}</div>"
        for tex, layouts in written.items()
    )


def row(entry, into, out, anchored):
    """One row of a table; `into` and `out` are the shapes of variable and value. Links lead to it if anchored."""
    right, n = verdict(entry)
    needs = f"<div>if {conditions(entry)}</div>" if entry.conditions else ""
    place = f' id="{anchor(entry)}"' if anchored else ""
    more = "".join(f"<dt>{prose(title)}</dt><dd>{what}</dd>" for title, what in rows(entry))
    searched = html.escape(" ".join((entry.name, entry.also, entry.of[1], references(entry))).lower())
    return (
        f'<tr{place} data-topic="{entry.topic}" data-input="{into}" data-output="{out}" '
        f'data-text="{searched}"><th scope="row">{html.escape(entry.name)}'
        f'<small>{"✓" if right == n else "✗"} {right} of {n}</small></th>'
        f"<td>{formula(entry)}</td><td>{html.escape(shapes(entry))}{needs}"
        f"<details><summary>why, code, mistakes</summary><dl>{more}</dl></details></td></tr>"
    )


def table(found, title, topic=""):
    """A table of entries; `found` holds (entry, shape of the variable, shape of the value)."""
    head = "".join(f'<th scope="col">{column}</th>' for column in ("Identity", "Statement", "For"))
    body = "".join(row(*one, anchored=bool(topic)) for one in found)
    return (
        f'<table class="identities" data-topic="{topic}" aria-label="{html.escape(title)}">'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def views(found):
    """The four views of each entry, one below the other, with the step that leads to each."""

    def lines(entry):
        v = entry.views
        each = (
            ("indices", v.indices),
            ("einsum", v.einsum),
            ("differential", v.differential),
            ("matrix form", entry.result),
        )
        for (name, (tex, code)), step in zip(each, ("", *v.steps)):
            how = f"<p>{prose(step)}</p>" if step else ""
            yield (
                f'<tr><th scope="row">{name}</th><td>{how}{inline(tex)}'
                f'<pre class="identity-code">{html.escape(source_code(code))}</pre></td></tr>'
            )

    bodies = "".join(
        f'<tbody id="views-{anchor(e)}"><tr><th colspan="2" scope="rowgroup">{html.escape(sentence(e.name))} '
        f"{inline(statement(e)[0][0] + ' = ' + e.of[0])}</th></tr>{''.join(lines(e))}</tbody>"
        for e in found
    )
    return f'<table class="identity-views">{bodies}</table>'


@dataclass(frozen=True)
class Shown:
    """Something to look at: HTML in a notebook, text elsewhere."""

    text: str
    page: str

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        return self.page


def text(entry):
    """The statement, its conditions and its verdict as plain text."""
    ok, words = said(entry)
    given = "; ".join(f"{form}: {one_line(getattr(entry, form)[1])}" for form in entry.forms)
    needs = f" If {', '.join(entry.conditions)}." if entry.conditions else ""
    what = f"{entry.name}: {one_line(entry.of[1])} ({shapes(entry)}); {given}"
    return f"{'✓' if ok else '✗'} {what}.{needs} It {words}."


def show(entry):
    return Shown(text(entry), sheet(entry))
