"""A host port that is somebody else's after all: when another is tried, and what is said."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from orchestrator import Environment, GreenroomError, StepFailed
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import PortTaken
from orchestrator.host.ports import HeldPorts, bound
from orchestrator.lifecycle.stage import Stage
from orchestrator.model.launch import ExecResult, Launch, Opened, State
from orchestrator.waiting import Deadline, poll

AT_ONCE = {"ready": {"exec": "true"}}

TAKEN = PortTaken("port 7 of this host is taken", port=7)


class Places:
    """A manifest's services on two fake engines."""

    def __init__(self, folder: Path, **services: dict[str, Any]) -> None:
        self.docker = FakeEngine("docker", listening=True)
        self.process = FakeEngine("process", listening=True)
        self.environment = Environment.of(
            {"services": services},
            folder=folder,
            engines={"docker": self.docker, "process": self.process},
        )

    def launch(self, name: str) -> Launch:
        launches = {**self.docker.world.launches, **self.process.world.launches}
        return next(one for one in launches.values() if str(one.instance) == name)


def test_another_is_tried_while_nobody_knows_the_first(tmp_path: Path) -> None:
    place = Places(tmp_path, api={"command": "api", "ports": [80], "env": {"A": "${self.port}"}})
    place.process.fail("start", "api", TAKEN, at=1)
    with place.environment as environment:
        assert place.launch("api").env["A"] == str(environment["api"].port)
    assert place.process.calls.count("start api") == 2


@pytest.mark.parametrize("view", ["url", "outside.url"])
def test_none_is_tried_when_another_was_told_the_first(view: str, tmp_path: Path) -> None:
    """What it was told would lead to whoever has that port."""
    place = Places(
        tmp_path,
        web={"command": "web", "env": {"API": f"${{lazy:api.{view}}}"}, **AT_ONCE},
        # It starts when `web` has been started with its address.
        api={"command": "api", "ports": [80], "needs": ["web"]},
    )
    place.process.fail("start", "api", TAKEN, at=1)
    words = "port 7 of this host is taken, and web knows api by it already"
    with pytest.raises(GreenroomError, match=words) as caught, place.environment:
        pass
    assert caught.value.hint.endswith(", or start again: then another port is chosen")
    assert place.process.calls.count("start api") == 1


def test_our_own_claim_is_not_taken_for_another_greenroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody but root is told whose a port is, where it is another user's."""
    with HeldPorts() as before:
        (port,) = before.take(1)
    monkeypatch.setattr("orchestrator.host.ports.unasked", lambda: [port])
    monkeypatch.setattr("orchestrator.lifecycle.stage.seen_holder", lambda _: "")
    place = Places(
        tmp_path,
        web={"command": "web", "env": {"API": "${lazy:api.url}"}, **AT_ONCE},
        api={"command": "api", "ports": [80], "needs": ["web"]},
    )
    place.process.fail("start", "api", PortTaken("taken", port=port), at=1)
    with pytest.raises(GreenroomError) as caught, place.environment:
        pass
    assert caught.value.hint == (
        "end whoever listens there, or start again: then another port is chosen"
    )


def test_a_container_s_own_name_for_it_does_not_count(tmp_path: Path) -> None:
    place = Places(
        tmp_path,
        web={"image": "web:1", "env": {"API": "${lazy:api.url}"}, **AT_ONCE},
        api={"image": "api:1", "ports": [80], "needs": ["web"]},
    )
    place.docker.fail("start", "api", TAKEN, at=1)
    with place.environment:
        assert place.launch("web").env["API"] == "http://api:80"
    assert place.docker.calls.count("start api") == 2


