from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import replace

import pytest

from orchestrator.engines.process.entry import Entry
from orchestrator.engines.process.family import entries, family, is_same, send
from orchestrator.engines.process.table import TABLE

ROOT = 100


def world(*rows: tuple[int, int, int]) -> dict[int, Entry]:
    """Processes by number, parent and session."""
    return {pid: Entry(pid, parent, session, 1, ended=False) for pid, parent, session in rows}


@pytest.mark.parametrize(
    ("everyone", "known", "expected"),
    [
        pytest.param(
            world((1, 0, 1), (ROOT, 1, ROOT), (101, ROOT, ROOT), (102, 101, ROOT), (200, 1, 200)),
            {ROOT},
            {ROOT, 101, 102},
            id="descendants",
        ),
        pytest.param(
            world((1, 0, 1), (ROOT, 1, ROOT), (101, ROOT, 101), (102, 1, 101)),
            {ROOT},
            {ROOT, 101, 102},
            id="whoever is in a session that a descendant made",
        ),
        pytest.param(
            world((1, 0, 1), (101, 1, 99), (102, 1, 99)),
            {101},
            {101},
            id="not a session whose leader is unknown",
        ),
        pytest.param(
            world((1, 0, 1), (50, 1, 50), (101, 50, 50), (51, 50, 50)),
            {101},
            {101},
            id="not the terminal in which a marked command was typed",
        ),
        pytest.param(
            world((1, 0, 1), (ROOT, 1, 1), (200, 1, 1)),
            {1, ROOT},
            {ROOT},
            id="never the first process, nor the orphans that it adopted",
        ),
        pytest.param(world((1, 0, 1)), {ROOT}, set(), id="nobody is left"),
        pytest.param(
            world((1, 0, 0), (ROOT, 1, 0), (200, 1, 0)),
            {ROOT},
            {ROOT},
            id="no sessions are known",
        ),
    ],
)
def test_who_belongs_to_an_instance(
    everyone: dict[int, Entry], known: set[int], expected: set[int]
) -> None:
    assert family(known, everyone) == expected


def test_a_session_outlives_the_root_that_led_it() -> None:
    everyone = world((1, 0, 1), (101, 1, ROOT), (102, 1, ROOT), (103, 1, 103))
    assert family({101}, everyone, {ROOT}) == {101, 102}
    # A session of which nobody is known to be a member may be anybody's by now.
    assert family({103}, everyone, {ROOT}) == {103}


def test_whoever_asks_is_spared_with_those_above() -> None:
    me = os.getpid()
    everyone = world((1, 0, 1), (ROOT, 1, ROOT), (101, ROOT, ROOT), (me, 101, ROOT), (102, me, 102))
    assert family({ROOT}, everyone) == {102}


def test_everyone_is_seen_but_zombies() -> None:
    with subprocess.Popen(["sleep", "1000"]) as child:
        assert {os.getpid(), child.pid} <= entries().keys()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert child.pid not in entries()


def test_another_process_with_the_same_number_is_not_signalled() -> None:
    with subprocess.Popen(["sleep", "1000"]) as child:
        entry = TABLE.entry(child.pid)
        assert entry is not None
        assert is_same(entry)
        other = replace(entry, started=entry.started - 1)
        assert not is_same(other)
        assert send([other], signal.SIGKILL) == []
        assert is_same(entry)
        assert send([entry], signal.SIGKILL) == []
        assert child.wait() == -signal.SIGKILL


def test_signalling_what_is_gone_is_fine() -> None:
    with subprocess.Popen(["true"]) as child:
        entry = TABLE.entry(child.pid)
        child.wait()
    assert entry is not None
    assert send([entry], signal.SIGKILL) == []
