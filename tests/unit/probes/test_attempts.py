from __future__ import annotations

import socket
import threading
from collections.abc import Sequence

import pytest
from probing import FOUND, RUNS, Serve, Stub, hangs_up, nobody, says, server, stays, target, within

from orchestrator.errors import EngineError, Gone
from orchestrator.model.launch import ExecResult, State
from orchestrator.model.probe import Automatic, Dialogue, Exec, Exit, Http, Log, Probe, Tcp
from orchestrator.model.template import Template
from orchestrator.probes import Answer, Died, attempt
from orchestrator.probes.target import excerpt
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n"
STARTING_UP = b"E\0\0\0\x62SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"


def literal(text: str) -> Template:
    return Template.literal(text)


def dialogue(expect: bytes = rb"\+PONG", send: str = "PING\r\n") -> Dialogue:
    return Dialogue(literal(send), expect)


@pytest.mark.parametrize(
    ("probe", "serve", "answer"),
    [
        pytest.param(Http(), says(OK), Answer(True, "HTTP 200"), id="200"),
        pytest.param(Http(), says(MOVED), Answer(True, "HTTP 302"), id="a redirection is good"),
        pytest.param(Http(), says(UNAVAILABLE), Answer(False, "HTTP 503"), id="503"),
        pytest.param(Http(status=(503,)), says(UNAVAILABLE), Answer(True, "HTTP 503"), id="asked"),
        pytest.param(Http(status=(401,)), says(OK), Answer(False, "HTTP 200"), id="not asked for"),
        pytest.param(Http(), hangs_up, Answer(False, "closed without an answer"), id="hangs up"),
        pytest.param(
            Http(),
            says(b"220 smtp ready\r\n"),
            Answer(False, "answered 220 smtp ready, which is no HTTP"),
            id="no HTTP",
        ),
        pytest.param(Http(), stays, Answer(False, "no answer in 1 s"), id="says nothing"),
        pytest.param(Tcp(), stays, Answer(True, "connected"), id="stays"),
        pytest.param(Tcp(), hangs_up, Answer(False, "closed at once"), id="closes"),
        pytest.param(
            Tcp(), lambda it: it.sendall(b"hello"), Answer(True, "connected"), id="speaks first"
        ),
        pytest.param(dialogue(), says(b"+PONG\r\n"), Answer(True, "answered +PONG"), id="pong"),
        pytest.param(
            dialogue(rb"^R"),
            says(STARTING_UP),
            Answer(False, "answered E bSFATAL VFATAL C57P03 Mthe database system is starting up"),
            id="postgres is starting",
        ),
        pytest.param(
            dialogue(), says(b"no " * 50), Answer(False, f"answered {'no ' * 19}no..."), id="much"
        ),
        pytest.param(dialogue(), says(b"\0\1\2"), Answer(False, "answered 3 bytes"), id="binary"),
        pytest.param(dialogue(), hangs_up, Answer(False, "closed at once"), id="hangs up on us"),
        pytest.param(
            dialogue(), stays, Answer(False, "connected, but no answer in 1 s"), id="no answer"
        ),
        pytest.param(
            dialogue(send="€"), stays, Answer(False, "cannot send '€': it is no Latin-1"), id="€"
        ),
        pytest.param(Automatic(), stays, Answer(True, "connected"), id="any server"),
    ],
)
def test_what_a_server_s_behaviour_means(probe: Probe, serve: Serve, answer: Answer) -> None:
    with server(serve) as port:
        got = attempt(probe, target(port))
    # Some systems say that a closed connection was reset.
    expected = {answer.text, "connection reset by peer"} if serve is hangs_up else {answer.text}
    assert got.text in expected
    assert got.good == answer.good


@pytest.mark.parametrize(
    "probe", [Http(), Tcp(), dialogue(), Automatic()], ids=lambda probe: type(probe).__name__
)
def test_nobody_listens(probe: Probe) -> None:
    with nobody() as port:
        assert attempt(probe, target(port)) == Answer(False, "connection refused")


def test_a_request_is_as_it_was_asked_for() -> None:
    heard: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        heard.append(connection.recv(1 << 16))
        connection.sendall(OK)

    headers = {"Authorization": literal("Bearer x")}
    with server(serve) as port:
        assert attempt(Http("/health?full=1", headers=headers), target(port)).good
    first, *rest = heard[0].decode().split("\r\n")
    assert first == "GET /health?full=1 HTTP/1.1"
    assert f"Host: 127.0.0.1:{port}" in rest
    assert "Authorization: Bearer x" in rest


def test_a_path_that_cannot_be_asked_for_is_told() -> None:
    with nobody() as port:
        answer = attempt(Http("/a b"), target(port))
    assert not answer.good
    assert "/a b" in answer.text


def test_every_byte_can_be_sent() -> None:
    heard: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        heard.append(connection.recv(1 << 16))
        connection.sendall(b"ok")

    every = bytes(range(256))
    with server(serve) as port:
        assert attempt(dialogue(b"ok", every.decode("latin-1")), target(port)).good
    assert heard == [every]


