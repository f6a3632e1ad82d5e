"""Events as JSON lines: one object for each, with the event's name under `event`."""

from __future__ import annotations

import dataclasses
import json
import threading
from typing import Any, TextIO

from orchestrator.model.event import Event, RunReady, RunStarted


class JsonLines:
    """Writes every event on a line of its own, at once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def show(self, event: Event) -> None:
        """Write one event."""
        with self._lock:
            self._stream.write(as_json(event) + "\n")
            self._stream.flush()

    def say(self, text: str) -> None:
        """Say nothing: these lines are for programs."""

    def close(self) -> None:
        """Nothing is left to write."""


def as_json(event: Event) -> str:
    """Return an event as one line; pairs of name and value become an object."""
    fields: dict[str, Any] = dataclasses.asdict(event)
    match event:
        case RunStarted(waits=waits):
            fields["waits"] = dict(waits)
        case RunReady(addresses=addresses):
            fields["addresses"] = dict(addresses)
    return json.dumps({"event": type(event).__name__, **fields}, ensure_ascii=False)
