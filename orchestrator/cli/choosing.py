"""Which run is meant: the one that is named, else what is up of the manifest here or above."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.environment import Environment, Listener
    from orchestrator.lifecycle.survey import Run, Survey
    from orchestrator.lifecycle.view import View


def chosen(run: str | None, listen: Listener | None = None) -> Environment:
    """Return the environment that is meant, joined; `listen` is told what is done to it.

    Raises UsageError when there is no such one.
    """
    from orchestrator.environment import Environment
    from orchestrator.host import manifests
    from orchestrator.lifecycle.executor import ignore
    from orchestrator.lifecycle.survey import survey
    from orchestrator.model.launch import RUN_VARIABLE

    listen = listen or ignore
    named = run or os.environ.get(RUN_VARIABLE)
    if named:
        try:
            return Environment.attach(named, listen=listen)
        except UsageError as error:
            if not run:
                error.hint = f"{RUN_VARIABLE} names it; unset that, or name another with --run"
            raise
    path = found_manifest()
    found = survey(os.environ)
    only = one_of(found.of(identity_of(path)), manifests.shown_as(path))
    if only is None:
        if could_be_hidden(found, path):
            raise found.silent[0]
        raise UsageError(
            f"nothing of {manifests.shown_as(path)} is up",
            hint="bring it up with greenroom up, or name another run with --run (see greenroom ps)",
        )
    return Environment.of_run(only, listen=listen)


def seen_from(environment: Environment, slice_: str | None) -> View:
    """Return the environment as seen from a slice, or from none. Raises UsageError.

    The slice that is not named is the one that we run in, if its run is meant.
    """
    from orchestrator.model.launch import RUN_VARIABLE, SLICE_VARIABLE

    if slice_ is None and os.environ.get(RUN_VARIABLE) == environment.run:
        slice_ = os.environ.get(SLICE_VARIABLE)
    return environment.slices.named(slice_) if slice_ else environment.view


def found_manifest() -> Path:
    """Return the manifest here or above. Raises UsageError when there is none."""
    from orchestrator.host import manifests

    try:
        return manifests.find(None, Path.cwd())
    except UsageError as error:
        error.hint = "go to the manifest's folder, or name a run with --run (see greenroom ps)"
        raise


def identity_of(path: Path) -> str:
    """Return the identity of a manifest, which need not be valid: its path decides."""
    from orchestrator.host.owner import identity
    from orchestrator.model.manifest import Manifest

    resolved = path.resolve()
    return identity(Manifest(path=str(resolved), folder=str(resolved.parent), name=""))


def one_of(runs: list[Run], words: str) -> Run | None:
    """Return what `up` made, else the only run there is. Raises UsageError when it is not clear."""
    candidates = [run for run in runs if run.stays] or runs
    if len(candidates) > 1:
        raise UsageError(
            f"several runs of {words} are up:\n{listing(candidates)}",
            hint="name the one you mean by its run",
        )
    return candidates[0] if candidates else None


def listing(runs: list[Run]) -> str:
    """Return runs as lines that tell them apart."""
    from orchestrator.render.columns import columns

    return "\n".join(columns([["  " + run.id, run.manifest] for run in runs]))


def resource_names(environment: Environment, names: list[str] | None) -> list[str]:
    """Return these names, or all. Raises UsageError for a name that nothing in the run has."""
    from orchestrator.manifest.words import did_you_mean

    for name in names or ():
        if name not in environment:
            near = did_you_mean(name, environment).removeprefix("; ")
            raise UsageError(
                f"no resource of {environment.run} is called {name}",
                hint=f"{near} {there_are(environment)}".lstrip(),
            )
    return names or list(environment)


def there_are(environment: Environment) -> str:
    """Return the names of all resources, in a line."""
    return f"there are: {', '.join(environment)}"


def instead_of_nothing(run: str | None) -> str:
    """Return what could have been named in the run that is meant; empty where none is to be had."""
    try:
        environment = chosen(run)
    except Exception:  # Something else is wrong already, and that is what is told.
        return ""
    return f"name one of {environment.run}; {there_are(environment)}"


def could_be_hidden(found: Survey, path: Path) -> bool:
    """Whether an engine that does not answer may have something of this manifest."""
    from orchestrator.host import manifests

    if not found.silent:
        return False
    try:
        manifest = manifests.read(path, os.environ, run_modules=False)
    except Exception:  # Of what cannot be read, nothing can be ruled out.
        return True
    return any(one.engine not in found.engines for one in manifest.resources.values())
