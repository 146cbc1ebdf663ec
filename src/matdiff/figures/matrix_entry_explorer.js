import { Figure, format, html, product, replaced, scrub, table, transpose } from "./stage.js";

const REACH = 9.9; // entries are dragged between -9.9 and 9.9, or as far as the largest one
const ROLES = { X: "output", W: "variable", Z: "output", Y: "output", G: "upstream", gradientW: "gradient",
  gradientX: "gradient" };

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "matrix-entry-explorer",
    traits: ["X", "W", "loss", "picked", "start"],
    hint: "Drag an entry of *W* or *X* up or down.",
    note: "Ochre moves with it; its slope (green) is the product of the purple." });
  const Y = model.get("Y");
  const reach = Math.max(REACH, ...[...model.get("X"), ...model.get("W")].flat().map(Math.abs));
  const factors = { half: 1, mean: 1 / Y.length, library: 2 / (Y.length * Y[0].length) };
  const factor = () => factors[model.get("loss")];

  function evaluate(X, W) {
    const Z = product(X, W);
    const G = Z.map((row, i) => row.map((z, j) => factor() * (z - Y[i][j])));
    const loss = Z.flat().reduce((sum, z, n) => sum + (z - Y.flat()[n]) ** 2, 0) * factor() / 2;
    return { X, W, Z, Y, G, loss, forW: product(transpose(X), G), forX: product(G, transpose(W)) };
  }

  // ---- tables: name -> rows of cells
  const cells = {};
  const value = (name, i, j) => model.get(name)[i][j];
  function pick(name, i, j) {
    const [table, row, column] = model.get("picked");
    if (table === name && row === i && column === j) return;
    figure.change({ picked: [name, i, j], start: value(name, i, j) });
  }
  function numbers(name, title, rows, columns) {
    const made = table(title, rows, columns, ROLES[name]);
    cells[name] = made.cells;
    if (name === "W" || name === "X") {
      made.cells.forEach((row, i) => row.forEach((cell, j) => scrub(cell, {
        name: `${name}-${i}-${j}`, label: `${name}, row ${i + 1}, column ${j + 1}`, reach,
        get: () => value(name, i, j), pick: () => pick(name, i, j),
        set: (to) => figure.change({ [name]: replaced(model.get(name), i, j, to) }) })));
    }
    return made.node;
  }

  const [m, d, k] = [Y.length, model.get("W").length, Y[0].length];
  const sign = (text) => html("span", { class: "md-sign", "aria-hidden": "true" }, text);
  const line = (...parts) => html("div", { class: "md-equation" }, ...parts);
  const pair = (...parts) => html("div", { class: "md-equation md-apart" }, ...parts);
  figure.stage.append(
    line(numbers("X", "*X*", m, d), numbers("W", "*W*", d, k),
      html("div", { class: "md-result" }, sign("="), numbers("Z", "*Z* = *XW*", m, k))),
    pair(numbers("G", "*G* ∝ *Z* − *Y*", m, k), numbers("Y", "*Y*", m, k)),
    pair(numbers("gradientW", "∇_W *L* = *X*^⊤*G*", d, k), numbers("gradientX", "∇_X *L* = *GW*^⊤", m, d)));

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
      (name === table ? replaced(now[name], i, j, start) : now[name])));
    const first = (table === "W" ? before.forW : before.forX)[i][j];
    figure.show({ loss: now.loss, slope: gradient[i][j], terms, predicted: first * (now[table][i][j] - start),
      actual: now.loss - before.loss, gradient });
  }

  const say = () => `loss ${format(evaluate(model.get("X"), model.get("W")).loss)}`;
  return figure.run({ draw, say });
}

export default { render };
