"""All entries become resources."""

from __future__ import annotations

from pathlib import PurePath

from orchestrator.manifest.building.adopting import adopted_service, is_adopted
from orchestrator.manifest.building.module import is_module, module, refuse_arguments
from orchestrator.manifest.building.program import program
from orchestrator.manifest.building.server import server
from orchestrator.manifest.building.site import Site, Surroundings
from orchestrator.manifest.building.tenant import check_apart, is_tenant, tenant
from orchestrator.manifest.files import missing
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.model.entry import Entry
from orchestrator.manifest.model.program import Program, Service
from orchestrator.manifest.model.server import Server
from orchestrator.model.resource import Resource


def resources(document: Document, around: Surroundings) -> dict[str, Resource]:
    """The resources by name; of two with the same name, the one whose section is read first."""
    made: dict[str, Resource | None] = {}
    tenants: dict[str, tuple[Server, Site]] = {}
    for section, name, entry in document.entries():
        site = Site(section, name, around)
        if isinstance(entry, Server) and is_tenant(entry, site):
            # What it stands on may come later; it keeps its place among the others.
            tenants.setdefault(name, (entry, site))
            made.setdefault(name, None)
        elif (resource := _resource(entry, site)) and name not in made:
            made[name] = resource
    servers = {name: one for name, one in made.items() if one}
    chained = {name: entry.on or "" for name, (entry, _) in tenants.items()}
    for name, (entry, site) in tenants.items():
        made[name] = tenant(entry, servers, chained, site)
    found = {name: one for name, one in made.items() if one}
    check_apart(found, tenants, around.mistakes)
    return found


def _resource(entry: Entry, site: Site) -> Resource | None:
    if isinstance(entry, Server | Service):
        if is_module(entry.use):
            return module(entry, site)
        refuse_arguments(entry, site)
    if isinstance(entry, Server):
        return server(entry, site)
    if isinstance(entry, Service) and is_adopted(entry, site):
        return adopted_service(entry, site)
    return program(entry, site) if isinstance(entry, Program) else None


def interpreter(written: str | None, around: Surroundings) -> str | None:
    """The interpreter for Python seeds: a name to be found on the PATH stays as it is."""
    if written is None or "/" not in written:
        return written
    path = str(PurePath(around.folder_of(("python",)), written))
    if not around.files.exists(path):
        around.mistakes.add(("python",), missing(path, around.files))
    return path
