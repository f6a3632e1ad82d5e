"""Greenroom as a child process, with a limit."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from chaos.place import Place

GREENROOM = str(Path(sys.executable).with_name("greenroom"))

LIMIT = 90.0
"""Seconds after which a command hangs."""

EVIDENCE = re.compile(r"  (step|last answer|state|log)\b")
"""How lines begin that tell what was known, below a message."""

VARYING = (
    (re.compile(r"/(?!/)[\w./-]*engine\.sock"), "SOCKET"),
    (re.compile(r"/\S*/(runs|state)\b\S*"), "FOLDER"),
    (re.compile(r"\b(small|five|servers|twenty)-[a-z2-9]{8}\b"), "RUN"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "ID"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\b\d+(\.\d+)? s\b"), "N s"),
)
"""What differs from one trial to the next."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code as a shell has it, and both its streams."""

    code: int
    seconds: float
    output: str
    hung: bool = False

    @property
    def error(self) -> str:
        """What it said was wrong; empty when it did not say."""
        return self._behind("error: ")

    @property
    def hint(self) -> str:
        """What it said is to be done next."""
        return self._behind("next: ")

    def _behind(self, word: str) -> str:
        """Return the first line that begins so, with those that go on with it."""
        lines = self.output.splitlines()
        starts = [number for number, line in enumerate(lines) if line.startswith(word)]
        if not starts:
            return ""
        first, *rest = lines[starts[0] :]
        more = takewhile(lambda line: line.startswith("  ") and not EVIDENCE.match(line), rest)
        return general("; ".join([first.removeprefix(word), *map(str.strip, more)]))


class Command:
    """A command that runs; `wait` returns how it ended."""

    def __init__(self, words: Sequence[str], place: Place, environ: Mapping[str, str]) -> None:
        self._log = place.folder / "output.log"
        self._began = time.monotonic()
        with self._log.open("wb") as file:
            self.process = subprocess.Popen(
                [GREENROOM, *words],
                cwd=place.folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def wait(self, limit: float = LIMIT) -> Ended:
        """Wait for its end, and kill it after so many seconds."""
        hung = threading.Event()

        def kill() -> None:
            hung.set()
            self.process.kill()

        # Waiting with a time limit would look every 50 ms only, and measure that.
        killer = threading.Timer(limit, kill)
        killer.start()
        try:
            code = self.process.wait()
        finally:
            killer.cancel()
        seconds = time.monotonic() - self._began
        output = self._log.read_text(errors="replace")
        return Ended(code if code >= 0 else 128 - code, seconds, output, hung.is_set())


def run(
    words: Sequence[str], place: Place, environ: Mapping[str, str], limit: float = LIMIT
) -> Ended:
    """Run a command to its end."""
    return Command(words, place, environ).wait(limit)


def general(text: str) -> str:
    """Return a message without what differs each time, so that equal ones can be counted."""
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return text
