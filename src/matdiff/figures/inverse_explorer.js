import { Figure, add, clamp, format, html, norm, replaced, richHtml, scale, scrub, table, tidy }
  from "./stage.js";

const ROUNDING = 1e-12; // a determinant below this share of its two products is nought
const REACH = 6; // entries are dragged between -6 and 6, or as far as the largest one
const STEP = 0.1;
const HIGHEST = 1e4; // of the curves, which run to infinity where det X = 0

function determinant([[a, b], [c, d]]) {
  const difference = a * d - b * c;
  return Math.abs(difference) > ROUNDING * (Math.abs(a * d) + Math.abs(b * c)) ? difference : 0;
}

function inverse(X) {
  const det = determinant(X);
  return det ? [[X[1][1] / det, -X[0][1] / det], [-X[1][0] / det, X[0][0] / det]] : null;
}

// The largest singular value of a 2 by 2 matrix.
const largest = ([[a, b], [c, d]]) => (Math.hypot(a + d, c - b) + Math.hypot(a - d, b + c)) / 2;

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "inverse-explorer",
    traits: ["X", "picked", "start", "transposed"],
    hint: "Drag an entry of *X* up or down, or the dot in the picture.",
    note: "Green: the rates, minus the purple times the ochre part of *X*^{−1}." });
  const reach = Math.max(REACH, ...model.get("X").flat().map(Math.abs));

  const rates = (Y, [k, l], transposed) =>
    [0, 1].map((i) => [0, 1].map((j) => -Y[i][k] * (transposed ? Y[l][j] : Y[j][l])));
  const distance = (A, B) => norm(add(A.flat(), B.flat(), -1));

  function now() {
    const X = model.get("X");
    const picked = model.get("picked");
    const [k, l] = picked;
    const transposed = model.get("transposed");
    const before = replaced(X, k, l, model.get("start"));
    const [Y, Y0] = [inverse(X), inverse(before)];
    const said = { det: determinant(X), norm: null, "largest rate": null, condition: null, inverse: Y,
      rates: null, gap: null, change: null, error: null };
    if (!Y) return said;
    const size = largest(Y);
    const shown = rates(Y, picked, transposed);
    Object.assign(said, { norm: size, "largest rate": size * size, condition: size * largest(X), rates: shown,
      gap: distance(shown, rates(Y, picked, true)) });
    if (Y0) {
      const moved = add(Y.flat(), Y0.flat(), -1);
      const predicted = scale(rates(Y0, picked, transposed).flat(), X[k][l] - model.get("start"));
      Object.assign(said, { change: norm(moved), error: norm(add(moved, predicted, -1)) });
    }
    return said;
  }

  // ---- the tables
  function pick(k, l) {
    const [row, column] = model.get("picked");
    if (row !== k || column !== l) figure.change({ picked: [k, l], start: model.get("X")[k][l] });
  }
  const move = (k, l, to) => figure.change({ X: replaced(model.get("X"), k, l, to) });
  const given = table("*X*", 2, 2, "variable");
  given.cells.forEach((row, k) => row.forEach((cell, l) => scrub(cell, { name: `X-${k}-${l}`,
    label: `X, row ${k + 1}, column ${l + 1}`, reach, step: STEP, get: () => model.get("X")[k][l],
    pick: () => pick(k, l), set: (to) => move(k, l, to) })));
  const inverted = table("*X*^{−1}", 2, 2, "output");
  const answers = table("rates", 2, 2, "gradient");
  const caption = answers.node.querySelector("figcaption");
  const tables = [given, inverted, answers].map((made) => made.node);
  figure.stage.append(html("div", { class: "md-equation md-apart" }, ...tables));

  // ---- the picture: how large the inverse and its rates are, whatever value the picked entry has
  const side = figure.panel({ name: "growth",
    label: "norm of the inverse and largest rate against the picked entry",
    x: [-reach, reach], y: [1e-2, HIGHEST], aspect: 0.55, margin: { left: 44 } });
  const pole = side.curve("wrong", { width: 1.3, dashed: true });
  const size = side.curve("output", { width: 2 });
  const rate = side.curve("gradient", { width: 2 });
  const marked = side.dot("gradient", 5);
  const values = () => model.get("picked").reduce((part, at) => part[at], model.get("X"));
  const sizeAt = (x) => {
    const Y = inverse(replaced(model.get("X"), ...model.get("picked"), x));
    return Y ? largest(Y) : Infinity;
  };
  side.handle({ name: "entry", label: "the picked entry", role: "variable", axis: "x", step: STEP,
    get: () => [values(), Math.min(HIGHEST, sizeAt(values()))],
    set: ([x]) => move(...model.get("picked"), tidy(clamp(x, [-reach, reach]), STEP)), text: () => say() });
  const names = [side.text("output", "‖*X*^{−1}‖", "end"), side.text("gradient", "largest rate", "end")];
  const singular = side.text("wrong", "det *X* = 0", "start");

  figure.switch({ name: "forget", label: "without the transpose: −*X*^{−1} ⊗ *X*^{−1}",
    get: () => !model.get("transposed"), set: (forget) => figure.change({ transposed: !forget }) });
  figure.readouts([
    { name: "det", label: "det *X*" }, { name: "norm", label: "‖*X*^{−1}‖", role: "output" },
    { name: "largest rate", label: "largest rate", role: "gradient" },
    { name: "condition", label: "condition" },
    { name: "change", label: "change of *X*^{−1}", role: "output", place: "first" },
    { name: "error", label: "first-order error", role: "wrong", tiny: 1e-9 },
    { name: "gap", label: "rates are off by", role: "wrong", tiny: 1e-9 },
    { name: "inverse", label: "inverse" }, { name: "rates", label: "rates" },
  ]);
  for (const name of ["inverse", "rates"]) { // they stand among the tables already
    figure.outputs.get(name).item.classList.add("md-hidden");
  }

  let view = "";
  function sideAxes([k, l]) { // the axis is named after the picked entry
    if (view === `${k}${l} ${side.width}`) return;
    view = `${k}${l} ${side.width}`;
    side.axes({ xlabel: `*X*_{${k + 1}${l + 1}}`, ylabel: "size",
      yticks: [-2, -1, 0, 1, 2, 3, 4].map((n) => 10 ** n) });
  }

  function layout() {
    side.view({ ylog: true });
    view = "";
    const end = side.margin.left + side.inner[0];
    names.forEach((name, n) => name.place([end - 95 * n, 15])); // above the picture
  }

  function write(cells, numbers, mark) {
    cells.forEach((row, i) => row.forEach((cell, j) => {
      cell.textContent = numbers ? format(numbers[i][j], 3, 1e-9) : "none";
      mark(cell, i, j);
    }));
  }

  function draw() {
    const state = now();
    const [X, [k, l], transposed] = ["X", "picked", "transposed"].map((name) => model.get(name));
    write(given.cells, X, (cell, i, j) => {
      cell.classList.toggle("md-picked", i === k && j === l);
      cell.setAttribute("aria-valuenow", X[i][j]);
      cell.setAttribute("aria-valuetext", `${format(X[i][j])}, determinant ${format(state.det)}`);
    });
    write(inverted.cells, state.inverse, (cell, i, j) => {
      const [left, right] = [j === k, (transposed ? i : j) === l];
      cell.classList.toggle("md-factor", left);
      cell.classList.toggle("md-moves", right && !left);
      cell.classList.toggle("md-both", right && left);
    });
    const role = transposed ? "gradient" : "wrong";
    write(answers.cells, state.rates, (cell, i, j) => { // the larger, the darker
      const share = state.rates ? Math.min(24, 4 * Math.log2(1 + Math.abs(state.rates[i][j]))) : 0;
      cell.style.background = `color-mix(in srgb, var(--md-${role}) ${share.toFixed(0)}%, transparent)`;
    });
    caption.className = `role-${role}`;
    caption.replaceChildren(...richHtml(`−(column ${k + 1})(${transposed ? "row" : "column"} ${l + 1})`));

    sideAxes([k, l]);
    const [a, b] = [determinant(replaced(X, k, l, 0)), determinant(replaced(X, k, l, 1))];
    const zero = a / (a - b); // the determinant is linear in one entry
    const there = Number.isFinite(zero) && Math.abs(zero) < reach;
    pole.set(there ? [[zero, 1e-2], [zero, HIGHEST]] : []);
    const xs = Array.from({ length: 161 }, (_, n) => -reach + (2 * reach * n) / 160);
    // Near the pole, closer and closer to it.
    if (there) for (let h = 2 ** -3; h > 1e-5; h /= 2) xs.push(zero - h, zero + h);
    const along = xs.filter((x) => Math.abs(x) <= reach).sort((p, q) => p - q).map((x) => [x, sizeAt(x)]);
    size.set(along);
    rate.set(along.map(([x, s]) => [x, s * s]));
    const here = Math.min(1e9, sizeAt(values()));
    marked.set([values(), here * here]);
    singular.hide(!there);
    if (there) singular.set([zero, HIGHEST], { dx: 6, dy: 12 });
    figure.show(state);
  }

  function say() {
    const state = now();
    return state.inverse ? `determinant ${format(state.det)}, largest rate ${format(state["largest rate"])}`
      : `entry ${format(values())}, no inverse`;
  }
  return figure.run({ layout, draw, say });
}

export default { render };
