"""Python for the reader's browser: the folder `pyodide/` of the site.

Three kinds of files, each of which has to have its checksum:

- the core (Python itself) from npm's package `pyodide`: by `npm pack`, without npm from the registry that
  npm_config_registry names, else from the official distribution;
- pure wheels from PyPI, as browser/wheels.txt pins them, by `pip download`; and this repository's own `matdiff`;
- wheels compiled for WebAssembly, which neither of the two has: from a folder (`--wasm`, MATDIFF_WASM, or
  `../shared/wasm`), else from the official distribution, else the reader's browser is told to fetch them there.

Downloads are kept in `_build/cache`. The site without this folder stays whole: it then has no buttons to run anything.
"""
import email.parser
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

VERSION = "0.29.3"  # 314 has another Python and no Matplotlib; the kernel of JupyterLite that can be installed needs 0.29
CORE = {  # what of npm's package is shipped, with SHA-256
    "pyodide.mjs": "23213d27e9dacbda6f25f955fb38dabfc40ada082c04ee253047ea5dddcaa3b5",
    "pyodide.asm.js": "1263f02b5b26099b96112378156f242dd98b39a8201ba7765e5fe3d455c5ce91",
    "pyodide.asm.wasm": "e2f4ee75b325e35eb31bfb8c613d4dd5098f5502c156a97847686875b5025480",
    "python_stdlib.zip": "4298b6ee445cb724c3973437da47789752b9e6ff4e26619026b283ec801fc46b",
    "pyodide-lock.json": "3256ffc76388de0e37f4b34d42ab484268d1afc675179ff97b2a5bb14f84ccac",
}
COMPILED = ("numpy", "matplotlib", "pillow", "kiwisolver", "contourpy")
PINS = Path(__file__).parent / "browser" / "wheels.txt"
SOURCES = Path(__file__).parents[1]
CACHE, NEAR = Path("_build/cache"), Path("../shared/wasm")
DISTRIBUTION = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"  # or MATDIFF_PYODIDE_DISTRIBUTION
PATIENCE = 30  # seconds without an answer
MARKERS = {"python_version": "3.13", "python_full_version": "3.13.2", "sys_platform": "emscripten", "extra": "",
           "platform_system": "Emscripten", "implementation_name": "cpython", "platform_python_implementation": "CPython"}
LOCK, PAGE_LOCK = "pyodide-lock.json", "page-lock.json"  # JupyterLite's, and that of the exercises' cells
SAYS = {"folder": "compiled wheels from the folder {}",
        "distribution": "compiled wheels from Pyodide's distribution, with its own checksums",
        "cdn": "WITHOUT the compiled wheels: readers' browsers will fetch them from {}"}


class Refused(Exception):
    """A file is not the one that was pinned: one sentence for whoever builds."""


class Unavailable(Exception):
    """A part cannot be had on this machine: one sentence that says which and how to get it."""


def checksum(content):
    return hashlib.sha256(content).hexdigest()


def checked(content, expected, name, origin):
    """The content, if it has this checksum."""
    if checksum(content) != expected:
        raise Refused(f"{name} from {origin} is not the file that was pinned: its SHA-256 is {checksum(content)}, "
                      f"expected {expected}")
    return content


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.read()
    except (OSError, urllib.error.URLError) as error:
        raise Unavailable(f"{url} did not answer ({error})") from None


def distribution():
    return os.environ.get("MATDIFF_PYODIDE_DISTRIBUTION", DISTRIBUTION).rstrip("/") + "/"


# The core

def core(cache):
    """{name: content} of Pyodide's own files."""
    folder = cache / f"core-{VERSION}"
    if all((folder / name).is_file() for name in CORE):
        return {name: checked((folder / name).read_bytes(), sha, name, folder) for name, sha in CORE.items()}
    reasons = []
    for source in (by_npm, from_registry, from_distribution):
        try:
            found = {name: checked(content, CORE[name], name, source.__doc__) for name, content in source()}
            break
        except Unavailable as reason:
            reasons.append(str(reason))
    else:
        raise Unavailable("Pyodide's core is not to be had: " + "; ".join(reasons))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        (folder / name).write_bytes(content)
    return found


def members(tarball):
    """The core's files in npm's tarball."""
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        return [(name, archive.extractfile(f"package/{name}").read()) for name in CORE]


def by_npm():
    """npm"""
    if not shutil.which("npm"):
        raise Unavailable("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(["npm", "pack", f"pyodide@{VERSION}", "--silent"], cwd=folder, capture_output=True, text=True,
                             shell=os.name == "nt", check=False)
        packed = list(Path(folder).glob("*.tgz"))
        if run.returncode or not packed:
            raise Unavailable(f"`npm pack pyodide@{VERSION}` failed")
        return members(packed[0].read_bytes())


def from_registry():
    """the registry that npm_config_registry names"""
    registry = os.environ.get("npm_config_registry") or os.environ.get("NPM_CONFIG_REGISTRY")
    if not registry:
        raise Unavailable("npm_config_registry is not set")
    return members(fetch(f"{registry.rstrip('/')}/pyodide/-/pyodide-{VERSION}.tgz"))


