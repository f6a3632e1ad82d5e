"""A user's suite, whose tests note how long each has waited for what it works with.

BENCH_HOW says what that is: `environment` (Greenroom's fixture), `driver` (a copy of the database
that the test makes itself, on a connection of its own) or `container` (a server of its own).
BENCH_NOTES is the file for the notes, with `%` in the place of the worker's name.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import psycopg
import pytest

from bench.suite.private import by_container, by_driver

NAME = os.environ["BENCH_RESOURCE"]
HOW = os.environ["BENCH_HOW"]


class Notes:
    """When the first test asked for something, and how long each has waited, in seconds."""

    def __init__(self) -> None:
        self.began = 0.0
        self.waits: list[float] = []

    def begin(self) -> float:
        """Return the time; the first one begins the whole."""
        now = time.perf_counter()
        self.began = self.began or now
        return now

    def write(self) -> None:
        """Write it all down."""
        notes = {"waits": self.waits, "seconds": time.perf_counter() - self.began}
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        Path(os.environ["BENCH_NOTES"].replace("%", worker)).write_text(json.dumps(notes))


NOTES = Notes()


@pytest.fixture(autouse=True)
def asked() -> float:
    """When this test began to ask for what it works with."""
    return NOTES.begin()


@pytest.fixture
def waited(asked: float) -> Callable[[], None]:
    """To be called when the test has what it wanted."""
    return lambda: NOTES.waits.append(time.perf_counter() - asked)


@pytest.fixture
def own(request: pytest.FixtureRequest) -> Any:
    """What this test works with: Greenroom's environment, or an address."""
    return request.getfixturevalue(HOW)


@pytest.fixture
def url(own: Any) -> str:
    """The address of this test's own database."""
    return own if isinstance(own, str) else own[NAME].url


@pytest.fixture(scope="session")
def admin(shared_environment: Any) -> Iterator[tuple[psycopg.Connection, str]]:
    """A connection on which databases are made, and the address of the one to be copied."""
    shared = shared_environment[NAME].url
    with psycopg.connect(shared, dbname="postgres", autocommit=True) as connection:
        yield connection, shared


@pytest.fixture
def driver(admin: tuple[psycopg.Connection, str]) -> Iterator[str]:
    """A copy of the database, made while the test waits."""
    yield from by_driver(*admin)


@pytest.fixture(scope="session")
def engine() -> docker.APIClient:
    """A client of the engine."""
    return docker.from_env().api


@pytest.fixture
def container(engine: docker.APIClient) -> Iterator[str]:
    """A server of its own, started from the same snapshot while the test waits."""
    yield from by_container(engine, os.environ["BENCH_IMAGE"], os.environ["BENCH_TOKEN"])


def pytest_sessionfinish() -> None:
    """Write the notes; what lasted as long as the session is gone by now."""
    if NOTES.began:
        NOTES.write()
