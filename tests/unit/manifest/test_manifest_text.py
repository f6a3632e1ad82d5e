"""Bytes that are no text, text that is no YAML, and YAML that is no manifest."""

from __future__ import annotations

import pytest
from manifest_world import World

CASES: dict[str, tuple[str | bytes, list[str]]] = {
    "an empty file": ("", ["1:1: the file is empty; name at least one resource"]),
    "only comments": ("# nothing\n", ["1:1: the file is empty; name at least one resource"]),
    "only a document's start": ("---\n", ["1:1: the file is empty; name at least one resource"]),
    "a list": (
        "- services\n",
        ["1:1: must be a mapping such as {services: {web: {image: nginx}}}, not a list"],
    ),
    "a single text": (
        "hello\n",
        ['1:1: must be a mapping such as {services: {web: {image: nginx}}}, not "hello"'],
    ),
    "a tab before a key": (
        "services:\n\tapi: {image: x}\n",
        ["2:1: a tab cannot be used for indentation; use spaces"],
    ),
    "a tab after a value": (
        "name: x\n\tengine: auto\n",
        ["2:1: a tab cannot be used for indentation; use spaces"],
    ),
    "a brace that is never closed": (
        "services: {api: {image: x}\nname: y\n",
        ['2:1: a "," or "}" is missing before this (opened in line 1)'],
    ),
    "a bracket that is never closed": (
        "services: {api: {image: x, ports: [80, 81}}\n",
        ['1:42: a "," or "]" is missing before this'],
    ),
    "a quote that is never closed": (
        "name: 'payments\n",
        ["1:7: a quote is opened here and never closed"],
    ),
    "a colon in a text": (
        "name: a: b\n",
        [
            (
                '1:8: a ": " cannot stand here; check the indentation, '
                "and put quotes around a text that has one"
            )
        ],
    ),
    "a wrong indentation": (
        "services:\n  api:\n    image: x\n   ports: [80]\n",
        ["4:4: this cannot stand here; check the indentation and the quotes"],
    ),
    "text after a closing quote": (
        "name: 'it's'\n",
        ["1:11: this cannot stand here; check the indentation and the quotes"],
    ),
    "an unquoted reference in braces": (
        "services:\n  api: {image: x, env: {A: ${ledger.url}}}\n",
        ['2:29: a text with "${...}" needs quotes inside { } and [ ]'],
    ),
    "a value that begins with @": (
        "name: @home\n",
        ['1:7: a value cannot begin with "@"; put quotes around it'],
    ),
    "a backslash in double quotes": (
        'name: "C:\\data"\n',
        [
            (
                "1:10: a backslash means something else in double quotes; "
                "use single quotes, or double it"
            )
        ],
    ),
    "a list behind its key": (
        "needs: - a\n",
        ['1:8: a list cannot begin here; put every "- " on a line of its own'],
    ),
    "a text that begins with a star": (
        "services: {api: {image: x, command: [ls, *.py]}}\n",
        ['1:43: a text cannot begin with "*" or "&"; put quotes around it'],
    ),
    "text after the document": (
        "[a]\nb: c\n",
        ["2:1: this cannot stand here; check the indentation and the quotes"],
    ),
    "a control character": (
        "name: a\x07b\n",
        ['1:8: the character U+0007 cannot stand in YAML; write it as "\\x07" in quotes'],
    ),
    "an alias without its anchor": (
        "name: *nobody\n",
        ["1:7: *nobody is an alias, but no &nobody stands before it"],
    ),
    "every tag and every unknown alias": (
        "name: !!python/object/apply:os.system [ls]\nengine: *e\npython: !mine x\n",
        [
            '1:7: the tag "!!python/object/apply:os.system" cannot be used in a manifest',
            "2:9: *e is an alias, but no &e stands before it",
            '3:9: the tag "!mine" cannot be used in a manifest',
        ],
    ),
    "two documents": (
        "name: a\n---\nname: b\n",
        ['2:1: a second document starts here; a manifest is one, without "---" inside'],
    ),
    "bytes that are not UTF-8": (
        b"name: x\nengine: caf\xe9\n",
        ["2:12: the byte 0xe9 cannot be read; save the file as UTF-8"],
    ),
    "UTF-16": (
        "name: x\n".encode("utf-16"),
        ["1:1: UTF-16 cannot be read; save the file as UTF-8"],
    ),
    "ten megabytes": (
        b"# " + b"x" * 10 * 1024 * 1024,
        [" has 10.0 MiB; a manifest cannot exceed 1 MiB"],
    ),
    "brackets a million deep": (
        b"[" * 1_000_000,
        ["1:101: values cannot be nested more than 100 deep"],
    ),
    "too many values": (
        b"name: [" + b"a," * 60_000 + b"]",
        ["1:100002: a manifest cannot have more than 50,000 values"],
    ),
    "a key that is a list": ("[a, b]: c\n", ["1:1: a key must be a text"]),
    "the same key twice": (
        "name: a\nname: b\n",
        ["2:1: name: is given twice; the first is in line 1"],
    ),
    "the same variable twice": (
        """
        services:
          api:
            image: x
            env:
              A: 1
              A: 2
        """,
        ["6:7: services.api.env.A: is given twice; the first is in line 5"],
    ),
    "an alias inside of what it names": (
        "services: &all\n  api: *all\n",
        [
            "1:11: services.api: an alias cannot stand inside what it is an alias of",
        ],
    ),
    "a merge of itself": (
        "services:\n  api: &api\n    <<: *api\n    image: x\n",
        ["2:8: services.api: an alias cannot stand inside what it is an alias of"],
    ),
    "a merge of a text": (
        "services:\n  api:\n    <<: base\n    image: x\n",
        ['3:9: services.api: "<<" merges mappings, not "base"'],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_every_wrong_text_is_told_in_plain_words(
    world: World, text: str | bytes, expected: list[str]
) -> None:
    assert world.mistakes(text) == expected


def _bomb(levels: int, width: int, line: str) -> str:
    lines = ["x-0: &a0 {k: x}"]
    for level in range(1, levels):
        lines.append(line.format(level, ", ".join([f"*a{level - 1}"] * width)))
    return "\n".join([*lines, f"services: *a{levels - 1}"]) + "\n"


def test_a_bomb_of_aliases_is_found_early(world: World) -> None:
    text = _bomb(12, 10, "x-{0}: &a{0} [{1}]")
    assert world.mistakes(text) == ["6:6: x-5: the aliases in here make more than 50,000 values"]


def test_a_bomb_of_merges_is_found_early(world: World) -> None:
    text = _bomb(12, 10, "x-{0}: &a{0} {{<<: [{1}], k{0}: x}}")
    assert world.mistakes(text) == ["6:6: x-5: the aliases in here make more than 50,000 values"]


def test_a_bomb_of_long_texts_is_found_early(world: World) -> None:
    text = f"x-0: &a '{'y' * 900_000}'\nx-1: [{'*a,' * 30_000}]\n"
    assert world.mistakes(text) == ["2:6: x-1: the aliases in here make more than 50,000 values"]


def test_aliases_cannot_nest_deeper_than_the_text_may(world: World) -> None:
    lines = ["x-0: &a0 x"] + [
        f"x-{level}: &a{level} {'[' * 50}*a{level - 1}{']' * 50}" for level in range(1, 40)
    ]
    assert world.mistakes("\n".join(lines)) == [
        "3:6: x-2: values cannot be nested more than 100 deep"
    ]


def test_a_byte_order_mark_and_windows_lines_are_fine(world: World) -> None:
    source = "\ufeffservices:\r\n  api: {image: nginx}\r\n".encode()
    assert list(world.load(source).resources) == ["api"]


def test_an_anchors_mistake_is_told_once_where_it_stands(world: World) -> None:
    text = """
        x-common: &common {image: nginx, timeout: soon}
        services:
          one: {<<: *common}
          two: {<<: *common, ports: [80]}
        """
    assert world.mistakes(text) == [
        '1:43: services.one.timeout: "soon" is no duration; write it like 500ms, 30s, 2m or 1h'
    ]


def test_merges_keep_what_is_said_nearer(world: World) -> None:
    text = """
        x-far: &far {image: far, hostname: far, platform: far}
        x-near: &near {<<: *far, hostname: near, platform: near}
        services:
          api:
            <<: [*near, *far]
            platform: own
        """
    api = world.load(text).resources["api"]
    assert (api.image, api.hostname, api.platform) == ("far", "near", "own")
