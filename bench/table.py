"""Shows what was measured: as text for people, as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.cases import Case
from bench.figures import Figure, Limit
from bench.rounds import Measured

HEAD = ("", "", "min", "median", "max", "to floor", "ratio", "limit", "holds")
WIDTHS = (6, 16, 8, 8, 8, 10, 7, 16, 5)


def text(name: str, case: Case, measured: Measured) -> str:
    """Return a table, in seconds, or in milliseconds where they are few."""
    rounds = len(next(iter(next(iter(measured.times.values())).values())))
    times = f"{rounds} round{'s' if rounds > 1 else ''}, {'ms' if case.fine else 'seconds'}"
    table = [HEAD, *rows(case, measured)]
    # The first column is as wide as its longest word.
    first = max(WIDTHS[0], *(len(row[0]) for row in table))
    lines = [f"{name}: {case.title}; {times}", *(line(row, (first, *WIDTHS[1:])) for row in table)]
    return "\n".join([*lines, *differences(case, measured)])


def line(cells: tuple[str, ...], widths: tuple[int, ...]) -> str:
    """Return a row; words stand left, figures right."""
    return " ".join(
        f"{cell:<{width}}" if number in (0, 1, 7) else f"{cell:>{width}}"
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ).rstrip()


def rows(case: Case, measured: Measured) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each contender in each phase."""

    def shown(seconds: float, sign: str = "") -> str:
        return format(seconds * 1000, f"{sign}.2f") if case.fine else format(seconds, f"{sign}.3f")

    for phase, times in measured.times.items():
        floor, *_ = times
        for number, (name, own) in enumerate(times.items()):
            figure = Figure(own, times[floor])
            yield (
                "" if number else phase,
                name,
                *(shown(seconds) for seconds in (figure.least, figure.middle, figure.most)),
                shown(figure.difference, "+") if number else "",
                f"{figure.ratio:.2f}" if number else "",
                *judged(limit_of(case, phase, name), figure),
            )


def judged(limit: Limit | None, figure: Figure) -> tuple[str, str]:
    """Return the limit and whether it is kept; nothing where there is none."""
    return (str(limit), "yes" if limit.holds(figure) else "no") if limit else ("", "")


def limit_of(case: Case, phase: str, contender: str) -> Limit | None:
    """Return the limit of a contender in a phase, None when it has none."""
    found = [one for one in case.limits if (one.phase, one.contender) == (phase, contender)]
    return found[0] if found else None


def differences(case: Case, measured: Measured) -> Iterator[str]:
    """Yield what is not the same in everybody's containers; the figures count only without it."""
    floor, *others = measured.looks or [""]
    for other in others:
        ours, theirs = measured.looks[floor], measured.looks[other]
        yield from (f"only {floor}: {look}" for look in ours - theirs)
        yield from (f"only {other}: {look}" for look in theirs - ours)
        if ours == theirs:
            yield case.same.format(other=other, floor=floor)


def values(case: Case, measured: Measured) -> dict[str, Any]:
    """Return a case for JSON: every round's seconds, and how each limit was kept."""
    limits = [
        {
            "phase": one.phase,
            "contender": one.contender,
            "limit": str(one),
            "holds": one.holds(Figure(times[one.contender], next(iter(times.values())))),
        }
        for one in case.limits
        for times in [measured.times[one.phase]]
    ]
    notes = list(differences(case, measured))
    return {"title": case.title, "seconds": measured.times, "limits": limits, "notes": notes}
