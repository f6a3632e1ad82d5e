"""The programs of servers that run on this host: where they are, and in which version."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from orchestrator.engines.process.homes import is_root
from orchestrator.errors import EngineUnavailable
from orchestrator.host.reachable import copied, is_reachable, program_digest
from orchestrator.model.facts import Program
from orchestrator.model.native import Native, Wheel
from orchestrator.model.resource import Resource
from orchestrator.model.technology import Technology

EXTRA = "pip install 'greenroom[embedded]'"

INSTALLERS = {"apt-get": "apt-get install", "brew": "brew install"}
"""What installs packages, and the words for it; the first that is here is proposed."""

SECONDS = 10.0

PARTS = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True)
class Missing:
    """What cannot be had for a resource, in words, and the commands that would provide it."""

    words: str
    commands: tuple[str, ...]


def programs(
    resources: Iterable[Resource], environ: Mapping[str, str], *, loose: bool = False
) -> dict[str, Program]:
    """Return the program of each server that runs on this host, by the resource's name.

    Raises EngineUnavailable, which names all that cannot be had, or is there in another version
    only, unless that is to be taken too (`loose`).
    """
    servers = [one for one in resources if one.native and not one.on]
    if not servers:
        return {}
    with ThreadPoolExecutor(min(8, len(servers))) as pool:
        found = list(pool.map(lambda one: chosen(one, environ, loose=loose), servers))
    missing = [one for one in found if isinstance(one, Missing)]
    if missing:
        otherwise = "run it in containers, with `engine: docker`"
        raise unavailable("cannot run without containers", missing, otherwise)
    pairs = zip(servers, found, strict=True)
    return {server.name: one for server, one in pairs if isinstance(one, Program)}


def clients(resources: Iterable[Resource], environ: Mapping[str, str]) -> dict[str, Program]:
    """Return the client program of each server that runs already, by the resource's name.

    Raises EngineUnavailable, which names all that cannot be had and is needed to put something in.
    """
    found: dict[str, Program] = {}
    lacking: list[Missing] = []
    for one in resources:
        if one.adoption is None or not one.adoption.tools:
            continue
        searched = [*client_folders(one.technology, environ)]
        folders = {tool: found_in(tool, searched) for tool in one.adoption.tools}
        there = tuple(dict.fromkeys(folder for folder in folders.values() if folder))
        lack = [tool for tool, folder in folders.items() if folder is None]
        if not lack:
            found[one.name] = Program(f"{there[0]}/{one.adoption.tools[0]}", "", there)
        elif one.seeds or one.sliced:
            words = f"{one.name}: there is no {' and no '.join(lack)} on this host"
            native = one.technology.native if one.technology else None
            wheel = native.wheel if native else None
            lacking.append(Missing(words, tuple(providing(wheel, one.adoption.packages))))
    if lacking:
        raise unavailable("nothing can be put into what runs already", lacking)
    return found


def client_folders(technology: Technology | None, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield every folder in which a technology's programs may be."""
    yield from environ.get("PATH", os.defpath).split(os.pathsep)
    if technology and technology.native:
        yield from by_version(technology.native.places)
        yield from wheel_folders(technology.native.wheel)


def unavailable(what: str, missing: list[Missing], *otherwise: str) -> EngineUnavailable:
    """Return the error that names everything that cannot be had, with what would provide it."""
    commands = dict.fromkeys(command for one in missing for command in one.commands)
    words = "; ".join(one.words for one in missing)
    return EngineUnavailable(f"{what}: {words}", hint=" or ".join((*commands, *otherwise)))


def chosen(resource: Resource, environ: Mapping[str, str], *, loose: bool) -> Program | Missing:
    """Return the first program that is as it is wanted; if need be, one in another version."""
    native = resource.native
    assert native is not None
    others: list[Program] = []
    lacking: list[str] = []
    for path in candidates(native, environ):
        program = known(path, native, environ)
        if program is None:
            continue
        if native.refuses_root and is_root() and not is_reachable(path):
            copy = copied(program, native.wheel, environ)
            if copy is None:
                lacking += [f"{path} refuses to be run by root, and others may not look there"]
                continue
            program = copy
        if lack := [tool for tool in native.tools if tool in program.lacks]:
            lacking += [f"{path} lacks {', '.join(lack)}"]
        elif resource.version is None or fits(program.version, resource.version):
            return program
        else:
            others.append(program)
    if others and loose:
        return others[0]
    return missing(resource, native, others, lacking)


