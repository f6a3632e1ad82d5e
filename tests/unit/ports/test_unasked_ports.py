"""Ports that nobody is given by chance, between our letting go and a program's listening there."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestrator import Environment
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import PortTaken
from orchestrator.host import unasked as ours
from orchestrator.host.ports import HeldPorts, bound
from orchestrator.host.unasked import unasked

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells its range")


@pytest.fixture
def ports() -> Iterator[HeldPorts]:
    with HeldPorts() as held:
        yield held


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> int:
    """The one port that is left to be chosen; it is free."""
    with HeldPorts() as held:
        (port,) = held.take(1)
    monkeypatch.setattr("orchestrator.host.ports.unasked", lambda: [port])
    return port


@pytest.mark.parametrize(
    ("given_away", "reserved", "first", "count"),
    [
        pytest.param("32768\t60999\n", "\n", 61000, 4536, id="as Linux comes"),
        pytest.param("15000 65000", "65001,65003-65005\n", 65002, 531, id="some reserved"),
        pytest.param("1024 4999", "8080", 49152, 16384, id="no others than dynamic ones"),
        pytest.param("1024 65535", "", None, 0, id="all given away"),
        pytest.param("60000 64999", "65000-65535", None, 0, id="all reserved"),
        pytest.param("nothing we know", "", None, 0, id="unknown words"),
        pytest.param(None, "", None, 0, id="a system that does not tell"),
    ],
)
def test_what_is_left(
    given_away: str | None,
    reserved: str,
    first: int | None,
    count: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ours, "GIVEN_AWAY", tmp_path / "range")
    monkeypatch.setattr(ours, "RESERVED", tmp_path / "reserved")
    if given_away is not None:
        (tmp_path / "range").write_text(given_away)
    (tmp_path / "reserved").write_text(reserved)
    found = unasked()
    assert (min(found, default=None), len(set(found)), len(found)) == (first, count, count)


@on_linux
def test_the_system_gives_none_of_them_away(ports: HeldPorts) -> None:
    if not unasked():
        pytest.skip("this system gives away all ports")
    first, last = map(int, ours.GIVEN_AWAY.read_text().split())
    assert [port for port in ports.take(20) if first <= port <= last] == []


@on_linux
def test_what_is_lent_is_free_for_a_program_and_for_no_other_greenroom(
    ports: HeldPorts, only: int
) -> None:
    with HeldPorts() as others:
        assert ports.take(1) == [only]
        ports.lend(only)
        with socket.socket() as program:
            program.bind(("0.0.0.0", only))
        assert others.take(1) != [only]
        with pytest.raises(PortTaken) as caught:
            others.take_fixed(only)
        assert "end the other greenroom, which is about to start something there" in str(
            caught.value.hint
        )
        ports.release(only)
        assert others.take(1) == [only]


def test_what_another_of_ours_had_is_taken_back(ports: HeldPorts) -> None:
    free, lent = ports.take(2)
    ports.release(free)
    ports.lend(lent)
    with socket.create_server(("127.0.0.1", 0)) as server:
        used = server.getsockname()[1]
        ports.take_back(free, lent, used)
    with pytest.raises(PortTaken):
        bound(free, alone=True)
    for port in (lent, used):
        bound(port, alone=True).close()


@on_linux
def test_where_no_port_can_be_claimed_it_is_held_all_the_same(
    ports: HeldPorts, only: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    sandbox = SimpleNamespace(socket=forbidden, AF_UNIX=socket.AF_UNIX, SOCK_DGRAM=2)
    monkeypatch.setattr(ours, "socket", sandbox)
    assert ports.take(1) == [only]


def test_lending_what_is_not_held_is_fine(ports: HeldPorts) -> None:
    ports.lend(1)


def serving(port: int, stack: ExitStack) -> None:
    stack.enter_context(socket.create_server(("127.0.0.1", port)))


def serving_everybody(port: int, stack: ExitStack) -> None:
    stack.enter_context(socket.create_server(("0.0.0.0", port)))


def holding(port: int, stack: ExitStack) -> None:
    stack.enter_context(bound(port))


def connected(port: int, stack: ExitStack) -> None:
    """A connection that goes out from this port."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    client = stack.enter_context(socket.socket())
    client.bind(("127.0.0.1", port))
    client.connect(server.getsockname())


def just_closed(port: int, stack: ExitStack) -> None:
    """A server has closed a connection: for a minute no server without SO_REUSEADDR can start."""
    with socket.create_server(("127.0.0.1", port)) as server:
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
        server.accept()[0].close()
        assert client.recv(1) == b""
        client.close()


@pytest.mark.parametrize(
    "occupied",
    [serving, serving_everybody, holding, connected, just_closed],
    ids=lambda f: f.__name__,
)
def test_one_that_is_in_use_is_passed_over(ports: HeldPorts, only: int, occupied: object) -> None:
    with ExitStack() as stack:
        occupied(only, stack)  # type: ignore[operator]
        (port,) = ports.take(1)
    assert port != only


def test_what_is_chosen_leaves_out_what_somebody_has_to_have(tmp_path: Path, only: int) -> None:
    manifest = {
        "services": {
            "any": {"image": "any:1", "ports": [80]},
            "certain": {"image": "certain:1", "ports": [{"port": 80, "host": only}]},
        }
    }
    engines = {"docker": FakeEngine(listening=True)}
    with Environment.of(manifest, folder=tmp_path, engines=engines) as environment:
        assert environment["certain"].port == only
        assert environment["any"].port != only
