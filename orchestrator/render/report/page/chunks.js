// Long lists: in chunks, of which only those near what is seen have elements.

const CHUNK = 100;

class Chunks {
  /** `render(item, index)` returns an element; `height` is an item's, as far as one can guess. */
  constructor(box, render, height) {
    this.box = box;
    this.render = render;
    this.height = height;
    this.items = [];
    this.seen = new IntersectionObserver((entries) => this.turn(entries), {
      root: box,
      rootMargin: "800px 0px",
    });
  }

  /** Show these items, from the first one on. */
  show(items) {
    this.seen.disconnect();
    this.items = items;
    const chunks = Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, number) => {
      const size = Math.min(CHUNK, items.length - number * CHUNK);
      const height = `${size * this.height}px`;
      return make("div", { class: "chunk", data: { number }, style: { "min-height": height } });
    });
    this.box.replaceChildren(...chunks);
    this.box.scrollTop = 0;
    if (chunks.length) this.fill(chunks[0]);
    for (const chunk of chunks) this.seen.observe(chunk);
  }

  /** Draw again what is seen, in its place. */
  refresh() {
    for (const chunk of this.box.children) {
      if (chunk.firstChild) this.fill(chunk);
    }
  }

  /** Bring an item into the middle of the box, and return its element. */
  reveal(index) {
    const chunk = this.box.children[Math.floor(index / CHUNK)];
    if (!chunk) return null;
    if (!chunk.firstChild) this.fill(chunk);
    const node = chunk.children[index % CHUNK];
    const middle = () => {
      const shift = node.getBoundingClientRect().top - this.box.getBoundingClientRect().top;
      this.box.scrollTop += shift - this.box.clientHeight / 2;
    };
    middle();
    // What is near has now got elements too, and may be higher than was guessed.
    requestAnimationFrame(middle);
    return node;
  }

  turn(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && !target.firstChild) this.fill(target);
      else if (!isIntersecting && target.firstChild) this.empty(target);
    }
  }

  fill(chunk) {
    const first = Number(chunk.dataset.number) * CHUNK;
    const items = this.items.slice(first, first + CHUNK);
    chunk.style.minHeight = "";
    chunk.replaceChildren(...items.map((item, number) => this.render(item, first + number)));
  }

  empty(chunk) {
    chunk.style.minHeight = `${chunk.offsetHeight}px`;
    chunk.replaceChildren();
  }
}
