"""All that is known of an environment while one test ran: as a value, and as text.

Pure: whoever runs tests looks (see `looking`), puts one of these together, and shows it. `short` is
for a terminal, and never longer than its bound, whatever the services wrote; `whole` is for a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orchestrator.artifacts.window import Window, clock, clock_of
from orchestrator.model.launch import LogLine

MOST = 60
"""Lines of the short form of one test, its heading and all resources together."""
MOST_OF_ONE = 8
"""Lines of one log in it."""
LAST = 5
"""How many of these are the last ones, where there are more."""
MOST_SILENT = 3
"""Of how many that wrote nothing it has the addresses, where the test has a slice."""
MOST_HAPPENED = 8
WIDEST = 200
"""Characters of a line of a log in it."""

ERROR = re.compile(
    r"\b(?:error|fatal|panic|critical|severe|emerg(?:ency)?|alert|exception|traceback|abort(?:ed)?"
    r"|fail(?:ed|ure|s)?|refused|denied|timed? ?out|unhandled|segmentation fault|out of memory"
    r"|killed)\b|\w(?:Error|Exception)\b",
    re.IGNORECASE,
)
"""What lines say that tell of errors, in most servers and languages; some that do are innocent."""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something that happened to the environment, `at` seconds since the Unix epoch."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Witness:
    """What is known of one resource: `lines` are those of its log in the window.

    `name` is the instance's, `address` without password. `state` is empty while it is well.
    `left_out` is how many lines of the window were before these. `notes` are sentences about what
    could not be had, or has to be known to read the lines.
    """

    name: str
    address: str = ""
    state: str = ""
    lines: tuple[LogLine, ...] = ()
    left_out: int = 0
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many lines it wrote in the window."""
        return self.left_out + len(self.lines)

    @property
    def errors(self) -> tuple[LogLine, ...]:
        """The lines that look like errors."""
        return tuple(line for line in self.lines if ERROR.search(line.text))

    @property
    def silent(self) -> bool:
        """Whether there is nothing to tell of it but where it is."""
        return not (self.count or self.state or self.notes)


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One test's: which it was, when, in which run and slice, and what was seen of that."""

    test: str
    window: Window
    run: str = ""
    slice: str = ""
    happened: tuple[Happening, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """When it was, and where, in one line."""
        where = f"{self.run}, slice {self.slice}" if self.slice else self.run
        began, ended = clock(self.window.began), clock(self.window.ended)
        span = f"{self.window.seconds:.3f} s, {began} to {ended} UTC"
        return f"{where or 'no environment'} while this test ran ({span}):"


def short(dossier: Dossier, most: int = MOST) -> list[str]:
    """Return what matters most in at most so many lines; what is left out is counted."""
    lines = [dossier.heading, *(f"  {note}" for note in dossier.notes)]
    lines += [f"  {line}" for line in happened(dossier.happened, MOST_HAPPENED)]
    talking = sorted((one for one in dossier.witnesses if not one.silent), key=importance)
    silent = [one for one in dossier.witnesses if one.silent]
    # Nobody but the test knows where its slice is, so that is told although nothing happened there.
    places = [head(one) for one in silent if dossier.slice and one.address][:MOST_SILENT]
    # One line is for those that wrote nothing, one for those of which nothing can be shown.
    room = most - len(lines) - len(places) - 2
    untold = []
    for one in talking:
        told = of_one(one)
        if len(told) > room:
            told = [f"{head(one)}  {counted(one.count)}"]
        if len(told) > room:
            untold.append(one.name)
            continue
        room -= len(told)
        lines += [f"  {line}" for line in told]
    lines += [f"  not shown for lack of room: {named(untold)}"] if untold else []
    lines += [f"  {place}" for place in places]
    lines += [f"  wrote nothing: {named([one.name for one in silent])}"] if silent else []
    return lines[:most]


def whole(dossier: Dossier) -> list[str]:
    """Return everything, in lines."""
    lines = [dossier.test, dossier.heading, *(f"  {note}" for note in dossier.notes)]
    lines += [f"  {line}" for line in happened(dossier.happened, len(dossier.happened))]
    for one in dossier.witnesses:
        lines += ["", f"{head(one)}  {counted(one.count)}", *(f"  {note}" for note in one.notes)]
        if one.left_out:
            lines.append(f"  the first {one.left_out} of them are left out here")
        lines += [f"{line.time or '-'} {line.text}" for line in one.lines]
    return lines


def importance(one: Witness) -> int:
    """Return what comes first where not everything can: who is not well, then who says so."""
    return 0 if one.state else 1 if one.errors else 2


def head(one: Witness) -> str:
    """Return who it is, where, and how it is if it is not well."""
    state = f"NOT WELL: {one.state}" if one.state else ""
    return "  ".join(part for part in (one.name, one.address, state) if part)


def of_one(one: Witness) -> list[str]:
    """Return a resource in lines: all of its log where that is short, else some of it."""
    lines = [head(one), *(f"  {note}" for note in one.notes)]
    if one.count <= MOST_OF_ONE:
        return lines + [f"  {logged(line)}" for line in one.lines]
    last = one.lines[-LAST:]
    errors = one.errors
    first = [line for line in errors if line not in last][: MOST_OF_ONE - LAST]
    if first:
        among = f", among the last {len(one.lines)}" if one.left_out else ""
        lines.append(f"  {len(first)} of {len(errors)} that may tell of errors{among}:")
        lines += [f"  {logged(line)}" for line in first]
    lines += [f"  the last {len(last)}:", *(f"  {logged(line)}" for line in last)]
    return [*lines, f"  and {counted(one.count - len(first) - len(last), 'more ')}"]


def logged(line: LogLine) -> str:
    """Return a line of a log with its time of day, cut where it is too long."""
    text = line.text if len(line.text) <= WIDEST else f"{line.text[:WIDEST]}..."
    return f"{clock_of(line)}  {text}"


def happened(all_of_it: Sequence[Happening], most: int) -> Iterator[str]:
    """Yield what happened, in the order of time; of too much the last."""
    if len(all_of_it) > most:
        yield f"{len(all_of_it) - most} things happened before these:"
    for one in sorted(all_of_it, key=lambda one: one.at)[-most:] if most else ():
        yield f"{clock(one.at)}  {one.text}"


def counted(number: int, which: str = "") -> str:
    """Return a number of lines in words."""
    return f"{number or 'no'} {which}line{'' if number == 1 else 's'}"


def named(names: Iterable[str], most: int = 10) -> str:
    """Return names in a row, not too many of them."""
    all_of_them = list(names)
    more = len(all_of_them) - most
    return ", ".join(all_of_them[:most]) + (f" and {more} more" if more > 0 else "")
