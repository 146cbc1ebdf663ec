"""A browser in which the book's pages run Python, with a record of every host that it asked."""
import json
import re
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from conftest import SITE, WITHOUT_PYTHON, chromium

from bookbuild import serve

LOCAL = {"localhost", "127.0.0.1"}


def source():
    """Where the compiled wheels of the built site come from; a test that has to run Python is skipped without them."""
    file = SITE / "pyodide" / "source.json"
    if not file.is_file():
        pytest.skip(f"{WITHOUT_PYTHON}: it was built without it, and the build said why")
    made = json.loads(file.read_text(encoding="utf-8"))
    if made["compiled"] == "cdn":
        pytest.skip(f"{WITHOUT_PYTHON}: it has no compiled wheels; MATDIFF_WASM names a folder with them")
    return made


@contextmanager
def served(folder=SITE, port=8200):
    with serve.server(folder, port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}/"
        server.shutdown()


@contextmanager
def recorded(log, *more):
    """Chromium that resolves localhost alone; afterwards its own log, which sees workers too, has to name no other host."""
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[
            "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost", f"--log-net-log={log}", *more])
        yield browser
        browser.close()
    hosts = asked(log)
    assert "localhost" in hosts, "the browser's log names no host at all: it is not read rightly"
    assert hosts <= LOCAL, f"asked other hosts: {sorted(hosts - LOCAL)}"


def asked(log):
    """The hosts of all requests that pages and workers made, in the browser's own log."""
    text = log.read_text(encoding="utf-8", errors="replace")
    urls = re.findall(r'"url":"(https?://[^"]+)"', text)
    ours = re.compile(r"google|gstatic|gvt1|chrome")  # the browser asks its maker for updates whatever page is open
    return {urlsplit(url).hostname for url in urls if not ours.search(urlsplit(url).hostname)}
