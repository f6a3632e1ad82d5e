"""Whose slices are left as they are, to be looked into."""

from __future__ import annotations

FAILED, ALL, NONE = WHICH = ("failed", "all", "none")
"""What `--keep-slices` can be."""


def keeps(which: str, *, failed: bool) -> bool:
    """Whether the slice of something that has passed, or failed, is left as it is."""
    return which == ALL or (failed and which == FAILED)
