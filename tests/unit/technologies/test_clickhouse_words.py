"""What ClickHouse's client is told, and what of its words is shown."""

from __future__ import annotations

import re

import pytest

from orchestrator.model.loader import SeedHead
from orchestrator.technologies.clickhouse import CLICKHOUSE
from orchestrator.technologies.parts import clickhouse_seeds


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
