"""For every step of a plan: make it fail, before and after its work, and nothing is left."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from orchestrator import Environment, StepFailed
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError
from orchestrator.lifecycle.stage import Stage
from orchestrator.model.event import Event, RunReady
from orchestrator.model.launch import ExecResult, Found, State
from orchestrator.model.step import Step
from orchestrator.waiting import Deadline, Stop

MANIFEST: dict[str, Any] = {
    "name": "everything",
    "databases": {
        "ledger": {
            "use": "postgres",
            "database": ["ledger", "archive"],
            "seed": ["schema.sql", "task:migrate", "rows.csv", "more.sh", "load.py:fill"],
        }
    },
    "tasks": {
        "migrate": {
            "build": ".",
            "command": "migrate",
            "env": {"DATABASE_URL": "${ledger.url}"},
        }
    },
    "services": {
        "provider": {"command": "python -m provider", "ports": [8000]},
        "api": {
            "image": "api:1",
            "ports": [{"port": 8000}],
            "env": {"DATABASE_URL": "${ledger.url}", "PROVIDER_URL": "${provider.url}"},
            "ready": {"exec": "true"},
        },
    },
}

KEYS = [
    "open docker",
    "open process",
    "pull postgres:17",
    "pull api:1",
    "build migrate",
    "start greenroom",
    "start ledger",
    "ready ledger",
    "seed ledger 1 database archive",
    "seed ledger 2 schema.sql",
    "start migrate",
    "ready migrate",
    "seed ledger 4 rows.csv",
    "seed ledger 5 more.sh",
    "seed ledger 6 load.py:fill",
    "start provider",
    "ready provider",
    "start api",
    "ready api",
]

each = pytest.mark.parametrize("key", KEYS)


class Place:
    """A folder with the manifest's files, two fake engines, and what was told."""

    def __init__(self, folder: Path) -> None:
        (folder / "schema.sql").write_text("create table rows (id int);")
        (folder / "rows.csv").write_text("id\n1\n")
        (folder / "more.sh").write_text("true\n")
        (folder / "load.py").write_text("def fill(resource):\n    pass\n")
        (folder / "Dockerfile").write_text("FROM scratch\n")
        self.events: list[Event] = []
        self.docker = FakeEngine("docker", listening=True)
        self.process = FakeEngine("process", listening=True)
        self.docker.replies("ledger", b"R\0\0\0\x08\0\0\0\0")
        self.docker.becomes("migrate", State("exited", 0))
        self.environment = Environment.of(
            MANIFEST,
            folder=folder,
            listen=self.events.append,
            engines={"docker": self.docker, "process": self.process},
        )

    def assert_nothing_left(self) -> None:
        for engine in (self.docker, self.process):
            assert engine.world.instances == {}
            assert engine.world.places == {}
            assert engine.world.servers == {}

    @property
    def host_ports(self) -> list[int]:
        return [
            port.host
            for engine in (self.docker, self.process)
            for launch in engine.world.launches.values()
            for port in launch.ports
        ]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def break_step(monkeypatch: pytest.MonkeyPatch, key: str, *, after: bool) -> None:
    """Let this step fail, before its work or when the work is done."""
    act = Stage.act

    def broken(stage: Stage, step: Step) -> None:
        if step.key == key and not after:
            raise EngineError("broken on purpose", hint="mend it")
        act(stage, step)
        if step.key == key:
            raise EngineError("broken on purpose", hint="mend it")

    monkeypatch.setattr(Stage, "act", broken)


def test_the_plan_has_exactly_these_steps(place: Place) -> None:
    assert sorted(step.key for step in place.environment.plan().steps) == sorted(KEYS)


def test_all_goes_well_and_then_nothing_is_left(place: Place) -> None:
    with place.environment as environment:
        assert environment["api"].port in place.host_ports
        assert any(isinstance(event, RunReady) for event in place.events)
    place.assert_nothing_left()


