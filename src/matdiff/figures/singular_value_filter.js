import { Figure, clamp, dot, format, linspace, nice, norm } from "./stage.js";

const METHODS = ["inverse", "cut-off", "ridge"];
const LOOK = { inverse: ["muted", false], "cut-off": ["direction", true], ridge: ["output", false] };
const LABEL = { inverse: "1/*σ*", "cut-off": "cut-off", ridge: "ridge" };

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "singular-value-filter", traits: ["lam", "cutoff"],
    hint: "Drag *τ* along the bottom, or the top of the ridge curve at *σ* = √*λ*.",
    note: "Dots: the singular values." });
  const [sigma, data, V, rest] = ["sigma", "data", "V", "rest"].map((name) => model.get(name));
  const range = [sigma.at(-1) / 10, 3 * sigma[0]];
  const heights = [0.25 / range[1], 3 / range[0]];
  const filter = figure.panel({ name: "filter", label: "the factor of each singular value", x: range,
    y: heights, aspect: 0.8, margin: { left: 44, bottom: 38 } });
  filter.view({ xlog: true, ylog: true });
  const n = V.length;
  const bars = figure.panel({ name: "bars", label: "the coefficients", x: [0.4, n + 0.6], y: [-1, 1],
    aspect: 0.8, share: 0.8, margin: { left: 48, bottom: 38 } });

  const factor = {
    inverse: (s) => 1 / s,
    "cut-off": (s) => (s > model.get("cutoff") ? 1 / s : 0),
    ridge: (s) => s / (s * s + model.get("lam")),
  };
  const floor = (y) => Math.max(y, heights[0]); // an axis of powers has no 0: its lower end stands for it

  // ---- marks
  const curves = METHODS.map((method) => filter.curve(LOOK[method][0],
    { width: method === "inverse" ? 1.4 : 2.2, dashed: LOOK[method][1] }));
  const dots = METHODS.slice(1).map((method) => sigma.map(() => filter.dot(LOOK[method][0], 4.5)));
  const words = METHODS.map((method) => filter.text(LOOK[method][0], LABEL[method], "start"));
  const columns = METHODS.map((method) => V.map(() => bars.curve(LOOK[method][0],
    { width: 1.6, close: true, fill: true, dashed: false })));
  const zero = bars.curve("grid", { width: 1, dashed: false, back: true });

  // ---- handles
  const keep = (value, [low, high]) => clamp(Number(value.toPrecision(6)), [low, high]);
  const setCut = (tau) => figure.change({ cutoff: keep(tau, range) });
  const setRidge = (lambda) => figure.change({ lam: keep(lambda, range.map((s) => s * s)) });
  filter.handle({ name: "cutoff", label: "cut-off τ", role: "direction", axis: "x",
    get: () => [model.get("cutoff"), heights[0]], set: ([tau]) => setCut(tau),
    nudge: (dx) => setCut(model.get("cutoff") * 10 ** (dx / 20)),
    text: () => `τ = ${format(model.get("cutoff"), 4, 0)}, ${say()}` });
  const top = () => Math.sqrt(model.get("lam"));
  filter.handle({ name: "lambda", label: "strength λ of the ridge", role: "output", axis: "x",
    get: () => [top(), 1 / (2 * top())], set: ([s]) => setRidge(s * s),
    nudge: (dx) => setRidge(model.get("lam") * 10 ** (dx / 20)),
    text: () => `λ = ${format(model.get("lam"), 4, 0)}, ${say()}` });

  const written = { digits: 3, tiny: 1e-9 };
  figure.readouts([
    { name: "sigma", label: "*σ*", role: "variable", place: "wide", digits: 3, tiny: 0 },
    { name: "tau", label: "*τ*", role: "direction", digits: 3, tiny: 0, place: "first" },
    { name: "kept", label: "kept", role: "direction" },
    { name: "lambda", label: "*λ*", role: "output", digits: 3, tiny: 0 },
    ...METHODS.flatMap((method) => [
      { name: `norm x ${method}`, label: `${LABEL[method]}: ‖**x**‖`, role: LOOK[method][0],
        place: "first", ...written },
      { name: `norm r ${method}`, label: "‖**r**‖", role: LOOK[method][0], ...written },
      { name: `x ${method}`, label: "**x**", role: LOOK[method][0], place: "wide", ...written }]),
  ]);

  function outcome(method) {
    const factors = sigma.map(factor[method]);
    const parts = factors.map((f, i) => f * data[i]);
    const x = V.map((row) => dot(row, parts));
    return { x, r: norm([...sigma.map((s, i) => (1 - s * factors[i]) * data[i]), rest]) };
  }

  function layout() {
    filter.axes({ xlabel: "singular value *σ*", ylabel: "factor" });
    framed = null;
  }

  // The bars' scale follows the two that are not the plain inverse, in steps so that it is calm.
  let framed = null;
  function frame(high) {
    const reach = nice(1.1 * Math.max(high, 1e-9), true);
    if (reach === framed) return;
    framed = reach;
    bars.view({ y: [-reach, reach] });
    bars.axes({ xlabel: "coefficient", ylabel: "*x*_j", xticks: V.map((_, j) => j + 1) });
  }

  function draw() {
    const across = linspace(...range.map(Math.log10), 181).map((t) => 10 ** t);
    const tau = model.get("cutoff");
    curves[0].set(across.map((s) => [s, 1 / s]));
    curves[1].set([[range[0], heights[0]], [tau, heights[0]],
      ...across.filter((s) => s > tau).map((s) => [s, 1 / s]).concat([[range[1], 1 / range[1]]])
        .reduce((all, point) => (all.length ? [...all, point] : [[tau, 1 / tau], point]), [])]);
    curves[2].set(across.map((s) => [s, factor.ridge(s)]));
    METHODS.slice(1).forEach((method, k) => sigma.forEach((s, i) =>
      dots[k][i].set([s, floor(factor[method](s))])));
    words[0].set([range[0], 1 / range[0]], { dx: 26, dy: 4 });
    words[1].set([tau, heights[0]], { dx: 12, dy: -14 });
    words[2].set([top(), 1 / (2 * top())], { dy: 24, at: "middle" });

    const outcomes = METHODS.map(outcome);
    frame(Math.max(...outcomes.slice(1).flatMap(({ x }) => x.map(Math.abs))));
    zero.set([[0, 0], [n + 1, 0]]);
    outcomes.forEach(({ x }, k) => x.forEach((height, j) => {
      const [left, right] = [j + 1 - 0.39 + 0.27 * k, j + 1 - 0.39 + 0.27 * k + 0.22];
      const shown = clamp(height, [-1.5 * framed, 1.5 * framed]); // beyond the panel's edge
      columns[k][j].set([[left, 0], [left, shown], [right, shown], [right, 0]]);
    }));
    figure.show({ sigma, tau, lambda: model.get("lam"), kept: sigma.filter((s) => s > tau).length,
      ...Object.assign({}, ...METHODS.map((method, k) => ({ [`x ${method}`]: outcomes[k].x,
        [`norm x ${method}`]: norm(outcomes[k].x), [`norm r ${method}`]: outcomes[k].r }))) });
  }

  function say() {
    const [cut, ridge] = ["cut-off", "ridge"].map(outcome);
    return `length of x: cut-off ${format(norm(cut.x), 3)}, ridge ${format(norm(ridge.x), 3)}`;
  }
  return figure.run({ layout, draw, say });
}

export default { render };
