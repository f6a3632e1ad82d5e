"""Asking a registry through the engine: with whose login, and what it means that it failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.credentials import Login, Wallet, header
from orchestrator.engines.docker.refusals import FAILING
from orchestrator.engines.docker.registry_words import Meaning
from orchestrator.engines.engine import Notice
from orchestrator.errors import EngineError, ImageUnavailable
from orchestrator.model.image import HUB, ImageName
from orchestrator.waiting import Deadline

HINT = 'check the name, "docker login" if the registry needs it, and the way to the registry'
PREFIX = "GREENROOM_IMAGE_PREFIX"


@dataclass(frozen=True)
class Asking:
    """Who asks which registry; `troubles` are what of this user's settings could not be read."""

    registry: str
    login: Login | None
    troubles: tuple[str, ...]
    podman: bool
    prefix: str
    """What goes before the names of Docker Hub's images, as the user has set it."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that show the login; none where there is none to be shown."""
        return {"X-Registry-Auth": header(self.login.auth)} if self.login else {}

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


def asking(api: Api, image: str, deadline: Deadline, notice: Notice) -> Asking:
    """Return who asks the registry of this image."""
    name, troubles = ImageName.of(image), list[str]()

    def trouble(words: str) -> None:
        troubles.append(words)
        notice(f"{words}; going on without what it may keep for {name.registry}")

    wallet = Wallet(api, trouble, deadline)
    login = wallet.login(name)
    prefix = api.environ.get(PREFIX, "")
    return Asking(name.registry, login, tuple(troubles), wallet.podman, prefix)


def failure(
    doing: str,
    image: str,
    error: EngineError,
    asked: Asking,
    meaning_of: Callable[[str, str], Meaning | None],
) -> ImageUnavailable:
    """Return the error that says what the engine's words mean; `doing` is what it failed at."""
    before = f"cannot {doing}: "
    words = error.message.removeprefix(before)
    meaning = meaning_of(words, image)
    if meaning is None:
        # The engine fails with the same status whatever the registry says.
        hint = HINT if error.hint in ("", FAILING) else error.hint
        return ImageUnavailable(error.message, hint=hint)
    words_for_it = meaning.with_login if asked.login and meaning.with_login else meaning.words
    return ImageUnavailable(
        f"{before}{asked.fill(words_for_it, image)} ({words})",
        hint="; ".join([asked.fill(meaning.hint, image), *_besides(image, meaning, asked)]),
        passing=meaning.passing,
    )


def _besides(image: str, meaning: Meaning, asked: Asking) -> list[str]:
    """Return what else may explain it: settings that could not be read, the user's mirror."""
    troubles = list(asked.troubles) if meaning.with_login else []
    through = asked.prefix and image.startswith(asked.prefix)
    return [*troubles, *([f"{PREFIX} has led there"] if through else [])]
