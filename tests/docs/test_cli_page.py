"""docs/cli.md against the command line itself: commands, options, exit codes, variables."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer
import yaml
from doc_blocks import ROOT, Table, code, codes, page

from orchestrator import errors
from orchestrator.cli.app import app
from orchestrator.cli.main import main

PAGE = page("cli.md")
PROGRAM: Any = typer.main.get_command(app)
COMMANDS: dict[str, Any] = PROGRAM.commands

INTERNAL = {"GREENROOM_PROCESS", "GREENROOM_PROCESS_LABELS"}
"""Variables of Greenroom's own that nobody is meant to set."""

command = pytest.mark.parametrize("name", COMMANDS)


def options_of(command: Any) -> set[str]:
    """The options of a command as the page writes them, `--run RUN` for example."""
    return {
        " ".join([name, one.metavar] if one.metavar and name.startswith("--") else [name])
        for one in command.params
        if one.param_type_name == "option"
        for name in one.opts
    } - {"--help", "-h"}


def written(tables: list[Table]) -> set[str]:
    """The options in a command's table."""
    return {option for table in tables for cell in table.column("option") for option in codes(cell)}


def test_every_command_has_its_part_and_is_in_the_list_at_the_top() -> None:
    (top, _) = PAGE.under("The command line")
    linked = {name for row in top.rows for name in re.findall(r"\(#([\w-]+)\)", row[1])}
    assert set(COMMANDS) == linked & set(PAGE.headings)
    assert linked - set(COMMANDS) == {
        *("exit-codes", "variables", "which-run-is-meant", "ready-made-environments"),
        "completion",
    }


@command
def test_options(name: str) -> None:
    assert written(PAGE.under(name)) == options_of(COMMANDS[name])


def test_options_of_the_program() -> None:
    (_, table) = PAGE.under("The command line")
    assert written([table]) - {"--help", "-h"} == options_of(PROGRAM)


@command
def test_usage(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (usage, *_) = [one.text for one in PAGE.blocks if one.heading == name]
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"Usage: {usage.strip()}"


def test_exit_codes() -> None:
    (table,) = PAGE.under("Exit codes")
    documented = {int(code) for cell in table.column("code") for code in cell.split(", ")}
    raised = {
        each.exit_code
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.GreenroomError)
    }
    assert documented == raised | {0, errors.Interrupted(15).code}


def test_variables() -> None:
    (table,) = PAGE.under("Variables")
    documented = {name for cell in table.column("variable") for name in codes(cell)}
    source = "".join(path.read_text("utf-8") for path in (ROOT / "orchestrator").rglob("*.py"))
    read = set(re.findall(r"\"(GREENROOM_\w+)\"", source)) - INTERNAL
    assert {name for name in documented if name.startswith("GREENROOM_")} == read
    for name in documented - read - {"DOCKER_CONTEXT"}:
        assert f'"{name}"' in source, f"nothing reads {name}"


def test_ready_made_environments() -> None:
    (table,) = PAGE.under("Ready-made environments")
    found = {path.stem: path for path in (ROOT / "environments").glob("*.yaml")}
    assert {code(name) for name in table.column("name")} == set(found)
    for row in table.rows:
        manifest = yaml.safe_load(found[code(row[0])].read_text("utf-8"))
        names = [*manifest.get("databases", {}), *manifest.get("brokers", {})]
        assert sorted(codes(row[1])) == sorted(names)
