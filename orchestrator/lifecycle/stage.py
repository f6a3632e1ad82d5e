"""Performs the steps of a plan against the engines, and remembers where everything is."""

from __future__ import annotations

import dataclasses
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from orchestrator.addressing.launching import launch
from orchestrator.addressing.places import with_places
from orchestrator.addressing.route import Directory
from orchestrator.engines.engine import Engine, Guests, Images, Progress
from orchestrator.errors import Evidence, ModuleFailed, PortTaken, StepFailed
from orchestrator.host.ports import SHARED, SOMEBODY, HeldPorts, seen_holder
from orchestrator.host.relaying import relay_command
from orchestrator.lifecycle import building
from orchestrator.lifecycle.evidence import LONGER, OVER, state_of, tail_of
from orchestrator.lifecycle.executor import Tell
from orchestrator.lifecycle.fetching import IMAGE_SECONDS, Fetching, progress_of
from orchestrator.lifecycle.listening import ANOTHER
from orchestrator.model.launch import Found, Launch, Opened, RunLabels
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import DOCKER, PROCESS, Instance
from orchestrator.model.step import (
    AddDatabase,
    ApplySeed,
    BuildImage,
    Keep,
    MakeOwn,
    MakeTemplate,
    Open,
    Pull,
    Ready,
    Remove,
    Start,
    StartRelay,
    Step,
    StoreSnapshot,
    TakeSnapshot,
)
from orchestrator.plan.fingerprint import lazy, with_image
from orchestrator.plan.selection import tenants
from orchestrator.plan.users import sees_host_port
from orchestrator.waiting import SILENT, Abandoned, Deadline, TimedOut

if TYPE_CHECKING:
    from orchestrator.seeding.seeder import Seeder

HOST_GATEWAY = "host-gateway"
"""What engines on a virtual machine of their own (Docker Desktop) resolve to the user's host."""

OPEN_SECONDS = 30.0
START_SECONDS = 60.0
RESTORE_SECONDS = 600.0
REMOVE_SECONDS = 60.0

PORT_ATTEMPTS = 5
"""How often another host port is tried for one instance when the chosen one was taken after all."""


