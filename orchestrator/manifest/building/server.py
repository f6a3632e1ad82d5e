"""A database or broker becomes a resource: the manifest's words over the technology's."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from orchestrator.manifest.building.adopting import adopted_server, is_adopted
from orchestrator.manifest.building.base import base
from orchestrator.manifest.building.databases import databases_of
from orchestrator.manifest.building.image import check_image
from orchestrator.manifest.building.probes import readiness
from orchestrator.manifest.building.process_form import bound, files_of, process_form
from orchestrator.manifest.building.seeds import Loads, first_seeds, seeds
from orchestrator.manifest.building.site import Site
from orchestrator.manifest.model.server import Server
from orchestrator.manifest.own.finding import FOLDER as DESCRIBED
from orchestrator.manifest.own.finding import SUFFIX
from orchestrator.manifest.placing import on_host
from orchestrator.manifest.reading.templates import parse
from orchestrator.manifest.sections import NAME
from orchestrator.manifest.words import did_you_mean, listed, quoted
from orchestrator.model.probe import Automatic, Readiness
from orchestrator.model.resource import DOCKER, PROCESS, SHARED, File, Port, Resource
from orchestrator.model.slicing import Slicing
from orchestrator.model.technology import Technology
from orchestrator.model.template import Template

_EXAMPLE = "use: postgres"


def server(entry: Server, site: Site) -> Resource | None:
    """The resource, None when nobody can say what it is."""
    technology = _technology(entry, site)
    if technology is None:
        base(entry, site)
        seeds(entry.seed, (), Loads(site.name, suffixes=None), site)
        readiness(entry.ready, (), Readiness(Automatic()), site)
        return None
    if is_adopted(entry, site):
        return adopted_server(entry, technology, site)
    return _started(entry, technology, base(entry, site), site)


def _started(entry: Server, technology: Technology, common: Resource, site: Site) -> Resource:
    ports = _ports(entry, technology)
    site.around.mistakes.secrets.add(entry.password or "")
    _check_form(entry.user, technology.user_form, "user", site)
    _check_form(entry.password, technology.password_form, "password", site)
    user = _user(entry, technology, site)
    databases = databases_of(entry, technology, site)
    slicing = _slicing(entry, technology, site)
    default = technology.readiness(user, databases[0] if databases else "")
    made = replace(
        common,
        engine=DOCKER,
        technology=technology,
        image=_image(entry, technology, site),
        command=_command(entry, technology, slicing),
        env={**_templates(technology), **common.env},
        files=_files(technology, slicing, common.files),
        tmpfs=slicing.tmpfs if slicing else (),
        isolation=entry.isolation or SHARED,
        ports=ports,
        user=user,
        password=entry.password,
        databases=databases,
        seeds=seeds(entry.seed, first_seeds(technology, databases), Loads.of(technology), site),
        readiness=readiness(entry.ready, ports, default, site),
        version=_version(entry),
        as_process=process_form(technology, slicing, common, entry.args, ports),
        bound=bound(entry, technology),
    )
    return _where_it_says(made, entry, site)


def _where_it_says(made: Resource, entry: Server, site: Site) -> Resource:
    """The resource as a process where that is asked for, and only in a container where that is."""
    if (entry.engine or site.around.engine) != PROCESS:
        return replace(made, bound="its `engine` is docker") if entry.engine == DOCKER else made
    if made.bound and entry.engine:
        site.wrong(f"cannot be process, because {made.bound}", "engine")
    return made if made.bound else on_host(made)


def _version(entry: Server) -> str | None:
    """The version, as a program of this host may have it; a digest is an image's alone."""
    return (entry.use or "").partition(":")[2].partition("@")[0] or None


def _user(entry: Server, technology: Technology, site: Site) -> str:
    if not technology.has_users:
        for key in ("user", "password"):
            if getattr(entry, key) is not None:
                site.wrong(f"{technology.name} has no users; leave this out", key)
        return ""
    if entry.user and technology.fixed_user and entry.user != technology.user:
        site.wrong(f"{technology.name} has only the user {quoted(technology.user)}", "user")
    return entry.user or technology.user


