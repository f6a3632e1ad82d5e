"""The fake engine does what it is told, and nothing by chance."""

from __future__ import annotations

import socket

import pytest

from orchestrator.engines.engine import Engine, Images
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError, Gone, ImageUnavailable, PortTaken
from orchestrator.model.launch import (
    ENVIRONMENT,
    ExecResult,
    Found,
    Launch,
    Publish,
    RunLabels,
    State,
)
from orchestrator.model.resource import Build, Instance
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

LABELS = RunLabels("r1", "e1", "payments", "/environment.yaml", "{}", 2_000_000_000)
LEDGER = Launch(LABELS, Instance("ledger"), image="postgres:16")
SOON = Deadline()


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


def started(engine: FakeEngine, launch: Launch = LEDGER) -> Found:
    return engine.start(launch, SOON)


def test_it_is_an_engine_with_images() -> None:
    engine: Engine = FakeEngine()
    assert isinstance(engine, Images)


def test_it_notes_every_call(engine: FakeEngine) -> None:
    engine.open(LABELS, SOON)
    found = started(engine)
    engine.state(found, SOON)
    engine.exec(found, ["psql", "-c", "select 1"], SOON)
    list(engine.logs(found, SOON))
    engine.list(SOON, "r1")
    engine.list(SOON)
    engine.pull("postgres:16", None, lambda *_: None, SOON)
    engine.build("app", Build("./api"), {}, lambda *_: None, SOON)
    engine.remove(found, SOON)
    engine.close("r1", SOON)
    assert engine.calls == [
        "open r1",
        "start ledger",
        "state ledger",
        "exec ledger psql -c select 1",
        "logs ledger",
        "list r1",
        "list all",
        "pull postgres:16",
        "build app ./api",
        "remove ledger",
        "close r1",
    ]
    assert engine.world.launches["r1/ledger"] == LEDGER


def test_it_fails_whenever_it_is_told_to(engine: FakeEngine) -> None:
    engine.fail("start", "ledger", EngineError("no space left"))
    for _ in range(2):
        with pytest.raises(EngineError, match="no space left"):
            started(engine)
    assert engine.list(SOON) == []


def test_it_fails_at_the_second_call_only(engine: FakeEngine) -> None:
    engine.fail("pull", "db", ImageUnavailable("rate limit"), at=2)
    engine.pull("db", None, lambda *_: None, SOON)
    with pytest.raises(ImageUnavailable):
        engine.pull("db", None, lambda *_: None, SOON)
    engine.pull("db", None, lambda *_: None, SOON)


def test_it_hangs_until_its_time_is_over(engine: FakeEngine) -> None:
    engine.hang("start", "ledger")
    with pytest.raises(TimedOut):
        engine.start(LEDGER, Deadline.after(0.05))
    stop = Stop()
    stop.order()
    with pytest.raises(Stopped):
        engine.start(LEDGER, Deadline.after(60, stop))


def test_an_instance_dies_at_the_look_it_was_told(engine: FakeEngine) -> None:
    engine.becomes("ledger", State("exited", 1), after=2)
    found = started(engine)
    states = [engine.state(found, SOON).status for _ in range(4)]
    assert states == ["running", "running", "exited", "exited"]
    with pytest.raises(Gone):
        engine.exec(found, ["true"], SOON)


def test_commands_are_answered_by_a_function(engine: FakeEngine) -> None:
    def answer(argv: tuple[str, ...], stdin: bytes) -> ExecResult:
        return ExecResult(len(argv), stdin.decode().upper(), "err")

    engine.answers("ledger", answer)
    found = started(engine)
    result = engine.exec(found, ["a", "b"], SOON, stdin=[b"x", b"y"])
    assert result == ExecResult(2, "XY", "err")
    told: list[tuple[str, bytes]] = []
    result = engine.exec(found, ["a"], SOON, stdin=[b"x"], output=lambda *each: told.append(each))
    assert (result, told) == (ExecResult(1), [("stdout", b"X"), ("stderr", b"err")])


def test_logs_have_times_that_can_be_asked_for(engine: FakeEngine) -> None:
    engine.says("ledger", "one", "two", "three")
    found = started(engine)
    one, two, three = engine.logs(found, SOON)
    assert [two, three] == list(engine.logs(found, SOON, since=two.time))
    assert [three] == list(engine.logs(found, SOON, tail=1))
    following = engine.logs(found, Deadline.after(20), follow=True)
    assert [next(following), next(following), next(following)] == [one, two, three]
    engine.says("ledger", "four")
    assert next(following).text == "four"
    engine.remove(found, SOON)
    assert list(following) == []


def test_its_ports_answer_when_it_listens() -> None:
    engine = FakeEngine(listening=True)
    engine.replies("ledger", b"+PONG\r\n")
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        found = started(engine, Launch(LABELS, Instance("ledger"), ports=(Publish(6379, port),)))
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        for _ in range(2):
            client.sendall(b"PING\r\n")
            assert client.recv(100) == b"+PONG\r\n"
        engine.remove(found, SOON)
        assert client.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_of_two_ports_of_which_one_is_taken_none_stays_open() -> None:
    engine = FakeEngine(listening=True)
    with socket.socket() as free, socket.socket() as taken:
        for each in (free, taken):
            each.bind(("127.0.0.1", 0))
        taken.listen()
        numbers = free.getsockname()[1], taken.getsockname()[1]
        free.close()
        ports = (Publish(1, numbers[0]), Publish(2, numbers[1]))
        with pytest.raises(PortTaken) as caught:
            started(engine, Launch(LABELS, Instance("ledger"), ports=ports))
    assert caught.value.port == numbers[1]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", numbers[0]), timeout=5)


def test_engines_of_the_same_world_find_each_other_s_things(engine: FakeEngine) -> None:
    found = started(engine)
    other = FakeEngine(world=engine.world)
    assert other.list(SOON) == [found]
    assert other.calls == ["list all"]


def test_what_was_built_can_be_listed_and_removed_once_nothing_uses_it(engine: FakeEngine) -> None:
    engine.build("app", Build("./api"), {ENVIRONMENT: "payments:1"}, lambda *_: None, SOON)
    engine.build("others", Build("./web"), {}, lambda *_: None, SOON)
    (image,) = engine.built(SOON)
    assert (image.name, image.id) == ("app", engine.image_id("app", SOON))
    found = started(engine, Launch(LABELS, Instance("api"), image="app"))
    assert found.image == image.id
    with pytest.raises(EngineError, match="cannot remove the image app: it is in use"):
        engine.remove_image(image, SOON)
    engine.remove(found, SOON)
    engine.remove_image(image, SOON)
    engine.remove_image(image, SOON)
    assert (engine.built(SOON), engine.image_id("app", SOON)) == ([], None)
