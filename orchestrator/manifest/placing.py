"""Puts what a manifest names on the engines where it is to run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import PROCESS, Resource


def on_host(resource: Resource) -> Resource:
    """Return the same server as a process of this host, without a container."""
    form = resource.as_process
    assert form is not None, f"{resource.name} cannot be a process of this host"
    return replace(
        resource,
        engine=PROCESS,
        image=None,
        command=form.command,
        env=form.env,
        files=form.files,
        ports=form.ports,
        tmpfs=(),
    )


def movable(manifest: Manifest) -> list[str]:
    """Return the names of what runs in containers and could as well run without."""
    resources = manifest.resources.values()
    return [one.name for one in resources if one.contained and not one.bound and not one.on]


def placed(manifest: Manifest, names: Collection[str]) -> Manifest:
    """Return the manifest with these servers as processes of this host."""
    moved = {name: on_host(one) for name, one in manifest.resources.items() if name in names}
    resources = {**manifest.resources, **moved}
    tenants = {
        name: replace(one, engine=moved[one.on].engine, ports=moved[one.on].ports)
        for name, one in resources.items()
        if one.on in moved
    }
    return replace(manifest, resources={**resources, **tenants})
