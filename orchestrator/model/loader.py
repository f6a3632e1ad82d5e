"""How a file is put into a server: by a command beside it, over its own protocol, or as rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from orchestrator.model.conversation import Conversation, Credentials


@dataclass(frozen=True)
class SeedHead:
    """What a loader may know of a file beforehand: its name without endings, its first line."""

    stem: str
    first_line: str = ""


@dataclass(frozen=True)
class ExecLoader:
    """Seed by a command run beside the server, with the file's bytes on its standard input.

    `argv` makes the command, as a list; `unpack` undoes a compression on the way (`gzip`);
    `reads_head` says that `argv` needs the first line; `translate` makes of the file's bytes what
    the command is to read, and may raise SeedRefused. `location` is a pattern for what the
    command's messages call a place in its input, and `place` says it in our words: `{file}` is the
    file's name, and the pattern's groups are there under their own. `proof` returns what goes
    behind the file, so that the command prints the given word when it has come to the end: a
    connection that was cut looks like the end of the file to it, and half a file might seem to go
    well.
    """

    argv: Callable[[SeedHead], tuple[str, ...]]
    unpack: Literal["", "gzip"] = ""
    reads_head: bool = False
    translate: Callable[[SeedHead, Iterator[bytes]], Iterator[bytes]] | None = None
    location: str = ""
    place: str = "{file}"
    proof: Callable[[str], bytes] | None = None
    locate: Callable[[str, str, str], tuple[int, str]] | None = None


@dataclass(frozen=True)
class WireLoader:
    """Seed by speaking the server's own protocol from outside, for images without a client.

    `check` reads a file as `talk` would, without a server, and raises SeedRefused with all that is
    wrong in it; None where the file says nothing that could be judged without one.
    """

    talk: Callable[[Iterator[bytes], Credentials], Conversation]
    check: Callable[[Iterator[bytes]], object] | None = None


Cell = str | bool | None
"""One value of a row: a text in the server's own spelling, true or false, or NULL."""


@dataclass(frozen=True)
class Batch:
    """Rows of one table that name the same columns, in their order."""

    table: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[Cell, ...]]


@dataclass(frozen=True)
class RowsLoader:
    """Seed by rows that a file lists or describes, in whatever format; only the client is named.

    One command, `argv`, is run beside the server and gets all batches of a file on its standard
    input. `put` says a batch in the command's language, in pieces, so that no batch has to fit into
    memory. `proof` is that of an `ExecLoader`. `place` finds in the command's words where it has
    stopped: its group `line` is the number of a line of the standard input. Where the words count
    the rows of a batch from 1 as well, that is the group `row` (no match: the first is told);
    without such a group in the pattern, a batch must have one line for each row, and no others.
    """

    argv: tuple[str, ...]
    put: Callable[[Batch], Iterator[str]]
    proof: Callable[[str], bytes]
    place: re.Pattern[str]


ROWS = (".json", ".yaml", ".yml")
"""Endings of files that list rows."""


GENERATED = (".generate.yaml", ".generate.yml")
"""Endings of files that describe rows, which are generated."""


def rows_by(loader: RowsLoader) -> dict[str, RowsLoader]:
    """Return what a technology adds to its `seeds` to take rows in every format there is."""
    return dict.fromkeys((*ROWS, *GENERATED), loader)


Loader = ExecLoader | WireLoader | RowsLoader
