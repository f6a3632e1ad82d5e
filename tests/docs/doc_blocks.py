"""What the tests of the documents read out of them: blocks of code, tables, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs"
PAGES = (
    "guide.md",
    "state.md",
    "manifest.md",
    "adopting.md",
    "technologies.md",
    "testcontainers.md",
    "cli.md",
    "compose.md",
    "security.md",
    "reliability.md",
    "registries.md",
    *sorted(f"technologies/{path.name}" for path in FOLDER.glob("technologies/*.md")),
)

FENCE = re.compile(r"```(\w*)")
CAPTION = re.compile(r"(?:and )?`([\w./-]+\.\w+)`:")
TITLE = re.compile(r"(?:#|--) ([\w./-]+\.\w+)")
"""A first line that is a comment with nothing but a file's name says what the file is called."""


@dataclass(frozen=True)
class Block:
    """A fenced block. `name` is the file that it is meant to be, if it says so."""

    page: str
    line: int
    heading: str
    language: str
    text: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Table:
    """A table under its heading; `rows` are the cells without the header and the line below it."""

    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> list[str]:
        """The cells under a title."""
        at = self.header.index(name)
        return [row[at] for row in self.rows]


@dataclass
class Page:
    """A document, taken apart."""

    name: str
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    prose: str = ""

    def under(self, heading: str) -> list[Table]:
        """The tables that stand under a heading."""
        return [table for table in self.tables if table.heading == heading]

    def file(self, name: str) -> str:
        """The first block that is meant to be this file."""
        return next(block.text for block in self.blocks if block.name == name)


def page(name: str) -> Page:
    """Read a document of `docs/`."""
    read = Page(name)
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    at, heading, prose = 0, "", list[str]()
    while at < len(lines):
        line = lines[at]
        if fence := FENCE.fullmatch(line):
            end = lines.index("```", at + 1)
            before = next((one for one in reversed(lines[:at]) if one), "")
            text = "\n".join(lines[at + 1 : end]) + "\n"
            named = named_by(text, before)
            read.blocks.append(Block(name, at + 1, heading, fence[1], text, named))
            at = end
        elif line.startswith("|"):
            end = next(
                i
                for i in range(at, len(lines) + 1)
                if not "".join(lines[i : i + 1]).startswith("|")
            )
            header, _, *rows = [cells(row) for row in lines[at:end]]
            read.tables.append(Table(heading, header, tuple(rows)))
            prose += lines[at:end]
            at = end - 1
        elif line.startswith("#"):
            heading = line.lstrip("#").strip()
            read.headings.append(heading)
        else:
            prose.append(line)
        at += 1
    read.prose = "\n".join(prose)
    return read


def named_by(text: str, before: str) -> str:
    """The file that a block is meant to be: by its first line, else by the line before it."""
    first = text.partition("\n")[0]
    found = TITLE.fullmatch(first) or CAPTION.fullmatch(before)
    return found[1] if found else ""


def cells(row: str) -> tuple[str, ...]:
    """The cells of a table's row; a bar may stand in one behind a backslash."""
    parts = re.split(r"(?<!\\)\|", row.strip())[1:-1]
    return tuple(part.strip().replace("\\|", "|") for part in parts)


def code(cell: str) -> str:
    """The first text in backticks of a cell."""
    found = re.search(r"`([^`]+)`", cell)
    assert found, f"no code in {cell!r}"
    return found[1]


def codes(cell: str) -> list[str]:
    """Every text in backticks of a cell."""
    return re.findall(r"`([^`]+)`", cell)


def anchor(heading: str) -> str:
    """The name by which a heading is linked to, as GitHub makes it."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


@dataclass(frozen=True)
class Command:
    """A command in a console block, and what is shown of its output."""

    line: str
    shown: tuple[str, ...]


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block, those behind `$ `."""
    line, shown = "", list[str]()
    for text in block.text.splitlines():
        if text.startswith("$ "):
            if line:
                yield Command(line, tuple(shown))
            line, shown = text[2:], []
        elif text:
            shown.append(text)
    yield Command(line, tuple(shown))
