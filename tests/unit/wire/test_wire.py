from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from passing import Passing

from orchestrator.errors import EngineError
from orchestrator.model.conversation import (
    Conversation,
    ReadExactly,
    ReadLine,
    Redial,
    SeedRefused,
    Send,
)
from orchestrator.waiting import Deadline, Stopped, TimedOut
from orchestrator.wire import converse

SECONDS = 20
MEGABYTE = 1 << 20


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one connection; what its thread raises, the test raises."""
    raised: list[BaseException] = []

    def accept() -> None:
        try:
            listener.settimeout(SECONDS)
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(SECONDS)
                serve(connection)
        except BaseException as error:
            raised.append(error)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join()
    if raised:
        raise raised[0]


def within(seconds: float = SECONDS) -> Deadline:
    return Deadline.after(seconds)


def read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(min(1 << 16, size - len(data)))
        assert piece, "the client hung up"
        data += piece
    return data


def hold(port: int, conversation: Conversation, deadline: Deadline | None = None) -> None:
    converse("127.0.0.1", port, conversation, deadline or within())


def test_lines_and_bytes_come_back_as_they_are_asked_for() -> None:
    heard: list[bytes] = []

    def talk() -> Conversation:
        heard.append((yield ReadLine()))
        heard.append((yield Send(b"question")))
        heard.append((yield ReadExactly(5)))
        heard.append((yield ReadLine()))
        heard.append((yield ReadLine()))
        heard.append((yield ReadExactly(0)))
        heard.append((yield ReadLine()))

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"hello\r\n")
        assert read(connection, 8) == b"question"
        connection.sendall(b"a\r\n\0bplain\n\r\n")
        connection.sendall(b"l" * 3 * MEGABYTE + b"\n")

    with server(serve) as port:
        hold(port, talk())
    assert heard == [b"hello", b"", b"a\r\n\0b", b"plain", b"", b"", b"l" * 3 * MEGABYTE]


def test_bytes_that_dribble_in_are_gathered() -> None:
    heard: list[bytes] = []

    def talk() -> Conversation:
        for _ in range(2):
            heard.append((yield ReadLine()))
            heard.append((yield ReadExactly(3)))
            yield Send(b"x")

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(2):
            for byte in b"+OK\r\nabc":
                connection.sendall(bytes([byte]))
            read(connection, 1)

    with server(serve) as port:
        hold(port, talk())
    assert heard == [b"+OK", b"abc"] * 2


def test_a_server_that_answers_before_it_has_heard_all_blocks_nobody() -> None:
    """It reads no further until its answer is taken, and more is sent than fits anywhere."""
    size = 32 * MEGABYTE

    def talk() -> Conversation:
        yield Send(b"q" * size)
        assert (yield ReadExactly(size)) == b"a" * size

    def serve(connection: socket.socket) -> None:
        for _ in range(size // MEGABYTE):
            read(connection, MEGABYTE)
            connection.sendall(b"a" * MEGABYTE)

    with server(serve) as port:
        hold(port, talk())


def test_a_server_s_last_words_are_heard() -> None:
    def talk() -> Conversation:
        yield Send(b"q" * 64 * MEGABYTE)
        raise SeedRefused(7, (yield ReadLine()).decode())

    def serve(connection: socket.socket) -> None:
        read(connection, 10)
        connection.sendall(b"-ERR too much\r\n")

    with server(serve) as port, pytest.raises(SeedRefused, match="too much") as caught:
        hold(port, talk())
    assert caught.value.line == 7


def test_a_server_that_hangs_up_in_between() -> None:
    def talk() -> Conversation:
        yield ReadLine()

    with (
        server(lambda connection: connection.sendall(b"half a li")) as port,
        pytest.raises(EngineError, match=f"127.0.0.1:{port}: the server closed the connection"),
    ):
        hold(port, talk())


def test_a_server_that_breaks_off() -> None:
    def talk() -> Conversation:
        yield ReadLine()

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with (
        server(serve) as port,
        pytest.raises(EngineError, match=f"127.0.0.1:{port}: connection reset by peer"),
    ):
        hold(port, talk())


def test_nobody_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        with pytest.raises(EngineError, match=f"127.0.0.1:{port}: connection refused"):
            hold(port, nothing())


def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(EngineError, match=r"no-such-host\.invalid:1: "):
        converse("no-such-host.invalid", 1, nothing(), within())


def nothing() -> Conversation:
    yield from ()


def test_a_conversation_without_words_only_connects() -> None:
    with server(lambda connection: None) as port:
        hold(port, nothing())


@pytest.mark.parametrize("exchange", [ReadLine(), ReadExactly(1), Send(b"x" * 64 * MEGABYTE)])
@pytest.mark.parametrize("end", ["stopped", "late"])
def test_a_silent_server_is_not_waited_for_any_longer(
    exchange: ReadLine | ReadExactly | Send, end: str
) -> None:
    deadline, over, told = Passing(), threading.Event(), list[str]()
    timer = threading.Timer(0.05, deadline.stop.order if end == "stopped" else deadline.pass_by)

    def talk() -> Conversation:
        told.append("begun")
        timer.start()
        try:
            yield exchange
        finally:
            told.append("closed")

    def serve(_connection: socket.socket) -> None:
        over.wait(SECONDS)

    with server(serve) as port:
        try:
            with pytest.raises(Stopped if end == "stopped" else TimedOut):
                hold(port, talk(), deadline)
        finally:
            over.set()
    timer.cancel()
    assert told == ["begun", "closed"]


@pytest.mark.parametrize("error", [SeedRefused(3, "no"), FileNotFoundError("gone.redis")])
def test_what_the_conversation_raises_is_raised(error: Exception) -> None:
    def talk() -> Conversation:
        yield Send(b"x")
        raise error

    with server(lambda connection: None) as port, pytest.raises(type(error)) as caught:
        hold(port, talk())
    assert caught.value is error


def test_a_server_that_says_its_last_word_is_dialled_anew() -> None:
    heard: list[bytes] = []

    def talk() -> Conversation:
        for _ in range(2):
            yield Send(b"?")
            heard.append((yield ReadLine()))
            yield Redial()

    def serve(listener: socket.socket) -> None:
        for number in range(3):
            connection, _ = listener.accept()
            with connection:
                if number < 2:
                    assert connection.recv(1) == b"?"
                    connection.sendall(b"%d\nunheard" % number)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        hold(listener.getsockname()[1], talk())
        thread.join()
    assert heard == [b"0", b"1"]
