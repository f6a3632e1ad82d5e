"""The migrations, and what the seed put in after them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lending.model import Book

CONFIG = Config(Path(__file__).parents[1] / "alembic.ini")


def test_the_database_is_at_the_last_revision(session: Session) -> None:
    head = ScriptDirectory.from_config(CONFIG).get_current_head()

    assert session.scalar(text("select version_num from alembic_version")) == head


def test_the_model_asks_for_no_further_migration() -> None:
    command.check(CONFIG)


def test_the_books_came_after_the_migrations(session: Session) -> None:
    assert session.scalars(select(Book.title).order_by(Book.title)).all() == [
        "Middlemarch",
        "Pride and Prejudice",
    ]
