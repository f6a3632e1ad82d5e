"""Events as JSON lines, written as they happen: see `artifacts.events`."""

from __future__ import annotations

import threading
from typing import TextIO

from orchestrator.artifacts.events import as_json
from orchestrator.model.event import Event


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
