"""`python -m bookbuild exercises [NOTEBOOK…]`: write the exercise cells of a chapter from their specifications."""
import argparse
import ast
import re
import sys
from pathlib import Path

import nbformat
import numpy as np

from matdiff.exercises import exercises_of
from matdiff.exercises.judging import arguments, build, inputs, is_expression, source

from . import notebook

HEADING = "## Exercises"
LINE = 72  # characters of a code line that fit a phone
FOLDED = {"jupyter": {"source_hidden": True, "outputs_hidden": True}, "tags": ["hide-cell"],
          "mystnb": {"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}}


class OutOfPlace(Exception):
    """A notebook into which the exercises cannot be written: the message says why."""


# The cells of one exercise

def markdown(exercise, part, text, **metadata):
    return make(nbformat.v4.new_markdown_cell, exercise, part, text, metadata)


def code(exercise, part, text, **metadata):
    return make(nbformat.v4.new_code_cell, exercise, part, text, metadata)


def make(new, exercise, part, text, metadata):
    cell = new(text, metadata={"exercise": exercise.number, "part": part, **metadata})
    cell.id = f"exercise-{slug(exercise)}-{part}"
    return cell


def slug(exercise):
    return exercise.number.replace(".", "-")


def letters(exercise):
    names = [f'"{x}"' for x in exercise.options]
    return ", ".join(names[:-1]) + " or " + names[-1]


def key(exercise):
    """The letter of the true option."""
    return next(letter for letter, option in exercise.options.items() if option.true)


def prompt(exercise):
    options = [f"- ({letter}) {option.text}" for letter, option in (exercise.options or {}).items()]
    text = "\n".join([exercise.prompt.strip(), *([""] if options else []), *options])
    return markdown(exercise, "prompt", f"(exercise-{slug(exercise)})=\n"
                    f"### {exercise.number} · {exercise.title}\n\n{text}")


def wanted(exercise):
    """What the stub says about the answer: its shape, where all draws agree on one."""
    if exercise.kind == "choice":
        return letters(exercise)
    if exercise.kind == "code":
        return ""
    if exercise.kind == "shape":
        return "a tuple of numbers"
    solution = build(exercise, exercise.solution)
    values = [solution(**inputs(exercise, seed)) for seed in range(3)]
    said = {describe(value) for value in values}
    return said.pop() if len(said) == 1 else ""


def describe(value):
    if isinstance(value, tuple):
        return ", ".join(map(describe, value))
    return f"shape {np.shape(value)}" if np.shape(value) else "a number"


def stub(exercise):
    comment = wanted(exercise) and "  # " + wanted(exercise)
    names = [] if exercise.kind == "choice" else arguments(exercise)
    if names or exercise.kind == "code":
        head = f"def {exercise.name}({', '.join(names)}):\n    return ...{comment}\n\n"
    else:
        head = f"{exercise.name} = ...{comment}\n\n"
    return code(exercise, "stub", head + f'check_exercise("{exercise.number}", {exercise.name})')


def hints(exercise):
    boxes = [f":::{{admonition}} Hint {n}\n:class: dropdown hint\n{text.strip()}\n:::"
             for n, text in enumerate(exercise.hints, 1)]
    return markdown(exercise, "hints", "\n\n".join(boxes))


def solution_source(exercise):
    """The solution as a function, which keeps it apart from the reader's own answers."""
    if exercise.kind == "choice":
        return f'def solution():\n    return "{key(exercise)}"'
    return source(exercise, exercise.solution, "solution")


def solution(exercise):
    text = f'{solution_source(exercise)}\n\ncheck_exercise("{exercise.number}", solution)'
    return code(exercise, "solution", text, **FOLDED)


def why(exercise):
    """What is right or wrong about each option, folded."""
    lines = [f"- ({letter}) {'**True.** ' if option.true else ''}{option.why}"
             for letter, option in exercise.options.items()]
    text = ":::{admonition} Why\n:class: dropdown solution\n" + "\n".join(lines) + "\n:::"
    return markdown(exercise, "why", text, jupyter={"source_hidden": True})


def cells_of(exercise):
    """Everything that a chapter shows of an exercise."""
    cells = [prompt(exercise), stub(exercise), hints(exercise), solution(exercise)]
    return cells + [why(exercise)] if exercise.kind == "choice" else cells


# Into the notebook

def headings(cell):
    """The second-level headings in a Markdown cell, outside of code fences."""
    if cell.cell_type != "markdown":
        return []
    text = re.sub(r"^(`{3,}|~{3,}).*?^\1", "", cell.source, flags=re.M | re.S)
    return [line.strip() for line in text.splitlines() if line.startswith("## ")]


def place(nb):
    """(start, end): the cells between the heading `## Exercises` and the next heading of its level."""
    found = [i for i, cell in enumerate(nb.cells) if HEADING in headings(cell)]
    if len(found) != 1:
        raise OutOfPlace(f"the heading `{HEADING}` occurs {len(found)} times; it has to stand there once")
    start = found[0] + 1
    if headings(nb.cells[found[0]])[-1] != HEADING:
        raise OutOfPlace(f"another heading follows `{HEADING}` in the same cell; give it a cell of its own")
    end = next((i for i in range(start, len(nb.cells)) if headings(nb.cells[i])), len(nb.cells))
    return start, end


def chapter_of(path):
    """The chapter's number, from the name of the notebook: 01_scalar_by_vector.ipynb is chapter 1."""
    match = re.match(r"(\d+)_", Path(path).name)
    if not match:
        raise OutOfPlace("the name has to begin with the chapter's number, as in 01_scalar_by_vector.ipynb")
    return str(int(match[1]))


def keep(cell, before):
    """The cell, with the outputs of the stored one where the source is the same."""
    stored = before.get((cell.metadata.exercise, cell.metadata.part))
    if stored is not None and stored.cell_type == cell.cell_type == "code" and stored.source == cell.source:
        cell.outputs, cell.execution_count = stored.outputs, stored.execution_count
    return cell


def generated(cell):
    return "exercise" in cell.metadata and "part" in cell.metadata


def filled(nb, exercises):
    """The notebook with the cells of these exercises in the place of those that it had; authors' own cells stay."""
    start, end = place(nb)
    section = nb.cells[start:end]
    first = next((i for i, cell in enumerate(section) if generated(cell)), len(section))
    before = {(c.metadata.exercise, c.metadata.part): c for c in nb.cells if generated(c)}
    new = [keep(cell, before) for exercise in exercises for cell in cells_of(exercise)]
    rest = [cell for cell in section[first:] if not generated(cell)]
    nb.cells = nb.cells[:start] + section[:first] + new + rest + nb.cells[end:]
    return nb


def missing_names(nb, exercises):
    """Names that solutions and checks use and that no import of the notebook brings."""
    used = {"check_exercise"} | set().union(*(free_names(solution_source(e)) for e in exercises))
    trees = [ast.parse(plain(c.source)) for c in nb.cells if c.cell_type == "code" and not generated(c)]
    given = {(a.asname or a.name).partition(".")[0] for tree in trees for node in ast.walk(tree)
             if isinstance(node, (ast.Import, ast.ImportFrom)) for a in node.names}
    return sorted(used - given)


def plain(text):
    """Code without IPython's own lines."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("%", "!")))


def free_names(text):
    """Names that a function takes from outside."""
    inner = {n.arg for n in ast.walk(ast.parse(text)) if isinstance(n, ast.arg)}
    names = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)]
    inner |= {n.id for n in names if isinstance(n.ctx, ast.Store)}
    inner |= {n.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)}
    return {n.id for n in names} - inner - set(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)


def long_lines(cells):
    """What is too wide for a phone."""
    return [f"{cell.id}: {line.strip()}" for cell in cells if cell.cell_type == "code"
            for line in cell.source.splitlines() if len(line) > LINE]


def update(path, check):
    """Write, or with `check` only compare, one notebook. Returns (exit status, what to say)."""
    nb = notebook.read(path)
    exercises = exercises_of(chapter_of(path))
    before = list(nb.cells)
    nb = filled(nb, exercises)
    notes = [f"  too wide: {line}" for line in long_lines([c for c in nb.cells if generated(c)])]
    missing = missing_names(nb, exercises)
    if missing:
        notes.append(f"  not imported by the notebook: {', '.join(missing)}")
    if check:
        current = nb.cells == before
        return int(not current), [f"✓ {path} is up to date" if current else
                                  f"✗ {path} is out of date: run python -m bookbuild exercises {path}", *notes]
    changed = notebook.write(path, nb)
    return 0, [f"✓ {path}: {len(exercises)} exercises, " + ("written" if changed else "unchanged"), *notes]


def main(args):
    parser = argparse.ArgumentParser(prog="python -m bookbuild exercises", description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: chapters/*.ipynb")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a notebook is out of date")
    options = parser.parse_args(args)
    status = 0
    for path in options.notebooks or sorted(Path("chapters").glob("[0-9][0-9]_*.ipynb")):
        try:
            code, lines = update(path, options.check)
        except (OutOfPlace, LookupError, OSError) as error:
            code, lines = 2, [f"✗ {path}: {error}"]
        status = max(status, code)
        print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    return status


def main_class(args):
    """`python -m bookbuild class`: the editions for a class."""
    from .editions import main as editions  # which builds on this module
    return editions(args)
