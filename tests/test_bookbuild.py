"""The tools that build the book, and the proof that the checks of the notebooks bite: each gets a broken copy."""
import asyncio
import base64
import copy
import io
import json
import re
import socket
import subprocess
import sys
import threading
import urllib.request

import nbformat
import pytest
from conftest import BOOK

from bookbuild import api, catalogue, check, notebook, pictures, run, serve, tex

CELLS = [
    ("markdown", "(ch-1)=\n# 1 · A small notebook\n\nIts formula $x^\\top A x$, its equation\n\n$$\nf(x) = x\n$$ (eq-small)", {}),
    ("code", "import matplotlib.pyplot as plt\nimport numpy as np\nrng = np.random.default_rng(1)", {}),
    ("code", 'print("rounded", round(rng.normal(), 3))\nnp.arange(3) * 2', {}),
    ("code", "plt.plot(rng.normal(size=20))\nplt.show()", {"mystnb": {"image": {"alt": "A curve of twenty values"}}}),
    ("code", "import ipywidgets\nipywidgets.IntSlider(3)", {}),
]


def small_notebook():
    new = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    return nbformat.v4.new_notebook(cells=[new[kind](source, metadata=meta, id=f"cell-{n}")
                                           for n, (kind, source, meta) in enumerate(CELLS)])


