"""Values: durations, amounts, ports, commands, files, builds, and what fits together."""

from __future__ import annotations

import pytest
from manifest_world import World

SERVICE = "services:\n  api: {{image: x, {}}}\n"
"""The value under test stands in line 2; `  api: {image: x, ` takes 18 columns."""

VALUES: dict[str, tuple[str, list[str]]] = {
    "a duration without a unit": (
        "timeout: 30",
        ["2:28: services.api.timeout: 30 has no unit; write 30s"],
    ),
    "a duration in words": (
        "timeout: soon",
        ['2:28: services.api.timeout: "soon" is no duration; write it like 500ms, 30s, 2m or 1h'],
    ),
    "no duration at all": (
        "timeout: 0s",
        ["2:28: services.api.timeout: must be longer than 0s and at most 24h, not 0s"],
    ),
    "a duration of days": (
        "timeout: 25h",
        ["2:28: services.api.timeout: must be longer than 0s and at most 24h, not 25h"],
    ),
    "a duration that is a list": (
        "timeout: [30s]",
        ["2:28: services.api.timeout: must be a duration such as 30s, not a list"],
    ),
    "memory without a unit": (
        "limits: {memory: 512}",
        ["2:36: services.api.limits.memory: 512 has no unit; write 512m"],
    ),
    "memory in words": (
        "limits: {memory: plenty}",
        ['2:36: services.api.limits.memory: "plenty" is no amount of memory; write 512m or 1g'],
    ),
    "too little memory": (
        "limits: {memory: 4m}",
        ["2:36: services.api.limits.memory: 4m is too little; write 6m or more"],
    ),
    "no processors": (
        "limits: {cpus: 0}",
        ["2:34: services.api.limits.cpus: must be a number above 0 such as 1.5, not 0"],
    ),
    "processors in words": (
        "limits: {cpus: two}",
        ['2:34: services.api.limits.cpus: must be a number above 0 such as 1.5, not "two"'],
    ),
    "a port out of range": (
        "ports: [0, 65535, 65536]",
        [
            "2:27: services.api.ports[0]: 0 is out of range; ports go from 1 to 65535",
            "2:37: services.api.ports[2]: 65536 is out of range; ports go from 1 to 65535",
        ],
    ),
    "a port that YAML 1.1 reads as 1342": (
        "ports: [22:22]",
        [
            (
                '2:27: services.api.ports[0]: "22:22" is no port number; '
                "write {port: 22, host: 22} for a fixed port on this host, or 22 to have one chosen"
            )
        ],
    ),
    "ports as Compose has them": (
        'ports: ["8080:80", "127.0.0.1:5432:5432"]',
        [
            (
                '2:27: services.api.ports[0]: "8080:80" is no port number; '
                "write {port: 80, host: 8080} for a fixed port on this host, "
                "or 80 to have one chosen"
            ),
            (
                '2:38: services.api.ports[1]: "127.0.0.1:5432:5432" is no port number; '
                "write {port: 5432, host: 5432} for a fixed port on this host, "
                "or 5432 to have one chosen"
            ),
        ],
    ),
    "a port in quotes": (
        'ports: ["8000"]',
        [
            (
                '2:27: services.api.ports[0]: must be a number, not the text "8000"; '
                "take the quotes away"
            )
        ],
    ),
    "a port in words": (
        "ports: [http]",
        ['2:27: services.api.ports[0]: must be a port number such as 8000, not "http"'],
    ),
    "a port that is nothing": (
        "ports: [~]",
        ["2:27: services.api.ports[0]: must be a port number such as 8000, not nothing"],
    ),
    "a port alone": (
        "ports: 8000",
        ["2:26: services.api.ports: must be a list such as [8000] or a mapping of names, not 8000"],
    ),
    "a port without its number": (
        "ports: [{host: 80}]",
        ['2:27: services.api.ports[0]: "port" is missing'],
    ),
    "a port's name": (
        "ports: {HTTP: 80, outside: 81}",
        [
            "2:27: services.api.ports.HTTP: must be lower-case letters, digits and hyphens",
            "2:37: services.api.ports.outside: is a side of an address; give the port another name",
        ],
    ),
    "the same port twice": (
        "ports: {http: 80, admin: 80}",
        ["2:44: services.api.ports.admin: the port 80 is given twice"],
    ),
    "a relative path in memory": (
        "tmpfs: [tmp, /run]",
        ['2:27: services.api.tmpfs[0]: must be an absolute path such as /tmp, not "tmp"'],
    ),
    "a host name": (
        "hostname: my_host",
        [
            (
                '2:29: services.api.hostname: "my_host" cannot be a host name; '
                "it has letters, digits, hyphens, dots"
            )
        ],
    ),
    "a working directory in a container": (
        "workdir: src",
        ["2:28: services.api.workdir: must be an absolute path, because it is in a container"],
    ),
    "settings for the engine": (
        "docker: [privileged]",
        ["2:27: services.api.docker: must be a mapping of settings for the engine, not a list"],
    ),
    "a setting that no engine knows": (
        "docker: {HostConfig: {ShmSzie: 1}}",
        [
            (
                "2:50: services.api.docker.HostConfig.ShmSzie: the engine's create call has no key "
                '"ShmSzie"; did you mean "ShmSize"?'
            )
        ],
    ),
    "a setting in the wrong place": (
        "docker: {ShmSize: 1}",
        [
            (
                "2:37: services.api.docker.ShmSize: the engine's create call has no such key here; "
                'write "ShmSize" below "HostConfig"'
            )
        ],
    ),
    "a setting in the wrong place below": (
        "docker: {HostConfig: {Tty: true}}",
        [
            (
                "2:46: services.api.docker.HostConfig.Tty: the engine's create call has no such "
                'key here; write "Tty" at the top of it'
            )
        ],
    ),
    "a setting in small letters": (
        "docker: {hostconfig: {}}",
        [
            (
                "2:40: services.api.docker.hostconfig: the engine's create call has no such key "
                'here; write "HostConfig"'
            )
        ],
    ),
    "a setting that is nothing like any": (
        "docker: {Frobnicate: 1}",
        [
            (
                "2:40: services.api.docker.Frobnicate: the engine's create call has no key "
                '"Frobnicate"; see the Docker API\'s reference'
            )
        ],
    ),
    "a part of the settings that is none": (
        "docker: {HostConfig: 1}",
        ["2:40: services.api.docker.HostConfig: must be a mapping of settings"],
    ),
    "a reference in the engine's settings": (
        'docker: {Labels: {a: "${self.url}"}}',
        ["2:40: services.api.docker.Labels.a: ${self.url} cannot stand here; only ${env:...} can"],
    ),
    "a character that ends texts": (
        'hostname: "a\\0b", env: {A: "a\\0b"}',
        [
            "2:29: services.api.hostname: cannot hold the character U+0000",
            "2:46: services.api.env.A: cannot hold the character U+0000",
        ],
    ),
}

