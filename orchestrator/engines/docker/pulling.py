"""Fetching images from registries."""

from __future__ import annotations

from orchestrator.engines.docker.asking import Asking, asking, failure
from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.registry_words import meaning_of
from orchestrator.engines.docker.reports import Report, reports
from orchestrator.engines.docker.stream import Stream
from orchestrator.engines.engine import Notice, Progress
from orchestrator.errors import EngineError, EngineUnavailable
from orchestrator.model.image import LATEST, ImageName
from orchestrator.waiting import Deadline

DOWNLOADED = ("Verifying Checksum", "Download complete", "Extracting", "Pull complete")
"""What a layer is said to be that has arrived: an engine leaves out what it had no time to say."""


def pull(
    api: Api,
    image: str,
    platform: str | None,
    progress: Progress,
    deadline: Deadline,
    notice: Notice,
) -> None:
    """Fetch an image; progress is in bytes, over all layers whose size is known.

    Raises ImageUnavailable with the registry's words, and what they mean.
    """
    doing = f"pull {image}"
    asked = asking(api, image, deadline, notice)
    try:
        with _ask(api, image, platform, asked, deadline) as stream:
            layers = Layers("Downloading", *DOWNLOADED)
            for report in reports(stream, doing):
                if layers.note(report):
                    progress(f"pulling {image}", layers.done, layers.total)
    except EngineUnavailable:
        raise
    except EngineError as error:
        raise failure(doing, image, error, asked, meaning_of) from error


def _ask(api: Api, image: str, platform: str | None, asked: Asking, deadline: Deadline) -> Stream:
    name = ImageName.of(image)
    # Without a tag the engine would fetch every one that the repository has. A digest says more
    # than a tag, and Podman takes only one of them.
    query = {"fromImage": name.name, "tag": name.digest or name.tag or LATEST}
    if platform:
        query["platform"] = platform
    return api.stream(
        deadline, f"pull {image}", "POST", "/images/create", query=query, headers=asked.headers
    )


class Layers:
    """How far each layer is; `under_way` and `arrived` are the engine's words for both ends."""

    def __init__(self, under_way: str, *arrived: str) -> None:
        self._under_way, self._arrived = under_way, arrived
        self._done: dict[str, int] = {}
        self._total: dict[str, int] = {}

    @property
    def done(self) -> int:
        """The bytes that have arrived."""
        return sum(self._done.values())

    @property
    def total(self) -> int:
        """The bytes of all layers whose size is known."""
        return sum(self._total.values())

    def note(self, report: Report) -> bool:
        """Take note of a report; whether it changed anything."""
        layer, status = str(report.get("id", "")), report.get("status")
        if status == self._under_way:
            detail = report.get("progressDetail")
            self._done[layer] = _bytes(detail, "current")
            self._total[layer] = max(_bytes(detail, "total"), self._done[layer])
            return True
        # The last piece is not reported, and small layers are not at all until they are complete.
        missing = self._total.get(layer, 0) - self._done.get(layer, 0)
        if status in self._arrived and missing:
            self._done[layer] += missing
            return True
        return False


def _bytes(detail: object, key: str) -> int:
    """A number that is only shown: what it is instead does not matter."""
    value = detail.get(key) if isinstance(detail, dict) else None
    return value if isinstance(value, int) else 0
