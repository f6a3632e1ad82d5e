"""What a session's user has chosen: options of the command line, and keys of the ini file."""

from __future__ import annotations

import pytest

from orchestrator.slicing import kept

KEEP_ENVIRONMENT = ("never", "failed", "always")
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


def keeps(config: pytest.Config, *, failed: bool) -> bool:
    """Whether the slice of a test that has passed, or failed, is left as it is."""
    return kept.keeps(config.getoption("--keep-slices"), failed=failed)
