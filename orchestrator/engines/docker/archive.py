"""Files for a container as one tar stream, in pieces, so that none is ever held in memory."""

from __future__ import annotations

import tarfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from orchestrator.errors import EngineError
from orchestrator.model.launch import FileContent
from orchestrator.waiting import Deadline

PIECE = 1 << 20


def archive(files: tuple[FileContent, ...], deadline: Deadline) -> Iterator[bytes]:
    """Yield the tar of all files, owned by root, with the modes given.

    Folders have no entries of their own: the engine makes those that are missing, and an entry
    would change the mode of one that exists. Raises EngineError when a file cannot be read or a
    target leaves its root, and Stopped or TimedOut between the pieces.
    """
    for file in files:
        if file.source is not None:
            yield from _copied(file, Path(file.source), deadline)
        else:
            yield from _entry(file, file.data or b"")
    yield tarfile.NUL * 2 * tarfile.BLOCKSIZE


def check_visible(files: Iterable[FileContent], tmpfs: Iterable[str]) -> None:
    """Raise EngineError for a file below a tmpfs: it would be put where the tmpfs hides it."""
    for file in files:
        for folder in tmpfs:
            if PurePosixPath(file.target).is_relative_to(folder):
                raise EngineError(
                    f'a file cannot be put at "{file.target}": {folder} is a tmpfs, empty at first'
                )


def member_name(target: str) -> str:
    """The target as a tar names it: without the root. Raises EngineError when it is outside."""
    path = PurePosixPath(target)
    if ".." in path.parts or not path.name:
        raise EngineError(f'a file cannot be put at "{target}": write the whole path, without ".."')
    return str(path).lstrip("/")


def _entry(file: FileContent, data: bytes) -> Iterator[bytes]:
    yield _head(file, len(data))
    yield data
    yield _padding(len(data))


def _copied(file: FileContent, source: Path, deadline: Deadline) -> Iterator[bytes]:
    try:
        with source.open("rb") as stream:
            size = source.stat().st_size
            yield _head(file, size)
            yield from _pieces(stream, size, deadline)
            yield _padding(size)
    except OSError as error:
        raise EngineError(f"cannot read {source}: {error.strerror or error}") from error


def _pieces(stream: BinaryIO, size: int, deadline: Deadline) -> Iterator[bytes]:
    """Exactly so many bytes: the archive's head has promised them."""
    while size:
        deadline.check()
        piece = stream.read(min(size, PIECE))
        if not piece:
            raise OSError("it became shorter while it was read")
        size -= len(piece)
        yield piece


def _head(file: FileContent, size: int) -> bytes:
    member = tarfile.TarInfo(member_name(file.target))
    member.size, member.mode, member.mtime = size, file.mode & 0o7777, int(time.time())
    return member.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    """What fills the last block of a member."""
    return tarfile.NUL * (-size % tarfile.BLOCKSIZE)
