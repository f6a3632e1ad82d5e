from __future__ import annotations

from pathlib import Path

import pytest
from seeded_place import SeededPlace


@pytest.fixture
def seeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SeededPlace:
    monkeypatch.delenv("GREENROOM_IMAGE_PREFIX", raising=False)
    monkeypatch.delenv("GREENROOM_SNAPSHOTS", raising=False)
    return SeededPlace(tmp_path)
