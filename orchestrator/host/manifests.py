"""Finds a manifest on this machine, by path, folder, ready-made name or upwards, and loads it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.addressing.passwords import with_passwords
from orchestrator.errors import ManifestError, Problem, UsageError
from orchestrator.model.manifest import AUTO, Manifest
from orchestrator.model.resource import DOCKER, PROCESS
from orchestrator.state import machine_secret

if TYPE_CHECKING:
    from orchestrator.manifest.checks.seeds import SeedCheck
    from orchestrator.manifest.including.translator import Reading, Translator
    from orchestrator.manifest.reading.scalars import Value

NAME = "environment.yaml"

PROFILES = "GREENROOM_PROFILES"
"""The variable that names the active profiles, with commas between them."""


def compose_file(text: bytes, reading: Reading) -> Value:
    """Return what a Compose file says in a manifest's words. Raises ManifestError."""
    from orchestrator.compose.including import translate

    return translate(text, reading)


TRANSLATORS: Mapping[str, Translator] = {"compose": compose_file}
"""What reads other kinds of files that a manifest includes, by the kind."""

LARGEST = 16 * 1024**2
"""Bytes of a file beside a manifest that are read at once; a manifest may have 1 MiB in all."""

ENGINE = "GREENROOM_ENGINE"
"""The variable that says where things run, whatever their manifest says."""


@dataclass(frozen=True)
class HostFiles:
    """This host's file system, as far as a manifest's checks may look at it."""

    def exists(self, path: str) -> bool:
        """Whether there is anything of this name; what cannot even be a name is not there."""
        try:
            return Path(path).exists()
        except OSError:
            return False

    def is_folder(self, path: str) -> bool:
        """Whether it is a folder; what cannot even be a name is none."""
        try:
            return Path(path).is_dir()
        except OSError:
            return False

    def real(self, path: str) -> str:
        """Return where it really is, when every link has been followed."""
        return os.path.realpath(path)

    def read(self, path: str) -> bytes:
        """Return the file's bytes. Raises OSError, also for a device and what is far too large."""
        with Path(path).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            # Keepers of passwords give out `.env` through a pipe.
            if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
                raise OSError(errno.EINVAL, "it is no regular file")
            read = file.read(LARGEST + 1)
        if len(read) > LARGEST:
            raise OSError(errno.EFBIG, f"it has more than {LARGEST // 1024**2} MiB")
        return read

    def listing(self, path: str, most: int) -> list[str]:
        """Return the files in a folder and below, by their sorted paths; one over `most` ends it.

        What a link leads to is no part of the folder, unless it is a file of its own.
        """
        found: list[str] = []
        for folder, folders, names in os.walk(path):
            folders.sort()
            files = (Path(folder, name) for name in names)
            found += [str(file.relative_to(path)) for file in files if file.is_file()]
            if len(found) > most:
                break
        return sorted(found)

    def names(self, path: str) -> list[str]:
        """Return the names of what is in a folder itself, sorted; none where nobody may look."""
        try:
            return sorted(each.name for each in Path(path).iterdir())
        except OSError:
            return []

    def executable(self, path: str) -> bool:
        """Whether its owner may run the file."""
        return bool(Path(path).stat().st_mode & stat.S_IXUSR)


def find(argument: str | None, start: Path) -> Path:
    """Return the manifest that is meant. Raises UsageError, with what there is, when there is none.

    `argument` is a path, a folder or a ready-made name; None looks in `start` and upwards.
    """
    if argument is None:
        return upwards(start)
    path = start / argument
    if path.is_dir():
        path /= NAME
    if path.exists():
        return path
    if argument in ready_made():
        return ready_made()[argument]
    names = ", ".join(sorted(ready_made()))
    there = (start / NAME).exists()
    leave_out = f"for all of the {NAME} that is here, leave {argument} out; or " if there else ""
    missing = f"no {NAME} in {argument}" if path.parent.is_dir() and path.name == NAME else ""
    raise UsageError(
        f"there is {missing or f'no manifest {argument}'}",
        hint=f"{leave_out}give a path, a folder with {NAME} in it, or a ready-made name: {names}",
    )


def upwards(start: Path) -> Path:
    """Return the nearest manifest in this folder or above it."""
    for folder in (start, *start.resolve().parents):
        if (folder / NAME).exists():
            return folder / NAME
    from orchestrator.host.compose_files import NAMES

    compose = next((name for name in NAMES if (start / name).is_file()), None)
    made = f"greenroom import makes one of {compose}" if compose else "greenroom init writes one"
    raise UsageError(
        f"there is no {NAME} here or above",
        hint=f"{made}; or name a ready-made environment: greenroom up web",
    )


