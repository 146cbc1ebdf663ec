import { Figure, add, clamp, format, nice, tidy } from "./stage.js";

const ROUNDING = 1e-12; // a spread of x below this share of its size is none
const STEPS = 60; // weighted fits, one after the other, for the Huber line

// The line that minimises Σ s (y - w1 - w2 x)², by the mean and the spread of x; null where none is the best.
function fit(points, weights = points.map(() => 1)) {
  const sum = (f) => points.reduce((total, [x, y], i) => total + weights[i] * f(x, y), 0);
  const total = sum(() => 1);
  const mean = sum((x) => x) / total;
  const spread = sum((x) => (x - mean) ** 2);
  if (!(spread > ROUNDING * sum((x) => x * x))) return null;
  const solve = (a, b) => { // (XᵀSX)⁻¹ (a, b), with the columns 1 and x in X
    const slope = (b - mean * a) / spread;
    return [a / total - mean * slope, slope];
  };
  const w = solve(sum((x, y) => y), sum((x, y) => x * y));
  const residual = (i) => points[i][1] - w[0] - w[1] * points[i][0];
  return { w, residual, at: (x) => w[0] + w[1] * x,
    leverage: (i) => 1 / total + (points[i][0] - mean) ** 2 / spread,
    push(i, [dx, dy]) { // dw = (XᵀX)⁻¹ (dXᵀ r + Xᵀ(dy - dX w)) for a step of point i
      const [x, shift] = [points[i][0], dy - dx * w[1]];
      return solve(shift, dx * residual(i) + x * shift);
    } };
}

// The minimiser of the sum of Huber losses, by weighted fits.
function huberFit(points, c) {
  let [line, weights] = [null, points.map(() => 1)];
  for (let k = 0; k < STEPS; k++) {
    line = fit(points, weights);
    weights = points.map((_, i) => c / Math.max(Math.abs(line.residual(i)), c));
  }
  return { ...line, weights };
}

