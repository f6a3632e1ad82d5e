// The tests: those that failed first, each a way to its window of time in the logs.

class Tests {
  constructor() {
    part("tests").hidden = data.tests.length === 0;
    if (!data.tests.length) return;
    this.outcomes = new Set();
    this.words = "";
    this.sorted = [...data.tests].sort((one, other) => isBad(other) - isBad(one) || (isBad(one) && one.from !== null ? one.from - other.from : 0));
    this.list = new Chunks(part("test-list"), (test) => this.row(test), 34);
    part("test-tools").append(this.filter(), this.chips());
    watch((changes) => changes.has("test") && this.tell());
    this.choose();
  }

  filter() {
    const field = make("input", {
      type: "search", placeholder: "Filter tests", "aria-label": "Filter tests by name", spellcheck: "false",
      on: { input: calmly(() => { this.words = field.value.toLowerCase(); this.choose(); }) },
    });
    return field;
  }

  chips() {
    const counts = new Map();
    for (const test of data.tests) counts.set(test.outcome, (counts.get(test.outcome) ?? 0) + 1);
    const order = ["failed", "error", "passed", "skipped"];
    const names = [...counts.keys()].sort((one, other) => order.indexOf(one) - order.indexOf(other));
    return make("div", { class: "switches", role: "group", "aria-label": "Outcomes that are shown" },
      names.map((name) => this.chip(name, counts.get(name))));
  }

  chip(name, number) {
    const node = button(`${number.toLocaleString("en")} ${name}`, () => {
      const on = !this.outcomes.delete(name);
      if (on) this.outcomes.add(name);
      node.setAttribute("aria-pressed", on);
      this.choose();
    }, { class: `toggle ${name}`, "aria-pressed": "false" });
    return node;
  }

  choose() {
    const wanted = (test) => !this.outcomes.size || this.outcomes.has(test.outcome);
    this.shown = this.sorted.filter((test) => wanted(test) && test.name.toLowerCase().includes(this.words));
    this.list.show(this.shown);
    if (!this.shown.length) this.list.box.append(make("p", { class: "empty" }, "No test is called so."));
  }

  tell() {
    this.list.refresh();
    const index = this.shown.findIndex((test) => test.name === view.test);
    if (index < 0) return;
    const node = this.list.box.querySelector(".test.current");
    const box = this.list.box.getBoundingClientRect();
    const place = node?.getBoundingClientRect();
    if (!place || place.top < box.top || place.top > box.bottom - 40) this.list.reveal(index);
  }

  row(test) {
    const current = test.name === view.test;
    const [path, name] = parted(test.name);
    const act = button("", () => lookAtTest(test), { class: "test-name", "aria-expanded": String(current) });
    act.append(
      make("span", { class: "mark", "aria-label": test.outcome, role: "img" }, MARKS[test.outcome] ?? "?"),
      make("span", { class: "words" }, make("b", {}, name), path ? make("span", { class: "path-of" }, path) : ""),
      make("span", { class: "figures" }, duration(test.taken)),
    );
    return make("div", { class: `test ${isBad(test) ? "bad" : ""}${current ? " current" : ""}`, data: { test: test.name } },
      act, current || test.message ? this.more(test, current) : "");
  }

  more(test, whole) {
    const facts = [
      ["where", test.spot], ["window", test.from === null ? "" : `${moment(test.from)} to ${moment(test.to)} s`], ["slice", test.slice], ["worker", test.worker],
      ...test.addresses, ["dossier", test.dossier],
    ];
    const list = facts.filter(([, text]) => text).map(([label, text]) =>
      make("div", {}, make("dt", {}, label), make("dd", {}, text)));
    return make("div", { class: "test-more" },
      test.message ? make("p", { class: "message" }, test.message) : "",
      whole ? make("dl", {}, list) : "");
  }
}

/** The name of a test without its file, and the file: pytest's node ids are long. */
function parted(name) {
  const at = name.indexOf("::");
  return at < 0 ? ["", name] : [name.slice(0, at), name.slice(at + 2)];
}
