"""Fetching images from registries. Imports the SDK (0.1 s)."""

from __future__ import annotations

import docker.auth
from docker.utils import parse_repository_tag

from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.refusals import FAILING, by_the_sdk
from orchestrator.engines.docker.reports import Report, reports
from orchestrator.engines.docker.stream import Stream
from orchestrator.engines.engine import Progress
from orchestrator.errors import EngineError, EngineUnavailable, ImageUnavailable
from orchestrator.waiting import Deadline

HINT = 'check the name, "docker login" if the registry needs it, and the way to the registry'


def pull(
    api: Api, image: str, platform: str | None, progress: Progress, deadline: Deadline
) -> None:
    """Fetch an image; progress is in bytes, over all layers whose size is known.

    Raises ImageUnavailable with the registry's words.
    """
    try:
        with _ask(api, image, platform, deadline) as stream:
            layers = Layers()
            for report in reports(stream, f"pull {image}"):
                if layers.note(report):
                    progress(f"pulling {image}", layers.done, layers.total)
    except EngineUnavailable:
        raise
    except EngineError as error:
        # The engine fails with the same status whatever the registry says.
        hint = HINT if error.hint in ("", FAILING) else error.hint
        raise ImageUnavailable(error.message, hint=hint) from error


def _ask(api: Api, image: str, platform: str | None, deadline: Deadline) -> Stream:
    doing = f"pull {image}"
    repository, tag = parse_repository_tag(image)
    # Without a tag the engine would fetch every one that the repository has.
    query = {"fromImage": repository, "tag": tag or "latest"}
    if platform:
        query["platform"] = platform
    headers = {}
    with by_the_sdk(doing):
        registry, _ = docker.auth.resolve_repository_name(repository)
        credentials = docker.auth.load_config().resolve_authconfig(registry)
        if credentials:
            headers["X-Registry-Auth"] = docker.auth.encode_header(credentials).decode()
    return api.stream(deadline, doing, "POST", "/images/create", query=query, headers=headers)


class Layers:
    """How far each layer's download is."""

    def __init__(self) -> None:
        self._done: dict[str, int] = {}
        self._total: dict[str, int] = {}

    @property
    def done(self) -> int:
        """The bytes that are here."""
        return sum(self._done.values())

    @property
    def total(self) -> int:
        """The bytes of all layers whose size is known."""
        return sum(self._total.values())

    def note(self, report: Report) -> bool:
        """Take note of a report; whether it changed anything."""
        layer, status = str(report.get("id", "")), report.get("status")
        if status == "Downloading":
            detail = report.get("progressDetail")
            self._done[layer] = _bytes(detail, "current")
            self._total[layer] = max(_bytes(detail, "total"), self._done[layer])
            return True
        # The last piece is not reported, and small layers are not at all until they are complete.
        if status == "Download complete" and layer in self._total:
            self._done[layer] = self._total[layer]
            return True
        return False


def _bytes(detail: object, key: str) -> int:
    """A number that is only shown: what it is instead does not matter."""
    value = detail.get(key) if isinstance(detail, dict) else None
    return value if isinstance(value, int) else 0
