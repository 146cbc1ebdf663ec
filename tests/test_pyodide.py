"""Python for the reader's browser is assembled from what was pinned, and only from that."""
import http.server
import json
import re
import shutil
import threading
from functools import partial

import pytest
from conftest import BOOK
from docutils import nodes
from sphinx.errors import ExtensionError

from bookbuild import licences, lite, pyodide, runnable


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def book(monkeypatch):
    monkeypatch.chdir(BOOK)


@pytest.fixture
def wasm(book):
    """The folder with wheels for WebAssembly."""
    try:
        folder = pyodide.wasm_folder()
    except pyodide.Refused as reason:
        pytest.fail(str(reason))
    if folder is None:
        pytest.skip("no folder with wheels for WebAssembly: MATDIFF_WASM names one")
    return folder


@pytest.fixture
def core(book):
    try:
        return pyodide.core(pyodide.CACHE)
    except pyodide.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def stand_in(wasm, tmp_path, monkeypatch):
    """A local server in the place of Pyodide's distribution: (its folder, Pyodide's own lock as it would be there)."""
    folder, packages = tmp_path / "served", {}
    folder.mkdir()
    for name, w in zip(pyodide.COMPILED, pyodide.from_folder(wasm), strict=True):
        (folder / w.file).write_bytes(w.content)
        packages[name] = {"name": name, "version": w.metadata["Version"], "file_name": w.file, "sha256": w.sha256,
                          "imports": w.modules(), "depends": []}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MATDIFF_PYODIDE_DISTRIBUTION", f"http://127.0.0.1:{server.server_address[1]}/")
        yield folder, {"info": {}, "packages": packages}
        server.shutdown()


# The core

def test_the_core_has_its_checksums(core):
    assert core.keys() == pyodide.CORE.keys()
    assert all(pyodide.checksum(content) == pyodide.CORE[name] for name, content in core.items())


def test_another_core_is_refused(core, tmp_path):
    kept = tmp_path / f"core-{pyodide.VERSION}"
    shutil.copytree(pyodide.CACHE / kept.name, kept)
    (kept / "pyodide.mjs").write_text("something else")
    with pytest.raises(pyodide.Refused, match="pyodide.mjs from .* is not the file that was pinned: its SHA-256 is"):
        pyodide.core(tmp_path)


def test_without_npm_the_registry_of_the_environment_is_asked(core, tmp_path, monkeypatch):
    """In plain Python, from a tarball like npm's."""
    import tarfile
    place = tmp_path / "registry" / "pyodide" / "-"
    place.mkdir(parents=True)
    with tarfile.open(place / f"pyodide-{pyodide.VERSION}.tgz", "w:gz") as archive:
        for name in core:
            archive.add(pyodide.CACHE / f"core-{pyodide.VERSION}" / name, f"package/{name}")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("npm_config_registry", (tmp_path / "registry").as_uri())
    assert pyodide.core(tmp_path) == core


