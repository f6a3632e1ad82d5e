"""Questions to engines that have to be answered soon, or the engine counts as silent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.errors import EngineUnavailable
from orchestrator.waiting import SILENT, Deadline, TimedOut


@contextmanager
def in_time(engine: str, seconds: float) -> Iterator[Deadline]:
    """Give the deadline for a question. Raises EngineUnavailable when it passes."""
    try:
        yield Deadline.after(seconds)
    except TimedOut as error:
        raise EngineUnavailable(
            f"the engine {engine} did not answer within {seconds:g} s",
            hint=SILENT,
        ) from error
