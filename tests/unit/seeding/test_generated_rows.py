"""Rows that a file describes: always the same ones, and every mistake at once."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from orchestrator.errors import GreenroomError, ManifestError
from orchestrator.model.conversation import SeedRefused
from orchestrator.seeding.generated import generate
from orchestrator.seeding.rows.row import Row

SHOP = """
seed: 42
locale: de_DE
tables:
  customers:
    count: 50
    fields:
      id: sequence
      name: name
      email: {unique: email}
      country: {choice: [de, fr, no]}
      size: {choice: {small: 9, large: 1}}
      balance: {integer: [0, 10000]}
      created: {datetime: [2024-01-01, 2024-12-31]}
      born: {date: [1950-01-01, 2000-01-01]}
      source: {value: test}
  orders:
    count: 200
    fields:
      id: {sequence: 100}
      customer: {ref: customers.id}
      email: {ref: customers.email}
      total: {decimal: [1, 500, 2]}
      note: {maybe: [0.3, sentence]}
      code: {bothify: "??-##"}
      odd: {random_int: {min: 1, max: 9, step: 2}}
      former: {maybe: [0.5, {ref: orders.id}]}
"""


def made(text: str) -> list[Row]:
    return list(generate(textwrap.dedent(text), "shop.generate.yaml"))


def column(rows: list[Row], table: str, name: str) -> list[object]:
    return [row.cells[name] for row in rows if row.table == table]


def field(how: str, count: int = 100) -> list[object]:
    """The values of a single field."""
    return column(made(f"tables: {{t: {{count: {count}, fields: {{f: {how}}}}}}}"), "t", "f")


def digest(rows: list[Row]) -> str:
    text = "\n".join(repr(list(row.cells.items())) for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


def test_fields_are_as_they_are_described() -> None:
    rows = made(SHOP)
    assert column(rows, "customers", "id") == [str(number) for number in range(1, 51)]
    assert column(rows, "orders", "id") == [str(number) for number in range(100, 300)]
    assert set(column(rows, "orders", "customer")) <= set(column(rows, "customers", "id"))
    assert set(column(rows, "orders", "email")) <= set(column(rows, "customers", "email"))
    assert len(set(column(rows, "customers", "email"))) == 50
    assert set(column(rows, "customers", "country")) == {"de", "fr", "no"}
    assert column(rows, "customers", "size").count("small") > 35
    assert 20 < sum(note is not None for note in column(rows, "orders", "note")) < 100
    assert all(str(day) >= "2024-01-01" for day in column(rows, "customers", "created"))
    assert set(column(rows, "orders", "odd")) == {"1", "3", "5", "7", "9"}


def test_a_reference_to_the_own_table_is_to_an_earlier_row() -> None:
    rows = [row.cells for row in made(SHOP) if row.table == "orders"]
    assert all(int(str(row["former"] or 0)) < int(str(row["id"])) for row in rows)
    kept = field("{value: 1}, parent: {ref: t.f}", 3)
    assert kept == ["1", "1", "1"]


def test_bounds_are_included() -> None:
    assert set(field("{integer: [1, 3]}")) == {"1", "2", "3"}
    assert set(field("{decimal: [0.1, 0.3, 1]}")) == {"0.1", "0.2", "0.3"}
    assert set(field("{date: [2024-02-28, 2024-03-01]}")) == {
        "2024-02-28",
        "2024-02-29",
        "2024-03-01",
    }
    assert set(field("{datetime: ['2024-01-01 23:59:59', 2024-01-02]}")) == {
        "2024-01-01 23:59:59",
        "2024-01-02 00:00:00",
    }


def test_values_are_as_they_are_written() -> None:
    assert set(field("{choice: [no, 1.10, null, true]}")) == {"no", "1.10", None, True}
    assert set(field("boolean")) == {True, False}


def test_the_rows_are_the_same_in_another_process() -> None:
    code = "from test_generated_rows import *; print(digest(made(SHOP)), end='')"
    path = str(Path(__file__).parent)
    for hash_seed in ("1", "2"):
        env = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo"}
        other = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True
        )
        assert other.stdout == digest(made(SHOP)), other.stderr


def test_what_is_ours_never_changes() -> None:
    """Faker's own values depend on its version; these must not depend on anything."""
    ours = """
    seed: 7
    tables:
      t:
        count: 3
        fields:
          a: {integer: [0, 1000]}
          b: {decimal: [0, 10, 3]}
          c: {datetime: [2024-01-01, 2025-01-01]}
          d: {choice: [x, y, z]}
          e: {maybe: [0.5, {value: 1}]}
    """
    assert [list(row.cells.values()) for row in made(ours)] == OURS


def test_another_seed_gives_other_rows_and_another_field_does_not() -> None:
    names = column(made(SHOP), "customers", "name")
    assert column(made(SHOP.replace("42", "43")), "customers", "name") != names
    without = SHOP.replace("      balance: {integer: [0, 10000]}\n", "")
    assert column(made(without), "customers", "name") == names
    assert column(made(SHOP.replace("count: 50", "count: 60")), "customers", "name")[:50] == names


