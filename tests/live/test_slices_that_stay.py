"""Slices on what `greenroom up` has made: kept for a look, left by whoever was killed, shared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sliced_project import FILES, MANIFEST

from orchestrator import Environment
from orchestrator.lifecycle.survey import survey
from orchestrator.waiting import Deadline, poll

LIMIT = 90.0

TESTS = """
import psycopg, pytest

@pytest.mark.parametrize("number", range(6))
def test_many(environment, number):
    with psycopg.connect(environment["ledger"].url) as ledger:
        assert ledger.execute("select id from rows").fetchall() == [(1,)]
        ledger.execute("insert into rows values (2, 'written')")

def test_fails(environment):
    with psycopg.connect(environment["ledger"].url) as ledger:
        ledger.execute("insert into rows values (2, 'for a look')")
    assert False, "on purpose"

def test_fails_late(environment, late):
    pass

@pytest.fixture
def late(environment):
    yield
    assert False, "when it is torn down"
"""


class Project:
    """A folder with a manifest and tests, and what is up of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("environment.yaml", MANIFEST.replace("CACHE", "worker"))
        for name, text in FILES.items():
            self.write(name, text)
        self.write("test_it.py", TESTS)
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTEST")
        }

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def pytest(self, *words: str, code: int = 0) -> str:
        return self.ended(self.start("pytest", "-p", "no:cacheprovider", *words), code)

    def greenroom(self, *words: str, said: str | None = None, code: int = 0) -> str:
        return self.ended(self.start("orchestrator", *words), code, said)

    def ended(self, child: subprocess.Popen[str], code: int = 0, said: str | None = None) -> str:
        output, _ = child.communicate(said, timeout=LIMIT)
        assert child.returncode == code, output
        return output

    @property
    def run(self) -> str:
        """The run that is up."""
        (run,) = [run for run in survey(os.environ).runs if str(self.folder) in run.manifest]
        return run.id

    def slices(self) -> dict[str, str]:
        """The slices of what is up, each with what it is kept for."""
        listed = json.loads(self.greenroom("slice", "--list", "--json"))
        return {one["slice"]: one["kept"] for one in listed}

    def databases(self) -> set[str]:
        """The databases that there are, but for the server's own and the template."""
        url = self.greenroom("url", "ledger").strip()
        with psycopg.connect(url) as connection:
            rows = connection.execute("select datname from pg_database").fetchall()
        return {name for (name,) in rows if name.startswith("ledger__s")}


@pytest.fixture
def project(each_engine: str, tmp_path: Path, live_environ: dict[str, str]) -> Iterator[Project]:
    project = Project(tmp_path)
    project.greenroom("up")
    yield project
    project.greenroom("down")
    left = [run for run in survey(os.environ).runs if str(tmp_path) in run.manifest]
    assert left == []


def test_a_failed_test_s_slice_is_kept_and_opened(project: Project) -> None:
    said = project.pytest("-n", "2", "-k", "not late", code=1)
    names = {kept: name for name, kept in project.slices().items()}
    name = names["test_it.py::test_fails"]
    assert f"slice {name} of " in said
    assert f"greenroom shell ledger --run {project.run} --slice {name}" in said
    assert f"ledger__{name}" in said

    query = "select words from rows where id = 2;\n"
    asked = project.greenroom("shell", "ledger", "--slice", name, said=query)
    assert "for a look" in asked
    url = project.greenroom("url", "ledger", "--slice", name).strip()
    assert url.endswith(f"/ledger__{name}")
    variables = json.loads(project.greenroom("env", "--json", "--slice", name))
    assert variables["LEDGER_URL"] == url
    assert variables["GREENROOM_SLICE"] == name
    assert variables["CACHE_DATABASE"] != "0", "the worker's, as the test saw it"

    project.greenroom("slice", "--drop", name)
    assert project.databases() == set()


@pytest.mark.parametrize(
    ("which", "kept"),
    [("none", 0), ("failed", 2), ("all", 8)],
)
def test_whose_slices_are_kept_can_be_chosen(which: str, kept: int, project: Project) -> None:
    said = project.pytest("--keep-slices", which, code=1)
    words = {text for text in project.slices().values() if "::" in text}
    assert len(words) == kept, words
    assert len(project.databases()) == kept, "all others are gone"
    told = {"none": 0, "failed": 2, "all": 2}[which]
    assert said.count("is kept as long as the environment is there") == told


def test_two_sessions_share_one_environment_and_no_slice(project: Project) -> None:
    words = ("pytest", "-p", "no:cacheprovider", "-n", "2", "-k", "many")
    children = [project.start(*words) for _ in range(2)]
    for child in children:
        assert "6 passed" in project.ended(child)
    assert project.slices() == {}
    assert project.databases() == set()


HANGS = """
import pathlib, time

def test_hangs(environment):
    pathlib.Path("begun").write_text(environment.name)
    time.sleep(600)
"""


def test_what_a_killed_session_leaves_the_next_one_sweeps(project: Project) -> None:
    project.write("test_it.py", HANGS)
    child = project.start("pytest", "-p", "no:cacheprovider")
    begun = project.folder / "begun"
    poll(lambda: begun.exists() and bool(begun.read_text()), Deadline.after(LIMIT))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    mine = begun.read_text()
    assert mine in project.slices()
    assert "abandoned" in project.greenroom("slice", "--list")
    assert f"ledger__{mine}" in project.databases()
    project.write("test_it.py", TESTS)
    assert "6 passed" in project.pytest("-k", "many")
    assert project.slices() == {}
    assert project.databases() == set()


def test_plain_python_joins_and_leaves_nothing(project: Project) -> None:
    with Environment.attach(project.run) as environment:
        slices = [environment.slice() for _ in range(3)]
        for one in slices:
            with psycopg.connect(one["ledger"].url) as ledger:
                ledger.execute("insert into rows values (2, 'mine')")
        assert len({one["cache"].url for one in slices}) == 3
    assert project.slices() == {}
    assert project.databases() == set()
