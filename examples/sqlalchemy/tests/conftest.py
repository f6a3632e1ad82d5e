"""The database at LIBRARY_URL, and a session whose work is undone at the end of each test."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Connections to the database."""
    made = create_engine(os.environ["LIBRARY_URL"])
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session in a transaction of the test's own; what the code commits is a savepoint in it."""
    with engine.connect() as connection:
        whole = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as inside:
            yield inside
        whole.rollback()
