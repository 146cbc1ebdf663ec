import { Figure, clamp, format, html, linspace, product, replaced, richHtml, scrub, table, tidy,
  transpose } from "./stage.js";

const REACH = 9.9; // entries are dragged between -9.9 and 9.9, or as far as the largest one
const SPAN = 2; // the curve shows the loss this far to either side of the tangent's point
const H = 1e-6; // an entry is nudged by this to see what moves
const TABLES = ["X", "W1", "b1", "W2", "b2", "Y"];
const SAMPLES = 121; // points of the curve

const map = (f, ...tables) => tables[0].map((row, i) => row.map((_, j) => f(...tables.map((A) => A[i][j]))));
const sumRows = (A) => [A[0].map((_, j) => A.reduce((sum, row) => sum + row[j], 0))];
const plusRow = (A, b) => A.map((row) => row.map((x, j) => x + b[0][j]));

// ------------------------------------------------------------------ the network, as in Python

function passes({ X, W1, b1, W2, b2, Y }, mistake) {
  const m = X.length;
  const Z1 = plusRow(product(X, W1), b1);
  const A1 = map((z) => Math.max(z, 0), Z1);
  const Z2 = plusRow(product(A1, W2), b2);
  const residual = map((z, y) => z - y, Z2, Y);
  const L = residual.flat().reduce((sum, r) => sum + r * r, 0) / (2 * m);
  const delta2 = map((r) => (mistake === "no mean" ? r : r / m), residual);
  const atA1 = product(delta2, transpose(W2));
  const delta1 = map((g, z) => (mistake === "no mask" || z > 0 ? g : 0), atA1, Z1);
  return { values: { X, W1, b1, W2, b2, Y, Z1, A1, Z2, L: [[L]] }, L, gradients: {
    "delta 1": delta1, "delta 2": delta2, "at A1": atA1, "gradient X": product(delta1, transpose(W1)),
    "gradient W1": product(transpose(X), delta1), "gradient b1": sumRows(delta1),
    "gradient W2": product(transpose(A1), delta2), "gradient b2": sumRows(delta2),
    "gradient Y": map((g) => -g, delta2) } };
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "batch-network",
    traits: [...TABLES, "mistake", "picked", "start"],
    hint: "Drag an underlined entry up or down, or the point on its curve.",
    note: "Dashed: gradients. Ochre: what the entry moves." });
  const start = Object.fromEntries(TABLES.map((name) => [name, model.get(name)]));
  const [m, o] = [start.Y.length, start.Y[0].length];
  const [d, h] = [start.W1.length, start.W1[0].length];
  const reach = Math.max(REACH, ...Object.values(start).flat(2).map(Math.abs));

  const tables = () => Object.fromEntries(TABLES.map((name) => [name, model.get(name)]));
  const entry = ([name, i, j]) => model.get(name)[i][j];
  function at(value) { // all tables, the picked entry replaced
    const [name, i, j] = model.get("picked");
    return { ...tables(), [name]: replaced(model.get(name), i, j, value) };
  }
  const loss = (value) => passes(at(value), "none").L;
  function pick(...picked) {
    if (String(picked) === String(model.get("picked"))) return;
    figure.change({ picked, start: entry(picked) });
  }
  function move([name, i, j], to) {
    figure.change({ [name]: replaced(model.get(name), i, j, to) });
  }

  // ---- the drawing: a spine of values with what comes back below, parameters above the links they feed
  const graph = html("div", { class: "md-graph" });
  figure.stage.append(graph);
  const boxes = []; // {cells, get(), name, back}
  function grid(role, rows, columns, more) {
    const made = table("", rows, columns, role);
    made.grid.classList.add(`role-${role}`);
    made.grid.style.gridTemplateColumns = `repeat(${columns}, max-content)`;
    if (more.back) made.grid.classList.add("md-back");
    boxes.push({ cells: made.cells, ...more });
    return made.grid;
  }
  function box(place, title, rows, columns, back) {
    const drag = TABLES.includes(place);
    const parts = [grid(drag && place !== "Y" ? "variable" : "output", rows, columns,
      { name: place, get: (now) => now.values[place] })];
    if (back) {
      parts.push(grid(place.match(/[Wb]/) ? "gradient" : "upstream", rows, columns,
        { name: back, back: true, get: (now) => now.gradients[back] }));
    }
    if (drag) {
      boxes.find((made) => made.name === place).cells.forEach((row, i) => row.forEach((cell, j) =>
        scrub(cell, { name: `${place}-${i}-${j}`, label: `${place}, row ${i + 1}, column ${j + 1}`, reach,
          get: () => entry([place, i, j]), pick: () => pick(place, i, j),
          set: (to) => move([place, i, j], to) })));
    }
    return html("figure", { class: "md-tablebox md-node", "data-node": place },
      html("figcaption", {}, ...richHtml(title)), html("div", { class: "md-pair" }, ...parts));
  }
  const link = (onward, back) => {
    const here = html("span", { class: "md-return role-upstream" }, ...richHtml(back));
    return { here, node: html("div", { class: "md-link", "aria-hidden": "true" },
      html("span", { class: "md-onward role-output" }, ...richHtml(onward)), here) };
  };
  const put = (node, first, span, row = "spine") => {
    node.style.setProperty("--at", first);
    node.style.setProperty("--span", span);
    node.classList.add(`md-${row}`);
    graph.append(node);
  };
  const links = [link("*W*_1, *b*_1", "·*W*_1^⊤"), link("ReLU", ""), link("*W*_2, *b*_2", "·*W*_2^⊤"),
    link("loss", "")];
  put(box("X", "*X*", m, d, "gradient X"), 1, 1);
  put(html("div", {}, box("W1", "*W*_1", d, h, "gradient W1"), box("b1", "*b*_1", 1, h, "gradient b1")),
    1, 3, "feeds");
  put(links[0].node, 2, 1);
  put(box("Z1", "*Z*_1", m, h, "delta 1"), 3, 1);
  put(links[1].node, 4, 1);
  put(box("A1", "*A*_1", m, h, "at A1"), 5, 1);
  put(html("div", {}, box("W2", "*W*_2", h, o, "gradient W2"), box("b2", "*b*_2", 1, o, "gradient b2"),
    box("Y", "*Y*", m, o, "gradient Y")), 5, 5, "feeds");
  put(links[2].node, 6, 1);
  put(box("Z2", "*Z*_2", m, o, "delta 2"), 7, 1);
  put(links[3].node, 8, 1);
  put(box("L", "*L*", 1, 1), 9, 1);

  // ---- the loss along the picked entry, and the tangent that the backward pass gives
  const plot = figure.panel({ name: "curve", label: "the loss along the picked entry", x: [-1, 1], y: [0, 1],
    aspect: 0.5, margin: { left: 44 } });
  const curve = plot.curve("output", { width: 2.5 });
  const tangent = plot.curve("gradient", { width: 2 });
  const touch = plot.dot("gradient", 4);
  const gap = plot.curve("direction", { width: 2 });
  const ghost = plot.dot("direction", 5);
  plot.handle({ name: "entry", label: "the picked entry", role: "variable", axis: "x", step: 0.1,
    get: () => [entry(model.get("picked")), loss(entry(model.get("picked")))],
    set: ([x]) => move(model.get("picked"), tidy(clamp(x, [-reach, reach]), 0.1)),
    far: (sign) => move(model.get("picked"), sign * reach),
    text: () => `${format(entry(model.get("picked")))}, loss ${format(loss(entry(model.get("picked"))))}` });

  figure.choice({ name: "mistake", label: "mistake on the way back",
    options: [["none", "none"], ["no mask", "mask of the ReLU forgotten"], ["no mean", "1/m forgotten"]],
    get: () => model.get("mistake"), set: (mistake) => figure.change({ mistake }) });
  figure.button({ name: "touch", label: "Tangent here",
    press: () => figure.change({ start: entry(model.get("picked")) }) });
  figure.readouts([{ name: "entry", label: "entry", role: "variable" }, { name: "L", label: "*L*", role: "output" },
    { name: "slope", label: "slope at the tangent's point", role: "gradient", place: "wide" },
    { name: "predicted", label: "predicted Δ*L*", role: "gradient", place: "first" },
    { name: "actual", label: "actual Δ*L*", role: "output" }]);
  const hidden = Object.keys(passes(start, "none").gradients);
  figure.readouts(hidden.map((name) => ({ name, label: name })));
  for (const name of hidden) figure.outputs.get(name).item.classList.add("md-hidden"); // they are drawn

  let way = 0;
  const WAYS = ["md-across", "md-down", "md-down md-single"];
  const turn = (to) => (graph.className = `md-graph ${WAYS[(way = to)]}`);
  const layout = () => turn(figure.width >= 620 ? 0 : 1);
  const narrow = () => graph.scrollWidth > graph.clientWidth + 1;

  function drawPlot(slope, first) {
    const [from, value] = [model.get("start"), entry(model.get("picked"))];
    const x = [Math.min(from - SPAN, value), Math.max(from + SPAN, value)];
    const points = linspace(...x, SAMPLES).map((t) => [t, loss(t)]);
    const heights = points.map(([, y]) => y);
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const room = 0.12 * (high - low) || 1;
    plot.view({ x, y: [low - room, high + room] });
    const [name, i, j] = model.get("picked");
    const digit = name.replace(/\D/g, "");
    plot.axes({ xlabel: `*${name[0]}*${digit && `_${digit}`}, row ${i + 1}, column ${j + 1}`,
      ylabel: "*L*" });
    curve.set(points);
    const line = (t) => [t, first + slope * (t - from)];
    tangent.set(x.map(line));
    touch.set([from, first]);
    ghost.set(line(value));
    gap.set([line(value), [value, loss(value)]]);
  }

  function draw() {
    const mistake = model.get("mistake");
    const now = passes(tables(), mistake);
    const right = passes(tables(), "none").gradients;
    const [name, i, j] = model.get("picked");
    const value = entry(model.get("picked"));
    const nudged = passes(at(value + H), "none").values;
    for (const { cells, get, name: of, back } of boxes) {
      const shown = get(now);
      cells.forEach((row, r) => row.forEach((cell, c) => {
        const mine = of === name && r === i && c === j;
        cell.textContent = format(shown[r][c], 3, 1e-9);
        cell.classList.toggle("md-picked", mine);
        cell.classList.toggle("md-slope", of === `gradient ${name}` && r === i && c === j);
        cell.classList.toggle("md-false", Boolean(back) && Math.abs(shown[r][c] - right[of][r][c]) > 1e-9);
        cell.classList.toggle("md-moves", !back && !mine && Math.abs(nudged[of][r][c] - shown[r][c]) > 1e-12);
        if (!back && TABLES.includes(of)) {
          cell.setAttribute("aria-valuenow", shown[r][c]);
          cell.setAttribute("aria-valuetext", `${format(shown[r][c])}, loss ${format(now.L)}`);
        }
      }));
    }
    links[1].here.replaceChildren(...richHtml(mistake === "no mask" ? "⊙ 1" : "⊙ mask"));
    links[1].here.classList.toggle("role-wrong", mistake === "no mask");
    links[3].here.replaceChildren(...richHtml(mistake === "no mean" ? "· − *Y*" : "(· − *Y*)/*m*"));
    links[3].here.classList.toggle("role-wrong", mistake === "no mean");
    while (way < WAYS.length - 1 && narrow()) turn(way + 1); // long numbers
    const from = passes(at(model.get("start")), mistake);
    const slope = from.gradients[`gradient ${name}`][i][j];
    drawPlot(slope, from.L);
    figure.show({ entry: value, L: now.L, slope, predicted: slope * (value - model.get("start")),
      actual: now.L - from.L, ...now.gradients });
  }

  const say = () => `loss ${format(loss(entry(model.get("picked"))))}`;
  return figure.run({ layout, draw, say });
}

export default { render };
