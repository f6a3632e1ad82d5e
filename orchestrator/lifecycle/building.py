"""Has images built, each by one at a time: who waited for another finds it there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from orchestrator.engines.engine import Images, Progress
from orchestrator.errors import BuildFailed, Busy, Evidence, NotKept, StepFailed
from orchestrator.host.manifests import shown_as
from orchestrator.host.turn import turn
from orchestrator.lifecycle.executor import Tell
from orchestrator.model.event import Noticed
from orchestrator.model.launch import ENVIRONMENT, RunLabels
from orchestrator.model.resource import Build
from orchestrator.model.step import BuildImage
from orchestrator.waiting import Deadline

WAITING = "{} is being built by another already; waiting until it is there"


def build(
    step: BuildImage,
    images: Images,
    labels: RunLabels,
    environ: Mapping[str, str],
    tell: Tell,
    progress: Progress,
    deadline: Deadline,
) -> None:
    """Make an image; its label says whose it is, so that it can be listed and removed.

    Raises StepFailed, with the end of the log and the line of the Dockerfile.
    """
    owner = {ENVIRONMENT: labels.labels()[ENVIRONMENT]}

    def noticed() -> None:
        tell(Noticed(at=time.time(), text=WAITING.format(step.image)))

    with our_turn(step.image, environ, deadline, noticed) as waited:
        # Its name is made of all that goes into it.
        if waited and images.image_id(step.image, deadline):
            return
        try:
            images.build(step.image, step.build, owner, progress, deadline)
        except BuildFailed as error:
            raise placed(error, step) from error


def placed(error: BuildFailed, step: BuildImage) -> StepFailed:
    """Return the failed step: its message begins with the place of the instruction, if known."""
    file = dockerfile(step.build) if error.line else ""
    where = f"{shown_as(Path(file))}:{error.line}: " if file else ""
    if error.line and not file:
        where = f"line {error.line} of dockerfile_inline: "
    evidence = Evidence(log=error.log, file=file, line=error.line if file else 0)
    return StepFailed(step.key, where + error.message, evidence=evidence, hint=error.hint)


def dockerfile(wanted: Build) -> str:
    """Return the path of the Dockerfile; empty where its text stands in the manifest."""
    return "" if wanted.inline is not None else str(Path(wanted.context, wanted.dockerfile))


@contextmanager
def our_turn(
    image: str, environ: Mapping[str, str], deadline: Deadline, wait: Callable[[], None]
) -> Iterator[bool]:
    """Have the turn of building an image; yields whether we had to wait for it.

    Where nothing can be kept, or the wait is over, everybody builds.
    """
    waited = False

    def say() -> None:
        nonlocal waited
        waited = True
        wait()

    with ExitStack() as stack:
        try:
            name = image.replace("/", "-").replace(":", "-")
            stack.enter_context(turn(f"build-{name}", environ, deadline, say))
        except (Busy, NotKept):
            deadline.check()
        yield waited
