"""What a detector can find in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from orchestrator.drafting.project import Project


@dataclass(frozen=True)
class Uses:
    """Something is used; `kind` is one of `kinds.KINDS`, `why` says what shows it."""

    kind: str
    why: str


@dataclass(frozen=True)
class Told:
    """What the project's programs are told by a variable: a `field` of whatever is of this kind.

    `scheme` begins an address that names its driver, as SQLAlchemy's do (`mysql+pymysql`).
    """

    variable: str
    kind: str
    field: str = "url"
    scheme: str = ""


@dataclass(frozen=True)
class Migrates:
    """The project's own command brings a database of this kind up to date."""

    command: str
    why: str
    kind: str = "sql"


@dataclass(frozen=True)
class Serves:
    """The project is built by a Dockerfile into a service that listens on these ports."""

    dockerfile: str
    ports: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Runs:
    """This command serves the project from its sources; `health` is a path to ask, if known."""

    command: str
    why: str
    health: str = ""


@dataclass(frozen=True)
class Tests:
    """How the project's tests are run."""

    command: str
    why: str


@dataclass(frozen=True)
class Note:
    """Something that is worth knowing, and that no manifest can say."""

    text: str


@dataclass(frozen=True)
class Seeds:
    """Files that are put into a database of this kind."""

    files: tuple[str, ...]
    kind: str = "sql"


Evidence = Uses | Told | Migrates | Serves | Runs | Tests | Note | Seeds
Detector = Callable[[Project], Iterable[Evidence]]


@dataclass(frozen=True)
class Packages:
    """Which kinds of servers the packages of an ecosystem talk to, by the package's name."""

    known: Mapping[str, str] = field(default_factory=dict)

    def used(self, names: Iterable[str], place: str) -> Iterable[Uses]:
        """Yield what these packages use; `place` is the file that names them."""
        for name in names:
            kind = self.known.get(name.lower())
            if kind:
                yield Uses(kind, f"{name} in {place}")
