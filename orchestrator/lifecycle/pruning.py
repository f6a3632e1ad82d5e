"""What `prune` removes: runs that nobody needs any more, built images that nothing uses, and such.

Of root's servers without a container: copies of programs, and folders that have stayed empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from orchestrator.engines.engine import Images
from orchestrator.errors import GreenroomError
from orchestrator.host import outdated
from orchestrator.lifecycle.executor import ignore
from orchestrator.lifecycle.removal import remove_run
from orchestrator.lifecycle.survey import Run, Survey
from orchestrator.lifecycle.sweeping import ownerless
from orchestrator.model.launch import Image
from orchestrator.waiting import Deadline

SECONDS = 60.0

LIMIT = 10 * 10**9
"""Bytes that the images may have together which Greenroom has built."""

MEGABYTE = 10**6


@dataclass(frozen=True)
class Prunable:
    """One thing that can be removed, with the reason; `remove` does so."""

    kind: str
    name: str
    cause: str
    remove: Callable[[], object]


def prunable(found: Survey, environ: Mapping[str, str]) -> list[Prunable]:
    """Return all that may be removed, and nothing that is in use."""
    return [*runs(found, environ), *images(found), *programs(), *folders()]


def runs(found: Survey, environ: Mapping[str, str]) -> Iterator[Prunable]:
    """Yield the runs that nobody needs any more."""
    for one in ownerless(found, environ):

        def remove(run: Run = one.run) -> int:
            return remove_run(run.name, run.id, found.engines_of(run, environ), ignore)

        yield Prunable("run", one.run.id, one.cause, remove)


def images(found: Survey) -> Iterator[Prunable]:
    """Yield the built images that no container is made of."""
    for engine, built in built_images(found):
        for image in built:

            def remove(engine: Images = engine, image: Image = image) -> None:
                engine.remove_image(image, Deadline.after(SECONDS))

            size = f"{image.size / MEGABYTE:.0f} MB, built by Greenroom, and nothing uses it"
            yield Prunable("image", image.name or image.id, size, remove)


def programs() -> Iterator[Prunable]:
    """Yield the copies of programs that nothing needs any more."""
    for one in outdated.copies():

        def remove(copy: outdated.Outdated = one) -> None:
            outdated.remove(copy)

        cause = f"{one.size / MEGABYTE:.0f} MB: {one.cause}"
        yield Prunable("program", str(one.path), cause, remove)


def folders() -> Iterator[Prunable]:
    """Yield what has stayed empty where the folders of root's servers are, all of it as one."""
    found = outdated.empty()

    def remove() -> None:
        for one in found:
            outdated.remove_empty(one)

    if found:
        words = "1 folder in it is" if len(found) == 1 else f"{len(found)} folders in it are"
        yield Prunable("folders", str(found[0].parent), f"{words} empty", remove)


def trim(engine: Images, limit: int = LIMIT) -> list[Image]:
    """Remove the oldest built images until the rest is within the limit, and return those gone.

    What is in use stays, and so does the newest of all.
    """
    gone: list[Image] = []
    newest_first = sorted(
        engine.built(Deadline.after(SECONDS)), key=lambda image: image.created, reverse=True
    )
    for image in over(newest_first, limit):
        try:
            engine.remove_image(image, Deadline.after(SECONDS))
        except GreenroomError:
            continue
        gone.append(image)
    return gone


def over(newest_first: Iterable[Image], limit: int) -> Iterator[Image]:
    """Yield the images with which the limit is passed."""
    total = 0
    for number, image in enumerate(newest_first):
        total += image.size
        if number and total > limit:
            yield image


def built_images(found: Survey) -> Iterator[tuple[Images, list[Image]]]:
    """Yield each engine of images with what it has built and nothing uses."""
    for engine in found.engines.values():
        if isinstance(engine, Images):
            used = {thing.image for run in found.runs for thing in run.things}
            built = engine.built(Deadline.after(SECONDS))
            yield engine, [image for image in built if image.id not in used]
