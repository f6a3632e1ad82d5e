from __future__ import annotations

import errno
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestrator.errors import EngineError, PortTaken
from orchestrator.host.ports import HeldPorts, bound, refusal

ROOT = Path(__file__).parents[3]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares a held port")


@pytest.fixture
def ports() -> Iterator[HeldPorts]:
    with HeldPorts() as held:
        yield held


def listens(port: int, *, reuse: bool, host: str = "127.0.0.1") -> bool:
    """Whether a server can listen there now."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
        try:
            server.bind((host, port))
            server.listen()
        except OSError:
            return False
        return True


def test_it_takes_as_many_as_it_is_asked_for(ports: HeldPorts) -> None:
    taken = ports.take(20)
    assert len(set(taken)) == 20
    assert ports.take(0) == []


def test_nobody_listens_on_a_held_port(ports: HeldPorts) -> None:
    (port,) = ports.take(1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


@on_linux
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_server_that_reuses_addresses_starts_on_a_held_port(ports: HeldPorts, host: str) -> None:
    (port,) = ports.take(1)
    assert listens(port, reuse=True, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_any_other_server_starts_when_it_is_released(ports: HeldPorts, host: str) -> None:
    (port,) = ports.take(1)
    assert not listens(port, reuse=False, host=host)
    ports.release(port)
    assert listens(port, reuse=False, host=host)


def test_releasing_what_is_not_held_is_fine(ports: HeldPorts) -> None:
    (port,) = ports.take(1)
    ports.release(port, port, 1)
    ports.release()


def test_the_end_releases_everything() -> None:
    with HeldPorts() as ports:
        taken = ports.take(5)
    assert all(listens(port, reuse=False) for port in taken)


def test_a_fixed_port_is_held(ports: HeldPorts) -> None:
    (port,) = ports.take(1)
    ports.release(port)
    assert ports.take_fixed(port) == port
    assert not listens(port, reuse=False)


def test_a_fixed_port_on_which_somebody_listens_is_taken(ports: HeldPorts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} of this host is taken") as caught:
            ports.take_fixed(port)
    assert caught.value.port == port
    assert "choose another port" in caught.value.hint


def test_a_port_cannot_be_held_twice(ports: HeldPorts) -> None:
    (port,) = ports.take(1)
    with pytest.raises(PortTaken):
        ports.take_fixed(port)
    assert not listens(port, reuse=False), "the first holder has lost it"


def test_a_port_that_was_just_in_use_can_be_fixed(ports: HeldPorts) -> None:
    """Connections that a server closed keep its port busy for a minute, but not for us."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            accepted, _ = server.accept()
            accepted.close()
            assert client.recv(1) == b""
    assert ports.take_fixed(port) == port


def test_when_there_are_not_enough_none_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []

    def three_only(port: int, *, alone: bool = False) -> socket.socket:
        if len(given) == 3:
            raise refusal(0, OSError(errno.EADDRINUSE, "taken"))
        holder = bound(port, alone=alone)
        given.append(holder.getsockname()[1])
        return holder

    monkeypatch.setattr("orchestrator.host.ports.bound", three_only)
    with HeldPorts() as ports:
        with pytest.raises(PortTaken, match="no port of this host is free"):
            ports.take(4)
        assert all(listens(port, reuse=False) for port in given)


@pytest.mark.parametrize(
    ("port", "number", "message"),
    [
        pytest.param(80, errno.EACCES, "port 80 of this host is not allowed", id="privileged"),
        pytest.param(8000, errno.EACCES, "port 8000 of this host cannot be had: no", id="else"),
    ],
)
def test_a_refusal_says_what_is_the_matter(port: int, number: int, message: str) -> None:
    error = refusal(port, OSError(number, "no"))
    assert isinstance(error, EngineError)
    assert error.message.startswith(message)


def test_threads_never_get_the_same_port(ports: HeldPorts) -> None:
    with ThreadPoolExecutor(16) as pool:
        taken = [port for some in pool.map(ports.take, [10] * 16) for port in some]
    assert len(set(taken)) == 160


HOLDER = """
import sys
from orchestrator.host.ports import HeldPorts
with HeldPorts() as ports:
    print(*ports.take(5), flush=True)
    sys.stdin.read()
"""


def test_processes_never_get_the_same_port() -> None:
    """Twelve choose five ports each, all at the same time, and hold them."""
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        for _ in range(12)
    ]
    try:
        taken = [port for holder in holders for port in (holder.stdout or []).readline().split()]  # type: ignore[union-attr]
    finally:
        for holder in holders:
            holder.communicate(timeout=30)
    assert len(taken) == 60
    assert [port for port, count in Counter(taken).items() if count > 1] == []
