"""docs/guide.md, done as it says: files written, commands typed, outputs compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_blocks import page
from doc_manifests import loaded
from guide_shop import chapters, put, type_chapter, typed

from orchestrator.errors import ManifestError

PAGE = page("guide.md")


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for containers here gets none."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")


@pytest.mark.engine
@pytest.mark.usefixtures("typing")
@pytest.mark.parametrize("chapter", chapters(PAGE))
def test_a_chapter_can_be_typed_as_it_stands(chapter: str, shop: Path) -> None:
    type_chapter(PAGE, chapter, shop)


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
