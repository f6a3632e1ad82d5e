"""Keys and names: what a manifest may have, where, and what it cannot do yet."""

from __future__ import annotations

import pytest
from manifest_world import World

KEYS: dict[str, tuple[str, list[str]]] = {
    "an unknown key at the top": (
        "servces:\n  api: {image: x}\n",
        ['1:1: servces: unknown key; did you mean "services"?'],
    ),
    "one section instead of all": (
        "database:\n  ledger: {use: postgres}\n",
        ['1:1: database: unknown key; did you mean "databases"?'],
    ),
    "an unknown key in an entry": (
        "services:\n  api: {imge: x}\n",
        ['2:9: services.api.imge: unknown key; did you mean "image"?'],
    ),
    "an unknown key in a part of an entry": (
        "services:\n  api: {image: x, limits: {mem: 1g}}\n",
        ['2:28: services.api.limits.mem: unknown key; did you mean "memory"?'],
    ),
    "an unknown key of a port": (
        "services:\n  api: {image: x, ports: {http: {port: 80, hots: 80}}}\n",
        ['2:44: services.api.ports.http.hots: unknown key; did you mean "host"?'],
    ),
    "an unknown key of the tests": (
        "tests: {comand: pytest}\n",
        ['1:9: tests.comand: unknown key; did you mean "command"?'],
    ),
    "a key that resembles none": (
        "services:\n  api: {image: x, limits: {qqq: 1}}\n",
        ["2:28: services.api.limits.qqq: unknown key; there are cpus and memory"],
    ),
    "a word of Compose": (
        "services:\n  api: {image: x, depends_on: [db], environment: {A: 1}}\n",
        [
            '2:19: services.api.depends_on: unknown key; did you mean "needs"?',
            '2:37: services.api.environment: unknown key; did you mean "env"?',
        ],
    ),
    "a database's key in a service": (
        "services:\n  api: {image: x, use: postgres, port: 80}\n",
        [
            (
                "2:24: services.api.use: a service can only be a module of testcontainers "
                "(testcontainers.NAME); technologies stand in databases or brokers"
            ),
            (
                "2:34: services.api.port: cannot stand here; "
                '"port" is for databases and brokers only; '
                'a service has "ports", such as [8000]'
            ),
        ],
    ),
    "a service's key in a database": (
        "databases:\n  db: {use: postgres, ports: [5432], command: postgres -c x}\n",
        [
            (
                "2:23: databases.db.ports: cannot stand here; "
                '"ports" is for services and tasks only; '
                '"port" fixes its port on this host'
            ),
            (
                "2:38: databases.db.command: cannot stand here; "
                '"command" is for services and tasks only; more arguments go into "args"'
            ),
        ],
    ),
    "an entry's key at the top": (
        "image: x\n",
        ['1:1: image: cannot stand here; "image" is for entries of a section only'],
    ),
    "a section that is a list": (
        "services:\n  - image: x\n",
        ["2:3: services: must be a mapping such as {web: {image: nginx}}, not a list"],
    ),
    "an entry that is a text": (
        "databases:\n  db: postgres\n",
        ['2:7: databases.db: must be a mapping such as {use: postgres}, not "postgres"'],
    ),
    "an entry that is nothing": (
        "services:\n  api:\n",
        ["2:7: services.api: must be a mapping such as {image: nginx, ports: [80]}, not nothing"],
    ),
    "variables in a list": (
        "services:\n  api: {image: x, env: [A=1]}\n",
        ["2:24: services.api.env: must be a mapping such as {NAME: value}, not a list"],
    ),
    "a variable that is a list": (
        "services:\n  api: {image: x, env: {A: [1]}}\n",
        ["2:28: services.api.env.A: must be a text, not a list"],
    ),
    "names that no variable can have": (
        'services:\n  api: {image: x, env: {A=1: x, "": y}}\n',
        [
            '2:25: services.api.env["A=1"]: cannot be the name of a variable',
            '2:33: services.api.env[""]: cannot be the name of a variable',
        ],
    ),
    "a text that is empty": (
        'services:\n  api: {image: ""}\n',
        ["2:16: services.api.image: cannot be empty"],
    ),
    "a text that is a mapping": (
        "services:\n  api: {image: {name: x}}\n",
        ["2:16: services.api.image: must be a text, not a mapping"],
    ),
    "a word that is no choice": (
        "engine: kubernetes\nservices: {api: {image: x, pull: alway}}\n",
        [
            '1:9: engine: cannot be "kubernetes"; it can be docker, process or auto',
            '2:34: services.api.pull: cannot be "alway"; did you mean "always"?',
        ],
    ),
}

