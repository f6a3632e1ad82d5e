"""A draft becomes the text of a manifest, with a comment wherever somebody may want to go on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from orchestrator.drafting.drafting import APP, MIGRATE, Draft, Server
from orchestrator.drafting.evidence import Runs, Serves
from orchestrator.manifest.sections import SERVERS

SCHEMA = "environment.schema.json"
"""The file that editors read the schema from, beside the manifest."""

MODELINE = f"# yaml-language-server: $schema={SCHEMA}"

BEGINNING = """\
# Nothing was found in this folder that could stand here, so this is one to begin with.
databases:
  database:
    use: postgres
    # seed: [schema.sql]
"""

FIELDS = ("url", "host", "port", "user", "password", "database", "jdbc")
"""Fields of which tests get variables by themselves."""

MANY = 3
"""So many endings of files are enough to show what can be put in."""

REFERS = re.compile(r"\$\{([\w-]+)\.")

NO_HEALTH = "    # ready: {http: /health}  # else it is ready when the port answers"

ANCHOR = "told"
"""What the variables are called that a task and a service have in common."""


def written(draft: Draft, *, schema: bool) -> str:
    """Return the text; with `schema`, its first line leads editors to the schema beside it."""
    blocks = [[MODELINE] if schema else []]
    blocks[0] += [
        "# What the tests need. greenroom up starts it, greenroom run tests it and removes it,",
        "# greenroom check finds mistakes in here.",
        *(_comment(note) for note in draft.notes),
        *(
            _comment(f"{kind} ({why}) is no technology of this version: run it as a service.")
            for kind, why in draft.unknown.items()
        ),
    ]
    if draft.empty:
        blocks.append(BEGINNING.splitlines())
    blocks += [*_servers(draft), *_tasks(draft), *_services(draft), *_tests(draft)]
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


def _servers(draft: Draft) -> Iterator[list[str]]:
    for section in SERVERS:
        ones = [one for one in draft.servers if one.technology.section == section]
        if ones:
            yield [f"{section}:", *(line for one in ones for line in _server(one))]


def _server(server: Server) -> Iterator[str]:
    if server.why:
        yield _comment(", ".join(server.why), "  ")
    yield f"  {server.entry}:"
    hint = "" if ":" in server.use else f"  # or, as in production, {server.use}:VERSION"
    yield f"    use: {_quoted(server.use)}{hint}"
    suffixes = list(server.technology.seeds)
    if server.seeds:
        yield f"    seed: [{', '.join(map(_quoted, server.seeds))}]"
    elif suffixes:
        more = ", ..." if len(suffixes) > MANY else ""
        yield f"    # seed: [FILE]  # {', '.join(suffixes[:MANY])}{more}"
    if server.technology.slicing:
        yield "    # isolation: test  # a copy of its own for each test; or worker"


def _tasks(draft: Draft) -> Iterator[list[str]]:
    if draft.migrates:
        anchor = f" &{ANCHOR}" if _shared(draft) else ""
        yield [
            "tasks:",
            _comment(draft.migrates.why, "  "),
            f"  {MIGRATE}:",
            f"    command: {draft.migrates.command}",
            *_env(draft.env, "    ", anchor),
        ]


def _services(draft: Draft) -> Iterator[list[str]]:
    if draft.serves is None:
        return
    lines = _built(draft.serves) if isinstance(draft.serves, Serves) else _run(draft.serves)
    begin = ["services:", _comment(draft.serves.why, "  "), f"  {APP}:"]
    alias = [f"    env: *{ANCHOR}"] if _shared(draft) else _env(_told(draft), "    ")
    yield [*begin, *lines, *alias]


def _built(serves: Serves) -> Iterator[str]:
    place = serves.dockerfile
    build = "." if place == "Dockerfile" else f"{{context: ., dockerfile: {place}}}"
    yield f"    build: {build}"
    if serves.ports:
        yield f"    ports: [{', '.join(map(str, serves.ports))}]"
        yield NO_HEALTH
    else:
        yield "    # ports: [8000]  # the Dockerfile exposes none"


def _run(runs: Runs) -> Iterator[str]:
    yield f"    command: {runs.command}"
    yield f"    ports: [8000]  # really a free one; tests find its address in {APP.upper()}_URL"
    yield f"    ready: {{http: {runs.health}}}" if runs.health else NO_HEALTH


def _shared(draft: Draft) -> bool:
    """Whether the task and the service are told the same."""
    both = draft.migrates is not None and draft.serves is not None
    return both and bool(draft.env) and _told(draft) == draft.env


def _told(draft: Draft) -> dict[str, str]:
    """Return what the service is told: all that the project reads, and the other addresses."""
    answered = {name for said in draft.env.values() for name in REFERS.findall(said)}
    rest = [one.entry for one in draft.servers if one.entry not in answered]
    return {**draft.env, **{_variable(entry, "url"): f"${{{entry}.url}}" for entry in rest}}


def _tests(draft: Draft) -> Iterator[list[str]]:
    """Yield the tests, told by the variables that Greenroom would not set by itself."""
    known = {
        _variable(one.entry, field): f"${{{one.entry}.{field}}}"
        for one in draft.servers
        for field in FIELDS
    }
    more = {name: said for name, said in draft.env.items() if known.get(name) != said}
    if draft.tests:
        lines = [_comment(draft.tests.why, "  "), f"  command: {draft.tests.command}"]
        alias = [f"  env: *{ANCHOR}"] if _shared(draft) and more == draft.env else _env(more, "  ")
        yield ["tests:", *lines, *alias]
    elif more:
        yield ["tests:", "  # command: make test", *_env(more, "  ")]
    else:
        yield ["# tests:", "#   command: make test"]


def _env(variables: Mapping[str, str], indent: str, anchor: str = "") -> list[str]:
    lines = [f'{indent}  {name}: "{said}"' for name, said in variables.items()]
    return [f"{indent}env:{anchor}", *lines] if lines else []


def _variable(entry: str, field: str) -> str:
    return f"{entry}_{field}".upper().replace("-", "_")


def _comment(text: str, indent: str = "") -> str:
    """Return a comment of one line, whatever is in names that others have given."""
    return f"{indent}# {' '.join(text.split())}"


def _quoted(text: str) -> str:
    return json.dumps(text) if ":" in text else text
