"""All entries become resources."""

from __future__ import annotations

from pathlib import PurePath

from orchestrator.manifest.building.adopting import adopted_service, is_adopted
from orchestrator.manifest.building.module import is_module, module, refuse_arguments
from orchestrator.manifest.building.program import program
from orchestrator.manifest.building.server import server
from orchestrator.manifest.building.site import Site, Surroundings
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.model.entry import Entry
from orchestrator.manifest.model.program import Program, Service
from orchestrator.manifest.model.server import Server
from orchestrator.model.resource import Resource


def resources(document: Document, around: Surroundings) -> dict[str, Resource]:
    """The resources by name; of two with the same name, the one whose section is read first."""
    made: dict[str, Resource] = {}
    for section, name, entry in document.entries():
        resource = _resource(entry, Site(section, name, around))
        if resource:
            made.setdefault(name, resource)
    return made


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
        around.mistakes.add(("python",), f"there is no file {path}")
    return path
