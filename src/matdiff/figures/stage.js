// The stage that all draggable figures share: panels with scales, marks, handles, controls and read-outs.
//
// A kind of figure is a module `export default { render }` that builds a `Figure`, adds panels, marks,
// handles, controls and read-outs once, and hands over two functions: `layout` (scales and everything that
// does not move when something is dragged) and `draw` (everything that does).  All marks take data
// coordinates.

const SVG = "http://www.w3.org/2000/svg";

// ------------------------------------------------------------------ elements and text

function build(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export function html(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

// A little markup for labels: *italic*, **bold**, x_1 or x_{12} below, R^2 or R^{mn} above.
const MARKUP = /\*\*([^*]+)\*\*|\*([^*]+)\*|_\{([^}]*)\}|_(\S)|\^\{([^}]*)\}|\^(\S)|([^*_^]+|.)/gu;

function pieces(text) {
  return [...String(text).matchAll(MARKUP)].map(([, bold, italic, low1, low2, high1, high2, plain]) => ({
    text: bold ?? italic ?? low1 ?? low2 ?? high1 ?? high2 ?? plain,
    tag: bold !== undefined ? "b" : italic !== undefined ? "i"
      : (low1 ?? low2) !== undefined ? "sub" : (high1 ?? high2) !== undefined ? "sup" : null,
  }));
}

export function richHtml(text) {
  return pieces(text).map((piece) => (piece.tag ? html(piece.tag, {}, piece.text) : piece.text));
}

export function richSvg(text) {
  let shifted = 0; // tspans move the pen for all that follows: move it back
  return pieces(text).map((piece) => {
    const shift = piece.tag === "sub" ? 0.25 : piece.tag === "sup" ? -0.4 : 0;
    const span = svg("tspan", { class: piece.tag ?? "plain", dy: `${(shift - shifted).toFixed(2)}em` });
    span.textContent = piece.text;
    if (shift) span.setAttribute("font-size", "0.8em");
    shifted = shift * (shift ? 0.8 : 1);
    return span;
  });
}

const SUPERSCRIPT = { "-": "⁻", ...[..."⁰¹²³⁴⁵⁶⁷⁸⁹"] };

export function power(exponent) {
  return "10" + [...String(exponent)].map((character) => SUPERSCRIPT[character]).join("");
}

// A number as a reader wants it; `tiny` is what counts as nought.
export function format(x, digits = 4, tiny = 1e-12) {
  if (Array.isArray(x)) return `(${x.map((entry) => format(entry, digits, tiny)).join(", ")})`;
  if (typeof x === "string") return x;
  if (x === null || x === undefined || Number.isNaN(x)) return "none";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  if (size <= tiny) return "0";
  let text;
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa, exponent] = x.toExponential(Math.max(0, digits - 2)).split("e");
    text = `${mantissa}·${power(Number(exponent))}`;
  } else {
    text = String(Number(x.toPrecision(digits)));
  }
  return text.replace("-", "−");
}

function matrixNode(rows, digits) {
  const cells = rows.flat().map((entry) => html("span", {}, format(entry, digits)));
  return html("span", { class: "md-matrix", style: `grid-template-columns: repeat(${rows[0].length}, auto)` },
    ...cells);
}

// ------------------------------------------------------------------ mathematics

// The functions of a figure travel as text, printed by SymPy: a string or nested arrays of strings.
export function compile(names, expressions) {
  const literal = (entry) => (Array.isArray(entry) ? `[${entry.map(literal).join(", ")}]` : entry);
  return new Function(...names, `"use strict"; return ${literal(expressions)};`);
}

export const dot = (a, b) => a.reduce((sum, entry, i) => sum + entry * b[i], 0);
export const norm = (a) => Math.hypot(...a);
export const add = (a, b, t = 1) => a.map((entry, i) => entry + t * b[i]);
export const scale = (a, t) => a.map((entry) => t * entry);
export const times = (matrix, a) => matrix.map((row) => dot(row, a));
// The determinant of a 2 by 2 matrix, nought where it is below the rounding of its two products.
export const signedArea = ([[a, b], [c, d]]) => {
  const det = a * d - b * c;
  return Math.abs(det) > 1e-12 * (Math.abs(a * d) + Math.abs(b * c)) ? det : 0;
};
export const clamp = (x, [low, high]) => Math.min(high, Math.max(low, x));
export const linspace = (a, b, n) => Array.from({ length: n }, (_, i) => a + ((b - a) * i) / (n - 1));
// Coordinates that come from pixels carry digits that mean nothing: keep those below a hundredth of a step.
export const tidy = (x, step) => {
  const digits = Math.min(15, Math.max(0, 2 - Math.floor(Math.log10(step))));
  return Number(x.toFixed(digits));
};

