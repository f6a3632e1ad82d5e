// The logs: several merged in the order of time, a window of it, and a search in that.

class Logs {
  constructor() {
    this.entries = merged();
    this.shown = [];
    this.hits = [];
    this.hit = -1;
    this.find = null;
    this.onlyBad = false;
    this.list = new Chunks(part("log-lines"), (entry, index) => this.line(entry, index), 20);
    this.picker = new Picker();
    part("log-tools").append(this.picker.box, this.search(), this.switches());
    part("log-window").append(...this.windowTools());
    part("logs").hidden = data.logs.length === 0;
    watch((changes) => this.turn(changes));
    if (data.logs.length) addEventListener("keydown", (event) => this.begin(event));
    if (matchMedia("(max-width: 640px)").matches) this.wrap.click();
  }

  turn(changes) {
    if (["logs", "from", "to", "query"].some((name) => changes.has(name))) this.choose();
  }

  /** Choose the lines anew: by log, by time, by how bad they look. Then search in them. */
  choose() {
    const names = view.logs && new Set(view.logs);
    const wanted = data.logs.map((log) => !names || names.has(log.name));
    this.shown = this.entries.filter(
      (entry) => wanted[entry.log] && inWindow(entry.at) && (!this.onlyBad || levelOf(entry)),
    );
    this.list.box.classList.toggle("alone", wanted.filter(Boolean).length === 1);
    this.picker.tell(wanted);
    this.tellWindow();
    this.tellMissing(wanted);
    this.list.show(this.shown);
    if (!this.shown.length) this.list.box.append(this.emptiness());
    part("log-count").textContent = count(this.shown.filter((entry) => !entry.gap).length, "line");
    this.searchAgain();
  }

  // The window of time.

  windowTools() {
    const bound = (name, label) => {
      const set = () => look({ [name]: time(this[name].value), test: null });
      this[name] = make("input", { type: "number", step: "any", "aria-label": label, on: { change: set } });
      return this[name];
    };
    this.windowWords = make("span", { class: "window-words" });
    const wider = button("Wider", () => this.widen(), { title: "As much again before and behind" });
    const clear = button("Whole time", () => look({ from: null, to: null, test: null }));
    this.windowButtons = make("span", { class: "buttons" }, wider, clear);
    return [
      make("span", { class: "bounds" }, "from ", bound("from", "From, in seconds"), " to ", bound("to", "To, in seconds"), " s"),
      this.windowButtons,
      this.windowWords,
    ];
  }

  widen() {
    const from = view.from ?? 0;
    const to = view.to ?? data.to;
    const more = Math.max(500, (to - from) / 2);
    look({ from: Math.max(0, from - more), to: to + more });
  }

  tellWindow() {
    this.from.value = view.from === null ? "" : moment(view.from);
    this.to.value = view.to === null ? "" : moment(view.to);
    this.from.placeholder = "0";
    this.to.placeholder = moment(data.to);
    const whole = view.from === null && view.to === null;
    this.windowButtons.hidden = whole;
    const test = data.tests.find((one) => one.name === view.test && one.from === view.from && one.to === view.to);
    this.windowWords.textContent = test ? `while ${test.name} ran` : "";
    part("log-window").classList.toggle("set", !whole);
  }

  tellMissing(wanted) {
    const notes = data.logs.flatMap((log, number) => {
      if (!wanted[number]) return [];
      const found = [];
      const missing = log.gaps.filter(([index]) => isNear(log, index)).reduce((sum, [, number]) => sum + number, 0);
      if (missing) {
        found.push(`${log.title}: ${count(missing, "line is", "lines are")} not in this page; ${log.file} has all of them.`);
      }
      if (log.cut) found.push(`${log.title}: what was written first was not kept.`);
      return found;
    });
    const shown = notes.slice(0, 4);
    if (notes.length > 4) shown.push(`and ${count(notes.length - 4, "other log is", "other logs are")} not whole.`);
    part("log-notes").replaceChildren(...shown.map((note) => make("li", {}, note)));
  }

