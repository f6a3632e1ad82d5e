"""Slices made before they are asked for, and removed behind the back of whoever has used them."""

from __future__ import annotations

import threading
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

END_SECONDS = 10.0


@dataclass
class Work:
    """What the pool's thread does: `make` so many, `drop` these, and `begin` with something.

    `followed` tells that each has instances of its own.
    """

    make: Callable[[int, Deadline], list[Part]]
    drop: Callable[[Sequence[Part]], None]
    begin: Callable[[], None]
    followed: bool = False

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
        self._thread = threading.Thread(target=self._run, name="greenroom-slices", daemon=True)
        self._thread.start()

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
            self._changed.notify_all()

    def close(self, *, drop: bool) -> None:
        """End, and remove what is there if that does not go with the run anyway."""
        with self._changed:
            self._stop.order()
            self._changed.notify_all()
        self._thread.join(END_SECONDS)
        if drop and (left := [*self._used, *self._ready]):
            self._drop(left)

    def _run(self) -> None:
        with suppress(Exception):
            self._work.begin()
        while not self._stop.ordered:
            with self._changed:
                count, used = self._next()
                if not count and not used:
                    self._changed.wait(1.0)
                    continue
            try:
                if used:
                    self._drop(used)
                else:
                    made = self._work.make(count, Deadline(stop=self._stop))
                    with self._changed:
                        self._ready += made
                        self._changed.notify_all()
            except Stopped:
                return
            except Exception as error:
                # Also what nobody has thought of: without this thread all would wait in vain.
                self._fail(error)

    def _drop(self, used: Sequence[Part]) -> None:
        """Remove used ones; one that cannot be removed goes with the run, and harms nobody."""
        with suppress(GreenroomError, TimedOut):
            self._work.drop(used)

    def _next(self) -> tuple[int, list[Part]]:
        """Return how many to make now, or which to drop."""
        missing = self._ahead - len(self._ready)
        if missing > 0 and self._error is None and len(self._used) < self._work.most_used:
            # Whoever waits gets the first one as soon as it is there.
            return (1 if self._waiting and not self._ready else missing), []
        used, self._used = self._used, []
        return 0, used

    def _fail(self, error: BaseException) -> None:
        """Tell whoever asks next; until then nothing more is tried."""
        with self._changed:
            self._error = error
            self._changed.notify_all()