// 1, 2 or 5 times a power of ten: the largest one below x (or the smallest one above, with `up`).
export function nice(x, up = false) {
  const base = 10 ** Math.floor(Math.log10(x));
  const steps = up ? [1, 2, 5, 10] : [10, 5, 2, 1];
  return base * steps.find((step) => (up ? base * step >= x * (1 - 1e-9) : base * step <= x * (1 + 1e-9)));
}

export function ticks([a, b], count = 5) {
  const step = nice((b - a) / count, true);
  const first = Math.ceil(a / step - 1e-9);
  const last = Math.floor(b / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step, step));
}

// The values of f on a grid, for contour lines.
export function sample(f, [a, b], [c, d], n = 65) {
  const xs = linspace(a, b, n);
  const ys = linspace(c, d, n);
  return { xs, ys, n, values: ys.map((y) => xs.map((x) => f(x, y))) };
}

export function levels(grid, count = 11) {
  const sorted = grid.values.flat().filter(Number.isFinite).sort((p, q) => p - q);
  if (sorted.length === 0) return [];
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  const [low, high] = [at(0.005), at(0.985)];
  return high > low ? ticks([low, high], count) : [];
}

// Marching squares: the segments of the line f = level, in data coordinates.
export function contour({ xs, ys, n, values }, level) {
  const segments = [];
  const between = (p, q, fp, fq) => add(p, add(q, p, -1), (level - fp) / (fq - fp));
  for (let i = 0; i < n - 1; i++) {
    for (let j = 0; j < n - 1; j++) {
      const f = [values[i][j], values[i][j + 1], values[i + 1][j + 1], values[i + 1][j]];
      if (!f.every(Number.isFinite)) continue;
      const corner = [[xs[j], ys[i]], [xs[j + 1], ys[i]], [xs[j + 1], ys[i + 1]], [xs[j], ys[i + 1]]];
      const crossings = [];
      for (let k = 0; k < 4; k++) {
        const next = (k + 1) % 4;
        if ((f[k] < level) === (f[next] < level)) continue;
        crossings.push(between(corner[k], corner[next], f[k], f[next]));
      }
      if (crossings.length === 2) segments.push(crossings);
      if (crossings.length === 4) { // a saddle: the middle decides which corners belong together
        const inside = (f[0] + f[1] + f[2] + f[3]) / 4 < level;
        const turn = (f[0] < level) === inside ? 0 : 1;
        segments.push([crossings[turn], crossings[turn + 1]],
          [crossings[turn + 2], crossings[(turn + 3) % 4]]);
      }
    }
  }
  return segments;
}

export const reducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// ------------------------------------------------------------------ the figure

const ROW = 560; // from this width on, panels stand side by side
const ROOMY = 460; // from this width on, there is room for a word about keys
const STACKED = 460; // stacked panels get no wider than this
const GAP = 18;

export class Figure {
  // `traits`: what the reader can change (Reset puts it back).  `hint`: one short sentence on what to drag;
  // `note`: what the marks mean.
  constructor({ model, el, kind, traits, hint, note = "" }) {
    Object.assign(this, { model, traits, panels: [], handles: [], controls: [], outputs: new Map(),
      width: 0 });
    this.start = Object.fromEntries(traits.map((name) => [name, structuredClone(model.get(name))]));
    this.stage = html("div", { class: "md-panels" });
    this.tools = html("div", { class: "md-controls" });
    this.table = html("dl", { class: "md-readouts" });
    this.status = html("div", { class: "md-hidden", role: "status", "aria-live": "polite" });
    const reset = html("button", { type: "button", class: "md-reset", "data-control": "reset" }, "Reset");
    reset.addEventListener("click", () => this.change(structuredClone(this.start)));
    this.root = html("div", { class: "matdiff-figure", role: "group", "data-figure": kind,
      "aria-label": model.get("label") || kind.replaceAll("-", " ") },
      html("div", { class: "md-head" }, html("span", { class: "md-chip" }, "drag"),
        html("span", { class: "md-hint" }, ...richHtml(hint),
          html("span", { class: "md-keys" }, " Or Tab and arrow keys."), ...richHtml(note && ` ${note}`)),
        reset),
      this.stage, this.tools, this.table, this.status);
    el.append(this.root);
  }

  get(name) {
    return this.model.get(name);
  }

