"""Looks at what an engine has of the images that are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from orchestrator.engines.asking import in_time
from orchestrator.engines.engine import Engine, Images, Registries
from orchestrator.errors import UsageError
from orchestrator.images.needed import Needed
from orchestrator.model.image import ImageName, PresentImage
from orchestrator.model.resource import DOCKER
from orchestrator.plan.images import is_id
from orchestrator.waiting import Deadline

T = TypeVar("T")
R = TypeVar("R")

SECONDS = 30.0
THREADS = 8


def at_once(ask: Callable[[T], R], things: Sequence[T], deadline: Deadline) -> list[R]:
    """Ask for all of them at the same time; whatever ends the waiting ends the asking."""
    with ThreadPoolExecutor(THREADS, "greenroom-images") as pool:
        try:
            return list(pool.map(ask, things))
        except BaseException:
            deadline.stop.order()
            raise


@dataclass(frozen=True)
class Listed:
    """An image that is needed, and what the engine has of it, None if it has not."""

    needed: Needed
    present: PresentImage | None

    @property
    def digest(self) -> str:
        """The digest by which its registry knows it; empty if it came from none, or is not here."""
        if pinned := ImageName.of(self.needed.asked).digest:
            return pinned
        found = self.present.digests_in(self.needed.asked) if self.present else ()
        return found[0] if found else ""

    @property
    def id(self) -> str:
        """The engine's own name for it; empty if it is not here, and not locked to one."""
        if self.present:
            return self.present.id
        return self.needed.asked if is_id(self.needed.asked) else ""


@dataclass(frozen=True)
class ImageEngine:
    """The engine of containers, in both of the roles that it has for images."""

    images: Images
    registries: Registries

    @classmethod
    def of(cls, engines: Mapping[str, Engine]) -> ImageEngine:
        """Return the engine that has images. Raises UsageError where there is none."""
        engine = engines.get(DOCKER)
        if not isinstance(engine, Images) or not isinstance(engine, Registries):
            raise UsageError(
                "nothing of it runs in containers, so there are no images to be had",
                hint="greenroom plan tells where everything runs, and why",
            )
        return cls(engine, engine)

    def look(self, wanted: Iterable[Needed]) -> list[Listed]:
        """Ask for all at once. Raises EngineUnavailable when the engine does not answer."""
        asked = list(wanted)
        if not asked:
            return []
        with in_time(DOCKER, SECONDS) as deadline:

            def ask(one: Needed) -> PresentImage | None:
                return self.registries.present_image(one.asked, deadline)

            return list(map(Listed, asked, at_once(ask, asked, deadline)))
