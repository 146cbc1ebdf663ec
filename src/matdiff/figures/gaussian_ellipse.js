import { Figure, add, clamp, dot, format, linspace, nice, norm, product, scale, tidy, times }
  from "./stage.js";

const NARROWEST = 0.05; // no half-axis is dragged shorter than this
const TERMS = "½ (trace, distance, log det, −*d*)";

// A Gaussian is five numbers: mean, first half-axis (a vector), length of the second, which stands across it.
const meanOf = (five) => five.slice(0, 2);
const first = (five) => five.slice(2, 4);
const second = (five) => scale([-five[3], five[2]], five[4] / norm(first(five)));

function covarianceOf([, , a, b, width]) {
  const share = (width * width) / (a * a + b * b);
  return [[a * a + share * b * b, (1 - share) * a * b], [(1 - share) * a * b, b * b + share * a * a]];
}

const det = ([[a, b], [c, d]]) => a * d - b * c;
// s (A + t B)
const combine = (A, B, t, s) => A.map((row, i) => row.map((x, j) => s * (x + t * B[i][j])));
const trace = (A) => A[0][0] + A[1][1];
function inverse([[a, b], [c, d]]) {
  const D = a * d - b * c;
  return [[d / D, -b / D], [-c / D, a / D]];
}

// What the likelihood of the points says of a mean and a covariance.
function likelihood(points, mean, Sigma) {
  const errors = points.map((point) => add(point, mean, -1));
  const average = (f) => errors.reduce((sum, e) => sum + f(e), 0) / errors.length;
  const S = [0, 1].map((i) => [0, 1].map((j) => average((e) => e[i] * e[j])));
  const Lambda = inverse(Sigma);
  return { S,
    "log-likelihood": -(2 * Math.log(2 * Math.PI) + Math.log(det(Sigma)) + trace(product(Lambda, S))) / 2,
    "gradient mean": times(Lambda, [0, 1].map((i) => average((e) => e[i]))),
    "gradient Sigma": combine(product(product(Lambda, S), Lambda), Lambda, -1, 0.5),
    "gradient Lambda": combine(Sigma, S, -1, 0.5) };
}

// The four terms whose half sum is KL(p, q).
function divergenceTerms(p, q) {
  const Lambda = inverse(q.Sigma);
  const apart = add(q.mean, p.mean, -1);
  return [trace(product(Lambda, p.Sigma)), dot(apart, times(Lambda, apart)),
    Math.log(det(q.Sigma)) - Math.log(det(p.Sigma)), -2];
}

// The half-axes of a covariance: the longer one as a vector, and the length of the other.
function halfAxes([[a, b], [, d]]) {
  const [middle, apart] = [(a + d) / 2, Math.hypot((a - d) / 2, b)];
  const angle = Math.atan2(2 * b, a - d) / 2;
  const lengths = [middle + apart, middle - apart].map((x) => Math.max(NARROWEST, Math.sqrt(Math.max(0, x))));
  return [...scale([Math.cos(angle), Math.sin(angle)], lengths[0]), lengths[1]];
}

