import { Figure, add, clamp, compile, format, linspace, nice, norm, scale, tidy, times } from "./stage.js";

const BREAK = [NaN, NaN];
const LINES = 5; // grid lines of the patch, each way
// The letter F, drawn in the patch: a mirror image is seen at once.
const LETTER = [[-0.3, -0.6], [-0.3, 0.6], [0.4, 0.6], BREAK, [-0.3, 0.05], [0.25, 0.05]];

const determinant = ([[a, b], [c, d]]) => a * d - b * c;

function singularValues([[a, b], [c, d]]) {
  const sum = Math.hypot(a + d, c - b);
  const difference = Math.hypot(a - d, b + c);
  return [(sum + difference) / 2, Math.abs(sum - difference) / 2];
}

// Lines of a grid, each one through `n` points, with breaks between.
function gridLines([a, b], [c, d], count, n) {
  const across = linspace(c, d, count).flatMap((y) => [...linspace(a, b, n).map((x) => [x, y]), BREAK]);
  const up = linspace(a, b, count).flatMap((x) => [...linspace(c, d, n).map((y) => [x, y]), BREAK]);
  return [...across, ...up];
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "local-linear-map",
    traits: ["point", "epsilon", "direction", "chosen", "magnified"],
    hint: "Drag **x**, the corner of the patch and the tip of **v**." });
  const limits = model.get("limits");
  const maps = Object.fromEntries(Object.entries(model.get("formulas")).map(([name, spec]) => {
    const value = compile(spec.names, spec.value);
    const jacobian = compile(spec.names, spec.jacobian);
    return [name, { f: (x) => value(...x), J: (x) => jacobian(...x) }];
  }));
  const map = () => maps[model.get("chosen")];

  const plane = figure.panel({ name: "input", label: "the plane of x", x: limits[0], y: limits[1],
    equal: true });
  const image = figure.panel({ name: "output", label: "the plane of f(x)", x: limits[0], y: limits[1],
    equal: true });

  const mesh = image.curve("grid", { width: 0.8, back: true });
  const patch = plane.curve("variable", { width: 0.9 });
  const letter = plane.curve("variable", { width: 2.4 });
  const step = plane.arrow("direction", "**v**", { reach: 18 });
  const name = plane.text("variable", "**x**");

  const area = image.curve("gradient", { width: 0, close: true, fill: true });
  const linear = image.curve("gradient", { width: 0.9 });
  const linearLetter = image.curve("gradient", { width: 2.4 });
  const truth = image.curve("output", { width: 0.9 });
  const moved = image.arrow("output", "true", { aside: 12, width: 1.8 });
  const promised = image.arrow("gradient", "*J***v**", { aside: -12, width: 1.8, dashed: true });
  const spot = image.dot("variable", 5);
  const flipped = image.text("gradient", "", "end");

  const stepSize = nice((limits[0][1] - limits[0][0]) / 60, true);
  const keep = (p) => p.map((x, i) => tidy(clamp(x, limits[i]), stepSize));
  const widest = 0.5 * Math.min(...limits.map(([a, b]) => b - a));
  const setEpsilon = (size) => figure.change({ epsilon: tidy(clamp(size, [stepSize / 10, widest]),
    stepSize / 10) });
  plane.handle({ name: "point", label: "point x", role: "variable", step: stepSize,
    get: () => model.get("point"), set: (p) => figure.change({ point: keep(p) }),
    text: () => `x = ${format(model.get("point"))}, determinant ${format(now().det)}` });
  plane.handle({ name: "epsilon", label: "size epsilon of the patch", role: "variable", radius: 5,
    get: () => add(model.get("point"), [-model.get("epsilon"), -model.get("epsilon")]),
    set: (p) => setEpsilon(Math.max(...add(model.get("point"), p, -1))),
    nudge: (dx, dy) => setEpsilon(model.get("epsilon") + (dx + dy) * stepSize),
    far: (sign) => setEpsilon(sign * widest),
    text: () => `epsilon = ${format(model.get("epsilon"))}, largest gap ${format(now().gap)}` });
  plane.handle({ name: "direction", label: "tip of the direction v", role: "direction", step: stepSize,
    get: () => add(model.get("point"), model.get("direction")),
    set: (p) => {
      const v = add(keep(p), model.get("point"), -1);
      figure.change({ direction: v.map((x) => tidy(x, stepSize)) });
    },
    text: () => `v = ${format(model.get("direction"))}, Jv = ${format(now().Jv)}` });

  const choices = Object.keys(maps);
  if (choices.length > 1) {
    figure.choice({ name: "map", label: "map *f*", options: choices.map((choice) => [choice, choice]),
      get: () => model.get("chosen"), set: (choice) => figure.change({ chosen: choice }) });
  }
  figure.switch({ name: "magnify", label: "magnify the image by 1/*ε*", get: () => model.get("magnified"),
    set: (on) => figure.change({ magnified: on }) });
  figure.readouts([
    { name: "value", label: "*f*(**x**)", role: "variable" }, { name: "J", label: "*J*", role: "gradient" },
    { name: "Jv", label: "*J***v**", role: "gradient" }, { name: "true", label: "true", role: "output" },
    { name: "gap", label: "largest gap" }, { name: "det", label: "det *J*" },
    { name: "singular_values", label: "singular values" },
  ]);

  function now() {
    const x = model.get("point");
    const { f, J: jacobian } = map();
    const [value, J, e] = [f(x), jacobian(x), model.get("epsilon")];
    const v = model.get("direction");
    const offsets = linspace(-e, e, 9);
    const gaps = offsets.flatMap((a) => offsets.map((b) =>
      norm(add(add(f(add(x, [a, b])), value, -1), times(J, [a, b]), -1))));
    return { x, v, e, f, value, J, Jv: times(J, v), actual: add(f(add(x, v)), value, -1),
      gap: Math.max(...gaps), det: determinant(J) };
  }

  let framed = null; // for what the ranges of the image were chosen
  let points = []; // the image of the grid
  function frame() {
    if (framed !== model.get("chosen")) points = gridLines(...limits, 13, 41).map((p) => map().f(p));
    framed = model.get("chosen");
    const range = (i) => {
      const sorted = points.map((p) => p[i]).filter(Number.isFinite).sort((p, q) => p - q);
      const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
      const [low, high] = [at(0.01), at(0.99)];
      const pad = 0.06 * (high - low) || 1;
      return [low - pad, high + pad];
    };
    if (model.get("magnified")) {
      // A window that moves and shrinks with the patch: in it the patch has one size, the bend gets less.
      const { value, J, e } = now();
      const reach = 1.7 * e * Math.max(singularValues(J)[0], 1e-6);
      image.view({ x: [value[0] - reach, value[0] + reach], y: [value[1] - reach, value[1] + reach] });
    } else image.view({ x: range(0), y: range(1) });
    image.axes({ xlabel: "*f*_1", ylabel: "*f*_2" });
    mesh.set(points);
  }

  function layout() {
    plane.axes({ xlabel: "*x*_1", ylabel: "*x*_2" });
    framed = null;
  }

  let zoomed = false;
  function draw() {
    if (model.get("magnified") || zoomed || model.get("chosen") !== framed) frame();
    zoomed = model.get("magnified");
    const { x, v, e, f, value, J, Jv, actual, gap, det } = now();
    const lines = gridLines([-e, e], [-e, e], LINES, 17);
    const glyph = LETTER.map((p) => scale(p, e));
    patch.set(lines.map((d) => add(x, d)));
    letter.set(glyph.map((d) => add(x, d)));
    step.set(x, add(x, v));
    name.set(x, { dx: 13, dy: 14 });
    const under = (d) => add(value, times(J, d)); // the linear map
    area.set([[-e, -e], [e, -e], [e, e], [-e, e]].map(under));
    linear.set(lines.map(under));
    linearLetter.set(glyph.map(under));
    truth.set(lines.map((d) => f(add(x, d))));
    moved.set(value, add(value, actual));
    promised.set(value, add(value, Jv));
    spot.set(value);
    flipped.hide(det > 0);
    flipped.place([image.margin.left + image.inner[0] - 4, image.margin.top - 8],
      Math.abs(det) < 1e-9 ? "det *J* = 0: a line" : "det *J* < 0: flipped");
    figure.show({ value, J, Jv, true: actual, gap, det, singular_values: singularValues(J) });
  }

  const say = () => {
    const { det, gap } = now();
    return `determinant ${format(det)}, largest gap ${format(gap)}`;
  };
  return figure.run({ layout, draw, say });
}

export default { render };
