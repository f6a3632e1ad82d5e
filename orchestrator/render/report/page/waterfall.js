// The steps as bars, a row for each resource: who waited for whom, and the critical path.

class Waterfall {
  constructor(details) {
    this.details = details;
    this.box = part("waterfall");
    this.all = false;
    this.zooms = zooms();
    this.zoom = this.zooms[first(this.zooms)];
    part("zooms").hidden = this.zooms.length < 2;
    this.box.addEventListener("keydown", (event) => this.walk(event));
    new ResizeObserver(calmly(() => this.link(), 50)).observe(this.box);
    watch((changes) => this.tell(changes));
    this.show();
  }

  /** Draw all rows anew. */
  show() {
    part("zooms").replaceChildren(...this.zooms.map((zoom) => this.zoomer(zoom)));
    this.bars = new Map();
    this.paths = draw("svg", { class: "paths", "aria-hidden": "true" });
    this.band = make("div", { class: "band", hidden: true });
    const rows = data.rows.filter((row) => row.spans.some((id) => this.seen(data.spans[id])) || this.deaths(row).length);
    const shown = this.all ? rows : chosen(rows);
    this.box.replaceChildren(
      make("div", { class: "chart" }, this.axis(),
        make("ol", { class: "rows", "aria-label": "Steps by resource" }, shown.map((row) => this.row(row)), this.testRows()),
        make("div", { class: "over" }, this.band), this.paths),
      this.rest(rows.length - shown.length), this.legend(),
    );
    this.box.querySelector(".bar")?.setAttribute("tabindex", "0");
    this.link();
    this.tell(new Set());
  }

  /** The button that shows a part of the run, with its budget if it has one. */
  zoomer(zoom) {
    const taken = zoom.to - zoom.from;
    const budget = zoom.budget ? ` of ${Number(zoom.budget.toFixed(1))} s` : "";
    const show = () => {
      this.zoom = zoom;
      this.show();
      part("zooms").querySelector("[aria-pressed=true]").focus();
    };
    return button(`${zoom.title} ${duration(taken)}${budget}`, show, {
      "aria-pressed": String(zoom === this.zoom),
      class: `toggle${zoom.budget && taken > 1000 * zoom.budget ? " over" : ""}`,
    });
  }

  seen(part) {
    const { name, from, to } = this.zoom;
    return part.to >= from && (part.from < to || name === "all");
  }

