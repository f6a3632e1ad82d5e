"""What the tests of the probes share: servers on the loopback, and an engine with a script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.errors import EngineError
from orchestrator.model.launch import ExecResult, Found, LogLine, State
from orchestrator.probes import Target
from orchestrator.waiting import Deadline

SECONDS = 20
RUNS = State("running")
FOUND = Found("stub", "process", "1", {})

Serve = Callable[[socket.socket], None]


@contextmanager
def server(serve: Serve) -> Iterator[int]:
    """A server that serves one connection after the other, on the port that is yielded."""
    stopping = threading.Event()

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                if stopping.is_set():
                    return
                connection.settimeout(SECONDS)
                serve(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stopping.set()
            socket.create_connection(listener.getsockname(), SECONDS).close()
            thread.join()


@contextmanager
def nobody() -> Iterator[int]:
    """A port on which nobody listens, and nobody will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def says(answer: bytes) -> Serve:
    """Say this to whoever has said something, then wait for the end."""

    def serve(connection: socket.socket) -> None:
        try:
            connection.recv(1 << 16)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            stays(connection)
        except OSError:
            return

    return serve


def stays(connection: socket.socket) -> None:
    """Say nothing, and keep the connection as long as the other side does."""
    try:
        while connection.recv(1 << 16):
            pass
    except OSError:
        return


def hangs_up(_connection: socket.socket) -> None:
    """Close at once, like a proxy before a dead server."""


@dataclass
class Stub:
    """An engine that gives the next of its answers each time, and the last one for ever."""

    states: list[State] = field(default_factory=lambda: [RUNS])
    results: list[ExecResult | Exception] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    read: int = 0

    def state(self, found: Found, deadline: Deadline) -> State:
        self.asked.append("state")
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def exec(
        self,
        found: Found,
        argv: Sequence[str],
        deadline: Deadline,
        *,
        env: Mapping[str, str] | None = None,
    ) -> ExecResult:
        self.asked.append(" ".join(argv))
        result = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        if isinstance(result, Exception):
            raise result
        return result

    def logs(self, found: Found, deadline: Deadline) -> Iterator[LogLine]:
        self.asked.append("logs")
        for text in self.log:
            self.read += 1
            yield LogLine("2026-01-01T00:00:00Z", "stdout", text)


class Silent(Stub):
    """An engine that does not answer."""

    def state(self, found: Found, deadline: Deadline) -> State:
        raise EngineError("no answer from the engine")


def within(seconds: float = SECONDS) -> Deadline:
    return Deadline.after(seconds)


def target(
    port: int = 0, *, engine: Stub | None = None, deadline: Deadline | None = None
) -> Target:
    """Whom to ask: its ports all lead to the same one."""
    return Target(lambda _name: ("127.0.0.1", port), engine or Stub(), FOUND, deadline or within())
