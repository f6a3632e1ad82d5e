"""`greenroom check --seeds`: what it says, and its exit code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import count

import pytest
from shop import Shop

from orchestrator.engines.fake import echoed
from orchestrator.model.launch import ExecResult

MANIFEST = """
name: shop
databases:
  ledger: {use: postgres, seed: [schema.sql], ready: {log: ready}}
"""


@pytest.fixture
def seeded(shop: Shop) -> Shop:
    """A shop with one seed."""
    shop.write(MANIFEST)
    (shop.folder / "schema.sql").write_text("create table t ();")
    return shop


def holds(shop: Shop, digests: Iterable[object]) -> None:
    """Let the server hold other data each time when it is asked."""
    numbers = iter(digests)

    def answer(argv: tuple[str, ...], stdin: bytes) -> ExecResult:
        asked = "--dbname" in argv
        return ExecResult(0, f"t\t{next(numbers)}\n" if asked else echoed(stdin))

    shop.docker.answers("ledger", answer)


def test_seeds_that_can_be_repeated(seeded: Shop) -> None:
    holds(seeded, [1, 1, 1, 1])
    ended = seeded.greenroom("check", "--seeds")
    assert (ended.code, ended.out) == (
        0,
        "shop: no mistakes; it starts ledger\nno seed makes other data each time\n",
    )
    assert ended.err == (
        "seeding ledger\nseeding a second environment alike\nputting every seed in once more\n"
    )
    assert seeded.left == 0


def test_seeds_that_cannot(seeded: Shop) -> None:
    holds(seeded, count())
    ended = seeded.greenroom("check", "--seeds")
    assert ended.code == 65
    assert ended.out.splitlines()[1:] == [
        "ledger: not repeatable: schema.sql makes other data each time, in t",
        "ledger: once only: schema.sql changes data a second time, in t",
    ]
    assert seeded.left == 0


def test_as_json(seeded: Shop) -> None:
    holds(seeded, [1, 1, 1, 2])
    told = json.loads(seeded.greenroom("check", "--seeds", "--json").out)
    assert told["ok"]
    assert told["seeds"] == [
        {
            "kind": "once only",
            "resource": "ledger",
            "seed": "schema.sql",
            "message": "schema.sql changes data a second time, in t",
        }
    ]


def test_a_seed_that_is_refused_ends_it(seeded: Shop) -> None:
    seeded.docker.answers("ledger", lambda _argv, _stdin: ExecResult(3, "", "ERROR:  no"))
    ended = seeded.greenroom("check", "--seeds")
    assert ended.code == 75
    assert "schema.sql: ERROR:  no" in ended.err
    assert seeded.left == 0


def test_without_seeds_nothing_is_started(shop: Shop) -> None:
    ended = shop.greenroom("check", "--seeds")
    assert ended.code == 0
    assert "no seed makes other data each time" in ended.out
    assert ended.err == ""
