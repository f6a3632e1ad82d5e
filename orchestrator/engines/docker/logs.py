"""A container's log as lines with their times and streams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from orchestrator.engines.docker.client import ANSWERS_WITHIN, Api
from orchestrator.engines.docker.frames import FROM_THE_ENGINE, HEAD
from orchestrator.engines.docker.stream import Stream
from orchestrator.model.launch import LogLine
from orchestrator.model.moment import SECOND, nanoseconds
from orchestrator.waiting import Deadline

PART = re.compile(rb"[^\n]*\n|[^\n]+")
"""A line with its end, or what comes after the last one; unlike `splitlines`, by newlines alone."""
TIME = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|[+-]\d\d:\d\d)) ?")


def read(
    api: Api,
    container: str,
    deadline: Deadline,
    *,
    follow: bool,
    since: str | None,
    tail: int | None,
) -> Iterator[LogLine]:
    """Yield the lines, oldest first; with `follow` until the container ends or the deadline."""
    query: dict[str, str | int] = {
        "stdout": 1,
        "stderr": 1,
        "timestamps": 1,
        "follow": int(follow),
        "tail": "all" if tail is None else tail,
    }
    if since:
        query["since"] = unix_time(since)
    path = f"/containers/{container}/logs"
    with api.stream(
        deadline, "read the log", "GET", path, query=query, begins_within=ANSWERS_WITHIN
    ) as stream:
        yield from lines(_pieces(stream))


def lines(pieces: Iterable[tuple[str, bytes]]) -> Iterator[LogLine]:
    """Put the engine's pieces together to lines.

    Each piece starts with its time and is a line, or a part of one: the engine cuts at 16 KiB and
    gives every part a time of its own, of which the first one counts. A line is put together once,
    at its end: whatever its length, it is copied no more than that.
    """
    begun: dict[str, tuple[str, list[bytes]]] = {}
    for stream, piece in pieces:
        for part in PART.findall(piece):
            time, text = _timed(part)
            first_time, texts = begun.setdefault(stream, (time, []))
            texts.append(text)
            if text.endswith(b"\n"):
                del begun[stream]
                yield _line(first_time, stream, texts)
    for stream, (time, texts) in begun.items():
        yield _line(time, stream, texts)


def unix_time(since: str) -> str:
    """An RFC 3339 time as the API wants it: seconds with all nine decimals that engines record."""
    seconds, fraction = divmod(nanoseconds(since), SECOND)
    return f"{seconds}.{fraction:09d}"


def _pieces(stream: Stream) -> Iterator[tuple[str, bytes]]:
    """The log in pieces, from frames or, when the container has a terminal, bare.

    A time never starts with a byte that could start a frame, so that nobody need be asked.
    """
    head = stream.read(HEAD.size)
    if not head or head[0] <= FROM_THE_ENGINE:
        yield from stream.frames(head)
        return
    while line := head + stream.readline():
        yield "stdout", line
        head = b""


def _timed(part: bytes) -> tuple[str, bytes]:
    """The time at the start of a piece, and what follows it."""
    time = TIME.match(part)
    return (time[1].decode(), part[time.end() :]) if time else ("", part)


def _line(time: str, stream: str, texts: list[bytes]) -> LogLine:
    # A terminal ends its lines with a carriage return and a newline.
    text = b"".join(texts).removesuffix(b"\n").removesuffix(b"\r")
    return LogLine(time, stream, text.decode("utf-8", "replace"))
