"""What a newcomer sees first."""

from __future__ import annotations

import subprocess
import sys

import pytest
from shop import Shop

from orchestrator import __version__

COMMANDS = [
    "run",
    "up",
    "down",
    "ps",
    "logs",
    "exec",
    "shell",
    "env",
    "url",
    "import",
    "check",
    "plan",
    "schema",
    "technologies",
]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]], ids=str)
def test_without_a_command_the_help_lists_all_of_them(shop: Shop, arguments: list[str]) -> None:
    ended = shop.greenroom(*arguments)
    assert ended.code == 0
    listed = [
        line.split()[0]
        for line in ended.out.splitlines()
        if line.startswith("  ") and line.endswith(".")
    ]
    assert [name for name in listed if name in COMMANDS] == COMMANDS
    assert "greenroom run -- pytest" in ended.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_without_types_and_braces(shop: Shop, command: str) -> None:
    ended = shop.greenroom(command, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"Usage: greenroom {command} ")
    assert not set("{}<") & set(ended.out)


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_told_without_any_import(option: str) -> None:
    program = (
        "import sys; sys.argv = ['greenroom', sys.argv[1]]\n"
        "from orchestrator.__main__ import main\n"
        "code = main()\n"
        "heavy = {'typer', 'rich', 'pydantic', 'docker', 'yaml'} & set(sys.modules)\n"
        "sys.exit(f'imports {heavy}' if heavy else code)"
    )
    done = subprocess.run([sys.executable, "-c", program, option], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"greenroom {__version__}\n", "")


def test_the_version_is_an_option_beside_others_too(shop: Shop) -> None:
    assert shop.greenroom("--version").out == f"greenroom {__version__}\n"
