// "Run in browser": opens the chapter in JupyterLite. What the reader changed there is in this browser alone, and is never thrown away.
(() => {
  "use strict";
  const bar = document.querySelector(".md-launch");
  const open = bar.querySelector(".md-open"), says = bar.querySelector(".md-launch-says");
  const { notebook, edition } = bar.dataset;
  const base = new URL("../", open.href).pathname; // JupyterLite names its storage by where it lies
  const STORE = "files";

  function storage() { // JupyterLite's own, or null where it has not been opened yet; it is never created here
    return new Promise((done, fail) => {
      const asked = indexedDB.open(`JupyterLite Storage - ${base}`);
      asked.onupgradeneeded = () => asked.transaction.abort();
      asked.onsuccess = () => done(asked.result.objectStoreNames.contains(STORE) ? asked.result : null);
      asked.onerror = () => (asked.error?.name === "AbortError" ? done(null) : fail(asked.error));
    });
  }
  const answer = (asked) => new Promise((done, fail) => { asked.onsuccess = () => done(asked.result); asked.onerror = () => fail(asked.error); });

  async function saved() { // the reader's copy, or undefined
    const db = await storage();
    try { return db && await answer(db.transaction(STORE).objectStore(STORE).get(notebook)); } finally { db?.close(); }
  }

  async function setAside() { // the reader's copy gets a name of its own; the chapter is then opened as it is
    const db = await storage();
    const files = db.transaction(STORE, "readwrite").objectStore(STORE);
    const mine = await answer(files.get(notebook));
    const now = new Date();
    const time = `${now.toISOString().slice(0, 10)} ${now.toTimeString().slice(0, 8).replace(/:/g, "-")}`;
    const name = notebook.replace(/\.ipynb$/, ` (my copy ${time}).ipynb`);
    await answer(files.put({ ...mine, name, path: name }, name));
    await answer(files.delete(notebook));
    db.close();
    return name;
  }

  const go = () => { location.href = open.href; };
  const element = (tag, attributes, ...children) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };

  function ask(text, choices) { // what to do with the copy: a dialogue of the browser's own
    const dialog = element("dialog", { className: "md-dialog" }, element("p", {}, text));
    for (const [label, act] of choices) {
      const button = element("button", { type: "button", textContent: label });
      button.addEventListener("click", async () => {
        dialog.close();
        try { await act(); } catch (error) { says.textContent = `Your copy could not be set aside (${error?.message ?? error}); nothing was changed.`; }
      });
      dialog.append(button);
    }
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  const KEEPS = "keeps nothing for this site (storage is forbidden or full): what you change will be gone when you close it. Download the notebook there to keep it.";
  async function look() {
    try { return [await saved(), ""]; } catch { return [undefined, KEEPS]; }
  }

  open.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab, as the reader wishes
    event.preventDefault();
    if (location.protocol === "file:") {
      says.textContent = "This page was opened as a file; notebooks run only from a server: python -m http.server in the book's folder.";
      return;
    }
    if (typeof WebAssembly !== "object" || typeof Worker !== "function" || typeof BigInt64Array !== "function") {
      says.textContent = "This browser is too old to run Python, or its WebAssembly is switched off. A browser from 2022 or later can.";
      return;
    }
    const [mine, fault] = await look();
    if (fault) return ask(`This browser ${fault}`, [["Open it nevertheless", go], ["Stay here", () => {}]]);
    const theirs = mine?.content?.metadata?.matdiff?.edition;
    if (!mine || theirs === edition) return go();
    ask("You have changed this chapter in this browser, and since then a new edition of it has appeared.", [
      ["Go on with my copy", go], ["Open the new edition; keep mine beside it", async () => { await setAside(); go(); }]]);
  });

  bar.querySelector(".md-fresh").addEventListener("click", async () => {
    const [mine, fault] = await look();
    if (fault) says.textContent = `This browser ${fault}`;
    else if (!mine) says.textContent = "You have not changed this chapter here: Run in browser opens a fresh copy.";
    else says.textContent = `The next Run in browser opens a fresh copy. Yours is kept beside it as ${await setAside()}.`;
  });
})();
