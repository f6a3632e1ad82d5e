"""Texts of others in a page: shown as they are, and nothing else."""

from __future__ import annotations

import json

import pytest

from orchestrator.render.report.escaping import escaped, log_text, script_json, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünï 日本 👩‍💻\ttab\nline", "plain ünï 日本 👩‍💻\ttab\nline"),
        ("a\x00b\x07\x7f", "a␀b␇⟨U+007F⟩"),
        ("\u202egnp.exe\u202c", "⟨U+202E⟩gnp.exe⟨U+202C⟩"),
        ("\u2066x\u2069\u200f\u061c", "⟨U+2066⟩x⟨U+2069⟩⟨U+200F⟩⟨U+061C⟩"),
        ("pass\u200bword\ufeff\xad", "pass⟨U+200B⟩word⟨U+FEFF⟩⟨U+00AD⟩"),
        ("\u2028\u2029\x85", "⟨U+2028⟩⟨U+2029⟩⟨U+0085⟩"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("half \ud83d of one", "half \ufffd of one"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07end\x1b[2J", "red end"),
    ],
)
def test_what_is_not_seen_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\x1b[1;31mFAILED\x1b[0m x", "\x1b[1;31mFAILED\x1b[0m x"),
        ("\x1b[38;5;196mx", "\x1b[38;5;196mx"),
        ("\x1b[2J\x1b[10;5Hx\x1b[?25l", "x"),
        ("\x1b]8;;https://example.com\x07link\x1b]8;;\x07", "link"),
        ("progress 1\rprogress 2\r\n", "progress 1␍progress 2"),
        ("\x00\x1b", "␀"),
    ],
)
def test_of_a_log_s_line_the_colours_stay(line: str, shown: str) -> None:
    assert log_text(line) == shown


def test_nothing_ends_the_script_that_data_stands_in() -> None:
    hostile = ["</script><script>", "<!--", "]]>", "&lt;", "\u2028\u2029", "'\"\\"]
    text = script_json({"</script>": hostile})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"</script>": hostile}


def test_numbers_that_json_does_not_have_are_null() -> None:
    value = [float("nan"), float("inf"), {"a": -float("inf")}, 1.5, 2, None, True, (3,)]
    assert json.loads(script_json(value)) == [None, None, {"a": None}, 1.5, 2, None, True, [3]]


def test_html() -> None:
    assert (
        escaped("<b a=\"x\" b='y'>&\u202e")
        == "&lt;b a=&quot;x&quot; b=&#x27;y&#x27;&gt;&amp;⟨U+202E⟩"
    )