  // Set some traits, draw once, and tell the kernel if there is one.
  change(values) {
    this.busy = true;
    for (const [name, value] of Object.entries(values)) this.model.set(name, value);
    this.busy = false;
    this.redraw();
    this.model.save_changes();
  }

  panel(options) {
    const panel = new Panel(this, options);
    this.panels.push(panel);
    this.stage.append(panel.root);
    return panel;
  }

  // Show the figure.  Returns what `render` returns to anywidget: how to clean up.
  run({ layout = () => {}, draw, say = null }) {
    Object.assign(this, { layout, draw, say });
    const changed = () => this.busy || this.redraw();
    for (const name of this.traits) this.model.on(`change:${name}`, changed);
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(this.root);
    this.resize();
    this.root.dataset.ready = "true";
    return () => {
      observer.disconnect();
      clearTimeout(this.timer);
      this.stopped = true;
      for (const name of this.traits) this.model.off(`change:${name}`, changed);
    };
  }

  resize() {
    const width = Math.floor(this.root.clientWidth) || this.width || 600;
    if (width === this.width) return;
    this.width = width;
    this.relayout();
  }

  // Everything anew: sizes, scales, axes, marks.
  relayout() {
    const shown = this.panels.filter((panel) => !panel.root.hidden);
    const row = this.width >= ROW && shown.length > 1;
    this.root.classList.toggle("md-row", row);
    this.root.classList.toggle("md-roomy", this.width >= ROOMY);
    const shares = shown.reduce((sum, panel) => sum + panel.share, 0);
    const free = this.width - GAP * (shown.length - 1);
    const single = Math.min(this.width, STACKED);
    const widths = shown.map((panel) => (row ? (free * panel.share) / shares : single));
    const tallest = row ? 1.5 : 1.2; // tall limits shall not fill a phone's screen: then x shows more instead
    const heights = shown.map((panel, i) => Math.min(panel.heightFor(widths[i]), tallest * widths[i]));
    const tall = row ? Math.max(...heights.filter((_, i) => shown[i].equal), 0) || Math.max(...heights) : 0;
    shown.forEach((panel, i) => panel.resize(Math.floor(widths[i]), Math.floor(tall || heights[i])));
    this.layout();
    this.redraw();
  }

  redraw() {
    if (!this.width) return;
    const began = performance.now();
    this.draw();
    for (const part of [...this.handles, ...this.controls]) part.refresh();
    this.root.dataset.milliseconds = (performance.now() - began).toFixed(2); // how long this answer took
    if (this.say) {
      clearTimeout(this.timer); // screen readers hear one sentence when the dragging pauses
      this.timer = setTimeout(() => (this.status.textContent = this.say()), 700);
    }
  }

