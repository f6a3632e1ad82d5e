"""What servers of this host have left, looked for from outside: Linux is asked, not Greenroom."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestrator.engines.process.homes import Homes, homes_root

SEGMENTS = Path("/proc/sysvipc/shm")


@dataclass(frozen=True)
class Traces:
    """The traces of all runs that have this XDG_STATE_HOME."""

    state_home: Path

    @property
    def runs(self) -> Path:
        """The folder of the runs' folders."""
        return self.state_home / "greenroom" / "runs"

    @property
    def homes(self) -> Path:
        """The folder of the servers' own folders, and of the snapshots."""
        return homes_root(self.state_home / "greenroom")

    @property
    def memory(self) -> Path:
        """The folder of what data of the servers is in memory."""
        return Homes(self.homes).memory.root

    def processes(self) -> dict[int, str]:
        """The command line of every process that lives in such a folder, or was told of one.

        Servers may overwrite their environment, or go elsewhere; none of ours does both.
        """
        numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return {pid: command(pid) for pid in numbers if pid != os.getpid() and self._has(pid)}

    def _has(self, pid: int) -> bool:
        places = [os.fsencode(one) for one in (self.homes, self.runs, self.memory)]
        told = contents(pid, "environ") + contents(pid, "cmdline")
        with suppress(OSError):
            told += os.fsencode(os.readlink(f"/proc/{pid}/cwd"))  # noqa: PTH115 - may have no target
        return any(place in told for place in places)

    def folders(self) -> list[str]:
        """The folders of runs, and their servers', data in memory included; snapshots stay."""
        roots = (self.runs, self.homes, self.memory)
        return [str(path) for root in roots for path in root.glob("[!.]*")]

    def left(self) -> list[str]:
        """All of it, each in a few words."""
        return [*(f"{pid} {words}" for pid, words in self.processes().items()), *self.folders()]


def contents(pid: int, name: str) -> bytes:
    """What Linux says of a process; nothing when it is gone, or a zombie."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def command(pid: int) -> str:
    """The beginning of a process's command line."""
    return contents(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace")[:120]


def deserted_segments() -> dict[str, int]:
    """The segments of shared memory that nobody uses and nobody will remove, with their makers.

    Postgres makes one; who made it is gone, and nobody is attached to it.
    """
    return dict(_deserted())


def _deserted() -> Iterator[tuple[str, int]]:
    for line in SEGMENTS.read_text().splitlines()[1:]:
        _, number, _, _, maker, _, attached, *_ = line.split()
        if attached == "0" and not Path(f"/proc/{maker}").exists():
            yield number, int(maker)
