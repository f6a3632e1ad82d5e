"""A module of testcontainers becomes a resource: what it says of itself, under our own rules."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.manifest.building.base import base
from orchestrator.manifest.building.image import check_image
from orchestrator.manifest.building.probes import readiness
from orchestrator.manifest.building.seeds import Loads, seeds
from orchestrator.manifest.building.site import Site
from orchestrator.manifest.model.program import Service
from orchestrator.manifest.model.server import Server
from orchestrator.manifest.modules import ModuleRefused
from orchestrator.manifest.words import did_you_mean, listed
from orchestrator.model.module import PREFIX, Described, Module
from orchestrator.model.probe import Automatic, Readiness, Tcp
from orchestrator.model.resource import DOCKER, PROCESS, SHARED, Port, Resource
from orchestrator.model.secret import is_secret
from orchestrator.model.technology import Technology

BOUND = "it is a module of testcontainers, and those are containers"

_ITS_OWN = (
    *("args", "build", "command", "database", "entrypoint", "password", "ports", "tmpfs"),
    *("user", "workdir"),
)
_NOT_AT_ALL = {
    "at": "runs already and is adopted; leave out one of the two",
    "follows": "follows the slices of others; leave this out",
    "owned": 'is owned by somebody else; leave this out, as it goes with "at"',
}

ADDRESS = "tcp://${self.host}:${self.port}"
"""What a module does not say how to address at all listens on TCP; more is not known of it."""


def is_module(use: str | None) -> bool:
    """Whether `use` means a module of testcontainers."""
    return (use or "").partition(":")[0].partition(".")[0] == PREFIX


def module(entry: Server | Service, site: Site) -> Resource | None:
    """The resource, None when nobody can say what it is."""
    _only_what_fits(entry, site)
    asked = _asked(entry, site)
    common = base(entry, site)
    if asked and site.around.modules is None:
        return _unknown(entry, asked, common, site)
    described = _described(asked, entry, site) if asked else None
    if described is None:
        seeds(entry.seed, (), Loads(site.name, suffixes=None), site)
        readiness(entry.ready, (), Readiness(Automatic()), site)
        return None
    check_image(described.image, site, "use" if entry.image is None else "image")
    _note_secrets(described, site)
    technology = _technology(described)
    ports = _ports(described, entry)
    default = Readiness(Tcp() if ports else Automatic())
    return replace(
        common,
        engine=DOCKER,
        technology=technology,
        image=described.image,
        ports=ports,
        user=described.user,
        password=described.password,
        databases=(described.database,) if described.database else (),
        seeds=seeds(entry.seed, (), Loads.of(technology), site),
        readiness=readiness(entry.ready, ports, default, site),
        bound=BOUND,
        module=described.module,
    )


def refuse_arguments(entry: Server | Service, site: Site) -> None:
    """Tell that `arguments` stands where nothing has a constructor."""
    if entry.arguments is not None:
        site.wrong(
            f'is for modules of testcontainers ("use: {PREFIX}.NAME"); leave this out',
            "arguments",
        )


def _only_what_fits(entry: Server | Service, site: Site) -> None:
    name = (entry.use or "").partition(":")[0]
    for key in _ITS_OWN:
        if getattr(entry, key, None) is not None:
            site.wrong(
                f'is for {name} itself to say; what it leaves open stands in "arguments"', key
            )
    for key, words in _NOT_AT_ALL.items():
        if getattr(entry, key, None) is not None:
            site.wrong(f"{name} is started here, and nothing that {words}", key)
    if isinstance(entry, Server) and entry.isolation not in (None, SHARED):
        site.wrong(
            f"{name} cannot be sliced; leave this out, and let each test clean up or use names of "
            "its own",
            "isolation",
        )
    if entry.engine == PROCESS:
        site.wrong(f"cannot be process, because {BOUND}", "engine")


def _unknown(entry: Server | Service, asked: Module, common: Resource, site: Site) -> Resource:
    """The resource where modules must not be run, and so nothing of it is known."""
    site.around.mistakes.warn(
        (*site.path, "use"),
        "is not looked at, because that would run it; greenroom plan and greenroom up do",
    )
    return replace(
        common,
        engine=DOCKER,
        seeds=seeds(entry.seed, (), Loads(str(asked)), site),
        readiness=readiness(entry.ready, (), Readiness(Automatic()), site),
        bound=BOUND,
        module=asked,
    )


def _asked(entry: Server | Service, site: Site) -> Module | None:
    """What is asked of the module, None when that is known to be wrong."""
    name, colon, version = (entry.use or "").partition(":")
    use = name.partition(".")[2]
    if not use:
        site.wrong(f"names no module; write for example {PREFIX}.redis", "use")
        return None
    if colon and not version:
        site.wrong(f"names no version after the colon; write for example {name}:16", "use")
        return None
    if entry.image is not None:
        check_image(entry.image, site, "image")
        if version:
            site.wrong(
                'says the version already; leave it out of "use", or leave this out', "image"
            )
    if (entry.image or version) and "image" in (entry.arguments or {}):
        site.wrong('stands in "image" or "use" already; leave one out', "arguments", "image")
    if site.near("use") or site.near("image") or site.near("arguments"):
        return None
    around = site.around
    folder = around.folder_of((*site.path, "arguments"))
    python, arguments = around.python or "", entry.arguments or {}
    return Module(use, arguments, entry.image, version or None, python, folder)


def _described(asked: Module, entry: Server | Service, site: Site) -> Described | None:
    """What the module says of its container, None when it refuses."""
    assert site.around.modules is not None
    try:
        return site.around.modules.describe(asked)
    except ModuleRefused as refused:
        _tell(refused, entry, site)
        return None


def _tell(refused: ModuleRefused, entry: Server | Service, site: Site) -> None:
    near = ""
    if refused.word:
        known = f"there are {listed(refused.names)}"
        near = did_you_mean(refused.word, refused.names, known if refused.key == "use" else "")
    written = getattr(entry, refused.key, None)
    if refused.key == "arguments" and refused.word in (entry.arguments or {}):
        site.wrong_key(f"{refused.message}{near}", "arguments", refused.word)
    elif written is None:
        site.wrong(f"{refused.message}{near}", "use")
    else:
        site.wrong(f"{refused.message}{near}", refused.key)


def _note_secrets(described: Described, site: Site) -> None:
    """Let nobody see what was given; what a module has by itself is known to everybody."""
    for name, value in described.module.arguments.items():
        if isinstance(value, str) and is_secret(name, value):
            site.around.mistakes.secrets.add(value)


def _ports(described: Described, entry: Server | Service) -> tuple[Port, ...]:
    fixed = entry.port if isinstance(entry, Server) else None
    first, *others = described.ports or ((0, None),)
    ports = [(first[0], fixed or first[1]), *others]
    return tuple(Port(number, host=host) for number, host in ports if number)


def _technology(described: Described) -> Technology:
    return Technology(
        name=str(described.module),
        section="databases",
        image=described.image,
        version="",
        port=described.ports[0][0] if described.ports else 0,
        url=described.url or ADDRESS,
        readiness=lambda _user, _database: Readiness(Tcp()),
        program="",
        has_users=bool(described.user or described.password),
        has_databases=bool(described.database),
        fields=described.fields,
        client=("sh",),
    )
