"""`greenroom slice`, as programs in other languages use it: several at once, under `run`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sliced_project import FILES, MANIFEST

from orchestrator.lifecycle.survey import survey

LIMIT = 120.0

# Like a worker of Jest: it asks for a slice once, uses it, and drops it.
WORKER = """
import json, os, subprocess, sys
import psycopg, redis

def greenroom(*words):
    command = [sys.executable, "-m", "orchestrator", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

mine = json.loads(greenroom("slice", "--json"))
assert mine["GREENROOM_SLICE"] and "GREENROOM_RUN" not in mine
assert mine["LEDGER_URL"] != os.environ["LEDGER_URL"]
with psycopg.connect(mine["LEDGER_URL"]) as ledger:
    assert ledger.execute("select id from rows").fetchall() == [(1,)]
    ledger.execute("insert into rows values (2, 'written')")
cache = redis.Redis.from_url(mine["CACHE_URL"])
assert cache.keys() == [b"seeded"]
cache.set("seeded", "changed")
greenroom("slice", "--drop", mine["GREENROOM_SLICE"])
print("slice", mine["GREENROOM_SLICE"])
"""

RUNNER = """
import subprocess, sys
workers = [subprocess.Popen([sys.executable, "worker.py"]) for _ in range(4)]
sys.exit(sum(worker.wait() for worker in workers))
"""

INSIDE = """
import os, sys, psycopg
with psycopg.connect(os.environ["LEDGER_URL"]) as ledger:
    assert ledger.execute("select id from rows").fetchall() == [(1,)]
    ledger.execute("insert into rows values (2, 'written')")
print("slice", os.environ["GREENROOM_SLICE"])
sys.exit(int(sys.argv[1]))
"""

# What is printed is for other programs; so are the exit codes.
SCRIPT = """
set -e
green() { python -m orchestrator "$@"; }
for number in 1 2 3; do green slice -- python inside.py 0 & done
wait
green slice --list --json > dropped.json
green slice -- python inside.py 7 || echo "exit code $?"
green slice --keep-slices none -- python inside.py 7 || echo "exit code $?"
green slice --list --json > kept.json
eval "$(green slice)"
python inside.py 0
green slice --count 3 --json > three.json
green slice --drop s9999 || echo "exit code $?"
"""


@pytest.fixture
def folder(
    each_engine: str,
    tmp_path: Path,
    live_environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    files = {
        **FILES,
        "environment.yaml": MANIFEST.replace("CACHE", "worker"),
        "worker.py": WORKER,
        "runner.py": RUNNER,
        "inside.py": INSIDE,
        "script.sh": SCRIPT,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder: Path, *words: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "orchestrator", "run", "--", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    assert [one for one in survey(os.environ).runs if str(folder) in one.manifest] == []
    return said


def test_workers_of_another_runner_get_their_own_all_at_once(folder: Path) -> None:
    said = run(folder, sys.executable, "runner.py")
    lines = [line for line in said.splitlines() if line.startswith("slice ")]
    assert len(set(lines)) == 4, said


def test_a_script_makes_lists_keeps_and_drops_them(folder: Path) -> None:
    said = run(folder, "sh", "script.sh")
    lines = [line for line in said.splitlines() if line.startswith("slice s")]
    assert json.loads((folder / "dropped.json").read_text()) == []
    (kept,) = json.loads((folder / "kept.json").read_text())
    assert kept["kept"] == "python ended with exit code 7"
    assert kept["resources"] == ["ledger", "cache"]
    assert said.count("exit code 7\n") >= 2
    assert f"slice {kept['slice']} is kept; look into it with greenroom shell RESOURCE" in said
    three = json.loads((folder / "three.json").read_text())
    assert len({one["LEDGER_DATABASE"] for one in three}) == 3
    assert "has no slice s9999" in said
    assert "exit code 64" in said
    assert len(lines) >= 6
