"""The names of images, as an engine is asked for them."""

from __future__ import annotations

import hashlib
import json

from orchestrator.model.resource import Build, Resource


def image_name(resource: Resource, prefix: str) -> str | None:
    """Return the image that a resource runs, None for a process on this host."""
    if resource.build:
        return built_name(resource.build)
    return prefixed(resource.image, prefix) if resource.image else None


def prefixed(image: str, prefix: str) -> str:
    """Return the image's name on the user's mirror, unless it names a registry of its own.

    The first part of a name is a registry when it has a dot or a colon or is `localhost`
    (https://github.com/distribution/reference, `splitDockerDomain`).
    """
    first, slash, _ = image.partition("/")
    names_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return image if names_registry else prefix + image


def built_name(build: Build) -> str:
    """Return one name for all that are built in the same way, so that it is built once."""
    settings = [build.context, build.dockerfile, build.target, sorted(build.args.items())]
    digest = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:12]
    return f"greenroom/build:{digest}"