def ready_made() -> dict[str, Path]:
    """Return the manifests that come with Greenroom, by name."""
    inside = Path(__file__).parents[1] / "environments"
    # In a checkout they stand at the top of the tree; in an installed package inside of it.
    folder = inside if inside.is_dir() else inside.parent.parent / "environments"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def included_by_name() -> dict[str, str]:
    """Return the paths of the manifests that others can include by name."""
    return {name: str(path) for name, path in ready_made().items()}


def read(
    path: Path,
    environ: Mapping[str, str],
    *,
    display: str | None = None,
    engine: str | None = None,
    run_modules: bool = True,
    instead: Mapping[str, str] | None = None,
    seeds: SeedCheck | None = None,
) -> Manifest:
    """Load a manifest from a file. Raises ManifestError with every mistake.

    To know what a module of testcontainers will be, one has to run some of it, in the project's
    interpreter. Without `run_modules` nothing is run, and nobody knows their ports and fields.

    `engine`, or else GREENROOM_ENGINE, stands for what it says itself of where things run. Raises
    UsageError when that is no engine. `instead` says what resources use instead, by name. `seeds`
    looks for mistakes in the files of seeds, too.
    """
    # Imported here, because whoever only looks for manifests needs neither the model nor YAML.
    from orchestrator.manifest import load
    from orchestrator.modules.describing import Describer
    from orchestrator.technologies.installed import INSTALLED

    shown = display or shown_as(path)
    resolved = path.resolve()
    try:
        source = HostFiles().read(str(resolved))
    except OSError as error:
        problem = Problem(shown, 0, 0, "", f"cannot be read: {error.strerror}")
        raise ManifestError([problem]) from error
    with Describer(str(resolved.parent), environ) as modules:
        manifest = load(
            source,
            path=str(resolved),
            display=shown,
            files=HostFiles(),
            environ=surroundings(resolved.parent, environ),
            technologies=INSTALLED,
            engine=asked_engine(engine, environ),
            ready_made=included_by_name(),
            translators=TRANSLATORS,
            modules=modules if run_modules else None,
            instead=instead,
            seeds=seeds,
        )
    return with_passwords(manifest, machine_secret(environ))


def asked_engine(engine: str | None, environ: Mapping[str, str]) -> str | None:
    """Return the engine that is asked for besides the manifest. Raises UsageError."""
    asked = engine or environ.get(ENGINE) or None
    if asked not in (None, AUTO, DOCKER, PROCESS):
        name = "--engine" if engine else ENGINE
        raise UsageError(
            f"{name} cannot be {asked}", hint=f"it can be {DOCKER}, {PROCESS} or {AUTO}"
        )
    return asked


def asked_profiles(environ: Mapping[str, str]) -> list[str]:
    """Return the profiles that the environment names."""
    names = (name.strip() for name in environ.get(PROFILES, "").split(","))
    return list(dict.fromkeys(filter(None, names)))


def from_mapping(mapping: Mapping[str, Any], folder: Path, environ: Mapping[str, str]) -> Manifest:
    """Make a manifest of a mapping; its relative paths start from `folder`."""
    from orchestrator.manifest import load_mapping
    from orchestrator.modules.describing import Describer
    from orchestrator.technologies.installed import INSTALLED

    with Describer(str(folder.resolve()), environ) as modules:
        manifest = load_mapping(
            mapping,
            folder=str(folder.resolve()),
            files=HostFiles(),
            environ=surroundings(folder, environ),
            technologies=INSTALLED,
            engine=asked_engine(None, environ),
            ready_made=included_by_name(),
            translators=TRANSLATORS,
            modules=modules,
        )
    return with_passwords(manifest, machine_secret(environ))


def surroundings(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's environment, with the `.env` file beside the manifest behind it.

    Raises ManifestError when that file is not to be used.
    """
    if not (folder / ".env").exists():
        return dict(environ)
    from orchestrator.manifest.reading.dotenv import beside

    return beside(str(folder.resolve()), HostFiles(), environ)


def shown_as(path: Path) -> str:
    """Return the path as messages show it: relative to where the user is, if it is below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return os.fspath(path)


def named(path: Path, typed: str) -> str:
    """Return the word that means this manifest on a command line, also in a checkout elsewhere.

    What was `typed` for it leads to it on every machine, unless it was a path from the root; where
    nothing was, it may stand above this folder.
    """
    shown = shown_as(path)
    ready = ready_made().get(typed)
    if ready is not None and path.resolve() == ready.resolve():
        return typed
    elsewhere = Path(shown).is_absolute() and not Path(typed).is_absolute()
    return os.path.relpath(path) if elsewhere else shown
