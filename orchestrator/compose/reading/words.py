"""Texts of a Compose file taken apart: volumes, commands, durations, sizes."""

from __future__ import annotations

import re
import shlex

from orchestrator.compose.nodes import Block, Listing, Node, Said

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_REQUIRED = re.compile(r"\$\{env:[A-Za-z0-9_]+:\?[^}]*\}")
_SHIELD = {ord(" "): 1, ord("'"): 2, ord('"'): 3, ord("\\"): 4}
_BARE = {shielded: character for character, shielded in _SHIELD.items()}
_BYTES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


def cut(text: str, separator: str = ":") -> list[str]:
    """Split a text as a manifest writes it, but not inside of `${...}`."""
    pieces, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if text.startswith("${", at):
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif character == separator and not depth:
            pieces.append(text[start:at])
            start = at + 1
    return [*pieces, text[start:]]


def volume_target(item: Node) -> str:
    """Return where a volume is mounted."""
    if isinstance(item, Block):
        return item.text("target")
    if isinstance(item, Said):
        parts = item.text.split(":")
        return (parts[0] if len(parts) == 1 else parts[1]).rstrip("/")
    return ""


def argv(node: Node | None) -> list[Said] | None:
    """Return the words of a command; a text is split as a shell would, but no shell runs it.

    None when nothing is said. Raises ValueError for a quote without a partner.
    """
    if node is None:
        return None
    if isinstance(node, Listing):
        return [item for item in node.items if isinstance(item, Said)]
    if not isinstance(node, Said):
        return None
    texts = shlex.split(node.text)
    written = shlex.split(_shielded(node.written)) if node.open else []
    if len(written) - len(texts) == sum(map(bool, map(_REQUIRED.fullmatch, written))) > 0:
        # What is required and not set has no value yet, and so its words are missing only now.
        return [node.but(_unshielded(word), _unshielded(word)) for word in written]
    if len(written) != len(texts):
        return [node.but(text) for text in texts]
    return [node.but(text, _unshielded(word)) for text, word in zip(texts, written, strict=True)]


def whole(text: str) -> int | None:
    """Return a whole number, None where it is none, or beyond what an engine can take."""
    return int(text) if _WHOLE.fullmatch(text) else None


def seconds(text: str) -> float | None:
    """Return a duration such as `1m30s` in seconds, None where it is none."""
    if not text or _DURATION.sub("", text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))


def in_words(duration: float) -> str:
    """Return a duration as a manifest writes it."""
    if duration < 1:
        return f"{max(1, round(duration * 1000))}ms"
    return f"{round(duration)}s"


def size(text: str) -> int | None:
    """Return an amount of bytes such as `64m`, None where it is none."""
    match = _SIZE.fullmatch(text.strip())
    return int(float(match[1]) * _BYTES[match[2].lower()]) if match else None


def memory(size: int) -> str:
    """Return an amount of bytes as a manifest writes it, in the largest unit that divides it."""
    for unit in ("g", "m", "k"):
        if size % _BYTES[unit] == 0:
            return f"{size // _BYTES[unit]}{unit}"
    return f"{-(-size // 1024)}k"


def _shielded(written: str) -> str:
    """Return the text with references in which nothing splits: their defaults may have spaces."""
    return re.sub(r"\$\{[^}]*\}", lambda found: found[0].translate(_SHIELD), written)


def _unshielded(word: str) -> str:
    return word.translate(_BARE)