function render({ model, el }) {
  const limits = model.get("limits");
  const huber = (model.get("huber") ?? null) !== null;
  const [across, up] = model.get("names");
  const figure = new Figure({ model, el, kind: "line-fit", traits: ["points", "picked", "start"],
    hint: "Drag any point.",
    note: `The larger a point, the larger its leverage. Dashed: the line without the point moved last; green: what `
      + `the first order predicts.${huber ? " Thin: the Huber line." : ""}` });
  const plane = figure.panel({ name: "plane", label: "the points and their least-squares line", x: limits[0],
    y: limits[1], aspect: 0.78 });
  const step = limits.map(([low, high]) => nice((high - low) / 80, true));

  function now() {
    const [points, [i], start] = ["points", "picked", "start"].map((name) => model.get(name));
    const before = points.map((point, j) => (j === i ? start : point));
    const others = points.map((_, j) => Number(j !== i));
    const lines = { now: fit(points), first: fit(before), rest: fit(points, others) };
    return { points, i, start, ...lines, robust: huber && lines.now ? huberFit(points, model.get("huber")) : null,
      predicted: lines.first && lines.now ? lines.first.push(i, add(points[i], start, -1)) : null };
  }

  const first = plane.curve("muted", { width: 1.2, dashed: true, back: true });
  const promised = plane.curve("gradient", { width: 2, dashed: true, back: true });
  const without = plane.curve("output", { width: 1.8, dashed: true, back: true });
  const robust = plane.curve("upstream", { width: 1.6, dashed: false, back: true });
  const line = plane.curve("output", { width: 2.8, dashed: false, back: true });
  const residuals = model.get("points").map(() => plane.curve("direction",
    { width: 1, dashed: false, back: true }));
  const trail = plane.curve("muted", { width: 1.2, dashed: true });
  const missed = plane.curve("direction", { width: 2.4, dashed: true });
  const residual = plane.curve("direction", { width: 3.4, dashed: false });
  const word = plane.text("direction", "*r*");
  const none = plane.text("wrong", "no line is the best: all x are equal");

  const grid = (at) => at.map((x, k) => tidy(clamp(x, limits[k]), step[k]));
  function move(i, at) {
    const [points, [picked]] = [model.get("points"), model.get("picked")];
    const values = { points: points.map((point, j) => (j === i ? grid(at) : point)) };
    figure.change(picked === i ? values : { ...values, picked: [i], start: points[i] });
  }
  const handles = model.get("points").map((_, i) => plane.handle({ name: `point-${i}`, label: `point ${i + 1}`,
    role: "variable", radius: 5, get: () => model.get("points")[i], set: (at) => move(i, at),
    nudge: (dx, dy) => move(i, add(model.get("points")[i], [dx * step[0], dy * step[1]])),
    text: () => `${format(model.get("points")[i])}, ${say()}` }));

  figure.readouts([
    { name: "w", label: "**w**", role: "output", place: "first", tiny: 1e-9 },
    { name: "h", label: "leverage *h*_i", role: "variable", digits: 3 },
    { name: "r", label: "*r*_i", role: "direction", digits: 3, tiny: 1e-9 },
    { name: "left out", label: "*r*_i/(1 − *h*_i)", role: "direction", digits: 3, tiny: 1e-9 },
    { name: "without", label: "**w** without it", role: "output", tiny: 1e-9 },
    { name: "dw/dy", label: "∂**w**/∂*y*_i", role: "gradient", digits: 3, tiny: 1e-9 },
    { name: "predicted", label: "d**w** predicted", role: "gradient", digits: 3, tiny: 1e-9 },
    { name: "actual", label: "change of **w**", role: "output", digits: 3, tiny: 1e-9 },
    ...(huber ? [{ name: "huber w", label: "**w** by Huber", role: "upstream", tiny: 1e-9 },
      { name: "weight", label: "its weight there", role: "upstream", digits: 3 }] : []),
  ]);

  const layout = () => plane.axes({ xlabel: across, ylabel: up });

  function draw() {
    const { points, i, start, now: best, first: old, rest, robust: calm, predicted } = now();
    const moved = String(start) !== String(points[i]);
    const put = (curve, w) => curve.set(w ? limits[0].map((x) => [x, w[0] + w[1] * x]) : []);
    put(line, best?.w);
    put(without, rest?.w);
    put(robust, calm?.w);
    put(first, moved ? old?.w : null);
    put(promised, moved && predicted ? add(old.w, predicted) : null);
    residuals.forEach((curve, j) => curve.set(best && j !== i
      ? [points[j], [points[j][0], best.at(points[j][0])]] : []));
    const [x, y] = points[i];
    residual.set(best ? [[x, y], [x, best.at(x)]] : []);
    missed.set(best && rest ? [[x, best.at(x)], [x, rest.at(x)]] : []);
    const long = best && Math.abs(plane.py(y) - plane.py(best.at(x))) > 18;
    word.hide(!long);
    if (long) word.set([x, (y + best.at(x)) / 2], { dx: plane.px(x) > plane.width - 40 ? -12 : 12 });
    trail.set([start, points[i]]);
    none.hide(Boolean(best));
    none.set(limits.map(([low, high]) => (low + high) / 2));
    handles.forEach((handle, j) => { // the area of a point is its leverage
      const radius = best ? Math.max(3.5, 15 * Math.sqrt(Math.min(1, best.leverage(j)))) : 5;
      handle.root.querySelector(".md-grip").setAttribute("r", radius.toFixed(1));
      handle.root.querySelector(".md-ring").setAttribute("r", (radius + 5).toFixed(1));
    });
    figure.show({ w: best?.w ?? null, h: best?.leverage(i) ?? null, r: best?.residual(i) ?? null,
      "left out": rest?.residual(i) ?? null, without: rest?.w ?? null, "dw/dy": best?.push(i, [0, 1]) ?? null,
      predicted, actual: best && old ? add(best.w, old.w, -1) : null,
      ...(huber && { "huber w": calm?.w ?? null, weight: calm?.weights[i] ?? null }) });
  }

  function say() {
    const { now: best, rest, i } = now();
    return best ? `line w = ${format(best.w)}, leverage ${format(best.leverage(i), 3)}, residual ${
      format(best.residual(i), 3, 1e-9)}, left out ${format(rest?.residual(i), 3, 1e-9)}`
      : "all x are equal: no line is the best";
  }
  return figure.run({ layout, draw, say });
}

export default { render };