def _technology(entry: Server, site: Site) -> Technology | None:
    if entry.use is None:
        if not site.doubtful("use", "on", "at"):
            site.lacks(f'names no technology; write for example "{_EXAMPLE}"')
        return None
    name = entry.use.partition(":")[0]
    is_known, technology = site.technology(name)
    if is_known:
        return _variant(technology, entry.image) if technology else None
    known = site.around.technologies.common
    if (bare := name.partition("@")[0]) in known:
        pinned = f"{bare}:{known[bare].version}@sha256:..."
        site.wrong(f"a digest goes behind a version; write it like {pinned}", "use")
    else:
        own = f"; {DESCRIBED}/{name}{SUFFIX} could describe it" if re.fullmatch(NAME, name) else ""
        every = sorted({*site.own_technologies(), *known})
        near = did_you_mean(name, every, f"there are {listed(every)}{own}")
        site.wrong(f"unknown technology {quoted(name)}{near}", "use")
    return None


def _variant(technology: Technology, image: str | None) -> Technology:
    """What it is with this image, where several of them play the same role."""
    name = "/" + re.sub(r"(:[^/]*)?(@.*)?$", "", image or "")
    fitting = (one for known, one in technology.variants.items() if name.endswith(f"/{known}"))
    return next(fitting, technology)


def _ports(entry: Server, technology: Technology) -> tuple[Port, ...]:
    more = technology.more_ports.items()
    first = Port(technology.port, host=entry.port, inside=technology.inside)
    return (first, *(Port(port.number, name) for name, port in more))


def _image(entry: Server, technology: Technology, site: Site) -> str:
    _, colon, version = (entry.use or "").partition(":")
    if colon and not version:
        example = f"{technology.name}:{technology.version}"
        site.wrong(f"names no version after the colon; write for example {example}", "use")
    if entry.image is None:
        name = f"{technology.image}:{version or technology.version}"
        check_image(name, site, "use")
        return name
    check_image(entry.image, site, "image")
    if version:
        site.wrong('says the version already; leave it out of "use", or leave this out', "image")
    return entry.image


def _slicing(entry: Server, technology: Technology, site: Site) -> Slicing | None:
    """How it is sliced, None when it is not to be, or cannot be."""
    if entry.isolation in (None, SHARED):
        return None
    if technology.slicing is None:
        site.wrong(
            f"{technology.name} cannot be sliced; leave this out, and let each test clean up or "
            "use names of its own",
            "isolation",
        )
        return None
    for word in entry.database or []:
        if word.text in technology.slicing.taken:
            site.wrong(
                f"the database {quoted(word.text)} is needed for making slices; give it another "
                'name, or leave "isolation" out',
                *word.path[2:],
            )
    return technology.slicing


def _command(
    entry: Server, technology: Technology, slicing: Slicing | None
) -> tuple[Template, ...] | None:
    own = technology.command
    more = [parse(word).template for word in (slicing.args if slicing else ())]
    if not entry.args and not more:
        return tuple(parse(word).template for word in own) if own is not None else None
    program = (technology.program,) if technology.program else ()
    start = program if own is None else own
    return (*(parse(word).template for word in start), *more, *(entry.args or ()))


def _templates(technology: Technology) -> dict[str, Template]:
    return {name: parse(text).template for name, text in technology.env.items()}


def _files(
    technology: Technology, slicing: Slicing | None, own: tuple[File, ...]
) -> tuple[File, ...]:
    """The technology's files; one of the manifest's own replaces that at the same place."""
    taken = {file.target for file in own}
    made = (
        File(PurePosixPath(path), content=parse(text).template, escape=True)
        for path, text in files_of(technology, slicing).items()
    )
    return (*(file for file in made if file.target not in taken), *own)


def _check_form(text: str | None, form: tuple[str, str] | None, key: str, site: Site) -> None:
    if form and text and not re.fullmatch(form[0], text):
        site.wrong(f"must be {form[1]}", key)
