import { Figure, add, clamp, dot, format, linspace, nice, norm, scale, svg, tidy, times, transpose }
  from "./stage.js";

const ROUNDING = 1e-12; // a singular value below this share of the largest one is nought
const [WEAKEST, STRONGEST] = [1e-6, 1e3]; // the ends of λ

const cross = ([a, b, c], [d, e, f]) => [b * f - c * e, c * d - a * f, a * e - b * d];
const minus = (a, b) => add(a, b, -1);
const unit = (a) => scale(a, 1 / norm(a));

// Singular values with their vectors, by one rotation that makes the two columns orthogonal (Jacobi).
function svdOf(columns) {
  const [p, q] = columns;
  const angle = Math.atan2(2 * dot(p, q), dot(p, p) - dot(q, q)) / 2;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const pairs = [[c, s], [-s, c]].map((v) => ({ v, Av: add(scale(p, v[0]), q, v[1]) }));
  for (const pair of pairs) pair.sigma = norm(pair.Av);
  for (const pair of pairs) if (!(pair.sigma > ROUNDING * pairs[0].sigma)) pair.sigma = 0;
  return pairs;
}

// The minimiser of |Ax - b|² + λ|x|²; for λ = 0 the shortest one.
const solve = (pairs, b, lambda) => pairs.filter(({ sigma }) => sigma)
  .map(({ v, Av, sigma }) => scale(v, dot(Av, b) / (sigma * sigma + lambda)))
  .reduce((sum, part) => add(sum, part), [0, 0]);

