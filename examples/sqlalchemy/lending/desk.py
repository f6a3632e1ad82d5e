"""What happens at the library's desk. Each function commits what it has done."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lending.model import Book, Loan

LENT_FOR = timedelta(weeks=3)


class RefusedError(Exception):
    """A loan that cannot be."""


def available(session: Session, isbn: str) -> int:
    """How many copies of a book are in the house."""
    lent = select(func.count()).where(Loan.isbn == isbn, Loan.returned.is_(None)).scalar_subquery()
    return session.scalar(select(Book.copies - lent).where(Book.isbn == isbn)) or 0


def lend(session: Session, isbn: str, reader: str, today: date) -> Loan:
    """Lend a copy for three weeks. Raises RefusedError when that cannot be."""
    # The row stays locked until the commit: of two who want the last copy, one gets it.
    book = session.get(Book, isbn, with_for_update=True)
    if book is None:
        raise RefusedError(f"there is no book {isbn}")
    if not available(session, isbn):
        session.rollback()
        raise RefusedError(f"every copy of {isbn} is lent")
    loan = Loan(book=book, reader=reader, due=today + LENT_FOR)
    session.add(loan)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise RefusedError(f"{reader} has {isbn} already") from None
    return loan


def take_back(session: Session, loan: Loan, today: date) -> None:
    """The reader has brought it back."""
    loan.returned = today
    session.commit()
