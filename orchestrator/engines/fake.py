"""An engine in memory: nothing runs, everything is noted down, and it can be told what to do.

    engine = FakeEngine()
    engine.says("ledger", "ready to accept connections")              # its log
    engine.answers("ledger", lambda argv, stdin: ExecResult(0, "1"))  # its commands
    engine.becomes("ledger", State("exited", 1), after=2)             # its third look finds it dead
    engine.fail("start", "events", PortTaken("taken", port=4222))     # whenever it is started
    ...
    assert engine.calls == ["open r1", "start ledger", "state ledger", ...]

It keeps the promises of the `Engine` protocol in plain lines, so that it also shows what an engine
is. Nothing answers on its ports, unless it is made with `listening=True`: then each one is a real
socket that stays open, and gives to whatever comes the reply it was told. With `snapshots=True` it
keeps seeded state of whatever runs an image that is in `world.images`. What registries have is in
`world.registry`, each name with its digest; an image that is present and came from one has that
digest in `world.digests`, as `repository@digest`, under its id.
"""

# ruff: noqa: ARG002 - the protocol's arguments, of which a fake needs few

from __future__ import annotations

import builtins
import hashlib
import itertools
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from orchestrator.engines.engine import Notice, Progress, unheard
from orchestrator.engines.fake_ports import Server, serve
from orchestrator.errors import EngineError, Gone, ImageUnavailable, PortTaken
from orchestrator.model.facts import EngineFacts
from orchestrator.model.image import ImageName, PresentImage
from orchestrator.model.launch import (
    ENVIRONMENT,
    PLACE,
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
from orchestrator.model.snapshot import Snapshot, snapshot_image
from orchestrator.waiting import Deadline, poll

Answer = Callable[[tuple[str, ...], bytes], ExecResult]

ECHO = re.compile(rb"^\\echo (.*)$|(greenroom(?:-[0-9a-f]{16}|: done))", re.MULTILINE)
"""What a client is told to print: by its own word for that, or a word that seeding looks for."""


@dataclass
class Script:
    """How an instance behaves, whenever it is started."""

    lines: list[LogLine] = field(default_factory=list)
    answer: Answer = lambda _argv, _stdin: ExecResult(0)
    reply: bytes = b""
    listeners: list[Listener] | None = None
    ending: State | None = None
    looks_before_ending: int = 0


@dataclass
class World:
    """What there is; engines made for the same world find each other's things."""

    places: dict[str, Found] = field(default_factory=dict)
    instances: dict[str, Found] = field(default_factory=dict)
    launches: dict[str, Launch] = field(default_factory=dict)
    servers: dict[str, list[Server]] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    registry: dict[str, str] = field(default_factory=dict)
    digests: dict[str, tuple[str, ...]] = field(default_factory=dict)
    built: dict[str, Image] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)


@dataclass
class _Fault:
    verb: str
    subject: str
    error: BaseException | None
    at: int
    seen: int = 0


