"""Shell scripts as seeds: how one gets beside the server and runs there."""

from __future__ import annotations

import re

from orchestrator.model.launch import ExecResult
from orchestrator.seeding.saying import renamed

LOCATION = re.compile(r"/[^\s:'\"]*/greenroom-seed\.\w+(?:: (?:line )?(?P<line>\d+)(?=:))?")
"""What a script's messages call it; shells name the line behind it, each in its own way."""

# The script is written to a file first: commands in it may read the standard input, and half of it,
# when the connection was cut, must not run. The file goes again, because beside a process on this
# host it is a file of this host; beside a server it goes with that one's folder, if we die.
RECEIVE = """
size=$1
shift
script=$(mktemp "${TMPDIR:-/tmp}/greenroom-seed.XXXXXX") || exit
cat > "$script"
if [ "$(wc -c < "$script")" -eq "$size" ]; then
    "$@" "$script" < /dev/null
else
    echo "only a part of the script has come through; was the engine restarted?" >&2
    false
fi
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


def placed(result: ExecResult, label: str) -> ExecResult:
    """Return the result with the seed's name, and its line, where a shell means them."""

    def said(match: re.Match[str]) -> str:
        return f"{label}:{match['line']}" if match["line"] else label

    return renamed(result, LOCATION, said)


def why_it_failed(beginning: bytes) -> str:
    """Return what to do where a script's beginning shows why it failed; empty elsewhere."""
    if b"\r\n" in beginning:
        return (
            "its lines end as on Windows, and shells take that for a part of each: save it with LF"
        )
    return ""


def command(words: tuple[str, ...], size: int) -> tuple[str, ...]:
    """Return the command that takes a script of so many bytes from its input, and runs it."""
    return ("sh", "-c", RECEIVE, "sh", str(size), *words)
