"""What is wrong in seed files that Greenroom reads itself, found before anything is started.

They are read by the very functions that read them when they are put in. What only a server can
judge, SQL above all, is left to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from orchestrator.errors import GreenroomError, ManifestError, Problem
from orchestrator.host.manifests import shown_as
from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import GENERATED, ExecLoader, Loader, RowsLoader, WireLoader
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import FileSeed
from orchestrator.model.step import ApplySeed, Plan
from orchestrator.model.technology import Technology
from orchestrator.seeding.files import SeedFile
from orchestrator.seeding.rows.row import checked
from orchestrator.technologies.parts.refusals import Refusals

LARGEST = 256 << 10
"""Bytes of a file that is read beforehand: that takes less than half a second. Others are not."""


def refuse_mistakes(plan: Plan, manifest: Manifest) -> None:
    """Raise ManifestError with all that is wrong in the files that a plan would put in."""
    wanted: dict[tuple[str, str], tuple[FileSeed, Technology]] = {}
    for step in plan.steps:
        if isinstance(step, ApplySeed) and isinstance(step.seed, FileSeed):
            technology = manifest.resources[step.instance.resource].technology
            assert technology is not None, "only technologies have loaders"
            wanted[step.seed.path, technology.name] = step.seed, technology
    if problems := [one for each in wanted.values() for one in mistakes(*each)]:
        raise ManifestError(problems)


def mistakes(seed: FileSeed, technology: Technology) -> list[Problem]:
    """Return all that is wrong in a file, each at its place; of one that is too large, nothing."""
    shown = shown_as(Path(seed.path))
    try:
        if Path(seed.path).stat().st_size <= LARGEST:
            read(seed, technology.seeds[seed.suffix])
    except SeedRefused as refused:
        return [Problem(shown, one.line, one.column, "", one.message) for one in refused.each]
    except ManifestError as error:
        return [
            Problem(shown, one.line, one.column, one.path, one.message) for one in error.problems
        ]
    except (OSError, GreenroomError):
        # What cannot be read is told when it is put in, with what to do about it.
        return []
    return []


def read(seed: FileSeed, loader: Loader) -> None:
    """Read a file as when it is put in. Raises SeedRefused, or ManifestError, for its mistakes."""
    match loader:
        case WireLoader(check=check) if check is not None:
            with opened(seed) as file:
                check(file.chunks())
        case ExecLoader(translate=translate) if loader.reads_head or translate:
            with SeedFile(seed, loader.unpack, unheard) as file:
                if loader.reads_head:
                    loader.argv(file.head())
                if translate:
                    exhaust(translate(file.name_only(), file.chunks()))
        case RowsLoader():
            with opened(seed) as file:
                read_rows(file)


def read_rows(file: SeedFile) -> None:
    """Read the rows of a file, and none of those that it only describes."""
    from orchestrator.seeding.rows.reading import rows_of

    rows, refusals = rows_of(file), Refusals()
    if file.path.name.endswith(GENERATED):
        return
    try:
        for row in rows:
            refusals.read(partial(checked, row), row)
    except SeedRefused as refused:
        refusals.note(refused)
    refusals.raise_if_any()


def opened(seed: FileSeed) -> SeedFile:
    """Return a file as one that is read by itself."""
    return SeedFile(seed, "", unheard)


def exhaust(pieces: Iterable[bytes]) -> None:
    """Go through all of it, and keep nothing."""
    deque(pieces, maxlen=0)


def unheard(_label: str, _done: int, _size: int) -> None:
    """Tell nobody how far a file is read."""
