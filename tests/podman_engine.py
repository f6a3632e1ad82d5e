"""Where the tests find a Podman: on the socket that `scripts/podman` prints."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ONE_AT_A_TIME = pytest.mark.xdist_group("podman")
"""Podman 4.3 mixes up networks that several clients make and remove at the same moment."""

VARIABLE = "GREENROOM_TEST_PODMAN"
"""What `scripts/with-images` says the address is; empty where there is none."""
OWN = "podman/podman.sock"
MADE = Path("/run/greenroom-podman/podman.sock")


def address() -> str:
    """The address of Podman's socket; empty where there is none."""
    if VARIABLE in os.environ:
        return os.environ[VARIABLE]
    places = (Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), OWN), MADE)
    return next((f"unix://{place}" for place in places if place.exists()), "")


def need_podman() -> dict[str, str]:
    """What leads to Podman, for the environment; without one the test is skipped, or fails in CI.

    A suite that passes because nothing was there to be tested would be worth nothing.
    """
    if found := address():
        return {"DOCKER_HOST": found, "DOCKER_CONTEXT": "", "DOCKER_TLS_VERIFY": ""}
    words = "no Podman answers; scripts/podman makes one where it can"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)
