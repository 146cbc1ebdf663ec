import { Figure, clamp, compile, format, linspace, nice, power, tidy } from "./stage.js";

// Complex numbers as [real, imaginary], with the results that NumPy gives, also where f is not analytic.
const C = {
  add: (...terms) => terms.reduce((z, w) => [z[0] + w[0], z[1] + w[1]]),
  multiply: (...factors) => factors.reduce((z, w) => [z[0] * w[0] - z[1] * w[1], z[0] * w[1] + z[1] * w[0]]),
  inverse: ([a, b]) => (Math.abs(a) >= Math.abs(b) // Smith's formula: no overflow
    ? [1 / (a + (b * b) / a), -(b / a) / (a + (b * b) / a)]
    : [(a / b) / (b + (a * a) / b), -1 / (b + (a * a) / b)]),
  power(z, n) {
    if (n < 0) return C.inverse(C.power(z, -n));
    let result = [1, 0];
    for (let i = 0; i < n; i++) result = C.multiply(result, z);
    return result;
  },
  exp: ([a, b]) => [Math.exp(a) * Math.cos(b), Math.exp(a) * Math.sin(b)],
  log: ([a, b]) => [Math.log(Math.hypot(a, b)), Math.atan2(b, a)],
  raise: (z, w) => C.exp(C.multiply(w, C.log(z))),
  sqrt([a, b]) {
    const root = Math.sqrt((Math.hypot(a, b) + Math.abs(a)) / 2);
    if (root === 0) return [0, 0];
    return a >= 0 ? [root, b / (2 * root)] : [Math.abs(b) / (2 * root), b < 0 ? -root : root];
  },
  sin: ([a, b]) => [Math.sin(a) * Math.cosh(b), Math.cos(a) * Math.sinh(b)],
  cos: ([a, b]) => [Math.cos(a) * Math.cosh(b), -Math.sin(a) * Math.sinh(b)],
  tan: (z) => C.multiply(C.sin(z), C.inverse(C.cos(z))),
  sinh: ([a, b]) => [Math.sinh(a) * Math.cos(b), Math.cosh(a) * Math.sin(b)],
  cosh: ([a, b]) => [Math.cosh(a) * Math.cos(b), Math.sinh(a) * Math.sin(b)],
  tanh([a, b]) { // through tanh a and tan b: cosh would overflow
    const [t, s] = [Math.tanh(a), Math.tan(b)];
    return C.multiply([t, s], C.inverse([1, t * s]));
  },
  atan: ([a, b]) => [Math.atan2(2 * a, 1 - a * a - b * b) / 2,
    Math.log1p((4 * b) / (a * a + (1 - b) ** 2)) / 4],
  abs: (z) => [Math.hypot(...z), 0],
  sign: (z) => (Math.hypot(...z) ? z.map((part) => part / Math.hypot(...z)) : [0, 0]),
  max: (...all) => all.reduce((z, w) => (w[0] > z[0] || (w[0] === z[0] && w[1] > z[1]) ? w : z)),
  min: (...all) => all.reduce((z, w) => (w[0] < z[0] || (w[0] === z[0] && w[1] < z[1]) ? w : z)),
};

