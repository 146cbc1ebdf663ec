"""Notebooks as files: read, written in one stable form, and freed of everything that varies from run to run."""
import hashlib
import json
import re
from pathlib import Path

import nbformat

from matdiff.figures import static_state

from . import pictures

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}
VOLATILE = ("execution", "ExecuteTime", "collapsed", "scrolled", "trusted", "lines_to_next_cell")
MODEL = "IPY_MODEL_"


def read(path):
    return nbformat.read(path, as_version=4)


def text(nb):
    """The one way this notebook is written: keys sorted, indented by one, a newline at the end."""
    return nbformat.writes(nb, version=4, indent=1, sort_keys=True, ensure_ascii=False).rstrip("\n") + "\n"


def write(path, nb):
    """Write `nb`; says whether the file changed. A file that would be the same is not touched."""
    path, new = Path(path), text(nb)
    if path.exists() and path.read_text(encoding="utf-8") == new:
        return False
    path.write_text(new, encoding="utf-8")
    return True


def normalise(nb, stored=None):
    """`nb`, just executed, in the form that is stored: what two runs of the same code have in common.

    `stored` is the notebook as it was before: a picture that looks the same keeps its stored bytes.
    """
    nb.metadata = nbformat.from_dict(dict(nb.metadata, kernelspec=KERNEL, language_info=LANGUAGE))
    nb.nbformat, nb.nbformat_minor = 4, 5
    stable_ids(nb)
    for cell in nb.cells:
        for key in VOLATILE:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    png = pictures.without_text(pictures.decode(output.data["image/png"]))
                    output.data["image/png"] = pictures.encode(png)
    widgets(nb)
    if stored is not None:
        keep_pictures(nb, stored)
    return nb


def stable_ids(nb):
    """Every cell keeps its id; a cell without one, or with one already taken, gets it from its text."""
    taken = set()
    for cell in nb.cells:
        if not cell.get("id") or cell.id in taken:
            digest = hashlib.sha1((cell.cell_type + cell.source).encode()).hexdigest()[:8]
            candidates = [digest, *(f"{digest}-{n}" for n in range(2, len(nb.cells) + 2))]
            cell.id = next(c for c in candidates if c not in taken)
        taken.add(cell.id)


def joined(outputs):
    """Outputs with neighbouring pieces of the same stream made one: where they break is chance."""
    result = []
    for output in outputs:
        last = result[-1] if result else {}
        if output.output_type == "stream" == last.get("output_type") and output.name == last.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def widgets(nb):
    """Number the widgets by order of appearance, drop those that no output shows, keep the state small."""
    saved = nb.metadata.pop("widgets", {}).get(STATE, {}).get("state", {})
    views = [o.data[VIEW] for c in nb.cells if c.cell_type == "code"
             for o in c.outputs if VIEW in o.get("data", {})]
    kept = {i: small(model) for i, model in saved.items()}
    names, queue = {}, [view["model_id"] for view in views]
    while queue:
        model = queue.pop(0)
        if model not in names:
            names[model] = f"{len(names) + 1:032x}"
            queue += [i for i in kept if model in kept and MODEL + i in json.dumps(kept[model])]
    for view in views:
        view["model_id"] = names[view["model_id"]]
    if not saved:
        return
    state = json.dumps({names[i]: kept[i] for i in names if i in kept}, sort_keys=True)
    state = re.sub(MODEL + r"([\w-]+)", lambda m: MODEL + names.get(m[1], m[1]), state)
    nb.metadata["widgets"] = nbformat.from_dict(
        {STATE: {"state": json.loads(state), "version_major": 2, "version_minor": 0}})


def small(model):
    """A widget's model without its code (the page has it once), without what needs a kernel, without empty values."""
    model = static_state(model)
    return dict(model, state={k: v for k, v in model["state"].items() if v is not None})


def keep_pictures(nb, stored):
    """Keep the stored bytes of every picture that looks the same: drawn anew, bytes may differ and pixels not."""
    before = {cell.get("id"): cell for cell in stored.cells if cell.cell_type == "code"}
    for cell in nb.cells:
        if cell.cell_type != "code" or cell.id not in before:
            continue
        for new, old in zip(png_outputs(cell), png_outputs(before[cell.id])):
            if pictures.same_to_the_eye(*(pictures.decode(o.data["image/png"]) for o in (new, old))):
                clean = pictures.without_text(pictures.decode(old.data["image/png"]))
                new.data["image/png"] = pictures.encode(clean)


def png_outputs(cell):
    return [o for o in cell.outputs if "image/png" in o.get("data", {})]
