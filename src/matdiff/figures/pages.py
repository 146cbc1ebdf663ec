"""Puts the text of stage, kinds, loader and style sheet together.  Needs neither anywidget nor SymPy."""
import json
import re
from functools import cache
from importlib import resources

from ..palette import DARK, DARK_PAGE, LIGHT, LIGHT_PAGE

_IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"\./stage\.js";\n?', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|let|function|class|async)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_NOT_KINDS = {"stage.js", "loader.js"}

# Which keys of a widget's state a page without a kernel does not need.
_KERNEL_ONLY = {"_esm", "_css", "_anywidget_id", "_dom_classes", "_view_count", "_view_name", "_view_module",
                "_view_module_version", "_model_name", "_model_module", "_model_module_version", "layout",
                "tabbable", "tooltip"}


def _read(name):
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def kinds():
    """The names of all kinds of figure, from their files: gradient_explorer.js is "gradient-explorer"."""
    files = {entry.name for entry in resources.files(__package__).iterdir() if entry.name.endswith(".js")}
    return sorted(name[:-3].replace("_", "-") for name in files - _NOT_KINDS)


def _kind(name):
    text = _read(name.replace("-", "_") + ".js")
    if len(_DEFAULT.findall(text)) != 1:
        raise ValueError(f"{name}: a kind of figure has exactly one line that starts with 'export default'")
    # In a scope of its own: its names may be those of the stage's inner ones.
    return "(() => {\n" + _DEFAULT.sub("return ", _IMPORT.sub("", text)) + "})();"


@cache
def css():
    """The style sheet of all figures, with the palette's colours for light and dark pages."""
    def variables(*palettes):
        return " ".join(f"--md-{name}: {colour};" for palette in palettes for name, colour in palette.items())

    # The page's own background, where a theme says it, so that halos around labels do not show.
    page = "--md-page: var(--pst-color-background, var(--jp-layout-color0, {}));"
    light = variables(LIGHT, LIGHT_PAGE) + " " + page.format(LIGHT_PAGE["page"])
    dark = variables(DARK, DARK_PAGE) + " " + page.format(DARK_PAGE["page"])
    return (f".matdiff-figure {{ {light} color-scheme: light; }}\n"
            # The reader's system decides only where no theme does.
            "@media screen and (prefers-color-scheme: dark) {\n"
            "  html:not([data-theme]) body:not([data-jp-theme-light]):not([data-vscode-theme-kind]) "
            f".matdiff-figure {{ {dark} color-scheme: dark; }}\n}}\n"
            "@media screen {\n"
            '  :is(html[data-theme="dark"], body[data-jp-theme-light="false"], '
            'body[data-vscode-theme-kind="vscode-dark"]) '
            f".matdiff-figure {{ {dark} color-scheme: dark; }}\n}}\n" + _read("figures.css"))


@cache
def module(name):
    """One kind as a JavaScript module that stands alone: what anywidget runs in JupyterLab."""
    return _EXPORT.sub("", _read("stage.js")) + "\nexport default " + _kind(name)


@cache
def bundle():
    """All kinds, the style sheet and the loader as one classic script for static pages."""
    parts = ['(() => {\n"use strict";', _EXPORT.sub("", _read("stage.js")), "const kinds = {};"]
    for name in kinds():
        parts.append(f'kinds["{name}"] = {_kind(name)}')
    parts += [f"const stylesheet = {json.dumps(css())};", _read("loader.js"), "})();\n"]
    return "\n".join(parts)


def static_state(state):
    """The state of one widget model, reduced to what the page's script needs.

    `state` is one entry of a notebook's `metadata.widgets[...]["state"]`: {"model_name", ..., "state": ...}.
    Models that are not figures of this package are returned as they are.

    >>> static_state({"model_name": "AnyModel", "state": {"_kind": "k", "_esm": "...", "point": [1, 2]}})
    {'model_name': 'AnyModel', 'state': {'_kind': 'k', 'point': [1, 2]}}
    """
    if "_kind" not in state.get("state", {}):
        return state
    kept = {key: value for key, value in state["state"].items() if key not in _KERNEL_ONLY}
    return {**state, "state": kept}


def page(model_id, state, title):
    """A self-contained HTML page that shows one figure."""
    embed = {"version_major": 2, "version_minor": 0, "state": {model_id: static_state({"state": state})}}
    text = json.dumps(embed).replace("</", "<\\/")
    return (f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{_escape(title)}</title>\n"
            f"<style>body {{ margin: 0; padding: 0 16px; background: {LIGHT_PAGE['page']}; "
            f"color: {LIGHT_PAGE['text']}; color-scheme: light dark }} "
            f"@media screen and (prefers-color-scheme: dark) {{ "
            f"body {{ background: {DARK_PAGE['page']}; color: {DARK_PAGE['text']} }} }} "
            f"h1 {{ max-width: 760px; margin: 1em auto 0; font: 500 17px system-ui, sans-serif }}</style>\n"
            f"</head>\n<body>\n<main>\n<h1>{_escape(title)}</h1>\n"
            f'<script type="application/vnd.jupyter.widget-state+json">{text}</script>\n'
            f'<script type="application/vnd.jupyter.widget-view+json">{{"model_id": "{model_id}"}}</script>\n'
            f"</main>\n<script>{bundle().replace('</script', '<' + chr(92) + '/script')}</script>\n"
            f"</body>\n</html>\n")


def _escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
