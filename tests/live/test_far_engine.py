"""An engine on another host, by TLS and by ssh: its ports are that host's, and all goes there."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from far_engine import FarEngine, far_engine, need_far_engine

from orchestrator import Environment
from orchestrator.engines.docker import DockerEngine
from orchestrator.errors import EngineUnavailable
from orchestrator.model.event import Event, RunStarted
from orchestrator.waiting import Deadline, poll

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("far-engine")]

SHOP: dict[str, Any] = {
    "name": "far",
    "engine": "docker",
    "databases": {"cache": {"use": "redis:7", "seed": ["keys.redis"]}},
    "services": {
        "api": {
            "image": "python:3.11-slim",
            "command": "python3 -m http.server 8000 --directory /srv/www",
            "files": {"/srv/www/index.html": "index.html"},
            "ports": [8000],
            "env": {"CACHE": "${cache.url}", "LOCAL": "${local.url}"},
        },
        "local": {
            "command": f"{sys.executable} -m http.server ${{self.port}} --bind 127.0.0.1",
            "ports": [8000],
        },
    },
}


@pytest.fixture(scope="module")
def far() -> Iterator[FarEngine]:
    need_far_engine()
    prefix = os.environ.get("GREENROOM_IMAGE_PREFIX", "localhost/greenroom-test/")
    with far_engine(f"{prefix}redis:7", f"{prefix}python:3.11-slim") as made:
        yield made


@pytest.fixture
def by_tls(
    far: FarEngine, live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> FarEngine:
    """The environment leads to it by TLS."""
    for name, value in far.tls.items():
        monkeypatch.setenv(name, value)
    return far


@pytest.fixture
def by_ssh(
    far: FarEngine, live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> FarEngine:
    """The environment leads to it by ssh."""
    for name, value in far.ssh.items():
        monkeypatch.setenv(name, value)
    return far


def project(folder: Path) -> Path:
    """A folder with the shop's files."""
    (folder / "keys.redis").write_text('SET greeting "hello"\n')
    (folder / "index.html").write_text("put in")
    (folder / "environment.yaml").write_text(json.dumps(SHOP))
    return folder


ASK = (
    "import os, urllib.request as u; "
    "print(u.urlopen(os.environ['API_URL']).read().decode(), os.environ['CACHE_HOST'])"
)


def run(folder: Path, *command: str, under: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run `greenroom run` in a folder, as a user does."""
    argv = [*under, sys.executable, "-m", "orchestrator", "run", "--", *command]
    return subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def nothing_is_left(far: FarEngine) -> bool:
    """Whether no container and no network of ours is there."""
    networks = far.docker("network", "ls", "--format", "{{.Name}}")
    return far.docker("ps", "--all", "--quiet") == "" and "greenroom-" not in networks


def processes_of(run: str) -> list[psutil.Process]:
    """The processes of this host that have the run in their command, as a watchdog has."""
    every = psutil.process_iter(["cmdline"])
    return [one for one in every if run in (one.info["cmdline"] or [])]


def test_through_ssh_what_runs_there_is_reached_at_its_host(
    by_ssh: FarEngine, tmp_path: Path
) -> None:
    done = run(project(tmp_path), sys.executable, "-c", ASK)
    assert done.returncode == 0, done.stderr
    assert f"put in {by_ssh.host}" in done.stdout
    assert f" at {by_ssh.host}" in done.stderr.splitlines()[0]
    assert nothing_is_left(by_ssh)


def test_through_ssh_a_killed_run_is_removed_too(by_ssh: FarEngine, tmp_path: Path) -> None:
    done = run(project(tmp_path), "sh", "-c", "kill -9 $PPID")
    assert done.returncode == -signal.SIGKILL
    poll(lambda: nothing_is_left(by_ssh), Deadline.after(60))
    # Who removes looks once more: were the engine gone by then, it would try that for a day.
    (name,) = set(re.findall(r"far-\w{8}", done.stderr))
    poll(lambda: not processes_of(name), Deadline.after(60))


def test_its_ports_are_at_one_address_only_and_the_way_back_is_there(
    by_tls: FarEngine, tmp_path: Path
) -> None:
    heard: list[Event] = []
    with Environment.of(SHOP, folder=project(tmp_path), listen=heard.append) as environment:
        (began,) = [one for one in heard if isinstance(one, RunStarted)]
        assert f" at {by_tls.host}" in began.engines[0]
        published = by_tls.docker("ps", "--format", "{{.Ports}}")
        assert f"{by_tls.host}:{environment['api'].port}->8000/tcp" in published
        assert "0.0.0.0" not in published
        back = environment["api"].exec(
            ["python3", "-c", "import os, urllib.request as u; u.urlopen(os.environ['LOCAL'])"]
        )
        assert back.exit_code == 0, back.output
    assert nothing_is_left(by_tls)


def test_a_chosen_context_leads_there_with_its_certificates(
    far: FarEngine, live_environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    client = far.folder / "client"
    files = f"ca={client}/ca.pem,cert={client}/cert.pem,key={client}/key.pem"
    endpoint = f"host=tcp://{far.host}:2376,{files}"
    subprocess.run(["docker", "context", "create", "far", "--docker", endpoint], check=True)
    subprocess.run(["docker", "context", "use", "far"], check=True)
    described = DockerEngine(os.environ).describe(Deadline.after(20))
    assert described.address == far.host
    monkeypatch.setenv("DOCKER_CONTEXT", "fra")
    with pytest.raises(EngineUnavailable, match=r'"fra".*did you mean "far"') as none:
        DockerEngine(os.environ).describe(Deadline.after(20))
    assert "default, far" in none.value.hint


def test_as_a_service_of_a_ci_job_it_is_reached_by_that_name(
    by_tls: FarEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`docker:dind` as GitLab runs it: another host, of which a job knows the name `docker`."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://docker:2376")
    hosts = tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{by_tls.host} docker\n")
    # The name is known in a mount namespace of the command's own.
    seeing = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts; exec "$@"')
    done = run(project(tmp_path), sys.executable, "-c", ASK, under=(*seeing, str(hosts)))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "put in docker\n"
    assert " at docker" in done.stderr.splitlines()[0]
    assert nothing_is_left(by_tls)
