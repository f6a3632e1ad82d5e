// Beside the timeline: what one step waited for and why; as long as none is chosen, the critical path.

class Details {
  constructor() {
    this.box = part("details");
    this.rest();
    watch((changes) => changes.has("step") && this.rest());
  }

  /** Fill the box, but not anew with what it has: somebody may be about to press a button there. */
  fill(what, parts) {
    if (this.shown === what) return;
    this.shown = what;
    this.box.replaceChildren(...parts().filter(Boolean));
  }

  /** Show the step that is chosen, else the path. */
  rest() {
    if (view.step === null) this.fill("path", () => this.path());
    else this.show(view.step);
  }

  /** Show a step. */
  show(id) {
    this.fill(`${id} ${view.step === id}`, () => this.step(id));
  }

  step(id) {
    const span = data.spans[id];
    const before = span.after.map((one) => data.spans[one]).sort((a, b) => b.to - a.to);
    return [
      make("h3", {}, span.step),
      make("p", { class: "figures" }, `${duration(span.to - span.from)}, from ${moment(span.from)} to ${moment(span.to)} s · ${span.outcome}`),
      onPath.has(id) ? make("p", { class: "on-path" }, "On the critical path") : null,
      span.message ? make("p", { class: "message" }, span.message) : null,
      make("h4", {}, "Why"),
      make("p", {}, span.cause || "nobody has said"),
      make("h4", {}, before.length ? "Waited for" : "Waited for nothing"),
      make("ul", {}, before.slice(0, 6).map((one, number) => this.waited(one, number, before.length))),
      before.length > 6 ? make("p", { class: "muted" }, `and ${before.length - 6} more, which were done earlier`) : null,
      ...this.answers(span),
      this.actions(span, id),
    ];
  }

  waited(span, number, of) {
    const last = number === 0 && of > 1 ? ", the last of them" : "";
    return make("li", {}, this.link(data.spans.indexOf(span)), make("span", { class: "muted" }, ` done at ${moment(span.to)} s${last}`));
  }

  answers(span) {
    if (!span.answers.length) return [];
    const shown = span.answers.slice(-6);
    const left = span.answers.length - shown.length + span.unsaid;
    return [
      make("h4", {}, "What its probe was answered"),
      left ? make("p", { class: "muted" }, `after ${count(left, "other answer")}:`) : null,
      make("ul", { class: "answers" }, shown.map(([at, text]) => make("li", {}, make("time", {}, moment(at)), " ", text))),
    ];
  }

  actions(span, id) {
    const log = data.logs.find((one) => one.name === span.subject);
    return make("p", { class: "buttons" },
      log ? button("Its log at that time", () => lookAtLogs([log.name], span.from, span.to)) : null,
      button("All logs at that time", () => lookAtLogs(null, span.from, span.to)),
      view.step === id ? button("Back to the critical path", () => look({ step: null })) : null);
  }

  link(id) {
    return button(data.spans[id].step, () => look({ step: id }), { class: "link" });
  }

  /** What decided when all was ready, step by step, with the seconds that each took. */
  path() {
    const last = data.spans[data.path.at(-1)?.span];
    if (!last) return [make("p", { class: "muted" }, "No step was told of.")];
    const whole = data.path.reduce((sum, leg) => sum + leg.gap + data.spans[leg.span].to - data.spans[leg.span].from, 0);
    const words = data.ready ? "What decided when all was ready" : `What led to the end: ${last.outcome}`;
    const gaps = data.path.reduce((sum, leg) => sum + leg.gap, 0);
    return [
      make("h3", {}, "Critical path"),
      make("p", { class: "muted" }, `${words}. Each step is the one that the next waited for longest.`),
      make("ol", { class: "legs" }, data.path.map((leg) => this.leg(leg, whole))),
      gaps > 20 ? make("p", { class: "muted" }, `${duration(gaps)} passed between these steps.`) : null,
    ];
  }

  leg({ span: id }, whole) {
    const span = data.spans[id];
    const taken = span.to - span.from;
    const share = whole > 0 ? taken / whole : 0;
    return make("li", { class: kindOf(span), data: { outcome: span.outcome }, style: { "--share": share } },
      this.link(id), make("span", { class: "figures" }, duration(taken)), make("i", { "aria-hidden": "true" }));
  }
}

const onPath = new Set(data.path.map((leg) => leg.span));
