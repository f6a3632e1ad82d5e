"""This host's processes, as the operating system tells of them.

On Linux `/proc` is read directly, because every command of Greenroom looks through all processes
and psutil takes several times as long; elsewhere psutil is asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil


@dataclass(frozen=True)
class Entry:
    """A process; `pid` and `started` together are its identity, because numbers are used again.

    `started` counts in the system's own unit; `session` is 0 where sessions are unknown; `ended` is
    true of a zombie, which has ended and only waits for its parent to take notice.
    """

    pid: int
    parent: int
    session: int
    started: int
    ended: bool


class Table(Protocol):
    """What has to be known of processes. What is gone, or is none of our business, is None."""

    def pids(self) -> list[int]:
        """The number of every process."""

    def entry(self, pid: int) -> Entry | None:
        """What it is."""

    def environment(self, pid: int) -> bytes | None:
        """The environment it was started with, as `NAME=VALUE`, each followed by a zero byte."""

    def outputs(self, pid: int) -> Iterator[str]:
        """The paths of the files that its standard output and error lead to, where known."""


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


class PsutilTable:
    """The table as psutil shows it, on every system."""

    def pids(self) -> list[int]:
        """The number of every process."""
        return psutil.pids()

    def entry(self, pid: int) -> Entry | None:
        """What it is."""
        try:
            process = psutil.Process(pid)
            with process.oneshot():
                return Entry(
                    pid=pid,
                    parent=process.ppid(),
                    session=_session(pid),
                    started=round(process.create_time() * 1000),
                    ended=process.status() == psutil.STATUS_ZOMBIE,
                )
        except (psutil.Error, OSError):
            return None

    def environment(self, pid: int) -> bytes | None:
        """The environment it was started with."""
        try:
            env = psutil.Process(pid).environ()
        except (psutil.Error, OSError):
            return None
        return b"".join(os.fsencode(f"{name}={value}") + b"\0" for name, value in env.items())

    def outputs(self, pid: int) -> Iterator[str]:  # noqa: ARG002 - as the protocol says
        """Unknown here."""
        return iter(())


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except (OSError, AttributeError):
        return 0


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


TABLE: Table = ProcTable() if Path("/proc/self/environ").exists() else PsutilTable()
