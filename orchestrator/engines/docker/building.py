"""Making images from Dockerfiles, by the engine's own builder. Imports the SDK (0.1 s)."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import docker.auth
from docker.api.build import process_dockerfile
from docker.utils import tar
from docker.utils.config import load_general_config
from docker.utils.proxy import ProxyConfig

from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.refusals import by_the_sdk
from orchestrator.engines.docker.reports import Report, reports
from orchestrator.engines.docker.stream import Stream
from orchestrator.engines.engine import Progress
from orchestrator.errors import BuildFailed, EngineError, EngineUnavailable
from orchestrator.model.resource import Build
from orchestrator.waiting import Deadline

LOG_LINES = 40
"""How many of the last lines an error carries."""
STEP = re.compile(r"(?:Step|STEP) (\d+)/(\d+)\b")


def build(
    api: Api,
    image: str,
    wanted: Build,
    labels: Mapping[str, str],
    progress: Progress,
    deadline: Deadline,
) -> None:
    """Make an image; each line of the log is progress, with the number of its step and of all.

    Raises BuildFailed with the log's last lines.
    """
    log: deque[str] = deque(maxlen=LOG_LINES)
    try:
        _run(api, image, wanted, labels, Narrator(progress, log), deadline)
    except EngineUnavailable:
        raise
    except EngineError as error:
        raise BuildFailed(error.message, log=tuple(log), hint=error.hint) from error


class Narrator:
    """Tells the log's lines on, and keeps the last of them."""

    def __init__(self, progress: Progress, log: deque[str]) -> None:
        self._progress = progress
        self._step = (0, 0)
        self.log = log

    def tell(self, report: Report) -> None:
        """Tell each line of a report."""
        for line in str(report.get("stream") or "").splitlines():
            if not line.strip():
                continue
            if step := STEP.match(line):
                self._step = (int(step[1]), int(step[2]))
            self.log.append(line)
            self._progress(line, *self._step)


def _run(
    api: Api,
    image: str,
    wanted: Build,
    labels: Mapping[str, str],
    narrator: Narrator,
    deadline: Deadline,
) -> None:
    doing = f"build {image}"
    with by_the_sdk(doing):
        context = _context(wanted)
    with closing(context):
        with by_the_sdk(doing):
            query = _query(image, wanted, labels, context.dockerfile)
        with _ask(api, doing, query, context.archive, deadline) as stream:
            for report in reports(stream, doing):
                narrator.tell(report)


def _ask(
    api: Api, doing: str, query: Mapping[str, str | int], archive: IO[bytes], deadline: Deadline
) -> Stream:
    headers = {"Content-Type": "application/x-tar"}
    # Base images may come from any registry, so the engine gets the credentials of all.
    with by_the_sdk(doing):
        credentials = docker.auth.load_config().get_all_credentials()  # type: ignore[no-untyped-call]
        if credentials:
            headers["X-Registry-Config"] = docker.auth.encode_header(credentials).decode()
    return api.stream(deadline, doing, "POST", "/build", query=query, headers=headers, body=archive)


def _query(
    image: str, wanted: Build, labels: Mapping[str, str], dockerfile: str
) -> dict[str, str | int]:
    proxies = ProxyConfig.from_dict(load_general_config().get("proxies", {}).get("default", {}))
    query: dict[str, str | int] = {
        "t": image,
        "dockerfile": dockerfile,
        "labels": json.dumps(dict(labels)),
        "buildargs": json.dumps({**proxies.get_environment(), **wanted.args}),
        # Containers of the steps are removed also after a failure.
        "rm": 1,
        "forcerm": 1,
    }
    return query | ({"target": wanted.target} if wanted.target else {})


class _Context:
    """What the engine builds from: a tar without what `.dockerignore` names."""

    def __init__(self, archive: Any, dockerfile: str) -> None:
        self.archive: IO[bytes] = archive
        self.dockerfile = dockerfile

    def close(self) -> None:
        self.archive.close()


def _context(wanted: Build) -> _Context:
    """Pack the context into a temporary file. Raises EngineError when it cannot be read."""
    folder = Path(wanted.context)
    if not folder.is_dir():
        raise EngineError(f"cannot build from {folder}: there is no such folder")
    try:
        # A Dockerfile outside the context goes in under a name of its own, with its text.
        dockerfile = process_dockerfile(wanted.dockerfile, str(folder))
        archive = tar(folder, exclude=ignored(folder), dockerfile=dockerfile)
    except OSError as error:
        raise EngineError(f"cannot read what {folder} is built from: {error}") from error
    return _Context(archive, str(dockerfile[0]))


def ignored(folder: Path) -> list[str] | None:
    """The patterns of `.dockerignore`."""
    ignore = folder / ".dockerignore"
    if not ignore.exists():
        return None
    lines = (line.strip() for line in ignore.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]
