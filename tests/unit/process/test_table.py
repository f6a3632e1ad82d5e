from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from host_processes import wait_until

from orchestrator.engines.process.entry import Table
from orchestrator.engines.process.psutil_table import PsutilTable
from orchestrator.engines.process.table import ProcTable

TABLES = [PsutilTable()] + ([ProcTable()] if sys.platform == "linux" else [])


@pytest.fixture(params=TABLES, ids=lambda table: type(table).__name__)
def table(request: pytest.FixtureRequest) -> Table:
    found: Table = request.param
    return found


@contextmanager
def child(*argv: str, **more: object) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(argv, start_new_session=True, **more)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_it_knows_a_process(table: Table) -> None:
    with child("sleep", "1000") as process:
        entry = table.entry(process.pid)
        assert process.pid in table.pids()
    assert entry is not None
    assert (entry.pid, entry.parent, entry.session) == (process.pid, os.getpid(), process.pid)
    assert not entry.ended


def test_a_process_s_start_stays_the_same(table: Table) -> None:
    assert table.entry(os.getpid()) == table.entry(os.getpid())


def test_a_later_process_did_not_start_earlier(table: Table) -> None:
    mine = table.entry(os.getpid())
    with child("sleep", "1000") as process:
        later = table.entry(process.pid)
    assert mine is not None
    assert later is not None
    assert later.started >= mine.started


def test_a_name_with_brackets_and_blanks_is_no_trap(table: Table, tmp_path: Path) -> None:
    awkward = tmp_path / "a) R 1 (b"
    awkward.symlink_to("/bin/sleep")
    with child(str(awkward), "1000") as process:
        entry = table.entry(process.pid)
    assert entry is not None
    assert entry.parent == os.getpid()


def test_a_zombie_has_ended(table: Table) -> None:
    def has_ended() -> bool:
        entry = table.entry(process.pid)
        return entry is not None and entry.ended

    with child("true") as process:
        wait_until(has_ended)


def test_what_is_gone_is_none(table: Table) -> None:
    with child("true") as process:
        process.wait()
        assert table.entry(process.pid) is None
        assert table.environment(process.pid) is None
        assert list(table.outputs(process.pid)) == []


def test_it_reads_an_environment(table: Table) -> None:
    with child("sleep", "1000", env={"A": "x=y", "B": "two\nlines"}) as process:
        # The system says that a command has begun a moment before its environment can be read.
        wait_until(lambda: table.environment(process.pid))
        environment = table.environment(process.pid)
    assert environment is not None
    assert set(environment.split(b"\0")) == {b"A=x=y", b"B=two\nlines", b""}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells where outputs lead")
def test_it_sees_where_the_output_goes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as file, child("sleep", "1000", stdout=file, stderr=file) as process:
        assert list(ProcTable().outputs(process.pid)) == [str(log), str(log)]
