"""docs/cli.md against the command line itself: commands, options, exit codes, variables."""

from __future__ import annotations

import re
import signal
from dataclasses import fields
from typing import Any

import pytest
import typer
import yaml
from doc_blocks import FOLDER, ROOT, Table, code, codes, page

from orchestrator import errors
from orchestrator.cli import child
from orchestrator.cli.app import app
from orchestrator.cli.main import main
from orchestrator.cli.ps import Entry
from orchestrator.cli.signals import ENDING
from orchestrator.cli.snapshots import as_value
from orchestrator.environment import TIMEOUT
from orchestrator.host.owner import TIME_TO_LIVE
from orchestrator.lifecycle import snapshotting
from orchestrator.model.launch import SLICE_VARIABLE
from orchestrator.model.snapshot import Snapshot
from orchestrator.model.step import ChangeKind
from orchestrator.slicing.kept import WHICH
from orchestrator.watchdog.hold import HURRY, Keep
from orchestrator.watchdog.remover import PATIENCE

PAGE = page("cli.md")
PROGRAM: Any = typer.main.get_command(app)
COMMANDS: dict[str, Any] = PROGRAM.commands

INTERNAL = {"GREENROOM_DATABASE", "GREENROOM_PROCESS", "GREENROOM_PROCESS_LABELS"}
"""Variables of Greenroom's own that nobody is meant to set."""

TOLD = {"GREENROOM_SLICE"}
"""Variables that tests get and Greenroom itself never reads."""

LATER = {"GREENROOM_CI_"}
"""How those begin that later jobs of a pipeline get: docs/ci.md has them."""

command = pytest.mark.parametrize("name", COMMANDS)


def options_of(command: Any) -> set[str]:
    """The options of a command as the page writes them, `--run RUN` for example."""
    return {
        " ".join([name, one.metavar] if one.metavar and name.startswith("--") else [name])
        for one in command.params
        if one.param_type_name == "option" and not one.hidden
        for name in one.opts
    } - {"--help", "-h"}


def written(tables: list[Table]) -> set[str]:
    """The options in a command's table of them."""
    cells = [row[0] for one in tables if one.header[0] == "option" for row in one.rows]
    return {option for cell in cells for option in codes(cell)}


def meaning(name: str, option: str) -> str:
    """What the page says of a command's option."""
    rows = (row for table in PAGE.under(name) for row in table.rows)
    return next(row[1] for row in rows if option in row[0])


def part(heading: str) -> str:
    """What stands under a heading, as one line."""
    text = (FOLDER / "cli.md").read_text("utf-8").partition(f"## {heading}\n")[2]
    return " ".join(text.partition("\n## ")[0].split())


