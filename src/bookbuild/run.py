"""`python -m bookbuild run [NOTEBOOK…]`: execute notebooks in parallel, store outputs byte-identically when nothing changed."""
import argparse
import asyncio
import copy
import os
import re
import sys
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from . import notebook

ANSI = re.compile(r"\x1b\[[0-9;]*m")
SECONDS = 300  # that one cell may take


class Failed(Exception):
    """A notebook did not run: the message names the cell, shows its source and the error."""


async def execute(path, progress=lambda done, total: None):
    """The notebook at `path`, freshly executed by a kernel of its own and normalised; the file is not written."""
    stored = notebook.read(path)
    nb = copy.deepcopy(stored)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nb.metadata.pop("widgets", None)
    client = NotebookClient(
        nb, kernel_name="python3", timeout=SECONDS, record_timing=False, extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(Path(path).resolve().parent)}},
        on_cell_executed=lambda cell, cell_index, **_: progress(cell_index + 1, len(nb.cells)))
    try:
        await client.async_execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise Failed(explain(path, nb, error)) from None
    return notebook.normalise(nb, stored)


def explain(path, nb, error):
    """Notebook, cell number, the cell's source and the error, in that order."""
    ran = [i for i, c in enumerate(nb.cells) if c.cell_type == "code" and c.execution_count is not None]
    failed = [i for i in ran if any(o.output_type == "error" for o in nb.cells[i].outputs)]
    at = (failed or ran or [0])[-1]
    code = sum(c.cell_type == "code" and bool(c.source.strip()) for c in nb.cells[:at + 1])
    what = [o for o in nb.cells[at].get("outputs", []) if o.output_type == "error"]
    said = "\n".join(what[0].traceback) if what else f"{type(error).__name__}: {error}"
    source = "\n".join("    " + line for line in nb.cells[at].source.splitlines())
    return f"{path}: cell {at + 1} of {len(nb.cells)} (code cell [{code}]) failed\n{source}\n{ANSI.sub('', said)}"


def changes(path, nb):
    """What writing `nb` to `path` would change: the numbers of the cells, or 'metadata'."""
    if notebook.text(nb) == Path(path).read_text(encoding="utf-8"):
        return []
    old = notebook.read(path)
    if len(old.cells) != len(nb.cells):
        return ["cells"]
    return [f"cell {n}" for n, (a, b) in enumerate(zip(old.cells, nb.cells), 1) if a != b] or ["metadata"]


class Progress:
    """One line per notebook when it is done; on a terminal, also a line that counts the cells on the way."""

    def __init__(self, paths):
        self.cells, self.live = {p: (0, 1) for p in paths}, sys.stderr.isatty()

    def count(self, path, done, total):
        self.cells[path] = done, total
        if self.live:
            line = "  ".join(f"{p.stem[:14]} {d}/{t}" for p, (d, t) in self.cells.items() if 0 < d < t)
            print(f"\r\x1b[K{line[:110]}", end="", file=sys.stderr, flush=True)

    def say(self, message):
        print("\r\x1b[K" * self.live, end="", file=sys.stderr, flush=True)
        print(message, flush=True)


async def run_all(paths, jobs, check):
    """Execute every notebook, at most `jobs` at a time. Returns the exit status."""
    turn, progress, status = asyncio.Semaphore(jobs), Progress(paths), 0

    async def one(path):
        nonlocal status
        async with turn:
            start = time.monotonic()
            try:
                nb = await execute(path, lambda done, total: progress.count(path, done, total))
            except Failed as failure:
                status = 1
                progress.say(f"✗ {failure}")
                return
            changed = changes(path, nb)
            if check and changed:
                status = 1
            if not check:
                notebook.write(path, nb)
            word = ("would change: " if check else "stored, changed: ") + ", ".join(changed)
            progress.say(f"{'✗' if check and changed else '✓'} {path}  {time.monotonic() - start:.1f} s  "
                         + (word if changed else "unchanged"))

    await asyncio.gather(*map(one, paths))
    return status


def main(args):
    parser = argparse.ArgumentParser(prog="python -m bookbuild run", description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: chapters/*.ipynb")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), help="how many at a time (default: processors)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything would change")
    options = parser.parse_args(args)
    paths = options.notebooks or sorted(Path("chapters").glob("*.ipynb"))
    missing = [str(p) for p in paths if not p.is_file()]
    if missing or not paths:
        print(f"no such notebook: {', '.join(missing)}" if missing else "no notebook in chapters/", file=sys.stderr)
        return 2
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # this environment's kernel, not one of the user's
    return asyncio.run(run_all(paths, max(1, options.jobs), options.check))
