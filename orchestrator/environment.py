"""An environment from Python: up, addresses, logs, down. The command line stands on this too."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from orchestrator.addressing.masking import mask_error, mask_event, masker
from orchestrator.addressing.passwords import secrets_of
from orchestrator.addressing.resolve import resolve
from orchestrator.engines import make_all
from orchestrator.engines.engine import Engine
from orchestrator.errors import GreenroomError, UsageError
from orchestrator.host import manifests
from orchestrator.host.owner import TIME_TO_LIVE, identity
from orchestrator.lifecycle.bringing_up import Brought
from orchestrator.lifecycle.death import DeathWatch, raise_if_dead
from orchestrator.lifecycle.executor import ignore
from orchestrator.lifecycle.last_look import BeforeEnd
from orchestrator.lifecycle.planner import Planner
from orchestrator.lifecycle.running import RunningResource
from orchestrator.lifecycle.survey import Run, survey
from orchestrator.lifecycle.view import View
from orchestrator.lifetime import Lifetime
from orchestrator.manifest.placing import movable
from orchestrator.manifest.policy import with_policy
from orchestrator.model.event import Event
from orchestrator.model.manifest import MAPPING, Manifest
from orchestrator.model.resource import PROCESS
from orchestrator.model.step import Plan
from orchestrator.plan.relay import RELAY
from orchestrator.plan.relay import engines as needed_engines
from orchestrator.watchdog.hold import NEVER, Keep

if TYPE_CHECKING:
    from orchestrator.slicing.slices import Slice, Slices

TIMEOUT = 1800.0
"""Seconds within which everything has to be ready, pulls and builds included."""

TAKE_SECONDS = 120.0
"""Seconds within which a slice has to be there."""

Listener = Callable[[Event], None]


class Environment:
    """A manifest's environment, as a context: up at its beginning, removed at its end.

    `with Environment("environment.yaml") as env:` leaves nothing, also when the body raises, and
    also when this process is killed: a watchdog sees to that.

    `manifest` is a path, a folder or a ready-made name; None looks for `environment.yaml` here and
    upwards. The resources of these `profiles` (GREENROOM_PROFILES, where none are given) take part
    too. Within `timeout` seconds everything
    must be ready. `keep` tells when it is left as it is, to be looked into, instead of removed:
    `never`, `failed` (when the way up or the body fails) or `always`. Without `snapshots`
    everything is seeded, whatever is kept from earlier. `engine` (`docker`, `process` or `auto`)
    stands for what a manifest that is read says itself, or GREENROOM_ENGINE does, and `pull`
    (`missing`, `always` or `never`) for what its entries say. `instead` says what resources of a
    manifest that is read use instead: `{"ledger": "postgres:15"}`. `listen` is told every event,
    with passwords masked. `before_end` is called with a `LastLook` just before the end, however
    that comes, while everything still stands: to keep logs, say. What it raises is told as an event
    and hinders nothing; it is not called for what was only joined. `environ` stands for the
    caller's environment, and `engines`, by name, for the real ones: a `FakeEngine` lets manifests
    be tested without containers. Raises UsageError when there is no such manifest and ManifestError
    when it has mistakes.
    """

    def __init__(
        self,
        manifest: str | os.PathLike[str] | Manifest | None = manifests.NAME,
        *,
        profiles: Collection[str] = (),
        timeout: float = TIMEOUT,
        keep: str = NEVER,
        snapshots: bool = True,
        engine: str | None = None,
        pull: str | None = None,
        instead: Mapping[str, str] | None = None,
        listen: Listener = ignore,
        before_end: BeforeEnd | None = None,
        environ: Mapping[str, str] | None = None,
        engines: Mapping[str, Engine] | None = None,
    ) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        if not isinstance(manifest, Manifest):
            argument = None if manifest is None else os.fspath(manifest)
            path = manifests.find(argument, Path.cwd())
            manifest = manifests.read(path, self._environ, engine=engine, instead=instead)
        if pull is not None:
            manifest = with_policy(manifest, pull)
        self._mask = masker(secrets_of(manifest, self._environ))
        self._listen = listen
        self._real = engines is None
        self._slices: Slices | None = None
        names = [*needed_engines(manifest.resources), *([PROCESS] if movable(manifest) else [])]
        self._planner = Planner(
            manifest=manifest,
            profiles=tuple(profiles or manifests.asked_profiles(self._environ)),
            engines=engines or make_all(names, self._environ),
            environ=self._environ,
            tell=self.tell,
            snapshots=snapshots,
        )
        self._lifetime = Lifetime(
            self._planner,
            real=engines is None,
            environ=self._environ,
            timeout=timeout,
            keep=Keep(keep),
            tell=self.tell,
            before_end=before_end,
        )

    @classmethod
    def of(
        cls,
        mapping: Mapping[str, Any],
        *,
        folder: str | os.PathLike[str] = ".",
        profiles: Collection[str] = (),
        timeout: float = TIMEOUT,
        keep: str = NEVER,
        snapshots: bool = True,
        listen: Listener = ignore,
        before_end: BeforeEnd | None = None,
        engines: Mapping[str, Engine] | None = None,
    ) -> Self:
        """Make an environment of a mapping instead of a file; its paths start from `folder`."""
        manifest = manifests.from_mapping(mapping, Path(folder), os.environ)
        return cls(
            manifest,
            profiles=profiles,
            timeout=timeout,
            keep=keep,
            snapshots=snapshots,
            listen=listen,
            before_end=before_end,
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
        made = cls(path, instead=run.instead, listen=listen, environ=environ)
        made.refuse_if_renamed(run)
        made._lifetime.join(run)
        return made

    def __enter__(self) -> Self:
        """Bring it up. Below the traceback of what went wrong stands what to do next."""
        try:
            return self.up()
        except GreenroomError as error:
            for hint in error.hints:
                error.add_note(f"next: {hint}")
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.down(failed=error is not None)

    def plan(self, *, offline: bool = False) -> Plan:
        """Return what `greenroom up` would do, also where something is up already.

        `offline` asks no engine and knows nothing of the world.
        """
        return self._planner.plan_offline() if offline else self._lifetime.plan()

    def up(self, *, stays: bool = False, ttl: float = TIME_TO_LIVE) -> Self:
        """Start everything, wait until it is ready, seed it; with `stays` for others to join.

        What stays is removed `ttl` seconds from now, unless somebody still uses it then. Raises
        StepFailed when a step fails, EngineUnavailable when no engine answers; nothing is left
        then. An environment that is up already stays as it is.
        """
        if not self._lifetime.brought:
            with self._masked():
                self._lifetime.begin(stays=stays, ttl=ttl)
        return self

    def stand(
        self, *, ttl: float = TIME_TO_LIVE, fresh: bool = False, restart: Collection[str] = ()
    ) -> Self:
        """Bring it up to stay; where it is up already, make it what the manifest wants now.

        What is the same and well is kept; what has changed or died is made anew, and what depends
        on that. `fresh` makes everything anew; with `restart` only these are, and UsageError is
        raised where nothing is up. Of several who do so at the same moment, one is first, and the
        others find what it has made. When a step fails, what was kept stays.
        """
        with self._masked():
            self._lifetime.stand(ttl=ttl, fresh=fresh, restart=restart)
        return self

    def join_or_up(self) -> Self:
        """Join what `greenroom up` made of this manifest if it is as wanted now, else bring it up.

        What was joined stays when this environment is left.
        """
        with self._masked():
            if not self._lifetime.brought and not self._lifetime.join_what_stands():
                self._lifetime.begin()
        return self

    def refuse_if_renamed(self, run: Run) -> None:
        """Raise UsageError when a run has what the manifest does not know any more."""
        there = {thing.instance.resource for thing in run.instances if thing.instance}
        gone = sorted(there - set(self.manifest.resources) - {RELAY.resource})
        if gone:
            raise UsageError(
                f"{run.id} has {', '.join(gone)}, which {run.manifest} does not name any more",
                hint=f"apply the changes with: greenroom down {run.id}, then greenroom up",
            )

    def down(self, *, failed: bool = False, hurry: bool = False) -> None:
        """Remove everything, or keep it when that is wanted; nothing to remove is fine.

        `failed` tells that something went wrong in it. What was only joined stays. In a `hurry`, an
        engine that is slow gets some seconds only. Raises NotRemoved with what is left; the
        watchdog goes on trying then.
        """
        with self._masked():
            slices, self._slices = self._slices, None
            if slices:
                slices.close()
            self._lifetime.end(failed=failed, hurry=hurry)

    def stop(self) -> None:
        """End a way up that another thread is on; there it raises Stopped, and nothing is left."""
        self._lifetime.stop.order()

    def watch(self) -> DeathWatch:
        """Return what notices, while its block runs, when something dies that should live."""
        mortal = {
            name: resource
            for name, resource in self.view.resources.items()
            if not self.manifest.resources[name].is_task and not self.manifest.resources[name].on
        }
        return DeathWatch(self.run, mortal, self.tell, self._mask, self._lifetime.anew)

    def tell(self, event: Event) -> None:
        """Tell whoever listens, without passwords."""
        self._listen(mask_event(event, self._mask))

    def mask(self, text: str) -> str:
        """Return the text without the environment's passwords."""
        return self._mask(text)

    @property
    def manifest(self) -> Manifest:
        """The manifest; once it is up, or planned, with everything where it is to run."""
        return self._planner.manifest

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles whose resources take part."""
        return self._planner.profiles

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that is masked wherever it would be shown, passwords above all; the longest first."""
        return secrets_of(self.manifest, self._environ)

    @property
    def planner(self) -> Planner:
        """What all planning of it stands on."""
        return self._planner

    @property
    def joined(self) -> bool:
        """Whether it is somebody else's, and stays when this environment is left."""
        return self._lifetime.joined

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
        return self.view.variables

    @property
    def view(self) -> View:
        """Everything as tests see it that ask for no slice."""
        up = self._up
        return View(self.manifest, up.run, up.directory, up.instances, up.engines)

    @property
    def command(self) -> tuple[str, ...] | None:
        """The manifest's own test command, None when it has none."""
        words = self.manifest.tests.command
        if words is None:
            return None
        return tuple(resolve(word, None, self._up.directory) for word in words)

    def __getitem__(self, name: str) -> RunningResource:
        return self.view[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.view)

    def __len__(self) -> int:
        return len(self.view)

    def __bool__(self) -> bool:
        """Return True, up or not, as files and connections do: `if env:` asks whether there is one.

        Without this, its length would be asked for, which one that is not up does not have.
        """
        return True

    def slice(self, *, timeout: float = TAKE_SECONDS) -> Slice:
        """Return a slice: the same environment, with a private copy of all that is sliced.

        `with env.slice() as mine: mine["ledger"].url`. Further ones are made ahead, and dropped
        ones removed, behind the caller's back. Raises UsageError when nothing is sliced, and
        EngineError or StepFailed when one cannot be made within `timeout` seconds.
        """
        with self._masked():
            return self.slices.open(timeout=timeout)

    @property
    def slices(self) -> Slices:
        """The slices that this process makes. Raises UsageError when the environment is not up."""
        if self._slices is None:
            from orchestrator.slicing.opening import opened

            self._slices = opened(self.view, self._environ, real=self._real, lasts=self.joined)
        return self._slices

    def reset(self, *names: str) -> None:
        """Bring these resources (default: every database and broker) back to their seeded state.

        What is sliced is copied anew from its template; anything else is started anew, from its
        snapshot where there is one, under its old address. Connections of others are closed where
        they would hinder that. Raises UsageError for a name that is none of a database or broker.
        """
        with self._masked():
            self._lifetime.reset(names)
            if self._slices:
                self._slices.look_again(self.view)

    def check_alive(self) -> None:
        """Raise ServiceDied, with the end of each log, if something has ended that should live."""
        raise_if_dead(self.watch().deaths())

    @contextmanager
    def _masked(self) -> Iterator[None]:
        """Let no error out with a password in it."""
        try:
            yield
        except BaseException as error:
            mask_error(error, self._mask)
            raise

    @property
    def _up(self) -> Brought:
        brought = self._lifetime.brought
        if brought is None:
            raise UsageError("the environment is not up", hint="use `with Environment(...)`")
        return brought
