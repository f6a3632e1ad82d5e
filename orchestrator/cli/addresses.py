"""Where everything of an environment is, as far as it may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.environment import Environment


def addresses(environment: Environment) -> list[tuple[str, str]]:
    """Return the name and the masked address of every resource that has one."""
    found = []
    for name in environment:
        try:
            found.append((name, environment.mask(environment[name].url)))
        except AttributeError:
            continue
    return found
