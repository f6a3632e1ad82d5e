"""Snapshots made by several at once, by somebody who is killed, and such as are damaged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import docker
import pytest
from kept_shop import SEEDED, KeptShop, kept_by, rows

from orchestrator.engines.docker import DockerEngine
from orchestrator.engines.process import ProcessEngine
from orchestrator.engines.process.homes import homes_root
from orchestrator.engines.process.keeping import FOLDER
from orchestrator.lifecycle.survey import survey
from orchestrator.model.snapshot import DATA, snapshot_image
from orchestrator.state import state_folder
from orchestrator.waiting import Deadline, poll

LIMIT = 60.0

ONE = """
name: NAME
databases:
  ledger: {use: postgres, seed: [schema.sql]}
"""

# So much that copying it takes longer than a signal does.
MUCH = "create table rows as select repeat('x', 1000) from generate_series(1, 200000);\n"


@pytest.fixture
def shop(each_engine: str, tmp_path: Path, kept: str) -> KeptShop:
    return KeptShop(tmp_path, kept, ONE)


def start(shop: KeptShop, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=shop.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def left(shop: KeptShop) -> list[str]:
    """The runs of the shop of which something is left."""
    return [run.id for run in survey(os.environ).runs if str(shop.folder) in run.manifest]


def test_three_at_once_make_one_snapshot(shop: KeptShop) -> None:
    programs = [start(shop, "run", "--", "true") for _ in range(3)]
    outputs = [program.communicate(timeout=LIMIT)[0] for program in programs]
    assert [program.returncode for program in programs] == [0] * 3, outputs
    assert sum("seeded schema.sql" in output for output in outputs) == 1, outputs
    assert sum("restored from its snapshot" in output for output in outputs) == 2, outputs
    assert len(shop.snapshots) == 1
    assert left(shop) == []


def read_until_begun(child: subprocess.Popen[str], step: str) -> None:
    """Read the events of a child as it tells them, until a step has begun.

    A snapshot takes a tenth of a second: who looks from time to time comes too late.
    """
    said = []
    for line in child.stdout or ():
        said.append(line)
        if '"StepStarted"' in line and f'"{step}"' in line:
            return
    raise AssertionError("".join(said))


@pytest.mark.parametrize("step", ["snapshot ledger", "store ledger"])
def test_a_kill_while_it_is_made_leaves_neither_half_of_it_nor_a_container(
    step: str, each_engine: str, shop: KeptShop
) -> None:
    if (each_engine, step) == ("process", "store ledger"):
        pytest.skip("on this host the data is only moved, which nobody can interrupt")
    shop.write("schema.sql", MUCH)
    child = start(shop, "up", "--events", "-")
    read_until_begun(child, step)
    child.kill()
    said, _ = child.communicate()
    assert child.returncode == -signal.SIGKILL, f"it was over before it was killed: {said}"
    poll(lambda: not left(shop), Deadline.after(LIMIT))
    assert shop.snapshots == []
    assert unnamed(shop) == []
    assert "seeded schema.sql" in shop.greenroom("run", "--", "true")
    assert len(shop.snapshots) == 1, "the next one makes it"


def unnamed(shop: KeptShop) -> list[str]:
    """What is left of the shop's snapshots without a name: images, or folders half removed."""
    if isinstance(kept_by(), ProcessEngine):
        return [str(path) for path in kept_in().glob(".*")]
    client = docker.APIClient()
    try:
        images = client.images(filters={"label": "greenroom.snapshot"})
    finally:
        client.close()
    return [
        one["Id"]
        for one in images
        if one["Labels"].get("greenroom.snapshot.of", "").startswith(f"{shop.name}: ")
        and not [tag for tag in one["RepoTags"] or () if "<none>" not in tag]
    ]


def kept_in() -> Path:
    """The folder of this host's snapshots."""
    return homes_root(state_folder(os.environ)) / FOLDER


def spoil(shop: KeptShop, script: str) -> None:
    """Change what is in the snapshot."""
    (snapshot,) = shop.snapshots
    if isinstance(kept_by(), ProcessEngine):
        subprocess.run(["sh", "-ec", script], cwd=kept_in() / snapshot.key / "data", check=True)
        return
    image = snapshot_image(snapshot.key)
    client = docker.from_env()
    try:
        labels = client.images.get(image).labels
        words = ["sh", "-ec", f"cd {DATA}; {script}"]
        container = client.containers.create(image, entrypoint=words, command=[], user="0")
        container.start()
        assert container.wait()["StatusCode"] == 0
        quoted = " ".join(f"{name}={json.dumps(value)}" for name, value in labels.items())
        container.commit(*image.split(":"), changes=f"LABEL {quoted}")
        container.remove()
    finally:
        client.close()


@pytest.mark.engine
def test_what_somebody_else_starts_from_its_image_is_of_no_run(tmp_path: Path, kept: str) -> None:
    shop = KeptShop(tmp_path, kept, ONE)
    with shop.environment():
        pass
    (snapshot,) = shop.snapshots
    client = docker.from_env()
    words = ["sleep", "60"]
    container = client.containers.create(snapshot_image(snapshot.key), entrypoint=words)
    try:
        assert not client.images.get(snapshot_image(snapshot.key)).labels["greenroom.run"]
        found = DockerEngine().list(Deadline.after(60))
        assert container.id not in [one.id for one in found]
    finally:
        container.remove(force=True)
        client.close()


@pytest.mark.parametrize(
    ("summary", "script"),
    [
        ("a file is gone", "rm global/pg_control"),
        ("a file is cut", "truncate -s 100 base/1/1255"),
        ("a file holds something else", "tr -c x x < PG_VERSION > new; mv new PG_VERSION"),
    ],
)
def test_a_damaged_one_is_made_anew(summary: str, script: str, shop: KeptShop) -> None:
    with shop.environment():
        pass
    spoil(shop, script)
    with shop.environment() as environment:
        assert rows(environment["ledger"].url) == SEEDED[:1], summary
        (text,) = shop.noticed
        assert "cannot be restored from snapshot" in text
    assert len(shop.snapshots) == 1
    assert unnamed(shop) == [], "what was damaged is gone"
    with shop.environment() as environment:
        assert "restore ledger" in shop.steps
        assert shop.noticed == []
        assert rows(environment["ledger"].url) == SEEDED[:1]
    assert left(shop) == []


def test_a_damaged_one_is_made_anew_in_what_stands(shop: KeptShop) -> None:
    shop.greenroom("up")
    shop.greenroom("up", "--fresh")
    try:
        spoil(shop, "rm global/pg_control")
        said = shop.greenroom("up", "--fresh")
        assert "it is seeded anew" in said
        assert rows(shop.greenroom("url", "ledger").strip()) == SEEDED[:1]
        assert len(left(shop)) == 1
        assert "nothing of it has changed" in shop.greenroom("up")
    finally:
        shop.greenroom("down")
    assert left(shop) == []


def test_a_signal_while_it_is_made_leaves_nothing(shop: KeptShop) -> None:
    shop.write("schema.sql", MUCH)
    child = start(shop, "up", "--events", "-")
    read_until_begun(child, "snapshot ledger")
    child.send_signal(signal.SIGTERM)
    said, _ = child.communicate(timeout=LIMIT)
    assert child.returncode == 143, said
    assert left(shop) == []
    assert unnamed(shop) == []
