"""What a resource holds, and by what two such differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from orchestrator.errors import EngineError
from orchestrator.lifecycle.view import View

MOST_NAMED = 5
"""How many of the things that differ a message names."""

Holdings = Mapping[str, str]
"""A digest of each thing that can differ."""


def held(view: View, name: str) -> Holdings | None:
    """Return what a resource holds, None when its technology cannot tell.

    Raises EngineError with the server's words.
    """
    resource = view.directory.resources[name]
    content = resource.technology and resource.technology.content
    if not content:
        return None
    found: dict[str, str] = {}
    for database in resource.databases:
        prefix = "" if len(resource.databases) == 1 else f"{database}: "
        result = view[name].exec(content.look(database), stdin=[content.stdin])
        if result.exit_code:
            words = result.stderr.strip() or result.stdout.strip()
            raise EngineError(f"{name}: what it holds cannot be read: {words}")
        found |= {f"{prefix}{thing}": digest for thing, digest in lines(result.stdout)}
    return found


def lines(printed: str) -> Iterator[tuple[str, str]]:
    """Yield each thing with its digest."""
    for line in printed.splitlines():
        thing, tab, digest = line.rpartition("\t")
        if tab:
            yield thing, digest


def difference(
    one: Holdings | None, other: Holdings | None, but: Collection[str] = ()
) -> frozenset[str]:
    """Return the things that differ, `but` for these; what is not compared differs in nothing."""
    if one is None or other is None:
        return frozenset()
    return frozenset(
        name for name in {*one, *other} if one.get(name) != other.get(name) and name not in but
    )


def named(things: Collection[str]) -> str:
    """Return the names of things that differ; where parts do, the whole goes without saying."""
    wholes = {name.rpartition(".")[0] for name in things}
    told = sorted(name for name in things if name not in wholes)
    more = len(told) - MOST_NAMED
    return ", ".join(told[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
