"""The folder of artifacts: names of files, and what goes when it is used again."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.artifacts.alone import alone
from orchestrator.artifacts.folder import LONGEST, Folder, safe
from orchestrator.artifacts.matrix import CombinationRecord, MatrixRecord, folders
from orchestrator.errors import UsageError


@pytest.mark.parametrize("name", ["ledger", "api@s17", "tests.test_a", "a_b-c", "ledger=16"])
def test_a_plain_name_stays(name: str) -> None:
    assert safe(name) == name


@pytest.mark.parametrize(
    "name",
    ["tests/test_a.py::test_b[x/y]", "..", "", "../../etc/passwd", "ü", "a b", "x" * 500, "-a"],
)
def test_any_other_becomes_a_file_of_that_folder(name: str) -> None:
    found = safe(name)
    assert "/" not in found
    assert not found.startswith((".", "-"))
    assert len(found) <= LONGEST + 9


def test_names_that_look_alike_get_different_files() -> None:
    assert len({safe("a/b"), safe("a b"), safe("a-b"), safe("a:b")}) == 4


def test_what_an_earlier_run_left_goes_and_other_files_stay(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "deep" / "artifacts")
    folder.prepare()
    ours = [
        folder.record,
        folder.events,
        folder.report,
        folder.log("ledger"),
        folder.dossier("test_a"),
        folder.test_records("gw0"),
    ]
    theirs = [folder.path / "coverage.xml", folder.logs / "their.txt"]
    for file in [*ours, *theirs]:
        file.write_text("x")
    folder.prepare()
    assert not any(file.exists() for file in ours)
    assert all(file.exists() for file in theirs)


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot keep artifacts in .*file") as told:
        Folder(tmp_path / "file").prepare()
    assert "--artifacts" in told.value.hint


def test_a_folder_is_one_runs_at_a_time(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "deep" / "artifacts")
    with alone(folder):
        assert list(folder.path.iterdir()) == []
        with pytest.raises(UsageError, match="another greenroom ci") as told, alone(folder):
            pass
        assert "--artifacts" in told.value.hint
    with alone(folder), alone(Folder(folder.path / "ledger=postgres-16")):
        pass


def test_a_folder_that_cannot_be_made_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with alone(Folder(tmp_path / "file" / "in")):
        pass


def test_the_folder_where_we_are_is_none_for_artifacts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path, tmp_path.parent, tmp_path / "a" / ".."):
        with pytest.raises(UsageError, match="a folder of their own"), alone(Folder(path)):
            pass


def test_what_was_there_before_the_first_run_stays(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "build")
    theirs = [folder.tests / "words.txt", folder.logs / "compiler.log"]
    for file in theirs:
        file.parent.mkdir(parents=True)
        file.write_text("x")
    folder.prepare()
    assert all(file.exists() for file in theirs)


def test_a_record_of_several_runs_leads_out_of_its_folder_to_nowhere(tmp_path: Path) -> None:
    names = ("pg15", "..", ".", "", "../pg15", "a/b", "/tmp", "pg16")
    record = MatrixRecord(
        name="shop",
        manifest="environment.yaml",
        exit_code=0,
        began=1,
        ended=2,
        combinations=tuple(
            CombinationRecord(name=name, folder=name, instead={}, verdict="passed", exit_code=0)
            for name in names
        ),
    )
    folder = Folder(tmp_path)
    assert folders(folder) == []
    folder.matrix.write_text(record.to_json())
    assert folders(folder) == [Folder(tmp_path / "pg15"), Folder(tmp_path / "pg16")]
