// Which parts of the run can be looked at, and which rows and blocks are drawn of them.

const MOST_ROWS = 40;

/** The parts of the run that can be looked at: all of it, and each phase. */
function zooms() {
  const parts = data.phases.filter((one) => one.to - one.from > 0);
  const whole = { name: "all", title: "Whole run", from: 0, to: data.to };
  return [whole, ...parts];
}

/** What to look at first: the phase in which it was decided, but the whole if one can see that. */
function first(all) {
  const up = all.findIndex((one) => one.name === "up");
  const tests = all.findIndex((one) => one.name === "tests");
  if (up < 0) return 0;
  if (!data.ready) return up;
  const small = (all[up].to - all[up].from) / (data.to || 1) < 0.15;
  if (!small) return 0;
  return tests >= 0 && data.tests.some(isBad) ? tests : up;
}

/** The rows that matter most, in their order: on the path, broken, then the longest. */
function chosen(rows) {
  if (rows.length <= MOST_ROWS) return rows;
  const weight = (row) => row.spans.reduce((sum, id) => {
    const span = data.spans[id];
    return sum + (onPath.has(id) ? 1e12 : 0) + (span.outcome === "done" ? 0 : 1e12) + span.to - span.from;
  }, 0);
  const kept = new Set([...rows].sort((one, other) => weight(other) - weight(one)).slice(0, MOST_ROWS));
  return rows.filter((row) => kept.has(row));
}

/** Tests with hardly a gap between them, as one block: thousands would be too many. */
function blocks(tests, gap) {
  const found = [];
  for (const test of tests) {
    const last = found.at(-1);
    if (last && test.from - last.to < gap) {
      last.to = Math.max(last.to, test.to);
      last.number += 1;
    } else found.push({ from: test.from, to: test.to, number: 1 });
  }
  return found;
}

/** A round number near this one: 1, 2 or 5 times a power of ten. */
function round(number) {
  const power = 10 ** Math.floor(Math.log10(Math.max(number, 1)));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= number);
}
