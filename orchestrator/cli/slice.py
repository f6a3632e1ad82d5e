"""`greenroom slice`: a private part of what is up, for tests in any language."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.arguments import command_of
from orchestrator.cli.env import DOTENV, FORMS, SHELL, in_dotenv, in_shell
from orchestrator.cli.options import Json, Run
from orchestrator.cli.output import as_json, remark, result, table
from orchestrator.errors import UsageError
from orchestrator.slicing.kept import WHICH, keeps

if TYPE_CHECKING:
    from orchestrator.environment import Environment
    from orchestrator.slicing.slices import Slice

Count = Annotated[
    int, typer.Option("--count", metavar="N", min=1, max=1000, help="Make so many at once.")
]
Form = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="shell|dotenv|json",
        help="For eval, for a .env file, or for programs.",
        autocompletion=lambda: list(FORMS),
    ),
]
ListThem = Annotated[bool, typer.Option("--list", help="List the slices that there are.")]
Drop = Annotated[
    list[str] | None,
    typer.Option("--drop", metavar="NAME", help="Remove this slice; may be given several times."),
]
KeepSlices = Annotated[
    str,
    typer.Option(
        "--keep-slices",
        metavar="failed|all|none",
        help="Whether to leave the slice as it is when CMD has ended: if it failed, always, never.",
        autocompletion=lambda: list(WHICH),
    ),
]


def slice_(
    ctx: typer.Context,
    count: Count = 1,
    form: Form = SHELL,
    json: Json = False,
    list_: ListThem = False,
    drop: Drop = None,
    keep_slices: KeepSlices = "failed",
    run: Run = None,
) -> int:
    """Make a private copy of all that is sliced.

    Whatever the manifest gives `isolation: test` or `worker` is copied as it was seeded, and one
    more instance of each service that follows it is started. Printed are the variables that lead
    there, GREENROOM_SLICE among them; a slice lasts until it is dropped or the run ends.

    With CMD the slice is made for that command, and dropped behind it.

    For example:

    greenroom slice -- npx jest --runInBand
    """
    from orchestrator.cli.choosing import chosen

    check_words(form, keep_slices)
    environment = chosen(run)
    try:
        if list_:
            return show(environment, json=json)
        if drop:
            return remove(environment, drop)
        command = command_of(ctx)
        if command:
            return run_in(environment, list(command), keep_slices)
        return make(environment, count, "json" if json else form)
    finally:
        environment.down()


def check_words(form: str, keep_slices: str) -> None:
    """Raise UsageError for a word that there is not."""
    if form not in FORMS:
        raise UsageError(f"there is no format {form}", hint=f"there are: {', '.join(FORMS)}")
    if keep_slices not in WHICH:
        raise UsageError(
            f"there is no way to keep slices {keep_slices}",
            hint=f"there are: {', '.join(WHICH)}",
        )


def make(environment: Environment, count: int, form: str) -> int:
    """Make slices that last, and print how one gets there."""
    made = environment.slices.lasting(count)
    found = [variables(one) for one in made]
    if form not in (SHELL, DOTENV):
        as_json(found[0] if count == 1 else found)
        return 0
    lines = in_shell if form == SHELL else in_dotenv
    for number, one in enumerate(found):
        result(*([""] if number else []), *lines(one))
    return 0


def variables(made: Slice) -> dict[str, str]:
    """Return what a slice's tests get, but for the run's name: shells live longer than runs."""
    from orchestrator.model.launch import RUN_VARIABLE

    return {name: value for name, value in made.variables.items() if name != RUN_VARIABLE}


def show(environment: Environment, *, json: bool) -> int:
    """List the slices of a run."""
    entries = environment.slices.entries()
    if json:
        as_json(
            [
                {"slice": one.name, "resources": list(one.resources), "kept": one.kept}
                for one in entries
            ]
        )
    elif entries:
        rows = [[one.name, ", ".join(one.resources), state(one)] for one in entries]
        table([["SLICE", "OF", "STATE"], *rows])
    else:
        remark(f"{environment.run} has no slices")
    return 0


def state(entry: object) -> str:
    """Return in words whose a slice is."""
    from orchestrator.slicing.registry import Entry

    assert isinstance(entry, Entry)
    if entry.kept:
        return f"kept: {entry.kept}"
    if entry.owner is None:
        return "until it is dropped"
    return "abandoned" if entry.abandoned else f"used by process {entry.owner.pid}"


def remove(environment: Environment, names: list[str]) -> int:
    """Drop slices by their names; all of the names have to be right."""
    found = [environment.slices.named(name) for name in names]
    for one in found:
        one.drop()
    remark(f"dropped {', '.join(names)}")
    return 0


def run_in(environment: Environment, command: list[str], keep_slices: str) -> int:
    """Run a command with a slice of its own, and return its exit code."""
    from orchestrator.cli.child import run_child
    from orchestrator.cli.session import session
    from orchestrator.cli.tests import check_exists

    check_exists(command[0], Path.cwd())
    with session() as listening:
        (made,) = environment.slices.lasting(1, owned=True)
        code = 1
        try:
            surroundings = {**os.environ, **made.variables}
            code = run_child(tuple(command), Path.cwd(), surroundings, listening, None)
        finally:
            end(environment, made, command[0], keep=keeps(keep_slices, failed=code != 0), code=code)
    return code


def end(environment: Environment, made: Slice, word: str, *, keep: bool, code: int) -> None:
    """Drop a slice, or keep it and say so."""
    if not keep:
        environment.slices.named(made.name).drop()
        return
    environment.slices.keep(made, f"{word} ended with exit code {code}")
    remark(
        f"slice {made.name} is kept; look into it with "
        f"greenroom shell RESOURCE --run {made.run} --slice {made.name}, "
        f"drop it with greenroom slice --run {made.run} --drop {made.name}"
    )
