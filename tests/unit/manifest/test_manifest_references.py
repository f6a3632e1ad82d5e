"""References: to resources, to the environment, and in circles."""

from __future__ import annotations

import pytest
from manifest_world import World

FRAME = """
databases:
  ledger: {{use: postgres}}
services:
  worker: {{image: w}}
  web: {{image: w, ports: {{http: 80, admin: 81}}}}
  api: {{image: a, ports: [80, 81], env: {{A: '{}'}}}}
tasks:
  migrate: {{image: m}}
"""
"""The text under test stands in line 6, in column 45."""

WHERE = "6:45: services.api.env.A: "

REFERENCES: dict[str, tuple[str, str]] = {
    "an unknown name": (
        "${legder.url}",
        'no resource is called "legder"; did you mean "ledger"?',
    ),
    "a name like no other": ("${zzz.url}", 'no resource is called "zzz"'),
    "an unknown field": ("${ledger.urll}", 'ledger has no field "urll"; did you mean "url"?'),
    "a field like no other": (
        "${ledger.zzz}",
        'ledger has no field "zzz"; it has url, host, port, user, password, database and jdbc',
    ),
    "a database's field of a service": (
        "${web.password}",
        'web has no field "password"; it has url, host and port',
    ),
    "an unknown port": (
        "${web.admn.url}",
        'web has no port "admn"; did you mean "admin"?',
    ),
    "an unknown side": (
        "${web.outsid.url}",
        'web has no port "outsid"; did you mean "outside"?',
    ),
    "an unknown port of a list": ("${self.82.url}", 'api has no port "82"; it has 80 and 81'),
    "a service without ports": (
        "${worker.url}",
        'worker has no ports, and so no url; give it "ports", or name it in "needs" to wait for it',
    ),
    "a task": (
        "${migrate.url}",
        'migrate is a task and has no address; name it in "needs" to wait for it',
    ),
    "itself by name": (
        "${api.url}",
        "${api.url} refers to its own resource; write ${self.url}",
    ),
    "itself by name, from outside": (
        "${lazy:api.outside.port}",
        "${lazy:api.outside.port} refers to its own resource; write ${self.outside.port}",
    ),
    "no field": ("${ledger}", '"${ledger}" says no field; write for example "${ledger.url}"'),
    "no field of itself": ("${self}", '"${self}" says no field; write for example "${self.url}"'),
    "a bare name": (
        "${HOME}",
        (
            '"${HOME}" is no reference; write "${env:HOME}" for the variable of the environment, '
            'or "$${HOME}" for just this text'
        ),
    ),
    "a bare name with a default": (
        "${HOME:-/root}",
        (
            '"${HOME:-/root}" is no reference; write "${env:HOME:-/root}" for the variable '
            'of the environment, or "$${HOME:-/root}" for just this text'
        ),
    ),
    "no closing brace": (
        "x ${ledger.url",
        '"${" is never closed; write "$${" if it is meant literally',
    ),
    "one in another": (
        "${ledger.${env:CI}}",
        '"${ledger.${env:CI}" is not understood; a reference looks like "${name.url}"',
    ),
    "nothing in it": (
        "${}",
        '"${}" is not understood; a reference looks like "${name.url}"',
    ),
    "spaces in it": (
        "${ ledger.url }",
        '"${ ledger.url }" is not understood; a reference looks like "${name.url}"',
    ),
    "another prefix": (
        "${file:secret.txt}",
        '"${file:secret.txt}" is not understood; a reference looks like "${name.url}"',
    ),
    "two sides": ("${ledger.inside.outside.url}", '"${ledger.inside.outside.url}" names two sides'),
    "two ports": ("${web.http.admin.url}", '"${web.http.admin.url}" names two ports'),
    "a variable that is not set": (
        "${env:NOPE}",
        (
            'NOPE is not set in the environment; set it, or write "${env:NOPE:-}" '
            "with a default after the hyphen"
        ),
    ),
    "a variable that is required": (
        "${env:NOPE:?ask Ann for it}",
        "NOPE is not set in the environment: ask Ann for it",
    ),
    "a required variable without words": (
        "${env:NOPE:?}",
        "NOPE is not set in the environment: it is required",
    ),
    "a default without its colon": (
        "${env:NOPE-x}",
        '"${env:NOPE-x}" is not understood; write "${env:NOPE:-x}"',
    ),
    "a variable that cannot be": (
        "${env:1A}",
        '"${env:1A}" is not understood; write "${env:NAME:-default}"',
    ),
    "braces in a default": (
        "${env:NOPE:-{}}",
        '"${env:NOPE:-{}" is not understood; write "${env:NAME:-default}"',
    ),
}


