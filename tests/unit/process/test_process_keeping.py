"""The snapshots of this host's servers: kept whole, given whole, removed whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestrator.engines.process import keeping
from orchestrator.engines.process.keeping import FOLDER, Shelf
from orchestrator.errors import EngineError
from orchestrator.waiting import Deadline


def soon() -> Deadline:
    return Deadline.after(60)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def keep(shelf: Shelf, key: str, text: str = "kept") -> None:
    copy = shelf.root / "copy"
    (copy / "data" / "deep").mkdir(parents=True)
    (copy / "data" / "deep" / "file").write_text(text)
    shelf.keep(copy, key, f"shop: {key}")


def given(shelf: Shelf, key: str) -> str:
    home = shelf.root / "home"
    home.mkdir()
    try:
        shelf.give(key, home, soon())
        return (home / "data" / "deep" / "file").read_text()
    finally:
        shutil.rmtree(home)


def test_what_is_kept_is_given_as_often_as_wanted(shelf: Shelf) -> None:
    keep(shelf, "abc1")
    assert [given(shelf, "abc1") for _ in range(2)] == ["kept"] * 2
    (known,) = shelf.all("process")
    assert (known.key, known.of, known.size > 0) == ("abc1", "shop: abc1", True)


def test_a_second_one_under_the_same_key_takes_its_place(shelf: Shelf) -> None:
    keep(shelf, "abc1", "first")
    keep(shelf, "abc1", "second")
    assert given(shelf, "abc1") == "second"


@pytest.mark.parametrize("change", ["cut", "gone", "more", "untold"])
def test_one_that_is_damaged_is_not_given(shelf: Shelf, change: str) -> None:
    keep(shelf, "abc1")
    place = shelf.root / FOLDER / "abc1"
    file = place / "data" / "deep" / "file"
    match change:
        case "cut":
            file.write_text("kep")
        case "gone":
            file.unlink()
        case "more":
            (file.parent / "other").touch()
        case "untold":
            (place / "about.json").write_text("{")
    with pytest.raises(EngineError, match="the snapshot abc1 is damaged: "):
        given(shelf, "abc1")


def test_what_a_death_left_of_a_removal_is_no_snapshot_and_goes_with_the_next(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("abc1", "abc2"):
        keep(shelf, key)
    with monkeypatch.context() as dying:
        dying.setattr(keeping.shutil, "rmtree", lambda *_, **__: None)
        shelf.remove("abc1")
    assert [one.key for one in shelf.all("process")] == ["abc2"]
    assert not shelf.has("abc1")
    shelf.remove("abc2")
    assert [*(shelf.root / FOLDER).iterdir()] == []


@pytest.mark.parametrize("key", ["../other", ".abc1-0", ""])
def test_what_cannot_be_a_key_is_refused(shelf: Shelf, key: str) -> None:
    with pytest.raises(EngineError, match="cannot be the key of a snapshot"):
        shelf.remove(key)
