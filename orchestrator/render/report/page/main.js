// The page comes to life.

/** Light, dark, or as the system has it: kept by the browser, if it keeps anything. */
function themes() {
  const names = ["auto", "light", "dark"];
  const signs = { auto: "◐", light: "○", dark: "●" };
  const titles = { auto: "Auto", light: "Light", dark: "Dark" };
  const node = part("theme");
  let now = "auto";
  try {
    now = localStorage.getItem("greenroom-theme") ?? "auto";
  } catch {
    // A page of a file may not be allowed to keep anything.
  }
  const set = (name) => {
    now = names.includes(name) ? name : "auto";
    if (now === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = now;
    node.replaceChildren(make("span", { "aria-hidden": "true" }, `${signs[now]} `), titles[now]);
    node.setAttribute("aria-label", `${titles[now]} colours`);
    node.title = "Colours: as the system has them, light, dark";
    try {
      localStorage.setItem("greenroom-theme", now);
    } catch {
      // The same.
    }
  };
  node.hidden = false;
  node.addEventListener("click", () => set(names[(names.indexOf(now) + 1) % names.length]));
  set(now);
}

/** The places at the top, as far as they are there. */
function places() {
  const nav = part("places");
  const known = [["timeline", "Timeline"], ["tests", "Tests"], ["resources", "Resources"], ["logs", "Logs"]];
  nav.append(...known.filter(([id]) => !part(id).hidden).map(([id, title]) =>
    button(title, () => {
      part(id).scrollIntoView({ behavior: still.matches ? "auto" : "smooth" });
      part(`${id}-title`).setAttribute("tabindex", "-1");
      part(`${id}-title`).focus({ preventScroll: true });
    }, { class: "quiet" })));
  nav.hidden = false;
}

/** The cause's ways to a log and to its tests. */
function causes() {
  for (const place of document.querySelectorAll("[data-log]")) {
    const { log, from, to } = place.dataset;
    const known = data.logs.find((one) => one.name === log);
    place.append(button(known ? `The log of ${known.title} at that time` : "All logs at that time",
      () => lookAtLogs(known ? [log] : null, Number(from), Number(to)), { class: "strong" }));
    place.hidden = data.logs.length === 0;
  }
  const failed = data.tests.filter(isBad);
  document.querySelectorAll("[data-test].jump").forEach((place, number) => {
    const test = failed[number];
    if (test) place.replaceWith(button(test.name, () => lookAtTest(test), { class: "link" }));
  });
}

themes();
if (data.spans.length) {
  document.querySelector(".flow").hidden = false;
  // The buttons say the same, and more.
  document.querySelector(".phases").hidden = true;
  new Waterfall(new Details());
}
if (data.to > 0 && data.phases.length) new Overview();
part("timeline").hidden = !data.phases.length;
new Tests();
part("resources").hidden = !part("resources").querySelector("tbody tr");
new Resources();
new Logs();
places();
causes();
look(read());
if (view.test || view.logs || view.from !== null) part("logs").scrollIntoView();
addEventListener("popstate", () => look(read()));
addEventListener("hashchange", () => look(read()));
