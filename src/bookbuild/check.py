"""`python -m bookbuild check [NOTEBOOK…]`: look notebooks over as they are stored, without running them.

Each check takes a path (or, the last ones, the book's folder) and yields one sentence per fault, so that a test can
ask for none, and a test of the tests can hand it a broken copy.
"""
import argparse
import ast
import json
import re
import statistics
from collections import Counter
from pathlib import Path

import yaml

from . import notebook, pictures

LINE, LONGEST, NINE_IN_TEN, MEDIAN, IMPORTS = 72, 25, 8, 4, 6  # characters; then lines of a code cell
STATE_BYTES = 40_000  # of one figure's stored state
PUBLIC = ("matdiff", "matdiff.exercises", "matdiff.figures", "matdiff.identities")  # what a chapter imports from
MODULES = ("data", "decompositions", "distributions", "layers", "manifolds", "palette", "plots", "testing")  # of matdiff, asked for by name
FORBIDDEN = {
    r"sys\.path": "changes sys.path: install the package instead",
    r"^\s*[%!]\s*pip|^\s*!": "installs or runs a shell command",
    r"import\s+\*": "imports everything with a star",
    r"default_rng\(\s*\)": "draws unseeded random numbers",
    r"np\.random\.(?!default_rng|Generator|SeedSequence)\w+": "uses NumPy's legacy random numbers",
    r"^\s*(?:import|from)\s+(?:random|bookbuild)\b": "imports random or bookbuild",
}
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|Users|opt|var|mnt)/\w|[A-Z]:\\\\?(?:Users|Windows|Program|Temp)|file://|\b0x[0-9a-f]{7,}\b")
LABEL = re.compile(r"^\(([\w:-]+)\)=\s*$|^\$\$\s*\(([\w:-]+)\)\s*$|^:(?:name|label):\s*(\S+)\s*$", re.M)


def code_cells(path):
    """(number of the cell, cell) of every code cell, counted from 1 among all cells."""
    return [(n, c) for n, c in enumerate(notebook.read(path).cells, 1) if c.cell_type == "code"]


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def order(path):
    """Every code cell ran, top to bottom, once."""
    for expected, (n, cell) in enumerate(code_cells(path), 1):
        if not lines(cell):
            yield f"cell {n}: an empty code cell"
        elif cell.execution_count != expected:
            yield f"cell {n}: execution count {cell.execution_count}, expected {expected}: run the notebook as a whole"


def outputs(path):
    """No stored error, nothing on stderr, nothing that belongs to one machine."""
    for n, cell in code_cells(path):
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {n}: a stored error: {output.ename}: {output.evalue}"
            elif output.get("name") == "stderr":
                yield f"cell {n}: stored stderr: {output.text.strip()[:80]!r}"
            said = json.dumps({k: v for k, v in output.get("data", {}).items() if k != "image/png"}) + output.get("text", "")
            for found in MACHINE.finditer(said):
                yield f"cell {n}: the output shows a path or an address of one machine: {found[0]!r}"


def alternatives(path):
    """Every picture says in words what it shows."""
    for n, cell in enumerate(notebook.read(path).cells, 1):
        if cell.cell_type == "markdown":
            yield from (f"cell {n}: an image without alternative text" for _ in re.finditer(r"!\[\s*\]\(", cell.source))
        elif any(k.startswith("image/") for o in cell.get("outputs", []) for k in o.get("data", {})):
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            if len(alt.split()) < 3:
                yield f"cell {n}: a picture whose alternative text is {alt!r}: say what it shows (metadata mystnb.image.alt)"


