"""Where images come from: mirrors and logins, of which only the registries' names are told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orchestrator.doctor.finding import Around, Finding, ok, warning
from orchestrator.host.facts import PREFIX, image_prefix
from orchestrator.waiting import Deadline

if TYPE_CHECKING:
    from orchestrator.engines.docker.auth_files import Store

LOGIN = '"docker login" keeps one'


def registries(around: Around, _deadline: Deadline) -> Iterator[Finding]:
    """Say for which registries there are logins, and what goes before the names of images."""
    from orchestrator.engines.docker import auth_files

    prefix = image_prefix(around.environ)
    if prefix:
        yield ok("images", f"those that name no registry come from {prefix} ({PREFIX})")
    troubles: list[str] = []
    stores = auth_files.read(around.environ, troubles.append, podman=True)
    for trouble in troubles:
        yield warning("logins", trouble, "mend that file, or remove it")
    for store in stores:
        yield from logins(store, around)
    if not stores and not troubles:
        yield ok("logins", "for no registry, so that only public images can be pulled", LOGIN)


def logins(store: Store, around: Around) -> Iterator[Finding]:
    """Say for which registries a file has logins, and whether those who keep them are there."""
    from orchestrator.engines.docker.auth_files import HUB_SERVER
    from orchestrator.engines.docker.helpers import program

    kept = f", kept by {store.helper}" if store.helper else ""
    named = dict.fromkeys([*store.auths, *store.helpers])
    names = ["Docker Hub" if name == HUB_SERVER else name for name in named]
    yield ok("logins", f"for {', '.join(names) or 'no registry'}{kept} ({store.path})")
    for helper in sorted({store.helper, *store.helpers.values()} - {""}):
        if shutil.which(program(helper), path=around.environ.get("PATH", "")) is None:
            words = f"{store.path} names {program(helper)}, which is not on the PATH"
            yield warning("logins", words, f"install it, or take {helper} out of that file")
