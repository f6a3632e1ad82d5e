"""Connections that stay open, on which a server is told of one slice after the other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from orchestrator import wire
from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineError, GreenroomError
from orchestrator.model.conversation import (
    Conversation,
    Exchange,
    ReadExactly,
    ReadLine,
    Redial,
    Send,
)
from orchestrator.model.launch import Found
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

GRACE = 2.0
"""Seconds for which the end of a command is waited for whose input has been closed."""


class Channel(Protocol):
    """What conversations are held on, one after the other."""

    def hold(self, conversation: Conversation, deadline: Deadline) -> None:
        """Hold one to its end. Raises EngineError when the connection breaks."""

    def close(self) -> None:
        """Hang up."""


class WireChannel:
    """A connection to the server's own port."""

    def __init__(self, host: str, port: int, deadline: Deadline) -> None:
        self._place = f"{host}:{port}"
        with self._translated():
            self._connection = wire.Connection(host, port, deadline)

    def hold(self, conversation: Conversation, deadline: Deadline) -> None:
        """Hold a conversation with the server."""
        self._connection.until(deadline)
        with self._translated():
            wire.hold(self._connection.do, conversation)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _translated(self) -> _Translated:
        return _Translated(self._place)


class _Translated:
    """Lets a broken connection be an error of the engine, with the place in front."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, wire.ConnectionBroken):
            raise EngineError(f"{self._place}: {error}") from error


class ExecChannel:
    """A client that runs beside the server, fed through its input for as long as this is open.

    To start one takes some fifty milliseconds, to ask it something a fraction of one.
    """

    def __init__(
        self, engine: Engine, found: Found, argv: Sequence[str], env: Mapping[str, str]
    ) -> None:
        self._words = argv[0]
        self._input: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._output = bytearray()
        self._changed = threading.Condition()
        self._ended: str | None = None
        self._stop = Stop()
        self._thread = threading.Thread(
            target=self._run, args=(engine, found, argv, env), name="greenroom-client", daemon=True
        )
        self._thread.start()

    def hold(self, conversation: Conversation, deadline: Deadline) -> None:
        """Hold a conversation with the client."""
        wire.hold(lambda exchange: self._do(exchange, deadline), conversation)

    def close(self) -> None:
        """Let the client come to its end, which it does when its input has ended."""
        self._input.put(None)
        self._thread.join(GRACE)
        self._stop.order()

    def _do(self, exchange: Exchange, deadline: Deadline) -> bytes:
        match exchange:
            case Send(data=data):
                self._input.put(data)
                return b""
            case ReadLine():
                line = self._take(lambda: self._output.find(b"\n") + 1, deadline)
                return line.removesuffix(b"\n").removesuffix(b"\r")
            case ReadExactly(size=size):
                return self._take(lambda: size if len(self._output) >= size else 0, deadline)
            case Redial():
                raise EngineError(f"{self._words} is a client, which cannot be dialled anew")

    def _take(self, size: _Size, deadline: Deadline) -> bytes:
        with self._changed:
            while not (length := size()):
                if self._ended is not None:
                    raise EngineError(self._ended)
                deadline.check()
                self._changed.wait(deadline.remaining(wire.SLICE))
            taken = bytes(self._output[:length])
            del self._output[:length]
            return taken

    def _run(
        self, engine: Engine, found: Found, argv: Sequence[str], env: Mapping[str, str]
    ) -> None:
        until = Deadline(stop=self._stop)
        words = f"{argv[0]} beside {found.instance} has ended"
        try:
            engine.exec(found, argv, until, env=env, stdin=self._fed(), output=self._heard)
        except GreenroomError as error:
            words = error.message
        except (Stopped, TimedOut):
            pass
        finally:
            # Whatever has happened, nobody is to wait for an answer any more.
            with self._changed:
                said = bytes(self._output).decode(errors="replace").strip()
                self._ended = f"{words}: {said}" if said else words
                self._changed.notify_all()

    def _fed(self) -> Iterator[bytes]:
        while (data := self._input.get()) is not None:
            yield data

    def _heard(self, _stream: str, data: bytes) -> None:
        with self._changed:
            self._output += data
            self._changed.notify_all()


class _Size(Protocol):
    def __call__(self) -> int: ...
