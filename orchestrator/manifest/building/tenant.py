"""`on`: one more database on the server that another entry starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orchestrator.manifest.building.base import base
from orchestrator.manifest.building.databases import databases_of
from orchestrator.manifest.building.seeds import Loads, seeds
from orchestrator.manifest.building.site import Site
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.server import Server
from orchestrator.manifest.sections import SERVERS
from orchestrator.manifest.words import did_you_mean, quoted
from orchestrator.model.resource import SHARED, DatabaseSeed, Resource
from orchestrator.model.technology import Technology

_OF_THE_SERVER = (
    "arguments",
    *("args", "at", "docker", "engine", "env", "files", "hostname", "image", "limits", "owned"),
    *("password", "platform", "port", "profiles", "pull", "ready", "timeout", "use", "user"),
)


def is_tenant(entry: Server, site: Site) -> bool:
    """Whether it stands on another's server, or was meant to."""
    return entry.on is not None or (entry.use is None and site.near("on"))


def tenant(
    entry: Server, servers: Mapping[str, Resource], others: Mapping[str, str], site: Site
) -> Resource | None:
    """The resource, None when it is not known on whose server that is.

    `servers` are those that are known, `others` who else stands on whose.
    """
    _only_what_fits(entry, site)
    server = _server(entry, servers, others, site)
    technology = server.technology if server else None
    if server is None or technology is None:
        base(entry, site)
        seeds(entry.seed, (), Loads(site.name, suffixes=None), site)
        return None
    databases = databases_of(entry, technology, site, tenant=True)
    for name in set(databases) & set(server.databases):
        path = (*site.path, "database") if entry.database else site.path
        words = f"{server.name} has the database {quoted(name)} already"
        site.around.mistakes.note(path, words)
    further = tuple(DatabaseSeed(name) for name in databases[1:])
    return replace(
        base(entry, site),
        on=server.name,
        engine=server.engine,
        technology=technology,
        user=server.user,
        password=server.password,
        ports=server.ports,
        databases=databases,
        seeds=seeds(entry.seed, further, Loads.of(technology), site),
        profiles=server.profiles,
        timeout=server.timeout,
        version=server.version,
    )


def _only_what_fits(entry: Server, site: Site) -> None:
    for key in _OF_THE_SERVER:
        if getattr(entry, key) is not None:
            message = (
                f'cannot stand beside "on": {site.name} takes part with {entry.on}'
                if key == "profiles"
                else f'cannot stand beside "on": it is said of the server, where {entry.on} stands'
            )
            site.wrong(message, key)
    if entry.isolation not in (None, SHARED):
        site.wrong(
            'cannot be done on another\'s server; give it one of its own with "use", or leave '
            "this out",
            "isolation",
        )


def _server(
    entry: Server, made: Mapping[str, Resource], others: Mapping[str, str], site: Site
) -> Resource | None:
    """Whose server it is, None where that cannot be; then it has been told."""
    name = entry.on or ""
    section = site.around.names.section(name)
    if not name or section == "":
        return None
    servers = [one.name for one in made.values() if _can_have_more(one)]
    if section is None:
        near = did_you_mean(name, servers)
        site.wrong(f"no resource is called {quoted(name)}{near}", "on")
    elif name == site.name:
        site.wrong("a resource cannot stand on itself", "on")
    elif section not in SERVERS:
        site.wrong(f"{name} stands in {section}; only databases and brokers can be named", "on")
    elif (end := _end(name, others)) is None:
        words = f"{name} has no server of its own, and stands on this one in the end"
        site.wrong(f'{words}; give one of them a server with "use"', "on")
    elif name in others and end in made:
        site.wrong(f"{name} has no server of its own; write {end}, where it stands", "on")
    elif name in made:
        return made[name] if _fits(made[name], site) else None
    return None


def _end(name: str, others: Mapping[str, str]) -> str | None:
    """Where a row of entries that stand on each other ends, None when it never does."""
    passed = set()
    while name in others and name not in passed:
        passed.add(name)
        name = others[name]
    return None if name in passed else name


def _can_have_more(server: Resource) -> bool:
    technology = server.technology
    return bool(technology and technology.create_database and not server.adopted)


def _fits(server: Resource, site: Site) -> bool:
    technology = server.technology
    if server.adopted:
        site.wrong(
            f"{server.name} runs already, and nothing is made there; give this one an address of "
            'its own with "at"',
            "on",
        )
    elif server.module:
        site.wrong(
            f"{server.name} is a module of testcontainers, and nothing can stand on it; give this "
            'one a server of its own with "use"',
            "on",
        )
    elif technology and technology.create_database is None:
        site.wrong(_no_more(technology, server), "on")
    return _can_have_more(server)


def _no_more(technology: Technology, server: Resource) -> str:
    return (
        f"{technology.name} cannot have more than one database, so nothing can stand on "
        f'{server.name}; give it a server of its own with "use: {technology.name}"'
    )


def check_apart(
    resources: Mapping[str, Resource],
    tenants: Mapping[str, tuple[Server, Site]],
    mistakes: Mistakes,
) -> None:
    """Tell each tenant whose database an earlier one has on the same server."""
    taken: dict[tuple[str | None, str], str] = {}
    for name, (entry, site) in tenants.items():
        for database in resources[name].databases if name in resources else ():
            first = taken.setdefault((resources[name].on, database), name)
            if first != name:
                path = (*site.path, "database") if entry.database else site.path
                mistakes.note(path, f"{first} has the database {quoted(database)} already")
