"""What a database or broker is as a process of this host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from orchestrator.manifest.model.server import Server
from orchestrator.manifest.reading.templates import parse
from orchestrator.model.native import PROGRAMS
from orchestrator.model.resource import File, Port, ProcessForm, Resource
from orchestrator.model.slicing import Slicing
from orchestrator.model.technology import Technology
from orchestrator.model.template import Template

CONTAINERS_ONLY = ("image", "files", "limits", "hostname", "aliases", "platform", "pull", "docker")
"""The keys of an entry that mean nothing, or cannot be done, outside of a container."""


def bound(entry: Server, technology: Technology) -> str:
    """In words why it can only run in a container; empty when it need not."""
    if technology.native is None:
        return f"nobody has said yet how {technology.name} runs outside of one"
    keys = [key for key in CONTAINERS_ONLY if getattr(entry, key) is not None]
    return f"only containers have {', '.join(f'`{key}`' for key in keys)}" if keys else ""


def process_form(
    technology: Technology,
    slicing: Slicing | None,
    common: Resource,
    args: Sequence[Template] | None,
    ports: tuple[Port, ...],
) -> ProcessForm | None:
    """What its entry says, as its technology is told so outside of containers."""
    native = technology.native
    if native is None:
        return None
    command = [parse(word).template for word in (*native.command, *_args(slicing))]
    texts = {PurePosixPath(path).name: text for path, text in files_of(technology, slicing).items()}
    inner = (
        Port(technology.port + number, name, inner=True)
        for number, name in enumerate(native.ports, 1)
    )
    return ProcessForm(
        command=(*command, *(args or ())),
        env={name: parse(text).template for name, text in native.env.items()} | dict(common.env),
        files=(
            *_files({**texts, **native.files}),
            *_files({f"{PROGRAMS}/{name}": text for name, text in native.scripts.items()}, 0o755),
        ),
        ports=(*ports, *inner),
    )


def files_of(technology: Technology, slicing: Slicing | None) -> dict[str, str]:
    """The texts of a technology's files, by their paths inside."""
    return {**technology.files, **(slicing.files if slicing else {})}


def _args(slicing: Slicing | None) -> tuple[str, ...]:
    return slicing.args if slicing else ()


def _files(texts: Mapping[str, str], mode: int = 0o644) -> tuple[File, ...]:
    return tuple(
        File(PurePosixPath(path), content=parse(text).template, mode=mode, escape=True)
        for path, text in texts.items()
    )
