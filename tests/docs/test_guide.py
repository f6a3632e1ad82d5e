"""docs/guide.md, done as it says: files written, commands typed, outputs compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_blocks import page
from doc_manifests import loaded
from guide_shop import put, run, typed

from orchestrator.errors import ManifestError

PAGE = page("guide.md")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An empty folder of the name that the guide gives it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for containers here gets none."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")


CHAPTERS = list(dict.fromkeys(one.heading for one in PAGE.blocks if one.language == "console"))


@pytest.mark.engine
@pytest.mark.usefixtures("live_environ")
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_can_be_typed_as_it_stands(chapter: str, shop: Path) -> None:
    """What earlier chapters have written is there; what they have started, they have ended."""
    first = next(at for at, block in enumerate(PAGE.blocks) if block.heading == chapter)
    try:
        for at, block in enumerate(PAGE.blocks):
            if block.name and (at < first or block.heading == chapter):
                put(block, shop)
            elif block.language == "console" and block.heading == chapter:
                for one in typed(block, shop):
                    told = f"{block}: $ {one.command.line}\n{one.output}"
                    assert (one.code != 0) == one.should_fail, told
                    assert one.missing == [], told
    finally:
        left = run("greenroom down", shop)
    assert "nothing to remove" in left


def test_mistakes_are_shown_as_they_are_told() -> None:
    (block,) = (one for one in PAGE.blocks if one.text.startswith("$ greenroom check wrong.yaml"))
    with pytest.raises(ManifestError) as caught:
        loaded(PAGE.file("wrong.yaml"), "wrong.yaml")
    problems = caught.value.problems
    last = f"error: {len(problems)} mistakes in wrong.yaml"
    assert block.text.splitlines()[1:] == [*map(str, problems), last]


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize("name", ["test_manifest.py", "late.py"])
def test_what_needs_no_container_runs_without_an_engine(name: str, shop: Path) -> None:
    last = {block.name: block for block in PAGE.blocks if block.name}
    for block in last.values():
        put(block, shop)
    (block,) = (one for one in PAGE.blocks if one.language == "console" and name in one.text)
    for one in typed(block, shop):
        assert (one.code, one.missing) == (0, []), one.output
