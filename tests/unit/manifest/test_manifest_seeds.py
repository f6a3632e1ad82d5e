"""`seed` and `ready`: what is put in, and when something counts as ready."""

from __future__ import annotations

import pytest
from manifest_world import World

from orchestrator.model.probe import (
    Automatic,
    Dialogue,
    Exec,
    Exit,
    Http,
    Log,
    Probe,
    Readiness,
    Tcp,
)
from orchestrator.model.resource import (
    DatabaseSeed,
    FileSeed,
    FunctionSeed,
    ScriptSeed,
    Seed,
    TaskSeed,
)
from orchestrator.model.template import Reference, Template, View

HERE = "/home/payments"

SEEDS: dict[str, tuple[str, str]] = {
    "a missing file": (
        "schem.sql",
        f'there is no file {HERE}/schem.sql; did you mean "schema.sql"?',
    ),
    "a folder": ("api.sql", f"there is no file {HERE}/api.sql"),
    "an unknown task": ("task:migrat", 'no task is called "migrat"; did you mean "migrate"?'),
    "a task that is none": ("task:api", "api stands in services; only one of tasks can be a seed"),
    "a script in Python without a function": (
        "load.py",
        "names no function; write for example load.py:fill",
    ),
    "a function that cannot be": ("load.py:2x", '"2x" cannot be the name of a function'),
    "a missing script": ("nope.py:fill", f"there is no file {HERE}/nope.py"),
    "what the technology does not take": (
        "streams.yaml",
        (
            'cannot seed with "streams.yaml"; '
            "postgres takes .csv, .gz, .sql, .sql.gz, .sh, file.py:function and task:NAME"
        ),
    ),
    "nothing": ("''", "cannot be empty"),
}


@pytest.mark.parametrize(("text", "expected"), SEEDS.values(), ids=SEEDS.keys())
def test_every_wrong_seed_is_told(world: World, text: str, expected: str) -> None:
    manifest = f"""
        services:
          api: {{image: x}}
        databases:
          ledger: {{use: postgres, seed: [schema.sql, {text}]}}
        tasks:
          migrate: {{image: x}}
        """
    assert world.mistakes(manifest) == [f"4:46: databases.ledger.seed[1]: {expected}"]


def test_services_and_tasks_take_other_seeds(world: World) -> None:
    text = """
        services:
          api: {image: x, seed: [setup.sh, "load.py:fill", "task:t", schema.sql]}
        tasks:
          t: {image: x, seed: setup.sh}
        """
    assert world.mistakes(text) == [
        (
            '2:62: services.api.seed[3]: cannot seed with "schema.sql"; '
            "a service takes .sh, file.py:function and task:NAME"
        ),
        "4:23: tasks.t.seed: a task cannot be seeded; it is over when it could be",
    ]


GOOD_SEEDS: dict[str, tuple[str, tuple[Seed, ...]]] = {
    "one file": (
        "seed: schema.sql",
        (FileSeed(f"{HERE}/schema.sql", ".sql", "schema.sql"),),
    ),
    "the longest suffix": (
        "seed: [./dump.sql.gz]",
        (FileSeed(f"{HERE}/dump.sql.gz", ".sql.gz", "./dump.sql.gz"),),
    ),
    "one of each, in their order": (
        'seed: ["task:migrate", accounts.csv, "load.py:fill", setup.sh]',
        (
            TaskSeed("migrate"),
            FileSeed(f"{HERE}/accounts.csv", ".csv", "accounts.csv"),
            FunctionSeed(f"{HERE}/load.py", "fill", "load.py:fill"),
            ScriptSeed(f"{HERE}/setup.sh", "setup.sh"),
        ),
    ),
    "further databases first": (
        "seed: schema.sql, database: [main, audit, stats]",
        (
            DatabaseSeed("audit"),
            DatabaseSeed("stats"),
            FileSeed(f"{HERE}/schema.sql", ".sql", "schema.sql"),
        ),
    ),
}


@pytest.mark.parametrize(("text", "expected"), GOOD_SEEDS.values(), ids=GOOD_SEEDS.keys())
def test_seeds_are_made(world: World, text: str, expected: tuple[Seed, ...]) -> None:
    manifest = f"""
        databases:
          ledger: {{use: postgres, {text}}}
        tasks:
          migrate: {{image: x}}
        """
    assert world.load(manifest).resources["ledger"].seeds == expected


