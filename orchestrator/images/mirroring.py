"""Copies images to where a prefix will look for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from orchestrator.errors import LockError
from orchestrator.images.carrying import cause, pulls
from orchestrator.images.looking import Listed
from orchestrator.model.image import ImageName
from orchestrator.model.resource import DOCKER
from orchestrator.model.step import Pull, Push
from orchestrator.plan.images import prefixed


@dataclass(frozen=True)
class Copy:
    """An image and its name below a prefix; no `target` for one that the prefix is not for.

    `here` tells that it comes from there already.
    """

    listed: Listed
    target: str = ""
    here: bool = False

    @property
    def wanted(self) -> str:
        """The digest that a lock, or its own name, says that it has; empty where none does."""
        return ImageName.of(self.listed.needed.asked).digest


def copies(found: Iterable[Listed], prefix: str) -> list[Copy]:
    """Return which image goes where, so that GREENROOM_IMAGE_PREFIX with this prefix finds it."""
    return [_copy(one, prefix) for one in found]


def _copy(one: Listed, prefix: str) -> Copy:
    name = ImageName.of(one.needed.name)
    if not name.of_hub:
        return Copy(one)
    # Registries take nothing in without a tag; by its digest it is found whatever that is.
    tag = name.tag or name.digest.replace(":", "-")
    target = prefixed(replace(name, tag=tag, digest="").full, prefix)
    asked = ImageName.of(one.needed.asked)
    return Copy(one, target, here=asked.same_place(ImageName.of(target)))


def steps(planned: Iterable[Copy]) -> Iterator[Pull | Push]:
    """Yield what fetches and pushes all; what two resources name differently is pushed once."""
    targets: dict[str, Copy] = {}
    for one in planned:
        if one.target and not one.here:
            targets.setdefault(one.target, one)
    fetched = {step.image: step for step in pulls(copy.listed for copy in targets.values())}
    yield from fetched.values()
    for target, copy in targets.items():
        needed = copy.listed.needed
        step = fetched.get(needed.asked)
        yield Push(
            engine=DOCKER,
            image=needed.asked,
            name=target,
            cause=cause(needed, "it is to be had there"),
            after=(step.key,) if step else (),
        )


def refuse_what_does_not_hold(
    planned: Iterable[Copy], digests: Mapping[str, str], lock: str, prefix: str
) -> None:
    """Raise LockError when something has another digest there than the one it is asked for by.

    An engine pushes what it has: of an image for several platforms only its own, and packed anew.
    """
    others = [
        one
        for one in planned
        if one.wanted
        and not one.listed.needed.base
        and digests.get(one.target, one.wanted) != one.wanted
    ]
    if not others:
        return
    words = [
        f"{one.listed.needed.name} is {one.wanted}, and there {digests[one.target]}"
        for one in others
    ]
    copying = [f"skopeo copy --all docker://{_source(one)} docker://{one.target}" for one in others]
    raise LockError(
        f"copied to {prefix}, where nobody who holds to {lock or 'these digests'} will find it: "
        f"{'; '.join(words)} (an engine pushes one platform, packed anew)",
        hint=f"copy the very bytes, of all platforms: {'; '.join(copying)}",
    )


def _source(copy: Copy) -> str:
    name = ImageName.of(copy.listed.needed.asked)
    place = f"{name.registry}/{name.repository}" if name.of_hub else name.name
    return f"{place}@{copy.wanted}"
