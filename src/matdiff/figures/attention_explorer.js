import { Figure, add, clamp, dot, format, nice, norm, scale, tidy, times, transpose } from "./stage.js";

const WIDEST = 16; // pixels, of the line of a weight 1
const WORDS = ["**k**_1", "**k**_2", "**k**_3", "**k**_4"];

// Scores, weights and output of one query.
function attend(q, keys, values, t) {
  const scores = scale(times(keys, q), t);
  const largest = Math.max(...scores);
  const e = scores.map((s) => Math.exp(s - largest));
  const P = scale(e, 1 / e.reduce((sum, x) => sum + x, 0));
  return { scores, P, output: dot(P, values) };
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "attention-explorer",
    traits: ["q", "K", "v", "push", "scale"],
    hint: "Drag **q**, a key, a value, or the push **d** of the query.",
    note: "Widths are weights. The area of a bar is the gradient of its score, negative below the output *o*. "
      + "Dashed: the output after the push, promised (green) and true." });
  const limits = model.get("limits");
  const [reach, step] = [limits[2], limits.map(([low, high]) => nice((high - low) / 80, true))];
  const plane = figure.panel({ name: "plane", label: "the query, the keys, and the weights between them",
    x: limits[0], y: limits[1], equal: true, share: 1.25 });
  const bars = figure.panel({ name: "bars", label: "values of the keys and the output, their weighted mean",
    x: [0.4, 4.6], y: reach, aspect: 0.8 });

  function now() {
    const [q, keys, values, push, t] = figure.traits.map((name) => model.get(name));
    const { scores, P, output } = attend(q, keys, values, t);
    const Sbar = P.map((p, i) => p * (values[i] - output));
    const qbar = scale(times(transpose(keys), Sbar), t);
    return { scores, P, output, Sbar, qbar, Kbar: Sbar.map((s) => scale(q, t * s)),
      predicted: dot(qbar, push), actual: attend(add(q, push), keys, values, t).output - output };
  }

  const four = [0, 1, 2, 3];
  const weights = four.map(() => plane.curve("output", { dashed: false, back: true }));
  const pulls = four.map(() => plane.arrow("gradient", "", { width: 1.6, dashed: false }));
  const slope = plane.arrow("gradient", "**q̄**", { width: 3 });
  const trial = plane.arrow("direction", "**d**", { dashed: false });
  const letters = WORDS.map((word) => plane.text("variable", word));
  const letter = plane.text("variable", "**q**");
  const areas = four.map(() => bars.curve("upstream", { width: 1.2, close: true, fill: true, dashed: false,
    back: true }));
  const level = bars.curve("output", { width: 2.6, dashed: false });
  const promised = bars.curve("gradient", { width: 1.8, dashed: true });
  const reached = bars.curve("output", { width: 1.4, dashed: true });
  const mean = bars.text("output", "*o*", "end");

  const grid = (at) => at.map((x, k) => tidy(clamp(x, limits[k]), step[k]));
  const replace = (list, i, x) => list.map((old, j) => (j === i ? x : old));
  const put = (i, at) => figure.change({ K: replace(model.get("K"), i, grid(at)) });
  four.forEach((i) => plane.handle({ name: `key-${i}`, label: `key ${i + 1}`, role: "variable", radius: 5,
    step: step[0], get: () => model.get("K")[i], set: (at) => put(i, at),
    text: () => `${format(model.get("K")[i])}, ${say()}` }));
  plane.handle({ name: "query", label: "query q", role: "variable", step: step[0], get: () => model.get("q"),
    set: (at) => figure.change({ q: grid(at) }), text: () => `${format(model.get("q"))}, ${say()}` });
  plane.handle({ name: "push", label: "tip of the push d", role: "direction", radius: 5.5, step: step[0],
    get: () => add(model.get("q"), model.get("push")),
    set: (at) => figure.change({ push: add(grid(at), model.get("q"), -1).map((x, k) => tidy(x, step[k])) }),
    text: () => `${format(model.get("push"))}, ${say()}` });
  four.forEach((i) => bars.handle({ name: `value-${i}`, label: `value ${i + 1}`, role: "variable", axis: "y",
    radius: 5, step: step[2], get: () => [i + 1, model.get("v")[i]],
    set: ([, y]) => figure.change({ v: replace(model.get("v"), i, tidy(clamp(y, reach), step[2])) }),
    text: () => `${format(model.get("v")[i])}, ${say()}` }));
  figure.slider({ name: "scale", label: "scale of the scores", min: 0.05, max: 4, step: 0.05,
    get: () => model.get("scale"), set: (t) => figure.change({ scale: t }), text: (t) => format(t, 3) });

  figure.readouts([
    { name: "scores", label: "scores **s**", role: "output", digits: 3, place: "wide" },
    { name: "P", label: "weights **p**", role: "output", digits: 3, place: "wide" },
    { name: "output", label: "output *o*", role: "output" },
    { name: "Sbar", label: "**s̄**", role: "upstream", digits: 3, tiny: 1e-9, place: "wide" },
    { name: "qbar", label: "**q̄**", role: "gradient", digits: 3, tiny: 1e-9 },
    { name: "Kbar", label: "*K̄*", role: "gradient", digits: 3 },
    { name: "predicted", label: "⟨**q̄**, **d**⟩", role: "gradient", digits: 3, tiny: 1e-9, place: "first" },
    { name: "actual", label: "true change of *o*", role: "output", digits: 3, tiny: 1e-9 },
  ]);

  function layout() {
    plane.axes({ xlabel: "*x*_1", ylabel: "*x*_2" });
    bars.axes({ xlabel: "key", ylabel: "value", xticks: [1, 2, 3, 4] });
  }

  function draw() {
    const state = now();
    const [query, keys, values, push] = figure.traits.map((name) => model.get(name));
    four.forEach((i) => {
      weights[i].node.setAttribute("stroke-width", Math.max(0.6, WIDEST * state.P[i]).toFixed(2));
      weights[i].set([query, keys[i]]);
      pulls[i].set(keys[i], add(keys[i], state.Kbar[i]));
      pulls[i].hide(norm(state.Kbar[i]) < 0.03);
      letters[i].set(keys[i], { dy: keys[i][1] < 0 ? 20 : -17 });
      const [left, right, value] = [i + 1 - state.P[i] / 2, i + 1 + state.P[i] / 2, values[i]];
      areas[i].set([[left, state.output], [left, value], [right, value], [right, state.output]]);
    });
    letter.set(query, { dx: -14, dy: 12 });
    slope.set(query, add(query, state.qbar));
    slope.hide(norm(state.qbar) < 0.02);
    trial.set(query, add(query, push));
    const across = (curve, y) => curve.set([[0.4, y], [4.6, y]]);
    across(level, state.output);
    across(promised, state.output + state.predicted);
    across(reached, state.output + state.actual);
    mean.set([4.6, state.output], { dx: -3, dy: -11, at: "end" });
    figure.show(state);
  }

  function say() {
    const { P, output, predicted, actual } = now();
    return `weights ${format(P, 3)}, output ${format(output, 3)}, change predicted ${format(predicted, 3, 1e-9)}, `
      + `true ${format(actual, 3, 1e-9)}`;
  }
  return figure.run({ layout, draw, say });
}

export default { render };