def test_every_command_has_its_part_and_is_in_the_list_at_the_top() -> None:
    (top, _) = PAGE.under("The command line")
    linked = {name for row in top.rows for name in re.findall(r"\(#([\w-]+)\)", row[1])}
    assert set(COMMANDS) == linked & set(PAGE.headings)
    assert linked - set(COMMANDS) == {
        *("what-ends-a-run", "signals", "exit-codes", "variables"),
        *("which-run-is-meant", "ready-made-environments", "completion", "other-versions"),
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


def test_what_becomes_of_what_is_up_already() -> None:
    (table,) = (one for one in PAGE.under("up") if one.header[0] == "it is")
    assert table.column("it is") == list(ChangeKind)


def test_when_an_environment_is_kept() -> None:
    assert set(codes(meaning("run", "--keep"))) == {one.value for one in Keep}
    assert set(codes(meaning("up", "--keep"))) <= {one.value for one in Keep}


def test_times() -> None:
    hours, minutes = TIME_TO_LIVE / 3600, TIMEOUT / 60
    for name in ("up", "extend"):
        assert f"Default: {hours:g} hours" in meaning(name, "--ttl")
    for name in ("up", "run", "restart"):
        assert f"Default: {minutes:g} minutes" in meaning(name, "--timeout")
    assert (hours, HURRY, child.GRACE, PATIENCE) == (2, 5, 10, 24 * 3600)
    assert "for two hours at most" in meaning("run", "--keep")
    assert "an engine that is slow gets five seconds" in part("Signals")
    assert "It has ten seconds for that" in part("Signals")
    assert "it goes on trying for a day" in part("What ends a run")


def test_which_commands_sweep() -> None:
    """Those that say so call `sweep`, or bring something up, on the way to which one sweeps."""
    told = part("What ends a run").partition(" sweeps: ")[2]
    sweeping, looking = (set(codes(words)) for words in told.split(" and say so. "))
    ways = ("sweep(", "environment.up()", "stand(environment")
    sources = {
        path.stem: path.read_text("utf-8") for path in (ROOT / "orchestrator/cli").glob("*.py")
    }
    found = {name for name, text in sources.items() if any(way in text for way in ways)}
    # What `ci` does is in a file of its own.
    found = {"ci" if name == "job" else name for name in found}
    assert found == sweeping & set(COMMANDS)
    assert {"logs", "exec", "shell", "env", "url"} < looking


def test_ps_says_in_json_what_ends_a_run() -> None:
    assert "end" in {one.name for one in fields(Entry)} & set(codes(meaning("ps", "--json")))


def test_signals_that_end_a_command() -> None:
    names = re.findall(r"Ctrl-C|SIG[A-Z]+", part("Signals").partition(" all end ")[0])
    assert names == [one.name.replace("SIGINT", "Ctrl-C") for one in map(signal.Signals, ENDING)]


def test_exit_codes() -> None:
    (table,) = PAGE.under("Exit codes")
    documented = {int(code) for cell in table.column("code") for code in cell.split(", ")}
    raised = {
        each.exit_code
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.GreenroomError)
    }
    assert documented == raised | {0, *(errors.Interrupted(int(one)).code for one in ENDING)}


def test_variables() -> None:
    (table,) = PAGE.under("Variables")
    documented = {name for cell in table.column("variable") for name in codes(cell)}
    source = "".join(path.read_text("utf-8") for path in (ROOT / "orchestrator").rglob("*.py"))
    read = set(re.findall(r"\"(GREENROOM_\w+)\"", source)) - INTERNAL - TOLD - LATER
    assert {name for name in documented if name.startswith("GREENROOM_")} == read
    for name in documented - read - {"DOCKER_CONTEXT"}:
        assert f'"{name}"' in source, f"nothing reads {name}"


def test_variables_that_tests_are_told() -> None:
    assert {SLICE_VARIABLE} == TOLD
    assert f"`{SLICE_VARIABLE}`" in part("slice")


def test_what_switches_snapshots_off() -> None:
    (table,) = PAGE.under("Variables")
    (row,) = (row for row in table.rows if code(row[0]) == snapshotting.SWITCH)
    assert set(codes(row[1])) == {*snapshotting.OFF, "--no-snapshots"}


def test_the_limit_of_snapshots() -> None:
    assert f"have {snapshotting.LIMIT / 10**9:g} GB" in part("snapshots")


def test_what_commands_say_in_json() -> None:
    snapshot = Snapshot("docker", "key", "of", 1, 2)
    assert set(codes(meaning("snapshots", "--json"))) == set(as_value(snapshot))
    assert {"slice", "resources", "kept"} < set(codes(meaning("slice", "--json")))
    assert "warnings" in codes(meaning("check", "--json"))


def test_how_slices_are_kept() -> None:
    (row,) = (row[0] for table in PAGE.under("slice") for row in table.rows if "--keep-s" in row[0])
    assert code(row).partition(" ")[2].split("|") == list(WHICH)


def test_ready_made_environments() -> None:
    (table,) = PAGE.under("Ready-made environments")
    found = {path.stem: path for path in (ROOT / "environments").glob("*.yaml")}
    assert {code(name) for name in table.column("name")} == set(found)
    for row in table.rows:
        manifest = yaml.safe_load(found[code(row[0])].read_text("utf-8"))
        names = [*manifest.get("databases", {}), *manifest.get("brokers", {})]
        assert sorted(codes(row[1])) == sorted(names)
