"""A whole environment on Podman: databases, references, snapshots, and what is not to be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from podman_engine import ONE_AT_A_TIME, need_podman

from orchestrator import Environment
from orchestrator.engines.docker import DockerEngine
from orchestrator.errors import EngineUnavailable
from orchestrator.lifecycle.survey import survey
from orchestrator.model.event import Event, Noticed, RunStarted
from orchestrator.waiting import Deadline

pytestmark = [pytest.mark.engine, ONE_AT_A_TIME]

SHOP = {
    "name": "on-podman",
    "engine": "docker",
    "databases": {
        "ledger": {"use": "postgres:15", "seed": ["schema.sql"], "limits": {"memory": "256m"}},
        "cache": {"use": "redis:7"},
    },
    "tasks": {
        "look": {
            "image": "debian:12-slim",
            # Its name server learns of a new container a moment later.
            "command": [
                "timeout",
                "40",
                "bash",
                "-c",
                "until (exec 3<>/dev/tcp/${cache.host}/${cache.port}); do sleep 0.2; done",
            ],
            "needs": ["ledger"],
        }
    },
}


@pytest.fixture
def podman(
    live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The environment in which Podman is the engine, with snapshots, which go with the test."""
    found = live_environ | need_podman() | {"GREENROOM_SNAPSHOTS": "on"}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    yield found
    engine = DockerEngine(found)
    for one in engine.snapshots(Deadline.after(60)):
        engine.remove_snapshot(one.key, Deadline.after(60))


def test_an_environment_comes_up_twice_and_nothing_stays(
    podman: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "schema.sql").write_text("create table a (b int); insert into a values (7);")
    steps: list[list[str]] = []
    for _ in range(2):
        heard: list[Event] = []
        with Environment.of(SHOP, folder=tmp_path, listen=heard.append) as environment:
            with psycopg.connect(environment["ledger"].url) as connection:
                assert connection.execute("select b from a").fetchall() == [(7,)]
            run = environment.run
        assert survey(podman, run).runs == ()
        steps.append([step for each in heard if (step := getattr(each, "step", ""))])
        (began,) = [each for each in heard if isinstance(each, RunStarted)]
        assert "Podman" in began.engines[0]
        limits = [each.text for each in heard if isinstance(each, Noticed)]
        rootless = "rootless" in began.engines[0]
        assert limits == (["ledger has limits, which this engine cannot keep"] if rootless else [])
    assert "store ledger" in steps[0]
    assert "restore ledger" in steps[1]


def test_without_root_no_container_is_promised_a_process_of_this_host(
    podman: dict[str, str], tmp_path: Path
) -> None:
    if DockerEngine(podman).describe(Deadline.after(20)).no_way_back == "":
        pytest.skip("this Podman runs as root")
    manifest = {
        "engine": "docker",
        "services": {
            "api": {"command": "python3 -m http.server ${self.port}", "ports": [8000]},
            "worker": {"image": "debian:12-slim", "env": {"API": "${api.url}"}},
        },
    }
    with pytest.raises(EngineUnavailable, match="worker runs in a container") as none:
        Environment.of(manifest, folder=tmp_path).up()
    assert "no address in its networks" in none.value.message
    assert none.value.hint == "run api in a container too, or choose another engine"
