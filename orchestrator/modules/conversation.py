"""The child that runs a module, and what is said to it and by it."""

from __future__ import annotations

import json
import queue
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from orchestrator.model.printable import end_of
from orchestrator.project_python import end
from orchestrator.waiting import Deadline, poll

CHILD = Path(__file__).with_name("in_child")

LONGEST = 2000
"""Characters of the child's own output that a failure shows, the last ones."""

LONGEST_PAUSE = 0.1


class Ended(Exception):
    """The child has ended before its answer, with these words."""


class Child:
    """A process that describes and starts modules; at the end of the context it is gone.

    It runs in a session of its own, so that Ctrl-C comes to it only through us, and what the module
    starts on this host goes with it; its temporary files are in a folder of their own, which goes
    too. Where we are killed, it ends by itself, because its input does.
    """

    def __init__(self, python: str, folder: str, environ: Mapping[str, str]) -> None:
        self._command = [python, str(CHILD)]
        self._folder = folder
        self._environ = environ
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def __enter__(self) -> Self:
        self._temporary = tempfile.TemporaryDirectory(prefix="greenroom-module-")
        # What it prints is for a failure only.
        self._output = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                [*self._command, self._temporary.name],
                cwd=self._folder or None,
                env={**self._environ, "TMPDIR": self._temporary.name},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._output,
                start_new_session=True,
            )
        except OSError as error:
            self._forget()
            raise Ended(f"cannot run {self._command[0]}: {error.strerror}") from error
        threading.Thread(target=self._listen, daemon=True, name="greenroom-module").start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        end(self._process)
        self._forget()

    def say(self, what: Mapping[str, Any]) -> None:
        """Send a line; a child that does not read it any more is noticed when it is to answer."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(what, default=str).encode() + b"\n")
            self._process.stdin.flush()

    def hear(
        self, deadline: Deadline, meanwhile: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """Return the next answer. Raises Ended, and Stopped or TimedOut by the deadline.

        `meanwhile` is called again and again, and may end the waiting by what it raises.
        """

        def is_there() -> bool:
            if self._answers.empty():
                meanwhile()
            return not self._answers.empty()

        poll(is_there, deadline, longest=LONGEST_PAUSE)
        answer = self._answers.get()
        if answer is None:
            # It may have closed its output and live on.
            poll(lambda: self._process.poll() is not None, deadline, longest=LONGEST_PAUSE)
            code = self._process.returncode
            raise Ended(f"the process that runs it has ended with code {code}{self._words()}")
        return answer

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            # What an interpreter prints at its start comes here too.
            with suppress(ValueError):
                answer = json.loads(line)
                if isinstance(answer, dict):
                    self._answers.put(answer)
        self._answers.put(None)

    def _words(self) -> str:
        self._output.seek(0)
        words = end_of(self._output.read().decode(errors="replace").strip(), LONGEST)
        return f": {words}" if words else ""

    def _forget(self) -> None:
        self._output.close()
        self._temporary.cleanup()
