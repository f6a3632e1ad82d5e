"""What the tests of several pages need."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An empty folder of the name that the pages give it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder
