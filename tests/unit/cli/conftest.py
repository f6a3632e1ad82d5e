"""The command line in a folder with a manifest, with fake engines behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from shop import Shop


@pytest.fixture
def shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Shop:
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("orchestrator.engines.process.homes.FOR_ROOT", tmp_path / "for-root")
    for name in ("GREENROOM_RUN", "GREENROOM_DEBUG", "GREENROOM_IMAGE_PREFIX", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    made = Shop(folder, capfd)
    monkeypatch.setattr("orchestrator.engines.make", lambda name, environ: made.engines[name])
    monkeypatch.setattr("orchestrator.watchdog.hold.make", lambda name, _: made.engines[name])
    monkeypatch.setattr("orchestrator.watchdog.guard.spawn", made.spawn)
    return made