class Stage:
    """A run's place to act: the engines, the held ports, and what has been started so far.

    `environ` is the caller's environment, the ground of every process on this host. `limit` ends
    every step, whatever its own time. `unsure` tells that a call was left before its answer, so
    that something may appear yet.
    """

    def __init__(
        self,
        manifest: Manifest,
        labels: RunLabels,
        engines: Mapping[str, Engine],
        directory: Directory,
        ports: HeldPorts,
        *,
        tell: Tell,
        limit: Deadline,
        environ: Mapping[str, str],
    ) -> None:
        self.manifest = manifest
        self.labels = labels
        self.engines = engines
        self.directory = directory
        self.ports = ports
        self.tell = tell
        self.limit = limit
        self.environ = environ
        self.unsure = False
        self.opened: dict[str, Opened] = {}
        self.found: dict[Instance, Found] = {}
        self.launched: set[Instance] = set()
        self.started: list[Found] = []
        self.hosts: dict[str, str] = {}
        self.pulled: dict[str, str] = {}
        self.fetching = Fetching(tell)
        self.moved = threading.Lock()

    def perform(self, step: Step) -> None:
        """Do the work of one step. Raises StepFailed, or the engine's own error, when it fails."""
        began = time.monotonic()
        try:
            self.act(step)
        except Abandoned:
            self.unsure = True
            raise
        except TimedOut as error:
            self.unsure = True
            raise self.late(step, time.monotonic() - began, str(error)) from error

    def late(self, step: Step, seconds: float, words: str) -> StepFailed:
        """Return the failure of a step that took too long, with what is known of its instance."""
        found = self.found.get(step.instance) if isinstance(step, ApplySeed) else None
        evidence = Evidence(seconds=seconds)
        if found:
            engine = self.engines[found.engine]
            state, log = state_of(engine, found), tail_of(engine, found)
            evidence = Evidence(seconds=seconds, state=str(state or ""), log=log)
        over = f", when {OVER}" if self.limit.passed else ""
        message = f"not done after {seconds:.0f} s{over}" + (f": {words}" if words else "")
        hint = LONGER if over else SILENT
        return StepFailed(step.key, message, evidence=evidence, hint=hint)

    def act(self, step: Step) -> None:
        """Take the step apart and do what it says."""
        match step:
            case Open(engine=engine):
                deadline = self.until(OPEN_SECONDS)
                self.opened[engine] = self.engines[engine].open(self.labels, deadline)
            case Pull():
                self.pull(step)
            case BuildImage():
                self.build(step)
            case Keep(found=found):
                self.settle(found)
            case Remove(found=found):
                self.engines[found.engine].remove(found, self.until(REMOVE_SECONDS))
            case _:
                self.bring_up(step)

    def bring_up(self, step: Step) -> None:
        """Do what a step says about an instance: start it, wait for it, seed it, copy its state."""
        match step:
            case Start():
                self.start(step)
                self.started.append(self.found[step.instance])
            case StartRelay():
                self.start_relay(step)
            case Ready():
                self.wait_until_ready(step)
            case MakeOwn():
                self.make_own(step)
            case AddDatabase():
                self.add_database(step)
            case ApplySeed():
                self.seed(step)
            case MakeTemplate() | TakeSnapshot() | StoreSnapshot():
                self.keep_state(step)
            case _:
                raise AssertionError(f"{step.key} is no step of bringing an environment up")

    def pull(self, step: Pull) -> None:
        """Fetch an image."""
        images, progress = self.images(step.engine), self.progress(step, "B")
        deadline = self.until(IMAGE_SECONDS)
        self.pulled[step.image] = self.fetching.pull(step, images, progress, deadline)

    def build(self, step: BuildImage) -> None:
        """Make an image."""
        building.build(
            step,
            self.images(step.engine),
            self.labels,
            self.environ,
            self.tell,
            self.progress(step),
            self.until(IMAGE_SECONDS),
        )

    def images(self, engine: str) -> Images:
        """Return the engine as one that has images; plans ask no other for any."""
        found = self.engines[engine]
        assert isinstance(found, Images), f"{engine} has no images"
        return found

    def start(self, step: Start) -> None:
        """Start an instance; when its host port was taken after all, with another one."""
        for attempt in range(1, PORT_ATTEMPTS + 1):
            try:
                self.found[step.instance] = self.start_once(step)
            except PortTaken as taken:
                self.move(step, taken, last=attempt == PORT_ATTEMPTS)
            except ModuleFailed as error:
                evidence = Evidence(state=error.state, log=error.log)
                raise StepFailed(
                    step.key, error.message, evidence=evidence, hint=error.hint
                ) from error
            else:
                return

    def start_once(self, step: Start) -> Found:
        """Start an instance on the host ports that are chosen for it now."""
        with self.moved:
            self.launched.add(step.instance)
        prepared = self.launch(step)
        numbers = [port.host for port in prepared.ports]
        # A process binds its ports itself, which it may not be able to while we hold them; a
        # container's port is held until the engine has it. A server of this host makes its data
        # first, and meanwhile anybody could take what is not held.
        if step.engine == PROCESS:
            self.ports.take_back(*numbers)
            if not self.holds_on(step.instance):
                self.ports.lend(*numbers)
        # Much data takes a while to be copied.
        seconds = step.timeout or (RESTORE_SECONDS if prepared.snapshot else START_SECONDS)
        found = self.engines[step.engine].start(prepared, self.until(seconds))
        if step.engine != PROCESS:
            self.ports.release(*numbers)
        return found

    def holds_on(self, instance: Instance) -> bool:
        """Whether its ports are held until it is ready."""
        return SHARED and self.directory.of(instance).native is not None

    def launch(self, step: Start) -> Launch:
        """Return everything the engine needs, with every reference answered."""
        return launch(
            step.instance,
            self.directory,
            self.labels,
            image=step.image,
            hosts=self.hosts if step.engine == DOCKER else {},
            folder=self.manifest.folder,
            environ=self.environ,
            fingerprint=self.fingerprint(step),
            snapshot=step.snapshot,
            program=step.program,
        )

    def fingerprint(self, step: Start) -> str:
        """Return what it is made of, with the image that has been fetched since the planning."""
        image = self.pulled.get(step.image or "")
        return with_image(step.fingerprint, image) if image else step.fingerprint

    def move(self, step: Start, taken: PortTaken, *, last: bool) -> None:
        """Choose other host ports for an instance.

        Raises PortTaken where none may be chosen, or somebody knows the old ones already.
        """
        resource = self.directory.of(step.instance)
        if last or any(port.host for port in resource.ports):
            raise taken
        with self.moved:
            if told := self.told(step.instance):
                message = f"{taken.message}, and {told} knows {resource.name} by it already"
                # The claim on it is our own, and tells nothing of who has it.
                who = seen_holder(taken.port) or SOMEBODY
                advice = f"end {who}, or {ANOTHER}" if taken.port else ANOTHER
                raise PortTaken(message, port=taken.port, hint=advice) from taken
            ports = dict(self.directory.ports)
            for port, host in zip(
                resource.ports, self.ports.take(len(resource.ports)), strict=True
            ):
                ports[step.instance, port.number] = host
            self.directory = dataclasses.replace(self.directory, ports=ports)

    def told(self, instance: Instance) -> str:
        """Return in words who knows an instance's host ports before it starts, if anybody does."""
        if any(target == instance for target, _ in self.directory.relayed):
            return "the relay"
        resources, name = self.directory.resources, instance.resource
        names = [name, *(one.name for one in tenants(name, resources))]
        # Containers see a process by its own port where the engine leads them here without a relay.
        for_all = resources[name].on_host
        for other in sorted(self.launched - {instance}, key=str):
            asker = resources[other.resource]
            refers = for_all and any(one.resource in names for one in lazy(asker))
            if refers or any(sees_host_port(asker, each) for each in names):
                return str(other)
        return ""

    def start_relay(self, step: StartRelay) -> None:
        """Start the relay on the network's gateway and wait until it accepts.

        An engine whose network has no gateway on this host leads containers here by itself.
        """
        from orchestrator.lifecycle.readying import wait_for_relay

        gateway = self.opened[DOCKER].gateway
        self.hosts = {target.alias: gateway or HOST_GATEWAY for target in step.targets}
        if gateway is None:
            return
        relayed = self.relay_ports(step.targets)
        prepared = Launch(
            labels=self.labels,
            instance=step.instance,
            command=relay_command(sys.executable, gateway, relayed),
            env=dict(self.environ),
            fingerprint=step.fingerprint,
        )
        deadline = self.until(START_SECONDS)
        engine = self.engines[PROCESS]
        self.ports.lend(*relayed)
        found = self.found[step.instance] = engine.start(prepared, deadline)
        self.started.append(found)
        wait_for_relay(engine, found, [(gateway, port) for port in relayed], deadline)

    def relay_ports(self, targets: Sequence[Instance]) -> dict[int, int]:
        """Choose a port of the gateway for each port of these processes, and note it down.

        It is not the process's own: one that listens on all addresses would find it taken.
        """
        places = [
            (one, port.number)
            for one in targets
            for port in self.directory.of(one).ports
            if not port.inner
        ]
        chosen = dict(zip(places, self.ports.take(len(places)), strict=True))
        with self.moved:
            self.directory = dataclasses.replace(self.directory, relayed=chosen)
        ports = self.directory.ports
        return {port: ports.get(place, place[1]) for place, port in chosen.items()}

    def wait_until_ready(self, step: Ready) -> None:
        """Wait until an instance is ready."""
        # This and seeding are imported while the first containers start, and not before them.
        from orchestrator.lifecycle.readying import Readying

        found = self.found[step.instance]
        engine = self.engines[found.engine]
        Readying(step, found, engine, self.directory, self.tell, self.limit).wait()
        self.ports.release(*found.host_ports.values())

    def look(self, step: Step) -> StepFailed | None:
        """Return why a step that was broken off would have failed anyway, None: nobody knows.

        Of what was waited for one sees that: it has died. It cannot be because of the removal,
        which begins when no step is under way any more.
        """
        if not isinstance(step, Ready):
            return None
        from orchestrator.lifecycle.readying import Readying

        found = self.found[step.instance]
        engine = self.engines[found.engine]
        return Readying(step, found, engine, self.directory, self.tell, self.limit).look()

    def make_own(self, step: MakeOwn) -> None:
        """Make a place for this run alone; from here on the resource is that."""
        found = self.found[step.instance]
        engine = self.engines[found.engine]
        assert isinstance(engine, Guests), f"{found.engine} has only what is its own"
        self.settle(engine.make_own(found, self.until(step.timeout)))

    def add_database(self, step: AddDatabase) -> None:
        """Make one more database on a server; from here on the tenant is to be found there."""
        server = self.found[step.server]
        if not step.restored:
            self.seeder(step.server, step).add(step, step.database)
        self.settle(server.seen_as(step.instance))

    def settle(self, found: Found) -> None:
        """Note what an instance is, and in which place of its own."""
        assert found.instance is not None
        with self.moved:
            self.found[found.instance] = found
            self.directory = with_places(self.directory, [found])

    def seed(self, step: ApplySeed) -> None:
        """Put one seed in."""
        self.seeder(step.instance, step).apply(step)

    def seeder(self, instance: Instance, step: ApplySeed | AddDatabase) -> Seeder:
        """Return what puts something into an instance."""
        from orchestrator.seeding.seeder import Seeder

        found = self.found[instance]
        return Seeder(
            manifest=self.manifest,
            directory=self.directory,
            instance=instance,
            engine=self.engines[found.engine],
            found=found,
            deadline=self.until(step.timeout),
            progress=self.progress(step, "B"),
        )

    def keep_state(self, step: MakeTemplate | TakeSnapshot | StoreSnapshot) -> None:
        """Copy what has been seeded: for slices, or for later runs."""
        from orchestrator.copying.keeping import keep_state

        found = self.found[step.instance]
        engine = self.engines[found.engine]
        deadline = self.until(step.timeout)
        keep_state(step, self.directory, engine, found, self.labels, self.tell, deadline)

    def until(self, seconds: float) -> Deadline:
        """Return a deadline so many seconds from now, or at the limit, if that is earlier."""
        return self.limit.sooner(seconds)

    def progress(self, step: Step, unit: str = "") -> Progress:
        """Return what a long call tells of its progress, as events."""
        return progress_of(step, self.tell, unit)
