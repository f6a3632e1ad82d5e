"""The servers that every contender starts: what the engine is asked for, and how each is probed.

It is written down here once more, and not taken from Greenroom, so that the floor owes it nothing;
`bench.same` then compares what the engine really made for both.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

USER = "bench"
PASSWORD = "bench"
"""Also in the manifests. Long and random ones would take the servers the same time."""

PSQL = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
COPY = 'COPY "accounts" ("id", "owner", "balance") FROM STDIN WITH (FORMAT csv, HEADER true)'


@dataclass(frozen=True)
class Seed:
    """A file that is piped into a command beside the server."""

    file: Path
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Server:
    """One server: `send` are a client's first bytes, `expect` is the pattern of a good answer."""

    name: str
    image: str
    port: int
    send: bytes
    expect: str
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    run_as: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    client_env: tuple[tuple[str, str], ...] = ()
    seeds: tuple[Seed, ...] = ()


def image(name: str) -> str:
    """Return the image's name on the same mirror that Greenroom uses."""
    return os.environ.get("GREENROOM_IMAGE_PREFIX", "") + name


def postgres(schema: Path, rows: Path) -> Server:
    """Return a server with a schema and many rows."""
    pairs = f"user\0{USER}\0database\0{USER}\0\0".encode()
    return Server(
        name="ledger",
        image=image("postgres:17"),
        port=5432,
        # The start of a session in protocol 3.0; the request for a password is answer enough.
        send=struct.pack("!ii", 8 + len(pairs), 196608) + pairs,
        expect="^R",
        command=("postgres", *flags("fsync=off", "full_page_writes=off", "synchronous_commit=off")),
        env=(
            ("POSTGRES_USER", USER),
            ("POSTGRES_PASSWORD", PASSWORD),
            ("POSTGRES_DB", USER),
            ("PGDATA", "/var/lib/greenroom/data"),
        ),
        client_env=(("PGUSER", USER), ("PGPASSWORD", PASSWORD), ("PGDATABASE", USER)),
        seeds=(Seed(schema, (*PSQL, "--file", "-")), Seed(rows, (*PSQL, "--command", COPY))),
    )


def flags(*settings: str) -> tuple[str, ...]:
    """Return settings as the arguments of `postgres`."""
    return tuple(word for setting in settings for word in ("-c", setting))


def redis(name: str) -> Server:
    """Return a server that keeps nothing on disk."""
    nothing = ("--save", "", "--appendonly", "no")
    return Server(
        name=name,
        image=image("redis:7"),
        port=6379,
        send=f'AUTH "{PASSWORD}"\r\nPING\r\n'.encode(),
        expect="^\\+OK\r\n\\+PONG",
        command=("redis-server", *nothing, "--requirepass", PASSWORD),
    )


def nats() -> Server:
    """Return a broker with streams."""
    login = f'CONNECT {{"verbose":false,"user":"{USER}","pass":"{PASSWORD}"}}\r\nPING\r\n'
    return Server(
        name="events",
        image=image("nats:2"),
        port=4222,
        send=login.encode(),
        expect='(?s)^INFO .*"jetstream":true.*\r\nPONG',
        command=("-js", "--user", USER, "--pass", PASSWORD),
    )


def rabbitmq() -> Server:
    """Return a broker that takes seconds to start."""
    return Server(
        name="jobs",
        image=image("rabbitmq:4"),
        port=5672,
        send=b"AMQP\0\0\x09\x01",
        expect="(?s)^\x01\0\0.{4}\0\n\0\n",
        env=(
            ("RABBITMQ_DEFAULT_USER", USER),
            ("RABBITMQ_DEFAULT_PASS", PASSWORD),
            ("RABBITMQ_DEFAULT_VHOST", "/"),
        ),
    )
