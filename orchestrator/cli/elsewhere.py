"""Words of other tools for what commands and options of ours do."""

from __future__ import annotations

COMMANDS = {
    "build": "up",
    "clean": "prune",
    "config": "check",
    "connect": "shell",
    "create": "up",
    "destroy": "down",
    "help": "--help",
    "kill": "down",
    "lint": "check",
    "list": "ps",
    "ls": "ps",
    "port": "url",
    "pull": "images --pull",
    "remove": "down",
    "rm": "down",
    "start": "up",
    "status": "ps",
    "stop": "down",
    "test": "run",
    "validate": "check",
    "version": "--version",
}
"""What does the same here."""

_UP = "greenroom up comes back when all is ready, and leaves it up"
_FILE = "the manifest is named without an option: greenroom {command} FILE"

OPTIONS = {
    "--build": "what has changed is built anew without being asked",
    "--detach": _UP,
    "--file": _FILE,
    "--force-recreate": "greenroom up --fresh makes all of it anew",
    "--volumes": "what is removed is removed with its volumes",
    "--wait": _UP,
    "-d": _UP,
    "-f": _FILE,
}
"""What to know instead of an option that is needed elsewhere; `{command}` is the one it was for."""


def command_instead_of(word: str) -> str:
    """Return the command of ours that does the same; empty where none is known."""
    return f"greenroom {COMMANDS[word]}" if word in COMMANDS else ""


def option_instead_of(option: str, command: str) -> str:
    """Return what to know instead of an option of this command; empty where nothing is known."""
    return OPTIONS.get(option, "").format(command=command)
