import {
  Figure, add, clamp, compile, contour, dot, format, levels, linspace, nice, norm, sample, scale, tidy, times,
} from "./stage.js";

const DEGREE = Math.PI / 180;
const HALF_TURN = [-179.5, 179.5]; // not quite: -180 and 180 degrees are one direction, on both edges

function length(v, ruler) {
  if (ruler === "euclidean") return norm(v);
  if (ruler === "max") return Math.max(...v.map(Math.abs));
  return Math.sqrt(dot(v, times(ruler, v)));
}

// The step of unit length that climbs fastest.
function steepest(g, ruler) {
  if (norm(g) === 0) return [0, 0];
  if (ruler === "max") return g.map(Math.sign);
  let v = g;
  if (ruler !== "euclidean") {
    const [[a, b], [, d]] = ruler;
    v = scale([d * g[0] - b * g[1], a * g[1] - b * g[0]], 1 / (a * d - b * b)); // P^{-1} g
  }
  return scale(v, 1 / length(v, ruler));
}

// All steps of unit length.
function ball(ruler) {
  if (ruler === "max") return [[1, 1], [-1, 1], [-1, -1], [1, -1]];
  return linspace(0, 360, 121).map((angle) => {
    const e = [Math.cos(angle * DEGREE), Math.sin(angle * DEGREE)];
    return scale(e, 1 / length(e, ruler));
  });
}

const turned = (v, angle) => [
  v[0] * Math.cos(angle) - v[1] * Math.sin(angle), v[0] * Math.sin(angle) + v[1] * Math.cos(angle)];

