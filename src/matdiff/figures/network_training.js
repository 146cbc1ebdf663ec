import { Figure, add, clamp, contour, format, nice, norm, sample, tidy } from "./stage.js";

const GRID = 61; // of the line that parts the classes
const LOST = 1e4; // a loss at which a run stops

const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const mean = (a) => a.reduce((sum, x) => sum + x, 0) / a.length;

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "network-training",
    traits: ["units", "bias", "eta", "mistake", "probe", "steps"],
    hint: "Step, then drag the probe.",
    note: "Thin lines: where a unit switches on. Ring: on the wrong side." });
  const [points, labels, limits] = ["points", "labels", "limits"].map((name) => model.get(name));
  const m = points.length;

  // ------------------------------------------------------------------ the network, as in Python
  const net = () => ({ units: model.get("units"), bias: model.get("bias") });
  const before = ({ units }, [x, y]) => units.map(([a, b, c]) => a * x + b * y + c);
  const out = ({ units, bias }, z) => z.reduce((sum, t, k) => sum + Math.max(t, 0) * units[k][3], bias);
  const logit = (now, point) => out(now, before(now, point));
  const loss = (now) => mean(points.map((point, i) => {
    const z = logit(now, point);
    return softplus(z) - labels[i] * z;
  }));

  function gradients(now, mistake) { // for units, in their shape, and for the bias
    const factor = { "wrong sign": -1, sum: m }[mistake] ?? 1;
    const units = now.units.map(() => [0, 0, 0, 0]);
    let bias = 0;
    points.forEach((point, i) => {
      const z = before(now, point);
      const delta = ((sigmoid(out(now, z)) - labels[i]) * factor) / m;
      bias += delta;
      now.units.forEach((unit, k) => {
        const back = z[k] > 0 || mistake === "no mask" ? delta * unit[3] : 0;
        [back * point[0], back * point[1], back, delta * Math.max(z[k], 0)]
          .forEach((g, j) => (units[k][j] += g));
      });
    });
    return { units, bias };
  }
  const layers = ({ units, bias }) => [units.flatMap((row) => row.slice(0, 3)),
    [...units.map((row) => row[3]), bias]];

  const plane = figure.panel({ name: "plane", label: "points, hidden units and the line that parts the classes",
    x: limits[0], y: limits[1], equal: true, share: 1.25 });
  const side = figure.panel({ name: "loss", label: "loss against steps", x: [0, 20], y: [0, 1], aspect: 0.6,
    margin: { left: 44 } });

  const hinges = model.get("units").map(() => plane.curve("muted", { width: 1, back: true }));
  const border = plane.curve("output", { width: 2.5, back: true });
  const marks = points.map((_, i) => plane.dot(labels[i] ? "variable" : "output", 4.5));
  const rings = points.map(() => plane.dot("wrong", 8));
  rings.forEach((ring) => Object.assign(ring.node.style, { fill: "none", stroke: "var(--md-wrong)" }));
  marks.forEach((mark, i) => labels[i] || Object.assign(mark.node.style, // classes differ in form, not in hue alone
    { fill: "var(--md-page)", stroke: "var(--md-output)", strokeWidth: 2 }));
  plane.handle({ name: "probe", label: "probe", role: "direction", step: 0.1,
    get: () => model.get("probe"),
    set: (at) => figure.change({ probe: at.map((x, k) => tidy(clamp(x, limits[k]), 0.1)) }),
    text: () => `at ${format(model.get("probe"))}, class 1 with ${format(sigmoid(logit(net(), model.get("probe"))), 3)}` });
  const earlier = side.curve("muted", { width: 1.5, dashed: true });
  const course = side.curve("output", { width: 2 });
  const present = side.dot("output", 5);

  let history = []; // [step, loss] up to the present
  let last = []; // the course before the last start
  let reached = model.get("steps");
  function advance(count) {
    let [now, steps] = [net(), model.get("steps")];
    for (; count > 0; count--) {
      const height = loss(now);
      if (!(height < LOST)) break;
      history.push([steps++, height]);
      const slope = gradients(now, model.get("mistake"));
      const eta = model.get("eta");
      now = { units: now.units.map((row, k) => add(row, slope.units[k], -eta)), bias: now.bias - eta * slope.bias };
    }
    reached = steps;
    figure.change({ ...now, steps });
  }
  figure.button({ name: "step", label: "Step", press: () => advance(1) });
  figure.button({ name: "ten", label: "10 steps", press: () => advance(10) });
  figure.button({ name: "hundred", label: "100 steps", press: () => advance(100) });
  figure.button({ name: "again", label: "Start again", press: () => figure.change(structuredClone({
    units: figure.start.units, bias: figure.start.bias, steps: figure.start.steps })) });
  figure.choice({ name: "mistake", label: "mistake in the gradient",
    options: [["none", "none"], ["no mask", "no ReLU mask"], ["wrong sign", "wrong sign"],
      ["sum", "sum, not mean"]],
    get: () => model.get("mistake"), set: (mistake) => figure.change({ mistake }) });
  figure.slider({ name: "eta", label: "*η*", min: -2, max: 1, step: 0.01,
    get: () => Math.log10(model.get("eta")),
    set: (exponent) => figure.change({ eta: tidy(10 ** exponent, 10 ** exponent / 10) }),
    text: () => format(model.get("eta"), 3) });
  figure.readouts([
    { name: "steps", label: "steps" }, { name: "loss", label: "*L*", role: "output" },
    { name: "accuracy", label: "accuracy", digits: 3 },
    { name: "norm 1", label: "|∇| layer 1", role: "gradient", place: "first" },
    { name: "norm 2", label: "|∇| layer 2", role: "gradient" },
    { name: "error 1", label: "error, layer 1", role: "wrong", digits: 3 },
    { name: "error 2", label: "error, layer 2", role: "wrong", digits: 3 },
    { name: "p", label: "probe: *p*", role: "direction", digits: 3 },
    { name: "active", label: "probe: units on", role: "direction" },
  ]);

  let view = "";
  function sideAxes(height) {
    const all = [...history, ...last].map(([, y]) => y).concat(height).filter(Number.isFinite);
    const right = Math.max(20, nice(Math.max(1, model.get("steps"), ...last.map(([x]) => x)), true));
    const top = nice(Math.max(...all) * 1.05 || 1, true);
    const wanted = `${right} ${top} ${side.width}`;
    if (view === wanted) return;
    view = wanted;
    side.view({ x: [-0.04 * right, 1.04 * right], y: [-0.05 * top, 1.05 * top] });
    side.axes({ xlabel: "steps", ylabel: "loss *L* (mean)" });
  }

  function layout() {
    plane.axes({ xlabel: "*x*_1", ylabel: "*x*_2" });
    points.forEach((point, i) => {
      marks[i].set(point);
      rings[i].set(point);
    });
    view = "";
  }

  function hinge([a, b, c]) { // the line ax + by + c = 0, as a long segment
    const square = a * a + b * b;
    if (square < 1e-12) return [];
    const far = (4 * Math.max(...limits.flat().map(Math.abs))) / Math.sqrt(square);
    return [1, -1].map((sign) => [(-c * a) / square - sign * far * b, (-c * b) / square + sign * far * a]);
  }

  function draw() {
    if (model.get("steps") !== reached) { // put back: another course begins
      last = [...history];
      history = [];
      reached = model.get("steps");
    }
    const now = net();
    const height = loss(now);
    const right = points.map((point, i) => (logit(now, point) > 0) === (labels[i] === 1));
    const [used, truth] = [model.get("mistake"), "none"].map((mistake) => layers(gradients(now, mistake)));
    const error = (l) => {
      const size = norm(truth[l]);
      return size > 1e-100 ? norm(add(used[l], truth[l], -1)) / size : null;
    };
    const probe = model.get("probe");
    now.units.forEach((unit, k) => hinges[k].set(hinge(unit)));
    const segments = contour(sample((x, y) => logit(now, [x, y]), ...limits, GRID), 0);
    border.set(segments.flatMap(([p, q]) => [p, q, [NaN, NaN]]));
    rings.forEach((ring, i) => ring.hide(right[i]));
    sideAxes(height);
    earlier.set(last);
    course.set([...history, [model.get("steps"), height]]);
    present.set([model.get("steps"), height]);
    figure.show({ loss: height, accuracy: mean(right.map(Number)), "norm 1": norm(used[0]), "norm 2": norm(used[1]),
      "error 1": error(0), "error 2": error(1), p: sigmoid(logit(now, probe)),
      active: before(now, probe).filter((t) => t > 0).length, steps: model.get("steps") });
  }

  const say = () => `loss ${format(loss(net()))} after ${model.get("steps")} steps`;
  return figure.run({ layout, draw, say });
}

export default { render };
