"""How an environment begins, is changed, and ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace

from orchestrator.copying.copier import Copier
from orchestrator.engines.engine import Engine, Images
from orchestrator.errors import GreenroomError, StepFailed, UsageError
from orchestrator.host.lease import run_folder
from orchestrator.host.owner import TIME_TO_LIVE, identity, new_labels
from orchestrator.host.turn import BRINGING_UP, turn
from orchestrator.lifecycle import snapshotting
from orchestrator.lifecycle.bringing_up import BringingUp, Brought, compared
from orchestrator.lifecycle.executor import Tell
from orchestrator.lifecycle.last_look import BeforeEnd, last_look
from orchestrator.lifecycle.planner import Planner
from orchestrator.lifecycle.pruning import trim
from orchestrator.lifecycle.removal import listed, remove_things
from orchestrator.lifecycle.resetting import RESET_SECONDS, refuse_to_restart, resettable
from orchestrator.lifecycle.survey import Run, survey
from orchestrator.lifecycle.sweeping import sweeping
from orchestrator.model.event import Noticed, StepDone, StepStarted
from orchestrator.model.facts import Facts
from orchestrator.model.launch import RunLabels
from orchestrator.model.manifest import Manifest
from orchestrator.model.step import BuildImage, Plan, Start, StartRelay, StoreSnapshot
from orchestrator.slicing.registry import Registry
from orchestrator.waiting import Deadline, Stop, TimedOut
from orchestrator.watchdog.hold import Hold, Keep, with_engines

Undo = Callable[[BaseException, bool], None]
"""Clears away after a failure; told whether it is tried again at once."""


@dataclass
class Lifetime:
    """One environment's way from nothing to nothing; `brought` is what is up, and where.

    Within `timeout` seconds everything must be ready. `real` tells that the engines are, so that a
    watchdog sees to the end; `tell` takes every event. `stays` tells that what is up is there for
    other commands, which may change it. `stop` ends a way up from another thread.
    `before_end` takes the last look at what is to be removed or kept, and not at what is joined.
    """

    planner: Planner
    real: bool
    environ: Mapping[str, str]
    timeout: float
    keep: Keep
    tell: Tell
    before_end: BeforeEnd | None = None
    hold: Hold | None = None
    brought: Brought | None = None
    last_way: BringingUp | None = None
    joined: bool = False
    stays: bool = False
    stop: Stop = field(default_factory=Stop)

    @property
    def manifest(self) -> Manifest:
        """The manifest; once it is up, or planned, with everything where it is to run."""
        return self.planner.manifest

    @property
    def engines(self) -> Mapping[str, Engine]:
        """The engines that it runs on."""
        return self.planner.engines

    @property
    def limit(self) -> Deadline:
        """Return the limit of a way up that begins now.

        What fails on it gives the order to stop to all of it, and to nothing that comes after.
        """
        return Deadline.after(self.timeout, self.stop.below())

    def plan(self) -> Plan:
        """Return what would be done now."""
        run = self.standing()
        self.planner.place(run)
        return self.planner.plan(self.planner.facts(run))

    def standing(self) -> Run | None:
        """Return what an earlier `greenroom up` made of this manifest, if it is up."""
        if not self.real:
            return None
        return survey(self.environ).standing(identity(self.manifest))

    # The beginning.

    def begin(self, *, stays: bool = False, ttl: float = TIME_TO_LIVE) -> None:
        """Bring it up; when that fails, nothing of the run is left, or all of it is kept."""
        self.planner.place()
        with self.planner.planned(None, self.limit) as (plan, known):
            labels = new_labels(self.manifest, stays=stays, ttl=ttl)
            self.joined, self.stays = False, stays
            self.hold = hold = Hold.begin(labels, self.environ, self.engines, self.real)
            way = self.way(plan, known, labels)

            def undo(error: BaseException, again: bool) -> None:
                hold.unsure = way.unsure
                self.end_after(error, keep=not again)

            def finish() -> None:
                if stays:
                    hold.stand(ttl)

            is_done = self.attempt(way, finish, undo)
        if not is_done:
            self.begin(stays=stays, ttl=ttl)

    def attempt(self, way: BringingUp, finish: Callable[[], None], undo: Undo) -> bool:
        """Walk a way and finish; return False where a damaged snapshot was in it.

        Whatever goes wrong is undone. What is damaged is removed, so that the next attempt makes it
        anew; anything else is raised.
        """
        try:
            self.walk(way)
            finish()
        except BaseException as error:
            damaged = self.planner.damaged(way.plan, error, way.limit)
            undo(error, bool(damaged))
            if not damaged:
                raise
            self.planner.distrust(damaged)
            return False
        return True

    def stand(self, *, ttl: float, fresh: bool, restart: Collection[str]) -> None:
        """Bring it up to stay, or bring what is up up to date, when it is our turn."""
        refuse_to_restart(self.manifest, restart)
        with self.turn(identity(self.manifest)):
            run = self.standing()
            self.planner.place(run)
            if run:
                self.change(run, ttl, fresh=fresh, restart=restart)
            elif restart:
                raise UsageError(
                    f"nothing of {self.manifest.name} is up, so nothing can be restarted",
                    hint="bring it up with: greenroom up",
                )
            else:
                self.begin(stays=True, ttl=ttl)

    def turn(self, name: str, doing: str = BRINGING_UP) -> AbstractContextManager[None]:
        """Wait until nobody else is doing the same under this name."""
        text = f"another greenroom is {doing}; waiting until it has done so"
        return turn(name, self.environ, self.limit, self.planner.noticing(text), doing)

    def join_what_stands(self) -> bool:
        """Join what is up if it is as the manifest wants it now; whether that was so."""
        run = self.standing()
        if not run:
            return False
        self.planner.place(run)
        if change := self.planner.difference(run):
            text = f"{run.id} is up, but not joined: {change}; greenroom up would apply that"
            self.planner.noticing(text)()
            return False
        self.join(run)
        return True

    def join(self, run: Run) -> None:
        """Use a run that is up: as long as we do, its end waits.

        Raises UsageError where the manifest has put something on another engine since.
        """
        self.planner.place(run)
        brought = Brought.found(run, self.manifest, self.engines)
        self.hold = Hold.join(run.id, self.environ, self.engines)
        self.brought, self.joined, self.stays = brought, True, run.stays

    # Changes.

    def change(
        self, run: Run, ttl: float, *, fresh: bool = False, restart: Collection[str] = ()
    ) -> None:
        """Make of what is up what is wanted; when that fails, what was kept stays."""
        planned = self.planner.planned(run, self.limit, fresh=fresh, restart=restart)
        with planned as (plan, known):
            self.joined = self.stays = True
            # What the manifest does not name any more may be on an engine that it needs no more.
            engines = with_engines(self.engines, (one.engine for one in run.things), self.environ)
            self.hold = hold = Hold.join(run.id, self.environ, engines)
            self.tell(compared(run.id, plan))
            hold.change(step.subject for step in plan.steps if isinstance(step, Start | StartRelay))
            way = self.way(plan, known, self.labels(run))
            is_done = self.attempt(
                way,
                finish=lambda: self.forget_slices(plan, run.id),
                undo=lambda error, _again: self.undo(way, hold, error),
            )
        if not is_done:
            self.stand_again(ttl)
            return
        hold.stand(max(ttl, (run.claim.end or 0.0) - time.time()))

    def forget_slices(self, plan: Plan, run: str) -> None:
        """Forget the slices of what was made anew."""
        anew = [step.instance.resource for step in plan.steps if isinstance(step, Start)]
        if self.real and anew:
            Registry(run_folder(run, self.environ)).forget(anew)

    def stand_again(self, ttl: float) -> None:
        """Make up for what was undone because a snapshot was damaged."""
        run = self.standing()
        if run:
            self.change(run, ttl)
        else:
            self.begin(stays=True, ttl=ttl)

    def reset(self, names: Collection[str]) -> None:
        """Bring resources back to their seeded state: from their templates, or by a new start.

        Of several who do so at the same moment, one does so after the other.
        """
        brought = self.brought
        if brought is None:
            raise UsageError("the environment is not up", hint="use `with Environment(...)`")
        found = resettable(self.manifest, brought, names)
        for copier in found.copiers:
            try:
                self.reset_in_place(copier)
            finally:
                copier.close()
        if found.others:
            # What `up` has made, another `up` may be changing: that has its turn by the manifest.
            with self.turn(identity(self.manifest) if self.stays else brought.run):
                self.remake(found.others)

    def reset_in_place(self, copier: Copier) -> None:
        """Copy a resource's template over it, and tell of that."""
        name, run = copier.instance.resource, copier.found.run
        step, cause = f"reset {name}", "somebody asked for it"
        with self.turn(f"reset-{run}-{name}", f"resetting {name}"):
            began = time.monotonic()
            self.tell(StepStarted(at=time.time(), step=step, subject=name, cause=cause))
            copier.reset(Deadline.after(RESET_SECONDS))
            taken = time.monotonic() - began
            self.tell(StepDone(at=time.time(), step=step, subject=name, seconds=taken))

    def remake(self, names: Collection[str]) -> None:
        """Start these anew in the run that we use; all else stays."""
        assert self.hold is not None
        hold = self.hold
        run = Run(hold.run, tuple(listed(hold.engines, hold.run)))
        with self.planner.planned(run, self.limit, restart=names) as (plan, known):
            hold.change(step.subject for step in plan.steps if isinstance(step, Start))
            way = self.way(plan, known, self.labels(run))

            def undo(_error: BaseException, again: bool) -> None:
                if again:
                    remove_things(self.manifest.name, way.begun, hold.engines, self.tell)

            is_done = self.attempt(way, finish=lambda: hold.change(()), undo=undo)
        if not is_done:
            self.remake(names)

    def anew(self) -> tuple[str, ...]:
        """Return what is being made anew in the run that we use, whoever does so."""
        return self.hold.unfinished if self.hold else ()

    def undo(self, way: BringingUp, hold: Hold, error: BaseException) -> None:
        """Remove what was started in vain, unless it is to be kept; the rest stays."""
        if not self.keep.applies(failed=True):
            for failure in remove_things(self.manifest.name, way.begun, hold.engines, self.tell):
                error.add_note(f"{failure.step}: {failure.message}")
        error.add_note(
            "what was kept is still up; mend the cause and repeat greenroom up, or remove it all "
            f"with: greenroom down {hold.run}"
        )
        self.end()

    # The way.

    def labels(self, run: Run) -> RunLabels:
        """Return the labels of what is added to a run by the manifest as it is now."""
        return replace(run.run_labels, instead=self.manifest.instead)

    def way(self, plan: Plan, known: Facts, labels: RunLabels) -> BringingUp:
        """Return the way up by this plan, on all engines that may have something of the run."""
        assert self.hold is not None
        return BringingUp(
            self.manifest,
            plan,
            known,
            self.hold.engines,
            labels,
            tell=self.tell,
            environ=self.environ,
            limit=self.limit,
        )

    def walk(self, way: BringingUp) -> None:
        """Walk the way, and remove what others have left while we wait."""
        self.last_way = way
        with self.sweeping():
            self.brought = way.walk()
        snapshotting.note_use(list(snapshotting.restored(way.plan).values()), self.environ)
        if any(isinstance(step, BuildImage) for step in way.plan.steps):
            self.trim()
        if any(isinstance(step, StoreSnapshot) for step in way.plan.steps):
            self.trim_snapshots()

    def sweeping(self) -> AbstractContextManager[None]:
        """Sweep on the side where there is anything real."""
        if not self.real or self.hold is None:
            return nullcontext()
        return sweeping(self.hold.engines, self.environ, self.tell)

    def trim(self) -> None:
        """Remove the oldest of the built images when they take too much; no matter if not now."""
        for engine in self.engines.values():
            if isinstance(engine, Images):
                with suppress(GreenroomError, TimedOut):
                    trim(engine)

    def trim_snapshots(self) -> None:
        """Remove the snapshots not used for longest when they take too much."""
        for engine in snapshotting.keepers(self.engines):
            with suppress(GreenroomError, TimedOut):
                snapshotting.trim(engine, self.environ)

    # The end.

    def end(self, *, failed: bool = False, hurry: bool = False, keep: bool = True) -> None:
        """Remove everything, or keep it when that is wanted; leave what was only joined.

        In a `hurry`, what an engine does not remove soon is left to the watchdog. Without `keep` it
        is removed, whatever else was wanted.
        """
        hold, brought = self.hold, self.brought
        self.hold = self.brought = None
        if hold is None:
            return
        if self.joined:
            hold.let_go()
            return
        try:
            # What is tried again at once has not come to its end.
            if keep:
                self.look(hold, brought, hurry=hurry)
        finally:
            if keep and self.keep.applies(failed=failed):
                self.tell(hold.keep(failed=failed))
            else:
                hold.remove(self.manifest.name, self.tell, hurry=hurry)

    def look(self, hold: Hold, brought: Brought | None, *, hurry: bool) -> None:
        """Let whoever wants to look while everything stands; what fails in that is only told."""
        if self.before_end is None:
            return
        seen = brought or self.last_way
        try:
            self.before_end(
                last_look(
                    hold.run,
                    hold.engines,
                    self.manifest,
                    known=seen.instances.values() if seen else (),
                    directory=seen.directory if seen else None,
                    facts=self.last_way.known.engines if self.last_way else None,
                    hurry=hurry,
                    tell=self.tell,
                )
            )
        except Exception as error:
            words = str(error) or type(error).__name__
            text = f"the last look at {hold.run} was broken off: {words}"
            self.tell(Noticed(at=time.time(), text=text))

    def end_after(self, error: BaseException, *, keep: bool = True) -> None:
        """End it because of an error, on which is noted what could not be removed."""
        try:
            self.end(failed=True, hurry=not isinstance(error, StepFailed), keep=keep)
        except GreenroomError as left:
            error.add_note(f"{left.message}\n{left.hint}".rstrip())
