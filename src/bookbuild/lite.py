"""JupyterLite: every chapter's notebook, to be run and changed in the reader's browser, on the same site.

It is built anew each time by its own tool, in an environment of its own below `_build/cache`: what an earlier build leaves behind
silently drops the address of Python, and the site would then ask a public server for it.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import nbformat

from . import notebook, pyodide

FOLDER, SCRIPT = "lite", "matdiff-launch.js"
REQUIREMENTS = Path(__file__).parent / "browser" / "jupyterlite.txt"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
START = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", "matplotlib-inline")
CONFIG = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {
    "appName": "Matrix Calculus for Data Science", "exposeAppInBrowser": False,
    "litePluginSettings": {f"{KERNEL}:kernel": {
        "pyodideUrl": "./../pyodide/pyodide.mjs", "disablePyPIFallback": True, "loadPyodideOptions": {"packages": list(START)}}}}}
HELLO = ("**This copy is yours.** Python runs in your browser, and nothing is sent anywhere. Ctrl+S saves: what you saved is here again "
         "when you come back, on this computer and in this browser. A cell that does not end: *Kernel*, *Restart Kernel*. "
         "*File*, *Download* keeps a copy elsewhere.")


def environment(cache):
    """The folder of the environment that builds JupyterLite, made once for each version of its requirements."""
    folder = cache / f"jupyterlite-{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:8]}-{sys.version_info[0]}.{sys.version_info[1]}"
    if not (folder / "ready").is_file():
        venv.create(folder, clear=True, with_pip=True)
        run = subprocess.run([python(folder), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)],
                             capture_output=True, text=True, check=False)
        if run.returncode:
            raise pyodide.Unavailable("JupyterLite cannot be installed: " + (run.stderr.strip().splitlines() or ["no reason given"])[-1])
        (folder / "ready").touch()
    return folder


def python(folder):
    return str(folder.absolute() / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def kernel(folder):
    """The wheels that JupyterLite's kernel brings: they stay where it has them."""
    place = f"extensions/{KERNEL}/static/pypi"
    for name in ("piplite", "ipykernel", "pyodide_kernel"):
        path = next((folder / "share/jupyter/labextensions" / KERNEL / "static/pypi").glob(f"{name}-*.whl"))
        made = pyodide.wheel(path)
        yield pyodide.Wheel(made.file, made.sha256, made.content, url=f"../{FOLDER}/{place}/{made.file}")


def edition(nb):
    """A name for just these sources: another output is no other edition."""
    return hashlib.sha256("\0".join(f"{c.cell_type} {c.source}" for c in nb.cells).encode()).hexdigest()[:12]


def prepared(path):
    """A chapter's notebook as the reader opens it: it knows its edition; figures are drawn when their cells run."""
    nb = notebook.read(path)
    nb.metadata["matdiff"] = {"edition": edition(nb)}
    nb.cells.insert(0, nbformat.v4.new_markdown_cell(HELLO, id="yours"))
    nb.metadata.pop("widgets", None)
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(notebook.VIEW, None)
    return nb


def build(target, chapters, cache):
    """Write the folder `target`; the notebooks named go into it."""
    folder = environment(cache)
    with tempfile.TemporaryDirectory() as place:
        contents = Path(place, "contents")
        contents.mkdir()
        for path in chapters:
            notebook.write(contents / path.name, prepared(path))
        Path(place, "jupyter-lite.json").write_text(json.dumps(CONFIG), encoding="utf-8")
        command = [python(folder), "-m", "jupyter", "lite", "build", "--lite-dir", place, "--contents", str(contents),
                   "--output-dir", str(Path(place, "out")), "--no-sourcemaps", "--apps", "notebooks", "--apps", "lab"]
        run = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False,
                             env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1", "PYTHONPATH": "", "JUPYTER_CONFIG_DIR": place, "JUPYTER_DATA_DIR": place})
        if run.returncode:
            raise pyodide.Unavailable(f"`jupyter lite build` failed:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(Path(place, "out"), target)
    for source_map in target.rglob("*.map"):
        source_map.unlink()


def button(name, path, root):
    """The button of a chapter's page, and how to have a fresh copy; `root` leads to the site's top."""
    address = f"{root}{FOLDER}/notebooks/index.html?path={path.name}"
    return (f'<p class="md-launch" data-notebook="{path.name}" data-edition="{edition(notebook.read(path))}">'
            f'<a class="md-open" href="{address}">Run in browser</a> '
            '<button type="button" class="md-fresh">Fresh copy</button> '
            '<span role="status" class="md-launch-says"></span></p>')
