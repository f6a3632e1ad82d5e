"""What `greenroom down NAME|RUN` means."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.cli.choosing import could_be_hidden, identity_of, listing, one_of
from orchestrator.errors import GreenroomError, UsageError
from orchestrator.host.owner import Owner, user

if TYPE_CHECKING:
    from orchestrator.lifecycle.survey import Run, Survey


@dataclass(frozen=True)
class Meant:
    """The run that is meant, None with the words why there is none.

    `hidden` is why an engine does not answer that may have something of it.
    """

    run: Run | None
    words: str = ""
    hidden: GreenroomError | None = None

    def raise_if_hidden(self) -> None:
        """Raise what kept us from looking everywhere."""
        if self.hidden:
            raise self.hidden


def meant(target: str | None, found: Survey) -> Meant:
    """Return the run that is meant: a run's id, a manifest's path, or a manifest's name.

    Raises UsageError, with the candidates, when it could be several.
    """
    from orchestrator.host import manifests
    from orchestrator.model.launch import RUN_VARIABLE

    named = target or os.environ.get(RUN_VARIABLE)
    if named is None:
        return by_manifest(manifests.find(None, Path.cwd()), found)
    exact = [run for run in found.runs if run.id == named]
    if exact:
        return Meant(exact[0])
    try:
        by_path = by_manifest(manifests.find(named, Path.cwd()), found)
    except UsageError:
        source = "" if target else f" ({RUN_VARIABLE} names it)"
        by_path = Meant(None, f"nothing that is called {named} is up{source}")
    return by_path if by_path.run else by_name(named, found) or by_path


def by_manifest(path: Path, found: Survey) -> Meant:
    """Return what is up of the manifest at this path."""
    from orchestrator.host import manifests

    shown = manifests.shown_as(path)
    hidden = found.silent[0] if could_be_hidden(found, path) else None
    there = found.of(identity_of(path))
    others = [run for run in there if in_use_elsewhere(run)]
    run = one_of([run for run in there if run not in others], shown)
    words = f"nothing of {shown} is up"
    if others:
        words += f" but for test runs that are still in use:\n{listing(others)}"
    return Meant(run, words, hidden)


def in_use_elsewhere(run: Run) -> bool:
    """Whether a test run made it for itself and is still at it: only its own name means it."""
    owner = run.claim.owner
    return not run.stays and owner is not None and owner.is_near(Owner.here()) and owner.is_alive()


def by_name(name: str, found: Survey) -> Meant | None:
    """Return what is up of the user's own manifest of this name."""
    runs = [
        run for run in found.runs if run.name == name and is_ours(run) and not in_use_elsewhere(run)
    ]
    if len({run.identity for run in runs}) > 1:
        raise UsageError(
            f"{name} could be several:\n{listing(runs)}",
            hint="name the one you mean by its run, or by the path of its manifest",
        )
    run = one_of(runs, name)
    return Meant(run) if run else None


def is_ours(run: Run) -> bool:
    """Whether we made a run: another user's on the same engine may bear the same name."""
    owner = run.claim.owner
    return owner is not None and owner.user == user()
