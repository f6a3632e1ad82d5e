"""A manifest from the command line becomes an environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.cli.durations import duration
from orchestrator.cli.profiles import active, check_profiles
from orchestrator.cli.session import Session

if TYPE_CHECKING:
    from orchestrator.environment import Environment
    from orchestrator.lifecycle.last_look import BeforeEnd
    from orchestrator.model.manifest import Manifest


def opened(
    manifest: str | None,
    profiles: list[str] | None,
    listening: Session | None = None,
    *,
    timeout: str | None = None,
    seconds: float | None = None,
    keep: str = "never",
    snapshots: bool = True,
    engine: str | None = None,
    pull: str | None = None,
    instead: Mapping[str, str] | None = None,
    run_modules: bool = True,
    before_end: BeforeEnd | None = None,
) -> Environment:
    """Return the environment of a manifest, told to this session; nothing is up yet.

    `instead` says what resources use instead of what the manifest says, by name.
    Everything must be ready within the `timeout`, or within so many `seconds`, if that is less.
    With `run_modules` its modules of testcontainers are asked what they will be, by running them.
    Raises UsageError for a manifest, a profile, a time or a way of keeping that does not exist,
    ManifestError with mistakes.
    """
    from orchestrator.environment import TIMEOUT, Environment
    from orchestrator.host import manifests
    from orchestrator.lifecycle.executor import ignore

    found: str | Manifest | None = manifest
    if not run_modules:
        path = manifests.find(manifest, Path.cwd())
        found = manifests.read(path, os.environ, engine=engine, run_modules=False, instead=instead)
    environment = Environment(
        found,
        profiles=profiles or (),
        timeout=min(duration(timeout, "--timeout") if timeout else TIMEOUT, seconds or TIMEOUT),
        keep=keep,
        snapshots=snapshots,
        engine=engine,
        pull=pull,
        instead=instead,
        listen=listening.listen if listening else ignore,
        before_end=before_end,
    )
    check_profiles(environment.manifest, active(profiles))
    return environment
