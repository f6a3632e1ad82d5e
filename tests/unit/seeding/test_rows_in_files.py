"""Rows in JSON and YAML: what they are to a server, and what is refused, with its line."""

from __future__ import annotations

import pytest

from orchestrator.model.conversation import SeedRefused
from orchestrator.seeding.rows.json_rows import read_json
from orchestrator.seeding.rows.row import Row, checked
from orchestrator.seeding.rows.yaml_rows import MOST_VALUES, read_yaml

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 10)}]\n"
    for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("summary", "text", "expected"),
    [
        (
            "a list is of the table that the file is named after",
            '[{"id": 1},\n\n {"id": 2}]',
            [Row("orders", 1, {"id": "1"}), Row("orders", 3, {"id": "2"})],
        ),
        (
            "a mapping has several tables, in its order",
            '{"b": [{"id": 1}],\n"a": [],\n"c": [{"id": 2}]}',
            [Row("b", 1, {"id": "1"}), Row("c", 3, {"id": "2"})],
        ),
        (
            "numbers are as they were written",
            '[{"a": 1.10, "b": -0.0, "c": 1e400, "d": 12345678901234567890}]',
            [
                Row(
                    "orders",
                    1,
                    {"a": "1.10", "b": "-0.0", "c": "1e400", "d": "12345678901234567890"},
                )
            ],
        ),
        (
            "null, true and texts",
            '[{"a": null, "b": true, "c": "", "d": "null"}]',
            [Row("orders", 1, {"a": None, "b": True, "c": "", "d": "null"})],
        ),
        (
            "what is nested stays JSON",
            '[{"a": {"b": [1, null, "ü"]}}]',
            [Row("orders", 1, {"a": '{"b": [1, null, "ü"]}'})],
        ),
        ("no rows at all", "[]", []),
    ],
)
def test_json(summary: str, text: str, expected: list[Row]) -> None:
    assert list(read_json(text, "orders")) == expected, summary


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty; expected a list of rows"),
        ("\n5", 2, "expected a list of rows"),
        ('{"a":\n{"id": 1}}', 2, "a is not a list"),
        ('[{"id": 1},\n5]', 2, "a row of orders is no mapping from columns to values"),
        ('[\n{"id": 1}\n', 3, 'not JSON: "]" is missing before the end'),
        ('[{"id": 1}\n{"id": 2}]', 2, 'not JSON: "]" is missing before {'),
        ('[{"id": 1},\n]', 2, "not JSON: Expecting value"),
        ('[{"id": 1,\n"b" 5}]', 2, "not JSON: Expecting ':' delimiter"),
        ('[{"id": 1}]\n[]', 2, "the list or mapping ended before this"),
        ('[\n{"id": 1, "id": 2}]', 2, '"id" is given twice'),
        ('{"a": [],\n"a": []}', 2, '"a" is given twice'),
        ('[{"a": NaN}]', 1, "NaN is no JSON"),
        ('[{"a": [1e400]}]', 1, "a row of orders: Out of range float values"),
        ("[" * 200_000, 1, "nested too deeply"),
        (f'[{{"a": {"9" * 5000}}}]', 1, "Exceeds the limit"),
        ("{5: []}", 1, "a key must be a text in double quotes"),
    ],
)
def test_bad_json(text: str, line: int, words: str) -> None:
    with pytest.raises(SeedRefused) as refused:
        list(read_json(text, "orders"))
    assert words in refused.value.message
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("summary", "text", "expected"),
    [
        (
            "a list",
            "- {id: 1}\n- id: 2\n",
            [("orders", 1, {"id": "1"}), ("orders", 2, {"id": "2"})],
        ),
        (
            "a mapping of tables",
            "b:\n- {id: 1}\na: []\nc:\n- {id: 2}\n",
            [("b", 2, {"id": "1"}), ("c", 5, {"id": "2"})],
        ),
        (
            "no Norway, no sexagesimals, no octals, no lost zeros",
            "- {a: no, b: 22:22, c: 0123, d: 1.10, e: 2024-01-01}",
            [("orders", 1, dict(a="no", b="22:22", c="0123", d="1.10", e="2024-01-01"))],  # noqa: C408
        ),
        (
            "nothing is NULL, in quotes it is a text",
            "- {a: null, b: ~, c: , d: 'null', e: ''}",
            [("orders", 1, {"a": None, "b": None, "c": None, "d": "null", "e": ""})],
        ),
        ("true and false", "- {a: true, b: 'true'}", [("orders", 1, {"a": True, "b": "true"})]),
        (
            "what is nested becomes JSON",
            "- {a: {b: [1.50, x, null, '1', true, {}]}}",
            [("orders", 1, {"a": '{"b": [1.50, "x", null, "1", true, {}]}'})],
        ),
        (
            "anchors and merges",
            "- &x {a: 1, b: 2}\n- {<<: *x, b: 3}\n",
            [("orders", 1, {"a": "1", "b": "2"}), ("orders", 2, {"a": "1", "b": "3"})],
        ),
    ],
)
def test_yaml(summary: str, text: str, expected: list[tuple[str, int, dict[str, str]]]) -> None:
    assert list(read_yaml(text, "orders")) == [Row(*row) for row in expected], summary


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty"),
        ("5", 1, "expected a list of rows"),
        ("a: 5", 1, "a is not a list"),
        ("- {a: 1}\n- 5", 2, "a row of orders is no mapping"),
        ("- {a: 1\n- {b: 2}", 2, "not YAML: "),
        ("- {a: 1}\n- {b: 1, b: 2}", 2, '"b" is given twice'),
        ("- {a: 1}\n- {b: !!binary aGk=}", 2, "the tag !!binary cannot be used here"),
        ("- {a: !x 1}", 1, "the tag !x cannot be used here"),
        ("- {a: *b}", 1, "not YAML: "),
        ("- {[a]: 1}", 1, "a key must be a text"),
        ("- {<<: 5}", 1, '"<<" merges mappings only'),
        ("- {a: 1}\n---\n- {a: 2}", 2, "not YAML: "),
        ("- {a: \x00}", 0, "not YAML: "),
        ("[" * 5000, 1, "values cannot be nested more than 100 deep"),
        ("- &a [*a]", 1, "its aliases make more than 1,000,000 values"),
        (BOMB, 1, "its aliases make more than 1,000,000 values"),
    ],
)
def test_bad_yaml(text: str, line: int, words: str) -> None:
    with pytest.raises(SeedRefused) as refused:
        list(read_yaml(text, "orders"))
    assert words in refused.value.message
    assert refused.value.line == line


def test_too_much_yaml_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_VALUES == 1_000_000
    monkeypatch.setattr("orchestrator.seeding.rows.yaml_rows.MOST_VALUES", 10)
    with pytest.raises(SeedRefused, match="more than 10 values; write it as JSON or CSV"):
        list(read_yaml("- {a: 1}\n" * 5, "orders"))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({}, "a row of orders has no columns"),
        ({"": "1"}, "a column without a name"),
        ({"a": "x\0y"}, r"a holds the character U\+0000"),
        ({"a\0": "x"}, r"a column's name holds the character U\+0000"),
        ({"a": "\ud800"}, r"a holds U\+D800"),
    ],
)
def test_what_no_client_would_hand_on_unharmed_is_refused(
    cells: dict[str, str | bool | None], words: str
) -> None:
    with pytest.raises(SeedRefused, match=words):
        checked(Row("orders", 7, cells))
