"""`on`: one more database on the server of another entry."""

from __future__ import annotations

import pytest
from manifest_world import World

from orchestrator.addressing.passwords import with_passwords
from orchestrator.model.resource import DatabaseSeed, FileSeed

LEDGER = "ledger: {use: 'postgres:16', user: app, profiles: [more]}"


def test_it_is_what_its_server_is(world: World) -> None:
    """But for its name, its databases and its seeds; in whatever order both stand."""
    made = world.load(
        "databases: {archive: {on: ledger, database: [old, older], seed: [schema.sql]}, "
        + LEDGER
        + "}"
    )
    archive, ledger = made.resources["archive"], made.resources["ledger"]
    assert list(made.resources) == ["archive", "ledger"]
    assert (archive.on, archive.server, ledger.server) == ("ledger", "ledger", "ledger")
    assert archive.technology is ledger.technology
    assert (archive.user, archive.ports, archive.profiles) == ("app", ledger.ports, ("more",))
    assert archive.databases == ("old", "older")
    assert list(map(type, archive.seeds)) == [DatabaseSeed, FileSeed]
    assert (archive.image, archive.command, dict(archive.env)) == (None, None, {})


def test_its_database_is_called_after_it(world: World) -> None:
    """As everywhere."""
    made = world.load("databases: {ledger: {use: postgres}, old-one: {on: ledger}}")
    assert made.resources["old-one"].databases == ("old_one",)


def test_its_password_is_that_of_its_server(world: World) -> None:
    """Also where it is derived."""
    made = world.load("databases: {ledger: {use: postgres}, archive: {on: ledger}}")
    known = with_passwords(made, b"secret").resources
    assert known["archive"].password == known["ledger"].password


def test_a_database_may_stand_on_one_of_another_section(world: World) -> None:
    """Sections only group what belongs together."""
    made = world.load("databases: {ledger: {use: postgres}}\nbrokers: {queue: {on: ledger}}")
    assert made.resources["queue"].on == "ledger"


WRONG = {
    "nobody": (
        "databases: {ledger: {use: postgres}, a: {on: legder}}",
        ['1:46: databases.a.on: no resource is called "legder"; did you mean "ledger"?'],
    ),
    "itself": (
        "databases: {a: {on: a}}",
        ["1:21: databases.a.on: a resource cannot stand on itself"],
    ),
    "another tenant": (
        "databases: {ledger: {use: postgres}, a: {on: ledger}, b: {on: a}}",
        ["1:63: databases.b.on: a has no server of its own; write ledger, where it stands"],
    ),
    "a row of them": (
        "databases: {ledger: {use: postgres}, a: {on: ledger}, b: {on: a}, c: {on: b}}",
        [
            "1:63: databases.b.on: a has no server of its own; write ledger, where it stands",
            "1:75: databases.c.on: b has no server of its own; write ledger, where it stands",
        ],
    ),
    "each other": (
        "databases: {a: {on: b}, b: {on: a}}",
        [
            (
                "1:21: databases.a.on: b has no server of its own, and stands on this one in the "
                'end; give one of them a server with "use"'
            ),
            (
                "1:33: databases.b.on: a has no server of its own, and stands on this one in the "
                'end; give one of them a server with "use"'
            ),
        ],
    ),
    "a service": (
        "databases: {a: {on: api}}\nservices: {api: {image: api}}",
        ["1:21: databases.a.on: api stands in services; only databases and brokers can be named"],
    ),
    "no databases": (
        "databases: {a: {on: events}}\nbrokers: {events: {use: nats}}",
        [
            (
                "1:21: databases.a.on: nats cannot have more than one database, so nothing can "
                'stand on events; give it a server of its own with "use: nats"'
            )
        ],
    ),
    "what is not understood is told once": (
        "databases: {a: {on: ledger, seed: [schema.sql]}, ledger: {use: postgress}}",
        ['1:64: databases.ledger.use: unknown technology "postgress"; did you mean "postgres"?'],
    ),
    "what is the server's": (
        (
            "databases:\n  ledger: {use: postgres}\n  a: {on: ledger, use: postgres, env: {A: b}, "
            "ready: {tcp: true}, profiles: [more], isolation: test, port: 5432}"
        ),
        [
            (
                '3:24: databases.a.use: cannot stand beside "on": it is said of the server, where '
                "ledger stands"
            ),
            (
                '3:39: databases.a.env: cannot stand beside "on": it is said of the server, where '
                "ledger stands"
            ),
            (
                '3:54: databases.a.ready: cannot stand beside "on": it is said of the server, '
                "where ledger stands"
            ),
            '3:77: databases.a.profiles: cannot stand beside "on": a takes part with ledger',
            (
                "3:96: databases.a.isolation: cannot be done on another's server; give it one of "
                'its own with "use", or leave this out'
            ),
            (
                '3:108: databases.a.port: cannot stand beside "on": it is said of the server, '
                "where ledger stands"
            ),
        ],
    ),
    "a database that is there": (
        (
            "databases:\n  ledger: {use: postgres}\n  a: {on: ledger, database: ledger}\n"
            "  b: {on: ledger, database: x}\n  x: {on: ledger}"
        ),
        [
            '3:29: databases.a.database: ledger has the database "ledger" already',
            '5:6: databases.x: b has the database "x" already',
        ],
    ),
    "a circle": (
        (
            "databases:\n  ledger: {use: postgres, env: {A: '${api.url}'}}\n  a: {on: ledger}\n"
            "services:\n  api: {image: api, ports: [80], env: {A: '${a.url}'}}"
        ),
        [
            (
                "2:36: databases.ledger.env.A: these wait for each other: ledger → api → a → "
                "ledger; write ${lazy:api.url} where the address is enough without waiting"
            )
        ],
    ),
    "a seed that its server knows nothing of": (
        "databases: {ledger: {use: postgres}, a: {on: ledger, seed: [gone.sql, a.txt]}}",
        [
            "1:61: databases.a.seed[0]: there is no file /home/payments/gone.sql",
            (
                '1:71: databases.a.seed[1]: cannot seed with "a.txt"; postgres takes .csv, .gz, '
                ".sql, .sql.gz, .sh, file.py:function and task:NAME"
            ),
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_is_told(world: World, text: str, expected: list[str]) -> None:
    """With what to do instead."""
    assert world.mistakes(text) == expected


def test_a_task_in_its_seed_may_wait_for_its_server(world: World) -> None:
    """And one in the seed of the server for it: only being ready is waited for."""
    assert not world.mistakes("""
        databases:
          ledger: {use: postgres, seed: ["task:one"]}
          archive: {on: ledger, seed: [schema.sql]}
        tasks:
          one: {image: one, env: {A: "${archive.url}", B: "${ledger.url}"}}
        """)
