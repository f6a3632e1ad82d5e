"""Reset brings what was seeded back: sliced or not, in `up`, in `run`, in plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from sliced_project import FILES

from orchestrator import Environment
from orchestrator.lifecycle.survey import survey

MANIFEST = """
name: NAME
databases:
  ledger: {use: postgres, database: [ledger, archive], seed: [schema.sql], isolation: worker}
  plain: {use: postgres, seed: [schema.sql]}
  cache: {use: redis, seed: [keys.redis], isolation: test}
  store: {use: redis, seed: [keys.redis]}
"""

LIMIT = 90.0

# What a test does: it writes everywhere, resets, and asks again under the same addresses.
RESETS = """
import os, subprocess, sys, time
import psycopg, redis

def greenroom(*words):
    subprocess.run([sys.executable, "-m", "orchestrator", *words], check=True)

for name in ("LEDGER", "PLAIN"):
    with psycopg.connect(os.environ[f"{name}_URL"]) as connection:
        connection.execute("insert into rows values (2, 'written')")
for name in ("CACHE", "STORE"):
    redis.Redis.from_url(os.environ[f"{name}_URL"]).set("written", "yes")
greenroom("reset")
for name in ("LEDGER", "PLAIN"):
    with psycopg.connect(os.environ[f"{name}_URL"]) as connection:
        assert connection.execute("select id from rows").fetchall() == [(1,)]
for name in ("CACHE", "STORE"):
    assert redis.Redis.from_url(os.environ[f"{name}_URL"]).keys() == [b"seeded"]
"""


@pytest.fixture
def folder(each_engine: str, tmp_path: Path, kept: str) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "environment.yaml").write_text(MANIFEST.replace("NAME", kept))
    (tmp_path / "resets.py").write_text(RESETS)
    return tmp_path


def greenroom(folder: Path, *words: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    return said


def left(folder: Path) -> list[str]:
    return [one.id for one in survey(os.environ).runs if str(folder) in one.manifest]


def test_with_clients_connected_in_plain_python(folder: Path) -> None:
    with Environment(folder) as environment:
        before = {name: environment[name].url for name in environment}
        connected = {name: psycopg.connect(before[name]) for name in ("ledger", "plain")}
        for connection in connected.values():
            connection.execute("insert into rows values (2, 'not committed')")
        clients = {name: redis.Redis.from_url(before[name]) for name in ("cache", "store")}
        for client in clients.values():
            client.set("written", "yes")
        archive = before["ledger"].replace("/ledger", "/archive")
        with psycopg.connect(archive) as connection:
            connection.execute("create table made (id int)")

        environment.reset()

        assert {name: environment[name].url for name in environment} == before
        for connection in connected.values():
            with pytest.raises(psycopg.OperationalError):
                connection.execute("select 1")
            connection.close()
        for name in ("ledger", "plain"):
            with psycopg.connect(before[name]) as connection:
                assert connection.execute("select id from rows").fetchall() == [(1,)]
        with psycopg.connect(archive) as connection:
            assert connection.execute("select to_regclass('made')").fetchone() == (None,)
        for client in clients.values():
            assert client.keys() == [b"seeded"], "a client of Redis finds its way again"
        environment.check_alive()
    assert left(folder) == []


def test_a_slice_is_no_matter_of_a_reset(folder: Path) -> None:
    with Environment(folder) as environment, environment.slice() as mine:
        with psycopg.connect(mine["ledger"].url) as connection:
            connection.execute("insert into rows values (2, 'mine')")
            connection.commit()
            environment.reset("ledger", "store")
            assert connection.execute("select count(*) from rows").fetchone() == (2,)
        with environment.slice() as another, psycopg.connect(another["ledger"].url) as connection:
            assert connection.execute("select count(*) from rows").fetchone() == (1,)


def test_under_run_nobody_takes_it_for_a_death(folder: Path) -> None:
    said = greenroom(folder, "run", "--", sys.executable, "resets.py")
    assert "reset every database and broker in" in said
    assert left(folder) == []


def test_what_is_up_is_the_same_afterwards(folder: Path) -> None:
    greenroom(folder, "up")
    try:
        (run,) = left(folder)
        url = greenroom(folder, "url", "plain").strip()
        with psycopg.connect(url) as connection:
            connection.execute("insert into rows values (2, 'written')")
        greenroom(folder, "reset", "plain")
        assert greenroom(folder, "url", "plain").strip() == url
        with psycopg.connect(url) as connection:
            assert connection.execute("select id from rows").fetchall() == [(1,)]
        assert left(folder) == [run]
        assert "nothing of it has changed" in greenroom(folder, "up")
    finally:
        greenroom(folder, "down")
    assert left(folder) == []
