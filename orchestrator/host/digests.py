"""Digests of what a manifest names on this host: files, seeds, and what images are built from."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import metadata
from pathlib import Path

from orchestrator.engines.docker.ignoring import ignoring, patterns
from orchestrator.host.code import of_imports, of_tree
from orchestrator.model.loader import GENERATED
from orchestrator.model.resource import (
    Build,
    FileSeed,
    FunctionSeed,
    Resource,
    ScriptSeed,
    Seed,
    TaskSeed,
)
from orchestrator.model.snapshot import code_of
from orchestrator.plan.images import built_from

HASH = "sha256"
"""Processors have instructions for it: 200 MB took 0.14 s, and 0.24 s with BLAKE2b."""

THREADS = 8
"""Several large files are read at once; hashing leaves Python to the other threads."""


def digests(resources: Iterable[Resource], folder: str = ".") -> dict[str, str]:
    """Return a digest for each path that these resources name, and for the code that seeds run.

    `folder` is the manifest's, where commands on this host start.

    What cannot be read is left out: the manifest's checks have seen to it that it was there, and
    whoever needs it will say what is wrong.
    """
    wanted = dict(asked_for(resources, folder))
    pool = ThreadPoolExecutor(min(THREADS, max(1, len(wanted))), "greenroom-digests")
    try:
        found = pool.map(lambda path: read_or_none(wanted[path]), wanted)
        return {path: digest for path, digest in zip(wanted, found, strict=True) if digest}
    finally:
        # When somebody is interrupted, what has not begun need not be waited for.
        pool.shutdown(cancel_futures=True)


def asked_for(
    resources: Iterable[Resource], folder: str
) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Yield the name of each digest with what makes it."""
    known = {resource.name: resource for resource in resources}
    for resource in known.values():
        if resource.build:
            context, *dockerfiles = built_from(resource.build)
            yield context, partial(of_context, resource.build)
            yield from ((path, partial(of_file, path)) for path in dockerfiles)
        for file in resource.files:
            if file.source is not None:
                yield file.source, partial(of_file, file.source)
        for seed in resource.seeds:
            if isinstance(seed, FileSeed) and seed.suffix in GENERATED:
                yield seed.path, partial(of_generated, seed.path)
            elif isinstance(seed, FileSeed | ScriptSeed | FunctionSeed):
                yield seed.path, partial(of_file, seed.path)
            yield from code(seed, known, folder)


def code(
    seed: Seed, resources: Mapping[str, Resource], folder: str
) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Yield what makes the digest of all the code that a seed runs on this host."""
    if isinstance(seed, FunctionSeed):
        yield code_of(seed.path), partial(of_imports, seed.path)
    elif isinstance(seed, TaskSeed) and not resources[seed.task].contained:
        place = resources[seed.task].workdir or ""
        yield code_of(place), partial(of_tree, place or folder)


def read_or_none(make: Callable[[], str | None]) -> str | None:
    """Return the digest, None when there is nothing that can be read."""
    try:
        return make()
    except (OSError, UnicodeDecodeError):
        return None


def of_file(path: str) -> str:
    """Return the digest of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, HASH).hexdigest()


def of_generated(path: str) -> str:
    """Return the digest of a file that describes rows, and the version of what makes them."""
    try:
        version = metadata.version("faker")
    except metadata.PackageNotFoundError:
        version = "none"
    return f"{of_file(path)} faker {version}"


def of_context(build: Build) -> str:
    """Return the digest of all that an engine gets of a folder in order to build from it."""
    return of_folder(build.context, ignoring(build))


def of_folder(path: str, ignored: Path | None = None) -> str:
    """Return the digest of a folder, without what the file `ignored` names.

    For each entry that is its name, its permissions, and what is in it or where it leads. Owners
    and times are left out: two checkouts of the same files are the same.
    """
    whole = hashlib.new(HASH)
    for name in sorted(entries(path, ignored)):
        for part in (name, *of_entry(Path(path, name))):
            # The length in front keeps two parts from reading like two others.
            whole.update(f"{len(part)}:{part}".encode(errors="surrogateescape"))
    return whole.hexdigest()


def of_entry(path: Path) -> tuple[str, ...]:
    """Return what makes one entry of a folder."""
    mode = path.lstat().st_mode
    permissions = f"{stat.S_IMODE(mode):o}"
    if stat.S_ISLNK(mode):
        return "link", str(path.readlink())
    if stat.S_ISREG(mode):
        return "file", permissions, of_file(str(path))
    return "folder" if stat.S_ISDIR(mode) else "other", permissions


def entries(path: str, ignored: Path | None) -> Iterable[str]:
    """Return the name of each entry, from the folder on; the SDK knows what patterns mean.

    Only where there are any, because the SDK takes long to import. Raises FileNotFoundError where
    there is no such folder.
    """
    if not Path(path).is_dir():
        raise FileNotFoundError(path)
    if ignored is None:
        return everything(path)
    from docker.utils.build import exclude_paths

    found: set[str] = exclude_paths(path, patterns(ignored))
    return found


def everything(path: str) -> Iterator[str]:
    """Yield the name of everything in a folder, from the folder on."""
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            yield os.path.relpath(os.path.join(folder, name), path)  # noqa: PTH118 - it is quicker
