"""The names of images, as registries take them."""

from __future__ import annotations

import re

from orchestrator.manifest.building.site import Site
from orchestrator.manifest.words import quoted

_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_REGISTRY = r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]+)?/"
_REFERENCE = re.compile(
    rf"(?:{_REGISTRY})?{_PART}(?:/{_PART})*(?::\w[\w.-]{{0,127}})?(?:@[A-Za-z0-9]+:[0-9a-fA-F]{{32,}})?",
    re.ASCII,
)
"""The grammar of https://github.com/distribution/reference/blob/main/reference.go."""


def is_image_name(name: str) -> bool:
    """Whether engines take this for the name of an image."""
    return _REFERENCE.fullmatch(name) is not None


def check_image(name: str, site: Site, key: str) -> None:
    """Tell a name that no engine would take."""
    if not is_image_name(name):
        site.wrong(
            f"{quoted(name)} is no name of an image; write it like registry/name:tag, "
            "in lower case before the tag",
            key,
        )
