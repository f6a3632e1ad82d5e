"""Where everything is to run, for a manifest that leaves it open: containers, if there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.engines.asking import in_time
from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineUnavailable
from orchestrator.lifecycle.survey import Run
from orchestrator.manifest.placing import movable, placed
from orchestrator.model.manifest import AUTO, Manifest
from orchestrator.model.resource import DOCKER, PROCESS
from orchestrator.plan.selection import taking_part

ANSWER_SECONDS = 10.0
"""How long an engine has to answer at all, before everything is put elsewhere."""

MOST = 3
"""So many names stand in a sentence."""

CI = "CI"
"""The variable by which CI systems say that they are such."""


@dataclass(frozen=True)
class Placement:
    """The manifest with everything in its place, and why it is there where nobody had said so."""

    manifest: Manifest
    reason: str = ""


def in_ci(environ: Mapping[str, str]) -> bool:
    """Whether a CI system runs this, where nobody would notice what is done by itself."""
    return environ.get(CI, "").lower() not in ("", "0", "false")


def as_in(run: Run, manifest: Manifest) -> Manifest:
    """Return the manifest with everything where it is in a run, and what is new beside it."""
    names = set(movable(manifest))
    engines = {one.resource: thing.engine for one, thing in run.standing.items()}
    there = names & engines.keys()
    on_host = {name for name in there if engines[name] == PROCESS}
    return placed(manifest, names if on_host and on_host == there else on_host)


def place(
    manifest: Manifest,
    engines: Mapping[str, Engine],
    environ: Mapping[str, str],
    profiles: Sequence[str],
) -> Placement:
    """Return where everything is to run, now that nothing of the manifest is up.

    Raises EngineUnavailable where containers are needed, or are not to be done without in silence,
    and there are none.
    """
    there = taking_part(manifest, profiles)
    names = [name for name in movable(manifest) if name in there]
    if manifest.engine != AUTO or not names:
        return Placement(manifest)
    if DOCKER not in engines:
        return Placement(placed(manifest, names))
    try:
        with in_time(DOCKER, ANSWER_SECONDS) as deadline:
            engines[DOCKER].describe(deadline)
    except EngineUnavailable as silent:
        refuse_if_needed(manifest, [*there], silent)
        refuse_in_ci(environ, silent)
        return Placement(placed(manifest, names), f"because {silent.message}")
    return Placement(manifest)


def refuse_if_needed(manifest: Manifest, names: Sequence[str], silent: EngineUnavailable) -> None:
    """Raise EngineUnavailable when something that takes part can only run in a container."""
    resources = [manifest.resources[name] for name in names]
    bound = [f"{one.name} ({one.bound})" for one in resources if one.contained and one.bound]
    if bound:
        some = ", ".join(bound if len(bound) <= MOST else [*bound[:MOST], "others"])
        message = f"{silent.message}; only containers can run {some}"
        raise EngineUnavailable(message, hint=silent.hint) from silent


def refuse_in_ci(environ: Mapping[str, str], silent: EngineUnavailable) -> None:
    """Raise EngineUnavailable in CI, where nobody would notice that other servers are tested."""
    if not in_ci(environ):
        return
    raise EngineUnavailable(
        f"{silent.message}; in CI (CI is set) nothing falls back to processes by itself",
        hint=f"{silent.hint}; or ask for processes: `engine: process` in the manifest, "
        "--engine process, or GREENROOM_ENGINE=process",
    ) from silent
