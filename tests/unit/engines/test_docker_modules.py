"""What a module of testcontainers wants of its container, under what the run wants."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from passing import Passing
from scripted_daemon import Daemon, Request, chunked, frame, json_answer, nothing, refusal

from orchestrator.engines.docker.body import create_body
from orchestrator.engines.docker.modules import laid_under
from orchestrator.errors import ModuleFailed, PortTaken
from orchestrator.model.launch import Found, Launch, Publish, RunLabels
from orchestrator.model.module import Module, ModuleStart
from orchestrator.model.resource import Instance, Limits
from orchestrator.modules import conversation
from orchestrator.waiting import Deadline

LABELS = RunLabels("shop-1", "id", "shop", "/shop/environment.yaml", "{}", 1)

WANTED: dict[str, Any] = {
    "Image": "kafka:7",
    "Cmd": ["sh", "-c", "wait"],
    "Entrypoint": ["run"],
    "Hostname": "own-name",
    "Env": ["LEVEL=debug", "EMPTY=", "NODE=1"],
    "Labels": {"org.testcontainers.session-id": "x", "org.testcontainers": "true", "mine": "yes"},
    "ExposedPorts": {"9093/tcp": {}, "9999/tcp": {}},
    "User": None,
    "HostConfig": {
        "PortBindings": {"9093/tcp": [{"HostIp": "", "HostPort": None}]},
        "NetworkMode": "default",
        "Binds": ["/var/run/docker.sock:/var/run/docker.sock:rw"],
        "Privileged": True,
        "ShmSize": 1024,
        "AutoRemove": True,
        "Tmpfs": {"/fast": ""},
        "SecurityOpt": None,
    },
    "NetworkingConfig": {"EndpointsConfig": {"theirs": {}}},
}


def launched(**more: Any) -> Launch:
    ports = (Publish(9093, 40001),)
    made = Launch(LABELS, Instance("events"), image="mirror/kafka:7", ports=ports, **more)
    return laid_under(made, WANTED)


def test_what_the_run_decides_is_the_run_s() -> None:
    body = create_body(launched(), "127.0.0.1")
    assert body["Image"] == "mirror/kafka:7"
    assert body["ExposedPorts"] == {"9093/tcp": {}}
    host = body["HostConfig"]
    assert host["PortBindings"] == {"9093/tcp": [{"HostIp": "127.0.0.1", "HostPort": "40001"}]}
    assert host["NetworkMode"] == "greenroom-shop-1"
    assert "AutoRemove" not in host
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert list(body["NetworkingConfig"]["EndpointsConfig"]) == ["greenroom-shop-1"]
    assert body["Labels"] == {**launched().tags, "mine": "yes"}


def test_the_rest_is_the_module_s() -> None:
    body = create_body(launched(), "127.0.0.1")
    assert (body["Cmd"], body["Entrypoint"]) == (["sh", "-c", "wait"], ["run"])
    assert body["Hostname"] == "own-name"
    assert body["Env"] == ["LEVEL=debug", "EMPTY=", "NODE=1"]
    host = body["HostConfig"]
    assert (host["Privileged"], host["ShmSize"]) == (True, 1024)
    assert host["Binds"] == ["/var/run/docker.sock:/var/run/docker.sock:rw"]
    assert host["Tmpfs"] == {"/fast": ""}


def test_what_the_manifest_says_lies_over_both() -> None:
    made = launched(
        env={"LEVEL": "info", "MORE": "x"},
        hostname="ours",
        limits=Limits(memory=2048),
        options={"HostConfig": {"Privileged": False, "ShmSize": 7}},
    )
    body = create_body(made, "127.0.0.1")
    assert body["Env"] == ["LEVEL=info", "EMPTY=", "NODE=1", "MORE=x"]
    assert body["Hostname"] == "ours"
    host = body["HostConfig"]
    assert (host["Privileged"], host["ShmSize"], host["Memory"]) == (False, 7, 2048)


CHILD = """
import json, sys, time
def hear(): return json.loads(sys.stdin.readline())
def say(**what): print(json.dumps(what), flush=True)
request = hear()
say(create={"Cmd": ["x"], "HostConfig": {}})
assert hear() == {"id": "c1"}
"""
"""What each child of these tests begins with: there is no testcontainers in it."""

STARTS = "say(start='c1'); assert hear() == {};"

CREATE = "POST .*/containers/create.*"
START = "POST .*/containers/c1/start"
REMOVE = "DELETE .*/containers/c1.*"
INSPECT = "GET .*/containers/c1/json"
LOGS = "GET .*/containers/c1/logs.*"


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with Daemon() as made:
        made.on(CREATE, json_answer({"Id": "c1"}, 201))
        made.on(START, nothing)
        made.on(REMOVE, nothing)
        made.on(INSPECT, json_answer({"State": {"Status": "running", "Running": True}}))
        made.on(LOGS, chunked(frame(1, b"2026-01-01T00:00:00.0Z up and away\n")))
        yield made


@pytest.fixture
def start(daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Found]:
    """Starts a module whose child goes on with this."""

    def started(then: str, deadline: Deadline | None = None) -> Found:
        program = tmp_path / "child.py"
        program.write_text(CHILD + then)
        monkeypatch.setattr(conversation, "CHILD", program)
        module = Module("kafka", python=sys.executable, folder=str(tmp_path))
        how = ModuleStart(module, "127.0.0.1", {9093: 40001})
        launch = Launch(LABELS, Instance("events"), image="kafka:7", module=how)
        return daemon.engine().start(launch, deadline or Deadline.after(20))

    return started


def removed(daemon: Daemon) -> bool:
    return any(one.startswith("DELETE ") for one in daemon.asked)


def test_its_child_is_told_where_the_engine_and_its_ports_are(
    daemon: Daemon, start: Callable[..., Found], tmp_path: Path
) -> None:
    found = start(f"{STARTS} open('told', 'w').write(json.dumps(request)); say(done=True)")
    assert (found.id, found.name) == ("c1", "greenroom-shop-1-events")
    told = json.loads((tmp_path / "told").read_text())
    assert 0 < told.pop("seconds") <= 20
    assert told == {
        "do": "start",
        "use": "kafka",
        "arguments": {},
        "image": None,
        "version": None,
        "host": "127.0.0.1",
        "ports": {"9093": 40001},
        "engine": {"base_url": daemon.environ["DOCKER_HOST"]},
    }
    assert not removed(daemon)


def test_a_port_that_is_taken_is_told_so_that_another_is_tried(
    daemon: Daemon, start: Callable[..., Found]
) -> None:
    daemon.on(START, refusal(500, "Bind for 127.0.0.1:40001 failed: port is already allocated"))
    with pytest.raises(PortTaken):
        start(f"{STARTS} say(done=True)")
    assert removed(daemon)


GONE_WRONG = {
    "its words": (f"{STARTS} say(failed='RuntimeError: no')", "RuntimeError: no"),
    "a refusal": ("say(wrong='use', message='starts a second one')", "starts a second one"),
    "an end": (
        f"{STARTS} sys.exit('bad luck')",
        "the process that runs it has ended with code 1: bad luck",
    ),
    "something else": ("say(done=True)", "said {'done': True} instead of start"),
}


@pytest.mark.parametrize(("then", "words"), GONE_WRONG.values(), ids=GONE_WRONG)
def test_what_goes_wrong_is_told_with_what_is_known_and_nothing_stays(
    daemon: Daemon, start: Callable[..., Found], then: str, words: str
) -> None:
    with pytest.raises(ModuleFailed) as caught:
        start(then)
    failed = caught.value
    assert failed.message == words
    assert (failed.state, failed.log) == ("running", ("up and away",))
    assert removed(daemon)


def test_one_that_waits_for_a_dead_container_does_not_wait_long(
    daemon: Daemon, start: Callable[..., Found]
) -> None:
    daemon.on(INSPECT, json_answer({"State": {"Status": "exited", "ExitCode": 3}}))
    with pytest.raises(ModuleFailed, match="events exited with code 3 before its module was"):
        start(f"{STARTS} time.sleep(60)")
    assert removed(daemon)


def test_one_that_waits_in_vain_is_ended_by_the_deadline(
    daemon: Daemon, start: Callable[..., Found]
) -> None:
    deadline = Passing()

    def run(request: Request) -> None:
        nothing(request)
        deadline.pass_by()

    daemon.on(START, run)
    with pytest.raises(ModuleFailed, match="was still waiting") as caught:
        start(f"{STARTS} time.sleep(60)", deadline)
    assert caught.value.hint == "if it needs more time: `timeout: 2m` in events"
    assert removed(daemon)


def test_one_that_ends_before_its_container_is_made_leaves_none(
    daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "child.py"
    program.write_text("import sys; sys.exit('no such thing')")
    monkeypatch.setattr(conversation, "CHILD", program)
    how = ModuleStart(Module("kafka", python=sys.executable, folder=str(tmp_path)), "127.0.0.1")
    launch = Launch(LABELS, Instance("events"), image="kafka:7", module=how)
    with pytest.raises(ModuleFailed, match="has ended with code 1: no such thing"):
        daemon.engine().start(launch, Deadline.after(20))
    assert not any("create" in one for one in daemon.asked)