def executed(path):
    return asyncio.run(run.execute(path))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The small notebook, executed and stored; tests break copies of it."""
    path = tmp_path_factory.mktemp("book") / "01_small.ipynb"
    notebook.write(path, small_notebook())
    assert run.main([str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def fresh(stored):
    return executed(stored)


@pytest.fixture
def broken(stored, tmp_path):
    """broken(change): a copy of the stored notebook after change(nb)."""
    def make(change):
        nb, path = notebook.read(stored), tmp_path / stored.name
        change(nb)
        path.write_text(notebook.text(nb), encoding="utf-8")
        return path
    return make


def one(faults, *words):
    """Exactly one fault, which says these words."""
    faults = list(faults)
    assert len(faults) == 1 and all(word in faults[0] for word in words), faults


# Running

def test_the_stored_notebook_has_no_fault(stored, fresh):
    assert check.problems(stored) == []
    assert list(check.stale(stored, fresh)) == []


def test_a_second_run_changes_no_byte(stored, capsys):
    before = stored.read_bytes()
    assert run.main([str(stored)]) == 0
    assert stored.read_bytes() == before
    assert "unchanged" in capsys.readouterr().out
    assert run.main(["--check", str(stored)]) == 0


def test_check_reports_and_writes_nothing(broken, capsys):
    path = broken(lambda nb: nb.cells[2].outputs[0].update(text="rounded 9\n"))
    before = path.read_bytes()
    assert run.main(["--check", str(path)]) == 1
    assert path.read_bytes() == before and "cell 3" in capsys.readouterr().out


def test_stored_form(stored):
    nb = json.loads(stored.read_text())
    assert nb["metadata"]["kernelspec"]["name"] == "python3" and "version" not in nb["metadata"]["language_info"]
    assert list(nb["metadata"]["widgets"][notebook.STATE]["state"])[0] == f"{1:032x}"
    png = base64.b64decode(nb["cells"][3]["outputs"][0]["data"]["image/png"])
    assert {kind for kind, _ in pictures.chunks(png)} <= pictures.DRAWN
    assert stored.read_text().endswith("}\n")


def test_a_failing_cell_is_shown(broken, capsys):
    path = broken(lambda nb: nb.cells[2].update(source="a = 1\na + nothing_of_that_name"))
    before = path.read_bytes()
    assert run.main([str(path)]) == 1
    said = capsys.readouterr().out
    assert "01_small.ipynb: cell 3 of 5" in said and "a + nothing_of_that_name" in said and "NameError" in said
    assert path.read_bytes() == before


def test_a_missing_notebook_is_named(capsys):
    assert run.main(["no/such.ipynb"]) == 2
    assert "no/such.ipynb" in capsys.readouterr().err


def test_ids_are_numbered_by_appearance():
    view = lambda i: nbformat.v4.new_output("display_data", data={notebook.VIEW: {"model_id": i}})
    model = lambda **state: {"model_name": "M", "state": state}
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[view("bb"), view("aa")])])
    nb.metadata["widgets"] = {notebook.STATE: {"state": {
        "aa": model(x=1, layout="IPY_MODEL_cc", unset=None), "bb": model(x=2), "cc": model(), "unseen": model()}}}
    notebook.widgets(nb)
    state = nb.metadata["widgets"][notebook.STATE]["state"]
    first, second, third = (f"{n:032x}" for n in (1, 2, 3))
    assert [o.data[notebook.VIEW]["model_id"] for o in nb.cells[0].outputs] == [first, second]
    assert set(state) == {first, second, third}
    assert state[first]["state"] == {"x": 2}
    assert state[second]["state"] == {"x": 1, "layout": "IPY_MODEL_" + third}


def picture(shift=0.0, dpi=100):
    from matplotlib.figure import Figure
    figure = Figure(figsize=(3, 2), dpi=dpi)
    figure.subplots().plot([0, 1 + shift, 2])
    file = io.BytesIO()
    figure.savefig(file, metadata={"Software": f"drawn with shift {shift}"})
    return file.getvalue()


def test_pictures_are_compared_by_eye():
    a = picture()
    assert b"Software" in a and b"Software" not in pictures.without_text(a)
    assert pictures.difference(a, pictures.without_text(a)) == 0
    assert pictures.same_to_the_eye(a, picture(1e-9)) and not pictures.same_to_the_eye(a, picture(0.1))
    assert pictures.difference(a, picture(dpi=90)) == float("inf")


def test_a_picture_that_looks_the_same_keeps_its_bytes(stored, fresh):
    before = notebook.read(stored)
    png = pictures.decode(before.cells[3].outputs[0].data["image/png"])
    import matplotlib.image
    again = io.BytesIO()
    matplotlib.image.imsave(again, pictures.pixels(png))  # other bytes, same pixels
    nb = copy.deepcopy(fresh)
    nb.cells[3].outputs[0].data["image/png"] = pictures.encode(again.getvalue())
    notebook.keep_pictures(nb, before)
    assert notebook.text(nb) == stored.read_text()


# The checks bite

def test_one_digit_changed(broken, fresh):
    def change(nb):
        nb.cells[2].outputs[0].text = nb.cells[2].outputs[0].text.replace("0.346", "0.345")
    path = broken(change)
    assert "0.345" in path.read_text(), "the small notebook prints another number now"
    one(check.stale(path, fresh), "cell 3", "0.345", "0.346")


def test_nbval_and_the_test_of_the_whole_find_what_changed(broken):
    """One digit, and in the same run a picture, of which nbval does not know."""
    def change(nb):
        nb.cells[2].outputs[1].data["text/plain"] = "array([0, 2, 5])"
        nb.cells[3].outputs[0].data["image/png"] = pictures.encode(picture())
    path = broken(change)
    # confcutdir: what lies above the notebook on this machine, an __init__.py in /tmp say, is not collected as a package
    result = subprocess.run([sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-c", str(BOOK / "pyproject.toml"),
                             "--rootdir", str(path.parent), "--confcutdir", str(path.parent), str(path)],
                            capture_output=True, text=True)
    said = result.stdout + result.stderr
    assert result.returncode == 1 and "2 failed" in said and "::Cell 1 " in said and "::whole" in said, said
    assert "cell 4: the stored picture is not what the code draws" in said and "cell 3: stored 'array([0, 2, 5])'" in said, said


def test_a_cleared_cell(broken, fresh):
    path = broken(lambda nb: nb.cells[2].outputs.clear())
    one(check.stale(path, fresh), "cell 3", "cleared")


def test_another_picture(broken, fresh):
    path = broken(lambda nb: nb.cells[3].outputs[0].data.update({"image/png": pictures.encode(picture())}))
    one(check.stale(path, fresh), "cell 4", "picture")


def test_another_state_of_a_figure(broken, fresh):
    path = broken(lambda nb: nb.metadata.widgets[notebook.STATE].state[f"{1:032x}"].state.update(value=4))
    one(check.stale(path, fresh), "state of the figures")


def test_order(broken):
    one(check.order(broken(lambda nb: nb.cells[2].update(execution_count=7))), "cell 3", "7")
    one(check.order(broken(lambda nb: nb.cells[4].update(execution_count=None))), "cell 5", "None")


def test_errors_stderr_and_paths(broken):
    new = nbformat.v4.new_output
    def output(o):
        return check.outputs(broken(lambda nb: nb.cells[1].update(outputs=[o])))
    one(output(new("error", ename="ValueError", evalue="no")), "ValueError")
    one(output(new("stream", name="stderr", text="a warning")), "stderr")
    one(output(new("stream", name="stdout", text="saved to /home/me/x.csv")), "/home/m")
    one(output(new("execute_result", data={"text/plain": "<object at 0x7f3a12bc90d0>"})), "0x7f3a12bc90d0")


def test_alternative_text(broken):
    one(check.alternatives(broken(lambda nb: nb.cells[3].metadata.clear())), "cell 4", "alternative text")
    one(check.alternatives(broken(lambda nb: nb.cells[3].metadata.mystnb.image.update(alt="plot"))), "'plot'")
    one(check.alternatives(broken(lambda nb: nb.cells[0].update(source="![](picture.png)"))), "cell 1")


def test_long_cells(broken):
    one(check.lengths(broken(lambda nb: nb.cells[4].update(source="\n".join(f"a = {n}" for n in range(26))))), "26 lines")
    one(check.lengths(broken(lambda nb: nb.cells[2].update(source="a = 1" + " + 1" * 20))), "a line of 85")
    one(check.lengths(broken(lambda nb: nb.cells[1].update(source="\n".join("abcdefg")))), "imports has 7")
    faults = list(check.lengths(broken(lambda nb: [c.update(source="\n".join("abcde")) for c in nb.cells[1:]])))
    assert faults == ["the median code cell has 5 lines, more than 4"]


@pytest.mark.parametrize("source, word", [
    ("import sys; sys.path.append('..')", "sys.path"), ("%pip install numpy", "install"), ("from numpy import *", "star"),
    ("rng = np.random.default_rng()", "unseeded"), ("np.random.seed(1)", "legacy"), ("import bookbuild", "bookbuild"),
    ("from matdiff.check import _judge", "imports from matdiff.check"), ("from matdiff import no_such_name", "no_such_name"),
    ("np.load('/home/me/x.npy')", "one machine")])
def test_habits(broken, source, word):
    faults = list(check.habits(broken(lambda nb: nb.cells[2].update(source=source))))
    assert faults and word in faults[0]


def test_form(broken, stored, tmp_path):
    compact = tmp_path / "compact.ipynb"
    compact.write_text(json.dumps(json.loads(stored.read_text())))
    one(check.stored_form(compact), "stored form")
    one(check.stored_form(broken(lambda nb: nb.metadata.pop("widgets"))), "no stored state")


def test_contents_both_ways(tmp_path):
    (tmp_path / "chapters").mkdir()
    for name in ("intro.md", "chapters/01_a.ipynb", "chapters/03_c.ipynb"):
        (tmp_path / name).write_text("")
    toc = tmp_path / "_toc.yml"
    toc.write_text("format: jb-book\nroot: intro\nparts:\n- caption: P\n  chapters:\n  - file: chapters/01_a\n  - file: chapters/03_c\n")
    assert list(check.contents(tmp_path)) == []
    toc.write_text(toc.read_text().replace("03_c", "02_b"))
    assert len(list(check.contents(tmp_path))) == 2


def test_labels_are_unique(broken, tmp_path):
    (tmp_path / "chapters").mkdir()
    broken(lambda nb: None).rename(tmp_path / "chapters" / "01_small.ipynb")
    assert list(check.labels(tmp_path)) == []
    (tmp_path / "intro.md").write_text("(eq-small)=\n# Title\n")
    one(check.labels(tmp_path), "eq-small", "2 times")


def test_broken_formulas_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# $x$\n\n$$ \\frac{1}{2 $$\n\n:::{admonition} $\\foo$\n$y$ and $\\|z\\|$\n:::\n\n- $x^^2$\n\n`$\\code$`\n")
    faults = list(tex.problems(page))
    assert len(faults) == 3 and all(word in "".join(faults) for word in (r"\\frac{1}{2", r"\\foo", "x^^2"))


# Building and serving

def small_book(folder, stored):
    """The book's configuration around one small notebook."""
    (folder / "chapters").mkdir()
    (folder / "chapters" / stored.name).write_bytes(stored.read_bytes())
    (folder / "assets").symlink_to(BOOK / "assets")
    (folder / "_config.yml").write_text((BOOK / "_config.yml").read_text())
    (folder / "references.bib").write_text("")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: intro\nchapters:\n- file: chapters/01_small\n")
    (folder / "intro.md").write_text("# Book\n\nSee {ref}`ch-1` and {eq}`eq-small`.\n")
    return folder


