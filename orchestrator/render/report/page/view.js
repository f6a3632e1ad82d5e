// What is looked at: one value, which the address has too, so that it can be sent to somebody.

const data = JSON.parse(part("data").textContent);

const view = { logs: null, from: null, to: null, query: "", test: null, step: null };
const watchers = [];

/** Call `act` whenever what is looked at changes; it gets the names of what has changed. */
function watch(act) {
  watchers.push(act);
}

/** Change what is looked at; `leap` makes it a step that the browser's back button takes back. */
function look(changes, { leap = false } = {}) {
  Object.assign(view, changes);
  const address = `#${written()}`;
  if (address !== (location.hash || "#")) {
    const write = leap ? "pushState" : "replaceState";
    try {
      history[write](null, "", address);
    } catch {
      // A browser may refuse when it is asked often; the view is right all the same.
    }
  }
  for (const act of watchers) act(new Set(Object.keys(changes)));
}

/** Look at the time of a test; of one that has none, only at itself. */
function lookAtTest(test) {
  if (!isTimed(test)) {
    look({ test: test.name }, { leap: true });
    bringUp(part("tests"));
    return;
  }
  look({ test: test.name, logs: null, from: test.from, to: test.to }, { leap: true });
  bringUp(part("logs"));
}

/** Look at a log, or several, in a window of time. */
function lookAtLogs(names, from = null, to = null) {
  look({ logs: names, from, to, test: null }, { leap: true });
  bringUp(part("logs"));
}

/** Whether a time is within the window. */
function inWindow(at) {
  return (view.from === null || at >= view.from) && (view.to === null || at <= view.to);
}

/** The view as the address has it: `test=...`, `log=ledger,api&from=1.5&to=2&q=error`. */
function written() {
  const words = new URLSearchParams();
  const test = view.test && data.tests.find((one) => one.name === view.test);
  if (test) words.set("test", view.test);
  if (view.logs) words.set("log", view.logs.join(","));
  if (view.from !== null && view.from !== test?.from) words.set("from", seconds(view.from));
  if (view.to !== null && view.to !== test?.to) words.set("to", seconds(view.to));
  if (view.query) words.set("q", view.query);
  if (view.step !== null) words.set("step", data.spans[view.step].step);
  return words.toString().replaceAll("%2C", ",");
}

function seconds(ms) {
  return String(Math.round(ms) / 1000);
}

/** Read the view from the address; what the address does not say is left as at the beginning. */
function read() {
  const words = new URLSearchParams(location.hash.slice(1));
  const test = data.tests.find((one) => one.name === words.get("test"));
  const step = data.spans.findIndex((one) => one.step === words.get("step"));
  const known = new Set(data.logs.map((log) => log.name));
  const logs = (words.get("log") ?? "").split(",").filter((name) => known.has(name));
  return {
    test: test?.name ?? null,
    logs: logs.length ? logs : null,
    from: time(words.get("from")) ?? test?.from ?? null,
    to: time(words.get("to")) ?? test?.to ?? null,
    query: words.get("q") ?? "",
    step: step < 0 ? null : step,
  };
}

function time(word) {
  const number = word === null || word.trim() === "" ? NaN : Number(word);
  return Number.isFinite(number) ? number * 1000 : null;
}