  // One frame after the other until `step(milliseconds)` returns false.
  animate(step) {
    let last = null;
    const frame = (now) => {
      if (this.stopped || !this.root.isConnected) return;
      const more = step(last === null ? 0 : now - last);
      last = now;
      if (more !== false) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  // ---- read-outs: names in order, each {name, label, role, digits, tiny, place}; its place is "wide" for
  // a long one, "first" for one that begins a line
  readouts(entries) {
    for (const entry of entries) {
      const value = html("dd", { "data-readout": entry.name });
      const term = html("dt", { class: entry.role ? `role-${entry.role}` : undefined },
        ...richHtml(entry.label));
      const item = html("div", { class: entry.place && `md-${entry.place}` }, term, value);
      this.table.append(item);
      this.outputs.set(entry.name, { ...entry, value, item });
    }
  }

  // Text for the reader, full numbers in data-value.
  show(values) {
    for (const [name, x] of Object.entries(values)) {
      const { value, digits, tiny } = this.outputs.get(name);
      value.dataset.value = JSON.stringify(x ?? null);
      if (Array.isArray(x) && Array.isArray(x[0])) value.replaceChildren(matrixNode(x, digits));
      else value.textContent = format(x, digits, tiny);
    }
  }

  // ---- controls: native inputs
  control(name, label, input, refresh) {
    input.dataset.control = name;
    this.controls.push({ refresh });
    return label;
  }

  slider({ name, label, min, max, step, get, set, text = format }) {
    const input = html("input", { type: "range", min, max, step });
    const output = html("output", {});
    const row = html("label", { class: "md-slider" }, html("span", {}, ...richHtml(label)), input, output);
    input.addEventListener("input", () => set(Number(input.value)));
    this.tools.append(this.control(name, row, input, () => {
      input.value = get();
      output.textContent = text(get());
      input.setAttribute("aria-valuetext", text(get()));
    }));
    return input;
  }

  switch({ name, label, get, set }) {
    const input = html("input", { type: "checkbox", role: "switch" });
    const row = html("label", { class: "md-switch" }, input, html("span", {}, ...richHtml(label)));
    input.addEventListener("change", () => set(input.checked));
    this.tools.append(this.control(name, row, input, () => (input.checked = get())));
    return input;
  }

  button({ name, label, press }) {
    const input = html("button", { type: "button" }, ...richHtml(label));
    input.addEventListener("click", press);
    this.tools.append(this.control(name, input, input, () => {}));
    return input;
  }

  // options: [[value, label], ...]
  choice({ name, label, options, get, set }) {
    const input = html("select", {}, ...options.map(([value, text]) => html("option", { value }, text)));
    const row = html("label", { class: "md-choice" }, html("span", {}, ...richHtml(label)), input);
    input.addEventListener("change", () => set(input.value));
    this.tools.append(this.control(name, row, input, () => (input.value = get())));
    return input;
  }
}

// ------------------------------------------------------------------ a panel: one drawing with its scales

// Outside of a function's domain there is no place for a mark: it is not drawn.  Returns the place, or null.
function visible(node, place) {
  const there = place.every(Number.isFinite);
  node.setAttribute("visibility", there ? "inherit" : "hidden");
  return there ? place : null;
}

export class Panel {
  // equal: the same unit on both axes.  share: part of the row's width.  aspect: height / width when not
  // `equal`.
  constructor(figure, { name, label, x, y, equal = false, share = 1, aspect = 0.62, margin = {} }) {
    Object.assign(this, { figure, x, y, equal, share, aspect, handles: [], xlog: false, ylog: false });
    this.margin = { left: 34, right: 12, top: 26, bottom: 34, ...margin };
    this.root = svg("svg", { class: "md-panel", role: "group", "aria-label": label, "data-panel": name });
    this.clip = svg("svg", { overflow: "hidden" }); // a nested svg clips without an id
    this.back = svg("g", { class: "md-back", "aria-hidden": "true" });
    this.lines = svg("g", { "aria-hidden": "true" });
    this.marks = svg("g", { "aria-hidden": "true" });
    this.frame = svg("g", { class: "md-axes", "aria-hidden": "true" });
    this.texts = svg("g", { class: "md-labels", "aria-hidden": "true" });
    this.grips = svg("g", {});
    this.clip.append(this.back, this.lines, this.marks);
    this.root.append(this.frame, this.clip, this.texts, this.grips);
  }

  heightFor(width) {
    const { left, right, top, bottom } = this.margin;
    if (!this.equal) return width * this.aspect;
    return ((width - left - right) * (this.y[1] - this.y[0])) / (this.x[1] - this.x[0]) + top + bottom;
  }

  resize(width, height) {
    Object.assign(this, { width, height });
    build(this.root, { width, height, viewBox: `0 0 ${width} ${height}` }, []);
    const { left, right, top, bottom } = this.margin;
    this.inner = [width - left - right, height - top - bottom];
    // The nested svg keeps the outer coordinates: marks, labels and handles share one system.
    build(this.clip, { x: left, y: top, width: this.inner[0], height: this.inner[1],
      viewBox: `${left} ${top} ${this.inner[0]} ${this.inner[1]}` }, []);
    this.view({});
  }

  // Set the ranges (and which axes are logarithmic).  With `equal` a range grows until the units agree.
  view({ x = this.x, y = this.y, xlog = this.xlog, ylog = this.ylog }) {
    Object.assign(this, { x, y, xlog, ylog });
    const range = ([a, b], log) => (log ? [Math.log10(a), Math.log10(b)] : [a, b]);
    let [rx, ry] = [range(x, xlog), range(y, ylog)];
    if (this.equal) {
      const unit = Math.max((rx[1] - rx[0]) / this.inner[0], (ry[1] - ry[0]) / this.inner[1]);
      const grow = ([a, b], pixels) => [(a + b - unit * pixels) / 2, (a + b + unit * pixels) / 2];
      [rx, ry] = [grow(rx, this.inner[0]), grow(ry, this.inner[1])];
    }
    Object.assign(this, { rx, ry });
  }

  px(x) {
    const [a, b] = this.rx;
    return this.margin.left + (((this.xlog ? Math.log10(x) : x) - a) / (b - a)) * this.inner[0];
  }

  py(y) {
    const [a, b] = this.ry;
    return this.margin.top + (1 - ((this.ylog ? Math.log10(y) : y) - a) / (b - a)) * this.inner[1];
  }

  pixel([x, y]) {
    return [this.px(x), this.py(y)];
  }

  data([px, py]) {
    const u = this.rx[0] + ((px - this.margin.left) / this.inner[0]) * (this.rx[1] - this.rx[0]);
    const v = this.ry[0] + (1 - (py - this.margin.top) / this.inner[1]) * (this.ry[1] - this.ry[0]);
    return [this.xlog ? 10 ** u : u, this.ylog ? 10 ** v : v];
  }

  // One pixel, in data units (linear axes).
  unit() {
    return [(this.rx[1] - this.rx[0]) / this.inner[0], (this.ry[1] - this.ry[0]) / this.inner[1]];
  }

  inside([px, py], pad = 0) {
    const { left, top } = this.margin;
    return [clamp(px, [left + pad, left + this.inner[0] - pad]),
      clamp(py, [top + pad, top + this.inner[1] - pad])];
  }

  // Thin grid, tick labels, axis names.  Call in `layout` (again whenever the ranges change).
  axes({ xlabel = "", ylabel = "", xticks = null, yticks = null, grid = true, xtext = null,
    ytext = null } = {}) {
    this.frame.replaceChildren();
    const { left, top } = this.margin;
    const [w, h] = this.inner;
    const log = ([a, b], count) => ticks([a, b], count).filter(Number.isInteger).map((k) => 10 ** k);
    const across = xticks ?? (this.xlog ? log(this.rx, w / 55) : ticks(this.rx, Math.max(2, w / 50)));
    const up = yticks ?? (this.ylog ? log(this.ry, h / 40)
      : ticks(this.ry, Math.max(2, h / (this.equal ? 50 : 45))));
    const name = (logarithmic) => (v) => (logarithmic ? power(Math.round(Math.log10(v))) : format(v, 3));
    for (const x of across) {
      const p = this.px(x);
      const line = x === 0 && !this.xlog ? "md-zero" : "md-grid";
      if (grid) this.frame.append(svg("line", { class: line, x1: p, x2: p, y1: top, y2: top + h }));
      const text = svg("text", { class: "md-tick", x: p, y: top + h + 15, "text-anchor": "middle" });
      text.append((xtext ?? name(this.xlog))(x));
      this.frame.append(text);
    }
    for (const y of up) {
      const p = this.py(y);
      const line = y === 0 && !this.ylog ? "md-zero" : "md-grid";
      if (grid) this.frame.append(svg("line", { class: line, x1: left, x2: left + w, y1: p, y2: p }));
      const text = svg("text", { class: "md-tick", x: left - 6, y: p + 4, "text-anchor": "end" });
      text.append((ytext ?? name(this.ylog))(y));
      this.frame.append(text);
    }
    const xname = svg("text", { class: "md-axis", x: left + w, y: top + h + 29, "text-anchor": "end" });
    xname.append(...richSvg(xlabel));
    const yname = svg("text", { class: "md-axis", x: 2, y: 13, "text-anchor": "start" });
    yname.append(...richSvg(ylabel));
    this.frame.append(xname, yname);
  }

  // Contour lines from cached segments: [{level, segments}].  Call in `layout`.
  contours(family) {
    this.back.replaceChildren();
    family.forEach(({ segments }, i) => {
      const d = segments.map(([p, q]) => `M${this.place(p)}L${this.place(q)}`).join("");
      const opacity = 0.22 + (0.5 * i) / Math.max(1, family.length - 1); // the higher, the darker
      this.back.append(svg("path", { class: "md-contour", d, "stroke-opacity": opacity.toFixed(2) }));
    });
  }

  place(p) {
    return `${this.px(p[0]).toFixed(1)} ${this.py(p[1]).toFixed(1)}`;
  }

  // A line through points.  `.set(points)`; points that are not finite break the line.
  curve(role, { width = 2, close = false, fill = false, dashed = null, back = false } = {}) {
    const style = [`md-curve role-${role}`, fill ? "md-fill" : "",
      dashed === false ? "md-solid" : dashed ? "md-dashed" : ""].join(" ");
    const path = svg("path", { class: style, "stroke-width": width });
    (back ? this.lines : this.marks).append(path);
    const limit = 1e5; // renderers lose their way far outside
    const set = (points) => {
      let d = "";
      let pen = "M";
      for (const point of points) {
        const [px, py] = this.pixel(point);
        if (!Number.isFinite(px) || !Number.isFinite(py) || Math.abs(px) > limit || Math.abs(py) > limit) {
          pen = "M";
          continue;
        }
        d += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
        pen = "L";
      }
      path.setAttribute("d", d + (close && d ? "Z" : ""));
    };
    return { node: path, set, hide: (hidden) => path.toggleAttribute("hidden", hidden) };
  }

  dot(role, radius = 4) {
    const circle = svg("circle", { class: `md-dot role-${role}`, r: radius });
    this.marks.append(circle);
    return {
      node: circle,
      set: (p) => {
        const at = visible(circle, this.pixel(p));
        if (at) build(circle, { cx: at[0].toFixed(1), cy: at[1].toFixed(1) }, []);
      },
      hide: (hidden) => circle.toggleAttribute("hidden", hidden),
    };
  }

  // A label that stays inside the panel.  `.set(point, {dx, dy, text})` in data coordinates plus pixels.
  text(role, words = "", anchor = "middle") {
    const label = svg("text", { class: `md-label role-${role}` });
    this.texts.append(label);
    let current = null;
    let width = 0;
    const write = (text) => {
      if (text === current) return;
      label.replaceChildren(...richSvg((current = text)));
      width = 7.2 * label.textContent.length; // measuring would force the browser to lay out in every drag
    };
    const set = (p, { dx = 0, dy = 0, text = words, at = anchor } = {}) => {
      write(text);
      if (!visible(label, this.pixel(p))) return;
      const { left, top } = this.margin;
      const before = width * { start: 0, middle: 0.5, end: 1 }[at];
      const px = clamp(this.px(p[0]) + dx, [left + before + 2, left + this.inner[0] - width + before - 2]);
      const py = clamp(this.py(p[1]) + dy + 4, [top + 12, top + this.inner[1] - 4]);
      build(label, { x: px.toFixed(1), y: py.toFixed(1), "text-anchor": at }, []);
    };
    const place = ([px, py], text = words) => { // in pixels, outside of the axes too
      write(text);
      build(label, { x: px.toFixed(1), y: py.toFixed(1), "text-anchor": anchor }, []);
    };
    return { node: label, set, place, hide: (hidden) => label.toggleAttribute("hidden", hidden) };
  }

  // An arrow with its label beyond the tip, `aside` pixels to its right.  `.set(from, to)`.
  arrow(role, words = "", { width = 2.5, reach = 12, aside: usual = 0, dashed = null } = {}) {
    const style = dashed === false ? "md-solid" : dashed ? "md-dashed" : "";
    const shaft = svg("path", { class: `md-curve role-${role} ${style}`, "stroke-width": width });
    const head = svg("path", { class: `md-head-of role-${role}` });
    this.marks.append(shaft, head);
    const label = this.text(role, words);
    const set = (from, to, { aside = usual } = {}) => {
      const p = this.pixel(from);
      const q = this.pixel(to);
      if (![shaft, head, label.node].every((part) => visible(part, [...p, ...q]))) return;
      const length = Math.hypot(q[0] - p[0], q[1] - p[1]);
      const u = length > 1e-9 ? [(q[0] - p[0]) / length, (q[1] - p[1]) / length] : [1, 0];
      const size = Math.min(11, length); // a short arrow is all head
      const base = [q[0] - size * u[0], q[1] - size * u[1]];
      const wing = (side) => [base[0] - side * 0.42 * size * u[1], base[1] + side * 0.42 * size * u[0]];
      const path = (...points) => `M${points.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join("L")}`;
      shaft.setAttribute("d", path(p, base));
      head.setAttribute("d", `${path(q, wing(1), wing(-1))}Z`);
      const [dx, dy] = [reach * u[0] - aside * u[1], reach * u[1] + aside * u[0]];
      const lean = Math.abs(u[0]) > (aside ? 0.75 : 0.4) ? u[0] : -aside * u[1]; // to which side it runs on
      label.set(to, { dx, dy, at: lean > 0 ? "start" : lean < 0 ? "end" : "middle" });
    };
    const hide = (hidden) => [shaft, head, label.node].forEach((part) =>
      part.toggleAttribute("hidden", hidden));
    return { set, hide, label };
  }

  // Something to drag.  `get()` gives its place in data coordinates, `set([x, y])` takes a new one;
  // `text()` says its value.  axis "x" or "y" for handles that move along one axis.  `nudge(dx, dy)` replaces
  // what the arrow keys do (dx, dy in steps), `far(sign)` what Home (-1) and End (1) do.
  handle(options) {
    const handle = new Handle(this, options);
    this.handles.push(handle);
    this.figure.handles.push(handle);
    this.grips.append(handle.root);
    return handle;
  }
}

const KEYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 10],
  PageDown: [0, -10] };
