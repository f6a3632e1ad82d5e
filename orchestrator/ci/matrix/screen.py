"""What several runs write, without any line between the lines of another.

The output of a run is gathered, and shown as one group when the run has ended. A run beside which
nothing else can write is shown as it goes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from orchestrator.ci.tongues import Tongue

PIECE = 1 << 16


class Output:
    """What one run writes; all of it is kept in a file. Made by `Screen.output`."""

    def __init__(self, screen: Screen, title: str, path: Path) -> None:
        self._screen = screen
        self._file: BinaryIO = path.open("wb")
        self.title = title
        self.path = path
        self.ends_in_line = True
        self.live = False

    def take(self, piece: bytes) -> None:
        """Take more of it. Without room to keep it, it is shown at least."""
        with self._screen.lock:
            with suppress(OSError):
                self._file.write(piece)
                self._file.flush()
            self.ends_in_line = piece.endswith(b"\n")
            if self.live:
                self._screen.pass_on(piece)

    def show_live(self) -> None:
        """Show what came so far, and from now on everything at once."""
        with self._screen.lock:
            if not self.live:
                self.live = True
                self._screen.begin(self)

    def end(self, *, well: bool) -> None:
        """Nothing comes any more: show all of it, if that was not done yet."""
        with self._screen.lock:
            if not self.live:
                self._screen.begin(self, well=well)
            self.live = False
            self._screen.finish(self, well=well)
            self.close()

    def close(self) -> None:
        """Keep no more of it."""
        with suppress(OSError):
            self._file.close()


class Screen:
    """The stream that the CI system reads; whatever goes there, goes through here."""

    def __init__(self, stream: TextIO, tongue: Tongue) -> None:
        self._stream = stream
        self._tongue = tongue
        self.lock = threading.RLock()

    def output(self, title: str, path: Path) -> Output:
        """Return what takes the output of a run, to be kept at this path. Raises OSError."""
        return Output(self, title, path)

    def say(self, *lines: str) -> None:
        """Write lines of our own, which are no commands for the CI system."""
        self.write(self._tongue.quoted(line) for line in lines)

    def write(self, lines: Iterable[str]) -> None:
        """Write lines that the CI system is to obey."""
        text = "".join(f"{line}\n" for line in lines)
        with self.lock:
            self.pass_on(text.encode("utf-8", "replace"))

    def begin(self, output: Output, *, well: bool = False) -> None:
        """Open the group of a run, and show what came of it so far.

        One in which all went `well` is folded. Tests may have something to tell the CI system; the
        run's own lines are quoted already.
        """
        lines = self._tongue.open(output.title, time.time(), tests=True, folded=well)
        self.write(lines or [self._tongue.quoted(f"== {output.title}")])
        with suppress(OSError), output.path.open("rb") as kept:
            while piece := kept.read(PIECE):
                self.pass_on(piece)

    def finish(self, output: Output, *, well: bool) -> None:
        """Close the group of a run."""
        if not output.ends_in_line:
            self.pass_on(b"\n")
        self.write(self._tongue.close(time.time(), well=well))

    def pass_on(self, piece: bytes) -> None:
        """Write bytes as they are; whoever reads us may have gone."""
        with suppress(OSError, ValueError):
            binary = getattr(self._stream, "buffer", None)
            if binary is None:
                self._stream.write(piece.decode(errors="replace"))
            else:
                self._stream.flush()
                binary.write(piece)
            self._stream.flush()
