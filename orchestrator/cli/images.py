"""`greenroom images`: the images that a manifest needs; fetched, locked, copied to a mirror."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Engine, Json, Manifest, Profiles, Verbose, With
from orchestrator.cli.output import as_json, remark, table
from orchestrator.errors import LockError, UsageError

if TYPE_CHECKING:
    from orchestrator.cli.session import Session
    from orchestrator.images.desk import Desk
    from orchestrator.images.locking import Change
    from orchestrator.model.facts import Facts

PullMissing = Annotated[bool, typer.Option("--pull", help="Fetch those that are not here.")]
Lock = Annotated[
    bool,
    typer.Option(
        "--lock",
        help="Write which image each name means to environment.lock, beside the manifest. From "
        "then on, these and no others are started.",
    ),
]
Update = Annotated[
    bool,
    typer.Option(
        "--update",
        help="With --pull, --lock or --check: ask the registries what each name means now, "
        "whatever is here or locked.",
    ),
]
Check = Annotated[
    bool,
    typer.Option(
        "--check",
        help="Only see whether the lock names what the manifest does; the exit code is 65 if not.",
    ),
]
Mirror = Annotated[
    str | None,
    typer.Option(
        "--mirror",
        metavar="PREFIX",
        help="Push Docker Hub's images to where GREENROOM_IMAGE_PREFIX=PREFIX looks for them.",
        show_default=False,
    ),
]


def images(
    manifest: Manifest = None,
    profile: Profiles = None,
    with_: With = None,
    pull: PullMissing = False,
    lock: Lock = False,
    update: Update = False,
    check: Check = False,
    mirror: Mirror = None,
    engine: Engine = None,
    json: Json = False,
    verbose: Verbose = False,
) -> int:
    """List, fetch, lock or copy the images that are needed.

    Each with who needs it, whether it is here, and the digest by which its registry knows it, or
    else the id that the engine has given it. What builds begin with is among them; what is built
    is not.

    With a lock beside the manifest, up, run and the others start these very images, whatever their
    tags have come to mean.
    """
    from orchestrator.cli.image_list import show
    from orchestrator.cli.session import session

    refuse_nonsense(pull=pull, lock=lock, update=update, check=check, mirror=mirror)
    if lock or check or mirror is not None:
        engine = containers(engine)
    with session(verbose=verbose) as listening:
        listening.signals.nothing_stands = True
        desk = opened_desk(manifest, profile, with_, engine, listening, plain=lock or check)
        if check:
            return checked(desk, with_ or [], update=update)
        if lock:
            told(desk, desk.lock(update=update))
        elif mirror is None and (reason := desk.place()):
            remark(f"whatever can, runs as a process here, {reason}")
        known = desk.facts()
        if mirror is not None:
            return mirrored(desk, mirror, known, json=json)
        anew = update and not lock
        refuse_if_locked(known, anew=anew)
        found = desk.pull(known, anew=anew) if pull else desk.look(known)
    show(desk, found, known, json=json)
    return 0


def refuse_nonsense(
    *, pull: bool, lock: bool, update: bool, check: bool, mirror: str | None
) -> None:
    """Raise UsageError for options that do not go together."""
    if check and (pull or lock or mirror is not None):
        raise UsageError(
            "--check only looks, and goes with neither --pull nor --lock nor --mirror",
            hint="leave one of them out",
        )
    if update and not (pull or lock or check):
        hint = "greenroom images --pull --update fetches anew, --lock --update locks anew"
        raise UsageError("--update goes with --pull, --lock or --check", hint=hint)


def containers(engine: str | None) -> str | None:
    """Return the engine for what is about containers, wherever everything would run here now.

    Raises UsageError for another one that was asked for.
    """
    from orchestrator.host.manifests import ENGINE
    from orchestrator.model.manifest import AUTO
    from orchestrator.model.resource import PROCESS

    if engine == PROCESS:
        raise UsageError(
            "what runs as processes has no images to be locked or copied",
            hint="leave out --engine process",
        )
    return engine or (AUTO if os.environ.get(ENGINE) == PROCESS else None)


def refuse_if_locked(known: Facts, *, anew: bool) -> None:
    """Raise UsageError when others are wanted than those that the lock names."""
    if anew and known.lock:
        raise UsageError(
            f"{known.lock.path} says which images are meant, whatever their names mean now",
            hint="have it say what they mean now: greenroom images --lock --update",
        )


def opened_desk(
    manifest: str | None,
    profiles: list[str] | None,
    typed: list[str] | None,
    engine: str | None,
    listening: Session,
    *,
    plain: bool,
) -> Desk:
    """Return the desk for each combination of what was typed; `plain` adds the manifest itself."""
    from orchestrator.ci.matrix.combination import forms
    from orchestrator.cli.instead import choices
    from orchestrator.cli.opening import opened
    from orchestrator.images.desk import Desk
    from orchestrator.waiting import Deadline

    each = forms(choices(typed))
    if plain and typed:
        each.insert(0, {})
    environments = [
        opened(manifest, profiles, listening, engine=engine, instead=instead) for instead in each
    ]
    planners = [environment.planner for environment in environments]
    return Desk(planners, environments[0].tell, Deadline())


def checked(desk: Desk, typed: Sequence[str], *, update: bool) -> int:
    """Say how the lock differs from what it should say, and return the exit code."""
    found = desk.check(update=update)
    same = [f"--with {shlex.quote(one)}" for one in typed]
    if found:
        raise LockError(
            f"{desk.lock_name} is out of date: {'; '.join(map(str, found))}",
            hint=" ".join(["greenroom images --lock", *(["--update"] if update else []), *same]),
        )
    remark(f"{desk.lock_name} names every image" + (", as it is now" if update else ""))
    return 0


def told(desk: Desk, found: Sequence[Change]) -> None:
    """Say what the new lock says otherwise."""
    remark(f"{desk.lock_name} is written" if found else f"{desk.lock_name} stays as it was")
    remark(*(f"  {one}" for one in found))


def mirrored(desk: Desk, mirror: str, known: Facts, *, json: bool) -> int:
    """Copy all to the prefix, say what is where, and return the exit code."""
    from orchestrator.cli.image_list import copy_row, copy_value
    from orchestrator.host.facts import checked_prefix
    from orchestrator.images.mirroring import refuse_what_does_not_hold

    prefix = checked_prefix(mirror, "--mirror")
    copies, digests = desk.mirror(prefix, known)
    if json:
        as_json([copy_value(one, digests) for one in copies])
    else:
        table([["IMAGE", "COPIED TO", "DIGEST THERE"], *(copy_row(one, digests) for one in copies)])
        if any(not one.target for one in copies):
            remark("a prefix is for Docker Hub's images only: those of other registries stay there")
    refuse_what_does_not_hold(copies, digests, known.lock.path if known.lock else "", prefix)
    remark(f"now: export GREENROOM_IMAGE_PREFIX={prefix}")
    return 0
