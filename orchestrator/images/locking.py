"""What a lock file has to say: asked of the engine, and of registries where that does not know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from orchestrator.errors import EngineError, GreenroomError
from orchestrator.images.looking import ImageEngine, at_once
from orchestrator.lifecycle.fetching import Fetching
from orchestrator.model.lock import Lock
from orchestrator.model.resource import Resource
from orchestrator.plan.images import prefixed
from orchestrator.plan.locking import lockable
from orchestrator.plan.words import listed, plural
from orchestrator.waiting import Deadline


@dataclass(frozen=True)
class Change:
    """What is different about one image, in words."""

    image: str
    words: str

    def __str__(self) -> str:
        return f"{self.image}: {self.words}"


class Locking:
    """Finds out which images names mean.

    A name that the `old` lock has keeps its digest, unless that is to be looked up anew (`update`).
    Else it means what is here: that is what was tested last. Only of what is not here is a registry
    asked.
    """

    def __init__(
        self,
        engine: ImageEngine,
        fetching: Fetching,
        deadline: Deadline,
        *,
        prefix: str,
        old: Lock | None,
        update: bool,
    ) -> None:
        self._engine, self._fetching, self._deadline = engine, fetching, deadline
        self._prefix, self._update = prefix, update
        self._old = old

    def lock(self, path: str, names: Iterable[str]) -> Lock:
        """Return the lock of these names. Raises the first failure, with the others as notes."""
        wanted = sorted(names)
        found = dict(zip(wanted, at_once(self._either, wanted, self._deadline), strict=True))
        failures = [each for each in found.values() if isinstance(each, GreenroomError)]
        if failures:
            first, *others = failures
            for other in others:
                first.add_note(f"{other.message}\nnext: {other.hint}")
            raise first
        pairs = {name: each for name, each in found.items() if isinstance(each, tuple)}
        digests = {name: digest for name, (digest, _) in pairs.items() if digest}
        return Lock(path, digests, {name: id_ for name, (_, id_) in pairs.items() if id_})

    def _either(self, name: str) -> tuple[str, str] | GreenroomError:
        try:
            return self._meant(name)
        except GreenroomError as error:
            return error

    def _meant(self, name: str) -> tuple[str, str]:
        """Return the digest that a name means, or, of what came from no registry, the id."""
        old = self._old.digests.get(name) if self._old else None
        if old and not self._update:
            return old, ""
        asked = prefixed(name, self._prefix)
        present = self._engine.registries.present_image(asked, self._deadline)
        known = present.digests_in(asked) if present else ()
        if present and not known:
            return "", present.id
        if len(known) == 1 and not self._update:
            return known[0], ""
        try:
            found = self._fetching.digest(asked, self._engine.registries, self._deadline)
        except EngineError:
            if self._update or not known:
                raise
            found = known[0]
        # The same bytes may be part of several indexes, and any of them is as good here.
        return (found if self._update or not known or found in known else known[0]), ""


def differences(lock: Lock | None, resources: Iterable[Resource], path: str) -> Iterator[Change]:
    """Yield how a lock differs from what a manifest names; nobody is asked for that."""
    wanted = lockable(resources)
    known = lock.names if lock else frozenset[str]()
    for name, users in wanted.items():
        if name not in known:
            yield Change(
                name, f"{path} does not name it, and {listed(users)} need{plural(users)} it"
            )
    for name in sorted(known - wanted.keys()):
        yield Change(name, f"{path} names it, and nothing needs it")


def changes(old: Lock | None, new: Lock) -> Iterator[Change]:
    """Yield what a new lock says otherwise than the old one."""
    before = _all(old) if old else {}
    after = _all(new)
    for name, meant in after.items():
        if name not in before:
            yield Change(name, f"locked to {meant}")
        elif before[name] != meant:
            yield Change(name, f"was {before[name]}, and is {meant}")
    for name in sorted(before.keys() - after.keys()):
        yield Change(name, "locked no more: nothing needs it")


def _all(lock: Lock) -> Mapping[str, str]:
    ids = {name: f"the id {id_}" for name, id_ in lock.ids.items()}
    return dict(sorted({**lock.digests, **ids}.items()))
