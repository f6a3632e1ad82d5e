"""What the tests of several pages need."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An empty folder of the name that the pages give it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


@pytest.fixture
def typing(
    live_environ: dict[str, str], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Commands can be typed in the folder, as a user would; the snapshots go with the test."""
    monkeypatch.setenv("GREENROOM_SNAPSHOTS", "on")
    yield
    for manifest in shop.glob("*.yaml"):
        label = ["--filter", f"label=greenroom.manifest={manifest}"]
        found = said("image", "ls", *label, "--format", "{{.Repository}}:{{.Tag}}").split()
        if made := [name for name in found if name.startswith("greenroom/snapshot:")]:
            said("image", "rm", *made)


def said(*arguments: str) -> str:
    """What the engine's own client says."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True)
    return done.stdout
