"""Passes on what a command writes: at once, without secrets, and kept with the times."""

from __future__ import annotations

import codecs
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self, TextIO

from orchestrator.artifacts.log_files import LogFile
from orchestrator.ci.masked import Masked
from orchestrator.ci.steady import Steady, same
from orchestrator.model.moment import rfc3339

PIECE = 1 << 16

PIECES = 16
"""Pieces that wait to be passed on: a command that writes faster than we do has to wait."""

LONGEST = 1 << 16
"""Characters after which a line without an end is kept, and what follows as another one."""

PAUSE = 0.1
"""Seconds of silence after which the beginning of a line is shown."""

DRAIN = 1.0
"""Seconds that its own children may still write for when the command has ended."""


class Stream:
    """One stream of a command, on its way to one of ours."""

    def __init__(self, out: Steady, masked: Masked, keep: Callable[[list[str]], None]) -> None:
        self._out = out
        self._masked = masked
        self._keep = keep
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._line = ""

    def feed(self, piece: bytes) -> None:
        """Take a piece."""
        self._write(self._masked.feed(self._decoder.decode(piece)))

    def rest(self) -> None:
        """Show the beginning of a line: nothing more comes for now."""
        self._write(self._masked.rest())

    def end(self) -> None:
        """Show all that is left."""
        self._write(self._masked.feed(self._decoder.decode(b"", final=True)))
        self._write(self._masked.end())
        if self._line:
            self._keep([self._line])
            self._line = ""

    def _write(self, text: str) -> None:
        if not text:
            return
        *lines, self._line = (self._line + text).split("\n")
        if len(self._line) > LONGEST:
            lines, self._line = [*lines, self._line], ""
        self._keep(lines)
        self._out.pass_on(text.encode(errors="surrogateescape"))


class Relay:
    """Stands between a command and our own streams while its block runs.

    `outlets` are what the command is to have as its stdout and stderr. Where both of ours are one
    and the same, so are its, and the order of all lines stays. On a terminal it has one, too.
    `kept` gets every line, without secrets, with the time at which it came; None keeps none.
    `ours` is how we write to one of our streams ourselves.
    """

    def __init__(
        self,
        masked: Callable[[], Masked],
        kept: LogFile | None = None,
        ours: Steady | None = None,
    ) -> None:
        self._masked = masked
        self._kept = kept
        self._own = ours
        self._pieces: queue.Queue[tuple[int, bytes | None]] = queue.Queue(PIECES)
        self._streams: list[Stream] = []
        self._over = threading.Event()
        self._drained = False
        self._broken: BaseException | None = None
        self.outlets: tuple[int, int] = (-1, -1)

    def __enter__(self) -> Self:
        first = self._open(sys.stdout)
        second = first if same(sys.stdout, sys.stderr) else self._open(sys.stderr)
        self.outlets = (first, second)
        threading.Thread(target=self._pass_on, name="greenroom-output", daemon=True).start()
        return self

    def begun(self) -> None:
        """The command has its ends of the pipes; ours of them would keep them open."""
        for end in set(self.outlets):
            os.close(end)
        self.outlets = (-1, -1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._finish()

    def drain(self) -> None:
        """The command has ended: wait until all that it wrote has been passed on.

        Raises what has kept that from being done.
        """
        self._finish()
        if self._broken:
            raise self._broken

    def _finish(self) -> None:
        if self.outlets != (-1, -1):
            self.begun()
        if self._drained:
            return
        self._drained = True
        if not self._over.wait(DRAIN):
            # Somebody whom the command has left behind still holds the pipe, or who reads us is
            # slow. What was written until now is passed on all the same.
            for number in range(len(self._streams)):
                self._put(number, None)
            self._over.wait()

    def _open(self, out: TextIO) -> int:
        """Return the end that a command writes to; what comes there is read from now on."""
        ours, its = terminal_like(out) if out.isatty() else os.pipe()
        number = len(self._streams)
        own = self._own
        steady = own if own and same(own.stream, out) else Steady(out)
        self._streams.append(Stream(steady, self._masked(), self._keep))
        threading.Thread(target=self._read, args=(number, ours), daemon=True).start()
        return its

    def _read(self, number: int, end: int) -> None:
        # A terminal that nobody writes to any more ends with an error, and not with nothing.
        with suppress(OSError):
            while piece := os.read(end, PIECE):
                self._put(number, piece)
        self._put(number, None)
        os.close(end)

    def _put(self, number: int, piece: bytes | None) -> None:
        """Have a piece passed on, as soon as there is room for it; nobody wants it at the end."""
        while not self._over.is_set():
            with suppress(queue.Full):
                self._pieces.put((number, piece), timeout=PAUSE)
                return

    def _pass_on(self) -> None:
        try:
            self._pass_all_on()
        except BaseException as error:  # It is raised where somebody waits for the end.
            self._broken = error
        finally:
            # Whatever has happened, neither the command nor we are to wait for this any more.
            self._over.set()

    def _pass_all_on(self) -> None:
        ended: set[int] = set()
        while len(ended) < len(self._streams):
            try:
                number, piece = self._pieces.get(timeout=PAUSE)
            except queue.Empty:
                for stream in self._streams:
                    stream.rest()
                continue
            if number in ended:
                continue
            if piece is None:
                self._streams[number].end()
                ended.add(number)
            else:
                self._streams[number].feed(piece)

    def _keep(self, lines: list[str]) -> None:
        if self._kept is None or not lines:
            return
        now = rfc3339(time.time())
        # Without room for it, it is still on the screen.
        with suppress(OSError, ValueError):
            self._kept.write((now, shown(line)) for line in lines)
            self._kept.flush()


def shown(line: str) -> str:
    """Return a line as text; bytes that are none are shown as such."""
    return line.rstrip("\r").encode(errors="surrogateescape").decode(errors="replace")


def terminal_like(out: TextIO) -> tuple[int, int]:
    """Return both ends of a terminal as wide as ours, that passes everything on as it is."""
    import pty
    import termios

    ours, its = pty.openpty()
    mode = termios.tcgetattr(its)
    mode[1] &= ~termios.OPOST
    termios.tcsetattr(its, termios.TCSANOW, mode)
    with suppress(termios.error, OSError):
        termios.tcsetwinsize(its, termios.tcgetwinsize(out.fileno()))
    return ours, its
