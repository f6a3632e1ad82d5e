"""Lending, each test in a transaction that is rolled back."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lending.desk import RefusedError, available, lend, take_back
from lending.model import Loan

EMMA, MIDDLEMARCH = "9780141439518", "9780199535675"
TODAY = date(2026, 11, 23)


def test_a_book_is_lent_for_three_weeks(session: Session) -> None:
    loan = lend(session, MIDDLEMARCH, "ada", TODAY)

    assert loan.due == date(2026, 12, 14)
    assert available(session, MIDDLEMARCH) == 0


@pytest.mark.parametrize("reader", ["ada", "bob", "cy"])
def test_no_test_sees_what_another_lent(session: Session, reader: str) -> None:
    assert session.scalar(select(func.count(Loan.id)).where(Loan.isbn == EMMA)) == 0

    lend(session, EMMA, reader, TODAY)

    assert available(session, EMMA) == 1


def test_the_last_copy_is_lent_once(session: Session) -> None:
    lend(session, MIDDLEMARCH, "ada", TODAY)

    with pytest.raises(RefusedError, match="every copy of 9780199535675 is lent"):
        lend(session, MIDDLEMARCH, "bob", TODAY)


def test_a_reader_has_a_book_once_at_a_time(session: Session) -> None:
    loan = lend(session, EMMA, "ada", TODAY)

    with pytest.raises(RefusedError, match="ada has 9780141439518 already"):
        lend(session, EMMA, "ada", TODAY)
    take_back(session, loan, TODAY)

    assert lend(session, EMMA, "ada", TODAY).id != loan.id


def test_a_book_that_is_not_there_cannot_be_lent(session: Session) -> None:
    with pytest.raises(RefusedError, match="there is no book 42"):
        lend(session, "42", "ada", TODAY)
