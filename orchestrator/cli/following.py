"""Several logs at once, as they come."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orchestrator.waiting import Deadline, Stop, Stopped

if TYPE_CHECKING:
    from orchestrator.lifecycle.running import RunningResource
    from orchestrator.model.launch import LogLine

Item = tuple[str, "LogLine | BaseException | None"]
"""Whose it is, and a line, or why no more come; None is the log's end."""


def followed(
    resources: list[RunningResource], *, since: str | None, tail: int | None
) -> Iterator[tuple[str, LogLine]]:
    """Yield lines until all logs have ended; raises what any of them raises."""
    items: queue.SimpleQueue[Item] = queue.SimpleQueue()
    stop = Stop()

    def read(resource: RunningResource) -> None:
        try:
            deadline = Deadline(stop=stop)
            for line in resource.logs(follow=True, since=since, tail=tail, deadline=deadline):
                items.put((resource.name, line))
            items.put((resource.name, None))
        except Stopped:
            pass
        except BaseException as error:  # It is raised again where it is awaited.
            items.put((resource.name, error))

    for resource in resources:
        threading.Thread(target=read, args=(resource,), daemon=True).start()
    try:
        yield from until_ended(items, len(resources))
    finally:
        stop.order()


def until_ended(items: queue.SimpleQueue[Item], open_: int) -> Iterator[tuple[str, LogLine]]:
    """Yield what comes until as many logs have ended as were open."""
    while open_:
        name, item = items.get()
        if item is None:
            open_ -= 1
        elif isinstance(item, BaseException):
            raise item
        else:
            yield name, item
