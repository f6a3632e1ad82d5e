"""The end of a child that runs the project's code, with all that it has started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from orchestrator.project_python import end

pytestmark = pytest.mark.skipif(os.name != "posix", reason="groups of processes as POSIX has them")

STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(flush=True)
own.wait()
"""


def started(code: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", code]
    return subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True)


@pytest.fixture
def over() -> Iterator[subprocess.Popen[bytes]]:
    """A child that has ended, of which nobody has taken notice yet."""
    child = started("")
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    yield child
    child.wait()


def test_what_does_not_end_when_asked_is_killed_with_what_it_has_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orchestrator.project_python.GRACE", 0.1)
    child = started(STUBBORN)
    assert child.stdout
    child.stdout.readline()
    end(child)
    assert child.returncode == -9
    # What holds the pipe's other end has gone, too.
    assert child.stdout.read() == b""


def test_one_that_has_ended_is_no_zombie_any_more(over: subprocess.Popen[bytes]) -> None:
    end(over)
    assert over.returncode == 0


def test_a_group_that_may_not_be_told_any_more_has_ended(
    over: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So macOS answers where only the zombie is left."""

    def refuse(_group: int, _number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "killpg", refuse)
    end(over)
    assert over.returncode == 0


def test_without_groups_the_child_alone_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    child = started("import time; time.sleep(60)")
    monkeypatch.delattr(os, "killpg")
    end(child)
    assert child.returncode == -15
