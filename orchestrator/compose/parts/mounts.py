"""`volumes` and `tmpfs`: files are put in, and what would outlive the run is left out."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import normpath

from orchestrator.compose.files import absolute
from orchestrator.compose.nodes import Block, Node, Said, words
from orchestrator.compose.out import Row, Text, text
from orchestrator.compose.reading.words import cut, size
from orchestrator.compose.site import Site
from orchestrator.manifest.words import listed

MOST_FILES = 100
"""A folder with more files than this is not put in: it is hardly one of settings."""

SOCKET = "docker.sock"
EXECUTABLE = "0755"


@dataclass(frozen=True)
class Mount:
    """One of a service's volumes."""

    kind: str
    source: str
    target: str
    node: Node


def mounts(site: Site) -> None:
    """Carry over what can be a file or a file system in memory."""
    memory = [text(one) for one in words(site.get("tmpfs"))]
    for node in site.items("volumes"):
        mount = taken_apart(node)
        match mount.kind:
            case "tmpfs":
                memory.append(_in_memory(mount))
            case "bind":
                _bound(mount, site)
            case "volume":
                _kept(mount, site)
            case _:
                site.lost(node, f"a mount of the type {mount.kind} cannot be had")
    if memory:
        site.entry["tmpfs"] = Row(memory[0].spot, list(memory))


def taken_apart(node: Node) -> Mount:
    """Return what a volume says, in either of its forms."""
    if isinstance(node, Block):
        return Mount(node.text("type") or "volume", node.text("source"), node.text("target"), node)
    assert isinstance(node, Said)
    parts = cut(node.text)
    if len(parts) == 1:
        return Mount("volume", "", parts[0], node)
    kind = "bind" if parts[0].startswith(("/", ".", "~")) else "volume"
    return Mount(kind, parts[0], parts[1], node)


def _in_memory(mount: Mount) -> Text:
    bound = mount.node.block("tmpfs") if isinstance(mount.node, Block) else None
    limit = size(bound.text("size")) if bound and bound.text("size") else None
    written = f"{mount.target}:size={limit}" if limit else mount.target
    return Text(written, mount.node.spot)


def _kept(mount: Mount, site: Site) -> None:
    if not mount.source:
        site.fine(mount.node, "nothing of it outlives the run, and it needs no volume for that")
        return
    others = [name for name in _users(mount.source, site) if name != site.name]
    if others:
        site.lost(
            mount.node,
            f"the volume {mount.source} is shared with {listed(others)}, and containers share no "
            "folder; build what they share into an image, or give it to each as files",
        )
        return
    definition = site.common.project.part("volumes").entries.get(mount.source)
    if isinstance(definition, Block) and definition.text("external") not in ("", "false"):
        site.lost(mount.node, f"what is in the volume {mount.source} is not there; seed it instead")
    else:
        site.fine(mount.node, "nothing of it outlives the run, and it needs no volume for that")


def _users(volume: str, site: Site) -> list[str]:
    return [
        name
        for name, service in site.common.project.services.items()
        if any(taken_apart(node).source == volume for node in _volumes(service))
    ]


def _volumes(service: Block) -> tuple[Node, ...]:
    return getattr(service.get("volumes"), "items", ())


def _bound(mount: Mount, site: Site) -> None:
    node, files = mount.node, site.common.files
    site.settle(node)
    path = absolute(mount.source, node.spot)
    if mount.source.startswith("~"):
        site.lost(node, "a folder of the user's own home is not put in; name a file of the project")
    elif path.endswith(SOCKET):
        site.lost(node, "no container gets the engine's socket")
    elif not files.exists(path):
        site.lost(node, f"there is nothing at {mount.source} to put in")
    elif files.is_folder(path):
        _folder(mount, path, site)
    else:
        mode = EXECUTABLE if files.executable(path) else ""
        site.file(mount.target.rstrip("/"), mount.source, node.spot, mode)


def _folder(mount: Mount, path: str, site: Site) -> None:
    if _is_source(path, site):
        site.lost(
            mount.node,
            "a folder of sources is not mounted: what runs is what the image was built from",
        )
        return
    found = site.common.files.listing(path, MOST_FILES)
    if len(found) > MOST_FILES:
        site.lost(
            mount.node,
            f"the folder has more than {MOST_FILES} files, which are not put in one by one; "
            "build them into an image",
        )
        return
    if not found:
        site.fine(mount.node, "the folder is empty, and so nothing is put in")
    inside = mount.target.rstrip("/")
    for name in found:
        mode = EXECUTABLE if site.common.files.executable(f"{path}/{name}") else ""
        site.file(f"{inside}/{name}", f"{mount.source}/{name}", mount.node.spot, mode)
    if found:
        site.fine(mount.node, "each file of the folder is put in; nothing comes back")


def _is_source(path: str, site: Site) -> bool:
    """Whether the image is built from the folder, or the whole project is in it."""
    build = site.block("build")
    context = build.get("context") if build else None
    if isinstance(context, Said):
        root = absolute(context.text, context.spot)
        if path == root or path.startswith(f"{root}/") or root.startswith(f"{path}/"):
            return True
    project = normpath(site.service.spot.source.folder)
    return path == project or project.startswith(f"{path}/")
