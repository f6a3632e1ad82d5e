"""`greenroom exec` and `greenroom shell`: commands beside a resource."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import typer

from orchestrator.cli.arguments import EXAMPLES, command_of
from orchestrator.cli.options import OfSlice, Resource, Run
from orchestrator.errors import CommandNotFound, UsageError

if TYPE_CHECKING:
    from orchestrator.lifecycle.running import RunningResource

BLOCK = 1 << 16


def exec_(ctx: typer.Context, resource: Resource, run: Run = None, slice_: OfSlice = None) -> int:
    """Run CMD beside a resource.

    In its container, or where its process runs. The resource's own clients (psql, redis-cli) are
    let in without a password. CMD has the terminal if there is one, else stdin. Its output comes
    as it is, passwords included, and its exit code is ours.

    Example: greenroom exec ledger -- psql -c 'select 1'
    """
    command = command_of(ctx)
    if not command:
        raise UsageError("what is to be run?", hint=f"put it behind --: {EXAMPLES['exec']}")
    return beside(resource, command, run, slice_)


def shell(resource: Resource, run: Run = None, slice_: OfSlice = None) -> int:
    """Open a resource's own client, or sh.

    The client (psql, redis-cli) is let in without a password. What is piped in, it reads:

    echo 'select count(*) from accounts' | greenroom shell ledger
    """
    return beside(resource, None, run, slice_)


def beside(
    name: str, command: Sequence[str] | None, run: str | None, slice_: str | None = None
) -> int:
    """Run a command beside a resource and return its exit code; None is its own client."""
    from orchestrator.cli.choosing import chosen, resource_names, seen_from

    environment = chosen(run)
    resource_names(environment, [name])
    resource = seen_from(environment, slice_)[name]
    argv = list(command or resource.client)
    if has_terminal():
        return on_terminal(resource, argv)
    return through_pipes(resource, argv)


def has_terminal() -> bool:
    """Whether somebody types and reads here."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def on_terminal(resource: RunningResource, argv: list[str]) -> int:
    """Give the user's terminal to the command."""
    line = resource.interactive(argv)
    # Ctrl-C belongs to the command; a handler of ours, unlike ignoring, is not passed on to it.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.call(line, env={**os.environ, **resource.client_env})
    except FileNotFoundError as error:
        raise CommandNotFound(
            f"{line[0]} is not on the PATH, and a terminal cannot be passed on without it",
            hint="install it, or pass the input: echo ... | greenroom exec ...",
        ) from error
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


def through_pipes(resource: RunningResource, argv: list[str]) -> int:
    """Pass stdin on, unless it is a terminal, and both streams back as they come."""
    sinks = {"stdout": sys.stdout.buffer, "stderr": sys.stderr.buffer}

    def output(stream: str, data: bytes) -> None:
        sinks[stream].write(data)
        sinks[stream].flush()

    stdin = None if sys.stdin.isatty() else blocks()
    result = resource.exec(argv, timeout=float("inf"), stdin=stdin, output=output)
    return result.exit_code


def blocks() -> Iterator[bytes]:
    """Yield stdin as it comes."""
    while block := os.read(sys.stdin.fileno(), BLOCK):
        yield block