def build(folder):
    return subprocess.run([sys.executable, "-m", "bookbuild", "site"], cwd=folder, capture_output=True, text=True)


def test_a_broken_reference_stops_the_build(stored, tmp_path):
    book = small_book(tmp_path, stored)
    result = build(book)
    assert result.returncode == 0, result.stdout + result.stderr
    (book / "intro.md").write_text("# Book\n\nSee {ref}`ch-17`.\n")
    result = build(book)
    assert result.returncode == 1 and "ch-17" in result.stderr


def test_a_busy_port_gives_the_next_one(tmp_path):
    (tmp_path / "index.html").write_text("hello")
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with serve.server(tmp_path, port) as site:
            assert site.server_address[1] > port
            threading.Thread(target=site.serve_forever, daemon=True).start()
            with urllib.request.urlopen(f"http://127.0.0.1:{site.server_address[1]}/") as answer:
                assert answer.read() == b"hello"
            site.shutdown()


def test_serve_says_what_is_missing(tmp_path, capsys):
    assert serve.main([str(tmp_path)]) == 1
    assert "bookbuild site" in capsys.readouterr().err


def test_an_unknown_command_lists_the_commands():
    result = subprocess.run([sys.executable, "-m", "bookbuild", "no-such"], capture_output=True, text=True)
    assert result.returncode == 2 and "run " in result.stdout and "tex " in result.stdout


