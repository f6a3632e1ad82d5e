"""Turns a resource and the directory into what an engine starts, with every reference answered."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from orchestrator.addressing.places import in_places
from orchestrator.addressing.resolve import (
    as_text,
    between_quotes,
    client_env,
    resolve,
    taken_apart,
)
from orchestrator.addressing.route import LOCAL, Directory, route
from orchestrator.model.adoption import GIVEN_DATABASE, Adoption
from orchestrator.model.conversation import Credentials
from orchestrator.model.facts import Program
from orchestrator.model.launch import FileContent, Guest, Launch, Publish, RunLabels
from orchestrator.model.module import ModuleStart
from orchestrator.model.native import NATIVE_TEMPORARY, PROGRAMS, Native
from orchestrator.model.resource import File, Instance, Resource
from orchestrator.model.snapshot import restoring
from orchestrator.model.template import Template
from orchestrator.technologies.parts.copy_names import guest_name

SURROUNDINGS = ("PATH", "HOME", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""The variables without which programs of this host may not run as they do for their user."""


def launch(
    instance: Instance,
    directory: Directory,
    labels: RunLabels,
    *,
    image: str | None = None,
    hosts: Mapping[str, str] | None = None,
    folder: str = "",
    environ: Mapping[str, str] | None = None,
    fingerprint: str = "",
    snapshot: str = "",
    program: Program | None = None,
) -> Launch:
    """Return the launch of an instance.

    `image` is its name on the engine; `hosts` are further names for its name resolution. A process
    starts in `folder` or below, with `environ` (the caller's own) as the ground of its environment.
    `fingerprint` is passed on to the engine, which keeps it with the instance. With the key of a
    `snapshot` it starts from that, which is in its image, or on this host. `program` is what a
    server of this host runs.
    """
    resource = directory.of(instance)
    if resource.adopted:
        surrounding = surroundings(environ or {})
        return adopted(instance, directory, labels, surrounding, fingerprint, program)

    def text(template: Template) -> str:
        return resolve(template, instance, directory)

    env = {name: text(value) for name, value in resource.env.items()}
    if resource.native:
        env = {**surroundings(environ or {}), **env}
    elif not resource.contained:
        env = {**(environ or {}), **own_port(instance, directory), **env}
    found = Launch(
        labels=labels,
        instance=instance,
        image=image,
        command=None if resource.command is None else tuple(map(text, resource.command)),
        entrypoint=None if resource.entrypoint is None else tuple(map(text, resource.entrypoint)),
        env=env,
        files=tuple(content(file, instance, directory) for file in resource.files),
        ports=published(instance, directory),
        hosts=dict(hosts or {}),
        hostname=resource.hostname,
        # A slice's instance has a name of its own, and must not answer to those of the shared one.
        aliases=() if instance.slice else resource.aliases,
        workdir=working_folder(resource, folder),
        user=resource.run_as,
        tmpfs=resource.tmpfs,
        limits=resource.limits,
        platform=resource.platform,
        options=resource.options,
        fingerprint=fingerprint,
        module=module_start(instance, directory),
    )
    if resource.native:
        server = native(found, resource.native, directory.folder(instance), snapshot, program)
        return replace(server, memory=copied_in_memory(resource))
    return from_snapshot(found, resource) if snapshot else found


def native(
    launch: Launch, how: Native, folder: str, snapshot: str, program: Program | None
) -> Launch:
    """Return the launch of a server of this host, which first makes its data if it has none."""
    command = launch.command or ()
    env = {**launch.env, "TMPDIR": f"{folder}/{NATIVE_TEMPORARY}"}
    if program:
        command = (program.path, *command[1:])
        own = [f"{folder}/{PROGRAMS}"] if how.scripts else []
        # Scripts need a shell and its usual tools, and whoever is no longer root may not look
        # into every folder that is on the caller's PATH.
        paths = [*own, *program.folders, *filter(None, [env.get("PATH")]), os.defpath]
        env["PATH"] = os.pathsep.join(paths)
    prepare = "" if snapshot else how.prepare
    return replace(
        launch,
        entrypoint=("sh", "-c", f'{prepare}\nexec "$@"', "sh") if prepare else None,
        command=command,
        env=env,
        folder=folder,
        workdir=folder,
        snapshot=snapshot,
        rootless=how.refuses_root,
        stop=how.stop,
    )


