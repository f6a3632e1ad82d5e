"""What a test can have without Greenroom: a copy of a database, or a server, made by itself."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import suppress

import docker
import psycopg

from bench.restored import body
from bench.sheet import LABEL

SOURCE = "driver_source"
PAUSE = 0.005
PATIENCE = 60.0

numbers = itertools.count(1)


def by_driver(admin: psycopg.Connection, shared: str) -> Iterator[str]:
    """Yield the address of a copy, made by the quickest statement there is, and remove it."""
    number = next(numbers)
    if number == 1:
        prepare(admin, psycopg.conninfo.conninfo_to_dict(shared)["dbname"])
    admin.execute(f"CREATE DATABASE driver_{number} TEMPLATE {SOURCE} STRATEGY file_copy")
    yield psycopg.conninfo.make_conninfo(shared, dbname=f"driver_{number}")
    admin.execute(f"DROP DATABASE driver_{number} WITH (FORCE)")


def prepare(admin: psycopg.Connection, database: object) -> None:
    """Make a source that nobody is connected to."""
    admin.execute(f"CREATE DATABASE {SOURCE} TEMPLATE {database} STRATEGY file_copy")


def by_container(engine: docker.APIClient, image: str, token: str) -> Iterator[str]:
    """Yield the address of a server of its own, as soon as it lets anybody in.

    It is removed with all others behind the session, found by its label.
    """
    made = engine.create_container_from_config(body(image, {LABEL: token}))["Id"]  # type: ignore[no-untyped-call]
    engine.start(made)
    port = engine.inspect_container(made)["NetworkSettings"]["Ports"]["5432/tcp"][0]["HostPort"]
    url = f"postgresql://bench:bench@127.0.0.1:{port}/bench"
    wait(url)
    yield url


def wait(url: str) -> None:
    """Wait until there is a connection. Raises TimeoutError."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(psycopg.OperationalError), psycopg.connect(url):
            return
        time.sleep(PAUSE)
    raise TimeoutError(url)
