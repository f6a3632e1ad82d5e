"""The servers' own folders: who may look into them, and who may pass through what is above."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.engines.process import homes
from orchestrator.engines.process.homes import Homes
from orchestrator.engines.process.mark import Mark
from orchestrator.model.launch import FileContent


@pytest.fixture
def narrow() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("narrow")
def test_another_user_passes_whoever_of_a_run_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "FOR_ROOT", tmp_path / "lib")
    monkeypatch.setattr(homes, "is_root", lambda: True)
    ours = Homes(tmp_path / "lib" / "digest")
    cache = ours.make(Mark.new("run-1", "cache"), [FileContent("a", 0o644, data=b"x")], None)
    ledger = ours.make(Mark.new("run-1", "ledger"), [], os.getuid())
    assert (mode(cache), mode(ledger)) == (0o700, 0o700)
    assert [mode(path) for path in list(ledger.parents)[:3]] == [0o711] * 3
    assert mode(tmp_path) == 0o700, "what is above is not ours"


def test_what_stays_empty_goes_with_the_last_run(tmp_path: Path) -> None:
    ours = Homes(tmp_path / "servers")
    for run in ("run-1", "run-2"):
        ours.make(Mark.new(run, "cache"), [], None)
    ours.remove_run("run-1")
    assert ours.runs() == ["run-2"]
    ours.remove_run("run-2")
    assert list(tmp_path.iterdir()) == []
    ours.remove_run("run-2")


def test_whoever_removes_what_is_empty_hinders_nobody_who_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder above has gone between its making and that of the folder in it, and once more."""
    root, make, gone = tmp_path / "servers", Path.mkdir, list[Path]()

    def mkdir(path: Path, mode: int = 0o777) -> None:
        if path.parent == root and len(gone) < 2:
            gone.append(path)
            root.rmdir()
        make(path, mode)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    homes.make_all(root / "run-1")
    assert gone == [root / "run-1"] * 2
    assert (root / "run-1").is_dir()


def test_the_root_of_all_folders_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BSD's namei, and so macOS, answers with EISDIR and not with EEXIST."""
    make = Path.mkdir

    def mkdir(path: Path, mode: int = 0o777) -> None:
        if path == Path(path.anchor):
            raise IsADirectoryError(path)
        make(path, mode)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    homes.make_all(tmp_path / "servers" / "run-1")
    assert (tmp_path / "servers" / "run-1").is_dir()


def test_nobody_else_passes_where_we_are_not_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "is_root", lambda: False)
    home = Homes(tmp_path / "servers").make(Mark.new("run-1", "cache"), [], None)
    assert [mode(path) for path in (home, *list(home.parents)[:2])] == [0o700] * 3