@each
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_step_that_fails_leaves_nothing(
    key: str, after: bool, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_step(monkeypatch, key, after=after)
    with pytest.raises(StepFailed, match="broken on purpose") as failed:
        place.environment.up()
    assert failed.value.step == key
    assert failed.value.hint == "mend it"
    place.assert_nothing_left()
    assert all(map(is_free, place.host_ports)), "a port is still held"


@each
def test_an_interruption_in_a_step_leaves_nothing(
    key: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = Stage.act

    def interrupted(stage: Stage, step: Step) -> None:
        if step.key == key:
            raise KeyboardInterrupt
        act(stage, step)

    monkeypatch.setattr(Stage, "act", interrupted)
    with pytest.raises(KeyboardInterrupt):
        place.environment.up()
    place.assert_nothing_left()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True


def test_an_engine_that_hangs_when_old_images_are_removed_costs_nobody_what_is_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.lifecycle.pruning.SECONDS", 0.05)
    place.docker.hang("built", "")
    with place.environment as environment:
        assert environment["api"].state.alive
    place.assert_nothing_left()


def test_an_engine_that_hangs_hides_no_death_on_another_and_is_asked_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.lifecycle.death.LIST_SECONDS", 0.05)
    with place.environment as environment:
        place.docker.hang("list", "")
        place.process.becomes("provider", State("exited", 1))
        environment["provider"].state  # noqa: B018 - this look finds it dead
        place.docker.calls.clear()
        watch = environment.watch()
        watch.look()
        assert list(watch.dead) == ["provider"]
        assert [one.subject for one in environment.watch().deaths()] == ["provider"]
        assert place.docker.calls == [f"list {environment.run}"] * 2
        place.docker.recover()


def test_the_end_of_a_watch_ends_its_look(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with place.environment as environment:
        stops: list[Stop] = []

        def listed(until: Deadline, _run: str) -> list[Found]:
            stops.append(until.stop)
            return []

        watch = environment.watch()
        with monkeypatch.context() as patched, watch:
            patched.setattr(place.docker, "list", listed)
            watch.look()
            assert not any(stop.ordered for stop in stops)
        assert stops
        assert all(stop.ordered for stop in stops)


def test_a_body_that_raises_leaves_nothing(place: Place) -> None:
    with pytest.raises(ZeroDivisionError), place.environment:
        raise ZeroDivisionError
    place.assert_nothing_left()


def test_what_cannot_be_removed_is_named_and_the_rest_is_removed(place: Place) -> None:
    from orchestrator import NotRemoved

    place.environment.up()
    place.docker.fail("remove", "ledger", EngineError("the device is busy"))
    with pytest.raises(NotRemoved, match="the device is busy") as failed:
        place.environment.down()
    assert "ledger" in failed.value.hint
    assert [str(one.instance) for one in place.docker.world.instances.values()] == ["ledger"]


def test_a_failure_to_remove_does_not_hide_the_failure_before_it(place: Place) -> None:
    place.docker.fail("start", "ledger", EngineError("no space left"))
    place.docker.fail("close", "", EngineError("the network is busy"))
    with pytest.raises(StepFailed, match="no space left") as failed:
        place.environment.up()
    assert "the network is busy" in "\n".join(failed.value.__notes__)


def test_a_resource_that_dies_before_it_is_ready_ends_the_wait_with_its_log(place: Place) -> None:
    place.docker.replies("ledger", b"")
    place.docker.says("ledger", "initdb: error: no space left on device")
    place.docker.becomes("ledger", State("exited", 1))
    with pytest.raises(StepFailed, match="ledger exited with code 1 before it was ready") as failed:
        place.environment.up()
    assert failed.value.evidence.log == ("initdb: error: no space left on device",)
    place.assert_nothing_left()


def test_a_task_that_fails_says_so(place: Place) -> None:
    place.docker.becomes("migrate", State("exited", 3))
    words = "migrate exited with code 3; it should have exited with code 0"
    with pytest.raises(StepFailed, match=words) as failed:
        place.environment.up()
    assert failed.value.step == "ready migrate"


def test_a_seed_that_fails_says_what_the_server_said(place: Place) -> None:
    def refuse(argv: tuple[str, ...], stdin: bytes) -> ExecResult:
        if "--file" in argv:
            return ExecResult(3, "", f"psql:<stdin>:1: ERROR: will not run {stdin!r}")
        return ExecResult(0)

    place.docker.answers("ledger", refuse)
    with pytest.raises(StepFailed, match=r"schema\.sql:1: ERROR: will not run b'create table"):
        place.environment.up()


def test_a_service_that_died_during_the_tests_is_told(place: Place) -> None:
    from orchestrator import ServiceDied

    with place.environment as environment:
        environment.check_alive()
        place.docker.says("api", "Segmentation fault")
        place.docker.becomes("api", State("exited", 139))
        with pytest.raises(ServiceDied, match=r"exited with code 139, .*\n    Segmentation fault"):
            environment.check_alive()


def test_no_password_is_told(place: Place) -> None:
    with place.environment as environment:
        password = environment["ledger"].password
        assert password in environment["ledger"].url
    assert password not in repr(place.events)


@pytest.fixture(autouse=True)
def no_images_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GREENROOM_IMAGE_PREFIX", raising=False)


def test_a_taken_port_is_replaced_by_another(place: Place) -> None:
    from orchestrator.errors import PortTaken

    place.docker.fail("start", "ledger", PortTaken("taken"), at=1)
    with place.environment as environment:
        starts = [call for call in place.docker.calls if call == "start ledger"]
        assert len(starts) == 2
        assert environment["ledger"].port in place.host_ports


def test_a_removal_that_is_refused_is_tried_again(place: Place) -> None:
    place.environment.up()
    place.docker.fail("remove", "ledger", EngineError("the connection was cut"), at=1)
    place.environment.down()
    assert place.docker.world.instances == {}


def test_the_place_of_what_cannot_be_removed_is_not_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestrator import NotRemoved

    monkeypatch.setattr("orchestrator.lifecycle.removal.IN_VAIN_SECONDS", 0.05)
    monkeypatch.setattr("orchestrator.lifecycle.removal.REFUSED_SECONDS", 0.05)
    place.environment.up()
    place.docker.fail("remove", "ledger", EngineError("the device is busy"))
    place.docker.hang("close", "")
    with pytest.raises(NotRemoved) as failed:
        place.environment.down()
    assert "the device is busy" in failed.value.message
    assert "not done after 0 s" in failed.value.message
