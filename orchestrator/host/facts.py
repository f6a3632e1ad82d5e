"""Gathers what planning needs to know of the world."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from orchestrator.engines.engine import Engine, Images
from orchestrator.model.facts import Facts
from orchestrator.model.manifest import Manifest
from orchestrator.plan.images import prefixed
from orchestrator.waiting import Deadline

PREFIX = "GREENROOM_IMAGE_PREFIX"
SECONDS = 15.0


def offline(environ: Mapping[str, str]) -> Facts:
    """Return the facts of a world of which nothing is known but the user's own settings."""
    return Facts(image_prefix=image_prefix(environ))


def image_prefix(environ: Mapping[str, str]) -> str:
    """Return what goes before the names of images; a slash parts it from them."""
    prefix = environ.get(PREFIX, "")
    return prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


def gather(
    manifest: Manifest,
    engines: Mapping[str, Engine],
    environ: Mapping[str, str],
) -> Facts:
    """Ask the engines who they are and which images they have.

    Raises EngineUnavailable when an engine that the manifest needs does not answer.
    """
    deadline = Deadline.after(SECONDS)
    prefix = image_prefix(environ)
    described = {name: engine.describe(deadline) for name, engine in engines.items()}
    names = dict.fromkeys(
        prefixed(resource.image, prefix)
        for resource in manifest.resources.values()
        if resource.image
    )
    images: dict[str, str] = {}
    for engine in engines.values():
        if isinstance(engine, Images):
            images |= present(engine, list(names), deadline)
    return Facts(engines=described, images=images, image_prefix=prefix)


def present(engine: Images, names: list[str], deadline: Deadline) -> dict[str, str]:
    """Return the ids of those images that the engine has; asked all at once."""
    if not names:
        return {}
    with ThreadPoolExecutor(min(8, len(names))) as pool:
        ids = pool.map(lambda name: engine.image_id(name, deadline), names)
        return {name: id_ for name, id_ in zip(names, ids, strict=True) if id_}