READY: dict[str, tuple[str, str, str]] = {
    "two probes": ("{http: /, log: x}", "12", "has http and log; it can have only one of them"),
    "no probe": (
        "{}",
        "12",
        "needs one of http, tcp, send, expect, log, exec or exit",
    ),
    "a text": ("/health", "12", 'must be a mapping such as {http: /health}, not "/health"'),
    "a URL": (
        "{http: 'http://x/health'}",
        "19 .http",
        'must be a path such as /health, not "http://x/health"',
    ),
    "a status that is none": (
        "{http: /, status: [200, 20]}",
        "36 .status[1]",
        "must be between 100 and 599, not 20",
    ),
    "a status twice": (
        "{http: {path: /, status: 200}, status: 204}",
        "51 .status",
        'stands in "http" already; leave one of them out',
    ),
    "a status without http": (
        "{tcp: true, status: 200}",
        "32 .status",
        'means nothing without "http"',
    ),
    "a status alone": ("{status: 200}", "21 .status", 'means nothing without "http"'),
    "a port that is not there": (
        "{tcp: 82}",
        "18 .tcp",
        'no port is called "82"; it has 80 and 81',
    ),
    "tcp false": (
        "{tcp: false}",
        "18 .tcp",
        "must be true, or a port's name or number, not false",
    ),
    "a port twice": (
        "{tcp: 80, port: 81}",
        "28 .port",
        'is named by "tcp" already; leave one of them out',
    ),
    "a port beside a log": (
        "{log: x, port: 81}",
        "27 .port",
        'means nothing beside "log"',
    ),
    "send without expect": ("{send: PING}", "19 .send", 'needs "expect" beside it'),
    "a letter that is no byte": (
        "{send: €, expect: x}",
        "19 .send",
        '"€" is no single byte; write its bytes',
    ),
    "no regular expression": (
        "{log: '(ready'}",
        "18 .log",
        "is no regular expression: missing ), unterminated subpattern at position 0",
    ),
    "no regular expression over bytes": (
        "{expect: '['}",
        "21 .expect",
        "is no regular expression: unterminated character set at position 0",
    ),
    "a shell's words": (
        "{exec: a | b}",
        "19 .exec",
        'no shell reads this, so "|" means nothing; write [sh, -c, "a | b"]',
    ),
    "an exit of a service": ("{exit: 0}", "19 .exit", "only a task is done when it exits"),
    "no interval": (
        "{tcp: true, interval: 1}",
        "34 .interval",
        "1 has no unit; write 1s",
    ),
    "no success": (
        "{tcp: true, successes: 0}",
        "35 .successes",
        "must be between 1 and 1000, not 0",
    ),
    "a probe misspelt": (
        "{htpp: /health}",
        "13 .htpp",
        'unknown key; did you mean "http"?',
    ),
}


@pytest.mark.parametrize(("text", "where", "expected"), READY.values(), ids=READY.keys())
def test_every_wrong_readiness_is_told(world: World, text: str, where: str, expected: str) -> None:
    manifest = f"""
        services:
          api:
            image: x
            ports: [80, 81]
            ready: {text}
        """
    column, _, key = where.partition(" ")
    assert world.mistakes(manifest) == [f"5:{column}: services.api.ready{key}: {expected}"]


def test_a_timeout_is_given_once(world: World) -> None:
    text = "services:\n  api: {image: x, timeout: 3s, ready: {log: x, timeout: 4s}}\n"
    assert world.mistakes(text) == [
        (
            "2:57: services.api.ready.timeout: "
            'means the same as the entry\'s own "timeout"; leave one out'
        )
    ]


def test_only_exit_makes_a_task_ready(world: World) -> None:
    text = "tasks:\n  migrate: {image: x, ready: {log: done}}\n"
    assert world.mistakes(text) == [
        '2:36: tasks.migrate.ready.log: a task is done when it exits; only "exit" can stand here'
    ]


def test_a_service_without_ports_cannot_be_asked(world: World) -> None:
    text = "services:\n  api: {image: x, ready: {http: /}}\n"
    assert world.mistakes(text) == ["2:33: services.api.ready.http: api has no port to ask"]


GOOD_PROBES: dict[str, tuple[str, Probe]] = {
    "http by its path": ("{http: /health}", Http("/health")),
    "http in full": (
        "{http: {path: /h, status: [200, 204], headers: {A: 1.10}}, port: admin}",
        Http("/h", (200, 204), {"A": Template(("1.10",))}, "admin"),
    ),
    "http with its keys beside it": (
        "{http: /h, status: 503, headers: {B: '${self.port}'}}",
        Http("/h", (503,), {"B": Template((Reference("self", "port"),))}),
    ),
    "tcp on the first port": ("{tcp: true}", Tcp()),
    "tcp by name": ("{tcp: admin}", Tcp("admin")),
    "tcp by number": ("{tcp: 81}", Tcp("admin")),
    "bytes": (
        '{send: "PING\\r\\n\\xff", expect: "\\\\+PONG"}',
        Dialogue(Template(("PING\r\n\xff",)), b"\\+PONG"),
    ),
    "a greeting": ("{expect: ^220}", Dialogue(Template(), b"^220")),
    "a line of the log": ("{log: 'ready in \\d+ms'}", Log(r"ready in \d+ms")),
    "a command": (
        "{exec: 'check --url ${self.inside.url}'}",
        Exec(
            (
                Template(("check",)),
                Template(("--url",)),
                Template((Reference("self", "url", view=View.INSIDE),)),
            )
        ),
    ),
    "only a port": ("{port: admin}", Automatic("admin")),
    "only patience": ("{timeout: 2m}", Automatic()),
}


@pytest.mark.parametrize(("text", "expected"), GOOD_PROBES.values(), ids=GOOD_PROBES.keys())
def test_probes_are_made(world: World, text: str, expected: Probe) -> None:
    manifest = f"""
        services:
          api:
            image: x
            ports: {{http: 80, admin: 81}}
            ready: {text}
        """
    assert world.load(manifest).resources["api"].readiness.probe == expected


def test_a_pace_goes_with_any_probe(world: World) -> None:
    text = """
        databases:
          a: {use: postgres, user: ann, database: [main]}
          b: {use: postgres, ready: {interval: 500ms, timeout: 2m}}
          c: {use: postgres, ready: {tcp: true, successes: 3}, timeout: 1h}
        tasks:
          d: {image: x}
          e: {image: x, ready: {exit: 3}}
        """
    found = world.load(text).resources
    proven = Dialogue(Template.literal("greenroom/b"), b"R")
    assert found["a"].readiness == Readiness(
        Dialogue(Template.literal("ann/main"), b"R"), successes=2
    )
    assert found["b"].readiness == Readiness(proven, 0.5, 2)
    assert found["c"].readiness == Readiness(Tcp(), None, 3)
    assert found["d"].readiness == Readiness(Exit())
    assert found["e"].readiness == Readiness(Exit(3))
    assert [each.timeout for each in found.values()] == [60.0, 120.0, 3600.0, 60.0, 60.0]
