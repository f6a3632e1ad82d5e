"""`follows`: who runs once for each slice, and who should."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from orchestrator.manifest.checks.names import Names
from orchestrator.manifest.checks.references import Use
from orchestrator.manifest.dependencies import dependencies
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.model.program import Service
from orchestrator.manifest.places import Path
from orchestrator.manifest.words import did_you_mean, quoted
from orchestrator.model.resource import Resource, TaskSeed


@dataclass(frozen=True)
class Follows:
    """Judges who follows whom; `resources` lacks those that nobody understood."""

    document: Document
    names: Names
    resources: Mapping[str, Resource]
    mistakes: Mistakes

    def check(self, uses: Iterable[Use]) -> None:
        """Tell what cannot be followed, and who cannot follow; warn of whoever should."""
        for section, name, entry in self.document.entries():
            if isinstance(entry, Service) and entry.follows:
                for word in entry.follows:
                    if message := self.target(name, word.text):
                        self.mistakes.add(word.path, message)
                if name in self.resources:
                    self.follower(self.resources[name], (section, name))
        for use in uses:
            self.warn(use)

    def target(self, name: str, other: str) -> str:
        """Return what is wrong with a name that is followed, empty when nothing is."""
        section = self.names.section(other)
        if other == name:
            return "a resource cannot follow itself"
        if section is None:
            near = did_you_mean(other, self.names.sections)
            return f"no resource is called {quoted(other)}{near}"
        if section in ("services", "tasks"):
            return f"{other} stands in {section}; only databases and brokers have slices"
        found = self.resources.get(other)
        if found and not found.sliced:
            return f'{other} has no slices to follow; give it "isolation: test" or "worker"'
        return ""

    def follower(self, resource: Resource, path: Path) -> None:
        """Tell what cannot be of which there are several."""
        for port in resource.ports:
            if port.host:
                self.mistakes.note(
                    (*path, "ports"),
                    f"each slice has an instance of its own, and only one can have the host port "
                    f'{port.host}; leave out "host" or "follows"',
                )
        if any(isinstance(seed, TaskSeed) for seed in resource.seeds):
            self.mistakes.note((*path, "seed"), "a service that follows cannot be seeded by a task")
        for other in self.beside(resource):
            self.mistakes.note(
                (*path, "follows"),
                f"{resource.name} runs in a container and refers to {other}, a process on this "
                "host; one that follows cannot do that yet, so give one of them the other's engine",
            )

    def beside(self, resource: Resource) -> Iterator[str]:
        """Yield the processes on this host that a container refers to."""
        for needed in dependencies(resource) if resource.contained else ():
            other = self.resources.get(needed.name)
            if other and other.on_host:
                yield other.name

    def warn(self, use: Use) -> None:
        """Warn of a service that uses a slice's resource, or what follows one, for all tests."""
        user = self.resources.get(use.owner or "")
        used = self.resources.get(use.reference.resource)
        if user is None or used is None or user.section != "services" or user is used:
            return
        missing = [name for name in slices_of(used) if name not in user.follows]
        if missing:
            names = ", ".join(missing)
            self.mistakes.warn(
                use.path,
                f"{user.name} uses {used.name}, of which tests get slices, but what it does there "
                f'no test will see in its slice; give {user.name} "follows: [{names}]"',
            )


def slices_of(resource: Resource) -> tuple[str, ...]:
    """Return the sliced resources that decide what one sees of it."""
    return (resource.name,) if resource.sliced else resource.follows
