"""Sessions under `greenroom run`: they join its run, also from elsewhere, and still get slices."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sliced_project import FILES, MANIFEST

from orchestrator.lifecycle.survey import survey

LIMIT = 120.0

TESTS = """
import os, psycopg, pytest, redis

@pytest.mark.parametrize("number", range(6))
def test_writes_the_same(environment, number):
    with open("notes.txt", "a") as file:
        file.write(f"{environment.run} {environment.name}\\n")
    with psycopg.connect(environment["ledger"].url) as ledger:
        assert ledger.execute("select id from rows").fetchall() == [(1,)]
        ledger.execute("insert into rows values (2, 'written')")

def test_resets(environment, shared_environment):
    if os.environ.get("PYTEST_XDIST_WORKER"):
        pytest.skip("others use it at the same time")
    shared = redis.Redis.from_url(environment["shared"].url)
    shared.set("written", "yes")
    shared_environment.reset("shared")
    assert shared.keys() == [b"seeded"]
    with psycopg.connect(environment["ledger"].url) as ledger:
        assert ledger.execute("select id from rows").fetchall() == [(1,)]
"""


@pytest.fixture
def folder(each_engine: str, tmp_path: Path, live_environ: dict[str, str]) -> Path:
    """A manifest in one folder, tests in another that does not find it."""
    for name, text in {**FILES, "environment.yaml": MANIFEST.replace("CACHE", "none")}.items():
        (tmp_path / "deploy").mkdir(exist_ok=True)
        (tmp_path / "deploy" / name).write_text(text)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "test_it.py").write_text(TESTS)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [(), ("-n", "2"), ("-n", "2", "--environment", "../deploy/environment.yaml")],
    ids=["alone", "workers", "workers that are told the manifest"],
)
def test_a_session_joins_the_run_that_it_was_started_for(
    words: tuple[str, ...], folder: Path
) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    tests = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    ended = subprocess.run(
        [sys.executable, "-m", "orchestrator", "run", "../deploy", "--", *tests],
        cwd=folder / "app",
        env=environ,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    notes = [line.split() for line in (folder / "app" / "notes.txt").read_text().splitlines()]
    assert len({run for run, _ in notes}) == 1, "none brings up another"
    assert len({name for _, name in notes}) == 6
    assert [one for one in survey(os.environ).runs if str(folder) in one.manifest] == []
