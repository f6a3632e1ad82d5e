"""What an instance becomes in the engine's create call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.engines.docker.body import container_name, create_body, network_body
from orchestrator.errors import EngineError
from orchestrator.model.launch import RUN, Launch, Publish, RunLabels
from orchestrator.model.resource import Instance, Limits

LABELS = RunLabels("r1", "e1", "payments", "/environment.yaml", "{}", 2_000_000_000)
LEAST = Launch(LABELS, Instance("ledger"), image="postgres:16")


def test_the_least_says_nothing_that_the_image_says() -> None:
    body = create_body(LEAST, "127.0.0.1")
    assert body == {
        "Image": "postgres:16",
        "Env": [],
        "Labels": LABELS.labels(Instance("ledger")),
        "ExposedPorts": {},
        "HostConfig": {
            "NetworkMode": "greenroom-r1",
            "PortBindings": {},
            "ExtraHosts": [],
            "Tmpfs": {},
            "SecurityOpt": ["no-new-privileges"],
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "20m", "max-file": "2"}},
        },
        "NetworkingConfig": {
            "EndpointsConfig": {"greenroom-r1": {"Aliases": ["ledger", "ledger.r1"]}}
        },
    }


def test_everything_has_its_place() -> None:
    launch = replace(
        LEAST,
        instance=Instance("api", "w1"),
        command=("run", "a b"),
        entrypoint=(),
        env={"A": "x=y", "B": ""},
        ports=(Publish(8000, 49153), Publish(9000, 49154)),
        hosts={"mail": "172.18.0.1"},
        hostname="api",
        workdir="/srv",
        user="nobody",
        tmpfs=("/var/lib/data", "/fast:size=64m,mode=1777"),
        limits=Limits(memory=64 << 20, cpus=1.5),
    )
    body = create_body(launch, "10.0.0.7")
    host = body["HostConfig"]
    assert (body["Cmd"], body["Entrypoint"]) == (["run", "a b"], [])
    assert body["Env"] == ["A=x=y", "B="]
    assert body["ExposedPorts"] == {"8000/tcp": {}, "9000/tcp": {}}
    assert host["PortBindings"] == {
        "8000/tcp": [{"HostIp": "10.0.0.7", "HostPort": "49153"}],
        "9000/tcp": [{"HostIp": "10.0.0.7", "HostPort": "49154"}],
    }
    assert host["ExtraHosts"] == ["mail:172.18.0.1"]
    assert (body["Hostname"], body["WorkingDir"], body["User"]) == ("api", "/srv", "nobody")
    assert host["Tmpfs"] == {"/var/lib/data": "", "/fast": "size=64m,mode=1777"}
    assert (host["Memory"], host["MemorySwap"]) == (64 << 20, 64 << 20)
    assert host["NanoCpus"] == 1_500_000_000
    assert body["NetworkingConfig"]["EndpointsConfig"]["greenroom-r1"]["Aliases"][0] == "api--w1"
    assert container_name(launch) == "greenroom-r1-api--w1"


def test_options_are_laid_over_it() -> None:
    options = {
        "Env": ["B=2"],
        "StopSignal": "SIGINT",
        "HostConfig": {"Privileged": True, "Tmpfs": {"/run": "size=1m"}},
    }
    body = create_body(
        replace(LEAST, env={"A": "1"}, tmpfs=("/tmp",), options=options), "127.0.0.1"
    )
    assert body["Env"] == ["A=1", "B=2"]
    assert body["StopSignal"] == "SIGINT"
    assert body["HostConfig"]["Privileged"] is True
    assert body["HostConfig"]["Tmpfs"] == {"/tmp": "", "/run": "size=1m"}
    assert body["HostConfig"]["NetworkMode"] == "greenroom-r1"


def test_a_map_cannot_become_something_else() -> None:
    for options in ({"HostConfig": None}, {"Labels": ["a"]}, {"HostConfig": {"Tmpfs": "/x"}}):
        with pytest.raises(EngineError, match="in the settings for the engine has to be a map"):
            create_body(replace(LEAST, options=options), "127.0.0.1")


def test_options_lift_what_is_safe_by_default() -> None:
    options = {"HostConfig": {"SecurityOpt": ["no-new-privileges:false"]}}
    body = create_body(replace(LEAST, options=options), "127.0.0.1")
    # The engine takes the last one.
    assert body["HostConfig"]["SecurityOpt"] == ["no-new-privileges", "no-new-privileges:false"]


def test_settings_for_logs_are_taken_as_a_whole() -> None:
    options = {"HostConfig": {"LogConfig": {"Type": "journald"}}}
    body = create_body(replace(LEAST, options=options), "127.0.0.1")
    assert body["HostConfig"]["LogConfig"] == {"Type": "journald"}


def test_no_option_takes_our_labels_away() -> None:
    body = create_body(replace(LEAST, options={"Labels": {RUN: "x", "mine": "1"}}), "127.0.0.1")
    assert body["Labels"] == LABELS.labels(Instance("ledger")) | {"mine": "1"}


def test_another_network_has_no_place_for_our_aliases() -> None:
    options = {"HostConfig": {"NetworkMode": "host"}}
    body = create_body(replace(LEAST, options=options), "127.0.0.1")
    assert body["NetworkingConfig"] == {"EndpointsConfig": {}}


def test_a_run_s_network_carries_its_labels() -> None:
    body = network_body(LABELS)
    assert (body["Name"], body["Labels"]) == ("greenroom-r1", LABELS.labels())
