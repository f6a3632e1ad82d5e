"""Making images from Dockerfiles: by BuildKit where it is to be had, else by the engine's API."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orchestrator.engines.docker import buildkit
from orchestrator.engines.docker.build_log import EngineLog, hint
from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.credentials import is_podman
from orchestrator.engines.docker.needing import Need, need_of
from orchestrator.engines.engine import Progress
from orchestrator.errors import BuildFailed, EngineError, EngineUnavailable
from orchestrator.model.resource import Build
from orchestrator.waiting import Deadline


def build(
    api: Api,
    image: str,
    wanted: Build,
    labels: Mapping[str, str],
    progress: Progress,
    deadline: Deadline,
) -> None:
    """Make an image; each line of the log is progress, with the number of its step and of all.

    Raises BuildFailed with the last lines of the step that has failed, and its line.
    """
    doing = f"build {image}"
    dockerfile = _dockerfile(wanted, doing)
    tool = _tool(api, deadline)
    if isinstance(tool, buildkit.Tool):
        buildkit.build(tool, image, wanted, labels, progress, deadline)
        return
    need = need_of(dockerfile, wanted, podman=tool.podman)
    if need:
        raise _refused(doing, need, tool)
    _by_the_api(api, image, wanted, dockerfile, labels, progress, deadline)


def _tool(api: Api, deadline: Deadline) -> buildkit.Tool | buildkit.Missing:
    """Return what reaches BuildKit; Podman has none, and its API can do nearly all of it."""
    if is_podman(api, deadline):
        return buildkit.Missing("Podman has no BuildKit", "build that image by hand", podman=True)
    return buildkit.find(api.environ, api.endpoint)


def _dockerfile(wanted: Build, doing: str) -> str:
    """Return the text of the Dockerfile. Raises BuildFailed when something is not there."""
    folder = Path(wanted.context)
    if not folder.is_dir():
        raise BuildFailed(f"cannot {doing} from {folder}: there is no such folder")
    try:
        return buildkit.dockerfile(wanted)
    except OSError as error:
        place = folder / wanted.dockerfile
        raise BuildFailed(f"cannot {doing}: {place} cannot be read: {error.strerror}") from error


def _refused(doing: str, need: Need, tool: buildkit.Missing) -> BuildFailed:
    return BuildFailed(f"cannot {doing}: {need}, and {tool.reason}", hint=tool.hint, line=need.line)


def _by_the_api(
    api: Api,
    image: str,
    wanted: Build,
    dockerfile: str,
    labels: Mapping[str, str],
    progress: Progress,
    deadline: Deadline,
) -> None:
    # It imports the SDK, which takes a tenth of a second that BuildKit's builds do not spend.
    from orchestrator.engines.docker import build_request

    log = EngineLog(progress)
    try:
        build_request.build(api, image, wanted, labels, log, deadline)
    except EngineUnavailable:
        raise
    except EngineError as error:
        line, next_ = log.line(dockerfile, error.message), error.hint or hint(log.end)
        raise BuildFailed(error.message, log=log.end, hint=next_, line=line) from error
