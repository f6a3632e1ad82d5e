"""`at` and `owned`: what runs already, and everything that can be wrong with how it is named."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from manifest_world import FILES

from orchestrator.addressing.passwords import secrets_of, with_passwords
from orchestrator.errors import ManifestError
from orchestrator.manifest import load
from orchestrator.model.adopted import Adopted
from orchestrator.model.manifest import Manifest
from orchestrator.model.probe import Http
from orchestrator.model.resource import ADOPTED, Resource
from orchestrator.technologies import BUILT_IN

LEDGER = "postgresql://app:p%40ss%2Fword@db.example.com:6432/app?sslmode=require"


def loaded(text: str, environ: Mapping[str, str] | None = None) -> Manifest:
    return load(
        text.encode(),
        path="/home/payments/environment.yaml",
        files=FILES,
        environ=environ or {},
        technologies=BUILT_IN,
    )


def entry(
    text: str, section: str = "databases", environ: Mapping[str, str] | None = None
) -> Resource:
    manifest = loaded(f"{section}:\n  one: {text}\n", environ)
    return manifest.resources["one"]


def mistakes(text: str, section: str = "databases") -> list[str]:
    """Every mistake in an entry called `one`, without file, place and name."""
    with pytest.raises(ManifestError) as raised:
        entry(text, section)
    return [f"{each.path}: {each.message}" for each in raised.value.problems]


def test_an_address_is_taken_apart_and_decoded() -> None:
    one = entry(f'{{use: postgres, at: "{LEDGER}"}}')
    assert one.engine == ADOPTED
    assert (one.user, one.password, one.databases) == ("app", "p@ss/word", ("app",))
    assert one.adopted == Adopted(
        "postgresql", "db.example.com", 6432, query="sslmode=require", database="app"
    )
    assert [port.number for port in one.ports] == [6432]
    assert (one.contained, one.native, one.image) == (False, None, None)


@pytest.mark.parametrize(
    ("text", "port", "databases"),
    [
        ("{use: postgres, at: 'postgres://me@localhost/app'}", 5432, ("app",)),
        ("{use: postgres, at: 'postgresql+asyncpg://me@localhost/app'}", 5432, ("app",)),
        ("{use: mariadb, at: 'mysql://me@localhost/app'}", 3306, ("app",)),
        ("{use: redis, at: 'redis://localhost'}", 6379, ("0",)),
        ("{use: redis, at: 'rediss://cache.example.com/7'}", 6379, ("7",)),
        ("{use: nats, at: 'nats://localhost'}", 4222, ()),
        ("{use: rabbitmq, at: 'amqp://guest:guest@localhost'}", 5672, ("/",)),
        ("{use: rabbitmq, at: 'amqp://localhost/%2Fshop'}", 5672, ("/shop",)),
        ("{use: postgres, at: 'postgresql://me@[::1]:6000/app'}", 6000, ("app",)),
    ],
)
def test_what_an_address_leaves_out_is_its_technologys(
    text: str, port: int, databases: tuple[str, ...]
) -> None:
    section = "brokers" if "nats" in text or "rabbit" in text else "databases"
    one = entry(text, section)
    assert ([each.number for each in one.ports], one.databases) == ([port], databases)


def test_one_without_a_password_gets_none() -> None:
    manifest = loaded("databases:\n  one: {use: redis, at: 'redis://localhost'}\n")
    assert with_passwords(manifest, b"secret").resources["one"].password == ""


def test_the_password_in_an_address_is_a_secret() -> None:
    manifest = loaded(
        "databases:\n  one: {use: postgres, at: '${env:DATABASE_URL}'}\n", {"DATABASE_URL": LEDGER}
    )
    assert "p@ss/word" in secrets_of(manifest)


def test_so_is_one_in_its_query() -> None:
    at = "postgresql://me@localhost/app?sslpassword=hunter22"
    manifest = loaded(f"databases:\n  one: {{use: postgres, at: '{at}'}}\n")
    assert "hunter22" in secrets_of(manifest)


def test_an_address_that_the_environment_leaves_empty_is_none() -> None:
    one = entry("{use: postgres, at: '${env:DATABASE_URL:-}', database: app}")
    assert (one.engine, one.adopted) == ("docker", None)


def test_a_service_keeps_its_path_and_is_asked_over_tls() -> None:
    one = entry("{at: 'https://bank.example.com/v1', ready: {http: /health}}", "services")
    assert one.adopted == Adopted("https", "bank.example.com", 443, path="/v1")
    assert isinstance(one.readiness.probe, Http)
    assert one.readiness.probe.tls


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("{use: postgres, at: 'postgresql://me@h/app'}", None),
        ("{use: postgres, at: 'postgresql://me@h/app', seed: schema.sql}", "a database"),
        ("{use: postgres, at: 'postgresql://me@h/app', isolation: test}", "a database"),
        ("{use: postgres, at: 'postgresql://me@h/app', seed: schema.sql, owned: true}", None),
        (
            "{use: postgres, at: 'postgresql://me@h/app', seed: schema.sql, owned: false}",
            "a database",
        ),
    ],
)
def test_a_run_makes_a_place_of_its_own_for_what_it_would_write(text: str, own: str | None) -> None:
    place = entry(text).own_place
    assert (place.what if place else None) == own


WRONG: dict[str, tuple[str, list[str]]] = {
    "no address": (
        "{use: postgres, at: db.example.com}",
        ["databases.one.at: must be an address such as postgresql://user@host:5432/name"],
    ),
    "no host": (
        "{use: postgres, at: 'postgresql:///app'}",
        [("databases.one.at: names no host; write it as in postgresql://user@host:5432/name")],
    ),
    "several hosts": (
        "{use: postgres, at: 'postgresql://one,two/app'}",
        ["databases.one.at: names several hosts; only one of them can be adopted"],
    ),
    "another technology's": (
        "{use: postgres, at: 'mysql://h/app'}",
        [
            (
                'databases.one.at: begins with "mysql://", and the address of postgres with '
                "postgresql:// or postgres://"
            )
        ],
    ),
    "no user": (
        "{use: postgres, at: 'postgresql://h/app'}",
        ["databases.one.at: names no user; write it as in postgresql://user@host:5432/name"],
    ),
    "a port that is no number": (
        "{use: postgres, at: 'postgresql://me@h:port/app'}",
        ["databases.one.at: its port must be a number from 1 to 65535"],
    ),
    "a port beyond all": (
        "{use: postgres, at: 'postgresql://me@h:65536/app'}",
        ["databases.one.at: its port must be a number from 1 to 65535"],
    ),
    "no database": (
        "{use: postgres, at: 'postgresql://me@h'}",
        [
            (
                "databases.one.at: names no database; write it behind the port, as in "
                "postgresql://user@host:5432/name"
            )
        ],
    ),
    "a database that is no number": (
        "{use: redis, at: 'redis://h/main'}",
        ['databases.one.at: its database must be a number, not "main"'],
    ),
    "a fragment": (
        "{use: postgres, at: 'postgresql://me:pass#word@h/app'}",
        ["databases.one.at: cannot hold `#`; in a password, write %23"],
    ),
    "a reference": (
        "{use: postgres, at: '${other.url}'}",
        ["databases.one.at: ${other.url} cannot stand here; only ${env:...} can"],
    ),
    "what is for a start": (
        "{use: postgres, at: 'postgresql://me@h/app', image: x, hostname: y, engine: docker}",
        [
            f'databases.one.{key}: cannot stand beside "at": one runs already, and is not started'
            for key in ("image", "hostname", "engine")
        ],
    ),
    "what the address says": (
        "{use: postgres, at: 'postgresql://me@h/app', user: me, password: x, database: y, port: 1}",
        [
            f'databases.one.{key}: is a part of the address in "at"; leave it out'
            for key in ("user", "password", "database", "port")
        ],
    ),
    "a log": (
        "{use: postgres, at: 'postgresql://me@h/app', ready: {log: started}}",
        ["databases.one.ready.log: cannot be read: one runs elsewhere, and has its log there"],
    ),
    "slices of a Redis": (
        "{use: redis, at: 'redis://h', isolation: test}",
        [
            (
                "databases.one.isolation: redis cannot be sliced where it runs already; leave this "
                "out, and let each test clean up or use names of its own"
            )
        ],
    ),
    "slices of the database in which they are made": (
        "{use: postgres, at: 'postgresql://me@h/postgres', isolation: test, owned: true}",
        [
            (
                'databases.one.isolation: the database "postgres" is needed for making slices; '
                'name another one in "at", or leave "owned" out'
            )
        ],
    ),
    "seeds over TLS": (
        "{use: redis, at: 'rediss://h', seed: 'load.py:fill'}",
        [
            (
                "databases.one.seed: cannot be put in through rediss: Greenroom cannot speak TLS "
                "to redis"
            )
        ],
    ),
    "owned without a yes or no": (
        "{use: postgres, at: 'postgresql://me@h/app', owned: maybe}",
        ['databases.one.owned: must be true or false, not "maybe"'],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_every_mistake_is_told(text: str, expected: list[str]) -> None:
    assert sorted(mistakes(text)) == sorted(expected)


BROKERS: dict[str, tuple[str, list[str]]] = {
    "a path for NATS": (
        "{use: nats, at: 'nats://h/app'}",
        ['brokers.one.at: names a database, and nats has none; leave out "/app"'],
    ),
    "seeds for a NATS that is not owned": (
        "{use: nats, at: 'nats://h', seed: streams.yaml}",
        [
            (
                "brokers.one.seed: would write into what Greenroom was only given, and on nats it "
                'can make no place of its own; allow it with "owned: true", or leave this out'
            )
        ],
    ),
    "definitions for a RabbitMQ": (
        "{use: rabbitmq, at: 'amqp://h', owned: true, seed: definitions.json}",
        [
            (
                "brokers.one.seed: cannot be put into what runs already: rabbitmqctl reads them, "
                "and works beside the broker only"
            )
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), BROKERS.values(), ids=BROKERS)
def test_every_mistake_of_a_broker_is_told(text: str, expected: list[str]) -> None:
    assert mistakes(text, "brokers") == expected


SERVICES: dict[str, tuple[str, list[str]]] = {
    "no port": (
        "{at: 'tcp://h'}",
        ["services.one.at: names no port; write it as in http://localhost:8000"],
    ),
    "an image": (
        "{at: 'http://h', image: x, ports: [80]}",
        [
            'services.one.image: cannot stand beside "at": one runs already, and is not started',
            'services.one.ports: is a part of the address in "at"; leave it out',
        ],
    ),
    "a command beside it": (
        "{at: 'http://h', ready: {exec: 'true'}}",
        ["services.one.ready.exec: cannot be run beside one, which runs elsewhere"],
    ),
    "seeds for one that is not owned": (
        "{at: 'http://h', seed: 'load.py:fill'}",
        [
            (
                "services.one.seed: would write into one, which Greenroom was only given; allow it "
                'with "owned: true", or leave this out'
            )
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), SERVICES.values(), ids=SERVICES)
def test_every_mistake_of_a_service_is_told(text: str, expected: list[str]) -> None:
    assert mistakes(text, "services") == expected


def test_a_task_cannot_run_already() -> None:
    assert mistakes("{at: 'http://h', command: x}", "tasks") == [
        'tasks.one.at: cannot stand here; "at" is for databases, brokers and services only'
    ]


def test_owned_means_nothing_without_an_address() -> None:
    [warning] = loaded("databases:\n  one: {use: postgres, owned: true}\n").warnings
    assert warning.message == 'means nothing without "at"'


def test_no_mistake_shows_the_password() -> None:
    told = mistakes("{use: redis, at: 'redis://:hunter22@h/hunter22'}")
    assert told == ['databases.one.at: its database must be a number, not "***"']


def test_a_number_that_is_claimed_later_cannot_be_told_before() -> None:
    with pytest.raises(ManifestError, match="known only when it has been claimed"):
        loaded(
            "databases:\n  one: {use: redis, at: 'redis://h', seed: 'load.py:fill'}\n"
            "services:\n  api: {command: x, env: {CACHE: '${lazy:one.url}'}}\n"
        )
