"""The README is true: every command in it is run, in its order, with its own manifest."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lifecycle.survey import survey

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()

# `make test` is what runs this very test; that its name stands in the Makefile is all it can prove.
INSTEAD = {"make test": "make --dry-run test"}

CHECKOUT = "path/to/greenroom"

SCHEMA = "create table accounts (id int primary key, owner text);\n"
API = """
import http.server, json, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
"""
TESTS = """
import os, urllib.request

def test_x():
    assert os.environ["LEDGER_URL"].startswith("postgresql://")
    assert urllib.request.urlopen(os.environ["API_URL"] + "/health").status == 200
"""


def blocks(language: str) -> list[str]:
    """The README's code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands() -> list[str]:
    """Every command of the README, without the words that explain it."""
    lines = "".join(blocks("console")).splitlines()
    return [line[2:].partition("  #")[0].strip() for line in lines if line.startswith("$ ")]


@pytest.fixture
def project(
    tmp_path: Path, live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A project with the README's manifest and all that it names; nothing stays up at the end."""
    prefix = live_environ["GREENROOM_IMAGE_PREFIX"]
    (tmp_path / "environment.yaml").write_text(blocks("yaml")[0])
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "accounts.csv").write_text("id,owner\n1,ada\n")
    (tmp_path / "Dockerfile").write_text(
        f'FROM {prefix}python:3.11-slim\nCOPY api.py .\nCMD ["python", "api.py"]\n'
    )
    (tmp_path / "api.py").write_text(API)
    (tmp_path / "test_api.py").write_text(TESTS)
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    # What is installed as it says has the versions that everything else is tried with.
    monkeypatch.setenv("PIP_CONSTRAINT", str(ROOT / "constraints.txt"))
    yield tmp_path
    for run in survey(os.environ).runs:
        if run.manifest.startswith(str(tmp_path)):
            subprocess.run(["greenroom", "down", run.id], check=True)


def type_into_one_shell(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Execute a command; what it exports of the PATH is there for those after it."""
    typed = command.replace(CHECKOUT, shlex.quote(str(ROOT)))
    path = folder / "PATH"
    execute(f"{typed}\nprintenv PATH > {shlex.quote(str(path))}", folder)
    monkeypatch.setenv("PATH", path.read_text().strip())


def execute(command: str, folder: Path) -> str:
    shell = ["sh", "-e", "-c", command]
    done = subprocess.run(shell, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_every_command_works(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []
    for command in commands():
        if command.startswith("make"):
            execute(INSTEAD.get(command, command), ROOT)
        else:
            type_into_one_shell(command, project, monkeypatch)
        ran.append(command)
        if re.fullmatch(r"greenroom up \w+", command):
            execute(command.replace("up", "down"), project)
    assert "make demo" in ran
    # What was installed as it says is what the commands after that were.
    assert shutil.which("greenroom") == str(project / ".venv/bin/greenroom")
    assert len(ran) >= 10


def test_the_commands_in_the_text_exist(project: Path) -> None:
    for command in re.findall(r"`(greenroom [a-z]+)`", README):
        execute(f"{command} --help", project)


def test_the_python_in_it_works(project: Path) -> None:
    script, test = blocks("python")
    (project / "script.py").write_text(script)
    execute("python script.py", project)
    body = test.rstrip() + "\n    assert url.startswith('postgresql://')\n"
    (project / "test_fixture.py").write_text(body)
    assert "1 passed" in execute("pytest test_fixture.py", project)


def test_the_mistakes_that_it_shows_are_said_in_these_words(project: Path) -> None:
    shown = README.partition("## Every mistake")[2].split("```")[1]
    broken = blocks("yaml")[0].replace("postgres:16", "postgress").replace("${ledger.", "${legder.")
    (project / "environment.yaml").write_text(broken)
    done = subprocess.run(
        ["greenroom", "check"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 65
    for line in shown.strip().splitlines():
        assert line in done.stdout + done.stderr