# The package's own page, from docstrings

def test_a_docstring_becomes_restructured_text():
    text = "\n".join(api.restructured(["What it is, with *stars* and `code`.", "", "f     function", "X     array,",
                                       "      of any shape", "More text.", "", ">>> 1 + 1", "2"]))
    assert r"\*stars\*" in text and "``code``" in text
    assert "``f``\n    function" in text and "``X``\n    array, of any shape" in text
    assert "More text." in text and ">>> 1 + 1\n2" in text


def test_what_looks_like_two_columns_in_a_sentence_is_none():
    assert api.restructured(["Is it right?  A `Check` says so."]) == ["Is it right?  A ``Check`` says so.", ""]


def test_formulas_of_html_outputs_are_found():
    page = r'<p>\(a &lt; b\) and \[\frac{1}{2}\]</p>'
    assert [(f.tex, f.display) for f in tex.in_html(page)] == [("a < b", False), (r"\frac{1}{2}", True)]


def test_a_table_of_the_catalogue_is_set_when_the_site_is_built():
    page = r'<p>First <span class="math notranslate nohighlight">\(\mathbf{x}^\top A\)</span> and the same again ' \
           r'<span class="math notranslate nohighlight">\(a &lt; b\)</span>.</p>'
    first, second = re.findall(r"<math.*?</math>", catalogue.set_formulas(page))
    assert "⊤" in first and "&lt;" in second and "annotation" not in first and r"\(" not in first
