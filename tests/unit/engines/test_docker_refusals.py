"""What the engine's words, and the lack of them, are turned into."""

from __future__ import annotations

import pytest

from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.engines.docker.refusals import refused, translated
from orchestrator.errors import (
    EngineError,
    EngineUnavailable,
    Gone,
    ImageUnavailable,
    PortTaken,
)
from orchestrator.waiting import Deadline, Stopped

BIND = "driver failed programming external connectivity on endpoint x (abc): "


@pytest.mark.parametrize(
    "words",
    [
        BIND + "Bind for 127.0.0.1:49153 failed: port is already allocated",
        BIND + "listen tcp4 127.0.0.1:49153: bind: address already in use",
        "failed to bind host port for 127.0.0.1:49153:172.18.0.2:5432/tcp: address already in use",
        "failed to bind host port 127.0.0.1:49153/tcp: address already in use",
        "exposing port TCP 127.0.0.1:49153 -> 127.0.0.1:0: listen tcp: address already in use",
        "rootlessport listen tcp 127.0.0.1:49153: bind: address already in use",
    ],
)
def test_a_taken_port_is_known_by_its_words(words: str) -> None:
    error = refused("start ledger", words)
    assert isinstance(error, PortTaken)
    assert error.port == 49153


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("No such image: postgres:16", ImageUnavailable),
        ("postgres:16: image not known", ImageUnavailable),
        ("No such container: c1", Gone),
        ("Container c1 is not running", Gone),
        ("can only create exec sessions on running containers: state improper", Gone),
        ("network greenroom-r1 not found", EngineError),
        ("disk on fire", EngineError),
    ],
)
def test_refusals_are_told_apart(words: str, kind: type[EngineError]) -> None:
    error = refused("start ledger", words)
    assert type(error) is kind
    assert str(error) == f"cannot start ledger: {words}"


def test_no_permission_names_the_group() -> None:
    endpoint = Endpoint("unix:///var/run/docker.sock")
    with (
        pytest.raises(
            EngineUnavailable, match=r"may not talk to .* unix:///var/run/docker.sock"
        ) as e,
        translated("x", Deadline(), endpoint),
    ):
        raise ConnectionError("aborted", PermissionError(13, "denied"))
    assert "-aG docker" in e.value.hint


def test_a_host_that_cannot_be_routed_to_does_not_answer() -> None:
    from urllib3.exceptions import NewConnectionError

    with (
        pytest.raises(EngineUnavailable, match=r"no container engine answers at tcp://10\.0\.0\.7"),
        translated("x", Deadline(), Endpoint("tcp://10.0.0.7:2375")),
    ):
        raise OSError(NewConnectionError(None, "No route to host"))  # type: ignore[arg-type]


def test_ssh_without_its_library_says_what_to_install() -> None:
    import docker

    with (
        pytest.raises(EngineUnavailable, match="paramiko") as caught,
        translated("x", Deadline(), Endpoint("ssh://host")),
    ):
        raise docker.errors.DockerException("Install paramiko package to enable ssh:// support")
    assert "docker[ssh]" in caught.value.hint


def test_taking_too_long_before_the_deadline_is_the_engine_s_failure() -> None:
    with (
        pytest.raises(EngineError, match="cannot x: the engine took too long to answer"),
        translated("x", Deadline(), Endpoint()),
    ):
        raise TimeoutError


@pytest.mark.parametrize("ours", [Stopped(), EngineError("x"), KeyError("x")])
def test_what_is_not_foreign_passes(ours: Exception) -> None:
    with pytest.raises(type(ours)) as caught, translated("x", Deadline(), Endpoint()):
        raise ours
    assert caught.value is ours
