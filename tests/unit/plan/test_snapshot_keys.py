"""The key of a snapshot: another with each thing that goes in, the same with all that does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from orchestrator.manifest.reading.templates import parse
from orchestrator.model.facts import Facts
from orchestrator.model.probe import Readiness, Tcp
from orchestrator.model.resource import (
    DatabaseSeed,
    File,
    FileSeed,
    FunctionSeed,
    Limits,
    Port,
    Resource,
    ScriptSeed,
    TaskSeed,
)
from orchestrator.plan.snapshots import key, keys
from orchestrator.technologies import BUILT_IN


def words(text: str) -> Any:
    """A template, as the manifest writes it."""
    return parse(text).template


MIGRATE = Resource(
    "migrate", "tasks", image="migrate:1", command=(words("up"),), env={"V": words("1")}
)
PREPARE = Resource("prepare", "tasks", engine="process", command=(words("prepare"),))
SEEDS = (
    DatabaseSeed("archive"),
    FileSeed("/p/schema.sql", ".sql", "schema.sql"),
    ScriptSeed("/p/more.sh", "more.sh"),
    FunctionSeed("/p/load.py", "fill", "load.py:fill"),
    TaskSeed("migrate"),
    TaskSeed("prepare"),
)
LEDGER = Resource(
    "ledger",
    "databases",
    technology=BUILT_IN["postgres"],
    image="postgres:17",
    command=(words("postgres"), words("-c")),
    env={"A": words("1"), "URL": words("${self.port}")},
    files=(File(PurePosixPath("/etc/one.conf"), source="/p/one.conf"),),
    ports=(Port(5432),),
    user="me",
    password="secret",
    databases=("ledger", "archive"),
    seeds=SEEDS,
)
RESOURCES = {"ledger": LEDGER, "migrate": MIGRATE, "prepare": PREPARE}
DIGESTS = {
    "/p/schema.sql": "1",
    "/p/more.sh": "2",
    "/p/load.py": "3",
    "code:/p/load.py": "4",
    "code:": "5",
    "/p/one.conf": "6",
}
FACTS = Facts(
    images={"postgres:17": "sha256:1", "migrate:1": "sha256:2"},
    digests=DIGESTS,
    keeps_snapshots=True,
)


def found(
    resource: Resource = LEDGER,
    facts: Facts = FACTS,
    others: Mapping[str, Resource] = RESOURCES,
) -> str:
    return key(resource, {**others, resource.name: resource}, facts)


BEFORE = found()


def test_it_is_short_and_the_same_for_the_same() -> None:
    assert len(BEFORE) == 12
    assert set(BEFORE) <= set("0123456789abcdef")
    assert found() == BEFORE
    assert keys(RESOURCES, FACTS) == {"ledger": BEFORE}
    assert "secret" not in BEFORE


INGREDIENTS: dict[str, dict[str, Any]] = {
    "version": {"image": "postgres:16"},
    "user": {"user": "you"},
    "password": {"password": "other"},
    "databases": {"databases": ("ledger",)},
    "order of the databases": {"databases": ("archive", "ledger")},
    "args": {"command": (words("postgres"), words("-d"))},
    "entrypoint": {"entrypoint": (words("sh"),)},
    "a variable's value": {"env": {"A": words("2"), "URL": words("${self.port}")}},
    "another variable": {"env": {"A": words("1")}},
    "a reference that only looks the same": {
        "env": {"A": words("1"), "URL": words("$${self.port}")}
    },
    "isolation": {"isolation": "test"},
    "platform": {"platform": "linux/arm64"},
    "a file's place": {"files": (File(PurePosixPath("/etc/two.conf"), source="/p/one.conf"),)},
    "a seed less": {"seeds": SEEDS[:-1]},
    "the order of the seeds": {"seeds": (*SEEDS[:1], SEEDS[2], SEEDS[1], *SEEDS[3:])},
    "another function": {
        "seeds": (*SEEDS[:3], FunctionSeed("/p/load.py", "more", "load.py:more"), *SEEDS[4:])
    },
}


@pytest.mark.parametrize("name", INGREDIENTS)
def test_each_setting_that_goes_in_changes_it(name: str) -> None:
    assert found(replace(LEDGER, **INGREDIENTS[name])) != BEFORE


@pytest.mark.parametrize(
    "path", ["/p/schema.sql", "/p/more.sh", "code:/p/load.py", "code:", "/p/one.conf"]
)
def test_the_bytes_of_each_seed_and_file_change_it(path: str) -> None:
    assert found(facts=replace(FACTS, digests={**DIGESTS, path: "other"})) != BEFORE


@pytest.mark.parametrize("image", ["postgres:17", "migrate:1"])
def test_the_id_of_each_image_changes_it(image: str) -> None:
    assert found(facts=replace(FACTS, images={**FACTS.images, image: "sha256:9"})) != BEFORE


@pytest.mark.parametrize(
    "task",
    [
        replace(MIGRATE, command=(words("down"),)),
        replace(MIGRATE, env={"V": words("2")}),
        replace(PREPARE, command=(words("other"),)),
    ],
)
def test_each_setting_of_a_task_in_the_seed_changes_it(task: Resource) -> None:
    assert found(others={**RESOURCES, task.name: task}) != BEFORE


def test_another_way_of_copying_changes_it() -> None:
    technology = BUILT_IN["postgres"]
    assert technology.snapshotting
    other = replace(technology, snapshotting=replace(technology.snapshotting, form=99))
    assert found(replace(LEDGER, technology=other)) != BEFORE


NO_MATTER: dict[str, dict[str, Any]] = {
    "a fixed port": {"ports": (Port(5432, host=5432),)},
    "timeout": {"timeout": 5.0},
    "readiness": {"readiness": Readiness(Tcp())},
    "limits": {"limits": Limits("1g", 2.0)},
    "profiles": {"profiles": ("big",)},
    "hostname": {"hostname": "db"},
    "needs": {"needs": ("migrate",)},
    "who else is sliced": {"follows": ("other",)},
}


@pytest.mark.parametrize("name", NO_MATTER)
def test_what_does_not_go_in_leaves_it(name: str) -> None:
    assert found(replace(LEDGER, **NO_MATTER[name])) == BEFORE


def test_whether_a_slice_is_a_test_s_or_a_worker_s_is_no_matter() -> None:
    each = [found(replace(LEDGER, isolation=one)) for one in ("test", "worker")]
    assert each[0] == each[1]


def test_the_order_of_variables_and_other_digests_are_no_matter() -> None:
    turned = replace(LEDGER, env=dict(reversed(LEDGER.env.items())))
    facts = replace(FACTS, digests={**DIGESTS, "/p/other.sql": "1", "/p/load.py": "9"})
    assert found(turned, facts) == BEFORE


@pytest.mark.parametrize("path", ["/p/schema.sql", "/p/more.sh", "code:/p/load.py", "code:"])
def test_whatever_is_not_known_is_an_obstacle(path: str) -> None:
    digests = {name: digest for name, digest in DIGESTS.items() if name != path}
    assert keys(RESOURCES, replace(FACTS, digests=digests)) == {}


def test_where_no_engine_keeps_snapshots_there_are_no_keys() -> None:
    assert keys(RESOURCES, replace(FACTS, keeps_snapshots=False)) == {}
