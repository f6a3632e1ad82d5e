"""Seeded state is kept, and later runs start from it: whole, and only while nothing has changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from kept_shop import SEEDED, KeptShop, rows


@pytest.fixture
def shop(each_engine: str, tmp_path: Path, kept: str) -> KeptShop:
    return KeptShop(tmp_path, kept)


def test_the_second_up_restores_all_that_was_seeded(shop: KeptShop) -> None:
    with shop.environment() as environment:
        assert rows(environment["ledger"].url) == SEEDED
        assert {"start migrate", "store ledger"} <= set(shop.steps)
    (snapshot,) = shop.snapshots
    assert snapshot.of.startswith(f"{shop.name}: ledger (postgres")

    text = shop.greenroom("plan")
    assert f"snapshot {snapshot.key} is of the same " in text
    assert ", settings and seeds" in text
    assert "migrate" not in text

    with shop.environment() as environment:
        assert "restore ledger" in shop.steps
        assert not [step for step in shop.steps if "seed" in step or "migrate" in step]
        ledger = environment["ledger"]
        assert rows(ledger.url) == SEEDED
        assert rows(ledger.url.replace("/ledger", "/archive"), "select id from old") == [(7,)]
        rows(ledger.url, "delete from rows returning id")
    with shop.environment() as environment:
        assert rows(environment["ledger"].url) == SEEDED, "what tests did is not in it"
    assert shop.snapshots == [snapshot]


def test_a_change_of_anything_that_goes_in_seeds_anew(shop: KeptShop) -> None:
    with shop.environment():
        pass
    shop.write("values.py", "SOURCE = 'changed'\n")
    with shop.environment() as environment:
        assert "start ledger" in shop.steps
        assert rows(environment["ledger"].url)[1] == (2, "changed")
    assert len(shop.snapshots) == 2
    shop.write("values.py", "SOURCE = 'python'\n")
    with shop.environment() as environment:
        assert "restore ledger" in shop.steps, "the first one is still there"
        assert rows(environment["ledger"].url) == SEEDED


SLICED = """
name: NAME
databases:
  ledger: {use: postgres, seed: [schema.sql], isolation: test, password: "it's"}
"""


def test_slices_are_made_of_what_was_restored(each_engine: str, tmp_path: Path, kept: str) -> None:
    shop = KeptShop(tmp_path, kept, SLICED)
    for first_step in ("template ledger", "restore ledger"):
        with shop.environment() as environment:
            assert first_step in shop.steps
            with environment.slice() as mine:
                assert rows(mine["ledger"].url) == SEEDED[:1]
                rows(mine["ledger"].url, "insert into rows values (9, 'mine') returning id")
            rows(environment["ledger"].url, "delete from rows returning id")
            environment.reset()
            assert rows(environment["ledger"].url) == SEEDED[:1]
    assert len(shop.snapshots) == 1


def test_without_snapshots_nothing_is_restored_or_kept(shop: KeptShop) -> None:
    assert "seeded schema.sql" in shop.greenroom("run", "--no-snapshots", "--", "true")
    assert shop.snapshots == []
    shop.greenroom("run", "--", "true")
    assert len(shop.snapshots) == 1
    said = shop.greenroom("run", "--no-snapshots", "--", "true")
    assert "seeded schema.sql" in said
    assert "restore" not in said
    assert "restore" in shop.greenroom("run", "--", "true")


def test_they_are_listed_and_removed(each_engine: str, shop: KeptShop) -> None:
    shop.greenroom("up")
    try:
        (snapshot,) = shop.snapshots
        listed = json.loads(shop.greenroom("snapshots", "--json"))
        (mine,) = [one for one in listed if one["key"] == snapshot.key]
        assert mine["of"] == snapshot.of
        assert mine["size"] > 0
        assert snapshot.key in shop.greenroom("snapshots")

        shop.greenroom("up", "--fresh")
        assert rows(shop.greenroom("url", "ledger").strip()) == SEEDED
        if each_engine == "docker":  # Without a container, what runs has a copy of its own.
            said = shop.greenroom("snapshots", "--remove", snapshot.key, code=75)
            assert "in use" in said or "using" in said
            assert len(shop.snapshots) == 1, "something runs from it"
    finally:
        shop.greenroom("down")
    shop.greenroom("snapshots", "--remove", snapshot.key)
    assert shop.snapshots == []
    said = shop.greenroom("snapshots", "--remove", snapshot.key, code=64)
    assert f"there is no snapshot {snapshot.key}" in said


def test_up_again_knows_that_what_was_restored_is_the_same(shop: KeptShop) -> None:
    with shop.environment():
        pass
    try:
        assert "restore" in shop.greenroom("up")
        assert "nothing of it has changed" in shop.greenroom("up")
        shop.write("rows.csv", "id,source\n5,csv\n")
        said = shop.greenroom("up")
        assert "its seeds have changed" in said
        assert rows(shop.greenroom("url", "ledger").strip())[-1] == (5, "csv")
    finally:
        shop.greenroom("down")
