import { Figure, add, clamp, dot, format, linspace, norm, power, scale, tidy } from "./stage.js";

const FAR = 1e3; // a walk that got this far away is given up
const STEPS = 50;
const STEP = 0.05;
const LONGEST = 2.6; // entries of G are dragged no farther
const LEAST = 1e-7; // of the second picture
const [PARALLELS, MERIDIANS] = [5, 6];
const TURN = [0.45, 0.5]; // of the sphere, about its axis and towards the reader

// The screen's right, up and towards the reader, in coordinates of space: an orthonormal basis.
const [[CA, SA], [CB, SB]] = TURN.map((angle) => [Math.cos(angle), Math.sin(angle)]);
const VIEW = [[CA, SA, 0], [-SA * SB, CA * SB, CB], [SA * CB, -CA * CB, SB]];

// G - x <x, G>
function tangent(x, G) {
  const share = dot(x, G);
  return G.map((g, i) => g - share * x[i]);
}

// The points of a walk, the first one x; it ends early where it gets out of hand.
function walk(x, G, eta, how, factor, steps) {
  const points = [x];
  for (let k = 0; k < steps; k++) {
    const step = how === "raw" ? G : scale(tangent(x, G), factor);
    x = x.map((a, i) => a - eta * step[i]);
    const length = Math.sqrt(dot(x, x));
    if (length > FAR || !length) break;
    if (how === "kept") x = x.map((a) => a / length);
    points.push(x);
  }
  return points;
}

