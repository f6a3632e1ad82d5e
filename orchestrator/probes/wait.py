"""Waits until a resource is ready."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from functools import partial

from orchestrator.errors import EngineError
from orchestrator.model.probe import Exec, Exit, Readiness, Tcp
from orchestrator.probes.attempt import attempt
from orchestrator.probes.network import CLOSED
from orchestrator.probes.target import PROXY_SECONDS, QUIET_SECONDS, Died, Target
from orchestrator.waiting import Deadline, TimedOut, poll

NETWORK_PACE = (0.02, 0.1)
EXEC_PACE = (0.1, 1.0)
"""The first and the longest pause between two attempts, in seconds: a command costs far more."""

LOOK_SECONDS = 0.1
"""Between attempts that fail the state is asked for, no more often than this."""


ASIDE_SECONDS = 5.0
"""So long nobody wonders yet; then, as often, it is looked for what else is known."""


class NotYet(TimedOut):
    """Raised when time runs out; `answer` is what the last attempt came to."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


def wait_ready(
    readiness: Readiness, target: Target, deadline: Deadline, tell: Callable[[str], None]
) -> None:
    """Ask until the answer is good as often in a row as it should be.

    `tell` hears every answer that differs from the one before. Raises Died as soon as the instance
    has ended, NotYet when time runs out, Stopped when the order to stop comes. A command is run
    only once the first port answers, if there is a port.
    """
    waiting = Waiting(target, deadline, tell)
    if isinstance(readiness.probe, Exec) and target.has_port():
        # The command itself will see whether the server is there: nothing has to be certain yet.
        waiting.until(Readiness(Tcp(), interval=readiness.interval), proxied=QUIET_SECONDS)
    waiting.until(readiness)


class Waiting:
    """One wait: the last answer, how many were good in a row, when the state was looked at."""

    def __init__(self, target: Target, deadline: Deadline, tell: Callable[[str], None]) -> None:
        self._target = target
        self._deadline = deadline
        self._tell = tell
        self._answer = ""
        self._in_a_row = 0
        self._looked = float("-inf")
        self._aside = ""
        self._look_aside = time.monotonic() + ASIDE_SECONDS

    def until(self, readiness: Readiness, *, proxied: float = PROXY_SECONDS) -> None:
        """Return when the answers are as they should be; raises what `wait_ready` does.

        A connection has to be kept for `proxied` seconds once a proxy has been seen to close one.
        """
        first, longest = EXEC_PACE if isinstance(readiness.probe, Exec) else NETWORK_PACE
        if readiness.interval is not None:
            first = longest = readiness.interval
        self._in_a_row = 0
        try:
            asked = partial(self._asked, readiness, proxied)
            poll(asked, self._deadline, first=first, longest=longest)
        except TimedOut as late:
            raise NotYet(self._answer) from late

    def _asked(self, readiness: Readiness, proxied: float) -> bool:
        answer = attempt(readiness.probe, self._target)
        if answer.text == CLOSED:
            self._target = dataclasses.replace(self._target, quiet=proxied)
        # One that the deadline has cut short tells less than the one before.
        is_cut = not answer.good and self._deadline.passed and self._answer
        text = answer.text if answer.good else self._with_aside(answer.text)
        if text != self._answer and not is_cut:
            self._answer = text
            self._tell(text)
        self._in_a_row = self._in_a_row + 1 if answer.good else 0
        if not answer.good and not isinstance(readiness.probe, Exit):
            self._look_for_its_end()
        return self._in_a_row >= readiness.successes

    def _with_aside(self, text: str) -> str:
        """Return an answer with what else is known, which is looked for after a while."""
        if time.monotonic() >= self._look_aside:
            self._look_aside = time.monotonic() + ASIDE_SECONDS
            self._aside = self._target.aside()
        return f"{text}; {self._aside}" if self._aside else text

    def _look_for_its_end(self) -> None:
        """Raise Died if the instance has ended; in moderation, since asking costs a call."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            state = self._target.state
        except (EngineError, TimedOut):
            # An engine that does not answer now says nothing about the instance.
            return
        if not state.alive:
            raise Died(state, self._answer)
