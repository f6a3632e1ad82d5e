"""What tests need where servers run on this host: their programs, and that nothing stays behind."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from podman_engine import ONE_AT_A_TIME

ENGINES = (pytest.param("docker", marks=pytest.mark.engine), pytest.param("process"))
"""Both engines that run databases and brokers; that of processes needs no container engine."""

PODMAN = pytest.param("podman", marks=[pytest.mark.engine, ONE_AT_A_TIME])
"""Docker's API once more, on another socket: what is tested there too has to be asked for."""

CHOICE = "GREENROOM_TEST_ENGINES"
"""Names the engines on which technologies are tested: `docker,process,podman` are all."""

IN_NO_PACKAGE = ("mysql",)
"""What Debian has no package of: its program may be missing everywhere."""


def chosen() -> list[Any]:
    """The engines that CHOICE names, as parameters; without it all but Podman."""
    names = os.environ.get(CHOICE)
    if not names:
        return [*ENGINES]
    return [one for one in (*ENGINES, PODMAN) if one.values[0] in names.split(",")]


def podman_is_chosen() -> bool:
    """Whether the suites of engines and technologies are to be run on Podman, too.

    That takes minutes in which nothing else may use it, and so it is no part of every run.
    """
    return "podman" in os.environ.get(CHOICE, "").split(",")


def settings(engine: str) -> dict[str, str]:
    """What a manifest says to run on this engine, with whatever version this host has."""
    if engine == "podman":
        return {"engine": "docker"}
    return {"engine": engine} | ({"versions": "loose"} if engine == "process" else {})


def need_programs(engine: str, *technologies: str) -> None:
    """Skip the test, with the reason, unless these can run on the engine.

    In CI a missing program is a failure, unless nobody could install it: a suite that passes
    because nothing was there to be tested would be worth nothing.
    """
    if engine != "process":
        return
    for technology in technologies:
        name = technology.partition(":")[0]
        if is_here(name):
            continue
        words = f"{name} has no program on this host; scripts/servers installs what there is"
        if os.environ.get("CI") and name not in IN_NO_PACKAGE:
            pytest.fail(words)
        pytest.skip(words)


def is_here(technology: str) -> bool:
    """Whether this host has the program of a technology, and all that goes with it."""
    from orchestrator.host.programs import candidates, found_in, known
    from orchestrator.technologies import BUILT_IN

    native = BUILT_IN[technology].native
    assert native is not None
    programs = [known(path, native, os.environ) for path in candidates(native, os.environ)]
    return any(
        all(found_in(tool, program.folders) for tool in native.tools)
        for program in programs
        if program
    )


def forget_servers(state_home: Path) -> None:
    """Remove the servers' own folders of whoever had this XDG_STATE_HOME.

    As root they are outside of it, so that they would stay when the test's own folder goes.
    """
    from orchestrator.engines.process.homes import Homes, homes_root

    homes = Homes(homes_root(state_home / "greenroom"))
    for folder in (homes.root, homes.memory.root):
        shutil.rmtree(folder, ignore_errors=True)