def test_an_answer_in_pieces_is_put_together() -> None:
    go_on = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"+PO")
        go_on.wait(5)
        connection.sendall(b"NG")

    timer = threading.Timer(0.05, go_on.set)
    with server(serve) as port:
        timer.start()
        assert attempt(dialogue(send=""), target(port)) == Answer(True, "answered +PONG")
    timer.join()


def test_each_port_has_its_own_address() -> None:
    from orchestrator.probes import Target

    with server(stays) as port:
        ports = {None: 1, "admin": port}
        asked = Target(lambda name: ("127.0.0.1", ports[name]), Stub(), FOUND, within())
        assert attempt(Tcp(port="admin"), asked).good


@pytest.mark.parametrize(
    ("log", "probe", "answer", "read"),
    [
        pytest.param([], Log("ready"), Answer(False, "no such line in its log"), 0, id="empty"),
        pytest.param(
            ["one", "is ready now", "two"],
            Log("ready"),
            Answer(True, "logged is ready now"),
            2,
            id="once",
        ),
        pytest.param(
            ["ready", "ready"], Log("^ready$", 3), Answer(False, "logged 2 of 3 times"), 2, id="few"
        ),
        pytest.param(["ready"] * 9, Log("ready", 3), Answer(True, "logged ready"), 3, id="thrice"),
    ],
)
def test_logs_are_read_no_further_than_needed(
    log: list[str], probe: Log, answer: Answer, read: int
) -> None:
    engine = Stub(log=log)
    assert attempt(probe, target(engine=engine)) == answer
    assert engine.read == read


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        pytest.param(ExecResult(0, "fine"), Answer(True, "check exited with code 0"), id="0"),
        pytest.param(ExecResult(2), Answer(False, "check exited with code 2"), id="says nothing"),
        pytest.param(
            ExecResult(1, "trying\n", "first\nno route\n"),
            Answer(False, "check exited with code 1: no route"),
            id="says why",
        ),
        pytest.param(TimedOut(), Answer(False, "no answer in time"), id="hangs"),
        pytest.param(Gone("it is gone"), Answer(False, "it is gone"), id="gone"),
        pytest.param(EngineError("engine is busy"), Answer(False, "engine is busy"), id="busy"),
    ],
)
def test_what_a_command_s_end_means(result: ExecResult | Exception, answer: Answer) -> None:
    engine = Stub(results=[result])
    probe = Exec((literal("check"), literal("--all")))
    assert attempt(probe, target(engine=engine)) == answer
    assert engine.asked == ["check --all"]


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (RUNS, Answer(False, "running")),
        (State("exited", 3), Answer(True, "exited with code 3")),
    ],
    ids=str,
)
def test_a_task_is_done_when_it_has_exited(state: State, answer: Answer) -> None:
    assert attempt(Exit(3), target(engine=Stub(states=[state]))) == answer


@pytest.mark.parametrize("state", [State("exited", 0), State("exited"), State("gone")], ids=str)
def test_a_task_that_ended_otherwise_has_died(state: State) -> None:
    with pytest.raises(Died) as caught:
        attempt(Exit(3), target(engine=Stub(states=[state])))
    assert caught.value.state == state
    assert caught.value.answer == str(state)


@pytest.mark.parametrize(
    ("states", "answer"),
    [
        pytest.param(
            [State("running", health="starting")],
            Answer(False, "health check says starting"),
            id="starting",
        ),
        pytest.param(
            [State("running", health="healthy")],
            Answer(True, "health check says healthy"),
            id="healthy",
        ),
        pytest.param([RUNS], Answer(True, "alive for 1 s"), id="alive"),
        pytest.param(
            [RUNS, RUNS, State("exited", 1)], Answer(False, "exited with code 1"), id="dies"
        ),
    ],
)
def test_when_nobody_said_how(states: Sequence[State], answer: Answer) -> None:
    assert attempt(Automatic(), target(engine=Stub(states=list(states)))) == answer


def test_the_image_s_own_health_check_counts_more_than_a_port() -> None:
    engine = Stub(states=[State("running", health="unhealthy")])
    with server(stays) as port:
        assert not attempt(Automatic(), target(port, engine=engine)).good


@pytest.mark.parametrize("probe", [dialogue(), Automatic()], ids=["dialogue", "alive"])
def test_the_order_to_stop_ends_an_attempt(probe: Probe) -> None:
    stop = Stop()
    timer = threading.Timer(0.05, stop.order)
    with server(stays) as port:
        asked = target(
            port if isinstance(probe, Dialogue) else 0, deadline=Deadline.after(20, stop)
        )
        timer.start()
        with pytest.raises(Stopped):
            attempt(probe, asked)
    timer.join()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 60, "x" * 60),
        ("x" * 61, "..."),
        (f"{'x' * 58} y", f"{'x' * 58} y"),
        (f"{'x' * 60} y", f"{'x' * 60}..."),
        (f"up, at postgresql://me:{'tok3n-' * 9}@h/db", "up, at postgresql://me:..."),
        ("\x1b[32mwell\x1b[0m\tso", "well so"),
    ],
)
def test_what_is_shown_of_much_ends_between_words(text: str, shown: str) -> None:
    assert excerpt(text) == shown