def from_distribution():
    """Pyodide's distribution"""
    return [(name, fetch(urljoin(distribution(), name))) for name in CORE]


# Wheels

@dataclass(frozen=True)
class Wheel:
    """A wheel with its place in the lock file; where it has a `url` it lies there instead of in the folder."""
    file: str
    sha256: str
    content: bytes | None = None
    entry: dict | None = None   # as Pyodide's own lock file has it
    url: str = ""

    @property
    def archive(self):
        return zipfile.ZipFile(io.BytesIO(self.content))

    @property
    def metadata(self):
        name = next(n for n in self.archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n))
        return email.parser.Parser().parsestr(self.archive.read(name).decode("utf-8"))

    @property
    def name(self):
        return canonicalize_name(self.entry["name"] if self.entry else self.metadata["Name"])

    def modules(self):
        """The top-level names that an import can ask for."""
        if self.entry:
            return self.entry["imports"]
        first = {n.split("/")[0].split(".")[0] for n in self.archive.namelist()
                 if ".dist-info/" not in n and ".data/" not in n and ("/" in n or n.endswith((".py", ".so")))}
        return sorted(n for n in first if n.isidentifier())

    def needs(self, extras=()):
        """The names of the distributions that this one requires in the browser."""
        if self.entry:
            return self.entry["depends"]
        wanted = [Requirement(line) for line in self.metadata.get_all("Requires-Dist") or []]
        return sorted({canonicalize_name(r.name) for r in wanted for extra in ("", *extras)
                       if not r.marker or r.marker.evaluate(MARKERS | {"extra": extra})})


def wheel(path):
    content = path.read_bytes()
    return Wheel(path.name, checksum(content), content)


def pins():
    """{checksum: name==version} from browser/wheels.txt."""
    return {sha: name for name, sha in re.findall(r"^(\S+) --hash=sha256:(\w+)$", PINS.read_text(encoding="utf-8"), re.M)}


def pure(cache):
    """The wheels that browser/wheels.txt pins."""
    folder, wanted = cache / "wheels", pins()
    have = {w.sha256: w for w in map(wheel, sorted(folder.glob("*.whl")))}
    if not wanted.keys() <= have.keys():
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps",
                   "--only-binary=:all:", "--python-version", "3.13", "--implementation", "py", "--abi", "none", "--platform", "any",
                   "--dest", str(folder), "--requirement", str(PINS)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if "DO NOT MATCH THE HASHES" in run.stderr:
            raise Refused(f"a wheel from PyPI is not the file that {PINS.name} pins: "
                          + " ".join(re.findall(r"^\s+(\S+==\S+) from .*|(Expected sha256 \w+|Got\s+\w+)", run.stderr, re.M)[0][:1])
                          + ": " + ", ".join(" ".join(m.split()) for m in re.findall(r"Expected sha256 \w+|Got\s+\w+", run.stderr)))
        if run.returncode:
            raise Unavailable("`pip download` does not reach the wheels of browser/wheels.txt: "
                              + (run.stderr.strip().splitlines() or ["no reason given"])[-1])
        have = {w.sha256: w for w in map(wheel, sorted(folder.glob("*.whl")))}
    return [have[sha] for sha in wanted]


def compiled(folder, cache, lock):
    """(which of the three sources, the wheels compiled for WebAssembly)."""
    if folder is not None:
        return "folder", from_folder(Path(folder))
    entries = [lock["packages"][name] for name in with_needs(COMPILED, lock)]
    try:
        return "distribution", [from_cache(entry, cache) for entry in entries]
    except Unavailable as reason:
        print(f"bookbuild: {reason}", file=sys.stderr)
        return "cdn", [Wheel(e["file_name"], e["sha256"], None, e, urljoin(distribution(), e["file_name"])) for e in entries]


def from_folder(folder):
    """The folder's wheels, compared with its SHA256SUMS if it has one."""
    found = {re.split(r"[-_]", p.name)[0].lower(): p for p in sorted(folder.glob("*_wasm32.whl"))}
    missing = [name for name in COMPILED if name not in found]
    if missing:
        raise Refused(f"the folder {folder} has no wheel for WebAssembly of {', '.join(missing)}; it needs one each of {', '.join(COMPILED)}")
    sums = folder / "SHA256SUMS"
    pinned = {name: sha for sha, name in re.findall(r"^(\w{64})\s+\*?(\S+)$", sums.read_text(), re.M)} if sums.is_file() else {}
    wheels = [wheel(found[name]) for name in COMPILED]
    for w in wheels:
        if w.file in pinned:
            checked(w.content, pinned[w.file], w.file, folder)
    return wheels


def with_needs(names, lock):
    """The compiled packages in Pyodide's own lock file and what they need that browser/wheels.txt does not pin."""
    pinned = {canonicalize_name(pin.partition("==")[0]) for pin in pins().values()}
    found, queue = [], list(names)
    while queue:
        name = queue.pop(0)
        if name not in found and name not in pinned:
            found.append(name)
            queue += lock["packages"][name]["depends"]
    return found


