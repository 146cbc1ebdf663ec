"""The notices of everything that the site ships, on one page: licences.html."""
import html
import importlib.metadata
import json
import re
from pathlib import Path

from . import pyodide

PAGE = "licences.html"
NOTICE = re.compile(r"licen[cs]e|copying|notice|authors", re.I)
# Packages of this environment of which parts go into every page.
SITE = ("sphinx", "sphinx-book-theme", "pydata-sphinx-theme", "jupyter-book", "myst-nb", "sphinx-togglebutton", "sphinx-copybutton",
        "sphinx-design", "sphinx-mathjax-offline")
# What has no notice of its own in its files: (name, licence, whose text it is, where it comes from)
SAME = (("Pyodide " + pyodide.VERSION, "MPL-2.0", "micropip", "https://github.com/pyodide/pyodide"),
        ("Python 3.13", "PSF-2.0", "typing-extensions", "https://github.com/python/cpython"))
KNOWN = {"sphinx-mathjax-offline": "MathJax: Apache License 2.0, https://github.com/mathjax/MathJax. Its packaging: MIT.",
         "latex2mathml": "MIT License. Copyright (c) Ronie Martinez, https://github.com/roniemartinez/latex2mathml"}
HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Licences</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; color-scheme: light dark }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.8rem }</style></head><body><main>
<h1>Licences</h1><p>The book's text, exercises and figures: CC BY 4.0. Its code: MIT. This site also ships the following software,
each under its own licence. <a href="index.html">Back to the book</a></p>"""


def of_wheel(wheel):
    """(name and version, licence, its texts) of a wheel that the site ships."""
    texts = [wheel.archive.read(n).decode("utf-8", "replace") for n in wheel.archive.namelist()
             if ".dist-info/" in n and NOTICE.search(n.rpartition("/")[2])] if wheel.content else []
    meta = wheel.metadata if wheel.content else {}
    version = wheel.entry["version"] if wheel.entry else meta["Version"]
    return f"{wheel.name} {version}", named(meta), texts or installed(wheel.name)[2]


def named(meta):
    """The licence's name as a package's metadata has it."""
    given = (meta.get("License-Expression") or meta.get("License") or "").strip().splitlines()
    classes = [c.rpartition(" :: ")[2] for c in (meta.get_all("Classifier") if meta else None) or [] if c.startswith("License")]
    return given[0] if given and len(given[0]) < 80 else ", ".join(classes)


def installed(name):
    """(name and version, licence, its texts) of a package of the environment that builds the site."""
    try:
        found = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return name, "", [KNOWN[name]] if name in KNOWN else []
    texts = [f.locate().read_text(encoding="utf-8", errors="replace") for f in found.files or ()
             if ".dist-info" in f.as_posix() and NOTICE.search(f.name) and f.locate().is_file()]
    return f"{name} {found.version}", named(found.metadata), texts + ([KNOWN[name]] if name in KNOWN else [])


def of_environment(folder):
    """(name and version, licence, its texts) of the packages whose parts JupyterLite is made of."""
    for info in sorted(folder.glob("[Ll]ib/**/site-packages/*.dist-info")):
        found = importlib.metadata.PathDistribution(info)
        if re.match("jupyter(lite|lab)|anywidget", found.metadata["Name"]):
            texts = [f.read_text(encoding="utf-8") for f in sorted(info.glob("licenses/*")) if f.is_file()]
            yield f"{found.metadata['Name']} {found.version}", named(found.metadata), texts


def of_scripts(site):
    """(name and version, licence, its texts) of the JavaScript in JupyterLite, as its own lists have it.

    Jupyter's own packages are listed there without a text: theirs is that of jupyterlite-core.
    """
    seen = {}
    for file in sorted(Path(site).rglob("third-party-licenses.json")):
        for package in json.loads(file.read_text(encoding="utf-8"))["packages"]:
            name = f"{package['name']} {package.get('versionInfo') or ''}".strip()
            seen.setdefault(name, (name, package.get("licenseId") or "", [package.get("extractedText") or ""]))
    return list(seen.values())


def notices(site, made, jupyterlite=None):
    """All of them, by the parts of the site."""
    parts = {"Every page": [installed(name) for name in SITE]}
    if made is not None:
        wheels = [of_wheel(w) for w in made.wheels]
        texts = {name.split()[0]: text for name, _, text in wheels}
        same = [(name, licence, [f"Source: {source}", *texts[whose]]) for name, licence, whose, source in SAME]
        parts["Python in the browser"] = same + wheels
    if jupyterlite is not None:
        parts["JupyterLite"] = [*of_environment(jupyterlite), *of_scripts(site)]
    return parts


def write(site, made, jupyterlite=None):
    """Write the page."""
    pieces = [HEAD]
    for part, rows in notices(site, made, jupyterlite).items():
        pieces.append(f"<h2>{html.escape(part)}</h2>")
        if part == "Python in the browser":
            pieces.append(f"<p>{html.escape(made.sentence)}.</p>")
        for name, licence, texts in rows:
            body = "".join(f"<pre>{html.escape(text.strip())}</pre>" for text in texts if text.strip())
            pieces.append(f"<details><summary>{html.escape(name)}{': ' if licence else ''}{html.escape(licence)}</summary>{body}</details>")
    Path(site, PAGE).write_text("\n".join([*pieces, "</main></body></html>"]), encoding="utf-8")


def link(context):
    """The link in the footer of a page."""
    address = context["pathto"](PAGE, resource=True)
    context["theme_extra_footer"] = context.get("theme_extra_footer", "") + f'<p><a href="{address}">Licences of all parts</a></p>'
