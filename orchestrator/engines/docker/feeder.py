"""Feeding a command's input while somebody else reads its output."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from orchestrator.engines.docker.stream import Stream
from orchestrator.errors import EngineError
from orchestrator.waiting import Stopped, TimedOut

PATIENCE = 0.1
"""Seconds for which the end waits for the thread, which its source may keep from ever ending."""


class Feeder:
    """A thread that sends pieces as its source yields them, then closes the command's input.

    With one thread for both directions, a command that answers before it has read everything would
    block for ever. A source that fails ends the connection; `failure` is what it raised.
    """

    def __init__(self, stream: Stream, source: Iterable[bytes]) -> None:
        self.failure: BaseException | None = None
        self._stream = stream
        self._source = source
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="greenroom-stdin", daemon=True)

    def __enter__(self) -> Feeder:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._stream.hang_up()
        self._thread.join(PATIENCE)

    def _feed(self) -> None:
        try:
            for piece in self._source:
                if self._over.is_set() or not self._sent(piece):
                    return
            self._sent(None)
        except BaseException as error:  # whatever it is, the caller's thread raises it
            self.failure = error
            self._stream.hang_up()

    def _sent(self, piece: bytes | None) -> bool:
        """Send a piece, or the end; False when nobody reads any more, which the reader will see."""
        try:
            if piece is None:
                self._stream.end_input()
            else:
                self._stream.send(piece)
        except (EngineError, Stopped, TimedOut):
            return False
        return True
