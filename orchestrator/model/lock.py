"""A lock: which images a manifest's names mean, to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.model.image import ImageName

VERSION = 1
"""The form of the file; one with a higher number was written by a newer Greenroom."""


@dataclass(frozen=True)
class Lock:
    """What a lock file says; `path` is what it is called in messages.

    `digests` lead from each name, as the manifest means it (`locked_name`), to the digest of what
    its registry had under it; `ids` from those that came from no registry to the id that an engine
    gave them. Both are written `sha256:...`.
    """

    path: str
    digests: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """All names that it knows."""
        return frozenset((*self.digests, *self.ids))


def locked_name(image: str) -> str:
    """Return the name under which a lock has an image; empty if its own name says which it is.

    All names of one image are one there: `redis`, `redis:latest`, `docker.io/library/redis`. No
    mirror is in it, because that is a matter of the machine.
    """
    name = ImageName.of(image)
    return "" if name.digest else name.full
