"""How an environment begins, is changed, and ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace

from orchestrator.engines.engine import Engine, Images
from orchestrator.errors import GreenroomError, StepFailed, UsageError
from orchestrator.host import facts
from orchestrator.host.lease import run_folder
from orchestrator.host.owner import TIME_TO_LIVE, identity, new_labels
from orchestrator.host.turn import turn
from orchestrator.lifecycle import placing, snapshotting
from orchestrator.lifecycle.bringing_up import BringingUp, Brought, compared
from orchestrator.lifecycle.executor import Tell
from orchestrator.lifecycle.pruning import trim
from orchestrator.lifecycle.removal import listed, remove_things
from orchestrator.lifecycle.resetting import RESET_SECONDS, refuse_to_restart, resettable
from orchestrator.lifecycle.survey import Run, survey
from orchestrator.lifecycle.sweeping import sweeping
from orchestrator.model.event import Noticed
from orchestrator.model.facts import Facts
from orchestrator.model.launch import RunLabels
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import PROCESS
from orchestrator.model.step import (
    BuildImage,
    ChangeKind,
    Plan,
    Start,
    StartRelay,
    StoreSnapshot,
)
from orchestrator.plan import plan_up
from orchestrator.plan.relay import engines as needed_engines
from orchestrator.slicing.registry import Registry
from orchestrator.waiting import Deadline, Stop, TimedOut
from orchestrator.watchdog.hold import Hold, Keep


@dataclass
class Lifetime:
    """One environment's way from nothing to nothing; `brought` is what is up, and where.

    Within `timeout` seconds everything must be ready. `real` tells that the engines are, so that a
    watchdog sees to the end; `tell` takes every event. With `snapshots` seeded state is restored
    where it is kept already, and else kept; `distrusted` are those that were found damaged. `stop`
    ends a way up from another thread.
    """

    manifest: Manifest
    profiles: tuple[str, ...]
    engines: Mapping[str, Engine]
    real: bool
    environ: Mapping[str, str]
    timeout: float
    keep: Keep
    tell: Tell
    snapshots: bool = True
    hold: Hold | None = None
    brought: Brought | None = None
    joined: bool = False
    distrusted: frozenset[str] = frozenset()
    placed: bool = False
    reason: str = ""
    stop: Stop = field(default_factory=Stop)

    @property
    def limit(self) -> Deadline:
        """Return the limit of a way up that begins now.

        What fails on it gives the order to stop to all of it, and to nothing that comes after.
        """
        return Deadline.after(self.timeout, self.stop.below())

    # What would be done.

    def plan_offline(self) -> Plan:
        """Return what would be done in a world of which nothing is known."""
        return plan_up(self.manifest, facts.offline(self.environ), self.profiles)

    def plan(self) -> Plan:
        """Return what would be done now."""
        run = self.standing()
        self.place(run)
        return plan_up(self.manifest, self.facts(run), self.profiles)

    def place(self, run: Run | None = None) -> None:
        """Put everything where it is to run: as in the run, or where there is an engine for it."""
        if self.placed:
            return
        if run:
            self.manifest = placing.as_in(run, self.manifest)
        else:
            found = placing.place(self.manifest, self.engines, self.environ, self.profiles)
            self.manifest, self.reason = found.manifest, found.reason
        needed = needed_engines(self.manifest.resources)
        self.engines = {name: one for name, one in self.engines.items() if name in needed}
        self.placed = True

    def facts(self, run: Run | None = None) -> Facts:
        """Gather what planning has to know; what is up of `run` is to be kept where it can be."""
        standing = run.standing if run else {}
        asked = self.snapshots and snapshotting.wanted(self.environ)
        found = facts.gather(
            self.manifest,
            self.engines,
            self.environ,
            standing,
            profiles=self.profiles,
            snapshots=asked,
        )
        engines = {
            name: replace(one, reason=self.reason) if name == PROCESS else one
            for name, one in found.engines.items()
        }
        return replace(found, engines=engines, snapshots=found.snapshots - self.distrusted)

    def standing(self) -> Run | None:
        """Return what an earlier `greenroom up` made of this manifest, if it is up."""
        if not self.real:
            return None
        runs = survey(self.environ).of(identity(self.manifest))
        there = [run for run in runs if run.is_ready]
        return max(there, key=lambda run: run.healthy, default=None)

    def difference(self, run: Run) -> str:
        """Return in words how a run of this manifest differs from what it says now, if it does."""
        changes = plan_up(self.manifest, self.facts(run), self.profiles).changes
        words = [f"{one.instance}: {one.cause}" for one in changes if one.kind != ChangeKind.KEPT]
        return ", ".join(words)

    # The beginning.

    def begin(self, *, stays: bool = False, ttl: float = TIME_TO_LIVE) -> None:
        """Bring it up; when that fails, nothing of the run is left, or all of it is kept."""
        self.place()
        damaged: dict[str, str] = {}
        with self.planned(
            self.facts, lambda known: plan_up(self.manifest, known, self.profiles)
        ) as (plan, known):
            labels = new_labels(self.manifest, stays=stays, ttl=ttl)
            self.hold = hold = Hold.begin(labels, self.environ, self.engines, self.real)
            way = self.way(plan, known, labels)
            try:
                self.walk(way)
                if stays:
                    hold.stand(ttl)
            except BaseException as error:
                hold.unsure = way.unsure
                damaged = self.damaged(way, error)
                self.end_after(error, keep=not damaged)
                if not damaged:
                    raise
        if damaged:
            self.rebuild(damaged)
            self.begin(stays=stays, ttl=ttl)

    # Snapshots.

    @contextmanager
    def planned(
        self, gather: Callable[[], Facts], make: Callable[[Facts], Plan]
    ) -> Iterator[tuple[Plan, Facts]]:
        """Plan, and have the turn of making each snapshot that is made in it.

        What somebody else has made while we waited for our turn is found by planning once more.
        """
        known = gather()
        plan = make(known)
        text = "another greenroom is making the same snapshot; waiting until it is there"
        with ExitStack() as stack:
            turns = snapshotting.turns(plan, self.environ, self.limit, self.noticing(text))
            match stack.enter_context(turns):
                case snapshotting.Had.AFTER_ANOTHER:
                    known = gather()
                    plan = make(known)
                    if not snapshotting.made(plan):
                        # All who have waited restore it at the same time.
                        stack.close()
                case snapshotting.Had.NOT_AT_ALL:
                    known = replace(known, keeps_snapshots=False, snapshots=frozenset())
                    plan = make(known)
            yield plan, known

    def noticing(self, text: str) -> Callable[[], None]:
        """Return what tells this."""
        return lambda: self.tell(Noticed(at=time.time(), text=text))

    def damaged(self, way: BringingUp, error: BaseException) -> dict[str, str]:
        """Return the snapshots because of which a way up has failed, by instance."""
        if not isinstance(error, StepFailed) or way.limit.passed:
            return {}
        verb, _, instance = error.step.partition(" ")
        key = snapshotting.restored(way.plan).get(instance)
        return {instance: key} if key and verb in ("restore", "ready") else {}

    def rebuild(self, damaged: Mapping[str, str]) -> None:
        """Remove what is damaged, so that it is made anew."""
        self.distrusted |= frozenset(damaged.values())
        for instance, key in damaged.items():
            text = f"{instance} cannot be restored from snapshot {key}; it is seeded anew"
            self.noticing(text)()
            for engine in snapshotting.keepers(self.engines):
                with suppress(GreenroomError, TimedOut):
                    snapshotting.remove(engine, key, self.environ)

    def stand(self, *, ttl: float, fresh: bool, restart: Collection[str]) -> None:
        """Bring it up to stay, or bring what is up up to date, when it is our turn."""
        refuse_to_restart(self.manifest, restart)
        with self.turn():
            run = self.standing()
            self.place(run)
            if run:
                self.change(run, ttl, fresh=fresh, restart=restart)
            elif restart:
                raise UsageError(
                    f"nothing of {self.manifest.name} is up, so nothing can be restarted",
                    hint="bring it up with: greenroom up",
                )
            else:
                self.begin(stays=True, ttl=ttl)

    def turn(self) -> AbstractContextManager[None]:
        """Wait until nobody else brings this manifest up."""
        text = "another greenroom is bringing this manifest up; waiting until it has done so"
        return turn(identity(self.manifest), self.environ, self.limit, self.noticing(text))

    def join_what_stands(self) -> bool:
        """Join what is up if it is as the manifest wants it now; whether that was so."""
        run = self.standing()
        if not run:
            return False
        self.place(run)
        if change := self.difference(run):
            text = f"{run.id} is up, but not joined: {change}; greenroom up would apply that"
            self.noticing(text)()
            return False
        self.join(run)
        return True

    def join(self, run: Run) -> None:
        """Use a run that is up: as long as we do, its end waits."""
        self.place(run)
        self.hold = Hold.join(run.id, self.environ, self.engines)
        self.brought = Brought.found(run, self.manifest, self.engines)
        self.joined = True

    # Changes.

    def change(self, run: Run, ttl: float, *, fresh: bool, restart: Collection[str]) -> None:
        """Make of what is up what is wanted; when that fails, what was kept stays."""

        def make(known: Facts) -> Plan:
            return plan_up(self.manifest, known, self.profiles, fresh=fresh, restart=restart)

        damaged: dict[str, str] = {}
        with self.planned(lambda: self.facts(run), make) as (plan, known):
            self.joined = True
            self.hold = hold = Hold.join(run.id, self.environ, self.engines)
            self.tell(compared(run.id, plan))
            hold.change(step.subject for step in plan.steps if isinstance(step, Start | StartRelay))
            way = self.way(plan, known, run.run_labels)
            try:
                self.walk(way)
                self.forget_slices(plan, run.id)
            except BaseException as error:
                self.undo(way, hold, error)
                damaged = self.damaged(way, error)
                if not damaged:
                    raise
        if damaged:
            self.rebuild(damaged)
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
            self.change(run, ttl, fresh=False, restart=())
        else:
            self.joined = False
            self.begin(stays=True, ttl=ttl)

    def reset(self, names: Collection[str]) -> None:
        """Bring resources back to their seeded state: from their templates, or by a new start."""
        brought = self.brought
        if brought is None:
            raise UsageError("the environment is not up", hint="use `with Environment(...)`")
        found = resettable(self.manifest, brought, names)
        for copier in found.copiers:
            try:
                copier.reset(Deadline.after(RESET_SECONDS))
            finally:
                copier.close()
        if found.others:
            self.remake(found.others)

    def remake(self, names: Collection[str]) -> None:
        """Start these anew in the run that we use; all else stays."""
        assert self.brought is not None
        assert self.hold is not None
        hold = self.hold
        run = Run(hold.run, tuple(listed(hold.engines, hold.run)))

        def make(known: Facts) -> Plan:
            return plan_up(self.manifest, known, self.profiles, restart=names)

        damaged: dict[str, str] = {}
        with self.planned(lambda: self.facts(run), make) as (plan, known):
            hold.change(step.subject for step in plan.steps if isinstance(step, Start))
            way = self.way(plan, known, run.run_labels)
            try:
                self.brought = way.walk()
            except StepFailed as error:
                damaged = self.damaged(way, error)
                if not damaged:
                    raise
        if damaged:
            remove_things(self.manifest.name, way.begun, hold.engines, self.tell)
            self.rebuild(damaged)
            self.remake(names)
            return
        hold.change(())

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

    def way(self, plan: Plan, known: Facts, labels: RunLabels) -> BringingUp:
        """Return the way up by this plan."""
        return BringingUp(
            self.manifest,
            plan,
            known,
            self.engines,
            labels,
            tell=self.tell,
            environ=self.environ,
            limit=self.limit,
        )

    def walk(self, way: BringingUp) -> None:
        """Walk the way, and remove what others have left while we wait."""
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
                with suppress(GreenroomError):
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
        hold, self.hold, self.brought = self.hold, None, None
        if hold is None:
            return
        if self.joined:
            hold.let_go()
        elif keep and self.keep.applies(failed=failed):
            self.tell(hold.keep(failed=failed))
        else:
            hold.remove(self.manifest.name, self.tell, hurry=hurry)

    def end_after(self, error: BaseException, *, keep: bool = True) -> None:
        """End it because of an error, on which is noted what could not be removed."""
        try:
            self.end(failed=True, hurry=not isinstance(error, StepFailed), keep=keep)
        except GreenroomError as left:
            error.add_note(f"{left.message}\n{left.hint}".rstrip())
