"""A service or task becomes a resource: a container, or a process on this host."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from orchestrator.manifest.building.base import base, texts
from orchestrator.manifest.building.field_names import wrong_port
from orchestrator.manifest.building.image import check_image
from orchestrator.manifest.building.image_build import image_build
from orchestrator.manifest.building.probes import readiness
from orchestrator.manifest.building.seeds import Loads, seeds
from orchestrator.manifest.building.site import Site
from orchestrator.manifest.model.program import Program, Service
from orchestrator.manifest.words import listed
from orchestrator.model.module import PREFIX
from orchestrator.model.probe import Automatic, Exit, Readiness
from orchestrator.model.resource import DOCKER, PROCESS, Port, Resource

_CONTAINERS_ONLY = (
    "aliases",
    "docker",
    "entrypoint",
    "files",
    "hostname",
    "limits",
    "platform",
    "pull",
    "tmpfs",
    "user",
)
_WHAT = ("image", "build", "command")


def program(entry: Program, site: Site) -> Resource:
    """The resource; with neither image nor build it is a process on this host."""
    _one_kind(entry, site)
    contained = _contained(entry)
    if not contained:
        _only_as_process(entry, site)
    _fitting_engine(entry, site)
    if entry.image is not None:
        check_image(entry.image, site, "image")
    ports = _ports(entry, site)
    task = site.section == "tasks"
    default = Readiness(Exit() if task else Automatic())
    return replace(
        base(entry, site),
        engine=DOCKER if contained else PROCESS,
        image=entry.image,
        build=image_build(entry.build, entry.platform, site) if entry.build else None,
        command=entry.command,
        entrypoint=entry.entrypoint,
        ports=ports,
        seeds=() if task else seeds(entry.seed, (), Loads("a service"), site),
        readiness=readiness(entry.ready, ports, default, site),
        workdir=_workdir(entry, site),
        run_as=entry.user,
        tmpfs=tuple(entry.tmpfs or ()),
        follows=texts(entry.follows) if isinstance(entry, Service) else (),
        may_exit=isinstance(entry, Service) and bool(entry.may_exit),
        bound=_bound(entry),
    )


def _bound(entry: Program) -> str:
    what = "it names an image" if entry.image is not None else "it is built as an image"
    return what if _contained(entry) else ""


def _contained(entry: Program) -> bool:
    return entry.image is not None or entry.build is not None


def _one_kind(entry: Program, site: Site) -> None:
    if entry.image is not None and entry.build is not None:
        site.wrong('cannot stand beside "image"; leave one of them out', "build")
    use = entry.use if isinstance(entry, Service) else None
    if use is not None:
        site.wrong(
            f"a service can only be a module of testcontainers ({PREFIX}.NAME); technologies stand "
            "in databases or brokers",
            "use",
        )
    elif not _contained(entry) and entry.command is None and not site.doubtful(*_WHAT):
        site.lacks(f"needs one of {listed(_WHAT, 'or')}, to know what to run")
    if entry.seed is not None and site.section == "tasks":
        site.wrong("a task cannot be seeded; it is over when it could be", "seed")


def _only_as_process(entry: Program, site: Site) -> None:
    if entry.command is None or site.doubtful("image", "build"):
        return
    for key in _CONTAINERS_ONLY:
        if getattr(entry, key) is not None:
            site.wrong(
                'cannot stand here, because a "command" alone is a process on this host; '
                'give it an "image" or "build" to run it in a container',
                key,
            )


def _fitting_engine(entry: Program, site: Site) -> None:
    if entry.engine == PROCESS and _contained(entry):
        what = "image" if entry.image is not None else "build"
        site.wrong(f'cannot be process, because "{what}" makes it a container', "engine")
    if entry.engine == DOCKER and not _contained(entry) and not site.doubtful(*_WHAT):
        site.wrong('cannot be docker without an "image" or "build"', "engine")


def _ports(entry: Program, site: Site) -> tuple[Port, ...]:
    ports = entry.ports or {}
    for name in ports:
        _check_name(name, site)
    return tuple(
        Port(part.port, name if isinstance(name, str) else "", part.host)
        for name, part in ports.items()
    )


def _check_name(name: str | int, site: Site) -> None:
    if isinstance(name, int):
        return
    other = f"{site.name}-{name}"
    if wrong := wrong_port(name):
        site.wrong_key(wrong, "ports", name)
    elif other in site.around.names.sections:
        variable = f"{other}_URL".upper().replace("-", "_")
        site.wrong_key(
            f"would share {variable} with {other}; give the port another name", "ports", name
        )


def _workdir(entry: Program, site: Site) -> str | None:
    written = entry.workdir
    if written is None:
        # A command of this host starts in the folder of the file that gives it.
        return None if _contained(entry) else site.included_from("command")
    if not _contained(entry):
        return written if site.doubtful("image", "build") else site.folder(written, "workdir")
    if not PurePosixPath(written).is_absolute():
        site.wrong("must be an absolute path, because it is in a container", "workdir")
    return written
