"""A seed's file as a stream, with progress, unpacked on the way."""

from __future__ import annotations

import gzip
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self, cast

from orchestrator.errors import GreenroomError
from orchestrator.model.loader import SeedHead
from orchestrator.model.resource import FileSeed, ScriptSeed

CHUNK = 256 * 1024
"""Bytes read at a time; the memory that a seed takes, however large it is."""

LONGEST_HEAD = 64 * 1024
"""Bytes among which the first line is looked for."""

LARGEST_AGAIN = 16 << 20
"""Bytes of a file that are looked through for a place, when it has failed."""

Progress = Callable[[str, int, int], None]


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in larger pieces: each goes to the engine by itself."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= CHUNK:
            yield bytes(held)
            held.clear()
    yield bytes(held)


class SeedFile:
    """An open seed file: what is known of it beforehand, and its bytes as a stream."""

    def __init__(
        self, seed: FileSeed | ScriptSeed, unpack: Literal["", "gzip"], progress: Progress
    ) -> None:
        self.seed = seed
        self.unpack = unpack
        self.progress = progress
        self.path = Path(seed.path)
        self.is_sent = False

    def __enter__(self) -> Self:
        try:
            status = self.path.stat()
            if not stat.S_ISREG(status.st_mode):
                # A pipe or a device would be waited for, for ever.
                raise GreenroomError(f"cannot read {self.seed.label}: it is no regular file")
            self.size = status.st_size
            self.raw: BinaryIO = self.path.open("rb")
        except OSError as error:
            raise GreenroomError(f"cannot read {self.seed.label}: {error.strerror}") from error
        self.stream: BinaryIO = self.raw
        if self.unpack == "gzip":
            self.stream = cast(BinaryIO, gzip.GzipFile(fileobj=self.raw))
        self.first = b""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.raw.close()

    def name_only(self) -> SeedHead:
        """Return the head without reading anything."""
        suffix = self.seed.suffix if isinstance(self.seed, FileSeed) else self.path.suffix
        return SeedHead(self.path.name.removesuffix(suffix))

    def head(self) -> SeedHead:
        """Read the first line; its bytes are kept for the stream."""
        self.first = self.read(LONGEST_HEAD)
        line = self.first.split(b"\n", 1)[0].removesuffix(b"\r")
        return SeedHead(self.name_only().stem, line.decode("utf-8", errors="replace"))

    def chunks(self, end: bytes = b"") -> Iterator[bytes]:
        """Yield all bytes of the file, unpacked, and tell how far the file itself was read.

        `end` comes behind them. Whoever asked until nothing more came has sent it all.
        """
        if self.first:
            yield self.first
        while chunk := self.read(CHUNK):
            self.progress(self.seed.label, self.raw.tell(), self.size)
            yield chunk
        if end:
            yield end
        self.is_sent = True

    def read(self, size: int) -> bytes:
        """Read so many bytes. Raises GreenroomError where the compression is damaged."""
        try:
            return self.stream.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise GreenroomError(f"cannot read {self.seed.label}: {error}") from error


def read_again(seed: FileSeed, unpack: Literal["", "gzip"]) -> str:
    """Return the text of a file that has failed; empty where it is too large, or not there."""
    try:
        with SeedFile(seed, unpack, lambda *_: None) as file:
            data = file.read(LARGEST_AGAIN + 1)
    except GreenroomError:
        return ""
    return "" if len(data) > LARGEST_AGAIN else data.decode("utf-8-sig", errors="replace")