function render({ model, el }) {
  const ridge = (model.get("ridge") ?? null) !== null;
  const [A, x, b] = model.get("symbols").map((symbol, i) => (i ? `**${symbol}**` : `*${symbol}*`));
  const column = `**${model.get("symbols")[0].toLowerCase()}**`;
  const plus = `*${model.get("symbols")[0]}*^+`;
  const figure = new Figure({ model, el, kind: "least-squares-geometry", traits: ["A", "b", "ridge", "view"],
    hint: `Drag the tips of ${column}_1, ${column}_2 and ${b}${ridge ? `, or ${x}_λ on its path` : ""}.`,
    note: "Space turns with the sliders, or with a mouse on its background." });
  const reach = model.get("reach");
  const limits = model.get("limits");
  const space = figure.panel({ name: "space", label: "the columns, their plane and its point nearest to b",
    x: [-reach, reach], y: [-reach, reach], equal: true, margin: { left: 6, right: 6, top: 6, bottom: 6 } });
  const plane = figure.panel({ name: "coefficients", label: "the coefficients", x: limits[0], y: limits[1],
    equal: true, share: 0.85 });

  // ---- a parallel projection: the directions on the screen to the right, upwards and towards the reader
  function directions() {
    const [turn, tilt] = model.get("view").map((degrees) => (degrees * Math.PI) / 180);
    const [c, s, C, S] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
    return [[-s, c, 0], [-S * c, -S * s, C], [C * c, C * s, S]];
  }
  let screen = directions();
  const flat = (point) => [dot(screen[0], point), dot(screen[1], point)];
  const solid = (coordinates) => transpose(screen).map((row) => dot(row, coordinates));

  // ---- marks in space, from the back to the front
  const turns = linspace(0, 2 * Math.PI, 73).slice(1);
  const axes = [0, 1, 2].map(() => space.curve("grid", { width: 1, dashed: false, back: true }));
  const names = [1, 2, 3].map((k) => space.text("muted", String(k)));
  const disc = space.curve("variable", { width: 1.2, close: true, fill: true, dashed: false });
  const steps = space.curve("output", { width: 1.3, dashed: true });
  const shrunk = space.curve("output", { width: 3, dashed: false });
  const square = space.curve("direction", { width: 1.2, dashed: false });
  const arrows = [space.arrow("variable", `${column}_1`, { dashed: false, reach: 18 }),
    space.arrow("variable", `${column}_2`, { dashed: false, reach: 18 })];
  const target = space.arrow("upstream", b, { dashed: false, reach: 20 });
  const residual = space.curve("direction", { width: 2.4 });
  const word = space.text("direction", "**r**", "start");
  const foot = space.arrow("output", `${A}${x}`, { reach: 16, aside: -8, dashed: false });

  // ---- marks among the coefficients
  const rings = linspace(1, 4, 4).map(() => plane.curve("output", { width: 1, dashed: false, back: true }));
  const valley = plane.curve("output", { width: 1.8, dashed: true });
  const path = plane.curve("output", { width: 3, dashed: false });
  const arrow = plane.arrow("output", x, { reach: 14, dashed: false });
  const damped = [space.dot("output", 5), ridge && plane.text("output", `${x}_λ`)];

  const columns = () => transpose(model.get("A"));
  const step = nice(reach / 30, true);
  const tip = (name, label, role, get, set) => space.handle({ name, label, role, step,
    get: () => flat(get()),
    set: (to) => { // parallel to the screen
      const deep = clamp(dot(screen[2], get()), [-2 * reach, 2 * reach]);
      const point = solid([...to.map((t) => clamp(t, [-reach, reach])), deep]);
      set(point.map((t) => tidy(t, step / 100)));
    },
    text: () => `${format(get())}, ${say()}` });
  for (const j of [0, 1]) {
    tip(`column-${j}`, `column ${j + 1}`, "variable", () => columns()[j], (point) => figure.change({
      A: model.get("A").map((row, i) => row.map((entry, k) => (k === j ? point[i] : entry))) }));
  }
  tip("b", "right side b", "upstream", () => model.get("b"), (point) => figure.change({ b: point }));

  // ---- λ: its point is dragged along the path
  const strengths = linspace(Math.log10(WEAKEST), Math.log10(STRONGEST), 181).map((t) => 10 ** t);
  const setRidge = (lambda) => figure.change({
    ridge: Number(clamp(lambda, [WEAKEST, STRONGEST]).toPrecision(6)) });
  const along = () => strengths.map((lambda) => solve(now().pairs, model.get("b"), lambda));
  if (ridge) {
    plane.handle({ name: "ridge", label: "strength λ of the ridge", role: "output", radius: 5.5,
      get: () => now().shrunk,
      set: (to) => {
        const far = along().map((point) => norm(minus(point, to)));
        setRidge(strengths[far.indexOf(Math.min(...far))]);
      },
      nudge: (dx, dy) => setRidge(model.get("ridge") * 10 ** ((dx + dy) / 20)),
      far: (sign) => { // the end of the path that lies farther to the right, or to the left
        const [weak, strong] = [WEAKEST, STRONGEST].map((t) => solve(now().pairs, model.get("b"), t)[0]);
        setRidge(sign * (weak - strong) > 0 ? WEAKEST : STRONGEST);
      },
      text: () => `λ = ${format(model.get("ridge"), 4, 0)}, ${format(now().shrunk)}` });
  }

  // ---- the angle between the columns: the second one turns in the plane of both, which is kept in mind
  let across = null;
  function plainAcross() {
    const [p, q] = columns();
    const off = norm(p) ? minus(q, scale(p, dot(p, q) / dot(p, p))) : q;
    if (now().pairs[1].sigma) across = unit(off);
    else if (!across || Math.abs(dot(across, p)) > 1e-9 * norm(p)) {
      const least = [0, 1, 2].reduce((best, k) => (Math.abs(p[k]) < Math.abs(p[best]) ? k : best), 0);
      across = unit(cross(p, [0, 1, 2].map((k) => (k === least ? 1 : 0))));
    }
    return across;
  }
  function angle() {
    const [p, q] = columns();
    return (Math.atan2(norm(cross(p, q)), dot(p, q)) * 180) / Math.PI;
  }
  figure.slider({ name: "angle", label: "angle", min: 0, max: 180, step: 0.5, get: angle,
    text: (degrees) => `${format(degrees, 3, 1e-9)}°`,
    set: (degrees) => {
      const [p, q] = columns();
      if (!norm(p)) return;
      const [u, w, t] = [unit(p), plainAcross(), (degrees * Math.PI) / 180];
      const flatly = degrees % 180 === 0; // exactly along the first column: no sine of π
      const turned = add(scale(u, norm(q) * Math.cos(t)), w, flatly ? 0 : norm(q) * Math.sin(t));
      figure.change({ A: transpose([p, turned]) });
    } });
  ["turn", "tilt"].forEach((name, k) => figure.slider({ name, label: name, min: k ? -90 : -180,
    max: k ? 90 : 180, step: 1, get: () => model.get("view")[k], text: (degrees) => `${format(degrees, 3)}°`,
    set: (degrees) => figure.change({ view: model.get("view").map((t, i) => (i === k ? degrees : t)) }) }));

  // A mouse turns the drawing; a finger on its background scrolls the page, as everywhere.
  const ground = svg("rect", { fill: "transparent", width: "100%", height: "100%" });
  ground.style.cursor = "move";
  space.root.prepend(ground);
  space.clip.style.pointerEvents = space.texts.style.pointerEvents = "none";
  ground.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType !== "mouse") return;
    event.preventDefault();
    const from = model.get("view");
    ground.setPointerCapture(event.pointerId);
    const move = (next) => {
      const turn = from[0] - (next.clientX - event.clientX) / 2;
      const tilt = clamp(from[1] + (next.clientY - event.clientY) / 2, [-90, 90]);
      figure.change({ view: [turn - 360 * Math.round(turn / 360), tilt].map(Math.round) });
    };
    ground.addEventListener("pointermove", move);
    ground.addEventListener("lostpointercapture", () => ground.removeEventListener("pointermove", move),
      { once: true });
  });

  figure.readouts([
    { name: "sigma_1", label: "*σ*_1", role: "variable" },
    { name: "sigma_2", label: "*σ*_2", role: "variable" },
    { name: "norm A+", label: `‖${plus}‖` },
    { name: "x", label: `${x} = ${plus}${b}`, role: "output", tiny: 1e-9, digits: 3, place: "first" },
    { name: "norm x", label: `‖${x}‖`, role: "output", tiny: 1e-9 },
    { name: "fit", label: `${A}${x}`, role: "output", tiny: 1e-9, digits: 3, place: "first" },
    { name: "norm r", label: "‖**r**‖", role: "direction", tiny: 1e-9 },
    ...(ridge ? [{ name: "lambda", label: "*λ*", place: "first", tiny: 0 },
      { name: "ridge x", label: `${x}_λ`, role: "output", tiny: 1e-9, digits: 3 },
      { name: "norm ridge r", label: "‖**r**_λ‖", role: "direction", tiny: 1e-9 }] : []),
  ]);

  function now() {
    const [p, q] = columns();
    const pairs = svdOf([p, q]);
    const right = model.get("b");
    const best = solve(pairs, right, 0);
    const shrunken = ridge ? solve(pairs, right, model.get("ridge")) : null;
    const image = (at) => add(scale(p, at[0]), q, at[1]);
    const least = pairs.filter(({ sigma }) => sigma).at(-1)?.sigma;
    const fit = image(best);
    return { pairs, image, best, fit, shrunk: shrunken, r: minus(right, fit), size: least ? 1 / least : 0 };
  }

  const layout = () => plane.axes({ xlabel: `*${model.get("symbols")[1]}*_1`,
    ylabel: `*${model.get("symbols")[1]}*_2` });

  // The level lines of |Ax - b|: ellipses round the minimiser, straight lines if the columns are parallel.
  function drawValley(pairs, best) {
    const [first, second] = pairs;
    const long = 2 * Math.max(...limits.flat().map(Math.abs)) + norm(best);
    const line = [-long, long].map((t) => add(best, second.v, t));
    valley.set(first.sigma && !second.sigma ? line : []);
    rings.forEach((ring, k) => {
      const level = (0.35 * (k + 1) * reach) / 3;
      if (second.sigma) {
        ring.set([...turns, turns[0]].map((t) => add(add(best, first.v, (level * Math.cos(t)) / first.sigma),
          second.v, (level * Math.sin(t)) / second.sigma)));
      } else {
        ring.set(first.sigma ? [level, -level].flatMap((t) => [[NaN, NaN],
          ...line.map((point) => add(point, first.v, t / first.sigma))]) : []);
      }
    });
  }

  function draw() {
    screen = directions();
    const { pairs, image, best, fit, shrunk: point, r, size } = now();
    const put = (mark, points) => mark.set(points.map(flat));
    axes.forEach((axis, k) => {
      const end = [0, 1, 2].map((i) => (i === k ? 0.93 * reach : 0));
      put(axis, [scale(end, -1), end]);
      names[k].set(flat(end), { dx: 8 });
    });
    const [u, w] = pairs.map(({ Av, sigma }) => (sigma ? scale(Av, (0.9 * reach) / sigma) : [0, 0, 0]));
    put(disc, turns.map((t) => add(scale(u, Math.cos(t)), w, Math.sin(t))));
    const [p, q] = columns().map(flat);
    const side = p[0] * q[1] - p[1] * q[0] < 0 ? -8 : 8; // their names stand on the outside
    arrows[0].set([0, 0], p, { aside: side });
    arrows[1].set([0, 0], q, { aside: -side });
    target.set([0, 0], flat(model.get("b")));
    foot.set([0, 0], flat(fit));
    put(residual, [fit, model.get("b")]);
    put(steps, [[0, 0, 0], image([best[0], 0]), fit]);
    const open = norm(r) > 0.02 * reach;
    const [rise, back] = [scale(r, (0.07 * reach) / (norm(r) || 1)),
      norm(fit) > 0.05 * reach ? scale(fit, (-0.07 * reach) / norm(fit)) : scale(u, 0.07)];
    put(square, open ? [add(fit, rise), add(add(fit, rise), back), add(fit, back)] : []);
    word.set(flat(add(fit, r, 0.5)), { dx: 8 });
    word.hide(!open);
    drawValley(pairs, best);
    arrow.set([0, 0], best);
    damped[0].hide(!ridge);
    if (ridge) {
      const curve = [best, ...along(), [0, 0]];
      path.set(curve);
      put(shrunk, curve.map(image));
      damped[0].set(flat(image(point)));
      damped[1].set(point, { dx: -14, dy: 16 });
    }
    figure.show({ sigma_1: pairs[0].sigma, sigma_2: pairs[1].sigma, "norm A+": size, x: best,
      "norm x": norm(best), fit, "norm r": norm(r),
      ...(ridge && { lambda: model.get("ridge"), "ridge x": point,
        "norm ridge r": norm(minus(model.get("b"), image(point))) }) });
  }

  function say() {
    const { best, r, size } = now();
    return `x = ${format(best, 4, 1e-9)}, length of the residual ${format(norm(r), 4, 1e-9)}, `
      + `norm of the pseudo-inverse ${format(size)}`;
  }
  return figure.run({ layout, draw, say });
}

export default { render };
