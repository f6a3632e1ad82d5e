"""This host's processes where the operating system has no `/proc`, as psutil tells of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psutil

from orchestrator.engines.process.entry import Entry


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
