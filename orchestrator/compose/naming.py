"""Names that a manifest can have, for services that are called otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable

from orchestrator.manifest.checks.names import RESERVED
from orchestrator.manifest.sections import LONGEST_NAME, NAME

_NAME = re.compile(NAME)


def legal_names(names: Iterable[str]) -> dict[str, str]:
    """Return a legal name for each; those that are legal keep theirs."""
    every = list(names)
    taken = {name for name in every if is_legal(name)}
    found: dict[str, str] = {}
    for name in every:
        found[name] = name if is_legal(name) else _free(_near(name), taken)
        taken.add(found[name])
    return found


def is_legal(name: str) -> bool:
    """Whether a manifest's entry can be called so."""
    return bool(_NAME.fullmatch(name)) and len(name) <= LONGEST_NAME and name not in RESERVED


def _near(name: str) -> str:
    near = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_NAME].strip("-")
    if near in RESERVED:
        return f"{near}-service"
    return near if _NAME.fullmatch(near) else f"s-{near}"[:LONGEST_NAME].strip("-")


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[: LONGEST_NAME - 4]}-{number}"
    return free
