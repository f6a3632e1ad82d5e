"""Tests of one kind each, as many as BENCH_TESTS says, of BENCH_SECONDS each."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import psycopg
import pytest

EACH = range(int(os.environ["BENCH_TESTS"]))
SECONDS = float(os.environ["BENCH_SECONDS"])


@pytest.mark.parametrize("_number", EACH)
def test_queries(waited: Callable[[], None], url: str, _number: int) -> None:
    """Its own database answers; then the test asks it until its time is over."""
    until = time.perf_counter() + SECONDS
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1").fetchone()
        waited()
        while time.perf_counter() < until:
            connection.execute("UPDATE t01 SET amount = amount + 1 WHERE id = 1")
            connection.execute("SELECT sum(amount) FROM t01").fetchone()


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("_number", EACH)
def test_waits(waited: Callable[[], None], _number: int) -> None:
    """It has its slice; then it does something else, with whatever client there is."""
    waited()
    time.sleep(SECONDS)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("_number", EACH)
def test_asks(_number: int) -> None:
    """It has its slice, and wants no more."""
