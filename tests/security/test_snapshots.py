"""What is in a snapshot: what was seeded, and nothing by which one gets in."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from orchestrator import Environment
from orchestrator.engines import make
from orchestrator.lifecycle import snapshotting
from orchestrator.model.resource import DOCKER
from orchestrator.model.snapshot import FOLDER, snapshot_image

pytestmark = pytest.mark.engine

PASSWORD = "kestrel-4417-overpass"
SEED = "create table t (a text);\ninsert into t values ('seeded-heron');\n"


def docker(*arguments: str) -> str:
    """What the engine's own client says."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_snapshot_has_the_seeded_data_and_no_password(kept: str, tmp_path: Path) -> None:
    (tmp_path / "seed.sql").write_text(SEED)
    ledger = {"use": "postgres", "password": PASSWORD, "seed": "seed.sql"}
    manifest = {"name": kept, "databases": {"ledger": ledger}}
    with Environment.of(manifest, folder=tmp_path) as env:
        env["ledger"].exec(["psql", "-c", "insert into t values ('written-by-tests')"])
    [engine] = snapshotting.keepers({DOCKER: make(DOCKER, os.environ)})
    found = snapshotting.known(engine, os.environ)
    [key] = [one.key for one in found if one.of.startswith(f"{kept}: ledger ")]
    image = snapshot_image(key)
    told = json.loads(docker("image", "inspect", image))[0]
    history = docker("image", "history", "--no-trunc", image)
    assert PASSWORD not in json.dumps(told) + history
    for word, there in ((PASSWORD, False), ("written-by-tests", False), ("seeded-heron", True)):
        grep = ["sh", "-c", f"grep -rqa {word} {FOLDER} && echo yes || echo no"]
        entry = ["--entrypoint", grep[0], image, *grep[1:]]
        answer = docker("run", "--rm", "--network", "none", *entry).strip()
        assert (answer == "yes") == there, word
