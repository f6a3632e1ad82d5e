"""What these tests load against: files, an environment and technologies of their own."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.errors import ManifestError
from orchestrator.manifest import load, load_mapping
from orchestrator.model.conversation import Conversation, Credentials
from orchestrator.model.loader import ExecLoader
from orchestrator.model.manifest import Manifest
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.slicing import Slicing
from orchestrator.model.technology import Technology
from orchestrator.model.template import Template

FOLDER = "/home/payments"
PATH = f"{FOLDER}/environment.yaml"


@dataclass(frozen=True)
class FakeFiles:
    """Files and folders by their paths in the manifest's folder; `links` lead from such a path."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str | bytes] = field(default_factory=dict)

    def exists(self, path: str) -> bool:
        known = (*self.files, *self.texts)
        return path.removeprefix(f"{FOLDER}/") in known or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        return path.removeprefix(f"{FOLDER}/") in (FOLDER, *self.folders)

    def real(self, path: str) -> str:
        return self.links.get(path.removeprefix(f"{FOLDER}/"), path)

    def listing(self, path: str, most: int) -> list[str]:
        start = path.removeprefix(f"{FOLDER}/") + "/"
        known = sorted((*self.files, *self.texts))
        found = [file.removeprefix(start) for file in known if file.startswith(start)]
        return found[: most + 1]

    def names(self, path: str) -> list[str]:
        known = (*self.files, *self.texts, *self.folders)
        start = "" if path == FOLDER else path.removeprefix(f"{FOLDER}/") + "/"
        below = (one.removeprefix(start) for one in known if one.startswith(start))
        return sorted({one.split("/")[0] for one in below})

    def read(self, path: str) -> bytes:
        text = self.texts.get(path.removeprefix(f"{FOLDER}/"), b"")
        return text if isinstance(text, bytes) else textwrap.dedent(text).lstrip("\n").encode()


FILES = FakeFiles(
    files=(
        "accounts.csv",
        "api/Dockerfile",
        "app.toml",
        "load.py",
        "schema.sql",
        "dump.sql.gz",
        "setup.sh",
        "streams.yaml",
    ),
    folders=("api", "empty", "src"),
)


def _ready(user: str, database: str) -> Readiness:
    return Readiness(Dialogue(Template.literal(f"{user}/{database}"), b"R"), successes=2)


def _load_file(_: object) -> tuple[str, ...]:
    return ("psql",)


def _slice(shared: Credentials, _number: int) -> Credentials:
    return shared


def _nothing(*_: object) -> Conversation:
    yield from ()


SLICING = Slicing(
    access=_slice,
    most=2,
    greet=_nothing,
    template=_nothing,
    make=_nothing,
    drop=_nothing,
    reset=_nothing,
    args=("--slices", "2"),
    files={"/etc/slices": "for ${self.user}"},
    tmpfs=("/data",),
    taken=("template0",),
)

POSTGRES = Technology(
    name="postgres",
    section="databases",
    image="postgres",
    version="16",
    port=5432,
    url="postgresql://${self.user}:${self.password}@${self.host}:${self.port}/${self.database}",
    readiness=_ready,
    program="postgres",
    env={"POSTGRES_USER": "${self.user}", "POSTGRES_DB": "${self.database}", "LANG": "C"},
    fields={"jdbc": "jdbc:postgresql://${self.host}:${self.port}/${self.database}"},
    seeds={suffix: ExecLoader(_load_file) for suffix in (".sql", ".sql.gz", ".gz", ".csv")},
    create_database=lambda name: ("createdb", name),
    slicing=SLICING,
)

NATS = Technology(
    name="nats",
    section="brokers",
    image="nats",
    version="2",
    port=4222,
    url="nats://${self.host}:${self.port}",
    readiness=_ready,
    program="nats-server",
    command=("nats-server", "-js", "--user", "${self.user}"),
    database="main",
    seeds={".yaml": ExecLoader(_load_file)},
)

TECHNOLOGIES = {each.name: each for each in (POSTGRES, NATS)}


@dataclass(frozen=True)
class World:
    """Everything that loading is given besides the text."""

    environ: Mapping[str, str] = field(default_factory=lambda: {"CI": "true", "PORT": "5433"})
    files: FakeFiles = FILES

    def load(self, text: str | bytes, instead: Mapping[str, str] | None = None) -> Manifest:
        source = (
            text if isinstance(text, bytes) else textwrap.dedent(text).removeprefix("\n").encode()
        )
        return load(
            source,
            path=PATH,
            files=self.files,
            environ=self.environ,
            technologies=TECHNOLOGIES,
            instead=instead,
        )

    def load_mapping(self, mapping: Mapping[str, object]) -> Manifest:
        return load_mapping(
            mapping,
            folder=FOLDER,
            files=self.files,
            environ=self.environ,
            technologies=TECHNOLOGIES,
        )

    def mistakes(self, text: str | bytes) -> list[str]:
        """Every mistake in a text, as the user reads it without the file's name."""
        try:
            self.load(text)
        except ManifestError as error:
            return [str(problem).removeprefix("environment.yaml:") for problem in error.problems]
        return []