function render({ model, el }) {
  const solid = model.get("point").length === 3;
  const figure = new Figure({ model, el, kind: "tangent-space",
    traits: ["point", "gradient", "eta", "doubled", "trail"],
    hint: "Drag **x**, the tip of *G*, or the step size *η*.",
    note: "*G* raw, *P*(*G*) projected; the steps go the other way." });
  const factor = () => (model.get("doubled") ? 2 : 1);
  // To the screen and back: `depth` is how far a point stands towards the reader.
  const see = (p) => (solid ? [dot(VIEW[0], p), dot(VIEW[1], p)] : p);
  const depth = (p) => dot(VIEW[2], p);
  const back = ([u, v], w) => VIEW[0].map((_, k) => u * VIEW[0][k] + v * VIEW[1][k] + w * VIEW[2][k]);

  // ---- the surface
  const plane = figure.panel({ name: "surface", label: `a ${solid ? "sphere" : "circle"}, its tangent `
    + `${solid ? "plane" : "line"} at x, and three steps`, x: [-2, 2], y: [-1.7, 1.7], equal: true,
    share: 1.25, margin: { left: 26, right: 8 } });
  const around = linspace(0, 2 * Math.PI, 121);
  const ring = (f) => around.map(f);
  const grid = Array.from({ length: solid ? PARALLELS + MERIDIANS : 0 }, () =>
    plane.curve("output", { width: 0.6, back: true, dashed: false }));
  const outline = plane.curve("output", { width: 1.8, back: true, dashed: false });
  const sheet = plane.curve("direction", { width: 1.2, close: solid, fill: solid, dashed: false,
    back: true });
  const ways = { raw: plane.curve("wrong", { width: 1.4 }),
    tangent: plane.curve("direction", { width: 1.4 }), kept: plane.curve("output", { width: 2.6 }) };
  const dropped = plane.curve("upstream", { width: 1.2, dashed: true });
  const pulled = plane.curve("output", { width: 1.2, dashed: true });
  const raw = plane.arrow("upstream", "*G*", { reach: 22, dashed: false });
  const flat = plane.arrow("gradient", "*P*(*G*)", { reach: 14, aside: 14, dashed: false });
  const feet = { raw: plane.dot("wrong", 4.5), tangent: plane.dot("direction", 4.5),
    kept: plane.dot("output", 4.5) };
  const letter = plane.text("variable", "**x**");

  const unit = (p) => scale(p, 1 / norm(p));
  function land(at) { // the point of the surface next to a place of the screen
    if (!solid) return norm(at) > 1e-9 ? unit(at.map((a) => tidy(a, STEP / 10))) : model.get("point");
    const out = norm(at);
    const [u, v] = out > 1 ? scale(at, 1 / out) : at;
    return unit(back([tidy(u, STEP), tidy(v, STEP)], Math.sqrt(Math.max(0, 1 - u * u - v * v))));
  }
  const turned = ([a, b], by) => [a * Math.cos(by) - b * Math.sin(by), a * Math.sin(by) + b * Math.cos(by)];
  plane.handle({ name: "point", label: "point x", role: "variable", step: STEP,
    get: () => see(model.get("point")), set: (at) => figure.change({ point: land(at) }),
    nudge: solid ? null : (dx, dy) =>
      figure.change({ point: unit(turned(model.get("point"), STEP * (dx + dy))) }),
    far: (sign) => figure.change({ point: land([sign, 0]) }),
    text: () => `x = ${format(model.get("point"))}` });
  plane.handle({ name: "gradient", label: "tip of the gradient G", role: "upstream", step: STEP, radius: 5.5,
    get: () => add(see(model.get("point")), see(model.get("gradient"))),
    set: (at) => {
      const [u, v] = add(at, see(model.get("point")), -1);
      const G = solid ? back([u, v], depth(model.get("gradient"))) : [u, v];
      figure.change({ gradient: G.map((g) => tidy(clamp(g, [-LONGEST, LONGEST]), STEP)) });
    },
    text: () => `G = ${format(model.get("gradient"))}` });

  // ---- how far off after one step, against the step size
  const side = figure.panel({ name: "leak", label: "distance from the surface against the step size",
    x: [1e-3, 1], y: [LEAST, 10], aspect: 0.9, margin: { left: 44 } });
  const lines = ["raw", "tangent"].map((how) => [1, STEPS].map((steps) => ({ how, steps,
    curve: side.curve(how === "raw" ? "wrong" : "direction", { width: steps === 1 ? 2.2 : 1.3,
      dashed: steps !== 1 }) }))).flat();
  const names = { raw: side.text("wrong", "raw", "start"),
    tangent: side.text("direction", "tangent", "start") };
  const upright = side.curve("variable", { width: 1, dashed: true });
  side.handle({ name: "eta", label: "step size", role: "variable", axis: "x", radius: 5.5,
    get: () => [model.get("eta"), LEAST * 3],
    set: ([eta]) => figure.change({ eta: Number(clamp(eta, [1e-3, 1]).toPrecision(3)) }),
    nudge: (dx) => figure.change({ eta: Number(clamp(model.get("eta") * 10 ** (dx / 20), [1e-3, 1])
      .toPrecision(3)) }),
    text: () => `eta = ${format(model.get("eta"))}, ${say()}` });
  const etas = linspace(-3, 0, 61).map((k) => 10 ** k);

  // The rotations' projection has a half to forget, that of a unit vector has not.
  figure.switch({ name: "doubled", label: `twice as long${solid ? "" : ": the ½ forgotten"}`,
    get: () => model.get("doubled"), set: (doubled) => figure.change({ doubled }) });
  figure.switch({ name: "trail", label: `draw ${STEPS} steps`, get: () => model.get("trail"),
    set: (trail) => figure.change({ trail }) });
  const called = { raw: "raw", tangent: "tangent", kept: "pulled back" };
  const off = (how, steps, role, place) => ({ name: `${how} ${steps}`, role, tiny: 1e-9, digits: 3, place,
    label: `${called[how]}, ${steps === 1 ? "1 step" : `within ${steps}`}` });
  figure.readouts([
    { name: "x", label: "**x**", role: "variable", digits: 3, tiny: 1e-9 },
    { name: "G", label: "*G*", role: "upstream", digits: 3, tiny: 1e-9 },
    { name: "projection", label: "*P*(*G*)", role: "gradient", digits: 3, tiny: 1e-9 },
    { name: "slope", label: "slope along it", role: "gradient", tiny: 1e-9, place: "first" },
    { name: "predicted", label: "as *P*(*G*) predicts", tiny: 1e-9 },
    off("raw", 1, "wrong", "first"), off("tangent", 1, "direction"), off("kept", 1, "output"),
    off("raw", STEPS, "wrong", "first"), off("tangent", STEPS, "direction"), off("kept", STEPS, "output"),
    { name: "f", label: "*f* now", role: "output", tiny: 1e-9, place: "first" },
    { name: "f kept", label: `*f*, ${STEPS} pulled back`, role: "output", tiny: 1e-9 },
    { name: "lowest", label: "lowest", tiny: 1e-9 },
  ]);

  const reached = (how, eta, steps) => {
    const points = walk(model.get("point"), model.get("gradient"), eta, how, factor(), steps);
    return points.length > steps ? points : null;
  };
  const leak = (how, eta, steps) => {
    const points = reached(how, eta, steps);
    return points && Math.max(...points.slice(1).map((p) => Math.abs(dot(p, p) - 1)));
  };

  function now() {
    const [x, G, eta] = ["point", "gradient", "eta"].map((name) => model.get(name));
    const along = tangent(x, G);
    const slope = Math.sqrt(dot(along, along));
    const state = { x, G, projection: scale(along, factor()), slope, predicted: factor() * slope };
    for (const steps of [1, STEPS]) {
      for (const how of ["raw", "tangent", "kept"]) state[`${how} ${steps}`] = leak(how, eta, steps);
    }
    const end = walk(x, G, eta, "kept", factor(), STEPS).at(-1);
    return { ...state, f: dot(G, x), "f kept": dot(G, end), lowest: -Math.sqrt(dot(G, G)) };
  }

  const front = (p) => (depth(p) > -1e-9 ? see(p) : [NaN, NaN]);
  function layout() {
    plane.axes(solid ? { xticks: [], yticks: [] } : { xlabel: "*x*_1", ylabel: "*x*_2" });
    outline.set(ring((t) => [Math.cos(t), Math.sin(t)]));
    grid.forEach((line, k) => line.set(ring((t) => {
      if (k >= PARALLELS) {
        const turn = (Math.PI * (k - PARALLELS)) / MERIDIANS;
        return front([Math.cos(t) * Math.cos(turn), Math.cos(t) * Math.sin(turn), Math.sin(t)]);
      }
      const height = Math.sin(((k - 2) * Math.PI) / 6);
      const wide = Math.sqrt(1 - height * height);
      return front([wide * Math.cos(t), wide * Math.sin(t), height]);
    })));
    for (const line of grid) line.node.setAttribute("stroke-opacity", 0.35);
    side.view({ xlog: true, ylog: true });
    side.axes({ xlabel: "*η*", ylabel: "violation | ‖**x**‖² − 1 |", yticks: [-6, -4, -2, 0]
      .map((n) => 10 ** n), ytext: (v) => power(Math.round(Math.log10(v))) });
  }

  // The tangent line, or a square of the tangent plane.
  function sheetAt(x) {
    if (!solid) return [-1.3, 1.3].map((t) => add(x, [-x[1], x[0]], t));
    const one = unit(tangent(x, Math.abs(x[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]));
    const two = [x[1] * one[2] - x[2] * one[1], x[2] * one[0] - x[0] * one[2], x[0] * one[1] - x[1] * one[0]];
    return [[1, 1], [1, -1], [-1, -1], [-1, 1]].map(([a, b]) =>
      see(add(add(x, one, 0.75 * a), two, 0.75 * b)));
  }

  function draw() {
    const [x, G, eta, trail] = ["point", "gradient", "eta", "trail"].map((name) => model.get(name));
    const state = now();
    sheet.set(sheetAt(x));
    const tip = add(x, state.projection);
    raw.set(see(x), see(add(x, G)));
    flat.set(see(x), see(tip));
    dropped.set([see(tip), see(add(x, G))]);
    for (const [how, way] of Object.entries(ways)) {
      const points = walk(x, G, eta, how, factor(), STEPS);
      way.set(points.slice(0, trail ? STEPS + 1 : 2).map(see));
      if (points.length > 1) feet[how].set(see(points[1]));
      feet[how].hide(points.length < 2);
    }
    const [before, after] = ["tangent", "kept"].map((how) => reached(how, eta, 1));
    pulled.set(before && after ? [see(before[1]), see(after[1])] : []);
    const out = see(x);
    letter.set(out, { dx: -16 * out[0], dy: 16 * out[1] + 4 });

    for (const { how, steps, curve } of lines) {
      curve.set(etas.map((h) => [h, leak(how, h, steps) ?? NaN]).map(([h, y]) => [h, Math.max(y, 1e-12)]));
    }
    for (const [n, how] of ["raw", "tangent"].entries()) {
      const at = Math.max(leak(how, etas[3], 1), LEAST * 4);
      names[how].set([etas[3], at], { dy: n ? 14 : -10 });
    }
    upright.set([[eta, LEAST], [eta, 10]]);
    figure.show(state);
  }

  const say = () => {
    const state = now();
    return `off by ${format(state["raw 1"], 3)} raw, ${format(state["tangent 1"], 3, 1e-9)} tangent`;
  };
  return figure.run({ layout, draw, say });
}

export default { render };
