import { Figure, format, html, pointable, table } from "./stage.js";

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

  // ---- tables: made once for a view, and marked anew when another entry is looked at
  const asRows = (array) => (Array.isArray(array) ? array : [array]).map((row) => (Array.isArray(row) ? row : [row]));
  const depth = (array) => (Array.isArray(array) ? 1 + depth(array[0]) : 0);
  let marks = []; // functions of (found, [i, j])
  function numbers(title, rows, role, mark) {
    const made = table("", rows.length, rows[0].length, role);
    made.node.firstChild.textContent = title;
    made.cells.forEach((row, i) => row.forEach((cell, j) => {
      cell.textContent = format(rows[i][j], 3, 1e-9);
      marks.push((...now) => mark(cell, i, j, ...now));
    }));
    return made;
  }

  // The arrays that are multiplied, with what the entry takes of them marked.
  function operands(step) {
    const arrays = new Map(data().terms.flatMap((term) => term.names.map((name, o) => [name, term.arrays[o]])));
    return [...arrays].filter(([, array]) => depth(array) <= 2).map(([name, array]) =>
      numbers(name, asRows(array), "upstream", (cell, i, j, found) => {
        const at = (depth(array) === 2 ? [i, j] : [i]).slice(0, depth(array)).join();
        const used = found.some((p) => p.factors.some((f) => f.name === name && f.at.join() === at));
        cell.classList.toggle("md-factor", step < 2 && used);
      }).node);
  }

  // The d that is 1 at one entry of the variable: for a gradient the entry looked at, for a Jacobian that of its column.
  function unit() {
    const [rows, columns] = [data().input[0] ?? 1, data().input[1] ?? 1];
    const zeros = Array.from({ length: rows }, () => Array(columns).fill(0));
    return numbers(`d${data().variable}`, zeros, "direction", (cell, a, b, found, [i, j]) => {
      const [r, c] = data().form === "jacobian" ? [j % rows, Math.floor(j / rows)] : [i, j];
      cell.classList.toggle("md-moves", a === r && b === c);
      cell.textContent = Number(a === r && b === c);
    }).node;
  }

  function result() {
    const [rows, columns] = data().shape;
    const values = Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => total(i, j)));
    const made = numbers(data().form, values, "gradient", (cell, i, j, found, [pi, pj]) => {
      cell.classList.toggle("md-slope", i === pi && j === pj);
    });
    marks.push(pointable(made.grid, made.cells, { label: "entry looked at", picked,
      pick: (i, j) => figure.change({ picked: [i, j] }) }));
    made.cells.forEach((row, i) => row.forEach((cell, j) => cell.setAttribute("aria-label",
      `row ${i + 1}, column ${j + 1}: ${format(values[i][j])}`)));
    return made.node;
  }

  let built = "";
  function build(step) {
    const key = `${model.get("chosen")} ${step}`;
    if (key === built) return;
    built = key;
    marks = [];
    tables.replaceChildren(...(step === 2 ? [unit()] : operands(step)), result());
  }

  function written(found, value, i, j) {
    const shown = found.slice(0, 8).map((p) => {
      const factors = p.factors.map((f) => format(f.value)).map((x) => (x.startsWith("−") ? `(${x})` : x)).join(" · ");
      return (p.coefficient === 1 ? "" : `${format(p.coefficient, 3)} · `) + (factors || "1");
    });
    const more = found.length > 8 ? ` + … (${found.length} products)` : "";
    if (rest(i, j) || !shown.length) shown.push(format(rest(i, j)));
    return `${shown.join(" + ")}${more} = ${format(value)}`;
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
    build(step);
    for (const mark of marks) mark(found, [i, j]);
    for (const part of [what, formula, code]) { // what is too wide can be scrolled by the keyboard too
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    }
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