@pytest.mark.parametrize(
    ("gateway", "who"),
    [
        pytest.param("127.0.0.1", "the relay", id="through the relay"),
        pytest.param(None, "web", id="led here by the engine"),
    ],
)
def test_none_is_tried_when_a_container_is_led_to_the_first(
    gateway: str | None, who: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Places(
        tmp_path,
        web={"image": "web:1", "env": {"API": "${lazy:api.url}"}, **AT_ONCE},
        api={"command": "api", "ports": [80], "needs": ["web"]},
    )
    place.process.fail("start", "api", TAKEN, at=1)
    monkeypatch.setattr(place.docker, "open", lambda *_: Opened(gateway))
    monkeypatch.setattr("orchestrator.lifecycle.readying.wait_for_relay", lambda *_: None)
    words = f"port 7 of this host is taken, and {who} knows api by it already"
    with pytest.raises(GreenroomError, match=words), place.environment:
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only there Greenrooms see each other's")
def test_a_process_has_its_port_until_it_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another Greenroom chooses among the same ports when this one has let go of its own."""
    place = Places(tmp_path, api={"command": "api", "ports": [80], "ready": {"exec": "true"}})
    with HeldPorts() as others:
        choice = others.take(2)
    monkeypatch.setattr("orchestrator.host.ports.unasked", lambda: choice)
    start, seen = place.process.start, list[int]()

    def slow(launch: Launch, deadline: Deadline) -> Any:
        with socket.socket() as program, HeldPorts() as others:
            program.bind(("127.0.0.1", launch.ports[0].host))
            program.close()
            seen.extend(others.take(1))
        return start(launch, deadline)

    monkeypatch.setattr(place.process, "start", slow)
    with place.environment as environment:
        assert [environment["api"].port, *seen] == choice


def test_a_server_has_its_port_when_it_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its data is made first, while nobody listens on the port that its predecessor had."""
    place = Places(tmp_path, api={"command": "api", "ports": [80]})
    with HeldPorts() as before:
        (port,) = before.take(1)
    monkeypatch.setattr("orchestrator.lifecycle.bringing_up.host_port", lambda *_: port)
    monkeypatch.setattr(Stage, "holds_on", lambda *_: True)
    start, refused = place.process.start, list[str]()

    def slow(launch: Launch, deadline: Deadline) -> Any:
        with pytest.raises(PortTaken) as caught:
            bound(port, alone=True)
        refused.append(caught.value.message)
        return start(launch, deadline)

    monkeypatch.setattr(place.process, "start", slow)
    with place.environment:
        assert refused == [f"port {port} of this host is taken"]


class TestWhatIsSaid:
    def test_of_what_has_died(self, tmp_path: Path) -> None:
        """The fake engine's own sockets are those of this process, which is none of the service."""
        entry = {"command": "api", "ports": [80], "ready": {"exec": "false"}}
        place = Places(tmp_path, api=entry)
        place.process.listens("api")
        place.process.answers("api", lambda _argv, _stdin: ExecResult(1))
        place.process.becomes("api", State("exited", 1))
        with pytest.raises(StepFailed) as caught, place.environment:
            pass
        (port,) = (one.host for one in place.launch("api").ports)
        assert caught.value.message == "api exited with code 1 before it was ready"
        assert caught.value.hint.startswith(f"port {port} of this host, meant for api, is used by ")
        assert caught.value.hint.endswith(
            f" (process {os.getpid()}), which listens there: "
            "end that, or start again: then another port is chosen"
        )

    def test_where_nobody_can_say_whose_it_is(self, tmp_path: Path) -> None:
        entry = {"command": "api", "ports": [80], "ready": {"exec": "false"}}
        place = Places(tmp_path, api=entry)
        place.process.answers("api", lambda _argv, _stdin: ExecResult(1))
        place.process.becomes("api", State("exited", 1))
        with pytest.raises(StepFailed) as caught, place.environment:
            pass
        assert "its log says why" in caught.value.hint


SLOW = """
import http.server, os, pathlib, time
pathlib.Path("port").write_text(os.environ["PORT"])
while not pathlib.Path("go").exists():
    time.sleep(0.01)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), None)
"""


def test_who_takes_the_port_of_a_program_that_starts_slowly_is_named(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    entry = {
        "command": [sys.executable, "slow.py"],
        "ports": [80],
        "ready": {"http": "/"},
    }
    environment = Environment.of({"engine": "process", "services": {"api": entry}}, folder=tmp_path)
    servers: list[socket.socket] = []

    def take() -> None:
        told = tmp_path / "port"
        poll(lambda: told.exists() and bool(told.read_text()), Deadline.after(30))
        servers.append(socket.create_server(("127.0.0.1", int(told.read_text()))))
        (tmp_path / "go").touch()

    thief = threading.Thread(target=take)
    thief.start()
    try:
        with pytest.raises(StepFailed) as caught, environment:
            pass
    finally:
        thief.join()
        for one in servers:
            one.close()
    assert caught.value.evidence
    assert "Address already in use" in "\n".join(caught.value.evidence.log)
    assert f"(process {os.getpid()}), which listens there" in caught.value.hint
