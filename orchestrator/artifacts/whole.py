"""Files that are there with all that belongs into them, or not at all."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text into a file; where there is no room for it, none stays. Raises OSError.

    What has no form in UTF-8 is replaced.
    """
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError:
        path.unlink(missing_ok=True)
        raise
