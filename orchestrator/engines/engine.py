"""What an engine is: where resources run, behind a handful of verbs.

An engine holds no state of its own: whatever it created it finds again by its labels. Every call
may be made from any thread. Every call that can wait takes a deadline and raises `Stopped` or
`TimedOut` through it; what the engine itself refuses is an `EngineError` with the engine's words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from orchestrator.model.facts import EngineFacts
from orchestrator.model.image import PresentImage
from orchestrator.model.launch import (
    ExecResult,
    Found,
    Image,
    Launch,
    Listener,
    LogLine,
    Opened,
    RunLabels,
    State,
)
from orchestrator.model.resource import Build
from orchestrator.model.snapshot import Snapshot
from orchestrator.waiting import Deadline

Progress = Callable[[str, int, int], None]
"""Told of a long call's progress: what is done, how much of it, of how much (0: unknown)."""

Notice = Callable[[str], None]
"""Told in a sentence what the user should know that is no failure."""


def unheard(_sentence: str) -> None:
    """Tell nobody."""


class Engine(Protocol):
    """Nine verbs: describe, open, start, state, exec, logs, list, remove, close."""

    name: str

    def describe(self, deadline: Deadline) -> EngineFacts:
        """Say who answers. Raises EngineUnavailable, with the next step to take, if nobody does."""

    def open(self, labels: RunLabels, deadline: Deadline) -> Opened:
        """Make the run's own place (a network, a folder), to be shared by its instances."""

    def start(self, launch: Launch, deadline: Deadline) -> Found:
        """Create an instance, put its files in, start it; return it with its ports.

        On failure nothing of the instance is left. Raises PortTaken when a host port belongs to
        somebody else, so that the caller may try with another.
        """

    def state(self, found: Found, deadline: Deadline) -> State:
        """How it is doing now; `gone` when the engine no longer knows it."""

    def exec(
        self,
        found: Found,
        argv: Sequence[str],
        deadline: Deadline,
        *,
        env: Mapping[str, str] | None = None,
        stdin: Iterable[bytes] | None = None,
        output: Callable[[str, bytes], None] | None = None,
    ) -> ExecResult:
        """Run a command beside the instance and wait for its end.

        `stdin` is streamed while the output is read, never gathered first; its end closes the
        command's input. With `output`, each piece goes there as it comes, as ("stdout" or "stderr",
        bytes), and the result holds no text. Raises Gone when the instance is not running.
        """

    def interactive(self, found: Found, argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
        """Return the command line that runs `argv` beside the instance on the user's terminal.

        It only names the variables of `env`, because everybody on a host can read arguments: run it
        with `env` added to the environment.
        """

    def logs(
        self,
        found: Found,
        deadline: Deadline,
        *,
        follow: bool = False,
        since: str | None = None,
        tail: int | None = None,
    ) -> Iterator[LogLine]:
        """Yield the log's lines, oldest first; with `follow` until the instance ends.

        `since` is an RFC 3339 time, `tail` how many of the last lines.
        """

    def list(self, deadline: Deadline, run: str | None = None) -> list[Found]:
        """Everything of Greenroom's on this engine, or of one run: instances first, places last.

        Found by labels alone. Includes what is created but not started, and what has ended.
        """

    def remove(self, found: Found, deadline: Deadline) -> None:
        """Remove an instance and all that is only its own (volumes, children); gone is fine."""

    def close(self, run: str, deadline: Deadline) -> None:
        """Remove the run's place. Gone already is fine."""


@runtime_checkable
class Images(Protocol):
    """What engines that run images can do besides."""

    def image_id(self, image: str, deadline: Deadline) -> str | None:
        """The id of a present image, None when it is not present."""

    def pull(
        self,
        image: str,
        platform: str | None,
        progress: Progress,
        deadline: Deadline,
        notice: Notice = unheard,
    ) -> None:
        """Fetch an image, with one attempt.

        Raises ImageUnavailable with the registry's words; `passing` when another may succeed.
        """

    def build(
        self,
        image: str,
        build: Build,
        labels: Mapping[str, str],
        progress: Progress,
        deadline: Deadline,
    ) -> None:
        """Make an image under this name. Raises BuildFailed with the build's log."""

    def built(self, deadline: Deadline) -> list[Image]:
        """All images that carry Greenroom's label, once for each of their names."""

    def remove_image(self, image: Image, deadline: Deadline) -> None:
        """Remove an image; gone is fine. Raises EngineError while something is made of it."""


@runtime_checkable
class Registries(Protocol):
    """What engines of images can do besides that tell where images came from, and send them on."""

    def present_image(self, image: str, deadline: Deadline) -> PresentImage | None:
        """All that is known of an image that is present, None when it is not."""

    def registry_digest(self, image: str, deadline: Deadline, notice: Notice = unheard) -> str:
        """The digest of what the image's registry has under its name now.

        Of an image for several platforms it is that of the index, and so the same on all of them.
        An engine that has no such question fetches the image. Raises ImageUnavailable with the
        registry's words.
        """

    def push(
        self,
        image: str,
        name: str,
        progress: Progress,
        deadline: Deadline,
        notice: Notice = unheard,
    ) -> str:
        """Send a present image to a registry under another name, and return its digest there.

        The name is taken away again, unless it was there before. Raises ImageUnavailable with the
        registry's words; `passing` when another attempt may succeed.
        """


@runtime_checkable
class Snapshots(Protocol):
    """What engines can do besides that keep seeded state (`EngineFacts.snapshots`)."""

    def store(
        self,
        found: Found,
        snapshot: str,
        image: str | None,
        of: str,
        labels: RunLabels,
        deadline: Deadline,
    ) -> None:
        """Keep what has been copied aside of an instance's data, under the key `snapshot`.

        That is in `model.snapshot.FOLDER` of a container, and in `COPIED` in the own folder of a
        server of this host. `image` is what a container was made from, and what is kept goes on top
        of it; `of` says for people what it is; `labels` are those of the run, for whatever is
        needed on the way.
        """

    def has_snapshot(self, key: str, deadline: Deadline) -> bool:
        """Whether there is one of this key."""

    def snapshots(self, deadline: Deadline) -> list[Snapshot]:
        """All snapshots that are there."""

    def remove_snapshot(self, key: str, deadline: Deadline) -> None:
        """Remove a snapshot; gone is fine. Raises EngineError while something runs from it."""


@runtime_checkable
class Guests(Protocol):
    """What the engine of what runs already can do besides."""

    def make_own(self, found: Found, deadline: Deadline) -> Found:
        """Make a place for the run alone on a server that it did not start.

        Returns the same thing with the label that names the place. What is made goes when the thing
        is removed. Raises EngineError with the server's words.
        """


@runtime_checkable
class Sockets(Protocol):
    """What engines can do besides that can look who listens."""

    def listeners(self, found: Found, deadline: Deadline) -> list[Listener] | None:
        """Where an instance's own processes listen; None where that cannot be seen."""


@runtime_checkable
class Clock(Protocol):
    """What engines can do besides that note times by a clock of their own."""

    def ahead(self, deadline: Deadline) -> tuple[float, float]:
        """By how many seconds that clock is before this machine's, and how wrong that may be."""


@runtime_checkable
class Untimed(Protocol):
    """What engines can do besides in whose logs nobody notes when a line is written."""

    def was_long(self, found: Found, sizes: Mapping[str, int], at: float) -> None:
        """Learn how many bytes logs had at a moment, in Unix seconds, by their files' names.

        What was there by then is known to be older from now on.
        """
