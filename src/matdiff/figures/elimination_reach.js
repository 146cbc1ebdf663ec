import { Figure, format, html, pointable, table } from "./stage.js";

const SMALL = 1e-9; // a pivot below this share of the largest entry of A is nought
const TINY = 1e-10;

const zeros = (n) => Array.from({ length: n }, () => Array(n).fill(0));
const copy = (A) => A.map((row) => [...row]);
const minus = (A, B) => A.map((row, i) => row.map((x, j) => x - B[i][j]));
const least = (A) => SMALL * Math.max(...A.flat().map(Math.abs));

// Gaussian elimination, and with each of its steps the same step differentiated: [L, U, dL, dU], or null.
function eliminate(A, dA) {
  const n = A.length;
  const [U, dU, L, dL] = [copy(A), copy(dA), zeros(n), zeros(n)];
  for (let j = 0; j < n; j++) {
    if (Math.abs(U[j][j]) <= least(A)) return null;
    L[j][j] = 1;
    for (let i = j + 1; i < n; i++) {
      L[i][j] = U[i][j] / U[j][j];
      dL[i][j] = (dU[i][j] - L[i][j] * dU[j][j]) / U[j][j];
      for (let k = j; k < n; k++) {
        dU[i][k] -= dL[i][j] * U[j][k] + L[i][j] * dU[j][k];
        U[i][k] -= L[i][j] * U[j][k];
      }
      [U[i][j], dU[i][j]] = [0, 0];
    }
  }
  return [L, U, dL, dU];
}

// Cholesky's algorithm, column by column, and the same differentiated: [L, dL], or null.
function cholesky(A, dA) {
  const n = A.length;
  const [L, dL] = [zeros(n), zeros(n)];
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let [x, dx] = [A[i][j], dA[i][j]];
      for (let k = 0; k < j; k++) {
        x -= L[i][k] * L[j][k];
        dx -= dL[i][k] * L[j][k] + L[i][k] * dL[j][k];
      }
      if (i === j) {
        if (x <= least(A)) return null;
        L[j][j] = Math.sqrt(x);
        dL[j][j] = dx / (2 * L[j][j]);
      } else {
        L[i][j] = x / L[j][j];
        dL[i][j] = (dx - L[i][j] * dL[j][j]) / L[j][j];
      }
    }
  }
  return [L, dL];
}

function render({ model, el }) {
  const figure = new Figure({ model, el, kind: "elimination-reach", traits: ["picked", "push"],
    hint: "Point at an entry of *A*; the slider pushes it.",
    note: "Shaded entries answer, the more the darker; striped is negative." });
  const A = model.get("matrix");
  const n = A.length;
  const isLU = model.get("factor") === "lu";
  const letters = isLU ? ["L", "U"] : ["L"];
  const picked = () => model.get("picked");

  // ---- the tables
  const given = table("*A*", n, n, "variable");
  const mark = pointable(given.grid, given.cells, { label: "entry of A that is pushed", picked,
    pick: (i, j) => figure.change({ picked: [i, j] }) });
  const boxes = {};
  const pair = (kind, title, role) => {
    const made = letters.map((letter) => {
      boxes[`${letter} ${kind}`] = table(`${title} *δ${letter}*`, n, n, role);
      return boxes[`${letter} ${kind}`].node;
    });
    return html("div", { class: "md-equation md-apart" }, ...made);
  };
  figure.stage.append(html("div", { class: "md-equation md-apart" }, given.node),
    pair("predicted", "predicted", "gradient"), pair("true", "true", "output"));

  figure.slider({ name: "push", label: isLU ? "push" : "push, with its mirror image", min: -1, max: 1,
    step: 0.05, get: () => model.get("push"), set: (push) => figure.change({ push }) });
  figure.readouts([
    { name: "entry", label: "entry", role: "variable" }, { name: "answers", label: "entries that answer" },
    { name: "of", label: "of" }, { name: "error", label: "prediction misses", role: "wrong", tiny: 1e-9 },
    ...["L predicted", "U predicted", "L true", "U true"].map((name) => ({ name, label: name })),
  ]);
  for (const [name, { item }] of figure.outputs) { // these stand among the tables already
    if (name.includes(" ")) item.classList.add("md-hidden");
  }

  function now() {
    const [k, l] = picked();
    const push = model.get("push");
    const dA = zeros(n);
    dA[k][l] = push;
    if (!isLU) dA[l][k] = push;
    const moved = A.map((row, i) => row.map((x, j) => x + dA[i][j]));
    const work = isLU ? eliminate : cholesky;
    const [before, after] = [work(A, dA), work(moved, zeros(n))];
    const predicted = before.slice(letters.length);
    const change = after && letters.map((_, i) => minus(after[i], before[i]));
    const said = { entry: A[k][l], answers: predicted.flat(2).filter((x) => Math.abs(x) > TINY).length,
      of: isLU ? n * n : (n * (n + 1)) / 2,
      error: change && Math.hypot(...minus(change.flat(), predicted.flat()).flat()) };
    ["L", "U"].forEach((letter, i) => {
      said[`${letter} predicted`] = predicted[i] ?? null;
      said[`${letter} true`] = change?.[i] ?? null;
    });
    return said;
  }

  // Entries that can move: below the diagonal of L (with it, for Cholesky), on and above that of U.
  const free = (letter, i, j) => (letter === "U" ? i <= j : isLU ? i > j : i >= j);

  function draw() {
    const said = now();
    const [k, l] = picked();
    given.cells.forEach((row, i) => row.forEach((cell, j) => {
      cell.textContent = format(A[i][j], 3);
      cell.setAttribute("aria-label", `row ${i + 1}, column ${j + 1}: ${format(A[i][j])}`);
      cell.classList.toggle("md-picked", i === k && j === l);
      cell.classList.toggle("md-moves", (i === k && j === l) || (!isLU && i === l && j === k));
    }));
    mark();
    const most = Math.max(TINY, ...Object.keys(boxes).flatMap((name) => (said[name] ?? []).flat().map(Math.abs)));
    for (const [name, { cells }] of Object.entries(boxes)) {
      cells.forEach((row, i) => row.forEach((cell, j) => {
        const x = said[name]?.[i][j] ?? null;
        const answers = x !== null && Math.abs(x) > TINY;
        cell.textContent = !free(name[0], i, j) ? "\u00a0" : x === null ? "none" : format(x, 2, TINY);
        cell.classList.add("md-tinted");
        cell.style.setProperty("--share", `${answers ? (12 + (30 * Math.abs(x)) / most).toFixed(0) : 0}%`);
        cell.classList.toggle("md-negative", answers && x < 0);
      }));
    }
    figure.show(said);
  }

  const say = () => {
    const { answers, error } = now();
    return `${answers} entries answer, the prediction misses ${format(error, 3, 1e-9)}`;
  };
  return figure.run({ draw, say });
}

export default { render };