const ENDS = { Home: -1, End: 1 };

export class Handle {
  constructor(panel, { name, label, role, get, set, text, axis = "both", step = 0.1, nudge = null,
    far = null, radius = 7 }) {
    Object.assign(this, { panel, get, set, text, axis, step, nudge, far });
    this.root = svg("g", { class: `md-handle role-${role}`, tabindex: 0, role: "slider", "aria-label": label,
      "data-handle": name },
      svg("circle", { class: "md-hit", r: 22 }), svg("circle", { class: "md-ring", r: radius + 5 }),
      svg("circle", { class: "md-grip", r: radius }));
    this.root.addEventListener("pointerdown", (event) => this.grab(event));
    this.root.addEventListener("keydown", (event) => this.press(event));
  }

  pointer(event) {
    const box = this.panel.root.getBoundingClientRect();
    const zoom = this.panel.width / box.width;
    return [(event.clientX - box.left) * zoom, (event.clientY - box.top) * zoom];
  }

  spot() {
    return this.panel.inside(this.panel.pixel(this.get()));
  }

  // Where hit areas overlap, the handle nearest to the pointer is meant.
  grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const at = this.pointer(event);
    const distance = (handle) => {
      const spot = handle.spot();
      return Math.hypot(spot[0] - at[0], spot[1] - at[1]);
    };
    const movable = this.panel.handles.filter((handle) => !handle.root.hasAttribute("hidden"));
    const meant = movable.reduce((best, handle) => (distance(handle) < distance(best) - 0.5 ? handle : best),
      this);
    const spot = meant.spot();
    meant.follow(event, this.root, [spot[0] - at[0], spot[1] - at[1]]);
  }

  follow(event, source, offset) {
    this.root.focus({ preventScroll: true });
    this.root.classList.add("md-held");
    this.held = true;
    source.setPointerCapture(event.pointerId);
    const move = (next) => {
      const at = this.pointer(next);
      this.set(this.panel.data(this.panel.inside([at[0] + offset[0], at[1] + offset[1]])));
    };
    const drop = () => {
      source.removeEventListener("pointermove", move);
      this.root.classList.remove("md-held");
      this.held = false;
      this.panel.figure.redraw();
    };
    source.addEventListener("pointermove", move);
    source.addEventListener("lostpointercapture", drop, { once: true });
  }

  // Arrow keys move by a step, with Shift by a tenth of it, Page keys by ten; Home and End go to the ends.
  press(event) {
    const keys = KEYS[event.key];
    const end = ENDS[event.key];
    if (!(keys || end) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // the theme and JupyterLab listen to arrow keys too
    if (end) {
      if (this.far) this.far(end);
      else this.toEdge(end);
      return;
    }
    const factor = event.shiftKey ? 0.1 : 1;
    const along = (keys[0] + keys[1]) * factor;
    const [dx, dy] = this.axis === "x" ? [along, 0] : this.axis === "y" ? [0, along] : scale(keys, factor);
    if (this.nudge) this.nudge(dx, dy);
    else this.set(add(this.get(), [dx * this.step, dy * this.step]));
  }

  // To the panel's edge, along y for a handle that moves along y alone, else along x.
  toEdge(sign) {
    const main = this.axis === "y" ? 1 : 0;
    const { xlog, ylog, rx, ry } = this.panel;
    const edge = [rx, ry][main][sign < 0 ? 0 : 1];
    const to = [xlog, ylog][main] ? 10 ** edge : edge;
    this.set(this.get().map((at, k) => (k === main ? to : at)));
  }

  refresh() {
    const [px, py] = this.spot();
    this.root.setAttribute("transform", `translate(${px.toFixed(1)} ${py.toFixed(1)})`);
    const { xlog, ylog, rx, ry } = this.panel;
    const [log, range, value] = this.axis === "y" ? [ylog, ry, this.get()[1]] : [xlog, rx, this.get()[0]];
    const number = (x) => (Number.isFinite(x) ? x.toFixed(6) : undefined); // exponents are not allowed here
    build(this.root, { "aria-valuenow": number(log ? Math.log10(value) : value),
      "aria-valuemin": number(range[0]),
      "aria-valuemax": number(range[1]), "aria-valuetext": this.text() }, []);
  }

  hide(hidden) {
    this.root.toggleAttribute("hidden", hidden);
  }
}

