import { Figure, clamp, dot, format, html, richHtml, tidy } from "./stage.js";

const REACH = 9.9; // entries are dragged between -9.9 and 9.9, or as far as the largest one
const STEP = 0.1; // one arrow key, and the grain of a drag
const PIXELS = 6; // of dragging for one step
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
const ENDS = { Home: -1, End: 1 };
const ROLES = { X: "output", W: "variable", Z: "output", Y: "output", G: "upstream", gradientW: "gradient",
  gradientX: "gradient" };

const transpose = (A) => A[0].map((_, j) => A.map((row) => row[j]));
const product = (A, B) => A.map((row) => transpose(B).map((column) => dot(row, column)));

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "matrix-entry-explorer",
    traits: ["X", "W", "loss", "picked", "start"],
    hint: "Drag an entry of *W* or *X* up or down.",
    note: "Ochre moves with it; its slope (green) is the product of the purple." });
  const Y = model.get("Y");
  const reach = Math.max(REACH, ...[...model.get("X"), ...model.get("W")].flat().map(Math.abs));
  const range = [-reach, reach];
  const factors = { half: 1, mean: 1 / Y.length, library: 2 / (Y.length * Y[0].length) };
  const factor = () => factors[model.get("loss")];

  function evaluate(X, W) {
    const Z = product(X, W);
    const G = Z.map((row, i) => row.map((z, j) => factor() * (z - Y[i][j])));
    const loss = Z.flat().reduce((sum, z, n) => sum + (z - Y.flat()[n]) ** 2, 0) * factor() / 2;
    return { X, W, Z, Y, G, loss, forW: product(transpose(X), G), forX: product(G, transpose(W)) };
  }
  const put = (A, i, j, value) =>
    A.map((row, r) => (r === i ? row.map((x, c) => (c === j ? value : x)) : row));

  // ---- tables: name -> rows of cells
  const cells = {};
  function table(name, title, rows, columns) {
    const grid = html("div", { class: "md-table", style: `grid-template-columns: repeat(${columns}, auto)` });
    cells[name] = Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => {
      const cell = html("span", { class: "md-cell" });
      grid.append(cell);
      if (name === "W" || name === "X") scrub(cell, name, i, j);
      return cell;
    }));
    const caption = html("figcaption", { class: `role-${ROLES[name]}` }, ...richHtml(title));
    return html("figure", { class: "md-tablebox" }, caption, grid);
  }

  const value = (name, i, j) => model.get(name)[i][j];
  function pick(name, i, j) {
    const [table, row, column] = model.get("picked");
    if (table === name && row === i && column === j) return;
    figure.change({ picked: [name, i, j], start: value(name, i, j) });
  }
  const move = (name, i, j, to) =>
    figure.change({ [name]: put(model.get(name), i, j, tidy(clamp(to, range), STEP)) });

  // An entry that is dragged along the page, or moved with the arrow keys.
  function scrub(cell, name, i, j) {
    const attributes = { role: "slider", tabindex: 0, "data-handle": `${name}-${i}-${j}`,
      "aria-label": `${name}, row ${i + 1}, column ${j + 1}`,
      "aria-valuemin": -reach, "aria-valuemax": reach };
    for (const [key, text] of Object.entries(attributes)) cell.setAttribute(key, text);
    cell.classList.add("md-scrub");
    cell.addEventListener("focus", () => pick(name, i, j));
    cell.addEventListener("keydown", (event) => {
      const [keys, end] = [KEYS[event.key], ENDS[event.key]];
      if (!(keys || end) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      move(name, i, j, end ? end * reach : value(name, i, j) + keys * STEP * (event.shiftKey ? 0.1 : 1));
    });
    cell.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      cell.focus({ preventScroll: true });
      pick(name, i, j);
      const from = value(name, i, j);
      cell.setPointerCapture(event.pointerId);
      const drag = (next) => {
        const pixels = (next.clientX - event.clientX) - (next.clientY - event.clientY);
        move(name, i, j, from + STEP * Math.round(pixels / PIXELS));
      };
      cell.addEventListener("pointermove", drag);
      const drop = () => cell.removeEventListener("pointermove", drag);
      cell.addEventListener("lostpointercapture", drop, { once: true });
    });
  }

  const [m, d, k] = [Y.length, model.get("W").length, Y[0].length];
  const sign = (text) => html("span", { class: "md-sign", "aria-hidden": "true" }, text);
  const line = (...parts) => html("div", { class: "md-equation" }, ...parts);
  const pair = (...parts) => html("div", { class: "md-equation md-apart" }, ...parts);
  figure.stage.append(
    line(table("X", "*X*", m, d), table("W", "*W*", d, k),
      html("div", { class: "md-result" }, sign("="), table("Z", "*Z* = *XW*", m, k))),
    pair(table("G", "*G* ∝ *Z* − *Y*", m, k), table("Y", "*Y*", m, k)),
    pair(table("gradientW", "∇_W *L* = *X*^⊤*G*", d, k), table("gradientX", "∇_X *L* = *GW*^⊤", m, d)));

  figure.choice({ name: "loss", label: "loss, with *R* = *Z* − *Y*",
    options: [["half", "½ ‖R‖²"], ["mean", `1/(2m) ‖R‖², m = ${m}`],
      ["library", `1/(mk) ‖R‖², mk = ${m * k}`]],
    get: () => model.get("loss"), set: (loss) => figure.change({ loss }) });
  figure.readouts([
    { name: "loss", label: "*L*", role: "output" }, { name: "slope", label: "slope", role: "gradient" },
    { name: "terms", label: "sum of", role: "gradient", place: "wide" },
    { name: "predicted", label: "predicted Δ*L*", place: "first" }, { name: "actual", label: "actual Δ*L*" },
    { name: "gradient", label: "gradient", role: "gradient" },
  ]);

  figure.outputs.get("gradient").item.classList.add("md-hidden"); // it stands among the tables already

  // Which cells take part: the entry, what is multiplied, what moves.
  function marks([table, i, j]) {
    return table === "W"
      ? { factor: [["X", null, i], ["G", null, j]], moves: [["Z", null, j]], slope: ["gradientW", i, j] }
      : { factor: [["G", i, null], ["W", j, null]], moves: [["Z", i, null]], slope: ["gradientX", i, j] };
  }
  const meets = ([name, row, column], at, i, j) => name === at && [null, i].includes(row)
    && [null, j].includes(column);

  function draw() {
    const now = evaluate(model.get("X"), model.get("W"));
    const [table, i, j] = model.get("picked");
    const { factor: multiplied, moves, slope } = marks(model.get("picked"));
    const shown = { ...now, Y, gradientW: now.forW, gradientX: now.forX };
    for (const name of Object.keys(cells)) {
      shown[name].forEach((row, r) => row.forEach((x, c) => {
        const cell = cells[name][r][c];
        cell.textContent = format(x, 3, 1e-9);
        cell.classList.toggle("md-picked", name === table && r === i && c === j);
        cell.classList.toggle("md-factor", multiplied.some((part) => meets(part, name, r, c)));
        cell.classList.toggle("md-moves", moves.some((part) => meets(part, name, r, c)));
        cell.classList.toggle("md-slope", meets(slope, name, r, c));
        if (name === "W" || name === "X") {
          cell.setAttribute("aria-valuenow", x);
          cell.setAttribute("aria-valuetext", `${format(x)}, loss ${format(now.loss)}`);
        }
      }));
    }
    const gradient = table === "W" ? now.forW : now.forX;
    const terms = table === "W" ? now.X.map((row, n) => row[i] * now.G[n][j])
      : now.G[i].map((g, n) => g * now.W[j][n]);
    const start = model.get("start");
    const before = evaluate(...["X", "W"].map((name) =>
      (name === table ? put(now[name], i, j, start) : now[name])));
    const first = (table === "W" ? before.forW : before.forX)[i][j];
    figure.show({ loss: now.loss, slope: gradient[i][j], terms, predicted: first * (now[table][i][j] - start),
      actual: now.loss - before.loss, gradient });
  }

  const say = () => `loss ${format(evaluate(model.get("X"), model.get("W")).loss)}`;
  return figure.run({ draw, say });
}

export default { render };
