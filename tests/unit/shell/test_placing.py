"""Where everything runs when the manifest leaves it open."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineUnavailable
from orchestrator.host import manifests
from orchestrator.lifecycle.placing import as_in, place
from orchestrator.lifecycle.survey import Run
from orchestrator.model.launch import RESOURCE, RUN, Found
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import DOCKER, PROCESS

OPEN = "databases: {ledger: {use: postgres}, cache: {use: redis}}\n"


def loaded(text: str, engine: str | None = None) -> Manifest:
    from orchestrator.manifest import load
    from orchestrator.technologies import BUILT_IN

    return load(
        text.encode(),
        path="/p/environment.yaml",
        files=manifests.HostFiles(),
        environ={},
        technologies=BUILT_IN,
        engine=engine,
    )


def engines(*, silent: bool = False) -> dict[str, FakeEngine]:
    docker = FakeEngine(DOCKER)
    if silent:
        docker.fail("describe", "", EngineUnavailable("nobody answers", hint="start one"))
    return {DOCKER: docker, PROCESS: FakeEngine(PROCESS)}


def placed(
    text: str,
    *,
    silent: bool = False,
    ci: str = "",
    profiles: Sequence[str] = (),
    engine: str | None = None,
) -> dict[str, str]:
    found = place(loaded(text, engine), engines(silent=silent), {"CI": ci}, profiles)
    moved = [one for one in found.manifest.resources.values() if one.native]
    assert bool(found.reason) == bool(moved and engine != PROCESS)
    return {name: one.engine for name, one in found.manifest.resources.items()}


def test_containers_where_docker_answers() -> None:
    assert placed(OPEN) == {"ledger": DOCKER, "cache": DOCKER}


def test_processes_where_it_does_not_and_why() -> None:
    found = place(loaded(OPEN), engines(silent=True), {}, ())
    assert {one.engine for one in found.manifest.resources.values()} == {PROCESS}
    assert found.reason == "because nobody answers"
    ledger = found.manifest.resources["ledger"]
    assert (ledger.image, ledger.tmpfs, ledger.contained) == (None, (), False)
    assert ledger.native


@pytest.mark.parametrize("ci", ["true", "1", "yes"])
def test_in_ci_nobody_falls_back(ci: str) -> None:
    with pytest.raises(EngineUnavailable, match=r"nobody answers; in CI") as failed:
        placed(OPEN, silent=True, ci=ci)
    assert "--engine process" in failed.value.hint


@pytest.mark.parametrize("ci", ["", "0", "false", "False"])
def test_what_says_that_it_is_no_ci(ci: str) -> None:
    assert set(placed(OPEN, silent=True, ci=ci).values()) == {PROCESS}


@pytest.mark.parametrize("text", [f"engine: process\n{OPEN}", OPEN])
def test_in_ci_processes_can_be_asked_for(text: str) -> None:
    assert set(placed(text, silent=True, ci="true", engine=PROCESS).values()) == {PROCESS}


def test_docker_is_not_asked_where_nothing_is_left_open() -> None:
    there = engines(silent=True)
    for text in (f"engine: docker\n{OPEN}", f"engine: process\n{OPEN}"):
        place(loaded(text), there, {}, ())
    assert there[DOCKER].calls == []


def test_what_needs_a_container_is_named() -> None:
    text = OPEN + "services: {api: {image: 'api:1'}, web: {command: serve}}\n"
    with pytest.raises(EngineUnavailable) as failed:
        placed(text, silent=True)
    assert failed.value.message == (
        "nobody answers; only containers can run api (it names an image)"
    )
    assert failed.value.hint == "start one"


def test_what_takes_no_part_needs_nothing() -> None:
    text = OPEN + "services: {api: {image: 'api:1', profiles: slow}}\n"
    found = placed(text, silent=True)
    assert found == {"ledger": PROCESS, "cache": PROCESS, "api": DOCKER}
    with pytest.raises(EngineUnavailable, match="only containers can run api"):
        placed(text, silent=True, profiles=["slow"])


def test_an_entry_decides_for_itself() -> None:
    text = "databases: {a: {use: redis, engine: process}, b: {use: redis, engine: docker}}\n"
    for silent in (True, False):
        found = place(loaded(text), engines(silent=silent), {}, ())
        assert {name: one.engine for name, one in found.manifest.resources.items()} == {
            "a": PROCESS,
            "b": DOCKER,
        }


def test_an_entry_that_only_a_container_can_do_needs_one() -> None:
    text = "databases: {ledger: {use: postgres, limits: {memory: 1g}}, cache: {use: redis}}\n"
    with pytest.raises(EngineUnavailable, match=r"ledger \(only containers have `limits`\)"):
        placed(text, silent=True)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ({"ledger": PROCESS}, {"ledger": PROCESS, "cache": PROCESS}),
        ({"ledger": DOCKER}, {"ledger": DOCKER, "cache": DOCKER}),
        ({"ledger": PROCESS, "cache": DOCKER}, {"ledger": PROCESS, "cache": DOCKER}),
        ({"api": PROCESS}, {"ledger": DOCKER, "cache": DOCKER}),
        ({}, {"ledger": DOCKER, "cache": DOCKER}),
    ],
)
def test_what_stands_decides_for_what_comes_after(
    standing: dict[str, str], expected: dict[str, str]
) -> None:
    things = tuple(
        Found(engine, "thing", name, {RUN: "r", RESOURCE: name})
        for name, engine in standing.items()
    )
    found = as_in(Run("r", things), loaded(OPEN)).resources
    assert {name: one.engine for name, one in found.items()} == expected
