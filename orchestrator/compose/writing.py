"""A translation becomes the text of a manifest, with what could not be carried over beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from textwrap import wrap

from orchestrator.compose.notes import Note
from orchestrator.compose.out import Branch, Item, Row, Text, in_order
from orchestrator.compose.translating import Translation
from orchestrator.manifest.places import shown
from orchestrator.manifest.reading.scalars import resolved
from orchestrator.manifest.sections import ENTRIES

WIDTH = 100
ORDER = (
    *("use", "image", "build", "entrypoint", "command", "args", "user", "password", "database"),
    *("workdir", "needs", "env", "files", "ports", "port", "seed", "ready", "timeout", "may_exit"),
    *("limits", "profiles", "platform", "pull", "hostname", "aliases", "tmpfs", "docker"),
)
"""What people look for first stands first in an entry."""

FLOW = ("needs", "ports", "profiles", "aliases", "ready", "build", "limits", "seed", "tmpfs")
"""Short ones of these stand in one line."""

_PLAIN = re.compile(r"[A-Za-z0-9_./+](?:[A-Za-z0-9_./+@ =-]|:(?=[A-Za-z0-9_./+@-]))*(?<! )")
_NO_TEXT = re.compile(r"(?i)true|false|null|yes|no|on|off|y|n|~|[-+.0-9][-+.0-9_eExXoOa-fA-F:]*")


def manifest_text(translation: Translation, files: Iterable[str]) -> str:
    """Return the manifest's text; `files` are the names of what it was made from."""
    lines = [
        f"# Made from {', '.join(files)} by greenroom import. From now on, this is what counts.",
        "# Where something is otherwise than it was there, a comment says so.",
        "",
    ]
    sections = [one for key, one in translation.root.entries.items() if key in ENTRIES]
    names = {(name,) for one in sections if isinstance(one, Branch) for name in one.entries}
    loose = [note for note in translation.notes if note.under[1:] not in names]
    lines += _comments(loose, 0)
    for key, item in translation.root.entries.items():
        if key in ENTRIES and isinstance(item, Branch):
            lines += ["", f"{key}:"] if lines[-1] else [f"{key}:"]
            lines += _section(item, translation.notes)
        else:
            lines += _pair(key, item, 0)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Branch, notes: tuple[Note, ...]) -> Iterator[str]:
    for number, (name, entry) in enumerate(section.entries.items()):
        if number:
            yield ""
        yield f"  {_key(name)}:"
        assert isinstance(entry, Branch)
        for key, item in in_order(entry, ORDER).entries.items():
            yield from _pair(key, item, 4)
        yield from _comments((note for note in notes if note.under[1:] == (name,)), 4)


def _comments(notes: Iterable[Note], indent: int) -> list[str]:
    lines: list[str] = []
    for note in sorted(notes, key=lambda one: (one.spot.source.path, one.spot.line)):
        path = shown(note.path[2:] or note.path)
        words = f"{note.spot.source.display}:{note.spot.line} {path}: {note.message}"
        margin = " " * indent
        lines += wrap(
            words,
            WIDTH,
            initial_indent=f"{margin}# ",
            subsequent_indent=f"{margin}#   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def _pair(key: str, item: Item, indent: int) -> Iterator[str]:
    margin, name = " " * indent, _key(key)
    if isinstance(item, Text):
        yield from _text(f"{margin}{name}:", item, indent)
        return
    short = f"{margin}{name}: {_flow(item)}"
    if _is_flat(item) and (key in FLOW or isinstance(item, Row)) and len(short) <= WIDTH:
        yield short
    elif isinstance(item, Row):
        yield f"{margin}{name}:"
        for one in item.items:
            yield from _entry(one, indent + 2)
    elif item.entries:
        yield f"{margin}{name}:"
        for below, one in item.entries.items():
            yield from _pair(below, one, indent + 2)
    else:
        yield f"{margin}{name}: {{}}"


def _entry(item: Item, indent: int) -> Iterator[str]:
    if isinstance(item, Text):
        yield from _text(f"{' ' * indent}-", item, indent)
    else:
        yield f"{' ' * indent}- {_flow(item)}"


def _text(before: str, item: Text, indent: int) -> Iterator[str]:
    lines = item.written.split("\n")
    plain = all(line.isprintable() and line == line.rstrip() for line in lines)
    if len(lines) > 1 and plain and lines[0][:1].strip() and lines[-2:] != ["", ""]:
        yield f"{before} |" if not lines[-1] else f"{before} |-"
        for line in lines if lines[-1] else lines[:-1]:
            yield f"{' ' * (indent + 2)}{line}" if line else ""
        return
    yield f"{before} {scalar(item.written, plain=item.plain)}"


def _is_flat(item: Item) -> bool:
    """Whether an item fits in a line without a line break in it."""
    match item:
        case Text():
            return "\n" not in item.written
        case Row():
            return all(_is_flat(one) for one in item.items)
        case Branch():
            return all(_is_flat(one) for one in item.entries.values())


def _flow(item: Item) -> str:
    match item:
        case Text():
            return scalar(item.written, plain=item.plain)
        case Row():
            return f"[{', '.join(_flow(one) for one in item.items)}]"
        case Branch():
            inner = ", ".join(f"{_key(key)}: {_flow(one)}" for key, one in item.entries.items())
            return f"{{{inner}}}"


def scalar(written: str, *, plain: bool) -> str:
    """Return a value as YAML: in quotes wherever it could be read as something else."""
    if plain and written and not isinstance(resolved(written), str):
        return written
    bare = _PLAIN.fullmatch(written) and not _NO_TEXT.fullmatch(written)
    return written if bare else json.dumps(written, ensure_ascii=not written.isprintable())


def _key(key: str) -> str:
    return scalar(key, plain=False)