def hash_of(text: str) -> str:
    """Return a digest's digits for a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def echoed(stdin: bytes) -> str:
    """Return what clients print that they are told to print."""
    return b"\n".join(one[1] or one[2] for one in ECHO.finditer(stdin)).decode()


class FakeEngine:
    """Implements `Engine`, `Images`, `Registries`, `Snapshots`, `Guests` and `Sockets`.

    `calls` is what was asked of it, one text for each call.
    """

    def __init__(
        self,
        name: str = "docker",
        *,
        listening: bool = False,
        snapshots: bool = False,
        world: World | None = None,
    ) -> None:
        self.name = name
        self.calls: list[str] = []
        self.world = world or World()
        self._listening = listening
        self._snapshots = snapshots
        self._faults: list[_Fault] = []
        self._clock = itertools.count()

    # What it is told.

    def says(self, instance: str, *lines: str, stream: str = "stdout") -> None:
        """Add lines to the log of an instance; each comes a second after the one before."""
        for text in lines:
            seconds = next(self._clock)
            time = f"2000-01-01T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"
            self._script(instance).lines.append(LogLine(time, stream, text))

    def answers(self, instance: str, answer: Answer) -> None:
        """Let this function answer the commands beside an instance, given words and input."""
        self._script(instance).answer = answer

    def replies(self, instance: str, reply: bytes) -> None:
        """Let the ports of an instance reply this to whatever comes (only when listening)."""
        self._script(instance).reply = reply

    def listens(self, instance: str, *listeners: Listener) -> None:
        """Say of an instance that it listens there, and nowhere else, whoever asks the engine."""
        self._script(instance).listeners = [*listeners]

    def becomes(self, instance: str, state: State, *, after: int = 0) -> None:
        """Let an instance be in this state after so many more looks at it."""
        script = self._script(instance)
        script.ending, script.looks_before_ending = state, after

    def fail(self, verb: str, subject: str, error: BaseException, *, at: int = 0) -> None:
        """Raise this whenever the verb is called for the subject, or only at the n-th such call.

        The subject is an instance, run or image, for `list` a run or `all`; empty is any.
        """
        self._faults.append(_Fault(verb, subject, error, at))

    def hang(self, verb: str, subject: str) -> None:
        """Let the verb wait for its deadline or the order to stop, when called for the subject."""
        self._faults.append(_Fault(verb, subject, None, 0))

    def recover(self) -> None:
        """Do as one should again: forget all that was told to fail or hang."""
        self._faults.clear()

    # The verbs of an engine.

    def describe(self, deadline: Deadline) -> EngineFacts:
        """Say that a fake answers."""
        self._called(deadline, "describe")
        return EngineFacts(self.name, "fake", snapshots=self._snapshots)

    def open(self, labels: RunLabels, deadline: Deadline) -> Opened:
        """Note the run's place."""
        self._called(deadline, "open", labels.run)
        place = Found(self.name, "network", labels.run, labels.labels(), f"greenroom-{labels.run}")
        self.world.places[labels.run] = place
        return Opened()

    def start(self, launch: Launch, deadline: Deadline) -> Found:
        """Note the instance, with a port taken when another instance, or a real socket, has it."""
        self._called(deadline, "start", str(launch.instance))
        ports = {port.number: port.host for port in launch.ports}
        found = Found(
            engine=self.name,
            kind="container",
            id=f"{launch.labels.run}/{launch.instance}",
            labels=launch.tags,
            name=f"greenroom-{launch.labels.run}-{launch.instance.alias}",
            ports=ports,
            image=self.world.images.get(launch.image or "", ""),
        )
        with self.world.lock:
            self._refuse_what_is_taken(found)
            if self._listening:
                reply = self._script(str(launch.instance)).reply
                self.world.servers[found.id] = serve(ports.values(), reply)
            self.world.instances[found.id] = found
            self.world.launches[found.id] = launch
        return found

    def state(self, found: Found, deadline: Deadline) -> State:
        """The state it was told for the instance, else that it runs."""
        self._called(deadline, "state", str(found.instance or found.run))
        with self.world.lock:
            known = self.world.places if found.instance is None else self.world.instances
            if found.id not in known:
                return State("gone")
            script = self._script(str(found.instance))
            if script.ending and script.looks_before_ending == 0:
                self.world.instances[found.id] = replace(found, state=script.ending)
                script.ending = None
            script.looks_before_ending = max(0, script.looks_before_ending - 1)
            return known[found.id].state

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
        """Give the answer it was told, or success without a word.

        With `output`, what its input tells it to echo comes as soon as that has been read.
        """
        self._called(deadline, "exec", str(found.instance), " ".join(argv))
        if not self._alive(found):
            raise Gone(f"cannot run {argv[0]}: {found.instance} is not running")
        given = b""
        for piece in stdin or ():
            given += piece
            if output and (words := echoed(piece)):
                output("stdout", f"{words}\n".encode())
        result = self._script(str(found.instance)).answer(tuple(argv), given)
        if output is None:
            return replace(result, stdout=result.stdout + echoed(given))
        for stream, text in (("stdout", result.stdout), ("stderr", result.stderr)):
            if text:
                output(stream, text.encode())
        return ExecResult(result.exit_code)

    def interactive(self, found: Found, argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
        """A command line that nothing understands, but that can be compared."""
        return ["fake", "exec", found.id, *argv]

    def logs(
        self,
        found: Found,
        deadline: Deadline,
        *,
        follow: bool = False,
        since: str | None = None,
        tail: int | None = None,
    ) -> Iterator[LogLine]:
        """Yield the lines that it was told; with `follow` those added meanwhile, until the end."""
        self._called(deadline, "logs", str(found.instance))
        lines = self._script(str(found.instance)).lines
        known = len(lines)
        chosen = [line for line in lines[:known] if since is None or line.time >= since]
        yield from chosen[max(0, len(chosen) - tail) :] if tail is not None else chosen
        if follow:
            yield from self._followed(found, lines, known, deadline)

    def listeners(self, found: Found, deadline: Deadline) -> builtins.list[Listener] | None:
        """What it was told, else that this cannot be seen."""
        self._called(deadline, "listeners", str(found.instance))
        return self._script(str(found.instance)).listeners

    def list(self, deadline: Deadline, run: str | None = None) -> list[Found]:
        """Instances in the order of their starts, then places."""
        self._called(deadline, "list", run or "all")
        with self.world.lock:
            everything = [*self.world.instances.values(), *self.world.places.values()]
        return [found for found in everything if run in (None, found.run)]

    def remove(self, found: Found, deadline: Deadline) -> None:
        """Forget an instance, and close its ports."""
        self._called(deadline, "remove", str(found.instance or found.run))
        with self.world.lock:
            known = self.world.places if found.instance is None else self.world.instances
            known.pop(found.id, None)
            servers = self.world.servers.pop(found.id, [])
        for server in servers:
            server.end()

    def close(self, run: str, deadline: Deadline) -> None:
        """Forget the run's place."""
        self._called(deadline, "close", run)
        self.world.places.pop(run, None)

    # What engines of images can do besides.

    def image_id(self, image: str, deadline: Deadline) -> str | None:
        """The id of an image that was pulled, built, or put into `world.images`."""
        self._called(deadline, "image_id", image)
        return self.world.images.get(image)

    def pull(
        self,
        image: str,
        platform: str | None,
        progress: Progress,
        deadline: Deadline,
        notice: Notice = unheard,
    ) -> None:
        """Have the image from now on. For one that cannot be had, see `fail`."""
        self._called(deadline, "pull", image)
        progress(f"pulling {image}", 1, 1)
        self.world.images[image] = f"sha256:{image}"
        if digest := self.world.registry.get(image):
            name = ImageName.of(image).name
            self.world.digests[self.world.images[image]] = (f"{name}@{digest}",)

    def build(
        self,
        image: str,
        build: Build,
        labels: Mapping[str, str],
        progress: Progress,
        deadline: Deadline,
    ) -> None:
        """Have the image from now on."""
        self._called(deadline, "build", image, build.context)
        progress("Step 1/1 : FROM scratch", 1, 1)
        self.world.images[image] = f"sha256:{image}"
        number = next(self._clock)
        made = Image(self.name, f"sha256:{image}", image, dict(labels), size=1, created=number)
        self.world.built[image] = made

    def built(self, deadline: Deadline) -> builtins.list[Image]:
        """What was built, or put into `world.built`, under Greenroom's label."""
        self._called(deadline, "built")
        return [each for each in self.world.built.values() if ENVIRONMENT in each.labels]

    def remove_image(self, image: Image, deadline: Deadline) -> None:
        """Forget an image that was built."""
        name = image.name or image.id
        self._called(deadline, "remove_image", name)
        if any(launch.image == name for launch in self._present()):
            raise EngineError(f"cannot remove the image {name}: it is in use")
        self.world.built.pop(name, None)
        self.world.images.pop(name, None)

    # What engines can do besides that know where images came from.

    def present_image(self, image: str, deadline: Deadline) -> PresentImage | None:
        """An image that was pulled, built, or put into `world.images`."""
        self._called(deadline, "present_image", image)
        id_ = self.world.images.get(image)
        return PresentImage(id_, self.world.digests.get(id_, ()), 1, "linux/amd64") if id_ else None

    def registry_digest(self, image: str, deadline: Deadline, notice: Notice = unheard) -> str:
        """What `world.registry` has under this name."""
        self._called(deadline, "registry_digest", image)
        if image not in self.world.registry:
            raise ImageUnavailable(f"cannot ask for {image}: its registry has no such image")
        return self.world.registry[image]

    def push(
        self,
        image: str,
        name: str,
        progress: Progress,
        deadline: Deadline,
        notice: Notice = unheard,
    ) -> str:
        """Have it in `world.registry` from now on, under the digest that it came with, if any."""
        self._called(deadline, "push", name)
        progress(f"pushing {name}", 1, 1)
        known = self.world.digests.get(self.world.images[image], ())
        digest = next((one.partition("@")[2] for one in known), f"sha256:{hash_of(image)}")
        self.world.registry[name] = digest
        return digest

    # What engines that keep seeded state can do besides.

    def store(
        self,
        found: Found,
        snapshot: str,
        image: str | None,
        of: str,
        labels: RunLabels,
        deadline: Deadline,
    ) -> None:
        """Have the snapshot from now on."""
        self._called(deadline, "store", str(found.instance), snapshot)
        kept = Snapshot(self.name, snapshot, of, size=1, created=next(self._clock))
        with self.world.lock:
            self.world.snapshots[snapshot] = kept
            self.world.images[snapshot_image(snapshot)] = f"sha256:{snapshot}"

    def has_snapshot(self, key: str, deadline: Deadline) -> bool:
        """Whether it was stored, or put into `world.images`."""
        self._called(deadline, "has_snapshot", key)
        return snapshot_image(key) in self.world.images

    def snapshots(self, deadline: Deadline) -> builtins.list[Snapshot]:
        """What was stored, or put into `world.snapshots`."""
        self._called(deadline, "snapshots")
        return [*self.world.snapshots.values()]

    def remove_snapshot(self, key: str, deadline: Deadline) -> None:
        """Forget a snapshot."""
        self._called(deadline, "remove_snapshot", key)
        if any(launch.image == snapshot_image(key) for launch in self._present()):
            raise EngineError(f"cannot remove the snapshot {key}: it is in use")
        self.world.snapshots.pop(key, None)
        self.world.images.pop(snapshot_image(key), None)

    # What an engine of what runs already can do besides.

    def make_own(self, found: Found, deadline: Deadline) -> Found:
        """Note that the run has a place of its own, under the name that it was to have."""
        self._called(deadline, "make_own", str(found.instance))
        with self.world.lock:
            guest = self.world.launches[found.id].guest
            assert guest is not None, f"{found.instance} was started, and not adopted"
            made = replace(found, labels={**found.labels, PLACE: guest.name})
            self.world.instances[found.id] = made
        return made

    def _present(self) -> Iterator[Launch]:
        """The launches of the instances that there are."""
        with self.world.lock:
            yield from [self.world.launches[each] for each in self.world.instances]

    def _script(self, instance: str) -> Script:
        return self.world.scripts.setdefault(instance, Script())

    def _called(self, deadline: Deadline, verb: str, subject: str = "", rest: str = "") -> None:
        """Note a call down, and do what was told about it."""
        deadline.check()
        self.calls.append(" ".join(part for part in (verb, subject, rest) if part))
        for fault in self._faults:
            if fault.verb != verb or fault.subject not in ("", subject):
                continue
            fault.seen += 1
            if fault.at not in (0, fault.seen):
                continue
            if fault.error:
                raise fault.error
            poll(lambda: False, deadline)

    def _alive(self, found: Found) -> bool:
        present = self.world.instances.get(found.id)
        return present is not None and present.state.alive

    def _followed(
        self, found: Found, lines: Sequence[LogLine], seen: int, deadline: Deadline
    ) -> Iterator[LogLine]:
        def news() -> bool:
            return len(lines) > seen or not self._alive(found)

        while True:
            poll(news, deadline)
            if len(lines) == seen:
                return
            yield lines[seen]
            seen += 1

    def _refuse_what_is_taken(self, wanted: Found) -> None:
        if wanted.id in self.world.instances:
            raise EngineError(f"cannot start {wanted.instance}: the name is in use")
        for other in self.world.instances.values():
            for port in set(wanted.ports.values()) & set(other.ports.values()):
                raise PortTaken(f"cannot start {wanted.instance}: {port} is taken", port=port)