// ------------------------------------------------------------------ tables of numbers

export const transpose = (A) => A[0].map((_, j) => A.map((row) => row[j]));
export const product = (A, B) => A.map((row) => transpose(B).map((column) => dot(row, column)));
export const kron = (P, Q) => P.flatMap((above) => Q.map((row) => above.flatMap((p) => row.map((q) => p * q))));
export const largest = (A) => Math.max(...A.flat().map(Math.abs));
export const replaced = (A, i, j, value) =>
  A.map((row, r) => (r === i ? row.map((x, c) => (c === j ? value : x)) : row));

// A table with its title: what stands in it is written later, `cells[i][j].textContent = ...`.
export function table(title, rows, columns, role) {
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () =>
    html("span", { class: "md-cell" })));
  const grid = html("div", { class: "md-table", style: `grid-template-columns: repeat(${columns}, auto)` },
    ...cells.flat());
  const caption = html("figcaption", { class: `role-${role}` }, ...richHtml(title));
  return { cells, grid, node: html("figure", { class: "md-tablebox" }, caption, grid) };
}

const PIXELS = 6; // of dragging an entry for one step

// A number as a colour: the larger, the stronger, as far as text on it stays readable; striped below nought.
export function tint(cell, x, most) {
  const share = most > 0 && x !== null ? Math.abs(x) / most : 0;
  cell.style.setProperty("--share", `${(share ? 12 + 30 * share : 0).toFixed(0)}%`);
  cell.classList.toggle("md-negative", x < 0);
}