COMMANDS: dict[str, tuple[str, list[str]]] = {
    "two commands": (
        "command: migrate && serve",
        [
            (
                '2:28: services.api.command: no shell reads this, so "&&" means nothing; '
                'write [sh, -c, "migrate && serve"]'
            )
        ],
    ),
    "a pipe": (
        "command: 'cat x | sort'",
        [
            (
                '2:28: services.api.command: no shell reads this, so "|" means nothing; '
                'write [sh, -c, "cat x | sort"]'
            )
        ],
    ),
    "a file to write to": (
        'command: serve "a b" 2>&1',
        [
            (
                '2:28: services.api.command: no shell reads this, so ">" means nothing; '
                'write [sh, -c, "serve \\"a b\\" 2>&1"]'
            )
        ],
    ),
    "a command in a command": (
        "command: 'echo \"$(date)\"'",
        [
            (
                '2:28: services.api.command: no shell reads this, so "$(" means nothing; '
                'write [sh, -c, "echo \\"$(date)\\""]'
            )
        ],
    ),
    "a quote without its partner": (
        'command: "echo it\'s"',
        [
            (
                "2:28: services.api.command: "
                "a quote or a backslash in this command has no partner; write it as a list"
            )
        ],
    ),
    "an empty text": ('command: ""', ["2:28: services.api.command: cannot be empty"]),
    "an empty list": ("command: []", ["2:28: services.api.command: cannot be empty"]),
    "a mapping": (
        "command: {run: x}",
        ["2:28: services.api.command: must be a text or a list of texts, not a mapping"],
    ),
    "an argument with a colon": (
        "command: [echo, a: b]",
        [
            (
                "2:35: services.api.command[1]: "
                'must be a text; put quotes around one that has ": " in it'
            )
        ],
    ),
}