  axis() {
    const { from, to } = this.zoom;
    const step = round((to - from) / 5);
    const marks = [];
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
      const share = (at - from) / (to - from || 1);
      // The last words would stand outside.
      const mark = make("span", {}, share < 0.93 ? `${Number((at / 1000).toFixed(2))} s` : "");
      mark.style.left = `${100 * share}%`;
      marks.push(mark);
    }
    return make("div", { class: "axis", "aria-hidden": "true" }, make("div", { class: "plot" }, marks));
  }

  row(row) {
    const spans = row.spans.filter((id) => this.seen(data.spans[id]));
    const taken = spans.reduce((sum, id) => sum + data.spans[id].to - data.spans[id].from, 0);
    const deaths = this.deaths(row);
    const plot = make("div", { class: "plot" }, this.waiting(spans[0]), spans.map((id) => this.bar(id)), deaths);
    const bad = deaths.length || spans.some((id) => data.spans[id].outcome === "failed");
    return make("li", { class: bad ? "bad" : null },
      make("span", { class: "label", title: row.name }, row.short), plot,
      make("span", { class: "taken" }, spans.length ? duration(taken) : ""));
  }

  /** A thin line from the beginning of the phase to the first step: so long it waited. */
  waiting(id) {
    const span = data.spans[id];
    const phase = span && data.phases.find((one) => one.name === span.phase);
    if (!phase || span.from - phase.from < 1) return null;
    const line = make("div", { class: "waiting" });
    place(line, { from: phase.from, to: span.from }, this.zoom.from, this.zoom.to);
    return line;
  }

  bar(id) {
    const span = data.spans[id];
    const path = onPath.has(id);
    const label = `${span.step}: ${duration(span.to - span.from)} from ${moment(span.from)} s, ${span.outcome}${path ? ", on the critical path" : ""}`;
    const bar = button("", () => look({ step: view.step === id ? null : id }), {
      class: `bar ${kindOf(span)}${path ? " path" : ""}`, "aria-label": label, tabindex: "-1",
      data: { outcome: span.outcome, step: span.step },
      on: {
        pointerenter: (event) => event.pointerType === "mouse" && this.point(id),
        pointerleave: (event) => event.pointerType === "mouse" && this.point(null),
        focus: () => this.point(id), blur: () => this.point(null),
      },
    });
    place(bar, span, this.zoom.from, this.zoom.to);
    this.bars.set(id, bar);
    return bar;
  }

  deaths(row) {
    const died = data.moments.filter((one) => one.kind === "died" && one.subject === row.name);
    return died.filter((one) => this.seen({ from: one.at, to: one.at })).map((one) => {
      const mark = make("span", { class: "death", title: `died: ${one.text}`, role: "img", "aria-label": `died: ${one.text}` }, "✗");
      mark.style.left = `${(100 * (one.at - this.zoom.from)) / (this.zoom.to - this.zoom.from || 1)}%`;
      return mark;
    });
  }

  testRows() {
    const workers = new Map();
    for (const test of data.tests) {
      if (!isTimed(test) || !this.seen(test)) continue;
      if (!workers.has(test.worker)) workers.set(test.worker, []);
      workers.get(test.worker).push(test);
    }
    return [...workers].map(([worker, tests]) => {
      const bad = tests.filter(isBad);
      const plot = make("div", { class: "plot" },
        blocks(tests, (this.zoom.to - this.zoom.from) / 400).map((block) => this.testBlock(block)),
        bad.slice(0, 300).map((test) => this.testBar(test)));
      return make("li", { class: "tests" },
        make("span", { class: "label" }, worker ? `tests ${worker}` : "tests"), plot,
        make("span", { class: "taken" }, count(tests.length, "test")));
    });
  }

  testBlock(block) {
    const node = make("div", { class: "block tests", title: count(block.number, "test") });
    place(node, block, this.zoom.from, this.zoom.to);
    return node;
  }

  testBar(test) {
    const bar = button("", () => lookAtTest(test), {
      class: "bar test", tabindex: "-1", title: test.name, data: { test: test.name },
      "aria-label": `${test.name}: ${test.outcome}, ${duration(test.to - test.from)} from ${moment(test.from)} s`,
    });
    place(bar, test, this.zoom.from, this.zoom.to);
    return bar;
  }

  rest(left) {
    if (left <= 0 && !this.all) return "";
    const words = this.all ? "Show only what matters" : `Show ${left} more, which decided nothing`;
    return button(words, () => { this.all = !this.all; this.show(); }, { class: "more" });
  }

  /** What the bars that are drawn mean. */
  legend() {
    const there = new Set([...this.bars.keys()].map((id) => kindOf(data.spans[id])));
    const items = Object.entries(LEGEND).filter(([kind]) => there.has(kind))
      .map(([kind, words]) => make("li", {}, make("i", { class: `bar ${kind}` }), words));
    if (data.path.some((leg) => this.bars.has(leg.span))) {
      items.push(make("li", {}, make("i", { class: "bar start path" }), "critical path"));
    }
    return make("ul", { class: "legend" }, items);
  }

  /** Show what a bar waited for: these stay as they are, the others fade. */
  point(id) {
    const shown = id ?? view.step;
    this.details[shown === null ? "rest" : "show"](shown);
    this.box.classList.toggle("pointing", shown !== null);
    const near = new Set(shown === null ? [] : [shown, ...data.spans[shown].after]);
    for (const [one, bar] of this.bars) bar.classList.toggle("near", near.has(one));
  }

  tell(changes) {
    placeBand(this.band, this.zoom.from, this.zoom.to);
    for (const [id, bar] of this.bars) bar.setAttribute("aria-pressed", String(view.step === id));
    for (const bar of this.box.querySelectorAll(".bar.test")) bar.setAttribute("aria-pressed", String(bar.dataset.test === view.test));
    if (changes.has("step")) this.point(null);
  }

  /** Draw the critical path: a line down from the end of each step to the beginning of the next. */
  link() {
    const box = this.paths.parentElement.getBoundingClientRect();
    this.paths.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    const edges = data.path.map((leg) => this.bars.get(leg.span)?.getBoundingClientRect());
    const lines = edges.slice(1).map((to, number) => {
      const from = edges[number];
      if (!from || !to || from.top === to.top) return null;
      const [x, end] = [from.right - box.left - 1, to.left - box.left];
      const [y, down] = [from.top < to.top ? from.bottom : from.top, to.top + to.height / 2];
      return draw("path", { d: `M${x} ${y - box.top}V${down - box.top}H${Math.max(end, x)}` });
    });
    this.paths.replaceChildren(...lines.filter(Boolean));
  }

  /** Walk from bar to bar by the arrow keys: one bar of all can be reached by Tab. */
  walk(event) {
    const bars = [...this.box.querySelectorAll(".bar")];
    const now = bars.indexOf(document.activeElement);
    if (now < 0) return;
    const row = (step) => {
      const rows = [...this.box.querySelectorAll(".rows > li")].filter((one) => one.querySelector(".bar"));
      const next = rows[rows.indexOf(bars[now].closest("li")) + step];
      return next ? bars.indexOf(next.querySelector(".bar")) : now;
    };
    const targets = {
      ArrowRight: () => now + 1, ArrowLeft: () => now - 1, ArrowDown: () => row(1), ArrowUp: () => row(-1),
      Home: () => 0, End: () => bars.length - 1,
    };
    const next = bars[targets[event.key]?.()];
    if (!next) return;
    event.preventDefault();
    bars[now].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }
}
