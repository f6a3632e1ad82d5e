"""A wheel with a program, installed where nobody but root may look."""

from __future__ import annotations

from pathlib import Path

from orchestrator.host.reachable import program_digest
from orchestrator.model.facts import Program
from orchestrator.model.native import Wheel

WHEEL = Wheel("mud", "mud_wheel", "bin")


def installed(site: Path) -> Program:
    """Install it, and return its program."""
    path = site / "mud_wheel" / "bin" / "mud-server"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    (site / "mud_wheel" / "__init__.py").touch()
    (site / "mud_wheel.libs").mkdir()
    (site / "mud_wheel.libs" / "libmud.so").touch()
    site.chmod(0o700)
    return Program(str(path), "1.0", (str(path.parent),), program_digest(str(path)))
