"""What was found becomes entries of a manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from orchestrator.drafting.beside import compose, dockerfile, example_environment, sql_files
from orchestrator.drafting.evidence import (
    Detector,
    Evidence,
    Migrates,
    Note,
    Runs,
    Seeds,
    Serves,
    Tests,
    Told,
    Uses,
)
from orchestrator.drafting.frameworks import alembic, django
from orchestrator.drafting.kinds import KINDS, SQL, technology_of
from orchestrator.drafting.other_projects import go, jvm, node
from orchestrator.drafting.project import Project
from orchestrator.drafting.python_projects import python
from orchestrator.drafting.web_projects import web
from orchestrator.model.technology import Technology

DETECTORS: tuple[Detector, ...] = (
    compose,
    python,
    django,
    alembic,
    web,
    node,
    go,
    jvm,
    example_environment,
    sql_files,
    dockerfile,
)
"""The order decides which reason is given where several show the same."""

Catalogue = Mapping[str, Technology]

MIGRATE = "migrate"
APP = "app"


@dataclass(frozen=True)
class Server:
    """A database or broker: its entry, what it uses, what shows that it is used, its seeds."""

    entry: str
    use: str
    technology: Technology
    why: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A manifest in the making.

    `env` are the variables that the project's programs read, each with the reference that answers
    it. `unknown` are kinds of servers that no technology can be, with what shows them.
    """

    servers: tuple[Server, ...] = ()
    migrates: Migrates | None = None
    serves: Serves | Runs | None = None
    tests: Tests | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was found that would be started."""
        return not self.servers and self.serves is None


def draft(project: Project, catalogue: Catalogue) -> Draft:
    """Draft what the project in a folder needs."""
    return drafted([one for detect in DETECTORS for one in detect(project)], catalogue)


def parts(project: Project, catalogue: Catalogue, depth: int = 2) -> list[Project]:
    """Return the folders below, so many levels deep, for each of which something can be drafted."""
    found = []
    for one in project.folders() if depth else ():
        found += parts(one, catalogue, depth - 1) if draft(one, catalogue).empty else [one]
    return found


def draft_of(uses: Iterable[str], project: Project, catalogue: Catalogue) -> Draft:
    """Draft these technologies (`name` or `name:version`) and the project's tests."""
    found = draft(project, catalogue)
    names = [use.partition(":")[0] for use in uses]
    kinds = {name: kind for kind in KINDS for name in KINDS[kind].technologies[:1]}
    servers = [
        Server(_entry(name, kinds.get(name), names), use, catalogue[name])
        for use, name in zip(uses, names, strict=True)
    ]
    return Draft(_apart(servers), tests=found.tests)


def drafted(evidence: list[Evidence], catalogue: Catalogue) -> Draft:
    """Put what was found together."""
    kinds = _kinds(evidence)
    chosen = {kind: technology_of(kind, catalogue) for kind in kinds}
    known = {kind: name for kind, name in chosen.items() if name}
    names = list(dict.fromkeys(known.values()))
    servers = _apart(
        [
            Server(
                _entry(name, next(kind for kind in known if known[kind] == name), names),
                name,
                catalogue[name],
                tuple(why for kind in known if known[kind] == name for why in kinds[kind]),
            )
            for name in names
        ]
    )
    migrates = next((one for one in evidence if isinstance(one, Migrates)), None)
    sql = _sql(servers)
    if sql is None:
        migrates = None
    return Draft(
        servers=tuple(_seeded(one, evidence, migrates) if one is sql else one for one in servers),
        migrates=migrates,
        serves=_serves(evidence),
        tests=next((one for one in evidence if isinstance(one, Tests)), None),
        env=_environment(evidence, servers, known),
        unknown={kind: kinds[kind][0] for kind, name in chosen.items() if name is None},
        notes=tuple(one.text for one in evidence if isinstance(one, Note)),
    )


def _serves(evidence: Iterable[Evidence]) -> Serves | Runs | None:
    """Return how the project is served: as its image, or else from its sources."""
    found = [one for one in evidence if isinstance(one, Serves | Runs)]
    return next(iter(sorted(found, key=lambda one: isinstance(one, Runs))), None)


def _kinds(evidence: Iterable[Evidence]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in evidence:
        if isinstance(one, Uses) and one.why not in found.setdefault(one.kind, []):
            found[one.kind].append(one.why)
    return found


def _entry(name: str, kind: str | None, names: list[str]) -> str:
    """Return an entry's name: as programs are told of it, so that tests get it under that name."""
    usual = KINDS[kind].entry if kind else name
    shared = [other for other in names if other in _technologies(usual)]
    return usual if len(set(shared)) <= 1 else name


def _technologies(entry: str) -> set[str]:
    return {name for one in KINDS.values() if one.entry == entry for name in one.technologies}


def _apart(servers: Iterable[Server]) -> tuple[Server, ...]:
    """Give those that would be called the same numbers."""
    taken: dict[str, int] = {}
    apart = []
    for one in servers:
        name = re.sub(r"[^a-z0-9-]", "-", one.entry)
        taken[name] = taken.get(name, 0) + 1
        number = f"-{taken[name]}" if taken[name] > 1 else ""
        apart.append(replace(one, entry=f"{name}{number}"))
    return tuple(apart)


def _sql(servers: Iterable[Server]) -> Server | None:
    return next((one for one in servers if one.technology.name in SQL), None)


def _seeded(server: Server, evidence: list[Evidence], migrates: Migrates | None) -> Server:
    """Return the database with what is put into it: by its migrations, or else from files."""
    if migrates:
        return replace(server, seeds=(f"task:{MIGRATE}",))
    files = (name for one in evidence if isinstance(one, Seeds) for name in one.files)
    return replace(server, seeds=tuple(files))


def _environment(
    evidence: Iterable[Evidence], servers: Iterable[Server], known: Mapping[str, str]
) -> dict[str, str]:
    by_name = {one.technology.name: one for one in servers}
    sql = _sql(by_name.values())
    env: dict[str, str] = {}
    told = [one for one in evidence if isinstance(one, Told)]
    schemes = {one.variable: one.scheme for one in told if one.scheme}
    for one in told:
        server = sql if one.kind == "sql" else by_name.get(known.get(one.kind, ""))
        if server and (one.field != "jdbc" or "jdbc" in server.technology.fields):
            scheme = schemes.get(one.variable) if server is sql else None
            env.setdefault(one.variable, _said(server.entry, one.field, scheme))
    return env


def _said(entry: str, field: str, scheme: str | None) -> str:
    """Return what leads to a field, and for an address that names its driver, to its parts."""
    if not scheme or field != "url":
        return f"${{{entry}.{field}}}"
    user, password, host, port, database = (
        f"${{{entry}.{part}}}" for part in ("user", "password", "host", "port", "database")
    )
    return f"{scheme}://{user}:{password}@{host}:{port}/{database}"
