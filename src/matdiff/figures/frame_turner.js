import { Figure, add, clamp, format, linspace, scale, signedArea, tidy } from "./stage.js";

const ROUND = 1e-9; // singular values no farther apart than this share of them are those of a circle
const STEP = 0.1;
const DEGREES = 180 / Math.PI;
const NAMES = ["QR", "U", "V", "polar"];
const TITLES = { QR: "*Q* of QR", U: "*U* of SVD", V: "*V* of SVD", polar: "polar factor" };
const SHORT = { QR: "QR", U: "*U*", V: "*V*", polar: "polar" };
const CENTRES = { QR: [-1.35, 1.4], U: [1.35, 1.4], V: [1.35, -1.4], polar: [-1.35, -1.4] };
const CIRCLE = linspace(0, 2 * Math.PI, 73);
const unit = (angle) => [Math.cos(angle), Math.sin(angle)];

// A 2 by 2 matrix is a multiple of a rotation plus a multiple of a reflection: two vectors in the plane, whose
// lengths are (σ1 ± σ2)/2 and whose angles are the sum and the difference of those of u_1 and v_1.
function split([[a, b], [c, d]]) {
  return { rotation: [(a + d) / 2, (c - b) / 2], reflection: [(a - d) / 2, (c + b) / 2] };
}
const angleOf = ([x, y]) => Math.atan2(y, x);
const rate = ([x, y], [dx, dy]) => (x * dy - y * dx) / (x * x + y * y); // of the angle of a moving vector
const column = (A, j) => A.map((row) => row[j]);

function measure(A) {
  const { rotation, reflection } = split(A);
  const [p, q] = [Math.hypot(...rotation), Math.hypot(...reflection)];
  const det = signedArea(A);
  const sigma = [p + q, det ? Math.abs(p - q) : 0];
  return { rotation, reflection, det, sigma, round: sigma[0] - sigma[1] <= ROUND * sigma[0] };
}

// The angle of the first axis of each frame, or null.
function angles(A) {
  const { rotation, reflection, det, round } = measure(A);
  const [plus, minus] = [angleOf(rotation), angleOf(reflection)];
  return {
    QR: det ? angleOf(column(A, 0)) : null,
    U: det && !round ? (minus + plus) / 2 : null,
    V: det && !round ? (minus - plus) / 2 : null,
    polar: det ? (det > 0 ? plus : minus) : null,
  };
}

// How fast these angles move with dA.
function rates(A, dA) {
  const { rotation, reflection, det, round } = measure(A);
  const push = split(dA);
  const [plus, minus] = [rate(rotation, push.rotation), rate(reflection, push.reflection)];
  return {
    QR: det ? rate(column(A, 0), column(dA, 0)) : null,
    U: det && !round ? (minus + plus) / 2 : null,
    V: det && !round ? (minus - plus) / 2 : null,
    polar: det ? (det > 0 ? plus : minus) : null,
  };
}

