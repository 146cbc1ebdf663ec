import { Figure, add, clamp, dot, format, linspace, nice, norm, scale, tidy } from "./stage.js";

const ROUNDING = 1e-9; // eigenvalues this close count as equal
const degrees = (angle) => (angle * 180) / Math.PI;
const axes = (angle) => [[Math.cos(angle), Math.sin(angle)], [-Math.sin(angle), Math.cos(angle)]];

function moments(points, centred) {
  const mean = (f) => points.reduce((sum, x) => sum + f(x), 0) / points.length;
  const centre = centred ? [0, 1].map((k) => mean((x) => x[k])) : [0, 0];
  const C = [0, 1].map((k) => [0, 1].map((l) => mean((x) => (x[k] - centre[k]) * (x[l] - centre[l]))));
  return { centre, C };
}

function firstAxis(C) {
  const [p, q] = [(C[0][0] - C[1][1]) / 2, C[0][1]];
  const [middle, half] = [(C[0][0] + C[1][1]) / 2, Math.hypot(p, q)];
  return { eigenvalues: [middle + half, middle - half],
    angle: 2 * half < ROUNDING ? null : Math.atan2(q, p) / 2 };
}

// The gradient of the first axis' angle by each point.
function levers(points, centred) {
  const { centre, C } = moments(points, centred);
  const { eigenvalues: [large, small], angle } = firstAxis(C);
  const [v1, v2] = axes(angle);
  return points.map((x) => {
    const e = add(x, centre, -1);
    return scale(add(scale(v1, dot(e, v2)), v2, dot(e, v1)), 1 / (points.length * (large - small)));
  });
}

// The turn of an axis, which has no direction.
const quarter = (turn) => turn - Math.PI * Math.floor(turn / Math.PI + 0.5);

