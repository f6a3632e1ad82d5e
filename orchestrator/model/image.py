"""The name of an image, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

HUB = "docker.io"
"""Docker Hub, where images are whose names say nothing of a registry."""
HUB_NAMES = (HUB, "index.docker.io")
OFFICIAL = "library/"
"""Where Docker Hub has the images whose names are one word."""
NOWHERE = "localhost"
"""The registry of images that engines have built, and that no registry has."""
LATEST = "latest"
"""The tag that a name without one means."""


@dataclass(frozen=True)
class ImageName:
    """`registry/path:tag@digest`, as https://github.com/distribution/reference has it.

    `name` is what was written before the tag and the digest, either of which may be empty.
    """

    name: str
    registry: str
    path: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def of(cls, text: str) -> Self:
        """Take a name apart that has been checked."""
        tagged, _, digest = text.partition("@")
        name, colon, tag = tagged.rpartition(":")
        if not colon or "/" in tag:  # The colon, if any, is that of a registry's port.
            name, tag = tagged, ""
        first, slash, rest = name.partition("/")
        if not slash or not _is_registry(first):
            return cls(name, HUB, name, tag, digest)
        return cls(name, HUB if first in HUB_NAMES else first, rest, tag, digest)

    @property
    def of_hub(self) -> bool:
        """Whether it is on Docker Hub."""
        return self.registry == HUB

    @property
    def repository(self) -> str:
        """What its registry calls it, without tag and digest."""
        official = self.of_hub and "/" not in self.path
        return OFFICIAL + self.path if official else self.path

    @property
    def familiar(self) -> str:
        """As people write it: all names of one image on Docker Hub are `postgres:16`."""
        name = self.repository.removeprefix(OFFICIAL) if self.of_hub else self.name
        tagged = f"{name}:{self.tag}" if self.tag else name
        return f"{tagged}@{self.digest}" if self.digest else tagged

    @property
    def full(self) -> str:
        """The same for all names of one image, with the tag that a name without one means."""
        without = not self.tag and not self.digest
        return f"{self.familiar}:{LATEST}" if without else self.familiar

    def same_place(self, other: ImageName) -> bool:
        """Whether both are in one repository, whatever the tag or the digest."""
        return (self.registry, self.repository) == (other.registry, other.repository)


@dataclass(frozen=True)
class PresentImage:
    """An image that an engine has.

    `id` is the engine's own name for it. `digests` are those by which registries know it, each
    behind the repository that it came from or was pushed to (`postgres@sha256:...`): none if it has
    never been in any. `size` is in bytes, `platform` as in `linux/arm64/v8`.
    """

    id: str
    digests: tuple[str, ...] = ()
    size: int = 0
    platform: str = ""

    def digests_in(self, image: str) -> tuple[str, ...]:
        """Return its digests in the repository of a name, without that: mostly one, or none.

        There are several where the same bytes are part of several indexes.
        """
        wanted = ImageName.of(image)
        if wanted.registry == NOWHERE:
            return ()
        known = map(ImageName.of, self.digests)
        return tuple(sorted(one.digest for one in known if one.same_place(wanted)))


def _is_registry(first: str) -> bool:
    """Whether the first part of a name is a registry, and none of a path (`splitDockerDomain`)."""
    return first == "localhost" or first != first.lower() or "." in first or ":" in first
