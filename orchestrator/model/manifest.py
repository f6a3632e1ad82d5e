"""A manifest whose mistakes have all been found: what planning starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.errors import Problem
from orchestrator.model.resource import Resource
from orchestrator.model.spot import Spot
from orchestrator.model.template import Template

AUTO = "auto"
"""The engine of a manifest that takes containers where there are any, else processes."""

SpotPath = tuple[str | int, ...]
"""An entry's name, and the keys and positions that lead on from there: `("api", "ready")`."""

MAPPING = "<mapping>"
"""The path of a manifest that was no file, but a mapping in somebody's program."""


@dataclass(frozen=True)
class Tests:
    """The manifest's own test command, and what the tests get besides the addresses."""

    command: tuple[Template, ...] | None = None
    env: Mapping[str, Template] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """The whole of a manifest.

    `path` is the resolved path of the file (or `<mapping>`), `folder` what its relative paths start
    from, `name` is for display. `engine` is `docker`, `process` or `auto`. `python` is the
    project's interpreter for Python seeds, None: to be looked for. `loose` takes programs of this
    host in other versions than were asked for. `secrets` are the values of the
    caller's environment in it that must not be shown. `warnings` are no mistakes, but hardly meant.
    `instead` says what resources use instead of what is written, by name.
    `spots` are the places of entries in their files, and `tree` is what was read, as one tree with
    the caller's environment in it; they are no part of what is compared.
    """

    path: str
    folder: str
    name: str
    engine: str = AUTO
    python: str | None = None
    loose: bool = False
    resources: Mapping[str, Resource] = field(default_factory=dict)
    tests: Tests = Tests()
    secrets: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    spots: Mapping[SpotPath, Spot] = field(default_factory=dict, compare=False, repr=False)
    tree: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def spot(self, *path: str | int) -> Spot | None:
        """Return where this stands, or else what it would stand in; None if nobody knows."""
        while path and path not in self.spots:
            path = path[:-1]
        return self.spots.get(path)
