"""What `greenroom images` prints, one line for each image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from orchestrator.cli.output import as_json, remark, result, table
from orchestrator.render.words import short_digest

if TYPE_CHECKING:
    from orchestrator.images.desk import Desk
    from orchestrator.images.looking import Listed
    from orchestrator.images.mirroring import Copy
    from orchestrator.model.facts import Facts

MEGABYTE = 10**6
HEAD = ["IMAGE", "FOR", "HERE", "SIZE", "PLATFORM", "DIGEST"]


def show(desk: Desk, found: Sequence[Listed], known: Facts, *, json: bool) -> None:
    """Print the images, and say what there is to know of them."""
    if json:
        as_json([as_value(one, known) for one in found])
        return
    if found:
        table([HEAD, *(row(one, known) for one in found)])
    else:
        result(f"{desk.manifest.name} needs no images")
    remark(*notes(desk, found, known))


def notes(desk: Desk, found: Sequence[Listed], known: Facts) -> list[str]:
    """Return what is to be said below the list."""
    from orchestrator.manifest.words import listed

    said = []
    if desk.processes:
        said.append(f"processes, without images: {', '.join(desk.processes)}")
    if known.image_prefix and any(one.needed.name != one.needed.asked for one in found):
        said.append(f"Docker Hub's come from {known.image_prefix} (GREENROOM_IMAGE_PREFIX)")
    unlocked = [one.needed.name for one in found if one.needed.unlocked]
    if unlocked and known.lock:
        words = f"{known.lock.path} does not name {listed(unlocked)}, so that up would refuse"
        said.append(f"{words}; greenroom images --lock adds what is missing")
    return said


def row(one: Listed, known: Facts) -> list[str]:
    """Return a line of the table."""
    here = one.present
    users = ", ".join(one.needed.users)
    return [
        one.needed.name,
        f"to build {users}" if one.needed.base else users,
        "yes" if here else "no",
        f"{here.size / MEGABYTE:.0f} MB" if here else "",
        (here.platform if here else one.needed.platform) or "",
        meaning(one) + (" (locked)" if is_locked(one, known) else ""),
    ]


def meaning(one: Listed) -> str:
    """Return the digest by which a registry knows it, or else the engine's id, told apart."""
    if one.digest:
        return short_digest(one.digest)
    return f"id {short_digest(one.id.removeprefix('sha256:'))}" if one.id else ""


def is_locked(one: Listed, known: Facts) -> bool:
    """Whether the lock says which image it is."""
    return bool(known.lock and not one.needed.base and one.needed.name in known.lock.names)


def as_value(one: Listed, known: Facts) -> dict[str, object]:
    """Return an image as JSON has it."""
    return {
        "image": one.needed.name,
        "asked": one.needed.asked,
        "for": list(one.needed.users),
        "base": one.needed.base,
        "here": one.present is not None,
        "platform": (one.present.platform if one.present else one.needed.platform) or None,
        "digest": one.digest or None,
        "id": one.id or None,
        "size": one.present.size if one.present else None,
        "locked": is_locked(one, known),
    }


def copy_row(one: Copy, digests: Mapping[str, str]) -> list[str]:
    """Return a line of the table of copies."""
    there = "comes from there already" if one.here else ""
    digest = short_digest(digests.get(one.target, ""))
    return [one.listed.needed.name, one.target or "not copied", there or digest]


def copy_value(one: Copy, digests: Mapping[str, str]) -> dict[str, object]:
    """Return a copy as JSON has it."""
    return {
        "image": one.listed.needed.name,
        "target": one.target or None,
        "copied": one.target in digests,
        "digest": digests.get(one.target) or None,
    }
