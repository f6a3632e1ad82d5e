"""Many at the same moment: nothing collides, every result is right, nothing is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.lifecycle.survey import survey

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("many-at-once")]

MANIFEST = """
name: crowd
databases:
  cache: {use: redis}
services:
  provider:
    command: [python3, -u, -m, http.server, --bind, 127.0.0.1, "${self.port}"]
    ports: [80]
    ready: {http: /}
  api:
    image: python:3.11-slim
    command: [python, -u, -m, http.server, "8000"]
    ports: [8000]
    env: {CACHE_URL: "${cache.url}", PROVIDER_URL: "${provider.url}"}
"""

# Each writes who it is, reads it back a moment later, and asks both services.
CHECK = """
import os, socket, sys, time, urllib.request
me = sys.argv[1].encode()
cache = socket.create_connection((os.environ["CACHE_HOST"], int(os.environ["CACHE_PORT"])))
def say(*words):
    parts = [b"$%d\\r\\n%s\\r\\n" % (len(word), word) for word in words]
    cache.sendall(b"*%d\\r\\n" % len(words) + b"".join(parts))
    return cache.recv(1000)
assert say(b"AUTH", os.environ["CACHE_PASSWORD"].encode()) == b"+OK\\r\\n"
assert say(b"DBSIZE") == b":0\\r\\n"
assert say(b"SET", b"who", me) == b"+OK\\r\\n"
for url in ("PROVIDER_URL", "API_URL"):
    assert urllib.request.urlopen(os.environ[url]).status == 200
assert say(b"GET", b"who") == b"$%d\\r\\n%s\\r\\n" % (len(me), me)
print("right", sys.argv[1])
"""

SECONDS = 300.0


def start(folder: Path, environ: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def greenroom(folder: Path, environ: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return start(folder, environ, sys.executable, "-m", "orchestrator", *words)


def ended(program: subprocess.Popen[str]) -> str:
    """Wait for a program's end, see that it went well, and return what it printed."""
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 0, output
    return output


def left(environ: dict[str, str], *folders: Path) -> list[str]:
    """What there is of the runs of these folders' manifests."""
    manifests = {str(folder / "environment.yaml") for folder in folders}
    return [run.id for run in survey(environ).runs if run.manifest in manifests]


def write(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "environment.yaml").write_text(MANIFEST)
    (folder / "check.py").write_text(CHECK)
    return folder


def test_twelve_runs_of_one_manifest(tmp_path: Path, live_environ: dict[str, str]) -> None:
    folder = write(tmp_path)
    command = ("run", "--", sys.executable, "check.py")
    programs = [greenroom(folder, live_environ, *command, f"number-{n}") for n in range(12)]
    for number, program in enumerate(programs):
        assert f"right number-{number}" in ended(program)
    assert left(live_environ, folder) == []


def test_two_checkouts_that_are_up_and_tested_at_the_same_time(
    tmp_path: Path, live_environ: dict[str, str]
) -> None:
    folders = [write(tmp_path / name) for name in ("one", "two")]
    for program in [greenroom(folder, live_environ, "up") for folder in folders]:
        ended(program)
    assert len(left(live_environ, *folders)) == 2
    for program in [greenroom(folder, live_environ, "down") for folder in folders]:
        ended(program)
    assert left(live_environ, *folders) == []


def test_several_ups_at_the_same_moment_end_in_one_environment(
    tmp_path: Path, live_environ: dict[str, str]
) -> None:
    folder = write(tmp_path)
    outputs = [ended(one) for one in [greenroom(folder, live_environ, "up") for _ in range(3)]]
    assert len(left(live_environ, folder)) == 1
    assert sum("is up already, and nothing of it has changed" in text for text in outputs) == 2
    addresses = {line for text in outputs for line in text.splitlines() if "http://" in line}
    assert len(addresses) == 2
    ended(greenroom(folder, live_environ, "down"))
    assert left(live_environ, folder) == []


TESTS = """
import os, subprocess, sys, pytest

@pytest.mark.parametrize("number", range(4))
def test_it(environment, number):
    assert environment["api"].url.startswith("http://127.0.0.1:")
    with open("runs.txt", "a") as file:
        file.write(environment.run + "\\n")
"""


def test_four_sessions_of_pytest_with_two_workers_each(
    tmp_path: Path, live_environ: dict[str, str]
) -> None:
    folder = write(tmp_path)
    (folder / "test_it.py").write_text(TESTS)
    environ = {name: value for name, value in live_environ.items() if not name.startswith("PYTEST")}
    words = (sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:randomly")
    plugins = ("-p", "no:cacheprovider", "--environment", "environment.yaml", "test_it.py")
    for program in [start(folder, environ, *words, *plugins) for _ in range(4)]:
        assert "4 passed" in ended(program)
    runs = (folder / "runs.txt").read_text().split()
    assert (len(runs), len(set(runs))) == (16, 4)
    assert left(environ, folder) == []


def test_the_state_folder_may_be_deep(tmp_path: Path, live_environ: dict[str, str]) -> None:
    folder = write(tmp_path)
    deep = folder.joinpath(*["a-long-name-for-a-folder"] * 6)
    environ = {**live_environ, "XDG_STATE_HOME": str(deep)}
    ended(greenroom(folder, environ, "up"))
    assert "its watchdog looks after it until" in ended(greenroom(folder, environ, "ps"))
    ended(greenroom(folder, environ, "down"))
    assert list((deep / "greenroom" / "runs").iterdir()) == []