FILES: dict[str, tuple[str, list[str]]] = {
    "a missing file": (
        "files: {/etc/a: nope.toml}",
        ['2:35: services.api.files["/etc/a"]: there is no file /home/payments/nope.toml'],
    ),
    "a folder": (
        "files: {/etc/a: src}",
        ['2:35: services.api.files["/etc/a"]: /home/payments/src is a folder, and must be a file'],
    ),
    "targets that are no absolute paths": (
        "files: {etc/a: app.toml, /etc/../b: app.toml, /etc/: app.toml}",
        [
            f'2:{column}: services.api.files["{target}"]: '
            "must be the absolute path of a file, without .."
            for column, target in ((27, "etc/a"), (44, "/etc/../b"), (65, "/etc/"))
        ],
    ),
    "neither source nor content": (
        "files: {/etc/a: {mode: 0600}}",
        ['2:35: services.api.files["/etc/a"]: needs either "source" or "content"'],
    ),
    "a mode that is none": (
        "files: {/etc/a: {content: x, mode: rw}}",
        [
            (
                '2:54: services.api.files["/etc/a"].mode: "rw" cannot be permissions; '
                "write them in octal, such as 0644"
            )
        ],
    ),
}


def _in_service(cases: dict[str, tuple[str, list[str]]]) -> dict[str, tuple[str, list[str]]]:
    return {name: (SERVICE.format(text), expected) for name, (text, expected) in cases.items()}


