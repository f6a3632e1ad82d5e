"""Questions asked all at once, of which some may never be answered."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from orchestrator.waiting import Deadline, TimedOut


def at_once(
    jobs: Mapping[str, Callable[[], None]], until: Deadline
) -> dict[str, BaseException | None]:
    """Do these all at once; return for each what it raised, None for nothing.

    One that is not done in time counts as TimedOut, and is left alone: it ends by itself, since
    every call of an engine has a deadline.
    """
    ended: queue.SimpleQueue[tuple[str, BaseException | None]] = queue.SimpleQueue()

    def do(name: str, job: Callable[[], None]) -> None:
        error: BaseException | None = None
        try:
            job()
        except BaseException as raised:  # It is told where it is awaited.
            error = raised
        ended.put((name, error))

    for name, job in jobs.items():
        threading.Thread(target=do, args=(name, job), name="greenroom-look", daemon=True).start()
    outcomes: dict[str, BaseException | None] = {}
    with suppress(queue.Empty):
        while len(outcomes) < len(jobs):
            # A little later than the jobs themselves, so that they can say what it was.
            name, error = ended.get(timeout=until.remaining() + 0.05)
            outcomes[name] = error
    return {name: outcomes.get(name, TimedOut()) for name in jobs}
