"""Shell scripts as seeds: how one gets beside the server and runs there."""

from __future__ import annotations

import shlex

LOCATION = "/tmp/greenroom-seed"  # noqa: S108 - inside the container, which is ours alone

# The script is written to a file first, because commands in it may read the standard input.
RECEIVE = f'cat > {LOCATION} && exec "$@" {LOCATION} < /dev/null'


def interpreter(first_line: str) -> tuple[str, ...]:
    """Return what runs the script: what `#!` names, else a shell that stops at errors."""
    if first_line.startswith("#!"):
        return tuple(shlex.split(first_line[2:])) or ("sh", "-e")
    return ("sh", "-e")


def command(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that takes the script from its standard input and runs it."""
    return ("sh", "-c", RECEIVE, "sh", *words)
