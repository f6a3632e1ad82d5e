"""The ways to build an image that this machine has, for tests that try each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

API, BUILT_IN, BUILDX = "the engine's API", "built into docker", "buildx"

WAYS = (API, BUILT_IN, BUILDX)

PLUGIN = "docker-buildx"
CACHE = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
PLUGIN_FOLDERS = (
    f"{CACHE}/greenroom-tests",
    "~/.docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
    "/usr/local/lib/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
)


def environ_of(way: str, folder: Path) -> dict[str, str]:
    """The environment in which Greenroom builds in this way; skips where that cannot be.

    `folder` is for the links to the one `docker` and the one plugin that are to be found.
    """
    if way == API:
        return dict(os.environ) | {"DOCKER_BUILDKIT": "0"}
    commands = folder / "commands"
    commands.mkdir()
    (commands / "docker").symlink_to(command_with_client() if way == BUILT_IN else command())
    # A configuration of its own, so that nobody's plugin is found.
    config = folder / "config"
    (config / "cli-plugins").mkdir(parents=True)
    if way == BUILDX:
        (config / "cli-plugins" / PLUGIN).symlink_to(plugin())
    path = f"{commands}:{os.environ['PATH']}"
    return dict(os.environ) | {"PATH": path, "DOCKER_CONFIG": str(config)}


def commands() -> list[str]:
    """All `docker` commands of this machine."""
    found = (shutil.which("docker", path=folder) for folder in os.environ["PATH"].split(":"))
    return [each for each in dict.fromkeys(found) if each]


def command() -> str:
    for each in commands():
        return each
    pytest.skip("there is no docker command")


def command_with_client() -> str:
    """A command of before 23, which needs no plugin."""
    for each in commands():
        said = subprocess.run([each, "--version"], capture_output=True, text=True, check=False)
        if re.match(r"Docker version (19|20|22)\.", said.stdout):
            return each
    pytest.skip("no docker command here has a client for BuildKit built in")


def plugin() -> Path:
    """The plugin: where the machine has it, or where `scripts/buildx` has put it."""
    for folder in PLUGIN_FOLDERS:
        found = Path(folder, PLUGIN).expanduser()
        if found.exists():
            return found
    pytest.skip("there is no buildx here; scripts/buildx installs it")
