// Chooses which logs are shown.

/** `box` is its element: closed it says which logs these are, opened it has all to choose from. */
class Picker {
  constructor() {
    this.boxes = data.logs.map((log, number) => {
      const box = make("input", { type: "checkbox", on: { change: () => this.pick() } });
      const only = button("only", () => look({ logs: [log.name] }), {
        class: "quiet", "aria-label": `only ${log.title}`,
      });
      const lines = make("span", { class: "muted" }, log.texts.length.toLocaleString("en"));
      const name = make("span", { class: `who hue${number % 8}` }, log.title);
      return { box, row: make("li", {}, make("label", {}, box, name, lines), only) };
    });
    this.picked = make("summary");
    const all = button("all", () => look({ logs: null }), { class: "quiet" });
    const list = make("ul", {}, this.boxes.map((one) => one.row));
    this.box = make("details", { class: "picker" }, this.picked, make("div", { class: "sheet" }, all, list));
    document.addEventListener("click", (event) => {
      if (!this.box.contains(event.target)) this.box.open = false;
    });
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.box.open = false;
      this.picked.focus();
    });
  }

  /** Look at those that are checked. */
  pick() {
    const names = data.logs.filter((_, number) => this.boxes[number].box.checked).map((log) => log.name);
    look({ logs: names.length === data.logs.length || !names.length ? null : names });
  }

  /** Show which logs are looked at: `wanted` says so of each. */
  tell(wanted) {
    this.boxes.forEach(({ box }, number) => (box.checked = wanted[number]));
    const titles = data.logs.filter((_, number) => wanted[number]).map((log) => log.title);
    const all = titles.length === data.logs.length;
    const some = titles.length > 3 ? `${titles.length} of ${data.logs.length} logs` : titles.join(", ");
    this.picked.textContent = all && titles.length > 1 ? `All ${titles.length} logs` : some;
  }
}
