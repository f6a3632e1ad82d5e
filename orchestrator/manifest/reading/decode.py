"""Bytes become text."""

from __future__ import annotations

import codecs

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Place

LARGEST = 1024 * 1024
"""Bytes that a manifest may have. Fifty services take about twenty thousand."""


def decode(source: bytes, mistakes: Mistakes) -> str:
    """The manifest's text; raises ManifestError when there is none to be had."""
    if len(source) > LARGEST:
        mistakes.in_text(Place(), f"has {_mebibytes(source)} MiB; a manifest cannot exceed 1 MiB")
        raise mistakes.error()
    source = source.removeprefix(codecs.BOM_UTF8)
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        mistakes.in_text(_place(source, error.start), _not_utf8(source, error.start))
        raise mistakes.error() from None


def _mebibytes(source: bytes) -> str:
    return f"{len(source) / LARGEST:.1f}"


def _place(source: bytes, at: int) -> Place:
    start = source.rfind(b"\n", 0, at) + 1
    column = len(source[start:at].decode("utf-8")) + 1
    return Place(source.count(b"\n", 0, at) + 1, column)


def _not_utf8(source: bytes, at: int) -> str:
    utf16 = source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    what = "UTF-16" if utf16 else f"the byte 0x{source[at]:02x}"
    return f"{what} cannot be read; save the file as UTF-8"
