"""docs/state.md against the code, and done as it says: files written, commands typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from doc_blocks import FOLDER, Table, code, codes, page
from doc_manifests import loaded
from guide_shop import chapters, type_chapter

from orchestrator.host import code as host_code
from orchestrator.lifecycle import snapshotting
from orchestrator.model.facts import Facts
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import PER_TEST, PER_WORKER, SHARED
from orchestrator.model.snapshot import code_of
from orchestrator.plan.snapshots import VOLUMES, obstacles
from orchestrator.slicing import pool
from orchestrator.slicing.kept import WHICH
from orchestrator.technologies import BUILT_IN
from orchestrator.technologies.parts.redis_slices import TEMPLATE

PAGE = page("state.md")
WORDS = " ".join((FOLDER / "state.md").read_text("utf-8").split())


def table(heading: str) -> Table:
    """The only table, or the first, under a heading."""
    return PAGE.under(heading)[0]


@pytest.mark.engine
@pytest.mark.usefixtures("typing")
@pytest.mark.parametrize("chapter", chapters(PAGE))
def test_a_chapter_can_be_typed_as_it_stands(chapter: str, shop: Path) -> None:
    type_chapter(PAGE, chapter, shop)


# What each technology gives.


def test_which_technologies_have_snapshots() -> None:
    rows = {name: has for names, has, _why in table("Snapshots").rows for name in codes(names)}
    for name, one in BUILT_IN.items():
        assert rows.get(name, "no") == ("yes" if one.snapshotting else "no"), name


def test_which_technologies_have_slices_and_how_many() -> None:
    rows = {code(row[0]): row for row in table("What each technology gives").rows}
    sliced = {name: one.slicing for name, one in BUILT_IN.items() if one.slicing}
    assert list(rows) == list(sliced)
    for name, slicing in sliced.items():
        assert int(rows[name][2].replace(",", "")) == slicing.most, name


def test_what_is_said_of_their_servers() -> None:
    rows = {code(row[0]): row[3] for row in table("What each technology gives").rows}
    for name, words in rows.items():
        slicing = BUILT_IN[name].slicing
        assert ("in [memory]" in words) == bool(slicing and slicing.tmpfs), name
    redis = BUILT_IN["redis"].slicing
    assert redis
    assert redis.args == ("--databases", str(TEMPLATE + 1))
    assert f"started with {TEMPLATE + 1} databases" in rows["redis"]


# The words of the plugin, the manifest, and the plan.


def test_isolations() -> None:
    written = [code(row[0]) for row in table("Slices").rows]
    assert written == [PER_TEST, PER_WORKER, SHARED]


def test_which_slices_are_kept() -> None:
    for word in WHICH[1:]:
        assert f"`{word}`" in WORDS or f"`--keep-slices {word}`" in WORDS


LEDGER = "databases:\n  ledger: {use: postgres, seed: [SEED]OPTIONS}\n  events: {use: redis}\n"
EVENTS = "  events: {use: redis}\n"
CONTAINER = "tasks: {migrate: {image: migrate:1, env: {EVENTS_URL: '${events.url}'}}}"
PROCESS = "tasks: {migrate: {command: python migrate.py, needs: [events]}}"
IMAGES = {"postgres:17": "sha256:1", "migrate:1": "sha256:2"}


def case(seed: str, options: str = "", tasks: str = "") -> Manifest:
    return loaded(LEDGER.replace("SEED", seed).replace("OPTIONS", options) + tasks)


def found(manifest: Manifest, facts: Facts) -> Iterator[str]:
    return obstacles(manifest.resources["ledger"], manifest.resources, facts)


def every_obstacle() -> Iterator[str]:
    """All that the plan can say, in the words of the page's examples."""
    here = Facts(images=IMAGES)
    yield from found(case("task:migrate", tasks=CONTAINER), Facts())
    yield from found(case("task:migrate", tasks=PROCESS), here)
    for seed in ("schema.sql", "load.py:fill"):
        yield from found(case(seed), here)
    beside = "  archive: {on: ledger, needs: [events]}\n"
    yield from found(loaded(f"databases:\n  ledger: {{use: postgres}}\n{beside}{EVENTS}"), here)
    yield from found(
        case("task:migrate", ", docker: {HostConfig: {Binds: [/a:/b]}}", CONTAINER), here
    )


def test_what_the_plan_says_where_there_can_be_no_snapshot() -> None:
    written = {code(row[0]) for row in table("What stands in the way").rows}
    assert set(every_obstacle()) == written
    (row,) = (row for row in table("What stands in the way").rows if "volume" in row[0])
    assert set(codes(row[1])[:-1]) == set(VOLUMES)


def test_where_nothing_stands_in_the_way_nothing_is_said() -> None:
    here = Facts(images=IMAGES, digests={code_of(""): "1", "/project/schema.sql": "2"})
    tasks = PROCESS.replace(", needs: [events]", ", env: {URL: '${ledger.url}'}")
    manifest = case('schema.sql, "task:migrate"', tasks=tasks)
    assert list(found(manifest, here)) == []
    assert list(found(manifest, replace(here, digests={}))) != []


# Figures.


def test_figures() -> None:
    assert f"may have {snapshotting.LIMIT / 10**9:g} GB" in WORDS
    assert snapshotting.TURN_SECONDS == 300
    assert "They wait five minutes at most" in WORDS
    assert f"more than {host_code.MOST_FILES} files or {host_code.MOST_BYTES / 10**6:g} MB" in WORDS
    assert (pool.MOST_AHEAD, pool.MOST_AHEAD_FOLLOWED) == (8, 2)
    assert "up to eight, and two where services follow" in WORDS


def test_folders_that_are_no_code() -> None:
    (sentence,) = re.findall(r"what is hidden or called ([^.]*) does not count", WORDS)
    assert set(codes(sentence)) == host_code.LEFT_OUT


def test_what_switches_snapshots_off() -> None:
    assert f"`{snapshotting.SWITCH}={snapshotting.OFF[0]}`" in WORDS
