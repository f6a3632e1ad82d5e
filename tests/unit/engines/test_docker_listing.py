"""What the engine lists and inspects, in Greenroom's words."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.engines.docker.listing import (
    container,
    gateway,
    images,
    inspected_state,
    listed_state,
    network,
)
from orchestrator.model.launch import Image, State


def test_a_container_with_its_ports() -> None:
    item = {
        "Id": "c1",
        "ImageID": "sha256:1",
        "Names": ["/greenroom-r1-ledger"],
        "Labels": {"greenroom.run": "r1", "greenroom.resource": "ledger@w1"},
        "State": "running",
        "Status": "Up 2 seconds (healthy)",
        "Ports": [
            {"IP": "0.0.0.0", "PrivatePort": 5432, "PublicPort": 49153, "Type": "tcp"},
            {"IP": "::", "PrivatePort": 5432, "PublicPort": 49153, "Type": "tcp"},
            {"PrivatePort": 8080, "Type": "tcp"},
            {"IP": "0.0.0.0", "PrivatePort": 53, "PublicPort": 49154, "Type": "udp"},
        ],
    }
    found = container("docker", item)
    assert (found.id, found.name, found.run) == ("c1", "greenroom-r1-ledger", "r1")
    assert found.image == "sha256:1"
    assert str(found.instance) == "ledger@w1"
    assert found.ports == {5432: 49153}
    assert found.state == State("running", health="healthy")


def test_a_container_that_is_half_gone() -> None:
    item = {"Id": "c1", "Names": None, "Labels": None, "State": "dead", "Status": "", "Ports": None}
    assert container("docker", item).state == State("exited", detail="dead")


def test_a_network() -> None:
    found = network(
        "docker", {"Id": "n1", "Name": "greenroom-r1", "Labels": {"greenroom.run": "r1"}}
    )
    assert (found.kind, found.name, found.run, found.instance) == (
        "network",
        "greenroom-r1",
        "r1",
        None,
    )


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [
        ("created", "Created", State("created")),
        ("running", "Up 3 seconds", State("running")),
        ("running", "Up 3 seconds (health: starting)", State("running", health="starting")),
        ("running", "Up 3 minutes (unhealthy)", State("running", health="unhealthy")),
        ("paused", "Up 3 seconds (Paused)", State("running", detail="paused")),
        ("restarting", "Restarting (1) 2 seconds ago", State("exited", 1, detail="restarting")),
        ("exited", "Exited (0) 2 seconds ago", State("exited", 0)),
        ("exited", "Exited (137) 2 hours ago", State("exited", 137)),
        ("removing", "Removal In Progress", State("exited", detail="removing")),
    ],
)
def test_listed_states(state: str, status: str, expected: State) -> None:
    assert listed_state(state, status) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"Status": "created", "ExitCode": 0}, State("created")),
        ({"Status": "running", "ExitCode": 0}, State("running")),
        ({"Status": "exited", "ExitCode": 3}, State("exited", 3)),
        (
            {"Status": "exited", "ExitCode": 137, "OOMKilled": True},
            State("exited", 137, out_of_memory=True),
        ),
        (
            {"Status": "created", "ExitCode": 127, "Error": "no such file"},
            State("created", detail="no such file"),
        ),
        (
            {"Status": "running", "Health": {"Status": "healthy", "Log": [{"Output": "fine"}]}},
            State("running", health="healthy"),
        ),
        (
            {
                "Status": "running",
                "Health": {"Status": "starting", "Log": [{"Output": "a\nnot yet\n"}]},
            },
            State("running", health="starting", detail="not yet"),
        ),
        ({"Status": "running", "Health": {"Status": "none"}}, State("running")),
    ],
)
def test_inspected_states(state: dict[str, Any], expected: State) -> None:
    assert inspected_state({"State": state}) == expected


@pytest.mark.parametrize(
    ("state", "policy", "restarts", "expected"),
    [
        (
            {"Status": "restarting", "Restarting": True, "ExitCode": 3},
            "always",
            3,
            State("exited", 3, detail="restarted 3 times"),
        ),
        (
            {"Status": "restarting", "Restarting": True, "ExitCode": 3},
            "on-failure",
            0,
            State("exited", 3, detail="restarting"),
        ),
        (
            {"Status": "restarting", "Restarting": True, "ExitCode": 137, "OOMKilled": True},
            "always",
            2,
            State("exited", 137, out_of_memory=True, detail="restarted 2 times"),
        ),
        (
            {"Status": "running", "ExitCode": 0},
            "always",
            2,
            State("exited", detail="restarted 2 times"),
        ),
        ({"Status": "running", "ExitCode": 0}, "always", 1, State("running")),
        ({"Status": "running", "ExitCode": 0}, "no", 2, State("running")),
        ({"Status": "exited", "ExitCode": 4}, "", 0, State("exited", 4)),
    ],
)
def test_what_restarts_in_a_loop_has_ended(
    state: dict[str, Any], policy: str, restarts: int, expected: State
) -> None:
    item = {"State": state, "RestartCount": restarts}
    item["HostConfig"] = {"RestartPolicy": {"Name": policy}}
    assert inspected_state(item) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ([{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}], "172.18.0.1"),
        ([{"Gateway": "fd00::1"}, {"Gateway": "172.18.0.1"}], "172.18.0.1"),
        ([{"Gateway": "10.89.0.1/24"}], "10.89.0.1"),
        ([{}], None),
        (None, None),
    ],
)
def test_the_gateway_is_the_host_s_own_address(settings: Any, expected: str | None) -> None:
    assert gateway({"IPAM": {"Config": settings}}) == expected


def test_an_image_is_listed_once_for_each_of_its_names() -> None:
    item = {"Id": "sha256:1", "Labels": {"a": "b"}, "Size": 5, "Created": 7}
    names = ["greenroom/build:1", "greenroom/build:2"]
    listed = list(images("docker", item | {"RepoTags": names}))
    assert [each.name for each in listed] == names
    assert listed[0] == Image("docker", "sha256:1", names[0], {"a": "b"}, 5, 7)
    for nameless in (None, [], ["<none>:<none>"]):
        (image,) = images("docker", item | {"RepoTags": nameless})
        assert image.name == ""
