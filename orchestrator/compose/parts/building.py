"""`image`, `build`, `platform` and `pull_policy`: where the image comes from."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.compose.nodes import Block, Node, Said, pairs
from orchestrator.compose.out import Branch, Item, Text, text, word
from orchestrator.compose.parts.environment import passed_through
from orchestrator.compose.reading.project import missing, named
from orchestrator.compose.site import Site
from orchestrator.manifest.model.program import BuildPart

POLICIES = {
    "always": "always",
    "never": "never",
    "missing": "missing",
    "if_not_present": "missing",
}

ELSEWHERE = ("://", "git@", "github.com/")
"""How addresses of contexts begin, or what is in them."""

SAME = ("dockerfile", "dockerfile_inline", "target")
"""Keys of a build that a manifest says alike."""

NETWORKS = ("default", "host", "none")

MEANINGLESS = ("tags", "cache_to", "no_cache", "pull", "provenance", "sbom", "isolation")
"""Keys of a build that change nothing of what tests run against."""


def image(site: Site) -> None:
    """Carry over what is run: the image that is built, or else the one that is named."""
    build, name = site.block("build"), site.said("image")
    if build is not None:
        _build(build, site)
        if name is not None:
            site.fine(name, "what is built needs no name")
    elif name is not None:
        site.entry["image"] = text(name)
    elif site.get("provider"):
        site.lost(site.service.entries["provider"], "is run by nobody here")
    else:
        site.common.notes.wrong(site.service, 'needs "image" or "build", to know what to run')
    if platform := site.said("platform"):
        site.entry["platform"] = text(platform)
    _pull(site)


def _pull(site: Site) -> None:
    policy = site.said("pull_policy")
    if policy is None or site.get("build"):
        return
    known = POLICIES.get(policy.text)
    if known is None:
        site.lost(policy, f'"{policy.text}" is none of always, missing and never')
    elif known != "missing":
        site.entry["pull"] = Text(known, policy.spot)


def _build(build: Block, site: Site) -> None:
    context = build.get("context")
    spot = site.spot("build")
    where = context.text if isinstance(context, Said) else "."
    if any(mark in where for mark in ELSEWHERE) or where.startswith("git@"):
        site.common.notes.wrong(build, "only a folder of this host can be built; clone it first")
        return
    if context is not None:
        site.settle(context)
    start = context.spot if isinstance(context, Said) else build.spot
    entries: dict[str, Item] = {"context": word(site.common.path(where, start), start)}
    for key, node in pairs(build):
        if key == "args" and isinstance(node, Block):
            entries["args"] = Branch(node.spot, dict(_arguments(node, site)))
        elif key in SAME and key in BuildPart.model_fields and isinstance(node, Said):
            entries[key] = text(node)
        elif key == "network" and key in BuildPart.model_fields and build.text(key) in NETWORKS:
            entries[key] = Text(build.text(key), node.spot)
        elif key == "secrets" and key in BuildPart.model_fields:
            entries[key] = Branch(node.spot, dict(_secrets(node, site)))
        elif key in MEANINGLESS:
            site.fine(node, "changes nothing of what is built")
        elif key not in ("context", "args") and not key.startswith("x-"):
            site.lost(node, f"{key} of a build cannot be said in a manifest")
    site.entry["build"] = Branch(spot, entries)


def _secrets(node: Node, site: Site) -> Iterator[tuple[str, Item]]:
    """Yield what the steps may read, by the names under which they ask for it."""
    for one in getattr(node, "items", ()):
        name = one if isinstance(one, Said) else one.get("source")
        definition = isinstance(name, Said) and named(site.common.project, "secrets", name)
        if not isinstance(name, Said) or not definition:
            site.common.notes.wrong(one, missing("secrets", getattr(name, "text", "")))
            continue
        target = (one.text("target") if isinstance(one, Block) else "") or name.text
        file, variable = definition.get("file"), definition.get("environment")
        if isinstance(file, Said):
            path = Text(site.common.path(file.written, file.spot), file.spot)
            yield target, Branch(one.spot, {"file": path})
        elif isinstance(variable, Said):
            yield target, Branch(one.spot, {"env": text(variable)})
        else:
            site.lost(one, f"{name.text} is kept outside of the file")


def _arguments(node: Block, site: Site) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for name, value in pairs(node):
        if isinstance(value, Said):
            given = {name: text(value)} if value.text else {}
            if value.nothing:
                known = name in site.common.world.environ
                given = passed_through(name, value, site.common) if known else {}
            elif not value.text:
                site.fine(value, "an argument cannot be empty")
            found |= given
    return found
