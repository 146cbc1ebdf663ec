import {
  Figure, add, clamp, compile, contour, dot, format, levels, linspace, nice, sample, tidy, times,
} from "./stage.js";

const largestEigenvalue = ([[a, b], [, d]]) => (a + d) / 2 + Math.hypot((a - d) / 2, b);

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "step-size-curve", traits: ["point", "eta"],
    hint: "Drag the start **x** and the step size *η*." });
  const spec = model.get("formula");
  const value = compile(spec.names, spec.value);
  const slope = compile(spec.names, spec.gradient);
  const curving = compile(spec.names, spec.hessian);
  const limits = model.get("limits");

  const plane = figure.panel({ name: "plane", label: "contours of f and the step", x: limits[0], y: limits[1],
    equal: true });
  const side = figure.panel({ name: "curve", label: "f along the step", x: [0, 1], y: [0, 1], aspect: 0.75,
    margin: { left: 44, top: 44 } });
  const grid = sample(value, ...limits);
  const family = levels(grid).map((level) => ({ level, segments: contour(grid, level) }));

  const ray = plane.curve("gradient", { width: 1.2, dashed: true });
  const step = plane.arrow("direction", "−*η***g**");
  const name = plane.text("variable", "**x**");

  const start = side.curve("muted", { width: 1, dashed: true });
  const tangent = side.curve("gradient", { width: 1.8, dashed: true });
  const parabola = side.curve("output", { width: 1.8, dashed: true });
  const phi = side.curve("output", { width: 2.2 });
  // Two rows of marks above the curve: what this direction allows, and what every direction allows.
  const marks = ["*η*^∗", "2*η*^∗", "1/*L*", "2/*L*"].map((words, i) => ({
    line: side.curve("muted", { width: 1, dashed: i < 2 }), label: side.text("muted", words) }));
  const words = { tangent: side.text("gradient", "tangent", "start"),
    parabola: side.text("output", "parabola", "end"), phi: side.text("output", "*φ*", "start") };

  const pixelStep = nice((limits[0][1] - limits[0][0]) / 60, true);
  const keep = (p) => p.map((x, i) => tidy(clamp(x, limits[i]), pixelStep));
  let span = 1; // the right end of the axis of eta; stays while eta is dragged
  const etaStep = () => nice(span / 50, true);
  const setEta = (eta) => figure.change({ eta: tidy(clamp(eta, [0, span]), etaStep() / 10) });
  plane.handle({ name: "point", label: "start x", role: "variable", step: pixelStep,
    get: () => model.get("point"), set: (p) => figure.change({ point: keep(p) }),
    text: () => `x = ${format(model.get("point"))}, f = ${format(value(...model.get("point")))}` });
  const along = (p) => {
    const { x, g, square } = now();
    return square ? -dot(add(p, x, -1), g) / square : 0;
  };
  const saying = () => `eta = ${format(model.get("eta"))}, change of f ${format(now().change)}`;
  plane.handle({ name: "step", label: "tip of the step", role: "direction",
    get: () => add(now().x, now().g, -model.get("eta")), set: (p) => setEta(along(p)),
    nudge: (dx, dy) => setEta(model.get("eta") + (dx + dy) * etaStep()), far: (sign) => setEta(sign * span),
    text: saying });
  side.handle({ name: "eta", label: "step size eta", role: "direction", axis: "x",
    get: () => [model.get("eta"), now().after], set: ([eta]) => setEta(eta),
    nudge: (dx) => setEta(model.get("eta") + dx * etaStep()), text: saying });

  figure.readouts([
    { name: "eta", label: "*η*", role: "direction" }, { name: "eta*", label: "*η*^∗" },
    { name: "2eta*", label: "2*η*^∗" },
    { name: "1/L", label: "1/*L*" }, { name: "2/L", label: "2/*L*" },
    { name: "change", label: "*φ*(*η*) − *φ*(0)", role: "output" },
    { name: "tangent", label: "tangent says", role: "gradient" },
    { name: "parabola", label: "parabola says", role: "output" },
  ]);

  function now() {
    const x = model.get("point");
    const eta = model.get("eta");
    const g = slope(...x);
    const H = curving(...x);
    const square = dot(g, g);
    const curvature = dot(g, times(H, g));
    const L = largestEigenvalue(H);
    const at = (t) => value(...add(x, g, -t));
    return { x, eta, g, square, curvature, at, before: at(0), after: at(eta), change: at(eta) - at(0),
      best: curvature > 0 ? square / curvature : null, safe: L > 0 ? 1 / L : null };
  }

  let framed = null; // the point for which the curve's ranges were chosen
  function frame(state) {
    framed = String(state.x);
    span = Math.max(2.5 * (state.best ?? state.safe ?? 0), 1.15 * state.eta) || 1;
    const heights = linspace(0, span, 41).map(state.at).filter(Number.isFinite);
    const bottom = state.best ? state.before - (state.square * state.best) / 2 : state.before;
    const [low, high] = [Math.min(...heights, bottom), Math.max(...heights, state.before)];
    const pad = 0.08 * (high - low) || 1;
    side.view({ x: [0, span], y: [low - pad, high + pad] });
    side.axes({ xlabel: "step size *η*", ylabel: "*φ*(*η*) = *f*(**x** − *η***g**)" });
  }

  function layout() {
    plane.axes({ xlabel: "*x*_1", ylabel: "*x*_2" });
    plane.contours(family);
    frame(now());
  }

  function draw() {
    const state = now();
    if (String(state.x) !== framed || state.eta > span) frame(state);
    const { x, eta, g, square, curvature, best, safe } = state;
    const guess = (t) => state.before - t * square + (t * t * curvature) / 2;
    ray.set([x, add(x, g, -span)]);
    step.set(x, add(x, g, -eta));
    const size = Math.hypot(...g) || 1;
    name.set(x, { dx: (15 * g[0]) / size, dy: (-15 * g[1]) / size });
    const ts = linspace(0, span, 121);
    phi.set(ts.map((t) => [t, state.at(t)]));
    tangent.set([[0, state.before], [span, state.before - span * square]]);
    parabola.set(ts.map((t) => [t, guess(t)]));
    start.set([[0, state.before], [span, state.before]]);
    const [low, high] = side.ry;
    [best, best && 2 * best, safe, safe && 2 * safe].forEach((t, i) => {
      const hidden = !t || t > span;
      marks[i].line.hide(hidden);
      marks[i].label.hide(hidden);
      if (hidden) return;
      marks[i].line.set([[t, low], [t, high]]);
      marks[i].label.place([side.px(t), side.margin.top - (i < 2 ? 17 : 4)]);
    });
    const fall = (0.85 * (state.before - low)) / (square || 1); // where the tangent is well inside the panel
    words.tangent.set([Math.min(fall, span), state.before - Math.min(fall, span) * square],
      { dx: -6, dy: 4, at: "end" });
    // The parabola's label stands at its bottom, on the side away from phi.
    const middle = best ?? 0.6 * span;
    const apart = guess(middle) - state.at(middle);
    const same = Math.abs(apart) < 0.06 * (high - low);
    words.parabola.hide(same);
    words.parabola.set([middle, clamp(guess(middle), [low, high])],
      { dx: 6, dy: apart > 0 ? -14 : 14, at: "start" });
    const at = same ? 0.66 * span : 0.8 * span;
    words.phi.set([at, clamp(state.at(at), [low, high])],
      { dx: 8, dy: 8, text: same ? "*φ* = parabola" : "*φ*" });
    figure.show({ eta, "eta*": best, "2eta*": best && 2 * best, "1/L": safe, "2/L": safe && 2 * safe,
      change: state.change, tangent: -eta * square, parabola: -eta * square + (eta * eta * curvature) / 2 });
  }

  return figure.run({ layout, draw, say: saying });
}

export default { render };
