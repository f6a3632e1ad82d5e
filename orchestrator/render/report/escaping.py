"""Texts of others, so that a page shows them and does nothing else. Pure."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from orchestrator.model.printable import ESCAPES

PAINT = re.compile(r"\x1b\[[0-9;:]*m")
"""What sets a colour, as a terminal understands it (ECMA-48, 8.3.117)."""

UNSEEN = (
    *range(0x7F, 0xA0),
    0xAD,
    *(0x61C, 0x115F, 0x1160, 0x180E, 0x200B, 0x200C, 0x200E, 0x200F, 0x2028, 0x2029),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *(0x3164, 0xFEFF, 0xFFA0),
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),
)
"""Characters that turn the direction of others, or are not seen at all: they could make a text look
like another one. A joiner (U+200D) is left, as emoji are made with it."""

PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
"""A picture for each control character: NUL becomes one sign that reads NUL."""

SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""Halves of characters, which JSON can name and no file can hold."""

SEEN = {code: f"⟨U+{code:04X}⟩" for code in UNSEEN} | PICTURES | SURROGATES
SEEN_IN_LOGS = {code: text for code, text in SEEN.items() if code != 0x1B}

ODD = re.compile(f"[{''.join(re.escape(chr(code)) for code in SEEN)}]")
"""Finds what is shown otherwise; most lines have nothing of it, and are done with then."""

IN_SCRIPT = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})
"""What could end a script element, or a line of it, by its escape in JSON."""


def visible(text: str) -> str:
    """Return a text in which all that is not seen is a sign that is; a terminal's orders go."""
    if "\x1b" in text:
        text = ESCAPES.sub(lambda found: "" if found[0].startswith("\x1b") else found[0], text)
    return text.translate(SEEN) if ODD.search(text) else text


def log_text(line: str) -> str:
    """Return a log's line likewise; of what a terminal would obey only the colours stay."""
    if "\x1b" in line:
        line = ESCAPES.sub(_only_paint, line)
    line = line.rstrip("\r\n")
    return line.translate(SEEN_IN_LOGS) if ODD.search(line) else line


def escaped(text: str) -> str:
    """Return a text as HTML, for elements and for attributes in quotes."""
    return html.escape(visible(text), quote=True)


def script_json(value: object) -> str:
    """Return a value as JSON that can stand in a script element.

    Floats that JSON has no word for become null.
    """
    text = json.dumps(_sound(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(IN_SCRIPT)


def _only_paint(found: re.Match[str]) -> str:
    text = found[0]
    return text if PAINT.fullmatch(text) or not text.startswith("\x1b") else ""


def _sound(value: object) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case str():
            return value
        case Mapping():
            return {str(key): _sound(one) for key, one in value.items()}
        case Iterable():
            return [_sound(one) for one in value]
        case _:
            return value
