"""The engine of what runs already: what it notes, for whom, and until when."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from orchestrator.engines.adopted import AdoptedEngine
from orchestrator.engines.engine import Engine, Guests
from orchestrator.errors import EngineError, Gone, NotRemoved
from orchestrator.lifecycle.removal import remove_run
from orchestrator.model.conversation import Credentials
from orchestrator.model.launch import AT, RUN, FileContent, Found, Guest, Launch, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.waiting import Deadline

LABELS = RunLabels("shop-abcd2345", "f00d", "shop", "/shop/environment.yaml", "{}", 0)

NOBODY = 1
"""A port on which nobody listens."""


def soon() -> Deadline:
    return Deadline.after(20)


def launch(name: str = "greenroom_shop_abcd2345_cache", technology: str = "redis") -> Launch:
    guest = Guest(technology, "127.0.0.1", NOBODY, Credentials("", "hunter22", "0"), name)
    return Launch(
        labels=LABELS,
        instance=Instance("cache"),
        env={"PATH": "/usr/bin:/bin", "LEADS": "here"},
        files=(FileContent("bin/client", 0o700, data=b"#!/bin/sh\n"),),
        guest=guest,
    )


@pytest.fixture
def engine(tmp_path: Path) -> AdoptedEngine:
    made = AdoptedEngine(tmp_path / "adopted")
    made.open(LABELS, soon())
    return made


@pytest.fixture
def cache(engine: AdoptedEngine) -> Found:
    return engine.start(launch(), soon())


def test_it_is_an_engine_with_places_of_its_own(engine: AdoptedEngine) -> None:
    as_engine: Engine = engine
    assert isinstance(as_engine, Guests)


def test_another_process_finds_all_of_it(engine: AdoptedEngine, tmp_path: Path) -> None:
    cache = engine.start(launch(), soon())
    other = AdoptedEngine(tmp_path / "adopted")
    found, place = other.list(soon(), LABELS.run)
    assert found == cache
    assert (found.instance, found.labels[AT]) == (Instance("cache"), f"127.0.0.1:{NOBODY}")
    assert (place.kind, place.labels[RUN], place.instance) == ("folder", LABELS.run, None)
    assert other.list(soon(), "another-abcd2345") == []


def test_nobody_else_may_look_into_it(cache: Found, tmp_path: Path) -> None:
    folder = tmp_path / "adopted" / cache.run
    modes = {
        str(one.relative_to(folder)): stat.S_IMODE(one.stat().st_mode)
        for one in (folder, *folder.rglob("*"))
    }
    assert modes == {
        ".": 0o700,
        "labels.json": 0o600,
        "cache": 0o700,
        "cache/record.json": 0o600,
        "cache/bin": 0o700,
        "cache/bin/client": 0o700,
    }


def test_it_runs_while_it_is_adopted(engine: AdoptedEngine, cache: Found) -> None:
    assert str(engine.state(cache, soon())) == "running"
    assert list(engine.logs(cache, soon())) == []
    engine.remove(cache, soon())
    assert str(engine.state(cache, soon())) == "gone"
    with pytest.raises(Gone, match="cache is not adopted any more"):
        engine.exec(cache, ["true"], soon())


def test_commands_are_programs_of_this_host(engine: AdoptedEngine, cache: Found) -> None:
    result = engine.exec(cache, ["sh", "-c", "echo $LEADS $MORE"], soon(), env={"MORE": "too"})
    assert result.stdout == "here too\n"
    assert engine.interactive(cache, ["sh", "-c", "x"], {})[0:2] == ["env", "PATH=/usr/bin:/bin"]


def test_a_server_that_never_answered_is_in_nobodys_way(
    engine: AdoptedEngine, cache: Found
) -> None:
    engine.remove(cache, soon())
    engine.close(LABELS.run, soon())
    assert engine.list(soon()) == []


def test_what_may_have_been_made_is_noted_until_it_is_dropped(
    engine: AdoptedEngine, cache: Found, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match=r"cannot make an empty database.*connection refused"):
        engine.make_own(cache, soon())
    with pytest.raises(EngineError, match=r"cannot drop greenroom_shop_.*refused") as raised:
        engine.remove(cache, soon())
    folder = tmp_path / "adopted" / LABELS.run / "cache"
    assert raised.value.hint == f"if that server is gone for good, remove {folder}"
    assert engine.list(soon())[0] == cache


def test_what_could_not_be_dropped_is_known_to_whoever_tries_again(
    engine: AdoptedEngine, cache: Found, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match="connection refused"):
        engine.make_own(cache, soon())
    engines = {"adopted": engine}
    for _ in range(2):
        with pytest.raises(NotRemoved, match="cannot drop greenroom_shop_abcd2345_cache") as left:
            remove_run("shop", LABELS.run, engines, lambda _event: None, seconds=0.1)
        folder = tmp_path / "adopted" / LABELS.run / "cache"
        assert left.value.hint == (
            f"still there: cache, {LABELS.run}; if that server is gone for good, remove {folder}; "
            f"try again with: greenroom down {LABELS.run}"
        )
    shutil.rmtree(folder)
    assert remove_run("shop", LABELS.run, engines, lambda _event: None) == 1
    assert engine.list(soon()) == []


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"guest": []}', '{"guest": {"access": 1}}'])
def test_a_record_that_cannot_be_read_is_not_thrown_away(
    text: str, engine: AdoptedEngine, cache: Found, tmp_path: Path
) -> None:
    folder = tmp_path / "adopted" / LABELS.run / "cache"
    (folder / "record.json").write_text(text)
    assert [one.kind for one in engine.list(soon())] == ["folder"]
    with pytest.raises(EngineError, match="servers of cache is not dropped") as refused:
        engine.close(LABELS.run, soon())
    assert refused.value.hint == f"if that server is gone for good, remove {folder}"


def test_where_a_run_makes_nothing_nothing_is_dropped(engine: AdoptedEngine) -> None:
    cache = engine.start(launch(name=""), soon())
    engine.exec(cache, ["true"], soon())
    engine.remove(cache, soon())
    assert [one.kind for one in engine.list(soon())] == ["folder"]


def test_removal_of_what_is_gone_is_fine(engine: AdoptedEngine, cache: Found) -> None:
    for _ in range(2):
        engine.remove(cache, soon())
        engine.close(LABELS.run, soon())
