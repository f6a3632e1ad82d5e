"""The proxy between Greenroom and the engine: what it passes on, and how it fails."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Iterator
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected
from pathlib import Path

import pytest
from small_engine import ANSWER, Client, SmallEngine

from chaos.calls import Point, kind_of, points
from chaos.faults import ALL, FAULTS, HELD, Fault
from chaos.proxy import Proxy, Strike
from orchestrator.waiting import Deadline, poll

CREATE = "/v1.41/containers/create?name=greenroom-shop-api"
ABOUT_ONE = "/v1.41/containers/0123456789abcdef/json"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: a socket's may have about a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as path:
        yield Path(path)


@pytest.fixture
def engine(folder: Path) -> Iterator[SmallEngine]:
    with SmallEngine(folder / "real.sock") as engine:
        yield engine


@pytest.fixture
def proxy(folder: Path, engine: SmallEngine) -> Iterator[Proxy]:
    with Proxy(folder / "proxy.sock", folder / "real.sock") as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[Client]:
    client = Client(proxy.url)
    yield client
    client.close()


def strike(proxy: Proxy, fault: str, kind: str, number: int = 1) -> None:
    proxy.count_anew(Strike(FAULTS[fault], Point(kind, number)))


@pytest.mark.parametrize(
    ("method", "target", "kind"),
    [
        ("GET", "/version", "GET /version"),
        ("POST", CREATE, "POST /containers/create"),
        ("GET", "/v1.41/containers/json?all=1", "GET /containers/json"),
        ("POST", "/v1.41/containers/0123456789ab/start", "POST /containers/{id}/start"),
        ("DELETE", "/v1.41/containers/0123456789ab?v=1", "DELETE /containers/{id}"),
        ("POST", "/v1.41/exec/0123456789ab/start", "POST /exec/{id}/start"),
        ("DELETE", "/v1.41/networks/greenroom-shop", "DELETE /networks/{id}"),
        ("POST", "/v1.41/networks/create", "POST /networks/create"),
        ("GET", "/v1.41/images/localhost/a/redis:7/json", "GET /images/{name}/json"),
    ],
)
def test_calls_are_told_apart_without_what_differs_each_time(
    method: str, target: str, kind: str
) -> None:
    assert kind_of(method, target) == kind


def test_a_point_is_written_as_it_is_read() -> None:
    (first, _, third) = points(["GET /a", "GET /b", "GET /a"])
    assert str(third) == "GET /a#2"
    assert Point.parse("GET /a#2") == third
    assert first == Point("GET /a", 1)


def test_it_passes_on_what_is_asked_and_answered(
    proxy: Proxy, client: Client, engine: SmallEngine
) -> None:
    assert client.ask("POST", CREATE, b'{"Image": "redis"}') == (200, ANSWER)
    assert client.ask("PUT", ABOUT_ONE, iter([b"in ", b"pieces"])) == (200, ANSWER)
    assert client.ask("GET", "/containers/0123456789abcdef/logs") == (200, b"one\ntwo\n")
    assert [body for _, _, body in engine.asked] == [b'{"Image": "redis"}', b"in pieces", b""]
    assert proxy.calls == [
        "POST /containers/create",
        "PUT /containers/{id}/json",
        "GET /containers/{id}/logs",
    ]


def upgraded(client: Client) -> socket.socket:
    client.connect()
    client.sock.sendall(b"POST /exec/0123456789ab/start HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    assert client.sock.recv(1024).startswith(b"HTTP/1.1 101 ")
    return client.sock


def all_of(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(1024), b""))


def test_a_command_has_both_its_streams_and_the_end_of_its_input(client: Client) -> None:
    connection = upgraded(client)
    connection.sendall(b"hello")
    connection.shutdown(socket.SHUT_WR)
    assert all_of(connection) == b"hello and the end"


def test_half_of_a_commands_output(proxy: Proxy, client: Client) -> None:
    strike(proxy, "half", "POST /exec/{id}/start")
    connection = upgraded(client)
    connection.sendall(b"hello")
    connection.shutdown(socket.SHUT_WR)
    assert all_of(connection) == b"hello an"


@pytest.mark.parametrize("fault", ["refuse", "cut"])
def test_a_request_that_never_reaches_the_engine(
    fault: str, proxy: Proxy, client: Client, engine: SmallEngine
) -> None:
    strike(proxy, fault, "POST /containers/create", 2)
    client.ask("POST", CREATE, b"first")
    with pytest.raises(ConnectionError):
        client.ask("POST", CREATE, b"second")
    assert proxy.struck.is_set()
    assert client.ask("POST", CREATE, b"third") == (200, ANSWER), "only one call fails"
    assert [body for _, _, body in engine.asked] == [b"first", b"third"]


def test_the_engine_does_the_work_and_its_answer_is_lost(
    proxy: Proxy, client: Client, engine: SmallEngine
) -> None:
    strike(proxy, "cut-after", "POST /containers/create")
    with pytest.raises(RemoteDisconnected):
        client.ask("POST", CREATE, b"body")
    assert engine.asked == [("POST", CREATE, b"body")]


def test_half_of_an_answer(proxy: Proxy, client: Client) -> None:
    strike(proxy, "half", "POST /containers/create")
    with pytest.raises(IncompleteRead) as cut:
        client.ask("POST", CREATE)
    assert cut.value.partial == ANSWER[: len(ANSWER) // 2]


def test_no_answer_until_the_client_leaves(
    proxy: Proxy, client: Client, engine: SmallEngine
) -> None:
    strike(proxy, "hang", "POST /containers/create")
    client.request("POST", CREATE, b"body")
    client.sock.settimeout(0.05)
    with pytest.raises(TimeoutError):
        client.getresponse()
    client.close()
    assert engine.asked == []
    assert client.ask("GET", "/version") == (200, ANSWER)


@pytest.mark.parametrize(
    ("fault", "kind", "status", "words"),
    [
        ("500", "GET /containers/{id}/json", 500, "something went wrong in the daemon"),
        ("disk", "GET /containers/{id}/json", 500, "no space left on device"),
        ("port", "GET /containers/{id}/json", 500, "port is already allocated"),
        ("pools", "GET /containers/{id}/json", 500, "non-overlapping IPv4 address pool"),
    ],
)
def test_a_refusal_has_the_engines_words(
    fault: str, kind: str, status: int, words: str, proxy: Proxy, client: Client
) -> None:
    strike(proxy, fault, kind)
    code, body = client.ask("GET", ABOUT_ONE)
    assert code == status
    assert words in json.loads(body)["message"]
    assert client.ask("GET", ABOUT_ONE) == (200, ANSWER), "the connection goes on"


def test_a_container_is_removed_by_somebody_else_before_the_call(
    proxy: Proxy, client: Client, engine: SmallEngine
) -> None:
    strike(proxy, "gone", "GET /containers/{id}/json")
    assert client.ask("GET", ABOUT_ONE) == (200, ANSWER), "what the engine says, unchanged"
    strike(proxy, "gone", "GET /exec/{id}/json")
    client.ask("GET", "/v1.41/exec/ab/json")
    assert [f"{method} {path}" for method, path, _ in engine.asked] == [
        "DELETE /containers/0123456789abcdef?force=1&v=1",
        f"GET {ABOUT_ONE}",
        "GET /exec/ab/json",
        "DELETE /containers/0123456789abcdef?force=1&v=1",
        "GET /v1.41/exec/ab/json",
    ]


def test_a_restart_ends_every_connection_and_lets_nobody_in_for_a_while(
    folder: Path, engine: SmallEngine
) -> None:
    away = Fault("away", "", FAULTS["restart"].strike, away=0.2)
    struck = Strike(away, Point("GET /version", 1))
    with Proxy(folder / "proxy.sock", folder / "real.sock", struck) as proxy:
        waiting, client = Client(proxy.url), Client(proxy.url)
        waiting.request("GET", "/containers/0123456789abcdef/wait")
        poll(lambda: bool(engine.asked), Deadline.after(20))
        with pytest.raises(ConnectionError):
            client.ask("GET", "/version")
        with pytest.raises((ConnectionError, BadStatusLine)):
            waiting.getresponse()
        with pytest.raises(ConnectionRefusedError):
            Client(proxy.url).connect()
        poll(lambda: answers(proxy), Deadline.after(20))


def answers(proxy: Proxy) -> bool:
    try:
        return Client(proxy.url).ask("GET", "/version") == (200, ANSWER)
    except ConnectionError:
        return False


@pytest.mark.parametrize("fault", HELD, ids=lambda fault: fault.name)
def test_a_call_that_is_held_is_made_also_when_the_client_has_left(
    fault: Fault, proxy: Proxy, client: Client, engine: SmallEngine
) -> None:
    proxy.count_anew(Strike(fault, Point("POST /containers/create", 1)))
    client.request("POST", CREATE, b"body")
    assert proxy.struck.wait(20)
    client.close()
    poll(lambda: bool(engine.asked), Deadline.after(20))
    assert engine.asked == [("POST", CREATE, b"body")]


def test_every_fault_says_what_happens_and_fits_some_call() -> None:
    kinds = ["POST /containers/{id}/start", "POST /networks/create", "GET /version"]
    for fault in ALL:
        assert fault.meaning
        assert any(map(fault.fits, kinds)), fault.name
    assert not FAULTS["pools"].fits("POST /containers/create")
    assert not FAULTS["gone"].fits("GET /containers/json")
    assert not FAULTS["disk"].fits("GET /version")
