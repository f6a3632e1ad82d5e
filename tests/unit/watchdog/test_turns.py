"""Whoever brings the same manifest up at the same moment waits for the other."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestrator.errors import Busy
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
        pytest.raises(Busy) as caught,
        turn("shop", environ, Deadline.after(0), silent),
    ):
        pass
    words = "another greenroom is still bringing this manifest up, or resetting it"
    assert caught.value.message == words
    assert caught.value.exit_code == 75


def test_of_many_each_has_it_alone_and_no_file_stays(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    there: list[int] = []
    most: list[int] = []

    def have(number: int) -> None:
        with turn("shop", environ, Deadline.after(60), silent):
            there.append(number)
            most.append(len(there))
            there.remove(number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(have, range(200)))
    assert most == [1] * 200
    assert list((tmp_path / "greenroom" / "turns").iterdir()) == []


def test_where_nothing_can_be_locked_nobody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some disks of the network refuse all locks: to wait for one would be to wait for ever."""

    def refuse(_file: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    def wait() -> None:
        raise AssertionError("it waits")

    monkeypatch.setattr("fcntl.flock", refuse)
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    with (
        turn("shop", environ, Deadline.after(10), wait),
        turn("shop", environ, Deadline.after(10), wait),
    ):
        pass
