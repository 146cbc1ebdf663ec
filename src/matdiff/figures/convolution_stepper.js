import { Figure, clamp, format, html, replaced, richHtml, scrub, table } from "./stage.js";

const REACH = 9; // entries are dragged between -9 and 9, or as far as the largest one
const ROWS = 12; // of im2col that are shown at a time
const VIEWS = [["forward", "Forward"], ["kernel", "Gradient of the kernel"],
  ["image", "Gradient of the image"]];
const MISTAKES = [["none", "added (right)"], ["overwritten", "overwritten"], ["averaged", "averaged"],
  ["turned", "added, *W* turned round"]];

const range = (count) => Array.from({ length: count }, (_, k) => k);
const filled = (rows, columns, value = 0) => range(rows).map(() => Array(columns).fill(value));
const sum = (numbers) => numbers.reduce((total, x) => total + x, 0);
const turned = (W) => W.toReversed().map((row) => row.toReversed());

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "convolution-stepper",
    traits: ["image", "kernel", "upstream", "view", "step", "stride", "padding", "dilation", "mistake"],
    hint: "Drag an entry of *X*, *W* or *G*; step the window." });
  const [X, W, G] = ["image", "kernel", "upstream"].map((name) => () => model.get(name));
  const view = () => model.get("view");
  const reach = Math.max(REACH, ...[...X(), ...W(), ...G()].flat().map(Math.abs));

  // ---- the arithmetic: a signal, an image of one row, has neither stride, padding nor dilation down
  const flat = X().length === 1;
  const down = (name, still) => (flat ? still : model.get(name));
  function plan() {
    const [s, p, d] = ["stride", "padding", "dilation"].map((name, k) =>
      [down(name, [1, 0, 1][k]), model.get(name)]);
    const size = [0, 1].map((axis) => {
      const [n, k] = axis ? [X()[0].length, W()[0].length] : [X().length, W().length];
      return Math.floor((n + 2 * p[axis] - d[axis] * (k - 1) - 1) / s[axis]) + 1;
    });
    // Where weight (u, v) of window (i, j) reads, counted from the first entry of the image.
    const at = ([i, j], [u, v]) => [s[0] * i + d[0] * u - p[0], s[1] * j + d[1] * v - p[1]];
    const windows = range(size[0] * size[1]).map((n) => [Math.floor(n / size[1]), n % size[1]]);
    const taps = W().flatMap((row, u) => row.map((_, v) => [u, v]));
    return { p, size, at, windows, taps, step: Math.min(model.get("step"), windows.length - 1) };
  }
  const inside = ([x, y]) => x >= 0 && y >= 0 && x < X().length && y < X()[0].length;
  const read = (A, [x, y]) => (inside([x, y]) ? A[x][y] : 0);

  // What the windows of a list make: outputs, a sum for each weight, a sum for each entry.
  const output = ({ at, taps }, window) =>
    sum(taps.map((tap) => W()[tap[0]][tap[1]] * read(X(), at(window, tap))));
  const weigh = ({ at }, windows) => W().map((row, u) => row.map((_, v) =>
    sum(windows.map((window) => G()[window[0]][window[1]] * read(X(), at(window, [u, v]))))));
  function scatter({ at, taps }, windows, { kernel = W(), up = G(), overwrite = false } = {}) {
    const total = filled(X().length, X()[0].length);
    for (const [i, j] of windows) for (const [u, v] of taps) {
      const [x, y] = at([i, j], [u, v]);
      if (inside([x, y])) total[x][y] = (overwrite ? 0 : total[x][y]) + up[i][j] * kernel[u][v];
    }
    return total;
  }
  const counts = (all) => scatter(all, all.windows, { kernel: filled(W().length, W()[0].length, 1),
    up: filled(...all.size, 1) });
  function spoilt(all, windows) {
    const mistake = model.get("mistake");
    const total = scatter(all, windows, { overwrite: mistake === "overwritten",
      kernel: mistake === "turned" ? turned(W()) : W() });
    if (mistake !== "averaged") return total;
    const times = counts(all);
    return total.map((row, x) => row.map((value, y) => value / Math.max(times[x][y], 1)));
  }

  // ---- controls
  const tabs = html("div", { class: "md-tabs", role: "group", "aria-label": "what is put together" });
  const buttons = VIEWS.map(([name, words]) => {
    const button = html("button", { type: "button", "data-control": `view-${name}` }, words);
    button.addEventListener("click", () => figure.change({ view: name }));
    tabs.append(button);
    return button;
  });
  const go = (by) => {
    const { windows, step } = plan();
    figure.change({ step: (step + by + windows.length) % windows.length });
  };
  figure.button({ name: "step", label: "Step", press: () => go(1) });
  figure.button({ name: "back", label: "Back", press: () => go(-1) });
  const reaches = (d) => (flat || d * (W().length - 1) < X().length)
    && d * (W()[0].length - 1) < X()[0].length;
  const options = { stride: [1, 2, 3], padding: [0, 1, 2], dilation: [1, 2].filter(reaches) };
  for (const [name, values] of Object.entries(options)) {
    figure.choice({ name, label: name, options: values.map((k) => [k, String(k)]), get: () => model.get(name),
      set: (chosen) => {
        figure.busy = true;
        model.set(name, Number(chosen));
        figure.busy = false;
        figure.change({ step: plan().step });
      } });
  }
  figure.choice({ name: "mistake", label: "where windows overlap", options: MISTAKES.map(([name, words]) =>
    [name, words.replaceAll("*", "")]), get: () => model.get("mistake"),
    set: (mistake) => figure.change({ mistake }) });
  figure.root.insertBefore(tabs, figure.stage);
  figure.root.insertBefore(figure.tools, figure.stage); // what grows below does not move them
  figure.readouts([
    { name: "Z", label: "*Z*", role: "output", tiny: 1e-9, place: "wide" },
    { name: "kernel", label: "∇_W *L*", role: "gradient", tiny: 1e-9 },
    { name: "image", label: "∇_X *L*", role: "gradient", tiny: 1e-9, place: "wide" },
    { name: "size", label: "size of *Z*" }, { name: "off by", label: "off by", role: "wrong", tiny: 1e-9 },
    { name: "reads", label: "times read", place: "wide" }, { name: "so far", label: "so far" },
  ]);
  figure.outputs.get("so far").item.classList.add("md-hidden"); // it stands among the tables

  // ---- the tables: made anew when a size changes, else written over
  const said = html("p", { class: "md-sum" });
  const inputs = html("div", { class: "md-equation md-apart" });
  const work = html("div", { class: "md-equation" });
  figure.stage.append(html("div", { class: "md-views" }, inputs, work, said));
  let tables = {};
  let made = "";
  function entry(cell, name, letter, i, j) {
    scrub(cell, { name: `${letter}-${i}-${j}`, label: `${letter}, row ${i + 1}, column ${j + 1}`, reach,
      step: 1, get: () => model.get(name)[i][j],
      set: (to) => figure.change({ [name]: replaced(model.get(name), i, j, to) }) });
  }
  function build(all) {
    const { p, size, windows, taps } = all;
    const wanted = [...p, ...size, view()].join();
    if (wanted === made) return;
    made = wanted;
    const [h, w] = [X().length + 2 * p[0], X()[0].length + 2 * p[1]];
    const one = view();
    tables = { X: table("*X*", h, w, "output"), W: table("*W*", W().length, W()[0].length, "variable"),
      G: table("*G*", ...size, "upstream"),
      columns: table("", Math.min(ROWS, windows.length), taps.length + 1,
        one === "image" ? "gradient" : "output"),
      result: one === "forward" ? table("*Z*", ...size, "output")
        : one === "kernel" ? table("∇_W *L*, so far", W().length, W()[0].length, "gradient")
          : table("∇_X *L*, so far", h, w, "gradient") };
    for (const name of one === "image" ? ["X", "result"] : ["X"]) {
      tables[name].cells.forEach((row, x) => row.forEach((cell, y) =>
        cell.classList.toggle("md-outside", !inside([x - p[0], y - p[1]]))));
    }
    tables.X.cells.forEach((row, x) => row.forEach((cell, y) => {
      if (inside([x - p[0], y - p[1]])) entry(cell, "image", "X", x - p[0], y - p[1]);
    }));
    for (const [name, letter] of [["kernel", "W"], ["upstream", "G"]]) {
      tables[letter].cells.forEach((row, i) => row.forEach((cell, j) => entry(cell, name, letter, i, j)));
    }
    tables.columns.node.classList.add("md-stack");
    tables.columns.cells.forEach((row) => row[0].classList.add("md-shape"));
    inputs.replaceChildren(tables.X.node, tables.W.node, tables.G.node);
    const sign = html("span", { class: "md-sign", "aria-hidden": "true" }, "→");
    work.replaceChildren(tables.columns.node, sign, tables.result.node);
  }
  function write(cell, x, mark = "") {
    cell.textContent = x === null ? "·" : format(x, 3, 1e-9);
    for (const name of ["md-factor", "md-moves", "md-slope"]) cell.classList.toggle(name, name === mark);
    if (cell.dataset.handle) {
      cell.setAttribute("aria-valuenow", x);
      cell.setAttribute("aria-valuetext", format(x));
    }
  }

  function draw() {
    const all = plan();
    const { p, at, windows, taps, step } = all;
    const [window, seen] = [windows[step], windows.slice(0, step + 1)];
    const focus = figure.root.contains(document.activeElement) ? document.activeElement.dataset.handle : null;
    build(all);
    const one = view();
    buttons.forEach((button, n) => {
      button.setAttribute("aria-pressed", VIEWS[n][0] === one);
      button.classList.toggle("md-on", VIEWS[n][0] === one);
    });
    const inWindow = (x, y) => taps.some((tap) => at(window, tap).join() === [x, y].join());
    const here = (i, j) => i === window[0] && j === window[1];
    tables.X.cells.forEach((row, x) => row.forEach((cell, y) => write(cell, read(X(), [x - p[0], y - p[1]]),
      one !== "image" && inWindow(x - p[0], y - p[1]) ? "md-factor" : "")));
    tables.W.cells.forEach((row, u) => row.forEach((cell, v) => write(cell, W()[u][v],
      one !== "kernel" ? "md-factor" : "")));
    tables.G.cells.forEach((row, i) => row.forEach((cell, j) => write(cell, G()[i][j],
      one !== "forward" && here(i, j) ? "md-factor" : "")));

    // the rows of im2col, or of its gradient, around the present one
    const rows = tables.columns.cells.length;
    const first = clamp(step - Math.floor(rows / 2), [0, windows.length - rows]);
    const kernel = model.get("mistake") === "turned" ? turned(W()) : W();
    const row = (n) => taps.map(([u, v]) => (one !== "image" ? read(X(), at(windows[n], [u, v]))
      : G()[windows[n][0]][windows[n][1]] * kernel[u][v]));
    tables.columns.cells.forEach((cells, r) => {
      const n = first + r;
      const mark = n !== step ? "" : one === "image" ? "md-slope" : "md-factor";
      cells[0].textContent = String(n + 1);
      row(n).forEach((x, k) => write(cells[k + 1], one === "image" && n > step ? null : x, mark));
    });
    tables.columns.node.querySelector("figcaption").replaceChildren(
      ...richHtml(one === "image" ? "rows *g*_i **w**^⊤" : "windows *X*_{col}"));

    const result = one === "forward" ? null : one === "kernel" ? weigh(all, seen) : spoilt(all, seen);
    tables.result.cells.forEach((cells, i) => cells.forEach((cell, j) => {
      if (one === "forward") {
        const n = i * all.size[1] + j;
        write(cell, n > step ? null : output(all, [i, j]), here(i, j) ? "md-moves" : "");
      } else if (one === "kernel") write(cell, result[i][j], "md-slope");
      else {
        const place = [i - p[0], j - p[1]];
        write(cell, inside(place) ? result[place[0]][place[1]] : null, inWindow(...place) ? "md-slope" : "");
      }
    }));
    said.replaceChildren(...richHtml(sentence(all, window)));
    if (focus && document.activeElement?.dataset.handle !== focus) { // the tables were made anew
      figure.root.querySelector(`[data-handle="${focus}"]`)?.focus({ preventScroll: true });
    }

    const right = scatter(all, windows);
    const wrong = spoilt(all, windows);
    const Z = range(all.size[0]).map((i) => range(all.size[1]).map((j) => output(all, [i, j])));
    figure.show({ Z, size: all.size, kernel: weigh(all, windows), image: right, reads: counts(all),
      "off by": Math.sqrt(sum(right.flat().map((x, n) => (x - wrong.flat()[n]) ** 2))),
      "so far": result ?? Z.map((line, i) => line.map((z, j) => (i * all.size[1] + j > step ? 0 : z))) });
  }

  // One window in words: its products, or what it adds.
  function sentence({ at, taps, windows, step }, window) {
    const number = (x) => (x < 0 ? `(${format(x, 3)})` : format(x, 3));
    const place = flat ? `${window[1] + 1}` : `${window[0] + 1}${window[1] + 1}`;
    const which = `Window ${step + 1} of ${windows.length}: `;
    const g = G()[window[0]][window[1]];
    if (view() === "forward") {
      const products = taps.map((tap) =>
        `${number(W()[tap[0]][tap[1]])}·${number(read(X(), at(window, tap)))}`);
      return `${which}*Z*_{${place}} = ${products.join(" + ")} = ${format(output(plan(), window), 3)}`;
    }
    const what = `*G*_{${place}} = ${format(g, 3)} times`;
    if (view() === "kernel") return `${which}add ${what} its entries of *X*`;
    const verb = model.get("mistake") === "overwritten" ? "write" : "add";
    return `${which}${verb} ${what} the kernel where the window stood`;
  }

  const say = () => said.textContent;
  return figure.run({ draw, say });
}

export default { render };
