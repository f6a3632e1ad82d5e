"""Which profiles are active; those that are asked for must be some resource's."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.model.manifest import Manifest


def active(named: list[str] | None) -> list[str]:
    """Return the profiles that are named, else those that the environment names."""
    from orchestrator.host.manifests import asked_profiles

    return named or asked_profiles(os.environ)


def check_profiles(manifest: Manifest, profiles: Collection[str] | None) -> None:
    """Raise UsageError for a profile that no resource has."""
    from orchestrator.manifest.words import did_you_mean, listed

    there = sorted({name for one in manifest.resources.values() for name in one.profiles})
    names = f"there are: {listed(there)}" if there else "the manifest has no profiles"
    for name in profiles or ():
        if name not in there:
            hint = did_you_mean(name, there, names).removeprefix("; ")
            raise UsageError(f"no resource has the profile {name}", hint=hint)
