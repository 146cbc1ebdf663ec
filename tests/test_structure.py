"""The notebooks as stored: their order, outputs, pictures, lengths, formulas; and who imports whom in the packages."""
import ast
import subprocess
import sys

import pytest
from conftest import BOOK, NOTEBOOKS

from bookbuild import check, tex

SOURCES = sorted(BOOK.glob("*.md")) + NOTEBOOKS
ids = {"ids": lambda p: getattr(p, "stem", getattr(p, "__name__", None))}


def test_there_are_chapters():
    assert NOTEBOOKS, "no notebook in chapters/"


@pytest.mark.parametrize("fault", check.CHECKS, **ids)
@pytest.mark.parametrize("path", NOTEBOOKS, **ids)
def test_notebook(path, fault):
    assert list(fault(path)) == []


@pytest.mark.parametrize("fault", [check.contents, check.labels], **ids)
def test_book(fault):
    assert list(fault(BOOK)) == []


@pytest.mark.parametrize("path", SOURCES, **ids)
def test_formulas_in_strict_mode(path):
    assert list(tex.problems(path)) == []


def test_formulas_are_found():
    """The test above would also pass if the formulas were not seen."""
    assert all(len(list(tex.formulas(path))) > 20 for path in NOTEBOOKS)


def test_the_packages_page_lists_every_figure():
    from matdiff import figures
    listed = (BOOK / "chapters" / "api.md").read_text(encoding="utf-8").split()
    assert [kind for kind in figures._CLASSES if kind != "Figure" and kind not in listed] == []


# The packages

# Who may import whom inside matdiff: only what stands on a lower step. A new module needs its place here.
STEPS = [
    {"numeric", "vec", "palette", "layers", "decompositions", "data"},
    {"replay", "distributions", "manifolds"},
    {"diagnose", "plots"},
    {"check"},
    {"identities"},
    {"testing", "exercises", "figures"},
]
STEP = {name: n for n, names in enumerate(STEPS) for name in names}
NUMPY_ONLY = {"numeric", "vec", "palette", "layers", "decompositions", "distributions", "manifolds", "replay", "diagnose", "check",
              "data", "testing", "exercises", "identities"}
MODULES = sorted((BOOK / "src" / "matdiff").rglob("*.py"))


def imported(path):
    """The absolute names of all modules that a file of matdiff imports, and whether at the top of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = ("matdiff", *path.relative_to(BOOK / "src" / "matdiff").parts[:-1])
    for module, name in check.imports(tree):
        level = len(module) - len(module.lstrip("."))
        if level:
            base = ".".join(package[:len(package) - level + 1])
            module = f"{base}.{module[level:]}".rstrip(".")
        yield f"{module}.{name}" if module == "matdiff" and name else module


def part(path):
    """The module or subpackage of matdiff that a file belongs to; the package's own __init__ has none."""
    first = path.relative_to(BOOK / "src" / "matdiff").parts[0].removesuffix(".py")
    return None if first == "__init__" else first


@pytest.mark.parametrize("path", MODULES, **ids)
def test_imports_go_one_way(path):
    mine = part(path)
    if mine is None:
        return
    assert mine in STEP, f"{mine} has no step yet: give it one in STEPS"
    for name in imported(path):
        root, _, rest = name.partition(".")
        assert root != "bookbuild", f"{path.name} imports {name}: the helper package does not know who builds the book"
        other = rest.partition(".")[0]
        if root == "matdiff" and other in STEP and other != mine:
            assert STEP[other] < STEP[mine], f"{mine} imports {other}, which stands on the same or a higher step"


# SymPy is loaded by the one file that needs it, when an identity is checked with symbols.
@pytest.mark.parametrize("path", [p for p in MODULES if part(p) in NUMPY_ONLY and p.name != "symbolic.py"], **ids)
def test_needs_numpy_alone(path):
    others = {name.partition(".")[0] for name in imported(path)} - set(sys.stdlib_module_names) - {"numpy", "matdiff"}
    assert not others


@pytest.mark.parametrize("module", ["matdiff", "matdiff.exercises", "matdiff.testing", "matdiff.identities"])
def test_import_loads_numpy_alone(module):
    heavy = {"matplotlib", "IPython", "ipywidgets", "anywidget", "traitlets", "sympy", "scipy", "nbformat", "bookbuild"}
    # The catalogue and the layers are read when they are asked for.
    heavy |= {"matdiff.identities", "matdiff.layers", "matdiff.data"} if module == "matdiff" else set()
    code = f"import sys, {module}; print(*sorted({heavy!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=BOOK / "tests")
    assert run.stdout.split() == []
