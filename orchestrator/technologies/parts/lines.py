"""Lines: of seeds that are read one by one, and of what a session with a client says."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from orchestrator.model.conversation import Exchange, ReadLine


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


def said_until(end: bytes) -> Generator[Exchange, bytes, list[bytes]]:
    """Read lines until this one comes, and return those before it."""
    said: list[bytes] = []
    while (line := (yield ReadLine())) != end:
        said.append(line)
    return said
