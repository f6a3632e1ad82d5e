"""Whether the engine's clock shows the same time as this machine's."""

from __future__ import annotations

import time
from datetime import datetime

from orchestrator.engines.docker.answers import item
from orchestrator.engines.docker.client import Client


def ahead(client: Client) -> tuple[float, float]:
    """Return by how many seconds the engine's clock is before ours, and how wrong that may be.

    It has looked at its clock (SystemInfo's SystemTime) somewhere between our question and its
    answer. Who does not tell the time is taken to have the same, within a second.
    """
    asked = time.time()
    said = str(item(client.get("/info")).get("SystemTime"))
    answered = time.time()
    try:
        theirs = datetime.fromisoformat(said).timestamp()
    except ValueError:
        return 0.0, 1.0
    return theirs - (asked + answered) / 2, (answered - asked) / 2
