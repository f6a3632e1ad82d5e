"""Texts of others, made such that a terminal only shows them."""

from __future__ import annotations

import time

import pytest

from orchestrator.model.printable import end_of, on_one_line, printable

TEXTS = [
    ("\x1b[1mred\x1b[0m \x1b[38;5;2mgreen", "red green", "red green"),
    ("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b", "ab", "ab"),
    ("a\x1b(Bb\x1bc c", "ab c", "ab c"),
    ("a\x00b\tc\nd", "ab\tc\nd", "a b c d"),
    ("a \x1b]0;never ends", "a ", "a 0;never ends"),
    (r"as it is: \x1b[31m", r"as it is: \x1b[31m", r"as it is: \x1b[31m"),
]


@pytest.mark.parametrize(("text", "shown", "line"), TEXTS, ids=repr)
def test_nothing_is_left_that_a_terminal_would_obey(text: str, shown: str, line: str) -> None:
    assert printable(text) == shown
    assert on_one_line(text) == line


def test_a_text_made_to_be_slow_is_shown_soon() -> None:
    began = time.process_time()
    for text in ("\x1b]" * 50_000, "\x1b[" * 50_000, "\x1bP\x1b" * 50_000):
        for whole in (text, text + "\nx", "x" + text + "\x07"):
            printable(whole)
            on_one_line(whole)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("text", "end"),
    [
        pytest.param("short", "short", id="it fits"),
        pytest.param("first s3cret\nsecond\nthird", "second\nthird", id="whole lines"),
        pytest.param("with a s3cret in its midst", "in its midst", id="whole words"),
        pytest.param("x" * 50, "", id="half of one word"),
    ],
)
def test_an_end_begins_with_no_half(text: str, end: str) -> None:
    assert end_of(text, 16) == end
