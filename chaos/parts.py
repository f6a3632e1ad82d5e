"""The parts of a campaign, each with its trials and its tables.

They are faults, kills, kills with servers of this host, and signals.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from chaos import kills, signals, tables
from chaos.commands import LIMIT
from chaos.leftovers import Leftovers
from chaos.matrix import WORDS, Lab, Outcome, Trial, trials
from chaos.verdicts import verdicts

SAMPLE = 4
"""So many trials of each fault are in the short form."""
HANG_SECONDS = 15.0
"""What a trial takes in which the engine never answers, roughly."""
LOOKING = 1.0
"""What every trial takes beside its commands, roughly."""


SOON = 5.0
"""Seconds within which a command has to end after a signal."""


@dataclass(frozen=True)
class Setting:
    """What all parts share. `seed` is that of every choice by chance; `short` asks for a few.

    Of the faults, only those with these `names` are tried; all of them when there are none. `limit`
    is after how many seconds a command hangs, `workers` how many trials go on at a time.
    """

    folder: Path
    engine: Path
    leftovers: Leftovers
    seed: int
    short: bool
    names: Sequence[str] = ()
    limit: float = LIMIT
    workers: int = 1


@dataclass(frozen=True)
class Part:
    """Trials, what they take in seconds one after another, and what is made of the results.

    Those of a part that measures times may have to be `alone`.
    """

    name: str
    trials: Sequence[Any]
    seconds: float
    perform: Callable[[Any], Any]
    report: Callable[[Sequence[Any]], Iterable[tuple[str, str]]]
    failures: Callable[[Any], Iterable[str]]
    alone: bool = False


def faults(setting: Setting) -> Part:
    """Every fault at every call."""
    lab = Lab(setting.folder, setting.engine, setting.leftovers)
    counted = {command: lab.count(command) for command in WORDS}
    found = trials({command: points for command, (points, _) in counted.items()})
    if setting.names:
        found = [trial for trial in found if trial.fault.name in setting.names]
    chosen = sample(found, setting.seed) if setting.short else found
    once = sum(seconds for _, seconds in counted.values()) + LOOKING
    hanging = sum(trial.fault.name == "hang" for trial in chosen)
    seconds = len(chosen) * once + hanging * HANG_SECONDS
    return of_faults(setting, chosen, seconds)


def of_faults(setting: Setting, chosen: Sequence[Trial], seconds: float = 0.0) -> Part:
    """Return the part that consists of these trials."""
    lab = Lab(setting.folder, setting.engine, setting.leftovers, setting.limit)
    return Part("faults", chosen, seconds, lab.perform, fault_tables, fault_failures)


def sample(found: Sequence[Trial], seed: int) -> list[Trial]:
    """Return a few trials of each fault."""
    by_fault: dict[str, list[Trial]] = defaultdict(list)
    for trial in found:
        by_fault[trial.fault.name].append(trial)
    chance = random.Random(seed)
    several = [chance.sample(each, min(SAMPLE, len(each))) for each in by_fault.values()]
    return [trial for each in several for trial in each]


def fault_tables(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    """Yield what happened, and what was said."""
    yield "Faults", tables.faults(outcomes)
    yield "What is said", tables.messages(outcomes)


def fault_failures(outcome: Outcome) -> Iterator[str]:
    """Yield what was not well in one trial."""
    for verdict in verdicts(outcome):
        detail = ", ".join(outcome.left) if verdict == "left" else outcome.ended.error
        yield f"{verdict} (exit code {outcome.ended.code}): {detail}"


def killing(setting: Setting) -> Part:
    """SIGKILL at random moments."""
    killer = kills.Killer(setting.folder, setting.engine, setting.leftovers)
    whole = {session: crowded(killer, session, setting.workers) for session in kills.SESSIONS}
    chosen = list(kills.plan(setting.seed, 10 if setting.short else 100, whole))
    seconds = len(chosen) * (max(whole.values()) / 2 + 2 * LOOKING)
    return of_kills(setting, chosen, seconds)


def killing_here(setting: Setting) -> Part:
    """SIGKILL at random moments, while servers run on this host."""
    killer = kills.Killer(setting.folder, setting.engine, setting.leftovers, kills.HERE)
    whole = {session: crowded(killer, session, setting.workers) for session in kills.SESSIONS}
    count = 10 if setting.short else 100
    chosen = list(kills.at_random(setting.seed, count, whole, kills.HERE))
    seconds = len(chosen) * (max(whole.values()) / 2 + 2 * LOOKING)
    return of_kills_here(setting, chosen, seconds)


def crowded(killer: kills.Killer, session: str, workers: int) -> float:
    """Return for how many seconds a session runs beside as many others as in the trials.

    Alone it is much quicker, and no moment would be late enough for the tests and for the end.
    """
    with ThreadPoolExecutor(workers) as pool:
        return median(pool.map(killer.measure, [session] * workers))


def of_kills(setting: Setting, chosen: Sequence[kills.Kill], seconds: float = 0.0) -> Part:
    """Return the part that consists of these kills."""
    killer = kills.Killer(setting.folder, setting.engine, setting.leftovers)
    return Part("kills", chosen, seconds, killer.perform, kill_tables, lambda one: leaks(one.left))


def of_kills_here(setting: Setting, chosen: Sequence[kills.Kill], seconds: float = 0.0) -> Part:
    """Return the part that consists of these kills, with servers of this host."""
    part, title = of_kills(setting, chosen, seconds), "Kills, with servers of this host"
    return replace(part, name="kills-here", report=lambda found: [(title, tables.kills(found))])


def kill_tables(results: Sequence[kills.Killed]) -> Iterator[tuple[str, str]]:
    """Yield how long it took until nothing was left."""
    yield "Kills", tables.kills(results)


def ending(setting: Setting) -> Part:
    """SIGINT, SIGTERM and SIGHUP at random moments, one trial after another."""
    ender = signals.Ender(setting.folder, f"unix://{setting.engine}", setting.leftovers)
    whole = ender.measure()
    chosen = list(signals.plan(setting.seed, 1 if setting.short else 6, whole))
    seconds = len(chosen) * (whole / 2 + 2 * LOOKING)
    return of_signals(setting, chosen, seconds)


def of_signals(setting: Setting, chosen: Sequence[signals.Ending], seconds: float = 0.0) -> Part:
    """Return the part that consists of these signals."""
    ender = signals.Ender(setting.folder, f"unix://{setting.engine}", setting.leftovers)
    perform = ender.perform
    return Part("signals", chosen, seconds, perform, signal_tables, ending_failures, alone=True)


def signal_tables(results: Sequence[signals.EndedBy]) -> Iterator[tuple[str, str]]:
    """Yield how long the commands took to end."""
    yield "Signals", tables.signals(results)


def ending_failures(result: signals.EndedBy) -> Iterator[str]:
    """Yield what was not well after a signal."""
    yield from leaks(result.left)
    if not result.well_coded:
        yield f"exit code {result.code} ({result.phase})"
    if result.seconds > SOON:
        yield f"it took {result.seconds:.1f} s"


def leaks(left: Sequence[str]) -> Iterator[str]:
    """Yield what is left, in one line."""
    if left:
        yield f"left: {', '.join(left)}"


PARTS = {"faults": faults, "kills": killing, "kills-here": killing_here, "signals": ending}


def named(texts: Sequence[str], setting: Setting) -> list[Part]:
    """Return parts of single trials, which are named as a list of failures names them."""
    several: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        several[text.partition(":")[0]].append(text)
    killed, here = several.pop(kills.CONTAINED, []), several.pop(kills.HERE, [])
    ended = several.pop("signal", [])
    broken = [Trial.parse(text) for each in several.values() for text in each]
    parts = [
        of_faults(setting, broken),
        of_kills(setting, [kills.Kill.parse(text) for text in killed]),
        of_kills_here(setting, [kills.Kill.parse(text) for text in here]),
        of_signals(setting, [signals.Ending.parse(text) for text in ended]),
    ]
    return [part for part in parts if part.trials]
