"""What is known of an instance when something went wrong with it."""

from __future__ import annotations

from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineError
from orchestrator.model.launch import Found, State
from orchestrator.waiting import Deadline, Stopped, TimedOut

OVER = "the time for all of it was over"
LONGER = "if it needs more time, give the whole more: --timeout 10m"

LOG_LINES = 20
LOG_SECONDS = 3.0

LONGEST = 1 << 16
"""Characters of a line that are taken: many more than are kept when secrets have been hidden."""


def tail_of(
    engine: Engine, found: Found, lines: int = LOG_LINES, seconds: float = LOG_SECONDS
) -> tuple[str, ...]:
    """Return the last lines of a log; none when the engine does not give them, which is no news."""
    try:
        # The order to stop may have been given already, and the log matters all the more then.
        log = engine.logs(found, Deadline.after(seconds), tail=lines)
        return tuple(line.text[:LONGEST] for line in log)
    except (EngineError, Stopped, TimedOut):
        return ()


def state_of(engine: Engine, found: Found, seconds: float = LOG_SECONDS) -> State | None:
    """Return how an instance is doing, None when the engine does not say."""
    try:
        return engine.state(found, Deadline.after(seconds))
    except (EngineError, Stopped, TimedOut):
        return None
