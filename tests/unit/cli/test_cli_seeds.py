"""`greenroom check --seeds`: what it says, and its exit code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import count

import pytest
from shop import Shop

from orchestrator.engines.fake import echoed
from orchestrator.errors import Problem
from orchestrator.model.launch import ExecResult
from orchestrator.model.resource import FileSeed
from orchestrator.model.technology import Technology
from orchestrator.seeding import checking

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


BROKEN = """
name: shop
databases:
  ledger: {use: postgres, seed: [rows.json, schema.sql]}
brokers:
  events: {use: kafka, seed: [topics.yaml], redy: {log: up}}
"""

FILES = {
    "schema.sql": "selec 1;",
    "rows.json": '[{"a": 1}, 3]',
    "topics.yaml": "topics:\n  - nam: a\n  - name: b c\n",
}

WRONG = [
    'environment.yaml:6:45: brokers.events.redy: unknown key; did you mean "ready"?',
    "rows.json:1: a row of rows is no mapping from columns to values",
    'topics.yaml:2:5: unknown key "nam"; did you mean "name"?',
    (
        "topics.yaml:3:11: the topic's name is none: letters, digits, dots, hyphens and "
        "underscores, at most 249"
    ),
]


@pytest.fixture
def broken(shop: Shop) -> Shop:
    """A shop whose manifest and seed files have mistakes."""
    shop.write(BROKEN)
    for name, text in FILES.items():
        (shop.folder / name).write_text(text)
    return shop


def test_mistakes_in_seed_files_are_told_with_the_manifest_s_own(broken: Shop) -> None:
    ended = broken.greenroom("check")
    assert ended.code == 65
    assert ended.err.splitlines() == [
        *WRONG,
        "error: 4 mistakes in environment.yaml, rows.json, topics.yaml",
    ]
    told = json.loads(broken.greenroom("check", "--json").out)["problems"]
    assert [(one["file"], one["line"], one["column"]) for one in told] == [
        ("environment.yaml", 6, 45),
        ("rows.json", 1, 0),
        ("topics.yaml", 2, 5),
        ("topics.yaml", 3, 11),
    ]


def test_a_seed_file_of_several_is_read_once(broken: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [f"  {one}: {{use: postgres, seed: [rows.json]}}" for one in "abc"]
    broken.write("\n".join(["databases:", *entries]))
    read, mistakes = [], checking.mistakes

    def noted(seed: FileSeed, technology: Technology) -> list[Problem]:
        read.append(seed.label)
        return mistakes(seed, technology)

    monkeypatch.setattr(checking, "mistakes", noted)
    assert broken.greenroom("check").code == 65
    assert read == ["rows.json"]


@pytest.mark.parametrize("command", [("up",), ("run", "--", "true")])
def test_nothing_is_started_for_seeds_that_are_known_to_be_wrong(
    broken: Shop, command: tuple[str, ...]
) -> None:
    broken.write(BROKEN.replace(", redy: {log: up}", ""))
    ended = broken.greenroom(*command)
    assert ended.code == 65
    assert ended.err.splitlines()[-4:] == [
        *WRONG[1:],
        "error: 3 mistakes in rows.json, topics.yaml",
    ]
    assert not any(call.startswith(("open", "start")) for call in broken.docker.calls)
    assert broken.left == 0
