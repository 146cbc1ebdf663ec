// Filters the tables of identities as the reader types, and switches their layout. Without it the page shows everything.
(() => {
  "use strict";
  // A formula that is wider than its column can be scrolled by the keyboard too.
  const wide = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting && target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
    }
  });
  for (const line of document.querySelectorAll(".identity-line")) wide.observe(line);

  const tables = [...document.querySelectorAll("table.identities[data-topic]:not([data-topic=''])")];
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
  if (!rows.length) return;

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const choice = (name, title, options) => {
    const select = element("select", { name }, ...options.map(([value, text]) => element("option", { value }, text)));
    bar.append(element("label", {}, title, " ", select));
    return select;
  };

  const bar = element("form", { class: "identities-bar", role: "search", "aria-label": "Find an identity" });
  const words = element("input", { type: "search", name: "words", placeholder: "log det, inverse, 81 …", autocomplete: "off" });
  bar.append(element("label", {}, "Find ", words));
  const topics = tables.map((table) => [table.dataset.topic, table.getAttribute("aria-label")]);
  const topic = choice("topic", "Topic", [["", "all"], ...topics]);
  const shapes = ["scalar", "vector", "matrix"].map((s) => [s, s]);
  const output = choice("output", "Derivative of a", [["", "any"], ...shapes]);
  const input = choice("input", "by a", [["", "any"], ...shapes]);
  const layout = choice("layout", "Layout", [["book", "the book's"], ["denominator", "denominator"], ["numerator", "numerator"]]);
  const count = element("output", { class: "identities-count" });
  bar.append(count);
  (tables[0].closest("section") ?? tables[0]).before(bar);

  // A section is hidden with its heading when nothing in it is left.
  const sectionOf = (table) => table.closest("section");

  // Words are compared as in matdiff.identities.search: by their beginnings, numbers and single letters whole.
  const GREEK = { alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eta: "η", theta: "θ", lambda: "λ", mu: "μ",
    nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ", tau: "τ", phi: "φ", omega: "ω", Gamma: "Γ", Delta: "Δ", Theta: "Θ",
    Lambda: "Λ", Sigma: "Σ", Phi: "Φ", Omega: "Ω" };
  const EMPTY = new Set(["of", "the", "a", "an", "derivative", "gradient", "cookbook", "matrix", "claim"]);
  const TEX = /\\(?:mathbf|mathrm|operatorname|boldsymbol|left|right|top|frac|tfrac)\*?/g;
  function asked(text) {
    for (const [name, letter] of Object.entries(GREEK)) text = text.replaceAll(letter, ` ${name} `);
    const every = text.replace(TEX, " ").replace(/[^\p{L}\p{N}]+/gu, " ").toLowerCase().split(" ").filter(Boolean);
    const telling = every.filter((word) => !EMPTY.has(word));
    return telling.length ? telling : every;
  }
  const have = new Map(rows.map((row) => [row, row.dataset.text.split(" ")]));
  const begins = (word, known) => (word.length === 1 || /^\d+$/.test(word) ? word === known : known.startsWith(word));

  function show() {
    const wanted = asked(words.value);
    let left = 0;
    for (const row of rows) {
      const fits = (!topic.value || row.dataset.topic === topic.value)
        && (!input.value || row.dataset.input === input.value) && (!output.value || row.dataset.output === output.value)
        && wanted.every((word) => have.get(row).some((known) => begins(word, known)));
      row.hidden = !fits;
      left += fits;
    }
    for (const table of tables) sectionOf(table).hidden = [...table.tBodies[0].rows].every((row) => row.hidden);
    count.textContent = left === rows.length ? `${left} identities` : `${left} of ${rows.length} identities`;
  }
  function lay() {
    for (const line of document.querySelectorAll(".identity-line[data-layout]")) {
      line.hidden = !line.dataset.layout.split(" ").includes(layout.value);
    }
  }
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.addEventListener("input", () => { show(); lay(); remember(); });

  // The choice stands in the address, so that it can be sent to somebody.
  const fields = { words, topic, input, output, layout };
  function remember() {
    const query = new URLSearchParams();
    for (const [name, field] of Object.entries(fields)) {
      if (field.value && field.value !== "book") query.set(name, field.value);
    }
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  }
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (fields[name]) fields[name].value = value;
  }
  for (const [name, field] of Object.entries(fields)) if (name !== "words" && field.selectedIndex < 0) field.selectedIndex = 0;
  show();
  lay();

  // A link to an entry opens it; what a link leads to is shown, also where the filter hides it.
  function goTo() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (!target.offsetParent && target.closest("section, tr")) {
      for (const name of ["words", "topic", "input", "output"]) fields[name].value = "";
      show();
    }
    if (target.tagName === "TR") target.querySelector("details").open = true;
    target.scrollIntoView();
    requestAnimationFrame(() => target.scrollIntoView()); // now that what lies before it has its true height
  }
  addEventListener("hashchange", goTo);
  document.addEventListener("click", (event) => { // the same place again
    const link = event.target.closest?.("a[href^='#']");
    if (link && link.hash === location.hash) goTo();
  });
  goTo();
})();
