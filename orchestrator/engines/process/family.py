"""Who belongs to an instance, and how they are ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from orchestrator.engines.process.entry import Entry, Table
from orchestrator.engines.process.table import TABLE
from orchestrator.errors import EngineError
from orchestrator.waiting import Deadline, TimedOut, poll

INIT = 1
"""The first process adopts all orphans: its descendants are everybody's."""

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)

KILL_SECONDS = 1.0
"""How long after SIGKILL it is worth looking again: longer only in the midst of a system call."""


def entries(table: Table = TABLE) -> dict[int, Entry]:
    """Every process of this host that has not ended, by its number."""
    found = (table.entry(pid) for pid in table.pids())
    return {entry.pid: entry for entry in found if entry and not entry.ended}


def family(
    known: Iterable[int], everyone: Mapping[int, Entry], leaders: Collection[int] = ()
) -> set[int]:
    """Return `known` with all their descendants and all that is in a session that they lead.

    `leaders` were members and may have ended. A session is not entered from outside, so whoever is
    in one that a member leads, or led, descends from a member. One that somebody else leads stays
    out: a user's terminal, in which a member's environment was copied. So do we ourselves, and
    those who called us.
    """
    members, new = set[int](), set(known) & everyone.keys() - {INIT}
    while new:
        members |= new
        sessions = {everyone[pid].session for pid in new} - {0}
        led = {pid for pid in sessions if pid in members or pid in leaders}
        new = {
            entry.pid
            for entry in everyone.values()
            if entry.parent in members or entry.session in led
        } - members
    return members - _callers(everyone)


def _callers(everyone: Mapping[int, Entry]) -> set[int]:
    """Ourselves and our ancestors: whoever asks for an end is to live to see it."""
    found = set[int]()
    pid = os.getpid()
    while pid in everyone and pid not in found:
        found.add(pid)
        pid = everyone[pid].parent
    return found | {os.getpid()}


def is_same(entry: Entry, table: Table = TABLE) -> bool:
    """Whether this very process, not another one with its number, is still running."""
    now = table.entry(entry.pid)
    return now is not None and now.started == entry.started and not now.ended


@dataclass
class Ending:
    """The end of a family: asked first, killed when the grace is over.

    `root` is the number of the process with which it all began. `signed` finds the members that
    carry a sign of the instance, in what it is given; `reap` takes notice of children of our own
    that have ended. Members seen once stay known, because the descendants of one that has ended
    are nobody's any more. `stop` is the name of the signal that ends it at once, and is for the
    root alone; SIGKILL is for all of them.
    """

    root: int
    signed: Callable[[Mapping[int, Entry]], Iterable[int]]
    reap: Callable[[], None]
    grace: float
    stop: str = ""
    known: dict[int, Entry] = field(default_factory=dict)
    leaders: set[int] = field(default_factory=set)

    def end(self, deadline: Deadline) -> None:
        """Return when nobody is left.

        Raises TimedOut or Stopped when somebody is left then, EngineError when we may not end them.
        """
        members = self._look()
        if members and self.stop != KILL.name:
            self._ask(members)
            self._wait(members, deadline.sooner(self.grace), deadline)
        while members := self._look():
            deadline.check()
            refused = send(members, KILL)
            if len(refused) == len(members):
                raise not_allowed(refused)
            self._wait(members, deadline.sooner(KILL_SECONDS), deadline)

    def _ask(self, members: list[Entry]) -> None:
        """Ask for an end, in the way it was said to work best."""
        root = [entry for entry in members if entry.pid == self.root]
        if self.stop and root:
            send(root, signal.Signals[self.stop])
        else:
            send(members, signal.SIGTERM)

    def _look(self) -> list[Entry]:
        everyone = entries()
        known = {
            pid
            for pid, entry in self.known.items()
            if pid in everyone and everyone[pid].started == entry.started
        }
        members = family(known | set(self.signed(everyone)), everyone, self.leaders | {self.root})
        self.known = {pid: everyone[pid] for pid in members}
        self.leaders |= members
        return list(self.known.values())

    def _wait(self, members: list[Entry], soon: Deadline, deadline: Deadline) -> None:
        def gone() -> bool:
            self.reap()
            return not any(map(is_same, members))

        try:
            poll(gone, soon, first=0.005, longest=0.05)
        except TimedOut:
            deadline.check()


def send(members: Iterable[Entry], number: int) -> list[Entry]:
    """Signal each of these very processes, and return those that we may not signal.

    Gone already is fine.
    """
    refused = []
    for entry in members:
        try:
            _send(entry, number)
        except PermissionError:
            refused.append(entry)
        except ProcessLookupError:
            continue
    return refused


def not_allowed(refused: Iterable[Entry]) -> EngineError:
    """Return the error that says whom we may not end."""
    pids = [str(entry.pid) for entry in refused]
    return EngineError(
        f"not allowed to end what runs as another user: process {', '.join(pids)}",
        hint=f"end it as that user, or as root: kill {' '.join(pids)}",
    )


def _send(entry: Entry, number: int) -> None:
    """Signal through a descriptor where there are such: it means one process for ever.

    A number may be used again between the look and the signal. Linux before 5.3, some sandboxes and
    other systems know no such descriptors.
    """
    descriptor = _descriptor(entry.pid)
    try:
        if not is_same(entry):
            return
        if descriptor is None:
            os.kill(entry.pid, number)
        else:
            signal.pidfd_send_signal(descriptor, number)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _descriptor(pid: int) -> int | None:
    if not (hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal")):
        return None
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except OSError:
        return None
