import { Figure, add, clamp, dot, format, linspace, nice, norm, scale, tidy } from "./stage.js";

const TIE = 1e-9; // singular values that differ by less, compared with the larger, are one; entries are 0
const PLANES = {
  diagonal: [[1, 0, 0, 0], [0, 0, 0, 1]], circulant: [[1, 0, 0, 1], [0, 1, 1, 0]],
  triangular: [[1, 0, 0, 1], [0, 1, 0, 0]], column: [[1, 0, 0, 0], [0, 0, 1, 0]],
}; // E1 and E2, by rows: a 2 by 2 matrix is four numbers here
const DRAWN = 0.35; // arrows are drawn this many times their length
const SNAP = 0.05; // where a drag stops: corners lie there
const TURNS = linspace(0, 2 * Math.PI, 145).map((t) => [Math.cos(t), Math.sin(t)].map((x) => tidy(x, 1e-12)));

const minus = (A) => scale(A, -1);
const total = (a) => a.reduce((sum, x) => sum + Math.abs(x), 0);
const largest = (a) => Math.max(...a.map(Math.abs));
const outer = ([a, b], [c, d]) => [a * c, a * d, b * c, b * d];

// The singular values of a 2 by 2 matrix and u_1 v_1^T, u_2 v_2^T.
function svd([a, b, c, d]) {
  const [e, f, g, h] = [(a + d) / 2, (a - d) / 2, (c + b) / 2, (c - b) / 2];
  const [turn, flip] = [Math.hypot(e, h), Math.hypot(f, g)]; // the parts of a rotation and of a reflection
  const [p, q] = [Math.atan2(h, e), Math.atan2(g, f)];
  const [left, right] = [(p + q) / 2, (q - p) / 2];
  const [u, v] = [left, right].map((angle) => [Math.cos(angle), Math.sin(angle)]);
  const sign = turn < flip ? -1 : 1;
  return { s: [turn + flip, Math.abs(turn - flip)], first: outer(u, v),
    second: scale(outer([-u[1], u[0]], [-v[1], v[0]]), sign) };
}

// The length of a vector by the exponent p, without overflow.
function length(s, p) {
  const top = largest(s);
  return top && top * s.reduce((sum, x) => sum + (Math.abs(x) / top) ** p, 0) ** (1 / p);
}

function size(X, name, p) {
  if (name === "l1") return total(X);
  if (name === "frobenius") return norm(X);
  const { s } = svd(X);
  return name === "spectral" ? s[0] : name === "nuclear" ? s[0] + s[1] : length(s, p);
}

function dual(G, name, p) {
  if (name === "l1") return largest(G);
  const other = { spectral: "nuclear", nuclear: "spectral" }[name] ?? name;
  return size(G, other, p / (p - 1));
}

function many(X, name) {
  if (name === "l1") return X.some((x) => Math.abs(x) <= TIE * largest(X));
  const { s } = svd(X);
  return s[0] === 0 || (name === "spectral" && s[0] - s[1] <= TIE * s[0])
    || (name === "nuclear" && s[1] <= TIE * s[0]);
}

