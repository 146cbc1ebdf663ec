import { Figure, format, html } from "./stage.js";

const STEPS = ["indices", "einsum", "differential", "matrix form"];

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "four-views", traits: ["chosen", "step", "picked"],
    hint: "Drag across the entries of the result; step from one view to the next.",
    note: "Purple is multiplied, green is what comes out." });
  const data = () => model.get("identities")[model.get("chosen")];
  const picked = () => model.get("picked").map((at, k) => Math.min(at, data().shape[k] - 1));

  // ---- where things stand
  const tabs = html("div", { class: "md-tabs", role: "group", "aria-label": "views" });
  const buttons = STEPS.map((name, step) => {
    const button = html("button", { type: "button", "data-control": `step-${step}` }, `${step + 1} ${name}`);
    button.addEventListener("click", () => figure.change({ step }));
    tabs.append(button);
    return button;
  });
  const [what, how, formula] = ["md-what", "md-how", "md-formula"].map((name) => html("div", { class: name }));
  const code = html("pre", { class: "md-code" });
  const [tables, sum] = ["md-equation", "md-sum"].map((name) => html("div", { class: name }));
  figure.stage.append(html("div", { class: "md-views" }, what, tabs, how, formula, code, tables, sum));

  if (model.get("identities").length > 1) {
    figure.choice({ name: "chosen", label: "identity",
      options: model.get("identities").map((entry, n) => [n, entry.name]), get: () => model.get("chosen"),
      set: (chosen) => figure.change({ chosen: Number(chosen), picked: [0, 0], step: 0 }) });
  }
  figure.button({ name: "next", label: "Next view",
    press: () => figure.change({ step: (model.get("step") + 1) % STEPS.length }) });
  figure.readouts([
    { name: "identity", label: "identity" }, { name: "view", label: "view" },
    { name: "entry", label: "entry", role: "gradient" }, { name: "products", label: "products added" },
  ]);
  for (const name of ["identity", "view"]) figure.outputs.get(name).item.classList.add("md-hidden"); // they stand above

  // ---- the sum behind one entry: [{coefficient, factors: [{name, at, value}]}]
  const entryOf = (array, at) => at.reduce((part, k) => part[k], array);
  function products(place) {
    const found = [];
    for (const term of data().terms) {
      const sizes = {};
      term.letters.forEach((letters, o) => {
        let part = term.arrays[o];
        for (const letter of letters) { sizes[letter] = part.length; part = part[0]; }
      });
      const inner = Object.keys(sizes).filter((letter) => !term.out.includes(letter));
      const ranges = inner.reduce((list, letter) => list.flatMap((at) =>
        Array.from({ length: sizes[letter] }, (_, k) => ({ ...at, [letter]: k }))), [{}]);
      for (const [out, coefficient] of term.to[place]) {
        const fixed = Object.fromEntries([...term.out].map((letter, k) => [letter, out[k]]));
        for (const range of ranges) {
          const index = { ...fixed, ...range };
          found.push({ coefficient, factors: term.letters.map((letters, o) => {
            const at = [...letters].map((letter) => index[letter]);
            return { name: term.names[o], at, value: entryOf(term.arrays[o], at) };
          }) });
        }
      }
    }
    return found;
  }
  const valueOf = (product) => product.factors.reduce((x, factor) => x * factor.value, product.coefficient);
  const rest = (i, j) => data().rest[i][j];
  const total = (i, j) => products(i * data().shape[1] + j).reduce((x, p) => x + valueOf(p), rest(i, j));

  // ---- tables
  const asRows = (array) => (Array.isArray(array) ? array : [array]).map((row) => (Array.isArray(row) ? row : [row]));
  function table(title, rows, role, dress) {
    const grid = html("div", { class: "md-table", style: `grid-template-columns: repeat(${rows[0].length}, auto)` },
      ...rows.flatMap((row, i) => row.map((x, j) => {
        const cell = html("span", { class: "md-cell" }, format(x, 3, 1e-9));
        dress(cell, i, j);
        return cell;
      })));
    return html("figure", { class: "md-tablebox" },
      html("figcaption", { class: `role-${role}` }, title), grid);
  }
  function operands(found) {
    const arrays = new Map();
    for (const term of data().terms) {
      term.names.forEach((name, o) => { if (!arrays.has(name)) arrays.set(name, term.arrays[o]); });
    }
    const used = new Set(found.flatMap((p) => p.factors.map((f) => `${f.name} ${f.at.join()}`)));
    return [...arrays].filter(([, array]) => depth(array) <= 2).map(([name, array]) =>
      table(name, asRows(array), "upstream", (cell, i, j) => {
        const at = depth(array) === 2 ? [i, j] : [i];
        cell.classList.toggle("md-factor", used.has(`${name} ${at.join()}`));
      }));
  }
  const depth = (array) => (Array.isArray(array) ? 1 + depth(array[0]) : 0);

  let cells = [];
  function result() {
    const [rows, columns] = data().shape;
    const values = Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => total(i, j)));
    cells = [];
    return table(data().form === "gradient" ? "gradient" : data().form, values, "gradient", (cell, i, j) => {
      const [pi, pj] = picked();
      const here = i === pi && j === pj;
      for (const [key, text] of Object.entries({ role: "button", tabindex: here ? 0 : -1, "aria-pressed": here,
        "data-handle": `entry-${i}-${j}`, "aria-label": `row ${i + 1}, column ${j + 1}: ${format(values[i][j])}` })) {
        cell.setAttribute(key, text);
      }
      cell.classList.add("md-point");
      cell.classList.toggle("md-slope", here);
      cells.push(cell);
      cell.addEventListener("pointerdown", (event) => {
        if (cell.hasPointerCapture(event.pointerId)) cell.releasePointerCapture(event.pointerId); // a finger keeps it
        pick(i, j);
      });
      cell.addEventListener("pointerenter", (event) => { if (event.buttons) pick(i, j); });
      cell.addEventListener("keydown", (event) => {
        const move = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
        if (!move) return;
        event.preventDefault();
        event.stopPropagation();
        pick((i + move[0] + rows) % rows, (j + move[1] + columns) % columns, true);
      });
    });
  }
  function pick(i, j, focus = false) {
    const [pi, pj] = picked();
    if (i === pi && j === pj) return;
    figure.change({ picked: [i, j] });
    if (focus) cells[i * data().shape[1] + j].focus();
  }

  // The d that is 1 at one entry of the variable: for a gradient the entry pointed at, for a Jacobian its column.
  function unit() {
    const [rows, columns] = [data().input[0] ?? 1, data().input[1] ?? 1];
    const [i, j] = picked();
    const gradient = data().form === "gradient" || data().form === "pullback";
    const [r, c] = gradient ? [i, j] : [j % rows, Math.floor(j / rows)];
    return table(`d${data().variable}`, Array.from({ length: rows }, (_, a) =>
      Array.from({ length: columns }, (_, b) => Number(a === r && b === c))), "direction",
    (cell, a, b) => cell.classList.toggle("md-moves", a === r && b === c));
  }

  function written(found, value, i, j) {
    const shown = found.slice(0, 8).map((p) => {
      const factors = p.factors.map((f) => format(f.value, 3)).map((x) => (x.startsWith("−") ? `(${x})` : x)).join(" · ");
      return (p.coefficient === 1 ? "" : `${format(p.coefficient, 3)} · `) + (factors || "1");
    });
    const more = found.length > 8 ? ` + … (${found.length} products)` : "";
    const constant = rest(i, j) ? ` + ${format(rest(i, j), 3)}` : "";
    return `${shown.join(" + ") || "nothing"}${more}${constant} = ${format(value)}`;
  }

  function draw() {
    const step = model.get("step");
    const [i, j] = picked();
    const view = data().views[step];
    buttons.forEach((button, n) => {
      button.setAttribute("aria-pressed", n === step);
      button.classList.toggle("md-on", n === step);
    });
    // Written by Python, from the catalogue: MathML and escaped text.
    what.innerHTML = data().function;
    how.innerHTML = view.step || "The entries, one by one: each is a sum of products.";
    formula.innerHTML = view.math;
    code.textContent = view.code;
    const found = products(i * data().shape[1] + j);
    const value = total(i, j);
    tables.replaceChildren(...(step === 2 ? [unit()] : operands(step === 3 ? [] : found)), result());
    const entry = data().vector ? `Entry ${i + 1}` : `Entry (${i + 1}, ${j + 1})`;
    sum.textContent = step < 2 ? `${entry}: ${written(found, value, i, j)}`
      : step === 2 ? `With 1 at the marked place and 0 elsewhere, the differential gives ${format(value)}.`
        : `All entries at once. ${entry} is ${format(value)}.`;
    figure.show({ identity: data().name, view: STEPS[step].replace(" form", ""), entry: value,
      products: found.length });
  }

  const say = () => `${STEPS[model.get("step")]}, entry ${format(total(...picked()))}`;
  return figure.run({ draw, say });
}

export default { render };
