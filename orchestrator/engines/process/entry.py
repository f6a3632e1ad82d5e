"""A process of this host, and the table that tells of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


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
