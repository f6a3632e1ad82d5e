"""Where images come from: mirrors and credentials, of which only names are told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.doctor.finding import Around, Finding, ok, warning
from orchestrator.host.facts import PREFIX, image_prefix
from orchestrator.waiting import Deadline

HELPER = "docker-credential-"
HUB = "https://index.docker.io/v1/"
"""How docker's settings call Docker Hub."""


def registries(around: Around, _deadline: Deadline) -> Iterator[Finding]:
    """Say whose credentials there are, and what goes before the names of images."""
    prefix = image_prefix(around.environ)
    if prefix:
        yield ok("images", f"those that name no registry come from {prefix} ({PREFIX})")
    folder = around.environ.get("DOCKER_CONFIG") or around.home / ".docker"
    file = f"{folder}/config.json"
    try:
        with open(file, "rb") as opened:  # noqa: PTH123 - the path is as docker has it
            settings = json.load(opened)
    except FileNotFoundError:
        settings = {}
    except (OSError, ValueError) as error:
        yield warning("credentials", f"{file} cannot be read: {error}", "mend or remove that file")
        return
    if isinstance(settings, dict):
        yield from credentials(settings, file, around)


def credentials(settings: Mapping[str, Any], file: str, around: Around) -> Iterator[Finding]:
    """Say for which registries there are credentials, and who keeps them."""
    helpers = settings.get("credHelpers") or {}
    named = dict.fromkeys([*(settings.get("auths") or {}), *helpers])
    names = ["Docker Hub" if name == HUB else name for name in named]
    store = settings.get("credsStore")
    kept = f", kept by {store}" if store else ""
    if names:
        yield ok("credentials", f"for {', '.join(names)}{kept}")
    else:
        yield ok("credentials", f"for no registry{kept}: public images only")
    for helper in sorted({*helpers.values(), *([store] if store else [])}):
        if shutil.which(f"{HELPER}{helper}", path=around.environ.get("PATH", "")) is None:
            yield warning(
                "credentials",
                f"{file} names the helper {helper}, and there is no {HELPER}{helper} on the PATH: "
                "pulls and builds may fail",
                f"install it, or take it out of {file}",
            )
