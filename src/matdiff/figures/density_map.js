import { Figure, add, clamp, format, nice, scale, signedArea, svg, tidy } from "./stage.js";

// Dots spread evenly over the unit square but not in rows: multiples of 1/g and 1/g^2 modulo 1, g^3 = g + 1.
const G = 1.324717957244746;
const DOTS = Array.from({ length: 200 }, (_, n) => [(0.5 + n / G) % 1, (0.5 + n / G ** 2) % 1]);

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "density-map", traits: ["matrix", "bars"],
    hint: "Drag the tips of the columns *A***e**_1 and *A***e**_2." });
  const limits = model.get("limits");
  const plane = figure.panel({ name: "plane", label: "the unit square and its image", x: limits[0],
    y: limits[1], equal: true });
  const square = plane.curve("variable", { width: 1.5, close: true, dashed: true, back: true });
  const cloud = svg("path", { fill: "none", stroke: "var(--md-output)", "stroke-width": 2.6,
    "stroke-linecap": "round", "stroke-opacity": 0.55 });
  plane.marks.append(cloud);
  const patch = plane.curve("output", { width: 2, close: true, fill: true });
  const arrows = [plane.arrow("direction", "*A***e**_1", { reach: 20 }),
    plane.arrow("direction", "*A***e**_2", { reach: 20, dashed: false })];

  const column = (j) => model.get("matrix").map((row) => row[j]);
  const step = nice((limits[0][1] - limits[0][0]) / 60, true);
  for (const j of [0, 1]) {
    plane.handle({ name: `column-${j}`, label: `column ${j + 1} of A`, role: "direction", step,
      get: () => column(j),
      set: (tip) => figure.change({ matrix: model.get("matrix").map((row, i) => row.map((entry, k) =>
        (k === j ? tidy(clamp(tip[i], limits[i]), step) : entry))) }),
      text: () => `${format(column(j))}, determinant ${format(now().det)}` });
  }
  figure.switch({ name: "forget", label: "forget the bars: divide by det *A*", get: () => !model.get("bars"),
    set: (forget) => figure.change({ bars: !forget }) });
  figure.readouts([
    { name: "A", label: "*A*", role: "direction" }, { name: "det", label: "det *A*" },
    { name: "area", label: "area", role: "output" }, { name: "density", label: "density" },
    { name: "mass", label: "mass" },
  ]);

  function now() {
    const det = signedArea(model.get("matrix"));
    const density = det ? 1 / (model.get("bars") ? Math.abs(det) : det) : null;
    return { det, area: Math.abs(det), density, mass: density === null ? null : density * Math.abs(det) };
  }

  function layout() {
    plane.axes({ xlabel: "*y*_1", ylabel: "*y*_2" });
    square.set([[0, 0], [1, 0], [1, 1], [0, 1]]);
  }

  function draw() {
    const [p, q] = [column(0), column(1)];
    const state = now();
    patch.set([[0, 0], p, add(p, q), q]);
    for (const [role, on] of [["wrong", state.mass < 0], ["output", !(state.mass < 0)]]) {
      patch.node.classList.toggle(`role-${role}`, on);
    }
    cloud.setAttribute("d", DOTS.map(([s, t]) => `M${plane.place(add(scale(p, s), q, t))}h0`).join(""));
    arrows[0].set([0, 0], p);
    arrows[1].set([0, 0], q);
    figure.show({ A: model.get("matrix"), ...state });
  }

  const say = () => `area ${format(now().area)}, density ${format(now().density)}, `
    + `mass ${format(now().mass)}`;
  return figure.run({ layout, draw, say });
}

export default { render };
