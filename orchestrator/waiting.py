"""The one place that waits: deadlines, the order to stop, and retries (on tenacity)."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, retry_if_result
from tenacity.wait import wait_base, wait_exponential, wait_fixed, wait_random

T = TypeVar("T")


class Stopped(Exception):
    """Raised in whatever waits when the order to stop arrives."""


class Abandoned(Stopped):
    """Raised instead when a call was left before its answer: what it has done is not known."""


class TimedOut(Exception):
    """Raised in whatever waits when its deadline passes."""


NOTICE = 0.2
"""Seconds for which something is waited for at a time, where signals have to be noticed.

One that comes just before the system is asked to wait is noticed only when that comes back.
"""

SILENT = "see whether the engine is well (docker info, say), and start it anew if it is not"
"""What to do next when that was the deadline of a call."""


class Stop:
    """The order to stop, given once and seen by everything that waits."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._below: weakref.WeakSet[Stop] = weakref.WeakSet()
        self._lock = threading.Lock()

    def order(self) -> None:
        """Tell everything that waits on this to stop."""
        with self._lock:
            self._event.set()
            below = list(self._below)
        for each in below:
            each.order()

    def below(self) -> Stop:
        """Return an order that comes with this one, and can be given without it."""
        stop = Stop()
        with self._lock:
            self._below.add(stop)
            ordered = self.ordered
        if ordered:
            stop.order()
        return stop

    @property
    def ordered(self) -> bool:
        """Whether the order was given."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the order, at most so long; True when it came."""
        return self._event.wait(max(0.0, seconds))


@dataclass(frozen=True)
class Deadline:
    """The moment until which something may take, and the order that ends it earlier.

    `until` is on the monotonic clock, in seconds.
    """

    until: float = float("inf")
    stop: Stop = field(default_factory=Stop)

    @classmethod
    def after(cls, seconds: float, stop: Stop | None = None) -> Deadline:
        """A deadline so many seconds from now."""
        return cls(time.monotonic() + seconds, stop or Stop())

    def remaining(self, at_most: float = float("inf")) -> float:
        """Seconds left, never negative, never more than `at_most` (for a socket's time limit)."""
        return max(0.0, min(self.until - time.monotonic(), at_most))

    @property
    def passed(self) -> bool:
        """Whether the moment is over."""
        return time.monotonic() >= self.until

    def check(self) -> None:
        """Raise Stopped when the order was given, TimedOut when the moment has passed."""
        if self.stop.ordered:
            raise Stopped
        if self.passed:
            raise TimedOut

    def sooner(self, seconds: float) -> Deadline:
        """The same order, with a deadline no later than so many seconds from now."""
        return Deadline(min(self.until, time.monotonic() + seconds), self.stop)


def poll(
    ask: Callable[[], bool], deadline: Deadline, *, first: float = 0.02, longest: float = 0.25
) -> None:
    """Ask until the answer is True; pauses grow from `first` to `longest` seconds.

    Raises Stopped or TimedOut as soon as the deadline says so; what `ask` raises ends it at once.
    """
    pace: wait_base = (
        wait_fixed(first)
        if first >= longest
        else wait_exponential(multiplier=first, exp_base=1.3, max=longest)
    )

    def give_up(_state: RetryCallState) -> bool:
        deadline.check()
        return False

    retrying = Retrying(
        retry=retry_if_result(lambda answer: not answer),
        stop=give_up,
        wait=pace,
        sleep=pausing(deadline),
    )
    deadline.check()
    retrying(ask)


def again(
    attempt: Callable[[], T],
    deadline: Deadline,
    *,
    passing: Callable[[BaseException], bool],
    told: Callable[[BaseException, float], None],
    attempts: int = 4,
    first: float = 1.0,
) -> T:
    """Attempt something, and again after a failure that may be `passing`.

    Pauses double from `first` seconds, with up to half as much added by chance, so that those who
    failed together do not come back together. `told` hears of each failure and of the pause after
    it. Raises the last failure, at once when the next attempt would begin too late.
    """

    def give_up(state: RetryCallState) -> bool:
        late = state.upcoming_sleep >= deadline.remaining()
        return state.attempt_number >= attempts or late

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error:
            told(error, state.upcoming_sleep)

    retrying = Retrying(
        retry=retry_if_exception(passing),
        stop=give_up,
        wait=wait_exponential(multiplier=first) + wait_random(0, first / 2),
        sleep=pausing(deadline),
        before_sleep=tell,
        reraise=True,
    )
    deadline.check()
    return retrying(attempt)


def pausing(deadline: Deadline) -> Callable[[float], None]:
    """Return what pauses for so many seconds, unless the deadline says something else."""

    def pause(seconds: float) -> None:
        deadline.stop.wait(deadline.remaining(seconds))
        deadline.check()

    return pause
