"""A draggable figure in Chromium, as a reader meets it: dragged by mouse, touch and keyboard, and read."""
import json
from contextlib import contextmanager

import numpy as np
from conftest import chromium

READ = """root => Object.fromEntries([...root.querySelectorAll("[data-readout]")]
    .map(e => [e.dataset.readout, JSON.parse(e.dataset.value)]))"""
# Keeps the figure's state in reach: the page's own script changes it while the reader drags.
WATCH = """(() => { const parse = JSON.parse;
    JSON.parse = (text) => { const got = parse(text); if (got && got.state) window.models = got.state; return got; } })()"""


@contextmanager
def browser():
    """Chromium, cut off from every host."""
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=[
            "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"])
        yield started
        started.close()


class FigurePage:
    """One figure on a page of its own, from a file."""

    def __init__(self, started, figure, path, width=1280, scheme="light", touch=False):
        self.context = started.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme,
                                           has_touch=touch, is_mobile=touch)
        self.page, self.faults = self.context.new_page(), []
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: request.url.startswith("file:") or self.faults.append(request.url))
        self.page.add_init_script(WATCH)
        self.page.goto(figure.save_html(path).as_uri())
        self.root = self.page.locator(".matdiff-figure[data-ready=true]")
        self.root.wait_for()

    def readouts(self):
        return self.root.evaluate(READ)

    def state(self):
        """The traits as the page has them now."""
        return next(iter(self.page.evaluate("window.models").values()))["state"]

    def handles(self):
        """The names of the handles that are shown."""
        return self.root.locator("[data-handle]:not([hidden])").evaluate_all("all => all.map(e => e.dataset.handle)")

    def handle(self, name):
        return self.root.locator(f'[data-handle="{name}"]')

    def centre(self, name):
        self.handle(name).scroll_into_view_if_needed()
        box = self.handle(name).locator(".md-grip").bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, name, dx, dy, steps=8):
        x, y = self.centre(name)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=steps)
        self.page.mouse.up()

    def touch(self, name, dx, dy, steps=8):
        x, y = self.centre(name)
        session = self.context.new_cdp_session(self.page)

        def send(kind, *points):
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

        send("touchStart", {"x": x, "y": y})
        for i in range(1, steps + 1):
            send("touchMove", {"x": x + dx * i / steps, "y": y + dy * i / steps})
        send("touchEnd")

    def press(self, name, *keys):
        self.handle(name).focus()
        for key in keys:
            self.page.keyboard.press(key)

    def milliseconds(self):
        return float(self.root.get_attribute("data-milliseconds"))


def follow(figure, state):
    """Give the Python figure the traits that the page has."""
    with figure.hold_trait_notifications():
        for name, value in state.items():
            if figure.has_trait(name) and not name.startswith("_"):
                if json.loads(json.dumps(getattr(figure, name))) != value:
                    setattr(figure, name, value)
    return figure


def differences(page, python, rtol=1e-9, atol=1e-9):
    """Names of the read-outs in which the page and NumPy differ, with both values."""
    def same(a, b):
        b = None if isinstance(b, float) and np.isnan(b) else b  # JSON knows no nan
        if a is None or b is None or isinstance(b, str):
            return a == b
        return np.shape(a) == np.shape(b) and np.allclose(np.array(a, float), np.array(b, float), rtol, atol)

    return {name: (page.get(name), python.get(name)) for name in {*page, *python}
            if name not in page or name not in python or not same(page[name], python[name])}
