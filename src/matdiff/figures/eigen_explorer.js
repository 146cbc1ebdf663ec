import { Figure, add, clamp, dot, format, html, linspace, norm, replaced, scale, scrub, table, tidy, times }
  from "./stage.js";

const ROUNDING = 1e-9; // eigenvalues this close count as equal
const REACH = 12; // of the entries
const STEP = 0.1;
const APART = 0.1; // the end of the first axis is not dragged nearer to the length of the second
const TANGENT = 0.3; // how far the tangents look ahead, in spans

const halfDifference = (M) => [(M[0][0] - M[1][1]) / 2, M[0][1]];
const half = (M) => (M[0][0] + M[1][1]) / 2;

function eigenvalues(M) {
  const [p, q] = halfDifference(M);
  return [half(M) + Math.hypot(p, q), half(M) - Math.hypot(p, q)];
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "eigen-explorer", traits: ["A", "H", "epsilon", "delta"],
    hint: "Drag the dot along *ε*, the end of the first axis, or an entry of *A* or *H*.",
    note: "*M* = *A* + *εH*, and *δ* off the diagonal. Green: rates per unit of *ε*." });
  const span = model.get("span");
  const ahead = TANGENT * span;
  const at = (epsilon) => {
    const [A, H, delta] = ["A", "H", "delta"].map((name) => model.get(name));
    return A.map((row, i) => row.map((a, j) => a + epsilon * H[i][j] + delta * (i === j ? 0 : 1)));
  };

  function now() {
    const H = model.get("H");
    const M = at(model.get("epsilon"));
    const [[p, q], [h, k]] = [halfDifference(M), halfDifference(H)];
    const gap = 2 * Math.hypot(p, q);
    const said = { M, eigenvalues: eigenvalues(M), gap,
      "smallest gap": h === 0 && k === 0 ? gap : (2 * Math.abs(p * k - q * h)) / Math.hypot(h, k),
      rates: null, angle: null, mixing: null, turning: null, "one-sided rates": null };
    if (gap < ROUNDING) return Object.assign(said, { "one-sided rates": eigenvalues(H) });
    const angle = Math.atan2(q, p) / 2;
    const [v1, v2] = axes(angle);
    const mixing = dot(v2, times(H, v1));
    return Object.assign(said, { rates: [v1, v2].map((v) => dot(v, times(H, v))),
      angle: (angle * 180) / Math.PI, mixing, turning: mixing / gap });
  }
  const axes = (angle) => [[Math.cos(angle), Math.sin(angle)], [-Math.sin(angle), Math.cos(angle)]];

  // ---- the tables: a symmetric matrix keeps its two entries off the diagonal equal
  function entries(name, role) {
    const made = table(`*${name}*`, 2, 2, role);
    made.cells.forEach((row, i) => row.forEach((cell, j) => scrub(cell, { name: `${name}-${i}-${j}`,
      label: `${name}, row ${i + 1}, column ${j + 1}`, reach: REACH, step: STEP,
      get: () => model.get(name)[i][j],
      set: (to) => figure.change({ [name]: replaced(replaced(model.get(name), i, j, to), j, i, to) }) })));
    return made;
  }
  const tables = { A: entries("A", "variable"), H: entries("H", "direction") };
  const sum = table("*M*", 2, 2, "output");
  figure.stage.before(html("div", { class: "md-equation md-apart" },
    ...[tables.A, tables.H, sum].map((made) => made.node)));

  // ---- the ellipse
  const starts = [-span, 0, span].flatMap((epsilon) => eigenvalues(at(epsilon)).map(Math.abs));
  const reach = Math.ceil(1.1 * Math.max(...starts, 1));
  const plane = figure.panel({ name: "plane", label: "the ellipse of M and its axes, dashed that of A",
    x: [-reach, reach], y: [-reach, reach], equal: true, share: 0.9 });
  const before = plane.curve("variable", { width: 1.3, close: true, dashed: true, back: true });
  const ellipse = plane.curve("output", { width: 2, close: true, fill: true, back: true });
  const spokes = [plane.curve("output", { width: 2 }), plane.curve("output", { width: 1.6, dashed: true })];
  const names = [plane.text("output", "**v**_1"), plane.text("output", "**v**_2")];
  const heading = [0, 1].map(() => plane.arrow("gradient", "", { width: 2.2, dashed: false }));
  const round = plane.text("wrong", "a circle: no axes");
  const turns = linspace(0, 2 * Math.PI, 73).slice(1).map((s) => [Math.cos(s), Math.sin(s)]);

  // The end of the first axis.  An eigenvector has two signs: it keeps the one it was dragged with.
  let dragged = { A: null, along: null };
  function axesNow({ angle }) {
    const [v1, v2] = axes((angle * Math.PI) / 180);
    const kept = JSON.stringify(model.get("A")) === dragged.A && dot(v1, dragged.along) < 0;
    return kept ? [scale(v1, -1), scale(v2, -1)] : [v1, v2];
  }
  function pull(u, length) {
    const [, low] = now().eigenvalues;
    const high = clamp(length, [Math.max(low, 0) + APART, Math.SQRT2 * reach]);
    const change = [0, 1].map((i) => [0, 1].map((j) => // of M, so of A
      high * u[i] * u[j] + low * (Number(i === j) - u[i] * u[j]) - now().M[i][j]));
    const A = model.get("A").map((row, i) => row.map((a, j) =>
      tidy(a + (change[i][j] + change[j][i]) / 2, STEP / 1000)));
    dragged = { A: JSON.stringify(A), along: u };
    figure.change({ A });
  }
  const end = plane.handle({ name: "axis", label: "end of the first axis", role: "variable", step: STEP, radius: 6,
    get: () => (now().rates ? scale(axesNow(now())[0], now().eigenvalues[0]) : [reach, 0]),
    set: (to) => { if (norm(to) > 1e-9) pull(scale(to, 1 / norm(to)), norm(to)); },
    far: (sign) => pull(axesNow(now())[0], sign < 0 ? 0 : reach), text: () => say() });

  // ---- the curves
  const side = figure.panel({ name: "curves", label: "the two eigenvalues along the line",
    x: [-span, span], y: [0, 1], aspect: 0.9 });
  const place = side.curve("grid", { width: 1, back: true });
  const bridge = side.curve("wrong", { width: 2.5 });
  const curves = [side.curve("output", { width: 2.2 }), side.curve("output", { width: 1.8, dashed: true })];
  const tangents = [0, 1].map(() => side.curve("gradient", { width: 2, dashed: false }));
  const dots = [0, 1].map(() => side.dot("output", 4.5));
  const labels = [side.text("output", "*λ*_1", "end"), side.text("output", "*λ*_2", "end")];
  const gapName = side.text("wrong", "gap", "start");
  side.handle({ name: "place", label: "ε, the place on the line", role: "direction", axis: "x",
    step: 0.05 * span, get: () => [model.get("epsilon"), side.ry[0]],
    set: ([x]) => figure.change({ epsilon: tidy(clamp(x, [-span, span]), 0.02 * span) }),
    text: () => say() });

  figure.slider({ name: "delta", label: "*δ*, off the diagonal", min: -1, max: 1, step: 0.01,
    get: () => model.get("delta"), set: (delta) => figure.change({ delta }) });
  figure.readouts([
    { name: "M", label: "*M*" },
    { name: "eigenvalues", label: "*λ*_1, *λ*_2", role: "output" },
    { name: "rates", label: "rates", role: "gradient", digits: 3 },
    { name: "one-sided rates", label: "one-sided rates", role: "gradient", digits: 3 },
    { name: "gap", label: "gap", role: "wrong", place: "first" },
    { name: "smallest gap", label: "smallest gap", role: "wrong", tiny: 1e-9 },
    { name: "angle", label: "**v**_1 at (°)", role: "output", place: "first" },
    { name: "mixing", label: "**v**_2ᵀ*H***v**_1", role: "gradient", digits: 3 },
    { name: "turning", label: "turning", role: "gradient", digits: 3 },
  ]);
  figure.outputs.get("M").item.classList.add("md-hidden"); // it stands among the tables already

  // Samples of the line, closer and closer to where the two eigenvalues are nearest.
  function samples() {
    const [[p, q], [h, k]] = [halfDifference(at(0)), halfDifference(model.get("H"))];
    const nearest = -(p * h + q * k) / (h * h + k * k);
    const xs = linspace(-span, span, 121);
    if (Number.isFinite(nearest)) for (let s = 0.1; s > 1e-4; s /= 1.5) xs.push(nearest - s, nearest + s);
    if (Number.isFinite(nearest)) xs.push(nearest);
    return xs.filter((x) => Math.abs(x) <= span).sort((a, b) => a - b);
  }

  let range = "";
  function sideView(values) { // whole numbers around all that is drawn: changes seldom
    const y = [Math.floor(Math.min(...values) - 0.2), Math.ceil(Math.max(...values) + 0.2)];
    if (range === `${y} ${side.width}`) return;
    range = `${y} ${side.width}`;
    side.view({ y });
    side.axes({ xlabel: "*ε*", ylabel: "eigenvalues" });
  }

  function layout() {
    plane.axes({ xlabel: "", ylabel: "" });
    range = "";
  }

  function write(cells, numbers, name = null) {
    cells.forEach((row, i) => row.forEach((cell, j) => {
      cell.textContent = format(numbers[i][j], 3, 1e-9);
      if (!name) return;
      cell.setAttribute("aria-valuenow", numbers[i][j]);
      cell.setAttribute("aria-valuetext", `${format(numbers[i][j])}, ${say()}`);
    }));
  }

  const image = (M) => turns.map((u) => times(M, u));

  function draw() {
    const state = now();
    const epsilon = model.get("epsilon");
    const [rates, values] = [state.rates, state.eigenvalues];
    write(tables.A.cells, model.get("A"), "A");
    write(tables.H.cells, model.get("H"), "H");
    write(sum.cells, state.M);

    before.set(image(model.get("A")));
    ellipse.set(image(state.M));
    const vs = rates ? axesNow(state) : null;
    end.hide(!rates || values[0] <= 0);
    round.hide(Boolean(rates));
    if (!rates) round.set([0, 0]);
    [0, 1].forEach((i) => {
      [spokes[i], names[i], heading[i]].forEach((part) => part.hide(!rates));
      if (!rates) return;
      const tip = scale(vs[i], values[i]);
      const turned = scale(vs[1 - i], (i === 0 ? 1 : -1) * state.turning); // the derivative of v_i
      const velocity = add(scale(vs[i], rates[i]), turned, values[i]);
      spokes[i].set([scale(tip, -1), tip]);
      const out = values[i] < 0 ? -1 : 1;
      const aside = state.turning > 0 ? 15 : -15; // clockwise of an arrow that turns counter-clockwise
      const [dx, dy] = add(scale(vs[i], 9 * out), [vs[i][1], -vs[i][0]], aside * out);
      names[i].set(tip, { dx, dy: -dy });
      heading[i].set(tip, add(tip, velocity));
    });

    const xs = samples();
    const lines = xs.map((x) => eigenvalues(at(x)));
    sideView(lines.flat());
    [0, 1].forEach((i) => {
      curves[i].set(xs.map((x, n) => [x, lines[n][i]]));
      dots[i].set([epsilon, values[i]]);
      // At a crossing the upper curve arrives with the lower rate and leaves with the higher one.
      const [left, right] = rates ? [rates[i], rates[i]]
        : [state["one-sided rates"][1 - i], state["one-sided rates"][i]];
      tangents[i].set([[epsilon - ahead, values[i] - ahead * left], [epsilon, values[i]],
        [epsilon + ahead, values[i] + ahead * right]]);
      labels[i].set([span, lines[lines.length - 1][i]], { dx: -6, dy: i === 0 ? -12 : 14 });
    });
    place.set([[epsilon, side.ry[0]], [epsilon, values[1]]]);
    bridge.set([[epsilon, values[1]], [epsilon, values[0]]]);
    gapName.set([epsilon, (values[0] + values[1]) / 2], { dx: 8 });
    gapName.hide(state.gap < 0.15 * (side.ry[1] - side.ry[0]));
    figure.outputs.get("one-sided rates").item.toggleAttribute("hidden", Boolean(rates));
    figure.outputs.get("rates").item.toggleAttribute("hidden", !rates);
    figure.show(state);
  }

  function say() {
    const { eigenvalues: values, gap, angle } = now();
    const where = `ε ${format(model.get("epsilon"))}, eigenvalues ${format(values)}`;
    return `${where}, ${angle === null ? "no axes" : `gap ${format(gap)}, axis at ${format(angle)} degrees`}`;
  }
  return figure.run({ layout, draw, say });
}

export default { render };