@pytest.mark.parametrize(("text", "expected"), REFERENCES.values(), ids=REFERENCES.keys())
def test_every_wrong_reference_is_told(world: World, text: str, expected: str) -> None:
    assert world.mistakes(FRAME.format(text)) == [WHERE + expected]


FINE = (
    "${ledger.url}",
    "${ledger.jdbc} and ${ledger.outside.user}",
    "${web.admin.url}",
    "${web.outside.admin.port}",
    "${web.admin.inside.host}",
    "${lazy:web.http.url}",
    "${self.url} ${self.81.port} ${self.outside.port}",
    "$${HOME} $${",
    "${env:CI} ${env:NOPE:-} ${env:NOPE:-a b} ${env:CI:?never}",
    "$HOME } {",
)


@pytest.mark.parametrize("text", FINE)
def test_what_leads_somewhere_is_fine(world: World, text: str) -> None:
    assert world.mistakes(FRAME.format(text)) == []


def test_every_mistake_of_one_text_is_told(world: World) -> None:
    assert world.mistakes(FRAME.format("${HOME} ${env:NOPE} ${ledger}")) == [
        WHERE + REFERENCES["a bare name"][1],
        WHERE + REFERENCES["no field"][1],
        WHERE + REFERENCES["a variable that is not set"][1],
    ]


PLACES: dict[str, tuple[str, list[str]]] = {
    "everywhere in a service": (
        """
        services:
          api:
            image: x
            command: serve --db ${a.url}
            entrypoint: [run, "${b.url}"]
            files:
              /etc/app: {content: "${c.url}"}
            ports: [80]
            ready: {http: /, headers: {X: "${d.url}"}}
          web:
            image: x
            ready: {exec: "check ${e.url}"}
          old:
            image: x
            ports: [80]
            ready: {send: "${f.url}", expect: x}
        """,
        [
            f'{place}: no resource is called "{name}"'
            for place, name in (
                ("4:14: services.api.command", "a"),
                ("5:23: services.api.entrypoint[1]", "b"),
                ('7:27: services.api.files["/etc/app"].content', "c"),
                ("9:35: services.api.ready.headers.X", "d"),
                ("12:19: services.web.ready.exec", "e"),
                ("16:19: services.old.ready.send", "f"),
            )
        ],
    ),
    "in the tests": (
        """
        tests:
          command: pytest --url ${a.url}
          env: {B: "${b.url}", C: "${self.url}"}
        """,
        [
            '2:12: tests.command: no resource is called "a"',
            '3:12: tests.env.B: no resource is called "b"',
            (
                '3:27: tests.env.C: ${self.url} means nothing here; "self" is for resources, '
                "so name one"
            ),
        ],
    ),
    "where there can be none": (
        """
        services:
          api: {image: "${self.host}", ports: ["${self.port}"], timeout: "${self.url}"}
        """,
        [
            f"2:{column}: services.api.{key}: {reference} cannot stand here; only ${{env:...}} can"
            for column, key, reference in (
                (16, "image", "${self.host}"),
                (40, "ports[0]", "${self.port}"),
                (66, "timeout", "${self.url}"),
            )
        ],
    ),
    "in needs": (
        """
        services:
          api: {image: x, needs: [api, wbe, web]}
          web: {image: x, needs: apii}
        """,
        [
            "2:27: services.api.needs[0]: a resource cannot need itself",
            '2:32: services.api.needs[1]: no resource is called "wbe"; did you mean "web"?',
            '3:26: services.web.needs: no resource is called "apii"; did you mean "api"?',
        ],
    ),
}

