"""`greenroom ci` on two versions of a real Postgres, at the same time."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from orchestrator.lifecycle.survey import survey

pytestmark = pytest.mark.engine

MANIFEST = """
name: versions
databases:
  ledger: {use: "postgres:17", seed: [schema.sql]}
"""

SCRIPT = """
greenroom exec ledger -- psql -tAc 'select count(*) from accounts' && case "$GREENROOM_ARTIFACTS" in
  *postgres-15) exit 0;; *) exit 4;;
esac
"""


@pytest.mark.usefixtures("live_environ")
def test_each_version_runs_from_its_own_image_with_the_same_seeds(tmp_path: Path) -> None:
    (tmp_path / "environment.yaml").write_text(MANIFEST)
    (tmp_path / "schema.sql").write_text("create table accounts (id int);")
    versions = ("--with", "ledger=postgres:15", "--with", "ledger=postgres:16")
    done = subprocess.run(
        ["greenroom", "ci", "--parallel", "2", *versions, "--", "sh", "-c", SCRIPT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 4, done.stdout + done.stderr
    kept = tmp_path / "greenroom-artifacts"
    told = json.loads((kept / "matrix.json").read_text())["combinations"]
    assert [one["verdict"] for one in told] == ["passed", "tests failed"]
    for one, version in zip(told, ("15", "16"), strict=True):
        run = json.loads((kept / one["folder"] / "run.json").read_text())
        [ledger] = run["resources"]
        assert ledger["image"].endswith(f"postgres:{version}")
        assert run["instead"] == {"ledger": f"postgres:{version}"}
        assert (kept / one["folder"] / "output.log").read_text().endswith(" 0\n")
        assert not survey(os.environ, run["run"]).runs
