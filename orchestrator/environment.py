"""An environment from Python: up, addresses, logs, down. The command line stands on this too."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from orchestrator.addressing.masking import mask_error, mask_event, masker
from orchestrator.addressing.passwords import secrets_of
from orchestrator.addressing.resolve import resolve, variables
from orchestrator.engines import make_all
from orchestrator.engines.engine import Engine
from orchestrator.errors import GreenroomError, UsageError
from orchestrator.host import facts, manifests
from orchestrator.host.owner import TIME_TO_LIVE, identity, new_labels
from orchestrator.host.turn import turn
from orchestrator.lifecycle.bringing_up import BringingUp, Brought, compared
from orchestrator.lifecycle.death import DeathWatch, raise_if_dead
from orchestrator.lifecycle.removal import remove_things
from orchestrator.lifecycle.running import RunningResource
from orchestrator.lifecycle.survey import Run, survey
from orchestrator.lifecycle.sweeping import sweeping
from orchestrator.model.event import Event, Noticed
from orchestrator.model.facts import Facts
from orchestrator.model.launch import RUN_VARIABLE, RunLabels
from orchestrator.model.manifest import MAPPING, Manifest
from orchestrator.model.step import ChangeKind, Plan
from orchestrator.plan import plan_up
from orchestrator.plan.relay import RELAY
from orchestrator.waiting import Deadline, Stop
from orchestrator.watchdog.hold import NEVER, Hold, Keep

TIMEOUT = 1800.0
"""Seconds within which everything has to be ready, pulls and builds included."""

Listener = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """Tell nobody."""


class Environment:
    """A manifest's environment, as a context: up at its beginning, removed at its end.

    `with Environment("environment.yaml") as env:` leaves nothing, also when the body raises, and
    also when this process is killed: a watchdog sees to that.

    `manifest` is a path, a folder or a ready-made name; None looks for `environment.yaml` here and
    upwards. The resources of these `profiles` take part too. Within `timeout` seconds everything
    must be ready. `keep` tells when it is left as it is, to be looked into, instead of removed:
    `never`, `failed` (when the way up or the body fails) or `always`. `listen` is told every event,
    with passwords masked. `environ` stands for the caller's environment, and `engines`, by name,
    for the real ones: a `FakeEngine` lets manifests be tested without containers. Raises UsageError
    when there is no such manifest and ManifestError when it has mistakes.
    """

    def __init__(
        self,
        manifest: str | os.PathLike[str] | Manifest | None = manifests.NAME,
        *,
        profiles: Collection[str] = (),
        timeout: float = TIMEOUT,
        keep: str = NEVER,
        listen: Listener = ignore,
        environ: Mapping[str, str] | None = None,
        engines: Mapping[str, Engine] | None = None,
    ) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        if not isinstance(manifest, Manifest):
            argument = None if manifest is None else os.fspath(manifest)
            manifest = manifests.read(manifests.find(argument, Path.cwd()), self._environ)
        self.manifest = manifest
        self._profiles = tuple(profiles)
        self._mask = masker(secrets_of(manifest))
        self._listen = listen
        self._timeout = timeout
        self._keep = Keep(keep)
        self._hold: Hold | None = None
        self._brought: Brought | None = None
        self._attached = False
        self._given = engines
        self.stop = Stop()

    @classmethod
    def of(
        cls,
        mapping: Mapping[str, Any],
        *,
        folder: str | os.PathLike[str] = ".",
        profiles: Collection[str] = (),
        timeout: float = TIMEOUT,
        keep: str = NEVER,
        listen: Listener = ignore,
        engines: Mapping[str, Engine] | None = None,
    ) -> Self:
        """Make an environment of a mapping instead of a file; its paths start from `folder`."""
        manifest = manifests.from_mapping(mapping, Path(folder), os.environ)
        return cls(
            manifest,
            profiles=profiles,
            timeout=timeout,
            keep=keep,
            listen=listen,
            engines=engines,
        )

    @classmethod
    def attach(cls, run: str, *, listen: Listener = ignore) -> Self:
        """Join a run that is up; it stays up when this environment is left.

        Raises UsageError when there is no such run, or its manifest cannot be read any more.
        """
        found = survey(os.environ, run).runs
        if not found:
            raise UsageError(f"there is no run {run}", hint="greenroom ps lists those that are up")
        return cls.of_run(found[0], listen=listen)

    @classmethod
    def of_run(
        cls, run: Run, *, listen: Listener = ignore, environ: Mapping[str, str] | None = None
    ) -> Self:
        """Join a run that a survey has found."""
        path = Path(run.manifest)
        if run.manifest == MAPPING:
            raise UsageError(
                f"run {run.id} was made from a mapping, which nobody else can read",
                hint="write the mapping to a manifest's file, and join the run of that",
            )
        if not path.is_file():
            raise UsageError(
                f"run {run.id} was made from {run.manifest}, which is not there any more",
                hint=f"remove the run with: greenroom down {run.id}",
            )
        made = cls(path, listen=listen, environ=environ)
        made.refuse_if_renamed(run)
        made._join(run)
        return made

    def __enter__(self) -> Self:
        return self.up()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._attached:
            self._let_go()
        else:
            self.down(failed=error is not None)

    def plan(self, *, offline: bool = False) -> Plan:
        """Return what `greenroom up` would do, also where something is up already.

        `offline` asks no engine and knows nothing of the world.
        """
        if offline:
            return plan_up(self.manifest, facts.offline(self._environ), self._profiles)
        return plan_up(self.manifest, self._facts(self.standing()), self._profiles)

    def _facts(self, run: Run | None = None) -> Facts:
        """Gather what planning has to know; what is up of `run` is to be kept where it can be."""
        there = run.instances if run else ()
        standing = {thing.instance: thing for thing in there if thing.instance}
        return facts.gather(self.manifest, self._engines, self._environ, standing)

    def standing(self) -> Run | None:
        """Return what an earlier `greenroom up` made of this manifest, if it is up."""
        if self._given is not None:
            return None
        there = [run for run in survey(self._environ).of(self.identity) if run.is_ready]
        return max(there, key=lambda run: run.healthy, default=None)

    def stand(
        self, *, ttl: float = TIME_TO_LIVE, fresh: bool = False, restart: Collection[str] = ()
    ) -> Self:
        """Bring it up to stay; where it is up already, make it what the manifest wants now.

        What is the same and well is kept; what has changed or died is made anew, and what depends
        on that. `fresh` makes everything anew; with `restart` only these are, and UsageError is
        raised where nothing is up. Of several who do so at the same moment, one is first, and the
        others find what it has made. When a step fails, what was kept stays.
        """
        with self._masked(), self._turn():
            run = self.standing()
            if run is None and restart:
                raise UsageError(
                    f"nothing of {self.manifest.name} is up, so nothing can be restarted",
                    hint="bring it up with: greenroom up",
                )
            return self._change(run, ttl, fresh, restart) if run else self.up(stays=True, ttl=ttl)

    def _turn(self) -> AbstractContextManager[None]:
        """Wait until nobody else brings this manifest up."""
        text = "another greenroom is bringing this manifest up; waiting until it has done so"

        def tell() -> None:
            self.tell(Noticed(at=time.time(), text=text))

        return turn(self.identity, self._environ, Deadline.after(self._timeout, self.stop), tell)

    def _change(self, run: Run, ttl: float, fresh: bool, restart: Collection[str]) -> Self:
        """Make of what is up what is wanted; when that fails, what was kept stays."""
        known = self._facts(run)
        plan = plan_up(self.manifest, known, self._profiles, fresh=fresh, restart=restart)
        self._hold = hold = Hold.join(run.id, self._environ, self._engines)
        self._attached = True
        self.tell(compared(run.id, plan))
        way = self._way(plan, known, run.run_labels)
        try:
            with self._sweeping(hold):
                self._brought = way.walk()
        except BaseException as error:
            self._after_failed_change(way, hold, error)
            raise
        hold.stand(max(ttl, (run.claim.end or 0.0) - time.time()))
        return self

    def _after_failed_change(self, way: BringingUp, hold: Hold, error: BaseException) -> None:
        """Remove what was started in vain, unless it is to be kept; the rest stays."""
        self._hold = None
        if not self._keep.applies(failed=True):
            for failure in remove_things(self.manifest.name, way.begun, hold.engines, self.tell):
                error.add_note(f"{failure.step}: {failure.message}")
        hold.let_go()
        error.add_note(
            f"what was kept is still up; mend the cause and repeat greenroom up, "
            f"or remove it all with: greenroom down {hold.run}"
        )

    def up(self, *, stays: bool = False, ttl: float = TIME_TO_LIVE) -> Self:
        """Start everything, wait until it is ready, seed it; with `stays` for others to join.

        What stays is removed `ttl` seconds from now, unless somebody still uses it then. Raises
        StepFailed when a step fails, EngineUnavailable when no engine answers; nothing is left
        then. An environment that is up already stays as it is.
        """
        if self._brought is None:
            with self._masked():
                known = self._facts()
                plan = plan_up(self.manifest, known, self._profiles)
                labels = new_labels(self.manifest, stays=stays, ttl=ttl)
                self._bring_up(plan, known, labels)
                if stays:
                    self._held.stand(ttl)
        return self

    def _bring_up(self, plan: Plan, known: Facts, labels: RunLabels) -> None:
        """Walk the plan; when that fails, nothing of the run is left, or all of it is kept."""
        self._hold = hold = Hold.begin(labels, self._environ, self._engines, self._given is None)
        way = self._way(plan, known, labels)
        try:
            with self._sweeping(hold):
                self._brought = way.walk()
        except BaseException as error:
            hold.unsure = way.unsure
            self._after_failure(error)
            raise

    def _way(self, plan: Plan, known: Facts, labels: RunLabels) -> BringingUp:
        """Return the way up by this plan."""
        return BringingUp(
            self.manifest,
            plan,
            known,
            self._engines,
            labels,
            tell=self.tell,
            environ=self._environ,
            limit=Deadline.after(self._timeout, self.stop),
        )

    def _sweeping(self, hold: Hold) -> AbstractContextManager[None]:
        """Remove what others have left, while we wait."""
        real = self._given is None
        return sweeping(hold.engines, self._environ, self.tell) if real else nullcontext()

    def _after_failure(self, error: BaseException) -> None:
        """Remove what was made; what cannot be removed is added to the error it followed."""
        try:
            self.down(failed=True)
        except GreenroomError as left:
            error.add_note(f"{left.message}\n{left.hint}".rstrip())

    def join_or_up(self) -> Self:
        """Join what `greenroom up` made of this manifest if it is healthy, else bring it up.

        What was joined stays when this environment is left.
        """
        if self._brought is None and (run := self.standing()):
            if change := self.difference(run):
                text = f"{run.id} is up, but not joined: {change}; greenroom up would apply that"
                self.tell(Noticed(at=time.time(), text=text))
            else:
                self._join(run)
        return self.up()

    def difference(self, run: Run) -> str:
        """Return in words how a run of this manifest differs from what it says now, if it does."""
        changes = plan_up(self.manifest, self._facts(run), self._profiles).changes
        words = [f"{one.instance} {one.cause}" for one in changes if one.kind != ChangeKind.KEPT]
        return ", ".join(words)

    def _join(self, run: Run) -> None:
        """Use a run that is up: as long as we do, its end waits."""
        self._hold = Hold.join(run.id, self._environ, self._engines)
        self._brought = Brought.found(run, self.manifest, self._engines)
        self._attached = True

    def _let_go(self) -> None:
        """Use it no longer, and leave it."""
        self._held.let_go()
        self._hold = self._brought = None

    def refuse_if_renamed(self, run: Run) -> None:
        """Raise UsageError when a run has what the manifest does not know any more."""
        there = {thing.instance.resource for thing in run.instances if thing.instance}
        gone = sorted(there - set(self.manifest.resources) - {RELAY.resource})
        if gone:
            raise UsageError(
                f"{run.id} has {', '.join(gone)}, which {run.manifest} does not name any more",
                hint=f"apply the changes with: greenroom down {run.id}, then greenroom up",
            )

    def down(self, *, failed: bool = False) -> None:
        """Remove everything, or keep it when that is wanted; nothing to remove is fine.

        `failed` tells that something went wrong in it. Raises NotRemoved with what is left; the
        watchdog goes on trying then.
        """
        hold, self._hold, self._brought = self._hold, None, None
        if hold is None:
            return
        with self._masked():
            if self._keep.applies(failed=failed):
                self.tell(hold.keep())
            else:
                hold.remove(self.manifest.name, self.tell)

    def watch(self) -> DeathWatch:
        """Return what notices, while its block runs, when something dies that should live."""
        mortal = {
            name: resource
            for name, resource in self._up.resources.items()
            if not self.manifest.resources[name].is_task
        }
        return DeathWatch(self.run, mortal, self.tell)

    def tell(self, event: Event) -> None:
        """Tell whoever listens, without passwords."""
        self._listen(mask_event(event, self._mask))

    def mask(self, text: str) -> str:
        """Return the text without the environment's passwords."""
        return self._mask(text)

    @property
    def joined(self) -> bool:
        """Whether it is somebody else's, and stays when this environment is left."""
        return self._attached

    @property
    def run(self) -> str:
        """The run's id. Raises UsageError when the environment is not up."""
        return self._up.run

    @property
    def identity(self) -> str:
        """What makes this manifest and user one environment."""
        return identity(self.manifest)

    @property
    def variables(self) -> dict[str, str]:
        """What the tests' environment gets: every address, what `tests.env` says, GREENROOM_RUN."""
        directory = self._up.directory
        own = {
            name: resolve(template, None, directory)
            for name, template in self.manifest.tests.env.items()
        }
        return {**variables(None, directory), **own, RUN_VARIABLE: self.run}

    @property
    def command(self) -> tuple[str, ...] | None:
        """The manifest's own test command, None when it has none."""
        words = self.manifest.tests.command
        if words is None:
            return None
        return tuple(resolve(word, None, self._up.directory) for word in words)

    def __getitem__(self, name: str) -> RunningResource:
        try:
            return self._up.resources[name]
        except KeyError:
            names = ", ".join(self._up.resources)
            raise KeyError(f"no resource is called {name!r}; there are: {names}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._up.resources)

    def __len__(self) -> int:
        return len(self._up.resources)

    def check_alive(self) -> None:
        """Raise ServiceDied, with the end of each log, if something has ended that should live."""
        raise_if_dead(self.watch().deaths())

    @cached_property
    def _engines(self) -> Mapping[str, Engine]:
        names = (resource.engine for resource in self.manifest.resources.values())
        return self._given or make_all(names, self._environ)

    @contextmanager
    def _masked(self) -> Iterator[None]:
        """Let no error out with a password in it."""
        try:
            yield
        except BaseException as error:
            mask_error(error, self._mask)
            raise

    @property
    def _held(self) -> Hold:
        assert self._hold is not None, "who is up holds the run"
        return self._hold

    @property
    def _up(self) -> Brought:
        if self._brought is None:
            raise UsageError("the environment is not up", hint="use `with Environment(...)`")
        return self._brought
