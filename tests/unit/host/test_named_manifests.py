"""The word that means a manifest on a command line, wherever the checkout is."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.host.manifests import find, named


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "environment.yaml"),
        (".", "environment.yaml"),
        ("environment.yaml", "environment.yaml"),
        ("./other.yaml", "other.yaml"),
        ("folder", "folder/environment.yaml"),
        ("web", "web"),
        ("../beside", "../beside/environment.yaml"),
        ("{root}/here/other.yaml", "other.yaml"),
        ("{root}/beside", "{root}/beside/environment.yaml"),
    ],
)
def test_it_is_what_leads_there_from_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, word: str
) -> None:
    here = tmp_path / "here"
    for name in ("here", "here/folder", "beside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "environment.yaml").touch()
    (here / "other.yaml").touch()
    monkeypatch.chdir(here)
    typed, word = (one.format(root=tmp_path) for one in (typed, word))
    path = find(typed or None, here)
    assert named(path, typed) == word
    assert find(word, here).resolve() == path.resolve()


def test_one_that_was_found_above_is_named_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "environment.yaml").touch()
    below = tmp_path / "services" / "api"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert named(find(None, below), "") == "../../environment.yaml"
