import { Figure, add, clamp, contour, dot, format, levels, linspace, nice, norm, sample, scale, tidy, times }
  from "./stage.js";

const FAR = 1e6; // a path that goes further has no end
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];
const RIDGE = linspace(-4, 3, 71).map((exponent) => 10 ** exponent); // penalties on the minimiser's way to 0

// The points of `count` steps, from w on, until they run away.
function walk(step, w, count) {
  const path = [w];
  for (let t = 1; t <= count && norm(path[t - 1]) <= FAR; t++) path.push(step(path[t - 1], t));
  return path;
}

// Adam's running means of gradients and of their squares, as a direction for gradient g in step t.
function moments() {
  let [m, v] = [[0, 0], [0, 0]];
  return (g, t) => {
    m = m.map((x, i) => BETA1 * x + (1 - BETA1) * g[i]);
    v = v.map((x, i) => BETA2 * x + (1 - BETA2) * g[i] ** 2);
    return m.map((x, i) => x / (1 - BETA1 ** t) / (Math.sqrt(v[i] / (1 - BETA2 ** t)) + EPSILON));
  };
}

// Heights in pixels, moved apart so that two names never overlap.
function apart(heights, gap = 16) {
  const order = heights.map((_, i) => i).sort((i, j) => heights[i] - heights[j]);
  const moved = [...heights];
  for (let n = 1; n < order.length; n++) {
    moved[order[n]] = Math.max(moved[order[n]], moved[order[n - 1]] + gap);
  }
  return moved.map((y) => y - (Math.max(...moved) - Math.max(...heights)) / 2); // as a group around its place
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "penalty-paths",
    traits: ["weights", "eta", "lam", "steps", "constant"], hint: "Drag the start, or move the sliders.",
    note: "Contours: the data term. Green: where the minimiser goes when *λ* grows." });
  const [X, y] = [model.get("X"), model.get("y").map(([value]) => value)];
  const limits = model.get("limits");
  const plane = figure.panel({ name: "plane", label: "contours of the data term and three paths",
    x: limits[0], y: limits[1], equal: true, share: 1.3 });
  const side = figure.panel({ name: "distance", label: "distance to the minimiser, step by step", x: [0, 100],
    y: [0, 1], margin: { left: 40 } });

  const constant = () => (model.get("constant") === "mean" ? 1 / X.length : 1);
  const squares = (w) => X.reduce((sum, row, i) => sum + (dot(row, w) - y[i]) ** 2, 0);
  const loss = (w) => (constant() / 2) * squares(w) + (model.get("lam") / 2) * dot(w, w);
  const gram = [0, 1].map((j) => [0, 1].map((k) => X.reduce((sum, row) => sum + row[j] * row[k], 0)));
  const right = [0, 1].map((j) => X.reduce((sum, row, i) => sum + row[j] * y[i], 0));

  // The minimiser with penalty `lam`, or null where there is more than one.
  function minimiser(lam) {
    const [[a, b], [, d]] = gram.map((row, i) => row.map((x, j) => constant() * x + (i === j ? lam : 0)));
    const q = scale(right, constant());
    const det = a * d - b * b;
    return det > 1e-9 * (a + d) ** 2 ? [(d * q[0] - b * q[1]) / det, (a * q[1] - b * q[0]) / det] : null;
  }

  function paths() {
    const [w, eta, lam, count] = ["weights", "eta", "lam", "steps"].map((name) => model.get(name));
    const slope = (at) => add(scale(times(gram, at), constant()), right, -constant());
    const [coupled, alone] = [moments(), moments()];
    return [walk((at) => add(scale(at, 1 - eta * lam), slope(at), -eta), w, count),
      walk((at, t) => add(at, coupled(add(slope(at), at, lam), t), -eta), w, count),
      walk((at, t) => add(scale(at, 1 - eta * lam), alone(slope(at), t), -eta), w, count)];
  }

  const lowest = squares(minimiser(0) ?? [0, 0]); // contours of the root: evenly spaced ellipses
  const grid = sample((a, b) => Math.sqrt(Math.max(0, squares([a, b]) - lowest)), ...limits);
  const family = levels(grid).map((level) => ({ level, segments: contour(grid, level) }));
  const ridge = plane.curve("gradient", { width: 1.6, back: true });
  const kinds = [["output", "SGD", false], ["upstream", "Adam", true], ["direction", "AdamW", false]];
  const drawn = kinds.map(([role, , dashed]) => ({ path: plane.curve(role, { width: 2, dashed }),
    dot: plane.dot(role, 5), course: side.curve(role, { width: 2, dashed }) }));
  const names = kinds.map(([role, text]) => ({ end: plane.text(role, text),
    course: side.text(role, text, "end") }));
  const best = plane.dot("gradient", 6);
  const bestName = plane.text("gradient", "**w**^*");

  const step = nice((limits[0][1] - limits[0][0]) / 60, true);
  plane.handle({ name: "weights", label: "where the weights start", role: "variable", step,
    get: () => model.get("weights"),
    set: (p) => figure.change({ weights: p.map((x, i) => tidy(clamp(x, limits[i]), step)) }),
    text: () => `start ${format(model.get("weights"))}, ${say()}` });

  const logarithm = (name, label, min, max) => figure.slider({ name, label, min, max, step: 0.05,
    get: () => Math.log10(model.get(name)),
    set: (exponent) => figure.change({ [name]: tidy(10 ** exponent, 10 ** exponent / 10) }),
    text: () => format(model.get(name), 3) });
  logarithm("eta", "step *η*", -3, 0.3);
  logarithm("lam", "penalty *λ*", -3, 1);
  figure.slider({ name: "steps", label: "steps", min: 0, max: 400, step: 1, get: () => model.get("steps"),
    set: (steps) => figure.change({ steps }), text: (x) => String(x) });
  figure.choice({ name: "constant", label: "data term", options: [["half", "½ |Xw − y|²"],
    ["mean", "1/(2m) |Xw − y|²"]], get: () => model.get("constant"),
    set: (chosen) => figure.change({ constant: chosen }) });
  figure.readouts([
    { name: "minimiser", label: "minimiser **w**^*", role: "gradient" },
    { name: "gradient descent", label: "SGD, either way", role: "output", place: "first" },
    { name: "Adam", label: "Adam + penalty", role: "upstream" },
    { name: "AdamW", label: "AdamW", role: "direction" },
    { name: "lengths", label: "their lengths", role: "variable", place: "wide" },
    { name: "losses", label: "their losses", role: "output", place: "wide" },
  ]);

  const end = (path) => (norm(path.at(-1)) <= FAR ? path.at(-1) : null);

  let framed = "";
  function frame(highest) {
    const tick = nice(Math.max(highest, 0.1) / 4, true);
    const [across, top] = [Math.max(10, model.get("steps")), tick * Math.ceil(highest / tick + 0.2)];
    if (framed === `${across} ${top}`) return;
    framed = `${across} ${top}`;
    side.view({ x: [-0.03 * across, across], y: [-0.04 * top, top] });
    side.axes({ xlabel: "steps", ylabel: "distance to **w**^*" });
  }

  function layout() {
    plane.axes({ xlabel: "*w*_1", ylabel: "*w*_2" });
    plane.contours(family);
    framed = "";
  }

  function draw() {
    const all = paths();
    const w = minimiser(model.get("lam"));
    const far = [NaN, NaN];
    ridge.set([...RIDGE.map((lam) => minimiser(lam) ?? far), [0, 0]]);
    best.set(w ?? far);
    bestName.set(w ?? far, { dx: 14, dy: 14 });
    const distances = all.map((path) => path.map((at, t) => [t, w ? norm(add(at, w, -1)) : NaN]));
    const first = distances[0][0][1];
    frame(Math.min(6 * (first || 1), Math.max(...distances.flat().map(([, d]) => d || 0))));
    const ends = all.map(end);
    const [places, lasts] = [ends.map((at) => plane.py((at ?? [0, 0])[1])),
      distances.map((course) => side.py(course.at(-1)[1]))];
    const [ys, sideYs] = [apart(places), apart(lasts.map((y) => y - 12))];
    all.forEach((path, k) => {
      drawn[k].path.set(path);
      drawn[k].dot.set(ends[k] ?? far);
      drawn[k].course.set(distances[k]);
      names[k].end.set(ends[k] ?? far, { dx: -12, dy: ys[k] - places[k], at: "end" });
      names[k].course.set(distances[k].at(-1), { dx: -4, dy: sideYs[k] - lasts[k] });
    });
    const numbers = (of) => (ends.includes(null) ? null : ends.map(of));
    figure.show({ minimiser: w, "gradient descent": ends[0], Adam: ends[1], AdamW: ends[2],
      lengths: numbers(norm), losses: numbers(loss) });
  }

  function say() {
    const [plain, adaptive, decoupled] = paths().map(end);
    return `after ${model.get("steps")} steps SGD is at ${format(plain, 3)}, Adam with the penalty at `
      + `${format(adaptive, 3)}, AdamW at ${format(decoupled, 3)}`;
  }
  return figure.run({ layout, draw, say });
}

export default { render };
