"""`greenroom check`: every mistake of a manifest at once; its seeds too, where that is wanted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Engine, Json, Manifest, Profiles, With
from orchestrator.cli.output import as_json, remark, result
from orchestrator.cli.profiles import active, check_profiles
from orchestrator.errors import LockError, ManifestError

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
    manifest: Manifest = None,
    profile: Profiles = None,
    with_: With = None,
    seeds: Seeds = False,
    engine: Engine = None,
    json: Json = False,
) -> int:
    """Find every mistake in a manifest.

    One in a seed file that Greenroom reads itself, such as a list of topics, is told with them, and
    so is what the lock beside the manifest lacks. Nothing is started, and no engine is asked,
    unless the seeds are to be looked at. The exit code is 65 when there are mistakes, or seeds that
    cannot be repeated.
    """
    from orchestrator.cli.instead import one_each
    from orchestrator.host import manifests
    from orchestrator.plan.selection import taking_part
    from orchestrator.seeding.checking import mistakes

    instead, profiles = one_each(with_), active(profile)
    try:
        path = manifests.find(manifest, Path.cwd())
        found = manifests.read(
            path,
            os.environ,
            engine=engine,
            run_modules=seeds,
            instead=instead,
            seeds=mistakes,
        )
        check_profiles(found, profiles)
        check_lock(found, profiles)
    except (ManifestError, LockError) as error:
        if not json:
            raise
        problems = [asdict(problem) for problem in error.problems]
        as_json({"ok": False, "problems": problems, "resources": []})
        return error.exit_code
    findings = looked_at(found, profiles) if seeds else None
    names = list(taking_part(found, profiles))
    tell = as_object if json else in_words
    tell(found, names, findings)
    return ManifestError.exit_code if faulty(findings) else 0


def check_lock(manifest: model.Manifest, profiles: list[str]) -> None:
    """Raise LockError when the lock cannot be read, or lacks an image of what takes part."""
    from orchestrator.host.locks import read_lock
    from orchestrator.lifecycle.fetching import not_locked
    from orchestrator.model.facts import Facts
    from orchestrator.plan.locking import unlocked
    from orchestrator.plan.selection import taking_part

    known = Facts(lock=read_lock(manifest))
    there = [manifest.resources[name] for name in taking_part(manifest, profiles)]
    if missing := unlocked(there, known):
        raise not_locked(missing, known)


def as_object(
    manifest: model.Manifest, names: list[str], findings: Sequence[Finding] | None
) -> None:
    """Print all of it as JSON."""
    warnings = [asdict(warning) for warning in manifest.warnings]
    told = {} if findings is None else {"seeds": [asdict(finding) for finding in findings]}
    ok = not faulty(findings)
    as_json({"ok": ok, "problems": [], "warnings": warnings, "resources": names, **told})


def in_words(
    manifest: model.Manifest, names: list[str], findings: Sequence[Finding] | None
) -> None:
    """Print all of it as sentences; of the seeds, the faults come first."""
    remark(*(f"warning: {warning}" for warning in manifest.warnings))
    result(f"{manifest.name}: no mistakes; it starts {', '.join(names) or nothing(manifest)}")
    result(*(str(one) for one in sorted(findings or (), key=lambda one: not one.is_fault)))
    if findings is not None and not faulty(findings):
        result("no seed makes other data each time")


def nothing(manifest: model.Manifest) -> str:
    """Return in words that nothing would be started, and with which profiles something would."""
    profiles = sorted({name for one in manifest.resources.values() for name in one.profiles})
    others = f" without a profile; there are: {', '.join(profiles)}" if profiles else ""
    return f"nothing{others}"


def faulty(findings: Sequence[Finding] | None) -> bool:
    """Whether something is wrong with the seeds."""
    return any(finding.is_fault for finding in findings or ())


def looked_at(manifest: model.Manifest, profiles: list[str]) -> list[Finding]:
    """Return what is the matter with the seeds; what is done meanwhile is said."""
    from orchestrator.checking import check_seeds
    from orchestrator.cli.session import session
    from orchestrator.environment import Environment

    def environment(narrowed: model.Manifest, seconds: float) -> Environment:
        return Environment(narrowed, timeout=seconds, snapshots=False)

    with session() as listening:
        return check_seeds(manifest, profiles, environment, listening.say)