CIRCLES: dict[str, tuple[str, list[str]]] = {
    "two services": (
        """
        services:
          api: {image: x, ports: [80], env: {W: "${worker.url}", V: "${worker.host}"}}
          worker: {image: x, ports: [80], env: {A: "${api.url}"}}
        """,
        [
            (
                "2:41: services.api.env.W: these wait for each other: api → worker → api; "
                "write ${lazy:worker.url} where the address is enough without waiting"
            )
        ],
    ),
    "three by needs": (
        """
        services:
          a: {image: x, needs: [b]}
          b: {image: x, needs: [c]}
          c: {image: x, needs: [a]}
        """,
        [
            (
                "2:25: services.a.needs[0]: these wait for each other: a → b → c → a; "
                "one of them must not wait for the next"
            )
        ],
    ),
    "two circles": (
        """
        services:
          a: {image: x, needs: [b]}
          b: {image: x, needs: [a, c]}
          c: {image: x, needs: [b]}
        """,
        [
            (
                "2:25: services.a.needs[0]: these wait for each other: a → b → a; "
                "one of them must not wait for the next"
            ),
            (
                "3:28: services.b.needs[1]: these wait for each other: b → c → b; "
                "one of them must not wait for the next"
            ),
        ],
    ),
    "a seed's task that waits for the seeded": (
        """
        databases:
          ledger: {use: postgres, seed: task:fill}
        services:
          api: {image: x, ports: [80], env: {DB: "${ledger.url}"}}
        tasks:
          fill: {image: x, env: {API: "${api.url}"}}
        """,
        [
            (
                "2:33: databases.ledger.seed: these wait for each other: "
                "ledger → fill → api → ledger; one of them must not wait for the next"
            )
        ],
    ),
    "a seed's task that needs a later seed": (
        """
        databases:
          ledger: {use: postgres, seed: ["task:one", "task:two"]}
        tasks:
          one: {image: x, needs: [two]}
          two: {image: x}
        """,
        [
            (
                "4:27: tasks.one.needs[0]: these wait for each other: one → two → one; "
                "one of them must not wait for the next"
            )
        ],
    ),
    "a task in two seeds, one before the other": (
        """
        databases:
          main: {use: postgres, seed: task:fill, env: {R: "${replica.url}"}}
          replica: {use: postgres, seed: task:fill}
        tasks:
          fill: {image: x, env: {M: "${main.url}"}}
        """,
        [
            (
                "2:51: databases.main.env.R: these wait for each other: "
                "main → replica → fill → main; "
                "write ${lazy:replica.url} where the address is enough without waiting"
            )
        ],
    ),
}

CASES = {**PLACES, **{f"circles: {name}": case for name, case in CIRCLES.items()}}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_references_are_judged_wherever_they_stand(
    world: World, text: str, expected: list[str]
) -> None:
    assert world.mistakes(text) == expected


NO_CIRCLES = {
    "a seed's own task": """
        databases:
          ledger: {use: postgres, seed: [task:migrate, schema.sql, task:fill]}
        tasks:
          migrate: {image: x, env: {DB: "${ledger.url}"}}
          fill: {image: x, needs: [migrate], env: {DB: "${ledger.url}"}}
        """,
    "a lazy reference": """
        services:
          a: {image: x, ports: [80], env: {B: "${b.url}"}}
          b: {image: x, ports: [80], env: {A: "${lazy:a.url}", S: "${self.url}"}}
        """,
    "one task in two seeds": """
        databases:
          a: {use: postgres, seed: task:fill}
          b: {use: postgres, seed: task:fill}
        tasks:
          fill: {image: x, env: {A: "${a.url}", B: "${b.url}"}}
        """,
}


@pytest.mark.parametrize("text", NO_CIRCLES.values(), ids=NO_CIRCLES.keys())
def test_what_only_looks_like_a_circle_is_fine(world: World, text: str) -> None:
    assert world.mistakes(text) == []
