"""The combinations in which the tests run: each version of one resource with each of the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from orchestrator.errors import UsageError

MOST = 64
"""So many combinations are meant; more are a slip, or more than one job should do."""

LONGEST = 100
"""Characters of a folder's name; file systems take 255 bytes, zip files and Windows less."""


@dataclass(frozen=True)
class Combination:
    """What resources use in one of the runs, by their names.

    `number` counts from 1, in the order given. `name` says what makes it different from the others:
    `ledger=postgres:15, cache=redis:7`. `folder` is the name of its folder of artifacts.
    """

    number: int
    instead: Mapping[str, str]
    name: str
    folder: str

    @property
    def options(self) -> list[str]:
        """The command line's options for it."""
        return [word for name, use in self.instead.items() for word in ("--with", f"{name}={use}")]


def combinations(choices: Mapping[str, Sequence[str]]) -> tuple[Combination, ...]:
    """Return all combinations of what each resource is to use; the last resource changes fastest.

    Where there is nothing to choose, that is one without a name. Raises UsageError when they are
    too many.
    """
    number = prod(map(len, choices.values()))
    if number > MOST:
        counts = " x ".join(f"{len(uses)} of {name}" for name, uses in choices.items())
        raise UsageError(
            f"{number} combinations ({counts}) are too many; there can be {MOST}",
            hint="leave some out, or share them among several jobs",
        )
    varied = [name for name, uses in choices.items() if len(uses) > 1]
    found = forms(choices)
    folders = _folders([_words(one, varied, ",") for one in found])
    return tuple(
        Combination(place, one, _words(one, varied, ", "), folder)
        for place, (one, folder) in enumerate(zip(found, folders, strict=True), start=1)
    )


def forms(choices: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return each of one resource with each of the others: what they use, by their names."""
    return [dict(zip(choices, uses, strict=True)) for uses in product(*choices.values())]


def _words(instead: Mapping[str, str], varied: Sequence[str], comma: str) -> str:
    return comma.join(f"{name}={instead[name]}" for name in varied)


def _folders(names: Sequence[str]) -> list[str]:
    """Return names as those of folders; what artifacts of CI systems may not have becomes `-`."""
    plain = [re.sub(r"[^\w.@=,-]+", "-", name, flags=re.ASCII)[:LONGEST] for name in names]
    counted = Counter(one.lower() for one in plain)
    taken = {one for one, times in counted.items() if times == 1}
    found = []
    for number, one in enumerate(plain, start=1):
        name = one if counted[one.lower()] == 1 else f"{one}-{number}"
        while counted[one.lower()] > 1 and name.lower() in taken:
            name = f"{name}-{number}"
        taken.add(name.lower())
        found.append(name)
    return found