def module_start(instance: Instance, directory: Directory) -> ModuleStart | None:
    """Return how a module of testcontainers is started: it waits from the tests' side."""
    resource = directory.of(instance)
    if resource.module is None:
        return None
    seen = {port.number: route(None, instance, port.number, directory) for port in resource.ports}
    host = next((address.host for address in seen.values()), LOCAL)
    ports = {number: address.port for number, address in seen.items()}
    return ModuleStart(resource.module, host, ports)


def adopted(
    instance: Instance,
    directory: Directory,
    labels: RunLabels,
    env: Mapping[str, str],
    fingerprint: str,
    program: Program | None,
) -> Launch:
    """Return how a run becomes a guest of what runs already: its clients, and what it may make."""
    resource = directory.of(instance)
    given, how = resource.adopted, resource.adoption
    assert given is not None
    folder = directory.folder(instance)
    own = [f"{folder}/{PROGRAMS}"] if how and how.scripts else []
    path = [*own, *(program.folders if program else ()), env.get("PATH", os.defpath)]
    outside = in_places(directory, {instance.resource: given.database} if given.database else {})
    told = {"PATH": os.pathsep.join(path), **client_env(instance, outside)}
    if resource.own_place:
        told[GIVEN_DATABASE] = given.database
    writes = resource.own_place or resource.sliced
    return Launch(
        labels=labels,
        instance=instance,
        env={**env, **told},
        files=tuple(content(file, instance, directory) for file in client_files(how)),
        fingerprint=fingerprint,
        folder=folder,
        workdir=folder,
        guest=Guest(
            technology=resource.technology.name if resource.technology else "",
            host=given.host,
            port=given.port,
            access=Credentials(resource.user or "", resource.password or "", given.database),
            name=guest_name(labels.run, str(instance)) if writes else "",
        ),
    )


def client_files(how: Adoption | None) -> Iterator[File]:
    """Yield what leads clients of this host to what runs already."""
    if how is None:
        return
    for name, text in how.files.items():
        yield File(PurePosixPath(name), content=taken_apart(text), mode=0o600, escape=True)
    for name, text in how.scripts.items():
        path = PurePosixPath(PROGRAMS, name)
        yield File(path, content=taken_apart(text), mode=0o700, escape=True)


def copied_in_memory(resource: Resource) -> bool:
    """Whether tests get copies of its data that are made quicker in memory."""
    slicing = resource.technology.slicing if resource.technology else None
    return bool(resource.sliced and slicing and slicing.tmpfs)


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what of the caller's environment a server may see: not the settings of another."""
    return {"LANG": "C.UTF-8"} | {name: environ[name] for name in SURROUNDINGS if name in environ}


def from_snapshot(launch: Launch, resource: Resource) -> Launch:
    """Return the launch of a server whose data is there: the server itself, as its own user."""
    technology = resource.technology
    assert technology is not None
    assert technology.snapshotting is not None
    how = technology.snapshotting
    memory = launch.tmpfs[0].partition(":")[0] if launch.tmpfs else None
    return replace(
        launch,
        entrypoint=("sh", "-c", restoring(how.start, memory), "sh"),
        command=launch.command or (technology.program,),
        user=how.user,
    )


def own_port(instance: Instance, directory: Directory) -> dict[str, str]:
    """Return `PORT` for a process on this host: it must listen on what was chosen for it."""
    first = directory.of(instance).port()
    return {"PORT": str(directory.ports[instance, first.number])} if first else {}


def published(instance: Instance, directory: Directory) -> tuple[Publish, ...]:
    """Return each port with the host port that was chosen for it, but for those of its own."""
    ports = [port for port in directory.of(instance).ports if not port.inner]
    return tuple(Publish(port.number, directory.ports[instance, port.number]) for port in ports)


def content(file: File, instance: Instance, directory: Directory) -> FileContent:
    """Return a file ready to be put in."""
    data = None
    if file.content is not None:
        escape = between_quotes if file.escape else as_text
        data = resolve(file.content, instance, directory, escape=escape).encode()
    return FileContent(str(file.target), file.mode, data=data, source=file.source)


def working_folder(resource: Resource, folder: str) -> str | None:
    """Return where it starts: in a container as the manifest says, on this host below `folder`."""
    if resource.contained:
        return resource.workdir
    return str(Path(folder) / (resource.workdir or ""))
