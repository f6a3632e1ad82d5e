// The table of resources, which the page has already: what is known of each, and the way to its log.

class Resources {
  constructor() {
    this.facts = new Map(data.resources.map((one) => [one.name, one.facts]));
    for (const row of part("resources").querySelectorAll("tbody tr")) this.furnish(row);
  }

  furnish(row) {
    const name = row.dataset.resource;
    const log = data.logs.findIndex((one) => one.name === name);
    const cell = row.querySelector(".lines");
    if (log >= 0) {
      const words = cell.textContent || "log";
      cell.replaceChildren(button(words, () => lookAtLogs([name]), { class: "link", "aria-label": `${words} lines, the log of ${name}` }));
    }
    if (this.facts.get(name)?.length) this.unfold(row, name);
  }

  /** Make a button of the name, which shows what else is known. */
  unfold(row, name) {
    const label = row.querySelector(".name");
    const more = make("tr", { class: "more", hidden: true }, make("td", { colspan: "4" },
      make("dl", {}, this.facts.get(name).map(([what, text]) => make("div", {}, make("dt", {}, what), make("dd", {}, text))))));
    const act = button(name, () => {
      more.hidden = !more.hidden;
      act.setAttribute("aria-expanded", String(!more.hidden));
    }, { class: "link name", "aria-expanded": "false" });
    label.replaceWith(act);
    row.after(more);
  }
}
