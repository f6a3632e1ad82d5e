"""The technologies that packages bring, by entry points of the group `greenroom.technologies`.

[project.entry-points."greenroom.technologies"]
qdrant = "greenroom_qdrant:QDRANT"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

from orchestrator.errors import UsageError
from orchestrator.model.technology import Technology
from orchestrator.technologies import BUILT_IN

GROUP = "greenroom.technologies"


class Installed(Mapping[str, Technology]):
    """What Greenroom knows, and what packages bring besides; a package's name is no second choice.

    The packages are looked at only for a name that Greenroom does not know. Asking for one that
    cannot be had raises UsageError.
    """

    @cached_property
    def brought(self) -> dict[str, EntryPoint]:
        """The entry points by name, without those that are called like a built-in technology."""
        found = entry_points(group=GROUP)
        return {one.name: one for one in found if one.name not in BUILT_IN}

    def __getitem__(self, name: str) -> Technology:
        return BUILT_IN[name] if name in BUILT_IN else _loaded(self.brought[name])

    def __contains__(self, name: object) -> bool:
        return name in BUILT_IN or name in self.brought

    def __iter__(self) -> Iterator[str]:
        yield from BUILT_IN
        yield from self.brought

    def __len__(self) -> int:
        return len(BUILT_IN) + len(self.brought)

    def origin(self, name: str) -> str:
        """Return who brings it: a package's name, empty for Greenroom itself."""
        return "" if name in BUILT_IN else package(self.brought[name])


INSTALLED = Installed()


def package(point: EntryPoint) -> str:
    """Return the name of the distribution that has an entry point."""
    return point.dist.name if point.dist else "a package"


def _loaded(point: EntryPoint) -> Technology:
    try:
        found = point.load()
    except Exception as error:
        raise UsageError(
            f"the technology {point.name} of {package(point)} cannot be had: {error}",
            hint=f"reinstall {package(point)}, or tell its authors: {point.value}",
        ) from error
    if not isinstance(found, Technology):
        raise UsageError(
            f"{point.value} of {package(point)} is no Technology, but a {type(found).__name__}",
            hint=f"tell the authors of {package(point)}",
        )
    return found
