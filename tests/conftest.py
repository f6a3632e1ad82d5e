"""What all tests share: where the images of the live tests are, and a state folder of their own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from host_servers import ENGINES, forget_servers

PREFIX = "localhost/greenroom-test/"


@pytest.fixture(autouse=True)
def own_state(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Keep the user's own state folder, runs and choice of an engine out of the tests."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.delenv("GREENROOM_RUN", raising=False)
    monkeypatch.delenv("GREENROOM_ENGINE", raising=False)
    monkeypatch.delenv("GREENROOM_PROFILES", raising=False)
    yield folder
    forget_servers(folder)


@pytest.fixture(params=ENGINES)
def each_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Databases and brokers run on each engine in turn, where the manifest does not say on which.

    Whoever has other fixtures names this one first.
    """
    engine: str = request.param
    monkeypatch.setenv("GREENROOM_ENGINE", engine)
    return engine


@pytest.fixture
def live_environ(own_state: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of live tests: images come from where `scripts/images` put them.

    Snapshots are off: most tests are about seeding, starts and failures, and none may find what
    another has left. See `kept` for those that are about snapshots.
    """
    monkeypatch.setenv("GREENROOM_IMAGE_PREFIX", os.environ.get("GREENROOM_IMAGE_PREFIX", PREFIX))
    monkeypatch.setenv("GREENROOM_SNAPSHOTS", "off")
    return dict(os.environ)


@pytest.fixture
def kept(live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Snapshots are on; a name for the test's manifests, whose snapshots go with the test."""
    from orchestrator.engines.docker import DockerEngine
    from orchestrator.waiting import Deadline

    name = f"kept-{uuid.uuid4().hex[:10]}"
    monkeypatch.setenv("GREENROOM_SNAPSHOTS", "on")
    yield name
    if live_environ.get("GREENROOM_ENGINE") == "process":
        return  # They are in the test's own state.
    engine = DockerEngine(environ=live_environ)
    for one in engine.snapshots(Deadline.after(60)):
        if one.of.startswith(f"{name}: "):
            engine.remove_snapshot(one.key, Deadline.after(60))
