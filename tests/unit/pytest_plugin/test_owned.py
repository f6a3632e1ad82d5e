"""What the controller of test workers owns, when its session ends at an awkward moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from orchestrator import Environment
from orchestrator.engines.fake import FakeEngine
from orchestrator.pytest_plugin import used
from orchestrator.pytest_plugin.report import Report
from orchestrator.pytest_plugin.used import Owned
from orchestrator.waiting import Stopped


def test_an_end_while_the_manifest_is_read_breaks_off_the_way_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    docker = FakeEngine("docker")
    # Without the order to stop, whoever waits for the session's end would wait for this.
    docker.hang("start", "cache")
    owned = Owned(pytestconfig)
    ending = threading.Thread(
        target=owned.end, args=(Report(pytestconfig),), kwargs={"failed": True}
    )

    def read_slowly(_config: pytest.Config) -> Environment:
        ending.start()
        while not owned._ended:
            ending.join(0.01)
        return Environment.of(
            {"databases": {"cache": {"use": "redis"}}}, folder=tmp_path, engines={"docker": docker}
        )

    monkeypatch.setattr(used, "prepared", read_slowly)
    monkeypatch.delenv("GREENROOM_RUN", raising=False)
    with pytest.raises(Stopped):
        owned.run()
    ending.join(10)
    assert not ending.is_alive()
    assert docker.world.instances == {}
