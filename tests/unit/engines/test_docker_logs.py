"""Log lines from the engine's pieces."""

from __future__ import annotations

import pytest

from orchestrator.engines.docker.logs import lines, unix_time
from orchestrator.model.launch import LogLine

ONE, TWO = "2026-01-02T03:04:05.000000001Z", "2026-01-02T03:04:05.000000002Z"


def piece(time: str, text: bytes, stream: str = "stdout") -> tuple[str, bytes]:
    return stream, time.encode() + b" " + text


@pytest.mark.parametrize(
    ("summary", "pieces", "expected"),
    [
        ("a line", [piece(ONE, b"one\n")], [(ONE, "stdout", "one")]),
        ("an empty line", [piece(ONE, b"\n")], [(ONE, "stdout", "")]),
        ("no end", [piece(ONE, b"one")], [(ONE, "stdout", "one")]),
        (
            "parts, each with its time",
            [piece(ONE, b"on"), piece(TWO, b"e\n")],
            [(ONE, "stdout", "one")],
        ),
        (
            "parts with another stream's line between them",
            [piece(ONE, b"on"), piece(TWO, b"err\n", "stderr"), piece(TWO, b"e\n")],
            [(TWO, "stderr", "err"), (ONE, "stdout", "one")],
        ),
        (
            "a line that looks like a time",
            [piece(ONE, TWO.encode() + b" two\n")],
            [(ONE, "stdout", f"{TWO} two")],
        ),
        ("no text", [piece(ONE, b"a\xff\xc3\n")], [(ONE, "stdout", "a\ufffd\ufffd")]),
        (
            "a letter in two parts",
            [piece(ONE, b"\xc3"), piece(ONE, b"\xbc\n")],
            [(ONE, "stdout", "ü")],
        ),
        ("carriage returns", [piece(ONE, b"10%\r20%\r\n")], [(ONE, "stdout", "10%\r20%")]),
        (
            "several lines in a piece",
            [("stdout", f"{ONE} one\n{TWO} two\n".encode())],
            [(ONE, "stdout", "one"), (TWO, "stdout", "two")],
        ),
    ],
)
def test_lines(
    summary: str, pieces: list[tuple[str, bytes]], expected: list[tuple[str, str, str]]
) -> None:
    assert list(lines(pieces)) == [LogLine(*each) for each in expected], summary


@pytest.mark.parametrize(
    ("since", "seconds"),
    [
        ("1970-01-01T00:01:40Z", "100.000000000"),
        ("1970-01-01T00:01:40.000000001Z", "100.000000001"),
        ("1970-01-01T00:01:40.5Z", "100.500000000"),
        ("1970-01-01T01:01:40.25+01:00", "100.250000000"),
        ("1970-01-01T00:01:40", "100.000000000"),
    ],
)
def test_since_keeps_every_decimal(since: str, seconds: str) -> None:
    assert unix_time(since) == seconds
