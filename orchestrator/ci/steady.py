"""Our own streams, as a job uses them: that nobody reads them any more is no reason to end."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TextIO


class Steady:
    """Writes to a stream for as long as that can be written to, and then nowhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        with suppress(OSError, ValueError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write all that has been gathered."""
        with suppress(OSError, ValueError):
            self._stream.flush()


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
