"""Slices made before they are asked for, and removed behind the back of whoever has used them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from orchestrator.errors import GreenroomError
from orchestrator.slicing.maker import Part
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

MOST_AHEAD = 8
"""Slices that wait to be asked for: as many as a quick test can use up while they are made."""
MOST_AHEAD_FOLLOWED = 2
"""The same where each has instances of its own, which take memory and much longer."""
MOST_USED = 32
"""Used ones that may wait for a moment in which nobody waits for new ones."""
MOST_USED_FOLLOWED = 2

MAKERS = 2
"""Threads that make them: while the server is busy with one, the next is prepared here."""

REST = 0.1
"""Seconds for which a used one waits for others to be dropped together with it."""

END_SECONDS = 10.0


@dataclass
class Work:
    """What the pool's threads do: `make` so many, `drop` these, and `begin` with something.

    `followed` tells that each has instances of its own, and `pooled` that one that is dropped is
    what the next one is made of.
    """

    make: Callable[[int, Deadline], list[Part]]
    drop: Callable[[Sequence[Part]], None]
    begin: Callable[[], None]
    followed: bool = False
    pooled: bool = False

    @property
    def most(self) -> int:
        """How many may wait ahead."""
        return MOST_AHEAD_FOLLOWED if self.followed else MOST_AHEAD

    @property
    def most_used(self) -> int:
        """How many used ones may wait."""
        return MOST_USED_FOLLOWED if self.followed else MOST_USED


class Pool:
    """Slices of one kind. How many wait ahead grows with how many are asked for."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ready: deque[Part] = deque()
        self._used: list[Part] = []
        self._ahead = 1
        self._waiting = 0
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._stop = Stop()
        self._to_drop = 0
        self._last_used = 0.0
        self._dropping = False
        self._on_the_way = 0
        self._begun = False
        self._beginning = threading.Lock()
        self._threads = [
            threading.Thread(target=each, name="greenroom-slices", daemon=True)
            for each in (*[self._make] * MAKERS, self._drop_used)
        ]
        for thread in self._threads:
            thread.start()

    def take(self, deadline: Deadline) -> Part:
        """Return a slice that nobody has used.

        Raises whatever keeps it from being made, and Stopped when the pool has been closed.
        """
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            try:
                while not self._ready:
                    if error := self._error:
                        self._error = None
                        raise error
                    deadline.check()
                    if self._stop.ordered:
                        raise Stopped
                    self._changed.wait(deadline.remaining(0.1))
                return self._ready.popleft()
            finally:
                self._waiting -= 1
                self._ahead = min(self._work.most, self._ahead * 2)
                self._changed.notify_all()

    def give_back(self, part: Part) -> None:
        """Have a slice removed that nobody uses any more."""
        with self._changed:
            self._used.append(part)
            self._last_used = time.monotonic()
            self._to_drop += 1
            self._changed.notify_all()

    def close(self, *, drop: bool) -> None:
        """End, and remove what is there if that does not go with the run anyway."""
        with self._changed:
            self._stop.order()
            self._changed.notify_all()
        until = Deadline.after(END_SECONDS)
        for thread in self._threads:
            thread.join(until.remaining(END_SECONDS))
        if drop and (left := [*self._used, *self._ready]):
            self._drop(left)

    def _make(self) -> None:
        self._begin()
        while not self._stop.ordered:
            with self._changed:
                if not (count := self._missing()):
                    self._changed.wait(1.0)
                    continue
                self._on_the_way += count
            made: list[Part] = []
            try:
                made = self._work.make(count, Deadline(stop=self._stop))
            except Stopped:
                return
            except Exception as error:
                # Also what nobody has thought of: without this thread all would wait in vain.
                self._error = error
            with self._changed:
                self._on_the_way -= count
                self._ready += made
                self._changed.notify_all()

    def _begin(self) -> None:
        """Begin once, whoever comes first; the others wait for that."""
        with self._beginning:
            if not self._begun:
                self._begun = True
                with suppress(Exception):
                    self._work.begin()

    def _missing(self) -> int:
        """Return how many to make now.

        When none is ready it is urgent, and each thread makes one. Else tests that run now have the
        server to themselves for as long as half of them is still there; then several are made at
        once, but no more than are ready, so that nobody who asks meanwhile waits for all of them.
        """
        ready = len(self._ready)
        missing = max(0, self._ahead - ready - self._on_the_way)
        if self._error is not None or self._to_drop >= self._work.most_used:
            return 0
        if self._work.followed:
            return missing
        if not ready:
            return min(1, missing)
        enough = ready > self._ahead // 2
        return 0 if enough or self._on_the_way or self._dropping else min(missing, ready)

    def _drop_used(self) -> None:
        while not self._stop.ordered:
            with self._changed:
                if not self._may_drop():
                    self._changed.wait(REST if self._used else 1.0)
                    continue
                used, self._used = self._used, []
                self._dropping = True
            self._drop(used)
            with self._changed:
                self._dropping = False
                self._to_drop -= len(used)
                self._changed.notify_all()

    def _may_drop(self) -> bool:
        """Whether to drop now: several at once, while nothing is made, unless there are many."""
        used, most = len(self._used), self._work.most_used
        if used >= most // 2 or (used and self._work.pooled):
            return True
        if not used or self._waiting or self._on_the_way:
            return False
        return used >= most // 4 or time.monotonic() >= self._last_used + REST

    def _drop(self, used: Sequence[Part]) -> None:
        """Remove used ones; one that cannot be removed goes with the run, and harms nobody."""
        with suppress(GreenroomError, TimedOut):
            self._work.drop(used)
