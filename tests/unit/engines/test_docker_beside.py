"""Greenroom in a container beside the engine's socket: which one that is, and how it joins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_daemon import Daemon, Request, json_answer, nothing, refusal

from orchestrator.engines.docker import beside
from orchestrator.model.launch import RUN
from orchestrator.waiting import Deadline

OURS, OTHER = "a" * 64, "b" * 64
DOCKER = (
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    f"132 108 254:0 /var/lib/docker/containers/{OURS}/hostname /etc/hostname rw - ext4 x rw\n"
)
PODMAN = f"177 171 254:0 /overlay-containers/{OURS}/userdata/hosts /etc/hosts rw - ext4 x rw\n"
DATA = f"140 108 254:0 /var/lib/docker/volumes/{OTHER}/_data /data rw - ext4 /dev/vda rw\n"


@pytest.mark.parametrize(
    ("mounts", "groups", "expected"),
    [
        pytest.param(DOCKER, "", [OURS], id="docker"),
        pytest.param(PODMAN, "0::/\n", [OURS], id="podman"),
        pytest.param(DATA, "0::/\n", [], id="a volume's name is none"),
        pytest.param("", f"0::/docker/{OURS}\n", [OURS], id="a control group"),
        pytest.param(DOCKER, f"1:cpu:/docker/{OTHER}/docker/{OURS}\n", [OURS, OTHER], id="nested"),
        pytest.param(None, None, [], id="no linux"),
    ],
)
def test_the_kernel_tells_the_ids(
    mounts: str | None, groups: str | None, expected: list[str], tmp_path: Path
) -> None:
    for name, text in {"mounts": mounts, "groups": groups}.items():
        if text is not None:
            (tmp_path / name).write_text(text)
    assert beside.candidates(tmp_path / "mounts", tmp_path / "groups") == expected


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    monkeypatch.setattr(beside, "candidates", lambda: [OTHER, OURS])
    with Daemon() as daemon:
        daemon.on(f"GET .*/containers/{OTHER}/json", refusal(404, "No such container"))
        yield daemon


def container(mode: str, *, running: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "Id": OURS,
        "State": {"Running": running},
        "HostConfig": {"NetworkMode": mode},
        **more,
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(container("bridge"), OURS, id="bridge"),
        pytest.param(container("ci_default"), OURS, id="compose"),
        pytest.param(container("host"), "", id="the host's network"),
        pytest.param(container(f"container:{OTHER}"), OTHER, id="another's network"),
        pytest.param(container("bridge", running=False), "", id="an id that was ours"),
    ],
)
def test_the_engine_has_to_know_it(daemon: Daemon, found: dict[str, Any], expected: str) -> None:
    daemon.on(f"GET .*/containers/{OURS}/json", json_answer(found))
    with daemon.engine()._api.calls(Deadline.after(20), "look") as client:
        assert beside.own_container(client) == expected


def test_in_another_engine_s_container_nothing_is_joined(daemon: Daemon) -> None:
    daemon.on(f"GET .*/containers/{OURS}/json", refusal(404, "No such container"))
    with daemon.engine()._api.calls(Deadline.after(20), "look") as client:
        assert beside.own_container(client) == ""


@pytest.mark.parametrize(
    "answer", [nothing, refusal(403, "endpoint with name x already exists in network n")]
)
def test_joining_twice_is_joining_once(daemon: Daemon, answer: Any) -> None:
    networks = {"Networks": {"n": {"IPAddress": "172.20.0.2"}, "bridge": {"IPAddress": "1.1.1.1"}}}
    joined = container("bridge", NetworkSettings=networks)
    daemon.on(f"GET .*/containers/{OURS}/json", json_answer(joined))
    daemon.on("POST .*/networks/n/connect", answer)
    with daemon.engine()._api.calls(Deadline.after(20), "join") as client:
        assert beside.join(client, "n", OURS) == "172.20.0.2"


def test_guests_and_what_is_left_of_containers_that_are_gone_are_sent_away(
    daemon: Daemon,
) -> None:
    attached = {
        OURS: {"Name": "ci"},
        OTHER: {"Name": "gone"},
        f"ep-{'d' * 64}": {"Name": "gone-too"},
        f"ep-{'e' * 64}": {"Name": "starting"},
        "c" * 64: {"Name": "ledger"},
    }
    own = json_answer({"Config": {"Labels": {RUN: "r1"}}})
    daemon.on("GET .*/networks/n", json_answer({"Containers": attached}))
    daemon.on("GET .*/containers/(ep-.*|gone|gone-too)/json", refusal(404, "No such container"))
    daemon.on(f"GET .*/containers/{OURS}/json", json_answer(container("bridge")))
    daemon.on(f"GET .*/containers/({'c' * 64}|starting)/json", own)
    detached: list[str] = []

    def detach(request: Request) -> None:
        detached.append(json.loads(request.body)["Container"])
        (nothing if detached[-1] == OURS else refusal(404, "endpoint not found"))(request)

    daemon.on("POST .*/networks/n/disconnect", detach)
    with daemon.engine()._api.calls(Deadline.after(20), "close") as client:
        beside.send_guests_away(client, "n", "r1")
    assert detached == [OURS, "gone", "gone-too"]
