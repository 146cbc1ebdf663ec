"""`python -m bookbuild class [CHAPTER…]`: a student's and a teacher's edition of each chapter's exercises.

Both come from the specifications in `matdiff.exercises`. The student's has prompts, stubs, checks and hints; the
teacher's also solutions and the typical wrong answers. Plain Jupyter shows them well, without extensions.
"""
import argparse
import asyncio
import re
import sys
import textwrap
from pathlib import Path

import nbformat

import matdiff
from matdiff.exercises import TOPICS, exercises_of
from matdiff.exercises.judging import NAMES
from matdiff.exercises.validate import topics

from . import exercises, notebook, run

HELLO = {
    "student": "Replace each `...` by your answer and run the cell: the check says whether it is right and, if not, "
               'what is wrong. `hint("{chapter}.1")` gives a hint, the next one at each call. Come back as often as '
               "you like; inputs are drawn anew at each check.",
    "teacher": "Teacher's edition: after each exercise its solution, checked, and the typical wrong answers with the "
               "names that the checker gives them."}


def filename(chapter, edition):
    return f"{int(chapter):02}_{TOPICS[chapter]}_{edition}.ipynb"


def title(chapter, chapters=Path("chapters")):
    """The chapter's title as its notebook has it; without a notebook, the name of its topic."""
    for path in chapters.glob(f"{int(chapter):02}_*.ipynb"):
        heading = next((m for c in notebook.read(path).cells if c.cell_type == "markdown"
                        if (m := re.search(r"^# (.+)$", c.source, re.M))), None)
        if heading:
            return heading[1].strip()
    return f"{chapter} · {TOPICS[chapter].replace('_', ' ').capitalize()}"


def cell(kind, name, text, **metadata):
    new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    made = new(text, metadata=metadata)
    made.id = name
    return made


def imports():
    """Everything that a prompt or a solution may use, so that the list gives nothing away."""
    public = sorted(name for name in NAMES if name != "np" and getattr(matdiff, name, None) is NAMES[name])
    lines = textwrap.wrap(", ".join(public), exercises.LINE - 4)
    brought = "from matdiff import (\n" + "\n".join("    " + line for line in lines) + ")"
    return f"import numpy as np\n{brought}\nfrom matdiff.exercises import check_exercise, hint, progress"


def without_label(prompt):
    """A prompt without its target for cross references, which plain Jupyter would print."""
    prompt.source = re.sub(r"^\([\w-]+\)=\n", "", prompt.source)
    return prompt


def folded_hints(exercise):
    boxes = [f"<details><summary>Hint {n}</summary>\n\n{text.strip()}\n\n</details>"
             for n, text in enumerate(exercise.hints, 1)]
    return exercises.markdown(exercise, "hints", "\n\n".join(boxes))


def open_solution(exercise):
    made = exercises.solution(exercise)
    made.metadata = nbformat.from_dict({"exercise": exercise.number, "part": "solution"})
    return made


def in_table(text):
    """Text that a Markdown table can hold: bars inside mathematics become `\\vert`, others are escaped."""
    text = re.sub(r"\$[^$]+\$", lambda m: m[0].replace(r"\|", r"\Vert ").replace("|", r"\vert "), text)
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def code_in_table(body):
    """A body's lines as code, one below the other, indented."""
    lines = [re.sub(r"^ +", lambda m: "\u00a0" * len(m[0]), line) for line in body.strip().splitlines()]
    return "<br>".join("`" + line.replace("|", r"\|") + "`" for line in lines if line.strip())


def marking_table(exercise):
    """The typical wrong answers, with the names that the checker gives them; of a choice, what is said about each."""
    if exercise.kind == "choice":
        head = "| option | true | why |\n|---|---|---|"
        rows = [f"| {letter} | {'yes' if o.true else 'no'} | {in_table(o.why)} |" for letter, o in exercise.options.items()]
    else:
        head = "| typical wrong answer | name | what the student reads |\n|---|---|---|"
        rows = [f"| {code_in_table(w.body)} | {w.mistake} | {in_table(w.why)} |" for w in exercise.wrong]
    return exercises.markdown(exercise, "marking", "\n".join([head, *rows]))


def cells_of(exercise, edition):
    cells = [without_label(exercises.prompt(exercise)), exercises.stub(exercise), folded_hints(exercise)]
    return cells + [open_solution(exercise), marking_table(exercise)] * (edition == "teacher")


def build(chapter, edition):
    """The notebook of one chapter's exercises for "student" or "teacher"."""
    body = [c for exercise in exercises_of(chapter) for c in cells_of(exercise, edition)]
    nb = nbformat.v4.new_notebook(cells=[
        cell("markdown", "title", f"# {title(chapter)}: exercises\n\n" + HELLO[edition].format(chapter=chapter)),
        *([cell("code", "student-name", 'name = ""  # your name')] if edition == "student" else []),
        cell("code", "imports", imports()),
        *body,
        *([cell("code", "progress", f'progress("{chapter}")')] if edition == "student" else [])])
    nb.metadata = nbformat.from_dict({"kernelspec": notebook.KERNEL, "language_info": notebook.LANGUAGE,
                                      "matdiff": {"chapter": chapter, "edition": edition}})
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def write(chapter, folder):
    """Both editions of a chapter, written into the folder; returns their paths, student's first."""
    notebooks = {edition: build(chapter, edition) for edition in HELLO}
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / filename(chapter, edition) for edition in HELLO]
    for path, nb in zip(paths, notebooks.values()):
        notebook.write(path, nb)
    return paths


def main(args):
    parser = argparse.ArgumentParser(prog="python -m bookbuild class", description=__doc__)
    parser.add_argument("chapters", nargs="*", help="default: every chapter that has exercises")
    parser.add_argument("--to", type=Path, default=Path("_build/class"), help="folder (default: _build/class)")
    parser.add_argument("--run", action="store_true", help="execute the teacher's editions and store their outputs")
    options = parser.parse_args(args)
    try:
        written = [write(chapter, options.to) for chapter in options.chapters or topics()]
    except LookupError as error:
        print(error, file=sys.stderr)
        return 2
    for paths in written:
        print(*(f"✓ {path}" for path in paths), sep="\n")
    if options.run:
        return asyncio.run(run.run_all([teacher for _, teacher in written], 2, check=False))
    return 0