NAMES: dict[str, tuple[str, list[str]]] = {
    "capital letters and underscores": (
        "services:\n  Ledger_API: {image: x}\n",
        [
            (
                "2:3: services.Ledger_API: a name is lower-case letters, digits and hyphens, "
                'and begins with a letter; write "ledger-api"'
            )
        ],
    ),
    "a hyphen at the end": (
        "services:\n  api-: {image: x}\n",
        [
            (
                "2:3: services.api-: a name is lower-case letters, digits and hyphens, "
                'and begins with a letter; write "api"'
            )
        ],
    ),
    "a digit at the start": (
        "services:\n  1st: {image: x}\n",
        [
            (
                "2:3: services.1st: a name is lower-case letters, digits and hyphens, "
                "and begins with a letter"
            )
        ],
    ),
    "too long": (
        f"services:\n  {'a' * 41}: {{image: x}}\n",
        [f"2:3: services.{'a' * 41}: a name cannot be longer than 40 characters"],
    ),
    "reserved": (
        "services:\n  lazy: {image: x}\n",
        [
            (
                '2:3: services.lazy: "self", "env", "lazy", "docker" and "greenroom" '
                "have meanings of their own; choose another name"
            )
        ],
    ),
    "twice in one section": (
        "services:\n  api: {image: x}\n  api: {image: y}\n",
        ["3:3: services.api: is given twice; the first is in line 2"],
    ),
    "twice in two sections": (
        "services:\n  ledger: {image: x}\ndatabases:\n  ledger: {use: postgres}\n",
        ['4:3: databases.ledger: the name "ledger" is taken by services.ledger in line 2'],
    ),
}

_NOT_YET = "is part of Greenroom's language but this version cannot do it yet"

NOT_YET: dict[str, tuple[str, list[str]]] = {
    "doubles": (
        "doubles:\n  stripe: {openapi: x.yaml}\n",
        [f'2:3: doubles: "doubles" {_NOT_YET}; run the stand-in as one of the services'],
    ),
    "links": (
        "links: {}\n",
        [f'1:8: links: "links" {_NOT_YET}; leave it out; resources reach each other directly'],
    ),
    "a database as a process": (
        "databases:\n  db: {use: postgres, engine: process}\n",
        [
            (
                "2:31: databases.db.engine: cannot be process, because nobody has said yet how "
                "postgres runs outside of one"
            )
        ],
    ),
}

CASES = {
    **{f"keys: {name}": case for name, case in KEYS.items()},
    **{f"names: {name}": case for name, case in NAMES.items()},
    **{f"not yet: {name}": case for name, case in NOT_YET.items()},
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_every_wrong_key_is_told_with_what_to_do(
    world: World, text: str, expected: list[str]
) -> None:
    assert world.mistakes(text) == expected


def test_keys_that_begin_with_x_are_free(world: World) -> None:
    text = """
        x-anything: ["${nobody.url}", "${NOT_EVEN_THIS}"]
        services:
          x-ray: {image: x, x-note: {about: "${it}"}}
        tests: {x-owner: us}
        """
    assert list(world.load(text).resources) == ["x-ray"]


def test_keys_left_empty_are_as_good_as_absent(world: World) -> None:
    text = """
        name:
        include:
        databases:
        services:
          api:
            image: x
            ports:
            env:
            ready:
        """
    manifest = world.load(text)
    assert (manifest.name, list(manifest.resources)) == ("payments", ["api"])
