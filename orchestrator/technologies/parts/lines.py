"""Lines out of a stream of bytes, for the technologies whose seeds are read line by line."""

from __future__ import annotations

from collections.abc import Iterator


def numbered_lines(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield each line without its end, with its number from 1; holds one line at a time."""
    number, rest = 0, b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            number += 1
            yield number, line.removesuffix(b"\r")
    if rest:
        yield number + 1, rest