def lengths(path):
    """Short cells: median, nine in ten, longest; lines that fit a narrow window."""
    counts = counted(path)
    if counts and statistics.median(counts) > MEDIAN:
        yield f"the median code cell has {statistics.median(counts):g} lines, more than {MEDIAN}"
    if counts and nine_in_ten(counts) > NINE_IN_TEN:
        yield f"only nine in ten code cells within {nine_in_ten(counts)} lines, expected {NINE_IN_TEN}"
    for n, cell in code_cells(path):
        if len(lines(cell)) > LONGEST:
            yield f"cell {n}: {len(lines(cell))} lines, more than {LONGEST}"
        yield from (f"cell {n}: a line of {len(line)} characters, more than {LINE}: {line.strip()[:40]} …"
                    for line in lines(cell) if len(line) > LINE)
    first = next((c for _, c in code_cells(path)), None)
    if first is not None and len(lines(first)) > IMPORTS:
        yield f"the cell of imports has {len(lines(first))} lines, more than {IMPORTS}"


def counted(path):
    """How many lines the code cells have, in ascending order."""
    return sorted(len(lines(c)) for _, c in code_cells(path))


def nine_in_ten(counts):
    """The length that nine in ten cells do not exceed."""
    return counts[int(0.9 * (len(counts) - 1))]


def rhythm(paths):
    """A table of the lengths that `lengths` holds to their limits: a line for each notebook."""
    yield f"{'':24}{'cells':>7}{'median':>8}{'9 in 10':>9}{'longest':>9}    cells of 1, 2, 3 … lines"
    yield f"{'at most':24}{'':7}{MEDIAN:8}{NINE_IN_TEN:9}{LONGEST:9}"
    for path in paths:
        if counts := counted(path):
            bars = " ".join(str(counts.count(n)) for n in range(1, counts[-1] + 1))
            yield (f"{Path(path).stem:24}{len(counts):7}{statistics.median(counts):8g}{nine_in_ten(counts):9}"
                   f"{counts[-1]:9}    {bars}")


def habits(path):
    """No path hacks, installs, star imports or unseeded randomness; of matdiff only public names."""
    import matdiff
    for n, cell in code_cells(path):
        for pattern, what in FORBIDDEN.items():
            yield from (f"cell {n}: {what}: {m[0].strip()!r}" for m in re.finditer(pattern, cell.source, re.M))
        if MACHINE.search(cell.source):
            yield f"cell {n}: a path or an address of one machine: {MACHINE.search(cell.source)[0]!r}"
        try:
            tree = ast.parse(cell.source)
        except SyntaxError as error:
            yield f"cell {n}: not plain Python: {error.msg}, line {error.lineno}"
            continue
        for module, name in imports(tree):
            if module.split(".")[0] == "matdiff" and module not in PUBLIC:
                yield f"cell {n}: imports from {module}: a chapter imports from {', '.join(PUBLIC)}"
            elif module == "matdiff" and name and name not in MODULES and not hasattr(matdiff, name):
                yield f"cell {n}: matdiff has no public name {name}"
            elif (name or "").startswith("_"):
                yield f"cell {n}: imports the private name {name}"


def imports(tree):
    """(module, imported name or None) of every import in a syntax tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def stored_form(path):
    """The file is written as `python -m bookbuild run` writes it, figures' state small and without code."""
    nb = notebook.read(path)
    state = nb.metadata.get("widgets", {}).get(notebook.STATE, {}).get("state", {})
    for model in state.values():
        size = len(json.dumps(model))
        if size > STATE_BYTES:
            yield f"a figure's stored state has {size} bytes, more than {STATE_BYTES}"
        if "_esm" in model["state"]:
            yield "a figure's stored state holds its code: the page has that once"
    views = [o.data[notebook.VIEW]["model_id"] for _, c in code_cells(path) for o in c.outputs
             if notebook.VIEW in o.get("data", {})]
    yield from (f"the figure {view} has no stored state: it stays empty on the page" for view in views if view not in state)
    if notebook.text(notebook.normalise(nb)) != Path(path).read_text(encoding="utf-8"):
        yield "not in the stored form: run `python -m bookbuild run` on it before committing"


CHECKS = (order, outputs, alternatives, lengths, habits, stored_form)


def problems(path):
    """Every fault of the notebook at `path`."""
    return [f"{Path(path).name}: {fault}" for check in CHECKS for fault in check(path)]


