"""What a check finds, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from orchestrator.waiting import Deadline

CONTAINERS = "containers"
"""What an engine that answers provides."""


class Level(StrEnum):
    """How much something matters: with a problem, nothing can be run here."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """A line of the list: what was looked at, how it is, and the next step if there is one.

    `provides` is what can be run because of it: `containers`, or a technology as a process. `needs`
    are the resources of the manifest that only containers can run. `code` is the exit code of a
    problem.
    """

    level: Level
    topic: str
    text: str
    hint: str = ""
    provides: tuple[str, ...] = field(default=(), repr=False)
    needs: tuple[str, ...] = field(default=(), repr=False)
    code: int = field(default=0, repr=False)


@dataclass(frozen=True)
class Around:
    """Where Greenroom is: the caller's environment and folder."""

    environ: Mapping[str, str]
    folder: Path


Check = Callable[[Around, Deadline], Iterable[Finding]]
"""Looks at one thing. What it raises becomes a warning."""


def ok(topic: str, text: str, hint: str = "") -> Finding:
    """Say that something is well."""
    return Finding(Level.OK, topic, text, hint)


def warning(topic: str, text: str, hint: str) -> Finding:
    """Say that something may get in the way."""
    return Finding(Level.WARNING, topic, text, hint)


def problem(topic: str, text: str, hint: str, code: int) -> Finding:
    """Say that nothing can be run because of something."""
    return Finding(Level.PROBLEM, topic, text, hint, code=code)