KINDS: dict[str, tuple[str, list[str]]] = {
    "an image and a build": (
        "services:\n  api: {image: x, build: ./api}\n",
        ['2:26: services.api.build: cannot stand beside "image"; leave one of them out'],
    ),
    "nothing to run": (
        "services:\n  api: {ports: [80]}\ntasks:\n  migrate: {env: {A: 1}}\n",
        [
            "2:8: services.api: needs one of image, build or command, to know what to run",
            "4:12: tasks.migrate: needs one of image, build or command, to know what to run",
        ],
    ),
    "a database without a technology": (
        "databases:\n  db: {image: postgres}\n",
        ['2:7: databases.db: names no technology; write for example "use: postgres"'],
    ),
    "an unknown technology": (
        "databases:\n  db: {use: postgress:16}\nbrokers:\n  mq: {use: kafka}\n",
        [
            '2:13: databases.db.use: unknown technology "postgress"; did you mean "postgres"?',
            (
                '4:13: brokers.mq.use: unknown technology "kafka"; there are nats and postgres; '
                "technologies/kafka.yaml could describe it"
            ),
        ],
    ),
    "a digest without a version": (
        "databases:\n  db: {use: 'postgres@sha256:" + "7" * 64 + "'}\n",
        [
            (
                "2:13: databases.db.use: a digest goes behind a version; write it like "
                "postgres:16@sha256:..."
            )
        ],
    ),
    "a version that is left open": (
        "databases:\n  db: {use: 'postgres:'}\n",
        ["2:13: databases.db.use: names no version after the colon; write for example postgres:16"],
    ),
    "a version beside an image": (
        "databases:\n  db: {use: postgres:16, image: mine}\n",
        [
            (
                "2:33: databases.db.image: "
                'says the version already; leave it out of "use", or leave this out'
            )
        ],
    ),
    "a fixed port as a pair": (
        "databases:\n  db: {use: postgres, port: 5433:5432}\n",
        [
            (
                '2:29: databases.db.port: "5433:5432" is no port number; '
                "write 5433, the port on this host"
            )
        ],
    ),
    "a database named twice": (
        "databases:\n  db: {use: postgres, database: [a, b, a]}\n",
        ['2:40: databases.db.database[2]: the database "a" is named twice'],
    ),
    "two databases where only one can be": (
        "brokers:\n  mq: {use: nats, database: [a, b]}\n",
        ["2:29: brokers.mq.database: nats cannot have more than one database"],
    ),
    "a container's settings on a process": (
        "services:\n  api: {command: serve, user: root, limits: {cpus: 1}}\n",
        [
            f'2:{column}: services.api.{key}: cannot stand here, because a "command" alone is a '
            'process on this host; give it an "image" or "build" to run it in a container'
            for column, key in ((31, "user"), (45, "limits"))
        ],
    ),
    "an image as a process": (
        "services:\n  api: {image: x, engine: process}\n",
        ['2:27: services.api.engine: cannot be process, because "image" makes it a container'],
    ),
    "a command in a container": (
        "services:\n  api: {command: serve, engine: docker}\n",
        ['2:33: services.api.engine: cannot be docker without an "image" or "build"'],
    ),
    "processes only": (
        "engine: process\ndatabases:\n  db: {use: postgres}\nservices:\n  api: {command: serve}\n",
        [
            (
                "1:9: engine: cannot be process, because db cannot be one (nobody has said yet how "
                "postgres runs outside of one); leave it out, or give what needs a container "
                '"engine: docker"'
            )
        ],
    ),
    "a build without its folder": (
        "services:\n  api: {build: ./web}\n",
        ["2:16: services.api.build: there is no folder /home/payments/web"],
    ),
    "a build from a file": (
        "services:\n  api: {build: app.toml}\n",
        ["2:16: services.api.build: /home/payments/app.toml is a file, and must be a folder"],
    ),
    "a build without its Dockerfile": (
        "services:\n  api: {build: empty}\n",
        ["2:16: services.api.build: there is no file /home/payments/empty/Dockerfile"],
    ),
    "a build of a file and of a text": (
        "services: {a: {build: {context: api, dockerfile: Dockerfile, dockerfile_inline: x}}}",
        [
            (
                "1:81: services.a.build.dockerfile_inline: "
                'cannot stand beside "dockerfile"; leave one of them out'
            )
        ],
    ),
    "secrets of a build that are none": (
        """
        services:
          api:
            build:
              context: api
              secrets:
                a: {}
                b: {env: NOT_SET}
                c: {file: none}
                d: {file: app.toml, env: CI}
                e f: app.toml
              network: bridge
        """,
        [
            '6:12: services.api.build.secrets.a: needs either "file" or "env"',
            (
                "7:18: services.api.build.secrets.b.env: NOT_SET is not set in the environment; "
                "set it, or put it into the file .env beside the manifest"
            ),
            "8:19: services.api.build.secrets.c.file: there is no file /home/payments/none",
            (
                '9:34: services.api.build.secrets.d.env: cannot stand beside "file"; '
                "leave one of them out"
            ),
            (
                '10:9: services.api.build.secrets["e f"]: must be letters, digits, dots, '
                "hyphens and underscores"
            ),
            (
                '11:16: services.api.build.network: cannot be "bridge"; '
                "it can be default, host or none"
            ),
        ],
    ),
    "a build with another Dockerfile": (
        "services:\n  api: {build: {context: api, dockerfile: Dockerfile.dev}}\n",
        [
            (
                "2:43: services.api.build.dockerfile: there is no file "
                '/home/payments/api/Dockerfile.dev; did you mean "Dockerfile"?'
            )
        ],
    ),
    "a build without a context": (
        "services:\n  api: {build: {target: test}}\n",
        ['2:16: services.api.build: "context" is missing'],
    ),
    "a working directory on this host": (
        "services:\n  api: {command: serve, workdir: nowhere}\n",
        ["2:34: services.api.workdir: there is no folder /home/payments/nowhere"],
    ),
    "an interpreter": (
        "python: .venv/bin/python\n",
        ["1:9: python: there is no file /home/payments/.venv/bin/python"],
    ),
    "a fixed port wanted twice": (
        """
        services:
          api: {image: x, ports: {http: {port: 80, host: 5432}}}
          web: {image: x, ports: [{port: 80, host: 8080}, {port: 81, host: 8080}]}
        databases:
          db: {use: postgres, port: 5432}
        """,
        [
            (
                "3:68: services.web.ports[1].host: "
                "the host port 8080 is wanted by services.web.ports[0].host in line 3 already"
            ),
            (
                "5:29: databases.db.port: "
                "the host port 5432 is wanted by services.api.ports.http.host in line 2 already"
            ),
        ],
    ),
}

CASES = {
    **_in_service(VALUES),
    **{f"command: {name}": case for name, case in _in_service(COMMANDS).items()},
    **{f"files: {name}": case for name, case in _in_service(FILES).items()},
    **KINDS,
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_every_wrong_value_is_told_with_what_to_write(
    world: World, text: str, expected: list[str]
) -> None:
    assert world.mistakes(text) == expected


def test_a_script_of_several_lines_is_no_command(world: World) -> None:
    text = """
        services:
          api:
            image: x
            command: |
              migrate
              serve
        """
    assert world.mistakes(text) == [
        (
            "4:14: services.api.command: no shell reads this, so the end of a line means nothing; "
            'write [sh, -c, "migrate\\nserve"]'
        )
    ]


def test_a_fixed_port_may_be_wanted_in_two_profiles(world: World) -> None:
    text = """
        services:
          one: {image: x, profiles: [a], ports: [{port: 80, host: 80}]}
          two: {image: x, profiles: [b], ports: [{port: 80, host: 80}]}
        """
    assert world.mistakes(text) == []
