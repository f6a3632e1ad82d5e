"""A manifest is data: loading, checking and planning one runs nothing, and ends soon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted(
    [
        *ROOT.glob("examples/*/environment.yaml"),
        *ROOT.glob("tests/stacks/*/environment.yaml"),
        *ROOT.glob("environments/*.yaml"),
    ]
)

GUARD = """
import os, sys
from orchestrator.cli.main import main
import orchestrator.environment, orchestrator.manifest.loading, orchestrator.plan.text, dotenv

FORBIDDEN = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.",
             "ctypes.", "pty.", "os.startfile", "urllib.", "ftplib.", "http.")
STATE = sys.argv.pop(1)

def guard(event, arguments):
    if event.startswith(FORBIDDEN):
        raise AssertionError(f"{event} {arguments!r}")
    if event == "open" and isinstance(arguments[0], str):
        written = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        assert not written or arguments[0].startswith(STATE), f"writes {arguments[0]}"

sys.addaudithook(guard)
"""
"""Ends everything that would start a program, open a connection or write outside of the state."""


def greenroom(*arguments: str, state: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of Greenroom in a process of its own, guarded."""
    environ = {**os.environ, "XDG_STATE_HOME": str(state), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", f"{GUARD}\nsys.exit(main())", str(state), *arguments],
        env=environ,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("path", MANIFESTS, ids=[path.parent.name for path in MANIFESTS])
@pytest.mark.parametrize("command", [("check",), ("plan", "--offline")], ids=["check", "plan"])
def test_nothing_runs_to_check_and_plan_what_comes_with_greenroom(
    path: Path, command: tuple[str, ...], own_state: Path, tmp_path: Path
) -> None:
    done = greenroom(*command, str(path), state=own_state, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_guard_notices_what_a_manifest_must_not_do(own_state: Path, tmp_path: Path) -> None:
    program = f"{GUARD}\nimport os\nos.system('true')"
    done = subprocess.run(
        [sys.executable, "-c", program, "x"], cwd=tmp_path, capture_output=True, text=True
    )
    assert "AssertionError: os.system" in done.stderr


HOSTILE = r"""
x-run: &run "$(touch ran)"
name: "`touch ran`"
python: ./touch-ran
databases:
  ledger:
    use: postgres
    args: [-c, *run]
    user: "; touch ran"
    password: "$(touch ran)"
    database: "x'; copy (select) to program 'touch ran'; --"
    seed: [run.sql, run.sh, "run.py:fill", "task:run"]
    env: {A: *run, B: "${env:HOME}", C: "{{ ''.__class__ }}", D: "%(x)s {0.__class__}"}
    ready: {exec: [touch, ran]}
  vectors: {use: testcontainers.redis, arguments: {image: *run, command: touch ran}}
  own: {use: "testcontainers.os.system:touch ran", engine: docker}
tasks:
  run: {command: [sh, -c, *run]}
services:
  api: {build: {context: ., args: {A: *run}}, docker: {HostConfig: {Privileged: true}}}
  host: {command: touch ran, ready: {log: "(a+)+$"}}
tests: {command: [sh, -c, touch ran]}
"""


def test_nothing_runs_to_check_and_plan_a_hostile_manifest(own_state: Path, tmp_path: Path) -> None:
    (tmp_path / "environment.yaml").write_text(HOSTILE)
    for name in ("run.sql", "run.sh", "run.py", "touch-ran"):
        (tmp_path / name).write_text("#!/bin/sh\ntouch ran\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "Dockerfile").write_text("FROM scratch\nRUN touch ran\n")
    (tmp_path / ".env").write_text("A=$(touch ran)\nB=`touch ran`\n")
    (tmp_path / "sitecustomize.py").write_text("import os; os.system('touch ran')\n")
    for command in (("check",), ("plan", "--offline")):
        done = greenroom(*command, state=own_state, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert not (tmp_path / "ran").exists()


JUDGE = """
import json, os, pathlib, resource, sys
from orchestrator.errors import ManifestError
from orchestrator.host import manifests

resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
said = []
for number in range(int(sys.argv[1])):
    try:
        manifests.read(pathlib.Path(f"{number}.yaml"), os.environ)
        said.append("")
    except ManifestError as error:
        said.append(str(error))
print(json.dumps(said))
"""

LAUGHS = "x-0: &x0 [a, a, a, a, a, a, a, a, a]\n" + "".join(
    f"x-{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 20)
)
MERGES = "x-0: &x0 {a: 1}\n" + "".join(
    f"x-{n}: &x{n} {{<<: [{', '.join([f'*x{n - 1}'] * 9)}]}}\n" for n in range(1, 20)
)
LONG = "a" * 1_000_000
BACKSLASHES = "\\" * 399_999


HOSTILE_TEXTS = [
    ("a: !!python/object/apply:os.system [touch ran]", "the tag "),
    ("a: !!python/name:os.system", "the tag "),
    ("!!python/object/new:os.system [touch ran]", "the tag "),
    ("services: !!map {a: !<tag:x> 1}", "the tag "),
    (LAUGHS, "the aliases in here make more than 50,000 values"),
    (MERGES, "the aliases in here make more than 50,000 values"),
    ("a: &a [*a]", "an alias cannot stand inside what it is an alias of"),
    ("a: &a {<<: *a}", ""),
    ("[" * 100_000, "values cannot be nested more than 100 deep"),
    ("a: " + "{a: " * 100_000, "values cannot be nested more than 100 deep"),
    ("- " * 400_000, "values cannot be nested more than 100 deep"),
    ("a: [" + "1," * 200_000, "a manifest cannot have more than 50,000 values"),
    ("a: x" + LONG * 2, "a manifest cannot exceed 1 MiB"),
    (f"services: {{{LONG}: {{image: x}}}}", ""),
    (f"services: {{a: {{image: x, ports: [{'9' * 900_000}]}}}}", ""),
    (f"services: {{a: {{image: x, timeout: 1e{'9' * 900_000}s}}}}", ""),
    (f"services: {{a: {{image: x, ready: {{log: '{'(' * 500_000}'}}}}}}", "no regular"),
    (f"services: {{a: {{image: x, env: {{A: '{'${' * 400_000}'}}}}}}", ""),
    (f"services: {{a: {{image: x, env: {{A: '{'${a.url}' * 90_000}'}}}}}}", ""),
    (f"services: {{a: {{command: '{BACKSLASHES}'}}}}", ""),
    (f"databases: {{a: {{use: {LONG}}}}}", "unknown technology"),
    (f"databases: {{a: {{use: postgres, seed: ['{LONG}.sql']}}}}", "there is no file"),
    ("services: {a: {image: x, env: {A: '${env:${env:HOME}}'}}}", "is not understood"),
    ("services: {'${env:HOME}': {image: x}}", ""),
    ("services: {a: {image: 'x\\0y'}}", ""),
    ('services: {a: {image: "x\\0y"}}', "U+0000"),
    ('databases: {a: {use: postgres, password: "a\\nb"}}', "cannot hold line breaks"),
    ('databases: {a: {use: postgres, user: "a\\eb"}}', "cannot hold line breaks"),
    ('databases: {a: {use: postgres, database: [b, "a\\rb"]}}', "cannot hold line breaks"),
    ("databases: {a: {use: redis, password: '--include /x'}}", "does not begin with two"),
    ("databases: {a: {use: postgres, user: 'a$b'}}", "no superuser can have them"),
    ("brokers: {a: {use: rabbitmq, password: 'é'}}", "must be ASCII text"),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is said about each of the hostile texts, by one process with bounded memory."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, (text, _) in enumerate(HOSTILE_TEXTS):
        (folder / f"{number}.yaml").write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, str(len(HOSTILE_TEXTS))],
        env={**os.environ, "XDG_STATE_HOME": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert not (folder / "ran").exists()
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("number", range(len(HOSTILE_TEXTS)))
def test_a_hostile_manifest_ends_soon_with_a_mistake(number: int, judged: list[str]) -> None:
    text, words = HOSTILE_TEXTS[number]
    assert judged[number]
    assert words in judged[number]
    assert len(judged[number]) < 2 * len(text) + 10_000
