"""A Compose file that is given where a manifest is meant: one mistake instead of dozens."""

from __future__ import annotations

from orchestrator.manifest.model.includes import is_called_compose
from orchestrator.manifest.reading.scalars import Value
from orchestrator.manifest.sections import ENTRIES

_AT_TOP = {"version", "networks", "volumes", "configs"}
_IN_SERVICES = {
    *("container_name", "depends_on", "env_file", "environment", "expose", "healthcheck"),
    *("links", "networks", "restart", "volumes"),
}
_SURE = 3
"""So many different keys of Compose are no slips any more, whatever the file is called."""


def is_compose(root: Value, name: str) -> bool:
    """Whether these are the values of a Compose file; one in a file called like one is enough."""
    services = root.get("services") if isinstance(root, dict) else None
    if not isinstance(root, dict) or not isinstance(services, dict):
        return False
    if any(section in root for section in ENTRIES if section != "services"):
        return False
    found = _AT_TOP & root.keys()
    for service in services.values():
        found |= _IN_SERVICES & service.keys() if isinstance(service, dict) else set()
    return len(found) >= (1 if is_called_compose(name) else _SURE)


def how_to_use(name: str) -> str:
    """Return what is to be done with a Compose file that was taken for a manifest."""
    entry = name if is_called_compose(name) else f"{{compose: {name}}}"
    return (
        f"this is a Compose file; a manifest beside it can use it as it is, by include: [{entry}], "
        f"and greenroom import {name} makes a manifest of it"
    )
