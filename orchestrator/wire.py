"""Speaks a server's own protocol with it: runs a conversation over a TCP connection."""

from __future__ import annotations

import errno
import os
import selectors
import socket
from collections.abc import Callable, Generator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from orchestrator.errors import EngineError
from orchestrator.model.conversation import Exchange, ReadExactly, ReadLine, Redial, Send
from orchestrator.waiting import Deadline

Result = TypeVar("Result")

AddressInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]

CHUNK = 1 << 16

SLICE = 0.1
"""At most so many seconds pass before a wait looks at its deadline."""


def converse(
    host: str, port: int, conversation: Generator[Exchange, bytes, Result], deadline: Deadline
) -> Result:
    """Hold a conversation with the server at this address, and return what it returns at its end.

    Raises EngineError when there is no connection or it breaks, Stopped or TimedOut as the deadline
    says, and whatever the conversation itself raises (SeedRefused).
    """
    try:
        with Connection(host, port, deadline) as connection:
            return hold(connection.do, conversation)
    except ConnectionBroken as error:
        raise EngineError(f"{host}:{port}: {error}") from error


def hold(
    do: Callable[[Exchange], bytes], conversation: Generator[Exchange, bytes, Result]
) -> Result:
    """Hold a conversation with whoever does each exchange, and return what it returns."""
    try:
        exchange = next(conversation)
        while True:
            exchange = conversation.send(do(exchange))
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        conversation.close()


class ConnectionBroken(Exception):
    """Raised when a connection cannot be opened or breaks; its text says why.

    A conversation reads files besides, whose errors are not those of a connection.
    """

    @classmethod
    def by(cls, error: OSError) -> Self:
        """What the system said, in lower case and without its number."""
        return cls((error.strerror or str(error) or type(error).__name__).lower())


class Connection:
    """A connection that reads ahead, and that reads also while it sends.

    A server that answers while it is still being sent to would otherwise wait for us to read, and
    we for it to read, for ever.
    """

    def __init__(self, host: str, port: int, deadline: Deadline) -> None:
        self._place = host, port
        self._deadline = deadline
        self._dial()

    def _dial(self) -> None:
        self._received = bytearray()
        self._searched = 0
        self._ended = False
        self._broken: ConnectionBroken | None = None
        self._socket, self._selector = connect(*self._place, self._deadline)

    def until(self, deadline: Deadline) -> None:
        """Let all that is done from now on end at this deadline."""
        self._deadline = deadline

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._selector.close()
        self._socket.close()

    def do(self, exchange: Exchange) -> bytes:
        """Do what the conversation asks for, and return what came back; nothing does for a Send."""
        self._deadline.check()
        match exchange:
            case Send(data=data):
                self._send(memoryview(data))
                return b""
            case ReadLine():
                return self._take_line()
            case ReadExactly(size=size):
                return self._take(size)
            case Redial():
                self.close()
                self._dial()
                return b""

    def _send(self, data: memoryview) -> None:
        while data and not self._broken:
            try:
                data = data[self._socket.send(data) :]
            except BlockingIOError:
                self._wait(selectors.EVENT_READ | selectors.EVENT_WRITE)
                self._receive()
            except OSError as error:
                self._broken = ConnectionBroken.by(error)
                self._receive()
        # A server that has had enough says why before it hangs up: first that is to be read.
        if self._broken and not self._received:
            raise self._broken

    def _take_line(self) -> bytes:
        while (end := self._received.find(b"\n", self._searched)) < 0:
            self._searched = len(self._received)
            self._wait_for_more()
        line = self._take(end + 1)
        return line.removesuffix(b"\n").removesuffix(b"\r")

    def _take(self, size: int) -> bytes:
        while len(self._received) < size:
            self._wait_for_more()
        taken = bytes(self._received[:size])
        del self._received[:size]
        self._searched = 0
        return taken

    def _wait_for_more(self) -> None:
        if self._ended:
            raise self._broken or ConnectionBroken("the server closed the connection")
        self._wait(selectors.EVENT_READ)
        self._receive()

    def _receive(self) -> None:
        """Read what is there now, if anything is."""
        try:
            data = b"" if self._ended else self._socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._ended, self._broken = True, self._broken or ConnectionBroken.by(error)
            return
        self._ended = not data
        self._received += data

    def _wait(self, events: int) -> None:
        # Once the server has ended its side there is nothing to read, which a selector calls ready.
        self._selector.modify(self._socket, selectors.EVENT_WRITE if self._ended else events)
        wait(self._selector, self._deadline)


def connect(
    host: str, port: int, deadline: Deadline
) -> tuple[socket.socket, selectors.BaseSelector]:
    """Open a connection that never blocks, with a selector for it. Raises ConnectionBroken."""
    problem: OSError | None = None
    for family, kind, protocol, _, address in addresses(host, port):
        one, selector = socket.socket(family, kind, protocol), selectors.DefaultSelector()
        try:
            _open(one, address, selector, deadline)
        except OSError as error:
            problem = error
        except BaseException:
            _close(one, selector)
            raise
        else:
            return one, selector
        _close(one, selector)
    raise ConnectionBroken.by(problem or OSError("the host has no address"))


def addresses(host: str, port: int) -> Sequence[AddressInfo]:
    """Return every address that a host has. Raises ConnectionBroken when its name is unknown."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ConnectionBroken.by(error) from error


def _open(
    one: socket.socket,
    address: Any,
    selector: selectors.BaseSelector,
    deadline: Deadline,
) -> None:
    one.setblocking(False)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    selector.register(one, selectors.EVENT_WRITE)
    number = one.connect_ex(address)
    if number in (errno.EINPROGRESS, errno.EWOULDBLOCK):
        wait(selector, deadline)
        number = one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, os.strerror(number))


def _close(one: socket.socket, selector: selectors.BaseSelector) -> None:
    selector.close()
    one.close()


def wait(selector: selectors.BaseSelector, deadline: Deadline) -> None:
    """Wait until the connection is ready for something. Raises Stopped or TimedOut."""
    deadline.check()
    while not selector.select(deadline.remaining(SLICE)):
        deadline.check()
