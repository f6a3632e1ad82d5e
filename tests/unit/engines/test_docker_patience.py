"""How long calls of the Docker engine go on: past the order to stop, and while it says nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from scripted_daemon import Daemon, Request, json_answer, nothing, refusal, silence

from orchestrator.engines.docker import (
    DockerEngine,
    client,
    dialling,
    execs,
    logs,
    patience,
    starting,
)
from orchestrator.engines.docker.patience import LaterStop
from orchestrator.errors import EngineUnavailable
from orchestrator.model.launch import Found, Image, Launch, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.waiting import Abandoned, Deadline, Stop, Stopped, TimedOut

LABELS = RunLabels("r1", "e1", "payments", "/environment.yaml", "{}", 2_000_000_000)
LEDGER = Launch(LABELS, Instance("ledger"), image="postgres:16")
FOUND = Found("docker", "container", "c1", LABELS.labels(Instance("ledger")), "greenroom-r1-ledger")
BUILT = Image("docker", "sha256:1", "greenroom/build:1", {}, 5, 1)
CREATE = "POST /containers/create.*"
START = "POST /containers/c1/start"
REMOVE = "DELETE /containers/.*"
CREATED = json_answer({"Id": "c1"}, 201)
IN_TIME = 10.0
"""Seconds within which all that waits has to be over: more than any grace, less than a deadline."""

Verb = Callable[[DockerEngine, Deadline], object]
ASKING: dict[str, Verb] = {
    "describe": lambda engine, deadline: engine.describe(deadline),
    "list": lambda engine, deadline: engine.list(deadline),
    "state": lambda engine, deadline: engine.state(FOUND, deadline),
    "image_id": lambda engine, deadline: engine.image_id("x", deadline),
    "built": lambda engine, deadline: engine.built(deadline),
    "close": lambda engine, deadline: engine.close("r1", deadline),
}
CHANGING: dict[str, Verb] = {
    "open": lambda engine, deadline: engine.open(LABELS, deadline),
    "start": lambda engine, deadline: engine.start(LEDGER, deadline),
    "exec": lambda engine, deadline: engine.exec(FOUND, ["psql"], deadline),
    "remove": lambda engine, deadline: engine.remove(FOUND, deadline),
    "remove_image": lambda engine, deadline: engine.remove_image(BUILT, deadline),
}


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    monkeypatch.setattr(client, "GRACE", 0.3)
    monkeypatch.setattr(starting, "ABANDONED_LIMIT", 0.1)
    monkeypatch.setattr(starting, "STOPPED_LIMIT", 0.3)
    with Daemon() as daemon:
        yield daemon


def stopping(stop: Stop) -> Callable[[Request], None]:
    """An answer that never comes, but makes somebody give the order to stop."""

    def answer(request: Request) -> None:
        stop.order()
        request.server.over.wait()

    return answer


@pytest.mark.parametrize("verb", ASKING)
def test_what_only_asks_stops_at_once(daemon: Daemon, verb: str) -> None:
    stop = Stop()
    daemon.on(".*", stopping(stop))
    begun = time.monotonic()
    with pytest.raises(Stopped) as caught:
        ASKING[verb](daemon.engine(), Deadline.after(20, stop))
    assert not isinstance(caught.value, Abandoned)
    assert time.monotonic() - begun < IN_TIME


@pytest.mark.parametrize("verb", CHANGING)
def test_what_changes_something_is_left_after_its_grace(daemon: Daemon, verb: str) -> None:
    stop = Stop()
    daemon.on(".*", stopping(stop))
    begun = time.monotonic()
    with pytest.raises(Abandoned):
        CHANGING[verb](daemon.engine(), Deadline.after(20, stop))
    assert 0.3 <= time.monotonic() - begun < IN_TIME


@pytest.mark.parametrize("verb", CHANGING)
def test_nothing_is_begun_after_the_order_to_stop(daemon: Daemon, verb: str) -> None:
    stop = Stop()
    stop.order()
    with pytest.raises(Stopped):
        CHANGING[verb](daemon.engine(), Deadline.after(20, stop))
    assert daemon.asked == []


def test_an_answer_within_the_grace_is_used_to_undo_what_was_made(daemon: Daemon) -> None:
    stop = Stop()

    def late(request: Request) -> None:
        stop.order()
        CREATED(request)

    daemon.on(CREATE, late)
    daemon.on(REMOVE, nothing)
    with pytest.raises(Stopped):
        daemon.engine().start(LEDGER, Deadline.after(20, stop))
    assert daemon.asked[1:] == ["DELETE /containers/c1?v=1&force=1"]


def test_a_creation_that_was_left_is_undone_if_it_is_there_already(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "ABANDONED_LIMIT", IN_TIME)
    stop = Stop()
    daemon.on(CREATE, stopping(stop))
    daemon.on(REMOVE, nothing)
    with pytest.raises(Abandoned):
        daemon.engine().start(LEDGER, Deadline.after(20, stop))
    assert daemon.asked[1:] == ["DELETE /containers/greenroom-r1-ledger?v=1&force=1"]


def test_nobody_waits_for_long_for_what_may_still_appear(daemon: Daemon) -> None:
    stop = Stop()
    daemon.on(CREATE, stopping(stop))
    daemon.on(REMOVE, refusal(404, "No such container"))
    begun = time.monotonic()
    with pytest.raises(Abandoned):
        daemon.engine().start(LEDGER, Deadline.after(20, stop))
    assert time.monotonic() - begun < IN_TIME


def test_undoing_a_failed_start_ends_soon_after_the_order_to_stop(daemon: Daemon) -> None:
    stop = Stop()
    daemon.on(CREATE, CREATED)
    daemon.on(START, refusal(500, "port is already allocated"))
    daemon.on(REMOVE, stopping(stop))
    begun = time.monotonic()
    with pytest.raises(Exception, match="port is already allocated"):
        daemon.engine().start(LEDGER, Deadline.after(20, stop))
    assert time.monotonic() - begun < IN_TIME


def test_an_engine_that_restarts_is_asked_until_what_it_made_is_gone(
    daemon: Daemon,
) -> None:
    daemon.on(CREATE, lambda request: request.hang_up())
    daemon.on(REMOVE, lambda request: request.hang_up(), refusal(500, "starting"), nothing)
    with pytest.raises(Exception, match="in the middle of its answer"):
        daemon.engine().start(LEDGER, Deadline.after(20))
    assert len(daemon.asked) == 3


@pytest.mark.parametrize("verb", [*ASKING, *CHANGING])
def test_silence_is_told_as_the_engine_s(
    daemon: Daemon, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWERS_WITHIN", 0.1)
    monkeypatch.setattr(client, "ACTS_WITHIN", 0.1)
    monkeypatch.setattr(starting, "UNKNOWN_LIMIT", 0.1)
    daemon.on(".*", silence)
    words = r"the container engine at tcp://127.0.0.1:\d+ .* did not answer within 0.1 s"
    with pytest.raises(EngineUnavailable, match=words) as caught:
        (ASKING | CHANGING)[verb](daemon.engine(), Deadline())
    assert "docker info" in caught.value.hint


@pytest.mark.parametrize(("module", "verb"), [(execs, "exec"), (logs, "logs")])
def test_streams_have_to_begin_and_may_be_silent_then(
    daemon: Daemon, module: ModuleType, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams: dict[str, Verb] = {
        "exec": lambda engine, deadline: engine.exec(FOUND, ["psql"], deadline),
        "logs": lambda engine, deadline: list(engine.logs(FOUND, deadline)),
    }
    monkeypatch.setattr(module, "ANSWERS_WITHIN", 0.1)
    daemon.on("POST /containers/c1/exec", json_answer({"Id": "x1"}, 201))
    daemon.on(".*/(start|logs.*)", silence)
    with pytest.raises(EngineUnavailable, match=r"did not answer within 0\.1 s"):
        streams[verb](daemon.engine(), Deadline())

    def silent_for_a_while(request: Request) -> None:
        request.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        silence(request)

    # The head has to come within one, and then the silence is longer than that.
    monkeypatch.setattr(module, "ANSWERS_WITHIN", 1.0)
    daemon.on(".*/(start|logs.*)", silent_for_a_while)
    with pytest.raises(TimedOut):
        streams[verb](daemon.engine(), Deadline.after(2.2))


def test_an_engine_that_takes_no_connection_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialling, "LIMIT", 0.1)
    path = str(tmp_path / "docker.sock")
    with socket.socket(socket.AF_UNIX) as full, socket.socket(socket.AF_UNIX) as waiting:
        full.bind(path)
        full.listen(0)
        waiting.connect(path)
        engine = DockerEngine({"DOCKER_HOST": f"unix://{path}"})
        with pytest.raises(EngineUnavailable, match=r"did not answer within 0\.1 s"):
            engine.describe(Deadline())
        with pytest.raises(TimedOut, match="ask the engine for its version"):
            engine.describe(Deadline.after(0.05))


def test_a_large_answer_that_comes_slowly_is_no_silence(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWERS_WITHIN", 1.5)

    def slowly(request: Request) -> None:
        request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
        for _ in range(4):
            request.server.over.wait(0.4)
            request.send(b"  ")

    daemon.on("GET /images/json.*", slowly, json_answer([]))
    with pytest.raises(Exception, match="makes no sense"):
        daemon.engine().built(Deadline())


def test_a_later_order_to_stop_is_seen_later() -> None:
    stop = Stop()
    later = LaterStop(stop, 0.05)
    assert not later.wait(0)
    stop.order()
    assert not later.ordered
    assert later.wait(5)
    assert later.ordered


def test_waiting_for_a_later_order_ends_when_the_time_is_over() -> None:
    stop = Stop()
    later = LaterStop(stop, 30)
    timer = threading.Timer(0.01, stop.order)
    timer.start()
    assert not later.wait(0.05)
    timer.join()
    assert not later.ordered
    later.order()
    assert stop.ordered


def test_the_grace_leaves_time_for_the_rest_of_an_ending() -> None:
    assert patience.GRACE + starting.ABANDONED_LIMIT <= 2
    assert starting.STOPPED_LIMIT <= 2
