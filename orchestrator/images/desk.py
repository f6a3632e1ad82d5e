"""Where all that can be done with a manifest's images is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.errors import LockError, UsageError
from orchestrator.host import facts as host_facts
from orchestrator.host.locks import lock_path, place_of, read_lock, write_lock
from orchestrator.host.manifests import shown_as
from orchestrator.images import carrying, mirroring
from orchestrator.images.carrying import Carrying
from orchestrator.images.locking import Change, Locking, changes, differences
from orchestrator.images.looking import ImageEngine, Listed
from orchestrator.images.mirroring import Copy
from orchestrator.images.needed import needed
from orchestrator.lifecycle.executor import Tell
from orchestrator.lifecycle.fetching import Fetching
from orchestrator.lifecycle.planner import Planner
from orchestrator.model.facts import Facts
from orchestrator.model.lock import Lock
from orchestrator.model.resource import Resource
from orchestrator.plan.locking import lockable
from orchestrator.plan.selection import taking_part
from orchestrator.waiting import Deadline

LOCK_SECONDS = 300.0
"""Within this time, registries have to say what all names mean."""


class Desk:
    """The images of one manifest, in all of the forms that it was asked for in (`--with`).

    Until it is `placed`, everything that can run in a container does so.
    """

    def __init__(self, planners: Sequence[Planner], tell: Tell, limit: Deadline) -> None:
        self._planners = planners
        self._tell, self._limit = tell, limit
        self.manifest = planners[0].manifest
        self._environ = planners[0].environ

    def place(self) -> str:
        """Put everything where it is to run; return why that is not where it usually would be."""
        for planner in self._planners:
            planner.place()
        return self._planners[0].reason

    @property
    def processes(self) -> list[str]:
        """Those that take part and run as processes, without images."""
        names = (one.name for one in self._there() if not one.contained and not one.adopted)
        return list(dict.fromkeys(names))

    @property
    def engine(self) -> ImageEngine:
        """The engine of containers. Raises UsageError where nothing runs in any."""
        return ImageEngine.of(self._planners[0].engines)

    def facts(self) -> Facts:
        """Return the user's mirror, and the lock. Raises LockError for one that cannot be read."""
        return host_facts.offline(self.manifest, self._environ)

    def look(self, known: Facts) -> list[Listed]:
        """Return each image that is needed, with what the engine has of it."""
        wanted = needed(self._there(), known)
        return self.engine.look(wanted) if wanted else []

    def pull(self, known: Facts, *, anew: bool = False) -> list[Listed]:
        """Fetch what is not here, `anew` also what is; return how it is now."""
        found = self.look(known)
        carrying.refuse(found, known)
        steps = list(carrying.pulls(found, anew=anew))
        if not steps:
            return found
        Carrying(self.engine, self._tell, self._limit).walk(self.manifest.name, steps)
        return self.look(known)

    def _there(self) -> list[Resource]:
        """Return what takes part, in any of the forms."""
        return [
            planner.manifest.resources[name]
            for planner in self._planners
            for name in taking_part(planner.manifest, planner.profiles)
        ]

    # The lock.

    @property
    def lock_name(self) -> str:
        """What the lock is called in messages."""
        path = lock_path(self.manifest)
        return shown_as(path) if path else ""

    def lock(self, *, update: bool = False) -> list[Change]:
        """Write the lock; return what it says otherwise than the one before.

        One that cannot be read is as good as none. Raises UsageError where there can be none, and
        ImageUnavailable when a registry does not say what a name means.
        """
        place_of(self.manifest)
        try:
            old = read_lock(self.manifest)
        except LockError:
            old = None
        new = self._resolved(old, update=update)
        write_lock(new, self.manifest)
        return list(changes(old, new))

    def check(self, *, update: bool = False) -> list[Change]:
        """Return how the lock differs from what it should say; without `update` nobody is asked.

        Raises LockError for one that cannot be read.
        """
        place_of(self.manifest)
        lock = read_lock(self.manifest)
        found = list(differences(lock, self._everything(), self.lock_name))
        if lock is None or found or not update:
            return found
        return list(changes(lock, self._resolved(lock, update=True)))

    def _resolved(self, old: Lock | None, *, update: bool) -> Lock:
        names = lockable(self._everything())
        if not names:
            raise UsageError(
                f"{self.manifest.name} takes no image from a registry, so nothing can be locked",
                hint="what is built is not locked, and neither is what names its digest itself",
            )
        locking = Locking(
            self.engine,
            Fetching(self._tell),
            self._limit.sooner(LOCK_SECONDS),
            prefix=host_facts.image_prefix(self._environ),
            old=old,
            update=update,
        )
        return locking.lock(self.lock_name, names)

    def _everything(self) -> list[Resource]:
        """Return all that a lock is for, whatever profile it belongs to."""
        return [one for planner in self._planners for one in planner.manifest.resources.values()]

    # Mirrors.

    def mirror(self, prefix: str, known: Facts) -> tuple[list[Copy], dict[str, str]]:
        """Copy Docker Hub's images to where this prefix finds them; return their digests there."""
        found = self.look(known)
        carrying.refuse(found, known)
        planned = mirroring.copies(found, prefix)
        carrier = Carrying(self.engine, self._tell, self._limit)
        carrier.walk(self.manifest.name, mirroring.steps(planned))
        return planned, carrier.digests
