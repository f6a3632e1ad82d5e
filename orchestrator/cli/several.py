"""What is looked at, before several versions are tested, of all of them together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.ci.matrix.combination import Combination
from orchestrator.errors import ManifestError, Problem, UsageError

if TYPE_CHECKING:
    from orchestrator.model.manifest import Manifest


def checked(
    manifest: str | None,
    combinations: Sequence[Combination],
    profiles: list[str] | None,
    engine: str | None,
    command: list[str] | None,
) -> list[Manifest]:
    """Return the manifest as each combination reads it.

    Raises ManifestError with the mistakes of all of them, and what else would keep every single one
    from starting.
    """
    from orchestrator.cli.profiles import active, check_profiles
    from orchestrator.cli.tests import tests_of
    from orchestrator.host import manifests

    path = manifests.find(manifest, Path.cwd())
    found: list[Manifest] = []
    problems: list[Problem] = []
    for one in combinations:
        try:
            found.append(
                manifests.read(
                    path, os.environ, engine=engine, run_modules=False, instead=one.instead
                )
            )
        except ManifestError as error:
            problems += error.problems
    if problems:
        raise ManifestError(problems)
    check_profiles(found[0], active(profiles))
    tests_of(found[0], command)
    return found


def refuse_one_file(events: str | None, combinations: int) -> None:
    """Raise UsageError where one file would get the events of several runs."""
    if events is not None:
        raise UsageError(
            f"--events names one file, and there are {combinations} combinations",
            hint="leave it out: each of them has its events.jsonl in its folder of artifacts",
        )
