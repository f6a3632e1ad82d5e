"""A file or folder that is not there is told with the name that was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.host.manifests import HostFiles
from orchestrator.manifest.files import missing


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name in ("api/Dockerfile", "data/schema.sql", "data/app.toml", "Setup.SQL", "apis"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("data/shema.sql", "schema.sql"),
        ("data/schema.yaml", "schema.sql"),
        ("date/schema.sql", "data"),
        ("setup.sql", "Setup.SQL"),
        ("api/dockerfile", "Dockerfile"),
        ("./data/../api/Dockerfil", "Dockerfile"),
        ("data/nope.toml", ""),
        ("nothing/like/it.sql", ""),
        ("apis/Dockerfile", "api"),
        ("apos", "apis"),
    ],
)
def test_the_nearest_name_is_one_beside_it(here: Path, wanted: str, near: str) -> None:
    words = f'; did you mean "{near}"?' if near else ""
    told = missing(f"{here}/{wanted}", HostFiles())
    assert told == f"there is no file {here}/{wanted}{words}"


def test_of_folders_only_folders_are_near(here: Path) -> None:
    assert missing(f"{here}/apo", HostFiles(), folder=True) == (
        f'there is no folder {here}/apo; did you mean "api"?'
    )


def test_a_folder_that_nobody_may_look_into_names_nothing() -> None:
    assert HostFiles().names("/no/such/folder") == []