// The signed angle from g to v, in degrees.
const between = (g, v) => Math.atan2(g[0] * v[1] - g[1] * v[0], dot(g, v)) / DEGREE;

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "gradient-explorer",
    traits: ["point", "direction", "skew_part"],
    hint: "Drag **x**, the tip of **v** or the dot on the curve." });
  const { names, value, gradient } = model.get("formula");
  const plain = compile(names, value);
  const slope = compile(names, gradient);
  const quadratic = model.get("quadratic");
  const limits = model.get("limits");
  const ruler = model.get("ruler");
  const measured = ruler !== "euclidean";

  // With `quadratic`, f is evaluated with the skew part in its matrix: it is seen to move nothing.
  const matrix = () => quadratic.A.map((row, i) => row.map((entry, j) =>
    entry + (j - i) * model.get("skew_part")));
  const f = (x) => (quadratic
    ? dot(x, times(matrix(), x)) / 2 + dot(quadratic.b, x) + quadratic.c : plain(...x));

  const plane = figure.panel({ name: "plane", label: "contours of f", x: limits[0], y: limits[1], equal: true,
    share: 1.25 });
  const side = figure.panel({ name: "rate", label: "rate of change against the angle", x: [-180, 180],
    y: [-1, 1],
    share: 1, aspect: 0.6, margin: { left: 40 } });

  const grid = sample(plain, ...limits);
  const family = levels(grid).map((level) => ({ level, segments: contour(grid, level) }));
  // Gradients are drawn to a fixed scale, so that most of them fit.
  const lengths = linspace(...limits[0], 9).flatMap((a) =>
    linspace(...limits[1], 9).map((b) => norm(slope(a, b))));
  const typical = lengths.filter(Number.isFinite).sort((p, q) => p - q)[Math.floor(0.75 * lengths.length)];
  const room = 0.3 * Math.min(...limits.map(([a, b]) => b - a));
  const drawn = typical > room ? nice(room / typical) : 1;
  const note = drawn === 1 ? "" : `${format(drawn)} `; // the label says so

  const unitBall = plane.curve("output", { width: 1.5, close: true, dashed: true });
  const lastLevel = plane.curve("gradient", { width: 1.2, dashed: true });
  const wrong = quadratic ? plane.arrow("wrong", `${note}(*A***x** + **b**)`) : null;
  const arrow = plane.arrow("gradient", `${note}∇*f*`);
  const best = measured ? plane.arrow("direction", "best", { width: 2, dashed: false }) : null;
  const step = plane.arrow("direction", "**v**", { reach: 20 });
  const name = plane.text("variable", "**x**");

  const wave = side.curve("gradient", { width: 2 });
  const drop = side.curve("direction", { width: 1.5 });
  const peak = measured ? side.dot("direction", 5) : null;
  const words = side.text("direction", "", "start");

  const pixelStep = nice((limits[0][1] - limits[0][0]) / 60, true);
  const keep = (p) => p.map((x, i) => tidy(Math.min(limits[i][1], Math.max(limits[i][0], x)), pixelStep));
  plane.handle({ name: "point", label: "point x", role: "variable", step: pixelStep,
    get: () => model.get("point"), set: (p) => figure.change({ point: keep(p) }),
    text: () => `x = ${format(model.get("point"))}, f = ${format(f(model.get("point")))}` });
  plane.handle({ name: "direction", label: "tip of the direction v", role: "direction", step: pixelStep,
    get: () => add(model.get("point"), model.get("direction")),
    set: (p) => {
      const v = add(keep(p), model.get("point"), -1);
      figure.change({ direction: v.map((x) => tidy(x, pixelStep)) });
    },
    text: () => `v = ${format(model.get("direction"))}, change of f ${format(now().actual)}` });
  const angle = () => between(now().g, model.get("direction"));
  const turn = (degrees) => figure.change({
    direction: turned(model.get("direction"), degrees * DEGREE).map((x) => tidy(x, pixelStep / 100)) });
  side.handle({ name: "angle", label: "angle from the gradient to v", role: "direction", axis: "x",
    get: () => [angle(), now().rate ?? 0], set: ([degrees]) => turn(clamp(degrees, HALF_TURN) - angle()),
    nudge: (dx) => turn(5 * dx),
    text: () => `${format(angle(), 3)} degrees, rate ${format(now().rate)}` });

  if (quadratic) {
    figure.slider({ name: "skew", label: "skew part *s* of *A*", min: -5, max: 5, step: 0.1,
      get: () => model.get("skew_part"), set: (s) => figure.change({ skew_part: s }) });
  }
  figure.readouts([
    { name: "f", label: "*f*(**x**)", role: "output" }, { name: "gradient", label: "∇*f*", role: "gradient" },
    { name: "length", label: measured ? "length of **v**" : "|**v**|", role: "direction" },
    { name: "D_v f", label: "*D*_v *f*" }, { name: "D_u f", label: "*D*_u *f*" },
    { name: "cos", label: "cos *θ*" },
    { name: "predicted", label: "predicted" }, { name: "actual", label: "actual" },
    { name: "difference", label: "difference" },
    ...(measured ? [{ name: "steepest", label: "best", role: "direction" },
      { name: "steepest_rate", label: "its rate", role: "direction" }] : []),
    ...(quadratic ? [{ name: "A", label: "*A*" },
      { name: "wrong", label: "*A***x** + **b**", role: "wrong" }] : []),
  ]);

  function now() {
    const x = model.get("point");
    const v = model.get("direction");
    const g = slope(...x);
    const predicted = dot(g, v);
    const size = length(v, ruler);
    const actual = f(add(x, v)) - f(x);
    const product = norm(g) * norm(v);
    return { x, v, g, predicted, actual, size, rate: size ? predicted / size : null,
      cosine: product ? predicted / product : null };
  }

  // The largest |g| seen decides the height of the curve's panel, in nice steps.
  let top = 0;
  function heightOf({ g }) {
    const highest = dot(g, steepest(g, ruler));
    return nice(Math.max(highest, 1e-6) * 1.15, true);
  }

  function sideAxes(state) {
    top = heightOf(state);
    side.view({ y: [-top, top] });
    side.axes({ xlabel: "angle *θ* from ∇*f* to **v**",
      ylabel: measured ? "*D*_v *f* / length of **v**" : "*D*_u *f* = |∇*f*| cos *θ*",
      xticks: side.inner[0] > 240 ? [-180, -90, 0, 90, 180] : [-90, 0, 90], xtext: (x) => `${format(x)}°` });
  }

  function layout() {
    plane.axes({ xlabel: "*x*_1", ylabel: "*x*_2" });
    plane.contours(family);
    sideAxes(now());
  }

  function draw() {
    const state = now();
    const { x, v, g } = state;
    if (heightOf(state) !== top) sideAxes(state);
    step.set(x, add(x, v));
    const away = add(scale(g, -1 / (norm(g) || 1)), scale(v, -1 / (norm(v) || 1))); // opposite to both arrows
    name.set(x, { dx: 17 * away[0] / (norm(away) || 1), dy: -17 * (away[1] / (norm(away) || 1)) });
    if (measured) {
      const w = steepest(g, ruler);
      unitBall.set(ball(ruler).map((e) => add(x, e)));
      best.set(x, add(x, w));
      const along = scale([-g[1], g[0]], 20 / (norm(g) || 1));
      lastLevel.set([add(add(x, w), along), add(add(x, w), along, -1)]);
      peak.set([between(g, w), dot(g, w)]);
    }
    const tip = add(x, g, drawn);
    if (wrong) {
      const other = add(x, add(times(matrix(), x), quadratic.b), drawn);
      const [p, q, o] = [tip, other, x].map((at) => plane.pixel(at));
      const near = norm(add(p, q, -1)) < 36; // then the labels step aside, each to its arrow's side
      const cross = (p[0] - o[0]) * (q[1] - o[1]) - (p[1] - o[1]) * (q[0] - o[0]);
      const aside = near ? (cross < 0 ? -15 : 15) : 0;
      arrow.set(x, tip, { aside: -aside });
      wrong.set(x, other, { aside });
    } else arrow.set(x, tip);
    wave.set(linspace(-180, 180, 289).map((degrees) => {
      const e = turned(scale(g, 1 / (norm(g) || 1)), degrees * DEGREE);
      return [degrees, norm(g) ? dot(g, e) / length(e, ruler) : 0];
    }));
    const at = [between(g, v), state.rate ?? 0];
    drop.set([[at[0], 0], at]);
    words.set(at, { dx: at[0] > 60 ? -70 : 14, text: format(state.rate, 3) });
    const values = { f: f(x), gradient: g, length: state.size, "D_v f": state.predicted, "D_u f": state.rate,
      cos: state.cosine, predicted: state.predicted, actual: state.actual,
      difference: state.actual - state.predicted };
    if (measured) Object.assign(values, { steepest: steepest(g, ruler),
      steepest_rate: dot(g, steepest(g, ruler)) });
    if (quadratic) Object.assign(values, { A: matrix(), wrong: add(times(matrix(), x), quadratic.b) });
    figure.show(values);
  }

  const say = () => {
    const { predicted, actual } = now();
    return `predicted change ${format(predicted)}, actual change ${format(actual)}`;
  };
  return figure.run({ layout, draw, say });
}

export default { render };
