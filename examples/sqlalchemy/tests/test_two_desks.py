"""What no transaction that is rolled back can show: two desks at once, who commit for good.

Meanwhile this worker's other tests do not run, and other workers have databases of their own.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from lending.desk import RefusedError, lend
from lending.model import Loan

MIDDLEMARCH = "9780199535675"
TODAY = date(2026, 11, 23)
DESKS = 4


@pytest.fixture
def committed(engine: Engine) -> Iterator[Engine]:
    """Connections for what is committed; the loans are deleted at the end."""
    yield engine
    with Session(engine) as session:
        session.execute(delete(Loan))
        session.commit()


def test_of_all_who_want_the_last_copy_one_gets_it(committed: Engine) -> None:
    start = Barrier(DESKS)

    def desk(number: int) -> str:
        with Session(committed) as session:
            start.wait(timeout=10)
            try:
                lend(session, MIDDLEMARCH, f"reader {number}", TODAY)
            except RefusedError:
                return "refused"
            return "lent"

    with ThreadPoolExecutor(DESKS) as desks:
        answers = list(desks.map(desk, range(DESKS)))

    assert sorted(answers) == ["lent"] + ["refused"] * (DESKS - 1)
    with Session(committed) as session:
        assert session.scalar(select(func.count(Loan.id))) == 1
