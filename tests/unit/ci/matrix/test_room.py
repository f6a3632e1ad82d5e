"""How many combinations run at the same time, and why not more."""

from __future__ import annotations

import pytest

from orchestrator.ci.matrix.room import (
    MEBIBYTE,
    RESOURCE_MEMORY,
    TESTS_MEMORY,
    Machine,
    Needs,
    Room,
    hindrance,
    needs,
    room,
    shared_files,
)
from orchestrator.host.manifests import HostFiles
from orchestrator.manifest import load
from orchestrator.model.manifest import Manifest
from orchestrator.technologies import BUILT_IN

BIG = Machine(processors=64, memory=64 * 1024 * MEBIBYTE)
SMALL_NEEDS = Needs(processors=0, memory=TESTS_MEMORY, containers=2)


def manifest(text: str) -> Manifest:
    return load(
        text.encode(),
        path="/x/environment.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )


ROOMS = [
    ("as many as there are", None, 3, SMALL_NEEDS, BIG, 3),
    ("a processor for each", None, 9, SMALL_NEEDS, Machine(4, BIG.memory), 4),
    ("the processors that the limits ask for", None, 9, Needs(1.5, 1, 1), Machine(4, 100), 2),
    ("the memory that is free", None, 9, SMALL_NEEDS, Machine(64, 3 * TESTS_MEMORY), 3),
    ("one, however little there is", None, 9, SMALL_NEEDS, Machine(1, 0), 1),
    ("so many containers", None, 60, Needs(0, 1, 20), BIG, 3),
    ("so many networks", None, 60, SMALL_NEEDS, BIG, 16),
    ("what is wanted", 5, 9, SMALL_NEEDS, Machine(1, 0), 5),
    ("what is wanted, and no more than there are", 5, 3, SMALL_NEEDS, BIG, 3),
]


@pytest.mark.parametrize(
    ("wanted", "combinations", "asked", "machine", "at_once"),
    [case[1:] for case in ROOMS],
    ids=[case[0] for case in ROOMS],
)
def test_so_many_run_at_the_same_time(
    wanted: int | None, combinations: int, asked: Needs, machine: Machine, at_once: int
) -> None:
    assert room(wanted, combinations, asked, machine) == Room(at_once)


def test_what_hinders_two_hinders_whatever_is_wanted_and_is_told() -> None:
    found = room(4, 4, SMALL_NEEDS, BIG, "api has a fixed port")
    assert found == Room(1, "one at a time, because api has a fixed port")
    assert room(1, 4, SMALL_NEEDS, BIG, "api has a fixed port") == Room(1)


def test_a_combination_needs_what_its_resources_may_take_and_the_tests() -> None:
    found = manifest(
        """
        databases:
          ledger: {use: postgres, limits: {memory: 1GiB, cpus: 1.5}}
          orders: {on: ledger}
          cache: {use: redis}
        services:
          api: {command: [./api]}
          extra: {image: extra, profiles: [more]}
        tasks:
          migrate: {image: migrate, command: [up]}
        """
    )
    gibibyte = 1024 * MEBIBYTE
    assert needs([found], []) == Needs(1.5, gibibyte + 2 * RESOURCE_MEMORY + TESTS_MEMORY, 3)
    assert needs([found], ["more"]).containers == 4


HINDRANCES = [
    (
        "services: {api: {image: api, ports: [{port: 80, host: 8080}]}}",
        "api has the fixed port 8080",
    ),
    ("databases: {ledger: {use: postgres, port: 5433}}", "ledger has the fixed port 5433"),
    (
        "databases: {ledger: {use: postgres, at: 'postgresql://u@db/l', owned: true}}",
        "all of them would write into the same ledger (`owned: true`)",
    ),
    ("services: {api: {image: api, ports: [80], profiles: [more]}}", ""),
    ("databases: {ledger: {use: postgres, at: 'postgresql://u@db/l'}}", ""),
]


@pytest.mark.parametrize(("text", "words"), HINDRANCES, ids=[case[0] for case in HINDRANCES])
def test_what_can_be_there_only_once_hinders(text: str, words: str) -> None:
    assert hindrance([manifest(text)], [], []).startswith(words)
    assert bool(hindrance([manifest(text)], [], [])) == bool(words)


JEST = {"JEST_JUNIT_OUTPUT_FILE": "jest.xml"}

FILES = [
    (["pytest", "--junitxml=out.xml"], {}, [], ["out.xml"]),
    (["sh", "-c", "pytest --junit-xml out.xml -q"], {}, [], ["out.xml"]),
    (["sh", "-c", "pytest --junitxml=$GREENROOM_ARTIFACTS/out.xml"], {}, [], []),
    (["npx", "jest"], JEST, [], ["jest.xml"]),
    (["npx", "jest"], JEST, ["build/*.xml", "$GREENROOM_ARTIFACTS/*.xml"], ["build/*.xml"]),
    (["pytest", "--junitxml"], {}, [], []),
]


@pytest.mark.parametrize(
    ("command", "environ", "patterns", "files"), FILES, ids=[str(case) for case in FILES]
)
def test_a_file_that_all_would_write_is_found(
    command: list[str], environ: dict[str, str], patterns: list[str], files: list[str]
) -> None:
    assert shared_files(command, environ, patterns) == files


def test_a_file_that_all_would_write_hinders_with_the_way_out() -> None:
    assert hindrance([], [], ["out.xml"]) == (
        "all of them would write out.xml; several at a time can write into the folder that "
        "$GREENROOM_ARTIFACTS names"
    )
