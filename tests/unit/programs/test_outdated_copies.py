"""What `greenroom prune` finds of root's servers: copies that have been replaced, empty folders."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from installed_wheel import WHEEL, installed

from orchestrator.engines.process import homes
from orchestrator.errors import EngineError
from orchestrator.host import outdated
from orchestrator.host.reachable import ABOUT, being_made, copied
from orchestrator.lifecycle.pruning import Prunable, folders, programs
from orchestrator.model.facts import Program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="servers of this host need POSIX")


class Place:
    """A wheel, and the copy of its program that was made for a state folder."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "site"
        self.state = folder / "state" / "greenroom"
        self.state.mkdir(parents=True)
        self.program = installed(self.site)
        self.copied = Path(self.copy().path).parents[2]

    def copy(self) -> Program:
        copy = copied(self.program, WHEEL, {"XDG_STATE_HOME": str(self.state.parent)})
        assert copy
        return copy

    def replace(self) -> None:
        """Install another version."""
        Path(self.program.path).write_text("#!/bin/sh\nexec something else\n")

    @property
    def all(self) -> list[Prunable]:
        return [*programs(), *folders()]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr(homes, "FOR_ROOT", tmp_path / "for-root")
    monkeypatch.setattr(homes, "is_root", lambda: True)
    return Place(tmp_path)


def without_about(place: Place) -> None:
    (place.copied / ABOUT).unlink()


def left_in_part(place: Place) -> None:
    place.copied.rename(place.copied.with_name(f".{place.copied.name}-12345678"))


BECAUSE: dict[str, Callable[[Place], object]] = {
    "mud-server, of which it is a copy, has changed": Place.replace,
    "mud-server, of which it is a copy, is gone": lambda place: shutil.rmtree(place.site),
    "greenroom, for which it was made, is gone": lambda place: shutil.rmtree(place.state),
    "nobody knows of what it is a copy": without_about,
    "it was copied, or removed, only in part": left_in_part,
}


@pytest.mark.parametrize("words", BECAUSE)
def test_what_is_outdated_is_shown_with_the_cause_and_removed(words: str, place: Place) -> None:
    assert place.all == [], "what is as it was copied is wanted"
    BECAUSE[words](place)
    (one,) = place.all
    assert one.kind == "program"
    assert Path(one.name).parent == place.copied.parent
    assert one.cause.startswith("0 MB: ")
    assert one.cause.endswith(words)
    one.remove()
    assert place.all == []
    assert list(homes.FOR_ROOT.iterdir()) == [], "what is empty behind it goes, too"


def test_a_copy_that_is_wanted_again_is_made_again(place: Place) -> None:
    shutil.rmtree(place.state)
    (one,) = place.all
    one.remove()
    place.state.mkdir()
    assert Path(place.copy().path).is_file()
    assert place.all == []


def test_what_runs_is_left_alone_and_removed_when_it_has_ended(place: Place) -> None:
    sleeping = Path(place.copy().path)
    shutil.copy(shutil.which("sleep") or "sleep", sleeping)
    place.replace()
    (shown,) = place.all
    with subprocess.Popen([sleeping, "60"]) as process:
        try:
            assert place.all == []
            with pytest.raises(EngineError, match="something runs from it now"):
                shown.remove()
            assert sleeping.is_file()
        finally:
            process.kill()
    shown.remove()
    assert not sleeping.exists()
    shown.remove()


def test_what_somebody_else_prunes_at_the_same_time_is_passed_over(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(folder: Path) -> tuple[str, int]:
        shutil.rmtree(folder)
        raise FileNotFoundError(folder)

    place.replace()
    monkeypatch.setattr("orchestrator.engines.process.keeping.listing", too_late)
    assert list(programs()) == []


def test_what_is_being_copied_is_left_alone(place: Place) -> None:
    with being_made(place.copied.with_name(".abc-12345678")):
        assert place.all == []
    assert place.all == []


def test_what_one_cannot_look_at_may_be_there(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> str:
        raise PermissionError(path)

    monkeypatch.setattr(outdated, "program_digest", refuse)
    assert place.all == []


def test_empty_folders_are_one_thing(place: Place) -> None:
    for name in ("one", "two/.programs", "three/.snapshots", "kept/.snapshots/key", "run/a-run"):
        (homes.FOR_ROOT / name).mkdir(parents=True)
    (homes.FOR_ROOT / "file").touch()
    (one,) = place.all
    assert (one.kind, one.name, one.cause) == (
        "folders",
        str(homes.FOR_ROOT),
        "3 folders in it are empty",
    )
    (homes.FOR_ROOT / "one" / "a-run").mkdir()
    one.remove()
    left = {path.name for path in homes.FOR_ROOT.iterdir()}
    assert left == {"one", "kept", "run", "file", place.copied.parents[1].name}
    assert place.all == []


def test_who_is_not_root_has_none_of_these(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.replace()
    (homes.FOR_ROOT / "empty").mkdir()
    monkeypatch.setattr(homes, "is_root", lambda: False)
    assert place.all == []
