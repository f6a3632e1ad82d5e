"""A display that breaks keeps nothing from going on, whoever was telling it something."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from orchestrator.cli.session import Session
from orchestrator.model.event import Event, Noticed

SECONDS = 20
EVENT = Noticed(at=0, text="a step is done")


@dataclass
class Kept:
    """A display that keeps what it is shown and told."""

    shown: list[Event] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def show(self, event: Event) -> None:
        self.shown.append(event)

    def say(self, text: str) -> None:
        self.said.append(text)

    def close(self) -> None:
        pass


@dataclass
class Broken(Kept):
    """One that breaks as soon as two threads are in the midst of showing it something."""

    error: Exception = field(default_factory=OSError)
    both: threading.Barrier = field(default_factory=lambda: threading.Barrier(2))

    def show(self, event: Event) -> None:
        self.both.wait(SECONDS)
        raise self.error


def told_at_once(broken: Broken) -> Kept:
    """Tell a session of two events at the same moment; return its display that still works."""
    kept = Kept()
    session = Session([broken, kept])
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(session.listen, EVENT) for _ in range(2)]:
            done.result(SECONDS)
    return kept


def test_a_disk_that_is_full_for_two_threads_at_once_breaks_neither() -> None:
    kept = told_at_once(Broken(error=OSError(28, "No space left on device")))
    assert kept.shown == [EVENT, EVENT]
    assert kept.said == []


def test_a_bug_in_a_display_is_told_once() -> None:
    kept = told_at_once(Broken(error=LookupError("what")))
    assert kept.said == ["a display of events broke: LookupError: what"]
