"""How long a call of the engine may go on: not past its deadline, a bit past the order to stop."""

from __future__ import annotations

import threading
import time

from orchestrator.waiting import Deadline, Stop

GRACE = 1.5
"""Seconds for which a call that changes something goes on after the order to stop."""


class LaterStop(Stop):
    """Another's order to stop, seen so many seconds later.

    It is for what must not be left half done: what a call makes has to be known, or nobody would
    remove it. The seconds count from the first look at an order that was given.
    """

    def __init__(self, stop: Stop, seconds: float) -> None:
        super().__init__()
        self._original, self._seconds = stop, seconds
        self._seen: float | None = None

    def order(self) -> None:
        """Tell everything that waits on the original to stop."""
        self._original.order()

    @property
    def ordered(self) -> bool:
        """Whether the order was given so long ago."""
        return self._original.ordered and self._left() == 0

    def wait(self, seconds: float) -> bool:
        """Wait for the order, and on for the time by which it is later; True when both are over."""
        until = time.monotonic() + seconds
        if self._original.wait(seconds):
            rest = min(self._left(), until - time.monotonic())
            threading.Event().wait(max(0.0, rest))
        return self.ordered

    def _left(self) -> float:
        if self._seen is None:
            self._seen = time.monotonic()
        return max(0.0, self._seen + self._seconds - time.monotonic())


def outliving(deadline: Deadline, seconds: float) -> Deadline:
    """The same deadline, with the order to stop seen so many seconds later, if it is not yet so."""
    if isinstance(deadline.stop, LaterStop):
        return deadline
    return Deadline(deadline.until, LaterStop(deadline.stop, seconds))


class Silent(Exception):
    """The engine neither took nor sent a byte for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds
