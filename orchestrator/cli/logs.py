"""`greenroom logs`: what the resources say, one after the other or as it comes."""

from __future__ import annotations

import heapq
import json as jsonlib
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, OfSlice, Resources, Run
from orchestrator.cli.output import result
from orchestrator.errors import UsageError
from orchestrator.render.colours import NAMES, painter

if TYPE_CHECKING:
    from orchestrator.environment import Environment
    from orchestrator.model.launch import LogLine

Line = tuple[str, "LogLine"]
"""A resource's name and a line of its log."""


def logs(
    resource: Resources = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Only what came after: 90s, 5m or 2h ago, or a time like 2026-11-23T10:15:00Z.",
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Only what came before, in the same words.", show_default=False
        ),
    ] = None,
    tail: Annotated[
        str | None,
        typer.Option(metavar="N", help="Only the last N lines of each.", show_default=False),
    ] = None,
    json: Json = False,
    run: Run = None,
    slice_: OfSlice = None,
) -> int:
    """Print the logs of resources.

    One resource's log as it is; several, or all, in the order of time and with their names.
    """
    from orchestrator.cli.choosing import chosen, resource_names, seen_from
    from orchestrator.cli.following import followed
    from orchestrator.cli.since import moment

    last = None if tail is None else number(tail)
    after = moment(since) if since else None
    end = moment(until) if until else None
    if end and follow:
        raise UsageError(
            "what is followed goes on until it ends", hint="leave out either --follow or --until"
        )
    environment = chosen(run)
    names = resource or writers(environment)
    resource_names(environment, resource)
    refuse_elsewhere(environment, resource or ())
    seen = seen_from(environment, slice_)
    if follow:
        lines = followed([seen[name] for name in names], since=after, tail=last)
    else:
        # The last lines of a time that is over are not those of the log.
        asked = None if end else last
        logs = (before(end, seen[name].logs(since=after, tail=asked), last) for name in names)
        lines = merged(of(name, log) for name, log in zip(names, logs, strict=True))
    form = as_json if json else in_columns(names, single=len(resource or ()) == 1)
    for name, line in lines:
        result(environment.mask(form(name, line)))
        if follow:
            sys.stdout.flush()
    return 0


def writers(environment: Environment) -> list[str]:
    """Return all that have a log of their own: a tenant's is that of its server."""
    resources = environment.manifest.resources
    return [name for name in environment if not resources[name].on]


def refuse_elsewhere(environment: Environment, names: Iterable[str]) -> None:
    """Raise UsageError for the log of what runs already: it is where that runs."""
    for name in names:
        if environment.manifest.resources[name].adopted:
            raise UsageError(
                f"there is no log of {name} here: Greenroom did not start it",
                hint="look where it runs",
            )


def number(text: str) -> int:
    """Return a number of lines. Raises UsageError for what is none."""
    if not text.isdecimal():
        raise UsageError(f"{text} is no number of lines", hint="write --tail 20, for example")
    return int(text)


def before(end: str | None, lines: Iterable[LogLine], last: int | None) -> Iterable[LogLine]:
    """Return the lines until a moment, of those only so many of the last; all without an end."""
    if end is None:
        return lines
    from orchestrator.model.moment import nanoseconds

    moment = nanoseconds(end)
    until = (line for line in lines if nanoseconds(line.time) <= moment)
    return until if last is None else deque(until, maxlen=last)


def of(name: str, lines: Iterable[LogLine]) -> Iterator[Line]:
    """Yield lines with the name of whose they are."""
    return ((name, line) for line in lines)


def merged(logs: Iterable[Iterator[Line]]) -> Iterator[Line]:
    """Yield the lines of several logs in the order of time."""
    from orchestrator.model.moment import nanoseconds

    return heapq.merge(*logs, key=lambda line: nanoseconds(line[1].time))


def as_json(name: str, line: LogLine) -> str:
    """Return a line as an object on one line."""
    return jsonlib.dumps({"resource": name, **asdict(line)}, ensure_ascii=False)


def in_columns(names: list[str], *, single: bool) -> Callable[[str, LogLine], str]:
    """Return what writes a line for people; with a single resource, its name would only disturb."""
    width = max(map(len, names), default=0)
    paint = painter(sys.stdout, os.environ)
    prefixes = {
        name: paint(NAMES[number % len(NAMES)], f"{name:<{width}} |")
        for number, name in enumerate(names)
    }

    def written(name: str, line: LogLine) -> str:
        return line.text if single else f"{prefixes[name]} {line.text}"

    return written
