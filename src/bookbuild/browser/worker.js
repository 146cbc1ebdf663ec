// Python for one page: cells come as messages and run one after the other. bookbuild.runnable puts in what is in __CAPITALS__.
const SESSION = __SESSION__;
const EXTRAS = __EXTRAS__;
const LOCK = __LOCK__;
let current = null;

const lose = (error) => postMessage({ kind: "lost", text: String(error?.message ?? error) });

// Pyodide waits for ever where its WebAssembly cannot be compiled, so that is watched here.
for (const name of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[name];
  if (original) WebAssembly[name] = (...given) => original.apply(WebAssembly, given).catch((error) => { lose(error); throw error; });
}

const ready = (async () => {
  const { loadPyodide } = await import("./pyodide.mjs");
  const pyodide = await loadPyodide({
    indexURL: new URL("./", self.location.href).href, lockFileURL: new URL(LOCK, self.location.href).href,
    packages: ["numpy", "matdiff"], checkIntegrity: true,
  });
  pyodide.FS.writeFile("/home/pyodide/matdiff_session.py", SESSION);
  const session = pyodide.pyimport("matdiff_session");
  session.start((text) => postMessage({ id: current, ...JSON.parse(text) }), JSON.stringify(EXTRAS));
  return session;
})();
ready.then(() => postMessage({ kind: "ready" }), lose);

let queue = Promise.resolve();
onmessage = ({ data }) => {
  queue = queue.then(async () => {
    const session = await ready;
    current = data.id;
    const began = performance.now();
    const passed = await session.run(data.code, JSON.stringify(data.imports ?? {}));
    postMessage({ id: data.id, kind: "done", passed, milliseconds: performance.now() - began });
  }).catch(() => {}); // a start that failed has been reported by `lost`
};
