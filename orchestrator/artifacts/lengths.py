"""How long logs were when tests began and ended: by that, lines without times get theirs."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.artifacts import tests
from orchestrator.artifacts.folder import Folder

MOST = 2_000
"""Moments that are taken, the last ones: each costs some microseconds for each log."""

Lengths = tuple[float, Mapping[str, int]]
"""A Unix time, and how many bytes logs had then, by the names of their files."""


def lengths(folder: Folder) -> list[Lengths]:
    """Return what tests have noted of the lengths of logs, in the order of time."""
    moments: list[Lengths] = []
    for test in tests.read(folder):
        moments.append((test.began, {log: sizes[0] for log, sizes in test.logs.items()}))
        moments.append((test.ended, {log: sizes[1] for log, sizes in test.logs.items()}))
    return sorted(moments, key=lambda moment: moment[0])[-MOST:]
