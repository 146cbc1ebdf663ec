import { Figure, add, dot, format, html, replaced, richHtml, scrub, transpose } from "./stage.js";

const REACH = 9.9; // entries are dragged between -9.9 and 9.9, or as far as the largest one
const H = 1e-4; // of the finite difference, as in Python
// The graph runs from left to right, or down with the parameters beside it, or all in one column.
const WAYS = ["md-across", "md-down", "md-down md-single"];
const ROOM = 124; // pixels that a node and its link need where the graph runs from left to right

const logistic = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const ACTIVATIONS = {
  relu: { name: "ReLU", value: (z) => Math.max(z, 0), slope: (z) => Number(z > 0) },
  tanh: { name: "tanh", value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  sigmoid: { name: "sigmoid", value: logistic, slope: (z) => logistic(z) * (1 - logistic(z)) },
  identity: { name: "nothing", value: (z) => z, slope: () => 1 },
};
const column = (vector) => vector.map((entry) => [entry]);
const rows = (array) => (array && !Array.isArray(array[0]) ? column(array) : array); // as it is shown
const outer = (a, b) => a.map((x) => b.map((y) => x * y));

// ------------------------------------------------------------------ the network, as in Python

function forward({ x, weights, biases }, sigma) {
  const [zs, hs] = [[], [x]];
  weights.forEach((W, l) => {
    zs.push(W.map((row, i) => dot(row, hs.at(-1)) + (biases.length ? biases[l][i] : 0)));
    hs.push(zs.at(-1).map(sigma.value));
  });
  return { zs, hs: hs.slice(0, -1) };
}

// Sensitivities by name; null where the shapes do not fit.
function backward({ weights, biases, target }, { zs, hs }, sigma, { slopes, transposes }) {
  const found = { "gradient t": add(target, zs.at(-1), -1) };
  let delta = add(zs.at(-1), target, -1);
  for (let l = weights.length; l > 0; l--) {
    found[`delta ${l}`] = delta;
    found[`gradient W${l}`] = delta && outer(delta, hs[l - 1]);
    if (biases.length) found[`gradient b${l}`] = delta;
    const back = transposes ? transpose(weights[l - 1]) : weights[l - 1];
    const pulled = delta && back[0].length === delta.length ? back.map((row) => dot(row, delta)) : null;
    found[l === 1 ? "gradient x" : `pulled ${l - 1}`] = pulled;
    delta = pulled && slopes && l > 1 ? pulled.map((g, i) => g * sigma.slope(zs[l - 2][i])) : pulled;
  }
  return found;
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "computation-graph",
    traits: ["x", "weights", "biases", "target", "activation", "slopes", "transposes", "done", "picked"],
    hint: "Step through, then drag an underlined entry up or down.",
    note: "Dashed: what comes back. Ochre: what the entry moves." });
  const layers = model.get("weights").length;
  const biased = model.get("biases").length > 0;
  const [loss, all] = [2 * layers, 4 * layers]; // the steps at which L and at which everything is known
  const traits = () => Object.fromEntries(["x", "weights", "biases", "target", "slopes", "transposes"]
    .map((name) => [name, model.get(name)]));
  const sigma = () => ACTIVATIONS[model.get("activation")];
  const flat = (value) => (Array.isArray(value) ? value.flatMap(flat) : [value]);
  const reach = Math.max(REACH, ...flat([model.get("x"), model.get("target"), model.get("weights"),
    model.get("biases")]).map(Math.abs));

  // ---- entries that can be dragged, by name: x, t, W1, b1, ...
  const place = (name) => (name === "x" ? ["x"] : name === "t" ? ["target"]
    : [name[0] === "W" ? "weights" : "biases", Number(name[1]) - 1]);
  function array(name, from = model.get) {
    const [trait, l] = place(name);
    return l === undefined ? from(trait) : from(trait)[l];
  }
  const entry = (name, i, j) => (name[0] === "W" ? array(name)[i][j] : array(name)[i]);
  function changed(name, i, j, to) { // the trait with that entry replaced
    const [trait, l] = place(name);
    const inside = (A) => (name[0] === "W" ? replaced(A, i, j, to) : replaced([A], 0, i, to)[0]);
    const whole = model.get(trait);
    return { [trait]: l === undefined ? inside(whole) : whole.map((A, k) => (k === l ? inside(A) : A)) };
  }
  function pick(name, i, j) {
    const [table, row, col] = model.get("picked");
    if (table !== name || row !== i || col !== j) figure.change({ picked: [name, i, j] });
  }

  // At which step a sensitivity is known: forward takes 2L steps, backward as many.
  function visit(name) {
    if (name === "gradient t") return loss + 1;
    if (name === "gradient x") return all;
    const l = Number(name.at(-1));
    return all - 2 * l + (name.startsWith("delta") ? 1 : name.startsWith("pulled") ? 0 : 2);
  }

  function evaluate() {
    const inputs = traits();
    const done = model.get("done");
    const values = forward(inputs, sigma());
    const right = backward(inputs, values, sigma(), { slopes: true, transposes: true });
    const found = backward(inputs, values, sigma(), inputs);
    for (const name of Object.keys(found)) if (done < visit(name)) found[name] = null;
    const [table, i, j] = model.get("picked");
    const ends = [1, -1].map((sign) => {
      const moved = { ...inputs, ...changed(table, i, j, entry(table, i, j) + sign * H) };
      const { zs, hs } = forward(moved, sigma());
      return { zs, hs, rest: add(zs.at(-1), moved.target, -1) };
    });
    const [a, b] = ends.map((end) => end.rest);
    const on = ends.map(({ zs }) => JSON.stringify(zs.slice(0, -1).flat().map((z) => z > 0)));
    // ½|a|² − ½|b|² as a product: the digits that both share do not cancel
    const difference = done >= loss ? dot(add(a, b, -1), add(a, b)) / (4 * H) : null;
    const gradient = found[`gradient ${table}`];
    const slope = gradient ? flat([gradient[i]])[j] : null;
    const verdict = difference === null ? null
      : model.get("activation") === "relu" && on[0] !== on[1] ? "kink"
        : slope === null ? null
          : Math.abs(slope - difference) <= 1e-5 * Math.max(1, Math.abs(difference)) ? "agree" : "differ";
    const rest = add(values.zs.at(-1), inputs.target, -1);
    const L = done >= loss ? dot(rest, rest) / 2 : null;
    return { ...values, right, found, ends, slope, difference, verdict, L };
  }
  let now = null;

  // ---- the drawing: nodes of the spine, links between them, and parameters that feed a link
  const graph = html("div", { class: "md-graph" });
  figure.stage.append(graph);
  const cells = []; // {cell, i, j, value(), of: name, wrong()}
  function table(role, of, rows, columns, what) {
    const kind = `${what.back ? "md-back" : ""} ${what.vector ? "md-vector" : ""}`;
    const grid = html("div", { class: `md-table role-${role} ${kind}`, style: `--columns: ${columns}` });
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const cell = html("span", { class: "md-cell" });
        grid.append(cell);
        cells.push({ cell, i, j, of, role, ...what });
        if (what.drag) draggable(cell, of, i, j);
      }
    }
    return grid;
  }
  const known = (step) => model.get("done") >= step;
  const value = (get, step) => ({ get: () => (known(step) ? get() : null) });
  const sensitivity = (name) => ({ back: true, get: () => rows(now.found[name]),
    right: () => rows(now.right[name]) });
  function box(place, title, shape, ...tables) {
    const name = html("figcaption", {}, ...richHtml(title),
      html("span", { class: "md-shape" }, ...richHtml(shape && ` ∈ ℝ^{${shape}}`)));
    return html("figure", { class: "md-tablebox md-node", "data-node": place }, name,
      html("div", { class: "md-pair" }, ...tables));
  }
  const vector = (name, title, n, forwards, back, drag = false) => box(name, title, n,
    table(drag ? "variable" : "output", name, n, 1, { ...forwards, drag, vector: true }),
    table("upstream", name, n, 1, { ...sensitivity(back), vector: true }));

  function parameter(name, title, height, width) {
    const shape = name[0] === "W" ? `${height}×${width}` : height;
    const get = () => rows(array(name));
    return box(name, title, shape, table("variable", name, height, width, { get, drag: true }),
      table("gradient", name, height, width, sensitivity(`gradient ${name}`)));
  }
  function draggable(cell, name, i, j) {
    const [handle, where] = name[0] === "W" ? [`${name}-${i}-${j}`, `row ${i + 1}, column ${j + 1}`]
      : [`${name}-${i}`, `entry ${i + 1}`];
    scrub(cell, { name: handle, label: `${name}, ${where}`, reach, get: () => entry(name, i, j),
      set: (x) => figure.change(changed(name, i, j, x)), pick: () => pick(name, i, j) });
  }
  const links = [];
  function link(number, onward, back, step, returned) { // `onward` and `back` give the words
    const there = html("span", { class: "md-onward role-output" });
    const here = html("span", { class: "md-return role-upstream" });
    links.push({ there, here, onward, back, step, returned });
    return html("div", { class: "md-link", "aria-hidden": "true", "data-link": number }, there, here);
  }

  const units = model.get("weights").map((W) => W.length);
  const put = (node, start, span, row = "spine") => {
    node.style.setProperty("--at", start);
    node.style.setProperty("--span", span);
    node.classList.add(`md-${row}`);
    graph.append(node);
  };
  const input = { get: () => column(model.get("x")) };
  put(vector("x", "**x**", model.get("x").length, input, "gradient x", true), 1, 1);
  for (let l = 1; l <= layers; l++) {
    const at = 4 * (l - 1) + 1; // of the node before the layer
    const [W, matrix] = [`*W*_${l}`, model.get("weights")[l - 1]];
    const feeds = [parameter(`W${l}`, W, units[l - 1], matrix[0].length)];
    if (biased) feeds.push(parameter(`b${l}`, `**b**_${l}`, units[l - 1], 1));
    put(html("div", {}, ...feeds), at, 3, "feeds");
    put(link(2 * l - 1, () => (biased ? `${W}· + **b**_${l}` : `${W}·`),
      () => [model.get("transposes") ? `${W}^⊤·` : `${W}·`, model.get("transposes")],
      2 * l - 1, all - 2 * l + 2), at + 1, 1);
    const last = l === layers;
    put(vector(`z${l}`, last ? `**z**_${l} = **y**` : `**z**_${l}`, units[l - 1],
      value(() => column(now.zs[l - 1]), 2 * l - 1), `delta ${l}`), at + 2, 1);
    if (last) break;
    const slopes = () => model.get("slopes");
    put(link(2 * l, () => sigma().name, () => [slopes() ? "⊙ σ′" : "⊙ 1", slopes()], 2 * l, all - 2 * l + 1),
      at + 3, 1);
    put(vector(`h${l}`, `**h**_${l}`, units[l - 1], value(() => column(now.hs[l]), 2 * l), `pulled ${l}`),
      at + 4, 1);
  }
  put(html("div", {}, parameter("t", "**t**", units.at(-1), 1)), 4 * layers, 2, "feeds");
  put(link(2 * layers, () => "loss", () => ["**y** − **t**", true], loss, loss + 1), 4 * layers, 1);
  put(box("L", "*L*", "", table("output", "L", 1, 1, value(() => [[now.L]], loss))), 4 * layers + 1, 1);
  const story = html("p", { class: "md-how" });
  figure.stage.append(story);

  // ---- controls
  const nextStep = () => (model.get("done") + 1) % (all + 1);
  const nextPass = () => (model.get("done") < loss ? loss : model.get("done") < all ? all : 0);
  const go = (done) => figure.change({ done });
  const step = figure.button({ name: "step", label: "Step", press: () => go(nextStep()) });
  const pass = figure.button({ name: "pass", label: "Pass", press: () => go(nextPass()) });
  figure.choice({ name: "activation", label: "activation",
    options: Object.entries(ACTIVATIONS).map(([key, { name }]) => [key, name]),
    get: () => model.get("activation"), set: (activation) => figure.change({ activation }) });
  if (layers > 1) {
    figure.switch({ name: "forget-slopes", label: "forget the slopes σ′", get: () => !model.get("slopes"),
      set: (forget) => figure.change({ slopes: !forget }) });
  }
  figure.switch({ name: "forget-transposes", label: "forget the transposes",
    get: () => !model.get("transposes"), set: (forget) => figure.change({ transposes: !forget }) });
  figure.readouts([{ name: "entry", label: "entry", role: "variable" }, { name: "L", label: "*L*", role: "output" },
    { name: "slope", label: "by the chain", role: "gradient" },
    { name: "difference", label: "by a nudge", tiny: 1e-7 }, { name: "verdict", label: "they" }]);
  const hidden = Object.keys(backward(traits(), forward(traits(), sigma()), sigma(), traits()))
    .filter((name) => name !== "gradient t");
  figure.readouts(hidden.map((name) => ({ name, label: name })));
  for (const name of hidden) { // they stand in the drawing
    figure.outputs.get(name).item.classList.add("md-hidden");
  }

  // ---- what the last step did, in a sentence
  function sentence(done) {
    if (done === 0) return "Only the inputs are known. Guess the next node, then step.";
    if (done === loss) return "*L* = ½‖**y** − **t**‖². All is known on the way out; now back.";
    if (done === loss + 1) return `**δ**_${layers} = **y** − **t**: how *L* answers to each entry of **y**.`;
    return done < loss ? onward(Math.ceil(done / 2), done % 2)
      : homeward(Math.floor((all - done) / 2) + 1, (all - done) % 2);
  }
  const W = (l) => `*W*_${l}`;
  const fed = (l) => (l === 1 ? "**x**" : `**h**_{${l - 1}}`);
  const size = (l) => [units[l - 1], model.get("weights")[l - 1][0].length];
  function onward(l, affine) {
    if (!affine) return `**h**_${l} = σ(**z**_${l}), entry by entry.`;
    return `**z**_${l} = ${W(l)}${fed(l)}${biased ? ` + **b**_${l}` : ""}: ${size(l).join(" × ")} times `
      + `${size(l)[1]} gives ${size(l)[0]}.`;
  }
  function homeward(l, activation) { // through layer l, or through the activation behind it
    if (!now.found[`delta ${l}`]) return "Nothing arrives here: the shapes did not fit.";
    if (activation) {
      const slopes = format(now.zs[l - 1].map(sigma().slope), 3);
      return model.get("slopes") ? `**δ**_${l} = that ⊙ σ′(**z**_${l}), the slopes on the way out: ${slopes}.`
        : `**δ**_${l} = that, with the slopes forgotten.`;
    }
    const [after, before] = size(l);
    const grown = `The gradient of ${W(l)} is **δ**_${l} ${fed(l)}^⊤, ${after} × ${before} like ${W(l)}. `;
    if (model.get("transposes")) {
      return `${grown}Back: ${W(l)}^⊤**δ**_${l}, ${before} × ${after} times ${after}.`;
    }
    return `${grown}Back without ⊤: ${after} × ${before} times ${after} `
      + (after === before ? "fits, and is wrong." : "does not exist.");
  }

  function mark({ cell, i, j, of, get, right, back, drag, role }) {
    const shown = get();
    const x = shown ? shown[i][j] : null;
    cell.textContent = x === null ? "·" : format(x, 3, 1e-9);
    if (drag) {
      cell.setAttribute("aria-valuenow", x);
      cell.setAttribute("aria-valuetext", `${format(x)}, loss ${format(now.L)}`);
    }
    const picked = model.get("picked");
    const mine = picked[0] === of && picked[1] === i && picked[2] === j;
    cell.classList.toggle("md-picked", Boolean(drag) && mine);
    cell.classList.toggle("md-slope", role === "gradient" && mine && x !== null);
    cell.classList.toggle("md-false", Boolean(back) && x !== null && Math.abs(x - right()[i][j]) > 1e-9);
    const at = (end) => (of[0] === "z" ? end.zs[of[1] - 1][i] : of[0] === "h" ? end.hs[of[1]][i]
      : of === "L" ? dot(end.rest, end.rest) : 0);
    const [more, less] = now.ends.map(at);
    cell.classList.toggle("md-moves", !back && x !== null && Math.abs(more - less) > 1e-12);
  }

  let way = 0;
  const turn = (to) => (graph.className = `md-graph ${WAYS[(way = to)]}`);
  const layout = () => turn(figure.width >= ROOM * (2 * layers + 1) ? 0 : 1);
  const narrow = () => graph.scrollWidth > graph.clientWidth + 1;

  function draw() {
    now = evaluate();
    const done = model.get("done");
    cells.forEach(mark);
    for (const { there, here, onward, back, step: first, returned } of links) {
      const [words, fine] = back();
      there.replaceChildren(...richHtml(onward()));
      here.replaceChildren(...richHtml(words));
      there.classList.toggle("md-later", done < first);
      here.classList.toggle("md-later", done < returned);
      here.classList.toggle("role-wrong", !fine);
    }
    while (way < WAYS.length - 1 && narrow()) turn(way + 1); // long numbers
    step.textContent = done < loss ? "Step forward" : done < all ? "Step back" : "Start again";
    pass.textContent = done < loss ? "Forward pass" : done < all ? "Backward pass" : "Clear";
    story.replaceChildren(...richHtml(sentence(done)));
    figure.show({ entry: entry(...model.get("picked")), L: now.L, slope: now.slope, difference: now.difference, verdict: now.verdict,
      ...Object.fromEntries(hidden.map((name) => [name, now.found[name]])) });
  }

  const say = () => `${story.textContent} Loss ${format(now.L)}, slope by a nudge ${format(now.difference)}, `
    + `by the chain ${format(now.slope)}`;
  return figure.run({ layout, draw, say });
}

export default { render };