function render({ model, el }) {
  const limits = model.get("limits");
  const figure = new Figure({ model, el, kind: "principal-axes",
    traits: ["points", "picked", "start", "centred"],
    hint: "Drag any point.",
    note: "Green: which way each point turns the axis fastest; the longer, the faster." });
  const plane = figure.panel({ name: "plane", label: "the points, their ellipse and first axis",
    x: limits[0], y: limits[1], equal: true });
  const width = limits[0][1] - limits[0][0];
  const step = nice(width / 80, true);

  function now() {
    const [points, [i], centred] = ["points", "picked", "centred"].map((name) => model.get(name));
    const start = model.get("start");
    const before = points.map((x, j) => (j === i ? start : x));
    const { centre, C } = moments(points, centred);
    const { eigenvalues, angle } = firstAxis(C);
    const said = { centre, C, eigenvalues, gap: eigenvalues[0] - eigenvalues[1], angle: null, predicted: null,
      actual: null, lever: null };
    if (angle === null) return said;
    Object.assign(said, { angle: degrees(angle), lever: degrees(norm(levers(points, centred)[i])) });
    const angleBefore = firstAxis(moments(before, centred).C).angle;
    if (angleBefore === null) return said;
    const slope = levers(before, centred)[i];
    return Object.assign(said, { predicted: degrees(dot(slope, add(points[i], start, -1))),
      actual: degrees(quarter(angle - angleBefore)) });
  }

  const ellipse = plane.curve("output", { width: 1.5, close: true, fill: true, back: true });
  const ghost = plane.curve("muted", { width: 1.3, dashed: true, back: true });
  const promised = plane.curve("gradient", { width: 1.6, dashed: true, back: true });
  const axis = plane.curve("output", { width: 2.6, back: true });
  const second = plane.curve("output", { width: 1.6, dashed: true, back: true });
  const trail = plane.curve("muted", { width: 1.2, dashed: true });
  const middle = plane.dot("output", 5);
  const mean = plane.dot("muted", 4);
  const arrows = model.get("points").map(() => plane.arrow("gradient", "", { width: 1.8, dashed: false }));
  const name = plane.text("output", "**v**_1");
  const none = plane.text("wrong", "no first axis");
  const turns = linspace(0, 2 * Math.PI, 73).slice(1);

  const grid = (at) => at.map((x, k) => tidy(clamp(x, limits[k]), step));
  function move(i, at) {
    const [points, [picked]] = [model.get("points"), model.get("picked")];
    const values = { points: points.map((x, j) => (j === i ? grid(at) : x)) };
    figure.change(picked === i ? values : { ...values, picked: [i], start: points[i] });
  }
  model.get("points").forEach((_, i) => plane.handle({ name: `point-${i}`, label: `point ${i + 1}`,
    role: "variable", step, radius: 5, get: () => model.get("points")[i], set: (at) => move(i, at),
    text: () => `${format(model.get("points")[i])}, ${say()}` }));

  figure.switch({ name: "raw", label: "do not centre: moments about the origin", get: () => !model.get("centred"),
    set: (raw) => figure.change({ centred: !raw }) });
  figure.readouts([
    { name: "C", label: "*C*", role: "output", digits: 3, tiny: 1e-9 },
    { name: "eigenvalues", label: "*λ*_1, *λ*_2", role: "output", digits: 3, tiny: 1e-9 },
    { name: "gap", label: "gap", role: "wrong", tiny: 1e-9 },
    { name: "angle", label: "**v**_1 at (°)", role: "output", place: "first", tiny: 1e-9 },
    { name: "predicted", label: "predicted (°)", role: "gradient", digits: 3, tiny: 1e-9 },
    { name: "actual", label: "turned by (°)", role: "output", digits: 3, tiny: 1e-9 },
    { name: "lever", label: "lever (°)", role: "gradient", digits: 3 },
    { name: "centre", label: "centre", role: "output", digits: 3, tiny: 1e-9 },
  ]);

  // Half of the longest arrow at the start is a twelfth of the width; from then on they grow with the levers.
  const initial = firstAxis(moments(model.get("points"), model.get("centred")).C).angle === null ? [[1, 0]]
    : levers(model.get("points"), model.get("centred"));
  const unit = width / 9 / Math.max(...initial.map(norm), 1e-9);

  const layout = () => plane.axes({ xlabel: "*x*_1", ylabel: "*x*_2" });

  // A line through the centre at an angle, as far as the panel reaches.
  function line(curve, angle, centre) {
    curve.hide(angle === null);
    if (angle !== null) curve.set([-2, 2].map((t) => add(centre, axes(angle)[0], t * width)));
  }

  function draw() {
    const state = now();
    const [points, centred] = [model.get("points"), model.get("centred")];
    const [i] = model.get("picked");
    const angle = state.angle === null ? null : (state.angle * Math.PI) / 180;
    const lengths = state.eigenvalues.map((x) => Math.sqrt(Math.max(0, x)));
    const [v1, v2] = axes(angle ?? 0);
    ellipse.set(turns.map((s) => add(add(state.centre, v1, lengths[0] * Math.cos(s)), v2,
      lengths[1] * Math.sin(s))));
    line(axis, angle, state.centre);
    const turned = state.actual !== null && Math.abs(state.actual) > 1e-9;
    const from = turned ? angle - (state.actual * Math.PI) / 180 : null;
    line(ghost, from, state.centre);
    line(promised, turned ? from + (state.predicted * Math.PI) / 180 : null, state.centre);
    second.hide(angle === null);
    second.set([-1, 1].map((t) => add(state.centre, v2, t * lengths[1])));
    trail.set([model.get("start"), points[i]]);
    middle.set(state.centre);
    mean.set(moments(points, true).centre);
    mean.hide(centred);
    const slopes = angle === null ? [] : levers(points, centred);
    arrows.forEach((arrow, j) => {
      arrow.hide(angle === null);
      if (angle !== null) arrow.set(points[j], add(points[j], slopes[j], unit));
    });
    name.hide(angle === null);
    name.set(add(state.centre, v1, 1.6 * lengths[0]), { dx: 12, dy: 14 });
    none.hide(angle !== null);
    none.set(state.centre, { dy: -14 });
    figure.show(state);
  }

  function say() {
    const { angle, predicted, actual } = now();
    const [turn, hope] = [actual, predicted].map((x) => format(x, 3, 1e-9));
    return angle === null ? "no first axis"
      : `axis at ${format(angle)} degrees, turned by ${turn}, predicted ${hope}`;
  }
  return figure.run({ layout, draw, say });
}

export default { render };
