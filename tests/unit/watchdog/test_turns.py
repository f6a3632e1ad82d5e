"""Whoever brings the same manifest up at the same moment waits for the other."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from orchestrator.errors import UsageError
from orchestrator.host.turn import turn
from orchestrator.waiting import Deadline

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks as POSIX has them")


def silent() -> None:
    """Tell nobody."""


def test_one_after_the_other(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    waited, order = threading.Event(), list[str]()

    def second() -> None:
        with turn("shop", environ, Deadline.after(20), waited.set):
            order.append("second")

    thread = threading.Thread(target=second)
    with turn("shop", environ, Deadline.after(20), silent):
        thread.start()
        assert waited.wait(20)
        order.append("first")
    thread.join(20)
    assert order == ["first", "second"]


def test_others_do_not_wait(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}

    def refuse() -> None:
        raise AssertionError("it waits")

    with (
        turn("shop", environ, Deadline.after(20), refuse),
        turn("web", environ, Deadline.after(20), refuse),
    ):
        pass


def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    with (
        turn("shop", environ, Deadline.after(20), silent),
        pytest.raises(UsageError) as caught,
        turn("shop", environ, Deadline.after(0), silent),
    ):
        pass
    assert caught.value.message == "another greenroom is still bringing this manifest up"
