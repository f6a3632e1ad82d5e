"""An environment from Python: up, addresses, logs, down. The command line stands on this too."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from orchestrator.addressing.masking import mask_error, mask_event, masker
from orchestrator.addressing.passwords import secrets_of
from orchestrator.addressing.resolve import resolve, variables
from orchestrator.engines import make_all
from orchestrator.engines.engine import Engine
from orchestrator.errors import ServiceDied, UsageError
from orchestrator.host import facts, manifests
from orchestrator.host.owner import identity
from orchestrator.lifecycle.bringing_up import Brought, bring_up
from orchestrator.lifecycle.removal import remove_run
from orchestrator.lifecycle.running import RunningResource
from orchestrator.lifecycle.survey import Run, survey
from orchestrator.model.event import Event
from orchestrator.model.launch import RUN_VARIABLE
from orchestrator.model.manifest import MAPPING, Manifest
from orchestrator.model.step import Plan
from orchestrator.plan import plan_up
from orchestrator.plan.selection import taking_part
from orchestrator.plan.up import RELAY

Listener = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """Tell nobody."""


class Environment:
    """A manifest's environment, as a context: up at its beginning, removed at its end.

    `with Environment("environment.yaml") as env:` leaves nothing, also when the body raises.

    `manifest` is a path, a folder or a ready-made name; None looks for `environment.yaml` here and
    upwards. The resources of these `profiles` take part too. `listen` is told every event, with
    passwords masked. `environ` stands for the caller's environment, and `engines`, by name, for the
    real ones: a `FakeEngine` lets manifests be tested without containers. Raises UsageError when
    there is no such manifest and ManifestError when it has mistakes.
    """

    def __init__(
        self,
        manifest: str | os.PathLike[str] | Manifest | None = manifests.NAME,
        *,
        profiles: Collection[str] = (),
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
        self._brought: Brought | None = None
        self._attached = False
        self._given = engines

    @classmethod
    def of(
        cls,
        mapping: Mapping[str, Any],
        *,
        folder: str | os.PathLike[str] = ".",
        profiles: Collection[str] = (),
        listen: Listener = ignore,
        engines: Mapping[str, Engine] | None = None,
    ) -> Self:
        """Make an environment of a mapping instead of a file; its paths start from `folder`."""
        manifest = manifests.from_mapping(mapping, Path(folder), os.environ)
        return cls(manifest, profiles=profiles, listen=listen, engines=engines)

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
        made._brought = Brought.found(run, made.manifest, made._engines)
        made._attached = True
        return made

    def __enter__(self) -> Self:
        return self.up()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._attached:
            self.down()

    def plan(self, *, offline: bool = False) -> Plan:
        """Return what `up` would do; `offline` asks no engine and knows nothing of the world."""
        known = (
            facts.offline(self._environ)
            if offline
            else facts.gather(self.manifest, self._engines, self._environ)
        )
        return plan_up(self.manifest, known, self._profiles)

    def up(self, *, stays: bool = False) -> Self:
        """Start everything, wait until it is ready, seed it; with `stays` for others to join.

        Raises StepFailed when a step fails, EngineUnavailable when no engine answers; nothing is
        left then. An environment that is up already stays as it is.
        """
        if self._brought is None:
            with self._masked():
                known = facts.gather(self.manifest, self._engines, self._environ)
                plan = plan_up(self.manifest, known, self._profiles)
                self._brought = bring_up(
                    self.manifest,
                    plan,
                    known,
                    self._engines,
                    tell=self.tell,
                    environ=self._environ,
                    stays=stays,
                )
        return self

    def join_or_up(self) -> Self:
        """Join what `greenroom up` made of this manifest if it is healthy, else bring it up.

        What was joined stays when this environment is left.
        """
        standing = [run for run in survey(self._environ).of(self.identity) if run.stays]
        whole = next((run for run in standing if self.is_whole(run)), None)
        if whole and self._brought is None:
            self._brought = Brought.found(whole, self.manifest, self._engines)
            self._attached = True
        return self.up()

    def refuse_if_renamed(self, run: Run) -> None:
        """Raise UsageError when a run has what the manifest does not know any more."""
        there = {thing.instance.resource for thing in run.instances if thing.instance}
        gone = sorted(there - set(self.manifest.resources) - {RELAY.resource})
        if gone:
            raise UsageError(
                f"{run.id} has {', '.join(gone)}, which {run.manifest} does not name any more",
                hint=f"apply the changes with: greenroom down {run.id}, then greenroom up",
            )

    def is_whole(self, run: Run) -> bool:
        """Whether a run of this manifest has all that takes part, and all of it is well."""
        there = {thing.instance.resource for thing in run.instances if thing.instance}
        wanted = taking_part(self.manifest, self._profiles)
        return run.healthy and there.issuperset(wanted)

    def down(self) -> None:
        """Remove everything; nothing to remove is fine. Raises NotRemoved with what is left."""
        if self._brought is not None:
            brought, self._brought = self._brought, None
            with self._masked():
                remove_run(self.manifest.name, brought.run, brought.engines, self.tell)

    def tell(self, event: Event) -> None:
        """Tell whoever listens, without passwords."""
        self._listen(mask_event(event, self._mask))

    def mask(self, text: str) -> str:
        """Return the text without the environment's passwords."""
        return self._mask(text)

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
        dead = []
        for resource in self._up.resources.values():
            state = resource.state
            if not state.alive and not self.manifest.resources[resource.name].is_task:
                lines = "".join(f"\n    {self._mask(line)}" for line in resource.tail())
                dead.append(f"{resource.name} {state}, while the tests were running{lines}")
        if dead:
            raise ServiceDied(
                "\n".join(dead), hint="do not trust the tests' result: run them again"
            )

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
    def _up(self) -> Brought:
        if self._brought is None:
            raise UsageError("the environment is not up", hint="use `with Environment(...)`")
        return self._brought
