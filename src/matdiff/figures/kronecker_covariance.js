import { Figure, clamp, format, html, kron, largest, pointable, product, replaced, richHtml, scrub, table, tidy, tint,
  transpose } from "./stage.js";

const REACH = 9.9; // entries are dragged between -9.9 and 9.9
const LEAST = 0.05; // no squared pivot of a covariance is dragged below this
const WIDEST = 38; // pixels of a square of the big matrix
const NUMBERED = 25; // from this width on, squares have room for their numbers

// The lower triangular L with C = L Lᵀ, or null if a squared pivot is too small.
function cholesky(C) {
  const L = C.map((row) => row.map(() => 0));
  for (let j = 0; j < C.length; j++) {
    const rest = (i) => C[i][j] - L[i].reduce((sum, x, k) => sum + x * L[j][k], 0);
    const pivot = rest(j);
    if (!(pivot >= LEAST * (1 - 1e-9))) return null;
    for (let i = C.length - 1; i >= j; i--) L[i][j] = rest(i) / Math.sqrt(pivot);
  }
  return L;
}

const logs = (L) => L.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
const trace = (C) => C.reduce((sum, row, i) => sum + row[i], 0);

function render({ model, el }) {
  const [n, p] = [model.get("U").length, model.get("V").length];
  const reach = Math.max(REACH, ...["U", "V"].flatMap((name) => model.get(name).flat().map(Math.abs)));
  const figure = new Figure({ model, el, kind: "kronecker-covariance",
    traits: ["U", "V", "Z", "order", "picked"],
    hint: "Drag entries of *U* and *V*; point at a square of the big matrix.", note: "Striped is negative." });

  // ---- the numbers
  const byColumns = () => model.get("order") === "columns";
  const entryAt = (place) => (byColumns() ? [place % n, Math.floor(place / n)]
    : [Math.floor(place / p), place % p]);
  const placeOf = ([i, j]) => (byColumns() ? i + n * j : p * i + j);

  function now() {
    const [U, V, Z] = ["U", "V", "Z"].map((name) => model.get(name));
    const [A, B] = [cholesky(U), cholesky(V)];
    const [first, second] = model.get("picked").map(entryAt);
    const [[i, j], [k, l]] = [first, second];
    const covariance = U[i][k] * V[j][l];
    const square = Z.flat().reduce((sum, z) => sum + z * z, 0);
    return { U, V, first: first.map((x) => x + 1), second: second.map((x) => x + 1), covariance,
      X: product(product(A, Z), transpose(B)),
      correlation: covariance / Math.sqrt(U[i][i] * U[k][k] * V[j][j] * V[l][l]),
      moment: U.map((row) => row.map((x) => x * trace(V))),
      "log-density": (-n * p * Math.log(2 * Math.PI)) / 2 - p * logs(A) - n * logs(B) - square / 2,
      big: byColumns() ? kron(V, U) : kron(U, V) };
  }

  // ---- dragging: the mirror entry follows, and the matrix stays a covariance
  const mirrored = (C, i, j, x) => replaced(replaced(C, i, j, x), j, i, x);
  function put(name, i, j, to) {
    const C = model.get(name);
    const steps = Math.ceil(Math.abs(to - C[i][j]) / 0.01);
    for (let s = steps; s >= 0; s--) { // from there back to here, until it is one
      const x = s === 0 ? C[i][j] : tidy(C[i][j] + ((to - C[i][j]) * s) / steps, 0.1);
      const moved = mirrored(C, i, j, x);
      if (cholesky(moved)) {
        figure.change({ [name]: moved });
        return;
      }
    }
  }
  // c U and V / c: the same distribution.
  function pass(c) {
    const scaled = (name, t) => model.get(name).map((row) => row.map((x) => tidy(x * t, 1e-6)));
    const [U, V] = [scaled("U", c), scaled("V", 1 / c)];
    const fits = [U, V].every((C) => cholesky(C) && C.flat().every((x) => Math.abs(x) <= reach));
    if (fits) figure.change({ U, V });
  }

  // ---- tables
  const cells = {};
  function numbers(name, caption, height, width, role) {
    const made = table(caption, height, width, role);
    cells[name] = made.cells;
    made.node.dataset.table = name;
    return made.node;
  }
  function draggable(name, caption, size) {
    const node = numbers(name, caption, size, size, "variable");
    cells[name].forEach((line, i) => line.forEach((cell, j) => scrub(cell, { name: `${name}-${i}-${j}`, reach,
      label: `${name}, row ${i + 1}, column ${j + 1}`, get: () => model.get(name)[i][j],
      set: (to) => put(name, i, j, to) })));
    return node;
  }
  const sign = (text) => html("span", { class: "md-sign", "aria-hidden": "true" }, ...richHtml(text));
  const big = html("div", { class: "md-squares" });
  const title = html("figcaption", { class: "role-gradient" });
  const bigBox = html("figure", { class: "md-tablebox" }, title, big);
  const words = html("div", { class: "md-sum" });
  figure.stage.append(
    html("div", { class: "md-equation" }, draggable("U", "*U*, rows", n), draggable("V", "*V*, columns", p),
      sign("→"), numbers("X", "*X* = *AZB*ᵀ", n, p, "output")),
    html("div", { class: "md-equation md-blocks" }, bigBox), html("div", {}, words));
  figure.choice({ name: "order", label: "stacked by",
    options: [["columns", "columns, vec"], ["rows", "rows, ravel"]], get: () => model.get("order"),
    set: (order) => { // the same two entries stay picked
      const [first, second] = model.get("picked").map(entryAt);
      model.set("order", order);
      figure.change({ order, picked: [placeOf(first), placeOf(second)] });
    } });
  figure.button({ name: "up", label: "2*U*, *V*/2", press: () => pass(2) });
  figure.button({ name: "down", label: "*U*/2, 2*V*", press: () => pass(0.5) });
  figure.readouts([
    { name: "first", label: "first entry", role: "direction" },
    { name: "second", label: "second", role: "direction" },
    { name: "covariance", label: "covariance", role: "gradient" },
    { name: "correlation", label: "correlation", role: "gradient", digits: 3, tiny: 1e-9 },
    { name: "log-density", label: "log *p*(*X*)", role: "output", place: "first" },
    { name: "moment", label: "tr(*V*) *U*", role: "variable" },
    ...["U", "V", "X", "big"].map((name) => ({ name, label: name })),
  ]);
  for (const name of ["U", "V", "X", "big"]) figure.outputs.get(name).item.classList.add("md-hidden");

  // ---- the big matrix
  let mark = () => {};
  let squares = [];
  function build() {
    const inner = byColumns() ? n : p;
    squares = Array.from({ length: n * p }, (_, r) => Array.from({ length: n * p }, (_, c) => {
      const square = html("span", { class: "md-square" });
      square.classList.toggle("md-below", r > 0 && r % inner === 0); // blocks stand apart
      square.classList.toggle("md-right", c > 0 && c % inner === 0);
      return square;
    }));
    big.replaceChildren(...squares.flat());
    big.style.gridTemplateColumns = `repeat(${n * p}, auto)`;
    mark = pointable(big, squares, { label: "entry of the covariance of the stack",
      picked: () => model.get("picked"), pick: (r, c) => figure.change({ picked: [r, c] }) });
  }

  let built = null;
  function draw() {
    const state = now();
    if (built !== model.get("order")) {
      build();
      built = model.get("order");
    }
    const [row, column] = model.get("picked");
    const [at, to] = [state.first, state.second].map((entry) => entry.map((x) => x - 1));
    for (const name of ["U", "V", "X"]) {
      cells[name].forEach((line, i) => line.forEach((cell, j) => {
        cell.textContent = format(state[name][i][j], 3, 1e-9);
        if (name === "X") return;
        cell.setAttribute("aria-valuenow", state[name][i][j]);
        cell.setAttribute("aria-valuetext", format(state[name][i][j]));
        const k = name === "U" ? 0 : 1; // rows of X are those of U, its columns those of V
        cell.classList.toggle("md-factor", i === at[k] && j === to[k]);
      }));
    }
    cells.X.forEach((line, i) => line.forEach((cell, j) => {
      cell.classList.add("md-tinted");
      tint(cell, state.X[i][j], largest(state.X));
      cell.classList.toggle("md-picked", [at, to].some(([a, b]) => a === i && b === j));
    }));
    title.replaceChildren(...richHtml(byColumns() ? "cov vec *X* = *V*⊗*U*" : "cov ravel *X* = *U*⊗*V*"));
    squares.forEach((line, r) => line.forEach((square, c) => {
      const x = state.big[r][c];
      tint(square, x, largest(state.big));
      square.textContent = format(x, 2, 1e-9).replace(/^(−?)0\./, "$1.");
      square.setAttribute("aria-label", `row ${r + 1}, column ${c + 1}: ${format(x)}`);
      square.classList.toggle("md-here", r === row && c === column);
    }));
    const room = figure.width - 4 * n * p - 16;
    const side = clamp(Math.floor(room / (n * p)), [6, WIDEST]);
    big.style.setProperty("--side", `${side}px`);
    big.classList.toggle("md-numbered", side >= NUMBERED);
    mark();
    words.replaceChildren(...richHtml(sentence(state)));
    figure.show(state);
  }

  const index = (name, i, j) => `*${name}*_{${i}${j}}`;
  const sentence = ({ U, V, first: [i, j], second: [k, l], covariance }) =>
    `cov(${index("X", i, j)}, ${index("X", k, l)}) = ${index("U", i, k)} ${index("V", j, l)} = `
    + `${format(U[i - 1][k - 1])} · ${format(V[j - 1][l - 1])} = ${format(covariance)}`;
  const say = () => sentence(now()).replace(/[*_{}]/g, "");
  return figure.run({ draw, say });
}

export default { render };
