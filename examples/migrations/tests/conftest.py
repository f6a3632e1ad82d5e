"""The catalogue and its database, at the addresses that Greenroom gave."""

import os
from collections.abc import Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest


@pytest.fixture(scope="session")
def catalogue() -> Iterator[httpx.Client]:
    """The service in its container."""
    with httpx.Client(base_url=os.environ["CATALOGUE_URL"]) as client:
        yield client


@pytest.fixture
def library() -> Iterator[psycopg.Connection]:
    """The service's database, seen past the service."""
    with psycopg.connect(os.environ["LIBRARY_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def book() -> dict[str, str]:
    """A book that nobody has added yet, by an author of this test alone."""
    return {"isbn": str(uuid4()), "title": "Silas Marner", "author": f"Author {uuid4()}"}