// The subgradient at X that is largest along H: their inner product is the slope of the norm along H.
function extreme(X, H, name, p) {
  if (!largest(X)) return largest(H) ? extreme(H, X, name, p) : X;
  if (name === "l1") return X.map((x, i) => Math.sign(Math.abs(x) <= TIE * largest(X) ? H[i] : x));
  const { s, first, second } = svd(X);
  if (name === "spectral") {
    if (s[0] - s[1] > TIE * s[0]) return first;
    const Q = scale(X, 1 / s[0]); // all Q C with C symmetric, positive semidefinite, of trace 1
    const [a, b, c, d] = Q;
    const [x, y, z] = [a * H[0] + c * H[2], (a * H[1] + c * H[3] + b * H[0] + d * H[2]) / 2, // sym(Q^T H)
      b * H[1] + d * H[3]];
    const apart = Math.hypot(x - z, 2 * y); // of its two eigenvalues
    if (apart <= TIE) return scale(Q, 0.5);
    const [cos, sin] = [(x - z) / apart, (2 * y) / apart]; // of twice the eigenvector's angle
    const C = [(1 + cos) / 2, sin / 2, sin / 2, (1 - cos) / 2];
    return [a * C[0] + b * C[2], a * C[1] + b * C[3], c * C[0] + d * C[2], c * C[1] + d * C[3]];
  }
  if (name === "nuclear") {
    if (s[1] > TIE * s[0]) return add(first, second);
    const along = dot(second, H); // all first + c second with |c| at most 1
    return add(first, second, Math.abs(along) > TIE ? Math.sign(along) : 0);
  }
  const order = name === "frobenius" ? 2 : p;
  const [one, two] = s.map((x) => (x > TIE * s[0] ? (x / length(s, order)) ** (order - 1) : 0));
  return add(scale(first, one), second, two);
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "unit-ball", traits: ["point", "plane", "norm", "p", "pick"],
    hint: "Drag *X*.", note: "Grey: all matrices of norm 1, dashed: all of the norm of *X*." });
  const limits = model.get("limits");
  const plane = figure.panel({ name: "plane", label: "the unit ball in a plane of matrices", x: limits[0],
    y: limits[1], equal: true, share: 1.2 });
  const side = figure.panel({ name: "across", label: "the norm along a line through X", x: [-1, 1], y: [0, 2],
    margin: { left: 40 } });

  const ball = plane.curve("output", { width: 2, close: true, fill: true, back: true });
  const level = plane.curve("output", { width: 1.2, close: true, dashed: true, back: true });
  const line = plane.curve("direction", { width: 1.3, dashed: true, back: true });
  const all = plane.curve("gradient", { width: 1, close: true, fill: true });
  const fan = linspace(-1, 1, 7).map(() => plane.arrow("gradient", "", { width: 1.1 }));
  const arrow = plane.arrow("gradient", `${DRAWN} ∇`, { width: 3 });
  const name = plane.text("variable", "*X*");

  const wave = side.curve("output", { width: 2 });
  const tangents = [0, 1].map(() => side.curve("gradient", { width: 1.6, dashed: true }));
  const spot = side.dot("variable", 5);

  const basis = () => PLANES[model.get("plane")];
  const matrix = ([a, b]) => add(scale(basis()[0], a), basis()[1], b);
  const rates = (G) => basis().map((E) => dot(E, G));
  const sizeOf = (X) => size(X, model.get("norm"), model.get("p"));
  const steepest = (X, H) => extreme(X, H, model.get("norm"), model.get("p"));
  const perpendicular = ([a, b]) => (a || b ? scale([-b, a], 1 / norm([a, b])) : [1, 0]);

  function now() {
    const point = model.get("point");
    const [X, across] = [matrix(point), perpendicular(point)];
    const H = matrix(across);
    const [left, right] = [minus(H), H].map((direction) => steepest(X, direction));
    const G = add(scale(add(left, right), 0.5), add(right, left, -1), model.get("pick") / 2);
    return { point, X, across, left, right, G, s: svd(X).s, norm: sizeOf(X), many: many(X, model.get("norm")),
      rates: rates(G), slopes: [dot(left, H), dot(right, H)] };
  }

  const keep = (p, step) => p.map((x, i) => tidy(clamp(step * Math.round(x / step), limits[i]), step));
  plane.handle({ name: "point", label: "matrix X", role: "variable", step: SNAP,
    get: () => model.get("point"),
    set: (p) => figure.change({ point: keep(p, SNAP) }),
    nudge: (dx, dy) => figure.change({
      point: keep(add(model.get("point"), [dx * SNAP, dy * SNAP]), SNAP / 10) }),
    text: () => `a, b = ${format(model.get("point"))}, norm ${format(now().norm)}` });

  figure.choice({ name: "norm", label: "norm", options: [["frobenius", "Frobenius"], ["spectral", "spectral"],
    ["nuclear", "nuclear"], ["l1", "sum of |entries|"], ["schatten", "Schatten p"]],
    get: () => model.get("norm"), set: (chosen) => figure.change({ norm: chosen }) });
  figure.choice({ name: "plane", label: "*X* =", options: [["diagonal", "[a 0; 0 b]"],
    ["circulant", "[a b; b a]"], ["triangular", "[a b; 0 a]"], ["column", "[a 0; b 0]"]],
    get: () => model.get("plane"), set: (chosen) => figure.change({ plane: chosen }) });
  figure.slider({ name: "p", label: "Schatten *p*", min: 0.05, max: 0.95, step: 0.01,
    get: () => 1 - 1 / model.get("p"),
    set: (x) => figure.change({ norm: "schatten", p: clamp(tidy(1 / (1 - x), 0.1), [1.05, 20]) }),
    text: () => format(model.get("p"), 3) });
  figure.slider({ name: "pick", label: "arrow of the fan", min: -1, max: 1, step: 0.05,
    get: () => model.get("pick"), set: (pick) => figure.change({ pick }), text: (x) => format(x, 2) });
  figure.button({ name: "ball", label: "*X* to norm 1", press: () => {
    const { point, norm: reach } = now();
    if (reach) figure.change({ point: scale(point, 1 / reach) });
  } });
  figure.button({ name: "corner", label: "to a corner", press: () => figure.change({ point: corner() }) });

  // The nearest place, along the way around 0, where arrows fan out; 0 itself if there is none.
  function corner() {
    const { point, norm: reach } = now();
    const angle = Math.atan2(point[1], point[0]) / (Math.PI / 4);
    const away = (k) => Math.abs(((angle - k + 12) % 8) - 4);
    const ways = linspace(0, 7, 8).sort((k, l) => away(k) - away(l) || k - l).map((k) => TURNS[18 * k]);
    const fans = (way) => {
      const [Y, H] = [matrix(way), matrix(perpendicular(way))];
      return dot(steepest(Y, H), H) + dot(steepest(Y, minus(H)), minus(H)) > 1e-6;
    };
    const way = ways.find(fans);
    return way ? scale(way, (reach || 1) / sizeOf(matrix(way))) : [0, 0];
  }

  figure.readouts([
    { name: "X", label: "*X*", role: "variable" },
    { name: "G", label: "*G*", role: "gradient", digits: 3, tiny: 1e-9 },
    { name: "norm", label: "‖*X*‖", role: "output", place: "first" },
    { name: "<G,X>", label: "⟨*G*, *X*⟩", role: "gradient" },
    { name: "dual norm", label: "dual norm of *G*", role: "gradient" },
    { name: "subgradients", label: "how many *G*", role: "gradient" },
    { name: "singular values", label: "*σ* of *X*", role: "variable", place: "first" },
    { name: "rates", label: "by *a* and *b*", role: "gradient", digits: 3, tiny: 1e-9 },
    { name: "slopes", label: "slopes left, right", role: "direction", digits: 3, tiny: 1e-9 },
  ]);

  let framed = null;
  function frame(highest) {
    const top = nice(Math.max(highest, 0.5) * 1.02, true);
    if (framed === top) return;
    framed = top;
    side.view({ y: [0, top] });
    side.axes({ xlabel: "*t*, across", ylabel: "‖*X* + *tH*‖" });
  }

  function layout() {
    plane.axes({ xlabel: "*a*", ylabel: "*b*" });
    framed = null;
  }

  // Where the arrows end that start at X.
  const tip = (point, rate) => add(point, rate, DRAWN);

  function draw() {
    const state = now();
    const { point, X, across, left, right } = state;
    const round = TURNS.map((way) => scale(way, 1 / sizeOf(matrix(way))));
    ball.set(round);
    level.set(state.norm ? round.map((at) => scale(at, state.norm)) : []);
    line.set([-1, 1].map((t) => add(point, across, t)));

    const origin = !largest(X);
    const edges = [left, right].map(rates);
    const open = norm(add(edges[1], edges[0], -1)) > 1e-6;
    all.hide(!origin && !open);
    if (origin) { // every matrix of dual norm at most 1
      all.set(TURNS.flatMap((way) => {
        const H = matrix(perpendicular(way));
        return [minus(H), H].map((direction) => tip(point, rates(steepest(matrix(way), direction))));
      }));
    } else if (open) all.set([point, ...edges.map((edge) => tip(point, edge))]);
    fan.forEach((thin, i) => {
      const t = i / (fan.length - 1);
      const way = [Math.cos(2 * Math.PI * i / fan.length), Math.sin(2 * Math.PI * i / fan.length)];
      thin.hide(!origin && !open);
      const rate = origin ? rates(steepest(matrix(way), X)) : add(scale(edges[0], 1 - t), edges[1], t);
      thin.set(point, tip(point, rate));
    });
    arrow.set(point, tip(point, state.rates));
    const away = norm(state.rates) ? scale(state.rates, -1 / norm(state.rates)) : [0, -1];
    name.set(point, { dx: 18 * away[0], dy: -18 * away[1] });

    const values = linspace(-1, 1, 161).map((t) => [t, sizeOf(matrix(add(point, across, t)))]);
    frame(Math.max(...values.map(([, value]) => value)));
    wave.set(values);
    [[-1, 0.35], [-0.35, 1]].forEach(([from, to], k) =>
      tangents[k].set([from, to].map((t) => [t, state.norm + t * state.slopes[k]])));
    spot.set([0, state.norm]);
    const rows = (A) => [A.slice(0, 2), A.slice(2)];
    figure.show({ X: rows(X), G: rows(state.G), norm: state.norm, "<G,X>": dot(state.G, X),
      "dual norm": dual(state.G, model.get("norm"), model.get("p")),
      subgradients: state.many ? "many" : "one",
      "singular values": state.s, rates: state.rates, slopes: state.slopes });
  }

  const say = () => {
    const state = now();
    return `norm ${format(state.norm)}, ${state.many ? "many subgradients" : "one gradient"}`;
  };
  return figure.run({ layout, draw, say });
}

export default { render };
