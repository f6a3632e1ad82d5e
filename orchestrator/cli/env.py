"""`greenroom env` and `greenroom url`: addresses with their passwords, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from orchestrator.cli.options import Json, OfSlice, Resource, Run
from orchestrator.cli.output import as_json, result
from orchestrator.errors import UsageError

SHELL, DOTENV, JSON = FORMS = ("shell", "dotenv", "json")
"""What may read the variables."""


def env(
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="shell|dotenv|json",
            help="For eval, for a .env file, or for programs.",
            autocompletion=lambda: list(FORMS),
        ),
    ] = SHELL,
    json: Json = False,
    run: Run = None,
    slice_: OfSlice = None,
) -> int:
    """Print all addresses, as variables.

    What the tests' environment gets, passwords included, without GREENROOM_RUN. In a shell:
    eval "$(greenroom env)"
    """
    from orchestrator.cli.choosing import chosen, seen_from
    from orchestrator.model.launch import RUN_VARIABLE

    if form not in FORMS:
        raise UsageError(f"there is no format {form}", hint=f"there are: {', '.join(FORMS)}")
    # A shell keeps these for longer than the run lives, and must not aim at a run that is gone.
    seen = seen_from(chosen(run), slice_)
    variables = {name: value for name, value in seen.variables.items() if name != RUN_VARIABLE}
    if json or form == JSON:
        as_json(variables)
    else:
        result(*(in_shell(variables) if form == SHELL else in_dotenv(variables)))
    return 0


def in_shell(variables: Mapping[str, str]) -> list[str]:
    """Return lines for a POSIX shell, which leaves everything between single quotes alone."""
    quote = "'\\''"
    return [f"export {name}='{value.replace(chr(39), quote)}'" for name, value in variables.items()]


def in_dotenv(variables: Mapping[str, str]) -> list[str]:
    """Return lines for a .env file, in the quotes that all its readers agree on."""
    return [f"{name}={in_quotes(value)}" for name, value in variables.items()]


def in_quotes(value: str) -> str:
    """Return a value in single quotes, in double ones only where it must be: those expand `$`."""
    if "'" not in value and "\n" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def url(
    resource: Resource,
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD",
            help="url, host, port, user, password, database, or the technology's own, such as "
            "jdbc; of another port: admin.url.",
        ),
    ] = "url",
    run: Run = None,
    slice_: OfSlice = None,
) -> int:
    """Print one address, or another field.

    Passwords included. Examples: greenroom url ledger; greenroom url ledger jdbc
    """
    from orchestrator.cli.choosing import chosen, resource_names, seen_from

    environment = chosen(run)
    resource_names(environment, [resource])
    port, _, name = field.rpartition(".")
    check_field(environment.manifest.resources[resource], port, name)
    result(seen_from(environment, slice_)[resource].field(name, port=port or None))
    return 0


def check_field(resource: object, port: str, field: str) -> None:
    """Raise UsageError for a port or a field that a resource does not have."""
    from orchestrator.addressing.resolve import fields
    from orchestrator.manifest.words import did_you_mean, listed
    from orchestrator.model.resource import Resource as Declared

    assert isinstance(resource, Declared)
    there = fields(resource)
    if not there:
        raise UsageError(f"{resource.name} has no address", hint="it serves no ports")
    if port and resource.port(port) is None:
        ports = [one.name for one in resource.ports if one.name]
        hint = f"its named ports are: {listed(ports)}" if ports else "none of its ports has a name"
        raise UsageError(f"{resource.name} has no port {port}", hint=hint)
    if field not in there:
        hint = did_you_mean(field, there, f"there are: {listed(there)}").removeprefix("; ")
        raise UsageError(f"{resource.name} has no field {field}", hint=hint)
