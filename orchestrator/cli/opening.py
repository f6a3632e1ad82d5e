"""A manifest from the command line becomes an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.cli.profiles import check_profiles
from orchestrator.cli.session import Session

if TYPE_CHECKING:
    from orchestrator.environment import Environment


def opened(
    manifest: str | None, profiles: list[str] | None, listening: Session | None = None
) -> Environment:
    """Return the environment of a manifest, told to this session; nothing is up yet.

    Raises UsageError for a manifest or a profile that does not exist, ManifestError with mistakes.
    """
    from orchestrator.environment import Environment, ignore

    listen = listening.listen if listening else ignore
    environment = Environment(manifest, profiles=profiles or (), listen=listen)
    check_profiles(environment.manifest, profiles)
    return environment
