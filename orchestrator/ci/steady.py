"""Our own streams, as a job uses them: what others write there, and what we write between that."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import IO, TextIO


class Steady:
    """Writes to a stream for as long as that can be written to, and then nowhere.

    That nobody reads it any more is no reason to end. Our own lines begin lines, also where others
    have left one without its end: a CI system finds its commands nowhere else.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        # A signal that comes while one of ours is written may have something to say, too.
        self._lock = threading.RLock()
        self._midway = False

    def write(self, text: str) -> int:
        """Write lines of our own."""
        if not text:
            return 0
        with self._lock, suppress(OSError, ValueError):
            begin, self._midway = "\n" if self._midway else "", False
            self.stream.write(begin + text)
        return len(text)

    def flush(self) -> None:
        """Write all that has been gathered."""
        with suppress(OSError, ValueError):
            self.stream.flush()

    def pass_on(self, data: bytes) -> None:
        """Write at once, and as it is, what others have written."""
        if not data:
            return
        with self._lock, suppress(OSError, ValueError):
            self._midway = not data.endswith(b"\n")
            self.stream.flush()
            binary = getattr(self.stream, "buffer", None)
            if binary is None:
                self.stream.write(data.decode(errors="replace"))
            else:
                binary.write(data)
            self.stream.flush()


def same(one: IO[str], other: IO[str]) -> bool:
    """Whether two streams lead to the same file, pipe or terminal."""
    try:
        return os.path.sameopenfile(one.fileno(), other.fileno())
    except (OSError, ValueError):
        return False


def let_go(*streams: TextIO) -> None:
    """Have the end of this program write nothing to streams that cannot be written to any more.

    What is left in them would be an error of its own then, with an exit code of its own.
    """
    for stream in streams:
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
