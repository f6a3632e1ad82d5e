"""Where the Docker engine is looked for, and where its ports are reached."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.engines.docker import DockerEngine, endpoint
from orchestrator.engines.docker.address import Address, NoAddress, parse
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
    with pytest.raises(
        EngineUnavailable, match=r'no Docker context "colima" \(chosen by DOCKER_CONTEXT\)'
    ) as none:
        DockerEngine({"DOCKER_CONTEXT": "colima"}).describe(Deadline.after(10))
    assert none.value.hint == "choose one that is there: default; or set DOCKER_HOST"


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


WITHOUT_THE_SDK = """
import os, sys
from orchestrator.engines.docker import DockerEngine
from orchestrator.errors import EngineError
from orchestrator.waiting import Deadline
try:
    DockerEngine(os.environ).list(Deadline.after(10))
except EngineError:
    pass
print(*({"docker", "requests", "urllib3"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("environ", "config"),
    [
        pytest.param({}, None, id="the usual socket"),
        pytest.param({}, "{}", id="no chosen context"),
        pytest.param({}, '{"currentContext": "default"}', id="the default context"),
        pytest.param({"DOCKER_CONTEXT": "default"}, None, id="the default context by name"),
        pytest.param({"DOCKER_HOST": "unix:///no/such.sock"}, None, id="a socket"),
        pytest.param({"DOCKER_HOST": "tcp://127.0.0.1:1"}, None, id="TCP"),
    ],
)
def test_an_engine_on_a_plain_socket_needs_no_sdk(
    tmp_path: Path, environ: dict[str, str], config: str | None
) -> None:
    if config:
        (tmp_path / "config.json").write_text(config)
    environ = {"PATH": os.environ["PATH"], "DOCKER_CONFIG": str(tmp_path)} | environ
    argv = [sys.executable, "-c", WITHOUT_THE_SDK]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "", "a tenth of a second of each command"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("unix:///run/x.sock", Address("unix", path="/run/x.sock")),
        ("unix://run/x.sock", Address("unix", path="/run/x.sock")),
        ("unix://", Address("unix", path="/var/run/docker.sock")),
        ("http+unix:///run/x.sock", Address("unix", path="/run/x.sock")),
        ("tcp://10.0.0.7:2375", Address("tcp", host="10.0.0.7", port=2375)),
        (" tcp://[::1]:2375 ", Address("tcp", host="::1", port=2375)),
        ("http://10.0.0.7:80", Address("tcp", host="10.0.0.7", port=80)),
        ("https://docker:2376", Address("tls", host="docker", port=2376)),
        ("build:2375", Address("tcp", host="build", port=2375)),
        (":2375", Address("tcp", host="127.0.0.1", port=2375)),
        ("ssh://me@build.example.com", Address("ssh", host="build.example.com", user="me")),
        ("ssh://Box:2222", Address("ssh", host="Box", port=2222)),
        ("npipe:////./pipe/docker_engine", Address("npipe")),
    ],
)
def test_addresses_are_taken_apart_as_docker_does(url: str, expected: Address) -> None:
    assert parse(url) == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("fd://", 'nothing is spoken by the name of "fd"'),
        ("tcp://build", "a port is required"),
        ("tcp://build:99999", "out of range"),
        ("tcp://[::1:2375", "IPv6"),
        ("ssh://", "a host is required"),
        ("ssh://me:secret@build", "no password"),
        ("ssh://build/run/docker.sock", "no path"),
    ],
)
def test_what_is_no_address_says_why(url: str, words: str) -> None:
    with pytest.raises(NoAddress, match=words):
        parse(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [("ssh://me@127.0.0.1:1", "no container engine answers"), ("npipe:////./x", "Windows")],
)
def test_the_ways_of_others_fail_in_our_words(url: str, words: str) -> None:
    with pytest.raises(EngineUnavailable, match=words) as caught:
        DockerEngine({"DOCKER_HOST": url}).describe(Deadline.after(10))
    assert caught.value.hint
