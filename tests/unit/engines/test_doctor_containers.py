"""What `greenroom doctor` says of an engine, by what that says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_daemon import Daemon, json_answer, refusal

from orchestrator.doctor import Around
from orchestrator.doctor.containers import engine
from orchestrator.waiting import Deadline

INFO = {
    "OperatingSystem": "Debian GNU/Linux 12",
    "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"],
    "DockerRootDir": "/nowhere",
    "MemTotal": 8_000_000_000,
    "NCPU": 4,
}
VERSION = {"Version": "28.2.2", "ApiVersion": "1.50"}


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with Daemon() as daemon:
        yield daemon


def found(daemon: Daemon, tmp_path: Path) -> list[tuple[str, str, str]]:
    around = Around(daemon.environ | {"PATH": "", "HOME": str(tmp_path)}, tmp_path)
    return [(str(one.level), one.topic, one.text) for one in engine(around, Deadline.after(20))]


def told(daemon: Daemon, info: dict[str, Any], **version: Any) -> None:
    daemon.on("GET .*/info", json_answer(info))
    daemon.on("GET .*/version", json_answer(VERSION | version))


def test_an_engine_that_answers(daemon: Daemon, tmp_path: Path) -> None:
    told(daemon, INFO)
    where = daemon.environ["DOCKER_HOST"]
    assert found(daemon, tmp_path) == [
        ("ok", "engine", f"Docker 28.2.2, rootless at {where} (from DOCKER_HOST), API 1.50"),
        ("ok", "addresses", "the engine is remote: ports are published on 127.0.0.1"),
        ("ok", "size", "8 GB of memory, 4 processors, Debian GNU/Linux 12"),
        (
            "warning",
            "builds",
            "without RUN --mount and secrets, because there is no docker command to ask for it",
        ),
    ]


def test_podman_with_little_memory(daemon: Daemon, tmp_path: Path) -> None:
    told(daemon, INFO | {"MemTotal": 10**9}, Components=[{"Name": "Podman Engine"}])
    levels = {topic: (level, text) for level, topic, text in found(daemon, tmp_path)}
    assert levels["engine"][1].startswith("Podman 28.2.2, rootless at ")
    assert levels["size"][0] == "warning"
    assert levels["builds"] == ("ok", "by Podman's own builder: all but secrets")


def test_an_engine_that_says_little(daemon: Daemon, tmp_path: Path) -> None:
    told(daemon, {}, ApiVersion=None)
    topics = [topic for _, topic, _ in found(daemon, tmp_path)]
    assert topics == ["engine", "addresses", "builds"]


def test_nobody_answers(tmp_path: Path) -> None:
    around = Around({"DOCKER_HOST": "tcp://127.0.0.1:1"}, tmp_path)
    (one,) = engine(around, Deadline.after(20))
    assert (one.level, one.provides) == ("warning", ())
    assert one.text == "no container engine answers at tcp://127.0.0.1:1 (from DOCKER_HOST)"
    assert one.hint


def test_what_answers_is_no_engine(daemon: Daemon, tmp_path: Path) -> None:
    """It is told under the engine's own topic all the same."""
    daemon.on("GET .*", refusal(404, "gone"))
    assert found(daemon, tmp_path) == [
        ("warning", "engine", "cannot ask the engine about itself: gone")
    ]


@pytest.mark.parametrize(("free", "level"), [(10**12, "ok"), (10**9, "warning")])
def test_the_room_of_an_engine_of_this_host(
    free: int, level: str, daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(daemon, INFO | {"DockerRootDir": str(tmp_path)})
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free}))
    monkeypatch.setattr("orchestrator.engines.docker.endpoint.LOCAL_SCHEMES", ("tcp",))
    lines = found(daemon, tmp_path)
    assert (level, "room", f"{free // 10**9} GB free in {tmp_path}") in lines
    assert ("ok", "addresses", "ports are published on 127.0.0.1, for this host only") in lines
