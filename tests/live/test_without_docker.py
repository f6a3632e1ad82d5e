"""The demonstration as a newcomer has it who has no Docker: only Python, and servers from wheels.

Each of the newcomer's commands is run in a mount namespace of its own, in which there is neither an
engine's socket nor a server of this machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.engines.process.homes import homes_root

ROOT = Path(__file__).parents[2]

TOOLS = (
    *("bash", "sh", "make", "env", "cp", "rm", "cat", "sed", "mkdir", "touch", "dirname"),
    *("timeout", "uname", "git"),
)
"""What the Makefile, and whatever prepares a server's data, calls by name."""

HIDDEN = ("/run", "/usr/lib/postgresql", "/usr/libexec", "/var/lib/docker")


def hide(*argv: str) -> list[str]:
    """The command line that runs a command where these folders are empty."""
    mount = shutil.which("mount")
    mounts = [f"{{ [ ! -d {one} ] || {mount} -t tmpfs tmpfs {one}; }}" for one in HIDDEN]
    script = " && ".join([*mounts, 'exec "$@"'])
    return [str(shutil.which("unshare")), "--mount", "/bin/sh", "-c", script, "sh", *argv]


def can_hide() -> bool:
    """Whether we may; that takes root, or its rights."""
    if not (shutil.which("unshare") and shutil.which("mount")):
        return False
    return subprocess.run(hide("/bin/sh", "-c", ":"), check=False).returncode == 0


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a newcomer: few programs, no Docker, no settings."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in TOOLS:
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    (programs / "python3").symlink_to(sys.executable)
    state = tmp_path / "state"
    kept = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "SSL_"))}
    yield {
        **kept,
        "PATH": str(programs),
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(state),
        "TMPDIR": str(tmp_path),
    }
    shutil.rmtree(homes_root(state / "greenroom"), ignore_errors=True)


def copied(clone: Path) -> Path:
    """Copy what a clone would have, changes that are not committed yet included."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    return clone


def typed(*argv: str, folder: Path, env: dict[str, str]) -> str:
    """Run a newcomer's command, and return all that it says."""
    done = subprocess.run(
        hide(*argv), cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_make_demo_needs_no_docker_and_no_server(newcomer: dict[str, str], tmp_path: Path) -> None:
    if not can_hide():
        pytest.skip("this machine's servers cannot be hidden: that takes root, or its rights")
    clone = copied(tmp_path / "clone")
    said = typed("make", "demo", folder=clone, env=newcomer)
    first = next(line for line in said.splitlines() if line.startswith("payments: run "))
    assert "process (ledger: postgres 18" in first
    assert "because there is no container engine" in first
    assert "18 passed" in said
    again = typed("make", "demo", folder=clone, env=newcomer)
    assert "ledger    restored from its snapshot" in again
    greenroom = str(clone / ".venv/bin/greenroom")
    assert "payments-" not in typed(greenroom, "ps", folder=clone, env=newcomer)
