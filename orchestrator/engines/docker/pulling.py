"""Fetching images from registries."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.credentials import Login, Wallet, header
from orchestrator.engines.docker.refusals import FAILING
from orchestrator.engines.docker.registry_words import Meaning, meaning_of
from orchestrator.engines.docker.reports import Report, reports
from orchestrator.engines.docker.stream import Stream
from orchestrator.engines.engine import Notice, Progress
from orchestrator.errors import EngineError, EngineUnavailable, ImageUnavailable
from orchestrator.model.image import HUB, ImageName
from orchestrator.waiting import Deadline

HINT = 'check the name, "docker login" if the registry needs it, and the way to the registry'
PREFIX = "GREENROOM_IMAGE_PREFIX"


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
    asking = _asking(api, ImageName.of(image), deadline, notice)
    try:
        with _ask(api, image, platform, asking.login, deadline) as stream:
            layers = Layers()
            for report in reports(stream, f"pull {image}"):
                if layers.note(report):
                    progress(f"pulling {image}", layers.done, layers.total)
    except EngineUnavailable:
        raise
    except EngineError as error:
        raise _failure(image, error, asking) from error


@dataclass(frozen=True)
class _Asking:
    """Who asks which registry; `troubles` are what of this user's settings could not be read."""

    registry: str
    login: Login | None
    troubles: tuple[str, ...]
    podman: bool
    prefix: str
    """What goes before the names of Docker Hub's images, as the user has set it."""

    @property
    def command(self) -> str:
        """The command that logs in at the registry."""
        program = "podman" if self.podman else "docker"
        # Podman has no registry that it takes for granted.
        named = f" {self.registry}" if self.podman or self.registry != HUB else ""
        return f'"{program} login{named}"'

    def fill(self, text: str, image: str) -> str:
        """Return what a failure means with the names that it leaves open."""
        source = self.login.source if self.login else ""
        return text.format(registry=self.registry, image=image, login=self.command, source=source)


def _asking(api: Api, name: ImageName, deadline: Deadline, notice: Notice) -> _Asking:
    troubles: list[str] = []

    def trouble(words: str) -> None:
        troubles.append(words)
        notice(f"{words}; going on without what it may keep for {name.registry}")

    wallet = Wallet(api, trouble, deadline)
    login = wallet.login(name)
    prefix = api.environ.get(PREFIX, "")
    return _Asking(name.registry, login, tuple(troubles), wallet.podman, prefix)


def _ask(
    api: Api, image: str, platform: str | None, login: Login | None, deadline: Deadline
) -> Stream:
    name = ImageName.of(image)
    # Without a tag the engine would fetch every one that the repository has. A digest says more
    # than a tag, and Podman takes only one of them.
    query = {"fromImage": name.name, "tag": name.digest or name.tag or "latest"}
    if platform:
        query["platform"] = platform
    headers = {"X-Registry-Auth": header(login.auth)} if login else {}
    return api.stream(
        deadline, f"pull {image}", "POST", "/images/create", query=query, headers=headers
    )


def _failure(image: str, error: EngineError, asking: _Asking) -> ImageUnavailable:
    """Return the error that says what the engine's words mean."""
    doing = f"cannot pull {image}: "
    words = error.message.removeprefix(doing)
    meaning = meaning_of(words, image)
    if meaning is None:
        # The engine fails with the same status whatever the registry says.
        hint = HINT if error.hint in ("", FAILING) else error.hint
        return ImageUnavailable(error.message, hint=hint)
    words_for_it = meaning.with_login if asking.login and meaning.with_login else meaning.words
    return ImageUnavailable(
        f"{doing}{asking.fill(words_for_it, image)} ({words})",
        hint="; ".join([asking.fill(meaning.hint, image), *_besides(image, meaning, asking)]),
        passing=meaning.passing,
    )


def _besides(image: str, meaning: Meaning, asking: _Asking) -> list[str]:
    """Return what else may explain it: settings that could not be read, the user's mirror."""
    troubles = list(asking.troubles) if meaning.with_login else []
    through = asking.prefix and image.startswith(asking.prefix)
    return [*troubles, *([f"{PREFIX} has led there"] if through else [])]


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