function render({ model, el }) {
  const data = model.get("points");
  const two = Boolean(model.get("other")); // a stored page leaves out what is None
  const trying = Boolean(model.get("step"));
  const limits = model.get("limits");
  const figure = new Figure({ model, el, kind: "gaussian-ellipse",
    traits: ["points", "gaussian", "other", "arrows", "step"],
    hint: `Drag ${!data ? "a mean or the end of an axis"
      : trying ? "a point, the mean, the ends of the axes, or **s**"
        : "the mean, the ends of the axes, or a point"}.`,
    note: trying ? "Green: the score of the mean. Dashed: the way to the points' mean."
      : data ? "Purple: the pull *Σ*^{−1}**e** of each point. Green: where the likelihood grows." : "" });
  const plane = figure.panel({ name: "plane",
    label: "the ellipse of one standard deviation, dashed that of two",
    x: limits[0], y: limits[1], equal: true });
  const step = nice((limits[0][1] - limits[0][0]) / 80, true);
  const length = (limits[0][1] - limits[0][0]) / 10; // of an arrow that stands for 1
  const grid = (at) => at.map((x, k) => tidy(clamp(x, limits[k]), step));

  // ---- one Gaussian: its marks and its three handles
  const turns = linspace(0, 2 * Math.PI, 73).slice(1);
  function gaussian(trait, name, role, called) {
    const now = () => model.get(trait);
    const rings = [1, 2].map((times) => ({ times,
      curve: plane.curve(role, { width: times === 1 ? 2.2 : 1.2, close: true, fill: times === 1,
        dashed: times === 2, back: true }) }));
    const spokes = [0, 1].map(() => plane.curve(role, { width: 1.2, dashed: false, back: true }));
    const letter = plane.text(role, name);
    const put = (five) => figure.change({ [trait]: five });
    const tip = (which) => add(meanOf(now()), [first, second][which](now()));
    const prefix = trait === "other" ? "other-" : "";
    plane.handle({ name: `${prefix}mean`, label: `mean of ${called}`, role, step, get: () => meanOf(now()),
      set: (at) => put([...grid(at), ...now().slice(2)]), text: () => say(format(meanOf(now()))) });
    for (const which of [0, 1]) {
      plane.handle({ name: `${prefix}axis-${which}`, label: `axis ${which + 1} of ${called}`, role, step,
        radius: 5.5, get: () => tip(which),
        set: (at) => {
          const along = add(at.map((x) => tidy(x, step)), meanOf(now()), -1);
          const long = norm(along);
          if (long < 1e-9) return; // on the mean: no direction
          const unit = scale(along, 1 / long);
          const reach = Math.max(NARROWEST, long);
          const axis = which === 0 ? scale(unit, reach)
            : scale([unit[1], -unit[0]], norm(first(now())));
          put([...meanOf(now()), ...axis, which === 0 ? now()[4] : reach]);
        },
        text: () => say(`standard deviation ${format(which ? now()[4] : norm(first(now())))}`) });
    }
    return () => {
      const [mean, a, b] = [meanOf(now()), first(now()), second(now())];
      for (const { times: t, curve } of rings) {
        curve.set(turns.map((s) => add(add(mean, a, t * Math.cos(s)), b, t * Math.sin(s))));
      }
      [a, b].forEach((axis, k) => spokes[k].set([mean, add(mean, axis)]));
      letter.set(mean, { dx: 13, dy: 15 });
    };
  }

  // ---- the data, their pulls, and the gradients at the handles
  const pulls = (data ?? []).map(() => plane.arrow("upstream", "", { width: 1.3, dashed: false }));
  const names = !data ? [] : trying ? ["∇_μ"] : ["", "", ""]; // at the mean, then at the ends of the axes
  const slopes = names.map((words) => plane.arrow("gradient", words, { width: 3 }));
  const drawn = [gaussian("gaussian", two ? "*p*" : "*μ*", "variable", two ? "p" : "the Gaussian"),
    ...(two ? [gaussian("other", "*q*", "direction", "q")] : [])];
  const put = (i, at) => model.get("points").map((point, j) => (j === i ? grid(at) : point));
  (data ?? []).forEach((_, i) => plane.handle({ name: `point-${i}`, label: `point ${i + 1}`, role: "output",
    step, radius: 5, get: () => model.get("points")[i], set: (at) => figure.change({ points: put(i, at) }),
    text: () => say(format(model.get("points")[i])) }));

  // ---- a trial step of the mean, and the straight way to the points' mean
  const way = trying && plane.curve("upstream", { width: 1.6, dashed: true });
  const trial = trying && plane.arrow("direction", "**s**", { dashed: false });
  if (trying) {
    plane.handle({ name: "step", label: "tip of the trial step s", role: "direction", step, radius: 5.5,
      get: () => add(meanOf(model.get("gaussian")), model.get("step")),
      set: (at) => figure.change({ step: add(grid(at), meanOf(model.get("gaussian")), -1)
        .map((x) => tidy(x, step)) }),
      text: () => say(`step ${format(model.get("step"))}`) });
  }
  // What the step promises and brings, and how far the gradient turns from the natural one.
  function trialOf({ mean, Sigma, ...said }) {
    const [by, slope] = [model.get("step"), said["gradient mean"]];
    const natural = times(Sigma, slope);
    const turn = Math.atan2(slope[0] * natural[1] - slope[1] * natural[0], dot(slope, natural));
    return { step: by, predicted: dot(slope, by),
      actual: likelihood(model.get("points"), add(mean, by), Sigma)["log-likelihood"] - said["log-likelihood"],
      natural, turn: norm(slope) > 0 ? (Math.abs(turn) * 180) / Math.PI : null };
  }

  function now() {
    const [mean, Sigma] = [meanOf(model.get("gaussian")), covarianceOf(model.get("gaussian"))];
    const said = { mean, Sigma, Lambda: inverse(Sigma) };
    if (data) Object.assign(said, likelihood(model.get("points"), mean, Sigma));
    if (trying) Object.assign(said, trialOf(said));
    if (two) {
      const [p, q] = [{ mean, Sigma },
        { mean: meanOf(model.get("other")), Sigma: covarianceOf(model.get("other")) }];
      const [there, back] = [divergenceTerms(p, q), divergenceTerms(q, p)];
      const half = (terms) => terms.reduce((sum, x) => sum + x, 0) / 2;
      Object.assign(said, { "other mean": q.mean, "other Sigma": q.Sigma,
        entropy: Math.log(2 * Math.PI * Math.E) + Math.log(det(Sigma)) / 2,
        KL: half(there), "KL terms": there, "KL back": half(back), "KL back terms": back });
    }
    return said;
  }

  if (data) {
    const five = () => model.get("gaussian");
    figure.button({ name: "best-mean", label: "Best *μ*", press: () => {
      const points = model.get("points");
      const mean = [0, 1].map((k) => points.reduce((sum, point) => sum + point[k], 0) / points.length);
      figure.change({ gaussian: [...mean, ...five().slice(2)] });
    } });
    figure.button({ name: "best-covariance", label: "Best *Σ* for this *μ*",
      press: () => figure.change({ gaussian: [...meanOf(five()), ...halfAxes(now().S)] }) });
    figure.switch({ name: "arrows", label: "arrows", get: () => model.get("arrows"),
      set: (arrows) => figure.change({ arrows }) });
  }
  figure.readouts([
    { name: "mean", label: "*μ*", role: "variable" }, { name: "Sigma", label: "*Σ*", role: "variable" },
    { name: "Lambda", label: "*Λ* = *Σ*^{−1}", role: "variable", digits: 3 },
    ...(data ? [{ name: "S", label: "*S*", role: "output", digits: 3 },
      { name: "log-likelihood", label: "log-likelihood", role: "output", place: "first" },
      { name: "gradient mean", label: "∇_μ", role: "gradient", digits: 3, tiny: 1e-9 },
      { name: "gradient Sigma", label: "∇_Σ", role: "gradient", digits: 3, tiny: 1e-9 },
      { name: "gradient Lambda", label: "∇_Λ", role: "gradient", digits: 3, tiny: 1e-9 }] : []),
    ...(trying ? [{ name: "step", label: "**s**", role: "direction", place: "first" },
      { name: "predicted", label: "⟨∇_μ, **s**⟩", role: "gradient", digits: 3, tiny: 1e-9 },
      { name: "actual", label: "true change", role: "output", digits: 3, tiny: 1e-9 },
      { name: "natural", label: "*Σ*∇_μ", role: "upstream", digits: 3, tiny: 1e-9 },
      { name: "turn", label: "angle to ∇_μ, in degrees", role: "upstream", digits: 3, tiny: 1e-5 }] : []),
    ...(two ? [{ name: "other mean", label: "*μ* of *q*", role: "direction", place: "first" },
      { name: "other Sigma", label: "*Σ* of *q*", role: "direction" },
      { name: "entropy", label: "entropy of *p*", role: "output" },
      { name: "KL", label: "KL(*p* ‖ *q*)", role: "output", place: "first" },
      { name: "KL terms", label: TERMS, place: "wide", tiny: 1e-9 },
      { name: "KL back", label: "KL(*q* ‖ *p*)", role: "output", place: "first" },
      { name: "KL back terms", label: TERMS, place: "wide", tiny: 1e-9 }] : []),
  ]);

  const layout = () => plane.axes({ xlabel: "*x*_1", ylabel: "*x*_2" });

  function draw() {
    const state = now();
    for (const redraw of drawn) redraw();
    if (data) {
      const five = model.get("gaussian");
      const show = model.get("arrows");
      model.get("points").forEach((point, i) => {
        const pull = times(state.Lambda, add(point, state.mean, -1));
        pulls[i].set(point, add(point, pull, length / 2));
        pulls[i].hide(!show || trying);
      });
      // With Σ = AAᵀ, A the two half-axes, the gradient by A is 2 ∇_Σ A: a column for each end.
      const ends = [first(five), second(five)];
      const moves = ends.map((axis) => scale(times(state["gradient Sigma"], axis), 2));
      [[0, 0], ...ends].slice(0, slopes.length).forEach((from, k) => {
        const foot = add(state.mean, from);
        const slope = [state["gradient mean"], ...moves][k];
        slopes[k].set(foot, add(foot, slope, length));
        slopes[k].hide(!show || norm(slope) < 1e-6);
      });
    }
    if (trying) {
      trial.set(state.mean, add(state.mean, state.step));
      way.set([state.mean, add(state.mean, state.natural)]);
    }
    figure.show(state);
  }

  const say = (what) => {
    const state = now();
    const outcome = data ? `log-likelihood ${format(state["log-likelihood"])}`
      : two ? `divergence ${format(state.KL)}` : `determinant ${format(det(state.Sigma))}`;
    return what ? `${what}, ${outcome}` : outcome;
  };
  return figure.run({ layout, draw, say: () => say("") });
}

export default { render };