// Makes a cell an entry that is dragged along the page or moved with the arrow keys, from -reach to reach.
// `get()` is its value, `set(value)` gives it another one, `pick()` says that it is looked at now.
export function scrub(cell, { name, label, reach, step = 0.1, get, set, pick = () => {} }) {
  const attributes = { role: "slider", tabindex: 0, "data-handle": name, "aria-label": label,
    "aria-valuemin": -reach, "aria-valuemax": reach };
  build(cell, attributes, []);
  cell.classList.add("md-scrub");
  const move = (to) => set(tidy(clamp(to, [-reach, reach]), step));
  cell.addEventListener("focus", pick);
  cell.addEventListener("keydown", (event) => {
    const [keys, end] = [KEYS[event.key], ENDS[event.key]];
    if (!(keys || end) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // the theme and JupyterLab listen to arrow keys too
    move(end ? end * reach : get() + (keys[0] + keys[1]) * step * (event.shiftKey ? 0.1 : 1));
  });
  cell.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    cell.focus({ preventScroll: true });
    pick();
    const from = get();
    cell.setPointerCapture(event.pointerId);
    const drag = (next) => {
      const pixels = (next.clientX - event.clientX) - (next.clientY - event.clientY);
      move(from + step * Math.round(pixels / PIXELS));
    };
    cell.addEventListener("pointermove", drag);
    const drop = () => cell.removeEventListener("pointermove", drag);
    cell.addEventListener("lostpointercapture", drop, { once: true });
  });
}

