"""Data in memory: only where there is room, and where nobody else was first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from orchestrator.engines.process import memory
from orchestrator.engines.process.homes import Homes
from orchestrator.engines.process.mark import Mark
from orchestrator.engines.process.memory import Memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no such file system")

MARK = Mark("run-1", "ledger", "0123456789abcdef")


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Homes:
    shared = tmp_path / "shm"
    shared.mkdir()
    monkeypatch.setattr(memory, "SHARED", shared)
    monkeypatch.setattr(memory, "ROOM", 0)
    return Homes(tmp_path / "homes")


def test_the_data_is_there_and_the_server_s_folder_leads_to_it(homes: Homes) -> None:
    home = homes.make(MARK, (), None, memory=True)
    place = (home / "data").resolve()
    assert place == homes.memory.root / "run-1" / "ledger"
    assert place.stat().st_mode & 0o777 == 0o700
    assert homes.memory.root.stat().st_mode & 0o077 == 0
    assert homes.runs() == ["run-1"]


def test_it_goes_with_the_server_and_with_the_run(homes: Homes) -> None:
    homes.make(MARK, (), None, memory=True)
    homes.remove(MARK)
    assert not (homes.memory.root / "run-1" / "ledger").exists()
    homes.make(MARK, (), None, memory=True)
    homes.remove_run("run-1")
    assert not homes.memory.root.exists()


def test_it_is_found_where_the_server_s_folder_is_gone(homes: Homes) -> None:
    homes.memory.make(MARK, None)
    assert homes.runs() == ["run-1"]
    homes.remove_run("run-1")
    assert homes.runs() == []


def test_what_an_earlier_start_has_left_is_gone(homes: Homes) -> None:
    home = homes.make(MARK, (), None, memory=True)
    (home / "data" / "old").touch()
    assert list((homes.make(MARK, (), None, memory=True) / "data").iterdir()) == []


def test_another_start_s_data_stays(homes: Homes) -> None:
    home = homes.make(MARK, (), None, memory=True)
    homes.remove(Mark("run-1", "ledger", "f" * 16))
    assert (home / "data").is_dir()


def without_room(_: Homes, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(memory, "ROOM", 1 << 60)


def without_any(homes: Homes, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(memory, "SHARED", homes.root / "nowhere")


def with_somebody_else_s(homes: Homes, patch: pytest.MonkeyPatch) -> None:
    homes.memory.root.mkdir()
    patch.setattr(memory.os, "geteuid", lambda: os.getuid() + 1)


def with_a_link(homes: Homes, _: pytest.MonkeyPatch) -> None:
    homes.memory.root.symlink_to(homes.root.parent)


@pytest.mark.parametrize(
    "spoil",
    [without_room, without_any, with_somebody_else_s, with_a_link],
    ids=lambda one: one.__name__,
)
def test_otherwise_it_is_on_the_disk(
    spoil: object, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(spoil)
    spoil(homes, monkeypatch)
    home = homes.make(MARK, (), None, memory=True)
    assert not (home / "data").exists()
    assert Memory.beside(homes.root).make(MARK, None) is None
