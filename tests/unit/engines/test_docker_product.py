"""Who answers Docker's API, from its own words, and what Podman wants to be told otherwise."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from scripted_daemon import Daemon, refusal

from orchestrator.engines.docker.client import Turns
from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.engines.docker.engine import no_way_back
from orchestrator.engines.docker.frames import frames
from orchestrator.engines.docker.product import Product, label, same_name
from orchestrator.model.facts import EngineFacts
from orchestrator.waiting import Deadline

DOCKER = {"Version": "28.2.2", "Components": [{"Name": "Engine"}]}
PODMAN = {"Version": "4.3.1", "Components": [{"Name": "Podman Engine"}, {"Name": "Conmon"}]}


@pytest.mark.parametrize(
    ("version", "info", "words", "limits"),
    [
        pytest.param(DOCKER, {"CgroupVersion": "1"}, "28.2.2", True, id="docker"),
        pytest.param(DOCKER, {}, "28.2.2", True, id="a proxy that tells nothing else"),
        pytest.param(
            DOCKER,
            {"SecurityOptions": ["name=rootless"], "CgroupVersion": "2", "CgroupDriver": "systemd"},
            "(rootless Docker 28.2.2)",
            True,
            id="rootless docker",
        ),
        pytest.param(
            DOCKER,
            {"SecurityOptions": ["name=rootless"], "CgroupVersion": "2", "CgroupDriver": "none"},
            "(rootless Docker 28.2.2)",
            False,
            id="rootless docker without systemd",
        ),
        pytest.param(PODMAN, {"Rootless": False}, "(Podman 4.3.1)", True, id="podman"),
        pytest.param(
            PODMAN,
            {"SecurityOptions": None},
            "(Podman 4.3.1)",
            True,
            id="podman without any profile",
        ),
        pytest.param(
            PODMAN,
            {"Rootless": True, "CgroupVersion": "1"},
            "(rootless Podman 4.3.1)",
            False,
            id="rootless podman",
        ),
    ],
)
def test_who_answers(version: Any, info: Any, words: str, limits: bool) -> None:
    product = Product.of(version, info)
    assert (str(product), product.limits) == (words, limits)


def described(info: Any) -> EngineFacts:
    with Daemon() as daemon:
        daemon.on("GET .*/info", info)
        return daemon.engine().describe(Deadline.after(20))


def test_a_proxy_may_keep_the_rest_to_itself() -> None:
    facts = described(refusal(403, "Forbidden"))
    assert (facts.version, facts.limits) == ("99.1", True)


def test_a_remote_engine_without_root_still_has_a_way_back() -> None:
    product = Product("99.1", rootless=True)
    assert no_way_back(product, Endpoint("tcp://10.0.0.7:2375")) == ""
    assert "without root" in no_way_back(product, Endpoint("unix:///run/docker.sock"))


@pytest.mark.parametrize("tag", ["a/b:1", "docker.io/a/b:1", "localhost/a/b:1"])
def test_a_name_is_the_same_with_the_registry_that_podman_adds(tag: str) -> None:
    assert same_name(tag, "a/b:1")
    assert not same_name(f"other.example/{tag}", "a/b:1")


def test_a_label_s_value_is_neither_replaced_nor_able_to_end_it() -> None:
    text = 'a "quoted" $HOME \\ and\nRUN rm -rf /'
    assert label("x.y", text) == 'LABEL x.y="a \\"quoted\\" \\$HOME \\\\ and RUN rm -rf /"'


def test_a_reset_between_two_frames_may_be_an_end() -> None:
    pieces = iter([b"\x01\0\0\0\0\0\0\x02", b"hi"])

    def read(_size: int) -> bytes:
        for piece in pieces:
            return piece
        raise ConnectionResetError

    assert list(frames(read, ends=(ConnectionResetError,))) == [("stdout", b"hi")]
    with pytest.raises(ConnectionResetError):
        list(frames(read))


def test_a_reset_inside_of_a_frame_is_none() -> None:
    pieces = iter([b"\x01\0\0\0\0\0\0\x02"])

    def read(_size: int) -> bytes:
        for piece in pieces:
            return piece
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        list(frames(read, ends=(ConnectionResetError,)))


def test_podman_does_one_thing_after_the_other() -> None:
    def answer(headers: dict[str, str]) -> Any:
        return SimpleNamespace(headers=headers)

    turns = Turns()
    turns.note(answer({"Server": "Docker/28.2.2"}))
    with turns.turn(), turns.turn():
        pass
    turns.note(answer({"Libpod-API-Version": "4.3.1"}))
    with turns.turn() as lock:
        assert lock is True
        assert turns._lock.locked()