// From one angle to another the short way, in degrees; an axis without sign comes back after half a turn.
function turn(from, to, line) {
  const half = line ? 90 : 180;
  let angle = (to - from) * DEGREES;
  angle -= 2 * half * Math.round(angle / (2 * half));
  return half - Math.abs(angle) < 1e-6 ? half : angle; // there both ways are as far
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "frame-turner", traits: ["matrix", "push", "pushed"],
    hint: "Drag the columns of *A*, and the tip of the push.",
    note: "In each dial: the frame now (blue), as predicted (dashed), that of *A* + *dA* (heaviest)." });
  const limits = model.get("limits");
  const A = () => model.get("matrix");
  const pushed = () => model.get("pushed") - 1;
  const dA = () => model.get("push").map((x) => [0, 1].map((j) => (j === pushed() ? x : 0)));
  const moved = () => A().map((row, i) => add(row, dA()[i]));

  // ---- the plane: columns, push, and the ellipse that A makes of the unit circle
  const plane = figure.panel({ name: "plane", label: "the columns of A and the push", x: limits[0],
    y: limits[1], equal: true });
  const ellipse = plane.curve("output", { width: 1.2, close: true, back: true });
  const axes = [0, 1].map(() => plane.curve("output", { width: 1, back: true }));
  const arrows = [0, 1].map((j) => plane.arrow("variable", `**a**_${j + 1}`, { reach: 20 }));
  const shove = plane.arrow("direction", "d**a**", { reach: 20, dashed: false });
  const inside = (tip) => tip.map((x, i) => tidy(clamp(x, limits[i]), STEP));
  for (const j of [0, 1]) {
    plane.handle({ name: `column-${j}`, label: `column ${j + 1} of A`, role: "variable", step: STEP,
      get: () => column(A(), j),
      set: (tip) => figure.change({ matrix: A().map((row, i) =>
        row.map((x, k) => (k === j ? inside(tip)[i] : x))) }),
      text: () => `${format(column(A(), j))}, ${say()}` });
  }
  plane.handle({ name: "push", label: "tip of the push", role: "direction", step: STEP,
    get: () => column(moved(), pushed()),
    set: (tip) => figure.change({ push: add(inside(tip), column(A(), pushed()), -1)
      .map((x) => tidy(x, STEP)) }),
    text: () => `push ${format(model.get("push"))}, ${say()}` });

  // ---- the dials: each frame now, as predicted, as it is
  const dials = figure.panel({ name: "dials", label: "the four frames", x: [-2.5, 2.5], y: [-2.6, 2.8],
    equal: true, margin: { left: 6, right: 6, top: 6, bottom: 6 } });
  const dial = Object.fromEntries(NAMES.map((name) => [name, {
    rim: dials.curve("grid", { width: 1, close: true, back: true }),
    now: [0, 1].map((k) => dials.curve("variable", { width: k ? 1 : 1.8 })),
    predicted: [0, 1].map((k) => dials.curve("direction", { width: k ? 1.4 : 2.4, dashed: true })),
    true: [0, 1].map((k) => dials.curve("output", { width: k ? 1.6 : 3 })),
    title: dials.text("muted", TITLES[name]),
    none: dials.text("wrong", "no derivative"),
  }]));

  figure.choice({ name: "pushed", label: "the push moves", options: [["1", "column 1"], ["2", "column 2"]],
    get: () => String(model.get("pushed")), set: (j) => figure.change({ pushed: Number(j) }) });
  figure.readouts([
    { name: "A", label: "*A*", role: "variable" }, { name: "dA", label: "*dA*", role: "direction" },
    { name: "Omega", label: "*Ω* of QR" }, { name: "sigma", label: "*σ*_1, *σ*_2", role: "output" },
    { name: "F21", label: "1/(*σ*_1² − *σ*_2²)" },
    ...NAMES.flatMap((name) => [
      { name: `${name} predicted`, label: `${SHORT[name]} predicted`, role: "direction", place: "first",
        tiny: 1e-9 },
      { name: `${name} true`, label: "true, degrees", role: "output", tiny: 1e-9 }]),
  ]);

  function now() {
    const { det, sigma, round } = measure(A());
    const [start, end, slopes] = [angles(A()), angles(moved()), rates(A(), dA())];
    const w = slopes.QR === null ? null : slopes.QR * Math.sign(det);
    const said = { A: A(), dA: dA(), Omega: w === null ? null : [[0, -w], [w, 0]], sigma,
      F21: round ? null : 1 / (sigma[0] ** 2 - sigma[1] ** 2) };
    for (const name of NAMES) {
      said[`${name} predicted`] = slopes[name] === null ? null : slopes[name] * DEGREES;
      said[`${name} true`] = start[name] === null || end[name] === null ? null
        : turn(start[name], end[name], name === "U" || name === "V");
    }
    return { said, start };
  }

  function layout() {
    plane.axes();
    for (const name of NAMES) {
      dial[name].rim.set(CIRCLE.map((t) => add(CENTRES[name], unit(t))));
      dial[name].title.set(add(CENTRES[name], [0, 1.2]));
    }
  }

  // Both axes of a frame, the second one to the left of the first, or to its right.
  function cross(lines, centre, angle, hand) {
    const second = angle === null ? null : angle + (hand * Math.PI) / 2;
    [angle, second].forEach((at, k) => lines[k].set(at === null ? [] : [centre, add(centre, unit(at))]));
  }

  function draw() {
    const { said, start } = now();
    const { det, sigma } = measure(A());
    const hands = [det, signedArea(moved())].map((area) => (area < 0 ? -1 : 1));
    ellipse.set(CIRCLE.map((t) => A().map(([x, y]) => x * Math.cos(t) + y * Math.sin(t))));
    axes.forEach((axis, k) => axis.set(start.U === null ? []
      : [[0, 0], scale(unit(start.U + (k * Math.PI) / 2), sigma[k])]));
    arrows.forEach((arrow, j) => arrow.set([0, 0], column(A(), j)));
    shove.set(column(A(), pushed()), column(moved(), pushed()));
    for (const name of NAMES) {
      const [parts, centre, free] = [dial[name], CENTRES[name], name === "U" || name === "V"];
      const turned = (by) => (by === null || start[name] === null ? null : start[name] + by / DEGREES);
      const [before, after] = free ? [1, 1] : hands; // U and V have no sign: drawn right-handed
      cross(parts.now, centre, start[name], before);
      cross(parts.predicted, centre, turned(said[`${name} predicted`]), before);
      cross(parts.true, centre, turned(said[`${name} true`]), after);
      parts.none.set(centre);
      parts.none.hide(said[`${name} predicted`] !== null);
    }
    figure.show(said);
  }

  function say() {
    const { said } = now();
    return NAMES.map((name) => `${name} turns by ${format(said[`${name} true`], 3, 1e-9)}`
      + ` (predicted ${format(said[`${name} predicted`], 3, 1e-9)})`).join(", ");
  }
  return figure.run({ layout, draw, say });
}

export default { render };
