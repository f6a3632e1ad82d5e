"""What the controller of test workers owns, when its session ends at an awkward moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from orchestrator import Environment
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import GreenroomError
from orchestrator.pytest_plugin import used
from orchestrator.pytest_plugin.door import ENDED, Door, ask
from orchestrator.pytest_plugin.report import Report
from orchestrator.pytest_plugin.used import Owned
from orchestrator.waiting import SILENT, Stopped, TimedOut


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


def asked(owned: Owned) -> GreenroomError:
    """What a worker is told by its controller."""
    door = Door(owned.run)
    try:
        with pytest.raises(GreenroomError) as told:
            ask(door.path)
    finally:
        door.close()
    return told.value


def test_who_comes_after_the_end_is_told_so(pytestconfig: pytest.Config) -> None:
    owned = Owned(pytestconfig)
    owned.end(Report(pytestconfig), failed=False)
    assert asked(owned).message == ENDED


@pytest.mark.parametrize(
    ("error", "words", "hint", "code"),
    [
        (TimedOut("ask"), "not done in time: ask", SILENT, 75),
        (KeyError("a-very-secret-token"), "a bug in Greenroom: KeyError('***')", "", 70),
        (AssertionError("odd"), "a bug in Greenroom: AssertionError('odd')", "", 70),
    ],
)
def test_whatever_else_goes_wrong_is_told_too_and_nobody_tries_again(
    error: Exception,
    words: str,
    hint: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    calls = []

    def broken(_config: pytest.Config) -> Environment:
        calls.append(1)
        raise error

    monkeypatch.setenv("SHOP_TOKEN", "a-very-secret-token")
    monkeypatch.delenv("GREENROOM_RUN", raising=False)
    monkeypatch.setattr(used, "prepared", broken)
    owned = Owned(pytestconfig)
    told = [asked(owned) for _ in range(2)]
    assert [(one.message.splitlines()[0], one.hint) for one in told] == [(words, hint)] * 2
    assert [one.exit_code for one in told] == [code] * 2
    assert owned.error
    assert "a-very-secret-token" not in owned.error.message
    assert calls == [1]
