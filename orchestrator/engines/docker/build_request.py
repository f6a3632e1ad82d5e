"""Builds by the engine's own API: the context goes there as a tar. Imports the SDK (0.1 s)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from docker.api.build import process_dockerfile
from docker.utils import tar
from docker.utils.config import load_general_config
from docker.utils.proxy import ProxyConfig

from orchestrator.engines.docker.auth_files import Trouble
from orchestrator.engines.docker.build_log import EngineLog
from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.credentials import Wallet, header
from orchestrator.engines.docker.ignoring import ignoring, patterns
from orchestrator.engines.docker.refusals import by_the_sdk
from orchestrator.engines.docker.reports import reports
from orchestrator.engines.docker.stream import Stream
from orchestrator.errors import EngineError
from orchestrator.model.resource import Build
from orchestrator.waiting import Deadline

INLINE = ".greenroom.Dockerfile"
"""The name under which a text of the manifest travels in the context."""


def build(
    api: Api,
    image: str,
    wanted: Build,
    labels: Mapping[str, str],
    log: EngineLog,
    deadline: Deadline,
) -> None:
    """Make an image. Raises EngineError."""
    doing = f"build {image}"
    with by_the_sdk(doing):
        context = _context(wanted)
    with closing(context):
        with by_the_sdk(doing):
            query = _query(image, wanted, labels, context.dockerfile)
        with _ask(api, doing, query, context.archive, log.note, deadline) as stream:
            for report in reports(stream, doing):
                log.tell(str(report.get("stream") or ""))


def _ask(
    api: Api,
    doing: str,
    query: Mapping[str, str | int],
    archive: IO[bytes],
    trouble: Trouble,
    deadline: Deadline,
) -> Stream:
    headers = {"Content-Type": "application/x-tar"}
    # Base images may come from any registry, so the engine gets the credentials of all.
    if auths := Wallet(api, trouble, deadline).everything():
        headers["X-Registry-Config"] = header(auths)
    return api.stream(deadline, doing, "POST", "/build", query=query, headers=headers, body=archive)


def _query(
    image: str, wanted: Build, labels: Mapping[str, str], dockerfile: str
) -> dict[str, str | int]:
    proxies = ProxyConfig.from_dict(load_general_config().get("proxies", {}).get("default", {}))
    given = {
        "target": wanted.target,
        "networkmode": wanted.network,
        "platform": wanted.platform,
    }
    return {
        "t": image,
        "dockerfile": dockerfile,
        "labels": json.dumps(dict(labels)),
        "buildargs": json.dumps({**proxies.get_environment(), **wanted.args}),
        # Containers of the steps are removed also after a failure.
        "rm": 1,
        "forcerm": 1,
        **{name: value for name, value in given.items() if value},
    }


class _Context:
    """What the engine builds from: a tar without what `.dockerignore` names."""

    def __init__(self, archive: Any, dockerfile: str) -> None:
        self.archive: IO[bytes] = archive
        self.dockerfile = dockerfile

    def close(self) -> None:
        self.archive.close()


def _context(wanted: Build) -> _Context:
    """Pack the context into a temporary file. Raises EngineError when it cannot be read."""
    folder = wanted.context
    try:
        # A Dockerfile outside the context goes in under a name of its own, with its text.
        dockerfile = (
            process_dockerfile(wanted.dockerfile, folder)
            if wanted.inline is None
            else (INLINE, wanted.inline)
        )
        ignored = ignoring(wanted)
        archive = tar(Path(folder), exclude=patterns(ignored) or None, dockerfile=dockerfile)
    except OSError as error:
        raise EngineError(f"cannot read what {folder} is built from: {error}") from error
    return _Context(archive, str(dockerfile[0]))
