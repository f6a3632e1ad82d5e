"""Runs a command beside an instance, its streams flowing while it runs."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from orchestrator.engines.process.children import CannotStart, Popen, exit_code, spawn
from orchestrator.model.launch import ExecResult
from orchestrator.waiting import Deadline

Output = Callable[[str, bytes], None]

BLOCK = 1 << 16

SLICE = 0.1
"""At most so many seconds pass before a wait looks at its deadline and its input."""


def run(
    argv: Sequence[str],
    env: Mapping[str, str],
    workdir: str,
    deadline: Deadline,
    *,
    user: int | None = None,
    stdin: Iterable[bytes] | None,
    output: Output | None,
) -> ExecResult:
    """Run a command and wait for its end; one that cannot be started has failed like in a shell.

    Raises Stopped or TimedOut, and whatever `stdin` or `output` raise; the command is ended then.
    """
    deadline.check()
    gathered = _Gathered()
    deliver = output or gathered
    try:
        process = spawn(
            argv,
            env,
            workdir,
            user=user,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except CannotStart as error:
        deliver("stderr", f"{error.message}\n".encode())
        return ExecResult(error.code, stderr="" if output else error.message)
    feeder = None if stdin is None else _Feeder(stdin, process.stdin)

    def check() -> None:
        deadline.check()
        if feeder:
            feeder.check()

    try:
        _read(process, deliver, check)
        code = _wait(process, check)
        if feeder:
            feeder.check()
        return ExecResult(exit_code(code), gathered.text("stdout"), gathered.text("stderr"))
    finally:
        _end(process, feeder)


@dataclass(frozen=True)
class _Gathered:
    """Keeps all output, for whoever does not want it piece by piece."""

    pieces: dict[str, bytearray] = field(
        default_factory=lambda: {"stdout": bytearray(), "stderr": bytearray()}
    )

    def __call__(self, stream: str, data: bytes) -> None:
        self.pieces[stream] += data

    def text(self, stream: str) -> str:
        return self.pieces[stream].decode(errors="replace")


def _read(process: Popen, deliver: Output, check: Callable[[], None]) -> None:
    """Deliver the output until both streams end.

    A command may leave something in the background that holds them open: once the command has
    ended, silence is the end.
    """
    with selectors.DefaultSelector() as selector:
        for name, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
            assert pipe is not None
            selector.register(pipe, selectors.EVENT_READ, name)
        while selector.get_map():
            ended = process.poll() is not None
            ready = selector.select(SLICE)
            check()
            if ended and not ready:
                return
            for key, _ in ready:
                data = os.read(key.fd, BLOCK)
                if data:
                    deliver(key.data, data)
                else:
                    selector.unregister(key.fileobj)


def _wait(process: Popen, check: Callable[[], None]) -> int:
    """Wait for the end of a command that has closed its streams already."""
    while True:
        check()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(SLICE)


def _end(process: Popen, feeder: _Feeder | None) -> None:
    """End the command's group if it still runs, then close its streams, in this order.

    A command that saw its input end early might take half of it for the whole.
    """
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
    if feeder:
        feeder.stop()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


class _Feeder:
    """Writes a command's input from a thread of its own, because its source may be slow.

    The source is asked for its next piece only when the one before is written.
    """

    def __init__(self, source: Iterable[bytes], pipe: IO[bytes] | None) -> None:
        assert pipe is not None
        self._source = source
        self._pipe = pipe
        self._over = threading.Event()
        self._broken: BaseException | None = None
        self._thread = threading.Thread(target=self._feed, name="greenroom-stdin", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise what the source has raised."""
        if self._broken:
            raise self._broken

    def stop(self) -> None:
        """Write no more; a source that is in the midst of something is not waited for."""
        self._over.set()

    def _feed(self) -> None:
        try:
            self._write_all()
        except BrokenPipeError:
            # A command need not read all its input; its exit code tells whether it minded.
            pass
        except BaseException as error:
            self._broken = error
            # Its input must not end before the command has been ended.
            self._over.wait()
        finally:
            with contextlib.suppress(OSError):
                self._pipe.close()

    def _write_all(self) -> None:
        descriptor = self._pipe.fileno()
        os.set_blocking(descriptor, False)
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_WRITE)
            for piece in self._source:
                rest = memoryview(piece)
                while rest and not self._over.is_set():
                    if selector.select(SLICE):
                        rest = rest[_write_some(descriptor, rest) :]
                if self._over.is_set():
                    return


def _write_some(descriptor: int, data: memoryview) -> int:
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        return 0
