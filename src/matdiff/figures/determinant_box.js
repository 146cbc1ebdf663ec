import { Figure, add, clamp, dot, format, linspace, nice, norm, scale, signedArea, tidy } from "./stage.js";

const BREAK = [NaN, NaN];
const ALONG = linspace(-1.5, 1.5, 151); // where the second panel looks: X + t dX

const NEAR = linspace(1, 9, 9).flatMap((k) => [-(10 ** -k), 10 ** -k]); // beside a pole of the logarithm
const LONGER = 5; // the gradient of the logarithm is drawn this many times its length

const column = (matrix, j) => matrix.map((row) => row[j]);
const withColumn = (matrix, j, tip) => matrix.map((row, i) => row.map((x, k) => (k === j ? tip[i] : x)));
const plus = (A, B, t = 1) => A.map((row, i) => add(row, B[i], t));
const times = (A, t) => A.map((row) => scale(row, t));
const unit = (a) => scale(a, 1 / norm(a));

// The real roots t of a + b t + c t^2.
function roots(a, b, c) {
  if (!c) return b ? [-a / b] : [];
  const inside = b * b - 4 * a * c;
  return inside < 0 ? [] : [-1, 1].map((sign) => (-b + sign * Math.sqrt(inside)) / (2 * c));
}

// A range that holds the values and 0, with round ends that stay while the values move a little.
function roundRange(values) {
  const end = (x) => (x > 0 ? Math.ceil(x / (nice(x) / 2)) * (nice(x) / 2) : 0);
  const [low, high] = [-end(-Math.min(0, ...values)), end(Math.max(0, ...values))];
  return high - low > 1e-6 ? [low, high] : [-1, 1];
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "determinant-box", traits: ["matrix", "push", "function"],
    hint: "Drag the columns **x**_1, **x**_2 and the ends of their pushes.",
    note: "The gradient's two columns start where the columns of *X* end." });
  const limits = model.get("limits");
  const plane = figure.panel({ name: "plane", label: "the parallelogram of the columns of X", x: limits[0],
    y: limits[1], equal: true, share: 1.35 });
  const line = figure.panel({ name: "along", label: "the function along the push", x: [-1.5, 1.5],
    y: [-1, 1], margin: { left: 40 } });

  const ghost = plane.curve("direction", { width: 1.3, close: true, dashed: true, back: true });
  const box = plane.curve("output", { width: 1.6, close: true, fill: true });
  const turn = plane.curve("output", { width: 1.6, dashed: false });
  const corners = plane.curve("gradient", { width: 1 });
  const columns = [0, 1].map((j) => plane.arrow("variable", `**x**_${j + 1}`, { reach: -22, aside: 14 }));
  const gradients = [0, 1].map(() => plane.arrow("gradient", "", { width: 2.2 }));
  const pushes = [0, 1].map(() => plane.arrow("direction", "", { width: 1.8 }));
  const size = plane.text("output");
  const longer = plane.text("gradient", `∇ drawn ${LONGER} times as long`, "start");

  const curve = line.curve("output", { width: 2 });
  const tangent = line.curve("gradient", { width: 1.6, dashed: true });
  const spots = [line.dot("variable", 5), line.dot("direction", 5)];
  const names = [line.text("variable", "*X*"), line.text("direction", "*X* + d*X*")];

  const step = nice((limits[0][1] - limits[0][0]) / 60, true);
  const keep = (p) => p.map((x, i) => tidy(clamp(x, limits[i]), step));
  for (const j of [0, 1]) {
    plane.handle({ name: `column-${j}`, label: `column ${j + 1} of X`, role: "variable", step,
      get: () => column(model.get("matrix"), j),
      set: (tip) => figure.change({ matrix: withColumn(model.get("matrix"), j, keep(tip)) }),
      text: () => `${format(column(model.get("matrix"), j))}, determinant ${format(now().det)}` });
  }
  for (const j of [0, 1]) {
    const from = () => column(model.get("matrix"), j);
    plane.handle({ name: `push-${j}`, label: `push of column ${j + 1}`, role: "direction", step, radius: 6,
      get: () => add(from(), column(model.get("push"), j)),
      set: (tip) => figure.change({ push: withColumn(model.get("push"), j,
        add(keep(tip), from(), -1).map((x) => tidy(x, step))) }),
      text: () => `${format(column(model.get("push"), j))}, predicted ${format(now().predicted)}, `
        + `actual ${format(now().actual)}` });
  }

  figure.choice({ name: "function", label: "function", options: [["det", "det X"], ["log", "log |det X|"]],
    get: () => model.get("function"), set: (chosen) => figure.change({ function: chosen }) });
  figure.button({ name: "steepest", label: "push along the gradient", press: () => {
    const { cofactors, gradient } = now();
    const up = gradient ?? cofactors; // where log |det X| is minus infinity, the way out
    const length = norm(up.flat());
    if (length) figure.change({ push: times(up, pushLength() / length) });
  } });
  figure.button({ name: "along", label: "push **x**_1 along **x**_2", press: () => {
    const other = column(model.get("matrix"), 1);
    if (norm(other)) figure.change({ push: withColumn(times(model.get("push"), 0), 0,
      scale(unit(other), pushLength())) });
  } });
  figure.button({ name: "zero", label: "make det *X* = 0", press: () => {
    const [first, second] = [0, 1].map((j) => column(model.get("matrix"), j));
    if (!norm(first)) return;
    const flat = scale(unit(first), Math.sign(dot(first, second)) * norm(second));
    const room = flat.map((x, i) => (x > 0 ? limits[i][1] : limits[i][0]) / x);
    figure.change({ matrix: withColumn(model.get("matrix"), 1, scale(flat, Math.min(1, ...room))) });
  } });
  figure.readouts([
    { name: "X", label: "*X*", role: "variable" }, { name: "gradient", label: "∇", role: "gradient" },
    { name: "dX", label: "d*X*", role: "direction" }, { name: "det", label: "det *X*", role: "output" },
    { name: "log|det|", label: "log |det *X*|", role: "output" },
    { name: "predicted", label: "predicted", role: "gradient", place: "first" },
    { name: "actual", label: "actual" },
  ]);

  // How long a push made by a button is: as long as the present one.
  const pushLength = () => norm(model.get("push").flat()) || 1;

  const valueAt = (matrix) => {
    const det = signedArea(matrix);
    return model.get("function") === "det" ? det : det ? Math.log(Math.abs(det)) : null;
  };

  function now() {
    const [X, dX] = [model.get("matrix"), model.get("push")];
    const [[a, b], [c, d]] = X;
    const det = signedArea(X);
    const cofactors = [[d, -c], [-b, a]];
    const gradient = model.get("function") === "det" ? cofactors : det ? times(cofactors, 1 / det) : null;
    const [before, after] = [valueAt(X), valueAt(plus(X, dX))];
    return { X, dX, det, cofactors, gradient, before, after, "log|det|": det ? Math.log(Math.abs(det)) : null,
      predicted: gradient && dot(gradient.flat(), dX.flat()),
      actual: before === null || after === null ? null : after - before };
  }

  // The values along the push, with more of them where the logarithm has a pole.
  function along({ X, dX, det, cofactors }) {
    const poles = model.get("function") === "det" ? []
      : roots(det, dot(cofactors.flat(), dX.flat()), signedArea(dX));
    const places = [...ALONG, ...poles.flatMap((t) => [t, ...NEAR.map((by) => t + by)])];
    places.sort((s, t) => s - t);
    return places.map((t) => [t, valueAt(plus(X, dX, t)) ?? NaN]);
  }

  // An arrow that turns from the first column to the second: anticlockwise where the determinant is positive.
  function turning(p, q) {
    const from = Math.atan2(p[1], p[0]);
    const by = Math.atan2(signedArea([p, q]), dot(p, q));
    const radius = 0.45 * Math.min(norm(p), norm(q), 3);
    const at = (angle, r = radius) => [r * Math.cos(angle), r * Math.sin(angle)];
    const back = from + by - Math.sign(by) * Math.min(0.25, Math.abs(by));
    const arc = linspace(from, from + by, 25).map((angle) => at(angle));
    return [...arc, BREAK, at(back, 0.86 * radius), at(from + by), at(back, 1.14 * radius)];
  }

  // The right angle between a gradient's column at `tip` and the side of the box that starts there.
  function rightAngle(tip, side, gradient) {
    if (!norm(side) || !norm(gradient)) return [BREAK];
    const [s, g] = [side, gradient].map((a) => scale(unit(a), 9 * plane.unit()[0]));
    return [add(tip, s), add(add(tip, s), g), add(tip, g), BREAK];
  }

  function layout() {
    plane.axes({ xlabel: "", ylabel: "" });
    framed = null;
  }

  let framed = null; // the range for which the second panel has its axes
  function frame(values) {
    const y = roundRange(values);
    const name = model.get("function") === "det" ? "det(*X* + *t* d*X*)" : "log |det(*X* + *t* d*X*)|";
    if (framed === `${y} ${name}`) return;
    framed = `${y} ${name}`;
    line.view({ y });
    line.axes({ xlabel: "*t*", ylabel: name });
  }

  function draw() {
    const state = now();
    const { X, dX, det, gradient, before, after, predicted } = state;
    const [p, q] = [0, 1].map((j) => column(X, j));
    const moved = plus(X, dX);
    const outline = (a, b) => [[0, 0], a, add(a, b), b];
    box.set(outline(p, q));
    box.node.classList.toggle("role-wrong", det < 0);
    box.node.classList.toggle("role-output", det >= 0);
    ghost.set(outline(column(moved, 0), column(moved, 1)));
    turn.set(det ? turning(p, q) : []);
    size.set(scale(add(p, q), 0.56), { text: !det ? "flat"
      : `area ${format(Math.abs(det), 3)}${det < 0 ? ", flipped" : ""}` });
    const longerBy = model.get("function") === "log" ? LONGER : 1;
    longer.hide(longerBy === 1 || !gradient);
    longer.place([plane.margin.left + 4, plane.margin.top - 8]);
    const angles = [];
    for (const j of [0, 1]) {
      const [tip, side] = [[p, q][j], [q, p][j]];
      const g = gradient && scale(column(gradient, j), longerBy);
      columns[j].set([0, 0], tip, { aside: (j ? -14 : 14) * (det < 0 ? -1 : 1) });
      pushes[j].set(tip, column(moved, j));
      gradients[j].hide(!g || !norm(g));
      if (g && norm(g)) {
        gradients[j].set(tip, add(tip, g));
        angles.push(...rightAngle(tip, side, g));
      }
    }
    corners.set(angles);
    size.node.classList.toggle("role-wrong", det < 0);
    size.node.classList.toggle("role-output", det >= 0);

    const values = along(state);
    frame(values.map(([, value]) => value).filter((value) => value > -4 || model.get("function") === "det"));
    curve.set(values);
    tangent.set(gradient && before !== null ? [-1.5, 1.5].map((t) => [t, before + t * predicted]) : []);
    [before, after].forEach((value, t) => {
      spots[t].set([t, value ?? NaN]);
      names[t].set([t, value ?? NaN], { dx: t ? -8 : 10, dy: 16, at: t ? "end" : "start" });
    });
    figure.show({ X, dX, det, gradient, "log|det|": state["log|det|"], predicted, actual: state.actual });
  }

  const say = () => {
    const { det, predicted, actual } = now();
    const side = det < 0 ? ", flipped" : det ? "" : ", flat";
    return `determinant ${format(det)}${side}; predicted ${format(predicted)}, actual ${format(actual)}`;
  };
  return figure.run({ layout, draw, say });
}

export default { render };
