// The whole run on one line: its phases, what went wrong when, and the window of time.

class Overview {
  constructor() {
    this.box = part("overview");
    this.box.hidden = false;
    this.box.setAttribute("role", "img");
    this.box.setAttribute("aria-label", inWords());
    this.band = make("div", { class: "band", hidden: true });
    this.box.append(...data.phases.map(phaseBlock), ...this.ticks(), this.band);
    this.box.addEventListener("pointerdown", (event) => this.drag(event));
    watch(() => this.tell());
  }

  ticks() {
    const tests = data.tests.filter((test) => isBad(test) && isTimed(test)).slice(0, 500);
    const failed = data.spans.filter((span) => span.outcome === "failed");
    return [
      ...tests.map((test) => tick(test.from, `✗ ${test.name}`, "test")),
      ...failed.map((span) => tick(span.to, `✗ ${span.step}: ${span.message}`, "step")),
      ...data.moments.filter((one) => one.kind === "died").map((one) => tick(one.at, `${one.subject} died: ${one.text}`, "died")),
    ];
  }

  /** Choose a window by dragging. */
  drag(event) {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const { left, width } = this.box.getBoundingClientRect();
    const at = (x) => Math.max(0, Math.min(1, (x - left) / width)) * data.to;
    const begin = event.clientX;
    const move = ({ clientX }) => {
      if (Math.abs(clientX - begin) < 5) return;
      const [from, to] = [at(begin), at(clientX)].sort((one, other) => one - other);
      look({ from, to, test: null });
    };
    const slowly = calmly(move, 15);
    const end = () => removeEventListener("pointermove", slowly);
    addEventListener("pointermove", slowly);
    addEventListener("pointerup", end, { once: true });
  }

  tell() {
    placeBand(this.band, 0, data.to);
  }
}

/** The whole run in a sentence. */
function inWords() {
  const phases = data.phases.map((one) => `${one.title} ${duration(one.to - one.from)}`);
  return `${phases.join(", ")}; ${count(data.tests.filter(isBad).length, "failed test")}`;
}

function phaseBlock(phase) {
  const block = make("div", { class: `block ${phase.name}`, title: `${phase.title}: ${duration(phase.to - phase.from)}` });
  place(block, phase, 0, data.to);
  return block;
}

function tick(at, title, kind) {
  const node = make("div", { class: `tick ${kind}`, title });
  node.style.left = `${(100 * at) / (data.to || 1)}%`;
  return node;
}

/** Put something at its place in time, as far as that is between `from` and `to`. */
function place(node, part, from, to) {
  const span = to - from || 1;
  const left = Math.max(0, (part.from - from) / span);
  const right = Math.min(1, (part.to - from) / span);
  node.style.left = `${100 * left}%`;
  node.style.width = `${100 * Math.max(0, right - left)}%`;
}

/** Show the window of time on a line from `from` to `to`. */
function placeBand(band, from, to) {
  const window = { from: view.from ?? 0, to: view.to ?? data.to };
  const whole = view.from === null && view.to === null;
  band.hidden = whole || window.to < from || window.from > to;
  place(band, window, from, to);
}