def test_too_few_values_for_what_is_unique() -> None:
    with pytest.raises(SeedRefused, match=r"f is unique, but after 3 rows 1,000 tries") as refused:
        field("{unique: {choice: [1, 2, 3]}}", 5)
    assert refused.value.line == 1


OURS = [
    ["122", "9.834", "2024-09-16 16:55:41", "y", "1"],
    ["998", "5.165", "2024-04-29 08:49:59", "z", "1"],
    ["553", "8.776", "2024-06-09 13:14:09", "y", None],
]

MISTAKES = {
    "nme": '"nme"; did you mean "name"?',
    "sequnce": 'did you mean "sequence"?',
    "{date_this_year: }": "faker's date_this_year depends on the clock",
    "credit_card_expire": "faker's credit_card_expire depends on the clock",
    "color": "or on chance that no seed rules",
    "{binary: 5}": "faker's binary: it makes a bytes, which no row can hold",
    "{name: {foo: 1}}": "faker's name: got an unexpected keyword argument 'foo'",
    "{numerify: [1, 2, 3]}": "faker's numerify: too many positional arguments",
    "{integer: [5, 1]}": "1 is below 5",
    "{integer: 5}": "write integer: [0, 100]",
    "{integer: [a, 5]}": 'integer takes whole numbers, not "a"',
    "{decimal: [1, 2.345, 2]}": "2.345 has more than 2 decimal places",
    "{decimal: [1, x, 2]}": 'decimal takes numbers, not "x"',
    "{decimal: [1, 2, 99]}": "decimal can have 0 to 30 places, not 99",
    "{datetime: [yesterday, today]}": '"yesterday" is no such time',
    "{datetime: ['2024-01-01T00:00:00+01:00', 2025-01-01]}": "times have no zone here",
    "{maybe: [2, name]}": "maybe begins with the share of rows that have a value",
    "{maybe: [0.5, nme]}": 'did you mean "name"?',
    "{choice: []}": "write choice: [de, fr]",
    "{choice: {a: 0}}": "a weight is a number above 0, not 0",
    "{choice: [[1]]}": "a list cannot be the value of a field",
    "{ref: u.id}": 'no table before this one is called "u"; it must stand before this one',
    "{ref: t.g}": 't has no field "g"',
    "unique": "it needs more than the word; write unique: email",
    "{a: 1, b: 2}": "a mapping is no field",
    "": "nothing is no field",
    "5": "5 is no field",
}


@pytest.mark.parametrize(("how", "words"), MISTAKES.items(), ids=list(MISTAKES))
def test_a_mistake_in_a_field(how: str, words: str) -> None:
    with pytest.raises(ManifestError) as raised:
        made(f"tables:\n  t:\n    count: 1\n    fields:\n      f: {how}\n")
    (problem,) = raised.value.problems
    assert words in problem.message
    assert (problem.file, problem.line) == ("shop.generate.yaml", 5)


ALL_AT_ONCE = """
1:1: sed: unknown key; did you mean "seed"?
2:9: locale: faker has no locale "german"; it looks like de_DE
4:6: tables.t: needs fields: a mapping from columns to what is in them
4:14: tables.t.count: a whole number from 0 on must stand here, not "many"
5:6: tables.u.count: needs count, a whole number
5:19: tables.u.fields.f: faker has no provider "nme"; did you mean "name"?
6:6: tables.v: 5 stands here; expected `tables:` with a mapping from tables to {count: ..., fields: {...}}
""".strip().splitlines()  # noqa: E501


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ManifestError) as raised:
        made(
            "sed: 1\nlocale: german\ntables:\n  t: {count: many}\n  u: {fields: {f: nme}}\n  v: 5\n"
        )
    told = [str(problem) for problem in raised.value.problems]
    assert told == [f"shop.generate.yaml:{line}" for line in ALL_AT_ONCE]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty; expected `tables:`"),
        ("seed: 1\n", "expected `tables:`"),
        ("[]", "a list stands here; expected `tables:`"),
        ("tables: {t: {count: -1, fields: {a: name}}}", "a whole number from 0 on must stand here"),
        ("tables: {t: {count: 1000000000, fields: {a: name}}}", "cannot be more than 100,000,000"),
        ("tables: {t: {fields: {a: name}}}", "needs count, a whole number"),
        ("tables: {t: {count: 1}}", "needs fields"),
        ("tables: {t: {count: 1, fields: {a: name, a: name}}}", "is given twice"),
        ("tables: {t: {count: 0, fields: {a: sequence}}, u: {count: 1, fields: {b: {ref: t.a}}}}",
         "t has no rows that could be referred to"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file(text: str, words: str) -> None:
    with pytest.raises(ManifestError, match=words):
        made(text)


def test_without_faker_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faker", None)
    with pytest.raises(GreenroomError, match="faker, which is not installed") as raised:
        made(SHOP)
    assert raised.value.hint == 'install it with: pip install "greenroom[generate]"'
