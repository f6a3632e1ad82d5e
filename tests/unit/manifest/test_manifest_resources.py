"""Good manifests, and the resources that they become."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from manifest_world import FOLDER, NATS, PATH, POSTGRES, World

from orchestrator.model.manifest import Tests as ManifestTests
from orchestrator.model.probe import Automatic, Dialogue, Exit, Http, Readiness
from orchestrator.model.resource import (
    Build,
    BuildSecret,
    DatabaseSeed,
    File,
    FileSeed,
    FunctionSeed,
    Limits,
    Port,
    Resource,
    TaskSeed,
)
from orchestrator.model.template import Reference, Template, View

PAYMENTS = """
name: payments
databases:
  ledger:
    use: postgres:15
    seed: ["task:migrate", accounts.csv, "load.py:fill"]
brokers:
  events: {use: nats, seed: [streams.yaml], args: -D}
tasks:
  migrate: {build: ./api, command: alembic upgrade head, env: {DATABASE_URL: "${ledger.url}"}}
services:
  ledger-api:
    build: ./api
    ports: [8000]
    env: {DATABASE_URL: "${ledger.url}", EVENTS_URL: "${events.url}"}
    ready: {http: /health}
tests:
  command: pytest -q
  env: {API_URL: "${ledger-api.url}"}
