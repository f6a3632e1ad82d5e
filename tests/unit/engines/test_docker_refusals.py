"""What the engine's words, and the lack of them, are turned into."""

from __future__ import annotations

import errno
import os

import pytest

from orchestrator.engines.docker.dialling import Unreachable
from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.engines.docker.exchange import Refusal
from orchestrator.engines.docker.patience import Silent
from orchestrator.engines.docker.refusals import refused, translated
from orchestrator.errors import (
    EngineError,
    EngineUnavailable,
    Gone,
    ImageUnavailable,
    PortTaken,
)
from orchestrator.waiting import Stopped, TimedOut

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


def test_a_page_instead_of_an_engine_s_words_says_where_to_look() -> None:
    """A web server answers everything, and is no engine."""
    endpoint = Endpoint("tcp://10.0.0.1:80", origin="DOCKER_HOST")
    with pytest.raises(EngineError) as caught, translated("list what is there", endpoint):
        raise Refusal(404, "File not found.", foreign=True)
    assert caught.value.message == "cannot list what is there: File not found."
    assert caught.value.hint.startswith(
        "see what answers at tcp://10.0.0.1:80 (from DOCKER_HOST): it may be a proxy"
    )


def test_no_permission_names_the_group() -> None:
    endpoint = Endpoint("unix:///var/run/docker.sock")
    with (
        pytest.raises(
            EngineUnavailable, match=r"may not talk to .* unix:///var/run/docker.sock"
        ) as e,
        translated("x", endpoint),
    ):
        raise ConnectionError("aborted", PermissionError(13, "denied"))
    assert "-aG docker" in e.value.hint


@pytest.mark.parametrize("number", [errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ECONNREFUSED])
def test_a_host_that_cannot_be_reached_does_not_answer(number: int) -> None:
    with (
        pytest.raises(EngineUnavailable, match=r"no container engine answers at tcp://10\.0\.0\.7"),
        translated("x", Endpoint("tcp://10.0.0.7:2375")),
    ):
        raise OSError(number, "No route to host")


def test_what_ssh_says_is_told_with_what_it_needs() -> None:
    words = "Host key verification failed."
    with (
        pytest.raises(EngineUnavailable, match="Host key") as caught,
        translated("x", Endpoint("ssh://host")),
    ):
        raise Unreachable(words)
    assert "docker version" in caught.value.hint


def test_silence_says_for_how_long_and_what_to_look_at() -> None:
    words = r"the container engine at unix:///x did not answer within 30 s"
    with pytest.raises(EngineUnavailable, match=words) as e, translated("x", Endpoint("unix:///x")):
        raise Silent(30.0)
    assert "docker info" in e.value.hint


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("write /var/lib/docker/x: no space left on device", "docker system df"),
        ("write /var/lib/docker/x: no space left on device", "greenroom prune"),
        ("could not find an available, non-overlapping IPv4 address pool", "docker network prune"),
        ("all predefined address pools have been fully subnetted", "greenroom prune"),
        ("pipe2: too many open files", "ulimit -n"),
        ('The container name "/x" is already in use by container "c1"', "greenroom down"),
        ("Client sent an HTTP request to an HTTPS server.", "DOCKER_TLS_VERIFY"),
        ("No such container: c1", "greenroom ps"),
        ("disk on fire", "journalctl -u docker"),
    ],
)
def test_each_cause_has_its_next_step(words: str, hint: str) -> None:
    assert hint in refused("start ledger", words, status=500).hint


@pytest.mark.parametrize(
    ("number", "hint"), [(errno.EMFILE, "ulimit -n"), (errno.ENOSPC, "docker system df")]
)
def test_what_our_own_side_lacks_has_its_next_step_too(number: int, hint: str) -> None:
    words = f"cannot x: {os.strerror(number)}"
    with pytest.raises(EngineError, match=words) as e, translated("x", Endpoint()):
        raise OSError(number, os.strerror(number))
    assert hint in e.value.hint


def test_a_deadline_says_what_was_being_done() -> None:
    with (
        pytest.raises(TimedOut, match="list what is there"),
        translated("list what is there", Endpoint()),
    ):
        raise TimedOut


@pytest.mark.parametrize("ours", [Stopped(), EngineError("x"), KeyError("x")])
def test_what_is_not_foreign_passes(ours: Exception) -> None:
    with pytest.raises(type(ours)) as caught, translated("x", Endpoint()):
        raise ours
    assert caught.value is ours
