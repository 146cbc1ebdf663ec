import { Figure, add, dot, format, nice, norm, scale, tidy } from "./stage.js";

const FASTEST = 80; // milliseconds between two steps of a run
const LONGEST = 400; // steps of one run

const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

// The largest eigenvalue of a symmetric 3 x 3 matrix, by the trigonometric solution of its cubic.
function largest(A) {
  const mean = (A[0][0] + A[1][1] + A[2][2]) / 3;
  const B = A.map((row, i) => row.map((entry, j) => entry - (i === j ? mean : 0)));
  const size = Math.sqrt(B.flat().reduce((sum, entry) => sum + entry * entry, 0) / 6);
  if (size === 0) return mean;
  const C = B.map((row) => scale(row, 1 / size));
  const det = C[0][0] * (C[1][1] * C[2][2] - C[1][2] * C[2][1]) - C[0][1] * (C[1][0] * C[2][2] - C[1][2] * C[2][0])
    + C[0][2] * (C[1][0] * C[2][1] - C[1][1] * C[2][0]);
  return mean + 2 * size * Math.cos(Math.acos(Math.min(1, Math.max(-1, det / 2))) / 3);
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "training-stepper",
    traits: ["points", "eta", "reduction", "weights", "steps"], hint: "Drag a point, then step or run." });
  const labels = model.get("labels");
  const limits = model.get("limits");
  const m = labels.length;

  function now() {
    const X = model.get("points").map((point) => [...point, 1]);
    const w = model.get("weights");
    const factor = model.get("reduction") === "mean" ? 1 / m : 1;
    const z = X.map((row) => dot(row, w));
    const p = z.map(sigmoid);
    const loss = factor * z.reduce((sum, t, i) => sum + softplus(t) - labels[i] * t, 0);
    const gradient = [0, 1, 2].map((k) => factor * X.reduce((sum, row, i) => sum + row[k] * (p[i] - labels[i]), 0));
    const hessian = [0, 1, 2].map((j) => [0, 1, 2].map((k) =>
      factor * X.reduce((sum, row, i) => sum + p[i] * (1 - p[i]) * row[j] * row[k], 0)));
    return { w, z, loss, gradient, right: z.map((t, i) => (t > 0) === (labels[i] === 1)), bound: 2 / largest(hessian) };
  }

  const plane = figure.panel({ name: "plane", label: "points and the line that parts them", x: limits[0], y: limits[1], equal: true, share: 1.2 });
  const side = figure.panel({ name: "loss", label: "loss against steps", x: [0, 20], y: [0, 1], share: 1, aspect: 0.6, margin: { left: 44 } });

  const lines = [0.1, 0.5, 0.9].map((p) => plane.curve("output", { width: p === 0.5 ? 2 : 1, dashed: p !== 0.5, back: true }));
  const rings = labels.map(() => plane.dot("wrong", 13));
  rings.forEach((ring) => Object.assign(ring.node.style, { fill: "none", stroke: "var(--md-wrong)", strokeDasharray: "2 3" }));
  const step = nice((limits[0][1] - limits[0][0]) / 60, true);
  labels.forEach((label, i) => plane.handle({
    name: `point-${i}`, label: `point ${i + 1}, class ${label}`, role: label ? "variable" : "output", step,
    get: () => model.get("points")[i],
    set: (at) => figure.change({ points: model.get("points").map((point, j) => (j === i
      ? at.map((x, k) => tidy(Math.min(limits[k][1], Math.max(limits[k][0], x)), step)) : point)) }),
    text: () => `class ${label}, at ${format(model.get("points")[i])}`,
  }));
  const names = labels.map((label) => plane.text(label ? "variable" : "output", String(label)));
  const course = side.curve("output", { width: 2 });
  const present = side.dot("output", 5);

  let history = []; // [step, loss] up to the present
  let running = false;
  function advance() {
    const { w, loss, gradient } = now();
    history.push([model.get("steps"), loss]);
    figure.change({ weights: add(w, gradient, -model.get("eta")), steps: model.get("steps") + 1 });
  }
  function run() {
    running = !running;
    let waited = FASTEST;
    let left = LONGEST;
    const round = {}; // a new run ends an older one
    figure.round = round;
    if (running) figure.animate((milliseconds) => {
      if (!running || figure.round !== round) return false;
      waited += milliseconds;
      if (waited >= FASTEST) {
        waited = 0;
        advance();
        if (--left === 0) running = false;
      }
      return running;
    });
    figure.redraw();
  }

  figure.button({ name: "step", label: "Step", press: advance });
  const runButton = figure.button({ name: "run", label: "Run", press: run });
  figure.button({ name: "zero", label: "Weights to 0", press: () => figure.change({ weights: [0, 0, 0], steps: 0 }) });
  figure.slider({ name: "eta", label: "*η*", min: -2, max: 1.5, step: 0.01, get: () => Math.log10(model.get("eta")),
    set: (exponent) => figure.change({ eta: tidy(10 ** exponent, 10 ** exponent / 10) }), text: () => format(model.get("eta"), 3) });
  figure.choice({ name: "reduction", label: "loss is the", options: [["mean", "mean over points"], ["sum", "sum over points"]],
    get: () => model.get("reduction"), set: (reduction) => { history = []; figure.change({ reduction }); } });
  figure.readouts([
    { name: "loss", label: "*L*", role: "output" }, { name: "gradient_w", label: "∂*L*/∂**w**", role: "gradient" },
    { name: "gradient_b", label: "∂*L*/∂*b*", role: "gradient" }, { name: "accuracy", label: "accuracy" },
    { name: "length", label: "|**w**|", role: "variable" }, { name: "bound", label: "2/*λ*_{max}" }, { name: "steps", label: "steps" },
  ]);

  let view = "";
  function sideAxes(state) {
    const all = [...history.map(([, loss]) => loss), state.loss];
    const right = Math.max(20, nice(Math.max(1, model.get("steps")), true));
    const top = nice(Math.max(...all) * 1.05 || 1, true);
    if (view === `${right} ${top} ${side.width}`) return;
    view = `${right} ${top} ${side.width}`;
    side.view({ x: [0, right], y: [0, top] });
    side.axes({ xlabel: "steps", ylabel: "loss *L*" });
  }

  function layout() {
    plane.axes({ xlabel: "*x*_1", ylabel: "*x*_2" });
    view = "";
  }

  // The points where w·x + b = t, as a long segment.
  function level([w1, w2, b], t) {
    const square = w1 * w1 + w2 * w2;
    if (square < 1e-12) return [];
    const foot = scale([w1, w2], (t - b) / square);
    const along = scale([-w2, w1], 30 / Math.sqrt(square));
    return [add(foot, along), add(foot, along, -1)];
  }

  function draw() {
    if (model.get("steps") === 0) history = [];
    runButton.textContent = running ? "Pause" : "Run";
    const state = now();
    sideAxes(state);
    [0.1, 0.5, 0.9].forEach((p, k) => lines[k].set(level(state.w, Math.log(p / (1 - p)))));
    const push = state.gradient.slice(0, 2);
    model.get("points").forEach((point, i) => {
      names[i].set(point, { dx: 17 });
      rings[i].set(point);
      rings[i].hide(state.right[i]);
    });
    const at = [model.get("steps"), state.loss];
    course.set([...history, at]);
    present.set(at);
    figure.show({ loss: state.loss, gradient_w: push, gradient_b: state.gradient[2],
      accuracy: state.right.filter(Boolean).length / m, length: norm(state.w.slice(0, 2)), bound: state.bound, steps: model.get("steps") });
  }

  const say = () => `loss ${format(now().loss)} after ${model.get("steps")} steps`;
  const stop = figure.run({ layout, draw, say });
  return () => { running = false; stop(); };
}

export default { render };
