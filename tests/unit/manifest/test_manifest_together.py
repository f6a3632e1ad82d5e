"""Many mistakes at once: none hides another, and none is told twice."""

from __future__ import annotations

import pytest
from manifest_world import FILES, PATH, World

from orchestrator.errors import ManifestError
from orchestrator.manifest import load

MANY = """
name: payments
databases:
  ledger:
    use: postgres
    seed: [schema.sql, acounts.csv, "task:migrat"]
    timeout: 30
services:
  api:
    build: ./api
    ports: [22:22, 8000]
    env:
      DATABASE_URL: "${legder.url}"
      HOME: ${HOME}
      LEVEL: ${env:LEVEL}
    comand: serve
  web:
    image: nginx
    command: serve && wait
    limits: {memory: 512, cpus: -1}
    ready: {http: health}
tasks:
  migrate: {build: ./apu, env: {DATABASE_URL: "${ledger.ur}"}}
tests:
  command: pytest | tee log
  env: {API_URL: "${api.url}", WEB_URL: "${web.url}"}
"""

ALL = [
    (
        "5:24: databases.ledger.seed[1]: there is no file /home/payments/acounts.csv; "
        'did you mean "accounts.csv"?'
    ),
    '5:37: databases.ledger.seed[2]: no task is called "migrat"; did you mean "migrate"?',
    "6:14: databases.ledger.timeout: 30 has no unit; write 30s",
    (
        '10:13: services.api.ports[0]: "22:22" is no port number; '
        "write {port: 22, host: 22} for a fixed port on this host, or 22 to have one chosen"
    ),
    '12:21: services.api.env.DATABASE_URL: no resource is called "legder"; did you mean "ledger"?',
    (
        '13:13: services.api.env.HOME: "${HOME}" is no reference; write "${env:HOME}" '
        'for the variable of the environment, or "$${HOME}" for just this text'
    ),
    (
        "14:14: services.api.env.LEVEL: LEVEL is not set in the environment; set it, "
        'or write "${env:LEVEL:-}" with a default after the hyphen'
    ),
    '15:5: services.api.comand: unknown key; did you mean "command"?',
    (
        '18:14: services.web.command: no shell reads this, so "&&" means nothing; '
        'write [sh, -c, "serve && wait"]'
    ),
    "19:22: services.web.limits.memory: 512 has no unit; write 512m",
    "19:33: services.web.limits.cpus: must be a number above 0 such as 1.5, not -1",
    '20:19: services.web.ready.http: must be a path such as /health, not "health"',
    ('22:20: tasks.migrate.build: there is no folder /home/payments/apu; did you mean "api"?'),
    '22:47: tasks.migrate.env.DATABASE_URL: ledger has no field "ur"; did you mean "url"?',
    (
        '24:12: tests.command: no shell reads this, so "|" means nothing; '
        'write [sh, -c, "pytest | tee log"]'
    ),
    (
        '25:41: tests.env.WEB_URL: web has no ports, and so no url; give it "ports", '
        'or name it in "needs" to wait for it'
    ),
]


def test_every_mistake_is_told_in_the_order_of_the_text(world: World) -> None:
    assert world.mistakes(MANY) == ALL


def test_the_error_carries_them_all(world: World) -> None:
    with pytest.raises(ManifestError) as caught:
        world.load(MANY)
    assert caught.value.exit_code == 65
    assert str(caught.value) == "\n".join(f"environment.yaml:{line}" for line in ALL)
    first = caught.value.problems[0]
    assert (first.file, first.line, first.column) == ("environment.yaml", 5, 24)
    assert first.path == "databases.ledger.seed[1]"


def test_the_file_is_called_as_the_caller_calls_it() -> None:
    with pytest.raises(ManifestError) as caught:
        load(
            b"nmae: x",
            path=PATH,
            display="../environment.yaml",
            files=FILES,
            environ={},
            technologies={},
        )
    assert str(caught.value) == '../environment.yaml:1:1: nmae: unknown key; did you mean "name"?'