def from_cache(entry, cache):
    """One wheel of Pyodide's distribution, which has to have the checksum of its lock file."""
    path = cache / "distribution" / entry["file_name"]
    content = path.read_bytes() if path.is_file() else fetch(urljoin(distribution(), entry["file_name"]))
    checked(content, entry["sha256"], entry["file_name"], path.parent if path.is_file() else distribution())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Wheel(entry["file_name"], entry["sha256"], content, entry)


def packed(name, version, requires, root=SOURCES):
    """A pure wheel of a package of this repository: the same bytes from the same files."""
    info = f"{name}-{version}.dist-info"
    files = {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted((root / name).rglob("*"))
             if p.is_file() and "__pycache__" not in p.parts}
    licence = root.parent / "LICENSE"
    if licence.is_file():
        files[f"{info}/licenses/LICENSE"] = licence.read_bytes()
    files[f"{info}/METADATA"] = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *requires, ""]).encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: bookbuild\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = "".join(f"{n},,\n" for n in [*files, f"{info}/RECORD"]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    content = buffer.getvalue()
    # Another edition has another name: a browser that has kept this one never mistakes it for the next.
    return Wheel(f"{name}-{version}-0{checksum(content)[:12]}-py3-none-any.whl", checksum(content), content)


def own():
    """`matdiff` as a wheel, with the needs and extras that pyproject.toml declares."""
    import matdiff
    project = read_project()
    extras = [f'Requires-Dist: {need}; extra == "{extra}"' for extra, needs in project["optional-dependencies"].items() for need in needs]
    return packed("matdiff", matdiff.__version__, [f"Requires-Dist: {need}" for need in project["dependencies"]] + extras)


def read_project():
    import tomllib
    return tomllib.loads((SOURCES.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]


# The lock files

def locked(wheels, base, extras=()):
    """A lock file in Pyodide's form that lists these wheels; `matdiff` needs its extras too, if they are named."""
    names = {w.name for w in wheels}
    packages = {}
    for w in wheels:
        needs = w.needs(extras if w.name == "matdiff" else ())
        packages[w.name] = {
            "name": w.name, "version": w.entry["version"] if w.entry else w.metadata["Version"], "file_name": w.url or w.file,
            "install_dir": "site", "sha256": w.sha256, "package_type": "package", "imports": w.modules(),
            "depends": [n for n in needs if n in names], "unvendored_tests": False}
    return {"info": base["info"], "packages": packages}


def wasm_folder(given=None):
    """The folder with wheels for WebAssembly: the one given, MATDIFF_WASM, the one beside the checkout, or None."""
    chosen = given or os.environ.get("MATDIFF_WASM")
    if chosen and not Path(chosen).is_dir():
        raise Refused(f"the folder with wheels for WebAssembly, {chosen}, does not exist")
    return Path(chosen) if chosen else NEAR if NEAR.is_dir() else None


@dataclass(frozen=True)
class Assembled:
    """What was assembled: where the compiled wheels come from, all wheels, and a name for just this edition."""
    source: str
    wheels: tuple
    edition: str
    sentence: str


def assemble(target, given=None, cache=CACHE, kernel=()):
    """Write the folder `target`; `kernel`: wheels that JupyterLite brings. Raises Unavailable where a part cannot be had, Refused where one is not what was pinned."""
    folder, files = wasm_folder(given), core(cache)
    base = json.loads(files["pyodide-lock.json"])
    source, binary = compiled(folder, cache, base)
    wheels = (*binary, *pure(cache), own())
    extras = tuple(read_project()["optional-dependencies"])
    locks = {LOCK: locked((*wheels, *kernel), base, extras), PAGE_LOCK: locked(wheels, base)}
    files = files | {w.file: w.content for w in wheels if not w.url}
    files |= {name: json.dumps(lock, indent=1).encode() for name, lock in locks.items()}
    sentence = f"Python in the browser: Pyodide {VERSION}, " + SAYS[source].format(folder.name if folder else distribution())
    edition = checksum(files[LOCK])[:12]
    files["source.json"] = json.dumps({"pyodide": VERSION, "compiled": source, "sentence": sentence, "edition": edition}, indent=1).encode()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, content in files.items():
        (target / name).write_bytes(content)
    return Assembled(source, wheels, edition, sentence)


def main(args):
    """`python -m bookbuild pyodide FOLDER`: the folder alone."""
    import argparse
    parser = argparse.ArgumentParser(prog="python -m bookbuild pyodide", description="Assemble Python for the reader's browser.")
    parser.add_argument("folder", type=Path, help="the folder to write")
    parser.add_argument("--wasm", type=Path, help="a folder with wheels compiled for WebAssembly")
    options = parser.parse_args(args)
    try:
        print(assemble(options.folder, options.wasm).sentence)
    except (Refused, Unavailable) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0