def stale(path, fresh):
    """What a fresh run of the notebook, `bookbuild.run.execute(path)`, gives differently from what is stored.

    nbval compares text; it does not look at pictures, and does not notice outputs that were cleared.
    """
    for n, (old, new) in enumerate(zip(notebook.read(path).cells, fresh.cells, strict=True), 1):
        if old.cell_type != "code" or old.outputs == new.outputs:
            continue
        if not old.outputs:
            yield f"cell {n}: its outputs were cleared: run the notebook and store them"
        elif [set(o.get("data", [])) for o in old.outputs] != [set(o.get("data", [])) for o in new.outputs]:
            yield f"cell {n}: a fresh run gives outputs of other kinds"
        else:
            yield from differences(n, old, new)
    if notebook.read(path).metadata.get("widgets") != fresh.metadata.get("widgets"):
        yield "the stored state of the figures is not what the code gives"


def differences(n, old, new):
    """What differs between two outputs of the same kinds, picture by picture and text by text."""
    for a, b in zip(old.outputs, new.outputs):
        for kind in a.get("data", {}):
            if a.data[kind] == b.data[kind]:
                continue
            if kind == "image/png":
                apart = pictures.difference(*(pictures.decode(o.data[kind]) for o in (a, b)))
                yield f"cell {n}: the stored picture is not what the code draws (root mean square difference {apart:.4f})"
            else:
                yield f"cell {n}: stored {short(a.data[kind])}, a fresh run gives {short(b.data[kind])}"
        if a.get("text") != b.get("text"):
            yield f"cell {n}: printed {short(a.text)}, a fresh run prints {short(b.text)}"


def short(value, width=60):
    text = repr(value)
    return text if len(text) <= width else text[:width] + " …"


def contents(book):
    """The table of contents and the files agree: both ways."""
    toc = yaml.safe_load(Path(book, "_toc.yml").read_text(encoding="utf-8"))
    listed = [e["file"] for part in toc.get("parts", []) for e in part["chapters"]] + [e["file"] for e in toc.get("chapters", [])]
    for name in [toc["root"], *listed]:
        if not any(Path(book, name + suffix).is_file() for suffix in (".ipynb", ".md", "")):
            yield f"_toc.yml lists {name}, which is no file"
    for path in sorted(Path(book, "chapters").glob("*.ipynb")):
        if f"chapters/{path.stem}" not in listed:
            yield f"_toc.yml does not list chapters/{path.name}"
    numbered = [name for name in listed if Path(name).name[:1].isdigit()]
    if numbered != sorted(numbered) or listed[:len(numbered)] != numbered:
        yield "_toc.yml does not list the chapters in order, the reference pages after them"
    yield from (f"_toc.yml lists {name} {count} times" for name, count in Counter(listed).items() if count > 1)


def labels(book):
    """No label is given twice: references would go astray."""
    seen = Counter()
    for path in sorted(Path(book).glob("*.md")):
        seen.update(filter(None, (name for m in LABEL.finditer(path.read_text(encoding="utf-8")) for name in m.groups())))
    for path in sorted(Path(book, "chapters").glob("*.ipynb")):
        for cell in notebook.read(path).cells:
            if cell.cell_type == "markdown":
                seen.update(filter(None, (name for m in LABEL.finditer(cell.source) for name in m.groups())))
            else:
                seen.update(filter(None, [cell.metadata.get("mystnb", {}).get("figure", {}).get("name")]))
    yield from (f"the label {name} is given {count} times" for name, count in seen.items() if count > 1)


def main(args):
    parser = argparse.ArgumentParser(prog="python -m bookbuild check", description="Look notebooks over as they are stored.")
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: chapters/*.ipynb, the table of contents and the labels")
    chosen = parser.parse_args(args).notebooks
    paths = chosen or sorted(Path("chapters").glob("*.ipynb"))
    found = [fault for path in paths for fault in problems(path)]
    if not chosen:
        found += [*contents("."), *labels(".")]
    print("\n".join(rhythm(paths)))
    print("\n".join(found) if found else f"{len(paths)} notebooks: nothing to mend")
    return 1 if found else 0
