"""Plans for one manifest, in the world as it is now: what is where, what is known, what is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace

from orchestrator.engines.engine import Engine
from orchestrator.errors import GreenroomError, StepFailed
from orchestrator.host import facts
from orchestrator.lifecycle import fetching, placing, snapshotting
from orchestrator.lifecycle.executor import Tell
from orchestrator.lifecycle.survey import Run
from orchestrator.model.event import Noticed
from orchestrator.model.facts import Facts
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import PROCESS
from orchestrator.model.step import ChangeKind, Plan
from orchestrator.plan import plan_up
from orchestrator.plan.fetching import never_pulled
from orchestrator.plan.locking import gone, unlocked
from orchestrator.plan.relay import engines as needed_engines
from orchestrator.plan.selection import RESTART, taking_part
from orchestrator.waiting import Deadline, TimedOut


@dataclass
class Planner:
    """All that planning stands on.

    With `snapshots` seeded state is restored where it is kept already, and else kept; `distrusted`
    are those that were found damaged. Once it is `placed`, the manifest says of everything where
    it runs, and `engines` are those that are needed; `reason` says why that is not where it
    usually would be.
    """

    manifest: Manifest
    profiles: tuple[str, ...]
    engines: Mapping[str, Engine]
    environ: Mapping[str, str]
    tell: Tell
    snapshots: bool = True
    distrusted: frozenset[str] = frozenset()
    placed: bool = False
    reason: str = ""

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
        found = facts.gather(
            self.manifest,
            self.engines,
            self.environ,
            run.standing if run else {},
            profiles=self.profiles,
            snapshots=self.snapshots and snapshotting.wanted(self.environ),
        )
        engines = {
            name: replace(one, reason=self.reason) if name == PROCESS else one
            for name, one in found.engines.items()
        }
        return replace(found, engines=engines, snapshots=found.snapshots - self.distrusted)

    def plan(self, known: Facts, *, fresh: bool = False, restart: Collection[str] = ()) -> Plan:
        """Return what leads from what is known to what the manifest wants.

        Raises LockError when there is a lock, and it does not name all images that take part, and
        ImageUnavailable when an image is needed that is not there and cannot or must not be pulled.
        """
        there = taking_part(self.manifest, self.profiles, dict.fromkeys(restart, RESTART))
        if missing := unlocked([self.manifest.resources[name] for name in there], known):
            raise fetching.not_locked(missing, known)
        plan = plan_up(self.manifest, known, self.profiles, fresh=fresh, restart=restart)
        if missing := gone(plan, self.manifest.resources, known):
            raise fetching.locked_and_gone(missing, known)
        if missing := never_pulled(plan, self.manifest.resources, known):
            raise fetching.not_to_be_pulled(missing)
        return plan

    def plan_offline(self) -> Plan:
        """Return what would be done in a world of which nothing is known."""
        return self.plan(facts.offline(self.manifest, self.environ))

    def difference(self, run: Run) -> str:
        """Return in words how a run of this manifest differs from what it says now, if it does."""
        changes = self.plan(self.facts(run)).changes
        words = [f"{one.instance}: {one.cause}" for one in changes if one.kind != ChangeKind.KEPT]
        return ", ".join(words)

    @contextmanager
    def planned(
        self,
        run: Run | None,
        limit: Deadline,
        *,
        fresh: bool = False,
        restart: Collection[str] = (),
    ) -> Iterator[tuple[Plan, Facts]]:
        """Plan, and have the turn of making each snapshot that is made in it.

        What somebody else has made while we waited for our turn is found by planning once more.
        Raises ManifestError for mistakes in the seeds that are to be put in, as far as they can be
        known before anything runs.
        """

        def made(known: Facts) -> tuple[Plan, Facts]:
            return self.plan(known, fresh=fresh, restart=restart), known

        from orchestrator.seeding.checking import refuse_mistakes

        plan, known = made(self.facts(run))
        refuse_mistakes(plan, self.manifest)
        text = "another greenroom is making the same snapshot; waiting until it is there"
        with ExitStack() as stack:
            turns = snapshotting.turns(plan, self.environ, limit, self.noticing(text))
            match stack.enter_context(turns):
                case snapshotting.Had.AFTER_ANOTHER:
                    plan, known = made(self.facts(run))
                    if not snapshotting.made(plan):
                        # All who have waited restore it at the same time.
                        stack.close()
                case snapshotting.Had.NOT_AT_ALL:
                    plan, known = made(replace(known, keeps_snapshots=False, snapshots=frozenset()))
            yield plan, known

    def damaged(self, plan: Plan, error: BaseException, limit: Deadline) -> dict[str, str]:
        """Return the snapshots because of which a way up has failed, by instance."""
        if not isinstance(error, StepFailed) or limit.passed:
            return {}
        verb, _, instance = error.step.partition(" ")
        key = snapshotting.restored(plan).get(instance)
        return {instance: key} if key and verb in ("restore", "ready") else {}

    def distrust(self, damaged: Mapping[str, str]) -> None:
        """Remove what is damaged, so that it is made anew."""
        self.distrusted |= frozenset(damaged.values())
        for instance, key in damaged.items():
            text = f"{instance} cannot be restored from snapshot {key}; it is seeded anew"
            self.noticing(text)()
            for engine in snapshotting.keepers(self.engines):
                with suppress(GreenroomError, TimedOut):
                    snapshotting.remove(engine, key, self.environ)

    def noticing(self, text: str) -> Callable[[], None]:
        """Return what tells this."""
        return lambda: self.tell(Noticed(at=time.time(), text=text))
