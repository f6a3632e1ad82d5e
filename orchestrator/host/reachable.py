"""Programs that another user must be able to run: of root's own folders there are copies.

Servers that refuse to be root run as a user who may look into none of root's folders, and there is
where virtual environments of root often are.
"""

from __future__ import annotations

import secrets
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from orchestrator.engines.process.homes import homes_root
from orchestrator.model.facts import Program
from orchestrator.model.native import Wheel
from orchestrator.state import state_folder

COPIES = ".programs"


def is_reachable(path: str) -> bool:
    """Whether every user may run this."""
    real = Path(path).resolve()
    needed = stat.S_IXOTH | stat.S_IROTH
    if real.stat().st_mode & needed != needed:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in real.parents)


def copied(program: Program, wheel: Wheel | None, environ: Mapping[str, str]) -> Program | None:
    """Return the same program of a wheel where every user may run it; None if it is of no wheel."""
    spec = find_spec(wheel.module) if wheel and wheel.module else None
    if wheel is None or spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    if not Path(program.path).is_relative_to(package):
        return None
    there = homes_root(state_folder(environ)) / COPIES / program.digest
    if not there.is_dir():
        copy(package, there)
    inside = Path(program.path).relative_to(package)
    path = there / package.name / inside
    return replace(program, path=str(path), folders=(str(path.parent), *program.folders))


def copy(package: Path, place: Path) -> None:
    """Copy a package, and the libraries that came with it, whole or not at all."""
    own = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    place.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    try:
        own.mkdir(mode=0o755)
        libraries = package.with_name(f"{package.name}.libs")
        for source in (package, libraries):
            if source.is_dir():
                shutil.copytree(source, own / source.name, symlinks=True)
        # Somebody else may have been quicker.
        with suppress(OSError):
            own.rename(place)
    finally:
        shutil.rmtree(own, ignore_errors=True)