const LOWEST = 1e-18; // where an error of nought is drawn
const BELOW = 1e-21; // the end of the axis: room for the handle of h under that line
const HALF = 10 ** 0.05; // half the way to the next h of a curve
const METHODS = ["forward", "central", "complex"];

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "difference-curve", traits: ["x", "h"],
    hint: "Drag *x* on the curve and *h* below the errors." });
  const { names, value, gradient, complex } = model.get("formula");
  const f = compile(names, value);
  const slopes = compile(names, gradient);
  const inComplex = new Function("C", ...names, `"use strict"; return ${complex};`);
  const slope = (x) => slopes(x)[0];
  const [limits] = model.get("limits");

  const estimates = {
    forward: (x, h) => (f(x + h) - f(x)) / h,
    central: (x, h) => (f(x + h) - f(x - h)) / (2 * h),
    complex: (x, h) => inComplex(C, [x, h])[1] / h,
  };
  const error = (method, x, h) => Math.abs(estimates[method](x, h) - slope(x));

  const curve = figure.panel({ name: "curve", label: "the function", x: limits, y: [0, 1], share: 0.95,
    aspect: 0.72 });
  const lens = figure.panel({ name: "lens", label: "f near x, magnified by 1 / h", x: [-1.6, 1.6], y: [-1, 1],
    share: 0.95, aspect: 0.72 });
  const errors = figure.panel({ name: "errors", label: "errors against h", x: [1e-16, 1], y: [BELOW, 10],
    share: 1.25, aspect: 0.95, margin: { left: 46, bottom: 40 } });
  errors.view({ xlog: true, ylog: true });

  const graph = curve.curve("output", { width: 2.2 });
  const touching = curve.curve("gradient", { width: 1.6, dashed: true });

  const zoomed = lens.curve("output", { width: 2.2 });
  const tangent = lens.curve("gradient", { width: 1.8, dashed: true });
  const secant = lens.curve("direction", { width: 2 });
  const ends = [lens.dot("direction"), lens.dot("direction")];
  const word = { tangent: lens.text("gradient", "tangent", "start"),
    secant: lens.text("direction", "secant", "start") };

  const look = { forward: ["direction", false], central: ["output", false], complex: ["variable", true] };
  const lines = METHODS.map((method) => {
    const [role, dashed] = look[method];
    return errors.curve(role, { width: 1.8, dashed });
  });
  const here = errors.curve("muted", { width: 1, dashed: true });
  const dots = METHODS.map((method) => errors.dot(look[method][0], 4.5));
  const labels = METHODS.map((method) => errors.text(look[method][0], method, "start"));

  const step = nice((limits[1] - limits[0]) / 60, true);
  const setH = (h) => figure.change({ h: Number(clamp(h, [1e-16, 1]).toPrecision(3)) });
  curve.handle({ name: "x", label: "x", role: "variable", axis: "x", step,
    get: () => [model.get("x"), f(model.get("x"))], text: () => `x = ${format(model.get("x"))}`,
    set: ([x]) => Number.isFinite(f(x)) && figure.change({ x: tidy(clamp(x, limits), step) }) });
  errors.handle({ name: "h", label: "step h", role: "direction", axis: "x",
    get: () => [model.get("h"), Math.sqrt(BELOW * LOWEST)], set: ([h]) => setH(h),
    nudge: (dx) => setH(model.get("h") * 10 ** (dx / 2)),
    text: () => `h = ${format(model.get("h"), 3, 0)}, errors ${say()}` });

  figure.readouts([
    { name: "x", label: "*x*", role: "variable" },
    { name: "h", label: "*h*", role: "direction", digits: 3, tiny: 0 },
    { name: "derivative", label: "*f* ′(*x*)", role: "gradient" },
    ...METHODS.map((name) => ({ name, label: `error, ${name}`, role: look[name][0], digits: 3, tiny: 0 })),
  ]);

  function layout() {
    const values = linspace(...limits, 121).map(f).filter(Number.isFinite);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const pad = 0.1 * (high - low) || 1;
    curve.view({ y: [low - pad, high + pad] });
    curve.axes({ xlabel: "*x*", ylabel: "*f*(*x*)" });
    errors.axes({ xlabel: "step *h*", ylabel: "absolute error",
      xticks: [1e-16, 1e-12, 1e-8, 1e-4, 1], yticks: [LOWEST, 1e-16, 1e-12, 1e-8, 1e-4, 1],
      ytext: (y) => (y === LOWEST ? "0" : power(Math.round(Math.log10(y)))) });
    graph.set(linspace(...limits, 241).map((x) => [x, f(x)]));
    seen = null;
  }

  // An error of nought lies on the lowest line: the curve goes on there, without a jump down and up again.
  function pieces(points) {
    const none = ([, y]) => y === LOWEST;
    const breaks = (i, j) => points[j] && none(points[i]) !== none(points[j]);
    return points.flatMap(([h, y], i) => [
      ...(breaks(i, i - 1) ? [[NaN, NaN], [h / HALF, y]] : []), [h, y],
      ...(breaks(i, i + 1) ? [[h * HALF, y]] : [])]);
  }

  let seen = null; // the x for which the error curves are drawn: dragging h does not change them
  function drawErrors(x) {
    seen = x;
    lines.forEach((line, i) => line.set(pieces(linspace(-16, 0, 161).map((k) => 10 ** k)
      .map((h) => [h, Math.max(LOWEST, error(METHODS[i], x, h))]))));
    // Labels where each curve is alone: above the slope of truncation, below that of round-off.
    const spots = { forward: 1e-4, central: 1e-12, complex: 1e-9 };
    METHODS.forEach((method, i) => {
      const y = Math.max(LOWEST, error(method, x, spots[method]));
      labels[i].set([spots[method], y], method === "forward" ? { dx: -8, dy: -10, at: "end" }
        : method === "complex" ? { dx: 2, dy: -8 } : { dx: -36, dy: 34 });
    });
  }

  // The window of the lens follows the two slopes, in steps so that it is calm.
  let framed = null;
  function drawLens(x, h) {
    const rise = (t) => (f(x + t * h) - f(x)) / h;
    const reach = nice(1.6 * Math.max(Math.abs(slope(x)), Math.abs(rise(1)), 0.1), true);
    if (String([reach, lens.inner]) !== framed) {
      framed = String([reach, lens.inner]);
      lens.view({ y: [-reach, reach] });
      lens.axes({ xlabel: "(offset from *x*) / *h*", ylabel: "(change of *f*) / *h*", xticks: [-1, 0, 1] });
    }
    zoomed.set(linspace(-1.6, 1.6, 161).map((t) => [t, rise(t)]));
    tangent.set([[-1.6, -1.6 * slope(x)], [1.6, 1.6 * slope(x)]]);
    secant.set([[0, 0], [1, rise(1)]]);
    ends[0].set([0, 0]);
    ends[1].set([1, rise(1)]);
    const side = slope(x) > 0 ? 1 : -1;
    word.tangent.set([-1.5, -1.5 * slope(x)], { dx: 14, dy: side * 8 });
    word.secant.set([0.5, rise(1) / 2], { dx: 10, dy: side * 12 });
  }

  function draw() {
    const x = model.get("x");
    const h = model.get("h");
    touching.set(limits.map((t) => [t, f(x) + slope(x) * (t - x)]));
    drawLens(x, h);
    if (x !== seen) drawErrors(x);
    here.set([[h, errors.y[0]], [h, errors.y[1]]]);
    const values = Object.fromEntries(METHODS.map((method) => [method, error(method, x, h)]));
    METHODS.forEach((method, i) => dots[i].set([h, Math.max(LOWEST, values[method])]));
    figure.show({ x, h, derivative: slope(x), ...values });
  }

  function say() {
    const one = (method) => `${method} ${format(error(method, model.get("x"), model.get("h")), 3, 0)}`;
    return METHODS.map(one).join(", ");
  }

  return figure.run({ layout, draw, say });
}

export default { render };
