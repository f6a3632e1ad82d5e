"""The names of images, as an engine is asked for them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import PurePath

from orchestrator.model.facts import Facts
from orchestrator.model.image import OFFICIAL, ImageName
from orchestrator.model.lock import locked_name
from orchestrator.model.resource import Build, Resource

_ID = re.compile(r"sha256:[0-9a-f]{64}")
"""An engine's own name of an image."""


def image_name(resource: Resource, facts: Facts) -> str | None:
    """Return the image that a resource runs, None for a process on this host."""
    if resource.build:
        return built_name(resource.build, facts.digests)
    return asked_name(resource.image, facts) if resource.image else None


def asked_name(image: str, facts: Facts) -> str:
    """Return the name by which an engine is asked for an image that is not built.

    That is its name on the user's mirror, with the digest that a lock has for it. What came from no
    registry is asked for by the id that the lock has.
    """
    name, lock = prefixed(image, facts.image_prefix), facts.lock
    key = locked_name(image) if lock else ""
    if not lock or not key:
        return name
    if id_ := lock.ids.get(key):
        return id_
    digest = lock.digests.get(key)
    return f"{name}@{digest}" if digest else name


def is_id(image: str) -> bool:
    """Whether this is no name that a registry knows, but an engine's own."""
    return _ID.fullmatch(image) is not None


def prefixed(image: str, prefix: str) -> str:
    """Return the image's name on the user's mirror of Docker Hub; images of others stay.

    Whichever of its names is written, `docker.io/library/redis` or `redis`, an image has one on the
    mirror. A prefix that ends in `library/` says that the mirror has official images where Docker
    Hub has them, and so all others beside that.
    """
    name = ImageName.of(image)
    if not prefix or not name.of_hub:
        return image
    mirror, official, _ = prefix.rpartition(OFFICIAL)
    beside = bool(official) and prefix.endswith(f"/{OFFICIAL}") and "/" in name.familiar
    return (mirror if beside else prefix) + name.familiar


def built_name(build: Build, digests: Mapping[str, str]) -> str:
    """Return one name for all that are built in the same way from the same files.

    So it is built once, and an image of this name that is present needs no other. Where the files
    are not known, their place stands for them. Of secrets only the names count: what they are
    leaves no trace in an image, and need leave none in its name.
    """
    files = [digests.get(path, path) for path in built_from(build)]
    settings = [*files, build.dockerfile, build.target, sorted(build.args.items())]
    others = {
        "inline": build.inline,
        "secrets": sorted(build.secrets),
        "network": build.network,
        "platform": build.platform,
    }
    given = {name: value for name, value in others.items() if value}
    written = json.dumps([*settings, *([given] if given else [])])
    return f"greenroom/build:{hashlib.sha256(written.encode()).hexdigest()[:12]}"


def built_from(build: Build) -> tuple[str, ...]:
    """Return the names of the digests that decide what is built: of the folder, and of the file.

    The file may lie elsewhere, and there is none where its text is in the manifest.
    """
    if build.inline is not None:
        return (context_of(build),)
    return context_of(build), str(PurePath(build.context, build.dockerfile))


def context_of(build: Build) -> str:
    """Return the name of the folder's digest: what is left out of it may depend on the file."""
    if build.inline is not None:
        return f"{build.context} for a text"
    usual = build.dockerfile == Build.dockerfile
    return build.context if usual else f"{build.context} for {build.dockerfile}"


def built_from_known(build: Build, facts: Facts) -> bool:
    """Whether the image's name says what is in it, and not only where that came from."""
    return all(path in facts.digests for path in built_from(build))
