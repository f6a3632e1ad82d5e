"""What all tests share: where the images of the live tests are, and a state folder of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PREFIX = "localhost/greenroom-test/"


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's own state folder and runs out of the tests."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.delenv("GREENROOM_RUN", raising=False)
    return folder


@pytest.fixture
def live_environ(own_state: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of live tests: images come from where `scripts/images` put them."""
    monkeypatch.setenv("GREENROOM_IMAGE_PREFIX", os.environ.get("GREENROOM_IMAGE_PREFIX", PREFIX))
    return dict(os.environ)
