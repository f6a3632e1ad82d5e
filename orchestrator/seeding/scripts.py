"""Shell scripts as seeds: how one gets beside the server and runs there."""

from __future__ import annotations

import re

LOCATION = re.compile(r"/tmp/greenroom-seed\.\w+")  # noqa: S108 - the name that mktemp makes
"""What a script's messages call it."""

# The script is written to a file first, because commands in it may read the standard input; the
# file goes again, because beside a process on this host it is a file of this host.
RECEIVE = """
script=$(mktemp /tmp/greenroom-seed.XXXXXX) || exit
cat > "$script" && "$@" "$script" < /dev/null
code=$?
rm -f "$script"
exit $code
"""


def interpreter(first_line: str) -> tuple[str, ...]:
    """Return what runs the script: what `#!` names, else a shell that stops at errors."""
    if first_line.startswith("#!"):
        # Quotes mean nothing there, to no kernel.
        return tuple(first_line[2:].split()) or ("sh", "-e")
    return ("sh", "-e")


def command(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that takes the script from its standard input and runs it."""
    return ("sh", "-c", RECEIVE, "sh", *words)
