// Elements, made of names and texts. Nothing here reads markup out of a text.

/** Make an element; `on` are listeners, `data` its data attributes, `style` custom properties. */
function make(tag, options = {}, ...children) {
  const { on = {}, data = {}, style = {}, ...attributes } = options;
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  for (const [event, act] of Object.entries(on)) node.addEventListener(event, act);
  for (const [name, value] of Object.entries(style)) node.style.setProperty(name, value);
  Object.assign(node.dataset, data);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an element of a drawing. */
function draw(tag, attributes = {}) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** Make a button. */
function button(text, act, options = {}) {
  return make("button", { type: "button", ...options, on: { click: act, ...options.on } }, text);
}

/** Find an element of the page by its id. */
function part(id) {
  return document.getElementById(id);
}

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Bring an element into sight, unless its beginning is in sight already. */
function bringUp(node) {
  const { top } = node.getBoundingClientRect();
  if (top >= 0 && top < innerHeight * 0.6) return;
  node.scrollIntoView({ block: "start", behavior: still.matches ? "auto" : "smooth" });
}

/** Bring an element into sight, if it is not there. */
function bringIn(node) {
  const { top, bottom } = node.getBoundingClientRect();
  if (top < 60 || bottom > innerHeight) {
    node.scrollIntoView({ block: "center", behavior: still.matches ? "auto" : "smooth" });
  }
}

/** Call a function once, when nothing else calls for it any more. */
function calmly(act, pause = 120) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), pause);
  };
}
