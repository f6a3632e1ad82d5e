"""`seed`: what is put into a resource once it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.manifest.building.site import Site
from orchestrator.manifest.reading.scalars import Scalar
from orchestrator.manifest.words import did_you_mean, listed, quoted
from orchestrator.model.resource import (
    DatabaseSeed,
    FileSeed,
    FunctionSeed,
    ScriptSeed,
    Seed,
    SetupSeed,
    TaskSeed,
)
from orchestrator.model.technology import Technology

_TASK = "task:"
_SCRIPT = ".sh"


@dataclass(frozen=True)
class Loads:
    """Which files somebody can load, by their suffixes; None when it is not known who that is.

    `refused` are suffixes of those that could be loaded elsewhere, each with why they cannot here.
    """

    name: str
    suffixes: tuple[str, ...] | None = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, technology: Technology, refused: Mapping[str, str] | None = None) -> Loads:
        """What a technology loads; the longest suffix that fits is meant."""
        suffixes = tuple(sorted(technology.seeds, key=lambda each: -len(each)))
        return cls(technology.name, suffixes, refused or {})

    def suffix(self, text: str) -> str:
        """The suffix that fits, empty when there is none."""
        return next((suffix for suffix in self.suffixes or () if text.endswith(suffix)), "")

    def __str__(self) -> str:
        taken = (suffix for suffix in self.suffixes or () if suffix not in self.refused)
        kinds = [*sorted(taken), _SCRIPT, "file.py:function", "task:NAME"]
        return f"{self.name} takes {listed(kinds)}"


def seeds(
    words: list[Scalar] | None,
    first: tuple[Seed, ...],
    loads: Loads,
    site: Site,
) -> tuple[Seed, ...]:
    """Every seed in its order, behind those that come first whatever the manifest says."""
    written = (_seed(word.text, loads, site, word.path[2:]) for word in words or [])
    return (*first, *(seed for seed in written if seed))


def first_seeds(technology: Technology, databases: tuple[str, ...]) -> tuple[Seed, ...]:
    """What comes before all seeds: what every such server is told, then its databases."""
    setup = (SetupSeed(technology.setup.label),) if technology.setup else ()
    start = 0 if technology.creates_all else 1
    return (*setup, *(DatabaseSeed(name) for name in databases[start:]))


def _seed(text: str, loads: Loads, site: Site, keys: tuple[str | int, ...]) -> Seed | None:
    if text.startswith(_TASK):
        return _task(text.removeprefix(_TASK), site, keys)
    path, _, function = text.rpartition(":")
    if path.endswith(".py"):
        return _function(path, function, text, site, keys)
    suffix = loads.suffix(text)
    if suffix in loads.refused:
        site.wrong(f"cannot be put into what runs already: {loads.refused[suffix]}", *keys)
        return None
    if suffix:
        return FileSeed(site.file(text, *keys), suffix, text)
    if text.endswith(_SCRIPT):
        return ScriptSeed(site.file(text, *keys), text)
    _refuse(text, loads, site, keys)
    return None


def _refuse(text: str, loads: Loads, site: Site, keys: tuple[str | int, ...]) -> None:
    if text.endswith(".py"):
        site.wrong(f"names no function; write for example {text}:fill", *keys)
    elif loads.suffixes is None:
        site.file(text, *keys)
    else:
        site.wrong(f"cannot seed with {quoted(text)}; {loads}", *keys)


def _task(name: str, site: Site, keys: tuple[str | int, ...]) -> TaskSeed | None:
    names = site.around.names
    section = names.section(name)
    if section == "tasks":
        return TaskSeed(name)
    if section:
        site.wrong(f"{name} stands in {section}; only one of tasks can be a seed", *keys)
    elif section is None:
        near = did_you_mean(name, names.of("tasks"))
        site.wrong(f"no task is called {quoted(name)}{near}", *keys)
    return None


def _function(
    path: str, function: str, text: str, site: Site, keys: tuple[str | int, ...]
) -> FunctionSeed:
    if not function.isidentifier():
        site.wrong(f"{quoted(function)} cannot be the name of a function", *keys)
    return FunctionSeed(site.file(path, *keys), function, text, site.included_from(*keys))