"""


def template(text: str | Reference) -> Template:
    return Template((text,))


def words(*texts: str) -> tuple[Template, ...]:
    return tuple(map(template, texts))


USER, DATABASE = Reference("self", "user"), Reference("self", "database")
LEDGER_URL = template(Reference("ledger", "url"))

RESOURCES = {
    "ledger": Resource(
        name="ledger",
        section="databases",
        technology=POSTGRES,
        version="15",
        bound="nobody has said yet how postgres runs outside of one",
        image="postgres:15",
        env={
            "POSTGRES_USER": template(USER),
            "POSTGRES_DB": template(DATABASE),
            "LANG": template("C"),
        },
        ports=(Port(5432),),
        user="greenroom",
        databases=("ledger",),
        seeds=(
            TaskSeed("migrate"),
            FileSeed(f"{FOLDER}/accounts.csv", ".csv", "accounts.csv"),
            FunctionSeed(f"{FOLDER}/load.py", "fill", "load.py:fill"),
        ),
        readiness=Readiness(Dialogue(Template.literal("greenroom/ledger"), b"R"), successes=2),
    ),
    "events": Resource(
        name="events",
        section="brokers",
        technology=NATS,
        bound="nobody has said yet how nats runs outside of one",
        image="nats:2",
        command=(*words("nats-server", "-js", "--user"), template(USER), *words("-D")),
        ports=(Port(4222),),
        user="greenroom",
        databases=("main",),
        seeds=(FileSeed(f"{FOLDER}/streams.yaml", ".yaml", "streams.yaml"),),
        readiness=Readiness(Dialogue(Template.literal("greenroom/main"), b"R"), successes=2),
    ),
    "ledger-api": Resource(
        name="ledger-api",
        section="services",
        build=Build(f"{FOLDER}/api"),
        bound="it is built as an image",
        env={"DATABASE_URL": LEDGER_URL, "EVENTS_URL": template(Reference("events", "url"))},
        ports=(Port(8000),),
        readiness=Readiness(Http("/health")),
    ),
    "migrate": Resource(
        name="migrate",
        section="tasks",
        build=Build(f"{FOLDER}/api"),
        bound="it is built as an image",
        command=words("alembic", "upgrade", "head"),
        env={"DATABASE_URL": LEDGER_URL},
        readiness=Readiness(Exit()),
    ),
}


def test_a_manifest_becomes_its_resources(world: World) -> None:
    manifest = world.load(PAYMENTS)
    assert manifest.resources == RESOURCES
    assert (manifest.path, manifest.folder, manifest.name) == (PATH, FOLDER, "payments")
    assert (manifest.engine, manifest.python) == ("auto", None)
    assert manifest.tests == ManifestTests(
        words("pytest", "-q"), {"API_URL": template(Reference("ledger-api", "url"))}
    )


SERVICES: dict[str, tuple[str, Resource]] = {
    "everything a container can have": (
        """
        services:
          api:
            image: "nginx:${env:TAG:-1.27}"
            command: [serve, 8080, yes, 1.10]
            entrypoint: tini --
            workdir: /srv
            user: 1000:1000
            tmpfs: [/tmp, "/run:size=1m"]
            ports: {http: 80, admin: {port: 81, host: 9081}}
            files:
              /etc/app.toml: app.toml
              /etc/url: {content: "${self.outside.url}$${x}", mode: 0600}
              /etc/own: {source: ./app.toml, mode: "755"}
            limits: {memory: 1.5g, cpus: 0.5}
            timeout: 1.5m
            hostname: api.test
            platform: linux/arm64
            pull: never
            profiles: slow
            engine: docker
            docker: {StopSignal: 64m, Tty: true, Volumes: {a: 1}, OnBuild: [X, "1", ~]}
        """,
        Resource(
            name="api",
            section="services",
            bound="it names an image",
            image="nginx:1.27",
            command=words("serve", "8080", "yes", "1.10"),
            entrypoint=words("tini", "--"),
            workdir="/srv",
            run_as="1000:1000",
            tmpfs=("/tmp", "/run:size=1m"),
            ports=(Port(80, "http"), Port(81, "admin", 9081)),
            files=(
                File(PurePosixPath("/etc/app.toml"), f"{FOLDER}/app.toml"),
                File(
                    PurePosixPath("/etc/url"),
                    content=Template((Reference("self", "url", view=View.OUTSIDE), "${x}")),
                    mode=0o600,
                ),
                File(PurePosixPath("/etc/own"), f"{FOLDER}/app.toml", mode=0o755),
            ),
            limits=Limits(1536 * 1024 * 1024, 0.5),
            timeout=90.0,
            hostname="api.test",
            platform="linux/arm64",
            pull="never",
            profiles=("slow",),
            options={
                "StopSignal": "64m",
                "Tty": True,
                "Volumes": {"a": 1},
                "OnBuild": ["X", "1", None],
            },
        ),
    ),
    "a process on this host": (
        """
        services:
          api: {command: "python -m api --url '${self.url} x'", workdir: src, ports: [8000, 8001]}
        """,
        Resource(
            name="api",
            section="services",
            engine="process",
            command=(
                *words("python", "-m", "api", "--url"),
                Template((Reference("self", "url"), " x")),
            ),
            workdir=f"{FOLDER}/src",
            ports=(Port(8000), Port(8001)),
            readiness=Readiness(Automatic()),
        ),
    ),
    "a build in full": (
        """
        services:
          api: {build: {context: ., dockerfile: api/Dockerfile, target: test, args: {V: 1.10}}}
        """,
        Resource(
            name="api",
            section="services",
            bound="it is built as an image",
            build=Build(FOLDER, "api/Dockerfile", "test", {"V": "1.10"}),
        ),
    ),
    "a build with secrets": (
        """
        services:
          api:
            platform: linux/arm64
            build:
              context: .
              dockerfile_inline: |
                FROM x
                RUN make
              secrets: {ci: {env: CI}, toml: app.toml}
              network: host
        """,
        Resource(
            name="api",
            section="services",
            bound="it is built as an image",
            platform="linux/arm64",
            build=Build(
                FOLDER,
                inline="FROM x\nRUN make\n",
                secrets={
                    "ci": BuildSecret(value="true", hidden=("true",)),
                    "toml": BuildSecret(path=f"{FOLDER}/app.toml"),
                },
                network="host",
                platform="linux/arm64",
            ),
        ),
    ),
    "a server told otherwise": (
        """
        databases:
          api:
            use: postgres
            image: mine:1
            args: ["-c", "fsync=${env:FSYNC:-off}"]
            user: ann
            password: 007
            database: [main, audit]
            port: ${env:PORT:-5432}
            env: {LANG: de_DE}
            needs: []
        """,
        Resource(
            name="api",
            section="databases",
            technology=POSTGRES,
            bound="nobody has said yet how postgres runs outside of one",
            image="mine:1",
            command=words("postgres", "-c", "fsync=off"),
            env={
                "POSTGRES_USER": template(USER),
                "POSTGRES_DB": template(DATABASE),
                "LANG": template("de_DE"),
            },
            ports=(Port(5432, host=5433),),
            user="ann",
            password="007",
            databases=("main", "audit"),
            seeds=(DatabaseSeed("audit"),),
            readiness=Readiness(Dialogue(Template.literal("ann/main"), b"R"), successes=2),
        ),
    ),
}


@pytest.mark.parametrize(("text", "expected"), SERVICES.values(), ids=SERVICES.keys())
def test_an_entry_becomes_a_resource(world: World, text: str, expected: Resource) -> None:
    assert world.load(text).resources["api"] == expected


AS_WRITTEN = {
    "1.10": "1.10",
    "on": "on",
    "007": "007",
    "0x1F": "0x1F",
    "1e3": "1e3",
    "22:22": "22:22",
    "2024-01-01": "2024-01-01",
    "True": "True",
    "~": "~",
    "null": "null",
    "''": "",
    "": "",
    "'a''b'": "a'b",
    '"a\\tb"': "a\tb",
    "$${x} $$ $x": "${x} $$ $x",
    "${env:CI}": "true",
    "a ${env:NOPE:-b c} d": "a b c d",
}


@pytest.mark.parametrize(("written", "expected"), AS_WRITTEN.items())
def test_variables_are_the_text_as_written(world: World, written: str, expected: str) -> None:
    manifest = world.load(f"services:\n  api:\n    image: x\n    env:\n      A: {written}\n")
    assert str(manifest.resources["api"].env["A"]) == expected
    assert not manifest.resources["api"].env["A"].references


def test_what_the_environment_says_is_no_reference(world: World) -> None:
    said = World(environ={"A": "${ledger.url} $${x}"})
    manifest = said.load('services: {api: {image: x, env: {A: "${env:A}"}}}')
    assert manifest.resources["api"].env["A"] == Template.literal("${ledger.url} $${x}")


NUMBERS = {
    "${env:PORT:-1}": 5433,
    "'${env:PORT}'": 5433,
    '"${env:NOPE:-70}"': 70,
    "5${env:NOPE:-4}": 54,
}


@pytest.mark.parametrize(("written", "expected"), NUMBERS.items())
def test_the_environment_can_give_numbers(world: World, written: str, expected: int) -> None:
    manifest = world.load(f"databases:\n  db:\n    use: postgres\n    port: {written}\n")
    assert manifest.resources["db"].ports[0].host == expected


DURATIONS = {"500ms": 0.5, "30s": 30.0, "2m": 120.0, "1h": 3600.0, "1.5s": 1.5}
AMOUNTS = {
    "512m": 512 * 1024**2,
    "1g": 1024**3,
    "256MiB": 256 * 1024**2,
    "64000KB": 64000 * 1024,
    "0.5G": 512 * 1024**2,
}


@pytest.mark.parametrize(("written", "expected"), DURATIONS.items())
def test_durations_are_seconds(world: World, written: str, expected: float) -> None:
    manifest = world.load(f"services: {{api: {{image: x, timeout: {written}}}}}")
    assert manifest.resources["api"].timeout == expected


@pytest.mark.parametrize(("written", "expected"), AMOUNTS.items())
def test_amounts_of_memory_are_bytes(world: World, written: str, expected: int) -> None:
    manifest = world.load(f"services: {{api: {{image: x, limits: {{memory: {written}}}}}}}")
    assert manifest.resources["api"].limits.memory == expected


COMMANDS = {
    "a list": ("[a, b c, 1]", ["a", "b c", "1"]),
    "quotes": ("""a 'b  c' "d 'e'" f\\ g""", ["a", "b  c", "d 'e'", "f g"]),
    "quoted shell words": ("""grep "a|b" 'x && y' \\; $HOME""", "grep|a|b|x && y|;|$HOME"),
    "folded lines": (">\n        a\n        b", ["a", "b"]),
    "a continued line": ("|\n        a \\\n        b", ["a", "b"]),
    "from the environment": ("run ${env:ARGS:-a b}", ["run", "a", "b"]),
    "references": ("run ${self.host}:${self.port} x", ["run", "${self.host}:${self.port}", "x"]),
}


@pytest.mark.parametrize(("written", "expected"), COMMANDS.values(), ids=COMMANDS.keys())
def test_commands_are_split_by_posix_rules(
    world: World, written: str, expected: list[str] | str
) -> None:
    text = f"services:\n  api:\n    image: x\n    ports: [80]\n    command: {written}\n"
    found = [str(word) for word in world.load(text).resources["api"].command or ()]
    assert found == expected or "|".join(found) == expected


def test_the_folder_names_the_manifest_and_its_python(world: World) -> None:
    manifest = world.load("python: python3.12\nengine: process\n")
    assert (manifest.name, manifest.python, manifest.engine) == (
        "payments",
        "python3.12",
        "process",
    )
    assert world.load("python: ./setup.sh\n").python == f"{FOLDER}/setup.sh"


def test_a_port_is_found_by_name_and_number(world: World) -> None:
    manifest = world.load("services: {api: {image: x, ports: {a: 80, b: 81}}}")
    api = manifest.resources["api"]
    assert api.port() == api.port("a") == api.port("80") == Port(80, "a")
    assert (api.port("81"), api.port("c")) == (Port(81, "b"), None)