ONCE: dict[str, tuple[str, list[str]]] = {
    "what a misspelt section holds is not unknown": (
        """
        servces:
          api: {image: x, ports: [80]}
        tests: {env: {URL: "${api.url}"}}
        """,
        ['1:1: servces: unknown key; did you mean "services"?'],
    ),
    "what include would bring is not unknown": (
        """
        include: [wep.yaml]
        tests: {env: {URL: "${anything.url}"}}
        """,
        ["1:11: include[0]: there is no file /home/payments/wep.yaml"],
    ),
    "an unknown technology has unknown fields": (
        """
        databases:
          ledger: {use: postgress, database: [a, b], seed: [schema.sq]}
        tests: {env: {A: "${ledger.jdbc}", B: "${ledger.whatever.it}"}}
        """,
        [
            '2:17: databases.ledger.use: unknown technology "postgress"; did you mean "postgres"?',
            (
                "2:53: databases.ledger.seed[0]: there is no file /home/payments/schema.sq; "
                'did you mean "schema.sql"?'
            ),
        ],
    ),
    "wrong ports are not missing": (
        """
        services:
          api: {image: x, ports: [http], ready: {tcp: 80}}
        tests: {env: {A: "${api.url}", B: "${api.admin.url}"}}
        """,
        ['2:27: services.api.ports[0]: must be a port number such as 8000, not "http"'],
    ),
    "misspelt ports are not missing": (
        """
        services:
          api: {image: x, prots: [80], ready: {http: /}}
        tests: {env: {A: "${api.url}"}}
        """,
        ['2:19: services.api.prots: unknown key; did you mean "ports"?'],
    ),
    "a misspelt image is not missing": (
        "services:\n  api: {imagee: x, user: root}\n",
        ['2:9: services.api.imagee: unknown key; did you mean "image"?'],
    ),
    "a wrong image does not make a process": (
        "services:\n  api: {image: [x], command: serve, user: root, workdir: /srv}\n",
        ["2:16: services.api.image: must be a text, not a list"],
    ),
    "a misspelt technology is not missing": (
        "databases:\n  db: {image: me, usee: postgres}\n",
        ['2:19: databases.db.usee: unknown key; did you mean "use"?'],
    ),
    "a variable that is not set is no wrong value": (
        "services:\n  api: {image: x, timeout: '${env:NOPE}', ports: ['${env:NO}']}\n",
        [
            f"2:{column}: services.api.{key}: {name} is not set in the environment; set it, "
            f'or write "${{env:{name}:-}}" with a default after the hyphen'
            for column, key, name in ((28, "timeout", "NOPE"), (51, "ports[0]", "NO"))
        ],
    ),
    "an entry that is no mapping is there all the same": (
        """
        databases:
          ledger: postgres
        services:
          api: {image: x, needs: [ledger], env: {A: "${ledger.url}"}}
        """,
        ['2:11: databases.ledger: must be a mapping such as {use: postgres}, not "postgres"'],
    ),
    "a wrong name can be referred to": (
        """
        databases:
          Ledger: {use: postgres}
        services:
          api: {image: x, env: {A: "${Ledger.url}"}}
        """,
        [
            (
                "2:3: databases.Ledger: a name is lower-case letters, digits and hyphens, "
                'and begins with a letter; write "ledger"'
            )
        ],
    ),
    "a wrong entry of a list hides no other": (
        """
        databases:
          db: {use: postgres, seed: [[x], nope.sql, 5]}
        services:
          api: {image: x, ports: [x, 80, 81, 80], needs: [{}, nobody]}
        """,
        [
            "2:30: databases.db.seed[0]: must be a text, not a list",
            "2:35: databases.db.seed[1]: there is no file /home/payments/nope.sql",
            (
                '2:45: databases.db.seed[2]: cannot seed with "5"; postgres takes .csv, .gz, .sql, '
                ".sql.gz, .sh, file.py:function and task:NAME"
            ),
            '4:27: services.api.ports[0]: must be a port number such as 8000, not "x"',
            "4:38: services.api.ports[3]: the port 80 is given twice",
            "4:51: services.api.needs[0]: must be a text, not a mapping",
            '4:55: services.api.needs[1]: no resource is called "nobody"',
        ],
    ),
    "a wrong argument hides no other value": (
        """
        services:
          api: {image: x, command: [a, {b: c}, [d]], env: {A: "${nobody.url}"}}
        """,
        [
            (
                "2:32: services.api.command[1]: must be a text; "
                'put quotes around one that has ": " in it'
            ),
            "2:40: services.api.command[2]: must be a text, not a list",
            '2:55: services.api.env.A: no resource is called "nobody"',
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), ONCE.values(), ids=ONCE.keys())
def test_one_slip_is_one_line(world: World, text: str, expected: list[str]) -> None:
    assert world.mistakes(text) == expected
