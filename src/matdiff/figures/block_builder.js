import { Figure, clamp, format, html, kron, largest, norm, pointable, product, replaced, richHtml, scrub, table,
  times, tint, transpose } from "./stage.js";

const REACH = 9.9; // entries are dragged between -9.9 and 9.9, or as far as the largest one
const SINGULAR = 1e-12; // a determinant below this share of the product of its rows' lengths is nought
const ROUNDING = 1e-9; // sides that differ by less are equal
const WIDEST = 34; // pixels of a square of the big matrix
const NUMBERED = 25; // from this width on, squares have room for their numbers

// The inverse by elimination, with the largest pivot first; null if there is none.
function inverse(A) {
  const n = A.length;
  const rows = A.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  let det = 1;
  for (let c = 0; c < n; c++) {
    let top = c;
    for (let r = c; r < n; r++) if (Math.abs(rows[r][c]) > Math.abs(rows[top][c])) top = r;
    [rows[c], rows[top]] = [rows[top], rows[c]];
    const pivot = rows[c][c];
    det *= pivot;
    if (Math.abs(det) <= Number.MIN_VALUE) return null;
    rows[c] = rows[c].map((x) => x / pivot);
    rows.forEach((row, r) => { if (r !== c) rows[r] = row.map((x, j) => x - row[c] * rows[c][j]); });
  }
  const size = A.reduce((sum, row) => sum * norm(row), 1);
  return Math.abs(det) <= SINGULAR * size ? null : rows.map((row) => row.slice(n));
}

const PRODUCTS = { "kron(B.T, A)": ["B.T", "A"], "kron(A, B.T)": ["A", "B.T"], "kron(B, A)": ["B", "A"],
  "kron(A, B)": ["A", "B"] };
// How the factors are written, alone and with an index: those of AXB and those of -inv(X) dX inv(X).
const NAMES = { A: "*A*", B: "*B*", "B.T": "*B*ᵀ", entryA: "*A*", entryB: "*B*", F: "*F*", X: "*X*" };
const INVERSES = { A: "−*X*⁻¹", B: "*X*⁻¹", "B.T": "*X*⁻ᵀ", entryA: "−(*X*⁻¹)", entryB: "(*X*⁻¹)", F: "d(*X*⁻¹)",
  X: "d*X*" };

