"""Who is asked, and what may come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from orchestrator.model.launch import ExecResult, Found, LogLine, State
from orchestrator.model.printable import on_one_line
from orchestrator.waiting import Deadline

NETWORK_SECONDS = 1.0
ENGINE_SECONDS = 10.0
"""The most that one attempt takes, over the network and through the engine."""

QUIET_SECONDS = 0.05
"""Who keeps a connection for so long is a server, as long as nobody has seen a proxy there."""

PROXY_SECONDS = 0.25
"""The same where a proxy closes what it has accepted for a server that is not there yet.

On a busy machine Docker's has been seen to take 34 ms for that, and sometimes more than 50 ms.
"""

EXCERPT = 60
"""So many letters of what came back are shown."""

CUT_WORD = re.compile(r"[^ :/=,;'\"]*$")
"""The beginning of a word at the end of a text."""


class Beside(Protocol):
    """What a probe needs of an engine."""

    def state(self, found: Found, deadline: Deadline) -> State:
        """How it is doing now."""

    def exec(
        self,
        found: Found,
        argv: Sequence[str],
        deadline: Deadline,
        *,
        env: Mapping[str, str] | None = None,
    ) -> ExecResult:
        """Run a command beside it."""

    def logs(self, found: Found, deadline: Deadline) -> Iterator[LogLine]:
        """Yield its log's lines."""


@dataclass(frozen=True)
class Target:
    """Who is asked. `address` leads from a port's name (None: the first port) to host and port.

    The port is 0 when the resource has no such port. A probe's templates are answered already.
    `env` is what commands beside it get, so that its technology's own clients get in. `quiet` is
    how many seconds a connection on which nothing is said has to be kept to count. `aside` looks
    what else is known of one that does not answer for long, in a few words; empty for nothing.
    """

    address: Callable[[str | None], tuple[str, int]]
    engine: Beside
    found: Found
    deadline: Deadline
    env: Mapping[str, str] = field(default_factory=dict)
    quiet: float = QUIET_SECONDS
    aside: Callable[[], str] = lambda: ""

    @property
    def state(self) -> State:
        """How it is doing now."""
        return self.engine.state(self.found, self.deadline.sooner(ENGINE_SECONDS))

    def has_port(self, port: str | None = None) -> bool:
        """Whether there is a port of this name, or any at all."""
        return self.address(port)[1] != 0


@dataclass(frozen=True)
class Answer:
    """What came of an attempt: whether it was good, and a few words for people."""

    good: bool
    text: str


class Died(Exception):
    """Raised when the instance has ended, so that there is nothing left to wait for.

    `state` tells how, `answer` is what the last attempt came to.
    """

    def __init__(self, state: State, answer: str) -> None:
        super().__init__(str(state))
        self.state = state
        self.answer = answer


def excerpt(text: str) -> str:
    """Return the beginning of what came back, on one line and in letters that can be shown.

    It ends between words: a part of a password would be none that a mask could find.
    """
    shown = on_one_line(text)
    if len(shown) <= EXCERPT:
        return shown
    return CUT_WORD.sub("", shown[: EXCERPT + 1], count=1).rstrip() + "..."
