"""`greenroom check`: every mistake of a manifest at once; its seeds too, where that is wanted."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, Manifest, Profiles
from orchestrator.cli.output import as_json, result
from orchestrator.cli.profiles import check_profiles
from orchestrator.errors import ManifestError

if TYPE_CHECKING:
    from orchestrator.checking import Finding
    from orchestrator.model import manifest as model

Seeds = Annotated[
    bool,
    typer.Option(
        "--seeds",
        help="Put the seeds into throw-away environments, and tell which make other data each "
        "time, which depend on the order, and which can be put in only once.",
    ),
]


def check(
    manifest: Manifest = None, profile: Profiles = None, seeds: Seeds = False, json: Json = False
) -> int:
    """Find every mistake in a manifest.

    Nothing is started, and no engine is asked, unless the seeds are to be looked at. The exit code
    is 65 when there are mistakes, or seeds that cannot be repeated.
    """
    from orchestrator.host import manifests
    from orchestrator.plan.selection import taking_part

    try:
        found = manifests.read(manifests.find(manifest, Path.cwd()), os.environ)
    except ManifestError as error:
        if not json:
            raise
        problems = [asdict(problem) for problem in error.problems]
        as_json({"ok": False, "problems": problems, "resources": []})
        return error.exit_code
    check_profiles(found, profile)
    names = list(taking_part(found, profile or ()))
    findings = looked_at(found, profile) if seeds else None
    wrong = any(finding.is_fault for finding in findings or ())
    if json:
        told = {} if findings is None else {"seeds": [asdict(finding) for finding in findings]}
        as_json({"ok": not wrong, "problems": [], "resources": names, **told})
    else:
        result(f"{found.name}: no mistakes; it starts {', '.join(names) or 'nothing'}")
        result(*summary(findings))
    return ManifestError.exit_code if wrong else 0


def looked_at(manifest: model.Manifest, profiles: list[str] | None) -> list[Finding]:
    """Return what is the matter with the seeds; what is done meanwhile is said."""
    from orchestrator.checking import check_seeds
    from orchestrator.cli.session import session
    from orchestrator.environment import Environment

    def environment(narrowed: model.Manifest, seconds: float) -> Environment:
        return Environment(narrowed, timeout=seconds, snapshots=False)

    with session() as listening:
        return check_seeds(manifest, profiles or (), environment, listening.say)


def summary(findings: list[Finding] | None) -> list[str]:
    """Return what is said of the seeds: the faults first, then what is only worth knowing."""
    if findings is None:
        return []
    told = [str(one) for one in sorted(findings, key=lambda one: not one.is_fault)]
    if any(finding.is_fault for finding in findings):
        return told
    return [*told, "no seed makes other data each time"]
