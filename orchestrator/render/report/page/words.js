// Numbers and steps in words.

/** A duration in milliseconds, as people say it. */
function duration(ms) {
  if (ms < 0.5) return "0 s";
  if (ms < 995) return `${Math.round(ms)} ms`;
  if (ms < 9995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 119950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A time since the beginning, with milliseconds. */
function moment(ms) {
  return (ms / 1000).toFixed(3);
}

/** A time of the day in the reader's zone, with milliseconds. */
function clock(ms) {
  const date = new Date(data.origin * 1000 + ms);
  if (Number.isNaN(date.getTime())) return "";
  const two = (number) => String(number).padStart(2, "0");
  const whole = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${whole}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** A number with its noun. */
function count(number, noun, many = `${noun}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : many}`;
}

const KINDS = {
  pull: "image", build: "image",
  start: "start", adopt: "start", restore: "start", keep: "start", open: "start",
  ready: "ready",
  seed: "seed", own: "seed", add: "seed",
  template: "copy", snapshot: "copy", store: "copy",
  remove: "down", close: "down",
};

const LEGEND = {
  image: "image", start: "start", ready: "waiting until ready", seed: "seeding",
  copy: "copying for snapshots and slices", down: "removal",
};

/** Which kind of bar a step is. */
function kindOf(span) {
  return KINDS[span.verb] ?? "start";
}

const MARKS = { passed: "✓", failed: "✗", error: "✗", skipped: "–" };

/** Whether it is known when a test ran. */
function isTimed(test) {
  return test.from !== null;
}

/** Whether a test's outcome is a bad one. */
function isBad(test) {
  return test.outcome === "failed" || test.outcome === "error";
}
