// The lines of all logs.

/** All lines of all logs in the order of time; those of the same time in the order of the logs. */
function merged() {
  const entries = data.logs.flatMap((log, number) => {
    const gaps = new Map(log.gaps);
    return log.texts.flatMap((text, index) => {
      const at = log.times[index] ?? -Infinity;
      const entry = { at, log: number, text, plain: plain(text), level: null };
      return gaps.has(index) ? [gap(at, number, gaps.get(index)), entry] : [entry];
    });
  });
  return entries.sort((one, other) => (one.at === other.at ? 0 : one.at - other.at));
}

/** Whether any of the window is where lines are left out before this one. */
function isNear(log, index) {
  const before = log.times[index - 1] ?? -Infinity;
  const behind = log.times[index] ?? Infinity;
  return (view.to === null || before <= view.to) && (view.from === null || behind >= view.from);
}

/** What stands where lines are left out. */
function gap(at, log, number) {
  const text = `${count(number, "line")} left out here`;
  return { at, log, text, plain: "", level: "", gap: true };
}

function levelOf(entry) {
  entry.level ??= level(entry.plain);
  return entry.level;
}
