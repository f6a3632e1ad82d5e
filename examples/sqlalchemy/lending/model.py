"""What is stored: books, and who has borrowed them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """All tables."""


class Book(Base):
    """A title, of which there are some copies."""

    __tablename__ = "books"
    __table_args__ = (CheckConstraint("copies > 0", name="at_least_one_copy"),)

    isbn: Mapped[str] = mapped_column(String(13), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    copies: Mapped[int]
    loans: Mapped[list[Loan]] = relationship(back_populates="book")


class Loan(Base):
    """A copy that a reader has, or had until `returned`."""

    __tablename__ = "loans"
    __table_args__ = (
        Index(
            "one_loan_at_a_time",
            "isbn",
            "reader",
            unique=True,
            postgresql_where=text("returned IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    isbn: Mapped[str] = mapped_column(ForeignKey("books.isbn"))
    reader: Mapped[str] = mapped_column(Text)
    due: Mapped[date]
    returned: Mapped[date | None]
    book: Mapped[Book] = relationship(back_populates="loans")
