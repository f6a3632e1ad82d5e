"""Where it was measured."""

from __future__ import annotations

import os
import platform

from bench import engine


def described() -> str:
    """Return the machine in one line."""
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    system = f"{platform.system()} {platform.release()}"
    python = f"Python {platform.python_version()}"
    return ", ".join([f"{os.cpu_count()} cores", system, python, engine.version(), load])
