"""Texts within the limits of those who take them."""

from __future__ import annotations

CUT = "\n\n*The rest did not fit here: it is in the artifacts, in summary.md.*\n"


LONGEST_FENCE = 80
"""Characters that the end of a fenced block is taken to have at most."""


def fitted(text: str, limit: int, *, notice: str = CUT) -> str:
    """Return as many whole lines of the text as `limit` bytes of UTF-8 hold, with the notice.

    A block of Markdown that is fenced is not left open. The text itself where it fits; nothing
    where not even the notice would.
    """
    if len(encoded(text)) <= limit:
        return text
    room = limit - len(encoded(notice)) - LONGEST_FENCE
    kept: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        room -= len(encoded(line))
        if room < 0:
            break
        kept.append(line)
        fence = _fence(line, fence)
    if not kept:
        return notice if len(encoded(notice)) <= limit else ""
    return "".join(kept).rstrip("\n") + (f"\n{fence}" if fence else "") + notice


def _fence(line: str, fence: str) -> str:
    """Return what closes the block that is open behind a line, which began in `fence`; or none."""
    if fence:
        return "" if line.strip() == fence else fence
    ticks = len(line) - len(line.lstrip("`"))
    return "`" * ticks if ticks >= len("```") else ""


def encoded(text: str) -> bytes:
    """Return the text in UTF-8, whatever is in it."""
    return text.encode("utf-8", "replace")
