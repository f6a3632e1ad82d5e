"""Keeps everything that happens beside the other artifacts, for as long as there is room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from orchestrator.ci.writing import Unwritten
from orchestrator.model.event import Event
from orchestrator.render.json_lines import JsonLines, opened


class KeptEvents(JsonLines):
    """Writes events until that fails, which is noted: the others are then left out.

    An end that is missing can be seen, and a gap could not.
    """

    def __init__(self, stream: TextIO, unwritten: Unwritten) -> None:
        super().__init__(stream)
        self._unwritten = unwritten
        self._over = False

    def show(self, event: Event) -> None:
        """Write one event, if all before it were written."""
        if self._over:
            return
        try:
            super().show(event)
        except OSError as error:
            self._over = True
            self._unwritten.note("events", error)


@contextmanager
def kept_events(path: Path, unwritten: Unwritten) -> Iterator[KeptEvents]:
    """Open what keeps events in a file; one into which nothing has come does not stay."""
    with opened(path) as file:
        yield KeptEvents(file, unwritten)
    with suppress(OSError):
        if not path.stat().st_size:
            path.unlink()
