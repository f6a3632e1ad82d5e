"""A living environment as its tests see it: every resource by name, and the variables they get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrator.addressing.resolve import resolve, variables
from orchestrator.addressing.route import Directory
from orchestrator.engines.engine import Engine
from orchestrator.lifecycle.running import RunningResource
from orchestrator.model.launch import RUN_VARIABLE, Found
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Instance


class View:
    """What whoever sees things by this directory sees: `view["ledger"].url`."""

    def __init__(
        self,
        manifest: Manifest,
        run: str,
        directory: Directory,
        instances: Mapping[Instance, Found],
        engines: Mapping[str, Engine],
    ) -> None:
        self.manifest = manifest
        self.run = run
        self.directory = directory
        self.instances = instances
        self.engines = engines

    @property
    def resources(self) -> dict[str, RunningResource]:
        """Every resource by name, in the manifest's order."""
        return {
            name: RunningResource(instance, self.directory, self.instances[instance], engine)
            for name, resource in self.directory.resources.items()
            if (instance := self.directory.instance(name)) in self.instances
            for engine in [self.engines[resource.engine]]
        }

    @property
    def variables(self) -> dict[str, str]:
        """What the tests' environment gets: every address, what `tests.env` says, GREENROOM_RUN."""
        own = {
            name: resolve(template, None, self.directory)
            for name, template in self.manifest.tests.env.items()
        }
        return {**variables(None, self.directory), **own, RUN_VARIABLE: self.run}

    def __getitem__(self, name: str) -> RunningResource:
        resources = self.resources
        try:
            return resources[name]
        except KeyError:
            names = ", ".join(resources)
            raise KeyError(f"no resource is called {name!r}; there are: {names}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)

    def __bool__(self) -> bool:
        """Return True: one without resources is still one."""
        return True
