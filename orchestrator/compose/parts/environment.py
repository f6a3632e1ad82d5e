"""`environment` and `env_file`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from orchestrator.compose.files import absolute
from orchestrator.compose.nodes import Block, Node, Said, Source, pairs, words
from orchestrator.compose.out import Branch, Text, text, word
from orchestrator.compose.reading.environment import variables
from orchestrator.compose.reading.extending import shown_beside
from orchestrator.compose.site import Common, Site
from orchestrator.model.secret import is_secret


def environment(site: Site) -> None:
    """Carry over the variables; those that the service names itself win."""
    found: dict[str, Text] = {}
    for node in _files(site):
        found |= _from_file(node, site)
    for name, value in pairs(site.get("environment")):
        if isinstance(value, Said):
            found.pop(name, None)
            found |= _one(name, value, site)
    if found:
        spot = site.spot("environment" if site.get("environment") else "env_file")
        site.entry["env"] = Branch(spot, dict(found))


def _one(name: str, value: Said, site: Site) -> dict[str, Text]:
    if not value.nothing or value.text:
        return {name: text(value)}
    return passed_through(name, value, site.common)


def passed_through(name: str, value: Node, common: Common) -> dict[str, Text]:
    """Return a variable of which only the name is given: it has the caller's value."""
    if common.imported:
        if name not in common.world.environ:
            common.notes.tell(
                value, "where the caller has no such variable, it is empty", lost=False
            )
        return {name: Text(f"${{env:{name}:-}}", value.spot)}
    own = common.world.environ.get(name)
    if own is None:
        return {}
    if is_secret(name, own):
        common.notes.secrets.add(own)
    return {name: word(own, value.spot)}


def _files(site: Site) -> Iterator[Node]:
    yield from site.items("env_file")


def _from_file(node: Node, site: Site) -> dict[str, Text]:
    named = words(node) or words(node.get("path") if isinstance(node, Block) else None)
    if not named:
        return {}
    path = absolute(named[0].text, named[0].spot)
    required = not isinstance(node, Block) or node.text("required") not in ("false", "0")
    common = site.common
    if not required and not common.files.exists(path):
        return {}
    data = common.world.read(path, node)
    if data is None:
        return {}
    raw = isinstance(node, Block) and node.text("format") == "raw"
    source = Source(path, shown_beside(path, node.spot.source), str(PurePath(path).parent))
    found = variables(data, source, common.world, raw=raw)
    for name, said in found.items():
        if is_secret(name, said.text):
            common.notes.secrets.add(said.text)
    if common.imported and path == f"{common.folder}/.env":
        # What stands in there is read for `${env:...}` too, and need not be written down again.
        return {name: Text(f"${{env:{name}}}", node.spot) for name in found}
    if common.imported and any(is_secret(name, said.text) for name, said in found.items()):
        site.fine(
            node, "what looks like a secret stands in here now; keep it out of the repository"
        )
    return {name: Text(said.written, node.spot) for name, said in found.items()}
