"""What ClickHouse's client is told, and what of its words is shown."""

from __future__ import annotations

import re

import pytest

from orchestrator.model.loader import SeedHead
from orchestrator.technologies.clickhouse import CLICKHOUSE
from orchestrator.technologies.parts import clickhouse_seeds
from orchestrator.technologies.parts.clickhouse_refusals import in_rows, in_script


@pytest.mark.parametrize(
    ("stem", "first", "query"),
    [
        ("visits", "id,page", "`visits` (`id`, `page`)"),
        ("shop.visits", '\ufeffid, "a, b"', "`shop`.`visits` (`id`, `a, b`)"),
        ("visits", '"a, ""b""",c`d', '`visits` (`a, "b"`, `c\\`d`)'),
        ("visits", "", "`visits` ()"),
    ],
)
def test_rows_name_their_columns(stem: str, first: str, query: str) -> None:
    argv = clickhouse_seeds.insert(SeedHead(stem, first))
    assert argv[-2:] == ("--query", f"INSERT INTO {query} FORMAT CSVWithNames")


SCRIPT = "CREATE TABLE a (i Int32);\n\nCREATE TABEL b (\n  i Int32\n);\nSELECT 1\n"
END = "\n;\nSELECT 'greenroom-0123456789abcdef';\n"
BEHIND = SCRIPT[SCRIPT.index("TABEL") :]


@pytest.mark.parametrize(
    ("summary", "text", "words", "line", "said"),
    [
        (
            "an old client shows all that follows, our own end included",
            SCRIPT,
            (
                f"Code: 62. DB::Exception: Syntax error: failed at position 8 (line 1, col 8): "
                f"{BEHIND}{END}. Expected one of: VIEW, TABLE"
            ),
            3,
            "Code: 62. DB::Exception: Syntax error at `TABEL b (`. Expected one of: VIEW, TABLE",
        ),
        (
            "a newer one shows 160 characters, and names the word",
            SCRIPT,
            (
                "Code: 62. DB::Exception: Syntax error: failed at position 36 (TABEL) (line 3, "
                f"col 8): {BEHIND[:20]}. Expected one of: VIEW, TABLE. (SYNTAX_ERROR)"
            ),
            3,
            (
                "Code: 62. DB::Exception: Syntax error at `TABEL b (`. Expected one of: VIEW, "
                "TABLE. (SYNTAX_ERROR)"
            ),
        ),
        (
            "the file ends too early",
            "SELECT 1;\nSELECT\n",
            (
                "Code: 62. DB::Exception: Syntax error: failed at position 9 (line 3, col 1): "
                f";{END[2:]}. Expected one of: expression"
            ),
            2,
            (
                "Code: 62. DB::Exception: Syntax error at the end of the file. "
                "Expected one of: expression"
            ),
        ),
        (
            "so it does, and there is nothing more to be shown",
            "SELECT 1;\nSELECT\n",
            (
                "Code: 62. DB::Exception: Syntax error: failed at position 7 (end of query): . "
                "Expected one of: expression"
            ),
            2,
            (
                "Code: 62. DB::Exception: Syntax error at the end of the file. "
                "Expected one of: expression"
            ),
        ),
        (
            "the server refuses a statement, which newer clients show",
            SCRIPT,
            (
                "Received exception from server (version 25.8.1):\n"
                "Code: 47. DB::Exception: Received from localhost:9000. DB::Exception: no `i`\n"
                "(query: CREATE TABEL b (\n  i Int32\n);)\n"
            ),
            3,
            "Code: 47. DB::Exception: no `i`",
        ),
        (
            "old ones do not",
            SCRIPT,
            (
                "Received exception from server (version 18.16.1):\n"
                "Code: 47. DB::Exception: Received from localhost:9000, ::1. DB::Exception: no `i`"
            ),
            0,
            "Code: 47. DB::Exception: no `i`",
        ),
        (
            "the file is too large to be looked through",
            "",
            f"Syntax error: failed at position 8 (line 1, col 8): {BEHIND}. Expected one of: VIEW",
            0,
            "Syntax error somewhere. Expected one of: VIEW",
        ),
    ],
)
def test_a_place_in_a_statement_becomes_one_in_the_file(
    summary: str, text: str, words: str, line: int, said: str
) -> None:
    assert in_script(words, text, END) == (line, said), summary


def test_a_row_s_number_becomes_a_line() -> None:
    text = 'id,note\n1,"two\nlines"\nx,y\n'
    assert in_rows("Code: 27. Cannot parse input: (at row 2)", text, "")[0] == 4
    assert in_rows("Code: 60. There is no such table", text, "")[0] == 0


@pytest.mark.parametrize("trace", [", e.what() = DB::Exception, Stack trace:", ". Stack trace:"])
def test_the_client_s_stack_is_left_out(trace: str) -> None:
    words = f"Code: 117, oh no{trace}\n\n0. main\n1. libc.so\n"
    assert re.sub(clickhouse_seeds.TRACE, "", words).rstrip(".") == "Code: 117, oh no"


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("a b", True),
        ("p$'", True),
        ("pä", False),
        (" a", False),
        ("a<b", False),
        ("a&b", False),
        ("]]>", False),
    ],
)
def test_passwords_stand_in_xml(password: str, fits: bool) -> None:
    assert CLICKHOUSE.password_form
    assert bool(re.fullmatch(CLICKHOUSE.password_form[0], password)) is fits
