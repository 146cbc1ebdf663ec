// Filters the tables of identities as the reader types, and switches their layout. Without it the page shows everything.
(() => {
  "use strict";
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
  const input = choice("input", "By a", [["", "any"], ...shapes]);
  const output = choice("output", "Derivative of a", [["", "any"], ...shapes]);
  const layout = choice("layout", "Layout", [["book", "the book's"], ["denominator", "denominator"], ["numerator", "numerator"]]);
  const count = element("output", { class: "identities-count" });
  bar.append(count);
  (tables[0].closest("section") ?? tables[0]).before(bar);

  // A section is hidden with its heading when nothing in it is left.
  const sectionOf = (table) => table.closest("section");

  function show() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const fits = (!topic.value || row.dataset.topic === topic.value)
        && (!input.value || row.dataset.input === input.value) && (!output.value || row.dataset.output === output.value)
        && wanted.every((word) => row.dataset.text.includes(word));
      row.hidden = !fits;
      left += fits;
    }
    for (const table of tables) sectionOf(table).hidden = [...table.tBodies[0].rows].every((row) => row.hidden);
    count.textContent = left === rows.length ? `${left} identities` : `${left} of ${rows.length} identities`;
  }
  function lay() {
    for (const line of document.querySelectorAll(".identity-line")) {
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

  // A link to an entry opens it, also where the filter hides it.
  function goTo() {
    const row = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!row || row.tagName !== "TR") return;
    if (row.hidden) { for (const name of ["words", "topic", "input", "output"]) fields[name].value = ""; show(); }
    row.querySelector("details").open = true;
    row.scrollIntoView();
  }
  addEventListener("hashchange", goTo);
  goTo();
})();