// Makes the cells of a grid entries to point at, by mouse, finger and arrow keys: one of them is chosen.
// `picked()` is its row and column, `pick(i, j)` chooses another one.  Returns what marks the chosen one.
export function pointable(grid, cells, { label, picked, pick }) {
  const [rows, columns] = [cells.length, cells[0].length];
  const choose = (i, j) => {
    const [pi, pj] = picked();
    if (i !== pi || j !== pj) pick(i, j);
    cells[i][j].focus({ preventScroll: true });
  };
  build(grid, { role: "radiogroup", "aria-label": label }, []);
  cells.forEach((row, i) => row.forEach((cell, j) => {
    build(cell, { role: "radio", "data-entry": `${i}-${j}` }, []);
    cell.classList.add("md-point");
    cell.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      if (cell.hasPointerCapture(event.pointerId)) cell.releasePointerCapture(event.pointerId); // a finger keeps it
      choose(i, j);
    });
    cell.addEventListener("pointerenter", (event) => { if (event.buttons) choose(i, j); });
    cell.addEventListener("keydown", (event) => {
      const to = { ArrowRight: [i, j + 1], ArrowLeft: [i, j - 1], ArrowDown: [i + 1, j], ArrowUp: [i - 1, j],
        PageDown: [rows - 1, j], PageUp: [0, j], Home: [0, 0], End: [rows - 1, columns - 1] }[event.key];
      if (!to || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation(); // the theme and JupyterLab listen to arrow keys too
      choose((to[0] + rows) % rows, (to[1] + columns) % columns);
    });
  }));
  return () => {
    const [pi, pj] = picked();
    cells.forEach((row, i) => row.forEach((cell, j) => {
      const here = i === pi && j === pj;
      build(cell, { "aria-checked": here, tabindex: here ? 0 : -1 }, []);
      if (here) cell.setAttribute("data-handle", "entry");
      else cell.removeAttribute("data-handle");
    }));
  };
}
