"""What was found, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from chaos.faults import ALL
from chaos.kills import Killed
from chaos.matrix import Outcome
from chaos.signals import SIGNALS, EndedBy
from chaos.verdicts import KINDS, verdicts

PHASES = (
    "before its first step",
    "up",
    "seeding",
    "tests",
    "before down",
    "down",
    "at its end",
)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; whatever is not text stands right."""
    rows = list(rows)
    right = [bool(rows) and not isinstance(cell, str) for cell in (rows[0] if rows else head)]
    lines = [head, ["---:" if each else "---" for each in right], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def faults(outcomes: Sequence[Outcome]) -> str:
    """Return a line for each fault: how often it was overcome or told, and each kind of failure."""
    head = ("fault", "what happens", "trials", "overcome", "told", *KINDS, "not reached")
    named = [(fault.name, fault.meaning) for fault in ALL]
    rows = [(name, what, *_counts(own)) for name, what in named if (own := _of(outcomes, name))]
    return table(head, [*rows, ("all", "", *_counts(outcomes))])


def _of(outcomes: Sequence[Outcome], fault: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.trial.fault.name == fault]


def _counts(outcomes: Sequence[Outcome]) -> Iterator[int]:
    reached = [outcome for outcome in outcomes if outcome.reached]
    failed = Counter(kind for outcome in outcomes for kind in verdicts(outcome))
    overcome = sum(outcome.ended.code == 0 for outcome in reached)
    yield len(outcomes)
    yield overcome
    yield len(reached) - overcome
    yield from (failed[kind] for kind in KINDS)
    yield len(outcomes) - len(reached)


def messages(outcomes: Sequence[Outcome]) -> str:
    """Return every message once, with how often each fault led to it."""
    said = Counter(
        (outcome.trial.fault.name, outcome.ended.code, outcome.ended.error, outcome.ended.hint)
        for outcome in outcomes
        if outcome.ended.error
    )
    rows = [
        (name, code, _cell(error), _cell(hint), times)
        for (name, code, error, hint), times in sorted(said.items())
    ]
    head = ("fault", "exit code", "message", "next", "times")
    return table(head, rows) if rows else "Nothing: every fault was overcome."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def kills(results: Sequence[Killed]) -> str:
    """Return a line for each phase: how many were killed in it, and when all was gone."""
    found = [(phase, [one for one in results if one.phase == phase]) for phase in PHASES]
    rows = [(phase, *_killed(several)) for phase, several in found if several]
    head = ("killed", "trials", "left after 10 s", "gone after, median", "at most")
    return table(head, [*rows, ("all", *_killed(results))])


def _killed(results: Sequence[Killed]) -> tuple[object, ...]:
    seconds = [one.seconds for one in results if not one.left] or [0.0]
    left = sum(bool(one.left) for one in results)
    return len(results), left, Seconds(median(seconds)), Seconds(max(seconds))


def signals(results: Sequence[EndedBy]) -> str:
    """Return a line for each signal: how long it took, the exit codes, and what was left."""
    rows = [
        (number.name, *_ended([one for one in results if one.ending.number == number]))
        for number in SIGNALS
        if any(one.ending.number == number for one in results)
    ]
    head = ("signal", "trials", "ended after, median", "at most", "exit codes", "left after 10 s")
    return table(head, rows)


def _ended(results: Sequence[EndedBy]) -> tuple[object, ...]:
    seconds = [one.seconds for one in results] or [0.0]
    codes = Counter(f"{one.code} ({one.phase})" for one in results)
    told = ", ".join(f"{times} x {code}" for code, times in sorted(codes.items()))
    left = sum(bool(one.left) for one in results)
    return len(results), Seconds(median(seconds)), Seconds(max(seconds)), told, left


class Seconds(float):
    """A time, shown to the hundredth."""

    def __str__(self) -> str:
        return f"{float(self):.2f} s"
