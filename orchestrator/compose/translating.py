"""A project becomes a manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orchestrator.compose.naming import legal_names
from orchestrator.compose.nodes import Block, Said, Source, pairs, words
from orchestrator.compose.notes import Note, Notes
from orchestrator.compose.out import Branch, Item, Text, text
from orchestrator.compose.parts.limits import replicas
from orchestrator.compose.parts.waiting import COMPLETED
from orchestrator.compose.reading.document import World
from orchestrator.compose.reading.project import Project, project
from orchestrator.compose.recognising import recognised
from orchestrator.compose.service import entry
from orchestrator.compose.site import Common, Site
from orchestrator.model.technology import Technology

SECTIONS = ("databases", "brokers", "tasks", "services")


@dataclass(frozen=True)
class Translation:
    """The manifest that a project has become, and what is to be said about that."""

    root: Branch
    notes: tuple[Note, ...]


def translated(
    sources: Sequence[Source],
    world: World,
    *,
    technologies: Mapping[str, Technology],
    folder: str = "",
    given: dict[str, bytes] | None = None,
) -> Translation:
    """Translate the project in these files. Raises ManifestError with every mistake.

    With a `folder` it is an import: the manifest will be there, and people go on with it; known
    servers become databases and brokers. Without, it is for this once, and everything stays a
    service or task. `given` are bytes that were read already, by their paths.
    """
    whole = project(sources, world, given)
    common = _common(whole, world, technologies, folder)
    sites = [entry(name, common) for name in common.names]
    root = _manifest(whole, sites, common)
    _leftovers(whole, world.notes)
    world.notes.raise_if_any()
    notes = (_placed(note, common.names) for note in world.notes.told)
    return Translation(root, tuple(notes))


def _placed(note: Note, names: Mapping[str, str]) -> Note:
    """Return a note under the entry that has come of the service in which it was made."""
    match note.path:
        case ("services", str(service), *_) if service in names and not note.under:
            return replace(note, under=("services", names[service]))
    return note


def _common(
    whole: Project, world: World, technologies: Mapping[str, Technology], folder: str
) -> Common:
    services = {name: one for name, one in whole.services.items() if _runs(one, world.notes)}
    tasks = {
        name
        for service in services.values()
        for name, node in pairs(service.get("depends_on"))
        if isinstance(node, Block) and node.text("condition") == COMPLETED
    }
    return Common(
        project=whole,
        world=world,
        names=legal_names(services),
        aliases=_linked(services),
        tasks=frozenset(tasks),
        technologies=technologies,
        folder=folder,
        imported=bool(folder),
    )


def _runs(service: Block, notes: Notes) -> bool:
    count, node = replicas(service)
    if count == 0:
        notes.tell(node, "no container is asked for, and so the service is left out", lost=False)
    return count > 0


def _linked(services: Mapping[str, Block]) -> dict[str, list[Text]]:
    """Return the names that links give to others; here, everybody knows them by these."""
    found: dict[str, list[Text]] = {}
    for service in services.values():
        for link in words(service.get("links")):
            name, _, alias = link.text.partition(":")
            if alias:
                found.setdefault(name, []).append(Text(alias, link.spot))
    return found


def _manifest(whole: Project, sites: Sequence[Site], common: Common) -> Branch:
    sections: dict[str, dict[str, Item]] = {section: {} for section in SECTIONS}
    for site in sites:
        found = recognised(site) if common.imported else None
        section, own = found or (site.under[0], site.entry)
        sections[section][site.under[1]] = Branch(site.service.spot, own)
    entries: dict[str, Item] = {}
    if isinstance(name := whole.root.get("name"), Said):
        entries["name"] = text(name)
    for section, named in sections.items():
        if named:
            entries[section] = Branch(whole.root.spot, named)
    return Branch(whole.root.spot, entries)


def _leftovers(whole: Project, notes: Notes) -> None:
    """Tell what of the top is not carried over."""
    for key, message in (("jobs", "nothing is run by schedule"), ("models", "models are not run")):
        if (node := whole.root.get(key)) is not None:
            notes.tell(node, message)
    networks = [one for _, one in pairs(whole.root.get("networks"))]
    for node in networks:
        if isinstance(node, Block) and node.text("external") not in ("", "false"):
            notes.tell(node, "what is in a network of others is not reached")
    if len(networks) > 1:
        notes.tell(networks[0], "all services are in one network", lost=False)
