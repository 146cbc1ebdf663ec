"""Draggable figures in Chromium, as a reader meets them: dragged by mouse, touch and keyboard, and read."""
import json
from contextlib import contextmanager

import numpy as np
from conftest import chromium

from matdiff.figures import bundle, static_state

READ = """root => Object.fromEntries([...root.querySelectorAll("[data-readout]")]
    .map(e => [e.dataset.readout, JSON.parse(e.dataset.value)]))"""
# Keeps the figures' states in reach: the page's own script changes them while the reader drags.
WATCH = """(() => { const parse = JSON.parse;
    JSON.parse = (text) => { const got = parse(text); if (got && got.state) window.models = got.state; return got; } })()"""
CENTRE = """(root, name) => { const handle = root.querySelector(`[data-handle="${name}"]`);
    handle.scrollIntoView({block: "center"});
    const box = (handle.querySelector(".md-grip") ?? handle).getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2]; }"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@contextmanager
def browser():
    """Chromium, cut off from every host."""
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=[
            "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"])
        yield started
        started.close()


def gallery(figures, path):
    """All the figures on one page, as a chapter holds them: their states once, then a view each."""
    states = {name: static_state({"state": figure.get_state()}) for name, figure in figures.items()}
    views = "".join(f'<section><script type="application/vnd.jupyter.widget-view+json">{json.dumps({"model_id": name})}</script>'
                    "</section>" for name in figures)
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>All figures</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<style>body { margin: 0 16px; background: #fff }"
        "@media (prefers-color-scheme: dark) { body { background: #14181d; color: #fff } }</style></head><body><main><h1>All</h1>"
        f'<script type="application/vnd.jupyter.widget-state+json">{json.dumps({"state": states})}</script>{views}'
        f"</main><script>{bundle()}</script></body></html>", encoding="utf-8")
    return path


class Browsing:
    """A page that is watched: what it logs, throws or asks for outside of itself is a fault."""

    def __init__(self, started, **options):
        self.context = started.new_context(viewport={"width": 1280, "height": 1000}, has_touch=True, **options)
        self.page, self.faults = self.context.new_page(), []
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: request.url.startswith("file:") or self.faults.append(request.url))
        self.page.add_init_script(WATCH)
        self.touches = self.context.new_cdp_session(self.page)

    def open(self, path):
        self.page.goto(path.as_uri())
        self.page.locator(".matdiff-figure[data-ready=true]").first.wait_for()

    def width(self, width):
        if self.page.viewport_size["width"] != width:
            self.page.set_viewport_size({"width": width, "height": 1000})
            self.page.evaluate(TWO_FRAMES)


class Shown:
    """One figure of a page."""

    def __init__(self, browsing, number, name):
        self.browsing, self.page, self.name = browsing, browsing.page, name
        self.root = self.page.locator(".matdiff-figure[data-ready=true]").nth(number)

    def readouts(self):
        return self.root.evaluate(READ)

    def state(self):
        """The traits as the page has them now."""
        return self.page.evaluate("name => window.models[name].state", self.name)

    def reset(self):
        self.control("reset").evaluate("e => e.click()")

    def control(self, name):
        return self.root.locator(f'[data-control="{name}"]')

    def controls(self):
        """The names of the controls that are shown, apart from Reset."""
        return self.root.locator("[data-control]:not([data-control=reset])").evaluate_all(
            "all => all.filter(e => e.checkVisibility()).map(e => e.dataset.control)")

    def use(self, name):
        """Turn a control to something else: press, tick, choose each option, or move by the keyboard."""
        control = self.control(name)
        kind = control.evaluate("e => e.type ?? e.tagName")
        if kind == "select-one":
            others = control.evaluate("e => [...e.options].map(o => o.value).filter(v => v !== e.value)")
            for value in others:
                control.select_option(value)
                yield
        elif kind == "range":
            for key in ("ArrowLeft", "PageUp"):
                control.press(key)
                yield
        else:
            control.evaluate("e => e.scrollIntoView({block: 'center'})")
            control.click()
            yield

    def handles(self):
        """The names of the handles that are shown; of many alike (numbered), the first and the last."""
        names = self.root.locator("[data-handle]:not([hidden])").evaluate_all("all => all.map(e => e.dataset.handle)")
        alike = {}
        for name in names:
            alike.setdefault(name.rstrip("0123456789-"), []).append(name)
        return [name for group in alike.values() for name in dict.fromkeys((group[0], group[-1]))]

    def handle(self, name):
        return self.root.locator(f'[data-handle="{name}"]')

    def centre(self, name):
        return self.root.evaluate(CENTRE, name)

    def way_to_a_neighbour(self, name, dx, dy):
        """Of one of several entries the way to the next one, of any other handle (dx, dy)."""
        return self.handle(name).evaluate("""(e, other) => { if (e.role !== "radio") return other;
            const box = (e) => e.getBoundingClientRect(), next = box(e.nextElementSibling ?? e.previousElementSibling);
            return [next.x - box(e).x, next.y - box(e).y]; }""", [dx, dy])

    def drag(self, name, dx, dy, steps=4):
        dx, dy = self.way_to_a_neighbour(name, dx, dy)
        x, y = self.centre(name)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=steps)
        self.page.mouse.up()

    def settle(self):
        """Wait until the browser has drawn: only then does a finger meet what the page shows now."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def touch(self, name, dx, dy, steps=4):
        dx, dy = self.way_to_a_neighbour(name, dx, dy)
        x, y = self.centre(name)
        self.settle()

        def send(kind, *points):
            self.browsing.touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

        send("touchStart", {"x": x, "y": y})
        for i in range(1, steps + 1):
            send("touchMove", {"x": x + dx * i / steps, "y": y + dy * i / steps})
        send("touchEnd")
        self.settle()

    def press(self, name, *keys):
        self.handle(name).evaluate("e => e.focus()")
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
                    setattr(figure, name, tuple(value) if name == "picked" else value)
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
