// The exercises' cells on the page: edit, Run, Check, Reset. Python starts in a worker when the first of them is run.
(() => {
  "use strict";
  const knows = JSON.parse(document.getElementById("matdiff-python").textContent);
  const address = new URL(knows.worker, location.href);
  const CALL = /\n*check_exercise\("([\d.]+)", (\w+)\)\s*$/;
  const KEYS = "Shift+Enter runs, Ctrl+Enter checks. Tab indents; Escape, then Tab leaves the editor.";

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  // The interpreter: one for the page.

  const python = {
    worker: null, jobs: new Map(), last: 0, ready: false,

    start() {
      this.ready = false;
      this.worker = new Worker(address, { type: "module" });
      this.worker.onmessage = ({ data }) => {
        if (data.kind === "ready") this.ready = true;
        else if (data.kind === "lost") { if (!this.ready) this.lose(data.text); }
        else this.jobs.get(data.id)?.(data);
        if (data.kind === "done") this.jobs.delete(data.id);
      };
      this.worker.onerror = (event) => { event.preventDefault(); this.lose(event.message ?? ""); };
    },

    run(code, hear) { // hear(message) for everything the cell says; the last is `done` or `ended`
      const fault = lacking();
      if (fault) return hear({ kind: "ended", text: fault });
      if (!this.worker) this.start();
      const id = ++this.last;
      this.jobs.set(id, hear);
      hear({ kind: this.ready ? "waiting" : "loading" });
      this.worker.postMessage({ id, code, imports: knows.imports });
    },

    end(text) {
      this.worker?.terminate();
      this.worker = null;
      const jobs = [...this.jobs.values()];
      this.jobs.clear();
      for (const hear of jobs) hear({ kind: "ended", text });
    },

    async lose(reason) {
      this.worker?.terminate();
      const there = await fetch(address, { method: "HEAD", cache: "no-store" }).then((answer) => answer.ok, () => false);
      this.end(there
        ? `Python could not start in this browser. It needs one from 2022 or later; what it said: ${reason || "nothing"}. Your text is kept.`
        : "Python could not be loaded: its files did not arrive. Is the network gone? Your text is kept; press Run again when it is back.");
    },
  };

  function lacking() {
    if (location.protocol === "file:") {
      return "This page was opened as a file, and browsers start Python only for pages from a server. In the book's folder run "
        + "python -m http.server and open the address that it prints.";
    }
    if (typeof WebAssembly !== "object" || typeof Worker !== "function" || typeof BigInt64Array !== "function") {
      return "This browser is too old to run Python, or its WebAssembly is switched off. A browser from 2022 or later can; your text is kept.";
    }
    return "";
  }

  // What a reader has written, kept in the browser for the next visit.

  const store = {
    key: (number) => `matdiff answer ${address.pathname.replace(/[^/]*$/, "")} ${number}`,
    read(number) {
      try { return JSON.parse(localStorage.getItem(this.key(number))); } catch { return null; }
    },
    write(number, answer) { // false if the browser keeps nothing
      try {
        if (answer) localStorage.setItem(this.key(number), JSON.stringify(answer));
        else localStorage.removeItem(this.key(number));
        return true;
      } catch { return false; }
    },
  };

  // One cell.

  class Cell {
    constructor(place) {
      const source = place.querySelector(".cell_input pre").textContent.replace(/\n+$/, "");
      const [call, number, name] = source.match(CALL);
      Object.assign(this, { place, number, call: call.trim(), stub: source.slice(0, -call.length), running: false });
      const id = `answer-${number.replace(".", "-")}`;
      this.text = element("textarea", { id, spellcheck: "false", autocapitalize: "off", autocomplete: "off", autocorrect: "off",
        wrap: "off", "aria-label": `Your answer to exercise ${number}, Python`, "aria-describedby": `${id}-keys` });
      this.buttons = {
        run: this.button("Run", () => this.run(false), "Shift+Enter"), check: this.button("Check", () => this.run(true), "Ctrl+Enter"),
        reset: this.button("Reset", () => this.reset()), stop: this.button("Stop", () => this.stop()),
      };
      this.buttons.stop.hidden = true;
      this.status = element("span", { class: "md-status", role: "status" });
      this.note = element("p", { class: "md-note", role: "status" });
      this.outputs = element("div", { class: "md-outputs", role: "log", "aria-label": `Output of exercise ${number}` });
      const bar = element("div", { class: "md-bar" }, ...Object.values(this.buttons), this.status);
      const keys = element("span", { id: `${id}-keys`, class: "md-keys" }, KEYS);
      this.root = element("div", { class: "md-cell", "data-exercise": number, role: "group", "aria-label": `Exercise ${number}: write and run` },
        this.text, keys, bar, this.note, this.outputs);
      place.querySelector(".cell_input").replaceWith(this.root);
      this.stored = place.querySelector(".cell_output");
      this.name = name;
      this.text.addEventListener("keydown", (event) => this.key(event));
      this.text.addEventListener("input", () => { this.fit(); this.keep(); });
      this.take(store.read(number));
    }

    button(label, act, keys) {
      const made = element("button", { type: "button", class: `md-${label.toLowerCase()}` }, label);
      made.setAttribute("aria-label", label === "Stop" ? "Stop Python" : `${label} exercise ${this.number}`);
      if (keys) made.title = keys;
      made.addEventListener("click", () => made.getAttribute("aria-disabled") === "true" || act());
      return made;
    }

    fit() {
      this.text.rows = Math.max(2, this.text.value.split("\n").length);
    }

    say(text) { this.note.textContent = text; }

    // Text

    take(answer) { // what was kept at an earlier visit, else the stub
      this.text.value = answer?.text ?? this.stub;
      this.fit();
      this.say(answer && answer.stub !== this.stub
        ? "This exercise has changed since you wrote your answer. Your answer is kept; Reset shows the new beginning." : "");
    }

    keep() {
      const kept = store.write(this.number, this.text.value === this.stub ? null : { text: this.text.value, stub: this.stub });
      if (!kept) this.say("This browser keeps nothing for this site (storage is full or forbidden): copy your answer before you leave the page.");
    }

    reset() {
      this.type(0, this.text.value.length, this.stub);
      this.outputs.replaceChildren();
      if (this.stored) this.stored.hidden = false;
      this.say("");
      this.status.textContent = "As it was. Undo in the editor brings your text back.";
      this.text.focus();
    }

    elsewhere() { // another tab has written
      const answer = store.read(this.number);
      if ((answer?.text ?? this.stub) === this.text.value) return this.say("");
      const take = element("button", { type: "button", class: "md-take" }, "Take that text");
      take.addEventListener("click", () => { this.take(store.read(this.number)); this.text.focus(); });
      this.note.replaceChildren("This exercise was edited in another tab. The text here is unchanged; what you type here now replaces the other. ", take);
    }

    type(from, to, text) { // by the browser's own command, so that Undo works
      this.text.focus();
      this.text.setSelectionRange(from, to);
      if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
        this.text.setRangeText(text, from, to, "end");
        this.text.dispatchEvent(new Event("input"));
      }
    }

    key(event) {
      const { selectionStart: from, selectionEnd: to, value } = this.text;
      if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.run(!event.shiftKey);
      } else if (event.key === "Escape") {
        this.leaving = true;
      } else if (event.key === "Tab" && !this.leaving && !event.ctrlKey && !event.altKey && !event.metaKey) {
        event.preventDefault();
        const first = value.lastIndexOf("\n", from - 1) + 1;
        if (event.shiftKey || value.slice(from, to).includes("\n")) {
          const block = value.slice(first, to);
          const moved = event.shiftKey ? block.replace(/^ {1,4}/gm, "") : block.replace(/^/gm, "    ");
          if (moved !== block) this.type(first, to, moved);
          if (from !== to) this.text.setSelectionRange(first, first + moved.length);
        } else {
          this.type(from, to, " ".repeat(4 - ((from - first) % 4)));
        }
      } else if (event.key === "Enter") {
        event.preventDefault();
        const line = value.slice(value.lastIndexOf("\n", from - 1) + 1, from);
        this.type(from, to, `\n${line.match(/^ */)[0]}${/:\s*(#.*)?$/.test(line) ? "    " : ""}`);
      } else if (event.key !== "Tab" && event.key !== "Shift") {
        this.leaving = false;
      }
    }

    // Running

    run(check) {
      if (this.running) return;
      this.busy(true);
      this.outputs.replaceChildren();
      if (this.stored) this.stored.hidden = true;
      const code = check ? `${this.text.value.trimEnd()}\n\n${this.call}` : this.text.value;
      python.run(code, (message) => this.hear(message));
    }

    stop() {
      python.end("Stopped. Python starts anew at the next Run, without what earlier cells had defined; your text is kept.");
    }

    busy(running) {
      this.running = running;
      this.buttons.stop.hidden = !running;
      for (const name of ["run", "check", "reset"]) this.buttons[name].setAttribute("aria-disabled", running);
      if (!running && document.activeElement === this.buttons.stop) this.buttons.run.focus();
      clearInterval(this.clock);
      this.root.toggleAttribute("data-running", running);
    }

    hear(message) {
      const { kind } = message;
      if (kind === "loading") {
        const began = Date.now(), from = knows.others && `, some of it from ${knows.others}`;
        const tell = () => { this.status.textContent = `Python is loading, about 10 MB the first time${from}${".".repeat(1 + (Date.now() - began) / 1000 % 3)}`; };
        tell();
        this.clock = setInterval(tell, 1000);
      } else if (kind === "waiting" || kind === "running") {
        clearInterval(this.clock);
        this.status.textContent = kind === "waiting" ? "Waiting for Python" : "Running";
      } else if (kind === "done") {
        this.busy(false);
        this.status.textContent = `${message.passed ? "Done" : "Stopped by an error"} in ${(message.milliseconds / 1000).toFixed(2)} s`
          + `${this.outputs.childElementCount ? "" : "; nothing to show"}`;
        this.root.dataset.milliseconds = message.milliseconds;
      } else if (kind === "ended") {
        this.busy(false);
        this.status.textContent = "";
        this.show(element("p", { class: "md-error" }, message.text));
      } else if (kind === "stream") {
        const last = this.outputs.lastElementChild;
        if (last?.className === "md-stream") last.append(message.text);
        else this.show(element("pre", { class: "md-stream" }, message.text));
      } else if (kind === "error") {
        this.show(element("pre", { class: "md-error" }, message.text));
      } else if (kind === "display") {
        this.show(shown(message.data));
      }
    }

    show(what) {
      this.outputs.append(what);
      if (what.matches(".md-rich")) window.MathJax?.typesetPromise?.([what]);
    }
  }

  function shown(data) { // the richest form that a page can show
    if (data["image/png"]) return element("img", { src: `data:image/png;base64,${data["image/png"]}`, alt: data["text/plain"] });
    if (data["application/vnd.jupyter.widget-view+json"]) return element("pre", { class: "md-stream" }, data["text/plain"]);
    const rich = element("div", { class: "md-rich tex2jax_process" });
    if (data["text/html"]) rich.innerHTML = data["text/html"];
    else if (data["text/latex"]) rich.textContent = data["text/latex"].replace(/^\$+|\$+$/g, "").replace(/^([^]*)$/, "\\[$1\\]");
    else return element("pre", { class: "md-stream" }, data["text/plain"]);
    return rich;
  }

  const cells = [...document.querySelectorAll(".matdiff-stub")].map((place) => new Cell(place));
  addEventListener("storage", (event) => {
    for (const cell of cells) if (event.key === null || event.key === store.key(cell.number)) cell.elsewhere();
  });
})();
