"""How many combinations run at the same time, and why not more."""

from __future__ import annotations

import pytest

from orchestrator.ci.matrix import machines
from orchestrator.ci.matrix.hindrance import hindrance, shared_files
from orchestrator.ci.matrix.room import (
    MEBIBYTE,
    RESOURCE_MEMORY,
    TESTS_MEMORY,
    Needs,
    Room,
    Share,
    asked_for,
    needs,
    room,
)
from orchestrator.engines.docker import about
from orchestrator.engines.docker.about import About
from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.errors import EngineUnavailable
from orchestrator.host.cgroups import Left
from orchestrator.host.machine import Amount, Machine, within
from orchestrator.host.manifests import HostFiles
from orchestrator.manifest import load
from orchestrator.model.manifest import Manifest
from orchestrator.technologies import BUILT_IN

GIBIBYTE = 1024 * MEBIBYTE

SMALL_NEEDS = Needs(Share(0, TESTS_MEMORY), containers=2)


def machine(processors: float, memory: float, *, remote: bool = False) -> Machine:
    """One with so many processors, and so many GiB."""
    return Machine(Amount(processors), Amount(memory * GIBIBYTE, "it has"), remote)


BIG = machine(64, 64)


def manifest(text: str) -> Manifest:
    return load(
        text.encode(),
        path="/x/environment.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )


PAIR = Needs(Share(0.0, GIBIBYTE // 2), Share(2.0, 3 * GIBIBYTE), 2)

ROOMS = [
    (3, SMALL_NEEDS, BIG, None, "3 at a time, because there is room for all of them"),
    (1, SMALL_NEEDS, BIG, None, "one at a time, because there is room for all of them"),
    (9, SMALL_NEEDS, machine(4, 64), None,
     "4 at a time, because this machine has 4 processors, and each takes 1"),
    (9, Needs(Share(1.5, 1)), machine(4, 64), None,
     "2 at a time, because this machine has 4 processors, and each takes 1.5"),
    (9, SMALL_NEEDS, machine(0.5, 64), None,
     "one at a time, because this machine has 0.5 processors, and each takes 1"),
    (9, SMALL_NEEDS, machine(64, 1.6), None,
     "3 at a time, because it has 1.6 GiB of memory, and each takes 0.5 GiB"),
    (9, SMALL_NEEDS, machine(64, 0), None,
     "one at a time, because it has 0.0 GiB of memory, and each takes 0.5 GiB"),
    (60, Needs(Share(0, 1), containers=20), BIG, None,
     "3 at a time, because one engine is given 64 containers, and each takes 20"),
    (60, SMALL_NEEDS, BIG, None, "16 at a time, because one engine has networks for 16"),
    # Containers are on this machine, or in a part of it, such as Docker Desktop's.
    (9, PAIR, machine(64, 7), BIG,
     "2 at a time, because it has 7.0 GiB of memory, and each takes 3.5 GiB"),
    (9, PAIR, machine(64, 64), machine(64, 7),
     "2 at a time, because it has 7.0 GiB of memory, and each takes 3.0 GiB"),
    # Containers are elsewhere, and only the tests are here.
    (9, PAIR, machine(3, 2), machine(64, 64, remote=True),
     "3 at a time, because this machine has 3 processors, and each takes 1"),
    (9, PAIR, machine(64, 1), machine(64, 64, remote=True),
     "2 at a time, because it has 1.0 GiB of memory, and each takes 0.5 GiB"),
    (9, PAIR, machine(64, 1), machine(2, 64, remote=True),
     "one at a time, because this machine has 2 processors, and each takes 2"),
]  # fmt: skip


@pytest.mark.parametrize(("combinations", "asked", "here", "engine", "words"), ROOMS)
def test_so_many_have_room_and_why_no_more(
    combinations: int, asked: Needs, here: Machine, engine: Machine | None, words: str
) -> None:
    assert room(combinations, asked, here, engine).words == words


def test_what_is_wanted_counts_without_any_reason() -> None:
    assert asked_for(5, 9, "") == Room(5)
    assert asked_for(5, 3, "") == Room(3)
    assert asked_for(None, 3, "") is None
    assert Room(5).words == "5 at a time"


def test_what_hinders_two_hinders_whatever_is_wanted_and_is_told() -> None:
    found = asked_for(4, 4, "api has a fixed port")
    assert found is not None
    assert found.words == "one at a time, because api has a fixed port"
    assert asked_for(None, 4, "api has a fixed port") == found
    assert asked_for(1, 4, "api has a fixed port") == Room(1)


def test_a_limit_counts_where_it_is_less_than_the_machine_has() -> None:
    limited = within(Left(1.5, 2 * GIBIBYTE), 4, 8 * GIBIBYTE)
    assert limited.processors == Amount(1.5, "the limit of this cgroup leaves")
    assert limited.memory == Amount(2 * GIBIBYTE, "the limit of this cgroup leaves")
    free = within(Left(8, 9 * GIBIBYTE), 4, 8 * GIBIBYTE)
    assert free.processors == Amount(4, "this machine has")
    assert free.memory == Amount(8 * GIBIBYTE, "this machine still has")


ENGINES = [("", False), ("tcp://build-7:2376", True), ("ssh://me@build-7", True),
           ("tcp://localhost:2375", False)]  # fmt: skip


@pytest.mark.parametrize(("url", "remote"), ENGINES)
def test_an_engine_says_itself_what_its_machine_has(
    monkeypatch: pytest.MonkeyPatch, url: str, remote: bool
) -> None:
    told = About(
        Endpoint(url), podman=False, version="28", api="1.50", system="", rootless=False,
        folder="", memory=4 * GIBIBYTE, processors=3,
    )  # fmt: skip
    monkeypatch.setattr(about, "about", lambda environ, deadline: told)
    words = "the engine's machine has"
    found = machines.engines_machine(SMALL_NEEDS, {})
    assert found == Machine(Amount(3, words), Amount(4 * GIBIBYTE, words), remote)


def test_an_engine_that_is_not_needed_is_not_asked_and_a_silent_one_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def silent(environ: object, deadline: object) -> About:
        asked.append(deadline)
        raise EngineUnavailable("nobody answers")

    monkeypatch.setattr(about, "about", silent)
    assert machines.engines_machine(Needs(Share(1, 1)), {}) is None
    assert asked == []
    assert machines.engines_machine(SMALL_NEEDS, {}) is None
    assert len(asked) == 1


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
    assert needs([found], []) == Needs(
        Share(0.0, RESOURCE_MEMORY + TESTS_MEMORY), Share(1.5, GIBIBYTE + RESOURCE_MEMORY), 3
    )
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
