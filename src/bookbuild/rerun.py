"""pytest plugin: what nbval runs is compared as a whole too, in the same run.

nbval runs every cell and compares texts. It does not look at pictures and figures' states, and does not notice outputs
that were cleared. Here a listener keeps what the kernel says meanwhile, so that after the last cell one more test can
compare the whole notebook with the stored one; a second run would double the time of all notebooks.
"""
import pytest
from nbclient import NotebookClient
from nbval.plugin import IPyNbFile

from . import check, notebook


class Listener:
    """Fills a notebook without outputs with what the kernel says, as nbclient would."""

    def __init__(self, path):
        self.stored, self.nb = notebook.read(path), notebook.read(path)
        self.todo = [(n, cell) for n, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        for _, cell in self.todo:
            cell.outputs = []
        self.nb.metadata.pop("widgets", None)
        self.client = NotebookClient(self.nb, record_timing=False)
        self.client.reset_execution_trackers()
        self.cell = self.request = None

    def hear(self, message):
        if message["msg_type"] == "execute_input":  # the kernel begins with the next cell
            self.cell, self.request = self.todo.pop(0), message["parent_header"]["msg_id"]
            self.client.clear_before_next_output = False
        elif message["msg_type"] != "status" and message["parent_header"].get("msg_id") == self.request:
            n, cell = self.cell
            self.client.process_message(message, cell, n)

    def fresh(self):
        self.client.set_widgets_metadata()
        return notebook.normalise(self.nb, self.stored)


class Chapter(IPyNbFile):
    """A notebook as nbval runs it, with a listener and one more test."""

    def collect(self):
        yield from super().collect()
        yield Whole.from_parent(self, name="whole")

    def setup(self):
        super().setup()
        self.listener = Listener(self.path)

    def get_kernel_message(self, timeout=None, stream="iopub"):
        message = super().get_kernel_message(timeout, stream)
        if stream == "iopub":
            self.listener.hear(message)
        return message


class Whole(pytest.Item):
    """Stored outputs are what the code gives: pictures, states of figures and cleared outputs too."""

    def runtest(self):
        left = len(self.parent.listener.todo)
        if left:
            pytest.skip(f"{left} cells were not run")
        faults = list(check.stale(self.path, self.parent.listener.fresh()))
        if faults:
            pytest.fail("\n".join(faults), pytrace=False)

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}: stored outputs are what the code gives"


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    found = yield
    return [Chapter.from_parent(parent, path=file_path) if isinstance(file, IPyNbFile) else file for file in found]
