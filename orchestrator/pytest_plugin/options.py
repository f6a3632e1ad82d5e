"""What a session's user has chosen: options of the command line, and keys of the ini file."""

from __future__ import annotations

import os

import pytest

from orchestrator.artifacts.folder import VARIABLE
from orchestrator.slicing import kept

ARTIFACTS = "greenroom_artifacts"
"""The key under which a worker is told the folder that its controller was told."""

KEEP_ENVIRONMENT = ("never", "failed", "always")
DOSSIER = ALWAYS, FAILED, NEVER = ("always", "failed", "never")
DOSSIER_HELP = (
    "of which tests the report tells what the environment did meanwhile, with the lines that its "
    "resources logged: always, failed (the default) or never"
)
MANIFEST = "the manifest of the environment that the tests run in, or a ready-made one's name"


def add(parser: pytest.Parser) -> None:
    """Add the options and the ini key."""
    group = parser.getgroup("greenroom")
    group.addoption("--environment", metavar="MANIFEST", help=MANIFEST)
    parser.addini("environment", help=MANIFEST)
    group.addoption(
        "--keep-environment",
        metavar="WHEN",
        choices=KEEP_ENVIRONMENT,
        default="never",
        help="when to leave the environment as it is, to look inside: never, failed or always",
    )
    group.addoption(
        "--keep-slices",
        metavar="WHICH",
        choices=kept.WHICH,
        default=kept.FAILED,
        help="whose slices to leave as they are, as long as the environment is there: those of "
        "failed tests, all, or none",
    )
    group.addoption(
        "--no-snapshots",
        action="store_true",
        help="seed everything, whatever is kept from earlier, and keep nothing",
    )
    group.addoption("--greenroom-dossier", metavar="WHEN", choices=DOSSIER, help=DOSSIER_HELP)
    parser.addini("greenroom_dossier", help=DOSSIER_HELP)
    group.addoption(
        "--greenroom-artifacts",
        metavar="FOLDER",
        help="where all that is known of each test is kept, and its dossier as a whole "
        f"(default: what {VARIABLE} says, which greenroom ci sets; else nowhere)",
    )


def named(config: pytest.Config) -> str | None:
    """Return the manifest that the command line or the ini file names."""
    option: str | None = config.getoption("--environment")
    return option or config.getini("environment") or None


def manifest(config: pytest.Config) -> str | None:
    """Return the path of the manifest, or None for the nearest `environment.yaml`.

    A path on the command line starts from where pytest was called, one in the ini file from there.
    """
    option: str | None = config.getoption("--environment")
    if option:
        return option
    ini: str = config.getini("environment")
    if not ini or config.inipath is None:
        return ini or None
    beside = config.inipath.parent / ini
    return str(beside) if beside.exists() else ini


def dossiers(config: pytest.Config) -> str:
    """Return of which tests there are dossiers. Raises UsageError for another word."""
    chosen: str = config.getoption("--greenroom-dossier") or config.getini("greenroom_dossier")
    if chosen and chosen not in DOSSIER:
        raise pytest.UsageError(
            f"greenroom_dossier is {chosen!r}: write one of {', '.join(DOSSIER)}"
        )
    return chosen or FAILED


def artifacts(config: pytest.Config) -> str | None:
    """Return the folder for what is known of tests; a worker's controller says it, if there is one.

    A path on the command line starts from where pytest was called.
    """
    worker = getattr(config, "workerinput", {})
    option: str | None = worker.get(ARTIFACTS) or config.getoption("--greenroom-artifacts")
    if option:
        return str(config.invocation_params.dir / option)
    return os.environ.get(VARIABLE) or None


def keeps(config: pytest.Config, *, failed: bool) -> bool:
    """Whether the slice of a test that has passed, or failed, is left as it is."""
    return kept.keeps(config.getoption("--keep-slices"), failed=failed)
