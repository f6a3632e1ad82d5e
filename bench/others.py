"""Every technology that has slices: how long a test waits for its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.contenders import Contender
from bench.given import Given
from bench.place import MANIFESTS
from bench.seeded import subfolder, write_tables
from bench.suites import Suite, Waits
from orchestrator.model.technology import Technology
from orchestrator.technologies import BUILT_IN

TESTS = 200
FOLLOWED = 40
KEYS = 1000
STORE = "store"
"""What a server is called in its manifest, and so its database; some names are the servers' own."""


def waits(given: Given) -> list[Contender]:
    """The same tests with everything shared, and with a slice for each, one technology a phase."""
    sliced = [one for one in BUILT_IN.values() if one.slicing]
    phases: tuple[dict[str, Callable[[], float]], ...] = ({}, {})
    for name, static, own in environments(given, sliced):
        for where, suite in zip(phases, (static, own), strict=True):
            found = Waits(suite.run)
            where |= {name: found.middle, f"{name} 95 %": found.nearly_all}
    return [Contender("shared", phases[0]), Contender("greenroom", phases[1])]


def environments(given: Given, sliced: list[Technology]) -> Iterator[tuple[str, Suite, Suite]]:
    """Yield each name with the suite in which all is shared, and that in which nothing is."""
    for technology in sliced:
        both = [
            suite(folder(given, technology, isolation), given.number(TESTS), STORE)
            for isolation in ("none", "test")
        ]
        yield technology.name, both[0], both[1]
    followed = subfolder(given, "follower")
    shutil.copy(MANIFESTS / "follower.yaml", followed / "environment.yaml")
    own = suite(followed, given.number(FOLLOWED), "api")
    yield "follower", suite(followed, given.number(FOLLOWED), "api", how="shared_environment"), own


def suite(where: Path, tests: int, resource: str, how: str = "environment") -> Suite:
    """Return tests that only wait."""
    return Suite(where, tests, kind="test_waits", resource=resource, how=how)


def folder(given: Given, technology: Technology, isolation: str) -> Path:
    """Return a folder with an environment of one server and what it is seeded with."""
    here = subfolder(given, f"{technology.name}-{isolation}")
    entry: dict[str, Any] = {"use": technology.name, "isolation": isolation}
    if seed := seeded(here, technology):
        entry["seed"] = [seed]
    # JSON is YAML too.
    manifest = {"name": here.name, technology.section: {STORE: entry}}
    (here / "environment.yaml").write_text(json.dumps(manifest))
    return here


def seeded(here: Path, technology: Technology) -> str:
    """Write a seed that this technology takes, and return its name; nothing for one without."""
    if ".sql" in technology.seeds:
        write_tables(here)
        return "tables.sql"
    if ".redis" in technology.seeds:
        lines = (f"SET key:{number} value:{number}\n" for number in range(KEYS))
        (here / "keys.redis").write_text("".join(lines))
        return "keys.redis"
    for suffix in technology.seeds:
        if (found := MANIFESTS / f"{technology.name}{suffix}").is_file():
            return Path(shutil.copy(found, here)).name
    return ""
