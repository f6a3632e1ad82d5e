"""Events as JSON lines, written as they happen: see `artifacts.events`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from orchestrator.artifacts.events import as_json
from orchestrator.model.event import Event


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a file for lines. Raises OSError when that cannot be; that it cannot be closed is quiet.

    Every line is written at once, so whatever has no room at the end has been told already.
    """
    file = path.open("w", encoding="utf-8")
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


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
