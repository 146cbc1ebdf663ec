import { Figure, add, clamp, dot, format, nice, norm, reducedMotion, scale, tidy } from "./stage.js";

const PAUSE = 50; // milliseconds between two steps of a run, at least
const RUN = 200; // steps of a run, on every machine
const RING = 13; // radius around a point on the wrong side

const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const transpose = (A) => A[0].map((_, j) => A.map((row) => row[j]));
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

// The largest eigenvalue of a symmetric matrix, by Jacobi's rotations.
function largest(A) {
  let B = A.map((row) => [...row]);
  for (let sweep = 0; sweep < 12; sweep++) {
    for (const [p, q] of [[0, 1], [0, 2], [1, 2]]) {
      const angle = B[p][q] === 0 ? 0 : Math.atan((2 * B[p][q]) / (B[q][q] - B[p][p])) / 2;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const turn = (M) => M.map((row) => row.map((entry, j) => // the columns p and q of M, rotated
        (j === p ? c * row[p] - s * row[q] : j === q ? s * row[p] + c * row[q] : entry)));
      B = transpose(turn(transpose(turn(B))));
    }
  }
  return Math.max(...B.map((row, i) => row[i]));
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "training-stepper",
    traits: ["points", "eta", "reduction", "weights", "steps"], hint: "Drag a point, then step or run.",
    note: "Ring: on the wrong side; dashed: probability 0.1 and 0.9." });
  const labels = model.get("labels");
  const limits = model.get("limits");
  const m = labels.length;

  function now(w = model.get("weights")) {
    const X = model.get("points").map((point) => [...point, 1]);
    const factor = model.get("reduction") === "mean" ? 1 / m : 1;
    const z = X.map((row) => dot(row, w));
    const total = (term) => factor * X.reduce((sum, row, i) => sum + term(row, i), 0);
    // The Hessian has the factors sigmoid' <= 1/4 between: with 1/4 it is a bound for every w.
    const steepest = largest([0, 1, 2].map((j) => [0, 1, 2].map((k) => total((row) => row[j] * row[k] / 4))));
    return { w,
      loss: total((row, i) => softplus(z[i]) - labels[i] * z[i]),
      gradient: [0, 1, 2].map((k) => total((row, i) => row[k] * (sigmoid(z[i]) - labels[i]))),
      right: z.map((t, i) => (t > 0) === (labels[i] === 1)),
      safe: 2 / steepest };
  }

  const plane = figure.panel({ name: "plane", label: "points and the line that parts them", x: limits[0],
    y: limits[1], equal: true, share: 1.2 });
  const side = figure.panel({ name: "loss", label: "loss against steps", x: [0, 20], y: [0, 1], aspect: 0.6,
    margin: { left: 44 } });

  const lines = [0.1, 0.5, 0.9].map((p) =>
    plane.curve("output", { width: p === 0.5 ? 2 : 1, dashed: p !== 0.5, back: true }));
  const rings = labels.map(() => plane.dot("wrong", RING));
  rings.forEach((ring) => Object.assign(ring.node.style,
    { fill: "none", stroke: "var(--md-wrong)", strokeDasharray: "2 3" }));
  const step = nice((limits[0][1] - limits[0][0]) / 60, true);
  labels.forEach((label, i) => plane.handle({
    name: `point-${i}`, label: `point ${i + 1}, class ${label}`, role: label ? "variable" : "output", step,
    get: () => model.get("points")[i],
    set: (at) => figure.change({ points: model.get("points").map((point, j) => (j === i
      ? at.map((x, k) => tidy(clamp(x, limits[k]), step)) : point)) }),
    text: () => `class ${label}, at ${format(model.get("points")[i])}`,
  }));
  const names = labels.map((label) => plane.text(label ? "variable" : "output", String(label)));
  const course = side.curve("output", { width: 2 });
  const present = side.dot("output", 5);

  let history = []; // [step, loss] up to the present
  let reached = model.get("steps"); // the end of that course
  let reduction = model.get("reduction"); // and what its losses are
  let run = null; // the steps that are left of the present run: { left }
  function advance(count = 1) {
    let [w, steps] = [model.get("weights"), model.get("steps")];
    for (; count > 0; count--) {
      const { loss, gradient } = now(w);
      history.push([steps++, loss]);
      w = add(w, gradient, -model.get("eta"));
    }
    reached = steps;
    figure.change({ weights: w, steps });
  }
  function start() {
    const mine = (run = { left: RUN });
    let waited = PAUSE;
    figure.animate((milliseconds) => {
      if (run !== mine) return false; // paused, put back, or run anew
      waited += milliseconds;
      if (waited < PAUSE) return true;
      waited = 0;
      if (--mine.left === 0) run = null;
      advance();
      return run !== null;
    });
  }
  function toggle() {
    if (run) run = null;
    else if (reducedMotion()) advance(RUN); // nothing moves: the last step alone is drawn
    else start();
    figure.redraw();
  }

  figure.button({ name: "step", label: "Step", press: () => advance() });
  const runButton = figure.button({ name: "run", label: "Run", press: toggle });
  figure.button({ name: "zero", label: "Weights to 0",
    press: () => figure.change({ weights: [0, 0, 0], steps: 0 }) });
  figure.slider({ name: "eta", label: "*η*", min: -2, max: 1.5, step: 0.01,
    get: () => Math.log10(model.get("eta")),
    set: (exponent) => figure.change({ eta: tidy(10 ** exponent, 10 ** exponent / 10) }),
    text: () => format(model.get("eta"), 3) });
  figure.choice({ name: "reduction", label: "loss is the",
    options: [["mean", "mean over points"], ["sum", "sum over points"]], get: () => model.get("reduction"),
    set: (chosen) => figure.change({ reduction: chosen }) });
  figure.readouts([
    { name: "loss", label: "*L*", role: "output" },
    { name: "gradient_w", label: "∂*L*/∂**w**", role: "gradient" },
    { name: "gradient_b", label: "∂*L*/∂*b*", role: "gradient" }, { name: "accuracy", label: "accuracy" },
    { name: "length", label: "|**w**|", role: "variable" }, { name: "safe step", label: "safe step" },
    { name: "steps", label: "steps" },
  ]);

  let view = "";
  function sideAxes(state) {
    const all = [...history.map(([, loss]) => loss), state.loss];
    const right = Math.max(20, nice(Math.max(1, model.get("steps")), true));
    const top = nice(Math.max(...all) * 1.05 || 1, true);
    const wanted = `${right} ${top} ${reduction} ${side.width}`;
    if (view === wanted) return;
    view = wanted;
    side.view({ x: [-0.04 * right, 1.04 * right], y: [-0.05 * top, 1.05 * top] }); // whole dots at the ends
    side.axes({ xlabel: "steps", ylabel: `loss *L* (${reduction})` });
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
    const along = scale([-w2, w1], 4 * Math.max(...limits.flat().map(Math.abs)) / Math.sqrt(square));
    return [add(foot, along), add(foot, along, -1)];
  }

  // Where the class of a point stands: to its right, or left where another point or the edge is in the way.
  function beside(i, distance) {
    const spots = model.get("points").map((point) => plane.pixel(point));
    const room = ([x, y]) => Math.min(plane.margin.left + plane.inner[0] - x,
      ...spots.filter((spot, j) => j !== i).map((spot) => Math.hypot(x - spot[0], y - spot[1])));
    const [right, left] = [distance, -distance].map((dx) => room(add(spots[i], [dx, 0])));
    return right < 18 && left > right ? -distance : distance;
  }

  function draw() {
    const elsewhere = model.get("steps") !== reached; // put back
    if (elsewhere) run = null;
    if (elsewhere || model.get("reduction") !== reduction) history = []; // another course begins
    [reached, reduction] = [model.get("steps"), model.get("reduction")];
    runButton.textContent = run ? "Pause" : "Run";
    const state = now();
    sideAxes(state);
    [0.1, 0.5, 0.9].forEach((p, k) => lines[k].set(level(state.w, Math.log(p / (1 - p)))));
    model.get("points").forEach((point, i) => {
      names[i].set(point, { dx: beside(i, state.right[i] ? 15 : RING + 8) });
      rings[i].set(point);
      rings[i].hide(state.right[i]);
    });
    const at = [model.get("steps"), state.loss];
    course.set([...history, at]);
    present.set(at);
    figure.show({ loss: state.loss, gradient_w: state.gradient.slice(0, 2), gradient_b: state.gradient[2],
      accuracy: state.right.filter(Boolean).length / m, length: norm(state.w.slice(0, 2)),
      "safe step": state.safe, steps: model.get("steps") });
  }

  const say = () => `loss ${format(now().loss)} after ${model.get("steps")} steps`;
  return figure.run({ layout, draw, say }); // what it returns ends a run too
}

export default { render };