  emptiness() {
    const narrow = view.from !== null || view.to !== null;
    const words = this.onlyBad ? "No line that looks like a warning or an error." : "Nothing was written.";
    return make("p", { class: "empty" }, narrow ? `${words.slice(0, -1)} in this window of time.` : words);
  }

  // The search.

  search() {
    this.field = make("input", {
      type: "search", placeholder: "Search (press /)", "aria-label": "Search in the logs", "aria-keyshortcuts": "/", spellcheck: "false",
      on: { input: calmly(() => look({ query: this.field.value })), keydown: (event) => this.key(event) },
    });
    this.found = make("span", { class: "found", role: "status" });
    const step = (sign, label, by) => button(sign, () => this.step(by), { "aria-label": label, title: label });
    return make("div", { class: "search", role: "search" }, this.field, this.found,
      step("↑", "Previous match", -1), step("↓", "Next match", 1));
  }

  /** Begin a search, by a key: what is not drawn, the browser's own search does not find. */
  begin(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input")) return;
    event.preventDefault();
    bringUp(part("logs"));
    this.field.focus({ preventScroll: true });
    this.field.select();
  }

  key(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (this.field.value !== view.query) look({ query: this.field.value });
    else this.step(event.shiftKey ? -1 : 1);
  }

  searchAgain() {
    if (document.activeElement !== this.field) this.field.value = view.query;
    this.find = finder(view.query);
    this.hits = [];
    if (this.find) {
      this.shown.forEach((entry, index) => {
        this.find.lastIndex = 0;
        if (this.find.test(entry.plain)) this.hits.push(index);
      });
    }
    this.hit = -1;
    this.list.refresh();
    if (this.hits.length) this.step(1);
    else this.tellFound();
  }

  step(by) {
    if (!this.hits.length) return;
    this.hit = (this.hit + by + this.hits.length) % this.hits.length;
    this.list.box.querySelector(".current")?.classList.remove("current");
    const line = this.list.reveal(this.hits[this.hit]);
    line?.classList.add("current");
    if (line && part("log-tools").contains(document.activeElement)) bringIn(line);
    this.tellFound();
  }

  tellFound() {
    const number = `${(this.hit + 1).toLocaleString("en")} of ${this.hits.length.toLocaleString("en")}`;
    this.found.textContent = this.find ? (this.hits.length ? number : "none") : "";
    this.found.classList.toggle("nothing", Boolean(this.find) && !this.hits.length);
  }

  // How lines are shown.

  switches() {
    const toggle = (text, act) => {
      const node = button(text, () => {
        const on = node.getAttribute("aria-pressed") !== "true";
        node.setAttribute("aria-pressed", on);
        act(on);
      }, { "aria-pressed": "false", class: "toggle" });
      return node;
    };
    const bad = toggle("Problems", (on) => { this.onlyBad = on; this.choose(); });
    bad.title = "Only lines that look like warnings or errors";
    this.wrap = toggle("Wrap", (on) => this.list.box.classList.toggle("wrapped", on));
    const times = toggle("Clock", (on) => { this.clock = on; this.list.refresh(); });
    times.title = "Show the time of day instead of the seconds since the beginning";
    return make("div", { class: "switches", role: "group", "aria-label": "How lines are shown" }, bad, this.wrap, times);
  }

  line(entry, index) {
    const known = Number.isFinite(entry.at);
    const at = known ? (this.clock ? clock(entry.at) : moment(entry.at)) : "";
    const log = data.logs[entry.log];
    const current = this.hits[this.hit] === index;
    const kind = entry.gap ? "gap" : levelOf(entry);
    return make("div", { class: `line ${kind}${current ? " current" : ""}` },
      make("time", { title: known ? clock(entry.at) : null }, at),
      make("span", { class: `who hue${entry.log % 8}` }, log.title),
      make("span", { class: "text" }, painted(entry.text, this.find)));
  }
}
