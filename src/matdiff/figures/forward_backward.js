import { Figure, clamp, dot, format, svg } from "./stage.js";

const LAYERS = 4;
const WIDEST = 6;

// The Jacobian of a layer: small whole numbers, the same as in Python.
const slopes = (layer, rows, columns) => Array.from({ length: rows }, (_, i) =>
  Array.from({ length: columns }, (_, j) => ((2 * i + 3 * j + 5 * layer + i * j) % 5) - 2));
const transpose = (A) => A[0].map((_, j) => A.map((row) => row[j]));

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "forward-backward", traits: ["widths", "mode", "seed", "done"],
    hint: "Drag a layer's top dot to change its width; step to send the numbers on." });
  const graph = figure.panel({ name: "graph", label: "four layers and the slopes between them",
    x: [-0.25, LAYERS - 0.75], y: [0.2, WIDEST + 1.4], aspect: 0.8,
    margin: { left: 12, right: 12, top: 8, bottom: 44 } });
  const drawing = svg("g", {});
  graph.marks.append(drawing);
  const forward = () => model.get("mode") === "forward";
  const role = () => (forward() ? "direction" : "upstream");

  function now() {
    const widths = model.get("widths");
    const jacobians = [0, 1, 2].map((k) => slopes(k, widths[k + 1], widths[k]));
    const maps = forward() ? jacobians : [...jacobians].reverse().map(transpose);
    const seed = Math.min(model.get("seed"), maps[0][0].length - 1);
    const vectors = [Array.from({ length: maps[0][0].length }, (_, i) => Number(i === seed))];
    for (const map of maps.slice(0, model.get("done"))) {
      vectors.push(map.map((row) => dot(row, vectors.at(-1))));
    }
    const once = jacobians.reduce((sum, J) => sum + J.length * J[0].length, 0);
    return { widths, jacobians, vectors, seed, once, columns: once * widths[0],
      rows: once * widths[LAYERS - 1] };
  }

  // The units of a layer stand around the middle of the panel.
  const middle = (WIDEST + 1) / 2;
  const place = (layer, unit) => [layer, middle + (model.get("widths")[layer] - 1) / 2 - unit];

  Array.from({ length: LAYERS }, (_, layer) => graph.handle({
    name: `width-${layer}`, label: `width of layer ${layer}`, role: "muted", axis: "y", radius: 5,
    get: () => [layer, place(layer, 0)[1] + 0.75],
    set: ([, y]) => resize(layer, Math.round(2 * (y - 0.75 - middle) + 1)),
    nudge: (dx, dy) => resize(layer, model.get("widths")[layer] + Math.sign(dy) * Math.ceil(Math.abs(dy))),
    text: () => `${model.get("widths")[layer]} units`,
  }));
  function resize(layer, width) {
    const widths = model.get("widths").map((n, k) => (k === layer ? clamp(width, [1, WIDEST]) : n));
    const ends = widths[forward() ? 0 : LAYERS - 1];
    figure.change({ widths, seed: Math.min(model.get("seed"), ends - 1) });
  }

  figure.choice({ name: "mode", label: "direction",
    options: [["backward", "pull a sensitivity back, Jᵀu"], ["forward", "push a step forward, Jv"]],
    get: () => model.get("mode"), set: (mode) => figure.change({ mode, seed: 0, done: 0 }) });
  figure.button({ name: "next-seed", label: "Next seed", press: () => {
    const ends = model.get("widths")[forward() ? 0 : LAYERS - 1];
    figure.change({ seed: (model.get("seed") + 1) % ends, done: 0 });
  } });
  figure.button({ name: "step", label: "Step",
    press: () => figure.change({ done: (model.get("done") + 1) % LAYERS }) });
  figure.readouts([
    { name: "vector", label: "arrived" }, { name: "one pass", label: "products in one pass" },
    { name: "columns", label: "all of *J*, forward", role: "direction" },
    { name: "rows", label: "all of *J*, backward", role: "upstream" }, { name: "cheaper", label: "cheaper" },
  ]);

  figure.outputs.get("vector").item.classList.add("md-hidden"); // it stands in the drawing

  // A slope between two units: the larger, the thicker.
  function edge(p, q, slope, passed) {
    const [a, b] = [graph.pixel(p), graph.pixel(q)];
    return svg("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1],
      stroke: passed ? `var(--md-${role()})` : "var(--md-grid-strong)",
      "stroke-width": slope ? 0.6 + 0.7 * Math.abs(slope) : 0.4,
      "stroke-opacity": slope ? (passed ? 0.8 : 0.6) : 0.25,
      "stroke-dasharray": passed ? (forward() ? "6 3" : "8 3 2 3") : null });
  }

  // A unit, with the number that has arrived there.
  function node([x, y], number) {
    const arrived = number !== undefined;
    const text = svg("text", { x, y: y + 4.5, "text-anchor": "middle", style: "font-size: 13px" });
    text.append(arrived ? format(number) : "");
    return [svg("circle", { cx: x, cy: y, r: Math.min(16, 0.46 * (graph.py(0) - graph.py(1))),
      fill: "var(--md-page)", stroke: arrived ? `var(--md-${role()})` : "var(--md-grid-strong)",
      "stroke-width": arrived ? 2 : 1 }), text];
  }

  function caption(n, layer) {
    const [x, y] = graph.pixel([layer, 0]);
    const put = graph.width < 330 ? "" : "puts"; // narrow: in and out
    const [word, anchor, dx] = layer === 0 ? [`in${put}`, "start", -25]
      : layer === LAYERS - 1 ? [`out${put}`, "end", 25] : [`layer ${layer}`, "middle", 0];
    const text = svg("text", { x, y: y + 34, dx, "text-anchor": anchor, class: "md-axis" });
    text.append(`${word}: ${n}`);
    return text;
  }

  function draw() {
    const { widths, jacobians, vectors, once, columns, rows } = now();
    const done = model.get("done");
    const passed = (k) => (forward() ? k < done : k >= LAYERS - 1 - done);
    const arrivedAt = (layer) => vectors[forward() ? layer : LAYERS - 1 - layer];
    const edges = jacobians.flatMap((J, k) => J.flatMap((row, i) => row.map((slope, j) =>
      edge(place(k, j), place(k + 1, i), slope, passed(k)))));
    const units = widths.flatMap((n, layer) => Array.from({ length: n }, (_, unit) =>
      node(graph.pixel(place(layer, unit)), arrivedAt(layer)?.[unit])));
    drawing.replaceChildren(...edges, ...units.flat());
    graph.frame.replaceChildren(...widths.map(caption));
    figure.show({ vector: vectors.at(-1), "one pass": once, columns, rows,
      cheaper: columns < rows ? "forward" : rows < columns ? "backward" : "equal" });
  }

  const say = () => `arrived ${format(now().vectors.at(-1))}, forward ${now().columns}, `
    + `backward ${now().rows} multiplications`;
  return figure.run({ draw, say });
}

export default { render };
