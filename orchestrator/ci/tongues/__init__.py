"""How each CI system wants to be spoken to, chosen by the variables that it sets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orchestrator.ci.tongues.azure import Azure
from orchestrator.ci.tongues.buildkite import Buildkite
from orchestrator.ci.tongues.github import GitHub
from orchestrator.ci.tongues.gitlab import GitLab
from orchestrator.ci.tongues.plain import Plain
from orchestrator.ci.tongues.teamcity import TeamCity
from orchestrator.ci.tongues.tongue import Append, Call, Deed, Say, Tongue

__all__ = ["Append", "Call", "Deed", "Say", "Tongue", "tongue_of"]


def tongue_of(environ: Mapping[str, str], here: str | None = None) -> Tongue:
    """Return the tongue of the CI system whose variables these are, the plain one elsewhere.

    `here` is the folder from which the record names files, the present one if it is not given.
    """
    folder = str(Path.cwd()) if here is None else here
    match environ:
        case {"GITHUB_ACTIONS": "true"}:
            return GitHub(environ, folder)
        case {"GITLAB_CI": "true"}:
            return GitLab(environ, folder)
        case {"BUILDKITE": "true"}:
            return Buildkite(environ)
        case {"TF_BUILD": "True" | "true"}:
            return Azure(folder)
        case {"TEAMCITY_VERSION": version} if version:
            return TeamCity(folder)
        case _:
            return Plain()