def missing(
    resource: Resource, native: Native, others: list[Program], lacking: list[str]
) -> Missing:
    """Return in words why there is no program for a resource."""
    name, wanted = resource.name, resource.version
    if others:
        there = ", ".join(f"{one} ({one.path})" for one in others)
        what = resource.technology.name if resource.technology else name
        return Missing(
            f"{name} asks for {what} {wanted}, and there is {there}",
            ("take that, with `versions: loose` in the manifest",),
        )
    what = " or ".join(native.servers)
    words = "; ".join(lacking) or f"there is no {what} on this host"
    return Missing(f"{name}: {words}", tuple(providing(native.wheel, native.packages)))


def providing(wheel: Wheel | None, packages: Mapping[str, str]) -> Iterator[str]:
    """Yield the commands that would provide what is in a wheel, or in these packages."""
    if wheel:
        yield EXTRA
    here = [name for name in INSTALLERS if shutil.which(name) and name in packages]
    for installer in here[:1]:
        yield f"{INSTALLERS[installer]} {packages[installer]}"


def candidates(native: Native, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield every program that may be meant: on the PATH, in the usual places, in the wheel."""
    seen = set[str]()
    own = (*by_version(native.places), *wheel_folders(native.wheel))
    for folder in (*environ.get("PATH", os.defpath).split(os.pathsep), *own):
        for name in native.servers:
            path = str(Path(folder or ".", name).absolute())
            real = os.path.realpath(path)
            if path in native.shadowed or real in seen or not os.access(path, os.X_OK):
                continue
            seen.add(real)
            yield path


def by_version(places: Iterable[str]) -> Iterator[str]:
    """Yield the folders of these patterns, the highest version of each first."""
    for place in places:
        yield from sorted(glob.glob(place), key=numbers, reverse=True)  # noqa: PTH207 - absolute


def numbers(path: str) -> list[int]:
    """Return the numbers in a path, by which versions are put in order."""
    return [int(text) for text in re.findall(r"\d+", path)]


def wheel_folders(wheel: Wheel | None) -> Iterator[str]:
    """Yield the folder of a wheel's programs, if it is installed where Greenroom is."""
    if wheel is None:
        return
    if not wheel.module:
        yield sysconfig.get_path("scripts")
    elif (spec := find_spec(wheel.module)) and spec.submodule_search_locations:
        for place in spec.submodule_search_locations:
            yield from by_version([f"{glob.escape(place)}/{wheel.folder}"])


def known(path: str, native: Native, environ: Mapping[str, str]) -> Program | None:
    """Return what is known of a program; None when it is none of this technology's."""
    real, digest = os.path.realpath(path), program_digest(path)
    said = asked(path, native.asks, digest) if native.asks else real
    match = re.search(native.version, said)
    if match is None:
        return None
    # Tools are where the program really is (Debian has links on the PATH), or anywhere on the PATH.
    folders = dict.fromkeys((str(Path(path).parent), str(Path(real).parent)))
    searched = [*folders, *by_version(native.places), *environ.get("PATH", "").split(os.pathsep)]
    lacks = []
    for tool in filter(None, (*native.tools, native.backup)):
        if folder := found_in(tool, searched):
            folders[folder] = None
        else:
            lacks.append(tool)
    return Program(path, match[1], tuple(folders), digest, tuple(lacks))


@cache
def asked(path: str, words: tuple[str, ...], digest: str) -> str:  # noqa: ARG001 - for the cache
    """Return what a program says of itself; nothing when it cannot be run."""
    try:
        result = subprocess.run(
            [path, *words],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=SECONDS,
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return result.stdout + result.stderr


def found_in(tool: str, folders: Iterable[str]) -> str | None:
    """Return the first of these folders in which there is this program."""
    return next((one for one in folders if one and os.access(f"{one}/{tool}", os.X_OK)), None)


def fits(version: str, wanted: str) -> bool:
    """Whether a version is as a tag of an image asks for it.

    `16` is any 16; what follows the numbers (`16-alpine`) is about the image; a tag without numbers
    (`latest`) is any.
    """
    match = PARTS.match(wanted)
    if match is None:
        return True
    parts = match[0].split(".")
    return version.split(".")[: len(parts)] == parts
