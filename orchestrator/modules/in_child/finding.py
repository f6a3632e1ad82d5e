"""Finds the module, and the kind of container in it, that is meant."""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from .wrong import Wrong

NOT_MODULES = frozenset({"community", "compose", "core"})


def catalogue() -> dict[str, str]:
    """Return where each module is imported from, by its name."""
    try:
        import testcontainers
    except ImportError as error:
        how = f"install it: {sys.executable} -m pip install testcontainers"
        raise Wrong(
            "use", f"testcontainers is not installed for {sys.executable}; {how}"
        ) from error
    packages = [testcontainers]
    if (Path(testcontainers.__path__[0]) / "community").is_dir():
        # Since 4.15 they are in there, and those beside it only warn.
        packages.append(importlib.import_module("testcontainers.community"))
    return {
        each.name: f"{package.__name__}.{each.name}"
        for package in packages
        for each in pkgutil.iter_modules(package.__path__)
        if each.name not in NOT_MODULES
    }


def imported(name: str, place: str) -> ModuleType:
    """Import a module. Raises Wrong when what it needs is not installed."""
    try:
        return importlib.import_module(place)
    except ImportError as error:
        raise Wrong(
            "use", needs(name, error), driver=(error.name or "").partition(".")[0]
        ) from error


def needs(name: str, error: ImportError) -> str:
    """Return in words which package a module lacks, and how it is installed."""
    wanted = importlib.metadata.requires("testcontainers") or []
    extra = any(f"extra == '{name}'" in each or f'extra == "{name}"' in each for each in wanted)
    package = f'"testcontainers[{name}]"' if extra else (error.name or "").partition(".")[0]
    what = f'the Python package "{error.name}"' if error.name else f"what it imports ({error})"
    how = f"install it: {sys.executable} -m pip install {package}"
    return f"testcontainers.{name} needs {what}, which {sys.executable} does not have; {how}"


def containers(module: ModuleType) -> dict[str, type]:
    """Return the kinds of containers that a module offers, by name."""
    from testcontainers.core.container import DockerContainer

    public = getattr(module, "__all__", None)
    found: dict[str, type] = {}
    for name in public or vars(module):
        each: Any = getattr(module, name, None)
        own = isinstance(each, type) and issubclass(each, DockerContainer)
        if own and (public or each.__module__.startswith(module.__name__)):
            found[name] = each
    return found


def kind(use: str) -> type:
    """Return the class that `NAME` or `NAME.CLASS` means. Raises Wrong when there is none."""
    name, _, wanted = use.partition(".")
    known = catalogue()
    if name not in known:
        raise Wrong("use", f'testcontainers has no module "{name}"', word=name, names=sorted(known))
    offered = containers(imported(name, known[name]))
    if wanted:
        if wanted not in offered:
            message = f'testcontainers.{name} has no container "{wanted}"'
            raise Wrong("use", message, word=wanted, names=sorted(offered))
        return offered[wanted]
    # One that is called like its module is meant, whatever else is there.
    alike = [each for each in offered if each.lower() in (name, f"{name}container")]
    chosen = alike or list(offered)
    if len(chosen) != 1:
        names = ", ".join(f"testcontainers.{name}.{each}" for each in sorted(offered)) or "none"
        raise Wrong("use", f"testcontainers.{name} has several containers; say which: {names}")
    return offered[chosen[0]]
