"""The lock file beside a manifest."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.errors import LockError, UsageError
from orchestrator.host.manifests import HostFiles, ready_made, shown_as
from orchestrator.model.lock import Lock
from orchestrator.model.manifest import MAPPING, Manifest

SUFFIX = ".lock"


def lock_path(manifest: Manifest) -> Path | None:
    """Return where the lock of a manifest is, or would be: `environment.lock`, beside it.

    A mapping has none, and neither has a manifest that comes with Greenroom: what is installed is
    nobody's to write to.
    """
    if manifest.path == MAPPING or Path(manifest.path) in _installed():
        return None
    return Path(manifest.path).with_suffix(SUFFIX)


def read_lock(manifest: Manifest) -> Lock | None:
    """Return the lock of a manifest, None where it has none. Raises LockError for what is none."""
    path = lock_path(manifest)
    if path is None:
        return None
    try:
        source = HostFiles().read(str(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LockError(
            f"{shown_as(path)} cannot be read: {error.strerror}",
            hint="make it readable, or remove it to do without a lock",
        ) from error
    # Imported here, because whoever has no lock needs no YAML for it.
    from orchestrator.manifest import locks

    return locks.read_lock(source, shown_as(path))


def write_lock(lock: Lock, manifest: Manifest) -> None:
    """Write the lock beside its manifest, whole or not at all. Raises UsageError if that fails."""
    from orchestrator.manifest import locks

    path = place_of(manifest)
    text = locks.written(lock, Path(manifest.path).name)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(
            f"cannot write {shown_as(path)}: {error.strerror}",
            hint="a lock stands beside its manifest: make that folder writable",
        ) from error


def place_of(manifest: Manifest) -> Path:
    """Return where the lock is to be written. Raises UsageError where none can be."""
    path = lock_path(manifest)
    if path is None:
        raise UsageError(
            f"{manifest.name} has no file of its own that a lock could stand beside",
            hint=f"write a manifest that has it, `include: [{manifest.name}]`, and lock that",
        )
    return path


def _installed() -> set[Path]:
    return {path.resolve() for path in ready_made().values()}
