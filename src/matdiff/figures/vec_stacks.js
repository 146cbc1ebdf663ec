import { Figure, clamp, format, html, replaced, richSvg, scrub, svg } from "./stage.js";

const MOST = 4; // rows and columns
const REACH = 99; // entries are dragged between -99 and 99
const [PLACE, VALUE, ROW, GAP] = [20, 42, 22, 6]; // a stack: widths of a place's number and a value
const TOP = 24; // room for a title
const ENTRY = 40; // an entry's height: room for a finger
const WIDE = 600; // from this width on, both drawings stand side by side

const put = (attributes, node) =>
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
const range = (count) => Array.from({ length: count }, (_, k) => k);

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "vec-stacks", traits: ["X", "picked", "symmetric"],
    hint: "Drag an entry of *X* up or down." });
  const X = () => model.get("X");
  const [rows, columns] = [() => X().length, () => X()[0].length];
  const symmetric = () => model.get("symmetric");

  // ---- places, counted from 0
  const byColumns = (i, j) => i + j * rows();
  const byRows = (i, j) => j + i * columns();
  const byFree = (i, j) => { // in vech: column c begins after n + (n - 1) + ... entries
    const [r, c] = [Math.max(i, j), Math.min(i, j)];
    return c * rows() - (c * (c - 1)) / 2 + r - c;
  };
  const entries = () => range(rows()).flatMap((i) => range(columns()).map((j) => [i, j]));
  const free = () => entries().filter(([i, j]) => i >= j);
  // The two stacks: their title, the place of an entry, which entries stand in them, what is kept together.
  const stacks = () => [
    { title: "vec *X*", place: byColumns, holds: entries(), group: ([, j]) => j },
    symmetric() ? { title: "vech *X*", place: byFree, holds: free(), group: ([, j]) => j }
      : { title: "vec_r *X*", place: byRows, holds: entries(), group: ([i]) => i }];

  // ---- what the reader changes
  function pick(i, j) {
    const [r, c] = model.get("picked");
    if (i !== r || j !== c) figure.change({ picked: [i, j] });
  }
  const mirrored = (A) => A.map((row, i) => row.map((x, j) => (i >= j ? x : A[j][i])));
  function enter(i, j, x) {
    const next = replaced(X(), i, j, x);
    figure.change({ X: symmetric() ? replaced(next, j, i, x) : next });
  }
  const seen = new Map(); // entries that were cut off come back; new ones are numbers not yet there
  function resize(m, n) {
    X().forEach((row, i) => row.forEach((x, j) => seen.set(`${i}-${j}`, x)));
    const fresh = (key) => {
      if (!seen.has(key)) seen.set(key, Math.min(REACH, Math.floor(Math.max(...seen.values())) + 1));
      return seen.get(key);
    };
    const next = range(m).map(() => []);
    for (const j of range(n)) for (const i of range(m)) next[i][j] = fresh(`${i}-${j}`);
    const [i, j] = model.get("picked");
    return { X: symmetric() ? mirrored(next) : next, picked: [Math.min(i, m - 1), Math.min(j, n - 1)] };
  }
  const count = (name, get, set) =>
    figure.slider({ name, label: `*${name}*`, min: 1, max: MOST, step: 1, get, set });
  count("m", rows, (m) => figure.change(resize(m, symmetric() ? m : columns())));
  count("n", columns, (n) => figure.change(resize(symmetric() ? n : rows(), n)));
  figure.switch({ name: "symmetric", label: "symmetric (*n* = *m*)", get: symmetric, set: (on) => {
    const { X: next, picked } = on ? resize(rows(), rows()) : { X: X(), picked: model.get("picked") };
    figure.change({ X: on ? mirrored(next) : next, picked, symmetric: on });
  } });
  figure.root.insertBefore(figure.tools, figure.stage); // what grows below does not move them
  figure.readouts([
    { name: "entry", label: "entry", role: "variable" },
    { name: "by columns", label: "place by columns", role: "variable" },
    { name: "by rows", label: "place by rows", role: "variable" },
    { name: "vech", label: "place in vech", role: "variable" },
    { name: "order", label: "by rows: read vec *X* at", place: "long" },
    { name: "cycles", label: "places move in cycles", place: "long" },
    { name: "fixed", label: "stay" },
    { name: "duplicated", label: "vec *X*: read vech at", place: "long" },
    { name: "eliminated", label: "vech: read vec *X* at", place: "long" },
  ]);

  // ---- the drawings
  const drawing = (label, ...layers) =>
    svg("svg", { class: "md-panel", role: "group", "aria-label": label }, ...layers);
  const [lines, marks, ways, numbers] = range(4).map(() => svg("g", { "aria-hidden": "true" }));
  const grips = svg("g");
  const [bands, dots] = range(2).map(() => svg("g", { "aria-hidden": "true" }));
  const left = drawing("the matrix between its stacks", lines, marks, grips, ways, numbers);
  const right = drawing("the matrix that carries one stack into the other", bands, dots);
  figure.stage.append(html("div", { class: "md-equation" }, left, right));

  const cells = range(MOST * MOST).map((k) => {
    const [i, j] = [Math.floor(k / MOST), k % MOST];
    const text = svg("text", { class: "md-number", "text-anchor": "middle" });
    const cell = svg("rect", { class: "md-entry", rx: 5, height: ENTRY - 4 });
    scrub(cell, { name: `X-${i}-${j}`, label: `X, row ${i + 1}, column ${j + 1}`, reach: REACH, step: 1,
      get: () => X()[i][j], set: (x) => enter(i, j, x), pick: () => pick(i, j) });
    grips.append(cell);
    numbers.append(text); // above the lines
    return { cell, text, i, j };
  });

  const label = (words, x, y, name, anchor = "middle") =>
    svg("text", { x, y, class: name, "text-anchor": anchor }, ...richSvg(words));
  const same = ([i, j], [r, c]) => (i === r && j === c) || (symmetric() && i === c && j === r);

  // Where everything stands: a function of the sizes and the figure's width.
  function plan() {
    const width = figure.width >= WIDE ? Math.floor(figure.width * 0.56) : Math.min(figure.width, 440);
    const sides = stacks().map((stack, side) => {
      const at = new Map(stack.holds.map((entry) => [stack.place(...entry), entry]));
      const order = range(at.size).map((place) => at.get(place));
      const y = order.map((entry, place) => TOP + ROW * place + GAP * stack.group(entry));
      return { ...stack, order, y, x: side ? width - PLACE - VALUE : PLACE };
    });
    const height = Math.max(...sides.map(({ y }) => y.at(-1) + ROW), TOP + ENTRY * rows()) + 4;
    const middle = (TOP + height) / 2;
    for (const side of sides) { // the shorter stack stands in the middle
      const shift = middle - (side.y[0] + side.y.at(-1) + ROW) / 2;
      side.y = side.y.map((y) => y + shift);
    }
    const wide = clamp((width - 2 * (PLACE + VALUE) - 56) / columns(), [30, 48]);
    const entry = (i, j) => [width / 2 + (j - (columns() - 1) / 2) * wide,
      middle + (i - (rows() - 1) / 2) * ENTRY];
    return { width, height, sides, wide, entry };
  }

  function drawStacks() {
    const { width, height, sides, wide, entry } = plan();
    const picked = model.get("picked");
    put({ width, height, viewBox: `0 0 ${width} ${height}` }, left);
    const strokes = { grid: [], variable: [] }; // the picked entry's lines lie above the others
    const shown = [];
    sides.forEach((side, k) => {
      shown.push(label(side.title, side.x + VALUE / 2, Math.min(...side.y) - 8, "md-axis"));
      const out = k ? 1 : -1;
      for (const at of entries()) {
        const role = same(at, picked) ? "variable" : "grid";
        const [x, y] = entry(...at);
        const end = [side.x + (k ? -1 : VALUE + 1), side.y[side.place(...at)] + ROW / 2];
        strokes[role].push(svg("path", { d: `M${x + out * (wide / 2 - 2)} ${y}L${end[0]} ${end[1]}`,
          class: `md-way md-curve role-${role} ${k ? "md-dashed" : ""}`,
          "stroke-width": role === "grid" ? 1 : 2 }));
      }
      side.order.forEach((at, place) => {
        const [y, chosen] = [side.y[place], same(at, picked) ? "md-chosen" : ""];
        const line = y + ROW / 2 + 4.5;
        shown.push(
          svg("rect", { x: side.x, y: y + 1, width: VALUE, height: ROW - 2, rx: 4,
            class: `md-stacked ${chosen}` }),
          label(format(X()[at[0]][at[1]], 3), side.x + VALUE / 2, line, chosen),
          label(String(place + 1), side.x + (k ? VALUE + 5 : -5), line, `md-tick ${chosen}`,
            k ? "start" : "end"));
      });
    });
    shown.push(label("*X*", width / 2, entry(0, 0)[1] - ENTRY / 2 - 7, "md-axis role-variable"));
    lines.replaceChildren(...strokes.grid);
    ways.replaceChildren(...strokes.variable);
    marks.replaceChildren(...shown);
    for (const { cell, text, i, j } of cells) {
      const there = i < rows() && j < columns();
      for (const part of [cell, text]) {
        part.toggleAttribute("hidden", !there);
        part.classList.toggle("md-chosen", same([i, j], picked));
      }
      if (!there) continue;
      const [x, y] = entry(i, j);
      const value = format(X()[i][j], 3);
      put({ x: x - wide / 2 + 2, y: y - ENTRY / 2 + 2, width: wide - 4 }, cell);
      put({ x, y: y + 4.5 }, text);
      text.textContent = value;
      put({ "aria-valuenow": X()[i][j], "aria-valuetext": `${value}, ${said(i, j)}` }, cell);
    }
  }

  // Dots for ones: the commutation matrix, a row for each place by rows; or the duplication matrix, a row for
  // each place by columns, and hollow where the elimination matrix does not pick.
  function drawDots() {
    const picked = model.get("picked");
    const place = symmetric() ? [byColumns, byFree] : [byRows, byColumns];
    const size = [entries().length, symmetric() ? free().length : entries().length];
    const most = figure.width >= WIDE ? Math.floor(figure.width * 0.38) : Math.min(figure.width, 340);
    const unit = Math.min(22, Math.floor((most - PLACE - 4) / Math.max(...size)));
    const [x, y] = [(c) => PLACE + unit * c, (r) => 2 * TOP + unit * r];
    const title = symmetric() ? `*D*_{${rows()}}, filled dots *L*_{${rows()}}^⊤`
      : `*K*_{${rows()}${columns()}}`;
    const width = Math.max(x(size[1]) + 4, 150);
    const height = y(size[0]) + 4;
    put({ width, height, viewBox: `0 0 ${width} ${height}` }, right);
    const found = entries().map((at) => [at, place.map((of) => of(...at))]);
    const lit = found.filter(([at]) => same(at, picked)).map(([, places]) => places);
    const band = (attributes) => svg("rect", { class: "md-band", ...attributes });
    const once = (k) => [...new Set(lit.map((places) => places[k]))];
    bands.replaceChildren(
      svg("rect", { x: x(0), y: y(0), width: unit * size[1], height: unit * size[0], class: "md-frame" }),
      ...once(0).flatMap((r) => [band({ x: x(0), y: y(r), width: unit * size[1], height: unit }),
        label(String(r + 1), x(0) - 5, y(r) + unit / 2 + 4, "md-tick md-chosen", "end")]),
      ...once(1).flatMap((c) => [band({ x: x(c), y: y(0), width: unit, height: unit * size[0] }),
        label(String(c + 1), x(c) + unit / 2, y(0) - 5, "md-tick md-chosen")]),
      label(title, x(0), 14, "md-axis", "start"));
    dots.replaceChildren(...found.map(([at, [r, c]]) => {
      const hollow = symmetric() && at[0] < at[1];
      const dot = svg("circle", { cx: x(c) + unit / 2, cy: y(r) + unit / 2, r: Math.max(2.5, unit / 4),
        class: `md-one ${hollow ? "md-hollow" : ""} ${same(at, picked) ? "md-chosen" : ""}` });
      dot.addEventListener("pointerdown", () => pick(...at));
      return dot;
    }));
  }

  function said(i, j) {
    return `place ${byColumns(i, j) + 1} by columns, `
      + (symmetric() ? `${byFree(i, j) + 1} in vech` : `${byRows(i, j) + 1} by rows`);
  }

  function cycles() { // of places by columns, carried to places by rows
    const to = new Map(entries().map((at) => [byColumns(...at) + 1, byRows(...at) + 1]));
    const left = new Set(range(to.size).map((k) => k + 1));
    let found = "";
    while (left.size) {
      const cycle = [Math.min(...left)];
      while (to.get(cycle.at(-1)) !== cycle[0]) cycle.push(to.get(cycle.at(-1)));
      for (const k of cycle) left.delete(k);
      if (cycle.length > 1) found += `(${cycle.join(" ")})`;
    }
    return found || "none";
  }

  function draw() {
    drawStacks();
    drawDots();
    const [i, j] = model.get("picked");
    const read = (holds, place, from) => // from which place each place is filled
      holds.toSorted((a, b) => place(...a) - place(...b)).map((at) => from(...at) + 1);
    const values = symmetric()
      ? { vech: byFree(i, j) + 1, duplicated: read(entries(), byColumns, byFree),
        eliminated: read(free(), byFree, byColumns) }
      : { "by rows": byRows(i, j) + 1, order: read(entries(), byRows, byColumns), cycles: cycles(),
        fixed: read(entries().filter((at) => byRows(...at) === byColumns(...at)), byRows, byRows) };
    const all = Object.fromEntries([...figure.outputs.keys()].map((name) => [name, values[name] ?? null]));
    figure.show({ ...all, entry: X()[i][j], "by columns": byColumns(i, j) + 1 });
    for (const [name, { item }] of figure.outputs) item.hidden = !["entry", "by columns"].includes(name) && !(name in values);
  }

  const say = () => {
    const [i, j] = model.get("picked");
    return `${format(X()[i][j])}: ${said(i, j)}`;
  };
  return figure.run({ draw, say });
}

export default { render };
