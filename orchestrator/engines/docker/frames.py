"""The frames in which the engine sends two streams over one connection.

Each is a head of eight bytes, the stream's number, three zeros and the length as a big-endian
number, and then the data; see "Stream format" in the Docker Engine API, ContainerAttach.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from http.client import IncompleteRead

from orchestrator.errors import EngineError
from orchestrator.model.printable import on_one_line

HEAD = struct.Struct(">BxxxL")
STREAMS = {0: "stdout", 1: "stdout", 2: "stderr"}
FROM_THE_ENGINE = 3
"""The engine's own error; github.com/moby/moby/pkg/stdcopy calls it Systemerr."""


def frames(
    read: Callable[[int], bytes], head: bytes = b"", ends: tuple[type[Exception], ...] = ()
) -> Iterator[tuple[str, bytes]]:
    """Take a stream apart into ("stdout" or "stderr", data), frame by frame.

    `read` gives so many bytes, fewer only at the end; `head` is what was read of it already. What
    it raises at a frame's start is an end as well if it is one of `ends`. Raises IncompleteRead
    when the stream ends inside a frame, EngineError when the engine reports one.
    """
    while head := head + _begun(read, HEAD.size - len(head), ends):
        if len(head) < HEAD.size:
            raise IncompleteRead(head, HEAD.size - len(head))
        number, length = HEAD.unpack(head)
        data = read(length)
        if len(data) < length:
            raise IncompleteRead(data, length - len(data))
        if number == FROM_THE_ENGINE:
            words = on_one_line(data.decode("utf-8", "replace"))
            raise EngineError(f"cannot go on: the engine broke off its answer: {words}")
        if data:
            yield STREAMS.get(number, "stdout"), data
        head = b""


def _begun(read: Callable[[int], bytes], size: int, ends: tuple[type[Exception], ...]) -> bytes:
    try:
        return read(size)
    except ends:
        return b""
