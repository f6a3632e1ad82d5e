// A line of a log as elements: colours that it was written with, and what was searched for.

const PAINT = /\u001b\[([0-9;:]*)m/g;
const BAD = /\b(ERROR|FATAL|PANIC|CRITICAL|SEVERE|EMERG|Traceback|FAILED)\b|\w(Error|Exception|Failure)\b|level=(error|fatal)|\[(error|crit|emerg|ERR)\]/;
const DOUBTFUL = /\b(WARN|WARNING)\b|level=warn|\[warn\]|\[WRN\]/;

/** A line without its colours. */
function plain(text) {
  return text.includes("\u001b") ? text.replace(PAINT, "") : text;
}

/** How bad a line looks: "bad", "doubtful" or "". A guess, by words that loggers write. */
function level(text) {
  if (BAD.test(text)) return "bad";
  return DOUBTFUL.test(text) ? "doubtful" : "";
}

/** What finds a text in a line, whatever its case; null where nothing is searched for. */
function finder(query) {
  if (!query) return null;
  return new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
}

/** Return the parts of a line: each its text and the classes of its colours. */
function coloured(text) {
  const parts = [];
  let classes = [];
  let from = 0;
  for (const found of text.matchAll(PAINT)) {
    if (found.index > from) parts.push([text.slice(from, found.index), classes.join(" ")]);
    classes = codes(found[1], classes);
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push([text.slice(from), classes.join(" ")]);
  return parts;
}

/** Return the classes after a sequence of codes (ECMA-48, 8.3.117): the 16 colours, bold, faint. */
function codes(sequence, before) {
  let classes = before;
  const numbers = sequence.split(/[;:]/).map(Number);
  for (let i = 0; i < numbers.length; i += 1) {
    const code = numbers[i];
    if (code === 0) classes = [];
    else if (code === 1) classes = [...classes, "bold"];
    else if (code === 2) classes = [...classes, "faint"];
    else if (code === 22) classes = classes.filter((one) => one !== "bold" && one !== "faint");
    else if (code === 39) classes = classes.filter((one) => !one.startsWith("ink"));
    else if (code === 38 || code === 48) i += numbers[i + 1] === 5 ? 2 : 4;
    else if ((code >= 30 && code < 38) || (code >= 90 && code < 98)) {
      classes = [...classes.filter((one) => !one.startsWith("ink")), `ink${code % 10}`];
    }
  }
  return classes;
}

/** Return a line as nodes, with what `find` finds marked. */
function painted(text, find) {
  const parts = text.includes("\u001b") ? coloured(text) : [[text, ""]];
  const whole = parts.map(([words]) => words).join("");
  const hits = find ? occurrences(whole, find) : [];
  let at = 0;
  return parts.flatMap(([words, classes]) => {
    const nodes = marked(words, at, hits);
    at += words.length;
    return classes ? [make("span", { class: classes }, nodes)] : nodes;
  });
}

/** Return from where to where a text has what `find` finds. */
function occurrences(text, find) {
  // It would begin where it has found something last.
  find.lastIndex = 0;
  return [...text.matchAll(find)].map((one) => [one.index, one.index + one[0].length]);
}

/** Return a part of a line, which begins `at` there, as nodes; `hits` are marked. */
function marked(words, at, hits) {
  const nodes = [];
  let from = 0;
  for (const [begin, end] of hits) {
    const first = Math.max(from, begin - at);
    const last = Math.min(words.length, end - at);
    if (last <= first) continue;
    if (first > from) nodes.push(words.slice(from, first));
    nodes.push(make("mark", {}, words.slice(first, last)));
    from = last;
  }
  if (from < words.length) nodes.push(words.slice(from));
  return nodes;
}
