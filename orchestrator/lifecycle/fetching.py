"""Has images pulled, and again where what failed may pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from orchestrator.engines.engine import Images, Progress, Registries
from orchestrator.errors import ImageUnavailable, LockError, Problem
from orchestrator.lifecycle.executor import Tell
from orchestrator.model.event import Noticed, StepProgress
from orchestrator.model.facts import Facts
from orchestrator.model.step import Pull, Push, Step
from orchestrator.waiting import Deadline, again

T = TypeVar("T")

IMAGE_SECONDS = 600.0
"""How long an image may take to be fetched, made or sent on."""

ATTEMPTS = 4
FIRST_PAUSE = 1.0
"""Seconds before the second attempt; each pause is twice the one before, so that there are 7."""

OLDER = "or take the one that is here: --pull missing"


class Fetching:
    """Pulls images for one run, and tells each thing that the user should know only once."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._noticed: set[str] = set()

    def pull(self, step: Pull, images: Images, progress: Progress, deadline: Deadline) -> str:
        """Fetch an image and return its id. Raises ImageUnavailable.

        Nothing falls back to an older image that is there: who says `always` wants no other.
        """

        def attempt() -> None:
            images.pull(step.image, step.platform, progress, deadline, self._notice)

        older = OLDER if step.present else ""
        self._patiently(attempt, deadline, otherwise=older)
        return images.image_id(step.image, deadline) or ""

    def push(
        self, step: Push, registries: Registries, progress: Progress, deadline: Deadline
    ) -> str:
        """Send an image to a registry, and return its digest there. Raises ImageUnavailable."""
        return self._patiently(
            lambda: registries.push(step.image, step.name, progress, deadline, self._notice),
            deadline,
        )

    def digest(self, image: str, registries: Registries, deadline: Deadline) -> str:
        """Ask a registry which digest a name has now. Raises ImageUnavailable."""
        return self._patiently(
            lambda: registries.registry_digest(image, deadline, self._notice), deadline
        )

    def _patiently(self, attempt: Callable[[], T], deadline: Deadline, *, otherwise: str = "") -> T:
        """Try something several times; `otherwise` is what else would do if it fails."""
        failed = 0

        def told(error: BaseException, seconds: float) -> None:
            nonlocal failed
            failed += 1
            self._notice(f"{error}; trying again in {seconds:.0f} s", once=False)

        try:
            return again(
                attempt,
                deadline,
                passing=lambda error: isinstance(error, ImageUnavailable) and error.passing,
                told=told,
                attempts=ATTEMPTS,
                first=FIRST_PAUSE,
            )
        except ImageUnavailable as error:
            raise _in_the_end(error, failed + 1, otherwise) from error

    def _notice(self, text: str, *, once: bool = True) -> None:
        # Two pulls at the same time may both tell it, which does no harm.
        if once and text in self._noticed:
            return
        self._noticed.add(text)
        self._tell(Noticed(at=time.time(), text=text))


def not_to_be_pulled(missing: Mapping[str, str]) -> ImageUnavailable:
    """Return the error for images that are not there; of each, who may not have it pulled."""
    words = (f"{image}, for {users}" for image, users in missing.items())
    pulls = (f"docker pull {image}" for image in missing)
    return ImageUnavailable(
        f"not here, and not to be pulled (`pull: never`): {'; '.join(words)}",
        hint=f"{'; '.join(pulls)}; or let it be pulled: `pull: missing`",
    )


def not_locked(missing: Mapping[str, str], known: Facts) -> LockError:
    """Return the error for images that the lock does not name; of each, who needs it."""
    path = known.lock.path if known.lock else ""
    words = (f"{image}, for {users}" for image, users in missing.items())
    return LockError(
        f"{path} does not name all images: {'; '.join(words)}",
        hint="add what is missing with: greenroom images --lock, and the same --with if there was "
        "one; all else in it stays",
        problems=tuple(
            Problem(path, 0, 0, image, f"is not named, and wanted for {users}")
            for image, users in missing.items()
        ),
    )


def locked_and_gone(missing: Mapping[str, str], known: Facts) -> ImageUnavailable:
    """Return the error for images that are locked to an id that is not here; who needs each."""
    ids = known.lock.ids if known.lock else {}
    words = (f"{image} ({ids[image]}), for {users}" for image, users in missing.items())
    return ImageUnavailable(
        f"not here, and locked to an id, because they came from no registry: {'; '.join(words)}",
        hint="load or build the very same again; or lock what is here now: greenroom images --lock",
    )


def _in_the_end(error: ImageUnavailable, attempts: int, otherwise: str) -> ImageUnavailable:
    """Return the last failure with how often it was tried, and what else would do."""
    tried = f", {attempts} times in a row" if attempts > 1 else ""
    hint = "; ".join(filter(None, (error.hint, otherwise)))
    return ImageUnavailable(f"{error.message}{tried}", hint=hint, passing=error.passing)


def progress_of(step: Step, tell: Tell, unit: str = "") -> Progress:
    """Return what a long call tells of its progress, as events."""

    def told(text: str, done: int, total: int) -> None:
        tell(
            StepProgress(
                at=time.time(),
                step=step.key,
                subject=step.subject,
                text=text,
                done=done,
                total=total,
                unit=unit,
            )
        )

    return told
