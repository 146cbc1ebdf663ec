"""`python -m bookbuild grade FOLDER`: run the student's editions that came back, write who solved what as CSV.

Each notebook is executed from top to bottom in a kernel of its own, in an empty folder, with a time limit for each cell;
then the kernel is asked for its `progress`. This runs the students' code with your rights: it is no sandbox, and a
student who knows `matdiff` from the inside can write the record. Grade in a container what you would not run yourself.
"""
import argparse
import asyncio
import csv
import json
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from matdiff.exercises import exercises_of

from . import notebook
from .exercises import OutOfPlace, chapter_of

MARK = "bookbuild-grade:"


def asking(chapter):
    """Code that writes the student's name and the progress of the session."""
    return f"""
import json as _json, sys as _sys
from matdiff.exercises import progress as _progress
_rows = {{number: state for number, _, state, _ in _progress({chapter!r}).rows}}
_sys.stdout.write("{MARK}" + _json.dumps([str(globals().get("name", "")), _rows]))
"""


def chapter(path, nb):
    """The chapter that a student's edition belongs to: it says so, else its file name does."""
    return nb.metadata.get("matdiff", {}).get("chapter") or chapter_of(path)


async def record(path, seconds):
    """{file, chapter, name, note, rows} of one notebook, executed."""
    row = {"file": path.name, "chapter": "", "name": "", "note": "", "rows": {}}
    try:
        nb = notebook.read(path)
        row["chapter"] = chapter(path, nb)
        exercises_of(row["chapter"])
    except (OutOfPlace, LookupError, ValueError, nbformat.reader.NotJSONError) as error:
        return row | {"note": f"not graded: {error}"}
    nb.cells = [c for c in nb.cells if c.cell_type == "code"]
    slow = len(nb.cells)
    nb.cells.append(nbformat.v4.new_code_cell(asking(row["chapter"])))
    with tempfile.TemporaryDirectory() as empty:
        client = NotebookClient(nb, kernel_name="python3", timeout=seconds, allow_errors=True, interrupt_on_timeout=True,
                                extra_arguments=["--log-level=CRITICAL"], resources={"metadata": {"path": empty}})
        try:
            await client.async_execute()
        except (DeadKernelError, CellTimeoutError) as error:
            return row | {"note": f"not graded: {type(error).__name__}"}
    said = "".join(o.text for o in nb.cells[-1].outputs if o.output_type == "stream")
    if MARK not in said:
        return row | {"note": "not graded: the notebook broke its own record"}
    name, rows = json.loads(said.partition(MARK)[2])
    failed = [n for n, c in enumerate(nb.cells[:slow], 1) if any(o.output_type == "error" for o in c.outputs)]
    note = f"code cells that raised or were stopped: {', '.join(map(str, failed))}" if failed else ""
    return row | {"name": name, "rows": rows, "note": note}


async def record_all(paths, seconds, jobs):
    turn = asyncio.Semaphore(jobs)

    async def one(path):
        async with turn:
            row = await record(path, seconds)
            print(f"{'✗' if row['note'] else '✓'} {path.name}  {summary(row)}", flush=True)
            return row

    return await asyncio.gather(*map(one, paths))


def summary(row):
    solved = list(row["rows"].values()).count("solved")
    counted = f"{row['name'] or '(no name)'}: {solved} of {len(row['rows'])} solved" if row["rows"] else ""
    return "  ".join(filter(None, [counted, row["note"]]))


def write(target, rows):
    """One line for each notebook, one column for each exercise: solved, tried, or empty."""
    numbers = sorted({n for row in rows for n in row["rows"]}, key=lambda n: [int(part) for part in n.split(".")])
    with open(target, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["file", "name", "chapter", "solved", "tried", *numbers, "note"])
        for row in rows:
            counts = [list(row["rows"].values()).count(state) for state in ("solved", "tried")]
            cells = [row["rows"].get(n, "").replace("not attempted", "") for n in numbers]
            table.writerow([row["file"], harmless(row["name"]), row["chapter"], *counts, *cells, row["note"]])


def harmless(text):
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text


def main(args):
    parser = argparse.ArgumentParser(prog="python -m bookbuild grade", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the students' notebooks are")
    parser.add_argument("--to", type=Path, help="the CSV file (default: grades.csv in that folder)")
    parser.add_argument("--seconds", type=float, default=20, help="that one cell may take (default: 20)")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="how many at a time (default: 2)")
    options = parser.parse_args(args)
    paths = sorted(options.folder.glob("*.ipynb"))
    if not paths:
        print(f"no notebook in {options.folder}", file=sys.stderr)
        return 2
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    rows = asyncio.run(record_all(paths, options.seconds, max(1, options.jobs)))
    target = options.to or options.folder / "grades.csv"
    write(target, rows)
    print(f"written: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
