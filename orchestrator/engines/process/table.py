"""This host's processes, as the operating system tells of them.

On Linux `/proc` is read directly, because every command of Greenroom looks through all processes
and psutil takes several times as long; elsewhere psutil is asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from orchestrator.engines.process.entry import Entry, Table


class ProcTable:
    """The table as Linux shows it in `/proc` (proc(5))."""

    def pids(self) -> list[int]:
        """The number of every process."""
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - quicker

    def entry(self, pid: int) -> Entry | None:
        """What it is, from its `stat`; the name in it may hold blanks and brackets."""
        text = _read(f"/proc/{pid}/stat")
        if not text:
            return None
        fields = text[text.rindex(b")") + 2 :].split()
        return Entry(
            pid=pid,
            parent=int(fields[1]),
            session=int(fields[3]),
            started=int(fields[19]),
            ended=fields[0] in (b"Z", b"X", b"x"),
        )

    def environment(self, pid: int) -> bytes | None:
        """The environment it was started with."""
        return _read(f"/proc/{pid}/environ")

    def outputs(self, pid: int) -> Iterator[str]:
        """The paths of the files that its standard output and error lead to."""
        for number in (1, 2):
            try:
                yield os.readlink(f"/proc/{pid}/fd/{number}")  # noqa: PTH115 - three times as quick
            except OSError:
                continue


def _read(path: str) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        parts = []
        while part := os.read(descriptor, 1 << 18):
            parts.append(part)
        return b"".join(parts)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _table() -> Table:
    """Return the table of this system."""
    if Path("/proc/self/environ").exists():
        return ProcTable()
    # Imported where it is needed: it takes a while.
    from orchestrator.engines.process.psutil_table import PsutilTable

    return PsutilTable()


TABLE: Table = _table()
