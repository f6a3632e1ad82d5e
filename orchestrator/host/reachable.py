"""Programs that another user must be able to run: of root's own folders there are copies.

    <root>/.programs/<digest>/<package>/    a wheel's package, and the libraries beside it
    <root>/.programs/<digest>/about.json    what it is a copy of, and who wanted it
    <root>/.programs/.<digest>-<nonce>/     one that is being made, locked, or was left so

Servers that refuse to be root run as a user who may look into none of root's folders, and there is
where virtual environments of root often are.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from orchestrator.engines.process.homes import homes_root, make_all
from orchestrator.errors import NotKept
from orchestrator.host.flock import locked
from orchestrator.model.facts import Program
from orchestrator.model.native import Wheel
from orchestrator.state import state_folder

COPIES = ".programs"
ABOUT = "about.json"


@dataclass(frozen=True)
class About:
    """What is known of a copy: the program that was found, and the state folder of who did so."""

    source: str
    state: str


def program_digest(path: str) -> str:
    """Return a digest that changes when a program does. Raises OSError where there is none."""
    real = os.path.realpath(path)
    status = Path(real).stat()
    text = f"{real} {status.st_size} {status.st_mtime_ns}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_reachable(path: str) -> bool:
    """Whether every user may run this."""
    real = Path(path).resolve()
    needed = stat.S_IXOTH | stat.S_IROTH
    if real.stat().st_mode & needed != needed:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in real.parents)


def copied(program: Program, wheel: Wheel | None, environ: Mapping[str, str]) -> Program | None:
    """Return the same program of a wheel where every user may run it; None if it is of no wheel.

    Raises NotKept where it cannot be copied.
    """
    spec = find_spec(wheel.module) if wheel and wheel.module else None
    if wheel is None or spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    if not Path(program.path).is_relative_to(package):
        return None
    state = state_folder(environ)
    there = homes_root(state) / COPIES / program.digest
    if not there.is_dir():
        try:
            copy(package, there, About(program.path, str(state)))
        except OSError as error:
            raise NotKept(
                f"cannot copy {package} to {there}: {error.strerror or error}",
                hint="see that there is room, or install it where every user may look",
            ) from error
    inside = Path(program.path).relative_to(package)
    path = there / package.name / inside
    return replace(program, path=str(path), folders=(str(path.parent), *program.folders))


def copy(package: Path, place: Path, about: About) -> None:
    """Copy a package, and the libraries that came with it, whole or not at all."""
    own = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    with being_made(own):
        for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
        libraries = package.with_name(f"{package.name}.libs")
        for source in (package, libraries):
            if source.is_dir():
                shutil.copytree(source, own / source.name, symlinks=True)
        (own / ABOUT).write_text(json.dumps(asdict(about)))
        # Somebody else may have been quicker.
        with suppress(OSError):
            own.rename(place)


@contextmanager
def being_made(own: Path) -> Iterator[None]:
    """Make a folder, and remove it at the end if it is still there; meanwhile it is locked."""
    try:
        make_all(own)
        own.chmod(0o755)
        descriptor = os.open(own, os.O_RDONLY)
        try:
            locked(descriptor)
            yield
        finally:
            os.close(descriptor)
    finally:
        shutil.rmtree(own, ignore_errors=True)
