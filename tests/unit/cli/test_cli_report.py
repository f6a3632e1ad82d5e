"""`greenroom report`: a page of whatever folder is named."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import artifact_folders
import pytest

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.matrix import CombinationRecord, MatrixRecord
from orchestrator.cli.main import main


def test_the_folder_that_ci_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    artifact_folders.passed(tmp_path / "greenroom-artifacts")
    monkeypatch.chdir(tmp_path)
    assert main(["report"]) == 0
    made = capsys.readouterr().out.strip()
    assert made == str(Path("greenroom-artifacts", "report.html"))
    assert "All" in Path(made).read_text(encoding="utf-8")


def test_another_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = artifact_folders.killed(tmp_path / "a")
    assert main(["report", str(folder.path), "--output", str(tmp_path / "x.html")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "x.html")
    assert (tmp_path / "x.html").is_file()
    assert not folder.report.exists()


def test_what_is_no_folder_of_artifacts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == 64
    told = capsys.readouterr().err
    assert f"{tmp_path} is no folder of artifacts" in told
    assert "next: make one with: greenroom ci -- CMD" in told
    assert main(["report", str(tmp_path / "none")]) == 64
    assert "is not there" in capsys.readouterr().err


def test_a_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = artifact_folders.passed(tmp_path / "a")
    assert main(["report", str(folder.path), "--output", str(tmp_path / "no" / "x.html")]) == 64
    assert "--output FILE" in capsys.readouterr().err


def of_several(path: Path) -> Folder:
    """The folder of two runs, and of a third that never began."""
    made = tuple(
        CombinationRecord(name=name, folder=name, instead={}, verdict="passed", exit_code=0)
        for name in ("pg15", "pg16", "pg17")
    )
    folder = Folder(path)
    for one in made[:2]:
        artifact_folders.passed(path / one.folder)
    outside = dataclasses.replace(made[0], folder="../elsewhere")
    record = MatrixRecord(
        name="payments",
        manifest="environment.yaml",
        exit_code=0,
        began=1,
        ended=2,
        combinations=(*made, outside),
    )
    folder.matrix.write_text(record.to_json(), encoding="utf-8")
    return folder


def test_of_several_runs_each_has_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = of_several(tmp_path / "a")
    artifact_folders.passed(tmp_path / "elsewhere")
    assert main(["report", str(folder.path)]) == 0
    made = capsys.readouterr().out.splitlines()
    assert made == [str(folder.path / name / "report.html") for name in ("pg15", "pg16")]
    assert main(["report", str(folder.path), "--output", "x.html"]) == 64
    assert f"greenroom report {folder.path / 'pg15'}" in capsys.readouterr().err


def test_it_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: bool(opened.append(url)))
    folder = artifact_folders.passed(tmp_path / "a")
    assert main(["report", str(folder.path), "--open"]) == 0
    assert opened == [folder.report.absolute().as_uri()]
    assert "no browser was found" in capsys.readouterr().err
