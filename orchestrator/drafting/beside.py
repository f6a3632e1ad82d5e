"""What any project may have: a Dockerfile, an example of its environment, SQL, a Compose file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.drafting.evidence import Evidence, Note, Seeds, Serves, Told, Uses
from orchestrator.drafting.kinds import SCHEMES
from orchestrator.drafting.project import Project
from orchestrator.host import compose_files

DOCKERFILES = ("Dockerfile", "docker/Dockerfile")
FROM = re.compile(r"\s*FROM\s", re.IGNORECASE)
SETS = re.compile(r"\s*(?:ARG|ENV)\s+(\w+)(?:=|\s+)\"?([^\s\"]+)", re.IGNORECASE)
EXPOSE = re.compile(r"\s*EXPOSE\s+(.+)", re.IGNORECASE)
VARIABLE = re.compile(r"\$\{?(\w+)(?::-([^}]*))?\}?")

EXAMPLES = (".env.example", ".env.sample", ".env.dist", ".env.template", "example.env")
ASSIGNMENT = re.compile(
    r"^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)\s*=\s*[\"']?([a-z][a-z0-9]*)(\+\w+)?://", re.MULTILINE
)

SQL_FILES = ("schema.sql", "db/schema.sql", "init.sql", "db/init.sql", "seed.sql", "db/seed.sql")


def dockerfile(project: Project) -> Iterator[Evidence]:
    """Find a Dockerfile, and the ports that its last stage exposes."""
    place = project.first(*DOCKERFILES)
    if place is None:
        return
    yield Serves(place, tuple(exposed(project.text(place))), place)


def exposed(text: str) -> list[int]:
    """Return the ports of TCP that the last stage exposes; variables stand for what sets them."""
    known: dict[str, str] = {}
    ports: list[int] = []
    for line in text.splitlines():
        if FROM.match(line):
            ports = []
        elif setting := SETS.match(line):
            known[setting[1]] = setting[2]
        elif found := EXPOSE.match(line):
            ports += _numbers(found[1].partition("#")[0], known)
    return list(dict.fromkeys(ports))


def _numbers(words: str, known: dict[str, str]) -> Iterator[int]:
    for word in words.split():
        filled = VARIABLE.sub(lambda name: known.get(name[1], name[2] or ""), word)
        number, _, protocol = filled.partition("/")
        if number.isdecimal() and 0 < int(number) < 65536 and protocol in ("", "tcp"):
            yield int(number)


def example_environment(project: Project) -> Iterator[Evidence]:
    """Find which variables hold addresses of what, in an example of the project's environment."""
    place = project.first(*EXAMPLES)
    if place is None:
        return
    for variable, scheme, driver in ASSIGNMENT.findall(project.text(place)):
        kind = SCHEMES.get(scheme)
        if kind:
            yield Uses(kind, f"{variable} in {place}")
            yield Told(variable, kind, scheme=scheme + driver if driver else "")


def sql_files(project: Project) -> Iterator[Evidence]:
    """Find files of SQL that are usually put in first."""
    found = tuple(filter(project.has, SQL_FILES))
    if found:
        yield Seeds(found)


def compose(project: Project) -> Iterator[Evidence]:
    """Find a Compose file."""
    place = project.first(*compose_files.NAMES)
    if place:
        yield Note(f"There is {place}: greenroom import makes a manifest of it.")
