"""When images are pulled, whatever a manifest says itself."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.errors import UsageError
from orchestrator.manifest.words import listed
from orchestrator.model.manifest import Manifest

POLICIES = ("missing", "always", "never")


def with_policy(manifest: Manifest, pull: str) -> Manifest:
    """Return the manifest with all its images pulled by this policy. Raises UsageError.

    Images that are built are none of them: what their Dockerfiles begin with is the builder's part.
    """
    if pull not in POLICIES:
        raise UsageError(f'"{pull}" is no way to pull', hint=f"it can be {listed(POLICIES, 'or')}")
    resources = {name: replace(one, pull=pull) for name, one in manifest.resources.items()}
    return replace(manifest, resources=resources)
