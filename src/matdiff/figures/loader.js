// Brings the figures of a static page to life: no kernel, no modules, nothing fetched.
// The bundle defines `kinds` (name -> {render}) and `stylesheet` before this text.

const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

// As much of anywidget's model as a figure needs.
function localModel(state) {
  const listeners = new Map();
  const emit = (event) => [...(listeners.get(event) ?? [])].forEach((listener) => listener());
  return {
    get: (name) => state[name] ?? null, // a notebook stores no trait that is None
    set(name, value) {
      state[name] = value;
      emit(`change:${name}`);
      emit("change");
    },
    on: (event, listener) => listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    off(event, listener) {
      listeners.set(event, (listeners.get(event) ?? []).filter((one) => one !== listener));
    },
    save_changes() {},
    send() {},
  };
}

function message(text) {
  const paragraph = document.createElement("p");
  paragraph.className = "matdiff-message";
  paragraph.textContent = text;
  return paragraph;
}

function hydrate() {
  const states = {};
  for (const script of document.querySelectorAll(STATE)) {
    Object.assign(states, JSON.parse(script.textContent).state);
  }
  const models = new Map(); // two views of one figure share its model
  for (const script of document.querySelectorAll(VIEW)) {
    if (script.dataset.matdiff) continue;
    script.dataset.matdiff = "seen";
    const view = JSON.parse(script.textContent);
    const { model_id: id } = typeof view === "string" ? JSON.parse(view) : view;
    const state = states[id]?.state;
    const kind = kinds[state?._kind];
    const place = document.createElement("div");
    script.after(place);
    if (!kind) {
      place.append(message("This widget needs Python: open the notebook to use it."));
      continue;
    }
    if (!models.has(id)) models.set(id, localModel(state));
    try {
      kind.render({ model: models.get(id), el: place });
    } catch (error) {
      place.replaceChildren(message(`This figure could not be drawn: ${error.message}`));
      console.error(error);
    }
  }
}

const style = document.createElement("style");
style.textContent = stylesheet;
document.head.append(style);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", hydrate);
else hydrate();
