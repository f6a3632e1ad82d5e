"""Paths as CI systems want them: from the root of the checkout."""

from __future__ import annotations

import os


def below(root: str, here: str, path: str) -> str:
    """Return the path, which is seen from `here`, as seen from `root`; absolute if not below it."""
    whole = absolute(here, path)
    relative = os.path.relpath(whole, root)
    inside = relative != os.pardir and not relative.startswith(os.pardir + os.sep)
    return relative.replace(os.sep, "/") if inside else whole


def absolute(here: str, path: str) -> str:
    """Return the path, which is seen from `here`, from the root of the file system."""
    return os.path.normpath(os.path.join(here, path))  # noqa: PTH118 - no file is touched