function render({ model, el }) {
  const inverting = Array.isArray(model.get("point")); // a stored page leaves out what is None
  const names = inverting ? INVERSES : NAMES;
  // The minus of -inv(X) stands in front.
  const title = (choice) => {
    const written = PRODUCTS[choice].map((name) => names[name]).join("⊗");
    return inverting ? `−${written.replace("−", "")}` : written;
  };
  const plain = (text) => text.replaceAll("*", "");
  const figure = new Figure({ model, el, kind: "block-builder",
    traits: ["A", "X", "B", "point", "order", "product", "picked", "row"],
    hint: `Point at an entry of ${names.X} or of the big matrix; drag entries of the tables.`,
    note: "Striped is negative." });

  const [rows, columns] = [model.get("X").length, model.get("X")[0].length];
  const [p, q] = [model.get("A").length, model.get("B")[0].length];
  const dragged = inverting ? ["point", "X"] : ["A", "X", "B"];
  const reach = Math.max(REACH, ...dragged.flatMap((name) => model.get(name).flat().map(Math.abs)));

  // ---- the numbers
  const byColumns = () => model.get("order") === "columns";
  const stack = (A) => (byColumns() ? transpose(A) : A).flat();
  const placeOf = ([k, l]) => (byColumns() ? k + rows * l : columns * k + l);
  const entryAt = (place) => (byColumns() ? [place % rows, Math.floor(place / rows)]
    : [Math.floor(place / columns), place % columns]);

  function factors() {
    if (!inverting) return { A: model.get("A"), B: model.get("B") };
    const B = inverse(model.get("point"));
    return B && { A: B.map((row) => row.map((x) => -x)), B };
  }

  function now() {
    const X = model.get("X");
    const [k, l] = model.get("picked");
    const place = placeOf([k, l]);
    const state = { X, k, l, place };
    const known = factors();
    const [leftName, rightName] = PRODUCTS[model.get("product")];
    const shapes = { A: [p, rows], B: [columns, q], "B.T": [q, columns] };
    const inner = shapes[rightName]; // the shape of a block
    const size = shapes[leftName].map((count, axis) => count * inner[axis]);
    const row = Math.min(model.get("row"), size[0] - 1);
    const at = { [leftName]: [Math.floor(row / inner[0]), Math.floor(place / inner[1])],
      [rightName]: [row % inner[0], place % inner[1]] };
    const hit = place < size[1];
    Object.assign(state, { inner, size, row, hit, block: at[leftName], names: [leftName, rightName],
      of: { A: at.A, B: at.B ?? [...at["B.T"]].reverse() } });
    if (!known) return { ...state, known: false };
    const { A, B } = known;
    const all = { A, B, "B.T": transpose(B) };
    const M = kron(all[leftName], all[rightName]);
    const F = product(product(A, X), B);
    const effect = A.map((a) => B[l].map((b) => a[k] * b));
    const right = size[0] === p * q && size[1] === rows * columns ? times(M, stack(X)) : null;
    const left = stack(F);
    const difference = right && Math.max(...right.map((x, i) => Math.abs(x - left[i])));
    return { ...state, known: true, A, B, M, F, effect, left, right, difference };
  }

  // ---- tables: name -> rows of cells
  const cells = {};
  function numbers(name, caption, height, width, role) {
    const made = table(caption, height, width, role);
    cells[name] = made.cells;
    made.node.dataset.table = name;
    return made;
  }
  function draggable(name, caption, height, width, role) {
    const made = numbers(name, caption, height, width, role);
    made.cells.forEach((line, i) => line.forEach((cell, j) => scrub(cell, {
      name: `${name}-${i}-${j}`, reach,
      label: `${plain(name === "point" ? "*X*" : names[name])}, row ${i + 1}, column ${j + 1}`,
      get: () => model.get(name)[i][j],
      set: (to) => figure.change({ [name]: replaced(model.get(name), i, j, to) }),
      pick: () => {
        const [k, l] = model.get("picked");
        if (name === "X" && (k !== i || l !== j)) figure.change({ picked: [i, j] });
      } })));
    return made.node;
  }
  const sign = (text) => html("span", { class: "md-sign", "aria-hidden": "true" }, text);
  const line = (...parts) => html("div", { class: "md-equation" }, ...parts);
  const effects = numbers("effect", "", p, q, "direction");
  const factor = (name, height, width) => (inverting ? numbers(name, names[name], height, width, "output").node
    : draggable(name, names[name], height, width, "output"));
  const tables = [factor("A", p, rows), draggable("X", names.X, rows, columns, "variable"),
    factor("B", columns, q)];
  if (inverting) tables.unshift(draggable("point", "*X*", rows, columns, "output"));
  const big = html("div", { class: "md-squares" });
  const bigTitle = html("figcaption", { class: "role-gradient" });
  const bigBox = html("figure", { class: "md-tablebox" }, bigTitle, big);
  const column = (name, count, role) => {
    const made = numbers(name, "", count, 1, role);
    made.grid.classList.add("md-stack");
    return made;
  };
  const stacks = { X: column("stackX", rows * columns, "variable"), right: column("right", p * q, "output"),
    left: column("left", p * q, "output") };
  const [xLine, entryLine] = ["md-sum", "md-sum"].map((name) => html("div", { class: name }));
  figure.stage.append(
    line(...tables, html("div", { class: "md-result" }, sign("="),
      numbers("F", names.F, p, q, "output").node), effects.node),
    html("div", { class: "md-equation md-blocks" }, bigBox, stacks.X.node, sign("="), stacks.right.node,
      stacks.left.node),
    html("div", {}, xLine, entryLine));

  const choices = Object.keys(PRODUCTS).slice(0, inverting ? 3 : 4); // there is but one without a transpose
  figure.choice({ name: "product", label: "big matrix",
    options: choices.map((name) => [name, plain(title(name))]), get: () => model.get("product"),
    set: (choice) => figure.change({ product: choice }) });
  figure.choice({ name: "order", label: "stacked by",
    options: [["columns", "columns, vec"], ["rows", "rows, ravel"]], get: () => model.get("order"), set: (order) => figure.change({ order }) });
  figure.readouts([
    { name: "picked", label: "picked", role: "variable" },
    { name: "place", label: "place in the stack", role: "variable" },
    { name: "entry", label: "entry", role: "gradient" }, { name: "block", label: "in block", role: "gradient" },
    { name: "difference", label: "greatest difference of the sides", place: "wide" },
    ...["effect", "of A", "of B", "stack", "product"].map((name) => ({ name, label: name })),
  ]);
  for (const name of ["effect", "of A", "of B", "stack", "product"]) { // they stand in the drawing
    figure.outputs.get(name).item.classList.add("md-hidden");
  }

  // ---- the big matrix: squares, made anew when its shape changes
  let squares = [];
  let built = "";
  let mark = () => {};
  function build({ size, inner, names: factorNames }) {
    const key = `${size} ${inner} ${factorNames}`;
    if (key === built) return;
    built = key;
    squares = Array.from({ length: size[0] }, (_, r) => Array.from({ length: size[1] }, (_, c) => {
      const square = html("span", { class: "md-square" });
      square.classList.toggle("md-below", r > 0 && r % inner[0] === 0); // blocks stand apart
      square.classList.toggle("md-right", c > 0 && c % inner[1] === 0);
      return square;
    }));
    big.replaceChildren(...squares.flat());
    for (const name of ["right", "left"]) { // their rows are those of the big matrix
      cells[name].forEach(([cell], r) => cell.classList.toggle("md-below", r > 0 && r % inner[0] === 0));
    }
    big.style.gridTemplateColumns = `repeat(${size[1]}, auto)`;
    mark = pointable(big, squares, { label: "entry of the big matrix",
      picked: () => { const state = now(); return [state.row, state.place]; },
      pick: (r, c) => { if (c < rows * columns) figure.change({ picked: entryAt(c), row: r }); } });
  }

  function drawSquares({ M, size, row, place, hit, block, inner, known }) {
    const most = known ? largest(M) : 0;
    const colour = (line, inside, edge) => (line ? "var(--md-variable)" : inside && edge ? "var(--md-gradient)"
      : "var(--md-page)");
    const edges = (r, c) => { // the column of the picked entry, and around the block
      const inside = Math.floor(r / inner[0]) === block[0] && Math.floor(c / inner[1]) === block[1];
      const ends = (n, length) => [n % length === 0, n % length === length - 1];
      const [[top, bottom], [left, right]] = [ends(r, inner[0]), ends(c, inner[1])];
      return [colour(false, inside, top), colour(c === place, inside, right), colour(false, inside, bottom),
        colour(c === place, inside, left)].join(" ");
    };
    squares.forEach((line, r) => line.forEach((square, c) => {
      const x = known ? M[r][c] : null;
      tint(square, x, most);
      square.textContent = format(x, 2, 1e-9).replace(/^(−?)0\./, "$1.");
      square.setAttribute("aria-label", `row ${r + 1}, column ${c + 1}: ${format(x)}`);
      square.style.borderColor = hit ? edges(r, c) : "";
      square.classList.toggle("md-here", hit && c === place && r === row);
      square.classList.toggle("md-unused", c >= rows * columns);
    }));
    mark();
    if (!hit) squares[Math.min(row, size[0] - 1)][size[1] - 1].tabIndex = 0;
  }

  // Squares as wide as the stacks beside them leave room for.
  function fit() {
    const taken = [...bigBox.parentNode.children].slice(1).reduce((sum, part) => sum + part.offsetWidth, 0);
    const gaps = 5 * (figure.width < 480 ? 4 : 10) + 4 * Math.max(0, squares[0].length - 1) / 2;
    const side = clamp(Math.floor((figure.width - taken - gaps) / squares[0].length), [6, WIDEST]);
    big.style.setProperty("--side", `${side}px`);
    big.classList.toggle("md-numbered", side >= NUMBERED);
  }

  const write = (name, A, digits = 3) => cells[name].forEach((line, i) => line.forEach((cell, j) => {
    cell.textContent = A ? format(A[i][j], digits, 1e-9) : "·";
  }));
  const at = (name, [i, j]) => `${name}_{${i + 1}${j + 1}}`;
  const brace = (x) => (x < 0 ? `(${format(x)})` : format(x));

  function describe({ X, k, l, place, hit, row, block, of, known, A, B, M, size, names: order }) {
    const where = `${at(names.X, [k, l])} = ${format(X[k][l])} is number ${place + 1} of ${rows * columns} `
      + "in its stack.";
    const called = title(model.get("product"));
    const products = known && hit && order.map((name) => name[0]).map((name) =>
      [at(names[`entry${name}`], of[name]), brace({ A, B }[name][of[name][0]][of[name][1]])]);
    const join = (part) => products.map((pair) => pair[part]).join(" · ");
    xLine.replaceChildren(...richHtml(known ? `${where} It moves ${names.F} by column ${k + 1} of ${names.A} `
      + `times row ${l + 1} of ${names.B}.` : `${where} *X* is singular: it has no inverse.`));
    entryLine.replaceChildren(...richHtml(!known ? "·"
      : !hit ? `${called} has ${size[1]} columns: no column ${place + 1}.`
        : `Row ${row + 1}, column ${place + 1} of ${called}, in block (${block.map((n) => n + 1).join(", ")}): `
          + `${join(0)} = ${join(1)} = ${format(M[row][place])}.`));
  }

  function draw() {
    const state = now();
    const { X, k, l, place, known, A, B, F, effect, left, right, difference, hit, row } = state;
    build(state);
    const off = (x, y) => Math.abs(x - y) > ROUNDING * Math.max(1, Math.abs(y));
    const differs = Boolean(right) && right.some((x, i) => off(x, left[i]));
    for (const [name, numbers] of Object.entries({ A, B, F, effect })) if (cells[name]) write(name, numbers);
    for (const name of dragged) write(name, model.get(name));
    const head = (part, text) => part.node.firstChild.replaceChildren(...richHtml(text));
    head(effects, known ? `per unit of ${at(names.X, [k, l])}` : "no change");
    effects.cells.forEach((line, i) => line.forEach((cell, j) => {
      cell.classList.add("md-tinted");
      tint(cell, known ? effect[i][j] : null, known ? largest(effect) : 0);
    }));
    for (const [name, on] of [["A", (i, j) => j === k], ["B", (i) => i === l]]) {
      cells[name].forEach((line, i) => line.forEach((cell, j) => cell.classList.toggle("md-factor", on(i, j))));
    }
    cells.X.forEach((line, i) => line.forEach((cell, j) => {
      cell.classList.toggle("md-picked", i === k && j === l);
    }));
    for (const name of dragged) {
      cells[name].forEach((line, i) => line.forEach((cell, j) => {
        const x = model.get(name)[i][j];
        cell.setAttribute("aria-valuenow", x);
        cell.setAttribute("aria-valuetext", name !== "X" ? format(x)
          : `${format(x)}, number ${placeOf([i, j]) + 1} in its stack`);
      }));
    }

    const vec = byColumns() ? "vec" : "vec_r";
    bigTitle.replaceChildren(...richHtml(figure.width < 340 ? "*M*" : `*M* = ${title(model.get("product"))}`));
    head(stacks.X, `${vec} ${names.X}`);
    head(stacks.right, `*M* ${vec} ${names.X}`);
    head(stacks.left, `${vec} ${names.F}`);
    write("stackX", stack(X).map((x) => [x]));
    write("left", left && left.map((x) => [x]));
    write("right", right && right.map((x) => [x]));
    cells.stackX.forEach(([cell], i) => cell.classList.toggle("md-picked", i === place));
    cells.right.forEach(([cell], i) => {
      cell.classList.toggle("md-off", differs && off(right[i], left[i]));
    });
    drawSquares(state);
    fit();
    describe(state);
    const { item } = figure.outputs.get("difference");
    item.firstChild.classList.toggle("role-wrong", right === null || differs);
    const counted = (where) => (known && hit ? where.map((n) => n + 1) : null); // from 1, as on paper
    figure.show({ picked: X[k][l], place: place + 1, effect: known ? effect : null,
      entry: known && hit ? state.M[row][place] : null, block: counted(state.block), "of A": counted(state.of.A),
      "of B": counted(state.of.B), stack: known ? left : null, product: known ? right : null,
      difference: known ? difference : null });
    if (known && right === null) figure.outputs.get("difference").value.textContent = `${state.size.join(" × ")} does not fit`;
  }

  function say() {
    const { place, difference, entry } = now();
    return `number ${place + 1} in the stack, entry ${format(entry)}, sides differ by ${format(difference)}`;
  }
  return figure.run({ draw, say });
}

export default { render };
