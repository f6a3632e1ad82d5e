"""Finds out whether a function asks for the time, or for chance that nobody can repeat."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

UNREPEATABLE = frozenset(
    ("now", "today", "utcnow", "time", "time_ns", "localtime", "gmtime", "urandom")
)
"""What the clocks of `datetime` and `time`, and the system's source of chance, are called."""


def asks_the_clock(call: Callable[[], object]) -> bool:
    """Call it, and tell whether something unrepeatable was called on the way, by this thread."""
    seen = False

    def look(_frame: FrameType, event: str, function: Any) -> None:
        nonlocal seen
        if event == "c_call" and getattr(function, "__name__", "") in UNREPEATABLE:
            seen = seen or is_clock(function)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        call()
    finally:
        sys.setprofile(before)
    return seen


def is_clock(function: Any) -> bool:
    """Whether a function written in C belongs to a clock: a method `time` of a datetime does not.

    `datetime.now` is bound to a class, `time.time` to a module.
    """
    owner = getattr(function, "__self__", None)
    return isinstance(owner, type) or getattr(owner, "__name__", "") in ("time", "posix", "nt")
