"""The run of one combination: a process of its own, so that its end touches no other's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from orchestrator.ci.matrix.combination import Combination
from orchestrator.ci.matrix.screen import Output

PIECE = 1 << 16

DRAIN = 1.0
"""Seconds for what is on its way when the process has ended: whom it has left may hold the pipe."""

PROGRAM = (sys.executable, "-P", "-m", "orchestrator")
"""Ourselves; without `-P`, a folder `orchestrator` where we run would be taken for us."""


class Child:
    """A run while it runs. `ended` is told when it has, with all of its output taken."""

    def __init__(
        self,
        combination: Combination,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        output: Output,
        ended: Callable[[Child], None],
    ) -> None:
        """Start it. Raises OSError."""
        self.combination = combination
        self.output = output
        self.stopped = False
        self._began = time.monotonic()
        self._told = False
        self._ended = ended
        # In a session of its own: what a terminal tells us, we pass on ourselves, and only once.
        # As long as we live, there may be something to read for it; see `with_parent`.
        self._process = subprocess.Popen(
            [*PROGRAM, *arguments],
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, daemon=True).start()

    @property
    def code(self) -> int:
        """How it ended: see `Outcome.code`."""
        assert self._process.returncode is not None, "it has ended"
        return self._process.returncode

    @property
    def taken(self) -> float:
        """How long it has run."""
        return time.monotonic() - self._began

    def tell(self, number: int) -> None:
        """Send it a signal, the first one only: with that, it removes everything and ends."""
        if not self._told:
            self._told = True
            self._process.send_signal(number)

    def stop(self) -> None:
        """End it for another's sake."""
        self.stopped = True
        self.tell(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once; its watchdog removes what it leaves."""
        self._process.kill()

    def _read(self) -> None:
        assert self._process.stdout is not None, "its output is a pipe"
        with suppress(OSError):
            while piece := os.read(self._process.stdout.fileno(), PIECE):
                self.output.take(piece)

    def _wait(self) -> None:
        self._process.wait()
        self._reader.join(DRAIN)
        with suppress(OSError):
            assert self._process.stdin is not None, "its input is a pipe"
            self._process.stdin.close()
        self._ended(self)