def test_a_core_that_cannot_be_had_names_every_way(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("npm_config_registry", raising=False)
    monkeypatch.delenv("NPM_CONFIG_REGISTRY", raising=False)
    monkeypatch.setenv("MATDIFF_PYODIDE_DISTRIBUTION", (tmp_path / "nothing").as_uri())
    with pytest.raises(pyodide.Unavailable, match="npm is not installed; npm_config_registry is not set; .* did not answer"):
        pyodide.core(tmp_path)


# The wheels compiled for WebAssembly: from a folder, from the distribution, left to the reader's browser

def test_from_a_folder(wasm):
    source, wheels = pyodide.compiled(wasm, pyodide.CACHE, {})
    assert source == "folder" and [w.name for w in wheels] == list(pyodide.COMPILED)


def test_a_folder_with_another_file_is_refused(wasm, tmp_path):
    for file in wasm.iterdir():
        shutil.copyfile(file, tmp_path / file.name)
    other = next(tmp_path.glob("kiwisolver-*.whl"))
    other.write_bytes(other.read_bytes() + b" ")
    if not (tmp_path / "SHA256SUMS").is_file():
        (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  {other.name}\n")
    with pytest.raises(pyodide.Refused, match=rf"^{re.escape(other.name)} from .* is not the file that was pinned: .* expected \w{{64}}$"):
        pyodide.from_folder(tmp_path)
    other.unlink()
    with pytest.raises(pyodide.Refused, match="has no wheel for WebAssembly of kiwisolver; it needs one each of"):
        pyodide.from_folder(tmp_path)
    with pytest.raises(pyodide.Refused, match="does not exist"):
        pyodide.wasm_folder(tmp_path / "nowhere")


def test_from_the_distribution(stand_in, tmp_path):
    folder, lock = stand_in
    source, wheels = pyodide.compiled(None, tmp_path, lock)
    assert source == "distribution" and {w.file for w in wheels} == {p.name for p in folder.iterdir()}
    shutil.rmtree(folder)   # from the cache, the second time
    assert pyodide.compiled(None, tmp_path, lock) == ("distribution", wheels)


def test_the_distribution_with_another_file_is_refused(stand_in, tmp_path):
    folder, lock = stand_in
    other = next(folder.glob("numpy-*.whl"))
    other.write_bytes(other.read_bytes()[:-1])
    with pytest.raises(pyodide.Refused, match=rf"^{re.escape(other.name)} from http://127.0.0.1.* is not the file that was pinned"):
        pyodide.compiled(None, tmp_path, lock)


def test_left_to_the_readers_browser(core, monkeypatch, tmp_path, capsys):
    """The lock then names addresses, with the checksums of Pyodide's own lock file, which the browser compares."""
    monkeypatch.setenv("MATDIFF_PYODIDE_DISTRIBUTION", (tmp_path / "away").as_uri())
    base = json.loads(core["pyodide-lock.json"])
    source, wheels = pyodide.compiled(None, tmp_path, base)
    assert source == "cdn" and "did not answer" in capsys.readouterr().err
    packages = pyodide.locked(wheels, base)["packages"]
    for name in pyodide.COMPILED:
        assert packages[name]["file_name"].startswith(pyodide.distribution())
        assert packages[name]["sha256"] == base["packages"][name]["sha256"]
    assert {need for p in packages.values() for need in p["depends"]} <= packages.keys()
    assert f"v{pyodide.VERSION}/" in pyodide.DISTRIBUTION


# The whole

@pytest.fixture
def assembled(core, wasm, tmp_path):
    try:
        return pyodide.assemble(tmp_path / "pyodide", wasm), tmp_path / "pyodide"
    except pyodide.Unavailable as reason:
        pytest.skip(str(reason))


def test_the_folder_holds_all_that_its_locks_name(assembled):
    made, folder = assembled
    assert json.loads((folder / "source.json").read_text()) == {
        "pyodide": pyodide.VERSION, "compiled": "folder", "sentence": made.sentence, "edition": made.edition}
    for name in (pyodide.LOCK, pyodide.PAGE_LOCK):
        packages = json.loads((folder / name).read_text())["packages"]
        for entry in packages.values():
            assert pyodide.checksum((folder / entry["file_name"]).read_bytes()) == entry["sha256"]
            assert set(entry["depends"]) <= packages.keys()
    full, light = (json.loads((folder / n).read_text())["packages"]["matdiff"]["depends"] for n in (pyodide.LOCK, pyodide.PAGE_LOCK))
    assert light == ["numpy"] and {"sympy", "anywidget", "matplotlib"} <= set(full)


def test_matdiff_is_packed_whole_and_the_same_each_time():
    made = pyodide.own()
    assert made == pyodide.own()
    names = set(made.archive.namelist())
    sources = {p.relative_to(BOOK / "src").as_posix() for p in (BOOK / "src" / "matdiff").rglob("*") if p.suffix in (".py", ".js", ".css", ".mplstyle")}
    assert sources <= names and not any("__pycache__" in n for n in names)
    assert made.modules() == ["matdiff"] and made.needs() == ["numpy"]
    assert runnable.extras()["matdiff.plots"] == ["matplotlib"]


def test_a_wheel_from_pypi_with_another_checksum_is_refused(tmp_path, monkeypatch):
    pins = tmp_path / "wheels.txt"
    pins.write_text(re.sub(r"^(cycler\S+ --hash=sha256:)\w+", lambda m: m[1] + "0" * 64,
                           next(line for line in pyodide.PINS.read_text().splitlines() if line.startswith("cycler"))) + "\n")
    monkeypatch.setattr(pyodide, "PINS", pins)
    try:
        with pytest.raises(pyodide.Refused, match=r"^a wheel from PyPI is not the file that wheels.txt pins: cycler==\S+: Expected sha256 0{64}, Got \w{64}$"):
            pyodide.pure(tmp_path)
    except pyodide.Unavailable as reason:
        pytest.skip(str(reason))


def test_the_browser_has_the_versions_of_the_environment():
    """What the notebooks were run with and what readers run."""
    required = dict(re.findall(r"^([\w-]+)==([\w.]+)", (BOOK / "requirements.txt").read_text(), re.M))
    browsers = dict(pin.split("==") for pin in pyodide.pins().values())
    shared = required.keys() & browsers.keys()
    assert {"sympy", "ipywidgets", "anywidget", "latex2mathml"} <= shared
    assert {n: browsers[n] for n in shared} == {n: required[n] for n in shared}


@pytest.fixture
def app(tmp_path, monkeypatch):
    """A build whose JupyterLite cannot be had."""
    def away(*given, **named):
        raise pyodide.Unavailable("JupyterLite did not come")

    monkeypatch.delenv(runnable.OFF, raising=False)
    monkeypatch.setattr(lite, "environment", away)
    return type("App", (), {"outdir": tmp_path, "srcdir": BOOK, "builder": type("Builder", (), {"format": "html"})})()


def test_a_build_that_cannot_have_it_goes_on_and_says_so(app, monkeypatch, capsys):
    monkeypatch.setattr(pyodide, "assemble", lite.environment)
    runnable.assemble(app)
    said = capsys.readouterr().err
    assert app.python_in_browser is None and "left out, the site has no buttons to run anything; JupyterLite did not come" in said
    runnable.files(app, None)
    context = {"body": "<h1>One</h1>", "pathto": lambda name, resource: name}
    runnable.page(app, "chapters/01_scalar_by_vector", "", context, nodes.document(None, None))
    assert context["body"] == "<h1>One</h1>" and not list(app.outdir.rglob("*cells*"))


def test_without_jupyterlite_exercises_run_in_the_page(app, core, wasm, capsys):
    """The same build, whose pages have the cells and no button."""
    runnable.assemble(app)
    said = capsys.readouterr().err
    assert "Run in browser: left out, exercises run in the page all the same; JupyterLite did not come" in said
    assert app.python_in_browser.source == "folder" and app.jupyterlite is None and "Python in the browser: Pyodide" in said
    stub = nodes.document(None, None)
    stub += nodes.container(classes=[runnable.STUB])
    app.env = type("Env", (), {"doc2path": staticmethod(lambda name: BOOK / f"{name}.ipynb")})
    added = []
    app.add_css_file = app.add_js_file = lambda name, **named: added.append(name)
    context = {"body": "<h1>One</h1>", "pathto": lambda name, resource: name}
    runnable.page(app, "chapters/01_scalar_by_vector", "", context, stub)
    assert "matdiff-python" in context["body"] and "md-launch" not in context["body"] and added == [runnable.STYLE, runnable.SCRIPT]


def test_a_build_with_another_file_ends(app, monkeypatch):
    def other(*given, **named):
        raise pyodide.Refused("x.whl is not the file that was pinned")

    monkeypatch.setattr(pyodide, "assemble", other)
    with pytest.raises(ExtensionError, match="x.whl is not the file"):
        runnable.assemble(app)


def test_no_host_of_a_registry_stands_in_the_sources():
    text = "".join(p.read_text(encoding="utf-8") for p in (BOOK / "src" / "bookbuild").rglob("*.*") if p.suffix in (".py", ".txt", ".js"))
    assert not re.search(r"registry\.\w+\.(org|com)|pypi\.(org|io)|files\.python" + "hosted", text)


# Licences

def test_every_part_has_its_notice(assembled):
    made, folder = assembled
    parts = licences.notices(folder, made)
    listed = {name.split()[0] for name, _, _ in parts["Python in the browser"]}
    assert {w.name for w in made.wheels} | {"Pyodide", "Python"} == listed
    without = [name for rows in parts.values() for name, _, texts in rows if not any(text.strip() for text in texts)]
    assert without == []
    licences.write(folder, made)
    page = (folder / licences.PAGE).read_text(encoding="utf-8")
    assert "Mozilla Public License" in page and "MathJax" in page and all(w.name in page for w in made.wheels)


def test_the_site_has_the_page_and_links_to_it(site):
    page = (site / licences.PAGE).read_text(encoding="utf-8")
    assert f'href="../{licences.PAGE}"' in (site / "chapters" / "00_notation.html").read_text(encoding="utf-8")
    assert ("jupyterlite-core" in page) == (site / "lite").is_dir() and ("Pyodide" in page) == (site / "pyodide").is_dir()
