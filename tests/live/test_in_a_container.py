"""Greenroom in a container, with the socket of the engine that runs it, as CI systems have it."""

from __future__ import annotations

import json
import os
import site
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.waiting import Deadline, poll

pytestmark = pytest.mark.engine

PROJECT = Path(__file__).parents[2]
SOCKET = "/var/run/docker.sock"
NAME = f"beside-{uuid.uuid4().hex[:8]}"

SHOP = {
    "name": NAME,
    "engine": "docker",
    "databases": {"cache": {"use": "redis:7", "seed": ["keys.redis"]}},
    "services": {
        "api": {
            "image": "python:3.11-slim",
            "command": "python3 -m http.server 8000",
            "ports": [8000],
            "env": {"LOCAL": "${local.url}", "OWN": "${self.outside.url}", "CACHE": "${cache.url}"},
        },
        "local": {
            "command": "python3 -m http.server ${self.port} --bind 127.0.0.1",
            "ports": [8000],
        },
    },
    "tests": {"env": {"API_OUTSIDE": "${api.outside.url}"}},
}

CHECK = r"""
import os, subprocess, sys, urllib.request
fetch = lambda url: urllib.request.urlopen(url, timeout=20).status
assert fetch(os.environ["API_URL"]) == 200
assert os.environ["API_OUTSIDE"] == os.environ["API_URL"]
assert os.environ["GREENROOM_RUN"] in os.environ["API_HOST"]
inside = "import os, urllib.request as u; env = os.environ; " \
    "print(u.urlopen(env['LOCAL']).status, env['OWN'])"
argv = [sys.executable, "-m", "orchestrator", "exec", "api", "--", "python3", "-c", inside]
said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
assert said.split() == ["200", os.environ["API_URL"]], said
argv = [sys.executable, "-m", "orchestrator", "ps"]
assert os.environ["API_HOST"] in subprocess.run(argv, capture_output=True, text=True).stdout
print("all is reached")
"""


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def ci(live_environ: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """A container in which Greenroom can be run, in a folder with a project."""
    if os.environ.get("DOCKER_HOST") or not Path(SOCKET).exists():
        pytest.skip(f"the engine is not at {SOCKET}, which is mounted here")
    prefix = os.environ["GREENROOM_IMAGE_PREFIX"]
    (tmp_path / "environment.yaml").write_text(json.dumps(SHOP))
    (tmp_path / "keys.redis").write_text("SET greeting hello\n")
    (tmp_path / "check.py").write_text(CHECK)
    packages = site.getsitepackages()[0]
    container = docker(
        *("run", "--detach", "--init", "--workdir", "/project"),
        *("--volume", f"{PROJECT}:/greenroom:ro", "--volume", f"{packages}:/packages:ro"),
        *("--volume", f"{tmp_path}:/project:ro", "--volume", f"{SOCKET}:{SOCKET}"),
        *("--env", "PYTHONPATH=/greenroom:/packages", "--env", "PYTHONDONTWRITEBYTECODE=1"),
        *("--env", f"GREENROOM_IMAGE_PREFIX={prefix}", "--env", "GREENROOM_SNAPSHOTS=off"),
        *(f"{prefix}python:3.11-slim", "sleep", "600"),
    ).strip()
    try:
        yield container
    finally:
        docker("rm", "--force", "--volumes", container)


def greenroom(container: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run `greenroom run` in the container."""
    argv = ["docker", "exec", container, "python3", "-m", "orchestrator", "run", "--", *command]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)


def nothing_is_left() -> bool:
    """Whether no container and no network of this manifest is there."""
    label = f"name=greenroom-{NAME}"
    left = docker("ps", "--all", "--quiet", "--filter", label)
    return left + docker("network", "ls", "--quiet", "--filter", label) == ""


def test_all_is_reached_in_the_run_s_network_and_goes(ci: str) -> None:
    done = greenroom(ci, "python3", "check.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "all is reached\n"
    assert "that joins the run's network" in done.stderr.splitlines()[0]
    assert nothing_is_left()


def test_a_killed_run_is_removed_with_the_network_that_the_container_is_in(ci: str) -> None:
    assert greenroom(ci, "sh", "-c", "kill -9 $PPID").returncode == 137
    poll(nothing_is_left, Deadline.after(30))
    assert docker("inspect", "--format", "{{.State.Running}}", ci) == "true\n"
