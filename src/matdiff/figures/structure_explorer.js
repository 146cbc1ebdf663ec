import { Figure, dot, format, html, norm, scrub, table } from "./stage.js";

const REACH = 9.9;
const STRUCTURES = ["free", "symmetric", "skew", "lower", "diagonal", "toeplitz"];

// What an entry (i, j) makes of the entry (r, c) when it moves by one: 1 for itself, 0 for a stranger.
const COUPLING = {
  free: (i, j, r, c) => Number(i === r && j === c),
  symmetric: (i, j, r, c) => Number((i === r && j === c) || (i === c && j === r)),
  skew: (i, j, r, c) => (i === j ? 0 : Number(i === r && j === c) - Number(i === c && j === r)),
  lower: (i, j, r, c) => Number(i >= j && i === r && j === c),
  diagonal: (i, j, r, c) => Number(i === j && i === r && j === c),
  toeplitz: (i, j, r, c) => Number(i - j === r - c),
};
// Where each free entry stands for the first time.
const FIRST = {
  free: () => true, symmetric: (i, j) => i >= j, skew: (i, j) => i > j, lower: (i, j) => i >= j,
  diagonal: (i, j) => i === j, toeplitz: (i, j) => i === 0 || j === 0,
};

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "structure-explorer",
    traits: ["gradient", "step", "structure", "picked"],
    hint: "Drag an entry of *dX* or of *G* up or down.", note: "Shaded: what moves along." });
  const n = model.get("step").length;
  const structure = () => model.get("structure");
  const each = (f) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => f(i, j)));
  const couple = (i, j, r, c, name = structure()) => COUPLING[name](i, j, r, c);

  // The partial derivative by the entry at (i, j): what all its places add up to; the projection: their mean.
  const partials = (G) => each((i, j) => G.flat().reduce((sum, g, k) =>
    sum + couple(i, j, Math.floor(k / n), k % n) * g, 0));
  function project(G, name = structure()) {
    return each((i, j) => {
      const shares = G.flat().map((_, k) => couple(i, j, Math.floor(k / n), k % n, name));
      const places = dot(shares, shares);
      return places ? dot(shares, G.flat()) / places : 0;
    });
  }

  function now() {
    const G = model.get("gradient");
    const dX = project(model.get("step"));
    const [flat, free] = [project(G), partials(G)];
    const pair = (A) => dot(A.flat(), dX.flat());
    const once = free.map((row, i) => row.map((p, j) => (FIRST[structure()](i, j) ? p : 0)));
    return { dX, projection: flat, partials: free, df: pair(G), "with projection": pair(flat),
      "with partials": pair(free), "counted once": pair(once),
      outside: norm(G.flat().map((g, k) => g - flat.flat()[k])) };
  }

  // ---- the tables
  const fixed = (i, j) => couple(i, j, i, j) === 0;
  function move(i, j, to) {
    if (fixed(i, j)) return;
    const was = project(model.get("step"));
    figure.change({ step: each((r, c) => {
      const share = couple(i, j, r, c);
      return share ? share * to : was[r][c];
    }) });
  }
  const moved = table("step *dX*", n, n, "direction");
  const given = table("*G*, all entries", n, n, "upstream");
  const flat = table("projection", n, n, "gradient");
  const free = table("free partials", n, n, "output");
  moved.cells.forEach((row, i) => row.forEach((cell, j) => scrub(cell, { name: `dX-${i}-${j}`,
    label: `dX, row ${i + 1}, column ${j + 1}`, reach: REACH, get: () => now().dX[i][j],
    pick: () => !fixed(i, j) && figure.change({ picked: [i, j] }), set: (to) => move(i, j, to) })));
  given.cells.forEach((row, i) => row.forEach((cell, j) => scrub(cell, { name: `G-${i}-${j}`,
    label: `G, row ${i + 1}, column ${j + 1}`, reach: REACH, step: 1,
    get: () => model.get("gradient")[i][j], set: (to) => figure.change({
      gradient: each((r, c) => (r === i && c === j ? to : model.get("gradient")[r][c])) }) })));
  const side = (...made) => html("div", { class: "md-equation md-apart" }, ...made.map(({ node }) => node));
  figure.stage.append(side(moved, given), side(flat, free));

  figure.choice({ name: "structure", label: "*dX* is", options: STRUCTURES.map((name) =>
    [name, { lower: "lower triangular", toeplitz: "Toeplitz" }[name] ?? name]),
    get: structure, set: (name) => {
      const step = project(model.get("step"), name);
      const [i, j] = model.get("picked");
      const picked = COUPLING[name](i, j, i, j) ? [i, j] : [name === "diagonal" ? 0 : n - 1, 0];
      figure.change({ structure: name, step, picked });
    } });
  figure.root.insertBefore(figure.tools, figure.stage);
  figure.readouts([
    { name: "df", label: "true *df* = ⟨*G*, *dX*⟩", role: "direction", tiny: 1e-9 },
    { name: "with projection", label: "⟨projection, *dX*⟩", role: "gradient", tiny: 1e-9 },
    { name: "with partials", label: "⟨free partials, *dX*⟩", role: "output", tiny: 1e-9 },
    { name: "counted once", label: "each free entry once", role: "output", tiny: 1e-9 },
    { name: "outside", label: "*G* sticks out by", role: "upstream", tiny: 1e-9 },
    { name: "dX", label: "dX" }, { name: "projection", label: "projection" },
    { name: "partials", label: "partials" },
  ]);
  for (const name of ["dX", "projection", "partials"]) { // they stand among the tables already
    figure.outputs.get(name).item.classList.add("md-hidden");
  }

  function write(made, numbers, mark) {
    made.cells.forEach((row, i) => row.forEach((cell, j) => {
      cell.textContent = format(numbers[i][j], 3, 1e-9);
      cell.classList.toggle("md-moves", mark(i, j));
    }));
  }

  function draw() {
    const state = now();
    const [i, j] = model.get("picked");
    const partner = (r, c) => couple(i, j, r, c) !== 0;
    write(moved, state.dX, partner);
    write(given, model.get("gradient"), partner);
    write(flat, state.projection, partner);
    write(free, state.partials, partner);
    moved.cells.forEach((row, r) => row.forEach((cell, c) => { // an entry that is always 0 cannot be dragged
      const still = fixed(r, c);
      cell.classList.toggle("md-scrub", !still);
      cell.classList.toggle("md-picked", r === i && c === j);
      cell.setAttribute("tabindex", still ? -1 : 0);
      if (still) cell.setAttribute("aria-disabled", "true");
      else cell.removeAttribute("aria-disabled");
      if (still) cell.removeAttribute("data-handle");
      else cell.setAttribute("data-handle", `dX-${r}-${c}`);
      cell.setAttribute("aria-valuenow", state.dX[r][c]);
      cell.setAttribute("aria-valuetext", `${format(state.dX[r][c])}, df ${format(state.df, 4, 1e-9)}`);
    }));
    given.cells.forEach((row, r) => row.forEach((cell, c) => {
      const g = model.get("gradient")[r][c];
      cell.setAttribute("aria-valuenow", g);
      cell.setAttribute("aria-valuetext", `${format(g)}, projection ${format(state.projection[r][c])}`);
    }));
    figure.show(state);
  }

  const say = () => {
    const [df, flat, free] = ["df", "with projection", "with partials"].map((name) =>
      format(now()[name], 4, 1e-9));
    return `true df ${df}, projection ${flat}, free partials ${free}`;
  };
  return figure.run({ draw, say });
}

export default { render };
