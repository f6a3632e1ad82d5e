"""The commands of `greenroom`, as its help lists them."""

from __future__ import annotations

from collections.abc import Callable

import typer

from orchestrator.cli.arguments import WithCommand
from orchestrator.cli.check import check
from orchestrator.cli.ci import ci
from orchestrator.cli.command import Command, Program
from orchestrator.cli.doctor import doctor
from orchestrator.cli.down import down
from orchestrator.cli.env import env, url
from orchestrator.cli.exec import exec_, shell
from orchestrator.cli.extend import extend
from orchestrator.cli.images import images
from orchestrator.cli.import_ import import_
from orchestrator.cli.init import init
from orchestrator.cli.logs import logs
from orchestrator.cli.plan import plan
from orchestrator.cli.prune import prune
from orchestrator.cli.ps import ps
from orchestrator.cli.report import report
from orchestrator.cli.reset import reset
from orchestrator.cli.restart import restart
from orchestrator.cli.run import run
from orchestrator.cli.schema import schema
from orchestrator.cli.slice import slice_
from orchestrator.cli.snapshots import snapshots
from orchestrator.cli.technologies import technologies
from orchestrator.cli.up import up

HELP = """Real databases, brokers and services for your tests: up, ready, seeded, gone again.

What there should be is written in a manifest, environment.yaml, in this folder or above.

\b
  greenroom run -- pytest   start everything, run the tests, remove everything
  greenroom up              start everything and leave it up; then greenroom env
  greenroom up postgres     without a manifest: one that comes with Greenroom
"""

TEST = "For tests"
LOOK = "To look at what is up"
MANIFEST = "About manifests"
HERE = "About this machine"

app = typer.Typer(
    cls=Program,
    help=HELP,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(invoke_without_command=True)
def greenroom(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", "-V", help="Print the version."),
) -> None:
    """Answer what is asked without a command: the version, else the help."""
    if version:
        from orchestrator import __version__

        typer.echo(f"greenroom {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def group(title: str, cls: type[Command] = Command, **commands: Callable[..., int]) -> None:
    """Add commands, listed in the help under this title."""
    for name, command in commands.items():
        # `import` is a word of Python's.
        app.command(name.rstrip("_"), rich_help_panel=title, cls=cls)(command)


group(TEST, WithCommand, run=run, ci=ci)
group(TEST, up=up, restart=restart, reset=reset)
group(TEST, WithCommand, slice=slice_)
group(TEST, down=down, extend=extend, prune=prune, snapshots=snapshots)
group(LOOK, ps=ps, logs=logs)
group(LOOK, WithCommand, exec=exec_)
group(LOOK, shell=shell, env=env, url=url, report=report)
group(MANIFEST, init=init, import_=import_, check=check, plan=plan, images=images)
group(MANIFEST, schema=schema, technologies=technologies)
group(HERE, doctor=doctor)
