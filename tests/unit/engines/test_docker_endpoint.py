"""Where the Docker engine is looked for, and where its ports are reached."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from orchestrator.engines.docker import DockerEngine, endpoint
from orchestrator.engines.docker.endpoint import Endpoint, find
from orchestrator.errors import EngineUnavailable
from orchestrator.waiting import Deadline


@pytest.mark.parametrize(
    ("url", "address", "local"),
    [
        ("", "127.0.0.1", True),
        ("unix:///var/run/docker.sock", "127.0.0.1", True),
        ("npipe:////./pipe/docker_engine", "127.0.0.1", True),
        ("tcp://10.0.0.7:2375", "10.0.0.7", False),
        ("10.0.0.7:2375", "10.0.0.7", False),
        ("tcp://localhost:2375", "127.0.0.1", False),
        ("ssh://me@build.example.com:22", "build.example.com", False),
        ("https://docker:2376", "docker", False),
    ],
)
def test_ports_are_reached_at_the_engine_s_host(url: str, address: str, local: bool) -> None:
    assert (Endpoint(url).address, Endpoint(url).local) == (address, local)


def test_ports_are_published_only_where_they_are_reached() -> None:
    assert Endpoint("unix:///x").interface == "127.0.0.1"
    assert Endpoint("tcp://localhost:2375").interface == "127.0.0.1"
    assert Endpoint("tcp://10.0.0.7:2375").interface == "10.0.0.7"


def test_the_environment_comes_first(tmp_path: Path) -> None:
    found = find({"DOCKER_HOST": "tcp://10.0.0.7:2375"}, tmp_path)
    assert str(found) == "tcp://10.0.0.7:2375 (from DOCKER_HOST)"


def test_then_the_chosen_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config.json"
    config.write_text("{}")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    # The SDK keeps a context under the SHA-256 of its name.
    name = hashlib.sha256(b"colima").hexdigest()
    meta = tmp_path / "contexts" / "meta" / name / "meta.json"
    meta.parent.mkdir(parents=True)
    endpoints = {"docker": {"Host": "unix:///colima.sock", "SkipTLSVerify": False}}
    meta.write_text(json.dumps({"Name": "colima", "Metadata": {}, "Endpoints": endpoints}))
    found = find({"DOCKER_CONTEXT": "colima"}, tmp_path)
    assert str(found) == 'unix:///colima.sock (from the Docker context "colima")'
    config.write_text(json.dumps({"currentContext": "colima"}))
    assert find({}, tmp_path).url == "unix:///colima.sock"


def test_a_context_that_does_not_exist_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(EngineUnavailable, match=r"make no sense: .*colima"):
        DockerEngine({"DOCKER_CONTEXT": "colima"}).describe(Deadline.after(10))


def test_then_the_first_usual_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    usual = tmp_path / "docker.sock"
    monkeypatch.setattr(endpoint, "USUAL_SOCKET", str(usual))
    podman = tmp_path / "podman" / "podman.sock"
    podman.parent.mkdir()
    podman.touch()
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    found = find(environ, tmp_path)
    assert (found.url, found.found) == (f"unix://{podman}", True)
    usual.touch()
    found = find(environ, tmp_path)
    assert (found.url, found.found) == (f"unix://{usual}", False)
